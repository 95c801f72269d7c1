//! The instructions of the engine, and a program of them.
//!
//! Registers are three rows of values: decimals, whole numbers (days, moments, conditions, words, texts, entries) and
//! lists. States of the issuer, the fields of the event at hand and fixed numbers have registers of their own and are
//! read in place. A target is an index into [`Program::ops`].

use super::graph::Why;
use super::index::IndexSpec;
use super::plan::Plan;
use super::tally::TallySpec;
use crate::source::Span;
use crate::terms::{
    Builtin, ClauseId, Comparison, EffectId, KindId, ObligationId, RoundingMode, RuleId, Standing, StateId, TableId, Type,
};
use rust_decimal::Decimal;

/// A register.
pub type Reg = u16;
/// An index into the instructions.
pub type Target = u32;

/// One instruction. The first register is the one written.
#[derive(Debug, Clone, Copy)]
pub enum Op {
    /// Copies a decimal.
    MoveD(Reg, Reg),
    /// `a + b`
    Add(Reg, Reg, Reg),
    /// `a - b`
    Sub(Reg, Reg, Reg),
    /// `a × b`
    Mul(Reg, Reg, Reg),
    /// `a ÷ b`
    Div(Reg, Reg, Reg),
    /// `-a`
    Neg(Reg, Reg),
    /// `|a|`
    Abs(Reg, Reg),
    /// Fails where `a` is zero: it was cancelled from above and below a line.
    NonZero(Reg),
    /// `a` to the whole power `b`, or by way of logarithms.
    Power(Reg, Reg, Reg),
    /// Rounds to a multiple of a unit.
    Round(Reg, Reg, Reg, RoundingMode),
    /// Rounds a quotient to a multiple of a unit, as it is before it is cut to what a decimal holds.
    RoundQuotient(Reg, Reg, Reg, Reg, RoundingMode),
    /// `a × b ÷ c`, exact until it is divided.
    Fraction(Reg, Reg, Reg, Reg),
    /// The same, rounded to a multiple of a unit.
    FractionRounded(Reg, Reg, Reg, Reg, Reg, RoundingMode),
    /// `(a × b + c × d) ÷ e`, or `−`, exact until it is divided.
    FractionOfTwo(bool, Reg, Reg, Reg, Reg, Reg, Reg),
    /// Begins a longer numerator with `a × b`.
    Above(Reg, Reg),
    /// Adds `a × b` to the numerator, or subtracts it.
    AbovePlus(bool, Reg, Reg),
    /// The numerator divided.
    Over(Reg, Reg),
    /// The numerator divided, and rounded to a multiple of a unit.
    OverRounded(Reg, Reg, Reg, RoundingMode),
    /// The lesser.
    Least(Reg, Reg, Reg),
    /// The greater.
    Greatest(Reg, Reg, Reg),
    /// A function of one decimal.
    Function(Builtin, Reg, Reg),
    /// A cell of a table, by row and column.
    Table(TableId, Reg, Reg, Reg),

    /// Copies a whole number.
    MoveI(Reg, Reg),
    /// Sets a small whole number.
    SetI(Reg, i32),
    /// `a + b` of whole numbers.
    AddI(Reg, Reg, Reg),
    /// The lesser or the greater whole number.
    ExtremeI(bool, Reg, Reg, Reg),
    /// The day of a moment.
    DayOf(Reg, Reg),
    /// The first moment of a day.
    StartOf(Reg, Reg),
    /// The close of business of a day.
    CloseOf(Reg, Reg),
    /// An hour of a day, in minutes.
    HourOf(Reg, Reg, u16),
    /// A day and a decimal number of days.
    AddDays(Reg, Reg, Reg, bool),
    /// A day and months.
    AddMonths(Reg, Reg, Reg, bool),
    /// A day and trading days.
    AddTradingDays(Reg, Reg, Reg, bool),
    /// The first of that many trading days that end with a day.
    TradingWindow(Reg, Reg, Reg),
    /// The days from a to b, as a decimal.
    DaysBetween(Reg, Reg, Reg),
    /// The requirements of an event are being tested.
    Requiring(KindId),
    /// They are met.
    Required,
    /// The moment at which an obligation about an entry is overdue, −1 where there is none: the start of the day after.
    Overdue(Reg, ObligationId, Reg),
    /// The trading days from one day to another, both counted.
    TradingDays(Reg, Reg, Reg),
    /// The days of the year of a day, as a decimal.
    DaysInYear(Reg, Reg),
    /// Whether a calendar is open on a day.
    Open(u16, Reg, Reg),

    /// Goes on elsewhere.
    Jump(Target),
    /// If the condition holds.
    JumpIf(Reg, Target),
    /// Unless the condition holds.
    JumpUnless(Reg, Target),
    /// Unless `a` compares so with `b`.
    JumpUnlessD(Comparison, Reg, Reg, Target),
    /// Unless `a` compares so with `b`, both multiplied by a denominator, whose sign counts.
    JumpUnlessQ(Comparison, Reg, Reg, Reg, Target),
    /// Unless `a` compares so with `b`, whole numbers.
    JumpUnlessI(Comparison, Reg, Reg, Target),
    /// Unless two decimals are equal.
    JumpUnlessEqual(Reg, Reg, Target),
    /// Unless two whole numbers are equal.
    JumpUnlessSame(Reg, Reg, Target),
    /// Unless a whole number is in a set.
    JumpUnlessIn(Reg, u16, Target),
    /// Back to the caller.
    Return,
    /// A value is missing.
    Missing(u16),
    /// A refusal or a stop.
    Fail(u16),
    /// If the past is being recomputed.
    JumpIfReplaying(Target),

    /// A column of an entry: row register, column.
    LoadD(Reg, KindId, Reg, u16),
    /// A column of whole numbers.
    LoadI(Reg, KindId, Reg, u16),
    /// A list of an entry.
    LoadL(Reg, KindId, Reg, u16),
    /// A column of a past event.
    PastD(Reg, KindId, Reg, u16),
    /// A column of whole numbers of a past event.
    PastI(Reg, KindId, Reg, u16),
    /// A list of a past event.
    PastL(Reg, KindId, Reg, u16),
    /// Whether an entry was never made.
    Void(Reg, Reg),
    /// Whether an entry is of a kind.
    IsKind(Reg, Reg, KindId),
    /// An entry by a key, −1 where there is none.
    ByKey(Reg, KindId, Reg),
    /// Whether a list of whole numbers contains one.
    Contains(Reg, Reg, Reg),
    /// The same, of a decimal.
    ContainsD(Reg, Reg, Reg),
    /// Whether one of the changes at hand is of a state of a row; for the last register, of the state at all.
    Changed(Reg, StateId, Reg),
    /// The value a state of a row (−1 for the issuer) had at a moment, of a ratio one of its parts; elsewhere if it is not known.
    History(Reg, StateId, Reg, u16, Reg, Target),
    /// The same, of a state that is a whole number.
    HistoryI(Reg, StateId, Reg, Reg, Target),
    /// The change an entry made to a state of a row, before or after; elsewhere where there is none.
    ChangeBy(Reg, StateId, Reg, Reg, bool, Target),
    /// A state of a row before the change at hand; as it is now where nothing has changed it.
    BeforeChange(Reg, StateId, Reg, Reg),
    /// How an obligation about an entry stands.
    Obligation(Reg, ObligationId, Reg, Standing),

    /// Begins a loop over rows.
    Rows(u16),
    /// The next row of a kind, with ended ones or without; or elsewhere.
    NextRow(u16, Reg, KindId, bool, Target),
    /// The next row, and back to what is done for each; or on.
    AgainRow(u16, Reg, KindId, bool, Target),
    /// Begins a loop over an index between two days.
    Postings(u16, u16, Reg, Reg, Reg),
    /// The next record of the index, or elsewhere.
    NextPosting(u16, Reg, u16, Target),
    /// The last or the first record of an index between two days; elsewhere where there is none.
    Pick(Reg, u16, Reg, Reg, bool, Target),
    /// How many records of an index between two days.
    CountIn(Reg, u16, Reg, Reg),
    /// The sum of an index between two days.
    SumIn(Reg, u16, Reg, Reg),
    /// What a tally comes to, then on at the target; where it cannot tell, on with the next instruction.
    Tally(Reg, u16, Target),
    /// Begins a loop over the lines of a list.
    Lines(u16, Reg),
    /// The next line, or elsewhere; the register tells whether it is the last.
    NextLine(u16, Reg, Target),
    /// A column of the line.
    LineD(Reg, u16, u16),
    /// A column of whole numbers of the line.
    LineI(Reg, u16, u16),
    /// Sorts the lines of a loop by keys collected for them, highest first where so.
    SortLines(u16, Reg, bool),
    /// An effect as a list.
    EffectLines(Reg, EffectId),

    /// Empties a list.
    ListNew(Reg),
    /// Adds a decimal to a list.
    ListD(Reg, Reg),
    /// Adds a whole number to a list.
    ListI(Reg, Reg),
    /// Ends a line.
    ListEnd(Reg),
    /// Copies a list.
    MoveL(Reg, Reg),

    /// Gives a state of the issuer a value: place, value.
    StoreD(u16, Reg),
    /// Gives a state of the issuer a whole value.
    StoreI(u16, Reg),
    /// Gives a state of the issuer a fraction: place, numerator, denominator.
    StoreQ(u16, Reg, Reg),
    /// Gives a state of a row a value: place, row, value.
    StoreRowD(u16, Reg, Reg),
    /// Gives a state of a row a whole value.
    StoreRowI(u16, Reg, Reg),
    /// Gives a state of a row a fraction.
    StoreRowQ(u16, Reg, Reg, Reg),
    /// Begins a state: the state, its row, the value.
    InitD(StateId, Reg, Reg),
    /// Begins a state with a whole value.
    InitI(StateId, Reg, Reg),
    /// Begins a state with a fraction.
    InitQ(StateId, Reg, Reg, Reg),
    /// A change waits: place, row (or none), what waits now, the change itself.
    Wait(u16, Reg, Reg, Reg),
    /// What waits is made with a change: place, row, the change itself.
    Make(u16, Reg, Reg),
    /// What waits of a state of a row, or of all rows, is made.
    Flush(StateId, Reg),

    /// A rule annuls: the rule's number among [`Program::rescinds`], the entry.
    Rescind(u16, Reg),
    /// Whether a rule decided to annul before, on this event.
    Decided(Reg, u16),
    /// A final rule begins: when recomputing, takes what was kept, or goes elsewhere where the rule did not apply.
    Recall(u16, Reg, Target, Target),
    /// A final rule keeps its values.
    Keep(u16, Reg),

    /// An act is put in the queue, with the values in its registers.
    Enqueue(u16),
    /// The queue of this step is carried out.
    RunQueue(u16),
    /// Rules on what waited and was made.
    RunMakings,
    /// Rules on changes by this step are carried out.
    RunChanges(Option<KindId>),
    /// A change of a row is kept until all rows have been gone through.
    LaterD(u16, Reg, Reg),
    /// The same for a whole number.
    LaterI(u16, Reg, Reg),
    /// The same for a fraction.
    LaterQ(u16, Reg, Reg, Reg),
    /// The same for what waits.
    LaterWait(u16, Reg, Reg),
    /// The same for what is made of what waited.
    LaterMake(u16, Reg, Reg),
    /// The changes that were kept are made.
    MakeAll,
    /// An obligation arises.
    Duty(u16),
    /// Tells the parts of a rule to be explained, for a row.
    Probe(u16, Reg),
}

/// A text with the registers of its values.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Its parts.
    pub parts: Vec<MessagePart>,
}

/// A part of a message.
#[derive(Debug, Clone)]
pub enum MessagePart {
    /// As it stands.
    Plain(String),
    /// A value.
    Value(Arg),
}

/// A register with its type, and whether it holds a value.
#[derive(Debug, Clone)]
pub struct Arg {
    /// The register.
    pub reg: Reg,
    /// The register that tells whether there is a value.
    pub known: Option<Reg>,
    /// The type.
    pub ty: Type,
}

/// A refusal or a stop.
#[derive(Debug, Clone)]
pub struct FailCode {
    /// Whether the run stops.
    pub stop: bool,
    /// Its clause; that of the rule at hand where it has none.
    pub clause: Option<ClauseId>,
    /// The rule it stands in.
    pub message: Message,
    /// Values given with it.
    pub with: Vec<(Vec<String>, Arg)>,
    /// Where it was written.
    pub span: Span,
}

/// An act in the queue.
#[derive(Debug, Clone)]
pub struct ActCode {
    /// What.
    pub kind: ActCodeKind,
    /// The clause of the rule.
    pub clause: Option<ClauseId>,
    /// The rule.
    pub rule: RuleId,
}

/// The shapes of acts in the queue.
#[derive(Debug, Clone)]
pub enum ActCodeKind {
    /// Something is deemed: fields by place in the frame, states of the new entry.
    Deem { kind: KindId, fields: Vec<Pass>, like: Option<Reg>, with: Vec<(StateId, bool, Pass)> },
    /// A line of an effect.
    Record { effect: EffectId, values: Vec<Option<Arg>> },
    /// An entry ends.
    End(Reg),
    /// An entry is taken up again.
    Restore(Reg),
    /// A warning.
    Warn(Message),
}

/// A value passed on.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// From this register, of the bank of the place.
    pub from: Reg,
    /// Whether there is a value.
    pub known: Option<Reg>,
    /// To this place of the frame, or column of the new entry.
    pub to: crate::terms::Spot,
}

/// A place where a state changes.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// The rule; none for the making of what waits.
    pub rule: RuleId,
    /// The state.
    pub state: StateId,
    /// The clause; that of what was deemed where there is none.
    pub clause: Option<ClauseId>,
    /// Whether what waits is set.
    pub pending: bool,
    /// Where the state stands.
    pub spot: crate::terms::Spot,
    /// The kind of its row.
    pub of: Option<KindId>,
    /// Where what waits stands.
    pub waiting: Option<u16>,
    /// Whether a rule answers its changes, or a moment depends on it.
    pub watched: bool,
    /// Whether past values or changes by entries are kept.
    pub traced: bool,
    /// Whether what waits of it moves as it does.
    pub moves: bool,
}

/// What a rule annuls.
#[derive(Debug, Clone)]
pub struct RescindCode {
    /// The rule.
    pub rule: RuleId,
    /// Its clause.
    pub clause: Option<ClauseId>,
    /// The deemed events.
    pub deemed: Vec<KindId>,
    /// Whether what followed is kept.
    pub keeping: bool,
    /// The places under which what changes by the recomputation stands, by state.
    pub sites: Vec<(StateId, u16)>,
}

/// A final rule: the registers of what stands.
#[derive(Debug, Clone)]
pub struct FinalCode {
    /// Decimals.
    pub d: Vec<Reg>,
    /// Whole numbers.
    pub i: Vec<Reg>,
    /// Lists.
    pub l: Vec<Reg>,
}

/// An obligation that arises.
#[derive(Debug, Clone)]
pub struct DutyCode {
    /// Which.
    pub obligation: ObligationId,
    /// The register of the entry it is about, where there is one.
    pub row: Option<Reg>,
    /// The register of the entry that an event names which is itself kept.
    pub the: Option<Reg>,
    /// The register of the row of the loop.
    pub each: Option<Reg>,
    /// The register of its day, with whether it is known; none for `promptly`.
    pub due: Option<(Reg, Option<Reg>)>,
    /// Where its day is so many trading days from another: that day, how many, and whether before it.
    pub counted: Option<(Reg, Reg, bool)>,
    /// What is due.
    pub what: Message,
    /// The code that tells the day it was done, in a register; elsewhere it is missing.
    pub done: Target,
    /// The register of that day.
    pub done_day: Reg,
    /// The registers `done` reads: the event's entry, its day, its id, the row of the loop.
    pub asks: [Reg; 4],
}

/// A rule at a moment, or on a condition.
#[derive(Debug, Clone)]
pub struct TimerCode {
    /// The kind whose rows it is about, with the register of the row.
    pub each: Option<(KindId, bool, Reg)>,
    /// The code that gives the moment or the condition.
    pub when: Target,
    /// The register it gives it in.
    pub value: Reg,
    /// Whether it comes before what happens at that moment.
    pub first: bool,
    /// What it does.
    pub run: Target,
}

/// A rule on a change.
#[derive(Debug, Clone)]
pub struct ChangeCode {
    /// Of these states.
    pub states: Vec<StateId>,
    /// By these kinds of event.
    pub by: Vec<KindId>,
    /// What it does.
    pub run: Target,
    /// Where its rule is.
    pub span: Span,
}

/// What the result shows.
#[derive(Debug, Clone)]
pub struct ReportCode {
    /// Of each entry of a kind, with the register of the row.
    pub of: Option<(KindId, Reg)>,
    /// The code that tells whether the row is shown.
    pub run: Target,
    /// The register that tells whether the row is shown.
    pub shown: Reg,
    /// The columns: the code of each, and where its value is.
    pub columns: Vec<(Target, Arg)>,
}

/// A covenant.
#[derive(Debug, Clone, Copy)]
pub struct CovenantCode {
    /// The code.
    pub run: Target,
    /// Whether it could be told.
    pub known: Reg,
    /// Whether it holds.
    pub holds: Reg,
}

/// What the engine runs.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The instructions.
    pub ops: Vec<Op>,
    /// Where fused formulas overflow: from, to, and the code that computes them as they are written.
    pub fallbacks: Vec<(Target, Target, Target)>,
    /// The places in the terms of instructions that can fail.
    pub spans: Vec<(Target, Span)>,
    /// The decimals at the beginning.
    pub d: Vec<Decimal>,
    /// The whole numbers at the beginning.
    pub i: Vec<i64>,
    /// How many lists there are.
    pub lists: usize,
    /// How many decimals and whole numbers hold state: those from here on are for passing values.
    pub kept: (usize, usize),
    /// Texts among the whole numbers: register and text.
    pub texts: Vec<(Reg, String)>,
    /// Sets of whole numbers.
    pub sets: Vec<Vec<i64>>,
    /// Missing values: why.
    pub missing: Vec<(Why, Span)>,
    /// Refusals and stops.
    pub fails: Vec<FailCode>,
    /// Acts.
    pub acts: Vec<ActCode>,
    /// Places of change.
    pub sites: Vec<Site>,
    /// What rules annul.
    pub rescinds: Vec<RescindCode>,
    /// Final rules.
    pub finals: Vec<FinalCode>,
    /// Obligations.
    pub duties: Vec<DutyCode>,
    /// Obligations that arise with an adjustment: the states, and the code.
    pub adjustment_duties: Vec<AdjustmentDuty>,
    /// Indexes of past events and entries.
    pub indexes: Vec<IndexSpec>,
    /// Counts and sums over entries that are kept up to date.
    pub tallies: Vec<TallySpec>,
    /// By kind: what an event does.
    pub on_event: Vec<Target>,
    /// By kind: each of its requirements by itself.
    pub second_looks: Vec<Vec<Target>>,
    /// By kind: whether an event of it does anything final.
    pub is_final: Vec<bool>,
    /// By kind: whether its rules say what becomes of an entry that was never made.
    pub handles_void: Vec<bool>,
    /// By kind: the code that begins the states of a new entry, with the register of its row.
    pub begin: Vec<(Target, Reg)>,
    /// By kind: the checks of a record: code, whether it holds, whether it could be told, message.
    pub checks: Vec<Vec<(Target, Reg, Message)>>,
    /// The code that begins the states of the issuer.
    pub begin_issuer: Target,
    /// The code that tells a trading day: the register of the day, the code, the register of the answer.
    pub trading_day: Option<(Reg, Target, Reg)>,
    /// Rules at moments.
    pub timers: Vec<TimerCode>,
    /// Rules on conditions.
    pub onces: Vec<TimerCode>,
    /// Rules on changes.
    pub changes: Vec<ChangeCode>,
    /// Rules on what waited being made: state, row, code.
    pub makings: Vec<(StateId, Reg, Target)>,
    /// Covenants.
    pub covenants: Vec<CovenantCode>,
    /// What the result shows.
    pub reports: Vec<ReportCode>,
    /// What is asked from outside: code and where the answer is.
    pub asked: Vec<(Target, Arg)>,
    /// Parts of formulas to be explained: code and where the value is; by rule, then as in [`super::plan::RuleProbe::all`].
    pub probes: Vec<Vec<(Target, Arg)>>,
    /// How many loops are open at most.
    pub loops: usize,
    /// Marks of values computed once for all rows of a loop: none is set outside of one.
    pub once: Vec<Reg>,
    /// By kind: how a record of it is carried out.
    pub routes: Vec<Route>,
    /// Whether any rule annuls and recomputes.
    pub rescinding: bool,
    /// The plan it was made from.
    pub plan: Plan,
    /// The readings chosen.
    pub readings: Vec<u32>,
}

/// An obligation that arises with an adjustment.
#[derive(Debug, Clone)]
pub struct AdjustmentDuty {
    /// Of one of these states.
    pub states: Vec<StateId>,
    /// Under clauses that begin so; any where there are none.
    pub under: Vec<String>,
    /// What it does.
    pub run: Target,
    /// The registers of the record: its entry, its day, its id, the row of the loop.
    pub asks: [Reg; 4],
}

/// How a record of a kind is carried out: what of it needs looking at.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// The first registers of its fields.
    pub base: (usize, usize, usize),
    /// How many values it has.
    pub count: (usize, usize, usize),
    /// The registers of its day, its id and its own entry.
    pub inherent: [Reg; 3],
    /// What it does.
    pub step: Target,
    /// When it takes effect.
    pub time: Time,
    /// Whether entries are kept.
    pub kept: bool,
    /// Whether past events are kept for queries.
    pub past: bool,
    /// Whether the moments of rules depend on past events of it.
    pub moves_moments: bool,
    /// Whether its outcome stands.
    pub is_final: bool,
    /// Whether it names entries, or makes them.
    pub names: bool,
    /// Whether records are checked.
    pub checked: bool,
    /// Whether it may change what counts as an adjustment.
    pub adjusts: bool,
}

/// When a record takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Time {
    /// It is known for the whole of its day.
    AllDay,
    /// At the close of business, whatever its hour.
    Close,
    /// At its hour, or at the close.
    #[default]
    Own,
}
