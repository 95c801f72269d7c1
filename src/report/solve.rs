//! The values of an input at which a figure is what it should be.

mod show;

pub use show::{document, json};

use super::sweep::{Exactly, Input, Turn};
use crate::report::figure::Name;
use crate::terms::Type;
use rust_decimal::Decimal;

/// What was looked for, and what was found.
#[derive(Debug, Clone)]
pub struct Solved {
    /// The title of the terms.
    pub title: String,
    /// The currency of its money.
    pub currency: String,
    /// The figure.
    pub figure: Name,
    /// Its type.
    pub ty: Type,
    /// The places it is rounded to by the terms, where it is.
    pub places: Option<u32>,
    /// What it should be.
    pub value: Decimal,
    /// The input.
    pub input: Input,
    /// The values of it that were looked at.
    pub within: (Decimal, Decimal),
    /// Its value in the stream or the terms, and what the figure is there.
    pub stands: Option<(Decimal, Option<Decimal>)>,
    /// The answers, rising.
    pub answers: Vec<Answer>,
    /// The pieces of the way of the figure, rising.
    pub pieces: Vec<Piece>,
    /// Where the figure goes past the value without taking it.
    pub jumps: Vec<Jump>,
    /// Where something begins or ceases to bind.
    pub turns: Vec<Turn>,
    /// Where the figure comes nearest, where there is no answer.
    pub nearest: Option<(Decimal, Decimal)>,
}

/// Values of the input at which the figure is what it should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer {
    /// One value, and the figure a run at it gives, where a decimal holds it.
    Point(Exactly, Option<Decimal>),
    /// All values between two; whether the first and the last belong to them, where that could be tried.
    Interval((Exactly, Option<bool>), (Exactly, Option<bool>)),
}

/// A part of the way of the figure over which it is computed by one formula.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Where it begins.
    pub from: Exactly,
    /// Where it ends.
    pub to: Exactly,
    /// The figure there.
    pub first: Option<Decimal>,
    /// The figure at the end.
    pub last: Option<Decimal>,
}

/// A point at which the figure goes past the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jump {
    /// The point.
    pub at: Exactly,
    /// The figure just below it.
    pub low: Decimal,
    /// The figure just above it.
    pub high: Decimal,
}
