//! What the examples of a terms file reach: which rules apply in some example, which conditions are seen to hold and to fail, which
//! cases, readings, limits and clauses come up. The examples are carried out by the plain reckoning, which asks for nothing it does
//! not need.

mod point;
mod show;

pub use point::{Missing, Point, Sort};
pub use show::{document, json};

use crate::event::{Batch, Schema};
use crate::intern::Interner;
use crate::reckon::{Came, Noted, Options, Reckoner, Record};
use crate::source::FileId;
use crate::terms::{Body, Example, Expectation, Expr, Terms};

/// What the examples of terms reach.
#[derive(Debug, Clone, Default)]
pub struct Reached {
    /// The title of the terms.
    pub title: String,
    /// How many examples there are.
    pub examples: usize,
    /// All that there is to be reached, in the order of the file.
    pub points: Vec<Point>,
}

impl Reached {
    /// What no example reaches.
    pub fn missed(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|p| p.missing.is_some())
    }
}

/// What the examples of terms reach, of the file itself, or also of what it imports and is a variant of.
#[must_use]
pub fn reached(terms: &Terms, whole: bool) -> Reached {
    let came = came(terms);
    let mut points = point::points(terms, &came);
    points.retain(|p| whole || p.span.file == FileId(0));
    points.sort_by_key(|p| (p.span.file, p.span.start));
    points.extend(point::clauses(&points));
    Reached { title: terms.title.clone(), examples: terms.examples.len(), points }
}

/// What the examples of terms come to.
#[must_use]
pub fn came(terms: &Terms) -> Came {
    let noted = Noted::default();
    terms.examples.iter().for_each(|e| example(terms, e, &noted));
    noted.into_inner()
}

/// Carries out an example, as far as each of its expectations looks.
fn example(terms: &Terms, example: &Example, noted: &Noted) {
    let mut readings = Reckoner::defaults(terms);
    for choice in &example.given {
        if let Some(slot) = readings.get_mut(choice.reading.at()) {
            *slot = choice.alternative;
        }
    }
    let records = records(terms, example);
    let reckoner = Reckoner::new(terms, &readings, Options::default()).noting(noted);
    let mut ends: Vec<usize> = example.expected.iter().map(|e| e.after).collect();
    ends.sort_unstable();
    ends.dedup();
    for end in ends {
        let asked: Vec<&Body<Expr>> = example
            .expected
            .iter()
            .filter(|e| e.after == end)
            .filter_map(|e| if let Expectation::Holds(body, _) = &e.what { Some(body) } else { None })
            .collect();
        let _ = reckoner.run_and_ask(records.get(..end).unwrap_or(&records), &asked);
    }
}

/// The records of an example; what is no record ends it, as it ends the example.
fn records(terms: &Terms, example: &Example) -> Vec<Record> {
    let (mut schema, mut texts) = (Schema::new(terms), Interner::default());
    let mut out = Vec::new();
    for (number, (at, name, fields)) in (1..).zip(&example.steps) {
        let mut batch = Batch::default();
        match schema.record(&crate::event::step(at, name, fields), number, &mut texts, &mut batch) {
            Ok(head) => out.push(Record::read(terms, &batch, &head, &texts)),
            Err(_) => break,
        }
    }
    out
}
