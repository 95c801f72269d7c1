//! Waterfalls: every case can apply, and together they cover everything. Conditions are compared by the values they allow.

use super::Problem;
use super::declare::Checker;
use super::fact::{Fact, MOST_CHOICES, shape};
use crate::source::Span;
use crate::terms::{Expr, ExprKind, ReadingId, Rung, Type, WordId};

/// A case before another.
struct Before<'r> {
    when: &'r Expr,
    /// What holds where it does not apply.
    not: Fact,
}

/// Tells of cases that are missing or can never apply.
pub(super) fn check(checker: &mut Checker<'_>, rungs: &[Rung], span: Span) {
    let mut before: Vec<Before<'_>> = Vec::new();
    let mut closed = false;
    let mut left = MOST_CHOICES;
    for rung in rungs {
        if closed {
            let why = "a case before it always applies".to_owned();
            checker.problems.push(Problem::Unreachable { at: rung.span, why });
            return;
        }
        let Some(when) = &rung.when else {
            closed = rung.otherwise;
            continue;
        };
        if let Some(why) = dead(checker, when, &before, &mut left) {
            checker.problems.push(Problem::Unreachable { at: when.span, why });
        }
        before.push(Before { when, not: Fact::of(&checker.terms, when, false) });
    }
    let by_known = rungs.iter().any(|r| r.when.is_none() && !r.otherwise);
    let nots: Vec<&Fact> = before.iter().map(|b| &b.not).collect();
    let mut fresh = MOST_CHOICES;
    if !closed && !by_known && !rungs.is_empty() && Fact::together(&nots, &mut fresh) {
        let case = missing(checker, rungs);
        checker.problems.push(Problem::MissingCase { at: Span { start: span.end.saturating_sub(1), ..span }, case });
    }
}

/// Why a case can never apply: those before it take all of it. A condition that never holds is told as one.
fn dead(checker: &Checker<'_>, when: &Expr, before: &[Before<'_>], left: &mut usize) -> Option<String> {
    let own = Fact::of(&checker.terms, when, true);
    let all: Vec<&Fact> = before.iter().map(|b| &b.not).chain([&own]).collect();
    if Fact::together(&all, left) || !Fact::together(&[&own], left) {
        return None;
    }
    let same = shape(when);
    if before.iter().any(|b| shape(b.when) == same) {
        return Some("an earlier case has the same condition".to_owned());
    }
    Some(match before.iter().find(|b| !Fact::together(&[&b.not, &own], left)) {
        Some(one) => {
            let said = checker.source_text(one.when.span).split_whitespace().collect::<Vec<_>>().join(" ");
            format!("whenever this holds, so does `{said}` of a case before it")
        }
        None => "whenever this holds, so does the condition of one of the cases before it".to_owned(),
    })
}

/// The case that is left out, where it can be said in a word.
fn missing(checker: &Checker<'_>, rungs: &[Rung]) -> String {
    let whens = || rungs.iter().filter_map(|r| r.when.as_ref());
    let words = whens().find_map(|w| match &w.kind {
        ExprKind::OneOf(subject, _) => Some((shape(subject), &subject.ty)),
        _ => None,
    });
    if let Some((subject, Type::Enum(all))) = words {
        let seen: Vec<WordId> = whens()
            .filter_map(|w| match &w.kind {
                ExprKind::OneOf(of, words) if shape(of) == subject => Some(words.as_slice()),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        if let Some(word) = all.iter().find(|w| !seen.contains(w)) {
            return format!("it is `{}`", checker.terms.word(*word));
        }
    }
    let asked = |of: Option<ReadingId>| {
        whens().filter_map(move |w| match &w.kind {
            ExprKind::Reading(id, seen) if of.is_none_or(|of| of == *id) => Some((*id, seen)),
            _ => None,
        })
    };
    if let Some((id, _)) = asked(None).next()
        && let Some(reading) = checker.terms.readings.get(id.at())
    {
        let seen: Vec<u32> = asked(Some(id)).flat_map(|(_, seen)| seen).copied().collect();
        let mut all = reading.alternatives.iter().enumerate();
        if let Some((_, (word, _))) = all.find(|(i, _)| !seen.iter().any(|s| usize::try_from(*s) == Ok(*i))) {
            return format!("`{}` is `{word}`", reading.name);
        }
    }
    "none of the conditions holds".to_owned()
}
