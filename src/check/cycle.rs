//! Definitions that need themselves, and events that deem themselves.

use super::Problem;
use super::declare::Checker;
use crate::source::Span;
use crate::terms::{Builtin, DefId, Expr, ExprKind, KindId, On, StateId, Statement, StatementKind, Terms, Type, Window, walk};

/// Tells of every cycle, once.
pub(super) fn find(checker: &mut Checker<'_>) {
    definitions(checker);
    deemed(checker);
}

fn definitions(checker: &mut Checker<'_>) {
    let needs: Vec<Vec<usize>> = checker
        .terms
        .defs
        .iter()
        .map(|d| {
            let mut out = Vec::new();
            walk(&d.body.value, &mut |e: &Expr| {
                if let ExprKind::Def { def, .. } = &e.kind {
                    out.push(def.at());
                }
                if let Some(day) = checker.terms.trading_day.filter(|_| counts_trading_days(e)) {
                    out.push(day.at());
                }
            });
            out
        })
        .collect();
    for path in cycles(&needs) {
        let name = |at: usize| checker.terms.defs.get(DefId::from(at).at()).map_or(String::new(), |d| d.name.clone());
        let Some(first) = path.first().copied() else { continue };
        let text = path.iter().chain([&first]).map(|at| name(*at)).collect::<Vec<_>>().join(" → ");
        let at = checker.terms.defs.get(first).map(|d| d.span).unwrap_or_default();
        let problem = Problem::Circular { at, name: name(first), path: text };
        checker.problems.push(problem);
    }
}

/// What leads to what: events to what their rules deem and change, changes to what the rules on them do.
struct Leads {
    kinds: usize,
    states: usize,
    edges: Vec<Vec<usize>>,
}

impl Leads {
    fn of(terms: &Terms) -> Self {
        let (kinds, states) = (terms.kinds.len(), terms.states.len());
        let mut out = Self { kinds, states, edges: vec![Vec::new(); kinds + 2 * states] };
        for answer in terms.rules.iter().flat_map(|r| &r.answers) {
            let from: Vec<usize> = match &answer.on {
                On::Event(kind) => vec![kind.at()],
                On::Change { states, .. } => states.iter().map(|s| out.change(*s)).collect(),
                On::Making(state) => vec![out.making(*state)],
                On::Adjustment(..) | On::Breach(_) | On::At(_) | On::Once(_) => Vec::new(),
            };
            let mut to = Vec::new();
            deems(&answer.body, &mut to);
            let mut to: Vec<usize> = to.into_iter().map(KindId::at).collect();
            to.extend(answer.body.iter().filter_map(|s| match &s.kind {
                StatementKind::Becomes { state, pending: false, .. } => Some(out.change(*state)),
                _ => None,
            }));
            for from in from {
                if let Some(list) = out.edges.get_mut(from) {
                    list.extend(&to);
                }
            }
        }
        for (n, state) in terms.states.iter().enumerate() {
            let made = out.making(StateId::from(n));
            for kind in state.postponement.iter().flat_map(|p| &p.until).flat_map(|(kinds, _)| kinds) {
                if let Some(list) = out.edges.get_mut(kind.at()) {
                    list.push(made);
                }
            }
            let changes = out.change(StateId::from(n));
            if let Some(list) = out.edges.get_mut(made) {
                list.push(changes);
            }
        }
        out
    }

    const fn change(&self, state: StateId) -> usize {
        self.kinds + state.at()
    }

    const fn making(&self, state: StateId) -> usize {
        self.kinds + self.states + state.at()
    }

    /// What is at a place, in words, and where it is declared.
    fn said(&self, terms: &Terms, at: usize) -> (String, Span) {
        match at.checked_sub(self.kinds) {
            None => terms.kinds.get(at).map_or((String::new(), Span::default()), |k| (k.name.clone(), k.span)),
            Some(n) => terms
                .states
                .get(n % self.states.max(1))
                .map_or((String::new(), Span::default()), |s| (format!("change of {}", s.name), s.span)),
        }
    }
}

fn deemed(checker: &mut Checker<'_>) {
    let leads = Leads::of(&checker.terms);
    for path in cycles(&leads.edges) {
        let name = |at: usize| leads.said(&checker.terms, at).0;
        let Some(first) = path.first().copied() else { continue };
        let text = path.iter().chain([&first]).map(|at| name(*at)).collect::<Vec<_>>().join(" → ");
        let (name, at) = leads.said(&checker.terms, first);
        checker.problems.push(Problem::DeemCycle { at, name, path: text });
    }
}

/// Whether a formula counts trading days: it needs the definition of them.
fn counts_trading_days(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Shift { by, .. } => by.ty == Type::TradingDays,
        ExprKind::Call(Builtin::TradingDays, _) => true,
        ExprKind::Query(q) => matches!(q.window, Some(Window::TradingDays(..))),
        _ => false,
    }
}

/// What statements deem.
pub(super) fn deems(body: &[Statement], out: &mut Vec<KindId>) {
    for s in body {
        match &s.kind {
            StatementKind::Deem { kind, .. } => out.push(*kind),
            StatementKind::ForEach { body, .. } => deems(body, out),
            StatementKind::Let(..)
            | StatementKind::Becomes { .. }
            | StatementKind::Require(..)
            | StatementKind::Record { .. }
            | StatementKind::End(_)
            | StatementKind::Restore(_)
            | StatementKind::Warn(_) => {}
        }
    }
}

/// The cycles of a graph, one for each knot, found without recursion.
pub(super) fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut done = vec![false; edges.len()];
    let mut out = Vec::new();
    for start in 0..edges.len() {
        let mut path: Vec<(usize, usize)> = Vec::new();
        if !done.get(start).copied().unwrap_or(true) {
            path.push((start, 0));
        }
        while let Some((node, next)) = path.last().copied() {
            let child = edges.get(node).and_then(|e| e.get(next)).copied();
            if let Some(last) = path.last_mut() {
                last.1 += 1;
            }
            match child {
                None => {
                    if let Some(slot) = done.get_mut(node) {
                        *slot = true;
                    }
                    path.pop();
                }
                Some(child) => {
                    if let Some(at) = path.iter().position(|(n, _)| *n == child) {
                        out.push(path.iter().skip(at).map(|(n, _)| *n).collect());
                        for slot in path.iter().filter_map(|(n, _)| edges.get(*n).map(|_| *n)) {
                            if let Some(d) = done.get_mut(slot) {
                                *d = true;
                            }
                        }
                        path.clear();
                    } else if !done.get(child).copied().unwrap_or(true) {
                        path.push((child, 0));
                    }
                }
            }
        }
    }
    out
}
