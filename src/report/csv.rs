//! Results as CSV: the parts of the JSON document as tables, with the same figures to the last digit.

mod columns;
mod spec;

pub use spec::Tables;

use super::visible::lines;
use serde_json::Value as Json;
use std::borrow::Cow;

/// A table: what is not known is empty, and a list stands in its cell as JSON.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its name: the part of the document it holds.
    pub name: String,
    /// Its columns.
    pub head: Vec<String>,
    /// Its rows. Those at the beginning may be shorter than the head: what came later they do not have.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with the columns it always has.
    #[must_use]
    pub fn new<S: Into<String>>(name: &str, columns: impl IntoIterator<Item = S>) -> Self {
        Self { name: name.to_owned(), head: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row: the members of an object, those of objects within it after them.
    pub fn add(&mut self, row: &Json) {
        let mut cells = Vec::new();
        self.put("", row, &mut cells);
        self.rows.push(cells);
    }

    fn put(&mut self, name: &str, value: &Json, cells: &mut Vec<String>) {
        if let Json::Object(members) = value {
            for (key, value) in members {
                let name = if name.is_empty() { key.clone() } else { format!("{name}_{key}") };
                self.put(&name, value, cells);
            }
            return;
        }
        let at = self.head.iter().position(|h| h == name).unwrap_or_else(|| {
            self.head.push(name.to_owned());
            self.head.len() - 1
        });
        if cells.len() <= at {
            cells.resize(at + 1, String::new());
        }
        if let Some(cell) = cells.get_mut(at) {
            *cell = match value {
                Json::Null => String::new(),
                Json::String(s) => text(s).into_owned(),
                other => lines(&other.to_string()).into_owned(),
            };
        }
    }

    /// The table as a file of its own.
    #[must_use]
    pub fn file(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let _ = writer.write_record(&self.head);
        for row in &self.rows {
            let _ = writer.write_record((0..self.head.len()).map(|n| row.get(n).map_or("", String::as_str)));
        }
        written(writer)
    }
}

/// Tables one after the other in one file, a cell a line.
#[must_use]
pub fn cells(tables: &[Table]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let _ = writer.write_record(["section", "row", "column", "value"]);
    for table in tables {
        for (n, row) in table.rows.iter().enumerate() {
            let number = (n + 1).to_string();
            for (at, head) in table.head.iter().enumerate() {
                let _ = writer.write_record([table.name.as_str(), &number, head, row.get(at).map_or("", String::as_str)]);
            }
        }
    }
    written(writer)
}

fn written(writer: csv::Writer<Vec<u8>>) -> String {
    writer.into_inner().map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// A text that no spreadsheet takes for a formula: an apostrophe before what would begin one, as spreadsheets themselves do.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(text);
    let shown = lines(text);
    if formula { Cow::Owned(format!("'{shown}")) } else { shown }
}

/// Whether a text is a number as results write them: digits, a point, a sign.
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = rest.split_once('.').unwrap_or((rest, "0"));
    [whole, part].iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
}
