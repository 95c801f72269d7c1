//! A manifest as it is meant: every pattern a list of files, every default said. What decides the result, and nothing else.

use super::manifest::{Exclude, Manifest, Readings, day};
use super::{Trouble, id, instead};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How terms of a matrix are called that are those of each series.
pub const AS_SIGNED: &str = "as signed";

/// Where the rows of the register stand among the events of a series.
pub const REGISTER: &str = "{register}";

/// The tables that are written where nothing else is said.
pub const TABLES: [&str; 4] = ["figures", "adjustments", "obligations", "refusals"];

/// The formats that tables are written in.
pub const FORMATS: [&str; 3] = ["jsonl", "csv", "xlsx"];

/// What may close the gate.
pub const GATES: [&str; 5] = ["breached", "late", "open", "refused", "warned"];

/// A manifest as it is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// The version of the form.
    pub schema: u32,
    /// The day at whose end everything stands.
    pub as_of: Option<String>,
    /// The day whose knowledge is used.
    pub known_on: Option<String>,
    /// The files of the register.
    pub register: Vec<String>,
    /// The event that a row of the register becomes.
    pub event: String,
    /// The series.
    pub series: Vec<Series>,
    /// The terms of the matrix.
    pub terms: Vec<String>,
    /// The readings of the matrix; none: the defaults, and every other answer by itself.
    pub readings: Option<Vec<BTreeMap<String, String>>>,
    /// What is left out.
    pub exclude: Vec<Exclude>,
    /// The tables.
    pub tables: Vec<String>,
    /// Their formats.
    pub formats: Vec<String>,
    /// Whether a bad record is set aside, and does not fail its job.
    pub set_aside: bool,
    /// What closes the gate.
    pub fail_on: Vec<String>,
    /// What was selected of it.
    pub select: Vec<String>,
}

/// A series with its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// The terms it was signed under.
    pub terms: Option<String>,
    /// Its files in order; [`REGISTER`] stands for the rows of the register.
    pub events: Vec<String>,
}

impl Resolved {
    /// The name of the run: a part of the digest of all this.
    #[must_use]
    pub fn id(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        id::sha256(text.as_bytes()).chars().take(12).collect()
    }

    /// Whether the rows of a table are asked for.
    #[must_use]
    pub fn has_table(&self, name: &str) -> bool {
        self.tables.iter().any(|t| t == name)
    }
}

/// A manifest as it is meant; `files` finds the files of a path or pattern. Everything that is wrong is told at once.
///
/// # Errors
/// What is wrong.
pub fn resolve(
    manifest: &Manifest,
    select: &[String],
    files: &dyn Fn(&str) -> Result<Vec<String>, Trouble>,
) -> Result<Resolved, Vec<Trouble>> {
    let mut wrong = Vec::new();
    let mut out = Resolved { schema: manifest.schema, select: select.to_vec(), ..Resolved::default() };
    out.as_of = tell(day("as_of", manifest.as_of.as_ref()), &mut wrong).flatten();
    out.known_on = tell(day("known_on", manifest.known_on.as_ref()), &mut wrong).flatten();
    out.event = manifest.register.as_ref().and_then(|r| r.event.clone()).unwrap_or_else(|| "certificate".to_owned());
    for pattern in manifest.register.iter().flat_map(|r| r.file.all()) {
        extend(&mut out.register, files(pattern), &mut wrong);
    }
    for written in &manifest.series {
        if written.name.trim().is_empty() || out.series.iter().any(|s| s.name == written.name) {
            let text = format!(
                "the name of a series, `{}`, is {}",
                written.name,
                if written.name.trim().is_empty() { "empty" } else { "given twice" }
            );
            wrong.push(Trouble::new("batch::manifest", text, "give every series a name of its own"));
        }
        let mut series = Series { name: written.name.clone(), terms: None, events: Vec::new() };
        if let Some(path) = &written.terms {
            series.terms = tell(one(path, files), &mut wrong).or_else(|| Some(path.clone()));
        }
        for pattern in written.events.all() {
            let found = if pattern == REGISTER { Ok(vec![pattern.clone()]) } else { files(pattern) };
            extend(&mut series.events, found, &mut wrong);
        }
        out.series.push(series);
    }
    if out.series.is_empty() {
        wrong.push(Trouble::new("batch::manifest", "there is no series", "add `[[series]]` with `name`, `terms` and `events`"));
    }
    out.series.sort_by(|a, b| a.name.cmp(&b.name));
    match &manifest.matrix.terms {
        None => out.terms.push(AS_SIGNED.to_owned()),
        Some(list) => {
            for pattern in list {
                let found = if pattern == AS_SIGNED { Ok(vec![pattern.clone()]) } else { files(pattern) };
                extend(&mut out.terms, found, &mut wrong);
            }
        }
    }
    if out.terms.iter().any(|t| t == AS_SIGNED) {
        for series in out.series.iter().filter(|s| s.terms.is_none()) {
            let text = format!("the series `{}` has no terms", series.name);
            wrong.push(Trouble::new("batch::manifest", text, "add `terms` to it, or name terms in `[matrix]`"));
        }
    }
    out.readings = match &manifest.matrix.readings {
        None => Some(vec![BTreeMap::new()]),
        Some(Readings::Chosen(list)) => Some(list.clone()),
        Some(Readings::Word(word)) => {
            if word != "all" {
                wrong.push(Trouble::new(
                    "batch::manifest",
                    format!("`readings` is `{word}`"),
                    "write \"all\", or a list of choices",
                ));
            }
            None
        }
    };
    out.exclude.clone_from(&manifest.matrix.exclude);
    let owned = |list: &[&str]| -> Vec<String> { list.iter().map(|t| (*t).to_owned()).collect() };
    out.tables = manifest.output.tables.clone().unwrap_or_else(|| owned(&TABLES));
    out.formats = manifest.output.formats.clone().unwrap_or_else(|| owned(&["jsonl", "csv"]));
    out.set_aside = match manifest.policy.on_bad_record.as_deref() {
        None | Some("fail-job") => false,
        Some("set-aside") => true,
        Some(other) => {
            let help = instead(other, &["fail-job", "set-aside"]);
            wrong.push(Trouble::new("batch::manifest", format!("`on_bad_record` is `{other}`"), help));
            false
        }
    };
    out.fail_on.clone_from(&manifest.policy.fail_on);
    known("format", &out.formats, &FORMATS, &mut wrong);
    known("gate of `fail_on`", &out.fail_on, &GATES, &mut wrong);
    if wrong.is_empty() { Ok(out) } else { Err(wrong) }
}

fn tell<T>(found: Result<T, Trouble>, wrong: &mut Vec<Trouble>) -> Option<T> {
    found.map_err(|t| wrong.push(t)).ok()
}

fn extend(list: &mut Vec<String>, found: Result<Vec<String>, Trouble>, wrong: &mut Vec<Trouble>) {
    for file in tell(found, wrong).into_iter().flatten() {
        if !list.contains(&file) {
            list.push(file);
        }
    }
}

/// The one file of a path.
fn one(path: &str, files: &dyn Fn(&str) -> Result<Vec<String>, Trouble>) -> Result<String, Trouble> {
    let found = files(path)?;
    match found.as_slice() {
        [file] => Ok(file.clone()),
        more => {
            let text = format!("`{path}` is {} files, and a series has one terms file", more.len());
            Err(Trouble::new("batch::manifest", text, "name one of them, or list them in `terms` of `[matrix]`"))
        }
    }
}

/// Tells of words that are none of those there are, and of those given twice.
fn known(what: &str, given: &[String], known: &[&str], wrong: &mut Vec<Trouble>) {
    for (n, word) in given.iter().enumerate() {
        if !known.contains(&word.as_str()) {
            wrong.push(Trouble::new("batch::manifest", format!("there is no {what} `{word}`"), instead(word, known)));
        } else if given.iter().take(n).any(|w| w == word) {
            wrong.push(Trouble::new("batch::manifest", format!("the {what} `{word}` is given twice"), "keep one of them"));
        }
    }
}
