//! The four operations, rounding and comparison on mantissas in machine words: exact, or rounded once, half to even, with as many
//! digits as a decimal holds. Nothing where numbers are too long for this; then the library's own operations are used.

use super::wide::{Divisor, LIMIT, PLACES, TEN, TENS, Wide, bits, scaled};
use crate::terms::RoundingMode;
use rust_decimal::Decimal;
use std::cmp::Ordering;

/// Two numbers alike in so many bits, about 23 digits, are the same number: what parts them is what divisions have cut off. Shorter
/// numbers, such as people write, are alike only where they are equal.
pub(super) const ALIKE: u32 = 76;

/// Digits behind this place are not written by people, and of those that divisions leave so many may be wrong.
const FAR: u32 = 22;
const UNCERTAIN: u128 = (1 << 17) - 1;

/// A decimal taken apart.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Parts {
    pub(super) m: u128,
    pub(super) scale: u32,
    pub(super) negative: bool,
}

impl Parts {
    /// A decimal, read word by word: what was just written is not read as a whole.
    #[inline(always)]
    pub(in crate::engine) const fn of(d: &Decimal) -> Self {
        let u = d.unpack();
        Self { m: (u.hi as u128) << 64 | (u.mid as u128) << 32 | u.lo as u128, scale: u.scale, negative: u.negative }
    }

    /// The decimal of these parts.
    #[inline(always)]
    pub(in crate::engine) const fn decimal(self) -> Decimal {
        Decimal::from_parts(self.m as u32, (self.m >> 32) as u32, (self.m >> 64) as u32, self.negative, self.scale)
    }

    #[inline(always)]
    pub(super) const fn new(negative: bool, m: u128, scale: u32) -> Self {
        Self { m, scale, negative }
    }

    pub(super) const ZERO: Self = Self { m: 0, scale: 0, negative: false };
}

/// `a + b`, or `a − b`, where it is exact.
#[inline]
pub(in crate::engine) fn sum(x: Parts, y: Parts, minus: bool) -> Option<Parts> {
    if y.m == 0 {
        return Some(x);
    }
    if x.m == 0 {
        return Some(Parts { negative: y.negative ^ minus, ..y });
    }
    let (left, right, scale) = match x.scale.cmp(&y.scale) {
        Ordering::Equal => (x.m, y.m, x.scale),
        Ordering::Less => (scaled(x.m, y.scale - x.scale)?, y.m, y.scale),
        Ordering::Greater => (x.m, scaled(y.m, x.scale - y.scale)?, x.scale),
    };
    let (m, negative) = if x.negative == (y.negative ^ minus) {
        (left + right, x.negative)
    } else if left.abs_diff(right) <= left.max(right) >> ALIKE {
        (0, false)
    } else if left >= right {
        (left - right, x.negative)
    } else {
        (right - left, !x.negative)
    };
    (m < LIMIT).then(|| Parts::new(negative, m, scale))
}

/// How two decimals compare, digit by digit.
#[inline]
pub(in crate::engine) fn order(x: Parts, y: Parts) -> Ordering {
    compare(x, y, |left, right| left.cmp(&right))
}

/// How two numbers compare, those alike being the same.
#[inline(never)]
pub(in crate::engine) fn weigh(x: &Decimal, y: &Decimal) -> Ordering {
    compare(Parts::of(x), Parts::of(y), |left, right| {
        if left.abs_diff(right) <= left.max(right) >> ALIKE { Ordering::Equal } else { left.cmp(&right) }
    })
}

#[inline(always)]
fn compare(x: Parts, y: Parts, by: impl Fn(u128, u128) -> Ordering) -> Ordering {
    if x.negative != y.negative || x.m == 0 || y.m == 0 {
        let sign = |p: Parts| if p.m == 0 { 0 } else { 1 - 2 * i8::from(p.negative) };
        return sign(x).cmp(&sign(y));
    }
    // a number that cannot be scaled is longer than any mantissa
    let size = match x.scale.cmp(&y.scale) {
        Ordering::Equal => by(x.m, y.m),
        Ordering::Less => scaled(x.m, y.scale - x.scale).map_or(Ordering::Greater, |m| by(m, y.m)),
        Ordering::Greater => scaled(y.m, x.scale - y.scale).map_or(Ordering::Less, |m| by(x.m, m)),
    };
    if x.negative { size.reverse() } else { size }
}

/// `a × b`
#[inline]
pub(in crate::engine) fn product(x: Parts, y: Parts) -> Option<Parts> {
    if x.m == 0 || y.m == 0 {
        return Some(Parts::ZERO);
    }
    let (negative, scale) = (x.negative ^ y.negative, x.scale + y.scale);
    if bits(x.m) + bits(y.m) <= 96 && scale <= PLACES {
        return Some(Parts::new(negative, x.m.wrapping_mul(y.m), scale));
    }
    shortened(Wide::product(x.m, y.m), negative, scale)
}

/// A product with as many digits as a decimal holds.
pub(super) fn shortened(n: Wide, negative: bool, scale: u32) -> Option<Parts> {
    // so many digits at least are too many: those that stand for the bits above the limit, and those behind the last place
    let least = (n.bits().saturating_sub(97) * 1233).div_ceil(4096);
    let mut k = least.max(scale.saturating_sub(PLACES));
    loop {
        if k > scale {
            return None;
        }
        let (q, r) = match k {
            0 if n.high == 0 => (n.rest, 0),
            _ => TENS.get(k as usize)?.divide(&n)?,
        };
        let half = (TEN.get(k as usize)? / 2) as u64;
        let q = q + u128::from(k > 0 && (r > half || (r == half && q & 1 == 1)));
        if q < LIMIT {
            return Some(Parts::new(negative, q, scale - k));
        }
        k += 1;
    }
}

/// `a ÷ b`, the divisor not being zero.
#[inline]
pub(in crate::engine) fn quotient(x: Parts, y: Parts) -> Option<Parts> {
    if x.m == 0 {
        return Some(Parts::ZERO);
    }
    let negative = x.negative ^ y.negative;
    if let (Ok(n), Ok(d), true) = (u64::try_from(x.m), u64::try_from(y.m), x.scale >= y.scale)
        && n.is_multiple_of(d)
    {
        return Some(Parts::new(negative, u128::from(n / d), x.scale - y.scale));
    }
    divided(&Wide { high: 0, rest: x.m }, negative, x.scale, y.m, y.scale)
}

/// `n ÷ d` by their mantissas and places: with as many digits as a decimal holds, rounded once.
#[inline(never)]
pub(super) fn divided(n: &Wide, negative: bool, above: u32, d: u128, below: u32) -> Option<Parts> {
    // the most digits more that are sure to fit, or the fewest digits less; behind the point there are none to all places
    let fit = ((95 + bits(d) as i32 - n.bits() as i32) * 1233) >> 12;
    let fit = fit.min(ending(d));
    let more = fit.min(PLACES as i32 + below as i32 - above as i32).max(below as i32 - above as i32);
    let mut scale = u32::try_from(above as i32 - below as i32 + more).ok()?;
    let (n, d) = if more >= 0 { (n.scaled(more as u32)?, d) } else { (*n, scaled(d, more.unsigned_abs())?) };
    let (mut q, mut r, digit, rest) = match u64::try_from(d) {
        Ok(d) => {
            let divisor = Divisor::new(d);
            let (q, r) = divisor.divide(&n)?;
            let tenfold = (u128::from(r) * 10) << divisor.shift;
            let (digit, rest) = divisor.step((tenfold >> 64) as u64, tenfold as u64);
            (q, u128::from(r), u128::from(digit), u128::from(rest >> divisor.shift))
        }
        Err(_) if d < 1 << 124 => {
            let (q, r) = n.over(d)?;
            (q, r, r * 10 / d, r * 10 % d)
        }
        Err(_) => return None,
    };
    // perhaps one more
    if r != 0 && scale < PLACES && q <= LIMIT / 10 && q * 10 + digit < LIMIT {
        (q, r, scale) = (q * 10 + digit, rest, scale + 1);
    }
    let q = q + u128::from(r * 2 > d || (r * 2 == d && q & 1 == 1));
    if q >= LIMIT {
        return None;
    }
    // what ends is written without zeros behind, but not shorter than its parts are
    let least = if r == 0 { above.saturating_sub(below) } else { 0 };
    let (q, scale) = without_zeros(q, scale, least);
    Some(Parts::new(negative, q, scale))
}

/// How many digits more a quotient by a divisor has before it ends, where the divisor says so.
#[inline]
fn ending(d: u128) -> i32 {
    let twos = d.trailing_zeros();
    let Ok(mut rest) = u64::try_from(d >> twos) else { return i32::MAX };
    let mut fives = 0;
    while rest.is_multiple_of(5) {
        (rest, fives) = (rest / 5, fives + 1);
    }
    if rest == 1 { twos.max(fives) as i32 } else { i32::MAX }
}

/// A number without zeros behind the point, down to some places.
#[inline]
pub(super) fn without_zeros(q: u128, scale: u32, least: u32) -> (u128, u32) {
    // a word is one more than a multiple of five
    let by_ten = q & 1 == 0 && (q as u64 % 5 + (q >> 64) as u64 % 5).is_multiple_of(5);
    if by_ten && scale > least { shorter(q, scale, least) } else { (q, scale) }
}

fn shorter(mut q: u128, mut scale: u32, least: u32) -> (u128, u32) {
    for k in [16, 8, 4, 2, 1] {
        // ten to the k is divided by two to the k
        while scale >= least + k && q.trailing_zeros() >= k {
            let Some(Some((shorter, 0))) = TENS.get(k as usize).map(|t| t.divide(&Wide { high: 0, rest: q })) else { break };
            (q, scale) = (shorter, scale - k);
        }
    }
    (q, scale)
}

/// Whether a quotient is taken up: by what is left of the divisor, which is on a boundary where it is near to one.
#[inline]
pub(super) fn up(mode: RoundingMode, left: u128, divisor: u128, near: u128, odd: bool) -> bool {
    let half = if (left * 2).abs_diff(divisor) <= near * 2 { Ordering::Equal } else { (left * 2).cmp(&divisor) };
    let next = divisor - left <= near;
    match mode {
        RoundingMode::Down => next,
        RoundingMode::Up => left > near,
        RoundingMode::HalfAwayFromZero => half.is_ge(),
        RoundingMode::HalfToEven => half.is_gt() || (half.is_eq() && odd),
    }
}

/// A value rounded to some places.
#[inline]
pub(in crate::engine) fn rounded(x: Parts, places: u32, mode: RoundingMode) -> Option<Parts> {
    let Some(k) = x.scale.checked_sub(places).filter(|k| *k > 0) else { return Some(x) };
    let ten = *TEN.get(k as usize)?;
    let (q, left) = match TENS.get(k as usize) {
        Some(t) => t.divide(&Wide { high: 0, rest: x.m }).map(|(q, r)| (q, u128::from(r)))?,
        None => (x.m / ten, x.m % ten),
    };
    // digits so far behind the point come of divisions: a difference may have few of them and still be uncertain in its last
    let cut_off = if x.scale >= FAR { x.m >> ALIKE | UNCERTAIN } else { x.m >> ALIKE };
    let near = cut_off.min(ten >> 16);
    Some(Parts::new(x.negative, q + u128::from(up(mode, left, ten, near, q & 1 == 1)), places))
}
