//! Names that cannot be names.

use super::{Advice, NOUNS, View};
use crate::syntax::parser::{Rule, matches};

/// Words after which a name is declared.
const DECLARING: [&str; 15] = [
    "event",
    "observation",
    "deemed",
    "effect",
    "state",
    "needs",
    "define",
    "table",
    "reading",
    "rule",
    "covenant",
    "obligation",
    "calendar",
    "report",
    "let",
];

/// Whether a word is one of the language, and can be no name.
pub(super) fn is_reserved(word: &str) -> bool {
    matches(Rule::reserved, word)
}

/// Whether a name follows a word.
pub(super) fn declares(word: &str) -> bool {
    DECLARING.contains(&word)
}

/// `let x be`, `let x is`.
pub(super) fn is_verb(word: &str) -> bool {
    matches!(word, "be" | "is" | "becomes" | "equal" | "equals" | "mean" | "means" | "as" | "to")
}

/// A word of the language where a name is declared.
pub(super) fn reserved(view: &View<'_>) -> Option<Advice> {
    let by = if view.word(0) == "let" { 1 } else { 0 };
    let (word, before) = (view.word(by), view.word(by - 1));
    if !is_reserved(word) || !DECLARING.contains(&before) || matches!(view.word(by + 1), "=" | ":") && word == "of" {
        return None;
    }
    // `rule the split on …` has its own advice
    if matches!(word, "the" | "for" | "of" | "on" | "at" | "when") {
        return None;
    }
    let other = match word {
        "days" | "months" | "years" | "shares" => format!("number_of_{word}"),
        "yes" | "no" | "not" | "any" | "each" | "its" | "it" => format!("is_{word}"),
        _ => {
            let sort = match before {
                "event" | "observation" | "deemed" => "event",
                "rule" => "rule",
                "reading" => "reading",
                _ => "value",
            };
            format!("{word}_{sort}")
        }
    };
    let help = format!("choose another name, such as `{other}`");
    Some(Advice { at: view.range(by, by), help, reserved: true })
}

/// Numbers that contracts write out.
const WRITTEN: [(&str, &str); 26] = [
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("sixteen", "16"),
    ("eighteen", "18"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
    ("hundred", "100"),
];

/// What is counted in words.
const COUNTED: [&str; 11] =
    ["days", "day", "trading", "business", "months", "month", "years", "year", "shares", "share", "percent"];

/// `thirty days`, `thirty (30) days`: a number written out before what is counted.
pub(super) fn figures(view: &View<'_>) -> Option<Advice> {
    let number = |by: isize| WRITTEN.iter().find(|(w, _)| *w == view.word(by)).map(|(_, n)| *n);
    [-1, 0].into_iter().find_map(|by| {
        let n = number(by)?;
        let skip = if view.word(by + 1) == "(" && view.word(by + 3) == ")" { 3 } else { 0 };
        let unit = view.word(by + skip + 1);
        COUNTED.contains(&unit).then(|| {
            let said = if unit == "percent" { format!("{n}%") } else { format!("{n} {unit}") };
            Advice::new(view.range(by, by + skip + 1), format!("numbers are written in figures: `{said}`"))
        })
    })
}

/// `event certificate keyed by certificate`
pub(super) fn kept(view: &View<'_>) -> Option<Advice> {
    let other = ["keyed", "identified", "indexed", "known", "named", "stored", "key"];
    let at = [0, -1].into_iter().find(|by| other.contains(&view.word(*by)) && view.word(*by + 1) == "by")?;
    matches!(view.word(at - 2), "event" | "deemed" | "observation")
        .then(|| Advice::new(view.range(at, at), format!("write `kept by {}`", view.word(at + 2))))
}

/// A name of several words.
pub(super) fn many_words(view: &View<'_>) -> Option<Advice> {
    let plain = |by: isize| view.token(by).is_some_and(|t| t.is_word() && !is_reserved(t.text));
    let written = |from: isize, to: isize| {
        let words: Vec<&str> = (from..=to).map(|by| view.word(by)).collect();
        Advice::new(view.range(from, to), format!("a name is one word: `{}`", words.join("_")))
    };
    if matches!(view.word(0), "the" | "a" | "an") {
        return Some(Advice::new(view.range(0, 0), format!("leave out `{}`", view.word(0))));
    }
    // a declaration: all plain words after the first
    if plain(0) && plain(-1) && DECLARING.contains(&view.word(-2)) {
        let mut to = 0;
        while plain(to + 1) {
            to += 1;
        }
        return Some(written(-1, to));
    }
    let value = view.expects(Rule::kw_becomes);
    // `exercise price becomes …`
    if value && plain(0) && plain(-1) && view.word(1) == "becomes" {
        return Some(written(-1, 0));
    }
    // `price becomes exercise price + …`: what follows is taken for a new statement
    if value && plain(-1) && plain(-2) {
        return Some(written(-2, -1));
    }
    // where one value is complete, and a word follows
    let complete = view.expects(Rule::kw_and) && view.expects(Rule::kw_or);
    let noun = plain(0) || NOUNS.contains(&view.word(0));
    (complete && noun && plain(-1)).then(|| written(-1, 0))
}

/// A name with a sign or a letter that no name has.
pub(super) fn signs(view: &View<'_>) -> Option<Advice> {
    let after = DECLARING.contains(&view.word(-2)) || DECLARING.contains(&view.word(-1));
    let letters = "a name has the letters a to z, figures and `_`";
    let token = view.token(0)?;
    let declared = DECLARING.contains(&view.word(-1)) || matches!(view.word(-1), "on" | "each" | "the" | "of");
    if declared && view.expects(Rule::name) && token.text.starts_with(['"', '“']) {
        let words: Vec<&str> = token.text.trim_matches(['"', '“', '”']).split_whitespace().collect();
        let help = format!("a name stands without quotation marks, as one word: `{}`", words.join("_"));
        return Some(Advice::new(view.range(0, 0), help));
    }
    if token.is_word() && !token.text.is_ascii() {
        return Some(Advice::new(view.range(0, 0), letters));
    }
    if matches!(token.text, "'" | "’") && view.word(1) == "s" && view.token(2).is_some_and(|t| t.is_word()) {
        let help = format!("write `{}.{}`", view.word(-1), view.word(2));
        return Some(Advice::new(view.range(-1, 2), help));
    }
    if after && matches!(token.text, "-" | "–" | "." | "'" | "’") && view.token(1).is_some() && view.token(-1)?.is_word() {
        let help = format!("{letters}: `{}_{}`", view.word(-1), view.word(1));
        return Some(Advice::new(view.range(-1, 1), help));
    }
    let begins = DECLARING.contains(&view.word(-1)) && token.text.starts_with(|c: char| c.is_ascii_digit() || c == '_');
    begins.then(|| Advice::new(view.range(0, 0), format!("{letters}, and begins with a letter")))
}
