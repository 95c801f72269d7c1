//! The house rules of `docs/architecture.md` and `docs/contributing.md`, as far as a text can show that they are kept.

use crate::tenor;
use std::path::{Path, PathBuf};

/// The stages in their order: a file names its own and earlier ones.
const STAGES: [&str; 13] = [
    "source",
    "intern",
    "agreement",
    "syntax",
    "mutate",
    "terms",
    "check",
    "event",
    "reckon",
    "engine",
    "report",
    "batch",
    "cli",
];

/// A file of the project: its path from the root, with `/`, and its text.
struct File {
    path: String,
    text: String,
}

impl File {
    /// The stage a file under `src` belongs to; none for the roots of the library and of the command.
    fn stage(&self) -> Option<usize> {
        let rest = self.path.strip_prefix("src/")?;
        let name = rest.split('/').next()?.trim_end_matches(".rs");
        STAGES.iter().position(|s| *s == name)
    }

    /// Its lines of code with their numbers: what is said in comments binds nobody.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(n, l)| (n + 1, l)).filter(|(_, l)| !l.trim_start().starts_with("//"))
    }
}

/// All text files below some files and folders of the project.
fn files(of: &[&str]) -> Vec<File> {
    let mut out = Vec::new();
    let mut left: Vec<PathBuf> = of.iter().map(|p| tenor::root().join(p)).filter(|p| p.exists()).collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            left.extend(entries.flatten().map(|e| e.path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            out.push(File { path: relative(&path), text });
        }
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!out.is_empty(), "{of:?} is empty");
    out
}

fn relative(path: &Path) -> String {
    path.strip_prefix(tenor::root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The stages a line of code names as `crate::stage` or in `crate::{…}`.
fn named(line: &str) -> Vec<usize> {
    let mut out = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let group = rest.strip_prefix('{').map(|g| g.split('}').next().unwrap_or(g));
        for part in group.unwrap_or(rest).split(',').take(if group.is_some() { usize::MAX } else { 1 }) {
            let word: String = part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            out.extend(STAGES.iter().position(|s| *s == word));
        }
    }
    out
}

fn none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}:\n{}", broken.join("\n"));
}

/// Lines of code below some folders that say one of several words, but for files under some paths.
fn lines_saying(words: &[&str], but_for: &[&str]) -> Vec<String> {
    let mut broken = Vec::new();
    for file in files(&["src"]) {
        if but_for.iter().any(|p| file.path.starts_with(p)) {
            continue;
        }
        for (n, line) in file.code() {
            if let Some(word) = words.iter().find(|w| says(line, w)) {
                broken.push(format!("{}:{n}: {word}", file.path));
            }
        }
    }
    broken
}

/// Whether a line has a word that is no part of a longer one.
fn says(line: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|l| l.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|l| l.chars().next());
        !part(before) && !part(after)
    })
}

#[test]
fn every_file_belongs_to_a_stage() {
    let strays: Vec<String> = files(&["src"])
        .into_iter()
        .filter(|f| f.stage().is_none() && !["src/lib.rs", "src/main.rs"].contains(&f.path.as_str()))
        .map(|f| f.path)
        .collect();
    none(&strays, "a file under src belongs to one of the stages");
}

#[test]
fn no_file_names_a_later_stage() {
    let mut broken = Vec::new();
    for file in files(&["src"]) {
        let Some(own) = file.stage() else { continue };
        for (n, line) in file.code() {
            for later in named(line).into_iter().filter(|s| *s > own) {
                broken.push(format!("{}:{n}: names `{}`", file.path, STAGES.get(later).unwrap_or(&"")));
            }
        }
    }
    none(&broken, "a file names its own and earlier stages only");
}

#[test]
fn no_code_knows_what_a_warrant_is() {
    // the help of the command names files that come with the project
    let files_named = ["terms/glowpoint-2005.terms", "examples/glowpoint-history.jsonl"];
    let mut broken = Vec::new();
    for file in files(&["src"]) {
        for (n, line) in file.text.lines().enumerate() {
            let mut line = line.to_lowercase();
            if file.path.starts_with("src/cli/") {
                files_named.iter().for_each(|f| line = line.replace(f, ""));
            }
            for word in ["dilut", "ratchet", "cashless", "glowpoint", "4.999"] {
                if line.contains(word) {
                    broken.push(format!("{}:{}: `{word}`", file.path, n + 1));
                }
            }
        }
    }
    none(&broken, "what a warrant is stands in terms files");
}

#[test]
fn one_stage_knows_each_thing() {
    none(&lines_saying(&["pest", "pest_derive"], &["src/syntax"]), "only syntax knows pest");
    none(
        &lines_saying(&["serde", "serde_json"], &["src/event", "src/report", "src/batch", "src/cli"]),
        "wire formats are known where streams are read and results are written",
    );
    none(&lines_saying(&["clap", "anstream", "comfy_table"], &["src/cli"]), "only cli knows the terminal");
}

#[test]
fn files_clocks_and_threads_are_left_to_the_command_line() {
    let words =
        ["std::fs", "std::env", "std::net", "std::process", "std::thread", "std::time", "SystemTime", "Instant", "Utc", "Local"];
    none(&lines_saying(&words, &["src/cli", "src/main.rs"]), "the library is a function of its arguments");
}

#[test]
fn no_number_is_a_float() {
    // a spreadsheet keeps nothing else: its cells are made of the decimals in one place
    none(&lines_saying(&["f32", "f64"], &["src/report/workbook/write.rs"]), "numbers are decimals");
}

#[test]
fn files_are_named_for_their_idea() {
    let mut broken = Vec::new();
    for file in files(&["src", "tests", "benches"]) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        if ["mod.rs", "utils.rs", "util.rs", "common.rs", "helpers.rs", "core.rs", "manager.rs", "prelude.rs"].contains(&name) {
            broken.push(file.path);
        }
    }
    none(&broken, "a file has one idea and is named for it, and `foo.rs` stands beside `foo/`");
}

#[test]
fn stages_are_not_imported_whole() {
    let mut broken = Vec::new();
    for file in files(&["src"]) {
        for (n, line) in file.code() {
            let line = line.trim();
            if line.contains("use crate::") && line.ends_with("::*;") {
                broken.push(format!("{}:{n}: {line}", file.path));
            }
        }
    }
    none(&broken, "what is used of another stage is named");
}

#[test]
fn no_path_of_one_machine() {
    let folders = ["home", "root", "tmp", "work", "Users", "mnt"].map(|f| format!("/{f}/"));
    let all =
        ["src", "tests", "benches", "grammar", "terms", "docs", "examples", ".ci", "README.md", "CHANGELOG.md", "Cargo.toml"];
    let mut broken = Vec::new();
    for file in files(&all) {
        for (n, line) in file.text.lines().enumerate() {
            for folder in &folders {
                let absolute = line.match_indices(folder.as_str()).any(|(at, _)| {
                    let before = line.get(..at).and_then(|l| l.chars().next_back());
                    !before.is_some_and(|c| c.is_alphanumeric() || ".-_/}".contains(c))
                });
                if absolute {
                    broken.push(format!("{}:{}: {folder}", file.path, n + 1));
                }
            }
        }
    }
    none(&broken, "the project runs anywhere");
}
