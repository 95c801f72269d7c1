//! CSV with a head line, its columns parted by commas, semicolons, tabs or bars. An empty cell is a field left out, and a row
//! of empty cells is no record.

use super::error::What;
use super::raw::Raw;
use std::borrow::Cow;
use std::io::{BufRead, Chain, Cursor, Read};

/// What was read to find the separator, the rest, and a line end.
type Lines<R> = Chain<Chain<Cursor<Vec<u8>>, R>, &'static [u8]>;

/// A CSV file, record by record.
pub(crate) struct Csv<R> {
    // every row ends with a line end, so that where it begins can be reckoned from where it ends
    reader: csv::Reader<Lines<R>>,
    separator: u8,
    head: Vec<String>,
    row: csv::StringRecord,
}

impl<R: BufRead> Csv<R> {
    /// Reads the head line.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) fn new(mut input: R) -> Result<Self, What> {
        let mut first = Vec::new();
        input.read_until(b'\n', &mut first).map_err(|e| What::NotARecord { why: e.to_string(), help: String::new() })?;
        let separator = separator(&first);
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(separator)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(Cursor::new(first).chain(input).chain(&b"\n"[..]));
        let cells = reader.headers().map_err(|e| words(&e))?;
        let head: Vec<String> = cells.iter().map(|h| h.trim_start_matches('\u{FEFF}').trim().to_owned()).collect();
        if head.iter().any(|h| h.contains('\r')) {
            let help = "save the file with the line ends `\\n` or `\\r\\n`";
            return Err(What::NotARecord { why: "its lines end with `\\r` alone".into(), help: help.into() });
        }
        Ok(Self { reader, separator, head, row: csv::StringRecord::new() })
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
            let (name, sign) = self.separated();
            let help = if found > wanted {
                format!("a cell that holds a {name} needs quotation marks: \"1{sign}5\"")
            } else {
                "give every column a cell, empty where there is nothing".to_owned()
            };
            let why = format!("the head line has {wanted} columns, and this one {found}");
            return Err((line, What::NotARecord { why, help }));
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

    /// What parts the columns, in a word and as a sign.
    const fn separated(&self) -> (&'static str, char) {
        match self.separator {
            b';' => ("semicolon", ';'),
            b'\t' => ("tab", '\t'),
            b'|' => ("bar", '|'),
            _ => ("comma", ','),
        }
    }

    /// The column of a field, as spreadsheets name it: `D`.
    pub(super) fn column(&self, what: &What) -> Option<String> {
        let at = self.head.iter().position(|h| what.is_about(h))?;
        let (mut left, mut letters) = (at + 1, Vec::new());
        while left > 0 {
            left -= 1;
            letters.push(char::from(b'A'.saturating_add(u8::try_from(left % 26).unwrap_or(0))));
            left /= 26;
        }
        Some(letters.into_iter().rev().collect())
    }

    /// The present record as it is written.
    pub(crate) fn text(&self) -> String {
        let mut writer = csv::WriterBuilder::new().flexible(true).delimiter(self.separator).from_writer(Vec::new());
        let cells = self.row.iter().map(|cell| cell.trim_end_matches('\r'));
        if writer.write_record(cells).is_err() {
            return String::new();
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).trim_end().to_owned()
    }
}

/// What parts the columns: what makes of the head line the names every record has, else what stands there most often.
fn separator(head: &[u8]) -> u8 {
    let head = String::from_utf8_lossy(head).trim_start_matches('\u{FEFF}').to_owned();
    let known = |sign: &u8| {
        let cells = head.split(char::from(*sign)).map(|c| c.trim().trim_matches('"'));
        cells.filter(|c| matches!(*c, "date" | "event")).count()
    };
    let often = |sign: &u8| head.matches(char::from(*sign)).count();
    // of equals the last is the greatest: a comma
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|sign| (known(sign), often(sign))).unwrap_or(b',')
}

fn words(e: &csv::Error) -> What {
    let why = match e.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        _ => e.to_string(),
    };
    What::NotARecord { why, help: "save the file as CSV, in UTF-8".into() }
}
