//! The meaning of checked terms, plainly: states in maps, the past as a list, exact fractions. Slow, and to be read.
//!
//! `docs/semantics.md` says what terms mean; this says the same in code. It shares nothing with the engine, which is tested
//! against it.

mod act;
mod again;
mod apply;
mod chain;
mod day;
mod duty;
mod event;
mod formula;
mod function;
mod kept;
mod moment;
mod noted;
mod number;
mod outcome;
mod past;
mod plan;
mod question;
mod read;
mod record;
mod scene;
mod series;
mod show;
mod stream;
mod value;
mod wait;
mod world;

pub use formula::{Formula, Loop, Told};
pub use noted::{Been, Came, Noted};
pub use number::{decimal, kept, rounded, same};
pub use outcome::{
    Breach, Change, Differs, Done, Duty, Named, Outcome, Refusal, Rescission, Row, Status, Stop, Warned, Warning, Why,
};
pub use record::{Amended, Record};
pub use value::{Entry, Fault, Got, Lack, Line, Number, Part, Said, Value};
pub use world::{At, World};

use past::Past;

use crate::source::Span;
use crate::terms::{Body, Expr, ExprKind, ReadingId, Terms};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What a run is asked to do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The day whose end is shown; that of the last record where it is left out.
    pub as_of: Option<i64>,
    /// Leaves out records that became known later.
    pub known_on: Option<i64>,
    /// Sets aside what is no good, and goes on.
    pub keep_going: bool,
    /// Warns where the order of two adjusting events of one close changes the result.
    pub orders: bool,
}

/// Terms with an answer to each of their readings.
pub struct Reckoner<'t> {
    terms: &'t Terms,
    readings: Vec<u32>,
    options: Options,
    noted: Option<&'t Noted>,
}

/// One run: the records, in the order in which they are carried out.
struct Run<'t> {
    terms: &'t Terms,
    readings: &'t [u32],
    records: Vec<Record>,
    /// Records that were withdrawn.
    retracted: BTreeSet<u32>,
    /// Every entry's number by what it is called: the same in every pass over the past.
    entries: RefCell<BTreeMap<String, Entry>>,
    /// Where it is put down what the run comes to.
    noted: Option<&'t Noted>,
}

impl<'t> Reckoner<'t> {
    /// Terms with the number of the alternative that is chosen of each reading.
    #[must_use]
    pub fn new(terms: &'t Terms, readings: &[u32], options: Options) -> Self {
        Self { terms, readings: readings.to_vec(), options, noted: None }
    }

    /// The same, and what its runs come to is put down.
    #[must_use]
    pub fn noting(self, noted: &'t Noted) -> Self {
        Self { noted: Some(noted), ..self }
    }

    /// The default of each reading.
    #[must_use]
    pub fn defaults(terms: &Terms) -> Vec<u32> {
        terms.readings.iter().map(|r| r.default).collect()
    }

    /// What comes of a stream.
    #[must_use]
    pub fn run(&self, records: &[Record]) -> Outcome {
        self.run_and_ask(records, &[])
    }

    /// What comes of a stream, and what some formulas are at its end.
    #[must_use]
    pub fn run_and_ask(&self, records: &[Record], asked: &[&Body<Expr>]) -> Outcome {
        let until = |r: &&Record| self.options.known_on.is_none_or(|day| r.recorded <= day);
        let shown = |r: &&Record| self.options.as_of.is_none_or(|day| r.day <= day);
        let (mut list, mut rejected, mut stopped) = (Vec::new(), Vec::new(), None);
        let mut last = i64::MIN;
        for record in records.iter().filter(until).filter(shown) {
            if record.day < last {
                let (number, day) = (record.number, record.day);
                let stop = Stop { record: number, day, why: Why::Backwards, span: Span::default(), clause: None };
                if !self.options.keep_going {
                    stopped = Some(stop);
                    break;
                }
                rejected.push(stop);
                continue;
            }
            last = record.day;
            list.push(record);
        }
        let list = list.into_iter().cloned().collect();
        let mut run = Run {
            terms: self.terms,
            readings: &self.readings,
            records: Vec::new(),
            retracted: BTreeSet::new(),
            entries: RefCell::default(),
            noted: self.noted,
        };
        run.records = run.ordered(list);
        let mut past = run.beginning();
        let mut before: Option<(Record, Past)> = None;
        for record in run.records.clone() {
            let record = &record;
            let found = past.clone();
            let done = match &record.amends {
                None => run.next(&mut past, record),
                Some(amended) => run.amend(&mut past, record, amended),
            };
            match done {
                Ok(()) if record.amends.is_some() => before = None,
                Ok(()) => {
                    if let Some((other, found)) = before.filter(|_| self.options.orders) {
                        run.order_matters(&mut past, &found, &other, record);
                    }
                    before = Some((record.clone(), found));
                }
                Err(stop) if self.options.keep_going && stop.record > 0 => {
                    past.aside.insert(record.number);
                    rejected.push(stop);
                }
                Err(stop) => {
                    stopped = Some(stop);
                    break;
                }
            }
        }
        let mut day = self.options.as_of.or(past.last);
        if let (Some(end), None) = (day, &stopped) {
            stopped = run.close(&mut past, end).err();
        }
        if stopped.is_some() {
            day = past.last;
        }
        if let Some(day) = day {
            past.ends(day);
        }
        rejected.sort_by_key(|r| r.record);
        let answers = asked.iter().map(|body| run.asked(&past, body)).collect();
        // what only the result shows, nobody has asked for
        run.noted = None;
        Outcome { asked: answers, ..run.outcome(past, stopped, rejected, day) }
    }
}

impl Run<'_> {
    /// The alternative of a reading that is chosen.
    fn alternative(&self, reading: ReadingId) -> u32 {
        self.readings.get(reading.at()).copied().unwrap_or(0)
    }

    /// Whether a condition holds that asks for readings and nothing else.
    fn reads(&self, e: &Expr) -> bool {
        match &e.kind {
            ExprKind::Reading(reading, chosen) => {
                let alternative = self.alternative(*reading);
                if let Some(noted) = self.noted {
                    noted.reading(*reading, alternative);
                }
                chosen.contains(&alternative)
            }
            ExprKind::Whole(n) => *n != 0,
            ExprKind::Not(x) => !self.reads(x),
            ExprKind::All(list) => list.iter().all(|x| self.reads(x)),
            ExprKind::Any(list) => list.iter().any(|x| self.reads(x)),
            _ => false,
        }
    }

    /// The number of an entry by what it is called.
    fn entry(&self, name: &str) -> Entry {
        let mut entries = self.entries.borrow_mut();
        let next = Entry(entries.len());
        *entries.entry(name.to_owned()).or_insert(next)
    }
}
