//! A terms file with all it imports and the file it is a variant of, as one list of blocks.

use super::Problem;
use crate::source::{FileId, Sources, Span};
use crate::syntax::{self, ast};
use ast::{Item, ItemKind, Setting};
use std::path::{Component, Path, PathBuf};

/// Gives the text of files. The library itself reads none.
pub trait Reader {
    /// The text of a file, or why there is none.
    ///
    /// # Errors
    /// What kept it from being read, in words.
    fn read(&self, path: &Path) -> Result<String, String>;
}

/// A block with where it came from.
#[derive(Debug, Clone)]
pub struct LoadedItem {
    /// The block.
    pub item: Item,
    /// Whether it is from an imported library.
    pub imported: bool,
    /// Whether its clause is that of the import that brought it in.
    pub inherits: bool,
}

/// All blocks of a terms file.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The blocks, imports first.
    pub items: Vec<LoadedItem>,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
    /// The files read.
    pub sources: Sources,
    /// The texts of files of dates, by the place that names them.
    pub dates: Vec<(Span, String)>,
    /// The file that was asked for.
    pub main: FileId,
    /// What can be told of blocks that do not read.
    pub lost: Vec<syntax::Lost>,
    /// Whether a file that others are built on could not be read.
    pub torn: bool,
}

/// Blocks from elsewhere than a file, added to it as those of a variant would be.
#[derive(Debug, Clone)]
pub struct Added {
    /// What they are called in messages.
    pub name: String,
    /// The blocks as written.
    pub text: String,
}

/// Loads a file.
#[must_use]
pub fn load(path: &Path, reader: &dyn Reader) -> Loaded {
    load_with(path, reader, &[])
}

/// Loads a file with blocks added to it.
#[must_use]
pub fn load_with(path: &Path, reader: &dyn Reader, added: &[Added]) -> Loaded {
    let mut loader = Loader { reader, out: Loaded::default(), open: Vec::new(), done: Vec::new(), later: Vec::new() };
    let at = Span::default();
    let items = loader.file(path, at, false, false);
    let later = std::mem::take(&mut loader.later);
    let mut items = super::item::apply(items, later, true, &loader.out.sources, &mut loader.out.problems);
    for more in added {
        let id = loader.out.sources.add(&more.name, more.text.as_str());
        let (mut file, problems) = syntax::parse(id, &more.text);
        loader.out.lost.append(&mut file.lost);
        loader.out.problems.extend(problems.into_iter().map(Problem::Syntax));
        items = super::item::apply(items, file.items, false, &loader.out.sources, &mut loader.out.problems);
    }
    loader.out.items = items;
    loader.out
}

struct Loader<'r> {
    reader: &'r dyn Reader,
    out: Loaded,
    open: Vec<PathBuf>,
    done: Vec<(PathBuf, FileId)>,
    /// What libraries add to events that another import has brought in.
    later: Vec<Item>,
}

impl Loader<'_> {
    /// The blocks of a file, after those it imports, with what it changes changed.
    fn file(&mut self, path: &Path, at: Span, imported: bool, variant: bool) -> Vec<LoadedItem> {
        let path = clean(path);
        if let Some(first) = self.open.iter().position(|p| *p == path) {
            let files = self.open.iter().skip(first).chain([&path]).map(|p| p.display().to_string());
            let chain = files.collect::<Vec<_>>().join(" → ");
            self.out.problems.push(Problem::ImportCycle { at, path: path.display().to_string(), chain, variant });
            self.out.torn = true;
            return Vec::new();
        }
        let text = match self.reader.read(&path) {
            Ok(text) => text,
            Err(why) => {
                if self.open.is_empty() {
                    self.out.main = self.out.sources.add(&path, "");
                }
                self.out.problems.push(Problem::Unreadable { at, path: path.display().to_string(), why });
                self.out.torn = true;
                return Vec::new();
            }
        };
        let id = self.out.sources.add(&path, text.as_str());
        if self.open.is_empty() {
            self.out.main = id;
        }
        let (mut file, problems) = syntax::parse(id, &text);
        self.lost(&mut file);
        self.out.problems.extend(problems.into_iter().map(Problem::Syntax));
        self.open.push(path.clone());
        let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        let items = self.blocks(file, &folder, imported);
        self.open.pop();
        items
    }

    /// Keeps what can be told of blocks that do not read; without an import or a base, names are missing that were meant.
    fn lost(&mut self, file: &mut ast::File) {
        self.out.torn |= file.lost.iter().any(|l| matches!(l.opener.as_str(), "import" | "variant"));
        self.out.lost.append(&mut file.lost);
    }

    fn blocks(&mut self, file: ast::File, folder: &Path, imported: bool) -> Vec<LoadedItem> {
        let mut items: Vec<LoadedItem> = Vec::new();
        let mut own: Vec<Item> = Vec::new();
        let titles = file.items.iter().filter(|i| is_title(i));
        for second in titles.skip(1) {
            let help = "keep one of `terms`, `library` and `variant`".to_owned();
            self.out.problems.push(Problem::BadSetting { at: second.span, what: "this file has two titles".into(), help });
        }
        // the base first, wherever the line stands: what it imports is its own, and may be changed by every variant
        if let Some(first) = file.items.iter().find(|i| is_title(i))
            && let ItemKind::Setting(Setting::Variant(_, base)) = &first.kind
        {
            let mut more = self.file(&folder.join(base.plain()), base.span, imported, true);
            more.retain(|i| !matches!(i.item.kind, ItemKind::Example { .. }));
            items.extend(more);
        }
        for item in file.items {
            match &item.kind {
                ItemKind::Setting(Setting::Import(path, cited)) => {
                    let target = folder.join(path.plain());
                    let key = clean(&target);
                    match self.done.iter().find(|(done, _)| *done == key).map(|(_, id)| *id) {
                        // an import of its own says the clause, or that there is none, wherever else the file was brought in
                        Some(id) => {
                            for i in items.iter_mut().filter(|i| i.inherits && i.item.span.file == id) {
                                i.item.citations.clone_from(cited);
                            }
                        }
                        None => {
                            let mut more = self.file(&target, path.span, true, false);
                            for i in &mut more {
                                if i.item.citations.is_empty() {
                                    i.item.citations.clone_from(cited);
                                    i.inherits = true;
                                }
                            }
                            let id = self.out.sources.find(&key).unwrap_or_default();
                            self.done.push((key, id));
                            items.extend(more);
                        }
                    }
                }
                ItemKind::Calendar { file: Some(file), .. } => {
                    self.dates(&folder.join(file.plain()), file.span);
                    own.push(item);
                }
                ItemKind::Replace(inner) => {
                    if let ItemKind::Calendar { file: Some(file), .. } = &inner.kind {
                        self.dates(&folder.join(file.plain()), file.span);
                    }
                    own.push(item);
                }
                ItemKind::Extend { name, .. } if imported && !declares(&items, &own, &name.name) => self.later.push(item),
                _ => own.push(item),
            }
        }
        super::item::apply(items, own, imported, &self.out.sources, &mut self.out.problems)
    }

    fn dates(&mut self, path: &Path, at: Span) {
        match self.reader.read(&clean(path)) {
            Ok(text) => self.out.dates.push((at, text)),
            Err(why) => {
                self.out.problems.push(Problem::Unreadable { at, path: path.display().to_string(), why });
            }
        }
    }
}

/// Whether a block says what the file is.
const fn is_title(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::Setting(Setting::Terms(_) | Setting::Library(_) | Setting::Variant(..)))
}

/// Whether an event is among the blocks so far.
fn declares(items: &[LoadedItem], own: &[Item], event: &str) -> bool {
    let is = |item: &Item| matches!(&item.kind, ItemKind::Event(e) if e.name.name == event);
    items.iter().any(|i| is(&i.item)) || own.iter().any(is)
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
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}
