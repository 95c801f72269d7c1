//! Numbers from their own text: exactly as written, or not at all.

use rust_decimal::Decimal;

/// The most digits that always fit.
const DIGITS: usize = 28;

/// A number from its text: digits, a point, a sign, an exponent. None where it is no number or cannot be held exactly.
#[must_use]
pub fn decimal(text: &str) -> Option<Decimal> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |r| (true, r));
    let (digits, exponent) = match rest.find(['e', 'E']) {
        None => (rest, 0),
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)?.parse::<i32>().ok()?),
    };
    let (mantissa, scale) = plain(digits)?;
    let value = shift(mantissa, scale, exponent)?;
    Some(if negative { -value } else { value })
}

/// Digits with a point: the mantissa and how many digits stand after the point.
fn plain(text: &str) -> Option<(u128, u32)> {
    let mut mantissa: u128 = 0;
    let mut scale: Option<u32> = None;
    let mut digits = 0_usize;
    for b in text.bytes() {
        match b {
            b'0'..=b'9' => {
                if mantissa > 0 || b != b'0' {
                    digits += 1;
                }
                if digits > DIGITS + 1 {
                    return None;
                }
                mantissa = mantissa.checked_mul(10)?.checked_add(u128::from(b - b'0'))?;
                if let Some(n) = &mut scale {
                    *n += 1;
                }
            }
            b'.' if scale.is_none() => scale = Some(0),
            _ => return None,
        }
    }
    // there is a digit, and one on each side of a point
    let ends = text.bytes().next().is_some_and(|b| b.is_ascii_digit()) && text.bytes().last().is_some_and(|b| b.is_ascii_digit());
    ends.then_some((mantissa, scale.unwrap_or(0)))
}

/// A mantissa with its scale moved by an exponent.
fn shift(mantissa: u128, scale: u32, exponent: i32) -> Option<Decimal> {
    let scale = i64::from(scale) - i64::from(exponent);
    let (mut mantissa, mut scale) = (mantissa, scale);
    while scale < 0 {
        mantissa = mantissa.checked_mul(10)?;
        scale += 1;
        if mantissa == 0 {
            scale = 0;
        }
    }
    while scale > 28 && mantissa.is_multiple_of(10) {
        if mantissa == 0 {
            scale = 0;
            break;
        }
        mantissa /= 10;
        scale -= 1;
    }
    let value = i128::try_from(mantissa).ok()?;
    Decimal::try_from_i128_with_scale(value, u32::try_from(scale).ok().filter(|s| *s <= 28)?).ok()
}
