//! Expressions with their types, names resolved.

use super::{CalendarId, DefId, FieldId, KindId, ObligationId, ReadingId, StateId, TableId, Type, VarId, WordId};
use crate::source::Span;
pub use crate::syntax::ast::{Comparison, Edge, Measure, Operator, RoundingMode};
use rust_decimal::Decimal;

/// An expression with its type.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it was written.
    pub span: Span,
}

/// The shapes of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A number.
    Number(Decimal),
    /// A fraction.
    Ratio(Decimal, Decimal),
    /// A whole number: a day, a moment in minutes, months, trading days, a condition, a word.
    Whole(i64),
    /// Text.
    Text(TextTemplate),
    /// An entry by its key, in the expectations of examples.
    ByKey(KindId, String),
    /// The present day.
    Today,
    /// The present moment.
    Now,
    /// A variable: a row, a line, a parameter, a `let`.
    Var(VarId),
    /// A field of a row, a line or the event.
    Field(Box<Expr>, FieldId),
    /// What every event has.
    Inherent(Box<Expr>, Inherent),
    /// A state, of the issuer or of a row.
    State { state: StateId, of: Option<Box<Expr>>, when: When },
    /// What waits of a state.
    Pending { state: StateId, of: Option<Box<Expr>> },
    /// The value before or after the change that an entry made to a state of a row.
    ChangeBy { state: StateId, of: Option<Box<Expr>>, by: Box<Expr>, after: bool },
    /// A definition with its arguments; of a row where it has one. `after`: as the event leaves things.
    Def { def: DefId, args: Vec<Expr>, after: bool },
    /// Whether a reading is one of several.
    Reading(ReadingId, Vec<u32>),
    /// A sign before.
    Negative(Box<Expr>),
    /// Arithmetic on numbers.
    Arithmetic(Operator, Box<Expr>, Box<Expr>),
    /// A day moved by days, months or trading days.
    Shift { day: Box<Expr>, by: Box<Expr>, back: bool },
    /// The days between two.
    DaysBetween(Box<Expr>, Box<Expr>),
    /// The day of a moment.
    DayOf(Box<Expr>),
    /// The edge of a day.
    Edge(Edge, Box<Expr>),
    /// A comparison.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Equality of any type.
    Equal(Box<Expr>, Box<Expr>),
    /// Whether a word is one of several.
    OneOf(Box<Expr>, Vec<WordId>),
    /// Whether a list contains a value.
    Contains { list: Box<Expr>, value: Box<Expr> },
    /// The opposite.
    Not(Box<Expr>),
    /// All hold.
    All(Vec<Expr>),
    /// At least one holds.
    Any(Vec<Expr>),
    /// A waterfall.
    FirstOf(Vec<Rung>),
    /// Whether a value is there.
    Known(Box<Expr>),
    /// Whether a row was to be made by an act that was refused.
    Void(Box<Expr>),
    /// Whether a row is of a kind.
    IsKind(Box<Expr>, KindId),
    /// A rounded value; whether one that would become nothing stays as it was.
    Round(Box<Expr>, RoundingMode, Box<Expr>, bool),
    /// A value rounded as a state is.
    RoundAs(Box<Expr>, StateId),
    /// A portion of a value in proportion to a weight of each line of the loop's list.
    ProRata { value: Box<Expr>, weight: Box<Expr>, as_state: Option<StateId> },
    /// A built-in function.
    Call(Builtin, Vec<Expr>),
    /// A table.
    Table(TableId, Vec<Expr>),
    /// Whether a place is open on a day.
    Open(CalendarId, Box<Expr>),
    /// A list written out: lines, each with a value for each column.
    Lines(Vec<Vec<Option<Expr>>>),
    /// How an obligation stands for a row.
    Obligation(ObligationId, Box<Expr>, Standing),
    /// A question about what has happened.
    Query(Box<Query>),
}

/// What every event has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inherent {
    /// Its day.
    Date,
    /// Its id, where it has one.
    Id,
}

/// When a state is asked for.
#[derive(Debug, Clone)]
pub enum When {
    /// As the event found it.
    Before,
    /// As the event leaves it.
    After,
    /// In a rule on a change: as it was before that change.
    BeforeChange,
    /// At the edge of a day.
    At(Edge, Box<Expr>),
}

/// How an obligation may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Its day is not past, and it is not done.
    Open,
    /// Done by its day.
    Met,
    /// Done after its day.
    Late,
    /// Not done, and its day is past.
    Breached,
}

/// One case of a waterfall.
#[derive(Debug, Clone)]
pub struct Rung {
    /// Its label.
    pub label: Option<String>,
    /// Its condition.
    pub when: Option<Expr>,
    /// Whether it is the `otherwise`.
    pub otherwise: bool,
    /// What it gives.
    pub outcome: Outcome,
    /// Where it was written.
    pub span: Span,
}

/// What a case gives.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A value.
    Value(Expr),
    /// A refusal or a stop.
    Failure(Failure),
}

/// A refusal or a stop.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Whether the run stops.
    pub stop: bool,
    /// The reason.
    pub text: TextTemplate,
    /// Values given with it, by path.
    pub with: Vec<(Vec<String>, Expr)>,
    /// The clause it comes from, where it has one of its own.
    pub clause: Option<super::ClauseId>,
    /// Where it was written.
    pub span: Span,
}

/// Text with values in it.
#[derive(Debug, Clone, Default)]
pub struct TextTemplate {
    /// Its parts.
    pub parts: Vec<TextPart>,
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum TextPart {
    /// As it stands.
    Plain(String),
    /// A value.
    Value(Expr),
}

/// A question about what has happened.
#[derive(Debug, Clone)]
pub struct Query {
    /// What is asked.
    pub ask: Ask,
    /// What is looked at.
    pub source: Source,
    /// The variable of the entry looked at.
    pub var: VarId,
    /// The first and last day, where a window is given; days that are left out are open ends.
    pub window: Option<Window>,
    /// Which entries.
    pub filter: Option<Expr>,
}

/// What a query looks at.
#[derive(Debug, Clone)]
pub enum Source {
    /// Entries that are kept.
    Entries(KindId),
    /// Past events that are not kept.
    Past(KindId),
    /// An effect.
    Effect(super::EffectId, super::ShapeId),
    /// A list.
    List(Box<Expr>),
}

/// The days a query looks at.
#[derive(Debug, Clone)]
pub enum Window {
    /// From a day, or the beginning, to a day.
    Days(Option<Box<Expr>>, Box<Expr>),
    /// The trading days that end with a day.
    TradingDays(Box<Expr>, Box<Expr>),
}

/// What a query asks.
#[derive(Debug, Clone)]
pub enum Ask {
    /// A measure of a value.
    Measure(Measure, Expr),
    /// How many.
    Count,
    /// On how many days.
    CountDays,
    /// The last.
    Latest,
    /// The first.
    Earliest,
    /// A list, a value for each column of its shape.
    List(Vec<Expr>, super::ShapeId),
}

/// Functions of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// The least of several values.
    Least,
    /// The greatest of several values.
    Greatest,
    /// The absolute value.
    Abs,
    /// e to a power.
    Exp,
    /// The natural logarithm.
    Ln,
    /// The square root.
    Sqrt,
    /// The cumulative standard normal distribution.
    Normal,
    /// How many of several values are known.
    KnownAmong,
    /// The number of days of the year a day is in.
    DaysInYear,
    /// The number of trading days from one day to another, both counted.
    TradingDays,
}

impl Builtin {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 10] = [
        ("least", Self::Least),
        ("greatest", Self::Greatest),
        ("abs", Self::Abs),
        ("exp", Self::Exp),
        ("ln", Self::Ln),
        ("sqrt", Self::Sqrt),
        ("normal", Self::Normal),
        ("known_among", Self::KnownAmong),
        ("days_in_year", Self::DaysInYear),
        ("trading_days", Self::TradingDays),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, b)| *b == self).map_or("", |(name, _)| name)
    }
}
