//! Values of formulas, and why there may be none.

use crate::source::Span;
use crate::terms::{ClauseId, Type};
use std::rc::Rc;

/// An exact fraction.
pub type Number = num_rational::BigRational;

/// An entry or an event: a number that is its own in every pass over the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry(pub usize);

/// A line of a list or of an effect: a value for each column, or none.
pub type Line = Rc<Vec<Option<Value>>>;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number, with whatever dimension, or a ratio.
    Number(Number),
    /// A day, a moment in minutes, months, trading days, a condition, a word.
    Whole(i64),
    /// Text.
    Text(Rc<str>),
    /// An entry, or a past event.
    Entry(Entry),
    /// A list.
    List(Rc<Vec<Line>>),
    /// A line of a list.
    Line(Line),
}

impl Value {
    /// A condition.
    #[must_use]
    pub fn yes(holds: bool) -> Self {
        Self::Whole(i64::from(holds))
    }

    /// A text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(Rc::from(text))
    }
}

/// Arithmetic that has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Too large for a decimal.
    Overflow,
    /// Division by zero.
    DivisionByZero,
    /// A power that has no answer.
    NoAnswer,
    /// A value for which a function has none.
    OutsideFunction,
    /// A day that a calendar does not know.
    OutsideCalendar,
    /// A value beyond the edges of a table.
    OutsideTable,
    /// New values that need one another.
    Circular,
    /// An entry that does not exist.
    NoEntry,
    /// Trading days that do not come.
    NoTradingDay,
    /// A rule that brings itself about again and again.
    Endless,
}

/// A part of a text for a reader.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// As it stands.
    Plain(String),
    /// A value with its type; none where it is not known.
    Value(Option<Value>, Type),
}

/// What terms say when they say no, or that the run cannot go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Whether the run stops.
    pub stop: bool,
    /// The clause.
    pub clause: Option<ClauseId>,
    /// The reason.
    pub reason: Vec<Part>,
    /// Values given with it.
    pub with: Vec<(Vec<String>, Value)>,
    /// Where it was said.
    pub span: Span,
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq)]
pub enum Lack {
    /// It is unknown.
    Unknown(Span),
    /// The terms say so.
    Said(Box<Said>),
    /// It cannot be computed.
    Fault(Fault, Span),
}

/// A value, or why there is none.
pub type Got<T> = Result<T, Lack>;

/// Whether a value is known; what cannot be computed is an error.
///
/// # Errors
/// Where it cannot be computed.
pub(super) fn known<T>(got: Got<T>) -> Got<Option<T>> {
    match got {
        Ok(value) => Ok(Some(value)),
        Err(Lack::Unknown(_) | Lack::Said(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}
