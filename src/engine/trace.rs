//! Telling the parts of a rule for an explanation.

use super::machine::Machine;
use super::run::{Trace, Value};

impl Machine<'_> {
    /// The values of the parts of a rule, where its record is to be explained.
    pub(super) fn probe(&mut self, n: u16, row: i64) {
        let number = self.when.number;
        if self.explain.is_empty() || (number != 0 && !self.explain.contains(&number) && !self.explain.contains(&0)) {
            return;
        }
        let program = self.program;
        let Some(parts) = program.probes.get(usize::from(n)) else { return };
        let mut values = Vec::with_capacity(parts.len());
        for (code, arg) in parts {
            values.push(match self.aside(*code) {
                Ok(()) => self.value(arg),
                Err(_) => Value::Unknown,
            });
        }
        let (when, clause, of, again) = (self.when, self.clause, self.cause_of, self.replaying);
        let changes = u32::try_from(self.changes.len()).unwrap_or(u32::MAX);
        self.traces.push(Trace { when, rule: n, row, clause, of, again, changes, values });
    }
}
