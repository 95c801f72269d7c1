//! Which names stand for percentages: a text tells them as they are declared.

use super::load::LoadedItem;
use crate::syntax::ast::{Expr, ExprKind, ItemKind, Outcome};

/// Whether a formula is the name of something that is declared as a percentage.
pub(super) fn is_one(items: &[LoadedItem], e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Name(name) | ExprKind::Dot(_, name) => declared(items, &name.name, 0),
        _ => false,
    }
}

fn declared(items: &[LoadedItem], name: &str, depth: u8) -> bool {
    let mut values = items.iter().filter_map(|i| match &i.item.kind {
        ItemKind::Define(d) if d.name.name == name && d.params.is_empty() => Some(&d.value),
        ItemKind::State(s) if s.name.name == name => s.initial.as_ref(),
        _ => None,
    });
    let (first, second) = (values.next(), values.next());
    depth < 8 && second.is_none() && first.is_some_and(|e| percentage(items, e, depth))
}

/// Whether a formula is a percentage as it is written, or a name of one, in all its cases.
fn percentage(items: &[LoadedItem], e: &Expr, depth: u8) -> bool {
    match &e.kind {
        ExprKind::Percent(_) => true,
        ExprKind::Name(name) => declared(items, &name.name, depth + 1),
        ExprKind::Brackets(inner) => percentage(items, inner, depth),
        ExprKind::FirstOf(rungs) => rungs.iter().all(|r| match &r.outcome {
            Outcome::Value(v) => percentage(items, v, depth),
            Outcome::Failure(_) => true,
        }),
        _ => false,
    }
}
