//! What rules read as the event leaves it, and the order in which their values can be computed: the one place that knows, for the
//! checker, which tells of a knot, and for the engine, which computes in this order.

use super::{Answer, DefId, Expr, ExprKind, Formulas, RuleId, StateId, Statement, StatementKind, Terms, VarId, When, walk};

/// A part of a step that is computed as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The conditions and the named values of an answer, by its number among those of the step.
    Head(usize),
    /// A new value, by the number of the answer and of the statement in it.
    Change(usize, usize),
}

/// New values that need one another: a statement of each, in a ring.
pub type Knot<'t> = Vec<&'t Statement>;

/// Whether a formula of any of these answers reads a state as the event leaves it.
#[must_use]
pub fn any_after(terms: &Terms, answers: &[(RuleId, &Answer)]) -> bool {
    answers.iter().any(|(_, a)| {
        let mut reads = Reads::new(terms, &[]);
        a.formulas(&mut |_, e| reads.of(e));
        !reads.out.is_empty()
    })
}

/// The parts of a step in an order in which whatever one reads `after` has been computed before it.
///
/// # Errors
/// The changes of a knot, where there is no such order.
pub fn order<'t>(terms: &Terms, answers: &[(RuleId, &'t Answer)]) -> Result<Vec<Unit>, Knot<'t>> {
    let mut units: Vec<(Unit, Option<StateId>, Vec<StateId>)> = Vec::new();
    for (n, (rule, answer)) in answers.iter().enumerate() {
        units.push((Unit::Head(n), None, head(terms, answers, *rule, answer)));
        for (m, s) in answer.body.iter().enumerate() {
            if let StatementKind::Becomes { state, pending: false, .. } = &s.kind {
                let mut reads = Reads::new(terms, &answer.body);
                s.formulas(&mut |_, e| reads.of(e));
                units.push((Unit::Change(n, m), Some(*state), reads.out));
            }
        }
    }
    let mut done = Vec::with_capacity(units.len());
    while !units.is_empty() {
        let free = units.iter().position(|(unit, _, reads)| {
            let waits = |(other, sets, _): &(Unit, Option<StateId>, Vec<StateId>)| {
                let head = matches!((unit, other), (Unit::Change(n, _), Unit::Head(h)) if n == h);
                head || (other != unit && sets.is_some_and(|s| reads.contains(&s)))
            };
            let itself = |(other, sets, _): &(Unit, Option<StateId>, Vec<StateId>)| {
                other == unit && sets.is_some_and(|s| reads.contains(&s))
            };
            !units.iter().any(|u| waits(u) || itself(u))
        });
        match free {
            Some(at) => done.push(units.remove(at).0),
            None => return Err(knot(answers, &units)),
        }
    }
    Ok(done)
}

/// What the conditions and named values of an answer read, and the conditions of the rules it gives way to.
fn head(terms: &Terms, answers: &[(RuleId, &Answer)], rule: RuleId, answer: &Answer) -> Vec<StateId> {
    let mut reads = Reads::new(terms, &answer.body);
    let Answer { on: _, vars: _, the: _, each: _, guards: _, rescinding: _, body } = answer;
    conditions(answer, &mut |e| reads.of(e));
    for s in body {
        if let StatementKind::Let(_, e) = &s.kind {
            reads.of(e);
        }
    }
    let gives_way = terms.rules.get(rule.at()).map(|r| r.subject_to.as_slice()).unwrap_or_default();
    for (_, other) in answers.iter().filter(|(r, _)| gives_way.contains(r)) {
        conditions(other, &mut |e| reads.of(e));
    }
    reads.out
}

/// What decides whether an answer applies.
fn conditions<'t>(answer: &'t Answer, visit: &mut dyn FnMut(&'t Expr)) {
    let Answer { on, vars: _, the, each, guards, rescinding: _, body: _ } = answer;
    on.formulas(&mut |_, e| visit(e));
    the.iter().for_each(|(_, e)| visit(e));
    each.iter().filter_map(|e| e.filter.as_ref()).for_each(&mut *visit);
    guards.iter().for_each(visit);
}

/// A ring among units of which none can be computed first.
fn knot<'t>(answers: &[(RuleId, &'t Answer)], units: &[(Unit, Option<StateId>, Vec<StateId>)]) -> Knot<'t> {
    // from any of them, to one it waits for, until one comes twice
    let mut path: Vec<usize> = vec![0];
    while let Some((unit, _, reads)) = path.last().and_then(|at| units.get(*at)) {
        let next = units.iter().position(|(other, sets, _)| {
            matches!((unit, other), (Unit::Change(n, _), Unit::Head(h)) if n == h) || sets.is_some_and(|s| reads.contains(&s))
        });
        let Some(next) = next else { break };
        if let Some(from) = path.iter().position(|at| *at == next) {
            path.drain(..from);
            break;
        }
        path.push(next);
    }
    path.iter()
        .filter_map(|at| match units.get(*at)?.0 {
            Unit::Change(n, m) => answers.get(n)?.1.body.get(m),
            Unit::Head(_) => None,
        })
        .collect()
}

/// What formulas read as the event leaves it. A name is looked into once.
struct Reads<'t> {
    terms: &'t Terms,
    /// The statements whose `let`s the formulas may name.
    body: &'t [Statement],
    lets: Vec<VarId>,
    /// Definitions looked into, and whether all their states count.
    defs: Vec<(DefId, bool)>,
    out: Vec<StateId>,
}

impl<'t> Reads<'t> {
    const fn new(terms: &'t Terms, body: &'t [Statement]) -> Self {
        Self { terms, body, lets: Vec::new(), defs: Vec::new(), out: Vec::new() }
    }

    fn of(&mut self, e: &Expr) {
        self.formula(e, false);
    }

    /// What a formula reads; all its states where it is asked for `after`.
    fn formula(&mut self, e: &Expr, all: bool) {
        walk(e, &mut |x| match &x.kind {
            ExprKind::State { state, when: When::After, .. } => self.add(*state),
            ExprKind::State { state, when: When::Before, .. } if all => self.add(*state),
            ExprKind::Def { def, after, .. } => self.definition(*def, all || *after),
            ExprKind::Var(var) if !self.lets.contains(var) => {
                self.lets.push(*var);
                if let Some(value) = self.named(*var) {
                    self.formula(value, false);
                }
            }
            _ => {}
        });
    }

    fn add(&mut self, state: StateId) {
        if !self.out.contains(&state) {
            self.out.push(state);
        }
    }

    /// The value of a `let`.
    fn named(&self, var: VarId) -> Option<&'t Expr> {
        self.body.iter().find_map(|s| match &s.kind {
            StatementKind::Let(v, value) if *v == var => Some(value),
            _ => None,
        })
    }

    fn definition(&mut self, def: DefId, all: bool) {
        if self.defs.contains(&(def, all)) {
            return;
        }
        self.defs.push((def, all));
        if let Some(d) = self.terms.defs.get(def.at()) {
            // the variables of a definition are its own
            let body = std::mem::take(&mut self.body);
            self.formula(&d.body.value, all);
            self.body = body;
        }
    }
}
