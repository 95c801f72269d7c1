//! What is wrong with terms and events is told as `tests/reject` and `docs/diagnostics.md` say.

use crate::tenor::{command, folders, root};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Exit codes of those that do not end with 65: warnings, and what is wrong with the command line.
const EXITS: [(&str, i32); 15] = [
    ("check::unused", 0),
    ("check::uncited", 0),
    ("check::rounds-all", 0),
    ("check::constant-condition", 0),
    ("check::each-of-named", 0),
    ("check::adjustment-of-nothing", 0),
    ("check::no-adjustment", 0),
    ("check::no-expectation", 0),
    ("check::may-divide-by-zero", 0),
    ("check::thousands", 0),
    ("check::percentage", 0),
    ("check::allows-nothing", 0),
    ("event::unreadable", 66),
    ("usage::date", 2),
    ("usage::reading", 2),
];

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

/// A case of a fixture: a file that is wrong, or the arguments of a command.
struct Case {
    /// What tells it from others of its folder: `-NAME`, or nothing.
    name: String,
    args: Vec<String>,
}

/// The cases of a folder, as `tests/reject/README.md` says.
fn cases(folder: &Path) -> Vec<Case> {
    let mut out = Vec::new();
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in entries.flatten().map(|e| e.path()) {
        let file = name(&path);
        let (stem, ending) = file.split_once('.').unwrap_or((&file, ""));
        let case = |of: &str| stem.strip_prefix(of).filter(|n| n.is_empty() || n.starts_with('-')).map(str::to_owned);
        if let (Some(name), "") = (case("args"), ending) {
            out.push(Case { name, args: read(&path).split_whitespace().map(str::to_owned).collect() });
        }
        let Some(name) = case("bad") else { continue };
        let args = if ending == "terms" {
            vec!["check".to_owned(), file]
        } else {
            let own = ["good.terms".to_owned(), format!("good{name}.terms")].into_iter().rfind(|f| folder.join(f).exists());
            vec!["run".to_owned(), own.unwrap_or_else(|| "../../good.terms".to_owned()), file]
        };
        out.push(Case { name, args });
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(out.iter().zip(out.iter().skip(1)).all(|(a, b)| a.name != b.name), "{} has two cases of one name", folder.display());
    assert!(!out.is_empty(), "{} has no case", folder.display());
    out
}

/// What is wrong with a case: the code is not told, or not as it says.
fn case(code: &str, folder: &Path, case: &Case) -> Vec<String> {
    let mut wrong = Vec::new();
    let out = command().current_dir(folder).args(&case.args).output().unwrap_or_else(|e| panic!("tenor does not start: {e}"));
    let told = String::from_utf8_lossy(&out.stderr).replace("\r\n", "\n");
    let exit = EXITS.iter().find(|(c, _)| *c == code).map_or(65, |(_, exit)| *exit);
    let code = format!("{code}{}", case.name);
    if out.status.code() != Some(exit) {
        wrong.push(format!("{code}: exit code {:?}, and {exit} is due", out.status.code()));
    }
    let plain = code.strip_suffix(&case.name).unwrap_or(&code);
    if !told.lines().any(|l| l.trim() == plain) {
        wrong.push(format!("{code}: the code is not told"));
    }
    let file = folder.join(format!("stderr{}.txt", case.name));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &told).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    }
    let due = std::fs::read_to_string(&file).unwrap_or_default();
    if told != due {
        wrong.push(format!("{code}: told\n{told}\nand this is due:\n{due}"));
    }
    wrong
}

#[test]
fn fixtures_are_told_as_they_say() {
    let only = std::env::var("REJECT").ok();
    let mut wrong = Vec::new();
    let mut run = 0;
    for (code, folder) in fixtures() {
        if only.as_ref().is_some_and(|o| !code.contains(o.as_str())) {
            continue;
        }
        for c in cases(&folder) {
            run += 1;
            wrong.extend(case(&code, &folder, &c));
        }
    }
    assert!(run > 0, "no fixture was run");
    assert!(wrong.is_empty(), "{} of {run} cases went wrong (UPDATE=1 writes what is told):\n{}", wrong.len(), wrong.join("\n"));
}

/// What is near to a mistake and is none: nothing is told of it.
#[test]
fn what_is_fine_is_not_told_of() {
    let mut wrong = Vec::new();
    let mut run = 0;
    for (code, folder) in fixtures() {
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for file in entries.flatten().map(|e| name(&e.path())).filter(|f| f.starts_with("fine") && f.ends_with(".terms")) {
            run += 1;
            let mut check = command();
            check.current_dir(&folder).args(["check", "--strict", file.as_str()]);
            let out = check.output().unwrap_or_else(|e| panic!("tenor does not start: {e}"));
            let told = String::from_utf8_lossy(&out.stderr).into_owned();
            if out.status.code() != Some(0) || !told.is_empty() {
                wrong.push(format!("{code}: {file}: {told}"));
            }
        }
    }
    assert!(run > 0, "no file was run");
    assert!(wrong.is_empty(), "{} of {run} files are told of:\n{}", wrong.len(), wrong.join("\n"));
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

/// What is set aside can be mended and run again: each record with its own text.
#[test]
fn rejects_have_the_text_of_their_records() {
    let folder = root().join("tests/reject/event/backwards");
    let file = tempfile::NamedTempFile::new().unwrap_or_else(|e| panic!("{e}"));
    let mut run = command();
    run.current_dir(&folder).args(["run", "../../good.terms", "several.jsonl", "--keep-going", "--rejects"]);
    let out = run.arg(file.path()).output().unwrap_or_else(|e| panic!("tenor does not start: {e}"));
    assert_eq!(out.status.code(), Some(65));
    let stream = read(&folder.join("several.jsonl"));
    let lines: Vec<&str> = stream.lines().collect();
    let text = read(file.path());
    let aside: Vec<serde_json::Value> =
        text.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{l}: {e}"))).collect();
    let found: Vec<(u64, &str)> =
        aside.iter().map(|r| (r["event"].as_u64().unwrap_or(0), r["record"].as_str().unwrap_or(""))).collect();
    // all but the first: a date that goes back, a number that is none, an entry that is none, an event that is none
    assert_eq!(found, [(2, lines[1]), (3, lines[2]), (4, lines[3]), (5, lines[4])]);
}

#[test]
fn numbers_that_are_meant() {
    use ::tenor::event::Trouble;
    // as written, and the number
    let cases = [
        ("1,000", "1000"),
        ("12,345,678.90", "12345678.90"),
        ("1.000,50", "1000.50"),
        ("2,5", "2.5"),
        ("$2.40", "2.40"),
        ("$2.40/share", "2.40"),
        ("USD 2.40", "2.40"),
        ("2.40 USD", "2.40"),
        ("100 shares", "100"),
        ("1 000 000", "1000000"),
        ("(5)", "-5"),
        ("50%", "0.5"),
        ("1/2", "0.5"),
        (".5", "0.5"),
        ("+2", "2"),
    ];
    for (text, number) in cases {
        assert_eq!(Trouble::of(text), Trouble::Written(number.to_owned()), "{text}");
    }
    // a third is no decimal; groups of two figures are none; a date is no fraction
    for text in ["1/3", "1,00,000.5", "two", "", "1/10/2006", "1,000,00", "--5"] {
        assert_eq!(Trouble::of(text), Trouble::None, "{text}");
    }
    // too large, and too fine
    for text in ["1e400", "1.23456789012345678901234567890"] {
        assert_eq!(Trouble::of(text), Trouble::Inexact, "{text}");
    }
}
