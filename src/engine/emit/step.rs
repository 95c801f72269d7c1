//! What happens on an event, phase by phase: what waits is made; what must hold is tested; what is to be annulled is
//! found; every new value is computed from the state as the event found it; then the state changes; then follow the
//! rules on changes, what is deemed and recorded, and the obligations.

use super::order::{How, Unit};
use super::{Emit, Portion};
use crate::engine::code::{ActCode, ActCodeKind, DutyCode, FinalCode, Op, Pass, Reg, RescindCode, Target};
use crate::engine::emit::store::Change;
use crate::engine::graph::{Bank, Node, NodeId};
use crate::engine::plan::{Act, ActKind, Duty, EachPlan, RequirePlan, RulePlan, Step};
use crate::terms::{KindId, Place, Spot, StateId};
use rust_decimal::Decimal;

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

    fn at_rule(&mut self, rule: &RulePlan) {
        self.clause = rule.clause;
        self.rule = rule.rule;
    }

    /// What must hold; an event whose outcome stands is not tested again.
    fn requirements(&mut self, step: &Step) {
        if step.rules.iter().all(|r| r.requires.is_empty()) {
            return;
        }
        let skip = self.label();
        if step.rules.iter().any(|r| r.is_final) {
            self.op(Op::JumpIfReplaying(Self::to(skip)));
        }
        let again = step.kind.filter(|_| step.rules.iter().map(|r| r.requires.len()).sum::<usize>() > 1);
        if let Some(kind) = again {
            self.op(Op::Requiring(kind));
        }
        for rule in step.rules.iter().filter(|r| !r.requires.is_empty()) {
            self.at_rule(rule);
            self.over(rule.each.as_ref(), |e, next| {
                e.guards(&rule.guards, next);
                rule.requires.iter().for_each(|r| e.requirement(r));
            });
        }
        if again.is_some() {
            self.op(Op::Required);
        }
        self.place(skip);
    }

    fn requirement(&mut self, r: &RequirePlan) {
        let (broken, fine) = (self.label(), self.label());
        self.scoped(|e| {
            e.guards(&r.guards, fine);
            e.scoped(|e| e.jump_unless(r.cond, broken));
            e.op(Op::Jump(Self::to(fine)));
            e.place(broken);
            e.fail(r.fail);
        });
        self.place(fine);
    }

    /// Each requirement by itself: where one of them cannot be tested, another may still refuse.
    pub(super) fn second_looks(&mut self, step: &Step) -> Vec<Target> {
        let mut out = Vec::new();
        for rule in &step.rules {
            self.at_rule(rule);
            for r in &rule.requires {
                out.push(self.routine(|e| {
                    e.over(rule.each.as_ref(), |e, next| {
                        e.guards(&rule.guards, next);
                        e.requirement(r);
                    });
                }));
            }
        }
        out
    }

    /// What rules annul; for each such rule, the register that tells whether it applies.
    fn rescinds(&mut self, step: &Step) -> Vec<(usize, Reg)> {
        let mut out = Vec::new();
        for (at, rule) in step.rules.iter().enumerate() {
            if rule.rescinds.is_empty() {
                continue;
            }
            self.at_rule(rule);
            self.out.rescinding = true;
            let applies = self.new_i();
            let (skip, go) = (self.label(), self.label());
            let first = u16::try_from(self.out.rescinds.len()).unwrap_or(0);
            self.op(Op::Decided(applies, first));
            self.op(Op::JumpIf(applies, Self::to(go)));
            // of a rule for each entry, one that meets its conditions is enough
            self.over(rule.each.as_ref(), |e, next| {
                e.guards(&rule.guards, next);
                e.op(Op::SetI(applies, 1));
            });
            self.op(Op::JumpUnless(applies, Self::to(skip)));
            self.place(go);
            for r in &rule.rescinds {
                let n = u16::try_from(self.out.rescinds.len()).unwrap_or(0);
                let sites = self.rescission_sites(rule);
                self.out.rescinds.push(RescindCode {
                    rule: rule.rule,
                    clause: rule.clause,
                    deemed: r.deemed.clone(),
                    keeping: r.keeping,
                    sites,
                });
                let none = self.label();
                self.scoped(|e| {
                    e.guards(&r.guards, none);
                    let row = e.i(r.of);
                    e.op(Op::Rescind(n, row));
                });
                self.place(none);
            }
            self.place(skip);
            out.push((at, applies));
        }
        out
    }

    /// A place of change for each state that may be adjusted, for what a recomputation by a rule changes.
    fn rescission_sites(&mut self, rule: &RulePlan) -> Vec<(StateId, u16)> {
        let adjustable: Vec<StateId> =
            self.plan.states.iter().enumerate().filter(|(_, s)| s.adjustable).map(|(i, _)| StateId::from(i)).collect();
        let mut out = Vec::new();
        for state in adjustable {
            let Some(plan) = self.plan.states.get(state.at()) else { continue };
            let site = crate::engine::code::Site {
                rule: rule.rule,
                state,
                clause: rule.clause,
                pending: false,
                spot: plan.spot,
                of: plan.of,
                waiting: plan.pending,
                watched: false,
                traced: false,
                moves: false,
            };
            out.push((state, u16::try_from(self.out.sites.len()).unwrap_or(u16::MAX)));
            self.out.sites.push(site);
        }
        out
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
        let at = u16::try_from(self.open_loops).unwrap_or(0);
        self.open_loops += 1;
        self.out.loops = self.out.loops.max(self.open_loops);
        let outer = self.rows.insert(each.kind, row);
        let (next, end) = (self.label(), self.label());
        let known = self.once.len();
        before(self);
        self.op(Op::Rows(at, each.kind, each.any));
        self.place(next);
        self.op(Op::NextRow(at, row, Self::to(end)));
        self.scoped(|e| inside(e, next));
        self.op(Op::Jump(Self::to(next)));
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
        let id = self.graph.plain(id);
        if self.graph.moving(id) == 0 && matches!(self.graph.get(id), Node::Query(_)) && self.asks_entries(id, kind) {
            if !out.contains(&id) {
                out.push(id);
            }
            return;
        }
        for part in self.graph.parts(id) {
            self.find_ahead(part, kind, out);
        }
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
            let number = u16::try_from(e.out.finals.len()).unwrap_or(0);
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
        for c in &own {
            self.op(Op::SetI(c.flag(), 0));
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
        let own: Vec<Change> = rule.writes.iter().map(|w| self.change(w)).collect();
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

    /// An act, with its values in registers, put in the queue.
    fn act(&mut self, act: &Act) {
        let end = self.label();
        self.scoped(|e| {
            e.guards(&act.guards, end);
            let kind = match &act.kind {
                ActKind::Deem { kind, fields, like, with } => e.deem(*kind, fields, *like, with),
                ActKind::Record { effect, values } => {
                    let types: Vec<_> = e.terms.effects.get(effect.at()).map(|d| d.fields.clone()).unwrap_or_default();
                    let values = values
                        .iter()
                        .enumerate()
                        .map(|(at, v)| {
                            v.map(|v| {
                                let (ty, optional) =
                                    types.get(at).map_or((crate::terms::Type::NUMBER, false), |f| (f.1.clone(), f.2));
                                if optional { e.arg(v, ty) } else { e.sure(v, ty) }
                            })
                        })
                        .collect();
                    ActCodeKind::Record { effect: *effect, values }
                }
                ActKind::End(row) => ActCodeKind::End(e.i(*row)),
                ActKind::Restore(row) => ActCodeKind::Restore(e.i(*row)),
                ActKind::Warn(t) => ActCodeKind::Warn(e.message(t)),
                ActKind::ForEach { list, depth, order, body, .. } => {
                    e.for_each(*list, *depth, *order, body);
                    return;
                }
            };
            let n = u16::try_from(e.out.acts.len()).unwrap_or(u16::MAX);
            let (clause, rule) = (e.clause, e.rule);
            e.out.acts.push(ActCode { kind, clause, rule });
            e.op(Op::Enqueue(n));
        });
        self.place(end);
    }

    /// A value that must be there.
    fn sure(&mut self, node: NodeId, ty: crate::terms::Type) -> crate::engine::code::Arg {
        let reg = match self.graph.bank(node) {
            Bank::Decimal => self.d(node),
            Bank::Whole => self.i(node),
            Bank::List => self.l(node),
        };
        crate::engine::code::Arg { reg, known: None, ty }
    }

    fn deem(
        &mut self,
        kind: KindId,
        fields: &[(crate::terms::FieldId, NodeId)],
        like: Option<NodeId>,
        with: &[(StateId, bool, NodeId)],
    ) -> ActCodeKind {
        let spots = self.plan.kinds.get(kind.at()).map(|k| (k.layout.spots.clone(), k.base)).unwrap_or_default();
        let like = like.map(|l| self.i(l));
        let mut passed = Vec::new();
        for (field, node) in fields {
            let Some(spot) = spots.0.get(field.at()).copied() else { continue };
            let spot = shifted(spot, spots.1);
            passed.push(self.pass(*node, spot));
        }
        let mut states = Vec::new();
        for (state, pending, node) in with {
            let Some(plan) = self.plan.states.get(state.at()) else { continue };
            let spot = match (pending, plan.pending) {
                (true, Some(col)) => Spot { place: Place::Decimal(col), known: None },
                (true, None) => continue,
                (false, _) => plan.spot,
            };
            states.push((*state, *pending, self.pass(*node, spot)));
        }
        ActCodeKind::Deem { kind, fields: passed, like, with: states }
    }

    /// A value for a place; it may be missing where the place has a mark.
    fn pass(&mut self, node: NodeId, to: Spot) -> Pass {
        if to.known.is_some() {
            let known = self.new_i();
            let from = self.maybe(node, known);
            return Pass { from, known: Some(known), to };
        }
        let from = match (self.graph.bank(node), to.place) {
            (Bank::Decimal, Place::Ratio(_)) => self.pair(node).0,
            (Bank::Decimal, _) => self.d(node),
            (Bank::Whole, _) => self.i(node),
            (Bank::List, _) => self.l(node),
        };
        Pass { from, known: None, to }
    }

    /// Acts for each line of a list, in order.
    fn for_each(&mut self, list: NodeId, depth: u16, order: Option<(bool, NodeId)>, body: &[Act]) {
        let mut portions = Vec::new();
        for act in body {
            self.find_portions(act, depth, &mut portions);
        }
        let zero = self.constant(Decimal::ZERO);
        let made: Vec<(NodeId, Portion)> = portions
            .iter()
            .map(|id| {
                let (total, given) = (self.new_d(), self.new_d());
                self.op(Op::MoveD(total, zero));
                self.op(Op::MoveD(given, zero));
                (*id, Portion { total, given, last: 0 })
            })
            .collect();
        if !made.is_empty() {
            // the sums of the weights first
            self.lines(
                list,
                depth,
                |_, _| {},
                |e, _| {
                    for (id, p) in &made {
                        if let Node::ProRata { weight, .. } = e.graph.get(*id).clone() {
                            let w = e.d(weight);
                            e.op_at(Op::Add(p.total, p.total, w), e.graph.span(*id));
                        }
                    }
                },
            );
        }
        let sort = |e: &mut Self, at: u16| {
            if let Some((high, by)) = order {
                let keys = e.new_l();
                e.op(Op::ListNew(keys));
                let scan = u16::try_from(e.open_loops).unwrap_or(0);
                let inner = e.l(list);
                e.open_loops += 1;
                e.out.loops = e.out.loops.max(e.open_loops);
                let (next, end) = (e.label(), e.label());
                let last = e.new_i();
                e.op(Op::Lines(scan, inner));
                e.place(next);
                e.op(Op::NextLine(scan, last, Self::to(end)));
                let outer = e.its.pop();
                e.its.push(super::It { at: scan, row: last });
                e.scoped(|e| {
                    let key = e.d(by);
                    e.op(Op::ListD(keys, key));
                    e.op(Op::ListEnd(keys));
                });
                e.its.pop();
                e.its.extend(outer);
                e.op(Op::Jump(Self::to(next)));
                e.place(end);
                e.open_loops -= 1;
                e.op(Op::SortLines(at, keys, high));
            }
        };
        self.lines(list, depth, sort, |e, last| {
            let outer = std::mem::take(&mut e.portions);
            e.portions.clone_from(&outer);
            e.portions.extend(made.iter().map(|(id, p)| (*id, Portion { last, ..*p })));
            body.iter().for_each(|a| e.act(a));
            e.portions = outer;
        });
    }

    fn find_portions(&self, act: &Act, depth: u16, out: &mut Vec<NodeId>) {
        let mut nodes: Vec<NodeId> = act.guards.clone();
        match &act.kind {
            ActKind::Deem { fields, with, .. } => {
                nodes.extend(fields.iter().map(|(_, n)| *n));
                nodes.extend(with.iter().map(|(_, _, n)| *n));
            }
            ActKind::Record { values, .. } => nodes.extend(values.iter().flatten()),
            ActKind::End(_) | ActKind::Restore(_) | ActKind::Warn(_) | ActKind::ForEach { .. } => {}
        }
        for n in nodes {
            self.portions_in(n, depth, out);
        }
    }

    fn portions_in(&self, id: NodeId, at: u16, out: &mut Vec<NodeId>) {
        if let Node::ProRata { depth, .. } = self.graph.get(id)
            && *depth == at
            && !out.contains(&id)
        {
            out.push(id);
        }
        for p in self.graph.parts(id) {
            self.portions_in(p, at, out);
        }
    }

    /// An obligation arises.
    pub(super) fn duty(&mut self, duty: &Duty) {
        self.clause = self.terms.obligations.get(duty.obligation.at()).and_then(|o| o.clause);
        self.over(duty.each.as_ref(), |e, next| {
            e.guards(&duty.guards, next);
            let row = duty.row.map(|r| e.i(r));
            let each = duty.each.as_ref().and_then(|k| e.rows.get(&k.kind).copied());
            let due = duty.due.map(|d| {
                let known = e.new_i();
                (e.maybe(d, known), Some(known))
            });
            let what = e.message(&duty.what);
            let n = e.out.duties.len();
            e.out.duties.push(DutyCode {
                obligation: duty.obligation,
                row,
                each,
                due,
                what,
                done: 0,
                done_day: 0,
                asks: duty.done_registers,
            });
            e.later.push((n, duty.done));
            e.op(Op::Duty(u16::try_from(n).unwrap_or(u16::MAX)));
        });
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
