//! How figures came about: every rule that looked at a record, its conditions and formulas with their numbers in, and
//! why a rule did not apply. It reads what the engine told of each formula, and computes nothing but margins.

mod derive;
mod method;
mod moments;
mod why_not;

pub use derive::{Derivations, pruned};
pub use method::method;
pub use moments::{AtMoment, at_moments};
pub use why_not::{WhyNot, why_not};

use super::document::change_words;
use super::spot::Spot;
use super::words::{Words, day};
use crate::engine::code::Program;
use crate::engine::plan::{Probe, ProbeKind, Role, RuleProbe};
use crate::engine::run::{Change, Moment, Run, Status, Trace, Value};
use crate::source::Span;
use crate::terms::{ClauseId, EventSort, FieldId, KindId, On, Terms};
use std::collections::BTreeSet;

/// A step of an explanation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Step {
    /// What is said.
    pub text: String,
    /// The clause it comes from, empty for none.
    pub clause: String,
    /// What it rests on.
    pub parts: Vec<Step>,
}

impl Step {
    fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// What is to be explained.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// One record, or the rules at moments of one day; none for all that changed or refused something.
    pub record: Option<Spot>,
    /// Only this entry, by its key.
    pub entry: Option<&'a str>,
}

/// The explanation of a run, a step for each record.
#[must_use]
pub fn explain(terms: &Terms, program: &Program, run: &Run, asked: Asked<'_>) -> Vec<Step> {
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let e = Explainer { terms, program, run, words, asked };
    let mut seen = BTreeSet::new();
    let mut places: Vec<Moment> = Vec::new();
    let all = run.traces.iter().map(|t| t.when).chain(run.refusals.iter().map(|r| r.when));
    for when in all.filter(|w| asked.record.is_none_or(|r| r.holds(*w))).collect::<BTreeSet<_>>() {
        // a record that is computed again is told once, a day's rules at moments where they come among the records
        if when.number == 0 || seen.insert(when.number) {
            places.push(when);
        }
    }
    places.into_iter().filter_map(|when| e.place(when)).collect()
}

/// Whether something happened at a place: with a record, or at a moment.
fn is_at(when: Moment, place: Moment) -> bool {
    if place.number == 0 { when == place } else { when.number == place.number }
}

struct Explainer<'r> {
    terms: &'r Terms,
    program: &'r Program,
    run: &'r Run,
    words: Words<'r>,
    asked: Asked<'r>,
}

impl<'r> Explainer<'r> {
    fn place(&self, place: Moment) -> Option<Step> {
        let traces: Vec<&Trace> = self.run.traces.iter().filter(|t| is_at(t.when, place) && self.wanted(t)).collect();
        let results = self.results(place);
        let whole = self.asked.record.is_some();
        if results.is_empty() && !whole {
            return None;
        }
        let when =
            traces.first().map(|t| t.when).or_else(|| self.run.refusals.iter().find(|r| is_at(r.when, place)).map(|r| r.when))?;
        let name = traces.iter().find_map(|t| self.event_name(t)).unwrap_or_default();
        let title = if place.number == 0 {
            format!("{}: rules at a moment", day(when.day))
        } else {
            format!("record {}, {}: {name}", place.number, day(when.day))
        };
        let mut out = Step::new(title.trim_end_matches([':', ' ']).to_owned());
        let (mut applied, mut others) = (Vec::new(), Vec::new());
        for t in &traces {
            let Some(rule) = self.program.plan.rule_probes.get(usize::from(t.rule)) else { continue };
            let seen = Seen { e: self, rule, trace: t };
            match seen.against() {
                Against::Nothing => applied.push(seen.applied()),
                Against::Row => {}
                Against::Condition(step) => others.push(step),
            }
        }
        if whole {
            others.extend(self.not_under_these_readings(&traces));
        }
        let changed = !results.is_empty();
        out.parts.append(&mut applied);
        if !changed {
            out.parts.push(Step::new("nothing was adjusted"));
        }
        out.parts.extend(results);
        if whole && !others.is_empty() {
            out.parts.push(Step { text: "rules that did not apply".into(), clause: String::new(), parts: others });
        }
        Some(out)
    }

    /// Whether a trace is about the entry asked for, or about none.
    fn wanted(&self, t: &Trace) -> bool {
        let Some(key) = self.asked.entry else { return true };
        t.row < 0 || !self.is_of_asked_kind(t) || self.words.entry(t.row) == key
    }

    /// Rows of another kind than that of the entry asked for are not left out.
    fn is_of_asked_kind(&self, t: &Trace) -> bool {
        let Some(key) = self.asked.entry else { return false };
        let kind = usize::try_from(crate::engine::table::kind_of(t.row)).unwrap_or(usize::MAX);
        let texts = self.run.keys.get(kind).into_iter().flatten();
        texts.filter(|k| **k >= 0).any(|k| self.run.texts.whole(*k) == key)
    }

    fn event_name(&self, t: &Trace) -> Option<String> {
        let rule = self.program.plan.rule_probes.get(usize::from(t.rule))?;
        let kind = self.terms.kind(rule.kind?)?;
        (kind.sort != EventSort::Deemed).then(|| kind.name.replace('_', " "))
    }

    /// What came of a record, or of a moment: changes and refusals.
    fn results(&self, place: Moment) -> Vec<Step> {
        let mut out = Vec::new();
        for c in self.run.changes.iter().filter(|c| is_at(c.when, place)) {
            let Some(of) = change_words(self.terms, self.program, &self.words, c) else { continue };
            if self.asked.entry.is_some_and(|key| of.entry_of_kind_named(self.run, key) && of.of != key) {
                continue;
            }
            let mut step = Step { text: of.sentence(), clause: self.terms.cite(c.clause).to_owned(), parts: Vec::new() };
            step.parts.extend(self.waits(c));
            out.push(step);
        }
        for c in self.run.changes.iter().filter(|c| c.made.is_some_and(|m| is_at(m, place))) {
            let Some(of) = change_words(self.terms, self.program, &self.words, c) else { continue };
            if self.asked.entry.is_some_and(|key| of.entry_of_kind_named(self.run, key) && of.of != key) {
                continue;
            }
            let whose = if of.of.is_empty() { String::new() } else { format!(" of {}", of.of) };
            let since = if c.when.number == 0 { day(c.when.day) } else { format!("record {}", c.when.number) };
            let text = format!("makes what waited since {since}: {}{whose}, {} → {}", of.state, of.before, of.after);
            out.push(Step { text, clause: self.terms.cite(c.clause).to_owned(), parts: Vec::new() });
        }
        for r in self.run.refusals.iter().filter(|r| is_at(r.when, place)) {
            let mut step = Step::new(format!("refused: {}", self.words.said(&r.reason)));
            step.clause = self.terms.cite(r.clause).to_owned();
            for (path, v) in &r.with {
                step.parts.push(Step::new(format!("{}: {}", path.join(" "), self.words.typed(v))));
            }
            out.push(step);
        }
        for r in self.run.rescissions.iter().filter(|r| is_at(r.when, place)) {
            let list = |xs: &[u32]| xs.iter().map(|n| format!("record {n}")).collect::<Vec<_>>().join(", ");
            let what = match r.rule {
                Some(_) => format!("annuls what {} adjusted, and recomputes what followed", list(&r.annulled)),
                None => format!("corrects {}, and recomputes what followed", list(&r.annulled)),
            };
            let mut step = Step::new(what);
            step.clause = self.terms.cite(r.clause).to_owned();
            if !r.affected.is_empty() {
                step.parts.push(Step::new(format!("completed since, and final: {}", list(&r.affected))));
            }
            out.push(step);
        }
        out
    }

    /// Why a change waits, and how large it is.
    fn waits(&self, c: &Change) -> Option<Step> {
        if c.status != Status::Pending {
            return None;
        }
        let site = self.program.sites.get(usize::from(c.site))?;
        let state = self.terms.states.get(site.state.at())?;
        let clause = state.postponement.as_ref().and_then(|p| p.clause);
        let change = crate::engine::decimal::sub(c.after, c.before).ok()?;
        let text = format!("it waits: it changes {} by {}", state.name, self.words.amount(change, &state.ty));
        Some(Step { text, clause: self.terms.cite(clause).to_owned(), parts: Vec::new() })
    }

    /// Rules on the same events that the readings chosen leave out.
    fn not_under_these_readings(&self, traces: &[&Trace]) -> Vec<Step> {
        let probes = &self.program.plan.rule_probes;
        let kinds: BTreeSet<_> = traces.iter().filter_map(|t| probes.get(usize::from(t.rule))?.kind).collect();
        let mut out = Vec::new();
        for (n, rule) in self.terms.rules.iter().enumerate() {
            let answers = |k| rule.answers.iter().any(|a| matches!(a.on, On::Event(x) if x == k));
            let left_out = |k| !probes.iter().any(|p| p.rule.at() == n && p.kind == Some(k));
            if kinds.iter().any(|k| answers(*k) && left_out(*k)) {
                let text = format!("{}: not under the readings chosen", rule.name.replace('_', " "));
                out.push(Step { text, clause: self.cite(rule.clause), parts: Vec::new() });
            }
        }
        out
    }

    fn cite(&self, clause: Option<ClauseId>) -> String {
        self.terms.cite(clause).to_owned()
    }

    fn source(&self, span: Span) -> String {
        flat(self.terms.sources.text(span))
    }
}

/// What speaks against a rule.
enum Against {
    Nothing,
    /// It is about another row.
    Row,
    /// A condition does not hold.
    Condition(Step),
}

/// One rule on one event.
struct Seen<'e, 'r> {
    e: &'e Explainer<'r>,
    rule: &'e RuleProbe,
    trace: &'e Trace,
}

impl Seen<'_, '_> {
    fn probe(&self, at: usize) -> Option<&Probe> {
        self.e.program.plan.probes.get(at)
    }

    fn value(&self, at: usize) -> &Value {
        let n = self.rule.all.iter().position(|x| *x == at);
        n.and_then(|n| self.trace.values.get(n)).unwrap_or(&Value::Unknown)
    }

    fn holds(&self, at: usize) -> bool {
        matches!(self.value(at), Value::Whole(1))
    }

    fn shown(&self, at: usize) -> String {
        self.probe(at).map_or_else(String::new, |p| self.e.words.shown(self.value(at), &p.ty))
    }

    fn title(&self) -> String {
        let rule = self.e.terms.rules.get(self.rule.rule.at());
        let mut out = rule.map_or_else(String::new, |r| r.name.replace('_', " "));
        if self.trace.row >= 0 {
            out.push_str(&format!(", for {}", self.e.words.entry(self.trace.row)));
        }
        if self.trace.again {
            out.push_str(", recomputed");
        }
        out
    }

    fn clause(&self) -> String {
        let own = self.e.terms.rules.get(self.rule.rule.at()).and_then(|r| r.clause);
        self.e.cite(own.or(self.trace.clause))
    }

    /// The first condition that does not hold.
    fn against(&self) -> Against {
        for (role, at) in &self.rule.roots {
            if self.holds(*at) {
                continue;
            }
            match role {
                Role::Where => return Against::Row,
                Role::When | Role::Unless(_) => {
                    let why = match role {
                        Role::Unless(other) => {
                            let name = self.e.terms.rules.get(other.at()).map_or("", |r| r.name.as_str());
                            Step::new(format!("it gives way to {}", name.replace('_', " ")))
                        }
                        _ => self.condition(*at),
                    };
                    return Against::Condition(Step { text: self.title(), clause: self.clause(), parts: vec![why] });
                }
                _ => {}
            }
        }
        Against::Nothing
    }

    /// A condition with its numbers, and by how much it fails.
    fn condition(&self, at: usize) -> Step {
        let holds = self.holds(at);
        if let Some(p) = self.probe(at)
            && !holds
            && matches!(p.kind, ProbeKind::All)
            && let Some(first) = p.parts.iter().find(|x| !self.holds(**x))
        {
            return self.condition(*first);
        }
        // `unless` turns a condition round where it stands
        if let Some(p) = self.probe(at)
            && let (ProbeKind::Not, [inner]) = (&p.kind, p.parts.as_slice())
            && self
                .probe(*inner)
                .is_some_and(|q| q.span == p.span && (matches!(q.kind, ProbeKind::Not) || !self.text(at).contains(" is not ")))
        {
            let mut step = self.condition(*inner);
            step.text = format!("unless {}", step.text);
            return step;
        }
        let (text, numbers) = (self.text(at), self.numbers(at));
        let mut line = text.clone();
        if numbers != text {
            line.push_str(&format!(": {numbers}"));
        }
        line.push_str(match (holds, self.value(at)) {
            (true, _) => ", which is so",
            (false, Value::Unknown) => ", which is not known",
            (false, _) => ", which is not so",
        });
        if !holds {
            line.push_str(&self.margin(at));
        }
        Step { text: line, clause: String::new(), parts: self.rests_on(at) }
    }

    /// By how much a comparison fails.
    fn margin(&self, at: usize) -> String {
        let Some(p) = self.probe(at) else { return String::new() };
        let (ProbeKind::Comparison, [a, b]) = (&p.kind, p.parts.as_slice()) else { return String::new() };
        let (Value::Decimal(x), Value::Decimal(y)) = (self.value(*a), self.value(*b)) else { return String::new() };
        let Ok(difference) = crate::engine::decimal::sub(*x, *y) else { return String::new() };
        if difference.is_zero() {
            return ": the two are equal".into();
        }
        let ty = self.probe(*a).map_or(crate::terms::Type::NUMBER, |p| p.ty.clone());
        format!(", by {}", self.e.words.amount(difference.abs(), &ty))
    }

    /// A rule that applied.
    fn applied(&self) -> Step {
        let mut out = Step { text: self.title(), clause: self.clause(), parts: Vec::new() };
        let mut does = true;
        // the deeming at hand: what, which of its fields have been told, and whether it happened
        let mut deemed: (Option<KindId>, Vec<FieldId>, bool) = (None, Vec::new(), false);
        for (role, at) in &self.rule.roots {
            match role {
                Role::When => out.parts.push(because(self.condition(*at))),
                Role::Require => {
                    if !std::mem::replace(&mut does, true) {
                        continue;
                    }
                    let mut step = self.condition(*at);
                    step.text = format!("required: {}", step.text);
                    out.parts.push(step);
                }
                Role::Let(name) => out.parts.push(self.becomes(&format!("{name} is"), *at)),
                Role::ActWhen => does = does && self.holds(*at),
                Role::Becomes(state, pending) => {
                    if std::mem::replace(&mut does, true) {
                        let name = self.e.terms.states.get(state.at()).map_or("", |s| s.name.as_str());
                        let what = if *pending { format!("what waits of {name} becomes") } else { format!("{name} becomes") };
                        out.parts.push(self.becomes(&what, *at));
                    }
                }
                Role::Limit(above) => {
                    let word = if *above { "but not above" } else { "but not below" };
                    out.parts.push(self.becomes(word, *at));
                }
                Role::Deem(kind, field) => {
                    let Some(decl) = self.e.terms.kind(*kind) else { continue };
                    if deemed.0 != Some(*kind) || deemed.1.contains(field) || !does {
                        deemed = (Some(*kind), Vec::new(), std::mem::replace(&mut does, true));
                        if deemed.2 {
                            out.parts.push(Step::new(format!("counts as {}", decl.name.replace('_', " "))));
                        }
                    }
                    deemed.1.push(*field);
                    if !deemed.2 {
                        continue;
                    }
                    let name = decl.fields.get(field.at()).map_or("", |f| f.name.as_str());
                    let step = self.becomes(&format!("{name}:"), *at);
                    if let Some(last) = out.parts.last_mut() {
                        last.parts.push(step);
                    }
                }
                Role::Where | Role::Unless(_) => {}
            }
        }
        out
    }

    /// A value: its formula, the formula with numbers in, and what it rests on.
    fn becomes(&self, what: &str, at: usize) -> Step {
        let (text, numbers, value) = (self.text(at), self.numbers(at), self.shown(at));
        let mut line = format!("{what} {text}");
        for next in [&numbers, &value] {
            if !line.ends_with(&format!(" {next}")) {
                line.push_str(&format!(" = {next}"));
            }
        }
        Step { text: line, clause: String::new(), parts: self.rests_on(at) }
    }

    /// The formula as it is written.
    fn text(&self, at: usize) -> String {
        self.probe(at).map_or_else(String::new, |p| match p.kind {
            ProbeKind::Cases(_) => "the first that applies".into(),
            _ => self.e.source(p.span),
        })
    }

    /// The formula with numbers in.
    fn numbers(&self, at: usize) -> String {
        let Some(p) = self.probe(at) else { return String::new() };
        match &p.kind {
            ProbeKind::Leaf | ProbeKind::Def(..) | ProbeKind::Cases(_) => self.shown(at),
            ProbeKind::Constant | ProbeKind::Reading(_) | ProbeKind::Known => self.e.source(p.span),
            _ => {
                let whole = self.e.terms.sources.text(p.span);
                let mut parts: Vec<(Span, usize)> = p.parts.iter().filter_map(|x| self.probe(*x).map(|q| (q.span, *x))).collect();
                parts.sort_by_key(|(s, _)| s.start);
                let mut out = String::new();
                let mut from = p.span.start;
                for (span, x) in parts {
                    if span.file != p.span.file
                        || span.start < from
                        || span.end > p.span.end
                        || span.end == span.start
                        || span == p.span
                    {
                        continue;
                    }
                    out.push_str(slice(whole, p.span.start, from, span.start));
                    out.push_str(&self.numbers(x));
                    from = span.end + said_with(slice(whole, p.span.start, span.end, p.span.end));
                }
                out.push_str(slice(whole, p.span.start, from, p.span.end));
                flat(&out)
            }
        }
    }

    /// The definitions a formula uses, each with its own formula.
    fn rests_on(&self, at: usize) -> Vec<Step> {
        let mut out = Vec::new();
        let mut shown = BTreeSet::new();
        self.below(at, &mut shown, &mut out);
        out
    }

    fn below(&self, at: usize, shown: &mut BTreeSet<usize>, out: &mut Vec<Step>) {
        let Some(p) = self.probe(at) else { return };
        match &p.kind {
            ProbeKind::Def(def, inner) => {
                if !shown.insert(*inner) {
                    return;
                }
                let decl = self.e.terms.defs.get(def.at());
                let text = format!("{} = {}", self.e.source(p.span), self.shown(at));
                let clause = self.e.cite(decl.and_then(|d| d.clause));
                let mut step = Step { text, clause, parts: Vec::new() };
                self.inside(*inner, shown, &mut step.parts);
                out.push(step);
            }
            ProbeKind::Cases(_) => self.inside(at, shown, out),
            _ => p.parts.iter().for_each(|x| self.below(*x, shown, out)),
        }
    }

    /// The formula of a definition, or the case of its waterfall that applies.
    fn inside(&self, at: usize, shown: &mut BTreeSet<usize>, out: &mut Vec<Step>) {
        let Some(p) = self.probe(at) else { return };
        let ProbeKind::Cases(cases) = &p.kind else {
            let (text, numbers) = (self.text(at), self.numbers(at));
            if !matches!(p.kind, ProbeKind::Constant | ProbeKind::Def(..)) && text != numbers {
                out.push(Step::new(format!("{text} = {numbers}")));
            }
            self.below(at, shown, out);
            return;
        };
        for case in cases {
            let label = match (&case.label, case.otherwise) {
                (Some(label), _) => format!("({label}) "),
                (None, true) => "otherwise ".to_owned(),
                (None, false) => String::new(),
            };
            let known = case.then.is_some_and(|t| *self.value(t) != Value::Unknown);
            let applies = match case.when {
                Some(when) => self.holds(when),
                None => case.otherwise || known,
            };
            if applies {
                let text = case.then.map_or_else(
                    || "no value".to_owned(),
                    |t| {
                        let (text, numbers) = (self.text(t), self.numbers(t));
                        if text == numbers { text } else { format!("{text} = {numbers}") }
                    },
                );
                let mut step = Step::new(format!("{label}{text}"));
                if let Some(when) = case.when {
                    step.parts.push(because(self.condition(when)));
                }
                if let Some(t) = case.then {
                    self.below(t, shown, &mut step.parts);
                }
                out.push(step);
                return;
            }
            let why = match (case.when, case.then) {
                (Some(when), _) => self.condition(when).text,
                (None, Some(then)) => format!("{} is not known", self.text(then)),
                (None, None) => String::new(),
            };
            out.push(Step::new(format!("{label}not: {why}")));
        }
    }
}

fn because(mut step: Step) -> Step {
    if !step.text.starts_with("unless ") {
        step.text = format!("because {}", step.text);
    }
    step
}

/// How much of a text belongs to the value before it, which stands there as a number: `before` and `after` say which.
fn said_with(rest: &str) -> u32 {
    let ends = |rest: &str| !rest.trim_start().starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"');
    let word = [" before", " after"].into_iter().find(|w| rest.strip_prefix(w).is_some_and(ends));
    word.map_or(0, |w| u32::try_from(w.len()).unwrap_or(0))
}

/// A part of a text, by offsets that count from the beginning of its file.
fn slice(text: &str, base: u32, from: u32, to: u32) -> &str {
    let at = |n: u32| usize::try_from(n.saturating_sub(base)).unwrap_or(0);
    text.get(at(from)..at(to)).unwrap_or("")
}

/// A text on one line, comments left out.
pub(super) fn flat(text: &str) -> String {
    let lines = text.lines().map(|l| if l.trim_start().starts_with('#') { "" } else { l.split(" #").next().unwrap_or(l) });
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
