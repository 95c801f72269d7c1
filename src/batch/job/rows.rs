//! The rows of a job: of the parts of its document that are asked for, and its figures, one row a certificate.

use super::{Streams, Taken};
use crate::batch::part::{Column, Head, Kind, Part};
use crate::batch::plan::Job;
use crate::batch::register::Row;
use crate::batch::resolved::Resolved;
use crate::engine::run::Run;
use crate::report::csv::Tables;
use crate::report::ending::Ending;
use crate::report::json::{Document, Sink, Whole};
use crate::report::receipt::Receipt;
use crate::report::words::Words;
use crate::terms::{Dim, Report, Terms, Type};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::VecDeque;

/// The columns that stand before those of the terms, in every table.
const FIRST: [&str; 3] = ["series", "terms", "readings"];

/// The columns of ours that a column of the terms may not be called.
const OURS: [&str; 6] = ["series", "terms", "readings", "source", "job_status", "registered"];

/// The table with a row for each certificate.
const FIGURES: &str = "figures";

/// Adds the rows of a job to its part; without a result, those that say that there is none.
pub(super) fn add(
    setting: &super::Setting<'_>,
    job: &Job,
    streams: &Streams<'_>,
    result: Option<(&Run, &Taken)>,
    part: &mut Part,
) {
    let resolved = setting.resolved;
    let mut parts = Parts { resolved, report: "", out: Vec::new(), tables: Tables::new("run", Vec::new()) };
    let mut keys = VecDeque::new();
    if let (Some((terms, program)), Some((run, _))) = (setting.terms, result) {
        let report = report(terms, &resolved.event);
        parts.report = report.map_or("", |(_, r)| r.name.as_str());
        let document = Document { terms, program, run };
        parts.tables = Tables::new("run", document.columns());
        let whole = Whole { document, ending: &Ending::default(), receipt: &Receipt::default() };
        // what takes everything is never in the way
        let _ = whole.parts(&mut parts);
        let words = Words { terms, texts: &run.texts, keys: &run.keys };
        keys = run.shown.iter().filter(|s| report.is_some_and(|(n, _)| s.report == n)).map(|s| words.entry(s.row)).collect();
    }
    let heads = parts.tables.done();
    for table in &resolved.tables {
        if table == FIGURES {
            let rows = parts.out.iter().find(|(name, _)| name == parts.report).and_then(|(_, v)| v.as_array());
            let shown = rows.into_iter().flatten().filter_map(Json::as_object);
            figures(setting, job, keys.drain(..).zip(shown).collect(), part);
            continue;
        }
        let Some((_, value)) = parts.out.iter().find(|(name, _)| name == table) else { continue };
        let head = heads.iter().find(|t| t.name == *table).map(|t| t.head.as_slice()).unwrap_or_default();
        let of = setting.terms.map(|(terms, _)| terms);
        let kinds = |name: &str| of.map_or(Kind::Text, |t| kind_in(t, table, name));
        let mut columns: Vec<Column> = FIRST.iter().chain(&["source"]).map(|c| text(c)).collect();
        columns.extend(head.iter().map(|name| Column { name: ours(table, name), kind: kinds(name) }));
        part.tables.push(Head { name: table.clone(), columns, rows: 0 });
        let at = part.tables.len() - 1;
        let list = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        for row in list {
            let place = row.get("event").and_then(Json::as_u64).and_then(|n| place(n, streams, result));
            let mut out = first(job);
            out.insert("source".to_owned(), place.into());
            match row {
                Json::Object(members) => members.iter().for_each(|(name, v)| drop(out.insert(ours(table, name), v.clone()))),
                Json::Null => continue,
                other => drop(out.insert(table.clone(), other.clone())),
            }
            part.add(at, &Json::Object(out));
        }
    }
    for (name, value) in &parts.out {
        gates(name, value, part);
    }
}

/// The file and the line of a record of the job.
fn place(number: u64, streams: &Streams<'_>, result: Option<(&Run, &Taken)>) -> Option<String> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    let at = *result?.1.places.get(at)?;
    // a row of the register is known by its certificate: its line is another when others come before it
    if let Some(row) = streams.row(at).filter(|_| streams.names.get(at.source) == Some(&super::REGISTER)) {
        return Some(format!("{}: {}", row.file, row.key));
    }
    let (file, line) = streams.place(at);
    Some(line.map_or_else(|| file.clone(), |line| format!("{file}:{line}")))
}

/// The report of the entries that the rows of the register become.
fn report<'t>(terms: &'t Terms, event: &str) -> Option<(usize, &'t Report)> {
    let of = |r: &Report| r.of.and_then(|k| terms.kind(k)).is_some_and(|k| k.name == event);
    terms.reports.iter().enumerate().find(|(_, r)| of(r))
}

/// A certificate, whether it is of the register, and its figures where it has any.
type FigureRow<'r> = (String, bool, Option<&'r Map<String, Json>>);

/// A row for each certificate: those of the register, whatever came of them, and those that came about.
fn figures(setting: &super::Setting<'_>, job: &Job, shown: Vec<(String, &Map<String, Json>)>, part: &mut Part) {
    let event = setting.resolved.event.as_str();
    let status = part.status.word();
    let report = setting.terms.and_then(|(terms, _)| report(terms, event)).map(|(_, r)| r);
    let of = report.map(|r| r.columns.as_slice()).unwrap_or_default();
    let mut columns: Vec<Column> = FIRST.iter().chain([&event]).map(|c| text(c)).collect();
    columns.push(text("job_status"));
    columns.push(Column { name: "registered".to_owned(), kind: Kind::Yesno });
    let others = of.iter().filter(|(name, _)| name != event);
    columns.extend(others.map(|(name, e)| Column { name: ours(FIGURES, name), kind: kind(&e.ty) }));
    part.tables.push(Head { name: FIGURES.to_owned(), columns, rows: 0 });
    let at = part.tables.len() - 1;
    let register: Vec<&Row> = job.rows.iter().filter_map(|n| setting.register.get(*n)).collect();
    let mut left: Vec<Option<&str>> = register.iter().map(|r| Some(r.key.as_str())).collect();
    let mut rows: Vec<FigureRow<'_>> = Vec::new();
    for (key, row) in shown {
        let own = left.iter_mut().find(|k| **k == Some(key.as_str()));
        let is_registered = own.map(Option::take).is_some();
        rows.push((key, is_registered, Some(row)));
    }
    rows.extend(left.into_iter().flatten().map(|key| (key.to_owned(), true, None)));
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    for (key, is_registered, row) in rows {
        let mut out = first(job);
        out.insert(event.to_owned(), (!key.is_empty()).then_some(key).into());
        out.insert("job_status".to_owned(), status.into());
        out.insert("registered".to_owned(), is_registered.into());
        for (name, _) in of.iter().filter(|(name, _)| name != event) {
            let value = row.and_then(|r| r.get(name)).cloned().unwrap_or_default();
            // what could not be computed is told of among the rejects, and is no figure
            let failed = value.as_object().is_some_and(|v| v.len() == 1 && v.contains_key("error"));
            out.insert(ours(FIGURES, name), if failed { Json::Null } else { value });
        }
        part.add(at, &Json::Object(out));
    }
}

/// What closes the gate.
fn gates(name: &str, value: &Json, part: &mut Part) {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let Some(list) = value.as_array() else { return };
    match name {
        "refusals" => part.gates.refused = count(list.len()),
        "warnings" => part.gates.warned = count(list.len()),
        "obligations" => {
            let of = |word: &str| count(list.iter().filter(|r| r.get("status").and_then(Json::as_str) == Some(word)).count());
            (part.gates.breached, part.gates.late, part.gates.open) = (of("breached"), of("late"), of("open"));
        }
        _ => {}
    }
}

fn first(job: &Job) -> Map<String, Json> {
    let given = |t: &str| -> Json { (!t.is_empty()).then(|| t.to_owned()).into() };
    let values = [&job.name.series, &job.name.terms, &job.name.readings];
    FIRST.iter().zip(values).map(|(name, value)| ((*name).to_owned(), given(value))).collect()
}

fn text(name: &str) -> Column {
    Column { name: name.to_owned(), kind: Kind::Text }
}

/// A column of the terms under a name that is none of ours.
fn ours(table: &str, name: &str) -> String {
    if OURS.contains(&name) { format!("{table}_{name}") } else { name.to_owned() }
}

/// What a column of a table holds, by the terms.
fn kind_in(terms: &Terms, table: &str, name: &str) -> Kind {
    if let Some(report) = terms.reports.iter().find(|r| r.name == table) {
        return report.columns.iter().find(|(n, _)| n == name).map_or(Kind::Text, |(_, e)| kind(&e.ty));
    }
    if let Some(effect) = terms.effects.iter().find(|e| e.name == table)
        && let Some((_, ty, _)) = effect.fields.iter().find(|f| f.0 == name)
    {
        return kind(ty);
    }
    match name {
        "event" | "made_event" => Kind::Whole,
        "date" | "made_date" | "done" | "cured" => Kind::Day,
        _ => Kind::Text,
    }
}

/// What values of a type are.
fn kind(ty: &Type) -> Kind {
    match (ty, ty.dim()) {
        (_, Some(Dim::PER_SHARE)) => Kind::Price,
        (_, Some(Dim::MONEY)) => Kind::Money,
        (_, Some(Dim::SHARES)) => Kind::Shares,
        (_, Some(_)) => Kind::Number,
        (Type::Date, None) => Kind::Day,
        (Type::YesNo, None) => Kind::Yesno,
        (Type::Months | Type::TradingDays, None) => Kind::Whole,
        (_, None) => Kind::Text,
    }
}

/// The parts of a document that are asked for.
struct Parts<'a> {
    resolved: &'a Resolved,
    report: &'a str,
    out: Vec<(String, Json)>,
    tables: Tables,
}

impl Sink for Parts<'_> {
    type Error = serde_json::Error;

    fn part<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), serde_json::Error> {
        let counts = ["obligations", "refusals", "warnings"].contains(&name);
        let is_figures = name == self.report && self.resolved.has_table(FIGURES);
        if !counts && !is_figures && !self.resolved.has_table(name) {
            return Ok(());
        }
        let value = serde_json::to_value(value)?;
        if self.resolved.has_table(name) {
            self.tables.take(name, &value);
        }
        self.out.push((name.to_owned(), value));
        Ok(())
    }
}
