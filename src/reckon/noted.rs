//! What runs came to: which formulas were asked for and what conditions were, which cases were taken, which rules applied.

use super::value::{Got, Value};
use crate::terms::{Answer, Expr, ExprKind, ObligationId, ReadingId, RuleId, Rung, TableId, Terms, Type};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What a condition has been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Been {
    /// It held.
    pub yes: bool,
    /// It did not hold.
    pub no: bool,
}

/// What runs of one and the same terms came to, one after another. Formulas and cases are told apart by where they stand in memory:
/// several of them may have been written in one place.
#[derive(Debug, Clone, Default)]
pub struct Came {
    asked: BTreeSet<usize>,
    conditions: BTreeMap<usize, Been>,
    cases: BTreeSet<usize>,
    looked: BTreeSet<(RuleId, usize)>,
    applied: BTreeSet<(RuleId, usize)>,
    alternatives: BTreeSet<(ReadingId, u32)>,
    tables: BTreeSet<TableId>,
    obligations: BTreeSet<ObligationId>,
}

impl Came {
    /// Whether the value of a formula was asked for.
    #[must_use]
    pub fn asked(&self, e: &Expr) -> bool {
        self.asked.contains(&address(e))
    }

    /// What a condition has been; of a limit, whether a value was beyond it.
    #[must_use]
    pub fn been(&self, e: &Expr) -> Been {
        self.conditions.get(&address(e)).copied().unwrap_or_default()
    }

    /// Whether a case was taken.
    #[must_use]
    pub fn taken(&self, case: &Rung) -> bool {
        self.cases.contains(&address(case))
    }

    /// Whether a rule was looked at, by the number of its answer.
    #[must_use]
    pub fn looked(&self, rule: RuleId, answer: usize) -> bool {
        self.looked.contains(&(rule, answer))
    }

    /// Whether a rule applied, by the number of its answer.
    #[must_use]
    pub fn applied(&self, rule: RuleId, answer: usize) -> bool {
        self.applied.contains(&(rule, answer))
    }

    /// Whether an alternative was the one chosen where its reading was asked for.
    #[must_use]
    pub fn chosen(&self, reading: ReadingId, alternative: u32) -> bool {
        self.alternatives.contains(&(reading, alternative))
    }

    /// Whether a table was read.
    #[must_use]
    pub fn read(&self, table: TableId) -> bool {
        self.tables.contains(&table)
    }

    /// Whether an obligation arose.
    #[must_use]
    pub fn arose(&self, obligation: ObligationId) -> bool {
        self.obligations.contains(&obligation)
    }
}

fn address<T>(of: &T) -> usize {
    std::ptr::from_ref(of).addr()
}

/// Where runs put down what they come to.
#[derive(Debug, Default)]
pub struct Noted(RefCell<Came>);

impl Noted {
    /// What was put down.
    #[must_use]
    pub fn into_inner(self) -> Came {
        self.0.into_inner()
    }

    pub(super) fn formula(&self, e: &Expr, value: &Got<Value>) {
        let mut came = self.0.borrow_mut();
        came.asked.insert(address(e));
        if let (Type::YesNo, Ok(Value::Whole(n))) = (&e.ty, value) {
            let been = came.conditions.entry(address(e)).or_default();
            if *n == 0 { been.no = true } else { been.yes = true }
        }
        if let ExprKind::Table(table, _) = &e.kind {
            came.tables.insert(*table);
        }
    }

    pub(super) fn reading(&self, reading: ReadingId, alternative: u32) {
        self.0.borrow_mut().alternatives.insert((reading, alternative));
    }

    pub(super) fn case(&self, case: &Rung) {
        self.0.borrow_mut().cases.insert(address(case));
    }

    pub(super) fn limit(&self, limit: &Expr, beyond: bool) {
        let mut came = self.0.borrow_mut();
        let been = came.conditions.entry(address(limit)).or_default();
        if beyond { been.yes = true } else { been.no = true }
    }

    pub(super) fn rule(&self, terms: &Terms, rule: RuleId, answer: &Answer, applies: bool) {
        let answers = terms.rules.get(rule.at()).map_or(&[][..], |r| r.answers.as_slice());
        let Some(number) = answers.iter().position(|a| std::ptr::eq(a, answer)) else { return };
        let mut came = self.0.borrow_mut();
        came.looked.insert((rule, number));
        if applies {
            came.applied.insert((rule, number));
        }
    }

    pub(super) fn obligation(&self, obligation: ObligationId) {
        self.0.borrow_mut().obligations.insert(obligation);
    }
}
