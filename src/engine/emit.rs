//! A [`Plan`] to a [`Program`].

mod act;
mod branch;
mod fuse;
mod order;
mod probe;
mod program;
mod query;
mod require;
mod step;
mod store;
mod tally;
mod text;
mod value;

use super::NotCompiled;
use super::code::{Op, Program, Reg, Target};
use super::fraction::Fractions;
use super::graph::{Graph, NodeId, QueryId, Why};
use super::plan::Plan;
use crate::source::Span;
use crate::terms::{ClauseId, Comparison, KindId, RuleId, Terms};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

pub(super) use program::emit;
pub(super) use step::shifted;

/// A place in the code that is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Label(usize);

/// The emitter, with the program as far as it is made.
struct Emit<'t> {
    terms: &'t Terms,
    plan: Plan,
    graph: Graph,
    fractions: Fractions,
    out: Program,
    /// Where labels are, and where the last one was placed.
    labels: Vec<Option<Target>>,
    placed: Target,
    /// Values that stand in registers, the innermost scope last.
    scopes: Vec<FxHashMap<NodeId, Reg>>,
    /// What was remembered, and from where on it stands in its register.
    computed: Vec<(Target, NodeId, Reg)>,
    /// Where to go when a value is missing; none stops the event.
    handler: Option<Label>,
    /// The register of the row of each kind that is looped over.
    rows: FxHashMap<KindId, Reg>,
    /// Queries and lists that are open: the loop and the register of their entry.
    its: Vec<It>,
    /// Fixed numbers.
    constants: FxHashMap<[u8; 16], Reg>,
    wholes: FxHashMap<i64, Reg>,
    texts: FxHashMap<String, Reg>,
    /// The next free registers.
    next: (Reg, Reg, Reg),
    /// The most registers there were at any time.
    most: (Reg, Reg, Reg),
    /// How many loops are open.
    open_loops: usize,
    /// How many of them go through the rows of a kind.
    row_loops: usize,
    /// Whether formulas are computed as they are written, without fusing.
    plainly: bool,
    /// Fused formulas whose plain code is still to come.
    fused: Vec<Fused>,
    /// The clause and the rule at hand.
    clause: Option<ClauseId>,
    rule: RuleId,
    /// Portions of the list that is gone through.
    portions: FxHashMap<NodeId, Portion>,
    /// Marks of values computed once for all rows of a loop.
    once: Vec<Reg>,
    /// Those values: their mark and their register.
    once_for: FxHashMap<NodeId, (Reg, Reg)>,
    /// Obligations whose code for `done` is still to come.
    later: Vec<(usize, NodeId)>,
    /// Rules to be explained whose code is still to come: the rule, and the registers of rows.
    to_explain: Vec<(u16, FxHashMap<KindId, Reg>)>,
    /// Whether values are computed for an explanation.
    explaining: bool,
    /// What there is too much of, the first of it.
    trouble: Option<NotCompiled>,
    /// What indexes have been asked for: kind, whether of entries, conditions, key, sum.
    wanted: Vec<Wanted>,
    /// Indexes whose code is still to come.
    index_code: Vec<(usize, Vec<NodeId>, Option<NodeId>, u16)>,
    /// Which queries an index answers whole, with what they add up.
    answered: FxHashMap<(QueryId, Option<NodeId>), bool>,
    /// What tallies have been asked for.
    tallied: Vec<tally::Asked>,
    /// Tallies whose code is still to come.
    tally_code: Vec<usize>,
}

/// An index that is asked for: kind, whether of entries, conditions, key, sum.
type Wanted = (KindId, bool, Vec<NodeId>, Option<u16>, Option<NodeId>);

/// An open query or list.
#[derive(Debug, Clone, Copy)]
struct It {
    /// The number of the loop.
    at: u16,
    /// The register of the row or record.
    row: Reg,
}

/// What is computed as it is written where the fused formula overflows.
#[derive(Clone, Copy)]
enum Plain {
    /// A value, into a register.
    Value(NodeId, Reg),
    /// A fraction, into two registers.
    Pair(NodeId, Reg, Reg),
    /// A comparison, or equality; elsewhere if it does not hold.
    Test(Option<Comparison>, NodeId, NodeId, Label),
}

/// A fused formula.
struct Fused {
    start: Target,
    end: Target,
    plain: Plain,
    /// What was read on the way and is known after it, and its register.
    read: Vec<(NodeId, Reg)>,
    rows: FxHashMap<KindId, Reg>,
    its: Vec<It>,
    handler: Option<Label>,
    portions: FxHashMap<NodeId, Portion>,
    /// How many loops are open around it.
    open_loops: usize,
}

/// A portion of a value among the lines of a list.
#[derive(Debug, Clone, Copy)]
struct Portion {
    /// The register of the sum of the weights.
    total: Reg,
    /// The register of what has been given out.
    given: Reg,
    /// The register that tells the last line.
    last: Reg,
}

impl Emit<'_> {
    fn op(&mut self, op: Op) {
        self.out.ops.push(op);
    }

    /// An instruction that can fail, with its place in the terms.
    fn op_at(&mut self, op: Op, span: Span) {
        let here = self.here();
        self.out.spans.push((here, span));
        self.out.ops.push(op);
    }

    /// The number of the next instruction; that there are not too many is looked at in the end.
    fn here(&self) -> Target {
        Target::try_from(self.out.ops.len()).unwrap_or(Target::MAX)
    }

    fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    fn place(&mut self, label: Label) {
        self.leave_out_jump(label);
        let here = self.here();
        self.placed = here;
        if let Some(slot) = self.labels.get_mut(label.0) {
            *slot = Some(here);
        }
    }

    /// A jump to what follows it is none, unless something else begins or ends between the two.
    fn leave_out_jump(&mut self, label: Label) {
        let here = self.here();
        let jumps = matches!(self.out.ops.last(), Some(Op::Jump(to)) if *to == Self::to(label));
        if jumps && self.placed < here && self.fused.last().is_none_or(|f| f.end < here) {
            self.out.ops.pop();
        }
    }

    /// A label as the target of an instruction, until the labels are known.
    fn to(label: Label) -> Target {
        Target::try_from(label.0).unwrap_or(Target::MAX)
    }

    fn new_d(&mut self) -> Reg {
        Self::bump(&mut self.next.0, &mut self.most.0).unwrap_or_else(|| self.no_register())
    }

    fn new_i(&mut self) -> Reg {
        Self::bump(&mut self.next.1, &mut self.most.1).unwrap_or_else(|| self.no_register())
    }

    fn new_l(&mut self) -> Reg {
        Self::bump(&mut self.next.2, &mut self.most.2).unwrap_or_else(|| self.no_register())
    }

    fn bump(next: &mut Reg, most: &mut Reg) -> Option<Reg> {
        let reg = *next;
        *next = next.checked_add(1)?;
        *most = (*next).max(*most);
        Some(reg)
    }

    #[cold]
    fn no_register(&mut self) -> Reg {
        self.too_much("more values than one program can hold");
        0
    }

    /// There is too much of something: no program comes of it.
    #[cold]
    fn too_much(&mut self, what: &'static str) {
        let span = self.terms.rules.get(self.rule.at()).map_or_else(Span::default, |r| r.span);
        self.trouble.get_or_insert(NotCompiled { what, span });
    }

    /// What cannot be came about: no program comes of it, and no number stands in for what is missing.
    #[cold]
    fn impossible(&mut self, what: &'static str) -> Reg {
        self.too_much(what);
        0
    }

    /// The number of the next of several, as instructions hold it.
    fn number(&mut self, of: usize, what: &'static str) -> u16 {
        u16::try_from(of).unwrap_or_else(|_| {
            self.too_much(what);
            0
        })
    }

    /// A fixed decimal.
    fn constant(&mut self, value: Decimal) -> Reg {
        let key = value.serialize();
        if let Some(reg) = self.constants.get(&key) {
            return *reg;
        }
        let reg = self.new_d();
        self.constants.insert(key, reg);
        reg
    }

    /// A fixed whole number.
    fn whole(&mut self, value: i64) -> Reg {
        if let Some(reg) = self.wholes.get(&value) {
            return *reg;
        }
        let reg = self.new_i();
        self.wholes.insert(value, reg);
        reg
    }

    /// A fixed text.
    fn text_constant(&mut self, text: &str) -> Reg {
        if let Some(reg) = self.texts.get(text) {
            return *reg;
        }
        let reg = self.new_i();
        self.texts.insert(text.to_owned(), reg);
        self.out.texts.push((reg, text.to_owned()));
        reg
    }

    /// A scope: what is computed in it is forgotten after it.
    fn scoped<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(FxHashMap::default());
        let value = inside(self);
        self.scopes.pop();
        value
    }

    fn remembered(&self, node: NodeId) -> Option<Reg> {
        self.scopes.iter().rev().find_map(|s| s.get(&node).copied())
    }

    fn remember(&mut self, node: NodeId, reg: Reg) {
        let here = self.here();
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(node, reg);
            self.computed.push((here, node, reg));
        }
    }

    /// With another place to go when a value is missing.
    fn handled<T>(&mut self, handler: Option<Label>, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.handler, handler);
        let value = inside(self);
        self.handler = outer;
        value
    }

    /// A value is missing here.
    fn missing(&mut self, why: Why, span: Span) {
        match self.handler {
            Some(label) => self.op(Op::Jump(Self::to(label))),
            None => {
                let at = self.out.missing.len();
                self.out.missing.push((why, span));
                let at = self.number(at, "more than 65,535 values that may be missing");
                self.op_at(Op::Missing(at), span);
            }
        }
    }

    /// A place to go when a value is missing: the handler, or one made for the purpose after `inside`.
    fn or_missing(&mut self, why: Why, span: Span, inside: impl FnOnce(&mut Self, Label)) {
        if let Some(label) = self.handler {
            inside(self, label);
            return;
        }
        let absent = self.label();
        let done = self.label();
        inside(self, absent);
        self.op(Op::Jump(Self::to(done)));
        self.place(absent);
        self.missing(why, span);
        self.place(done);
    }

    /// A piece of code that can be called; nothing of it is remembered.
    fn routine(&mut self, inside: impl FnOnce(&mut Self)) -> Target {
        let start = self.here();
        let scopes = std::mem::replace(&mut self.scopes, vec![FxHashMap::default()]);
        let handler = self.handler.take();
        inside(self);
        self.op(Op::Return);
        self.scopes = scopes;
        self.handler = handler;
        start
    }
}
