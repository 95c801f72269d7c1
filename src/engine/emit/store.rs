//! Changes of states: first every new value and whether it waits, then the changes themselves.

use super::Emit;
use crate::engine::code::{Op, Reg};
use crate::engine::graph::{Bank, Node, NodeId};
use crate::engine::plan::Rounding;
use crate::engine::plan::{WaitPlan, WritePlan};
use crate::source::Span;
use crate::terms::{Comparison, Place, Proportion, Spot, StateId};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

/// A change whose new value is in registers.
pub(super) struct Change {
    /// The change.
    write: WritePlan,
    /// The register that tells whether it happens; none where it always does.
    flag: Option<Reg>,
    /// The register of its row.
    row: Option<Reg>,
    /// The new value.
    value: Reg,
    /// Its denominator, where it is a fraction.
    den: Option<Reg>,
    /// The new value before it is rounded, where that is what waits.
    raw: Option<Reg>,
    /// What waits: the register of whether it does, of what waits then, of the new value if not.
    waiting: Option<(Reg, Reg, Reg)>,
}

impl Change {
    /// The register that tells whether it happens; none where it always does.
    pub(super) const fn flag(&self) -> Option<Reg> {
        self.flag
    }
}

/// What is known of the waiting changes of a row: state by state, whether, what waits, the state before.
type Waits = FxHashMap<StateId, (Reg, Reg, Reg)>;

impl Emit<'_> {
    /// The new value of a state, of a rule that sets others too, and whether it changes at all. `at_once`: the change is made
    /// where the rule is carried out.
    pub(super) fn change(&mut self, write: &WritePlan, others: &[WritePlan], at_once: bool) -> Change {
        let ratio = matches!(self.spot(write.state).place, Place::Ratio(_)) && !write.pending;
        if at_once && write.guards.is_empty() && !ratio {
            let row = write.row.map(|node| self.i(node));
            let value = self.settled(write, others);
            let raw = write.wait.as_ref().and_then(|w| w.raw).map(|node| self.d(node));
            return Change { write: write.clone(), flag: None, row, value, den: None, raw, waiting: None };
        }
        self.conditional_change(write)
    }

    /// A new value in a register that no change of the same rule sets.
    fn settled(&mut self, write: &WritePlan, others: &[WritePlan]) -> Reg {
        let whole = self.graph.bank(write.value) == Bank::Whole;
        let from = if whole { self.i(write.value) } else { self.d(write.value) };
        let set = others.iter().any(|o| {
            self.plan.states.get(o.state.at()).is_some_and(|s| {
                s.of.is_none()
                    && match s.spot.place {
                        Place::Whole(reg) => whole && reg == from,
                        Place::Decimal(reg) => !whole && reg == from,
                        Place::Ratio(_) | Place::List(_) => false,
                    }
            })
        });
        if !set {
            return from;
        }
        let to = if whole { self.new_i() } else { self.new_d() };
        self.op(if whole { Op::MoveI(to, from) } else { Op::MoveD(to, from) });
        to
    }

    fn conditional_change(&mut self, write: &WritePlan) -> Change {
        let flag = self.new_i();
        let spot = self.spot(write.state);
        let ratio = matches!(spot.place, Place::Ratio(_)) && !write.pending;
        let bank = self.graph.bank(write.value);
        let value = if bank == Bank::Whole { self.new_i() } else { self.new_d() };
        let den = ratio.then(|| self.new_d());
        let raw = write.wait.as_ref().and_then(|w| w.raw).map(|node| (node, self.new_d()));
        let row = write.row.map(|_| self.new_i());
        let end = self.label();
        self.op(Op::SetI(flag, 0));
        self.scoped(|e| {
            e.guards(&write.guards, end);
            if let (Some(node), Some(to)) = (write.row, row) {
                let from = e.i(node);
                e.op(Op::MoveI(to, from));
            }
            match (bank, den) {
                (Bank::Whole, _) => {
                    let from = e.i(write.value);
                    e.op(Op::MoveI(value, from));
                }
                (_, Some(den)) => {
                    let (n, d) = e.pair(write.value);
                    e.op(Op::MoveD(value, n));
                    e.op(Op::MoveD(den, d));
                }
                (_, None) => {
                    let from = e.d(write.value);
                    e.op(Op::MoveD(value, from));
                }
            }
            if let Some((node, to)) = raw {
                let from = e.d(node);
                e.op(Op::MoveD(to, from));
            }
            e.op(Op::SetI(flag, 1));
        });
        self.place(end);
        Change { write: write.clone(), flag: Some(flag), row, value, den, raw: raw.map(|(_, reg)| reg), waiting: None }
    }

    /// Changes whose conditions nothing else waits for: all new values, then the changes, without marks.
    pub(super) fn write_now(&mut self, writes: &[WritePlan]) {
        let mut ready: Vec<(Op, super::Label)> = Vec::new();
        for w in writes {
            let skip = self.label();
            let guarded = !w.guards.is_empty();
            if guarded {
                self.scopes.push(FxHashMap::default());
                self.guards(&w.guards, skip);
            }
            let ratio = matches!(self.spot(w.state).place, Place::Ratio(_)) && !w.pending;
            let row = w.row.map(|r| self.i(r));
            let op = match (self.graph.bank(w.value), row) {
                (Bank::Whole, None) => Op::StoreI(w.site, self.settled(w, writes)),
                (Bank::Whole, Some(row)) => Op::StoreRowI(w.site, row, self.settled(w, writes)),
                (_, row) if ratio => {
                    let (n, d) = self.pair(w.value);
                    match row {
                        None => Op::StoreQ(w.site, n, d),
                        Some(row) => Op::StoreRowQ(w.site, row, n, d),
                    }
                }
                (_, None) => Op::StoreD(w.site, self.settled(w, writes)),
                (_, Some(row)) => Op::StoreRowD(w.site, row, self.settled(w, writes)),
            };
            if guarded {
                // a change with a condition is the only one of its rule
                self.op(op);
                self.scopes.pop();
                self.place(skip);
            } else {
                ready.push((op, skip));
            }
        }
        for (op, skip) in ready {
            self.op(op);
            self.place(skip);
        }
    }

    fn spot(&self, state: StateId) -> Spot {
        self.plan.states.get(state.at()).map_or(Spot { place: Place::Whole(0), known: None }, |s| s.spot)
    }

    /// Makes changes: those that other changes wait with first.
    pub(super) fn store(&mut self, changes: Vec<Change>) {
        self.store_or_keep(changes, false);
    }

    /// The same, once all rows have been gone through.
    pub(super) fn store_later(&mut self, changes: Vec<Change>) {
        self.store_or_keep(changes, true);
    }

    fn store_or_keep(&mut self, mut changes: Vec<Change>, later: bool) {
        changes.sort_by_key(|c| c.write.wait.as_ref().is_some_and(|w| w.with.is_some()));
        let mut waits: Waits = FxHashMap::default();
        let decided: Vec<_> =
            changes.iter().map(|c| c.write.wait.as_ref().map(|wait| self.decide(c, wait, &changes, &mut waits))).collect();
        for (c, waiting) in changes.iter_mut().zip(decided) {
            c.waiting = waiting;
        }
        // what is set of what waits comes first: a change that is made takes it along
        let (set, made): (Vec<_>, Vec<_>) = changes.into_iter().partition(|c| c.write.pending);
        for c in set.into_iter().chain(made) {
            let skip = self.label();
            self.unless(c.flag, skip);
            let own = c.write.row.is_some_and(|r| matches!(self.graph.get(self.graph.plain(r)), Node::EachRow(_)));
            self.make(&c, later && own);
            self.place(skip);
        }
    }

    /// Elsewhere where a change does not happen.
    fn unless(&mut self, flag: Option<Reg>, to: super::Label) {
        if let Some(flag) = flag {
            self.op(Op::JumpUnless(flag, Self::to(to)));
        }
    }

    fn make(&mut self, c: &Change, later: bool) {
        let site = c.write.site;
        let row = c.row.unwrap_or(Reg::MAX);
        if let Some((waits, pending, value)) = c.waiting {
            let (at_once, done) = (self.label(), self.label());
            self.op(Op::JumpUnless(waits, Self::to(at_once)));
            self.op(if later { Op::LaterWait(site, row, pending) } else { Op::Wait(site, row, pending, c.value) });
            self.op(Op::Jump(Self::to(done)));
            self.place(at_once);
            self.op(if later { Op::LaterMake(site, row, value) } else { Op::Make(site, row, value) });
            self.place(done);
            return;
        }
        let whole = self.graph.bank(c.write.value) == Bank::Whole;
        self.op(match (c.row, c.den, whole) {
            (None, Some(den), _) => Op::StoreQ(site, c.value, den),
            (None, None, true) => Op::StoreI(site, c.value),
            (None, None, false) => Op::StoreD(site, c.value),
            (Some(row), Some(den), _) if later => Op::LaterQ(site, row, c.value, den),
            (Some(row), None, true) if later => Op::LaterI(site, row, c.value),
            (Some(row), None, false) if later => Op::LaterD(site, row, c.value),
            (Some(row), Some(den), _) => Op::StoreRowQ(site, row, c.value, den),
            (Some(row), None, true) => Op::StoreRowI(site, row, c.value),
            (Some(row), None, false) => Op::StoreRowD(site, row, c.value),
        });
    }

    /// Whether a change waits: the registers of the answer, of what waits then, of the new value if it does not.
    fn decide(&mut self, c: &Change, wait: &WaitPlan, all: &[Change], waits: &mut Waits) -> (Reg, Reg, Reg) {
        let span = self.graph.span(c.write.value);
        let (flag, pending, value) = (self.new_i(), self.new_d(), self.new_d());
        let skip = self.label();
        self.op(Op::SetI(flag, 0));
        self.unless(c.flag, skip);
        let before = self.state_now(c.write.state, c.row, false);
        let waited = self.waited(c, all);
        if wait.compounding || wait.restating {
            self.op_at(Op::Sub(pending, c.value, before), span);
        } else {
            let delta = self.new_d();
            self.op_at(Op::Sub(delta, c.value, before), span);
            self.op_at(Op::Add(pending, waited, delta), span);
        }
        self.op_at(Op::Add(value, before, pending), span);
        let inverse = self.plan.states.get(c.write.state.at()).is_some_and(|s| s.follows == Some(Proportion::Inverse));
        if inverse && !wait.compounding && !wait.restating {
            self.inverses(c, before, waited, (pending, value));
        }
        waits.insert(c.write.state, (flag, pending, before));
        let at_once = self.label();
        match wait.with {
            Some(leader) => match waits.get(&leader).copied() {
                Some((leads, _, _)) => self.op(Op::JumpUnless(leads, Self::to(at_once))),
                None => self.op(Op::Jump(Self::to(at_once))),
            },
            None => {
                for test in &wait.tests {
                    let (change, base) = match waits.get(&test.of).copied() {
                        Some((_, change, base)) => (change, base),
                        None => self.measured(test.of, c.row, all, span),
                    };
                    let limit = self.scoped(|e| e.d(test.limit));
                    let (size, bound) = (self.new_d(), self.new_d());
                    self.op(Op::Abs(size, change));
                    if test.relative {
                        self.op_at(Op::Mul(bound, limit, base), span);
                        self.op(Op::Abs(bound, bound));
                    } else {
                        self.op(Op::MoveD(bound, limit));
                    }
                    let sign = if test.strict { Comparison::Less } else { Comparison::AtMost };
                    self.op(Op::JumpUnlessD(sign, size, bound, Self::to(at_once)));
                }
            }
        }
        self.op(Op::SetI(flag, 1));
        self.place(at_once);
        self.place(skip);
        (flag, pending, value)
    }

    /// Changes in inverse proportion to those of another state, which are added: their inverses are added. Where 1/1.04 waits and
    /// 1/1.06 comes, 1/1.10 waits or is made.
    fn inverses(&mut self, c: &Change, before: Reg, waited: Reg, own: (Reg, Reg)) {
        let (pending, value) = own;
        let span = self.graph.span(c.write.value);
        let (some, done) = (self.label(), self.label());
        let (zero, one) = (self.constant(Decimal::ZERO), self.constant(Decimal::ONE));
        let raw = c.raw.unwrap_or(c.value);
        self.op(Op::JumpUnlessEqual(waited, zero, Self::to(some)));
        // nothing waits yet: the change is what the rule says, and waits before it is rounded
        self.op_at(Op::Sub(pending, raw, before), span);
        self.op(Op::Jump(Self::to(done)));
        self.place(some);
        let (then, now) = (self.new_d(), self.new_d());
        self.op_at(Op::Add(then, before, waited), span);
        self.op_at(Op::Div(then, before, then), span);
        self.op_at(Op::Div(now, before, raw), span);
        self.op_at(Op::Add(now, now, then), span);
        self.op_at(Op::Sub(now, now, one), span);
        let whole = self.new_d();
        self.op_at(Op::Div(whole, before, now), span);
        self.op_at(Op::Sub(pending, whole, before), span);
        match self.rounding_of(c.write.state) {
            None => self.op(Op::MoveD(value, whole)),
            Some(Rounding { mode, unit, keeps }) => {
                let unit = self.constant(unit);
                self.op_at(Op::RoundQuotient(value, before, now, unit, mode), span);
                if keeps {
                    self.unless_nothing(value, |e| e.op(Op::MoveD(value, whole)));
                }
            }
        }
        self.place(done);
    }

    fn rounding_of(&self, state: StateId) -> Option<Rounding> {
        self.plan.states.get(state.at()).and_then(|s| s.rounding)
    }

    /// What waits of a state: as a rule of this event sets it, or as it is.
    fn waited(&mut self, c: &Change, all: &[Change]) -> Reg {
        let now = self.state_now(c.write.state, c.row, true);
        let Some(set) = all.iter().find(|o| o.write.state == c.write.state && o.write.pending) else { return now };
        let (waited, unset) = (self.new_d(), self.label());
        self.op(Op::MoveD(waited, now));
        self.unless(set.flag, unset);
        self.op(Op::MoveD(waited, set.value));
        self.place(unset);
        waited
    }

    /// The change of a state that has no say of its own in whether this one waits, with the state before: none is zero.
    fn measured(&mut self, state: StateId, row: Option<Reg>, all: &[Change], span: Span) -> (Reg, Reg) {
        let before = self.state_now(state, row, false);
        let change = self.new_d();
        let zero = self.constant(Decimal::ZERO);
        self.op(Op::MoveD(change, zero));
        if let Some(c) = all.iter().find(|c| c.write.state == state && !c.write.pending) {
            let (unchanged, waited) = (self.label(), self.state_now(state, row, true));
            self.unless(c.flag, unchanged);
            self.op_at(Op::Sub(change, c.value, before), span);
            if c.write.wait.is_some() {
                self.op_at(Op::Add(change, change, waited), span);
            }
            self.place(unchanged);
        }
        (change, before)
    }

    /// A state, or what waits of it, as it is now.
    fn state_now(&mut self, state: StateId, row: Option<Reg>, waiting: bool) -> Reg {
        let Some(plan) = self.plan.states.get(state.at()) else { return self.impossible("a state nobody declared") };
        let column = if waiting {
            plan.pending
        } else {
            match plan.spot.place {
                Place::Decimal(n) | Place::Ratio(n) => Some(n),
                Place::Whole(_) | Place::List(_) => None,
            }
        };
        match (plan.of, row, column) {
            (Some(kind), Some(row), Some(col)) => {
                let to = self.new_d();
                self.op(Op::LoadD(to, kind, row, col));
                to
            }
            (None, _, Some(slot)) => slot,
            _ => self.constant(Decimal::ZERO),
        }
    }

    /// Begins a state with a value that may be missing.
    pub(super) fn begin(&mut self, state: StateId, row: Reg, node: NodeId) {
        let absent = self.label();
        let ratio = matches!(self.spot(state).place, Place::Ratio(_));
        let optional = self.spot(state).known.is_some();
        let handler = if optional { Some(absent) } else { None };
        self.scoped(|e| {
            e.handled(handler, |e| match e.graph.bank(node) {
                Bank::Whole => {
                    let from = e.i(node);
                    e.op(Op::InitI(state, row, from));
                }
                Bank::Decimal if ratio => {
                    let (n, d) = e.pair(node);
                    e.op(Op::InitQ(state, row, n, d));
                }
                Bank::Decimal => {
                    let from = e.d(node);
                    e.op(Op::InitD(state, row, from));
                }
                Bank::List => {}
            });
        });
        self.place(absent);
    }

    /// Whether a formula asks about entries of a kind.
    pub(super) fn asks_entries(&self, id: NodeId, kind: crate::terms::KindId) -> bool {
        let asks = |n: NodeId| match self.graph.get(n) {
            Node::Query(q) => self.graph.query(*q).is_some_and(|q| q.source == crate::engine::graph::Source::Entries(kind)),
            _ => false,
        };
        self.graph.any_below(id, |_| true, asks)
    }
}
