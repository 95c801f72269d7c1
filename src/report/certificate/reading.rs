//! The readings that a paper rests on.

use super::{Adjustment, Source, safe};
use serde::Serialize;

/// How the text was read where it can be read in more than one way.
#[derive(Debug, Clone, Serialize)]
pub struct Reading {
    /// Its name, in words.
    pub name: String,
    /// The question it answers.
    pub question: String,
    /// The answer chosen, in words.
    pub chosen: String,
    /// The sentence that speaks for it.
    pub why: String,
    /// The clause.
    pub clause: String,
}

impl Source<'_> {
    /// The readings that adjustments rest on.
    pub(super) fn readings(&self, adjustments: &[Adjustment]) -> Vec<Reading> {
        let within = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|r| r.is_empty() || r.starts_with(['(', ' ', '.']));
        let mut out = Vec::new();
        for (reading, chosen) in self.terms.readings.iter().zip(&self.program.readings) {
            let clause = self.terms.cite(reading.clause);
            let is_near = adjustments.iter().any(|a| within(&a.clause, clause) || within(clause, &a.clause));
            let chosen_word = usize::try_from(*chosen).ok().and_then(|n| reading.alternatives.get(n));
            if let Some((word, why)) = chosen_word.filter(|_| is_near || *chosen != reading.default) {
                out.push(Reading {
                    name: reading.name.replace('_', " "),
                    question: safe(&reading.question),
                    chosen: word.replace('_', " "),
                    why: safe(why),
                    clause: clause.to_owned(),
                });
            }
        }
        out
    }
}
