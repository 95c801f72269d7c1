//! The files a set of terms is made of, and places in them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The number of a file in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileId(pub u16);

/// A place in a file: byte offsets, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The smallest place that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The place as miette wants it.
    #[must_use]
    pub fn label(self) -> miette::SourceSpan {
        let start = usize::try_from(self.start).unwrap_or(0);
        let len = usize::try_from(self.end.saturating_sub(self.start)).unwrap_or(0);
        miette::SourceSpan::new(start.into(), len)
    }
}

/// One file, read.
#[derive(Debug, Clone)]
pub struct Source {
    /// Where it was read from, as the user wrote it.
    pub path: PathBuf,
    /// What it says.
    pub text: Arc<str>,
}

/// All files read so far.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u16::try_from(self.files.len()).unwrap_or(u16::MAX));
        self.files.push(Source { path: path.into(), text: text.into() });
        id
    }

    /// A file by its number.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(usize::from(id.0))
    }

    /// The number of a file that is already here.
    #[must_use]
    pub fn find(&self, path: &Path) -> Option<FileId> {
        let at = self.files.iter().position(|f| f.path == path)?;
        u16::try_from(at).ok().map(FileId)
    }

    /// All files, in the order they were read.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// The text of a place.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        let range = usize::try_from(span.start).unwrap_or(0)..usize::try_from(span.end).unwrap_or(0);
        self.get(span.file).and_then(|f| f.text.get(range)).unwrap_or("")
    }

    /// The line a place begins on, from 1.
    #[must_use]
    pub fn line(&self, span: Span) -> usize {
        let start = usize::try_from(span.start).unwrap_or(0);
        self.get(span.file).and_then(|f| f.text.get(..start)).map_or(1, |head| head.matches('\n').count() + 1)
    }

    /// `path:line`, for messages that speak of another file.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        let path = self.get(span.file).map_or_else(String::new, |f| f.path.display().to_string());
        format!("{path}:{}", self.line(span))
    }
}
