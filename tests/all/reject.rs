//! What is wrong with terms and events is told as `tests/reject` and `docs/diagnostics.md` say.

use crate::tenor::{command, folders, root};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Codes that only warn: the terms run, and the command ends well.
const WARNINGS: [&str; 2] = ["check::unused", "check::uncited"];

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The fixtures: their code, which their folders spell, and their folder.
fn fixtures() -> Vec<(String, PathBuf)> {
    let mut out = Vec::new();
    for stage in folders("reject") {
        let stage = name(&stage);
        for folder in folders(&format!("reject/{stage}")) {
            out.push((format!("{stage}::{}", name(&folder)), folder));
        }
    }
    out
}

/// What a fixture gives the command, as it stands in its folder.
fn arguments(folder: &Path) -> Vec<&'static str> {
    if folder.join("bad.terms").exists() {
        return vec!["check", "bad.terms"];
    }
    let own = folder.join("good.terms").exists();
    let terms = if own { "good.terms" } else { "../../../../benches/four-rules.terms" };
    let events = if folder.join("bad.csv").exists() { "bad.csv" } else { "bad.jsonl" };
    vec!["run", terms, events]
}

#[test]
fn fixtures_are_told_as_they_say() {
    let mut wrong = Vec::new();
    for (code, folder) in fixtures() {
        let out = command()
            .current_dir(&folder)
            .args(arguments(&folder))
            .output()
            .unwrap_or_else(|e| panic!("tenor does not start: {e}"));
        let told = String::from_utf8_lossy(&out.stderr).replace("\r\n", "\n");
        let exit = if WARNINGS.contains(&code.as_str()) { 0 } else { 65 };
        if out.status.code() != Some(exit) {
            wrong.push(format!("{code}: exit code {:?}, and {exit} is due", out.status.code()));
        }
        if !told.lines().any(|l| l.trim() == code) {
            wrong.push(format!("{code}: the code is not told"));
        }
        let due = read(&folder.join("stderr.txt"));
        if told != due {
            wrong.push(format!("{code}: told\n{told}\nand this is due:\n{due}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The codes a text of the program has in quotation marks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let word = |w: &str, more: &[char]| !w.is_empty() && w.chars().all(|c| c.is_ascii_lowercase() || more.contains(&c));
    text.split('"').filter(move |t| t.split_once("::").is_some_and(|(stage, rest)| word(stage, &[]) && word(rest, &['-'])))
}

/// Every code the program knows.
fn codes() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut left = vec![root().join("src")];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            left.extend(entries.flatten().map(|e| e.path()));
        } else {
            out.extend(quoted(&read(&path)).map(str::to_owned));
        }
    }
    assert!(out.len() > 50, "only {} codes are found", out.len());
    out
}

#[test]
fn every_code_has_a_heading() {
    let page = read(&root().join("docs/diagnostics.md"));
    let headings: Vec<String> =
        page.lines().filter_map(|l| Some(l.strip_prefix("### `")?.strip_suffix('`')?.to_owned())).collect();
    let once: BTreeSet<String> = headings.iter().cloned().collect();
    assert_eq!(once.len(), headings.len(), "a code has one heading");
    let codes = codes();
    let undocumented: Vec<&String> = codes.difference(&once).collect();
    assert!(undocumented.is_empty(), "docs/diagnostics.md does not explain {undocumented:?}");
    let unknown: Vec<&String> = once.difference(&codes).collect();
    assert!(unknown.is_empty(), "docs/diagnostics.md explains what is never told: {unknown:?}");
}

#[test]
fn every_fixture_is_of_a_code() {
    let codes = codes();
    let unknown: Vec<String> = fixtures().into_iter().map(|f| f.0).filter(|c| !codes.contains(c)).collect();
    assert!(unknown.is_empty(), "tests/reject has folders of no code: {unknown:?}");
}
