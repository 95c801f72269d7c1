//! CSV with a head line. An empty cell is a field left out, and a row of empty cells is no record.

use super::error::What;
use super::raw::Raw;
use std::borrow::Cow;
use std::io::{Chain, Read};

/// A CSV file, record by record.
pub(crate) struct Csv<R> {
    // every row ends with a line end, so that where it begins can be reckoned from where it ends
    reader: csv::Reader<Chain<R, &'static [u8]>>,
    head: Vec<String>,
    row: csv::StringRecord,
}

impl<R: Read> Csv<R> {
    /// Reads the head line.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) fn new(input: R) -> Result<Self, What> {
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).terminator(csv::Terminator::Any(b'\n')).from_reader(input.chain(&b"\n"[..]));
        let cells = reader.headers().map_err(|e| words(&e))?;
        let head: Vec<String> = cells.iter().map(|h| h.trim_start_matches('\u{FEFF}').trim().to_owned()).collect();
        if let [only] = head.as_slice()
            && let Some(sign) = [';', '\t', '|'].into_iter().find(|c| only.contains(*c))
        {
            let sign = if sign == '\t' { "tabs".to_owned() } else { format!("`{sign}`") };
            return Err(What::NotARecord {
                why: format!("the columns are separated by {sign}"),
                help: "separate the columns with commas".into(),
            });
        }
        if head.iter().any(|h| h.contains('\r')) {
            let help = "save the file with the line ends `\\n` or `\\r\\n`";
            return Err(What::NotARecord { why: "its lines end with `\\r` alone".into(), help: help.into() });
        }
        Ok(Self { reader, head, row: csv::StringRecord::new() })
    }

    /// The next record: its line, or none at the end.
    ///
    /// # Errors
    /// Why it cannot be read, with its line.
    pub(crate) fn next(&mut self) -> Result<Option<u64>, (u64, What)> {
        loop {
            let read = self.reader.read_record(&mut self.row);
            let end = self.reader.position().line().saturating_sub(1).max(1);
            match read {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(e) => return Err((end, words(&e))),
            }
            if self.row.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let inside: usize = self.row.iter().map(|cell| cell.bytes().filter(|b| *b == b'\n').count()).sum();
            let line = end.saturating_sub(u64::try_from(inside).unwrap_or(0));
            let (wanted, found) = (self.head.len(), self.row.len());
            if found == wanted {
                return Ok(Some(line));
            }
            let help = if found > wanted {
                "a cell that holds a comma needs quotation marks: \"1,5\""
            } else {
                "give every column a cell, empty where there is nothing"
            };
            let why = format!("the head line has {wanted} columns, and this one {found}");
            return Err((line, What::NotARecord { why, help: help.into() }));
        }
    }

    /// The fields of the present record.
    pub(crate) fn fields<'a>(&'a self, into: &mut Vec<(Cow<'a, str>, Raw<'a>)>) {
        for (name, cell) in self.head.iter().zip(self.row.iter()) {
            let cell = cell.trim();
            if !cell.is_empty() {
                into.push((Cow::Borrowed(name), Raw::Text(Cow::Borrowed(cell))));
            }
        }
    }

    /// The present record as it is written.
    pub(crate) fn text(&self) -> String {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        let cells = self.row.iter().map(|cell| cell.trim_end_matches('\r'));
        if writer.write_record(cells).is_err() {
            return String::new();
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).trim_end().to_owned()
    }
}

fn words(e: &csv::Error) -> What {
    let why = match e.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        _ => e.to_string(),
    };
    What::NotARecord { why, help: "save the file as CSV, in UTF-8".into() }
}
