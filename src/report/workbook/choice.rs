//! Conditions, and the choice between cases: which applied, and what tells when another would.

use super::derive::Deriver;
use super::term::{Function, Term};
use crate::engine::graph::{Bank, Case, Node, NodeId, Then};
use crate::terms::Type;

impl Deriver<'_> {
    /// Several conditions as one.
    pub(super) fn conditions(&mut self, t: usize, xs: &[NodeId], all: bool) -> Option<Term> {
        // one that was not looked at, because another decided, has no say
        let mut known: Vec<NodeId> = xs.iter().copied().filter(|x| self.holds(t, *x).is_some()).collect();
        if known.len() < xs.len() {
            known.retain(|x| self.holds(t, *x) == Some(!all));
        }
        // what no number decides is left out, or is enough
        if known.iter().any(|x| self.holds(t, *x) == Some(!all) && self.is_settled(t, *x)) {
            return Some(Term::Truth(!all));
        }
        if known.iter().any(|x| !self.is_settled(t, *x)) {
            known.retain(|x| !self.is_settled(t, *x));
        }
        let terms = known.iter().map(|x| self.term(t, *x)).collect::<Option<Vec<_>>>()?;
        match terms.len() {
            0 => None,
            1 => terms.into_iter().next(),
            _ => Some(Term::Call(if all { Function::And } else { Function::Or }, terms)),
        }
    }

    /// The case of a waterfall that applied, and its number.
    pub(super) fn taken(&self, t: usize, cases: &[Case]) -> Option<(usize, Then)> {
        for (n, c) in cases.iter().enumerate() {
            let applies = match (c.when, c.if_known, c.then) {
                (Some(when), _, _) => self.holds(t, when)?,
                (None, true, Then::Value(v)) => self.value(t, v).is_some(),
                (None, _, _) => true,
            };
            if applies {
                return Some((n, c.then));
            }
        }
        None
    }

    /// A waterfall: as a choice where all of it is known and short, else the case that applied, with its conditions.
    pub(super) fn first_of(&mut self, t: usize, cases: &[Case], ty: &Type) -> Option<Term> {
        let cases = &self.may_be_taken(Some(t), cases);
        let mut left = CHEAP;
        let (last, before) = cases.split_last()?;
        let choice = last.when.is_none()
            && !last.if_known
            && cases.iter().all(|c| {
                c.when.is_none_or(|w| self.is_cheap(t, w, &mut left))
                    && matches!(c.then, Then::Value(v) if self.is_cheap(t, v, &mut left))
            })
            && before.iter().all(|c| c.when.is_some());
        let (at, then) = self.taken(t, cases)?;
        let Then::Value(value) = then else { return None };
        if choice {
            let Then::Value(v) = last.then else { return None };
            let mut out = self.like(t, v, ty)?;
            for c in before.iter().rev() {
                let (Some(when), Then::Value(v)) = (c.when, c.then) else { return None };
                out = Term::Call(Function::If, vec![self.term(t, when)?, self.like(t, v, ty)?, out]);
            }
            return Some(out);
        }
        for c in cases.iter().take(at + 1) {
            if let Some(when) = c.when {
                self.prove(t, when, "case");
            } else if c.if_known
                && let Then::Value(v) = c.then
                && self.value(t, v).is_none()
            {
                let reads = self.reads_of_known(t, v);
                self.rests(Some(t), "not known", self.source(t, v), reads);
            }
        }
        self.like(t, value, ty)
    }

    /// Whether all of a formula is known, and it is short; what is left of a number of parts it may have.
    fn is_cheap(&self, t: usize, id: NodeId, left: &mut usize) -> bool {
        let Some(now) = left.checked_sub(1) else { return false };
        *left = now;
        if self.made(t, id).is_some() {
            return true;
        }
        let graph = self.graph();
        match graph.get(id) {
            Node::Decimal(_) | Node::Whole(_) | Node::Text(_) => true,
            Node::Arithmetic(..) | Node::Negative(_) | Node::Settled(_) => {
                graph.parts(id).into_iter().all(|p| self.is_cheap(t, p, left))
            }
            Node::Compare(..)
            | Node::Call(..)
            | Node::CompareWhole(..)
            | Node::EqualWhole(..)
            | Node::Equal(..)
            | Node::Not(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::OneOf(..)
            | Node::FirstOf(_, Bank::Decimal | Bank::Whole) => {
                self.value(t, id).is_some() && graph.parts(id).into_iter().all(|p| self.is_cheap(t, p, left))
            }
            Node::Named(..)
            | Node::Checked { .. }
            | Node::Query(_)
            | Node::SlotD(_)
            | Node::SlotI(_)
            | Node::RowD(..)
            | Node::RowI(..)
            | Node::PastD(..)
            | Node::PastI(..)
            | Node::HistoryD { .. }
            | Node::HistoryI { .. }
            | Node::PastL(..) => self.value(t, id).is_some(),
            _ => false,
        }
    }
}

/// How many parts a waterfall may have to be written as a choice.
const CHEAP: usize = 40;
