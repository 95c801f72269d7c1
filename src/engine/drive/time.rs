//! Rules at moments.

use super::Engine;
use crate::engine::at;
use crate::engine::machine::Outcome;
use crate::engine::run::{Moment, Stopped};
use crate::engine::table::{Life, entry};

/// A rule at a moment that is due: when, whether it comes before what happens then, which, for which row.
type Due = (i64, bool, usize, i64);

impl Engine<'_> {
    /// Carries out all rules whose moment comes before a record at `moment`: those of that very moment only where they
    /// come first. What is known all day comes before all of its day.
    pub(super) fn carry_out_before(&mut self, moment: i64, observation: bool) {
        if self.m.program.timers.is_empty() {
            return;
        }
        // nothing the moments depend on has changed, and the next is still to come
        if self.next_timer.is_some_and(|(version, at)| version == self.m.version && at > moment) {
            return;
        }
        while self.stopped.is_none() {
            let (at, first, n, row) = match self.next_due() {
                Ok(Some(due)) => due,
                Ok(None) => break,
                // a moment that cannot be computed is no moment that never comes
                Err(trap) => {
                    let why = self.reason(*trap);
                    self.m.when = Moment { at: self.cursor, number: 0, day: self.last_moment.max(0).div_euclid(1440) };
                    self.stopped = Some(Stopped { when: self.m.when, why });
                    break;
                }
            };
            let before = at < moment || (at == moment && first && !observation);
            if !before {
                break;
            }
            self.fire(at.max(self.last_moment), n, row);
        }
    }

    /// The next rule at a moment, asked for anew only where something it depends on has changed.
    fn next_due(&mut self) -> Outcome<Option<Due>> {
        let program = self.m.program;
        let mut best: Option<Due> = None;
        for (n, timer) in program.timers.iter().enumerate() {
            match timer.each {
                None => {
                    if !self.fired.contains(&(n, -1)) {
                        self.consider(n, -1, &mut best)?;
                    }
                }
                Some((kind, any, reg)) => {
                    let rows = self.m.tables.get(kind.at()).map_or(0, crate::engine::table::Table::len);
                    for row in 0..rows {
                        let e = entry(kind, u32::try_from(row).unwrap_or(0));
                        let life = self.m.life(e);
                        if (life == Life::Live || (any && life == Life::Ended)) && !self.fired.contains(&(n, e)) {
                            self.m.wi(reg, e);
                            self.consider(n, e, &mut best)?;
                        }
                    }
                }
            }
        }
        let at = best.map_or(i64::MAX, |b| b.0);
        self.next_timer = Some((self.m.version, at));
        Ok(best)
    }

    fn consider(&mut self, n: usize, row: i64, best: &mut Option<Due>) -> Outcome {
        let Some(timer) = self.m.program.timers.get(n) else { return Ok(()) };
        self.m.aside(timer.when)?;
        let at = self.m.ri(timer.value);
        if at < 0 {
            return Ok(());
        }
        let due = (at, timer.first, n, row);
        let earlier = best.is_none_or(|b| (due.0, !due.1, due.2, due.3) < (b.0, !b.1, b.2, b.3));
        if earlier {
            *best = Some(due);
        }
        Ok(())
    }

    fn fire(&mut self, moment: i64, n: usize, row: i64) {
        self.fired.insert((n, row));
        self.trail.fired(n, row);
        let Some(timer) = self.m.program.timers.get(n) else { return };
        self.m.set_now(moment, moment.div_euclid(1440));
        self.last_moment = moment;
        self.m.when = Moment { at: self.cursor, number: 0, day: moment.div_euclid(1440) };
        self.m.event_kind = None;
        let next = self.tape.heads.get(self.place()).map_or(0, |h| h.number);
        at::record(next, None);
        self.m.undo.clear();
        self.m.adjusted.clear();
        self.m.ordinals.clear();
        self.m.clause = None;
        self.m.cause = None;
        if let Some((_, _, reg)) = timer.each {
            self.m.wi(reg, row);
        }
        let redone = std::mem::take(&mut self.redone);
        let mark = self.mark();
        if let Err(trap) = self.m.step(timer.run) {
            let refusal = self.refusal(&trap);
            self.back(&mark);
            match refusal {
                // what a rule at a moment refuses does not happen, and the run goes on
                Some(refusal) => self.m.refusals.push(refusal),
                None => {
                    let why = self.reason(*trap);
                    self.stopped = Some(Stopped { when: self.m.when, why });
                    self.redone = redone;
                    self.m.undo.clear();
                    return;
                }
            }
        }
        self.redone = redone;
        self.applied = self.applied.max(moment.div_euclid(1440));
        self.stands();
        self.touched = true;
        self.m.version += 1;
    }
}
