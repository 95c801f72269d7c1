//! What a reading is worth: two runs of one stream, under the default and under an alternative.

mod part;
mod show;

pub use part::{Parting, part};
pub use show::{document, json};

use super::words::Words;
use crate::engine::code::Program;
use crate::engine::run::{Run, Value};
use crate::terms::{Dim, Terms, Type};
use rust_decimal::Decimal;

/// A run with the program it was made by.
#[derive(Clone, Copy)]
pub struct Side<'r> {
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

/// A number with where it stands.
struct Figure {
    of: String,
    entry: String,
    column: String,
    ty: Type,
    value: Option<Decimal>,
}

/// The numbers that differ between two runs.
#[must_use]
pub fn differences(terms: &Terms, default: &Run, alternative: &Run) -> Vec<Difference> {
    let (ours, theirs) = (figures(terms, default), figures(terms, alternative));
    let find = |list: &[Figure], f: &Figure| {
        list.iter().find(|o| (&o.of, &o.entry, &o.column) == (&f.of, &f.entry, &f.column)).and_then(|o| o.value)
    };
    let mut out = Vec::new();
    for f in &ours {
        out.push((f, f.value, find(&theirs, f)));
    }
    for f in theirs.iter().filter(|f| !ours.iter().any(|o| (&o.of, &o.entry, &o.column) == (&f.of, &f.entry, &f.column))) {
        out.push((f, None, f.value));
    }
    out.retain(|(_, a, b)| !same(*a, *b));
    out.into_iter()
        .map(|(f, default, alternative)| Difference {
            of: f.of.clone(),
            entry: f.entry.clone(),
            column: f.column.clone(),
            ty: f.ty.clone(),
            default,
            alternative,
        })
        .collect()
}

/// Whether two numbers are one, but for what their last digits cannot hold.
fn same(a: Option<Decimal>, b: Option<Decimal>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            let fine = a.abs().checked_mul(Decimal::new(1, 20)).unwrap_or_default();
            a.checked_sub(b).is_some_and(|d| d.abs() <= fine)
        }
        (a, b) => a == b,
    }
}

/// The numbers in the columns of the reports, and the sums of money in effects.
fn figures(terms: &Terms, run: &Run) -> Vec<Figure> {
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let mut out = Vec::new();
    for s in &run.shown {
        let Some(report) = terms.reports.get(s.report).filter(|r| r.of.is_some()) else { continue };
        let row = words.entry(s.row);
        for ((name, e), value) in report.columns.iter().zip(&s.columns).filter(|((_, e), _)| e.ty.is_decimal()) {
            let value = if let Value::Decimal(n) = value { Some(*n) } else { None };
            out.push(Figure { of: report.name.clone(), entry: row.clone(), column: name.clone(), ty: e.ty.clone(), value });
        }
    }
    for (n, effect) in terms.effects.iter().enumerate() {
        for (at, (name, ty, _)) in effect.fields.iter().enumerate().filter(|(_, f)| f.1.dim() == Some(Dim::MONEY)) {
            let mut sum = Decimal::ZERO;
            for line in run.lines.iter().filter(|l| l.effect.at() == n) {
                if let Some(Value::Decimal(n)) = line.values.get(at) {
                    sum = sum.checked_add(*n).unwrap_or(sum);
                }
            }
            out.push(Figure {
                of: effect.name.clone(),
                entry: String::new(),
                column: name.clone(),
                ty: ty.clone(),
                value: Some(sum),
            });
        }
    }
    out
}
