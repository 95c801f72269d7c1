//! Two rules that could both set one state on one event, with nothing to say which goes first.

use super::Problem;
use super::declare::Checker;
use super::fact::shape;
use crate::terms::{
    Answer, Comparison, Each, Expr, ExprKind, KindId, On, Rule, RuleId, StateId, Statement, StatementKind, Terms, Type, Var,
    WordId,
};
use std::collections::BTreeMap;

/// One way a state may be set.
struct Write<'t> {
    rule: RuleId,
    name: &'t str,
    state: StateId,
    pending: bool,
    answer: &'t Answer,
    statement: &'t Statement,
    of: Option<&'t Expr>,
}

/// Tells of every clash, with a case in which it happens.
pub(super) fn find(checker: &mut Checker<'_>) {
    let mut problems = Vec::new();
    let events =
        (0..checker.terms.kinds.len()).map(|k| writes(&checker.terms, |a| matches!(a.on, On::Event(on) if on.at() == k)));
    let moments = moments(&checker.terms);
    let moments = moments.iter().map(|m| writes(&checker.terms, |a| moment(a).as_ref() == Some(m)));
    for writes in events.chain(moments) {
        for (i, a) in writes.iter().enumerate() {
            for b in writes.iter().skip(i + 1) {
                if let Some(case) = together(&checker.terms, a, b) {
                    let state = checker.terms.states.get(a.state.at()).map(|s| s.name.clone()).unwrap_or_default();
                    let (rule, first_at) = (b.name.to_owned(), checker.terms_place(a.statement.span));
                    if a.rule == b.rule {
                        problems.push(Problem::SetTwice { at: b.statement.span, rule, state, first_at, case });
                        continue;
                    }
                    problems.push(Problem::Clash {
                        at: b.statement.span,
                        rule,
                        other: a.name.to_owned(),
                        other_at: first_at,
                        state,
                        case,
                    });
                }
            }
        }
    }
    checker.problems.extend(problems);
}

/// The moment a rule answers, with the entries it is of where it is of each its own.
pub(super) fn moment(answer: &Answer) -> Option<String> {
    match &answer.on {
        On::At(at) => Some(key(at, &answer.vars)),
        _ => None,
    }
}

/// The moments that rules answer.
pub(super) fn moments(terms: &Terms) -> Vec<String> {
    let mut all: Vec<String> = terms.rules.iter().flat_map(|r| &r.answers).filter_map(moment).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// All ways the rules on an event or at a moment set states.
fn writes(terms: &Terms, on: impl Fn(&Answer) -> bool) -> Vec<Write<'_>> {
    let mut out = Vec::new();
    for (id, rule) in terms.rules.iter().enumerate() {
        for answer in &rule.answers {
            if on(answer) {
                collect(RuleId::from(id), rule, answer, &mut out);
            }
        }
    }
    out
}

fn collect<'t>(id: RuleId, rule: &'t Rule, answer: &'t Answer, out: &mut Vec<Write<'t>>) {
    for statement in &answer.body {
        if let StatementKind::Becomes { state, of, pending, .. } = &statement.kind {
            let (state, pending) = (*state, *pending);
            out.push(Write { rule: id, name: &rule.name, state, pending, answer, statement, of: of.as_ref() });
        }
    }
}

/// A case in which both apply, where there is one.
fn together(terms: &Terms, a: &Write<'_>, b: &Write<'_>) -> Option<String> {
    if a.state != b.state || a.pending != b.pending {
        return None;
    }
    let gives_way = |x: RuleId, y: RuleId| terms.rules.get(x.at()).is_some_and(|r| r.subject_to.contains(&y));
    if gives_way(a.rule, b.rule) || gives_way(b.rule, a.rule) {
        return None;
    }
    // two different rows of one rule, reached by different paths, are taken to be different
    if let (Some(x), Some(y)) = (a.of, b.of)
        && a.rule == b.rule
        && key(x, &a.answer.vars) != key(y, &b.answer.vars)
    {
        return None;
    }
    let mut formula = Formula::default();
    for w in [a, b] {
        for g in w.answer.guards.iter().chain(&w.statement.guards) {
            formula.add(g, &w.answer.vars);
        }
        if let Some(Each { filter: Some(filter), .. }) = &w.answer.each {
            formula.add(filter, &w.answer.vars);
        }
        if let Some((_, the)) = &w.answer.the
            && let Type::Entry(kinds) = &the.ty
            && kinds.len() > 1
            && let Some(Type::Entry(one)) = w.answer.the.as_ref().and_then(|(v, _)| w.answer.vars.get(v.at())).map(|v| &v.ty)
            && let [one] = one.as_slice()
        {
            formula.kinds.push((key(the, &w.answer.vars), *one));
        }
    }
    formula.satisfy(terms)
}

/// A conjunction of conditions.
#[derive(Default)]
struct Formula {
    parts: Vec<Node>,
    atoms: BTreeMap<String, Atom>,
    kinds: Vec<(String, KindId)>,
}

/// A condition in propositional form.
enum Node {
    Constant(bool),
    /// The atom has one of these values.
    Is(String, Vec<u32>),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// Something that has one of several values.
struct Atom {
    /// How many.
    values: Vec<u32>,
    /// How a value is told.
    span: crate::source::Span,
    words: bool,
    /// Whether it was written the other way round: `a <= b` is `b < a`, negated.
    negated: bool,
}

impl Formula {
    fn add(&mut self, e: &Expr, vars: &[Var]) {
        let node = self.node(e, vars);
        self.parts.push(node);
    }

    fn node(&mut self, e: &Expr, vars: &[Var]) -> Node {
        match &e.kind {
            ExprKind::Whole(n) => Node::Constant(*n != 0),
            ExprKind::Not(x) => Node::Not(Box::new(self.node(x, vars))),
            ExprKind::All(xs) => Node::All(xs.iter().map(|x| self.node(x, vars)).collect()),
            ExprKind::Any(xs) => Node::Any(xs.iter().map(|x| self.node(x, vars)).collect()),
            ExprKind::Reading(id, alts) => {
                let name = format!("reading {}", id.0);
                // one value more than is asked for stands for all others
                let top = alts.iter().copied().max().unwrap_or(0) + 1;
                let atom = self.atoms.entry(name.clone()).or_insert(Atom {
                    values: Vec::new(),
                    span: e.span,
                    words: false,
                    negated: false,
                });
                atom.values.extend((0..=top).filter(|v| !atom.values.contains(v)).collect::<Vec<_>>());
                Node::Is(name, alts.clone())
            }
            ExprKind::OneOf(subject, words) => {
                let name = key(subject, vars);
                let all: Vec<WordId> = if let Type::Enum(all) = &subject.ty { all.clone() } else { words.clone() };
                let atom = self.atoms.entry(name.clone()).or_insert(Atom {
                    values: Vec::new(),
                    span: subject.span,
                    words: true,
                    negated: false,
                });
                atom.values.extend(all.iter().map(|w| w.0).filter(|v| !atom.values.contains(v)).collect::<Vec<_>>());
                Node::Is(name, words.iter().map(|w| w.0).collect())
            }
            ExprKind::Compare(c, a, b) => {
                let (x, y) = (key(a, vars), key(b, vars));
                let less = |x: &str, y: &str| format!("{x} < {y}");
                let (name, negated) = match c {
                    Comparison::Less => (less(&x, &y), false),
                    Comparison::AtLeast => (less(&x, &y), true),
                    Comparison::More => (less(&y, &x), false),
                    Comparison::AtMost => (less(&y, &x), true),
                };
                self.opaque(name, e, negated)
            }
            _ => self.opaque(key(e, vars), e, false),
        }
    }

    fn opaque(&mut self, name: String, e: &Expr, negated: bool) -> Node {
        self.atoms.entry(name.clone()).or_insert(Atom { values: vec![1, 0], span: e.span, words: false, negated });
        let is = Node::Is(name, vec![1]);
        if negated { Node::Not(Box::new(is)) } else { is }
    }

    /// Values under which all parts hold, told in words.
    fn satisfy(&self, terms: &Terms) -> Option<String> {
        if self.kinds.iter().any(|(k, a)| self.kinds.iter().any(|(l, b)| k == l && a != b)) {
            return None;
        }
        let names: Vec<&String> = self.atoms.keys().collect();
        let mut chosen: BTreeMap<&str, u32> = BTreeMap::new();
        if !self.search(&names, &mut chosen) {
            return None;
        }
        let said: Vec<String> = chosen
            .iter()
            .filter_map(|(name, value)| {
                let atom = self.atoms.get(*name)?;
                let text = terms_text(terms, atom.span);
                if atom.words {
                    return Some(format!("{text} is {}", terms.word(WordId(*value))));
                }
                name.strip_prefix("reading ")
                    .is_none()
                    .then(|| if (*value == 1) != atom.negated { text.clone() } else { format!("not ({text})") })
            })
            .collect();
        Some(if said.is_empty() { "the event comes".to_owned() } else { said.join(", and ") })
    }

    fn search<'s>(&'s self, names: &[&'s String], chosen: &mut BTreeMap<&'s str, u32>) -> bool {
        if self.parts.iter().any(|p| p.value(chosen) == Some(false)) {
            return false;
        }
        let Some((name, rest)) = names.split_first() else { return true };
        let Some(atom) = self.atoms.get(*name) else { return false };
        for value in &atom.values {
            chosen.insert(name, *value);
            if self.search(rest, chosen) {
                return true;
            }
        }
        chosen.remove(name.as_str());
        false
    }
}

impl Node {
    /// Whether it holds under values so far; none where that is open.
    fn value(&self, chosen: &BTreeMap<&str, u32>) -> Option<bool> {
        match self {
            Self::Constant(b) => Some(*b),
            Self::Is(name, values) => chosen.get(name.as_str()).map(|v| values.contains(v)),
            Self::Not(x) => x.value(chosen).map(|b| !b),
            Self::All(xs) => {
                let all: Vec<Option<bool>> = xs.iter().map(|x| x.value(chosen)).collect();
                if all.contains(&Some(false)) { Some(false) } else { all.iter().all(Option::is_some).then_some(true) }
            }
            Self::Any(xs) => {
                let all: Vec<Option<bool>> = xs.iter().map(|x| x.value(chosen)).collect();
                if all.contains(&Some(true)) { Some(true) } else { all.iter().all(Option::is_some).then_some(false) }
            }
        }
    }
}

/// An expression for comparison between rules: variables by what they are.
fn key(e: &Expr, vars: &[Var]) -> String {
    let mut text = shape(e);
    for (i, var) in vars.iter().enumerate() {
        let role = format!("<{} {:?}>", var.name, var.ty);
        text = text.replace(&format!("Var(VarId({i}))"), &role);
    }
    text
}

fn terms_text(terms: &Terms, span: crate::source::Span) -> String {
    terms.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
}
