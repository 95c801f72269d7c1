//! How states are rounded, and when their changes wait.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use crate::syntax::ast::{self, Ident, PolicyKind};
use crate::terms::{ClauseId, Expr, ExprKind, KindId, Postponement, RoundingLine, StateId, Type, WaitTest};

impl Checker<'_> {
    /// The state a policy is about, with an environment of its row.
    fn policy_state(&mut self, name: &Ident) -> Option<(StateId, Env)> {
        let mut env = Env::default();
        let id = self.one_state(&mut env, name)?;
        if let Some(kind) = self.terms.states.get(id.at()).and_then(|s| s.of) {
            let owner = self.terms.kind(kind).map(|k| k.name.clone()).unwrap_or_default();
            env.row(&owner, kind);
        }
        Some((id, env))
    }

    /// How a state is rounded.
    pub(super) fn rounding_of(&mut self, name: &Ident, lines: &[(ast::Rounding, Vec<ast::Guard>)]) {
        let Some((id, mut env)) = self.policy_state(name) else { return };
        let Some(ty) = self.terms.states.get(id.at()).map(|s| s.ty.clone()) else { return };
        let mut out = Vec::new();
        for (rounding, guards) in lines {
            let Some(unit) = self.typed(&mut env, &rounding.unit, &ty) else { return };
            let ExprKind::Number(unit) = unit.kind else {
                let _: Option<()> = self.misplaced(rounding.unit.span, "a state is rounded to a fixed unit", "");
                return;
            };
            if unit.is_zero() || unit.is_sign_negative() {
                let _: Option<()> = self.misplaced(rounding.unit.span, "nothing can be rounded to a multiple of this", "");
                return;
            }
            let when = match self.on_readings(&mut env, guards) {
                None => return,
                Some(when) => when,
            };
            out.push(RoundingLine { mode: rounding.mode, unit, keeps: rounding.keeps, when });
        }
        if let Some(state) = self.terms.states.get_mut(id.at()) {
            if !state.rounding.is_empty() {
                let first = "another `round` block".to_owned();
                self.problems.push(Problem::Duplicate { at: name.span, name: format!("round {}", name.name), first });
                return;
            }
            state.rounding = out;
        }
    }

    /// Conditions of a policy, which may only ask for readings.
    fn on_readings(&mut self, env: &mut Env, guards: &[ast::Guard]) -> Option<Option<Expr>> {
        let mut all = self.guards(env, guards)?;
        for g in &all {
            if !only_readings(g) {
                return self.misplaced(g.span, "a policy may depend on readings only", "put other conditions into the rule");
            }
        }
        Some(all.pop())
    }

    /// When changes of a state wait.
    pub(super) fn postponement(&mut self, name: &Ident, policies: &[ast::Policy], clause: Option<ClauseId>) {
        let Some((id, mut env)) = self.policy_state(name) else { return };
        let mut out = Postponement { clause, ..Postponement::default() };
        for p in policies {
            let guards: &[ast::Guard] = p.guard.as_slice();
            let Some(when) = self.on_readings(&mut env, guards) else { return };
            match &p.kind {
                PolicyKind::On(names) => out.on.push((self.kind_ids(names), when)),
                PolicyKind::Until(names) => out.until.push((self.kind_ids(names), when)),
                PolicyKind::With(state, proportion) => match self.leader(&mut env, id, state, proportion.is_some()) {
                    None => return,
                    Some(leader) => out.with = Some((leader, *proportion, when)),
                },
                PolicyKind::Compounding => out.compounding = Some(when),
                PolicyKind::Restating => out.restating = Some(when),
                PolicyKind::While { of, strict, limit } => {
                    let of = match of {
                        None => id,
                        Some(of) => match self.one_state(&mut env, of) {
                            None => return,
                            Some(of) => of,
                        },
                    };
                    let ty = self.terms.states.get(of.at()).map_or(Type::NUMBER, |s| s.ty.clone());
                    // a percentage alone is of the state itself
                    let relative = matches!(limit.kind, ast::ExprKind::Percent(_));
                    if let (ast::ExprKind::Number(n), false) = (&limit.kind, ty == Type::NUMBER) {
                        let hundred = n.checked_mul(rust_decimal::Decimal::ONE_HUNDRED).unwrap_or(*n).normalize();
                        let help = format!("write `{hundred}%` for a part of the state, or the unit of an amount");
                        let _: Option<()> = self.misplaced(limit.span, "is this a part of the state, or an amount?", &help);
                        return;
                    }
                    let ty = if relative { Type::NUMBER } else { ty };
                    let Some(limit) = self.typed(&mut env, limit, &ty) else { return };
                    out.tests.push(WaitTest { of, strict: *strict, limit, relative, when });
                }
            }
        }
        if out.tests.is_empty() && out.with.is_none() {
            let help = "add `while the change is under …`, or `with …`";
            let _: Option<()> = self.misplaced(name.span, "nothing says how small a change must be to wait", help);
            return;
        }
        out.vars = env.vars;
        if let Some(state) = self.terms.states.get_mut(id.at()) {
            state.postponement = Some(out);
        }
    }

    /// The state another waits with: for a proportion, a state of the same entry whose changes wait.
    fn leader(&mut self, env: &mut Env, follower: StateId, name: &Ident, proportion: bool) -> Option<StateId> {
        let leader = self.one_state(env, name)?;
        let of = |c: &Self, id: StateId| c.terms.states.get(id.at()).and_then(|s| s.of);
        if leader == follower {
            return self.misplaced(name.span, "a state cannot wait with itself", "name the other state");
        }
        if proportion && of(self, leader) != of(self, follower) {
            let help = "a state of the same entry, or leave `in proportion` out";
            return self.misplaced(name.span, "this is no state of the same entry", help);
        }
        Some(leader)
    }

    fn kind_ids(&mut self, names: &[Ident]) -> Vec<KindId> {
        names.iter().filter_map(|n| self.kind_id(n)).collect()
    }
}

/// Whether a condition asks for readings and nothing else.
fn only_readings(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Reading(..) | ExprKind::Whole(_) => true,
        ExprKind::Not(x) => only_readings(x),
        ExprKind::All(xs) | ExprKind::Any(xs) => xs.iter().all(only_readings),
        _ => false,
    }
}
