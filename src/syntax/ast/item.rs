//! Declarations as written.

use super::{Binding, Citation, Expr, Failure, Ident, Rounding, Text};
use crate::source::Span;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// One block of a file.
#[derive(Debug, Clone)]
pub struct Item {
    /// The clauses it comes from.
    pub citations: Vec<Citation>,
    /// What it is.
    pub kind: ItemKind,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.citations == other.citations && self.kind == other.kind
    }
}

/// The shapes of blocks.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// A setting.
    Setting(Setting),
    /// `replace …`
    Replace(Box<Item>),
    /// `remove rule x "why"`
    Remove { what: Removed, why: Text },
    /// `extend quote { … }`
    Extend { name: Ident, members: Vec<Member> },
    /// `set cap = 9.99%`
    Set { name: Ident, of: Option<Ident>, value: Expr },
    /// `set reading floor to nominal`
    SetReading { name: Ident, to: Ident },
    /// An event, observation or deemed event.
    Event(Event),
    /// `effect payments { … }`
    Effect { name: Ident, fields: Vec<Field> },
    /// `state price of certificate : …`
    State(State),
    /// `needs price of certificate : …`
    Needs(Needs),
    /// `define x : … = …`
    Define(Define),
    /// `table f(x : number) : number { … }`
    Table(Table),
    /// `reading x "…" { … }`
    Reading { name: Ident, question: Text, alternatives: Vec<(Ident, Text)> },
    /// `rule x on … { … }`
    Rule(Box<Rule>),
    /// `covenant x "…" { … }`
    Covenant { name: Ident, what: Text, during: Option<Expr>, holds: Expr },
    /// `obligation x "…" on … { … }`
    Obligation(Box<Obligation>),
    /// `adjustment of … under …`
    Adjustments { states: Vec<Ident>, under: Vec<Citation> },
    /// `round number { … }`
    Round { state: Ident, lines: Vec<(Rounding, Vec<Guard>)> },
    /// `postpone number { … }`
    Postpone { states: Vec<Ident>, policies: Vec<Policy> },
    /// `at close of business { … }`
    AtClose(Vec<Ident>),
    /// `calendar nyse { … }`
    Calendar { name: Ident, weekdays: Vec<Ident>, file: Option<Text>, from: NaiveDate, to: NaiveDate },
    /// `report x of y { … }`
    Report { name: Ident, of: Option<Ident>, filter: Option<Expr>, columns: Vec<(Ident, Option<Expr>)> },
    /// `not computable "…"`
    NotComputable(Text),
    /// `defect "…"`
    Defect(Text),
    /// `example "…" { … }`
    Example { title: Text, lines: Vec<ExampleLine> },
    /// `allow check::unused in x "why"`
    Allow { code: Ident, of: Option<Ident>, why: Text },
}

/// What a variant leaves out.
#[derive(Debug, Clone, PartialEq)]
pub enum Removed {
    /// `§7`
    Clause(Citation),
    /// `state price of certificate`
    Named { sort: Ident, name: Option<Ident>, of: Option<Ident> },
}

/// What holds for the whole file.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// `terms "…"`
    Terms(Text),
    /// `library "…"`
    Library(Text),
    /// `variant "…" of "…"`
    Variant(Text, Text),
    /// `edition 1`
    Edition(rust_decimal::Decimal),
    /// `source "…"`
    Document(Text),
    /// `currency USD`
    Currency(Ident),
    /// `time zone America/New_York`
    Zone(Ident),
    /// `close of business 17:00`
    Close(NaiveTime),
    /// `months end on the last day`
    MonthEnd,
    /// `trading days by trading_day`
    TradingDays(Ident),
    /// `import "…"`
    Import(Text, Vec<Citation>),
}

/// Which sort of event is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventSort {
    /// In the stream.
    Event,
    /// In the stream, known for the whole of its day.
    Observation,
    /// Made by rules.
    Deemed,
}

/// `event grant kept by id { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Which sort.
    pub sort: EventSort,
    /// Its name.
    pub name: Ident,
    /// Kept, and under which field.
    pub kept: Option<Option<Ident>>,
    /// Fields and checks.
    pub members: Vec<Member>,
}

/// A line of an event declaration.
#[derive(Debug, Clone, PartialEq)]
pub enum Member {
    /// A field.
    Field(Field),
    /// A check with its message.
    Check(Expr, Text),
}

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// Its value where it is left out.
    pub default: Option<Expr>,
    /// Who determines it.
    pub determined: Option<Text>,
}

/// A type with its place.
#[derive(Debug, Clone)]
pub struct Type {
    /// What it is.
    pub kind: TypeKind,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// The shapes of types.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// `list of …`
    List(Box<Type>),
    /// `{ … }`
    Record(Vec<Field>),
    /// `by change { … }`
    Choice(Ident, Vec<Field>),
    /// `new certificate`
    New(Ident),
    /// `any certificate`
    Any(Ident),
    /// `trading days`
    TradingDays,
    /// `USD/share`, `yes/no`
    Per(String, String),
    /// `a | b`
    Enum(Vec<Ident>),
    /// `shares`, `certificate`, `stock_dividend or distribution`
    Names(Vec<Ident>),
}

/// `state price of certificate : USD/share = …`
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its name.
    pub name: Ident,
    /// The kind of entry it belongs to.
    pub of: Option<Ident>,
    /// Its type.
    pub ty: Type,
    /// Its value at the beginning; unknown without one.
    pub initial: Option<Expr>,
}

/// `needs price of certificate : USD/share`
#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The kind of entry it belongs to.
    pub of: Option<Ident>,
    /// Its type.
    pub ty: Type,
}

/// `define x of y : … = …`
#[derive(Debug, Clone, PartialEq)]
pub struct Define {
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The kind of entry it belongs to.
    pub of: Option<Ident>,
    /// Its type.
    pub ty: Type,
    /// The formula.
    pub value: Expr,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
}

/// `table f(x : number) : number { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: Ident,
    /// Its parameters: rows, then columns.
    pub params: Vec<Param>,
    /// Its type.
    pub ty: Type,
    /// `(between, linear)`, `(beyond, nearest)`
    pub policies: Vec<(String, Ident)>,
    /// The heads of the columns.
    pub columns: Vec<Expr>,
    /// The rows: head and cells.
    pub rows: Vec<(Expr, Vec<Expr>)>,
}

/// `rule x on … { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Whether its outcome stands when the past is recomputed.
    pub is_final: bool,
    /// Its name.
    pub name: Ident,
    /// What it answers.
    pub trigger: Trigger,
    /// The entries it speaks of.
    pub scope: Scope,
    /// Conditions.
    pub guards: Vec<Guard>,
    /// Rules it gives way to.
    pub subject_to: Vec<Ident>,
    /// Rules it goes before.
    pub notwithstanding: Vec<Ident>,
    /// What it annuls.
    pub rescinding: Vec<Rescinding>,
    /// What it does.
    pub body: Vec<Statement>,
}

/// What a rule answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// Events.
    On(Vec<Ident>),
    /// A change of a state, by certain events.
    OnChange { adjustment: bool, states: Vec<Ident>, by: Vec<Ident>, under: Vec<Citation> },
    /// What waited of a state is made.
    OnMaking(Ident),
    /// An obligation is breached.
    OnBreach(Ident),
    /// A moment.
    At(Expr),
    /// A condition becomes true.
    Once(Expr),
}

/// The entries a rule speaks of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scope {
    /// The one the event names.
    pub the: Option<Ident>,
    /// Every one of a kind, with a condition.
    pub each: Option<Each>,
}

/// Every entry of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// The kind.
    pub kind: Ident,
    /// Whether those that have ended count too.
    pub any: bool,
    /// Which entries.
    pub filter: Option<Expr>,
}

/// A condition of a rule or a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// `unless`
    pub unless: bool,
    /// The condition.
    pub cond: Expr,
}

/// `rescinding scaling of stock_dividend`
#[derive(Debug, Clone, PartialEq)]
pub struct Rescinding {
    /// The deemed events.
    pub deemed: Vec<Ident>,
    /// Of which entry.
    pub of: Ident,
    /// Whether what followed is kept.
    pub keeping: bool,
    /// Conditions.
    pub guards: Vec<Guard>,
}

/// A statement with its conditions.
#[derive(Debug, Clone)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// When.
    pub guards: Vec<Guard>,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Statement {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.guards == other.guards
    }
}

/// The shapes of statements.
#[derive(Debug, Clone, PartialEq)]
pub enum StatementKind {
    /// `let x : ratio = …`
    Let(Ident, Option<Type>, Expr),
    /// `x becomes …`
    Becomes { pending: bool, target: Vec<Ident>, value: Expr, clamps: Vec<Clamp> },
    /// `require … else …`
    Require(Expr, Failure),
    /// `deem x { … }`
    Deem { name: Ident, fields: Vec<(Ident, Expr)>, like: Option<Ident>, with: Vec<Binding> },
    /// `record x { … }`
    Record { name: Ident, fields: Vec<(Ident, Expr)> },
    /// `end x`
    End(Vec<Ident>),
    /// `restore x`
    Restore(Vec<Ident>),
    /// `warn "…"`
    Warn(Text),
    /// `for each x in list { … }`
    ForEach { name: Ident, source: Vec<Ident>, order: Option<(bool, Expr)>, body: Vec<Statement> },
}

/// `but not below x, or not at all`
#[derive(Debug, Clone, PartialEq)]
pub struct Clamp {
    /// `above` rather than `below`.
    pub above: bool,
    /// The limit.
    pub limit: Expr,
    /// Whether a value beyond it is not taken at all, and when.
    pub skip: Option<Option<Guard>>,
}

/// `obligation x "…" on … { due … done … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Obligation {
    /// Its name.
    pub name: Ident,
    /// What is due.
    pub what: Text,
    /// What makes it due.
    pub trigger: Trigger,
    /// The entries it speaks of.
    pub scope: Scope,
    /// Conditions.
    pub guards: Vec<Guard>,
    /// The day; none for `promptly`.
    pub due: Option<Expr>,
    /// The day it was done.
    pub done: Expr,
}

/// One line of a postponement.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What it says.
    pub kind: PolicyKind,
    /// Its condition.
    pub guard: Option<Guard>,
}

/// The lines of a postponement.
#[derive(Debug, Clone, PartialEq)]
pub enum PolicyKind {
    /// `on scaling or market_fraction`
    On(Vec<Ident>),
    /// `while the change of price is under 1% of price`
    While { of: Option<Ident>, strict: bool, limit: Expr },
    /// `with number in inverse proportion`
    With(Ident, Option<Proportion>),
    /// `compounding`
    Compounding,
    /// `restating`
    Restating,
    /// `until exercise`
    Until(Vec<Ident>),
}

/// How a change that waits with another state's moves when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proportion {
    /// By the factor of the other.
    Direct,
    /// By its inverse.
    Inverse,
}

/// One line of an example.
#[derive(Debug, Clone)]
pub struct ExampleLine {
    /// What it is.
    pub kind: ExampleKind,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for ExampleLine {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// The lines of an example.
#[derive(Debug, Clone, PartialEq)]
pub enum ExampleKind {
    /// `given floor is nominal`
    Given(Ident, Ident),
    /// `2006-01-10 split { … }`
    Step { at: When, name: Ident, fields: Vec<(Ident, StepValue)> },
    /// `expect refused under §7`
    Refused(Option<Citation>),
    /// `expect not refused`
    Accepted,
    /// `expect stopped "…"`
    Stopped(Option<Text>),
    /// `expect … to the nearest …`
    That(Expr, Option<Expr>),
}

/// The date of a step, with its hour where it has one.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// A day.
    Day(NaiveDate),
    /// A moment.
    Moment(NaiveDateTime),
}

/// A value in a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepValue {
    /// A literal.
    Literal(Expr),
    /// A word.
    Word(Ident),
    /// A list.
    List(Vec<StepValue>),
    /// A record.
    Record(Vec<(Ident, StepValue)>),
}
