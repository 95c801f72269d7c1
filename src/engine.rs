//! Checked terms and events to a run: a pure fold. It knows neither files nor clocks nor wording.

pub mod code;
pub mod decimal;
mod emit;
mod fraction;
pub mod graph;
mod index;
mod lower;
pub mod math;
pub mod plan;

use crate::terms::{Body, Expr, Terms};

/// Makes a program of terms, with the alternative chosen for each reading; none where the terms are too large.
#[must_use]
pub fn compile(terms: &Terms, readings: &[u32], asked: &[&Body<Expr>]) -> Option<code::Program> {
    let plan = lower::lower(terms, readings, asked);
    emit::emit(terms, plan, readings)
}
