//! Reasons why a change need not be noticed: `# mutants: WHY`, in a comment.

use crate::source::{FileId, Span};
use crate::syntax::ast::Item;

/// How such a comment begins.
const SIGN: &str = "# mutants:";

/// A reason, and the place it speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The line of the comment, from 1.
    pub line: usize,
    /// Why.
    pub why: String,
    /// The place: changes that begin in it need not be noticed.
    pub of: Span,
}

impl Allowed {
    /// Whether a change that begins at a place is one it speaks of.
    #[must_use]
    pub fn covers(&self, at: Span) -> bool {
        at.file == self.of.file && self.of.start <= at.start && at.start < self.of.end
    }
}

/// The reasons a file gives. One at the end of a line speaks of that line, one on a line of its own of the next, and one at the margin
/// of the declaration that follows.
#[must_use]
pub fn allowed(file: FileId, text: &str, items: &[Item]) -> Vec<Allowed> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut waiting: Vec<(usize, String, bool)> = Vec::new();
    for (n, line) in (1..).zip(text.split_inclusive('\n')) {
        let end = start + line.len();
        let at = |from: usize, to: usize| Span { file, start: place(from), end: place(to) };
        let code = line.split('#').next().unwrap_or("").trim();
        if code.is_empty() {
            if let Some((before, why)) = line.split_once(SIGN) {
                waiting.push((n, why.trim().to_owned(), before.is_empty()));
            }
        } else {
            for (line, why, margin) in waiting.drain(..) {
                let item =
                    items.iter().map(|i| i.span).find(|s| s.file == file && place(start) <= s.start && s.start < place(end));
                let of = item.filter(|_| margin).unwrap_or_else(|| at(start, end));
                out.push(Allowed { line, why, of });
            }
            if let Some((_, why)) = line.split_once(SIGN) {
                out.push(Allowed { line: n, why: why.trim().to_owned(), of: at(start, end) });
            }
        }
        start = end;
    }
    // what speaks of nothing is told of as what is not needed
    out.extend(waiting.into_iter().map(|(line, why, _)| Allowed { line, why, of: Span { file, ..Span::default() } }));
    out
}

fn place(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
