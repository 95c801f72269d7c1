//! History, obligations, and what stands when the past is recomputed.

use super::machine::{Instance, Kept, Machine, Outcome, Trap, Undo};
use super::plan::{COL_DATE, COL_ID, NOW, TODAY};
use super::run::{Owed, Rescission, Status, Value};
use super::table::{entry, row_of};
use crate::terms::{EffectId, KindId, Lines, ObligationId, Place, Standing, Type};
use rust_decimal::Decimal;

/// How an obligation stands.
pub(super) struct Settled {
    /// The day by which it is due; none for promptly.
    pub due: Option<i64>,
    /// The day it was done.
    pub done: Option<i64>,
    /// How it stands.
    pub standing: Standing,
}

impl Machine<'_> {
    /// An event that is done with is among the past ones.
    pub(super) fn remember_event(&mut self, kind: KindId) {
        let program = self.program;
        let Some(plan) = program.plan.kinds.get(kind.at()) else { return };
        let day = self.ri(plan.date);
        let Some(past) = self.past.get_mut(kind.at()) else { return };
        let record = u32::try_from(past.count()).unwrap_or(u32::MAX);
        past.days.push(day);
        let (d0, i0) = (past.d.len(), past.i.len());
        past.d.resize(d0 + past.nd, Decimal::ZERO);
        past.i.resize(i0 + past.ni, 0);
        let l0 = past.l.len();
        past.l.resize(l0 + past.nl, Lines::default());
        if let Some(slot) = past.i.get_mut(i0 + usize::from(COL_DATE)) {
            *slot = day;
        }
        if let (Some(slot), Some(id)) = (past.i.get_mut(i0 + usize::from(COL_ID)), self.i.get(usize::from(plan.id))) {
            *slot = *id;
        }
        for (frame, column) in plan.layout.spots.iter().zip(&plan.columns.layout.spots) {
            match (frame.place, column.place) {
                (Place::Decimal(from), Place::Decimal(col)) => {
                    if let (Some(slot), Some(v)) =
                        (past.d.get_mut(d0 + usize::from(col)), self.d.get(usize::from(plan.base.0 + from)))
                    {
                        *slot = *v;
                    }
                }
                (Place::Ratio(from), Place::Ratio(col)) => {
                    for part in 0..2 {
                        let (from, to) = (usize::from(plan.base.0 + from + part), d0 + usize::from(col + part));
                        if let (Some(slot), Some(v)) = (past.d.get_mut(to), self.d.get(from)) {
                            *slot = *v;
                        }
                    }
                }
                (Place::List(from), Place::List(col)) => {
                    if let (Some(slot), Some(v)) =
                        (past.l.get_mut(l0 + usize::from(col)), self.l.get(usize::from(plan.base.2 + from)))
                    {
                        slot.clone_from(v);
                    }
                }
                (Place::Whole(from), Place::Whole(col)) => {
                    if let (Some(slot), Some(v)) =
                        (past.i.get_mut(i0 + usize::from(col)), self.i.get(usize::from(plan.base.1 + from)))
                    {
                        *slot = *v;
                    }
                }
                _ => {}
            }
            if let (Some(from), Some(col)) = (frame.known, column.known)
                && let (Some(slot), Some(v)) =
                    (past.i.get_mut(i0 + usize::from(col)), self.i.get(usize::from(plan.base.1 + from)))
            {
                *slot = *v;
            }
        }
        self.undo.push(Undo::Past(kind));
        let moves = program.routes.get(kind.at()).is_some_and(|r| r.moves_moments);
        self.version += u64::from(moves);
        self.post(kind, record, day, false);
    }

    /// A new entry in the indexes of its kind.
    pub(super) fn index_entry(&mut self, kind: KindId, row: u32) {
        let day = self.ri(TODAY);
        self.post(kind, row, day, true);
    }

    fn post(&mut self, kind: KindId, record: u32, day: i64, entries: bool) {
        let program = self.program;
        for at in 0..self.indexed.get(kind.at()).map_or(0, Vec::len) {
            let Some(n) = self.indexed.get(kind.at()).and_then(|list| list.get(at)).copied() else { continue };
            let Some(spec) = program.indexes.get(usize::from(n)) else { continue };
            if spec.entries != entries {
                continue;
            }
            if let Some((reg, code, holds)) = spec.filter {
                self.wi(reg, entry(kind, record));
                if self.exec(code).is_err() || self.ri(holds) == 0 {
                    continue;
                }
            }
            let key = spec.key.map(|col| {
                let at = usize::try_from(record).unwrap_or(usize::MAX);
                if entries {
                    self.tables.get(kind.at()).map_or(-1, |t| t.get_i(at, col))
                } else {
                    self.past.get(kind.at()).and_then(|p| p.i.get(at * p.ni + usize::from(col))).copied().unwrap_or(-1)
                }
            });
            let value = spec.sum.map(|(reg, code, value)| {
                self.wi(reg, entry(kind, record));
                self.exec(code).ok().map(|()| self.rd(value))
            });
            let Some(index) = self.indexes.get_mut(usize::from(n)) else { continue };
            let mark = index.mark();
            let small = |x: usize| u32::try_from(x).unwrap_or(u32::MAX);
            index.add(day, record, key, value);
            self.undo.push(Undo::Index(n, (small(mark.0), small(mark.1))));
        }
    }

    /// An effect as a list.
    pub(super) fn effect_lines(&self, effect: EffectId) -> Lines {
        let Some(decl) = self.terms.effects.get(effect.at()) else { return Lines::default() };
        let mut out = Lines::default();
        for line in self.lines.iter().filter(|l| l.effect == effect) {
            for ((_, ty, optional), value) in decl.fields.iter().zip(&line.values) {
                let known = i64::from(*value != Value::Unknown);
                match (ty, value) {
                    (ty, Value::Decimal(v)) if ty.is_decimal() => out.d.push(*v),
                    (ty, _) if ty.is_decimal() => out.d.push(Decimal::ZERO),
                    (Type::List(_), _) => {}
                    (_, Value::Whole(v)) => out.i.push(*v),
                    _ => out.i.push(-1),
                }
                if *optional {
                    out.i.push(known);
                }
            }
            out.len += 1;
        }
        out
    }

    // ---- obligations ----------------------------------------------------------

    /// An obligation arises.
    pub(super) fn owe(&mut self, n: u16) {
        let program = self.program;
        let Some(code) = program.duties.get(usize::from(n)) else { return };
        let row = code.row.map_or(-1, |r| self.ri(r));
        let the = code.the.map_or(-1, |r| self.ri(r));
        let each = code.each.map_or(-1, |r| self.ri(r));
        let at = self.when.at;
        if self.replaying {
            let from = self.owed.partition_point(|o| o.when.at < at);
            let same = self
                .owed
                .iter()
                .skip(from)
                .take_while(|o| o.when.at == at)
                .any(|o| o.duty == n && o.row == row && o.each == each);
            if same {
                return;
            }
        }
        let due = code.due.and_then(|(reg, known)| known.is_none_or(|k| self.ri(k) != 0).then(|| self.ri(reg)));
        let counted = code.counted.filter(|_| due.is_some()).map(|(from, by, back)| {
            let by = self.ri(by);
            (self.ri(from), if back { -by } else { by })
        });
        let id = self.ri(*code.asks.get(2).unwrap_or(&0));
        let owed = Owed {
            when: self.when,
            obligation: code.obligation,
            duty: n,
            row,
            the,
            each,
            id,
            due,
            counted,
            what: self.said(&code.what),
            done: None,
            standing: None,
        };
        let place = self.owed.partition_point(|o| o.when.at <= at);
        self.owed.insert(place, owed);
        if program.plan.watches_duties {
            let key = (code.obligation, row);
            let before = self.dues.insert(key, (due, counted));
            self.undo.push(Undo::Due(key, before));
            self.version += 1;
        }
    }

    /// The day by which an obligation about an entry is due, where it has arisen and has one.
    pub(super) fn overdue(&mut self, id: ObligationId, row: i64) -> Option<i64> {
        let (due, counted) = self.dues.get(&(id, row)).copied()?;
        self.due_now(due, counted)
    }

    /// A day by which something is due: trading days are counted as they are known now, for a day turns out to be one.
    fn due_now(&mut self, due: Option<i64>, counted: Option<(i64, i64)>) -> Option<i64> {
        counted.and_then(|(from, by)| self.trading(from, by, false, 0).ok()).or(due)
    }

    /// The day by which an obligation is due, the day it was done, and how it stands.
    pub(super) fn settled_on(&mut self, owed: &Owed) -> Outcome<Settled> {
        let program = self.program;
        let open = Settled { due: owed.due, done: None, standing: Standing::Open };
        let Some(code) = program.duties.get(usize::from(owed.duty)) else { return Ok(open) };
        let due = self.due_now(owed.due, owed.counted);
        for (reg, value) in code.asks.iter().zip([owed.row, owed.when.day, owed.id, owed.each]) {
            self.wi(*reg, value);
        }
        self.aside(code.done)?;
        let done = Some(self.ri(code.done_day)).filter(|d| *d >= 0);
        let today = self.ri(TODAY);
        let standing = match (due, done) {
            (None, Some(_)) => Standing::Met,
            (None, None) => Standing::Open,
            (Some(due), Some(done)) if done <= due => Standing::Met,
            (Some(_), Some(_)) => Standing::Late,
            (Some(due), None) if today <= due => Standing::Open,
            (Some(_), None) => Standing::Breached,
        };
        Ok(Settled { due, done, standing })
    }

    /// How an obligation about an entry stands; none where it has not arisen.
    pub(super) fn standing(&mut self, id: ObligationId, row: i64) -> Outcome<Option<Standing>> {
        let found = self.owed.iter().rev().find(|o| o.obligation == id && o.speaks_of(row)).cloned();
        match found {
            None => Ok(None),
            Some(owed) => self.settled_on(&owed).map(|s| Some(s.standing)),
        }
    }

    // ---- what stands when the past is recomputed ------------------------------

    /// The states that count for adjustments, of the entries the event names.
    fn seen(&self) -> Vec<Decimal> {
        let mut out = Vec::new();
        for (at, plan) in self.program.plan.states.iter().enumerate() {
            if !plan.adjustable {
                continue;
            }
            let _ = at;
            let (Some(kind), Place::Decimal(col)) = (plan.of, plan.spot.place) else { continue };
            for row in self.named_rows(kind) {
                out.push(self.tables.get(kind.at()).map_or(Decimal::ZERO, |t| t.get_d(row, col)));
            }
        }
        out
    }

    /// The rows of a kind that the event at hand names.
    fn named_rows(&self, kind: KindId) -> Vec<usize> {
        let Some(at) = self.event_kind else { return Vec::new() };
        let (Some(decl), Some(plan)) = (self.terms.kind(at), self.program.plan.kinds.get(at.at())) else { return Vec::new() };
        decl.fields
            .iter()
            .zip(&plan.layout.spots)
            .filter(|(f, _)| matches!(&f.ty, Type::Entry(kinds) if kinds.as_slice() == [kind]))
            .filter_map(|(_, spot)| match spot.place {
                Place::Whole(n) => Some(row_of(self.ri(plan.base.1 + n))),
                _ => None,
            })
            .collect()
    }

    /// What a final rule found the first time, back in its registers; whether it applied then.
    pub(super) fn recall(&mut self, n: u16, row: i64) -> bool {
        let program = self.program;
        let seen = self.seen();
        let Some(kept) = self.kept.get_mut(&(self.when.at, n, row)) else { return false };
        if kept.seen != seen {
            // what the next pass finds is held against this one
            kept.seen = seen;
            if !self.affected.contains(&self.when.number) {
                self.affected.push(self.when.number);
            }
        }
        let kept = kept.clone();
        if let Some(code) = program.finals.get(usize::from(n)) {
            for (reg, v) in code.d.iter().zip(kept.d) {
                self.wd(*reg, v);
            }
            for (reg, v) in code.i.iter().zip(kept.i) {
                self.wi(*reg, v);
            }
            for (reg, v) in code.l.iter().zip(kept.l) {
                self.wl(*reg, v);
            }
        }
        true
    }

    /// Keeps what a final rule found.
    pub(super) fn keep(&mut self, n: u16, row: i64) {
        let Some(code) = self.program.finals.get(usize::from(n)) else { return };
        let kept = Kept {
            d: code.d.iter().map(|r| self.rd(*r)).collect(),
            i: code.i.iter().map(|r| self.ri(*r)).collect(),
            l: code.l.iter().map(|r| self.list(*r).clone()).collect(),
            seen: self.seen(),
        };
        let key = (self.when.at, n, row);
        self.fresh.push(key);
        self.kept.insert(key, kept);
    }

    /// A deemed event that changed something and can be annulled.
    pub(super) fn register(&mut self, instance: Instance, of: i64) {
        let at = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        self.links.push((instance, of, self.when.number));
        self.by_link.entry((instance.1, of)).or_default().push(at);
    }

    /// Forgets what was annulled with what followed kept since a point.
    pub(super) fn unannul(&mut self, undone: usize, rescissions: usize) {
        for t in self.undone_by.drain(undone.min(self.undone_by.len())..) {
            self.undone.remove(&t);
        }
        self.kept_after.truncate(rescissions);
    }

    /// Forgets the links since a point.
    pub(super) fn unlink(&mut self, len: usize) {
        while self.links.len() > len {
            let Some((instance, of, _)) = self.links.pop() else { return };
            if let Some(list) = self.by_link.get_mut(&(instance.1, of)) {
                list.pop();
            }
        }
    }

    /// What was made for an entry and is not annulled yet, with the numbers of the records.
    pub(super) fn targets(&self, n: u16, of: i64) -> Vec<(Instance, u32)> {
        let Some(code) = self.program.rescinds.get(usize::from(n)) else { return Vec::new() };
        let mut out = Vec::new();
        for kind in &code.deemed {
            for at in self.by_link.get(&(*kind, of)).into_iter().flatten() {
                if let Some((instance, _, number)) = self.links.get(usize::try_from(*at).unwrap_or(usize::MAX))
                    && !self.annulled.contains(instance)
                    && !self.undone.contains(instance)
                {
                    out.push((*instance, *number));
                }
            }
        }
        out
    }

    /// A rule annuls: the event is begun again once the past is recomputed, or what followed is kept.
    pub(super) fn rescind(&mut self, n: u16, of: i64) -> Outcome {
        let targets = self.targets(n, of);
        let Some(code) = self.program.rescinds.get(usize::from(n)) else { return Ok(()) };
        if targets.is_empty() {
            return Ok(());
        }
        if !code.keeping {
            return Err(Trap::Rescind(n, of).into());
        }
        let mut annulled: Vec<u32> = targets.iter().map(|(_, number)| *number).collect();
        annulled.sort_unstable();
        annulled.dedup();
        self.kept_after.push(Rescission {
            when: self.when,
            rule: Some(code.rule),
            clause: code.clause,
            annulled,
            affected: Vec::new(),
        });
        self.undo.push(Undo::KeptAfter);
        for (t, _) in targets {
            self.undone.insert(t);
            self.undone_by.push(t);
            let mut were = Vec::new();
            for (at, c) in self.changes.iter_mut().enumerate() {
                if c.when.at == t.0 && c.cause == Some((t.1, t.2)) {
                    were.push((u32::try_from(at).unwrap_or(u32::MAX), c.status));
                    c.status = Status::Rescinded;
                }
            }
            self.undo.push(Undo::Undone(Box::new((t, were))));
        }
        Ok(())
    }

    /// The present moment.
    pub(super) fn set_now(&mut self, moment: i64, day: i64) {
        self.now = moment;
        self.wi(NOW, moment);
        self.wi(TODAY, day);
    }
}
