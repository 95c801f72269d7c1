//! The plain reckoning of terms (`src/reckon`) by itself: the examples of all terms files, and the scenarios.

#[path = "reckon/result.rs"]
mod result;

use crate::{scenario, tenor as command};
use ::tenor::check::{Reader, check};
use ::tenor::event::{Batch, Format, Schema, Stream, day_number, step};
use ::tenor::intern::Interner;
use ::tenor::reckon::{Options, Outcome, Part, Reckoner, Record, Stop, Value, Why};
use ::tenor::terms::{Body, Example, Expectation, Expr, Terms};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files as they are on the disk.
struct Disk;

impl Reader for Disk {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|e| e.to_string())
    }
}

/// All terms files in some folders and below.
fn files(folders: &[&str]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut left: Vec<PathBuf> = folders.iter().map(|f| command::root().join(f)).collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap_or_else(|e| panic!("{e}")).flatten().map(|e| e.path()));
        } else if path.extension().is_some_and(|e| e == "terms") {
            out.push(path);
        }
    }
    out.sort();
    out
}

pub(crate) fn terms(path: &Path) -> Terms {
    let checked = check(path, &Disk);
    checked.terms.unwrap_or_else(|| panic!("{}: {:?}", path.display(), checked.problems))
}

#[test]
fn examples() {
    let (mut count, mut wrong) = (0, Vec::new());
    let only = std::env::var("RECKON").ok();
    for path in files(&["terms", "tests/language"]) {
        if only.as_ref().is_some_and(|o| !path.display().to_string().contains(o.as_str())) {
            continue;
        }
        let terms = terms(&path);
        for example in &terms.examples {
            count += example.expected.len();
            for problem in tried(&terms, example) {
                wrong.push(format!("{}, {}: {problem}", path.display(), example.title));
            }
        }
    }
    assert!(count > 0, "no example was tried");
    assert!(wrong.is_empty(), "{} of {count} expectations are not met:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is not met of an example.
fn tried(terms: &Terms, example: &Example) -> Vec<String> {
    let mut readings = Reckoner::defaults(terms);
    for choice in &example.given {
        readings[choice.reading.at()] = choice.alternative;
    }
    let (records, bad) = records(terms, example);
    let reckoner = Reckoner::new(terms, &readings, Options::default());
    let mut wrong = Vec::new();
    for expected in &example.expected {
        let part: Vec<Record> = records.iter().filter(|r| r.number as usize <= expected.after).cloned().collect();
        let asked: Vec<&Body<Expr>> = match &expected.what {
            Expectation::Holds(body, sides) => std::iter::once(body).chain(sides).collect(),
            _ => Vec::new(),
        };
        let outcome = reckoner.run_and_ask(&part, &asked);
        if let Err(problem) = met(terms, &expected.what, &outcome, expected.after as u32, &bad) {
            wrong.push(format!("`{}`: {problem}", terms.sources.text(expected.span).trim()));
        }
    }
    wrong
}

/// The records of an example, and the numbers of those that are none.
fn records(terms: &Terms, example: &Example) -> (Vec<Record>, Vec<u32>) {
    let (mut schema, mut texts, mut batch) = (Schema::new(terms), Interner::default(), Batch::default());
    let (mut out, mut bad) = (Vec::new(), Vec::new());
    for (n, (at, name, fields)) in (1..).zip(&example.steps) {
        match schema.record(&step(at, name, fields), n, &mut texts, &mut batch) {
            Ok(head) => out.push(Record::read(terms, &batch, &head, &texts)),
            Err(_) => bad.push(n),
        }
    }
    (out, bad)
}

/// Whether an expectation is met.
fn met(terms: &Terms, what: &Expectation, outcome: &Outcome, last: u32, bad: &[u32]) -> Result<(), String> {
    let stopped = outcome.stopped.as_ref().map(|s| format!("stopped at {}: {}", s.record, result::why(terms, s)));
    let refused = outcome.refusals.iter().find(|r| r.record == last);
    match what {
        Expectation::Stopped(text) => match &stopped {
            None if bad.contains(&last) => Ok(()),
            Some(said) if text.as_ref().is_none_or(|t| said.contains(t.as_str())) => Ok(()),
            other => Err(format!("{other:?}")),
        },
        _ if stopped.is_some() => Err(stopped.unwrap_or_default()),
        Expectation::Accepted => refused.map_or(Ok(()), |r| Err(format!("refused: {}", result::text(terms, &r.said.reason)))),
        Expectation::Refused(clause) => {
            let Some(refusal) = refused else { return Err("not refused".to_owned()) };
            let cited = terms.cite(refusal.said.clause);
            let within = |c: &String| cited.strip_prefix(c.as_str()).is_some_and(|r| !r.starts_with(char::is_alphanumeric));
            if clause.as_ref().is_none_or(within) { Ok(()) } else { Err(format!("refused under §{cited}")) }
        }
        Expectation::Holds(..) => match outcome.asked.first() {
            Some(Ok(Value::Whole(1))) => Ok(()),
            _ => Err(format!("{:?}", outcome.asked.iter().map(result::got).collect::<Vec<_>>())),
        },
    }
}

#[test]
fn scenarios() {
    let only = std::env::var("SCENARIO").ok();
    let (mut runs, mut wrong) = (0, Vec::new());
    let mut read: BTreeMap<PathBuf, Terms> = BTreeMap::new();
    for folder in command::folders("scenario") {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|o| !name.contains(o.as_str())) {
            continue;
        }
        let text = std::fs::read_to_string(folder.join("scenario.toml")).unwrap_or_else(|e| panic!("{name}: {e}"));
        let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{name}: {e}"));
        for (n, run) in table["run"].as_array().into_iter().flatten().enumerate() {
            let Some(found) = ran(&folder, &table, run, &mut read) else { continue };
            runs += 1;
            if run.get("exit").is_none()
                && let Some(stopped) = found.get("stopped")
            {
                wrong.push(format!("{name}, run {}: stopped: {stopped}", n + 1));
            }
            scenario::compare(run, &found, &mut |problem| wrong.push(format!("{name}, run {}: {problem}", n + 1)));
        }
    }
    assert!(runs > 0, "no scenario was run");
    assert!(wrong.is_empty(), "{} things are wrong in {runs} runs:\n{}", wrong.len(), wrong.join("\n"));
}

/// The result of a scenario's run; none where its stream cannot be read, or it is about the command.
fn ran(
    folder: &Path,
    scenario: &toml::Table,
    run: &toml::Value,
    read: &mut BTreeMap<PathBuf, Terms>,
) -> Option<serde_json::Value> {
    let text = |key: &str| run.get(key).or_else(|| scenario.get(key)).and_then(toml::Value::as_str);
    let path = command::root().join(text("terms").unwrap_or("terms/glowpoint-2005.terms"));
    let terms = &*read.entry(path.clone()).or_insert_with(|| terms(&path));
    let name = text("events").unwrap_or("events.jsonl");
    let bytes = std::fs::read(folder.join(name)).ok()?;
    let format = Format::of_name(name).unwrap_or_else(|| Format::of_text(&bytes));
    let args: Vec<&str> =
        run.get("args").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str).collect();
    let given = args.iter().position(|a| *a == "--as-of").and_then(|n| args.get(n + 1)).copied();
    let day = |key: &str| {
        let stated = run.get(key).and_then(toml::Value::as_str);
        stated.or_else(|| given.filter(|_| key == "as_of")).and_then(day_number)
    };
    let (mut schema, mut texts, mut batch) = (Schema::new(terms), Interner::default(), Batch::default());
    let mut stream = Stream::new(std::io::Cursor::new(bytes), format, None).ok()?;
    let mut records = Vec::new();
    loop {
        match stream.next(&mut schema, &mut texts, &mut batch) {
            Ok(None) => break,
            Ok(Some((head, _))) => records.push(Record::read(terms, &batch, &head, &texts)),
            Err(_) => return None,
        }
    }
    if args.contains(&"--sort") {
        records.sort_by_key(|r| r.day);
    }
    let mut readings = Reckoner::defaults(terms);
    for (name, word) in run.get("readings").and_then(toml::Value::as_table).into_iter().flatten() {
        let at = terms.readings.iter().position(|r| r.name == *name)?;
        let word = terms.readings[at].alternatives.iter().position(|(w, _)| Some(w.as_str()) == word.as_str())?;
        readings[at] = word as u32;
    }
    let keep_going = args.contains(&"--keep-going");
    let options = Options { as_of: day("as_of"), known_on: day("known_on"), keep_going, orders: true };
    let outcome = Reckoner::new(terms, &readings, options).run(&records);
    Some(result::document(terms, &readings, &outcome))
}

/// Why a record is no good, in short.
fn code(stop: &Stop) -> &'static str {
    match &stop.why {
        Why::Lack(_) => "stop",
        Why::NoEntry(_) => "unknown entry",
        Why::Taken(_) => "key taken",
        Why::Check(_) => "check",
        Why::Backwards => "backwards",
        Why::NoRecord => "no such record",
        Why::MakesOthers { .. } => "makes others",
        Why::AfterCorrection { .. } => "after a correction",
    }
}

/// A text without the values in it, for messages.
fn plain(parts: &[Part]) -> String {
    parts.iter().map(|p| if let Part::Plain(s) = p { s.as_str() } else { "…" }).collect()
}
