//! What stands under the cursor: declarations by their names, in a file and all it is made of.

use super::place;
use super::workspace::Workspace;
use crate::source::{FileId, Source, Span};
use crate::syntax::ast::{Field, Ident, Item, ItemKind, Member};
use crate::syntax::{parse, print};
use serde_json::{Value as Json, json};
use std::path::Path;

/// The words a block may begin with.
const OPENERS: [&str; 22] = [
    "event",
    "observation",
    "deemed",
    "effect",
    "state",
    "define",
    "table",
    "reading",
    "rule",
    "covenant",
    "obligation",
    "adjustment of",
    "round",
    "postpone",
    "calendar",
    "report",
    "not computable",
    "defect",
    "example",
    "import",
    "replace",
    "extend",
];

/// A name that is declared.
struct Declared {
    name: String,
    /// Where the name stands.
    at: Span,
    /// The block it stands in.
    item: Item,
    /// The event or the effect it is a field of.
    of: Option<String>,
}

/// All names that a file and what it is made of declare, with the files.
fn declared<'w>(workspace: &'w Workspace, path: &Path) -> Vec<(&'w Source, Declared)> {
    let mut out = Vec::new();
    for source in workspace.sources(path).into_iter().flat_map(crate::source::Sources::iter) {
        let (file, _) = parse(FileId::default(), &source.text);
        for item in file.items {
            let inner = if let ItemKind::Replace(inner) = &item.kind { &inner.kind } else { &item.kind };
            let mut names: Vec<(Ident, Option<String>)> = name(inner).cloned().into_iter().map(|n| (n, None)).collect();
            let of = names.first().map(|(n, _)| n.name.clone());
            names.extend(fields(inner).map(|f| (f.name.clone(), of.clone())));
            for (name, of) in names {
                out.push((source, Declared { name: name.name, at: name.span, item: item.clone(), of }));
            }
        }
    }
    out
}

/// The name of a block.
fn name(kind: &ItemKind) -> Option<&Ident> {
    Some(match kind {
        ItemKind::Event(e) => &e.name,
        ItemKind::State(s) => &s.name,
        ItemKind::Needs(n) => &n.name,
        ItemKind::Define(d) => &d.name,
        ItemKind::Table(t) => &t.name,
        ItemKind::Rule(r) => &r.name,
        ItemKind::Obligation(o) => &o.name,
        ItemKind::Effect { name, .. }
        | ItemKind::Extend { name, .. }
        | ItemKind::Reading { name, .. }
        | ItemKind::Covenant { name, .. }
        | ItemKind::Calendar { name, .. }
        | ItemKind::Report { name, .. } => name,
        _ => return None,
    })
}

/// The fields of a block.
fn fields(kind: &ItemKind) -> impl Iterator<Item = &Field> {
    let (members, own): (&[Member], &[Field]) = match kind {
        ItemKind::Event(e) => (&e.members, &[]),
        ItemKind::Extend { members, .. } => (members, &[]),
        ItemKind::Effect { fields, .. } => (&[], fields),
        _ => (&[], &[]),
    };
    let of = |m: &'_ Member| matches!(m, Member::Field(_));
    members.iter().filter(move |m| of(m)).filter_map(|m| if let Member::Field(f) = m { Some(f) } else { None }).chain(own)
}

/// The word at a byte, and where it begins and ends.
fn word(text: &str, at: usize) -> Option<(&str, usize, usize)> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let head = text.get(..at)?;
    let start = head.len() - head.chars().rev().take_while(|c| part(*c)).count();
    let end = at + text.get(at..)?.chars().take_while(|c| part(*c)).count();
    text.get(start..end).filter(|w| !w.is_empty()).map(|w| (w, start, end))
}

/// What a name means: what declares it, with its clauses and its file.
pub(super) fn hover(workspace: &Workspace, path: &Path, at: (usize, usize)) -> Option<Json> {
    let text = workspace.text(path)?;
    let (word, start, end) = word(text, place::offset(text, at))?;
    let mut parts = Vec::new();
    for (source, d) in
        declared(workspace, path).iter().filter(|(_, d)| d.name == word && !matches!(d.item.kind, ItemKind::Needs(_)))
    {
        let cited =
            if d.item.citations.is_empty() { String::new() } else { format!("{}, ", print::citations(&d.item.citations)) };
        let (file, line) = (source.path.display(), line(&source.text, d.at));
        let shown = short(&print::item(&Item { citations: Vec::new(), ..d.item.clone() }));
        let of = d.of.as_ref().map_or_else(String::new, |of| format!("`{word}` of `{of}`: "));
        parts.push(format!("{of}{cited}{file}:{line}\n```tenor\n{shown}\n```"));
    }
    if parts.is_empty() {
        return None;
    }
    Some(json!({ "contents": { "kind": "markdown", "value": parts.join("\n---\n") }, "range": place::range(text, start, end) }))
}

/// The beginning of a block.
fn short(text: &str) -> String {
    let mut lines: Vec<&str> = text.trim_end().lines().take(12).collect();
    if text.trim_end().lines().count() > lines.len() {
        lines.push("  …");
    }
    lines.join("\n")
}

fn line(text: &str, at: Span) -> usize {
    text.get(..usize::try_from(at.start).unwrap_or(0)).map_or(1, |head| head.matches('\n').count() + 1)
}

/// Where a name is declared: every place, where several blocks declare one of that name.
pub(super) fn definition(workspace: &Workspace, path: &Path, at: (usize, usize)) -> Option<Json> {
    let text = workspace.text(path)?;
    let (word, ..) = word(text, place::offset(text, at))?;
    let all = declared(workspace, path);
    let found: Vec<&(&Source, Declared)> = all.iter().filter(|(_, d)| d.name == word).collect();
    // what a library needs is declared elsewhere
    let real: Vec<Json> = found
        .iter()
        .filter(|(_, d)| !matches!(d.item.kind, ItemKind::Needs(_)) || found.len() == 1)
        .map(|(source, d)| json!({ "uri": place::uri(&source.path), "range": place::span(&source.text, d.at) }))
        .collect();
    Some(real.into())
}

/// What may stand at a place: in a record of an example, the fields of its event; else all names, and the words of blocks.
pub(super) fn completion(workspace: &Workspace, path: &Path, at: (usize, usize)) -> Option<Json> {
    let text = workspace.text(path)?;
    let offset = place::offset(text, at);
    let head = text.get(..offset)?;
    let line = head.rsplit('\n').next().unwrap_or(head);
    let all = declared(workspace, path);
    let mut out: Vec<Json> = Vec::new();
    let mut add = |label: &str, kind: u8, detail: String| {
        if !out.iter().any(|o| o["label"] == label) {
            out.push(json!({ "label": label, "kind": kind, "detail": detail }));
        }
    };
    if let Some(event) = record(line) {
        for (_, d) in all.iter().filter(|(_, d)| d.of.as_deref() == Some(event)) {
            add(&d.name, 5, format!("field of {event}"));
        }
        return Some(out.into());
    }
    for (_, d) in all.iter().filter(|(_, d)| d.of.is_none()) {
        let sort = print::item(&Item { citations: Vec::new(), ..d.item.clone() });
        add(&d.name, 6, sort.split_whitespace().next().unwrap_or("").to_owned());
    }
    OPENERS.iter().for_each(|w| add(w, 14, "word of the language".to_owned()));
    Some(out.into())
}

/// The event of the record that a line is in the middle of: `2006-01-10 split { new: `.
fn record(line: &str) -> Option<&str> {
    let (before, inside) = line.split_once('{')?;
    if inside.contains('}') {
        return None;
    }
    let mut words = before.split_whitespace();
    let day = words.next()?;
    let dated = day.len() == 10 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if dated { words.last() } else { None }
}

/// The blocks of a file, by their clauses.
pub(super) fn outline(workspace: &Workspace, path: &Path) -> Option<Json> {
    let text = workspace.text(path)?;
    let (file, _) = parse(FileId::default(), text);
    let symbol = |item: &Item| {
        let cited = print::citations(&item.citations);
        let head = print::item(&Item { citations: Vec::new(), ..item.clone() });
        let head = head.lines().next().unwrap_or("").trim_end_matches(['{', ' ']).to_owned();
        let named: String = head.split(" : ").next().unwrap_or(&head).chars().take(80).collect();
        let label = if cited.is_empty() { named } else { format!("{cited} {named}") };
        let kind = match &item.kind {
            ItemKind::Event(_) | ItemKind::Extend { .. } | ItemKind::Effect { .. } => 23,
            ItemKind::State(_) => 13,
            ItemKind::Define(_) | ItemKind::Table(_) => 12,
            ItemKind::Rule(_) => 6,
            ItemKind::Reading { .. } => 10,
            _ => 15,
        };
        let range = place::span(text, item.span);
        json!({ "name": label, "kind": kind, "range": range, "selectionRange": range })
    };
    Some(file.items.iter().map(symbol).collect())
}
