//! Which rules apply, to which entries.

use super::Run;
use super::event::{Of, Tested, halt, told};
use super::past::{Key, Past, Vars};
use super::plan::Instance;
use super::scene::{Found, Scene};
use super::value::{Entry, Value, known};
use crate::terms::{Answer, KindId, On, RuleId, Type, VarId};
use std::collections::BTreeSet;
use std::rc::Rc;

/// A rule with one of its answers.
#[derive(Clone, Copy)]
pub(super) struct Asked<'t> {
    pub rule: RuleId,
    pub number: usize,
    pub answer: &'t Answer,
}

impl<'t> Run<'t> {
    /// All answers of all rules, in the order of the file.
    pub(super) fn answers(&self) -> impl Iterator<Item = Asked<'t>> + use<'t> {
        let rules = self.terms.rules.iter().enumerate();
        rules.flat_map(|(n, rule)| {
            rule.answers.iter().enumerate().map(move |(number, answer)| Asked { rule: RuleId::from(n), number, answer })
        })
    }

    /// The rules that answer something and apply, but for those that give way.
    pub(super) fn answering(&self, past: &Past, found: &Found, of: &Of, which: &dyn Fn(&On) -> bool) -> Tested<'t> {
        let mut out = Vec::new();
        for asked in self.answers().filter(|a| which(&a.answer.on)) {
            let vars = of.event.map(|(entry, _)| vec![Some(Ok(Value::Entry(entry)))]).unwrap_or_default();
            out.extend(self.instances(past, found, of, asked, vars, &|_| true));
        }
        self.giving_way(past, out)
    }

    /// A rule for each entry it speaks of, where its conditions hold. `only` says which of each kind.
    pub(super) fn instances(
        &self,
        past: &Past,
        found: &Found,
        of: &Of,
        asked: Asked<'t>,
        mut vars: Vars,
        only: &dyn Fn(Entry) -> bool,
    ) -> Tested<'t> {
        let Asked { answer, rule, .. } = asked;
        let of_event = of.event.and_then(|(entry, _)| past.item(entry)).and_then(|i| i.clause);
        let clause = self.terms.rules.get(rule.at()).and_then(|r| r.clause).or(of_event);
        vars.resize(answer.vars.len(), None);
        let mut rows = Vec::new();
        let scene = Scene::new(self, past, found);
        if let Some((var, expr)) = &answer.the {
            match known(scene.with(&vars).entry(expr)) {
                Err(lack) => return vec![Err(halt(lack, clause))],
                Ok(Some(entry)) if past.item(entry).map(|i| i.kind) == kind_of(answer, *var) => {
                    set(&mut vars, *var, entry);
                    rows.push(entry);
                }
                Ok(_) => return Vec::new(),
            }
        }
        let all = match &answer.each {
            None => vec![(vars, rows)],
            Some(each) => {
                let entries = self.entries(past, each.kind, each.any);
                let row = |entry: Entry| {
                    let (mut vars, mut rows) = (vars.clone(), rows.clone());
                    set(&mut vars, each.var, entry);
                    rows.push(entry);
                    (vars, rows)
                };
                entries.into_iter().filter(|e| only(*e)).map(row).collect()
            }
        };
        all.into_iter().filter_map(|(vars, rows)| self.instance(&scene, of, asked, (vars, rows), clause).transpose()).collect()
    }

    /// A rule for the entries it speaks of, where its conditions hold; one whose outcome stands applies as it did.
    fn instance(
        &self,
        scene: &Scene<'_, 't>,
        of: &Of,
        asked: Asked<'t>,
        (mut vars, rows): (Vars, Vec<Entry>),
        clause: Option<crate::terms::ClauseId>,
    ) -> Result<Option<Instance<'t>>, super::event::Halt> {
        let Asked { rule, number, answer } = asked;
        let event = of.event.map(|(entry, _)| entry);
        let name: Rc<str> = Rc::from(format!("{}|{event:?}|{}.{number}|{rows:?}", scene.past.step, rule.0));
        let is_final = self.terms.rules.get(rule.at()).is_some_and(|r| r.is_final);
        let first = scene.past.first.as_ref().filter(|_| is_final);
        let stands = first.and_then(|first| first.stands.get(&name)).cloned();
        if let Some(stands) = &stands {
            for (var, value) in &stands.lets {
                if let Some(slot) = vars.get_mut(var.at()) {
                    *slot = Some(value.clone());
                }
            }
        }
        let instance = Instance { rule, answer, vars, rows, clause, name, stands };
        if instance.stands.is_some() {
            return Ok(Some(instance));
        }
        let formula = scene.of(&instance);
        if let Some(filter) = answer.each.as_ref().and_then(|e| e.filter.as_ref())
            && !told(formula.holds(filter), clause)?
        {
            return Ok(None);
        }
        let applies = told(formula.all(&answer.guards), clause)?;
        Ok(applies.then_some(instance))
    }

    /// Leaves out the rules that give way to others that apply.
    pub(super) fn giving_way(&self, past: &Past, tested: Tested<'t>) -> Tested<'t> {
        let all: Vec<Instance<'t>> = tested.iter().filter_map(|t| t.as_ref().ok().cloned()).collect();
        let stays = |t: &Result<Instance<'t>, _>| t.as_ref().map_or(true, |i| !self.gives_way(past, i, &all, 0));
        tested.into_iter().filter(stays).collect()
    }

    /// Whether a rule gives way: another that it is subject to applies to the same entries, and does not give way itself.
    fn gives_way(&self, past: &Past, instance: &Instance<'t>, all: &[Instance<'t>], depth: usize) -> bool {
        let Some(rule) = self.terms.rules.get(instance.rule.at()) else { return false };
        let goes_before = |other: &&Instance<'t>| {
            rule.subject_to.contains(&other.rule)
                && same_rows(past, instance, other)
                && (depth > all.len() || !self.gives_way(past, other, all, depth + 1))
        };
        all.iter().any(|other| goes_before(&other))
    }

    /// The rules on changes and on what was made. Each is carried out once for an event and the entries it speaks of.
    pub(super) fn on_changes(
        &self,
        past: &Past,
        found: &Found,
        of: &Of,
        changed: &[Key],
        carried: &mut BTreeSet<Rc<str>>,
    ) -> Tested<'t> {
        let mut out = Vec::new();
        for asked in self.answers() {
            match &asked.answer.on {
                On::Change { states, by } => {
                    let by_event = by.is_empty() || of.event.is_some_and(|(_, kind)| by.contains(&kind));
                    let relevant: Vec<Key> = changed.iter().copied().filter(|k| states.contains(&k.0)).collect();
                    if relevant.is_empty() || !by_event {
                        continue;
                    }
                    let event = of.event.filter(|_| !by.is_empty());
                    let vars = event.map(|(entry, _)| vec![Some(Ok(Value::Entry(entry)))]).unwrap_or_default();
                    let only = |entry: Entry| self.is_spoken_of(past, &relevant, entry);
                    let mut found = self.instances(past, found, of, asked, vars, &only);
                    found.retain(|t| t.as_ref().map_or(true, |i| i.rows.iter().all(|r| only(*r))));
                    out.extend(found);
                }
                On::Making(state) => {
                    for key in of.made.iter().filter(|k| k.0 == *state) {
                        let vars = key.1.map(|row| vec![Some(Ok(Value::Entry(row)))]).unwrap_or_default();
                        let mut found = self.instances(past, found, of, asked, vars, &|_| true);
                        // for each entry that what waited was made of
                        for i in found.iter_mut().flatten() {
                            i.name = Rc::from(format!("{}|{:?}", i.name, key.1));
                        }
                        out.extend(found);
                    }
                }
                _ => {}
            }
        }
        out.retain(|t| t.as_ref().map_or(true, |i| carried.insert(Rc::clone(&i.name))));
        self.giving_way(past, out)
    }

    /// Whether an entry is one of those whose state changed, or the states that changed belong to no entry of its kind.
    fn is_spoken_of(&self, past: &Past, changed: &[Key], entry: Entry) -> bool {
        let kind = past.item(entry).map(|i| i.kind);
        let of_kind = |k: &Key| self.terms.states.get(k.0.at()).and_then(|s| s.of) == kind;
        changed.iter().any(|k| k.1 == Some(entry)) || changed.iter().any(|k| !of_kind(k))
    }
}

/// The kind of the entry a variable stands for.
fn kind_of(answer: &Answer, var: VarId) -> Option<KindId> {
    match answer.vars.get(var.at()).map(|v| &v.ty) {
        Some(Type::Entry(kinds)) => kinds.first().copied(),
        _ => None,
    }
}

fn set(vars: &mut Vars, var: VarId, entry: Entry) {
    if let Some(slot) = vars.get_mut(var.at()) {
        *slot = Some(Ok(Value::Entry(entry)));
    }
}

/// Whether two rules speak of the same entries, as far as they speak of entries of one kind.
fn same_rows(past: &Past, a: &Instance<'_>, b: &Instance<'_>) -> bool {
    let kind = |e: &Entry| past.item(*e).map(|i| i.kind);
    a.rows.iter().all(|x| b.rows.iter().all(|y| kind(x) != kind(y) || x == y))
}
