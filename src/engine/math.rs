//! Functions beyond arithmetic, by series, to more than 20 digits. All end: the number of steps is bounded.

use super::decimal::{Fault, add, div, mul, sub};
use rust_decimal::Decimal;

/// When a term no longer changes the sum.
const SMALL: Decimal = Decimal::from_parts(1, 0, 0, false, 27);
/// The natural logarithm of 2, to 28 digits.
const LN_2: Decimal = Decimal::from_parts(2_860_148_159, 2_180_329_217, 375_755_839, false, 28);

/// e to a power. Good to 24 digits of the result.
///
/// # Errors
/// Overflow above about 66; below about −65 the result is zero.
pub fn exp(x: Decimal) -> Result<Decimal, Fault> {
    let limit = Decimal::from(66);
    if x > limit {
        return Err(Fault::Overflow);
    }
    if x < -limit {
        return Ok(Decimal::ZERO);
    }
    // e^x = 2^k · e^r with |r| ≤ ln 2 / 2
    let k = div(x, LN_2)?.round();
    let r = sub(x, mul(k, LN_2)?)?;
    let mut term = Decimal::ONE;
    let mut sum = Decimal::ONE;
    for n in 1..60_i64 {
        term = div(mul(term, r)?, Decimal::from(n))?;
        if term.abs() < SMALL {
            break;
        }
        sum = add(sum, term)?;
    }
    let times = i64::try_from(k.trunc().mantissa()).map_err(|_| Fault::Overflow)?;
    mul(sum, super::decimal::power(Decimal::TWO, times)?)
}

/// The natural logarithm. Good to 24 digits.
///
/// # Errors
/// Zero and below have none.
pub fn ln(x: Decimal) -> Result<Decimal, Fault> {
    if x <= Decimal::ZERO {
        return Err(Fault::Domain);
    }
    // x = m · 2^k with m near 1, then ln m = 2 artanh((m − 1) / (m + 1))
    let mut m = x;
    let mut k = 0_i64;
    let (high, low) = (Decimal::new(14, 1), Decimal::new(7, 1));
    while m > high {
        m = div(m, Decimal::TWO)?;
        k += 1;
    }
    while m < low {
        m = mul(m, Decimal::TWO)?;
        k -= 1;
    }
    let z = div(sub(m, Decimal::ONE)?, add(m, Decimal::ONE)?)?;
    let square = mul(z, z)?;
    let mut power = z;
    let mut sum = z;
    for n in 1..80_i64 {
        power = mul(power, square)?;
        let term = div(power, Decimal::from(2 * n + 1))?;
        if term.abs() < SMALL {
            break;
        }
        sum = add(sum, term)?;
    }
    add(mul(sum, Decimal::TWO)?, mul(Decimal::from(k), LN_2)?)
}

/// The square root, rounded to what a decimal holds, by Newton's method.
///
/// # Errors
/// Below zero there is none.
pub fn sqrt(x: Decimal) -> Result<Decimal, Fault> {
    if x.is_sign_negative() && !x.is_zero() {
        return Err(Fault::Domain);
    }
    if x.is_zero() {
        return Ok(Decimal::ZERO);
    }
    // begin near: half the digits
    let mut guess = Decimal::ONE;
    let mut probe = x;
    while probe > Decimal::ONE_HUNDRED {
        probe = div(probe, Decimal::ONE_HUNDRED)?;
        guess = mul(guess, Decimal::TEN)?;
    }
    while probe < Decimal::ONE {
        probe = mul(probe, Decimal::ONE_HUNDRED)?;
        guess = div(guess, Decimal::TEN)?;
    }
    for _ in 0..20 {
        let next = div(add(guess, div(x, guess)?)?, Decimal::TWO)?;
        if next == guess {
            break;
        }
        guess = next;
    }
    let plain = guess.normalize();
    let short = plain.round_dp(12);
    Ok(if short.checked_mul(short) == Some(x) { short.normalize() } else { plain })
}

/// The cumulative standard normal distribution. Good to 20 digits after the point.
///
/// # Errors
/// None in practice; arithmetic is checked all the same.
pub fn normal(x: Decimal) -> Result<Decimal, Fault> {
    let half = Decimal::new(5, 1);
    let limit = Decimal::from(11);
    if x > limit {
        return Ok(Decimal::ONE);
    }
    if x < -limit {
        return Ok(Decimal::ZERO);
    }
    let square = mul(x, x)?;
    let density = div(exp(div(-square, Decimal::TWO)?)?, SQRT_TWO_PI)?;
    if x.abs() < Decimal::from(6) {
        // 1/2 + φ(x) (x + x³/3 + x⁵/15 + …)
        let mut term = x;
        let mut sum = x;
        for n in 1..400_i64 {
            term = div(mul(term, square)?, Decimal::from(2 * n + 1))?;
            if term.abs() < SMALL {
                break;
            }
            sum = add(sum, term)?;
        }
        return add(half, mul(density, sum)?);
    }
    // the tail, as a continued fraction from within
    let size = x.abs();
    let mut tail = size;
    for n in (1..200_i64).rev() {
        tail = add(size, div(Decimal::from(n), tail)?)?;
    }
    let beyond = div(density, tail)?;
    if x.is_sign_negative() { Ok(beyond) } else { sub(Decimal::ONE, beyond) }
}

/// √(2π) to 28 digits.
const SQRT_TWO_PI: Decimal = Decimal::from_parts(2_133_383_024, 2_079_885_984, 1_358_845_910, false, 28);
