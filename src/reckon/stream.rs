//! The records of a stream, one after the other, with the moments between them.

use super::Run;
use super::day::MINUTES;
use super::event::{Halt, Step, told};
use super::outcome::{Differs, Refusal, Stop, Warned, Warning, Why};
use super::past::{Key, Past};
use super::record::Record;
use super::scene::{Found, Scene};
use super::value::{Entry, Fault, Got, Lack, Said, Value, known};
use crate::source::Span;
use crate::terms::{Answer, ClauseId, EventSort, KindId, On, StateId};
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
                        // as it is written: only what rules give is rounded
                        let state = self.terms.states.get(key.0.at());
                        let kept = match state {
                            Some(s) => super::kept::settled(value, &s.ty).map_err(|f: Fault| Lack::Fault(f, s.span)),
                            None => Ok(value),
                        };
                        past.put(key, Some(told(kept, clause)?));
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
            value => super::kept::settled(value, &state.ty).map_err(at),
        }
    }

    /// The moment of a record.
    pub(super) fn moment_of(&self, record: &Record) -> i64 {
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
            if self.retracted.contains(&record.number) {
                (past.today, past.record, past.step) = (record.day, record.number, Rc::from(step_name(record)));
                past.now = self.moment_of(record).max(past.now);
                // one that names what is not there was to make nothing
                if self.resolved(past, record).is_ok() {
                    self.made_void(past, record, None, "");
                }
            } else if record.amends.is_none() {
                self.record(past, record)?;
            } else {
                past.last = Some(record.day);
            }
        }
        self.moments(past, i64::MAX, true, until).map(|_| ())
    }

    /// A record with the moments before it. Where it is no good, nothing of it remains; the moments have come.
    pub(super) fn next(&self, past: &mut Past, record: &Record) -> Result<(), Stop> {
        if let Err(halt) = self.moments(past, self.moment_of(record), false, "") {
            let (number, day) = if past.record == 0 { (0, past.today) } else { (record.number, record.day) };
            return Err(stop(halt, number, day));
        }
        let before = past.clone();
        self.record(past, record).map_err(|halt| {
            *past = before;
            stop(halt, record.number, record.day)
        })
    }

    /// A record that corrects or withdraws another. The other's place, day and time stay; where the past cannot be computed again
    /// with it, nothing has been corrected.
    pub(super) fn amend(&mut self, past: &mut Past, record: &Record, amended: &super::record::Amended) -> Result<(), Stop> {
        if let Err(halt) = self.moments(past, self.moment_of(record), false, "") {
            let (number, day) = if past.record == 0 { (0, past.today) } else { (record.number, record.day) };
            return Err(stop(halt, number, day));
        }
        let no = |why: Why| Stop { record: record.number, day: record.day, why, span: Span::default(), clause: None };
        let at = self.meant(past, record, amended).ok_or_else(|| no(Why::NoRecord))?;
        let (records, retracted) = (self.records.clone(), self.retracted.clone());
        let Some(of) = self.records.get(at).cloned() else { return Err(no(Why::NoRecord)) };
        if amended.retracts {
            self.retracted.insert(of.number);
        } else if self.makes(record) != self.makes(&of) {
            return Err(no(Why::MakesOthers { of: of.number }));
        } else if let Some(slot) = self.records.get_mut(at) {
            self.retracted.remove(&of.number);
            let (number, day, minute) = (of.number, of.day, of.minute);
            *slot = Record { number, day, minute, amends: None, ..record.clone() };
        }
        let anew = self.corrected(past, &of, record).and_then(|mut new| {
            new.last = Some(record.day);
            if !self.waits_for_the_day(record) {
                self.covenants(&mut new)?;
            }
            Ok(new)
        });
        match anew {
            Ok(new) => {
                *past = new;
                Ok(())
            }
            Err(_) => {
                (self.records, self.retracted) = (records, retracted);
                Err(no(Why::AfterCorrection { of: of.number }))
            }
        }
    }

    /// The place of the record that another means: the last before it of its event that is so called, or the one of the number.
    fn meant(&self, past: &Past, record: &Record, amended: &super::record::Amended) -> Option<usize> {
        let own = self.records.iter().position(|r| r.number == record.number)?;
        let before = || (0..own).filter(|n| self.records.get(*n).is_some_and(|r| r.kind == record.kind && r.amends.is_none()));
        let of = |n: &usize| self.records.get(*n);
        let called = || before().filter(|n| of(n).and_then(|r| r.called(self.terms)).as_ref() == Some(&amended.of));
        let stands = called().filter(|n| of(n).is_some_and(|r| !past.aside.contains(&r.number))).last();
        stands.or_else(|| called().last()).or_else(|| {
            let number: u32 = amended.of.parse().ok()?;
            before().find(|n| of(n).is_some_and(|r| r.number == number))
        })
    }

    /// The moments until the end of a day.
    pub(super) fn close(&self, past: &mut Past, day: i64) -> Result<(), Stop> {
        let done = self.moments(past, day * MINUTES + MINUTES - 1, true, "");
        done.map(|_| ()).map_err(|halt| stop(halt, past.record, past.today))
    }

    /// Warns where two adjusting events take effect at one close and the other order gives another result.
    pub(super) fn order_matters(&self, past: &mut Past, before: &Past, first: &Record, second: &Record) {
        let close = first.day * MINUTES + self.terms.close;
        if self.moment_of(first) != close || self.moment_of(second) != close {
            return;
        }
        let mut other = before.clone();
        let mut run =
            Run { records: self.records.clone(), retracted: self.retracted.clone(), entries: self.entries.clone(), ..*self };
        let place = |r: &Record| self.records.iter().position(|x| x.number == r.number);
        let (Some(from), Some(to)) = (place(second), place(first)) else { return };
        let moved = run.records.remove(from);
        run.records.insert(to, moved);
        if run.next(&mut other, second).and_then(|()| run.next(&mut other, first)).is_err() {
            return;
        }
        let lines = || past.journal.iter().chain(&other.journal);
        let adjusts = |r: &Record| lines().any(|c| c.record == r.number && self.adjusts(c, &[]));
        if !adjusts(first) || !adjusts(second) {
            return;
        }
        let adjusted = |key: &&Key| self.terms.adjustments.iter().any(|a| a.states.contains(&key.0));
        let same = |key: &Key| match (past.states.get(key), other.states.get(key)) {
            (Some(a), Some(b)) => super::formula::equal(a, b),
            (a, b) => a.is_some() == b.is_some(),
        };
        let keys = past.states.keys().filter(adjusted).filter(|k| !same(k));
        let differs: Vec<Differs> = keys
            .map(|key| Differs {
                state: key.0,
                of: key.1,
                key: key.1.and_then(|e| past.called(self.terms, e)),
                one: past.states.get(key).cloned(),
                other: other.states.get(key).cloned(),
            })
            .collect();
        if !differs.is_empty() {
            let name = Rc::from(format!("{}|order", past.step));
            past.warnings.push((name, Warning { record: second.number, about: Warned::Order(first.number, differs) }));
        }
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
            self.keep_first(past, &name);
            past.last = Some(past.today);
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
            Err(Halt::Refused(said)) => {
                self.refused(past, record, *said);
                self.keep_first(past, &name);
            }
            other => other?,
        }
        past.last = Some(past.today);
        if self.waits_for_the_day(record) { Ok(()) } else { self.covenants(past) }
    }

    /// Whether a record is an observation, which is known all day, and others of its day come after it.
    fn waits_for_the_day(&self, record: &Record) -> bool {
        let observed = self.terms.kind(record.kind).is_some_and(|k| k.sort == EventSort::Observation);
        let at = self.records.iter().position(|r| r.number == record.number);
        let next = at.and_then(|at| self.records.get(at + 1));
        observed && next.is_some_and(|n| n.day == record.day)
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
    pub(super) fn keep_first(&self, past: &mut Past, name: &Rc<str>) {
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

    pub(super) fn refuse(&self, past: &mut Past, said: Said) {
        past.refusals.push(Refusal { record: past.record, day: past.today, said });
    }
}

/// What the step of a record is called.
pub(super) fn step_name(record: &Record) -> String {
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
        Halt::Again(_) => {
            Stop { record, day, why: Why::Lack(Lack::Unknown(Span::default())), span: Span::default(), clause: None }
        }
    }
}
