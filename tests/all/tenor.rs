//! The `tenor` command, run as a user runs it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The command, at the root of the project.
pub(crate) fn command() -> Command {
    let program = std::env::var_os("TENOR").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_tenor")), PathBuf::from);
    let mut command = Command::new(program);
    command.current_dir(root()).env("NO_COLOR", "1");
    command
}

/// What the command does with arguments.
pub(crate) fn tenor<S: AsRef<OsStr>>(args: &[S]) -> Output {
    command().args(args).output().unwrap_or_else(|e| panic!("tenor does not start: {e}"))
}

/// The subfolders of a folder of tests, in order of their names.
pub(crate) fn folders(of: &str) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(root().join("tests").join(of))
        .unwrap_or_else(|e| panic!("tests/{of}: {e}"))
        .map(|e| e.unwrap_or_else(|e| panic!("tests/{of}: {e}")).path())
        .filter(|p| p.is_dir())
        .collect();
    out.sort();
    assert!(!out.is_empty(), "tests/{of} is empty");
    out
}

/// The JSON that the command prints, where it ends as it should.
pub(crate) fn json<S: AsRef<OsStr>>(args: &[S], exit: i32) -> serde_json::Value {
    let out = tenor(args);
    assert_eq!(out.status.code(), Some(exit), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("no JSON: {e}"))
}

/// A file in a folder that goes when the test ends.
pub(crate) fn file(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    (folder, path.display().to_string())
}
