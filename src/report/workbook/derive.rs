//! Derivations: for every change the cells it is computed from, in the order in which they depend on each other.

use super::eval::{eval, same};
use super::events::Events;
use super::origin::Origins;
use super::reads::{Known, Read};
use super::term::{At, Held, Term};
use super::values;
use crate::engine::code::Program;
use crate::engine::graph::{Graph, NodeId};
use crate::engine::plan::{Derived, ProbeKind, RuleProbe};
use crate::engine::run::{Change, Run, Trace, Value};
use crate::report::words::{Words, day};
use crate::source::Span;
use crate::terms::{StateId, Terms, Type};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;

/// What a cell of a derivation is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A value written out in the terms.
    Constant,
    /// A value of another cell.
    Link,
    /// A formula.
    Formula,
    /// A condition that decides which rule or case applies.
    Check,
    /// A value that the workbook does not compute: as the run had it, for a reason.
    Given,
    /// Something else that the run decided, and the workbook does not.
    Rest,
    /// Texts, obligations and covenants, which are those of the run.
    Told,
}

/// A line of a derivation.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// What it is to a reader.
    pub sort: Sort,
    /// What it is called.
    pub label: String,
    /// How the terms say it.
    pub source: String,
    /// Its clause.
    pub clause: String,
    /// Its type.
    pub ty: Type,
    /// Its formula; none where its value is written.
    pub term: Option<Term>,
    /// Its value in the run.
    pub held: Held,
    /// Why it is not computed.
    pub note: String,
    /// What it was read from, where it is not computed.
    pub reads: Vec<Read>,
}

impl Step {
    /// A step that is still to get its value.
    pub(super) fn new(sort: Sort, label: impl Into<String>, ty: Type) -> Self {
        let (source, clause, note) = (String::new(), String::new(), String::new());
        Self { sort, label: label.into(), source, clause, ty, term: None, held: Held::Nothing, note, reads: Vec::new() }
    }
}

/// The lines of one rule on one event.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The record, 0 for none.
    pub number: u32,
    /// What it is about.
    pub title: String,
    /// The clause.
    pub clause: String,
    /// Its lines.
    pub steps: Vec<usize>,
    /// Where it stands among the others.
    pub order: (u32, usize),
}

/// Makes derivations.
pub(super) struct Deriver<'r> {
    pub terms: &'r Terms,
    pub program: &'r Program,
    pub run: &'r Run,
    pub words: Words<'r>,
    pub events: Events<'r>,
    pub origins: Origins,
    /// All lines.
    pub steps: Vec<Step>,
    /// All blocks.
    pub blocks: Vec<Block>,
    /// The traces of each moment.
    pub traces: FxHashMap<(u32, u32), Vec<usize>>,
    /// The changes so far of a state of a row, or of what waits of it.
    pub history: FxHashMap<(StateId, u32, bool), Vec<usize>>,
    /// The lines of the values that states began with.
    pub begun: FxHashMap<(StateId, u32), usize>,
    /// Whether the past was computed again: then what came before what is not told by the order.
    pub replayed: bool,
    /// Conditions that no number decides, by trace: those that were asked about.
    pub settled: RefCell<FxHashMap<(usize, NodeId), bool>>,
    /// The acts that lines of effects were derived from.
    pub lined: FxHashSet<(usize, usize)>,
    /// What lines without a value have been said to rest on.
    pub rested: FxHashSet<(Option<usize>, bool, Vec<Read>)>,
    /// What is known of the run as a whole.
    pub known: Known,
    /// The changes of rules that are in the ledger: the trace, and the place in the terms.
    pub written: FxHashSet<(usize, u16)>,
    /// The line of a part of a formula, by trace.
    made: FxHashMap<(usize, NodeId), usize>,
    blocks_of: FxHashMap<usize, usize>,
    /// Where the value of a part stands in the traces of a rule.
    places: Vec<FxHashMap<NodeId, usize>>,
    /// The part as it was written.
    probes: Vec<FxHashMap<NodeId, usize>>,
}

impl<'r> Deriver<'r> {
    pub(super) fn new(terms: &'r Terms, program: &'r Program, run: &'r Run, events: Events<'r>) -> Self {
        let words = Words { terms, texts: &run.texts, keys: &run.keys };
        let mut traces: FxHashMap<(u32, u32), Vec<usize>> = FxHashMap::default();
        for (n, t) in run.traces.iter().enumerate() {
            traces.entry((t.when.at, t.when.number)).or_default().push(n);
        }
        let (mut places, mut probes) = (Vec::new(), Vec::new());
        for rule in &program.plan.rule_probes {
            let (mut place, mut probe) = (FxHashMap::default(), FxHashMap::default());
            for (n, at) in rule.all.iter().enumerate() {
                if let Some(p) = program.plan.probes.get(*at) {
                    place.entry(p.node).or_insert(n);
                    // the name of a value says more of it than the formula that comes to no more than it
                    if matches!(p.kind, ProbeKind::Leaf) {
                        probe.insert(p.node, *at);
                    } else {
                        probe.entry(p.node).or_insert(*at);
                    }
                }
            }
            for (n, node) in rule.derived.iter().flat_map(|d| &d.nodes).enumerate() {
                place.entry(*node).or_insert(rule.all.len() + n);
            }
            places.push(place);
            probes.push(probe);
        }
        let start = Block { title: "at the beginning".to_owned(), ..Block::default() };
        let rest = Block { title: "what else was decided".to_owned(), order: (u32::MAX, usize::MAX), ..Block::default() };
        Self {
            terms,
            program,
            run,
            words,
            events,
            origins: Origins::new(program),
            steps: Vec::new(),
            blocks: vec![start, rest],
            traces,
            history: FxHashMap::default(),
            begun: FxHashMap::default(),
            replayed: !run.rescissions.is_empty() || run.traces.iter().any(|t| t.again),
            settled: RefCell::default(),
            lined: FxHashSet::default(),
            rested: FxHashSet::default(),
            known: Known::default(),
            written: FxHashSet::default(),
            made: FxHashMap::default(),
            blocks_of: FxHashMap::default(),
            places,
            probes,
        }
    }

    pub(super) fn graph(&self) -> &'r Graph {
        &self.program.plan.graph
    }

    pub(super) fn trace(&self, t: usize) -> Option<&'r Trace> {
        self.run.traces.get(t)
    }

    pub(super) fn rule(&self, t: usize) -> Option<&'r RuleProbe> {
        self.program.plan.rule_probes.get(usize::from(self.trace(t)?.rule))
    }

    pub(super) fn derived(&self, t: usize) -> Option<&'r Derived> {
        self.rule(t)?.derived.as_ref()
    }

    /// What the run told of a part; none where it told nothing, or that it is not known.
    pub(super) fn value(&self, t: usize, id: NodeId) -> Option<&'r Value> {
        let trace = self.trace(t)?;
        let at = self.places.get(usize::from(trace.rule))?.get(&id)?;
        trace.values.get(*at).filter(|v| **v != Value::Unknown)
    }

    /// Whether a condition held.
    pub(super) fn holds(&self, t: usize, id: NodeId) -> Option<bool> {
        match self.value(t, id)? {
            Value::Whole(n) => Some(*n != 0),
            _ => None,
        }
    }

    /// The type of a part, where it was written as such.
    pub(super) fn written_type(&self, t: usize, id: NodeId) -> Option<&'r Type> {
        let at = self.probes.get(usize::from(self.trace(t)?.rule))?.get(&id)?;
        self.program.plan.probes.get(*at).map(|p| &p.ty)
    }

    /// A part as it was written.
    pub(super) fn source(&self, t: usize, id: NodeId) -> String {
        let probe = self.trace(t).and_then(|trace| self.probes.get(usize::from(trace.rule))?.get(&id));
        let span = probe.and_then(|at| self.program.plan.probes.get(*at)).map_or_else(|| self.graph().span(id), |p| p.span);
        self.text(span)
    }

    /// A place in the terms, on one line and not too long.
    pub(super) fn text(&self, span: Span) -> String {
        let flat = crate::report::explain::flat(self.terms.sources.text(span));
        if flat.chars().count() <= LONGEST { flat } else { flat.chars().take(LONGEST).chain(['…']).collect() }
    }

    /// What a cell held in the run.
    pub(super) fn held(&self, at: At) -> Held {
        match at {
            At::Step(n) => self.steps.get(n).map_or(Held::Nothing, |s| s.held.clone()),
            At::Change(n) => self.run.changes.get(n).map_or(Held::Nothing, |c| self.after(c)),
            At::Event(record, column) => self.events.held(record, column),
        }
    }

    /// The value after a change.
    pub(super) fn after(&self, c: &Change) -> Held {
        self.program.sites.get(usize::from(c.site)).map_or(Held::Nothing, |s| self.of_state(s.state, c.after))
    }

    /// A value of a state, kept as a decimal.
    pub(super) fn of_state(&self, state: StateId, n: rust_decimal::Decimal) -> Held {
        let Some(ty) = self.terms.states.get(state.at()).map(|s| &s.ty) else { return Held::Nothing };
        values::of_decimal(&self.words, n, ty)
    }

    /// A formula's value in the run.
    pub(super) fn eval(&self, term: &Term) -> Option<Held> {
        eval(term, &|at| self.held(at))
    }

    /// The line made for a part, where there is one.
    pub(super) fn made(&self, t: usize, id: NodeId) -> Option<usize> {
        self.made.get(&(t, id)).copied()
    }

    /// Adds a line; a formula that does not give the value of the run is left out of it, and the line says so.
    pub(super) fn put(&mut self, t: Option<usize>, id: Option<NodeId>, mut step: Step) -> usize {
        if let Some(term) = &step.term {
            let value = self.eval(term);
            if step.held == Held::Nothing {
                step.held = value.unwrap_or(Held::Nothing);
            } else if !value.is_some_and(|v| same(&v, &step.held)) {
                step.term = None;
                step.sort = Sort::Given;
                "the cells here do not give this value".clone_into(&mut step.note);
            }
        }
        if step.sort == Sort::Given
            && step.reads.is_empty()
            && let (Some(_), Some(id)) = (t, id)
        {
            step.reads = self.reads(t, id);
        }
        let step_is_apart = matches!(step.sort, Sort::Rest | Sort::Told | Sort::Check);
        let n = self.steps.len();
        self.steps.push(step);
        let block = match t {
            None if step_is_apart => 1,
            None => 0,
            Some(t) => self.block(t),
        };
        if let Some(b) = self.blocks.get_mut(block) {
            b.steps.push(n);
        }
        if let (Some(t), Some(id)) = (t, id) {
            self.made.insert((t, id), n);
        }
        n
    }

    /// The block of a trace.
    fn block(&mut self, t: usize) -> usize {
        if let Some(known) = self.blocks_of.get(&t) {
            return *known;
        }
        let mut block = Block { order: (0, t), ..Block::default() };
        if let (Some(trace), Some(rule)) = (self.trace(t), self.rule(t)) {
            block.number = trace.when.number;
            block.order.0 = trace.when.at;
            let decl = self.terms.rules.get(rule.rule.at());
            let mut title = if trace.when.number == 0 {
                format!("{}, at a moment", day(trace.when.day))
            } else {
                format!("record {}, {}", trace.when.number, day(trace.when.day))
            };
            if let Some(kind) = rule.kind.and_then(|k| self.terms.kind(k)) {
                title.push_str(&format!(", {}", kind.name.replace('_', " ")));
            }
            title.push_str(&format!(": {}", decl.map_or_else(String::new, |d| d.name.replace('_', " "))));
            if trace.row >= 0 {
                title.push_str(&format!(", for {}", self.words.entry(trace.row)));
            }
            if trace.again {
                title.push_str(", recomputed");
            }
            block.title = title;
            block.clause = self.terms.cite(decl.and_then(|d| d.clause).or(trace.clause)).to_owned();
        }
        self.blocks.push(block);
        self.blocks_of.insert(t, self.blocks.len() - 1);
        self.blocks.len() - 1
    }

    /// Whether the conditions of a trace have been listed; they are from now on.
    pub(super) fn first_time(&mut self, t: usize) -> bool {
        let known = self.blocks_of.contains_key(&t);
        self.block(t);
        !known
    }
}

/// The most letters of a source text.
const LONGEST: usize = 240;
