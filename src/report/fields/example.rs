//! A record that shows an event: one from the examples of the terms, or one made up.

use crate::event::{Raw, decimal, step};
use crate::terms::{Dim, Key, Kind, KindId, Shape, Terms, Type};
use std::borrow::Cow;

/// The day of a record that is made up, where no example says another.
const DAY: &str = "2025-01-02";

/// A record of an event, column by column.
pub(super) fn record(t: &Terms, id: KindId, kind: &Kind) -> Vec<(String, String)> {
    written(t, kind).unwrap_or_else(|| made_up(t, id, kind))
}

/// A record of the examples.
fn written(t: &Terms, kind: &Kind) -> Option<Vec<(String, String)>> {
    let steps = t.examples.iter().flat_map(|e| &e.steps).filter(|(_, name, _)| *name == kind.name);
    // the first of those that say the most
    let mut best: Option<&crate::terms::ExampleStep> = None;
    for found in steps {
        if best.is_none_or(|b| b.2.len() < found.2.len()) {
            best = Some(found);
        }
    }
    let (at, name, fields) = best?;
    Some(step(at, name, fields).into_iter().map(|(k, v)| (k.into_owned(), cell(&v))).collect())
}

/// The name of an entry: that of the record which shows its kind.
fn entry(t: &Terms, kind: KindId) -> String {
    let Some(kind) = t.kind(kind) else { return String::new() };
    let key = match kind.kept {
        Some(Key::Field(f)) => kind.fields.get(f.at()).map_or("", |f| f.name.as_str()),
        Some(Key::Id | Key::None) | None => "id",
    };
    let shown = written(t, kind).and_then(|r| r.into_iter().find(|(k, _)| k == key)).map(|(_, v)| v);
    shown.unwrap_or_else(|| format!("{}-1", kind.name))
}

fn made_up(t: &Terms, id: KindId, kind: &Kind) -> Vec<(String, String)> {
    let mut out = vec![("date".to_owned(), DAY.to_owned()), ("event".to_owned(), kind.name.clone())];
    if kind.kept == Some(Key::Id) {
        out.push(("id".to_owned(), format!("{}-1", kind.name)));
    }
    let mut told: Vec<&str> = Vec::new();
    for (n, field) in kind.fields.iter().enumerate() {
        let own_key = kind.kept == Some(Key::Field(n.into()));
        match field.choice {
            // of what another field tells the type of, the first is shown: that field has its first word
            Some(_) if told.contains(&field.written()) => continue,
            Some(_) => told.push(field.written()),
            None if field.optional || field.default.is_some() => continue,
            None => {}
        }
        let value = match field.makes {
            Some(made) => format!("{}-2", t.kind(made).map_or("entry", |k| k.name.as_str())),
            None if own_key => format!("{}-1", t.kind(id).map_or("entry", |k| k.name.as_str())),
            None => value(t, &field.name, &field.ty),
        };
        out.push((field.written().to_owned(), value));
    }
    out
}

/// A value of a type.
pub(super) fn value(t: &Terms, name: &str, ty: &Type) -> String {
    match ty {
        Type::Quantity(dim) if *dim == Dim::PER_SHARE => "1.50".to_owned(),
        Type::Quantity(dim) if *dim == Dim::SHARES => "1000".to_owned(),
        Type::Quantity(dim) if *dim == Dim::MONEY => "1000.00".to_owned(),
        Type::Quantity(_) | Type::Ratio => "1".to_owned(),
        Type::Date => DAY.to_owned(),
        Type::Moment => format!("{DAY}T12:00"),
        Type::Months | Type::TradingDays => "3".to_owned(),
        Type::YesNo => "yes".to_owned(),
        Type::Text => name.rsplit('.').next().unwrap_or(name).to_owned(),
        Type::Enum(words) => words.first().map_or_else(String::new, |w| t.word(*w).to_owned()),
        Type::Entry(kinds) => kinds.first().map_or_else(String::new, |k| entry(t, *k)),
        Type::List(shape) => t.shapes.get(shape.at()).map_or_else(String::new, |s| list(t, s)),
        Type::Line(_) => String::new(),
    }
}

/// A list of one line, as it stands in a cell.
fn list(t: &Terms, shape: &Shape) -> String {
    let own = |text: String| Raw::Text(Cow::Owned(text));
    let line = match shape.fields.first() {
        Some((name, ty, _)) if shape.plain => own(value(t, name, ty)),
        _ => Raw::Record(shape.fields.iter().map(|(name, ty, _)| (Cow::Owned(name.clone()), own(value(t, name, ty)))).collect()),
    };
    json(&Raw::List(vec![line]))
}

/// A value as it stands in a cell.
fn cell(value: &Raw<'_>) -> String {
    match value {
        Raw::Text(t) | Raw::Bare(t) => t.to_string(),
        Raw::List(_) | Raw::Record(_) => json(value),
    }
}

/// A value as JSON; a number is written as it stands.
fn json(value: &Raw<'_>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    match value {
        Raw::Text(t) | Raw::Bare(t) if decimal(t).is_some() && (!t.starts_with('0') || t.starts_with("0.")) => t.to_string(),
        Raw::Text(t) | Raw::Bare(t) => quoted(t),
        Raw::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(", ")),
        Raw::Record(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(k, v)| format!("{}: {}", quoted(k), json(v))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}
