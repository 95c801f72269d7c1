//! A night run: a register and streams under many terms and readings, as jobs that are known by what they are computed from.
//! It reads no file and knows no clock: what it is given it turns into jobs, rows and texts.

pub mod diff;
pub mod feed;
pub mod id;
pub mod job;
pub mod log;
pub mod manifest;
pub mod part;
pub mod plan;
pub mod register;
pub mod resolved;
pub mod select;
pub mod summary;
pub mod table;

/// What is wrong with what was asked for, before anything is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The code of the message.
    pub code: &'static str,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub help: String,
}

impl Trouble {
    /// A trouble in words.
    #[must_use]
    pub fn new(code: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, text: text.into(), help: help.into() }
    }
}

/// What is offered for a name that is not known.
#[must_use]
pub fn instead(name: &str, known: &[&str]) -> String {
    match crate::check::nearest(name, known.iter().copied()) {
        Some(n) => format!("did you mean `{n}`?"),
        None if known.is_empty() => "there are none".to_owned(),
        None => format!("there are {}", known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")),
    }
}
