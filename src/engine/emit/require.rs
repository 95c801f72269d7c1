//! What must hold, and what is annulled: the phases of a step before anything changes.

use super::Emit;
use crate::engine::code::{Op, Reg, RescindCode, Target};
use crate::engine::plan::{RequirePlan, RulePlan, Step};
use crate::terms::StateId;

impl Emit<'_> {
    /// What must hold; an event whose outcome stands is not tested again.
    pub(super) fn requirements(&mut self, step: &Step) {
        if step.rules.iter().all(|r| r.requires.is_empty()) {
            return;
        }
        let skip = self.label();
        if step.rules.iter().any(|r| r.is_final) {
            self.op(Op::JumpIfReplaying(Self::to(skip)));
        }
        let again = step.kind.filter(|_| step.rules.iter().map(|r| r.requires.len()).sum::<usize>() > 1);
        if let Some(kind) = again {
            self.op(Op::Requiring(kind));
        }
        for rule in step.rules.iter().filter(|r| !r.requires.is_empty()) {
            self.at_rule(rule);
            self.over(rule.each.as_ref(), |e, next| {
                e.guards(&rule.guards, next);
                rule.requires.iter().for_each(|r| e.requirement(r));
            });
        }
        if again.is_some() {
            self.op(Op::Required);
        }
        self.place(skip);
    }

    pub(super) fn requirement(&mut self, r: &RequirePlan) {
        let (broken, fine) = (self.label(), self.label());
        self.scoped(|e| {
            e.guards(&r.guards, fine);
            e.scoped(|e| e.jump_unless(r.cond, broken));
            e.op(Op::Jump(Self::to(fine)));
            e.place(broken);
            e.fail(r.fail);
        });
        self.place(fine);
    }

    /// Each requirement by itself: where one of them cannot be tested, another may still refuse.
    pub(super) fn second_looks(&mut self, step: &Step) -> Vec<Target> {
        let mut out = Vec::new();
        for rule in &step.rules {
            self.at_rule(rule);
            for r in &rule.requires {
                out.push(self.routine(|e| {
                    e.over(rule.each.as_ref(), |e, next| {
                        e.guards(&rule.guards, next);
                        e.requirement(r);
                    });
                }));
            }
        }
        out
    }

    /// What rules annul; for each such rule, the register that tells whether it applies.
    pub(super) fn rescinds(&mut self, step: &Step) -> Vec<(usize, Reg)> {
        let mut out = Vec::new();
        for (at, rule) in step.rules.iter().enumerate() {
            if rule.rescinds.is_empty() {
                continue;
            }
            self.at_rule(rule);
            self.out.rescinding = true;
            let applies = self.new_i();
            let (skip, go) = (self.label(), self.label());
            let first = self.number(self.out.rescinds.len(), "more than 65,535 lines that annul");
            self.op(Op::Decided(applies, first));
            self.op(Op::JumpIf(applies, Self::to(go)));
            // of a rule for each entry, one that meets its conditions is enough
            self.over(rule.each.as_ref(), |e, next| {
                e.guards(&rule.guards, next);
                e.op(Op::SetI(applies, 1));
            });
            self.op(Op::JumpUnless(applies, Self::to(skip)));
            self.place(go);
            for r in &rule.rescinds {
                let n = self.number(self.out.rescinds.len(), "more than 65,535 lines that annul");
                let sites = self.rescission_sites(rule);
                self.out.rescinds.push(RescindCode {
                    rule: rule.rule,
                    clause: rule.clause,
                    deemed: r.deemed.clone(),
                    keeping: r.keeping,
                    sites,
                });
                let none = self.label();
                self.scoped(|e| {
                    e.guards(&r.guards, none);
                    let row = e.i(r.of);
                    e.op(Op::Rescind(n, row));
                });
                self.place(none);
            }
            self.place(skip);
            out.push((at, applies));
        }
        out
    }

    /// A place of change for each state that may be adjusted, for what a recomputation by a rule changes.
    pub(super) fn rescission_sites(&mut self, rule: &RulePlan) -> Vec<(StateId, u16)> {
        let adjustable: Vec<StateId> =
            self.plan.states.iter().enumerate().filter(|(_, s)| s.adjustable).map(|(i, _)| StateId::from(i)).collect();
        let mut out = Vec::new();
        for state in adjustable {
            let Some(plan) = self.plan.states.get(state.at()) else { continue };
            let site = crate::engine::code::Site {
                rule: rule.rule,
                state,
                clause: rule.clause,
                pending: false,
                spot: plan.spot,
                of: plan.of,
                waiting: plan.pending,
                watched: false,
                traced: false,
                moves: false,
            };
            out.push((state, self.number(self.out.sites.len(), "more than 65,535 places at which a state changes")));
            self.out.sites.push(site);
        }
        out
    }
}
