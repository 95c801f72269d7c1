//! Exact arithmetic, or none: every operation is checked.
//!
//! `+ − × ÷` round half to even to what a decimal holds, and nothing else rounds. A sum that drops more than 1e-20 of
//! its result is an error, because then digits that matter are gone.

mod long;
mod wide;
pub(in crate::engine) mod words;

use crate::terms::RoundingMode;
use long::Long;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use words::Parts;

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
    /// Rules that bring one another about without end.
    Endless,
}

/// The least mantissa of a sum whose dropped digits are below 1e-20 of it.
const ENOUGH: i128 = 50_000_000_000_000_000_000;

/// `a + b`
///
/// # Errors
/// Overflow, or a sum that loses digits.
#[inline]
pub fn add(a: Decimal, b: Decimal) -> Result<Decimal, Fault> {
    words::sum(Parts::of(&a), Parts::of(&b), false).map_or_else(|| long_add(a, b), |p| Ok(p.decimal()))
}

/// `a - b`
///
/// # Errors
/// Overflow, or a difference that loses digits.
#[inline]
pub fn sub(a: Decimal, b: Decimal) -> Result<Decimal, Fault> {
    words::sum(Parts::of(&a), Parts::of(&b), true).map_or_else(|| long_add(a, -b), |p| Ok(p.decimal()))
}

/// How two decimals compare.
#[inline]
#[must_use]
pub fn order(a: Decimal, b: Decimal) -> Ordering {
    words::order(Parts::of(&a), Parts::of(&b))
}

/// Whether two decimals are the same number.
#[inline]
#[must_use]
pub fn same(a: Decimal, b: Decimal) -> bool {
    order(a, b).is_eq()
}

/// A sum that is not exact in its longer number of places.
#[cold]
fn long_add(a: Decimal, b: Decimal) -> Result<Decimal, Fault> {
    let r = a.checked_add(b).ok_or(Fault::Overflow)?;
    if r.scale() < a.scale().max(b.scale()) { kept(a, b, r) } else { Ok(r) }
}

/// Whether what a sum dropped is too small to matter.
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
    words::product(Parts::of(&a), Parts::of(&b)).map(Parts::decimal).or_else(|| a.checked_mul(b)).ok_or(Fault::Overflow)
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
    words::quotient(Parts::of(&a), Parts::of(&b)).map(Parts::decimal).or_else(|| a.checked_div(b)).ok_or(Fault::Overflow)
}

/// A value rounded to a multiple of a unit.
///
/// # Errors
/// Overflow, or a unit of zero.
#[inline]
pub fn round(value: Decimal, unit: Decimal, mode: RoundingMode) -> Result<Decimal, Fault> {
    if let Some(places) = power_of_ten(&unit) {
        return words::rounded(Parts::of(&value), places, mode).map(Parts::decimal).ok_or(Fault::Overflow);
    }
    round_quotient(value, Decimal::ONE, unit, mode)
}

/// `num ÷ den` rounded to a multiple of a unit, exactly: what the quotient itself drops does not decide.
///
/// # Errors
/// Overflow, division by zero, or a unit of zero.
#[inline]
pub fn round_quotient(num: Decimal, den: Decimal, unit: Decimal, mode: RoundingMode) -> Result<Decimal, Fault> {
    Numerator(Long::whole(Parts::of(&num))).over_rounded(&den, &unit, mode)
}

/// What stands above a line: a sum of products, exact until it is divided.
#[derive(Debug, Clone, Copy, Default)]
pub struct Numerator(Long);

impl Numerator {
    /// `a × b`
    #[inline(always)]
    #[must_use]
    pub fn product(a: &Decimal, b: &Decimal) -> Self {
        Self(Long::product(Parts::of(a), Parts::of(b)))
    }

    /// With `a × b` added, or subtracted.
    ///
    /// # Errors
    /// Overflow.
    #[inline(always)]
    pub fn plus(&mut self, a: &Decimal, b: &Decimal, minus: bool) -> Result<(), Fault> {
        if self.0.add(&Long::product(Parts::of(a), Parts::of(b)), minus) { Ok(()) } else { Err(Fault::Overflow) }
    }

    /// Divided, with as many digits as a decimal holds.
    ///
    /// # Errors
    /// Overflow, or division by zero.
    #[inline(always)]
    pub fn over(&self, den: &Decimal) -> Result<Decimal, Fault> {
        if den.is_zero() {
            return Err(Fault::ZeroDivision);
        }
        self.0.over(Parts::of(den)).map(Parts::decimal).ok_or(Fault::Overflow)
    }

    /// Divided, and rounded to a multiple of a unit by what the division leaves.
    ///
    /// # Errors
    /// Overflow, division by zero, or a unit of zero.
    #[inline(always)]
    pub fn over_rounded(&self, den: &Decimal, unit: &Decimal, mode: RoundingMode) -> Result<Decimal, Fault> {
        match power_of_ten(unit) {
            Some(_) if den.is_zero() => Err(Fault::ZeroDivision),
            Some(places) => self.0.over_rounded(Parts::of(den), places, mode).map(Parts::decimal).ok_or(Fault::Overflow),
            None => self.over_steps(den, unit, mode),
        }
    }

    /// The same, where the unit is no power of ten.
    #[cold]
    fn over_steps(&self, den: &Decimal, unit: &Decimal, mode: RoundingMode) -> Result<Decimal, Fault> {
        if den.is_zero() || unit.is_zero() {
            return Err(Fault::ZeroDivision);
        }
        let steps = self.0.over_rounded(Parts::of(&mul(*den, *unit)?), 0, mode).ok_or(Fault::Overflow)?;
        mul(steps.decimal(), *unit)
    }
}

/// How many places a unit such as 0.01 leaves.
#[inline]
fn power_of_ten(unit: &Decimal) -> Option<u32> {
    let parts = unit.unpack();
    if parts.lo == 1 && parts.mid == 0 && parts.hi == 0 && !parts.negative {
        return Some(parts.scale);
    }
    let plain = unit.normalize();
    (plain.mantissa() == 1).then(|| plain.scale())
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
