//! pest's tree to ours.

mod expr;
mod literal;
mod more;
mod query;
mod rule;

use super::Problem;
use super::ast::{Chunk, Citation, Ident, Item, ItemKind, Text};
use super::node::Node;
use super::parser::Rule;
use crate::source::Span;

/// The grammar gave something the builder does not know: a bug, told with its place.
#[derive(Debug)]
pub(super) struct Mismatch(pub(super) Span, pub(super) String);

/// What building gives.
type Built<T> = Result<T, Mismatch>;

/// Builds one block.
pub(super) fn item(block: Node<'_>, problems: &mut Vec<Problem>) -> Built<Item> {
    let mut build = Builder { problems };
    let inner = block.first()?;
    match inner.rule() {
        Rule::setting => {
            let kind = ItemKind::Setting(build.setting(&inner)?);
            Ok(Item { citations: Vec::new(), kind, span: inner.span() })
        }
        Rule::change => build.change(&inner),
        Rule::allow => build.allow(&inner),
        _ => build.cited(&inner),
    }
}

/// Builds, and collects what is wrong on the way.
struct Builder<'p> {
    problems: &'p mut Vec<Problem>,
}

impl Builder<'_> {
    /// A declaration with its clauses.
    fn cited(&mut self, node: &Node<'_>) -> Built<Item> {
        let citations = self.citations(node)?;
        let declaration = node.one(Rule::declaration)?.first()?;
        Ok(Item { citations, kind: self.declaration(&declaration)?, span: node.span() })
    }

    /// A warning that is not to be given.
    fn allow(&mut self, node: &Node<'_>) -> Built<Item> {
        let code = self.ident(&node.one(Rule::warning_code)?);
        let of = node.find(Rule::name).map(|n| self.ident(&n));
        let kind = ItemKind::Allow { code, of, why: self.one_text(node)? };
        Ok(Item { citations: Vec::new(), kind, span: node.span() })
    }

    /// The clauses a node begins with.
    fn citations(&mut self, node: &Node<'_>) -> Built<Vec<Citation>> {
        match node.find(Rule::citations) {
            None => Ok(Vec::new()),
            Some(list) => list.all(Rule::citation).map(|c| self.citation(&c)).collect(),
        }
    }

    /// One clause.
    fn citation(&mut self, node: &Node<'_>) -> Built<Citation> {
        let section = node.one(Rule::section)?;
        let heading = match node.find(Rule::text) {
            None => None,
            Some(text) => Some(self.text(&text)?.plain()),
        };
        Ok(Citation {
            section: section.text().trim_start_matches('§').trim().to_owned(),
            paragraph: node.find(Rule::paragraph).map(|p| p.text().trim_start_matches('¶').trim().to_owned()),
            heading,
            span: node.span(),
        })
    }

    /// A name or a word.
    fn ident(&self, node: &Node<'_>) -> Ident {
        Ident { name: node.text().trim_start_matches('.').to_owned(), span: node.span() }
    }

    /// The first name of a node.
    fn name(&self, node: &Node<'_>) -> Built<Ident> {
        Ok(self.ident(&node.one(Rule::name)?))
    }

    /// All names of a node.
    fn names(&self, node: &Node<'_>) -> Vec<Ident> {
        node.all(Rule::name).map(|n| self.ident(&n)).collect()
    }

    /// The first word of a node.
    fn word(&self, node: &Node<'_>) -> Built<Ident> {
        Ok(self.ident(&node.one(Rule::word)?))
    }

    /// Text with what is computed in it.
    fn text(&mut self, node: &Node<'_>) -> Built<Text> {
        let mut chunks = Vec::new();
        for part in node.parts() {
            match part.rule() {
                Rule::chunk => chunks.push(Chunk::Plain(squeeze(part.raw()))),
                _ => chunks.push(Chunk::Hole(self.expr(&part.first()?)?)),
            }
        }
        Ok(Text { chunks, span: node.span() })
    }

    /// The first text of a node.
    fn one_text(&mut self, node: &Node<'_>) -> Built<Text> {
        self.text(&node.one(Rule::text)?)
    }
}

/// A line break with the indentation after it is one space.
fn squeeze(raw: &str) -> String {
    if !raw.contains('\n') {
        return raw.to_owned();
    }
    let lines: Vec<&str> = raw.split('\n').collect();
    let last = lines.len() - 1;
    let parts: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(i, l)| match i {
            0 => l.trim_end(),
            i if i == last => l.trim_start(),
            _ => l.trim(),
        })
        .collect();
    parts.join(" ")
}
