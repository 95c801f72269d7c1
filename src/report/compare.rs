//! Variants of terms, and readings of them, held against one another over streams: what each comes to, where each parts
//! company with the first, and their order.

mod show;

pub use show::{document, json};

use super::figure::{Figure, Whose, same};
use super::worth::Parting;
use crate::terms::{Dim, Type};
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Variants held against one another.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// The currency of the money of the first.
    pub currency: String,
    /// The variants; all are held against the first.
    pub variants: Vec<Variant>,
    /// What came of each stream.
    pub streams: Vec<Outcome>,
    /// The column they are ranked by.
    pub ranked_by: String,
}

/// Terms with the readings chosen for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variant {
    /// A short name of its own.
    pub name: String,
    /// The title of the terms.
    pub title: String,
    /// The readings that are not the default.
    pub readings: Vec<(String, String)>,
    /// The variant it is an alternative reading of; none where it was asked for by name.
    pub of: Option<usize>,
}

/// What came of a stream.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The stream.
    pub stream: String,
    /// The day at whose end it stands.
    pub as_of: i64,
    /// The variants, by rank.
    pub standings: Vec<Standing>,
}

/// How a variant fared in a stream.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// The variant, by its place among all.
    pub variant: usize,
    /// Its rank, from 1; equal ones share it.
    pub rank: usize,
    /// What it is ranked by: the mean over the entries for a price or a rate, else the sum.
    pub measure: Option<Decimal>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Where it parts company with the first, where it does.
    pub parting: Option<Parting>,
    /// The event of the record at which it does.
    pub event: String,
    /// How many records were refused.
    pub refusals: usize,
    /// Why the run stopped, where it did.
    pub stopped: Option<String>,
}

impl Outcome {
    /// How the first variant fared.
    #[must_use]
    pub fn first(&self) -> Option<&Standing> {
        self.of(0)
    }

    /// How a variant fared.
    #[must_use]
    pub fn of(&self, variant: usize) -> Option<&Standing> {
        self.standings.iter().find(|s| s.variant == variant)
    }

    /// Whether two variants did the same.
    #[must_use]
    pub fn is_same(&self, a: &Standing, b: &Standing) -> bool {
        let alike = |f: &Figure| b.figures.iter().any(|o| o.name == f.name && same(o.value, f.value));
        let apart = |p: &Option<Parting>| p.as_ref().map(|p| (p.number, p.day, p.what.clone()));
        apart(&a.parting) == apart(&b.parting) && a.stopped == b.stopped && a.figures.iter().all(alike)
    }
}

impl Comparison {
    /// Whether a variant is a reading that changes nothing in a stream.
    #[must_use]
    pub fn is_dull(&self, stream: &Outcome, s: &Standing) -> bool {
        let of = self.variants.get(s.variant).and_then(|v| v.of).and_then(|of| stream.of(of));
        of.is_some_and(|of| stream.is_same(s, of))
    }

    /// Puts the variants in order, the most of the column first. A reading that changes nothing has the rank of what it is a
    /// reading of: it is no further contestant.
    pub fn rank(&mut self) {
        let mut streams = std::mem::take(&mut self.streams);
        for stream in &mut streams {
            for s in &mut stream.standings {
                s.measure = measure(&s.figures, &self.ranked_by);
            }
            stream.standings.sort_by(|a, b| most_first(a.measure, b.measure).then(a.variant.cmp(&b.variant)));
            let dull: Vec<bool> = stream.standings.iter().map(|s| self.is_dull(stream, s)).collect();
            let (mut last, mut above): ((usize, Option<Decimal>), usize) = ((0, None), 0);
            for (s, dull) in stream.standings.iter_mut().zip(dull) {
                let rank = if last.0 > 0 && same(last.1, s.measure) { last.0 } else { above + 1 };
                s.rank = rank;
                last = (rank, s.measure);
                above += usize::from(!dull);
            }
        }
        self.streams = streams;
    }
}

fn most_first(a: Option<Decimal>, b: Option<Decimal>) -> Ordering {
    if same(a, b) { Ordering::Equal } else { b.cmp(&a) }
}

/// The mean of a column over the entries where it is a price or a rate, else the sum.
fn measure(figures: &[Figure], column: &str) -> Option<Decimal> {
    let mut all: Vec<&Figure> = figures.iter().filter(|f| f.name.column == column && f.value.is_some()).collect();
    let report = all.first()?.name.of.clone();
    all.retain(|f| f.name.of == report);
    let sum = all.iter().filter_map(|f| f.value).try_fold(Decimal::ZERO, Decimal::checked_add)?;
    let first = all.first()?;
    if is_rate(&first.ty) { sum.checked_div(Decimal::from(all.len())) } else { Some(sum) }
}

/// Whether a number is one of a unit, which has a mean and no sum.
fn is_rate(ty: &Type) -> bool {
    !matches!(ty.dim(), Some(Dim::MONEY | Dim::SHARES))
}

/// The first column of numbers of entries.
#[must_use]
pub fn first_column(figures: &[Figure]) -> Option<&str> {
    let of_entry = figures.iter().find(|f| matches!(f.name.whose, Whose::Entry(_)));
    of_entry.or_else(|| figures.first()).map(|f| f.name.column.as_str())
}
