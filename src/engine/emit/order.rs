//! In what order the rules of a step can be carried out one by one, so that all of them see the state as the event
//! found it: whoever reads a state goes before whoever changes it.

use super::Emit;
use crate::engine::graph::{Node, NodeId, Source};
use crate::engine::plan::{Act, ActKind, EachPlan, RulePlan, Step};
use crate::terms::{KindId, Place, StateId};
use rustc_hash::FxHashSet;

/// One rule, or all rules for each row of a kind.
pub(super) enum Unit {
    /// A rule.
    Rule(usize),
    /// A loop; `at_once`: none of its rules reads what another changes.
    Loop { each: EachPlan, rules: Vec<usize>, at_once: bool },
}

/// Something that is read or changed: a register, or a column of the rows of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Cell {
    D(u16),
    I(u16),
    ColumnD(KindId, u16),
    ColumnI(KindId, u16),
    /// Which rows of a kind there are, and all their columns.
    Rows(KindId),
    Past(StateId),
}

/// The loops of a step: all rules for each row of a kind together.
pub(super) fn loops(step: &Step) -> Vec<(EachPlan, Vec<usize>)> {
    let mut out: Vec<(EachPlan, Vec<usize>)> = Vec::new();
    for (at, rule) in step.rules.iter().enumerate() {
        let Some(each) = &rule.each else { continue };
        if rule.writes.is_empty() && rule.acts.is_empty() && rule.captures.is_empty() {
            continue;
        }
        match out.iter_mut().find(|(e, _)| e.kind == each.kind && e.any == each.any) {
            Some((_, rules)) => rules.push(at),
            None => out.push((each.clone(), vec![at])),
        }
    }
    out
}

/// An order of the rules and loops in which each reads before others change; none where there is no such order.
pub(super) fn units(e: &Emit<'_>, step: &Step) -> Option<Vec<Unit>> {
    let mut all: Vec<(Unit, FxHashSet<Cell>, FxHashSet<Cell>)> = Vec::new();
    for (at, rule) in step.rules.iter().enumerate() {
        let idle = rule.writes.is_empty() && rule.acts.is_empty() && rule.captures.is_empty();
        if rule.each.is_none() && !idle {
            all.push((Unit::Rule(at), reads(e, rule), writes(e, rule)));
        }
    }
    for (each, rules) in loops(step) {
        let of: Vec<&RulePlan> = rules.iter().filter_map(|at| step.rules.get(*at)).collect();
        // in one row: a rule after another that changed what it reads would see too much
        let at_once = of.len() == 1
            || of.iter().enumerate().all(|(n, later)| {
                let read = reads(e, later);
                of.iter().take(n).all(|earlier| disjoint(&read, &writes(e, earlier)))
            });
        let read = of.iter().flat_map(|r| reads(e, r)).collect();
        let write = of.iter().flat_map(|r| writes(e, r)).collect();
        all.push((Unit::Loop { each, rules, at_once }, read, write));
    }
    let mut out = Vec::new();
    while !all.is_empty() {
        let free = (0..all.len()).find(|n| {
            let Some((_, _, write)) = all.get(*n) else { return false };
            all.iter().enumerate().all(|(m, (_, read, _))| m == *n || disjoint(read, write))
        })?;
        out.push(all.remove(free).0);
    }
    Some(out)
}

fn disjoint(read: &FxHashSet<Cell>, write: &FxHashSet<Cell>) -> bool {
    write.iter().all(|w| match w {
        Cell::ColumnD(kind, _) | Cell::ColumnI(kind, _) => !read.contains(w) && !read.contains(&Cell::Rows(*kind)),
        _ => !read.contains(w),
    })
}

fn writes(e: &Emit<'_>, rule: &RulePlan) -> FxHashSet<Cell> {
    let mut out = FxHashSet::default();
    for w in &rule.writes {
        let Some(plan) = e.plan.states.get(w.state.at()) else { continue };
        let d = |n: u16| plan.of.map_or(Cell::D(n), |k| Cell::ColumnD(k, n));
        let i = |n: u16| plan.of.map_or(Cell::I(n), |k| Cell::ColumnI(k, n));
        match plan.spot.place {
            Place::Decimal(n) => {
                out.insert(d(n));
            }
            Place::Ratio(n) => {
                out.insert(d(n));
                out.insert(d(n + 1));
            }
            Place::Whole(n) | Place::List(n) => {
                out.insert(i(n));
            }
        }
        out.extend(plan.spot.known.map(i));
        out.extend(plan.pending.map(d));
        out.insert(Cell::Past(w.state));
    }
    out
}

fn reads(e: &Emit<'_>, rule: &RulePlan) -> FxHashSet<Cell> {
    let mut nodes: Vec<NodeId> = rule.guards.clone();
    nodes.extend(rule.captures.iter().map(|(n, _)| *n));
    for w in &rule.writes {
        nodes.extend(&w.guards);
        nodes.push(w.value);
        nodes.extend(w.row);
        if let Some(wait) = &w.wait {
            nodes.extend(wait.tests.iter().map(|t| t.limit));
        }
    }
    for act in &rule.acts {
        of_act(act, &mut nodes);
    }
    let mut out = FxHashSet::default();
    let mut seen = FxHashSet::default();
    while let Some(id) = nodes.pop() {
        if !seen.insert(id) {
            continue;
        }
        match e.graph.get(id) {
            Node::SlotD(n) => {
                out.insert(Cell::D(*n));
            }
            Node::SlotI(n) => {
                out.insert(Cell::I(*n));
            }
            Node::RowD(kind, _, col) => {
                out.insert(Cell::ColumnD(*kind, *col));
            }
            Node::RowI(kind, _, col) => {
                out.insert(Cell::ColumnI(*kind, *col));
            }
            Node::HistoryD(state, ..) => {
                out.insert(Cell::Past(*state));
            }
            Node::Query(q) => {
                if let Some(Source::Entries(kind)) = e.graph.query(*q).map(|q| &q.source) {
                    out.insert(Cell::Rows(*kind));
                }
            }
            _ => {}
        }
        nodes.extend(e.graph.parts(id));
    }
    // an entry that a new one is like is copied whole
    for act in &rule.acts {
        likes(act, &mut out);
    }
    out
}

fn likes(act: &Act, out: &mut FxHashSet<Cell>) {
    match &act.kind {
        ActKind::Deem { kind, like: Some(_), .. } => {
            out.insert(Cell::Rows(*kind));
        }
        ActKind::ForEach { body, .. } => body.iter().for_each(|a| likes(a, out)),
        _ => {}
    }
}

fn of_act(act: &Act, out: &mut Vec<NodeId>) {
    use crate::engine::graph::{Part, Template};
    let of_text = |t: &Template, out: &mut Vec<NodeId>| {
        out.extend(t.parts.iter().filter_map(|p| match p {
            Part::Plain(_) => None,
            Part::Value(n, _) => Some(*n),
        }));
    };
    out.extend(&act.guards);
    match &act.kind {
        ActKind::Deem { fields, like, with, .. } => {
            out.extend(fields.iter().map(|(_, n)| *n));
            out.extend(like);
            out.extend(with.iter().map(|(_, _, n)| *n));
        }
        ActKind::Record { values, .. } => out.extend(values.iter().flatten()),
        ActKind::End(n) | ActKind::Restore(n) => out.push(*n),
        ActKind::Warn(t) => of_text(t, out),
        ActKind::ForEach { list, order, body, .. } => {
            out.push(*list);
            out.extend(order.map(|(_, n)| n));
            body.iter().for_each(|a| of_act(a, out));
        }
    }
}
