//! The end of a run: obligations, what is shown, what was asked.

use super::Engine;
use crate::engine::decimal::Fault;
use crate::engine::machine::Trap;
use crate::engine::run::{FailedCell, Moment, Run, Shown, Status, Typed, Value};
use crate::engine::table::{Life, Table, entry};

impl Engine<'_> {
    /// Ends the run at the end of a day: that asked for, or that of the last record.
    #[must_use]
    pub fn finish(mut self) -> Run {
        self.end_day();
        if !self.begun {
            self.begin();
        }
        let last = if self.applied == i64::MIN { 0 } else { self.applied };
        let as_of = match (&self.stopped, self.options.as_of) {
            (None, Some(day)) => day,
            _ => last,
        };
        let end = as_of * 1440 + 1439;
        if self.stopped.is_none() {
            self.carry_out_before(end + 1, true);
        }
        self.m.set_now(end, as_of);
        self.m.when.day = as_of;
        self.m.when.at = u32::MAX;
        let mut run = Run { as_of, journal: self.options.journal, ..Run::default() };
        self.obligations();
        self.shown(&mut run);
        self.asked(&mut run);
        run.changes = std::mem::take(&mut self.m.changes);
        if !self.archive.is_empty() || !self.m.undone.is_empty() {
            // what no longer stands before what does, record by record
            run.changes.splice(..0, std::mem::take(&mut self.archive));
            run.changes.sort_by_key(|c| (c.when.at, !matches!(c.status, Status::Rescinded | Status::Superseded)));
        }
        run.refusals = std::mem::take(&mut self.m.refusals);
        run.refusals.sort_by_key(|r| r.when.number);
        run.owed = std::mem::take(&mut self.m.owed);
        run.breaches = self.breaches;
        // those of a record that was corrected came late
        self.m.lines.sort_by_key(|l| l.when.at);
        self.m.warnings.sort_by_key(|w| w.when.at);
        run.lines = std::mem::take(&mut self.m.lines);
        run.warnings = std::mem::take(&mut self.m.warnings);
        run.rescissions = self.rescissions;
        run.rescissions.append(&mut self.m.kept_after);
        run.rescissions.sort_by_key(|r| r.when.at);
        run.traces = std::mem::take(&mut self.m.traces);
        run.stopped = self.stopped;
        run.rejected = self.rejected;
        run.records = self.records;
        run.keys = self.m.tables.iter().map(|t| t.keys.clone()).collect();
        run.texts = std::mem::take(&mut self.m.texts);
        run
    }

    /// What is shown at the end of a day, in the middle of a run: records of that day and of earlier ones have been taken,
    /// and none of a later one.
    pub fn look(&mut self, day: i64) -> Vec<Shown> {
        self.end_day();
        if !self.begun {
            self.begin();
        }
        if self.stopped.is_some() {
            return Vec::new();
        }
        let end = day * 1440 + 1439;
        self.carry_out_before(end + 1, true);
        self.m.set_now(end, day);
        let when = std::mem::replace(&mut self.m.when, Moment { at: u32::MAX, number: 0, day });
        let mut run = Run::default();
        self.shown(&mut run);
        self.m.when = when;
        run.shown
    }

    fn obligations(&mut self) {
        let mut owed = std::mem::take(&mut self.m.owed);
        for o in &mut owed {
            if let Ok(settled) = self.m.settled_on(o) {
                o.due = settled.due;
                o.done = settled.done;
                o.standing = Some(settled.standing);
            }
        }
        self.m.owed = owed;
    }

    fn shown(&mut self, run: &mut Run) {
        let program = self.m.program;
        for (n, report) in program.reports.iter().enumerate() {
            let rows = match report.of {
                None => 0..1,
                Some((kind, _)) => 0..self.m.tables.get(kind.at()).map_or(0, Table::len),
            };
            for row in rows {
                let mut number = -1;
                let mut made = Moment::default();
                if let Some((kind, reg)) = report.of {
                    number = entry(kind, u32::try_from(row).unwrap_or(u32::MAX));
                    if self.m.life(number) == Life::Void {
                        continue;
                    }
                    if let Some(when) = self.m.tables.get(kind.at()).and_then(|t| t.made.get(row)) {
                        made = *when;
                    }
                    self.m.wi(reg, number);
                }
                let mut failed = |column, fault| run.failed.push(FailedCell { report: n, row: number, column, fault });
                // a row of which nobody can tell whether it is shown is shown
                match self.m.aside(report.run) {
                    Err(trap) => failed(None, fault_of(&trap)),
                    Ok(()) if self.m.ri(report.shown) == 0 => continue,
                    Ok(()) => {}
                }
                let mut columns = Vec::with_capacity(report.columns.len());
                for (at, (code, arg)) in report.columns.iter().enumerate() {
                    columns.push(match self.m.aside(*code) {
                        Ok(()) => self.m.value(arg),
                        Err(trap) => {
                            failed(Some(at), fault_of(&trap));
                            Value::Failed(fault_of(&trap))
                        }
                    });
                }
                run.shown.push(Shown { report: n, row: number, made, columns });
            }
        }
    }

    fn asked(&mut self, run: &mut Run) {
        let program = self.m.program;
        for (code, arg) in &program.asked {
            let value = match self.m.aside(*code) {
                Ok(()) => self.m.value(arg),
                Err(trap) => Value::Failed(fault_of(&trap)),
            };
            run.asked.push(Typed { value, ty: arg.ty.clone() });
        }
    }
}

/// Why a value could not be computed; one that is missing is unknown, and no fault.
fn fault_of(trap: &Trap) -> Fault {
    match trap {
        Trap::Arithmetic(fault, _) => *fault,
        Trap::Endless(_) => Fault::Endless,
        Trap::Missing(_)
        | Trap::Fail(_)
        | Trap::Rescind(..)
        | Trap::Record(_)
        | Trap::NoEntry(..)
        | Trap::Void(_)
        | Trap::Check(_) => Fault::Domain,
    }
}
