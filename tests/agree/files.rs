//! Terms files of the project, and texts that stand in their place.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use tenor::check::{Reader, check};
use tenor::terms::Terms;

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files as they are on the disk, each read once; one of them may have another text.
#[derive(Default)]
pub(crate) struct Files {
    instead: Option<(PathBuf, String)>,
    read: RefCell<HashMap<PathBuf, String>>,
}

impl Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        if let Some((_, text)) = self.instead.as_ref().filter(|(p, _)| p == path) {
            return Ok(text.clone());
        }
        if let Some(text) = self.read.borrow().get(path) {
            return Ok(text.clone());
        }
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
        self.read.borrow_mut().insert(path.to_path_buf(), text.clone());
        Ok(text)
    }
}

/// A text as if it stood in a file.
pub(crate) fn checked(path: &Path, text: &str) -> Result<Terms, String> {
    thread_local! {
        static FILES: RefCell<Files> = RefCell::new(Files::default());
    }
    FILES.with(|files| {
        files.borrow_mut().instead = Some((path.to_path_buf(), text.to_owned()));
        let found = check(path, &*files.borrow());
        files.borrow_mut().instead = None;
        let problem = || found.problems.iter().find(|p| p.is_error()).map_or_else(String::new, |p| format!("{p:?}"));
        found.terms.ok_or_else(problem)
    })
}

/// A file.
pub(crate) fn load(path: &Path) -> Result<Terms, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    checked(path, &text).map_err(|e| format!("{}: {e}", path.display()))
}

/// All files with an ending in some folders and below.
pub(crate) fn all(folders: &[&str], ending: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut left: Vec<PathBuf> = folders.iter().map(|f| root().join(f)).collect();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|e| e.path()));
        } else if path.extension().is_some_and(|e| e == ending) {
            out.push(path);
        }
    }
    out.sort();
    out
}

/// A file's path from the project's folder.
pub(crate) fn short(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
