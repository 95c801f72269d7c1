//! The examples in terms files: those of `terms/`, and those under `tests/language`, each of which holds the language to a
//! promise of docs/semantics.md.

use crate::tenor::tenor;

fn pass(folder: &str, at_least: u32) {
    let out = tenor(&["test", folder]);
    let text = String::from_utf8_lossy(&out.stdout);
    assert_eq!(out.status.code(), Some(0), "{text}\n{}", String::from_utf8_lossy(&out.stderr));
    let passed = text.lines().last().and_then(|l| l.split(' ').next()).and_then(|n| n.parse::<u32>().ok());
    assert!(passed.is_some_and(|n| n >= at_least), "{text}");
}

#[test]
fn examples_of_the_terms() {
    pass("terms", 2);
}

#[test]
fn examples_of_the_language() {
    pass("tests/language", 8);
}
