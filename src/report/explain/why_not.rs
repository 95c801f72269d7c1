//! Why something did not change at a record: every rule that could have changed it, each condition of it, whether it held and by how
//! much it failed; of a refusal, everything that is required and does not hold.

use super::{Against, Explainer, Seen, Step};
use crate::engine::code::Program;
use crate::engine::plan::{ProbeKind, Role};
use crate::engine::run::{Run, Trace, Value};
use crate::report::document::change_words;
use crate::report::words::{Words, day};
use crate::terms::{Answer, KindId, On, Rule, RuleId, StateId, Statement, StatementKind, Terms, Type};
use std::collections::BTreeSet;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct WhyNot<'a> {
    /// The record.
    pub record: u32,
    /// The state that did not change; none for all that is of the record.
    pub state: Option<StateId>,
    /// Only for this entry, by its key.
    pub entry: Option<&'a str>,
}

/// Why nothing changed, or nothing else.
#[must_use]
pub fn why_not(terms: &Terms, program: &Program, run: &Run, asked: WhyNot<'_>) -> Vec<Step> {
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let inner = super::Asked { record: Some(super::Spot::Record(asked.record)), entry: asked.entry };
    let e = Explainer { terms, program, run, words, asked: inner };
    let traces: Vec<&Trace> = run.traces.iter().filter(|t| t.when.number == asked.record && e.wanted(t)).collect();
    let mut search = Search { e: &e, asked, traces, seen: BTreeSet::new(), elsewhere: BTreeSet::new() };
    let mut out = vec![search.title()];
    out.extend(search.refused());
    match asked.state {
        Some(state) => out.extend(search.of_state(state)),
        None => out.extend(search.of_record()),
    }
    out
}

/// The rules that are looked for.
struct Search<'e, 'r> {
    e: &'e Explainer<'r>,
    asked: WhyNot<'e>,
    traces: Vec<&'r Trace>,
    /// Rules that were told of.
    seen: BTreeSet<RuleId>,
    /// Rules that answer something else, with what they answer.
    elsewhere: BTreeSet<String>,
}

impl<'r> Search<'_, 'r> {
    /// The record, and what changed there of what is asked.
    fn title(&self) -> Step {
        let (e, number) = (self.e, self.asked.record);
        let when = self.traces.first().map(|t| t.when);
        let refused = || e.run.refusals.iter().find(|r| r.when.number == number).map(|r| r.when);
        let date = when.or_else(refused).map_or_else(String::new, |w| format!(", {}", day(w.day)));
        let name = self.traces.iter().find_map(|t| e.event_name(t)).map_or_else(String::new, |n| format!(": {n}"));
        let mut out = Step::new(format!("record {number}{date}{name}"));
        let state = self.asked.state.and_then(|s| e.terms.states.get(s.at()));
        for c in e.run.changes.iter().filter(|c| c.when.number == number) {
            let Some(of) = change_words(e.terms, e.program, &e.words, c) else { continue };
            let of_entry = self.asked.entry.is_none_or(|key| !of.entry_of_kind_named(e.run, key) || of.of == key);
            let site = e.program.sites.get(usize::from(c.site));
            if of_entry && self.asked.state.is_none_or(|s| site.is_some_and(|site| site.state == s)) {
                let clause = e.terms.cite(c.clause).to_owned();
                out.parts.push(Step { text: of.sentence(), clause, parts: e.waits(c).into_iter().collect() });
            }
        }
        if out.parts.is_empty() {
            let what = state.map_or_else(|| "nothing changed".to_owned(), |s| format!("{} did not change", s.name));
            out.parts.push(Step::new(what));
        }
        out
    }

    /// Everything that is required of a record that is refused, and does not hold.
    fn refused(&self) -> Option<Step> {
        let e = self.e;
        let refusal = e.run.refusals.iter().find(|r| r.when.number == self.asked.record)?;
        let said = format!("refused: {}", e.words.said(&refusal.reason));
        let mut out = Step { text: said, clause: e.terms.cite(refusal.clause).to_owned(), parts: Vec::new() };
        for trace in &self.traces {
            let Some(seen) = self.seen_at(trace) else { continue };
            if matches!(seen.against(), Against::Nothing) {
                out.parts.extend(seen.unmet());
            }
        }
        Some(out)
    }

    /// Every rule that a record asked.
    fn of_record(&mut self) -> Vec<Step> {
        let rules: BTreeSet<RuleId> = self.traces.iter().filter_map(|t| self.seen_at(t)).map(|s| s.rule.rule).collect();
        let mut out: Vec<Step> = rules.into_iter().flat_map(|r| self.rule(r)).collect();
        out.extend(self.e.not_under_these_readings(&self.traces));
        out
    }

    /// Every rule that gives a state a value.
    fn of_state(&mut self, state: StateId) -> Vec<Step> {
        let mut out = Vec::new();
        for (id, _) in self.rules(&|s| matches!(&s.kind, StatementKind::Becomes { state: of, .. } if *of == state)) {
            out.extend(self.rule(id));
        }
        let name = self.e.terms.states.get(state.at()).map_or("", |s| s.name.as_str());
        if out.is_empty() && self.elsewhere.is_empty() {
            out.push(Step::new(format!("no rule changes {name}")));
        }
        if !self.elsewhere.is_empty() {
            let parts = self.elsewhere.iter().map(Step::new).collect();
            out.push(Step { text: format!("rules that change {name}, and answer something else"), parts, ..Step::default() });
        }
        out
    }

    /// The rules with a statement of some sort.
    fn rules(&self, has: &dyn Fn(&Statement) -> bool) -> Vec<(RuleId, &'r Rule)> {
        let rules = self.e.terms.rules.iter().enumerate().map(|(n, r)| (RuleId::from(n), r));
        rules.filter(|(_, r)| r.answers.iter().any(|a| any(&a.body, has))).collect()
    }

    /// A rule: each time it was asked; or why it was not, where an event of this record could have led to it.
    fn rule(&mut self, id: RuleId) -> Vec<Step> {
        if !self.seen.insert(id) {
            return Vec::new();
        }
        let asked: Vec<Seen<'_, 'r>> = self.traces.iter().filter_map(|t| self.seen_at(t)).filter(|s| s.rule.rule == id).collect();
        let told: Vec<Step> = asked.iter().filter_map(|s| s.told(self.asked)).collect();
        if !asked.is_empty() {
            return told;
        }
        let Some(rule) = self.e.terms.rules.get(id.at()) else { return Vec::new() };
        let mut out = Vec::new();
        for answer in &rule.answers {
            out.extend(self.unasked(rule, answer));
        }
        out
    }

    /// Why a rule was not asked: what it answers was not deemed, or did not change.
    fn unasked(&mut self, rule: &'r Rule, answer: &'r Answer) -> Option<Step> {
        let terms = self.e.terms;
        let (what, leads): (String, Vec<RuleId>) = match &answer.on {
            On::Event(kind) => {
                let decl = terms.kind(*kind)?;
                let name = decl.name.replace('_', " ");
                if self.happened(*kind) {
                    (format!("{}: not under the readings chosen", words(&rule.name)), Vec::new())
                } else {
                    let deems = self.rules(&|s| matches!(&s.kind, StatementKind::Deem { kind: k, .. } if k == kind));
                    if deems.is_empty() {
                        self.elsewhere.insert(format!("{}: on {name}", words(&rule.name)));
                        return None;
                    }
                    let text = format!("{}: not asked, for nothing counted as {name}", words(&rule.name));
                    (text, deems.into_iter().map(|(id, _)| id).collect())
                }
            }
            On::Change { states, .. } => {
                let names: Vec<&str> = states.iter().filter_map(|s| terms.states.get(s.at())).map(|s| s.name.as_str()).collect();
                let text = format!("{}: not asked, for {} did not change", words(&rule.name), names.join(" or "));
                let sets = self.rules(&|s| matches!(&s.kind, StatementKind::Becomes { state, .. } if states.contains(state)));
                (text, sets.into_iter().map(|(id, _)| id).collect())
            }
            On::Adjustment(..) | On::Making(_) | On::Breach(_) | On::At(_) | On::Once(_) => {
                let what = match &answer.on {
                    On::At(e) => format!("at {}", self.e.source(e.span)),
                    On::Once(e) => format!("once {}", self.e.source(e.span)),
                    On::Making(_) => "on what waited being made".to_owned(),
                    On::Breach(_) => "on the breach of an obligation".to_owned(),
                    _ => "on an adjustment".to_owned(),
                };
                self.elsewhere.insert(format!("{}: {what}", words(&rule.name)));
                return None;
            }
        };
        let mut parts: Vec<Step> = Vec::new();
        for lead in leads {
            parts.extend(self.rule(lead));
        }
        // where nothing that leads to it is of this record, neither is the rule
        if parts.is_empty() && !what.ends_with("chosen") {
            self.elsewhere.insert(what);
            return None;
        }
        Some(Step { text: what, clause: self.e.cite(rule.clause), parts })
    }

    /// Whether an event of a kind was looked at.
    fn happened(&self, kind: KindId) -> bool {
        self.traces.iter().filter_map(|t| self.e.program.plan.rule_probes.get(usize::from(t.rule))).any(|p| p.kind == Some(kind))
    }

    fn seen_at<'s>(&'s self, trace: &'r Trace) -> Option<Seen<'s, 'r>> {
        let rule = self.e.program.plan.rule_probes.get(usize::from(trace.rule))?;
        Some(Seen { e: self.e, rule, trace })
    }
}

/// Whether one of some statements, or one inside them, is of a sort.
fn any(list: &[Statement], has: &dyn Fn(&Statement) -> bool) -> bool {
    list.iter().any(|s| has(s) || matches!(&s.kind, StatementKind::ForEach { body, .. } if any(body, has)))
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

impl Seen<'_, '_> {
    /// A rule with all its conditions; none where it is about another row.
    fn told(&self, asked: WhyNot<'_>) -> Option<Step> {
        if matches!(self.against(), Against::Row) && asked.entry.is_none() {
            return None;
        }
        let applies = matches!(self.against(), Against::Nothing);
        let word = match (applies, self.unmet().is_empty()) {
            (true, true) => "applies",
            (true, false) => "would apply, and what it requires does not hold",
            (false, _) => "does not apply",
        };
        let mut out = Step { text: format!("{}: {word}", self.title()), clause: self.clause(), parts: Vec::new() };
        for (role, at) in &self.rule.roots {
            match role {
                Role::When => self.each(*at, &mut out.parts),
                // an entry that the event does not name has no text of its own
                Role::Where if !self.text(*at).is_empty() => self.each(*at, &mut out.parts),
                Role::Unless(other) if !self.holds(*at) => {
                    let name = self.e.terms.rules.get(other.at()).map_or("", |r| r.name.as_str());
                    out.parts.push(Step::new(format!("it gives way to {}, which applies", words(name))));
                }
                _ => {}
            }
        }
        if applies {
            out.parts.extend(asked.state.map(|state| self.gives(state)).unwrap_or_default());
            out.parts.extend(self.held_back(asked.state));
        }
        Some(out)
    }

    /// The values that a rule that applies gives a state, with their limits.
    fn gives(&self, state: StateId) -> Vec<Step> {
        let mut out = Vec::new();
        let (mut does, mut mine) = (true, false);
        for (role, at) in &self.rule.roots {
            match role {
                Role::ActWhen => does = does && self.holds(*at),
                Role::Becomes(of, pending) => {
                    mine = std::mem::replace(&mut does, true) && *of == state;
                    let name = self.e.terms.states.get(of.at()).map_or("", |s| s.name.as_str());
                    let what = if *pending { format!("what waits of {name} becomes") } else { format!("{name} becomes") };
                    out.extend(mine.then(|| self.becomes(&what, *at)));
                }
                Role::Limit(above) if mine => {
                    out.push(self.becomes(if *above { "but not above" } else { "but not below" }, *at));
                }
                Role::Require | Role::Deem(..) => does = true,
                _ => {}
            }
        }
        out
    }

    /// What holds back the statements of a rule that applies.
    fn held_back(&self, only: Option<StateId>) -> Vec<Step> {
        let mut out = Vec::new();
        let mut against: Vec<usize> = Vec::new();
        for (role, at) in &self.rule.roots {
            match role {
                Role::ActWhen if !self.holds(*at) => against.push(*at),
                Role::ActWhen => {}
                Role::Becomes(state, _) => {
                    let name = self.e.terms.states.get(state.at()).map_or("", |s| s.name.as_str());
                    let list = std::mem::take(&mut against);
                    if !list.is_empty() && only.is_none_or(|s| s == *state) {
                        let mut step = Step::new(format!("{name} becomes {}: not done", self.text(*at)));
                        list.into_iter().for_each(|w| self.each(w, &mut step.parts));
                        out.push(step);
                    }
                }
                Role::Require | Role::Deem(..) => against.clear(),
                _ => {}
            }
        }
        out
    }

    /// Each part of a condition of which all parts must hold.
    fn each(&self, at: usize, out: &mut Vec<Step>) {
        match self.probe(at) {
            Some(p) if matches!(p.kind, ProbeKind::All) => p.parts.iter().for_each(|x| self.each(*x, out)),
            Some(p) if matches!(p.kind, ProbeKind::Any) => {
                let mut step = self.condition(at);
                p.parts.iter().for_each(|x| self.each(*x, &mut step.parts));
                out.push(step);
            }
            _ => {
                let mut step = self.condition(at);
                step.text.push_str(&self.days(at));
                out.push(step);
            }
        }
    }

    /// By how many days a comparison of dates fails.
    fn days(&self, at: usize) -> String {
        let Some(p) = self.probe(at) else { return String::new() };
        let (ProbeKind::Comparison, [a, b], false) = (&p.kind, p.parts.as_slice(), self.holds(at)) else { return String::new() };
        let is_date = |x: usize| self.probe(x).is_some_and(|p| p.ty == Type::Date);
        match (self.value(*a), self.value(*b)) {
            (Value::Whole(x), Value::Whole(y)) if is_date(*a) && is_date(*b) && x != y => match x.abs_diff(*y) {
                1 => ", by 1 day".to_owned(),
                n => format!(", by {n} days"),
            },
            _ => String::new(),
        }
    }

    /// What is required and does not hold.
    fn unmet(&self) -> Vec<Step> {
        let mut out = Vec::new();
        let mut does = true;
        for (role, at) in &self.rule.roots {
            match role {
                Role::ActWhen => does = does && self.holds(*at),
                Role::Require if std::mem::replace(&mut does, true) && !self.holds(*at) => {
                    let mut parts = Vec::new();
                    self.each(*at, &mut parts);
                    for mut step in parts.into_iter().filter(|s| !s.text.ends_with("which is so")) {
                        step.text = format!("{} requires {}", self.title(), step.text);
                        step.clause = self.clause();
                        out.push(step);
                    }
                }
                Role::Becomes(..) => does = true,
                _ => {}
            }
        }
        out
    }
}
