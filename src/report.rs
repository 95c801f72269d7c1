//! A run in words: as a document in JSON, as tables, as Markdown, as CSV. It decides nothing.

pub mod certificate;
pub mod compare;
pub mod course;
pub mod coverage;
pub mod diff;
mod document;
pub mod explain;
pub mod figure;
pub mod json;
pub mod paper;
pub mod solve;
pub mod stop;
pub mod sweep;
pub mod words;
pub mod worth;

pub use document::{Document, Section, document};
