//! Terms as one list of blocks, to be changed a little and printed again.

use crate::files;
use std::path::{Path, PathBuf};
use tenor::syntax::ast::{
    Alternatives, Ask, Chunk, Each, ExampleKind, Expr, ExprKind, Failure, Guard, Item, ItemKind, Member, Obligation, Outcome,
    PolicyKind, Rounding, Rule, Scope, Setting, Statement, StatementKind, Text, Trigger, TypeKind, Unit, Window,
};
use tenor::syntax::print;
use tenor::terms::Terms;

/// Where a flat file stands: beside the other files of the language, so that it can be put there as it is.
pub(crate) fn place() -> PathBuf {
    files::root().join("tests/language/found.terms")
}

/// All blocks of terms, with those of imports and variants, as one file has them.
pub(crate) fn flat(terms: &Terms) -> Vec<Item> {
    let mut out: Vec<Item> = Vec::new();
    let mut settings: Vec<std::mem::Discriminant<Setting>> = Vec::new();
    let (mut head, mut rest) = (Vec::new(), Vec::new());
    for item in &terms.items {
        match &item.kind {
            ItemKind::Setting(Setting::Library(_) | Setting::Import(..) | Setting::Variant(..) | Setting::Document(_)) => {}
            ItemKind::Setting(s) => {
                let sort = std::mem::discriminant(s);
                if !settings.contains(&sort) {
                    settings.push(sort);
                    head.push(item.clone());
                }
            }
            ItemKind::Needs(_)
            | ItemKind::Replace(_)
            | ItemKind::Remove { .. }
            | ItemKind::Example { .. }
            | ItemKind::NotComputable(_)
            | ItemKind::Defect(_)
            | ItemKind::Allow { .. } => {}
            _ => rest.push(item.clone()),
        }
    }
    let title = |i: &Item| matches!(i.kind, ItemKind::Setting(Setting::Terms(_)));
    if !head.iter().any(title) {
        let span = tenor::source::Span::default();
        let text = Text { chunks: vec![Chunk::Plain(terms.title.clone())], span };
        head.insert(0, Item { citations: Vec::new(), kind: ItemKind::Setting(Setting::Terms(text)), span });
    }
    out.append(&mut head);
    out.append(&mut rest);
    nothing_waits(&mut out);
    for item in &mut out {
        if let ItemKind::Calendar { file: Some(text), .. } = &mut item.kind {
            let name = text.plain();
            let name = Path::new(&name).file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
            text.chunks = vec![Chunk::Plain(format!("../../terms/data/{name}"))];
        }
    }
    out
}

/// What a library asks of a state that never waits in these terms is nothing: a file of its own says so.
fn nothing_waits(items: &mut [Item]) {
    let mut waits: Vec<String> = Vec::new();
    let mut zeros: Vec<(String, ExprKind)> = Vec::new();
    for item in items.iter() {
        match &item.kind {
            ItemKind::Postpone { states, .. } => waits.extend(states.iter().map(|s| s.name.clone())),
            ItemKind::State(s) => zeros.push((s.name.name.clone(), zero(&s.ty.kind))),
            _ => {}
        }
    }
    zeros.retain(|(name, _)| !waits.contains(name));
    for item in items.iter_mut() {
        each(item, &mut |e| {
            if let ExprKind::Pending(x) = &e.kind
                && let ExprKind::Name(n) | ExprKind::Dot(_, n) | ExprKind::Its(n) = &x.kind
                && let Some((_, zero)) = zeros.iter().find(|(name, _)| *name == n.name)
            {
                e.kind = zero.clone();
            }
        });
        bodies(item, &mut |list| {
            list.retain(|s| match &s.kind {
                StatementKind::Becomes { pending: true, target, .. } => {
                    target.last().is_none_or(|t| zeros.iter().all(|(name, _)| *name != t.name))
                }
                _ => true,
            });
            for s in list {
                if let StatementKind::Deem { with, .. } = &mut s.kind {
                    with.retain(|b| !b.pending || b.path.last().is_none_or(|t| zeros.iter().all(|(name, _)| *name != t.name)));
                }
            }
        });
    }
}

/// Nothing of a type.
fn zero(ty: &TypeKind) -> ExprKind {
    let none = rust_decimal::Decimal::ZERO;
    match ty {
        TypeKind::Per(..) => ExprKind::Money { amount: none, sign: "$".to_owned(), per_share: true },
        TypeKind::Names(names) => match names.first().map(|n| n.name.as_str()) {
            Some("shares") => ExprKind::Quantity(none, Unit::Shares),
            Some("days") => ExprKind::Quantity(none, Unit::Days),
            Some("number" | "ratio") => ExprKind::Number(none),
            _ => ExprKind::Money { amount: none, sign: "$".to_owned(), per_share: false },
        },
        _ => ExprKind::Number(none),
    }
}

/// Blocks as text.
pub(crate) fn text(items: &[Item]) -> String {
    items.iter().map(print::item).collect::<Vec<_>>().join("\n")
}

/// Blocks, checked; why they are no terms.
pub(crate) fn check(items: &[Item]) -> Result<Terms, String> {
    files::checked(&place(), &text(items))
}

/// Calls for every expression of a block and its parts, always in the same order.
pub(crate) fn each(item: &mut Item, f: &mut dyn FnMut(&mut Expr)) {
    match &mut item.kind {
        ItemKind::Replace(inner) => each(inner, f),
        ItemKind::Set { value, .. } => expr(value, f),
        ItemKind::Extend { members, .. } => members.iter_mut().for_each(|m| member(m, f)),
        ItemKind::Event(e) => e.members.iter_mut().for_each(|m| member(m, f)),
        ItemKind::State(s) => s.initial.iter_mut().for_each(|e| expr(e, f)),
        ItemKind::Define(d) => expr(&mut d.value, f),
        ItemKind::Table(t) => {
            t.columns.iter_mut().for_each(|e| expr(e, f));
            for (row, cells) in &mut t.rows {
                expr(row, f);
                cells.iter_mut().for_each(|e| expr(e, f));
            }
        }
        ItemKind::Rule(r) => rule(r, f),
        ItemKind::Covenant { during, holds, .. } => {
            during.iter_mut().for_each(|e| expr(e, f));
            expr(holds, f);
        }
        ItemKind::Obligation(o) => obligation(o, f),
        ItemKind::Round { lines, .. } => {
            for (r, g) in lines {
                rounding(r, f);
                guards(g, f);
            }
        }
        ItemKind::Postpone { policies, .. } => {
            for p in policies {
                if let PolicyKind::While { limit, .. } = &mut p.kind {
                    expr(limit, f);
                }
                p.guard.iter_mut().for_each(|g| expr(&mut g.cond, f));
            }
        }
        ItemKind::Report { filter, columns, .. } => {
            filter.iter_mut().for_each(|e| expr(e, f));
            columns.iter_mut().filter_map(|(_, e)| e.as_mut()).for_each(|e| expr(e, f));
        }
        ItemKind::Example { lines, .. } => {
            for l in lines {
                if let ExampleKind::That(e, unit) = &mut l.kind {
                    expr(e, f);
                    unit.iter_mut().for_each(|e| expr(e, f));
                }
            }
        }
        ItemKind::Setting(_)
        | ItemKind::Remove { .. }
        | ItemKind::SetReading { .. }
        | ItemKind::Effect { .. }
        | ItemKind::Needs(_)
        | ItemKind::Reading { .. }
        | ItemKind::Adjustments { .. }
        | ItemKind::AtClose(_)
        | ItemKind::Calendar { .. }
        | ItemKind::NotComputable(_)
        | ItemKind::Defect(_)
        | ItemKind::Allow { .. } => {}
    }
}

fn member(m: &mut Member, f: &mut dyn FnMut(&mut Expr)) {
    match m {
        Member::Field(field) => field.default.iter_mut().for_each(|e| expr(e, f)),
        Member::Check(e, t) => {
            expr(e, f);
            told(t, f);
        }
    }
}

fn rule(r: &mut Rule, f: &mut dyn FnMut(&mut Expr)) {
    trigger(&mut r.trigger, f);
    scope(&mut r.scope, f);
    guards(&mut r.guards, f);
    r.rescinding.iter_mut().for_each(|x| guards(&mut x.guards, f));
    r.body.iter_mut().for_each(|s| statement(s, f));
}

fn obligation(o: &mut Obligation, f: &mut dyn FnMut(&mut Expr)) {
    told(&mut o.what, f);
    trigger(&mut o.trigger, f);
    scope(&mut o.scope, f);
    guards(&mut o.guards, f);
    o.due.iter_mut().for_each(|e| expr(e, f));
    expr(&mut o.done, f);
}

fn trigger(t: &mut Trigger, f: &mut dyn FnMut(&mut Expr)) {
    if let Trigger::At(e) | Trigger::Once(e) = t {
        expr(e, f);
    }
}

fn scope(s: &mut Scope, f: &mut dyn FnMut(&mut Expr)) {
    if let Some(Each { filter: Some(e), .. }) = &mut s.each {
        expr(e, f);
    }
}

fn guards(list: &mut [Guard], f: &mut dyn FnMut(&mut Expr)) {
    list.iter_mut().for_each(|g| expr(&mut g.cond, f));
}

fn rounding(r: &mut Rounding, f: &mut dyn FnMut(&mut Expr)) {
    expr(&mut r.unit, f);
}

fn told(t: &mut Text, f: &mut dyn FnMut(&mut Expr)) {
    for chunk in &mut t.chunks {
        if let Chunk::Hole(e) = chunk {
            expr(e, f);
        }
    }
}

fn failure(x: &mut Failure, f: &mut dyn FnMut(&mut Expr)) {
    told(&mut x.text, f);
    x.with.iter_mut().for_each(|b| expr(&mut b.value, f));
}

fn statement(s: &mut Statement, f: &mut dyn FnMut(&mut Expr)) {
    match &mut s.kind {
        StatementKind::Let(_, _, e) => expr(e, f),
        StatementKind::Becomes { value, clamps, .. } => {
            expr(value, f);
            for c in clamps {
                expr(&mut c.limit, f);
                if let Some(Some(g)) = &mut c.skip {
                    expr(&mut g.cond, f);
                }
            }
        }
        StatementKind::Require(e, x) => {
            expr(e, f);
            failure(x, f);
        }
        StatementKind::Deem { fields, with, .. } => {
            fields.iter_mut().for_each(|(_, e)| expr(e, f));
            with.iter_mut().for_each(|b| expr(&mut b.value, f));
        }
        StatementKind::Record { fields, .. } => fields.iter_mut().for_each(|(_, e)| expr(e, f)),
        StatementKind::Warn(t) => told(t, f),
        StatementKind::ForEach { order, body, .. } => {
            order.iter_mut().for_each(|(_, e)| expr(e, f));
            body.iter_mut().for_each(|s| statement(s, f));
        }
        StatementKind::End(_) | StatementKind::Restore(_) => {}
    }
    guards(&mut s.guards, f);
}

/// An expression and its parts.
fn expr(e: &mut Expr, f: &mut dyn FnMut(&mut Expr)) {
    f(e);
    match &mut e.kind {
        ExprKind::Text(t) => told(t, f),
        ExprKind::Dot(x, _)
        | ExprKind::Before(x)
        | ExprKind::After(x)
        | ExprKind::Keyed { value: x, .. }
        | ExprKind::Edge(_, x)
        | ExprKind::Known(x)
        | ExprKind::Void(x)
        | ExprKind::Pending(x)
        | ExprKind::Negative(x)
        | ExprKind::PercentOf(_, x)
        | ExprKind::RoundedAs(x, _)
        | ExprKind::Not(x)
        | ExprKind::Brackets(x) => expr(x, f),
        ExprKind::At { value: a, of: b, .. }
        | ExprKind::Binary(_, a, b)
        | ExprKind::ProRata(a, b)
        | ExprKind::Compare(_, a, b)
        | ExprKind::In(a, b) => {
            expr(a, f);
            expr(b, f);
        }
        ExprKind::Is { value, of, .. } => {
            expr(value, f);
            if let Alternatives::One(x) = of {
                expr(x, f);
            }
        }
        ExprKind::Rounded(x, r) => {
            expr(x, f);
            rounding(r, f);
        }
        ExprKind::Call(_, list) | ExprKind::And(list) | ExprKind::Or(list) | ExprKind::List(list) => {
            list.iter_mut().for_each(|x| expr(x, f));
        }
        ExprKind::Records(rows) => rows.iter_mut().flatten().for_each(|(_, x)| expr(x, f)),
        ExprKind::FirstOf(rungs) => {
            for r in rungs {
                r.when.iter_mut().for_each(|x| expr(x, f));
                match &mut r.outcome {
                    Outcome::Value(x) => expr(x, f),
                    Outcome::Failure(x) => failure(x, f),
                }
            }
        }
        ExprKind::Query(q) => {
            match &mut q.ask {
                Ask::Measure(_, x) | Ask::List(x) => expr(x, f),
                Ask::Records(list) => list.iter_mut().for_each(|(_, x)| expr(x, f)),
                Ask::Count | Ask::CountDays | Ask::Latest | Ask::Earliest => {}
            }
            match &mut q.window {
                Some(Window::On(x) | Window::UpTo(x)) => expr(x, f),
                Some(Window::From(a, b) | Window::In(a, b)) => {
                    expr(a, f);
                    expr(b, f);
                }
                None => {}
            }
            q.filter.iter_mut().for_each(|x| expr(x, f));
        }
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
        | ExprKind::ChangeBy { .. } => {}
    }
}

/// All lists of statements of a block, for leaving some out.
pub(crate) fn bodies(item: &mut Item, f: &mut dyn FnMut(&mut Vec<Statement>)) {
    fn inner(list: &mut Vec<Statement>, f: &mut dyn FnMut(&mut Vec<Statement>)) {
        f(list);
        for s in list {
            if let StatementKind::ForEach { body, .. } = &mut s.kind {
                inner(body, f);
            }
        }
    }
    if let ItemKind::Rule(r) = &mut item.kind {
        inner(&mut r.body, f);
    }
}

/// All lists of conditions of a block.
pub(crate) fn conditions(item: &mut Item, f: &mut dyn FnMut(&mut Vec<Guard>)) {
    match &mut item.kind {
        ItemKind::Rule(r) => {
            f(&mut r.guards);
            r.rescinding.iter_mut().for_each(|x| f(&mut x.guards));
        }
        ItemKind::Obligation(o) => f(&mut o.guards),
        ItemKind::Round { lines, .. } => lines.iter_mut().for_each(|(_, g)| f(g)),
        _ => {}
    }
    bodies(item, &mut |list| list.iter_mut().for_each(|s| f(&mut s.guards)));
}
