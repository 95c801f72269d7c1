//! What can be told of a block that does not read: what it was to declare.

use super::token::{Token, tokens};

/// A block that does not read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lost {
    /// The word it begins with, after its clauses.
    pub opener: String,
    /// What it was to declare, and its fields.
    pub names: Vec<String>,
    /// A currency in it.
    pub code: Option<String>,
}

/// Words that stand before the word that says what is declared.
const BEFORE: [&str; 2] = ["replace", "final"];

/// The blocks whose fields have names that other blocks use.
const WITH_FIELDS: [&str; 5] = ["event", "observation", "deemed", "effect", "extend"];

/// What is lost with a block.
pub(super) fn of(text: &str) -> Lost {
    let all = tokens(text);
    let from = all.iter().position(|t| super::blocks::OPENERS.contains(&t.text) && !BEFORE.contains(&t.text));
    let from = from.unwrap_or_else(|| all.iter().position(Token::is_word).unwrap_or(0));
    let rest = all.get(from..).unwrap_or(&[]);
    let opener = rest.first().map_or("", |t| t.text).to_owned();
    let mut names: Vec<String> = Vec::new();
    // of words that were to be one name, each may stand for it
    let named =
        rest.iter().skip(1).take_while(|t| t.is_word() && !matches!(t.text, "on" | "of" | "kept" | "at" | "once" | "for"));
    names.extend(named.map(|t| t.text.to_owned()));
    if WITH_FIELDS.contains(&opener.as_str()) {
        let fields = rest.iter().zip(rest.iter().skip(1)).filter(|(word, colon)| word.is_word() && colon.text == ":");
        names.extend(fields.map(|(word, _)| word.text.to_owned()));
    }
    if !DECLARING.contains(&opener.as_str()) {
        names.clear();
    }
    let code = rest.iter().map(|t| t.text).find(|t| t.len() == 3 && t.bytes().all(|b| b.is_ascii_uppercase()));
    Lost { opener, names, code: code.map(str::to_owned) }
}

/// The blocks that declare a name.
const DECLARING: [&str; 16] = [
    "event",
    "observation",
    "deemed",
    "effect",
    "extend",
    "state",
    "needs",
    "define",
    "table",
    "reading",
    "rule",
    "covenant",
    "obligation",
    "calendar",
    "report",
    "set",
];
