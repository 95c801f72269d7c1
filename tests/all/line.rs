//! The command line: packed files, formats for servers and editors, help with messages, and what is told of streams.

use crate::tenor::{command, file, root, tenor as run};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::process::Output;

const TERMS: &str = "terms/glowpoint-2005.terms";

const STREAM: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":40000000}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":100000}
"#;

fn told(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// What the command does with a text on standard input.
fn fed(args: &[&str], text: &[u8]) -> Output {
    let (reader, mut writer) = std::io::pipe().unwrap_or_else(|e| panic!("{e}"));
    let text = text.to_vec();
    let hand = std::thread::spawn(move || drop(writer.write_all(&text)));
    let out = command().args(args).stdin(reader).output();
    let _ = hand.join();
    out.unwrap_or_else(|e| panic!("{e}"))
}

// ---- packed -----------------------------------------------------------------

/// A frame of Zstandard made by hand from RFC 8878: magic number, a header that says one segment and four bytes of size
/// (0b1010_0000), the size, one block that is the last and raw (size × 8 + 1 in three bytes), and the bytes as they are.
fn frame(text: &str) -> Vec<u8> {
    let size = u32::try_from(text.len()).unwrap_or(0);
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000];
    out.extend(size.to_le_bytes());
    out.extend((size << 3 | 1).to_le_bytes().iter().take(3));
    out.extend(text.as_bytes());
    out
}

#[test]
fn zstandard_is_read_and_written() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let at = |name: &str| folder.path().join(name).display().to_string();
    // two frames with one to be skipped between them (magic number 0x184d2a50, the size, the bytes) are one stream
    let (first, rest) = STREAM.split_at(STREAM.find('\n').map_or(0, |n| n + 1));
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"xyz"].concat();
    let packed = [frame(first), skipped, frame(rest)].concat();
    for name in ["s.jsonl.zst", "packed"] {
        std::fs::write(at(name), &packed).unwrap_or_else(|e| panic!("{e}"));
        let out = run(&["run", TERMS, &at(name), "--format", "json", "--output", &at("out.json.zst")]);
        assert_eq!(out.status.code(), Some(0), "{}", told(&out));
        let written = std::fs::read(at("out.json.zst")).unwrap_or_else(|e| panic!("{e}"));
        assert!(written.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
        let mut text = String::new();
        let mut unpacker = ruzstd::decoding::StreamingDecoder::new(written.as_slice()).unwrap_or_else(|e| panic!("{e}"));
        unpacker.read_to_string(&mut text).unwrap_or_else(|e| panic!("{e}"));
        let result: Json = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(result["certificates"][0]["number"], "100000.00");
    }
    // on standard input too
    let out = fed(&["run", TERMS, "-", "--format", "json"], &packed);
    assert!(said(&out).contains("\"100000.00\""), "{}", told(&out));
    // what ends in the middle is no shorter stream
    std::fs::write(at("cut.zst"), &packed[..packed.len() - 20]).unwrap_or_else(|e| panic!("{e}"));
    let out = run(&["run", TERMS, &at("cut.zst")]);
    assert!(out.status.code() == Some(74) && told(&out).contains("Zstandard"), "{}", told(&out));
}

#[test]
fn a_wrong_checksum_is_told() {
    // the same header with the bit for a checksum (4), and four bytes that are not it
    let mut packed = frame(STREAM);
    packed[4] |= 4;
    packed.extend([1, 2, 3, 4]);
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let path = folder.path().join("s.jsonl.zst").display().to_string();
    std::fs::write(&path, packed).unwrap_or_else(|e| panic!("{e}"));
    let out = run(&["run", TERMS, &path]);
    assert!(out.status.code() == Some(74) && told(&out).contains("checksum"), "{}", told(&out));
}

// ---- formats for others -----------------------------------------------------

#[test]
fn messages_in_sarif() {
    let bad = "tests/reject/check/unknown-name/bad.terms";
    let out = run(&["check", bad, "--format", "sarif"]);
    assert_eq!(out.status.code(), Some(65));
    let log: Json = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(log["version"], "2.1.0");
    let one = &log["runs"][0];
    assert_eq!(one["tool"]["driver"]["name"], "tenor");
    let found = &one["results"][0];
    assert_eq!((&found["ruleId"], &found["level"]), (&"check::unknown-name".into(), &"error".into()));
    let place = &found["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], bad);
    // the place is that of the short form: FILE:LINE:COLUMN
    let short = told(&run(&["check", bad, "--message-format", "short"]));
    let at = format!("{bad}:{}:{}:", place["region"]["startLine"], place["region"]["startColumn"]);
    assert!(short.starts_with(&at), "{at} in {short}");
    // every rule that is named is explained
    let rules: Vec<&Json> = one["tool"]["driver"]["rules"].as_array().into_iter().flatten().collect();
    let results = one["results"].as_array().into_iter().flatten();
    let ids: BTreeSet<&str> = results.filter_map(|r| r["ruleId"].as_str()).collect();
    assert_eq!(rules.iter().filter_map(|r| r["id"].as_str()).collect::<BTreeSet<_>>(), ids);
    assert!(rules.iter().all(|r| r["fullDescription"]["text"].as_str().is_some_and(|t| t.len() > 10)), "{rules:?}");
    // nothing wrong is a log without results
    let fine = run(&["check", TERMS, "--format", "sarif"]);
    let log: Json = serde_json::from_slice(&fine.stdout).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((fine.status.code(), log["runs"][0]["results"].as_array().map(Vec::len)), (Some(0), Some(0)));
}

#[test]
fn examples_in_junit() {
    let head = std::fs::read_to_string(root().join("tests/reject/good.terms")).unwrap_or_else(|e| panic!("{e}"));
    let split = "{\n  2006-01-10 split { new: 2, old: 1 }\n";
    let examples = format!(
        "\nexample \"one & two\" {split}  expect not refused\n}}\n\nexample \"wrong\" {split}  expect refused\n}}\n\nexample \"idle\" {split}}}\n"
    );
    let (folder, path) = file("a.terms", &format!("{head}{examples}"));
    std::fs::write(folder.path().join("b.terms"), "nonsense\n").unwrap_or_else(|e| panic!("{e}"));
    let xml = folder.path().join("tests.xml").display().to_string();
    let out = run(&["test", &folder.path().display().to_string(), "--format", "junit", "-o", &xml]);
    assert_eq!(out.status.code(), Some(65), "{}{}", said(&out), told(&out));
    let text = std::fs::read_to_string(&xml).unwrap_or_else(|e| panic!("{e}"));
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut cases, mut ends) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => break,
            Ok(quick_xml::events::Event::Start(e) | quick_xml::events::Event::Empty(e)) => {
                let name = e.name().as_ref().to_owned();
                let titled = e.attributes().flatten().find(|a| a.key.as_ref() == "name");
                let title = titled.map(|a| a.value.into_owned());
                match name.as_str() {
                    "testcase" => cases.push(title.unwrap_or_default()),
                    "failure" | "error" | "skipped" => ends.push((cases.last().cloned().unwrap_or_default(), name)),
                    _ => {}
                }
            }
            Ok(_) => {}
            Err(e) => panic!("{e}: {text}"),
        }
    }
    assert_eq!(cases, ["one &amp; two", "wrong", "idle", "the terms can be read"], "{text}");
    let expected = [("wrong", "failure"), ("idle", "skipped"), ("the terms can be read", "error")];
    assert_eq!(ends, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    // the counts are those of the summary in words
    assert!(text.contains("tests=\"4\"") && text.contains("failures=\"1\"") && text.contains("errors=\"1\""), "{text}");
    let words = said(&run(&["test", &path]));
    assert!(words.contains("1 example passed, 1 failed, 1 without expectation"), "{words}");
}

// ---- quiet, verbose, jobs ---------------------------------------------------

#[test]
fn quiet_and_verbose_mean_the_same_everywhere() {
    let (_folder, empty) = file("empty.jsonl", "");
    assert!(told(&run(&["run", TERMS, &empty])).contains("has no record"));
    let quiet = run(&["run", TERMS, &empty, "-q"]);
    assert_eq!((told(&quiet).as_str(), quiet.status.code()), ("", Some(0)));
    assert!(said(&quiet).contains("issuer"), "the result is there");
    // what is wrong is told
    let (_other, bad) = file("bad.jsonl", "{\"date\":\"2006-01-01\",\"event\":\"nosuch\"}\n");
    assert!(told(&run(&["run", TERMS, &bad, "-q"])).contains("event::unknown-event"));
    for (args, exit) in [
        (vec!["check", TERMS, "-q"], 0),
        (vec!["test", TERMS, "-q"], 0),
        (vec!["diff", TERMS, TERMS, "-q"], 0),
        (vec!["diff", TERMS, "terms/glowpoint-full-ratchet.terms", "--quiet"], 1),
    ] {
        let out = run(&args);
        assert_eq!((said(&out).as_str(), told(&out).as_str(), out.status.code()), ("", "", Some(exit)), "{args:?}");
    }
    let (_third, events) = file("s.jsonl", STREAM);
    let wordy = told(&run(&["run", TERMS, &events, "-v"]));
    // the digest of the stream, by another way
    let digest = json(&["run", TERMS, &events])["receipt"]["files"].as_array().and_then(|f| f.last().cloned());
    let digest = digest.and_then(|f| f["sha256"].as_str().map(str::to_owned)).unwrap_or_else(|| panic!("no digest"));
    assert!(wordy.contains(&format!("`{events}` is read: {} bytes, SHA-256 {digest}", STREAM.len())), "{wordy}");
    let one = said(&run(&["test", TERMS, "-v"]));
    assert!(one.lines().filter(|l| l.starts_with("ok ")).count() > 0, "{one}");
    assert_eq!(run(&["run", TERMS, &events, "-q", "-v"]).status.code(), Some(2));
}

fn json(args: &[&str]) -> Json {
    crate::tenor::json(&[args, &["--format", "json"]].concat(), 0)
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let args = ["compare", TERMS, "terms/glowpoint-full-ratchet.terms", "--readings", "--events", "examples/first.jsonl"];
    let one = run(&[&args[..], &["--format", "json", "-j", "1"]].concat());
    let three = run(&[&args[..], &["--format", "json", "--jobs", "3"]].concat());
    assert_eq!(one.status.code(), Some(0), "{}", told(&one));
    assert_eq!(one.stdout, three.stdout);
    let none = run(&[&args[..], &["-j", "0"]].concat());
    assert!(none.status.code() == Some(2) && told(&none).contains("usage::jobs"), "{}", told(&none));
}

// ---- help -------------------------------------------------------------------

#[test]
fn messages_are_explained() {
    let page = std::fs::read_to_string(root().join("docs/diagnostics.md")).unwrap_or_else(|e| panic!("{e}"));
    let codes: Vec<&str> = page.lines().filter_map(|l| l.strip_prefix("### `")?.strip_suffix('`')).collect();
    assert!(codes.len() > 50);
    for code in codes {
        let out = run(&["help", code]);
        let text = said(&out);
        assert_eq!(out.status.code(), Some(0), "{code}");
        assert!(text.starts_with(&format!("{code}\n\n")) && text.contains("To mend it") && !text.contains("###"), "{text}");
        assert!(!text.contains("]("), "a link is its name: {text}");
    }
    let last = said(&run(&["help", "coverage::no-clauses"]));
    assert!(last.contains("a letter without numbers") && last.ends_with("beginning of a line.\n"), "{last}");
    for (wrong, meant) in
        [("check::unknwon-name", "check::unknown-name"), ("unknown-name", "check::unknown-name"), ("swep", "sweep")]
    {
        let out = run(&["help", wrong]);
        assert!(out.status.code() == Some(2) && told(&out).contains(&format!("did you mean `{meant}`?")), "{}", told(&out));
    }
    assert_eq!(said(&run(&["help", "sweep"])), said(&run(&["sweep", "--help"])));
    assert_eq!(said(&run(&["help", "schema", "events"])), said(&run(&["schema", "events", "--help"])));
}

#[test]
fn commands_that_are_nearly_one() {
    for (wrong, meant) in
        [("rnu", "run"), ("chekc", "check"), ("certficate", "certificate"), ("lint", "check"), ("comapre", "compare")]
    {
        let out = run(&[wrong, "x"]);
        assert_eq!(out.status.code(), Some(2));
        assert!(told(&out).contains(&format!("'{meant}'")), "{wrong}: {}", told(&out));
    }
    assert!(!told(&run(&["zebra"])).contains("similar"), "nothing is like it");
}

/// The commands that the help of all lists.
pub(crate) fn commands() -> Vec<String> {
    let help = said(&run(&["--help"]));
    let list = help.split("Commands:").nth(1).and_then(|t| t.split("\n\n").next()).unwrap_or_default();
    let names = list.lines().filter(|l| l.starts_with("  ") && !l.starts_with("   ")).filter_map(|l| l.split_whitespace().next());
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert!(names.len() > 14, "{help}");
    names
}

#[test]
fn shells_and_manuals_know_every_command() {
    let names = commands();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = said(&run(&["completions", shell]));
        for name in &names {
            assert!(script.contains(name.as_str()), "{shell} does not know {name}");
        }
        assert!(script.contains("require-records"), "{shell} does not know the options");
    }
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let into = folder.path().join("man1");
    assert_eq!(run(&["man", &into.display().to_string()]).status.code(), Some(0));
    for name in &names {
        let page = std::fs::read_to_string(into.join(format!("tenor-{name}.1"))).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(page.contains(".TH tenor-") && page.contains("OPTIONS"), "{page}");
    }
    assert!(into.join("tenor.1").exists() && into.join("tenor-schema-events.1").exists());
    assert_eq!(said(&run(&["man", "-"])), std::fs::read_to_string(into.join("tenor.1")).unwrap_or_default());
}

// ---- streams ----------------------------------------------------------------

#[test]
fn the_columns_of_csv_may_be_separated_otherwise() {
    let rows = [
        ["date", "event", "certificate", "holder", "shares", "outstanding"],
        ["2005-03-14", "capitalization", "", "", "", "40000000"],
        ["2005-03-14", "certificate", "W-1", "A, B; C", "100000", ""],
    ];
    let text = |sign: &str| -> String {
        let cell = |c: &str| if c.contains([',', ';']) { format!("\"{c}\"") } else { c.to_owned() };
        rows.iter().map(|r| r.map(cell).join(sign) + "\r\n").collect()
    };
    for sign in [",", ";", "\t", "|"] {
        for mark in ["", "\u{feff}"] {
            let (_folder, path) = file("s.csv", &format!("{mark}{}", text(sign)));
            let result = json(&["run", TERMS, &path]);
            assert_eq!(result["certificates"][0]["holder"], "A, B; C", "{sign}");
            assert_eq!(result["issuer"]["outstanding"], "40000000");
        }
    }
    // what is set aside has its own signs
    let (folder, path) = file("s.csv", &text(";").replace("100000", "1,5"));
    let out = run(&["run", TERMS, &path, "--keep-going"]);
    assert_eq!(out.status.code(), Some(65));
    let aside = std::fs::read_to_string(folder.path().join("s.csv.rejects")).unwrap_or_default();
    assert!(aside.contains(r#";W-1;\"A, B; C\";1,5;"#), "{aside}");
}

#[test]
fn messages_name_the_cell() {
    // shares is the fifth column: E; pieces the seventh: G; the line counts the line break in a cell before it
    let text = "date,event,note,certificate,shares,holder,pieces\n2005-03-14,capitalization,\"a\nb\",,,,\n2005-03-14,certificate,,W-1,x1,A,\n";
    let (_folder, path) = file("s.csv", text);
    let out = told(&run(&["run", TERMS, &path, "--keep-going", "--rejects", "/dev/null"]));
    assert!(out.contains("s.csv:4: record 2, column E: `shares` is `x1`"), "{out}");
    // a column that must be given, and is empty
    let (_other, path) = file("s.csv", "date,event,new,old\n2006-01-10,split,2,\n");
    let out = told(&run(&["run", "tests/reject/good.terms", &path]));
    assert!(out.contains("s.csv:2: record 1, column D: `split` needs `old`"), "{out}");
    // the twenty-eighth column is AB
    let many: String = (0..26).map(|n| format!("note{n},")).collect();
    let (_third, path) = file("s.csv", &format!("date,{many}event\n2006-01-10,{}splt\n", ",".repeat(26)));
    let out = told(&run(&["run", "tests/reject/good.terms", &path]));
    assert!(out.contains("record 1, column AB: there is no event `splt`"), "{out}");
}

#[test]
fn all_that_is_wrong_is_told_in_one_run() {
    let bad = |n: usize| format!("{{\"date\":\"2006-01-{n:02}\",\"event\":\"nosuch{n}\"}}\n");
    let text = format!("{}{}{}", bad(1), STREAM.replace("2005-03-14", "2006-02-01"), bad(2));
    let (_folder, path) = file("s.jsonl", &text);
    for args in [vec!["run", TERMS, &path], vec!["readings", TERMS, &path], vec!["run", TERMS, &path, "--sort"]] {
        let out = told(&run(&args));
        for part in ["s.jsonl:1: record 1: there is no event `nosuch1`", "s.jsonl:4: record 4: there is no event `nosuch2`"] {
            assert!(out.contains(part), "{args:?}: {out}");
        }
    }
    // not more than can be read: 1 and 20 of 24, and how many are left
    let many: String = (1..25).map(bad).collect();
    let (_other, path) = file("s.jsonl", &format!("{many}{}", STREAM.replace("2005-03-14", "2006-02-01")));
    let out = told(&run(&["run", TERMS, &path]));
    assert_eq!(out.matches("event::unknown-event").count(), 21, "{out}");
    assert!(out.contains("3 more records cannot be read"), "{out}");
    // a file of another kind is told of once
    let (_third, path) = file("s.jsonl", &"neither one nor the other\n".repeat(30));
    let out = told(&run(&["run", TERMS, &path]));
    assert_eq!(out.matches("event::not-a-record").count(), 1, "{out}");
    assert!(out.contains("none of the 29 records after it"), "{out}");
}

#[test]
fn explanations_name_the_line() {
    let text = format!("\n\n{}", std::fs::read_to_string(root().join("examples/first.jsonl")).unwrap_or_default());
    let (_folder, path) = file("s.jsonl", &text);
    let out = said(&run(&["explain", TERMS, &path, "--event", "6"]));
    let page = said(&run(&["explain", TERMS, &path, "--event", "6", "--format", "md"]));
    assert!(page.starts_with("# Glowpoint, Inc. Warrant W-F-05: explanation, as of 2006-06-02\n\n## record 6"), "{page}");
    assert!(
        out.starts_with("record 6, 2006-01-10: issuance (") && out.lines().next().is_some_and(|l| l.ends_with("line 8)")),
        "{out}"
    );
}

#[test]
fn a_stream_without_records_is_told_by_every_command() {
    let (_folder, empty) = file("empty.jsonl", "");
    for args in [
        vec!["run", TERMS, &empty],
        vec!["run", TERMS, &empty, "--format", "html"],
        vec!["explain", TERMS, &empty],
        vec!["readings", TERMS, &empty],
        vec!["compare", TERMS, "terms/glowpoint-full-ratchet.terms", "--events", &empty],
    ] {
        let out = run(&args);
        assert!(out.status.code() == Some(0) && told(&out).contains("has no record"), "{args:?}: {}", told(&out));
        let out = run(&[&args[..], &["--require-records"]].concat());
        assert_eq!(out.status.code(), Some(4), "{args:?}: {}", told(&out));
    }
    let none = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    for name in ["check", "test"] {
        let out = run(&[name, &none.path().display().to_string()]);
        assert!(out.status.code() == Some(4) && told(&out).contains("usage::terms"), "{}", told(&out));
    }
}

#[test]
fn standard_input_and_output_have_one_name() {
    let good = std::fs::read(root().join("tests/reject/good.terms")).unwrap_or_else(|e| panic!("{e}"));
    for args in [vec!["check", "-"], vec!["test", "-"], vec!["schema", "events", "-"], vec!["coverage", "-"]] {
        let out = fed(&args, &good);
        assert!(matches!(out.status.code(), Some(0 | 1)), "{args:?}: {}", told(&out));
    }
    let (folder, bad) = file("s.jsonl", &format!("{{\"date\":\"2005-01-01\",\"event\":\"nosuch\"}}\n{STREAM}"));
    let at = folder.path().join("out.json").display().to_string();
    // both cannot go to one place
    let out = run(&["run", TERMS, &bad, "--keep-going", "--rejects", "-"]);
    assert!(out.status.code() == Some(2) && told(&out).contains("usage::output"), "{}", told(&out));
    let out = run(&["run", TERMS, &bad, "--keep-going", "--rejects", "-", "--format", "json", "-o", &at]);
    assert!(said(&out).contains("\"code\":\"event::unknown-event\""), "{}{}", said(&out), told(&out));
    assert!(!root().join("-").exists());
    let plain = run(&["run", TERMS, &bad, "--keep-going", "--rejects", "/dev/null", "--format", "json", "-o", "-"]);
    assert_eq!(said(&plain), std::fs::read_to_string(&at).unwrap_or_default());
}
