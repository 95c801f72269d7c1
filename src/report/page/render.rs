//! Pages as HTML, by templates.

use crate::report::visible::lines;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// The template of a run.
pub const REPORT: &str = include_str!("../../../templates/report.html");
/// The template of a comparison and of a sweep.
pub const COMPARISON: &str = include_str!("../../../templates/comparison.html");
/// What templates share: how tables, derivations, charts and ledgers are written.
const PARTS: &str = include_str!("../../../templates/parts.html");
/// How it looks.
const STYLE: &str = include_str!("../../../templates/style.css");

/// How many steps a template has: the largest page takes a hundredth of them.
pub(in crate::report) const STEPS: u64 = 50_000_000;

/// What is wrong with a template, in words.
pub(in crate::report) fn told(e: &minijinja::Error) -> String {
    let line = e.line().map_or_else(String::new, |l| format!("line {l}: "));
    if e.kind() == minijinja::ErrorKind::OutOfFuel {
        return format!("{line}it was stopped after {STEPS} steps: a loop runs too often");
    }
    format!("{line}{}", e.detail().map_or_else(|| e.kind().to_string(), str::to_owned))
}

/// Fills in a template. Every value is escaped, but for the pictures.
///
/// # Errors
/// What is wrong with the template, in words.
pub fn html(template: &str, with: &impl Serialize) -> Result<String, String> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.set_recursion_limit(10_000);
    env.set_fuel(Some(STEPS));
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(|e| e.to_string())?;
    env.set_syntax(syntax);
    let told = |e: minijinja::Error| told(&e);
    env.add_filter("heading", |text: String| heading(&text));
    env.add_template("parts.html", PARTS).map_err(told)?;
    env.add_template("style.css", STYLE).map_err(told)?;
    let text = env.render_str(template, Serde(with)).map_err(told)?;
    // a stroke needs no escape between quotes or tags
    Ok(lines(&text.replace("&#x2f;", "/")).into_owned())
}

/// A text with a capital first, unless its first word is a name: `first.jsonl`, `floor_effect`, `issuance[1].price`.
fn heading(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_word = first.trim_end_matches([',', ':']).chars().all(|c| c.is_alphabetic() || c == '’');
    let mut chars = text.chars();
    match chars.next().filter(|_| is_word) {
        Some(c) => c.to_uppercase().chain(chars).collect(),
        None => text.to_owned(),
    }
}
