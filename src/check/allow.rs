//! Warnings that the terms say are not to be given.

use super::Problem;
use super::error::WARNINGS;
use super::item::key;
use super::load::{Loaded, LoadedItem};
use crate::source::Span;
use crate::syntax::ast::{Ident, ItemKind};

/// Leaves out what an `allow` silences, and tells of those that silence nothing.
pub(super) fn told(problems: Vec<Problem>, loaded: &Loaded) -> Vec<Problem> {
    let mut out = Vec::new();
    let mut used = vec![false; loaded.items.len()];
    for problem in problems {
        let silenced = !problem.is_error() && {
            let by = loaded.items.iter().position(|a| silences(loaded, a, &problem));
            if let Some(slot) = by.and_then(|at| used.get_mut(at)) {
                *slot = true;
            }
            by.is_some()
        };
        if !silenced {
            out.push(problem);
        }
    }
    let whole = !out.iter().any(Problem::is_error);
    for (item, used) in loaded.items.iter().zip(used) {
        let ItemKind::Allow { code, of, .. } = &item.item.kind else { continue };
        if !WARNINGS.contains(&code.name.as_str()) {
            out.push(unknown(code));
        } else if let Some(name) = of.as_ref().filter(|n| places(loaded, item.item.span, n).is_empty()) {
            out.push(no_such(loaded, item.item.span, name));
        } else if !used && whole && item.item.span.file == loaded.main {
            let of = of.as_ref().map(|n| n.name.clone());
            out.push(Problem::AllowsNothing { at: code.span, code: code.name.clone(), of });
        }
    }
    out
}

/// Whether an `allow` speaks of a warning.
fn silences(loaded: &Loaded, item: &LoadedItem, problem: &Problem) -> bool {
    let ItemKind::Allow { code, of, .. } = &item.item.kind else { return false };
    let at = problem.span();
    if code.name != problem.id() || item.item.span.file != at.file {
        return false;
    }
    of.as_ref().is_none_or(|name| {
        places(loaded, item.item.span, name).iter().any(|s| s.file == at.file && s.start <= at.start && at.end <= s.end)
    })
}

/// Where the declarations of a name stand in the file of an `allow`.
fn places(loaded: &Loaded, allow: Span, name: &Ident) -> Vec<Span> {
    let is = |n: &str| n == name.name || n.split(" of ").next() == Some(name.name.as_str());
    let here = loaded.items.iter().filter(|i| i.item.span.file == allow.file);
    here.filter(|i| key(&i.item.kind).is_some_and(|(_, n)| is(&n))).map(|i| i.item.span).collect()
}

fn unknown(code: &Ident) -> Problem {
    let nearest = super::name::nearest(&code.name, WARNINGS.into_iter());
    let (at, name, what) = (code.span, code.name.clone(), "warning".to_owned());
    match nearest {
        None => Problem::Meant { at, name, what, help: "write the code as the message shows it: `check::unused`".to_owned() },
        nearest => Problem::UnknownName { at, name, what, nearest },
    }
}

fn no_such(loaded: &Loaded, allow: Span, name: &Ident) -> Problem {
    let here = loaded.items.iter().filter(|i| i.item.span.file == allow.file);
    let known: Vec<String> = here.filter_map(|i| key(&i.item.kind)).map(|(_, n)| n).collect();
    let nearest = super::name::nearest(&name.name, known.iter().map(|n| n.split(" of ").next().unwrap_or(n)));
    let what = "declaration of this file".to_owned();
    Problem::UnknownName { at: name.span, name: name.name.clone(), what, nearest }
}
