//! How a stream ended: with its last record, with one it stopped at, or with some set aside.

use super::stop::Seen;
use super::words::{Words, day};
use super::{Document, Section};
use crate::engine::run::{Run, Stopped};
use crate::event::Problem;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

/// A record at which a stream stopped, or that was set aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aside {
    /// Its number; none for the stream as a whole, or for a moment between records.
    pub number: Option<u32>,
    /// Its day, where it has been read.
    pub day: Option<i64>,
    /// The code of the message.
    pub code: String,
    /// The clause, where it is the terms that stop.
    pub clause: String,
    /// What happened.
    pub reason: String,
    /// What to do.
    pub help: String,
}

/// How a stream ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// Where it stopped: nothing from there on is applied.
    pub stopped: Option<Aside>,
    /// What was set aside.
    pub rejected: Vec<Aside>,
}

impl Ending {
    /// What became of a stream: of the run, and of the records that could not be read.
    #[must_use]
    pub fn new(words: &Words<'_>, run: &Run, bad: &[Problem], seen: &Seen, keep_going: bool) -> Self {
        let mut out = Self { stopped: None, rejected: run.rejected.iter().map(|s| Aside::of_run(words, s, seen)).collect() };
        for p in bad {
            // nothing of a file that cannot be read is applied, whatever is set aside
            if keep_going && p.place.number > 0 {
                out.rejected.push(Aside::of_record(p));
            } else {
                out.stopped.get_or_insert(Aside::of_record(p));
            }
        }
        out.rejected.sort_by_key(|a| a.number);
        if let Some(stopped) = &run.stopped {
            out.stopped = Some(Aside::of_run(words, stopped, seen));
        }
        out
    }

    /// In a sentence where it stopped; empty where it did not.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.stopped.as_ref().map_or_else(String::new, Aside::sentence)
    }

    /// The sections that tell of it, before all others.
    pub fn head(&self, document: &mut Document) {
        let section = |name: &str, list: &mut dyn Iterator<Item = &Aside>| {
            let mut section = Section::new(name, &["record", "date", "clause", "why", "code"]);
            section.rows = list.map(Aside::row).collect();
            section
        };
        let stopped = section("stopped: nothing from here on is applied", &mut self.stopped.iter());
        let rejected = section("set aside: these records are not applied", &mut self.rejected.iter());
        let told = [stopped, rejected].into_iter().filter(|s| !s.rows.is_empty());
        document.sections.splice(0..0, told);
    }

    /// Where it stopped, for other programs.
    #[must_use]
    pub fn stopped_json(&self) -> Option<Json> {
        self.stopped.as_ref().map(Aside::json)
    }

    /// What was set aside, for other programs.
    #[must_use]
    pub fn rejected_json(&self) -> Option<Json> {
        (!self.rejected.is_empty()).then(|| self.rejected.iter().map(Aside::json).collect())
    }
}

impl Aside {
    /// A record that cannot be read.
    #[must_use]
    pub fn of_record(p: &Problem) -> Self {
        Self {
            number: (p.place.number > 0).then_some(p.place.number),
            code: p.what.id().to_owned(),
            reason: p.what.to_string(),
            help: p.what.help(),
            ..Self::default()
        }
    }

    fn of_run(words: &Words<'_>, s: &Stopped, seen: &Seen) -> Self {
        let e = words.told(s, seen);
        Self {
            number: (s.when.number > 0).then_some(s.when.number),
            day: Some(s.when.day),
            code: e.code.to_owned(),
            clause: e.clause,
            reason: e.message,
            help: e.help,
        }
    }

    /// `record 7: …`
    #[must_use]
    pub fn sentence(&self) -> String {
        match (self.number, self.day) {
            (Some(n), _) => format!("record {n}: {}", self.reason),
            (None, Some(on)) => format!("{}: {}", day(on), self.reason),
            (None, None) => self.reason.clone(),
        }
    }

    fn row(&self) -> Vec<String> {
        vec![
            self.number.map_or_else(|| "—".to_owned(), |n| n.to_string()),
            self.day.map_or_else(|| "—".to_owned(), day),
            if self.clause.is_empty() { String::new() } else { format!("§{}", self.clause) },
            self.reason.clone(),
            self.code.clone(),
        ]
    }

    fn json(&self) -> Json {
        let told = Told {
            event: self.number,
            date: self.day.map(day),
            code: self.code.clone(),
            clause: self.clause.clone(),
            reason: self.reason.clone(),
            help: self.help.clone(),
        };
        serde_json::to_value(told).unwrap_or_default()
    }
}

/// A record at which a stream stopped, or that was set aside.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "aside")]
pub struct Told {
    /// Its number; none for the stream as a whole, or for a moment between records.
    event: Option<u32>,
    /// Its day, where it has been read.
    date: Option<String>,
    /// The code of the message: `tenor help CODE` explains it.
    code: String,
    /// The clause, without its sign, where it is the terms that stop.
    clause: String,
    /// What happened.
    reason: String,
    /// What to do.
    help: String,
}
