//! What makes sense and is hardly meant: warnings about terms in which nothing is wrong.

mod adjustment;
mod constant;
mod divide;
mod each;
mod example;
mod local;
mod percent;
mod thousands;

use super::Problem;
use super::declare::Checker;
use crate::terms::{Expr, ExprKind, FieldId, KindId, Terms, Type, walk};

/// Tells of all that is hardly meant in the file that was asked for.
pub(super) fn find(checker: &mut Checker<'_>) {
    let mut out = Vec::new();
    constant::find(checker, &mut out);
    each::find(checker, &mut out);
    adjustment::find(checker, &mut out);
    example::find(checker, &mut out);
    local::find(checker, &mut out);
    divide::find(checker, &mut out);
    thousands::find(checker, &mut out);
    percent::find(checker, &mut out);
    let main = checker.main();
    out.retain(|p: &Problem| p.span().file == main);
    out.sort_by_key(Problem::span);
    // a field that wants a check is told of once, where it is used first
    let mut told: Vec<(&'static str, String)> = Vec::new();
    for problem in out {
        if let Problem::MayDivideByZero { bound: Some(_), .. } | Problem::Percentage { .. } = &problem {
            let which = (problem.id(), problem.to_string());
            if told.contains(&which) {
                continue;
            }
            told.push(which);
        }
        checker.problems.push(problem);
    }
}

/// The field of an event that a formula reads, where it is no more than that.
fn field(e: &Expr) -> Option<(&[KindId], FieldId)> {
    let ExprKind::Field(base, at) = &e.kind else { return None };
    match &base.ty {
        Type::Entry(kinds) => Some((kinds, *at)),
        _ => None,
    }
}

/// Whether a formula reads a field of a kind.
fn reads(e: &Expr, kind: KindId, at: FieldId) -> bool {
    let mut found = false;
    walk(e, &mut |x| found |= field(x).is_some_and(|(kinds, id)| id == at && kinds.contains(&kind)));
    found
}

/// Whether a check of a kind speaks of a field.
fn is_checked(terms: &Terms, kind: KindId, at: FieldId) -> bool {
    terms.kind(kind).is_some_and(|k| k.checks.iter().any(|(check, _)| reads(&check.value, kind, at)))
}
