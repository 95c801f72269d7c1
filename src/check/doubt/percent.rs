//! Fields that say percent and are multiplied as they stand.

use super::super::Problem;
use super::super::declare::Checker;
use super::{field, is_checked};
use crate::terms::{EventSort, Expr, ExprKind, Formulas, Operator, Terms, Type};

pub(super) fn find(checker: &Checker<'_>, out: &mut Vec<Problem>) {
    let terms = &checker.terms;
    terms.expressions(&mut |e| {
        if let ExprKind::Arithmetic(Operator::Multiply, a, b) = &e.kind {
            out.extend([a, b].into_iter().filter_map(|x| percent(terms, x)));
        }
    });
}

/// A plain number whose name says percent, and of which no check says how large it may be.
fn percent(terms: &Terms, e: &Expr) -> Option<Problem> {
    let (kinds, at) = field(e)?;
    let [kind] = kinds else { return None };
    let k = terms.kind(*kind).filter(|k| k.sort != EventSort::Deemed)?;
    let f = k.fields.get(at.at()).filter(|f| f.ty == Type::NUMBER)?;
    let says = f.name.split(['_', '.']).any(|w| matches!(w, "percent" | "percentage" | "pct" | "percents" | "percentages"));
    (says && !is_checked(terms, *kind, at)).then(|| Problem::Percentage {
        at: e.span,
        field: f.name.clone(),
        event: k.name.clone(),
    })
}
