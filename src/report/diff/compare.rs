//! The parts of two declarations, each held against its like.

use super::blank::Place;
use super::declaration::Declaration;
use super::mark::{Piece, mark, whole};
use super::phrase::Phrase;
use super::slot::Slot;
use super::{Part, blank, rule};
use crate::syntax::ast::{Define, ExprKind, Ident, Item, ItemKind};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The parts in which a declaration differs from another of its name.
pub(super) fn compare(a: &Declaration<'_>, b: &Declaration<'_>) -> Vec<Part> {
    let renamed = match (a.items.as_slice(), b.items.as_slice()) {
        ([one], [other]) => named_alike(one, other),
        _ => None,
    };
    let ours = match &renamed {
        Some(item) => Declaration { sort: a.sort, name: a.name.clone(), items: vec![item], closed: Vec::new() }.slots(),
        None => a.slots(),
    };
    let mut out = slots(&ours, &b.slots());
    out.extend(closed(a, b));
    out
}

/// A declaration with the names it gives for itself as another gives them.
fn named_alike(one: &Item, other: &Item) -> Option<Item> {
    let mut out = one.clone();
    match (&mut out.kind, &other.kind) {
        (ItemKind::Rule(ours), ItemKind::Rule(theirs)) => **ours = rule::renamed(ours, theirs),
        (ItemKind::Define(ours), ItemKind::Define(theirs)) => parameters(ours, theirs),
        (ItemKind::Table(ours), ItemKind::Table(theirs)) => {
            ours.params.iter_mut().zip(&theirs.params).for_each(|(p, q)| p.name = q.name.clone());
        }
        _ => return None,
    }
    Some(out)
}

/// Parameters are known by their places.
fn parameters(ours: &mut Define, theirs: &Define) {
    let pairs: Vec<(String, Ident)> =
        ours.params.iter().zip(&theirs.params).map(|(p, q)| (p.name.name.clone(), q.name.clone())).collect();
    let new = |n: &str, place: Place| {
        let (_, new) = pairs.iter().find(|(old, _)| place == Place::Alone && old == n)?;
        Some(ExprKind::Name(new.clone()))
    };
    blank::names(&mut ours.value, &new);
    ours.params.iter_mut().zip(&theirs.params).for_each(|(p, q)| p.name = q.name.clone());
}

/// Parts by their ids: those that mean the same first, then in their order.
fn slots(ours: &[Slot], theirs: &[Slot]) -> Vec<Part> {
    let mut ids: Vec<&str> = Vec::new();
    for s in ours.iter().chain(theirs) {
        if !ids.contains(&s.id.as_str()) {
            ids.push(&s.id);
        }
    }
    let mut out: Vec<(Part, Option<&str>)> = Vec::new();
    for id in ids {
        let mut left: Vec<&Slot> = ours.iter().filter(|s| s.id == id).collect();
        let mut right: Vec<&Slot> = theirs.iter().filter(|s| s.id == id).collect();
        left.retain(|l| match right.iter().position(|r| r.meaning == l.meaning || r.what.key == l.what.key) {
            Some(at) => {
                right.remove(at);
                false
            }
            None => true,
        });
        let pairs = left.len().min(right.len());
        for (l, r) in left.iter().zip(&right) {
            out.extend(differing(l, r).into_iter().map(|p| (p, None)));
        }
        out.extend(left.iter().skip(pairs).map(|l| (only(l, true), l.local.as_deref())));
        out.extend(right.iter().skip(pairs).map(|r| (only(r, false), r.local.as_deref())));
    }
    spoken(out)
}

/// A name for one's own counts only where a part that differs says it.
fn spoken(parts: Vec<(Part, Option<&str>)>) -> Vec<Part> {
    let text: String = parts.iter().flat_map(|(p, _)| p.before.iter().chain(&p.after)).map(|p| format!(" {} ", p.text)).collect();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    parts.into_iter().filter(|(_, local)| local.is_none_or(|name| words.contains(&name))).map(|(p, _)| p).collect()
}

fn only(s: &Slot, ours: bool) -> Part {
    let pieces = whole(&s.what, true);
    let (before, after) = if ours { (pieces, Vec::new()) } else { (Vec::new(), pieces) };
    Part { label: s.label.clone(), before, after }
}

/// Two parts of one id that do not mean the same.
fn differing(a: &Slot, b: &Slot) -> Vec<Part> {
    if !a.cases.is_empty() && !b.cases.is_empty() {
        return cases(a, b);
    }
    let (before, after) = mark(&a.what, &b.what);
    vec![Part { label: b.label.clone(), before, after }]
}

/// Waterfalls case by case: their order counts.
fn cases(a: &Slot, b: &Slot) -> Vec<Part> {
    let keys = |s: &Slot| s.cases.iter().map(|(_, p)| p.key.clone()).collect::<Vec<_>>();
    let (left, right) = (keys(a), keys(b));
    let mut out = Vec::new();
    let label = |name: &str| format!("{}, {name}", b.label);
    for op in capture_diff_slices(Algorithm::Myers, &left, &right) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let old: Vec<&(String, Phrase)> = a.cases.get(op.old_range()).unwrap_or_default().iter().collect();
        let mut new: Vec<&(String, Phrase)> = b.cases.get(op.new_range()).unwrap_or_default().iter().collect();
        for (name, phrase) in old {
            if let Some(at) = right.iter().position(|k| *k == phrase.key) {
                let place = left.iter().position(|k| *k == phrase.key).unwrap_or(0);
                let (before, after) = (Phrase::words(ordinal(place)), Phrase::words(ordinal(at)));
                let label = label(&format!("place of `{}`", phrase.plain()));
                out.push(Part { label, before: whole(&before, true), after: whole(&after, true) });
                continue;
            }
            let like = new
                .iter()
                .position(|(n, p)| n == name && !left.contains(&p.key))
                .or_else(|| new.iter().position(|(n, p)| (n == "otherwise") == (name == "otherwise") && !left.contains(&p.key)));
            match like {
                Some(at) => {
                    let (name, other) = new.remove(at);
                    let (before, after) = mark(phrase, other);
                    out.push(Part { label: label(name), before, after });
                }
                None => out.push(Part { label: label(name), before: whole(phrase, true), after: Vec::new() }),
            }
        }
        for (name, phrase) in new.into_iter().filter(|(_, p)| !left.contains(&p.key)) {
            out.push(Part { label: label(name), before: Vec::new(), after: whole(phrase, true) });
        }
    }
    out
}

fn ordinal(at: usize) -> String {
    format!("case {}", at + 1)
}

/// The days on which a calendar is closed, which it has from a file.
fn closed(a: &Declaration<'_>, b: &Declaration<'_>) -> Option<Part> {
    let missing = |from: &[String], other: &[String]| from.iter().filter(|d| !other.contains(d)).cloned().collect::<Vec<_>>();
    let (before, after) = (missing(&a.closed, &b.closed), missing(&b.closed, &a.closed));
    if before.is_empty() && after.is_empty() {
        return None;
    }
    Some(Part { label: "closed on".into(), before: days(&before), after: days(&after) })
}

/// Days, the first few of them.
fn days(list: &[String]) -> Vec<Piece> {
    const SHOWN: usize = 8;
    if list.is_empty() {
        return Vec::new();
    }
    let mut text = list.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if list.len() > SHOWN {
        text.push_str(&format!(" and {} more", list.len() - SHOWN));
    }
    vec![Piece { text, changed: true }]
}
