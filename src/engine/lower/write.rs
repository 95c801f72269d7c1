//! Changes of states: limits, rounding, waiting.

use super::Lower;
use super::expr::Env;
use crate::engine::NotCompiled;
use crate::engine::graph::{Bank, Case, Node, NodeId, Then};
use crate::engine::plan::Rounding;
use crate::engine::plan::{Role, SitePlan, WaitPlan, WaitTestPlan, WritePlan};
use crate::terms::{Clamp, ClauseId, Comparison, Expr, KindId, Postponement, Proportion, RoundingMode, RuleId, StateId};
use rust_decimal::Decimal;

/// A change as written.
pub(super) struct Becomes<'t> {
    /// The state.
    pub state: StateId,
    /// Whose it is.
    pub of: Option<&'t Expr>,
    /// Whether what waits is set.
    pub pending: bool,
    /// The new value.
    pub value: &'t Expr,
    /// Its limits.
    pub clamps: &'t [Clamp],
    /// Conditions of the statement.
    pub guards: &'t [Expr],
}

impl Lower<'_> {
    /// A change; none where it can never happen, or nothing of the state ever waits.
    pub(super) fn write(
        &mut self,
        env: &mut Env<'_>,
        b: &Becomes<'_>,
        kind: Option<KindId>,
        rule: RuleId,
        clause: Option<ClauseId>,
    ) -> Option<WritePlan> {
        let guards = self.guards(env, b.guards)?;
        if b.pending && self.plan.states.get(b.state.at()).is_some_and(|s| s.pending.is_none()) {
            return None;
        }
        let row = self.owner(env, b.of);
        let mut wait = if b.pending { None } else { self.wait(env, b.state, row, kind) };
        let compounding = wait.as_ref().is_some_and(|w| w.compounding);
        let outer = env.compounding;
        if compounding {
            env.compounding = Some((b.state, row));
        }
        self.explain_all(env, &Role::ActWhen, b.guards);
        self.explain(env, Role::Becomes(b.state, b.pending), b.value);
        for clamp in b.clamps {
            self.explain(env, Role::Limit(clamp.above), &clamp.limit);
        }
        let value = self.new_value(env, b, row);
        let told = match &self.probing {
            Some(_) if !env.kept.is_empty() => {
                env.exchange_kept();
                let told = self.new_value(env, b, row);
                env.exchange_kept();
                told
            }
            _ => value,
        };
        if let Some(wait) = &mut wait
            && self.plan.states.get(b.state.at()).is_some_and(|s| s.follows == Some(Proportion::Inverse) && s.rounding.is_some())
        {
            wait.raw = Some(self.expr(env, b.value));
        }
        env.compounding = outer;
        let site = self.site(b.value.span);
        if !self.muted {
            self.plan.sites.push(SitePlan { rule, state: b.state, clause, pending: b.pending });
        }
        Some(WritePlan { state: b.state, row, pending: b.pending, guards, value, told, wait, site })
    }

    /// The number of the next place of change.
    fn site(&mut self, span: crate::source::Span) -> u16 {
        u16::try_from(self.plan.sites.len()).unwrap_or_else(|_| {
            self.trouble(NotCompiled { what: "more than 65,535 places at which a state changes", span });
            0
        })
    }

    /// The new value, limited and rounded.
    fn new_value(&mut self, env: &mut Env<'_>, b: &Becomes<'_>, row: Option<NodeId>) -> NodeId {
        let value = self.expr(env, b.value);
        // what is tested against a limit is the value the state would have, rounded as it is
        let mut value = self.rounded_as(b.state, value);
        if !b.clamps.is_empty() {
            let before = self.present(b.state, row);
            value = self.add(Node::Settled(value));
            for clamp in b.clamps {
                value = self.clamp(env, b.state, value, before, clamp);
            }
        }
        value
    }

    /// Conditions, decided ones left out; none where one of them never holds.
    pub(super) fn guards(&mut self, env: &mut Env<'_>, list: &[Expr]) -> Option<Vec<NodeId>> {
        let mut out = Vec::new();
        for g in list {
            let g = self.expr(env, g);
            match self.decided(g) {
                Some(true) => {}
                Some(false) => return None,
                None => out.push(g),
            }
        }
        Some(out)
    }

    /// A new value within a limit: as far as the limit, never past the old value, or not at all.
    fn clamp(&mut self, env: &mut Env<'_>, state: StateId, value: NodeId, before: NodeId, clamp: &Clamp) -> NodeId {
        let limit = self.expr(env, &clamp.limit);
        let limit = self.add(Node::Settled(limit));
        let beyond = |low: &mut Self, x: NodeId, limit: NodeId| {
            let sign = if clamp.above { Comparison::More } else { Comparison::Less };
            low.add(Node::Compare(sign, x, limit))
        };
        let past = beyond(self, value, limit);
        // the last value of a rounded state that is within the limit
        let limit = match self.unit_of(state) {
            None => limit,
            Some(Rounding { unit, keeps, .. }) => {
                let unit = self.graph().decimal(unit);
                let down = self.add(Node::Round(limit, RoundingMode::Down, unit));
                let up = self.add(Node::Round(limit, RoundingMode::Up, unit));
                let down_is_past = beyond(self, down, limit);
                let within = self.either(down_is_past, up, down);
                if keeps { self.unless_nothing(within, limit) } else { within }
            }
        };
        let skip = clamp.skip.as_ref().and_then(|guards| self.guards(env, guards));
        // beyond the limit: the old value where that is beyond it too, or where nothing is to be taken; else the limit
        let bounded = match skip {
            Some(guards) if guards.is_empty() => before,
            skip => {
                // one that is at the limit, but for what a division cuts off, stays as it is
                let sign = if clamp.above { Comparison::AtLeast } else { Comparison::AtMost };
                let old_is_past = self.add(Node::Compare(sign, before, limit));
                let when = match skip {
                    Some(guards) => {
                        let skips = self.all(guards);
                        self.add(Node::Any(vec![skips, old_is_past]))
                    }
                    None => old_is_past,
                };
                self.either(when, before, limit)
            }
        };
        self.either(past, bounded, value)
    }

    /// One value where a condition holds, another where not.
    fn either(&mut self, when: NodeId, yes: NodeId, no: NodeId) -> NodeId {
        let case = |when, then| Case { when, if_known: false, then: Then::Value(then) };
        self.add(Node::FirstOf(vec![case(Some(when), yes), case(None, no)], Bank::Decimal))
    }

    /// How a state is rounded under the readings chosen.
    pub(super) fn unit_of(&mut self, state: StateId) -> Option<Rounding> {
        let lines = &self.terms.states.get(state.at())?.rounding;
        for line in lines {
            let applies = match &line.when {
                None => true,
                Some(when) => {
                    let mut env = Env::new(&[], None);
                    let when = self.expr(&mut env, when);
                    self.decided(when) == Some(true)
                }
            };
            if applies {
                return Some(Rounding { mode: line.mode, unit: line.unit, keeps: line.keeps });
            }
        }
        None
    }

    /// A value rounded as a state is.
    pub(super) fn rounded_as(&mut self, state: StateId, value: NodeId) -> NodeId {
        match self.unit_of(state) {
            None => value,
            Some(Rounding { mode, unit, keeps }) => {
                let unit = self.graph().decimal(unit);
                let rounded = self.add(Node::Round(value, mode, unit));
                if keeps { self.unless_nothing(rounded, value) } else { rounded }
            }
        }
    }

    /// A rounded value; what was rounded where nothing is left of it.
    pub(super) fn unless_nothing(&mut self, rounded: NodeId, value: NodeId) -> NodeId {
        let zero = self.graph().decimal(Decimal::ZERO);
        let nothing = self.add(Node::Equal(rounded, zero));
        self.either(nothing, value, rounded)
    }

    /// Whether a condition on readings holds; none always does.
    pub(super) fn holds(&mut self, when: Option<&Expr>) -> bool {
        match when {
            None => true,
            Some(when) => {
                let mut env = Env::new(&[], None);
                let when = self.expr(&mut env, when);
                self.decided(when) == Some(true)
            }
        }
    }

    /// When the changes of a state by an event wait.
    fn wait(&mut self, env: &mut Env<'_>, state: StateId, row: Option<NodeId>, kind: Option<KindId>) -> Option<WaitPlan> {
        let kind = kind?;
        let terms = self.terms;
        let policy = terms.states.get(state.at())?.postponement.as_ref()?;
        let with = match &policy.with {
            Some((with, _, when)) if self.holds(when.as_ref()) => Some(*with),
            _ => None,
        };
        let waits = if policy.on.is_empty() {
            let leader = with.and_then(|w| terms.states.get(w.at())).and_then(|s| s.postponement.as_ref());
            // without a line that says which, the changes of all events wait
            leader.is_none_or(|l| l.on.is_empty() || self.listed(&l.on, kind))
        } else {
            self.listed(&policy.on, kind)
        };
        if !waits {
            return None;
        }
        let tests = self.tests(env, policy, row);
        if tests.is_empty() && with.is_none() {
            return None;
        }
        let compounding = policy.compounding.as_ref().is_some_and(|w| self.holds(w.as_ref()));
        let restating = policy.restating.as_ref().is_some_and(|w| self.holds(w.as_ref()));
        Some(WaitPlan { tests, with, compounding, restating, raw: None })
    }

    /// Whether an event is in one of the lists that hold.
    pub(super) fn listed(&mut self, lists: &[(Vec<KindId>, Option<Expr>)], kind: KindId) -> bool {
        lists.iter().any(|(kinds, when)| kinds.contains(&kind) && self.holds(when.as_ref()))
    }

    fn tests(&mut self, outer: &Env<'_>, policy: &Postponement, row: Option<NodeId>) -> Vec<WaitTestPlan> {
        let mut out = Vec::new();
        for t in &policy.tests {
            if !self.holds(t.when.as_ref()) {
                continue;
            }
            let mut env = Env::new(&policy.vars, outer.clause);
            if let Some(row) = row {
                env.bind(0, row);
            }
            let limit = self.expr(&mut env, &t.limit);
            out.push(WaitTestPlan { of: t.of, strict: t.strict, limit, relative: t.relative });
        }
        out
    }
}
