//! The manifest: what a night run is asked for, as its author writes it in TOML.

use super::Trouble;
use crate::event::day_number;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A manifest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the form: 1.
    pub schema: u32,
    /// The day at whose end everything stands.
    pub as_of: Option<toml::Value>,
    /// The day whose knowledge is used.
    pub known_on: Option<toml::Value>,
    /// The register of certificates.
    pub register: Option<Register>,
    /// The series.
    #[serde(default)]
    pub series: Vec<Series>,
    /// What each series is run under.
    #[serde(default)]
    pub matrix: Matrix,
    /// What is written, and where.
    #[serde(default)]
    pub output: Output,
    /// What is done where something goes wrong.
    #[serde(default)]
    pub policy: Policy,
}

/// One text, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "text in quotation marks, or a list of such texts")]
pub enum Texts {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Texts {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(list) => list,
        }
    }
}

/// The register of certificates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Its files: paths or patterns.
    pub file: Texts,
    /// The event its rows become.
    pub event: Option<String>,
}

/// A series: one issue of certificates, with what happened to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// The terms it was signed under.
    pub terms: Option<String>,
    /// Its events: paths or patterns, and `{register}` where the rows of the register stand among them.
    pub events: Texts,
}

/// What each series is run under.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Terms: `as signed`, or paths and patterns.
    pub terms: Option<Vec<String>>,
    /// Readings.
    pub readings: Option<Readings>,
    /// What of it is left out.
    #[serde(default)]
    pub exclude: Vec<Exclude>,
}

/// The readings of a matrix.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a list of choices such as [{}, { floor = \"nominal\" }], or \"all\"")]
pub enum Readings {
    /// `all`: the defaults, and every other answer by itself.
    Word(String),
    /// Choices, each held against the defaults.
    Chosen(Vec<BTreeMap<String, String>>),
}

/// A part of a matrix that is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclude {
    /// The series; all where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// The terms, by their path or its last part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    /// The readings: these answers, and perhaps others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub readings: BTreeMap<String, String>,
}

/// What is written, and where.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The folder; `{run}` is the name of the run.
    pub dir: Option<String>,
    /// The formats of the tables.
    pub formats: Option<Vec<String>>,
    /// The tables.
    pub tables: Option<Vec<String>>,
}

/// What is done where something goes wrong.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What a bad record does: `fail-job` or `set-aside`.
    pub on_bad_record: Option<String>,
    /// What closes the gate.
    #[serde(default)]
    pub fail_on: Vec<String>,
    /// How many jobs may fail before no more are begun: a number, or a part of all in percent.
    pub max_failed: Option<toml::Value>,
    /// The longest a job may take.
    pub timeout: Option<String>,
    /// The most records a job may have.
    pub records: Option<u64>,
}

/// Limits: they decide how far a run goes, and not what comes of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// How many jobs may fail.
    pub max_failed: Option<Share>,
    /// The longest a job may take, in seconds.
    pub timeout: Option<u64>,
    /// The most records of a job.
    pub records: Option<u64>,
}

/// A number of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// So many.
    Jobs(u64),
    /// So many hundredths.
    Percent(u64),
}

impl Share {
    /// Whether so many of all are more than that.
    #[must_use]
    pub const fn is_passed(self, failed: u64, all: u64) -> bool {
        match self {
            Self::Jobs(n) => failed > n,
            Self::Percent(p) => failed.saturating_mul(100) > all.saturating_mul(p),
        }
    }

    /// As it is written.
    #[must_use]
    pub fn shown(self) -> String {
        match self {
            Self::Jobs(n) => n.to_string(),
            Self::Percent(p) => format!("{p}%"),
        }
    }
}

/// Reads a manifest.
///
/// # Errors
/// What is wrong with it, and where.
pub fn read(name: &str, text: &str) -> Result<Manifest, Trouble> {
    let manifest: Manifest = toml::from_str(text).map_err(|e| {
        let at = e.span().map_or(0, |s| s.start).min(text.len());
        let head = text.get(..at).unwrap_or_default();
        let (line, column) = (head.matches('\n').count() + 1, head.chars().rev().take_while(|c| *c != '\n').count() + 1);
        let said = e.message().replace('\n', "; ");
        Trouble::new("batch::manifest", format!("{name}:{line}:{column}: {said}"), "docs/batch.md lists what a manifest may say")
    })?;
    if manifest.schema != 1 {
        let text = format!("{name}: the schema is {}, and 1 is the only one there is", manifest.schema);
        return Err(Trouble::new("batch::manifest", text, "write `schema = 1`"));
    }
    Ok(manifest)
}

/// A day of the manifest.
///
/// # Errors
/// That it is none.
pub fn day(key: &str, value: Option<&toml::Value>) -> Result<Option<String>, Trouble> {
    let text = match value {
        None => return Ok(None),
        Some(toml::Value::Datetime(d)) => d.to_string(),
        Some(toml::Value::String(s)) => s.clone(),
        Some(other) => other.to_string(),
    };
    match day_number(&text) {
        Some(_) => Ok(Some(text)),
        None => Err(Trouble::new(
            "batch::manifest",
            format!("`{key}` is `{text}`, and no day"),
            format!("write `{key} = 2009-08-11`"),
        )),
    }
}

impl Policy {
    /// The limits.
    ///
    /// # Errors
    /// What is no limit.
    pub fn limits(&self) -> Result<Limits, Trouble> {
        let share = match &self.max_failed {
            None => None,
            Some(toml::Value::Integer(n)) => u64::try_from(*n).ok().map(Share::Jobs),
            Some(toml::Value::String(s)) => s.strip_suffix('%').and_then(whole).filter(|p| *p <= 100).map(Share::Percent),
            Some(_) => None,
        };
        if let (Some(written), None) = (&self.max_failed, share) {
            let text = format!("`max_failed` is {written}, and neither a number of jobs nor a percentage");
            return Err(Trouble::new("batch::manifest", text, "write `max_failed = 5` or `max_failed = \"2%\"`"));
        }
        let timeout = self.timeout.as_deref().map(seconds).transpose()?;
        Ok(Limits { max_failed: share, timeout, records: self.records })
    }
}

fn whole(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A duration in seconds.
///
/// # Errors
/// That it is none.
pub fn seconds(text: &str) -> Result<u64, Trouble> {
    let unit = [("s", 1), ("m", 60), ("min", 60), ("h", 3600)];
    let found = unit.iter().find_map(|(u, n)| text.strip_suffix(u).and_then(whole).and_then(|t| t.checked_mul(*n)));
    found.ok_or_else(|| {
        Trouble::new("batch::manifest", format!("`timeout` is `{text}`, and no duration"), "write `60s`, `10m` or `1h`")
    })
}
