//! Paragraphs to clauses.

use super::mark::{Style, counts, leading, section};
use super::page::Paragraph;
use super::{Agreement, Clause};

/// A clause that may go on, or have a next one.
struct Open {
    clause: usize,
    count: Option<(Style, u32)>,
    /// Whether it began in the middle of a paragraph.
    inline: bool,
    /// How far from the margin its number stands, and how far its text at the least.
    first: usize,
    least: usize,
}

#[derive(Default)]
struct Outline {
    out: Agreement,
    open: Vec<Open>,
    last: u32,
}

/// The clauses of paragraphs.
pub(super) fn outline(paragraphs: &[Paragraph]) -> Agreement {
    let mut o = Outline::default();
    for p in paragraphs {
        o.paragraph(p);
    }
    for c in &mut o.out.clauses {
        if c.heading.is_empty() {
            c.heading = heading(c.paragraphs.first().map_or("", String::as_str)).to_owned();
        }
    }
    o.out
}

impl Outline {
    fn paragraph(&mut self, p: &Paragraph) {
        let mut text = p.text.as_str();
        if let Some((n, rest)) = section(text).filter(|(n, _)| *n > self.last && *n <= self.last + 3) {
            self.last = n;
            self.open.clear();
            self.push(n.to_string(), Some((Style::Digits, n)), false, p, false);
            text = rest;
        } else if self.open.is_empty() {
            self.out.face.push_str(text);
            self.out.face.push('\n');
            return;
        } else if let Some(term) = term(text) {
            self.leave(|o| o.inline || o.count.is_none());
            let parent = self.number();
            self.push(format!("{parent} \"{term}\""), None, false, p, false);
            if let Some(c) = self.current() {
                c.defines = true;
                c.heading = term.to_owned();
            }
        } else if let Some((mark, rest)) = leading(text)
            && self.place(mark, p, true, false, rest.starts_with(|c: char| c.is_lowercase()))
        {
            text = rest;
        } else {
            self.leave(|o| o.inline);
            self.leave(|o| p.first < o.least);
        }
        if let Some(c) = self.current() {
            c.paragraphs.push(String::new());
        }
        self.text(text, p);
    }

    /// The text of a paragraph, with the items numbered in it.
    fn text(&mut self, text: &str, p: &Paragraph) {
        let mut from = 0;
        let mut said = 0;
        while let Some(at) = text.get(from..).and_then(|t| t.find('(')).map(|n| n + from) {
            from = at + 1;
            let (before, after) = (text.get(..at).unwrap_or(""), text.get(at..).unwrap_or(""));
            let Some((mark, rest)) = leading(after) else { continue };
            if at > 0 && (!before.ends_with(' ') || refers(before, rest)) {
                continue;
            }
            let passage = text.get(said..at).unwrap_or("");
            let before = self.open.last().map(|o| o.clause);
            if self.place(mark, p, false, sentence_ended(passage), true) {
                if let Some(last) = before.and_then(|c| self.out.clauses.get_mut(c)).and_then(|c| c.paragraphs.last_mut()) {
                    last.push_str(passage);
                }
                said = text.len() - rest.len();
                from = said;
                if let Some(c) = self.current() {
                    c.paragraphs.push(String::new());
                }
            }
        }
        self.add(text.get(said..).unwrap_or(""));
    }

    fn add(&mut self, text: &str) {
        if let Some(last) = self.current().and_then(|c| c.paragraphs.last_mut()) {
            last.push_str(text);
        }
    }

    /// Opens a clause with a mark, where one may stand; whether it did.
    fn place(&mut self, mark: &str, p: &Paragraph, block: bool, fresh: bool, item: bool) -> bool {
        let counts = counts(mark);
        for depth in (1..self.open.len()).rev() {
            let Some(o) = self.open.get(depth) else { break };
            if !block && !o.inline {
                break;
            }
            let next = o.count.map(|(style, n)| (style, n + 1));
            let begins = counts.iter().any(|(_, n)| *n == 1);
            if next.is_some_and(|n| counts.contains(&n)) && !(begins && block && o.first != p.first) {
                self.open.truncate(depth);
                self.number_and_push(mark, next, block, p, item);
                return true;
            }
        }
        let Some(count) = counts.iter().find(|(_, n)| *n == 1).copied() else { return false };
        if block || fresh {
            self.leave(|o| o.inline);
        } else if let Some(depth) = self.open.iter().position(|o| o.inline && o.count.is_some_and(|c| c.0 == count.0)) {
            self.open.truncate(depth);
        }
        self.number_and_push(mark, Some(count), block, p, item);
        true
    }

    fn number_and_push(&mut self, mark: &str, count: Option<(Style, u32)>, block: bool, p: &Paragraph, item: bool) {
        let number = format!("{}({mark})", self.number());
        self.push(number, count, !block, p, item);
    }

    fn push(&mut self, number: String, count: Option<(Style, u32)>, inline: bool, p: &Paragraph, item: bool) {
        let parent = self.open.last().map(|o| o.clause);
        let clause = self.out.find(&number).unwrap_or_else(|| {
            self.out.clauses.push(Clause { number, line: p.line, parent, item, ..Clause::default() });
            self.out.clauses.len() - 1
        });
        self.open.push(Open { clause, count, inline, first: p.first, least: p.first.min(p.rest) });
    }

    /// Closes clauses from the innermost on, but never the section.
    fn leave(&mut self, done: impl Fn(&Open) -> bool) {
        while self.open.len() > 1 && self.open.last().is_some_and(&done) {
            self.open.pop();
        }
    }

    fn current(&mut self) -> Option<&mut Clause> {
        let at = self.open.last()?.clause;
        self.out.clauses.get_mut(at)
    }

    fn number(&mut self) -> String {
        self.current().map_or_else(String::new, |c| c.number.clone())
    }
}

/// The term that a paragraph defines.
fn term(text: &str) -> Option<&str> {
    let (term, rest) = text.strip_prefix('"')?.split_once('"')?;
    let near: String = rest.chars().take(60).collect();
    let means = [" mean", " has the meaning", " have the meaning", " shall mean", " shall have the meaning"];
    means.iter().any(|m| near.contains(m)).then_some(term)
}

/// Whether a mark in the text speaks of another clause: `subsection (b)`, `(a), (b) or (c) hereof`.
fn refers(before: &str, rest: &str) -> bool {
    let last = before.trim_end().rsplit([' ', '(']).next().unwrap_or("").to_lowercase();
    let next = rest.split_whitespace().next().unwrap_or("");
    let named = [
        "section",
        "sections",
        "subsection",
        "subsections",
        "paragraph",
        "paragraphs",
        "clause",
        "clauses",
        "through",
        "in",
        "under",
    ];
    let number = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    named.contains(&last.as_str())
        || number.contains(&last.as_str())
        || ["or", "and", "through", "hereof", "of", "above", "below"].contains(&next.trim_end_matches([',', '.', ';']))
}

/// Whether a sentence has ended in a passage, and another has begun.
fn sentence_ended(passage: &str) -> bool {
    passage.match_indices(". ").any(|(n, _)| passage.get(n + 2..).is_some_and(|t| t.starts_with(char::is_uppercase)))
}

/// The heading at the beginning of a clause: a short first sentence whose long words begin with capitals.
pub(super) fn heading(text: &str) -> &str {
    let end = text.find(". ").or_else(|| text.ends_with('.').then(|| text.len() - 1));
    let Some(first) = end.and_then(|n| text.get(..n)) else { return "" };
    let words: Vec<&str> = first.split_whitespace().collect();
    let titled = words.iter().filter(|w| w.chars().count() > 5).all(|w| w.starts_with(char::is_uppercase));
    if words.len() <= 16 && titled { first } else { "" }
}
