//! A stream with some of its values free: run at any of them, as often as one likes, on all cores.

use super::End;
use super::records::Records;
use super::vary::{Put, Target, Value, What};
use crate::event::Given;
use crate::report::course::{Parts, course};
use crate::report::figure::figures;
use crate::report::json::chosen;
use crate::report::sweep::{By, Tried};
use crate::terms::{ExprKind, Terms};
use rust_decimal::Decimal;
use std::sync::Arc;

/// The terms, the stream, and what is varied.
pub(super) struct Rig {
    terms: Arc<Terms>,
    readings: Vec<u32>,
    pub records: Records,
    pub targets: Vec<Target>,
    hole: Option<Hole>,
}

/// A program that is the same at every value of a constant between two, and where it holds it.
struct Hole {
    by: Arc<By>,
    /// The constant, among what is varied.
    at: usize,
    registers: Vec<u16>,
    range: (Decimal, Decimal),
}

impl Rig {
    /// Sets a stream up. What only the text of terms is needed for is left out, for terms are copied where a constant varies.
    pub(super) fn new(mut terms: Terms, readings: Vec<u32>, records: Records, targets: Vec<Target>) -> Self {
        terms.items = Vec::new();
        terms.examples = Vec::new();
        Self { terms: Arc::new(terms), readings, records, targets, hole: None }
    }

    /// Makes one program for all values of a constant, where that can be: between the least and the greatest of these.
    pub(super) fn open(&mut self, points: &[Vec<Value>]) {
        let constants = self.targets.iter().filter(|t| !Self::is_field(t)).count();
        let Some(at) = self.targets.iter().position(|t| matches!(t.what, What::Constant(_))).filter(|_| constants == 1) else {
            return;
        };
        let number = |p: &&Vec<Value>| match p.get(at).map(|v| v.put) {
            Some(Put::Given(Given::Number(n))) => n,
            _ => Decimal::ZERO,
        };
        let (Some(low), Some(high)) = (points.iter().min_by_key(number), points.iter().max_by_key(number)) else { return };
        // just inside, by an odd part of the way: values that no other fixed number of the terms has
        let width = number(&high).checked_sub(number(&low)).unwrap_or_default();
        let part = |n: i64| width.checked_mul(Decimal::new(n, 15)).unwrap_or_default();
        let range = (number(&low) + part(1_234_567), number(&high) - part(1_765_432));
        let with = |n: Decimal| {
            let mut point = low.clone();
            point.get_mut(at).map(|slot| *slot = Value::number(n)).and_then(|()| self.by(&point))
        };
        let (Some(a), Some(b)) = (with(range.0), with(range.1)) else { return };
        if let Some(registers) = crate::engine::hole(&a.program, &b.program, range.0, range.1) {
            self.hole = Some(Hole { by: a, at, registers, range });
        }
    }

    /// The value of the constant that has a hole.
    fn filling(hole: &Hole, values: &[Value]) -> Option<Decimal> {
        match values.get(hole.at).map(|v| v.put) {
            Some(Put::Given(Given::Number(n))) => Some(n),
            _ => None,
        }
    }

    /// Whether the terms may decide something by a value before they run: where it is that of another fixed number.
    fn is_shared(hole: &Hole, n: Decimal) -> bool {
        let inside = hole.range.0 <= n && n <= hole.range.1;
        let mut numbers = hole.by.program.d.iter().enumerate();
        !inside || numbers.any(|(at, d)| *d == n && !u16::try_from(at).is_ok_and(|at| hole.registers.contains(&at)))
    }

    /// Every reading, and the answer chosen.
    pub(super) fn readings(&self) -> Vec<(String, String)> {
        chosen(&self.terms, &self.readings)
    }

    const fn is_field(target: &Target) -> bool {
        matches!(target.what, What::Field { .. })
    }

    /// The terms.
    pub(super) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Whether the program depends on the values of an input.
    pub(super) const fn is_compiled(&self, target: &Target) -> bool {
        !Self::is_field(target) && self.hole.is_none()
    }

    /// The program for the values of the inputs; none where the terms are too large.
    pub(super) fn by(&self, values: &[Value]) -> Option<Arc<By>> {
        if let Some(hole) = &self.hole {
            return Some(Arc::clone(&hole.by));
        }
        self.own(values)
    }

    /// A program for the values of the inputs alone.
    fn own(&self, values: &[Value]) -> Option<Arc<By>> {
        let mut readings = self.readings.clone();
        let mut changed: Option<Terms> = None;
        for (target, value) in self.targets.iter().zip(values) {
            match (target.what, value.put) {
                (What::Reading(id), Put::Alternative(n)) => {
                    if let Some(slot) = readings.get_mut(id.at()) {
                        *slot = n;
                    }
                }
                (What::Constant(id), Put::Given(Given::Number(n))) => {
                    let t = changed.get_or_insert_with(|| Terms::clone(&self.terms));
                    if let Some(def) = t.defs.get_mut(id.at()) {
                        def.body.value.kind = ExprKind::Number(n);
                    }
                }
                _ => {}
            }
        }
        let terms = changed.map_or_else(|| Arc::clone(&self.terms), Arc::new);
        let program = crate::engine::compile_to_explain(&terms, &readings).ok()?;
        let parts = Parts::new(&program);
        Some(Arc::new(By { terms, program, parts }))
    }

    /// A run at values of the inputs; `at` is the value of the one that is moved.
    pub(super) fn at(&self, by: &Arc<By>, values: &[Value], at: Decimal) -> Tried {
        let mut changed: Vec<(usize, crate::event::Batch)> = Vec::new();
        for (target, value) in self.targets.iter().zip(values) {
            let (What::Field { at, spot, .. }, Put::Given(given)) = (target.what, value.put) else { continue };
            let Some((head, batch)) = self.records.all.get(at) else { continue };
            let known = changed.iter().position(|(n, _)| *n == at);
            let place = known.unwrap_or_else(|| {
                changed.push((at, batch.clone()));
                changed.len() - 1
            });
            if let Some((_, batch)) = changed.get_mut(place) {
                batch.put(head, spot, given);
            }
        }
        // what depends on the program may turn anywhere
        let first = self.records.all.first().filter(|_| changed.iter().all(|(n, _)| *n != 0));
        if let (true, Some((_, batch))) = (!self.targets.iter().all(Self::is_field), first) {
            changed.push((0, batch.clone()));
        }
        let fills = self.hole.as_ref().and_then(|h| Some((h, Self::filling(h, values)?)));
        let fixed: Vec<(u16, Decimal)> = fills.iter().flat_map(|(h, n)| h.registers.iter().map(|r| (*r, *n))).collect();
        let run = self.records.run_with(&by.terms, &by.program, &changed, &fixed);
        // the ways of runs are compared by one program; the figures are those of the terms that say this value
        let own = fills.filter(|(h, n)| Self::is_shared(h, *n)).and_then(|_| self.own(values));
        let of_own = |own: &Arc<By>| {
            let run = self.records.run_with(&own.terms, &own.program, &changed, &[]);
            figures(&own.terms, &own.program, &run)
        };
        let course = course(&by.terms, &by.program, &by.parts, &run);
        let figures = own.as_ref().map_or_else(|| figures(&by.terms, &by.program, &run), of_own);
        Tried { at, by: Arc::clone(by), run, course, figures }
    }

    /// Why a run stopped, in words.
    pub(super) fn stopped(&self, tried: &Tried) -> Option<String> {
        let words = crate::report::words::Words { terms: &self.terms, texts: &tried.run.texts, keys: &tried.run.keys };
        tried.run.stopped.as_ref().map(|s| format!("record {}: {}", s.when.number, words.stopped(&s.why).message))
    }

    /// The event of a record.
    pub(super) fn event(&self, number: u32) -> String {
        let head = self.records.all.iter().find(|(h, _)| h.number == number).map(|(h, _)| h.kind);
        head.and_then(|k| self.terms.kind(k)).map_or_else(String::new, |k| k.name.clone())
    }
}

/// A pool of threads on all cores, with stacks as deep as that of the command.
pub(super) fn pool() -> Result<rayon::ThreadPool, End> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(super::diagnose::jobs())
        .stack_size(64 << 20)
        .start_handler(super::embed::passed_on())
        .build()
        .map_err(|_| End::Software)
}

/// Tells that terms make no program.
pub(super) fn too_large() -> End {
    super::diagnose::message(
        "check::not-compiled",
        "the terms cannot be run under one of these readings or values",
        "run them by themselves with that reading or value: the message then names the place",
    );
    End::Data
}
