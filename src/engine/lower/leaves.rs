//! What the rules of a step leave of each state: the values that `after` asks for.

use super::Lower;
use super::expr::Env;
use super::write::Becomes;
use crate::engine::NotCompiled;
use crate::engine::graph::{Case, EACH, Node, NodeId, Then};
use crate::source::Span;
use crate::terms::{Answer, KindId, RuleId, StateId, Statement, StatementKind, Unit, any_after, order};

/// The rules of the step at hand, and what they leave as far as it is known.
#[derive(Default)]
pub(super) struct Leaving<'t> {
    kind: Option<KindId>,
    answers: Vec<(RuleId, &'t Answer)>,
    leaves: Vec<Leaf>,
    /// How often something was added: what was written out before may read more now.
    pub version: u32,
}

/// What one statement leaves of a state.
#[derive(Debug, Clone)]
struct Leaf {
    /// The answer, among those of the step.
    answer: usize,
    state: StateId,
    row: Option<NodeId>,
    guards: Vec<NodeId>,
    value: NodeId,
    /// The same by the formulas of what a final rule keeps.
    told: NodeId,
    span: Span,
}

impl<'t> Lower<'t> {
    /// Computes what the rules of a step leave, where one of them asks for it.
    pub(super) fn leave(&mut self, kind: Option<KindId>, answers: &[(RuleId, &'t Answer)]) {
        self.forget_leaves();
        if !any_after(self.terms, answers) {
            return;
        }
        let order = match order(self.terms, answers) {
            Ok(order) => order,
            Err(knot) => {
                let at = knot.first().map_or_else(Span::default, |s| s.span);
                self.trouble(NotCompiled { what: "values `after` that need one another", span: at });
                return;
            }
        };
        self.leaving.kind = kind;
        self.leaving.answers = answers.to_vec();
        let muted = std::mem::replace(&mut self.muted, true);
        for unit in order {
            if let Unit::Change(answer, statement) = unit {
                let leaf = self.leaf(answer, statement, None);
                self.leaving.leaves.extend(leaf);
                self.leaving.version += 1;
            }
        }
        self.muted = muted;
    }

    /// Outside of a step nothing is left by it.
    pub(super) fn forget_leaves(&mut self) {
        self.leaving.kind = None;
        self.leaving.answers.clear();
        self.leaving.leaves.clear();
        self.leaving.version += 1;
    }

    /// What a statement leaves; of a certain row where its rule goes through all rows of a kind.
    fn leaf(&mut self, answer: usize, statement: usize, row: Option<NodeId>) -> Option<Leaf> {
        let (rule, of) = self.leaving.answers.get(answer).copied()?;
        let kind = self.leaving.kind;
        let decl = self.terms.rules.get(rule.at())?;
        let mut env = Env::new(&of.vars, decl.clause);
        env.row_for_each = row;
        let others = self.leaving.answers.clone();
        let mut guards = self.conditions(&mut env, kind, rule, of, &others)?;
        self.name_values(&mut env, rule, of, decl.is_final);
        let s: &Statement = of.body.get(statement)?;
        let StatementKind::Becomes { state, of: owner, pending, value, clamps } = &s.kind else { return None };
        let becomes = Becomes { state: *state, of: owner.as_ref(), pending: *pending, value, clamps, guards: &s.guards };
        let write = self.write(&mut env, &becomes, kind, rule, decl.clause)?;
        guards.extend(&write.guards);
        let (row, value, told) = (write.row, write.value, write.told);
        Some(Leaf { answer, state: *state, row, guards, value, told, span: s.span })
    }

    /// A state as the rules of this step leave it.
    pub(super) fn after_value(&mut self, state: StateId, row: Option<NodeId>) -> NodeId {
        let before = self.present(state, row);
        let leaves: Vec<(usize, Leaf)> =
            self.leaving.leaves.iter().cloned().enumerate().filter(|(_, l)| l.state == state).collect();
        let mut cases = Vec::new();
        for (n, leaf) in leaves {
            let Some(leaf) = self.of_row(n, leaf, row) else { continue };
            let value = if self.telling { leaf.told } else { leaf.value };
            let closed = leaf.guards.is_empty();
            if closed && cases.is_empty() {
                return value;
            }
            let when = (!closed).then(|| self.all(leaf.guards));
            cases.push(Case { when, if_known: false, then: Then::Value(value) });
            if closed {
                break;
            }
        }
        if cases.is_empty() {
            return before;
        }
        if cases.last().is_some_and(|c| c.when.is_some()) {
            cases.push(Case { when: None, if_known: false, then: Then::Value(before) });
        }
        let bank = self.plan.graph.bank(before);
        self.add(Node::FirstOf(cases, bank))
    }

    /// What a statement leaves of a row: of its own, of any where its rule goes through all, or of one that may be its own.
    fn of_row(&mut self, n: usize, leaf: Leaf, row: Option<NodeId>) -> Option<Leaf> {
        let (Some(own), Some(row)) = (leaf.row, row) else { return Some(leaf) };
        if own == row {
            return Some(leaf);
        }
        let graph = &self.plan.graph;
        if let Node::EachRow(_) = graph.get(own) {
            let is_final =
                self.leaving.answers.get(leaf.answer).and_then(|(r, _)| self.terms.rules.get(r.at())).is_some_and(|r| r.is_final);
            if is_final {
                let what = "`after` of an entry reached by a path, which a final rule for each entry sets";
                self.trouble(NotCompiled { what, span: leaf.span });
                return None;
            }
            let statement = self.statement_of(n)?;
            return self.leaf(leaf.answer, statement, Some(row));
        }
        let moving = leaf.guards.iter().chain([&own, &leaf.value]).any(|x| graph.moving(*x) & EACH != 0);
        if moving {
            let what = "`after` of a state that a rule sets of another entry for each of several entries";
            self.trouble(NotCompiled { what, span: leaf.span });
            return None;
        }
        let same = self.add(Node::EqualWhole(own, row));
        let mut guards = vec![same];
        guards.extend(leaf.guards);
        Some(Leaf { guards, ..leaf })
    }

    /// The number of the statement that a leaf comes from, in its rule.
    fn statement_of(&self, n: usize) -> Option<usize> {
        let leaf = self.leaving.leaves.get(n)?;
        let (_, answer) = self.leaving.answers.get(leaf.answer)?;
        answer.body.iter().position(|s| s.span == leaf.span && matches!(s.kind, StatementKind::Becomes { .. }))
    }
}
