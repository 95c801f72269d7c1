//! What happens on an event, phase by phase: what waits is made; what must hold is tested; what is to be annulled is
//! found; every new value is computed from the state as the event found it; then the state changes; then follow the
//! rules on changes, what is deemed and recorded, and the obligations.

use super::Emit;
use super::order::{How, Unit};
use crate::engine::code::{DutyCode, FinalCode, Op, Reg, Target};
use crate::engine::emit::store::Change;
use crate::engine::graph::{Node, NodeId};
use crate::engine::plan::{Duty, EachPlan, RulePlan, Step};
use crate::terms::{KindId, Place, Spot};

impl Emit<'_> {
    /// The code of a step.
    pub(super) fn step(&mut self, step: &Step) -> Target {
        self.routine(|e| e.phases(step))
    }

    fn phases(&mut self, step: &Step) {
        for (state, row) in &step.flushes {
            let row = row.map_or(Reg::MAX, |r| self.i(r));
            self.op(Op::Flush(*state, row));
        }
        self.explained_rules(step);
        self.requirements(step);
        let decided = self.rescinds(step);
        let applies = |at: usize| decided.iter().find(|(n, _)| *n == at).map(|(_, reg)| *reg);
        let acts = step.rules.iter().any(|r| !r.acts.is_empty());
        match super::order::units(self, step) {
            // one unit after another, none of which reads what one before it has changed
            Some(units) => {
                for unit in units {
                    match unit {
                        Unit::Rule(at) => {
                            if let Some(rule) = step.rules.get(at) {
                                let mut changes = Vec::new();
                                self.rule(rule, applies(at), None, true, &mut changes);
                            }
                        }
                        Unit::Loop { each, rules, how } => {
                            self.one_loop(step, &each, &rules, how);
                            if how == How::Together {
                                self.op(Op::MakeAll);
                            }
                        }
                    }
                }
            }
            // all new values first, then all changes
            None => {
                let mut changes: Vec<Change> = Vec::new();
                for (at, rule) in step.rules.iter().enumerate().filter(|(_, r)| r.each.is_none()) {
                    self.rule(rule, applies(at), None, false, &mut changes);
                }
                for (each, rules) in super::order::loops(step) {
                    self.one_loop(step, &each, &rules, How::Together);
                }
                self.store(changes);
                self.op(Op::MakeAll);
            }
        }
        let waits = step.rules.iter().flat_map(|r| &r.writes).any(|w| w.wait.is_some());
        let answered = |a: &crate::terms::Answer| matches!(a.on, crate::terms::On::Making(_));
        let makings = self.terms.rules.iter().flat_map(|r| &r.answers).any(answered);
        if makings && (waits || !step.flushes.is_empty()) {
            self.op(Op::RunMakings);
        }
        let answered = |c: &crate::engine::plan::Change| c.by.is_empty() || step.kind.is_some_and(|k| c.by.contains(&k));
        if self.plan.changes.iter().any(answered) && (!step.flushes.is_empty() || step.rules.iter().any(|r| !r.writes.is_empty()))
        {
            self.op(Op::RunChanges(step.kind));
        }
        if acts {
            self.op(Op::RunQueue(0));
        }
        for duty in &step.duties {
            self.duty(duty);
        }
    }

    pub(super) fn at_rule(&mut self, rule: &RulePlan) {
        self.clause = rule.clause;
        self.rule = rule.rule;
    }

    /// Code for each row of a kind, or once.
    pub(super) fn over(&mut self, each: Option<&EachPlan>, inside: impl FnOnce(&mut Self, super::Label)) {
        match each {
            None => {
                let next = self.label();
                self.scoped(|e| inside(e, next));
                self.place(next);
            }
            Some(each) => self.row_loop(each, |_| {}, inside),
        }
    }

    /// A loop over the rows of a kind; `before` is code ahead of the first row.
    fn row_loop(&mut self, each: &EachPlan, before: impl FnOnce(&mut Self), inside: impl FnOnce(&mut Self, super::Label)) {
        let row = self.new_i();
        let at = self.number(self.open_loops, "more than 65,535 loops within one another");
        self.open_loops += 1;
        self.row_loops += 1;
        self.out.loops = self.out.loops.max(self.open_loops);
        let outer = self.rows.insert(each.kind, row);
        let (next, end) = (self.label(), self.label());
        let known = self.once.len();
        before(self);
        self.op(Op::Rows(at));
        self.op(Op::NextRow(at, row, each.kind, each.any, Self::to(end)));
        let body = self.label();
        self.place(body);
        self.scoped(|e| inside(e, next));
        self.place(next);
        self.op(Op::AgainRow(at, row, each.kind, each.any, Self::to(body)));
        self.place(end);
        // no mark is set outside of its loop; where a loop is left by a failure, the machine sees to that
        for flag in self.once.split_off(known.min(self.once.len())) {
            self.op(Op::SetI(flag, 0));
            self.out.once.push(flag);
        }
        self.once_for.clear();
        match outer {
            Some(outer) => self.rows.insert(each.kind, outer),
            None => self.rows.remove(&each.kind),
        };
        self.row_loops -= 1;
        self.open_loops -= 1;
    }

    /// Rules for each row of a kind, in one loop.
    fn one_loop(&mut self, step: &Step, each: &EachPlan, rules: &[usize], how: How) {
        let rules: Vec<&RulePlan> = rules.iter().filter_map(|at| step.rules.get(*at)).collect();
        // what asks about other rows of the kind is computed before the first of them changes
        let ahead = self.ahead(&rules, each.kind);
        self.row_loop(
            each,
            |e| ahead.iter().for_each(|n| e.compute_ahead(*n)),
            |e, _| {
                let row = e.rows.get(&each.kind).copied();
                let mut changes = Vec::new();
                for rule in rules {
                    e.rule(rule, None, row, how == How::AtOnce, &mut changes);
                }
                if how == How::Together {
                    e.store_later(changes);
                } else {
                    e.store(changes);
                }
            },
        );
    }

    /// The parts of formulas that ask about rows of a kind and are the same for all of them.
    fn ahead(&self, rules: &[&RulePlan], kind: KindId) -> Vec<NodeId> {
        if rules.iter().all(|r| r.writes.is_empty()) {
            return Vec::new();
        }
        let mut out = Vec::new();
        for rule in rules {
            for node in super::order::formulas(rule) {
                self.find_ahead(node, kind, &mut out);
            }
        }
        out
    }

    fn find_ahead(&self, id: NodeId, kind: KindId, out: &mut Vec<NodeId>) {
        let is_ahead =
            |n: NodeId| self.graph.moving(n) == 0 && matches!(self.graph.get(n), Node::Query(_)) && self.asks_entries(n, kind);
        self.graph.any_below(
            id,
            |n| !is_ahead(n),
            |n| {
                if is_ahead(n) && !out.contains(&n) {
                    out.push(n);
                }
                false
            },
        );
    }

    fn compute_ahead(&mut self, id: NodeId) {
        let skip = self.label();
        self.scoped(|e| {
            e.handled(Some(skip), |e| e.any(id));
        });
        self.place(skip);
    }

    /// One rule: its conditions, what stands of it, its new values, its acts. `at_once`: its changes are made here,
    /// because nothing that is still to be computed reads what it changes.
    fn rule(&mut self, rule: &RulePlan, applies: Option<Reg>, row: Option<Reg>, at_once: bool, changes: &mut Vec<Change>) {
        if rule.writes.is_empty() && rule.acts.is_empty() && rule.captures.is_empty() {
            return;
        }
        self.at_rule(rule);
        let end = self.label();
        let mut own: Vec<Change> = Vec::new();
        self.scoped(|e| {
            let body = e.label();
            let number = e.number(e.out.finals.len(), "more than 65,535 final rules");
            let row = row.unwrap_or(Reg::MAX);
            if rule.is_final {
                e.out.finals.push(final_code(rule));
                e.op(Op::Recall(number, row, Self::to(body), Self::to(end)));
            }
            match applies {
                Some(reg) => e.op(Op::JumpUnless(reg, Self::to(end))),
                None => e.guards(&rule.guards, end),
            }
            if !rule.is_final {
                own = e.body(rule, at_once);
                return;
            }
            e.scoped(|e| {
                for (node, spot) in &rule.captures {
                    e.capture(*node, *spot);
                }
            });
            e.op(Op::Keep(number, row));
            e.place(body);
            // what was computed before the recall is not there when it jumps here
            let hidden = std::mem::replace(&mut e.scopes, vec![rustc_hash::FxHashMap::default()]);
            own = e.body(rule, at_once);
            e.scopes = hidden;
        });
        if own.is_empty() {
            self.place(end);
            return;
        }
        let done = self.label();
        self.op(Op::Jump(Self::to(done)));
        self.place(end);
        for flag in own.iter().filter_map(Change::flag) {
            self.op(Op::SetI(flag, 0));
        }
        self.place(done);
        changes.append(&mut own);
    }

    /// New values and acts of a rule that applies; the changes that are still to be made.
    fn body(&mut self, rule: &RulePlan, at_once: bool) -> Vec<Change> {
        let only = at_once && rule.writes.len() == 1;
        let waits = rule.writes.iter().any(|w| w.wait.is_some());
        if at_once && rule.acts.is_empty() && !waits && (only || rule.writes.iter().all(|w| w.guards.is_empty())) {
            self.write_now(&rule.writes);
            return Vec::new();
        }
        let own: Vec<Change> = rule.writes.iter().map(|w| self.change(w, &rule.writes, at_once)).collect();
        rule.acts.iter().for_each(|a| self.act(a));
        if at_once {
            self.store(own);
            return Vec::new();
        }
        own
    }

    pub(super) fn capture(&mut self, node: NodeId, spot: Spot) {
        match spot.place {
            Place::Decimal(to) => {
                let from = self.d(node);
                self.op(Op::MoveD(to, from));
            }
            Place::Ratio(to) => {
                let (n, d) = self.pair(node);
                self.op(Op::MoveD(to, n));
                self.op(Op::MoveD(to + 1, d));
            }
            Place::Whole(to) => {
                let from = self.i(node);
                self.op(Op::MoveI(to, from));
            }
            Place::List(to) => {
                let from = self.l(node);
                self.op(Op::MoveL(to, from));
            }
        }
    }

    /// An obligation arises.
    pub(super) fn duty(&mut self, duty: &Duty) {
        self.clause = self.terms.obligations.get(duty.obligation.at()).and_then(|o| o.clause);
        self.over(duty.each.as_ref(), |e, next| {
            e.guards(&duty.guards, next);
            let row = duty.row.map(|r| e.i(r));
            let the = duty.the.map(|r| e.i(r));
            let each = duty.each.as_ref().and_then(|k| e.rows.get(&k.kind).copied());
            let due = duty.due.map(|d| {
                let known = e.new_i();
                (e.maybe(d, known), Some(known))
            });
            let counted = duty.due.and_then(|d| e.counted(d));
            let what = e.message(&duty.what);
            let n = e.out.duties.len();
            e.out.duties.push(DutyCode {
                obligation: duty.obligation,
                row,
                the,
                each,
                due,
                counted,
                what,
                done: 0,
                done_day: 0,
                asks: duty.done_registers,
            });
            e.later.push((n, duty.done));
            let n = e.number(n, "more than 65,535 obligations");
            e.op(Op::Duty(n));
        });
    }

    /// A day that is so many trading days from another, taken apart: so many days are counted again when they are asked for.
    fn counted(&mut self, due: NodeId) -> Option<(Reg, Reg, bool)> {
        let Node::AddTradingDays(from, by, back) = *self.graph.get(self.graph.plain(due)) else { return None };
        let kept = (self.new_i(), self.new_i());
        let unknown = self.label();
        self.handled(Some(unknown), |e| {
            let (from, by) = (e.i(from), e.i(by));
            e.op(Op::MoveI(kept.0, from));
            e.op(Op::MoveI(kept.1, by));
        });
        self.place(unknown);
        Some((kept.0, kept.1, back))
    }

    /// The code that tells when obligations were done, once all other code is there.
    pub(super) fn done_routines(&mut self) {
        for (n, node) in std::mem::take(&mut self.later) {
            let day = self.new_i();
            let code = self.routine(|e| {
                let absent = e.label();
                e.op(Op::SetI(day, -1));
                e.handled(Some(absent), |e| {
                    let from = e.i(node);
                    e.op(Op::MoveI(day, from));
                });
                e.place(absent);
            });
            if let Some(duty) = self.out.duties.get_mut(n) {
                duty.done = code;
                duty.done_day = day;
            }
        }
    }
}

/// A place of a frame, from its first registers.
pub(in crate::engine) fn shifted(spot: Spot, base: (u16, u16, u16)) -> Spot {
    let place = match spot.place {
        Place::Decimal(n) => Place::Decimal(base.0 + n),
        Place::Ratio(n) => Place::Ratio(base.0 + n),
        Place::Whole(n) => Place::Whole(base.1 + n),
        Place::List(n) => Place::List(base.2 + n),
    };
    Spot { place, known: spot.known.map(|k| base.1 + k) }
}

fn final_code(rule: &RulePlan) -> FinalCode {
    let mut out = FinalCode { d: Vec::new(), i: Vec::new(), l: Vec::new() };
    for (_, spot) in &rule.captures {
        match spot.place {
            Place::Decimal(n) => out.d.push(n),
            Place::Ratio(n) => out.d.extend([n, n + 1]),
            Place::Whole(n) => out.i.push(n),
            Place::List(n) => out.l.push(n),
        }
    }
    out
}
