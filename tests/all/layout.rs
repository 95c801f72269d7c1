//! `tenor fmt`: what it makes of a file says the same, keeps its comments, and is laid out already.

use crate::tenor::{self, command, file};
use ::tenor as tenor_lib;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tenor_lib::source::FileId;
use tenor_lib::syntax::{layout, parse, print, same};

/// All terms files of the project that read.
fn project() -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let mut left: Vec<PathBuf> = ["terms", "examples", "tests", "docs", "benches"].map(|p| tenor::root().join(p)).into();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap_or_else(|e| panic!("{e}")).flatten().map(|e| e.path()));
        } else if path.extension().is_some_and(|e| e == "terms") {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            if parse(FileId(0), &text).1.is_empty() {
                out.push((path, text));
            }
        }
    }
    assert!(out.len() > 200, "{} files", out.len());
    out.sort();
    out
}

fn laid(path: &Path, text: &str) -> String {
    layout(FileId(0), text).unwrap_or_else(|e| panic!("{}: {e:?}", path.display()))
}

/// One line, all white space and every comment taken away: what a layout must not touch.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}').collect()
}

#[test]
fn a_file_laid_out_says_the_same_and_is_laid_out() {
    for (path, text) in project() {
        let once = laid(&path, &text);
        let printed = |t: &str| print::file(&parse(FileId(0), t).0);
        assert_eq!(printed(&text), printed(&once), "{} says something else", path.display());
        assert_eq!(laid(&path, &once), once, "{} changes again", path.display());
        // typographic marks and signs aside, the same characters in the same order
        let plain = |t: &str| bare(t).replace(['“', '”'], "\"").replace('*', "×").replace(['−', '–'], "-").replace('≤', "<=");
        assert_eq!(plain(&once).replace('≥', ">=").replace('÷', "/"), plain(&text).replace('≥', ">=").replace('÷', "/"));
    }
}

#[test]
fn a_file_in_disorder_comes_out_the_same_again() {
    // indentation, spaces at the end, tabs and blank lines of their own: all of it is made regular
    for (path, text) in project().into_iter().step_by(12) {
        if text.matches('"').count() != text.lines().map(|l| l.matches('"').count() / 2 * 2).sum::<usize>() {
            continue; // a text of several lines keeps its lines
        }
        let wild: String = text
            .lines()
            .map(|l| {
                let inner = l.trim_start();
                let margin = if inner.len() == l.len() { "" } else { "\t   " };
                format!("{margin}{inner}  \t\r\n")
            })
            .collect::<String>()
            .replace("\r\n  \t\r\n", "\r\n  \t\r\n\r\n\r\n");
        let once = laid(&path, &wild);
        assert!(same(&text, &once), "{} says something else", path.display());
        assert_eq!(laid(&path, &once), once, "{} changes again", path.display());
    }
}

#[test]
fn what_is_printed_is_laid_out_to_the_same() {
    for (path, text) in project().into_iter().skip(2).step_by(12) {
        let printed = print::file(&parse(FileId(0), &text).0);
        let once = laid(&path, &printed);
        assert!(same(&printed, &once), "{} says something else", path.display());
        assert_eq!(laid(&path, &once), once, "{} changes again", path.display());
    }
}

#[test]
fn a_small_file_as_it_should_look() {
    let before = "\u{FEFF}# Head\r\nterms “A”\r\nedition 1\n\n\n\n§2( a ),§3\nrule x on y , for each certificate when a*b ≤ - 2 {\n\n     # first\n let z=( a+1 ) ÷ f( b , c )\n   price  becomes z   when  z>0   # why\n numbers becomes [ 1,2 ]   when  z>0 # and\n      require z > 0\nelse refuse \"no\"\n\n  }   \n  # about it\n#next\nevent y{a:text  b  :  number optional}\n";
    let before = before.replace("§2( a )", "§2(a)");
    let after = "# Head\nterms \"A\"\nedition 1\n\n§2(a), §3\nrule x on y, for each certificate  when a × b <= -2 {\n  # first\n  let z = (a + 1) / f(b, c)\n  price becomes z         when z > 0   # why\n  numbers becomes [1, 2]  when z > 0 # and\n  require z > 0\n    else refuse \"no\"\n}\n  # about it\n# next\nevent y { a : text  b : number optional }\n";
    // a mark and its comment are not taken apart: `#next` stays as it is
    let after = after.replace("# next", "#next").replace("z > 0 # and", "z > 0  # and");
    assert_eq!(laid(Path::new("small"), &before), after);
}

#[test]
fn files_are_rewritten_checked_and_shown() {
    let (_folder, path) = file("a.terms", "terms \"A\"\nedition   1\n");
    let run = |args: &[&str]| command().arg("fmt").args(args).arg(&path).output().unwrap_or_else(|e| panic!("{e}"));
    let check = run(&["--check"]);
    assert_eq!(check.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&check.stdout).trim_end(), path);
    let diff = run(&["--diff"]);
    assert_eq!(diff.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&diff.stdout).contains("-edition   1\n+edition 1\n"));
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), "terms \"A\"\nedition   1\n");
    assert_eq!(run(&[]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), "terms \"A\"\nedition 1\n");
    assert_eq!(run(&["--check"]).status.code(), Some(0));
}

#[test]
fn a_file_that_does_not_read_is_left_alone() {
    let (_folder, path) = file("a.terms", "terms \"A\"\nedition   1\nrule on {\n");
    let out = tenor::tenor(&["fmt", &path]);
    assert_eq!(out.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&out.stderr).contains("the file is left as it is"));
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), "terms \"A\"\nedition   1\nrule on {\n");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let mut child = command()
        .args(["fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("tenor does not start: {e}"));
    if let Some(mut input) = child.stdin.take() {
        input.write_all(b"terms \"A\"\n\n\n\nedition   1").unwrap_or_else(|e| panic!("{e}"));
    }
    let out = child.wait_with_output().unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(String::from_utf8_lossy(&out.stdout), "terms \"A\"\n\nedition 1\n");
}

#[test]
fn the_tutorial_is_laid_out() {
    assert_eq!(tenor::tenor(&["fmt", "--check", "examples/tutorial.terms"]).status.code(), Some(0));
}
