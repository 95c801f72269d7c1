//! CSV and JSON carry the same figures, to the last digit; tables stand on their own; and nothing in them is a formula or
//! steers a terminal.

use crate::tenor::{file, folders, json, root, tenor as run};
use ::tenor::engine::{Engine, Options, compile};
use ::tenor::event::{Batch, Failed, Format, Schema, Stream};
use ::tenor::intern::Interner;
use ::tenor::report::csv::{Tables, cells};
use ::tenor::report::ending::Ending;
use ::tenor::report::json::{Document, Whole};
use ::tenor::report::receipt::Receipt;
use ::tenor::report::stop::Seen;
use ::tenor::report::words::Words;
use ::tenor::terms::Terms;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

const TERMS: &str = "terms/glowpoint-2005.terms";

struct Files;

impl ::tenor::check::Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|e| e.to_string())
    }
}

/// A line of CSV in the long form: section, row, column, value.
type Cell = (String, usize, String, String);

fn parsed(text: &str) -> Vec<Cell> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap_or_else(|e| panic!("{e}")), vec!["section", "row", "column", "value"]);
    let cell = |r: csv::StringRecord| (r[0].to_owned(), r[1].parse().unwrap_or(0), r[2].to_owned(), r[3].to_owned());
    reader.records().map(|r| cell(r.unwrap_or_else(|e| panic!("{e}")))).collect()
}

/// A member by the names that lead to it, joined: `made_event`.
fn member<'j>(of: &'j Json, column: &str) -> Option<&'j Json> {
    if let Some(found) = of.get(column) {
        return Some(found);
    }
    let inner = |(key, value): (&String, &'j Json)| member(value, column.strip_prefix(key.as_str())?.strip_prefix('_')?);
    of.as_object()?.iter().find_map(inner)
}

/// What a cell says of a value.
fn said(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// How many values there are, those within objects counted one by one.
fn count(value: &Json) -> usize {
    match value {
        Json::Null => 0,
        Json::Object(members) => members.values().map(count).sum(),
        _ => 1,
    }
}

/// Whether the cells say what the document says, and all of it.
fn agree(document: &Json, cells: &[Cell], what: &str) {
    let mut full: HashMap<&str, usize> = HashMap::new();
    for (section, row, column, cell) in cells {
        let found = match document.get(section) {
            None => member(document, column),
            Some(Json::Array(rows)) => match rows.get(row - 1) {
                Some(text @ Json::String(_)) => Some(text),
                Some(row) => member(row, column),
                None => None,
            },
            Some(object) => member(object, column),
        };
        let expected = found.map(said).unwrap_or_default();
        assert_eq!(*cell, expected, "{what}: {column} of {section} {row}");
        *full.entry(section).or_default() += usize::from(found.is_some_and(|f| !f.is_null()));
    }
    for (name, value) in document.as_object().into_iter().flatten().filter(|(n, _)| *n != "receipt") {
        let values = match value {
            Json::Array(rows) => rows.iter().map(count).sum(),
            Json::Object(_) => count(value),
            _ => continue,
        };
        assert_eq!(full.get(name.as_str()).copied().unwrap_or(0), values, "{what}: values of {name}");
    }
}

/// The document of a stream, and its cells.
fn both(terms: &Terms, readings: &[u32], events: &Path) -> (Json, Vec<Cell>) {
    let program = compile(terms, readings, &[]).unwrap_or_else(|e| panic!("{e}"));
    let mut engine = Engine::new(&program, terms, Interner::default(), Options::default());
    let mut schema = Schema::new(terms);
    let text = std::fs::read(events).unwrap_or_else(|e| panic!("{}: {e}", events.display()));
    let format = Format::of_name(&events.to_string_lossy()).unwrap_or(Format::Jsonl);
    let mut bad = Vec::new();
    match Stream::new(text.as_slice(), format, None) {
        Err(Failed::Record(p)) => bad.push(*p),
        Err(Failed::Io(e)) => panic!("{e}"),
        Ok(mut records) => {
            let mut batch = Batch::default();
            while !engine.is_stopped() && bad.is_empty() {
                match records.next(&mut schema, engine.texts(), &mut batch) {
                    Ok(Some((head, _))) => engine.record(&batch, &head),
                    Ok(None) => break,
                    Err(Failed::Record(p)) => bad.push(*p),
                    Err(Failed::Io(e)) => panic!("{e}"),
                }
            }
        }
    }
    let run = engine.finish();
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let ending = Ending::new(&words, &run, &bad, &Seen::default(), false);
    let receipt = Receipt::default();
    let document = Document { terms, program: &program, run: &run };
    let whole = Whole { document, ending: &ending, receipt: &receipt };
    let cells = parsed(&cells(&Tables::of_run(&whole)));
    let cells = cells.into_iter().filter(|c| c.0 != "receipt" && c.0 != "files").collect();
    (serde_json::to_value(&whole).unwrap_or_else(|e| panic!("{e}")), cells)
}

/// A scenario: its terms with its readings, and its stream.
pub(crate) struct Scene<'s> {
    pub path: &'s Path,
    pub terms: &'s Terms,
    pub events: &'s Path,
    readings: Vec<u32>,
}

/// Goes through all scenarios, each stream under each terms once.
pub(crate) fn every_scenario(mut look: impl FnMut(&Scene<'_>)) {
    let mut known: HashMap<PathBuf, Terms> = HashMap::new();
    for folder in folders("scenario") {
        let text = std::fs::read_to_string(folder.join("scenario.toml")).unwrap_or_else(|e| panic!("{e}"));
        let scenario: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        // the same stream under other readings has the same tables
        let mut seen: Vec<(PathBuf, PathBuf)> = Vec::new();
        for one in scenario["run"].as_array().into_iter().flatten() {
            let named = |key: &str| one.get(key).or_else(|| scenario.get(key)).and_then(toml::Value::as_str);
            let path = root().join(named("terms").unwrap_or(TERMS));
            let events = folder.join(named("events").unwrap_or("events.jsonl"));
            if !events.exists() || seen.contains(&(path.clone(), events.clone())) {
                continue;
            }
            seen.push((path.clone(), events.clone()));
            let terms = known.entry(path.clone()).or_insert_with(|| {
                let checked = ::tenor::check::check(&path, &Files);
                checked.terms.unwrap_or_else(|| panic!("{} does not check", path.display()))
            });
            let mut readings: Vec<u32> = terms.readings.iter().map(|r| r.default).collect();
            for (name, word) in one.get("readings").and_then(toml::Value::as_table).into_iter().flatten() {
                let Some(at) = terms.readings.iter().position(|r| r.name == *name) else { continue };
                let word = terms.readings[at].alternatives.iter().position(|(w, _)| Some(w.as_str()) == word.as_str());
                readings[at] = word.and_then(|w| u32::try_from(w).ok()).unwrap_or(readings[at]);
            }
            look(&Scene { path: &path, terms, events: &events, readings });
        }
    }
}

#[test]
fn csv_says_what_json_says_in_every_scenario_and_json_what_its_schema_says() {
    let mut values = 0;
    let mut schemas = crate::schema::Results::default();
    every_scenario(|scene| {
        let (document, cells) = both(scene.terms, &scene.readings, scene.events);
        values += cells.len();
        agree(&document, &cells, &scene.events.display().to_string());
        schemas.hold(scene, &document);
    });
    assert!(values > 10_000, "only {values} values were looked at");
}

/// The cells of what the command prints.
fn command(args: &[&str]) -> (Json, Vec<Cell>) {
    let csv = run(&[args, &["--format", "csv"]].concat());
    assert_eq!(csv.status.code(), Some(0), "{}", String::from_utf8_lossy(&csv.stderr));
    (json(&[args, &["--format", "json"]].concat(), 0), parsed(&String::from_utf8_lossy(&csv.stdout)))
}

/// The value of a cell.
fn at<'c>(cells: &'c [Cell], section: &str, row: usize, column: &str) -> &'c str {
    let found = cells.iter().find(|c| c.0 == section && c.1 == row && c.2 == column);
    found.map_or_else(|| panic!("no {column} in row {row} of {section}: {cells:?}"), |c| c.3.as_str())
}

#[test]
fn commands_print_the_figures_they_give_as_json() {
    let first = "examples/first.jsonl";
    let (document, cells) = command(&["run", TERMS, "examples/glowpoint-history.jsonl"]);
    let cells: Vec<Cell> = cells.into_iter().filter(|c| c.0 != "receipt" && c.0 != "files").collect();
    agree(&document, &cells, "run");
    let (document, cells) = command(&["readings", TERMS, first]);
    let one = &document["readings"][0];
    assert_eq!(at(&cells, "readings", 1, "reading"), one["reading"]);
    let mut all = document["readings"].as_array().into_iter().flatten();
    let one = all.find(|r| r["differences"].as_array().is_some_and(|d| !d.is_empty())).unwrap_or(one);
    assert_eq!(at(&cells, "differences", 1, "alternative"), said(&one["differences"][0]["alternative"]));
    assert_eq!(at(&cells, "differences", 1, "chosen"), one["alternative"]);
    let (document, cells) = command(&["compare", TERMS, "terms/glowpoint-full-ratchet.terms", "--events", first]);
    let second = &document["streams"][0]["standings"][1];
    assert_eq!(at(&cells, "standings", 2, "measure"), said(&second["measure"]));
    assert_eq!(at(&cells, "standings", 2, "parts_clause"), second["parts"].get("clause").map(said).unwrap_or_default());
    let figures = |s: &Json| s["figures"].as_array().map_or(0, Vec::len);
    let before = figures(&document["streams"][0]["standings"][0]);
    assert_eq!(at(&cells, "figures", before + 1, "variant"), second["variant"]);
    assert_eq!(at(&cells, "figures", before + 1, "value"), said(&second["figures"][0]["value"]));
    let (document, cells) = command(&["sweep", TERMS, first, "--vary", "issuance[1].price=0.50..2.50 step 0.50"]);
    for (n, point) in document["points"].as_array().into_iter().flatten().enumerate() {
        assert_eq!(at(&cells, "points", n + 1, "at_issuance[1].price"), point["at"]["issuance[1].price"]);
        assert_eq!(at(&cells, "points", n + 1, "turns"), point["turns"].to_string());
        assert_eq!(at(&cells, "points", n + 1, "certificates_W-1_price"), point["figures"][0]["value"]);
    }
    assert_eq!(at(&cells, "turns", 1, "exactly_value"), document["turns"][0]["exactly"]["value"]);
    assert_eq!(at(&cells, "turns", 1, "rule"), document["turns"][0]["what"][0]["rule"]);
    let (document, cells) = command(&["solve", TERMS, first, "--for", "price of W-1 = 2.00", "--by", "issuance[1].price"]);
    assert_eq!(at(&cells, "answers", 1, "at_fraction"), document["answers"][0]["at"]["fraction"]);
    assert_eq!(at(&cells, "answers", 1, "at_value"), document["answers"][0]["at"]["value"]);
    let (document, cells) = command(&["coverage", TERMS]);
    assert_eq!(at(&cells, "clauses", 1, "clause"), document["clauses"][0]["clause"]);
}

#[test]
fn a_table_is_a_file_of_its_own() {
    let args = ["run", TERMS, "examples/glowpoint-history.jsonl", "--format", "csv"];
    let (document, _) = command(&args[..3]);
    let text = |out: std::process::Output| String::from_utf8_lossy(&out.stdout).into_owned();
    let one = text(run(&[&args[..], &["--section", "adjustments"]].concat()));
    let mut reader = csv::Reader::from_reader(one.as_bytes());
    let head = reader.headers().unwrap_or_else(|e| panic!("{e}")).clone();
    // the columns stand there whether or not something waits
    let columns =
        ["event", "date", "certificate", "clause", "rule", "state", "before", "after", "status", "made_event", "made_date"];
    assert_eq!(head.iter().collect::<Vec<_>>(), columns);
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.unwrap_or_else(|e| panic!("{e}"))).collect();
    let expected = document["adjustments"].as_array().cloned().unwrap_or_default();
    assert_eq!(rows.len(), expected.len());
    for (row, expected) in rows.iter().zip(&expected) {
        for (column, cell) in head.iter().zip(row) {
            assert_eq!(cell, member(expected, column).map(said).unwrap_or_default(), "{column}");
        }
    }
    let wrong = run(&[&args[..], &["--section", "adjustment"]].concat());
    assert_eq!(wrong.status.code(), Some(2));
    let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(told.contains("usage::section") && told.contains("did you mean `adjustments`?"), "{told}");
    assert_eq!(run(&["run", TERMS, "examples/first.jsonl", "--section", "adjustments"]).status.code(), Some(2));
    // a folder has all of them, those without rows too
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let into = format!("{}/tables/", folder.path().display());
    assert_eq!(run(&[&args[..], &["--output", &into]].concat()).status.code(), Some(0));
    let read = |name: &str| std::fs::read_to_string(format!("{into}{name}.csv")).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(read("adjustments"), one);
    assert_eq!(read("rescissions"), "event,date,clause,rescinds,affected\n");
    assert!(read("files").contains(&format!(",{}\n", document["receipt"]["files"][0]["sha256"].as_str().unwrap_or("?"))));
}

/// A stream whose only certificate is held by somebody of a name.
fn held_by(holder: &str) -> (tempfile::TempDir, String) {
    let certificate = serde_json::json!({ "date": "2005-03-14", "event": "certificate", "certificate": "W-1",
        "holder": holder, "shares": 100_000 });
    file("s.jsonl", &format!("{certificate}\n"))
}

#[test]
fn no_text_is_a_formula() {
    for (holder, cell) in [
        ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
        ("+1-800", "'+1-800"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-2", "-2"),
        ("A = B", "A = B"),
    ] {
        let (_folder, path) = held_by(holder);
        let (document, cells) = command(&["run", TERMS, &path]);
        assert_eq!(at(&cells, "certificates", 1, "holder"), cell);
        assert_eq!(document["certificates"][0]["holder"], holder);
    }
    // numbers below zero are numbers: 4,999 of 100,000 shares are 49.99 after a cut, and the difference is -49
    let (_folder, path) = held_by("A");
    let wide = format!(
        "{}{}\n{}\n",
        "{\"date\":\"2005-03-14\",\"event\":\"capitalization\",\"outstanding\":\"1000\"}\n",
        std::fs::read_to_string(path).unwrap_or_default().trim_end(),
        "{\"date\":\"2006-01-10\",\"event\":\"exercise\",\"id\":\"X1\",\"certificate\":\"W-1\",\"shares\":50,\"method\":\"cash\",\"owned\":0}"
    );
    let (_other, path) = file("s.jsonl", &wide);
    let (_, cells) = command(&["readings", TERMS, &path]);
    assert!(cells.iter().any(|c| c.2 == "difference" && c.3.starts_with("-49")), "{cells:?}");
}

#[test]
fn nothing_of_a_stream_steers_a_terminal() {
    let (folder, path) = held_by("A\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}\nB");
    for format in ["table", "md", "csv", "json", "html"] {
        let out = run(&["run", TERMS, &path, "--format", format]);
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        assert!(!text.chars().any(steers), "{format}: {text:?}");
        if format != "json" {
            assert!(text.contains("A\\x1b]0;title\\x07\\x1b[2J\\x9b31m\\u{202e}"), "{format}: {text}");
        }
    }
    let table = String::from_utf8_lossy(&run(&["run", TERMS, &path]).stdout).into_owned();
    assert!(table.contains("\\u{202e}\\nB"), "a name on two lines: {table}");
    let unknown = "{\"date\":\"2006-01-01\",\"event\":\"no\\u001b[2Jsuch\"}\n";
    let bad = folder.path().join("bad.jsonl");
    std::fs::write(&bad, unknown).unwrap_or_else(|e| panic!("{e}"));
    let told = run(&["run", TERMS, &bad.display().to_string()]).stderr;
    assert!(!told.contains(&0x1b), "{}", String::from_utf8_lossy(&told));
}

/// The cells that a document must have: every single value in it, where its rows are.
fn leaves(value: &Json, out: &mut Vec<String>) {
    match value {
        Json::Null => {}
        Json::Object(members) => members.values().for_each(|v| leaves(v, out)),
        Json::Array(list) if list.iter().any(Json::is_object) => list.iter().for_each(|v| leaves(v, out)),
        // a list of plain values stands in its cell as JSON, or each on a line of its own
        Json::Array(list) => out.extend(list.iter().map(said)),
        other => out.push(said(other)),
    }
}

/// Every value of the documents of the other commands stands in a cell, as often as in the document or oftener: rows repeat
/// what they belong to.
#[test]
fn every_command_has_all_values_of_its_json_as_csv() {
    let events = "examples/first.jsonl";
    let commands: [&[&str]; 8] = [
        &["run", TERMS, events],
        &["run", TERMS, events, "--reading", "floor_effect=skip", "--as-of", "2006-03-01"],
        &["readings", TERMS, events],
        &[
            "compare",
            TERMS,
            "terms/glowpoint-full-ratchet.terms",
            "--readings",
            "--events",
            events,
            "examples/glowpoint-history.jsonl",
        ],
        &["sweep", TERMS, events, "--vary", "issuance[1].price=0.50..2.50 step 0.50", "--vary", "floor=*"],
        &["solve", TERMS, events, "--for", "price of W-1 = 2.00", "--by", "issuance[1].price"],
        &["solve", TERMS, events, "--for", "price of W-1 = 99", "--by", "issuance[1].price"],
        &["coverage", TERMS],
    ];
    for args in commands {
        let csv = run(&[args, &["--format", "csv"]].concat());
        let out = run(&[args, &["--format", "json"]].concat());
        assert_eq!(csv.status.code(), out.status.code(), "{args:?}");
        let document: Json = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}"));
        let mut left: HashMap<String, usize> = HashMap::new();
        for cell in parsed(&String::from_utf8_lossy(&csv.stdout)) {
            // a list in a cell has its values one by one as well
            let mut within = Vec::new();
            if let Ok(list @ Json::Array(_)) = serde_json::from_str(&cell.3) {
                leaves(&list, &mut within);
            }
            for value in within {
                *left.entry(value).or_default() += 1;
            }
            *left.entry(cell.3.strip_prefix('\'').unwrap_or(&cell.3).to_owned()).or_default() += 1;
        }
        // the readings of a receipt are those of the result, where both have them
        let mut all = Vec::new();
        let mut document = document;
        if document.get("readings").is_some_and(Json::is_object)
            && let Some(receipt) = document["receipt"].as_object_mut()
        {
            receipt.remove("readings");
        }
        leaves(&document, &mut all);
        assert!(all.len() > 10, "{args:?}");
        for value in all {
            let count = left.entry(value.clone()).or_default();
            assert!(*count > 0, "{args:?}: `{value}` has no cell, or too few");
            *count -= 1;
        }
    }
}
