//! The forms and the library, built into the program.

use crate::source::FileId;
use crate::syntax::{ast, parse};
use ast::{ItemKind, Setting};
use include_dir::{Dir, include_dir};
use std::path::{Component, Path, PathBuf};

static FORMS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/new");
static LIBRARY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/terms");

/// A form of a new file.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// Its name.
    pub name: String,
    /// What it is of, in a sentence.
    pub about: String,
    /// Its text.
    pub text: String,
}

impl Form {
    /// Whether it has a place for a value.
    pub(super) fn asks(&self, value: &str) -> bool {
        self.text.contains(&format!("{{{{ {value} }}}}"))
    }
}

/// All forms, by their names.
pub(super) fn forms() -> Vec<Form> {
    let mut out: Vec<Form> = FORMS
        .files()
        .filter_map(|f| {
            let name = f.path().file_stem()?.to_str()?.to_owned();
            let text = f.contents_utf8()?.to_owned();
            let about = text.strip_prefix("{#")?.split("#}").next()?.trim().to_owned();
            Some(Form { name, about, text })
        })
        .collect();
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

/// The files of the library that a text names, and those they name, each with its path from there.
pub(super) fn needed(text: &str) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut left = named(text, Path::new(""));
    while let Some(path) = left.pop() {
        let name = path.to_string_lossy().replace('\\', "/");
        if out.iter().any(|(n, _)| *n == name) {
            continue;
        }
        let Some(text) = LIBRARY.get_file(&name).and_then(|f| f.contents_utf8()) else { continue };
        if path.extension().is_some_and(|e| e == "terms") {
            left.extend(named(text, path.parent().unwrap_or(Path::new(""))));
        }
        out.push((name, text.to_owned()));
    }
    out.sort();
    out
}

/// The files a text names, from the folder of the library.
fn named(text: &str, folder: &Path) -> Vec<PathBuf> {
    let (file, _) = parse(FileId::default(), text);
    let of = |item: &ast::Item| match &item.kind {
        ItemKind::Setting(Setting::Import(path, _) | Setting::Variant(_, path)) => Some(path.plain()),
        ItemKind::Calendar { file: Some(path), .. } => Some(path.plain()),
        _ => None,
    };
    file.items.iter().filter_map(of).map(|p| clean(&folder.join(p))).collect()
}

/// A path without `x/..`.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => out.push(part),
        }
    }
    out
}
