//! Acts of rules: what is deemed, recorded, ended. They wait in a queue until all new values of the step are in place.

use super::code::{ActCodeKind, Pass};
use super::machine::{Machine, Outcome, Trap, Undo};
use super::plan::{COL_DATE, COL_ID, KindPlan, TODAY};
use super::run::{BadRecord, Line, Value, Warning};
use super::table::{Life, entry, row_of};
use crate::terms::{Key, KindId, Lines, Literal, Place, Spot};
use rust_decimal::Decimal;

/// Acts that wait, with their values.
#[derive(Debug, Default)]
pub(super) struct Queue {
    items: Vec<Item>,
    d: Vec<Decimal>,
    i: Vec<i64>,
    l: Vec<Lines>,
    from: usize,
}

/// An act that waits.
#[derive(Debug, Clone, Copy)]
struct Item {
    act: u16,
    at: (usize, usize, usize),
}

/// A place in the queue to come back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct QueueMark {
    from: usize,
    sizes: (usize, usize, usize),
}

impl Queue {
    /// A queue of its own for a step.
    pub(super) fn open(&mut self) -> QueueMark {
        let mark = QueueMark { from: self.from, sizes: (self.d.len(), self.i.len(), self.l.len()) };
        self.from = self.items.len();
        mark
    }

    /// The queue of the step before.
    pub(super) fn close(&mut self, mark: QueueMark) {
        if self.items.len() > self.from {
            self.items.truncate(self.from);
            self.d.truncate(mark.sizes.0);
            self.i.truncate(mark.sizes.1);
            self.l.truncate(mark.sizes.2);
        }
        self.from = mark.from;
    }
}

/// The columns of an entry: decimals, whole numbers, lists.
type Columns = (Vec<Decimal>, Vec<i64>, Vec<Lines>);

/// Values of an act, read in the order they were put in the queue.
struct Reader {
    d: usize,
    i: usize,
    l: usize,
}

impl Machine<'_> {
    /// Puts an act in the queue, with the values its registers hold.
    pub(super) fn enqueue(&mut self, n: u16) {
        let program = self.program;
        let Some(act) = program.acts.get(usize::from(n)) else { return };
        let at = (self.queue.d.len(), self.queue.i.len(), self.queue.l.len());
        match &act.kind {
            ActCodeKind::Deem { kind, fields, like, with } => {
                for p in fields {
                    self.put(p);
                }
                for (_, _, p) in with {
                    self.put(p);
                }
                if let Some(like) = like {
                    let row = row_of(self.ri(*like));
                    if let Some(t) = self.tables.get(kind.at()) {
                        let (w, x) = (t.width.0, t.width.1);
                        self.queue.d.extend_from_slice(t.d.get(row * w..(row + 1) * w).unwrap_or(&[]));
                        self.queue.i.extend_from_slice(t.i.get(row * x..(row + 1) * x).unwrap_or(&[]));
                        let y = t.width.2;
                        self.queue.l.extend_from_slice(t.l.get(row * y..(row + 1) * y).unwrap_or(&[]));
                    }
                }
            }
            ActCodeKind::Record { values, .. } => {
                for arg in values.iter().flatten() {
                    let known = arg.known.is_none_or(|k| self.ri(k) != 0);
                    self.queue.i.push(i64::from(known));
                    match &arg.ty {
                        ty if ty.is_decimal() => {
                            let v = self.rd(arg.reg);
                            self.queue.d.push(v);
                        }
                        crate::terms::Type::List(_) => {
                            let v = self.list(arg.reg).clone();
                            self.queue.l.push(v);
                        }
                        _ => {
                            let v = self.ri(arg.reg);
                            self.queue.i.push(v);
                        }
                    }
                }
            }
            ActCodeKind::End(reg) | ActCodeKind::Restore(reg) => {
                let v = self.ri(*reg);
                self.queue.i.push(v);
            }
            ActCodeKind::Warn(message) => {
                if !self.replaying {
                    let text = self.said(message);
                    self.warnings.push(Warning { when: self.when, clause: act.clause.or(self.clause), text });
                }
                return;
            }
        }
        self.queue.items.push(Item { act: n, at });
    }

    fn put(&mut self, p: &Pass) {
        match p.to.place {
            Place::Decimal(_) => {
                let v = self.rd(p.from);
                self.queue.d.push(v);
            }
            Place::Ratio(_) => {
                let (n, d) = (self.rd(p.from), self.rd(p.from + 1));
                self.queue.d.extend([n, d]);
            }
            Place::Whole(_) => {
                let v = self.ri(p.from);
                self.queue.i.push(v);
            }
            Place::List(_) => {
                let v = self.list(p.from).clone();
                self.queue.l.push(v);
            }
        }
        if p.to.known.is_some() {
            let known = p.known.map_or(1, |k| self.ri(k));
            self.queue.i.push(known);
        }
    }

    /// Carries out the acts of this step, in order.
    pub(super) fn run_queue(&mut self) -> Outcome {
        let program = self.program;
        let (mut at, end) = (self.queue.from, self.queue.items.len());
        while at < end {
            let Some(item) = self.queue.items.get(at).copied() else { break };
            at += 1;
            let Some(act) = program.acts.get(usize::from(item.act)) else { continue };
            let mut read = Reader { d: item.at.0, i: item.at.1, l: item.at.2 };
            match &act.kind {
                ActCodeKind::Deem { kind, fields, like, with } => {
                    let clause = self.clause;
                    self.clause = act.clause.or(clause);
                    self.deem(*kind, fields, like.is_some(), with, &mut read)?;
                    self.clause = clause;
                }
                ActCodeKind::Record { effect, values } => {
                    if self.replaying {
                        continue;
                    }
                    let values = values
                        .iter()
                        .map(|v| match v {
                            None => Value::Unknown,
                            Some(arg) => self.queued(&arg.ty, &mut read),
                        })
                        .collect();
                    let clause = act.clause.or(self.clause);
                    self.lines.push(Line { when: self.when, effect: *effect, clause, rule: act.rule, values });
                }
                ActCodeKind::End(_) => self.set_life(&mut read, Life::Ended),
                ActCodeKind::Restore(_) => self.set_life(&mut read, Life::Live),
                ActCodeKind::Warn(_) => {}
            }
        }
        Ok(())
    }

    fn queued(&self, ty: &crate::terms::Type, read: &mut Reader) -> Value {
        let known = self.queue.i.get(read.i).copied().unwrap_or(0) != 0;
        read.i += 1;
        let value = match ty {
            ty if ty.is_decimal() => {
                read.d += 1;
                Value::Decimal(self.queue.d.get(read.d - 1).copied().unwrap_or_default())
            }
            crate::terms::Type::List(_) => {
                read.l += 1;
                Value::List(self.queue.l.get(read.l - 1).cloned().unwrap_or_default())
            }
            _ => {
                read.i += 1;
                Value::Whole(self.queue.i.get(read.i - 1).copied().unwrap_or_default())
            }
        };
        if known { value } else { Value::Unknown }
    }

    fn set_life(&mut self, read: &mut Reader, life: Life) {
        let entry = self.queue.i.get(read.i).copied().unwrap_or(-1);
        if entry < 0 {
            return;
        }
        let kind = KindId(super::table::kind_of(entry));
        let row = row_of(entry);
        if let Some(before) = self.tables.get_mut(kind.at()).and_then(|t| t.set_life(row, life)) {
            self.undo.push(Undo::Life(kind, u32::try_from(row).unwrap_or(0), before));
            self.version += 1;
            self.count += 1;
        }
    }

    /// Something is taken to have happened.
    fn deem(
        &mut self,
        kind: KindId,
        fields: &[Pass],
        like: bool,
        with: &[(crate::terms::StateId, bool, Pass)],
        read: &mut Reader,
    ) -> Outcome {
        let program = self.program;
        let Some(plan) = program.plan.kinds.get(kind.at()) else { return Ok(()) };
        self.blank(kind, plan);
        for p in fields {
            self.take(p, read);
        }
        let states: Vec<(Pass, Vec<Decimal>, Vec<i64>)> = with.iter().map(|(_, _, p)| self.taken(p, read)).collect();
        self.wi(plan.date, self.ri(TODAY));
        self.wi(plan.id, -1);
        let mut cause = None;
        let outer_of = self.cause_of;
        if !plan.change_links.is_empty() {
            let of = self.link(plan, &plan.change_links);
            self.cause_of = if of >= 0 { of } else { outer_of };
        }
        if plan.rescindable {
            let ordinal = match self.ordinals.iter_mut().find(|(k, _)| *k == kind) {
                Some((_, n)) => {
                    *n += 1;
                    *n
                }
                None => {
                    self.ordinals.push((kind, 0));
                    0
                }
            };
            if self.annulled.contains(&(self.when.at, kind, ordinal)) {
                self.cause_of = outer_of;
                return Ok(());
            }
            let of = self.link(plan, &plan.links);
            cause = Some((ordinal, of, self.cause));
            self.cause = Some((kind, ordinal));
            if plan.change_links.is_empty() {
                self.cause_of = of;
            }
        }
        if self.terms.kind(kind).is_some_and(|k| k.kept.is_some()) {
            let copied = like.then(|| self.like(kind, read));
            self.new_row(kind, copied.as_ref(), fields)?;
            let row = row_of(self.ri(plan.row));
            for (pass, d, i) in states {
                self.fill_column(kind, row, pass.to, &d, &i);
            }
            self.begin_history(Some((kind, row)));
        }
        let step = program.on_event.get(kind.at()).copied().unwrap_or(0);
        self.step(step)?;
        if plan.past {
            self.remember_event(kind);
        }
        self.cause_of = outer_of;
        if let Some((ordinal, of, outer)) = cause {
            self.cause = outer;
            if of >= 0 {
                self.register((self.when.at, kind, ordinal), of);
            }
        }
        Ok(())
    }

    /// The entry that a deemed event names in one of several fields, −1 for none.
    fn link(&self, plan: &KindPlan, fields: &[crate::terms::FieldId]) -> i64 {
        for field in fields {
            let Some(spot) = plan.layout.spots.get(field.at()) else { continue };
            let known = spot.known.is_none_or(|k| self.ri(plan.base.1 + k) != 0);
            if let (true, Place::Whole(n)) = (known, spot.place) {
                let of = self.ri(plan.base.1 + n);
                if of >= 0 {
                    return of;
                }
            }
        }
        -1
    }

    /// The registers of an event with nothing in them but defaults.
    fn blank(&mut self, kind: KindId, plan: &KindPlan) {
        let Some(decl) = self.terms.kind(kind) else { return };
        for (field, spot) in decl.fields.iter().zip(&plan.layout.spots) {
            if let Some(k) = spot.known {
                self.wi(plan.base.1 + k, 0);
            }
            match (&field.default, spot.place) {
                (Some(Literal::Number(n)), Place::Decimal(at)) => self.wd(plan.base.0 + at, *n),
                (Some(Literal::Whole(n)), Place::Whole(at)) => self.wi(plan.base.1 + at, *n),
                (Some(Literal::Text(t)), Place::Whole(at)) => {
                    let sym = self.texts.add(t).whole();
                    self.wi(plan.base.1 + at, sym);
                }
                (_, Place::List(at)) => self.wl(plan.base.2 + at, Lines::default()),
                _ => {}
            }
        }
    }

    /// A queued value to its register.
    fn take(&mut self, p: &Pass, read: &mut Reader) {
        match p.to.place {
            Place::Decimal(to) => {
                let v = self.queue.d.get(read.d).copied().unwrap_or_default();
                read.d += 1;
                self.wd(to, v);
            }
            Place::Ratio(to) => {
                let (n, d) = (self.queue.d.get(read.d).copied(), self.queue.d.get(read.d + 1).copied());
                read.d += 2;
                self.wd(to, n.unwrap_or_default());
                self.wd(to + 1, d.unwrap_or_default());
            }
            Place::Whole(to) => {
                let v = self.queue.i.get(read.i).copied().unwrap_or_default();
                read.i += 1;
                self.wi(to, v);
            }
            Place::List(to) => {
                let v = self.queue.l.get(read.l).cloned().unwrap_or_default();
                read.l += 1;
                self.wl(to, v);
            }
        }
        if let Some(k) = p.to.known {
            let v = self.queue.i.get(read.i).copied().unwrap_or_default();
            read.i += 1;
            self.wi(k, v);
        }
    }

    /// A queued value for a column, to be put there once the row is there.
    fn taken(&self, p: &Pass, read: &mut Reader) -> (Pass, Vec<Decimal>, Vec<i64>) {
        let mut d = Vec::new();
        let mut i = Vec::new();
        match p.to.place {
            Place::Decimal(_) => {
                d.extend(self.queue.d.get(read.d));
                read.d += 1;
            }
            Place::Ratio(_) => {
                d.extend(self.queue.d.get(read.d..read.d + 2).unwrap_or(&[]));
                read.d += 2;
            }
            Place::Whole(_) => {
                i.extend(self.queue.i.get(read.i));
                read.i += 1;
            }
            Place::List(_) => read.l += 1,
        }
        if p.to.known.is_some() {
            i.extend(self.queue.i.get(read.i));
            read.i += 1;
        }
        (*p, d, i)
    }

    /// The columns of the entry that a new one is like.
    fn like(&self, kind: KindId, read: &mut Reader) -> Columns {
        let Some(t) = self.tables.get(kind.at()) else { return Columns::default() };
        let d = self.queue.d.get(read.d..read.d + t.width.0).unwrap_or(&[]).to_vec();
        let i = self.queue.i.get(read.i..read.i + t.width.1).unwrap_or(&[]).to_vec();
        let l = self.queue.l.get(read.l..read.l + t.width.2).unwrap_or(&[]).to_vec();
        (d, i, l)
    }

    /// The kind that already has an entry under this id, where some field could mean either.
    fn id_taken(&self, kind: KindId, key: i64) -> Option<String> {
        let fields = || self.terms.kinds.iter().flat_map(|k| &k.fields);
        let both = |other: KindId| {
            fields().any(|f| matches!(&f.ty, crate::terms::Type::Entry(of) if of.contains(&kind) && of.contains(&other)))
        };
        let mut others = self.terms.kinds.iter().enumerate().filter(|(n, k)| *n != kind.at() && k.kept == Some(Key::Id));
        others
            .find(|(n, _)| self.tables.get(*n).is_some_and(|t| t.by_key.contains_key(&key)) && both(KindId::from(*n)))
            .map(|(_, k)| k.name.clone())
    }

    /// A new entry with the fields of the event in its registers.
    pub(super) fn new_row(&mut self, kind: KindId, like: Option<&Columns>, given: &[Pass]) -> Outcome {
        let program = self.program;
        let Some(plan) = program.plan.kinds.get(kind.at()) else { return Ok(()) };
        let Some(decl) = self.terms.kind(kind) else { return Ok(()) };
        // what the event does not say is as in the entry it is like
        if let Some((d, i, l)) = like {
            for (frame, column) in plan.layout.spots.iter().zip(&plan.columns.layout.spots) {
                let frame = super::emit_shifted(*frame, plan.base);
                if given.iter().any(|p| p.to.place == frame.place) {
                    continue;
                }
                match (frame.place, column.place) {
                    (Place::Decimal(to), Place::Decimal(from)) => {
                        self.wd(to, d.get(usize::from(from)).copied().unwrap_or_default())
                    }
                    (Place::Ratio(to), Place::Ratio(from)) => {
                        for part in 0..2 {
                            self.wd(to + part, d.get(usize::from(from + part)).copied().unwrap_or_default());
                        }
                    }
                    (Place::List(to), Place::List(from)) => {
                        self.wl(to, l.get(usize::from(from)).cloned().unwrap_or_default());
                    }
                    (Place::Whole(to), Place::Whole(from)) => self.wi(to, i.get(usize::from(from)).copied().unwrap_or_default()),
                    _ => {}
                }
                if let (Some(to), Some(from)) = (frame.known, column.known) {
                    self.wi(to, i.get(usize::from(from)).copied().unwrap_or_default());
                }
            }
        }
        let key = match decl.kept {
            Some(Key::Id) => self.ri(plan.id),
            Some(Key::Field(f)) => match plan.layout.spots.get(f.at()).map(|s| s.place) {
                Some(Place::Whole(n)) => self.ri(plan.base.1 + n),
                _ => -1,
            },
            Some(Key::None) | None => -1,
        };
        if key >= 0
            && let Some(row) = self.tables.get(kind.at()).and_then(|t| t.by_key.get(&key)).copied()
            && self.life(entry(kind, row)) != Life::Void
        {
            let key = self.texts.whole(key).to_owned();
            return Err(Trap::Record(BadRecord::Exists { kind: decl.name.clone(), key }).into());
        }
        if decl.kept == Some(Key::Id)
            && key >= 0
            && let Some(other) = self.id_taken(kind, key)
        {
            let key = self.texts.whole(key).to_owned();
            return Err(Trap::Record(BadRecord::Exists { kind: other, key }).into());
        }
        let row = self.push_row(kind, key, Life::Live);
        let at = usize::try_from(row).unwrap_or(usize::MAX);
        self.put_i(kind, at, COL_DATE, self.ri(TODAY));
        self.put_i(kind, at, COL_ID, self.ri(plan.id));
        for (frame, column) in plan.layout.spots.iter().zip(&plan.columns.layout.spots) {
            let frame = super::emit_shifted(*frame, plan.base);
            self.copy_column(kind, at, frame, *column);
        }
        self.wi(plan.row, entry(kind, row));
        if let Some((code, reg)) = program.begin.get(kind.at()).copied() {
            self.wi(reg, entry(kind, row));
            self.aside(code)?;
        }
        if let Some((d, i, _)) = like {
            self.copy_states(kind, at, d, i);
        }
        self.index_entry(kind, row);
        self.version += 1;
        self.count += 1;
        Ok(())
    }

    /// A new row, to be taken back with the event.
    pub(super) fn push_row(&mut self, kind: KindId, key: i64, life: Life) -> u32 {
        let when = self.when;
        let row = self.tables.get_mut(kind.at()).map_or(0, |t| t.push(key, life, when));
        self.undo.push(Undo::Row(kind));
        row
    }

    fn copy_column(&mut self, kind: KindId, row: usize, from: Spot, to: Spot) {
        let Some(t) = self.tables.get_mut(kind.at()) else { return };
        t.wrote(row);
        match (from.place, to.place) {
            (Place::Decimal(from), Place::Decimal(col)) => {
                if let (Some(slot), Some(v)) = (t.d.get_mut(row * t.width.0 + usize::from(col)), self.d.get(usize::from(from))) {
                    *slot = *v;
                }
            }
            (Place::Ratio(from), Place::Ratio(col)) => {
                for part in 0..2 {
                    let (from, to) = (usize::from(from + part), row * t.width.0 + usize::from(col + part));
                    if let (Some(slot), Some(v)) = (t.d.get_mut(to), self.d.get(from)) {
                        *slot = *v;
                    }
                }
            }
            (Place::Whole(from), Place::Whole(col)) => {
                if let (Some(slot), Some(v)) = (t.i.get_mut(row * t.width.1 + usize::from(col)), self.i.get(usize::from(from))) {
                    *slot = *v;
                }
            }
            (Place::List(from), Place::List(col)) => {
                if let (Some(slot), Some(v)) = (t.l.get_mut(row * t.width.2 + usize::from(col)), self.l.get(usize::from(from))) {
                    slot.clone_from(v);
                }
            }
            _ => {}
        }
        if let (Some(from), Some(col)) = (from.known, to.known)
            && let (Some(slot), Some(v)) = (t.i.get_mut(row * t.width.1 + usize::from(col)), self.i.get(usize::from(from)))
        {
            *slot = *v;
        }
    }

    /// The states of a new entry are those of the one it is like.
    fn copy_states(&mut self, kind: KindId, row: usize, d: &[Decimal], i: &[i64]) {
        let program = self.program;
        for plan in program.plan.states.iter().filter(|s| s.of == Some(kind)) {
            let Some(t) = self.tables.get_mut(kind.at()) else { return };
            t.wrote(row);
            let mut copy_d = |col: u16| {
                if let (Some(slot), Some(v)) = (t.d.get_mut(row * t.width.0 + usize::from(col)), d.get(usize::from(col))) {
                    *slot = *v;
                }
            };
            match plan.spot.place {
                Place::Decimal(col) => copy_d(col),
                Place::Ratio(col) => {
                    copy_d(col);
                    copy_d(col + 1);
                }
                Place::Whole(_) | Place::List(_) => {}
            }
            if let Some(col) = plan.pending {
                copy_d(col);
            }
            let mut copy_i = |col: u16| {
                if let (Some(slot), Some(v)) = (t.i.get_mut(row * t.width.1 + usize::from(col)), i.get(usize::from(col))) {
                    *slot = *v;
                }
            };
            if let Place::Whole(col) = plan.spot.place {
                copy_i(col);
            }
            if let Some(col) = plan.spot.known {
                copy_i(col);
            }
        }
    }

    fn fill_column(&mut self, kind: KindId, row: usize, to: Spot, d: &[Decimal], i: &[i64]) {
        let Some(t) = self.tables.get_mut(kind.at()) else { return };
        t.wrote(row);
        let mut i = i.iter();
        match to.place {
            Place::Decimal(col) | Place::Ratio(col) => {
                for (n, v) in d.iter().enumerate() {
                    if let Some(slot) = t.d.get_mut(row * t.width.0 + usize::from(col) + n) {
                        *slot = *v;
                    }
                }
            }
            Place::Whole(col) => {
                if let (Some(slot), Some(v)) = (t.i.get_mut(row * t.width.1 + usize::from(col)), i.next()) {
                    *slot = *v;
                }
            }
            Place::List(_) => {}
        }
        if let (Some(col), Some(v)) = (to.known, i.next())
            && let Some(slot) = t.i.get_mut(row * t.width.1 + usize::from(col))
        {
            *slot = *v;
        }
    }
}
