//! A run as sections of rows: what tables, Markdown, CSV and HTML show.

use super::json::{is_adjustment, pad, standing, status, unit};
use super::words::{Words, day, short};
use crate::engine::code::Program;
use crate::engine::run::{Run, Status};
use crate::terms::{Dim, Terms};

/// A result for readers.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// The title of the terms.
    pub title: String,
    /// The day at whose end it stands; empty where it stands at none.
    pub as_of: String,
    /// Its sections, empty ones left out.
    pub sections: Vec<Section>,
    /// What is said after them, a line each.
    pub notes: Vec<String>,
}

/// A table with a title.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Its title.
    pub name: String,
    /// The heads of its columns.
    pub head: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// Which columns hold numbers.
    pub numeric: Vec<bool>,
}

impl Section {
    /// A table without rows so far.
    #[must_use]
    pub fn new(name: &str, head: &[&str]) -> Self {
        Self { name: name.to_owned(), head: head.iter().map(|h| (*h).to_owned()).collect(), ..Self::default() }
    }
}

/// The document of a run.
#[must_use]
pub fn document(terms: &Terms, program: &Program, run: &Run) -> Document {
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let mut out = Document {
        title: terms.title.clone(),
        as_of: if run.as_of == 0 { String::new() } else { day(run.as_of) },
        ..Document::default()
    };
    for (n, report) in terms.reports.iter().enumerate() {
        out.sections.push(shown(n, report, &words, run, program));
    }
    out.sections.push(adjustments(terms, program, &words, run));
    out.sections.push(refusals(terms, &words, run));
    out.sections.push(obligations(terms, &words, run));
    for (n, effect) in terms.effects.iter().enumerate() {
        let mut section = Section::new(&effect.name, &["record", "clause"]);
        section.head.extend(effect.fields.iter().map(|f| f.0.replace('_', " ")));
        for line in run.lines.iter().filter(|l| l.effect.at() == n) {
            let mut row = vec![line.when.number.to_string(), terms.cited(line.clause)];
            row.extend(effect.fields.iter().zip(&line.values).map(|((_, ty, _), v)| words.shown(v, ty)));
            section.rows.push(row);
        }
        section.numeric = std::iter::repeat_n(false, 2).chain(effect.fields.iter().map(|f| f.1.is_decimal())).collect();
        out.sections.push(section);
    }
    let mut rescissions = Section::new("rescissions", &["record", "date", "clause", "rescinds", "final all the same"]);
    for r in &run.rescissions {
        let list = |xs: &[u32]| xs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let clause = terms.cited(r.clause);
        rescissions.rows.push(vec![r.when.number.to_string(), day(r.when.day), clause, list(&r.annulled), list(&r.affected)]);
    }
    out.sections.push(rescissions);
    out.sections.push(warnings(terms, &words, run));
    out.sections.push(readings(terms, program));
    out.sections.retain(|s| !s.rows.is_empty());
    out
}

fn shown(n: usize, report: &crate::terms::Report, words: &Words<'_>, run: &Run, program: &Program) -> Section {
    let mut section = Section { name: report.name.replace('_', " "), ..Section::default() };
    section.head = report.columns.iter().map(|(name, _)| name.replace('_', " ")).collect();
    section.numeric = report.columns.iter().map(|(_, e)| e.ty.is_decimal()).collect();
    for s in run.shown.iter().filter(|s| s.report == n) {
        let row = report.columns.iter().zip(&s.columns).map(|((_, e), v)| cell(words, program, e, v)).collect();
        section.rows.push(row);
    }
    section
}

/// A value of a column.
pub(super) fn cell(words: &Words<'_>, program: &Program, e: &crate::terms::Expr, v: &crate::engine::run::Value) -> String {
    match (&e.kind, v) {
        (crate::terms::ExprKind::State { state, .. }, crate::engine::run::Value::Decimal(n)) => {
            let places = unit(program, words.terms, *state);
            match places {
                Some(_) if e.ty.dim() != Some(Dim::SHARES) => super::words::rounded(*n, &e.ty, &words.terms.currency, places),
                Some(_) => crate::syntax::print::number(pad(n.normalize(), places)),
                None => words.shown(v, &e.ty),
            }
        }
        (_, crate::engine::run::Value::Unknown) => "—".to_owned(),
        _ => words.shown(v, &e.ty),
    }
}

fn adjustments(terms: &Terms, program: &Program, words: &Words<'_>, run: &Run) -> Section {
    let mut section = Section::new("adjustments", &["record", "date", "of", "clause", "state", "before", "after", "status"]);
    section.numeric = vec![true, false, false, false, false, true, true, false];
    for c in run.changes.iter().filter(|c| is_adjustment(terms, program, c)) {
        let Some(w) = change_words(terms, program, words, c) else { continue };
        section.rows.push(vec![
            if c.when.number == 0 { String::new() } else { c.when.number.to_string() },
            day(c.when.day),
            w.of,
            terms.cited(c.clause),
            w.state,
            w.before,
            w.after,
            w.status,
        ]);
    }
    section
}

/// A change in words.
pub struct ChangeWords {
    /// The entry it is of, by its key; empty for the issuer.
    pub of: String,
    /// The kind of that entry.
    kind: Option<crate::terms::KindId>,
    /// The state.
    pub state: String,
    /// The value before.
    pub before: String,
    /// The value after.
    pub after: String,
    /// How it stands.
    pub status: String,
}

impl ChangeWords {
    /// `price of W-1: 2.40 → 2.30, in force`
    #[must_use]
    pub fn sentence(&self) -> String {
        let of = if self.of.is_empty() { String::new() } else { format!(" of {}", self.of) };
        format!("{}{of}: {} → {}, {}", self.state, self.before, self.after, self.status)
    }

    /// Whether an entry of the kind this change is about has a key.
    pub(super) fn entry_of_kind_named(&self, run: &Run, key: &str) -> bool {
        let keys = self.kind.and_then(|k| run.keys.get(k.at()));
        keys.into_iter().flatten().filter(|k| **k >= 0).any(|k| run.texts.whole(*k) == key)
    }
}

/// A change in words; none where the place of change is not known.
#[must_use]
pub fn change_words(terms: &Terms, program: &Program, words: &Words<'_>, c: &crate::engine::run::Change) -> Option<ChangeWords> {
    let site = program.sites.get(usize::from(c.site))?;
    let state = terms.states.get(site.state.at())?;
    let places = unit(program, terms, site.state);
    let show = |n: rust_decimal::Decimal| match (&state.ty, places) {
        (ty, _) if !ty.is_decimal() && *ty != crate::terms::Type::Ratio => {
            use rust_decimal::prelude::ToPrimitive;
            words.whole(n.to_i64().unwrap_or_default(), ty)
        }
        (ty, _) if matches!(ty.dim(), Some(Dim::MONEY | Dim::PER_SHARE)) => {
            super::words::rounded(n, ty, &words.terms.currency, places)
        }
        (_, Some(_)) => crate::syntax::print::number(pad(n.normalize(), places)),
        (_, None) => short(n),
    };
    Some(ChangeWords {
        of: site.of.map_or_else(String::new, |k| words.entry(crate::engine::table::entry(k, c.row))),
        kind: site.of,
        state: if site.pending { format!("what waits of {}", state.name) } else { state.name.clone() },
        before: if c.was_known { show(c.before) } else { "—".to_owned() },
        after: show(c.after),
        status: match c.made {
            Some(m) if c.status == Status::InForce && m.number != 0 => format!("waited, made by record {}", m.number),
            Some(m) if c.status == Status::InForce => format!("waited, made {}", day(m.day)),
            _ => status(c.status).replace('_', " "),
        },
    })
}

pub(super) fn refusals(terms: &Terms, words: &Words<'_>, run: &Run) -> Section {
    let mut section = Section::new("refusals", &["record", "date", "clause", "reason"]);
    for r in &run.refusals {
        let with: Vec<String> = r.with.iter().map(|(path, v)| format!("{}: {}", path.join(" "), words.typed(v))).collect();
        let reason = words.said(&r.reason);
        let reason = if with.is_empty() { reason } else { format!("{reason} ({})", with.join(", ")) };
        section.rows.push(vec![r.when.number.to_string(), day(r.when.day), terms.cited(r.clause), reason]);
    }
    section
}

fn obligations(terms: &Terms, words: &Words<'_>, run: &Run) -> Section {
    let mut section = Section::new("obligations", &["record", "clause", "what", "of", "due", "done", "status"]);
    for o in &run.owed {
        let clause = terms.obligations.get(o.obligation.at()).and_then(|d| d.clause);
        section.rows.push(vec![
            o.when.number.to_string(),
            terms.cited(clause),
            words.said(&o.what),
            words.entry(o.about()),
            o.due.map_or_else(|| "promptly".to_owned(), day),
            o.done.map_or_else(String::new, day),
            o.standing.map_or("open", standing).to_owned(),
        ]);
    }
    for b in &run.breaches {
        let Some(decl) = terms.covenants.get(b.covenant.at()) else { continue };
        section.rows.push(vec![
            b.when.number.to_string(),
            terms.cited(decl.clause),
            decl.what.clone(),
            String::new(),
            day(b.when.day),
            b.cured.map_or_else(String::new, day),
            "breached".to_owned(),
        ]);
    }
    section
}

pub(super) fn warnings(terms: &Terms, words: &Words<'_>, run: &Run) -> Section {
    let mut section = Section::new("warnings", &["record", "clause", "warning"]);
    for w in &run.warnings {
        section.rows.push(vec![w.when.number.to_string(), terms.cited(w.clause), words.said(&w.text)]);
    }
    section
}

/// Only readings that are not the default: a table of all of them hides the ones that matter.
fn readings(terms: &Terms, program: &Program) -> Section {
    let mut section = Section::new("readings other than the default", &["reading", "chosen", "clause"]);
    for (reading, chosen) in terms.readings.iter().zip(&program.readings) {
        if *chosen != reading.default {
            let word = usize::try_from(*chosen).ok().and_then(|n| reading.alternatives.get(n)).map_or("", |(w, _)| w.as_str());
            section.rows.push(vec![reading.name.clone(), word.to_owned(), terms.cited(reading.clause)]);
        }
    }
    section
}
