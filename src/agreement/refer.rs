//! References from one clause to another.

use super::Agreement;
use super::mark::bare;

/// A reference that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The clause it stands in.
    pub clause: String,
    /// The line that clause begins on.
    pub line: usize,
    /// The clause it names.
    pub to: String,
    /// Whether the clause calls itself so; else there is no such clause.
    pub itself: bool,
}

/// All references that are wrong.
pub(super) fn wrong(a: &Agreement) -> Vec<Wrong> {
    let mut out: Vec<Wrong> = Vec::new();
    for (n, c) in a.clauses.iter().enumerate() {
        for text in &c.paragraphs {
            for r in references(text) {
                let Some((to, itself)) = judge(a, n, &r) else { continue };
                let found = Wrong { clause: c.number.clone(), line: c.line, to, itself };
                if !out.contains(&found) {
                    out.push(found);
                }
            }
        }
    }
    out
}

/// A reference as written.
struct Reference {
    /// `4(d)`, or `(d)` where no section is named.
    to: String,
    /// `this Section 4(d)`
    this: bool,
}

/// What is wrong with a reference, if anything.
fn judge(a: &Agreement, from: usize, r: &Reference) -> Option<(String, bool)> {
    let mut around = Vec::new();
    let mut at = Some(from);
    while let Some(c) = at.and_then(|n| a.clauses.get(n)) {
        around.push(c.number.as_str());
        at = c.parent;
    }
    let exists = |number: &str| a.find(number).is_some();
    if r.to.starts_with('(') {
        let found = around.iter().any(|n| exists(&format!("{n}{}", r.to)));
        return (!found).then(|| (r.to.clone(), false));
    }
    if !exists(&r.to) {
        return Some((r.to.clone(), false));
    }
    (r.this && !around.contains(&r.to.as_str())).then(|| (r.to.clone(), true))
}

/// The references of a text.
fn references(text: &str) -> Vec<Reference> {
    let mut out = Vec::new();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let name = word.trim_start_matches(['(', '"']).to_lowercase();
        let this = at > 0 && words.get(at - 1).is_some_and(|w| w.eq_ignore_ascii_case("this"));
        at += 1;
        let section = matches!(name.as_str(), "section" | "sections");
        if !section && !matches!(name.trim_end_matches('s'), "subsection" | "paragraph" | "clause") {
            continue;
        }
        let (mut list, end) = list(&words, at, section);
        let (foreign, base) = place(&words, end, section);
        at = end;
        if foreign {
            continue;
        }
        if let Some(base) = base {
            list.iter_mut().for_each(|to| *to = format!("{base}{to}"));
        }
        out.extend(list.into_iter().map(|to| Reference { to, this }));
    }
    out
}

/// `4(d) or (e)`, `2(c), 2(d) or 2(e)`, `(b) through (c)`, and the place after it.
fn list(words: &[&str], mut at: usize, section: bool) -> (Vec<String>, usize) {
    let mut out: Vec<String> = Vec::new();
    while let Some(word) = words.get(at) {
        let joint = matches!(*word, "or" | "and" | "through" | "and/or");
        let Some(to) = number(word, out.first().filter(|_| section)) else {
            let more = joint && !out.is_empty() && words.get(at + 1).is_some_and(|w| number(w, out.first()).is_some());
            if more {
                at += 1;
                continue;
            }
            break;
        };
        if !section && !to.starts_with('(') {
            break;
        }
        out.push(to);
        at += 1;
        let goes_on = word.ends_with(',') || words.get(at).is_some_and(|w| matches!(*w, "or" | "and" | "through"));
        if !goes_on || word.ends_with('.') {
            break;
        }
    }
    (out, at)
}

/// A number of a clause in a word; `(e)` after `4(d)` is `4(e)`.
fn number(word: &str, first: Option<&String>) -> Option<String> {
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    let mut rest = word.get(digits.len()..)?;
    let mut out = digits;
    if out.is_empty()
        && let Some(first) = first
    {
        let depth = word.matches('(').count();
        let kept = first.match_indices('(').rev().nth(depth.saturating_sub(1)).map_or(first.len(), |(n, _)| n);
        out.push_str(first.get(..kept)?);
    }
    let alone = out.is_empty();
    while let Some((mark, after)) = bare(rest) {
        out.push_str(&format!("({mark})"));
        rest = after;
    }
    let ended = rest.trim_matches([',', '.', ';', ':', ')', '"']).is_empty();
    (ended && !out.is_empty() && (!alone || out.starts_with('('))).then_some(out)
}

/// What follows a reference: `of the Purchase Agreement` makes it another document's; `of Section 2` says where it is.
fn place(words: &[&str], at: usize, section: bool) -> (bool, Option<String>) {
    let get = |n: usize| words.get(at + n).copied().unwrap_or("");
    if get(0) != "of" {
        return (false, None);
    }
    let (next, then) = if get(1) == "this" { (get(2), get(3)) } else { (get(1), get(2)) };
    if !section && next == "Section" {
        return (false, number(then, None));
    }
    (section && get(1) != "this", None)
}
