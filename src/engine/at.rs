//! What is being carried out: should the program itself be wrong, its last words name the record and the rules.

use crate::terms::{KindId, On, Terms};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

thread_local! {
    static RECORD: Cell<Option<(u32, Option<KindId>)>> = const { Cell::new(None) };
    static NAMES: RefCell<Arc<[String]>> = RefCell::new(Arc::from([]));
}

/// The event and the rules on it, by kind.
pub(super) fn names(terms: &Terms) -> Arc<[String]> {
    let of = |(n, kind): (usize, &crate::terms::Kind)| {
        let on = |on: &On| matches!(on, On::Event(k) if k.at() == n);
        let rules = terms.rules.iter().filter(|r| r.answers.iter().any(|a| on(&a.on)));
        let rules: Vec<String> = rules.map(|r| format!("`{}`", r.name)).collect();
        match rules.as_slice() {
            [] => format!("the event `{}`, which no rule answers", kind.name),
            [one] => format!("the event `{}`, in the rule {one}", kind.name),
            _ => format!("the event `{}`, in one of the rules {}", kind.name, rules.join(", ")),
        }
    };
    terms.kinds.iter().enumerate().map(of).collect()
}

/// Records of these terms are carried out on this thread.
pub(super) fn enter(names: &Arc<[String]>) {
    NAMES.with_borrow_mut(|n| n.clone_from(names));
}

/// A record is carried out; without a kind, the rules at a moment before it.
#[inline]
pub(super) fn record(number: u32, kind: Option<KindId>) {
    RECORD.set(Some((number, kind)));
}

/// Nothing is carried out any more.
pub(super) fn leave() {
    RECORD.set(None);
}

/// What this thread is carrying out, in words.
#[must_use]
pub fn working_on() -> Option<String> {
    let (number, kind) = RECORD.get()?;
    Some(match kind {
        None => format!("before record {number}, at a moment of a rule"),
        Some(kind) => {
            let names = NAMES.try_with(|n| n.try_borrow().ok().and_then(|n| n.get(kind.at()).cloned())).ok().flatten();
            format!("at record {number}, {}", names.unwrap_or_default())
        }
    })
}
