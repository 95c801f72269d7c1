//! What a result was computed from: files by their digests, and how they were read.

use super::Section;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The receipt of the inputs of a result.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Receipt {
    /// The version of the program.
    pub version: String,
    /// The title of the terms.
    pub terms: String,
    /// The files, in the order they were read.
    pub files: Vec<Input>,
    /// The day after which nothing was applied; empty for the last of the stream.
    pub as_of: String,
    /// The day whose knowledge was used; empty for all there is.
    pub known_on: String,
    /// What else was asked for: `records sorted by date`.
    pub options: Vec<String>,
    /// How the text was read: every reading, and the answer chosen.
    pub readings: Vec<(String, String)>,
}

/// The edition of the language this program runs.
pub const EDITION: u32 = 1;

impl Receipt {
    /// The receipt as a table.
    #[must_use]
    pub fn section(&self) -> Section {
        let mut out = Section::new("receipt", &["what", "which", "SHA-256"]);
        let mut say = |what: &str, which: &str, sha256: &str| {
            out.rows.push([what, which, sha256].map(str::to_owned).to_vec());
        };
        self.files.iter().for_each(|f| say(&f.role, &f.name, &f.sha256));
        let days = [("as of", &self.as_of), ("known on", &self.known_on)];
        days.into_iter().filter(|(_, day)| !day.is_empty()).for_each(|(what, day)| say(what, day, ""));
        self.options.iter().for_each(|o| say("asked for", o, ""));
        say("computed by", &format!("Tenor {}", self.version), "");
        out
    }

    /// The receipt for other programs.
    #[must_use]
    pub fn json(&self) -> Json {
        let given = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
        let shown = Shown {
            tenor: &self.version,
            edition: EDITION,
            as_of: given(&self.as_of),
            known_on: given(&self.known_on),
            readings: self.readings.iter().map(|(r, w)| (r.clone(), Json::from(w.clone()))).collect(),
            options: &self.options,
            files: &self.files,
        };
        serde_json::to_value(shown).unwrap_or_default()
    }
}

/// What a result was computed from: the same inputs give it again.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "receipt")]
pub struct Shown<'r> {
    /// The version of Tenor.
    tenor: &'r str,
    /// The edition of the language.
    edition: u32,
    /// The day after which nothing was applied; none for the last of the stream.
    as_of: Option<String>,
    /// The day whose knowledge was used; none for all there is.
    known_on: Option<String>,
    /// Every reading, and the answer chosen.
    readings: Map<String, Json>,
    /// What else was asked for.
    options: &'r [String],
    /// The files, in the order they were read.
    files: &'r [Input],
}

/// A file that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "file")]
pub struct Input {
    /// What it was read as: `terms`, `events`.
    pub role: String,
    /// Its name, as it was given.
    pub name: String,
    /// Its size in bytes.
    pub bytes: usize,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

impl Input {
    /// A file of these bytes.
    #[must_use]
    pub fn new(role: &str, name: &str, bytes: &[u8]) -> Self {
        let mut sum = Sum::default();
        sum.add(bytes);
        let (bytes, sha256) = sum.done();
        Self { role: role.to_owned(), name: name.to_owned(), bytes, sha256 }
    }
}

/// The size and the digest of bytes that come one after the other.
#[derive(Default)]
pub struct Sum {
    bytes: usize,
    digest: Sha256,
}

impl Sum {
    /// Takes further bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len();
        self.digest.update(bytes);
    }

    /// How many they were, and their SHA-256 in hexadecimal digits.
    #[must_use]
    pub fn done(self) -> (usize, String) {
        let mut sha256 = String::with_capacity(64);
        for byte in self.digest.finalize() {
            let _ = write!(sha256, "{byte:02x}");
        }
        (self.bytes, sha256)
    }
}
