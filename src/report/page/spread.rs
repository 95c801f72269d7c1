//! Variants held against one another, as a page: how their figures went, and what each clause did in each.

use super::clauses::Links;
use super::figures::{changes, range, state};
use super::ledger::ledgers;
use super::shares::{draw, parts};
use super::strokes::{Over, Stroke, figure};
use super::timeline::Line;
use super::{Cell, Clause, Share, Side, Spread, Table, many, plain};
use crate::report::Document;
use crate::report::chart::LINES;
use crate::report::receipt::Receipt;
use crate::terms::{Terms, Type};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

/// How many entries a column has charts of.
const ENTRIES: usize = 4;

/// One that is compared, in one stream.
pub struct Contestant<'r> {
    /// Its name.
    pub name: String,
    /// Its run.
    pub side: Side<'r>,
    /// Its terms, among those compared.
    pub terms: usize,
}

/// The page of a comparison: the tables, and for each stream those that are drawn.
#[must_use]
pub fn compared(
    document: &Document,
    terms: &[(&str, &Terms)],
    streams: &[(String, Vec<Contestant<'_>>)],
    about: Vec<String>,
    receipt: Receipt,
) -> Spread {
    let alone = terms.len() == 1;
    let links: Vec<Links<'_>> = terms
        .iter()
        .enumerate()
        .map(|(n, (_, t))| Links::new(t, &if alone { String::new() } else { format!("t{}-", n + 1) }, false))
        .collect();
    let mut out = Spread {
        kind: "Comparison",
        title: document.title.clone(),
        about,
        receipt,
        notes: document.notes.clone(),
        ..Spread::default()
    };
    for (stream, list) in streams {
        let prefix = if streams.len() > 1 { format!("{stream}: ") } else { String::new() };
        let of = Of { links: &links, list, prefix };
        of.drawn(&mut out);
        for c in list {
            let Some(l) = links.get(c.terms) else { continue };
            let (mut ledger, others) = ledgers(&c.side, l, None);
            ledger.rows.extend(others.rows);
            if !ledger.rows.is_empty() {
                out.ledgers.push((format!("{}{}", of.prefix, c.name), ledger));
            }
        }
    }
    out.tables = tables(document, &links);
    out.clauses = terms.iter().zip(&links).map(|((name, _), l)| ((*name).to_owned(), l.clauses())).collect();
    out.clauses.retain(|(_, list): &(String, Vec<Clause>)| !list.is_empty());
    out
}

/// A document's tables, whose clauses lead to the terms.
pub(super) fn tables(document: &Document, links: &[Links<'_>]) -> Vec<Table> {
    let cell = |text: &String, numeric: bool| {
        let found = text.strip_prefix('§').and_then(|cite| links.iter().map(|l| l.cite(cite)).find(|c| !c.href.is_empty()));
        Cell { numeric, ..found.unwrap_or_else(|| Cell::text(text.clone())) }
    };
    let table = |s: &crate::report::Section| Table {
        name: s.name.clone(),
        head: s.head.clone(),
        rows: s
            .rows
            .iter()
            .map(|row| row.iter().enumerate().map(|(n, t)| cell(t, s.numeric.get(n) == Some(&true))).collect())
            .collect(),
        note: String::new(),
    };
    document.sections.iter().map(table).collect()
}

/// One stream.
struct Of<'r> {
    links: &'r [Links<'r>],
    list: &'r [Contestant<'r>],
    prefix: String,
}

/// A figure of one contestant.
struct Found<'r> {
    contestant: &'r Contestant<'r>,
    links: &'r Links<'r>,
    ty: &'r Type,
    state: Option<(crate::terms::StateId, bool)>,
    row: i64,
    line: &'r Line,
}

impl<'r> Of<'r> {
    fn drawn(&self, out: &mut Spread) {
        let mut columns: Vec<(&str, &str)> = Vec::new();
        for c in self.list {
            for report in &c.side.terms.reports {
                for (column, e) in &report.columns {
                    let key = (report.name.as_str(), column.as_str());
                    if e.ty.is_decimal() && !columns.contains(&key) {
                        columns.push(key);
                    }
                }
            }
        }
        for (report, column) in columns {
            self.column(report, column, out);
        }
    }

    /// The charts of a column: one for each entry, those first in which the variants differ.
    fn column(&self, report: &str, column: &str, out: &mut Spread) {
        let mut groups: Vec<(Vec<String>, Vec<Found<'r>>)> = Vec::new();
        let mut places: FxHashMap<String, usize> = FxHashMap::default();
        for c in self.list {
            for (entry, found) in self.found(c, report, column) {
                let at = *places.entry(entry.clone()).or_insert_with(|| {
                    groups.push((vec![entry], Vec::new()));
                    groups.len() - 1
                });
                if let Some((_, list)) = groups.get_mut(at) {
                    list.push(found);
                }
            }
        }
        groups.retain(|(_, list)| list.iter().any(|f| changes(f.line)));
        // entries that fare alike under all variants share a chart
        let mut alike: FxHashMap<Vec<&Line>, usize> = FxHashMap::default();
        let mut merged: Vec<(Vec<String>, Vec<Found<'r>>)> = Vec::new();
        for (names, list) in groups {
            let key: Vec<&Line> = list.iter().map(|f| f.line).collect();
            match alike.get(&key).and_then(|at| merged.get_mut(*at)) {
                Some((all, _)) => all.extend(names),
                None => {
                    alike.insert(key, merged.len());
                    merged.push((names, list));
                }
            }
        }
        let differs = |list: &[Found<'_>]| list.windows(2).any(|w| matches!(w, [a, b] if a.line != b.line));
        // what the stream says of the issuer is the same for all, and no result
        merged.retain(|(names, list)| differs(list) || names.iter().all(|n| !n.is_empty()));
        let most = |list: &[Found<'_>]| list.iter().map(|f| range(f.line)).max().unwrap_or(Decimal::ZERO);
        merged.sort_by_key(|(_, list)| (!differs(list), std::cmp::Reverse(most(list))));
        let count = merged.len();
        for (names, list) in merged.iter().take(ENTRIES) {
            let note = if count > ENTRIES {
                format!("Entries that fare differently are shown one by one: {} of {}.", ENTRIES, many(count))
            } else {
                String::new()
            };
            self.chart(column, names, list, note, out);
        }
    }

    /// The figures of a column of a contestant, by entry.
    fn found(&self, c: &'r Contestant<'r>, report: &str, column: &str) -> Vec<(String, Found<'r>)> {
        let reports = &c.side.terms.reports;
        let Some(at) = reports.iter().position(|r| r.name == report) else { return Vec::new() };
        let Some(decl) = reports.get(at) else { return Vec::new() };
        let (Some(n), Some(links)) = (decl.columns.iter().position(|(name, _)| name == column), self.links.get(c.terms)) else {
            return Vec::new();
        };
        let Some((_, e)) = decl.columns.get(n) else { return Vec::new() };
        let words = c.side.words();
        let lines = c.side.timeline.of(at, n);
        let found = |(row, line)| (words.entry(row), Found { contestant: c, links, ty: &e.ty, state: state(e), row, line });
        lines.map(found).collect()
    }

    fn chart(&self, column: &str, names: &[String], list: &[Found<'r>], note: String, out: &mut Spread) {
        let of = match names {
            [one] if one.is_empty() => plain(column),
            all if all.len() <= 3 => format!("{} of {}", plain(column), all.join(", ")),
            [first, rest @ ..] => format!("{} of {first} and {} others", plain(column), many(rest.len())),
            [] => plain(column),
        };
        // readings of the first are known by what they choose
        let first = self.list.first().map_or("", |c| c.name.as_str());
        let short = |c: &'r Contestant<'r>| c.name.strip_prefix(first).map_or(c.name.as_str(), str::trim_start);
        let short = |c: &'r Contestant<'r>| if short(c).is_empty() { first } else { short(c) };
        // variants under which it fares alike share a line
        let mut lines: Vec<(Vec<&str>, &Found<'r>)> = Vec::new();
        for f in list {
            match lines.iter_mut().find(|(_, o)| o.line == f.line) {
                Some((all, _)) => all.push(short(f.contestant)),
                None => lines.push((vec![short(f.contestant)], f)),
            }
        }
        let name = |all: &[&str]| match all {
            [first, rest @ ..] if rest.len() > 1 => format!("{first} and {} others", rest.len()),
            all => all.join(", "),
        };
        let strokes: Vec<Stroke<'_>> = lines
            .iter()
            .take(LINES)
            .map(|(all, f)| Stroke {
                name: name(all),
                side: &f.contestant.side,
                links: f.links,
                state: f.state,
                row: f.row,
                line: f.line,
            })
            .collect();
        let Some(ty) = list.first().map(|f| f.ty) else { return };
        let over = Over {
            id: format!("chart-{}", out.charts.len() + 1),
            title: format!("{}{of}", self.prefix),
            ty,
            note,
            since: list.iter().filter_map(|f| f.contestant.side.timeline.first()).min(),
            until: list.iter().map(|f| f.contestant.side.run.as_of).max().unwrap_or(0),
        };
        out.charts.extend(figure(over, &strokes));
        self.shares(&of, &lines.iter().map(|(all, f)| (name(all), *f)).collect::<Vec<_>>(), out);
    }

    /// What each clause did to a figure under each variant, all on one scale.
    fn shares(&self, of: &str, lines: &[(String, &Found<'r>)], out: &mut Spread) {
        let mut all: Vec<Share> = Vec::new();
        for (name, f) in lines.iter().take(LINES) {
            let (Some((state, false)), Some((_, Some(ended)))) = (f.state, f.line.last()) else { continue };
            if let Some(rows) = parts(&f.contestant.side, f.links, state, f.row, *ended) {
                all.push(Share { title: format!("{}{of}: {name}", self.prefix), rows });
            }
        }
        draw(&mut all);
        out.shares.append(&mut all);
    }
}
