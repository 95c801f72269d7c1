//! Formulas taken apart for explanations: each part of a rule, with the formula whose value it has.

use super::Lower;
use super::expr::Env;
use crate::engine::graph::{Node, NodeId};
use crate::engine::plan::{Derived, Probe, ProbeCase, ProbeKind, Role, RulePlan, RuleProbe};
use crate::terms::{Answer, Builtin, Expr, ExprKind, KindId, Outcome, RuleId, When, children};
use rustc_hash::FxHashMap;

/// What has been taken apart so far.
#[derive(Debug, Default)]
pub(super) struct Probing {
    /// The parts of the rule at hand.
    current: Vec<(Role, usize)>,
    /// Definitions taken apart before: the same formula is shown once.
    known: FxHashMap<NodeId, usize>,
    /// Whether every value a change is computed from is told too.
    inputs: bool,
}

impl Probing {
    /// Nothing taken apart so far.
    pub(super) fn new(inputs: bool) -> Self {
        Self { inputs, ..Self::default() }
    }
}

impl Lower<'_> {
    /// A part of the rule at hand is to be explained.
    pub(super) fn explain(&mut self, env: &mut Env<'_>, role: Role, e: &Expr) {
        if self.probing.is_none() || self.muted {
            return;
        }
        // the parts of a rule are told before it keeps anything
        env.exchange_kept();
        self.telling = true;
        let root = self.take_apart(env, e);
        self.telling = false;
        env.exchange_kept();
        if let Some(p) = &mut self.probing {
            p.current.push((role, root));
        }
    }

    /// Conditions to be explained.
    pub(super) fn explain_all(&mut self, env: &mut Env<'_>, role: &Role, list: &[Expr]) {
        for e in list {
            self.explain(env, role.clone(), e);
        }
    }

    /// The parts of a rule are complete; its number among the rules to be explained.
    pub(super) fn explained(&mut self, rule: RuleId, kind: Option<KindId>, answer: &Answer, plan: &RulePlan) -> Option<u16> {
        let roots = std::mem::take(&mut self.probing.as_mut()?.current);
        let mut all = Vec::new();
        for (_, root) in &roots {
            self.below(*root, &mut all);
        }
        let n = u16::try_from(self.plan.rule_probes.len()).ok()?;
        let inputs = self.probing.as_ref().is_some_and(|p| p.inputs);
        let derived = inputs.then(|| Derived { nodes: self.inputs_of(plan), plan: plan.clone() });
        self.plan.rule_probes.push(RuleProbe { rule, kind, each: answer.each.as_ref().map(|e| e.kind), roots, all, derived });
        Some(n)
    }

    fn below(&self, at: usize, all: &mut Vec<usize>) {
        if all.contains(&at) {
            return;
        }
        all.push(at);
        let Some(p) = self.plan.probes.get(at) else { return };
        p.parts.iter().for_each(|x| self.below(*x, all));
        if let ProbeKind::Def(_, inner) = &p.kind {
            self.below(*inner, all);
        }
        if let ProbeKind::Cases(cases) = &p.kind {
            cases.iter().flat_map(|c| c.when.iter().chain(&c.then)).for_each(|x| self.below(*x, all));
        }
    }

    fn take_apart(&mut self, env: &mut Env<'_>, e: &Expr) -> usize {
        let node = self.entry(env, e);
        let mut parts = Vec::new();
        let kind = match &e.kind {
            ExprKind::Def { def, args, after } => {
                parts = args.iter().map(|a| self.take_apart(env, a)).collect();
                match self.inside(env, *def, args, *after, node) {
                    Some(inner) => ProbeKind::Def(*def, inner),
                    None => ProbeKind::Leaf,
                }
            }
            ExprKind::FirstOf(rungs) => {
                let mut cases = Vec::new();
                for r in rungs {
                    let when = r.when.as_ref().map(|w| self.take_apart(env, w));
                    let then = match &r.outcome {
                        Outcome::Value(v) => Some(self.take_apart(env, v)),
                        Outcome::Failure(_) => None,
                    };
                    cases.push(ProbeCase { label: r.label.clone(), otherwise: r.otherwise, when, then });
                }
                ProbeKind::Cases(cases)
            }
            ExprKind::Reading(id, _) => ProbeKind::Reading(*id),
            ExprKind::State { when: When::Before | When::After | When::BeforeChange, .. }
            | ExprKind::Field(..)
            | ExprKind::Inherent(..)
            | ExprKind::Pending { .. }
            | ExprKind::Var(_)
            | ExprKind::Query(_)
            | ExprKind::Lines(_)
            | ExprKind::Text(_)
            | ExprKind::Obligation(..)
            | ExprKind::ChangeBy { .. }
            | ExprKind::Today
            | ExprKind::Now => ProbeKind::Leaf,
            ExprKind::Number(_) | ExprKind::Whole(_) | ExprKind::Ratio(..) | ExprKind::ByKey(..) => ProbeKind::Constant,
            ExprKind::Compare(..) | ExprKind::Equal(..) => ProbeKind::Comparison,
            ExprKind::Not(_) => ProbeKind::Not,
            ExprKind::All(_) => ProbeKind::All,
            ExprKind::Any(_) => ProbeKind::Any,
            ExprKind::Known(_) => ProbeKind::Known,
            ExprKind::Call(Builtin::Least | Builtin::Greatest, _) => ProbeKind::Extreme,
            _ => ProbeKind::Formula,
        };
        if !matches!(kind, ProbeKind::Leaf | ProbeKind::Constant | ProbeKind::Def(..) | ProbeKind::Cases(_)) {
            let mut list: Vec<&Expr> = Vec::new();
            // the parts outlive the walk: they belong to the expression
            collect(e, &mut list);
            parts = list.into_iter().map(|x| self.take_apart(env, x)).collect();
        }
        self.plan.probes.push(Probe { span: e.span, ty: e.ty.clone(), node, kind, parts });
        self.plan.probes.len() - 1
    }

    /// The formula of a definition, with its arguments in place.
    fn inside(&mut self, env: &mut Env<'_>, def: crate::terms::DefId, args: &[Expr], after: bool, node: NodeId) -> Option<usize> {
        if let Some(known) = self.probing.as_ref().and_then(|p| p.known.get(&node)) {
            return Some(*known);
        }
        let terms = self.terms;
        let d = terms.defs.get(def.at())?;
        let mut inner = self.arguments(env, d, args, after);
        let at = self.take_apart(&mut inner, &d.body.value);
        if let Some(p) = &mut self.probing {
            p.known.insert(node, at);
        }
        Some(at)
    }

    /// A condition that is no formula of its own.
    pub(super) fn explain_node(&mut self, role: Role, node: NodeId) {
        if self.probing.is_none() || self.muted || matches!(self.plan.graph.get(node), Node::Whole(_)) {
            return;
        }
        let span = crate::source::Span::default();
        self.plan.probes.push(Probe { span, ty: crate::terms::Type::YesNo, node, kind: ProbeKind::Leaf, parts: Vec::new() });
        let at = self.plan.probes.len() - 1;
        if let Some(p) = &mut self.probing {
            p.current.push((role, at));
        }
    }
}

/// The direct parts of a formula.
fn collect<'e>(e: &'e Expr, out: &mut Vec<&'e Expr>) {
    children(e, &mut |c| out.push(c));
}
