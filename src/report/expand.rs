//! What holds after imports and variants, as one file: each block with the file and the line it comes from.

use crate::source::{FileId, Source, Span};
use crate::syntax::ast::{Chunk, Item, ItemKind, Removed, Setting, Statement, StatementKind, Text};
use crate::syntax::{parse, print};
use crate::terms::Terms;
use std::path::{Component, Path, PathBuf};

/// The text of one file that says what terms say; files of dates are named as from a folder. Paths
/// of the terms that are no whole paths begin at the root.
#[must_use]
pub fn expand(t: &Terms, folder: &Path, root: &Path) -> String {
    let main = t.items.iter().find(|i| is_title(i)).map(|i| i.span.file);
    let mut out = format!("# What holds in {}, with all it imports and all it changes.\n", name(t, main));
    for head in settings(t) {
        out.push_str(&print::item(&head));
    }
    for item in &t.items {
        match &item.kind {
            ItemKind::Setting(_) | ItemKind::Needs(_) => {}
            ItemKind::Remove { what, why } => {
                let what = match what {
                    Removed::Clause(c) => format!("§{}", c.cite()),
                    Removed::Named { sort, name, of } => {
                        let name = name.as_ref().map_or_else(String::new, |n| format!(" {}", n.name));
                        let of = of.as_ref().map_or_else(String::new, |n| format!(" of {}", n.name));
                        format!("{}{name}{of}", sort.name)
                    }
                };
                out.push_str(&format!("\n# {}: removed: {what}: {}\n", t.sources.place(item.span), why.plain()));
            }
            // what a library silences for the whole of itself is no longer a file
            ItemKind::Allow { of: None, .. } if Some(item.span.file) != main => {}
            _ => out.push_str(&format!("\n# {}\n{}", t.sources.place(item.span), block(t, item, folder, root))),
        }
    }
    out
}

/// The settings that hold: of those stated several times, the last.
fn settings(t: &Terms) -> Vec<Item> {
    let chunks = vec![Chunk::Plain(t.title.clone())];
    let title = Setting::Terms(Text { chunks, span: Span::default() });
    let title = Item { citations: Vec::new(), kind: ItemKind::Setting(title), span: Span::default() };
    let mut out: Vec<Item> = vec![title];
    for item in &t.items {
        match &item.kind {
            ItemKind::Setting(Setting::Terms(_) | Setting::Library(_) | Setting::Variant(..) | Setting::Import(..)) => {}
            ItemKind::Setting(s) => {
                let sort =
                    |i: &Item| matches!(&i.kind, ItemKind::Setting(o) if std::mem::discriminant(o) == std::mem::discriminant(s));
                match out.iter_mut().find(|i| sort(i)) {
                    Some(before) => *before = item.clone(),
                    None => out.push(item.clone()),
                }
            }
            _ => {}
        }
    }
    // the title, the edition, and then as they were written
    out.sort_by_key(|i| match &i.kind {
        ItemKind::Setting(Setting::Terms(_)) => 0,
        ItemKind::Setting(Setting::Edition(_)) => 1,
        _ => 2,
    });
    out
}

/// A block: as its author wrote it where that says the same, else as it stands after what was changed.
fn block(t: &Terms, item: &Item, folder: &Path, root: &Path) -> String {
    let mut item = item.clone();
    if let ItemKind::Calendar { file: Some(file), .. } = &mut item.kind {
        let here = t.sources.get(item.span.file).and_then(|s| s.path.parent()).unwrap_or(Path::new(""));
        file.chunks = vec![Chunk::Plain(from(&root.join(folder), &root.join(here).join(file.plain())))];
    }
    if let ItemKind::Rule(rule) = &mut item.kind {
        rule.body = waiting(t, std::mem::take(&mut rule.body));
    }
    let written = t.sources.text(item.span).trim_end();
    let cited = if item.citations.is_empty() { String::new() } else { format!("{}\n", print::citations(&item.citations)) };
    for text in [written.to_owned(), format!("{cited}{written}")] {
        let (file, problems) = parse(FileId::default(), &text);
        if problems.is_empty() && file.items.len() == 1 && file.items.first() == Some(&item) {
            return format!("{text}\n");
        }
    }
    print::item(&item)
}

/// Statements without those that restate what waits of a state of which nothing ever waits: a library has them for others.
fn waiting(t: &Terms, body: Vec<Statement>) -> Vec<Statement> {
    let waits = |name: &str| t.states.iter().any(|s| s.name == name && s.postponement.is_some());
    let mut out = Vec::with_capacity(body.len());
    for mut s in body {
        match &mut s.kind {
            StatementKind::Becomes { pending: true, target, .. } if target.last().is_some_and(|n| !waits(&n.name)) => continue,
            StatementKind::ForEach { body, .. } => *body = waiting(t, std::mem::take(body)),
            _ => {}
        }
        out.push(s);
    }
    out
}

const fn is_title(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::Setting(Setting::Terms(_) | Setting::Variant(..)))
}

fn name(t: &Terms, main: Option<FileId>) -> String {
    let source: Option<&Source> = main.and_then(|f| t.sources.get(f)).or_else(|| t.sources.iter().next());
    source.map_or_else(String::new, |s| s.path.display().to_string())
}

/// The way from a folder to a file.
fn from(folder: &Path, file: &Path) -> String {
    let (folder, file) = (clean(folder), clean(file));
    let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let rest: Vec<Component<'_>> = folder.components().skip(shared).collect();
    if folder.is_absolute() != file.is_absolute() || rest.contains(&Component::ParentDir) {
        return file.display().to_string();
    }
    let up = rest.iter().map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(file.components().skip(shared)).collect();
    way.to_string_lossy().replace('\\', "/")
}

/// A path without `.` and `x/..`.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::ParentDir | Component::Normal(_) => out.push(part),
        }
    }
    out
}
