//! Counts and sums over entries that are kept up to date: which questions are such, and the code for one entry.

use super::{Emit, It, Label};
use crate::engine::code::{Op, Reg};
use crate::engine::graph::{Node, NodeId, Query, Source, Then};
use crate::engine::tally::TallySpec;
use crate::terms::KindId;

/// A tally that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    kind: KindId,
    depth: u16,
    /// Conditions of the entry alone.
    filter: Vec<NodeId>,
    /// Values of the entry that must be those that are asked for.
    keys: Vec<NodeId>,
    value: Option<NodeId>,
}

impl Emit<'_> {
    /// Asks a tally, where one can answer, and else goes through the entries. What the way through them computes is not computed where the
    /// tally answers, so that nothing after it may rely on that.
    pub(super) fn tallied(&mut self, q: &Query, value: Option<NodeId>, to: Reg, through: impl FnOnce(&mut Self)) {
        match self.tally(q, value, to) {
            None => through(self),
            Some(done) => {
                self.scoped(through);
                self.place(done);
            }
        }
    }

    /// Asks a tally, where one can answer: then the value is in the register, and the code is left out that comes next, up to the label.
    fn tally(&mut self, q: &Query, value: Option<NodeId>, to: Reg) -> Option<Label> {
        let Source::Entries(kind) = q.source else { return None };
        if q.days.is_some() || q.trading_days.is_some() || self.explaining {
            return None;
        }
        if value.is_some_and(|v| !self.is_of_the_entry(v, q.depth)) {
            return None;
        }
        let (mut filter, mut keys, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        for f in &q.filter {
            if self.is_of_the_entry(*f, q.depth) {
                filter.push(*f);
                continue;
            }
            let Node::EqualWhole(a, b) = *self.graph.get(self.graph.plain(*f)) else { return None };
            let free = |id: NodeId| self.graph.moving(id) & (2 << q.depth.min(28)) == 0;
            let (own, other) = match (self.is_of_the_entry(a, q.depth), self.is_of_the_entry(b, q.depth)) {
                (true, false) if free(b) => (a, b),
                (false, true) if free(a) => (b, a),
                _ => return None,
            };
            keys.push(own);
            wanted.push(other);
        }
        let n = self.tally_of(Asked { kind, depth: q.depth, filter, keys, value });
        let asked = self.out.tallies.get(n).map(|t| t.asked.clone()).unwrap_or_default();
        let (through, done) = (self.label(), self.label());
        // a key that is not known is told by going through the entries
        self.handled(Some(through), |e| {
            e.scoped(|e| {
                for (reg, node) in asked.iter().zip(&wanted) {
                    let value = e.i(*node);
                    e.op(Op::MoveI(*reg, value));
                }
            });
        });
        let n = self.number(n, "more than 65,535 tallies");
        self.op(Op::Tally(to, n, Self::to(done)));
        self.place(through);
        Some(done)
    }

    /// The place of a tally, of a new one where there is none like it.
    fn tally_of(&mut self, asked: Asked) -> usize {
        if let Some(at) = self.tallied.iter().position(|t| *t == asked) {
            return at;
        }
        let at = self.tallied.len();
        let registers = |e: &mut Self| asked.keys.iter().map(|_| e.new_i()).collect::<Vec<_>>();
        let (keys, wanted) = (registers(self), registers(self));
        let (record, counts) = (self.new_i(), self.new_i());
        let value = asked.value.map(|_| self.new_d());
        let spec = TallySpec {
            kind: asked.kind,
            record,
            code: 0,
            counts,
            keys,
            asked: wanted,
            value,
            through: Vec::new(),
            kinds: vec![asked.kind],
        };
        self.out.tallies.push(spec);
        self.tallied.push(asked);
        self.tally_code.push(at);
        at
    }

    /// The code of tallies for one entry, once all other code is there.
    pub(super) fn tally_routines(&mut self) {
        while let Some(at) = self.tally_code.pop() {
            let (Some(asked), Some(mut spec)) = (self.tallied.get(at).cloned(), self.out.tallies.get(at).cloned()) else {
                continue;
            };
            let all: Vec<NodeId> = asked.filter.iter().chain(&asked.keys).chain(&asked.value).copied().collect();
            let hops = self.looked_into(&all, asked.depth);
            spec.through = hops.iter().map(|_| self.new_i()).collect();
            for (kind, _) in &hops {
                if !spec.kinds.contains(kind) {
                    spec.kinds.push(*kind);
                }
            }
            let its = std::mem::take(&mut self.its);
            for _ in 0..=asked.depth {
                self.its.push(It { at: 0, row: spec.record });
            }
            spec.code = self.routine(|e| {
                e.op(Op::SetI(spec.counts, 0));
                for ((_, row), reg) in hops.iter().zip(&spec.through) {
                    let unknown = e.label();
                    e.handled(Some(unknown), |e| {
                        e.scoped(|e| {
                            let row = e.i(*row);
                            e.op(Op::MoveI(*reg, row));
                        });
                    });
                    e.place(unknown);
                }
                let fails = e.label();
                e.handled(Some(fails), |e| {
                    e.scoped(|e| {
                        e.guards(&asked.filter, fails);
                        for (node, reg) in asked.keys.iter().zip(&spec.keys) {
                            let key = e.i(*node);
                            e.op(Op::MoveI(*reg, key));
                        }
                    });
                });
                if let (Some(node), Some(reg)) = (asked.value, spec.value) {
                    e.op(Op::SetI(spec.counts, 2));
                    e.handled(Some(fails), |e| {
                        e.scoped(|e| {
                            let value = e.d(node);
                            e.op(Op::MoveD(reg, value));
                        });
                    });
                }
                e.op(Op::SetI(spec.counts, 1));
                e.place(fails);
            });
            self.its = its;
            if let Some(slot) = self.out.tallies.get_mut(at) {
                *slot = spec;
            }
        }
    }

    /// Whether a formula speaks of nothing but an entry and entries that it names, and is computed of what stands in their columns.
    fn is_of_the_entry(&self, id: NodeId, depth: u16) -> bool {
        let speaks_of_more = |n: NodeId| match self.graph.get(n) {
            Node::It(d) => *d != depth,
            Node::FirstOf(cases, _) => cases.iter().any(|c| matches!(c.then, Then::Fail(_))),
            Node::Decimal(_)
            | Node::Whole(_)
            | Node::Text(_)
            | Node::Named(..)
            | Node::RowD(..)
            | Node::RowI(..)
            | Node::Checked { .. }
            | Node::Known(_)
            | Node::IsKind(..)
            | Node::Not(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::OneOf(..)
            | Node::Compare(..)
            | Node::CompareWhole(..)
            | Node::Equal(..)
            | Node::EqualWhole(..)
            | Node::Arithmetic(..)
            | Node::Sum(_)
            | Node::Product(_)
            | Node::Negative(_)
            | Node::Round(..) => false,
            _ => true,
        };
        !self.graph.any_below(id, |_| true, speaks_of_more)
    }

    /// The entries that formulas of an entry look into, besides itself.
    fn looked_into(&self, formulas: &[NodeId], depth: u16) -> Vec<(KindId, NodeId)> {
        let mut out: Vec<(KindId, NodeId)> = Vec::new();
        for id in formulas {
            self.graph.any_below(
                *id,
                |_| true,
                |n| {
                    if let Node::RowD(kind, row, _) | Node::RowI(kind, row, _) = self.graph.get(n)
                        && !matches!(self.graph.get(self.graph.plain(*row)), Node::It(d) if *d == depth)
                        && !out.contains(&(*kind, *row))
                    {
                        out.push((*kind, *row));
                    }
                    false
                },
            );
        }
        out
    }
}
