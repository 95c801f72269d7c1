//! Whether the figures are those that the terms give for the inputs as they are now: what has been changed, and what of it
//! the workbook cannot follow.

use super::derive::Deriver;
use super::events::FIXED;
use super::page::{ANEW, BRANCH, Cell, Look, Page, STALE, Shape, What, letters};
use super::reads::Read;
use super::sheets::{Places, quoted};
use super::term::Held;
use crate::terms::StateId;
use rust_decimal::Decimal;

/// The rows of what the verdict counts, from 1; it stands above them.
const CHANGED: usize = 3;
const FIXED_CHANGED: usize = 4;
const BRANCHES: usize = 5;
const NOT_COMPUTED: usize = 6;

/// What the verdict says.
pub(super) const SAYS: [&str; 3] = [
    "as the run: no input has been changed",
    "computed anew: these are the figures of a run of the changed stream",
    "NOT what the terms give: run the changed stream",
];

impl Places {
    /// What must hold so that what was read is as it was in the run.
    pub(super) fn conditions(&self, d: &Deriver<'_>, reads: &[Read], from: &str) -> Vec<String> {
        let there = |sheet: &str, cell: &str| if sheet == from { cell.to_owned() } else { format!("{}!{cell}", quoted(sheet)) };
        let records = d.events.records.len();
        reads
            .iter()
            .map(|r| match *r {
                Read::All => format!("{}=0", there(&self.summary, &format!("$B${CHANGED}"))),
                Read::Cell(record, column) => {
                    let cell = format!("{}{}", letters(column), record + 2);
                    format!("{}={}", there(&self.events, &cell), there(&self.as_run, &cell))
                }
                Read::Column(column) => format!("{}=0", there(&self.as_run, &format!("${}${}", letters(column), records + 3))),
                Read::Change(n) => match self.row(n) {
                    Some(row) => format!("{}=0", there(&self.ledger, &format!("L{row}"))),
                    None => format!("{}=0", there(&self.summary, &format!("$B${CHANGED}"))),
                },
                Read::State(state) => format!("{}=0", there(&self.as_run, &format!("$B${}", records + 5 + state.at()))),
            })
            .collect()
    }
}

/// The events as they were, hidden; below them how many of each column have changed, and how many changes of each state differ.
pub(super) fn as_run(d: &Deriver<'_>, places: &Places, ledger: usize) -> Page {
    let mut page = Page { name: places.as_run.clone(), hidden: true, ..Page::default() };
    let records = d.events.records.len();
    let width = d.events.width();
    page.rows.push(vec![Cell::text("the events as they were in the run: changes are told from here", Look::Quiet)]);
    for record in 0..records {
        let row = (0..width).map(|c| Cell::value(&d.events.held(record, c), &d.events.ty(record, c), Look::Plain));
        page.rows.push(row.collect());
    }
    page.rows.push(Vec::new());
    let mut counts = vec![Cell::default(); d.events.live];
    for c in d.events.live..width {
        counts.push(count(if records == 0 { "0".to_owned() } else { changes(places, (c, c), (2, records + 1), Numbers::Only) }));
    }
    page.rows.push(counts);
    page.rows.push(Vec::new());
    for n in 0..d.terms.states.len() {
        let name = d.terms.states.get(StateId::from(n).at()).map_or("", |s| s.name.as_str()).replace('_', " ");
        let sheet = quoted(&places.ledger);
        let last = ledger.max(1) + 1;
        let counted = |name: &str| format!("COUNTIFS({sheet}!$F$2:$F${last},\"{name}\",{sheet}!$L$2:$L${last},\"<>0\")");
        let waits = format!("what waits of {name}");
        page.rows.push(vec![Cell::text(name.clone(), Look::Plain), count(format!("{}+{}", counted(&name), counted(&waits)))]);
    }
    page
}

fn count(text: String) -> Cell {
    Cell { what: What::Formula(text, Held::Number(Decimal::ZERO)), look: Look::Plain, shape: Shape::Count }
}

/// Which changes are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// All.
    Any,
    /// All of cells of which numbers are computed.
    Only,
    /// A number that is no longer one, or something where nothing was.
    Never,
}

/// How many cells of a part of the events are not as they were.
fn changes(places: &Places, (from, to): (usize, usize), (first, last): (usize, usize), which: Numbers) -> String {
    let range = |sheet: &str| format!("{}!${}${first}:${}${last}", quoted(sheet), letters(from), letters(to));
    let (now, then) = (range(&places.events), range(&places.as_run));
    match which {
        Numbers::Any | Numbers::Only => format!("SUMPRODUCT(1-EXACT({now},{then})*(ISNUMBER({now})=ISNUMBER({then})))"),
        Numbers::Never => format!("SUMPRODUCT(1-(ISNUMBER({now})=ISNUMBER({then})))"),
    }
}

/// The rows that tell whether the figures can be relied on. `whole` says why no change can be followed, where none can.
pub(super) fn rows(d: &Deriver<'_>, places: &Places, whole: Option<&str>) -> Vec<Vec<Cell>> {
    let records = d.events.records.len();
    let (live, width) = (d.events.live, d.events.width());
    let (steps, ledger) = (quoted(&places.derivations), quoted(&places.ledger));
    let rows = (2, records + 1);
    let any = if records == 0 { "0".to_owned() } else { changes(places, (0, width - 1), rows, Numbers::Any) };
    let fixed = match records {
        0 => "0".to_owned(),
        _ if whole.is_some() => format!("B{CHANGED}"),
        _ => {
            let mut text = changes(places, (0, live.max(FIXED.len()) - 1), rows, Numbers::Any);
            if live < width {
                text.push('+');
                text.push_str(&changes(places, (live, width - 1), rows, Numbers::Never));
            }
            text
        }
    };
    let counted = |say: &str| format!("COUNTIF({steps}!H:H,\"{say}\")+COUNTIF({ledger}!L:L,\"{say}\")");
    let say = |text: &str| Cell { what: What::Text(text.to_owned()), look: Look::Quiet, shape: Shape::Whole };
    let line = |what: &str, formula: String, shape: Shape, text: &str| {
        let zero = Held::Number(Decimal::ZERO);
        let value = Cell { what: What::Formula(formula, zero), look: Look::Result, shape };
        vec![Cell::text(what, Look::Plain), value, say(text)]
    };
    let [same, anew, not] = SAYS;
    let verdict = format!("IF(B{FIXED_CHANGED}+B{BRANCHES}+B{NOT_COMPUTED}>0,\"{not}\",IF(B{CHANGED}=0,\"{same}\",\"{anew}\"))");
    let verdict = Cell { what: What::Formula(verdict, Held::Text(same.to_owned())), look: Look::Verdict, shape: Shape::Whole };
    let none = "numbers in blue are followed; a date, a word, a name or a number left out or added is not";
    vec![
        vec![verdict],
        line("inputs changed", any, Shape::Whole, "cells of the events that are not as they were in the run"),
        line("of these, not followed", fixed, Shape::Whole, whole.unwrap_or(none)),
        line(
            "conditions that changed",
            counted(BRANCH),
            Shape::Whole,
            "another rule or case would apply, or something would be refused; each is marked in its row",
        ),
        line(
            "not computed, and changed",
            counted(ANEW),
            Shape::Whole,
            "what the workbook does not compute rests on something that has changed; each is marked in its row",
        ),
        line(
            "texts that are the run's",
            format!("COUNTIF({steps}!H:H,\"{STALE}\")"),
            Shape::Whole,
            "obligations, covenants, warnings and reasons stay as the run had them; what these rest on has changed",
        ),
        line(
            "differs from the run",
            format!("MAX(MAX({ledger}!L:L),-MIN({ledger}!L:L),MAX({steps}!H:H),-MIN({steps}!H:H))"),
            Shape::Difference,
            "the largest difference, beyond 1e-9 of the value; – for none",
        ),
    ]
}
