//! Tenor: a rule engine driven by declarative terms files.

pub mod agreement;
pub mod batch;
pub mod check;
pub mod cli;
pub mod engine;
pub mod event;
pub mod intern;
pub mod mutate;
pub mod reckon;
pub mod report;
pub mod source;
pub mod syntax;
pub mod terms;
