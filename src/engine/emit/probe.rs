//! Code that tells the parts of formulas, for explanations.

use super::Emit;
use crate::engine::code::{Arg, Op, Reg};
use crate::engine::graph::Bank;
use crate::engine::plan::{RulePlan, Step};
use crate::terms::Type;

impl Emit<'_> {
    /// The rules of a step tell their parts before anything is computed.
    pub(super) fn explained_rules(&mut self, step: &Step) {
        for rule in &step.rules {
            let Some(n) = rule.probe else { continue };
            let each = rule.each.clone();
            self.over(each.as_ref(), |e, _| {
                let row = each.as_ref().and_then(|k| e.rows.get(&k.kind).copied());
                let row = row.or_else(|| e.rows.values().next().copied()).unwrap_or(Reg::MAX);
                e.kept_ahead(rule);
                e.op(Op::Probe(n, row));
                e.to_explain.push((n, e.rows.clone()));
            });
        }
    }

    /// What a final rule keeps is there before its parts are told.
    fn kept_ahead(&mut self, rule: &RulePlan) {
        if rule.captures.is_empty() {
            return;
        }
        let skip = self.label();
        self.op(Op::JumpIfReplaying(Self::to(skip)));
        for (node, spot) in &rule.captures {
            let absent = self.label();
            self.scoped(|e| e.handled(Some(absent), |e| e.capture(*node, *spot)));
            self.place(absent);
        }
        self.place(skip);
    }

    /// The code of the parts, once all other code is there: each uses the same registers, for each is read at once.
    pub(super) fn probe_routines(&mut self) {
        let count = self.plan.rule_probes.len();
        self.out.probes = vec![Vec::new(); count];
        self.explaining = true;
        for (n, rows) in std::mem::take(&mut self.to_explain) {
            let Some(rule) = self.plan.rule_probes.get(usize::from(n)).cloned() else { continue };
            let outer = std::mem::replace(&mut self.rows, rows);
            let mut code = Vec::new();
            for at in rule.all {
                let Some(probe) = self.plan.probes.get(at).cloned() else { continue };
                let mut arg = Arg { reg: 0, known: None, ty: probe.ty.clone() };
                let target = self.reusing(|e| e.routine(|e| arg = e.arg(probe.node, probe.ty)));
                code.push((target, arg));
            }
            for node in rule.derived.into_iter().flat_map(|d| d.nodes) {
                let ty = if self.graph.bank(node) == Bank::Decimal { Type::NUMBER } else { Type::Text };
                let mut arg = Arg { reg: 0, known: None, ty: ty.clone() };
                let target = self.reusing(|e| e.routine(|e| arg = e.arg(node, ty)));
                code.push((target, arg));
            }
            self.rows = outer;
            if let Some(slot) = self.out.probes.get_mut(usize::from(n)) {
                *slot = code;
            }
        }
        self.explaining = false;
    }

    /// Registers taken inside are free again after it, but for those of fixed values.
    pub(super) fn reusing<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let saved = self.next;
        let value = inside(self);
        let above = |kept: &mut dyn Iterator<Item = Reg>, from: Reg| {
            kept.filter(|r| *r >= from).max().map_or(from, |r| r.saturating_add(1))
        };
        self.next.0 = above(&mut self.constants.values().copied(), saved.0);
        self.next.1 = above(&mut self.wholes.values().chain(self.texts.values()).copied(), saved.1);
        self.next.2 = saved.2;
        value
    }
}
