//! Values as a format gives them, before it is known what they should be.

use std::borrow::Cow;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw<'a> {
    /// In quotation marks, or of a format that has none.
    Text(Cow<'a, str>),
    /// Without: a number, `true`, `false`, `null`.
    Bare(Cow<'a, str>),
    /// A list.
    List(Vec<Raw<'a>>),
    /// A record.
    Record(Vec<(Cow<'a, str>, Raw<'a>)>),
}

impl Raw<'_> {
    /// Its text, where it is one value.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        match self {
            Raw::Text(t) | Raw::Bare(t) => Some(t),
            Raw::List(_) | Raw::Record(_) => None,
        }
    }

    /// Whether it stands for nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Raw::Bare(t) if t == "null")
    }

    /// As it was written, more or less, for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Raw::Text(t) | Raw::Bare(t) => t.to_string(),
            Raw::List(_) => "a list".into(),
            Raw::Record(_) => "a record".into(),
        }
    }
}
