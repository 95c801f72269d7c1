//! One place of a stream that is asked about.

use super::words::day;
use crate::engine::run::Moment;

/// A record, or what rules at moments did on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A record, by its number.
    Record(u32),
    /// The rules at moments of a day.
    Day(i64),
}

impl Spot {
    /// Whether something happened there.
    #[must_use]
    pub const fn holds(self, when: Moment) -> bool {
        match self {
            Self::Record(number) => when.number == number,
            Self::Day(day) => when.number == 0 && when.day == day,
        }
    }

    /// The record; none where it is no record.
    #[must_use]
    pub const fn record(self) -> Option<u32> {
        match self {
            Self::Record(number) => Some(number),
            Self::Day(_) => None,
        }
    }

    /// What an engine is asked to explain: a record, or none, for rules at moments are explained with any.
    #[must_use]
    pub fn to_explain(asked: Option<Self>) -> u32 {
        match asked {
            None => 0,
            Some(Self::Record(number)) => number,
            Some(Self::Day(_)) => u32::MAX,
        }
    }

    /// What it is called: `record 7`, `rules at a moment of 2021-06-07`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Record(number) => format!("record {number}"),
            Self::Day(n) => format!("rules at a moment of {}", day(n)),
        }
    }
}
