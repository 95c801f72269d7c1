//! One rule on one event.

use super::Lower;
use super::expr::{Bound, Env};
use super::write::Becomes;
use crate::engine::NotCompiled;
use crate::engine::graph::{Node, NodeId, Why};
use crate::engine::plan::{Act, ActKind, EachPlan, RequirePlan, Rescind, Role, RulePlan};
use crate::terms::{Answer, Expr, KindId, RuleId, Spot, Statement, StatementKind, Type, Var, VarId};

impl<'t> Lower<'t> {
    /// A rule; none where it can never apply.
    pub(super) fn rule(
        &mut self,
        kind: Option<KindId>,
        id: RuleId,
        answer: &'t Answer,
        others: &[(RuleId, &'t Answer)],
    ) -> Option<RulePlan> {
        let terms = self.terms;
        let rule = terms.rules.get(id.at())?;
        let mut env = Env::new(&answer.vars, rule.clause);
        let guards = self.conditions(&mut env, kind, id, answer, others)?;
        let mut plan = RulePlan {
            rule: id,
            clause: rule.clause,
            is_final: rule.is_final,
            each: answer.each.as_ref().map(|e| EachPlan { kind: e.kind, any: e.any }),
            guards,
            rescinds: Vec::new(),
            requires: Vec::new(),
            captures: Vec::new(),
            writes: Vec::new(),
            acts: Vec::new(),
            probe: None,
        };
        for r in &answer.rescinding {
            if let Some(guards) = self.guards(&mut env, &r.guards) {
                let of = self.entry(&mut env, &r.of);
                plan.rescinds.push(Rescind { deemed: r.deemed.clone(), of, keeping: r.keeping, guards });
            }
        }
        plan.captures = self.name_values(&mut env, id, answer, rule.is_final);
        // what must hold is tested before a final rule keeps anything
        env.exchange_kept();
        for s in &answer.body {
            self.require(&mut env, s, &mut plan);
        }
        env.exchange_kept();
        self.writes(&mut env, kind, id, answer, &mut plan);
        for s in &answer.body {
            plan.acts.extend(self.act(&mut env, s));
        }
        plan.probe = self.explained(id, kind, answer, &plan);
        Some(plan)
    }

    /// The conditions of a rule, with those of the rules it gives way to; none where it can never apply.
    pub(super) fn conditions(
        &mut self,
        env: &mut Env<'_>,
        kind: Option<KindId>,
        id: RuleId,
        answer: &Answer,
        others: &[(RuleId, &Answer)],
    ) -> Option<Vec<NodeId>> {
        let mut guards = self.scope(env, kind, answer);
        guards.extend(self.guards(env, &answer.guards)?);
        self.explain_all(env, &Role::When, &answer.guards);
        let rows = self.rows(env, answer);
        for applies in self.gives_way_to(kind, id, &rows, others, others.len()) {
            let (other, applies) = applies;
            let not = self.not(applies);
            self.explain_node(Role::Unless(other), not);
            match self.decided(not) {
                Some(true) => {}
                Some(false) => return None,
                None => guards.push(not),
            }
        }
        Some(guards)
    }

    /// Binds the event and the rows; conditions that come with them.
    fn scope(&mut self, env: &mut Env<'_>, kind: Option<KindId>, answer: &Answer) -> Vec<NodeId> {
        let mut guards = Vec::new();
        if let Some(kind) = kind {
            env.bind_event(0, kind);
        }
        if matches!(answer.on, crate::terms::On::Making(_) | crate::terms::On::Breach(_))
            && let Some(Type::Entry(kinds)) = answer.vars.first().map(|v| &v.ty)
            && let [kind] = kinds.as_slice()
        {
            let row = self.add(Node::EachRow(*kind));
            env.bind_row(0, row, *kind);
        }
        if let Some((var, e)) = &answer.the {
            let row = self.entry(env, e);
            env.bind(var.at(), row);
            // an event that names no entry is none of this rule's business
            if matches!(self.plan.graph.get(row), Node::Checked { .. }) {
                let known = self.add(Node::Known(row));
                self.explain_node(Role::Where, known);
                guards.push(known);
            }
            if let Some(kind) = self.kind_guard(&answer.vars, *var, e, env) {
                self.explain_node(Role::Where, kind);
                guards.push(kind);
            }
        }
        self.bind_each(env, answer);
        if let Some(filter) = answer.each.as_ref().and_then(|e| e.filter.as_ref()) {
            let node = self.expr(env, filter);
            self.explain(env, Role::Where, filter);
            if self.decided(node) != Some(true) {
                guards.push(node);
            }
        }
        guards
    }

    /// Where an event names an entry of one of several kinds, it must be of the right one.
    pub(super) fn kind_guard(&mut self, vars: &[Var], var: VarId, e: &Expr, env: &mut Env<'_>) -> Option<NodeId> {
        let Type::Entry(kinds) = &e.ty else { return None };
        let Some(Type::Entry(one)) = vars.get(var.at()).map(|v| &v.ty) else { return None };
        let (true, [kind]) = (kinds.len() > 1, one.as_slice()) else { return None };
        let row = self.entry(env, e);
        Some(self.add(Node::IsKind(row, *kind)))
    }

    /// The entries a rule speaks of, by kind.
    fn rows(&mut self, env: &Env<'_>, answer: &Answer) -> Vec<(KindId, NodeId)> {
        let mut out = Vec::new();
        let of = |var: VarId| match (answer.vars.get(var.at()).map(|v| &v.ty), env.get(var)) {
            (Some(Type::Entry(kinds)), Some(Bound::Node(node))) => Some((*kinds.first()?, *node)),
            _ => None,
        };
        out.extend(answer.the.as_ref().and_then(|(var, _)| of(*var)));
        out.extend(answer.each.as_ref().and_then(|e| of(e.var)));
        out
    }

    /// The rules to which a rule gives way, each with the condition under which it applies to the same entries.
    fn gives_way_to(
        &mut self,
        kind: Option<KindId>,
        id: RuleId,
        rows: &[(KindId, NodeId)],
        others: &[(RuleId, &Answer)],
        deepest: usize,
    ) -> Vec<(RuleId, NodeId)> {
        let before = self.terms.rules.get(id.at()).map(|r| r.subject_to.clone()).unwrap_or_default();
        let mut out = Vec::new();
        for (other, answer) in others.iter().filter(|(other, _)| before.contains(other)) {
            out.extend(self.applies(kind, *other, answer, rows, others, deepest).map(|applies| (*other, applies)));
        }
        out
    }

    /// The condition under which a rule applies to the entries another speaks of, and does not give way itself; none where it never
    /// does.
    fn applies(
        &mut self,
        kind: Option<KindId>,
        id: RuleId,
        answer: &Answer,
        rows: &[(KindId, NodeId)],
        others: &[(RuleId, &Answer)],
        deepest: usize,
    ) -> Option<NodeId> {
        let row_of = |kind: KindId| rows.iter().find(|(k, _)| *k == kind).map(|(_, row)| *row);
        let mut env = Env::new(&answer.vars, None);
        if let Some(each) = &answer.each {
            env.row_for_each = row_of(each.kind);
            if env.row_for_each.is_none() {
                let what = "a rule that gives way to a rule for each of several entries, and speaks of none of them";
                let span = self.terms.rules.get(id.at()).map_or_else(crate::source::Span::default, |r| r.span);
                self.trouble(NotCompiled { what, span });
                return None;
            }
        }
        let mut guards = self.scope(&mut env, kind, answer);
        guards.extend(self.guards(&mut env, &answer.guards)?);
        let own = self.rows(&env, answer);
        for (kind, row) in &own {
            if let Some(other) = row_of(*kind).filter(|other| other != row) {
                guards.push(self.add(Node::EqualWhole(*row, other)));
            }
        }
        if let Some(deeper) = deepest.checked_sub(1) {
            for (_, applies) in self.gives_way_to(kind, id, &own, others, deeper) {
                let not = self.not(applies);
                match self.decided(not) {
                    Some(true) => {}
                    Some(false) => return None,
                    None => guards.push(not),
                }
            }
        }
        Some(if guards.is_empty() { self.add(Node::Whole(1)) } else { self.all(guards) })
    }

    /// Named values; those of a final rule are kept in registers, which are given back.
    pub(super) fn name_values(
        &mut self,
        env: &mut Env<'_>,
        rule: RuleId,
        answer: &Answer,
        is_final: bool,
    ) -> Vec<(NodeId, Spot)> {
        let mut captures = Vec::new();
        for s in &answer.body {
            let StatementKind::Let(var, value) = &s.kind else { continue };
            let node = self.expr(env, value);
            self.explain(env, Role::Let(env.name(*var).to_owned()), value);
            let named = if is_final {
                let ty = answer.vars.get(var.at()).map_or(&value.ty, |v| &v.ty);
                let spot = self.kept_in(rule, answer, *var, ty);
                captures.push((node, spot));
                self.slot(spot, Why::Case)
            } else {
                let name = env.name(*var).to_owned();
                self.add(Node::Named(crate::engine::graph::Name::Let(name), node))
            };
            env.bind(var.at(), named);
            if is_final {
                env.exchange_kept();
                let told = self.expr(env, value);
                env.exchange_kept();
                env.kept.push((var.at(), told));
            }
        }
        captures
    }

    /// The registers in which a final rule keeps a named value.
    fn kept_in(&mut self, rule: RuleId, answer: &Answer, var: VarId, ty: &Type) -> Spot {
        let number = self.terms.rules.get(rule.at()).and_then(|r| r.answers.iter().position(|a| std::ptr::eq(a, answer)));
        let key = (rule, number.unwrap_or(usize::MAX), var);
        if let Some(spot) = self.captured.get(&key) {
            return *spot;
        }
        let spot = self.capture(ty);
        self.captured.insert(key, spot);
        spot
    }

    fn require(&mut self, env: &mut Env<'_>, s: &Statement, plan: &mut RulePlan) {
        let StatementKind::Require(cond, failure) = &s.kind else { return };
        let Some(guards) = self.guards(env, &s.guards) else { return };
        let written = cond;
        let cond = self.expr(env, cond);
        if self.decided(cond) == Some(true) {
            return;
        }
        self.explain_all(env, &Role::ActWhen, &s.guards);
        self.explain(env, Role::Require, written);
        let fail = self.fail(env, failure);
        plan.requires.push(RequirePlan { guards, cond, fail });
    }

    /// Changes of states.
    fn writes(&mut self, env: &mut Env<'_>, kind: Option<KindId>, id: RuleId, answer: &Answer, plan: &mut RulePlan) {
        for s in &answer.body {
            let StatementKind::Becomes { state, of, pending, value, clamps } = &s.kind else { continue };
            let becomes = Becomes { state: *state, of: of.as_ref(), pending: *pending, value, clamps, guards: &s.guards };
            plan.writes.extend(self.write(env, &becomes, kind, id, plan.clause));
        }
    }

    fn act(&mut self, env: &mut Env<'_>, s: &Statement) -> Option<Act> {
        let kind = match &s.kind {
            StatementKind::Let(..) | StatementKind::Becomes { .. } | StatementKind::Require(..) => return None,
            StatementKind::Deem { kind, fields, like, with } => {
                if env.depth == 0 {
                    self.explain_all(env, &Role::ActWhen, &s.guards);
                    for (f, e) in fields {
                        self.explain(env, Role::Deem(*kind, *f), e);
                    }
                }
                ActKind::Deem {
                    kind: *kind,
                    fields: fields.iter().map(|(f, e)| (*f, self.entry(env, e))).collect(),
                    like: like.as_ref().map(|l| self.entry(env, l)),
                    with: with.iter().map(|(s, pending, e)| (*s, *pending, self.entry(env, e))).collect(),
                }
            }
            StatementKind::Record { effect, fields } => ActKind::Record {
                effect: *effect,
                values: fields.iter().map(|f| f.as_ref().map(|e| self.entry(env, e))).collect(),
            },
            StatementKind::End(e) => ActKind::End(self.entry(env, e)),
            StatementKind::Restore(e) => ActKind::Restore(self.entry(env, e)),
            StatementKind::Warn(t) => ActKind::Warn(self.template(env, t)),
            StatementKind::ForEach { var, list, shape, order, body } => {
                let list = self.expr(env, list);
                let depth = env.depth;
                env.bind_line(var.at(), depth, *shape);
                env.depth = depth + 1;
                let order = order.as_ref().map(|(high, by)| (*high, self.expr(env, by)));
                let body = body.iter().filter_map(|s| self.act(env, s)).collect();
                env.depth = depth;
                ActKind::ForEach { list, shape: *shape, depth, order, body }
            }
        };
        let guards = self.guards(env, &s.guards)?;
        Some(Act { guards, kind })
    }
}
