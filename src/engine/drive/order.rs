//! Two records that take effect at one close of business: where the other order gives another result, a warning shows both.

use super::Engine;
use crate::engine::decimal::sub;
use crate::engine::machine::Undo;
use crate::engine::run::{Moment, Said, SaidPart, Typed, Value, Warning};
use crate::engine::table::entry;
use crate::event::Head;
use crate::terms::{Place, StateId, Type};
use rust_decimal::Decimal;

/// A state that may be adjusted, of a row; the last row number stands for the issuer.
type Figure = (StateId, u32);

/// What two records would give in the other order.
pub(super) struct Other {
    /// The place of the first.
    first: u32,
    /// How many changes there had been before it.
    changes: usize,
    /// The place of the second.
    second: u32,
    /// Their numbers.
    numbers: (u32, u32),
    /// What one order or the other may change, as the other leaves it.
    values: Vec<(Figure, Decimal)>,
    /// The records that adjusted something in the other order.
    adjusted: Vec<u32>,
}

impl Engine<'_> {
    /// Tries a record and the next one that takes effect at the same close in the other order. Everything is taken back.
    pub(super) fn try_other_order(&mut self, at: usize) {
        if self.m.replaying || self.redo.is_some() || !self.m.explain.is_empty() || !self.may_clash(at) {
            return;
        }
        // what a recomputation has just changed belongs to the record at hand, and is not to be tried away
        if !self.redone.is_empty() {
            return;
        }
        let Some(first) = self.tape.heads.get(at).copied() else { return };
        let (before, mark) = (self.m.changes.len(), self.mark());
        let mut second = None;
        for n in at + 1.. {
            let Some(head) = self.tape.heads.get(n).copied().filter(|h| self.at_the_same_close(&first, h)) else { break };
            match self.try_one(&head, n) {
                // a record that would be set aside is not one of the two: neither the second, nor the first
                Err(()) if self.options.keep_going => {
                    self.back(&mark);
                    if n == at + 1 && self.try_one(&first, at).is_err() {
                        break;
                    }
                    self.back(&mark);
                }
                Err(()) => break,
                Ok(()) => {
                    second = Some((head, n));
                    break;
                }
            }
        }
        let told = second.filter(|(head, _)| self.may_adjust(head.kind)).filter(|_| self.try_one(&first, at).is_ok());
        let figures = if told.is_some() { self.figures_touched() } else { Vec::new() };
        let values = figures.into_iter().map(|f| (f, self.figure(f))).collect();
        let adjusted = self.adjusted_by(before);
        self.back(&mark);
        if let Some((head, n)) = told {
            let second = self.base.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
            let (first_at, changes) = (self.cursor, self.m.changes.len());
            let numbers = (first.number, head.number);
            self.other_orders.push(Other { first: first_at, changes, second, numbers, values, adjusted });
        }
    }

    /// Whether a record of such a kind may change what counts as an adjustment.
    fn may_adjust(&self, kind: crate::terms::KindId) -> bool {
        self.m.program.routes.get(kind.at()).is_some_and(|r| r.adjusts)
    }

    /// Whether a record may change what counts as an adjustment, and one after it takes effect at the same close.
    fn may_clash(&self, at: usize) -> bool {
        let (Some(first), Some(next)) = (self.tape.heads.get(at), self.tape.heads.get(at + 1)) else { return false };
        self.may_adjust(first.kind) && self.at_the_same_close(first, next)
    }

    /// Whether two records take effect at one close of business.
    fn at_the_same_close(&self, a: &Head, b: &Head) -> bool {
        let closes = |h: &Head| self.minute(self.route(h.kind), h) == self.m.terms.close;
        let plain = |h: &Head| h.amends == crate::event::Amends::Nothing;
        a.day == b.day && plain(a) && plain(b) && closes(a) && closes(b)
    }

    /// Tries one record; what it did stands until all is taken back, unless it is refused or could not be carried out.
    fn try_one(&mut self, head: &Head, place: usize) -> Result<(), ()> {
        self.m.when =
            Moment { at: self.base.saturating_add(u32::try_from(place).unwrap_or(0)), number: head.number, day: head.day };
        self.m.event_kind = Some(head.kind);
        self.m.adjusted.clear();
        self.m.begin_record();
        let undo = self.m.undo.len();
        match self.attempt(place, self.route(head.kind)).map_err(|trap| *trap) {
            Ok(()) => Ok(()),
            Err(trap) => {
                self.m.take_back_to(undo);
                let refused = self.refusal(&trap).is_some();
                if refused { Ok(()) } else { Err(()) }
            }
        }
    }

    /// The figures that the records tried have changed.
    fn figures_touched(&self) -> Vec<Figure> {
        let program = self.m.program;
        let mut out: Vec<Figure> = Vec::new();
        for (n, plan) in program.plan.states.iter().enumerate() {
            let (true, Place::Decimal(col)) = (plan.adjustable, plan.spot.place) else { continue };
            let width = plan.of.and_then(|k| self.m.tables.get(k.at())).map_or(1, |t| t.width.0.max(1));
            for undo in &self.m.undo {
                let row = match (undo, plan.of) {
                    (Undo::D(reg, _), None) if *reg == col => u32::MAX,
                    (Undo::RowD(kind, at, _), Some(of)) if *kind == of => {
                        let at = usize::try_from(*at).unwrap_or(usize::MAX);
                        match (at % width == usize::from(col)).then(|| u32::try_from(at / width)) {
                            Some(Ok(row)) => row,
                            _ => continue,
                        }
                    }
                    _ => continue,
                };
                if !out.contains(&(StateId::from(n), row)) {
                    out.push((StateId::from(n), row));
                }
            }
        }
        out.sort_unstable();
        out
    }

    /// The records whose changes since a point count as adjustments.
    fn adjusted_by(&self, since: usize) -> Vec<u32> {
        let of = |c: &crate::engine::run::Change| {
            let site = self.m.program.sites.get(usize::from(c.site))?;
            (!site.pending && self.m.terms.is_adjustment(site.state, c.clause)).then_some(c.when.number)
        };
        self.m.changes.get(since..).unwrap_or_default().iter().filter_map(of).collect()
    }

    /// A figure as it stands.
    fn figure(&self, (state, row): Figure) -> Decimal {
        let Some(plan) = self.m.program.plan.states.get(state.at()) else { return Decimal::ZERO };
        match (plan.of, plan.spot.place) {
            (None, Place::Decimal(col)) => self.m.rd(col),
            (Some(kind), Place::Decimal(col)) => {
                let row = usize::try_from(row).unwrap_or(usize::MAX);
                self.m.tables.get(kind.at()).map_or(Decimal::ZERO, |t| t.get_d(row, col))
            }
            _ => Decimal::ZERO,
        }
    }

    /// Once both are carried out: what differs. Those of which one was set aside, and those between which another was carried
    /// out after all, are not compared.
    pub(super) fn compare_orders(&mut self) {
        let Some(done) = self.cursor.checked_sub(1) else { return };
        if self.other_orders.is_empty() {
            return;
        }
        let set_aside = self.rejected.last().is_some_and(|r| r.when.at == done);
        let settled = !set_aside && self.redo.is_none() && self.stopped.is_none();
        let (now, later): (Vec<Other>, Vec<Other>) =
            std::mem::take(&mut self.other_orders).into_iter().partition(|o| o.second == done);
        self.other_orders = later.into_iter().filter(|o| if set_aside { o.first != done } else { o.first >= done }).collect();
        for other in now.iter().filter(|_| settled) {
            self.compare(other);
        }
    }

    fn compare(&mut self, other: &Other) {
        let adjusted = self.adjusted_by(other.changes);
        let adjusts = |n: u32| adjusted.contains(&n) || other.adjusted.contains(&n);
        if !adjusts(other.numbers.0) || !adjusts(other.numbers.1) {
            return;
        }
        let values = self.with_untouched(other);
        let mut parts: Vec<SaidPart> = Vec::new();
        for ((state, row), swapped) in &values {
            let value = self.figure((*state, *row));
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
                parts.push(SaidPart::Value(Typed { value: Value::Whole(entry(kind, *row)), ty: Type::Entry(vec![kind]) }));
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

    /// What the other order leaves, with what only this order has changed: the other leaves that as it was before both.
    fn with_untouched(&self, other: &Other) -> Vec<(Figure, Decimal)> {
        let mut out = other.values.clone();
        for c in self.m.changes.get(other.changes..).unwrap_or_default() {
            let Some(site) = self.m.program.sites.get(usize::from(c.site)).filter(|s| !s.pending) else { continue };
            let adjustable = self.m.program.plan.states.get(site.state.at()).is_some_and(|s| s.adjustable);
            if adjustable && !out.iter().any(|(figure, _)| *figure == (site.state, c.row)) {
                out.push(((site.state, c.row), c.before));
            }
        }
        out.sort_unstable_by_key(|(figure, _)| *figure);
        out
    }
}

/// The same value, but for what the last digits cannot hold.
fn same(a: Decimal, b: Decimal) -> bool {
    let Ok(difference) = sub(a, b) else { return false };
    difference.abs() <= a.abs() * Decimal::new(1, 20)
}
