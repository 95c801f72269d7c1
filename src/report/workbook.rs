//! A run as an Excel workbook: every change is computed anew by formulas from the cells of its records, with the exact
//! decimals of the run beside them. What a spreadsheet cannot compute is an input that says why.

mod charts;
mod checks;
mod choice;
mod derive;
mod drawn;
mod eval;
mod events;
mod leaf;
mod ledger;
mod names;
mod origin;
mod page;
mod plain;
mod proportion;
mod prove;
mod question;
mod reads;
mod round;
mod sheets;
mod sides;
mod swept;
mod tables;
mod term;
mod translate;
mod values;
mod verdict;
mod write;

pub use swept::swept;
pub use tables::tables;

use crate::engine::code::Program;
use crate::engine::run::{Change, Run};
use crate::event::{Batch, Head};
use crate::report::spot::Spot;
use crate::terms::Terms;
use derive::Deriver;
use events::Events;
use page::Page;
use sheets::Places;
use thiserror::Error;

/// What a workbook is made of.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The terms.
    pub terms: &'a Terms,
    /// Their program: one made to derive.
    pub program: &'a Program,
    /// Its run, with all it was asked to explain.
    pub run: &'a Run,
    /// The records of the run.
    pub records: &'a [(Head, Batch)],
    /// Only what one record changed, or rules at moments of one day.
    pub record: Option<Spot>,
    /// Only what concerns this entry, by its key.
    pub entry: Option<&'a str>,
    /// What the workbook was made from, line by line: what, and which.
    pub receipt: &'a [(String, String)],
}

/// Why a run is no workbook.
#[derive(Debug, Error)]
pub enum Unfit {
    /// A sheet would have too many rows.
    #[error("the sheet {sheet} would have {rows} rows, and Excel holds {}", write::ROWS)]
    Rows {
        /// The sheet.
        sheet: String,
        /// Its rows.
        rows: usize,
    },
    /// A sheet would have too many columns.
    #[error("the sheet {sheet} would have {columns} columns, and Excel holds 16384")]
    Columns {
        /// The sheet.
        sheet: String,
        /// Its columns.
        columns: usize,
    },
    /// A formula would be too long.
    #[error("the formula in row {row} of the sheet {sheet} would have {letters} letters, and Excel takes 8192")]
    Formula {
        /// The sheet.
        sheet: String,
        /// The row.
        row: usize,
        /// Its letters.
        letters: usize,
    },
    /// Excel's own rules say no.
    #[error("the workbook cannot be written: {0}")]
    Excel(String),
}

impl Unfit {
    /// What to do.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Rows { .. } | Self::Columns { .. } => "run fewer records with `--as-of`, or explain one with `--event`",
            Self::Formula { .. } => "give a part of the formula a name in the terms, or explain another record with `--event`",
            Self::Excel(_) => "",
        }
    }
}

/// The bytes of the workbook of a run.
///
/// # Errors
/// What of it is more than Excel holds.
pub fn workbook(source: &Source<'_>) -> Result<Vec<u8>, Unfit> {
    let side = Side::new(source, "")?;
    write::write(&side.pages, &about(source))
}

/// The bytes of a workbook of several runs, each with what it is called: a set of sheets for each, and one on which their
/// figures stand side by side, with the differences from the first as formulas.
///
/// # Errors
/// What of it is more than Excel holds.
pub fn side_by_side(sides: &[(&str, Source<'_>)]) -> Result<Vec<u8>, Unfit> {
    let Some((_, first)) = sides.first() else { return write::write(&[], &write::About::default()) };
    let mut made = Vec::new();
    for (n, (name, source)) in sides.iter().enumerate() {
        made.push((*name, Side::new(source, &format!(" {}", page::letters(n)))?));
    }
    let mut pages = vec![sides::page(&made, &first.terms.currency)];
    pages.extend(made.into_iter().flat_map(|(_, side)| side.pages));
    write::write(&pages, &about(first))
}

fn about<'a>(s: &Source<'a>) -> write::About<'a> {
    write::About { title: &s.terms.title, currency: &s.terms.currency, day: s.run.as_of }
}

/// The sheets of one run.
struct Side {
    summary: plain::Summary,
    places: Places,
    pages: Vec<Page>,
}

impl Side {
    /// The sheets of a run; the name of each ends with `mark`.
    fn new(s: &Source<'_>, mark: &str) -> Result<Self, Unfit> {
        // what cannot be held is said before anything is derived
        for (sheet, rows) in [("Events", s.records.len()), ("Ledger", s.run.changes.len())] {
            if rows >= write::ROWS {
                return Err(Unfit::Rows { sheet: sheet.to_owned(), rows: rows + 1 });
            }
        }
        let mut d = Deriver::new(s.terms, s.program, s.run, Events::new(s.terms, s.run, s.records));
        d.know();
        let mut entries = Vec::new();
        for (n, c) in s.run.changes.iter().enumerate().filter(|(_, c)| wanted(s, c)) {
            entries.extend(d.entry(n, c));
            fits(&d)?;
        }
        let lines: Vec<_> = s.run.lines.iter().filter(|l| s.record.is_none_or(|r| r.holds(l.when))).collect();
        let effects: Vec<_> = lines.into_iter().map(|line| (line, d.effect(line))).collect();
        let mut summary = plain::Summary::new(&mut d, s);
        summary.whole = unprovable(s).map(str::to_owned);
        if summary.whole.is_none() {
            d.prove_all();
        }
        fits(&d)?;
        let places = Places::new(&d, &entries, mark);
        let mut pages = vec![summary.page(&d, &places, s)];
        pages.push(Page { names: names::of_ledger(s, &entries, &places, mark), ..sheets::ledger(&d, &entries, &places) });
        pages.push(sheets::derivations(&d, &places));
        pages.push(sheets::events(&d, &places));
        pages.push(verdict::as_run(&d, &places, entries.len()));
        pages.extend(plain::refusals(&d, s));
        pages.extend(plain::obligations(&d, s));
        pages.extend(plain::effects(&d, &effects, &places));
        pages.extend(plain::warnings(&d, s));
        pages.push(plain::readings(&d));
        pages.extend(charts::page(&d, &summary.figures, &entries, &places, mark));
        // those that compute have theirs from `places`, for formulas name them
        for page in pages.iter_mut().filter(|p| !p.name.ends_with(mark)) {
            page.name.push_str(mark);
        }
        Ok(Self { summary, places, pages })
    }
}

/// Whether what is derived so far can be held: said before more is derived.
fn fits(d: &Deriver<'_>) -> Result<(), Unfit> {
    let rows = d.steps.len() + d.blocks.len() + 1;
    if rows > write::ROWS { Err(Unfit::Rows { sheet: "Derivations".to_owned(), rows }) } else { Ok(()) }
}

/// Why what the run decided cannot all be told, where it cannot.
fn unprovable(s: &Source<'_>) -> Option<&'static str> {
    let run = s.run;
    let replayed = !run.rescissions.is_empty() || run.traces.iter().any(|t| t.again);
    Some(match () {
        () if s.record.is_some() => "these are the changes of one record; those before and after it are not here",
        () if s.entry.is_some() => "this is what concerns one entry; the others are not here",
        () if replayed => "the run computes the past again, and the workbook does not decide when",
        () if run.stopped.is_some() || !run.rejected.is_empty() => "the stream did not go through as it stands",
        () if run.traces.len() > MOST_TOLD => "the run decides more than fits here",
        () => return None,
    })
}

/// The most rules on records whose conditions are told.
const MOST_TOLD: usize = 30_000;

/// Whether a change is asked for.
fn wanted(s: &Source<'_>, c: &Change) -> bool {
    if s.record.is_some_and(|r| !r.holds(c.when)) {
        return false;
    }
    let Some(key) = s.entry else { return true };
    let words = crate::report::words::Words { terms: s.terms, texts: &s.run.texts, keys: &s.run.keys };
    let of = s.program.sites.get(usize::from(c.site)).and_then(|site| site.of);
    match of {
        None => true,
        Some(kind) => {
            let named = |n: &i64| *n >= 0 && s.run.texts.whole(*n) == key;
            let is_of_kind = s.run.keys.get(kind.at()).into_iter().flatten().any(named);
            !is_of_kind || words.entry(crate::engine::table::entry(kind, c.row)) == key
        }
    }
}
