//! What one record adjusted, for a paper that somebody signs. The wording is a template's.

mod reading;

pub use reading::Reading;

use super::json::{is_adjustment, standing, status, unit};
use super::record::record;
use super::words::{Words, day};
use crate::engine::code::Program;
use crate::engine::run::{Change, Run, Status, Value};
use crate::engine::table::entry;
use crate::event::{Batch, Head};
use crate::terms::{ExprKind, KindId, On, RuleId, StateId, Terms, Type};
use rust_decimal::Decimal;
use serde::Serialize;

/// What a template is given.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Certificate {
    /// The title of the terms.
    pub terms: String,
    /// The name of the agreement's document.
    pub agreement: String,
    /// The record.
    pub event: Event,
    /// What it adjusted.
    pub adjustments: Vec<Adjustment>,
    /// The adjusted states of every entry adjusted, before and after; those that stayed as they were too.
    pub entries: Vec<Entry>,
    /// What is due because of it.
    pub duties: Vec<Duty>,
    /// Why it was refused, where it was.
    pub refusals: Vec<String>,
    /// The readings it rests on: those of the clauses of its adjustments, and those that are not the default.
    pub readings: Vec<Reading>,
}

/// A record.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Event {
    /// Its number in the stream.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Its id; empty without one.
    pub id: String,
    /// Its note; empty without one.
    pub note: String,
    /// Its date: `2006-01-10`.
    pub date: String,
    /// Its date in words: `January 10, 2006`.
    pub day: String,
    /// Its fields, those left out not among them.
    pub fields: Vec<Named>,
}

/// A name with a value.
#[derive(Debug, Clone, Serialize)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The value, in words.
    pub value: String,
}

/// An adjustment.
#[derive(Debug, Clone, Serialize)]
pub struct Adjustment {
    /// The kind of entry: `certificate`.
    pub kind: String,
    /// The entry.
    pub entry: String,
    /// The state.
    pub state: String,
    /// What the agreement calls it.
    pub term: String,
    /// Its value before; empty where there was none.
    pub before: String,
    /// Its value after.
    pub after: String,
    /// By how much it changed, without a sign.
    pub amount: String,
    /// Whether it rose.
    pub rose: bool,
    /// The clause.
    pub clause: String,
    /// The rule.
    pub rule: String,
    /// How it stands: `in_force`, `pending`; `made` where it waited until this record.
    pub status: String,
    /// The record it came from, where it waited until this one; else 0.
    pub from: u32,
    /// How it was computed, line by line.
    pub method: Vec<String>,
}

/// An entry that was adjusted.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its kind.
    pub kind: String,
    /// Its key.
    pub entry: String,
    /// Its states.
    pub states: Vec<Stated>,
}

/// A state before and after.
#[derive(Debug, Clone, Serialize)]
pub struct Stated {
    /// The state.
    pub state: String,
    /// What the agreement calls it.
    pub term: String,
    /// Its value before the record.
    pub before: String,
    /// Its value after it.
    pub after: String,
}

/// Something that is due.
#[derive(Debug, Clone, Serialize)]
pub struct Duty {
    /// What.
    pub what: String,
    /// The clause.
    pub clause: String,
    /// By which day; `promptly` without one.
    pub due: String,
    /// The same in words: `January 10, 2006`.
    pub day: String,
    /// How it stands.
    pub status: String,
    /// Whether the adjustment makes it due, rather than the event.
    pub of_adjustment: bool,
}

/// What is needed to speak of a record: a run up to the end of its day.
pub struct Source<'r> {
    /// The terms.
    pub terms: &'r Terms,
    /// The program.
    pub program: &'r Program,
    /// The run.
    pub run: &'r Run,
    /// A run up to the record before it, and one up to it.
    pub around: (&'r Run, &'r Run),
}

impl Source<'_> {
    /// What a record adjusted. `method` tells how an adjustment was computed.
    #[must_use]
    pub fn certificate(&self, head: &Head, batch: &Batch, method: &dyn Fn(&Change, RuleId) -> Vec<String>) -> Certificate {
        let words = self.words();
        let of_record: Vec<&Change> = self.run.changes.iter().filter(|c| c.when.number == head.number).collect();
        let made: Vec<&Change> = of_record.into_iter().filter(|c| is_adjustment(self.terms, self.program, c)).collect();
        let waited = self.waited();
        let mut entries = self.entries_of_waited(&waited);
        let own = self.entries(&made);
        entries.extend(
            own.into_iter()
                .filter(|e| waited.is_empty() || !entries.iter().any(|w| (&w.kind, &w.entry) == (&e.kind, &e.entry)))
                .collect::<Vec<_>>(),
        );
        let mut adjustments: Vec<Adjustment> = made.iter().filter_map(|c| self.adjustment(c, method)).collect();
        for c in &waited {
            let made = |a: Adjustment| Adjustment { status: "made".into(), from: c.when.number, ..a };
            adjustments.extend(self.adjustment(c, method).map(made));
        }
        let readings = self.readings(&adjustments);
        Certificate {
            readings,
            terms: safe(&self.terms.title),
            agreement: safe(self.terms.document.as_deref().unwrap_or("")),
            event: self.event(head, batch),
            adjustments,
            entries,
            duties: self.duties(head.number),
            refusals: self
                .run
                .refusals
                .iter()
                .filter(|r| r.when.number == head.number)
                .map(|r| safe(&words.said(&r.reason)))
                .collect(),
        }
    }

    fn words(&self) -> Words<'_> {
        Words { terms: self.terms, texts: &self.run.texts, keys: &self.run.keys }
    }

    fn event(&self, head: &Head, batch: &Batch) -> Event {
        let record = record(&self.words(), head, batch);
        Event {
            number: record.number,
            name: record.name,
            id: safe(&record.id),
            note: safe(&record.note),
            date: record.date,
            day: in_words(head.day),
            fields: record.fields.into_iter().map(|(name, value)| Named { name, value: safe(&value) }).collect(),
        }
    }

    fn adjustment(&self, c: &Change, method: &dyn Fn(&Change, RuleId) -> Vec<String>) -> Option<Adjustment> {
        let site = self.program.sites.get(usize::from(c.site))?;
        let state = self.terms.states.get(site.state.at())?;
        let amount = c.after.checked_sub(c.before).unwrap_or_default();
        Some(Adjustment {
            kind: self.kind(site.of),
            entry: self.name(site.of, c.row),
            state: state.name.clone(),
            term: self.term(site.state),
            before: if c.was_known { self.amount(site.state, c.before) } else { String::new() },
            after: self.amount(site.state, c.after),
            amount: self.amount(site.state, amount.abs()),
            rose: amount.is_sign_positive(),
            clause: self.terms.cite(c.clause).to_owned(),
            rule: self.terms.rules.get(site.rule.at()).map_or_else(String::new, |r| r.name.clone()),
            status: status(c.status).to_owned(),
            from: 0,
            method: method(c, site.rule),
        })
    }

    /// The adjusted states of the entries that were adjusted.
    fn entries(&self, made: &[&Change]) -> Vec<Entry> {
        let at = made.iter().map(|c| c.when.at).min().unwrap_or(0);
        self.rows(made).into_iter().map(|row| self.entry(row, |state| self.beside(state, row, at))).collect()
    }

    /// What waited until this record, and was made by it.
    fn waited(&self) -> Vec<&Change> {
        let (before, upto) = self.around;
        let same = |a: &Change, b: &Change| (a.when, a.site, a.row) == (b.when, b.site, b.row);
        let waited = |c: &&Change| before.changes.iter().any(|b| b.status == Status::Pending && same(b, c));
        upto.changes
            .iter()
            .filter(|c| c.status == Status::InForce && is_adjustment(self.terms, self.program, c))
            .filter(waited)
            .collect()
    }

    /// The entries for which something had waited: as they stood before the record and after it.
    fn entries_of_waited(&self, waited: &[&Change]) -> Vec<Entry> {
        let (before, upto) = self.around;
        let rows = self.rows(waited).into_iter();
        rows.map(|row| self.entry(row, |state| (shown(self.terms, before, state, row), shown(self.terms, upto, state, row))))
            .collect()
    }

    fn rows(&self, changes: &[&Change]) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for c in changes {
            let Some(site) = self.program.sites.get(usize::from(c.site)) else { continue };
            if !rows.contains(&(site.of, c.row)) {
                rows.push((site.of, c.row));
            }
        }
        rows
    }

    fn entry(&self, (kind, row): Row, values: impl Fn(StateId) -> (Option<Decimal>, Option<Decimal>)) -> Entry {
        let states = self.terms.adjustments.iter().flat_map(|a| &a.states);
        let states = states.filter(|s| self.terms.states.get(s.at()).is_some_and(|d| d.of == kind));
        let states = states.map(|state| {
            let (before, after) = values(*state);
            let show = |n: Option<Decimal>| n.map_or_else(|| "—".to_owned(), |n| self.amount(*state, shortened(n)));
            let name = self.terms.states.get(state.at()).map_or_else(String::new, |s| s.name.clone());
            Stated { state: name, term: self.term(*state), before: show(before), after: show(after) }
        });
        Entry { kind: self.kind(kind), entry: self.name(kind, row), states: states.collect() }
    }

    /// A state of a row before and after a place in the stream.
    fn beside(&self, state: StateId, of: Row, at: u32) -> (Option<Decimal>, Option<Decimal>) {
        let all: Vec<&Change> = self
            .run
            .changes
            .iter()
            .filter(|c| c.row == of.1 && c.status != Status::Pending)
            .filter(|c| self.program.sites.get(usize::from(c.site)).is_some_and(|s| s.state == state && !s.pending))
            .collect();
        let here: Vec<&&Change> = all.iter().filter(|c| c.when.at == at).collect();
        if let (Some(first), Some(last)) = (here.first(), here.last()) {
            return (first.was_known.then_some(first.before), Some(last.after));
        }
        let earlier = all.iter().rev().find(|c| c.when.at < at).map(|c| c.after);
        let later = || all.iter().find(|c| c.when.at > at).and_then(|c| c.was_known.then_some(c.before));
        let value = earlier.or_else(later).or_else(|| shown(self.terms, self.run, state, of));
        (value, value)
    }

    fn duties(&self, number: u32) -> Vec<Duty> {
        let words = self.words();
        let mut out: Vec<Duty> = Vec::new();
        for o in self.run.owed.iter().filter(|o| o.when.number == number) {
            let Some(decl) = self.terms.obligations.get(o.obligation.at()) else { continue };
            out.push(Duty {
                what: safe(&words.said(&o.what)),
                clause: self.terms.cite(decl.clause).to_owned(),
                of_adjustment: decl.answers.iter().any(|a| matches!(a.on, On::Adjustment(..))),
                due: o.due.map_or_else(|| "promptly".to_owned(), day),
                day: o.due.map_or_else(|| "promptly".to_owned(), in_words),
                status: o.standing.map_or("open", standing).to_owned(),
            });
        }
        out
    }

    fn kind(&self, kind: Option<KindId>) -> String {
        kind.and_then(|k| self.terms.kind(k)).map_or_else(String::new, |k| k.name.replace('_', " "))
    }

    fn name(&self, kind: Option<KindId>, row: u32) -> String {
        kind.map_or_else(String::new, |k| safe(&self.words().entry(entry(k, row))))
    }

    /// What the agreement calls a state: the term whose definition it cites, else its name.
    fn term(&self, state: StateId) -> String {
        let Some(decl) = self.terms.states.get(state.at()) else { return String::new() };
        let cite = self.terms.cite(decl.clause);
        cite.split_once('"').and_then(|(_, t)| t.strip_suffix('"')).map_or_else(|| decl.name.replace('_', " "), str::to_owned)
    }

    fn amount(&self, state: StateId, n: Decimal) -> String {
        let ty = self.terms.states.get(state.at()).map_or(&Type::NUMBER, |s| &s.ty);
        let places = unit(self.program, self.terms, state);
        super::words::exact(n, ty, &self.terms.currency, places)
    }
}

/// To how many places figures are rounded where they are told again.
const PLACES: u32 = 4;

/// A value that has been given with all its digits, as it is told again.
fn shortened(n: Decimal) -> Decimal {
    n.normalize().round_dp_with_strategy(PLACES, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

/// A day in words: `January 10, 2006`.
fn in_words(n: i64) -> String {
    crate::engine::day::date(n).map_or_else(String::new, |d| d.format("%B %-d, %Y").to_string())
}

/// An entry: its kind, none for the issuer, and its row.
type Row = (Option<KindId>, u32);

/// A state as a report shows it.
fn shown(terms: &Terms, run: &Run, state: StateId, (kind, row): Row) -> Option<Decimal> {
    let of = kind.map_or(-1, |k| entry(k, row));
    run.shown.iter().filter(|s| s.row == of).find_map(|s| {
        let columns = &terms.reports.get(s.report)?.columns;
        columns.iter().zip(&s.columns).find_map(|((_, e), v)| match (&e.kind, v) {
            (ExprKind::State { state: shown, .. }, Value::Decimal(n)) if *shown == state => Some(*n),
            _ => None,
        })
    })
}

/// How an adjustment is computed, as the terms say it: the rule as it is written.
#[must_use]
pub fn rule_text(terms: &Terms, rule: RuleId) -> Vec<String> {
    let Some(decl) = terms.rules.get(rule.at()) else { return Vec::new() };
    let item = terms
        .items
        .iter()
        .find(|i| i.span.file == decl.span.file && i.span.start <= decl.span.start && decl.span.end <= i.span.end);
    let text = item.map_or("", |i| terms.sources.text(i.span));
    text.lines().map(|l| l.trim_end().to_owned()).filter(|l| !l.is_empty()).collect()
}

/// A text that Markdown takes as it is.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '|' | '<' | '*' | '`' | '[' | '\\') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}
