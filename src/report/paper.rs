//! A paper from a template: Markdown, and from that HTML and Word.

mod docx;
mod parts;

pub use docx::{Sheet, docx};

use super::page::{STEPS, told};
use super::visible::lines;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use pulldown_cmark::{Options, Parser};
use serde::Serialize;

/// The certificate of adjustment.
pub const CERTIFICATE: &str = include_str!("../../templates/certificate.md");
/// The notice of an event.
pub const NOTICE: &str = include_str!("../../templates/notice.md");

/// Fills in a template.
///
/// # Errors
/// What is wrong with the template, in words.
pub fn markdown(template: &str, with: &impl Serialize) -> Result<String, String> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(STEPS));
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(|e| e.to_string())?;
    env.set_syntax(syntax);
    let text = env.render_str(template, Serde(with)).map_err(|e| told(&e))?;
    Ok(lines(text.trim_end()).into_owned() + "\n")
}

/// Markdown as these papers use it: with tables.
fn parser(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES)
}

/// The title of a paper: its first heading.
fn title(markdown: &str) -> &str {
    markdown.lines().find_map(|l| l.strip_prefix("# ")).unwrap_or("")
}

/// Markdown as a page.
#[must_use]
pub fn html(markdown: &str) -> String {
    let mut body = String::new();
    pulldown_cmark::html::push_html(&mut body, parser(markdown));
    let title = title(markdown).replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

const STYLE: &str = "body{font:12pt/1.5 Georgia,serif;max-width:42rem;margin:3rem auto;padding:0 1rem}h1{text-align:center;font-size:1.4em}h2{font-size:1.1em}table{border-collapse:collapse;margin:1em 0}th,td{border:1px solid #999;padding:.3em .7em;text-align:left}pre{white-space:pre-wrap;font-size:.85em;background:#f6f6f6;padding:.7em}";
