//! Phrases of contracts and signs of other languages, with what is written for them.

use super::{Advice, View};

/// Phrases of comparison, and their signs.
const COMPARE: [(&str, &str); 37] = [
    ("is less than or equal to", "<="),
    ("is greater than or equal to", ">="),
    ("is more than or equal to", ">="),
    ("is equal to or less than", "<="),
    ("is equal to or greater than", ">="),
    ("is not less than", ">="),
    ("is not more than", "<="),
    ("is not greater than", "<="),
    ("is no less than", ">="),
    ("is no more than", "<="),
    ("is no greater than", "<="),
    ("is not equal to", "is not"),
    ("does not exceed", "<="),
    ("is less than", "<"),
    ("is lower than", "<"),
    ("is smaller than", "<"),
    ("is fewer than", "<"),
    ("is greater than", ">"),
    ("is more than", ">"),
    ("is higher than", ">"),
    ("is larger than", ">"),
    ("is at least", ">="),
    ("is at most", "<="),
    ("is below", "<"),
    ("is under", "<"),
    ("is above", ">"),
    ("is over", ">"),
    ("is before", "<"),
    ("is after", ">"),
    ("is equal to", "is"),
    ("less than", "<"),
    ("greater than", ">"),
    ("more than", ">"),
    ("exceeds", ">"),
    ("equals", "is"),
    ("is on or before", "<="),
    ("is on or after", ">="),
];

/// Signs of other languages, and those of this one.
const SIGNS: [(&str, &str); 9] = [
    ("==", "is"),
    ("!=", "is not"),
    ("<>", "is not"),
    ("≠", "is not"),
    ("=>", ">="),
    ("=<", "<="),
    ("&&", "and"),
    ("||", "or"),
    ("!", "not"),
];

/// Phrases of arithmetic.
const SUMS: [(&str, &str); 9] = [
    ("multiplied by", "×"),
    ("times", "×"),
    ("divided by", "/"),
    ("plus", "+"),
    ("minus", "-"),
    ("less", "-"),
    ("x", "×"),
    ("per share", "/share"),
    ("per annum", "/ 1 year"),
];

/// A phrase that covers the wrong token or ends just before it.
pub(super) fn found(view: &View<'_>) -> Option<Advice> {
    let sign = |list: &[(&str, &'static str)]| {
        list.iter().filter_map(|(phrase, to)| Some((at(view, phrase)?, *to))).max_by_key(|((from, to), _)| to - from)
    };
    if let Some(advice) = limit(view) {
        return Some(advice);
    }
    if let Some(((from, to), sign)) = sign(&COMPARE).or_else(|| sign(&SIGNS)) {
        let sign = match sign {
            "<" | "<=" if view.last(&["change", "}"]) == Some("change") => "is under",
            sign => sign,
        };
        return Some(Advice::new(view.range(from, to), format!("write `{sign}`")));
    }
    if view.word(0) == "=" && view.in_condition() {
        return Some(Advice::new(view.range(0, 0), "write `is` to compare"));
    }
    let value = |by: isize| {
        view.token(by).is_some_and(|t| t.is_word() || t.text.starts_with(|c: char| c.is_ascii_digit() || "$)%".contains(c)))
    };
    if let Some(((from, to), sign)) =
        sign(&SUMS).filter(|((from, _), _)| value(from - 1) && !super::name::declares(view.word(from - 1)))
    {
        let help = match sign {
            "×" => "write `×` or `*` to multiply".to_owned(),
            "/share" => "write `/share` after the amount: `$2.40/share`".to_owned(),
            sign => format!("write `{sign}`"),
        };
        return Some(Advice::new(view.range(from, to), help));
    }
    more(view)
}

/// `but no less than`.
fn limit(view: &View<'_>) -> Option<Advice> {
    let but = (-3..=0).find(|by| view.word(*by) == "but")?;
    let word =
        (but + 1..but + 4).find(|by| matches!(view.word(*by), "less" | "lower" | "fewer" | "more" | "higher" | "greater"))?;
    let limit = if matches!(view.word(word), "less" | "lower" | "fewer") { "below" } else { "above" };
    let to = if view.word(word + 1) == "than" { word + 1 } else { word };
    Some(Advice::new(view.range(but, to), format!("write `but not {limit} …`")))
}

/// Phrases that take more than a sign.
fn more(view: &View<'_>) -> Option<Advice> {
    const MORE: [(&str, &str); 28] = [
        ("reduced by", "write `… - …`; by a part of it, `… × (1 - 10%)`"),
        ("increased by", "write `… + …`; by a part of it, `… × (1 + 10%)`"),
        ("the greater of", "write `greatest(…, …)`"),
        ("the higher of", "write `greatest(…, …)`"),
        ("the larger of", "write `greatest(…, …)`"),
        ("the greatest of", "write `greatest(…, …)`"),
        ("the lesser of", "write `least(…, …)`"),
        ("the lower of", "write `least(…, …)`"),
        ("the smaller of", "write `least(…, …)`"),
        ("the least of", "write `least(…, …)`"),
        ("the sum of", "write `… + …`, or `sum of its … over …`"),
        ("the product of", "write `… × …`"),
        ("the difference between", "write `… - …`"),
        ("max", "write `greatest(…, …)`"),
        ("min", "write `least(…, …)`"),
        ("percent", "write the sign, after the number: `5%`"),
        ("per cent", "write the sign, after the number: `5%`"),
        ("per centum", "write the sign, after the number: `5%`"),
        ("business day", "days are counted as `days` or `trading days`; a calendar says which days are trading days"),
        ("business days", "days are counted as `days` or `trading days`; a calendar says which days are trading days"),
        ("calendar days", "write `days`"),
        ("weeks", "count weeks in days: 2 weeks are `14 days`"),
        ("dollars", "write the amount with the sign or the letters of the currency: `$2.40` or `2.40 USD`"),
        ("cents", "write the amount in the whole currency: `$0.05`"),
        ("then", "leave out `then`"),
        ("if", "a condition stands at the end, with `when`: `… becomes … when …`"),
        ("elsif", "write one statement for each case, each with `when …`, or `first of { … }`"),
        ("provided", "a condition begins with `when` or `unless`"),
    ];
    if view.word(-1) == "currency" {
        return Some(Advice::new(view.range(0, 0), "write its three letters, such as `currency USD`"));
    }
    if view.word(-1) == "due" && matches!(view.word(0), "in" | "within" | "by" | "on" | "after") {
        return Some(Advice::new(view.range(0, 0), "write the day it is due: `due today + 3 days`, or `due promptly`"));
    }
    let list = MORE.iter().filter_map(|(phrase, help)| Some((at(view, phrase)?, *help)));
    if let Some(((from, to), help)) = list.max_by_key(|((from, to), _)| to - from) {
        return Some(Advice::new(view.range(from, to), help));
    }
    let code = view.word(-1);
    let amount = view.word(0);
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) && amount.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(Advice::new(view.range(-1, 0), format!("write the amount first: `{amount} {code}`")));
    }
    None
}

/// Where a phrase stands, by its first and last token.
fn at(view: &View<'_>, phrase: &str) -> Option<(isize, isize)> {
    let words = phrase.split(' ').count().cast_signed();
    (-words..=0)
        .map(|from| (from, from + words - 1))
        .find(|(from, _)| phrase.split(' ').zip(*from..).all(|(word, by)| view.word(by).eq_ignore_ascii_case(word)))
}
