//! The stream as files, and what it costs to read them and do nothing more.

use super::mix::Record;
use serde::Deserialize;
use std::hint::black_box;
use tenor::event::Raw;

/// The columns of the stream.
const COLUMNS: [&str; 12] =
    ["date", "event", "outstanding", "value", "certificate", "holder", "shares", "price", "bid", "ask", "new", "old"];

/// A record as it is read alone: flat, and borrowed from its text.
#[derive(Deserialize)]
struct Flat<'a> {
    #[serde(borrow)]
    date: &'a str,
    event: &'a str,
    outstanding: Option<&'a str>,
    value: Option<&'a str>,
    certificate: Option<&'a str>,
    holder: Option<&'a str>,
    shares: Option<&'a str>,
    price: Option<&'a str>,
    bid: Option<&'a str>,
    ask: Option<&'a str>,
    new: Option<&'a str>,
    old: Option<&'a str>,
    per_share: Option<&'a str>,
}

impl Flat<'_> {
    /// Everything in it is looked at, so that nothing of it is left out.
    fn look(&self) {
        black_box((self.date, self.event, self.outstanding, self.value, self.certificate, self.holder, self.shares));
        black_box((self.price, self.bid, self.ask, self.new, self.old, self.per_share));
    }
}

fn text<'r>(record: &'r Record, column: &str) -> &'r str {
    let found = record.iter().find(|(name, _)| name == column);
    match found {
        Some((_, Raw::Text(text))) => text,
        _ => "",
    }
}

/// One JSON record a line.
pub(crate) fn jsonl(records: &[Record]) -> String {
    let mut out = String::new();
    for record in records {
        let fields: Vec<String> = record.iter().map(|(name, _)| format!("\"{name}\":\"{}\"", text(record, name))).collect();
        out.push_str(&format!("{{{}}}\n", fields.join(",")));
    }
    out
}

/// The same with a head line and commas.
pub(crate) fn csv(records: &[Record]) -> String {
    let columns = || COLUMNS.iter().chain(&["per_share"]);
    let mut out = columns().copied().collect::<Vec<_>>().join(",") + "\n";
    for record in records {
        out.push_str(&columns().map(|c| text(record, c)).collect::<Vec<_>>().join(","));
        out.push('\n');
    }
    out
}

/// Reads JSON lines.
pub(crate) fn read_jsonl(text: &str) -> usize {
    let lines = text.lines().map(|line| {
        let record: Flat<'_> = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}"));
        record.look();
    });
    lines.count()
}

/// Reads CSV.
pub(crate) fn read_csv(text: &str) -> usize {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap_or_else(|e| panic!("{e}")).clone();
    let mut row = csv::StringRecord::new();
    let mut count = 0;
    while reader.read_record(&mut row).unwrap_or_else(|e| panic!("{e}")) {
        let record: Flat<'_> = row.deserialize(Some(&head)).unwrap_or_else(|e| panic!("{e}"));
        record.look();
        count += 1;
    }
    count
}
