//! A stream in any of its formats, record by record.

use super::assemble::Schema;
use super::csv::Csv;
use super::error::{Place, Problem, What};
use super::record::{Batch, Head};
use super::{jsonl, toml};
use crate::intern::Interner;
use std::io::BufRead;

/// The format of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON record a line.
    Jsonl,
    /// Values with a head line, parted by commas, semicolons, tabs or bars.
    Csv,
    /// `[[event]]` tables.
    Toml,
}

impl Format {
    /// By the ending of a file's name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit('.').next()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }

    /// By its first characters.
    #[must_use]
    pub fn of_text(start: &[u8]) -> Self {
        let start = String::from_utf8_lossy(start);
        let start = start.trim_start_matches('\u{FEFF}').trim_start();
        if start.starts_with('{') || start.is_empty() {
            Self::Jsonl
        } else if start.starts_with("[[") || start.starts_with('#') {
            Self::Toml
        } else {
            Self::Csv
        }
    }
}

/// Where the records come from.
enum Input<R: BufRead> {
    Jsonl { input: R, line: Vec<u8>, at: u64 },
    Csv(Box<Csv<R>>),
    Records(std::vec::IntoIter<toml::Written>),
    Empty,
}

/// A stream of records.
pub struct Stream<R: BufRead> {
    input: Input<R>,
    number: u32,
    /// The text of the last record, of formats that do not hold it themselves.
    text: String,
    known_on: Option<i64>,
}

/// The end of a stream, or something wrong.
#[derive(Debug)]
pub enum Failed {
    /// A record is wrong.
    Record(Box<Problem>),
    /// The file cannot be read further.
    Io(std::io::Error),
}

impl<R: BufRead> Stream<R> {
    /// Begins to read. With `known_on`, records that became known later are passed over.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn new(mut input: R, format: Format, known_on: Option<i64>) -> Result<Self, Failed> {
        let place = |line| Place { number: 0, line: Some(line), column: None };
        let not = |line, what| Failed::Record(Box::new(Problem { place: place(line), what }));
        let input = match format {
            Format::Jsonl => Input::Jsonl { input, line: Vec::new(), at: 0 },
            Format::Csv => {
                if input.fill_buf().map_err(Failed::Io)?.is_empty() {
                    Input::Empty
                } else {
                    Input::Csv(Box::new(Csv::new(input).map_err(|what| not(1, what))?))
                }
            }
            Format::Toml => {
                let mut bytes = Vec::new();
                input.read_to_end(&mut bytes).map_err(Failed::Io)?;
                let text = String::from_utf8(bytes).map_err(|_| not(1, utf8()))?;
                let records = toml::records(text.trim_start_matches('\u{FEFF}')).map_err(|(line, what)| not(line, what))?;
                Input::Records(records.into_iter())
            }
        };
        Ok(Self { input, number: 0, text: String::new(), known_on })
    }

    /// The next record, its values at the end of the batch; none at the end.
    ///
    /// # Errors
    /// What is wrong with it; the next call reads on after it.
    pub fn next(
        &mut self,
        schema: &mut Schema<'_>,
        texts: &mut Interner,
        batch: &mut Batch,
    ) -> Result<Option<(Head, Place)>, Failed> {
        loop {
            batch.clear();
            let Some((head, place)) = self.one(schema, texts, batch)? else { return Ok(None) };
            if self.known_on.is_none_or(|day| head.recorded <= day) {
                return Ok(Some((head, place)));
            }
        }
    }

    /// The last record, good or bad, as it is written.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.input {
            Input::Empty => String::new(),
            Input::Jsonl { line, .. } => String::from_utf8_lossy(line).trim_start_matches('\u{FEFF}').trim_end().to_owned(),
            Input::Csv(csv) => csv.text(),
            Input::Records(_) => self.text.clone(),
        }
    }

    fn one(&mut self, schema: &mut Schema<'_>, texts: &mut Interner, batch: &mut Batch) -> Result<Option<(Head, Place)>, Failed> {
        let number = self.number + 1;
        let bad =
            |line, what| Failed::Record(Box::new(Problem { place: Place { number, line: Some(line), column: None }, what }));
        match &mut self.input {
            Input::Empty => Ok(None),
            Input::Jsonl { input, line, at } => loop {
                line.clear();
                let read = input.read_until(b'\n', line).map_err(Failed::Io)?;
                *at += 1;
                if read == 0 {
                    return Ok(None);
                }
                let blank = line.iter().all(u8::is_ascii_whitespace);
                if blank {
                    continue;
                }
                self.number = number;
                let text = std::str::from_utf8(line).map_err(|_| bad(*at, utf8()))?;
                let text = text.trim_start_matches('\u{FEFF}').trim_end();
                let mut fields = Vec::with_capacity(8);
                jsonl::fields(text, &mut fields).map_err(|what| bad(*at, what))?;
                let head = schema.record(&fields, number, texts, batch).map_err(|what| bad(*at, what))?;
                return Ok(Some((head, Place { number, line: Some(*at), column: None })));
            },
            Input::Csv(csv) => {
                let line = csv.next().map_err(|(line, what)| bad(line, what));
                self.number = number;
                let Some(line) = line? else { return Ok(None) };
                let mut fields = Vec::with_capacity(8);
                csv.fields(&mut fields);
                let head = schema.record(&fields, number, texts, batch).map_err(|what| {
                    let column = csv.column(&what);
                    Failed::Record(Box::new(Problem { place: Place { number, line: Some(line), column }, what }))
                })?;
                Ok(Some((head, Place { number, line: Some(line), column: None })))
            }
            Input::Records(records) => {
                let Some(toml::Written { line, text, fields }) = records.next() else { return Ok(None) };
                self.text = text;
                self.number = number;
                let head = schema.record(&fields, number, texts, batch).map_err(|what| bad(line, what))?;
                Ok(Some((head, Place { number, line: Some(line), column: None })))
            }
        }
    }
}

/// Text in another encoding.
fn utf8() -> What {
    What::NotARecord { why: "it is not UTF-8".into(), help: "save the file as UTF-8".into() }
}
