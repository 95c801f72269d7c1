//! Numbers with a point where the rest of the file parts thousands with a comma.

use super::super::Problem;
use super::super::declare::Checker;
use crate::source::Span;

pub(super) fn find(checker: &Checker<'_>, out: &mut Vec<Problem>) {
    let file = checker.main();
    let numbers = numbers(checker.main_text());
    if !numbers.iter().any(|(_, n, _)| commas(n)) {
        return;
    }
    for (start, number, after) in numbers {
        if pointed(number, after) {
            let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let at = Span { file, start: place(start), end: place(start + number.len()) };
            out.push(Problem::Thousands { at, text: number.to_owned() });
        }
    }
}

/// `1,000`
fn commas(number: &str) -> bool {
    number.split('.').next().is_some_and(|whole| whole.contains(','))
}

/// `100.000`, or `12.500 shares`: neither a price nor a percentage.
fn pointed(number: &str, after: &str) -> bool {
    let Some((whole, rest)) = number.split_once('.') else { return false };
    let figures = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let groups = figures(whole) && whole.len() <= 3 && !whole.starts_with('0') && rest.len() == 3 && figures(rest);
    let counted = rest == "000" || (rest.ends_with("00") && after.trim_start().starts_with("share"));
    groups && counted && !after.starts_with(['%', '/'])
}

/// The numbers of a text with what follows them; those in comments, texts, clauses and words left out.
fn numbers(text: &str) -> Vec<(usize, &str, &str)> {
    let mut out = Vec::new();
    let (mut quoted, mut comment, mut before) = (false, false, ' ');
    let mut until = 0;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => comment = false,
            '#' if !quoted => comment = true,
            '"' | '“' | '”' if !comment => quoted = !quoted,
            c if c.is_ascii_digit() && !quoted && !comment && at >= until => {
                let rest = text.get(at..).unwrap_or("");
                let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(rest.len());
                let number = rest.get(..end).unwrap_or("").trim_end_matches(['.', ',']);
                until = at + end;
                if !(before.is_alphanumeric() || matches!(before, '_' | '.' | '§' | '-' | ':' | '¶')) {
                    out.push((at, number, rest.get(number.len()..).unwrap_or("")));
                }
            }
            _ => {}
        }
        before = c;
    }
    out
}
