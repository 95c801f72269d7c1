//! Changes of declarations.

use super::place::between;
use super::{Finder, Sort};
use crate::source::Span;
use crate::syntax::ast::{
    Clamp, Failure, Guard, Ident, Item, ItemKind, Member, Obligation, Policy, PolicyKind, Rule, Scope, Statement, StatementKind,
    Trigger, Type, TypeKind,
};

/// The sort and the name of a declaration in which something can be changed.
#[must_use]
pub fn name(kind: &ItemKind) -> Option<(&'static str, &str)> {
    Some(match kind {
        ItemKind::Replace(inner) => return name(&inner.kind),
        ItemKind::Event(e) => ("event", &e.name.name),
        ItemKind::Extend { name, .. } => ("event", &name.name),
        ItemKind::State(s) => ("state", &s.name.name),
        ItemKind::Define(d) => ("definition", &d.name.name),
        ItemKind::Set { name, .. } => ("definition", &name.name),
        ItemKind::Table(t) => ("table", &t.name.name),
        ItemKind::Rule(r) => ("rule", &r.name.name),
        ItemKind::Covenant { name, .. } => ("covenant", &name.name),
        ItemKind::Obligation(o) => ("obligation", &o.name.name),
        ItemKind::Round { state, .. } => ("rounding of", &state.name),
        ItemKind::Postpone { states, .. } => ("postponement of", states.first().map_or("", |s| s.name.as_str())),
        ItemKind::Setting(_)
        | ItemKind::Remove { .. }
        | ItemKind::SetReading { .. }
        | ItemKind::Effect { .. }
        | ItemKind::Needs(_)
        | ItemKind::Reading { .. }
        | ItemKind::Adjustments { .. }
        | ItemKind::AtClose(_)
        | ItemKind::Calendar { .. }
        | ItemKind::Report { .. }
        | ItemKind::NotComputable(_)
        | ItemKind::Defect(_)
        | ItemKind::Example { .. }
        | ItemKind::Allow { .. } => return None,
    })
}

impl Finder<'_> {
    /// The changes of a block.
    pub(super) fn item(&mut self, item: &Item) {
        if let ItemKind::Replace(inner) = &item.kind {
            self.item(inner);
            return;
        }
        let Some((sort, name)) = name(&item.kind) else { return };
        self.block((sort, name.to_owned()), &item.citations);
        match &item.kind {
            ItemKind::Event(e) => e.members.iter().for_each(|m| self.member(m)),
            ItemKind::Extend { members, .. } => members.iter().for_each(|m| self.member(m)),
            ItemKind::State(s) => s.initial.iter().for_each(|e| self.formula(e)),
            ItemKind::Define(d) if is_condition(&d.ty) => self.condition(&d.value),
            ItemKind::Define(d) => self.formula(&d.value),
            ItemKind::Set { value, .. } => self.formula(value),
            ItemKind::Table(t) => {
                let rows = t.rows.iter().flat_map(|(head, cells)| std::iter::once(head).chain(cells));
                t.columns.iter().chain(rows).for_each(|e| self.formula(e));
            }
            ItemKind::Rule(r) => self.rule(r, item.span),
            ItemKind::Covenant { during, holds, .. } => {
                during.iter().for_each(|e| self.condition(e));
                self.condition(holds);
            }
            ItemKind::Obligation(o) => self.obligation(o),
            ItemKind::Round { lines, .. } => {
                for (rounding, guards) in lines {
                    self.rounding(rounding, item.span, None);
                    self.guards(guards);
                }
            }
            ItemKind::Postpone { policies, .. } => policies.iter().for_each(|p| self.policy(p, item.span)),
            _ => {}
        }
    }

    fn member(&mut self, member: &Member) {
        match member {
            Member::Field(field) => field.default.iter().for_each(|e| self.formula(e)),
            Member::Check(e, _) => self.condition(e),
        }
    }

    fn guards(&mut self, list: &[Guard]) {
        list.iter().for_each(|g| self.condition(&g.cond));
    }

    fn rule(&mut self, rule: &Rule, of: Span) {
        self.trigger(&rule.trigger);
        self.scope(&rule.scope);
        self.guards(&rule.guards);
        self.priority(&rule.subject_to, "subject to", of);
        self.priority(&rule.notwithstanding, "notwithstanding", of);
        rule.rescinding.iter().for_each(|r| self.guards(&r.guards));
        rule.body.iter().for_each(|s| self.statement(s));
    }

    /// A rule that no longer gives way to others, or no longer goes before them.
    fn priority(&mut self, names: &[Ident], words: &str, of: Span) {
        let (Some(first), Some(last)) = (names.first(), names.last()) else { return };
        if let Some(at) = self.find(Span { end: first.span.start, ..of }, words, true) {
            self.put(Sort::Priority, at.to(last.span), "", None);
        }
    }

    fn trigger(&mut self, trigger: &Trigger) {
        if let Trigger::At(e) | Trigger::Once(e) = trigger {
            self.formula(e);
        }
    }

    fn scope(&mut self, scope: &Scope) {
        scope.each.iter().filter_map(|e| e.filter.as_ref()).for_each(|f| self.condition(f));
    }

    fn obligation(&mut self, o: &Obligation) {
        self.trigger(&o.trigger);
        self.scope(&o.scope);
        self.guards(&o.guards);
        o.due.iter().for_each(|e| self.formula(e));
        self.formula(&o.done);
    }

    fn policy(&mut self, policy: &Policy, of: Span) {
        if let PolicyKind::While { strict, limit, .. } = &policy.kind {
            let (words, other) = if *strict { ("under", "not over") } else { ("not over", "under") };
            if let Some(at) = self.find(Span { end: limit.span.start, ..of }, words, true) {
                self.put(Sort::Comparison, at, other, Some(limit.span));
            }
            self.formula(limit);
        }
        policy.guard.iter().for_each(|g| self.condition(&g.cond));
    }

    fn statement(&mut self, s: &Statement) {
        match &s.kind {
            StatementKind::Let(_, ty, e) if ty.as_ref().is_some_and(is_condition) => self.condition(e),
            StatementKind::Let(_, _, e) => self.formula(e),
            StatementKind::Becomes { value, clamps, .. } => {
                self.put(Sort::Statement, s.span, "", Some(value.span));
                self.formula(value);
                self.clamps(clamps, value.span);
            }
            StatementKind::Require(e, failure) => {
                self.condition(e);
                self.failure(failure);
            }
            StatementKind::Deem { fields, with, .. } => {
                self.put(Sort::Statement, s.span, "", fields.first().map(|(_, e)| e.span));
                fields.iter().for_each(|(_, e)| self.formula(e));
                with.iter().for_each(|b| self.formula(&b.value));
            }
            StatementKind::Record { fields, .. } => {
                self.put(Sort::Statement, s.span, "", fields.first().map(|(_, e)| e.span));
                fields.iter().for_each(|(_, e)| self.formula(e));
            }
            StatementKind::End(_) | StatementKind::Restore(_) => self.put(Sort::Statement, s.span, "", None),
            // what a warning says is for readers
            StatementKind::Warn(_) => {}
            StatementKind::ForEach { source, order, body, .. } => {
                order.iter().for_each(|(highest, by)| self.order(source, *highest, by));
                body.iter().for_each(|s| self.statement(s));
            }
        }
        self.guards(&s.guards);
    }

    /// The values that a refusal gives.
    fn failure(&mut self, failure: &Failure) {
        failure.with.iter().for_each(|b| self.formula(&b.value));
    }

    /// Limits: each left out, on the other side, and, where it says so, still taken as far as it goes.
    fn clamps(&mut self, clamps: &[Clamp], value: Span) {
        let mut from = value;
        for clamp in clamps {
            let limit = clamp.limit.span;
            let gap = between(from, limit);
            let end = match &clamp.skip {
                None => limit,
                Some(Some(guard)) => guard.cond.span,
                Some(None) => {
                    let after = Span { start: limit.end, end: u32::MAX, ..limit };
                    self.find(self.within(after), "at all", false).unwrap_or(limit)
                }
            };
            self.put(Sort::Limit, Span { start: from.end, end: end.end, ..limit }, "", Some(limit));
            let (word, other) = if clamp.above { ("above", "below") } else { ("below", "above") };
            if let Some(at) = self.find(gap, word, false) {
                self.put(Sort::Limit, at, other, Some(limit));
            }
            if clamp.skip.is_some() {
                self.put(Sort::Limit, between(limit, Span { start: end.end, ..end }), "", Some(limit));
            }
            self.formula(&clamp.limit);
            if let Some(Some(guard)) = &clamp.skip {
                self.condition(&guard.cond);
            }
            from = end;
        }
    }

    /// A place that ends where its file does.
    fn within(&self, span: Span) -> Span {
        let len = self.sources.get(span.file).map_or(0, |s| s.text.len());
        Span { end: span.end.min(u32::try_from(len).unwrap_or(u32::MAX)), ..span }
    }
}

/// Whether a type is that of conditions.
fn is_condition(ty: &Type) -> bool {
    matches!(&ty.kind, TypeKind::Per(yes, no) if yes == "yes" && no == "no")
}
