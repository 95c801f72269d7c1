//! Figures over time: what the reports showed at the end of each day on which something changed.

use crate::engine::run::{Shown, Value};
use crate::terms::Terms;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A figure: the report, the column, the row.
pub(super) type Place = (usize, usize, i64);

/// A figure over time: the days on which it became something else, and what. None is not known, or not there.
pub(super) type Line = Vec<(i64, Option<Decimal>)>;

/// Figures over time.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    lines: BTreeMap<Place, Line>,
}

impl Timeline {
    /// Takes what was shown at the end of a day.
    pub fn look(&mut self, terms: &Terms, day: i64, shown: &[Shown]) {
        for s in shown {
            let Some(report) = terms.reports.get(s.report) else { continue };
            for (n, ((_, e), value)) in report.columns.iter().zip(&s.columns).enumerate() {
                if !e.ty.is_decimal() {
                    continue;
                }
                let value = match value {
                    Value::Decimal(n) => Some(n.normalize()),
                    _ => None,
                };
                let line = self.lines.entry((s.report, n, s.row)).or_default();
                if line.last().map_or(value.is_some(), |(_, last)| *last != value) {
                    line.push((day, value));
                }
            }
        }
        // what is no longer shown ends
        let rows: std::collections::BTreeSet<(usize, i64)> = shown.iter().map(|s| (s.report, s.row)).collect();
        for ((report, _, row), line) in &mut self.lines {
            if !rows.contains(&(*report, *row)) && line.last().is_some_and(|(_, v)| v.is_some()) {
                line.push((day, None));
            }
        }
    }

    /// The figures of a column, by row, those that were ever known.
    pub fn of(&self, report: usize, column: usize) -> impl Iterator<Item = (i64, &Line)> {
        let range = (report, column, i64::MIN)..=(report, column, i64::MAX);
        self.lines.range(range).map(|((_, _, row), line)| (*row, line)).filter(|(_, line)| !line.is_empty())
    }

    /// The first day of all.
    #[must_use]
    pub fn first(&self) -> Option<i64> {
        self.lines.values().filter_map(|l| l.first()).map(|(day, _)| *day).min()
    }
}
