//! The entries of a kind: fields and states by column, keys, and which have ended or were never made.

use super::plan::KindPlan;
use crate::terms::{KindId, Lines};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

/// Whether an entry can be acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It can.
    Live,
    /// It has ended.
    Ended,
    /// A refused act was to make it.
    Void,
}

/// An entry as one whole number.
#[must_use]
pub const fn entry(kind: KindId, row: u32) -> i64 {
    ((kind.0 as i64) << 32) | row as i64
}

/// The row of an entry.
#[must_use]
pub const fn row_of(entry: i64) -> usize {
    (entry & 0xFFFF_FFFF) as usize
}

/// The kind of an entry.
#[must_use]
pub const fn kind_of(entry: i64) -> u32 {
    (entry >> 32) as u32
}

/// The entries of a kind.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// How many decimals, whole numbers and lists each has.
    pub width: (usize, usize, usize),
    /// Decimals, row by row.
    pub d: Vec<Decimal>,
    /// Whole numbers, row by row.
    pub i: Vec<i64>,
    /// Lists, row by row.
    pub l: Vec<Lines>,
    /// Whether each can be acted on.
    pub life: Vec<Life>,
    /// The key of each, −1 for none.
    pub keys: Vec<i64>,
    /// Rows by key.
    pub by_key: FxHashMap<i64, u32>,
    /// The place of the record that made each.
    pub made: Vec<super::run::Moment>,
    /// Rows that had the key of a later one, with that one: they were never made.
    shadowed: Vec<(u32, u32)>,
    /// The rows that can be acted on.
    live: super::live::Live,
    /// The rows that were written.
    pub(super) written: super::tally::Written,
}

impl Table {
    /// An empty table with the columns of a kind.
    #[must_use]
    pub fn new(plan: &KindPlan) -> Self {
        let l = &plan.columns.layout;
        Self { width: (usize::from(l.decimals), usize::from(l.wholes), usize::from(l.lists)), ..Self::default() }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.life.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.life.is_empty()
    }

    /// A new row with nothing in it.
    pub fn push(&mut self, key: i64, life: Life, made: super::run::Moment) -> u32 {
        let row = u32::try_from(self.len()).unwrap_or(u32::MAX);
        self.d.resize(self.d.len() + self.width.0, Decimal::ZERO);
        self.i.resize(self.i.len() + self.width.1, 0);
        self.l.resize(self.l.len() + self.width.2, Lines::default());
        self.life.push(life);
        self.live.set(self.life.len() - 1, life == Life::Live);
        self.keys.push(key);
        self.made.push(made);
        if key >= 0
            && let Some(before) = self.by_key.insert(key, row)
        {
            self.shadowed.push((before, row));
        }
        self.written.note(self.life.len() - 1, self.life.len());
        row
    }

    /// Forgets all rows but the first.
    pub fn truncate(&mut self, len: usize) {
        while self.len() > len {
            let row = self.len() - 1;
            let key = self.keys.pop().unwrap_or(-1);
            self.life.pop();
            self.made.pop();
            if key >= 0 && self.by_key.get(&key).is_some_and(|r| usize::try_from(*r) == Ok(row)) {
                // the key may have been that of a row before, never made
                match self.shadowed.pop_if(|(_, by)| usize::try_from(*by) == Ok(row)) {
                    Some((before, _)) => self.by_key.insert(key, before),
                    None => self.by_key.remove(&key),
                };
            }
            self.live.set(row, false);
            self.written.note(row, row);
        }
        self.d.truncate(len * self.width.0);
        self.i.truncate(len * self.width.1);
        self.l.truncate(len * self.width.2);
    }

    /// Becomes what it was when a copy was made.
    pub(super) fn become_again(&mut self, then: &Self) {
        let written = std::mem::take(&mut self.written);
        self.clone_from(then);
        self.written = written;
        self.written.forget();
    }

    /// Gives a row another life, and tells which it had.
    pub(super) fn set_life(&mut self, row: usize, life: Life) -> Option<Life> {
        let before = std::mem::replace(self.life.get_mut(row)?, life);
        self.live.set(row, life == Life::Live);
        self.wrote(row);
        Some(before)
    }

    /// A row was written.
    #[inline]
    pub(super) fn wrote(&mut self, row: usize) {
        let rows = self.life.len();
        self.written.note(row, rows);
    }

    /// Puts a decimal in its place among all, and tells what was there.
    pub(super) fn replace_d(&mut self, at: usize, value: Decimal) -> Option<Decimal> {
        let before = std::mem::replace(self.d.get_mut(at)?, value);
        self.wrote(at / self.width.0.max(1));
        Some(before)
    }

    /// Puts a whole number in its place among all, and tells what was there.
    pub(super) fn replace_i(&mut self, at: usize, value: i64) -> Option<i64> {
        let before = std::mem::replace(self.i.get_mut(at)?, value);
        self.wrote(at / self.width.1.max(1));
        Some(before)
    }

    /// The first row from one on that can be acted on, or that was made where `any` is meant.
    #[inline]
    pub(super) fn next(&self, from: usize, any: bool) -> Option<usize> {
        match self.life.get(from)? {
            Life::Live => Some(from),
            Life::Ended if any => Some(from),
            _ if any => (from..self.life.len()).find(|row| self.life.get(*row).is_some_and(|l| *l != Life::Void)),
            _ => self.live.next(from),
        }
    }

    /// A decimal.
    #[inline]
    #[must_use]
    pub fn get_d(&self, row: usize, col: u16) -> Decimal {
        self.d.get(row * self.width.0 + usize::from(col)).copied().unwrap_or_default()
    }

    /// A whole number.
    #[inline]
    #[must_use]
    pub fn get_i(&self, row: usize, col: u16) -> i64 {
        self.i.get(row * self.width.1 + usize::from(col)).copied().unwrap_or(0)
    }
}
