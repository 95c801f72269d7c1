//! The loop over instructions.

mod days;
mod rows;

use super::code::{Op, Target};
use super::decimal::{self, Fault};
use super::machine::{Iter, Later, Machine, Trap};
use super::math;
use super::table::{Life, entry, kind_of, row_of};
use crate::terms::{Builtin, Comparison, KindId, Lines};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Minutes of a day.
const DAY: i64 = 1440;

impl Machine<'_> {
    /// Runs code until it returns.
    pub(super) fn exec(&mut self, start: Target) -> Result<(), Trap> {
        // the registers are at hand, not behind the machine; whoever needs both gets them back for that long
        let mut d = std::mem::take(&mut self.d);
        let mut i = std::mem::take(&mut self.i);
        let result = self.run(&mut d, &mut i, start);
        self.d = d;
        self.i = i;
        result
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the emitter gives out the registers, and the program has as many as it gave out"
    )]
    fn run(&mut self, d: &mut Vec<Decimal>, i: &mut Vec<i64>, start: Target) -> Result<(), Trap> {
        let program = self.program;
        let ops = program.ops.as_slice();
        let mut pc = usize::try_from(start).unwrap_or(usize::MAX);
        macro_rules! rd {
            ($r:expr) => {
                d[usize::from($r)]
            };
        }
        macro_rules! ri {
            ($r:expr) => {
                i[usize::from($r)]
            };
        }
        macro_rules! wd {
            ($r:expr, $v:expr) => {
                d[usize::from($r)] = $v
            };
        }
        macro_rules! wi {
            ($r:expr, $v:expr) => {
                i[usize::from($r)] = $v
            };
        }
        /// The result of arithmetic into a register; where it overflows, the plain formula.
        macro_rules! calc {
            ($to:expr, $value:expr) => {
                match $value {
                    Ok(v) => wd!($to, v),
                    Err(fault) => pc = self.fault(pc - 1, fault)?,
                }
            };
        }
        macro_rules! go {
            ($to:expr) => {
                pc = usize::try_from($to).unwrap_or(usize::MAX)
            };
        }
        /// With the registers in the machine.
        macro_rules! whole {
            ($body:expr) => {{
                std::mem::swap(&mut self.d, d);
                std::mem::swap(&mut self.i, i);
                let value = $body;
                std::mem::swap(&mut self.d, d);
                std::mem::swap(&mut self.i, i);
                value
            }};
        }
        while let Some(op) = ops.get(pc) {
            pc += 1;
            match *op {
                Op::MoveD(to, a) => {
                    let v = rd!(a);
                    wd!(to, v);
                }
                Op::Add(to, a, b) => calc!(to, decimal::add(rd!(a), rd!(b))),
                Op::Sub(to, a, b) => calc!(to, decimal::sub(rd!(a), rd!(b))),
                Op::Mul(to, a, b) => calc!(to, decimal::mul(rd!(a), rd!(b))),
                Op::Div(to, a, b) => calc!(to, decimal::div(rd!(a), rd!(b))),
                Op::Neg(to, a) => {
                    let v = -rd!(a);
                    wd!(to, v);
                }
                Op::NonZero(a) => {
                    if rd!(a).is_zero() {
                        return Err(Trap::Arithmetic(Fault::ZeroDivision, at(pc - 1)));
                    }
                }
                Op::Power(to, a, b) => calc!(to, power(rd!(a), rd!(b))),
                Op::Round(to, a, unit, mode) => calc!(to, decimal::round(rd!(a), rd!(unit), mode)),
                Op::RoundQuotient(to, above, below, unit, mode) => {
                    calc!(to, decimal::round_quotient(rd!(above), rd!(below), rd!(unit), mode));
                }
                Op::Least(to, a, b) => {
                    let (a, b) = (rd!(a), rd!(b));
                    wd!(to, if b < a { b } else { a });
                }
                Op::Greatest(to, a, b) => {
                    let (a, b) = (rd!(a), rd!(b));
                    wd!(to, if b > a { b } else { a });
                }
                Op::Function(f, to, a) => calc!(to, function(f, rd!(a))),
                Op::Table(table, to, row, col) => {
                    let value = self
                        .terms
                        .tables
                        .get(table.at())
                        .map_or(Err(Fault::Domain), |t| super::grid::cell(t, rd!(row), rd!(col)));
                    calc!(to, value);
                }
                Op::MoveI(to, a) => {
                    let v = ri!(a);
                    wi!(to, v);
                }
                Op::SetI(to, n) => wi!(to, i64::from(n)),
                Op::AddI(to, a, b) => {
                    let v = ri!(a).saturating_add(ri!(b));
                    wi!(to, v);
                }
                Op::ExtremeI(greatest, to, a, b) => {
                    let (a, b) = (ri!(a), ri!(b));
                    wi!(to, if greatest { a.max(b) } else { a.min(b) });
                }
                Op::DayOf(to, a) => {
                    let v = ri!(a).div_euclid(DAY);
                    wi!(to, v);
                }
                Op::StartOf(to, a) => {
                    let v = ri!(a).saturating_mul(DAY);
                    wi!(to, v);
                }
                Op::HourOf(to, a, minutes) => {
                    let v = ri!(a).saturating_mul(DAY).saturating_add(i64::from(minutes));
                    wi!(to, v);
                }
                Op::CloseOf(to, a) => {
                    let v = ri!(a).saturating_mul(DAY).saturating_add(self.terms.close);
                    wi!(to, v);
                }
                Op::AddDays(to, a, b, back) => match rd!(b).is_integer().then(|| rd!(b).to_i64()).flatten() {
                    Some(n) => {
                        let v = ri!(a).saturating_add(if back { -n } else { n });
                        wi!(to, v);
                    }
                    None => return Err(Trap::Arithmetic(Fault::Domain, at(pc - 1))),
                },
                Op::AddMonths(to, a, b, back) => {
                    let n = ri!(b);
                    match super::day::add_months(ri!(a), if back { -n } else { n }) {
                        Some(v) => wi!(to, v),
                        None => return Err(Trap::Arithmetic(Fault::Overflow, at(pc - 1))),
                    }
                }
                Op::AddTradingDays(to, a, b, back) => {
                    let (day, by) = (ri!(a), ri!(b));
                    let v = whole!(self.trading(day, by, back, pc - 1))?;
                    wi!(to, v);
                }
                Op::TradingWindow(to, n, day) => {
                    let (n, day) = (ri!(n), ri!(day));
                    let v = whole!(self.window(n, day, pc - 1))?;
                    wi!(to, v);
                }
                Op::DaysBetween(to, a, b) => {
                    let v = Decimal::from(ri!(b).saturating_sub(ri!(a)));
                    wd!(to, v);
                }
                Op::TradingDays(to, a, b) => {
                    let (from, until) = (ri!(a), ri!(b));
                    let v = whole!(self.trading_days(from, until, pc - 1))?;
                    wd!(to, Decimal::from(v));
                }
                Op::Overdue(to, id, row) => {
                    let row = ri!(row);
                    let v = whole!(self.overdue(id, row)).map_or(-1, |day| (day + 1) * DAY);
                    wi!(to, v);
                }
                Op::Requiring(kind) => self.requiring = Some(kind),
                Op::Required => self.requiring = None,
                Op::DaysInYear(to, a) => {
                    let v = Decimal::from(super::day::days_in_year(ri!(a)));
                    wd!(to, v);
                }
                Op::Open(calendar, to, day) => {
                    let open = self.terms.calendars.get(usize::from(calendar)).and_then(|c| super::day::open(c, ri!(day)));
                    match open {
                        Some(v) => wi!(to, i64::from(v)),
                        None => return Err(Trap::Arithmetic(Fault::UnknownDay, at(pc - 1))),
                    }
                }

                Op::Jump(t) => go!(t),
                Op::JumpIf(a, t) => {
                    if ri!(a) != 0 {
                        go!(t);
                    }
                }
                Op::JumpUnless(a, t) => {
                    if ri!(a) == 0 {
                        go!(t);
                    }
                }
                Op::JumpUnlessD(c, a, b, t) => {
                    if !compares(c, rd!(a).cmp(&rd!(b))) {
                        go!(t);
                    }
                }
                Op::JumpUnlessQ(c, a, b, den, t) => {
                    let den = rd!(den);
                    if den.is_zero() {
                        return Err(Trap::Arithmetic(Fault::ZeroDivision, at(pc - 1)));
                    }
                    let order = rd!(a).cmp(&rd!(b));
                    if !compares(c, if den.is_sign_negative() { order.reverse() } else { order }) {
                        go!(t);
                    }
                }
                Op::JumpUnlessI(c, a, b, t) => {
                    if !compares(c, ri!(a).cmp(&ri!(b))) {
                        go!(t);
                    }
                }
                Op::JumpUnlessEqual(a, b, t) => {
                    if rd!(a) != rd!(b) {
                        go!(t);
                    }
                }
                Op::JumpUnlessSame(a, b, t) => {
                    if ri!(a) != ri!(b) {
                        go!(t);
                    }
                }
                Op::JumpUnlessIn(a, set, t) => {
                    let v = ri!(a);
                    if !program.sets.get(usize::from(set)).is_some_and(|s| s.contains(&v)) {
                        go!(t);
                    }
                }
                Op::Return => return Ok(()),
                Op::Missing(n) => return Err(Trap::Missing(n)),
                Op::Fail(n) => return Err(Trap::Fail(n)),
                Op::JumpIfReplaying(t) => {
                    if self.replaying {
                        go!(t);
                    }
                }

                Op::LoadD(to, kind, row, col) => {
                    let row = row_of(ri!(row));
                    let v = self.tables.get(kind.at()).map_or(Decimal::ZERO, |t| t.get_d(row, col));
                    wd!(to, v);
                }
                Op::LoadI(to, kind, row, col) => {
                    let row = row_of(ri!(row));
                    let v = self.tables.get(kind.at()).map_or(0, |t| t.get_i(row, col));
                    wi!(to, v);
                }
                Op::LoadL(to, kind, row, col) => {
                    let row = row_of(ri!(row));
                    let v = self.tables.get(kind.at()).and_then(|t| t.l.get(row * t.width.2 + usize::from(col))).cloned();
                    self.wl(to, v.unwrap_or_default());
                }
                Op::PastD(to, kind, row, col) => {
                    let row = row_of(ri!(row));
                    let v = self.past.get(kind.at()).and_then(|p| p.d.get(row * p.nd + usize::from(col))).copied();
                    wd!(to, v.unwrap_or_default());
                }
                Op::PastI(to, kind, row, col) => {
                    let row = row_of(ri!(row));
                    let v = self.past.get(kind.at()).and_then(|p| p.i.get(row * p.ni + usize::from(col))).copied();
                    wi!(to, v.unwrap_or_default());
                }
                Op::Void(to, a) => {
                    let v = i64::from(self.life(ri!(a)) == Life::Void);
                    wi!(to, v);
                }
                Op::IsKind(to, a, kind) => {
                    let a = ri!(a);
                    wi!(to, i64::from(a >= 0 && kind_of(a) == kind.0));
                }
                Op::ByKey(to, kind, key) => {
                    let key = ri!(key);
                    let v = self.tables.get(kind.at()).and_then(|t| t.by_key.get(&key)).map_or(-1, |r| entry(kind, *r));
                    wi!(to, v);
                }
                Op::Contains(to, list, a) => {
                    let a = ri!(a);
                    let v = i64::from(self.list(list).i.contains(&a));
                    wi!(to, v);
                }
                Op::History(to, state, part, moment, t) => match self.past_value(state, ri!(moment)) {
                    Some((n, d)) => wd!(to, if part == 0 { n } else { d }),
                    None => go!(t),
                },
                Op::ChangeBy(to, state, row, by, after, t) => {
                    let row = ri!(row);
                    let row = if row < 0 { u32::MAX } else { u32::try_from(row_of(row)).unwrap_or(u32::MAX) };
                    let key = (state, row, ri!(by));
                    match self.by.iter().rev().find(|(k, _, _)| *k == key).copied() {
                        Some((_, b, a)) => wd!(to, if after { a } else { b }),
                        None => go!(t),
                    }
                }
                Op::BeforeChange(to, state, row, now) => {
                    let row = ri!(row);
                    let row = if row < 0 { u32::MAX } else { u32::try_from(row_of(row)).unwrap_or(u32::MAX) };
                    let v = self.before_change(state, row).unwrap_or(rd!(now));
                    wd!(to, v);
                }
                Op::Obligation(to, id, row, standing) => {
                    let row = ri!(row);
                    let is = whole!(self.standing(id, row))? == Some(standing);
                    wi!(to, i64::from(is));
                }

                Op::Rows(n, kind, any) => self.open(n, Iter::Rows { kind, any, next: 0 }),
                Op::NextRow(n, to, t) => match self.next_row(n) {
                    Some(e) => wi!(to, e),
                    None => go!(t),
                },
                Op::Postings(n, index, from, to, key) => {
                    let key = (key != u16::MAX).then(|| ri!(key));
                    let range = self.range(index, key, ri!(from), ri!(to));
                    self.open(n, Iter::Postings { index, key, next: range.start, end: range.end });
                }
                Op::NextPosting(n, to, t) => match self.next_posting(n) {
                    Some(e) => wi!(to, e),
                    None => go!(t),
                },
                Op::Pick(to, index, from, until, latest, t) => {
                    let range = self.range(index, None, ri!(from), ri!(until));
                    let at = if range.is_empty() {
                        None
                    } else if latest {
                        Some(range.end - 1)
                    } else {
                        Some(range.start)
                    };
                    match at.and_then(|at| self.posting(index, None, at)) {
                        Some(e) => wi!(to, e),
                        None => go!(t),
                    }
                }
                Op::CountIn(to, index, from, until) => {
                    let range = self.range(index, None, ri!(from), ri!(until));
                    wd!(to, Decimal::from(range.len()));
                }
                Op::SumIn(to, index, from, until) => {
                    let range = self.range(index, None, ri!(from), ri!(until));
                    let sum = whole!(self.sum(index, range))?;
                    calc!(to, sum);
                }
                Op::Lines(n, list) => self.open(n, Iter::Lines { list, next: 0, order: None }),
                Op::NextLine(n, last, t) => match self.next_line(n) {
                    Some(is_last) => wi!(last, i64::from(is_last)),
                    None => go!(t),
                },
                Op::LineD(to, n, col) => {
                    let v = self.line(n).map_or(Decimal::ZERO, |(l, line)| {
                        l.d.get(line * width(l.d.len(), l.len) + usize::from(col)).copied().unwrap_or_default()
                    });
                    wd!(to, v);
                }
                Op::LineI(to, n, col) => {
                    let v = self.line(n).map_or(0, |(l, line)| {
                        l.i.get(line * width(l.i.len(), l.len) + usize::from(col)).copied().unwrap_or_default()
                    });
                    wi!(to, v);
                }
                Op::SortLines(n, keys, high) => {
                    let keys = self.list(keys).d.clone();
                    let mut order: Vec<u32> = (0..u32::try_from(keys.len()).unwrap_or(0)).collect();
                    let key = |at: &u32| keys.get(usize::try_from(*at).unwrap_or(0)).copied().unwrap_or_default();
                    order.sort_by(|a, b| if high { key(b).cmp(&key(a)) } else { key(a).cmp(&key(b)) });
                    if let Some(Iter::Lines { order: slot, .. }) = self.iters.get_mut(usize::from(n)) {
                        *slot = Some(order);
                    }
                }
                Op::EffectLines(to, effect) => {
                    let lines = self.effect_lines(effect);
                    self.wl(to, lines);
                }
                Op::ListNew(to) => self.wl(to, Lines::default()),
                Op::ListD(to, a) => {
                    let v = rd!(a);
                    if let Some(l) = self.l.get_mut(usize::from(to)) {
                        l.d.push(v);
                    }
                }
                Op::ListI(to, a) => {
                    let v = ri!(a);
                    if let Some(l) = self.l.get_mut(usize::from(to)) {
                        l.i.push(v);
                    }
                }
                Op::ListEnd(to) => {
                    if let Some(l) = self.l.get_mut(usize::from(to)) {
                        l.len += 1;
                    }
                }
                Op::MoveL(to, a) => {
                    let v = self.list(a).clone();
                    self.wl(to, v);
                }

                Op::StoreD(site, a) => self.store_slot(site, rd!(a), d, i),
                Op::StoreI(site, a) => self.store_slot_whole(site, ri!(a), i),
                Op::StoreQ(site, above, below) => match decimal::lowest_terms(rd!(above), rd!(below)) {
                    Ok((num, den)) => self.store_slot_ratio(site, num, den, d, i),
                    Err(fault) => return Err(Trap::Arithmetic(fault, at(pc - 1))),
                },
                Op::StoreRowD(site, row, a) => self.store_row(site, row_of(ri!(row)), rd!(a)),
                Op::StoreRowI(site, row, a) => self.store_row_whole(site, row_of(ri!(row)), ri!(a)),
                Op::StoreRowQ(site, row, n, d) => match decimal::lowest_terms(rd!(n), rd!(d)) {
                    Ok((n, d)) => self.store_row_ratio(site, row_of(ri!(row)), n, d),
                    Err(fault) => return Err(Trap::Arithmetic(fault, at(pc - 1))),
                },
                Op::LaterD(site, row, a) => self.later.push((site, row_of(ri!(row)), Later::Decimal(rd!(a)))),
                Op::LaterI(site, row, a) => self.later.push((site, row_of(ri!(row)), Later::Whole(ri!(a)))),
                Op::LaterQ(site, row, n, d) => match decimal::lowest_terms(rd!(n), rd!(d)) {
                    Ok((n, d)) => self.later.push((site, row_of(ri!(row)), Later::Ratio(n, d))),
                    Err(fault) => return Err(Trap::Arithmetic(fault, at(pc - 1))),
                },
                Op::LaterWait(site, row, a) => self.later.push((site, row_of(ri!(row)), Later::Waits(rd!(a)))),
                Op::LaterMake(site, row, a) => self.later.push((site, row_of(ri!(row)), Later::Made(rd!(a)))),
                Op::MakeAll => self.make_all(),
                Op::InitD(state, row, a) => {
                    let v = rd!(a);
                    whole!(self.begin_d(state, row, v, None));
                }
                Op::InitQ(state, row, n, d) => match decimal::lowest_terms(rd!(n), rd!(d)) {
                    Ok((num, den)) => whole!(self.begin_d(state, row, num, Some(den))),
                    Err(fault) => return Err(Trap::Arithmetic(fault, at(pc - 1))),
                },
                Op::InitI(state, row, a) => {
                    let v = ri!(a);
                    whole!(self.begin_i(state, row, v));
                }
                Op::Wait(site, row, pending, _) => {
                    self.wait(site, if row == u16::MAX { usize::MAX } else { row_of(ri!(row)) }, rd!(pending))
                }
                Op::Make(site, row, value) => {
                    self.make(site, if row == u16::MAX { usize::MAX } else { row_of(ri!(row)) }, rd!(value))
                }
                Op::Flush(state, row) => {
                    let row = (row != u16::MAX).then(|| row_of(ri!(row)));
                    if let Err(fault) = whole!(self.flush(state, row))? {
                        return Err(Trap::Arithmetic(fault, at(pc - 1)));
                    }
                }

                Op::Rescind(n, row) => self.rescind(n, ri!(row))?,
                Op::Decided(to, n) => {
                    let rule = program.rescinds.get(usize::from(n)).map(|r| r.rule);
                    let v = i64::from(rule.is_some_and(|r| self.decided.contains(&(self.when.at, r))));
                    wi!(to, v);
                }
                Op::Recall(n, row, body, end) => {
                    if self.replaying && self.settled.contains(&self.when.at) {
                        let row = if row == u16::MAX { -1 } else { ri!(row) };
                        if whole!(self.recall(n, row)) {
                            go!(body);
                        } else {
                            go!(end);
                        }
                    }
                }
                Op::Keep(n, row) => {
                    let row = if row == u16::MAX { -1 } else { ri!(row) };
                    whole!(self.keep(n, row));
                }

                Op::Enqueue(n) => whole!(self.enqueue(n)),
                Op::RunQueue(_) => whole!(self.run_queue())?,
                Op::RunChanges(kind) => whole!(self.run_changes(kind))?,
                Op::Duty(n) => whole!(self.owe(n)),
                Op::Probe(n, row) => {
                    let row = if row == u16::MAX { -1 } else { ri!(row) };
                    whole!(self.probe(n, row));
                }
            }
        }
        Ok(())
    }

    /// Where arithmetic failed: the plain formula if the fused one overflowed, else the end of the event.
    #[cold]
    fn fault(&self, pc: usize, fault: Fault) -> Result<usize, Trap> {
        let here = at(pc);
        if matches!(fault, Fault::Overflow | Fault::Inexact) {
            let before = self.program.fallbacks.partition_point(|(start, _, _)| *start <= here);
            let found = self.program.fallbacks.iter().take(before).rev().find(|(_, end, _)| here < *end);
            if let Some((_, _, to)) = found {
                return Ok(usize::try_from(*to).unwrap_or(usize::MAX));
            }
        }
        Err(Trap::Arithmetic(fault, here))
    }

    /// The value a state had at a moment.
    fn past_value(&self, state: crate::terms::StateId, moment: i64) -> Option<(Decimal, Decimal)> {
        let history = self.history.get(&state)?;
        // the start of a day is before all that happens on it, its close after all that happens at it
        let start = moment.rem_euclid(DAY) == 0;
        let at = history.partition_point(|(from, _, _)| if start { *from < moment } else { *from <= moment });
        at.checked_sub(1).and_then(|at| history.get(at)).map(|(_, n, d)| (*n, *d))
    }

    /// A state of a row as it was before the changes that a rule answers; none where they left it alone.
    fn before_change(&mut self, state: crate::terms::StateId, row: u32) -> Option<Decimal> {
        let all = self.changed.get(self.noticed.0..self.noticed.1)?;
        if self.noticed_before.is_empty() {
            for (state, row, before) in all {
                // of several changes the first one tells what was before
                self.noticed_before.entry((*state, *row)).or_insert(*before);
            }
        }
        self.noticed_before.get(&(state, row)).copied()
    }

    fn run_changes(&mut self, kind: Option<KindId>) -> Result<(), Trap> {
        let program = self.program;
        for c in &program.changes {
            let of_kind = c.by.is_empty() || kind.is_some_and(|k| c.by.contains(&k));
            let here = self.changed.get(self.changed_from..).unwrap_or(&[]);
            if of_kind && here.iter().any(|(s, _, _)| c.states.contains(s)) {
                let clause = self.clause;
                let outer = std::mem::replace(&mut self.noticed, (self.changed_from, self.changed.len()));
                let known = std::mem::take(&mut self.noticed_before);
                let ran = self.step(c.run);
                self.noticed = outer;
                self.noticed_before = known;
                self.clause = clause;
                ran?;
            }
        }
        Ok(())
    }
}

/// How many values a line has.
#[inline]
fn width(values: usize, lines: usize) -> usize {
    values.checked_div(lines).unwrap_or(0)
}

fn at(pc: usize) -> Target {
    Target::try_from(pc).unwrap_or(Target::MAX)
}

#[inline]
const fn compares(c: Comparison, order: std::cmp::Ordering) -> bool {
    match c {
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::More => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
    }
}

fn function(f: Builtin, a: Decimal) -> Result<Decimal, Fault> {
    match f {
        Builtin::Abs => Ok(a.abs()),
        Builtin::Exp => math::exp(a),
        Builtin::Ln => math::ln(a),
        Builtin::Sqrt => math::sqrt(a),
        Builtin::Normal => math::normal(a),
        Builtin::Least | Builtin::Greatest | Builtin::KnownAmong | Builtin::DaysInYear | Builtin::TradingDays => Ok(a),
    }
}

fn power(a: Decimal, b: Decimal) -> Result<Decimal, Fault> {
    match b.is_integer().then(|| b.to_i64()).flatten() {
        Some(n) => decimal::power(a, n),
        None => math::exp(decimal::mul(b, math::ln(a)?)?),
    }
}
