//! What comes after a step: obligations that arise, conditions that become true, covenants.

use super::Run;
use super::event::{Of, Step, told};
use super::moment::mentions;
use super::outcome::{Breach, Change, Status};
use super::past::{Arisen, Due, Past, Vars};
use super::scene::{Found, Scene};
use super::value::{Entry, Got, Value, known};
use crate::terms::{CovenantId, DefId, Expr, ExprKind, KindId, ObligationAnswer, ObligationId, On, StateId, Type};
use std::rc::Rc;

/// What a step added: the items and the lines of the journal from these on.
pub(super) type From = (usize, usize);

impl<'t> Run<'t> {
    /// Obligations, then rules once a condition is true, until none becomes true.
    pub(super) fn aftermath(&self, past: &mut Past, event: Option<(Entry, KindId)>, from: From) -> Step<()> {
        self.obligations(past, event.map(|e| e.0), from)?;
        // a condition is looked at after an event
        while event.is_some() && self.once(past)? {
            self.obligations(past, event.map(|e| e.0), from)?;
        }
        Ok(())
    }

    fn obligations(&self, past: &mut Past, event: Option<Entry>, from: From) -> Step<()> {
        for (n, obligation) in self.terms.obligations.iter().enumerate() {
            for (number, answer) in obligation.answers.iter().enumerate() {
                let events: Vec<Option<Entry>> = match &answer.on {
                    On::Event(kind) => {
                        let came = past.all().skip(from.0).filter(|i| i.kind == *kind && !i.void);
                        came.map(|i| Some(i.entry)).collect()
                    }
                    On::Change { states, by } => {
                        let by_kind = |l: &&Change| {
                            let kind = l.by.and_then(|e| past.item(e)).map(|i| i.kind);
                            by.is_empty() || kind.is_some_and(|k| by.contains(&k))
                        };
                        let line = self.moved(past, from, states).find(by_kind).map(|l| l.by);
                        line.map(|by| if by_kind_named(answer) { by } else { None }).into_iter().collect()
                    }
                    On::Adjustment(states, under) => {
                        let adjusts = self.moved(past, from, states).any(|l| self.adjusts(l, under));
                        adjusts.then_some(event).into_iter().collect()
                    }
                    _ => Vec::new(),
                };
                for event in events {
                    self.arises(past, ObligationId::from(n), number, answer, event)?;
                }
            }
        }
        Ok(())
    }

    /// The changes of some states that a step made: its own, and those that waited and were made with it.
    fn moved<'p>(&self, past: &'p Past, from: From, states: &'p [StateId]) -> impl Iterator<Item = &'p Change> + use<'p, 't> {
        let step = Rc::clone(&past.step);
        let now = move |(n, l): &(usize, &Change)| {
            let own = l.step == step && (*n >= from.1 || l.difference);
            own || l.made_in.as_ref() == Some(&step)
        };
        let lines = past.journal.iter().enumerate().filter(now).map(|(_, l)| l);
        lines.filter(move |l| l.status == Status::InForce && states.contains(&l.state))
    }

    /// Whether a change counts as an adjustment, under certain clauses where they are named.
    pub(super) fn adjusts(&self, line: &Change, under: &[String]) -> bool {
        let clause = line.clause.and_then(|c| self.terms.clauses.get(c.at()));
        let within = |list: &[String]| {
            clause.is_some_and(|c| c.all.iter().any(|cite| list.iter().any(|section| crate::terms::within(cite, section))))
        };
        let declared = self.terms.adjustments.iter().any(|a| a.states.contains(&line.state) && within(&a.under));
        if under.is_empty() { declared } else { within(under) }
    }

    /// An obligation arises, for each entry it speaks of.
    fn arises(
        &self,
        past: &mut Past,
        obligation: ObligationId,
        number: usize,
        answer: &'t ObligationAnswer,
        event: Option<Entry>,
    ) -> Step<()> {
        let Some(declared) = self.terms.obligations.get(obligation.at()) else { return Ok(()) };
        let clause = declared.clause;
        let found = Found::now(past);
        let mut arisen = Vec::new();
        {
            let scene = Scene::new(self, past, &found);
            for (vars, rows) in told(self.rows(&scene, answer, event), clause)? {
                let formula = scene.with(&vars);
                let filter = answer.each.as_ref().and_then(|e| e.filter.as_ref());
                let applies = filter.map_or(Ok(true), |f| formula.holds(f)).and_then(|f| Ok(f && formula.all(&answer.guards)?));
                if !told(applies, clause)? {
                    continue;
                }
                let name: Rc<str> = Rc::from(format!("{}|{}.{number}|{event:?}|{rows:?}", past.step, obligation.0));
                if past.arisen.iter().any(|a| a.name == name) {
                    continue;
                }
                let due = match &answer.due {
                    None => Due::Promptly,
                    Some(e) => told(self.settled_due(&scene, &vars, e), clause)?,
                };
                let what = formula.told(&declared.what);
                let record = past.record;
                arisen.push(Arisen { name, obligation, answer: number, record, vars, event, rows, due, what });
            }
        }
        if let (Some(noted), false) = (self.noted, arisen.is_empty()) {
            noted.obligation(obligation);
        }
        for one in arisen {
            // what arose the first time is not entered twice
            let first = past.first.as_ref().and_then(|f| f.arisen.iter().find(|a| a.name == one.name)).cloned();
            past.arisen.push(first.unwrap_or(one));
        }
        Ok(())
    }

    /// The entries an obligation speaks of, with its variables.
    fn rows(&self, scene: &Scene<'_, 't>, answer: &'t ObligationAnswer, event: Option<Entry>) -> Got<Vec<(Vars, Vec<Entry>)>> {
        let mut vars: Vars = vec![None; answer.vars.len()];
        if let (Some(event), Some(slot)) = (event, vars.first_mut()) {
            *slot = Some(Ok(Value::Entry(event)));
        }
        let mut rows = Vec::new();
        if let Some((var, e)) = &answer.the {
            let kind = match answer.vars.get(var.at()).map(|v| &v.ty) {
                Some(Type::Entry(kinds)) => kinds.first().copied(),
                _ => None,
            };
            match known(scene.with(&vars).entry(e))? {
                Some(entry) if scene.past.item(entry).map(|i| i.kind) == kind => {
                    if let Some(slot) = vars.get_mut(var.at()) {
                        *slot = Some(Ok(Value::Entry(entry)));
                    }
                    rows.push(entry);
                }
                _ => return Ok(Vec::new()),
            }
        }
        let Some(each) = &answer.each else { return Ok(vec![(vars, rows)]) };
        let row = |entry: Entry| {
            let (mut vars, mut rows) = (vars.clone(), rows.clone());
            if let Some(slot) = vars.get_mut(each.var.at()) {
                *slot = Some(Ok(Value::Entry(entry)));
            }
            rows.push(entry);
            (vars, rows)
        };
        Ok(self.entries(scene.past, each.kind, each.any).into_iter().map(row).collect())
    }

    /// A day that is due: settled, or so many trading days after a day that is.
    fn settled_due(&self, scene: &Scene<'_, 't>, vars: &Vars, e: &'t Expr) -> Got<Due> {
        let formula = scene.with(vars);
        match &e.kind {
            ExprKind::Shift { day, by, back } if by.ty == Type::TradingDays => {
                let count = formula.whole(by)?;
                Ok(Due::TradingDays(formula.whole(day)?, if *back { -count } else { count }))
            }
            ExprKind::Def { def, args, .. } => {
                let args: Vars = args.iter().map(|a| Some(formula.value(a))).collect();
                let body = self.terms.defs.get(DefId::at(*def)).map(|d| &d.body.value);
                body.map_or_else(|| formula.whole(e).map(Due::Day), |body| self.settled_due(scene, &args, body))
            }
            _ => formula.whole(e).map(Due::Day),
        }
    }

    /// The rules once a condition becomes true, as one step; whether there were any.
    fn once(&self, past: &mut Past) -> Step<bool> {
        let found = Found::now(past);
        let of = Of { before: Rc::clone(&past.states), ..Of::default() };
        let mut instances = Vec::new();
        for asked in self.answers() {
            let On::Once(condition) = &asked.answer.on else { continue };
            let clause = self.terms.rules.get(asked.rule.at()).and_then(|r| r.clause);
            let own = asked.answer.each.as_ref().filter(|e| mentions(condition, e.var));
            let entries: Vec<Option<Entry>> = match own {
                None => vec![None],
                Some(each) => self.entries(past, each.kind, each.any).into_iter().map(Some).collect(),
            };
            for entry in entries {
                let name = format!("{}.{} {entry:?}", asked.rule.0, asked.number);
                let mut vars: Vars = vec![None; asked.answer.vars.len()];
                if let (Some(each), Some(entry)) = (own, entry)
                    && let Some(slot) = vars.get_mut(each.var.at())
                {
                    *slot = Some(Ok(Value::Entry(entry)));
                }
                let holds = told(known(Scene::new(self, past, &found).with(&vars).holds(condition)), clause)?;
                if holds != Some(true) {
                    past.held.remove(&name);
                } else if past.held.insert(name) {
                    let only = |e: Entry| entry.is_none_or(|entry| entry == e);
                    instances.extend(self.instances(past, &found, &of, asked, Vec::new(), &only));
                }
            }
        }
        if instances.is_empty() {
            return Ok(false);
        }
        self.step(past, &found, of, instances)?;
        Ok(true)
    }

    /// The covenants: broken where `while` and the values are known and it does not hold.
    pub(super) fn covenants(&self, past: &mut Past) -> Step<()> {
        if past.first.is_some() {
            return Ok(());
        }
        let found = Found::now(past);
        for (n, covenant) in self.terms.covenants.iter().enumerate() {
            let scene = Scene::new(self, past, &found);
            let none = Vec::new();
            let during = covenant.during.as_ref().map_or(Ok(Some(true)), |d| known(scene.with(&none).holds(&d.value)));
            let watched = told(during, covenant.clause)? == Some(true);
            let broken = watched && told(known(scene.with(&none).holds(&covenant.holds.value)), covenant.clause)? == Some(false);
            let id = CovenantId::from(n);
            let day = past.today;
            let open = past.breaches.iter_mut().find(|b| b.covenant == id && b.cured.is_none());
            match (open, broken) {
                (Some(breach), false) => breach.cured = Some(day),
                (None, true) => past.breaches.push(Breach { covenant: id, record: past.record, day, cured: None }),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a trigger names the events of a change: `event` is then that event.
fn by_kind_named(answer: &ObligationAnswer) -> bool {
    matches!(&answer.on, On::Change { by, .. } if !by.is_empty())
}
