//! The sheets that report: the summary, refusals, obligations, effects, warnings, readings.

use super::Source;
use super::derive::Deriver;
use super::names::Names;
use super::page::{Cell, Look, Page, Shape, What};
use super::reads::Read;
use super::sheets::{Places, SUMMARY, clause};
use super::term::{At, Held, Term};
use super::values;
use super::verdict;
use crate::engine::run::{Line, Moment, Value};
use crate::engine::table::{kind_of, row_of};
use crate::report::json::standing;
use crate::report::spot::Spot;
use crate::terms::{ExprKind, StateId, Type, When};
use rustc_hash::FxHashMap;

/// Whether a state is one of the entry that is shown, or of the issuer.
fn is_own(d: &Deriver<'_>, state: StateId, shown: i64) -> bool {
    match d.terms.states.get(state.at()).and_then(|s| s.of) {
        None => shown < 0,
        Some(kind) => shown >= 0 && u32::try_from(kind.at()).is_ok_and(|k| k == kind_of(shown)),
    }
}

/// After all that happens.
const END: Moment = Moment { at: u32::MAX, number: 0, day: 0 };

fn heads(names: &[&str]) -> Vec<Cell> {
    names.iter().map(|n| Cell::text(*n, Look::Head)).collect()
}

fn plain(text: impl Into<String>) -> Cell {
    Cell::text(text, Look::Plain)
}

fn table(name: &str, widths: &[u8], head: &[&str]) -> Page {
    Page {
        name: name.to_owned(),
        widths: widths.to_vec(),
        frozen: (1, 0),
        table: true,
        rows: vec![heads(head)],
        ..Page::default()
    }
}

fn dated(d: &Deriver<'_>, n: i64) -> Cell {
    Cell::value(&values::whole(&d.words, n, &Type::Date), &Type::Date, Look::Plain)
}

/// A figure that stands at the end.
pub(super) struct Figure {
    /// The report.
    pub report: String,
    /// Whose it is.
    pub entry: String,
    /// What it is called.
    pub name: String,
    /// Its value.
    pub held: Held,
    /// Its type.
    pub ty: Type,
    /// Its cell in the ledger, or another that it is computed from.
    pub cell: Option<At>,
    /// Its formula, where that is more than a cell.
    pub term: Option<Term>,
}

/// What stands at the end.
pub(super) struct Summary {
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Why no change of an input can be followed, where none can.
    pub whole: Option<String>,
}

impl Summary {
    pub(super) fn new(d: &mut Deriver<'_>, s: &Source<'_>) -> Self {
        let mut figures = Vec::new();
        if s.record.is_some() {
            return Self { figures, whole: None };
        }
        for shown in &d.run.shown {
            let Some(report) = d.terms.reports.get(shown.report) else { continue };
            let entry = d.words.entry(shown.row);
            if s.entry.is_some_and(|key| report.of.is_some() && key != entry) {
                continue;
            }
            for (column, ((name, e), value)) in report.columns.iter().zip(&shown.columns).enumerate() {
                if *value == Value::Unknown {
                    continue;
                }
                let held = values::held(&d.words, value, &e.ty);
                if matches!(&held, Held::Text(t) if t.is_empty()) {
                    continue;
                }
                let row = if shown.row < 0 { u32::MAX } else { u32::try_from(row_of(shown.row)).unwrap_or(u32::MAX) };
                let (mut cell, mut term) = (None, None);
                match &e.kind {
                    ExprKind::State { state, when: When::Before, .. } if is_own(d, *state, shown.row) => {
                        cell = d.state_cell(*state, row, &held, usize::MAX, END);
                    }
                    ExprKind::Pending { state, .. } if is_own(d, *state, shown.row) && held != Held::Nothing => {
                        term = d.waiting(*state, row, &held, usize::MAX, END);
                    }
                    _ => {}
                }
                if cell.is_none() && term.is_none() {
                    let own = report.of.filter(|_| shown.row >= 0).map(|k| (k, row));
                    let node = d.program.plan.reports.get(shown.report).and_then(|r| r.columns.get(column)).map(|c| c.0);
                    let reads = node.map_or_else(|| vec![Read::All], |node| d.reads_at_last(node, own));
                    let label = format!("{} {entry}: {}", report.name.replace('_', " "), name.replace('_', " "));
                    d.rests(None, &label, String::new(), reads);
                }
                let (report, name) = (report.name.replace('_', " "), name.replace('_', " "));
                figures.push(Figure { report, entry: entry.clone(), name, held, ty: e.ty.clone(), cell, term });
            }
        }
        Self { figures, whole: None }
    }

    pub(super) fn page(&self, d: &Deriver<'_>, places: &Places, s: &Source<'_>) -> Page {
        let mut page = Page { name: places.summary.clone(), widths: vec![26, 22, 22, 20, 12, 32, 14], ..Page::default() };
        let rows = &mut page.rows;
        rows.push(vec![Cell::text(s.terms.title.clone(), Look::Title)]);
        rows.extend(verdict::rows(d, places, self.whole.as_deref()));
        rows.push(Vec::new());
        if d.run.as_of != 0 {
            rows.push(vec![plain("as of"), dated(d, d.run.as_of)]);
        }
        match s.record {
            Some(Spot::Record(n)) => rows.push(vec![plain("only record"), Cell::count(n)]),
            Some(Spot::Day(n)) => rows.push(vec![plain("only rules at a moment of"), dated(d, n)]),
            None => {}
        }
        if let Some(key) = s.entry {
            rows.push(vec![plain("only for"), plain(key)]);
        }
        rows.push(Vec::new());
        for (what, text) in HOW {
            rows.push(vec![
                Cell::text(
                    *what,
                    *match *what {
                        "blue" => &Look::Input,
                        "green" => &Look::Linked,
                        "bold" => &Look::Result,
                        "orange" => &Look::Given,
                        _ => &Look::Plain,
                    },
                ),
                Cell { what: What::Text((*text).to_owned()), look: Look::Quiet, shape: Shape::Whole },
            ]);
        }
        if let Some(stopped) = &d.run.stopped {
            rows.push(Vec::new());
            let said = d.words.stopped(&stopped.why);
            let at = format!("the run stopped at record {}: {}", stopped.when.number, said.message);
            rows.push(vec![Cell { what: What::Text(at), look: Look::Given, shape: Shape::Whole }]);
        }
        if !self.figures.is_empty() {
            rows.push(Vec::new());
            rows.push(heads(&["report", "of", "figure", "value", "unit", "exactly", "ledger"]));
        }
        let mut names = Names::default();
        let mut alike: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        self.figures.iter().for_each(|f| *alike.entry((&f.report, &f.name)).or_default() += 1);
        for f in &self.figures {
            let of = if alike.get(&(f.report.as_str(), f.name.as_str())).is_some_and(|n| *n > 1) { f.entry.as_str() } else { "" };
            let mark = places.summary.strip_prefix(SUMMARY).unwrap_or_default().trim();
            let given = names.give(&[&f.name, of, "at_end", mark], &places.summary, VALUE, rows.len() + 1);
            if !given {
                names.give(&[&f.report, &f.name, of, "at_end", mark], &places.summary, VALUE, rows.len() + 1);
            }
            let value = match f.cell {
                Some(at) => Cell::formula(places.formula(&Term::Cell(at), &places.summary), &f.held, &f.ty, Look::Linked),
                None => match &f.term {
                    Some(term) => Cell::formula(places.formula(term, &places.summary), &f.held, &f.ty, Look::Linked),
                    None => Cell::value(&f.held, &f.ty, Look::Plain),
                },
            };
            let link = f.cell.map_or_else(Cell::default, |at| {
                let to = places.cell(at, &places.summary);
                Cell { what: What::Link(to.clone(), to), look: Look::Linked, shape: Shape::General }
            });
            let unit = values::unit(&f.ty, &d.terms.currency);
            rows.push(vec![
                plain(f.report.clone()),
                plain(f.entry.clone()),
                plain(f.name.clone()),
                value,
                Cell::text(unit, Look::Quiet),
                Cell::exact(&f.held, &f.ty),
                link,
            ]);
        }
        page.names = names.all;
        let rows = &mut page.rows;
        rows.push(Vec::new());
        rows.push(heads(&["receipt", ""]));
        for (what, which) in s.receipt {
            rows.push(vec![
                plain(what.clone()),
                Cell { what: What::Text(which.clone()), look: Look::Plain, shape: Shape::Whole },
            ]);
        }
        page
    }
}

/// The column of values of the summary.
const VALUE: usize = 3;

/// How the workbook is read.
const HOW: &[(&str, &str)] = &[
    (
        "blue",
        "an input, a number of a record: change it, and what depends on it follows, or the second row says that it does not",
    ),
    ("green", "the value of another cell"),
    ("bold", "a formula, as the terms have it"),
    ("orange", "a value the workbook does not compute, with the reason beside it: it stays as the run had it"),
    (
        "branches",
        "which rule and which case applied is that of this run; a condition, also of a rule that did not apply, says when that would have changed",
    ),
    ("digits", "a cell keeps fifteen digits; the exact decimal of the run stands beside it as text"),
];

/// What was refused.
pub(super) fn refusals(d: &Deriver<'_>, s: &Source<'_>) -> Option<Page> {
    let mut page = table("Refusals", &[8, 11, 14, 70, 60], &["record", "date", "clause", "reason", "with"]);
    for r in d.run.refusals.iter().filter(|r| s.record.is_none_or(|n| n.holds(r.when))) {
        let with: Vec<String> =
            r.with.iter().map(|(path, v)| format!("{}: {}", path.join(" "), exactly(d, &v.value, &v.ty))).collect();
        page.rows.push(vec![
            Cell::count(r.when.number),
            dated(d, r.when.day),
            plain(clause(d.terms.cite(r.clause))),
            Cell::lines(d.words.said(&r.reason)),
            Cell::lines(with.join("; ")),
        ]);
    }
    (page.rows.len() > 1).then_some(page)
}

fn exactly(d: &Deriver<'_>, value: &Value, ty: &Type) -> String {
    values::exact(&values::held(&d.words, value, ty), ty)
}

/// What is due, and covenants that were broken.
pub(super) fn obligations(d: &Deriver<'_>, s: &Source<'_>) -> Option<Page> {
    let head = ["record", "clause", "what", "of", "due", "done", "status"];
    let mut page = table("Obligations", &[8, 14, 60, 16, 12, 12, 12], &head);
    let asked = |when: Moment| s.record.is_none_or(|r| r.holds(when));
    for o in d.run.owed.iter().filter(|o| asked(o.when)) {
        let cite = d.terms.obligations.get(o.obligation.at()).and_then(|x| x.clause);
        page.rows.push(vec![
            Cell::count(o.when.number),
            plain(clause(d.terms.cite(cite))),
            plain(d.words.said(&o.what)),
            plain(d.words.entry(o.about())),
            o.due.map_or_else(|| plain("promptly"), |n| dated(d, n)),
            o.done.map_or_else(Cell::default, |n| dated(d, n)),
            plain(o.standing.map_or("open", standing)),
        ]);
    }
    for b in d.run.breaches.iter().filter(|b| asked(b.when)) {
        let Some(decl) = d.terms.covenants.get(b.covenant.at()) else { continue };
        page.rows.push(vec![
            Cell::count(b.when.number),
            plain(clause(d.terms.cite(decl.clause))),
            plain(decl.what.clone()),
            Cell::default(),
            dated(d, b.when.day),
            b.cured.map_or_else(Cell::default, |n| dated(d, n)),
            plain("breached"),
        ]);
    }
    (page.rows.len() > 1).then_some(page)
}

/// A sheet for each effect, with live values where they are derived.
pub(super) fn effects(d: &Deriver<'_>, lines: &[(&Line, Vec<Option<usize>>)], places: &Places) -> Vec<Page> {
    let mut out = Vec::new();
    for (n, effect) in d.terms.effects.iter().enumerate() {
        let name = name_of_sheet(&effect.name);
        let mut page = table(&name, &[8, 14], &["record", "clause"]);
        for (field, ty, _) in &effect.fields {
            let head = field.replace('_', " ");
            page.widths.push(if ty.is_decimal() { 18 } else { 20 });
            if ty.is_decimal() {
                page.widths.push(24);
            }
            if let Some(row) = page.rows.first_mut() {
                row.push(Cell::text(head.clone(), Look::Head));
                if ty.is_decimal() {
                    row.push(Cell::text(format!("{head}, exactly"), Look::Head));
                }
            }
        }
        for (line, steps) in lines.iter().filter(|(l, _)| l.effect.at() == n) {
            let mut row = vec![Cell::count(line.when.number), plain(clause(d.terms.cite(line.clause)))];
            for ((v, (_, ty, _)), step) in line.values.iter().zip(&effect.fields).zip(steps) {
                let held = values::held(&d.words, v, ty);
                row.push(match step {
                    Some(n) => Cell::formula(places.cell(At::Step(*n), &name), &held, ty, Look::Linked),
                    None if held == Held::Nothing => Cell::default(),
                    None => Cell::value(&held, ty, if ty.is_decimal() { Look::Given } else { Look::Plain }),
                });
                if ty.is_decimal() {
                    row.push(Cell::exact(&held, ty));
                }
            }
            page.rows.push(row);
        }
        if page.rows.len() > 1 {
            out.push(page);
        }
    }
    out
}

/// The name of an effect as that of a sheet: no longer than Excel lets it be, and unlike those there are.
fn name_of_sheet(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut chars = spaced.chars();
    let capital: String = chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect());
    let own = ["Summary", "Ledger", "Derivations", "Events", "Refusals", "Obligations", "Warnings", "Readings"];
    if own.contains(&capital.as_str()) { format!("{capital} done") } else { capital.chars().take(28).collect() }
}

/// What the terms warn of, and what was annulled.
pub(super) fn warnings(d: &Deriver<'_>, s: &Source<'_>) -> Option<Page> {
    let mut page = table("Warnings", &[8, 11, 14, 90], &["record", "date", "clause", "what"]);
    let asked = |when: Moment| s.record.is_none_or(|r| r.holds(when));
    let list = |xs: &[u32]| xs.iter().map(|n| format!("record {n}")).collect::<Vec<_>>().join(", ");
    for r in d.run.rescissions.iter().filter(|r| asked(r.when)) {
        let mut text = format!("annuls what {} adjusted", list(&r.annulled));
        if !r.affected.is_empty() {
            text.push_str(&format!("; completed since, and final: {}", list(&r.affected)));
        }
        page.rows.push(vec![
            Cell::count(r.when.number),
            dated(d, r.when.day),
            plain(clause(d.terms.cite(r.clause))),
            Cell::lines(text),
        ]);
    }
    for w in d.run.warnings.iter().filter(|w| asked(w.when)) {
        let text = d.words.said(&w.text);
        page.rows.push(vec![
            Cell::count(w.when.number),
            dated(d, w.when.day),
            plain(clause(d.terms.cite(w.clause))),
            Cell::lines(text),
        ]);
    }
    (page.rows.len() > 1).then_some(page)
}

/// Every reading, with the one that was chosen.
pub(super) fn readings(d: &Deriver<'_>) -> Page {
    let head = ["clause", "reading", "question", "chosen", "default", "why", "others"];
    let mut page = table("Readings", &[16, 24, 44, 18, 18, 50, 30], &head);
    for (reading, chosen) in d.terms.readings.iter().zip(&d.program.readings) {
        let at = |n: u32| usize::try_from(n).ok().and_then(|n| reading.alternatives.get(n));
        let (word, why) = at(*chosen).map_or(("", ""), |(w, y)| (w.as_str(), y.as_str()));
        let default = at(reading.default).map_or("", |(w, _)| w.as_str());
        let others: Vec<&str> = reading.alternatives.iter().map(|(w, _)| w.as_str()).filter(|w| *w != word).collect();
        page.rows.push(vec![
            plain(clause(d.terms.cite(reading.clause))),
            plain(reading.name.clone()),
            Cell::lines(reading.question.clone()),
            Cell::text(word, if *chosen == reading.default { Look::Plain } else { Look::Result }),
            Cell::text(default, Look::Quiet),
            Cell::lines(why),
            Cell::text(others.join(", "), Look::Quiet),
        ]);
    }
    page
}
