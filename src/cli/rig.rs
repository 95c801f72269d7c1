//! A stream with some of its values free: run at any of them, as often as one likes, on all cores.

use super::records::Records;
use super::vary::{Put, Target, Value, What};
use super::{End, terms};
use crate::event::Given;
use crate::report::course::{Parts, course};
use crate::report::figure::figures;
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
}

impl Rig {
    /// Sets a stream up. What only the text of terms is needed for is left out, for terms are copied where a constant varies.
    pub(super) fn new(mut terms: Terms, readings: Vec<u32>, records: Records, targets: Vec<Target>) -> Self {
        terms.items = Vec::new();
        terms.examples = Vec::new();
        Self { terms: Arc::new(terms), readings, records, targets }
    }

    /// The terms.
    pub(super) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Whether the program depends on the values of an input.
    pub(super) fn is_compiled(target: &Target) -> bool {
        !matches!(target.what, What::Field { .. })
    }

    /// The program for the values of the inputs; none where the terms are too large.
    pub(super) fn by(&self, values: &[Value]) -> Option<Arc<By>> {
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
        let program = crate::engine::compile_to_explain(&terms, &readings)?;
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
        if let (true, Some((_, batch))) = (self.targets.iter().any(Self::is_compiled), first) {
            changed.push((0, batch.clone()));
        }
        let run = self.records.run_with(&by.terms, &by.program, &changed);
        let course = course(&by.terms, &by.program, &by.parts, &run);
        let figures = figures(&by.terms, &by.program, &run);
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
    rayon::ThreadPoolBuilder::new().stack_size(64 << 20).build().map_err(|_| End::Software)
}

/// Tells that terms make no program.
pub(super) fn too_large() -> End {
    terms::too_large();
    End::Data
}
