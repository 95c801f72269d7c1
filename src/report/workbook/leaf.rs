//! Where formulas begin: fields of records, states, what waits, what was deemed.

use super::derive::{Deriver, Sort, Step};
use super::eval::same;
use super::events::DATE;
use super::origin::{Origin, is_deemed};
use super::term::{At, Held, Op, Term};
use super::{round, values};
use crate::engine::decimal::{div, sub};
use crate::engine::graph::{Node, NodeId};
use crate::engine::plan::ActKind;
use crate::engine::run::{Moment, Value};
use crate::engine::table::{entry, row_of};
use crate::terms::{FieldId, KindId, Place, StateId, Type};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Whose value it is: the event's, an entry's, that of a past record.
#[derive(Clone, Copy)]
enum Whose {
    Event,
    Entry(KindId, u32),
    Past(KindId, usize),
    /// The issuer's, at an earlier moment.
    Then,
}

impl Deriver<'_> {
    /// Where the value of a part comes from.
    pub(super) fn origin(&self, id: NodeId) -> Option<Origin> {
        self.whole_origin(id).map(|(origin, _)| origin)
    }

    fn whole_origin(&self, id: NodeId) -> Option<(Origin, bool)> {
        match self.graph().get(id) {
            Node::SlotD(r) => self.origins.register(true, *r),
            Node::SlotI(r) => self.origins.register(false, *r),
            Node::RowD(kind, _, c) | Node::PastD(kind, _, c) => self.origins.column(true, *kind, *c),
            Node::RowI(kind, _, c) | Node::PastI(kind, _, c) => self.origins.column(false, *kind, *c),
            Node::HistoryD { state, part, .. } => Some((Origin::State(*state), *part == 1)),
            Node::HistoryI { state, .. } => Some((Origin::State(*state), false)),
            _ => None,
        }
    }

    /// A value that is kept as a fraction: its two parts are one value to a reader.
    pub(super) fn fraction(&mut self, t: usize, id: NodeId, above: NodeId, below: NodeId) -> Option<Term> {
        let (a, b) = (self.whole_origin(above)?, self.whole_origin(below)?);
        if a.0 != b.0 || a.1 || !b.1 {
            return None;
        }
        let value = div(self.decimal(t, above)?, self.decimal(t, below)?).ok()?;
        self.from(t, id, above, Held::Number(value))
    }

    /// A value that is no formula.
    pub(super) fn leaf(&mut self, t: usize, id: NodeId) -> Option<Term> {
        let value = self.value(t, id)?;
        let ty = self.ty(t, id);
        let held = values::held(&self.words, value, &ty);
        if let Node::EachRow(_) | Node::ByKey(..) = self.graph().get(id) {
            return Some(match held {
                Held::Text(key) => Term::Text(key),
                _ => return None,
            });
        }
        if self.origin(id).is_none() {
            return self.kept(t, id);
        }
        self.from(t, id, id, held)
    }

    /// A value that a rule whose outcome stands has kept: what it was computed from.
    fn kept(&mut self, t: usize, id: NodeId) -> Option<Term> {
        let captures = &self.derived(t)?.plan.captures;
        let of = |decimal: bool, r: u16| {
            captures.iter().find(|(_, spot)| match spot.place {
                Place::Decimal(at) | Place::Ratio(at) => decimal && at == r,
                Place::Whole(at) => !decimal && at == r,
                Place::List(_) => false,
            })
        };
        let source = match self.graph().get(id) {
            Node::SlotD(r) => of(true, *r),
            Node::SlotI(r) => of(false, *r),
            _ => None,
        };
        match source {
            Some((node, _)) if self.value(t, *node).is_none_or(|v| Some(v) == self.value(t, id)) => self.term(t, *node),
            _ => None,
        }
    }

    /// A value by its origin; `at` is the part whose place tells whose it is.
    fn from(&mut self, t: usize, id: NodeId, at: NodeId, held: Held) -> Option<Term> {
        let origin = self.origin(at)?;
        let whose = match self.graph().get(at) {
            Node::RowD(kind, row, _) | Node::RowI(kind, row, _) => match self.value(t, *row)? {
                Value::Whole(n) => Whose::Entry(*kind, u32::try_from(row_of(*n)).ok()?),
                _ => return None,
            },
            Node::PastD(kind, row, _) | Node::PastI(kind, row, _) => match self.value(t, *row)? {
                Value::Whole(n) => Whose::Past(*kind, row_of(*n)),
                _ => return None,
            },
            Node::HistoryD { .. } | Node::HistoryI { .. } => Whose::Then,
            _ => Whose::Event,
        };
        // which entry, record or moment it is of must be as it was
        for part in self.graph().parts(at) {
            let reads = self.reads(Some(t), part);
            let source = self.source(t, part);
            self.rests(Some(t), "which one is meant", source, reads);
        }
        let ty = self.ty(t, id);
        let mut step = Step::new(Sort::Link, self.called(origin, whose, t), ty);
        step.clause = origin.clause(self.terms);
        step.source = self.source(t, id);
        step.held = held;
        step.term = match (origin, whose) {
            (Origin::State(state), Whose::Then) => self.only_cell(state, &step.held).map(Term::Cell),
            (Origin::State(state), Whose::Entry(_, row)) => {
                let (upto, when) = self.trace(t).map(|t| (t.changes as usize, t.when))?;
                self.state_cell(state, row, &step.held, upto, when).map(Term::Cell)
            }
            (Origin::State(state), _) => {
                let (upto, when) = self.trace(t).map(|t| (t.changes as usize, t.when))?;
                self.state_cell(state, u32::MAX, &step.held, upto, when).map(Term::Cell)
            }
            (Origin::Waiting(state), Whose::Entry(_, row)) => {
                let (upto, when) = self.trace(t).map(|t| (t.changes as usize, t.when))?;
                self.waiting(state, row, &step.held, upto, when)
            }
            (Origin::Field(kind, field), Whose::Event) if is_deemed(self.terms, kind) => self.deemed(t, kind, field),
            _ => self.recorded(t, origin, whose).map(|(record, column)| Term::Cell(At::Event(record, column))),
        };
        if step.term.is_none() {
            step.sort = Sort::Given;
            why(origin, &step.held).clone_into(&mut step.note);
        }
        Some(Term::Cell(At::Step(self.put(Some(t), Some(id), step))))
    }

    /// What a value is called.
    fn called(&self, origin: Origin, whose: Whose, t: usize) -> String {
        let number = self.trace(t).map_or(0, |t| t.when.number);
        let of = match whose {
            Whose::Then => String::new(),
            Whose::Event if number == 0 => String::new(),
            Whose::Event => format!(" of record {number}"),
            Whose::Entry(kind, row) => format!(" of {}", self.words.entry(entry(kind, row))),
            Whose::Past(kind, n) => match self.events.nth(kind, n).and_then(|r| self.events.records.get(r)) {
                Some((head, _)) => format!(" of record {}", head.number),
                None => format!(" of a {} before", self.name(kind)),
            },
        };
        let spaced = |name: &str| name.replace('_', " ");
        match origin {
            Origin::Field(kind, field) => {
                let name = self.terms.kind(kind).and_then(|k| k.fields.get(field.at())).map_or("", |f| f.name.as_str());
                if is_deemed(self.terms, kind) {
                    format!("{} of the {}", spaced(name), self.name(kind))
                } else {
                    spaced(name) + &of
                }
            }
            Origin::Date(_) => format!("date{of}"),
            Origin::Id(_) => format!("id{of}"),
            Origin::Entry(kind) => self.name(kind),
            Origin::Today => "today".to_owned(),
            Origin::Now => "now".to_owned(),
            Origin::State(state) | Origin::Waiting(state) => {
                let decl = self.terms.states.get(state.at());
                let name = spaced(decl.map_or("", |s| s.name.as_str()));
                let of = if decl.is_some_and(|s| s.of.is_some()) { of } else { String::new() };
                if matches!(whose, Whose::Then) {
                    format!("{name}, then")
                } else if matches!(origin, Origin::Waiting(_)) {
                    format!("what waits of {name}{of}")
                } else {
                    format!("{name}{of}, before")
                }
            }
        }
    }

    pub(super) fn name(&self, kind: KindId) -> String {
        self.terms.kind(kind).map_or_else(String::new, |k| k.name.replace('_', " "))
    }

    /// The cell of a record that a value was stated in.
    fn recorded(&self, t: usize, origin: Origin, whose: Whose) -> Option<(usize, usize)> {
        let record = match whose {
            Whose::Event => self.events.numbered(self.trace(t)?.when.number)?,
            Whose::Entry(kind, row) => self.events.keyed(kind, &self.words.entry(entry(kind, row)))?,
            Whose::Past(kind, n) => self.events.nth(kind, n)?,
            Whose::Then => return None,
        };
        let column = match origin {
            Origin::Field(kind, field) => self.events.column(kind, field)?,
            Origin::Date(_) | Origin::Today => DATE,
            _ => return None,
        };
        Some((record, column))
    }

    /// The cell that a state has had a value in: the last change that left it, else what it began with.
    pub(super) fn state_cell(&mut self, state: StateId, row: u32, held: &Held, upto: usize, when: Moment) -> Option<At> {
        if self.replayed {
            let changes = self.history.get(&(state, row, false));
            let last = changes.into_iter().flatten().rev().find(|n| same(&self.held(At::Change(**n)), held)).copied();
            return last.map(At::Change).or_else(|| self.begun_cell(state, row, held));
        }
        let stands = |n: &usize| {
            let Some(c) = self.run.changes.get(*n) else { return false };
            // what waits does not stand; what is made at this moment may
            let made = |m: Moment| m.at < when.at || (m.at == when.at && same(&self.after(c), held));
            *n < upto && (!c.waited || c.made.is_some_and(made))
        };
        let changes = self.history.get(&(state, row, false));
        let last = changes.into_iter().flatten().rev().copied().find(stands);
        if let Some(n) = last {
            return same(&self.held(At::Change(n)), held).then_some(At::Change(n));
        }
        self.begun_cell(state, row, held)
    }

    /// The cell of what a state had become, waiting or not, before a change.
    pub(super) fn last_cell(&mut self, state: StateId, row: u32, held: &Held, upto: usize) -> Option<At> {
        let last = self.history.get(&(state, row, false)).into_iter().flatten().rev().copied().find(|n| *n < upto);
        match last {
            Some(n) => same(&self.held(At::Change(n)), held).then_some(At::Change(n)),
            None => self.begun_cell(state, row, held),
        }
    }

    /// The one cell with a value that a state of the issuer has had.
    fn only_cell(&mut self, state: StateId, held: &Held) -> Option<At> {
        if !self.known.has_changed(state) {
            return self.begun_cell(state, u32::MAX, held);
        }
        let changes = self.history.get(&(state, u32::MAX, false)).into_iter().flatten().map(|n| At::Change(*n));
        let all: Vec<At> = changes.chain(self.begun.get(&(state, u32::MAX)).map(|n| At::Step(*n))).collect();
        let mut with = all.into_iter().filter(|at| same(&self.held(*at), held));
        match (with.next(), with.next()) {
            (Some(at), None) => Some(at),
            _ => None,
        }
    }

    /// The cell of what a state began with.
    fn begun_cell(&mut self, state: StateId, row: u32, held: &Held) -> Option<At> {
        if let Some(n) = self.begun.get(&(state, row)).copied() {
            return same(&self.held(At::Step(n)), held).then_some(At::Step(n));
        }
        let n = self.beginning(state, row, held);
        self.begun.insert((state, row), n);
        Some(At::Step(n))
    }

    /// The line of the value that a state began with.
    fn beginning(&mut self, state: StateId, row: u32, held: &Held) -> usize {
        let decl = self.terms.states.get(state.at());
        let plan = &self.program.plan;
        let of = decl.and_then(|s| s.of);
        let initial = match of {
            None => plan.initial.iter().find(|(s, _)| *s == state),
            Some(kind) => plan.kinds.get(kind.at()).and_then(|k| k.initial.iter().find(|(s, _)| *s == state)),
        };
        let name = decl.map_or("", |s| s.name.as_str()).replace('_', " ");
        let whose = of.map_or_else(String::new, |k| format!(" of {}", self.words.entry(entry(k, row))));
        let ty = decl.map_or(Type::NUMBER, |s| s.ty.clone());
        let mut step = Step::new(Sort::Given, format!("{name}{whose}"), ty);
        step.clause = Origin::State(state).clause(self.terms);
        step.source = decl.and_then(|s| s.initial.as_ref()).map_or_else(String::new, |b| self.text(b.value.span));
        step.held = held.clone();
        "as it began".clone_into(&mut step.note);
        let term = initial.and_then(|(_, node)| self.initial(*node, row, &step.ty));
        if let Some(term) = term.filter(|term| self.eval(term).is_some_and(|v| same(&v, held))) {
            step.note.clear();
            match term {
                Term::Number(_) | Term::Truth(_) | Term::Text(_) => step.sort = Sort::Constant,
                Term::Cell(_) => (step.sort, step.term) = (Sort::Link, Some(term)),
                _ => (step.sort, step.term) = (Sort::Formula, Some(term)),
            }
        }
        if step.sort == Sort::Given {
            step.reads = self.reads_at_first(state, row);
        }
        self.put(None, None, step)
    }

    /// A value that a state begins with, by the fields of its entry; none for more than plain arithmetic on them.
    fn initial(&self, id: NodeId, row: u32, ty: &Type) -> Option<Term> {
        let graph = self.graph();
        Some(match graph.get(id) {
            Node::Named(_, x) | Node::Settled(x) | Node::Checked { value: x, .. } => self.initial(*x, row, ty)?,
            Node::Decimal(bytes) => Term::Number(Decimal::deserialize(*bytes)),
            Node::Whole(n) => self.constant(*n, ty)?,
            Node::Round(x, mode, unit) => {
                let Node::Decimal(bytes) = graph.get(graph.plain(*unit)) else { return None };
                let x = self.initial(*x, row, ty)?;
                round::rounded(x.clone(), &self.eval(&x)?, *mode, Decimal::deserialize(*bytes))?
            }
            Node::Arithmetic(op, a, b) => {
                Term::op(super::translate::operator(*op), self.initial(*a, row, ty)?, self.initial(*b, row, ty)?)
            }
            Node::RowD(kind, at, c) | Node::RowI(kind, at, c) if matches!(graph.get(*at), Node::EachRow(_)) => {
                let decimal = matches!(graph.get(id), Node::RowD(..));
                let (Origin::Field(_, field), _) = self.origins.column(decimal, *kind, *c)? else { return None };
                let record = self.events.keyed(*kind, &self.words.entry(entry(*kind, row)))?;
                Term::Cell(At::Event(record, self.events.column(*kind, field)?))
            }
            _ => return None,
        })
    }

    /// What waits of a state: what would stand, less what stands.
    pub(super) fn waiting(&mut self, state: StateId, row: u32, held: &Held, upto: usize, when: Moment) -> Option<Term> {
        let set = self.history.get(&(state, row, true)).and_then(|c| c.last()).copied();
        if let Some(n) = set
            && same(&self.held(At::Change(n)), held)
        {
            return Some(Term::Cell(At::Change(n)));
        }
        let last = self.history.get(&(state, row, false)).into_iter().flatten().rev().copied().find(|n| *n < upto);
        let waits =
            last.and_then(|n| self.run.changes.get(n)).is_some_and(|c| c.waited && c.made.is_none_or(|m| m.at >= when.at));
        if !waits {
            // nothing waits
            return matches!(held, Held::Number(n) if n.is_zero()).then(|| Term::whole(0));
        }
        let Held::Number(size) = held else { return None };
        let Held::Number(would) = self.held(At::Change(last?)) else { return None };
        let stands = Held::Number(sub(would, *size).ok()?);
        // a change that is made at this moment waits until it is
        let before = Moment { at: when.at.saturating_sub(1), ..when };
        let stands = self.state_cell(state, row, &stands, upto, before)?;
        let term = Term::op(Op::Subtract, Term::Cell(At::Change(last?)), Term::Cell(stands));
        self.eval(&term).is_some_and(|v| same(&v, held)).then_some(term)
    }

    /// A field of what a rule deemed to have happened: the formula of that rule.
    fn deemed(&mut self, t: usize, kind: KindId, field: FieldId) -> Option<Term> {
        let when = self.trace(t)?.when;
        let earlier: Vec<usize> = self.traces.get(&(when.at, when.number))?.iter().copied().filter(|d| *d < t).rev().collect();
        if self.deems_several(&earlier, kind) {
            return None;
        }
        for d in earlier {
            let Some(derived) = self.derived(d) else { continue };
            if self.trace(d)?.again != self.trace(t)?.again
                || derived.plan.guards.iter().any(|g| self.holds(d, *g) == Some(false))
            {
                continue;
            }
            for act in &derived.plan.acts {
                let ActKind::Deem { kind: k, fields, .. } = &act.kind else { continue };
                if *k != kind || !fields.iter().all(|(f, n)| self.passed_on(t, d, kind, *f, *n)) {
                    continue;
                }
                let (_, node) = fields.iter().find(|(f, _)| *f == field)?;
                if self.first_time(d) {
                    self.conditions_of(d);
                }
                let mut step = Step::new(
                    Sort::Formula,
                    format!("{} of the {}", self.field_name(kind, field), self.name(kind)),
                    self.ty(d, *node),
                );
                step.source = self.source(d, *node);
                return self.line(d, *node, step).map(|n| Term::Cell(At::Step(n)));
            }
        }
        None
    }

    /// Whether rules of one moment deem a kind to have happened more than once.
    fn deems_several(&self, traces: &[usize], kind: KindId) -> bool {
        let applied = |d: usize, guards: &[NodeId]| guards.iter().all(|g| self.holds(d, *g) != Some(false));
        let mut count = 0;
        for d in traces {
            let Some(derived) = self.derived(*d) else { continue };
            if !applied(*d, &derived.plan.guards) {
                continue;
            }
            for act in &derived.plan.acts {
                match &act.kind {
                    ActKind::Deem { kind: k, .. } if *k == kind && applied(*d, &act.guards) => count += 1,
                    // as many as the list has lines
                    ActKind::ForEach { body, .. }
                        if body.iter().any(|a| matches!(&a.kind, ActKind::Deem { kind: k, .. } if *k == kind)) =>
                    {
                        count += 2
                    }
                    _ => {}
                }
            }
        }
        count > 1
    }

    fn field_name(&self, kind: KindId, field: FieldId) -> String {
        self.terms.kind(kind).and_then(|k| k.fields.get(field.at())).map_or_else(String::new, |f| f.name.replace('_', " "))
    }

    /// Whether a rule may have handed on a field with the value that another found, as far as both were told.
    fn passed_on(&self, t: usize, d: usize, kind: KindId, field: FieldId, node: NodeId) -> bool {
        let Some(derived) = self.derived(t) else { return false };
        let found = derived.nodes.iter().find(|n| self.origin(**n) == Some(Origin::Field(kind, field)));
        match (found.and_then(|n| self.value(t, *n)), self.value(d, node)) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        }
    }
}

/// Why a value stands as the run had it.
fn why(origin: Origin, held: &Held) -> &'static str {
    match origin {
        Origin::State(_) | Origin::Waiting(_) if matches!(held, Held::Number(n) if n.to_i64() == Some(0)) => "nothing before it",
        Origin::State(_) | Origin::Waiting(_) => "as the run had it at this moment",
        Origin::Today | Origin::Now | Origin::Date(_) => "the moment of the rule",
        Origin::Field(..) | Origin::Id(_) | Origin::Entry(_) => "as the record said, or a rule before it",
    }
}
