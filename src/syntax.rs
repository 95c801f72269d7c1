//! Text to [`ast::File`]: the only stage that knows pest, and it resolves no name.

mod advice;
pub mod ast;
mod blocks;
mod build;
mod day;
mod error;
mod layout;
mod lost;
mod node;
mod parser;
pub mod print;
mod token;

pub use day::{clock_meant, date_advice, dates_meant};
pub use error::Problem;
pub use layout::{layout, same};
pub use lost::Lost;

use crate::source::{FileId, Span};

/// The deepest nesting of brackets and braces a file may have.
pub const DEEPEST: usize = 64;

/// The most parts one formula may have without brackets: signs, and words that take in all that follows.
pub const LONGEST: usize = 1_000;

/// Reads a file into its blocks. Broken blocks are left out and told of; the others are there.
#[must_use]
pub fn parse(file: FileId, text: &str) -> (ast::File, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut out = ast::File::default();
    for block in blocks::split(file, text, &mut problems) {
        if block.broken {
            out.lost.push(lost::of(block.text));
            continue;
        }
        match parser::block(file, block.text, block.offset) {
            Ok(node) => match build::item(node, &mut problems) {
                Ok(item) => out.items.push(item),
                Err(build::Mismatch(span, what)) => problems.push(Problem::Grammar { at: span, what }),
            },
            Err(problem) => {
                out.lost.push(lost::of(block.text));
                problems.push(*problem);
            }
        }
    }
    if out.items.is_empty() && problems.is_empty() {
        problems.push(Problem::Empty { at: Span { file, start: 0, end: 0 } });
    }
    (out, problems)
}
