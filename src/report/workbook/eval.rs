//! What a formula of the workbook gives, computed exactly: no formula is written that does not give the number of the run.

use super::term::{At, Function, Held, Op, Term};
use crate::engine::day;
use crate::engine::{decimal, math};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

/// The value of a formula; `value` tells what cells hold.
pub(super) fn eval(term: &Term, value: &dyn Fn(At) -> Held) -> Option<Held> {
    Some(match term {
        Term::Cell(at) => value(*at),
        Term::Number(n) => Held::Number(*n),
        Term::Truth(b) => Held::Truth(*b),
        Term::Text(t) => Held::Text(t.clone()),
        Term::Negative(x) => Held::Number(decimal::sub(Decimal::ZERO, number(x, value)?).ok()?),
        Term::Op(op, a, b) => operation(*op, a, b, value)?,
        Term::Call(f, xs) => function(*f, xs, value)?,
    })
}

/// Whether two values are the same to a spreadsheet, which keeps fifteen digits.
pub(super) fn same(a: &Held, b: &Held) -> bool {
    match (a, b) {
        (Held::Number(a), Held::Number(b)) => a == b || near(*a, *b).unwrap_or(false),
        _ => a == b,
    }
}

fn near(a: Decimal, b: Decimal) -> Option<bool> {
    let difference = decimal::sub(a, b).ok()?.abs();
    let bound = decimal::mul(a.abs().max(b.abs()), Decimal::new(1, 15)).ok()?;
    Some(difference <= bound)
}

fn number(term: &Term, value: &dyn Fn(At) -> Held) -> Option<Decimal> {
    match eval(term, value)? {
        Held::Number(n) => Some(n),
        Held::Nothing | Held::Truth(_) | Held::Text(_) => None,
    }
}

fn truth(term: &Term, value: &dyn Fn(At) -> Held) -> Option<bool> {
    match eval(term, value)? {
        Held::Truth(b) => Some(b),
        Held::Nothing | Held::Number(_) | Held::Text(_) => None,
    }
}

fn operation(op: Op, a: &Term, b: &Term, value: &dyn Fn(At) -> Held) -> Option<Held> {
    if op == Op::Equal {
        let (a, b) = (eval(a, value)?, eval(b, value)?);
        return Some(Held::Truth(match (&a, &b) {
            (Held::Text(a), Held::Text(b)) => a.eq_ignore_ascii_case(b),
            _ => a == b,
        }));
    }
    let (a, b) = (number(a, value)?, number(b, value)?);
    Some(match op {
        Op::Add => Held::Number(decimal::add(a, b).ok()?),
        Op::Subtract => Held::Number(decimal::sub(a, b).ok()?),
        Op::Multiply => Held::Number(decimal::mul(a, b).ok()?),
        Op::Divide => Held::Number(decimal::div(a, b).ok()?),
        Op::Power => Held::Number(decimal::power(a, b.to_i64().filter(|n| Decimal::from(*n) == b)?).ok()?),
        Op::Less => Held::Truth(a < b),
        Op::AtMost => Held::Truth(a <= b),
        Op::More => Held::Truth(a > b),
        Op::AtLeast => Held::Truth(a >= b),
        Op::Equal => Held::Truth(a == b),
    })
}

fn function(f: Function, xs: &[Term], value: &dyn Fn(At) -> Held) -> Option<Held> {
    let first = || number(xs.first()?, value);
    let numbers = || xs.iter().map(|x| number(x, value)).collect::<Option<Vec<_>>>();
    let truths = || xs.iter().map(|x| truth(x, value)).collect::<Option<Vec<_>>>();
    let rounded = |how: RoundingStrategy| {
        let places = xs.get(1).map_or(Some(Decimal::ZERO), |p| number(p, value))?.to_u32()?;
        Some(first()?.round_dp_with_strategy(places, how))
    };
    Some(match f {
        Function::Min => Held::Number(numbers()?.into_iter().min()?),
        Function::Max => Held::Number(numbers()?.into_iter().max()?),
        Function::Sum => Held::Number(numbers()?.into_iter().try_fold(Decimal::ZERO, |a, b| decimal::add(a, b).ok())?),
        Function::Abs => Held::Number(first()?.abs()),
        Function::Exp => Held::Number(math::exp(first()?).ok()?),
        Function::Ln => Held::Number(math::ln(first()?).ok()?),
        Function::Sqrt => Held::Number(math::sqrt(first()?).ok()?),
        Function::Normal => Held::Number(math::normal(first()?).ok()?),
        Function::Round => Held::Number(rounded(RoundingStrategy::MidpointAwayFromZero)?),
        Function::RoundDown | Function::Trunc => Held::Number(rounded(RoundingStrategy::ToZero)?),
        Function::RoundUp => Held::Number(rounded(RoundingStrategy::AwayFromZero)?),
        Function::Int => Held::Number(first()?.floor()),
        Function::If => {
            let chosen = if truth(xs.first()?, value)? { xs.get(1)? } else { xs.get(2)? };
            eval(chosen, value)?
        }
        Function::And => Held::Truth(truths()?.into_iter().all(|b| b)),
        Function::Or => Held::Truth(truths()?.into_iter().any(|b| b)),
        Function::Not => Held::Truth(!truth(xs.first()?, value)?),
        Function::MonthsLater => {
            let (from, months) = (first()?.to_i64()?, number(xs.get(1)?, value)?.to_i64()?);
            Held::Number(Decimal::from(day::add_months(from + DAY_ZERO, months)? - DAY_ZERO))
        }
    })
}

/// The day that is 0 to a spreadsheet: 1899-12-30.
pub(super) const DAY_ZERO: i64 = 693_594;
