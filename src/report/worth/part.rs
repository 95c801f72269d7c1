//! Where two runs part. What they did is compared by name, for their terms may be two files.

use super::Side;
use crate::engine::run::{Moment, Run, Status, StopReason, Value};
use crate::engine::table::entry;
use crate::report::words::{Words, amount};
use crate::terms::{ClauseId, ExprKind, StateId, Type};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeMap;

/// The first record at which two runs do not do the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parting {
    /// The record; 0 for a rule at a moment.
    pub number: u32,
    /// The day.
    pub day: i64,
    /// The clause under which they part.
    pub clause: String,
    /// The clause of the other, where that is another one.
    pub other: String,
    /// What the other does, and what it does it instead of.
    pub what: String,
}

/// Something a run did.
#[derive(Debug, Clone, PartialEq)]
enum Did {
    Began { state: String, entry: String, value: Shown },
    Changed { state: String, entry: String, waits: bool, after: Shown },
    Refused { clause: String, text: String },
    Recorded { effect: String, values: Vec<Shown> },
    Warned(String),
    Annulled(Vec<u32>),
    Stopped(String),
}

/// A value apart from the terms it is of.
#[derive(Debug, Clone, PartialEq)]
enum Shown {
    Number(Decimal),
    Text(String),
}

/// A deed with its clause and, for a number, how it is shown.
#[derive(Debug, Clone)]
struct Deed {
    clause: String,
    ty: Type,
    /// Whether it is of something that a report shows.
    seen: bool,
    did: Did,
}

/// The place in the stream, the record, the day.
type At = (u32, u32, i64);

/// Where two runs part. What is recomputed stands under the record it was first done at: `shorter` gives both runs over the
/// records before a number, to tell whether they had parted by then.
#[must_use]
pub fn part(a: Side<'_>, b: Side<'_>, shorter: &dyn Fn(u32) -> (Run, Run)) -> Option<Parting> {
    let found = first(a, b)?;
    let clauses = |s: Side<'_>| {
        let all = s.run.rescissions.iter().map(|r| (r.when.number, r.when.day, s.terms.cite(r.clause).to_owned()));
        all.collect::<Vec<_>>()
    };
    let mut annulling = [clauses(a), clauses(b)].concat();
    annulling.sort_by_key(|r| r.0);
    annulling.dedup_by_key(|r| r.0);
    for (number, day, clause) in annulling.into_iter().filter(|r| r.0 > found.number) {
        let (x, y) = shorter(number);
        if let Some(before) = first(Side { run: &x, ..a }, Side { run: &y, ..b }) {
            return Some(before);
        }
        let (x, y) = shorter(number + 1);
        if let Some(here) = first(Side { run: &x, ..a }, Side { run: &y, ..b }) {
            return Some(Parting { number, day, clause, other: String::new(), what: here.what });
        }
    }
    Some(found)
}

fn first(a: Side<'_>, b: Side<'_>) -> Option<Parting> {
    let mut all: BTreeMap<At, (Vec<Deed>, Vec<Deed>)> = BTreeMap::new();
    for (at, deed) in deeds(a) {
        all.entry(at).or_default().0.push(deed);
    }
    for (at, deed) in deeds(b) {
        all.entry(at).or_default().1.push(deed);
    }
    for ((_, number, day), (ours, theirs)) in all {
        let (ours, theirs) = (without(&ours, &theirs), without(&theirs, &ours));
        // what a report shows is told rather than what leads to it
        let choose = |list: &[Deed]| list.iter().find(|d| d.seen).or_else(|| list.first()).cloned();
        let (x, y) = match choose(&ours) {
            Some(x) => {
                let y = theirs.iter().find(|y| subject(&y.did) == subject(&x.did)).cloned();
                (Some(x), y)
            }
            None => (None, choose(&theirs)),
        };
        let clause = |d: &Option<Deed>| d.as_ref().map_or_else(String::new, |d| d.clause.clone());
        let (own, other) = (clause(&x), clause(&y));
        if x.is_none() && y.is_none() {
            continue;
        }
        let what = difference(x.as_ref(), y.as_ref(), &a.terms.currency);
        return Some(match own.is_empty() {
            true => Parting { number, day, clause: other, other: String::new(), what },
            false if own == other => Parting { number, day, clause: own, other: String::new(), what },
            false => Parting { number, day, clause: own, other, what },
        });
    }
    None
}

/// What is in one list and not in the other, each taken once.
fn without(list: &[Deed], other: &[Deed]) -> Vec<Deed> {
    let mut left: Vec<&Deed> = other.iter().collect();
    let mut out = Vec::new();
    for d in list {
        match left.iter().position(|o| alike(&d.did, &o.did)) {
            Some(at) => {
                left.remove(at);
            }
            None => out.push(d.clone()),
        }
    }
    out
}

/// Whether two deeds are one: a refusal under the same clause is, whatever its words.
fn alike(a: &Did, b: &Did) -> bool {
    match (a, b) {
        (Did::Refused { clause: c, text: t }, Did::Refused { clause: d, text: u }) => c == d || t == u,
        _ => a == b,
    }
}

/// What a deed is about.
fn subject(d: &Did) -> (u8, &str, &str) {
    match d {
        Did::Began { state, entry, .. } => (0, state, entry),
        Did::Changed { state, entry, .. } => (1, state, entry),
        Did::Refused { .. } => (2, "", ""),
        Did::Recorded { effect, .. } => (3, effect, ""),
        Did::Warned(_) => (4, "", ""),
        Did::Annulled(_) => (5, "", ""),
        Did::Stopped(_) => (6, "", ""),
    }
}

/// What the second does, against the first.
fn difference(a: Option<&Deed>, b: Option<&Deed>, currency: &str) -> String {
    let show = |d: &Deed| match &d.did {
        Did::Began { value, .. } | Did::Changed { after: value, .. } => value.shown(&d.ty, currency),
        Did::Refused { text, .. } | Did::Warned(text) | Did::Stopped(text) => text.clone(),
        Did::Recorded { values, .. } => values.iter().map(|v| v.shown(&Type::NUMBER, currency)).collect::<Vec<_>>().join(", "),
        Did::Annulled(list) => list.iter().map(|n| format!("record {n}")).collect::<Vec<_>>().join(", "),
    };
    let Some(one) = b.or(a) else { return String::new() };
    let name = match &one.did {
        Did::Began { state, entry, .. } | Did::Changed { state, entry, .. } if entry.is_empty() => state.clone(),
        Did::Began { state, entry, .. } | Did::Changed { state, entry, .. } => format!("{state} of {entry}"),
        _ => String::new(),
    };
    let waits = |d: &Deed| if matches!(d.did, Did::Changed { waits: true, .. }) { ", and waits" } else { "" };
    match (a, b, &one.did) {
        (Some(a), Some(b), Did::Began { .. }) => format!("{name} begins at {} instead of {}", show(b), show(a)),
        (_, _, Did::Began { .. }) => format!("{name} begins at {}", show(one)),
        (Some(a), Some(b), Did::Changed { .. }) => {
            let (new, old) = (format!("{}{}", show(b), waits(b)), format!("{}{}", show(a), waits(a)));
            if new == old {
                format!("{name}: not the same in the last digits")
            } else {
                format!("{name}: {new}, instead of {old}")
            }
        }
        (_, Some(b), Did::Changed { .. }) => format!("{name} becomes {}{}", show(b), waits(b)),
        (_, None, Did::Changed { .. }) => format!("{name} does not become {}{}", show(one), waits(one)),
        (Some(_), Some(b), Did::Refused { .. }) => format!("refused for another reason: {}", show(b)),
        (_, Some(b), Did::Refused { .. }) => format!("refused: {}", show(b)),
        (_, None, Did::Refused { .. }) => format!("not refused: {}", show(one)),
        (Some(a), Some(b), Did::Recorded { effect, .. }) => format!("{effect}: {}, instead of {}", show(b), show(a)),
        (_, Some(b), Did::Recorded { effect, .. }) => format!("{effect}: {}", show(b)),
        (_, None, Did::Recorded { effect, .. }) => format!("nothing under {effect}: {}", show(one)),
        (_, Some(b), Did::Warned(_)) => format!("warned: {}", show(b)),
        (_, None, Did::Warned(_)) => format!("not warned: {}", show(one)),
        (_, Some(b), Did::Annulled(_)) => format!("annuls what {} adjusted", show(b)),
        (_, None, Did::Annulled(_)) => format!("does not annul what {} adjusted", show(one)),
        (_, Some(b), Did::Stopped(_)) => format!("stops: {}", show(b)),
        (_, None, Did::Stopped(_)) => format!("does not stop: {}", show(one)),
    }
}

impl Shown {
    fn shown(&self, ty: &Type, currency: &str) -> String {
        match self {
            Self::Number(n) => amount(*n, ty, currency),
            Self::Text(t) => t.clone(),
        }
    }
}

/// What a run did, in order.
fn deeds(side: Side<'_>) -> Vec<(At, Deed)> {
    let (run, terms) = (side.run, side.terms);
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let cite = |clause: Option<ClauseId>| terms.cite(clause).to_owned();
    let when = |m: Moment| (m.at, m.number, m.day);
    let seen = |state: StateId| {
        let columns = terms.reports.iter().flat_map(|r| &r.columns);
        columns.into_iter().any(|(_, e)| matches!(&e.kind, ExprKind::State { state: s, .. } if *s == state))
    };
    let value = |v: &Value, ty: &Type| match v {
        Value::Decimal(n) => Shown::Number(fine(*n)),
        _ => Shown::Text(words.shown(v, ty)),
    };
    let deed = |clause: String, did: Did| Deed { clause, ty: Type::NUMBER, seen: true, did };
    let mut out = beginnings(side);
    for c in &run.changes {
        let Some(site) = side.program.sites.get(usize::from(c.site)) else { continue };
        let Some(state) = terms.states.get(site.state.at()) else { continue };
        let name = if site.pending { format!("what waits of {}", state.name) } else { state.name.clone() };
        let of = site.of.map_or_else(String::new, |k| words.entry(entry(k, c.row)));
        let did =
            Did::Changed { state: name, entry: of, waits: c.status == Status::Pending, after: held(&words, c.after, &state.ty) };
        out.push((when(c.when), Deed { clause: cite(c.clause), ty: state.ty.clone(), seen: seen(site.state), did }));
    }
    for r in &run.refusals {
        let clause = cite(r.clause);
        out.push((when(r.when), deed(clause.clone(), Did::Refused { clause, text: words.said(&r.reason) })));
    }
    for l in &run.lines {
        let Some(effect) = terms.effects.get(l.effect.at()) else { continue };
        let values = effect.fields.iter().zip(&l.values).map(|((_, ty, _), v)| value(v, ty)).collect();
        out.push((when(l.when), deed(cite(l.clause), Did::Recorded { effect: effect.name.clone(), values })));
    }
    for w in &run.warnings {
        out.push((when(w.when), deed(cite(w.clause), Did::Warned(words.said(&w.text)))));
    }
    for r in &run.rescissions {
        out.push((when(r.when), deed(cite(r.clause), Did::Annulled(r.annulled.clone()))));
    }
    if let Some(s) = &run.stopped {
        let clause = if let StopReason::Stop { clause, .. } = &s.why { *clause } else { None };
        out.push((when(s.when), deed(cite(clause), Did::Stopped(words.stopped(&s.why).message))));
    }
    out.sort_by_key(|d| d.0);
    out
}

/// With what the states that are shown began: what they were before their first change.
fn beginnings(side: Side<'_>) -> Vec<(At, Deed)> {
    let (run, terms) = (side.run, side.terms);
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let mut out = Vec::new();
    for s in &run.shown {
        let Some(report) = terms.reports.get(s.report) else { continue };
        for ((_, e), now) in report.columns.iter().zip(&s.columns) {
            let ExprKind::State { state: id, .. } = &e.kind else { continue };
            let Some(state) = terms.states.get(id.at()) else { continue };
            let row = u32::try_from(crate::engine::table::row_of(s.row)).unwrap_or(u32::MAX);
            let change = run.changes.iter().find(|c| {
                let site = side.program.sites.get(usize::from(c.site));
                site.is_some_and(|x| x.state == *id && !x.pending && (x.of.is_none() || c.row == row))
            });
            let value = match (change, now) {
                (Some(c), _) if !c.was_known => continue,
                (Some(c), _) => held(&words, c.before, &state.ty),
                (None, Value::Unknown) => continue,
                (None, Value::Decimal(n)) => Shown::Number(fine(*n)),
                (None, v) => Shown::Text(words.shown(v, &state.ty)),
            };
            let of = if state.of.is_some() { words.entry(s.row) } else { String::new() };
            let at = if state.of.is_some() { (s.made.at, s.made.number, s.made.day) } else { (0, 0, 0) };
            let did = Did::Began { state: state.name.clone(), entry: of, value };
            out.push((at, Deed { clause: terms.cite(state.clause).to_owned(), ty: state.ty.clone(), seen: true, did }));
        }
    }
    out
}

/// A value of the journal, which keeps whole numbers as decimals.
fn held(words: &Words<'_>, n: Decimal, ty: &Type) -> Shown {
    if ty.is_decimal() { Shown::Number(fine(n)) } else { Shown::Text(words.whole(n.to_i64().unwrap_or_default(), ty)) }
}

/// A number without what its last digits cannot hold.
fn fine(n: Decimal) -> Decimal {
    n.round_dp(20).normalize()
}
