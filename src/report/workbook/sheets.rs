//! The sheets that compute: events, ledger, derivations.

use super::derive::{Deriver, Sort, Step};
use super::drawn::choose;
use super::events::FIXED;
use super::ledger::Entry;
use super::page::{ANEW, Cell, Look, Page, STALE, What, letters};
use super::term::{At, Term};
use super::values;
use crate::engine::table::entry;
use crate::report::json::status;
use crate::terms::Type;
use rustc_hash::FxHashMap;

/// The names of the sheets, and where cells stand in them.
pub(super) struct Places {
    /// The sheet of derivations.
    pub derivations: String,
    /// The ledger.
    pub ledger: String,
    /// The events.
    pub events: String,
    /// The events as they were in the run.
    pub as_run: String,
    /// The summary.
    pub summary: String,
    steps: Vec<usize>,
    changes: FxHashMap<usize, usize>,
}

/// The name of the summary.
pub(super) const SUMMARY: &str = "Summary";
/// The column of values among derivations.
const VALUE: &str = "E";
/// The columns of days, and of values before and after, in the ledger.
pub(super) const DATE: usize = 1;
pub(super) const BEFORE: usize = 6;
pub(super) const AFTER: usize = 7;

impl Places {
    /// Where everything stands; each name of a sheet ends with `mark`.
    pub(super) fn new(d: &Deriver<'_>, ledger: &[Entry], mark: &str) -> Self {
        let mut steps = vec![0; d.steps.len()];
        let mut row = 1;
        for block in in_order(d) {
            row += 1;
            for n in &block.steps {
                row += 1;
                if let Some(slot) = steps.get_mut(*n) {
                    *slot = row;
                }
            }
        }
        let changes = ledger.iter().enumerate().map(|(n, e)| (e.change, n + 2)).collect();
        let named = |name: &str| format!("{name}{mark}");
        Self {
            derivations: named("Derivations"),
            ledger: named("Ledger"),
            events: named("Events"),
            as_run: named("As run"),
            summary: named(SUMMARY),
            steps,
            changes,
        }
    }

    /// A cell, as the sheet of a name refers to it.
    pub(super) fn cell(&self, at: At, from: &str) -> String {
        let (sheet, column, row) = match at {
            At::Step(n) => (&self.derivations, VALUE.to_owned(), self.steps.get(n).copied().unwrap_or(1)),
            At::Change(n) => (&self.ledger, letters(AFTER), self.changes.get(&n).copied().unwrap_or(1)),
            At::Event(record, column) => (&self.events, letters(column), record + 2),
        };
        if sheet == from { format!("{column}{row}") } else { format!("{}!{column}{row}", quoted(sheet)) }
    }

    pub(super) fn formula(&self, term: &Term, from: &str) -> String {
        term.written(&|at| self.cell(at, from))
    }

    /// The row of a change in the ledger.
    pub(super) fn row(&self, change: usize) -> Option<usize> {
        self.changes.get(&change).copied()
    }
}

/// A sheet's name in a formula.
pub(super) fn quoted(name: &str) -> String {
    if name.chars().all(|c| c.is_ascii_alphanumeric()) { name.to_owned() } else { format!("'{}'", name.replace('\'', "''")) }
}

fn in_order<'d>(d: &'d Deriver<'_>) -> Vec<&'d super::derive::Block> {
    let mut blocks: Vec<_> = d.blocks.iter().filter(|b| !b.steps.is_empty()).collect();
    // what states began with comes first
    if let Some((_, rest)) = blocks.split_first_mut() {
        rest.sort_by_key(|b| b.order);
    }
    blocks
}

fn heads(names: &[&str]) -> Vec<Cell> {
    names.iter().map(|n| Cell::text(*n, Look::Head)).collect()
}

/// The records.
pub(super) fn events(d: &Deriver<'_>, places: &Places) -> Page {
    let names: Vec<String> = d.events.fields.iter().map(|f| f.replace('_', " ")).collect();
    let head: Vec<&str> = FIXED.iter().copied().chain(names.iter().map(String::as_str)).collect();
    let mut page = Page { name: places.events.clone(), frozen: (1, 4), table: true, ..Page::default() };
    page.widths = [8, 11, 7, 16, 14, 11, 30].into_iter().chain(std::iter::repeat_n(15, d.events.fields.len())).collect();
    page.rows.push(heads(&head));
    for record in 0..d.events.records.len() {
        let row = (0..head.len()).map(|column| {
            let look = if column < d.events.live { Look::Plain } else { Look::Input };
            let held = d.events.held(record, column);
            let look = if held == super::term::Held::Nothing { Look::Plain } else { look };
            Cell::value(&held, &d.events.ty(record, column), look)
        });
        page.rows.push(row.collect());
        for column in 0..d.events.live {
            if let Type::Enum(words) = d.events.ty(record, column) {
                let words = words.iter().map(|w| d.terms.word(*w).to_owned()).collect();
                choose(&mut page.choices, column, record + 1, words);
            }
        }
    }
    page
}

/// Every change.
pub(super) fn ledger(d: &Deriver<'_>, entries: &[Entry], places: &Places) -> Page {
    let mut page = Page { name: places.ledger.clone(), frozen: (1, 6), table: true, ..Page::default() };
    page.widths = vec![8, 11, 14, 22, 14, 18, 18, 18, 11, 24, 24, 14, 12, 12, 30];
    page.rows.push(heads(&[
        "record",
        "date",
        "clause",
        "rule",
        "of",
        "state",
        "before",
        "after",
        "unit",
        "before, exactly",
        "after, exactly",
        "from the run",
        "status",
        "derivation",
        "remark",
    ]));
    for e in entries {
        page.rows.push(change(d, e, places));
    }
    page
}

fn change(d: &Deriver<'_>, e: &Entry, places: &Places) -> Vec<Cell> {
    let Some(c) = d.run.changes.get(e.change) else { return Vec::new() };
    let Some(site) = d.program.sites.get(usize::from(c.site)) else { return Vec::new() };
    let decl = d.terms.states.get(site.state.at());
    let ty = decl.map_or(Type::NUMBER, |s| s.ty.clone());
    let (before, after) = (d.of_state(site.state, c.before), d.after(c));
    let name = decl.map_or("", |s| s.name.as_str()).replace('_', " ");
    let shown = |term: Option<&Term>, held: &super::term::Held, look: Look| match term {
        Some(term) => Cell::formula(places.formula(term, &places.ledger), held, &ty, look),
        None => Cell::value(held, &ty, Look::Given),
    };
    let row = places.row(e.change).unwrap_or(1);
    let rule = d.terms.rules.get(site.rule.at()).map_or("", |r| r.name.as_str());
    let link = e.step.map_or_else(Cell::default, |n| {
        let to = places.cell(At::Step(n), "");
        let text = to.rsplit('!').next().unwrap_or_default().to_owned();
        Cell { what: What::Link(to, text), look: Look::Linked, ..Cell::default() }
    });
    let moment = if c.when.number == 0 { Cell::default() } else { Cell::count(c.when.number) };
    let on = values::whole(&d.words, c.when.day, &Type::Date);
    vec![
        moment,
        Cell::value(&on, &Type::Date, Look::Plain),
        Cell::text(clause(d.terms.cite(c.clause)), Look::Plain),
        Cell::text(rule.replace('_', " "), Look::Plain),
        Cell::text(site.of.map_or_else(String::new, |k| d.words.entry(entry(k, c.row))), Look::Plain),
        Cell::text(if site.pending { format!("what waits of {name}") } else { name }, Look::Plain),
        if c.was_known { shown(e.before.as_ref(), &before, Look::Linked) } else { Cell::text("—", Look::Quiet) },
        shown(e.after.as_ref(), &after, Look::Result),
        Cell::text(values::unit(&ty, &d.terms.currency), Look::Quiet),
        if c.was_known { Cell::exact(&before, &ty) } else { Cell::default() },
        Cell::exact(&after, &ty),
        Cell::against(&format!("{}{row}", letters(AFTER)), &after),
        Cell::text(status(c.status).replace('_', " "), Look::Plain),
        link,
        Cell::text(e.note.clone(), Look::Quiet),
    ]
}

/// Clauses with their sign.
pub(super) fn clause(cite: &str) -> String {
    if cite.is_empty() { String::new() } else { format!("§{cite}") }
}

/// Every line that a change is computed from.
pub(super) fn derivations(d: &Deriver<'_>, places: &Places) -> Page {
    let mut page = Page { name: places.derivations.clone(), frozen: (1, 3), table: false, ..Page::default() };
    page.widths = vec![8, 16, 32, 52, 20, 12, 32, 14, 34];
    page.rows.push(heads(&["record", "clause", "step", "as written", "value", "unit", "exactly", "from the run", "basis"]));
    for block in in_order(d) {
        let number =
            if block.number == 0 { Cell::text("", Look::Group) } else { Cell { look: Look::Group, ..Cell::count(block.number) } };
        let mut row = vec![number, Cell::text(clause(&block.clause), Look::Group), Cell::text(block.title.clone(), Look::Group)];
        row.resize_with(9, || Cell::text("", Look::Group));
        page.rows.push(row);
        for n in &block.steps {
            if let Some(step) = d.steps.get(*n) {
                page.rows.push(line(d, *n, step, places));
            }
        }
    }
    page
}

fn line(d: &Deriver<'_>, n: usize, step: &Step, places: &Places) -> Vec<Cell> {
    let own = places.cell(At::Step(n), &places.derivations);
    let look = match step.sort {
        Sort::Constant => Look::Plain,
        Sort::Link => Look::Linked,
        Sort::Formula => Look::Result,
        Sort::Check => Look::Plain,
        Sort::Given | Sort::Rest | Sort::Told => Look::Given,
    };
    let value = match &step.term {
        Some(term) => Cell::formula(places.formula(term, &places.derivations), &step.held, &step.ty, look),
        None => Cell::value(&step.held, &step.ty, look),
    };
    let basis = match step.sort {
        Sort::Constant => "written in the terms".to_owned(),
        Sort::Link => "another cell".to_owned(),
        Sort::Formula => "formula".to_owned(),
        Sort::Check => "condition".to_owned(),
        Sort::Given => format!("not computed: {}", step.note),
        Sort::Rest => "not computed: decided by the run".to_owned(),
        Sort::Told => "as the run had it, on another sheet".to_owned(),
    };
    vec![
        Cell::default(),
        Cell::text(clause(&step.clause), Look::Plain),
        Cell::text(step.label.clone(), Look::Plain),
        Cell::text(step.source.clone(), Look::Quiet),
        value,
        Cell::text(values::unit(&step.ty, &d.terms.currency), Look::Quiet),
        Cell::exact(&step.held, &step.ty),
        match step.sort {
            Sort::Formula | Sort::Check if step.term.is_some() => Cell::against(&own, &step.held),
            Sort::Constant => Cell::fixed(&own, &step.held),
            Sort::Given | Sort::Rest => Cell::as_long_as(&places.conditions(d, &step.reads, &places.derivations), ANEW),
            Sort::Told => Cell::as_long_as(&places.conditions(d, &step.reads, &places.derivations), STALE),
            Sort::Link | Sort::Formula | Sort::Check => Cell::default(),
        },
        Cell::text(basis, Look::Quiet),
    ]
}
