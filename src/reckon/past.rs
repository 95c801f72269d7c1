//! The states and the past: plain maps, and a list of what has happened.

use super::day::MINUTES;
use super::outcome::{Breach, Change, Done, Refusal, Rescission, Warning};
use super::value::{Entry, Got, Line, Number, Part, Value};
use crate::terms::{ClauseId, EffectId, Key as CheckedKey, KindId, ObligationId, RuleId, StateId, Terms, VarId};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A state, of the issuer or of an entry.
pub(super) type Key = (StateId, Option<Entry>);

/// All states that are known.
pub(super) type States = BTreeMap<Key, Value>;

/// Variables with their values.
pub(super) type Vars = Vec<Option<Got<Value>>>;

/// Something that has happened: an event, observation or deemed event. One that is kept is an entry.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub entry: Entry,
    /// How many items came before it.
    pub turn: usize,
    pub kind: KindId,
    pub record: u32,
    pub day: i64,
    pub id: Option<Rc<str>>,
    pub fields: Rc<Vec<Option<Value>>>,
    /// The step in which it came.
    pub step: Rc<str>,
    /// The event whose rule deemed it, and that rule's clause.
    pub cause: Option<Entry>,
    pub clause: Option<ClauseId>,
    pub deemed: bool,
    /// It was annulled, and what followed was kept.
    pub annulled: bool,
    pub ended: bool,
    /// It was to be made by an act that was refused.
    pub void: bool,
    /// It is done with: a question about past events looks at it.
    pub past: bool,
}

/// What waits of a state.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Waiting {
    /// So much.
    Amount(Number),
    /// A part of the state itself, which moves as it does: its factor.
    Factor(Number),
    /// A part of it by the inverse of a factor.
    Inverse(Number),
}

/// A day that is due.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Due {
    Promptly,
    Day(i64),
    /// So many trading days after a day: counted whenever it is asked for.
    TradingDays(i64, i64),
}

/// An obligation that arose.
#[derive(Debug, Clone)]
pub(super) struct Arisen {
    pub name: Rc<str>,
    pub obligation: ObligationId,
    pub answer: usize,
    pub record: u32,
    pub vars: Vars,
    /// The event it arose with, and the entries it speaks of.
    pub event: Option<Entry>,
    pub rows: Vec<Entry>,
    pub due: Due,
    pub what: Vec<Part>,
}

/// What a final rule did the first time, to stand when the past is computed again.
#[derive(Debug, Clone, Default)]
pub(super) struct Stands {
    /// The values of its `let`s.
    pub lets: Vec<(VarId, Got<Value>)>,
    /// What it did, by statement, and by line and statement of a list; none where a statement's conditions did not hold.
    pub deeds: BTreeMap<Vec<usize>, Option<Deed>>,
    /// The states it found that count for adjustments, of the entries that the record names.
    pub found: States,
}

/// Something that a rule does beside changing states.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    /// Something is taken to have happened: its fields, the entry it is like, and the states given.
    Deem { kind: KindId, fields: Vec<Option<Value>>, like: Option<Entry>, with: Vec<(StateId, bool, Option<Value>)> },
    /// A line of an effect.
    Record(EffectId, Line),
    /// An entry ends.
    End(Entry),
    /// An entry is taken up again.
    Restore(Entry),
    /// A warning.
    Warn(Vec<Part>),
}

/// What is annulled while the past is computed again, up to the step that asked for it.
#[derive(Debug, Clone)]
pub(super) struct Annulled {
    pub step: Rc<str>,
    pub rule: RuleId,
    pub clause: Option<ClauseId>,
    pub kinds: Vec<KindId>,
    pub of: Entry,
}

/// The states and the past as they stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    pub today: i64,
    pub now: i64,
    /// The step at hand: a record, or a moment.
    pub step: Rc<str>,
    pub record: u32,
    pub items: BTreeMap<Entry, Rc<Item>>,
    /// The items, in the order in which they came.
    pub order: Vec<Entry>,
    /// How many of each kind a step has had, with those that were annulled, and how often a rule on a change came.
    pub turns: BTreeMap<String, usize>,
    pub states: Rc<States>,
    pub waiting: Rc<BTreeMap<Key, Waiting>>,
    /// Every value a state was given, with the moment.
    pub history: Vec<(i64, Key, Option<Value>)>,
    pub journal: Vec<Change>,
    pub refusals: Vec<Refusal>,
    /// Lines of effects, with what each is called in every pass.
    pub effects: Vec<(Rc<str>, Done)>,
    pub warnings: Vec<(Rc<str>, Warning)>,
    /// The first pass, while the past is computed again.
    pub first: Option<Rc<Past>>,
    /// Records that are final and whose values would have come out differently.
    pub affected: BTreeSet<u32>,
    pub arisen: Vec<Arisen>,
    pub breaches: Vec<Breach>,
    pub rescissions: Vec<Rescission>,
    /// Moments and breaches that have come.
    pub came: BTreeSet<String>,
    /// Conditions that were true when they were last looked at.
    pub held: BTreeSet<String>,
    /// What final rules did the first time.
    pub stands: BTreeMap<Rc<str>, Rc<Stands>>,
    /// What is annulled.
    pub annulled: Vec<Annulled>,
    /// The day of the last record that was carried out or refused, or of the last moment that came.
    pub last: Option<i64>,
    /// Records that were set aside.
    pub aside: BTreeSet<u32>,
    /// Steps that have been carried out.
    pub steps: Vec<Rc<str>>,
}

impl Past {
    pub(super) fn item(&self, entry: Entry) -> Option<&Item> {
        self.items.get(&entry).map(AsRef::as_ref)
    }

    /// An item, to change it.
    pub(super) fn item_mut(&mut self, entry: Entry) -> Option<&mut Item> {
        self.items.get_mut(&entry).map(Rc::make_mut)
    }

    /// All items, in the order in which they came.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &Item> {
        self.order.iter().filter_map(|e| self.item(*e))
    }

    /// Puts an item among those that have come.
    pub(super) fn add(&mut self, item: Item) {
        let entry = item.entry;
        self.order.push(entry);
        self.items.insert(entry, Rc::new(item));
    }

    /// Which time it is that something comes: nothing to say where it is the first.
    pub(super) fn turn(&mut self, name: String) -> String {
        let turn = self.turns.entry(name).or_insert(0);
        *turn += 1;
        if *turn == 1 { String::new() } else { format!("|time {turn}") }
    }

    /// What the next item of a kind is called: by its step, its kind and its turn.
    pub(super) fn next_name(&mut self, kind: KindId) -> String {
        let start = format!("{}, {}", self.step, kind.0);
        let turn = self.turns.entry(start.clone()).or_insert(0);
        *turn += 1;
        format!("{start}.{turn}")
    }

    /// The run is at the end of a day.
    pub(super) fn ends(&mut self, day: i64) {
        (self.now, self.today) = (day * MINUTES + MINUTES - 1, day);
    }

    /// Gives a state a value.
    pub(super) fn put(&mut self, key: Key, value: Option<Value>) {
        self.history.push((self.now, key, value.clone()));
        let states = Rc::make_mut(&mut self.states);
        match value {
            Some(value) => states.insert(key, value),
            None => states.remove(&key),
        };
    }

    /// The deemed events of some kinds that name an entry, but for those that are annulled.
    pub(super) fn deemed_for(&self, kinds: &[KindId], of: Entry) -> Vec<Entry> {
        let names = |i: &Item| i.fields.iter().flatten().any(|v| *v == Value::Entry(of));
        let deemed = self.all().filter(|i| i.deemed && !i.annulled && kinds.contains(&i.kind) && names(i));
        deemed.map(|i| i.entry).collect()
    }

    /// What waits of a state from now on.
    pub(super) fn wait(&mut self, key: Key, what: Option<Waiting>) {
        let waiting = Rc::make_mut(&mut self.waiting);
        match what.filter(|w| *w != Waiting::Amount(Number::default())) {
            Some(what) => waiting.insert(key, what),
            None => waiting.remove(&key),
        };
    }

    /// The key of an entry, or its id: what results call it.
    pub(super) fn called(&self, terms: &Terms, entry: Entry) -> Option<Rc<str>> {
        let item = self.item(entry)?;
        match terms.kind(item.kind)?.kept {
            Some(CheckedKey::Field(field)) => match item.fields.get(field.at())? {
                Some(Value::Text(text)) => Some(Rc::clone(text)),
                Some(Value::Entry(other)) => self.called(terms, *other),
                _ => None,
            },
            _ => item.id.clone(),
        }
    }
}

/// What waits, as an amount of the state as it is in force.
pub(super) fn amount(states: &States, waiting: &BTreeMap<Key, Waiting>, key: Key) -> Number {
    let Some(what) = waiting.get(&key) else { return Number::default() };
    let Some(Value::Number(in_force)) = states.get(&key) else { return Number::default() };
    what.of(in_force) - in_force
}

impl Waiting {
    /// What a state is once what waits is made.
    pub(super) fn of(&self, in_force: &Number) -> Number {
        match self {
            Self::Amount(n) => in_force + n,
            Self::Factor(f) => in_force * f,
            Self::Inverse(f) if *f == Number::default() => in_force.clone(),
            Self::Inverse(f) => in_force / f,
        }
    }
}
