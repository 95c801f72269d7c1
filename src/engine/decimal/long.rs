//! Sums of products, exact until they are divided.

use super::wide::{Divisor, LIMIT, PLACES, Wide, bits, scaled};
use super::words::{ALIKE, Parts, divided, shortened, up, without_zeros};
use crate::terms::RoundingMode;
use std::cmp::Ordering;

/// A sum of products, exact.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::engine) struct Long {
    negative: bool,
    n: Wide,
    scale: u32,
}

impl Long {
    #[inline(always)]
    pub(in crate::engine) const fn product(x: Parts, y: Parts) -> Self {
        Self { negative: x.negative ^ y.negative, n: Wide::product(x.m, y.m), scale: x.scale + y.scale }
    }

    #[inline]
    pub(in crate::engine) const fn whole(x: Parts) -> Self {
        Self { negative: x.negative, n: Wide { high: 0, rest: x.m }, scale: x.scale }
    }

    /// Has another added, or subtracted; whether it has room for that.
    #[inline(never)]
    pub(in crate::engine) fn add(&mut self, other: &Self, minus: bool) -> bool {
        match self.plus(other, minus) {
            Some(sum) => {
                *self = sum;
                true
            }
            None => false,
        }
    }

    /// With another added, or subtracted.
    #[inline(always)]
    fn plus(&self, other: &Self, minus: bool) -> Option<Self> {
        if other.n.is_zero() {
            return Some(*self);
        }
        let negative = other.negative ^ minus;
        if self.n.is_zero() {
            return Some(Self { negative, ..*other });
        }
        let (left, right, scale) = match self.scale.cmp(&other.scale) {
            Ordering::Equal => (self.n, other.n, self.scale),
            Ordering::Less => (self.n.scaled(other.scale - self.scale)?, other.n, other.scale),
            Ordering::Greater => (self.n, other.n.scaled(self.scale - other.scale)?, self.scale),
        };
        Some(if self.negative == negative {
            Self { negative, n: left.plus(right)?, scale }
        } else if left.at_least(right) {
            Self { negative: self.negative, n: left.minus(right), scale }
        } else {
            Self { negative, n: right.minus(left), scale }
        })
    }

    /// With no more digits than a decimal holds.
    fn shortened(&self) -> Option<Self> {
        shortened(self.n, self.negative, self.scale).map(Self::whole)
    }

    /// Divided by a decimal that is not zero; where that takes more than three words, as a decimal.
    #[inline(always)]
    pub(in crate::engine) fn over(&self, y: Parts) -> Option<Parts> {
        if self.n.is_zero() {
            return Some(Parts::ZERO);
        }
        match divided(&self.n, self.negative ^ y.negative, self.scale, y.m, y.scale) {
            None => self.short_over(y),
            some => some,
        }
    }

    #[cold]
    fn short_over(&self, y: Parts) -> Option<Parts> {
        let short = self.shortened()?;
        divided(&short.n, short.negative ^ y.negative, short.scale, y.m, y.scale)
    }

    /// The same, rounded to some places.
    #[inline(always)]
    pub(in crate::engine) fn over_rounded(&self, y: Parts, places: u32, mode: RoundingMode) -> Option<Parts> {
        match self.rounded(y, places, mode) {
            None => self.short_over_rounded(y, places, mode),
            some => some,
        }
    }

    #[cold]
    fn short_over_rounded(&self, y: Parts, places: u32, mode: RoundingMode) -> Option<Parts> {
        self.shortened()?.rounded(y, places, mode)
    }

    #[inline(never)]
    fn rounded(&self, y: Parts, places: u32, mode: RoundingMode) -> Option<Parts> {
        if self.n.is_zero() {
            return Some(Parts::ZERO);
        }
        let (more, fewer) = (places + y.scale, self.scale);
        let d = scaled(y.m, fewer.saturating_sub(more))?;
        let k = more.saturating_sub(fewer);
        let n = self.n.scaled(k.min(PLACES))?.scaled(k.saturating_sub(PLACES))?;
        let (q, r) = match u64::try_from(d) {
            Ok(d) => Divisor::new(d).divide(&n).map(|(q, r)| (q, u128::from(r)))?,
            Err(_) => n.over(d)?,
        };
        let near = d >> (ALIKE.saturating_sub(bits(q))).max(16);
        let q = q + u128::from(up(mode, r, d, near, q & 1 == 1));
        if q >= LIMIT {
            return None;
        }
        let least = if r == 0 { self.scale.saturating_sub(y.scale).min(places) } else { places };
        let (q, scale) = without_zeros(q, places, least);
        Some(Parts::new(self.negative ^ y.negative, q, scale))
    }
}
