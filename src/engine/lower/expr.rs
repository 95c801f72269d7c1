//! Formulas to the graph. Readings are decided here, and conditions that are decided by them fall away.

use super::Lower;
use crate::engine::graph::{Bank, Case, Fail, Name, Node, NodeId, Part, Template, Then, TypeKey};
use crate::terms::{
    Builtin, ClauseId, Def, Expr, ExprKind, Failure, KindId, Operator, Outcome, Rung, ShapeId, TextPart, TextTemplate, Type, Var,
    VarId,
};

/// What the variables of a formula stand for.
#[derive(Debug, Clone)]
pub(super) struct Env<'e> {
    vars: &'e [Var],
    bound: Vec<Option<Bound>>,
    /// The clause of the declaration the formula stands in.
    pub clause: Option<ClauseId>,
    /// How many queries and lists are open.
    pub depth: u16,
    /// Whether states are read as the event leaves them.
    pub after: bool,
    /// The state, with its row, that is read with what waits of it.
    pub compounding: Option<(crate::terms::StateId, Option<NodeId>)>,
    /// What is kept in registers, by the formulas it was computed with.
    pub kept: Vec<(usize, NodeId)>,
    /// The entry that stands for each entry of the kind a rule goes through, where only that one is meant.
    pub row_for_each: Option<NodeId>,
}

/// A definition with what its variables stand for, the depth of what is open around it, the clause it stands in, and, inside a step
/// whose rules read what it leaves, how much of that was known.
pub(super) type Written = (crate::terms::DefId, Vec<Option<Bound>>, u16, Option<ClauseId>, (u32, bool, bool));

/// What a variable stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Bound {
    /// A formula.
    Node(NodeId),
    /// The event of a kind.
    Event(KindId),
    /// A record of any kind: the registers of its day and its id.
    Record(u16, u16),
    /// The line of a list at a depth.
    Line(u16, ShapeId),
}

impl<'e> Env<'e> {
    pub(super) fn new(vars: &'e [Var], clause: Option<ClauseId>) -> Self {
        Self {
            vars,
            bound: vec![None; vars.len()],
            clause,
            depth: 0,
            after: false,
            compounding: None,
            kept: Vec::new(),
            row_for_each: None,
        }
    }

    fn set(&mut self, at: usize, bound: Bound) {
        if let Some(slot) = self.bound.get_mut(at) {
            *slot = Some(bound);
        }
    }

    /// A variable is a formula.
    pub(super) fn bind(&mut self, at: usize, node: NodeId) {
        self.set(at, Bound::Node(node));
    }

    /// Has what is kept in registers read as the formulas it was computed with, or the other way round.
    pub(super) fn exchange_kept(&mut self) {
        for (at, node) in &mut self.kept {
            if let Some(Some(Bound::Node(bound))) = self.bound.get_mut(*at) {
                std::mem::swap(bound, node);
            }
        }
    }

    /// A variable is a row.
    pub(super) fn bind_row(&mut self, at: usize, row: NodeId, _kind: KindId) {
        self.set(at, Bound::Node(row));
    }

    /// A variable is the event.
    pub(super) fn bind_event(&mut self, at: usize, kind: KindId) {
        self.set(at, Bound::Event(kind));
    }

    /// A variable is whatever record there was.
    pub(super) fn bind_record(&mut self, at: usize, date: u16, id: u16) {
        self.set(at, Bound::Record(date, id));
    }

    /// A variable is the line of a list.
    pub(super) fn bind_line(&mut self, at: usize, depth: u16, shape: ShapeId) {
        self.set(at, Bound::Line(depth, shape));
    }

    /// A variable as something already bound.
    pub(super) fn bind_as(&mut self, at: usize, bound: Bound) {
        self.set(at, bound);
    }

    pub(super) fn get(&self, var: VarId) -> Option<&Bound> {
        self.bound.get(var.at()).and_then(Option::as_ref)
    }

    /// The name of a variable.
    pub(super) fn name(&self, var: VarId) -> &str {
        self.vars.get(var.at()).map_or("", |v| v.name.as_str())
    }
}

impl<'t> Lower<'t> {
    /// A formula.
    pub(super) fn expr(&mut self, env: &mut Env<'_>, e: &Expr) -> NodeId {
        let outer = self.plan.graph.at;
        self.plan.graph.at = e.span;
        let node = self.written(env, e);
        self.plan.graph.at = outer;
        node
    }

    fn written(&mut self, env: &mut Env<'_>, e: &Expr) -> NodeId {
        self.plan.graph.at = e.span;
        match &e.kind {
            ExprKind::Number(n) => self.graph().decimal(*n),
            ExprKind::Ratio(new, old) => {
                let (new, old) = (self.graph().decimal(*new), self.graph().decimal(*old));
                self.add(Node::Arithmetic(Operator::Divide, new, old))
            }
            ExprKind::Whole(n) => self.add(Node::Whole(*n)),
            ExprKind::Text(t) => self.text(env, t),
            ExprKind::ByKey(kind, key) => self.add(Node::ByKey(*kind, key.clone())),
            ExprKind::Today => self.add(Node::SlotI(crate::engine::plan::TODAY)),
            ExprKind::Now => self.add(Node::SlotI(crate::engine::plan::NOW)),
            ExprKind::Var(var) => match env.get(*var) {
                Some(Bound::Node(node)) => *node,
                Some(Bound::Event(_)) => self.entry(env, e),
                Some(Bound::Line(depth, _)) => {
                    let depth = *depth;
                    self.add(Node::It(depth))
                }
                Some(Bound::Record(..)) | None => self.add(Node::Whole(-1)),
            },
            ExprKind::Field(base, field) => self.field(env, base, *field),
            ExprKind::Inherent(base, what) => self.inherent(env, base, *what),
            ExprKind::State { state, of, when } => {
                let value = self.state(env, *state, of.as_deref(), when);
                self.with_waiting(env, *state, of.as_deref(), value)
            }
            ExprKind::Pending { state, of } => {
                let row = self.owner(env, of.as_deref());
                self.pending_of(*state, row)
            }
            ExprKind::ChangeBy { state, of, by, after } => {
                let row = match self.owner(env, of.as_deref()) {
                    Some(row) => row,
                    None => self.add(Node::Whole(-1)),
                };
                let by = self.entry(env, by);
                let (state, after) = (*state, *after);
                self.add(Node::ChangeBy { state, row, by, after })
            }
            ExprKind::Def { def, args, after } => self.definition(env, *def, args, *after),
            ExprKind::Reading(id, alternatives) => {
                let chosen = self.readings.get(id.at()).copied().unwrap_or(0);
                self.add(Node::Whole(i64::from(alternatives.contains(&chosen))))
            }
            ExprKind::Negative(x) => {
                let x = self.expr(env, x);
                self.add(Node::Negative(x))
            }
            ExprKind::Arithmetic(Operator::Power, a, b) => {
                let (a, b) = (self.expr(env, a), self.expr(env, b));
                self.add(Node::PowerOf(a, b))
            }
            ExprKind::Arithmetic(op, a, b) => {
                let (a, b) = (self.expr(env, a), self.expr(env, b));
                self.add(Node::Arithmetic(*op, a, b))
            }
            ExprKind::Shift { day, by, back } => {
                let (d, n) = (self.expr(env, day), self.expr(env, by));
                self.add(match by.ty {
                    Type::TradingDays => Node::AddTradingDays(d, n, *back),
                    Type::Months => Node::AddMonths(d, n, *back),
                    _ => Node::AddDays(d, n, *back),
                })
            }
            ExprKind::DaysBetween(a, b) => {
                let (a, b) = (self.expr(env, a), self.expr(env, b));
                self.add(Node::DaysBetween(a, b))
            }
            ExprKind::DayOf(x) => {
                let x = self.expr(env, x);
                self.add(Node::DayOf(x))
            }
            ExprKind::Edge(edge, x) => {
                let x = self.expr(env, x);
                self.add(Node::Edge(*edge, x))
            }
            ExprKind::Compare(c, a, b) => {
                let decimal = Self::is_decimal(&a.ty);
                let (a, b) = (self.expr(env, a), self.expr(env, b));
                self.add(if decimal { Node::Compare(*c, a, b) } else { Node::CompareWhole(*c, a, b) })
            }
            ExprKind::Equal(a, b) => {
                let decimal = Self::is_decimal(&a.ty);
                let (a, b) = (self.entry(env, a), self.entry(env, b));
                self.add(if decimal { Node::Equal(a, b) } else { Node::EqualWhole(a, b) })
            }
            ExprKind::OneOf(x, words) => {
                let x = self.expr(env, x);
                self.add(Node::OneOf(x, words.iter().map(|w| i64::from(w.0)).collect()))
            }
            ExprKind::Contains { list, value } => {
                let (list, value) = (self.expr(env, list), self.entry(env, value));
                self.add(Node::Contains(list, value))
            }
            ExprKind::Not(x) => {
                let x = self.expr(env, x);
                self.not(x)
            }
            ExprKind::All(xs) => self.conjunction(env, xs, true),
            ExprKind::Any(xs) => self.conjunction(env, xs, false),
            ExprKind::FirstOf(rungs) => self.first_of(env, rungs, &e.ty),
            ExprKind::Known(x) => {
                let x = self.entry(env, x);
                self.add(Node::Known(x))
            }
            ExprKind::Void(x) => {
                let x = self.entry(env, x);
                self.add(Node::Void(x))
            }
            ExprKind::IsKind(x, kind) => {
                let x = self.expr(env, x);
                self.add(Node::IsKind(x, *kind))
            }
            ExprKind::Round(x, mode, unit, keeps) => {
                let (x, unit) = (self.expr(env, x), self.expr(env, unit));
                let rounded = self.add(Node::Round(x, *mode, unit));
                if *keeps { self.unless_nothing(rounded, x) } else { rounded }
            }
            ExprKind::RoundAs(x, state) => {
                let x = self.expr(env, x);
                self.rounded_as(*state, x)
            }
            ExprKind::ProRata { value, weight, as_state } => {
                let rounding = as_state.and_then(|s| self.unit_of(s)).map(|r| (r.mode, r.unit.serialize(), r.keeps));
                let (value, weight) = (self.expr(env, value), self.expr(env, weight));
                let depth = env.depth.saturating_sub(1);
                self.add(Node::ProRata { value, weight, depth, rounding })
            }
            ExprKind::Call(builtin, xs) => self.call(env, *builtin, xs),
            ExprKind::Table(id, xs) => {
                let xs = xs.iter().map(|x| self.expr(env, x)).collect();
                self.add(Node::Table(*id, xs))
            }
            ExprKind::Open(id, x) => {
                let x = self.expr(env, x);
                self.add(Node::Open(*id, x))
            }
            ExprKind::Obligation(id, x, standing) => {
                let x = self.entry(env, x);
                self.add(Node::Obligation(*id, x, *standing))
            }
            ExprKind::Query(q) => self.query(env, q, e.span),
            ExprKind::Lines(lines) => {
                let Type::List(shape) = e.ty else { return self.add(Node::Whole(0)) };
                let lines =
                    lines.iter().map(|line| line.iter().map(|v| v.as_ref().map(|v| self.entry(env, v))).collect()).collect();
                self.add(Node::Lines(lines, shape))
            }
        }
    }

    /// A state that is computed on with what waits of it.
    fn with_waiting(&mut self, env: &mut Env<'_>, state: crate::terms::StateId, of: Option<&Expr>, value: NodeId) -> NodeId {
        let Some((compounding, row)) = env.compounding else { return value };
        if compounding != state || self.owner(env, of) != row {
            return value;
        }
        let pending = self.pending_of(state, row);
        self.add(Node::Arithmetic(Operator::Add, value, pending))
    }

    fn definition(&mut self, env: &mut Env<'_>, def: crate::terms::DefId, args: &[Expr], after: bool) -> NodeId {
        let terms = self.terms;
        let Some(d) = terms.defs.get(def.at()) else { return self.add(Node::Whole(0)) };
        let mut inner = self.arguments(env, d, args, after);
        // written out once for the same arguments, unless it is computed with what waits
        let step = (self.leaving.version, inner.after, self.telling);
        let key = inner.compounding.is_none().then(|| (def, inner.bound.clone(), inner.depth, inner.clause, step));
        if let Some(known) = key.as_ref().and_then(|k| self.definitions.get(k)) {
            return *known;
        }
        let value = self.expr(&mut inner, &d.body.value);
        let node = self.add(Node::Named(Name::Def(def), value));
        if let Some(key) = key {
            self.definitions.insert(key, node);
        }
        node
    }

    /// What the variables of a definition stand for where it is used.
    pub(super) fn arguments<'d>(&mut self, env: &mut Env<'_>, d: &'d Def, args: &[Expr], after: bool) -> Env<'d> {
        let mut inner = Env::new(&d.body.vars, d.clause.or(env.clause));
        inner.depth = env.depth;
        inner.after = env.after || after;
        inner.compounding = env.compounding;
        for (at, arg) in args.iter().enumerate() {
            let bound = match &arg.kind {
                ExprKind::Var(var) => match env.get(*var) {
                    Some(Bound::Event(kind)) => Some(Bound::Event(*kind)),
                    Some(Bound::Line(depth, shape)) => Some(Bound::Line(*depth, *shape)),
                    _ => None,
                },
                _ => None,
            };
            let bound = match bound {
                Some(bound) => bound,
                None => Bound::Node(self.entry(env, arg)),
            };
            inner.bind_as(at, bound);
        }
        inner
    }

    /// The opposite, where it is not decided.
    pub(super) fn not(&mut self, x: NodeId) -> NodeId {
        match self.plan.graph.get(self.plan.graph.plain(x)) {
            Node::Whole(n) => {
                let n = i64::from(*n == 0);
                self.add(Node::Whole(n))
            }
            Node::Not(inner) => *inner,
            _ => self.add(Node::Not(x)),
        }
    }

    /// A condition that is decided.
    pub(super) fn decided(&self, x: NodeId) -> Option<bool> {
        match self.plan.graph.get(self.plan.graph.plain(x)) {
            Node::Whole(n) => Some(*n != 0),
            _ => None,
        }
    }

    fn conjunction(&mut self, env: &mut Env<'_>, xs: &[Expr], all: bool) -> NodeId {
        let mut left = Vec::new();
        for x in xs {
            let x = self.expr(env, x);
            match self.decided(x) {
                Some(b) if b == all => {}
                Some(b) => return self.add(Node::Whole(i64::from(b))),
                None => left.push(x),
            }
        }
        match left.as_slice() {
            [] => self.add(Node::Whole(i64::from(all))),
            [one] => *one,
            _ if all => self.add(Node::All(left)),
            _ => self.add(Node::Any(left)),
        }
    }

    fn first_of(&mut self, env: &mut Env<'_>, rungs: &[Rung], ty: &Type) -> NodeId {
        let bank = match ty {
            Type::List(_) => Bank::List,
            ty if ty.is_decimal() => Bank::Decimal,
            _ => Bank::Whole,
        };
        let mut cases: Vec<Case> = Vec::new();
        let last = rungs.len();
        for (i, rung) in rungs.iter().enumerate() {
            let when = rung.when.as_ref().map(|w| self.expr(env, w));
            let decided = when.and_then(|w| self.decided(w));
            if decided == Some(false) {
                continue;
            }
            let then = match &rung.outcome {
                Outcome::Value(v) => Then::Value(self.entry(env, v)),
                Outcome::Failure(f) => Then::Fail(self.fail(env, f)),
            };
            let closing = decided == Some(true) || (when.is_none() && i + 1 == last && !rung_is_labelled_guess(rung));
            if closing {
                if let (true, Then::Value(v)) = (cases.is_empty(), then) {
                    return v;
                }
                cases.push(Case { when: None, if_known: false, then });
                break;
            }
            cases.push(Case { when, if_known: when.is_none(), then });
        }
        self.add(Node::FirstOf(cases, bank))
    }

    /// A refusal or a stop.
    pub(super) fn fail(&mut self, env: &mut Env<'_>, f: &Failure) -> crate::engine::graph::FailId {
        let text = self.template(env, &f.text);
        let with = f
            .with
            .iter()
            .map(|(path, e)| {
                let node = self.expr(env, e);
                (path.clone(), node, self.graph().type_key(&e.ty))
            })
            .collect();
        let fail = Fail { stop: f.stop, clause: f.clause.or(env.clause), text, with, span: f.span };
        self.graph().fail(fail)
    }

    /// Text with values in it.
    pub(super) fn template(&mut self, env: &mut Env<'_>, t: &TextTemplate) -> Template {
        let parts = t
            .parts
            .iter()
            .map(|p| match p {
                TextPart::Plain(s) => Part::Plain(s.clone()),
                TextPart::Value(e) => {
                    let node = self.entry(env, e);
                    Part::Value(node, self.key(&e.ty))
                }
            })
            .collect();
        Template { parts }
    }

    fn key(&mut self, ty: &Type) -> TypeKey {
        self.graph().type_key(ty)
    }

    /// A fixed text.
    fn text(&mut self, env: &mut Env<'_>, t: &TextTemplate) -> NodeId {
        let _ = env;
        let plain: String = t
            .parts
            .iter()
            .map(|p| match p {
                TextPart::Plain(s) => s.as_str(),
                TextPart::Value(_) => "…",
            })
            .collect();
        self.add(Node::Text(plain))
    }

    fn call(&mut self, env: &mut Env<'_>, builtin: Builtin, xs: &[Expr]) -> NodeId {
        let decimal = xs.first().is_some_and(|x| Self::is_decimal(&x.ty));
        let nodes: Vec<NodeId> = xs.iter().map(|x| self.entry(env, x)).collect();
        match builtin {
            Builtin::KnownAmong => self.add(Node::KnownAmong(nodes)),
            Builtin::DaysInYear => {
                let day = nodes.first().copied().unwrap_or(NodeId(0));
                self.add(Node::DaysInYear(day))
            }
            Builtin::TradingDays => match nodes.as_slice() {
                [from, to] => self.add(Node::TradingDays(*from, *to)),
                _ => self.add(Node::Whole(0)),
            },
            Builtin::Least | Builtin::Greatest if !decimal => {
                let mut rest = nodes.into_iter();
                let mut best = rest.next().unwrap_or(NodeId(0));
                for next in rest {
                    best = self.add(Node::Extreme(builtin == Builtin::Greatest, best, next));
                }
                best
            }
            Builtin::Least | Builtin::Greatest | Builtin::Abs | Builtin::Exp | Builtin::Ln | Builtin::Sqrt | Builtin::Normal => {
                self.add(Node::Call(builtin, nodes))
            }
        }
    }
}

/// Whether a case without a condition applies only if its value is known: it has a label and is not `otherwise`.
fn rung_is_labelled_guess(rung: &Rung) -> bool {
    rung.when.is_none() && rung.label.is_some() && !rung.otherwise
}
