//! TOML with `[[event]]`. Numbers and dates are kept as they are written.

use super::error::What;
use super::raw::Raw;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The fields of a record.
type Pairs = Vec<(Cow<'static, str>, Raw<'static>)>;

/// A record as it is written.
pub(super) struct Written {
    /// The line it begins on.
    pub line: u64,
    /// Its text.
    pub text: String,
    /// Its fields.
    pub fields: Pairs,
}

/// All records of a file, with their lines.
///
/// # Errors
/// Why it cannot be read, with the line.
pub(super) fn records(text: &str) -> Result<Vec<Written>, (u64, What)> {
    // where each line begins: looked up, and not counted again for each record
    let begins: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    let line = |at: usize| u64::try_from(begins.partition_point(|b| *b <= at)).unwrap_or(0) + 1;
    let each = "write each event under `[[event]]`, a field a line: date = 2006-01-10";
    let not = |at: usize, why: String| (line(at), What::NotARecord { why, help: each.to_owned() });
    let table = DeTable::parse(text).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start);
        let row =
            text.get(..at).and_then(|head| text.get(head.rfind('\n').map_or(0, |n| n + 1)..)).and_then(|t| t.lines().next());
        let row = row.unwrap_or("").trim();
        let why = if row.ends_with('=') { "has no value".to_owned() } else { format!("cannot be read: {}", e.message()) };
        not(at, format!("`{row}` {why}"))
    })?;
    let mut out = Vec::new();
    for (key, value) in table.get_ref() {
        let here = key.span().start;
        let (true, DeValue::Array(items)) = (key.get_ref().as_ref() == "event", value.get_ref()) else {
            let why = match value.get_ref() {
                DeValue::Table(_) if key.get_ref().as_ref() == "event" => "`[event]` has one pair of brackets".to_owned(),
                _ => format!("`{}` is no event", key.get_ref()),
            };
            return Err(not(here, why));
        };
        for item in items {
            let here = item.span().start;
            let DeValue::Table(fields) = item.get_ref() else {
                return Err(not(here, "an event is a table".to_owned()));
            };
            out.push(Written { line: line(here), text: block(text, here), fields: pairs(fields) });
        }
    }
    Ok(out)
}

/// The text of a table: from its head to the next.
fn block(text: &str, at: usize) -> String {
    let rest = text.get(at..).unwrap_or("");
    let (first, tail) = rest.split_once('\n').unwrap_or((rest, ""));
    let body = tail.split_inclusive('\n').take_while(|l| !l.trim_start().starts_with("[["));
    format!("{}\n{}", first.trim_end(), body.collect::<String>()).trim_end().to_owned()
}

fn pairs(table: &DeTable<'_>) -> Pairs {
    table.iter().map(|(k, v)| (Cow::Owned(k.get_ref().to_string()), raw(v))).collect()
}

fn raw(value: &Spanned<DeValue<'_>>) -> Raw<'static> {
    let bare = |t: String| Raw::Bare(Cow::Owned(t));
    match value.get_ref() {
        DeValue::String(s) => Raw::Text(Cow::Owned(s.to_string())),
        DeValue::Integer(n) if n.radix() == 10 => bare(n.as_str().replace('_', "")),
        DeValue::Integer(n) => bare(format!("{n:?}")),
        DeValue::Float(n) => bare(n.as_str().replace('_', "")),
        DeValue::Boolean(b) => bare(b.to_string()),
        DeValue::Datetime(d) => bare(short(&d.to_string())),
        DeValue::Array(items) => Raw::List(items.iter().map(raw).collect()),
        DeValue::Table(t) => Raw::Record(pairs(t)),
    }
}

/// A moment to the minute, a time of day to the minute.
fn short(text: &str) -> String {
    let seconds = text.matches(':').count() == 2 && text.ends_with(":00");
    if seconds { text.get(..text.len() - 3).unwrap_or(text).to_owned() } else { text.to_owned() }
}
