//! Rules on what was made and on changes: one after the other, each a step of its own inside the step it answers.

use super::Run;
use super::apply::Asked;
use super::event::{Halt, Of, Step};
use super::outcome::Why;
use super::past::{Key, Past, Vars};
use super::plan::differs;
use super::scene::Found;
use super::value::{Entry, Fault, Lack, Value};
use crate::terms::On;
use std::rc::Rc;

/// How many of these rules may be inside one another.
const NESTED: usize = 100;

impl<'t> Run<'t> {
    /// The rules on what was made, for each entry, then the rules on what a step changed, in the order of the file. Each sees what
    /// the one before left, and is answered itself before the next.
    pub(super) fn chain(&self, past: &mut Past, of: &Of) -> Step<()> {
        let differ = |key: &Key| differs(of.before.get(key), past.states.get(key));
        let new = past.states.keys().filter(|k| !of.before.contains_key(k));
        let changed: Vec<Key> = of.before.keys().chain(new).copied().filter(differ).collect();
        for key in &of.made {
            for asked in self.answers().filter(|a| matches!(&a.answer.on, On::Making(state) if *state == key.0)) {
                self.link(past, of, asked, key.1, &[*key])?;
            }
        }
        for asked in self.answers() {
            let On::Change { states, by } = &asked.answer.on else { continue };
            let by_event = by.is_empty() || of.event.is_some_and(|(_, kind)| by.contains(&kind));
            let relevant: Vec<Key> = changed.iter().copied().filter(|k| states.contains(&k.0)).collect();
            if by_event && !relevant.is_empty() {
                self.link(past, of, asked, of.event.filter(|_| !by.is_empty()).map(|e| e.0), &relevant)?;
            }
        }
        Ok(())
    }

    /// One of these rules, for the entries whose states changed: its first variable, where it has one, stands for `first`.
    fn link(&self, past: &mut Past, of: &Of, asked: Asked<'t>, first: Option<Entry>, changed: &[Key]) -> Step<()> {
        let name = format!("{}|{:?}|{}.{}", past.step, of.event, asked.rule.0, asked.number);
        let turn = past.turn(name);
        let inner = Of { event: of.event, before: Rc::clone(&past.states), made: Vec::new(), turn, depth: of.depth + 1 };
        let found = Found { before: Rc::clone(&of.before), ..Found::now(past) };
        let vars: Vars = first.map(|entry| vec![Some(Ok(Value::Entry(entry)))]).unwrap_or_default();
        let only = |entry: Entry| self.is_spoken_of(past, changed, entry);
        let mut instances = self.instances(past, &found, &inner, asked, vars, &only);
        instances.retain(|i| i.rows.iter().all(|row| only(*row)));
        if instances.is_empty() {
            return Ok(());
        }
        if of.depth >= NESTED {
            let rule = self.terms.rules.get(asked.rule.at());
            let (span, clause) = rule.map(|r| (r.span, r.clause)).unwrap_or_default();
            return Err(Halt::Stopped(Why::Lack(Lack::Fault(Fault::Endless, span)), span, clause));
        }
        self.step(past, &found, inner, instances)
    }

    /// Whether an entry is one of those whose state changed, or the states that changed belong to no entry of its kind.
    fn is_spoken_of(&self, past: &Past, changed: &[Key], entry: Entry) -> bool {
        let kind = past.item(entry).map(|i| i.kind);
        let of_kind = |k: &Key| self.terms.states.get(k.0.at()).and_then(|s| s.of) == kind;
        changed.iter().any(|k| k.1 == Some(entry) || !of_kind(k))
    }
}
