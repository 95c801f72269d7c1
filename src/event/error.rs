//! What can be wrong with a stream.

use thiserror::Error;

/// Where a record stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Its number, from 1.
    pub number: u32,
    /// The line it begins on, from 1, where the format has lines.
    pub line: Option<u64>,
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
    /// The text is not of its format.
    #[error("this is no record: {why}")]
    NotARecord { why: String },
    /// It does not say which event it is, or when.
    #[error("the record has no `{field}`")]
    NoHead { field: &'static str },
    /// An event that is not declared.
    #[error("there is no event `{name}` in these terms")]
    UnknownEvent { name: String, nearest: Option<String> },
    /// A field that is not declared.
    #[error("`{event}` has no field `{field}`")]
    UnknownField { event: String, field: String, nearest: Option<String> },
    /// A field that must be given.
    #[error("`{event}` needs `{field}`")]
    MissingField { event: String, field: String },
    /// A field given twice.
    #[error("`{field}` is given twice")]
    Twice { field: String },
    /// A number that is none, or cannot be held exactly.
    #[error("`{field}` is `{text}`, which is no number that can be held exactly")]
    BadNumber { field: String, text: String },
    /// A date that is none.
    #[error("`{field}` is `{text}`, which is no date")]
    BadDate { field: String, text: String },
    /// A moment or a time that is none.
    #[error("`{field}` is `{text}`, which is no {wanted}")]
    BadTime { field: String, text: String, wanted: &'static str },
    /// A word that is none of those declared.
    #[error("`{field}` is `{text}`, which is none of {}", words.join(", "))]
    BadWord { field: String, text: String, words: Vec<String>, nearest: Option<String> },
    /// A value of the wrong shape.
    #[error("`{field}` is {found}, and {wanted} is needed")]
    BadValue { field: String, found: String, wanted: &'static str },
}

impl What {
    /// Its code, the name of its fixture and of its heading in the documentation.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::NotARecord { .. } => "event::not-a-record",
            Self::NoHead { .. } => "event::no-head",
            Self::UnknownEvent { .. } => "event::unknown-event",
            Self::UnknownField { .. } => "event::unknown-field",
            Self::MissingField { .. } => "event::missing-field",
            Self::Twice { .. } => "event::twice",
            Self::BadNumber { .. } => "event::bad-number",
            Self::BadDate { .. } => "event::bad-date",
            Self::BadTime { .. } => "event::bad-time",
            Self::BadWord { .. } => "event::bad-word",
            Self::BadValue { .. } => "event::bad-value",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        let near =
            |n: &Option<String>, other: &str| n.as_ref().map_or_else(|| other.to_owned(), |n| format!("did you mean `{n}`?"));
        match self {
            Self::NotARecord { .. } => "each record has `date` and `event`, and the fields of its event".into(),
            Self::NoHead { .. } => "every record says when it happened and which event it is: `date`, `event`".into(),
            Self::UnknownEvent { nearest, .. } => {
                near(nearest, "events are declared in the terms, with `event` or `observation`")
            }
            Self::UnknownField { nearest, .. } => near(nearest, "leave it out, or put it in `note`"),
            Self::MissingField { field, .. } => format!("add `{field}`"),
            Self::Twice { .. } => "keep one of them".into(),
            Self::BadNumber { .. } => "write digits and a point, at most 28 digits in all: 1250000 or 2.40".into(),
            Self::BadDate { .. } => "write year-month-day: 2005-03-14".into(),
            Self::BadTime { .. } => "write hours and minutes as 17:00, moments as 2005-03-14T17:00".into(),
            Self::BadWord { nearest, .. } => near(nearest, "use one of these words"),
            Self::BadValue { .. } => "see the declaration of the event".into(),
        }
    }
}
