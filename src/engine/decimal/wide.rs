//! Numbers of three machine words, and division by one.

use rust_decimal::Decimal;

/// Mantissas are below this.
pub(super) const LIMIT: u128 = 1 << 96;

/// The most decimal places.
pub(super) const PLACES: u32 = Decimal::MAX_SCALE;

/// Powers of ten.
#[expect(clippy::indexing_slicing, reason = "a table made while the program is compiled")]
pub(super) const TEN: [u128; 29] = {
    let mut out = [1; 29];
    let mut k = 1;
    while k < 29 {
        out[k] = out[k - 1] * 10;
        k += 1;
    }
    out
};

/// How many bits they have.
#[expect(clippy::indexing_slicing, reason = "a table made while the program is compiled")]
const TEN_BITS: [u32; 29] = {
    let mut out = [1; 29];
    let mut k = 1;
    while k < 29 {
        out[k] = bits(TEN[k]);
        k += 1;
    }
    out
};

/// A divisor made ready: shifted to the top of its word, with its reciprocal (Möller and Granlund, "Improved division by
/// invariant integers", algorithm 4).
#[derive(Clone, Copy)]
pub(super) struct Divisor {
    pub(super) top: u64,
    pub(super) shift: u32,
    reciprocal: u64,
}

impl Divisor {
    pub(super) const fn new(d: u64) -> Self {
        let shift = d.leading_zeros();
        let top = d << shift;
        // the quotient lies between one and two words: what is cut off is the one
        Self { top, shift, reciprocal: (u128::MAX / top as u128) as u64 }
    }

    /// Divides two words, the upper one below the divisor.
    #[inline]
    pub(super) const fn step(self, upper: u64, lower: u64) -> (u64, u64) {
        let both = (upper as u128) << 64 | lower as u128;
        let guess = (self.reciprocal as u128 * upper as u128).wrapping_add(both);
        let mut q = ((guess >> 64) as u64).wrapping_add(1);
        let mut r = lower.wrapping_sub(q.wrapping_mul(self.top));
        if r > guess as u64 {
            q = q.wrapping_sub(1);
            r = r.wrapping_add(self.top);
        }
        if r >= self.top {
            q = q.wrapping_add(1);
            r -= self.top;
        }
        (q, r)
    }

    /// Divides a number; nothing where the quotient has more than two words.
    #[inline]
    pub(super) fn divide(self, n: &Wide) -> Option<(u128, u64)> {
        let (high, middle, low) = (n.high, (n.rest >> 64) as u64, n.rest as u64);
        let spread = |x: u64| (x as u128) << self.shift;
        let first = (spread(high) >> 64) as u64;
        let second = spread(high) as u64 | (spread(middle) >> 64) as u64;
        let third = spread(middle) as u64 | (spread(low) >> 64) as u64;
        let (q2, r) = if first == 0 && second < self.top { (0, second) } else { self.step(first, second) };
        if q2 != 0 {
            return None;
        }
        let (q1, r) = self.step(r, third);
        let (q0, r) = self.step(r, spread(low) as u64);
        Some(((q1 as u128) << 64 | q0 as u128, r >> self.shift))
    }
}

/// Powers of ten that fit one word, as divisors.
#[expect(clippy::indexing_slicing, reason = "a table made while the program is compiled")]
pub(super) const TENS: [Divisor; 20] = {
    let mut out = [Divisor::new(1); 20];
    let mut k = 1;
    while k < 20 {
        out[k] = Divisor::new(TEN[k] as u64);
        k += 1;
    }
    out
};

/// A number of three words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wide {
    pub(super) high: u64,
    pub(super) rest: u128,
}

impl Wide {
    /// The product of two numbers below 2^96.
    #[inline]
    pub(super) const fn product(a: u128, b: u128) -> Self {
        let (a0, a1, b0, b1) = (a as u64 as u128, a >> 64, b as u64 as u128, b >> 64);
        let low = a0 * b0;
        // each below 2^96, and so is what is carried
        let middle = a1 * b0 + a0 * b1 + (low >> 64);
        let high = a1 * b1 + (middle >> 64);
        Self { high: high as u64, rest: middle << 64 | low as u64 as u128 }
    }

    /// Divides bit by bit, the divisor being below 2^127; nothing where the quotient has more than two words.
    #[cold]
    pub(super) fn over(self, d: u128) -> Option<(u128, u128)> {
        let (mut q, mut r) = (0_u128, u128::from(self.high));
        if r >= d {
            return None;
        }
        for bit in (0..128).rev() {
            r = r << 1 | (self.rest >> bit & 1);
            q <<= 1;
            if r >= d {
                r -= d;
                q |= 1;
            }
        }
        Some((q, r))
    }

    pub(super) const fn bits(self) -> u32 {
        if self.high == 0 { bits(self.rest) } else { 128 + 64 - self.high.leading_zeros() }
    }

    pub(super) const fn is_zero(self) -> bool {
        self.high == 0 && self.rest == 0
    }

    /// Times `10^k`, where it fits.
    #[inline]
    pub(super) fn scaled(self, k: u32) -> Option<Self> {
        if k == 0 {
            return Some(self);
        }
        let ten = *TEN.get(k as usize)?;
        let both = self.bits() + TEN_BITS.get(k as usize)?;
        if both <= 127 {
            return Some(Self { high: 0, rest: self.rest.wrapping_mul(ten) });
        }
        if both > 192 {
            return None;
        }
        if self.high == 0 && self.rest < LIMIT {
            return Some(Self::product(self.rest, ten));
        }
        if k > 19 {
            return self.scaled(19)?.scaled(k - 19);
        }
        let ten = u128::from(u64::try_from(ten).ok()?);
        let low = u128::from(self.rest as u64) * ten;
        let middle = (self.rest >> 64) * ten + (low >> 64);
        let high = u128::from(self.high) * ten + (middle >> 64);
        Some(Self { high: u64::try_from(high).ok()?, rest: middle << 64 | u128::from(low as u64) })
    }

    #[inline]
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let (rest, carry) = self.rest.overflowing_add(other.rest);
        let high = self.high.checked_add(other.high)?.checked_add(u64::from(carry))?;
        Some(Self { high, rest })
    }

    /// The difference from a number that is not greater.
    #[inline]
    pub(super) const fn minus(self, other: Self) -> Self {
        let (rest, borrow) = self.rest.overflowing_sub(other.rest);
        Self { high: self.high.wrapping_sub(other.high).wrapping_sub(borrow as u64), rest }
    }

    #[inline]
    pub(super) const fn at_least(self, other: Self) -> bool {
        self.high > other.high || (self.high == other.high && self.rest >= other.rest)
    }
}

#[inline]
pub(super) const fn bits(m: u128) -> u32 {
    128 - m.leading_zeros()
}

/// `m × 10^k`, where that stays below 2^127.
#[inline]
pub(super) fn scaled(m: u128, k: u32) -> Option<u128> {
    let ten = *TEN.get(k as usize)?;
    (bits(m) + TEN_BITS.get(k as usize)? <= 127).then(|| m.wrapping_mul(ten))
}
