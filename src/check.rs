//! [`ast`](crate::syntax::ast) to [`Terms`]: names, types, cases, clashes and cycles. It reads no event.

mod after;
mod allow;
mod call;
mod cases;
mod clash;
mod cycle;
mod declare;
mod doubt;
mod env;
mod error;
mod example;
mod expr;
mod fact;
mod item;
mod load;
mod name;
mod operator;
mod percent;
mod query;
mod range;
mod rule;
mod setting;
mod statement;
mod tables;
mod typed;
mod unused;
mod variant;
mod wait;

pub use error::Problem;
pub use load::{Added, Loaded, Reader, load, load_with};
pub(crate) use name::nearest;

use crate::source::Sources;
use crate::terms::Terms;
use declare::Checker;
use std::collections::HashSet;

/// What checking gives: terms where nothing is wrong, and all that is to be said of them.
#[derive(Debug)]
pub struct Checked {
    /// The terms, where there is no error.
    pub terms: Option<Terms>,
    /// Errors and warnings, in the order of the files.
    pub problems: Vec<Problem>,
    /// The files read.
    pub sources: Sources,
}

/// Reads a terms file with all it imports, and checks it.
#[must_use]
pub fn check(path: &std::path::Path, reader: &dyn Reader) -> Checked {
    check_with(path, reader, &[])
}

/// The same, with blocks added to the file.
#[must_use]
pub fn check_with(path: &std::path::Path, reader: &dyn Reader, added: &[Added]) -> Checked {
    let mut loaded = load_with(path, reader, added);
    let problems = std::mem::take(&mut loaded.problems);
    let mut checker = Checker::new(&loaded);
    checker.problems = problems;
    let broken = checker.problems.iter().any(Problem::is_error);
    if loaded.items.is_empty() && broken {
        let problems = std::mem::take(&mut checker.problems);
        return Checked { terms: None, problems, sources: loaded.sources };
    }
    checker.declare(&loaded.items);
    checker.bodies(&loaded.items);
    if !broken && !checker.problems.iter().any(Problem::is_error) {
        checker.terms.sources = loaded.sources.clone();
        cycle::find(&mut checker);
        after::find(&mut checker);
        clash::find(&mut checker);
        unused::find(&mut checker);
        if !checker.problems.iter().any(Problem::is_error) {
            doubt::find(&mut checker);
        }
    }
    let problems = causes(checker.problems, &checker.lost, loaded.torn);
    let problems = variant::told(problems, &loaded);
    let mut problems = allow::told(problems, &loaded);
    problems.sort_by_key(|p| (!p.is_error(), p.span()));
    problems.dedup_by(|a, b| a.span() == b.span() && a.id() == b.id());
    let mut terms = checker.terms;
    terms.sources = loaded.sources.clone();
    terms.items = loaded.items.into_iter().map(|i| i.item).collect();
    let ok = !problems.iter().any(Problem::is_error);
    Checked { terms: ok.then_some(terms), problems, sources: loaded.sources }
}

/// What is wrong of itself: what only follows from something that could not be declared, or from a file that could not be read, is
/// left out.
fn causes(problems: Vec<Problem>, lost: &HashSet<String>, torn: bool) -> Vec<Problem> {
    let follows = |p: &Problem| match p {
        Problem::UnknownName { name, .. } | Problem::Meant { name, .. } | Problem::NothingToChange { name, .. } => {
            torn || lost.contains(name)
        }
        Problem::MissingField { kind, .. } => lost.contains(kind),
        _ => false,
    };
    let (echoes, own): (Vec<Problem>, Vec<Problem>) = problems.into_iter().partition(follows);
    // where nothing else is told, the name was wrong of itself
    if own.iter().any(Problem::is_error) { own } else { own.into_iter().chain(echoes).collect() }
}
