//! New values: what the rules of one step give each state, rounded and limited, and whether the change waits.

use super::apply::same_rows;
use super::formula::{Formula, equal};
use super::function::beats;
use super::number;
use super::past::{Key, Stands, Vars, Waiting, amount};
use super::scene::Scene;
use super::value::{Entry, Fault, Got, Lack, Number, Value};
use super::wait::{applies, reads, sibling, total, waiting};
use crate::terms::{
    Answer, Clamp, ClauseId, Expr, KindId, Postponement, RoundingMode, RuleId, StateId, Statement, StatementKind,
};
use num_traits::Signed;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A rule that applies, to the rows it speaks of.
#[derive(Debug, Clone)]
pub(super) struct Instance<'t> {
    pub rule: RuleId,
    pub answer: &'t Answer,
    pub vars: Vars,
    /// The entry the event names, and the one of each.
    pub rows: Vec<Entry>,
    pub clause: Option<ClauseId>,
    /// What it is called in every pass.
    pub name: Rc<str>,
    /// What it did the first time, where that stands.
    pub stands: Option<Rc<Stands>>,
}

/// What a step gives a state.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given {
    /// The new value, rounded and limited; none where the state keeps its own.
    pub value: Option<Value>,
    /// What would wait then, old and new together.
    pub total: Option<Waiting>,
    pub rule: RuleId,
    pub clause: Option<ClauseId>,
}

/// What becomes of a change.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Left {
    /// The value the step leaves.
    pub value: Option<Value>,
    /// What waits afterwards.
    pub waits: Option<Waiting>,
    /// Whether the change waits.
    pub postponed: bool,
    /// Whether what waited before is made with it.
    pub makes: bool,
}

/// The new values of one step.
pub(super) struct Plan<'t> {
    pub instances: Vec<Instance<'t>>,
    /// The kind of the event at hand.
    pub kind: Option<KindId>,
    /// Whether each applies; none while that is asked.
    applying: RefCell<BTreeMap<usize, Option<Got<bool>>>>,
    given: RefCell<BTreeMap<Key, Option<Got<Option<Given>>>>>,
}

impl<'t> Plan<'t> {
    pub(super) fn new(instances: Vec<Instance<'t>>, kind: Option<KindId>) -> Self {
        Self { instances, kind, applying: RefCell::default(), given: RefCell::default() }
    }

    /// Whether a rule applies: its conditions hold, and no rule that goes before it applies to the same entries.
    pub(super) fn applies(&self, scene: &Scene<'_, 't>, at: usize) -> Got<bool> {
        match self.applying.borrow().get(&at) {
            Some(Some(applies)) => return applies.clone(),
            Some(None) => return Err(super::scene::at_none(Fault::Circular)),
            None => {}
        }
        self.applying.borrow_mut().insert(at, None);
        let applies = self.conditions(scene, at);
        if let (Some(noted), Some(instance)) = (scene.run.noted, self.instances.get(at)) {
            noted.rule(scene.run.terms, instance.rule, instance.answer, applies == Ok(true));
        }
        self.applying.borrow_mut().insert(at, Some(applies.clone()));
        applies
    }

    fn conditions(&self, scene: &Scene<'_, 't>, at: usize) -> Got<bool> {
        let Some(instance) = self.instances.get(at) else { return Ok(false) };
        // what a rule that annuls asked for is decided once
        let decided = scene.past.annulled.iter().any(|a| a.step == scene.past.step && a.rule == instance.rule);
        if instance.stands.is_none() && !decided {
            let scene = Scene { plan: Some(self), compounded: None, ..*scene };
            let formula = scene.of(instance);
            let filter = instance.answer.each.as_ref().and_then(|e| e.filter.as_ref());
            if !filter.map_or(Ok(true), |f| formula.holds(f))? || !formula.all(&instance.answer.guards)? {
                return Ok(false);
            }
        }
        let Some(rule) = scene.run.terms.rules.get(instance.rule.at()) else { return Ok(false) };
        for (n, other) in self.instances.iter().enumerate() {
            let goes_before = rule.subject_to.contains(&other.rule) && same_rows(scene.past, instance, other);
            if goes_before && self.applies(scene, n)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a rule applies whose outcome stands.
    pub(super) fn stands(&self, scene: &Scene<'_, 't>, at: usize) -> bool {
        self.instances.get(at).is_some_and(|i| i.stands.is_some()) && self.applies(scene, at) == Ok(true)
    }

    /// The rules that apply, as far as that can be told.
    pub(super) fn live<'p>(&'p self, scene: &'p Scene<'_, 't>) -> impl Iterator<Item = &'p Instance<'t>> {
        let applies = |(n, _): &(usize, &Instance<'t>)| self.applies(scene, *n) == Ok(true);
        self.instances.iter().enumerate().filter(applies).map(|(_, i)| i)
    }

    /// The clause of the first rule that sets a state.
    pub(super) fn clause_of(&self, state: StateId) -> Option<ClauseId> {
        let sets = |i: &&Instance<'t>| {
            i.answer.body.iter().any(|s| matches!(&s.kind, StatementKind::Becomes { state: of, .. } if *of == state))
        };
        self.instances.iter().find(sets).and_then(|i| i.clause)
    }

    /// Every state a rule of the step may give a value, in the order of the rules and their lines; those that wait last.
    pub(super) fn keys(&self, scene: &Scene<'_, 't>, pending: bool) -> Got<Vec<Key>> {
        let mut out: Vec<Key> = Vec::new();
        for instance in self.live(scene) {
            for s in &instance.answer.body {
                if let Some((key, _, true)) = self.target(scene, instance, s)?.map(|(k, p)| (k, p, p == pending))
                    && !out.contains(&key)
                {
                    out.push(key);
                }
            }
        }
        Ok(out)
    }

    /// The state a statement gives a value, where its conditions hold, and whether it is what waits of it.
    fn target(&self, scene: &Scene<'_, 't>, instance: &Instance<'t>, s: &'t Statement) -> Got<Option<(Key, bool)>> {
        let StatementKind::Becomes { state, of, pending, .. } = &s.kind else { return Ok(None) };
        let formula = scene.of(instance);
        if !formula.all(&s.guards)? {
            return Ok(None);
        }
        let of = of.as_ref().map(|of| formula.entry(of)).transpose()?;
        Ok(Some(((*state, of), *pending)))
    }

    /// The last statement that gives a state a value, or what waits of it one.
    fn statement(&self, scene: &Scene<'_, 't>, key: Key, pending: bool) -> Got<Option<(&Instance<'t>, &'t Statement)>> {
        let mut found = None;
        for (n, instance) in self.instances.iter().enumerate() {
            for s in &instance.answer.body {
                let of_state = matches!(&s.kind, StatementKind::Becomes { state, .. } if *state == key.0);
                if of_state && self.applies(scene, n)? && self.target(scene, instance, s)? == Some((key, pending)) {
                    found = Some((instance, s));
                }
            }
        }
        Ok(found)
    }

    /// The value a step gives a state, also where the change then waits; or the state's own.
    pub(super) fn left(&self, scene: &Scene<'_, 't>, key: Key) -> Got<Option<Value>> {
        let given = self.given(scene, key)?.and_then(|g| g.value);
        Ok(given.or_else(|| scene.found.states.get(&key).cloned()))
    }

    /// What the rules give a state; computed once.
    pub(super) fn given(&self, scene: &Scene<'_, 't>, key: Key) -> Got<Option<Given>> {
        match self.given.borrow().get(&key) {
            Some(Some(given)) => return given.clone(),
            Some(None) => return Err(super::scene::at_none(Fault::Circular)),
            None => {}
        }
        self.given.borrow_mut().insert(key, None);
        let given = self.compute(scene, key);
        self.given.borrow_mut().insert(key, Some(given.clone()));
        given
    }

    fn compute(&self, scene: &Scene<'_, 't>, key: Key) -> Got<Option<Given>> {
        let Some((instance, s)) = self.statement(scene, key, false)? else { return Ok(None) };
        let StatementKind::Becomes { value, clamps, .. } = &s.kind else { return Ok(None) };
        let policy = self.policy(scene, key);
        let compounded = policy.filter(|p| applies(scene, p.compounding.as_ref())).map(|_| key);
        let scene = Scene { compounded, plan: Some(self), ..*scene };
        let formula = scene.of(instance);
        let old = scene.found.states.get(&key).cloned();
        let at = |f: Fault| Lack::Fault(f, value.span);
        // rounded, then limited: a limit holds for the rounded value
        let rounded = scene.run.rounded(&scene, key, formula.value(value)?)?;
        let new = self.limited(&formula, rounded, old.as_ref(), clamps, key.0)?;
        let total = match (policy, &old, &new) {
            (Some(policy), Some(Value::Number(old)), Some(Value::Number(new))) => {
                let prior = self.prior(&scene, key)?;
                Some(total(&scene, policy, old, new, prior.as_ref()).map_err(at)?)
            }
            _ => None,
        };
        Ok(Some(Given { value: new, total, rule: instance.rule, clause: instance.clause }))
    }

    /// A value as far as its limits let it go; none where nothing changes.
    fn limited(
        &self,
        formula: &Formula<'_, 't, Scene<'_, 't>>,
        value: Value,
        old: Option<&Value>,
        clamps: &'t [Clamp],
        state: StateId,
    ) -> Got<Option<Value>> {
        let mut value = value;
        for clamp in clamps {
            let limit = formula.value(&clamp.limit)?;
            let beyond = |v: &Value| beats(v, &limit, clamp.above);
            if let Some(noted) = formula.world.run.noted {
                noted.limit(&clamp.limit, beyond(&value));
            }
            if !beyond(&value) {
                continue;
            }
            if let Some(when) = &clamp.skip
                && formula.all(when)?
            {
                return Ok(None);
            }
            if old.is_some_and(|old| beyond(old) || equal(old, &limit)) {
                return Ok(None);
            }
            value = self.at_limit(formula, limit, clamp.above, state)?;
        }
        Ok(Some(value))
    }

    /// A limit as a new value: of a state that is rounded, the nearest value that is not past it.
    fn at_limit(&self, formula: &Formula<'_, 't, Scene<'_, 't>>, limit: Value, above: bool, state: StateId) -> Got<Value> {
        let run = formula.world.run;
        let state = run.terms.states.get(state.at());
        let rounding = state.and_then(|s| s.rounding.iter().find(|l| l.when.as_ref().is_none_or(|e| run.reads(e))));
        let (Value::Number(n), Some(state)) = (&limit, state) else { return Ok(limit) };
        let at = |f: Fault| Lack::Fault(f, state.span);
        let Some(rounding) = rounding else { return super::kept::settled(limit, &state.ty).map_err(at) };
        let mode = if above == n.is_negative() { RoundingMode::Up } else { RoundingMode::Down };
        number::rounded(n, mode, &number::of_decimal(rounding.unit), rounding.keeps).map(Value::Number).map_err(at)
    }

    /// How changes of a state wait, where this step is of an event whose changes do.
    fn policy(&self, scene: &Scene<'_, 't>, key: Key) -> Option<&'t Postponement> {
        let policy = scene.run.terms.states.get(key.0.at())?.postponement.as_ref()?;
        let on = |(kinds, when): &(Vec<KindId>, Option<Expr>)| {
            self.kind.is_some_and(|k| kinds.contains(&k)) && reads(scene, when.as_ref())
        };
        // without a line that says which, the changes of all events wait
        let waits = policy.on.iter().any(on) || (policy.on.is_empty() && self.kind.is_some());
        waits.then_some(policy)
    }

    /// What waits before the change: as a rule of the step restates it, or as it was found.
    pub(super) fn prior(&self, scene: &Scene<'_, 't>, key: Key) -> Got<Option<Waiting>> {
        let Some((instance, s)) = self.statement(scene, key, true)? else { return Ok(scene.found.waiting.get(&key).cloned()) };
        let StatementKind::Becomes { value, .. } = &s.kind else { return Ok(None) };
        let scene = Scene { plan: Some(self), ..*scene };
        let formula = scene.of(instance);
        let n = formula.rounded_as(&formula.number(value)?, key.0).map_err(|f: Fault| Lack::Fault(f, value.span))?;
        waiting(&scene, key, n, scene.found.states.get(&key)).map(Some).map_err(|f: Fault| Lack::Fault(f, value.span))
    }

    /// Whether a change waits, and what the step leaves.
    pub(super) fn decided(&self, scene: &Scene<'_, 't>, key: Key, given: &Given) -> Got<Left> {
        let old = scene.found.states.get(&key).cloned();
        let prior = self.prior(scene, key)?;
        let Some(value) = given.value.clone() else {
            return Ok(Left { value: old, waits: prior, postponed: false, makes: false });
        };
        let (Some(total), Some(Value::Number(in_force))) = (&given.total, &old) else {
            return Ok(Left { value: Some(value), waits: prior, postponed: false, makes: false });
        };
        if self.waits(scene, key)? {
            return Ok(Left { value: old, waits: Some(total.clone()), postponed: true, makes: false });
        }
        let made = total.of(in_force);
        let rounded = scene.with(&Vec::new()).rounded_as(&made, key.0).map_err(super::scene::at_none)?;
        // where nothing waited the change is what the rule says
        let value = if prior.is_none() { value } else { Value::Number(rounded) };
        Ok(Left { value: Some(value), waits: None, postponed: false, makes: prior.is_some() })
    }

    /// Whether the change of a state waits: all its tests are met, or the state it waits with waits.
    fn waits(&self, scene: &Scene<'_, 't>, key: Key) -> Got<bool> {
        let (Some(policy), Some(given)) = (self.policy(scene, key), self.given(scene, key)?) else { return Ok(false) };
        if given.total.is_none() {
            return Ok(false);
        }
        if let Some((leader, _, when)) = &policy.with
            && reads(scene, when.as_ref())
        {
            return self.waits(scene, sibling(scene, key, *leader));
        }
        let vars = vec![key.1.map(|row| Ok(Value::Entry(row)))];
        let mut tested = false;
        for test in policy.tests.iter().filter(|t| reads(scene, t.when.as_ref())) {
            tested = true;
            let of = sibling(scene, key, test.of);
            let limit = scene.with(&vars).number(&test.limit)?;
            let limit = match scene.found.states.get(&of) {
                Some(Value::Number(n)) if test.relative => limit * n.abs(),
                _ => limit,
            };
            let size = self.would_wait(scene, of)?.abs();
            let within = if test.strict {
                size < limit && !number::same(&size, &limit)
            } else {
                size <= limit || number::same(&size, &limit)
            };
            if !within {
                return Ok(false);
            }
        }
        Ok(tested)
    }

    /// What would wait of a state, old and new together, as an amount.
    fn would_wait(&self, scene: &Scene<'_, 't>, key: Key) -> Got<Number> {
        let Some(Value::Number(in_force)) = scene.found.states.get(&key) else { return Ok(Number::default()) };
        let waited = amount(&scene.found.states, &scene.found.waiting, key);
        Ok(match self.given(scene, key)? {
            None => self.prior(scene, key)?.map_or(waited, |w| w.of(in_force) - in_force),
            Some(Given { total: Some(total), .. }) => total.of(in_force) - in_force,
            Some(Given { value: Some(Value::Number(n)), .. }) => n - in_force,
            Some(_) => waited,
        })
    }
}

/// Whether a value is another than before.
pub(super) fn differs(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => a != b,
        (Some(a), Some(b)) => !equal(a, b),
        (a, b) => a.is_some() != b.is_some(),
    }
}
