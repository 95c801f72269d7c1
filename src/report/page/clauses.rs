//! Clauses and records that a page speaks of, so that it can lead to them.

use super::{Cell, Clause, Unfolded};
use crate::report::coverage::order;
use crate::report::explain::Step;
use crate::report::record::Record;
use crate::syntax::ast::{Citation, ItemKind};
use crate::terms::{ClauseId, Terms};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What the page leads to.
pub(super) struct Links<'r> {
    terms: &'r Terms,
    prefix: String,
    /// Whether the page lists the records it speaks of.
    lists: bool,
    /// All clauses the terms cite, in the order of the agreement.
    all: Vec<Citation>,
    /// Their numbers in that order.
    numbers: FxHashMap<String, usize>,
    cited: RefCell<BTreeSet<usize>>,
    spoken_of: RefCell<BTreeSet<u32>>,
}

impl<'r> Links<'r> {
    /// Those of terms; `prefix` tells the clauses of several terms apart, `records` says whether there is a list of records.
    pub(super) fn new(terms: &'r Terms, prefix: &str, records: bool) -> Self {
        let mut all: Vec<Citation> = Vec::new();
        for citation in terms.items.iter().flat_map(|i| &i.citations) {
            if !all.contains(citation) {
                all.push(citation.clone());
            }
        }
        all.sort_by_cached_key(order);
        let numbers = all.iter().enumerate().map(|(n, c)| (c.cite(), n)).collect();
        Self {
            terms,
            prefix: prefix.to_owned(),
            lists: records,
            all,
            numbers,
            cited: RefCell::default(),
            spoken_of: RefCell::default(),
        }
    }

    /// A clause, which leads to its terms.
    pub(super) fn clause(&self, clause: Option<ClauseId>) -> Cell {
        self.cite(self.terms.cite(clause))
    }

    /// The same, by its citation.
    pub(super) fn cite(&self, cite: &str) -> Cell {
        if cite.is_empty() {
            return Cell::default();
        }
        let href = self.numbers.get(cite).map_or_else(String::new, |n| {
            self.cited.borrow_mut().insert(*n);
            format!("#{}", id(&self.prefix, cite))
        });
        Cell { text: format!("§{cite}"), href, ..Cell::default() }
    }

    /// A record by its number; none for a rule at a moment.
    pub(super) fn record(&self, number: u32) -> Cell {
        if number == 0 {
            return Cell::default();
        }
        self.spoken_of.borrow_mut().insert(number);
        let href = if self.lists { format!("#record-{number}") } else { String::new() };
        Cell { text: number.to_string(), href, numeric: true, ..Cell::default() }
    }

    /// A derivation whose clauses lead to their terms.
    pub(super) fn unfolded(&self, step: &Step) -> Unfolded {
        Unfolded {
            text: step.text.clone(),
            clause: self.cite(&step.clause),
            parts: step.parts.iter().map(|p| self.unfolded(p)).collect(),
        }
    }

    /// The records spoken of.
    pub(super) fn records(&self, known: &FxHashMap<u32, Record>) -> Vec<Record> {
        let number = |n: &u32| known.get(n).cloned().unwrap_or_else(|| Record { number: *n, ..Record::default() });
        self.spoken_of.borrow().iter().map(number).collect()
    }

    /// The clauses cited.
    pub(super) fn clauses(&self) -> Vec<Clause> {
        let mut out = Vec::new();
        for n in self.cited.borrow().iter() {
            let Some(citation) = self.all.get(*n) else { continue };
            let blocks = self.terms.items.iter().filter(|i| i.citations.contains(citation));
            let blocks = blocks.filter(|i| !matches!(i.kind, ItemKind::Example { .. }));
            let cite = citation.cite();
            out.push(Clause {
                id: id(&self.prefix, &cite),
                blocks: blocks.map(|i| tidy(self.terms.sources.text(i.span))).collect(),
                cite,
            });
        }
        out
    }
}

/// An id that is the same for a clause on every page.
fn id(prefix: &str, cite: &str) -> String {
    let mut out = format!("{prefix}clause");
    let mut gap = true;
    for c in cite.chars() {
        if c == '¶' {
            // a paragraph is no part: 4 ¶1 is not 4(1)
            out.push_str("-p");
        } else if c.is_alphanumeric() {
            if gap {
                out.push('-');
            }
            out.push(c);
        }
        gap = !c.is_alphanumeric() && c != '¶';
    }
    out
}

/// Lines without blanks at their ends, and no empty ones around them.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}
