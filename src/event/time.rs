//! Dates, hours and moments by their text.

use super::assemble::Read;
use super::error::What;
use super::raw::Raw;
use chrono::{Datelike, NaiveDate};

/// A date by its text.
#[must_use]
pub fn day_number(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| -> Option<i32> {
        bytes.get(range)?.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i32::from(b - b'0')))
    };
    let dashes = bytes.len() == 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    if !dashes {
        return None;
    }
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let date = NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    Some(i64::from(date.num_days_from_ce()))
}

/// The minute of the day by its text.
#[must_use]
pub fn minute_of(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let short = hour.len() == 2 && minute.len() == 2 && text.bytes().all(|b| b.is_ascii_digit() || b == b':');
    let (hour, minute) = (hour.parse::<i64>().ok()?, minute.parse::<i64>().ok()?);
    (short && hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

pub(super) fn day(field: &str, value: &Raw<'_>) -> Read<i64> {
    let text = value.plain().unwrap_or("");
    day_number(text).ok_or_else(|| What::BadDate { field: field.to_owned(), text: value.shown() })
}

pub(super) fn clock(field: &str, value: &Raw<'_>) -> Read<i64> {
    let wanted = "time of day";
    minute_of(value.plain().unwrap_or("")).ok_or_else(|| What::BadTime { field: field.to_owned(), text: value.shown(), wanted })
}

pub(super) fn moment(field: &str, value: &Raw<'_>) -> Read<i64> {
    let text = value.plain().unwrap_or("");
    let found = text.split_once(['T', ' ']).and_then(|(d, t)| Some(day_number(d)? * 1440 + minute_of(t)?));
    found.ok_or_else(|| What::BadTime { field: field.to_owned(), text: value.shown(), wanted: "moment" })
}
