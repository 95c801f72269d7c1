//! Why a run stopped, or a record was set aside, in words.

use super::words::Words;
use crate::engine::decimal::Fault;
use crate::engine::graph::Why;
use crate::engine::run::{BadRecord, StopReason};
use crate::source::Span;

/// What happened, where in the terms, and what to do.
#[derive(Debug, Clone, Default)]
pub struct Explained {
    /// The code, a heading of the documentation.
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// The place in the terms.
    pub span: Option<Span>,
    /// The clause.
    pub clause: String,
    /// What to do.
    pub help: String,
}

impl Words<'_> {
    /// Why a run stopped.
    #[must_use]
    pub fn stopped(&self, why: &StopReason) -> Explained {
        match why {
            StopReason::Stop { clause, reason, span } => Explained {
                code: "run::stopped",
                message: self.said(reason),
                span: Some(*span),
                clause: self.terms.cite(*clause).to_owned(),
                help: String::new(),
            },
            StopReason::Missing { why, span } => self.missing(*why, *span),
            StopReason::Arithmetic { fault, span } => {
                let (code, message, help) = match fault {
                    Fault::Overflow => (
                        "run::overflow",
                        "the result is too large to be held",
                        "a number has at most 28 digits: look for an input that is far too large",
                    ),
                    Fault::ZeroDivision => {
                        ("run::zero-division", "this divides by zero", "look for an input that is zero, or add a condition")
                    }
                    Fault::Inexact => (
                        "run::inexact",
                        "this sum would lose digits that matter",
                        "two numbers of very different size nearly cancel: look for an input with far too many digits",
                    ),
                    Fault::UnknownDay => (
                        "run::unknown-day",
                        "the calendar asked here does not know the day",
                        "the days a calendar knows are in the terms: `known … to …`",
                    ),
                    Fault::NoTradingDay => (
                        "run::no-trading-day",
                        "there is no trading day in more than a year from here",
                        "look at the definition named by `trading days by`: it must hold for the days that are meant",
                    ),
                    Fault::Domain => (
                        "run::domain",
                        "this has no value here",
                        "a table ends before this value, or a function is not defined for it",
                    ),
                };
                Explained { code, message: message.into(), span: Some(*span), help: help.into(), ..Explained::default() }
            }
            StopReason::Record(bad) => bad_record(bad),
            StopReason::Check(said) => Explained {
                code: "event::check",
                message: self.said(said),
                help: "correct the record".into(),
                ..Explained::default()
            },
        }
    }

    fn missing(&self, why: Why, span: Span) -> Explained {
        let (message, help) = match why {
            Why::State(state) => {
                let name = self.terms.states.get(state.at()).map_or("", |s| s.name.as_str());
                let setters = self.setters(state);
                let help = if setters.is_empty() { String::new() } else { format!("add a record of {setters} before this one") };
                (format!("`{name}` is not known: nothing has stated it"), help)
            }
            Why::Field(kind, field) => {
                let kind = self.terms.kind(kind);
                let field = kind.and_then(|k| k.fields.get(field.at())).map_or("", |f| f.name.as_str());
                let kind = kind.map_or("", |k| k.name.as_str());
                (format!("`{field}` of the {kind} is not known"), format!("state `{field}` in the record"))
            }
            Why::Line => ("a line of the list leaves this out".to_owned(), "state it in the record".to_owned()),
            Why::Id => ("the record has no id".to_owned(), "give it an `id`".to_owned()),
            Why::Query(at) => {
                let text = self.terms.sources.text(at).split_whitespace().collect::<Vec<_>>().join(" ");
                (format!("there is no {text}"), "add the record it asks for".to_owned())
            }
            Why::Change(state) => {
                let name = self.terms.states.get(state.at()).map_or("", |s| s.name.as_str());
                (format!("no change of `{name}` was made"), String::new())
            }
            Why::Case => ("no case applies".to_owned(), "add the case to the terms".to_owned()),
        };
        Explained { code: "run::missing", message, span: Some(span), help, clause: String::new() }
    }

    /// The events whose rules set a state.
    fn setters(&self, state: crate::terms::StateId) -> String {
        let mut names: Vec<&str> = Vec::new();
        for rule in &self.terms.rules {
            for answer in &rule.answers {
                let sets = answer
                    .body
                    .iter()
                    .any(|s| matches!(&s.kind, crate::terms::StatementKind::Becomes { state: id, .. } if *id == state));
                if let (true, crate::terms::On::Event(kind)) = (sets, &answer.on)
                    && let Some(kind) = self.terms.kind(*kind)
                    && kind.sort != crate::terms::EventSort::Deemed
                    && !names.contains(&kind.name.as_str())
                {
                    names.push(&kind.name);
                }
            }
        }
        names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" or ")
    }
}

fn bad_record(bad: &BadRecord) -> Explained {
    match bad {
        BadRecord::NoSuchEntry { field, kind, key, nearest } => Explained {
            code: "event::no-such-entry",
            message: format!("`{field}` is `{key}`, and there is no {kind} of that name"),
            help: nearest.as_ref().map_or_else(
                || format!("add the {kind} before this record; a record without a `time` happens at the close of its day"),
                |n| format!("did you mean `{n}`?"),
            ),
            ..Explained::default()
        },
        BadRecord::Exists { kind, key } => Explained {
            code: "event::exists",
            message: format!("there is a {kind} `{key}` already"),
            help: "give the new one another name".into(),
            ..Explained::default()
        },
        BadRecord::Backwards => Explained {
            code: "event::backwards",
            message: "its date is before that of the record before it".into(),
            help: "put the records in order, or run with `--sort`".into(),
            ..Explained::default()
        },
    }
}
