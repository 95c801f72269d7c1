//! What can be wrong with the text of a terms file.

use super::{DEEPEST, LONGEST};
use crate::source::Span;
use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

/// Something wrong with the text.
#[derive(Debug, Clone, Error)]
pub enum Problem {
    /// A word or sign the grammar has no place for.
    #[error("{}", unexpected(found))]
    Unexpected { at: Span, found: String, expected: Vec<String>, inside: Option<String>, help: Option<String> },
    /// A word of the language where a name is needed.
    #[error("`{word}` is a word of the language and cannot be a name")]
    Reserved { at: Span, word: String, help: String },
    /// Text that is not closed.
    #[error("text that is not closed")]
    OpenText { at: Span },
    /// A bracket that is not closed.
    #[error("a bracket that is not closed")]
    OpenBracket { at: Span },
    /// Too many brackets inside one another.
    #[error("more than {DEEPEST} brackets inside one another")]
    TooDeep { at: Span },
    /// A formula that goes on and on without brackets.
    #[error("more than {LONGEST} signs and questions in one formula")]
    TooLong { at: Span },
    /// A date that is in no calendar.
    #[error("`{text}` is no date")]
    BadDate { at: Span, text: String },
    /// An hour that is on no clock.
    #[error("`{text}` is no time of day")]
    BadClock { at: Span, text: String },
    /// A number that cannot be held exactly.
    #[error("`{text}` cannot be held exactly")]
    BadNumber { at: Span, text: String },
    /// Nothing in the file.
    #[error("the file says nothing")]
    Empty { at: Span },
    /// The grammar and the program disagree: our bug.
    #[error("the grammar allows something the program does not know: {what}")]
    Grammar { at: Span, what: String },
}

impl Problem {
    /// Where it is.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Unexpected { at, .. }
            | Self::Reserved { at, .. }
            | Self::OpenText { at }
            | Self::OpenBracket { at }
            | Self::TooDeep { at }
            | Self::TooLong { at }
            | Self::BadDate { at, .. }
            | Self::BadClock { at, .. }
            | Self::BadNumber { at, .. }
            | Self::Empty { at }
            | Self::Grammar { at, .. } => *at,
        }
    }

    /// The block it makes unreadable, by a place in it.
    pub(super) const fn breaks_block(&self) -> Option<Span> {
        match self {
            Self::OpenText { at } | Self::OpenBracket { at } | Self::TooDeep { at } | Self::TooLong { at } => Some(*at),
            Self::Unexpected { .. }
            | Self::Reserved { .. }
            | Self::BadDate { .. }
            | Self::BadClock { .. }
            | Self::BadNumber { .. }
            | Self::Empty { .. }
            | Self::Grammar { .. } => None,
        }
    }

    /// Its code, the name of its fixture and of its heading in the documentation.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Unexpected { .. } => "syntax::unexpected",
            Self::Reserved { .. } => "syntax::reserved",
            Self::OpenText { .. } => "syntax::open-text",
            Self::OpenBracket { .. } => "syntax::open-bracket",
            Self::TooDeep { .. } => "syntax::too-deep",
            Self::TooLong { .. } => "syntax::too-long",
            Self::BadDate { .. } => "syntax::bad-date",
            Self::BadClock { .. } => "syntax::bad-clock",
            Self::BadNumber { .. } => "syntax::bad-number",
            Self::Empty { .. } => "syntax::empty",
            Self::Grammar { .. } => "syntax::grammar",
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Unexpected { inside: Some(inside), .. } => format!("while reading {inside}"),
            Self::Unexpected { .. } => "not expected".into(),
            Self::Reserved { .. } => "taken".into(),
            Self::OpenText { .. } => "opened here".into(),
            Self::OpenBracket { .. } => "opened here, and still open where the next block begins".into(),
            Self::TooDeep { .. } | Self::TooLong { .. } => "one too many".into(),
            Self::BadDate { .. } => "no such day".into(),
            Self::BadClock { .. } => "no such time".into(),
            Self::BadNumber { .. } => "too many digits".into(),
            Self::Empty { .. } => "nothing here".into(),
            Self::Grammar { .. } => "here".into(),
        }
    }

    fn advice(&self) -> String {
        match self {
            Self::Unexpected { help: Some(help), .. } | Self::Reserved { help, .. } => help.clone(),
            Self::Unexpected { expected, .. } if expected.is_empty() => {
                "compare the block with its example in docs/language.md".into()
            }
            Self::Unexpected { expected, .. } => format!("expected {}", one_of(expected)),
            Self::OpenText { .. } => "close it with `\"`".into(),
            Self::OpenBracket { .. } => {
                "close it; inside a block, indent every line: what begins at the margin begins a new block".into()
            }
            Self::TooDeep { .. } | Self::TooLong { .. } => "give the inner formulas names with `define`".into(),
            Self::BadDate { text, .. } => super::date_advice(text),
            Self::BadClock { .. } => "write hours as 00:00 to 23:59".into(),
            Self::BadNumber { .. } => "a number has at most 28 digits, all before and after the point together".into(),
            Self::Empty { .. } => "a file begins with `terms \"…\"`, `library \"…\"` or `variant \"…\" of \"…\"`".into(),
            Self::Grammar { .. } => "this is a bug in tenor; please report it with the file".into(),
        }
    }
}

/// What stands where nothing of the kind can; nothing at all, where more is needed.
fn unexpected(found: &str) -> String {
    if found.is_empty() { "more is needed before the block ends".to_owned() } else { format!("{found} cannot stand here") }
}

/// `a`, `a or b`, `a, b or c`.
fn one_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.id()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.advice()))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some(self.label()), self.span().label()))))
    }
}
