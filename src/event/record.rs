//! Records as the engine takes them: values by place, nothing by name.

use crate::terms::{KindId, Lines};
use rust_decimal::Decimal;

/// No day, no id, no note.
pub const NONE: i64 = -1;

/// What every record has, and where its values stand in a [`Batch`].
#[derive(Debug, Clone, Copy)]
pub struct Head {
    /// Its number in the stream, from 1.
    pub number: u32,
    /// Its kind.
    pub kind: KindId,
    /// Its day.
    pub day: i64,
    /// Its minute of the day; [`NONE`] for close of business.
    pub minute: i64,
    /// Its id, the number of a text.
    pub id: i64,
    /// The day it became known; that of the record where it is not stated.
    pub recorded: i64,
    /// Its note, the number of a text.
    pub note: i64,
    /// Where its decimals, whole numbers and lists begin.
    pub at: (u32, u32, u32),
}

/// Several records with their values. Texts, and entries by their key, are numbers of texts.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The records.
    pub heads: Vec<Head>,
    /// Their decimals.
    pub d: Vec<Decimal>,
    /// Their whole numbers.
    pub i: Vec<i64>,
    /// Their lists.
    pub l: Vec<Lines>,
}

impl Batch {
    /// Whether there are no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Forgets all records, keeping the room.
    pub fn clear(&mut self) {
        self.heads.clear();
        self.d.clear();
        self.i.clear();
        self.l.clear();
    }

    /// Adds a record.
    pub fn push(&mut self, head: Head, d: &[Decimal], i: &[i64], l: &[Lines]) {
        let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.heads.push(Head { at: (at(self.d.len()), at(self.i.len()), at(self.l.len())), ..head });
        self.d.extend_from_slice(d);
        self.i.extend_from_slice(i);
        self.l.extend_from_slice(l);
    }

    /// The values of a record that has so many of each sort.
    #[must_use]
    pub fn values(&self, head: &Head, n: (usize, usize, usize)) -> (&[Decimal], &[i64], &[Lines]) {
        let from = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        let d = self.d.get(from(head.at.0)..).and_then(|s| s.get(..n.0)).unwrap_or(&[]);
        let i = self.i.get(from(head.at.1)..).and_then(|s| s.get(..n.1)).unwrap_or(&[]);
        let l = self.l.get(from(head.at.2)..).and_then(|s| s.get(..n.2)).unwrap_or(&[]);
        (d, i, l)
    }
}
