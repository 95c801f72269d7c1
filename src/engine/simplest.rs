//! The simplest fraction between two decimals: of those with the least denominator, the least.

use rust_decimal::Decimal;

/// A fraction in lowest terms; what stands below the line is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    /// Above the line.
    pub num: i128,
    /// Below it.
    pub den: i128,
}

impl Fraction {
    /// It as a decimal, where a decimal holds it exactly.
    #[must_use]
    pub fn decimal(self) -> Option<Decimal> {
        let (mut num, mut den, mut scale) = (self.num, self.den, 0_u32);
        while den != 1 {
            let up = if den % 10 == 0 {
                1
            } else if den % 2 == 0 {
                5
            } else if den % 5 == 0 {
                2
            } else {
                return None;
            };
            num = num.checked_mul(up)?;
            den = den.checked_mul(up)? / 10;
            scale += 1;
        }
        (scale <= 28).then(|| Decimal::try_from_i128_with_scale(num, scale).ok()).flatten().map(|d| d.normalize())
    }

    /// It to as many digits as a decimal holds.
    #[must_use]
    pub fn nearly(self) -> Decimal {
        let part = |n: i128| Decimal::try_from_i128_with_scale(n, 0).ok();
        part(self.num).zip(part(self.den)).and_then(|(n, d)| n.checked_div(d)).unwrap_or_default()
    }
}

/// The simplest fraction from one decimal to another, both included.
#[must_use]
pub fn simplest(low: Decimal, high: Decimal) -> Option<Fraction> {
    if low.is_sign_negative() && high > Decimal::ZERO {
        return Some(Fraction { num: 0, den: 1 });
    }
    if high < Decimal::ZERO {
        return simplest(-high, -low).map(|f| Fraction { num: -f.num, ..f });
    }
    let parts = |d: Decimal| {
        let d = d.normalize();
        Some((d.mantissa(), 10_i128.checked_pow(d.scale())?))
    };
    between(parts(low)?, parts(high)?)
}

/// By continued fractions: where no whole number lies between, the whole part is shared, and the rest is turned over.
fn between((a, b): (i128, i128), (c, d): (i128, i128)) -> Option<Fraction> {
    let whole = a.checked_div(b)?;
    let rest = a - whole * b;
    if rest == 0 {
        return Some(Fraction { num: whole, den: 1 });
    }
    if whole < c.checked_div(d)? {
        return Some(Fraction { num: whole + 1, den: 1 });
    }
    let below = between((d, c - whole * d), (b, rest))?;
    let num = whole.checked_mul(below.num)?.checked_add(below.den)?;
    Some(Fraction { num, den: below.num })
}

/// Whether a fraction is so simple that it is no chance to find it within a width.
#[must_use]
pub fn is_no_chance(f: Fraction, width: Decimal) -> bool {
    let part = Decimal::try_from_i128_with_scale(f.den, 0).ok();
    let chance = part.and_then(|d| d.checked_mul(width)).zip(part).and_then(|(w, d)| w.checked_mul(d));
    chance.is_some_and(|c| c < Decimal::new(1, 3))
}
