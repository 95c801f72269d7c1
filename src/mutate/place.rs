//! Places in a text: words between the parts of a tree, comments left out.

use crate::source::Span;

/// A text whose comments are spaces, byte for byte.
pub(super) struct Masked(String);

impl Masked {
    pub(super) fn new(text: &str) -> Self {
        let mut out = String::with_capacity(text.len());
        let (mut quoted, mut comment) = (false, false);
        for c in text.chars() {
            match c {
                '\n' => comment = false,
                '"' | '“' | '”' if !comment => quoted = !quoted,
                '#' if !quoted => comment = true,
                _ => {}
            }
            if comment {
                out.extend(std::iter::repeat_n(' ', c.len_utf8()));
            } else {
                out.push(c);
            }
        }
        Self(out)
    }

    pub(super) fn text(&self, span: Span) -> &str {
        let at = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        self.0.get(at(span.start)..at(span.end)).unwrap_or("")
    }

    /// Where words stand within a place, with any white space between them: the first time, or the last.
    pub(super) fn find(&self, within: Span, words: &str, last: bool) -> Option<Span> {
        let text = self.text(within);
        let starts = text.char_indices().map(|(n, _)| n);
        let mut found = starts.filter_map(|n| matched(text, n, words).map(|len| (n, len)));
        let (at, len) = if last { found.next_back()? } else { found.next()? };
        let start = within.start.checked_add(u32::try_from(at).ok()?)?;
        let end = start.checked_add(u32::try_from(len).ok()?)?;
        Some(Span { file: within.file, start, end })
    }
}

/// How long some words are that stand at a place of a text, each whole.
fn matched(text: &str, at: usize, words: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let before = text.get(..at)?.chars().next_back();
    if before.is_some_and(is_word) && words.starts_with(is_word) {
        return None;
    }
    let mut rest = text.get(at..)?;
    for (n, word) in words.split(' ').enumerate() {
        let next = if n == 0 { rest } else { rest.trim_start() };
        rest = next.strip_prefix(word)?;
        if word.ends_with(is_word) && rest.starts_with(is_word) {
            return None;
        }
    }
    Some(text.len() - at - rest.len())
}

/// A text on one line, its comments left out.
pub(super) fn one_line(text: &str) -> String {
    Masked::new(text).0.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// From the end of one place to the beginning of another.
pub(super) const fn between(a: Span, b: Span) -> Span {
    Span { file: a.file, start: a.end, end: b.start }
}

#[cfg(test)]
mod tests {
    use super::{Masked, one_line};
    use crate::source::{FileId, Span};

    #[test]
    fn comments_are_no_text_and_signs_in_texts_are_no_comments() {
        assert_eq!(one_line("a # b < c\n  < d \"no #1\" e"), "a < d \"no #1\" e");
        let text = "a # < \n < b";
        let whole = Span { file: FileId(0), start: 0, end: 11 };
        let at = Masked::new(text).find(whole, "<", false);
        // `a # < ` is six bytes, then the line feed and a space
        assert_eq!(at.map(|s| (s.start, s.end)), Some((8, 9)));
    }

    #[test]
    fn words_are_found_whole() {
        let text = "overtake over  the top not over";
        let whole = Span { file: FileId(0), start: 0, end: 31 };
        let m = Masked::new(text);
        let found = |words: &str, last: bool| m.find(whole, words, last).map(|s| (s.start, s.end));
        assert_eq!(found("over", false), Some((9, 13)));
        assert_eq!(found("over the", false), Some((9, 18)));
        assert_eq!(found("over", true), Some((27, 31)));
        assert_eq!(found("take", false), None);
    }
}
