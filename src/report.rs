//! A run in words: as a document in JSON, as tables, as Markdown, as CSV, as a page. It decides nothing.

pub mod certificate;
pub mod chart;
pub mod compare;
pub mod course;
pub mod coverage;
pub mod csv;
pub mod diff;
mod document;
pub mod ending;
pub mod expand;
pub mod explain;
pub mod fields;
pub mod figure;
pub mod json;
pub mod mutants;
pub mod page;
pub mod paper;
pub mod reached;
pub mod receipt;
pub mod record;
pub mod schema;
pub mod solve;
pub mod spot;
pub mod stop;
pub mod sweep;
pub mod visible;
pub mod words;
pub mod workbook;
pub mod worth;

pub use document::{Document, Section, change_words, document};
