//! CSV with a head line. An empty cell is a field left out.

use super::raw::Raw;
use std::borrow::Cow;
use std::io::BufRead;

/// A CSV file, record by record.
pub(super) struct Csv<R> {
    reader: csv::Reader<R>,
    head: Vec<String>,
    /// Lines end as on Windows: the reader then counts one line less than there are.
    crlf: bool,
    row: csv::StringRecord,
}

impl<R: BufRead> Csv<R> {
    /// Reads the head line.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    pub(super) fn new(mut input: R) -> Result<Self, String> {
        let first = input.fill_buf().map_err(|e| e.to_string())?;
        let crlf = first.split(|b| *b == b'\n').next().is_some_and(|l| l.ends_with(b"\r"));
        let mut reader = csv::ReaderBuilder::new().flexible(false).trim(csv::Trim::All).from_reader(input);
        let head = reader.headers().map_err(|e| words(&e))?.iter().map(|h| h.trim_start_matches('\u{FEFF}').to_owned()).collect();
        Ok(Self { reader, head, crlf, row: csv::StringRecord::new() })
    }

    /// The next record: its line, or none at the end.
    ///
    /// # Errors
    /// Why it cannot be read, in words, with its line.
    pub(super) fn next(&mut self) -> Result<Option<u64>, (u64, String)> {
        let count = |p: &csv::Position| p.line() + u64::from(self.crlf);
        let line = count(self.reader.position());
        match self.reader.read_record(&mut self.row) {
            Ok(true) => Ok(Some(self.row.position().map_or(line, count))),
            Ok(false) => Ok(None),
            Err(e) => Err((e.position().map_or(line, count), words(&e))),
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
