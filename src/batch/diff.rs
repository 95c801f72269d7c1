//! Two nights held against one another: the figures that moved, each with the first adjustment that differs and the input that
//! changed.

use super::part::Part;
use super::plan::Name;
use crate::report::{Document, Section};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// What came of a job in a night: what is told of it, and its rows of two tables.
#[derive(Debug, Clone, Default)]
pub struct Side {
    part: Option<Part>,
    /// The figures by certificate; there may be several rows of one that failed.
    figures: BTreeMap<String, Map<String, Json>>,
    adjustments: Vec<Map<String, Json>>,
}

/// A figure that moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// The job.
    pub job: Name,
    /// The certificate.
    pub certificate: String,
    /// What became of it: `changed`, `added`, `gone`.
    pub how: &'static str,
    /// The column; empty where the whole row is new or gone.
    pub column: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
    /// The clause of the first adjustment that differs.
    pub clause: String,
    /// The record it was made at: its day and place.
    pub at: String,
    /// What that adjustment does, and did before.
    pub what: String,
    /// What changed of the inputs: first what that adjustment comes from.
    pub inputs: Vec<String>,
}

/// The columns that say how a job ended and are no figures.
const ABOUT: [&str; 5] = ["series", "terms", "readings", "registered", "job_status"];

impl Side {
    /// What came of a job; `event` is the column its certificates stand in.
    #[must_use]
    pub fn read(text: &str, event: &str) -> Self {
        let mut out = Self::default();
        let Some((part, rows)) = Part::read(text) else { return out };
        for (table, row) in rows {
            let Ok(Json::Object(row)) = serde_json::from_str(row) else { continue };
            match table {
                "figures" => {
                    out.figures.entry(of(&row, event)).or_insert(row);
                }
                "adjustments" => out.adjustments.push(row),
                _ => {}
            }
        }
        out.part = Some(part);
        out
    }
}

fn of(row: &Map<String, Json>, column: &str) -> String {
    row.get(column).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn shown(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::Null => None,
        Json::String(s) => Some(s.clone()),
        other => Some(other.to_string()),
    }
}

/// The figures of a job that moved between two nights; an empty side is a job that was not there.
#[must_use]
pub fn moved(job: &Name, before: &Side, after: &Side, event: &str) -> Vec<Moved> {
    let mut out = Vec::new();
    let changes = match (&before.part, &after.part) {
        (Some(a), Some(b)) => a.inputs.changes(&b.inputs),
        (None, _) => vec!["the job is new".to_owned()],
        (_, None) => vec!["the job is gone".to_owned()],
    };
    let mut keys: Vec<&String> = before.figures.keys().chain(after.figures.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let base = Moved { job: job.clone(), certificate: key.clone(), ..cause(key, before, after, event, &changes) };
        match (before.figures.get(key), after.figures.get(key)) {
            (Some(a), Some(b)) => {
                let columns = a.keys().chain(b.keys().filter(|k| !a.contains_key(*k)));
                for column in columns.filter(|c| !ABOUT.contains(&c.as_str()) || *c == "job_status") {
                    let (a, b) = (shown(a.get(column)), shown(b.get(column)));
                    if !is_same(a.as_deref(), b.as_deref()) {
                        out.push(Moved { how: "changed", column: column.clone(), before: a, after: b, ..base.clone() });
                    }
                }
            }
            (None, _) => out.push(Moved { how: "added", ..base }),
            (_, None) => out.push(Moved { how: "gone", ..base }),
        }
    }
    out
}

/// Whether two cells are the same: numbers by their value, all else by its text.
fn is_same(a: Option<&str>, b: Option<&str>) -> bool {
    let number = |t: Option<&str>| t.and_then(crate::event::decimal);
    a == b || matches!((number(a), number(b)), (Some(a), Some(b)) if a == b)
}

/// Why figures of a certificate moved: the first of its adjustments that is not the same, else how its job ended.
fn cause(key: &str, before: &Side, after: &Side, event: &str, changes: &[String]) -> Moved {
    let mut out = Moved { inputs: changes.to_vec(), ..Moved::default() };
    let ended = after.part.as_ref().filter(|p| !p.status.has_figures());
    if let Some(part) = ended {
        out.at.clone_from(&part.place);
        out.what = format!("{}: {}", part.status.word(), part.reason);
        first_input(&mut out);
        return out;
    }
    let own = |side: &'_ Side| -> Vec<Map<String, Json>> {
        let mine = side.adjustments.iter().filter(|r| r.get(event).is_none_or(|k| k.as_str() == Some(key)));
        mine.cloned().collect()
    };
    let (a, b) = (own(before), own(after));
    let same = |x: &Map<String, Json>, y: &Map<String, Json>| {
        ["date", "clause", "rule", "state", "status"].iter().all(|c| x.get(*c) == y.get(*c))
            && ["before", "after"].iter().all(|c| is_same(shown(x.get(*c)).as_deref(), shown(y.get(*c)).as_deref()))
    };
    let first = (0..a.len().max(b.len())).find(|n| match (a.get(*n), b.get(*n)) {
        (Some(x), Some(y)) => !same(x, y),
        _ => true,
    });
    let Some((x, y)) = first.map(|n| (a.get(n), b.get(n))) else {
        out.what = "no adjustment differs".to_owned();
        first_input(&mut out);
        return out;
    };
    // of two that are made on different days the earlier is the first that differs
    let (x, y) = match (x, y) {
        (Some(x), Some(y)) if of(x, "date") < of(y, "date") => (Some(x), None),
        (Some(x), Some(y)) if of(y, "date") < of(x, "date") => (None, Some(y)),
        other => other,
    };
    let Some(row) = y.or(x) else { return out };
    out.clause = of(row, "clause");
    out.at = [of(row, "date"), of(row, "source")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
    let (state, status) = (of(row, "state"), |r: &Map<String, Json>| of(r, "status").replace('_', " "));
    let to = |r: &Map<String, Json>| shown(r.get("after")).unwrap_or_default();
    out.what = match (x, y) {
        (Some(x), Some(y)) if to(x) != to(y) => format!("{state} becomes {}, and became {}", to(y), to(x)),
        (Some(x), Some(y)) if status(x) != status(y) => format!("{state} is {}, and was {}", status(y), status(x)),
        (_, Some(y)) if x.is_none() => format!("{state} becomes {}, and did not before", to(y)),
        (Some(x), None) => format!("{state} became {}, and does not now", to(x)),
        (_, _) => format!("{state} is adjusted otherwise"),
    };
    first_input(&mut out);
    out
}

/// Puts what an adjustment comes from before all else that changed.
fn first_input(moved: &mut Moved) {
    let file = moved.at.rsplit(", ").next().unwrap_or_default();
    let file = file.rsplit_once(':').map_or(file, |(f, _)| f).to_owned();
    if !file.is_empty() {
        moved.inputs.sort_by_key(|i| !i.starts_with(&format!("{file} ")));
    }
}

/// For readers.
#[must_use]
pub fn document(names: (&str, &str), all: &[Moved]) -> Document {
    let head =
        ["series", "terms", "readings", "certificate", "figure", "before", "after", "clause", "at", "first difference", "input"];
    let mut section = Section::new("figures that moved", &head);
    let cell = |t: &Option<String>| t.clone().unwrap_or_else(|| "—".to_owned());
    for m in all {
        let column = if m.column.is_empty() { m.how.to_owned() } else { m.column.clone() };
        let clause = if m.clause.is_empty() { String::new() } else { format!("§{}", m.clause) };
        let Name { series, terms, readings } = m.job.clone();
        section.rows.push(vec![
            series,
            terms,
            readings,
            m.certificate.clone(),
            column,
            cell(&m.before),
            cell(&m.after),
            clause,
            m.at.clone(),
            m.what.clone(),
            m.inputs.join("; "),
        ]);
    }
    let mut out = Document { title: format!("{} against {}", names.1, names.0), ..Document::default() };
    if all.is_empty() {
        out.notes.push("no figure moved".to_owned());
    } else {
        section.numeric = head.iter().map(|h| ["before", "after"].contains(h)).collect();
        out.sections.push(section);
    }
    out
}

/// For other programs.
#[must_use]
pub fn json(names: (&str, &str), all: &[Moved]) -> Json {
    let given = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    let one = |m: &Moved| {
        json!({ "series": m.job.series, "terms": m.job.terms, "readings": m.job.readings, "certificate": m.certificate, "how": m.how,
            "column": given(&m.column), "before": m.before, "after": m.after, "clause": given(&m.clause), "at": given(&m.at),
            "what": m.what, "inputs": m.inputs })
    };
    json!({ "before": names.0, "after": names.1, "moved": all.iter().map(one).collect::<Vec<_>>() })
}
