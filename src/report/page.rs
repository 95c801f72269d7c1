//! A run as one page for a browser: charts, figures that lead to the ledger, the ledger with its derivations, and the
//! receipt of what it was computed from. The wording is a template's.

mod cells;
mod clauses;
mod curves;
mod duties;
mod figures;
mod ledger;
mod render;
mod shares;
mod spread;
mod strokes;
mod timeline;

pub use curves::swept;
pub use ledger::{Picked, pick};
pub use render::{COMPARISON, REPORT, html};
pub(super) use render::{STEPS, told};
pub use spread::{Contestant, compared};
pub use timeline::Timeline;

use super::chart::Bar;
use super::ending::{Aside, Ending};
use super::explain::{Derivations, Step};
use super::receipt::Receipt;
use super::record::Record;
use super::words::{Words, day};
use crate::engine::code::Program;
use crate::engine::run::Run;
use crate::terms::{Standing, Terms};
use clauses::Links;
use rustc_hash::FxHashMap;
use serde::Serialize;

/// A run with what is picked of it.
#[derive(Clone, Copy)]
pub struct Side<'r> {
    /// The terms.
    pub terms: &'r Terms,
    /// The program of the run.
    pub program: &'r Program,
    /// The run.
    pub run: &'r Run,
    /// What was picked for the ledger.
    pub picked: &'r Picked,
    /// The figures over time.
    pub timeline: &'r Timeline,
    /// The records that are spoken of, by number.
    pub records: &'r FxHashMap<u32, Record>,
    /// What the ids of its ledger begin with, where a page has several.
    pub prefix: &'r str,
}

impl<'r> Side<'r> {
    fn words(&self) -> Words<'r> {
        Words { terms: self.terms, texts: &self.run.texts, keys: &self.run.keys }
    }
}

/// What a page is made of.
pub struct Source<'r> {
    /// The run.
    pub side: Side<'r>,
    /// The same run, made to be explained, with its program.
    pub told: (&'r Program, &'r Run),
    /// The receipt.
    pub receipt: Receipt,
    /// How the stream ended.
    pub ending: &'r Ending,
    /// Whole explanations, where they were asked for.
    pub explained: Vec<Step>,
}

/// What the template is given.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Page {
    /// What it is, where it is not the page of a run: `Explanation`.
    pub kind: &'static str,
    /// The title of the terms.
    pub title: String,
    /// The name of the agreement's document; empty without one.
    pub agreement: String,
    /// The day at whose end it stands; empty where it stands at none.
    pub as_of: String,
    /// Why the run stopped; empty where it did not.
    pub stopped: String,
    /// What was set aside, a line each.
    pub aside: Vec<String>,
    /// What one must know before all else, a line each; numeric where something is wrong.
    pub strip: Vec<Cell>,
    /// Figures over time.
    pub charts: Vec<Figure>,
    /// What each clause did to a figure.
    pub shares: Vec<Share>,
    /// The figures as they stand.
    pub states: Vec<Table>,
    /// Adjustments.
    pub ledger: Ledger,
    /// Other changes of what is shown.
    pub others: Ledger,
    /// Whole explanations.
    pub explained: Vec<Unfolded>,
    /// Refusals.
    pub refusals: Table,
    /// Obligations, by due date.
    pub obligations: Table,
    /// What was issued and paid: a table for each effect of the terms.
    pub payments: Vec<Table>,
    /// Annulments.
    pub rescissions: Table,
    /// Warnings.
    pub warnings: Table,
    /// The readings used.
    pub readings: Vec<Chosen>,
    /// The records spoken of.
    pub records: Vec<Record>,
    /// The clauses cited, with the terms that encode them.
    pub clauses: Vec<Clause>,
    /// The receipt.
    pub receipt: Receipt,
}

/// What the template of a comparison or of a sweep is given.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Spread {
    /// What it is: `Comparison`, `Sweep`.
    pub kind: &'static str,
    /// Its title.
    pub title: String,
    /// What is held against what, a line each.
    pub about: Vec<String>,
    /// The charts.
    pub charts: Vec<Figure>,
    /// What each clause did, for each that is compared.
    pub shares: Vec<Share>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The adjustments of each that is compared: its name, and its ledger.
    pub ledgers: Vec<(String, Ledger)>,
    /// What is said after the tables.
    pub notes: Vec<String>,
    /// The clauses cited, by the terms that encode them.
    pub clauses: Vec<(String, Vec<Clause>)>,
    /// The receipt.
    pub receipt: Receipt,
}

/// A chart with what stands around it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Figure {
    /// Its id in the page.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What the numbers count: `$ a share`.
    pub unit: String,
    /// The picture, wide and narrow.
    pub wide: String,
    /// The picture for a narrow screen.
    pub narrow: String,
    /// The names of its lines.
    pub legend: Vec<String>,
    /// Places that are pointed out, numbered as in the picture.
    pub edges: Vec<Cell>,
    /// The exact figures.
    pub table: Table,
    /// What is left out; empty where nothing is.
    pub note: String,
}

/// What each clause did to one figure.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Share {
    /// The figure: `price of W-1`.
    pub title: String,
    /// Where it began, what moved it, where it ended.
    pub rows: Vec<Part>,
}

/// A line of a share.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Part {
    /// What: a clause, or `began at`.
    pub what: Cell,
    /// How often.
    pub count: usize,
    /// The ledger rows it sums up.
    pub from: Vec<Cell>,
    /// By how much, or how much there is.
    pub value: String,
    /// Of the whole change, in per cent; empty where that says nothing.
    pub percent: String,
    /// The bar.
    pub bar: String,
    /// Whether it is a beginning or an end.
    pub total: bool,
    #[serde(skip)]
    span: Option<Bar>,
}

/// A table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Table {
    /// Its title.
    pub name: String,
    /// The heads of its columns.
    pub head: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
    /// What is left out; empty where nothing is.
    pub note: String,
}

/// A value in a table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
    /// What is said of it where the pointer rests on it.
    pub hint: String,
    /// Whether it is a number.
    pub numeric: bool,
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: true, ..Self::default() }
    }
}

/// Changes, in order.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ledger {
    /// The changes.
    pub rows: Vec<Line>,
    /// What is left out; empty where nothing is.
    pub note: String,
}

/// A change.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Line {
    /// Its id in the page.
    pub id: String,
    /// The record it came from.
    pub record: Cell,
    /// What the record was: `issuance`.
    pub event: String,
    /// The date.
    pub date: String,
    /// The entry; several where all changed alike.
    pub of: String,
    /// The clause.
    pub clause: Cell,
    /// The rule.
    pub rule: String,
    /// The state.
    pub state: String,
    /// Its value before.
    pub before: String,
    /// Its value after.
    pub after: String,
    /// How it stands.
    pub status: String,
    /// How it came about.
    pub derivation: Vec<Unfolded>,
}

/// A step of a derivation.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Unfolded {
    /// What is said.
    pub text: String,
    /// The clause it comes from; empty for none.
    pub clause: Cell,
    /// What it rests on.
    pub parts: Vec<Unfolded>,
}

/// A reading with the alternative used.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Chosen {
    /// Its name.
    pub name: String,
    /// The question it answers.
    pub question: String,
    /// The clause.
    pub clause: Cell,
    /// The alternative used.
    pub chosen: String,
    /// The sentence that speaks for it.
    pub why: String,
    /// Whether it is the default.
    pub default: bool,
    /// The other alternatives.
    pub others: Vec<String>,
}

/// A clause with what encodes it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Clause {
    /// Its id in the page.
    pub id: String,
    /// As it is cited.
    pub cite: String,
    /// The blocks of the terms, as written.
    pub blocks: Vec<String>,
}

/// The page of a run. `whole`: with its charts and figures; without, only what was asked for is told.
#[must_use]
pub fn page(source: Source<'_>, whole: bool) -> Page {
    let side = source.side;
    let (terms, run) = (side.terms, side.run);
    let links = Links::new(terms, "", true);
    let derivations = Derivations::new(terms, source.told.0, source.told.1);
    let (ledger, others) = ledger::ledgers(&side, &links, Some(&derivations));
    let mut out = Page {
        kind: if whole { "" } else { "Explanation" },
        strip: if whole { strip(run) } else { Vec::new() },
        title: terms.title.clone(),
        agreement: terms.document.clone().unwrap_or_default(),
        as_of: if run.as_of == 0 { String::new() } else { day(run.as_of) },
        stopped: source.ending.sentence(),
        aside: source.ending.rejected.iter().map(Aside::sentence).collect(),
        ledger,
        others,
        explained: source.explained.iter().map(|s| links.unfolded(s)).collect(),
        refusals: duties::refusals(&side, &links),
        ..Page::default()
    };
    if whole {
        out.charts = figures::charts(&side, &links);
        out.shares = shares::shares(&side, &links);
        out.states = cells::states(&side, &links);
        out.obligations = duties::obligations(&side, &links);
        out.payments = duties::payments(&side, &links);
        out.rescissions = duties::rescissions(&side, &links);
        out.warnings = duties::warnings(&side, &links);
        out.readings = duties::readings(&side, &links);
    }
    out.records = links.records(side.records);
    out.clauses = links.clauses();
    out.receipt = source.receipt;
    out
}

/// How much was refused, is breached, late or open, and what the terms warn of.
fn strip(run: &Run) -> Vec<Cell> {
    let owed = |s: Standing| run.owed.iter().filter(|o| o.standing.unwrap_or(Standing::Open) == s).count();
    let all = [
        (run.refusals.len(), "refused", "#refusals", true),
        (owed(Standing::Breached) + run.breaches.len(), "breached", "#obligations", true),
        (owed(Standing::Late), "late", "#obligations", true),
        (owed(Standing::Open), "open", "#obligations", false),
        (run.warnings.len(), if run.warnings.len() == 1 { "warning" } else { "warnings" }, "#warnings", true),
    ];
    let told = all.into_iter().filter(|(n, ..)| *n > 0);
    told.map(|(n, what, href, numeric)| Cell { text: format!("{n} {what}"), href: href.to_owned(), numeric, ..Cell::default() })
        .collect()
}

/// `1,234`
fn many(n: usize) -> String {
    crate::syntax::print::number(rust_decimal::Decimal::from(n))
}

/// A name as it is read.
fn plain(name: &str) -> String {
    name.replace('_', " ")
}
