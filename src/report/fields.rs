//! What terms want to know of each event: its fields, their types and units, what must be given, and a record that shows them.

mod example;
mod sheet;
mod words;

pub use sheet::workbook;

use super::{Document, Section};
use crate::terms::{EventSort, Field, Key, Kind, KindId, Terms};
use serde_json::{Value as Json, json};

/// What every record may have, in the order of the columns.
pub const HEAD: [&str; 6] = ["date", "time", "event", "id", "recorded", "note"];

/// An event that a stream may have.
#[derive(Debug)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Whether it holds for the whole of its day.
    pub observed: bool,
    /// Whether it happens at the close of business, whatever hour its record gives.
    pub at_close: bool,
    /// What its entries are kept under.
    pub kept: String,
    /// The clause it comes from.
    pub clause: String,
    /// What every record of it must meet, in the words of its messages.
    pub checks: Vec<String>,
    /// Its fields.
    pub fields: Vec<Told>,
    /// A record, column by column.
    pub example: Vec<(String, String)>,
}

/// A field of an event.
#[derive(Debug)]
pub struct Told {
    /// Its name in a record.
    pub name: String,
    /// What its values are.
    pub ty: String,
    /// The unit of its numbers.
    pub unit: String,
    /// Whether it must be given: `yes`, `no`, or when.
    pub needed: String,
    /// Its value where it is left out.
    pub default: String,
    /// The words it may be, where they are counted.
    pub allowed: Vec<String>,
    /// Who determines it.
    pub determined: String,
    /// A value.
    pub example: String,
}

/// The events of terms, or the one of a name.
#[must_use]
pub fn events(t: &Terms, only: Option<&str>) -> Vec<Event> {
    let wanted = |k: &Kind| k.sort != EventSort::Deemed && only.is_none_or(|o| k.name == o);
    t.kinds.iter().enumerate().filter(|(_, k)| wanted(k)).map(|(n, k)| event(t, KindId::from(n), k)).collect()
}

fn event(t: &Terms, id: KindId, kind: &Kind) -> Event {
    let kept = match kind.kept {
        None => String::new(),
        Some(Key::None) => "kept".to_owned(),
        Some(Key::Id) => "kept by id".to_owned(),
        Some(Key::Field(f)) => format!("kept by {}", kind.fields.get(f.at()).map_or("", |f| f.name.as_str())),
    };
    let example = example::record(t, id, kind);
    let fields = kind.fields.iter().map(|f| told(t, kind, f, &example)).collect();
    let checks = kind.checks.iter().map(|(_, text)| words::template(text)).collect();
    Event {
        name: kind.name.clone(),
        observed: kind.sort == EventSort::Observation,
        at_close: kind.at_close,
        kept,
        clause: t.cited(kind.clause),
        checks,
        fields,
        example,
    }
}

fn told(t: &Terms, kind: &Kind, field: &Field, record: &[(String, String)]) -> Told {
    let given = record.iter().find(|(name, _)| name == field.written()).map(|(_, v)| v.clone());
    let needed = match (&field.choice, field.optional, &field.default) {
        (Some((teller, word)), ..) => {
            let teller = kind.fields.get(teller.at()).map_or("", |f| f.name.as_str());
            format!("where {teller} is {}", t.word(*word))
        }
        (None, false, None) => "yes".to_owned(),
        (None, ..) => "no".to_owned(),
    };
    Told {
        name: field.written().to_owned(),
        ty: words::of(t, field),
        unit: words::unit(t, &field.ty),
        needed,
        default: field.default.as_ref().map_or_else(String::new, |d| words::literal(t, d, &field.ty)),
        allowed: words::allowed(t, &field.ty),
        determined: field.determined.clone().unwrap_or_default(),
        example: given.filter(|_| field.choice.is_none()).unwrap_or_else(|| example::value(t, &field.name, &field.ty)),
    }
}

/// The columns of a stream with these events: what every record may have, and all fields.
#[must_use]
pub fn columns(events: &[Event]) -> Vec<String> {
    let mut out: Vec<String> = HEAD.map(str::to_owned).to_vec();
    for field in events.iter().flat_map(|e| &e.fields) {
        if !out.contains(&field.name) {
            out.push(field.name.clone());
        }
    }
    out
}

/// A stream with one record of each event, in the order of their days; the first row is the head.
#[must_use]
pub fn stream(events: &[Event]) -> Vec<Vec<String>> {
    let columns = columns(events);
    let of = |e: &Event, name: &str| e.example.iter().find(|(k, _)| k == name).map_or_else(String::new, |(_, v)| v.clone());
    let mut rows: Vec<&Event> = events.iter().collect();
    rows.sort_by_key(|e| of(e, "date"));
    let records = rows.into_iter().map(|e| columns.iter().map(|c| of(e, c)).collect());
    std::iter::once(columns.clone()).chain(records).collect()
}

/// As tables: one for each event.
#[must_use]
pub fn document(t: &Terms, events: &[Event]) -> Document {
    let head = ["field", "type", "unit", "needed", "default", "example"].map(str::to_owned).to_vec();
    let section = |e: &Event| {
        let row = |f: &Told| {
            let ty = if f.determined.is_empty() { f.ty.clone() } else { format!("{}, determined by {}", f.ty, f.determined) };
            vec![f.name.clone(), ty, f.unit.clone(), f.needed.clone(), f.default.clone(), f.example.clone()]
        };
        let about = [
            if e.observed { "an observation: it holds for the whole of its day" } else { "" },
            if e.at_close { "at close of business" } else { "" },
            e.kept.as_str(),
            e.clause.as_str(),
        ];
        let about: Vec<&str> = about.into_iter().filter(|a| !a.is_empty()).collect();
        let name = if about.is_empty() { e.name.clone() } else { format!("{} ({})", e.name, about.join(", ")) };
        let id = if e.kept == "kept by id" { vec![id_row()] } else { Vec::new() };
        let rows = id.into_iter().chain(e.fields.iter().map(row)).collect();
        Section { name, head: head.clone(), rows, numeric: vec![false; 6] }
    };
    let checks = events.iter().flat_map(|e| e.checks.iter().map(move |c| format!("{}: {c}", e.name)));
    let every = "every record has a date and an event; it may have a time, an id, the day it became known (recorded), and a note";
    Document {
        title: format!("{}: the events and their fields", t.title),
        sections: events.iter().map(section).collect(),
        notes: std::iter::once(every.to_owned()).chain(checks).collect(),
        ..Document::default()
    }
}

fn id_row() -> Vec<String> {
    ["id", "text", "", "yes", "", ""].map(str::to_owned).to_vec()
}

/// As JSON.
#[must_use]
pub fn json(t: &Terms, events: &[Event]) -> Json {
    let field = |f: &Told| {
        json!({
            "name": f.name, "type": f.ty, "unit": f.unit, "needed": f.needed, "default": f.default,
            "allowed": f.allowed, "determined_by": f.determined, "example": f.example,
        })
    };
    let event = |e: &Event| {
        json!({
            "event": e.name,
            "observation": e.observed,
            "at_close_of_business": e.at_close,
            "kept": e.kept,
            "clause": e.clause,
            "checks": e.checks,
            "fields": e.fields.iter().map(field).collect::<Vec<_>>(),
            "example": e.example.iter().map(|(k, v)| (k.clone(), Json::from(v.as_str()))).collect::<serde_json::Map<_, _>>(),
        })
    };
    json!({
        "schema": "tenor.fields/1",
        "title": t.title,
        "currency": t.currency,
        "columns": HEAD,
        "events": events.iter().map(event).collect::<Vec<_>>(),
    })
}
