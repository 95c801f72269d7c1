//! Days as numbers, from the first of January of the year 1.

use crate::terms::Calendar;
use chrono::{Datelike, Months, NaiveDate};

/// The day as a date.
#[must_use]
pub fn date(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?)
}

/// A day moved by months; what would be after the end of a month is its last day.
#[must_use]
pub fn add_months(day: i64, months: i64) -> Option<i64> {
    let date = date(day)?;
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    let moved = if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) }?;
    Some(i64::from(moved.num_days_from_ce()))
}

/// 365 or 366.
#[must_use]
pub fn days_in_year(day: i64) -> i64 {
    if date(day).is_some_and(|d| d.leap_year()) { 366 } else { 365 }
}

/// Whether a place is open; none for a day its calendar does not know.
#[must_use]
pub fn open(calendar: &Calendar, day: i64) -> Option<bool> {
    if day < calendar.known.0 || day > calendar.known.1 {
        return None;
    }
    let weekday = date(day)?.weekday().num_days_from_monday();
    let closed = calendar.weekdays.get(usize::try_from(weekday).ok()?).copied()?;
    Some(!closed && calendar.closed.binary_search(&day).is_err())
}
