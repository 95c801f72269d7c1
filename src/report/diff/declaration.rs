//! The declarations of terms, by what they are called.

use super::phrase::Phrase;
use super::slot::{Slot, slots};
use crate::engine::day;
use crate::syntax::ast::{Citation, Event, EventSort, Ident, Item, ItemKind, Removed, Setting};
use crate::syntax::print;
use crate::terms::Terms;

/// The label of the clauses that a declaration comes from.
pub(super) const COMES_FROM: &str = "comes from";

/// A declaration, or all of those that together say one thing.
pub(super) struct Declaration<'t> {
    /// Its sort in words.
    pub sort: &'static str,
    /// Its name, with whose it is.
    pub name: String,
    /// What was written.
    pub items: Vec<&'t Item>,
    /// The days on which a calendar is closed.
    pub closed: Vec<String>,
}

impl Declaration<'_> {
    /// Whether the other file's declaration is of this sort and name.
    pub(super) fn is(&self, other: &Declaration<'_>) -> bool {
        self.sort == other.sort && self.name == other.name
    }

    /// The clause it stands under.
    pub(super) fn clause(&self) -> Option<Citation> {
        let cited = |i: &&Item| !matches!(i.kind, ItemKind::Setting(_));
        self.items.iter().copied().filter(cited).find_map(|i| i.citations.first()).cloned()
    }

    /// Its parts, the clauses it comes from among them.
    pub(super) fn slots(&self) -> Vec<Slot> {
        let mut cited: Vec<&Citation> = Vec::new();
        for c in self.items.iter().filter(|i| !matches!(i.kind, ItemKind::Setting(_))).flat_map(|i| &i.citations) {
            if !cited.contains(&c) {
                cited.push(c);
            }
        }
        let cited = cited.iter().map(|c| Phrase::atom(format!("§{}", c.cite()))).collect();
        let mut out = vec![Slot::new(COMES_FROM, Phrase::any(", ", cited))];
        let merged = self.items.len() > 1 && self.name.is_empty();
        for slot in self.items.iter().flat_map(|i| slots(&i.kind)) {
            if !(merged && out.iter().any(|s| s.id == slot.id)) {
                out.push(slot);
            }
        }
        out
    }

    /// The whole of it as it is written, without its clauses.
    pub(super) fn whole(&self) -> String {
        let each =
            |i: &&Item| print::item(&Item { citations: Vec::new(), kind: i.kind.clone(), span: i.span }).trim_end().to_owned();
        self.items.iter().map(each).collect::<Vec<_>>().join("\n")
    }
}

/// The declarations of terms, in the order in which they stand.
pub(super) fn declarations<'t>(items: &'t [Item], terms: &Terms) -> Vec<Declaration<'t>> {
    let mut out: Vec<Declaration<'_>> = Vec::new();
    for item in items {
        let Some((sort, name)) = called(item) else { continue };
        let same = out.iter_mut().find(|d| d.sort == sort && d.name == name);
        match same {
            Some(d) => d.items.push(item),
            None => {
                let calendar = terms.calendars.iter().find(|c| sort == "calendar" && c.name == name);
                let closed = calendar
                    .map(|c| c.closed.iter().filter_map(|d| day::date(*d)).map(|d| d.to_string()).collect())
                    .unwrap_or_default();
                out.push(Declaration { sort, name, items: vec![item], closed });
            }
        }
    }
    out
}

/// What a declaration is called: its sort in words, and its name.
fn called(item: &Item) -> Option<(&'static str, String)> {
    let of = |name: &Ident, of: Option<&Ident>| with_owner(&name.name, of.map(|o| o.name.as_str()));
    let states = |list: &[Ident]| {
        let mut names: Vec<&str> = list.iter().map(|n| n.name.as_str()).collect();
        names.sort_unstable();
        names.join(" and ")
    };
    Some(match &item.kind {
        ItemKind::Setting(s) => match s {
            Setting::Terms(_) | Setting::Library(_) | Setting::Variant(..) | Setting::Import(..) => return None,
            _ => ("what holds for the whole file", String::new()),
        },
        ItemKind::Event(Event { sort: EventSort::Deemed, name, .. }) => ("deemed event", name.name.clone()),
        ItemKind::Event(e) => ("event", e.name.name.clone()),
        ItemKind::Effect { name, .. } => ("effect", name.name.clone()),
        ItemKind::State(s) => ("state", of(&s.name, s.of.as_ref())),
        ItemKind::Define(d) => ("definition", of(&d.name, d.of.as_ref())),
        ItemKind::Table(t) => ("table", t.name.name.clone()),
        ItemKind::Reading { name, .. } => ("reading", name.name.clone()),
        ItemKind::Rule(r) => ("rule", r.name.name.clone()),
        ItemKind::Covenant { name, .. } => ("covenant", name.name.clone()),
        ItemKind::Obligation(o) => ("obligation", o.name.name.clone()),
        ItemKind::Adjustments { .. } => ("what counts as an adjustment", String::new()),
        ItemKind::Round { state, .. } => ("rounding of", state.name.clone()),
        ItemKind::Postpone { states: list, .. } => ("postponement of", states(list)),
        ItemKind::AtClose(_) => ("what happens at close of business", String::new()),
        ItemKind::Calendar { name, .. } => ("calendar", name.name.clone()),
        ItemKind::Report { name, of: kind, .. } => ("report", of(name, kind.as_ref())),
        ItemKind::NotComputable(_) => ("why not computable:", print::citations(&item.citations)),
        ItemKind::Defect(_) => ("defect of", print::citations(&item.citations)),
        ItemKind::Needs(_)
        | ItemKind::Allow { .. }
        | ItemKind::Example { .. }
        | ItemKind::Replace(_)
        | ItemKind::Remove { .. }
        | ItemKind::Extend { .. }
        | ItemKind::Set { .. }
        | ItemKind::SetReading { .. } => return None,
    })
}

fn with_owner(name: &str, of: Option<&str>) -> String {
    of.map_or_else(|| name.to_owned(), |of| format!("{name} of {of}"))
}

/// Why a variant left a declaration out, where one did.
pub(super) fn left_out(terms: &Terms, d: &Declaration<'_>) -> Option<String> {
    let (name, of) = d.name.split_once(" of ").map_or((d.name.as_str(), None), |(n, of)| (n, Some(of)));
    terms.items.iter().rev().find_map(|i| {
        let ItemKind::Remove { what, why } = &i.kind else { return None };
        let meant = match what {
            Removed::Named { sort, name: n, of: o } => {
                let named = n.as_ref().map_or("", |n| n.name.as_str());
                let owner = o.as_ref().is_none_or(|o| of == Some(o.name.as_str()));
                of_sort(&sort.name, d.sort) && owner && (named == name || d.name.is_empty())
            }
            Removed::Clause(_) => !d.items.is_empty() && d.items.iter().all(|item| item.citations == i.citations),
        };
        meant.then(|| why.plain())
    })
}

/// Whether a word of the language means a sort.
fn of_sort(word: &str, sort: &str) -> bool {
    match word {
        "define" | "table" => matches!(sort, "definition" | "table"),
        "event" | "observation" | "deemed" => matches!(sort, "event" | "deemed event"),
        "final" => sort == "rule",
        "round" => sort == "rounding of",
        "postpone" => sort == "postponement of",
        "adjustment" => sort == "what counts as an adjustment",
        "at" => sort == "what happens at close of business",
        other => other == sort,
    }
}
