//! A file cut into blocks: each begins at the margin, so that one broken block does not hide the next.

use super::token::tokens;
use super::{DEEPEST, LONGEST, Problem};
use crate::source::{FileId, Span};

/// A block of text and where it begins.
pub(super) struct Block<'t> {
    /// Its text.
    pub text: &'t str,
    /// The offset of its first byte in the file.
    pub offset: usize,
    /// Whether a bracket or a text in it is not closed, or too much stands in one another.
    pub broken: bool,
}

/// Words that begin a declaration; at the margin they begin a block even inside an open brace.
pub(super) const OPENERS: [&str; 34] = [
    "terms",
    "library",
    "variant",
    "edition",
    "currency",
    "import",
    "allow",
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
    "final",
    "covenant",
    "obligation",
    "adjustment",
    "round",
    "postpone",
    "calendar",
    "report",
    "defect",
    "example",
    "replace",
    "remove",
    "extend",
    "set",
    "source",
    "trading",
    "months",
];

/// Cuts a file at its margin.
pub(super) fn split<'t>(file: FileId, text: &'t str, problems: &mut Vec<Problem>) -> Vec<Block<'t>> {
    let mut starts: Vec<usize> = Vec::new();
    let mut scan = Scan::default();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if let Some(start) = opens_block(line, &scan) {
            if scan.in_text || scan.depth > 0 {
                scan.report_open(file, problems);
                scan = Scan::default();
            }
            if !scan.glued {
                starts.push(offset + start);
            }
            scan.glued = glues(line);
        }
        scan.line(file, line, offset, problems);
        offset += line.len();
    }
    scan.report_open(file, problems);
    stray(file, text.get(..starts.first().copied().unwrap_or(text.len())).unwrap_or(""), problems);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let blocks: Vec<Block<'t>> = starts
        .iter()
        .zip(ends)
        .filter_map(|(&start, end)| text.get(start..end).map(|text| Block { text, offset: start, broken: false }))
        .collect();
    let broken: Vec<Span> = problems.iter().filter_map(Problem::breaks_block).collect();
    blocks
        .into_iter()
        .map(|b| {
            let end = b.offset + b.text.len();
            let broken = broken.iter().any(|s| (b.offset..end).contains(&usize::try_from(s.start).unwrap_or(usize::MAX)));
            Block { broken, ..b }
        })
        .collect()
}

/// Tells of what stands before the first block and is no comment.
fn stray(file: FileId, head: &str, problems: &mut Vec<Problem>) {
    let Some(token) = tokens(head).into_iter().find(|t| !t.text.starts_with('\u{FEFF}')) else { return };
    let events = matches!(token.text, "{" | "[");
    let help = events.then(|| "this looks like a stream of events; terms come first: `tenor run TERMS EVENTS`".to_owned());
    problems.push(Problem::Unexpected {
        at: span(file, token.start, token.text.len()),
        found: format!("`{}`", token.text.lines().next().unwrap_or("")),
        expected: vec!["a declaration such as `rule`, `state` or `define`, at the margin".to_owned()],
        inside: None,
        help,
    });
}

/// Whether a line begins a block, and at which byte (past a byte order mark).
fn opens_block(line: &str, scan: &Scan) -> Option<usize> {
    let body = line.trim_start_matches('\u{FEFF}');
    let first = body.chars().next()?;
    if !(first.is_alphanumeric() || first == '§') {
        return None;
    }
    let word: &str = body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
    let inside = scan.in_text || scan.depth > 0;
    (!inside || first == '§' || OPENERS.contains(&word)).then_some(line.len() - body.len())
}

/// Whether the declaration is on the next line at the margin: citations alone, `replace` alone.
fn glues(line: &str) -> bool {
    let body = line.split('#').next().unwrap_or(line).trim_start_matches('\u{FEFF}').trim();
    let body = body.strip_prefix("replace").map_or(body, str::trim_start);
    if body.is_empty() {
        return true;
    }
    body.starts_with('§') && !has_opener(body)
}

/// Whether a declaration follows the citations on the same line.
fn has_opener(body: &str) -> bool {
    let mut in_text = false;
    let outside: String = body
        .chars()
        .filter(|c| {
            if matches!(c, '"' | '“' | '”') {
                in_text = !in_text;
            }
            !in_text
        })
        .collect();
    outside.split_whitespace().any(|w| {
        let w = w.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        OPENERS.contains(&w) || matches!(w, "at" | "not")
    })
}

/// What is open at a point of the file.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_text: bool,
    opened: Option<(usize, usize)>,
    text_at: usize,
    glued: bool,
    deep: bool,
    /// The parts of the formulas that are open, by bracket, the innermost last.
    parts: Vec<usize>,
    /// Whether the line before ends in the middle of a formula.
    goes_on: bool,
}

impl Scan {
    /// Follows brackets and text through a line.
    fn line(&mut self, file: FileId, line: &str, offset: usize, problems: &mut Vec<Problem>) {
        self.formula(file, line, offset, problems);
        for (at, c) in line.char_indices() {
            let here = offset + at;
            match c {
                '"' | '“' | '”' => {
                    self.in_text = !self.in_text;
                    self.text_at = here;
                }
                '#' if !self.in_text => return,
                '{' | '(' | '[' if !self.in_text => {
                    if self.depth == 0 {
                        self.opened = Some((here, c.len_utf8()));
                    }
                    self.depth += 1;
                    if self.depth > DEEPEST && !self.deep {
                        self.deep = true;
                        problems.push(Problem::TooDeep { at: span(file, here, 1) });
                    }
                }
                '}' | ')' | ']' if !self.in_text => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Counts the parts of formulas: what has no brackets is read from the inside out all the same.
    fn formula(&mut self, file: FileId, line: &str, offset: usize, problems: &mut Vec<Problem>) {
        let mut in_text = self.in_text;
        if !in_text && !self.goes_on && !begins_in_a_formula(line) {
            self.parts.iter_mut().for_each(|n| *n = 0);
        }
        self.parts.resize(self.parts.len().max(1), 0);
        let mut word = 0;
        for (at, c) in line.char_indices() {
            if in_text || c == '"' {
                in_text ^= matches!(c, '"' | '“' | '”');
                word = at + c.len_utf8();
                continue;
            }
            if c.is_alphanumeric() || c == '_' {
                continue;
            }
            let counts = usize::from(TAKES_IN.contains(&line.get(word..at).unwrap_or(""))) + usize::from(SIGNS.contains(&c));
            word = at + c.len_utf8();
            match c {
                '#' => break,
                '“' | '”' => in_text = true,
                '{' | '(' | '[' => self.parts.push(0),
                '}' | ')' | ']' if self.parts.len() > 1 => {
                    self.parts.pop();
                }
                _ => {}
            }
            if let Some(last) = self.parts.last_mut() {
                *last += counts;
            }
            if counts > 0 && self.parts.iter().sum::<usize>() > LONGEST && !self.deep {
                self.deep = true;
                problems.push(Problem::TooLong { at: span(file, offset + at.min(line.len()), c.len_utf8()) });
            }
        }
        let end = line.trim_end();
        let last = end.rsplit(char::is_whitespace).next().unwrap_or("");
        self.goes_on = TAKES_IN.contains(&last) || end.ends_with(SIGNS);
    }

    /// Tells of what was opened and never closed.
    fn report_open(&self, file: FileId, problems: &mut Vec<Problem>) {
        if self.in_text {
            problems.push(Problem::OpenText { at: span(file, self.text_at, 1) });
        } else if let (true, Some((at, len))) = (self.depth > 0, self.opened) {
            problems.push(Problem::OpenBracket { at: span(file, at, len) });
        }
    }
}

/// Words after which a formula takes in all that follows.
const TAKES_IN: [&str; 10] = ["where", "not", "known", "void", "of", "over", "and", "or", "rounded", "is"];

/// Signs of formulas.
const SIGNS: [char; 14] = ['+', '-', '−', '–', '*', '×', '/', '÷', '^', '<', '>', '≤', '≥', '='];

/// Whether a line goes on with the formula of the line before.
fn begins_in_a_formula(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or("");
    TAKES_IN.contains(&first) || first.starts_with(SIGNS)
}

/// A place of a few bytes.
fn span(file: FileId, at: usize, len: usize) -> Span {
    let start = u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start, end: start.saturating_add(u32::try_from(len).unwrap_or(1)) }
}
