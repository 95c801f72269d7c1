//! Terms with one thing changed: a constant, a comparison, a limit, a window, a rounding, a condition. A change is a place in a file
//! and the text that is put there, found by the places of the syntax tree; whether the result still checks is for the checker to say.

mod allow;
mod formula;
mod item;
mod literal;
mod place;

pub use allow::{Allowed, allowed};
pub use item::name;

use crate::source::{Sources, Span};
use crate::syntax::ast::{Citation, Item};
use place::Masked;
use std::collections::BTreeMap;

/// Sorts of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// A number or a date is another.
    Constant,
    /// A comparison takes in its bound, or leaves it out.
    Comparison,
    /// Another operator, or another function.
    Operator,
    /// A condition always holds, or never does.
    Condition,
    /// A limit is left out, or is on the other side.
    Limit,
    /// Another rounding, or none.
    Rounding,
    /// The days a question looks at are all days.
    Window,
    /// A question asks for something else.
    Question,
    /// The start of a day is its close, or the other way round.
    Edge,
    /// A rule no longer gives way to another.
    Priority,
    /// A statement is left out.
    Statement,
}

impl Sort {
    /// As a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Comparison => "comparison",
            Self::Operator => "operator",
            Self::Condition => "condition",
            Self::Limit => "limit",
            Self::Rounding => "rounding",
            Self::Window => "window",
            Self::Question => "question",
            Self::Edge => "edge",
            Self::Priority => "priority",
            Self::Statement => "statement",
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// Which sort.
    pub sort: Sort,
    /// The place that is changed.
    pub span: Span,
    /// What is put there.
    pub text: String,
    /// The formula it is about, or is part of: where that is never evaluated, nothing can notice.
    pub formula: Option<Span>,
    /// The declaration: its sort and its name.
    pub of: (&'static str, String),
    /// The clauses it comes from.
    pub clauses: Vec<String>,
}

impl Mutant {
    /// The text of the whole file with the change in it.
    #[must_use]
    pub fn applied(&self, text: &str) -> String {
        let at = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let head = text.get(..at(self.span.start)).unwrap_or("");
        let tail = text.get(at(self.span.end)..).unwrap_or("");
        format!("{head}{}{tail}", self.text)
    }

    /// The lines that are changed, before and after, each as one.
    #[must_use]
    pub fn diff(&self, sources: &Sources) -> (String, String) {
        let text = sources.get(self.span.file).map_or("", |s| &s.text);
        let at = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let (start, end) = (at(self.span.start), at(self.span.end));
        let head = text.get(..start).and_then(|t| t.rsplit('\n').next()).unwrap_or("");
        let tail = text.get(end..).and_then(|t| t.split('\n').next()).unwrap_or("");
        let one = |middle: &str| place::one_line(&format!("{head}{middle}{tail}"));
        (one(text.get(start..end).unwrap_or("")), one(&self.text))
    }
}

/// All changes of some blocks, in the order of the files.
#[must_use]
pub fn mutants(items: &[Item], sources: &Sources) -> Vec<Mutant> {
    let mut finder = Finder::new(sources);
    items.iter().for_each(|i| finder.item(i));
    let mut out = finder.out;
    out.sort_by(|a, b| (a.span, &a.text).cmp(&(b.span, &b.text)));
    out.dedup_by(|a, b| (a.span, &a.text) == (b.span, &b.text));
    out
}

/// What looks for changes.
struct Finder<'s> {
    sources: &'s Sources,
    /// The texts without their comments, by the number of the file.
    masked: BTreeMap<u16, Masked>,
    of: (&'static str, String),
    clauses: Vec<String>,
    out: Vec<Mutant>,
}

impl<'s> Finder<'s> {
    fn new(sources: &'s Sources) -> Self {
        let masked = (0..).zip(sources.iter()).map(|(n, s)| (n, Masked::new(&s.text))).collect();
        Self { sources, masked, of: ("", String::new()), clauses: Vec::new(), out: Vec::new() }
    }

    /// A change of a place, which is about a formula.
    fn put(&mut self, sort: Sort, span: Span, text: impl Into<String>, formula: Option<Span>) {
        let text = text.into();
        if span.start <= span.end && self.sources.text(span) != text {
            let (of, clauses) = (self.of.clone(), self.clauses.clone());
            self.out.push(Mutant { sort, span, text, formula, of, clauses });
        }
    }

    /// The text of a place without its comments.
    fn text(&self, span: Span) -> &str {
        self.masked.get(&span.file.0).map_or("", |m| m.text(span))
    }

    /// Where a word stands within a place: the first time, or the last.
    fn find(&self, within: Span, word: &str, last: bool) -> Option<Span> {
        self.masked.get(&within.file.0)?.find(within, word, last)
    }

    fn block(&mut self, of: (&'static str, String), citations: &[Citation]) {
        self.of = of;
        self.clauses = citations.iter().map(Citation::cite).collect();
    }
}
