//! What is written with its parts left blank.

use crate::source::Span;
use crate::syntax::ast::{
    Alternatives, Ask, Binding, Chunk, Expr, ExprKind, Failure, Ident, Outcome, Query, Statement, StatementKind, Text, Window,
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

/// Puts something in the place of every name in an expression.
pub(super) fn names(e: &mut Expr, with: &dyn Fn(&str) -> Option<ExprKind>) {
    if let ExprKind::Name(n) = &e.kind
        && let Some(kind) = with(&n.name)
    {
        e.kind = kind;
        return;
    }
    if let ExprKind::Query(q) = &mut e.kind
        && let Some(first) = q.source.first_mut()
    {
        ident(first, with);
    }
    parts(e).into_iter().for_each(|x| names(x, with));
}

/// The new name of a word, where it has a new one.
fn ident(word: &mut Ident, with: &dyn Fn(&str) -> Option<ExprKind>) {
    if let Some(ExprKind::Name(new)) = with(&word.name) {
        word.name = new.name;
    }
}

/// Puts something in the place of every name in a statement.
pub(super) fn in_statement(s: &mut Statement, with: &dyn Fn(&str) -> Option<ExprKind>) {
    s.guards.iter_mut().for_each(|g| names(&mut g.cond, with));
    match &mut s.kind {
        StatementKind::Let(name, _, value) => {
            ident(name, with);
            names(value, with);
        }
        StatementKind::Becomes { target, value, clamps, .. } => {
            target.first_mut().into_iter().for_each(|t| ident(t, with));
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
            like.iter_mut().for_each(|l| ident(l, with));
            bound(bindings).for_each(|x| names(x, with));
        }
        StatementKind::Record { fields, .. } => fields.iter_mut().for_each(|(_, x)| names(x, with)),
        StatementKind::End(path) | StatementKind::Restore(path) => path.first_mut().into_iter().for_each(|t| ident(t, with)),
        StatementKind::Warn(t) => holes(t).into_iter().for_each(|x| names(x, with)),
        StatementKind::ForEach { name, source, order, body } => {
            ident(name, with);
            source.first_mut().into_iter().for_each(|t| ident(t, with));
            order.iter_mut().for_each(|(_, by)| names(by, with));
            body.iter_mut().for_each(|s| in_statement(s, with));
        }
    }
}
