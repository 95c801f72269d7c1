//! What is known of a run afterwards: in shares, against another night, made again, explained.

use super::{Night, same, text};
use crate::tenor;
use serde_json::Value as Json;

#[test]
fn shares_put_together_are_the_whole() {
    let night = Night::new();
    // a failure is in its share as it is in the whole
    night.write("b.jsonl", "no record\n");
    night.ends(3, &["run", "night.toml", "-o", "whole"]);
    for how in ["hash", "slice"] {
        let mut folders: Vec<String> = Vec::new();
        let mut count = 0;
        for n in 1..=4 {
            let (share, folder) = (format!("{how}:{n}/4"), format!("{how}-{n}"));
            let out = night.command(&["run", "night.toml", "--shard", &share, "-o", &folder]).output();
            let code = out.unwrap_or_else(|e| panic!("{e}")).status.code();
            assert!(matches!(code, Some(0 | 3)), "{share}: {code:?}");
            count += night.rows(&format!("{folder}/receipts.jsonl")).len();
            folders.push(folder);
        }
        assert_eq!(count, 6);
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let merged = format!("{how}-all");
        night.ends(3, &[&["merge"], folders.as_slice(), &["-o", &merged]].concat());
        same(&night.results("whole"), &night.results(&merged));
        let said = night.ends(3, &["run", "night.toml", "-o", &merged]);
        assert!(said.contains("nothing to do"), "{said}");
        // shares must be complete, each once, and of one run
        let full = |f: &str| !night.rows(&format!("{f}/receipts.jsonl")).is_empty();
        let left = folders.iter().position(|f| full(f)).unwrap_or_default();
        let rest: Vec<&str> = folders.iter().enumerate().filter(|(n, _)| *n != left).map(|(_, f)| *f).collect();
        let said = night.ends(65, &[&["merge"], rest.as_slice(), &["-o", "bad"]].concat());
        assert!(said.contains("3 of 4 shares are named"), "{said}");
        let said = night.ends(65, &[&["merge", folders[0]], folders.as_slice(), &["-o", "bad"]].concat());
        assert!(said.contains("are the same share"), "{said}");
    }
    let said = night.ends(65, &["merge", "whole", "-o", "bad"]);
    assert!(said.contains("is no share"), "{said}");
    night.ends(2, &["run", "night.toml", "--shard", "hash:5/4"]);
}

#[test]
fn a_night_against_another_names_what_moved_by_what() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml", "-o", "monday"]);
    let said = night.ends(0, &["diff", "monday", "monday"]);
    assert!(said.contains("no figure moved"), "{said}");
    // only series A reads this stream of its own
    night.change("night.toml", "\"issuer.jsonl\", \"a.csv\"", "\"a-issuer.jsonl\", \"a.csv\"");
    night.write("a-issuer.jsonl", &night.read("issuer.jsonl"));
    night.ends(0, &["run", "night.toml", "-o", "tuesday"]);
    night.change("a-issuer.jsonl", "\"new\":2", "\"new\":4");
    night.ends(0, &["run", "night.toml", "-o", "wednesday"]);
    let said = night.ends(1, &["diff", "tuesday", "wednesday", "--format", "json"]);
    let document: Json = serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}"));
    let moved = document["moved"].as_array().cloned().unwrap_or_default();
    // price and number of, under two readings, and nothing of B and C
    assert_eq!(moved.len(), 8, "{said}");
    assert!(moved.iter().all(|m| text(m, "series") == "A"));
    let of = |certificate: &str, column: &str| {
        let found = moved
            .iter()
            .find(|m| text(m, "certificate") == certificate && text(m, "column") == column && text(m, "readings") == "default");
        found.unwrap_or_else(|| panic!("{certificate} {column}"))
    };
    // 10/2 and 10/4; 1000 × 2 − 100 and 1000 × 4 − 100
    assert_eq!((text(of("A-1", "price"), "before"), text(of("A-1", "price"), "after")), ("5", "2.5"));
    assert_eq!((text(of("A-1", "number"), "before"), text(of("A-1", "number"), "after")), ("1900", "3900"));
    let price = of("A-1", "price");
    assert_eq!(text(price, "clause"), "3(a)");
    assert_eq!(text(price, "at"), "2020-06-01, a-issuer.jsonl:1");
    assert_eq!(price["inputs"], serde_json::json!(["a-issuer.jsonl changed"]));
    // the figures did not move between Monday and Tuesday: another file says the same
    night.ends(0, &["diff", "monday", "tuesday"]);
}

#[test]
fn certificates_that_are_new_gone_or_failed_are_named() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml", "-o", "monday"]);
    night.change("register.csv", "A,A-2,Birch", "A,A-3,Birch");
    night.write("b.jsonl", "no record\n");
    night.ends(3, &["run", "night.toml", "-o", "tuesday"]);
    let said = night.ends(1, &["diff", "monday", "tuesday", "--format", "csv", "--section", "moved"]);
    for row in ["default,A-2,gone,", "default,A-3,added,", "default,B-1,changed,price,10"] {
        // B-1 fails: its price was 10 / 2
        let row = row.replace("price,10", "price,5");
        assert!(said.contains(&row), "{row} is missing:\n{said}");
    }
    assert!(said.contains("b.jsonl:1") && said.contains("rows of the register changed"), "{said}");
}

#[test]
fn a_run_is_verified() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml"]);
    let said = night.ends(0, &["verify", "out"]);
    // 4 tables in 2 formats, receipts, rejects and the summary
    assert!(said.contains("holds: 6 jobs of 6 made again, and 11 files"), "{said}");
    // a part of a job is a job
    assert!(night.ends(0, &["verify", "out", "--sample", "1%"]).contains("holds: 1 job of 6"));
    let receipts = night.rows("out/receipts.jsonl");
    let key = text(&receipts[0], "key");
    assert!(night.ends(0, &["verify", "out", "--job", &key[..12]]).contains("holds: 1 job of 6"));
    night.ends(2, &["verify", "out", "--job", "nothing"]);
    night.change("a.csv", "A-1,100", "A-1,101");
    let said = night.ends(1, &["verify", "out"]);
    assert!(said.contains("differs: A · small.terms · default: a.csv changed") && !said.contains("B ·"), "{said}");
    night.change("a.csv", "A-1,101", "A-1,100");
    night.change("out/figures.csv", "1900", "1901");
    let said = night.ends(1, &["verify", "out"]);
    assert!(said.contains("differs: figures.csv: it is not what the run wrote"), "{said}");
    // a receipt that tells of another result
    night.ends(0, &["run", "night.toml"]);
    let result = text(&receipts[0], "result");
    night.change("out/receipts.jsonl", result, &"0".repeat(64));
    let said = night.ends(1, &["verify", "out"]);
    assert!(said.contains("differs: A · small.terms · cents=rounded: other results from the same inputs"), "{said}");
    // a receipt of another engine
    night.ends(0, &["run", "night.toml"]);
    let version = env!("CARGO_PKG_VERSION");
    let receipts = night.read("out/receipts.jsonl").replace(&format!("\"engine\":\"{version}\""), "\"engine\":\"0.0.9\"");
    night.write("out/receipts.jsonl", &receipts.replace(key, &"1".repeat(64)));
    let said = night.ends(1, &["verify", "out"]);
    assert!(said.contains(&format!("engine: 0.0.9 → {version}")), "{said}");
}

#[test]
fn a_figure_of_a_run_is_explained() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml"]);
    let said = night.ends(2, &["explain", "out", "--certificate", "A-1", "--event", "3"]);
    assert!(said.contains("2 jobs have that"), "{said}");
    let said = night.ends(0, &["explain", "out", "--certificate", "A-1", "--event", "3", "--select", "readings:default"]);
    // two rows of the register, then the split
    assert!(said.contains("record 3 is issuer.jsonl:1") && said.contains("§3(a)") && said.contains("$5"), "{said}");
    assert!(!said.contains("A-2"), "{said}");
}

#[test]
fn the_example_night_is_what_its_streams_give() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
    let out = folder.path().join("run").display().to_string();
    let run = tenor::tenor(&["batch", "run", "examples/night/night.toml", "-o", &out]);
    assert_eq!(run.status.code(), Some(0), "{}", super::said(&run));
    let figures = std::fs::read_to_string(folder.path().join("run/figures.csv")).unwrap_or_else(|e| panic!("{e}"));
    // W-A-1 is W-1 of examples/first.jsonl under another name: its price and number are those the README shows
    let row = figures.lines().find(|l| l.contains("default,W-A-1,")).unwrap_or_default();
    assert!(row.contains(",1.47,101020.41,0,"), "{figures}");
    // W-B-1 was transferred whole: 40000 × 2.00 / (2.00 − 0.04) = 40816.33
    let row = figures.lines().find(|l| l.contains("default,W-B-2,")).unwrap_or_default();
    assert!(row.contains(",false,Dogwood Trust,outstanding,1.47,40816.33,0,"), "{figures}");
    let verify = tenor::tenor(&["batch", "verify", &out]);
    assert_eq!(verify.status.code(), Some(0), "{}", super::said(&verify));
}
