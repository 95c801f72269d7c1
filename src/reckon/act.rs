//! Acts: what rules deem, record, end and warn of.

use super::Run;
use super::event::{Halt, Of, Step, halt, told};
use super::formula::{Formula, Loop};
use super::function::beats;
use super::kept::settled;
use super::outcome::{Done, Warned, Warning, Why};
use super::past::{Deed, Item, Key, Past, Stands};
use super::plan::{Instance, Plan, differs};
use super::scene::{Found, Scene};
use super::value::{Entry, Got, Lack, Line, Value, known};
use super::wait::waiting;
use crate::terms::{Expr, FieldId, Key as CheckedKey, KindId, Literal, RuleId, Statement, StatementKind, Type, VarId};
use std::rc::Rc;

/// Something a rule is to do once the states have changed.
pub(super) struct Act<'t> {
    /// The rule, and the line of it: the order in which acts come.
    pub place: (RuleId, usize),
    /// What the event found.
    found: Found,
    instance: Instance<'t>,
    doing: Doing<'t>,
}

enum Doing<'t> {
    Deed(Deed),
    /// For each line of a list; what is done for one line is done with before the next is looked at.
    Lines {
        plan: Rc<Plan<'t>>,
        list: Loop,
        body: &'t [Statement],
    },
}

impl<'t> Run<'t> {
    /// The acts of a step, with their values as the event found the states.
    pub(super) fn acts(&self, past: &mut Past, found: &Found, plan: &Rc<Plan<'t>>) -> Step<Vec<Act<'t>>> {
        let mut out = Vec::new();
        let live: Vec<Instance<'t>> = plan.live(&Scene::new(self, past, found)).cloned().collect();
        for mut instance in live {
            let mut stands = Stands::default();
            self.named(past, found, plan, &mut instance, &mut stands);
            for (n, s) in instance.answer.body.iter().enumerate() {
                let scene = Scene { plan: Some(plan), ..Scene::new(self, past, found) };
                let formula = scene.of(&instance);
                let place = (instance.rule, n);
                if let StatementKind::ForEach { var, list, order, body, .. } = &s.kind {
                    if told(formula.all(&s.guards), instance.clause)? {
                        let lines = told(lines(&formula, *var, list, order.as_ref()), instance.clause)?;
                        let list = Loop { var: *var, lines, at: 0 };
                        let doing = Doing::Lines { plan: Rc::clone(plan), list, body };
                        out.push(Act { place, found: found.clone(), instance: instance.clone(), doing });
                    }
                    continue;
                }
                let deed = told(self.deed(&formula, &instance, s, &[n]), instance.clause)?;
                if let Some(deed) = deed {
                    stands.deeds.insert(vec![n], Some(deed.clone()));
                    out.push(Act { place, found: found.clone(), instance: instance.clone(), doing: Doing::Deed(deed) });
                }
            }
            if self.is_final(instance.rule) {
                self.stands(past, found, &instance, stands);
            }
        }
        Ok(out)
    }

    /// Settles what a rule's `let`s name; those of a rule whose outcome stands are as they were.
    fn named(&self, past: &Past, found: &Found, plan: &Plan<'t>, instance: &mut Instance<'t>, stands: &mut Stands) {
        if instance.stands.is_some() {
            return;
        }
        let scene = Scene { plan: Some(plan), ..Scene::new(self, past, found) };
        for s in &instance.answer.body {
            let StatementKind::Let(var, value) = &s.kind else { continue };
            let formula = scene.of(instance);
            let now =
                formula.all(&s.guards).and_then(|on| if on { formula.value(value) } else { Err(Lack::Unknown(value.span)) });
            stands.lets.push((*var, now.clone()));
            if let Some(slot) = instance.vars.get_mut(var.at()) {
                *slot = Some(now);
            }
        }
    }

    /// What a final rule did stands from now on. Where it finds another state that counts for adjustments, of an entry that the
    /// record names, than it found the first time, the record is affected.
    fn stands(&self, past: &mut Past, found: &Found, instance: &Instance<'t>, mut stands: Stands) {
        let record = past.all().find(|i| i.step == past.step && !i.deemed && !i.void);
        let named: Vec<Entry> = record.map(|i| named_by(&i.fields)).unwrap_or_default();
        let of_named = |key: &Key| self.counts(key.0) && key.1.is_some_and(|e| named.contains(&e));
        stands.found = found.states.iter().filter(|(k, _)| of_named(k)).map(|(k, v)| (*k, v.clone())).collect();
        if let Some(first) = &instance.stands {
            let keys = || first.found.keys().chain(stands.found.keys());
            if keys().any(|k| differs(first.found.get(k), stands.found.get(k))) {
                past.affected.insert(past.record);
            }
            stands = Stands { found: stands.found, ..first.as_ref().clone() };
        }
        past.stands.insert(Rc::clone(&instance.name), Rc::new(stands));
    }

    fn is_final(&self, rule: RuleId) -> bool {
        self.terms.rules.get(rule.at()).is_some_and(|r| r.is_final)
    }

    /// What a statement does, where its conditions hold. `path` is its place in the rule, with the line of a list.
    fn deed(
        &self,
        formula: &Formula<'_, 't, Scene<'_, 't>>,
        instance: &Instance<'t>,
        s: &'t Statement,
        path: &[usize],
    ) -> Got<Option<Deed>> {
        if matches!(s.kind, StatementKind::Let(..) | StatementKind::Becomes { .. } | StatementKind::Require(..)) {
            return Ok(None);
        }
        let first = instance.stands.as_ref().map(|stands| stands.deeds.get(path).cloned().flatten());
        let on = match &first {
            Some(first) => first.is_some(),
            None => formula.all(&s.guards)?,
        };
        if !on {
            return Ok(None);
        }
        let now = self.doing(formula, s);
        let Some(Some(first)) = first else { return now.map(Some) };
        // what was issued and paid stays; the states given to a new entry are those of now
        Ok(Some(match (first, now) {
            (Deed::Deem { kind, fields, like, .. }, Ok(Deed::Deem { with, .. })) => Deed::Deem { kind, fields, like, with },
            (first, _) => first,
        }))
    }

    fn doing(&self, formula: &Formula<'_, 't, Scene<'_, 't>>, s: &'t Statement) -> Got<Deed> {
        Ok(match &s.kind {
            StatementKind::Deem { kind, fields, like, with } => {
                let like = like.as_ref().map(|e| formula.entry(e)).transpose()?;
                let with = with.iter().map(|(state, pending, e)| Ok((*state, *pending, known(formula.settled(e))?)));
                let with = with.collect::<Got<_>>()?;
                Deed::Deem { kind: *kind, fields: self.deemed_fields(formula, *kind, fields, like)?, like, with }
            }
            StatementKind::Record { effect, fields } => {
                let declared = self.terms.effects.get(effect.at()).map_or(&[][..], |e| e.fields.as_slice());
                let cell = |(n, e): (usize, &'t Option<Expr>)| {
                    let Some(e) = e else { return Ok(None) };
                    let (ty, optional) = declared.get(n).map_or((&e.ty, false), |(_, ty, optional)| (ty, *optional));
                    field(formula, e, ty, optional)
                };
                Deed::Record(*effect, Rc::new(fields.iter().enumerate().map(cell).collect::<Got<_>>()?))
            }
            StatementKind::End(e) => Deed::End(formula.entry(e)?),
            StatementKind::Restore(e) => Deed::Restore(formula.entry(e)?),
            StatementKind::Warn(text) => Deed::Warn(formula.told(text)),
            _ => return Err(Lack::Unknown(s.span)),
        })
    }

    /// The fields of something deemed: as given, as those of the entry it is like, or as left out.
    fn deemed_fields(
        &self,
        formula: &Formula<'_, 't, Scene<'_, 't>>,
        kind: KindId,
        given: &'t [(FieldId, Expr)],
        like: Option<Entry>,
    ) -> Got<Vec<Option<Value>>> {
        let declared = self.terms.kind(kind).map_or(&[][..], |k| k.fields.as_slice());
        let copied = like.and_then(|e| formula.world.past.item(e)).filter(|i| i.kind == kind);
        let mut out = Vec::new();
        for (n, decl) in declared.iter().enumerate() {
            out.push(match given.iter().find(|(id, _)| id.at() == n) {
                Some((_, e)) => field(formula, e, &decl.ty, decl.optional)?,
                None => match copied.and_then(|i| i.fields.get(n)).cloned().flatten() {
                    Some(value) => Some(value),
                    None => decl.default.as_ref().map(literal),
                },
            });
        }
        Ok(out)
    }

    /// Carries out an act.
    pub(super) fn act(&self, past: &mut Past, of: &Of, act: Act<'t>) -> Step<()> {
        let Act { instance, doing, place, found } = act;
        match doing {
            Doing::Deed(deed) => self.done(past, of, &found, &instance, deed, &[place.1]),
            Doing::Lines { plan, mut list, body } => {
                let mut deeds = Vec::new();
                for at in 0..list.lines.len() {
                    list.at = at;
                    for (n, s) in body.iter().enumerate() {
                        let path = [place.1, at, n];
                        let scene = Scene { plan: Some(&plan), ..Scene::new(self, past, &found) };
                        let formula = Formula { list: Some(list.clone()), ..scene.of(&instance) };
                        if let Some(line) = list.lines.get(at) {
                            formula.set(list.var, Ok(Value::Line(Rc::clone(line))));
                        }
                        let Some(deed) = told(self.deed(&formula, &instance, s, &path), instance.clause)? else { continue };
                        deeds.push((path.to_vec(), Some(deed.clone())));
                        self.done(past, of, &found, &instance, deed, &path)?;
                    }
                }
                if self.is_final(instance.rule)
                    && instance.stands.is_none()
                    && let Some(stands) = past.stands.get_mut(&instance.name)
                {
                    Rc::make_mut(stands).deeds.extend(deeds);
                }
                Ok(())
            }
        }
    }

    /// Does what a rule does.
    fn done(&self, past: &mut Past, of: &Of, found: &Found, instance: &Instance<'t>, deed: Deed, path: &[usize]) -> Step<()> {
        let name: Rc<str> = Rc::from(format!("{}|{path:?}", instance.name));
        match deed {
            Deed::Deem { .. } => return self.deem(past, of, found, instance, deed),
            Deed::End(entry) => {
                if let Some(item) = past.item_mut(entry) {
                    item.ended = true;
                }
            }
            Deed::Restore(entry) => {
                if let Some(item) = past.item_mut(entry) {
                    item.ended = false;
                }
            }
            Deed::Record(effect, line) => {
                let done = Done { record: past.record, clause: instance.clause, effect, line };
                let first = past.first.as_ref().and_then(|f| f.effects.iter().find(|(n, _)| *n == name));
                let done = first.map_or(done, |(_, first)| first.clone());
                past.effects.push((name, done));
            }
            Deed::Warn(parts) => {
                let warning = Warning { record: past.record, about: Warned::Text(parts) };
                let first = past.first.as_ref().and_then(|f| f.warnings.iter().find(|(n, _)| *n == name));
                let warning = first.map_or(warning, |(_, first)| first.clone());
                past.warnings.push((name, warning));
            }
        }
        Ok(())
    }

    /// Something is taken to have happened; what is annulled is left out.
    fn deem(&self, past: &mut Past, of: &Of, found: &Found, instance: &Instance<'t>, deed: Deed) -> Step<()> {
        let Deed::Deem { kind, fields, like, with } = deed else { return Ok(()) };
        let name = past.next_name(kind);
        let entry = self.entry(&name);
        let names = |of: Entry| fields.iter().flatten().any(|v| *v == Value::Entry(of));
        let before = |step: &Rc<str>| past.step != *step && !past.steps.contains(step);
        if past.annulled.iter().any(|a| a.kinds.contains(&kind) && names(a.of) && before(&a.step)) {
            return Ok(());
        }
        let source = like.and_then(|e| past.item(e).cloned());
        let item = Item {
            entry,
            turn: past.order.len(),
            kind,
            record: past.record,
            day: past.today,
            id: None,
            fields: Rc::new(fields),
            step: Rc::clone(&past.step),
            cause: of.event.map(|e| e.0),
            clause: instance.clause,
            deemed: true,
            annulled: false,
            ended: false,
            void: false,
            past: false,
        };
        self.free(past, &item).map_err(|why| Halt::Stopped(why, crate::source::Span::default(), instance.clause))?;
        past.add(item);
        self.begin(past, entry, kind, instance.clause)?;
        let states: Vec<_> = self.states_of(kind).collect();
        if let Some(source) = source.filter(|s| s.kind == kind) {
            // as the event found it
            for state in &states {
                let value = found.states.get(&(*state, Some(source.entry))).cloned();
                if past.states.get(&(*state, Some(entry))) != value.as_ref() {
                    past.put((*state, Some(entry)), value);
                }
                past.wait((*state, Some(entry)), found.waiting.get(&(*state, Some(source.entry))).cloned());
            }
        }
        for (state, pending, value) in with {
            let key = (state, Some(entry));
            let now = Found::now(past);
            let scene = Scene::new(self, past, &now);
            if pending {
                let Some(Value::Number(n)) = value else { continue };
                let n = scene.with(&Vec::new()).rounded_as(&n, state);
                let waits = n.and_then(|n| waiting(&scene, key, n, past.states.get(&key)));
                let waits = waits.map_err(|f| halt(Lack::Fault(f, crate::source::Span::default()), instance.clause))?;
                past.wait(key, Some(waits));
            } else {
                let value = value.map(|v| self.rounded(&scene, key, v)).transpose();
                past.put(key, told(value, instance.clause)?);
            }
        }
        self.event(past, entry)
    }

    /// The states of a kind of entry.
    pub(super) fn states_of(&self, kind: KindId) -> impl Iterator<Item = crate::terms::StateId> + use<'t> {
        let states = self.terms.states.iter().enumerate().filter(move |(_, s)| s.of == Some(kind));
        states.map(|(n, _)| crate::terms::StateId::from(n))
    }

    /// A kind, and those that a field which names it could mean as well.
    fn meant_with(&self, kind: KindId) -> Vec<KindId> {
        let mut out = vec![kind];
        for field in self.terms.kinds.iter().flat_map(|k| &k.fields) {
            if let Type::Entry(kinds) = &field.ty
                && kinds.contains(&kind)
            {
                out.extend(kinds);
            }
        }
        out
    }

    /// Whether the key of a new entry is free.
    pub(super) fn free(&self, past: &Past, item: &Item) -> Result<(), Why> {
        let Some(kind) = self.terms.kind(item.kind) else { return Ok(()) };
        let (key, field) = match kind.kept {
            Some(CheckedKey::Id) => (item.id.as_deref().map(str::to_owned), "id"),
            Some(CheckedKey::Field(at)) => {
                let key = match item.fields.get(at.at()).cloned().flatten() {
                    Some(Value::Text(text)) => Some(text.to_string()),
                    Some(Value::Entry(e)) => past.called(self.terms, e).map(|k| k.to_string()),
                    _ => None,
                };
                (key, kind.fields.get(at.at()).map_or("", |f| f.name.as_str()))
            }
            _ => return Ok(()),
        };
        let taken = key.and_then(|key| self.keyed(past, &self.meant_with(item.kind), &key)).and_then(|e| past.item(e));
        if taken.is_some_and(|i| !i.void) { Err(Why::Taken(field.to_owned())) } else { Ok(()) }
    }
}

/// The entries that fields name, also those in lists.
pub(super) fn named_by(fields: &[Option<Value>]) -> Vec<Entry> {
    let mut out = Vec::new();
    for value in fields.iter().flatten() {
        match value {
            Value::Entry(e) => out.push(*e),
            Value::List(lines) => out.extend(lines.iter().flat_map(|l| named_by(l))),
            _ => {}
        }
    }
    out
}

/// A value for a field: one that is not known is left out where the field may be.
fn field<'t>(formula: &Formula<'_, 't, Scene<'_, 't>>, e: &'t Expr, ty: &Type, optional: bool) -> Got<Option<Value>> {
    let value = formula.value(e);
    let value = if optional { known(value)? } else { Some(value?) };
    value.map(|v| settled(v, ty)).transpose().map_err(|f| Lack::Fault(f, e.span))
}

fn literal(value: &Literal) -> Value {
    match value {
        Literal::Number(n) => Value::Number(super::number::of_decimal(*n)),
        Literal::Whole(n) => Value::Whole(*n),
        Literal::Text(text) => Value::text(text),
    }
}

/// The lines of a list, in the order in which they are gone through.
fn lines<'t>(
    formula: &Formula<'_, 't, Scene<'_, 't>>,
    var: VarId,
    list: &'t Expr,
    order: Option<&'t (bool, Expr)>,
) -> Got<Rc<Vec<Line>>> {
    let lines = formula.list(list)?;
    let Some((highest, by)) = order else { return Ok(lines) };
    let mut keyed = Vec::new();
    for line in lines.iter() {
        formula.set(var, Ok(Value::Line(Rc::clone(line))));
        keyed.push((formula.value(by)?, Rc::clone(line)));
    }
    let mut out: Vec<(Value, Line)> = Vec::new();
    for (key, line) in keyed {
        // after all that come before it or with it
        let at = out.iter().position(|(other, _)| beats(&key, other, *highest)).unwrap_or(out.len());
        out.insert(at, (key, line));
    }
    Ok(Rc::new(out.into_iter().map(|(_, line)| line).collect()))
}
