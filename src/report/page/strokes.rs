//! Lines over time: their points, each leading to what made it, their exact figures, and the chart of several.

use super::clauses::Links;
use super::timeline::Line;
use super::{Cell, Figure, Side, Table, many};
use crate::engine::run::Change;
use crate::report::chart::{Chart, Mark, NARROW, Point, Series, Unit, WIDE, legend, svg};
use crate::report::document::change_words;
use crate::report::words::{amount, day, sign};
use crate::terms::{Dim, StateId, Type};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// How many days the table under a chart has at most.
const DAYS: usize = 400;

/// A figure over time, as it is drawn.
pub(super) struct Stroke<'r> {
    /// What it is called beside others.
    pub name: String,
    /// The run it is of.
    pub side: &'r Side<'r>,
    /// What its clauses lead to.
    pub links: &'r Links<'r>,
    /// The state it shows, where it shows one as it is, and whether it is what waits of it.
    pub state: Option<(StateId, bool)>,
    /// Its row.
    pub row: i64,
    /// It.
    pub line: &'r Line,
}

/// What a chart of strokes is of.
pub(super) struct Over<'r> {
    pub id: String,
    pub title: String,
    pub ty: &'r Type,
    pub note: String,
    pub since: Option<i64>,
    pub until: i64,
}

/// The chart of several strokes.
pub(super) fn figure(over: Over<'_>, strokes: &[Stroke<'_>]) -> Option<Figure> {
    let currency = &strokes.first()?.side.terms.currency;
    let (unit, counted) = counts(currency, over.ty);
    let points: Vec<Vec<Point>> = strokes.iter().map(Stroke::points).collect();
    let first = strokes.iter().filter_map(|s| s.line.first()).map(|(day, _)| *day).min()?;
    let series = strokes.iter().zip(&points).map(|(s, points)| Series {
        name: s.name.clone(),
        ends: ends(s.line.iter().filter_map(|(_, v)| *v), over.ty, currency),
        points: points.clone(),
    });
    let chart = Chart {
        id: over.id,
        title: over.title,
        about: format!(
            "Steps from {} to {}; the exact figures are in the table below the picture.{}",
            day(first),
            day(over.until),
            strokes.iter().map(|s| between(s, over.ty, currency, strokes.len() > 1)).collect::<String>()
        ),
        unit,
        series: series.collect(),
        since: over.since.map(Decimal::from),
        until: Some(Decimal::from(over.until)),
        ..Chart::default()
    };
    let names: Vec<String> = strokes.iter().map(|s| s.name.clone()).collect();
    let table = exact(strokes, &points, &names);
    let legend = legend(&chart.series);
    let (wide, narrow) = (svg(&chart, WIDE), svg(&chart, NARROW));
    Some(Figure {
        wide,
        narrow,
        id: chart.id,
        title: chart.title,
        unit: counted,
        legend,
        edges: Vec::new(),
        table,
        note: over.note,
    })
}

/// What numbers count, in signs and in words.
pub(super) fn counts(currency: &str, ty: &Type) -> (Unit, String) {
    let sign = sign(currency);
    let money = if sign.is_empty() { currency } else { sign };
    let unit = |before: &str, after: &str| Unit { before: before.to_owned(), after: after.to_owned() };
    match ty.dim() {
        Some(Dim::PER_SHARE) => (unit(sign, ""), format!("{money} a share")),
        Some(Dim::MONEY) => (unit(sign, ""), money.to_owned()),
        Some(Dim::SHARES) => (unit("", "shares"), "shares".to_owned()),
        Some(Dim::DAYS) => (unit("", "days"), "days".to_owned()),
        _ => (Unit::default(), String::new()),
    }
}

/// Between what a stroke moves, for those who do not see it; its first and its last are told besides.
fn between(s: &Stroke<'_>, ty: &Type, currency: &str, several: bool) -> String {
    let values = || s.line.iter().filter_map(|(_, v)| *v);
    let (Some(least), Some(most)) = (values().min(), values().max()) else { return String::new() };
    let (least, most) = ends([least, most].into_iter(), ty, currency);
    let of = if several { format!(" of {}", s.name) } else { String::new() };
    format!(" Lowest{of} {least}, highest {most};")
}

/// The first and the last of several values, short enough to stand beside a line.
pub(super) fn ends(values: impl Iterator<Item = Decimal> + Clone, ty: &Type, currency: &str) -> (String, String) {
    let shown = |n: Decimal| {
        let cut = n.round_dp_with_strategy(4, rust_decimal::RoundingStrategy::ToZero);
        let text = amount(cut, ty, currency);
        let text = text.split(' ').next().unwrap_or(&text).to_owned();
        if cut == n { text } else { format!("{text}…") }
    };
    (values.clone().next().map_or_else(String::new, shown), values.last().map_or_else(String::new, shown))
}

impl Stroke<'_> {
    /// The points; each leads to what made it.
    fn points(&self) -> Vec<Point> {
        let all: Vec<(String, Change)> =
            self.state.map_or_else(Vec::new, |(state, _)| self.side.picked.of(self.side, state, self.row));
        let point = |(n, (at, y)): (usize, &(i64, Option<Decimal>))| {
            let here: Vec<&(String, Change)> = all.iter().filter(|(_, c)| self.moves(c, *at)).collect();
            let mark = here
                .last()
                .map(|(id, _)| Mark { href: format!("#{id}"), text: self.said(&here) })
                .or_else(|| self.recomputed(*at).filter(|_| n > 0))
                .filter(|_| y.is_some());
            Point { x: Decimal::from(*at), y: *y, mark, dot: None }
        };
        self.line.iter().enumerate().map(point).collect()
    }

    /// Whether a change moves the figure on a day: what waits does so when it is made, and what waits of a state on both days.
    fn moves(&self, c: &Change, day: i64) -> bool {
        let made = c.made.map(|m| m.day);
        match self.state {
            Some((_, true)) => c.when.day == day || made == Some(day),
            _ => made.unwrap_or(c.when.day) == day,
        }
    }

    /// What made a step where no change of the day did: an annulment, after which the past was carried out again.
    fn recomputed(&self, at: i64) -> Option<Mark> {
        let r = self.side.run.rescissions.iter().rev().find(|r| r.when.day == at && self.side.prefix.is_empty())?;
        let text = format!("{}, record {}, §{}: recomputed", day(at), r.when.number, self.side.terms.cite(r.clause));
        Some(Mark { href: "#rescissions".to_owned(), text })
    }

    /// What is said at a step: every change of its day.
    fn said(&self, here: &[&(String, Change)]) -> String {
        let words = self.side.words();
        let lines = here.iter().filter_map(|(_, c)| {
            let w = change_words(self.side.terms, self.side.program, &words, c)?;
            let record = if c.when.number == 0 { String::new() } else { format!(", record {}", c.when.number) };
            let cite = self.side.terms.cite(c.clause);
            Some(format!("{}{record}, §{cite}: {} → {}, {}", day(c.when.day), w.before, w.after, w.status))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The clause that says with what a state begins.
    fn begins(&self) -> String {
        let state = self.state.and_then(|(s, _)| self.side.terms.states.get(s.at()));
        state.map_or_else(String::new, |s| self.links.clause(s.clause).href)
    }
}

/// The exact figures of strokes, a row for each day on which one of them changes.
fn exact(strokes: &[Stroke<'_>], points: &[Vec<Point>], legend: &[String]) -> Table {
    let days: BTreeSet<i64> = strokes.iter().flat_map(|s| s.line.iter().map(|(day, _)| *day)).collect();
    let left_out = days.len().saturating_sub(DAYS);
    let mut head = vec!["date".to_owned()];
    head.extend(legend.iter().map(|n| if n.is_empty() { "value".to_owned() } else { n.clone() }));
    let mut rows = Vec::new();
    for at in days.iter().skip(left_out) {
        let mut row = vec![Cell::text(day(*at))];
        for (stroke, points) in strokes.iter().zip(points) {
            let line = stroke.line;
            let n = line.partition_point(|(day, _)| day <= at);
            let value = n.checked_sub(1).and_then(|n| line.get(n)).and_then(|(_, v)| *v);
            let point = points.iter().find(|p| p.x == Decimal::from(*at)).and_then(|p| p.mark.as_ref());
            let text = value.map_or_else(|| "—".to_owned(), |v| crate::syntax::print::number(v.normalize()));
            let mut cell = Cell::number(text);
            if let Some(mark) = point {
                cell.href.clone_from(&mark.href);
                cell.hint.clone_from(&mark.text);
            } else if n == 1 && line.first().is_some_and(|(day, _)| day == at) {
                cell.href = stroke.begins();
            }
            row.push(cell);
        }
        rows.push(row);
    }
    let note = if left_out > 0 { format!("The last {} of {} days.", many(DAYS), many(days.len())) } else { String::new() };
    Table { name: "exact figures".to_owned(), head, rows, note }
}
