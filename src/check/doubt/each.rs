//! Rules for each entry of a kind on an event that names one of them.

use super::super::Problem;
use super::super::declare::Checker;
use super::{field, reads};
use crate::terms::{Answer, Expr, ExprKind, FieldId, Formulas, KindId, On, Terms, Type, children};

pub(super) fn find(checker: &Checker<'_>, out: &mut Vec<Problem>) {
    let terms = &checker.terms;
    for rule in &terms.rules {
        if let Some((event, at, kind)) = rule.answers.iter().find_map(|a| named(terms, a)) {
            let name = |id| terms.kind(id).map(|k| k.name.clone()).unwrap_or_default();
            let field = terms.kind(event).and_then(|k| k.fields.get(at.at())).map(|f| f.name.clone()).unwrap_or_default();
            out.push(Problem::EachOfNamed { at: rule.span, event: name(event), kind: name(kind), field });
        }
    }
}

/// The event, its field and the kind of entry, where a rule goes through all entries and the event names one.
fn named(terms: &Terms, answer: &Answer) -> Option<(KindId, FieldId, KindId)> {
    let (On::Event(event), Some(each)) = (&answer.on, &answer.each) else { return None };
    let kind = terms.kind(*event)?;
    let of_kind = |ty: &Type| matches!(ty, Type::Entry(kinds) if kinds.contains(&each.kind));
    let mut fields = kind.fields.iter().enumerate().filter(|(_, f)| of_kind(&f.ty) && f.makes.is_none());
    let (Some((at, _)), None) = (fields.next(), fields.next()) else { return None };
    let at = FieldId::from(at);
    let mut read = *event == each.kind;
    answer.formulas(&mut |_, e| read |= uses(terms, e, *event, at, 0));
    (!read).then_some((*event, at, each.kind))
}

/// Whether a formula reads the field, itself or by a definition, or hands on the whole event.
fn uses(terms: &Terms, e: &Expr, event: KindId, at: FieldId, depth: u8) -> bool {
    if depth > 8 || field(e).is_some_and(|(kinds, id)| id == at && kinds.contains(&event)) {
        return true;
    }
    let is_event = |x: &Expr| matches!(x.kind, ExprKind::Var(_)) && matches!(&x.ty, Type::Entry(k) if k.contains(&event));
    if is_event(e) {
        return true;
    }
    if let ExprKind::Def { def, args, .. } = &e.kind
        && args.iter().any(is_event)
        && let Some(d) = terms.defs.get(def.at())
    {
        return reads(&d.body.value, event, at)
            || uses(terms, &d.body.value, event, at, depth + 1)
            || args.iter().any(|a| !is_event(a) && uses(terms, a, event, at, depth));
    }
    let mut found = false;
    let whole =
        matches!(e.kind, ExprKind::Field(..) | ExprKind::Inherent(..) | ExprKind::State { .. } | ExprKind::Pending { .. });
    children(e, &mut |c| found |= !(whole && is_event(c)) && uses(terms, c, event, at, depth));
    found
}
