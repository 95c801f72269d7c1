//! The one walk over expressions.

use super::{Ask, Expr, ExprKind, Outcome, Source, TextPart, TextTemplate, When, Window};

/// Visits an expression and all its parts.
pub fn walk<'e>(e: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    visit(e);
    children(e, &mut |c| walk(c, visit));
}

/// Calls for each direct part.
pub fn children<'e>(e: &'e Expr, each: &mut dyn FnMut(&'e Expr)) {
    match &e.kind {
        ExprKind::Number(_)
        | ExprKind::Ratio(..)
        | ExprKind::Whole(_)
        | ExprKind::ByKey(..)
        | ExprKind::Today
        | ExprKind::Now
        | ExprKind::Var(_)
        | ExprKind::Reading(..) => {}
        ExprKind::Text(t) => text(t, each),
        ExprKind::Field(x, _)
        | ExprKind::Inherent(x, _)
        | ExprKind::Negative(x)
        | ExprKind::DayOf(x)
        | ExprKind::Edge(_, x)
        | ExprKind::OneOf(x, _)
        | ExprKind::Not(x)
        | ExprKind::Known(x)
        | ExprKind::Void(x)
        | ExprKind::IsKind(x, _)
        | ExprKind::RoundAs(x, _)
        | ExprKind::Open(_, x)
        | ExprKind::Obligation(_, x, _) => each(x),
        ExprKind::State { of, when, .. } => {
            if let Some(of) = of {
                each(of);
            }
            if let When::At(_, day) = when {
                each(day);
            }
        }
        ExprKind::Pending { of, .. } => {
            if let Some(of) = of {
                each(of);
            }
        }
        ExprKind::ChangeBy { of, by, .. } => {
            if let Some(of) = of {
                each(of);
            }
            each(by);
        }
        ExprKind::Arithmetic(_, a, b)
        | ExprKind::DaysBetween(a, b)
        | ExprKind::Compare(_, a, b)
        | ExprKind::Equal(a, b)
        | ExprKind::Round(a, _, b, _)
        | ExprKind::Shift { day: a, by: b, .. }
        | ExprKind::Contains { list: a, value: b }
        | ExprKind::ProRata { value: a, weight: b, .. } => {
            each(a);
            each(b);
        }
        ExprKind::Def { args: xs, .. }
        | ExprKind::All(xs)
        | ExprKind::Any(xs)
        | ExprKind::Call(_, xs)
        | ExprKind::Table(_, xs) => xs.iter().for_each(each),
        ExprKind::Lines(lines) => lines.iter().flatten().flatten().for_each(each),
        ExprKind::FirstOf(rungs) => {
            for r in rungs {
                if let Some(w) = &r.when {
                    each(w);
                }
                match &r.outcome {
                    Outcome::Value(v) => each(v),
                    Outcome::Failure(f) => {
                        text(&f.text, each);
                        f.with.iter().for_each(|(_, e)| each(e));
                    }
                }
            }
        }
        ExprKind::Query(q) => {
            if let Source::List(list) = &q.source {
                each(list);
            }
            match &q.window {
                None => {}
                Some(Window::Days(from, to)) => {
                    if let Some(from) = from {
                        each(from);
                    }
                    each(to);
                }
                Some(Window::TradingDays(n, day)) => {
                    each(n);
                    each(day);
                }
            }
            if let Some(f) = &q.filter {
                each(f);
            }
            match &q.ask {
                Ask::Measure(_, v) => each(v),
                Ask::List(vs, _) => vs.iter().for_each(each),
                Ask::Count | Ask::CountDays | Ask::Latest | Ask::Earliest => {}
            }
        }
    }
}

fn text<'e>(t: &'e TextTemplate, each: &mut dyn FnMut(&'e Expr)) {
    for part in &t.parts {
        if let TextPart::Value(e) = part {
            each(e);
        }
    }
}
