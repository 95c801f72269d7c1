//! What a variant removes and something still uses: told once, where it is removed, with all places.

use super::Problem;
use super::load::Loaded;
use crate::syntax::ast::{ItemKind, Removed};

/// Gathers what is unknown because a variant removed it.
pub(super) fn still_used(problems: Vec<Problem>, loaded: &Loaded) -> Vec<Problem> {
    let mut out = Vec::new();
    let mut used: Vec<(String, Vec<String>)> = Vec::new();
    for problem in problems {
        match &problem {
            Problem::UnknownName { at, name, .. } if removed(loaded, name).is_some() => {
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

/// Where something of this name is removed, and what it is.
fn removed(loaded: &Loaded, name: &str) -> Option<(crate::source::Span, String)> {
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
