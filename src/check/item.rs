//! What a variant does to the blocks of its base.

use super::Problem;
use super::load::LoadedItem;
use crate::source::{Sources, Span};
use crate::syntax::ast::{Event, Ident, Item, ItemKind, Member, Setting};

/// What a declaration is called by those who change it: its sort and its name, with whose it is.
pub(super) fn key(kind: &ItemKind) -> Option<(&'static str, String)> {
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
        ItemKind::AtClose(_) => ("at", "close".to_owned()),
        ItemKind::Setting(_)
        | ItemKind::Replace(_)
        | ItemKind::Remove { .. }
        | ItemKind::Extend { .. }
        | ItemKind::Set { .. }
        | ItemKind::SetReading { .. }
        | ItemKind::Needs(_)
        | ItemKind::NotComputable(_)
        | ItemKind::Defect(_)
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
    let mut changed: Vec<(String, Span)> = Vec::new();
    let mut added: Vec<LoadedItem> = Vec::new();
    for item in own {
        let span = item.span;
        let mut change = Change { base: &mut base, changed: &mut changed, sources, problems };
        match item.kind {
            ItemKind::Replace(inner) => change.replace(*inner, span),
            ItemKind::Remove { sort, name, .. } => change.remove(&sort, &name),
            ItemKind::Extend { name, members } => change.extend(&name, members),
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
            | ItemKind::Example { .. } => added.push(LoadedItem { item, imported, inherits: false }),
        }
    }
    base.extend(added);
    base
}

struct Change<'c> {
    base: &'c mut Vec<LoadedItem>,
    changed: &'c mut Vec<(String, Span)>,
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

    /// Tells of a second change to one thing.
    fn once(&mut self, what: &str, at: Span) -> bool {
        if let Some((_, first)) = self.changed.iter().find(|(w, _)| w == what) {
            let first = self.sources.place(*first);
            self.problems.push(Problem::ChangedTwice { at, name: what.to_owned(), first });
            return false;
        }
        self.changed.push((what.to_owned(), at));
        true
    }

    fn find(&self, sort: &str, name: &str) -> Option<usize> {
        self.base.iter().position(|i| key(&i.item.kind).is_some_and(|(s, n)| s == sort && n == name))
    }

    fn nothing(&mut self, at: Span, sort: &str, name: &str, verb: &'static str) {
        let names = self.base.iter().filter_map(|i| key(&i.item.kind)).filter(|(s, _)| *s == sort).map(|(_, n)| n);
        let nearest = super::name::nearest(name, names.collect::<Vec<_>>().iter().map(String::as_str));
        self.problems.push(Problem::NothingToChange { at, sort: sort.to_owned(), name: name.to_owned(), verb, nearest });
    }

    fn replace(&mut self, inner: Item, span: Span) {
        let Some((sort, name)) = key(&inner.kind) else {
            let help = "write it as a block of its own".to_owned();
            self.problems.push(Problem::Misplaced { at: span, what: "this cannot be replaced".into(), help });
            return;
        };
        // a definition may take the place of a table, and a table that of a definition
        let at = self.find(sort, &name).or_else(|| match sort {
            "define" => self.find("table", &name),
            "table" => self.find("define", &name),
            _ => None,
        });
        match at.and_then(|at| self.base.get(at).map(|old| (at, old.imported))) {
            None => self.nothing(span, sort, &name, "replace"),
            Some((at, imported)) => {
                if self.once(&format!("{sort} {name}"), span)
                    && let Some(slot) = self.base.get_mut(at)
                {
                    *slot = LoadedItem { item: inner, imported, inherits: false };
                }
            }
        }
    }

    fn remove(&mut self, sort: &Ident, name: &Ident) {
        let found = self.base.iter().position(|i| {
            key(&i.item.kind).is_some_and(|(s, n)| {
                let sort_is = s == sort.name || (s == "event" && matches!(sort.name.as_str(), "observation" | "deemed"));
                sort_is && (n == name.name || n.split(" of ").next() == Some(name.name.as_str()))
            })
        });
        match found {
            None => self.nothing(name.span, &sort.name, &name.name, "remove"),
            Some(at) => {
                if self.once(&format!("{} {}", sort.name, name.name), name.span) {
                    self.base.remove(at);
                }
            }
        }
    }

    fn extend(&mut self, name: &Ident, members: Vec<Member>) {
        match self.find("event", &name.name) {
            None => self.nothing(name.span, "event", &name.name, "extend"),
            Some(at) => {
                if let Some(LoadedItem { item: Item { kind: ItemKind::Event(Event { members: old, .. }), .. }, .. }) =
                    self.base.get_mut(at)
                {
                    old.extend(members);
                }
            }
        }
    }

    /// Another value for a definition or a state, another default for a reading.
    fn set(&mut self, item: Item) {
        let Item { citations, kind, span } = item;
        match kind {
            ItemKind::Set { name, value } => {
                let found = self.base.iter().position(|i| match &i.item.kind {
                    ItemKind::Define(d) => d.name.name == name.name && d.params.is_empty(),
                    ItemKind::State(s) => s.name.name == name.name,
                    _ => false,
                });
                let Some(at) = found else { return self.nothing(name.span, "define", &name.name, "set") };
                if !self.once(&format!("define {}", name.name), span) {
                    return;
                }
                let Some(slot) = self.base.get_mut(at) else { return };
                match &mut slot.item.kind {
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
                let Some(at) = self.find("reading", &name.name) else {
                    return self.nothing(name.span, "reading", &name.name, "set");
                };
                if !self.once(&format!("reading {}", name.name), span) {
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
                        self.problems.push(Problem::UnknownName {
                            at: to.span,
                            name: to.name,
                            what: format!("alternative of `{}`", name.name),
                            nearest,
                        });
                    }
                }
            }
            _ => {}
        }
    }
}
