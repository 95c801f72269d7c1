//! Formulas and conditions.

use super::{Builder, Built, Mismatch};
use crate::source::Span;
use crate::syntax::ast::{
    Alternatives, Binding, Comparison, Edge, Expr, ExprKind, Failure, Ident, Operator, Outcome, Rounding, RoundingMode, Rung,
};
use crate::syntax::node::Node;
use crate::syntax::parser::Rule;

impl Builder<'_> {
    /// Any expression.
    pub(super) fn expr(&mut self, node: &Node<'_>) -> Built<Expr> {
        match node.rule() {
            Rule::expr => self.expr(&node.first()?),
            Rule::condition => self.condition(node),
            Rule::negation => self.negation(node),
            Rule::comparison => self.comparison(node),
            Rule::value => self.value(node),
            Rule::operand => self.operand(node),
            Rule::literal => self.literal(node),
            _ => self.primary(node),
        }
    }

    fn condition(&mut self, node: &Node<'_>) -> Built<Expr> {
        let mut parts: Vec<Expr> = node.all(Rule::negation).map(|n| self.negation(&n)).collect::<Built<_>>()?;
        let kind = match (parts.len(), node.has(Rule::kw_and)) {
            (1, _) => return parts.pop().ok_or_else(|| node.mismatch("a condition")),
            (_, true) => ExprKind::And(parts),
            (_, false) => ExprKind::Or(parts),
        };
        Ok(Expr { kind, span: node.span() })
    }

    fn negation(&mut self, node: &Node<'_>) -> Built<Expr> {
        let mut inner = self.comparison(&node.one(Rule::comparison)?)?;
        for _ in node.all(Rule::kw_not) {
            inner = Expr { kind: ExprKind::Not(Box::new(inner)), span: node.span() };
        }
        Ok(inner)
    }

    fn comparison(&mut self, node: &Node<'_>) -> Built<Expr> {
        let mut parts = node.parts();
        let left = self.value(&parts.next().ok_or_else(|| node.mismatch("a value"))?)?;
        let Some(tail) = parts.next() else { return Ok(left) };
        let left = Box::new(left);
        let kind = match tail.rule() {
            Rule::compare => {
                let right = self.value(&tail.one(Rule::value)?)?;
                ExprKind::Compare(comparison(tail.one(Rule::compare_sign)?.text()), left, Box::new(right))
            }
            Rule::in_list => ExprKind::In(left, Box::new(self.value(&tail.one(Rule::value)?)?)),
            Rule::is_either => {
                let of = Alternatives::Either(tail.all(Rule::word).map(|w| self.ident(&w)).collect());
                ExprKind::Is { value: left, not: tail.has(Rule::kw_not), of }
            }
            _ => {
                let of = if tail.has(Rule::kw_breached) {
                    Alternatives::Breached
                } else if let Some(value) = tail.find(Rule::value) {
                    Alternatives::One(Box::new(self.value(&value)?))
                } else {
                    Alternatives::Word(self.word(&tail)?)
                };
                ExprKind::Is { value: left, not: tail.has(Rule::kw_not), of }
            }
        };
        Ok(Expr { kind, span: node.span() })
    }

    /// Operators by precedence: `^` to the right, `×` `/`, then `+` `-`, to the left.
    pub(super) fn value(&mut self, node: &Node<'_>) -> Built<Expr> {
        let mut operands: Vec<Expr> = Vec::new();
        let mut operators: Vec<Operator> = Vec::new();
        let mut negative: Option<Span> = None;
        let mut after: Vec<Node<'_>> = Vec::new();
        for part in node.parts() {
            match part.rule() {
                Rule::sign => negative = if negative.is_some() { None } else { Some(part.span()) },
                Rule::operand => {
                    let operand = self.operand(&part)?;
                    operands.push(match negative.take() {
                        None => operand,
                        Some(at) => {
                            let span = at.to(operand.span);
                            Expr { kind: ExprKind::Negative(Box::new(operand)), span }
                        }
                    });
                }
                Rule::operator => operators.push(operator(part.text())),
                _ => after.push(part),
            }
        }
        let mut value = climb(operands, operators).ok_or_else(|| node.mismatch("an operand"))?;
        for tail in after {
            let span = value.span.to(tail.span());
            let kind = match tail.rule() {
                Rule::pro_rata => ExprKind::ProRata(Box::new(value), Box::new(self.operand(&tail.one(Rule::operand)?)?)),
                _ => match tail.find(Rule::name) {
                    Some(name) => ExprKind::RoundedAs(Box::new(value), self.ident(&name)),
                    None => ExprKind::Rounded(Box::new(value), self.rounding(&tail.one(Rule::rounding)?)?),
                },
            };
            value = Expr { kind, span };
        }
        Ok(value)
    }

    /// How a value is rounded.
    pub(super) fn rounding(&mut self, node: &Node<'_>) -> Built<Rounding> {
        let unit = Box::new(self.operand(&node.one(Rule::operand)?)?);
        let mode = match node.find(Rule::tie) {
            Some(tie) if tie.has(Rule::kw_even) => RoundingMode::HalfToEven,
            Some(_) => RoundingMode::HalfAwayFromZero,
            None if node.has(Rule::kw_down) => RoundingMode::Down,
            None => RoundingMode::Up,
        };
        Ok(Rounding { mode, unit, keeps: node.has(Rule::keeps) })
    }

    /// One operand with what follows it.
    pub(super) fn operand(&mut self, node: &Node<'_>) -> Built<Expr> {
        let mut parts = node.every();
        let first = parts.next().ok_or_else(|| node.mismatch("a primary"))?;
        let mut value = self.primary(&first)?;
        for part in parts {
            let span = value.span.to(part.span());
            let inner = Box::new(value);
            let kind = match part.rule() {
                Rule::dotted => ExprKind::Dot(inner, self.ident(&part)),
                Rule::kw_before => ExprKind::Before(inner),
                Rule::kw_after => ExprKind::After(inner),
                Rule::keyed => ExprKind::Keyed { value: inner, kind: self.name(&part)?, key: self.one_text(&part)? },
                _ => {
                    let edge = part.one(Rule::edge)?;
                    let of = Box::new(self.operand(&edge.one(Rule::operand)?)?);
                    ExprKind::At { value: inner, edge: which_edge(&edge), of }
                }
            };
            value = Expr { kind, span };
        }
        Ok(value)
    }

    fn primary(&mut self, node: &Node<'_>) -> Built<Expr> {
        let boxed = |b: &mut Self, n: &Node<'_>| -> Built<Box<Expr>> { Ok(Box::new(b.operand(&n.one(Rule::operand)?)?)) };
        let kind = match node.rule() {
            Rule::brackets => ExprKind::Brackets(Box::new(self.expr(&node.one(Rule::expr)?)?)),
            Rule::lines => self.lines(node)?,
            Rule::percent_of => {
                let percent = self.percent(&node.one(Rule::percent)?);
                ExprKind::PercentOf(percent, boxed(self, node)?)
            }
            Rule::literal => return self.literal(node),
            Rule::operand => return self.operand(node),
            Rule::query => return self.query(&node.first()?),
            Rule::list_of => return self.list_of(node),
            Rule::edge => ExprKind::Edge(which_edge(node), boxed(self, node)?),
            Rule::hour => {
                let clock = self.clock(&node.one(Rule::clock)?);
                let minutes = u16::try_from(chrono::Timelike::num_seconds_from_midnight(&clock) / 60).unwrap_or(0);
                ExprKind::Edge(Edge::Hour(minutes), boxed(self, node)?)
            }
            Rule::known => ExprKind::Known(boxed(self, node)?),
            Rule::void => ExprKind::Void(boxed(self, node)?),
            Rule::pending => ExprKind::Pending(boxed(self, node)?),
            Rule::change_by => {
                let [state, by] = <[Ident; 2]>::try_from(self.names(node)).map_err(|_| node.mismatch("two names"))?;
                ExprKind::ChangeBy { state, by }
            }
            Rule::its => ExprKind::Its(self.word(node)?),
            Rule::it => ExprKind::It,
            Rule::now => ExprKind::Now,
            Rule::call => {
                let name = self.callee(&node.one(Rule::callee)?);
                let args = node.all(Rule::expr).map(|e| self.expr(&e)).collect::<Built<_>>()?;
                ExprKind::Call(name, args)
            }
            Rule::first_of => ExprKind::FirstOf(self.rungs(node)?),
            Rule::name => ExprKind::Name(self.ident(node)),
            other => return Err(node.mismatch(&format!("a primary, {other:?}"))),
        };
        Ok(Expr { kind, span: node.span() })
    }

    /// A list written out, of values or of records.
    fn lines(&mut self, node: &Node<'_>) -> Built<ExprKind> {
        let lines: Vec<Node<'_>> = node.all(Rule::line).collect();
        if lines.iter().any(|l| l.has(Rule::fields)) {
            let records = lines.iter().filter_map(|l| l.find(Rule::fields)).map(|f| self.fields(&f));
            return Ok(ExprKind::Records(records.collect::<Built<_>>()?));
        }
        Ok(ExprKind::List(lines.iter().map(|l| self.expr(&l.first()?)).collect::<Built<_>>()?))
    }

    /// A name and its opening bracket.
    pub(super) fn callee(&self, node: &Node<'_>) -> Ident {
        let name = node.text().trim_end_matches('(').to_owned();
        let mut span = node.span();
        span.end = span.start + u32::try_from(name.len()).unwrap_or(0);
        Ident { name, span }
    }

    fn rungs(&mut self, node: &Node<'_>) -> Built<Vec<Rung>> {
        node.parts()
            .map(|rung| {
                let otherwise = rung.rule() == Rule::otherwise;
                let when = rung.find(Rule::expr).map(|e| self.expr(&e)).transpose()?;
                let outcome = self.outcome(&rung.one(Rule::outcome)?)?;
                let label = rung.find(Rule::label).map(|l| l.text().trim_matches(['(', ')']).to_owned());
                Ok(Rung { label, when, otherwise, outcome })
            })
            .collect()
    }

    fn outcome(&mut self, node: &Node<'_>) -> Built<Outcome> {
        let inner = node.first()?;
        match inner.rule() {
            Rule::failure => Ok(Outcome::Failure(self.failure(&inner)?)),
            _ => Ok(Outcome::Value(self.expr(&inner)?)),
        }
    }

    /// A refusal or a stop.
    pub(super) fn failure(&mut self, node: &Node<'_>) -> Built<Failure> {
        let text = self.one_text(node)?;
        let with = self.with(node)?;
        Ok(Failure { stop: node.has(Rule::kw_stop), text, with })
    }

    /// Values given with something.
    pub(super) fn with(&mut self, node: &Node<'_>) -> Built<Vec<Binding>> {
        let Some(with) = node.find(Rule::with) else { return Ok(Vec::new()) };
        with.all(Rule::binding)
            .map(|b| {
                let mut path = vec![self.word(&b)?];
                path.extend(b.all(Rule::dotted).map(|d| self.ident(&d)));
                Ok(Binding { pending: b.has(Rule::kw_pending), path, value: self.expr(&b.one(Rule::expr)?)? })
            })
            .collect::<Result<_, Mismatch>>()
    }
}

/// Which edge of the day.
fn which_edge(node: &Node<'_>) -> Edge {
    if node.has(Rule::kw_start) { Edge::Start } else { Edge::Close }
}

/// The sign of a comparison.
fn comparison(text: &str) -> Comparison {
    match text {
        "<" => Comparison::Less,
        "<=" | "≤" => Comparison::AtMost,
        ">" => Comparison::More,
        _ => Comparison::AtLeast,
    }
}

/// The sign of an operation.
fn operator(text: &str) -> Operator {
    match text {
        "+" => Operator::Add,
        "×" | "*" => Operator::Multiply,
        "/" | "÷" => Operator::Divide,
        "^" => Operator::Power,
        _ => Operator::Subtract,
    }
}

/// How tightly an operator binds.
const fn strength(operator: Operator) -> u8 {
    match operator {
        Operator::Add | Operator::Subtract => 1,
        Operator::Multiply | Operator::Divide => 2,
        Operator::Power => 3,
    }
}

/// Operands and the operators between them, to one tree.
fn climb(operands: Vec<Expr>, operators: Vec<Operator>) -> Option<Expr> {
    let mut values: Vec<Expr> = Vec::new();
    let mut waiting: Vec<Operator> = Vec::new();
    let mut operands = operands.into_iter();
    values.push(operands.next()?);
    for (operator, operand) in operators.into_iter().zip(operands) {
        while waiting.last().is_some_and(|top| {
            strength(*top) > strength(operator) || (strength(*top) == strength(operator) && operator != Operator::Power)
        }) {
            reduce(&mut values, waiting.pop()?)?;
        }
        waiting.push(operator);
        values.push(operand);
    }
    while let Some(operator) = waiting.pop() {
        reduce(&mut values, operator)?;
    }
    values.pop()
}

/// Joins the last two values.
fn reduce(values: &mut Vec<Expr>, operator: Operator) -> Option<()> {
    let right = values.pop()?;
    let left = values.pop()?;
    let span = left.span.to(right.span);
    values.push(Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span });
    Some(())
}
