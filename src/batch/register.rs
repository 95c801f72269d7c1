//! The register: one row a certificate, as the record it becomes.

use crate::event::{Csv, Format, Raw, day_number, json_fields};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// A row of the register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The file.
    pub file: String,
    /// The line in it.
    pub line: u64,
    /// The row as it is written.
    pub text: String,
    /// The series, where it names one.
    pub series: Option<String>,
    /// The terms, where it was signed under others than its series.
    pub terms: Option<String>,
    /// The name of the certificate.
    pub key: String,
    /// The records it becomes, each with its day: the certificate, and what it stood at when the register begins.
    pub records: Vec<(i64, String)>,
    /// What is wrong with it: a code, the reason, what to do.
    pub bad: Option<(String, String, String)>,
}

/// Fields as written.
type Fields<'a> = Vec<(Cow<'a, str>, Raw<'a>)>;

/// The rows of a file. A row that cannot be read is one too, and says why.
#[must_use]
pub fn rows(file: &str, bytes: &[u8], format: Format, event: &str) -> Vec<Row> {
    match format {
        Format::Csv => csv(file, bytes, event),
        Format::Jsonl | Format::Toml => jsonl(file, bytes, event),
    }
}

fn jsonl(file: &str, bytes: &[u8], event: &str) -> Vec<Row> {
    let mut out = Vec::new();
    for (n, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start_matches('\u{FEFF}').trim_end();
        let mut fields = Vec::new();
        let read = match std::str::from_utf8(line) {
            Ok(_) => json_fields(text, &mut fields).map_err(|what| (what.id().to_owned(), what.to_string(), what.help())),
            Err(_) => Err(("event::not-a-record".to_owned(), "it is not UTF-8".to_owned(), "save the file as UTF-8".to_owned())),
        };
        let line = u64::try_from(n).unwrap_or(u64::MAX).saturating_add(1);
        out.push(read.map_or_else(|bad| wrong(file, line, text, bad), |()| row(file, line, text, &fields, event)));
    }
    out
}

fn csv(file: &str, bytes: &[u8], event: &str) -> Vec<Row> {
    let mut out = Vec::new();
    if bytes.is_empty() {
        return out;
    }
    let said = |what: &crate::event::What| (what.id().to_owned(), what.to_string(), what.help());
    let mut reader = match Csv::new(bytes) {
        Ok(reader) => reader,
        Err(what) => return vec![wrong(file, 1, "", said(&what))],
    };
    loop {
        match reader.next() {
            Ok(None) => return out,
            Ok(Some(line)) => {
                let mut fields = Vec::new();
                reader.fields(&mut fields);
                out.push(row(file, line, &reader.text(), &fields, event));
            }
            Err((line, what)) => out.push(wrong(file, line, &reader.text(), said(&what))),
        }
    }
}

fn wrong(file: &str, line: u64, text: &str, bad: (String, String, String)) -> Row {
    Row { file: file.to_owned(), line, text: text.to_owned(), bad: Some(bad), ..Row::default() }
}

/// A row of these fields.
fn row(file: &str, line: u64, text: &str, fields: &Fields<'_>, event: &str) -> Row {
    let mut out = Row { file: file.to_owned(), line, text: text.to_owned(), ..Row::default() };
    let (mut record, mut opening) = (Map::new(), Map::new());
    record.insert("event".to_owned(), event.into());
    for (name, value) in fields.iter().filter(|(_, v)| !v.is_null()) {
        match (name.as_ref(), value) {
            ("series", v) => out.series = v.plain().map(str::to_owned),
            ("terms", v) => out.terms = v.plain().map(str::to_owned),
            ("opening", Raw::Record(parts)) => {
                opening.extend(parts.iter().filter(|(_, v)| !v.is_null()).map(|(n, v)| (n.to_string(), json(v))));
            }
            ("issued", v) => drop(record.insert("date".to_owned(), json(v))),
            (name, v) => match name.strip_prefix("opening.") {
                Some(part) => drop(opening.insert(part.to_owned(), json(v))),
                None => drop(record.insert(name.to_owned(), json(v))),
            },
        }
    }
    out.key = record.get(event).and_then(Json::as_str).unwrap_or_default().to_owned();
    if !record.contains_key("date") {
        let reason = "`issued` is missing: the day the certificate was issued".to_owned();
        out.bad = Some(("batch::register".to_owned(), reason, "add `issued`".to_owned()));
        return out;
    }
    if !opening.is_empty() {
        let note = opening.get("note").and_then(Json::as_str).unwrap_or_default();
        if note.trim().is_empty() {
            let reason = "an opening state says where it is from, and `opening.note` is missing".to_owned();
            let help = "add `opening.note`: the certificate of adjustment, the transfer agent's statement".to_owned();
            out.bad = Some(("batch::opening".to_owned(), reason, help));
            return out;
        }
        opening.insert("event".to_owned(), "opening".into());
        opening.insert(event.to_owned(), out.key.clone().into());
        for part in ["date", "time"] {
            if let (None, Some(own)) = (opening.get(part), record.get(part)) {
                opening.insert(part.to_owned(), own.clone());
            }
        }
    }
    let day = |record: &Map<String, Json>| record.get("date").and_then(Json::as_str).and_then(day_number).unwrap_or(0);
    out.records.push((day(&record), Json::Object(record).to_string()));
    if !opening.is_empty() {
        out.records.push((day(&opening), Json::Object(opening).to_string()));
    }
    out
}

/// A value as JSON; a number stays as it is written, as text.
fn json(value: &Raw<'_>) -> Json {
    match value {
        Raw::Text(text) => text.as_ref().into(),
        Raw::Bare(text) if text == "true" => true.into(),
        Raw::Bare(text) if text == "false" => false.into(),
        Raw::Bare(text) => text.as_ref().into(),
        Raw::List(list) => list.iter().map(json).collect(),
        Raw::Record(parts) => Json::Object(parts.iter().map(|(n, v)| (n.to_string(), json(v))).collect()),
    }
}
