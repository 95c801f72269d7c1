//! The numbers of clauses: `1.`, `(a)`, `(iv)`, `(B)`, `(2)`.

/// How clauses are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Digits,
    Lower,
    Upper,
    LowerRoman,
    UpperRoman,
}

/// What a mark may count, in each way of counting; `i` is the first of one and the ninth of another.
pub(super) fn counts(mark: &str) -> Vec<(Style, u32)> {
    let mut out = Vec::new();
    if let Ok(n) = mark.parse() {
        out.push((Style::Digits, n));
    }
    let lower = mark.to_lowercase();
    let styles = match (mark == lower, mark == mark.to_uppercase()) {
        (true, false) => (Style::LowerRoman, Style::Lower),
        (false, true) => (Style::UpperRoman, Style::Upper),
        _ => return out,
    };
    if let Some(n) = roman(&lower) {
        out.push((styles.0, n));
    }
    if let Some(n) = letters(&lower) {
        out.push((styles.1, n));
    }
    out
}

/// `a` is 1, `z` 26, `aa` 27.
fn letters(mark: &str) -> Option<u32> {
    let first = mark.chars().next().filter(char::is_ascii_lowercase)?;
    let same = mark.chars().all(|c| c == first);
    let round = u32::try_from(mark.len()).ok()?;
    (same && round <= 3).then(|| (u32::from(first) - u32::from('a')) + 1 + 26 * (round - 1))
}

fn roman(mark: &str) -> Option<u32> {
    (1..=39).find(|n| to_roman(*n) == mark)
}

fn to_roman(mut n: u32) -> String {
    let mut out = String::new();
    for (value, word) in [(10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")] {
        while n >= value {
            out.push_str(word);
            n -= value;
        }
    }
    out
}

/// The number of a section at the beginning of a line, and what follows it.
pub(super) fn section(words: &str) -> Option<(u32, &str)> {
    let rest = ["Section ", "SECTION ", "§"].iter().find_map(|p| words.strip_prefix(p)).unwrap_or(words).trim_start();
    let (digits, rest) = rest.split_once('.')?;
    let n = digits.parse().ok()?;
    rest.starts_with(' ').then_some((n, rest.trim_start()))
}

/// A mark in parentheses at the beginning, and what follows it.
pub(super) fn leading(words: &str) -> Option<(&str, &str)> {
    let (mark, rest) = bare(words)?;
    rest.starts_with(' ').then_some((mark, rest.trim_start()))
}

/// A mark in parentheses at the beginning, whatever follows.
pub(super) fn bare(words: &str) -> Option<(&str, &str)> {
    let (mark, rest) = words.strip_prefix('(')?.split_once(')')?;
    (mark.len() <= 5 && !counts(mark).is_empty()).then_some((mark, rest))
}
