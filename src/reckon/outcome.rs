//! What comes of a stream: the journal and all that the result shows.

use super::value::{Entry, Got, Lack, Line, Part, Said, Value};
use crate::source::Span;
use crate::terms::{ClauseId, CovenantId, EffectId, KindId, ObligationId, RuleId, Standing, StateId};
use std::rc::Rc;

/// What a change is worth now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It stands.
    InForce,
    /// It waits.
    Pending,
    /// What made it was annulled.
    Rescinded,
    /// It came out differently when it was computed again.
    Superseded,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The record; 0 at a moment.
    pub record: u32,
    /// Its day.
    pub day: i64,
    /// The state.
    pub state: StateId,
    /// The entry it belongs to.
    pub of: Option<Entry>,
    /// The entry's key, or its id.
    pub key: Option<Rc<str>>,
    /// The value before; with what waited, where changes of the state wait.
    pub before: Option<Value>,
    /// The value after.
    pub after: Option<Value>,
    /// What it is worth.
    pub status: Status,
    /// The clause it was made under.
    pub clause: Option<ClauseId>,
    /// The rule that made it.
    pub rule: RuleId,
    /// Whether it waited.
    pub waited: bool,
    /// The record with which it was made, where it waited; 0 at a moment.
    pub made: Option<u32>,
    /// The step with which it was made, where it waited.
    pub made_in: Option<Rc<str>>,
    /// The event or deemed event that made it.
    pub by: Option<Entry>,
    /// Whether it is the difference that a recomputation made.
    pub difference: bool,
    /// The step it belongs to.
    pub step: Rc<str>,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The record.
    pub record: u32,
    /// Its day.
    pub day: i64,
    /// What was said.
    pub said: Said,
}

/// An obligation that arose.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty {
    /// The record it arose with.
    pub record: u32,
    /// Which.
    pub obligation: ObligationId,
    /// The entry it is about.
    pub of: Option<Entry>,
    /// That entry's key, or its id.
    pub key: Option<Rc<str>>,
    /// The day it is due; none for `promptly`.
    pub due: Option<i64>,
    /// The day it was done.
    pub done: Option<i64>,
    /// How it stands.
    pub standing: Standing,
    /// What is due.
    pub what: Vec<Part>,
}

/// A covenant that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub covenant: CovenantId,
    /// The record after which it was broken.
    pub record: u32,
    /// Its day.
    pub day: i64,
    /// The day it was cured.
    pub cured: Option<i64>,
}

/// A line of an effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The record; 0 at a moment.
    pub record: u32,
    /// The clause.
    pub clause: Option<ClauseId>,
    /// The effect.
    pub effect: EffectId,
    /// Its values.
    pub line: Line,
}

/// A warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    /// The record; 0 at a moment.
    pub record: u32,
    /// What it says.
    pub about: Warned,
}

/// What a warning says.
#[derive(Debug, Clone, PartialEq)]
pub enum Warned {
    /// Something of the terms.
    Text(Vec<Part>),
    /// The order of two adjusting events of one close matters: the other one, and both results.
    Order(u32, Vec<Differs>),
    /// Completed events that are final rest on terms that have changed.
    Affected(Vec<u32>),
}

/// A state that comes out differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Differs {
    /// The state.
    pub state: StateId,
    /// The entry it belongs to.
    pub of: Option<Entry>,
    /// The entry's key, or its id.
    pub key: Option<Rc<str>>,
    /// Its value.
    pub one: Option<Value>,
    /// Its other value.
    pub other: Option<Value>,
}

/// A rescission.
#[derive(Debug, Clone, PartialEq)]
pub struct Rescission {
    /// The record that asked for it.
    pub record: u32,
    /// Its day.
    pub day: i64,
    /// The rule; none where the record corrects or withdraws an earlier one.
    pub rule: Option<RuleId>,
    /// Its clause.
    pub clause: Option<ClauseId>,
    /// Whether what followed was kept.
    pub keeping: bool,
    /// The records of what was annulled, or the one corrected or withdrawn.
    pub annulled: Vec<u32>,
    /// Completed records that are final and whose terms have changed.
    pub affected: Vec<u32>,
}

/// A row of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The report, by its place in the terms.
    pub report: usize,
    /// The entry.
    pub of: Option<Entry>,
    /// The record it was made with; 0 at a moment, and for the issuer.
    pub record: u32,
    /// Its cells, or why there is none.
    pub cells: Vec<Got<Value>>,
}

/// Why a record is no good, or the run cannot go on.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// A value is missing, the terms say stop, or something cannot be computed.
    Lack(Lack),
    /// A key that nobody has: the field.
    NoEntry(String),
    /// A key that is taken: the field.
    Taken(String),
    /// A check that failed.
    Check(Vec<Part>),
    /// A date before that of the record before it.
    Backwards,
    /// It stands for an earlier record of its event, and there is none that is so called.
    NoRecord,
    /// It makes more entries or fewer than the record it corrects.
    MakesOthers { of: u32 },
    /// With what it says of a record, another one could not be carried out.
    AfterCorrection { of: u32 },
}

/// A record at which the run stopped, or which was set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// The record; 0 at a moment.
    pub record: u32,
    /// Its day.
    pub day: i64,
    /// Why.
    pub why: Why,
    /// Where in the terms.
    pub span: Span,
    /// The clause of the rule at hand.
    pub clause: Option<ClauseId>,
}

/// An entry or an event that has come, by what results call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its number.
    pub entry: Entry,
    /// Its kind.
    pub kind: KindId,
    /// Its key, or its id.
    pub key: Option<Rc<str>>,
    /// Whether it was to be made by an act that was refused.
    pub void: bool,
}

/// What comes of a stream.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// All that has come, in the order in which it came.
    pub named: Vec<Named>,
    /// The day whose end is shown.
    pub as_of: Option<i64>,
    /// The journal.
    pub changes: Vec<Change>,
    /// Refusals.
    pub refusals: Vec<Refusal>,
    /// Obligations.
    pub obligations: Vec<Duty>,
    /// Broken covenants.
    pub breaches: Vec<Breach>,
    /// Lines of effects.
    pub effects: Vec<Done>,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Rescissions.
    pub rescissions: Vec<Rescission>,
    /// Rows of reports.
    pub rows: Vec<Row>,
    /// Where the run stopped.
    pub stopped: Option<Stop>,
    /// What was set aside.
    pub rejected: Vec<Stop>,
    /// What was asked.
    pub asked: Vec<Got<Value>>,
}
