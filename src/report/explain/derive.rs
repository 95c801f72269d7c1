//! How one change came about: the conditions of its rule, the values it names, its formula, and what made the event what
//! it counts as.

use super::{Against, Explainer, Seen, Step, because};
use crate::engine::code::Program;
use crate::engine::plan::{Role, RuleProbe};
use crate::engine::run::{Change, Run, Status, Trace};
use crate::report::words::Words;
use crate::source::Span;
use crate::terms::{KindId, StateId, Terms};
use rustc_hash::{FxHashMap, FxHashSet};

/// The derivations of the changes of a run that was made to be explained.
pub struct Derivations<'r> {
    e: Explainer<'r>,
    /// What was told, by the place in the order of events.
    told: FxHashMap<u32, Vec<&'r Trace>>,
}

/// How many events in a row may count as one another.
const DEEPEST: usize = 6;

impl<'r> Derivations<'r> {
    /// Those of a run.
    #[must_use]
    pub fn new(terms: &'r Terms, program: &'r Program, run: &'r Run) -> Self {
        let words = Words { terms, texts: &run.texts, keys: &run.keys };
        let mut told: FxHashMap<u32, Vec<&Trace>> = FxHashMap::default();
        for trace in &run.traces {
            told.entry(trace.when.at).or_default().push(trace);
        }
        Self { e: Explainer { terms, program, run, words, asked: super::Asked::default() }, told }
    }

    /// That of a change; nothing where its record was not explained.
    #[must_use]
    pub fn of(&self, c: &Change) -> Vec<Step> {
        let Some(site) = self.e.program.sites.get(usize::from(c.site)) else { return Vec::new() };
        let row = site.of.map_or(-1, |k| crate::engine::table::entry(k, c.row));
        let mut all = self.seen(c, |rule, trace| rule.rule == site.rule && (trace.row == row || trace.row < 0));
        // what was annulled or superseded came first, and what stands came last
        let found = match c.status {
            Status::Rescinded | Status::Superseded => all.next(),
            Status::Pending | Status::InForce => all.last(),
        };
        let mut out = Vec::new();
        if let Some(seen) = found {
            if let Some(kind) = seen.rule.kind {
                self.counts(c, kind, seen.trace.again, 0, &mut out);
            }
            let mut step = seen.towards(Aim::State(site.state, site.pending));
            step.parts.extend(self.e.waits(c));
            out.push(step);
        }
        for r in self.e.run.rescissions.iter().filter(|r| r.when.at == c.when.at && r.rule == Some(site.rule)) {
            let list = |xs: &[u32]| xs.iter().map(|n| format!("record {n}")).collect::<Vec<_>>().join(", ");
            let mut step = Step::new(format!("annuls what {} adjusted, and recomputes what followed", list(&r.annulled)));
            step.clause = self.e.terms.cite(r.clause).to_owned();
            out.push(step);
        }
        pruned(out)
    }

    /// Rules that applied where a change was made, of those that are wanted.
    fn seen<'s>(
        &'s self,
        c: &Change,
        wanted: impl Fn(&RuleProbe, &Trace) -> bool + 's,
    ) -> impl Iterator<Item = Seen<'s, 'r>> + 's {
        let told = self.told.get(&c.when.at).map_or(&[][..], Vec::as_slice);
        let when = c.when;
        told.iter().filter(move |t| t.when == when).filter_map(move |trace| {
            let rule = self.e.program.plan.rule_probes.get(usize::from(trace.rule))?;
            let seen = Seen { e: &self.e, rule, trace };
            (wanted(rule, trace) && matches!(seen.against(), Against::Nothing)).then_some(seen)
        })
    }

    /// What made an event count as one of a kind, the first first.
    fn counts(&self, c: &Change, kind: KindId, again: bool, depth: usize, out: &mut Vec<Step>) {
        if depth > DEEPEST {
            return;
        }
        let deems = move |rule: &RuleProbe, trace: &Trace| {
            trace.again == again && rule.roots.iter().any(|(r, _)| matches!(r, Role::Deem(k, _) if *k == kind))
        };
        let mut known: Vec<Step> = Vec::new();
        for seen in self.seen(c, deems) {
            let step = seen.towards(Aim::Kind(kind));
            if known.contains(&step) || known.len() > DEEPEST {
                continue;
            }
            if let Some(before) = seen.rule.kind.filter(|k| *k != kind) {
                self.counts(c, before, again, depth + 1, out);
            }
            known.push(step);
        }
        for step in known {
            if !out.contains(&step) {
                out.push(step);
            }
        }
    }
}

/// What a derivation leads to.
#[derive(Clone, Copy)]
enum Aim {
    /// A state, or what waits of it.
    State(StateId, bool),
    /// An event counting as one of a kind.
    Kind(KindId),
}

impl Seen<'_, '_> {
    /// The conditions, and what the new value of a state or an event that is deemed is made of.
    fn leading_to(&self, aim: Aim) -> Vec<Step> {
        let (mut out, mut named, mut last) = (Vec::new(), Vec::new(), Vec::new());
        let mut needed: Vec<String> = Vec::new();
        let (mut does, mut mine) = (true, false);
        let mut act: Vec<usize> = Vec::new();
        let mut deemed = None;
        for (role, at) in &self.rule.roots {
            match role {
                Role::When => out.push(because(self.condition(*at))),
                Role::Let(name) => named.push((name, *at)),
                Role::ActWhen => {
                    does = does && self.holds(*at);
                    act.push(*at);
                    deemed = None;
                }
                Role::Becomes(s, p) => {
                    mine = std::mem::replace(&mut does, true) && matches!(aim, Aim::State(x, y) if (x, y) == (*s, *p));
                    let acts = std::mem::take(&mut act);
                    if mine {
                        let name = self.e.terms.states.get(s.at()).map_or("", |s| s.name.as_str());
                        let what = if *p { format!("what waits of {name} becomes") } else { format!("{name} becomes") };
                        needed.extend(acts.iter().map(|at| self.written(*at)));
                        last.extend(acts.into_iter().map(|at| because(self.condition(at))));
                        last.push(self.becomes(&what, *at));
                        needed.push(self.written(*at));
                    }
                }
                Role::Limit(above) if mine => {
                    last.push(self.becomes(if *above { "but not above" } else { "but not below" }, *at));
                    needed.push(self.written(*at));
                }
                Role::Deem(kind, field) => {
                    if deemed != Some(*kind) {
                        deemed = Some(*kind);
                        mine = std::mem::replace(&mut does, true) && matches!(aim, Aim::Kind(k) if k == *kind);
                        let acts = std::mem::take(&mut act);
                        if mine {
                            let name = self.e.terms.kind(*kind).map_or_else(String::new, |k| k.name.replace('_', " "));
                            needed.extend(acts.iter().map(|at| self.written(*at)));
                            last.extend(acts.into_iter().map(|at| because(self.condition(at))));
                            last.push(Step::new(format!("counts as {name}")));
                        }
                    }
                    if mine {
                        let fields = self.e.terms.kind(*kind).map_or(&[][..], |k| &k.fields);
                        let name = fields.get(field.at()).map_or("", |f| f.name.as_str());
                        let step = self.becomes(&format!("{name}:"), *at);
                        needed.push(self.written(*at));
                        if let Some(counts) = last.last_mut() {
                            counts.parts.push(step);
                        }
                    }
                }
                _ => {}
            }
        }
        // of the values the rule names, those that the formulas use
        let mut used: Vec<Step> = Vec::new();
        for (name, at) in named.into_iter().rev() {
            if needed.iter().any(|text| has_word(text, name)) {
                needed.push(self.written(at));
                used.push(self.becomes(&format!("{name} is"), at));
            }
        }
        out.extend(used.into_iter().rev());
        out.append(&mut last);
        out
    }

    /// The rule with what leads to an aim.
    fn towards(&self, aim: Aim) -> Step {
        Step { text: self.title(), clause: self.clause(), parts: self.leading_to(aim) }
    }

    fn written(&self, at: usize) -> String {
        self.e.source(self.probe(at).map_or_else(Span::default, |p| p.span))
    }
}

/// Whether a text has a word that is no part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        !part(before) && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// Steps, each unfolded once: where it comes again, it is said to stand above.
#[must_use]
pub fn pruned(mut steps: Vec<Step>) -> Vec<Step> {
    let mut known = FxHashSet::default();
    steps.iter_mut().for_each(|s| prune(s, &mut known));
    steps
}

fn prune(step: &mut Step, known: &mut FxHashSet<Step>) {
    if step.parts.is_empty() {
        return;
    }
    if known.contains(step) {
        step.parts.clear();
        step.text.push_str(" (as above)");
        return;
    }
    let whole = step.clone();
    step.parts.iter_mut().for_each(|p| prune(p, known));
    known.insert(whole);
}
