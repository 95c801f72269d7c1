//! Checked terms and events to a run: a pure fold. It knows neither files nor clocks nor wording.

mod act;
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
mod hole;
pub mod index;
mod lower;
mod machine;
pub mod math;
pub mod plan;
mod recall;
pub mod run;
pub mod simplest;
pub mod table;
mod trace;

pub use drive::{Engine, Options};
use emit::shifted as emit_shifted;
pub use hole::hole;

use crate::terms::{Body, Expr, Terms};

/// Makes a program of terms, with the alternative chosen for each reading; none where the terms are too large.
#[must_use]
pub fn compile(terms: &Terms, readings: &[u32], asked: &[&Body<Expr>]) -> Option<code::Program> {
    let plan = lower::lower(terms, readings, asked, lower::Telling::Nothing);
    emit::emit(terms, plan, readings)
}

/// The same, with code that tells every part of every formula of the records it is asked to explain.
#[must_use]
pub fn compile_to_explain(terms: &Terms, readings: &[u32]) -> Option<code::Program> {
    let plan = lower::lower(terms, readings, &[], lower::Telling::Parts);
    emit::emit(terms, plan, readings)
}

/// The same, and every value that a formula of a change is computed from.
#[must_use]
pub fn compile_to_derive(terms: &Terms, readings: &[u32]) -> Option<code::Program> {
    let plan = lower::lower(terms, readings, &[], lower::Telling::Inputs);
    emit::emit(terms, plan, readings)
}
