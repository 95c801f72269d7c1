//! What a variant does to the blocks of its base.

use super::Problem;
use super::load::LoadedItem;
use crate::source::{Sources, Span};
use crate::syntax::ast::{Citation, Event, Ident, Item, ItemKind, Member, Removed, Setting, Text};

/// What a declaration is called by those who change it: its sort and its name, with whose it is.
type Key = (&'static str, String);

/// What was changed, where, and whether something was only added to it.
type Changed = (Key, Span, bool);

/// The words a variant has for what it removes, and the sorts they mean.
const SORTS: [(&str, &[&str]); 18] = [
    ("event", &["event"]),
    ("observation", &["event"]),
    ("deemed", &["event"]),
    ("effect", &["effect"]),
    ("state", &["state"]),
    ("define", &["define"]),
    ("table", &["table"]),
    ("reading", &["reading"]),
    ("rule", &["rule"]),
    ("final", &["rule"]),
    ("covenant", &["covenant"]),
    ("obligation", &["obligation"]),
    ("round", &["round"]),
    ("postpone", &["postpone"]),
    ("calendar", &["calendar"]),
    ("report", &["report"]),
    ("adjustment", &["adjustment"]),
    ("at", &["at"]),
];

/// The sorts that a word means.
fn sorts(word: &str) -> Option<&'static [&'static str]> {
    SORTS.iter().find(|(w, _)| *w == word).map(|(_, sorts)| *sorts)
}

/// A sort in words.
pub(super) fn word(sort: &str) -> &str {
    match sort {
        "define" => "definition",
        "round" => "rounding",
        "postpone" => "postponement",
        other => other,
    }
}

/// A declaration as it is written: `state price of certificate`.
fn said(key: &Key) -> String {
    format!("{} {}", key.0, key.1).trim_end().to_owned()
}

/// Whether a clause is another or one within it.
fn holds(clause: &Citation, other: &Citation) -> bool {
    let within = crate::terms::within(&other.section, &clause.section);
    if clause.paragraph.is_none() && clause.heading.is_none() { within } else { clause == other }
}

/// What a declaration is called.
pub(super) fn key(kind: &ItemKind) -> Option<Key> {
    let of =
        |name: &Ident, of: Option<&Ident>| of.map_or_else(|| name.name.clone(), |of| format!("{} of {}", name.name, of.name));
    Some(match kind {
        ItemKind::Event(e) => ("event", e.name.name.clone()),
        ItemKind::Effect { name, .. } => ("effect", name.name.clone()),
        ItemKind::State(s) => ("state", of(&s.name, s.of.as_ref())),
        ItemKind::Define(d) => ("define", of(&d.name, d.of.as_ref())),
        ItemKind::Table(t) => ("table", t.name.name.clone()),
        ItemKind::Reading { name, .. } => ("reading", name.name.clone()),
        ItemKind::Rule(r) => ("rule", r.name.name.clone()),
        ItemKind::Covenant { name, .. } => ("covenant", name.name.clone()),
        ItemKind::Obligation(o) => ("obligation", o.name.name.clone()),
        ItemKind::Round { state, .. } => ("round", state.name.clone()),
        ItemKind::Postpone { states, .. } => ("postpone", states.first().map(|s| s.name.clone()).unwrap_or_default()),
        ItemKind::Calendar { name, .. } => ("calendar", name.name.clone()),
        ItemKind::Report { name, .. } => ("report", name.name.clone()),
        ItemKind::Adjustments { .. } => ("adjustment", String::new()),
        ItemKind::AtClose(_) => ("at", "close of business".to_owned()),
        ItemKind::Setting(_)
        | ItemKind::Replace(_)
        | ItemKind::Remove { .. }
        | ItemKind::Extend { .. }
        | ItemKind::Set { .. }
        | ItemKind::SetReading { .. }
        | ItemKind::Needs(_)
        | ItemKind::NotComputable(_)
        | ItemKind::Defect(_)
        | ItemKind::Allow { .. }
        | ItemKind::Example { .. } => return None,
    })
}

/// Adds the blocks of a file to those it imports, and changes what it changes.
pub(super) fn apply(
    mut base: Vec<LoadedItem>,
    own: Vec<Item>,
    imported: bool,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Vec<LoadedItem> {
    let mut changed: Vec<Changed> = Vec::new();
    let mut added: Vec<LoadedItem> = Vec::new();
    for item in own {
        let span = item.span;
        let mut change = Change { base: &mut base, changed: &mut changed, sources, problems };
        match item.kind {
            ItemKind::Replace(inner) => change.replace(*inner, span),
            ItemKind::Remove { what: Removed::Named { sort, name, of }, why } => {
                change.remove(&sort, name.as_ref(), of.as_ref(), &why, &mut added);
            }
            ItemKind::Remove { what: Removed::Clause(clause), why } => change.remove_clause(&clause, &why, &mut added),
            ItemKind::Extend { name, members } => change.extend(&name, members, span),
            ItemKind::Set { .. } | ItemKind::SetReading { .. } => change.set(item),
            ItemKind::Setting(ref setting) => {
                change.setting(setting);
                added.push(LoadedItem { item, imported, inherits: false });
            }
            ItemKind::Event(_)
            | ItemKind::Effect { .. }
            | ItemKind::State(_)
            | ItemKind::Needs(_)
            | ItemKind::Define(_)
            | ItemKind::Table(_)
            | ItemKind::Reading { .. }
            | ItemKind::Rule(_)
            | ItemKind::Covenant { .. }
            | ItemKind::Obligation(_)
            | ItemKind::Adjustments { .. }
            | ItemKind::Round { .. }
            | ItemKind::Postpone { .. }
            | ItemKind::AtClose(_)
            | ItemKind::Calendar { .. }
            | ItemKind::Report { .. }
            | ItemKind::NotComputable(_)
            | ItemKind::Defect(_)
            | ItemKind::Allow { .. }
            | ItemKind::Example { .. } => added.push(LoadedItem { item, imported, inherits: false }),
        }
    }
    base.extend(added);
    base
}

struct Change<'c> {
    base: &'c mut Vec<LoadedItem>,
    changed: &'c mut Vec<Changed>,
    sources: &'c Sources,
    problems: &'c mut Vec<Problem>,
}

impl Change<'_> {
    /// A setting of a variant takes the place of its base's.
    fn setting(&mut self, setting: &Setting) {
        let same = std::mem::discriminant(setting);
        let titles = |s: &Setting| matches!(s, Setting::Terms(_) | Setting::Variant(..) | Setting::Library(_));
        if matches!(setting, Setting::Import(..) | Setting::Library(_)) {
            return;
        }
        self.base.retain(|i| match &i.item.kind {
            ItemKind::Setting(old) => {
                !(std::mem::discriminant(old) == same || (titles(old) && titles(setting) && !matches!(old, Setting::Library(_))))
            }
            _ => true,
        });
    }

    /// Tells of a second change to one thing. What is added to an event may be added in several blocks.
    fn once(&mut self, key: &Key, at: Span, adds: bool) -> bool {
        let second = |(k, _, added): &&Changed| k == key && !(adds && *added);
        if let Some((_, first, _)) = self.changed.iter().find(second) {
            let first = self.sources.place(*first);
            self.problems.push(Problem::ChangedTwice { at, name: said(key), first });
            return false;
        }
        self.changed.push((key.clone(), at, adds));
        true
    }

    /// The declarations of the base of these sorts and this name; a name alone means that of whatever entry.
    fn find(&self, sorts: &[&str], name: &str) -> Vec<(usize, Key)> {
        let whole = |n: &str| n == name || (!name.contains(" of ") && n.split(" of ").next() == Some(name));
        let all: Vec<(usize, Key)> =
            self.base.iter().enumerate().filter_map(|(at, i)| key(&i.item.kind).map(|k| (at, k))).collect();
        all.into_iter().filter(|(_, (sort, n))| sorts.contains(sort) && whole(n)).collect()
    }

    /// The one declaration that is meant; what keeps it from being found is told.
    fn one(&mut self, at: Span, sorts: &[&'static str], name: &str, verb: &'static str) -> Option<(usize, Key)> {
        let found = self.find(sorts, name);
        match found.as_slice() {
            // what the base has goes before what the variant imports
            [one] => return Some(one.clone()),
            [one, rest @ ..] if rest.iter().all(|(_, key)| *key == one.1) => return Some(one.clone()),
            [] => self.nothing(at, sorts, name, verb),
            [(_, one), (_, other), ..] => {
                let (one, other) = (said(one), said(other));
                self.problems.push(Problem::Ambiguous { at, name: name.to_owned(), one, other });
            }
        }
        None
    }

    fn nothing(&mut self, at: Span, sorts: &[&'static str], name: &str, verb: &'static str) {
        // what the same file has just removed is changed twice
        let bare = |n: &str| n == name || n.split(" of ").next() == Some(name);
        if let Some((key, first, _)) = self.changed.iter().find(|((s, n), ..)| sorts.contains(s) && bare(n)) {
            let (name, first) = (said(key), self.sources.place(*first));
            self.problems.push(Problem::ChangedTwice { at, name, first });
            return;
        }
        let keys: Vec<Key> = self.base.iter().filter_map(|i| key(&i.item.kind)).collect();
        let other = keys.iter().find(|(_, n)| bare(n)).map(said);
        let near = || super::name::nearest(name, keys.iter().filter(|(s, _)| sorts.contains(s)).map(|(_, n)| n.as_str()));
        let sort = sorts.iter().map(|s| word(s)).collect::<Vec<_>>().join(" or ");
        let help = other.or_else(near).map(|n| format!("did you mean `{n}`?"));
        self.problems.push(Problem::NothingToChange { at, sort, name: name.to_owned(), verb, help });
    }

    fn replace(&mut self, inner: Item, span: Span) {
        let Some((sort, name)) = key(&inner.kind) else {
            let help = match inner.kind {
                ItemKind::Example { .. } => "a variant has only its own examples: write it as a block of its own",
                _ => "write it as a block of its own, and remove the clause that held the other",
            };
            self.problems.push(Problem::Misplaced { at: span, what: "this cannot be replaced".into(), help: help.into() });
            return;
        };
        // a definition may take the place of a table, and a table that of a definition
        let sorts: &[&'static str] = match sort {
            "define" => &["define", "table"],
            "table" => &["table", "define"],
            _ => &[sort],
        };
        let at = self.find(sorts, &name).into_iter().find(|(_, (_, n))| *n == name);
        match at {
            None => self.nothing(span, sorts, &name, "replace"),
            Some((at, key)) => {
                if self.once(&key, span, false)
                    && let Some(slot) = self.base.get_mut(at)
                {
                    let mut item = inner;
                    if item.citations.is_empty() {
                        item.citations = std::mem::take(&mut slot.item.citations);
                    }
                    *slot = LoadedItem { item, imported: slot.imported, inherits: false };
                }
            }
        }
    }

    fn remove(&mut self, sort: &Ident, name: Option<&Ident>, of: Option<&Ident>, why: &Text, left: &mut Vec<LoadedItem>) {
        let Some(sorts) = sorts(&sort.name) else {
            let what = format!("`{}` cannot be removed by its name", sort.name);
            let help = match sort.name.as_str() {
                "example" => "a variant has only its own examples: there is nothing to remove".to_owned(),
                "defect" | "not" => "remove the clause that holds it, such as `remove §7 \"…\"`".to_owned(),
                other => super::name::nearest(other, SORTS.iter().map(|(word, _)| *word)).map_or_else(
                    || "write a sort such as `rule`, `state` or `define`".into(),
                    |n| format!("did you mean `{n}`?"),
                ),
            };
            self.problems.push(Problem::Misplaced { at: sort.span, what, help });
            return;
        };
        let asked = match (name, of) {
            (Some(name), Some(of)) => format!("{} of {}", name.name, of.name),
            (Some(name), None) => name.name.clone(),
            (None, _) => String::new(),
        };
        let span = name.map_or(sort.span, |n| n.span);
        let Some((at, key)) = self.one(span, sorts, &asked, "remove") else { return };
        if self.once(&key, span, false) {
            let LoadedItem { item, imported, .. } = self.base.remove(at);
            let what = Removed::Named { sort: sort.clone(), name: name.cloned(), of: of.cloned() };
            let kind = ItemKind::Remove { what, why: why.clone() };
            left.push(LoadedItem { item: Item { citations: item.citations, kind, span }, imported, inherits: false });
        }
    }

    /// Leaves out all that comes from a clause, or from what it holds, and from nothing else.
    fn remove_clause(&mut self, clause: &Citation, why: &Text, left: &mut Vec<LoadedItem>) {
        let span = clause.span;
        let within = |item: &Item| !item.citations.is_empty() && item.citations.iter().all(|c| holds(clause, c));
        if !self.base.iter().any(|i| within(&i.item)) {
            let cites: Vec<String> = self.base.iter().flat_map(|i| &i.item.citations).map(|c| format!("§{}", c.cite())).collect();
            let name = format!("§{}", clause.cite());
            let help = if self.base.iter().any(|i| i.item.citations.iter().any(|c| holds(clause, c))) {
                Some("what comes from it comes from another clause too: remove or replace it by its name".to_owned())
            } else {
                super::name::nearest(&name, cites.iter().map(String::as_str)).map(|n| format!("did you mean `{n}`?"))
            };
            self.problems.push(Problem::NothingToChange { at: span, sort: "clause".into(), name, verb: "remove", help });
            return;
        }
        for LoadedItem { item, imported, inherits } in std::mem::take(self.base) {
            if !within(&item) {
                self.base.push(LoadedItem { item, imported, inherits });
                continue;
            }
            let what = match key(&item.kind) {
                None => Removed::Clause(clause.clone()),
                Some(key) if !self.once(&key, span, false) => continue,
                Some((sort, name)) => {
                    let ident = |name: &str| Ident { name: name.to_owned(), span };
                    let (name, of) = name.split_once(" of ").map_or((name.as_str(), None), |(n, of)| (n, Some(of)));
                    Removed::Named { sort: ident(sort), name: (!name.is_empty()).then(|| ident(name)), of: of.map(ident) }
                }
            };
            let kind = ItemKind::Remove { what, why: why.clone() };
            left.push(LoadedItem { item: Item { citations: item.citations, kind, span }, imported, inherits: false });
        }
    }

    fn extend(&mut self, name: &Ident, members: Vec<Member>, span: Span) {
        let Some((at, key)) = self.one(name.span, &["event"], &name.name, "extend") else { return };
        if self.once(&key, span, true)
            && let Some(LoadedItem { item: Item { kind: ItemKind::Event(Event { members: old, .. }), .. }, .. }) =
                self.base.get_mut(at)
        {
            old.extend(members);
        }
    }

    /// Another value for a definition or a state, another default for a reading.
    fn set(&mut self, item: Item) {
        let Item { citations, kind, span } = item;
        match kind {
            ItemKind::Set { name, of, value } => {
                let asked = of.map_or_else(|| name.name.clone(), |of| format!("{} of {}", name.name, of.name));
                let Some((at, key)) = self.one(name.span, &["define", "state"], &asked, "set") else { return };
                if !self.once(&key, span, false) {
                    return;
                }
                let Some(slot) = self.base.get_mut(at) else { return };
                match &mut slot.item.kind {
                    ItemKind::Define(d) if !d.params.is_empty() => {
                        let what = format!("`{}` has parameters, and cannot be set to one value", name.name);
                        let help = format!("write `replace define {}(…) : … = …`", name.name);
                        self.problems.push(Problem::Misplaced { at: name.span, what, help });
                        return;
                    }
                    ItemKind::Define(d) => d.value = value,
                    ItemKind::State(s) => s.initial = Some(value),
                    _ => {}
                }
                slot.item.span = span;
                if !citations.is_empty() {
                    slot.item.citations = citations;
                }
            }
            ItemKind::SetReading { name, to } => {
                let Some((at, key)) = self.one(name.span, &["reading"], &name.name, "set") else { return };
                if !self.once(&key, span, false) {
                    return;
                }
                let Some(slot) = self.base.get_mut(at) else { return };
                let ItemKind::Reading { alternatives, .. } = &mut slot.item.kind else { return };
                match alternatives.iter().position(|(word, _)| word.name == to.name) {
                    Some(at) => {
                        let chosen = alternatives.remove(at);
                        alternatives.insert(0, chosen);
                    }
                    None => {
                        let nearest = super::name::nearest(&to.name, alternatives.iter().map(|(w, _)| w.name.as_str()));
                        let what = format!("alternative of `{}`", name.name);
                        self.problems.push(Problem::UnknownName { at: to.span, name: to.name, what, nearest });
                    }
                }
            }
            _ => {}
        }
    }
}
