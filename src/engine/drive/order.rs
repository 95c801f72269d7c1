//! Two records that take effect at one close of business: where the other order gives another result, a warning shows both.

use super::Engine;
use crate::engine::decimal::sub;
use crate::engine::machine::Trap;
use crate::engine::run::{Moment, Said, SaidPart, Typed, Value, Warning};
use crate::engine::table::entry;
use crate::event::Head;
use crate::terms::{StateId, Type};
use rust_decimal::Decimal;

/// What two records would give in the other order.
pub(super) struct Other {
    /// The place of the second.
    second: u32,
    /// Their numbers.
    numbers: (u32, u32),
    /// States that may be adjusted: state, row, value.
    values: Vec<(StateId, u32, Decimal)>,
}

impl Engine<'_> {
    /// Tries a record and the one after it in the other order, where both take effect at the same close.
    pub(super) fn try_other_order(&mut self, at: usize) {
        if self.m.replaying || self.redo.is_some() || !self.m.explain.is_empty() {
            return;
        }
        // what a recomputation has just changed belongs to the record at hand, and is not to be tried away
        if !self.redone.is_empty() {
            return;
        }
        let (Some(first), Some(second)) = (self.tape.heads.get(at).copied(), self.tape.heads.get(at + 1).copied()) else {
            return;
        };
        let closes = |h: &Head| self.m.terms.kind(h.kind).is_some_and(|k| k.at_close);
        if second.day != first.day || !closes(&first) || !closes(&second) {
            return;
        }
        let copy = self.copy();
        let mark = self.mark();
        let journal = std::mem::replace(&mut self.m.journal, false);
        let mut told = true;
        for (head, place, cursor) in [(&second, at + 1, self.cursor + 1), (&first, at, self.cursor)] {
            self.m.when = Moment { at: cursor, number: head.number, day: head.day };
            self.m.event_kind = Some(head.kind);
            let inner = self.mark();
            match self.attempt(place, self.route(head.kind)).map_err(|trap| *trap) {
                Ok(()) => self.m.undo.clear(),
                Err(Trap::Fail(_) | Trap::Void(_)) => self.back(&inner),
                Err(_) => {
                    self.back(&inner);
                    told = false;
                    break;
                }
            }
        }
        let values = self.adjustable();
        let refusals = self.m.refusals.len();
        self.m.undo.clear();
        self.back(&mark);
        self.restore(&copy);
        self.m.refusals.truncate(refusals);
        self.m.journal = journal;
        if told {
            self.other_order = Some(Other { second: self.cursor + 1, numbers: (first.number, second.number), values });
        }
    }

    /// Once both are carried out: what differs.
    pub(super) fn compare_orders(&mut self) {
        if self.other_order.as_ref().is_none_or(|o| o.second + 1 != self.cursor) {
            return;
        }
        let Some(other) = self.other_order.take() else { return };
        if self.redo.is_some() || self.stopped.is_some() {
            return;
        }
        let mut parts: Vec<SaidPart> = Vec::new();
        for (state, row, value) in self.adjustable() {
            let Some((_, _, swapped)) = other.values.iter().find(|(s, r, _)| *s == state && *r == row) else { continue };
            if same(value, *swapped) {
                continue;
            }
            let Some(decl) = self.m.terms.states.get(state.at()) else { continue };
            let plain = |s: &str| SaidPart::Plain(s.to_owned());
            let typed = |n: Decimal| SaidPart::Value(Typed { value: Value::Decimal(n), ty: decl.ty.clone() });
            parts.push(plain(if parts.is_empty() { ": " } else { "; " }));
            parts.push(plain(&decl.name));
            if let Some(kind) = decl.of {
                parts.push(plain(" of "));
                parts.push(SaidPart::Value(Typed { value: Value::Whole(entry(kind, row)), ty: Type::Entry(vec![kind]) }));
            }
            parts.extend([
                plain(" is "),
                typed(value),
                plain(" as they stand, and "),
                typed(*swapped),
                plain(" the other way round"),
            ]);
        }
        if parts.is_empty() {
            return;
        }
        let (first, second) = other.numbers;
        let head = format!("records {first} and {second} take effect at one close of business, and their order matters");
        parts.insert(0, SaidPart::Plain(head));
        self.m.warnings.push(Warning { when: self.m.when, clause: None, text: Said { parts } });
    }
}

/// The same value, but for what the last digits cannot hold.
fn same(a: Decimal, b: Decimal) -> bool {
    let Ok(difference) = sub(a, b) else { return false };
    difference.abs() <= a.abs() * Decimal::new(1, 20)
}
