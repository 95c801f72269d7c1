//! Numbers: exact fractions, and the places where they become decimals.

use super::value::{Fault, Number};
use crate::terms::RoundingMode;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;

/// The most digits after the point that a decimal has.
const PLACES: u32 = 28;

/// Ten to a power.
pub(super) fn ten(power: u32) -> BigInt {
    BigInt::from(10).pow(power)
}

/// A whole number.
#[must_use]
pub(super) fn whole(n: i64) -> Number {
    BigRational::from_integer(BigInt::from(n))
}

/// A decimal as a fraction.
#[must_use]
pub(super) fn of_decimal(n: Decimal) -> Number {
    BigRational::new(BigInt::from(n.mantissa()), ten(n.scale()))
}

/// The decimal that is kept of a number: as many places as fit, half to even.
///
/// # Errors
/// Where it is too large for a decimal.
pub fn kept(n: &Number) -> Result<Number, Fault> {
    decimal(n).map(of_decimal)
}

/// A number as a decimal.
///
/// # Errors
/// Where it is too large for one.
pub fn decimal(n: &Number) -> Result<Decimal, Fault> {
    (0..=PLACES)
        .rev()
        .find_map(|scale| {
            let mantissa = half_to_even(&(n * BigRational::from_integer(ten(scale))));
            let fits = mantissa.magnitude().bits() <= 96;
            let mantissa = mantissa.to_i128().filter(|_| fits)?;
            Decimal::try_from_i128_with_scale(mantissa, scale).ok()
        })
        .map(|d| d.normalize())
        .ok_or(Fault::Overflow)
}

/// The nearest whole number, a tie to the even one.
fn half_to_even(n: &Number) -> BigInt {
    let below = n.floor().to_integer();
    let rest = n - BigRational::from_integer(below.clone());
    let half = BigRational::new(BigInt::one(), BigInt::from(2));
    let odd = (&below % BigInt::from(2)).is_one() || (&below % BigInt::from(2)) == BigInt::from(-1);
    if rest > half || (rest == half && odd) { below + BigInt::one() } else { below }
}

/// How many digits stand after the point of a number, as it is kept.
fn places(n: &Number) -> u32 {
    decimal(n).map_or(0, |d| d.scale())
}

/// Whether two numbers are the same: what a division cuts off decides nothing.
///
/// They are where they agree in 76 bits, and where one of them has more than 21 places and they differ by less than 2^17 of
/// its last digit.
#[must_use]
pub fn same(a: &Number, b: &Number) -> bool {
    if a == b {
        return true;
    }
    let off = (a - b).abs();
    let larger = if a.abs() > b.abs() { a.abs() } else { b.abs() };
    if &off * BigRational::from_integer(BigInt::one() << 76) <= larger {
        return true;
    }
    let places = places(a).max(places(b));
    places > 21 && off * BigRational::from_integer(ten(places)) <= BigRational::from_integer(BigInt::one() << 17)
}

/// A sum: numbers that are the same but for their sign cancel.
#[must_use]
pub(super) fn sum(a: &Number, b: &Number) -> Number {
    if !a.is_zero() && !b.is_zero() && same(a, &-b) { Number::zero() } else { a + b }
}

/// A difference: that of the same number is zero.
#[must_use]
pub(super) fn difference(a: &Number, b: &Number) -> Number {
    sum(a, &-b)
}

/// A quotient.
///
/// # Errors
/// Where the divisor is zero.
pub(super) fn quotient(a: &Number, b: &Number) -> Result<Number, Fault> {
    if b.is_zero() { Err(Fault::DivisionByZero) } else { Ok(a / b) }
}

/// A number rounded to a multiple of a unit, by its true value; as it is, where nothing would be left of it and it `keeps` that.
///
/// # Errors
/// Where the unit is zero.
pub fn rounded(n: &Number, mode: RoundingMode, unit: &Number, keeps: bool) -> Result<Number, Fault> {
    let unit = unit.abs();
    let size = quotient(&n.abs(), &unit)?;
    let below = size.floor();
    let above = &below + Number::one();
    let middle = &below + BigRational::new(BigInt::one(), BigInt::from(2));
    let on = |boundary: &Number| same(&n.abs(), &(boundary * &unit));
    let up = match mode {
        // a value that near to a boundary is on it
        RoundingMode::Down => on(&above),
        RoundingMode::Up => size != below && !on(&below),
        RoundingMode::HalfAwayFromZero => size >= middle || on(&middle),
        RoundingMode::HalfToEven if on(&middle) => !(below.to_integer() % BigInt::from(2)).is_zero(),
        RoundingMode::HalfToEven => size > middle,
    };
    let size = if up { above } else { below } * unit;
    if keeps && size.is_zero() {
        return Ok(n.clone());
    }
    Ok(if n.is_negative() { -size } else { size })
}

/// A number raised to a power.
///
/// # Errors
/// Where that is too large, or has no answer.
pub(super) fn power(base: &Number, exponent: &Number) -> Result<Number, Fault> {
    let counted = exponent.is_integer().then(|| exponent.to_integer().to_i32()).flatten().filter(|n| n.abs() <= 1000);
    if let Some(n) = counted {
        if n < 0 && base.is_zero() {
            return Err(Fault::DivisionByZero);
        }
        return kept(&base.pow(n));
    }
    if base.is_zero() && exponent.is_positive() {
        return Ok(Number::zero());
    }
    if !base.is_positive() {
        return Err(Fault::NoAnswer);
    }
    kept(&super::series::exp(&(exponent * super::series::ln(base)?))?)
}
