//! The layout of a terms file: indentation, spaces, blank lines and columns made regular, the author's lines kept.
//!
//! A file is taken as the words and signs of pest's tree with the comments between them. What stands on one line stays on one line;
//! only the white space between is made anew, so nothing can move and no comment is lost. `docs/formatting.md` has the rules.

mod align;
mod lines;
mod space;
mod words;

use super::{Problem, ast, blocks, build, parser};
use crate::source::{FileId, Span};

/// A terms file laid out anew.
///
/// # Errors
/// What is wrong with the file: one that does not read is left alone.
pub fn layout(file: FileId, text: &str) -> Result<String, Vec<Problem>> {
    let mut problems = Vec::new();
    let blocks = blocks::split(file, text, &mut problems);
    let mut words = words::Words::new(text);
    words.between(0, blocks.first().map_or(text.len(), |b| b.offset));
    let mut items = 0;
    for block in &blocks {
        match parser::block(file, block.text, block.offset) {
            Ok(node) => {
                words.block(&node);
                match build::item(node, &mut problems) {
                    Ok(_) => items += 1,
                    Err(build::Mismatch(at, what)) => problems.push(Problem::Grammar { at, what }),
                }
            }
            Err(problem) => problems.push(*problem),
        }
    }
    if items == 0 && problems.is_empty() {
        problems.push(Problem::Empty { at: Span { file, start: 0, end: 0 } });
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let lines = lines::lines(&words);
    let out = align::write(&words, &lines);
    if same(text, &out) { Ok(out) } else { Err(vec![Problem::Grammar { at: whole(file, text), what: "its layout".to_owned() }]) }
}

/// Whether two texts say the same, comments included.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    let said = |text: &str| -> Option<String> {
        let (file, problems) = super::parse(FileId::default(), text);
        problems.is_empty().then(|| placeless(&file))
    };
    let (a_said, b_said) = (said(a), said(b));
    a_said.is_some() && a_said == b_said && comments(a) == comments(b)
}

/// The tree of a file without the places in it.
fn placeless(file: &ast::File) -> String {
    let all = format!("{file:?}");
    let mut parts = all.split("Span { file: FileId(");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        // FileId(0), start: 1, end: 2 }
        out.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    out
}

/// The comments of a text, in order.
fn comments(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut in_text = false;
    for line in text.lines() {
        for (at, c) in line.char_indices() {
            match c {
                '"' | '“' | '”' => in_text = !in_text,
                '#' if !in_text => {
                    out.push(line.get(at..).unwrap_or("").trim_end().to_owned());
                    break;
                }
                _ => {}
            }
        }
    }
    out
}

fn whole(file: FileId, text: &str) -> Span {
    Span { file, start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX) }
}
