//! The ledger: every change with the cells before and after it, and how the one came from the other.

use super::derive::{Deriver, Sort, Step};
use super::eval::same;
use super::origin::Origin;
use super::reads::Read;
use super::term::{At, Function, Held, Op, Term};
use super::values;
use crate::engine::decimal::{add, sub};
use crate::engine::graph::{Node, NodeId};
use crate::engine::plan::{ActKind, Role, WritePlan};
use crate::engine::run::{Change, Line, Value};
use crate::engine::table::entry;
use crate::report::json::unit;
use crate::terms::{Comparison, StateId, Type};

/// A change as the ledger shows it.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The change, among those of the run.
    pub change: usize,
    /// The value before.
    pub before: Option<Term>,
    /// The value after; none where it is as the run had it.
    pub after: Option<Term>,
    /// The line it was derived in.
    pub step: Option<usize>,
    /// Why it is not derived.
    pub note: String,
}

/// How the value after a change comes from the formula of its rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is its value.
    Direct,
    /// It is the value before, moved by as much as the formula moves what stands.
    Moved(NodeId),
    /// It is on top of what waits, in inverse proportion to another state.
    Inverse(NodeId),
}

impl Deriver<'_> {
    /// The entry of a change.
    pub(super) fn entry(&mut self, n: usize, c: &Change) -> Option<Entry> {
        let site = self.program.sites.get(usize::from(c.site))?;
        let state = site.state;
        let ty = self.terms.states.get(state.at())?.ty.clone();
        let mut out = Entry { change: n, ..Entry::default() };
        if c.was_known {
            let before = self.of_state(state, c.before);
            out.before = match site.pending {
                true => self.waiting(state, c.row, &before, n, c.when),
                false => match self.last_cell(state, c.row, &before, n) {
                    Some(at) => Some(Term::Cell(at)),
                    None => self.with_what_waits(state, c.row, &before),
                },
            };
        }
        let way = self.way(n, c, state);
        let by = way.as_ref().map(|(t, write, _)| (*t, write.told, write.row));
        match way {
            Some((t, write, way)) => {
                self.written.insert((t, c.site));
                if self.first_time(t) {
                    self.conditions_of(t);
                }
                let mut step = Step::new(Sort::Formula, self.becomes(state, site.pending, c.row), ty);
                (step.source, step.clause) = (self.becomes_source(t, &write), self.terms.cite(c.clause).to_owned());
                if let Some(line) = self.line(t, write.told, step) {
                    out.step = Some(line);
                    out.after = self.arrived(t, c, line, way, out.before.clone());
                    self.waits(t, &write, out.after.as_ref());
                    self.waits_with(t, &write, state);
                }
            }
            None => {
                let after = self.after(c);
                let rule = self.program.plan.sites.len() <= usize::from(c.site);
                if rule {
                    out.after = self.state_cell(state, c.row, &after, n, c.when).map(Term::Cell);
                    "recomputed".clone_into(&mut out.note);
                } else {
                    "computed again from what its rule had kept".clone_into(&mut out.note);
                }
            }
        }
        let after = self.after(c);
        if out.after.as_ref().is_some_and(|term| !self.eval(term).is_some_and(|v| same(&v, &after))) {
            out.after = None;
            "the cells here do not give this value".clone_into(&mut out.note);
        }
        if out.before.is_none() && c.was_known {
            out.note.push_str(if out.note.is_empty() { "" } else { "; " });
            out.note.push_str("the value before is as the run had it");
        }
        self.changes_at_all(n, c, by, &out);
        self.rest_of(n, c, by, (out.before.is_none() && c.was_known, out.after.is_none()));
        self.history.entry((state, c.row, site.pending)).or_default().push(n);
        Some(out)
    }

    /// That a change is one: where the value after came to be that before, there would be none.
    fn changes_at_all(&mut self, n: usize, c: &Change, by: Option<(usize, NodeId, Option<NodeId>)>, out: &Entry) {
        let (Some((t, told, _)), Some(before), Some(after)) = (by, &out.before, &out.after) else { return };
        let Some(state) = self.program.sites.get(usize::from(c.site)).map(|s| s.state) else { return };
        let mut reads = self.reads(Some(t), told);
        reads.extend(self.reads_of_state(state, c.row, n));
        reads.sort_unstable();
        reads.dedup();
        if reads.is_empty() || !c.was_known {
            return;
        }
        let same = match self.after(c) {
            Held::Number(_) => {
                let apart = Term::op(Op::Subtract, after.clone(), before.clone());
                Term::op(Op::Equal, Term::Call(Function::Round, vec![apart, Term::whole(10)]), Term::whole(0))
            }
            _ => Term::op(Op::Equal, after.clone(), before.clone()),
        };
        let mut step = Step::new(Sort::Check, "it is a change", Type::YesNo);
        step.held = Held::Truth(true);
        step.term = Some(Term::Call(Function::Not, vec![same]));
        step.reads = reads;
        self.put(Some(t), None, step);
    }

    /// What a change rests on that is not computed, before it or after it.
    fn rest_of(&mut self, n: usize, c: &Change, by: Option<(usize, NodeId, Option<NodeId>)>, (before, after): (bool, bool)) {
        let Some(site) = self.program.sites.get(usize::from(c.site)) else { return };
        let mut reads = Vec::new();
        if before || after {
            reads.extend(self.reads_of_state(site.state, c.row, n));
        }
        if after {
            match by {
                Some((t, told, row)) => reads.extend(self.reads_of(Some(t), &row.into_iter().chain([told]).collect::<Vec<_>>())),
                None => reads.push(Read::All),
            }
        }
        reads.sort_unstable();
        reads.dedup();
        let label = self.becomes(site.state, site.pending, c.row);
        self.rests(by.map(|b| b.0), &label, String::new(), reads);
    }

    /// What stands and what waits of it, where a rule has set what waits.
    fn with_what_waits(&self, state: StateId, row: u32, held: &Held) -> Option<Term> {
        let waits = Term::Cell(At::Change(*self.history.get(&(state, row, true))?.last()?));
        let changes = self.history.get(&(state, row, false)).into_iter().flatten().rev().map(|n| At::Change(*n));
        let mut stood = changes.chain(self.begun.get(&(state, row)).map(|n| At::Step(*n)));
        let of = |at| Term::op(Op::Add, Term::Cell(at), waits.clone());
        stood.find_map(|at| Some(of(at)).filter(|term| self.eval(term).is_some_and(|v| same(&v, held))))
    }

    /// `price of W-1 becomes`
    fn becomes(&self, state: StateId, pending: bool, row: u32) -> String {
        let decl = self.terms.states.get(state.at());
        let name = decl.map_or("", |s| s.name.as_str()).replace('_', " ");
        let of = decl.and_then(|s| s.of).map_or_else(String::new, |k| format!(" of {}", self.words.entry(entry(k, row))));
        if pending { format!("what waits of {name}{of} becomes") } else { format!("{name}{of} becomes") }
    }

    /// The formula of a change as it was written.
    fn becomes_source(&self, t: usize, write: &WritePlan) -> String {
        let roots = self.rule(t).map_or(&[][..], |r| &r.roots);
        let mut out = String::new();
        for (role, at) in roots {
            let Some(p) = self.program.plan.probes.get(*at) else { continue };
            match role {
                Role::Becomes(s, pending) => {
                    if !out.is_empty() {
                        break;
                    }
                    if *s == write.state && *pending == write.pending {
                        out = self.text(p.span);
                    }
                }
                Role::Limit(above) if !out.is_empty() => {
                    out.push_str(if *above { " but not above " } else { " but not below " });
                    out.push_str(&self.text(p.span));
                }
                _ => {}
            }
        }
        out
    }

    /// The trace of the rule that made a change, and how its formula gives the value after.
    fn way(&self, n: usize, c: &Change, state: StateId) -> Option<(usize, WritePlan, Way)> {
        let site = self.program.sites.get(usize::from(c.site))?;
        // the last that was told before it
        for t in self.traces.get(&(c.when.at, c.when.number))?.iter().rev().copied() {
            if !self.replayed && self.trace(t).is_none_or(|t| t.changes as usize > n) {
                continue;
            }
            let Some(derived) = self.derived(t) else { continue };
            let Some(write) = derived.plan.writes.iter().find(|w| w.site == c.site) else { continue };
            let own = site.of.map_or(-1, |k| entry(k, c.row));
            let row = write.row.and_then(|r| self.value(t, r));
            if row.is_some_and(|v| *v != Value::Whole(own)) {
                continue;
            }
            if derived.plan.guards.iter().chain(&write.guards).any(|g| self.holds(t, *g) == Some(false)) {
                continue;
            }
            let Some(value) = self.decimal(t, write.told) else { continue };
            let ways = write.wait.as_ref().is_some_and(|w| !w.compounding && !w.restating);
            if ways
                && let Some(stands) = self.stands(t, write, state)
                && let Some(at) = self.decimal(t, stands)
                && sub(value, at).and_then(|d| add(c.before, d)).is_ok_and(|v| v == c.after)
            {
                return Some((t, write.clone(), Way::Moved(stands)));
            }
            if ways
                && value != c.after
                && let Some(stands) = self.stands(t, write, state)
                && let Some(at) = self.decimal(t, stands)
                && self.may_be_inverse(state, [at, c.before, value, c.after])
            {
                return Some((t, write.clone(), Way::Inverse(stands)));
            }
            if value == c.after {
                return Some((t, write.clone(), Way::Direct));
            }
        }
        None
    }

    /// The part of a rule's formulas that is the state as it stands.
    fn stands(&self, t: usize, write: &WritePlan, state: StateId) -> Option<NodeId> {
        self.derived(t)?.nodes.iter().copied().find(|n| {
            matches!(self.graph().get(*n), Node::RowD(_, row, _) if Some(*row) == write.row)
                && self.origin(*n) == Some(Origin::State(state))
        })
    }

    /// The value after a change.
    fn arrived(&mut self, t: usize, c: &Change, line: usize, way: Way, before: Option<Term>) -> Option<Term> {
        let value = Term::Cell(At::Step(line));
        let stands = match way {
            Way::Direct => return Some(value),
            Way::Moved(stands) => stands,
            Way::Inverse(stands) => {
                let state = self.program.sites.get(usize::from(c.site))?.state;
                let stands = self.term(t, stands)?;
                return self.inverse(c, state, (stands, before?, value));
            }
        };
        if c.before == self.decimal(t, stands)? && before.is_some() {
            // nothing waits: what is before is what stands
            return Some(value);
        }
        let stands = self.term(t, stands)?;
        let moved = Term::op(Op::Add, before?, Term::op(Op::Subtract, value, stands));
        let state = self.program.sites.get(usize::from(c.site))?.state;
        // what a spreadsheet loses in a sum of rounded values would grow from change to change
        Some(match unit(self.program, self.terms, state) {
            Some(places) => Term::Call(Function::Round, vec![moved, Term::whole(places.into())]),
            None => moved,
        })
    }

    /// Whether a change waits, as conditions that tell.
    fn waits(&mut self, t: usize, write: &WritePlan, after: Option<&Term>) {
        let (Some(wait), Some(after)) = (&write.wait, after) else { return };
        let Some(stands) = self.stands(t, write, write.state) else { return };
        for test in wait.tests.iter().filter(|w| w.of == write.state) {
            let (Some(stands), Some(limit)) = (self.term(t, stands), self.term(t, test.limit)) else { continue };
            let size = |x: Term| Term::Call(Function::Abs, vec![x]);
            let change = size(Term::op(Op::Subtract, after.clone(), stands.clone()));
            let bound = if test.relative { size(Term::op(Op::Multiply, limit, stands)) } else { limit };
            let sign = if test.strict { Comparison::Less } else { Comparison::AtMost };
            let op = if sign == Comparison::Less { Op::Less } else { Op::AtMost };
            let mut step = Step::new(Sort::Check, "small enough to wait", Type::YesNo);
            step.term = Some(Term::op(op, change, bound));
            let decl = self.terms.states.get(write.state.at()).and_then(|s| s.postponement.as_ref());
            let written = decl.and_then(|p| p.tests.iter().find(|w| w.of == test.of && w.strict == test.strict));
            if let Some(w) = written {
                let (how, limit) = (if w.strict { "under" } else { "not over" }, self.text(w.limit.span));
                step.source = format!("while the change is {how} {limit}{}", if w.relative { " of what stands" } else { "" });
            }
            step.clause = self.terms.cite(decl.and_then(|p| p.clause)).to_owned();
            self.put(Some(t), None, step);
        }
    }

    /// The conditions under which a rule applied, as lines that tell when it would not.
    pub(super) fn conditions_of(&mut self, t: usize) {
        let Some(derived) = self.derived(t) else { return };
        for g in &derived.plan.guards {
            self.prove(t, *g, "condition");
        }
        for r in &derived.plan.requires {
            if r.guards.iter().all(|g| self.holds(t, *g) != Some(false)) {
                self.prove(t, r.cond, "required");
            }
        }
    }

    /// The values of a line of an effect, each with the line that derives it.
    pub(super) fn effect(&mut self, line: &Line) -> Vec<Option<usize>> {
        let found = self.derived_line(line);
        if found.is_none() {
            let reads = self.reads_of_effect(line.effect);
            self.rests(None, "a line of an effect", String::new(), reads);
        }
        found.unwrap_or_else(|| vec![None; line.values.len()])
    }

    fn derived_line(&mut self, line: &Line) -> Option<Vec<Option<usize>>> {
        let traces = self.traces.get(&(line.when.at, line.when.number)).cloned()?;
        for t in traces {
            let (Some(rule), Some(derived)) = (self.rule(t), self.derived(t)) else { continue };
            if rule.rule != line.rule || derived.plan.guards.iter().any(|g| self.holds(t, *g) == Some(false)) {
                continue;
            }
            for (at, act) in derived.plan.acts.iter().enumerate() {
                let ActKind::Record { effect, values } = &act.kind else { continue };
                let same = |(node, v): (&Option<NodeId>, &Value)| match node {
                    None => *v == Value::Unknown,
                    Some(n) => self.value(t, *n).map_or(matches!(v, Value::Unknown | Value::List(_)), |told| told == v),
                };
                if *effect != line.effect
                    || self.lined.contains(&(t, at))
                    || act.guards.iter().any(|g| self.holds(t, *g) == Some(false))
                    || !values.iter().zip(&line.values).all(same)
                {
                    continue;
                }
                if self.first_time(t) {
                    self.conditions_of(t);
                }
                self.lined.insert((t, at));
                let mut out = Vec::new();
                for (n, (node, v)) in values.iter().zip(&line.values).enumerate() {
                    let step = self.of_effect(t, line, n, *node, v);
                    if let (None, Some(node)) = (step, node) {
                        let reads = self.reads(Some(t), *node);
                        self.rests(Some(t), "a value of an effect", self.source(t, *node), reads);
                    }
                    out.push(step);
                }
                return Some(out);
            }
        }
        None
    }

    fn of_effect(&mut self, t: usize, line: &Line, n: usize, node: Option<NodeId>, v: &Value) -> Option<usize> {
        let (name, ty, _) = self.terms.effects.get(line.effect.at())?.fields.get(n)?;
        let node = node.filter(|_| matches!(v, Value::Decimal(_)) || matches!(ty, Type::Date | Type::Moment))?;
        let effect = self.terms.effects.get(line.effect.at()).map_or("", |e| e.name.as_str());
        let mut step = Step::new(Sort::Formula, format!("{}: {}", effect.replace('_', " "), name.replace('_', " ")), ty.clone());
        step.source = self.source(t, node);
        step.clause = self.terms.cite(line.clause).to_owned();
        let line = self.line(t, node, step)?;
        let told = values::held(&self.words, v, ty);
        self.steps.get(line).is_some_and(|s| same(&s.held, &told)).then_some(line)
    }
}
