//! Which way a run went, apart from its numbers: which conditions held, which case or argument was taken, which limits
//! were reached, what waited, what was refused. Two runs with one course are computed by the same formulas.

mod words;

pub use words::{Told, told};

use crate::engine::code::Program;
use crate::engine::plan::{Probe, ProbeKind, Role, RuleProbe};
use crate::engine::run::{Moment, Run, Trace, Value};
use crate::terms::{ExprKind, KindId, StateId, Terms};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

/// A place where a run may go one way or another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fork {
    /// When.
    pub when: At,
    /// The row it is about, −1 for none.
    pub row: i64,
    /// What it is.
    pub what: What,
    /// How many such there were before.
    nth: u16,
}

/// A moment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    /// The place of the record.
    pub at: u32,
    /// Its number.
    pub number: u32,
    /// The day.
    pub day: i64,
}

/// What a run may go one way or another by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// A condition, a waterfall, a least or greatest: the rule to be explained, its part.
    Part(u16, usize),
    /// A limit on a new value: the rule, the limit, the value before the limit.
    Limit(u16, usize, usize),
    /// Whether a change waits: the place of change.
    Wait(u16),
    /// Whether a record is refused.
    Refused,
    /// Whether the run stops.
    Stopped,
    /// Whether an obligation arises.
    Owed(u32),
    /// Whether a covenant is broken.
    Broken(u32),
}

impl What {
    /// Whether it is a thing that is there or not there.
    const fn is_presence(self) -> bool {
        matches!(self, Self::Refused | Self::Stopped | Self::Owed(_) | Self::Broken(_))
    }
}

/// The ways a run went, in order.
#[derive(Debug, Clone, Default)]
pub struct Course {
    steps: Vec<(Fork, u16)>,
}

impl Course {
    /// One number for it.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.steps.hash(&mut hasher);
        hasher.finish()
    }

    /// The way it went at a fork; none where it did not come there.
    #[must_use]
    pub fn way(&self, at: &Fork) -> Option<u16> {
        let found = self.steps.iter().find(|(f, _)| f == at).map(|(_, w)| *w);
        found.or_else(|| at.what.is_presence().then_some(0))
    }

    /// The forks that both came to and went another way, in the order of the first.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Fork> {
        let theirs: FxHashMap<Fork, u16> = other.steps.iter().copied().collect();
        let ours: FxHashSet<Fork> = self.steps.iter().map(|(f, _)| *f).collect();
        let mut out: Vec<Fork> = Vec::new();
        for (fork, way) in &self.steps {
            let there = theirs.get(fork).copied().or_else(|| fork.what.is_presence().then_some(0));
            if there.is_some_and(|w| w != *way) {
                out.push(*fork);
            }
        }
        out.extend(other.steps.iter().filter(|(f, _)| f.what.is_presence() && !ours.contains(f)).map(|(f, _)| *f));
        out.sort_by_key(|f| f.when);
        // an obligation that follows from what else is different is no news
        let others: Vec<At> = out.iter().filter(|f| !matches!(f.what, What::Owed(_))).map(|f| f.when).collect();
        out.retain(|f| !matches!(f.what, What::Owed(_)) || !others.contains(&f.when));
        out
    }
}

/// Where the parts of each rule stand in its traces.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    of: Vec<FxHashMap<usize, usize>>,
}

impl Parts {
    /// Of a program that explains.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let places = |r: &RuleProbe| r.all.iter().enumerate().map(|(n, at)| (*at, n)).collect();
        Self { of: program.plan.rule_probes.iter().map(places).collect() }
    }
}

/// The course of a run of a program that explains.
#[must_use]
pub fn course(terms: &Terms, program: &Program, parts: &Parts, run: &Run) -> Course {
    let shown = |state: StateId| {
        let columns = terms.reports.iter().flat_map(|r| &r.columns);
        columns.into_iter().any(|(_, e)| matches!(&e.kind, ExprKind::State { state: s, .. } if *s == state))
    };
    let mut walk = Walk { program, parts, out: Course::default(), seen: FxHashMap::default(), refused: FxHashSet::default() };
    walk.refused = run.refusals.iter().map(|r| r.when.number).collect();
    for trace in &run.traces {
        walk.rule(trace);
    }
    for c in &run.changes {
        let waits = program.sites.get(usize::from(c.site)).is_some_and(|s| s.waiting.is_some() && !s.pending && shown(s.state));
        if waits {
            walk.step(c.when, i64::from(c.row), What::Wait(c.site), if c.waited { 1 } else { 2 });
        }
    }
    for r in &run.refusals {
        walk.step(r.when, -1, What::Refused, 1);
    }
    for o in &run.owed {
        walk.step(o.when, o.about(), What::Owed(o.obligation.0), 1);
    }
    for b in &run.breaches {
        walk.step(b.when, -1, What::Broken(b.covenant.0), 1);
    }
    if let Some(s) = &run.stopped {
        walk.step(s.when, -1, What::Stopped, 1);
    }
    walk.out
}

struct Walk<'r> {
    program: &'r Program,
    parts: &'r Parts,
    out: Course,
    /// How often each place was come to.
    seen: FxHashMap<(At, i64, What), u16>,
    /// Records that were refused: what their rules would have done was not done.
    refused: FxHashSet<u32>,
}

/// One rule on one event.
struct Seen<'w> {
    rule: &'w RuleProbe,
    places: &'w FxHashMap<usize, usize>,
    trace: &'w Trace,
}

impl Seen<'_> {
    fn value(&self, at: usize) -> &Value {
        self.places.get(&at).and_then(|n| self.trace.values.get(*n)).unwrap_or(&Value::Unknown)
    }

    fn holds(&self, at: usize) -> bool {
        matches!(self.value(at), Value::Whole(1))
    }
}

impl<'r> Walk<'r> {
    fn step(&mut self, when: Moment, row: i64, what: What, way: u16) {
        let when = At { at: when.at, number: when.number, day: when.day };
        let nth = self.seen.entry((when, row, what)).or_default();
        self.out.steps.push((Fork { when, row, what, nth: *nth }, way));
        *nth += 1;
    }

    fn probe(&self, at: usize) -> Option<&'r Probe> {
        self.program.plan.probes.get(at)
    }

    /// A rule, as far as it was carried out.
    fn rule(&mut self, trace: &'r Trace) {
        let Some(rule) = self.program.plan.rule_probes.get(usize::from(trace.rule)) else { return };
        let Some(places) = self.parts.of.get(usize::from(trace.rule)) else { return };
        let seen = Seen { rule, places, trace };
        let refused = self.refused.contains(&trace.when.number) && trace.when.number != 0;
        let mut come = FxHashSet::default();
        let (mut head, mut does, mut deemed): (bool, bool, Option<KindId>) = (true, true, None);
        let mut made: Option<usize> = None;
        for (role, at) in &seen.rule.roots {
            match role {
                Role::When | Role::Where | Role::Unless(_) => {
                    self.part(&seen, *at, &mut come);
                    if head && !seen.holds(*at) {
                        return;
                    }
                }
                Role::Let(_) => {
                    head = false;
                    if !refused {
                        self.part(&seen, *at, &mut come);
                    }
                }
                Role::ActWhen => {
                    (head, made, deemed) = (false, None, None);
                    self.part(&seen, *at, &mut come);
                    does = does && seen.holds(*at);
                }
                Role::Require => {
                    head = false;
                    if std::mem::replace(&mut does, true) {
                        self.part(&seen, *at, &mut come);
                    }
                }
                Role::Becomes(..) => {
                    (head, deemed) = (false, None);
                    made = (std::mem::replace(&mut does, true) && !refused).then_some(*at);
                    if made.is_some() {
                        self.part(&seen, *at, &mut come);
                    }
                }
                Role::Limit(above) => {
                    if let Some(value) = made {
                        self.part(&seen, *at, &mut come);
                        let past = match (seen.value(value), seen.value(*at)) {
                            (Value::Decimal(v), Value::Decimal(limit)) => (*above && v > limit) || (!*above && v < limit),
                            _ => false,
                        };
                        self.step(trace.when, trace.row, What::Limit(trace.rule, *at, value), u16::from(past));
                    }
                }
                Role::Deem(kind, _) => {
                    (head, made) = (false, None);
                    if deemed != Some(*kind) {
                        deemed = std::mem::replace(&mut does, true).then_some(*kind);
                    }
                    if deemed.is_some() && !refused {
                        self.part(&seen, *at, &mut come);
                    }
                }
            }
        }
    }

    /// A part of a formula, and what below it decides.
    fn part(&mut self, seen: &Seen<'r>, at: usize, come: &mut FxHashSet<usize>) {
        let Some(p) = self.probe(at) else { return };
        if !come.insert(at) {
            return;
        }
        match &p.kind {
            ProbeKind::Constant | ProbeKind::Reading(_) => {}
            ProbeKind::Leaf | ProbeKind::Known => self.truth(seen, at, p),
            ProbeKind::Def(_, inner) => {
                p.parts.iter().for_each(|x| self.part(seen, *x, come));
                self.part(seen, *inner, come);
            }
            ProbeKind::All => {
                for x in &p.parts {
                    self.part(seen, *x, come);
                    if !seen.holds(*x) {
                        break;
                    }
                }
            }
            ProbeKind::Any => {
                for x in &p.parts {
                    self.part(seen, *x, come);
                    if seen.holds(*x) {
                        break;
                    }
                }
            }
            ProbeKind::Not => p.parts.iter().for_each(|x| self.part(seen, *x, come)),
            ProbeKind::Cases(cases) => {
                for (n, case) in cases.iter().enumerate() {
                    let known = case.then.is_some_and(|t| *seen.value(t) != Value::Unknown);
                    let applies = match case.when {
                        Some(when) => {
                            self.part(seen, when, come);
                            seen.holds(when)
                        }
                        None => case.otherwise || known,
                    };
                    if applies {
                        let way = u16::try_from(n).unwrap_or(u16::MAX);
                        self.step(seen.trace.when, seen.trace.row, What::Part(seen.trace.rule, at), way);
                        if let Some(t) = case.then {
                            self.part(seen, t, come);
                        }
                        return;
                    }
                }
            }
            ProbeKind::Extreme => {
                p.parts.iter().for_each(|x| self.part(seen, *x, come));
                if let Some(n) = p.parts.iter().position(|x| seen.value(*x) == seen.value(at)) {
                    let way = u16::try_from(n).unwrap_or(u16::MAX);
                    self.step(seen.trace.when, seen.trace.row, What::Part(seen.trace.rule, at), way);
                }
            }
            ProbeKind::Comparison | ProbeKind::Formula => {
                p.parts.iter().for_each(|x| self.part(seen, *x, come));
                self.truth(seen, at, p);
            }
        }
    }

    /// Whether a condition holds.
    fn truth(&mut self, seen: &Seen<'r>, at: usize, p: &Probe) {
        if p.ty == crate::terms::Type::YesNo {
            let way = u16::from(seen.holds(at));
            self.step(seen.trace.when, seen.trace.row, What::Part(seen.trace.rule, at), way);
        }
    }
}

/// The run a course is of, for wording it.
#[derive(Clone, Copy)]
pub struct Of<'r> {
    /// The terms.
    pub terms: &'r Terms,
    /// The program.
    pub program: &'r Program,
    /// Where the parts of its rules stand.
    pub parts: &'r Parts,
    /// The run.
    pub run: &'r Run,
    /// Its course.
    pub course: &'r Course,
}
