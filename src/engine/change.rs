//! Changes of states, each of them a line of the journal and a step that can be taken back.

use super::code::{Reg, Site};
use super::decimal::{Fault, add, div, mul, same};
use super::history::Held;
use super::machine::{Later, Machine, Outcome, Undo};
use super::run::{Change, Status};
use super::table::entry;
use crate::terms::{KindId, Place, StateId};
use rust_decimal::Decimal;

impl<'p> Machine<'p> {
    #[inline]
    fn site(&self, site: u16) -> Option<&'p Site> {
        self.program.sites.get(usize::from(site))
    }

    /// A state of the issuer becomes a decimal.
    #[inline]
    pub(super) fn store_slot(&mut self, site: u16, value: Decimal, d: &mut [Decimal], i: &mut [i64]) {
        let Some(s) = self.site(site) else { return };
        let Place::Decimal(reg) = s.spot.place else { return };
        let Some(slot) = d.get_mut(usize::from(reg)) else { return };
        let known = s.spot.known.is_none_or(|k| i.get(usize::from(k)) != Some(&0));
        if known && same(*slot, value) {
            return;
        }
        let before = std::mem::replace(slot, value);
        self.undo.push(Undo::D(reg, before));
        self.mark_slot(s, known, i);
        self.changed(site, s, u32::MAX, before, value, known);
        if s.traced {
            self.trace(s.state, u32::MAX, (before, value), (value, Decimal::ONE));
        }
    }

    /// A state of the issuer becomes a whole number.
    pub(super) fn store_slot_whole(&mut self, site: u16, value: i64, i: &mut [i64]) {
        let Some(s) = self.site(site) else { return };
        let Place::Whole(reg) = s.spot.place else { return };
        let known = s.spot.known.is_none_or(|k| i.get(usize::from(k)) != Some(&0));
        let Some(slot) = i.get_mut(usize::from(reg)) else { return };
        if known && *slot == value {
            return;
        }
        let before = std::mem::replace(slot, value);
        self.undo.push(Undo::I(reg, before));
        self.mark_slot(s, known, i);
        let (before, value) = (Decimal::from(before), Decimal::from(value));
        self.changed(site, s, u32::MAX, before, value, known);
        if s.traced {
            self.trace(s.state, u32::MAX, (before, value), (value, Decimal::ONE));
        }
    }

    /// A state of the issuer becomes a fraction.
    pub(super) fn store_slot_ratio(
        &mut self,
        site: u16,
        (num, den): (Decimal, Decimal),
        d: &mut [Decimal],
        i: &mut [i64],
    ) -> Result<(), Fault> {
        let Some(s) = self.site(site) else { return Ok(()) };
        let Place::Ratio(reg) = s.spot.place else { return Ok(()) };
        let known = s.spot.known.is_none_or(|k| i.get(usize::from(k)) != Some(&0));
        let Some([above, below]) = d.get_mut(usize::from(reg)..usize::from(reg) + 2) else { return Ok(()) };
        if known && *above == num && *below == den {
            return Ok(());
        }
        let (before, after) = (quotient(*above, *below)?, quotient(num, den)?);
        let (bn, bd) = (std::mem::replace(above, num), std::mem::replace(below, den));
        self.undo.push(Undo::D(reg, bn));
        self.undo.push(Undo::D(reg + 1, bd));
        self.mark_slot(s, known, i);
        self.changed(site, s, u32::MAX, before, after, known);
        if s.traced {
            self.trace(s.state, u32::MAX, (before, after), (num, den));
        }
        Ok(())
    }

    fn mark_slot(&mut self, s: &Site, known: bool, i: &mut [i64]) {
        if let (Some(k), false) = (s.spot.known, known) {
            self.undo.push(Undo::I(k, 0));
            if let Some(slot) = i.get_mut(usize::from(k)) {
                *slot = 1;
            }
        }
    }

    /// A state of a row becomes a decimal.
    #[inline]
    pub(super) fn store_row(&mut self, site: u16, row: usize, value: Decimal) {
        let Some(s) = self.site(site) else { return };
        let (Place::Decimal(col), Some(kind)) = (s.spot.place, s.of) else { return };
        let Some(before) = self.put_d(kind, row, col, value) else { return };
        let known = self.mark_row(s, kind, row);
        if known && same(before, value) {
            return;
        }
        if s.moves {
            self.move_waiting(s, kind, row, before, value);
        }
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        self.changed(site, s, row, before, value, known);
        if s.traced {
            self.trace(s.state, row, (before, value), (value, Decimal::ONE));
        }
    }

    /// What waits in proportion to another state moves as the state itself does.
    fn move_waiting(&mut self, s: &Site, kind: KindId, row: usize, before: Decimal, value: Decimal) {
        let Some(col) = s.waiting else { return };
        let waited = self.tables.get(kind.at()).map_or(Decimal::ZERO, |t| t.get_d(row, col));
        if !waited.is_zero()
            && let Ok(moved) = mul(waited, value).and_then(|w| div(w, before))
        {
            self.put_d(kind, row, col, moved);
        }
    }

    /// A state of a row becomes a whole number.
    pub(super) fn store_row_whole(&mut self, site: u16, row: usize, value: i64) {
        let Some(s) = self.site(site) else { return };
        let (Place::Whole(col), Some(kind)) = (s.spot.place, s.of) else { return };
        let Some(before) = self.put_i(kind, row, col, value) else { return };
        let known = self.mark_row(s, kind, row);
        if known && before == value {
            return;
        }
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        let (before, value) = (Decimal::from(before), Decimal::from(value));
        self.changed(site, s, row, before, value, known);
        if s.traced {
            self.trace(s.state, row, (before, value), (value, Decimal::ONE));
        }
    }

    /// A state of a row becomes a fraction.
    pub(super) fn store_row_ratio(&mut self, site: u16, row: usize, n: Decimal, d: Decimal) -> Result<(), Fault> {
        let Some(s) = self.site(site) else { return Ok(()) };
        let (Place::Ratio(col), Some(kind)) = (s.spot.place, s.of) else { return Ok(()) };
        let Some(bn) = self.put_d(kind, row, col, n) else { return Ok(()) };
        let Some(bd) = self.put_d(kind, row, col + 1, d) else { return Ok(()) };
        let known = self.mark_row(s, kind, row);
        if known && bn == n && bd == d {
            return Ok(());
        }
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        let (before, after) = (quotient(bn, bd)?, quotient(n, d)?);
        self.changed(site, s, row, before, after, known);
        if s.traced {
            self.trace(s.state, row, (before, after), (n, d));
        }
        Ok(())
    }

    /// Puts a decimal into a row, and gives what was there.
    fn put_d(&mut self, kind: KindId, row: usize, col: u16, value: Decimal) -> Option<Decimal> {
        let table = self.tables.get_mut(kind.at())?;
        let at = row.checked_mul(table.width.0)? + usize::from(col);
        let before = table.replace_d(at, value)?;
        self.undo.push(Undo::RowD(kind, u32::try_from(at).unwrap_or(u32::MAX), before));
        Some(before)
    }

    /// Puts a whole number into a row, and gives what was there.
    pub(super) fn put_i(&mut self, kind: KindId, row: usize, col: u16, value: i64) -> Option<i64> {
        let table = self.tables.get_mut(kind.at())?;
        let at = row.checked_mul(table.width.1)? + usize::from(col);
        let before = table.replace_i(at, value)?;
        self.undo.push(Undo::RowI(kind, u32::try_from(at).unwrap_or(u32::MAX), before));
        Some(before)
    }

    /// Marks a state of a row as known; whether it was.
    fn mark_row(&mut self, s: &Site, kind: KindId, row: usize) -> bool {
        match s.spot.known {
            None => true,
            Some(col) => self.put_i(kind, row, col, 1).is_some_and(|b| b != 0),
        }
    }

    /// A change, for the journal and for those who wait for it.
    #[inline]
    fn changed(&mut self, site: u16, s: &Site, row: u32, before: Decimal, after: Decimal, was_known: bool) {
        self.count += 1;
        if s.watched {
            self.version += 1;
            self.changed.push((s.state, row, before));
        }
        if self.journal || !self.adjusting.is_empty() {
            self.enter(site, s, row, before, after, was_known);
        }
    }

    /// A change into the journal, and among what its record adjusted.
    fn enter(&mut self, site: u16, s: &Site, row: u32, before: Decimal, after: Decimal, was_known: bool) {
        let clause = s.clause.or(self.clause);
        if !s.pending && self.adjusts(s.state, clause) {
            self.adjusted.push((s.state, clause));
        }
        if self.journal {
            self.changes.push(Change {
                when: self.when,
                site,
                clause,
                row,
                before,
                after,
                was_known,
                status: Status::InForce,
                waited: false,
                made: None,
                cause: self.cause,
            });
        }
    }

    /// Keeps a value, with both parts of a ratio, for questions about the past, and a change for questions about who made it.
    fn trace(&mut self, state: StateId, row: u32, (before, after): (Decimal, Decimal), (value, below): (Decimal, Decimal)) {
        let Some(plan) = self.program.plan.states.get(state.at()) else { return };
        if plan.history {
            self.undo.push(Undo::History(self.history.len()));
            self.history.push(state, row, Held { from: self.now, value, below });
        }
        if plan.change_by && self.cause_of >= 0 {
            self.undo.push(Undo::ChangeBy(self.by.len()));
            self.by.push(((state, row, self.cause_of), before, after));
        }
    }

    /// The values that states of the issuer, or of a new entry, begin with, for questions about the past.
    pub(super) fn begin_history(&mut self, of: Option<(KindId, usize)>) {
        let program = self.program;
        for (n, plan) in program.plan.states.iter().enumerate() {
            if !plan.history || plan.of != of.map(|(kind, _)| kind) {
                continue;
            }
            let known = match (plan.spot.known, of) {
                (None, _) => true,
                (Some(k), None) => self.ri(k) != 0,
                (Some(k), Some((kind, row))) => self.tables.get(kind.at()).is_some_and(|t| t.get_i(row, k) != 0),
            };
            if !known {
                continue;
            }
            let (value, below) = match plan.spot.place {
                Place::Decimal(at) => (self.cell(plan.of, of.map_or(0, |o| o.1), at), Decimal::ONE),
                Place::Ratio(at) => {
                    let row = of.map_or(0, |o| o.1);
                    (self.cell(plan.of, row, at), self.cell(plan.of, row, at + 1))
                }
                Place::Whole(at) => {
                    let whole = match of {
                        None => self.ri(at),
                        Some((kind, row)) => self.tables.get(kind.at()).map_or(0, |t| t.get_i(row, at)),
                    };
                    (Decimal::from(whole), Decimal::ONE)
                }
                Place::List(_) => continue,
            };
            let row = of.map_or(u32::MAX, |(_, row)| u32::try_from(row).unwrap_or(u32::MAX));
            let from = if of.is_some() { self.now } else { i64::MIN };
            self.undo.push(Undo::History(self.history.len()));
            self.history.push(StateId::from(n), row, Held { from, value, below });
        }
    }

    /// A decimal of the issuer or of a row.
    fn cell(&self, of: Option<KindId>, row: usize, col: u16) -> Decimal {
        match of {
            None => self.rd(col),
            Some(kind) => self.tables.get(kind.at()).map_or(Decimal::ZERO, |t| t.get_d(row, col)),
        }
    }

    /// Puts a decimal of the issuer or of a row, and gives what was there.
    fn put_cell(&mut self, of: Option<KindId>, row: usize, col: u16, value: Decimal) -> Option<Decimal> {
        match of {
            None => {
                let slot = self.d.get_mut(usize::from(col))?;
                let before = std::mem::replace(slot, value);
                self.undo.push(Undo::D(col, before));
                Some(before)
            }
            Some(kind) => self.put_d(kind, row, col, value),
        }
    }

    /// A change waits.
    pub(super) fn wait(&mut self, site: u16, row: usize, pending: Decimal) -> Result<(), Fault> {
        let Some(s) = self.site(site) else { return Ok(()) };
        let Some(col) = s.waiting else { return Ok(()) };
        let Some(before) = self.put_cell(s.of, row, col, pending) else { return Ok(()) };
        if same(before, pending) {
            return Ok(());
        }
        let stands = match s.spot.place {
            Place::Decimal(own) | Place::Ratio(own) => self.cell(s.of, row, own),
            Place::Whole(_) | Place::List(_) => Decimal::ZERO,
        };
        let number = row_number(s.of, row);
        self.count += 1;
        let (from, to) = (add(stands, before)?, add(stands, pending)?);
        let at = u32::try_from(self.changes.len()).unwrap_or(u32::MAX);
        let clause = s.clause.or(self.clause);
        if self.journal {
            self.changes.push(Change {
                when: self.when,
                site,
                clause,
                row: number,
                before: from,
                after: to,
                was_known: true,
                status: Status::Pending,
                waited: true,
                made: None,
                cause: self.cause,
            });
            let list = self.waiting.entry((s.state, number)).or_default();
            self.undo.push(Undo::Waiting(s.state, number, u32::try_from(list.len()).unwrap_or(0)));
            list.push(at);
        }
        Ok(())
    }

    /// A change is made, with what waited.
    pub(super) fn make(&mut self, site: u16, row: usize, value: Decimal) -> Result<(), Fault> {
        let Some(s) = self.site(site) else { return Ok(()) };
        let (Some(col), Place::Decimal(own)) = (s.waiting, s.spot.place) else { return Ok(()) };
        let waited = self.put_cell(s.of, row, col, Decimal::ZERO).unwrap_or_default();
        let number = row_number(s.of, row);
        self.made(s.state, number);
        let Some(stood) = self.put_cell(s.of, row, own, value) else { return Ok(()) };
        if stood == value && waited.is_zero() {
            return Ok(());
        }
        let before = add(stood, waited)?;
        // the state moves from where it stood; the change of this event is what is left of that
        let noticed = self.changed.len();
        if before != value {
            self.changed(site, s, number, before, value, true);
            self.changed.truncate(noticed);
        } else {
            self.count += 1;
        }
        if s.watched {
            self.version += 1;
            self.changed.push((s.state, number, stood));
        }
        if !waited.is_zero() {
            let noticed = s.watched.then(|| self.changed.len().saturating_sub(1));
            self.made.push((s.state, number, noticed));
        }
        if s.traced {
            self.trace(s.state, number, (stood, value), (value, Decimal::ONE));
        }
        Ok(())
    }

    /// The changes that were kept while all rows were gone through.
    pub(super) fn make_all(&mut self) -> Result<(), Fault> {
        for (site, row, value) in std::mem::take(&mut self.later) {
            match value {
                Later::Decimal(v) => self.store_row(site, row, v),
                Later::Whole(v) => self.store_row_whole(site, row, v),
                Later::Ratio(n, d) => self.store_row_ratio(site, row, n, d)?,
                Later::Waits(v) => self.wait(site, row, v)?,
                Later::Made(v) => self.make(site, row, v)?,
            }
        }
        Ok(())
    }

    /// What waits of a state is made: of the issuer, of a row, or of all rows.
    pub(super) fn flush(&mut self, state: StateId, row: Option<usize>) -> Result<(), Fault> {
        let Some(plan) = self.program.plan.states.get(state.at()) else { return Ok(()) };
        let (Some(col), Place::Decimal(own)) = (plan.pending, plan.spot.place) else { return Ok(()) };
        let rows = match (plan.of, row) {
            (None, _) => 0..1,
            (Some(_), Some(row)) => row..row + 1,
            (Some(kind), None) => 0..self.tables.get(kind.at()).map_or(0, super::table::Table::len),
        };
        for row in rows {
            let (stood, waited) = (self.cell(plan.of, row, own), self.cell(plan.of, row, col));
            if waited.is_zero() {
                continue;
            }
            // what waits in proportion to another state is rounded when it is made
            let rounding = plan.rounding.filter(|_| plan.follows.is_some());
            let value = add(stood, waited).and_then(|v| rounding.map_or(Ok(v), |r| r.round(v)));
            let value = value?;
            self.put_cell(plan.of, row, own, value);
            self.put_cell(plan.of, row, col, Decimal::ZERO);
            let number = row_number(plan.of, row);
            self.made(state, number);
            self.count += 1;
            if plan.adjustable {
                self.adjusted.push((state, None));
            }
            if plan.watched {
                self.version += 1;
                self.changed.push((state, number, stood));
            }
            if plan.history {
                self.trace(state, number, (stood, value), (value, Decimal::ONE));
            }
            let noticed = plan.watched.then(|| self.changed.len().saturating_sub(1));
            self.made.push((state, number, noticed));
        }
        Ok(())
    }

    /// Rules on what waited being made, since so much had been made.
    pub(super) fn answer_makings(&mut self) -> Outcome {
        let program = self.program;
        let made = self.made.split_off(self.made_from.min(self.made.len()));
        for (state, row, noticed) in made {
            let of = program.plan.states.get(state.at()).and_then(|s| s.of);
            for (_, reg, code) in program.makings.iter().filter(|(s, ..)| *s == state) {
                if let Some(kind) = of {
                    self.wi(*reg, entry(kind, row));
                }
                let here = noticed.map_or((0, 0), |at| (at, at + 1));
                let outer = std::mem::replace(&mut self.noticed, here);
                let known = std::mem::take(&mut self.noticed_before);
                let ran = self.step(*code);
                self.noticed = outer;
                self.noticed_before = known;
                ran?;
            }
        }
        Ok(())
    }

    /// Changes that waited are in force.
    fn made(&mut self, state: StateId, row: u32) {
        let Some(list) = self.waiting.get_mut(&(state, row)) else { return };
        for at in std::mem::take(list) {
            if let Some(c) = self.changes.get_mut(usize::try_from(at).unwrap_or(usize::MAX)) {
                c.status = Status::InForce;
                c.made = Some(self.when);
                self.undo.push(Undo::Made(at));
            }
        }
    }

    /// A state begins with a decimal or a fraction.
    pub(super) fn begin_d(&mut self, state: StateId, row: Reg, value: Decimal, den: Option<Decimal>) {
        let Some(plan) = self.program.plan.states.get(state.at()) else { return };
        let (spot, of) = (plan.spot, plan.of);
        let (Place::Decimal(col) | Place::Ratio(col)) = spot.place else { return };
        match of {
            Some(kind) => {
                let row = super::table::row_of(self.ri(row));
                self.put_d(kind, row, col, value);
                if let Some(den) = den {
                    self.put_d(kind, row, col + 1, den);
                }
                if let Some(k) = spot.known {
                    self.put_i(kind, row, k, 1);
                }
            }
            None => {
                self.wd(col, value);
                if let Some(den) = den {
                    self.wd(col + 1, den);
                }
                if let Some(k) = spot.known {
                    self.wi(k, 1);
                }
            }
        }
    }

    /// A state begins with a whole number.
    pub(super) fn begin_i(&mut self, state: StateId, row: Reg, value: i64) {
        let Some(plan) = self.program.plan.states.get(state.at()) else { return };
        let (spot, of) = (plan.spot, plan.of);
        let Place::Whole(col) = spot.place else { return };
        match of {
            Some(kind) => {
                let row = super::table::row_of(self.ri(row));
                self.put_i(kind, row, col, value);
                if let Some(k) = spot.known {
                    self.put_i(kind, row, k, 1);
                }
            }
            None => {
                self.wi(col, value);
                if let Some(k) = spot.known {
                    self.wi(k, 1);
                }
            }
        }
    }
}

/// The number of a row as the journal has it.
fn row_number(of: Option<KindId>, row: usize) -> u32 {
    of.map_or(u32::MAX, |_| u32::try_from(row).unwrap_or(u32::MAX))
}

/// A fraction as a decimal, for the journal; nothing over nothing is that of a state that has no value yet.
fn quotient(n: Decimal, d: Decimal) -> Result<Decimal, Fault> {
    if n.is_zero() { Ok(n) } else { div(n, d) }
}
