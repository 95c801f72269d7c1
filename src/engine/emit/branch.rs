//! Conditions as jumps.

use super::{Emit, Label, Plain};
use crate::engine::code::Op;
use crate::engine::graph::{FailId, Node, NodeId};
use crate::terms::Comparison;

impl Emit<'_> {
    /// Goes on if a condition holds, elsewhere if not. What it computes stays known where it holds.
    pub(super) fn jump_unless(&mut self, id: NodeId, to: Label) {
        let id = self.graph.plain(id);
        if let Some(reg) = self.remembered(id) {
            self.op(Op::JumpUnless(reg, Self::to(to)));
            return;
        }
        match self.graph.get(id).clone() {
            Node::Whole(0) => self.op(Op::Jump(Self::to(to))),
            Node::Whole(_) => {}
            Node::Not(x) => self.scoped(|e| e.jump_if(x, to)),
            Node::All(xs) => {
                for x in xs {
                    self.jump_unless(x, to);
                }
            }
            Node::Any(xs) => {
                let holds = self.label();
                if let Some((last, rest)) = xs.split_last() {
                    for x in rest {
                        self.scoped(|e| e.jump_if(*x, holds));
                    }
                    self.scoped(|e| e.jump_unless(*last, to));
                }
                self.place(holds);
            }
            Node::Known(x) => self.handled(Some(to), |e| e.any(x)),
            Node::Compare(c, a, b) => self.compare(c, a, b, id, to),
            Node::CompareWhole(c, a, b) => {
                let (a, b) = (self.i(a), self.i(b));
                self.op(Op::JumpUnlessI(c, a, b, Self::to(to)));
            }
            Node::Equal(a, b) => {
                let (x, y) = (self.fraction(a), self.fraction(b));
                if x.den.is_none() && y.den.is_none() {
                    let (a, b) = (self.d(a), self.d(b));
                    self.op(Op::JumpUnlessEqual(a, b, Self::to(to)));
                } else {
                    // the same as fractions, or the same as they are kept
                    let (rounded, holds) = (self.label(), self.label());
                    self.scoped(|e| {
                        let start = e.here();
                        let (left, right, _) = e.cross(a, b, id);
                        e.op(Op::JumpUnlessEqual(left, right, Self::to(rounded)));
                        e.fall_back_to(start, Plain::Test(None, a, b, rounded));
                    });
                    self.op(Op::Jump(Self::to(holds)));
                    self.place(rounded);
                    self.scoped(|e| {
                        let (left, right) = (e.d(a), e.d(b));
                        e.op(Op::JumpUnlessEqual(left, right, Self::to(to)));
                    });
                    self.place(holds);
                }
            }
            Node::EqualWhole(a, b) => {
                let (a, b) = (self.i(a), self.i(b));
                self.op(Op::JumpUnlessSame(a, b, Self::to(to)));
            }
            Node::OneOf(x, words) => {
                let x = self.i(x);
                if let [one] = words.as_slice() {
                    let one = self.whole(*one);
                    self.op(Op::JumpUnlessSame(x, one, Self::to(to)));
                } else {
                    let set = self.set(words);
                    self.op(Op::JumpUnlessIn(x, set, Self::to(to)));
                }
            }
            _ => {
                let reg = self.i(id);
                self.op(Op::JumpUnless(reg, Self::to(to)));
            }
        }
    }

    /// Elsewhere if a condition holds, on if not.
    pub(super) fn jump_if(&mut self, id: NodeId, to: Label) {
        let id = self.graph.plain(id);
        match self.graph.get(id).clone() {
            Node::Not(x) => self.scoped(|e| e.jump_unless(x, to)),
            Node::Any(xs) => {
                for x in xs {
                    self.scoped(|e| e.jump_if(x, to));
                }
            }
            _ => {
                let fails = self.label();
                self.scoped(|e| e.jump_unless(id, fails));
                self.op(Op::Jump(Self::to(to)));
                self.place(fails);
            }
        }
    }

    /// Goes on if all conditions hold.
    pub(super) fn guards(&mut self, guards: &[NodeId], to: Label) {
        for g in guards {
            self.jump_unless(*g, to);
        }
    }

    /// A comparison of decimals; of fractions without dividing them.
    fn compare(&mut self, c: Comparison, a: NodeId, b: NodeId, id: NodeId, to: Label) {
        let (x, y) = (self.fraction(a), self.fraction(b));
        let settled = |e: &Self, n: NodeId| e.remembered(e.graph.plain(n)).is_some();
        if (x.den.is_none() || settled(self, a)) && (y.den.is_none() || settled(self, b)) {
            let (a, b) = (self.d(a), self.d(b));
            self.op(Op::JumpUnlessD(c, a, b, Self::to(to)));
            return;
        }
        let start = self.here();
        let (left, right, den) = self.cross(a, b, id);
        match den {
            Some(den) => self.op_at(Op::JumpUnlessQ(c, left, right, den, Self::to(to)), self.graph.span(id)),
            None => self.op(Op::JumpUnlessD(c, left, right, Self::to(to))),
        }
        self.fall_back_to(start, Plain::Test(Some(c), a, b, to));
    }

    /// Two fractions brought to one denominator.
    fn cross(&mut self, a: NodeId, b: NodeId, id: NodeId) -> (u16, u16, Option<u16>) {
        let span = self.graph.span(id);
        let (x, y) = (self.fraction(a), self.fraction(b));
        self.check_cancelled(a);
        self.check_cancelled(b);
        let (xn, yn) = (self.d(x.num), self.d(y.num));
        match (x.den, y.den) {
            (None, None) => (xn, yn, None),
            (Some(p), Some(q)) if p == q => (xn, yn, Some(self.d(p))),
            (Some(p), None) => {
                let p = self.d(p);
                let right = self.new_d();
                self.op_at(Op::Mul(right, yn, p), span);
                (xn, right, Some(p))
            }
            (None, Some(q)) => {
                let q = self.d(q);
                let left = self.new_d();
                self.op_at(Op::Mul(left, xn, q), span);
                (left, yn, Some(q))
            }
            (Some(p), Some(q)) => {
                let (p, q) = (self.d(p), self.d(q));
                let (left, right, den) = (self.new_d(), self.new_d(), self.new_d());
                self.op_at(Op::Mul(left, xn, q), span);
                self.op_at(Op::Mul(right, yn, p), span);
                self.op_at(Op::Mul(den, p, q), span);
                (left, right, Some(den))
            }
        }
    }

    /// A set of whole numbers.
    fn set(&mut self, words: Vec<i64>) -> u16 {
        let at = self.out.sets.iter().position(|s| *s == words).unwrap_or_else(|| {
            self.out.sets.push(words);
            self.out.sets.len() - 1
        });
        self.number(at, "more than 65,535 sets of words")
    }

    /// A refusal or a stop; where a missing value is handled, the value is missing.
    pub(super) fn fail(&mut self, id: FailId) {
        if let Some(label) = self.handler {
            self.op(Op::Jump(Self::to(label)));
            return;
        }
        let at = self.fail_code(id);
        self.op(Op::Fail(at));
    }
}
