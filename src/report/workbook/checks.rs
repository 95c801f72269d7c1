//! What the terms ask of a record by itself, such as a price above nothing, as conditions on its cells.

use super::derive::{Deriver, Sort, Step};
use super::origin::Origin;
use super::reads::Read;
use super::term::{At, Function, Held, Op, Term};
use super::translate::{comparison, operator};
use crate::engine::graph::{Node, NodeId};
use crate::terms::{Operator, Type};
use rust_decimal::Decimal;

/// A part of a condition on a record.
enum Part {
    /// No number decides it.
    Fixed(Held),
    /// A formula.
    Live(Term),
}

impl Deriver<'_> {
    /// The conditions a record must meet.
    pub(super) fn checks_of(&mut self, record: usize) {
        let Some((head, _)) = self.events.records.get(record) else { return };
        let Some(kind) = self.program.plan.kinds.get(head.kind.at()) else { return };
        let number = head.number;
        for (node, _) in &kind.checks {
            let mut reads = self.reads_of_record(record, *node);
            // what the record leaves out is looked after as such
            reads.retain(|r| !matches!(r, Read::Cell(r, c) if self.events.held(*r, *c) == Held::Nothing));
            if reads.is_empty() {
                continue;
            }
            let source = self.text(self.graph().span(*node));
            match self.plain(record, *node) {
                Some(Part::Fixed(_)) => {}
                Some(Part::Live(term)) => {
                    let mut step = Step::new(Sort::Check, format!("record {number} must have"), Type::YesNo);
                    (step.source, step.held, step.term, step.reads) = (source, Held::Truth(true), Some(term), reads);
                    self.put(None, None, step);
                }
                None => self.rests(None, &format!("record {number} must have"), source, reads),
            }
        }
    }

    fn plain(&self, record: usize, id: NodeId) -> Option<Part> {
        let graph = self.graph();
        Some(match graph.get(id) {
            Node::Named(_, x) | Node::Settled(x) | Node::Checked { value: x, .. } => self.plain(record, *x)?,
            Node::Decimal(bytes) => Part::Fixed(Held::Number(Decimal::deserialize(*bytes))),
            Node::SlotD(r) => {
                let (Origin::Field(kind, field), false) = self.origins.register(true, *r)? else { return None };
                let column = self.events.column(kind, field)?;
                match self.events.held(record, column) {
                    Held::Nothing => return None,
                    held if column < self.events.live => Part::Fixed(held),
                    _ => Part::Live(Term::Cell(At::Event(record, column))),
                }
            }
            Node::Arithmetic(op, a, b) => {
                // both parts of a fraction are one cell
                if *op == Operator::Divide
                    && let (Node::SlotD(a), Node::SlotD(b)) = (graph.get(*a), graph.get(*b))
                    && let (Some((x, false)), Some((y, true))) =
                        (self.origins.register(true, *a), self.origins.register(true, *b))
                    && x == y
                    && let Origin::Field(kind, field) = x
                {
                    let column = self.events.column(kind, field)?;
                    return Some(Part::Live(Term::Cell(At::Event(record, column))));
                }
                Part::Live(Term::op(operator(*op), self.of(record, *a)?, self.of(record, *b)?))
            }
            Node::Compare(c, a, b) => Part::Live(Term::op(comparison(*c), self.of(record, *a)?, self.of(record, *b)?)),
            Node::Equal(a, b) => Part::Live(Term::op(Op::Equal, self.of(record, *a)?, self.of(record, *b)?)),
            Node::Not(x) => match self.plain(record, *x)? {
                Part::Fixed(Held::Truth(b)) => Part::Fixed(Held::Truth(!b)),
                Part::Fixed(_) => return None,
                Part::Live(term) => Part::Live(Term::Call(Function::Not, vec![term])),
            },
            Node::Known(x) => match self.plain(record, *x) {
                Some(_) => Part::Fixed(Held::Truth(true)),
                None => Part::Fixed(Held::Truth(self.is_stated(record, *x)?)),
            },
            Node::All(xs) => self.several(record, xs, true)?,
            Node::Any(xs) => self.several(record, xs, false)?,
            _ => return None,
        })
    }

    fn of(&self, record: usize, id: NodeId) -> Option<Term> {
        match self.plain(record, id)? {
            Part::Live(term) => Some(term),
            Part::Fixed(Held::Number(n)) => Some(Term::Number(n)),
            Part::Fixed(Held::Truth(b)) => Some(Term::Truth(b)),
            Part::Fixed(_) => None,
        }
    }

    /// Whether a record states a field.
    fn is_stated(&self, record: usize, id: NodeId) -> Option<bool> {
        let origin = match self.graph().get(id) {
            Node::Named(_, x) | Node::Settled(x) | Node::Checked { value: x, .. } => return self.is_stated(record, *x),
            Node::SlotD(r) => self.origins.register(true, *r)?.0,
            Node::SlotI(r) => self.origins.register(false, *r)?.0,
            Node::SlotL(r) => self.origins.list(*r)?,
            _ => return None,
        };
        let Origin::Field(kind, field) = origin else { return None };
        Some(self.events.held(record, self.events.column(kind, field)?) != Held::Nothing)
    }

    /// Several conditions; one that no number decides, and that decides them, is enough.
    fn several(&self, record: usize, xs: &[NodeId], all: bool) -> Option<Part> {
        let mut terms = Vec::new();
        let mut missing = false;
        for x in xs {
            match self.plain(record, *x) {
                Some(Part::Fixed(Held::Truth(b))) if b == all => {}
                Some(Part::Fixed(Held::Truth(_))) => return Some(Part::Fixed(Held::Truth(!all))),
                Some(Part::Live(term)) => terms.push(term),
                Some(Part::Fixed(_)) | None => missing = true,
            }
        }
        if missing {
            return None;
        }
        Some(match terms.len() {
            0 => Part::Fixed(Held::Truth(all)),
            1 => Part::Live(terms.pop()?),
            _ => Part::Live(Term::Call(if all { Function::And } else { Function::Or }, terms)),
        })
    }
}
