//! What counts as an adjustment: clauses under which nothing lies, and terms that count none.

use super::super::Problem;
use super::super::declare::Checker;
use crate::source::Span;
use crate::syntax::ast::{Citation, ItemKind};
use crate::terms::{On, Statement, StatementKind, Terms, within};

pub(super) fn find(checker: &Checker<'_>, out: &mut Vec<Problem>) {
    for item in checker.items() {
        let ItemKind::Adjustments { under, .. } = &item.item.kind else { continue };
        for clause in under.iter().filter(|c| !lies_under(checker, c)) {
            let written = checker.source_text(clause.span).trim_end().len();
            let end = u32::try_from(written).map_or(clause.span.end, |n| clause.span.start + n);
            out.push(Problem::AdjustmentOfNothing { at: Span { end, ..clause.span }, clause: format!("§{}", clause.section) });
        }
    }
    let terms = &checker.terms;
    if terms.adjustments.is_empty() && !terms.library {
        let own = terms.rules.iter().filter(|r| r.span.file == checker.main());
        let sets = own.flat_map(|r| r.answers.iter().map(move |a| (r, a))).find_map(|(rule, answer)| {
            let asked = !matches!(answer.on, On::Breach(_));
            answer.body.iter().filter(|_| asked).find_map(|s| set(terms, s)).map(|state| (rule, state))
        });
        if let Some((rule, state)) = sets {
            out.push(Problem::NoAdjustment { at: rule.span, state });
        }
    }
}

/// The clauses of all that is declared.
fn cited<'c>(checker: &Checker<'c>) -> impl Iterator<Item = &'c Citation> {
    let declared = checker.items().iter().filter(|i| {
        !matches!(
            &i.item.kind,
            ItemKind::Adjustments { .. }
                | ItemKind::Report { .. }
                | ItemKind::NotComputable(_)
                | ItemKind::Defect(_)
                | ItemKind::Example { .. }
                | ItemKind::Remove { .. }
                | ItemKind::Allow { .. }
                | ItemKind::Setting(_)
        )
    });
    declared.flat_map(|i| &i.item.citations)
}

fn lies_under(checker: &Checker<'_>, clause: &Citation) -> bool {
    cited(checker).any(|c| within(&c.section, &clause.section))
}

/// The number of an entry that a statement gives a new value.
fn set(terms: &Terms, s: &Statement) -> Option<String> {
    let StatementKind::Becomes { state, .. } = &s.kind else { return None };
    let state = terms.states.get(state.at())?;
    (state.of.is_some() && state.ty.is_decimal()).then(|| state.name.clone())
}
