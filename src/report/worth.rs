//! What a reading is worth: two runs of one stream, under the default and under an alternative.

mod part;
mod show;

pub use part::{Parting, part};
pub use show::{document, json};

use super::figure::{Figure, Whose, figures, same};
use crate::engine::code::Program;
use crate::engine::run::Run;
use crate::terms::{Terms, Type};
use rust_decimal::Decimal;

/// A run with the terms and the program it was made by.
#[derive(Clone, Copy)]
pub struct Side<'r> {
    /// The terms.
    pub terms: &'r Terms,
    /// The program.
    pub program: &'r Program,
    /// The run.
    pub run: &'r Run,
}

/// One alternative of a reading, held against the default.
#[derive(Debug, Clone, Default)]
pub struct Worth {
    /// The reading.
    pub reading: String,
    /// Its clause.
    pub clause: String,
    /// The alternative it is held against.
    pub default: String,
    /// The alternative.
    pub alternative: String,
    /// Where the two runs part; nowhere where the reading changes nothing.
    pub parting: Option<Parting>,
    /// The numbers that differ.
    pub differences: Vec<Difference>,
    /// How many refusals there are, in each run.
    pub refusals: (usize, usize),
    /// Why the run under the alternative stopped.
    pub stopped: Option<String>,
}

impl Worth {
    /// Whether the reading changes nothing in this stream.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.parting.is_none() && self.differences.is_empty() && self.refusals.0 == self.refusals.1 && self.stopped.is_none()
    }
}

/// A number that differs.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The report or the effect it stands in.
    pub of: String,
    /// The entry; empty for the sum of an effect.
    pub entry: String,
    /// The column.
    pub column: String,
    /// Its type.
    pub ty: Type,
    /// Its value under the default; none where there is none.
    pub default: Option<Decimal>,
    /// Its value under the alternative.
    pub alternative: Option<Decimal>,
}

impl Difference {
    /// How much more the alternative has.
    #[must_use]
    pub fn by(&self) -> Option<Decimal> {
        self.alternative?.checked_sub(self.default?)
    }
}

/// The numbers of entries and of effects that differ between two runs.
#[must_use]
pub fn differences(default: Side<'_>, alternative: Side<'_>) -> Vec<Difference> {
    let of = |side: Side<'_>| {
        let mut all = figures(side.terms, side.program, side.run);
        all.retain(|f| f.name.whose != Whose::Issuer);
        all
    };
    let (ours, theirs) = (of(default), of(alternative));
    let find = |list: &[Figure], f: &Figure| list.iter().find(|o| o.name == f.name).and_then(|o| o.value);
    let mut out = Vec::new();
    for f in &ours {
        out.push((f, f.value, find(&theirs, f)));
    }
    for f in theirs.iter().filter(|f| !ours.iter().any(|o| o.name == f.name)) {
        out.push((f, None, f.value));
    }
    out.retain(|(_, a, b)| !same(*a, *b));
    out.into_iter()
        .map(|(f, default, alternative)| Difference {
            of: f.name.of.clone(),
            entry: f.name.entry().to_owned(),
            column: f.name.column.clone(),
            ty: f.ty.clone(),
            default,
            alternative,
        })
        .collect()
}
