//! The reject file: the records that were set aside, with their reasons.

use super::args::Run as Args;
use super::events::Ran;
use super::inputs::is_standard;
use super::{Outcome, output};
use crate::report::words::Words;
use crate::terms::Terms;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// The members of a line.
const MEMBERS: [&str; 4] = ["event", "code", "reason", "record"];

/// Where they are written: where it is said, else beside the stream.
pub(super) fn file(args: &Args) -> PathBuf {
    match &args.rejects {
        Some(path) => path.clone(),
        None if is_standard(&args.stream.events) => PathBuf::from("stdin.rejects"),
        None => PathBuf::from(format!("{}.rejects", args.stream.events.display())),
    }
}

/// Writes the records that were set aside. Where there are none, the file of an earlier run goes: it tells of records that
/// are mended.
pub(super) fn write(args: &Args, t: &Terms, ran: &Ran) -> Outcome {
    let path = file(args);
    let lines = lines(t, ran);
    if lines.is_empty() {
        if !is_standard(&path) && is_ours(&path) && std::fs::remove_file(&path).is_ok() {
            output::say(&format!("tenor: no record is set aside, and `{}` of an earlier run is removed", path.display()));
        }
        return Ok(());
    }
    let text: String = lines.into_iter().map(|(_, l)| l + "\n").collect();
    if is_standard(&path) {
        return output::text_to(None, &text);
    }
    output::rejects_to(&path, &text)?;
    output::say(&format!("tenor: records set aside, with reasons: {}", path.display()));
    Ok(())
}

/// The lines, by the numbers of their records.
fn lines(t: &Terms, ran: &Ran) -> Vec<(u32, String)> {
    let words = Words { terms: t, texts: &ran.run.texts, keys: &ran.run.keys };
    let written = |number: u32| {
        let found = ran.written.binary_search_by_key(&number, |(n, _)| *n).ok();
        found.and_then(|at| ran.written.get(at)).map_or("", |(_, text)| text.as_str())
    };
    let reject = |number: u32, code: &str, reason: &str| {
        let line = json!({ "event": number, "code": code, "reason": reason, "record": written(number) });
        (number, line.to_string())
    };
    let mut lines: Vec<(u32, String)> =
        ran.bad.iter().map(|p| reject(p.place.number, p.what.id(), &p.what.to_string())).collect();
    for s in &ran.run.rejected {
        let e = words.told(s, &ran.seen);
        lines.push(reject(s.when.number, e.code, &e.message));
    }
    lines.sort();
    lines
}

/// Whether a file is a reject file, and nothing else: every line has its four members and no other.
fn is_ours(path: &Path) -> bool {
    let Ok(text) = std::fs::read_to_string(path) else { return false };
    let ours = |line: &str| {
        let read: Option<Json> = serde_json::from_str(line).ok();
        let members = read.as_ref().and_then(Json::as_object);
        members.is_some_and(|m| m.len() == MEMBERS.len() && MEMBERS.iter().all(|k| m.contains_key(*k)))
    };
    !text.is_empty() && text.lines().all(ours)
}
