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
    /// A loop.
    Loop { each: EachPlan, rules: Vec<usize>, how: How },
}

/// How the changes of a loop are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Rule by rule: none reads what another changes.
    AtOnce,
    /// Row by row.
    ByRow,
    /// All together after the last row: a row reads what another row changes.
    Together,
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
        let alone = of.iter().enumerate().all(|(n, later)| {
            let read = reads(e, later);
            of.iter().take(n).all(|earlier| disjoint(&read, &writes(e, earlier)))
        });
        let how = if reads_other_rows(e, &of, each.kind) {
            How::Together
        } else if alone && !waits_with_another(&of) {
            How::AtOnce
        } else {
            How::ByRow
        };
        let read = of.iter().flat_map(|r| reads(e, r)).collect();
        let write = of.iter().flat_map(|r| writes(e, r)).collect();
        all.push((Unit::Loop { each, rules, how }, read, write));
    }
    let single: Vec<&RulePlan> = step.rules.iter().filter(|r| r.each.is_none()).collect();
    if waits_with_another(&single) {
        return None;
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

/// Whether a change waits with, or by the change of, a state that another of the rules sets.
fn waits_with_another(rules: &[&RulePlan]) -> bool {
    rules.iter().any(|rule| {
        let sets_waiting =
            |s: StateId| rules.iter().any(|r| !std::ptr::eq(*r, *rule) && r.writes.iter().any(|w| w.state == s && w.pending));
        if rule.writes.iter().any(|w| w.wait.is_some() && sets_waiting(w.state)) {
            return true;
        }
        let asked = rule.writes.iter().filter_map(|w| w.wait.as_ref().map(|wait| (w.state, wait)));
        let mut states =
            asked.flat_map(|(own, wait)| wait.tests.iter().map(|t| t.of).chain(wait.with).filter(move |s| *s != own));
        states.any(|s| rules.iter().any(|r| !std::ptr::eq(*r, *rule) && r.writes.iter().any(|w| w.state == s && !w.pending)))
    })
}

/// Whether a formula of a row reads what the loop changes in other rows, and not the same for all of them.
fn reads_other_rows(e: &Emit<'_>, rules: &[&RulePlan], kind: KindId) -> bool {
    let mut written = FxHashSet::default();
    rules.iter().for_each(|r| written.extend(writes(e, r)));
    let mut nodes: Vec<(NodeId, bool)> = rules.iter().flat_map(|r| formulas(r)).map(|n| (n, false)).collect();
    let mut seen = FxHashSet::default();
    while let Some((id, inside)) = nodes.pop() {
        let id = e.graph.plain(id);
        // what is the same for all rows is computed ahead of the first
        if !inside && e.graph.moving(id) == 0 && matches!(e.graph.get(id), Node::Query(_)) {
            continue;
        }
        if !seen.insert((id, inside)) {
            continue;
        }
        let own = |row: &NodeId| matches!(e.graph.get(e.graph.plain(*row)), Node::EachRow(k) if *k == kind);
        match e.graph.get(id) {
            Node::RowD(k, row, col) if *k == kind && !own(row) && written.contains(&Cell::ColumnD(*k, *col)) => return true,
            Node::RowI(k, row, col) if *k == kind && !own(row) && written.contains(&Cell::ColumnI(*k, *col)) => return true,
            _ => {}
        }
        nodes.extend(dones(e, id).map(|n| (n, true)));
        let within = inside || matches!(e.graph.get(id), Node::Query(_));
        nodes.extend(e.graph.parts(id).into_iter().map(|p| (p, within)));
    }
    false
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

/// All formulas of a rule.
pub(super) fn formulas(rule: &RulePlan) -> Vec<NodeId> {
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
    nodes
}

fn reads(e: &Emit<'_>, rule: &RulePlan) -> FxHashSet<Cell> {
    let mut nodes = formulas(rule);
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
            Node::HistoryD { state, .. } | Node::HistoryI { state, .. } => {
                out.insert(Cell::Past(*state));
            }
            Node::Query(q) => {
                if let Some(Source::Entries(kind)) = e.graph.query(*q).map(|q| &q.source) {
                    out.insert(Cell::Rows(*kind));
                }
            }
            _ => {}
        }
        nodes.extend(dones(e, id));
        nodes.extend(e.graph.parts(id));
    }
    // an entry that a new one is like is copied whole
    for act in &rule.acts {
        likes(act, &mut out);
    }
    out
}

/// What else a formula reads that asks how an obligation stands: all that tells when it was done.
fn dones(e: &Emit<'_>, id: NodeId) -> impl Iterator<Item = NodeId> {
    let asked = match e.graph.get(id) {
        Node::Obligation(asked, ..) => Some(*asked),
        _ => None,
    };
    e.plan.dones.iter().filter(move |(o, _)| Some(*o) == asked).map(|(_, done)| *done)
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
