//! What the engine is to do, before it is code: for every event, which rules, in which phases, with which formulas.

use super::decimal::{Fault, round};
use super::graph::{FailId, Graph, NodeId, Template};
use crate::terms::{
    ClauseId, EffectId, FieldId, KindId, Layout, ObligationId, Proportion, RoundingMode, RuleId, ShapeId, Spot, StateId, Type,
};
use rust_decimal::Decimal;

/// The register of the present day.
pub const TODAY: u16 = 0;
/// The register of the present moment.
pub const NOW: u16 = 1;
/// The first register of whole numbers that is free.
pub const FREE_WHOLE: u16 = 2;

/// Everything the engine does.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The formulas.
    pub graph: Graph,
    /// Where events, their entries and their history stand, by kind.
    pub kinds: Vec<KindPlan>,
    /// Where states stand.
    pub states: Vec<StatePlan>,
    /// What each kind of event does.
    pub on_event: Vec<Step>,
    /// Rules at moments.
    pub timers: Vec<Timer>,
    /// Rules on conditions that become true.
    pub onces: Vec<Once>,
    /// Rules on changes of states.
    pub changes: Vec<Change>,
    /// Rules on what waited being made, by state.
    pub makings: Vec<(StateId, Step)>,
    /// Whether a rule answers that an obligation is not met by its day.
    pub watches_duties: bool,
    /// Kinds of event whose past the moments of rules depend on.
    pub moments_read: Vec<KindId>,
    /// Obligations that arise with an adjustment.
    pub adjustment_duties: Vec<Duty>,
    /// The formulas that tell when obligations were done: whoever asks how one stands reads what these read.
    pub dones: Vec<(ObligationId, NodeId)>,
    /// Covenants.
    pub covenants: Vec<CovenantPlan>,
    /// What the result shows.
    pub reports: Vec<ReportPlan>,
    /// Formulas asked for from outside: the expectations of examples.
    pub asked: Vec<Asked>,
    /// Values of issuer states at the beginning: register by state.
    pub initial: Vec<(StateId, NodeId)>,
    /// The formula that tells trading days; the day is in the register.
    pub trading_day: Option<(u16, NodeId)>,
    /// How many registers there are of each sort before those for passing values.
    pub registers: (u16, u16, u16),
    /// The places where states change, by the number of the place.
    pub sites: Vec<SitePlan>,
    /// Parts of formulas to be explained.
    pub probes: Vec<Probe>,
    /// Rules to be explained.
    pub rule_probes: Vec<RuleProbe>,
}

/// A part of a formula, to be explained.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Where it was written.
    pub span: crate::source::Span,
    /// The type of its value.
    pub ty: Type,
    /// The formula.
    pub node: NodeId,
    /// What it is to a reader.
    pub kind: ProbeKind,
    /// Its parts.
    pub parts: Vec<usize>,
}

/// What a part of a formula is to a reader.
#[derive(Debug, Clone)]
pub enum ProbeKind {
    /// A value with a name, or a question.
    Leaf,
    /// A value written out.
    Constant,
    /// A definition, with its formula.
    Def(crate::terms::DefId, usize),
    /// A waterfall.
    Cases(Vec<ProbeCase>),
    /// A reading.
    Reading(crate::terms::ReadingId),
    /// A comparison of two values.
    Comparison,
    /// The opposite.
    Not,
    /// All must hold.
    All,
    /// Whether a value is known.
    Known,
    /// The least or the greatest of several.
    Extreme,
    /// At least one must hold.
    Any,
    /// Anything else that is computed.
    Formula,
}

/// A case of a waterfall.
#[derive(Debug, Clone)]
pub struct ProbeCase {
    /// Its label.
    pub label: Option<String>,
    /// Whether it is the `otherwise`.
    pub otherwise: bool,
    /// Its condition.
    pub when: Option<usize>,
    /// Its value; none where it refuses or stops.
    pub then: Option<usize>,
}

/// A rule to be explained.
#[derive(Debug, Clone)]
pub struct RuleProbe {
    /// The rule.
    pub rule: RuleId,
    /// The kind it answers.
    pub kind: Option<KindId>,
    /// The kind whose rows it goes over.
    pub each: Option<KindId>,
    /// Its parts.
    pub roots: Vec<(Role, usize)>,
    /// All parts below them.
    pub all: Vec<usize>,
    /// What its changes are computed from, where that is told too.
    pub derived: Option<Derived>,
}

/// What the changes of a rule are computed from.
#[derive(Debug, Clone)]
pub struct Derived {
    /// The rule.
    pub plan: RulePlan,
    /// The parts of its formulas, without those that are of one entry of a question.
    pub nodes: Vec<NodeId>,
}

/// What a formula is in its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// A condition of the rule.
    When,
    /// A condition on the row.
    Where,
    /// A rule it gives way to does not apply.
    Unless(RuleId),
    /// A named value.
    Let(String),
    /// What must hold.
    Require,
    /// A condition of the statement that follows.
    ActWhen,
    /// A new value of a state, or of what waits of it.
    Becomes(StateId, bool),
    /// A limit of the value before: `not above` or `not below`.
    Limit(bool),
    /// A field of what is deemed.
    Deem(KindId, FieldId),
}

/// A place where a state changes.
#[derive(Debug, Clone)]
pub struct SitePlan {
    /// The rule.
    pub rule: RuleId,
    /// The state.
    pub state: StateId,
    /// The clause of the rule; none where it takes that of what was deemed.
    pub clause: Option<ClauseId>,
    /// Whether what waits is set.
    pub pending: bool,
}

/// A formula asked for from outside.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The formula.
    pub node: NodeId,
    /// The type of its value.
    pub ty: Type,
}

/// Where a kind of event stands.
#[derive(Debug, Clone, Default)]
pub struct KindPlan {
    /// The places of its fields, relative to the base.
    pub layout: Layout,
    /// The first registers of its fields.
    pub base: (u16, u16, u16),
    /// The register of its day.
    pub date: u16,
    /// The register of its id, −1 without one.
    pub id: u16,
    /// The register of its own entry, −1 without one.
    pub row: u16,
    /// The columns of its entries, or of its history.
    pub columns: Columns,
    /// The values its states begin with, by state, where the row is that of [`super::graph::Node::EachRow`].
    pub initial: Vec<(StateId, NodeId)>,
    /// The conditions its records must meet.
    pub checks: Vec<(NodeId, Template)>,
    /// Whether past events are kept for queries.
    pub past: bool,
    /// The fields that link a deemed event to the entry it was deemed for, where a rule may rescind it.
    pub links: Vec<FieldId>,
    /// Whether rules may rescind it.
    pub rescindable: bool,
    /// The fields that link a deemed event to an entry whose changes are asked for.
    pub change_links: Vec<FieldId>,
    /// Whether the changes its entries made are asked for.
    pub makes_changes: bool,
}

/// The columns of a table: fields first, then states.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Their places.
    pub layout: Layout,
    /// How many of them are fields.
    pub fields: usize,
}

/// The column of the day.
pub const COL_DATE: u16 = 0;
/// The column of the id.
pub const COL_ID: u16 = 1;

/// How a state is rounded under the readings chosen.
#[derive(Debug, Clone, Copy)]
pub struct Rounding {
    /// Which way.
    pub mode: RoundingMode,
    /// To a multiple of this.
    pub unit: Decimal,
    /// Whether a value that would become nothing stays as it was.
    pub keeps: bool,
}

impl Rounding {
    /// A value so rounded.
    ///
    /// # Errors
    /// Overflow.
    pub fn round(&self, value: Decimal) -> Result<Decimal, Fault> {
        let rounded = round(value, self.unit, self.mode)?;
        Ok(if self.keeps && rounded.is_zero() { value } else { rounded })
    }
}

/// Where a state stands.
#[derive(Debug, Clone)]
pub struct StatePlan {
    /// The kind it belongs to.
    pub of: Option<KindId>,
    /// Its register or column.
    pub spot: Spot,
    /// The register or column of what waits.
    pub pending: Option<u16>,
    /// Whether it waits with another state in proportion: what waits then moves as the state itself does.
    pub follows: Option<Proportion>,
    /// How it is rounded, where it is.
    pub rounding: Option<Rounding>,
    /// Whether past values are asked for.
    pub history: bool,
    /// Whether the changes by an entry are asked for.
    pub change_by: bool,
    /// Whether a rule answers its changes, or a moment or condition depends on it.
    pub watched: bool,
    /// Whether its changes may be adjustments.
    pub adjustable: bool,
}

/// What happens on an event.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The kind, where it is an event.
    pub kind: Option<KindId>,
    /// What waits and is made first: the state, and the row or all rows.
    pub flushes: Vec<(StateId, Option<NodeId>)>,
    /// The rules, in order.
    pub rules: Vec<RulePlan>,
    /// Obligations that arise.
    pub duties: Vec<Duty>,
}

/// A rule on an event.
#[derive(Debug, Clone)]
pub struct RulePlan {
    /// Which rule.
    pub rule: RuleId,
    /// Its clause.
    pub clause: Option<ClauseId>,
    /// Whether its outcome stands.
    pub is_final: bool,
    /// Every row of a kind.
    pub each: Option<EachPlan>,
    /// The entry the event names must be of this kind.
    pub guards: Vec<NodeId>,
    /// What it annuls.
    pub rescinds: Vec<Rescind>,
    /// What must hold.
    pub requires: Vec<RequirePlan>,
    /// Values that stand when the past is recomputed: the register for each.
    pub captures: Vec<(NodeId, Spot)>,
    /// What it changes.
    pub writes: Vec<WritePlan>,
    /// What else it does.
    pub acts: Vec<Act>,
    /// Among the rules to be explained, where it is.
    pub probe: Option<u16>,
}

/// A loop over the rows of a kind.
#[derive(Debug, Clone)]
pub struct EachPlan {
    /// The kind.
    pub kind: KindId,
    /// Whether ended rows count too.
    pub any: bool,
}

/// What must hold.
#[derive(Debug, Clone)]
pub struct RequirePlan {
    /// Conditions of the statement.
    pub guards: Vec<NodeId>,
    /// What must hold.
    pub cond: NodeId,
    /// What follows if it does not.
    pub fail: FailId,
}

/// What a rule annuls.
#[derive(Debug, Clone)]
pub struct Rescind {
    /// The deemed events.
    pub deemed: Vec<KindId>,
    /// The entry they were deemed for.
    pub of: NodeId,
    /// Whether what followed is kept.
    pub keeping: bool,
    /// Conditions.
    pub guards: Vec<NodeId>,
}

/// A change of a state.
#[derive(Debug, Clone)]
pub struct WritePlan {
    /// The state.
    pub state: StateId,
    /// The row, none for the issuer.
    pub row: Option<NodeId>,
    /// Whether what waits is set, not the state.
    pub pending: bool,
    /// Conditions of the statement.
    pub guards: Vec<NodeId>,
    /// The new value, limited and rounded; of a ratio, a quotient.
    pub value: NodeId,
    /// When the change waits.
    pub wait: Option<WaitPlan>,
    /// The new value by the formulas of what a final rule keeps, for explanations.
    pub told: NodeId,
    /// The number of the place in the terms.
    pub site: u16,
}

/// When a change waits.
#[derive(Debug, Clone)]
pub struct WaitPlan {
    /// How small it must be.
    pub tests: Vec<WaitTestPlan>,
    /// The state it waits with.
    pub with: Option<StateId>,
    /// Whether the change is of what would stand.
    pub compounding: bool,
    /// Whether it replaces what waited.
    pub restating: bool,
    /// The new value before it is rounded, of a state in inverse proportion to another: what waits of it is rounded when made.
    pub raw: Option<NodeId>,
}

/// How small a change must be to wait.
#[derive(Debug, Clone)]
pub struct WaitTestPlan {
    /// The state whose change is measured.
    pub of: StateId,
    /// Below the bound, rather than up to it.
    pub strict: bool,
    /// The bound; a fraction of the state where relative.
    pub limit: NodeId,
    /// Whether it is.
    pub relative: bool,
}

/// What a rule does besides changing states.
#[derive(Debug, Clone)]
pub struct Act {
    /// Conditions of the statement.
    pub guards: Vec<NodeId>,
    /// What.
    pub kind: ActKind,
}

/// The shapes of acts.
#[derive(Debug, Clone)]
pub enum ActKind {
    /// Something is taken to have happened.
    Deem { kind: KindId, fields: Vec<(FieldId, NodeId)>, like: Option<NodeId>, with: Vec<(StateId, bool, NodeId)> },
    /// A line of an effect.
    Record { effect: EffectId, values: Vec<Option<NodeId>> },
    /// An entry ends.
    End(NodeId),
    /// An entry is taken up again.
    Restore(NodeId),
    /// A warning.
    Warn(Template),
    /// For each line of a list.
    ForEach { list: NodeId, shape: ShapeId, depth: u16, order: Option<(bool, NodeId)>, body: Vec<Act> },
}

/// A rule at a moment.
#[derive(Debug, Clone)]
pub struct Timer {
    /// The kind whose rows it is about.
    pub each: Option<EachPlan>,
    /// The moment.
    pub at: NodeId,
    /// Whether it comes before what happens at that moment: the start of a day does, the close does not.
    pub first: bool,
    /// What it does.
    pub step: Step,
}

/// A rule on a condition that becomes true.
#[derive(Debug, Clone)]
pub struct Once {
    /// The condition.
    pub cond: NodeId,
    /// What it does.
    pub step: Step,
}

/// A rule on a change.
#[derive(Debug, Clone)]
pub struct Change {
    /// Of these states.
    pub states: Vec<StateId>,
    /// By these kinds of event; any where empty.
    pub by: Vec<KindId>,
    /// What it does.
    pub step: Step,
}

/// An obligation that arises.
#[derive(Debug, Clone)]
pub struct Duty {
    /// Which.
    pub obligation: ObligationId,
    /// Every row of a kind.
    pub each: Option<EachPlan>,
    /// Conditions.
    pub guards: Vec<NodeId>,
    /// The entry it is about, −1 for none.
    pub row: Option<NodeId>,
    /// The entry that an event names which is itself kept.
    pub the: Option<NodeId>,
    /// The day; none for `promptly`.
    pub due: Option<NodeId>,
    /// The text of what is due.
    pub what: Template,
    /// The states that an adjustment must be of.
    pub states: Vec<StateId>,
    /// The clauses it must be under; any where there are none.
    pub under: Vec<String>,
    /// The day it was done, asked later: about the entry in this register, with the record's day and id in the others.
    pub done: NodeId,
    /// The registers for `done`: the event's entry, its day, its id, the row of the loop.
    pub done_registers: [u16; 4],
}

/// A covenant.
#[derive(Debug, Clone)]
pub struct CovenantPlan {
    /// While this holds.
    pub during: Option<NodeId>,
    /// What must hold.
    pub holds: NodeId,
}

/// What the result shows.
#[derive(Debug, Clone)]
pub struct ReportPlan {
    /// Of each entry of a kind.
    pub of: Option<KindId>,
    /// Which entries.
    pub filter: Option<NodeId>,
    /// Its columns.
    pub columns: Vec<(NodeId, Type)>,
}
