//! Values into registers.

use super::{Emit, It};
use crate::engine::code::{Op, Reg};
use crate::engine::graph::{Bank, Node, NodeId, Then, Why};
use crate::terms::{Builtin, Edge, Operator};
use rust_decimal::Decimal;

impl Emit<'_> {
    /// A decimal.
    pub(super) fn d(&mut self, id: NodeId) -> Reg {
        let id = self.graph.plain(id);
        match self.graph.get(id) {
            Node::Decimal(bytes) => {
                let value = Decimal::deserialize(*bytes);
                return self.constant(value);
            }
            Node::SlotD(reg) => return *reg,
            _ => {}
        }
        let known = self.graph.alike(id);
        if let Some(reg) = self.remembered(known) {
            return reg;
        }
        if let Some(reg) = self.once_for_all(id, Bank::Decimal) {
            return reg;
        }
        let reg = self.decimal(id);
        self.remember(known, reg);
        reg
    }

    pub(super) fn decimal(&mut self, id: NodeId) -> Reg {
        let span = self.graph.span(id);
        match self.graph.get(id).clone() {
            Node::Arithmetic(op, a, b) if self.plainly => {
                let (a, b) = (self.d(a), self.d(b));
                let to = self.new_d();
                self.op_at(arithmetic(op, to, a, b), span);
                to
            }
            Node::Arithmetic(..) => self.fused(id),
            Node::Settled(x) => self.d(x),
            Node::Sum(terms) => self.sum(id, &terms),
            Node::Product(factors) => self.product(id, &factors),
            Node::Negative(x) => {
                let a = self.d(x);
                let to = self.new_d();
                self.op(Op::Neg(to, a));
                to
            }
            Node::CaseNumerator(f) | Node::CaseDenominator(f) => {
                self.case_pair(f);
                self.remembered(id).unwrap_or_else(|| self.impossible("a fraction of no cases"))
            }
            Node::PowerOf(a, b) => {
                let (a, b) = (self.d(a), self.d(b));
                let to = self.new_d();
                self.op_at(Op::Power(to, a, b), span);
                to
            }
            Node::Round(x, mode, unit) => {
                let unit = self.d(unit);
                let to = self.new_d();
                let start = self.here();
                let fraction = self.fraction(x);
                match fraction.den {
                    Some(den) if !self.plainly => {
                        self.check_cancelled(x);
                        self.divided(fraction.num, den, to, Some((unit, mode)), span);
                        self.fall_back(start, id, to);
                    }
                    _ => {
                        let a = self.d(x);
                        self.op_at(Op::Round(to, a, unit, mode), span);
                    }
                }
                to
            }
            Node::RowD(kind, row, col) => {
                let row = self.i(row);
                let to = self.new_d();
                self.op(Op::LoadD(to, kind, row, col));
                to
            }
            Node::PastD(kind, row, col) => {
                let row = self.i(row);
                let to = self.new_d();
                self.op(Op::PastD(to, kind, row, col));
                to
            }
            Node::ItemD(depth, col) => {
                let it = self.it(depth);
                let to = self.new_d();
                self.op(Op::LineD(to, it.at, col));
                to
            }
            Node::Checked { value, known, why } => {
                self.check_known(known, why, id);
                self.d(value)
            }
            Node::HistoryD { state, row, part, moment } => {
                let (row, moment) = (self.i(row), self.i(moment));
                let to = self.new_d();
                self.or_missing(Why::State(state), span, |e, absent| {
                    e.op(Op::History(to, state, row, part, moment, Self::to(absent)));
                });
                to
            }
            Node::BeforeChange { state, row, now } => {
                let (row, now) = (self.i(row), self.d(now));
                let to = self.new_d();
                self.op(Op::BeforeChange(to, state, row, now));
                to
            }
            Node::ChangeBy { state, row, by, after } => {
                let (row, by) = (self.i(row), self.i(by));
                let to = self.new_d();
                self.or_missing(Why::Change(state), span, |e, absent| {
                    e.op(Op::ChangeBy(to, state, row, by, after, Self::to(absent)));
                });
                to
            }
            Node::FirstOf(cases, _) => {
                let to = self.new_d();
                self.cases(id, &cases, |e, value| {
                    let from = e.d(value);
                    e.op(Op::MoveD(to, from));
                });
                to
            }
            Node::KnownAmong(xs) => {
                let to = self.new_d();
                let (zero, one) = (self.constant(Decimal::ZERO), self.constant(Decimal::ONE));
                self.op(Op::MoveD(to, zero));
                for x in xs {
                    let absent = self.label();
                    self.scoped(|e| {
                        e.handled(Some(absent), |e| e.any(x));
                        e.op(Op::Add(to, to, one));
                    });
                    self.place(absent);
                }
                to
            }
            Node::Call(builtin, xs) => self.call(id, builtin, &xs),
            Node::Table(table, xs) => {
                let Some(row) = xs.first().map(|x| self.d(*x)) else { return self.impossible("a table of nothing") };
                let col = xs.get(1).map(|x| self.d(*x)).unwrap_or(row);
                let to = self.new_d();
                self.op_at(Op::Table(table, to, row, col), span);
                to
            }
            Node::TradingDays(a, b) => {
                let (a, b) = (self.i(a), self.i(b));
                let to = self.new_d();
                self.op_at(Op::TradingDays(to, a, b), span);
                to
            }
            Node::DaysBetween(a, b) => {
                let (a, b) = (self.i(a), self.i(b));
                let to = self.new_d();
                self.op(Op::DaysBetween(to, a, b));
                to
            }
            Node::DaysInYear(x) => {
                let x = self.i(x);
                let to = self.new_d();
                self.op(Op::DaysInYear(to, x));
                to
            }
            Node::ProRata { value, weight, rounding, .. } => self.portion(id, value, weight, rounding),
            Node::Query(q) => self.query_d(q),
            _ => self.impossible("what is no number stands for one"),
        }
    }

    fn call(&mut self, id: NodeId, builtin: Builtin, xs: &[NodeId]) -> Reg {
        let span = self.graph.span(id);
        let regs: Vec<Reg> = xs.iter().map(|x| self.d(*x)).collect();
        let Some(first) = regs.first().copied() else { return self.impossible("a function of nothing") };
        match builtin {
            Builtin::Least | Builtin::Greatest => {
                let mut best = first;
                for next in regs.iter().skip(1) {
                    let to = self.new_d();
                    self.op(if builtin == Builtin::Least { Op::Least(to, best, *next) } else { Op::Greatest(to, best, *next) });
                    best = to;
                }
                best
            }
            Builtin::Abs => {
                let to = self.new_d();
                self.op(Op::Abs(to, first));
                to
            }
            Builtin::Exp
            | Builtin::Ln
            | Builtin::Sqrt
            | Builtin::Normal
            | Builtin::KnownAmong
            | Builtin::DaysInYear
            | Builtin::TradingDays => {
                let to = self.new_d();
                self.op_at(Op::Function(builtin, to, first), span);
                to
            }
        }
    }

    /// The portion of a line, the last taking what is left.
    fn portion(
        &mut self,
        id: NodeId,
        value: NodeId,
        weight: NodeId,
        rounding: Option<(crate::terms::RoundingMode, [u8; 16], bool)>,
    ) -> Reg {
        let span = self.graph.span(id);
        let Some(p) = self.portions.get(&id).copied() else { return self.impossible("a portion outside of its list") };
        let (whole, weight) = (self.d(value), self.d(weight));
        let to = self.new_d();
        let (last, done) = (self.label(), self.label());
        self.op(Op::JumpIf(p.last, Self::to(last)));
        let product = self.new_d();
        self.op_at(Op::Mul(product, whole, weight), span);
        match rounding {
            Some((mode, unit, keeps)) => {
                let unit = self.constant(Decimal::deserialize(unit));
                self.op_at(Op::RoundQuotient(to, product, p.total, unit, mode), span);
                if keeps {
                    self.unless_nothing(to, |e| e.op_at(Op::Div(to, product, p.total), span));
                }
            }
            None => self.op_at(Op::Div(to, product, p.total), span),
        }
        self.op_at(Op::Add(p.given, p.given, to), span);
        self.op(Op::Jump(Self::to(done)));
        self.place(last);
        self.op_at(Op::Sub(to, whole, p.given), span);
        self.place(done);
        to
    }

    /// Where nothing is left of a rounded value, it is computed another way.
    pub(super) fn unless_nothing(&mut self, rounded: Reg, compute: impl FnOnce(&mut Self)) {
        let (zero, something) = (self.constant(Decimal::ZERO), self.label());
        self.op(Op::JumpUnlessEqual(rounded, zero, Self::to(something)));
        compute(self);
        self.place(something);
    }

    /// The open query or list at a depth.
    pub(super) fn it(&mut self, depth: u16) -> It {
        self.its.get(usize::from(depth)).copied().unwrap_or_else(|| {
            self.impossible("an entry outside of its question");
            It { at: 0, row: 0 }
        })
    }

    /// Goes to the handler unless a mark is set.
    fn check_known(&mut self, known: NodeId, why: Why, id: NodeId) {
        let span = self.graph.span(id);
        self.or_missing(why, span, |e, absent| {
            e.jump_unless(known, absent);
        });
    }

    /// A value of any sort, for its own sake.
    pub(super) fn any(&mut self, id: NodeId) {
        match self.graph.bank(id) {
            Bank::Decimal => {
                self.d(id);
            }
            Bank::Whole => {
                self.i(id);
            }
            Bank::List => {
                self.l(id);
            }
        }
    }

    /// A whole number.
    pub(super) fn i(&mut self, id: NodeId) -> Reg {
        let id = self.graph.plain(id);
        match self.graph.get(id) {
            Node::Whole(n) => {
                let n = *n;
                return self.whole(n);
            }
            Node::Text(t) => {
                let t = t.clone();
                return self.text_constant(&t);
            }
            Node::SlotI(reg) => return *reg,
            Node::EachRow(kind) => {
                let row = self.rows.get(kind).copied();
                return row.unwrap_or_else(|| self.impossible("an entry outside of its loop"));
            }
            Node::It(depth) => return self.it(*depth).row,
            _ => {}
        }
        let known = self.graph.alike(id);
        if let Some(reg) = self.remembered(known) {
            return reg;
        }
        if let Some(reg) = self.once_for_all(id, Bank::Whole) {
            return reg;
        }
        let reg = self.whole_number(id);
        self.remember(known, reg);
        reg
    }

    fn whole_number(&mut self, id: NodeId) -> Reg {
        let span = self.graph.span(id);
        let node = self.graph.get(id).clone();
        let to = match node {
            Node::Checked { value, known, why } => {
                self.check_known(known, why, id);
                return self.i(value);
            }
            Node::Query(q) => return self.query_i(q),
            _ => self.new_i(),
        };
        match node {
            Node::RowI(kind, row, col) => {
                let row = self.i(row);
                self.op(Op::LoadI(to, kind, row, col));
            }
            Node::PastI(kind, row, col) => {
                let row = self.i(row);
                self.op(Op::PastI(to, kind, row, col));
            }
            Node::ItemI(depth, col) => {
                let it = self.it(depth);
                self.op(Op::LineI(to, it.at, col));
            }
            Node::HistoryI { state, row, moment } => {
                let (row, moment) = (self.i(row), self.i(moment));
                self.or_missing(Why::State(state), span, |e, absent| {
                    e.op(Op::HistoryI(to, state, row, moment, Self::to(absent)));
                });
            }
            Node::ByKey(kind, key) => {
                let key = self.text_constant(&key);
                self.op(Op::ByKey(to, kind, key));
            }
            Node::FirstOf(cases, _) => self.cases(id, &cases, |e, value| {
                let from = e.i(value);
                e.op(Op::MoveI(to, from));
            }),
            Node::Void(x) => {
                let x = self.i(x);
                self.op(Op::Void(to, x));
            }
            Node::IsKind(x, kind) => {
                let x = self.i(x);
                self.op(Op::IsKind(to, x, kind));
            }
            Node::Contains(list, value) => {
                let list = self.l(list);
                if self.graph.bank(value) == Bank::Decimal {
                    let value = self.d(value);
                    self.op(Op::ContainsD(to, list, value));
                } else {
                    let value = self.i(value);
                    self.op(Op::Contains(to, list, value));
                }
            }
            Node::Changed { state, row } => {
                let row = row.map_or(Reg::MAX, |r| self.i(r));
                self.op(Op::Changed(to, state, row));
            }
            Node::Extreme(greatest, a, b) => {
                let (a, b) = (self.i(a), self.i(b));
                self.op(Op::ExtremeI(greatest, to, a, b));
            }
            Node::Open(calendar, day) => {
                let day = self.i(day);
                let number = self.number(calendar.at(), "more than 65,535 calendars");
                self.op_at(Op::Open(number, to, day), span);
            }
            Node::AddDays(day, by, back) => {
                let (day, by) = (self.i(day), self.d(by));
                self.op_at(Op::AddDays(to, day, by, back), span);
            }
            Node::AddMonths(day, by, back) => {
                let (day, by) = (self.i(day), self.i(by));
                self.op_at(Op::AddMonths(to, day, by, back), span);
            }
            Node::AddTradingDays(day, by, back) => {
                let (day, by) = (self.i(day), self.i(by));
                self.op_at(Op::AddTradingDays(to, day, by, back), span);
            }
            Node::DayOf(x) => {
                let x = self.i(x);
                self.op(Op::DayOf(to, x));
            }
            Node::Edge(Edge::Start, x) => {
                let x = self.i(x);
                self.op(Op::StartOf(to, x));
            }
            Node::Edge(Edge::Hour(minutes), x) => {
                let x = self.i(x);
                self.op(Op::HourOf(to, x, minutes));
            }
            Node::Edge(Edge::Close, x) => {
                let x = self.i(x);
                self.op(Op::CloseOf(to, x));
            }
            Node::Obligation(id, x, standing) => {
                let x = self.i(x);
                self.op(Op::Obligation(to, id, x, standing));
            }
            Node::Overdue(id, x) => {
                let x = self.i(x);
                self.op(Op::Overdue(to, id, x));
            }
            // conditions: no, unless they hold
            _ => {
                self.op(Op::SetI(to, 0));
                let fails = self.label();
                self.scoped(|e| e.jump_unless(id, fails));
                self.op(Op::SetI(to, 1));
                self.place(fails);
            }
        }
        to
    }

    /// A list.
    pub(super) fn l(&mut self, id: NodeId) -> Reg {
        let id = self.graph.plain(id);
        if let Node::SlotL(reg) = self.graph.get(id) {
            return *reg;
        }
        if let Some(reg) = self.remembered(id) {
            return reg;
        }
        let reg = self.list(id);
        self.remember(id, reg);
        reg
    }

    fn list(&mut self, id: NodeId) -> Reg {
        match self.graph.get(id).clone() {
            Node::Checked { value, known, why } => {
                self.check_known(known, why, id);
                self.l(value)
            }
            Node::RowL(kind, row, col) => {
                let row = self.i(row);
                let to = self.new_l();
                self.op(Op::LoadL(to, kind, row, col));
                to
            }
            Node::PastL(kind, row, col) => {
                let row = self.i(row);
                let to = self.new_l();
                self.op(Op::PastL(to, kind, row, col));
                to
            }
            Node::FirstOf(cases, _) => {
                let to = self.new_l();
                self.cases(id, &cases, |e, value| {
                    let from = e.l(value);
                    e.op(Op::MoveL(to, from));
                });
                to
            }
            Node::Lines(lines, shape) => {
                let to = self.new_l();
                self.op(Op::ListNew(to));
                for line in lines {
                    self.scoped(|e| e.list_line(to, shape, &line));
                }
                to
            }
            Node::Query(q) => self.query_l(q),
            _ => {
                let to = self.new_l();
                self.op(Op::ListNew(to));
                to
            }
        }
    }

    /// One line of a list, a value for each column.
    pub(super) fn list_line(&mut self, to: Reg, shape: crate::terms::ShapeId, values: &[Option<NodeId>]) {
        let optional: Vec<bool> =
            self.terms.shapes.get(shape.at()).map(|s| s.fields.iter().map(|f| f.2).collect()).unwrap_or_default();
        let decimal: Vec<bool> =
            self.terms.shapes.get(shape.at()).map(|s| s.fields.iter().map(|f| f.1.is_decimal()).collect()).unwrap_or_default();
        for (at, value) in values.iter().enumerate() {
            let is_optional = optional.get(at).copied().unwrap_or(false);
            let is_decimal = decimal.get(at).copied().unwrap_or(false);
            let absent = self.label();
            let done = self.label();
            if let Some(node) = value {
                self.scoped(|e| {
                    let handler = if is_optional { Some(absent) } else { e.handler };
                    e.handled(handler, |e| {
                        if is_decimal {
                            let reg = e.d(*node);
                            e.op(Op::ListD(to, reg));
                        } else {
                            let reg = e.i(*node);
                            e.op(Op::ListI(to, reg));
                        }
                    });
                });
                if is_optional {
                    let one = self.whole(1);
                    self.op(Op::ListI(to, one));
                    self.op(Op::Jump(Self::to(done)));
                }
            }
            if is_optional || value.is_none() {
                self.place(absent);
                if is_decimal {
                    let zero = self.constant(Decimal::ZERO);
                    self.op(Op::ListD(to, zero));
                } else {
                    let none = self.whole(-1);
                    self.op(Op::ListI(to, none));
                }
                if is_optional {
                    let zero = self.whole(0);
                    self.op(Op::ListI(to, zero));
                }
                self.place(done);
            }
        }
        self.op(Op::ListEnd(to));
    }

    /// A costly value that is the same for all rows of a loop is computed for the first row that needs it.
    fn once_for_all(&mut self, id: NodeId, bank: Bank) -> Option<Reg> {
        if self.explaining
            || self.row_loops == 0
            || self.plainly
            || !self.its.is_empty()
            || self.graph.moving(id) != 0
            || !self.costly(id)
        {
            return None;
        }
        let alike = self.graph.alike(id);
        let (flag, to) = match self.once_for.get(&alike).copied() {
            Some(known) => known,
            None => {
                let flag = self.new_i();
                self.once.push(flag);
                let to = if bank == Bank::Decimal { self.new_d() } else { self.new_i() };
                self.once_for.insert(alike, (flag, to));
                (flag, to)
            }
        };
        let done = self.label();
        self.op(Op::JumpIf(flag, Self::to(done)));
        let rows = std::mem::take(&mut self.rows);
        self.scoped(|e| {
            if bank == Bank::Decimal {
                let from = e.decimal(id);
                e.op(Op::MoveD(to, from));
            } else {
                let from = e.whole_number(id);
                e.op(Op::MoveI(to, from));
            }
        });
        self.rows = rows;
        self.op(Op::SetI(flag, 1));
        self.place(done);
        self.remember(alike, to);
        Some(to)
    }

    fn costly(&self, id: NodeId) -> bool {
        let looks_into = |n: NodeId| {
            matches!(
                self.graph.get(n),
                Node::Named(..) | Node::Arithmetic(..) | Node::Round(..) | Node::Call(..) | Node::Sum(_) | Node::Product(_)
            )
        };
        self.graph.any_below(id, looks_into, |n| {
            matches!(
                self.graph.get(n),
                Node::Query(_)
                    | Node::HistoryD { .. }
                    | Node::HistoryI { .. }
                    | Node::Table(..)
                    | Node::AddTradingDays(..)
                    | Node::TradingDays(..)
                    | Node::Open(..)
                    | Node::FirstOf(..)
                    | Node::Arithmetic(Operator::Divide, ..)
            )
        })
    }

    /// What the first test of a condition compares is computed whichever way it goes, and is known after it.
    fn ahead_of(&mut self, when: NodeId) {
        match self.graph.get(self.graph.plain(when)).clone() {
            Node::All(xs) => {
                if let Some(first) = xs.first() {
                    self.ahead_of(*first);
                }
            }
            Node::Compare(_, a, b) => {
                for x in [a, b] {
                    // a fraction is compared without dividing it, unless it is divided anyway
                    if self.fraction(x).den.is_none() {
                        self.d(x);
                    }
                }
            }
            _ => {}
        }
    }

    /// A case gives a value or fails; the first that applies.
    pub(super) fn cases(&mut self, id: NodeId, cases: &[crate::engine::graph::Case], mut give: impl FnMut(&mut Self, NodeId)) {
        let done = self.label();
        let span = self.graph.span(id);
        let mut closed = false;
        if let Some(when) = cases.first().and_then(|c| c.when) {
            self.ahead_of(when);
        }
        for case in cases {
            let next = self.label();
            self.scoped(|e| {
                if let Some(when) = case.when {
                    e.jump_unless(when, next);
                }
                let handler = if case.if_known { Some(next) } else { e.handler };
                match case.then {
                    Then::Value(v) => e.handled(handler, |e| give(e, v)),
                    Then::Fail(f) => e.fail(f),
                }
            });
            self.op(Op::Jump(Self::to(done)));
            self.place(next);
            closed = case.when.is_none() && !case.if_known;
        }
        if !closed {
            self.missing(Why::Case, span);
        }
        self.place(done);
    }
}

/// One operation.
pub(super) const fn arithmetic(op: Operator, to: Reg, a: Reg, b: Reg) -> Op {
    match op {
        Operator::Add => Op::Add(to, a, b),
        Operator::Subtract => Op::Sub(to, a, b),
        Operator::Multiply => Op::Mul(to, a, b),
        Operator::Divide => Op::Div(to, a, b),
        Operator::Power => Op::Power(to, a, b),
    }
}
