//! `tenor verify`: a result holds, or what differs is named.

use crate::tenor::{command, root};
use serde_json::{Value as Json, json};
use std::path::Path;
use std::process::Output;

/// A folder with terms, a stream and a result that was made there.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
        let copy = |from: &str, to: &str| {
            let to = folder.path().join(to);
            std::fs::create_dir_all(to.parent().unwrap_or(folder.path())).unwrap_or_else(|e| panic!("{e}"));
            std::fs::copy(root().join(from), &to).unwrap_or_else(|e| panic!("{from}: {e}"));
        };
        copy("terms/glowpoint-2005.terms", "terms/warrant.terms");
        copy("examples/first.jsonl", "events.jsonl");
        for part in ["lib", "data"] {
            let files = std::fs::read_dir(root().join("terms").join(part)).unwrap_or_else(|e| panic!("{e}"));
            for name in files.flatten().filter(|f| f.path().is_file()).map(|f| f.file_name().to_string_lossy().into_owned()) {
                copy(&format!("terms/{part}/{name}"), &format!("terms/{part}/{name}"));
            }
        }
        let desk = Self(folder);
        let args = ["run", "terms/warrant.terms", "events.jsonl", "--format", "json", "--output", "result.json"];
        let out = desk.tenor(&[&args[..], more].concat());
        assert!(matches!(out.status.code(), Some(0 | 65)), "{}", String::from_utf8_lossy(&out.stderr));
        desk
    }

    fn tenor(&self, args: &[&str]) -> Output {
        command().current_dir(self.0.path()).args(args).output().unwrap_or_else(|e| panic!("{e}"))
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn change(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.at(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(text.contains(from), "{name} has no {from}");
        std::fs::write(self.at(name), text.replacen(from, to, 1)).unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    /// Whether the result holds, and what differs.
    fn verify(&self, more: &[&str]) -> (i32, Json) {
        let out = self.tenor(&[&["verify", "result.json", "--format", "json"][..], more].concat());
        let said = serde_json::from_slice(&out.stdout);
        (out.status.code().unwrap_or(-1), said.unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr))))
    }
}

/// The differences of a kind: name, was, is.
fn named<'j>(said: &'j Json, what: &str) -> Vec<(&'j str, &'j str, &'j str)> {
    let text = |d: &'j Json, key: &str| d[key].as_str().unwrap_or_default();
    let all = said["differences"].as_array().into_iter().flatten().filter(|d| d["what"] == what);
    all.map(|d| (text(d, "name"), text(d, "was"), text(d, "is"))).collect()
}

#[test]
fn a_result_holds() {
    for more in [
        &[][..],
        &["--reading", "floor_effect=skip"],
        &["--as-of", "2006-05-31"],
        &["--known-on", "2006-02-01"],
        &["--sort"],
        &["--sort", "--reading", "carry=sum"],
    ] {
        let desk = Desk::new(more);
        let (code, said) = desk.verify(&[]);
        assert_eq!((code, &said["holds"], &said["differences"]), (0, &json!(true), &json!([])), "{more:?}");
        let words = desk.tenor(&["verify", "result.json"]);
        let words = String::from_utf8_lossy(&words.stdout).into_owned();
        assert!(words.starts_with("holds: every figure of result.json comes out again\n"), "{words}");
        assert_eq!(desk.tenor(&["verify", "result.json", "-q"]).stdout, b"");
    }
}

#[test]
fn a_result_of_a_stream_that_stopped_holds_too() {
    let desk = Desk::new(&[]);
    desk.change("events.jsonl", "\"event\":\"quote\"", "\"event\":\"qoute\"");
    for more in [&[][..], &["--keep-going"]] {
        let args = ["run", "terms/warrant.terms", "events.jsonl", "--format", "json", "--output", "result.json"];
        assert_eq!(desk.tenor(&[&args[..], more].concat()).status.code(), Some(65));
        assert_eq!(desk.verify(&[]).0, 0, "{more:?}");
    }
}

#[test]
fn it_holds_from_another_folder() {
    let desk = Desk::new(&[]);
    let elsewhere = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let run = |args: &[&str], from: &Path| {
        let out = command().current_dir(from).args(args).output().unwrap_or_else(|e| panic!("{e}"));
        out.status.code()
    };
    let path = desk.at("result.json").display().to_string();
    // the files stand beside the result
    assert_eq!(run(&["verify", &path], elsewhere.path()), Some(0));
    // the result stands elsewhere, and the files are found from where they were named
    let moved = elsewhere.path().join("r.json");
    std::fs::copy(&path, &moved).unwrap_or_else(|e| panic!("{e}"));
    let moved = moved.display().to_string();
    assert_eq!(run(&["verify", &moved], desk.0.path()), Some(0));
    assert_eq!(run(&["verify", &moved], elsewhere.path()), Some(1), "nothing is there");
    let root = desk.0.path().display().to_string();
    assert_eq!(run(&["verify", &moved, "--root", &root], elsewhere.path()), Some(0));
}

#[test]
fn a_file_that_differs_is_named() {
    let desk = Desk::new(&[]);
    // a library that is read by the terms, changed in a remark alone: every figure comes out again, and the file is named
    let library = "terms/lib/capitalization.terms";
    let text = std::fs::read_to_string(desk.at(library)).unwrap_or_else(|e| panic!("{e}"));
    std::fs::write(desk.at(library), format!("{text}\n# a remark\n")).unwrap_or_else(|e| panic!("{e}"));
    let (code, said) = desk.verify(&[]);
    assert_eq!((code, &said["holds"]), (1, &json!(false)));
    let files: Vec<&str> = named(&said, "file").iter().map(|f| f.0).collect();
    assert_eq!(files, ["terms/lib/capitalization.terms"], "{said}");
    assert!(named(&said, "figure").is_empty(), "{said}");
    // a stream with another price: the figure too, from what to what. 0.50 is below the floor of 1.50, and 3.00 is no issue below the
    // price, so that W-1 keeps 2.40, less the distribution of 2% of its value
    let desk = Desk::new(&[]);
    desk.change("events.jsonl", "\"price\":0.50", "\"price\":3.00");
    let (code, said) = desk.verify(&[]);
    assert_eq!(code, 1);
    assert_eq!(named(&said, "file").iter().map(|f| f.0).collect::<Vec<_>>(), ["events.jsonl"]);
    let first = named(&said, "figure").into_iter().find(|f| f.0 == "certificates[1, W-1].price");
    assert_eq!(first.map(|f| f.1), Some("1.47"), "{said}");
    assert!(first.is_some_and(|f| f.2.starts_with("2.35")), "{said}");
    let words = desk.tenor(&["verify", "result.json"]);
    let words = String::from_utf8_lossy(&words.stdout).into_owned();
    assert!(words.starts_with("does not hold") && words.contains("DIFFERS  events events.jsonl"), "{words}");
    // a file that is gone
    std::fs::remove_file(desk.at("events.jsonl")).unwrap_or_else(|e| panic!("{e}"));
    let (code, said) = desk.verify(&[]);
    assert_eq!((code, &said["run_again"], named(&said, "file")[0].2), (1, &json!(false), ""));
}

#[test]
fn a_figure_that_was_changed_is_named() {
    let desk = Desk::new(&[]);
    desk.change("result.json", "\"after\": \"1.50\"", "\"after\": \"1.51\"");
    let (code, said) = desk.verify(&[]);
    assert_eq!(code, 1);
    assert!(named(&said, "file").is_empty());
    let figures = named(&said, "figure");
    assert_eq!(figures.len(), 1, "{said}");
    assert!(figures[0].0.starts_with("adjustments[") && figures[0].0.ends_with(".after"), "{said}");
    assert_eq!((figures[0].1, figures[0].2), ("1.51", "1.50"));
}

#[test]
fn a_reading_or_an_engine_that_differs_is_named() {
    let desk = Desk::new(&[]);
    // the head says another reading than the receipt
    desk.change("result.json", "\"floor_effect\": \"clamp\"", "\"floor_effect\": \"skip\"");
    let (code, said) = desk.verify(&[]);
    assert_eq!((code, named(&said, "reading")), (1, vec![("floor_effect", "skip", "clamp")]), "{said}");
    // another engine is told of; where every figure comes out again it holds
    let desk = Desk::new(&[]);
    let version = format!("\"tenor\": \"{}\"", env!("CARGO_PKG_VERSION"));
    desk.change("result.json", &version, "\"tenor\": \"0.0.9\"");
    let (code, said) = desk.verify(&[]);
    assert_eq!((code, &said["holds"], named(&said, "engine")), (0, &json!(true), vec![("", "0.0.9", env!("CARGO_PKG_VERSION"))]));
}

#[test]
fn what_is_no_result_is_told() {
    let desk = Desk::new(&[]);
    let code = |out: &Output| (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned());
    let (exit, told) = code(&desk.tenor(&["verify", "events.jsonl"]));
    assert!(exit == Some(65) && told.contains("verify::not-a-result"), "{told}");
    let (exit, told) = code(&desk.tenor(&["verify", "nothing.json"]));
    assert!(exit == Some(66) && told.contains("verify::unreadable"), "{told}");
    let args = ["readings", "terms/warrant.terms", "events.jsonl", "--format", "json", "--output", "other.json"];
    assert_eq!(desk.tenor(&args).status.code(), Some(0));
    let (exit, told) = code(&desk.tenor(&["verify", "other.json"]));
    assert!(exit == Some(65) && told.contains("tenor.readings/1"), "{told}");
}

#[test]
fn what_came_on_standard_input_is_named() {
    let desk = Desk::new(&[]);
    let file = std::fs::File::open(desk.at("events.jsonl")).unwrap_or_else(|e| panic!("{e}"));
    let args = ["run", "terms/warrant.terms", "-", "--format", "json", "--output", "result.json", "--events-format", "jsonl"];
    let out = command().current_dir(desk.0.path()).args(args).stdin(file).output().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(out.status.code(), Some(0));
    let out = desk.tenor(&["verify", "result.json"]);
    assert!(String::from_utf8_lossy(&out.stderr).contains("verify::standard-input"));
    assert_eq!(desk.verify(&["--stdin", "events.jsonl"]).0, 0);
}
