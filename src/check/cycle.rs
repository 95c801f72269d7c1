//! Definitions that need themselves, and events that deem themselves.

use super::Problem;
use super::declare::Checker;
use crate::terms::{Builtin, DefId, Expr, ExprKind, KindId, On, Statement, StatementKind, Type, Window, walk};

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

/// Deemed events that lead back to themselves. A rule on a change may change the same state again: it answers until nothing
/// changes any more, and the run stops where that never comes.
fn deemed(checker: &mut Checker<'_>) {
    let count = checker.terms.kinds.len();
    let mut leads: Vec<Vec<usize>> = vec![Vec::new(); count];
    for rule in &checker.terms.rules {
        for answer in &rule.answers {
            let from: Vec<KindId> = match &answer.on {
                On::Event(kind) => vec![*kind],
                On::Change { by, .. } => by.clone(),
                On::Adjustment(..) | On::Making(_) | On::Breach(_) | On::At(_) | On::Once(_) => Vec::new(),
            };
            let mut to = Vec::new();
            deems(&answer.body, &mut to);
            for kind in from {
                if let Some(list) = leads.get_mut(kind.at()) {
                    list.extend(to.iter().map(|k| k.at()));
                }
            }
        }
    }
    for path in cycles(&leads) {
        let name = |at: usize| checker.terms.kinds.get(at).map_or(String::new(), |k| k.name.clone());
        let Some(first) = path.first().copied() else { continue };
        let text = path.iter().chain([&first]).map(|at| name(*at)).collect::<Vec<_>>().join(" → ");
        let at = checker.terms.kinds.get(first).map(|k| k.span).unwrap_or_default();
        let problem = Problem::DeemCycle { at, name: name(first), path: text };
        checker.problems.push(problem);
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
