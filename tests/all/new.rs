//! `tenor new`: every kind makes a file that checks and whose examples come out, in an empty folder.

use crate::tenor::{command, tenor};
use std::process::Stdio;

/// The kinds, and whether they ask for a last day.
const KINDS: [(&str, bool); 6] = [
    ("plain", true),
    ("weighted-average", true),
    ("full-ratchet", true),
    ("pre-funded", false),
    ("price-reset", true),
    ("blank-cheque", false),
];

/// Without a terminal, so that nothing is asked.
fn new(args: &[&str]) -> (Option<i32>, String) {
    let out = command().arg("new").args(args).stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("{e}"));
    (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr))
}

#[test]
fn every_kind_checks_and_its_examples_come_out() {
    let listed = new(&["--list"]).1;
    assert_eq!(listed.lines().filter(|l| !l.trim().is_empty()).count(), KINDS.len(), "{listed}");
    for (kind, ends) in KINDS {
        // a price that is not halved to the cent, and one of a fraction of a cent
        for price in ["2.45", "0.0001"] {
            let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
            let path = folder.path().join("mine.terms").display().to_string();
            let mut args = vec!["--kind", kind, "--issuer", "Müller & Söhne, Inc. #1", "--price", price];
            args.extend(["--shares", "100,001", "--issued", "2026-01-15", "-o", &path]);
            if ends {
                args.extend(["--expiry", "2031-01-15"]);
            }
            let (code, said) = new(&args);
            assert_eq!(code, Some(0), "{kind} at {price}: {said}");
            let check = tenor(&["check", "--strict", &path]);
            assert_eq!(check.status.code(), Some(0), "{kind} at {price}: {}", String::from_utf8_lossy(&check.stderr));
            let test = tenor(&["test", "--strict", &path]);
            let said = String::from_utf8_lossy(&test.stdout).into_owned();
            assert_eq!(test.status.code(), Some(0), "{kind} at {price}: {said}");
            assert!(!said.starts_with('0'), "{kind}: no example");
            assert_eq!(tenor(&["fmt", "--check", &path]).status.code(), Some(0), "{kind} is not laid out");
        }
    }
}

#[test]
fn what_is_missing_is_told() {
    let (code, said) = new(&["--kind", "plain", "--price", "2.40"]);
    assert_eq!(code, Some(2));
    for missing in ["--issuer", "--shares", "--expiry", "--output"] {
        assert!(said.contains(missing), "{missing}: {said}");
    }
    assert!(!said.contains("--price`") && !said.contains("--kind`"), "{said}");
}

#[test]
fn what_will_not_do_is_told() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let path = folder.path().join("mine.terms").display().to_string();
    let with = |name: &str, value: &str| {
        let given = [
            ("kind", "plain"),
            ("issuer", "A"),
            ("price", "2"),
            ("shares", "10"),
            ("issued", "2026-01-15"),
            ("expiry", "2031-01-15"),
        ];
        let mut args: Vec<String> = Vec::new();
        for (n, v) in given {
            args.extend([format!("--{n}"), if n == name { value.to_owned() } else { v.to_owned() }]);
        }
        args.extend(["-o".to_owned(), path.clone()]);
        new(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    for (name, value, why) in [
        ("kind", "plai", "did you mean `plain`?"),
        ("price", "0", "no number above zero"),
        ("shares", "1.5", "no whole number"),
        ("expiry", "2026-01-15", "not after the day of issue"),
        ("expiry", "2031-02-30", "it is no day"),
        ("issuer", "a \"b\"", "has no"),
    ] {
        let (code, said) = with(name, value);
        assert_eq!(code, Some(2), "{name} {value}: {said}");
        assert!(said.contains(why), "{name} {value}: {said}");
        assert!(!std::path::Path::new(&path).exists());
    }
    // a last day where there is none
    assert_eq!(with("kind", "pre-funded").0, Some(2));
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let at = |name: &str| folder.path().join(name).display().to_string();
    let make = |name: &str| {
        let path = at(name);
        new(&["--kind", "plain", "--issuer", "A", "--price", "2", "--shares", "10", "--expiry", "2099-01-15", "-o", &path])
    };
    std::fs::create_dir(folder.path().join("lib")).unwrap_or_else(|e| panic!("{e}"));
    let mine = "# mine\nlibrary \"A fraction of a share is dropped\"\nedition 1\n\nimport \"warrant-events.terms\"\n\
                define whole(n : shares) : shares = n rounded down to 1 share\ndefine in_lieu of exercise : money = 0 money\n";
    std::fs::write(at("lib/fractions-dropped.terms"), mine).unwrap_or_else(|e| panic!("{e}"));
    let (code, said) = make("a.terms");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("`lib/fractions-dropped.terms` is not as this version has it"), "{said}");
    assert_eq!(std::fs::read_to_string(at("lib/fractions-dropped.terms")).unwrap_or_default(), mine);
    let (code, said) = make("a.terms");
    assert_eq!(code, Some(2));
    assert!(said.contains("is there already"), "{said}");
}
