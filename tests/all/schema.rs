//! What `tenor schema` promises holds for every scenario, and refuses what is none.

use crate::tables::{Scene, every_scenario};
use crate::tenor::{file, folders, json, root, tenor as run};
use ::tenor::event::{Batch, Failed, Format, Schema, Stream};
use ::tenor::intern::Interner;
use ::tenor::report::schema;
use jsonschema::Validator;
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::path::PathBuf;

fn validator(schema: &Json) -> Validator {
    assert!(jsonschema::meta::is_valid(schema), "no schema: {schema}");
    jsonschema::validator_for(schema).unwrap_or_else(|e| panic!("{e}"))
}

/// What is wrong with a document, in short.
fn wrong(validator: &Validator, document: &Json) -> Vec<String> {
    validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).take(3).collect()
}

/// A document with another value at a path; without a value the member is taken away.
fn with(document: &Json, path: &[&str], value: Option<Json>) -> Json {
    let mut out = document.clone();
    let (last, way) = path.split_last().unwrap_or_else(|| panic!("no path"));
    let mut at = &mut out;
    for step in way {
        at = match step.parse::<usize>() {
            Ok(n) => &mut at[n],
            Err(_) => &mut at[*step],
        };
    }
    match (value, at.as_object_mut()) {
        (Some(value), Some(members)) => drop(members.insert((*last).to_owned(), value)),
        (None, Some(members)) => drop(members.remove(*last)),
        _ => panic!("{path:?} leads to no member"),
    }
    out
}

/// The schemas of the results of terms, each made once.
#[derive(Default)]
pub(crate) struct Results(HashMap<PathBuf, Validator>);

impl Results {
    /// Whether a document is what the schema of its terms says.
    pub(crate) fn hold(&mut self, scene: &Scene<'_>, document: &Json) {
        let schema = self.0.entry(scene.path.to_owned()).or_insert_with(|| validator(&schema::result(scene.terms)));
        let found = wrong(schema, document);
        assert!(found.is_empty(), "{}: {}", scene.events.display(), found.join("\n"));
    }
}

#[test]
fn a_schema_refuses_what_is_no_result() {
    let terms = "terms/glowpoint-2005.terms";
    let validator = validator(&json(&["schema", "result", terms], 0));
    let good = json(&["run", terms, "examples/first.jsonl", "--format", "json"], 0);
    assert!(wrong(&validator, &good).is_empty(), "{:?}", wrong(&validator, &good));
    for name in good.as_object().into_iter().flatten().map(|(name, _)| name.as_str()) {
        assert!(!wrong(&validator, &with(&good, &[name], None)).is_empty(), "{name} may be missing");
    }
    let bad: [(&[&str], Json); 12] = [
        (&["more"], json!(1)),
        (&["schema"], json!("tenor.run/2")),
        (&["as_of"], json!("31.12.2006")),
        (&["readings", "floor"], json!("neither")),
        (&["certificates", "0", "price"], json!(1.5)),
        (&["certificates", "0", "price"], json!("$1.50")),
        (&["certificates", "0", "status"], json!("gone")),
        (&["certificates", "0", "colour"], json!("blue")),
        (&["adjustments", "0", "status"], json!("waiting")),
        (&["adjustments", "0", "after"], json!("1,000")),
        (&["obligations", "0", "status"], json!("done")),
        (&["receipt", "files", "0", "bytes"], json!("many")),
    ];
    for (path, value) in bad {
        assert!(!wrong(&validator, &with(&good, path, Some(value.clone()))).is_empty(), "{path:?} may be {value}");
    }
    // what is not known may be none
    assert!(wrong(&validator, &with(&good, &["certificates", "0", "price"], Some(Json::Null))).is_empty());
    // how a stream ended is part of it
    let (_folder, path) = file("s.jsonl", "{\"date\":\"2006-01-01\",\"event\":\"nosuch\"}\n");
    let stopped = json(&["run", terms, &path, "--format", "json"], 65);
    assert!(stopped["stopped"].is_object() && wrong(&validator, &stopped).is_empty(), "{:?}", wrong(&validator, &stopped));
    let aside = json(&["run", terms, &path, "--format", "json", "--keep-going", "--rejects", "/dev/null"], 65);
    assert!(aside["rejected"].is_array() && wrong(&validator, &aside).is_empty(), "{:?}", wrong(&validator, &aside));
}

/// Whether each record of a stream can be read, line by line.
fn readable(terms: &::tenor::terms::Terms, text: &str) -> Vec<(Json, Result<(), String>)> {
    let mut out = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let Ok(record) = serde_json::from_str::<Json>(line) else { continue };
        let mut schema = Schema::new(terms);
        let mut texts = Interner::default();
        let Ok(mut stream) = Stream::new(line.as_bytes(), Format::Jsonl, None) else { continue };
        let found = match stream.next(&mut schema, &mut texts, &mut Batch::default()) {
            Ok(_) => Ok(()),
            Err(Failed::Record(p)) => Err(p.what.id().to_owned()),
            Err(Failed::Io(e)) => panic!("{e}"),
        };
        out.push((record, found));
    }
    out
}

#[test]
fn records_are_what_their_schema_says() {
    let mut known: HashMap<PathBuf, Validator> = HashMap::new();
    let (mut good, mut bad) = (0, 0);
    every_scenario(|scene| {
        if scene.events.extension().is_none_or(|e| e != "jsonl") {
            return;
        }
        let schema = known.entry(scene.path.to_owned()).or_insert_with(|| validator(&schema::events(scene.terms)));
        let text = std::fs::read(scene.events).map(|b| String::from_utf8_lossy(&b).trim_start_matches('\u{feff}').to_owned());
        for (record, found) in readable(scene.terms, &text.unwrap_or_default()) {
            let told = wrong(schema, &record);
            match found {
                Ok(()) => {
                    good += 1;
                    assert!(told.is_empty(), "{}: {record}: {told:?}", scene.events.display());
                }
                // which day, word or digits there are a schema cannot say of every value
                Err(code) if code == "event::bad-date" || code == "event::bad-number" || code == "event::twice" => {}
                Err(code) => {
                    bad += 1;
                    assert!(!told.is_empty(), "{}: {code}: {record}", scene.events.display());
                }
            }
        }
    });
    assert!(good > 1_000 && bad > 3, "only {good} good records and {bad} bad ones");
}

#[test]
fn a_schema_refuses_bad_records() {
    struct Files;
    impl ::tenor::check::Reader for Files {
        fn read(&self, path: &std::path::Path) -> Result<String, String> {
            std::fs::read_to_string(path).map_err(|e| e.to_string())
        }
    }
    let path = root().join("tests/reject/good.terms");
    let terms = ::tenor::check::check(&path, &Files).terms.unwrap_or_else(|| panic!("good.terms is not"));
    let schema = validator(&schema::events(&terms));
    let mut seen = 0;
    for folder in folders("reject/event") {
        let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let of_shape = ["no-head", "unknown-event", "unknown-field", "missing-field", "bad-word", "bad-value", "bad-list"];
        if !of_shape.contains(&name.as_str()) || folder.join("good.terms").exists() {
            continue;
        }
        let text = std::fs::read_to_string(folder.join("bad.jsonl")).unwrap_or_default();
        for (record, found) in readable(&terms, &text) {
            seen += usize::from(found.is_err());
            assert_eq!(wrong(&schema, &record).is_empty(), found.is_ok(), "{name}: {record}: {found:?}");
        }
    }
    assert!(seen > 3, "only {seen} bad records");
}

#[test]
fn schemas_of_all_terms_can_be_written() {
    let mut all = vec![];
    for entry in std::fs::read_dir(root().join("terms")).unwrap_or_else(|e| panic!("{e}")).flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "terms") {
            all.push(path.display().to_string());
        }
    }
    all.sort();
    for path in all.iter().step_by(9) {
        for of in ["result", "events"] {
            let made: Json = serde_json::from_slice(&run(&["schema", of, path]).stdout).unwrap_or_else(|e| panic!("{path}: {e}"));
            validator(&made);
        }
    }
}
