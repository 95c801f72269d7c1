//! Checked terms and events to a run: a pure fold. It knows neither files nor clocks nor wording.

mod act;
mod at;
mod change;
pub mod code;
pub mod day;
pub mod decimal;
mod drive;
mod emit;
mod exec;
mod fraction;
pub mod graph;
mod grid;
mod history;
mod hole;
pub mod index;
pub mod live;
mod lower;
mod machine;
pub mod math;
pub mod plan;
mod recall;
pub mod run;
pub mod simplest;
pub mod table;
mod tally;
mod trace;

pub use at::working_on;
pub use drive::{Engine, Options};
use emit::shifted as emit_shifted;
pub use hole::hole;

use crate::source::Span;
use crate::terms::{Body, Expr, Terms};

/// Terms that cannot be made into a program, and the place where that shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the terms cannot be run: {what}")]
pub struct NotCompiled {
    /// What there is too much of, or what has no answer.
    pub what: &'static str,
    /// Where.
    pub span: Span,
}

impl NotCompiled {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        if self.what.contains("after") {
            "name the state as the event found it, with `before`, or give the value a state of its own that one rule sets"
        } else {
            "split the file, or let one definition say what several formulas repeat"
        }
    }
}

/// Makes a program of terms, with the alternative chosen for each reading and further formulas to be asked at the end.
///
/// # Errors
/// What the terms have too much of for one program, or values `after` that have no answer.
pub fn compile(terms: &Terms, readings: &[u32], asked: &[&Body<Expr>]) -> Result<code::Program, NotCompiled> {
    let plan = lower::lower(terms, readings, asked, lower::Telling::Nothing)?;
    emit::emit(terms, plan, readings)
}

/// The same, with code that tells every part of every formula of the records it is asked to explain.
///
/// # Errors
/// As [`compile`].
pub fn compile_to_explain(terms: &Terms, readings: &[u32]) -> Result<code::Program, NotCompiled> {
    let plan = lower::lower(terms, readings, &[], lower::Telling::Parts)?;
    emit::emit(terms, plan, readings)
}

/// The same, and every value that a formula of a change is computed from.
///
/// # Errors
/// As [`compile`].
pub fn compile_to_derive(terms: &Terms, readings: &[u32]) -> Result<code::Program, NotCompiled> {
    let plan = lower::lower(terms, readings, &[], lower::Telling::Inputs)?;
    emit::emit(terms, plan, readings)
}
