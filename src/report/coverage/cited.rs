//! The clauses that terms cite.

use super::{Row, Standing};
use crate::source::Span;
use crate::syntax::ast::{Citation, EventSort, ExampleKind, ItemKind, Setting};
use crate::terms::Terms;

/// A clause with all that cites it.
#[derive(Debug, Clone)]
pub(super) struct Cited {
    /// The clause.
    pub citation: Citation,
    /// What is said of it.
    pub row: Row,
    /// Where it is cited first.
    pub at: Span,
}

/// The clauses cited, in the order in which they are first cited.
pub(super) fn cited(terms: &Terms) -> Vec<Cited> {
    let mut out: Vec<Cited> = Vec::new();
    for item in &terms.items {
        for citation in &item.citations {
            add(&mut out, citation, &item.kind);
        }
        for citation in mentioned(&item.kind) {
            at(&mut out, citation);
        }
    }
    out
}

/// Clauses that a block mentions and does not encode: they must exist too.
fn mentioned(kind: &ItemKind) -> Vec<&Citation> {
    match kind {
        ItemKind::Adjustments { under, .. } => under.iter().collect(),
        ItemKind::Example { lines, .. } => {
            lines.iter().filter_map(|l| if let ExampleKind::Refused(Some(c)) = &l.kind { Some(c) } else { None }).collect()
        }
        ItemKind::Replace(inner) => mentioned(&inner.kind),
        _ => Vec::new(),
    }
}

/// The place of a clause in the list, a new one where it is cited for the first time.
fn at(out: &mut Vec<Cited>, citation: &Citation) -> usize {
    out.iter().position(|c| c.citation == *citation).unwrap_or_else(|| {
        let row = Row { clause: citation.cite(), ..Row::default() };
        out.push(Cited { citation: citation.clone(), row, at: citation.span });
        out.len() - 1
    })
}

fn add(out: &mut Vec<Cited>, citation: &Citation, kind: &ItemKind) {
    let at = at(out, citation);
    let Some(Cited { row, .. }) = out.get_mut(at) else { return };
    match kind {
        ItemKind::NotComputable(t) => row.reasons.push(flat(&t.plain())),
        ItemKind::Remove { why, .. } => {
            let why = flat(&why.plain());
            if !row.left_out.contains(&why) {
                row.left_out.push(why);
            }
        }
        ItemKind::Defect(t) => row.defects.push(flat(&t.plain())),
        other => {
            let Some((sort, name)) = named(other) else { return };
            let list = match row.encoded.iter().position(|(s, _)| s == sort) {
                Some(n) => row.encoded.get_mut(n),
                None => {
                    row.encoded.push((sort.to_owned(), Vec::new()));
                    row.encoded.last_mut()
                }
            };
            if let Some((_, names)) = list
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
    }
    row.standing = match (row.encoded.is_empty(), row.reasons.is_empty() && row.left_out.is_empty()) {
        (false, _) => Standing::Encoded,
        (true, false) => Standing::Reasoned,
        (true, true) => Standing::Open,
    };
}

/// A text on one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sort and the name of a block that encodes something; an example only tries what others encode.
fn named(kind: &ItemKind) -> Option<(&'static str, String)> {
    let join = |names: &[crate::syntax::ast::Ident]| names.iter().map(|n| n.name.as_str()).collect::<Vec<_>>().join(" and ");
    Some(match kind {
        ItemKind::Event(e) => {
            let sort = match e.sort {
                EventSort::Event => "event",
                EventSort::Observation => "observation",
                EventSort::Deemed => "deemed event",
            };
            (sort, e.name.name.clone())
        }
        ItemKind::Effect { name, .. } => ("effect", name.name.clone()),
        ItemKind::State(s) => ("state", s.name.name.clone()),
        ItemKind::Needs(n) => ("need", n.name.name.clone()),
        ItemKind::Define(d) => ("definition", d.name.name.clone()),
        ItemKind::Table(t) => ("table", t.name.name.clone()),
        ItemKind::Reading { name, .. } => ("reading", name.name.clone()),
        ItemKind::Rule(r) => ("rule", r.name.name.clone()),
        ItemKind::Covenant { name, .. } => ("covenant", name.name.clone()),
        ItemKind::Obligation(o) => ("obligation", o.name.name.clone()),
        ItemKind::Adjustments { states, .. } => ("adjustment", join(states)),
        ItemKind::Round { state, .. } => ("rounding", state.name.clone()),
        ItemKind::Postpone { states, .. } => ("postponement", join(states)),
        ItemKind::AtClose(_) => ("time", "close of business".to_owned()),
        ItemKind::Calendar { name, .. } => ("calendar", name.name.clone()),
        ItemKind::Report { name, .. } => ("report", name.name.clone()),
        ItemKind::Extend { name, .. } => ("event", name.name.clone()),
        ItemKind::Set { name, .. } => ("definition", name.name.clone()),
        ItemKind::SetReading { name, .. } => ("reading", name.name.clone()),
        ItemKind::Setting(Setting::Import(path, _)) => ("library", path.plain()),
        ItemKind::Replace(inner) => return named(&inner.kind),
        ItemKind::Setting(_)
        | ItemKind::Example { .. }
        | ItemKind::NotComputable(_)
        | ItemKind::Defect(_)
        | ItemKind::Allow { .. }
        | ItemKind::Remove { .. } => return None,
    })
}

/// Rows in the order of the clauses' numbers.
pub(super) fn rows(mut cited: Vec<Cited>) -> Vec<Row> {
    cited.retain(|c| c.row.standing != Standing::Open || !c.row.defects.is_empty());
    cited.sort_by_cached_key(|c| order(&c.citation));
    cited.into_iter().map(|c| c.row).collect()
}

/// Where a clause stands in an agreement: by its numbers, its own paragraphs before its parts, the last of them after.
pub(in crate::report) fn order(c: &Citation) -> Vec<(u32, String)> {
    let mut out: Vec<(u32, String)> = Vec::new();
    let (head, brackets) = c.section.split_once('(').unwrap_or((&c.section, ""));
    let numbers = head.split('.').map(|part| (0, part));
    let brackets = brackets.split(['(', ')']).filter(|p| !p.is_empty()).enumerate().map(|(n, part)| (n + 1, part));
    for (depth, part) in numbers.chain(brackets) {
        out.push((2 + count(part, depth), part.to_owned()));
    }
    match c.paragraph.as_deref() {
        Some(p) => out.push(p.parse::<u32>().map_or((u32::MAX, String::new()), |n| (0, format!("{n:04}")))),
        None => out.extend(c.heading.as_ref().map(|h| (1, h.clone()))),
    }
    out
}

/// Letters on the first level, Roman numbers on the second, as most agreements have it.
fn count(part: &str, depth: usize) -> u32 {
    if let Ok(n) = part.parse() {
        return n;
    }
    const ROMAN: [&str; 20] = [
        "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii",
        "xix", "xx",
    ];
    let roman = ROMAN.iter().position(|r| *r == part).and_then(|n| u32::try_from(n + 1).ok());
    let letter = part
        .chars()
        .next()
        .map_or(0, |c| u32::from(c.to_ascii_lowercase()).saturating_sub(96) + 26 * u32::try_from(part.len() - 1).unwrap_or(0));
    if depth > 1 || part.len() > 1 { roman.unwrap_or(letter) } else { letter }
}
