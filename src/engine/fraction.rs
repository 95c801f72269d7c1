//! Formulas of `+ − × ÷` as one fraction, so that each is divided once, at its end: fewer roundings and faster.
//!
//! `price × (outstanding + consideration / price) / after` becomes `(price × outstanding + consideration) / after`.
//! What is cancelled must not be zero; the emitter checks that.

use super::graph::{Graph, Node, NodeId, Then};
use crate::terms::Operator;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

/// A numerator and, where there is one, a denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    /// Above the line.
    pub num: NodeId,
    /// Below the line.
    pub den: Option<NodeId>,
}

/// The most factors of one product: more are divided out first.
const MOST_FACTORS: usize = 6;

/// The most terms of one sum: more are added up first.
const MOST_TERMS: usize = 64;

/// Fractions found so far, and what was cancelled in them.
#[derive(Debug, Default)]
pub(super) struct Fractions {
    known: FxHashMap<NodeId, Fraction>,
    /// What must not be zero for the fraction of a node to be the formula.
    pub cancelled: FxHashMap<NodeId, Vec<NodeId>>,
}

impl Fractions {
    /// A formula as a fraction.
    pub(super) fn of(&mut self, g: &mut Graph, id: NodeId) -> Fraction {
        let id = g.plain(id);
        if let Some(f) = self.known.get(&id) {
            return *f;
        }
        let found = self.find(g, id);
        self.known.insert(id, found);
        found
    }

    fn find(&mut self, g: &mut Graph, id: NodeId) -> Fraction {
        let whole = Fraction { num: id, den: None };
        match g.get(id).clone() {
            Node::Arithmetic(Operator::Multiply, a, b) => {
                let (a, b) = (self.of(g, a), self.of(g, b));
                let num = product(g, &[a.num, b.num]);
                let den = joined(g, a.den, b.den);
                self.reduce(g, id, num, den).unwrap_or(whole)
            }
            Node::Arithmetic(Operator::Divide, a, b) => {
                let (a, b) = (self.of(g, a), self.of(g, b));
                let num = match b.den {
                    None => a.num,
                    Some(below) => product(g, &[a.num, below]),
                };
                let den = joined(g, a.den, Some(b.num));
                self.reduce(g, id, num, den).unwrap_or(whole)
            }
            Node::Arithmetic(Operator::Add, a, b) => self.sum(g, id, a, b, false),
            Node::Arithmetic(Operator::Subtract, a, b) => self.sum(g, id, a, b, true),
            Node::Negative(a) => {
                let a = self.of(g, a);
                let num = g.add(Node::Negative(a.num));
                Fraction { num, den: a.den }
            }
            Node::FirstOf(cases, super::graph::Bank::Decimal) => {
                let fractional = cases.iter().any(|c| match c.then {
                    Then::Value(v) => self.of(g, v).den.is_some(),
                    Then::Fail(_) => false,
                });
                if !fractional {
                    return whole;
                }
                let num = g.add(Node::CaseNumerator(id));
                Fraction { num, den: Some(g.add(Node::CaseDenominator(id))) }
            }
            _ => whole,
        }
    }

    fn sum(&mut self, g: &mut Graph, id: NodeId, a: NodeId, b: NodeId, minus: bool) -> Fraction {
        let (x, y) = (self.of(g, a), self.of(g, b));
        let (left, right, den) = match (x.den, y.den) {
            (None, None) => (x.num, y.num, None),
            (Some(p), Some(q)) if p == q => (x.num, y.num, Some(p)),
            (Some(p), None) => (x.num, product(g, &[y.num, p]), Some(p)),
            (None, Some(q)) => (product(g, &[x.num, q]), y.num, Some(q)),
            // two different denominators: each part is divided by its own
            (Some(_), Some(_)) => (g.plain(a), g.plain(b), None),
        };
        let mut terms = flat_sum(g, left, false);
        terms.extend(flat_sum(g, right, minus));
        if terms.len() > MOST_TERMS {
            return Fraction { num: id, den: None };
        }
        let num = g.add(Node::Sum(terms));
        self.inherit(id, &[a, b], g);
        Fraction { num, den }
    }

    /// Conditions of the parts are conditions of the whole.
    fn inherit(&mut self, id: NodeId, parts: &[NodeId], g: &Graph) {
        let mut all: Vec<NodeId> = Vec::new();
        for p in parts {
            if let Some(list) = self.cancelled.get(&g.plain(*p)) {
                all.extend(list);
            }
        }
        if !all.is_empty() {
            self.cancelled.entry(id).or_default().extend(all);
        }
    }

    /// Cancels what stands above and below; none where the fraction would grow too long.
    fn reduce(&mut self, g: &mut Graph, id: NodeId, num: NodeId, den: Option<NodeId>) -> Option<Fraction> {
        if let Node::Arithmetic(_, a, b) = g.get(id).clone() {
            self.inherit(id, &[a, b], g);
        }
        let mut above = factors(g, num);
        let mut below = den.map(|d| factors(g, d)).unwrap_or_default();
        let mut gone = Vec::new();
        // a sum above may share a factor below: (p × a + c × p) / p is left as it is, but p × (a + c/p) has become p × a + c
        below.retain(|f| match above.iter().position(|x| x == f) {
            Some(at) => {
                gone.push(above.remove(at));
                false
            }
            None => true,
        });
        if above.len() > MOST_FACTORS || below.len() > MOST_FACTORS {
            return None;
        }
        if !gone.is_empty() {
            self.cancelled.entry(id).or_default().extend(gone);
        }
        let num = product(g, &above);
        let den = if below.is_empty() { None } else { Some(product(g, &below)) };
        Some(Fraction { num, den })
    }
}

fn joined(g: &mut Graph, a: Option<NodeId>, b: Option<NodeId>) -> Option<NodeId> {
    match (a, b) {
        (None, x) | (x, None) => x,
        (Some(a), Some(b)) => Some(product(g, &[a, b])),
    }
}

/// The factors of a product; a one is none.
fn factors(g: &Graph, id: NodeId) -> Vec<NodeId> {
    match g.get(id) {
        Node::Product(xs) => xs.clone(),
        Node::Decimal(bytes) if Decimal::deserialize(*bytes) == Decimal::ONE => Vec::new(),
        _ => vec![id],
    }
}

/// A product of products.
fn product(g: &mut Graph, parts: &[NodeId]) -> NodeId {
    let mut all: Vec<NodeId> = parts.iter().flat_map(|p| factors(g, *p)).collect();
    all.sort();
    match all.as_slice() {
        [] => g.decimal(Decimal::ONE),
        [one] => *one,
        _ => g.add(Node::Product(all)),
    }
}

/// The terms of a sum.
fn flat_sum(g: &Graph, id: NodeId, minus: bool) -> Vec<(bool, NodeId)> {
    match g.get(id) {
        Node::Sum(xs) => xs.iter().map(|(m, x)| (*m != minus, *x)).collect(),
        Node::Negative(x) => vec![(!minus, *x)],
        _ => vec![(minus, id)],
    }
}
