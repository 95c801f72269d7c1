//! Bars that lie: where a figure began, what moved it and by how much, where it ended.

use super::scale::Scale;
use rust_decimal::Decimal;

/// A bar, from one value to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Where it begins.
    pub from: Decimal,
    /// Where it ends.
    pub to: Decimal,
}

/// How wide the plane is on which bars lie.
const WIDTH: i64 = 100_000;
/// How wide a bar is at least, so that it is seen.
const LEAST: i64 = 400;

/// A picture for each bar, all on one scale. A bar that goes nowhere is a line.
#[must_use]
pub fn bars(all: &[Bar]) -> Vec<String> {
    let values = || all.iter().flat_map(|b| [b.from, b.to]);
    let (Some(low), Some(high)) = (values().min(), values().max()) else { return Vec::new() };
    let scale = Scale { values: (low, high), places: (LEAST, WIDTH - LEAST) };
    all.iter().map(|b| one(&scale, *b)).collect()
}

fn one(scale: &Scale, bar: Bar) -> String {
    let (from, to) = (scale.at(bar.from), scale.at(bar.to));
    let (class, left, width) = if bar.from == bar.to {
        ("stand", from - LEAST / 2, LEAST)
    } else if bar.to > bar.from {
        ("up", from, (to - from).max(LEAST))
    } else {
        ("down", to.min(from - LEAST), (from - to).max(LEAST))
    };
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 {WIDTH} 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"{class}\" x=\"{left}\" y=\"12\" width=\"{width}\" height=\"76\"/></svg>"
    )
}
