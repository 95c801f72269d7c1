//! Files are never lost: a result is there whole or not at all, and nothing is written over what is read.

use crate::tenor::{command, file, root, tenor as run};
use std::path::Path;
use std::process::Output;

const TERMS: &str = "terms/glowpoint-2005.terms";

const STREAM: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
"#;

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path.as_ref()).unwrap_or_else(|e| panic!("{}: {e}", path.as_ref().display()))
}

fn write(path: impl AsRef<Path>, text: &str) {
    std::fs::write(path.as_ref(), text).unwrap_or_else(|e| panic!("{}: {e}", path.as_ref().display()));
}

fn told(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// The command refuses, says so under a code, and leaves a file as it was.
fn refuses(args: &[&str], kept: &str) {
    let before = read(kept);
    let out = run(args);
    assert_eq!(out.status.code(), Some(2), "{args:?}: {}", told(&out));
    assert!(told(&out).contains("usage::output"), "{args:?}: {}", told(&out));
    assert_eq!(read(kept), before, "{args:?}");
}

#[test]
fn a_result_is_not_written_over_its_events() {
    let (folder, events) = file("s.jsonl", STREAM);
    for format in ["json", "table", "csv", "md", "html", "xlsx"] {
        refuses(&["run", TERMS, &events, "--format", format, "-o", &events], &events);
    }
    // by another way to the same file, and by another name of it
    let roundabout =
        format!("{}/../{}/s.jsonl", folder.path().display(), folder.path().file_name().unwrap_or_default().display());
    refuses(&["run", TERMS, &events, "-o", &roundabout], &events);
    let linked = folder.path().join("linked.jsonl");
    std::fs::hard_link(&events, &linked).unwrap_or_else(|e| panic!("{e}"));
    refuses(&["run", TERMS, &events, "-o", &linked.display().to_string()], &events);
    for command in ["explain", "readings"] {
        refuses(&[command, TERMS, &events, "-o", &events], &events);
    }
    refuses(&["notice", TERMS, &events, "--event", "2", "-o", &events], &events);
    refuses(&["compare", TERMS, "--events", &events, "-o", &events], &events);
    refuses(&["sweep", TERMS, &events, "--vary", "#2.shares=1,2", "-o", &events], &events);
    refuses(&["solve", TERMS, &events, "--for", "outstanding = 1", "--by", "#1.outstanding", "-o", &events], &events);
}

#[test]
fn a_result_is_not_written_over_its_terms_or_what_they_read() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let at = |name: &str| folder.path().join(name).display().to_string();
    write(at("base.terms"), &read(root().join("tests/reject/good.terms")));
    write(at("mine.terms"), "variant \"mine\" of \"base.terms\"\nedition 1\n");
    write(at("s.jsonl"), "");
    let checked = run(&["check", &at("mine.terms")]);
    assert_eq!(checked.status.code(), Some(0), "{}", told(&checked));
    refuses(&["run", &at("mine.terms"), &at("s.jsonl"), "-o", &at("base.terms")], &at("base.terms"));
    refuses(&["diff", &at("base.terms"), &at("mine.terms"), "-o", &at("mine.terms")], &at("mine.terms"));
    refuses(&["coverage", &at("mine.terms"), "-o", &at("base.terms")], &at("base.terms"));
}

#[test]
fn rejects_are_not_written_over_the_events_or_the_result() {
    let (folder, events) = file("s.jsonl", STREAM);
    refuses(&["run", TERMS, &events, "--keep-going", "--rejects", &events], &events);
    let out = folder.path().join("out").display().to_string();
    let both = run(&["run", TERMS, &events, "--keep-going", "--rejects", &out, "-o", &out]);
    assert_eq!(both.status.code(), Some(2), "{}", told(&both));
}

#[test]
#[cfg(unix)]
fn what_cannot_be_written_in_full_is_not_written() {
    let (folder, events) = file("s.jsonl", STREAM);
    let out = folder.path().join("out.json");
    write(&out, "whole\n");
    // a file may have one block of 512 bytes: the result is longer
    let line = format!("ulimit -f 1; exec \"$0\" run {TERMS} {events} --format json --output {}", out.display());
    let tenor = command();
    let ended = std::process::Command::new("sh")
        .args(["-c", &line])
        .arg(tenor.get_program())
        .current_dir(root())
        .output()
        .unwrap_or_else(|e| panic!("no shell: {e}"));
    assert!(!ended.status.success());
    assert_eq!(read(&out), "whole\n");
}

#[test]
#[cfg(unix)]
fn what_is_replaced_keeps_its_permissions_and_its_place() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, events) = file("s.jsonl", STREAM);
    let (real, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
    write(&real, "");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap_or_else(|e| panic!("{e}"));
    std::os::unix::fs::symlink(&real, &link).unwrap_or_else(|e| panic!("{e}"));
    let out = run(&["run", TERMS, &events, "--format", "json", "-o", &link.display().to_string()]);
    assert_eq!(out.status.code(), Some(0), "{}", told(&out));
    assert!(link.is_symlink(), "the link is replaced");
    assert!(read(&real).starts_with('{'));
    let mode = std::fs::metadata(&real).unwrap_or_else(|e| panic!("{e}")).permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let left = std::fs::read_dir(folder.path()).unwrap_or_else(|e| panic!("{e}")).count();
    assert_eq!(left, 3, "a part is left behind");
}

#[test]
fn rejects_of_an_earlier_run_go_and_other_files_stay() {
    let bad = format!("{STREAM}{{\"date\":\"2006-01-01\",\"event\":\"nosuch\"}}\n");
    let (folder, events) = file("s.jsonl", &bad);
    let rejects = folder.path().join("s.jsonl.rejects");
    assert_eq!(run(&["run", TERMS, &events, "--keep-going"]).status.code(), Some(65));
    assert_eq!(read(&rejects).lines().count(), 1);
    write(&events, STREAM);
    let mended = run(&["run", TERMS, &events, "--keep-going"]);
    assert_eq!(mended.status.code(), Some(0), "{}", told(&mended));
    assert!(!rejects.exists(), "the rejects of the earlier run are still there");
    // what has other lines than a reject file is not ours
    for other in ["notes\n", "{\"event\":1,\"code\":\"x\",\"reason\":\"y\",\"record\":\"z\",\"mine\":true}\n", ""] {
        write(&rejects, other);
        assert_eq!(run(&["run", TERMS, &events, "--keep-going"]).status.code(), Some(0));
        assert_eq!(read(&rejects), other);
    }
}

#[test]
fn a_dash_is_standard_input_and_output() {
    let (folder, events) = file("s.jsonl", STREAM);
    let plain = run(&["run", TERMS, &events, "--format", "md"]).stdout;
    let mut dashed = command();
    dashed.args(["run", &root().join(TERMS).display().to_string(), &events, "--format", "md", "-o", "-"]);
    let dashed = dashed.current_dir(folder.path()).output().unwrap_or_else(|e| panic!("{e}"));
    assert!(dashed.status.success(), "{}", told(&dashed));
    assert_eq!(String::from_utf8_lossy(&plain), String::from_utf8_lossy(&dashed.stdout));
    assert!(!folder.path().join("-").exists(), "a file named `-`");
    // every terms file reads the same standard input
    let piped = |args: &[&str]| {
        let input = std::fs::File::open(&events).unwrap_or_else(|e| panic!("{e}"));
        command().args(args).stdin(input).output().unwrap_or_else(|e| panic!("{e}"))
    };
    let both = piped(&["compare", TERMS, "terms/glowpoint-full-ratchet.terms", "--events", "-"]);
    assert!(both.status.success(), "{}", told(&both));
    let twice = piped(&["compare", TERMS, "--events", "-", "-"]);
    assert_eq!(twice.status.code(), Some(2));
    assert!(told(&twice).contains("usage::events"), "{}", told(&twice));
    let terms = root().join("tests/reject/good.terms");
    let input = std::fs::File::open(&terms).unwrap_or_else(|e| panic!("{e}"));
    let out = command().args(["run", "-", "-"]).stdin(input).output().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(out.status.code(), Some(2), "{}", told(&out));
    let (_other, none) = file("none.jsonl", "");
    let input = std::fs::File::open(terms).unwrap_or_else(|e| panic!("{e}"));
    let out = command().args(["run", "-", &none]).stdin(input).output().unwrap_or_else(|e| panic!("{e}"));
    assert!(out.status.success(), "{}", told(&out));
}

#[test]
fn every_command_that_makes_something_writes_it_to_a_file() {
    let (folder, events) = file("s.jsonl", STREAM);
    let out = folder.path().join("out").display().to_string();
    let all: [&[&str]; 9] = [
        &["run", TERMS, &events],
        &["explain", TERMS, &events],
        &["readings", TERMS, &events],
        &["compare", TERMS, "--events", &events],
        &["sweep", TERMS, &events, "--vary", "#2.shares=1,2"],
        &["solve", TERMS, &events, "--for", "outstanding = 41000000", "--by", "#1.outstanding"],
        &["notice", TERMS, &events, "--event", "2"],
        &["diff", TERMS, "terms/glowpoint-full-ratchet.terms"],
        &["coverage", TERMS],
    ];
    for args in all {
        let shown = run(args);
        let written = run(&[args, &["--output", &out]].concat());
        assert_eq!((written.status.code(), written.stdout.len()), (shown.status.code(), 0), "{args:?}: {}", told(&written));
        assert_eq!(read(&out).as_bytes(), shown.stdout, "{args:?}");
    }
}

#[test]
fn terms_that_are_no_text_are_wrong_and_not_missing() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let path = folder.path().join("t.terms");
    std::fs::write(&path, b"terms \"\xff\"\n").unwrap_or_else(|e| panic!("{e}"));
    let path = path.display().to_string();
    assert_eq!(run(&["check", &path]).status.code(), Some(65));
    assert_eq!(run(&["run", &path, "none.jsonl"]).status.code(), Some(65));
    assert_eq!(run(&["check", "no/such.terms"]).status.code(), Some(66));
}

#[test]
fn a_template_without_end_is_stopped() {
    let (_folder, events) = file("s.jsonl", STREAM);
    let endless = "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}";
    let (_other, page) = file("t.html", endless);
    let out = run(&["run", TERMS, &events, "--format", "html", "--template", &page]);
    assert_eq!(out.status.code(), Some(65), "{}", told(&out));
    assert!(told(&out).contains("a loop runs too often"), "{}", told(&out));
    let out = run(&["notice", TERMS, &events, "--event", "2", "--template", &page]);
    assert_eq!(out.status.code(), Some(65), "{}", told(&out));
}

#[test]
fn a_sweep_of_a_trillion_points_is_refused() {
    let (_folder, events) = file("s.jsonl", STREAM);
    for values in ["0..1000000 step 0.000001", "0..79228162514264337593543950335 step 0.0000000000000000000000000001"] {
        let out = run(&["sweep", TERMS, &events, "--vary", &format!("#2.shares={values}")]);
        assert_eq!(out.status.code(), Some(2), "{}", told(&out));
        assert!(told(&out).contains("100000 at most"), "{}", told(&out));
    }
    // a thousand by a thousand are a million
    let two = ["--vary", "#2.shares=1..1000 step 1", "--vary", "#1.outstanding=1..1000 step 1"];
    assert_eq!(run(&[&["sweep", TERMS, &events], &two[..]].concat()).status.code(), Some(2));
}

#[test]
fn packed_streams_are_read_and_results_are_packed() {
    use std::io::{Read, Write};
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let at = |name: &str| folder.path().join(name).display().to_string();
    let pack = |text: &str| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text.as_bytes()).and_then(|()| packer.finish()).unwrap_or_else(|e| panic!("{e}"))
    };
    // two files one after the other are one stream to gzip
    let (first, rest) = STREAM.split_at(STREAM.find('\n').map_or(0, |n| n + 1));
    for (name, packed) in [("s.jsonl.gz", [pack(first), pack(rest)].concat()), ("packed", pack(STREAM))] {
        std::fs::write(at(name), packed).unwrap_or_else(|e| panic!("{e}"));
        let out = run(&["run", TERMS, &at(name), "--format", "json", "--output", &at("out.json.gz")]);
        assert_eq!(out.status.code(), Some(0), "{}", told(&out));
        let packed = std::fs::read(at("out.json.gz")).unwrap_or_else(|e| panic!("{e}"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap_or_else(|e| panic!("{e}"));
        let result: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(result["certificates"][0]["price"], "2.40");
        // the receipt is of the file as it stands there
        let bytes = std::fs::metadata(at(name)).map_or(0, |m| m.len());
        let files = result["receipt"]["files"].as_array().cloned().unwrap_or_default();
        assert_eq!(files.last().and_then(|f| f["bytes"].as_u64()), Some(bytes));
    }
}
