//! What one record adjusted, for a paper that somebody signs. The wording is a template's.

mod entries;
mod moment;
mod reading;

pub use entries::{Entry, Stated};
pub use reading::Reading;

use super::json::{is_adjustment, standing, status, unit};
use super::record::record;
use super::spot::Spot;
use super::words::{Words, day};
use crate::engine::code::Program;
use crate::engine::run::{Change, Run, Status};
use crate::engine::table::entry;
use crate::event::{Batch, Head};
use crate::terms::{KindId, On, RuleId, StateId, Terms, Type};
use entries::shortened;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a template is given.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Certificate {
    /// The title of the terms.
    pub terms: String,
    /// The name of the agreement's document.
    pub agreement: String,
    /// The record; where a rule at a moment adjusted something, what the rules of that day say.
    pub event: Event,
    /// What it adjusted.
    pub adjustments: Vec<Adjustment>,
    /// The adjusted states of every entry adjusted, before and after; those that stayed as they were too.
    pub entries: Vec<Entry>,
    /// What is due because of it.
    pub duties: Vec<Duty>,
    /// Why it was refused, where it was.
    pub refusals: Vec<String>,
    /// What was given for the paper, such as `issuer`.
    pub set: BTreeMap<String, String>,
    /// The readings it rests on: those of the clauses of its adjustments, and those that are not the default.
    pub readings: Vec<Reading>,
}

/// A record, or what rules at moments did on a day.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Event {
    /// Its number in the stream; 0 where there is no record.
    pub number: u32,
    /// Its name; the names of the rules where there is no record.
    pub name: String,
    /// Its id; empty without one.
    pub id: String,
    /// Its note; empty without one.
    pub note: String,
    /// Its date: `2006-01-10`.
    pub date: String,
    /// Its date in words: `January 10, 2006`.
    pub day: String,
    /// The clause of the rule where there is no record; else empty.
    pub clause: String,
    /// Its fields, those left out not among them; without a record, what its rules found.
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
    /// Its value after, rounded to four places; empty where that is the value itself.
    pub rounded: String,
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
    /// What is spoken of.
    pub spot: Spot,
    /// Only what this rule adjusted.
    pub rule: Option<RuleId>,
    /// Only what concerns this entry, by its key.
    pub only: Option<&'r str>,
    /// A run up to what came before it, and one up to it.
    pub around: (&'r Run, &'r Run),
}

impl Source<'_> {
    /// What a record adjusted, or without one the rules at moments of a day. `method` tells how an adjustment was computed.
    #[must_use]
    pub fn certificate(&self, record: Option<(&Head, &Batch)>, method: &dyn Fn(&Change, RuleId) -> Vec<String>) -> Certificate {
        let words = self.words();
        let adjusts = |c: &&Change| self.spot.holds(c.when) && is_adjustment(self.terms, self.program, c) && self.wants(c);
        let made: Vec<&Change> = self.run.changes.iter().filter(adjusts).collect();
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
            set: BTreeMap::new(),
            terms: safe(&self.terms.title),
            agreement: safe(self.terms.document.as_deref().unwrap_or("")),
            event: match (record, self.spot) {
                (Some((head, batch)), _) => self.event(head, batch),
                (None, Spot::Day(day)) => self.moment(day),
                (None, Spot::Record(_)) => Event::default(),
            },
            adjustments,
            entries,
            duties: self.duties(),
            refusals: self
                .run
                .refusals
                .iter()
                .filter(|r| self.spot.holds(r.when))
                .map(|r| safe(&words.said(&r.reason)))
                .collect(),
        }
    }

    /// Whether a change is of the rule and the entry asked for.
    fn wants(&self, c: &Change) -> bool {
        let Some(site) = self.program.sites.get(usize::from(c.site)) else { return false };
        self.rule.is_none_or(|r| r == site.rule)
            && self.only.is_none_or(|key| site.of.is_none_or(|k| self.words().entry(entry(k, c.row)) == key))
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
            clause: String::new(),
            fields: record.fields.into_iter().map(|(name, value)| Named { name, value: safe(&dated(value)) }).collect(),
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
            rounded: if shortened(c.after) == c.after { String::new() } else { self.amount(site.state, shortened(c.after)) },
            amount: self.amount(site.state, amount.abs()),
            rose: amount.is_sign_positive(),
            clause: self.terms.cite(c.clause).to_owned(),
            rule: self.terms.rules.get(site.rule.at()).map_or_else(String::new, |r| r.name.clone()),
            status: status(c.status).to_owned(),
            from: 0,
            method: method(c, site.rule),
        })
    }

    /// What waited until then, and was made there.
    fn waited(&self) -> Vec<&Change> {
        let (before, upto) = self.around;
        let same = |a: &Change, b: &Change| (a.when, a.site, a.row) == (b.when, b.site, b.row);
        let waited = |c: &&Change| match self.spot {
            Spot::Record(_) => before.changes.iter().any(|b| b.status == Status::Pending && same(b, c)),
            Spot::Day(_) => c.made.is_some_and(|m| self.spot.holds(m)),
        };
        upto.changes
            .iter()
            .filter(|c| c.status == Status::InForce && is_adjustment(self.terms, self.program, c))
            .filter(|c| self.wants(c))
            .filter(waited)
            .collect()
    }

    fn duties(&self) -> Vec<Duty> {
        let words = self.words();
        let mut out: Vec<Duty> = Vec::new();
        for o in self.run.owed.iter().filter(|o| self.spot.holds(o.when)) {
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

/// A day in words: `January 10, 2006`.
fn in_words(n: i64) -> String {
    crate::engine::day::date(n).map_or_else(String::new, |d| d.format("%B %-d, %Y").to_string())
}

/// A day that stands alone, in words; anything else as it stands.
fn dated(value: String) -> String {
    crate::event::day_number(&value).map_or(value, in_words)
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
#[must_use]
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '|' | '<' | '*' | '`' | '[' | '\\') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}
