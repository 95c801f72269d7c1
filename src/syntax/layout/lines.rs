//! The lines of a file: what stands on each, and how far in.

use super::words::Words;
use std::ops::Range;

/// One line.
#[derive(Debug)]
pub(super) struct Line {
    /// Its words.
    pub words: Range<usize>,
    /// How many spaces it is indented.
    pub indent: usize,
    /// Whether a blank line stands before it.
    pub blank: bool,
}

/// A bracket that is open.
struct Open {
    /// The word that opens it.
    word: usize,
    /// The line it is on.
    line: usize,
}

/// The lines of a file, indented.
pub(super) fn lines(words: &Words<'_>) -> Vec<Line> {
    let mut out = cut(words);
    let mut line_of = vec![0; words.list.len()];
    for (n, line) in out.iter().enumerate() {
        line.words.clone().for_each(|w| line_of.get_mut(w).into_iter().for_each(|l| *l = n));
    }
    let mut open: Vec<Open> = Vec::new();
    for n in 0..out.len() {
        let Some(range) = out.get(n).map(|l| l.words.clone()) else { break };
        let indent = indent(words, &out, &line_of, &open, n, range.start);
        if let Some(line) = out.get_mut(n) {
            line.indent = indent;
        }
        for at in range {
            let Some(word) = words.list.get(at) else { continue };
            if word.opens() {
                open.push(Open { word: at, line: n });
            } else if word.closes() {
                open.pop();
            }
        }
    }
    out
}

/// Cuts a file where its author did.
fn cut(words: &Words<'_>) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let mut end = 0;
    for (n, word) in words.list.iter().enumerate() {
        let breaks = words.text.get(end..word.start).unwrap_or("").matches('\n').count();
        let before = n.checked_sub(1).and_then(|p| words.list.get(p));
        match out.last_mut() {
            Some(line) if breaks == 0 && before.is_some_and(|b| b.block == word.block) => line.words.end = n + 1,
            last => {
                let inside = !before.is_some_and(|b| b.opens() && !b.is_comment()) && !word.closes();
                let blank = last.is_some() && breaks > 1 && inside;
                out.push(Line { words: n..n + 1, indent: 0, blank });
            }
        }
        end = word.end;
    }
    out
}

/// How far in a line stands.
fn indent(words: &Words<'_>, lines: &[Line], line_of: &[usize], open: &[Open], n: usize, first: usize) -> usize {
    let Some(word) = words.list.get(first) else { return 0 };
    let of_line = |line: usize| lines.get(line).map_or(0, |l| l.indent);
    let base = open.last().map_or(0, |o| of_line(o.line) + 2);
    if word.closes() {
        return open.last().map_or(0, |o| of_line(o.line));
    }
    if word.is_comment() {
        return comment(words, lines, line_of, open, n, first, base);
    }
    if &*word.text == "{" && word.opens() {
        return base;
    }
    let from = open.last().map_or(0, |o| o.word + 1);
    let bracket = open.last().map(|o| o.line);
    let mut starts: Vec<usize> = word
        .within
        .iter()
        .filter(|w| **w >= from && **w < first)
        .filter_map(|w| line_of.get(*w).copied())
        .filter(|line| *line < n && bracket.is_none_or(|b| *line > b))
        .collect();
    starts.dedup();
    base + 2 * starts.len()
}

/// A comment stands as what follows it in its block, and after the last word of a block as it was: at the margin, or not.
fn comment(words: &Words<'_>, lines: &[Line], line_of: &[usize], open: &[Open], n: usize, first: usize, base: usize) -> usize {
    let block = words.list.get(first).map(|w| w.block);
    let mut rest = words.list.iter().enumerate().skip(first).filter(|(_, w)| !w.is_comment());
    match rest.next().filter(|(_, w)| Some(w.block) == block) {
        Some((_, w)) if w.closes() => base,
        Some((at, _)) => indent(words, lines, line_of, open, n, at),
        None => {
            let start = words.list.get(first).map_or(0, |w| w.start);
            let margin = words.text.get(..start).is_none_or(|head| head.is_empty() || head.ends_with(['\n', '\u{FEFF}']));
            if margin || block == Some(0) { 0 } else { 2 }
        }
    }
}
