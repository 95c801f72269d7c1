//! TOML with `[[event]]`. Numbers and dates are kept as they are written.

use super::raw::Raw;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The fields of a record.
type Pairs = Vec<(Cow<'static, str>, Raw<'static>)>;

/// All records of a file, with their lines.
///
/// # Errors
/// Why it cannot be read, in words, with the line.
pub(super) fn records(text: &str) -> Result<Vec<(u64, Pairs)>, (u64, String)> {
    let line = |at: usize| u64::try_from(text.get(..at).map_or(0, |h| h.matches('\n').count())).unwrap_or(0) + 1;
    let table = DeTable::parse(text).map_err(|e| (e.span().map_or(1, |s| line(s.start)), e.message().to_owned()))?;
    let mut out = Vec::new();
    for (key, value) in table.get_ref() {
        let here = line(key.span().start);
        let (true, DeValue::Array(items)) = (key.get_ref().as_ref() == "event", value.get_ref()) else {
            return Err((here, format!("`{}` is no event: write each event under `[[event]]`", key.get_ref())));
        };
        for item in items {
            let here = line(item.span().start);
            let DeValue::Table(fields) = item.get_ref() else {
                return Err((here, "an event is a table: write it under `[[event]]`".to_owned()));
            };
            out.push((here, pairs(fields)));
        }
    }
    Ok(out)
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
