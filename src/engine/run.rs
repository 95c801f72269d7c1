//! What a run gives: states, changes, refusals, obligations, effects, and why it stopped where it did.

use super::decimal::Fault;
use super::graph::Why;
use crate::intern::Interner;
use crate::source::Span;
use crate::terms::{ClauseId, CovenantId, EffectId, KindId, Lines, ObligationId, RuleId, Type};
use rust_decimal::Decimal;

/// A value on its way out.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not known.
    Unknown,
    /// Not to be computed.
    Failed(Fault),
    /// A number.
    Decimal(Decimal),
    /// A day, a moment, a condition, a word, a text, an entry: the type tells.
    Whole(i64),
    /// A list.
    List(Lines),
}

/// A value with its type.
#[derive(Debug, Clone)]
pub struct Typed {
    /// The value.
    pub value: Value,
    /// Its type.
    pub ty: Type,
}

/// Text with values in it, to be worded later.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Its parts.
    pub parts: Vec<SaidPart>,
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum SaidPart {
    /// As it stands.
    Plain(String),
    /// A value.
    Value(Typed),
}

/// Where in the stream something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Moment {
    /// The place of the record in the order of events, from 0.
    pub at: u32,
    /// The number of the record, 0 for a rule at a moment.
    pub number: u32,
    /// The day.
    pub day: i64,
}

/// How an adjustment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Annulled.
    Rescinded,
    /// Another has taken its place.
    Superseded,
    /// It waits.
    Pending,
    /// It holds.
    InForce,
}

/// A change of a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// When.
    pub when: Moment,
    /// The place in the terms, among [`super::code::Program::sites`].
    pub site: u16,
    /// The clause.
    pub clause: Option<ClauseId>,
    /// The row, among the rows of the kind the state belongs to.
    pub row: u32,
    /// The value before; whole numbers as decimals.
    pub before: Decimal,
    /// The value after.
    pub after: Decimal,
    /// Whether there was a value before.
    pub was_known: bool,
    /// How it stands.
    pub status: Status,
    /// Whether it had to wait, even if it holds by now.
    pub waited: bool,
    /// When what waited was made, where it was.
    pub made: Option<Moment>,
    /// What it was deemed under, where that can be annulled: the kind, and which of that kind in this event.
    pub cause: Option<(KindId, u16)>,
}

/// The terms said no.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// When.
    pub when: Moment,
    /// The clause.
    pub clause: Option<ClauseId>,
    /// Why.
    pub reason: Said,
    /// Values given with it.
    pub with: Vec<(Vec<String>, Typed)>,
    /// Where in the terms.
    pub span: Span,
}

/// An obligation that has arisen.
#[derive(Debug, Clone)]
pub struct Owed {
    /// When.
    pub when: Moment,
    /// Which.
    pub obligation: ObligationId,
    /// Among [`super::code::Program::duties`].
    pub duty: u16,
    /// The entry it is about, −1 for none.
    pub row: i64,
    /// The entry that an event names which is itself kept, −1 for none.
    pub the: i64,
    /// The row of the loop, −1 for none.
    pub each: i64,
    /// The record's id, −1 for none.
    pub id: i64,
    /// The day; none for promptly.
    pub due: Option<i64>,
    /// Where that is so many trading days from another day: the day, and how many.
    pub counted: Option<(i64, i64)>,
    /// What is due.
    pub what: Said,
    /// The day it was done, at the end of the run.
    pub done: Option<i64>,
    /// How it stands at the end of the run.
    pub standing: Option<crate::terms::Standing>,
}

impl Owed {
    /// The entry it is about: the event where that is kept, else the entry that the event names, else the entry of the loop; −1 for none.
    #[must_use]
    pub fn about(&self) -> i64 {
        if self.row >= 0 { self.row } else { self.each }
    }

    /// Whether it speaks of an entry.
    #[must_use]
    pub fn speaks_of(&self, entry: i64) -> bool {
        [self.row, self.the, self.each].contains(&entry)
    }
}

/// A covenant that was broken.
#[derive(Debug, Clone)]
pub struct Breach {
    /// When.
    pub when: Moment,
    /// Which.
    pub covenant: CovenantId,
    /// The day it held again.
    pub cured: Option<i64>,
}

/// A line of an effect.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub when: Moment,
    /// Which effect.
    pub effect: EffectId,
    /// The clause.
    pub clause: Option<ClauseId>,
    /// The rule.
    pub rule: RuleId,
    /// Its values.
    pub values: Vec<Value>,
}

/// A warning of the terms.
#[derive(Debug, Clone)]
pub struct Warning {
    /// When.
    pub when: Moment,
    /// The clause.
    pub clause: Option<ClauseId>,
    /// What is said.
    pub text: Said,
}

/// An annulment with what followed from it.
#[derive(Debug, Clone)]
pub struct Rescission {
    /// When.
    pub when: Moment,
    /// The rule; none where a record corrects or withdraws an earlier one.
    pub rule: Option<RuleId>,
    /// The clause.
    pub clause: Option<ClauseId>,
    /// The records whose adjustments were annulled, or the one that was corrected or withdrawn.
    pub annulled: Vec<u32>,
    /// The records completed in between, whose terms would have been others.
    pub affected: Vec<u32>,
}

/// Why a run stopped at a record.
#[derive(Debug, Clone)]
pub struct Stopped {
    /// When.
    pub when: Moment,
    /// Why.
    pub why: StopReason,
}

/// Why a run stopped.
#[derive(Debug, Clone)]
pub enum StopReason {
    /// The terms cannot go on.
    Stop { clause: Option<ClauseId>, reason: Said, span: Span },
    /// A value is missing.
    Missing { why: Why, span: Span },
    /// A calculation has no answer that can be held.
    Arithmetic { fault: Fault, span: Span },
    /// The record is wrong.
    Record(BadRecord),
    /// The record fails a check of its declaration.
    Check(Said),
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadRecord {
    /// It speaks of an entry that does not exist.
    NoSuchEntry { field: String, kind: String, key: String, nearest: Option<String> },
    /// It makes an entry that exists.
    Exists { kind: String, key: String },
    /// Its date is before that of a record before it.
    Backwards,
    /// It stands for an earlier record of its event, and there is none of that key or number.
    NoSuchRecord { kind: String, key: String },
    /// It makes more entries or fewer than the record it corrects.
    MakesOthers { of: u32 },
    /// With what it says of an earlier record, another one could not be carried out.
    AfterCorrection { of: u32, record: u32 },
}

/// What is shown of something.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The report, among those of the terms.
    pub report: usize,
    /// The row, −1 for the issuer.
    pub row: i64,
    /// When the entry was made.
    pub made: Moment,
    /// Its columns.
    pub columns: Vec<Value>,
}

/// One rule on one event, taken apart: its values as it found them.
#[derive(Debug, Clone)]
pub struct Trace {
    /// When.
    pub when: Moment,
    /// Among [`super::plan::Plan::rule_probes`].
    pub rule: u16,
    /// The row of its loop, −1 for none.
    pub row: i64,
    /// The clause of what it was deemed under, where it has none of its own.
    pub clause: Option<ClauseId>,
    /// The entry the event at hand was deemed for.
    pub of: i64,
    /// Whether the past was being recomputed.
    pub again: bool,
    /// How many changes there were by then.
    pub changes: u32,
    /// The values of its parts, as in [`super::plan::RuleProbe::all`], then as in [`super::plan::Derived::nodes`].
    pub values: Vec<Value>,
}

/// A cell of a report that could not be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedCell {
    /// The report, among those of the terms.
    pub report: usize,
    /// The row, −1 for the issuer.
    pub row: i64,
    /// The column; none where it is the condition of the report.
    pub column: Option<usize>,
    /// Why.
    pub fault: Fault,
}

/// A run.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The day at whose end it stands.
    pub as_of: i64,
    /// Changes of states, in order.
    pub changes: Vec<Change>,
    /// Refusals.
    pub refusals: Vec<Refusal>,
    /// Obligations.
    pub owed: Vec<Owed>,
    /// Broken covenants.
    pub breaches: Vec<Breach>,
    /// Lines of effects.
    pub lines: Vec<Line>,
    /// Warnings.
    pub warnings: Vec<Warning>,
    /// Annulments.
    pub rescissions: Vec<Rescission>,
    /// What is shown.
    pub shown: Vec<Shown>,
    /// What of it could not be computed.
    pub failed: Vec<FailedCell>,
    /// Why it stopped, where it did.
    pub stopped: Option<Stopped>,
    /// Records set aside.
    pub rejected: Vec<Stopped>,
    /// How many records were taken.
    pub records: u32,
    /// The keys of rows, by kind: texts, −1 for none.
    pub keys: Vec<Vec<i64>>,
    /// Answers to what was asked from outside.
    pub asked: Vec<Typed>,
    /// All texts.
    pub texts: Interner,
    /// What was asked to be explained.
    pub traces: Vec<Trace>,
    /// Whether any changes were kept.
    pub journal: bool,
    /// The states by the number of the record, for those that ask.
    pub notes: Vec<(u32, i64)>,
}
