//! Definitions and rules that have another name and are the same otherwise.

use super::Renamed;
use super::blank;
use super::compare::compare;
use super::declaration::{Declaration, declarations};
use crate::source::Span;
use crate::syntax::ast::{ExprKind, Ident, Item, ItemKind};
use crate::terms::Terms;

/// The most pairs that are tried: agreements that have little in common are not searched for names.
const MOST: usize = 4000;

/// Gives what is the same but for its name the name it has in another file.
pub(super) fn renames(items: &mut [Item], terms: &Terms, theirs: &[Declaration<'_>]) -> Vec<Renamed> {
    let mut out: Vec<Renamed> = Vec::new();
    loop {
        let found = pass(items, terms, theirs);
        if found.is_empty() {
            return out;
        }
        for r in found {
            apply(items, &r);
            out.push(r);
        }
    }
}

/// What is found to be called otherwise, with the names found so far.
fn pass(items: &[Item], terms: &Terms, theirs: &[Declaration<'_>]) -> Vec<Renamed> {
    let ours = declarations(items, terms);
    let left: Vec<&Declaration<'_>> = alone(&ours, theirs);
    let right: Vec<&Declaration<'_>> = alone(theirs, &ours);
    let mut out: Vec<Renamed> = Vec::new();
    if left.len() * right.len() > MOST {
        return out;
    }
    for one in left {
        let free = |d: &&&Declaration<'_>| d.sort == one.sort && !out.iter().any(|r| r.sort == d.sort && r.to == d.name);
        let like = right.iter().filter(free).find(|other| {
            let called = Renamed { sort: one.sort.to_owned(), from: one.name.clone(), to: other.name.clone() };
            let mut own: Vec<Item> = one.items.iter().map(|i| (*i).clone()).collect();
            apply(&mut own, &called);
            let own = Declaration { sort: one.sort, name: other.name.clone(), items: own.iter().collect(), closed: Vec::new() };
            owner(&one.name) == owner(&other.name) && compare(&own, other).is_empty()
        });
        out.extend(like.map(|d| Renamed { sort: one.sort.to_owned(), from: one.name.clone(), to: d.name.clone() }));
    }
    out
}

/// Definitions and rules that only one file has by that name.
fn alone<'d, 't>(these: &'d [Declaration<'t>], others: &[Declaration<'_>]) -> Vec<&'d Declaration<'t>> {
    these.iter().filter(|d| matches!(d.sort, "definition" | "rule") && !others.iter().any(|o| o.is(d))).collect()
}

/// Whose a declaration is.
fn owner(name: &str) -> Option<&str> {
    name.split_once(" of ").map(|(_, of)| of)
}

/// A name without whose it is.
fn bare(name: &str) -> &str {
    name.split(" of ").next().unwrap_or(name)
}

/// Puts a new name in the place of an old one.
fn apply(items: &mut [Item], r: &Renamed) {
    let (from, to) = (bare(&r.from), bare(&r.to));
    let rename = |name: &mut Ident| {
        if name.name == from {
            to.clone_into(&mut name.name);
        }
    };
    for item in items {
        match (&mut item.kind, r.sort.as_str()) {
            (ItemKind::Rule(rule), "rule") => {
                rename(&mut rule.name);
                rule.subject_to.iter_mut().chain(&mut rule.notwithstanding).for_each(rename);
            }
            (kind, "definition") => {
                if let ItemKind::Define(d) = kind {
                    rename(&mut d.name);
                }
                let new = Ident { name: to.to_owned(), span: Span::default() };
                blank::in_item(kind, &|n, _| (n == from).then(|| ExprKind::Name(new.clone())));
            }
            _ => {}
        }
    }
}
