//! [`ast`](super::ast) back to text: what is printed reads back as what was printed.

mod expr;
mod item;

pub use expr::{expression, number};
pub use item::{citations, item, statement};

use super::ast::File;

/// A whole file, one blank line between blocks.
#[must_use]
pub fn file(file: &File) -> String {
    file.items.iter().map(item).collect::<Vec<_>>().join("\n")
}
