//! What is written with its parts left blank.

use crate::source::Span;
use crate::syntax::ast::{
    Alternatives, Ask, Binding, Chunk, Expr, ExprKind, Failure, Guard, Ident, ItemKind, Member, Outcome, PolicyKind, Query,
    Scope, Setting, Statement, StatementKind, Text, Trigger, Window,
};

/// Where a part stands.
pub(super) const BLANK: &str = "\u{0}";

/// The text of an expression with its parts left blank, and the parts.
pub(super) fn split(e: &Expr, print: impl Fn(&Expr) -> String) -> (String, Vec<Expr>) {
    let mut frame = e.clone();
    let taken = parts(&mut frame).into_iter().map(take).collect();
    (print(&frame), taken)
}

/// Takes an expression out, and leaves a blank.
pub(super) fn take(e: &mut Expr) -> Expr {
    let name = Ident { name: BLANK.to_owned(), span: Span::default() };
    std::mem::replace(e, Expr { kind: ExprKind::Name(name), span: Span::default() })
}

/// The direct parts of an expression, in the order in which they are written.
pub(super) fn parts(e: &mut Expr) -> Vec<&mut Expr> {
    match &mut e.kind {
        ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money { .. }
        | ExprKind::Quantity(..)
        | ExprKind::Ratio(..)
        | ExprKind::Date(_)
        | ExprKind::Moment(_)
        | ExprKind::YesNo(_)
        | ExprKind::Name(_)
        | ExprKind::Its(_)
        | ExprKind::It
        | ExprKind::Now
        | ExprKind::ChangeBy { .. } => Vec::new(),
        ExprKind::Text(t) => holes(t),
        ExprKind::Keyed { value, key, .. } => {
            let mut out = vec![&mut **value];
            out.extend(holes(key));
            out
        }
        ExprKind::Dot(x, _)
        | ExprKind::Before(x)
        | ExprKind::After(x)
        | ExprKind::Edge(_, x)
        | ExprKind::Known(x)
        | ExprKind::Void(x)
        | ExprKind::Pending(x)
        | ExprKind::Negative(x)
        | ExprKind::PercentOf(_, x)
        | ExprKind::RoundedAs(x, _)
        | ExprKind::Not(x)
        | ExprKind::Brackets(x) => vec![&mut **x],
        ExprKind::At { value: a, of: b, .. }
        | ExprKind::Binary(_, a, b)
        | ExprKind::ProRata(a, b)
        | ExprKind::Compare(_, a, b)
        | ExprKind::In(a, b) => vec![&mut **a, &mut **b],
        ExprKind::Rounded(x, r) => vec![&mut **x, &mut *r.unit],
        ExprKind::Is { value, of, .. } => match of {
            Alternatives::One(x) => vec![&mut **value, &mut **x],
            Alternatives::Either(_) | Alternatives::Breached | Alternatives::Word(_) => vec![&mut **value],
        },
        ExprKind::Call(_, xs) | ExprKind::And(xs) | ExprKind::Or(xs) | ExprKind::List(xs) => xs.iter_mut().collect(),
        ExprKind::Records(lines) => lines.iter_mut().flatten().map(|(_, x)| x).collect(),
        ExprKind::FirstOf(rungs) => {
            let mut out = Vec::new();
            for r in rungs {
                out.extend(r.when.as_mut());
                match &mut r.outcome {
                    Outcome::Value(x) => out.push(x),
                    Outcome::Failure(f) => out.extend(failure(f)),
                }
            }
            out
        }
        ExprKind::Query(q) => query(q),
    }
}

fn query(q: &mut Query) -> Vec<&mut Expr> {
    let mut out: Vec<&mut Expr> = match &mut q.ask {
        Ask::Measure(_, x) | Ask::List(x) => vec![x],
        Ask::Records(fields) => fields.iter_mut().map(|(_, x)| x).collect(),
        Ask::Count | Ask::CountDays | Ask::Latest | Ask::Earliest => Vec::new(),
    };
    match &mut q.window {
        None => {}
        Some(Window::On(x) | Window::UpTo(x)) => out.push(x),
        Some(Window::From(a, b) | Window::In(a, b)) => out.extend([a, b]),
    }
    out.extend(q.filter.as_mut());
    out
}

fn holes(t: &mut Text) -> Vec<&mut Expr> {
    t.chunks.iter_mut().filter_map(|c| if let Chunk::Hole(x) = c { Some(x) } else { None }).collect()
}

fn failure(f: &mut Failure) -> Vec<&mut Expr> {
    let mut out = holes(&mut f.text);
    out.extend(bound(&mut f.with));
    out
}

fn bound(list: &mut [Binding]) -> impl Iterator<Item = &mut Expr> {
    list.iter_mut().map(|b| &mut b.value)
}

/// How many parts an expression has, those of its parts included.
pub(super) fn size(e: &Expr) -> usize {
    let mut e = e.clone();
    let mut left: Vec<Expr> = parts(&mut e).into_iter().map(take).collect();
    let mut out = 1;
    while let Some(mut x) = left.pop() {
        out += 1;
        left.extend(parts(&mut x).into_iter().map(take));
    }
    out
}

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// By itself.
    Alone,
    /// After a point, or after `its`.
    Member,
    /// Before its arguments.
    Called,
}

/// What stands in the place of a name, where something else does.
pub(super) type With<'w> = &'w dyn Fn(&str, Place) -> Option<ExprKind>;

/// Puts something in the place of every name in an expression.
pub(super) fn names(e: &mut Expr, with: With<'_>) {
    match &mut e.kind {
        ExprKind::Name(n) => {
            if let Some(kind) = with(&n.name, Place::Alone) {
                e.kind = kind;
                return;
            }
        }
        ExprKind::Dot(_, n) | ExprKind::Its(n) => ident(n, with, Place::Member),
        ExprKind::Call(n, _) => ident(n, with, Place::Called),
        ExprKind::Query(q) => q.source.first_mut().into_iter().for_each(|n| ident(n, with, Place::Alone)),
        _ => {}
    }
    parts(e).into_iter().for_each(|x| names(x, with));
}

/// The new name of a word, where it has a new one.
fn ident(word: &mut Ident, with: With<'_>, place: Place) {
    if let Some(ExprKind::Name(new)) = with(&word.name, place) {
        word.name = new.name;
    }
}

/// Puts something in the place of every name in a declaration; names of kinds and states stay.
pub(super) fn in_item(kind: &mut ItemKind, with: With<'_>) {
    let guards = |list: &mut [Guard]| list.iter_mut().for_each(|g| names(&mut g.cond, with));
    match kind {
        ItemKind::Setting(Setting::TradingDays(n)) => ident(n, with, Place::Called),
        ItemKind::Event(e) => {
            for m in &mut e.members {
                match m {
                    Member::Field(f) => f.default.iter_mut().for_each(|x| names(x, with)),
                    Member::Check(cond, text) => {
                        names(cond, with);
                        holes(text).into_iter().for_each(|x| names(x, with));
                    }
                }
            }
        }
        ItemKind::State(s) => s.initial.iter_mut().for_each(|x| names(x, with)),
        ItemKind::Define(d) => names(&mut d.value, with),
        ItemKind::Covenant { during, holds, .. } => during.iter_mut().chain([holds]).for_each(|x| names(x, with)),
        ItemKind::Obligation(o) => {
            trigger(&mut o.trigger, with);
            scope(&mut o.scope, with);
            guards(&mut o.guards);
            o.due.iter_mut().chain([&mut o.done]).for_each(|x| names(x, with));
        }
        ItemKind::Round { lines, .. } => lines.iter_mut().for_each(|(r, g)| {
            names(&mut r.unit, with);
            guards(g);
        }),
        ItemKind::Postpone { policies, .. } => policies.iter_mut().for_each(|p| {
            if let PolicyKind::While { limit, .. } = &mut p.kind {
                names(limit, with);
            }
            guards(p.guard.as_mut_slice());
        }),
        ItemKind::Report { filter, columns, .. } => {
            filter.iter_mut().for_each(|x| names(x, with));
            for (word, value) in columns {
                // a column without a formula shows what it is called
                let span = word.span;
                names(value.get_or_insert_with(|| Expr { kind: ExprKind::Name(word.clone()), span }), with);
            }
        }
        ItemKind::Rule(r) => {
            trigger(&mut r.trigger, with);
            scope(&mut r.scope, with);
            guards(&mut r.guards);
            r.rescinding.iter_mut().for_each(|x| guards(&mut x.guards));
            r.body.iter_mut().for_each(|s| in_statement(s, with));
        }
        _ => {}
    }
}

fn trigger(t: &mut Trigger, with: With<'_>) {
    if let Trigger::At(x) | Trigger::Once(x) = t {
        names(x, with);
    }
}

fn scope(s: &mut Scope, with: With<'_>) {
    s.each.iter_mut().filter_map(|e| e.filter.as_mut()).for_each(|f| names(f, with));
}

/// Puts something in the place of every name in a statement.
pub(super) fn in_statement(s: &mut Statement, with: With<'_>) {
    s.guards.iter_mut().for_each(|g| names(&mut g.cond, with));
    match &mut s.kind {
        StatementKind::Let(name, _, value) => {
            ident(name, with, Place::Alone);
            names(value, with);
        }
        StatementKind::Becomes { target, value, clamps, .. } => {
            target.first_mut().into_iter().for_each(|t| ident(t, with, Place::Alone));
            names(value, with);
            for c in clamps {
                names(&mut c.limit, with);
                c.skip.iter_mut().flatten().for_each(|g| names(&mut g.cond, with));
            }
        }
        StatementKind::Require(cond, f) => {
            names(cond, with);
            failure(f).into_iter().for_each(|x| names(x, with));
        }
        StatementKind::Deem { fields, like, with: bindings, .. } => {
            fields.iter_mut().for_each(|(_, x)| names(x, with));
            like.iter_mut().for_each(|l| ident(l, with, Place::Alone));
            bound(bindings).for_each(|x| names(x, with));
        }
        StatementKind::Record { fields, .. } => fields.iter_mut().for_each(|(_, x)| names(x, with)),
        StatementKind::End(path) | StatementKind::Restore(path) => {
            path.first_mut().into_iter().for_each(|t| ident(t, with, Place::Alone))
        }
        StatementKind::Warn(t) => holes(t).into_iter().for_each(|x| names(x, with)),
        StatementKind::ForEach { name, source, order, body } => {
            ident(name, with, Place::Alone);
            source.first_mut().into_iter().for_each(|t| ident(t, with, Place::Alone));
            order.iter_mut().for_each(|(_, by)| names(by, with));
            body.iter_mut().for_each(|s| in_statement(s, with));
        }
    }
}
