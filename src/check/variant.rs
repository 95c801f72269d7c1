//! What is wrong because of a variant, told of the variant: what it removes and something still uses, with all places; what it
//! declares beside that of its base.

use super::Problem;
use super::load::Loaded;
use crate::source::Span;
use crate::syntax::ast::{ItemKind, Removed, Setting};

/// Tells of a variant what was found in its base.
pub(super) fn told(problems: Vec<Problem>, loaded: &Loaded) -> Vec<Problem> {
    let mut out = Vec::new();
    let mut used: Vec<(String, Vec<String>)> = Vec::new();
    for problem in problems {
        match &problem {
            Problem::Duplicate { at, name, first } | Problem::DuplicateOfFile { at, name, first }
                if beside(loaded, *at, first) =>
            {
                out.push(Problem::NotReplaced { at: *at, name: name.clone(), first: first.clone() });
            }
            Problem::UnknownName { at, name, .. } | Problem::Meant { at, name, .. } if removed(loaded, name).is_some() => {
                let place = loaded.sources.place(*at);
                match used.iter_mut().find(|(n, _)| n == name) {
                    Some((_, places)) if places.contains(&place) => {}
                    Some((_, places)) => places.push(place),
                    None => used.push((name.clone(), vec![place])),
                }
            }
            _ => out.push(problem),
        }
    }
    for (name, places) in used {
        if let Some((at, said)) = removed(loaded, &name) {
            out.push(Problem::StillUsed { at, name: said, places: listed(&places) });
        }
    }
    out
}

/// Whether a variant declares what another of its files has.
fn beside(loaded: &Loaded, at: Span, first: &str) -> bool {
    let variant = |kind: &ItemKind| matches!(kind, ItemKind::Setting(Setting::Variant(..)));
    let here = loaded.items.iter().any(|i| variant(&i.item.kind) && i.item.span.file == at.file);
    let same = loaded.sources.get(at.file).is_some_and(|f| first.starts_with(&format!("{}:", f.path.display())));
    here && first.contains(':') && !same
}

/// Where something of this name is removed, and what it is.
fn removed(loaded: &Loaded, name: &str) -> Option<(Span, String)> {
    loaded.items.iter().find_map(|i| match &i.item.kind {
        ItemKind::Remove { what: Removed::Named { sort, name: Some(n), .. }, .. } if n.name == name => {
            Some((i.item.span, format!("{} `{name}`", super::item::word(&sort.name))))
        }
        _ => None,
    })
}

/// Places, the first few of them.
fn listed(places: &[String]) -> String {
    const SHOWN: usize = 5;
    let more = places.len().saturating_sub(SHOWN);
    let shown = places.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
