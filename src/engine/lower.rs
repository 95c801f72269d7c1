//! [`Terms`] and the readings chosen, to a [`Plan`]: definitions written out, readings decided, registers given.

mod expr;
mod inputs;
mod leaves;
mod name;
mod probe;
mod query;
mod registers;
mod rule;
mod step;
mod write;

use super::NotCompiled;
use super::graph::{Graph, Node, NodeId, Source};
use super::plan::{Asked, CovenantPlan, Plan, ReportPlan, Step};
use crate::terms::{Body, ClauseId, Expr, KindId, RuleId, Spot, StateId, Terms, Type, VarId};
use expr::Env;
use rustc_hash::{FxHashMap, FxHashSet};

/// How much of its formulas a program tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// Nothing.
    Nothing,
    /// The parts of each rule, for a reader.
    Parts,
    /// These, and every value that a change is computed from.
    Inputs,
}

/// Makes the plan.
///
/// # Errors
/// What cannot be made into a program, and where.
pub(super) fn lower(terms: &Terms, readings: &[u32], asked: &[&Body<Expr>], telling: Telling) -> Result<Plan, NotCompiled> {
    let probing = (telling != Telling::Nothing).then(|| probe::Probing::new(telling == Telling::Inputs));
    let mut low = Lower {
        terms,
        readings,
        plan: Plan::default(),
        leaving: leaves::Leaving::default(),
        telling: false,
        muted: false,
        captured: FxHashMap::default(),
        trouble: None,
        definitions: FxHashMap::default(),
        probing,
    };
    low.registers(asked);
    low.followers();
    low.initial();
    low.rules();
    low.ends(asked);
    low.moments_read();
    match low.trouble {
        Some(trouble) => Err(trouble),
        None => Ok(low.plan),
    }
}

/// The lowering, with the plan as far as it is made.
struct Lower<'t> {
    terms: &'t Terms,
    readings: &'t [u32],
    plan: Plan,
    /// What the rules of the present step leave.
    leaving: leaves::Leaving<'t>,
    /// Whether a formula is written out for an explanation.
    telling: bool,
    /// Whether formulas are written out for others alone: nothing of them is explained or numbered.
    muted: bool,
    /// Registers of what final rules keep: the rule, the number of its answer, the variable.
    captured: FxHashMap<(RuleId, usize, VarId), Spot>,
    /// What could not be written out, the first of it.
    trouble: Option<NotCompiled>,
    /// Definitions written out, by what their variables stand for.
    definitions: FxHashMap<expr::Written, NodeId>,
    /// Where the parts of rules are to be explained.
    probing: Option<probe::Probing>,
}

impl<'t> Lower<'t> {
    /// Something cannot be made into a program.
    fn trouble(&mut self, what: NotCompiled) {
        self.trouble.get_or_insert(what);
    }

    fn graph(&mut self) -> &mut Graph {
        &mut self.plan.graph
    }

    fn add(&mut self, node: Node) -> NodeId {
        self.plan.graph.add(node)
    }

    /// On the past of which kinds the moments of rules depend: a record of one can move them.
    fn moments_read(&mut self) {
        let plan = &self.plan;
        let mut open: Vec<NodeId> = plan.timers.iter().map(|t| t.at).collect();
        let mut seen: FxHashSet<NodeId> = FxHashSet::default();
        let mut kinds = Vec::new();
        while let Some(node) = open.pop() {
            if !seen.insert(node) {
                continue;
            }
            open.extend(plan.graph.parts(node));
            let query = match plan.graph.get(node) {
                Node::Query(q) => plan.graph.query(*q),
                _ => None,
            };
            if let Some(Source::Past(kind)) = query.map(|q| &q.source)
                && !kinds.contains(kind)
            {
                kinds.push(*kind);
            }
            let counts = matches!(plan.graph.get(node), Node::AddTradingDays(..) | Node::TradingDays(..) | Node::Overdue(..))
                || query.is_some_and(|q| q.trading_days.is_some());
            if counts {
                open.extend(plan.trading_day.map(|(_, n)| n));
            }
        }
        self.plan.moments_read = kinds;
    }

    /// Which states wait in proportion to another.
    fn followers(&mut self) {
        let terms = self.terms;
        for (i, state) in terms.states.iter().enumerate() {
            let Some((_, Some(proportion), when)) = state.postponement.as_ref().and_then(|p| p.with.as_ref()) else { continue };
            if !self.holds(when.as_ref()) {
                continue;
            }
            let rounding = self.unit_of(StateId::from(i));
            if let Some(plan) = self.plan.states.get_mut(i) {
                plan.follows = Some(*proportion);
                plan.rounding = rounding;
            }
        }
    }

    /// Values of states at the beginning, and checks of records.
    fn initial(&mut self) {
        for (i, state) in self.terms.states.iter().enumerate() {
            let id = StateId::from(i);
            let Some(body) = &state.initial else { continue };
            let mut env = Env::new(&body.vars, state.clause);
            match state.of {
                None => {
                    let value = self.expr(&mut env, &body.value);
                    self.plan.initial.push((id, value));
                }
                Some(kind) => {
                    let row = self.add(Node::EachRow(kind));
                    env.bind_row(0, row, kind);
                    let value = self.expr(&mut env, &body.value);
                    if let Some(plan) = self.plan.kinds.get_mut(kind.at()) {
                        plan.initial.push((id, value));
                    }
                }
            }
        }
        for (i, kind) in self.terms.kinds.iter().enumerate() {
            let mut checks = Vec::new();
            for (body, text) in &kind.checks {
                let mut env = Env::new(&body.vars, kind.clause);
                env.bind_event(0, KindId::from(i));
                let cond = self.expr(&mut env, &body.value);
                let text = self.template(&mut env, text);
                checks.push((cond, text));
            }
            if let Some(plan) = self.plan.kinds.get_mut(i) {
                plan.checks = checks;
            }
        }
        if let Some(def) = self.terms.trading_day.and_then(|d| self.terms.defs.get(d.at())) {
            let register = self.new_whole();
            let mut env = Env::new(&def.body.vars, def.clause);
            let day = self.add(Node::SlotI(register));
            env.bind(0, day);
            let value = self.expr(&mut env, &def.body.value);
            self.plan.trading_day = Some((register, value));
        }
    }

    /// Covenants, reports, and what is asked from outside.
    fn ends(&mut self, asked: &[&Body<Expr>]) {
        for c in &self.terms.covenants {
            let during = c.during.as_ref().map(|b| self.free(b, c.clause));
            let holds = self.free(&c.holds, c.clause);
            self.plan.covenants.push(CovenantPlan { during, holds });
        }
        for r in &self.terms.reports {
            let mut env = Env::new(&r.vars, None);
            if let Some(kind) = r.of {
                let row = self.add(Node::EachRow(kind));
                env.bind_row(0, row, kind);
            }
            let filter = r.filter.as_ref().map(|f| self.expr(&mut env, f));
            let columns = r.columns.iter().map(|(_, e)| (self.expr(&mut env, e), e.ty.clone())).collect();
            self.plan.reports.push(ReportPlan { of: r.of, filter, columns });
        }
        for body in asked {
            let node = self.free(body, None);
            self.plan.asked.push(Asked { node, ty: body.value.ty.clone() });
        }
    }

    /// A formula that speaks of no row.
    fn free(&mut self, body: &Body<Expr>, clause: Option<ClauseId>) -> NodeId {
        let mut env = Env::new(&body.vars, clause);
        self.expr(&mut env, &body.value)
    }

    /// A register among the whole numbers.
    fn new_whole(&mut self) -> u16 {
        self.plan.registers.1 += 1;
        self.plan.registers.1 - 1
    }

    /// The step of a kind.
    fn step_of(&mut self, kind: KindId) -> Option<&mut Step> {
        self.plan.on_event.get_mut(kind.at())
    }

    /// Whether a type is kept among the decimals.
    const fn is_decimal(ty: &Type) -> bool {
        ty.is_decimal()
    }
}
