//! Parameters and named values that nothing uses.

use super::super::Problem;
use super::super::declare::Checker;
use crate::syntax::ast::{Ident, ItemKind};
use crate::terms::{Answer, Expr, ExprKind, Formulas, StatementKind, VarId, walk};

pub(super) fn find(checker: &Checker<'_>, out: &mut Vec<Problem>) {
    for item in checker.items().iter().filter(|i| i.item.span.file == checker.main()) {
        let ItemKind::Define(d) = &item.item.kind else { continue };
        // what takes the place of another, or meets a need, is given what that one is given
        if replaces(checker, item.item.span.start) || needed(checker, &d.name) {
            continue;
        }
        let Some(def) = checker.terms.defs.iter().find(|x| x.span == d.name.span) else { continue };
        let first = usize::from(def.of.is_some());
        for (n, param) in d.params.iter().enumerate() {
            if !uses(&def.body.value, VarId::from(first + n)) {
                out.push(Problem::Unused { at: param.name.span, sort: "the parameter", name: param.name.name.clone() });
            }
        }
    }
    for rule in &checker.terms.rules {
        for answer in &rule.answers {
            lets(answer, out);
        }
    }
}

/// Named values of a rule that nothing in it uses.
fn lets(answer: &Answer, out: &mut Vec<Problem>) {
    for statement in &answer.body {
        let StatementKind::Let(var, _) = &statement.kind else { continue };
        let mut used = false;
        answer.formulas(&mut |_, e| used |= uses(e, *var));
        if !used {
            let name = answer.vars.get(var.at()).map(|v| v.name.clone()).unwrap_or_default();
            out.push(Problem::Unused { at: statement.span, sort: "the value", name });
        }
    }
}

fn uses(e: &Expr, var: VarId) -> bool {
    let mut found = false;
    walk(e, &mut |x| found |= matches!(x.kind, ExprKind::Var(v) if v == var));
    found
}

/// Whether a block is the new one of a `replace`.
fn replaces(checker: &Checker<'_>, start: u32) -> bool {
    let at = crate::source::Span { file: checker.main(), start: 0, end: start };
    checker.source_text(at).split_whitespace().next_back() == Some("replace")
}

fn needed(checker: &Checker<'_>, name: &Ident) -> bool {
    checker.items().iter().any(|i| matches!(&i.item.kind, ItemKind::Needs(n) if n.name == *name))
}
