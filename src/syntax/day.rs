//! Dates as people write them, to say how they are written here.

use chrono::{Datelike, NaiveDate};

/// The months, by their first letters.
const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// What to do about a text that is no date.
#[must_use]
pub fn date_advice(text: &str) -> String {
    match dates_meant(text).as_slice() {
        [one] => format!("write it as year-month-day: {one}"),
        [one, other] => format!("write it as year-month-day: {one} or {other}, whichever is meant"),
        _ => days_of_month(text).unwrap_or_else(|| "write dates as year-month-day, such as 2005-03-14".to_owned()),
    }
}

/// The dates a text may mean; one of days and months in figures alone may mean two.
#[must_use]
pub fn dates_meant(text: &str) -> Vec<NaiveDate> {
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty() && !matches!(*p, "of" | "the" | "T")).collect();
    let [a, b, c] = parts.as_slice() else { return Vec::new() };
    let date = |y: &str, m: Option<u32>, d: &str| {
        let year = y.parse().ok().filter(|_| y.len() == 4)?;
        NaiveDate::from_ymd_opt(year, m?, day(d)?)
    };
    let found = [
        date(c, month(a), b),
        date(c, month(b), a),
        date(c, figure(a), b),
        date(c, figure(b), a),
        date(a, month(b).or_else(|| figure(b)), c),
    ];
    let mut out: Vec<NaiveDate> = Vec::new();
    for date in found.into_iter().flatten() {
        if !out.contains(&date) {
            out.push(date);
        }
    }
    out
}

/// The hour a text means, as it is written here: `5 pm` is 17:00.
#[must_use]
pub fn clock_meant(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase().replace('.', ":");
    let plain = lower.replace("p:m:", "pm").replace("a:m:", "am");
    let noon = ["am", "pm"].into_iter().find(|n| plain.ends_with(n));
    let figures = plain.trim_end_matches(|c: char| c.is_alphabetic() || c.is_whitespace());
    let mut parts = figures.split(':');
    let (hour, minute) = (parts.next()?.trim().parse::<u32>().ok()?, parts.next().map_or(Some(0), |m| m.parse().ok())?);
    let hour = match noon {
        Some("am") if hour == 12 => 0,
        Some("pm") if hour < 12 => hour + 12,
        _ => hour,
    };
    let named = noon.is_some() || figures.contains(':');
    (named && hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// A month by its name, or the first letters of it.
pub(super) fn month(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let short = word.len() == 3 || word == "sept";
    let at = MONTHS.iter().position(|m| *m == word || (short && m.starts_with(&word)))?;
    u32::try_from(at + 1).ok()
}

fn figure(word: &str) -> Option<u32> {
    word.parse().ok().filter(|_| word.len() <= 2)
}

/// `14` or `14th`.
fn day(word: &str) -> Option<u32> {
    let figures = word.trim_end_matches(|c: char| c.is_alphabetic());
    figure(figures).filter(|_| matches!(word.get(figures.len()..), Some("" | "st" | "nd" | "rd" | "th")))
}

/// How many days a month has, where a date goes beyond them.
fn days_of_month(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let (year, month): (i32, u32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let last = first.checked_add_months(chrono::Months::new(1))?.pred_opt()?;
    let over = parts.next()?.parse::<u32>().ok()? > last.day();
    over.then(|| format!("{} has {} days", first.format("%B %Y"), last.day()))
}
