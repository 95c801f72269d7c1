//! The charts: every column of numbers that changes, a line for each entry, and the ledger behind each step.

use super::clauses::Links;
use super::strokes::{Over, Stroke, figure};
use super::timeline::Line;
use super::{Figure, Side, many, plain};
use crate::report::chart::LINES;
use crate::terms::{Expr, ExprKind, StateId};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A column whose figures change, with the lines that are drawn.
pub(super) struct Drawn<'r> {
    pub report: usize,
    pub column: usize,
    /// The state the column shows, where it shows one as it is, and whether it is what waits of it.
    pub state: Option<(StateId, bool)>,
    /// The entries of each line, alike in all of it, with the line.
    pub lines: Vec<(Vec<i64>, &'r Line)>,
    /// How many entries there are.
    pub entries: usize,
    /// How many different lines there are.
    pub different: usize,
}

/// The columns that change.
pub(super) fn drawn<'r>(side: &Side<'r>) -> Vec<Drawn<'r>> {
    let mut out = Vec::new();
    for (report, decl) in side.terms.reports.iter().enumerate() {
        for (column, (_, e)) in decl.columns.iter().enumerate() {
            let mut lines: Vec<(Vec<i64>, &Line)> = Vec::new();
            let mut entries = 0;
            let mut known = rustc_hash::FxHashMap::default();
            for (row, line) in side.timeline.of(report, column).filter(|(row, _)| side.picked.wants(*row)) {
                entries += 1;
                match known.get(line).and_then(|n: &usize| lines.get_mut(*n)) {
                    Some((rows, _)) => rows.push(row),
                    None => {
                        known.insert(line, lines.len());
                        lines.push((vec![row], line));
                    }
                }
            }
            if !lines.iter().any(|(_, line)| changes(line)) {
                continue;
            }
            let different = lines.len();
            let mut order: Vec<usize> = (0..lines.len()).collect();
            order.sort_by_key(|n| std::cmp::Reverse(lines.get(*n).map_or(Decimal::ZERO, |(_, l)| range(l))));
            let chosen: BTreeSet<usize> = order.into_iter().take(LINES).collect();
            let mut n = 0;
            lines.retain(|_| {
                n += 1;
                chosen.contains(&(n - 1))
            });
            out.push(Drawn { report, column, state: state(e), lines, entries, different });
        }
    }
    out
}

/// The state a column shows, where it shows one as it is, and whether it is what waits of it.
pub(super) fn state(e: &Expr) -> Option<(StateId, bool)> {
    match &e.kind {
        ExprKind::State { state, .. } => Some((*state, false)),
        ExprKind::Pending { state, .. } => Some((*state, true)),
        _ => None,
    }
}

/// Whether a figure, once known, becomes another.
pub(super) fn changes(line: &Line) -> bool {
    let mut known = line.iter().filter_map(|(_, v)| *v);
    let first = known.next();
    known.any(|v| Some(v) != first)
}

/// From the least to the greatest.
pub(super) fn range(line: &Line) -> Decimal {
    let known = || line.iter().filter_map(|(_, v)| *v);
    known().max().zip(known().min()).and_then(|(a, b)| a.checked_sub(b)).unwrap_or_default()
}

/// What a line is called: its entry, or the first of those that go alike.
pub(super) fn name(side: &Side<'_>, rows: &[i64]) -> String {
    let words = side.words();
    match rows {
        [] | [-1] => String::new(),
        all if all.len() <= 2 => all.iter().map(|r| words.entry(*r)).collect::<Vec<_>>().join(", "),
        [first, others @ ..] => format!("{} and {} others", words.entry(*first), many(others.len())),
    }
}

/// The charts.
pub(super) fn charts(side: &Side<'_>, links: &Links<'_>) -> Vec<Figure> {
    drawn(side).iter().enumerate().filter_map(|(n, d)| chart(side, links, n, d)).collect()
}

fn chart(side: &Side<'_>, links: &Links<'_>, n: usize, d: &Drawn<'_>) -> Option<Figure> {
    let report = side.terms.reports.get(d.report)?;
    let (column, e) = report.columns.get(d.column)?;
    let of = report.of.and_then(|k| side.terms.kind(k)).map_or_else(|| plain(&report.name), |k| plain(&k.name));
    let strokes: Vec<Stroke<'_>> = d
        .lines
        .iter()
        .filter_map(|(rows, line)| {
            Some(Stroke { name: name(side, rows), side, links, state: d.state, row: *rows.first()?, line })
        })
        .collect();
    let title = match strokes.as_slice() {
        [one] if one.name.is_empty() => plain(column),
        [one] => format!("{} of {}", plain(column), one.name),
        _ => format!("{} of each {of}", plain(column)),
    };
    let note = if d.different > d.lines.len() {
        format!(
            "Showing the {} lines that change most, of {} that differ ({} entries); --format csv has all of them.",
            d.lines.len(),
            many(d.different),
            many(d.entries)
        )
    } else {
        String::new()
    };
    let (since, until) = (side.timeline.first(), side.run.as_of);
    figure(Over { id: format!("chart-{}", n + 1), title, ty: &e.ty, note, since, until }, &strokes)
}
