//! The JSON Schema of a record of a stream, as the events of the terms are declared.

use super::{DATE, DRAFT, MOMENT, object, unit, words};
use crate::terms::{EventSort, Field, Kind, Literal, Terms, Type};
use serde_json::{Map, Value as Json, json};

/// A number as it may be written, in quotation marks or without.
const NUMBER: &str = "^-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$";
/// An hour.
const TIME: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

/// The schema of a record that these terms read.
#[must_use]
pub fn events(terms: &Terms) -> Json {
    let kinds = terms.kinds.iter().filter(|k| k.sort != EventSort::Deemed);
    let mut all: Vec<Json> = kinds.clone().map(|k| kind(terms, k)).collect();
    all.push(retraction(&kinds.map(|k| k.name.as_str()).collect::<Vec<_>>()));
    json!({
        "$schema": DRAFT,
        "title": format!("A record of a stream for “{}”", terms.title),
        "description": "One record: a line of JSON Lines. That of an event must also meet the checks of its declaration.",
        "type": "object",
        "required": ["date", "event"],
        "oneOf": all,
    })
}

/// A record that withdraws another says nothing else.
fn retraction(events: &[&str]) -> Json {
    let members = json!({
        "date": { "type": "string", "format": "date", "pattern": DATE },
        "event": { "enum": events },
        "retracts": { "type": ["string", "number"], "description": "the key, the id or the number of an earlier record of that event" },
        "time": { "type": ["string", "null"], "pattern": TIME },
        "recorded": { "type": ["string", "null"], "format": "date", "pattern": DATE },
        "note": { "description": "free text, which nothing depends on" },
    });
    let Json::Object(members) = members else { return Json::Null };
    object(members, ["date", "event", "retracts"].map(str::to_owned).to_vec())
}

/// The records of an event.
fn kind(terms: &Terms, kind: &Kind) -> Json {
    let plain = json!({ "type": ["string", "number", "boolean", "null"] });
    let mut all = Map::new();
    all.insert("date".into(), json!({ "type": "string", "format": "date", "pattern": DATE }));
    all.insert("event".into(), json!({ "const": kind.name }));
    all.insert("time".into(), json!({ "type": ["string", "null"], "pattern": TIME }));
    all.insert("recorded".into(), json!({ "type": ["string", "null"], "format": "date", "pattern": DATE }));
    all.insert("id".into(), plain.clone());
    all.insert("note".into(), json!({ "description": "free text, which nothing depends on" }));
    all.insert("corrects".into(), plain.clone());
    let mut required = vec!["date".to_owned(), "event".to_owned()];
    for field in &kind.fields {
        let name = field.written().to_owned();
        let own = value(terms, field);
        match all.get_mut(&name).and_then(|there| there.get_mut("anyOf")).and_then(Json::as_array_mut) {
            // another field tells of what type it is
            Some(others) if field.choice.is_some() => others.push(own),
            _ if field.choice.is_some() => drop(all.insert(name, json!({ "anyOf": [own] }))),
            _ => {
                if !field.optional && field.default.is_none() {
                    required.push(name.clone());
                }
                all.insert(name, own);
            }
        }
    }
    let mut out = object(all, required);
    if let Json::Object(members) = &mut out {
        let cite = terms.cited(kind.clause);
        members.insert("title".into(), if cite.is_empty() { kind.name.clone() } else { format!("{}, {cite}", kind.name) }.into());
    }
    out
}

/// A value for a field.
fn value(terms: &Terms, field: &Field) -> Json {
    let own = written(terms, &field.ty);
    let may = field.optional || field.default.is_some();
    let mut out = if may { json!({ "anyOf": [own, { "type": "null" }] }) } else { own };
    let mut said: Vec<String> = Vec::new();
    let unit = unit(terms, &field.ty);
    if !unit.is_empty() {
        said.push(format!("in {unit}"));
    }
    said.extend(field.determined.as_ref().map(|who| format!("determined by {who}")));
    if let Json::Object(members) = &mut out {
        if !said.is_empty() {
            members.insert("description".into(), said.join("; ").into());
        }
        if let Some(default) = field.default.as_ref().and_then(|d| literal(terms, &field.ty, d)) {
            members.insert("default".into(), default);
        }
    }
    out
}

/// A value of a type as it may be written.
fn written(terms: &Terms, ty: &Type) -> Json {
    match ty {
        Type::Quantity(_) | Type::Ratio | Type::Months | Type::TradingDays => {
            json!({ "type": ["number", "string"], "pattern": NUMBER })
        }
        Type::Date => json!({ "type": "string", "format": "date", "pattern": DATE }),
        Type::Moment => json!({ "type": "string", "pattern": MOMENT }),
        Type::YesNo => json!({ "enum": [true, false, "true", "false", "yes", "no"] }),
        Type::Enum(_) => json!({ "enum": words(terms, ty) }),
        Type::Text | Type::Entry(_) | Type::Line(_) => json!({ "type": ["string", "number", "boolean"] }),
        Type::List(shape) => {
            let Some(shape) = terms.shapes.get(shape.at()) else { return json!({ "type": "array" }) };
            let mut fields = shape.fields.iter();
            let items = if shape.plain {
                fields.next().map_or(Json::Bool(true), |(_, ty, _)| written(terms, ty))
            } else {
                let one = |(name, ty, optional): &(String, Type, bool)| {
                    let own = written(terms, ty);
                    (name.clone(), if *optional { json!({ "anyOf": [own, { "type": "null" }] }) } else { own })
                };
                let required = fields.clone().filter(|f| !f.2).map(|f| f.0.clone()).collect();
                object(fields.map(one).collect(), required)
            };
            // a list may also stand in quotation marks, as in a cell of CSV
            json!({ "anyOf": [{ "type": "array", "items": items }, { "type": "string", "pattern": "^\\s*\\[" }] })
        }
    }
}

/// A default as it is written.
fn literal(terms: &Terms, ty: &Type, default: &Literal) -> Option<Json> {
    match (default, ty) {
        (Literal::Number(n), _) => Some(n.to_string().into()),
        (Literal::Text(t), _) => Some(t.clone().into()),
        (Literal::Whole(n), Type::YesNo) => Some((*n != 0).into()),
        (Literal::Whole(n), Type::Enum(_)) => {
            usize::try_from(*n).ok().and_then(|at| terms.words.get(at)).map(|word| word.clone().into())
        }
        (Literal::Whole(n), Type::Date) => Some(crate::report::words::day(*n).into()),
        (Literal::Whole(n), Type::Months | Type::TradingDays) => Some((*n).into()),
        (Literal::Whole(_), _) => None,
    }
}
