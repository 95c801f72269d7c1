//! What readings are worth, as tables and as JSON.

use super::super::words::{Words, day};
use super::super::{Document, Section};
use super::{Difference, Side, Worth};
use crate::engine::run::Run;
use crate::terms::Terms;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

/// What readings are worth, as tables.
#[must_use]
pub fn document(terms: &Terms, run: &Run, all: &[Worth]) -> Document {
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let mut parting = Section::new(
        "readings",
        &["reading", "alternative", "instead of", "clause", "parts at record", "date", "under", "refusals"],
    );
    let mut figures =
        Section::new("differences", &["reading", "alternative", "of", "entry", "column", "default", "value", "difference"]);
    figures.numeric = vec![false, false, false, false, false, true, true, true];
    for w in all.iter().filter(|w| !w.is_nothing()) {
        let (number, on, under) = w.parting.as_ref().map_or_else(Default::default, |p| {
            let number = if p.number == 0 { "—".to_owned() } else { p.number.to_string() };
            let on = if p.day == 0 { "—".to_owned() } else { day(p.day) };
            (number, on, format!("§{}", p.clause))
        });
        let refusals = if w.refusals.0 == w.refusals.1 {
            w.refusals.0.to_string()
        } else {
            format!("{} → {}", w.refusals.0, w.refusals.1)
        };
        parting.rows.push(vec![
            w.reading.clone(),
            w.alternative.clone(),
            w.default.clone(),
            format!("§{}", w.clause),
            number,
            on,
            under,
            refusals,
        ]);
        for d in &w.differences {
            let show = |n: Option<Decimal>| n.map_or_else(|| "—".to_owned(), |n| words.amount(n, &d.ty));
            figures.rows.push(vec![
                w.reading.clone(),
                w.alternative.clone(),
                d.of.replace('_', " "),
                if d.entry.is_empty() { "sum".to_owned() } else { d.entry.clone() },
                d.column.replace('_', " "),
                show(d.default),
                show(d.alternative),
                show(d.by()),
            ]);
        }
    }
    let mut stopped = Section::new("stopped", &["reading", "alternative", "why"]);
    for w in all {
        stopped.rows.extend(w.stopped.as_ref().map(|why| vec![w.reading.clone(), w.alternative.clone(), why.clone()]));
    }
    let same = unchanged(all).join(", ");
    let notes = if same.is_empty() { Vec::new() } else { vec![format!("readings that change nothing here: {same}")] };
    let mut out =
        Document { title: terms.title.clone(), as_of: day(run.as_of), sections: vec![parting, figures, stopped], notes };
    out.sections.retain(|s| !s.rows.is_empty());
    out
}

/// The readings no alternative of which changes anything, and the single alternatives of the others that change nothing.
fn unchanged(all: &[Worth]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for w in all.iter().filter(|w| w.is_nothing()) {
        let whole = all.iter().filter(|o| o.reading == w.reading).all(Worth::is_nothing);
        let name = if whole { w.reading.clone() } else { format!("{}={}", w.reading, w.alternative) };
        if !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

/// What readings are worth, for other programs.
#[must_use]
pub fn json(against: Side<'_>, all: &[Worth]) -> Json {
    let terms = against.terms;
    let list: Vec<Json> = all
        .iter()
        .filter(|w| !w.is_nothing())
        .map(|w| {
            let parts = w.parting.as_ref().map(|p| json!({ "event": (p.number > 0).then_some(p.number), "date": (p.day != 0).then(|| day(p.day)), "clause": p.clause }));
            json!({ "reading": w.reading, "clause": w.clause, "default": w.default, "alternative": w.alternative, "parts": parts,
                "refusals": { "default": w.refusals.0, "alternative": w.refusals.1 },
                "differences": w.differences.iter().map(difference).collect::<Vec<_>>(), "stopped": w.stopped })
        })
        .collect();
    json!({ "terms": terms.title, "as_of": day(against.run.as_of), "against": super::super::json::readings(terms, against.program), "readings": list, "unchanged": unchanged(all) })
}

fn difference(d: &Difference) -> Json {
    let text = |n: Option<Decimal>| n.map(|n| n.to_string());
    json!({ "of": d.of, "entry": d.entry, "column": d.column, "default": text(d.default), "alternative": text(d.alternative),
        "difference": text(d.by()) })
}
