//! Formulas of `+ − × ÷` as one fraction, divided once; and what is computed as it is written where that overflows.

use super::value::arithmetic;
use super::{Emit, Fused, Plain};
use crate::engine::code::{Op, Reg, Target};
use crate::engine::fraction::Fraction;
use crate::engine::graph::{Bank, Node, NodeId};
use crate::source::Span;
use crate::terms::RoundingMode;
use rust_decimal::Decimal;

impl Emit<'_> {
    /// A formula as a fraction, or as it is.
    pub(super) fn fraction(&mut self, id: NodeId) -> Fraction {
        if self.plainly {
            return Fraction { num: self.graph.plain(id), den: None };
        }
        self.fractions.of(&mut self.graph, id)
    }

    /// A formula of arithmetic, divided once.
    pub(super) fn fused(&mut self, id: NodeId) -> Reg {
        let span = self.graph.span(id);
        let start = self.here();
        let f = self.fraction(id);
        self.check_cancelled(id);
        let to = match f.den {
            None if f.num == id => {
                // too long to be one fraction
                let Node::Arithmetic(op, a, b) = self.graph.get(id).clone() else {
                    return self.impossible("what is no arithmetic stands for it");
                };
                let (a, b) = (self.d(a), self.d(b));
                let to = self.new_d();
                self.op_at(arithmetic(op, to, a, b), span);
                return to;
            }
            None => {
                let to = self.d(f.num);
                if !matches!(self.graph.get(f.num), Node::Sum(_) | Node::Product(_)) {
                    return to;
                }
                to
            }
            Some(den) => {
                let to = self.new_d();
                self.divided(f.num, den, to, None, span);
                to
            }
        };
        self.fall_back(start, id, to);
        to
    }

    /// One formula over another, rounded to a multiple of a unit where one is given.
    pub(super) fn divided(&mut self, num: NodeId, den: NodeId, to: Reg, rounding: Option<(Reg, RoundingMode)>, span: Span) {
        let Some(products) = self.products(num) else {
            let (n, d) = (self.d(num), self.d(den));
            self.op_at(rounding.map_or(Op::Div(to, n, d), |(unit, mode)| Op::RoundQuotient(to, n, d, unit, mode)), span);
            return;
        };
        let d = self.d(den);
        let short = match (products.as_slice(), rounding) {
            ([(_, a, b)], None) => Some(Op::Fraction(to, *a, *b, d)),
            ([(_, a, b)], Some((unit, mode))) => Some(Op::FractionRounded(to, *a, *b, d, unit, mode)),
            ([(_, a, b), (minus, c, e)], None) => Some(Op::FractionOfTwo(*minus, to, *a, *b, *c, *e, d)),
            _ => None,
        };
        if let Some(op) = short {
            self.op_at(op, span);
            return;
        }
        for (at, (minus, a, b)) in products.into_iter().enumerate() {
            self.op_at(if at == 0 { Op::Above(a, b) } else { Op::AbovePlus(minus, a, b) }, span);
        }
        self.op_at(rounding.map_or(Op::Over(to, d), |(unit, mode)| Op::OverRounded(to, d, unit, mode)), span);
    }

    /// A numerator as a sum of products of two registers, one that is added first; nothing where there is no product in it.
    fn products(&mut self, num: NodeId) -> Option<Vec<(bool, Reg, Reg)>> {
        let mut terms = match self.graph.get(num) {
            _ if self.remembered(num).is_some() => return None,
            Node::Sum(terms) => terms.clone(),
            Node::Product(_) => vec![(false, num)],
            _ => return None,
        };
        let any = terms.iter().any(|(_, t)| matches!(self.graph.get(*t), Node::Product(_)));
        let first = terms.iter().position(|(minus, _)| !minus).filter(|_| any)?;
        terms.swap(0, first);
        let products = terms.into_iter().map(|(minus, term)| {
            let factors = match self.graph.get(term) {
                Node::Product(factors) if self.remembered(term).is_none() => factors.clone(),
                _ => vec![term],
            };
            match factors.split_last() {
                Some((last, before)) if !before.is_empty() => {
                    let before = self.product(term, before);
                    (minus, before, self.d(*last))
                }
                _ => (minus, self.d(term), self.constant(Decimal::ONE)),
            }
        });
        Some(products.collect())
    }

    /// Code since `start` computes a formula fused: should it overflow, it is computed as it is written.
    pub(super) fn fall_back(&mut self, start: Target, node: NodeId, to: Reg) {
        self.fall_back_to(start, Plain::Value(node, to));
    }

    /// The same for a value or a test.
    pub(super) fn fall_back_to(&mut self, start: Target, plain: Plain) {
        let end = self.here();
        if end > start {
            let read = self.read_since(start, plain);
            self.fused.push(Fused {
                start,
                end,
                plain,
                read,
                rows: self.rows.clone(),
                its: self.its.clone(),
                handler: self.handler,
                portions: self.portions.clone(),
                open_loops: self.open_loops,
            });
        }
    }

    /// What was read since a place in the code: it is read again where the formula is computed as it is written. What was
    /// calculated for the fused formula only is forgotten, for then it is not there.
    fn read_since(&mut self, start: Target, plain: Plain) -> Vec<(NodeId, Reg)> {
        let from = self.computed.partition_point(|(at, _, _)| *at < start);
        let since = self.computed.split_off(from);
        let mut read = Vec::new();
        for (at, node, reg) in since {
            let known = self.scopes.last().is_some_and(|s| s.get(&node) == Some(&reg));
            if !known {
                continue;
            }
            let is_result = matches!(plain, Plain::Value(_, to) if to == reg) && self.graph.bank(node) == Bank::Decimal;
            if is_result {
                self.computed.push((at, node, reg));
            } else if self.calculates(node) {
                if let Some(scope) = self.scopes.last_mut() {
                    scope.remove(&node);
                }
            } else {
                self.computed.push((at, node, reg));
                read.push((node, reg));
            }
        }
        read
    }

    /// Whether a value is calculated from others, rather than read.
    fn calculates(&self, node: NodeId) -> bool {
        matches!(
            self.graph.get(node),
            Node::Arithmetic(..)
                | Node::Sum(_)
                | Node::Product(_)
                | Node::Negative(_)
                | Node::Settled(_)
                | Node::CaseNumerator(_)
                | Node::CaseDenominator(_)
                | Node::PowerOf(..)
                | Node::Round(..)
                | Node::Call(..)
                | Node::FirstOf(..)
        )
    }

    /// What a fraction cancelled must not be zero.
    pub(super) fn check_cancelled(&mut self, id: NodeId) {
        let id = self.graph.plain(id);
        let Some(list) = self.fractions.cancelled.get(&id).cloned() else { return };
        let span = self.graph.span(id);
        for node in list {
            if matches!(self.graph.get(node), Node::Decimal(_)) {
                continue;
            }
            let reg = self.d(node);
            self.op_at(Op::NonZero(reg), span);
        }
    }

    /// A sum, term by term; it may begin as another sum does that is known.
    pub(super) fn sum(&mut self, id: NodeId, terms: &[(bool, NodeId)]) -> Reg {
        let span = self.graph.span(id);
        // begin with a term that is added
        let mut terms = terms.to_vec();
        if let Some(first) = terms.iter().position(|(minus, _)| !minus) {
            let first = terms.remove(first);
            terms.insert(0, first);
        }
        let mut so_far: Option<Reg> = None;
        for at in 0..terms.len() {
            let Some((minus, x)) = terms.get(at).copied() else { break };
            let part = self.graph.add(Node::Sum(terms.get(..=at).unwrap_or(&[]).to_vec()));
            if let Some(known) = self.remembered(part).filter(|_| at > 0) {
                so_far = Some(known);
                continue;
            }
            let next = self.d(x);
            let to = match (so_far, minus) {
                (None, false) => {
                    so_far = Some(next);
                    continue;
                }
                _ => self.new_d(),
            };
            match (so_far, minus) {
                (Some(a), false) => self.op_at(Op::Add(to, a, next), span),
                (Some(a), true) => self.op_at(Op::Sub(to, a, next), span),
                (None, _) => self.op(Op::Neg(to, next)),
            }
            self.remember(part, to);
            so_far = Some(to);
        }
        so_far.unwrap_or_else(|| self.impossible("a sum or a product of nothing"))
    }

    /// A product, factor by factor; it may begin as another product does that is known.
    pub(super) fn product(&mut self, id: NodeId, factors: &[NodeId]) -> Reg {
        let span = self.graph.span(id);
        let mut so_far: Option<Reg> = None;
        for (at, x) in factors.iter().enumerate() {
            let part = self.graph.add(Node::Product(factors.get(..=at).unwrap_or(&[]).to_vec()));
            if let Some(known) = self.remembered(part).filter(|_| at > 0) {
                so_far = Some(known);
                continue;
            }
            let next = self.d(*x);
            so_far = Some(match so_far {
                None => next,
                Some(a) => {
                    let to = self.new_d();
                    self.op_at(Op::Mul(to, a, next), span);
                    self.remember(part, to);
                    to
                }
            });
        }
        so_far.unwrap_or_else(|| self.impossible("a sum or a product of nothing"))
    }

    /// A value as a fraction in two registers; where that overflows, as it is over one.
    pub(super) fn pair(&mut self, node: NodeId) -> (Reg, Reg) {
        let (num, den) = (self.new_d(), self.new_d());
        let start = self.here();
        // nothing computed here is remembered: where it overflows it is not there
        self.scoped(|e| {
            let f = e.fraction(node);
            e.check_cancelled(node);
            let n = e.d(f.num);
            e.op(Op::MoveD(num, n));
            let d = match f.den {
                Some(d) => e.d(d),
                None => e.constant(Decimal::ONE),
            };
            e.op(Op::MoveD(den, d));
        });
        self.fall_back_to(start, Plain::Pair(node, num, den));
        (num, den)
    }

    /// A waterfall of fractions, into two registers.
    pub(super) fn case_pair(&mut self, f: NodeId) {
        let Node::FirstOf(cases, _) = self.graph.get(f).clone() else { return };
        let (num, den) = (self.new_d(), self.new_d());
        let one = self.constant(Decimal::ONE);
        let start = self.here();
        self.cases(f, &cases, |e, value| {
            let fraction = e.fraction(value);
            e.check_cancelled(value);
            let n = e.d(fraction.num);
            e.op(Op::MoveD(num, n));
            let d = fraction.den.map_or(one, |d| e.d(d));
            e.op(Op::MoveD(den, d));
        });
        self.fall_back_to(start, Plain::Pair(f, num, den));
        let numerator = self.graph.add(Node::CaseNumerator(f));
        let denominator = self.graph.add(Node::CaseDenominator(f));
        self.remember(numerator, num);
        self.remember(denominator, den);
    }

    /// The plain code of fused formulas that overflowed, after all other code.
    pub(super) fn fallbacks(&mut self) {
        while let Some(f) = self.fused.pop() {
            let here: Target = self.here();
            self.out.fallbacks.push((f.start, f.end, here));
            let rows = std::mem::replace(&mut self.rows, f.rows);
            let its = std::mem::replace(&mut self.its, f.its);
            let portions = std::mem::replace(&mut self.portions, f.portions);
            let scopes = std::mem::replace(&mut self.scopes, vec![rustc_hash::FxHashMap::default()]);
            let open_loops = std::mem::replace(&mut self.open_loops, f.open_loops);
            self.plainly = true;
            let handler = f.handler;
            self.reusing(|e| {
                e.handled(handler, |e| {
                    for (node, to) in &f.read {
                        match e.graph.bank(*node) {
                            Bank::Decimal => {
                                let from = e.d(*node);
                                e.op(Op::MoveD(*to, from));
                            }
                            Bank::Whole => {
                                let from = e.i(*node);
                                e.op(Op::MoveI(*to, from));
                            }
                            Bank::List => {
                                let from = e.l(*node);
                                e.op(Op::MoveL(*to, from));
                            }
                        }
                    }
                    match f.plain {
                        Plain::Value(node, to) => {
                            let from = e.decimal(node);
                            e.op(Op::MoveD(to, from));
                        }
                        Plain::Pair(node, num, den) => {
                            let (from, one) = (e.d(node), e.constant(Decimal::ONE));
                            e.op(Op::MoveD(num, from));
                            e.op(Op::MoveD(den, one));
                        }
                        Plain::Test(comparison, a, b, to) => {
                            let (a, b) = (e.d(a), e.d(b));
                            e.op(match comparison {
                                Some(c) => Op::JumpUnlessD(c, a, b, Self::to(to)),
                                None => Op::JumpUnlessEqual(a, b, Self::to(to)),
                            });
                        }
                    }
                });
            });
            self.plainly = false;
            let back = self.label();
            if let Some(slot) = self.labels.get_mut(back.0) {
                *slot = Some(f.end);
            }
            self.op(Op::Jump(Self::to(back)));
            self.rows = rows;
            self.its = its;
            self.portions = portions;
            self.scopes = scopes;
            self.open_loops = open_loops;
        }
        self.out.fallbacks.sort_unstable();
    }
}
