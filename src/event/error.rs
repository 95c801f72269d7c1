//! What can be wrong with a stream.

use super::trouble::Trouble;
use crate::syntax::clock_meant;
use thiserror::Error;

/// Where a record stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Its number, from 1; 0 for the file as a whole.
    pub number: u32,
    /// The line it begins on, from 1, where the format has lines.
    pub line: Option<u64>,
    /// The column, as spreadsheets name it, where the format has columns and one of them is wrong.
    pub column: Option<String>,
}

/// Something wrong with a record, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What.
    pub what: What,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum What {
    /// The text is not of its format. Without help of its own, it gets that of all records.
    #[error("this is no record: {why}")]
    NotARecord { why: String, help: String },
    /// It does not say which event it is, or when.
    #[error("the record has no `{field}`")]
    NoHead { field: &'static str, given: Option<String> },
    /// An event that is not declared.
    #[error("there is no event `{name}` in these terms")]
    UnknownEvent { name: String, nearest: Option<String>, known: Box<[String]> },
    /// A field that is not declared.
    #[error("{of} has no field `{field}`")]
    UnknownField { of: String, field: String, nearest: Option<String>, known: Box<[String]> },
    /// A field that is not declared, of a part of a list.
    #[error("{of} has no field `{field}`")]
    UnknownPart { of: String, field: String, nearest: Option<String>, known: Box<[String]> },
    /// A field that must be given.
    #[error("{of} needs `{field}`")]
    MissingField { of: String, field: String },
    /// A field given twice.
    #[error("`{field}` is given twice")]
    Twice { field: String },
    /// A number that is none, or cannot be held exactly.
    #[error("`{field}` is {}", trouble.said(text))]
    BadNumber { field: String, text: String, trouble: Trouble },
    /// A date that is none.
    #[error("`{field}` is {}, which is no date", shown(text))]
    BadDate { field: String, text: String },
    /// A moment or a time that is none.
    #[error("`{field}` is {}, which is no {wanted}", shown(text))]
    BadTime { field: String, text: String, wanted: &'static str },
    /// A word that is none of those declared.
    #[error("`{field}` is {}, which is none of {}", shown(text), ticked(words))]
    BadWord { field: String, text: String, words: Box<[String]>, nearest: Option<String> },
    /// A value of the wrong shape.
    #[error("`{field}` is {found}, and {wanted} is needed")]
    BadValue { field: String, found: String, wanted: &'static str },
    /// A list that is none.
    #[error("`{field}` is no list: {why}")]
    BadList { field: String, why: String, example: String },
    /// A wrong value in a part of a list.
    #[error("{of}: {what}")]
    Part { of: String, what: Box<What> },
}

impl What {
    /// Its code, the name of its fixture and of its heading in the documentation.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::NotARecord { .. } => "event::not-a-record",
            Self::NoHead { .. } => "event::no-head",
            Self::UnknownEvent { .. } => "event::unknown-event",
            Self::UnknownField { .. } | Self::UnknownPart { .. } => "event::unknown-field",
            Self::MissingField { .. } => "event::missing-field",
            Self::Twice { .. } => "event::twice",
            Self::BadNumber { .. } => "event::bad-number",
            Self::BadDate { .. } => "event::bad-date",
            Self::BadTime { .. } => "event::bad-time",
            Self::BadWord { .. } => "event::bad-word",
            Self::BadValue { .. } => "event::bad-value",
            Self::BadList { .. } => "event::bad-list",
            Self::Part { what, .. } => what.id(),
        }
    }

    /// Whether it is a field of this name that is wrong.
    pub(super) fn is_about(&self, name: &str) -> bool {
        match self {
            Self::NotARecord { .. } => false,
            Self::NoHead { field, given } => given.as_deref().unwrap_or(field) == name,
            Self::UnknownEvent { .. } => name == "event",
            // the field of a part of a list stands within the column of the list
            Self::MissingField { of, .. } | Self::Part { of, .. } | Self::UnknownPart { of, .. }
                if of.contains(&format!("of `{name}`")) =>
            {
                true
            }
            Self::Part { .. } | Self::UnknownPart { .. } => false,
            Self::UnknownField { field, .. }
            | Self::MissingField { field, .. }
            | Self::Twice { field }
            | Self::BadNumber { field, .. }
            | Self::BadDate { field, .. }
            | Self::BadTime { field, .. }
            | Self::BadWord { field, .. }
            | Self::BadValue { field, .. }
            | Self::BadList { field, .. } => field == name,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let near = |n: &Option<String>, other: String| n.as_ref().map_or(other, |n| format!("did you mean `{n}`?"));
        match self {
            Self::NotARecord { help, .. } if !help.is_empty() => help.clone(),
            Self::NotARecord { .. } => "each record has `date` and `event`, and the fields of its event".into(),
            Self::NoHead { field, given: Some(given) } => format!("it has `{given}`: write `{field}`"),
            Self::NoHead { .. } => "every record says when it happened and which event it is: `date`, `event`".into(),
            Self::UnknownEvent { nearest, known, .. } => near(nearest, format!("the events are {}", ticked(known))),
            Self::UnknownField { nearest, known, .. } if known.is_empty() => near(nearest, "leave it out".into()),
            Self::UnknownField { nearest, known, .. } => {
                near(nearest, format!("its fields are {}; remarks go into `note`", ticked(known)))
            }
            Self::UnknownPart { nearest, known, .. } => near(nearest, format!("its fields are {}", ticked(known))),
            Self::MissingField { field, .. } => format!("add `{field}`"),
            Self::Twice { .. } => "keep one of them".into(),
            Self::BadNumber { trouble, .. } => trouble.help(),
            Self::BadDate { text, .. } => match text.get(..10).filter(|day| super::day_number(day).is_some()) {
                Some(day) => format!("write the day alone: {day}; an hour goes into `time`"),
                None => crate::syntax::date_advice(text),
            },
            Self::BadTime { text, wanted: "time of day", .. } if clock_meant(text).is_some() => {
                format!("write it as {}", clock_meant(text).unwrap_or_default())
            }
            Self::BadTime { .. } => "write hours and minutes as 17:00, moments as 2005-03-14T17:00".into(),
            Self::BadWord { nearest, .. } => near(nearest, "use one of these words".into()),
            Self::BadValue { wanted, .. } => format!("write {wanted} in its place"),
            Self::BadList { example, .. } => format!("write it as JSON, such as {example}"),
            Self::Part { what, .. } => what.help(),
        }
    }
}

/// A value in backticks, or that there is none.
fn shown(text: &str) -> String {
    if text.is_empty() { "empty".to_owned() } else { format!("`{text}`") }
}

/// Words in backticks.
fn ticked(words: &[String]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}
