//! How a run ends: with failures, at a gate, at a limit, a second time.

use super::{Night, same, text};
use serde_json::Value as Json;
use std::time::SystemTime;

/// A stream whose second record cannot be read.
const BROKEN: &str = "{\"date\":\"2020-03-01\",\"event\":\"exercise\",\"id\":\"X1\",\"certificate\":\"B-1\",\"shares\":1}\n\
    {\"date\":\"2020-04-01\",\"event\":\"exercize\",\"id\":\"X2\",\"certificate\":\"B-1\",\"shares\":1}\n";

#[test]
fn one_broken_stream_costs_its_own_jobs_and_does_not_look_like_success() {
    let night = Night::new();
    night.write("b.jsonl", BROKEN);
    let said = night.ends(3, &["run", "night.toml"]);
    assert!(said.contains("b.jsonl:2: ") && said.contains("event::unknown-event"), "{said}");
    assert!(said.contains("6 jobs: 4 ok, 2 failed"), "{said}");
    let rejects = night.rows("out/rejects.jsonl");
    // one for each reading
    assert_eq!(rejects.len(), 2);
    assert_eq!((text(&rejects[0], "file"), rejects[0]["line"].as_u64()), ("b.jsonl", Some(2)));
    assert_eq!(text(&rejects[0], "record"), BROKEN.lines().nth(1).unwrap_or_default());
    assert!(text(&rejects[0], "reason").contains("exercize") && text(&rejects[0], "help").contains("exercise"));
    let figures = night.rows("out/figures.jsonl");
    assert_eq!(figures.len(), 8, "a row for each certificate, whatever came of it");
    let b: Vec<&Json> = figures.iter().filter(|r| text(r, "series") == "B").collect();
    assert!(b.iter().all(|r| text(r, "job_status") == "failed" && r["price"].is_null() && r["number"].is_null()));
    assert!(figures.iter().filter(|r| text(r, "series") != "B").all(|r| text(r, "job_status") == "ok" && !r["price"].is_null()));
    for table in ["adjustments", "obligations", "refusals"] {
        let rows = night.rows(&format!("out/{table}.jsonl"));
        assert!(rows.iter().all(|r| text(r, "series") != "B"), "{table} has rows of a job that failed");
    }
    // a second time nothing is done, and it is no success either
    let said = night.ends(3, &["run", "night.toml"]);
    assert!(said.contains("nothing to do"), "{said}");
}

#[test]
fn what_is_set_aside_makes_a_job_partial() {
    let night = Night::new();
    night.write("b.jsonl", BROKEN);
    night.change("night.toml", "[output]", "[policy]\non_bad_record = \"set-aside\"\n[output]");
    let said = night.ends(3, &["run", "night.toml"]);
    assert!(said.contains("6 jobs: 4 ok, 2 partial"), "{said}");
    let figures = night.rows("out/figures.jsonl");
    let row = figures.iter().find(|r| text(r, "certificate") == "B-1").unwrap_or(&Json::Null);
    // (300 − 1) × 2: the first exercise stands
    assert_eq!((text(row, "job_status"), text(row, "number")), ("partial", "598"));
    assert_eq!(night.rows("out/rejects.jsonl").len(), 2);
}

#[test]
fn a_row_without_its_series_is_told_of_and_keeps_its_place() {
    let night = Night::new();
    night.change("register.csv", "C,C-1", "Q,C-1");
    let said = night.ends(3, &["run", "night.toml"]);
    assert!(said.contains("register.csv:5: the manifest has no series `Q`"), "{said}");
    let figures = night.rows("out/figures.jsonl");
    let row = figures.iter().find(|r| text(r, "certificate") == "C-1").unwrap_or(&Json::Null);
    assert_eq!((text(row, "series"), text(row, "job_status")), ("Q", "failed"));
    night.change("register.csv", "Q,C-1", "A,A-1");
    let said = night.ends(3, &["run", "night.toml"]);
    assert!(said.contains("register.csv:5: there is a certificate `A-1` already"), "{said}");
    assert_eq!(night.rows("out/rejects.jsonl")[0]["record"], Json::from("A,A-1,Dogwood,70,2020-01-02"));
}

#[test]
fn a_gate_closes_on_complete_results() {
    let night = Night::new();
    night.change("night.toml", "[output]", "[policy]\nfail_on = [\"refused\", \"late\"]\n[output]");
    let said = night.ends(1, &["run", "night.toml"]);
    assert!(said.contains("the gate `refused` is closed: 2") && !said.contains("`late`"), "{said}");
    assert_eq!(night.rows("out/figures.jsonl").len(), 8);
    // what is not complete outweighs it
    night.write("c.jsonl", "no record\n");
    night.ends(3, &["run", "night.toml"]);
}

#[test]
fn a_second_run_touches_no_byte() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml"]);
    let state = || -> Vec<(std::path::PathBuf, SystemTime, Vec<u8>)> {
        let mut out = Vec::new();
        let mut left = vec![night.path("out")];
        while let Some(path) = left.pop() {
            let at = std::fs::metadata(&path).and_then(|m| m.modified()).unwrap_or_else(|e| panic!("{e}"));
            out.push((path.clone(), at, std::fs::read(&path).unwrap_or_default()));
            left.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|e| e.path()));
        }
        out.sort();
        out
    };
    let before = state();
    let said = night.ends(0, &["run", "night.toml"]);
    assert!(said.contains("nothing to do"), "{said}");
    assert_eq!(before, state());
    // a file that is no longer what was written is written again
    let figures = night.read("out/figures.csv");
    night.write("out/figures.csv", "touched");
    night.ends(0, &["run", "night.toml"]);
    assert_eq!(night.read("out/figures.csv"), figures);
}

#[test]
fn what_changed_is_named_and_only_that_is_run_again() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml"]);
    night.change("a.csv", "A-1,100", "A-1,200");
    let said = night.ends(0, &["run", "night.toml"]);
    assert!(said.contains("a.csv changed; 2 jobs are run again"), "{said}");
    let lines = night.rows("out/jobs.jsonl");
    assert_eq!(lines.iter().filter(|l| l.get("key").is_some()).count(), 6 + 2);
    let figures = night.rows("out/figures.jsonl");
    // 1000 × 2 − 200
    assert_eq!(text(&figures[2], "number"), "1800");
    // the row of a register is the same row when others come before it
    night.change("register.csv", "A,A-1", "C,C-0,Elm,5,2020-01-02\nA,A-1");
    let said = night.ends(0, &["run", "night.toml"]);
    assert!(said.contains("the register has 2 rows, and had 1 row; 2 jobs are run again"), "{said}");
    night.change("small.terms", "= $10/share", "= $12/share");
    let said = night.ends(0, &["run", "night.toml"]);
    assert!(said.contains("small.terms changed; 6 jobs are run again"), "{said}");
    night.ends(0, &["run", "night.toml", "-o", "fresh"]);
    same(&night.results("out"), &night.results("fresh"));
}

#[test]
fn limits_end_a_run_and_say_so() {
    let night = Night::new();
    night.write("b.jsonl", BROKEN);
    night.change("night.toml", "[output]", "[policy]\nmax_failed = 0\n[output]");
    let said = night.ends(3, &["run", "night.toml", "-j", "1"]);
    // jobs in order: A, A, B fails, and nothing after it is begun
    assert!(said.contains("6 jobs: 2 ok, 1 failed, 3 skipped"), "{said}");
    assert_eq!(night.rows("out/figures.jsonl").len(), 8);
    night.change("night.toml", "max_failed = 0", "records = 3");
    let said = night.ends(3, &["run", "night.toml", "-j", "1", "-o", "limited"]);
    // A has two certificates, a split and an exercise
    assert!(said.contains("the job has more than 3 records [batch::limit]"), "{said}");
    night.change("night.toml", "records = 3", "records = 4");
    let said = night.ends(3, &["run", "night.toml", "-j", "1", "-o", "limited"]);
    assert!(said.contains("4 ok, 2 failed"), "a raised limit lets its jobs run again: {said}");
    night.change("night.toml", "records = 4", "timeout = \"0s\"");
    night.write("c.jsonl", "\n");
    let said = night.ends(3, &["run", "night.toml", "-j", "1", "-o", "limited"]);
    assert!(said.contains("2 ok, 2 failed, 2 timeout"), "{said}");
}

#[test]
fn a_run_that_is_forced_compares() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml"]);
    let before = night.results("out");
    night.ends(0, &["run", "night.toml", "--force"]);
    same(&before, &night.results("out"));
    assert_eq!(night.rows("out/jobs.jsonl").iter().filter(|l| l.get("key").is_some()).count(), 12);
    // a log that tells of another result of the same inputs
    let log = night.read("out/jobs.jsonl");
    let Some(line) = night.rows("out/jobs.jsonl").into_iter().rev().find(|l| l.get("key").is_some()) else { panic!("no line") };
    night.write("out/jobs.jsonl", &log.replace(text(&line, "result"), &"0".repeat(64)));
    let said = night.ends(70, &["run", "night.toml", "--force"]);
    assert!(said.contains("other results than before, from the same inputs"), "{said}");
}

#[test]
fn what_failed_is_retried() {
    let night = Night::new();
    night.write("b.jsonl", BROKEN);
    night.ends(3, &["run", "night.toml"]);
    night.ends(3, &["retry", "out"]);
    let count = || night.rows("out/jobs.jsonl").iter().filter(|l| l.get("key").is_some()).count();
    assert_eq!(count(), 6 + 2);
    night.ends(3, &["retry", "out", "--timeout"]);
    assert_eq!(count(), 8, "nothing took too long");
    night.change("b.jsonl", "exercize", "exercise");
    let said = night.ends(0, &["retry", "out"]);
    assert!(said.contains("b.jsonl changed; 2 jobs are run again"), "{said}");
    night.ends(0, &["run", "night.toml", "-o", "fresh"]);
    same(&night.results("out"), &night.results("fresh"));
}

#[test]
fn packed_files_are_read_as_they_are() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml", "-o", "plain"]);
    let plain = night.read("issuer.jsonl");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, plain.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    std::fs::write(night.path("issuer.jsonl.gz"), packed.finish().unwrap_or_else(|e| panic!("{e}")))
        .unwrap_or_else(|e| panic!("{e}"));
    night.change("night.toml", "issuer.jsonl", "issuer.jsonl.gz");
    night.ends(0, &["run", "night.toml", "-o", "packed"]);
    assert_eq!(night.read("plain/figures.csv"), night.read("packed/figures.csv"));
}

#[test]
fn progress_for_programs_ends_with_a_summary() {
    let night = Night::new();
    let out = night.command(&["run", "night.toml", "--progress", "jsonl"]).output().unwrap_or_else(|e| panic!("{e}"));
    let lines: Vec<Json> = String::from_utf8_lossy(&out.stdout).lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    let events: Vec<&str> = lines.iter().map(|l| text(l, "event")).collect();
    assert_eq!(events, ["start", "job", "job", "job", "job", "job", "job", "summary"]);
    assert_eq!(lines[7]["counts"]["ok"].as_u64(), Some(6));
}

#[test]
fn a_workbook_has_the_figures_exactly() {
    use calamine::{Data, Reader, Xlsx};
    let night = Night::new();
    night.change("night.toml", "[output]", "[output]\nformats = [\"xlsx\", \"jsonl\"]");
    night.ends(0, &["run", "night.toml", "-j", "1", "-o", "one"]);
    night.ends(0, &["run", "night.toml", "-j", "2", "-o", "two"]);
    same(&night.results("one"), &night.results("two"));
    let mut book: Xlsx<_> = calamine::open_workbook(night.path("one/tables.xlsx")).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(book.sheet_names(), ["Figures", "Adjustments", "Obligations", "Refusals"]);
    let sheet = book.worksheet_range("Figures").unwrap_or_else(|e| panic!("{e}"));
    let mut rows = sheet.rows();
    let head: Vec<String> = rows.next().into_iter().flatten().map(ToString::to_string).collect();
    let column = |name: &str| head.iter().position(|h| h == name).unwrap_or_else(|| panic!("no {name} in {head:?}"));
    let first = rows.next().unwrap_or_else(|| panic!("no row"));
    // A-1 under `cents`: 10/2, rounded to the cent
    assert_eq!(first[column("price")], Data::Float(5.0));
    assert_eq!(first[column("price, exactly")], Data::String("5.00".to_owned()));
    assert_eq!(sheet.rows().count(), 1 + 8);
}
