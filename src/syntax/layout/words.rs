//! A file as its words, signs and comments, each with what it is part of.

use crate::syntax::node::Node;
use crate::syntax::parser::Rule;
use std::borrow::Cow;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A word of the grammar.
    Leaf(Rule),
    /// A sign the grammar does not name: a bracket, a comma, a colon, `=`.
    Sign,
    /// A comment.
    Comment,
}

/// A word, a sign or a comment.
#[derive(Debug)]
pub(super) struct Word<'t> {
    /// As it is written out.
    pub text: Cow<'t, str>,
    /// Its first byte in the file.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// What it is.
    pub sort: Sort,
    /// The rule it stands in.
    pub parent: Rule,
    /// The rules that begin with it.
    pub begins: Vec<Rule>,
    /// The first words of the parts it stands in, the outermost first.
    pub within: Vec<usize>,
    /// The number of its block; none before the first.
    pub block: usize,
}

impl Word<'_> {
    /// Whether it is a comment.
    pub(super) fn is_comment(&self) -> bool {
        self.sort == Sort::Comment
    }

    /// Whether it opens a bracket.
    pub(super) fn opens(&self) -> bool {
        match self.sort {
            Sort::Sign => matches!(&*self.text, "{" | "[" | "("),
            Sort::Leaf(Rule::callee) => true,
            Sort::Leaf(_) | Sort::Comment => false,
        }
    }

    /// Whether it closes a bracket.
    pub(super) fn closes(&self) -> bool {
        self.sort == Sort::Sign && matches!(&*self.text, "}" | "]" | ")")
    }

    /// Whether it closes a block.
    pub(super) fn closes_braces(&self) -> bool {
        self.sort == Sort::Sign && &*self.text == "}"
    }

    /// Whether a rule begins with it.
    pub(super) fn starts(&self, any: &[Rule]) -> bool {
        self.begins.iter().any(|r| any.contains(r))
    }
}

/// All words of a file.
pub(super) struct Words<'t> {
    /// The file.
    pub text: &'t str,
    /// Its words, in order.
    pub list: Vec<Word<'t>>,
    blocks: usize,
}

/// Parts whose lines but the first are indented.
const PARTS: [Rule; 37] = [
    Rule::declaration,
    Rule::title,
    Rule::edition,
    Rule::document,
    Rule::currency,
    Rule::zone,
    Rule::closing,
    Rule::month_end,
    Rule::trading_days,
    Rule::import,
    Rule::allow,
    Rule::remove,
    Rule::extend,
    Rule::set,
    Rule::member,
    Rule::alternative,
    Rule::rule_clause,
    Rule::scope,
    Rule::statement,
    Rule::clamp,
    Rule::failure,
    Rule::due,
    Rule::done,
    Rule::rounding_line,
    Rule::policy,
    Rule::closed_weekdays,
    Rule::column,
    Rule::row,
    Rule::columns,
    Rule::step_field,
    Rule::expectation,
    Rule::rung,
    Rule::otherwise,
    Rule::field_value,
    Rule::field,
    Rule::condition,
    Rule::value,
];

impl<'t> Words<'t> {
    /// No word yet.
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, list: Vec::new(), blocks: 0 }
    }

    /// A block.
    pub(super) fn block(&mut self, node: &Node<'_>) {
        self.blocks += 1;
        self.node(node, &mut Vec::new());
    }

    /// What stands between words: comments, and signs the grammar has no name for.
    pub(super) fn between(&mut self, from: usize, to: usize) {
        self.gap(from, to, Rule::block, &[]);
    }

    fn node(&mut self, node: &Node<'_>, within: &mut Vec<usize>) {
        let (of, range) = (node.rule(), node.range());
        if of == Rule::EOI {
            return;
        }
        let first = self.list.len();
        let mut parts = node.every().peekable();
        let bare = parts.peek().is_none() && !node.raw().starts_with(['{', '[']);
        if bare || matches!(of, Rule::text | Rule::currency_unit) {
            self.leaf(node, within);
        } else {
            let indents = PARTS.contains(&of);
            if indents {
                within.push(first);
            }
            let mut at = range.start;
            for part in parts {
                let here = part.range();
                self.gap(at, here.start, of, within);
                self.node(&part, within);
                at = here.end;
                // what follows the clauses of a part is its beginning
                if part.rule() == Rule::citations
                    && indents
                    && let Some(last) = within.last_mut()
                {
                    *last = self.list.len();
                }
            }
            self.gap(at, range.end, of, within);
            if indents {
                within.pop();
            }
        }
        let begins = self.list.iter_mut().skip(first).find(|w| !w.is_comment());
        if let Some(word) = begins {
            word.begins.push(of);
        }
    }

    fn leaf(&mut self, node: &Node<'_>, within: &[usize]) {
        let range = node.range();
        let text = self.text.get(range.clone()).unwrap_or("");
        let written: Cow<'t, str> = match node.rule() {
            Rule::text => Cow::Owned(quoted(text)),
            Rule::operator | Rule::minus | Rule::compare_sign => Cow::Borrowed(sign(text)),
            Rule::section | Rule::paragraph => Cow::Owned(text.replace(' ', "")),
            _ => Cow::Borrowed(text),
        };
        self.push(written, range.start, range.end, Sort::Leaf(node.rule()), node.rule(), within);
    }

    fn gap(&mut self, from: usize, to: usize, parent: Rule, within: &[usize]) {
        let mut at = from;
        while let Some(rest) = self.text.get(at..to).filter(|r| !r.is_empty()) {
            let Some(c) = rest.chars().next() else { break };
            if c == '#' {
                let len = rest.find('\n').unwrap_or(rest.len());
                let text = rest.get(..len).unwrap_or("").trim_end();
                self.push(Cow::Borrowed(text), at, at + text.len(), Sort::Comment, parent, within);
                at += len;
            } else {
                let len = c.len_utf8();
                if !c.is_whitespace() && c != '\u{FEFF}' {
                    let text = rest.get(..len).unwrap_or("");
                    self.push(Cow::Borrowed(text), at, at + len, Sort::Sign, parent, within);
                }
                at += len;
            }
        }
    }

    fn push(&mut self, text: Cow<'t, str>, start: usize, end: usize, sort: Sort, parent: Rule, within: &[usize]) {
        let within = within.to_vec();
        self.list.push(Word { text, start, end, sort, parent, begins: Vec::new(), within, block: self.blocks });
    }
}

/// A text between straight marks.
fn quoted(text: &str) -> String {
    let marks = ['"', '“', '”'];
    let body = text.strip_prefix(marks).unwrap_or(text);
    format!("\"{}\"", body.strip_suffix(marks).unwrap_or(body))
}

/// A sign as the documents write it.
fn sign(text: &str) -> &str {
    match text {
        "*" => "×",
        "÷" => "/",
        "−" | "–" => "-",
        "≤" => "<=",
        "≥" => ">=",
        other => other,
    }
}
