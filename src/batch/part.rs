//! What came of a job, as a file of its own: a line that tells of it, then its rows, each after the name of its table.

use super::id::Inputs;
use super::plan::Name;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// The form of a part.
pub const SCHEMA: &str = "tenor.part/1";

/// The table of what was set aside, or made a job fail.
pub const REJECTS: &str = "rejects";

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Everything was applied.
    Ok,
    /// Records were set aside.
    Partial,
    /// It could not be done.
    Failed,
    /// It took too long.
    Timeout,
    /// It was not begun.
    Skipped,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Partial, Self::Failed, Self::Timeout, Self::Skipped];

    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Skipped => "skipped",
        }
    }

    /// Whether its rows are figures.
    #[must_use]
    pub const fn has_figures(self) -> bool {
        matches!(self, Self::Ok | Self::Partial)
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text, or what has no other form.
    Text,
    /// Money for a share.
    Price,
    /// Money.
    Money,
    /// Shares.
    Shares,
    /// Any other number.
    Number,
    /// A whole number.
    Whole,
    /// A day.
    Day,
    /// A condition.
    Yesno,
}

/// A table of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// How many rows it has.
    pub rows: u64,
}

/// What closes the gate: how often there is which.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gates {
    /// Obligations and covenants that are broken.
    pub breached: u64,
    /// Obligations that were met too late.
    pub late: u64,
    /// Obligations that are open.
    pub open: u64,
    /// Records the terms refused.
    pub refused: u64,
    /// Warnings.
    pub warned: u64,
}

impl Gates {
    /// How often there is a thing.
    #[must_use]
    pub fn count(&self, gate: &str) -> u64 {
        match gate {
            "breached" => self.breached,
            "late" => self.late,
            "open" => self.open,
            "refused" => self.refused,
            "warned" => self.warned,
            _ => 0,
        }
    }

    /// These and others.
    pub const fn add(&mut self, other: &Self) {
        self.breached += other.breached;
        self.late += other.late;
        self.open += other.open;
        self.refused += other.refused;
        self.warned += other.warned;
    }
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The form.
    pub schema: String,
    /// The key.
    pub key: String,
    /// What it was computed from.
    pub inputs: Inputs,
    /// The readings, as the job is called.
    pub readings: String,
    /// How it ended.
    pub status: Status,
    /// The code of the first message.
    pub code: String,
    /// What it says.
    pub reason: String,
    /// Where: `issuer.jsonl:6`.
    pub place: String,
    /// What to do.
    pub help: String,
    /// The limit it met.
    pub limit: String,
    /// How many records it took.
    pub records: u64,
    /// What closes the gate.
    pub gates: Gates,
    /// Its tables.
    pub tables: Vec<Head>,
    /// Their rows; not in the first line.
    #[serde(skip)]
    pub rows: Vec<(usize, String)>,
}

impl Part {
    /// A part without rows.
    #[must_use]
    pub fn new(key: String, inputs: Inputs, readings: &str) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            key,
            inputs,
            readings: readings.to_owned(),
            status: Status::Ok,
            code: String::new(),
            reason: String::new(),
            place: String::new(),
            help: String::new(),
            limit: String::new(),
            records: 0,
            gates: Gates::default(),
            tables: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// What its job is called.
    #[must_use]
    pub fn name(&self) -> Name {
        Name { series: self.inputs.series.clone(), terms: self.inputs.terms.clone(), readings: self.readings.clone() }
    }

    /// Adds a row to a table.
    pub fn add(&mut self, table: usize, row: &Json) {
        if let Some(head) = self.tables.get_mut(table) {
            head.rows += 1;
            self.rows.push((table, row.to_string()));
        }
    }

    /// How many rows it has, without those of [`REJECTS`].
    #[must_use]
    pub fn count(&self) -> u64 {
        self.tables.iter().filter(|t| t.name != REJECTS).map(|t| t.rows).sum()
    }

    /// The file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = serde_json::to_string(self).unwrap_or_default();
        out.push('\n');
        for (table, row) in &self.rows {
            let name = self.tables.get(*table).map_or("", |t| t.name.as_str());
            out.push_str(name);
            out.push('\t');
            out.push_str(row);
            out.push('\n');
        }
        out
    }

    /// The line that tells of it, and the rows with the names of their tables; none where the text is no part.
    #[must_use]
    pub fn read(text: &str) -> Option<(Self, impl Iterator<Item = (&str, &str)>)> {
        let (first, rest) = text.split_once('\n')?;
        let part: Self = serde_json::from_str(first).ok().filter(|p: &Self| p.schema == SCHEMA)?;
        Some((part, rest.lines().filter_map(|l| l.split_once('\t'))))
    }
}
