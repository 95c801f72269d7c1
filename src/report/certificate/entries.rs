//! The entries that were adjusted, with their states before and after.

use super::{Named, Source, safe};
use crate::engine::run::{Change, Moment, Run, Status, Value};
use crate::engine::table::entry;
use crate::terms::{ExprKind, KindId, StateId, Terms, Type};
use rust_decimal::Decimal;
use serde::Serialize;

/// An entry that was adjusted.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its kind.
    pub kind: String,
    /// Its key.
    pub entry: String,
    /// What else the terms show of it after the record, in words: whose it is, how it stands.
    pub particulars: Vec<Named>,
    /// Its states.
    pub states: Vec<Stated>,
}

/// A state before and after.
#[derive(Debug, Clone, Serialize)]
pub struct Stated {
    /// The state.
    pub state: String,
    /// What the agreement calls it.
    pub term: String,
    /// Its value before the record.
    pub before: String,
    /// Its value after it.
    pub after: String,
}

impl Source<'_> {
    /// The adjusted states of the entries that were adjusted.
    pub(super) fn entries(&self, made: &[&Change]) -> Vec<Entry> {
        let first = made.iter().map(|c| order(c.when)).min().unwrap_or_default();
        self.rows(made).into_iter().map(|row| self.entry(row, |state| self.beside(state, row, first))).collect()
    }

    /// The entries for which something had waited: as they stood before the record and after it.
    pub(super) fn entries_of_waited(&self, waited: &[&Change]) -> Vec<Entry> {
        let (before, upto) = self.around;
        let rows = self.rows(waited).into_iter();
        rows.map(|row| self.entry(row, |state| (shown(self.terms, before, state, row), shown(self.terms, upto, state, row))))
            .collect()
    }

    fn rows(&self, changes: &[&Change]) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for c in changes {
            let Some(site) = self.program.sites.get(usize::from(c.site)) else { continue };
            if !rows.contains(&(site.of, c.row)) {
                rows.push((site.of, c.row));
            }
        }
        rows
    }

    fn entry(&self, (kind, row): Row, values: impl Fn(StateId) -> (Option<Decimal>, Option<Decimal>)) -> Entry {
        let states = self.terms.adjustments.iter().flat_map(|a| &a.states);
        let states = states.filter(|s| self.terms.states.get(s.at()).is_some_and(|d| d.of == kind));
        let states = states.map(|state| {
            let (before, after) = values(*state);
            let show = |n: Option<Decimal>| n.map_or_else(|| "—".to_owned(), |n| self.amount(*state, shortened(n)));
            let name = self.terms.states.get(state.at()).map_or_else(String::new, |s| s.name.clone());
            Stated { state: name, term: self.term(*state), before: show(before), after: show(after) }
        });
        let (kind_name, name, states) = (self.kind(kind), self.name(kind, row), states.collect());
        Entry { kind: kind_name, entry: name, particulars: self.particulars((kind, row)), states }
    }

    /// The columns of reports that are texts or words, but for the key itself.
    fn particulars(&self, (kind, row): Row) -> Vec<Named> {
        let (words, of) = (self.words(), kind.map_or(-1, |k| entry(k, row)));
        let key = words.entry(of);
        let mut out = Vec::new();
        for s in self.run.shown.iter().filter(|s| s.row == of) {
            let columns = self.terms.reports.get(s.report).map_or(&[][..], |r| &r.columns);
            for ((name, e), value) in columns.iter().zip(&s.columns) {
                let text = words.shown(value, &e.ty);
                let is_told = matches!(e.ty, Type::Text | Type::Enum(_)) && *value != Value::Unknown && text != key;
                if is_told {
                    out.push(Named { name: name.replace('_', " "), value: safe(&text) });
                }
            }
        }
        out
    }

    /// A state of a row before and after what is spoken of, which began at a place of the stream.
    fn beside(&self, state: StateId, of: Row, first: (u32, bool, i64)) -> (Option<Decimal>, Option<Decimal>) {
        let all: Vec<&Change> = self
            .run
            .changes
            .iter()
            .filter(|c| c.row == of.1 && c.status != Status::Pending)
            .filter(|c| self.program.sites.get(usize::from(c.site)).is_some_and(|s| s.state == state && !s.pending))
            .collect();
        let here: Vec<&&Change> = all.iter().filter(|c| self.spot.holds(c.when)).collect();
        if let (Some(first), Some(last)) = (here.first(), here.last()) {
            return (first.was_known.then_some(first.before), Some(last.after));
        }
        let earlier = all.iter().rev().find(|c| order(c.when) < first).map(|c| c.after);
        let later = || all.iter().find(|c| order(c.when) > first).and_then(|c| c.was_known.then_some(c.before));
        let value = earlier.or_else(later).or_else(|| shown(self.terms, self.run, state, of));
        (value, value)
    }
}

/// To how many places figures are rounded where they are told again.
const PLACES: u32 = 4;

/// A value that has been given with all its digits, as it is told again.
pub(super) fn shortened(n: Decimal) -> Decimal {
    n.normalize().round_dp_with_strategy(PLACES, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

/// Where something stands in the order of events: rules at moments come before the record of their place.
const fn order(when: Moment) -> (u32, bool, i64) {
    (when.at, when.number != 0, when.day)
}

/// An entry: its kind, none for the issuer, and its row.
type Row = (Option<KindId>, u32);

/// A state as a report shows it.
fn shown(terms: &Terms, run: &Run, state: StateId, (kind, row): Row) -> Option<Decimal> {
    let of = kind.map_or(-1, |k| entry(k, row));
    run.shown.iter().filter(|s| s.row == of).find_map(|s| {
        let columns = &terms.reports.get(s.report)?.columns;
        columns.iter().zip(&s.columns).find_map(|((_, e), v)| match (&e.kind, v) {
            (ExprKind::State { state: shown, .. }, Value::Decimal(n)) if *shown == state => Some(*n),
            _ => None,
        })
    })
}
