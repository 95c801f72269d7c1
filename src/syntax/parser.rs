//! The pest parser, private, and its errors in the reader's words.

use super::Problem;
use super::advice::{advice, unseen};
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
    let expected: &[Rule] = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    };
    let place = |range: std::ops::Range<usize>| Span {
        file,
        start: u32::try_from(offset + range.start).unwrap_or(u32::MAX),
        end: u32::try_from(offset + range.end).unwrap_or(u32::MAX),
    };
    let start = at + skipped;
    let inside = inside(text);
    match advice(text, start, expected) {
        Some(a) if a.reserved => {
            Problem::Reserved { at: place(a.at.clone()), word: text.get(a.at).unwrap_or("").to_owned(), help: a.help }
        }
        Some(a) => {
            let found = shown(text.get(a.at.clone()).unwrap_or(""));
            Problem::Unexpected { at: place(a.at), found, expected: Vec::new(), inside, help: Some(a.help) }
        }
        None => Problem::Unexpected {
            at: place(start..start + token.len()),
            found: shown(&token),
            expected: phrases(expected),
            inside,
            help: None,
        },
    }
}

/// What stands at a place, for a message.
fn shown(token: &str) -> String {
    match token.chars().next() {
        None => String::new(),
        Some(c) if unseen(c) => format!("the character U+{:04X}, which cannot be seen,", u32::from(c)),
        Some('`') => "the sign ` ".trim_end().to_owned(),
        Some('"' | '“' | '”') => "this text".to_owned(),
        Some(_) => format!("`{}`", token.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

/// Whether a text is one word of a rule.
pub(super) fn matches(of: Rule, text: &str) -> bool {
    Grammar::parse(of, text).is_ok_and(|pairs| pairs.as_str().len() == text.len())
}

/// What a block is, by its first word.
fn inside(text: &str) -> Option<String> {
    // on the line of its clauses, or below them
    let declared = |l: &str| !l.starts_with('§') || l.split_whitespace().any(|w| super::blocks::OPENERS.contains(&w));
    let line = text.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#') && declared(l))?;
    let cited = |w: &&str| line.starts_with('§') && !super::blocks::OPENERS.contains(w);
    let head: Vec<&str> = line.split_whitespace().skip_while(cited).take(2).collect();
    (!head.is_empty()).then(|| format!("`{}`", head.join(" ").trim_end_matches(['{', ':', ' '])))
}

/// What may go on with a formula.
const MORE: [Rule; 14] = [
    Rule::kw_after,
    Rule::kw_and,
    Rule::kw_at,
    Rule::kw_before,
    Rule::kw_for,
    Rule::kw_in,
    Rule::kw_is,
    Rule::kw_of,
    Rule::kw_or,
    Rule::kw_pro,
    Rule::kw_rounded,
    Rule::operator,
    Rule::compare,
    Rule::dotted,
];

/// What was expected, in words, each once.
fn phrases(rules: &[Rule]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    // after a value that is complete, much can follow
    let complete = rules.contains(&Rule::kw_and) || rules.contains(&Rule::kw_pro) || rules.contains(&Rule::kw_rounded);
    for of in rules {
        if complete && MORE.contains(of) {
            continue;
        }
        let said = phrase(*of);
        if !said.is_empty() && !out.contains(&said) {
            out.push(said);
        }
    }
    out.truncate(if complete { 7 } else { 8 });
    if complete {
        out.push("more of the formula".to_owned());
    }
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
        "block" | "declaration" | "setting" | "change" | "cited" => "a declaration such as `rule`, `state` or `define`",
        "citation" | "section" => "a clause such as §4(d)",
        "rounding" => "`to the nearest …`, `down to …` or `up to …`",
        "trigger" => "`on`, `at` or `once`",
        "rule_clause" => "`when …`, `unless …`, `subject to …` or `notwithstanding …`",
        "callee" | "opens_params" | "label" | "citations" | "clamp" | "where_clause" | "window" => "",
        "failure" => "`refuse \"…\"` or `stop \"…\"`",
        "rung" => "a case such as `when … : …`",
        "otherwise" => "`otherwise : …`",
        "member" => "a field such as `price : USD/share`",
        "param" => "a parameter such as `day : date`",
        "zone_name" => "a time zone such as America/New_York, without quotation marks",
        "table_policy" => "`between …` or `beyond …`",
        "outcome" => "a value, or `otherwise`",
        "paragraph" => "a paragraph such as ¶1",
        "expectation" => "`expect …`",
        "step" => "a record such as `2006-01-10 split { … }`",
        "step_value" => "a value",
        "fields" | "step_fields" => "values in braces",
        "field_value" | "step_field" => "a value such as `shares: 100`",
        "source" => "what is looked at: an event, an entry or a list",
        "query" => "a value",
        "warning_code" => "the code of a warning such as check::unused",
        "allow" => "",
        "EOI" => "the end of the block",
        other => return format!("a {}", other.replace('_', " ")),
    };
    said.to_owned()
}
