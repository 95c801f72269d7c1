//! Which rules an event has, and in what order their formulas are written out.

use super::Lower;
use super::expr::Env;
use crate::engine::graph::{Node, NodeId};
use crate::engine::plan::{Change, Duty, EachPlan, Once, Step, Timer};
use crate::terms::{
    Answer, Edge, Expr, ExprKind, KindId, ObligationAnswer, ObligationId, On, RuleId, StateId, Terms, Type, walk,
};

/// The rules of one moment.
struct MomentOf<'t> {
    at: NodeId,
    first: bool,
    /// The kind whose entries have each a moment of its own, and whether those that have ended are meant too.
    each: Option<(KindId, bool)>,
    rules: Vec<(RuleId, &'t Answer)>,
}

impl<'t> Lower<'t> {
    /// All rules and obligations.
    pub(super) fn rules(&mut self) {
        self.inactive();
        let terms = self.terms;
        for kind in 0..terms.kinds.len() {
            let id = KindId::from(kind);
            let answers = answers(terms, |on| matches!(on, On::Event(k) if *k == id));
            let mut step = self.step(Some(id), &answers);
            step.flushes = self.flushes(id);
            if let Some(slot) = self.step_of(id) {
                *slot = step;
            }
        }
        self.moments();
        for (rule, r) in terms.rules.iter().enumerate() {
            for answer in &r.answers {
                self.other(RuleId::from(rule), answer);
            }
        }
        for (id, o) in terms.obligations.iter().enumerate() {
            for answer in &o.answers {
                self.obligation(ObligationId::from(id), answer);
            }
        }
    }

    /// States whose changes never wait under the readings chosen keep nothing waiting.
    fn inactive(&mut self) {
        for (i, state) in self.terms.states.iter().enumerate() {
            let Some(policy) = &state.postponement else { continue };
            let own = policy.tests.iter().any(|t| self.holds(t.when.as_ref()));
            let with = policy.with.as_ref().is_some_and(|(_, _, when)| self.holds(when.as_ref()));
            if !own
                && !with
                && let Some(plan) = self.plan.states.get_mut(i)
            {
                plan.pending = None;
            }
        }
    }

    /// Rules at moments. Those of one moment are one step, as the rules of one event are.
    fn moments(&mut self) {
        let terms = self.terms;
        let mut all: Vec<MomentOf<'_>> = Vec::new();
        for (rule, answer) in answers(terms, |on| matches!(on, On::At(_))) {
            let On::At(at) = &answer.on else { continue };
            let mut env = Env::new(&answer.vars, self.clause_of(rule));
            self.bind_each(&mut env, answer);
            let node = self.expr(&mut env, at);
            let first = matches!(at.kind, ExprKind::Edge(Edge::Start, _));
            self.watch_all(at);
            // a moment that is the same for all rows comes once, and the rules go through them
            let each = answer.each.as_ref().filter(|_| self.plan.graph.moving(node) != 0).map(|e| (e.kind, e.any));
            match all.iter_mut().find(|m| m.at == node && m.first == first && m.each == each) {
                Some(m) => m.rules.push((rule, answer)),
                None => all.push(MomentOf { at: node, first, each, rules: vec![(rule, answer)] }),
            }
        }
        for m in all {
            let step = self.step(None, &m.rules);
            let each = m.each.map(|(kind, any)| EachPlan { kind, any });
            self.plan.timers.push(Timer { each, at: m.at, first: m.first, step });
        }
    }

    /// Rules that answer something other than an event.
    fn other(&mut self, rule: RuleId, answer: &'t Answer) {
        let only = [(rule, answer)];
        match &answer.on {
            On::Event(_) => {}
            On::Adjustment(..) => {}
            On::Change { states, by } => {
                for s in states {
                    self.watch(*s);
                }
                let kind = by.first().copied();
                let mut step = self.step(kind, &only);
                // a rule for each entry comes for those whose state has changed
                if let Some(each) = &answer.each {
                    let changed = self.changed_rows(states, each.kind);
                    step.rules.iter_mut().for_each(|r| r.guards.insert(0, changed));
                }
                self.plan.changes.push(Change { states: states.clone(), by: by.clone(), step });
            }
            On::Making(state) => {
                let step = self.step(None, &only);
                self.plan.makings.push((*state, step));
            }
            On::Breach(id) => {
                let Some(Type::Entry(kinds)) = answer.vars.first().map(|v| &v.ty) else { return };
                let [kind] = kinds.as_slice() else { return };
                let row = self.add(Node::EachRow(*kind));
                let at = self.add(Node::Overdue(*id, row));
                let mut step = self.step(None, &only);
                let breached = self.add(Node::Obligation(*id, row, crate::terms::Standing::Breached));
                step.rules.iter_mut().for_each(|r| r.guards.insert(0, breached));
                self.plan.watches_duties = true;
                self.plan.timers.push(Timer { each: Some(EachPlan { kind: *kind, any: true }), at, first: true, step });
            }
            On::At(_) => {}
            On::Once(cond) => {
                let mut env = Env::new(&answer.vars, self.clause_of(rule));
                let node = self.expr(&mut env, cond);
                let step = self.step(None, &only);
                self.plan.onces.push(Once { cond: node, step });
            }
        }
    }

    /// Whether one of several states of a row has changed, or one that belongs to no entry of its kind.
    fn changed_rows(&mut self, states: &[StateId], kind: KindId) -> NodeId {
        let row = self.add(Node::EachRow(kind));
        let mut any = Vec::new();
        for state in states {
            let own = self.plan.states.get(state.at()).is_some_and(|s| s.of == Some(kind));
            any.push(self.add(Node::Changed { state: *state, row: own.then_some(row) }));
        }
        match any.as_slice() {
            [one] => *one,
            _ => self.add(Node::Any(any)),
        }
    }

    fn clause_of(&self, rule: RuleId) -> Option<crate::terms::ClauseId> {
        self.terms.rules.get(rule.at()).and_then(|r| r.clause)
    }

    /// A change of the state is to be noticed.
    pub(super) fn watch(&mut self, state: StateId) {
        if let Some(plan) = self.plan.states.get_mut(state.at()) {
            plan.watched = true;
        }
    }

    /// Changes of all states a formula reads are to be noticed.
    fn watch_all(&mut self, e: &Expr) {
        let terms = self.terms;
        let mut states = Vec::new();
        states_read(terms, e, &mut states);
        for s in states {
            self.watch(s);
        }
    }

    pub(super) fn bind_each(&mut self, env: &mut Env<'_>, answer: &Answer) {
        if let Some(each) = &answer.each {
            let row = env.row_for_each.unwrap_or_else(|| self.add(Node::EachRow(each.kind)));
            env.bind_row(each.var.at(), row, each.kind);
        }
    }

    /// The rules of a step.
    pub(super) fn step(&mut self, kind: Option<KindId>, answers: &[(RuleId, &'t Answer)]) -> Step {
        self.leave(kind, answers);
        let rules = answers.iter().filter_map(|(rule, answer)| self.rule(kind, *rule, answer, answers)).collect();
        self.forget_leaves();
        Step { kind, rules, ..Step::default() }
    }

    /// What an event makes of what waits.
    fn flushes(&mut self, kind: KindId) -> Vec<(StateId, Option<NodeId>)> {
        let terms = self.terms;
        let mut out = Vec::new();
        for (i, state) in terms.states.iter().enumerate() {
            let id = StateId::from(i);
            let Some(policy) = &state.postponement else { continue };
            let waits = self.plan.states.get(i).is_some_and(|s| s.pending.is_some());
            if !waits || !self.listed(&policy.until, kind) {
                continue;
            }
            let named = state.of.and_then(|of| {
                let fields = &terms.kind(kind)?.fields;
                let at = fields.iter().position(|f| matches!(&f.ty, Type::Entry(kinds) if kinds.as_slice() == [of]))?;
                self.frame(kind, crate::terms::FieldId::from(at))
            });
            let row = named.and_then(|spot| match spot.place {
                crate::terms::Place::Whole(n) => Some(self.add(Node::SlotI(n))),
                _ => None,
            });
            out.push((id, row));
        }
        out
    }

    /// An obligation on what it answers.
    fn obligation(&mut self, id: ObligationId, answer: &ObligationAnswer) {
        let terms = self.terms;
        let Some(o) = terms.obligations.get(id.at()) else { return };
        let kind = match &answer.on {
            On::Event(kind) => Some(*kind),
            On::Change { by, .. } => by.first().copied(),
            _ => None,
        };
        let registers = [self.new_whole(), self.new_whole(), self.new_whole(), self.new_whole()];
        let mut now = Env::new(&answer.vars, o.clause);
        let mut later = Env::new(&answer.vars, o.clause);
        let kept = kind.is_some_and(|k| terms.kind(k).is_some_and(|k| k.kept.is_some()));
        let [row, date, rid, each] = registers;
        let (mut about, mut the) = (None, None);
        match kind {
            Some(kind) => {
                now.bind_event(0, kind);
                if kept {
                    let node = self.add(Node::SlotI(row));
                    later.bind(0, node);
                    let own = self.plan.kinds.get(kind.at()).map_or(0, |k| k.row);
                    about = Some(self.add(Node::SlotI(own)));
                } else {
                    later.bind_record(0, date, rid);
                }
            }
            None => {
                now.bind_record(0, date, rid);
                later.bind_record(0, date, rid);
            }
        }
        let mut guards = Vec::new();
        if let Some((var, e)) = &answer.the {
            let node = self.entry(&mut now, e);
            now.bind(var.at(), node);
            if about.is_none() {
                about = Some(node);
                let node = self.add(Node::SlotI(row));
                later.bind(var.at(), node);
            } else {
                the = Some(node);
                let node = self.entry(&mut later, e);
                later.bind(var.at(), node);
            }
            guards.extend(self.kind_guard(&answer.vars, *var, e, &mut now));
        }
        if let Some(e) = &answer.each {
            let node = self.add(Node::EachRow(e.kind));
            now.bind_row(e.var.at(), node, e.kind);
            let node = self.add(Node::SlotI(each));
            later.bind_row(e.var.at(), node, e.kind);
            if let Some(f) = &e.filter {
                guards.push(self.expr(&mut now, f));
            }
        }
        let Some(more) = self.guards(&mut now, &answer.guards) else { return };
        guards.extend(more);
        let due = answer.due.as_ref().map(|d| self.expr(&mut now, d));
        let what = self.template(&mut now, &o.what);
        let done = self.expr(&mut later, &answer.done);
        self.plan.dones.push((id, done));
        let states = match &answer.on {
            On::Adjustment(states, _) => states.clone(),
            _ => Vec::new(),
        };
        let under = match &answer.on {
            On::Adjustment(_, under) => under.clone(),
            _ => Vec::new(),
        };
        let duty = Duty {
            obligation: id,
            each: answer.each.as_ref().map(|e| EachPlan { kind: e.kind, any: e.any }),
            guards,
            row: about,
            the,
            due,
            what,
            states,
            under,
            done,
            done_registers: registers,
        };
        match &answer.on {
            On::Event(kind) => {
                if let Some(step) = self.step_of(*kind) {
                    step.duties.push(duty);
                }
            }
            On::Adjustment(..) => self.plan.adjustment_duties.push(duty),
            On::Change { states, by } => {
                for s in states {
                    self.watch(*s);
                }
                let step = Step { kind, duties: vec![duty], ..Step::default() };
                self.plan.changes.push(Change { states: states.clone(), by: by.clone(), step });
            }
            On::Making(_) | On::Breach(_) | On::At(_) | On::Once(_) => {}
        }
    }
}

/// The answers of all rules that fit.
fn answers(terms: &Terms, fits: impl Fn(&On) -> bool) -> Vec<(RuleId, &Answer)> {
    let mut out = Vec::new();
    for (i, rule) in terms.rules.iter().enumerate() {
        out.extend(rule.answers.iter().filter(|a| fits(&a.on)).map(|a| (RuleId::from(i), a)));
    }
    out
}

/// The states a formula reads, through definitions; each of those is looked into once.
fn states_read(terms: &Terms, e: &Expr, out: &mut Vec<StateId>) {
    fn read(terms: &Terms, e: &Expr, out: &mut Vec<StateId>, seen: &mut Vec<crate::terms::DefId>) {
        walk(e, &mut |x| match &x.kind {
            ExprKind::State { state, .. } | ExprKind::Pending { state, .. } => out.push(*state),
            ExprKind::Def { def, .. } if !seen.contains(def) => {
                seen.push(*def);
                if let Some(d) = terms.defs.get(def.at()) {
                    read(terms, &d.body.value, out, seen);
                }
            }
            _ => {}
        });
    }
    read(terms, e, out, &mut Vec::new());
}
