//! Past events and entries by day and by key, kept up to date as they come, so that no question scans the past.

use crate::terms::KindId;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

/// What an index holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSpec {
    /// Of which kind.
    pub kind: KindId,
    /// Whether of entries that are kept, rather than past events.
    pub entries: bool,
    /// The code that tells whether a record belongs: its register, the code, the register of the answer.
    pub filter: Option<(u16, u32, u16)>,
    /// The column of whole numbers by which it is divided.
    pub key: Option<u16>,
    /// The code that gives the value that is summed, and its register.
    pub sum: Option<(u16, u32, u16)>,
}

/// The records of a kind that is not kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    /// The day of each.
    pub days: Vec<i64>,
    /// Decimals, record by record.
    pub d: Vec<Decimal>,
    /// Whole numbers, record by record: the day and the id first.
    pub i: Vec<i64>,
    /// Lists, record by record.
    pub l: Vec<crate::terms::Lines>,
    /// How many decimals each has.
    pub nd: usize,
    /// How many whole numbers each has.
    pub ni: usize,
    /// How many lists each has.
    pub nl: usize,
}

impl Past {
    /// How many there are.
    #[must_use]
    pub(super) fn count(&self) -> usize {
        self.days.len()
    }

    /// Forgets all but the first.
    pub(super) fn truncate(&mut self, len: usize) {
        self.days.truncate(len);
        self.d.truncate(len * self.nd);
        self.i.truncate(len * self.ni);
        self.l.truncate(len * self.nl);
    }
}

/// Records by day, in the order they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Postings {
    /// The day of each.
    pub days: Vec<i64>,
    /// The record of each.
    pub records: Vec<u32>,
    /// The sum up to each, where sums are asked for and all of them are exact.
    pub sums: Vec<Decimal>,
    /// Whether a sum could not be kept exactly: then sums are added up when they are asked for.
    pub inexact: bool,
}

impl Postings {
    /// The range of records between two days, both included.
    #[must_use]
    pub(super) fn range(&self, from: i64, to: i64) -> std::ops::Range<usize> {
        let start = if from == i64::MIN { 0 } else { self.days.partition_point(|d| *d < from) };
        let last = self.days.last().copied().unwrap_or(i64::MIN);
        let end = if last <= to { self.days.len() } else { self.days.partition_point(|d| *d <= to) };
        start..end.max(start)
    }

    /// The last record between two days, both included.
    #[must_use]
    pub(super) fn latest(&self, from: i64, to: i64) -> Option<usize> {
        let last = match self.days.last() {
            Some(day) if *day <= to => self.days.len(),
            _ => self.days.partition_point(|d| *d <= to),
        };
        last.checked_sub(1).filter(|at| self.days.get(*at).is_some_and(|d| *d >= from))
    }

    /// The first record between two days, both included.
    #[must_use]
    pub(super) fn earliest(&self, from: i64, to: i64) -> Option<usize> {
        let first = self.days.partition_point(|d| *d < from);
        self.days.get(first).filter(|d| **d <= to).map(|_| first)
    }

    fn add_sum(&mut self, value: Option<Decimal>) {
        let before = self.sums.last().copied().unwrap_or(Decimal::ZERO);
        let value = value.unwrap_or_else(|| {
            // what is wrong with it is told when somebody asks
            self.inexact = true;
            Decimal::ZERO
        });
        match before.checked_add(value) {
            Some(sum) if sum.scale() >= before.scale().max(value.scale()) || before.is_zero() || value.is_zero() => {
                self.sums.push(sum);
            }
            _ => {
                self.inexact = true;
                self.sums.push(before);
            }
        }
    }

    fn truncate(&mut self, len: usize) {
        self.days.truncate(len);
        self.records.truncate(len);
        self.sums.truncate(len);
    }
}

/// An index.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// All records.
    pub all: Postings,
    /// Those of each key.
    pub by_key: FxHashMap<i64, Postings>,
    /// The keys in the order they came, to forget them again.
    pub keys: Vec<i64>,
}

impl Index {
    /// Adds a record; where values are summed, with its own, or with none where that could not be computed.
    pub(super) fn add(&mut self, day: i64, record: u32, key: Option<i64>, value: Option<Option<Decimal>>) {
        match key {
            None => {
                self.all.days.push(day);
                self.all.records.push(record);
                if let Some(value) = value {
                    self.all.add_sum(value);
                }
            }
            Some(key) => {
                let postings = self.by_key.entry(key).or_default();
                postings.days.push(day);
                postings.records.push(record);
                self.keys.push(key);
            }
        }
    }

    /// How much it holds, to come back to.
    #[must_use]
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.all.days.len(), self.keys.len())
    }

    /// Forgets what came since a mark.
    pub(super) fn truncate(&mut self, mark: (usize, usize)) {
        self.all.truncate(mark.0);
        while self.keys.len() > mark.1 {
            let Some(key) = self.keys.pop() else { return };
            if let Some(postings) = self.by_key.get_mut(&key) {
                let len = postings.days.len().saturating_sub(1);
                postings.truncate(len);
            }
        }
    }
}
