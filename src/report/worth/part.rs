//! Where two runs part.

use super::Side;
use crate::engine::run::{Run, SaidPart, Status, Value};
use crate::terms::{ClauseId, RuleId, StateId, Terms};
use rust_decimal::Decimal;

/// The first record at which two runs do not do the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parting {
    /// The record; 0 for a rule at a moment.
    pub number: u32,
    /// The day.
    pub day: i64,
    /// The clause under which they part.
    pub clause: String,
}

/// Something a run did.
#[derive(Debug, Clone, PartialEq)]
enum Did {
    Changed { rule: RuleId, state: StateId, row: u32, pending: bool, waits: bool, after: Decimal },
    Refused(String),
    Recorded { effect: usize, values: Vec<Value> },
    Warned(String),
    Annulled(Vec<u32>),
    Stopped,
}

/// A deed with its moment: the place in the stream, the record, the day.
type Deed = ((u32, u32, i64), Option<ClauseId>, Did);

/// Where two runs part. What is recomputed stands under the record it was first done at: `shorter` gives both runs over the
/// records before a number, to tell whether they had parted by then.
#[must_use]
pub fn part(terms: &Terms, a: Side<'_>, b: Side<'_>, shorter: &dyn Fn(u32) -> (Run, Run)) -> Option<Parting> {
    let found = first(terms, a, b)?;
    let mut annulling: Vec<(u32, i64, Option<ClauseId>)> =
        a.run.rescissions.iter().chain(&b.run.rescissions).map(|r| (r.when.number, r.when.day, r.clause)).collect();
    annulling.sort_unstable_by_key(|r| r.0);
    annulling.dedup_by_key(|r| r.0);
    for (number, day, clause) in annulling.into_iter().filter(|r| r.0 > found.number) {
        let (x, y) = shorter(number);
        if let Some(before) = first(terms, Side { run: &x, ..a }, Side { run: &y, ..b }) {
            return Some(before);
        }
        let (x, y) = shorter(number + 1);
        if first(terms, Side { run: &x, ..a }, Side { run: &y, ..b }).is_some() {
            return Some(Parting { number, day, clause: terms.cite(clause).to_owned() });
        }
    }
    Some(found)
}

fn first(terms: &Terms, a: Side<'_>, b: Side<'_>) -> Option<Parting> {
    let (ours, theirs) = (deeds(a), deeds(b));
    let at = ours.iter().zip(&theirs).position(|(x, y)| x.0 != y.0 || x.2 != y.2).unwrap_or_else(|| ours.len().min(theirs.len()));
    let (x, y) = (ours.get(at), theirs.get(at));
    let deed = match (x, y) {
        // one does something before the other does
        (Some(x), Some(y)) if x.0 <= y.0 => x,
        (_, Some(y)) => y,
        (Some(x), None) => x,
        (None, None) => return None,
    };
    Some(Parting { number: deed.0.1, day: deed.0.2, clause: terms.cite(deed.1).to_owned() })
}

/// What a run did, in order.
fn deeds(side: Side<'_>) -> Vec<Deed> {
    let run = side.run;
    let mut out: Vec<Deed> = Vec::new();
    let when = |m: crate::engine::run::Moment| (m.at, m.number, m.day);
    for c in &run.changes {
        let Some(site) = side.program.sites.get(usize::from(c.site)) else { continue };
        let (waits, after) = (c.status == Status::Pending, c.after.round_dp(20));
        let did = Did::Changed { rule: site.rule, state: site.state, row: c.row, pending: site.pending, waits, after };
        out.push((when(c.when), c.clause, did));
    }
    for r in &run.refusals {
        let text = r.reason.parts.iter().map(|p| if let SaidPart::Plain(t) = p { t.as_str() } else { "…" }).collect();
        out.push((when(r.when), r.clause, Did::Refused(text)));
    }
    for l in &run.lines {
        out.push((when(l.when), l.clause, Did::Recorded { effect: l.effect.at(), values: l.values.clone() }));
    }
    for w in &run.warnings {
        let text = w.text.parts.iter().map(|p| if let SaidPart::Plain(t) = p { t.as_str() } else { "…" }).collect();
        out.push((when(w.when), w.clause, Did::Warned(text)));
    }
    for r in &run.rescissions {
        out.push((when(r.when), r.clause, Did::Annulled(r.annulled.clone())));
    }
    if let Some(s) = &run.stopped {
        let clause = if let crate::engine::run::StopReason::Stop { clause, .. } = &s.why { *clause } else { None };
        out.push((when(s.when), clause, Did::Stopped));
    }
    out.sort_by_key(|d| d.0);
    out
}
