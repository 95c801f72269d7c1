//! The records of examples in terms files, as a stream has them.

use super::raw::Raw;
use crate::syntax::ast::{Chunk, ExprKind, Ident, StepValue, When};
use std::borrow::Cow;

/// A record of an example.
#[must_use]
pub fn step(at: &When, name: &str, fields: &[(Ident, StepValue)]) -> Vec<(Cow<'static, str>, Raw<'static>)> {
    let own = |s: String| Raw::Text(Cow::Owned(s));
    let mut out = vec![(Cow::Borrowed("event"), own(name.to_owned()))];
    match at {
        When::Day(d) => out.push((Cow::Borrowed("date"), own(d.to_string()))),
        When::Moment(m) => {
            out.push((Cow::Borrowed("date"), own(m.date().to_string())));
            out.push((Cow::Borrowed("time"), own(m.format("%H:%M").to_string())));
        }
    }
    out.extend(fields.iter().map(|(k, v)| (Cow::Owned(k.name.clone()), value(v))));
    out
}

fn value(v: &StepValue) -> Raw<'static> {
    match v {
        StepValue::Word(w) => Raw::Text(Cow::Owned(w.name.clone())),
        StepValue::List(items) => Raw::List(items.iter().map(value).collect()),
        StepValue::Record(pairs) => Raw::Record(pairs.iter().map(|(k, v)| (Cow::Owned(k.name.clone()), value(v))).collect()),
        StepValue::Literal(e) => Raw::Text(Cow::Owned(literal(&e.kind))),
    }
}

fn literal(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Negative(x) => format!("-{}", literal(&x.kind)),
        ExprKind::Number(n) | ExprKind::Money { amount: n, .. } | ExprKind::Quantity(n, _) => n.to_string(),
        ExprKind::Percent(n) => n.checked_mul(rust_decimal::Decimal::new(1, 2)).map_or_else(String::new, |n| n.to_string()),
        ExprKind::Date(d) => d.to_string(),
        ExprKind::Moment(m) => m.format("%Y-%m-%dT%H:%M").to_string(),
        ExprKind::YesNo(b) => b.to_string(),
        ExprKind::Text(t) => t
            .chunks
            .iter()
            .map(|c| match c {
                Chunk::Plain(s) => s.as_str(),
                Chunk::Hole(_) => "",
            })
            .collect(),
        _ => String::new(),
    }
}
