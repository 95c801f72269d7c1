//! The tables of a run, typed: the rows and the order of `--format json`.

use crate::cell::{Cell, Kind, cell, kind, unit};
use std::collections::HashMap;
use tenor::engine::code::Program;
use tenor::engine::run::{Line, Moment, Run, Shown, Value};
use tenor::engine::table::entry;
use tenor::report::ending::{Aside, Ending};
use tenor::report::figure::figures;
use tenor::report::json::{Document, is_adjustment, pad, standing, status, unit as places};
use tenor::report::words::Words;
use tenor::terms::{ExprKind, Key, Report, Terms};

/// A column: its name, what its values are, and their unit.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub unit: String,
    pub cells: Vec<Cell>,
}

impl Column {
    pub fn new(name: &str, kind: Kind) -> Self {
        Self { name: name.to_owned(), kind, unit: String::new(), cells: Vec::new() }
    }

    fn with_unit(self, unit: String) -> Self {
        Self { unit, ..self }
    }
}

/// A table.
#[derive(Debug, Clone)]
pub struct Rows {
    pub name: String,
    pub rows: usize,
    pub columns: Vec<Column>,
}

impl Rows {
    pub fn new(name: &str, columns: Vec<Column>) -> Self {
        Self { name: name.to_owned(), rows: 0, columns }
    }

    /// Adds a row, a cell for each column.
    pub fn add(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut cells = cells.into_iter();
        for column in &mut self.columns {
            column.cells.push(cells.next().unwrap_or(Cell::Missing));
        }
        self.rows += 1;
    }

    /// The column of a name; made, and missing so far, where there is none.
    fn column(&mut self, name: &str, kind: &Kind, unit: &str) -> usize {
        if let Some(at) = self.columns.iter().position(|c| c.name == name) {
            if let Some(column) = self.columns.get_mut(at).filter(|c| c.kind != *kind) {
                // two refusals say values of two kinds under one name: their texts stand there
                column.cells.iter_mut().for_each(|c| *c = worded(c));
                column.kind = Kind::Text;
            }
            return at;
        }
        let cells = vec![Cell::Missing; self.rows];
        self.columns.push(Column { name: name.to_owned(), kind: kind.clone(), unit: unit.to_owned(), cells });
        self.columns.len() - 1
    }
}

/// A value as its text.
fn worded(cell: &Cell) -> Cell {
    match cell {
        Cell::Decimal(n) => Cell::Text(n.to_string()),
        Cell::Whole(n) => Cell::Text(n.to_string()),
        Cell::YesNo(yes) => Cell::Text(yes.to_string()),
        Cell::Date(day) => Cell::Text(crate::cell::day_text(*day)),
        other => other.clone(),
    }
}

/// A run with what its tables are made of.
pub struct Source<'r> {
    pub terms: &'r Terms,
    pub program: &'r Program,
    pub run: &'r Run,
    pub ending: &'r Ending,
}

impl Source<'_> {
    fn words(&self) -> Words<'_> {
        Words { terms: self.terms, texts: &self.run.texts, keys: &self.run.keys }
    }

    /// The names of the tables, with what each is: a report, an effect, or a part that every run has.
    pub fn names(&self) -> Vec<(String, &'static str)> {
        let reports = self.terms.reports.iter().map(|r| (r.name.clone(), "report"));
        let effects = self.terms.effects.iter().map(|e| (e.name.clone(), "effect"));
        let parts = ["figures", "adjustments", "refusals", "obligations", "rescissions", "warnings", "rejected"];
        reports.chain(effects).chain(parts.map(|p| (p.to_owned(), "part"))).collect()
    }

    /// A table by its name.
    pub fn table(&self, name: &str, of: &str) -> Option<Rows> {
        match (of, name) {
            ("report", _) => {
                let n = self.terms.reports.iter().position(|r| r.name == name)?;
                Some(self.report(n, self.terms.reports.get(n)?))
            }
            ("effect", _) => self.terms.effects.iter().position(|e| e.name == name).and_then(|n| self.effect(n)),
            (_, "figures") => Some(self.figures()),
            (_, "adjustments") => Some(self.adjustments()),
            (_, "refusals") => Some(self.refusals()),
            (_, "obligations") => Some(self.obligations()),
            (_, "rescissions") => Some(self.rescissions()),
            (_, "warnings") => Some(self.warnings()),
            (_, "rejected") => Some(asides("rejected", &self.ending.rejected)),
            _ => None,
        }
    }

    fn report(&self, n: usize, report: &Report) -> Rows {
        let words = self.words();
        let by_id = report.of.and_then(|k| self.terms.kind(k)).is_some_and(|k| k.kept == Some(Key::Id));
        let mut columns: Vec<Column> = Vec::new();
        if by_id {
            columns.push(Column::new("event", Kind::Whole));
        }
        for (name, e) in &report.columns {
            columns.push(Column::new(name, kind(self.terms, &e.ty)).with_unit(unit(self.terms, &e.ty)));
        }
        let mut out = Rows::new(&report.name, columns);
        let of_it = self.run.shown.iter().filter(|s| s.report == n);
        let one = |s: &Shown| -> Vec<Cell> {
            let made = by_id.then(|| Cell::record(s.made.number)).into_iter();
            let values = report.columns.iter().zip(&s.columns).map(|((_, e), v)| match (&e.kind, v) {
                (ExprKind::State { state, .. }, Value::Decimal(n)) => {
                    Cell::Decimal(pad(*n, places(self.program, self.terms, *state)))
                }
                _ => cell(&words, v, &e.ty),
            });
            made.chain(values).collect()
        };
        let shown: Vec<Vec<Cell>> = match report.of {
            Some(_) => of_it.map(one).collect(),
            None => of_it.take(1).map(one).collect(),
        };
        shown.into_iter().for_each(|row| out.add(row));
        out
    }

    fn effect(&self, n: usize) -> Option<Rows> {
        let words = self.words();
        let effect = self.terms.effects.get(n)?;
        let mut columns = vec![Column::new("event", Kind::Whole), Column::new("clause", Kind::Text)];
        for (name, ty, _) in &effect.fields {
            columns.push(Column::new(name, kind(self.terms, ty)).with_unit(unit(self.terms, ty)));
        }
        let mut out = Rows::new(&effect.name, columns);
        let of_it = |l: &&Line| l.effect.at() == n;
        for l in self.run.lines.iter().filter(of_it) {
            let head = [Cell::record(l.when.number), Cell::text(self.terms.section(l.clause))];
            let values = effect.fields.iter().zip(&l.values).map(|((_, ty, _), v)| cell(&words, v, ty));
            out.add(head.into_iter().chain(values));
        }
        Some(out)
    }

    fn figures(&self) -> Rows {
        let text = |name| Column::new(name, Kind::Text);
        let columns = vec![text("of"), text("entry"), text("column"), Column::new("value", Kind::Decimal), text("unit")];
        let mut out = Rows::new("figures", columns);
        for f in figures(self.terms, self.program, self.run) {
            let value = f.value.map_or(Cell::Missing, |n| Cell::Decimal(pad(n, f.places)));
            let unit = unit(self.terms, &f.ty);
            out.add([Cell::text(&f.name.of), Cell::text(f.name.entry()), Cell::text(&f.name.column), value, Cell::text(unit)]);
        }
        out
    }

    fn adjustments(&self) -> Rows {
        let words = self.words();
        let document = Document { terms: self.terms, program: self.program, run: self.run };
        let names = document.columns().into_iter().find(|(n, _)| n == "adjustments").map_or_else(Vec::new, |(_, c)| c);
        let columns = names
            .iter()
            .map(|name| {
                let kind = match name.as_str() {
                    "event" | "made_event" => Kind::Whole,
                    "date" | "made_date" => Kind::Date,
                    "before" | "after" => Kind::Decimal,
                    _ => Kind::Text,
                };
                Column::new(name, kind)
            })
            .collect();
        let mut out = Rows::new("adjustments", columns);
        let keys = names.len().saturating_sub(10);
        let mut known = HashMap::new();
        let when = |m: Moment| [Cell::record(m.number), Cell::day(m.day)];
        for c in &self.run.changes {
            let adjusts = *known.entry((c.site, c.clause)).or_insert_with(|| is_adjustment(self.terms, self.program, c));
            let Some(site) = self.program.sites.get(usize::from(c.site)).filter(|_| adjusts) else { continue };
            let mut row = Vec::with_capacity(names.len());
            row.extend(when(c.when));
            let of = site.of.and_then(|k| Some((k, self.terms.kind(k)?)));
            row.extend(names.iter().skip(2).take(keys).map(|name| match of {
                Some((k, kind)) if kind.name == *name => Cell::text(words.entry(entry(k, c.row))),
                _ => Cell::Missing,
            }));
            let places = places(self.program, self.terms, site.state);
            row.push(Cell::text(self.terms.section(c.clause)));
            row.push(Cell::text(self.terms.rules.get(site.rule.at()).map_or("", |r| r.name.as_str())));
            row.push(Cell::text(self.terms.states.get(site.state.at()).map_or("", |s| s.name.as_str())));
            row.push(if c.was_known { Cell::Decimal(pad(c.before, places)) } else { Cell::Missing });
            row.push(Cell::Decimal(pad(c.after, places)));
            row.push(Cell::text(status(c.status)));
            row.extend(c.made.map_or([Cell::Missing, Cell::Missing], when));
            out.add(row);
        }
        out
    }

    fn refusals(&self) -> Rows {
        let words = self.words();
        let text = |name| Column::new(name, Kind::Text);
        let columns = vec![Column::new("event", Kind::Whole), Column::new("date", Kind::Date), text("clause"), text("reason")];
        let mut out = Rows::new("refusals", columns);
        for r in &self.run.refusals {
            let with: Vec<(usize, Cell)> = r
                .with
                .iter()
                .map(|(path, v)| {
                    let at = out.column(&path.join("_"), &kind(self.terms, &v.ty), &unit(self.terms, &v.ty));
                    let value = cell(&words, &v.value, &v.ty);
                    let worded_here = out.columns.get(at).is_some_and(|c| c.kind == Kind::Text);
                    (at, if worded_here { worded(&value) } else { value })
                })
                .collect();
            let mut row = vec![Cell::Missing; out.columns.len()];
            let head = [
                Cell::record(r.when.number),
                Cell::day(r.when.day),
                Cell::text(self.terms.section(r.clause)),
                Cell::text(words.said(&r.reason)),
            ];
            row.splice(0..head.len(), head);
            for (at, value) in with {
                if let Some(slot) = row.get_mut(at) {
                    *slot = value;
                }
            }
            out.add(row);
        }
        out
    }

    fn obligations(&self) -> Rows {
        let words = self.words();
        let text = |name| Column::new(name, Kind::Text);
        let date = |name| Column::new(name, Kind::Date);
        let columns = vec![
            Column::new("event", Kind::Whole),
            text("clause"),
            text("what"),
            text("of"),
            date("due"),
            Column::new("promptly", Kind::YesNo),
            date("done"),
            text("status"),
            date("cured"),
        ];
        let mut out = Rows::new("obligations", columns);
        let day = |d: Option<i64>| d.map_or(Cell::Missing, Cell::day);
        for o in &self.run.owed {
            let decl = self.terms.obligations.get(o.obligation.at());
            out.add([
                Cell::record(o.when.number),
                Cell::text(self.terms.section(decl.and_then(|d| d.clause))),
                Cell::text(words.said(&o.what)),
                Cell::text(words.entry(o.row)),
                day(o.due),
                Cell::YesNo(o.due.is_none()),
                day(o.done),
                Cell::text(o.standing.map_or("open", standing)),
                Cell::Missing,
            ]);
        }
        for b in &self.run.breaches {
            let decl = self.terms.covenants.get(b.covenant.at());
            out.add([
                Cell::record(b.when.number),
                Cell::text(self.terms.section(decl.and_then(|d| d.clause))),
                Cell::text(decl.map_or("", |d| d.what.as_str())),
                Cell::Missing,
                Cell::day(b.when.day),
                Cell::YesNo(false),
                Cell::Missing,
                Cell::text("breached"),
                day(b.cured),
            ]);
        }
        out
    }

    fn rescissions(&self) -> Rows {
        let list = || Kind::List(Box::new(Kind::Whole));
        let columns = vec![
            Column::new("event", Kind::Whole),
            Column::new("date", Kind::Date),
            Column::new("clause", Kind::Text),
            Column::new("rescinds", list()),
            Column::new("affected", list()),
        ];
        let mut out = Rows::new("rescissions", columns);
        let records = |all: &[u32]| Cell::List(all.iter().map(|n| Cell::Whole((*n).into())).collect());
        for r in &self.run.rescissions {
            let clause = Cell::text(self.terms.section(r.clause));
            out.add([Cell::record(r.when.number), Cell::day(r.when.day), clause, records(&r.annulled), records(&r.affected)]);
        }
        out
    }

    fn warnings(&self) -> Rows {
        let words = self.words();
        let columns =
            vec![Column::new("event", Kind::Whole), Column::new("clause", Kind::Text), Column::new("warning", Kind::Text)];
        let mut out = Rows::new("warnings", columns);
        for w in &self.run.warnings {
            out.add([Cell::record(w.when.number), Cell::text(self.terms.cite(w.clause)), Cell::text(words.said(&w.text))]);
        }
        for r in self.run.rescissions.iter().filter(|r| !r.affected.is_empty()) {
            let list: Vec<String> = r.affected.iter().map(ToString::to_string).collect();
            let what = format!("completed on terms that were later rescinded, and final: record {}", list.join(", "));
            out.add([Cell::record(r.when.number), Cell::Missing, Cell::Text(what)]);
        }
        out
    }
}

/// Records set aside, or the one at which a stream stopped.
pub fn asides<'a>(name: &str, all: impl IntoIterator<Item = &'a Aside>) -> Rows {
    let text = |name| Column::new(name, Kind::Text);
    let columns = vec![
        Column::new("event", Kind::Whole),
        Column::new("date", Kind::Date),
        text("code"),
        text("clause"),
        text("reason"),
        text("help"),
    ];
    let mut out = Rows::new(name, columns);
    for a in all {
        out.add([
            a.number.map_or(Cell::Missing, Cell::record),
            a.day.map_or(Cell::Missing, Cell::day),
            Cell::text(&a.code),
            Cell::text(&a.clause),
            Cell::text(&a.reason),
            Cell::text(&a.help),
        ]);
    }
    out
}
