//! States that depend on one another as one event leaves them: none of them could be computed first.

use super::Problem;
use super::declare::Checker;
use crate::source::Span;
use crate::terms::{Answer, KindId, On, RuleId, StatementKind, order};

/// Tells of every knot, once.
pub(super) fn find(checker: &mut Checker<'_>) {
    let mut told: Vec<Span> = Vec::new();
    let mut problems = Vec::new();
    let terms = &checker.terms;
    for step in steps(checker) {
        let Err(knot) = order(terms, &step) else { continue };
        let Some(first) = knot.into_iter().min_by_key(|s| s.span) else { continue };
        let StatementKind::Becomes { state, .. } = &first.kind else { continue };
        if told.contains(&first.span) {
            continue;
        }
        told.push(first.span);
        let name = terms.states.get(state.at()).map_or(String::new(), |s| s.name.clone());
        problems.push(Problem::AfterCycle { at: first.span, name });
    }
    checker.problems.extend(problems);
}

/// The rules that are carried out together: those on one event, those at one moment, and each of the others by itself.
fn steps<'t>(checker: &'t Checker<'_>) -> Vec<Vec<(RuleId, &'t Answer)>> {
    let terms = &checker.terms;
    let all = || {
        let rules = terms.rules.iter().enumerate();
        rules.flat_map(|(n, r)| r.answers.iter().map(move |a| (RuleId::from(n), a)))
    };
    let mut out: Vec<Vec<(RuleId, &Answer)>> = Vec::new();
    for kind in 0..terms.kinds.len() {
        out.push(all().filter(|(_, a)| matches!(a.on, On::Event(k) if k == KindId::from(kind))).collect());
    }
    for moment in super::clash::moments(terms) {
        out.push(all().filter(|(_, a)| super::clash::moment(a).as_ref() == Some(&moment)).collect());
    }
    out.extend(all().filter(|(_, a)| !matches!(a.on, On::Event(_) | On::At(_))).map(|one| vec![one]));
    out
}
