//! Waterfalls: every case can apply, and together they cover everything.

use super::Problem;
use super::declare::Checker;
use crate::source::Span;
use crate::syntax::ast;
use crate::terms::{Expr, ExprKind, ReadingId, Rung, Type, WordId};

/// Tells of cases that are missing or can never apply.
pub(super) fn check(checker: &mut Checker<'_>, written: &[ast::Rung], rungs: &[Rung], span: Span) {
    let mut covered = Cover::default();
    let mut closed = false;
    for (rung, ast) in rungs.iter().zip(written) {
        if closed {
            let why = "a case before it always applies".to_owned();
            checker.problems.push(Problem::Unreachable { at: rung.span, why });
            return;
        }
        match &rung.when {
            None => closed = ast.otherwise,
            Some(when) => {
                if covered.has(when) {
                    let why = "an earlier case has the same condition".to_owned();
                    checker.problems.push(Problem::Unreachable { at: when.span, why });
                }
                covered.add(when);
                closed = covered.complete(checker);
            }
        }
    }
    let by_known = written.iter().any(|r| r.when.is_none() && !r.otherwise);
    if !closed && !by_known && !rungs.is_empty() {
        let case = covered.missing(checker);
        checker.problems.push(Problem::MissingCase { at: Span { start: span.end.saturating_sub(1), ..span }, case });
    }
}

/// What conditions on one subject have been seen.
#[derive(Default)]
struct Cover {
    words: Vec<(String, Vec<WordId>, Vec<WordId>)>,
    readings: Vec<(ReadingId, Vec<u32>)>,
    negated: Vec<(String, bool)>,
    printed: Vec<String>,
}

impl Cover {
    fn add(&mut self, when: &Expr) {
        self.printed.push(format!("{:?}", Shape(when)));
        match &when.kind {
            ExprKind::OneOf(subject, words) => {
                let Type::Enum(all) = &subject.ty else { return };
                let key = format!("{:?}", Shape(subject));
                match self.words.iter_mut().find(|(k, _, _)| *k == key) {
                    Some((_, _, seen)) => seen.extend(words),
                    None => self.words.push((key, all.clone(), words.clone())),
                }
            }
            ExprKind::Reading(id, alts) => match self.readings.iter_mut().find(|(k, _)| k == id) {
                Some((_, seen)) => seen.extend(alts),
                None => self.readings.push((*id, alts.clone())),
            },
            ExprKind::Not(inner) => self.negated.push((format!("{:?}", Shape(inner)), true)),
            _ => self.negated.push((format!("{:?}", Shape(when)), false)),
        }
    }

    fn has(&self, when: &Expr) -> bool {
        self.printed.contains(&format!("{:?}", Shape(when)))
    }

    fn complete(&self, checker: &Checker<'_>) -> bool {
        let words = self.words.iter().any(|(_, all, seen)| all.iter().all(|w| seen.contains(w)));
        let readings = self.readings.iter().any(|(id, seen)| {
            let count = checker.terms.readings.get(id.at()).map_or(0, |r| r.alternatives.len());
            (0..count).all(|n| seen.iter().any(|s| usize::try_from(*s) == Ok(n)))
        });
        let both = self.negated.iter().any(|(key, not)| self.negated.iter().any(|(k, n)| k == key && n != not));
        words || readings || both
    }

    fn missing(&self, checker: &Checker<'_>) -> String {
        if let Some((_, all, seen)) = self.words.first()
            && let Some(word) = all.iter().find(|w| !seen.contains(w))
        {
            return format!("it is `{}`", checker.terms.word(*word));
        }
        if let Some((id, seen)) = self.readings.first()
            && let Some(reading) = checker.terms.readings.get(id.at())
        {
            let left = reading.alternatives.iter().enumerate().find(|(i, _)| !seen.iter().any(|s| usize::try_from(*s) == Ok(*i)));
            if let Some((_, (word, _))) = left {
                return format!("`{}` is `{word}`", reading.name);
            }
        }
        "none of the conditions holds".to_owned()
    }
}

/// An expression without places, for comparison.
struct Shape<'e>(&'e Expr);

impl std::fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:?}", self.0.kind);
        // places differ between equal expressions: leave them out
        let mut rest = text.as_str();
        while let Some(at) = rest.find("span: Span {") {
            let (head, tail) = rest.split_at(at);
            f.write_str(head)?;
            rest = tail.find('}').and_then(|end| tail.get(end + 1..)).unwrap_or("");
        }
        f.write_str(rest)
    }
}

/// An expression as text without places, for comparison.
pub(super) fn shape(e: &Expr) -> String {
    format!("{:?}", Shape(e))
}
