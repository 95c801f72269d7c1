//! One event, phase by phase, and the steps that are no event: moments, conditions, changes.

use super::Run;
use super::act::{Act, named_by};
use super::outcome::{Change, Status, Why};
use super::past::{Annulled, Key, Past, States};
use super::plan::{Instance, Left, Plan, differs};
use super::scene::{Found, Scene};
use super::value::{Entry, Got, Lack, Said, Value};
use crate::source::Span;
use crate::terms::{ClauseId, KindId, On, RuleId, StatementKind};
use std::rc::Rc;

/// Why a step does not come to its end.
#[derive(Debug, Clone)]
pub(super) enum Halt {
    /// It is refused.
    Refused(Box<Said>),
    /// The run cannot go on.
    Stopped(Why, Span, Option<ClauseId>),
    /// The past is to be computed again first.
    Again(Vec<Annulled>),
}

/// What comes of a part of a step.
pub(super) type Step<T> = Result<T, Halt>;

/// What is missing, as a refusal or a stop under a clause.
pub(super) fn halt(lack: Lack, clause: Option<ClauseId>) -> Halt {
    match lack {
        Lack::Said(mut said) if !said.stop => {
            said.clause = said.clause.or(clause);
            Halt::Refused(said)
        }
        Lack::Said(mut said) => {
            said.clause = said.clause.or(clause);
            let (span, clause) = (said.span, said.clause);
            Halt::Stopped(Why::Lack(Lack::Said(said)), span, clause)
        }
        Lack::Unknown(span) | Lack::Fault(_, span) => Halt::Stopped(Why::Lack(lack), span, clause),
    }
}

/// What a step is of.
#[derive(Debug, Clone, Default)]
pub(super) struct Of {
    /// The event at hand, and its kind.
    pub event: Option<(Entry, KindId)>,
    /// The states before its changes.
    pub before: Rc<States>,
    /// What waited and was made by it.
    pub made: Vec<Key>,
    /// Which time it is that the rule on a change comes whose step this is.
    pub turn: String,
    /// How many rules on changes it is inside of.
    pub depth: usize,
}

/// What a step leaves a state, and the rule that gave it.
struct Decided {
    key: Key,
    left: Left,
    rule: RuleId,
    clause: Option<ClauseId>,
}

impl<'t> Run<'t> {
    /// An event, or a deemed event, that has its entry: phases 3 to 9.
    pub(super) fn event(&self, past: &mut Past, entry: Entry) -> Step<()> {
        let Some((kind, clause)) = past.item(entry).map(|i| (i.kind, i.clause)) else { return Ok(()) };
        let before = Rc::clone(&past.states);
        let made = self.make_what_waits(past, entry, kind, clause)?;
        let of = Of { event: Some((entry, kind)), before: Rc::clone(&before), made, ..Of::default() };
        let found = Found { before, ..Found::now(past) };
        let instances = self.answering(past, &found, &of, &|on| matches!(on, On::Event(k) if *k == kind));
        self.step(past, &found, of, instances)?;
        if let Some(item) = past.item_mut(entry) {
            item.past = true;
        }
        Ok(())
    }

    /// Rules that apply together: their requirements, new values and changes, the rules on those, and all their acts.
    pub(super) fn step(&self, past: &mut Past, found: &Found, mut of: Of, instances: Vec<Instance<'t>>) -> Step<()> {
        let plan = Rc::new(Plan::new(instances, of.event.map(|e| e.1)));
        self.required(past, found, &plan)?;
        let rescinded = self.rescissions(past, found, &plan)?;
        let changes = self.computed(past, found, &plan)?;
        let mut acts = self.acts(past, found, &plan)?;
        self.annul(past, rescinded);
        let mut made = std::mem::take(&mut of.made);
        self.change(past, &of, changes, &mut made);
        of.made = made;
        self.chain(past, &of)?;
        acts.sort_by_key(|act: &Act<'t>| act.place);
        for act in acts {
            self.act(past, &of, act)?;
        }
        Ok(())
    }

    /// All requirements of the rules that apply: a refusal goes before a stop, and before what cannot be tested.
    fn required(&self, past: &Past, found: &Found, plan: &Plan<'t>) -> Step<()> {
        let scene = Scene { plan: Some(plan), ..Scene::new(self, past, found) };
        let mut stop = None;
        // those of an event whose outcome stands are not tested again
        let stands = (0..plan.instances.len()).any(|n| plan.stands(&scene, n));
        for (n, instance) in plan.instances.iter().enumerate() {
            for lack in self.lacks(&scene, plan, n, instance, stands) {
                match halt(lack, instance.clause) {
                    Halt::Refused(said) => return Err(Halt::Refused(said)),
                    halt => stop = stop.or(Some(halt)),
                }
            }
        }
        stop.map_or(Ok(()), Err)
    }

    /// What does not hold of a rule's requirements.
    fn lacks(&self, scene: &Scene<'_, 't>, plan: &Plan<'t>, at: usize, instance: &Instance<'t>, stands: bool) -> Vec<Lack> {
        match plan.applies(scene, at) {
            Err(lack) => return vec![lack],
            Ok(applies) if !applies || stands => return Vec::new(),
            Ok(_) => {}
        }
        let formula = scene.of(instance);
        let mut out = Vec::new();
        for s in &instance.answer.body {
            let StatementKind::Require(condition, failure) = &s.kind else { continue };
            match formula.all(&s.guards).and_then(|on| if on { formula.holds(condition) } else { Ok(true) }) {
                Ok(true) => {}
                Ok(false) => out.push(formula.failure(failure)),
                Err(lack) => out.push(lack),
            }
        }
        out
    }

    /// Every new value, computed from the states as the event found them.
    fn computed(&self, past: &Past, found: &Found, plan: &Plan<'t>) -> Step<Vec<Decided>> {
        let scene = Scene { plan: Some(plan), ..Scene::new(self, past, found) };
        let mut out = Vec::new();
        for key in told(plan.keys(&scene, false), None)? {
            let clause = plan.clause_of(key.0);
            let Some(given) = plan.given(&scene, key).map_err(|l| halt(l, clause))? else { continue };
            let left = plan.decided(&scene, key, &given).map_err(|l| halt(l, clause))?;
            out.push(Decided { key, left, rule: given.rule, clause: given.clause });
        }
        for key in told(plan.keys(&scene, true), None)? {
            if out.iter().all(|d| d.key != key) {
                let waits = plan.prior(&scene, key).map_err(|l| halt(l, plan.clause_of(key.0)))?;
                let value = found.states.get(&key).cloned();
                let left = Left { value, waits, postponed: false, makes: false };
                out.push(Decided { key, left, rule: RuleId(0), clause: None });
            }
        }
        Ok(out)
    }

    /// Changes the states, and writes the journal; adds what was made.
    fn change(&self, past: &mut Past, of: &Of, changes: Vec<Decided>, all_made: &mut Vec<Key>) {
        for Decided { key, left, rule, clause } in changes {
            let old = past.states.get(&key).cloned();
            let shown = |past: &Past, left: Option<&Value>| self.with_what_waits(past, key, left);
            let before = shown(past, old.as_ref());
            let waited = past.waiting.contains_key(&key);
            past.wait(key, left.waits.clone());
            let moved = differs(old.as_ref(), left.value.as_ref());
            if moved {
                past.put(key, left.value.clone());
            }
            let after = shown(past, left.value.as_ref());
            let made = left.makes && waited;
            if made {
                self.made(past, key);
                all_made.push(key);
            }
            let before = if made || left.postponed { before } else { old };
            let after = if left.postponed { after } else { left.value };
            if (left.postponed || moved) && differs(before.as_ref(), after.as_ref()) {
                let status = if left.postponed { Status::Pending } else { Status::InForce };
                let line = self.line(past, key, (before, after), status, (rule, clause), of.event.map(|e| e.0));
                past.journal.push(line);
            }
            if made {
                self.followers(past, key, all_made);
            }
        }
    }

    /// A value with what waits of the state.
    fn with_what_waits(&self, past: &Past, key: Key, value: Option<&Value>) -> Option<Value> {
        match (value, past.waiting.get(&key)) {
            (Some(Value::Number(n)), Some(waiting)) => {
                Some(Value::Number(super::number::kept(&waiting.of(n)).unwrap_or_else(|_| n.clone())))
            }
            (value, _) => value.cloned(),
        }
    }

    /// A line of the journal.
    pub(super) fn line(
        &self,
        past: &Past,
        (state, of): Key,
        (before, after): (Option<Value>, Option<Value>),
        status: Status,
        (rule, clause): (RuleId, Option<ClauseId>),
        by: Option<Entry>,
    ) -> Change {
        Change {
            record: past.record,
            day: past.today,
            state,
            of,
            key: of.and_then(|e| past.called(self.terms, e)),
            before,
            after,
            status,
            clause,
            rule,
            waited: status == Status::Pending,
            made: None,
            made_in: None,
            by,
            difference: false,
            step: Rc::clone(&past.step),
        }
    }

    /// The changes of a state that waited have been made.
    fn made(&self, past: &mut Past, key: Key) {
        let (record, step) = (past.record, Rc::clone(&past.step));
        for line in &mut past.journal {
            if (line.state, line.of) == key && line.status == Status::Pending {
                line.status = Status::InForce;
                line.made = Some(record);
                line.made_in = Some(Rc::clone(&step));
            }
        }
    }

    /// Makes what waits of a state, and of those that wait with it.
    fn make(&self, past: &mut Past, key: Key, made: &mut Vec<Key>) {
        let (Some(waiting), Some(Value::Number(n))) = (past.waiting.get(&key).cloned(), past.states.get(&key).cloned()) else {
            return;
        };
        let found = Found::now(past);
        let rounded = Scene::new(self, past, &found).with(&Vec::new()).rounded_as(&waiting.of(&n), key.0);
        past.wait(key, None);
        past.put(key, Some(Value::Number(rounded.unwrap_or(n))));
        self.made(past, key);
        made.push(key);
        self.followers(past, key, made);
    }

    /// Makes what waits with a state whose waiting has been made.
    fn followers(&self, past: &mut Past, key: Key, made: &mut Vec<Key>) {
        let waiting: Vec<Key> = past.waiting.keys().copied().collect();
        for other in waiting {
            let policy = self.terms.states.get(other.0.at()).and_then(|s| s.postponement.as_ref());
            let leader = policy.and_then(|p| p.with.as_ref()).filter(|w| w.2.as_ref().is_none_or(|e| self.reads(e)));
            let follows = leader.is_some_and(|w| w.0 == key.0) && (other.1 == key.1 || key.1.is_none());
            if follows && other != key {
                self.make(past, other, made);
            }
        }
    }

    /// Phase 3: an event makes what waits of the entries it names, or of all.
    fn make_what_waits(&self, past: &mut Past, entry: Entry, kind: KindId, _: Option<ClauseId>) -> Step<Vec<Key>> {
        let mut made = Vec::new();
        let waiting: Vec<Key> = past.waiting.keys().copied().collect();
        for key in waiting {
            let policy = self.terms.states.get(key.0.at()).and_then(|s| s.postponement.as_ref());
            let until = policy.is_some_and(|p| {
                p.until.iter().any(|(kinds, when)| kinds.contains(&kind) && when.as_ref().is_none_or(|e| self.reads(e)))
            });
            if until && self.speaks_of(past, entry, key) && past.waiting.contains_key(&key) {
                self.make(past, key, &mut made);
            }
        }
        Ok(made)
    }

    /// Whether an event names the entry of a state, or none of its kind.
    fn speaks_of(&self, past: &Past, entry: Entry, key: Key) -> bool {
        let (Some(owner), Some(item)) = (key.1, past.item(entry)) else { return true };
        let Some(kind) = past.item(owner).map(|i| i.kind) else { return true };
        let mut named = vec![entry];
        named.extend(named_by(&item.fields));
        let of_kind = |e: &&Entry| past.item(**e).is_some_and(|i| i.kind == kind);
        named.contains(&owner) || named.iter().find(of_kind).is_none()
    }

    /// What is to be annulled: where anything is to be computed again, that comes first.
    fn rescissions(&self, past: &Past, found: &Found, plan: &Plan<'t>) -> Step<Vec<(Instance<'t>, Vec<Entry>)>> {
        let scene = Scene { plan: Some(plan), ..Scene::new(self, past, found) };
        let (mut again, mut keeping) = (Vec::new(), Vec::new());
        for instance in plan.live(&scene) {
            let formula = scene.of(instance);
            for r in &instance.answer.rescinding {
                let asked = formula.all(&r.guards).and_then(|on| if on { formula.entry(&r.of).map(Some) } else { Ok(None) });
                let Some(of) = asked.map_err(|l| halt(l, instance.clause))? else { continue };
                let deemed: Vec<Entry> = past.deemed_for(&r.deemed, of);
                let decided = past.annulled.iter().any(|a| a.step == past.step && a.rule == instance.rule);
                if deemed.is_empty() || decided {
                    continue;
                }
                if r.keeping {
                    keeping.push((instance.clone(), deemed));
                } else {
                    let step = Rc::clone(&past.step);
                    again.push(Annulled { step, rule: instance.rule, clause: instance.clause, kinds: r.deemed.clone(), of });
                }
            }
        }
        if again.is_empty() { Ok(keeping) } else { Err(Halt::Again(again)) }
    }
}

/// A condition that must be told, under a clause.
pub(super) fn told<T>(got: Got<T>, clause: Option<ClauseId>) -> Step<T> {
    got.map_err(|lack| halt(lack, clause))
}
