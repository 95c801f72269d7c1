//! `tenor fields`: what is to be filled in, and that what is filled in is a stream.

use crate::tenor::{self, file, json, tenor};
use calamine::{Reader, Xlsx, open_workbook};
use serde_json::Value as Json;
use std::collections::BTreeMap;

const SMALL: &str = r#"terms "A small warrant"
edition 1
currency USD
time zone America/New_York
close of business 17:00
event certificate kept by certificate { certificate : text  shares : shares }
event exercise kept by id {
  certificate : certificate
  shares : shares
  method : cash | cashless = cash
  fee : USD optional
  parts : list of { holder : text, shares : shares } optional
  check event.shares > 0 shares "an exercise is of some shares"
}
observation quote { close : USD/share determined by "the exchange" }
deemed sale { shares : shares }
event amendment { change : price | expiry  to : by change { price : USD/share, expiry : date } }
§1 state number of certificate : shares = certificate.shares
§2 rule exercised on exercise, for the certificate { number becomes number - event.shares }
report certificates of certificate { certificate number }
example "one" {
  2005-03-14 certificate { certificate: "W-7", shares: 100,000 shares }
  expect number of certificate "W-7" is 100,000 shares
}
"#;

fn small() -> (tempfile::TempDir, String) {
    file("small.terms", SMALL)
}

fn out(args: &[&str]) -> String {
    let out = tenor(args);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// The rows of a CSV.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|r| r.unwrap_or_else(|e| panic!("{e}")).iter().map(str::to_owned).collect()).collect()
}

#[test]
fn each_field_is_told() {
    let (_folder, path) = small();
    let all = json(&["fields", &path, "--format", "json"], 0);
    let names: Vec<&str> = all["events"].as_array().into_iter().flatten().filter_map(|e| e["event"].as_str()).collect();
    // what rules alone say to have happened is no part of a stream
    assert_eq!(names, ["certificate", "exercise", "quote", "amendment"]);
    let exercise = &all["events"][1];
    let of = |name: &str| exercise["fields"].as_array().into_iter().flatten().find(|f| f["name"] == name).cloned();
    let told = |name: &str, what: &str| of(name).map(|f| f[what].clone()).unwrap_or_default();
    assert_eq!(told("certificate", "type"), "the name of a certificate");
    assert_eq!(told("certificate", "needed"), "yes");
    assert_eq!(told("shares", "unit"), "shares");
    assert_eq!(told("method", "allowed"), serde_json::json!(["cash", "cashless"]));
    assert_eq!((told("method", "needed"), told("method", "default")), (Json::from("no"), Json::from("cash")));
    assert_eq!((told("fee", "needed"), told("fee", "unit")), (Json::from("no"), Json::from("USD")));
    assert_eq!(told("parts", "type"), "list of holder (text), shares (quantity in shares)");
    assert_eq!(exercise["checks"], serde_json::json!(["an exercise is of some shares"]));
    assert_eq!(all["events"][2]["fields"][0]["determined_by"], "the exchange");
    assert_eq!(all["events"][2]["fields"][0]["unit"], "USD/share");
    assert_eq!(all["events"][3]["fields"][1]["needed"], "where change is price");
}

#[test]
fn the_example_records_are_a_stream() {
    let (folder, path) = small();
    let text = out(&["fields", &path, "--format", "csv"]);
    let rows = rows(&text);
    assert_eq!(rows.len(), 5, "a head line and one record of each event:\n{text}");
    // the exercise is of the certificate the example has
    assert!(rows.iter().any(|r| r.contains(&"exercise".to_owned()) && r.contains(&"W-7".to_owned())), "{text}");
    let events = folder.path().join("events.csv");
    std::fs::write(&events, text).unwrap_or_else(|e| panic!("{e}"));
    let run = json(&["run", &path, &events.display().to_string(), "--format", "json"], 0);
    // 100,000 of the example, less the 1,000 shares that are made up
    assert_eq!(run["certificates"][0]["number"], "99000", "{run}");
}

#[test]
fn a_stream_filled_in_runs_as_the_same_records_do() {
    let terms = "terms/glowpoint-2005.terms";
    let head = rows(&out(&["fields", terms, "--format", "csv"])).remove(0);
    let first = std::fs::read_to_string(tenor::root().join("examples/first.jsonl")).unwrap_or_default();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&head).unwrap_or_else(|e| panic!("{e}"));
    for line in first.lines() {
        let record: BTreeMap<String, Json> = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}"));
        let cell = |v: &Json| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        assert!(record.keys().all(|k| head.contains(k)), "no column for {record:?}");
        writer.write_record(head.iter().map(|h| record.get(h).map_or_else(String::new, cell))).unwrap_or_else(|e| panic!("{e}"));
    }
    let text = String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default();
    let (_folder, events) = file("events.csv", &text);
    let of = |events: &str| out(&["run", terms, events, "--format", "md"]);
    assert_eq!(of(&events), of("examples/first.jsonl"));
}

#[test]
fn the_workbook_holds_the_same_stream() {
    let (folder, path) = small();
    let book = folder.path().join("events.xlsx").display().to_string();
    let _ = out(&["fields", &path, "--format", "xlsx", "-o", &book]);
    let mut found: Xlsx<_> = open_workbook(&book).unwrap_or_else(|e| panic!("{e}"));
    let sheet = found.worksheet_range("records").unwrap_or_else(|e| panic!("{e}"));
    let cells: Vec<Vec<String>> = sheet.rows().map(|r| r.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(cells, rows(&out(&["fields", &path, "--format", "csv"])));
    let again = std::fs::read(&book).unwrap_or_default();
    let _ = out(&["fields", &path, "--format", "xlsx", "-o", &book]);
    assert!(again == std::fs::read(&book).unwrap_or_default(), "the same terms give other bytes");
}

#[test]
fn one_event_and_one_that_is_not_there() {
    let (_folder, path) = small();
    let text = out(&["fields", &path, "--event", "quote"]);
    assert!(text.contains("quote") && !text.contains("exercise"), "{text}");
    let wrong = tenor(&["fields", &path, "--event", "exercises"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean `exercise`?"));
}
