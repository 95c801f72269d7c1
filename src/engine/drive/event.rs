//! One record: its values into registers, its checks, its rules; and back to where it began if it is refused.

use super::Engine;
use crate::engine::at;
use crate::engine::code::{Route, Time};
use crate::engine::machine::{Outcome, Trap, Undo};
use crate::engine::run::{BadRecord, Breach, Moment, Refusal, Said, SaidPart, StopReason, Stopped};
use crate::engine::table::{Life, entry, row_of};
use crate::source::Span;
use crate::terms::{Key, KindId, Place, Type};

/// Where everything stood before a record.
pub(super) struct Mark {
    changes: usize,
    owed: usize,
    lines: usize,
    warnings: usize,
    links: usize,
}

impl<'p> Engine<'p> {
    /// Carries out the record at the cursor.
    pub(super) fn carry_out(&mut self, place: usize, route: &'p Route) {
        let at = self.cursor;
        let Some(head) = self.tape.heads.get(place) else { return };
        let (kind, day) = (head.kind, head.day);
        self.m.when = Moment { at, number: head.number, day };
        self.m.event_kind = Some(kind);
        at::record(head.number, Some(kind));
        if self.m.replaying && self.set_aside.contains(&at) {
            self.cursor += 1;
            return;
        }
        if self.is_retracted(at) || (self.m.replaying && self.refused.contains(&at)) {
            // refused then, and refused it stays; withdrawn, it is as if it had been refused
            if let Ok(()) = self.load(place, route) {
                self.make_void(kind, at);
            }
            self.stands();
            self.cursor += 1;
            return;
        }
        let mark = self.mark();
        let trap = match self.attempt(place, route) {
            Ok(()) => {
                if route.is_final {
                    self.m.settled.insert(at);
                }
                self.touched |= !self.m.undo.is_empty();
                self.cursor += 1;
                // a covenant that cannot be computed is no covenant that holds
                match self.after(day) {
                    Ok(()) => {
                        self.stands();
                        self.applied = day;
                        return;
                    }
                    Err(trap) => {
                        self.cursor -= 1;
                        *trap
                    }
                }
            }
            Err(trap) => *trap,
        };
        if let Trap::Rescind(n, of) = trap {
            let targets = self.m.targets(n, of);
            self.back(&mark);
            self.recompute(n, targets);
            return;
        }
        let message = self.refusal(&trap);
        self.back(&mark);
        match message {
            Some(refusal) => {
                self.m.refusals.push(refusal);
                self.make_void(kind, at);
                self.stands();
                // where a final rule is involved, refused it stays
                if route.is_final {
                    self.refused.insert(at);
                }
                self.touched = true;
                self.cursor += 1;
                self.applied = day;
                if let Err(trap) = self.after(day) {
                    let why = self.reason(*trap);
                    self.stopped = Some(Stopped { when: self.m.when, why });
                }
            }
            None => {
                let why = self.reason(trap);
                let stopped = Stopped { when: self.m.when, why };
                if self.options.keep_going {
                    self.rejected.push(stopped);
                    self.set_aside.insert(at);
                    self.cursor += 1;
                } else {
                    self.stopped = Some(stopped);
                }
            }
        }
    }

    pub(super) fn mark(&mut self) -> Mark {
        self.m.undo.clear();
        self.m.adjusted.clear();
        if !self.redone.is_empty() {
            self.m.adjusted.append(&mut self.redone);
        }
        self.m.fresh.clear();
        self.m.begin_record();
        Mark {
            changes: self.m.changes.len(),
            owed: self.m.owed.len(),
            lines: self.m.lines.len(),
            warnings: self.m.warnings.len(),
            links: self.m.links.len(),
        }
    }

    /// Takes back the record at hand.
    pub(super) fn back(&mut self, mark: &Mark) {
        self.m.take_back();
        for reg in &self.m.program.once {
            self.m.wi(*reg, 0);
        }
        self.m.changes.truncate(mark.changes);
        if !self.m.replaying {
            self.m.owed.truncate(mark.owed);
            self.m.lines.truncate(mark.lines);
            self.m.warnings.truncate(mark.warnings);
        }
        self.m.unlink(mark.links);
        for key in std::mem::take(&mut self.m.fresh) {
            self.m.kept.remove(&key);
        }
    }

    /// Checks and rules of the record.
    pub(super) fn attempt(&mut self, place: usize, route: &'p Route) -> Outcome {
        let Some(head) = self.tape.heads.get(place) else { return Ok(()) };
        let kind = head.kind;
        self.load(place, route)?;
        let program = self.m.program;
        if route.checked
            && let Some(checks) = program.checks.get(kind.at())
        {
            for (code, holds, message) in checks {
                self.m.exec(*code)?;
                if self.m.ri(*holds) == 0 {
                    return Err(Trap::Check(self.m.said(message)).into());
                }
            }
        }
        if route.names {
            self.names(kind)?;
        }
        if route.kept {
            self.m.new_row(kind, None, &[])?;
            let own = program.plan.kinds.get(kind.at()).map_or(-1, |k| self.m.ri(k.row));
            self.m.begin_history(Some((kind, row_of(own))));
            if program.plan.kinds.get(kind.at()).is_some_and(|k| k.makes_changes) {
                self.m.cause_of = own;
            }
        }
        self.m.step(route.step)?;
        if route.past {
            self.m.remember_event(kind);
        }
        if !self.m.adjusted.is_empty() {
            self.duties(place)?;
        }
        if program.onces.is_empty() { Ok(()) } else { self.conditions() }
    }

    /// The values of the record, into the registers of its kind.
    #[inline]
    pub(super) fn load(&mut self, place: usize, route: &'p Route) -> Outcome {
        let Some(head) = self.tape.heads.get(place) else { return Ok(()) };
        let (d, i, lists) = self.tape.values(head, route.count);
        // they are few: a call to copy them costs more
        for (to, v) in self.m.d.iter_mut().skip(route.base.0).zip(d) {
            *to = *v;
        }
        for (to, v) in self.m.i.iter_mut().skip(route.base.1).zip(i) {
            *to = *v;
        }
        if !lists.is_empty()
            && let Some(to) = self.m.l.get_mut(route.base.2..route.base.2 + route.count.2)
        {
            to.clone_from_slice(lists);
        }
        let [date, id, row] = route.inherent;
        self.m.wi(date, head.day);
        self.m.wi(id, head.id);
        self.m.wi(row, -1);
        if route.names { self.entries(head.kind) } else { Ok(()) }
    }

    /// The entries that a record names, by their keys.
    fn entries(&mut self, kind: KindId) -> Outcome {
        let Some(plan) = self.m.program.plan.kinds.get(kind.at()) else { return Ok(()) };
        let terms = self.m.terms;
        let Some(kind) = terms.kind(kind) else { return Ok(()) };
        for (field, spot) in kind.fields.iter().zip(&plan.layout.spots) {
            match (&field.ty, spot.place) {
                (Type::Entry(kinds), Place::Whole(at)) => {
                    if spot.known.is_some_and(|k| self.m.ri(plan.base.1 + k) == 0) {
                        continue;
                    }
                    let reg = plan.base.1 + at;
                    let found = self.find(&field.name, kinds, self.m.ri(reg))?;
                    self.m.wi(reg, found);
                }
                (Type::List(shape), Place::List(at)) => self.list_entries(&field.name, *shape, plan.base.2 + at)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn list_entries(&mut self, field: &str, shape: crate::terms::ShapeId, reg: u16) -> Outcome {
        let terms = self.m.terms;
        let Some(shape) = terms.shapes.get(shape.at()) else { return Ok(()) };
        let layout = crate::terms::Layout::of_shape(shape);
        for ((name, ty, _), spot) in shape.fields.iter().zip(&layout.spots) {
            let (Type::Entry(kinds), Place::Whole(col)) = (ty, spot.place) else { continue };
            let width = usize::from(layout.wholes);
            for line in 0..self.m.list(reg).len {
                let at = line * width + usize::from(col);
                let key = self.m.list(reg).i.get(at).copied().unwrap_or(-1);
                let name = if shape.plain { field } else { name.as_str() };
                let found = self.find(name, kinds, key)?;
                if let Some(slot) = self.m.l.get_mut(usize::from(reg)).and_then(|l| l.i.get_mut(at)) {
                    *slot = found;
                }
            }
        }
        Ok(())
    }

    /// An entry by its key.
    fn find(&self, field: &str, kinds: &[KindId], key: i64) -> Outcome<i64> {
        for kind in kinds {
            if let Some(row) = self.m.tables.get(kind.at()).and_then(|t| t.by_key.get(&key)) {
                return Ok(entry(*kind, *row));
            }
        }
        Err(Trap::NoEntry(field.to_owned(), kinds.to_vec(), key).into())
    }

    /// No entry has a key that a record names: with the nearest there is.
    fn no_such_entry(&self, field: String, kinds: &[KindId], key: i64) -> BadRecord {
        let name = |k: &KindId| self.m.terms.kind(*k).map_or("", |k| k.name.as_str()).to_owned();
        let wanted = self.m.texts.whole(key).to_owned();
        let known = kinds.iter().filter_map(|k| self.m.tables.get(k.at())).flat_map(|t| t.keys.iter());
        let near = known
            .map(|k| self.m.texts.whole(*k))
            .filter(|k| !k.is_empty())
            .map(|k| (strsim::damerau_levenshtein(k, &wanted), k))
            .filter(|(distance, k)| *distance <= 1 + k.len() / 3)
            .min();
        BadRecord::NoSuchEntry {
            field,
            kind: kinds.iter().map(name).collect::<Vec<_>>().join(" or "),
            key: wanted,
            nearest: near.map(|(_, k)| k.to_owned()),
        }
    }

    /// The entries that the record is to make, by kind and key.
    pub(super) fn made(&self, kind: KindId) -> Vec<(KindId, i64)> {
        let (Some(decl), Some(plan)) = (self.m.terms.kind(kind), self.m.program.plan.kinds.get(kind.at())) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for (field, spot) in decl.fields.iter().zip(&plan.layout.spots) {
            if let (Some(kind), Place::Whole(at)) = (field.makes, spot.place)
                && spot.known.is_none_or(|k| self.m.ri(plan.base.1 + k) != 0)
            {
                out.push((kind, self.m.ri(plan.base.1 + at)));
            }
            if let (Type::List(shape), Place::List(at)) = (&field.ty, spot.place)
                && let Some(shape) = self.m.terms.shapes.get(shape.at())
            {
                let layout = crate::terms::Layout::of_shape(shape);
                let list = self.m.list(plan.base.2 + at);
                for (f, kind) in &shape.makes {
                    if let Some(Place::Whole(col)) = layout.spots.get(f.at()).map(|s| s.place) {
                        let width = usize::from(layout.wholes);
                        out.extend((0..list.len).filter_map(|n| list.i.get(n * width + usize::from(col)).map(|k| (*kind, *k))));
                    }
                }
            }
        }
        out
    }

    /// Names of new entries must be new; what speaks of an entry that was never made is refused where no rule says so.
    fn names(&mut self, kind: KindId) -> Outcome {
        let made = self.made(kind);
        for (n, (kind, key)) in made.iter().enumerate() {
            let exists = self.m.tables.get(kind.at()).and_then(|t| t.by_key.get(key)).map(|row| self.m.life(entry(*kind, *row)));
            let twice = made.iter().take(n).any(|(k, other)| k == kind && other == key);
            if exists.is_some_and(|l| l != Life::Void) || twice {
                let kind = self.m.terms.kind(*kind).map(|k| k.name.clone()).unwrap_or_default();
                let key = self.m.texts.whole(*key).to_owned();
                return Err(Trap::Record(BadRecord::Exists { kind, key }).into());
            }
        }
        if !self.m.program.handles_void.get(kind.at()).copied().unwrap_or(false)
            && let Some(entry) = self.void_named(kind)
        {
            return Err(Trap::Void(entry).into());
        }
        Ok(())
    }

    /// An entry that was never made, of which the record speaks.
    fn void_named(&self, kind: KindId) -> Option<i64> {
        let (decl, plan) = (self.m.terms.kind(kind)?, self.m.program.plan.kinds.get(kind.at())?);
        decl.fields
            .iter()
            .zip(&plan.layout.spots)
            .filter(|(f, s)| matches!(f.ty, Type::Entry(_)) && s.known.is_none_or(|k| self.m.ri(plan.base.1 + k) != 0))
            .filter_map(|(_, s)| match s.place {
                Place::Whole(n) => Some(self.m.ri(plan.base.1 + n)),
                _ => None,
            })
            .find(|e| *e >= 0 && self.m.life(*e) == Life::Void)
    }

    /// Entries that a refused record was to make are never made: what speaks of them is refused, not unknown.
    fn make_void(&mut self, kind: KindId, refused: u32) {
        let mut all = self.made(kind);
        if let Some(decl) = self.m.terms.kind(kind)
            && let Some(plan) = self.m.program.plan.kinds.get(kind.at())
        {
            let key = match decl.kept {
                Some(Key::Id) => self.m.ri(plan.id),
                Some(Key::Field(f)) => match plan.layout.spots.get(f.at()).map(|s| s.place) {
                    Some(Place::Whole(n)) => self.m.ri(plan.base.1 + n),
                    _ => -1,
                },
                Some(Key::None) | None => -1,
            };
            if key >= 0 {
                all.push((kind, key));
            }
        }
        for (kind, key) in all {
            if key < 0 || self.m.tables.get(kind.at()).is_some_and(|t| t.by_key.contains_key(&key)) {
                continue;
            }
            let row = self.m.push_row(kind, key, Life::Void);
            self.void_key(kind, row, key);
            self.void.insert(entry(kind, row), (refused, self.m.when.number));
        }
    }

    /// The key of an entry that was never made stands in its field, so that messages can name it.
    fn void_key(&mut self, kind: KindId, row: u32, key: i64) {
        let Some(Key::Field(f)) = self.m.terms.kind(kind).and_then(|k| k.kept) else { return };
        let spot = self.m.program.plan.kinds.get(kind.at()).and_then(|k| k.columns.layout.spots.get(f.at())).copied();
        if let Some(Place::Whole(col)) = spot.map(|s| s.place) {
            self.m.put_i(kind, usize::try_from(row).unwrap_or(0), col, key);
        }
    }

    /// Obligations that arise with an adjustment by the record.
    fn duties(&mut self, place: usize) -> Outcome {
        let Some(head) = self.tape.heads.get(place) else { return Ok(()) };
        let (day, id) = (head.day, head.id);
        let program = self.m.program;
        for duty in &program.adjustment_duties {
            let terms = self.m.terms;
            let under = |clause: &Option<crate::terms::ClauseId>| {
                duty.under.is_empty()
                    || clause.is_none()
                    || duty.under.iter().any(|u| crate::terms::within(terms.cite(*clause), u))
            };
            if self.m.adjusted.iter().any(|(s, clause)| duty.states.contains(s) && under(clause)) {
                for (reg, value) in duty.asks.iter().zip([-1, day, id, -1]) {
                    self.m.wi(*reg, value);
                }
                self.m.aside(duty.run)?;
            }
        }
        Ok(())
    }

    /// Rules on conditions that become true.
    fn conditions(&mut self) -> Outcome {
        let program = self.m.program;
        for (n, once) in program.onces.iter().enumerate() {
            self.m.aside(once.when)?;
            let holds = self.m.ri(once.value) == 1;
            let before = self.m.held.get(n).copied().unwrap_or(false);
            if holds != before
                && let Some(slot) = self.m.held.get_mut(n)
            {
                *slot = holds;
                self.m.undo.push(Undo::Held(n, before));
            }
            if holds && !before {
                self.m.clause = None;
                self.m.step(once.run)?;
            }
        }
        Ok(())
    }

    /// Covenants, after every record that is carried out or refused.
    #[inline]
    pub(super) fn after(&mut self, day: i64) -> Outcome {
        if self.m.replaying || self.m.program.covenants.is_empty() || self.waits_for_the_day() {
            return Ok(());
        }
        self.look_at_covenants(day)
    }

    /// Whether the record just done with is an observation, which is known all day, and others of its day are still to come: covenants
    /// are looked at after those.
    fn waits_for_the_day(&self) -> bool {
        let next = self.place();
        let head = |at: usize| self.tape.heads.get(at);
        let (Some(done), Some(next)) = (next.checked_sub(1).and_then(head), head(next)) else { return false };
        self.route(done.kind).time == Time::AllDay && next.day == done.day
    }

    fn look_at_covenants(&mut self, day: i64) -> Outcome {
        // nothing has changed since they were looked at, and no time has passed
        if !self.touched && self.looked == self.m.now {
            return Ok(());
        }
        self.touched = false;
        self.looked = self.m.now;
        let program = self.m.program;
        for (n, c) in program.covenants.iter().enumerate() {
            self.m.aside(c.run)?;
            let broken = self.m.ri(c.known) != 0 && self.m.ri(c.holds) == 0;
            let was = self.broken.get(n).copied().unwrap_or(false);
            if let Some(slot) = self.broken.get_mut(n) {
                *slot = broken;
            }
            if broken && !was {
                self.breaches.push(Breach { when: self.m.when, covenant: n.into(), cured: None });
            }
            if was
                && !broken
                && let Some(b) = self.breaches.iter_mut().rev().find(|b| b.covenant.at() == n)
            {
                b.cured = Some(day);
            }
        }
        Ok(())
    }

    /// The refusal that a failure of the terms is, or that comes of speaking of an entry that was never made.
    pub(super) fn refusal(&self, trap: &Trap) -> Option<Refusal> {
        if let Trap::Void(entry) = trap {
            let cause = self.void.get(entry).and_then(|(at, _)| self.m.refusals.iter().rev().find(|r| r.when.at == *at));
            let number = cause.map_or(0, |r| r.when.number);
            let number = self.void.get(entry).map_or(number, |(_, number)| *number);
            let fate = if cause.is_some() { "refused" } else { "withdrawn" };
            let plain = SaidPart::Plain(format!("this speaks of what record {number} was to make, and that record was {fate}"));
            return Some(Refusal {
                when: self.m.when,
                clause: cause.and_then(|r| r.clause),
                reason: Said { parts: vec![plain] },
                with: Vec::new(),
                span: cause.map_or_else(Span::default, |r| r.span),
            });
        }
        let Trap::Fail(n) = trap else { return None };
        let fail = self.m.program.fails.get(usize::from(*n))?;
        if fail.stop {
            return None;
        }
        Some(Refusal {
            when: self.m.when,
            clause: fail.clause.or(self.m.clause),
            reason: self.m.said(&fail.message),
            with: fail
                .with
                .iter()
                .filter(|(_, arg)| arg.known.is_none_or(|k| self.m.ri(k) != 0))
                .map(|(path, arg)| (path.clone(), self.m.typed(arg)))
                .collect(),
            span: fail.span,
        })
    }

    /// Why the run cannot go on.
    pub(super) fn reason(&self, trap: Trap) -> StopReason {
        match trap {
            Trap::Arithmetic(fault, at) => {
                let spans = &self.m.program.spans;
                let place = spans.partition_point(|(pc, _)| *pc <= at).checked_sub(1).and_then(|n| spans.get(n));
                StopReason::Arithmetic { fault, span: place.map_or_else(Span::default, |(_, s)| *s) }
            }
            Trap::Endless(span) => StopReason::Arithmetic { fault: crate::engine::decimal::Fault::Endless, span },
            Trap::Missing(n) => {
                let found = self.m.program.missing.get(usize::from(n)).copied();
                let (why, span) = found.unwrap_or((crate::engine::graph::Why::Case, Span::default()));
                StopReason::Missing { why, span }
            }
            Trap::Fail(n) => match self.m.program.fails.get(usize::from(n)) {
                Some(fail) => StopReason::Stop {
                    clause: fail.clause.or(self.m.clause),
                    reason: self.m.said(&fail.message),
                    span: fail.span,
                },
                None => StopReason::Stop { clause: None, reason: Said::default(), span: Span::default() },
            },
            Trap::Rescind(..) | Trap::Void(_) => {
                let plain = SaidPart::Plain("a rule at a moment cannot annul".into());
                StopReason::Stop { clause: None, reason: Said { parts: vec![plain] }, span: Span::default() }
            }
            Trap::Record(bad) => StopReason::Record(bad),
            Trap::NoEntry(field, kinds, key) => StopReason::Record(self.no_such_entry(field, &kinds, key)),
            Trap::Check(said) => StopReason::Check(said),
        }
    }
}
