//! The world as one event sees it: states as it found them, the past as it stands.

use super::Run;
use super::day::moment;
use super::formula::Formula;
use super::noted::Noted;
use super::outcome::Status;
use super::past::{Arisen, Due, Item, Key, Past, States, Vars, Waiting, amount};
use super::plan::{Instance, Plan};
use super::value::{Entry, Got, Lack, Line, Value, known};
use super::world::{At, World};
use crate::terms::{Edge, EffectId, FieldId, Key as CheckedKey, KindId, ObligationId, ReadingId, Standing, StateId, Terms};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What an event found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub states: Rc<States>,
    pub waiting: Rc<BTreeMap<Key, Waiting>>,
    /// How many items there were: entries made since are seen as they stand.
    pub items: usize,
    /// The states before the changes that are answered.
    pub before: Rc<States>,
}

impl Found {
    /// All as it stands.
    pub(super) fn now(past: &Past) -> Self {
        let states = Rc::clone(&past.states);
        Self { before: Rc::clone(&states), states, waiting: Rc::clone(&past.waiting), items: past.order.len() }
    }
}

/// The world as an event sees it.
pub(super) struct Scene<'a, 't> {
    pub run: &'a Run<'t>,
    pub past: &'a Past,
    pub found: &'a Found,
    /// The new values the event gives.
    pub plan: Option<&'a Plan<'t>>,
    /// The state that is read with what waits of it, while its own new value is computed.
    pub compounded: Option<Key>,
}

impl<'a, 't> Scene<'a, 't> {
    pub(super) fn new(run: &'a Run<'t>, past: &'a Past, found: &'a Found) -> Self {
        Self { run, past, found, plan: None, compounded: None }
    }

    /// A formula's surroundings.
    pub(super) fn with<'s>(&'s self, vars: &Vars) -> Formula<'s, 't, Self> {
        Formula::new(self, self.run.terms, vars.clone())
    }

    /// The surroundings of a rule's formulas.
    pub(super) fn of<'s>(&'s self, instance: &Instance<'t>) -> Formula<'s, 't, Self> {
        Formula { lines: &instance.answer.body, ..self.with(&instance.vars) }
    }

    fn item(&self, entry: Entry) -> Option<&'a Item> {
        self.past.item(entry)
    }

    /// Whether an entry was made since.
    fn since(&self, of: Option<Entry>) -> bool {
        of.and_then(|e| self.item(e)).is_some_and(|i| i.turn >= self.found.items)
    }

    fn states(&self, of: Option<Entry>) -> &States {
        if self.since(of) { &self.past.states } else { &self.found.states }
    }

    /// The value a state had at a moment: at the start of a day before anything of that day, at its close with what
    /// happened until then.
    fn at(&self, key: Key, edge: Edge, day: i64) -> Option<Value> {
        let at = moment(day, edge, self.run.terms.close);
        let until = |when: i64| if edge == Edge::Start { when < at } else { when <= at };
        self.past.history.iter().rev().find(|(when, k, _)| *k == key && until(*when)).and_then(|(_, _, v)| v.clone())
    }

    /// The day an obligation was done, where it was.
    pub(super) fn done(&self, arisen: &Arisen) -> Got<Option<i64>> {
        let obligation = self.run.terms.obligations.get(arisen.obligation.at());
        let Some(answer) = obligation.and_then(|o| o.answers.get(arisen.answer)) else { return Ok(None) };
        known(self.with(&arisen.vars).whole(&answer.done))
    }

    /// The day an obligation is due; none for `promptly`.
    pub(super) fn due(&self, arisen: &Arisen) -> Got<Option<i64>> {
        match arisen.due {
            Due::Promptly => Ok(None),
            Due::Day(day) => Ok(Some(day)),
            Due::TradingDays(from, count) => {
                let obligation = self.run.terms.obligations.get(arisen.obligation.at());
                let due = obligation.and_then(|o| o.answers.get(arisen.answer)).and_then(|a| a.due.as_ref());
                let Some(at) = due else { return Ok(None) };
                self.with(&Vec::new()).by_trading_days(from, count, at).map(Some)
            }
        }
    }

    /// How an obligation stands today.
    pub(super) fn stands(&self, arisen: &Arisen) -> Got<Standing> {
        Ok(match (self.due(arisen)?, self.done(arisen)?) {
            (None, None) => Standing::Open,
            (None, Some(_)) => Standing::Met,
            (Some(due), Some(done)) if done <= due => Standing::Met,
            (Some(_), Some(_)) => Standing::Late,
            (Some(due), None) if self.past.today <= due => Standing::Open,
            (Some(_), None) => Standing::Breached,
        })
    }
}

impl World for Scene<'_, '_> {
    fn terms(&self) -> &Terms {
        self.run.terms
    }

    fn alternative(&self, reading: ReadingId) -> u32 {
        let alternative = self.run.alternative(reading);
        if let Some(noted) = self.run.noted {
            noted.reading(reading, alternative);
        }
        alternative
    }

    fn noted(&self) -> Option<&Noted> {
        self.run.noted
    }

    fn today(&self) -> i64 {
        self.past.today
    }

    fn now(&self) -> i64 {
        self.past.now
    }

    fn kind_of(&self, entry: Entry) -> Option<KindId> {
        self.item(entry).map(|i| i.kind)
    }

    fn field(&self, entry: Entry, field: FieldId) -> Option<Value> {
        self.item(entry)?.fields.get(field.at())?.clone()
    }

    fn day_of(&self, entry: Entry) -> Option<i64> {
        self.item(entry).map(|i| i.day)
    }

    fn id_of(&self, entry: Entry) -> Option<Rc<str>> {
        self.item(entry)?.id.clone()
    }

    fn is_void(&self, entry: Entry) -> bool {
        self.item(entry).is_some_and(|i| i.void)
    }

    fn keyed(&self, kind: KindId, key: &str) -> Option<Entry> {
        self.run.keyed(self.past, &[kind], key)
    }

    fn state(&self, state: StateId, of: Option<Entry>, at: At) -> Got<Option<Value>> {
        let key = (state, of);
        match at {
            At::Before => {
                let value = self.states(of).get(&key).cloned();
                if self.compounded != Some(key) {
                    return Ok(value);
                }
                let waits = amount(&self.past.states, &self.past.waiting, key);
                Ok(value.map(|v| if let Value::Number(n) = v { Value::Number(n + waits) } else { v }))
            }
            At::After => match self.plan {
                Some(plan) => plan.left(self, key),
                None => Ok(self.states(of).get(&key).cloned()),
            },
            At::BeforeChange => Ok(self.found.before.get(&key).cloned()),
            At::Edge(edge, day) => Ok(self.at(key, edge, day)),
        }
    }

    fn pending(&self, state: StateId, of: Option<Entry>) -> Option<Value> {
        let (states, waiting) = match self.since(of) {
            true => (&self.past.states, &self.past.waiting),
            false => (&self.found.states, &self.found.waiting),
        };
        Some(Value::Number(amount(states, waiting, (state, of))))
    }

    fn change_by(&self, state: StateId, of: Option<Entry>, by: Entry, after: bool) -> Option<Value> {
        let names = |item: Entry| {
            item == by || self.item(item).is_some_and(|i| i.fields.iter().flatten().any(|f| *f == Value::Entry(by)))
        };
        let mut made = self
            .past
            .journal
            .iter()
            .filter(|c| c.state == state && c.of == of && c.status == Status::InForce && c.by.is_some_and(names));
        if after { made.next_back().and_then(|c| c.after.clone()) } else { made.next().and_then(|c| c.before.clone()) }
    }

    fn standing(&self, obligation: ObligationId, of: Entry) -> Got<Option<Standing>> {
        let found =
            self.past.arisen.iter().rev().find(|a| a.obligation == obligation && (a.event == Some(of) || a.rows.contains(&of)));
        found.map(|a| self.stands(a)).transpose()
    }

    fn entries(&self, kind: KindId) -> Vec<Entry> {
        self.run.entries(self.past, kind, false)
    }

    fn past(&self, kind: KindId) -> Vec<Entry> {
        self.past.all().filter(|i| i.kind == kind && i.past && !i.void).map(|i| i.entry).collect()
    }

    fn lines(&self, effect: EffectId) -> Vec<Line> {
        let lines = self.past.effects.iter().map(|(_, done)| done).filter(|done| done.effect == effect);
        lines.map(|done| Rc::clone(&done.line)).collect()
    }
}

impl Run<'_> {
    /// The entry of one of several kinds that has a key; a void one where there is no other.
    pub(super) fn keyed(&self, past: &Past, kinds: &[KindId], key: &str) -> Option<Entry> {
        let has = |i: &&Item| {
            let kept = self.terms.kind(i.kind).and_then(|k| k.kept);
            let own = match kept {
                Some(CheckedKey::Id) => i.id.as_deref().map(str::to_owned),
                Some(CheckedKey::Field(field)) => match i.fields.get(field.at()) {
                    Some(Some(Value::Text(text))) => Some(text.to_string()),
                    Some(Some(Value::Entry(other))) => past.called(self.terms, *other).map(|k| k.to_string()),
                    _ => None,
                },
                Some(CheckedKey::None) | None => None,
            };
            kinds.contains(&i.kind) && own.as_deref() == Some(key)
        };
        let all = || past.all().filter(has);
        all().find(|i| !i.void).or_else(|| all().next_back()).map(|i| i.entry)
    }

    /// The entries of a kind, in the order in which they were made; those that have ended only where `any` are meant.
    pub(super) fn entries(&self, past: &Past, kind: KindId, any: bool) -> Vec<Entry> {
        past.all().filter(|i| i.kind == kind && !i.void && (any || !i.ended)).map(|i| i.entry).collect()
    }
}

/// A fault as a lack of a value at no place of its own.
pub(super) fn at_none(fault: super::value::Fault) -> Lack {
    Lack::Fault(fault, crate::source::Span::default())
}
