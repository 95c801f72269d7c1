//! Every format says that a stream stopped or that records were set aside, and what a result was computed from.

use crate::tenor::{file, tenor as run};
use serde_json::Value as Json;

const TERMS: &str = "terms/glowpoint-2005.terms";

/// The third record cannot be read; the fourth could.
const BROKEN: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-07-01","event":"splt","new":2,"old":1}
{"date":"2006-08-01","event":"split","new":2,"old":1}
"#;

/// The third record is no event of the terms, and the run itself stops: there is no exercise `X9`.
const STOPS: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-07-01","event":"delivery","of":"X9","shares":1}
"#;

fn text(args: &[&str]) -> String {
    let out = run(args);
    assert_eq!(out.status.code(), Some(65), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[test]
fn a_stream_that_stopped_says_so_in_every_format() {
    for (stream, code, why) in [
        (BROKEN, "event::unknown-event", "there is no event `splt` in these terms"),
        (STOPS, "event::no-such-entry", "`of` is `X9`, and there is no exercise of that name"),
    ] {
        let (_folder, path) = file("s.jsonl", stream);
        let of = |format: &str| text(&["run", TERMS, &path, "--format", format]);
        let json: Json = serde_json::from_str(&of("json")).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((&json["stopped"]["event"], &json["stopped"]["code"]), (&3.into(), &code.into()));
        assert_eq!(json["stopped"]["reason"], why);
        let csv = of("csv");
        for line in ["stopped,1,event,3", &format!("stopped,1,code,{code}")] {
            assert!(csv.lines().any(|l| l == line), "no {line} in\n{csv}");
        }
        // before the figures
        for format in ["table", "md"] {
            let shown = of(format);
            let (told, figures) = (shown.find(why), shown.find("W-1"));
            assert!(told.is_some() && told < figures, "{format}: {shown}");
        }
        let page = of("html");
        let escaped = why.replace('`', "&#x60;");
        let alert = page.lines().find(|l| l.contains("class=\"alert\"")).unwrap_or_default().to_owned();
        assert!(alert.contains(why) || alert.contains(&escaped), "{alert}");
    }
}

#[test]
fn records_set_aside_are_told_in_every_format() {
    let (folder, path) = file("s.jsonl", &format!("{BROKEN}{}\n", STOPS.lines().last().unwrap_or_default().replace("07", "09")));
    let of = |format: &str| text(&["run", TERMS, &path, "--keep-going", "--format", format]);
    let json: Json = serde_json::from_str(&of("json")).unwrap_or_else(|e| panic!("{e}"));
    let told: Vec<(&Json, &Json)> =
        json["rejected"].as_array().into_iter().flatten().map(|r| (&r["event"], &r["code"])).collect();
    // what cannot be read, and what the run sets aside, in the order of the stream
    assert_eq!(told, [(&3.into(), &"event::unknown-event".into()), (&5.into(), &"event::no-such-entry".into())]);
    assert_eq!(json.get("stopped"), None);
    for (format, parts) in [
        ("csv", ["rejected,1,event,3", "rejected,2,event,5"]),
        ("table", ["set aside", "splt"]),
        ("md", ["Set aside", "splt"]),
        ("html", ["2 records are set aside", "splt"]),
    ] {
        let shown = of(format);
        parts.iter().for_each(|part| assert!(shown.contains(part), "{format}: no `{part}` in\n{shown}"));
    }
    assert!(folder.path().join("s.jsonl.rejects").exists());
}

#[test]
fn other_commands_tell_that_the_stream_stopped() {
    let (_folder, path) = file("s.jsonl", BROKEN);
    for args in
        [vec!["explain", TERMS, &path], vec!["readings", TERMS, &path], vec!["sweep", TERMS, &path, "--vary", "#2.shares=1,2"]]
    {
        let json: Json =
            serde_json::from_str(&text(&[&args[..], &["--format", "json"]].concat())).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(json["stopped"]["event"], 3, "{args:?}");
        for format in ["table", "md"] {
            let shown = text(&[&args[..], &["--format", format]].concat());
            assert!(shown.contains("there is no event `splt`"), "{args:?}: {shown}");
        }
    }
}

#[test]
fn json_says_what_it_was_computed_from() {
    // SHA-256 of the three letters `abc`, the first example of FIPS 180
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let (_folder, path) = file("s.jsonl", "abc");
    let json: Json = serde_json::from_str(&text(&["run", TERMS, &path, "--format", "json"])).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(json["schema"], "tenor.run/1");
    let receipt = &json["receipt"];
    assert_eq!(receipt["tenor"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&receipt["edition"], &receipt["readings"]["floor"]), (&1.into(), &"split_adjusted".into()));
    let files: Vec<&Json> = receipt["files"].as_array().into_iter().flatten().collect();
    assert_eq!((files[0]["role"].as_str(), files[0]["name"].as_str()), (Some("terms"), Some(TERMS)));
    // what the terms import, the calendars too
    assert!(files.iter().any(|f| f["name"].as_str().is_some_and(|n| n.ends_with("warrant-events.terms"))));
    assert!(files.iter().any(|f| f["name"].as_str().is_some_and(|n| n.ends_with(".txt"))));
    let events = files.last().unwrap_or_else(|| panic!("no files"));
    assert_eq!(
        (events["role"].as_str(), events["sha256"].as_str(), events["bytes"].as_u64()),
        (Some("events"), Some(abc), Some(3))
    );
}

#[test]
fn no_paper_is_written_of_a_day_that_is_cut_short() {
    let day = BROKEN.replace("2006-07-01", "2005-03-14");
    let (_folder, path) = file("s.jsonl", &day);
    let out = run(&["notice", TERMS, &path, "--event", "2"]);
    assert_eq!(out.status.code(), Some(65));
    assert!(out.stdout.is_empty() && String::from_utf8_lossy(&out.stderr).contains("splt"));
}
