//! Examples that expect nothing.

use super::super::Problem;
use super::super::declare::Checker;

pub(super) fn find(checker: &Checker<'_>, out: &mut Vec<Problem>) {
    for example in checker.terms.examples.iter().filter(|e| e.expected.is_empty()) {
        out.push(Problem::NoExpectation { at: example.span, title: example.title.clone() });
    }
}
