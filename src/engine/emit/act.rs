//! What a rule does besides changing states: deeming, recording, ending, warning, for each line of a list.

use super::{Emit, Portion, shifted};
use crate::engine::code::{ActCode, ActCodeKind, Op, Pass};
use crate::engine::graph::{Bank, Node, NodeId};
use crate::engine::plan::{Act, ActKind};
use crate::terms::{KindId, Place, Spot, StateId};
use rust_decimal::Decimal;

impl Emit<'_> {
    /// An act, with its values in registers, put in the queue.
    pub(super) fn act(&mut self, act: &Act) {
        let end = self.label();
        self.scoped(|e| {
            e.guards(&act.guards, end);
            let kind = match &act.kind {
                ActKind::Deem { kind, fields, like, with } => e.deem(*kind, fields, *like, with),
                ActKind::Record { effect, values } => {
                    let types: Vec<_> = e.terms.effects.get(effect.at()).map(|d| d.fields.clone()).unwrap_or_default();
                    let values = values
                        .iter()
                        .enumerate()
                        .map(|(at, v)| {
                            v.map(|v| {
                                let (ty, optional) =
                                    types.get(at).map_or((crate::terms::Type::NUMBER, false), |f| (f.1.clone(), f.2));
                                if optional { e.arg(v, ty) } else { e.sure(v, ty) }
                            })
                        })
                        .collect();
                    ActCodeKind::Record { effect: *effect, values }
                }
                ActKind::End(row) => ActCodeKind::End(e.i(*row)),
                ActKind::Restore(row) => ActCodeKind::Restore(e.i(*row)),
                ActKind::Warn(t) => ActCodeKind::Warn(e.message(t)),
                ActKind::ForEach { list, depth, order, body, .. } => {
                    e.for_each(*list, *depth, *order, body);
                    return;
                }
            };
            let n = e.number(e.out.acts.len(), "more than 65,535 acts");
            let (clause, rule) = (e.clause, e.rule);
            e.out.acts.push(ActCode { kind, clause, rule });
            e.op(Op::Enqueue(n));
        });
        self.place(end);
    }

    /// A value that must be there.
    pub(super) fn sure(&mut self, node: NodeId, ty: crate::terms::Type) -> crate::engine::code::Arg {
        let reg = match self.graph.bank(node) {
            Bank::Decimal => self.d(node),
            Bank::Whole => self.i(node),
            Bank::List => self.l(node),
        };
        crate::engine::code::Arg { reg, known: None, ty }
    }

    pub(super) fn deem(
        &mut self,
        kind: KindId,
        fields: &[(crate::terms::FieldId, NodeId)],
        like: Option<NodeId>,
        with: &[(StateId, bool, NodeId)],
    ) -> ActCodeKind {
        let spots = self.plan.kinds.get(kind.at()).map(|k| (k.layout.spots.clone(), k.base)).unwrap_or_default();
        let like = like.map(|l| self.i(l));
        let mut passed = Vec::new();
        for (field, node) in fields {
            let Some(spot) = spots.0.get(field.at()).copied() else { continue };
            let spot = shifted(spot, spots.1);
            passed.push(self.pass(*node, spot));
        }
        let mut states = Vec::new();
        for (state, pending, node) in with {
            let Some(plan) = self.plan.states.get(state.at()) else { continue };
            let spot = match (pending, plan.pending) {
                (true, Some(col)) => Spot { place: Place::Decimal(col), known: None },
                (true, None) => continue,
                (false, _) => plan.spot,
            };
            states.push((*state, *pending, self.pass(*node, spot)));
        }
        ActCodeKind::Deem { kind, fields: passed, like, with: states }
    }

    /// A value for a place; it may be missing where the place has a mark.
    pub(super) fn pass(&mut self, node: NodeId, to: Spot) -> Pass {
        if to.known.is_some() {
            let known = self.new_i();
            let from = self.maybe(node, known);
            return Pass { from, known: Some(known), to };
        }
        let from = match (self.graph.bank(node), to.place) {
            (Bank::Decimal, Place::Ratio(_)) => self.pair(node).0,
            (Bank::Decimal, _) => self.d(node),
            (Bank::Whole, _) => self.i(node),
            (Bank::List, _) => self.l(node),
        };
        Pass { from, known: None, to }
    }

    /// Acts for each line of a list, in order.
    pub(super) fn for_each(&mut self, list: NodeId, depth: u16, order: Option<(bool, NodeId)>, body: &[Act]) {
        let mut portions = Vec::new();
        for act in body {
            self.find_portions(act, depth, &mut portions);
        }
        let zero = self.constant(Decimal::ZERO);
        let made: Vec<(NodeId, Portion)> = portions
            .iter()
            .map(|id| {
                let (total, given) = (self.new_d(), self.new_d());
                self.op(Op::MoveD(total, zero));
                self.op(Op::MoveD(given, zero));
                (*id, Portion { total, given, last: 0 })
            })
            .collect();
        if !made.is_empty() {
            // the sums of the weights first
            self.lines(
                list,
                depth,
                |_, _| {},
                |e, _| {
                    for (id, p) in &made {
                        if let Node::ProRata { weight, .. } = e.graph.get(*id).clone() {
                            let w = e.d(weight);
                            e.op_at(Op::Add(p.total, p.total, w), e.graph.span(*id));
                        }
                    }
                },
            );
        }
        let sort = |e: &mut Self, at: u16| {
            if let Some((high, by)) = order {
                let keys = e.new_l();
                e.op(Op::ListNew(keys));
                let scan = e.number(e.open_loops, "more than 65,535 loops within one another");
                let inner = e.l(list);
                e.open_loops += 1;
                e.out.loops = e.out.loops.max(e.open_loops);
                let (next, end) = (e.label(), e.label());
                let last = e.new_i();
                e.op(Op::Lines(scan, inner));
                e.place(next);
                e.op(Op::NextLine(scan, last, Self::to(end)));
                let outer = e.its.pop();
                e.its.push(super::It { at: scan, row: last });
                e.scoped(|e| {
                    if e.graph.bank(by) == Bank::Decimal {
                        let key = e.d(by);
                        e.op(Op::ListD(keys, key));
                    } else {
                        let key = e.i(by);
                        e.op(Op::ListI(keys, key));
                    }
                    e.op(Op::ListEnd(keys));
                });
                e.its.pop();
                e.its.extend(outer);
                e.op(Op::Jump(Self::to(next)));
                e.place(end);
                e.open_loops -= 1;
                e.op(Op::SortLines(at, keys, high));
            }
        };
        self.lines(list, depth, sort, |e, last| {
            let outer = std::mem::take(&mut e.portions);
            e.portions.clone_from(&outer);
            e.portions.extend(made.iter().map(|(id, p)| (*id, Portion { last, ..*p })));
            body.iter().for_each(|a| e.act(a));
            e.portions = outer;
        });
    }

    pub(super) fn find_portions(&self, act: &Act, depth: u16, out: &mut Vec<NodeId>) {
        let mut nodes: Vec<NodeId> = act.guards.clone();
        match &act.kind {
            ActKind::Deem { fields, with, .. } => {
                nodes.extend(fields.iter().map(|(_, n)| *n));
                nodes.extend(with.iter().map(|(_, _, n)| *n));
            }
            ActKind::Record { values, .. } => nodes.extend(values.iter().flatten()),
            ActKind::End(_) | ActKind::Restore(_) | ActKind::Warn(_) | ActKind::ForEach { .. } => {}
        }
        for n in nodes {
            self.portions_in(n, depth, out);
        }
    }

    pub(super) fn portions_in(&self, id: NodeId, at: u16, out: &mut Vec<NodeId>) {
        self.graph.any_below(
            id,
            |_| true,
            |n| {
                if matches!(self.graph.get(n), Node::ProRata { depth, .. } if *depth == at) && !out.contains(&n) {
                    out.push(n);
                }
                false
            },
        );
    }
}
