//! The values states have had, for questions about other moments.

use crate::terms::StateId;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

/// A value and the moment from which it holds; of a ratio both parts, of anything else the second is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Held {
    pub from: i64,
    pub value: Decimal,
    pub below: Decimal,
}

/// The values of the states that are asked about, by state and row, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct History {
    by: FxHashMap<(StateId, u32), Vec<Held>>,
    log: Vec<(StateId, u32)>,
}

impl History {
    /// A value holds from now on.
    pub(super) fn push(&mut self, state: StateId, row: u32, held: Held) {
        self.by.entry((state, row)).or_default().push(held);
        self.log.push((state, row));
    }

    /// How many values there are, to come back to.
    pub(super) const fn len(&self) -> usize {
        self.log.len()
    }

    /// Forgets all values but so many.
    pub(super) fn truncate(&mut self, len: usize) {
        while self.log.len() > len {
            let Some(key) = self.log.pop() else { return };
            if let Some(list) = self.by.get_mut(&key) {
                list.pop();
            }
        }
    }

    /// The value a state had at a moment: before all that happened at the start of a day, after all that happened at any other.
    pub(super) fn at(&self, state: StateId, row: u32, moment: i64) -> Option<Held> {
        let list = self.by.get(&(state, row))?;
        let start = moment.rem_euclid(1440) == 0;
        let at = list.partition_point(|h| if start { h.from < moment } else { h.from <= moment });
        at.checked_sub(1).and_then(|at| list.get(at)).copied()
    }
}
