//! What the changes of a rule are computed from: the values in its formulas that have a meaning of their own.

use super::Lower;
use crate::engine::graph::{Bank, EACH, Node, NodeId};
use crate::engine::plan::{ActKind, RulePlan};
use rustc_hash::FxHashSet;

impl Lower<'_> {
    /// The parts of the formulas of a rule that are told, each once.
    pub(super) fn inputs_of(&self, plan: &RulePlan) -> Vec<NodeId> {
        let mut roots: Vec<NodeId> = plan.guards.clone();
        for r in &plan.requires {
            roots.extend(&r.guards);
            roots.push(r.cond);
        }
        roots.extend(plan.captures.iter().map(|(node, _)| *node));
        for w in &plan.writes {
            roots.extend(&w.guards);
            roots.push(w.told);
            roots.extend(w.row);
            roots.extend(w.wait.iter().flat_map(|w| &w.tests).map(|t| t.limit));
        }
        for act in &plan.acts {
            match &act.kind {
                ActKind::Deem { fields, with, .. } => {
                    roots.extend(&act.guards);
                    roots.extend(fields.iter().map(|(_, n)| *n));
                    roots.extend(with.iter().map(|(_, _, n)| *n));
                }
                ActKind::Record { values, .. } => {
                    roots.extend(&act.guards);
                    roots.extend(values.iter().flatten());
                }
                ActKind::End(row) | ActKind::Restore(row) => {
                    roots.extend(&act.guards);
                    roots.push(*row);
                }
                ActKind::Warn(_) | ActKind::ForEach { .. } => roots.extend(&act.guards),
            }
        }
        let mut seen = FxHashSet::default();
        let mut out = Vec::new();
        for root in roots {
            self.inputs_below(root, true, &mut seen, &mut out);
        }
        out
    }

    fn inputs_below(&self, id: NodeId, root: bool, seen: &mut FxHashSet<NodeId>, out: &mut Vec<NodeId>) {
        let graph = &self.plan.graph;
        if graph.moving(id) & !EACH != 0 || !seen.insert(id) {
            return;
        }
        let node = graph.get(id);
        if graph.bank(id) != Bank::List && (root || !Self::is_mere_arithmetic(node)) {
            out.push(id);
        }
        match node {
            // what it is of one entry after another has no value of its own
            Node::Query(_) => {}
            Node::Checked { value, .. } => self.inputs_below(*value, false, seen, out),
            Node::FirstOf(cases, _) => {
                for c in cases {
                    if let Some(when) = c.when {
                        self.inputs_below(when, true, seen, out);
                    }
                    if let crate::engine::graph::Then::Value(v) = c.then {
                        self.inputs_below(v, true, seen, out);
                    }
                }
            }
            _ => graph.parts(id).into_iter().for_each(|p| self.inputs_below(p, false, seen, out)),
        }
    }

    /// Whether a reader would not ask for the value of a part by itself.
    fn is_mere_arithmetic(node: &Node) -> bool {
        matches!(
            node,
            Node::Arithmetic(..) | Node::Negative(_) | Node::Decimal(_) | Node::Whole(_) | Node::Text(_) | Node::Settled(_)
        )
    }
}
