//! Queries: by an index where the question is fixed, else in a loop over what the index leaves.

use super::{Emit, It, Label};
use crate::engine::code::{Op, Reg};
use crate::engine::graph::{Ask, Node, NodeId, Query, QueryId, Source, Why};
use crate::engine::index::IndexSpec;
use crate::engine::plan::{COL_DATE, TODAY};
use crate::terms::{Comparison, KindId, Measure};
use rust_decimal::Decimal;

/// What is left of a query once an index has answered part of it.
struct Split {
    /// The index.
    index: u16,
    /// The key it is asked for, −1 register for none.
    key: Option<Reg>,
    /// Conditions that are asked of each record.
    left: Vec<NodeId>,
}

impl Emit<'_> {
    fn asked(&self, id: QueryId) -> Option<Query> {
        self.graph.query(id).cloned()
    }

    /// A query that gives a decimal.
    pub(super) fn query_d(&mut self, id: QueryId) -> Reg {
        let Some(q) = self.asked(id) else { return self.impossible("a question nobody asked") };
        let to = self.new_d();
        let zero = self.constant(Decimal::ZERO);
        let one = self.constant(Decimal::ONE);
        let known = self.new_i();
        match &q.ask {
            Ask::Count => {
                if let Some((index, from, to_day)) = self.simple(id, &q, None) {
                    self.op(Op::CountIn(to, index, from, to_day));
                    return to;
                }
                self.tallied(&q, None, to, |e| {
                    e.op(Op::MoveD(to, zero));
                    e.each(&q, |e, _| e.op(Op::Add(to, to, one)));
                });
            }
            Ask::CountDays => {
                let last = self.new_i();
                let none = self.whole(i64::MIN + 1);
                self.op(Op::MoveD(to, zero));
                self.op(Op::MoveI(last, none));
                self.each(&q, |e, _| {
                    let day = e.day_of_it(&q);
                    let (counts, same) = (e.label(), e.label());
                    e.op(Op::JumpUnlessSame(day, last, Self::to(counts)));
                    e.op(Op::Jump(Self::to(same)));
                    e.place(counts);
                    e.op(Op::Add(to, to, one));
                    e.op(Op::MoveI(last, day));
                    e.place(same);
                });
            }
            Ask::Measure(Measure::Sum, value) => {
                if let Some((index, from, to_day)) = self.simple(id, &q, Some(*value)) {
                    self.op_at(Op::SumIn(to, index, from, to_day), q.span);
                    return to;
                }
                self.tallied(&q, Some(*value), to, |e| {
                    e.op(Op::MoveD(to, zero));
                    e.each(&q, |e, _| {
                        let v = e.d(*value);
                        e.op_at(Op::Add(to, to, v), q.span);
                    });
                });
            }
            Ask::Measure(Measure::Mean, value) => {
                let (sum, count) = (self.new_d(), self.new_d());
                match self.simple(id, &q, Some(*value)) {
                    Some((index, from, to_day)) => {
                        self.op_at(Op::SumIn(sum, index, from, to_day), q.span);
                        self.op(Op::CountIn(count, index, from, to_day));
                    }
                    None => {
                        self.op(Op::MoveD(sum, zero));
                        self.op(Op::MoveD(count, zero));
                        self.each(&q, |e, _| {
                            let v = e.d(*value);
                            e.op_at(Op::Add(sum, sum, v), q.span);
                            e.op(Op::Add(count, count, one));
                        });
                    }
                }
                self.or_missing(Why::Query(q.span), q.span, |e, absent| {
                    let some = e.label();
                    e.op(Op::JumpUnlessEqual(count, zero, Self::to(some)));
                    e.op(Op::Jump(Self::to(absent)));
                    e.place(some);
                });
                self.op_at(Op::Div(to, sum, count), q.span);
            }
            Ask::Measure(measure, value) => {
                let lowest = *measure == Measure::Lowest;
                self.op(Op::SetI(known, 0));
                self.each(&q, |e, _| {
                    let v = e.d(*value);
                    let (first, done) = (e.label(), e.label());
                    e.op(Op::JumpUnless(known, Self::to(first)));
                    e.op(if lowest { Op::Least(to, to, v) } else { Op::Greatest(to, to, v) });
                    e.op(Op::Jump(Self::to(done)));
                    e.place(first);
                    e.op(Op::MoveD(to, v));
                    e.op(Op::SetI(known, 1));
                    e.place(done);
                });
                self.none_is_missing(known, &q);
            }
            Ask::Extreme(..) | Ask::Latest | Ask::Earliest | Ask::List(..) => {}
        }
        to
    }

    /// A query that gives a whole number or a record.
    pub(super) fn query_i(&mut self, id: QueryId) -> Reg {
        let Some(q) = self.asked(id) else { return self.impossible("a question nobody asked") };
        let to = self.new_i();
        let known = self.new_i();
        match &q.ask {
            Ask::Latest | Ask::Earliest => {
                let latest = q.ask == Ask::Latest;
                if let Some((index, from, to_day)) = self.simple(id, &q, None) {
                    self.or_missing(Why::Query(q.span), q.span, |e, absent| {
                        e.op(Op::Pick(to, index, from, to_day, latest, Self::to(absent)));
                    });
                    return to;
                }
                self.op(Op::SetI(known, 0));
                self.each(&q, |e, row| {
                    let done = e.label();
                    if !latest {
                        e.op(Op::JumpIf(known, Self::to(done)));
                    }
                    e.op(Op::MoveI(to, row));
                    e.op(Op::SetI(known, 1));
                    e.place(done);
                });
                self.none_is_missing(known, &q);
            }
            Ask::Extreme(greatest, value) => {
                self.op(Op::SetI(known, 0));
                self.each(&q, |e, _| {
                    let v = e.i(*value);
                    let (first, done) = (e.label(), e.label());
                    e.op(Op::JumpUnless(known, Self::to(first)));
                    e.op(Op::ExtremeI(*greatest, to, to, v));
                    e.op(Op::Jump(Self::to(done)));
                    e.place(first);
                    e.op(Op::MoveI(to, v));
                    e.op(Op::SetI(known, 1));
                    e.place(done);
                });
                self.none_is_missing(known, &q);
            }
            Ask::Measure(..) | Ask::Count | Ask::CountDays | Ask::List(..) => {}
        }
        to
    }

    /// A query that gives a list.
    pub(super) fn query_l(&mut self, id: QueryId) -> Reg {
        let Some(q) = self.asked(id) else { return self.impossible("a question nobody asked") };
        let to = self.new_l();
        self.op(Op::ListNew(to));
        if let Ask::List(values, shape) = &q.ask {
            let line: Vec<Option<NodeId>> = values.iter().copied().map(Some).collect();
            self.each(&q, |e, _| e.list_line(to, *shape, &line));
        }
        to
    }

    fn none_is_missing(&mut self, known: Reg, q: &Query) {
        self.or_missing(Why::Query(q.span), q.span, |e, absent| e.op(Op::JumpUnless(known, Self::to(absent))));
    }

    /// The day of the record at hand.
    fn day_of_it(&mut self, q: &Query) -> Reg {
        let it = self.graph.add(Node::It(q.depth));
        let node = match q.source {
            Source::Entries(kind) => self.graph.add(Node::RowI(kind, it, COL_DATE)),
            Source::Past(kind) => self.graph.add(Node::PastI(kind, it, COL_DATE)),
            Source::Effect(_) | Source::List(_) => self.graph.add(Node::Whole(0)),
        };
        self.i(node)
    }

    /// The first and the last day, the present one at most.
    fn days(&mut self, q: &Query) -> (Reg, Reg) {
        let beginning = self.whole(i64::MIN + 1);
        match (q.days, q.trading_days) {
            (Some((from, to)), _) => {
                let from = from.map_or(beginning, |f| self.i(f));
                (from, self.i(to))
            }
            (None, Some((n, day))) => {
                let (n, day) = (self.i(n), self.i(day));
                let from = self.new_i();
                self.op_at(Op::TradingWindow(from, n, day), q.span);
                (from, day)
            }
            (None, None) => (beginning, TODAY),
        }
    }

    /// Whether a value is known of every record that the conditions let through.
    fn is_known(&self, value: NodeId, conditions: &[NodeId]) -> bool {
        let asked = |value: NodeId| {
            let value = self.graph.plain(value);
            conditions
                .iter()
                .any(|c| matches!(self.graph.get(self.graph.plain(*c)), Node::Known(x) if self.graph.plain(*x) == value))
        };
        // what is asked for with `known` may be missing
        let looks_into = |n: NodeId| !asked(n) && !matches!(self.graph.get(n), Node::Known(_));
        !self.graph.any_below(value, looks_into, |n| matches!(self.graph.get(n), Node::Checked { .. }) && !asked(n))
    }

    /// Whether a condition of every record can be decided when the record comes: nothing of it is missing, and nothing is computed.
    fn is_decided(&self, condition: NodeId, conditions: &[NodeId]) -> bool {
        let computes = |n: NodeId| matches!(self.graph.get(n), Node::Arithmetic(..));
        self.is_known(condition, conditions) && !self.graph.any_below(condition, |_| true, computes)
    }

    /// An index that answers a query whole: nothing in it depends on where it is asked.
    fn simple(&mut self, id: QueryId, q: &Query, sum: Option<NodeId>) -> Option<(u16, Reg, Reg)> {
        let Source::Past(kind) = q.source else { return None };
        // a question is written out wherever a definition with it is used
        let known = self.answered.get(&(id, sum)).copied();
        let answered = known.unwrap_or_else(|| self.is_answered(q, kind, sum));
        self.answered.insert((id, sum), answered);
        if !answered {
            return None;
        }
        let index = self.index(kind, false, &q.filter, None, sum, q.depth);
        let (from, to) = self.days(q);
        Some((index, from, to))
    }

    /// Whether an index answers a query whole.
    fn is_answered(&self, q: &Query, kind: KindId, sum: Option<NodeId>) -> bool {
        let decided = q.filter.iter().all(|f| self.is_decided(*f, &q.filter));
        // a value that is not known is told when the question is asked, not when its record comes
        decided
            && q.filter.iter().chain(&sum).all(|f| self.is_fixed(*f, kind, q.depth))
            && sum.is_none_or(|value| self.is_known(value, &q.filter))
    }

    /// Whether a formula speaks of nothing but the record.
    fn is_fixed(&self, id: NodeId, kind: KindId, depth: u16) -> bool {
        let is_it = |n: NodeId| matches!(self.graph.get(n), Node::It(d) if *d == depth);
        let looks_into = |n: NodeId| !matches!(self.graph.get(n), Node::PastD(..) | Node::PastI(..));
        let speaks_of_more = |n: NodeId| match self.graph.get(n) {
            Node::Decimal(_)
            | Node::Whole(_)
            | Node::Text(_)
            | Node::Named(..)
            | Node::Checked { .. }
            | Node::Known(_)
            | Node::Not(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::OneOf(..)
            | Node::Compare(..)
            | Node::CompareWhole(..)
            | Node::Equal(..)
            | Node::EqualWhole(..)
            | Node::Arithmetic(..)
            | Node::Negative(_) => false,
            Node::PastD(k, it, _) | Node::PastI(k, it, _) => *k != kind || !is_it(*it),
            Node::It(_) => !is_it(n),
            _ => true,
        };
        !self.graph.any_below(id, looks_into, speaks_of_more)
    }

    /// Divides a query between an index and conditions asked of each record.
    fn split(&mut self, q: &Query) -> Option<Split> {
        let (kind, entries) = match q.source {
            Source::Past(kind) => (kind, false),
            Source::Entries(kind) => (kind, true),
            Source::Effect(_) | Source::List(_) => return None,
        };
        let mut key = None;
        let mut left = Vec::new();
        let mut fixed = Vec::new();
        for f in &q.filter {
            if key.is_none()
                && let Some((col, value)) = self.keyed(*f, kind, entries, q.depth)
            {
                key = Some((col, value));
            } else if !entries && self.is_fixed(*f, kind, q.depth) && self.is_decided(*f, &q.filter) {
                fixed.push(*f);
            } else {
                left.push(*f);
            }
        }
        if key.is_none() && entries {
            return None;
        }
        let index = self.index(kind, entries, &fixed, key.map(|(c, _)| c), None, q.depth);
        let key = key.map(|(_, value)| self.i(value));
        Some(Split { index, key, left })
    }

    /// `its field is value`, where the value does not depend on the record and the field never changes.
    fn keyed(&self, f: NodeId, kind: KindId, entries: bool, depth: u16) -> Option<(u16, NodeId)> {
        let Node::EqualWhole(a, b) = self.graph.get(self.graph.plain(f)) else { return None };
        let column = |id: NodeId| match self.graph.get(self.graph.plain(id)) {
            Node::PastI(k, it, col) if !entries && *k == kind && self.graph.get(*it) == &Node::It(depth) => Some(*col),
            Node::RowI(k, it, col) if entries && *k == kind && self.graph.get(*it) == &Node::It(depth) => {
                let fields = self.plan.kinds.get(kind.at()).map(|k| &k.columns)?;
                let is_field =
                    fields.layout.spots.iter().take(fields.fields).any(|s| s.place == crate::terms::Place::Whole(*col));
                is_field.then_some(*col)
            }
            _ => None,
        };
        let free = |id: NodeId| self.graph.moving(id) & (2 << depth.min(28)) == 0;
        match (column(*a), column(*b)) {
            (Some(col), None) if free(*b) => Some((col, *b)),
            (None, Some(col)) if free(*a) => Some((col, *a)),
            _ => None,
        }
    }

    /// The number of an index, a new one where there is none like it.
    fn index(
        &mut self,
        kind: KindId,
        entries: bool,
        filter: &[NodeId],
        key: Option<u16>,
        sum: Option<NodeId>,
        depth: u16,
    ) -> u16 {
        let wanted = (kind, entries, filter.to_vec(), key, sum);
        if let Some(at) = self.wanted.iter().position(|w| *w == wanted) {
            return self.number(at, "more than 65,535 indexes");
        }
        self.wanted.push(wanted);
        let at = self.out.indexes.len();
        self.out.indexes.push(IndexSpec { kind, entries, filter: None, key, sum: None });
        self.index_code.push((at, filter.to_vec(), sum, depth));
        self.number(at, "more than 65,535 indexes")
    }

    /// The code of the conditions and values of indexes, once all other code is there.
    pub(super) fn index_routines(&mut self) {
        while let Some((at, filter, sum, depth)) = self.index_code.pop() {
            let record = self.new_i();
            let its = std::mem::take(&mut self.its);
            for _ in 0..=depth {
                self.its.push(It { at: 0, row: record });
            }
            let filter = (!filter.is_empty()).then(|| {
                let holds = self.new_i();
                let code = self.routine(|e| {
                    let fails = e.label();
                    e.op(Op::SetI(holds, 0));
                    e.handled(Some(fails), |e| e.guards(&filter, fails));
                    e.op(Op::SetI(holds, 1));
                    e.place(fails);
                });
                (record, code, holds)
            });
            let sum = sum.map(|value| {
                let to = self.new_d();
                let code = self.routine(|e| {
                    let from = e.d(value);
                    e.op(Op::MoveD(to, from));
                });
                (record, code, to)
            });
            self.its = its;
            if let Some(spec) = self.out.indexes.get_mut(at) {
                spec.filter = filter;
                spec.sum = sum;
            }
        }
    }

    /// A loop over all a query looks at.
    fn each(&mut self, q: &Query, body: impl FnOnce(&mut Self, Reg)) {
        let row = self.new_i();
        let at = self.number(self.open_loops, "more than 65,535 loops within one another");
        let (next, end) = (self.label(), self.label());
        let mut left = q.filter.clone();
        // a window of entries is a condition on their day
        let mut window: Option<(Reg, Reg)> = None;
        match self.split(q) {
            Some(split) => {
                let (from, to) = self.days(q);
                let key = split.key.unwrap_or(Reg::MAX);
                if matches!(q.source, Source::Entries(_)) {
                    window = self.entry_window(q, from, to);
                }
                self.op(Op::Postings(at, split.index, from, to, key));
                self.place(next);
                self.op(Op::NextPosting(at, row, split.index, Self::to(end)));
                left = split.left;
            }
            None => match &q.source {
                Source::Entries(kind) => {
                    if q.days.is_some() || q.trading_days.is_some() {
                        window = Some(self.days(q));
                    }
                    self.op(Op::Rows(at));
                    self.place(next);
                    self.op(Op::NextRow(at, row, *kind, false, Self::to(end)));
                }
                Source::List(list) => {
                    let list = self.l(*list);
                    self.op(Op::Lines(at, list));
                    self.place(next);
                    self.op(Op::NextLine(at, row, Self::to(end)));
                }
                Source::Effect(effect) => {
                    let list = self.new_l();
                    self.op(Op::EffectLines(list, *effect));
                    self.op(Op::Lines(at, list));
                    self.place(next);
                    self.op(Op::NextLine(at, row, Self::to(end)));
                }
                Source::Past(_) => {
                    self.place(next);
                    self.op(Op::Jump(Self::to(end)));
                }
            },
        }
        self.open_loops += 1;
        self.out.loops = self.out.loops.max(self.open_loops);
        self.with_it(q.depth, It { at, row }, |e| {
            // a condition that cannot be told does not hold
            e.handled(Some(next), |e| {
                if let Some((from, to)) = window {
                    let day = e.day_of_it(q);
                    e.op(Op::JumpUnlessI(Comparison::AtLeast, day, from, Self::to(next)));
                    e.op(Op::JumpUnlessI(Comparison::AtMost, day, to, Self::to(next)));
                }
                e.guards(&left, next);
            });
            body(e, row);
        });
        self.open_loops -= 1;
        self.op(Op::Jump(Self::to(next)));
        self.place(end);
    }

    fn entry_window(&self, q: &Query, from: Reg, to: Reg) -> Option<(Reg, Reg)> {
        (q.days.is_some() || q.trading_days.is_some()).then_some((from, to))
    }

    /// A loop over the lines of a list, for statements.
    pub(super) fn lines(
        &mut self,
        list: NodeId,
        depth: u16,
        before: impl FnOnce(&mut Self, u16),
        body: impl FnOnce(&mut Self, Reg),
    ) {
        let last = self.new_i();
        let list = self.l(list);
        let at = self.number(self.open_loops, "more than 65,535 loops within one another");
        self.open_loops += 1;
        self.out.loops = self.out.loops.max(self.open_loops);
        self.with_it(depth, It { at, row: last }, |e| {
            e.op(Op::Lines(at, list));
            before(e, at);
            let (next, end): (Label, Label) = (e.label(), e.label());
            e.place(next);
            e.op(Op::NextLine(at, last, Self::to(end)));
            e.scoped(|e| body(e, last));
            e.op(Op::Jump(Self::to(next)));
            e.place(end);
        });
        self.open_loops -= 1;
    }

    /// With the row at hand of a question or a list at a depth. A question in an argument of a definition may stand inside another
    /// of the same depth: what was computed for the row of that one is not taken for this one's.
    fn with_it(&mut self, depth: u16, it: It, inside: impl FnOnce(&mut Self)) {
        let deeper = !((2_u32 << depth.min(28)) - 1);
        let outer_its = self.its.clone();
        let hidden: Vec<_> = self
            .scopes
            .iter()
            .map(|s| s.iter().filter(|(id, _)| self.graph.moving(**id) & deeper == 0).map(|(id, reg)| (*id, *reg)).collect())
            .collect();
        let outer = std::mem::replace(&mut self.scopes, hidden);
        self.its.truncate(usize::from(depth));
        self.its.push(it);
        self.scoped(inside);
        self.its = outer_its;
        self.scopes = outer;
    }
}
