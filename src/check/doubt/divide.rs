//! Divisors that can be zero, with nothing to prevent it.

use super::super::Problem;
use super::super::declare::Checker;
use super::super::fact::shape;
use super::{field, is_checked, reads};
use crate::terms::{
    Answer, Ask, Dim, EventSort, Expr, ExprKind, Formulas, Measure, Operator, Source, StatementKind, Terms, Type, VarId, walk,
};

pub(super) fn find(checker: &Checker<'_>, out: &mut Vec<Problem>) {
    let terms = &checker.terms;
    let mut alone = |e: &Expr| look(&Scene { terms, conditions: conditions(e), answer: None }, e, out);
    terms.defs.iter().for_each(|d| d.formulas(&mut |_, e| alone(e)));
    terms.states.iter().for_each(|s| s.formulas(&mut |_, e| alone(e)));
    terms.covenants.iter().for_each(|c| c.formulas(&mut |_, e| alone(e)));
    terms.reports.iter().for_each(|r| r.formulas(&mut |_, e| alone(e)));
    terms.obligations.iter().for_each(|o| o.formulas(&mut |_, e| alone(e)));
    for answer in terms.rules.iter().flat_map(|r| &r.answers) {
        let mut all = Vec::new();
        answer.formulas(&mut |_, e| all.extend(conditions(e)));
        let scene = Scene { terms, conditions: all, answer: Some(answer) };
        answer.formulas(&mut |_, e| look(&scene, e, out));
    }
}

/// A formula, or all of a rule, with the conditions in it.
struct Scene<'t> {
    terms: &'t Terms,
    conditions: Vec<&'t Expr>,
    answer: Option<&'t Answer>,
}

/// What a formula asks, and all it asks on the way.
fn conditions(e: &Expr) -> Vec<&Expr> {
    let mut out = Vec::new();
    walk(e, &mut |x| {
        if matches!(x.kind, ExprKind::Compare(..) | ExprKind::Equal(..) | ExprKind::OneOf(..)) {
            out.push(x);
        }
    });
    out
}

fn look(scene: &Scene<'_>, e: &Expr, out: &mut Vec<Problem>) {
    walk(e, &mut |x| {
        if let ExprKind::Arithmetic(Operator::Divide, _, by) = &x.kind {
            divisor(scene, by, by.span, 0, out);
        }
    });
}

/// Tells of a divisor, or of one of its factors.
fn divisor(scene: &Scene<'_>, by: &Expr, at: crate::source::Span, depth: u8, out: &mut Vec<Problem>) {
    let mut part = |x: &Expr| divisor(scene, x, at, depth + 1, out);
    match &by.kind {
        _ if depth > 16 => {}
        ExprKind::Arithmetic(Operator::Multiply, a, b) => {
            part(a);
            part(b);
        }
        ExprKind::Arithmetic(Operator::Divide, a, _) | ExprKind::Negative(a) => part(a),
        ExprKind::Var(var) => {
            if let Some(value) = scene.answer.and_then(|a| named(a, *var))
                && !scene.conditions.iter().any(|c| mentions(c, *var))
            {
                part(value);
            }
        }
        ExprKind::Field(..) => open_field(scene, by, at, out),
        ExprKind::Query(q) => {
            let what = match &q.ask {
                Ask::Measure(Measure::Sum, _) => "this sum",
                Ask::Count | Ask::CountDays => "this count",
                _ => return,
            };
            let asked = |c: &&Expr| {
                let mut found = false;
                walk(c, &mut |x| found |= matches!(&x.kind, ExprKind::Query(o) if same(&o.source, &q.source)));
                found
            };
            if !scene.conditions.iter().any(asked) {
                out.push(Problem::MayDivideByZero { at, what: what.to_owned(), bound: None });
            }
        }
        _ => {}
    }
}

/// A field of an event of the stream that no check and no condition speaks of.
fn open_field(scene: &Scene<'_>, by: &Expr, at: crate::source::Span, out: &mut Vec<Problem>) {
    let Some((kinds, id)) = field(by) else { return };
    let [kind] = kinds else { return };
    let Some(k) = scene.terms.kind(*kind).filter(|k| k.sort != EventSort::Deemed) else { return };
    if is_checked(scene.terms, *kind, id) || scene.conditions.iter().any(|c| reads(c, *kind, id)) {
        return;
    }
    let Some(f) = k.fields.get(id.at()).filter(|f| f.ty.dim().is_some() && f.ty != Type::Ratio) else { return };
    let unit = match &f.ty {
        Type::Quantity(Dim::SHARES) => " shares".to_owned(),
        Type::Quantity(Dim::DAYS) => " days".to_owned(),
        Type::Quantity(Dim::MONEY) => format!(" {}", scene.terms.currency),
        Type::Quantity(Dim::PER_SHARE) => format!(" {}/share", scene.terms.currency),
        _ => String::new(),
    };
    let bound = Some(format!("event.{} > 0{unit}", f.name));
    out.push(Problem::MayDivideByZero { at, what: format!("`{}` of `{}`", f.name, k.name), bound });
}

/// The formula of a named value.
fn named(answer: &Answer, var: VarId) -> Option<&Expr> {
    answer.body.iter().find_map(|s| match &s.kind {
        StatementKind::Let(v, value) if *v == var => Some(value),
        _ => None,
    })
}

fn mentions(e: &Expr, var: VarId) -> bool {
    let mut found = false;
    walk(e, &mut |x| found |= matches!(x.kind, ExprKind::Var(v) if v == var));
    found
}

/// Whether two questions look at the same.
fn same(a: &Source, b: &Source) -> bool {
    match (a, b) {
        (Source::Entries(a) | Source::Past(a), Source::Entries(b) | Source::Past(b)) => a == b,
        (Source::Effect(a, _), Source::Effect(b, _)) => a == b,
        (Source::List(a), Source::List(b)) => shape(a) == shape(b),
        _ => false,
    }
}
