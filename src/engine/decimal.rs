//! Exact arithmetic, or none: every operation is checked.
//!
//! `+ − × ÷` round half to even to what a decimal holds, and nothing else rounds. A sum that drops more than 1e-20 of
//! its result is an error, because then digits that matter are gone.

use crate::terms::RoundingMode;
use rust_decimal::{Decimal, RoundingStrategy};

/// What went wrong in a calculation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Too large to be held.
    Overflow,
    /// Divided by zero.
    ZeroDivision,
    /// A sum that loses digits that matter.
    Inexact,
    /// Outside of what a function is defined for.
    Domain,
    /// A calendar does not know the day.
    UnknownDay,
    /// No trading day in more than a year.
    NoTradingDay,
}

/// The least mantissa of a sum whose dropped digits are below 1e-20 of it.
const ENOUGH: i128 = 50_000_000_000_000_000_000;

/// `a + b`
///
/// # Errors
/// Overflow, or a sum that loses digits.
#[inline]
pub fn add(a: Decimal, b: Decimal) -> Result<Decimal, Fault> {
    let r = a.checked_add(b).ok_or(Fault::Overflow)?;
    if r.scale() < a.scale().max(b.scale()) { kept(a, b, r) } else { Ok(r) }
}

/// `a - b`
///
/// # Errors
/// Overflow, or a difference that loses digits.
#[inline]
pub fn sub(a: Decimal, b: Decimal) -> Result<Decimal, Fault> {
    let r = a.checked_sub(b).ok_or(Fault::Overflow)?;
    if r.scale() < a.scale().max(b.scale()) { kept(a, b, r) } else { Ok(r) }
}

/// Whether what a sum dropped is too small to matter.
#[cold]
fn kept(a: Decimal, b: Decimal, r: Decimal) -> Result<Decimal, Fault> {
    if a.is_zero() || b.is_zero() || r.mantissa().abs() >= ENOUGH {
        return Ok(r);
    }
    // trailing zeros may be all that was dropped
    let (a, b) = (a.normalize(), b.normalize());
    let again = a.checked_add(b).ok_or(Fault::Overflow)?;
    let diff = a.checked_sub(b).ok_or(Fault::Overflow)?;
    let exact = |x: Decimal| x.scale() >= a.scale().max(b.scale());
    if (again == r && exact(again)) || (diff == r && exact(diff)) { Ok(r) } else { Err(Fault::Inexact) }
}

/// `a × b`
///
/// # Errors
/// Overflow.
#[inline]
pub fn mul(a: Decimal, b: Decimal) -> Result<Decimal, Fault> {
    a.checked_mul(b).ok_or(Fault::Overflow)
}

/// `a ÷ b`
///
/// # Errors
/// Overflow, or division by zero.
#[inline]
pub fn div(a: Decimal, b: Decimal) -> Result<Decimal, Fault> {
    if b.is_zero() {
        return Err(Fault::ZeroDivision);
    }
    a.checked_div(b).ok_or(Fault::Overflow)
}

/// A value rounded to a multiple of a unit.
///
/// # Errors
/// Overflow, or a unit of zero.
#[inline]
pub fn round(value: Decimal, unit: Decimal, mode: RoundingMode) -> Result<Decimal, Fault> {
    if let Some(places) = power_of_ten(unit) {
        return Ok(value.round_dp_with_strategy(places, strategy(mode)));
    }
    let steps = div(value, unit)?.round_dp_with_strategy(0, strategy(mode));
    mul(steps, unit)
}

/// `num ÷ den` rounded to a multiple of a unit, exactly: what the quotient itself drops does not decide.
///
/// # Errors
/// Overflow, division by zero, or a unit of zero.
#[inline]
pub fn round_quotient(num: Decimal, den: Decimal, unit: Decimal, mode: RoundingMode) -> Result<Decimal, Fault> {
    let quotient = div(num, den)?;
    let rounded = round(quotient, unit, mode)?;
    if quotient.scale() < 20 { Ok(rounded) } else { settle(num, den, unit, mode, quotient, rounded) }
}

/// Where the quotient lies exactly on a boundary, what it dropped decides.
#[cold]
fn settle(
    num: Decimal,
    den: Decimal,
    unit: Decimal,
    mode: RoundingMode,
    quotient: Decimal,
    rounded: Decimal,
) -> Result<Decimal, Fault> {
    let steps = div(quotient, unit)?;
    let doubled = match mode {
        RoundingMode::Down | RoundingMode::Up => steps,
        RoundingMode::HalfAwayFromZero | RoundingMode::HalfToEven => mul(steps, Decimal::TWO)?,
    };
    if !doubled.is_integer() {
        return Ok(rounded);
    }
    // the true quotient is quotient + (num − quotient × den) / den
    let product = mul(quotient, den)?;
    let rest = num.checked_sub(product).ok_or(Fault::Overflow)?;
    if rest.is_zero() {
        return Ok(rounded);
    }
    let outward = rest.is_sign_positive() == num.is_sign_positive();
    let sign = if quotient.is_sign_negative() { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let floor = steps.round_dp_with_strategy(0, RoundingStrategy::ToZero);
    let steps = match (mode, outward) {
        (RoundingMode::Down, true) | (RoundingMode::Up, false) => floor,
        (RoundingMode::Down, false) => floor - sign,
        (RoundingMode::Up, true) => floor + sign,
        (_, true) => {
            if steps.is_integer() {
                steps
            } else {
                floor + sign
            }
        }
        (_, false) => {
            if steps.is_integer() {
                steps
            } else {
                floor
            }
        }
    };
    mul(steps, unit)
}

/// How many places a unit such as 0.01 leaves.
#[inline]
fn power_of_ten(unit: Decimal) -> Option<u32> {
    if unit.mantissa() == 1 {
        return Some(unit.scale());
    }
    let plain = unit.normalize();
    (plain.mantissa() == 1).then(|| plain.scale())
}

const fn strategy(mode: RoundingMode) -> RoundingStrategy {
    match mode {
        RoundingMode::Down => RoundingStrategy::ToZero,
        RoundingMode::Up => RoundingStrategy::AwayFromZero,
        RoundingMode::HalfAwayFromZero => RoundingStrategy::MidpointAwayFromZero,
        RoundingMode::HalfToEven => RoundingStrategy::MidpointNearestEven,
    }
}

/// A whole power, by squaring.
///
/// # Errors
/// Overflow, or zero to a negative power.
pub fn power(base: Decimal, exponent: i64) -> Result<Decimal, Fault> {
    let mut result = Decimal::ONE;
    let mut square = base;
    let mut left = exponent.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            result = mul(result, square)?;
        }
        left >>= 1;
        if left > 0 {
            square = mul(square, square)?;
        }
    }
    if exponent < 0 { div(Decimal::ONE, result) } else { Ok(result) }
}

/// A fraction in lowest terms, where its parts are whole or become so; else both divided into one decimal.
///
/// # Errors
/// Overflow, or a denominator of zero.
pub fn lowest_terms(num: Decimal, den: Decimal) -> Result<(Decimal, Decimal), Fault> {
    if den.is_zero() {
        return Err(Fault::ZeroDivision);
    }
    let scale = num.scale().max(den.scale());
    let whole = |x: Decimal| x.mantissa().checked_mul(10_i128.checked_pow(scale - x.scale())?);
    let (Some(a), Some(b)) = (whole(num), whole(den)) else { return Ok((div(num, den)?, Decimal::ONE)) };
    let common = gcd(a.unsigned_abs(), b.unsigned_abs());
    let part = |x: i128| {
        i128::try_from(common).ok().and_then(|c| x.checked_div(c)).and_then(|x| Decimal::try_from_i128_with_scale(x, 0).ok())
    };
    match (part(a), part(b)) {
        (Some(n), Some(d)) if d.is_sign_negative() => Ok((-n, -d)),
        (Some(n), Some(d)) => Ok((n, d)),
        _ => Ok((div(num, den)?, Decimal::ONE)),
    }
}

/// The greatest common divisor.
const fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    if a == 0 { 1 } else { a }
}
