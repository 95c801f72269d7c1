//! `tenor expand`: one file that says what the others say together.

use crate::tenor::{file, tenor};
use std::path::Path;

fn out(args: &[&str]) -> String {
    let out = tenor(args);
    assert_eq!(out.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn expanded(terms: &str, folder: &Path) -> String {
    let path = folder.join("whole.terms").display().to_string();
    let _ = out(&["expand", terms, "-o", &path]);
    path
}

#[test]
fn it_runs_to_the_same_results() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    for terms in ["terms/glowpoint-2005.terms", "terms/glowpoint-full-ratchet.terms", "terms/glowpoint-narrow-based.terms"] {
        let whole = expanded(terms, folder.path());
        let of = |t: &str| out(&["run", t, "examples/glowpoint-history.jsonl", "--format", "md"]);
        assert_eq!(of(&whole), of(terms), "{terms}");
    }
}

#[test]
fn its_examples_come_out_and_nothing_is_imported() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    // variants of variants, tables, what waits, calendars of other folders
    for name in
        ["alternative-cashless-three-quarters", "black-scholes-put-offer", "minimum-ten-cents", "price-reset", "bonus-issue"]
    {
        let whole = expanded(&format!("terms/{name}.terms"), folder.path());
        let text = std::fs::read_to_string(&whole).unwrap_or_default();
        assert!(!text.lines().any(|l| l.starts_with("import") || l.contains(" import \"") || l.starts_with("variant")), "{name}");
        let passed = out(&["test", "--strict", &whole]);
        assert!(!passed.starts_with('0'), "{name}: {passed}");
        assert_eq!(passed, out(&["test", "--strict", &format!("terms/{name}.terms")]), "{name}");
    }
}

#[test]
fn each_block_says_where_it_comes_from() {
    let text = out(&["expand", "terms/pre-funded.terms"]);
    // set by the variant: the clause of the variant, at the place of what was set
    assert!(text.contains("define initial_price : USD/share = $0.0001/share"), "{text}");
    assert!(text.contains("# terms/lib/exercise.terms:"), "{text}");
    assert!(text.contains("removed: rule lapsed: The warrant ends when it is exercised in full."), "{text}");
    // comments within a block, and its layout, are those of its author
    let block = "§2\ndefine b : number =\n  1  # one\n    + a\n";
    let head = "terms \"A\"\nedition 1\ncurrency USD\ntime zone America/New_York\nclose of business 17:00\n";
    let (_folder, path) = file("a.terms", &format!("{head}\n§1 define a : number = 3\n{block}"));
    let plain = out(&["expand", &path]);
    assert!(plain.contains(&format!("a.terms:8\n{block}")), "{plain}");
}

#[test]
fn a_variant_of_something_else_is_told_of() {
    let of = |terms: &str| tenor(&["expand", terms, "--variant", "terms/pre-funded.terms"]);
    assert_eq!(of("terms/registered-direct.terms").status.code(), Some(0));
    let wrong = of("terms/full-ratchet.terms");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("is no variant of"));
}
