//! The records of a stream, one after the other, with the moments between them.

use super::Run;
use super::day::MINUTES;
use super::event::{Halt, Step, told};
use super::outcome::{Refusal, Stop, Why};
use super::past::{Item, Key, Past};
use super::record::Record;
use super::scene::{Found, Scene};
use super::value::{Entry, Fault, Got, Lack, Line, Said, Value, known};
use crate::source::Span;
use crate::terms::{
    Answer, ClauseId, EventSort, ExprKind, Key as CheckedKey, KindId, On, ShapeId, StateId, StatementKind, Type, walk,
};
use std::rc::Rc;

impl<'t> Run<'t> {
    /// The states and the past before anything has happened.
    pub(super) fn beginning(&self) -> Past {
        let mut past = Past { now: i64::MIN, ..Past::default() };
        let issuer = self.terms.states.iter().enumerate().filter(|(_, s)| s.of.is_none());
        let keys: Vec<Key> = issuer.map(|(n, _)| (StateId::from(n), None)).collect();
        // an initial value that cannot be computed leaves its state unknown
        let _: Step<()> = self.initial(&mut past, keys, None);
        past
    }

    /// Gives the states of a new entry their values at the beginning.
    pub(super) fn begin(&self, past: &mut Past, entry: Entry, kind: KindId, clause: Option<ClauseId>) -> Step<()> {
        let keys = self.states_of(kind).map(|s| (s, Some(entry))).collect();
        self.initial(past, keys, clause)
    }

    /// Values at the beginning; one may need others.
    fn initial(&self, past: &mut Past, mut keys: Vec<Key>, clause: Option<ClauseId>) -> Step<()> {
        loop {
            let before = keys.len();
            for key in std::mem::take(&mut keys) {
                let Some(body) = self.terms.states.get(key.0.at()).and_then(|s| s.initial.as_ref()) else { continue };
                let found = Found::now(past);
                let scene = Scene::new(self, past, &found);
                let value = known(scene.with(&vec![key.1.map(|e| Ok(Value::Entry(e)))]).value(&body.value));
                match told(value, clause)? {
                    None => keys.push(key),
                    Some(value) => {
                        let value = told(self.rounded(&scene, key, value), clause)?;
                        past.put(key, Some(value));
                    }
                }
            }
            if keys.is_empty() || keys.len() == before {
                return Ok(());
            }
        }
    }

    /// A value as a state is given it.
    pub(super) fn rounded(&self, scene: &Scene<'_, 't>, key: Key, value: Value) -> Got<Value> {
        let Some(state) = self.terms.states.get(key.0.at()) else { return Ok(value) };
        let at = |f: Fault| Lack::Fault(f, state.span);
        match value {
            Value::Number(n) if !state.rounding.is_empty() => {
                scene.with(&Vec::new()).rounded_as(&n, key.0).map(Value::Number).map_err(at)
            }
            value => super::formula::settled(value, &state.ty).map_err(at),
        }
    }

    /// The moment of a record.
    fn moment_of(&self, record: &Record) -> i64 {
        let kind = self.terms.kind(record.kind);
        let minute = match kind {
            Some(k) if k.sort == EventSort::Observation => 0,
            Some(k) if k.at_close => self.terms.close,
            _ => record.minute.unwrap_or(self.terms.close),
        };
        record.day * MINUTES + minute
    }

    /// The records in the order in which they are carried out: by day; observations first; then by minute; else as they come.
    pub(super) fn ordered(&self, mut records: Vec<Record>) -> Vec<Record> {
        let observed = |r: &Record| self.terms.kind(r.kind).is_some_and(|k| k.sort == EventSort::Observation);
        records.sort_by_key(|r| (r.day, !observed(r), self.moment_of(r)));
        records
    }

    /// Everything up to a step, for the past computed again.
    pub(super) fn replay(&self, past: &mut Past, until: &Rc<str>) -> Step<()> {
        for record in &self.records {
            if past.aside.contains(&record.number) {
                continue;
            }
            if self.moments(past, self.moment_of(record), false, until)? || step_name(record) == **until {
                return Ok(());
            }
            self.record(past, record)?;
        }
        self.moments(past, i64::MAX, true, until).map(|_| ())
    }

    /// A record with the moments before it; where it is no good, nothing of it remains.
    pub(super) fn next(&self, past: &mut Past, record: &Record) -> Result<(), Stop> {
        let before = past.clone();
        let done = self.moments(past, self.moment_of(record), false, "").and_then(|_| self.record(past, record));
        done.map_err(|halt| {
            let (number, day) = if past.record == 0 { (0, past.today) } else { (record.number, record.day) };
            *past = before;
            stop(halt, number, day)
        })
    }

    /// The moments until the end of a day.
    pub(super) fn close(&self, past: &mut Past, day: i64) -> Result<(), Stop> {
        let end = day * MINUTES + MINUTES - 1;
        let done = self.moments(past, end, true, "");
        let (record, today) = (past.record, past.today);
        done.map_err(|halt| stop(halt, record, today))?;
        (past.now, past.today) = (end, day);
        Ok(())
    }

    /// A record.
    fn record(&self, past: &mut Past, record: &Record) -> Step<()> {
        let name: Rc<str> = Rc::from(step_name(record));
        past.now = self.moment_of(record).max(past.now);
        (past.today, past.record) = (record.day, record.number);
        past.step = Rc::clone(&name);
        let refused = past.first.as_ref().and_then(|f| f.refusals.iter().find(|r| r.record == record.number)).cloned();
        if let Some(refusal) = refused.filter(|_| self.is_final_for(record.kind)) {
            self.refused(past, record, refusal.said);
            return Ok(());
        }
        let carried = self.carry(past, &name, &|past: &mut Past| {
            let entry = self.entry(&past.next_name(record.kind));
            let from = (past.order.len(), past.journal.len());
            self.read(past, record, entry)?;
            self.event(past, entry)?;
            self.aftermath(past, Some((entry, record.kind)), from)
        });
        match carried {
            Err(Halt::Refused(said)) => self.refused(past, record, *said),
            other => other?,
        }
        self.covenants(past)
    }

    /// A step, begun anew where the past is to be computed again first. Where it does not come to its end, it leaves nothing.
    pub(super) fn carry(&self, past: &mut Past, name: &Rc<str>, step: &dyn Fn(&mut Past) -> Step<()>) -> Step<()> {
        let old = past.clone();
        let mut annulled = Vec::new();
        loop {
            match step(past) {
                Ok(()) => {
                    self.keep_first(past, name);
                    past.steps.push(Rc::clone(name));
                    return Ok(());
                }
                Err(Halt::Again(more)) => {
                    annulled.extend(more);
                    match self.again(&old, &annulled, name) {
                        Ok(new) => *past = new,
                        Err(halt) => {
                            *past = old;
                            return Err(halt);
                        }
                    }
                }
                Err(halt) => {
                    *past = old;
                    return Err(halt);
                }
            }
        }
    }

    /// What was paid, warned of and due the first time stays, also where it would not come again.
    fn keep_first(&self, past: &mut Past, name: &Rc<str>) {
        let Some(first) = past.first.clone() else { return };
        let start = format!("{name}|");
        let of_step = |n: &Rc<str>| n.starts_with(&start);
        for (n, done) in first.effects.iter().filter(|(n, _)| of_step(n)) {
            if past.effects.iter().all(|(m, _)| m != n) {
                past.effects.push((Rc::clone(n), done.clone()));
            }
        }
        for (n, warning) in first.warnings.iter().filter(|(n, _)| of_step(n)) {
            if past.warnings.iter().all(|(m, _)| m != n) {
                past.warnings.push((Rc::clone(n), warning.clone()));
            }
        }
        for arisen in first.arisen.iter().filter(|a| of_step(&a.name)) {
            if past.arisen.iter().all(|a| a.name != arisen.name) {
                past.arisen.push(arisen.clone());
            }
        }
    }

    /// Whether some final rule answers an event.
    fn is_final_for(&self, kind: KindId) -> bool {
        let on = |a: &Answer| matches!(a.on, On::Event(k) if k == kind);
        self.terms.rules.iter().any(|r| r.is_final && r.answers.iter().any(on))
    }

    /// A record is refused: what it was to make is void.
    fn refused(&self, past: &mut Past, record: &Record, said: Said) {
        let clause = said.clause;
        let kind = self.terms.kind(record.kind);
        let mut void: Vec<(KindId, Value)> = Vec::new();
        for (field, value) in kind.map_or(&[][..], |k| k.fields.as_slice()).iter().zip(&record.fields) {
            match (field.makes, &field.ty, value) {
                (Some(makes), _, Some(key)) => void.push((makes, key.clone())),
                (None, Type::List(shape), Some(Value::List(lines))) => void.extend(self.made_by(*shape, lines)),
                _ => {}
            }
        }
        for (kind, key) in void {
            let field = match self.terms.kind(kind).and_then(|k| k.kept) {
                Some(CheckedKey::Field(field)) => Some(field.at()),
                _ => None,
            };
            let count = self.terms.kind(kind).map_or(0, |k| k.fields.len());
            let fields = (0..count).map(|n| (Some(n) == field).then(|| key.clone())).collect();
            let id = if let Value::Text(text) = &key { Some(Rc::clone(text)) } else { None };
            self.void(past, record, kind, fields, id, clause);
        }
        if kind.is_some_and(|k| k.kept.is_some()) {
            let fields = self.resolved(past, record).unwrap_or_else(|_| record.fields.clone());
            self.void(past, record, record.kind, fields, record.id.as_deref().map(Rc::from), clause);
        }
        self.refuse(past, said);
        past.steps.push(Rc::clone(&past.step));
    }

    pub(super) fn refuse(&self, past: &mut Past, said: Said) {
        past.refusals.push(Refusal { record: past.record, day: past.today, said });
    }

    fn void(
        &self,
        past: &mut Past,
        record: &Record,
        kind: KindId,
        fields: Vec<Option<Value>>,
        id: Option<Rc<str>>,
        clause: Option<ClauseId>,
    ) {
        let name = format!("void {}", past.next_name(kind));
        let item = self.item(past, self.entry(&name), record, id);
        past.add(Item { kind, fields: Rc::new(fields), clause, void: true, ..item });
    }

    /// The entries that lines of a list are to make.
    fn made_by(&self, shape: ShapeId, lines: &[Line]) -> Vec<(KindId, Value)> {
        let makes = self.terms.shapes.get(shape.at()).map_or(&[][..], |s| s.makes.as_slice());
        let cell = |line: &Line| {
            let all = makes.iter().map(|(field, kind)| (*kind, line.get(field.at()).cloned().flatten()));
            all.filter_map(|(kind, key)| Some((kind, key?))).collect::<Vec<_>>()
        };
        lines.iter().flat_map(cell).collect()
    }

    fn item(&self, past: &Past, entry: Entry, record: &Record, id: Option<Rc<str>>) -> Item {
        Item {
            entry,
            turn: past.order.len(),
            kind: record.kind,
            record: record.number,
            day: record.day,
            id,
            fields: Rc::new(Vec::new()),
            step: Rc::clone(&past.step),
            cause: None,
            clause: None,
            deemed: false,
            annulled: false,
            ended: false,
            void: false,
            past: false,
        }
    }

    /// Phases 1 and 2: the fields are read, entries found by their keys, checks made, and a new entry begins.
    fn read(&self, past: &mut Past, record: &Record, entry: Entry) -> Step<()> {
        let no_good = |why: Why| Halt::Stopped(why, Span::default(), None);
        let fields = self.resolved(past, record).map_err(no_good)?;
        let item = self.item(past, entry, record, record.id.as_deref().map(Rc::from));
        let item = Item { fields: Rc::new(fields), ..item };
        self.free(past, &item).map_err(no_good)?;
        self.free_to_make(past, record).map_err(no_good)?;
        self.speaks_of_no_void(past, &item)?;
        past.add(item);
        let found = Found::now(past);
        let scene = Scene::new(self, past, &found);
        let Some(kind) = self.terms.kind(record.kind) else { return Ok(()) };
        for (check, text) in &kind.checks {
            let formula = scene.with(&vec![Some(Ok(Value::Entry(entry)))]);
            // a check of what is not known is not failed
            if told(known(formula.holds(&check.value)), None)? == Some(false) {
                return Err(Halt::Stopped(Why::Check(formula.told(text)), check.value.span, None));
            }
        }
        self.begin(past, entry, record.kind, None)
    }

    /// The fields of a record, with entries in the place of their keys.
    fn resolved(&self, past: &Past, record: &Record) -> Result<Vec<Option<Value>>, Why> {
        let declared = self.terms.kind(record.kind).map_or(&[][..], |k| k.fields.as_slice());
        let one = |(field, value): (&crate::terms::Field, &Option<Value>)| {
            let value = value.as_ref().map(|v| self.entry_for(past, &field.ty, v));
            value.transpose().map_err(|()| Why::NoEntry(field.written().to_owned()))
        };
        declared.iter().zip(&record.fields).map(one).collect()
    }

    fn entry_for(&self, past: &Past, ty: &Type, value: &Value) -> Result<Value, ()> {
        match (ty, value) {
            (Type::Entry(kinds), Value::Text(key)) => self.keyed(past, kinds, key).map(Value::Entry).ok_or(()),
            (Type::List(shape), Value::List(lines)) => {
                let columns = self.terms.shapes.get(shape.at()).map_or(&[][..], |s| s.fields.as_slice());
                let cell = |(column, value): (&(String, Type, bool), &Option<Value>)| {
                    value.as_ref().map(|v| self.entry_for(past, &column.1, v)).transpose()
                };
                let line = |l: &Line| Ok(Rc::new(columns.iter().zip(l.iter()).map(cell).collect::<Result<_, ()>>()?));
                Ok(Value::List(Rc::new(lines.iter().map(line).collect::<Result<_, ()>>()?)))
            }
            (_, value) => Ok(value.clone()),
        }
    }

    /// The names of entries that the record is to make must not be taken.
    fn free_to_make(&self, past: &Past, record: &Record) -> Result<(), Why> {
        let declared = self.terms.kind(record.kind).map_or(&[][..], |k| k.fields.as_slice());
        for (field, value) in declared.iter().zip(&record.fields) {
            let made = match (field.makes, &field.ty, value) {
                (Some(kind), _, Some(key)) => vec![(kind, key.clone())],
                (None, Type::List(shape), Some(Value::List(lines))) => self.made_by(*shape, lines),
                _ => Vec::new(),
            };
            for (n, (kind, key)) in made.iter().enumerate() {
                let Value::Text(text) = key else { continue };
                let taken = self.keyed(past, &[*kind], text).and_then(|e| past.item(e)).is_some_and(|i| !i.void);
                if taken || made.iter().take(n).any(|other| other == &(*kind, key.clone())) {
                    return Err(Why::Taken(field.written().to_owned()));
                }
            }
        }
        Ok(())
    }

    /// What speaks of an entry that an act was to make which was refused is refused under the same clause, unless a rule says
    /// something about that.
    fn speaks_of_no_void(&self, past: &Past, item: &Item) -> Step<()> {
        let void = item.fields.iter().flatten().filter_map(|v| if let Value::Entry(e) = v { past.item(*e) } else { None });
        let Some(void) = void.into_iter().find(|i| i.void) else { return Ok(()) };
        let says = |a: &Answer| {
            let mut says = false;
            let mut look = |e| walk(e, &mut |x| says |= matches!(x.kind, ExprKind::Void(_)));
            a.guards.iter().for_each(&mut look);
            for s in &a.body {
                s.guards.iter().for_each(&mut look);
                if let StatementKind::Require(condition, _) = &s.kind {
                    look(condition);
                }
            }
            says
        };
        let on = |a: &Answer| matches!(a.on, On::Event(k) if k == item.kind);
        if self.terms.rules.iter().flat_map(|r| &r.answers).any(|a| on(a) && says(a)) {
            return Ok(());
        }
        let refusal = past.refusals.iter().find(|r| r.record == void.record);
        let reason = refusal.map(|r| r.said.reason.clone()).unwrap_or_default();
        let span = refusal.map_or_else(Span::default, |r| r.said.span);
        Err(Halt::Refused(Box::new(Said { stop: false, clause: void.clause, reason, with: Vec::new(), span })))
    }
}

/// What the step of a record is called.
fn step_name(record: &Record) -> String {
    format!("record {}", record.number)
}

/// Where and why the run stops.
fn stop(halt: Halt, record: u32, day: i64) -> Stop {
    match halt {
        Halt::Stopped(why, span, clause) => Stop { record, day, why, span, clause },
        Halt::Refused(said) => {
            let (span, clause) = (said.span, said.clause);
            Stop { record, day, why: Why::Lack(Lack::Said(said)), span, clause }
        }
        Halt::Again(_) => Stop { record, day, why: Why::Lack(Lack::Unknown(Span::default())), span: Span::default(), clause: None },
    }
}
