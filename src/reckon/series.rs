//! The exponential, the logarithm, the square root and the normal distribution: series, in more digits than are needed.

use super::number::{ten, whole};
use super::value::{Fault, Number};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Digits after the point to which a series is added up.
const DIGITS: u32 = 70;

/// A number cut off after so many digits, so that fractions stay short.
fn short(n: &Number) -> Number {
    BigRational::new((n * BigRational::from_integer(ten(DIGITS))).floor().to_integer(), ten(DIGITS))
}

/// Whether a term is too small to count.
fn small(n: &Number) -> bool {
    n.abs() < BigRational::new(BigInt::one(), ten(DIGITS - 5))
}

/// e to a power: 1 + x + x²/2! + …, of a small part of x, squared again.
///
/// # Errors
/// Where the result is too large for any decimal.
pub(super) fn exp(x: &Number) -> Result<Number, Fault> {
    if *x > whole(67) {
        return Err(Fault::Overflow);
    }
    if *x < whole(-150) {
        return Ok(Number::zero());
    }
    if x.is_negative() {
        return Ok(short(&exp(&-x)?.recip()));
    }
    let halvings = 8;
    let part = x / BigRational::from_integer(BigInt::one() << halvings);
    let (mut total, mut term, mut n) = (Number::one(), Number::one(), 0);
    while !small(&term) || n == 0 {
        n += 1;
        term = short(&(&term * &part / whole(n)));
        total += &term;
        if term.is_zero() {
            break;
        }
    }
    for _ in 0..halvings {
        total = short(&(&total * &total));
    }
    Ok(total)
}

/// The natural logarithm: of m × 2^k it is ln m + k ln 2, and ln m = 2 (z + z³/3 + z⁵/5 + …) with z = (m − 1)/(m + 1).
///
/// # Errors
/// Of zero and less.
pub(super) fn ln(x: &Number) -> Result<Number, Fault> {
    if !x.is_positive() {
        return Err(Fault::OutsideFunction);
    }
    let two = whole(2);
    let (mut m, mut k) = (x.clone(), 0_i64);
    while m > two {
        m /= &two;
        k += 1;
    }
    while m < Number::one() {
        m *= &two;
        k -= 1;
    }
    Ok(near_one(&m) + whole(k) * near_one(&two))
}

fn near_one(m: &Number) -> Number {
    let z = short(&((m - Number::one()) / (m + Number::one())));
    let square = short(&(&z * &z));
    let (mut total, mut power, mut n) = (Number::zero(), z, 1);
    while !power.is_zero() && !small(&power) {
        total += short(&(&power / whole(n)));
        power = short(&(&power * &square));
        n += 2;
    }
    total * whole(2)
}

/// The square root, by the root of a whole number.
///
/// # Errors
/// Below zero.
pub(super) fn sqrt(x: &Number) -> Result<Number, Fault> {
    if x.is_negative() {
        return Err(Fault::OutsideFunction);
    }
    let scaled = (x * BigRational::from_integer(ten(2 * DIGITS))).floor().to_integer();
    Ok(BigRational::new(scaled.sqrt(), ten(DIGITS)))
}

/// The cumulative normal distribution: 1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + …).
///
/// # Errors
/// Never, for any number a decimal holds.
pub(super) fn normal(x: &Number) -> Result<Number, Fault> {
    let half = BigRational::new(BigInt::one(), BigInt::from(2));
    if x.abs() > whole(14) {
        return Ok(if x.is_negative() { Number::zero() } else { Number::one() });
    }
    let x = short(x);
    let square = short(&(&x * &x));
    let (mut total, mut term, mut n) = (Number::zero(), x.clone(), 1);
    while !term.is_zero() && (n < 400 || !small(&term)) {
        total += &term;
        n += 2;
        term = short(&(&term * &square / whole(n)));
    }
    let density = exp(&-(&square * &half))? / sqrt(&(whole(2) * pi()))?;
    Ok(short(&(half + density * total)))
}

/// π = 16 arctan(1/5) − 4 arctan(1/239).
fn pi() -> Number {
    whole(16) * arctan(5) - whole(4) * arctan(239)
}

/// The arctangent of 1/n.
fn arctan(n: i64) -> Number {
    let (mut total, mut power, mut k) = (Number::zero(), whole(n).recip(), 1_i64);
    while !small(&power) {
        let term = &power / whole(k);
        total += if k % 4 == 1 { term } else { -term };
        power = short(&(&power / whole(n) / whole(n)));
        k += 2;
    }
    total
}

/// A whole number that a count or a day is.
pub(super) fn counted(n: &Number) -> Option<i64> {
    n.is_integer().then(|| n.to_integer().to_i64()).flatten()
}
