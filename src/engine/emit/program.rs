//! The whole program: one piece of code after another.

use super::{Emit, Target};
use crate::engine::NotCompiled;
use crate::engine::code::{
    AdjustmentDuty, Arg, ChangeCode, CovenantCode, Message, Op, Program, ReportCode, Route, Site, Time, TimerCode,
};
use crate::engine::fraction::Fractions;
use crate::engine::graph::{Node, NodeId};
use crate::engine::plan::{Act, ActKind, Plan, Step};
use crate::terms::{ClauseId, EventSort, KindId, Place, RuleId, Spot, Terms, Type};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

/// Makes the program.
///
/// # Errors
/// What the terms have too much of, and where.
pub(in crate::engine) fn emit(terms: &Terms, mut plan: Plan, readings: &[u32]) -> Result<Program, NotCompiled> {
    let graph = std::mem::take(&mut plan.graph);
    let next = plan.registers;
    let mut e = Emit {
        terms,
        plan,
        graph,
        fractions: Fractions::default(),
        out: Program::default(),
        labels: Vec::new(),
        placed: 0,
        computed: Vec::new(),
        scopes: vec![FxHashMap::default()],
        handler: None,
        rows: FxHashMap::default(),
        its: Vec::new(),
        constants: FxHashMap::default(),
        wholes: FxHashMap::default(),
        texts: FxHashMap::default(),
        next,
        most: next,
        open_loops: 0,
        row_loops: 0,
        plainly: false,
        fused: Vec::new(),
        clause: None,
        rule: RuleId(0),
        portions: FxHashMap::default(),
        once: Vec::new(),
        once_for: FxHashMap::default(),
        later: Vec::new(),
        to_explain: Vec::new(),
        explaining: false,
        trouble: None,
        wanted: Vec::new(),
        index_code: Vec::new(),
        answered: FxHashMap::default(),
        tallied: Vec::new(),
        tally_code: Vec::new(),
    };
    e.out.kept = (usize::from(next.0), usize::from(next.1));
    e.out.readings = readings.to_vec();
    e.all();
    e.finish()
}

impl Emit<'_> {
    fn all(&mut self) {
        self.sites();
        self.events();
        self.others();
        self.results();
        self.probe_routines();
        // code that other code asked for
        loop {
            self.done_routines();
            self.index_routines();
            self.tally_routines();
            if self.later.is_empty() && self.index_code.is_empty() && self.tally_code.is_empty() {
                break;
            }
        }
        self.fallbacks();
    }

    fn sites(&mut self) {
        for s in &self.plan.sites {
            let Some(state) = self.plan.states.get(s.state.at()) else { continue };
            let spot = match (s.pending, state.pending) {
                (true, Some(col)) => Spot { place: Place::Decimal(col), known: None },
                _ => state.spot,
            };
            self.out.sites.push(Site {
                rule: s.rule,
                state: s.state,
                clause: s.clause,
                pending: s.pending,
                spot,
                of: state.of,
                waiting: state.pending,
                watched: state.watched && !s.pending,
                traced: (state.history || state.change_by) && !s.pending,
                moves: state.follows.is_some() && !s.pending,
            });
        }
    }

    fn events(&mut self) {
        let issuer = self.plan.initial.clone();
        self.out.begin_issuer = self.routine(|e| {
            for (state, node) in issuer {
                e.begin(state, u16::MAX, node);
            }
        });
        for at in 0..self.plan.kinds.len() {
            let step = self.plan.on_event.get(at).cloned().unwrap_or_default();
            self.out.is_final.push(step.rules.iter().any(|r| r.is_final));
            let asks_void = step.rules.iter().flat_map(|r| &r.requires).any(|r| self.asks_void(r.cond));
            self.out.handles_void.push(asks_void);
            let code = self.step(&step);
            self.out.on_event.push(code);
            let looks = self.second_looks(&step);
            self.out.second_looks.push(looks);
            let initial = self.plan.kinds.get(at).map(|k| k.initial.clone()).unwrap_or_default();
            let row = self.new_i();
            let kind = KindId::from(at);
            self.rows.insert(kind, row);
            let begin = self.routine(|e| {
                for (state, node) in initial {
                    e.begin(state, row, node);
                }
            });
            self.rows.remove(&kind);
            self.out.begin.push((begin, row));
            let checks = self.plan.kinds.get(at).map(|k| k.checks.clone()).unwrap_or_default();
            let mut codes = Vec::new();
            for (cond, text) in checks {
                let holds = self.new_i();
                let mut message = Message::default();
                let code = self.routine(|e| {
                    let (fails, done) = (e.label(), e.label());
                    e.op(Op::SetI(holds, 1));
                    // what is left out is not checked
                    e.handled(Some(done), |e| e.scoped(|e| e.jump_unless(cond, fails)));
                    e.op(Op::Jump(Emit::to(done)));
                    e.place(fails);
                    e.op(Op::SetI(holds, 0));
                    message = e.message(&text);
                    e.place(done);
                });
                codes.push((code, holds, message));
            }
            self.out.checks.push(codes);
        }
    }

    fn asks_void(&self, id: NodeId) -> bool {
        self.graph.any_below(id, |_| true, |n| matches!(self.graph.get(n), Node::Void(_)))
    }

    /// Rules that do not answer events.
    fn others(&mut self) {
        for t in self.plan.timers.clone() {
            let row = self.new_i();
            let each = t.each.as_ref().map(|k| (k.kind, k.any, row));
            if let Some(k) = &t.each {
                self.rows.insert(k.kind, row);
            }
            let value = self.new_i();
            let when = self.value_routine(t.at, value);
            // the step itself goes over no rows: the timer gives it one
            let mut step = t.step.clone();
            if t.each.is_some() {
                step.rules.iter_mut().for_each(|r| r.each = None);
            }
            let run = self.step(&step);
            if let Some(k) = &t.each {
                self.rows.remove(&k.kind);
            }
            self.out.timers.push(TimerCode { each, when, value, first: t.first, run });
        }
        for o in self.plan.onces.clone() {
            let value = self.new_i();
            let when = self.value_routine(o.cond, value);
            let run = self.step(&o.step);
            self.out.onces.push(TimerCode { each: None, when, value, first: false, run });
        }
        let changes = self.plan.changes.clone();
        for c in changes {
            let run = self.step(&c.step);
            let rule = c.step.rules.first().and_then(|r| self.terms.rules.get(r.rule.at()));
            let span = rule.map_or_else(crate::source::Span::default, |r| r.span);
            self.out.changes.push(ChangeCode { states: c.states, by: c.by, run, span });
        }
        for (state, mut step) in self.plan.makings.clone() {
            let row = self.new_i();
            let kind = self.plan.states.get(state.at()).and_then(|s| s.of);
            if let Some(kind) = kind {
                self.rows.insert(kind, row);
            }
            for rule in &mut step.rules {
                rule.each = None;
            }
            let run = self.step(&step);
            if let Some(kind) = kind {
                self.rows.remove(&kind);
            }
            self.out.makings.push((state, row, run));
        }
        for d in self.plan.adjustment_duties.clone() {
            let run = self.routine(|e| e.duty(&d));
            self.out.adjustment_duties.push(AdjustmentDuty { states: d.states, under: d.under, run, asks: d.done_registers });
        }
        if let Some((day, node)) = self.plan.trading_day {
            let value = self.new_i();
            let code = self.routine(|e| {
                let from = e.i(node);
                e.op(Op::MoveI(value, from));
            });
            self.out.trading_day = Some((day, code, value));
        }
    }

    /// A whole number, −1 where it cannot be told.
    fn value_routine(&mut self, node: NodeId, value: u16) -> Target {
        self.routine(|e| {
            let absent = e.label();
            e.op(Op::SetI(value, -1));
            e.handled(Some(absent), |e| {
                let from = e.i(node);
                e.op(Op::MoveI(value, from));
            });
            e.place(absent);
        })
    }

    /// Covenants, reports, and what is asked from outside.
    fn results(&mut self) {
        for c in self.plan.covenants.clone() {
            let (known, holds) = (self.new_i(), self.new_i());
            let run = self.routine(|e| {
                let absent = e.label();
                e.op(Op::SetI(known, 0));
                e.op(Op::SetI(holds, 1));
                e.handled(Some(absent), |e| {
                    if let Some(during) = c.during {
                        e.jump_unless(during, absent);
                    }
                    let from = e.i(c.holds);
                    e.op(Op::MoveI(holds, from));
                    e.op(Op::SetI(known, 1));
                });
                e.place(absent);
            });
            self.out.covenants.push(CovenantCode { run, known, holds });
        }
        for r in self.plan.reports.clone() {
            let row = self.new_i();
            if let Some(kind) = r.of {
                self.rows.insert(kind, row);
            }
            let shown = self.new_i();
            let run = self.routine(|e| {
                let end = e.label();
                e.op(Op::SetI(shown, 0));
                if let Some(filter) = r.filter {
                    e.scoped(|e| e.handled(Some(end), |e| e.jump_unless(filter, end)));
                }
                e.op(Op::SetI(shown, 1));
                e.place(end);
            });
            // each by itself: what is wrong with one leaves the others
            let columns = r.columns.into_iter().map(|(node, ty)| self.asked_code(node, ty)).collect();
            if let Some(kind) = r.of {
                self.rows.remove(&kind);
            }
            self.out.reports.push(ReportCode { of: r.of.map(|k| (k, row)), run, shown, columns });
        }
        for a in self.plan.asked.clone() {
            let asked = self.asked_code(a.node, a.ty);
            self.out.asked.push(asked);
        }
    }

    /// Code that gives a value, and where.
    fn asked_code(&mut self, node: NodeId, ty: Type) -> (Target, Arg) {
        let mut arg = Arg { reg: 0, known: None, ty: ty.clone() };
        let code = self.routine(|e| arg = e.arg(node, ty));
        (code, arg)
    }

    /// Labels to places, fixed numbers to registers.
    fn finish(mut self) -> Result<Program, NotCompiled> {
        if Target::try_from(self.out.ops.len()).is_err() || Target::try_from(self.labels.len()).is_err() {
            self.too_much("more instructions than one program can hold");
        }
        if let Some(trouble) = self.trouble {
            return Err(trouble);
        }
        let labels = std::mem::take(&mut self.labels);
        let place = |t: &mut Target| {
            if let Some(Some(at)) = usize::try_from(*t).ok().and_then(|n| labels.get(n)) {
                *t = *at;
            }
        };
        for op in &mut self.out.ops {
            if let Some(t) = target(op) {
                place(t);
            }
            if let Op::Recall(_, _, body, end) = op {
                place(body);
                place(end);
            }
        }
        self.out.d = vec![Decimal::ZERO; usize::from(self.most.0)];
        self.out.i = vec![0; usize::from(self.most.1)];
        self.out.lists = usize::from(self.most.2);
        for (bytes, reg) in &self.constants {
            if let Some(slot) = self.out.d.get_mut(usize::from(*reg)) {
                *slot = Decimal::deserialize(*bytes);
            }
        }
        for (value, reg) in &self.wholes {
            if let Some(slot) = self.out.i.get_mut(usize::from(*reg)) {
                *slot = *value;
            }
        }
        self.out.routes = self.routes();
        self.plan.graph = self.graph;
        self.out.plan = self.plan;
        Ok(self.out)
    }
}

impl Emit<'_> {
    /// How records of each kind are carried out.
    fn routes(&self) -> Vec<Route> {
        let count = |l: &crate::terms::Layout| (usize::from(l.decimals), usize::from(l.wholes), usize::from(l.lists));
        let adjusting = self.adjusting();
        let route = |(at, kind): (usize, &crate::terms::Kind)| {
            let plan = self.plan.kinds.get(at)?;
            let entry = |ty: &Type| matches!(ty, Type::Entry(_));
            let names = kind.fields.iter().any(|f| {
                f.makes.is_some()
                    || entry(&f.ty)
                    || matches!(&f.ty, Type::List(shape) if self.terms.shapes.get(shape.at()).is_some_and(|s| {
                        !s.makes.is_empty() || s.fields.iter().any(|(_, ty, _)| entry(ty))
                    }))
            });
            Some(Route {
                base: (usize::from(plan.base.0), usize::from(plan.base.1), usize::from(plan.base.2)),
                count: count(&plan.layout),
                inherent: [plan.date, plan.id, plan.row],
                step: self.out.on_event.get(at).copied()?,
                time: match kind.sort {
                    EventSort::Observation => Time::AllDay,
                    _ if kind.at_close => Time::Close,
                    _ => Time::Own,
                },
                kept: kind.kept.is_some(),
                past: plan.past,
                moves_moments: self.plan.moments_read.contains(&KindId::from(at)),
                is_final: self.out.is_final.get(at).copied().unwrap_or(false),
                names,
                checked: self.out.checks.get(at).is_some_and(|c| !c.is_empty()),
                adjusts: adjusting.get(at).copied().unwrap_or(false),
            })
        };
        self.terms.kinds.iter().enumerate().map(|k| route(k).unwrap_or_default()).collect()
    }
}

impl Emit<'_> {
    /// By kind, whether an event of it may change what counts as an adjustment: itself, or by what it deems.
    fn adjusting(&self) -> Vec<bool> {
        let steps = &self.plan.on_event;
        let on_changes = self.plan.changes.iter().any(|c| self.adjusts(&c.step));
        let own = |s: &Step| {
            let watched =
                s.rules.iter().flat_map(|r| &r.writes).any(|w| self.plan.states.get(w.state.at()).is_some_and(|s| s.watched));
            self.adjusts(s) || (watched && on_changes)
        };
        let mut out: Vec<bool> = steps.iter().map(own).collect();
        loop {
            let more: Vec<usize> = (0..steps.len())
                .filter(|n| out.get(*n) == Some(&false))
                .filter(|n| {
                    let acts = steps.get(*n).into_iter().flat_map(|s| &s.rules).flat_map(|r| &r.acts);
                    acts.into_iter().any(|a| deems(a, &|kind| out.get(kind.at()).copied().unwrap_or(false)))
                })
                .collect();
            if more.is_empty() {
                return out;
            }
            for n in more {
                if let Some(slot) = out.get_mut(n) {
                    *slot = true;
                }
            }
        }
    }

    /// Whether the rules of a step themselves may change what counts as an adjustment.
    fn adjusts(&self, step: &Step) -> bool {
        let adjustment = |state, clause: Option<ClauseId>| match clause {
            Some(_) => self.terms.is_adjustment(state, clause),
            // it has the clause of whoever deems it
            None => self.plan.states.get(state.at()).is_some_and(|s| s.adjustable),
        };
        let mut rules = step.rules.iter();
        rules.any(|r| !r.rescinds.is_empty() || r.writes.iter().any(|w| !w.pending && adjustment(w.state, r.clause)))
            || step.flushes.iter().any(|(s, _)| adjustment(*s, None))
    }
}

/// Whether an act deems an event of a kind for which something holds.
fn deems(act: &Act, holds: &impl Fn(KindId) -> bool) -> bool {
    match &act.kind {
        ActKind::Deem { kind, .. } => holds(*kind),
        ActKind::ForEach { body, .. } => body.iter().any(|a| deems(a, holds)),
        ActKind::Record { .. } | ActKind::End(_) | ActKind::Restore(_) | ActKind::Warn(_) => false,
    }
}

/// The target of an instruction.
fn target(op: &mut Op) -> Option<&mut Target> {
    match op {
        Op::Jump(t)
        | Op::JumpIf(_, t)
        | Op::JumpUnless(_, t)
        | Op::JumpUnlessD(_, _, _, t)
        | Op::JumpUnlessQ(_, _, _, _, t)
        | Op::JumpUnlessI(_, _, _, t)
        | Op::JumpUnlessEqual(_, _, t)
        | Op::JumpUnlessSame(_, _, t)
        | Op::JumpUnlessIn(_, _, t)
        | Op::JumpIfReplaying(t)
        | Op::History(_, _, _, _, _, t)
        | Op::HistoryI(_, _, _, _, t)
        | Op::ChangeBy(_, _, _, _, _, t)
        | Op::NextRow(_, _, _, _, t)
        | Op::AgainRow(_, _, _, _, t)
        | Op::NextPosting(_, _, _, t)
        | Op::Pick(_, _, _, _, _, t)
        | Op::Tally(_, _, t)
        | Op::NextLine(_, _, t) => Some(t),
        _ => None,
    }
}
