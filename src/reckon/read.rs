//! Reading a record: entries by their keys, checks, what it is to make, and what becomes of that where it is refused.

use super::Run;
use super::event::{Halt, Step, told};
use super::outcome::Why;
use super::past::{Item, Past};
use super::record::Record;
use super::scene::{Found, Scene};
use super::value::{Entry, Line, Said, Value, known};
use crate::source::Span;
use crate::terms::{Answer, ClauseId, ExprKind, Key as CheckedKey, KindId, On, ShapeId, StatementKind, Type, walk};
use std::rc::Rc;

impl Run<'_> {
    /// A record is refused: what it was to make is void.
    pub(super) fn refused(&self, past: &mut Past, record: &Record, said: Said) {
        self.made_void(past, record, said.clause, "void ");
        self.refuse(past, said);
        past.steps.push(Rc::clone(&past.step));
    }

    /// What a record was to make is void: it was refused, or withdrawn. What was withdrawn is called as it was before.
    pub(super) fn made_void(&self, past: &mut Past, record: &Record, clause: Option<ClauseId>, prefix: &str) {
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
            self.void(past, record, (kind, prefix), fields, id, clause);
        }
        if kind.is_some_and(|k| k.kept.is_some()) {
            let fields = self.resolved(past, record).unwrap_or_else(|_| record.fields.clone());
            self.void(past, record, (record.kind, prefix), fields, record.id.as_deref().map(Rc::from), clause);
        }
    }

    /// How many entries of each kind a record makes beside its own.
    pub(super) fn makes(&self, record: &Record) -> Vec<KindId> {
        let mut out = Vec::new();
        let kind = self.terms.kind(record.kind);
        for (field, value) in kind.map_or(&[][..], |k| k.fields.as_slice()).iter().zip(&record.fields) {
            match (field.makes, &field.ty, value) {
                (Some(makes), _, Some(_)) => out.push(makes),
                (None, Type::List(shape), Some(Value::List(lines))) => {
                    out.extend(self.made_by(*shape, lines).into_iter().map(|(kind, _)| kind));
                }
                _ => {}
            }
        }
        out.sort_unstable();
        out
    }

    fn void(
        &self,
        past: &mut Past,
        record: &Record,
        (kind, prefix): (KindId, &str),
        fields: Vec<Option<Value>>,
        id: Option<Rc<str>>,
        clause: Option<ClauseId>,
    ) {
        let name = format!("{prefix}{}", past.next_name(kind));
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
    pub(super) fn read(&self, past: &mut Past, record: &Record, entry: Entry) -> Step<()> {
        let no_good = |why: Why| Halt::Stopped(why, Span::default(), None);
        let fields = self.resolved(past, record).map_err(no_good)?;
        let item = self.item(past, entry, record, record.id.as_deref().map(Rc::from));
        let item = Item { fields: Rc::new(fields), ..item };
        // what is asked after the checks is asked of the past without it
        let free = self.free(past, &item).and_then(|()| self.free_to_make(past, record));
        let void = self.speaks_of_no_void(past, &item);
        past.add(item);
        let found = Found::now(past);
        let scene = Scene::new(self, past, &found);
        for (check, text) in self.terms.kind(record.kind).map_or(&[][..], |k| k.checks.as_slice()) {
            let formula = scene.with(&vec![Some(Ok(Value::Entry(entry)))]);
            // a check of what is not known is not failed
            if told(known(formula.holds(&check.value)), None)? == Some(false) {
                return Err(Halt::Stopped(Why::Check(formula.told(text)), check.value.span, None));
            }
        }
        free.map_err(no_good)?;
        void?;
        self.begin(past, entry, record.kind, None)
    }

    /// The fields of a record, with entries in the place of their keys.
    pub(super) fn resolved(&self, past: &Past, record: &Record) -> Result<Vec<Option<Value>>, Why> {
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
