//! Counts and sums over the entries of a kind, kept up to date: a question adds up again only the entries that have changed since it
//! was last asked.
//!
//! A tally is asked for where every condition and the value speak of nothing but the entry and of entries that it names. Each entry
//! adds to the group of its keys. Where a group cannot be kept exactly, or the value of one of its entries cannot be computed, the
//! question goes through the entries one by one, and what is wrong is told there.

use super::code::{Reg, Target};
use super::machine::Machine;
use super::table::{Life, entry, kind_of, row_of};
use crate::terms::KindId;
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};

/// What a tally counts or adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallySpec {
    /// Whose entries.
    pub kind: KindId,
    /// The register the code reads the entry from.
    pub record: Reg,
    /// The code for one entry.
    pub code: Target,
    /// What it gives: 0 where the entry does not count, 1 where it does, 2 where it does and its value cannot be computed.
    pub counts: Reg,
    /// The keys of the entry.
    pub keys: Vec<Reg>,
    /// The keys that are asked for.
    pub asked: Vec<Reg>,
    /// The value that is summed; none where entries are counted.
    pub value: Option<Reg>,
    /// The entries that the entry names and that the code looks into; −1 for none.
    pub through: Vec<Reg>,
    /// The kinds whose entries the code looks into, that of the tally first.
    pub kinds: Vec<KindId>,
}

/// Rows of a table that were written, in the order in which they were.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Whether anybody asks.
    pub on: bool,
    /// The rows.
    rows: Vec<u32>,
    /// How many of them somebody has read.
    read: usize,
    /// Raised whenever rows were forgotten.
    epoch: u64,
}

impl Written {
    /// A row of a table of so many rows is written.
    #[inline]
    pub(super) fn note(&mut self, row: usize, of: usize) {
        if !self.on {
            return;
        }
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        // written again before anybody has read that it was written
        if self.rows.len() > self.read && self.rows.last() == Some(&row) {
            return;
        }
        // going through all rows is less work than going through these
        if self.rows.len() > 2 * of + 256 {
            self.forget();
        }
        self.rows.push(row);
    }

    /// All rows may have been written.
    pub(super) fn forget(&mut self) {
        self.rows.clear();
        self.read = 0;
        self.epoch += 1;
    }
}

/// A copy of a table is one nobody has asked about.
impl Clone for Written {
    fn clone(&self) -> Self {
        Self { on: self.on, rows: Vec::new(), read: 0, epoch: self.epoch }
    }
}

/// What the entries with the same keys come to.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    count: u64,
    sum: Decimal,
    /// How many have a value that cannot be computed.
    failing: u64,
    /// Whether the sum could not be kept exactly.
    inexact: bool,
}

/// What an entry adds.
#[derive(Debug, Clone, Default)]
struct Part {
    /// As [`TallySpec::counts`].
    counts: i64,
    keys: Box<[i64]>,
    value: Decimal,
}

/// A tally.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// Up to where each kind has been read.
    read: Vec<(u64, usize)>,
    parts: Vec<Part>,
    groups: FxHashMap<Box<[i64]>, Group>,
    /// The rows that look into an entry.
    users: FxHashMap<i64, Vec<u32>>,
    /// The entries each row looks into.
    through: Vec<i64>,
}

impl Tally {
    fn take_out(&mut self, row: usize) {
        let Some(part) = self.parts.get_mut(row) else { return };
        let part = std::mem::take(part);
        if part.counts == 0 {
            return;
        }
        let Some(group) = self.groups.get_mut(&part.keys) else { return };
        group.count -= 1;
        if part.counts == 2 {
            group.failing -= 1;
        } else {
            group.add(-part.value);
        }
        if group.count == 0 {
            self.groups.remove(&part.keys);
        }
    }

    fn put_in(&mut self, row: usize, part: Part) {
        let Some(slot) = self.parts.get_mut(row) else { return };
        if part.counts != 0 {
            let group = self.groups.entry(part.keys.clone()).or_default();
            group.count += 1;
            if part.counts == 2 {
                group.failing += 1;
            } else {
                group.add(part.value);
            }
        }
        *slot = part;
    }
}

impl Group {
    fn add(&mut self, value: Decimal) {
        match self.sum.checked_add(value) {
            Some(sum) if sum.scale() >= self.sum.scale().max(value.scale()) || self.sum.is_zero() || value.is_zero() => {
                self.sum = sum
            }
            _ => self.inexact = true,
        }
    }
}

impl Machine<'_> {
    /// What a tally comes to for the keys in its registers; none where the entries are to be gone through one by one.
    pub(super) fn tally(&mut self, n: u16) -> Option<Decimal> {
        let program = self.program;
        let spec = program.tallies.get(usize::from(n))?;
        let mut tally = std::mem::take(self.tallies.get_mut(usize::from(n))?);
        self.bring_up(spec, &mut tally);
        let keys: Vec<i64> = spec.asked.iter().map(|r| self.ri(*r)).collect();
        let group = tally.groups.get(keys.as_slice()).copied().unwrap_or_default();
        if let Some(slot) = self.tallies.get_mut(usize::from(n)) {
            *slot = tally;
        }
        if group.failing > 0 || group.inexact {
            return None;
        }
        Some(if spec.value.is_some() { group.sum } else { Decimal::from(group.count) })
    }

    fn bring_up(&mut self, spec: &TallySpec, tally: &mut Tally) {
        let rows = self.tables.get(spec.kind.at()).map_or(0, super::table::Table::len);
        let mut stale: FxHashSet<usize> = FxHashSet::default();
        let mut all = tally.read.is_empty();
        tally.read.resize(spec.kinds.len(), (0, 0));
        for (at, kind) in spec.kinds.iter().enumerate() {
            let (Some(table), Some(read)) = (self.tables.get_mut(kind.at()), tally.read.get_mut(at)) else { continue };
            let written = &mut table.written;
            written.read = written.rows.len();
            all |= written.epoch != read.0;
            for row in written.rows.get(read.1..).unwrap_or_default().iter().filter(|_| !all) {
                if at == 0 {
                    stale.insert(usize::try_from(*row).unwrap_or(usize::MAX));
                }
                let users = tally.users.get(&entry(*kind, *row));
                stale.extend(users.into_iter().flatten().filter_map(|r| usize::try_from(*r).ok()));
            }
            *read = (written.epoch, written.rows.len());
        }
        if all {
            *tally = Tally { read: std::mem::take(&mut tally.read), ..Tally::default() };
        }
        // rows that were taken back are gone
        for row in rows..tally.parts.len() {
            tally.take_out(row);
        }
        let known = tally.parts.len().min(rows);
        tally.parts.resize(rows, Part::default());
        tally.through.resize(rows * spec.through.len(), -1);
        for row in stale.into_iter().filter(|r| *r < known).chain(known..rows) {
            let part = self.part(spec, tally, row);
            tally.take_out(row);
            tally.put_in(row, part);
        }
    }

    /// What an entry adds now.
    fn part(&mut self, spec: &TallySpec, tally: &mut Tally, row: usize) -> Part {
        let short = u32::try_from(row).unwrap_or(u32::MAX);
        let own = entry(spec.kind, short);
        self.wi(spec.record, own);
        for reg in &spec.through {
            self.wi(*reg, -1);
        }
        let failed = self.exec(spec.code).is_err();
        for (n, reg) in spec.through.iter().enumerate() {
            let other = self.ri(*reg);
            let Some(slot) = tally.through.get_mut(row * spec.through.len() + n) else { continue };
            if *slot != other {
                *slot = other;
                if other >= 0 {
                    tally
                        .users
                        .entry(entry(KindId(kind_of(other)), u32::try_from(row_of(other)).unwrap_or(0)))
                        .or_default()
                        .push(short);
                }
            }
        }
        let counts = if failed { 2 } else { self.ri(spec.counts) };
        if counts == 0 || self.life(own) != Life::Live {
            return Part::default();
        }
        let keys = spec.keys.iter().map(|r| self.ri(*r)).collect();
        Part { counts, keys, value: spec.value.filter(|_| counts == 1).map_or(Decimal::ZERO, |r| self.rd(r)) }
    }
}
