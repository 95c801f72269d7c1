//! The tables of a run as a workbook, a sheet each: numbers to compute with, the exact decimals beside them.

use crate::batch::part::Kind;
use crate::batch::table::{Lines, Wholes};
use crate::report::{Document, Section, workbook};
use std::io;

/// The most rows of a sheet, without its head.
const MOST: u64 = 1_048_575;

/// A workbook that is being filled.
pub(super) struct Book {
    sheets: Vec<(Section, Lines)>,
}

impl Book {
    /// A sheet for each table.
    pub(super) fn new(wholes: &Wholes) -> io::Result<Self> {
        let mut sheets = Vec::new();
        for table in &wholes.tables {
            if table.rows > MOST {
                let text = format!(
                    "`{}` has {} rows, and a sheet of Excel holds {MOST}: leave out the format `xlsx`",
                    table.name, table.rows
                );
                return Err(io::Error::other(text));
            }
            let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
            let mut section = Section::new(&table.name, &names);
            let is_number = |kind: Kind| matches!(kind, Kind::Price | Kind::Money | Kind::Shares | Kind::Number | Kind::Whole);
            section.numeric = table.columns.iter().map(|c| is_number(c.kind)).collect();
            sheets.push((section, table.lines()));
        }
        Ok(Self { sheets })
    }

    /// Adds a row to the sheet of its table.
    pub(super) fn row(&mut self, table: &str, row: &str) -> io::Result<()> {
        let Some((section, lines)) = self.sheets.iter_mut().find(|(s, _)| s.name == table) else { return Ok(()) };
        let cells = lines.cells(&serde_json::from_str(row)?);
        section.rows.push(cells.ok_or_else(|| io::Error::other("a row has a column that its table does not have"))?);
        Ok(())
    }

    /// How many rows it has.
    pub(super) fn count(&self) -> u64 {
        self.sheets.iter().map(|(s, _)| u64::try_from(s.rows.len()).unwrap_or(u64::MAX)).sum()
    }

    /// The file.
    pub(super) fn bytes(self, run: &str) -> io::Result<Vec<u8>> {
        let sections = self.sheets.into_iter().map(|(s, _)| s).collect();
        let document = Document { title: format!("Run {run}"), sections, ..Document::default() };
        workbook::tables(&document, "").map_err(|unfit| io::Error::other(unfit.to_string()))
    }
}
