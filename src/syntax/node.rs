//! A pest pair with the place of its block, and the questions the builder asks of it.

use super::build::Mismatch;
use super::parser::{Rule, is_keyword};
use crate::source::{FileId, Span};
use pest::iterators::Pair;

/// A node of pest's tree.
#[derive(Clone)]
pub(super) struct Node<'t> {
    pair: Pair<'t, Rule>,
    file: FileId,
    offset: usize,
}

impl<'t> Node<'t> {
    /// Wraps a pair of a block that begins at an offset.
    pub(super) const fn new(pair: Pair<'t, Rule>, file: FileId, offset: usize) -> Self {
        Self { pair, file, offset }
    }

    /// The rule it matched.
    pub(super) fn rule(&self) -> Rule {
        self.pair.as_rule()
    }

    /// Its text, without the space around it.
    pub(super) fn text(&self) -> &'t str {
        self.pair.as_str().trim()
    }

    /// Its text as it stands.
    pub(super) fn raw(&self) -> &'t str {
        self.pair.as_str()
    }

    /// Its bytes in the file, with the space around it.
    pub(super) fn range(&self) -> std::ops::Range<usize> {
        let span = self.pair.as_span();
        self.offset + span.start()..self.offset + span.end()
    }

    /// Its place in the file.
    pub(super) fn span(&self) -> Span {
        let span = self.pair.as_span();
        let lead = span.as_str().len() - span.as_str().trim_start().len();
        let start = u32::try_from(self.offset + span.start() + lead).unwrap_or(u32::MAX);
        let end = u32::try_from(self.offset + span.start() + span.as_str().trim_end().len()).unwrap_or(u32::MAX);
        Span { file: self.file, start, end: end.max(start) }
    }

    /// Its parts, keywords left out.
    pub(super) fn parts(&self) -> impl Iterator<Item = Self> {
        self.every().filter(|n| !is_keyword(n.rule()))
    }

    /// Its parts, keywords too.
    pub(super) fn every(&self) -> impl Iterator<Item = Self> {
        let (file, offset) = (self.file, self.offset);
        self.pair.clone().into_inner().map(move |pair| Self { pair, file, offset })
    }

    /// Its parts of one rule.
    pub(super) fn all(&self, of: Rule) -> impl Iterator<Item = Self> {
        self.every().filter(move |n| n.rule() == of)
    }

    /// Its first part of a rule, where there is one.
    pub(super) fn find(&self, of: Rule) -> Option<Self> {
        self.every().find(|n| n.rule() == of)
    }

    /// Whether it has a part of a rule.
    pub(super) fn has(&self, of: Rule) -> bool {
        self.find(of).is_some()
    }

    /// Its first part of a rule.
    pub(super) fn one(&self, of: Rule) -> Result<Self, Mismatch> {
        self.find(of).ok_or_else(|| self.mismatch(&format!("{of:?}")))
    }

    /// Its first part that is no keyword.
    pub(super) fn first(&self) -> Result<Self, Mismatch> {
        self.parts().next().ok_or_else(|| self.mismatch("a part"))
    }

    /// The program and the grammar disagree about this node.
    pub(super) fn mismatch(&self, what: &str) -> Mismatch {
        Mismatch(self.span(), format!("{:?} without {what}", self.rule()))
    }
}
