//! Instructions that need the whole machine, or come so rarely that the loop is better without them.

use super::{DAY, at, function, power};
use crate::engine::code::Op;
use crate::engine::decimal::{self, Fault};
use crate::engine::machine::{Machine, Outcome, Trap};
use crate::engine::table::row_of;
use crate::engine::{day, grid};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

impl Machine<'_> {
    /// Carries out the instruction at a place, and gives the place of the next.
    pub(super) fn outside(&mut self, here: usize) -> Outcome<usize> {
        let program = self.program;
        let Some(op) = program.ops.get(here) else { return Ok(usize::MAX) };
        let mut pc = here + 1;
        macro_rules! rd {
            ($r:expr) => {
                self.rd($r)
            };
        }
        macro_rules! ri {
            ($r:expr) => {
                self.ri($r)
            };
        }
        macro_rules! wd {
            ($r:expr, $v:expr) => {
                self.wd($r, $v)
            };
        }
        macro_rules! wi {
            ($r:expr, $v:expr) => {
                self.wi($r, $v)
            };
        }
        macro_rules! calc {
            ($to:expr, $value:expr) => {
                match $value {
                    Ok(v) => wd!($to, v),
                    Err(fault) => pc = self.fault(pc - 1, fault)?,
                }
            };
        }
        macro_rules! calc_nothing {
            ($done:expr) => {
                if let Err(fault) = $done {
                    return Err(Trap::Arithmetic(fault, at(pc - 1)).into());
                }
            };
        }
        macro_rules! go {
            ($to:expr) => {
                pc = usize::try_from($to).unwrap_or(usize::MAX)
            };
        }
        match *op {
            Op::AddTradingDays(to, a, b, back) => {
                let (day, by) = (ri!(a), ri!(b));
                let v = self.trading(day, by, back, pc - 1)?;
                wi!(to, v);
            }
            Op::TradingWindow(to, n, day) => {
                let (n, day) = (ri!(n), ri!(day));
                let v = self.window(n, day, pc - 1)?;
                wi!(to, v);
            }
            Op::TradingDays(to, a, b) => {
                let (from, until) = (ri!(a), ri!(b));
                let v = self.trading_days(from, until, pc - 1)?;
                wd!(to, Decimal::from(v));
            }
            Op::Overdue(to, id, row) => {
                let row = ri!(row);
                let v = self.overdue(id, row).map_or(-1, |day| (day + 1) * DAY);
                wi!(to, v);
            }
            Op::Obligation(to, id, row, standing) => {
                let row = ri!(row);
                let is = (self.standing(id, row))? == Some(standing);
                wi!(to, i64::from(is));
            }
            Op::SumIn(to, index, from, until) => {
                let range = self.range(index, None, ri!(from), ri!(until));
                let sum = self.sum(index, range)?;
                calc!(to, sum);
            }
            Op::Tally(to, n, t) => {
                if let Some(v) = self.tally(n) {
                    wd!(to, v);
                    go!(t);
                }
            }
            Op::InitD(state, row, a) => {
                let v = rd!(a);
                (self.begin_d(state, row, v, None));
            }
            Op::InitQ(state, row, n, d) => match decimal::lowest_terms(rd!(n), rd!(d)) {
                Ok((num, den)) => self.begin_d(state, row, num, Some(den)),
                Err(fault) => return Err(Trap::Arithmetic(fault, at(pc - 1)).into()),
            },
            Op::InitI(state, row, a) => {
                let v = ri!(a);
                (self.begin_i(state, row, v));
            }
            Op::Flush(state, row) => {
                let row = (row != u16::MAX).then(|| row_of(ri!(row)));
                calc_nothing!(self.flush(state, row));
            }
            Op::Recall(n, row, body, end) => {
                if self.replaying && self.settled.contains(&self.when.at) {
                    let row = if row == u16::MAX { -1 } else { ri!(row) };
                    if self.recall(n, row) {
                        go!(body);
                    } else {
                        go!(end);
                    }
                }
            }
            Op::Keep(n, row) => {
                let row = if row == u16::MAX { -1 } else { ri!(row) };
                (self.keep(n, row));
            }
            Op::Enqueue(n) => self.enqueue(n),
            Op::RunQueue(_) => (self.run_queue())?,
            Op::RunMakings => self.answer_makings()?,
            Op::RunChanges(kind) => (self.run_changes(kind))?,
            Op::Duty(n) => self.owe(n),
            Op::Probe(n, row) => {
                let row = if row == u16::MAX { -1 } else { ri!(row) };
                (self.probe(n, row));
            }
            Op::Power(to, a, b) => calc!(to, power(rd!(a), rd!(b))),
            Op::Function(f, to, a) => calc!(to, function(f, rd!(a))),
            Op::Table(table, to, row, col) => {
                let value = self.terms.tables.get(table.at()).map_or(Err(Fault::Domain), |t| grid::cell(t, rd!(row), rd!(col)));
                calc!(to, value);
            }
            Op::AddMonths(to, a, b, back) => {
                let n = ri!(b);
                match day::add_months(ri!(a), if back { -n } else { n }) {
                    Some(v) => wi!(to, v),
                    None => return Err(Trap::Arithmetic(Fault::Overflow, at(pc - 1)).into()),
                }
            }
            Op::DaysInYear(to, a) => {
                let v = Decimal::from(day::days_in_year(ri!(a)));
                wd!(to, v);
            }
            Op::Open(calendar, to, day) => {
                let open = self.terms.calendars.get(usize::from(calendar)).and_then(|c| day::open(c, ri!(day)));
                match open {
                    Some(v) => wi!(to, i64::from(v)),
                    None => return Err(Trap::Arithmetic(Fault::UnknownDay, at(pc - 1)).into()),
                }
            }
            Op::History(to, state, row, part, moment, t) => match self.past_value(state, ri!(row), ri!(moment)) {
                Some(held) => wd!(to, if part == 0 { held.value } else { held.below }),
                None => go!(t),
            },
            Op::HistoryI(to, state, row, moment, t) => match self.past_value(state, ri!(row), ri!(moment)) {
                Some(held) => match held.value.to_i64() {
                    Some(whole) => wi!(to, whole),
                    None => return Err(Trap::Arithmetic(Fault::Overflow, at(pc - 1)).into()),
                },
                None => go!(t),
            },
            Op::MakeAll => calc_nothing!(self.make_all()),
            Op::Wait(site, row, pending, _) => {
                let row = if row == u16::MAX { usize::MAX } else { row_of(ri!(row)) };
                calc_nothing!(self.wait(site, row, rd!(pending)));
            }
            Op::Make(site, row, value) => {
                let row = if row == u16::MAX { usize::MAX } else { row_of(ri!(row)) };
                calc_nothing!(self.make(site, row, rd!(value)));
            }
            Op::PastL(to, kind, row, col) => {
                let row = row_of(ri!(row));
                let v = self.past.get(kind.at()).and_then(|p| p.l.get(row * p.nl + usize::from(col))).cloned();
                self.wl(to, v.unwrap_or_default());
            }
            Op::ChangeBy(to, state, row, by, after, t) => {
                let row = ri!(row);
                let row = if row < 0 { u32::MAX } else { u32::try_from(row_of(row)).unwrap_or(u32::MAX) };
                let key = (state, row, ri!(by));
                // before the first of its changes, and after the last
                let mut all = self.by.iter().filter(|(k, _, _)| *k == key);
                let found = if after { all.next_back() } else { all.next() };
                match found.copied() {
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
            Op::SortLines(n, keys, high) => {
                let list = self.list(keys);
                let keys: Vec<Decimal> =
                    if list.d.is_empty() { list.i.iter().map(|n| Decimal::from(*n)).collect() } else { list.d.clone() };
                let mut order: Vec<u32> = (0..u32::try_from(keys.len()).unwrap_or(0)).collect();
                let key = |at: &u32| keys.get(usize::try_from(*at).unwrap_or(0)).copied().unwrap_or_default();
                order.sort_by(|a, b| if high { key(b).cmp(&key(a)) } else { key(a).cmp(&key(b)) });
                if let Some(iter) = self.iters.get_mut(usize::from(n)) {
                    iter.order = Some(order);
                }
            }
            Op::EffectLines(to, effect) => {
                let lines = self.effect_lines(effect);
                self.wl(to, lines);
            }
            Op::MoveL(to, a) => {
                let v = self.list(a).clone();
                self.wl(to, v);
            }
            Op::Rescind(n, row) => self.rescind(n, ri!(row))?,
            Op::Decided(to, n) => {
                let rule = program.rescinds.get(usize::from(n)).map(|r| r.rule);
                let v = i64::from(rule.is_some_and(|r| self.decided.contains(&(self.when.at, r))));
                wi!(to, v);
            }
            Op::LoadL(to, kind, row, col) => {
                let row = row_of(ri!(row));
                let v = self.tables.get(kind.at()).and_then(|t| t.l.get(row * t.width.2 + usize::from(col))).cloned();
                self.wl(to, v.unwrap_or_default());
            }
            Op::Contains(to, list, a) => {
                let a = ri!(a);
                let list = self.list(list);
                let columns = list.i.len().checked_div(list.len).unwrap_or(1).max(1);
                let v = i64::from(list.i.iter().step_by(columns).any(|have| *have == a));
                wi!(to, v);
            }
            Op::Changed(to, state, row) => {
                let row = (row != u16::MAX).then(|| ri!(row));
                let v = i64::from(self.is_changed(state, row));
                wi!(to, v);
            }
            Op::ContainsD(to, list, a) => {
                let a = rd!(a);
                let list = self.list(list);
                let columns = list.d.len().checked_div(list.len).unwrap_or(1).max(1);
                let v = i64::from(list.d.iter().step_by(columns).any(|have| decimal::same(*have, a)));
                wi!(to, v);
            }
            // the loop carries these out itself
            Op::MoveD(..)
            | Op::Add(..)
            | Op::Sub(..)
            | Op::Mul(..)
            | Op::Div(..)
            | Op::Neg(..)
            | Op::NonZero(..)
            | Op::Round(..)
            | Op::RoundQuotient(..)
            | Op::Fraction(..)
            | Op::FractionRounded(..)
            | Op::FractionOfTwo(..)
            | Op::Above(..)
            | Op::AbovePlus(..)
            | Op::Over(..)
            | Op::OverRounded(..)
            | Op::Least(..)
            | Op::Greatest(..)
            | Op::MoveI(..)
            | Op::SetI(..)
            | Op::AddI(..)
            | Op::ExtremeI(..)
            | Op::DayOf(..)
            | Op::StartOf(..)
            | Op::CloseOf(..)
            | Op::HourOf(..)
            | Op::AddDays(..)
            | Op::DaysBetween(..)
            | Op::Requiring(..)
            | Op::Required
            | Op::Jump(..)
            | Op::JumpIf(..)
            | Op::JumpUnless(..)
            | Op::JumpUnlessD(..)
            | Op::JumpUnlessQ(..)
            | Op::JumpUnlessI(..)
            | Op::JumpUnlessEqual(..)
            | Op::JumpUnlessSame(..)
            | Op::JumpUnlessIn(..)
            | Op::Return
            | Op::Missing(..)
            | Op::Fail(..)
            | Op::JumpIfReplaying(..)
            | Op::LoadD(..)
            | Op::LoadI(..)
            | Op::PastD(..)
            | Op::PastI(..)
            | Op::Void(..)
            | Op::IsKind(..)
            | Op::ByKey(..)
            | Op::Abs(..)
            | Op::Rows(..)
            | Op::NextRow(..)
            | Op::AgainRow(..)
            | Op::Postings(..)
            | Op::NextPosting(..)
            | Op::Pick(..)
            | Op::CountIn(..)
            | Op::Lines(..)
            | Op::NextLine(..)
            | Op::LineD(..)
            | Op::LineI(..)
            | Op::ListNew(..)
            | Op::ListD(..)
            | Op::ListI(..)
            | Op::ListEnd(..)
            | Op::StoreD(..)
            | Op::StoreI(..)
            | Op::StoreQ(..)
            | Op::StoreRowD(..)
            | Op::StoreRowI(..)
            | Op::StoreRowQ(..)
            | Op::LaterD(..)
            | Op::LaterI(..)
            | Op::LaterQ(..)
            | Op::LaterWait(..)
            | Op::LaterMake(..) => {}
        }
        Ok(pc)
    }
}
