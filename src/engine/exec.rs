//! The loop over instructions.

mod days;
mod outside;
mod rows;

use super::code::{Op, Target};
use super::decimal::words::{self, Parts};
use super::decimal::{self, Fault};
use super::machine::{Later, Machine, Outcome, Trap};
use super::math;
use super::table::{Life, entry, kind_of, row_of};
use crate::terms::{Builtin, Comparison, KindId, Lines};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Minutes of a day.
const DAY: i64 = 1440;

/// The most rules on changes that may bring one another about, one inside the other.
const MOST_ANSWERS: u16 = 100;

/// How many registers a bank has.
const SMALL: usize = 256;
const MIDDLE: usize = 8192;
const LARGE: usize = 65536;

/// The length of a bank with so many registers in use.
pub(super) const fn bank(registers: usize) -> usize {
    if registers <= SMALL {
        SMALL
    } else if registers <= MIDDLE {
        MIDDLE
    } else {
        LARGE
    }
}

impl Machine<'_> {
    /// Runs code until it returns.
    pub(super) fn exec(&mut self, start: Target) -> Outcome {
        let mut pc = usize::try_from(start).unwrap_or(usize::MAX);
        loop {
            // the registers are at hand, not behind the machine, but for what needs all of it
            let mut d = std::mem::take(&mut self.d);
            let mut i = std::mem::take(&mut self.i);
            let paused = match d.len() {
                SMALL => self.bank::<SMALL>(&mut d, &mut i, pc),
                MIDDLE => self.bank::<MIDDLE>(&mut d, &mut i, pc),
                _ => self.bank::<LARGE>(&mut d, &mut i, pc),
            };
            self.d = d;
            self.i = i;
            match paused? {
                None => return Ok(()),
                Some(outside) => pc = self.outside(outside)?,
            }
        }
    }

    /// Runs code with banks of registers of some length.
    #[inline]
    fn bank<const N: usize>(&mut self, d: &mut [Decimal], i: &mut [i64], pc: usize) -> Outcome<Option<usize>> {
        match (d.first_chunk_mut::<N>(), i.first_chunk_mut::<N>()) {
            (Some(d), Some(i)) => self.run(d, i, pc),
            _ => Ok(None),
        }
    }

    /// Runs code until it returns, or until an instruction that is carried out outside of this loop: that one's place.
    #[expect(clippy::indexing_slicing, reason = "what masks a register is the length of its bank, a power of two, less one")]
    fn run<const N: usize>(&mut self, d: &mut [Decimal; N], i: &mut [i64; N], pc: usize) -> Outcome<Option<usize>> {
        let program = self.program;
        let ops = program.ops.as_slice();
        let mut pc = pc;
        let mut above = decimal::Numerator::default();
        macro_rules! rd {
            ($r:expr) => {
                d[usize::from($r) & (N - 1)]
            };
        }
        macro_rules! ri {
            ($r:expr) => {
                i[usize::from($r) & (N - 1)]
            };
        }
        macro_rules! wd {
            ($r:expr, $v:expr) => {
                d[usize::from($r) & (N - 1)] = $v
            };
        }
        macro_rules! wi {
            ($r:expr, $v:expr) => {
                i[usize::from($r) & (N - 1)] = $v
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
        /// The same, the short way where there is one.
        macro_rules! short {
            ($to:expr, $a:expr, $b:expr, $short:expr, $long:expr) => {
                match $short(Parts::of(&rd!($a)), Parts::of(&rd!($b))) {
                    Some(parts) => wd!($to, parts.decimal()),
                    None => calc!($to, $long(rd!($a), rd!($b))),
                }
            };
        }
        macro_rules! go {
            ($to:expr) => {
                pc = usize::try_from($to).unwrap_or(usize::MAX)
            };
        }
        while let Some(op) = ops.get(pc) {
            pc += 1;
            match *op {
                Op::MoveD(to, a) => {
                    let v = rd!(a);
                    wd!(to, v);
                }
                Op::Add(to, a, b) => short!(to, a, b, |x, y| words::sum(x, y, false), decimal::add),
                Op::Sub(to, a, b) => short!(to, a, b, |x, y| words::sum(x, y, true), decimal::sub),
                Op::Mul(to, a, b) => short!(to, a, b, words::product, decimal::mul),
                Op::Div(to, a, b) => calc!(to, decimal::div(rd!(a), rd!(b))),
                Op::Neg(to, a) => {
                    let v = -rd!(a);
                    wd!(to, v);
                }
                Op::Abs(to, a) => {
                    let v = rd!(a).abs();
                    wd!(to, v);
                }
                Op::NonZero(a) => {
                    if rd!(a).is_zero() {
                        return Err(Trap::Arithmetic(Fault::ZeroDivision, at(pc - 1)).into());
                    }
                }
                Op::Round(to, a, unit, mode) => calc!(to, decimal::round(rd!(a), rd!(unit), mode)),
                Op::RoundQuotient(to, above, below, unit, mode) => {
                    calc!(to, decimal::round_quotient(rd!(above), rd!(below), rd!(unit), mode));
                }
                Op::Fraction(to, a, b, below) => {
                    let above = decimal::Numerator::product(&rd!(a), &rd!(b));
                    calc!(to, above.over(&rd!(below)));
                }
                Op::FractionRounded(to, a, b, below, unit, mode) => {
                    let above = decimal::Numerator::product(&rd!(a), &rd!(b));
                    calc!(to, above.over_rounded(&rd!(below), &rd!(unit), mode));
                }
                Op::FractionOfTwo(minus, to, a, b, c, e, below) => {
                    let mut above = decimal::Numerator::product(&rd!(a), &rd!(b));
                    match above.plus(&rd!(c), &rd!(e), minus) {
                        Ok(()) => calc!(to, above.over(&rd!(below))),
                        Err(fault) => pc = self.fault(pc - 1, fault)?,
                    }
                }
                Op::Above(a, b) => above = decimal::Numerator::product(&rd!(a), &rd!(b)),
                Op::AbovePlus(minus, a, b) => match above.plus(&rd!(a), &rd!(b), minus) {
                    Ok(()) => {}
                    Err(fault) => pc = self.fault(pc - 1, fault)?,
                },
                Op::Over(to, below) => calc!(to, above.over(&rd!(below))),
                Op::OverRounded(to, below, unit, mode) => calc!(to, above.over_rounded(&rd!(below), &rd!(unit), mode)),
                Op::Least(to, a, b) => {
                    let (a, b) = (rd!(a), rd!(b));
                    wd!(to, if decimal::order(b, a).is_lt() { b } else { a });
                }
                Op::Greatest(to, a, b) => {
                    let (a, b) = (rd!(a), rd!(b));
                    wd!(to, if decimal::order(b, a).is_gt() { b } else { a });
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
                    None => return Err(Trap::Arithmetic(Fault::Domain, at(pc - 1)).into()),
                },
                Op::DaysBetween(to, a, b) => {
                    let v = Decimal::from(ri!(b).saturating_sub(ri!(a)));
                    wd!(to, v);
                }
                Op::Requiring(kind) => self.requiring = Some(kind),
                Op::Required => self.requiring = None,

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
                    if !compares(c, words::weigh(&rd!(a), &rd!(b))) {
                        go!(t);
                    }
                }
                Op::JumpUnlessQ(c, a, b, den, t) => {
                    let den = rd!(den);
                    if den.is_zero() {
                        return Err(Trap::Arithmetic(Fault::ZeroDivision, at(pc - 1)).into());
                    }
                    let order = words::weigh(&rd!(a), &rd!(b));
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
                    if words::weigh(&rd!(a), &rd!(b)).is_ne() {
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
                Op::Return => return Ok(None),
                Op::Missing(n) => return Err(Trap::Missing(n).into()),
                Op::Fail(n) => return Err(Trap::Fail(n).into()),
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

                Op::Rows(n) => {
                    self.open(n);
                }
                Op::NextRow(n, to, kind, any, t) => match self.next_row(n, kind, any) {
                    Some(e) => wi!(to, e),
                    None => go!(t),
                },
                Op::AgainRow(n, to, kind, any, t) => {
                    if let Some(e) = self.next_row(n, kind, any) {
                        wi!(to, e);
                        go!(t);
                    }
                }
                Op::Postings(n, index, from, to, key) => {
                    let key = (key != u16::MAX).then(|| ri!(key));
                    let range = self.range(index, key, ri!(from), ri!(to));
                    if let Some(iter) = self.open(n) {
                        (iter.next, iter.end, iter.key) = (range.start, range.end, key);
                    }
                }
                Op::NextPosting(n, to, index, t) => match self.next_posting(n, index) {
                    Some(e) => wi!(to, e),
                    None => go!(t),
                },
                Op::Pick(to, index, from, until, latest, t) => {
                    let at = self.pick(index, ri!(from), ri!(until), latest);
                    match at.and_then(|at| self.posting(index, None, at)) {
                        Some(e) => wi!(to, e),
                        None => go!(t),
                    }
                }
                Op::CountIn(to, index, from, until) => {
                    let range = self.range(index, None, ri!(from), ri!(until));
                    wd!(to, Decimal::from(range.len()));
                }
                Op::Lines(n, list) => {
                    if let Some(iter) = self.open(n) {
                        (iter.list, iter.order) = (list, None);
                    }
                }
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

                Op::StoreD(site, a) => self.store_slot(site, rd!(a), d, i),
                Op::StoreI(site, a) => self.store_slot_whole(site, ri!(a), i),
                Op::StoreQ(site, above, below) => {
                    let parts = decimal::lowest_terms(rd!(above), rd!(below));
                    if let Err(fault) = parts.and_then(|parts| self.store_slot_ratio(site, parts, d, i)) {
                        return Err(Trap::Arithmetic(fault, at(pc - 1)).into());
                    }
                }
                Op::StoreRowD(site, row, a) => self.store_row(site, row_of(ri!(row)), rd!(a)),
                Op::StoreRowI(site, row, a) => self.store_row_whole(site, row_of(ri!(row)), ri!(a)),
                Op::StoreRowQ(site, row, n, d) => {
                    let parts = decimal::lowest_terms(rd!(n), rd!(d));
                    if let Err(fault) = parts.and_then(|(n, d)| self.store_row_ratio(site, row_of(ri!(row)), n, d)) {
                        return Err(Trap::Arithmetic(fault, at(pc - 1)).into());
                    }
                }
                Op::LaterD(site, row, a) => self.later.push((site, row_of(ri!(row)), Later::Decimal(rd!(a)))),
                Op::LaterI(site, row, a) => self.later.push((site, row_of(ri!(row)), Later::Whole(ri!(a)))),
                Op::LaterQ(site, row, n, d) => match decimal::lowest_terms(rd!(n), rd!(d)) {
                    Ok((n, d)) => self.later.push((site, row_of(ri!(row)), Later::Ratio(n, d))),
                    Err(fault) => return Err(Trap::Arithmetic(fault, at(pc - 1)).into()),
                },
                Op::LaterWait(site, row, a) => self.later.push((site, row_of(ri!(row)), Later::Waits(rd!(a)))),
                Op::LaterMake(site, row, a) => self.later.push((site, row_of(ri!(row)), Later::Made(rd!(a)))),

                Op::Recall(..) if !self.replaying => {}
                Op::AddTradingDays(..)
                | Op::TradingWindow(..)
                | Op::TradingDays(..)
                | Op::Overdue(..)
                | Op::Obligation(..)
                | Op::SumIn(..)
                | Op::Tally(..)
                | Op::InitD(..)
                | Op::InitQ(..)
                | Op::InitI(..)
                | Op::Flush(..)
                | Op::Recall(..)
                | Op::Keep(..)
                | Op::Enqueue(..)
                | Op::RunQueue(..)
                | Op::RunChanges(..)
                | Op::RunMakings
                | Op::Duty(..)
                | Op::Probe(..)
                | Op::Power(..)
                | Op::Function(..)
                | Op::Table(..)
                | Op::AddMonths(..)
                | Op::DaysInYear(..)
                | Op::Open(..)
                | Op::History(..)
                | Op::HistoryI(..)
                | Op::MakeAll
                | Op::Wait(..)
                | Op::Make(..)
                | Op::PastL(..)
                | Op::ChangeBy(..)
                | Op::BeforeChange(..)
                | Op::SortLines(..)
                | Op::EffectLines(..)
                | Op::MoveL(..)
                | Op::Rescind(..)
                | Op::Decided(..)
                | Op::LoadL(..)
                | Op::Contains(..)
                | Op::ContainsD(..)
                | Op::Changed(..) => return Ok(Some(pc - 1)),
            }
        }
        Ok(None)
    }

    /// Where arithmetic failed: the plain formula if the fused one overflowed, else the end of the event.
    #[cold]
    fn fault(&self, pc: usize, fault: Fault) -> Outcome<usize> {
        let here = at(pc);
        if matches!(fault, Fault::Overflow | Fault::Inexact) {
            let before = self.program.fallbacks.partition_point(|(start, _, _)| *start <= here);
            let found = self.program.fallbacks.iter().take(before).rev().find(|(_, end, _)| here < *end);
            if let Some((_, _, to)) = found {
                return Ok(usize::try_from(*to).unwrap_or(usize::MAX));
            }
        }
        Err(Trap::Arithmetic(fault, here).into())
    }

    /// The value a state of a row, or of the issuer, had at a moment.
    fn past_value(&self, state: crate::terms::StateId, row: i64, moment: i64) -> Option<super::history::Held> {
        let row = if row < 0 { u32::MAX } else { u32::try_from(row_of(row)).ok()? };
        self.history.at(state, row, moment)
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

    /// Whether one of the changes that a rule answers is of a state of a row, or of any where none is named.
    fn is_changed(&self, state: crate::terms::StateId, row: Option<i64>) -> bool {
        let row = row.map(|r| if r < 0 { u32::MAX } else { u32::try_from(row_of(r)).unwrap_or(u32::MAX) });
        let all = self.changed.get(self.noticed.0..self.noticed.1).unwrap_or_default();
        all.iter().any(|(s, r, _)| *s == state && row.is_none_or(|row| row == *r))
    }

    fn run_changes(&mut self, kind: Option<KindId>) -> Outcome {
        let program = self.program;
        for c in &program.changes {
            let of_kind = c.by.is_empty() || kind.is_some_and(|k| c.by.contains(&k));
            let here = self.changed.get(self.changed_from..).unwrap_or(&[]);
            if of_kind && here.iter().any(|(s, _, _)| c.states.contains(s)) {
                let clause = self.clause;
                if self.answering >= MOST_ANSWERS {
                    return Err(Trap::Endless(c.span).into());
                }
                let outer = std::mem::replace(&mut self.noticed, (self.changed_from, self.changed.len()));
                let known = std::mem::take(&mut self.noticed_before);
                self.answering += 1;
                let ran = self.step(c.run);
                self.answering -= 1;
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
        Builtin::Exp => math::exp(a),
        Builtin::Ln => math::ln(a),
        Builtin::Sqrt => math::sqrt(a),
        Builtin::Normal => math::normal(a),
        Builtin::Abs | Builtin::Least | Builtin::Greatest | Builtin::KnownAmong | Builtin::DaysInYear | Builtin::TradingDays => {
            Ok(a)
        }
    }
}

fn power(a: Decimal, b: Decimal) -> Result<Decimal, Fault> {
    match b.is_integer().then(|| b.to_i64()).flatten() {
        Some(n) => decimal::power(a, n),
        None => math::exp(decimal::mul(b, math::ln(a)?)?),
    }
}
