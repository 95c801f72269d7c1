//! Tenor: a rule engine driven by declarative terms files.

pub mod source;
pub mod syntax;
