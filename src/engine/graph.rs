//! Formulas as a graph: names gone, definitions written out, equal parts shared. The engine's code is made from it,
//! and explanations are read off it.

use crate::source::Span;
use crate::terms::{
    Builtin, CalendarId, ClauseId, Comparison, DefId, FieldId, KindId, Measure, ObligationId, Operator, RoundingMode, Standing,
    StateId, TableId, Type,
};
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};

/// A part of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A refusal or a stop in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FailId(pub u32);

/// A query in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QueryId(pub u32);

/// Among the decimals, the whole numbers or the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bank {
    /// Decimals.
    Decimal,
    /// Whole numbers: days, moments, conditions, words, texts, entries.
    Whole,
    /// Lists.
    List,
}

/// A formula.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// A decimal, by its bytes, so that 2.40 stays 2.40.
    Decimal([u8; 16]),
    /// A whole number.
    Whole(i64),
    /// A fixed text.
    Text(String),
    /// A register: a state of the issuer, a field of the event, the day.
    SlotD(u16),
    /// A register of whole numbers.
    SlotI(u16),
    /// A register of lists.
    SlotL(u16),
    /// The row of the loop over a kind.
    EachRow(KindId),
    /// The row, record or line number of the query or list at a depth.
    It(u16),
    /// An entry by its key.
    ByKey(KindId, String),
    /// A column of a row.
    RowD(KindId, NodeId, u16),
    /// A column of whole numbers of a row.
    RowI(KindId, NodeId, u16),
    /// A list of a row.
    RowL(KindId, NodeId, u16),
    /// A column of a past event.
    PastD(KindId, NodeId, u16),
    /// A column of whole numbers of a past event.
    PastI(KindId, NodeId, u16),
    /// A list of a past event.
    PastL(KindId, NodeId, u16),
    /// A column of the line at a depth.
    ItemD(u16, u16),
    /// A column of whole numbers of the line at a depth.
    ItemI(u16, u16),
    /// A value that may be missing: the mark tells, and why.
    Checked { value: NodeId, known: NodeId, why: Why },
    /// A value that a state of a row, or of the issuer for row −1, had at a moment; of a ratio, one of its parts.
    HistoryD { state: StateId, row: NodeId, part: u16, moment: NodeId },
    /// The same, of a state that is a whole number.
    HistoryI { state: StateId, row: NodeId, moment: NodeId },
    /// The change an entry made to a state of a row: its value before or after. The row is −1 for the issuer.
    ChangeBy { state: StateId, row: NodeId, by: NodeId, after: bool },
    /// A state of a row, or of the issuer for row −1, as it was before the change that a rule answers; `now` where it is as it was.
    BeforeChange { state: StateId, row: NodeId, now: NodeId },
    /// Whether one of the changes that a rule answers is of a state of a row; without a row, of the state at all.
    Changed { state: StateId, row: Option<NodeId> },
    /// Arithmetic.
    Arithmetic(Operator, NodeId, NodeId),
    /// A sum of parts, each with whether it is subtracted. Made when formulas are fused.
    Sum(Vec<(bool, NodeId)>),
    /// A product. Made when formulas are fused.
    Product(Vec<NodeId>),
    /// The numerator of a waterfall whose cases are fractions.
    CaseNumerator(NodeId),
    /// Its denominator.
    CaseDenominator(NodeId),
    /// A value taken as it comes: no formula is fused across it.
    Settled(NodeId),
    /// The other sign.
    Negative(NodeId),
    /// A whole power.
    PowerOf(NodeId, NodeId),
    /// Rounded to a unit.
    Round(NodeId, RoundingMode, NodeId),
    /// A portion: of a value, of a weight among the weights of a list, with what is left for the last.
    ProRata { value: NodeId, weight: NodeId, depth: u16, rounding: Option<(RoundingMode, [u8; 16], bool)> },
    /// A comparison of decimals.
    Compare(Comparison, NodeId, NodeId),
    /// A comparison of whole numbers.
    CompareWhole(Comparison, NodeId, NodeId),
    /// Equality of decimals.
    Equal(NodeId, NodeId),
    /// Equality of whole numbers.
    EqualWhole(NodeId, NodeId),
    /// Whether a whole number is one of several.
    OneOf(NodeId, Vec<i64>),
    /// Whether a list contains a whole number.
    Contains(NodeId, NodeId),
    /// The opposite.
    Not(NodeId),
    /// All hold.
    All(Vec<NodeId>),
    /// At least one holds.
    Any(Vec<NodeId>),
    /// The first case that applies.
    FirstOf(Vec<Case>, Bank),
    /// Whether a value is there.
    Known(NodeId),
    /// How many of several are there.
    KnownAmong(Vec<NodeId>),
    /// Whether an entry was to be made by a refused act.
    Void(NodeId),
    /// Whether an entry is of a kind.
    IsKind(NodeId, KindId),
    /// A function of decimals.
    Call(Builtin, Vec<NodeId>),
    /// The least or the greatest of two whole numbers.
    Extreme(bool, NodeId, NodeId),
    /// A table.
    Table(TableId, Vec<NodeId>),
    /// Whether a place is open.
    Open(CalendarId, NodeId),
    /// A day moved by a decimal number of days.
    AddDays(NodeId, NodeId, bool),
    /// A day moved by months.
    AddMonths(NodeId, NodeId, bool),
    /// A day moved by trading days.
    AddTradingDays(NodeId, NodeId, bool),
    /// The days between two, as a decimal.
    DaysBetween(NodeId, NodeId),
    /// The trading days from one day to another, both counted, as a decimal.
    TradingDays(NodeId, NodeId),
    /// The number of days of the year.
    DaysInYear(NodeId),
    /// The day of a moment.
    DayOf(NodeId),
    /// The first moment of a day, or its close of business.
    Edge(crate::terms::Edge, NodeId),
    /// How an obligation stands.
    Obligation(ObligationId, NodeId, Standing),
    /// The moment at which an obligation about an entry is overdue; −1 where it has not arisen or has no day.
    Overdue(ObligationId, NodeId),
    /// A query.
    Query(QueryId),
    /// A list written out.
    Lines(Vec<Vec<Option<NodeId>>>, crate::terms::ShapeId),
    /// A value with the name it was given.
    Named(Name, NodeId),
}

/// What a value was called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Name {
    /// A definition.
    Def(DefId),
    /// A `let`.
    Let(String),
}

/// Why a value may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// Nothing has stated the state.
    State(StateId),
    /// The event left the field out.
    Field(KindId, FieldId),
    /// The line left the field out.
    Line,
    /// The event has no id.
    Id,
    /// No entry or record answers the query.
    Query(Span),
    /// The entry made no such change.
    Change(StateId),
    /// No case of the waterfall applies.
    Case,
}

/// A case of a waterfall.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Case {
    /// Its condition; none where it applies if its value is known, and for the last.
    pub when: Option<NodeId>,
    /// Whether it is left out if its value is unknown.
    pub if_known: bool,
    /// What it gives.
    pub then: Then,
}

/// What a case gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Then {
    /// A value.
    Value(NodeId),
    /// A refusal or a stop.
    Fail(FailId),
}

/// A refusal or a stop.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fail {
    /// Whether the run stops.
    pub stop: bool,
    /// Its clause, where the place it stands in has one.
    pub clause: Option<ClauseId>,
    /// The reason.
    pub text: Template,
    /// Values given with it.
    pub with: Vec<(Vec<String>, NodeId, TypeKey)>,
    /// Where it was written.
    pub span: Span,
}

/// A text with values in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Template {
    /// Its parts.
    pub parts: Vec<Part>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// As it stands.
    Plain(String),
    /// A value with its type.
    Value(NodeId, TypeKey),
}

/// A type among [`Graph::types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TypeKey(pub u32);

/// A query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Query {
    /// What is asked.
    pub ask: Ask,
    /// What is looked at.
    pub source: Source,
    /// How deep it stands inside other queries: the number of its `it`.
    pub depth: u16,
    /// The first and the last day.
    pub days: Option<(Option<NodeId>, NodeId)>,
    /// That many trading days up to a day, instead.
    pub trading_days: Option<(NodeId, NodeId)>,
    /// Which entries.
    pub filter: Vec<NodeId>,
    /// Where it was written.
    pub span: Span,
}

impl Query {
    /// Whether it asks what another does, wherever the two are written.
    fn asks_the_same(&self, other: &Self) -> bool {
        self.ask == other.ask
            && self.source == other.source
            && self.depth == other.depth
            && self.days == other.days
            && self.trading_days == other.trading_days
            && self.filter == other.filter
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ask {
    /// A measure of decimals.
    Measure(Measure, NodeId),
    /// The least or the greatest of whole numbers.
    Extreme(bool, NodeId),
    /// How many.
    Count,
    /// On how many days.
    CountDays,
    /// The last.
    Latest,
    /// The first.
    Earliest,
    /// A list with columns.
    List(Vec<NodeId>, crate::terms::ShapeId),
}

/// What a query looks at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// Entries that are kept.
    Entries(KindId),
    /// Past events.
    Past(KindId),
    /// An effect.
    Effect(crate::terms::EffectId),
    /// A list.
    List(NodeId),
}

/// All formulas of a program.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    spans: Vec<Span>,
    moving: Vec<u32>,
    /// The place in the terms that is being written out.
    pub at: Span,
    known: FxHashMap<Node, NodeId>,
    /// Registers of what final rules keep.
    pub kept: (Vec<u16>, Vec<u16>, Vec<u16>),
    /// Refusals and stops.
    pub fails: Vec<Fail>,
    /// Queries.
    pub queries: Vec<Query>,
    /// For each of them, the first that asks the same, wherever the two are written.
    first_asked: Vec<NodeId>,
    /// Types of values shown in texts.
    pub types: Vec<Type>,
}

/// Among the marks of what a formula depends on: the row of a loop.
pub const EACH: u32 = 1;

impl Graph {
    /// A node, shared with an equal one.
    pub fn add(&mut self, node: Node) -> NodeId {
        if let Some(id) = self.known.get(&node) {
            return *id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let mut moving = match &node {
            Node::EachRow(_) => EACH,
            Node::It(depth) | Node::ItemD(depth, _) | Node::ItemI(depth, _) => 2 << depth.min(&28),
            Node::ProRata { depth, .. } => 2 << depth.min(&28),
            // what a final rule keeps, it keeps for each row
            Node::SlotD(r) if self.kept.0.contains(r) => EACH,
            Node::SlotI(r) if self.kept.1.contains(r) => EACH,
            Node::SlotL(r) if self.kept.2.contains(r) => EACH,
            _ => 0,
        };
        for part in self.parts_of(&node) {
            moving |= self.moving(part);
        }
        if let Node::Query(q) = &node {
            moving &= !(2 << self.query(*q).map_or(0, |q| q.depth.min(28)));
        }
        self.moving.push(moving);
        self.spans.push(self.at);
        self.nodes.push(node.clone());
        self.known.insert(node, id);
        id
    }

    /// A node.
    #[must_use]
    pub fn get(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::Whole(0))
    }

    /// Where a node was first written.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        self.spans.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// A query.
    #[must_use]
    pub fn query(&self, id: QueryId) -> Option<&Query> {
        self.queries.get(id.0 as usize)
    }

    /// What a formula depends on that changes from row to row.
    #[must_use]
    pub fn moving(&self, id: NodeId) -> u32 {
        self.moving.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// A node past the names it was given.
    #[must_use]
    pub fn plain(&self, mut id: NodeId) -> NodeId {
        while let Node::Named(_, inner) = self.get(id) {
            id = *inner;
        }
        id
    }

    /// A decimal.
    pub fn decimal(&mut self, value: Decimal) -> NodeId {
        self.add(Node::Decimal(value.serialize()))
    }

    /// A whole number.
    pub fn whole(&mut self, value: i64) -> NodeId {
        self.add(Node::Whole(value))
    }

    /// A refusal or a stop, shared with an equal one.
    pub fn fail(&mut self, fail: Fail) -> FailId {
        let at = self.fails.iter().position(|f| *f == fail).unwrap_or_else(|| {
            self.fails.push(fail);
            self.fails.len() - 1
        });
        FailId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// A query, shared with an equal one.
    pub fn ask(&mut self, query: Query) -> NodeId {
        let node = |at: usize| Node::Query(QueryId(u32::try_from(at).unwrap_or(u32::MAX)));
        if let Some(at) = self.queries.iter().position(|q| *q == query) {
            return self.add(node(at));
        }
        let first = self.queries.iter().position(|q| q.asks_the_same(&query));
        self.queries.push(query);
        let id = self.add(node(self.queries.len() - 1));
        let first = first.and_then(|at| self.first_asked.get(at).copied()).unwrap_or(id);
        self.first_asked.push(first);
        id
    }

    /// A query as it is asked for the first time, wherever that is written; any other formula itself.
    #[must_use]
    pub fn alike(&self, id: NodeId) -> NodeId {
        match self.get(id) {
            Node::Query(q) => self.first_asked.get(q.0 as usize).copied().unwrap_or(id),
            _ => id,
        }
    }

    /// A type, shared with an equal one.
    pub fn type_key(&mut self, ty: &Type) -> TypeKey {
        let at = self.types.iter().position(|t| t == ty).unwrap_or_else(|| {
            self.types.push(ty.clone());
            self.types.len() - 1
        });
        TypeKey(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Whether something holds of a node or of any part of it. Each is looked at once, and those of which `into` does not hold are
    /// not looked into.
    pub fn any_below(&self, id: NodeId, into: impl Fn(NodeId) -> bool, mut holds: impl FnMut(NodeId) -> bool) -> bool {
        let mut seen = FxHashSet::default();
        let mut open = vec![id];
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            if holds(at) {
                return true;
            }
            if into(at) {
                open.extend(self.parts(at).into_iter().rev());
            }
        }
        false
    }

    /// The direct parts of a node.
    #[must_use]
    pub fn parts(&self, id: NodeId) -> Vec<NodeId> {
        self.parts_of(self.get(id))
    }

    fn parts_of(&self, node: &Node) -> Vec<NodeId> {
        match node {
            Node::Decimal(_)
            | Node::Whole(_)
            | Node::Text(_)
            | Node::SlotD(_)
            | Node::SlotI(_)
            | Node::SlotL(_)
            | Node::EachRow(_)
            | Node::It(_)
            | Node::ByKey(..)
            | Node::ItemD(..)
            | Node::ItemI(..) => Vec::new(),
            Node::RowD(_, a, _)
            | Node::RowI(_, a, _)
            | Node::RowL(_, a, _)
            | Node::CaseNumerator(a)
            | Node::CaseDenominator(a)
            | Node::PastD(_, a, _)
            | Node::PastI(_, a, _)
            | Node::PastL(_, a, _)
            | Node::Settled(a)
            | Node::Negative(a)
            | Node::OneOf(a, _)
            | Node::Not(a)
            | Node::Known(a)
            | Node::Void(a)
            | Node::IsKind(a, _)
            | Node::Open(_, a)
            | Node::DaysInYear(a)
            | Node::DayOf(a)
            | Node::Edge(_, a)
            | Node::Obligation(_, a, _)
            | Node::Overdue(_, a)
            | Node::Named(_, a) => vec![*a],
            Node::Checked { value: a, known: b, .. }
            | Node::ChangeBy { row: a, by: b, .. }
            | Node::BeforeChange { row: a, now: b, .. }
            | Node::HistoryD { row: a, moment: b, .. }
            | Node::HistoryI { row: a, moment: b, .. }
            | Node::Arithmetic(_, a, b)
            | Node::PowerOf(a, b)
            | Node::Round(a, _, b)
            | Node::ProRata { value: a, weight: b, .. }
            | Node::Compare(_, a, b)
            | Node::CompareWhole(_, a, b)
            | Node::Equal(a, b)
            | Node::EqualWhole(a, b)
            | Node::Contains(a, b)
            | Node::Extreme(_, a, b)
            | Node::AddDays(a, b, _)
            | Node::AddMonths(a, b, _)
            | Node::AddTradingDays(a, b, _)
            | Node::TradingDays(a, b)
            | Node::DaysBetween(a, b) => vec![*a, *b],
            Node::Changed { row, .. } => row.iter().copied().collect(),
            Node::Sum(xs) => xs.iter().map(|(_, x)| *x).collect(),
            Node::Product(xs) | Node::All(xs) | Node::Any(xs) | Node::KnownAmong(xs) | Node::Call(_, xs) | Node::Table(_, xs) => {
                xs.clone()
            }
            Node::FirstOf(cases, _) => {
                let mut out = Vec::new();
                for c in cases {
                    out.extend(c.when);
                    match c.then {
                        Then::Value(v) => out.push(v),
                        Then::Fail(f) => out.extend(self.fail_parts(f)),
                    }
                }
                out
            }
            Node::Lines(lines, _) => lines.iter().flatten().flatten().copied().collect(),
            Node::Query(q) => self.query(*q).map(Self::query_parts).unwrap_or_default(),
        }
    }

    fn fail_parts(&self, id: FailId) -> Vec<NodeId> {
        let Some(fail) = self.fails.get(id.0 as usize) else { return Vec::new() };
        let values = fail.text.parts.iter().filter_map(|p| match p {
            Part::Plain(_) => None,
            Part::Value(n, _) => Some(*n),
        });
        values.chain(fail.with.iter().map(|(_, n, _)| *n)).collect()
    }

    fn query_parts(q: &Query) -> Vec<NodeId> {
        let mut out = q.filter.clone();
        if let Source::List(list) = &q.source {
            out.push(*list);
        }
        if let Some((from, to)) = q.days {
            out.extend(from);
            out.push(to);
        }
        if let Some((n, day)) = q.trading_days {
            out.extend([n, day]);
        }
        match &q.ask {
            Ask::Measure(_, v) | Ask::Extreme(_, v) => out.push(*v),
            Ask::List(vs, _) => out.extend(vs),
            Ask::Count | Ask::CountDays | Ask::Latest | Ask::Earliest => {}
        }
        out
    }

    /// Among which registers a value of the node stands.
    #[must_use]
    pub fn bank(&self, id: NodeId) -> Bank {
        match self.get(id) {
            Node::Decimal(_)
            | Node::SlotD(_)
            | Node::RowD(..)
            | Node::PastD(..)
            | Node::ItemD(..)
            | Node::HistoryD { .. }
            | Node::ChangeBy { .. }
            | Node::BeforeChange { .. }
            | Node::Arithmetic(..)
            | Node::Sum(_)
            | Node::Product(_)
            | Node::Settled(_)
            | Node::CaseNumerator(_)
            | Node::CaseDenominator(_)
            | Node::Negative(_)
            | Node::PowerOf(..)
            | Node::Round(..)
            | Node::ProRata { .. }
            | Node::KnownAmong(_)
            | Node::Call(..)
            | Node::Table(..)
            | Node::DaysBetween(..)
            | Node::TradingDays(..)
            | Node::DaysInYear(_) => Bank::Decimal,
            Node::Whole(_)
            | Node::Text(_)
            | Node::SlotI(_)
            | Node::EachRow(_)
            | Node::It(_)
            | Node::ByKey(..)
            | Node::RowI(..)
            | Node::PastI(..)
            | Node::HistoryI { .. }
            | Node::ItemI(..)
            | Node::Changed { .. }
            | Node::Compare(..)
            | Node::CompareWhole(..)
            | Node::Equal(..)
            | Node::EqualWhole(..)
            | Node::OneOf(..)
            | Node::Contains(..)
            | Node::Not(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::Known(_)
            | Node::Void(_)
            | Node::IsKind(..)
            | Node::Extreme(..)
            | Node::Open(..)
            | Node::AddDays(..)
            | Node::AddMonths(..)
            | Node::AddTradingDays(..)
            | Node::DayOf(_)
            | Node::Edge(..)
            | Node::Obligation(..)
            | Node::Overdue(..) => Bank::Whole,
            Node::SlotL(_) | Node::RowL(..) | Node::PastL(..) | Node::Lines(..) => Bank::List,
            Node::Checked { value, .. } | Node::Named(_, value) => self.bank(*value),
            Node::FirstOf(_, bank) => *bank,
            Node::Query(q) => match self.query(*q).map(|q| &q.ask) {
                Some(Ask::Measure(..) | Ask::Count | Ask::CountDays) | None => Bank::Decimal,
                Some(Ask::Extreme(..) | Ask::Latest | Ask::Earliest) => Bank::Whole,
                Some(Ask::List(..)) => Bank::List,
            },
        }
    }
}
