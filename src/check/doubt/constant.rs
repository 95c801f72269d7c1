//! Conditions that always hold, or never.

use super::super::Problem;
use super::super::declare::Checker;
use super::super::fact::{Fact, MOST_CHOICES};
use crate::source::FileId;
use crate::terms::{Expr, ExprKind, Formulas, Terms, children};

pub(super) fn find(checker: &Checker<'_>, out: &mut Vec<Problem>) {
    let main = checker.main();
    checker.terms.formulas(&mut |_, e| {
        look(&checker.terms, main, e, out);
    });
}

/// Tells of the smallest condition that is fixed; whether one was told.
fn look(terms: &Terms, main: FileId, e: &Expr, out: &mut Vec<Problem>) -> bool {
    let mut told = false;
    children(e, &mut |c| told |= look(terms, main, c, out));
    let asks =
        matches!(e.kind, ExprKind::Compare(..) | ExprKind::Equal(..) | ExprKind::OneOf(..) | ExprKind::All(_) | ExprKind::Any(_));
    if told || !asks || e.span.file != main {
        return told;
    }
    let can = |holds: bool| {
        let mut left = MOST_CHOICES;
        Fact::together(&[&Fact::of(terms, e, holds)], &mut left)
    };
    let always = !can(false);
    if always || !can(true) {
        out.push(Problem::ConstantCondition { at: e.span, always });
        return true;
    }
    false
}
