//! The engine over a stream, in this process, and what of its result the model answers for.

use crate::exact;
use crate::model::{Event, Model, R, Status};
use ::tenor::engine::code::Program;
use ::tenor::engine::{Engine, Options, compile};
use ::tenor::event::{Batch, Format, Schema, Stream};
use ::tenor::intern::Interner;
use ::tenor::terms::Terms;
use num_bigint::BigInt;
use num_traits::Signed;
use serde_json::Value as Json;
use std::path::Path;
use std::sync::OnceLock;

struct Files;

impl ::tenor::check::Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|e| e.to_string())
    }
}

/// The terms under their default readings; or why there are none.
fn program() -> &'static Result<(Terms, Program), String> {
    static PROGRAM: OnceLock<Result<(Terms, Program), String>> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let path = crate::tenor::root().join("terms/glowpoint-2005.terms");
        let terms = ::tenor::check::check(&path, &Files).terms.ok_or("the terms do not check")?;
        let readings: Vec<u32> = terms.readings.iter().map(|r| r.default).collect();
        let program = compile(&terms, &readings, &[]).map_err(|e| e.to_string())?;
        Ok((terms, program))
    })
}

/// A stream as text.
pub(super) fn lines(stream: &[Event]) -> String {
    stream.iter().map(|e| e.line() + "\n").collect()
}

/// The result of a stream, as `--format json` gives it; or why it stopped.
pub(super) fn run(stream: &[Event]) -> Result<Json, String> {
    let (terms, program) = program().as_ref().map_err(Clone::clone)?;
    let text = lines(stream);
    let mut engine = Engine::new(program, terms, Interner::default(), Options::default());
    let mut schema = Schema::new(terms);
    let mut records = Stream::new(text.as_bytes(), Format::Jsonl, None).map_err(|e| format!("{e:?}"))?;
    let mut batch = Batch::default();
    while let Some((head, _)) = records.next(&mut schema, engine.texts(), &mut batch).map_err(|e| format!("{e:?}"))? {
        engine.record(&batch, &head);
    }
    let run = engine.finish();
    match &run.stopped {
        Some(stopped) => Err(format!("stopped at record {}: {:?}", stopped.when.number, stopped.why)),
        None => serde_json::to_value(::tenor::report::json::Document { terms, program, run: &run }).map_err(|e| e.to_string()),
    }
}

/// A text of a result.
pub(super) fn text<'j>(of: &'j Json, field: &str) -> &'j str {
    of.get(field).and_then(Json::as_str).unwrap_or("")
}

/// A number of a result.
pub(super) fn number(of: &Json, field: &str) -> Option<R> {
    exact::number(text(of, field))
}

/// The rows of a list of a result.
pub(super) fn rows<'j>(of: &'j Json, list: &str) -> &'j [Json] {
    of.get(list).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The row that has a text in a field.
pub(super) fn row<'j>(of: &'j Json, list: &str, field: &str, word: &str) -> Option<&'j Json> {
    rows(of, list).iter().find(|r| text(r, field) == word)
}

/// Whether two numbers are one, but for what a decimal of 28 digits cannot hold.
pub(super) fn near(a: &R, b: &R) -> bool {
    let fine = R::new(1.into(), BigInt::from(10).pow(20));
    (a - b).abs() <= &fine * b.abs()
}

/// Whether amounts of money are one: they are differences of larger numbers, so that the smallest of them has fewer digits.
fn same_money(a: &R, b: &R) -> bool {
    let fine = R::new(1.into(), BigInt::from(10).pow(18));
    near(a, b) || (a - b).abs() <= fine
}

/// Where the engine and the model disagree.
pub(super) fn differences(stream: &[Event], model: &Model, result: &Json) -> Vec<String> {
    let mut out = Vec::new();
    let issuer = result.get("issuer").unwrap_or(&Json::Null);
    differ(&mut out, "outstanding", number(issuer, "outstanding"), &model.state.outstanding, near);
    certificates(&mut out, stream, model, result);
    exercises(&mut out, model, result);
    refusals(&mut out, model, result);
    out
}

fn differ(out: &mut Vec<String>, what: &str, found: Option<R>, expected: &R, same: fn(&R, &R) -> bool) {
    if !found.as_ref().is_some_and(|found| same(found, expected)) {
        let found = found.map_or_else(|| "nothing".to_owned(), |n| n.to_string());
        out.push(format!("{what}: the engine has {found}, the model {expected}"));
    }
}

fn certificates(out: &mut Vec<String>, stream: &[Event], model: &Model, result: &Json) {
    let found = rows(result, "certificates");
    let known = &model.state.certificates;
    if let Some(extra) = found.iter().find(|r| known.iter().all(|c| c.name != text(r, "certificate"))) {
        out.push(format!("the model has no certificate {}", text(extra, "certificate")));
    }
    let over = stream.last().is_some_and(|e| e.day.to_string().as_str() >= "2010-03-14");
    for c in known {
        let Some(row) = row(result, "certificates", "certificate", &c.name) else {
            out.push(format!("the engine has no certificate {}", c.name));
            continue;
        };
        let status = match c.status {
            Status::Outstanding if over => "expired",
            Status::Outstanding => "outstanding",
            Status::Exercised => "exercised",
            Status::Expired => "expired",
            Status::Cancelled => "cancelled",
        };
        for (field, expected) in [("status", status), ("holder", c.holder.as_str())] {
            if text(row, field) != expected {
                out.push(format!("{} {field}: the engine has {}, the model {expected}", c.name, text(row, field)));
            }
        }
        if matches!(c.status, Status::Outstanding | Status::Expired) {
            differ(out, &format!("{} price", c.name), number(row, "price"), &model.state.price, near);
            differ(out, &format!("{} number", c.name), number(row, "number"), &c.number, R::eq);
            differ(out, &format!("{} pending", c.name), number(row, "pending"), &c.pending, R::eq);
        }
    }
}

fn exercises(out: &mut Vec<String>, model: &Model, result: &Json) {
    let record = |r: &Json| r.get("event").and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok());
    let found = rows(result, "exercises");
    if found.len() != model.exercises.len() {
        out.push(format!("the engine has {} exercises, the model {}", found.len(), model.exercises.len()));
    }
    for e in &model.exercises {
        let Some(row) = found.iter().find(|r| record(r) == Some(e.record)) else {
            out.push(format!("record {}: the engine has no exercise", e.record));
            continue;
        };
        let what = |field: &str| format!("record {} {field}", e.record);
        if text(row, "certificate") != e.certificate {
            out.push(format!("{}: {} instead of {}", what("certificate"), text(row, "certificate"), e.certificate));
        }
        differ(out, &what("issued"), number(row, "issued"), &e.issued, R::eq);
        differ(out, &what("surrendered"), number(row, "surrendered"), &e.surrendered, R::eq);
        differ(out, &what("cash_in_lieu"), number(row, "cash_in_lieu"), &e.cash_in_lieu, same_money);
        differ(out, &what("payable"), number(row, "payable"), &e.payable, near);
    }
}

fn refusals(out: &mut Vec<String>, model: &Model, result: &Json) {
    let record = |r: &Json| r.get("event").and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let found = rows(result, "refusals");
    let records: Vec<usize> = found.iter().map(record).collect();
    let expected: Vec<usize> = model.refusals.iter().map(|r| r.record).collect();
    let mut sorted = records.clone();
    sorted.sort_unstable();
    if sorted != expected {
        out.push(format!("the engine refuses records {records:?}, the model {expected:?}"));
    }
    for r in &model.refusals {
        let Some(row) = found.iter().find(|f| record(f) == r.record) else { continue };
        let clause = text(row, "clause");
        let cites = |c: &str| clause.strip_prefix(c).is_some_and(|rest| rest.is_empty() || rest.starts_with(['(', ' ']));
        if !r.clauses.iter().any(|c| cites(c)) {
            out.push(format!("record {}: the engine cites {clause}, the model {:?}", r.record, r.clauses));
        }
        if clause == "7"
            && let Some(largest) = &r.largest
        {
            let given = row.get("largest").and_then(|l| number(l, "cash"));
            differ(out, &format!("record {} largest for cash", r.record), given, largest, R::eq);
        }
    }
}
