//! The pest parser, private, and its errors in the reader's words.

use super::Problem;
use super::node::Node;
use crate::source::{FileId, Span};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/words.pest"]
#[grammar = "../grammar/values.pest"]
#[grammar = "../grammar/terms.pest"]
struct Grammar;

/// Parses one block that begins at an offset of its file.
pub(super) fn block(file: FileId, text: &str, offset: usize) -> Result<Node<'_>, Box<Problem>> {
    let mut pairs = Grammar::parse(Rule::block, text).map_err(|e| Box::new(problem(file, text, offset, &e)))?;
    pairs.next().map(|pair| Node::new(pair, file, offset)).ok_or_else(|| {
        let start = u32::try_from(offset).unwrap_or(u32::MAX);
        Box::new(Problem::Empty { at: Span { file, start, end: start } })
    })
}

/// Whether a rule is one word of the language.
pub(super) fn is_keyword(of: Rule) -> bool {
    format!("{of:?}").starts_with("kw_")
}

/// pest's error as a person would say it.
fn problem(file: FileId, text: &str, offset: usize, error: &pest::error::Error<Rule>) -> Problem {
    let at = match error.location {
        InputLocation::Pos(at) => at,
        InputLocation::Span((at, _)) => at,
    };
    let rest = text.get(at..).unwrap_or("");
    let skipped = rest.len() - rest.trim_start().len();
    let rest = rest.trim_start();
    let token: String = match rest.chars().next() {
        None => String::new(),
        Some(c) if c.is_alphanumeric() => rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect(),
        Some(c) => c.to_string(),
    };
    let start = u32::try_from(offset + at + skipped).unwrap_or(u32::MAX);
    let len = u32::try_from(token.len().max(1)).unwrap_or(1);
    let found = if token.is_empty() { "the end of the block".to_owned() } else { format!("`{token}`") };
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => phrases(positives),
        ErrorVariant::CustomError { .. } => Vec::new(),
    };
    Problem::Unexpected {
        at: Span { file, start, end: start + if token.is_empty() { 0 } else { len } },
        found,
        expected,
        inside: inside(text),
    }
}

/// What a block is, by its first word.
fn inside(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('§') && !l.starts_with('#'))?;
    let head: Vec<&str> = line.split_whitespace().take(2).collect();
    (!head.is_empty()).then(|| format!("`{}`", head.join(" ").trim_end_matches(['{', ':', ' '])))
}

/// What was expected, in words, each once.
fn phrases(rules: &[Rule]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for of in rules {
        let said = phrase(*of);
        if !said.is_empty() && !out.contains(&said) {
            out.push(said);
        }
    }
    out.truncate(8);
    out
}

/// A rule of the grammar in a reader's words.
fn phrase(of: Rule) -> String {
    let name = format!("{of:?}");
    if let Some(word) = name.strip_prefix("kw_") {
        return format!("`{word}`");
    }
    let said = match name.as_str() {
        "expr" | "value" | "operand" | "primary" | "literal" | "negation" | "comparison" | "condition" => "a value",
        "operator" | "compare" | "is_one" | "is_either" | "compare_sign" | "minus" | "dotted" | "in_list" | "keyed"
        | "at_moment" | "cell_number" => "",
        "name" | "word" => "a name",
        "text" => "text in quotation marks",
        "number" => "a number",
        "date" => "a date",
        "clock" => "an hour such as 17:00",
        "typed" => "a type such as `shares` or `USD/share`",
        "body" => "`{`",
        "statement" => "a statement such as `… becomes …`",
        "guard" | "when" | "unless" => "`when` or `unless`",
        "declaration" | "setting" | "change" | "cited" => "a declaration such as `rule`, `state` or `define`",
        "citation" | "section" => "a clause such as §4(d)",
        "rounding" => "`to the nearest …`, `down to …` or `up to …`",
        "trigger" => "`on`, `at` or `once`",
        "EOI" => "the end of the block",
        other => return format!("a {}", other.replace('_', " ")),
    };
    said.to_owned()
}
