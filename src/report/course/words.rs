//! Where a run goes another way, in words.

use super::{Fork, Of, What};
use crate::engine::plan::{Probe, ProbeKind, Role, RuleProbe};
use crate::engine::run::{Change, Trace, Value};
use crate::engine::table::entry;
use crate::report::figure::{same, shown};
use crate::report::words::Words;
use crate::source::Span;
use crate::terms::{ClauseId, StateId};

/// A fork in words, with the ways two runs went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The record; 0 for a rule at a moment.
    pub number: u32,
    /// The day.
    pub day: i64,
    /// The event of the record; empty for a rule at a moment.
    pub event: String,
    /// The entry it is about; empty for none.
    pub entry: String,
    /// The clause.
    pub clause: String,
    /// The rule; empty where it is of none.
    pub rule: String,
    /// The condition, the limit or the choice, as it is written.
    pub what: String,
    /// What the first run did there.
    pub below: String,
    /// What the second did.
    pub above: String,
}

/// A fork at which two runs went different ways, in words.
#[must_use]
pub fn told(fork: &Fork, low: Of<'_>, high: Of<'_>) -> Told {
    let mut out = Told { number: fork.when.number, day: fork.when.day, ..Told::default() };
    match fork.what {
        What::Part(rule, at) => part(fork, rule, at, (low, high), &mut out),
        What::Limit(rule, limit, value) => bound(fork, (rule, limit, value), (low, high), &mut out),
        What::Wait(site) => waiting(fork, site, (low, high), &mut out),
        What::Refused => refused(fork, (low, high), &mut out),
        What::Stopped => {
            out.what = "whether the run stops".to_owned();
            let told = |of: Of<'_>| {
                let stopped = of.run.stopped.as_ref().filter(|s| s.when.number == fork.when.number);
                stopped.map_or_else(|| "it goes on".to_owned(), |s| format!("stopped: {}", words(of).stopped(&s.why).message))
            };
            (out.below, out.above) = (told(low), told(high));
        }
        What::Owed(id) => {
            let decl = low.terms.obligations.get(usize::try_from(id).unwrap_or(usize::MAX));
            out.clause = cite(low, decl.and_then(|d| d.clause));
            out.what = format!("the obligation {}", decl.map_or("", |d| d.name.as_str()).replace('_', " "));
            let there = if low.course.way(fork) == Some(1) { low } else { high };
            out.entry = words(there).entry(fork.row);
            (out.below, out.above) = present(fork, (low, high), "it arises", "it does not arise");
        }
        What::Broken(id) => {
            let decl = low.terms.covenants.get(usize::try_from(id).unwrap_or(usize::MAX));
            out.clause = cite(low, decl.and_then(|d| d.clause));
            out.what = format!("the covenant {}", decl.map_or("", |d| d.name.as_str()).replace('_', " "));
            (out.below, out.above) = present(fork, (low, high), "it is broken", "it holds");
        }
    }
    out
}

fn words(of: Of<'_>) -> Words<'_> {
    Words { terms: of.terms, texts: &of.run.texts, keys: &of.run.keys }
}

fn cite(of: Of<'_>, clause: Option<ClauseId>) -> String {
    of.terms.cite(clause).to_owned()
}

fn present(fork: &Fork, (low, high): (Of<'_>, Of<'_>), yes: &str, no: &str) -> (String, String) {
    let told = |of: Of<'_>| if of.course.way(fork) == Some(1) { yes } else { no }.to_owned();
    (told(low), told(high))
}

/// A condition, a waterfall, a least or greatest.
fn part(fork: &Fork, rule: u16, at: usize, (low, high): (Of<'_>, Of<'_>), out: &mut Told) {
    out.entry = words(low).entry(fork.row);
    of_rule(low, fork, rule, out);
    let Some(rule) = low.program.plan.rule_probes.get(usize::from(rule)) else { return };
    out.what = what(low, rule, at);
    out.below = way(low, at, low.course.way(fork));
    out.above = way(low, at, high.course.way(fork));
}

/// A limit on a new value.
fn bound(fork: &Fork, (rule, limit, value): (u16, usize, usize), (low, high): (Of<'_>, Of<'_>), out: &mut Told) {
    out.entry = words(low).entry(fork.row);
    of_rule(low, fork, rule, out);
    let Some(probes) = low.program.plan.rule_probes.get(usize::from(rule)) else { return };
    let state = state_of(probes, value);
    let name = state.and_then(|s| low.terms.states.get(s.at())).map_or("", |s| s.name.as_str());
    let above = probes.roots.iter().any(|(r, at)| *at == limit && matches!(r, Role::Limit(true)));
    out.what = format!("{name} but not {} {}", if above { "above" } else { "below" }, text(low, limit));
    let told = |of: Of<'_>| match of.course.way(fork) {
        Some(1) => held(of, fork, rule, limit, state).unwrap_or_else(|| "held".to_owned()),
        _ => "free".to_owned(),
    };
    (out.below, out.above) = (told(low), told(high));
}

/// Whether a change waits.
fn waiting(fork: &Fork, site: u16, (low, high): (Of<'_>, Of<'_>), out: &mut Told) {
    let Some(site) = low.program.sites.get(usize::from(site)) else { return };
    let state = low.terms.states.get(site.state.at());
    let row = u32::try_from(fork.row).unwrap_or(u32::MAX);
    out.entry = site.of.map_or_else(String::new, |k| words(low).entry(entry(k, row)));
    out.clause = cite(low, state.and_then(|s| s.postponement.as_ref()).and_then(|p| p.clause));
    out.rule = low.terms.rules.get(site.rule.at()).map_or_else(String::new, |r| r.name.clone());
    out.what = format!("whether the change of {} waits", state.map_or("", |s| s.name.as_str()));
    (out.below, out.above) = present(fork, (low, high), "it waits", "it is made");
}

/// Whether a record is refused.
fn refused(fork: &Fork, (low, high): (Of<'_>, Of<'_>), out: &mut Told) {
    out.what = "whether the record is refused".to_owned();
    let here = |r: &&crate::engine::run::Refusal| r.when.number == fork.when.number && r.when.at == fork.when.at;
    let found = low.run.refusals.iter().find(here).or_else(|| high.run.refusals.iter().find(here));
    out.clause = cite(low, found.and_then(|r| r.clause));
    let told = |of: Of<'_>| {
        let found = of.run.refusals.iter().find(here);
        found.map_or_else(|| "not refused".to_owned(), |r| format!("refused: {}", words(of).said(&r.reason)))
    };
    (out.below, out.above) = (told(low), told(high));
}

/// The rule and its clause; that of what was deemed where it has none of its own.
fn of_rule(of: Of<'_>, fork: &Fork, rule: u16, out: &mut Told) {
    let Some(probe) = of.program.plan.rule_probes.get(usize::from(rule)) else { return };
    let Some(decl) = of.terms.rules.get(probe.rule.at()) else { return };
    out.rule.clone_from(&decl.name);
    let deemed = trace(of, fork, rule).and_then(|t| t.clause);
    out.clause = cite(of, decl.clause.or(deemed));
}

fn trace<'r>(of: Of<'r>, fork: &Fork, rule: u16) -> Option<&'r Trace> {
    let here = |t: &&Trace| t.when.at == fork.when.at && t.when.number == fork.when.number;
    of.run.traces.iter().filter(here).find(|t| t.rule == rule && t.row == fork.row)
}

fn state_of(rule: &RuleProbe, value: usize) -> Option<StateId> {
    rule.roots.iter().find_map(|(r, at)| match r {
        Role::Becomes(state, _) if *at == value => Some(*state),
        _ => None,
    })
}

/// How a limit held a value: at the limit, or where it was.
fn held(of: Of<'_>, fork: &Fork, rule: u16, limit: usize, state: Option<StateId>) -> Option<String> {
    let place = of.parts.of.get(usize::from(rule))?.get(&limit)?;
    let Value::Decimal(bound) = trace(of, fork, rule)?.values.get(*place)? else { return None };
    let made = |c: &&Change| {
        let site = of.program.sites.get(usize::from(c.site));
        let row = crate::engine::table::row_of(fork.row);
        c.when.at == fork.when.at
            && c.when.number == fork.when.number
            && site.is_some_and(|s| Some(s.state) == state && (s.of.is_none() || usize::try_from(c.row) == Ok(row)))
    };
    let ty = &of.program.plan.probes.get(limit)?.ty;
    Some(match of.run.changes.iter().find(made) {
        Some(c) if same(Some(c.after), Some(*bound)) => format!("held at {}", shown(Some(*bound), ty, None, &of.terms.currency)),
        Some(_) => "held".to_owned(),
        None => "left as it was".to_owned(),
    })
}

/// A condition or a choice, as it is written.
fn what(of: Of<'_>, rule: &RuleProbe, at: usize) -> String {
    let Some(p) = probe(of, at) else { return String::new() };
    if p.span == Span::default() {
        let role = rule.roots.iter().find(|(_, x)| *x == at).map(|(r, _)| r);
        return match role {
            Some(Role::Unless(other)) => {
                let name = of.terms.rules.get(other.at()).map_or("", |r| r.name.as_str());
                format!("unless {} applies", name.replace('_', " "))
            }
            _ => "whether it is about this entry".to_owned(),
        };
    }
    if let ProbeKind::Cases(_) = p.kind {
        // a definition's waterfall is known by the name of the definition
        let named = of.program.plan.probes.iter().find(|q| matches!(q.kind, ProbeKind::Def(_, inner) if inner == at));
        return named.map_or_else(|| "the first that applies".to_owned(), |q| flat(of.terms.sources.text(q.span)));
    }
    text(of, at)
}

/// The way at a part, in words.
fn way(of: Of<'_>, at: usize, way: Option<u16>) -> String {
    let (Some(p), Some(way)) = (probe(of, at), way) else { return "—".to_owned() };
    let n = usize::from(way);
    match &p.kind {
        ProbeKind::Cases(cases) => {
            let Some(case) = cases.get(n) else { return String::new() };
            let label = case.label.as_ref().map_or_else(String::new, |l| format!("({l}) "));
            let body = match (case.when, case.then, case.otherwise) {
                (Some(when), _, _) => format!("when {}", text(of, when)),
                (None, _, true) => "otherwise".to_owned(),
                (None, Some(then), false) => text(of, then),
                (None, None, false) => String::new(),
            };
            format!("{label}{body}").trim_end().to_owned()
        }
        ProbeKind::Extreme => p.parts.get(n).map_or_else(String::new, |x| text(of, *x)),
        _ => if way == 1 { "yes" } else { "no" }.to_owned(),
    }
}

fn probe(of: Of<'_>, at: usize) -> Option<&Probe> {
    of.program.plan.probes.get(at)
}

fn text(of: Of<'_>, at: usize) -> String {
    probe(of, at).map_or_else(String::new, |p| flat(of.terms.sources.text(p.span)))
}

/// A text on one line, comments left out.
fn flat(text: &str) -> String {
    let lines = text.lines().map(|l| if l.trim_start().starts_with('#') { "" } else { l.split(" #").next().unwrap_or(l) });
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
