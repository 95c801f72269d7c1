//! Trading days.

use super::at;
use crate::engine::decimal::Fault;
use crate::engine::machine::{Machine, Outcome, Trap};

impl Machine<'_> {
    /// A day moved by trading days.
    pub(in crate::engine) fn trading(&mut self, day: i64, by: i64, back: bool, pc: usize) -> Outcome<i64> {
        let (mut day, mut left) = (day, by);
        let step = if back == (left < 0) { 1 } else { -1 };
        left = left.abs();
        let mut idle = 0;
        while left > 0 {
            day += step;
            let open = self.is_trading_day(day, pc)?;
            left -= i64::from(open);
            idle = Self::idle(idle, open, pc)?;
        }
        Ok(day)
    }

    /// How many days without trading there have been in a row: a search among them ends.
    pub(super) fn idle(before: u32, open: bool, pc: usize) -> Outcome<u32> {
        match (open, before) {
            (true, _) => Ok(0),
            (false, 366) => Err(Trap::Arithmetic(Fault::NoTradingDay, at(pc)).into()),
            (false, n) => Ok(n + 1),
        }
    }

    /// The first of that many trading days that end with a day.
    pub(super) fn window(&mut self, n: i64, day: i64, pc: usize) -> Outcome<i64> {
        let (mut day, mut left, mut idle) = (day, n, 0);
        loop {
            let open = self.is_trading_day(day, pc)?;
            left -= i64::from(open);
            // where there is no trading day in more than a year, there are none before: the window holds what there is
            if (open && left <= 0) || idle > 366 {
                return Ok(day);
            }
            idle = if open { 0 } else { idle + 1 };
            day -= 1;
        }
    }

    /// How many trading days there are from one day to another, both counted; none where the second comes first.
    pub(super) fn trading_days(&mut self, from: i64, to: i64, pc: usize) -> Outcome<i64> {
        let mut count = 0;
        for day in from..=to {
            count += i64::from(self.is_trading_day(day, pc)?);
        }
        Ok(count)
    }

    pub(super) fn is_trading_day(&mut self, day: i64, pc: usize) -> Outcome<bool> {
        let Some((reg, code, value)) = self.program.trading_day else {
            return Err(Trap::Arithmetic(Fault::Domain, at(pc)).into());
        };
        self.wi(reg, day);
        self.aside(code)?;
        Ok(self.ri(value) != 0)
    }
}
