//! Expressions as written.

use super::{Ident, Text};
use crate::source::Span;
use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

/// An expression with its place.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// The shapes of expressions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `40,000,000`
    Number(Decimal),
    /// `12.5%`: the number before the sign.
    Percent(Decimal),
    /// `$2.40/share`
    Money { amount: Decimal, sign: String, per_share: bool },
    /// `3 trading days`
    Quantity(Decimal, Unit),
    /// `2 for 1`
    Ratio(Decimal, Decimal),
    /// `2005-03-14`
    Date(NaiveDate),
    /// `2010-03-14 17:00`
    Moment(NaiveDateTime),
    /// `yes`
    YesNo(bool),
    /// `"text"`
    Text(Text),
    /// A name alone.
    Name(Ident),
    /// `its price`
    Its(Ident),
    /// `it`
    It,
    /// `now`
    Now,
    /// `event.price`
    Dot(Box<Expr>, Ident),
    /// `price before`
    Before(Box<Expr>),
    /// `price after`
    After(Box<Expr>),
    /// `price of certificate "W-1"`
    Keyed { value: Box<Expr>, kind: Ident, key: Text },
    /// `share_index at start of event.date`
    At { value: Box<Expr>, edge: Edge, of: Box<Expr> },
    /// `close of today`
    Edge(Edge, Box<Expr>),
    /// `market_value(today)`
    Call(Ident, Vec<Expr>),
    /// `known event.owned`
    Known(Box<Expr>),
    /// `void certificate`
    Void(Box<Expr>),
    /// `pending number`
    Pending(Box<Expr>),
    /// `change of price by grant`
    ChangeBy { state: Ident, by: Ident },
    /// `-x`
    Negative(Box<Expr>),
    /// `a × b`
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `1% of number`
    PercentOf(Decimal, Box<Expr>),
    /// `x rounded down to 1 share`
    Rounded(Box<Expr>, Rounding),
    /// `x rounded as number`
    RoundedAs(Box<Expr>, Ident),
    /// `number pro rata to part.shares`
    ProRata(Box<Expr>, Box<Expr>),
    /// `a < b`
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `kind is either cash or earnings`, `price is $2.40/share`
    Is { value: Box<Expr>, not: bool, of: Alternatives },
    /// `x in list`
    In(Box<Expr>, Box<Expr>),
    /// `not x`
    Not(Box<Expr>),
    /// `a and b and c`
    And(Vec<Expr>),
    /// `a or b or c`
    Or(Vec<Expr>),
    /// `first of { … }`
    FirstOf(Vec<Rung>),
    /// `sum of … over …`
    Query(Box<Query>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `[{ a: x }]`
    Records(Vec<Vec<(Ident, Expr)>>),
    /// `(…)`, kept so that printing gives back what was written.
    Brackets(Box<Expr>),
}

/// The unit of a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// `shares`
    Shares,
    /// `days`
    Days,
    /// `trading days`
    TradingDays,
    /// `months`
    Months,
    /// `years`
    Years,
    /// `USD`
    Currency(String),
    /// `USD/share`
    CurrencyPerShare(String),
}

/// The edge of a business day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edge {
    /// Its first moment.
    Start,
    /// Close of business.
    Close,
    /// An hour, in minutes.
    Hour(u16),
}

/// An operator of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `×`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
}

/// A sign of comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

/// How a value is rounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Rounding {
    /// Which way.
    pub mode: RoundingMode,
    /// To a multiple of this.
    pub unit: Box<Expr>,
    /// Whether a value that would become nothing stays as it was.
    pub keeps: bool,
}

/// Which way a value is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoundingMode {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// To the nearest, a tie away from zero.
    HalfAwayFromZero,
    /// To the nearest, a tie to the even one.
    HalfToEven,
}

/// What `is` compares with.
#[derive(Debug, Clone, PartialEq)]
pub enum Alternatives {
    /// `is either a or b`
    Either(Vec<Ident>),
    /// `is breached`
    Breached,
    /// `is x`: a value, or one word.
    One(Box<Expr>),
    /// `is share`: a word that cannot be a name.
    Word(Ident),
}

/// One case of a waterfall.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// `(a)`, without the brackets.
    pub label: Option<String>,
    /// Its condition; none for `otherwise`, and for a case that applies where it is known.
    pub when: Option<Expr>,
    /// Whether it is the `otherwise`.
    pub otherwise: bool,
    /// What it gives.
    pub outcome: Outcome,
}

/// What a case gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A value.
    Value(Expr),
    /// A refusal or a stop.
    Failure(Failure),
}

/// A refusal or a stop.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Whether the run stops.
    pub stop: bool,
    /// The reason.
    pub text: Text,
    /// Values given with it.
    pub with: Vec<Binding>,
}

/// `largest.cash = room`
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// `pending number = …`
    pub pending: bool,
    /// The path.
    pub path: Vec<Ident>,
    /// The value.
    pub value: Expr,
}

/// A question about what has happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What is asked.
    pub ask: Ask,
    /// What is looked at: a kind, or a path to a list.
    pub source: Vec<Ident>,
    /// Which days.
    pub window: Option<Window>,
    /// Which entries.
    pub filter: Option<Expr>,
}

/// What a query asks.
#[derive(Debug, Clone, PartialEq)]
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
    /// A list of values.
    List(Expr),
    /// A list of records.
    Records(Vec<(Ident, Expr)>),
}

/// A measure of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// The sum.
    Sum,
    /// The arithmetic mean.
    Mean,
    /// The least.
    Lowest,
    /// The greatest.
    Highest,
}

/// The days a query looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// One day.
    On(Expr),
    /// Up to a day.
    UpTo(Expr),
    /// Between two days.
    From(Expr, Expr),
    /// The days that end with a day.
    In(Expr, Expr),
}
