//! Rules at moments and on breaches, which come between records.

use super::Run;
use super::apply::Asked;
use super::day::MINUTES;
use super::event::{Halt, Of, Step, told};
use super::past::Past;
use super::scene::{Found, Scene};
use super::value::{Entry, Value, known};
use crate::terms::{Edge, Expr, ExprKind, On, VarId, walk};
use std::rc::Rc;

/// A step that is due between records.
pub(super) struct Coming<'t> {
    /// When, whether it comes before the records of that moment, the place of its first rule, and the turn of its entry.
    order: (i64, bool, usize, usize),
    /// What it is called; it comes once.
    pub name: Rc<str>,
    /// The rules, and the entry whose moment it is.
    rules: Vec<Asked<'t>>,
    entry: Option<Entry>,
    breach: bool,
}

impl<'t> Run<'t> {
    /// Carries out the rules whose moments come until some moment: that moment too where `through`, else of that moment
    /// those that say `start of`. Ends before a step of that name.
    pub(super) fn moments(&self, past: &mut Past, until: i64, through: bool, before: &str) -> Step<bool> {
        loop {
            let Some(coming) = self.next_moment(past)? else { return Ok(false) };
            let (when, after, ..) = coming.order;
            if when > until || (when == until && after && !through) {
                return Ok(false);
            }
            if &*coming.name == before {
                return Ok(true);
            }
            self.moment(past, when, &coming)?;
        }
    }

    /// One step between records. A moment that is past is carried out at once, and `now` is then the present one.
    fn moment(&self, past: &mut Past, when: i64, coming: &Coming<'t>) -> Step<()> {
        past.now = past.now.max(when);
        past.today = past.now.div_euclid(MINUTES);
        past.record = 0;
        past.step = Rc::clone(&coming.name);
        let carried = self.carry(past, &coming.name, &|past: &mut Past| {
            past.came.insert(coming.name.to_string());
            let found = Found::now(past);
            let of = Of { before: Rc::clone(&past.states), ..Of::default() };
            let mut instances = Vec::new();
            for asked in &coming.rules {
                let vars = coming.entry.filter(|_| coming.breach).map(|e| vec![Some(Ok(Value::Entry(e)))]).unwrap_or_default();
                let only = |e: Entry| coming.breach || coming.entry.is_none_or(|entry| entry == e);
                instances.extend(self.instances(past, &found, &of, *asked, vars, &only));
            }
            let from = (past.order.len(), past.journal.len());
            self.step(past, &found, of, instances)?;
            self.aftermath(past, None, from)
        });
        match carried {
            // what a rule at a moment refuses does not happen
            Err(Halt::Refused(said)) => {
                past.came.insert(coming.name.to_string());
                self.refuse(past, *said);
            }
            other => other?,
        }
        past.last = Some(past.today);
        Ok(())
    }

    /// The next step that is due and has not come.
    fn next_moment(&self, past: &Past) -> Step<Option<Coming<'t>>> {
        let mut next: Option<Coming<'t>> = None;
        for coming in self.all_moments(past)?.into_iter().chain(self.breaches(past)?) {
            let sooner = next.as_ref().is_none_or(|n| coming.order < n.order);
            if sooner && !past.came.contains(&*coming.name) {
                next = Some(coming);
            }
        }
        Ok(next)
    }

    /// All moments that rules answer: rules whose moment is written as the same formula are one step.
    fn all_moments(&self, past: &Past) -> Step<Vec<Coming<'t>>> {
        let mut groups: Vec<(String, &'t Expr, Vec<Asked<'t>>)> = Vec::new();
        for asked in self.answers() {
            let On::At(moment) = &asked.answer.on else { continue };
            let own = asked.answer.each.as_ref().filter(|e| mentions(moment, e.var)).map(|e| e.kind);
            let written = format!("{own:?} {}", written(moment));
            match groups.iter_mut().find(|(w, ..)| *w == written) {
                Some((.., rules)) => rules.push(asked),
                None => groups.push((written, moment, vec![asked])),
            }
        }
        let found = Found::now(past);
        let scene = Scene::new(self, past, &found);
        let mut out = Vec::new();
        for (n, (_, moment, rules)) in groups.into_iter().enumerate() {
            let after = !matches!(moment.kind, ExprKind::Edge(Edge::Start, _));
            let clause = rules.first().and_then(|a| self.terms.rules.get(a.rule.at())).and_then(|r| r.clause);
            let each = rules.first().and_then(|a| a.answer.each.as_ref()).filter(|e| mentions(moment, e.var));
            let entries: Vec<Option<Entry>> = match each {
                None => vec![None],
                Some(each) => {
                    let any = rules.iter().filter_map(|a| a.answer.each.as_ref()).any(|e| e.any);
                    self.entries(past, each.kind, any).into_iter().map(Some).collect()
                }
            };
            for entry in entries {
                let name: Rc<str> = Rc::from(format!("moment {n} {entry:?}"));
                if past.came.contains(&*name) {
                    continue;
                }
                let vars = vec![entry.map(|e| Ok(Value::Entry(e)))];
                let Some(when) = told(known(scene.with(&vars).whole(moment)), clause)? else { continue };
                let turn = entry.and_then(|e| past.item(e)).map_or(0, |i| i.turn);
                let first = rules.first().map_or(0, |a| a.rule.at());
                out.push(Coming { order: (when, after, first, turn), name, rules: rules.clone(), entry, breach: false });
            }
        }
        Ok(out)
    }

    /// The breaches of obligations: they come at the start of the day after the due day, once for each entry.
    fn breaches(&self, past: &Past) -> Step<Vec<Coming<'t>>> {
        let found = Found::now(past);
        let mut out = Vec::new();
        for arisen in &past.arisen {
            let on = |a: &Asked<'t>| matches!(&a.answer.on, On::Breach(o) if *o == arisen.obligation);
            let rules: Vec<Asked<'t>> = self.answers().filter(on).collect();
            let (Some(first), Some(entry)) = (rules.first(), arisen.event) else { continue };
            let name: Rc<str> = Rc::from(format!("breach {} {entry:?}", arisen.obligation.0));
            if past.came.contains(&*name) {
                continue;
            }
            let clause = self.terms.rules.get(first.rule.at()).and_then(|r| r.clause);
            let scene = Scene::new(self, past, &found);
            let Some(due) = told(scene.due(arisen), clause)? else { continue };
            if told(scene.done(arisen), clause)?.is_none() {
                let turn = past.item(entry).map_or(0, |i| i.turn);
                let order = ((due + 1) * MINUTES, false, first.rule.at(), turn);
                let of_kind = |a: &Asked<'t>| {
                    past.item(entry).is_some_and(|i| {
                        a.answer
                            .vars
                            .first()
                            .is_some_and(|v| matches!(&v.ty, crate::terms::Type::Entry(k) if k.contains(&i.kind)))
                    })
                };
                let rules = rules.into_iter().filter(of_kind).collect();
                out.push(Coming { order, name, rules, entry: Some(entry), breach: true });
            }
        }
        Ok(out)
    }
}

/// Whether a formula speaks of a variable.
pub(super) fn mentions(e: &Expr, var: VarId) -> bool {
    let mut found = false;
    walk(e, &mut |x| found |= matches!(x.kind, ExprKind::Var(v) if v == var));
    found
}

/// A formula without the places where it was written.
fn written(e: &Expr) -> String {
    let text = format!("{e:?}");
    let mut out = String::new();
    let mut parts = text.split("span: Span {");
    out.push_str(parts.next().unwrap_or(""));
    for part in parts {
        out.push_str(part.split_once('}').map_or("", |(_, rest)| rest.split_once('}').map_or(rest, |(_, r)| r)));
    }
    out
}
