//! Rules at moments, as they were carried out.

use super::{Against, Asked, Explainer, Seen};
use crate::engine::code::Program;
use crate::engine::plan::Role;
use crate::engine::run::Run;
use crate::report::spot::Spot;
use crate::report::words::Words;
use crate::terms::{On, Terms};

/// A rule at a moment, as it was carried out.
#[derive(Debug, Clone)]
pub struct AtMoment {
    /// Its name, in words.
    pub rule: String,
    /// Its clause.
    pub clause: String,
    /// What it found: named values, and the fields of what it deemed.
    pub found: Vec<(String, String)>,
}

/// The rules at moments that applied at a place.
#[must_use]
pub fn at_moments(terms: &Terms, program: &Program, run: &Run, spot: Spot) -> Vec<AtMoment> {
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let e = Explainer { terms, program, run, words, asked: Asked::default() };
    let mut out = Vec::new();
    for trace in run.traces.iter().filter(|t| t.when.number == 0 && spot.holds(t.when)) {
        let Some(rule) = program.plan.rule_probes.get(usize::from(trace.rule)) else { continue };
        let seen = Seen { e: &e, rule, trace };
        let decl = terms.rules.get(rule.rule.at());
        if decl.is_some_and(|r| r.answers.iter().any(|a| matches!(a.on, On::At(_)))) && matches!(seen.against(), Against::Nothing)
        {
            let name = decl.map_or_else(String::new, |r| r.name.replace('_', " "));
            out.push(AtMoment { rule: name, clause: seen.clause(), found: seen.found() });
        }
    }
    out
}

impl Seen<'_, '_> {
    /// Named values, and the fields of what is deemed.
    fn found(&self) -> Vec<(String, String)> {
        let found = self.rule.roots.iter().filter_map(|(role, at)| {
            let name = match role {
                Role::Let(name) => name.replace('_', " "),
                Role::Deem(kind, field) => {
                    let decl = self.e.terms.kind(*kind)?;
                    format!("{}, {}", decl.name, decl.fields.get(field.at())?.name).replace('_', " ")
                }
                _ => return None,
            };
            Some((name, self.shown(*at)))
        });
        found.collect()
    }
}
