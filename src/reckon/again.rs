//! The past computed again without what was annulled, and what that does to the journal.

use super::Run;
use super::event::Step;
use super::outcome::{Change, Rescission, Status, Warned, Warning};
use super::past::{Annulled, Past};
use super::plan::{Instance, differs};
use super::record::Record;
use super::stream::step_name;
use super::value::Entry;
use crate::terms::{ClauseId, StateId};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

impl<'t> Run<'t> {
    /// The past up to a step, computed again without what that step annuls.
    pub(super) fn again(&self, old: &Past, annulled: &[Annulled], until: &Rc<str>) -> Step<Past> {
        let deemed: Vec<Entry> = annulled.iter().flat_map(|a| old.deemed_for(&a.kinds, a.of)).collect();
        let mut new = self.beginning();
        new.first = Some(Rc::new(old.clone()));
        new.annulled = old.annulled.iter().chain(annulled).cloned().collect();
        new.breaches.clone_from(&old.breaches);
        // those that keep what followed come again with their records
        new.rescissions = old.rescissions.iter().filter(|r| !r.keeping).cloned().collect();
        let given = annulled.first().map(|a| (a.rule, a.clause));
        new.aside.clone_from(&old.aside);
        self.replay(&mut new, until)?;
        new.first = None;
        (new.today, new.now, new.record, new.step) = (old.today, old.now, old.record, Rc::clone(&old.step));
        let first = deemed.iter().filter_map(|e| old.step_of(*e)).min().unwrap_or(usize::MAX);
        keep_gone(&mut new, old, "|");
        new.journal = merged(old, &new, &deemed, first);
        if let Some(given) = given {
            self.differences(old, &mut new, given);
        }
        let records: BTreeSet<u32> = deemed.iter().filter_map(|e| old.item(*e)).map(|i| i.record).collect();
        let affected: Vec<u32> = std::mem::take(&mut new.affected).into_iter().collect();
        if let Some((rule, clause)) = given {
            let annulled = records.into_iter().collect();
            let (record, day) = (old.record, old.today);
            new.rescissions.push(Rescission {
                record,
                day,
                rule: Some(rule),
                clause,
                keeping: false,
                annulled,
                affected: affected.clone(),
            });
        }
        if !affected.is_empty() {
            let name = Rc::from(format!("{}|affected", old.step));
            new.warnings.push((name, Warning { record: old.record, about: Warned::Affected(affected) }));
        }
        Ok(new)
    }

    /// The past up to a record that corrects or withdraws another, computed again with that one as it is now known. What that
    /// one did the first time does not stand.
    pub(super) fn corrected(&self, old: &Past, of: &Record, by: &Record) -> Step<Past> {
        let until: Rc<str> = Rc::from(step_name(by));
        let own = format!("{}|", step_name(of));
        let mut first = old.clone();
        first.refusals.retain(|r| r.record != of.number);
        first.stands.retain(|name, _| !name.starts_with(&own));
        first.effects.retain(|(name, _)| !name.starts_with(&own));
        first.warnings.retain(|(name, _)| !name.starts_with(&own));
        first.arisen.retain(|a| !a.name.starts_with(&own));
        let mut new = self.beginning();
        new.first = Some(Rc::new(first));
        new.annulled.clone_from(&old.annulled);
        new.breaches.clone_from(&old.breaches);
        new.rescissions = old.rescissions.iter().filter(|r| !r.keeping).cloned().collect();
        new.aside.clone_from(&old.aside);
        new.aside.remove(&of.number);
        self.replay(&mut new, &until)?;
        new.first = None;
        (new.today, new.record, new.step) = (by.day, by.number, until);
        new.now = self.moment_of(by).max(new.now);
        keep_gone(&mut new, old, &own);
        new.journal = merged(old, &new, &[], 0);
        let affected: Vec<u32> = std::mem::take(&mut new.affected).into_iter().collect();
        let (record, day, annulled) = (by.number, by.day, vec![of.number]);
        let rescission = Rescission { record, day, rule: None, clause: None, keeping: false, annulled, affected };
        if !rescission.affected.is_empty() {
            let name = Rc::from(format!("{}|affected", new.step));
            let about = Warned::Affected(rescission.affected.clone());
            new.warnings.push((name, Warning { record, about }));
        }
        new.rescissions.push(rescission);
        Ok(new)
    }

    /// The difference between what stood and what stands, under the step that asked for it.
    fn differences(&self, old: &Past, new: &mut Past, given: (crate::terms::RuleId, Option<ClauseId>)) {
        let keys: BTreeSet<_> = old.states.keys().chain(new.states.keys()).copied().collect();
        for key in keys {
            let (before, after) = (old.states.get(&key), new.states.get(&key));
            if self.counts(key.0) && before.is_some() && after.is_some() && differs(before, after) {
                let line = self.line(new, key, (before.cloned(), after.cloned()), Status::InForce, given, None);
                new.journal.push(Change { difference: true, ..line });
            }
        }
    }

    /// Whether a state counts for adjustments.
    pub(super) fn counts(&self, state: StateId) -> bool {
        self.terms.adjustments.iter().any(|a| a.states.contains(&state))
    }

    /// Annuls in the journal alone: what followed is kept.
    pub(super) fn annul(&self, past: &mut Past, rescinded: Vec<(Instance<'t>, Vec<Entry>)>) {
        for (instance, deemed) in rescinded {
            for line in &mut past.journal {
                if line.by.is_some_and(|by| deemed.contains(&by)) && matches!(line.status, Status::InForce | Status::Pending) {
                    line.status = Status::Rescinded;
                }
            }
            for entry in &deemed {
                if let Some(item) = past.item_mut(*entry) {
                    item.annulled = true;
                }
            }
            let annulled: BTreeSet<u32> = deemed.iter().filter_map(|e| past.item(*e)).map(|i| i.record).collect();
            past.rescissions.push(Rescission {
                record: past.record,
                day: past.today,
                rule: Some(instance.rule),
                clause: instance.clause,
                keeping: true,
                annulled: annulled.into_iter().collect(),
                affected: Vec::new(),
            });
        }
    }
}

impl Past {
    /// The place of the step in which an item came.
    fn step_of(&self, entry: Entry) -> Option<usize> {
        let step = &self.item(entry)?.step;
        self.steps.iter().position(|s| s == step)
    }

    /// Whether an item is one of several, or came of one of them.
    fn comes_of(&self, entry: Entry, several: &[Entry]) -> bool {
        several.contains(&entry) || self.item(entry).and_then(|i| i.cause).is_some_and(|cause| self.comes_of(cause, several))
    }
}

/// What was paid, warned of and due at moments that do not come again stays, but for what came of one step.
fn keep_gone(new: &mut Past, old: &Past, but: &str) {
    let gone = |name: &Rc<str>| {
        let step = name.split_once('|').map_or(&**name, |(step, _)| step);
        !name.starts_with(but) && old.steps.iter().any(|s| **s == *step) && new.steps.iter().all(|s| **s != *step)
    };
    let effects: Vec<_> = old.effects.iter().filter(|(name, _)| gone(name)).cloned().collect();
    let warnings: Vec<_> = old.warnings.iter().filter(|(name, _)| gone(name)).cloned().collect();
    let arisen: Vec<_> = old.arisen.iter().filter(|a| gone(&a.name)).cloned().collect();
    new.effects.extend(effects);
    new.warnings.extend(warnings);
    new.arisen.extend(arisen);
}

/// The journal after the past was computed again: what stood before the first thing annulled stays as it is; after it, what was
/// annulled is rescinded, what came out differently is superseded, and stands again as computed anew.
fn merged(old: &Past, new: &Past, deemed: &[Entry], first: usize) -> Vec<Change> {
    let places: BTreeMap<&Rc<str>, usize> = old.steps.iter().enumerate().map(|(n, s)| (s, n)).collect();
    let later = |line: &Change| places.get(&line.step).is_none_or(|n| *n >= first);
    let mut left: Vec<Change> = new.journal.iter().filter(|l| later(l)).cloned().collect();
    let mut out: Vec<Change> = Vec::new();
    for mut line in old.journal.iter().cloned() {
        let stands = matches!(line.status, Status::InForce | Status::Pending);
        if !stands || line.difference || !later(&line) {
            out.push(line);
            continue;
        }
        if line.by.is_some_and(|by| old.comes_of(by, deemed)) {
            line.status = Status::Rescinded;
            out.push(line);
            continue;
        }
        let same = |l: &Change| (&l.step, l.state, l.of, l.rule, l.by) == (&line.step, line.state, line.of, line.rule, line.by);
        let Some(at) = left.iter().position(same) else {
            line.status = Status::Superseded;
            out.push(line);
            continue;
        };
        let anew = left.remove(at);
        let other = line.status != anew.status;
        if other || differs(line.before.as_ref(), anew.before.as_ref()) || differs(line.after.as_ref(), anew.after.as_ref()) {
            line.status = Status::Superseded;
            out.push(line);
        }
        out.push(anew);
    }
    // what came only when it was computed again stands under its own step
    for line in left {
        let place = places.get(&line.step).copied().unwrap_or(usize::MAX);
        let at = out.iter().rposition(|l| places.get(&l.step).copied().unwrap_or(usize::MAX) <= place).map_or(0, |n| n + 1);
        out.insert(at, line);
    }
    out
}
