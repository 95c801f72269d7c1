//! Sets of values of one subject: intervals with open and closed ends, over exact decimals.

use crate::terms::Comparison;
use rust_decimal::Decimal;

/// A place between values: before the first, right before or right after one, or after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    Start,
    At(Decimal, bool),
    End,
}

/// Intervals that rise, and neither meet nor touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range(Vec<(Cut, Cut)>);

impl Range {
    /// Every value.
    pub(super) fn all() -> Self {
        Self(vec![(Cut::Start, Cut::End)])
    }

    /// One value.
    pub(super) fn one(n: Decimal) -> Self {
        Self(vec![(Cut::At(n, false), Cut::At(n, true))])
    }

    /// Some values.
    pub(super) fn some(values: impl Iterator<Item = Decimal>) -> Self {
        let none = values.fold(Self::all(), |left, n| left.and(&Self::one(n).not()));
        none.not()
    }

    /// The values that a comparison with a number allows. Of whole values, what is over 3 is at least 4.
    pub(super) fn compared(c: Comparison, n: Decimal, whole: bool) -> Self {
        let next = || match n.checked_add(Decimal::ONE) {
            Some(next) if whole => Cut::At(next, false),
            _ => Cut::At(n, true),
        };
        Self(vec![match c {
            Comparison::Less => (Cut::Start, Cut::At(n, false)),
            Comparison::AtMost => (Cut::Start, next()),
            Comparison::More => (next(), Cut::End),
            Comparison::AtLeast => (Cut::At(n, false), Cut::End),
        }])
    }

    /// Whether there is no value.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All other values.
    pub(super) fn not(&self) -> Self {
        let mut out = Vec::new();
        let mut from = Cut::Start;
        for (low, high) in &self.0 {
            if from < *low {
                out.push((from, *low));
            }
            from = *high;
        }
        if from < Cut::End {
            out.push((from, Cut::End));
        }
        Self(out)
    }

    /// The values of both.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut out = Vec::new();
        for (a, b) in &self.0 {
            for (c, d) in &other.0 {
                let (low, high) = (*a.max(c), *b.min(d));
                if low < high {
                    out.push((low, high));
                }
            }
        }
        Self(out)
    }
}
