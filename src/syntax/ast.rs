//! What was written: spellings, places and order, and nothing resolved.

mod expr;
mod item;

pub use expr::*;
pub use item::*;

use crate::source::Span;

/// A word with its place.
#[derive(Debug, Clone)]
pub struct Ident {
    /// The word.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Ident {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Text for a reader, with its place.
#[derive(Debug, Clone)]
pub struct Text {
    /// Plain parts and computed ones.
    pub chunks: Vec<Chunk>,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.chunks == other.chunks
    }
}

impl Text {
    /// The text where nothing in it is computed.
    #[must_use]
    pub fn plain(&self) -> String {
        self.chunks
            .iter()
            .map(|c| match c {
                Chunk::Plain(s) => s.as_str(),
                Chunk::Hole(_) => "…",
            })
            .collect()
    }
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Chunk {
    /// As it stands.
    Plain(String),
    /// A value.
    Hole(Expr),
}

/// A clause of the agreement.
#[derive(Debug, Clone)]
pub struct Citation {
    /// The number, without the sign and spaces: `4(d)(i)`.
    pub section: String,
    /// `1`, `last`.
    pub paragraph: Option<String>,
    /// The heading or the defined term.
    pub heading: Option<String>,
    /// Where it stands.
    pub span: Span,
}

impl PartialEq for Citation {
    fn eq(&self, other: &Self) -> bool {
        (&self.section, &self.paragraph, &self.heading) == (&other.section, &other.paragraph, &other.heading)
    }
}

impl Citation {
    /// As results cite it: `4(d)(i)`, `4 ¶1`, `8 "Market Value"`.
    #[must_use]
    pub fn cite(&self) -> String {
        let mut out = self.section.clone();
        if let Some(p) = &self.paragraph {
            out.push_str(" ¶");
            out.push_str(p);
        }
        if let Some(h) = &self.heading {
            out.push_str(" \"");
            out.push_str(h);
            out.push('"');
        }
        out
    }
}

/// A whole file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct File {
    /// Its blocks, in order.
    pub items: Vec<Item>,
    /// What can be told of the blocks that do not read.
    pub lost: Vec<crate::syntax::Lost>,
}
