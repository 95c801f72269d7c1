//! The jobs of a night run: series × terms × readings, in the one order in which everything is written.

use super::manifest::Exclude;
use super::register::Row;
use super::resolved::{AS_SIGNED, Resolved};
use super::{Trouble, instead};
use crate::terms::Terms;
use std::collections::BTreeMap;

/// What a job is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Name {
    /// The series.
    pub series: String,
    /// The terms, as the manifest names them.
    pub terms: String,
    /// The readings chosen: `floor=nominal`, or `default`.
    pub readings: String,
}

impl Name {
    /// For a reader.
    #[must_use]
    pub fn shown(&self) -> String {
        let part = |t: &str| if t.is_empty() { "—".to_owned() } else { t.to_owned() };
        format!("{} · {} · {}", part(&self.series), part(&self.terms), part(&self.readings))
    }
}

/// A job: certificates of one series under one terms file and one set of readings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// What it is called.
    pub name: Name,
    /// The answer chosen for each reading of the terms.
    pub answers: Vec<u32>,
    /// The rows of the register it has, by their place among all.
    pub rows: Vec<usize>,
    /// The files of its events, in order, the rows of the register among them.
    pub events: Vec<String>,
    /// Why it cannot be run: a code, the reason, what to do.
    pub broken: Option<(String, String, String)>,
}

/// How the readings of a job are called.
#[must_use]
pub fn label(choice: &BTreeMap<String, String>) -> String {
    if choice.is_empty() {
        return "default".to_owned();
    }
    choice.iter().map(|(name, word)| format!("{name}={word}")).collect::<Vec<_>>().join(" ")
}

/// The terms that are needed: those of the matrix and of the rows, each with where it is asked for.
#[must_use]
pub fn terms_of(resolved: &Resolved, rows: &[Row]) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut add = |path: &str, place: String| {
        if !out.iter().any(|(p, _)| p == path) {
            out.push((path.to_owned(), place));
        }
    };
    let is_signed = resolved.terms.iter().any(|t| t == AS_SIGNED);
    for path in resolved.terms.iter().filter(|t| *t != AS_SIGNED) {
        add(path, String::new());
    }
    if is_signed {
        for series in &resolved.series {
            series.terms.iter().for_each(|path| add(path, String::new()));
        }
        for row in rows {
            row.terms.iter().for_each(|path| add(path, format!("{}:{}", row.file, row.line)));
        }
    }
    out
}

/// All jobs, in order.
///
/// # Errors
/// What of the manifest names nothing that is there.
pub fn plan(resolved: &Resolved, terms: &BTreeMap<String, Terms>, rows: &[Row]) -> Result<Vec<Job>, Vec<Trouble>> {
    let mut wrong: Vec<Trouble> = Vec::new();
    let mut used = vec![false; resolved.exclude.len()];
    let mut out: Vec<Job> = Vec::new();
    let only = if let [one] = resolved.series.as_slice() { Some(one.name.as_str()) } else { None };
    let series_of = |row: &Row| row.series.clone().or_else(|| only.map(str::to_owned)).unwrap_or_default();
    for series in &resolved.series {
        let own: Vec<usize> = (0..rows.len()).filter(|n| rows.get(*n).is_some_and(|r| series_of(r) == series.name)).collect();
        for (path, (of, is_signed)) in targets(resolved, series.terms.as_deref(), &own, rows) {
            let Some(t) = terms.get(&path) else { continue };
            for choice in choices(resolved, t) {
                let answers = match answers(t, &path, &choice) {
                    Ok(answers) => answers,
                    Err(trouble) => {
                        // an answer these terms do not know may be left out for them
                        if !excluded(resolved, &series.name, &path, is_signed, &choice, &mut used) && !wrong.contains(&trouble) {
                            wrong.push(trouble);
                        }
                        continue;
                    }
                };
                if excluded(resolved, &series.name, &path, is_signed, &choice, &mut used) {
                    continue;
                }
                let name = Name { series: series.name.clone(), terms: path.clone(), readings: label(&choice) };
                if !out.iter().any(|j| j.name == name) {
                    out.push(Job { name, answers, rows: of.clone(), events: series.events.clone(), broken: None });
                }
            }
        }
    }
    for (_, exclude) in used.iter().zip(&resolved.exclude).filter(|(used, _)| !**used) {
        let text = format!("an `exclude` of `[matrix]` leaves nothing out: {}", shown(exclude));
        wrong.push(Trouble::new("batch::manifest", text, "name terms by their path, and readings that the matrix has"));
    }
    strays(resolved, rows, &series_of, &mut out);
    out.sort_by(|a, b| a.name.cmp(&b.name));
    if wrong.is_empty() { Ok(out) } else { Err(wrong) }
}

/// Rows that belong to no series are a job each name: it cannot be run, and its certificates are not forgotten.
fn strays(resolved: &Resolved, rows: &[Row], series_of: &dyn Fn(&Row) -> String, out: &mut Vec<Job>) {
    let known: Vec<&str> = resolved.series.iter().map(|s| s.name.as_str()).collect();
    for (n, row) in rows.iter().enumerate() {
        let series = series_of(row);
        if known.contains(&series.as_str()) {
            continue;
        }
        if let Some(job) = out.iter_mut().find(|j| j.broken.is_some() && j.name.series == series) {
            job.rows.push(n);
            continue;
        }
        let broken = if series.is_empty() {
            ("batch::register".to_owned(), "the row names no series".to_owned(), "add `series`".to_owned())
        } else {
            ("batch::unknown-series".to_owned(), format!("the manifest has no series `{series}`"), instead(&series, &known))
        };
        let name = Name { series, ..Name::default() };
        out.push(Job { name, rows: vec![n], broken: Some(broken), ..Job::default() });
    }
}

/// The terms a series is run under, each with its rows, and whether it was signed under them.
fn targets(resolved: &Resolved, signed: Option<&str>, own: &[usize], rows: &[Row]) -> BTreeMap<String, (Vec<usize>, bool)> {
    let mut out: BTreeMap<String, (Vec<usize>, bool)> = BTreeMap::new();
    for path in &resolved.terms {
        if path != AS_SIGNED {
            out.entry(path.clone()).or_default().0 = own.to_vec();
            continue;
        }
        let Some(signed) = signed else { continue };
        if own.is_empty() {
            out.entry(signed.to_owned()).or_default().1 = true;
        }
        for n in own {
            let path = rows.get(*n).and_then(|r| r.terms.as_deref()).unwrap_or(signed);
            let entry = out.entry(path.to_owned()).or_default();
            entry.1 = true;
            if !entry.0.contains(n) {
                entry.0.push(*n);
            }
        }
    }
    for (of, _) in out.values_mut() {
        of.sort_unstable();
    }
    out
}

/// The choices of readings for terms.
fn choices(resolved: &Resolved, t: &Terms) -> Vec<BTreeMap<String, String>> {
    if let Some(list) = &resolved.readings {
        return list.clone();
    }
    let mut out = vec![BTreeMap::new()];
    for reading in &t.readings {
        for (n, (word, _)) in reading.alternatives.iter().enumerate() {
            if u32::try_from(n).is_ok_and(|n| n != reading.default) {
                out.push(BTreeMap::from([(reading.name.clone(), word.clone())]));
            }
        }
    }
    out
}

/// The answer to each reading of the terms.
fn answers(t: &Terms, path: &str, choice: &BTreeMap<String, String>) -> Result<Vec<u32>, Trouble> {
    let mut out: Vec<u32> = t.readings.iter().map(|r| r.default).collect();
    for (name, word) in choice {
        let Some(at) = t.readings.iter().position(|r| r.name == *name) else {
            let known: Vec<&str> = t.readings.iter().map(|r| r.name.as_str()).collect();
            let text = format!("`{path}` has no reading `{name}`");
            let help = format!("{}; or leave it out for these terms by `exclude`", instead(name, &known));
            return Err(Trouble::new("batch::reading", text, help));
        };
        let alternatives = t.readings.get(at).map(|r| r.alternatives.as_slice()).unwrap_or_default();
        let Some(answer) = alternatives.iter().position(|(w, _)| w == word) else {
            let known: Vec<&str> = alternatives.iter().map(|(w, _)| w.as_str()).collect();
            let text = format!("the reading `{name}` of `{path}` has no answer `{word}`");
            return Err(Trouble::new("batch::reading", text, instead(word, &known)));
        };
        if let (Some(slot), Ok(answer)) = (out.get_mut(at), u32::try_from(answer)) {
            *slot = answer;
        }
    }
    Ok(out)
}

/// Whether a part of the matrix is left out.
fn excluded(
    resolved: &Resolved,
    series: &str,
    path: &str,
    is_signed: bool,
    choice: &BTreeMap<String, String>,
    used: &mut [bool],
) -> bool {
    let mut out = false;
    for (exclude, used) in resolved.exclude.iter().zip(used) {
        let terms = |t: &String| t == path || is_last(t, path) || (is_signed && t == AS_SIGNED);
        let holds = exclude.series.as_ref().is_none_or(|s| s == series)
            && exclude.terms.as_ref().is_none_or(terms)
            && exclude.readings.iter().all(|(name, word)| choice.get(name) == Some(word));
        if holds {
            *used = true;
            out = true;
        }
    }
    out
}

/// Whether a name is the last part of a path, with its ending or without.
fn is_last(name: &str, path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    last == name || last.strip_suffix(".terms") == Some(name)
}

fn shown(exclude: &Exclude) -> String {
    let readings = label(&exclude.readings);
    let parts = [exclude.series.clone(), exclude.terms.clone(), (!exclude.readings.is_empty()).then_some(readings)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
