//! Records as the engine takes them: values by place, nothing by name.

use crate::terms::{Key, KindId, Lines, Place, Spot, Terms};
use rust_decimal::Decimal;

/// No day, no id, no note.
pub const NONE: i64 = -1;

/// Whether a record stands for an earlier one of its event. The text is that one's key or id, or its number in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Amends {
    /// It stands for itself.
    #[default]
    Nothing,
    /// Its fields take the place of the other's, at the other's date and time.
    Corrects(i64),
    /// The other never was.
    Retracts(i64),
}

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
    /// Whether it stands for an earlier one.
    pub amends: Amends,
    /// Where its decimals, whole numbers and lists begin.
    pub at: (u32, u32, u32),
}

/// A value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// A number.
    Number(Decimal),
    /// A day, a moment, a condition, a word, the number of a text.
    Whole(i64),
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

    /// Gives a field of a record another value.
    pub fn put(&mut self, head: &Head, spot: Spot, value: Given) {
        let slot = |base: u32, at: u16| usize::try_from(base).unwrap_or(usize::MAX).saturating_add(usize::from(at));
        match (spot.place, value) {
            (Place::Decimal(at) | Place::Ratio(at), Given::Number(n)) => {
                if let Some(s) = self.d.get_mut(slot(head.at.0, at)) {
                    *s = n;
                }
                if let (Place::Ratio(_), Some(s)) = (spot.place, self.d.get_mut(slot(head.at.0, at + 1))) {
                    *s = Decimal::ONE;
                }
            }
            (Place::Whole(at), Given::Whole(n)) => {
                if let Some(s) = self.i.get_mut(slot(head.at.1, at)) {
                    *s = n;
                }
            }
            _ => return,
        }
        if let Some(s) = spot.known.and_then(|k| self.i.get_mut(slot(head.at.1, k))) {
            *s = 1;
        }
    }

    /// The key by which a record is called, the number of a text: that of the entry it makes, or its id.
    #[must_use]
    pub fn key(&self, terms: &Terms, head: &Head) -> i64 {
        let Some(Some(Key::Field(field))) = terms.kind(head.kind).map(|k| k.kept) else { return head.id };
        let spot = terms.layout(head.kind).spots.get(field.at()).copied();
        let Some(Spot { place: Place::Whole(at), .. }) = spot else { return head.id };
        let at = usize::try_from(head.at.1).unwrap_or(usize::MAX).saturating_add(usize::from(at));
        self.i.get(at).copied().unwrap_or(NONE)
    }

    /// Whether an optional field of a record has a value.
    #[must_use]
    pub fn has(&self, head: &Head, spot: Spot) -> bool {
        let at = |k: u16| usize::try_from(head.at.1).unwrap_or(usize::MAX).saturating_add(usize::from(k));
        spot.known.is_none_or(|k| self.i.get(at(k)) == Some(&1))
    }

    /// A number of a record.
    #[must_use]
    pub fn number(&self, head: &Head, spot: Spot) -> Option<Decimal> {
        let (Place::Decimal(at) | Place::Ratio(at)) = spot.place else { return None };
        let at = usize::try_from(head.at.0).unwrap_or(usize::MAX).saturating_add(usize::from(at));
        self.has(head, spot).then(|| self.d.get(at).copied()).flatten()
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
