//! Conditions as statements about the values of subjects, and whether some of them can hold together.

use super::range::Range;
use crate::terms::{Comparison, Expr, ExprKind, Operator, Terms, TextPart, Type};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What a condition says.
#[derive(Debug, Clone)]
pub(super) enum Fact {
    /// Always, or never.
    Fixed(bool),
    /// A subject has one of these values.
    In(String, Range),
    /// All of these.
    All(Vec<Self>),
    /// One of these at least.
    Any(Vec<Self>),
}

impl Fact {
    /// What is said where a condition holds, or where it does not.
    pub(super) fn of(terms: &Terms, e: &Expr, holds: bool) -> Self {
        let each = |xs: &[Expr]| xs.iter().map(|x| Self::of(terms, x, holds)).collect();
        match &e.kind {
            ExprKind::Whole(n) => Self::Fixed((*n != 0) == holds),
            ExprKind::Not(x) => Self::of(terms, x, !holds),
            ExprKind::All(xs) if holds => Self::All(each(xs)),
            ExprKind::Any(xs) if !holds => Self::All(each(xs)),
            ExprKind::All(xs) | ExprKind::Any(xs) => Self::Any(each(xs)),
            ExprKind::Compare(c, a, b) => compared(*c, a, b, holds),
            ExprKind::Equal(a, b) => equal(terms, a, b, holds),
            ExprKind::OneOf(subject, words) => {
                let all = if let Type::Enum(all) = &subject.ty { all.as_slice() } else { words };
                Self::In(shape(subject), among(all.iter().map(|w| w.0), |n| words.iter().any(|w| w.0 == n) == holds))
            }
            ExprKind::Reading(id, alternatives) => {
                let count = terms.readings.get(id.at()).map_or(0, |r| r.alternatives.len());
                let all = 0..u32::try_from(count).unwrap_or(u32::MAX);
                Self::In(format!("reading {}", id.0), among(all, |n| alternatives.contains(&n) == holds))
            }
            _ => question(shape(e), holds),
        }
    }

    /// Whether some facts can hold together. Where that takes more choices than are left, they are taken to.
    pub(super) fn together(facts: &[&Self], left: &mut usize) -> bool {
        possible(facts.to_vec(), Vec::new(), BTreeMap::new(), left)
    }
}

/// The most choices between alternatives that are tried for one question.
pub(super) const MOST_CHOICES: usize = 10_000;

/// Whether facts, and one of each of several choices, can hold together with what is known of the subjects.
fn possible<'f>(
    mut todo: Vec<&'f Fact>,
    mut choices: Vec<&'f [Fact]>,
    mut known: BTreeMap<&'f str, Range>,
    left: &mut usize,
) -> bool {
    while let Some(fact) = todo.pop() {
        match fact {
            Fact::Fixed(true) => {}
            Fact::Fixed(false) => return false,
            Fact::All(xs) => todo.extend(xs),
            Fact::Any(xs) => choices.push(xs),
            Fact::In(subject, range) => {
                let both = known.get(subject.as_str()).map_or_else(|| range.clone(), |r| r.and(range));
                if both.is_empty() {
                    return false;
                }
                known.insert(subject, both);
            }
        }
    }
    let Some(choice) = choices.pop() else { return true };
    choice.iter().any(|one| {
        if *left == 0 {
            return true;
        }
        *left -= 1;
        possible(vec![one], choices.clone(), known.clone(), left)
    })
}

/// The values of some for which something holds.
fn among(all: impl Iterator<Item = u32>, holds: impl Fn(u32) -> bool) -> Range {
    Range::some(all.filter(|n| holds(*n)).map(Decimal::from))
}

/// Something that holds or does not.
fn question(subject: String, holds: bool) -> Fact {
    Fact::In(subject, Range::one(Decimal::from(u8::from(holds))))
}

/// Whether a value is counted in whole steps.
const fn whole(ty: &Type) -> bool {
    matches!(ty, Type::Date | Type::Moment | Type::Months | Type::TradingDays)
}

/// A range, or what is outside it.
fn within(subject: String, range: Range, holds: bool) -> Fact {
    Fact::In(subject, if holds { range } else { range.not() })
}

fn compared(c: Comparison, a: &Expr, b: &Expr, holds: bool) -> Fact {
    match (constant(a), constant(b)) {
        (Some(x), Some(y)) => Fact::Fixed(allows(c, x, y) == holds),
        (None, Some(n)) => within(shape(a), Range::compared(c, n, whole(&a.ty)), holds),
        (Some(n), None) => within(shape(b), Range::compared(turned(c), n, whole(&b.ty)), holds),
        (None, None) => {
            let (x, y) = (shape(a), shape(b));
            match x.cmp(&y) {
                std::cmp::Ordering::Equal => Fact::Fixed(matches!(c, Comparison::AtMost | Comparison::AtLeast) == holds),
                order => {
                    let less = order.is_lt();
                    let c = if less { c } else { turned(c) };
                    within(difference(less, &x, &y), Range::compared(c, Decimal::ZERO, whole(&a.ty)), holds)
                }
            }
        }
    }
}

fn equal(terms: &Terms, a: &Expr, b: &Expr, holds: bool) -> Fact {
    if let (Type::YesNo, ExprKind::Whole(n)) = (&a.ty, &b.kind) {
        return Fact::of(terms, a, (*n != 0) == holds);
    }
    if let (Some(x), Some(y)) = (text(a), text(b)) {
        return Fact::Fixed((x == y) == holds);
    }
    if let (Type::Enum(all), ExprKind::Whole(n)) = (&a.ty, &b.kind) {
        return Fact::In(shape(a), among(all.iter().map(|w| w.0), |w| (i64::from(w) == *n) == holds));
    }
    let numbers = a.ty.is_decimal() || whole(&a.ty);
    match (constant(a).filter(|_| numbers), constant(b).filter(|_| numbers)) {
        (Some(x), Some(y)) => Fact::Fixed((x == y) == holds),
        (None, Some(n)) => within(shape(a), Range::one(n), holds),
        (Some(n), None) => within(shape(b), Range::one(n), holds),
        (None, None) => {
            let (x, y) = (shape(a), shape(b));
            match x.cmp(&y) {
                std::cmp::Ordering::Equal => Fact::Fixed(holds),
                order if numbers => within(difference(order.is_lt(), &x, &y), Range::one(Decimal::ZERO), holds),
                order if order.is_lt() => question(format!("{x} is {y}"), holds),
                _ => question(format!("{y} is {x}"), holds),
            }
        }
    }
}

/// The subject of two values set against one another.
fn difference(less: bool, a: &str, b: &str) -> String {
    if less { format!("{a} - {b}") } else { format!("{b} - {a}") }
}

/// Whether a comparison of two numbers holds.
fn allows(c: Comparison, x: Decimal, y: Decimal) -> bool {
    match c {
        Comparison::Less => x < y,
        Comparison::AtMost => x <= y,
        Comparison::More => x > y,
        Comparison::AtLeast => x >= y,
    }
}

/// A comparison read from its other side.
const fn turned(c: Comparison) -> Comparison {
    match c {
        Comparison::Less => Comparison::More,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::More => Comparison::Less,
        Comparison::AtLeast => Comparison::AtMost,
    }
}

/// A text that is written out.
fn text(e: &Expr) -> Option<&str> {
    let ExprKind::Text(t) = &e.kind else { return None };
    match t.parts.as_slice() {
        [] => Some(""),
        [TextPart::Plain(s)] => Some(s),
        _ => None,
    }
}

/// The value of a formula that is written out in numbers, where it is exact.
pub(super) fn constant(e: &Expr) -> Option<Decimal> {
    match &e.kind {
        ExprKind::Number(n) => Some(*n),
        ExprKind::Whole(n) if whole(&e.ty) => Some(Decimal::from(*n)),
        ExprKind::Negative(x) => constant(x).map(|n| -n),
        ExprKind::Ratio(a, b) => quotient(*a, *b),
        ExprKind::Arithmetic(op, a, b) => {
            let (a, b) = (constant(a)?, constant(b)?);
            match op {
                Operator::Add => a.checked_add(b).filter(|s| s.checked_sub(b) == Some(a)),
                Operator::Subtract => a.checked_sub(b).filter(|d| d.checked_add(b) == Some(a)),
                Operator::Multiply => product(a, b),
                Operator::Divide => quotient(a, b),
                Operator::Power => None,
            }
        }
        _ => None,
    }
}

/// A product that lost no digit.
fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let (a, b) = (a.normalize(), b.normalize());
    a.checked_mul(b).filter(|p| p.is_zero() || p.scale() == a.scale() + b.scale())
}

/// A quotient that lost no digit.
fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_div(b).filter(|q| product(*q, b) == Some(a))
}

/// An expression as text without places and with one spelling of each number, for comparison.
pub(super) fn shape(e: &Expr) -> String {
    let text = format!("{:?}", e.kind);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = [rest.find("span: Span {"), rest.find("Number(")].into_iter().flatten().min() {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        if let Some(number) = tail.strip_prefix("Number(") {
            let end = number.find(')').unwrap_or(number.len());
            let (digits, after) = number.split_at(end);
            out.push_str("Number(");
            match digits.parse::<Decimal>() {
                Ok(n) => out.push_str(&n.normalize().to_string()),
                Err(_) => out.push_str(digits),
            }
            rest = after;
        } else {
            rest = tail.find('}').and_then(|end| tail.get(end + 1..)).unwrap_or("");
        }
    }
    out.push_str(rest);
    out
}
