//! What a job is known by: the digest of everything it is computed from.

use crate::report::receipt::{Input, Sum};
use serde::{Deserialize, Serialize};

/// The SHA-256 of bytes, in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    let mut sum = Sum::default();
    sum.add(bytes);
    sum.done().1
}

/// Everything a job is computed from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The version of the engine.
    pub engine: String,
    /// The edition of the language.
    pub edition: u32,
    /// The series.
    pub series: String,
    /// The terms, as the manifest names them.
    pub terms: String,
    /// Every reading, and the answer chosen.
    pub readings: Vec<(String, String)>,
    /// The day at whose end it stands.
    pub as_of: Option<String>,
    /// The day whose knowledge is used.
    pub known_on: Option<String>,
    /// What else decides the result: the tables, what is done with a bad record.
    pub options: Vec<String>,
    /// The files: terms with what they read, then events in their order.
    pub files: Vec<Read>,
    /// How many rows of the register it has.
    pub rows: u64,
    /// The digest of these rows.
    pub register: String,
}

/// A file that a job reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Read {
    /// What it is read as: `terms`, `read by the terms`, `events`, `register`.
    pub role: String,
    /// Its name, from the folder of the manifest.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes.
    pub sha256: String,
}

impl Read {
    /// A file of these bytes.
    #[must_use]
    pub fn new(role: &str, name: &str, bytes: &[u8]) -> Self {
        let Input { role, name, bytes, sha256 } = Input::new(role, name, bytes);
        Self { role, name, bytes: u64::try_from(bytes).unwrap_or(u64::MAX), sha256 }
    }
}

impl Inputs {
    /// The key: the same for the same inputs, and for no others.
    #[must_use]
    pub fn key(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        sha256(format!("tenor.job/1\n{text}").as_bytes())
    }

    /// What is another in other inputs, a sentence each.
    #[must_use]
    pub fn changes(&self, now: &Self) -> Vec<String> {
        let mut out = Vec::new();
        let mut say = |what: &str, before: &str, after: &str| {
            if before != after {
                out.push(format!("{what}: {before} → {after}"));
            }
        };
        let day = |d: &Option<String>| d.clone().unwrap_or_else(|| "the last record".to_owned());
        say("engine", &self.engine, &now.engine);
        say("edition", &self.edition.to_string(), &now.edition.to_string());
        say("as of", &day(&self.as_of), &day(&now.as_of));
        say("known on", &day(&self.known_on), &day(&now.known_on));
        for (name, word) in &self.readings {
            let other = now.readings.iter().find(|(n, _)| n == name).map_or("no such reading", |(_, w)| w.as_str());
            say(&format!("reading {name}"), word, other);
        }
        for (name, word) in now.readings.iter().filter(|(n, _)| !self.readings.iter().any(|(m, _)| m == n)) {
            say(&format!("reading {name}"), "no such reading", word);
        }
        say("options", &self.options.join(", "), &now.options.join(", "));
        for file in &self.files {
            match now.files.iter().find(|f| f.role == file.role && f.name == file.name) {
                None => out.push(format!("{} is no longer read", file.name)),
                Some(f) if f.sha256 != file.sha256 => out.push(format!("{} changed", file.name)),
                Some(_) => {}
            }
        }
        for file in now.files.iter().filter(|f| !self.files.iter().any(|o| o.role == f.role && o.name == f.name)) {
            out.push(format!("{} is new", file.name));
        }
        let order = |i: &Self| i.files.iter().map(|f| f.name.clone()).collect::<Vec<_>>();
        if out.is_empty() && order(self) != order(now) {
            out.push("the files are read in another order".to_owned());
        }
        if self.register != now.register {
            let rows = |n: u64| if n == 1 { "1 row".to_owned() } else { format!("{n} rows") };
            out.push(match self.rows == now.rows {
                true => "rows of the register changed".to_owned(),
                false => format!("the register has {}, and had {}", rows(now.rows), rows(self.rows)),
            });
        }
        out
    }
}
