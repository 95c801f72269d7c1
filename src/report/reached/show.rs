//! What examples reach as tables and as JSON.

use super::super::{Document, Section};
use super::{Missing, Reached, Sort};
use serde_json::{Value as Json, json};

impl Sort {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 12] = [
        Self::Clause,
        Self::Rule,
        Self::Definition,
        Self::Table,
        Self::Obligation,
        Self::Covenant,
        Self::Reading,
        Self::Condition,
        Self::Requirement,
        Self::Check,
        Self::Limit,
        Self::Case,
    ];

    /// As a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clause => "clause",
            Self::Rule => "rule",
            Self::Definition => "definition",
            Self::Table => "table",
            Self::Obligation => "obligation",
            Self::Covenant => "covenant",
            Self::Reading => "reading",
            Self::Condition => "condition",
            Self::Requirement => "requirement",
            Self::Check => "check",
            Self::Limit => "limit",
            Self::Case => "case",
        }
    }

    const fn plural(self) -> &'static str {
        match self {
            Self::Clause => "clauses",
            Self::Rule => "rules, by what they answer",
            Self::Definition => "definitions",
            Self::Table => "tables",
            Self::Obligation => "obligations",
            Self::Covenant => "covenants",
            Self::Reading => "readings, by alternative",
            Self::Condition => "conditions",
            Self::Requirement => "requirements",
            Self::Check => "checks",
            Self::Limit => "limits",
            Self::Case => "cases of `first of`",
        }
    }
}

impl Missing {
    /// As a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unasked => "not_evaluated",
            Self::Unanswered => "not_triggered",
            Self::Unapplied => "not_applied",
            Self::NeverHolds => "never_holds",
            Self::AlwaysHolds => "always_holds",
            Self::NeverBinds => "never_binds",
            Self::Untaken => "not_taken",
            Self::Unchosen => "not_chosen",
            Self::Unarisen => "does_not_arise",
            Self::Nothing => "nothing_reached",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Unasked => "never evaluated",
            Self::Unanswered => "never triggered",
            Self::Unapplied => "triggered, and never applies",
            Self::NeverHolds => "never holds",
            Self::AlwaysHolds => "always holds",
            Self::NeverBinds => "never binds",
            Self::Untaken => "never taken",
            Self::Unchosen => "never chosen where it matters",
            Self::Unarisen => "never arises",
            Self::Nothing => "nothing of it is reached",
        }
    }
}

/// The longest piece of the terms that a table shows.
const LONGEST: usize = 70;

/// What examples reach, as tables: how much of each sort, and everything that no example reaches.
#[must_use]
pub fn document(r: &Reached) -> Document {
    let mut summary = Section::new("reached by the examples", &["what", "all", "reached", "not reached"]);
    summary.numeric = vec![false, true, true, true];
    for sort in Sort::ALL {
        let all = r.points.iter().filter(|p| p.sort == sort).count();
        let missed = r.missed().filter(|p| p.sort == sort).count();
        if all > 0 {
            let row = [sort.plural().to_owned(), all.to_string(), (all - missed).to_string(), missed.to_string()];
            summary.rows.push(row.to_vec());
        }
    }
    let mut missed = Section::new("not reached", &["where", "clause", "declaration", "what", "how"]);
    for p in r.missed().filter(|p| p.sort != Sort::Clause) {
        let clauses: Vec<String> = p.clauses.iter().map(|c| format!("§{c}")).collect();
        let what = match p.sort {
            Sort::Definition | Sort::Table | Sort::Obligation | Sort::Covenant => String::new(),
            _ => short(&p.what),
        };
        let how = p.missing.map_or("", Missing::sentence).to_owned();
        missed.rows.push(vec![p.place.clone(), clauses.join(", "), p.of.clone(), what, how]);
    }
    let mut clauses = Section::new("clauses of which no example reaches anything", &["clause", "where"]);
    for p in r.missed().filter(|p| p.sort == Sort::Clause) {
        clauses.rows.push(vec![p.what.clone(), p.place.clone()]);
    }
    let mut out = Document { title: r.title.clone(), sections: vec![summary, clauses, missed], ..Document::default() };
    out.sections.retain(|s| !s.rows.is_empty());
    out
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The same for other programs: every point, reached or not.
#[must_use]
pub fn json(r: &Reached) -> Json {
    let summary: serde_json::Map<String, Json> = Sort::ALL
        .into_iter()
        .filter_map(|sort| {
            let all = r.points.iter().filter(|p| p.sort == sort).count();
            let missed = r.missed().filter(|p| p.sort == sort).count();
            (all > 0).then(|| (sort.word().to_owned(), json!({ "all": all, "reached": all - missed, "not_reached": missed })))
        })
        .collect();
    let points: Vec<Json> = r
        .points
        .iter()
        .map(|p| {
            json!({ "sort": p.sort.word(), "declaration": p.of, "what": p.what, "clauses": p.clauses, "place": p.place,
                "reached": p.missing.is_none(), "missing": p.missing.map(Missing::word) })
        })
        .collect();
    json!({ "terms": r.title, "examples": r.examples, "summary": summary, "points": points })
}
