//! From values to places, and the round numbers and dates that are written beside them.

use crate::engine::day::date;
use chrono::{Datelike, Months, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// A range of values laid over a range of places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// The least and the greatest value.
    pub values: (Decimal, Decimal),
    /// The places of these, in hundredths of a pixel.
    pub places: (i64, i64),
}

impl Scale {
    /// The place of a value.
    pub(super) fn at(&self, value: Decimal) -> i64 {
        let (low, high) = self.values;
        let (from, to) = self.places;
        let place = || {
            let part = value.checked_sub(low)?.checked_div(high.checked_sub(low)?)?;
            part.checked_mul(Decimal::from(to - from))?.round().to_i64()
        };
        place().map_or((from + to) / 2, |n| from + n)
    }
}

/// A place on an axis with what is written there.
#[derive(Debug, Clone)]
pub(super) struct Tick {
    pub value: Decimal,
    pub label: String,
}

/// Round numbers around a range: as few steps of 1, 2 or 5 times a power of ten as cover it with about `count` of them.
pub(super) fn numbers(low: Decimal, high: Decimal, count: i64) -> Vec<Decimal> {
    around(low, high, count).unwrap_or_else(|| vec![low, high])
}

fn around(low: Decimal, high: Decimal, count: i64) -> Option<Vec<Decimal>> {
    let (mut low, mut high) = (low.round_dp(12), high.round_dp(12));
    if low == high {
        // one value stands in the middle
        let room = if low.is_zero() { Decimal::ONE } else { low.abs().checked_div(Decimal::from(10))? };
        (low, high) = (low.checked_sub(room)?, high.checked_add(room)?);
    }
    // what nearly reaches down to nothing is shown from nothing
    if low.is_sign_positive() && low.checked_mul(Decimal::from(4))? < high {
        low = Decimal::ZERO;
    }
    let step = step(high.checked_sub(low)?.checked_div(Decimal::from(count.max(1)))?)?;
    let mut first = low.checked_div(step)?.floor();
    // no line runs along the axis itself, but for one at nothing
    if first.checked_mul(step)? == low && low.is_sign_positive() && !low.is_zero() {
        first = first.checked_sub(Decimal::ONE)?;
    }
    let last = high.checked_div(step)?.ceil();
    let mut out = Vec::new();
    let mut n = first;
    while n <= last && out.len() < 50 {
        out.push(n.checked_mul(step)?.normalize());
        n = n.checked_add(Decimal::ONE)?;
    }
    Some(out)
}

/// The least of 1, 2 and 5 times a power of ten that is no less.
fn step(least: Decimal) -> Option<Decimal> {
    let ten = Decimal::from(10);
    let mut power = Decimal::ONE;
    while power > least && power.scale() < 12 {
        power = power.checked_div(ten)?;
    }
    while power.checked_mul(ten)? <= least {
        power = power.checked_mul(ten)?;
    }
    [1, 2, 5, 10].into_iter().filter_map(|n| power.checked_mul(Decimal::from(n))).find(|s| *s >= least)
}

/// Numbers as they are written along an axis, all alike.
pub(super) fn written(numbers: &[Decimal], before: &str, short: bool) -> Vec<Tick> {
    let divides = |by: i64| numbers.iter().all(|n| (*n % Decimal::from(by)).is_zero());
    let large = numbers.iter().any(|n| n.abs() >= Decimal::from(10_000));
    let (by, letter) = match () {
        () if short && large && divides(1_000_000) => (1_000_000, "M"),
        () if short && large && divides(100_000) => (1_000_000, "M"),
        () if short && large && divides(100) => (1_000, "k"),
        () => (1, ""),
    };
    let shown: Vec<Decimal> = numbers.iter().map(|n| n.checked_div(Decimal::from(by)).unwrap_or(*n).normalize()).collect();
    let scale = shown.iter().map(Decimal::scale).max().unwrap_or(0);
    // money has two places or none
    let scale = if before.is_empty() || scale == 0 || by > 1 { scale } else { scale.max(2) };
    let label = |n: &Decimal| {
        let mut n = *n;
        n.rescale(scale);
        if n.is_zero() && by > 1 {
            return "0".to_owned();
        }
        let sign = if n.is_sign_negative() && !n.is_zero() { "−" } else { "" };
        format!("{sign}{before}{}{letter}", crate::syntax::print::number(n.abs()))
    };
    numbers.iter().zip(&shown).map(|(n, shown)| Tick { value: *n, label: label(shown) }).collect()
}

/// The first days of years or months, or single days, at most so many of them.
pub(super) fn days(first: i64, last: i64, most: usize) -> Vec<Tick> {
    let (Some(from), Some(to)) = (date(first), date(last)) else { return Vec::new() };
    for step in [1, 2, 7, 14] {
        let count = (last - first) / step + 1;
        if usize::try_from(count).is_ok_and(|c| c <= most) {
            let all = (0..count).map(|n| first + n * step);
            return all.filter_map(|day| Some(Tick { value: Decimal::from(day), label: date(day)?.to_string() })).collect();
        }
    }
    for months in [1, 2, 3, 6, 12, 24, 60, 120, 240, 600] {
        let all = months_between(from, to, months);
        if all.len() <= most {
            let label = |d: &NaiveDate| if months < 12 { d.format("%Y-%m").to_string() } else { d.format("%Y").to_string() };
            return all.iter().map(|d| Tick { value: Decimal::from(d.num_days_from_ce()), label: label(d) }).collect();
        }
    }
    Vec::new()
}

/// The first days of every so many months, counted from a year that divides.
fn months_between(from: NaiveDate, to: NaiveDate, months: u32) -> Vec<NaiveDate> {
    let mut out = Vec::new();
    let years = i32::try_from(months / 12).unwrap_or(1).max(1);
    let Some(mut at) = NaiveDate::from_ymd_opt(from.year() - from.year().rem_euclid(years), 1, 1) else { return out };
    while at <= to && out.len() < 200 {
        if at >= from {
            out.push(at);
        }
        let Some(next) = at.checked_add_months(Months::new(months)) else { break };
        at = next;
    }
    out
}
