//! Everything a run decided, as cells that tell when it would decide otherwise: the rules that applied and those that did
//! not, what was required and refused, what waits, and what the workbook does not compute.

use super::derive::{Deriver, Sort, Step};
use super::origin::is_deemed;
use super::reads::{Read, values_in};
use super::term::{Function, Held, Op, Term};
use crate::engine::graph::{FailId, Node, NodeId, Then};
use crate::engine::plan::{ActKind, Duty, WritePlan};
use crate::engine::run::Value;
use crate::engine::table::row_of;
use crate::source::Span;
use crate::terms::{StateId, Type};
use rustc_hash::FxHashSet;

impl Deriver<'_> {
    /// All that was decided.
    pub(super) fn prove_all(&mut self) {
        let refused: FxHashSet<u32> = self.run.refusals.iter().map(|r| r.when.number).collect();
        for record in 0..self.events.records.len() {
            self.checks_of(record);
        }
        for t in 0..self.run.traces.len() {
            if self.trace(t).is_some_and(|trace| !refused.contains(&trace.when.number)) {
                self.decided(t);
            }
        }
        for r in &self.run.refusals {
            self.refused(r.when.number, r.span);
        }
        self.unwatched();
    }

    /// What one rule decided.
    fn decided(&mut self, t: usize) {
        let Some(derived) = self.derived(t) else { return };
        let plan = &derived.plan;
        if !self.applied(t, &plan.guards) {
            return;
        }
        for r in &plan.requires {
            if self.applied(t, &r.guards) {
                self.prove(t, r.cond, "required");
            }
        }
        for r in &plan.rescinds {
            let nodes: Vec<NodeId> = r.guards.iter().copied().chain([r.of]).collect();
            let reads = self.reads_of(Some(t), &nodes);
            self.rests(Some(t), "what is annulled", String::new(), reads);
        }
        for w in &plan.writes {
            if self.written.contains(&(t, w.site)) || !self.applied(t, &w.guards) {
                continue;
            }
            self.unchanged(t, w);
        }
        for act in &plan.acts {
            let applied = match &act.kind {
                // it is told as a whole
                ActKind::ForEach { .. } => true,
                _ => self.applied(t, &act.guards),
            };
            match &act.kind {
                _ if !applied => {}
                ActKind::ForEach { .. } => {
                    let reads = self.reads_of_act(t, act);
                    self.rests(Some(t), "for each line of a list", String::new(), reads);
                }
                ActKind::End(row) | ActKind::Restore(row) => {
                    let reads = self.reads(Some(t), *row);
                    self.rests(Some(t), "which entry ends", String::new(), reads);
                }
                ActKind::Warn(text) => {
                    let reads = self.reads_of(Some(t), &values_in(text).collect::<Vec<_>>());
                    self.told(Some(t), "the text of a warning", reads);
                }
                ActKind::Deem { .. } | ActKind::Record { .. } => {}
            }
        }
    }

    /// Whether conditions held; they, or the one that decided, are cells from now on.
    fn applied(&mut self, t: usize, guards: &[NodeId]) -> bool {
        let fails: Vec<NodeId> = guards.iter().copied().filter(|g| self.holds(t, *g) == Some(false)).collect();
        if let Some(first) = fails.first() {
            // one that no number decides is enough
            if !fails.iter().any(|g| self.is_settled(t, *g)) {
                self.prove(t, *first, "condition");
            }
            return false;
        }
        for g in guards {
            self.prove(t, *g, "condition");
        }
        true
    }

    /// A condition as a cell that tells when it would be decided otherwise; nothing where no number decides it.
    pub(super) fn prove(&mut self, t: usize, id: NodeId, label: &str) {
        if self.made(t, id).is_some() {
            return;
        }
        if self.is_settled(t, id) {
            return;
        }
        let (reads, source) = (self.reads(Some(t), id), self.source(t, id));
        if let Some(truth) = self.holds(t, id)
            && let Some(term) = self.translate(t, id)
        {
            if matches!(term, Term::Truth(_)) || self.made(t, id).is_some() {
                return;
            }
            let turned = label == "condition" && matches!(self.graph().get(id), Node::Not(_));
            let mut step = Step::new(Sort::Check, if turned { "unless" } else { label }, Type::YesNo);
            step.source = source;
            step.held = Held::Truth(truth);
            step.term = Some(term);
            step.reads = reads;
            self.put(Some(t), Some(id), step);
            return;
        }
        self.rests(Some(t), label, source, reads);
    }

    /// A line that tells when something the workbook does not compute would have to be computed anew.
    pub(super) fn rests(&mut self, t: Option<usize>, label: &str, source: String, reads: Vec<Read>) {
        if reads.is_empty() || !self.rested.insert((t, false, reads.clone())) {
            return;
        }
        let mut step = Step::new(Sort::Rest, label, Type::Text);
        step.source = source;
        step.held = Held::Text("as the run had it".to_owned());
        step.reads = reads;
        self.put(t, None, step);
    }

    /// A line that tells when a text, an obligation or a covenant is no longer what the run said.
    pub(super) fn told(&mut self, t: Option<usize>, label: &str, reads: Vec<Read>) {
        if reads.is_empty() || !self.rested.insert((t, true, reads.clone())) {
            return;
        }
        let mut step = Step::new(Sort::Told, label, Type::Text);
        step.held = Held::Text("as the run had it".to_owned());
        step.reads = reads;
        self.put(t, None, step);
    }

    /// A rule that applied gave a state the value it had.
    fn unchanged(&mut self, t: usize, w: &WritePlan) {
        let row = match w.row {
            None => Some(u32::MAX),
            Some(node) => match self.value(t, node) {
                Some(Value::Whole(n)) if *n >= 0 => u32::try_from(row_of(*n)).ok(),
                _ => None,
            },
        };
        let upto = self.trace(t).map_or(usize::MAX, |t| t.changes as usize);
        let mut reads = self.reads_of(Some(t), &w.row.into_iter().chain([w.told]).collect::<Vec<_>>());
        reads.extend(row.map_or_else(|| vec![Read::State(w.state)], |row| self.reads_of_state(w.state, row, upto)));
        reads.sort_unstable();
        reads.dedup();
        if reads.is_empty() {
            return;
        }
        let name = self.terms.states.get(w.state.at()).map_or("", |s| s.name.as_str()).replace('_', " ");
        let label = if w.pending { format!("what waits of {name} stays as it is") } else { format!("{name} stays as it is") };
        match row.and_then(|row| self.stays(t, w, row, upto)) {
            Some(term) => {
                let mut step = Step::new(Sort::Check, label, Type::YesNo);
                step.source = self.source(t, w.told);
                step.held = Held::Truth(true);
                step.term = Some(term);
                step.reads = reads;
                self.put(Some(t), None, step);
            }
            None => self.rests(Some(t), &label, self.source(t, w.told), reads),
        }
    }

    /// That a new value is what stands.
    fn stays(&mut self, t: usize, w: &WritePlan, row: u32, upto: usize) -> Option<Term> {
        let ty = self.terms.states.get(w.state.at())?.ty.clone();
        let held = super::values::held(&self.words, self.value(t, w.told)?, &ty);
        let when = self.trace(t)?.when;
        let stands = match w.pending {
            true => self.waiting(w.state, row, &held, upto, when)?,
            false => Term::Cell(self.state_cell(w.state, row, &held, upto, when)?),
        };
        let value = self.like(t, w.told, &ty)?;
        Some(match held {
            Held::Number(_) => {
                let apart = Term::op(Op::Subtract, value, stands);
                Term::op(Op::Equal, Term::Call(Function::Round, vec![apart, Term::whole(9)]), Term::whole(0))
            }
            _ => Term::op(Op::Equal, value, stands),
        })
    }

    /// Why a record was refused.
    fn refused(&mut self, number: u32, span: Span) {
        let traces: Vec<usize> =
            (0..self.run.traces.len()).filter(|t| self.trace(*t).is_some_and(|t| t.when.number == number)).collect();
        for t in &traces {
            let Some(derived) = self.derived(*t) else { continue };
            let plan = &derived.plan;
            for r in &plan.requires {
                let here = self.graph().fails.get(r.fail.0 as usize).is_some_and(|f| f.span == span);
                let guards = plan.guards.iter().chain(&r.guards);
                if !here || self.holds(*t, r.cond) != Some(false) || guards.clone().any(|g| self.holds(*t, *g) != Some(true)) {
                    continue;
                }
                for g in guards {
                    self.prove(*t, *g, "condition");
                }
                self.prove(*t, r.cond, "refused unless");
                let fail = self.graph().fails.get(r.fail.0 as usize);
                let said: Vec<NodeId> =
                    fail.into_iter().flat_map(|f| values_in(&f.text).chain(f.with.iter().map(|(_, n, _)| *n))).collect();
                let reads = self.reads_of(Some(*t), &said);
                self.told(Some(*t), "the text of the refusal", reads);
                return;
            }
        }
        if let Some((t, reads)) = traces.iter().find_map(|t| Some((*t, self.refused_by_case(*t, span)?))) {
            self.rests(Some(t), "why it is refused", self.text(span), reads);
            return;
        }
        let mut reads: Vec<Read> = Vec::new();
        for t in &traces {
            let nodes: Vec<NodeId> = self.derived(*t).map_or_else(Vec::new, |d| d.nodes.clone());
            reads.extend(self.reads_of(Some(*t), &nodes));
        }
        if let Some(record) = self.events.numbered(number) {
            reads.extend((self.events.live..self.events.width()).map(|c| Read::Cell(record, c)));
        }
        reads.sort_unstable();
        reads.dedup();
        self.rests(traces.first().copied(), "why it is refused", String::new(), reads);
    }

    /// What the case of a waterfall was read from that refused a record, where it was asked for by what a rule requires.
    fn refused_by_case(&self, t: usize, span: Span) -> Option<Vec<Read>> {
        let graph = self.graph();
        let fails = |id: NodeId| {
            let Node::FirstOf(cases, _) = graph.get(id) else { return false };
            let here = |f: FailId| graph.fails.get(f.0 as usize).is_some_and(|f| f.span == span);
            cases.iter().any(|c| matches!(c.then, Then::Fail(f) if here(f)))
        };
        let plan = &self.derived(t)?.plan;
        let may = |guards: &[NodeId]| guards.iter().all(|g| self.holds(t, *g) != Some(false));
        if !may(&plan.guards) {
            return None;
        }
        let asks = plan.requires.iter().filter(|r| may(&r.guards) && self.holds(t, r.cond).is_none());
        let r = asks.into_iter().find(|r| graph.any_below(r.cond, |_| true, fails))?;
        let nodes: Vec<NodeId> = plan.guards.iter().chain(&r.guards).copied().chain([r.cond]).collect();
        Some(self.reads_of(Some(t), &nodes))
    }

    /// What is decided apart from rules on events.
    fn unwatched(&mut self) {
        let plan = &self.program.plan;
        for timer in &plan.timers {
            let reads = self.reads(None, timer.at);
            let source = self.text(self.graph().span(timer.at));
            self.rests(None, "the moment of a rule", source, reads);
        }
        for once in &plan.onces {
            let reads = self.reads(None, once.cond);
            let source = self.text(self.graph().span(once.cond));
            self.rests(None, "when it comes to be so", source, reads);
        }
        if let Some((_, node)) = plan.trading_day {
            let reads = self.reads(None, node);
            self.rests(None, "which days are trading days", String::new(), reads);
        }
        for report in &plan.reports {
            let reads = report.filter.map_or_else(Vec::new, |f| self.reads(None, f));
            self.rests(None, "which entries are shown", String::new(), reads);
        }
        for (covenant, decl) in plan.covenants.iter().zip(&self.terms.covenants) {
            let nodes: Vec<NodeId> = covenant.during.into_iter().chain([covenant.holds]).collect();
            let reads = self.reads_of(None, &nodes);
            self.told(None, &format!("covenant: {}", decl.what), reads);
        }
        let happens = |k| self.events.has(k) || is_deemed(self.terms, k);
        let on_event = plan.on_event.iter().filter(|s| s.kind.is_some_and(happens));
        let rules = plan.timers.iter().map(|t| &t.step).chain(plan.onces.iter().map(|o| &o.step));
        let after = plan.changes.iter().map(|c| &c.step).chain(plan.makings.iter().map(|(_, s)| s));
        let phases = on_event.chain(rules).chain(after);
        let duties: Vec<&Duty> = phases.flat_map(|s| &s.duties).chain(&plan.adjustment_duties).collect();
        for duty in duties {
            self.duty(duty, plan.watches_duties);
        }
    }

    /// Whether an obligation arises, when it is due and what is due.
    fn duty(&mut self, duty: &Duty, watched: bool) {
        let decides = duty.guards.iter().chain(&duty.row).chain(&duty.the).chain(&duty.due).chain(std::iter::once(&duty.done));
        let mut nodes: Vec<NodeId> = decides.copied().collect();
        let what = self.terms.obligations.get(duty.obligation.at()).map_or("", |o| o.name.as_str()).replace('_', " ");
        if watched {
            let reads = self.reads_of(None, &nodes);
            self.rests(None, &format!("obligation: {what}"), String::new(), reads);
        }
        nodes.extend(values_in(&duty.what));
        let mut reads = self.reads_of(None, &nodes);
        reads.extend(duty.states.iter().map(|s| Read::State(*s)));
        self.told(None, &format!("obligation: {what}"), reads);
    }

    /// Whether a change waits rests on more than its own size.
    pub(super) fn waits_with(&mut self, t: usize, w: &WritePlan, state: StateId) {
        let Some(wait) = &w.wait else { return };
        let others = wait.tests.iter().any(|test| test.of != state);
        if others || wait.with.is_some() {
            let limits: Vec<NodeId> = wait.tests.iter().map(|test| test.limit).chain([w.told]).collect();
            let mut reads = self.reads_of(Some(t), &limits);
            reads.extend(wait.tests.iter().map(|test| Read::State(test.of)).chain(wait.with.map(Read::State)));
            self.rests(Some(t), "whether it waits", String::new(), reads);
        }
    }
}
