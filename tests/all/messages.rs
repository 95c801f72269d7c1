//! The terminal: messages for programs, colours where they are asked for, tables that break no number, and helps whose
//! examples run.

use crate::tenor::{command, file, root, tenor as run};
use serde_json::Value as Json;
use std::path::Path;
use std::process::Output;

const TERMS: &str = "terms/glowpoint-2005.terms";

fn told(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

#[test]
fn messages_for_programs() {
    // line 3 has an unknown name in column 18
    let head = std::fs::read_to_string(root().join("tests/reject/check/unknown-name/bad.terms")).unwrap_or_default();
    let (_folder, path) = file("bad.terms", &head);
    let human = run(&["check", &path]);
    assert_eq!(human.status.code(), Some(65));
    let place = told(&human).split("[").find_map(|p| p.split(']').next().filter(|p| p.contains(".terms:")).map(str::to_owned));
    let place = place.unwrap_or_else(|| panic!("{}", told(&human)));
    let short = told(&run(&["check", &path, "--message-format", "short"]));
    assert!(short.starts_with(&format!("{place}: error[check::unknown-name]: ")), "{short}");
    let json = told(&run(&["check", &path, "--message-format", "json"]));
    let all: Vec<Json> = json.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect();
    assert_eq!((&all[0]["code"], &all[0]["severity"]), (&"check::unknown-name".into(), &"error".into()));
    assert_eq!(all[0]["filename"], path.as_str());
    let offset = all[0]["labels"][0]["span"]["offset"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let line = head.get(..offset).map_or(0, |h| h.matches('\n').count() + 1);
    assert!(place.contains(&format!(".terms:{line}:")), "{place} and line {line}");
    // those without a place too, and what is only said in passing
    let (_other, events) = file("s.jsonl", "{\"date\":\"2006-01-01\",\"event\":\"nosuch\"}\n");
    let json = told(&run(&["run", TERMS, &events, "--keep-going", "--message-format", "json"]));
    let all: Vec<Json> = json.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect();
    assert_eq!(all[0]["code"], "event::unknown-event");
    assert_eq!(all[1]["severity"], "advice");
    // terms that are not there are told of as events are
    let missing = told(&run(&["run", "no/such.terms", &events]));
    assert!(missing.contains("check::unreadable") && missing.contains("help:"), "{missing}");
}

#[test]
fn colours_where_they_are_asked_for() {
    let (_folder, events) = file("s.jsonl", "{\"date\":\"2006-01-01\",\"event\":\"nosuch\"}\n");
    let coloured = |args: &[&str], without: bool| {
        let mut c = command();
        c.args(args);
        if without {
            c.env_remove("NO_COLOR");
        }
        c.output().unwrap_or_else(|e| panic!("{e}")).stderr.contains(&0x1b)
    };
    let args = ["run", TERMS, events.as_str()];
    assert!(!coloured(&args, true), "no terminal, no colours");
    assert!(coloured(&[&args[..], &["--color", "always"]].concat(), true));
    assert!(!coloured(&[&args[..], &["--color", "never"]].concat(), true));
}

#[test]
fn nothing_to_do_is_told() {
    let (_folder, empty) = file("empty.jsonl", "");
    let out = run(&["run", TERMS, &empty]);
    assert_eq!(out.status.code(), Some(0));
    assert!(told(&out).contains("has no record"), "{}", told(&out));
    assert_eq!(run(&["run", TERMS, &empty, "--require-records"]).status.code(), Some(4));
    let (_other, one) = file("s.jsonl", "{\"date\":\"2005-03-14\",\"event\":\"capitalization\",\"outstanding\":1}\n");
    assert_eq!(run(&["run", TERMS, &one, "--require-records"]).status.code(), Some(0));
    let none = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let out = run(&["test", &none.path().display().to_string()]);
    assert_eq!(out.status.code(), Some(4), "{}", told(&out));
}

#[test]
fn several_files_are_checked_and_whole_folders() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let good = std::fs::read_to_string(root().join("tests/reject/good.terms")).unwrap_or_else(|e| panic!("{e}"));
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("a.terms"), &good).and_then(|()| std::fs::write(at("b.terms"), &good)).unwrap_or_else(|e| panic!("{e}"));
    for args in [vec!["check".to_owned(), at("a.terms"), at("b.terms")], vec!["check".to_owned(), at("")]] {
        let out = run(&args);
        assert_eq!(out.status.code(), Some(0), "{}", told(&out));
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(text.contains("a.terms: no errors") && text.contains("b.terms: no errors"), "{text}");
    }
    std::fs::write(at("a.terms"), "nonsense\n").unwrap_or_else(|e| panic!("{e}"));
    let out = run(&["check", &at("")]);
    assert_eq!(out.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&out.stdout).contains("b.terms: no errors"), "{}", told(&out));
}

#[test]
fn no_number_or_date_is_broken() {
    let wide = run(&["run", TERMS, "examples/glowpoint-history.jsonl"]);
    let wide = String::from_utf8_lossy(&wide.stdout).into_owned();
    // every word of the wide tables stands whole in the narrow ones
    for columns in ["80", "60", "40"] {
        let out = command().args(["run", TERMS, "examples/glowpoint-history.jsonl"]).env("COLUMNS", columns).output();
        let narrow = out.map_or_else(|e| panic!("{e}"), |o| String::from_utf8_lossy(&o.stdout).into_owned());
        let words: Vec<&str> = narrow.split_whitespace().collect();
        for word in wide.split_whitespace().filter(|w| w.chars().any(|c| c.is_ascii_digit())) {
            assert!(words.contains(&word), "{word} is broken at {columns} columns:\n{narrow}");
        }
        let room: usize = columns.parse().unwrap_or(0);
        let longest = narrow.lines().filter(|l| l.starts_with('─')).map(|l| l.chars().count()).max().unwrap_or(0);
        assert!(longest <= room, "{longest} at {columns} columns:\n{narrow}");
    }
}

/// The examples in the help of a command, lines that go on put together.
fn examples(command: &str) -> Vec<String> {
    let help = String::from_utf8_lossy(&run(&[command, "--help"]).stdout).into_owned();
    let text = help.split("Example:").nth(1).or_else(|| help.split("Examples:").nth(1)).unwrap_or_default().replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    lines.map(str::to_owned).collect()
}

/// A folder with all that the examples name.
fn workshop(folder: &Path) {
    let copy = |from: &str, to: &str| {
        let text = std::fs::read(root().join(from)).unwrap_or_else(|e| panic!("{from}: {e}"));
        std::fs::write(folder.join(to), text).unwrap_or_else(|e| panic!("{to}: {e}"));
    };
    for part in ["lib", "data"] {
        std::fs::create_dir(folder.join(part)).unwrap_or_else(|e| panic!("{e}"));
        let files = std::fs::read_dir(root().join("terms").join(part)).unwrap_or_else(|e| panic!("{e}"));
        for name in files.flatten().filter(|f| f.path().is_file()).map(|f| f.file_name().to_string_lossy().into_owned()) {
            copy(&format!("terms/{part}/{name}"), &format!("{part}/{name}"));
        }
    }
    for to in ["warrant.terms", "old.terms", "glowpoint-2005.terms"] {
        copy(TERMS, to);
    }
    for to in ["ours.terms", "my-variant.terms", "new.terms"] {
        copy("terms/glowpoint-full-ratchet.terms", to);
    }
    for to in ["events.jsonl", "2005.jsonl", "2006.jsonl"] {
        copy("examples/first.jsonl", to);
    }
    copy("templates/certificate.md", "ours.md");
    // each change of terms is checked and run: of a large file there are thousands
    copy("examples/testing.terms", "simple.terms");
    // what other examples read is written here by the command itself
    let made = command()
        .current_dir(folder)
        .args(["run", "warrant.terms", "events.jsonl", "--format", "json", "--output", "result.json"])
        .output();
    assert!(made.is_ok_and(|o| o.status.success()), "no result");
    let csv = "date,event,outstanding\n2005-03-14,capitalization,40000000\n";
    std::fs::write(folder.join("events.csv"), csv).unwrap_or_else(|e| panic!("{e}"));
    let agreement = "1. One. All of it.\n\n2. Two. More.\n";
    for to in ["agreement.txt", "warrant.txt"] {
        std::fs::write(folder.join(to), agreement).unwrap_or_else(|e| panic!("{e}"));
    }
}

#[test]
#[cfg(unix)]
fn the_examples_of_every_help_run() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    workshop(folder.path());
    let program = command().get_program().to_owned();
    let (mut count, mut wrong) = (0, Vec::new());
    // an editor and one who answers questions are needed for the first two, and a night for the last: tests of their own run them
    let others = ["lsp", "new", "batch"];
    for name in crate::line::commands().into_iter().filter(|name| !others.contains(&name.as_str())) {
        let all = examples(&name);
        assert!(!all.is_empty(), "the help of {name} has no example");
        for line in all {
            assert!(line.contains("tenor "), "an example of {name} is broken over two lines: {line}");
            count += 1;
            let script = format!("tenor() {{ \"$0\" \"$@\"; }}; {line}");
            let out = std::process::Command::new("sh").args(["-c", &script]).arg(&program).current_dir(folder.path()).output();
            let out = out.unwrap_or_else(|e| panic!("no shell: {e}"));
            // that something differs, or that no value leads to a figure, is an answer
            if !matches!(out.status.code(), Some(0 | 1)) {
                wrong.push(format!("{line}\n{}", told(&out)));
            }
        }
    }
    assert!(count > 45, "only {count} examples");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
