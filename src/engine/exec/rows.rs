//! Rows, records and lines, one after another.

use crate::engine::decimal::{self, Fault};
use crate::engine::machine::{Iter, Machine, Trap};
use crate::engine::table::{Life, entry};
use crate::terms::Lines;
use rust_decimal::Decimal;

impl Machine<'_> {
    pub(super) fn open(&mut self, n: u16, iter: Iter) {
        if let Some(slot) = self.iters.get_mut(usize::from(n)) {
            *slot = iter;
        }
    }

    #[inline]
    pub(super) fn next_row(&mut self, n: u16) -> Option<i64> {
        let Some(Iter::Rows { kind, any, next }) = self.iters.get_mut(usize::from(n)) else { return None };
        let table = self.tables.get(kind.at())?;
        while let Some(life) = table.life.get(*next) {
            *next += 1;
            if *life == Life::Live || (*any && *life == Life::Ended) {
                return Some(entry(*kind, u32::try_from(*next - 1).unwrap_or(u32::MAX)));
            }
        }
        None
    }

    pub(super) fn range(&self, index: u16, key: Option<i64>, from: i64, to: i64) -> std::ops::Range<usize> {
        // what is still to come is not there yet
        let to = to.min(self.when.day);
        let Some(ix) = self.indexes.get(usize::from(index)) else { return 0..0 };
        match key {
            None => ix.all.range(from, to),
            Some(key) => ix.by_key.get(&key).map_or(0..0, |p| p.range(from, to)),
        }
    }

    /// The last or the first record of an index between two days.
    #[inline]
    pub(super) fn pick(&self, index: u16, from: i64, to: i64, latest: bool) -> Option<usize> {
        let to = to.min(self.when.day);
        let all = &self.indexes.get(usize::from(index))?.all;
        if latest { all.latest(from, to) } else { all.earliest(from, to) }
    }

    pub(super) fn posting(&self, index: u16, key: Option<i64>, at: usize) -> Option<i64> {
        let ix = self.indexes.get(usize::from(index))?;
        let postings = match key {
            None => &ix.all,
            Some(key) => ix.by_key.get(&key)?,
        };
        let record = postings.records.get(at)?;
        let kind = self.program.indexes.get(usize::from(index))?.kind;
        Some(entry(kind, *record))
    }

    pub(super) fn next_posting(&mut self, n: u16) -> Option<i64> {
        loop {
            let Some(Iter::Postings { index, key, next, end }) = self.iters.get_mut(usize::from(n)) else { return None };
            if next >= end {
                return None;
            }
            let (index, key, at) = (*index, *key, *next);
            *next += 1;
            let found = self.posting(index, key, at)?;
            let entries = self.program.indexes.get(usize::from(index)).is_some_and(|s| s.entries);
            if !entries || self.life(found) == Life::Live {
                return Some(found);
            }
        }
    }

    pub(super) fn next_line(&mut self, n: u16) -> Option<bool> {
        let Some(Iter::Lines { list, next, .. }) = self.iters.get_mut(usize::from(n)) else { return None };
        let len = self.l.get(usize::from(*list)).map_or(0, |l| l.len);
        if *next >= len {
            return None;
        }
        *next += 1;
        Some(*next == len)
    }

    pub(super) fn line(&self, n: u16) -> Option<(&Lines, usize)> {
        let Some(Iter::Lines { list, next, order }) = self.iters.get(usize::from(n)) else { return None };
        let at = next.saturating_sub(1);
        let at = match order {
            None => at,
            Some(order) => order.get(at).and_then(|n| usize::try_from(*n).ok()).unwrap_or(at),
        };
        self.l.get(usize::from(*list)).map(|l| (l, at))
    }

    /// The sum of the values of an index.
    pub(super) fn sum(&mut self, index: u16, range: std::ops::Range<usize>) -> Result<Result<Decimal, Fault>, Trap> {
        let Some(ix) = self.indexes.get(usize::from(index)) else { return Ok(Ok(Decimal::ZERO)) };
        if range.is_empty() {
            return Ok(Ok(Decimal::ZERO));
        }
        if !ix.all.inexact {
            let upto = ix.all.sums.get(range.end - 1).copied().unwrap_or_default();
            let before = range.start.checked_sub(1).and_then(|b| ix.all.sums.get(b)).copied().unwrap_or_default();
            return Ok(decimal::sub(upto, before));
        }
        let Some((record, code, value)) = self.program.indexes.get(usize::from(index)).and_then(|s| s.sum) else {
            return Ok(Ok(Decimal::ZERO));
        };
        let mut sum = Decimal::ZERO;
        for at in range {
            let Some(found) = self.posting(index, None, at) else { continue };
            self.wi(record, found);
            self.exec(code)?;
            match decimal::add(sum, self.rd(value)) {
                Ok(v) => sum = v,
                Err(fault) => return Ok(Err(fault)),
            }
        }
        Ok(Ok(sum))
    }
}
