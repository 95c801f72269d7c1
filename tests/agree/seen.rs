//! What both sides say of a run, in one form: lists of facts, each with what it is about and its values.

#[path = "seen/engine.rs"]
mod engine;
#[path = "seen/reckon.rs"]
mod reckon;

pub(crate) use engine::of_engine;
pub(crate) use reckon::of_reckon;

use num_rational::BigRational;
use std::fmt;
use tenor::terms::{Terms, Type};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Atom {
    /// Not known.
    Unknown,
    /// Not to be computed: why.
    Failed(&'static str),
    /// A number.
    Number(BigRational),
    /// A day, a moment, a word, a text, an entry.
    Text(String),
    /// A list, line by line.
    List(Vec<Vec<Atom>>),
}

/// A fact.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    /// What it is about: facts of two runs that are about the same are held against one another.
    pub about: String,
    /// Its values by name.
    pub values: Vec<(String, Atom)>,
}

/// A record at which a run stopped, or which was set aside.
#[derive(Debug, Clone)]
pub(crate) struct Halt {
    /// The record; 0 at a moment.
    pub record: u32,
    /// Its day.
    pub day: i64,
    /// Which kind of reason, and what was said.
    pub why: Vec<(String, Atom)>,
    /// The line of the terms, where one is told.
    pub place: Option<String>,
}

/// All that one side says of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// The day whose end is shown.
    pub as_of: Option<i64>,
    /// Where it stopped.
    pub stopped: Option<Halt>,
    /// What was set aside.
    pub rejected: Vec<Halt>,
    /// Everything else, by the part of the result.
    pub parts: Vec<(&'static str, Vec<Fact>)>,
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Failed(why) => write!(f, "failed ({why})"),
            Self::Number(n) => match tenor::reckon::decimal(n) {
                Ok(d) => write!(f, "{d}"),
                Err(_) => write!(f, "{n}"),
            },
            Self::Text(t) => f.write_str(t),
            Self::List(lines) => {
                f.write_str("[")?;
                for (n, line) in lines.iter().enumerate() {
                    let cells: Vec<String> = line.iter().map(ToString::to_string).collect();
                    write!(f, "{}{}", if n == 0 { "" } else { "; " }, cells.join(", "))?;
                }
                f.write_str("]")
            }
        }
    }
}

/// Values in words.
pub(crate) fn shown(values: &[(String, Atom)]) -> String {
    values.iter().map(|(name, v)| format!("{name} {v}")).collect::<Vec<_>>().join(", ")
}

/// A day in words.
pub(crate) fn day(n: i64) -> String {
    let date = i32::try_from(n).ok().and_then(chrono::NaiveDate::from_num_days_from_ce_opt);
    date.map_or_else(|| n.to_string(), |d| d.to_string())
}

/// A whole number of a type that is neither text nor an entry.
fn whole(terms: &Terms, n: i64, ty: &Type) -> Atom {
    Atom::Text(match ty {
        Type::Date => day(n),
        Type::Moment => format!("{} {:02}:{:02}", day(n.div_euclid(1440)), n.rem_euclid(1440) / 60, n.rem_euclid(60)),
        Type::YesNo => if n == 0 { "no" } else { "yes" }.to_owned(),
        Type::Enum(_) => usize::try_from(n).ok().and_then(|n| terms.words.get(n)).cloned().unwrap_or_else(|| n.to_string()),
        _ => n.to_string(),
    })
}

/// What an entry is called.
fn entry(terms: &Terms, kind: usize, key: &str) -> String {
    format!("{} {key}", terms.kinds.get(kind).map_or("", |k| k.name.as_str()))
}

/// Parts of a text, plain ones put together.
fn text(parts: impl IntoIterator<Item = Result<String, Atom>>) -> Vec<(String, Atom)> {
    let mut out: Vec<(String, Atom)> = Vec::new();
    for part in parts {
        match part {
            Ok(plain) => match out.last_mut() {
                Some((name, Atom::Text(last))) if name == "says" => last.push_str(&plain),
                _ => out.push(("says".to_owned(), Atom::Text(plain))),
            },
            Err(value) => out.push(("value".to_owned(), value)),
        }
    }
    out.retain(|(name, v)| name != "says" || *v != Atom::Text(String::new()));
    out
}

fn named(name: &str, value: Atom) -> (String, Atom) {
    (name.to_owned(), value)
}

fn said(name: &str, value: &str) -> (String, Atom) {
    (name.to_owned(), Atom::Text(value.to_owned()))
}

fn maybe_day(n: Option<i64>) -> Atom {
    n.map_or(Atom::Unknown, |n| Atom::Text(day(n)))
}

/// What a text says of an entry that was never made: the sides word it differently.
pub(crate) const VOID: &str = "this speaks of what record";
