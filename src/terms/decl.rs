//! Declarations, checked.

use super::{
    ClauseId, EffectId, Expr, Failure, FieldId, KindId, ObligationId, ReadingId, RoundingMode, RuleId, ShapeId, StateId,
    TextTemplate, Type, VarId,
};
use crate::source::Span;
pub use crate::syntax::ast::{EventSort, Proportion};
use rust_decimal::Decimal;

/// An event, observation or deemed event.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// Which sort.
    pub sort: EventSort,
    /// Whether entries are kept, and under which field.
    pub kept: Option<Key>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Conditions every record must meet.
    pub checks: Vec<(Body<Expr>, TextTemplate)>,
    /// Whether it happens at the close of business whatever its hour.
    pub at_close: bool,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
    /// Where.
    pub span: Span,
}

/// What entries are kept under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Nothing.
    None,
    /// The record's id.
    Id,
    /// A field.
    Field(FieldId),
}

/// A field.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// Its value where it is left out.
    pub default: Option<Literal>,
    /// Who determines it.
    pub determined: Option<String>,
    /// The kind whose entries it names, where the event makes them.
    pub makes: Option<KindId>,
    /// Whether it may name an entry that has ended.
    pub any: bool,
    /// Where another field tells its type: that field, and the word for which this one holds the value.
    pub choice: Option<(FieldId, super::WordId)>,
}

impl Field {
    /// Its name in a record: `to` for each of `to.price` and `to.expiry`.
    #[must_use]
    pub fn written(&self) -> &str {
        match self.choice {
            Some(_) => self.name.split('.').next().unwrap_or(&self.name),
            None => &self.name,
        }
    }
}

/// A value written out.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A number.
    Number(Decimal),
    /// A day, a moment, months, a condition, a word.
    Whole(i64),
    /// Text.
    Text(String),
}

/// The shape of the lines of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Its fields; a list of plain values has one, named `value`.
    pub fields: Vec<(String, Type, bool)>,
    /// Whether its lines are plain values.
    pub plain: bool,
    /// The fields that name entries the event makes.
    pub makes: Vec<(FieldId, KindId)>,
}

/// An effect: a list of what was done.
#[derive(Debug, Clone)]
pub struct Effect {
    /// Its name.
    pub name: String,
    /// Its fields: name, type, optional.
    pub fields: Vec<(String, Type, bool)>,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
    /// Where.
    pub span: Span,
}

/// A state.
#[derive(Debug, Clone)]
pub struct State {
    /// Its name.
    pub name: String,
    /// The kind of entry it belongs to; none for the issuer.
    pub of: Option<KindId>,
    /// Its type.
    pub ty: Type,
    /// Its value at the beginning; unknown without one.
    pub initial: Option<Body<Expr>>,
    /// How it is rounded.
    pub rounding: Vec<RoundingLine>,
    /// When its changes wait.
    pub postponement: Option<Postponement>,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
    /// Where.
    pub span: Span,
}

/// A way of rounding with its condition.
#[derive(Debug, Clone)]
pub struct RoundingLine {
    /// Which way.
    pub mode: RoundingMode,
    /// Whether a value that would become nothing stays as it was.
    pub keeps: bool,
    /// To a multiple of this.
    pub unit: Decimal,
    /// Its condition.
    pub when: Option<Expr>,
}

/// When changes of a state wait.
#[derive(Debug, Clone, Default)]
pub struct Postponement {
    /// The events whose changes wait, with conditions on readings.
    pub on: Vec<(Vec<KindId>, Option<Expr>)>,
    /// How large a change may be and still wait.
    pub tests: Vec<WaitTest>,
    /// The state it waits with, and whether what waited is made by the factor of that state's change or its inverse.
    pub with: Option<(StateId, Option<Proportion>, Option<Expr>)>,
    /// Whether each change is computed on what would stand.
    pub compounding: Option<Option<Expr>>,
    /// Whether each change replaces what waited.
    pub restating: Option<Option<Expr>>,
    /// The events that make what waits.
    pub until: Vec<(Vec<KindId>, Option<Expr>)>,
    /// The variables of its formulas: the row is the first.
    pub vars: Vec<Var>,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
}

/// How large a change may be and still wait.
#[derive(Debug, Clone)]
pub struct WaitTest {
    /// The state whose change is measured.
    pub of: StateId,
    /// `under` rather than `not over`.
    pub strict: bool,
    /// The bound.
    pub limit: Expr,
    /// Whether the bound is a fraction of the state itself.
    pub relative: bool,
    /// Its condition.
    pub when: Option<Expr>,
}

/// A definition.
#[derive(Debug, Clone)]
pub struct Def {
    /// Its name.
    pub name: String,
    /// How many of its variables are arguments: the row it belongs to is the first of them.
    pub params: usize,
    /// The kind of entry it belongs to.
    pub of: Option<KindId>,
    /// Its type.
    pub ty: Type,
    /// The formula, with its variables.
    pub body: Body<Expr>,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
    /// Where.
    pub span: Span,
}

/// Something with variables of its own.
#[derive(Debug, Clone)]
pub struct Body<T> {
    /// The variables.
    pub vars: Vec<Var>,
    /// What uses them.
    pub value: T,
}

/// A variable.
#[derive(Debug, Clone)]
pub struct Var {
    /// Its name, where it has one.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The types of its parameters.
    pub params: Vec<Type>,
    /// Its type.
    pub ty: Type,
    /// Whether it is read in straight lines between its cells; else the cell at or below counts.
    pub linear: bool,
    /// Whether it goes on past its edges with the nearest cell; else that is an error.
    pub beyond: bool,
    /// The heads of its rows, rising.
    pub rows: Vec<Decimal>,
    /// The heads of its columns, rising; none for a table of one column.
    pub columns: Vec<Decimal>,
    /// Its cells, row by row.
    pub cells: Vec<Vec<Decimal>>,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
    /// Where.
    pub span: Span,
}

/// A calendar.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// Whether it is closed on each day of the week, from Monday.
    pub weekdays: [bool; 7],
    /// The further days it is closed, rising.
    pub closed: Vec<i64>,
    /// The first and the last day for which it is known.
    pub known: (i64, i64),
    /// Where.
    pub span: Span,
}

/// A choice between readings of the text.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Its name.
    pub name: String,
    /// The question it answers.
    pub question: String,
    /// Its alternatives with their rationale.
    pub alternatives: Vec<(String, String)>,
    /// The one that holds where none is chosen.
    pub default: u32,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
    /// Where.
    pub span: Span,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Whether its outcome stands when the past is recomputed.
    pub is_final: bool,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
    /// What it does on each event it answers.
    pub answers: Vec<Answer>,
    /// Rules it gives way to where they apply.
    pub subject_to: Vec<RuleId>,
    /// Where.
    pub span: Span,
}

/// What a rule does on one kind of event.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What it answers.
    pub on: On,
    /// Its variables. The event is the first.
    pub vars: Vec<Var>,
    /// The row the event names.
    pub the: Option<(VarId, Expr)>,
    /// Every row of a kind.
    pub each: Option<Each>,
    /// Conditions, all of which must hold.
    pub guards: Vec<Expr>,
    /// What it annuls.
    pub rescinding: Vec<Rescinding>,
    /// What it does.
    pub body: Vec<Statement>,
}

/// Every row of a kind.
#[derive(Debug, Clone)]
pub struct Each {
    /// The variable of the row.
    pub var: VarId,
    /// The kind.
    pub kind: KindId,
    /// Whether rows that have ended count too.
    pub any: bool,
    /// Which rows.
    pub filter: Option<Expr>,
}

/// What a rule answers.
#[derive(Debug, Clone)]
pub enum On {
    /// An event.
    Event(KindId),
    /// A change of states by events; all where none are named.
    Change { states: Vec<StateId>, by: Vec<KindId> },
    /// An adjustment of states, under clauses that begin so or any where none is named, once the record is done with.
    Adjustment(Vec<StateId>, Vec<String>),
    /// What waited is made.
    Making(StateId),
    /// An obligation is breached.
    Breach(ObligationId),
    /// A moment: a date stands for its beginning.
    At(Expr),
    /// A condition becomes true.
    Once(Expr),
}

/// What a rule annuls.
#[derive(Debug, Clone)]
pub struct Rescinding {
    /// The deemed events.
    pub deemed: Vec<KindId>,
    /// The entry they were deemed for.
    pub of: Expr,
    /// Whether what followed is kept.
    pub keeping: bool,
    /// Conditions.
    pub guards: Vec<Expr>,
}

/// A statement with its conditions.
#[derive(Debug, Clone)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Conditions, all of which must hold.
    pub guards: Vec<Expr>,
    /// Where.
    pub span: Span,
}

/// The shapes of statements.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// Names a value.
    Let(VarId, Expr),
    /// Gives a state a new value.
    Becomes { state: StateId, of: Option<Expr>, pending: bool, value: Expr, clamps: Vec<Clamp> },
    /// What must hold.
    Require(Expr, Failure),
    /// Something is taken to have happened.
    Deem { kind: KindId, fields: Vec<(FieldId, Expr)>, like: Option<Expr>, with: Vec<(StateId, bool, Expr)> },
    /// A line of an effect.
    Record { effect: EffectId, fields: Vec<Option<Expr>> },
    /// An entry ends.
    End(Expr),
    /// An entry is taken up again.
    Restore(Expr),
    /// A warning.
    Warn(TextTemplate),
    /// For each line of a list.
    ForEach { var: VarId, list: Expr, shape: ShapeId, order: Option<(bool, Expr)>, body: Vec<Statement> },
}

/// A limit on a new value.
#[derive(Debug, Clone)]
pub struct Clamp {
    /// `above` rather than `below`.
    pub above: bool,
    /// The limit.
    pub limit: Expr,
    /// When a value beyond it is not taken at all.
    pub skip: Option<Vec<Expr>>,
}

/// Something that is due by a day.
#[derive(Debug, Clone)]
pub struct Obligation {
    /// Its name.
    pub name: String,
    /// What is due.
    pub what: TextTemplate,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
    /// What makes it due, and its variables.
    pub answers: Vec<ObligationAnswer>,
    /// Where.
    pub span: Span,
}

/// What makes an obligation due.
#[derive(Debug, Clone)]
pub struct ObligationAnswer {
    /// The event, the change or the adjustment.
    pub on: On,
    /// Its variables.
    pub vars: Vec<Var>,
    /// The row the event names.
    pub the: Option<(VarId, Expr)>,
    /// Every row of a kind.
    pub each: Option<Each>,
    /// Conditions.
    pub guards: Vec<Expr>,
    /// The day; none for `promptly`.
    pub due: Option<Expr>,
    /// The day it was done, asked when the result is shown.
    pub done: Expr,
}

/// A condition watched after every event.
#[derive(Debug, Clone)]
pub struct Covenant {
    /// Its name.
    pub name: String,
    /// What it protects.
    pub what: String,
    /// The clause it comes from.
    pub clause: Option<ClauseId>,
    /// While this holds.
    pub during: Option<Body<Expr>>,
    /// What must hold.
    pub holds: Body<Expr>,
    /// Where.
    pub span: Span,
}

/// Which changes count as adjustments.
#[derive(Debug, Clone)]
pub struct Adjustments {
    /// Of which states.
    pub states: Vec<StateId>,
    /// Under clauses that begin so.
    pub under: Vec<String>,
}

/// The parts of every result: no report and no effect has one of these names.
pub const PARTS_OF_RESULT: [&str; 12] = [
    "schema",
    "receipt",
    "terms",
    "as_of",
    "readings",
    "adjustments",
    "refusals",
    "obligations",
    "rescissions",
    "warnings",
    "stopped",
    "rejected",
];

/// What the result shows.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its name.
    pub name: String,
    /// Of each entry of a kind.
    pub of: Option<KindId>,
    /// Which entries.
    pub filter: Option<Expr>,
    /// Its variables: the row is the first.
    pub vars: Vec<Var>,
    /// Its columns.
    pub columns: Vec<(String, Expr)>,
    /// Where.
    pub span: Span,
}

/// A reading chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The reading.
    pub reading: ReadingId,
    /// The number of its alternative.
    pub alternative: u32,
}
