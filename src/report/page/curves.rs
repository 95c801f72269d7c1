//! A sweep as a page: each figure against what is varied, with the points at which something begins or ceases to bind.

use super::clauses::Links;
use super::spread::tables;
use super::strokes::{counts, ends};
use super::{Cell, Figure, Spread, Table, many, plain};
use crate::report::Document;
use crate::report::chart::{self, Axis, Chart, Dot, Edge, Join, LINES, Mark, NARROW, Point, Series, WIDE, svg};
use crate::report::course::Told;
use crate::report::figure::Figure as Number;
use crate::report::receipt::Receipt;
use crate::report::sweep::{Digits, Head, Setting, Sweep, Turn};
use crate::report::words::day;
use crate::terms::{Terms, Type};
use rust_decimal::Decimal;

/// How many charts a sweep has at most.
const CHARTS: usize = 12;
/// How many points are pointed out in a chart at most.
const EDGES: usize = 16;

/// The page of a sweep: its tables, and curves where an input is a number.
#[must_use]
pub fn swept(sweep: &Sweep, document: &Document, terms: &Terms, receipt: Receipt) -> Spread {
    let links = Links::new(terms, "", false);
    let inputs: Vec<&str> = sweep.inputs.iter().map(|i| i.name.as_str()).collect();
    let about = vec![format!("what comes of other values of {}", inputs.join(" and "))];
    let mut out = Spread {
        kind: "Sweep",
        title: document.title.clone(),
        about,
        receipt,
        notes: document.notes.clone(),
        ..Spread::default()
    };
    if let Some((along, Some(ty))) =
        sweep.inputs.iter().enumerate().rev().map(|(n, i)| (n, i.ty.as_ref())).find(|(_, t)| t.is_some())
    {
        Curves { sweep, links: &links, along, ty }.drawn(&mut out);
    }
    out.tables = tables(document, std::slice::from_ref(&links));
    let clauses = links.clauses();
    if !clauses.is_empty() {
        out.clauses.push((sweep.title.clone(), clauses));
    }
    out
}

/// A sweep along one of its inputs.
struct Curves<'s> {
    sweep: &'s Sweep,
    links: &'s Links<'s>,
    /// The input that the horizontal axis shows.
    along: usize,
    /// Its type.
    ty: &'s Type,
}

/// A curve: its name, its points from left to right, and where it jumps.
#[derive(Clone, PartialEq)]
struct Curve {
    name: String,
    points: Vec<(Decimal, Option<Decimal>, bool)>,
    jumps: Vec<Jump>,
}

/// Where a curve goes from one value to another at a point: what it is just below, and just above.
#[derive(Clone, Copy, PartialEq)]
struct Jump {
    x: Decimal,
    below: Option<Decimal>,
    above: Option<Decimal>,
}

impl Curve {
    /// What is drawn: the strokes end where the curve jumps, with a dot that is full where the value is and open where it is
    /// not.
    fn drawn(&self) -> Vec<Point> {
        let plain = |x: Decimal, y: Option<Decimal>| Point { x, y, mark: None, dot: None };
        let mut out: Vec<Point> = Vec::new();
        let mut jumps = self.jumps.iter().peekable();
        let jump = |j: &Jump, here: Option<Option<Decimal>>, out: &mut Vec<Point>| {
            let side = |y: Option<Decimal>| {
                let full = here.flatten().zip(y).is_some_and(|(a, b)| near(a, b));
                Point { x: j.x, y, mark: None, dot: y.map(|_| if full { Dot::Full } else { Dot::Open }) }
            };
            let apart = here.flatten().filter(|n| [j.below, j.above].iter().flatten().all(|s| !near(*s, *n)));
            out.push(side(j.below));
            out.push(plain(j.x, None));
            if let Some(y) = apart {
                out.extend([Point { dot: Some(Dot::Full), ..plain(j.x, Some(y)) }, plain(j.x, None)]);
            }
            out.push(side(j.above));
        };
        for (x, y, _) in &self.points {
            while let Some(j) = jumps.next_if(|j| j.x < *x) {
                jump(j, None, &mut out);
            }
            match jumps.next_if(|j| j.x == *x) {
                Some(j) => jump(j, Some(*y), &mut out),
                None => out.push(plain(*x, *y)),
            }
        }
        out
    }
}

/// Whether two values are one but for how near the sides of a point are to it.
fn near(a: Decimal, b: Decimal) -> bool {
    let fine = a.abs().max(b.abs()).checked_mul(Decimal::new(1, 12)).unwrap_or_default();
    a.checked_sub(b).is_some_and(|d| d.abs() <= fine)
}

impl Curves<'_> {
    fn drawn(&self, out: &mut Spread) {
        let mut columns: Vec<(&str, &str)> = Vec::new();
        for h in &self.sweep.heads {
            let key = (h.name.of.as_str(), h.name.column.as_str());
            if !columns.contains(&key) {
                columns.push(key);
            }
        }
        for (of, column) in columns {
            let heads: Vec<(usize, &Head)> =
                self.sweep.heads.iter().enumerate().filter(|(_, h)| h.name.of == of && h.name.column == column).collect();
            self.column(&heads, column, out);
        }
        let count = out.charts.len();
        if count > CHARTS {
            out.charts.truncate(CHARTS);
            out.notes.push(format!("{CHARTS} of {count} charts are shown; all figures are in the tables"));
        }
    }

    /// One chart for all entries where one input is varied; one for each where the other makes the lines.
    fn column(&self, heads: &[(usize, &Head)], column: &str, out: &mut Spread) {
        let outer = self.sweep.inputs.len() > 1;
        let mut curves: Vec<(Vec<String>, Vec<Curve>)> = Vec::new();
        for (n, head) in heads {
            let list = self.curves(*n);
            match curves.iter_mut().find(|(_, other)| *other == list) {
                Some((names, _)) => names.push(head.name.entry().to_owned()),
                None => curves.push((vec![head.name.entry().to_owned()], list)),
            }
        }
        let Some(ty) = heads.first().map(|(_, h)| &h.ty) else { return };
        let label = |names: &[String]| match names {
            [first, rest @ ..] if rest.len() > 1 => format!("{first} and {} others", many(rest.len())),
            all => all.join(", "),
        };
        let titled = |names: &str| if names.is_empty() { plain(column) } else { format!("{} of {names}", plain(column)) };
        if outer {
            for (names, list) in curves {
                self.chart(&titled(&label(&names)), ty, &list, out);
            }
            return;
        }
        let all: Vec<Curve> = curves
            .into_iter()
            .filter_map(|(names, list)| Some(Curve { name: label(&names), ..list.into_iter().next()? }))
            .collect();
        let title = match all.as_slice() {
            [one] => titled(&one.name),
            _ => plain(column),
        };
        self.chart(&title, ty, &all, out);
    }

    /// The curves of a figure, one for each value of the other input.
    fn curves(&self, head: usize) -> Vec<Curve> {
        let mut out: Vec<(Vec<Setting>, Curve)> = Vec::new();
        for p in &self.sweep.points {
            let Some(Setting::Number(x)) = p.settings.get(self.along) else { continue };
            let others: Vec<Setting> =
                p.settings.iter().enumerate().filter(|(n, _)| *n != self.along).map(|(_, s)| s.clone()).collect();
            let value = p.figures.get(head).copied().flatten();
            let point = (*x, value, p.turn);
            match out.iter_mut().find(|(o, _)| *o == others) {
                Some((_, curve)) => curve.points.push(point),
                None => {
                    let name = self.named(&others);
                    let jumps = self.jumps(head, &others);
                    out.push((others, Curve { name, points: vec![point], jumps }));
                }
            }
        }
        for (_, curve) in &mut out {
            curve.points.sort_by_key(|(x, ..)| *x);
        }
        out.into_iter().map(|(_, curve)| curve).collect()
    }

    /// Where a figure jumps, along the input that is shown.
    fn jumps(&self, head: usize, others: &[Setting]) -> Vec<Jump> {
        let Some(name) = self.sweep.heads.get(head).map(|h| &h.name) else { return Vec::new() };
        let value = |side: &[Number]| side.iter().find(|f| f.name == *name).and_then(|f| f.value);
        let same_line = |t: &&Turn| {
            let mut rest = t.settings.iter().enumerate().filter(|(n, _)| *n != self.along).map(|(_, s)| s);
            t.input == self.along && rest.by_ref().eq(others.iter())
        };
        let mut out: Vec<Jump> = Vec::new();
        for t in self.sweep.turns.iter().filter(same_line) {
            let (below, above) = (value(&t.sides.0), value(&t.sides.1));
            let apart = match (below, above) {
                (Some(a), Some(b)) => !near(a, b),
                (a, b) => a != b,
            };
            if apart {
                out.push(Jump { x: t.at.nearly(), below, above });
            }
        }
        out.sort_by_key(|j| j.x);
        out
    }

    /// The value of the other input, `1,000,000 shares`; empty where there is none.
    fn named(&self, others: &[Setting]) -> String {
        let inputs = self.sweep.inputs.iter().enumerate().filter(|(n, _)| *n != self.along).map(|(_, i)| i);
        let each = inputs.zip(others).map(|(i, s)| Digits::Short.setting(s, Some(i), &self.sweep.currency));
        each.collect::<Vec<_>>().join(", ")
    }

    /// The names of the other inputs.
    fn others(&self) -> String {
        let inputs = self.sweep.inputs.iter().enumerate().filter(|(n, _)| *n != self.along);
        inputs.map(|(_, i)| plain(&i.name)).collect::<Vec<_>>().join(" and ")
    }

    fn chart(&self, title: &str, ty: &Type, curves: &[Curve], out: &mut Spread) {
        let Some(input) = self.sweep.inputs.get(self.along) else { return };
        let currency = &self.sweep.currency;
        let (unit, counted) = counts(currency, ty);
        let shown: Vec<&Curve> = curves.iter().take(LINES).collect();
        let id = format!("chart-{}", out.charts.len() + 1);
        let series = shown.iter().map(|c| Series {
            name: c.name.clone(),
            ends: ends(c.points.iter().filter_map(|(_, y, _)| *y), ty, currency),
            points: c.drawn(),
        });
        let mut edges = self.edges();
        let more = edges.len();
        edges.truncate(EDGES);
        let by = self.others();
        let by = if by.is_empty() { by } else { format!(", by {by}") };
        let title = format!("{title} against {}{by}", plain(&input.name));
        let chart = Chart {
            id: id.clone(),
            title: title.clone(),
            about: "A curve through the points that were run, broken where it jumps; the exact figures are in the table below the picture."
                .to_owned(),
            axis: Axis::Numbers,
            across: counts(currency, self.ty).0,
            unit,
            join: Join::Straight,
            series: series.collect(),
            edges: edges.clone(),
            ..Chart::default()
        };
        let legend = chart::legend(&chart.series);
        let table = self.exact(&shown, &input.name);
        let mut notes = Vec::new();
        if curves.len() > LINES {
            notes.push(format!("Showing the first {LINES} of {} lines; all are in the tables.", many(curves.len())));
        }
        if more > EDGES {
            notes.push(format!("Showing the first {EDGES} of {} points at which something turns.", many(more)));
        }
        let (wide, narrow) = (svg(&chart, WIDE), svg(&chart, NARROW));
        // they are the same in every chart, and are told once
        if !out.charts.is_empty() && !edges.is_empty() {
            edges.clear();
            notes.push("The numbers are told below the first chart.".to_owned());
        }
        let edges = edges.into_iter().map(|e| Cell { text: e.mark.text, href: e.mark.href, ..Cell::default() }).collect();
        out.charts.push(Figure { id, title, unit: counted, wide, narrow, legend, edges, table, note: notes.join(" ") });
    }

    /// Where something turns, along the input that is shown, each with its clause. What turns alike for several values of
    /// the other input is said once.
    fn edges(&self) -> Vec<Edge> {
        let others = |t: &Turn| -> Vec<Setting> {
            t.settings.iter().enumerate().filter(|(n, _)| *n != self.along).map(|(_, s)| s.clone()).collect()
        };
        let mut all: Vec<(&Turn, &Told, Vec<String>)> = Vec::new();
        for t in self.sweep.turns.iter().filter(|t| t.input == self.along) {
            for told in &t.told {
                let with = self.named(&others(t));
                match all.iter_mut().find(|(o, same, _)| o.at == t.at && *same == told) {
                    Some((.., list)) => list.push(with),
                    None => all.push((t, told, vec![with])),
                }
            }
        }
        all.sort_by_key(|(t, ..)| t.at.nearly());
        let edge = |(t, told, with): &(&Turn, &Told, Vec<String>)| Edge {
            x: t.at.nearly(),
            mark: Mark { href: self.links.cite(&told.clause).href, text: self.said(t, told, with) },
        };
        all.iter().map(edge).collect()
    }

    /// `at $1.50, record 6, §4(d)(i): price but not below floor_price; below: held at $1.50, above: free`
    fn said(&self, t: &Turn, told: &Told, with: &[String]) -> String {
        let at = Digits::Short.exactly(t.at, self.ty, &self.sweep.currency);
        let with = if with.iter().all(String::is_empty) {
            String::new()
        } else {
            format!(", with {} {}", self.others(), with.join(" or "))
        };
        let record = if told.number == 0 { day(told.day) } else { format!("record {}", told.number) };
        let entry = if told.entry.is_empty() { String::new() } else { format!(", {}", told.entry) };
        let clause = if told.clause.is_empty() { String::new() } else { format!(", §{}", told.clause) };
        format!("at {at}{with}: {record}{entry}{clause}: {}; below: {}, above: {}", told.what, told.below, told.above)
    }

    /// The exact figures, a row for each point.
    fn exact(&self, curves: &[&Curve], input: &str) -> Table {
        let mut xs: Vec<Decimal> = curves.iter().flat_map(|c| c.points.iter().map(|(x, ..)| *x)).collect();
        xs.extend(curves.iter().flat_map(|c| c.jumps.iter().map(|j| j.x)));
        xs.sort_unstable();
        xs.dedup();
        let mut head = vec![plain(input)];
        head.extend(curves.iter().map(|c| if c.name.is_empty() { "value".to_owned() } else { c.name.clone() }));
        let number = |n: Decimal| crate::syntax::print::number(n.normalize());
        let row = |x: &Decimal| {
            let mut row = vec![Cell::number(number(*x))];
            for c in curves {
                let found = c.points.iter().find(|(at, ..)| at == x);
                let text = found.and_then(|(_, y, _)| *y).map_or_else(|| "—".to_owned(), number);
                let turns = found.is_some_and(|(.., turn)| *turn);
                row.push(Cell::number(if turns { format!("◆ {text}") } else { text }));
            }
            row
        };
        // just below and just above a jump, what the curve comes to
        let beside = |x: &Decimal, word: &str, side: &dyn Fn(&Jump) -> Option<Decimal>| {
            let found = |c: &&Curve| c.jumps.iter().find(|j| j.x == *x).copied();
            let text = |c: &&Curve| found(c).and_then(|j| side(&j)).map_or_else(String::new, number);
            let cells: Vec<Cell> = curves.iter().map(|c| Cell::number(text(c))).collect();
            let any = curves.iter().any(|c| found(c).is_some());
            any.then(|| [vec![Cell::number(format!("just {word} {}", number(*x)))], cells].concat())
        };
        let mut rows = Vec::new();
        for x in &xs {
            rows.extend(beside(x, "below", &|j| j.below));
            rows.push(row(x));
            rows.extend(beside(x, "above", &|j| j.above));
        }
        Table { name: "exact figures".to_owned(), head, rows, note: String::new() }
    }
}
