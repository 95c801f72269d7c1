//! Days and moments: months, trading days, calendars.

use super::formula::Formula;
use super::number;
use super::series::counted;
use super::value::{Fault, Got, Lack, Number, Value};
use super::world::World;
use crate::terms::{CalendarId, Edge, Expr, Type};
use chrono::{Datelike, Months, NaiveDate};

/// The minutes of a day.
pub(super) const MINUTES: i64 = 1440;

/// So far trading days are looked for.
const FAR: i64 = 3700;

/// The edge of a day.
#[must_use]
pub(super) fn moment(day: i64, edge: Edge, close: i64) -> i64 {
    let minute = match edge {
        Edge::Start => 0,
        Edge::Close => close,
        Edge::Hour(minute) => i64::from(minute),
    };
    day * MINUTES + minute
}

/// A day by its number.
fn date(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)
}

/// A day moved by months: past the end of a month it is the last day of it.
fn by_months(day: i64, months: i64) -> Option<i64> {
    let by = Months::new(u32::try_from(months.abs()).ok()?);
    let moved = if months < 0 { date(day)?.checked_sub_months(by)? } else { date(day)?.checked_add_months(by)? };
    Some(i64::from(moved.num_days_from_ce()))
}

/// How many days the year of a day has.
pub(super) fn days_in_year(day: i64) -> Option<i64> {
    date(day).map(|d| if d.leap_year() { 366 } else { 365 })
}

impl<'t, W: World> Formula<'_, 't, W> {
    /// A day moved by days, months or trading days.
    pub(super) fn shifted(&self, day: &'t Expr, by: &'t Expr, back: bool) -> Got<i64> {
        let from = self.whole(day)?;
        let sign = if back { -1 } else { 1 };
        match by.ty {
            Type::Months => by_months(from, sign * self.whole(by)?).ok_or(Lack::Fault(Fault::Overflow, by.span)),
            Type::TradingDays => self.by_trading_days(from, sign * self.whole(by)?, by),
            _ => {
                let n: Number = self.number(by)?;
                counted(&n.trunc()).map(|n| from + sign * n).ok_or(Lack::Fault(Fault::Overflow, by.span))
            }
        }
    }

    /// The so-manieth trading day after a day, or before it.
    pub(super) fn by_trading_days(&self, from: i64, count: i64, at: &'t Expr) -> Got<i64> {
        let (step, mut left, mut day) = (count.signum(), count.abs(), from);
        while left > 0 {
            day += step;
            if (day - from).abs() > FAR + count.abs() * 4 {
                return Err(Lack::Fault(Fault::NoTradingDay, at.span));
            }
            if self.trades(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// Whether a day is a trading day, by the definition named in the head.
    pub(super) fn trades(&self, day: i64) -> Got<bool> {
        let Some(def) = self.terms.trading_day else { return Ok(false) };
        Ok(self.definition(def, vec![Ok(Value::Whole(day))], false)? == Value::yes(true))
    }

    /// The day with which so many trading days to a day begin, that day included if it is one; none where they have no
    /// beginning.
    pub(super) fn first_of_trading_days(&self, count: i64, last: i64) -> Got<Option<i64>> {
        let (mut left, mut day) = (count, last + 1);
        while left > 0 {
            day -= 1;
            if last - day > FAR + count.abs() * 4 {
                return Ok(None);
            }
            if self.trades(day)? {
                left -= 1;
            }
        }
        Ok(Some(day))
    }

    /// How many trading days there are from one day to another, both counted.
    pub(super) fn count_trading_days(&self, from: i64, to: i64) -> Got<Number> {
        let mut count = 0;
        for day in from..=to {
            count += i64::from(self.trades(day)?);
        }
        Ok(number::whole(count))
    }

    /// Whether a place is open on a day.
    pub(super) fn open(&self, calendar: CalendarId, day: i64) -> Result<bool, Fault> {
        let calendar = self.terms.calendars.get(calendar.at()).ok_or(Fault::OutsideCalendar)?;
        if day < calendar.known.0 || day > calendar.known.1 {
            return Err(Fault::OutsideCalendar);
        }
        let weekday = date(day).map(|d| d.weekday().num_days_from_monday()).and_then(|n| usize::try_from(n).ok());
        let rests = weekday.and_then(|n| calendar.weekdays.get(n)).copied().unwrap_or(false);
        Ok(!rests && !calendar.closed.contains(&day))
    }
}
