//! The JSON Schema of what `tenor run` gives as JSON.

use super::fixed::{Fixed, fixed};
use super::{DATE, DECIMAL, DRAFT, MOMENT, object, or_null, unit, words};
use crate::report::json::SCHEMA;
use crate::terms::{Key, Report, StateId, Terms, Type};
use serde_json::{Map, Value as Json, json};

/// The schema of a result of these terms.
#[must_use]
pub fn result(terms: &Terms) -> Json {
    let Fixed { adjustment, refusal, parts, told, mut definitions } = fixed();
    let fault = json!({ "type": "object", "properties": { "error": { "type": "string" } }, "required": ["error"],
        "additionalProperties": false, "description": "why the figure cannot be computed" });
    definitions.insert("fault".into(), fault);
    definitions.insert("decimal".into(), json!({ "type": "string", "pattern": DECIMAL }));
    let mut all = Map::new();
    all.insert("schema".into(), json!({ "const": SCHEMA }));
    all.insert("terms".into(), json!({ "const": terms.title }));
    all.insert("as_of".into(), json!({ "type": ["string", "null"], "pattern": DATE }));
    let may = ["stopped", "rejected"];
    all.insert("stopped".into(), told.clone());
    all.insert("rejected".into(), json!({ "type": "array", "items": told }));
    all.insert("readings".into(), readings(terms));
    for report in &terms.reports {
        let row = row(terms, report);
        let rows = if report.of.is_some() { json!({ "type": "array", "items": row }) } else { or_null(row) };
        all.insert(report.name.clone(), rows);
    }
    all.insert("adjustments".into(), json!({ "type": "array", "items": adjusted(terms, adjustment) }));
    all.insert("refusals".into(), json!({ "type": "array", "items": inner(refusal) }));
    for effect in &terms.effects {
        let mut line = head(&["event", "clause"]);
        let required = vec!["event".to_owned(), "clause".to_owned()];
        line.extend(effect.fields.iter().map(|(name, ty, _)| (name.clone(), value(terms, ty))));
        let required = required.into_iter().chain(effect.fields.iter().map(|f| f.0.clone())).collect();
        all.insert(effect.name.clone(), json!({ "type": "array", "items": object(line, required) }));
    }
    all.extend(parts.into_iter().map(|(name, part)| (name.to_owned(), part)));
    let required = all.keys().filter(|k| !may.contains(&k.as_str())).cloned().collect();
    let Json::Object(body) = object(all, required) else { return Json::Null };
    let mut out = Map::new();
    out.insert("$schema".into(), DRAFT.into());
    out.insert("title".into(), format!("What a run of “{}” gives", terms.title).into());
    out.extend(body);
    out.insert("$defs".into(), Json::Object(definitions));
    Json::Object(out)
}

/// A schema by itself, to stand within another.
fn inner(mut schema: Json) -> Json {
    if let Json::Object(members) = &mut schema {
        members.retain(|k, _| k != "$schema" && k != "$defs" && k != "title");
    }
    schema
}

/// Members that rows begin with.
fn head(names: &[&str]) -> Map<String, Json> {
    let of = |name: &str| if name == "event" { json!({ "type": "integer" }) } else { json!({ "type": "string" }) };
    names.iter().map(|n| ((*n).to_owned(), of(n))).collect()
}

/// The alternatives of every reading.
fn readings(terms: &Terms) -> Json {
    let one = |r: &crate::terms::Reading| {
        let words: Vec<&str> = r.alternatives.iter().map(|a| a.0.as_str()).collect();
        (r.name.clone(), json!({ "enum": words, "description": r.question }))
    };
    let all: Map<String, Json> = terms.readings.iter().map(one).collect();
    let names = all.keys().cloned().collect();
    object(all, names)
}

/// A row of a report.
fn row(terms: &Terms, report: &Report) -> Json {
    let mut all = Map::new();
    if report.of.and_then(|k| terms.kind(k)).is_some_and(|k| k.kept == Some(Key::Id)) {
        all.insert("event".into(), json!({ "type": "integer" }));
    }
    all.extend(report.columns.iter().map(|(name, expr)| (name.clone(), value(terms, &expr.ty))));
    object(all, report.columns.iter().map(|c| c.0.clone()).collect())
}

/// An adjustment, with the kinds of entries that are adjusted.
fn adjusted(terms: &Terms, fixed: Json) -> Json {
    let mut out = inner(fixed);
    let is_adjusted = |s: StateId| terms.adjustments.iter().any(|a| a.states.contains(&s));
    let states = terms.states.iter().enumerate().filter(|(n, _)| is_adjusted(StateId::from(*n)));
    let kinds: Vec<String> = states.filter_map(|(_, s)| terms.kind(s.of?)).map(|k| k.name.clone()).collect();
    if let Some(Json::Object(all)) = out.get_mut("properties") {
        all.extend(kinds.into_iter().map(|k| (k, json!({ "type": "string" }))));
        for (name, pattern) in [("date", DATE), ("after", DECIMAL), ("before", DECIMAL)] {
            if let Some(Json::Object(member)) = all.get_mut(name) {
                member.insert("pattern".into(), pattern.into());
            }
        }
    }
    if let Json::Object(members) = &mut out {
        members.insert("additionalProperties".into(), false.into());
    }
    out
}

/// A value of a type, none where it is not known, or why it cannot be computed.
fn value(terms: &Terms, ty: &Type) -> Json {
    let known = known(terms, ty);
    let unit = unit(terms, ty);
    let mut out = json!({ "anyOf": [known, { "type": "null" }, { "$ref": "#/$defs/fault" }] });
    if let (Json::Object(members), false) = (&mut out, unit.is_empty()) {
        members.insert("description".into(), format!("in {unit}").into());
    }
    out
}

/// A value that is known.
fn known(terms: &Terms, ty: &Type) -> Json {
    match ty {
        Type::Quantity(_) | Type::Ratio => json!({ "$ref": "#/$defs/decimal" }),
        Type::Date => json!({ "type": "string", "format": "date", "pattern": DATE }),
        Type::Moment => json!({ "type": "string", "pattern": MOMENT }),
        Type::Months | Type::TradingDays => json!({ "type": "integer" }),
        Type::YesNo => json!({ "type": "boolean" }),
        Type::Enum(_) => json!({ "enum": words(terms, ty) }),
        Type::Text | Type::Entry(_) | Type::Line(_) => json!({ "type": "string" }),
        Type::List(shape) => {
            let Some(shape) = terms.shapes.get(shape.at()) else { return json!({ "type": "array" }) };
            let mut fields = shape.fields.iter();
            let items = if shape.plain {
                fields.next().map_or(Json::Bool(true), |(_, ty, _)| value(terms, ty))
            } else {
                let all = fields.clone().map(|(name, ty, _)| (name.clone(), value(terms, ty))).collect();
                // what is not known is left out
                object(all, Vec::new())
            };
            json!({ "type": "array", "items": items })
        }
    }
}
