//! Every fenced block of the documentation: terms must check and their examples pass, wrong terms must be told of under
//! the code that is said, and records must be records.
//!
//! A block is tagged ```` ```tenor ````, with `fragment=NAME` where it stands after `docs/preambles/NAME.terms`, and with
//! `error=CODE` where it is wrong; ```` ```jsonl ```` for records. Commands tagged ```` ```sh,run ```` must succeed, and a block
//! ```` ```text ```` after them must be part of what the last one says.

use crate::tenor;
use std::path::{Path, PathBuf};

/// A fenced block.
struct Fence {
    file: PathBuf,
    /// The line of its first fence, from 1.
    line: usize,
    tag: String,
    text: String,
}

#[test]
fn documentation() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs");
    let _ = std::fs::remove_dir_all(&folder);
    copy(&tenor::root().join("terms"), &folder);
    let all: Vec<Fence> = documents().iter().flat_map(|d| fences(d)).collect();
    let (mut terms, mut wrong) = (0, Vec::new());
    let mut said: Option<String> = None;
    for (n, fence) in all.iter().enumerate() {
        let mut parts = fence.tag.split(',');
        let found = match parts.next() {
            Some("tenor") => {
                terms += 1;
                block(fence, parts, &folder.join(format!("block-{n}.terms")))
            }
            Some("jsonl") => records(&fence.text),
            Some("sh") if parts.next() == Some("run") => commands(&fence.text).map(|text| said = Some(text)),
            Some("text") => match said.take() {
                Some(said) if !said.contains(fence.text.trim_end()) => Err(format!("this is not what comes out:\n{said}")),
                _ => Ok(()),
            },
            _ => Ok(()),
        };
        if let Err(problem) = found {
            wrong.push(format!("{}:{}: {problem}", fence.file.display(), fence.line));
        }
    }
    assert!(terms > 0, "the documentation has no block of terms");
    assert!(wrong.is_empty(), "{} blocks are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The pages: all of `docs/`, and the one at the root.
fn documents() -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(tenor::root().join("docs"))
        .unwrap_or_else(|e| panic!("docs: {e}"))
        .map(|e| e.unwrap_or_else(|e| panic!("docs: {e}")).path())
        .chain([tenor::root().join("README.md")])
        .filter(|p| p.is_file() && p.extension().is_some_and(|e| e == "md"))
        .collect();
    out.sort();
    out
}

/// The fenced blocks of a page.
fn fences(file: &Path) -> Vec<Fence> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let mut out: Vec<Fence> = Vec::new();
    let mut open = false;
    for (n, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(_), true) => open = false,
            (Some(tag), false) => {
                open = true;
                out.push(Fence { file: file.to_owned(), line: n + 1, tag: tag.trim().to_owned(), text: String::new() });
            }
            (None, true) => {
                if let Some(fence) = out.last_mut() {
                    fence.text.push_str(line);
                    fence.text.push('\n');
                }
            }
            (None, false) => {}
        }
    }
    out
}

/// A block of terms, written to a file of its own beside the project's terms.
fn block<'t>(fence: &Fence, tags: impl Iterator<Item = &'t str>, file: &Path) -> Result<(), String> {
    let (mut text, mut error) = (String::new(), None);
    for tag in tags {
        match tag.split_once('=') {
            Some(("fragment", name)) => {
                let preamble = tenor::root().join("docs/preambles").join(format!("{name}.terms"));
                text = std::fs::read_to_string(&preamble).map_err(|e| format!("{}: {e}", preamble.display()))?;
            }
            Some(("error", code)) => error = Some(code),
            _ => return Err(format!("unknown tag `{tag}`")),
        }
    }
    text.push_str(&fence.text);
    std::fs::write(file, text).map_err(|e| format!("{}: {e}", file.display()))?;
    let checked = run("check", file)?;
    match error {
        Some(code) if checked.0 => Err(format!("no error, instead of {code}")),
        // a code stands on a line of its own
        Some(code) if checked.1.lines().any(|l| l.trim() == code) => Ok(()),
        Some(code) => Err(format!("another error than {code}:\n{}", checked.1)),
        None if !checked.0 => Err(checked.1),
        None => match run("test", file)? {
            (true, _) => Ok(()),
            (false, said) => Err(said),
        },
    }
}

/// Whether a command succeeds on a file, and what it says.
fn run(what: &str, file: &Path) -> Result<(bool, String), String> {
    let output = tenor::command().arg(what).arg(file).output().map_err(|e| format!("tenor does not start: {e}"))?;
    let said = [output.stdout, output.stderr].map(|s| String::from_utf8_lossy(&s).into_owned()).concat();
    Ok((output.status.success(), said))
}

/// Runs commands, one a line; what the last of them says.
fn commands(text: &str) -> Result<String, String> {
    let mut said = String::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let mut words = words(line).into_iter();
        if words.next().as_deref() != Some("tenor") {
            return Err(format!("only `tenor` is run: {line}"));
        }
        let output = tenor::command().args(words).output().map_err(|e| format!("tenor does not start: {e}"))?;
        said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            return Err(format!("{line}\n{}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    Ok(said)
}

/// The words of a command line: single quotation marks hold several together.
fn words(line: &str) -> Vec<String> {
    let (mut out, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    out.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        out.push(word);
    }
    out
}

/// Records, one a line.
fn records(text: &str) -> Result<(), String> {
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let record: serde_json::Value = serde_json::from_str(line).map_err(|e| format!("{e}: {line}"))?;
        if ["date", "event"].iter().any(|f| record.get(f).is_none_or(|v| !v.is_string())) {
            return Err(format!("no `date` or no `event`: {line}"));
        }
    }
    Ok(())
}

/// A folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap_or_else(|e| panic!("{}: {e}", to.display()));
    for entry in std::fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", from.display())) {
        let path = entry.unwrap_or_else(|e| panic!("{}: {e}", from.display())).path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        }
    }
}
