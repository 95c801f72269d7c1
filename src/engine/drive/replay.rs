//! The past again: copies of the state to come back to, and what a recomputation leaves in the journal.

use super::Engine;
use crate::engine::machine::Instance;
use crate::engine::run::{Change, Rescission, Status};
use crate::engine::table::Table;
use crate::terms::{ClauseId, Place, RuleId, StateId};
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};

/// The state before a record.
pub(super) struct Snapshot {
    at: u32,
    d: Vec<Decimal>,
    i: Vec<i64>,
    tables: Vec<Table>,
    past: Vec<usize>,
    indexes: Vec<(usize, usize)>,
    history: usize,
    by: usize,
    links: usize,
    undone: usize,
    kept_after: usize,
    changes: usize,
    waiting: FxHashMap<(StateId, u32), Vec<u32>>,
    fired: FxHashSet<(usize, i64)>,
    held: Vec<bool>,
    last_moment: i64,
}

/// Why the past is computed again.
pub(super) enum Why {
    /// A rule annuls: the rule, its clause, its place among [`crate::engine::code::Program::rescinds`].
    Rule(RuleId, Option<ClauseId>, u16),
    /// A record corrects or withdraws another: what there was before.
    Correction(Box<super::correct::Stood>),
    /// With a correction a record could not be carried out: all becomes what it was.
    GivenUp,
}

/// A recomputation under way.
pub(super) struct Redo {
    /// The record that asked for it.
    pub(super) at: u32,
    pub(super) why: Why,
    /// What was annulled.
    annulled: Vec<Instance>,
    numbers: Vec<u32>,
    /// Changes as they stood.
    pub(super) old: Vec<Change>,
    /// From which record on.
    pub(super) from: u32,
    /// How many changes there had been then.
    changes: usize,
    /// States that may be adjusted, as they stood: state, row, value.
    stood: Vec<(StateId, u32, Decimal)>,
}

impl Snapshot {
    /// Before which record.
    pub(super) const fn at(&self) -> u32 {
        self.at
    }
}

impl Engine<'_> {
    /// Keeps a copy of the state now and then: often of the near past, rarely of the far.
    pub(super) fn snapshot(&mut self) {
        let at = self.cursor;
        let interval = 64 + u32::try_from(self.size_of_state() / 64).unwrap_or(u32::MAX);
        let due = self.snapshots.last().is_none_or(|s| at >= s.at + interval);
        if !due {
            return;
        }
        let snapshot = self.copy();
        self.snapshots.push(snapshot);
        self.thin_out(at);
    }

    /// How many values the state has.
    pub(super) fn size_of_state(&self) -> usize {
        self.m.tables.iter().map(|t| t.d.len() + t.i.len()).sum::<usize>() + self.m.program.kept.1
    }

    /// A copy of the state before the record at the cursor.
    fn copy(&self) -> Snapshot {
        let (kd, ki) = self.m.program.kept;
        Snapshot {
            at: self.cursor,
            d: self.m.d.get(..kd).unwrap_or(&[]).to_vec(),
            i: self.m.i.get(..ki).unwrap_or(&[]).to_vec(),
            tables: self.m.tables.clone(),
            past: self.m.past.iter().map(crate::engine::index::Past::count).collect(),
            indexes: self.m.indexes.iter().map(crate::engine::index::Index::mark).collect(),
            history: self.m.history.len(),
            by: self.m.by.len(),
            links: self.m.links.len(),
            undone: self.m.undone_by.len(),
            kept_after: self.m.kept_after.len(),
            changes: self.m.changes.len(),
            waiting: self.m.waiting.iter().filter(|(_, w)| !w.is_empty()).map(|(k, w)| (*k, w.clone())).collect(),
            fired: self.fired.clone(),
            held: self.m.held.clone(),
            last_moment: self.last_moment,
        }
    }

    /// Leaves out copies, the more the older they are.
    fn thin_out(&mut self, at: u32) {
        // the gap around a copy may be as wide as the copy after it is old
        let mut n = 1;
        while n + 1 < self.snapshots.len() {
            let [before, _, after] = [n - 1, n, n + 1].map(|k| self.snapshots.get(k).map_or(0, |s| s.at));
            if after - before <= at - after {
                self.snapshots.remove(n);
            } else {
                n += 1;
            }
        }
    }

    /// Goes back to before what is annulled, and on from there.
    pub(super) fn recompute(&mut self, code: u16, targets: Vec<(Instance, u32)>) {
        let Some(rescind) = self.m.program.rescinds.get(usize::from(code)) else { return };
        let at = self.cursor;
        let first = targets.iter().map(|(t, _)| t.0).min().unwrap_or(at);
        self.m.decided.insert((at, rescind.rule));
        self.m.annulled.extend(targets.iter().map(|(t, _)| *t));
        // a record that annuls for several reasons recomputes once: the earlier recomputation goes on
        if self.redo.is_none()
            && let Some((redo, archived)) = self.last_redo.take_if(|(redo, _)| redo.at == at)
        {
            self.archive.truncate(archived);
            self.m.affected = self.rescissions.pop().map(|r| r.affected).unwrap_or_default();
            self.redone.clear();
            self.redo = Some(redo);
        }
        let numbers_and = targets.into_iter().unzip();
        self.begin_again(first, Why::Rule(rescind.rule, rescind.clause, code), numbers_and);
    }

    /// Goes back to before a record, to carry out everything again up to the one at the cursor.
    pub(super) fn begin_again(&mut self, first: u32, why: Why, (targets, numbers): (Vec<Instance>, Vec<u32>)) {
        let at = self.cursor;
        let stood = if self.redo.is_none() { self.adjustable() } else { Vec::new() };
        while self.snapshots.last().is_some_and(|s| s.at > first) {
            self.snapshots.pop();
        }
        // a correction may have to be given up, for which there must be a copy
        let corrects = |why: &Why| !matches!(why, Why::Rule(..));
        let far = corrects(&why) || self.redo.as_ref().is_some_and(|r| corrects(&r.why));
        let near = self.trail.before(first).filter(|_| !far);
        let (back_to, changes) = match (near, self.snapshots.last()) {
            (Some(before), _) => (first, before.changes),
            (None, Some(snapshot)) => (snapshot.at, snapshot.changes),
            (None, None) => return,
        };
        let gone = self.m.changes.split_off(changes.min(self.m.changes.len()));
        match &mut self.redo {
            None => self.redo = Some(Redo { at, why, annulled: targets, numbers, old: gone, from: back_to, changes, stood }),
            Some(redo) => {
                // within a recomputation: what was recomputed so far never was; what lies before it was as it was
                let mut older: Vec<Change> = gone.into_iter().filter(|c| c.when.at < redo.from).collect();
                older.append(&mut redo.old);
                redo.old = older;
                redo.from = redo.from.min(back_to);
                redo.changes = redo.changes.min(changes);
                redo.annulled.extend(targets);
                redo.numbers.extend(numbers);
            }
        }
        self.furthest = self.furthest.max(at);
        if near.is_some() {
            self.take_back_to(first);
        } else {
            self.go_back();
        }
    }

    /// Back to the last copy.
    pub(super) fn go_back(&mut self) {
        let Some(snapshot) = self.snapshots.pop() else { return };
        self.trail.forget();
        self.restore(&snapshot);
        self.snapshots.push(snapshot);
        self.begin_again_from_here();
    }

    /// The state is that before the record at the cursor.
    pub(super) fn begin_again_from_here(&mut self) {
        self.touched = true;
        self.m.version += 1;
        self.next_timer = None;
        let from = self.cursor;
        let settled: Vec<u32> = self.refused.iter().copied().collect();
        self.m.refusals.retain(|r| r.when.at < from || settled.contains(&r.when.at));
    }

    /// The state of a copy.
    fn restore(&mut self, s: &Snapshot) {
        if let Some(to) = self.m.d.get_mut(..s.d.len()) {
            to.copy_from_slice(&s.d);
        }
        if let Some(to) = self.m.i.get_mut(..s.i.len()) {
            to.copy_from_slice(&s.i);
        }
        for (table, then) in self.m.tables.iter_mut().zip(&s.tables) {
            table.become_again(then);
        }
        for (past, len) in self.m.past.iter_mut().zip(&s.past) {
            past.truncate(*len);
        }
        for (index, mark) in self.m.indexes.iter_mut().zip(&s.indexes) {
            index.truncate(*mark);
        }
        self.m.history.truncate(s.history);
        self.m.by.truncate(s.by);
        let links = s.links;
        self.m.waiting.clone_from(&s.waiting);
        self.fired.clone_from(&s.fired);
        self.m.held.clone_from(&s.held);
        self.last_moment = s.last_moment;
        self.cursor = s.at;
        self.m.unlink(links);
        self.m.unannul(s.undone, s.kept_after);
        // what has been made since waits again
        for at in s.waiting.values().flatten() {
            if let Some(c) = self.m.changes.get_mut(usize::try_from(*at).unwrap_or(usize::MAX)) {
                (c.status, c.made) = (Status::Pending, None);
            }
        }
    }

    /// States that may be adjusted, of all rows.
    pub(super) fn adjustable(&self) -> Vec<(StateId, u32, Decimal)> {
        let mut out = Vec::new();
        for (n, plan) in self.m.program.plan.states.iter().enumerate() {
            let (true, Place::Decimal(col)) = (plan.adjustable, plan.spot.place) else { continue };
            let state = StateId::from(n);
            match plan.of {
                None => out.push((state, u32::MAX, self.m.rd(col))),
                Some(kind) => {
                    if let Some(t) = self.m.tables.get(kind.at()) {
                        out.extend((0..t.len()).map(|row| (state, u32::try_from(row).unwrap_or(u32::MAX), t.get_d(row, col))));
                    }
                }
            }
        }
        out
    }

    /// Once the past is recomputed up to the record that asked for it: what it changes stands under that record, and
    /// the changes as they stood are told from those that stand now.
    pub(super) fn catch_up(&mut self) {
        if self.redo.as_ref().is_none_or(|r| r.at != self.cursor) {
            return;
        }
        let Some(redo) = self.redo.take() else { return };
        let at = usize::try_from(self.cursor.wrapping_sub(self.base)).unwrap_or(usize::MAX);
        let Some(head) = self.tape.heads.get(at).copied() else { return };
        self.m.replaying = false;
        let archived = self.archive.len();
        if matches!(redo.why, Why::GivenUp) {
            self.m.changes.retain(|c| c.when.at < redo.from);
            self.m.changes.extend(redo.old);
            return;
        }
        let new = self.m.changes.get(redo.changes..).unwrap_or_default().to_vec();
        self.settle(&redo, &new);
        let when = crate::engine::run::Moment { at: self.cursor, number: head.number, day: head.day };
        let (rule, clause) = match redo.why {
            Why::Rule(rule, clause, code) => {
                self.told_under(&redo, when, clause, code);
                (Some(rule), clause)
            }
            Why::Correction(_) | Why::GivenUp => (None, None),
        };
        let mut annulled = redo.numbers.clone();
        annulled.sort_unstable();
        annulled.dedup();
        let affected = std::mem::take(&mut self.m.affected);
        self.rescissions.push(Rescission { when, rule, clause, annulled, affected });
        if rule.is_some() {
            self.last_redo = Some((redo, archived));
        }
    }

    /// What a recomputation changes stands under the record whose rule asked for it.
    fn told_under(&mut self, redo: &Redo, when: crate::engine::run::Moment, clause: Option<ClauseId>, code: u16) {
        let sites = self.m.program.rescinds.get(usize::from(code)).map(|r| r.sites.clone()).unwrap_or_default();
        let now: FxHashMap<_, _> = self.adjustable().into_iter().map(|(state, row, value)| ((state, row), value)).collect();
        for (state, row, before) in &redo.stood {
            let Some(after) = now.get(&(*state, *row)) else { continue };
            if before == after {
                continue;
            }
            let Some((_, site)) = sites.iter().find(|(s, _)| s == state) else { continue };
            self.m.changes.push(Change {
                when,
                site: *site,
                clause,
                row: *row,
                before: *before,
                after: *after,
                was_known: true,
                status: Status::InForce,
                waited: false,
                made: None,
                cause: None,
            });
            self.redone.push((*state, clause));
        }
    }

    /// Old changes: annulled, superseded, or the same as before.
    fn settle(&mut self, redo: &Redo, new: &[Change]) {
        let line = |c: &Change| (c.when.at, c.when.day, c.when.number, c.site, c.row, c.before, c.after, c.status);
        let mut stand: FxHashMap<_, u32> = FxHashMap::default();
        for c in new {
            *stand.entry(line(c)).or_default() += 1;
        }
        let recomputed: FxHashSet<u16> =
            self.m.program.rescinds.iter().flat_map(|r| r.sites.iter().map(|(_, site)| *site)).collect();
        for old in &redo.old {
            let annulled = old.cause.is_some_and(|(kind, n)| redo.annulled.contains(&(old.when.at, kind, n)));
            if annulled {
                self.archive.push(Change { status: Status::Rescinded, ..*old });
                continue;
            }
            // what an earlier recomputation changed at its moment was so changed, whatever is annulled since
            if old.cause.is_none() && recomputed.contains(&old.site) {
                self.archive.push(*old);
                continue;
            }
            let same = stand.get_mut(&line(old)).filter(|n| **n > 0).map(|n| *n -= 1).is_some();
            if !same {
                self.archive.push(Change { status: Status::Superseded, ..*old });
            }
        }
    }
}
