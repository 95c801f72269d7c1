//! What is said of a whole run: how its jobs ended, what failed and why, what closed the gate.

use super::id::Read;
use super::part::{Gates, Part, Status};
use super::plan::Name;
use super::resolved::Resolved;
use super::select::Shard;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// The form of the document of a run.
pub const SCHEMA: &str = "tenor.batch/1";

/// A file that a run wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: String,
}

/// How often jobs ended which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Jobs that are done.
    pub ok: u64,
    /// Jobs that set records aside.
    pub partial: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// Jobs that took too long.
    pub timeout: u64,
    /// Jobs that were not begun.
    pub skipped: u64,
}

impl Counts {
    /// Counts one more.
    pub const fn add(&mut self, status: Status) {
        let slot = match status {
            Status::Ok => &mut self.ok,
            Status::Partial => &mut self.partial,
            Status::Failed => &mut self.failed,
            Status::Timeout => &mut self.timeout,
            Status::Skipped => &mut self.skipped,
        };
        *slot += 1;
    }

    /// How many there are.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.ok + self.partial + self.failed + self.timeout + self.skipped
    }

    /// Whether every job is done as it should be.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.ok == self.all()
    }

    /// How many did not come to an end as they should, as `max_failed` counts them.
    #[must_use]
    pub const fn bad(&self) -> u64 {
        self.failed + self.timeout
    }

    /// `398 ok, 1 partial, 1 failed`
    #[must_use]
    pub fn shown(&self) -> String {
        let all = [
            (self.ok, "ok"),
            (self.partial, "partial"),
            (self.failed, "failed"),
            (self.timeout, "timeout"),
            (self.skipped, "skipped"),
        ];
        let said: Vec<String> = all.iter().filter(|(n, w)| *n > 0 || *w == "ok").map(|(n, w)| format!("{n} {w}")).collect();
        said.join(", ")
    }
}

/// The document of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The form.
    pub schema: String,
    /// The name of the run.
    pub run: String,
    /// The version of the engine.
    pub engine: String,
    /// The edition of the language.
    pub edition: u32,
    /// The share of all jobs it has; none where it has all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The manifest as it was meant.
    pub manifest: Resolved,
    /// How many jobs the manifest has in all.
    pub jobs: u64,
    /// How the jobs ended.
    pub counts: Counts,
    /// What closes the gate.
    pub gates: Gates,
    /// What did close it.
    pub closed: Vec<String>,
    /// All files that were read.
    pub files: Vec<Read>,
    /// All files that were written.
    pub outputs: Vec<Output>,
}

/// What is told of one job in the receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The key of the job.
    pub key: String,
    /// What it is called.
    #[serde(flatten)]
    pub name: Name,
    /// How it ended.
    pub status: Status,
    /// The code of the first message.
    pub code: String,
    /// How many records it took.
    pub records: u64,
    /// How many rows it gave.
    pub rows: u64,
    /// What it was computed from.
    pub inputs: Json,
    /// The SHA-256 of what it gave.
    pub result: String,
}

impl Receipt {
    /// The receipt of a job.
    #[must_use]
    pub fn new(part: &Part, result: &str) -> Self {
        Self {
            key: part.key.clone(),
            name: part.name(),
            status: part.status,
            code: part.code.clone(),
            records: part.records,
            rows: part.count(),
            inputs: json!({ "engine": part.inputs.engine, "edition": part.inputs.edition, "as_of": part.inputs.as_of,
                "known_on": part.inputs.known_on, "readings": part.inputs.readings, "options": part.inputs.options,
                "files": part.inputs.files, "rows": part.inputs.rows, "register": part.inputs.register }),
            result: result.to_owned(),
        }
    }
}

/// A job that did not end as it should, for the summary.
#[derive(Debug, Clone, Default)]
pub struct Bad {
    /// What it is called.
    pub name: Name,
    /// How it ended.
    pub status: String,
    /// Why.
    pub reason: String,
    /// The code.
    pub code: String,
    /// Where.
    pub place: String,
}

/// The summary, in Markdown.
#[must_use]
pub fn markdown(document: &Document, bad: &[Bad]) -> String {
    let mut out = format!("# Run {}\n\n", document.run);
    let as_of = document.manifest.as_of.as_deref().unwrap_or("the last record of each stream");
    let shard = document.shard.map_or_else(String::new, |s| format!(", share {}", s.shown()));
    let _ = writeln!(
        out,
        "As of {as_of}, by Tenor {}{shard}: {} jobs, {}.",
        document.engine,
        document.counts.all(),
        document.counts.shown()
    );
    if !document.counts.is_whole() {
        out.push_str("\n**Not everything is done.** What failed has no figures here.\n");
    }
    for gate in &document.closed {
        let _ = writeln!(out, "\nThe gate `{gate}` is closed: {}.", document.gates.count(gate));
    }
    if !bad.is_empty() {
        out.push_str("\n| status | series | terms | readings | where | why | code |\n|---|---|---|---|---|---|---|\n");
        for b in bad {
            let cells = [&b.status, &b.name.series, &b.name.terms, &b.name.readings, &b.place, &b.reason, &b.code];
            let cells: Vec<String> =
                cells.iter().map(|c| crate::report::visible::lines(c).replace('|', "\\|").replace('\n', " ")).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
    }
    out.push_str("\n| file | rows | SHA-256 |\n|---|---|---|\n");
    for o in &document.outputs {
        let _ = writeln!(out, "| {} | {} | {} |", o.name, o.rows, o.sha256);
    }
    out
}
