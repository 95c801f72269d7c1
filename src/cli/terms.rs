//! Terms files: reading and checking them, and choosing readings.

use super::{End, diagnose, embed, output};
use crate::check::{self, Checked, Problem, Reader};
use crate::engine::NotCompiled;
use crate::engine::code::Program;
use crate::source::Sources;
use crate::terms::{Body, Expr, Terms};
use std::io::Read;
use std::path::Path;

/// Files of this machine.
pub(super) struct Files;

impl Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        let bytes = if let Some(held) = embed::held(path) {
            Ok(held.to_vec())
        } else if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            std::fs::read(path)
        };
        let bytes = bytes.map_err(|e| why(path, &e))?;
        String::from_utf8(bytes).map_err(|e| format!("{NOT_TEXT}: look at byte {}", e.utf8_error().valid_up_to() + 1))
    }
}

/// Whether terms could not be read at all; a file that is there and is no text is wrong, and not missing.
pub(super) fn is_missing(problems: &[Problem], sources: &Sources) -> bool {
    let missing = |p: &Problem| matches!(p, Problem::Unreadable { why, .. } if !why.starts_with(NOT_TEXT));
    problems.iter().any(missing) && sources.iter().all(|s| s.text.is_empty())
}

/// How the reason begins why a file that is there is no text.
const NOT_TEXT: &str = "it is not UTF-8";

/// Why a file cannot be read, in words.
pub(super) fn why(path: &Path, e: &std::io::Error) -> String {
    match e.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "it may not be read".into(),
        _ if path.is_dir() => "it is a folder".into(),
        _ => e.to_string(),
    }
}

/// A terms file that can be run, its files read by a reader, with blocks added to it; its warnings are shown only where asked for.
pub(super) fn load_by(path: &Path, warn: bool, reader: &dyn Reader, added: &[check::Added]) -> Result<Terms, End> {
    let terms = checked(path, warn, reader, added)?;
    if terms.library {
        let text = format!("`{}` is a library, and runs only inside terms", path.display());
        diagnose::message("run::library", &text, "run a terms file that imports it");
        return Err(End::Data);
    }
    Ok(terms)
}

/// A terms file, a library too, to be read and not to be run.
pub(super) fn read(path: &Path, reader: &dyn Reader) -> Result<Terms, End> {
    checked(path, false, reader, &[])
}

fn checked(path: &Path, warn: bool, reader: &dyn Reader, added: &[check::Added]) -> Result<Terms, End> {
    let Checked { terms, problems, sources } = check::check_with(path, reader, added);
    let missing = is_missing(&problems, &sources);
    let warn = warn || diagnose::is_verbose();
    let shown: Vec<Problem> = problems.into_iter().filter(|p| warn || p.is_error()).collect();
    let (errors, _) = diagnose::problems(&shown, &sources);
    terms.ok_or_else(|| {
        if missing {
            return End::NoInput;
        }
        output::say(&format!("tenor: {}: {}", path.display(), count(errors, 0)));
        End::Data
    })
}

/// The alternative of each reading: those chosen, and the defaults.
pub(super) fn readings(terms: &Terms, chosen: &[String]) -> Result<Vec<u32>, End> {
    let mut out: Vec<u32> = terms.readings.iter().map(|r| r.default).collect();
    for choice in chosen {
        let Some((name, word)) = choice.split_once('=') else {
            diagnose::message("usage::reading", &format!("`{choice}` chooses no reading"), "write `--reading floor=nominal`");
            return Err(End::Usage);
        };
        let Some(at) = terms.readings.iter().position(|r| r.name == name) else {
            let known = terms.readings.iter().map(|r| r.name.as_str());
            let all: Vec<String> = known.clone().map(|n| format!("`{n}`")).collect();
            let help = match check::nearest(name, known) {
                Some(n) => format!("did you mean `{n}`?"),
                None if all.is_empty() => "they have no readings: leave out `--reading`".to_owned(),
                None => format!("the readings are {}", all.join(", ")),
            };
            diagnose::message("usage::reading", &format!("these terms have no reading `{name}`"), &help);
            return Err(End::Usage);
        };
        let Some(reading) = terms.readings.get(at) else { continue };
        let Some(alternative) = reading.alternatives.iter().position(|(w, _)| w == word) else {
            let words: Vec<&str> = reading.alternatives.iter().map(|(w, _)| w.as_str()).collect();
            let text = format!("the reading `{name}` has no alternative `{word}`");
            diagnose::message("usage::reading", &text, &format!("choose `{}`", words.join("` or `")));
            return Err(End::Usage);
        };
        if let Some(slot) = out.get_mut(at) {
            *slot = u32::try_from(alternative).unwrap_or(0);
        }
    }
    Ok(out)
}

/// The program of terms.
pub(super) fn compile(terms: &Terms, readings: &[u32], asked: &[&Body<Expr>]) -> Result<Program, End> {
    crate::engine::compile(terms, readings, asked).map_err(|e| not_compiled(terms, e))
}

/// The program of terms that explains what it computes.
pub(super) fn compile_to_explain(terms: &Terms, readings: &[u32]) -> Result<Program, End> {
    crate::engine::compile_to_explain(terms, readings).map_err(|e| not_compiled(terms, e))
}

/// The program of terms that tells what its changes are computed from.
pub(super) fn compile_to_derive(terms: &Terms, readings: &[u32]) -> Result<Program, End> {
    crate::engine::compile_to_derive(terms, readings).map_err(|e| not_compiled(terms, e))
}

/// Tells why terms make no program.
pub(super) fn not_compiled(terms: &Terms, e: NotCompiled) -> End {
    diagnose::not_compiled(e, &terms.sources);
    End::Data
}

/// `2 errors, 1 warning`
pub(super) fn count(errors: usize, warnings: usize) -> String {
    let one = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    match (errors, warnings) {
        (0, 0) => "no errors".to_owned(),
        (e, 0) => one(e, "error"),
        (0, w) => format!("no errors, {}", one(w, "warning")),
        (e, w) => format!("{}, {}", one(e, "error"), one(w, "warning")),
    }
}

/// How many of something there are: `1 rule`, `2 rules`.
pub(super) fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
