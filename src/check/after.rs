//! States that depend on one another as one event leaves them: none of them could be computed first.

use super::Problem;
use super::cycle::cycles;
use super::declare::Checker;
use crate::source::Span;
use crate::terms::{Answer, DefId, Expr, ExprKind, KindId, On, StateId, Statement, StatementKind, Terms, VarId, When, walk};

/// Tells of every cycle, once.
pub(super) fn find(checker: &mut Checker<'_>) {
    let mut told: Vec<Span> = Vec::new();
    for kind in 0..checker.terms.kinds.len() {
        let of_kind = |a: &&Answer| matches!(a.on, On::Event(k) if k == KindId::from(kind));
        let answers: Vec<&Answer> = checker.terms.rules.iter().flat_map(|r| &r.answers).filter(of_kind).collect();
        let mut edges: Vec<Vec<usize>> = vec![Vec::new(); checker.terms.states.len()];
        let mut places: Vec<Option<Span>> = vec![None; checker.terms.states.len()];
        for answer in answers {
            for s in &answer.body {
                let StatementKind::Becomes { state, value, clamps, pending: false, .. } = &s.kind else { continue };
                let mut reads = Reads::new(&checker.terms, &answer.body);
                let limits = clamps.iter().map(|c| &c.limit);
                answer.guards.iter().chain(&s.guards).chain([value]).chain(limits).for_each(|e| reads.of(e));
                let out = reads.out;
                if let (Some(list), Some(place)) = (edges.get_mut(state.at()), places.get_mut(state.at())) {
                    list.extend(out.iter().map(|s| s.at()));
                    *place = Some(s.span);
                }
            }
        }
        // a state that the event leaves as it is depends on nothing
        for list in &mut edges {
            list.retain(|at| places.get(*at).copied().flatten().is_some());
        }
        for path in cycles(&edges) {
            let Some(first) = path.first().copied() else { continue };
            let at = places.get(first).copied().flatten().unwrap_or_default();
            if told.contains(&at) {
                continue;
            }
            told.push(at);
            let name = checker.terms.states.get(first).map_or(String::new(), |s| s.name.clone());
            checker.problems.push(Problem::AfterCycle { at, name });
        }
    }
}

/// What formulas of a rule read as the event leaves it. A name is looked into once.
struct Reads<'t> {
    terms: &'t Terms,
    body: &'t [Statement],
    lets: Vec<VarId>,
    defs: Vec<DefId>,
    out: Vec<StateId>,
}

impl<'t> Reads<'t> {
    const fn new(terms: &'t Terms, body: &'t [Statement]) -> Self {
        Self { terms, body, lets: Vec::new(), defs: Vec::new(), out: Vec::new() }
    }

    fn of(&mut self, e: &Expr) {
        walk(e, &mut |x| match &x.kind {
            ExprKind::State { state, when: When::After, .. } => self.out.push(*state),
            ExprKind::Def { def, after: true, .. } => self.all(*def),
            ExprKind::Var(var) if !self.lets.contains(var) => {
                self.lets.push(*var);
                if let Some(value) = self.named(*var) {
                    self.of(value);
                }
            }
            _ => {}
        });
    }

    /// The value of a `let`.
    fn named(&self, var: VarId) -> Option<&'t Expr> {
        self.body.iter().find_map(|s| match &s.kind {
            StatementKind::Let(v, value) if *v == var => Some(value),
            _ => None,
        })
    }

    /// Every state a definition reads.
    fn all(&mut self, def: DefId) {
        if self.defs.contains(&def) {
            return;
        }
        self.defs.push(def);
        let Some(d) = self.terms.defs.get(def.at()) else { return };
        walk(&d.body.value, &mut |x| match &x.kind {
            ExprKind::State { state, .. } | ExprKind::Pending { state, .. } => self.out.push(*state),
            ExprKind::Def { def, .. } => self.all(*def),
            _ => {}
        });
    }
}
