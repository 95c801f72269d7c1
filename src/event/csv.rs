//! CSV with a head line. An empty cell is a field left out.

use super::raw::Raw;
use std::borrow::Cow;
use std::io::Read;

/// A CSV file, record by record.
pub(super) struct Csv<R> {
    reader: csv::Reader<R>,
    head: Vec<String>,
    row: csv::StringRecord,
}

impl<R: Read> Csv<R> {
    /// Reads the head line.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    pub(super) fn new(input: R) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new().flexible(false).trim(csv::Trim::All).from_reader(input);
        let head = reader.headers().map_err(|e| words(&e))?.iter().map(|h| h.trim_start_matches('\u{FEFF}').to_owned()).collect();
        Ok(Self { reader, head, row: csv::StringRecord::new() })
    }

    /// The next record: its line, or none at the end.
    ///
    /// # Errors
    /// Why it cannot be read, in words, with its line.
    pub(super) fn next(&mut self) -> Result<Option<u64>, (u64, String)> {
        let line = self.reader.position().line();
        match self.reader.read_record(&mut self.row) {
            Ok(true) => Ok(Some(self.row.position().map_or(line, csv::Position::line))),
            Ok(false) => Ok(None),
            Err(e) => Err((e.position().map_or(line, csv::Position::line), words(&e))),
        }
    }

    /// The fields of the present record.
    pub(super) fn fields<'a>(&'a self, into: &mut Vec<(Cow<'a, str>, Raw<'a>)>) {
        for (name, cell) in self.head.iter().zip(self.row.iter()) {
            if !cell.is_empty() {
                into.push((Cow::Borrowed(name), Raw::Text(Cow::Borrowed(cell))));
            }
        }
    }
}

fn words(e: &csv::Error) -> String {
    match e.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the head line has {expected_len} columns, and this one {len}")
        }
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        _ => e.to_string(),
    }
}
