//! How a change was computed, line by line, as a paper tells it.

use super::{Against, Asked, Explainer, Seen, Step};
use crate::engine::code::Program;
use crate::engine::plan::Role;
use crate::engine::run::{Change, Run};
use crate::report::words::Words;
use crate::terms::{StateId, Terms};

/// How a change was computed, line by line: named values, the formula, the formula with numbers in, its limits.
#[must_use]
pub fn method(terms: &Terms, program: &Program, run: &Run, c: &Change) -> Vec<String> {
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let e = Explainer { terms, program, run, words, asked: Asked::default() };
    let Some(site) = program.sites.get(usize::from(c.site)) else { return Vec::new() };
    let row = site.of.map_or(-1, |k| crate::engine::table::entry(k, c.row));
    // a rule may be carried out for a row more than once in a place: this was the last time before the change
    let at = run.changes.iter().position(|x| std::ptr::eq(x, c)).unwrap_or(usize::MAX);
    let of_rule = run.traces.iter().filter(|t| t.when == c.when && (t.row == row || t.row < 0)).filter_map(|t| {
        let rule = program.plan.rule_probes.get(usize::from(t.rule))?;
        (rule.rule == site.rule).then_some(Seen { e: &e, rule, trace: t })
    });
    let applied: Vec<Seen<'_, '_>> = of_rule.filter(|s| matches!(s.against(), Against::Nothing)).collect();
    let before = applied.iter().rev().filter(|s| usize::try_from(s.trace.changes).is_ok_and(|n| n <= at));
    let last = before.max_by_key(|s| s.trace.changes);
    last.or(applied.first()).map(|s| s.method(site.state)).unwrap_or_default()
}

impl Seen<'_, '_> {
    /// The lines that lead to the new value of a state.
    fn method(&self, state: StateId) -> Vec<String> {
        let mut out = Vec::new();
        let mut mine = false;
        for (role, at) in &self.rule.roots {
            match role {
                Role::Let(name) => self.flatten(&self.becomes(&format!("{name} is"), *at), 0, &mut out),
                Role::Becomes(s, pending) => {
                    mine = *s == state && !pending;
                    if mine {
                        let name = self.e.terms.states.get(s.at()).map_or("", |s| s.name.as_str());
                        self.flatten(&self.becomes(&format!("{name} becomes"), *at), 0, &mut out);
                    }
                }
                Role::Limit(above) if mine => {
                    let word = if *above { "but not above" } else { "but not below" };
                    self.flatten(&self.becomes(word, *at), 0, &mut out);
                }
                _ => {}
            }
        }
        out
    }

    /// A step and what it rests on, a line each.
    fn flatten(&self, step: &Step, depth: usize, out: &mut Vec<String>) {
        let clause = if step.clause.is_empty() { String::new() } else { format!(" (Section {})", step.clause) };
        out.push(format!("{}{}{clause}", "  ".repeat(depth), self.in_words(&step.text)));
        step.parts.iter().for_each(|p| self.flatten(p, depth + 1, out));
    }

    /// A line for one who does not know the terms: readings are called so, and what is told is so.
    fn in_words(&self, text: &str) -> String {
        let mut out = text.to_owned();
        if out.starts_with("because ") {
            out = out.strip_suffix(", which is so").unwrap_or(&out).to_owned();
        }
        if let Some((not, _)) = out.strip_prefix("not: ").and_then(|t| t.split_once(", which is not so")) {
            out = format!("not: {not}");
        }
        for reading in &self.e.terms.readings {
            for (word, _) in &reading.alternatives {
                for is in ["is", "is not"] {
                    let written = format!("{} {is} {word}", reading.name);
                    let said = format!("the reading “{}” {is} “{}”", reading.name.replace('_', " "), word.replace('_', " "));
                    out = replaced(&out, &written, &said);
                }
            }
        }
        out
    }
}

/// A text with whole words replaced.
fn replaced(text: &str, what: &str, by: &str) -> String {
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(what) {
        let whole = !before.ends_with(of_word) && !after.starts_with(of_word);
        out.push_str(before);
        out.push_str(if whole { by } else { what });
        rest = after;
    }
    out.push_str(rest);
    out
}
