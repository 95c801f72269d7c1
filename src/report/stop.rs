//! Why a run stopped, or a record was set aside, in words.

mod cause;

use super::words::{Words, day};
use crate::engine::code::Program;
use crate::engine::decimal::Fault;
use crate::engine::graph::Why;
use crate::engine::run::{BadRecord, Run, StopReason, Stopped};
use crate::event::Head;
use crate::source::Span;
use crate::terms::{KindId, StateId};

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

/// What was seen of a stream, for messages that name other records.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Ids, the records that have them, and their kinds.
    pub ids: Vec<(i64, u32, KindId)>,
    /// Records whose date goes back: the day before which they stand, and its record.
    pub back: Vec<(u32, i64, u32)>,
    /// Records the run has set aside.
    pub aside: Vec<u32>,
    /// The states that have had a value.
    pub stated: Vec<StateId>,
    /// The latest day so far, and its record.
    latest: Option<(i64, u32)>,
}

impl Seen {
    /// Remembers what came of a run.
    pub fn run(&mut self, run: &Run, program: &Program) {
        self.aside = run.rejected.iter().map(|s| s.when.number).collect();
        self.stated = run.changes.iter().filter_map(|c| program.sites.get(usize::from(c.site))).map(|s| s.state).collect();
        self.stated.sort_unstable();
        self.stated.dedup();
    }

    /// Remembers the id of a record.
    pub fn id(&mut self, head: &Head) {
        if head.id >= 0 {
            self.ids.push((head.id, head.number, head.kind));
        }
    }

    /// Remembers which record a date goes back from.
    pub fn order(&mut self, head: &Head) {
        match self.latest {
            Some((day, number)) if head.day < day => self.back.push((head.number, day, number)),
            _ => self.latest = Some((head.day, head.number)),
        }
    }
}

impl Words<'_> {
    /// Why a run stopped at a record, or set it aside, with what is known of the others.
    #[must_use]
    pub fn told(&self, s: &Stopped, seen: &Seen) -> Explained {
        let mut e = self.stopped(&s.why);
        match &s.why {
            StopReason::Record(BadRecord::Backwards) => {
                if let Some((_, day, number)) = seen.back.iter().find(|b| b.0 == s.when.number) {
                    e.message =
                        format!("its date {} is before {}, that of record {number}", self::day(s.when.day), self::day(*day));
                }
            }
            StopReason::Record(BadRecord::NoSuchEntry { field, kind, key, .. }) => {
                if let Some((message, help)) = self.other(field, kind, key, seen) {
                    e.message = message;
                    e.help = help;
                }
            }
            StopReason::Missing { why, span } => e = self.missing(*why, *span, Some(&seen.stated)),
            _ => {}
        }
        e
    }

    /// How a state would come to be known.
    fn to_state(&self, state: StateId) -> String {
        let name = self.terms.states.get(state.at()).map_or("", |s| s.name.as_str());
        match self.setters(state).as_slice() {
            [] => format!("no rule sets `{name}`: give it a value where it is declared, or a rule that states it"),
            setters => {
                let setters: Vec<String> = setters.iter().map(|n| format!("`{n}`")).collect();
                format!("add a record of {} before this one", setters.join(" or "))
            }
        }
    }

    /// What a name that is no entry of the kind wanted does name, and what to do.
    fn other(&self, field: &str, wanted: &str, key: &str, seen: &Seen) -> Option<(String, String)> {
        let name = |kind: KindId| self.terms.kind(kind).map_or("", |k| k.name.as_str());
        if let Some((_, number, kind)) = seen.ids.iter().find(|(id, ..)| self.texts.whole(*id) == key) {
            let kind = name(*kind);
            if !wanted.split(" or ").any(|w| w == kind) {
                let message = format!("`{key}` is the {kind} of record {number}, and `{field}` names {}", a(wanted));
                return Some((message, format!("give the id of {}", a(wanted))));
            }
            if seen.aside.contains(number) {
                let message = format!("`{key}` is the {kind} of record {number}, which was set aside");
                return Some((message, format!("correct record {number}")));
            }
            let message = format!("`{key}` is the {kind} of record {number}, which takes effect after this one");
            return Some((
                message,
                "a record without a `time` happens at the close of its day: give this one a later `time`, or none".to_owned(),
            ));
        }
        let kinds = self.keys.iter().enumerate();
        let kind = kinds
            .filter(|(_, keys)| keys.iter().any(|k| *k >= 0 && self.texts.whole(*k) == key))
            .map(|(n, _)| name(KindId::from(n)))
            .next()?;
        (!wanted.split(" or ").any(|w| w == kind))
            .then(|| (format!("`{key}` is {}, and `{field}` names {}", a(kind), a(wanted)), format!("name {}", a(wanted))))
    }

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
            StopReason::Missing { why, span } => self.missing(*why, *span, None),
            StopReason::Arithmetic { fault: why, span } => {
                let (code, message, help) = fault(*why);
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

    /// A value that is missing; of the states of the issuer, those that have been stated are given, where that is known.
    fn missing(&self, why: Why, span: Span, stated: Option<&[StateId]>) -> Explained {
        let (message, help) = match why {
            Why::State(state) => {
                let name = self.terms.states.get(state.at()).map_or("", |s| s.name.as_str());
                (format!("`{name}` is not known: nothing has stated it"), self.to_state(state))
            }
            Why::Field(of, at) => {
                let (kind, field) = (self.terms.kind(of), at);
                let field = kind.and_then(|k| k.fields.get(field.at())).map_or("", |f| f.name.as_str());
                let deemed = kind.is_some_and(|k| k.sort == crate::terms::EventSort::Deemed);
                let kind = kind.map_or("", |k| k.name.as_str());
                match self.unstated(of, at, stated.unwrap_or(&[])).filter(|_| deemed) {
                    Some(state) => {
                        let name = self.terms.states.get(state.at()).map_or("", |s| s.name.as_str());
                        let which = if stated.is_some() { ", which nothing has stated" } else { "" };
                        let message = format!("`{field}` of the {kind} is not known: it is computed from `{name}`{which}");
                        (message, self.to_state(state))
                    }
                    None if deemed => {
                        let help =
                            format!("the terms make the {kind} themselves: add the record that `{field}` is computed from");
                        (format!("`{field}` of the {kind} is not known"), help)
                    }
                    None => (format!("`{field}` of the {kind} is not known"), format!("state `{field}` in the record")),
                }
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
}

fn bad_record(bad: &BadRecord) -> Explained {
    match bad {
        BadRecord::NoSuchEntry { field, kind, key, nearest } => Explained {
            code: "event::no-such-entry",
            message: format!("`{field}` is `{key}`, and there is no {kind} of that name"),
            help: match nearest.as_ref().and_then(|n| crate::check::nearest(key, std::iter::once(n.as_str()))) {
                Some(n) => format!("did you mean `{n}`? if not, add the {kind} before this record"),
                None => format!("add the {kind} before this record"),
            },
            ..Explained::default()
        },
        BadRecord::Exists { kind, key } => Explained {
            code: "event::exists",
            message: format!("there is a {kind} `{key}` already"),
            help: "give the new one another name".into(),
            ..Explained::default()
        },
        BadRecord::NoSuchRecord { kind, key } => Explained {
            code: "event::no-such-record",
            message: format!("there is no earlier record of `{kind}` with the key or the number `{key}`"),
            help:
                "`corrects` and `retracts` name a record of the same event that came before: by its key, its `id`, or its number"
                    .into(),
            ..Explained::default()
        },
        BadRecord::MakesOthers { of } => Explained {
            code: "event::makes-others",
            message: format!("it makes more or fewer entries than record {of}, which it corrects"),
            help: format!("retract record {of}, and record what happened anew"),
            ..Explained::default()
        },
        BadRecord::AfterCorrection { of, record } => Explained {
            code: "event::after-correction",
            message: format!("with this said of record {of}, record {record} could not be carried out"),
            help: format!("correct or retract record {record} first, or put it right in the stream"),
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

/// With an article.
fn a(noun: &str) -> String {
    let an = noun.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {noun}", if an { "an" } else { "a" })
}

/// What went wrong in a calculation: its code, in words, and what to do.
pub(super) const fn fault(fault: Fault) -> (&'static str, &'static str, &'static str) {
    match fault {
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
        Fault::Endless => (
            "run::endless",
            "this rule brings itself about again and again",
            "a rule on a change that changes the same state must come to an end: add a condition under which it has done its work",
        ),
        Fault::Domain => {
            ("run::domain", "this has no value here", "a table ends before this value, or a function is not defined for it")
        }
    }
}
