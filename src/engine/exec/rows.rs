//! Rows, records and lines, one after another.

use crate::engine::decimal::{self, Fault};
use crate::engine::machine::{Iter, Machine, Outcome};
use crate::engine::table::{Life, entry};
use crate::terms::{KindId, Lines};
use rust_decimal::Decimal;

impl Machine<'_> {
    /// Opens a loop at its beginning.
    #[inline]
    pub(super) fn open(&mut self, n: u16) -> Option<&mut Iter> {
        let iter = self.iters.get_mut(usize::from(n))?;
        iter.next = 0;
        Some(iter)
    }

    /// The next row of a kind that lives, or of any that were made.
    #[inline]
    pub(super) fn next_row(&mut self, n: u16, kind: KindId, any: bool) -> Option<i64> {
        let iter = self.iters.get_mut(usize::from(n))?;
        let table = self.tables.get(kind.at())?;
        let row = table.next(iter.next, any)?;
        iter.next = row + 1;
        Some(entry(kind, u32::try_from(row).unwrap_or(u32::MAX)))
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

    pub(super) fn next_posting(&mut self, n: u16, index: u16) -> Option<i64> {
        loop {
            let iter = self.iters.get_mut(usize::from(n))?;
            if iter.next >= iter.end {
                return None;
            }
            let (key, at) = (iter.key, iter.next);
            iter.next += 1;
            let found = self.posting(index, key, at)?;
            let entries = self.program.indexes.get(usize::from(index)).is_some_and(|s| s.entries);
            if !entries || self.life(found) == Life::Live {
                return Some(found);
            }
        }
    }

    /// Whether there is a next line, and whether it is the last one.
    pub(super) fn next_line(&mut self, n: u16) -> Option<bool> {
        let iter = self.iters.get_mut(usize::from(n))?;
        let len = self.l.get(usize::from(iter.list)).map_or(0, |l| l.len);
        if iter.next >= len {
            return None;
        }
        iter.next += 1;
        Some(iter.next == len)
    }

    /// The line at hand.
    pub(super) fn line(&self, n: u16) -> Option<(&Lines, usize)> {
        let iter = self.iters.get(usize::from(n))?;
        let at = iter.next.saturating_sub(1);
        let at = match &iter.order {
            None => at,
            Some(order) => order.get(at).and_then(|n| usize::try_from(*n).ok()).unwrap_or(at),
        };
        self.l.get(usize::from(iter.list)).map(|l| (l, at))
    }

    /// The sum of the values of an index.
    pub(super) fn sum(&mut self, index: u16, range: std::ops::Range<usize>) -> Outcome<Result<Decimal, Fault>> {
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
