//! The tables of a run: the columns of all jobs together, and rows as lines of CSV.

use super::part::{Column, Head, Kind, Part};
use crate::report::csv::Table;
use serde_json::Value as Json;

/// A table of a run.
#[derive(Debug, Clone, Default)]
pub struct Whole {
    /// Its name.
    pub name: String,
    /// Its columns: those of all jobs, in the order in which they first come.
    pub columns: Vec<Column>,
    /// How many rows it has.
    pub rows: u64,
}

/// The tables of a run, by the names asked for.
#[derive(Debug, Clone, Default)]
pub struct Wholes {
    /// The tables.
    pub tables: Vec<Whole>,
}

impl Wholes {
    /// Tables without columns so far.
    #[must_use]
    pub fn new(names: &[String]) -> Self {
        Self { tables: names.iter().map(|name| Whole { name: name.clone(), ..Whole::default() }).collect() }
    }

    /// Adds the columns of a job.
    pub fn add(&mut self, part: &Part) {
        for head in &part.tables {
            if let Some(table) = self.tables.iter_mut().find(|t| t.name == head.name) {
                table.add(head);
            }
        }
    }
}

impl Whole {
    fn add(&mut self, head: &Head) {
        self.rows += head.rows;
        for column in &head.columns {
            match self.columns.iter_mut().find(|c| c.name == column.name) {
                None => self.columns.push(column.clone()),
                // where terms hold different things in it, it is text
                Some(known) if known.kind != column.kind => known.kind = Kind::Text,
                Some(_) => {}
            }
        }
    }

    /// What turns rows of it into lines of CSV.
    #[must_use]
    pub fn lines(&self) -> Lines {
        Lines { table: Table::new(&self.name, self.columns.iter().map(|c| c.name.clone())), count: self.columns.len() }
    }
}

/// Rows as lines of CSV.
pub struct Lines {
    table: Table,
    count: usize,
}

impl Lines {
    /// The head line.
    #[must_use]
    pub fn head(&self) -> Vec<String> {
        self.table.head.clone()
    }

    /// The cells of a row; none where it is no row of this table.
    pub fn cells(&mut self, row: &Json) -> Option<Vec<String>> {
        self.table.add(row);
        let mut cells = self.table.rows.pop()?;
        cells.resize(self.count, String::new());
        (self.table.head.len() == self.count).then_some(cells)
    }
}
