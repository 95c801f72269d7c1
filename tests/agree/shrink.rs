//! A disagreement made as small as it can be: least terms, least stream.

#[path = "shrink/edit.rs"]
mod edit;

use crate::case::{Records, Sides};
use crate::compare::{Class, Difference};
use crate::streams::Draft;
use crate::tree;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::time::{Duration, Instant};
use tenor::reckon::Reckoner;
use tenor::syntax::ast::Item;
use tenor::terms::Terms;

/// Which disagreement is followed.
pub(crate) type Sort = (Class, String);

/// A disagreement with all that shows it.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    /// The terms, as one file.
    pub items: Vec<Item>,
    /// The stream; its readings are those of `given`.
    pub draft: Draft,
    /// Readings that are not the default: name and word.
    pub given: Vec<(String, String)>,
}

/// Readings by name, those that are not the default.
pub(crate) fn given(terms: &Terms, readings: &[u32]) -> Vec<(String, String)> {
    let chosen = terms.readings.iter().zip(readings).filter(|(r, n)| r.default != **n);
    chosen.filter_map(|(r, n)| Some((r.name.clone(), r.alternatives.get(usize::try_from(*n).ok()?)?.0.clone()))).collect()
}

/// Readings by number.
pub(crate) fn readings(terms: &Terms, given: &[(String, String)]) -> Vec<u32> {
    let mut out = Reckoner::defaults(terms);
    for (slot, r) in out.iter_mut().zip(&terms.readings) {
        if let Some((_, word)) = given.iter().find(|(name, _)| *name == r.name) {
            let at = r.alternatives.iter().position(|(w, _)| w == word);
            *slot = at.and_then(|at| u32::try_from(at).ok()).unwrap_or(*slot);
        }
    }
    out
}

/// The difference of a sort among all.
pub(crate) fn of_sort(differences: Vec<Difference>, sort: &Sort) -> Option<Difference> {
    differences.into_iter().find(|d| d.class == sort.0 && d.sort == sort.1)
}

/// Whether terms and a stream show a sort of disagreement.
fn shows(sides: &Sides<'_>, draft: &Draft, sort: &Sort) -> bool {
    let records = Records::of_lines(sides.terms, &draft.texts());
    of_sort(sides.compare(&records, draft.how).differences, sort).is_some()
}

/// Whether all of it shows that.
pub(crate) fn whole_shows(whole: &Whole, sort: &Sort) -> bool {
    let Ok(terms) = tree::check(&whole.items) else { return false };
    let readings = readings(&terms, &whole.given);
    Sides::new(&terms, &readings, &[]).is_ok_and(|sides| shows(&sides, &whole.draft, sort))
}

/// The least stream that still shows it.
pub(crate) fn stream(sides: &Sides<'_>, mut draft: Draft, sort: &Sort, until: Instant) -> Draft {
    fewer_lines(sides, &mut draft, sort, until);
    simplify(sides, &mut draft, sort, until);
    fewer_lines(sides, &mut draft, sort, until);
    draft
}

fn fewer_lines(sides: &Sides<'_>, draft: &mut Draft, sort: &Sort, until: Instant) {
    let mut chunk = draft.lines.len() / 2;
    while chunk > 0 && Instant::now() < until {
        let mut at = 0;
        let mut less = false;
        while at < draft.lines.len() {
            let mut tried = draft.clone();
            tried.lines.drain(at..(at + chunk).min(tried.lines.len()));
            if shows(sides, &tried, sort) {
                *draft = tried;
                less = true;
            } else {
                at += chunk;
            }
        }
        if !less || chunk > 1 {
            chunk /= 2;
        }
    }
}

fn simplify(sides: &Sides<'_>, draft: &mut Draft, sort: &Sort, until: Instant) {
    let attempt = |draft: &mut Draft, change: &mut dyn FnMut(&mut Draft)| {
        let mut tried = draft.clone();
        change(&mut tried);
        if Instant::now() < until && tried.texts() != draft.texts() && shows(sides, &tried, sort) {
            *draft = tried;
            return true;
        }
        false
    };
    for how in [
        |h: &mut crate::case::Asked| h.known_on = None,
        |h: &mut crate::case::Asked| h.as_of = None,
        |h: &mut crate::case::Asked| h.keep_going = false,
    ] {
        let mut tried = draft.clone();
        how(&mut tried.how);
        if tried.how != draft.how && shows(sides, &tried, sort) {
            *draft = tried;
        }
    }
    for n in 0..draft.lines.len() {
        let names: Vec<String> = draft.lines.get(n).map(|l| l.keys().cloned().collect()).unwrap_or_default();
        for name in names.iter().filter(|name| !["date", "event"].contains(&name.as_str())) {
            let gone = attempt(draft, &mut |d| {
                d.lines.get_mut(n).map(|l| l.shift_remove(name));
            });
            if gone {
                continue;
            }
            let Some(old) = draft.lines.get(n).and_then(|l| l.get(name)).cloned() else { continue };
            for simple in simpler(&old) {
                if attempt(draft, &mut |d| put(d, n, name, simple.clone())) {
                    break;
                }
            }
        }
    }
    // days closer together
    for n in 1..draft.lines.len() {
        let day = |d: &Draft, n: usize| {
            d.lines.get(n).and_then(|l| l.get("date")).and_then(Json::as_str).and_then(tenor::event::day_number)
        };
        let (Some(before), Some(own)) = (day(draft, n - 1), day(draft, n)) else { continue };
        for to in [before, before + 1] {
            if to < own && attempt(draft, &mut |d| put(d, n, "date", Json::String(crate::seen::day(to)))) {
                break;
            }
        }
    }
}

fn put(draft: &mut Draft, n: usize, name: &str, value: Json) {
    if let Some(line) = draft.lines.get_mut(n) {
        line.insert(name.to_owned(), value);
    }
}

/// Simpler values in the place of one.
fn simpler(old: &Json) -> Vec<Json> {
    let number = |t: &str| t.parse::<Decimal>().ok();
    match old {
        Json::String(t) => match number(t) {
            Some(n) => {
                let mut all: Vec<String> = ["1", "2", "10", "100", "1000"].iter().map(|s| (*s).to_owned()).collect();
                all.extend([n.trunc(), n.round_dp(1), n.round_dp(2), n.round_dp(4)].map(|n| n.normalize().to_string()));
                all.retain(|s| s.len() < t.len());
                all.into_iter().map(Json::String).collect()
            }
            None => Vec::new(),
        },
        Json::Array(items) => (0..items.len())
            .map(|at| Json::Array(items.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, v)| v.clone()).collect()))
            .collect(),
        _ => Vec::new(),
    }
}

/// The least terms and stream that still show it.
pub(crate) fn whole(mut whole: Whole, sort: &Sort, budget: Duration) -> Whole {
    let until = Instant::now() + budget;
    for round in 0..3 {
        let before = (tree::text(&whole.items).len(), whole.draft.lines.len());
        fewer_items(&mut whole, sort, until);
        for way in edit::WAYS {
            let mut n = 0;
            while Instant::now() < until {
                let mut tried = whole.clone();
                if !way(&mut tried.items, n) {
                    break;
                }
                if whole_shows(&tried, sort) {
                    whole = tried;
                } else {
                    n += 1;
                }
            }
        }
        let mut n = 0;
        while n < whole.given.len() {
            let mut tried = whole.clone();
            tried.given.remove(n);
            if whole_shows(&tried, sort) { whole = tried } else { n += 1 }
        }
        if let Ok(terms) = tree::check(&whole.items) {
            let chosen = readings(&terms, &whole.given);
            if let Ok(sides) = Sides::new(&terms, &chosen, &[]) {
                whole.draft = stream(&sides, whole.draft.clone(), sort, until);
            }
        }
        if round > 0 && before == (tree::text(&whole.items).len(), whole.draft.lines.len()) {
            break;
        }
    }
    whole
}

fn fewer_items(whole: &mut Whole, sort: &Sort, until: Instant) {
    let mut chunk = (whole.items.len() / 4).max(1);
    loop {
        let mut less = false;
        let mut end = whole.items.len();
        while end > 0 && Instant::now() < until {
            let start = end.saturating_sub(chunk);
            let mut tried = whole.clone();
            tried.items.drain(start..end);
            if whole_shows(&tried, sort) {
                *whole = tried;
                less = true;
            }
            end = start.min(whole.items.len());
        }
        if chunk == 1 && !less || Instant::now() >= until {
            return;
        }
        chunk = (chunk / 2).max(1);
    }
}
