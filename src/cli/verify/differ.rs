//! In what two results differ, figure by figure.

use crate::report::visible::visible;
use serde_json::{Value as Json, json};

/// Something that is no longer as it was.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    /// `engine`, `file`, `reading` or `figure`.
    pub what: &'static str,
    /// Which.
    pub name: String,
    /// What it was.
    pub was: String,
    /// What it is; nothing for what is missing.
    pub is: String,
}

impl Difference {
    pub(super) fn json(&self) -> Json {
        json!({ "what": self.what, "name": self.name, "was": self.was, "is": self.is })
    }

    pub(super) fn sentence(&self) -> String {
        let name = visible(&self.name);
        let side = |text: &str| if text.is_empty() { "nothing".to_owned() } else { visible(text).into_owned() };
        match self.what {
            "engine" => format!("engine: it was computed by Tenor {}, and this is {}", self.was, self.is),
            "file" if self.is.is_empty() => format!("file {name}: it is missing, or cannot be read"),
            "file" => format!("file {name}: its SHA-256 was {}, and is {}", self.was, self.is),
            what => format!("{what} {name}: it was {}, and is {}", side(&self.was), side(&self.is)),
        }
    }
}

/// How many are told.
const MOST: usize = 100;

/// In what a result and its second run differ. Their receipts have been held against one another.
pub(super) fn differences(was: &Json, is: &Json) -> Vec<Difference> {
    let mut out = Vec::new();
    let (Some(was), Some(is)) = (was.as_object(), is.as_object()) else { return out };
    let names = was.keys().chain(is.keys().filter(|k| !was.contains_key(*k)));
    for name in names.filter(|n| n.as_str() != "receipt") {
        walk(name, was.get(name), is.get(name), &mut out);
    }
    out
}

fn walk(path: &str, was: Option<&Json>, is: Option<&Json>, out: &mut Vec<Difference>) {
    if was == is || out.len() >= MOST {
        return;
    }
    match (was, is) {
        (Some(Json::Object(a)), Some(Json::Object(b))) => {
            for key in a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))) {
                walk(&format!("{path}.{key}"), a.get(key), b.get(key), out);
            }
        }
        (Some(Json::Array(a)), Some(Json::Array(b))) => {
            for n in 0..a.len().max(b.len()) {
                let row = a.get(n).or_else(|| b.get(n));
                walk(&format!("{path}[{}]", entry(row, n)), a.get(n), b.get(n), out);
            }
        }
        _ => {
            let what = if path.starts_with("readings.") { "reading" } else { "figure" };
            let name = path.strip_prefix("readings.").unwrap_or(path).to_owned();
            out.push(Difference { what, name, was: text(was), is: text(is) });
        }
    }
}

/// What a row is called: its number from 1, and the first text in it, which is the key of entries.
fn entry(row: Option<&Json>, n: usize) -> String {
    let first = row.and_then(Json::as_object).and_then(|r| r.values().find_map(Json::as_str));
    first.map_or_else(|| (n + 1).to_string(), |text| format!("{}, {text}", n + 1))
}

/// A value as text; nothing for none.
pub(super) fn text(of: Option<&Json>) -> String {
    match of {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(s)) => s.clone(),
        Some(other) => other.to_string(),
    }
}
