//! The files an editor has open, checked whenever one of them changes.

use super::place;
use crate::check::{self, Checked, Problem, Reader};
use crate::cli::{terms, test};
use crate::source::{FileId, Sources};
use crate::syntax::layout;
use miette::Diagnostic;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What is open.
#[derive(Default)]
pub(super) struct Workspace {
    /// The texts of open files, as they stand in the editor.
    open: BTreeMap<PathBuf, String>,
    /// What checking each of them gave.
    checked: BTreeMap<PathBuf, Checked>,
    /// The files of which something was told.
    told: BTreeSet<PathBuf>,
}

impl Reader for Workspace {
    fn read(&self, path: &Path) -> Result<String, String> {
        self.open.get(path).map_or_else(|| terms::Files.read(path), |text| Ok(text.clone()))
    }
}

impl Workspace {
    /// A file is open, or has changed.
    pub(super) fn open(&mut self, path: PathBuf, text: String) {
        self.open.insert(path, text);
    }

    /// A file is open no longer: what stands on the disk counts again.
    pub(super) fn close(&mut self, path: &Path) {
        self.open.remove(path);
        self.checked.remove(path);
    }

    /// The text of an open file.
    pub(super) fn text(&self, path: &Path) -> Option<&str> {
        self.open.get(path).map(String::as_str)
    }

    /// The files that a file is made of, itself among them.
    pub(super) fn sources(&self, path: &Path) -> Option<&Sources> {
        self.checked.get(path).map(|c| &c.sources)
    }

    /// Checks all open files, so that one that imports another hears of its changes; the diagnostics of every file.
    pub(super) fn check(&mut self) -> Vec<Json> {
        let found: BTreeMap<PathBuf, Checked> = self.open.keys().map(|p| (p.clone(), check::check(p, self))).collect();
        let mut by_file: BTreeMap<PathBuf, Vec<Json>> = BTreeMap::new();
        for checked in found.values() {
            for source in checked.sources.iter() {
                by_file.entry(source.path.clone()).or_default();
            }
            for problem in &checked.problems {
                let Some(source) = checked.sources.get(problem.span().file) else { continue };
                let told = diagnostic(problem, &source.text);
                let list = by_file.entry(source.path.clone()).or_default();
                if !list.contains(&told) {
                    list.push(told);
                }
            }
        }
        self.checked = found;
        // where nothing is told any more, that is told
        for old in std::mem::take(&mut self.told) {
            by_file.entry(old).or_default();
        }
        self.told = by_file.iter().filter(|(_, list)| !list.is_empty()).map(|(p, _)| p.clone()).collect();
        by_file.into_iter().map(|(path, list)| json!({ "uri": place::uri(&path), "diagnostics": list })).collect()
    }

    /// The change that lays a file out; none where it does not read.
    pub(super) fn laid_out(&self, path: &Path) -> Option<Json> {
        let text = self.text(path)?;
        let laid = layout(FileId::default(), text).ok()?;
        if laid == text {
            return Some(json!([]));
        }
        Some(json!([{ "range": place::range(text, 0, text.len()), "newText": laid }]))
    }

    /// The changes that messages propose: the name that was meant.
    pub(super) fn actions(&self, path: &Path, asked: &Json) -> Option<Json> {
        let mut out = Vec::new();
        for told in asked.pointer("/context/diagnostics")?.as_array()? {
            let Some(meant) = told.get("message").and_then(Json::as_str).and_then(meant) else { continue };
            out.push(json!({
                "title": format!("write `{meant}`"),
                "kind": "quickfix",
                "diagnostics": [told],
                "edit": { "changes": { place::uri(path): [{ "range": told.get("range")?, "newText": meant }] } },
            }));
        }
        Some(out.into())
    }

    /// How each example of a file comes out, above it.
    pub(super) fn lenses(&self, path: &Path) -> Option<Json> {
        let checked = self.checked.get(path)?;
        let t = checked.terms.as_ref()?;
        let mut out = Vec::new();
        for example in &t.examples {
            let source = t.sources.get(example.span.file).filter(|s| s.path == path);
            let Some(source) = source else { continue };
            let title = match test::run(t, example).ok()?.as_slice() {
                [] if example.expected.is_empty() => "expects nothing".to_owned(),
                [] => "comes out".to_owned(),
                wrong => wrong.join("; "),
            };
            // a title alone: nothing is run by pressing it
            out.push(json!({ "range": place::span(&source.text, example.span), "command": { "title": title, "command": "" } }));
        }
        Some(out.into())
    }
}

/// The name a message says was meant.
fn meant(message: &str) -> Option<&str> {
    message.split("did you mean `").nth(1)?.split('`').next()
}

fn diagnostic(problem: &Problem, text: &str) -> Json {
    let help = problem.help().map_or_else(String::new, |h| format!("\n{h}"));
    json!({
        "range": place::span(text, problem.span()),
        "severity": if problem.is_error() { 1 } else { 2 },
        "code": problem.id(),
        "source": "tenor",
        "message": format!("{problem}{help}"),
    })
}
