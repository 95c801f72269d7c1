//! The log of a run: a line for each job, added when it ends. What was cut off at the end of a log is no line.

use super::manifest::{Limits, Share};
use super::plan::Name;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// A line of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number, from 1.
    pub seq: u64,
    /// The key of the job.
    pub key: String,
    /// The series.
    pub series: String,
    /// The terms.
    pub terms: String,
    /// The readings.
    pub readings: String,
    /// How it ended.
    pub status: String,
    /// The code of the first message, where it did not end well.
    pub code: String,
    /// The limit it met, where it did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub limit: String,
    /// The records it took.
    pub records: u64,
    /// The rows it gave.
    pub rows: u64,
    /// How long it took: the one thing that is not the same the next time.
    pub seconds: String,
    /// The SHA-256 of what it gave.
    pub result: String,
}

impl Line {
    /// What the job is called.
    #[must_use]
    pub fn name(&self) -> Name {
        Name { series: self.series.clone(), terms: self.terms.clone(), readings: self.readings.clone() }
    }
}

/// A log as far as it was written.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Its lines.
    pub lines: Vec<Line>,
    /// The folder of the manifest, from that of the run.
    pub base: Option<String>,
    /// The limits of the last start.
    pub limits: Written,
    /// How many of its bytes are whole lines.
    pub whole: usize,
}

/// The first line that each start of a run adds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Start {
    /// The version of the form.
    pub schema: String,
    /// The version of the engine.
    pub engine: String,
    /// The name of the run.
    pub run: String,
    /// The folder of the manifest, from that of the run.
    pub base: String,
    /// The limits.
    #[serde(default)]
    pub limits: Written,
}

/// Limits as they are written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Written {
    /// How many jobs may fail: a number, or one with `%`.
    pub max_failed: Option<String>,
    /// The longest a job may take, in seconds.
    pub timeout: Option<u64>,
    /// The most records of a job.
    pub records: Option<u64>,
}

impl From<Limits> for Written {
    fn from(l: Limits) -> Self {
        Self { max_failed: l.max_failed.map(Share::shown), timeout: l.timeout, records: l.records }
    }
}

/// The form of a log.
pub const SCHEMA: &str = "tenor.log/1";

/// Reads a log.
#[must_use]
pub fn read(bytes: &[u8]) -> Log {
    let mut out = Log::default();
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let Some(text) = line.strip_suffix(b"\n") else { break };
        if let Ok(start) = serde_json::from_slice::<Start>(text) {
            out.base = Some(start.base);
            out.limits = start.limits;
        } else if let Ok(line) = serde_json::from_slice::<Line>(text) {
            out.lines.push(line);
        }
        out.whole += line.len();
    }
    out
}

impl Log {
    /// The limits of the last start.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let share = |t: &str| match t.strip_suffix('%') {
            Some(p) => p.parse().ok().map(Share::Percent),
            None => t.parse().ok().map(Share::Jobs),
        };
        let Written { max_failed, timeout, records } = &self.limits;
        Limits { max_failed: max_failed.as_deref().and_then(share), timeout: *timeout, records: *records }
    }

    /// The last line of each job, by its key.
    #[must_use]
    pub fn last(&self) -> FxHashMap<&str, &Line> {
        self.lines.iter().map(|line| (line.key.as_str(), line)).collect()
    }
}
