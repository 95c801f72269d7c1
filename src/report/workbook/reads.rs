//! What a value was read from: the cells that must be as they were for a value that is not computed to be what it was.

use super::derive::Deriver;
use super::origin::{Origin, is_deemed};
use crate::engine::graph::{Case, Node, NodeId, Part, Source, Template, Then};
use crate::engine::plan::{Act, ActKind};
use crate::engine::run::Value;
use crate::engine::table::{entry, row_of};
use crate::terms::{EffectId, FieldId, KindId, ObligationId, Operator, Place, StateId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// Something a value depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Read {
    /// Every input.
    All,
    /// A number of a record: its row and its column.
    Cell(usize, usize),
    /// A column of the records.
    Column(usize),
    /// The value after a change.
    Change(usize),
    /// A state, of any entry, at any time.
    State(StateId),
}

/// What is known of a run before anything is asked.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The changes of a state of a row, and of what waits of it.
    of_row: FxHashMap<(StateId, u32), Vec<usize>>,
    /// The states that have changed.
    changed: FxHashSet<StateId>,
    /// What of a rule may deem a kind to have happened: its trace, and the act among its acts.
    deemed: FxHashMap<KindId, Vec<(usize, usize)>>,
    /// The same of the lines of effects.
    recorded: FxHashMap<EffectId, Vec<(usize, usize)>>,
}

impl Known {
    /// Whether a state has changed.
    pub(super) fn has_changed(&self, state: StateId) -> bool {
        self.changed.contains(&state)
    }
}

/// A search through formulas.
#[derive(Default)]
struct Search {
    seen: FxHashSet<(Option<usize>, NodeId)>,
    deemed: FxHashSet<KindId>,
    recorded: FxHashSet<EffectId>,
    begun: FxHashSet<(StateId, u32)>,
    duties: FxHashSet<ObligationId>,
    /// The entry whose state begins.
    own: Option<(KindId, u32)>,
    /// The record that is looked at by itself.
    record: Option<usize>,
    out: BTreeSet<Read>,
}

/// The row of a state of no particular entry.
const ANY: u32 = u32::MAX - 1;

impl Deriver<'_> {
    /// What is known of the run.
    pub(super) fn know(&mut self) {
        let mut known = Known::default();
        for (n, c) in self.run.changes.iter().enumerate() {
            let Some(site) = self.program.sites.get(usize::from(c.site)) else { continue };
            known.of_row.entry((site.state, c.row)).or_default().push(n);
            known.changed.insert(site.state);
        }
        for t in 0..self.run.traces.len() {
            // what did not apply is told by its conditions
            let Some(derived) = self.derived(t).filter(|d| self.may_apply(t, &d.plan.guards)) else { continue };
            for (n, act) in derived.plan.acts.iter().enumerate().filter(|(_, act)| self.may_apply(t, &act.guards)) {
                self.enlist(&mut known, t, n, act);
            }
        }
        self.known = known;
    }

    fn may_apply(&self, t: usize, guards: &[NodeId]) -> bool {
        guards.iter().all(|g| self.holds(t, *g) != Some(false))
    }

    fn enlist(&self, known: &mut Known, t: usize, n: usize, act: &Act) {
        match &act.kind {
            ActKind::Deem { kind, .. } => known.deemed.entry(*kind).or_default().push((t, n)),
            ActKind::Record { effect, .. } => known.recorded.entry(*effect).or_default().push((t, n)),
            ActKind::ForEach { body, .. } => body.iter().for_each(|a| self.enlist(known, t, n, a)),
            ActKind::End(_) | ActKind::Restore(_) | ActKind::Warn(_) => {}
        }
    }

    /// What a part of a formula was read from, by the rule of a trace or, without one, at any time.
    pub(super) fn reads(&self, t: Option<usize>, id: NodeId) -> Vec<Read> {
        self.reads_of(t, &[id])
    }

    /// The same of several parts.
    pub(super) fn reads_of(&self, t: Option<usize>, ids: &[NodeId]) -> Vec<Read> {
        let mut search = Search::default();
        ids.iter().for_each(|id| self.search(t, *id, &mut search));
        few(search.out, self)
    }

    /// What the value was read from that a state of an entry began with.
    pub(super) fn reads_at_first(&self, state: StateId, row: u32) -> Vec<Read> {
        let mut search = Search::default();
        self.begins(state, row, &mut search);
        few(search.out, self)
    }

    /// What stands of a state, and what waits of it.
    pub(super) fn reads_of_state(&self, state: StateId, row: u32, upto: usize) -> Vec<Read> {
        let mut search = Search::default();
        self.stands_read(state, Some(row), upto, &mut search);
        few(search.out, self)
    }

    /// What a condition on a record by itself was read from.
    pub(super) fn reads_of_record(&self, record: usize, id: NodeId) -> Vec<Read> {
        let mut search = Search { record: Some(record), ..Search::default() };
        self.search(None, id, &mut search);
        few(search.out, self)
    }

    /// What a part of a formula about an entry was read from, at the end.
    pub(super) fn reads_at_last(&self, id: NodeId, own: Option<(KindId, u32)>) -> Vec<Read> {
        let mut search = Search { own, ..Search::default() };
        self.search(None, id, &mut search);
        few(search.out, self)
    }

    /// What an act was read from, with its conditions.
    pub(super) fn reads_of_act(&self, t: usize, act: &Act) -> Vec<Read> {
        let mut search = Search::default();
        self.act(t, act, &mut search);
        few(search.out, self)
    }

    fn search(&self, t: Option<usize>, id: NodeId, s: &mut Search) {
        if s.out.contains(&Read::All) || !s.seen.insert((t, id)) {
            return;
        }
        let graph = self.graph();
        match graph.get(id) {
            Node::SlotD(r) => match self.origins.register(true, *r) {
                Some((origin, _)) => self.of_register(t, origin, s),
                None => self.of_kept(t, *r, s),
            },
            Node::SlotI(r) => {
                if let Some((origin, _)) = self.origins.register(false, *r) {
                    self.of_register(t, origin, s);
                }
            }
            Node::SlotL(_) => {
                // a list of what was deemed; no number of a list of a record is one that is followed
                let of = t.and_then(|t| self.rule(t)?.kind);
                if s.record.is_none() && of.is_none_or(|kind| self.known.deemed.contains_key(&kind)) {
                    self.known.deemed.keys().for_each(|kind| self.deemed_reads(*kind, s));
                }
            }
            Node::Known(x) | Node::Void(x) => self.search_known(t, *x, s),
            Node::KnownAmong(xs) => xs.iter().for_each(|x| self.search_known(t, *x, s)),
            Node::RowD(kind, row, c) => self.of_column(t, (*kind, *row), self.origins.column(true, *kind, *c), s),
            Node::RowI(kind, row, c) => self.of_column(t, (*kind, *row), self.origins.column(false, *kind, *c), s),
            Node::PastD(kind, row, c) => self.of_past(t, *kind, *row, self.origins.column(true, *kind, *c), s),
            Node::PastI(kind, row, c) => self.of_past(t, *kind, *row, self.origins.column(false, *kind, *c), s),
            Node::RowL(kind, row, _) | Node::PastL(kind, row, _) => {
                self.deemed_reads(*kind, s);
                self.search(t, *row, s);
            }
            Node::HistoryD { state, .. }
            | Node::HistoryI { state, .. }
            | Node::ChangeBy { state, .. }
            | Node::BeforeChange { state, .. }
            | Node::Changed { state, .. } => {
                self.stands_read(*state, None, usize::MAX, s);
                graph.parts(id).into_iter().for_each(|p| self.search(t, p, s));
            }
            Node::FirstOf(cases, _) => {
                for c in self.may_be_taken(t, cases) {
                    c.when.into_iter().for_each(|w| self.search(t, w, s));
                    if let Then::Value(v) = c.then {
                        self.search(t, v, s);
                    }
                }
            }
            Node::Obligation(o, ..) | Node::Overdue(o, _) => {
                self.duty_reads(*o, s);
                graph.parts(id).into_iter().for_each(|p| self.search(t, p, s));
            }
            Node::Query(q) => {
                if let Some(q) = graph.query(*q) {
                    match &q.source {
                        Source::Effect(effect) => self.recorded_reads(*effect, s),
                        Source::Entries(kind) | Source::Past(kind) => self.deemed_guards(*kind, s),
                        Source::List(_) => {}
                    }
                }
                graph.parts(id).into_iter().for_each(|p| self.search(t, p, s));
            }
            _ => graph.parts(id).into_iter().for_each(|p| self.search(t, p, s)),
        }
    }

    /// What it was read from that a value is known.
    fn search_known(&self, t: Option<usize>, id: NodeId, s: &mut Search) {
        let graph = self.graph();
        match graph.get(id) {
            Node::Checked { value, known, .. } => {
                self.search(t, *known, s);
                self.search_known(t, *value, s);
            }
            Node::Named(_, x) | Node::Settled(x) | Node::Negative(x) | Node::DayOf(x) | Node::Edge(_, x) => {
                self.search_known(t, *x, s)
            }
            Node::SlotD(_) | Node::SlotI(_) | Node::SlotL(_) | Node::EachRow(_) | Node::It(_) => {}
            Node::RowD(_, row, _)
            | Node::RowI(_, row, _)
            | Node::RowL(_, row, _)
            | Node::PastD(_, row, _)
            | Node::PastI(_, row, _)
            | Node::PastL(_, row, _) => self.search(t, *row, s),
            Node::FirstOf(cases, _) => {
                for c in self.may_be_taken(t, cases) {
                    c.when.into_iter().for_each(|w| self.search(t, w, s));
                    if let Then::Value(v) = c.then {
                        self.search_known(t, v, s);
                    }
                }
            }
            Node::Arithmetic(op, a, b) if *op != Operator::Power && *op != Operator::Divide => {
                self.search_known(t, *a, s);
                self.search_known(t, *b, s);
            }
            Node::Arithmetic(Operator::Divide, a, b) if matches!(graph.get(graph.plain(*b)), Node::Decimal(_)) => {
                self.search_known(t, *a, s);
            }
            _ => self.search(t, id, s),
        }
    }

    /// The cases of a waterfall that some number may decide for.
    pub(super) fn may_be_taken(&self, t: Option<usize>, cases: &[Case]) -> Vec<Case> {
        let Some(t) = t else { return cases.to_vec() };
        let mut out = Vec::new();
        for c in cases {
            match c.when {
                Some(when) if self.is_settled(t, when) => match self.holds(t, when) {
                    Some(false) => {}
                    Some(true) => {
                        out.push(Case { when: None, ..c.clone() });
                        return out;
                    }
                    None => out.push(c.clone()),
                },
                _ => out.push(c.clone()),
            }
        }
        out
    }

    /// What it was read from that a value is known, by the rule of a trace.
    pub(super) fn reads_of_known(&self, t: usize, id: NodeId) -> Vec<Read> {
        let mut search = Search::default();
        self.search_known(Some(t), id, &mut search);
        few(search.out, self)
    }

    /// Whether no number decides a condition as it was decided.
    pub(super) fn is_settled(&self, t: usize, id: NodeId) -> bool {
        if let Some(known) = self.settled.borrow().get(&(t, id)) {
            return *known;
        }
        // what leads back to itself is not settled
        self.settled.borrow_mut().insert((t, id), false);
        let found = self.settles(t, id);
        self.settled.borrow_mut().insert((t, id), found);
        found
    }

    fn settles(&self, t: usize, id: NodeId) -> bool {
        let graph = self.graph();
        let decisive = |xs: &[NodeId], all: bool| match self.holds(t, id) {
            Some(b) if b == all => xs.iter().all(|x| self.is_settled(t, *x)),
            Some(_) => xs.iter().any(|x| self.holds(t, *x) == Some(!all) && self.is_settled(t, *x)),
            None => false,
        };
        let inside = match graph.get(id) {
            Node::All(xs) => decisive(xs, true),
            Node::Any(xs) => decisive(xs, false),
            Node::Not(x) | Node::Named(_, x) => self.is_settled(t, *x),
            _ => false,
        };
        inside || self.reads(Some(t), id).is_empty()
    }

    fn of_register(&self, t: Option<usize>, origin: Origin, s: &mut Search) {
        match origin {
            Origin::Field(kind, _) if is_deemed(self.terms, kind) => self.deemed_reads(kind, s),
            Origin::Field(kind, field) => {
                let record = s.record.or_else(|| t.and_then(|t| self.events.numbered(self.trace(t)?.when.number)));
                let of_kind = record.filter(|r| self.events.records.get(*r).is_some_and(|(head, _)| head.kind == kind));
                if of_kind.is_none() {
                    self.deemed_reads(kind, s);
                }
                self.cell(of_kind, kind, field, s);
            }
            Origin::State(state) | Origin::Waiting(state) => {
                let upto = t.and_then(|t| self.trace(t)).map(|t| t.changes as usize);
                self.stands_read(state, upto.map(|_| u32::MAX), upto.unwrap_or(usize::MAX), s);
            }
            Origin::Date(_) | Origin::Id(_) | Origin::Entry(_) | Origin::Today | Origin::Now => {}
        }
    }

    /// A register that is no field and no state: what a rule has kept, else whatever there is.
    fn of_kept(&self, t: Option<usize>, r: u16, s: &mut Search) {
        let captures = t.and_then(|t| self.derived(t)).map(|d| &d.plan.captures);
        let found = captures.into_iter().flatten().find(|(_, spot)| match spot.place {
            Place::Decimal(at) => at == r,
            Place::Ratio(at) => at == r || at + 1 == r,
            Place::Whole(_) | Place::List(_) => false,
        });
        match found {
            Some((node, _)) => self.search(t, *node, s),
            None => {
                s.out.insert(Read::All);
            }
        }
    }

    fn of_column(&self, t: Option<usize>, (kind, row): (KindId, NodeId), origin: Option<(Origin, bool)>, s: &mut Search) {
        let own = s.own.filter(|(k, _)| *k == kind && matches!(self.graph().get(row), Node::EachRow(_))).map(|(_, row)| row);
        let told = t.and_then(|t| match self.value(t, row)? {
            Value::Whole(n) if *n >= 0 => u32::try_from(row_of(*n)).ok(),
            _ => None,
        });
        let at = own.or(told);
        self.search(t, row, s);
        match origin.map(|o| o.0) {
            Some(Origin::Field(_, field)) => {
                let record = at.and_then(|row| self.events.keyed(kind, &self.words.entry(entry(kind, row))));
                if record.is_none() {
                    self.deemed_reads(kind, s);
                }
                self.cell(record, kind, field, s);
            }
            Some(Origin::State(state) | Origin::Waiting(state)) => {
                let upto = t.and_then(|t| self.trace(t)).map_or(usize::MAX, |t| t.changes as usize);
                self.stands_read(state, at, upto, s);
            }
            _ => {}
        }
    }

    fn of_past(&self, t: Option<usize>, kind: KindId, row: NodeId, origin: Option<(Origin, bool)>, s: &mut Search) {
        let record = t.and_then(|t| match self.value(t, row)? {
            Value::Whole(n) => self.events.nth(kind, row_of(*n)),
            _ => None,
        });
        self.search(t, row, s);
        if let Some((Origin::Field(_, field), _)) = origin {
            if self.known.deemed.contains_key(&kind) {
                self.deemed_reads(kind, s);
            }
            self.cell(record, kind, field, s);
        }
    }

    /// A field of a record, or of all records of its kind.
    fn cell(&self, record: Option<usize>, kind: KindId, field: FieldId, s: &mut Search) {
        let Some(column) = self.events.column(kind, field).filter(|c| *c >= self.events.live) else { return };
        s.out.insert(record.map_or(Read::Column(column), |r| Read::Cell(r, column)));
    }

    /// What stands of a state of a row, or of any.
    fn stands_read(&self, state: StateId, row: Option<u32>, upto: usize, s: &mut Search) {
        match row {
            Some(row) => {
                let all = self.known.of_row.get(&(state, row));
                s.out.extend(all.into_iter().flatten().filter(|n| **n < upto).map(|n| Read::Change(*n)));
                self.begins(state, row, s);
            }
            None => {
                if self.known.changed.contains(&state) {
                    s.out.insert(Read::State(state));
                }
                self.begins(state, ANY, s);
            }
        }
    }

    /// What a state begins with.
    fn begins(&self, state: StateId, row: u32, s: &mut Search) {
        if !s.begun.insert((state, row)) {
            return;
        }
        let plan = &self.program.plan;
        let of = self.terms.states.get(state.at()).and_then(|s| s.of);
        let initial = match of {
            None => plan.initial.iter().find(|(s, _)| *s == state),
            Some(kind) => plan.kinds.get(kind.at()).and_then(|k| k.initial.iter().find(|(s, _)| *s == state)),
        };
        let known = of.filter(|_| row != ANY && row != u32::MAX);
        let stated = known.is_some_and(|kind| self.events.keyed(kind, &self.words.entry(entry(kind, row))).is_some());
        if let Some((_, node)) = initial {
            let outer = std::mem::replace(&mut s.own, known.map(|kind| (kind, row)));
            let seen = std::mem::take(&mut s.seen);
            self.search(None, *node, s);
            s.own = outer;
            s.seen = seen;
        }
        if let Some(kind) = of
            && !stated
            && self.known.deemed.contains_key(&kind)
        {
            self.deemed_reads(kind, s);
            if self.known.changed.contains(&state) {
                s.out.insert(Read::State(state));
            }
        }
    }

    /// What may have been deemed of a kind.
    fn deemed_reads(&self, kind: KindId, s: &mut Search) {
        if !s.deemed.insert(kind) {
            return;
        }
        for (t, n) in self.known.deemed.get(&kind).into_iter().flatten() {
            if let Some(act) = self.derived(*t).and_then(|d| d.plan.acts.get(*n)) {
                self.act(*t, act, s);
            }
        }
    }

    /// Whether something of a kind was deemed: the conditions of it are told elsewhere, what follows a list is not.
    fn deemed_guards(&self, kind: KindId, s: &mut Search) {
        for (t, n) in self.known.deemed.get(&kind).into_iter().flatten() {
            if let Some(act) = self.derived(*t).and_then(|d| d.plan.acts.get(*n))
                && matches!(act.kind, ActKind::ForEach { .. })
            {
                self.deemed_reads(kind, s);
            }
        }
    }

    /// What the lines of an effect were read from.
    pub(super) fn reads_of_effect(&self, effect: EffectId) -> Vec<Read> {
        let mut search = Search::default();
        self.recorded_reads(effect, &mut search);
        few(search.out, self)
    }

    fn recorded_reads(&self, effect: EffectId, s: &mut Search) {
        if !s.recorded.insert(effect) {
            return;
        }
        for (t, n) in self.known.recorded.get(&effect).into_iter().flatten() {
            if let Some(act) = self.derived(*t).and_then(|d| d.plan.acts.get(*n)) {
                self.act(*t, act, s);
            }
        }
    }

    fn act(&self, t: usize, act: &Act, s: &mut Search) {
        let t = Some(t);
        act.guards.iter().for_each(|g| self.search(t, *g, s));
        match &act.kind {
            ActKind::Deem { kind, fields, like, with } => {
                fields.iter().for_each(|(_, n)| self.search(t, *n, s));
                with.iter().for_each(|(_, _, n)| self.search(t, *n, s));
                if like.is_some() {
                    let fields = self.terms.kind(*kind).map_or(0, |k| k.fields.len());
                    (0..fields).for_each(|f| self.cell(None, *kind, FieldId::from(f), s));
                    s.out.extend(self.states_of(*kind));
                }
            }
            ActKind::Record { values, .. } => values.iter().flatten().for_each(|n| self.search(t, *n, s)),
            ActKind::End(row) | ActKind::Restore(row) => self.search(t, *row, s),
            ActKind::Warn(text) => values_in(text).for_each(|n| self.search(t, n, s)),
            ActKind::ForEach { list, order, body, .. } => {
                self.search(t, *list, s);
                order.iter().for_each(|(_, n)| self.search(t, *n, s));
                for a in body {
                    if let (Some(t), false) = (t, s.out.contains(&Read::All)) {
                        self.act(t, a, s);
                    }
                }
            }
        }
    }

    /// The states of a kind that have changed.
    fn states_of(&self, kind: KindId) -> Vec<Read> {
        let states = self.terms.states.iter().enumerate().filter(|(_, s)| s.of == Some(kind));
        states.map(|(n, _)| StateId::from(n)).filter(|s| self.known.changed.contains(s)).map(Read::State).collect()
    }

    /// What an obligation rests on.
    fn duty_reads(&self, o: ObligationId, s: &mut Search) {
        if !s.duties.insert(o) {
            return;
        }
        let plan = &self.program.plan;
        let steps = plan.on_event.iter().chain(plan.timers.iter().map(|t| &t.step)).chain(plan.onces.iter().map(|o| &o.step));
        let steps = steps.chain(plan.changes.iter().map(|c| &c.step)).chain(plan.makings.iter().map(|(_, s)| s));
        for duty in steps.flat_map(|s| &s.duties).chain(&plan.adjustment_duties).filter(|d| d.obligation == o) {
            for node in duty.guards.iter().chain(&duty.row).chain(&duty.the).chain(&duty.due).chain(std::iter::once(&duty.done)) {
                self.search(None, *node, s);
            }
        }
    }
}

/// The values in a text.
pub(super) fn values_in(text: &Template) -> impl Iterator<Item = NodeId> {
    text.parts.iter().filter_map(|p| match p {
        Part::Plain(_) => None,
        Part::Value(n, _) => Some(*n),
    })
}

/// What was read, told in few words: many cells of a column are the column, many changes of a state are the state.
fn few(out: BTreeSet<Read>, d: &Deriver<'_>) -> Vec<Read> {
    if out.contains(&Read::All) {
        return vec![Read::All];
    }
    if out.len() <= MANY {
        return out.into_iter().collect();
    }
    let wider: BTreeSet<Read> = out
        .into_iter()
        .map(|r| match r {
            Read::Cell(_, column) => Read::Column(column),
            Read::Change(n) => {
                let site = d.run.changes.get(n).and_then(|c| d.program.sites.get(usize::from(c.site)));
                site.map_or(Read::All, |s| Read::State(s.state))
            }
            other => other,
        })
        .collect();
    if wider.len() <= MANY { wider.into_iter().collect() } else { vec![Read::All] }
}

/// The most cells that a value is said to rest on one by one.
const MANY: usize = 40;
