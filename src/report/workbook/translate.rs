//! Formulas of the terms as formulas of a spreadsheet.

use super::derive::{Deriver, Sort, Step};
use super::term::{At, Function, Held, Op, Term};
use super::values;
use crate::engine::graph::{Bank, Name, Node, NodeId, Then};
use crate::engine::run::Value;
use crate::terms::{Builtin, Comparison, Edge, Operator, Type};
use rust_decimal::Decimal;

impl Deriver<'_> {
    /// A part of a formula; none where its value is not known.
    pub(super) fn term(&mut self, t: usize, id: NodeId) -> Option<Term> {
        if let Some(n) = self.made(t, id) {
            return Some(Term::Cell(At::Step(n)));
        }
        let term = match self.translate(t, id) {
            Some(term) => term,
            None => return self.given(t, id, "not computed here"),
        };
        // a formula that is too long is cut into several
        if term.size() < LONG {
            return Some(term);
        }
        let mut step = Step::new(Sort::Formula, "a part of the formula", self.ty(t, id));
        step.source = self.source(t, id);
        step.term = Some(term);
        Some(Term::Cell(At::Step(self.put(Some(t), Some(id), step))))
    }

    /// A part of a formula as a line of its own.
    pub(super) fn line(&mut self, t: usize, id: NodeId, mut step: Step) -> Option<usize> {
        if let Some(n) = self.made(t, id) {
            return Some(n);
        }
        let term = self.like(t, id, &step.ty)?;
        if let (Term::Cell(At::Step(n)), Some(_)) = (&term, self.made(t, id)) {
            return Some(*n);
        }
        step.held = self.value(t, id).map_or(Held::Nothing, |v| values::held(&self.words, v, &step.ty));
        if matches!(term, Term::Number(_) | Term::Truth(_) | Term::Text(_)) {
            step.sort = Sort::Constant;
            step.held = self.eval(&term).unwrap_or(Held::Nothing);
        } else {
            step.term = Some(term);
        }
        Some(self.put(Some(t), Some(id), step))
    }

    /// A value that is not computed, as the run had it.
    pub(super) fn given(&mut self, t: usize, id: NodeId, why: &str) -> Option<Term> {
        let value = self.value(t, id)?;
        let ty = self.ty(t, id);
        let source = self.source(t, id);
        let mut step = Step::new(Sort::Given, source.clone(), ty.clone());
        step.held = values::held(&self.words, value, &ty);
        step.source = source;
        why.clone_into(&mut step.note);
        Some(Term::Cell(At::Step(self.put(Some(t), Some(id), step))))
    }

    /// A fixed value that is a whole number to the engine.
    pub(super) fn constant(&self, n: i64, ty: &Type) -> Option<Term> {
        Some(match values::whole(&self.words, n, ty) {
            Held::Number(n) => Term::Number(n),
            Held::Truth(b) => Term::Truth(b),
            Held::Text(t) => Term::Text(t),
            Held::Nothing => return None,
        })
    }

    /// A part that may be a fixed value, or come to one, of a type that another part tells.
    pub(super) fn like(&mut self, t: usize, id: NodeId, ty: &Type) -> Option<Term> {
        if self.made(t, id).is_some() {
            return self.term(t, id);
        }
        match self.graph().get(self.graph().plain(id)) {
            Node::Whole(n) => self.constant(*n, ty),
            Node::FirstOf(cases, _) if !matches!(self.graph().get(id), Node::Named(..)) => match self.first_of(t, cases, ty) {
                Some(term) => Some(term),
                None => self.given(t, id, "not computed here"),
            },
            _ => self.term(t, id),
        }
    }

    pub(super) fn translate(&mut self, t: usize, id: NodeId) -> Option<Term> {
        let graph = self.graph();
        match graph.get(id) {
            Node::Named(name, inner) => self.named(t, id, name, *inner),
            Node::Decimal(bytes) => Some(self.fixed(t, id, Decimal::deserialize(*bytes))),
            Node::Whole(n) => {
                let ty = self.written_type(t, id).cloned().unwrap_or(Type::YesNo);
                self.constant(*n, &ty)
            }
            Node::Text(text) => Some(Term::Text(text.clone())),
            Node::Settled(x) => self.term(t, *x),
            Node::Checked { value, .. } => match self.value(t, id) {
                Some(_) => self.term(t, *value),
                None => None,
            },
            Node::Arithmetic(op, a, b) => {
                if *op == Operator::Divide
                    && let Some(term) = self.fraction(t, id, *a, *b)
                {
                    return Some(term);
                }
                Some(Term::op(operator(*op), self.term(t, *a)?, self.term(t, *b)?))
            }
            Node::PowerOf(a, b) => Some(Term::op(Op::Power, self.term(t, *a)?, self.term(t, *b)?)),
            Node::Negative(x) => Some(Term::Negative(Box::new(self.term(t, *x)?))),
            Node::Round(x, mode, unit) => self.rounded(t, id, *x, *mode, *unit),
            Node::Compare(c, a, b) => Some(Term::op(comparison(*c), self.term(t, *a)?, self.term(t, *b)?)),
            Node::Equal(a, b) => Some(Term::op(Op::Equal, self.term(t, *a)?, self.term(t, *b)?)),
            Node::CompareWhole(c, a, b) => {
                let ty = self.common(t, *a, *b)?;
                Some(Term::op(comparison(*c), self.like(t, *a, &ty)?, self.like(t, *b, &ty)?))
            }
            Node::EqualWhole(a, b) => {
                let ty = self.common(t, *a, *b)?;
                Some(Term::op(Op::Equal, self.like(t, *a, &ty)?, self.like(t, *b, &ty)?))
            }
            Node::OneOf(x, words) => {
                let ty = self.ty(t, *x);
                let x = self.term(t, *x)?;
                let mut cases = words.iter().map(|w| Some(Term::op(Op::Equal, x.clone(), self.constant(*w, &ty)?)));
                if words.len() == 1 { cases.next()? } else { Some(Term::Call(Function::Or, cases.collect::<Option<_>>()?)) }
            }
            Node::Not(x) => Some(Term::Call(Function::Not, vec![self.term(t, *x)?])),
            Node::All(xs) => self.conditions(t, xs, true),
            Node::Any(xs) => self.conditions(t, xs, false),
            Node::FirstOf(cases, _) => {
                let ty = self.ty(t, id);
                self.first_of(t, cases, &ty)
            }
            Node::Call(f, xs) => {
                let function = match f {
                    Builtin::Least => Function::Min,
                    Builtin::Greatest => Function::Max,
                    Builtin::Abs => Function::Abs,
                    Builtin::Exp => Function::Exp,
                    Builtin::Ln => Function::Ln,
                    Builtin::Sqrt => Function::Sqrt,
                    Builtin::Normal => Function::Normal,
                    Builtin::KnownAmong | Builtin::DaysInYear | Builtin::TradingDays => return None,
                };
                Some(Term::Call(function, xs.iter().map(|x| self.term(t, *x)).collect::<Option<_>>()?))
            }
            Node::Extreme(greatest, a, b) => {
                let ty = self.common(t, *a, *b)?;
                let function = if *greatest { Function::Max } else { Function::Min };
                Some(Term::Call(function, vec![self.like(t, *a, &ty)?, self.like(t, *b, &ty)?]))
            }
            Node::AddDays(day, n, back) => {
                let op = if *back { Op::Subtract } else { Op::Add };
                Some(Term::op(op, self.like(t, *day, &Type::Date)?, self.term(t, *n)?))
            }
            Node::AddMonths(day, n, back) if self.ty(t, *day) == Type::Date => {
                let (day, n) = (self.like(t, *day, &Type::Date)?, self.like(t, *n, &Type::Months)?);
                let n = if *back { Term::Negative(Box::new(n)) } else { n };
                Some(Term::Call(Function::MonthsLater, vec![day, n]))
            }
            Node::DaysBetween(a, b) => {
                Some(Term::op(Op::Subtract, self.like(t, *a, &Type::Date)?, self.like(t, *b, &Type::Date)?))
            }
            Node::DayOf(x) => Some(Term::Call(Function::Int, vec![self.like(t, *x, &Type::Moment)?])),
            Node::Edge(edge, x) => {
                let day = self.like(t, *x, &Type::Date)?;
                let minutes = match edge {
                    Edge::Start => return Some(day),
                    Edge::Close => self.terms.close,
                    Edge::Hour(minutes) => i64::from(*minutes),
                };
                Some(Term::op(Op::Add, day, Term::op(Op::Divide, Term::whole(minutes), Term::whole(1440))))
            }
            Node::AddTradingDays(..) | Node::AddMonths(..) => self.given(t, id, "by the calendar of the terms"),
            Node::Table(..) => self.given(t, id, "read from a table of the terms"),
            Node::Open(..) | Node::DaysInYear(_) | Node::TradingDays(..) => self.given(t, id, "by the calendar"),
            Node::Query(q) => self.question(t, id, *q),
            Node::Changed { .. }
            | Node::Known(_)
            | Node::KnownAmong(_)
            | Node::Void(_)
            | Node::IsKind(..)
            | Node::Contains(..) => self.given(t, id, "what the record said, or left out"),
            Node::Obligation(..) | Node::Overdue(..) => self.given(t, id, "how an obligation stood"),
            Node::ProRata { .. } => self.given(t, id, "a portion among the lines of a list"),
            Node::ChangeBy { .. } | Node::BeforeChange { .. } => self.given(t, id, "what an earlier record had changed"),
            Node::Lines(..) | Node::SlotL(_) | Node::RowL(..) | Node::It(_) | Node::ItemD(..) | Node::ItemI(..) => None,
            // made when formulas are fused for the engine, and no part of what the terms say
            Node::Sum(_) | Node::Product(_) | Node::CaseNumerator(_) | Node::CaseDenominator(_) => None,
            Node::SlotD(_)
            | Node::SlotI(_)
            | Node::EachRow(_)
            | Node::ByKey(..)
            | Node::RowD(..)
            | Node::RowI(..)
            | Node::PastD(..)
            | Node::PastI(..)
            | Node::HistoryD { .. }
            | Node::HistoryI { .. }
            | Node::PastL(..) => self.leaf(t, id),
        }
    }

    /// A value that has a name.
    fn named(&mut self, t: usize, id: NodeId, name: &Name, inner: NodeId) -> Option<Term> {
        let (label, clause, source) = match name {
            Name::Def(def) => {
                let d = self.terms.defs.get(def.at())?;
                let source = self.written(t, inner, d.body.value.span);
                (d.name.replace('_', " "), self.terms.cite(d.clause).to_owned(), source)
            }
            Name::Let(name) => (name.replace('_', " "), String::new(), self.source(t, inner)),
        };
        let mut step = Step::new(Sort::Formula, label, self.ty(t, id));
        (step.source, step.clause) = (source, clause);
        let term = self.like(t, inner, &step.ty)?;
        step.held = self.value(t, id).map_or(Held::Nothing, |v| values::held(&self.words, v, &step.ty));
        step.term = Some(term);
        Some(Term::Cell(At::Step(self.put(Some(t), Some(id), step))))
    }

    /// The text of a formula, or of the case of it that applied.
    fn written(&self, t: usize, id: NodeId, span: crate::source::Span) -> String {
        match self.graph().get(self.graph().plain(id)) {
            Node::FirstOf(cases, _) => match self.taken(t, cases) {
                // a fixed value is written in many places
                Some((_, Then::Value(v))) if !matches!(self.graph().get(v), Node::Whole(_) | Node::Decimal(_)) => {
                    format!("the case that applies: {}", self.source(t, v))
                }
                _ => self.text(span),
            },
            _ => self.text(span),
        }
    }

    /// A fixed number: a line of its own where it means something.
    fn fixed(&mut self, t: usize, id: NodeId, n: Decimal) -> Term {
        if n.scale() == 0 && n.abs() <= Decimal::ONE_HUNDRED {
            return Term::Number(n);
        }
        let ty = self.written_type(t, id).cloned().unwrap_or(Type::NUMBER);
        let source = if self.written_type(t, id).is_some() { self.source(t, id) } else { String::new() };
        let label = if source.is_empty() { "a number of the terms".to_owned() } else { source };
        let mut step = Step::new(Sort::Constant, label, ty);
        step.held = Held::Number(n);
        Term::Cell(At::Step(self.put(Some(t), Some(id), step)))
    }

    /// The type of two parts that are compared.
    fn common(&self, t: usize, a: NodeId, b: NodeId) -> Option<Type> {
        let fixed = |id: NodeId| matches!(self.graph().get(self.graph().plain(id)), Node::Whole(_));
        Some(if fixed(a) { self.ty(t, b) } else { self.ty(t, a) })
    }

    /// The type of a part.
    pub(super) fn ty(&self, t: usize, id: NodeId) -> Type {
        if let Some(ty) = self.written_type(t, id) {
            return ty.clone();
        }
        let graph = self.graph();
        match graph.get(id) {
            Node::Named(Name::Def(def), _) => self.terms.defs.get(def.at()).map_or(Type::NUMBER, |d| d.ty.clone()),
            Node::Named(_, x) | Node::Checked { value: x, .. } | Node::Settled(x) | Node::Negative(x) | Node::Round(x, _, _) => {
                self.ty(t, *x)
            }
            Node::Extreme(_, a, _) => self.ty(t, *a),
            Node::FirstOf(cases, _) => cases
                .iter()
                .find_map(|c| match c.then {
                    Then::Value(v) if !matches!(graph.get(v), Node::Whole(_)) => Some(self.ty(t, v)),
                    _ => None,
                })
                .unwrap_or(Type::NUMBER),
            Node::AddDays(day, ..) | Node::AddMonths(day, ..) | Node::AddTradingDays(day, ..) => self.ty(t, *day),
            Node::DayOf(_) => Type::Date,
            Node::Edge(..) => Type::Moment,
            Node::Text(_) => Type::Text,
            Node::EachRow(kind) | Node::ByKey(kind, _) => Type::Entry(vec![*kind]),
            _ => match graph.bank(id) {
                Bank::Decimal => self.origin(id).and_then(|o| o.ty(self.terms)).unwrap_or(Type::NUMBER),
                Bank::Whole => self.origin(id).and_then(|o| o.ty(self.terms)).unwrap_or(Type::YesNo),
                Bank::List => Type::Text,
            },
        }
    }

    /// The value of a part as a decimal.
    pub(super) fn decimal(&self, t: usize, id: NodeId) -> Option<Decimal> {
        match self.value(t, id)? {
            Value::Decimal(n) => Some(*n),
            Value::Whole(n) => Some(Decimal::from(*n)),
            _ => None,
        }
    }
}

pub(super) const fn operator(op: Operator) -> Op {
    match op {
        Operator::Add => Op::Add,
        Operator::Subtract => Op::Subtract,
        Operator::Multiply => Op::Multiply,
        Operator::Divide => Op::Divide,
        Operator::Power => Op::Power,
    }
}

pub(super) const fn comparison(c: Comparison) -> Op {
    match c {
        Comparison::Less => Op::Less,
        Comparison::AtMost => Op::AtMost,
        Comparison::More => Op::More,
        Comparison::AtLeast => Op::AtLeast,
    }
}

/// From how many parts on a formula is cut.
const LONG: usize = 120;
