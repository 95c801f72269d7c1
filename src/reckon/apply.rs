//! Which rules apply, to which entries.

use super::Run;
use super::event::Of;
use super::past::{Past, Vars};
use super::plan::Instance;
use super::scene::{Found, Scene};
use super::value::{Entry, Value};
use crate::terms::{Answer, ClauseId, KindId, On, RuleId, Type, VarId};
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

    /// The rules that answer something.
    pub(super) fn answering(&self, past: &Past, found: &Found, of: &Of, which: &dyn Fn(&On) -> bool) -> Vec<Instance<'t>> {
        let mut out = Vec::new();
        for asked in self.answers().filter(|a| which(&a.answer.on)) {
            let vars = of.event.map(|(entry, _)| vec![Some(Ok(Value::Entry(entry)))]).unwrap_or_default();
            out.extend(self.instances(past, found, of, asked, vars, &|_| true));
        }
        out
    }

    /// A rule for each entry it speaks of, whether it applies there or not. `only` says which of each kind.
    pub(super) fn instances(
        &self,
        past: &Past,
        found: &Found,
        of: &Of,
        asked: Asked<'t>,
        mut vars: Vars,
        only: &dyn Fn(Entry) -> bool,
    ) -> Vec<Instance<'t>> {
        let Asked { answer, rule, .. } = asked;
        let of_event = of.event.and_then(|(entry, _)| past.item(entry)).and_then(|i| i.clause);
        let clause = self.terms.rules.get(rule.at()).and_then(|r| r.clause).or(of_event);
        vars.resize(answer.vars.len(), None);
        let mut rows = Vec::new();
        if let Some((var, expr)) = &answer.the {
            // a rule for an entry that the event does not name, or names of another kind, does not apply
            match Scene::new(self, past, found).with(&vars).entry(expr) {
                Ok(entry) if past.item(entry).map(|i| i.kind) == kind_of(answer, *var) => {
                    set(&mut vars, *var, entry);
                    rows.push(entry);
                }
                _ => return Vec::new(),
            }
        }
        let all = match &answer.each {
            None => vec![(vars, rows)],
            Some(each) => {
                let row = |entry: Entry| {
                    let (mut vars, mut rows) = (vars.clone(), rows.clone());
                    set(&mut vars, each.var, entry);
                    rows.push(entry);
                    (vars, rows)
                };
                self.entries(past, each.kind, each.any).into_iter().filter(|e| only(*e)).map(row).collect()
            }
        };
        all.into_iter().map(|(vars, rows)| self.instance(past, of, asked, (vars, rows), clause)).collect()
    }

    /// A rule for the entries it speaks of; one whose outcome stands has the values it had.
    fn instance(
        &self,
        past: &Past,
        of: &Of,
        asked: Asked<'t>,
        (mut vars, rows): (Vars, Vec<Entry>),
        clause: Option<ClauseId>,
    ) -> Instance<'t> {
        let Asked { rule, number, answer } = asked;
        let event = of.event.map(|(entry, _)| entry);
        let name: Rc<str> = Rc::from(format!("{}|{event:?}|{}.{number}|{rows:?}{}", past.step, rule.0, of.turn));
        let is_final = self.terms.rules.get(rule.at()).is_some_and(|r| r.is_final);
        let first = past.first.as_ref().filter(|_| is_final);
        let stands = first.and_then(|first| first.stands.get(&name)).cloned();
        for (var, value) in stands.iter().flat_map(|s| &s.lets) {
            if let Some(slot) = vars.get_mut(var.at()) {
                *slot = Some(value.clone());
            }
        }
        Instance { rule, answer, vars, rows, clause, name, stands }
    }
}

/// The kind of the entry a variable stands for.
fn kind_of(answer: &Answer, var: VarId) -> Option<KindId> {
    match answer.vars.get(var.at()).map(|v| &v.ty) {
        Some(Type::Entry(kinds)) => kinds.first().copied(),
        _ => None,
    }
}

pub(super) fn set(vars: &mut Vars, var: VarId, entry: Entry) {
    if let Some(slot) = vars.get_mut(var.at()) {
        *slot = Some(Ok(Value::Entry(entry)));
    }
}

/// Whether two rules speak of the same entries, as far as they speak of entries of one kind.
pub(super) fn same_rows(past: &Past, a: &Instance<'_>, b: &Instance<'_>) -> bool {
    let kind = |e: &Entry| past.item(*e).map(|i| i.kind);
    a.rows.iter().all(|x| b.rows.iter().all(|y| kind(x) != kind(y) || x == y))
}
