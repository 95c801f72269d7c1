//! Records that correct or withdraw an earlier one: the past is computed again with it as it is now known.

use super::replay::Why;
use super::{Engine, replay::Redo};
use crate::engine::at;
use crate::engine::machine::{Due, FinalKey, Instance, Kept};
use crate::engine::run::{BadRecord, Line, Moment, Owed, StopReason, Stopped, Warning};
use crate::event::{Amends, Head};
use crate::terms::{KindId, ObligationId, RuleId};
use rustc_hash::{FxHashMap, FxHashSet};

/// What there was before a correction, to come back to where it is no good.
pub(super) struct Stood {
    /// The record that was corrected, as it was.
    place: usize,
    head: Head,
    retracted: bool,
    refused: FxHashSet<u32>,
    set_aside: FxHashSet<u32>,
    settled: FxHashSet<u32>,
    kept: FxHashMap<FinalKey, Kept>,
    decided: FxHashSet<(u32, RuleId)>,
    annulled: FxHashSet<Instance>,
    owed: Vec<Owed>,
    lines: Vec<Line>,
    warnings: Vec<Warning>,
    dues: FxHashMap<(ObligationId, i64), Due>,
    rejected: usize,
}

impl Engine<'_> {
    /// A record that corrects or withdraws another: the past is computed again, and when that is done the record is done with.
    pub(super) fn correct(&mut self, place: usize) {
        let Some(head) = self.tape.heads.get(place).copied() else { return };
        let at = self.cursor;
        self.m.when = Moment { at, number: head.number, day: head.day };
        self.m.event_kind = Some(head.kind);
        at::record(head.number, Some(head.kind));
        if self.set_aside.contains(&at) {
            self.cursor += 1;
            return;
        }
        match self.corrected.get(&at).cloned() {
            Some(None) => self.done_with(head.day),
            Some(Some(why)) => self.no_good(why),
            None => match self.amended(place, &head) {
                Some(of) => match self.makes_others(of, place) {
                    Some(bad) => self.no_good(bad),
                    None => self.compute_anew(of, &head),
                },
                None => {
                    let kind = self.m.terms.kind(head.kind).map_or_else(String::new, |k| k.name.clone());
                    let (Amends::Corrects(key) | Amends::Retracts(key)) = head.amends else { return };
                    self.no_good(BadRecord::NoSuchRecord { kind, key: self.m.texts.whole(key).to_owned() });
                }
            },
        }
    }

    /// Nothing else comes of it.
    fn done_with(&mut self, day: i64) {
        self.stands();
        self.cursor += 1;
        self.applied = day;
        self.touched = true;
        if let Err(trap) = self.after(day) {
            let why = self.reason(*trap);
            self.stopped = Some(Stopped { when: self.m.when, why });
        }
    }

    /// The record is no good: set aside, or the run stops.
    fn no_good(&mut self, bad: BadRecord) {
        let stopped = Stopped { when: self.m.when, why: StopReason::Record(bad) };
        if self.options.keep_going {
            self.rejected.push(stopped);
            self.set_aside.insert(self.cursor);
            self.cursor += 1;
        } else {
            self.stopped = Some(stopped);
        }
    }

    /// The place of the record that another means: the last before it of its event that has the key, or the one of the number.
    fn amended(&self, place: usize, head: &Head) -> Option<usize> {
        let (Amends::Corrects(key) | Amends::Retracts(key)) = head.amends else { return None };
        let before =
            || self.tape.heads.iter().enumerate().take(place).filter(|(_, h)| h.kind == head.kind && h.amends == Amends::Nothing);
        let at = |n: usize| self.base.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
        let called = || before().filter(|(_, h)| self.tape.key(self.m.terms, h) == key).map(|(n, _)| n);
        let stands = called().rfind(|n| !self.set_aside.contains(&at(*n)));
        stands.or_else(|| called().next_back()).or_else(|| {
            let number: u32 = self.m.texts.whole(key).parse().ok()?;
            before().find(|(_, h)| h.number == number).map(|(n, _)| n)
        })
    }

    /// Where a record makes more entries or fewer than the one it corrects: those made later would take one another's places.
    fn makes_others(&mut self, of: usize, by: usize) -> Option<BadRecord> {
        if self.tape.heads.get(by).is_some_and(|h| matches!(h.amends, Amends::Retracts(_))) {
            return None;
        }
        let kind = self.tape.heads.get(by)?.kind;
        let mut made = [of, by].map(|place| {
            // its values alone are asked for here: what it names is seen when it is carried out
            let _: crate::engine::machine::Outcome = self.load(place, self.route(kind));
            let mut kinds: Vec<KindId> = self.made(kind).into_iter().map(|(kind, _)| kind).collect();
            kinds.sort_unstable();
            kinds
        });
        let [before, after] = &mut made;
        let number = self.tape.heads.get(of).map_or(0, |h| h.number);
        (before != after).then_some(BadRecord::MakesOthers { of: number })
    }

    /// Puts the record in the other's place, and goes back to before it.
    fn compute_anew(&mut self, of: usize, by: &Head) {
        let Some(head) = self.tape.heads.get(of).copied() else { return };
        let at = self.base.saturating_add(u32::try_from(of).unwrap_or(u32::MAX));
        self.corrected.insert(self.cursor, None);
        let stood = Stood {
            place: of,
            head,
            retracted: self.retracted.contains(&at),
            refused: self.refused.clone(),
            set_aside: self.set_aside.clone(),
            settled: self.m.settled.clone(),
            kept: self.m.kept.clone(),
            decided: self.m.decided.clone(),
            annulled: self.m.annulled.clone(),
            owed: self.m.owed.clone(),
            lines: self.m.lines.clone(),
            warnings: self.m.warnings.clone(),
            dues: self.m.dues.clone(),
            rejected: self.rejected.len(),
        };
        // what it did when it came is no longer so: it is carried out as a new one
        self.refused.remove(&at);
        self.set_aside.remove(&at);
        self.m.settled.remove(&at);
        self.m.kept.retain(|key, _| key.0 != at);
        match by.amends {
            Amends::Retracts(_) => {
                self.retracted.insert(at);
            }
            _ => {
                self.retracted.remove(&at);
                if let Some(slot) = self.tape.heads.get_mut(of) {
                    *slot = Head { number: head.number, day: head.day, minute: head.minute, amends: Amends::Nothing, ..*by };
                }
            }
        }
        self.last_redo = None;
        self.other_orders.clear();
        self.begin_again(at, Why::Correction(Box::new(stood)), (Vec::new(), vec![head.number]));
    }

    /// Whether the record at the cursor is carried out as it is now known, for the first time: what came of it before is forgotten.
    pub(super) fn begins_anew(&mut self) -> bool {
        let Some(Redo { why: Why::Correction(stood), .. }) = &self.redo else { return false };
        let at = self.base.saturating_add(u32::try_from(stood.place).unwrap_or(u32::MAX));
        if at != self.cursor {
            return false;
        }
        self.m.lines.retain(|l| l.when.at != at);
        self.m.warnings.retain(|w| w.when.at != at);
        let (gone, left): (Vec<Owed>, Vec<Owed>) = std::mem::take(&mut self.m.owed).into_iter().partition(|o| o.when.at == at);
        self.m.owed = left;
        for owed in gone {
            let key = (owed.obligation, owed.row);
            match self.m.owed.iter().rev().find(|o| (o.obligation, o.row) == key) {
                Some(last) => self.m.dues.insert(key, (last.due, last.counted)),
                None => self.m.dues.remove(&key),
            };
        }
        true
    }

    /// Whether a record was withdrawn.
    pub(super) fn is_retracted(&self, at: u32) -> bool {
        self.retracted.contains(&at)
    }

    /// Where the past cannot be computed again as a record would have it: everything becomes what it was, and that record is no good.
    pub(super) fn give_up_correction(&mut self) -> bool {
        let Some(Redo { why: Why::Correction(stood), at: asked, .. }) = &self.redo else { return false };
        let (asked, failed) = (*asked, self.rejected.get(stood.rejected).or(self.stopped.as_ref()).map(|s| s.when.number));
        let Some(record) = failed else { return false };
        let Some(redo) = self.redo.as_mut() else { return false };
        let Why::Correction(stood) = std::mem::replace(&mut redo.why, Why::GivenUp) else { return false };
        let from = redo.from;
        self.stopped = None;
        self.rejected.truncate(stood.rejected);
        self.corrected.insert(asked, Some(BadRecord::AfterCorrection { of: stood.head.number, record }));
        let at = self.base.saturating_add(u32::try_from(stood.place).unwrap_or(u32::MAX));
        if let Some(slot) = self.tape.heads.get_mut(stood.place) {
            *slot = stood.head;
        }
        if stood.retracted {
            self.retracted.insert(at);
        } else {
            self.retracted.remove(&at);
        }
        self.refused = stood.refused;
        self.set_aside = stood.set_aside;
        self.m.settled = stood.settled;
        self.m.kept = stood.kept;
        self.m.decided = stood.decided;
        self.m.annulled = stood.annulled;
        self.m.owed = stood.owed;
        self.m.lines = stood.lines;
        self.m.warnings = stood.warnings;
        self.m.dues = stood.dues;
        self.m.affected.clear();
        self.m.changes.retain(|c| c.when.at < from);
        while self.snapshots.last().is_some_and(|s| s.at() > from) {
            self.snapshots.pop();
        }
        self.go_back();
        true
    }
}
