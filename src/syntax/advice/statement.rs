//! Advice on statements, heads of rules and declarations.

use super::{Advice, View, name};
use crate::syntax::parser::Rule;

/// How declarations are written.
const FORMS: [(&str, &str); 9] = [
    ("state", "state price of certificate : USD/share = $2.40/share"),
    ("define", "define cap : number = 9.9%"),
    ("event", "event split { new : number  old : number }"),
    ("table", "table factor(months : number) : number { row 12 : 0.5 }"),
    ("needs", "needs price of certificate : USD/share"),
    ("effect", "effect payments { to : text  amount : USD }"),
    ("report", "report certificates of certificate { certificate price }"),
    ("set", "set cap = 9.99%"),
    ("postpone", "postpone number { on split  while the change is under 1% }"),
];

impl View<'_> {
    /// What a rule answers.
    fn trigger(&self) -> Option<Advice> {
        let (word, next) = (self.word(0), self.word(1));
        if self.expects(Rule::trigger) && !next.is_empty() && matches!(word, "after" | "upon" | "following" | "whenever") {
            return Some(Advice::new(self.range(0, 0), format!("a rule answers an event with `on`: `on {next}`")));
        }
        if self.expects(Rule::trigger) && matches!(word, "when" | "if" | "unless" | "for") {
            let help = format!("say first what it answers: `rule {} on … {word} …`", self.word(-1));
            return Some(Advice::new(self.range(0, 0), help));
        }
        if matches!(self.word(-1), "on" | "upon") && self.last(&["on", "{", "when", "over"]) == Some("on") {
            let day = word.starts_with(|c: char| c.is_ascii_digit());
            if day || (word == "the" && matches!(next, "close" | "start")) {
                let help = "a rule answers a moment with `at`: `at close of 2010-03-14` or `at start of 2010-03-14`";
                return Some(Advice::new(self.range(-1, -1), help));
            }
        }
        let every = matches!(self.word(-1), "every" | "each" | "any" | "all" | "an" | "a");
        (every && self.word(-2) == "on").then(|| {
            Advice::new(self.range(-1, -1), format!("leave out `{}`: a rule answers each event of its kind", self.word(-1)))
        })
    }

    /// What a declaration lacks, or has too much of.
    fn declaration(&self) -> Option<String> {
        let (word, own, sort) = (self.word(0), self.word(-1), self.word(-2));
        let named = self.token(0).is_some_and(|t| t.is_word() && !name::is_reserved(t.text));
        let first = self.all.iter().find(|t| t.is_word()).map_or("", |t| t.text);
        if matches!(sort, "state" | "define" | "needs") && self.expects(Rule::kw_of) && word != "of" && word != "(" && !named {
            let ty = if sort == "define" { "number = 5%" } else { "shares" };
            return Some(format!("say of which type it is: `{sort} {own} : {ty}`"));
        }
        if matches!(first, "state" | "define")
            && (self.expects(Rule::kw_or) || self.expects(Rule::kw_optional))
            && self.last(&["=", ":"]) == Some(":")
        {
            let value = word.starts_with(|c: char| c.is_ascii_digit() || c == '$') || word == ":=" || word == ":";
            return value.then(|| "write `=` before the value".to_owned());
        }
        if self.expects(Rule::member) && word == "," {
            return Some("leave it out: fields are parted by a space or a new line".to_owned());
        }
        if self.expects(Rule::kw_kept) && matches!(word, "(" | ":" | "[") {
            return Some(format!("fields stand in braces: `{sort} {own} {{ … }}`"));
        }
        if self.expects(Rule::fields) && matches!(own, "a" | "an" | "the") {
            return Some(format!("leave out `{own}`"));
        }
        (self.expects(Rule::fields) && matches!(word, "(" | "[" | ":"))
            .then(|| format!("values stand in braces: `{own} {{ … }}`"))
    }

    /// What stands in another place of a rule.
    fn place(&self) -> Option<String> {
        let (word, before) = (self.word(0), self.word(-1));
        let statement = self.expects(Rule::statement);
        if statement && matches!(word, "refuse" | "stop") {
            return Some(format!("it stands behind what is required: `require … else {word} \"…\"`"));
        }
        if word == "{" && self.expects(Rule::kw_in) && self.word(-2) == "each" {
            return Some(format!("`for each` of entries stands in the head: `rule … on …, for each {before} {{ … }}`"));
        }
        let entry = matches!(self.word(1), "each" | "the" | "every") || self.word(2) == "becomes";
        if self.expects(Rule::kw_becomes) && word == "of" && entry {
            let kind = if matches!(self.word(1), "each" | "the" | "every") { self.word(2) } else { self.word(1) };
            if kind.starts_with(['"', '“']) {
                return Some(format!(
                    "a rule is for every instrument of its kind: `{before} becomes …`, with `for each certificate where its certificate is {kind}` in its head"
                ));
            }
            return Some(format!("write `{kind}.{before} becomes …`, with `for each {kind}` in the head of the rule"));
        }
        let goes_on =
            ["when", "unless", "on", "for", "subject", "notwithstanding", "rescinding", "becomes", "require", "let", "deem"];
        if self.here == 0 && goes_on.contains(&word) {
            return Some("indent this line: what begins at the margin begins a new declaration".to_owned());
        }
        (self.token(0).is_none() && self.expects(Rule::body)).then(|| {
            "a rule has statements in braces; its lines are indented, because what begins at the margin is a new declaration"
                .to_owned()
        })
    }

    /// Questions about what has happened, entries by their key, and texts.
    pub(super) fn question(&self) -> Option<Advice> {
        let (word, before) = (self.word(0), self.word(-1));
        let measure = |w: &str| matches!(w, "sum" | "mean" | "average" | "lowest" | "highest");
        if (word == "(" && measure(before))
            || (before == "of" && measure(self.word(-2)) && matches!(word, "shares" | "the" | "all"))
        {
            return Some(Advice::new(self.range(0, 0), "ask of entries as in `sum of its shares over certificate`"));
        }
        if before == "count" && word == "(" {
            return Some(Advice::new(self.range(0, 0), "ask as in `count of certificate where its shares > 0 shares`"));
        }
        if word == "between" && self.expects(Rule::kw_and) {
            return Some(Advice::new(self.range(0, 0), "write both bounds: `… >= … and … <= …`"));
        }
        let quoted = matches!(word, "‘" | "’" | "'" | "`" | "«" | "»" | "„");
        if quoted || !self.expects(Rule::text) {
            return None;
        }
        let end = if self.token(0).is_some() { 0 } else { -1 };
        if self.word(-2) == "of" && self.token(-1)?.is_word() {
            let (what, kind) = (self.word(-3), before);
            let help = if what == "number" {
                format!("write `count of {}`", kind.strip_suffix('s').unwrap_or(kind))
            } else {
                format!("say which by its key: `{what} of {kind} \"W-1\"`; in a rule, write `{kind}.{what}`")
            };
            return Some(Advice::new(self.range(-3, -1), help));
        }
        if matches!(before, "warn" | "refuse" | "stop") {
            let help =
                format!("put the message in quotation marks; values in it stand in braces: `{before} \"{{…}} is too low\"`");
            return Some(Advice::new(self.range(end, end), help));
        }
        let sort = self.word(-2);
        matches!(sort, "covenant" | "obligation" | "reading")
            .then(|| Advice::new(self.range(end, end), format!("say what it is, in quotation marks: `{sort} {before} \"…\"`")))
    }

    /// What is to happen where something required does not hold.
    pub(super) fn otherwise(&self) -> Option<Advice> {
        let required = self.last(&["require", "else", "becomes", "let", "when", "unless", "}"]);
        let word = self.word(0);
        let both = "`else refuse \"…\"` where the terms say no, or `else stop \"…\"` where the run cannot go on";
        if required == Some("require")
            && (word == "otherwise"
                || word.starts_with(['"', '“'])
                || (word == "}" && !self.wants_value())
                || self.expects(Rule::kw_else))
        {
            return Some(Advice::new(self.range(0, 0), format!("after what is required, add {both}")));
        }
        (self.word(-1) == "else" && required == Some("else")).then(|| Advice::new(self.range(0, 0), format!("write {both}")))
    }

    /// Another way to give a state a value.
    pub(super) fn becomes(&self) -> Option<Advice> {
        if !self.expects(Rule::kw_becomes) {
            return None;
        }
        let target = self.word(-1);
        let help = match self.word(0) {
            "=" | ":" | ":=" | "is" | "be" | "equals" | "shall" | "will" => {
                format!("a state is given a value with `becomes`: `{target} becomes …`")
            }
            "+=" | "-=" | "increases" | "decreases" | "increased" | "decreased" | "rises" | "falls" => {
                let sign = if matches!(self.word(0), "-=" | "decreases" | "decreased" | "falls") { "-" } else { "+" };
                format!("a state is given its whole new value: `{target} becomes {target} {sign} …`")
            }
            _ if matches!(target, "set" | "increase" | "decrease" | "reduce" | "multiply" | "make" | "change") => {
                let state = self.word(0);
                let help = format!("a state is given a value with `becomes`: `{state} becomes …`");
                return Some(Advice::new(self.range(-1, -1), help));
            }
            _ => return None,
        };
        Some(Advice::new(self.range(0, 0), help))
    }

    /// `let x be 5`.
    pub(super) fn let_(&self) -> Option<Advice> {
        if self.word(0) != "let" {
            return None;
        }
        let mut words = 0;
        while self.token(1 + words).is_some_and(|t| t.is_word() && !name::is_verb(t.text)) && words < 6 {
            words += 1;
        }
        let name: Vec<&str> = (1..=words).map(|n| self.word(n)).collect();
        let help = format!("write `let {} = …`", name.join("_"));
        if words > 1 {
            return Some(Advice::new(self.range(1, words), format!("a name is one word: {help}")));
        }
        let verb = self.word(2);
        (words == 1 && name::is_verb(verb)).then(|| Advice::new(self.range(2, 2), help))
    }

    /// The head of a rule.
    pub(super) fn heads(&self) -> Option<Advice> {
        let word = self.word(0);
        if let Some(advice) = self.trigger() {
            return Some(advice);
        }
        if self.word(-1) == "rule" && matches!(word, "on" | "at" | "once" | "when") {
            return Some(Advice::new(self.range(0, 0), format!("give the rule a name first: `rule splits {word} …`")));
        }
        if self.expects(Rule::trigger) && matches!(word, ":" | "(" | "{") {
            let help = format!("say what it answers: `rule {} on …`", self.word(-1));
            return Some(Advice::new(self.range(0, 0), help));
        }
        if self.word(-1) == "for" && self.expects(Rule::kw_each) | self.expects(Rule::each_scope) {
            let kind = if matches!(word, "all" | "every" | "any") { self.word(1) } else { word };
            let plain = self.token(0).is_some_and(|t| t.is_word());
            let kind = kind.strip_suffix('s').unwrap_or(kind);
            let help = format!("write `for each {kind}`, or `for the {kind}` where the event names it");
            return plain.then(|| Advice::new(self.range(0, 0), help));
        }
        if word == "if" && self.expects(Rule::body) {
            return Some(Advice::new(self.range(0, 0), "write `when`"));
        }
        if word == "else" && self.expects(Rule::rung) {
            return Some(Advice::new(self.range(0, 0), "the case left over is `otherwise : …`"));
        }
        if word == "else" && self.last(&["when", "require", "becomes"]) == Some("when") {
            let help = "write a second statement for the other case, or `first of { when … : … otherwise : … }`";
            return Some(Advice::new(self.range(0, 0), help));
        }
        if let Some(help) = self.declaration().or_else(|| self.place()) {
            return Some(Advice::new(self.range(0, 0), help));
        }
        let first = self.all.iter().find(|t| t.is_word()).map_or("", |t| t.text);
        if word == "," && matches!(first, "state" | "define" | "needs") && self.expects(Rule::EOI) {
            return Some(Advice::new(
                self.range(0, 0),
                format!("one declaration for each: begin another `{first}` at the margin"),
            ));
        }
        if word == "(" && self.expects(Rule::kw_of) && self.word(-2) == "define" {
            return Some(Advice::new(self.range(-1, 0), format!("the bracket touches the name: `{}(`", self.word(-1))));
        }
        let field = self.expects(Rule::step_field) || self.expects(Rule::field_value);
        if field && self.word(1) == "=" {
            return Some(Advice::new(self.range(1, 1), format!("write `{word}: …`")));
        }
        if self.expects(Rule::member) && word != "per" && self.token(0).is_some_and(|t| t.is_word()) && self.word(1) != ":" {
            let next = self.word(1);
            let known = matches!(next, "number" | "text" | "date" | "moment" | "shares" | "months" | "ratio" | "list" | "days");
            let ty = if known { next } else { "USD/share" };
            return Some(Advice::new(self.range(0, 0), format!("a field has a type: `{word} : {ty}`")));
        }
        if let (true, Some((_, form))) =
            (self.here == 0 || self.expects(Rule::declaration), FORMS.iter().find(|(w, _)| *w == word))
        {
            let help = format!("a word or sign is missing or too many; it is written as in `{form}`");
            return Some(Advice::new(self.range(0, 0), help));
        }
        if matches!(word, "and" | "," | "&") && self.expects(Rule::kw_under) && first == "adjustment" {
            let help = format!("states are joined by `or`: `adjustment of {} or {} under …`", self.word(-1), self.word(1));
            return Some(Advice::new(self.range(0, 0), help));
        }
        if self.word(-2) == "due" && matches!(self.word(-1), "within" | "in" | "by") && self.expects(Rule::kw_done) {
            let unit = if self.word(1) == "trading" { "trading days" } else { self.word(1) };
            let help = format!("say the day: `due today + {word} {unit}`");
            return Some(Advice::new(self.range(-1, -1), help));
        }
        let joined = matches!(word, "and" | "or" | ",");
        if joined && self.last(&["on", "when", "unless", "where", "{", "until"]) == Some("on") && self.expects(Rule::kw_or) {
            let help = format!("events are joined by `or`: `on {} or {}`", self.word(-1), self.word(1));
            return Some(Advice::new(self.range(0, 0), help));
        }
        if matches!(word, "and" | "or")
            && self.in_condition()
            && !self.expects(Rule::kw_or) | !self.expects(Rule::kw_and)
            && !self.expects(Rule::expr)
        {
            let help = "put brackets around what belongs together: `(… and …) or …`";
            return Some(Advice::new(self.range(0, 0), help));
        }
        None
    }
}
