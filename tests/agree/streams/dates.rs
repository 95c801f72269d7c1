//! The days and hours of a random stream.

use super::Pool;
use crate::dice::Dice;
use chrono::{Datelike, NaiveDate};

/// A day as text.
pub(crate) fn text(day: i64) -> String {
    crate::seen::day(day)
}

/// Where a stream has come to.
pub(crate) struct Clock {
    day: i64,
    minute: Option<i64>,
    close: i64,
    /// Days at which something is due.
    due: Vec<i64>,
}

impl Clock {
    pub(crate) fn new(day: i64, close: i64) -> Self {
        Self { day, minute: None, close, due: Vec::new() }
    }

    /// The stream has come to a day.
    pub(crate) fn at(&mut self, day: i64) {
        self.day = day;
    }

    /// Something is due on a day.
    pub(crate) fn note(&mut self, day: Option<i64>) {
        self.due.extend(day.filter(|d| !self.due.contains(d)));
    }

    /// The day and the minute of the next record.
    pub(crate) fn next(&mut self, dice: &mut Dice, pool: &Pool) -> (i64, Option<i64>) {
        let old = self.day;
        self.day = match dice.roll(100) {
            0..38 => old,
            38..58 => old + 1,
            58..68 => old + dice.between(2, 7),
            68..80 => self.windowed(dice, pool),
            80..87 => self.constant(dice, pool),
            87..92 => month_end(old),
            92..95 => friday(old) + dice.between(0, 3),
            95..98 => old + dice.between(20, 400),
            98 => old + dice.between(400, 2000),
            _ => old - dice.between(1, 3),
        };
        let back = self.day < old;
        if back && !dice.chance(15) {
            self.day = old;
        }
        let minute = match dice.roll(100) {
            0..60 => None,
            60..70 => self.minute.filter(|_| self.day == old),
            70..78 => Some(600),
            78..83 => Some(self.close),
            83..87 => Some(self.close - 1),
            87..91 => Some(self.close + 1),
            91..93 => Some(0),
            93..95 => Some(1439),
            _ => Some(dice.between(0, 1439)),
        };
        self.minute = minute;
        let day = self.day;
        if back {
            self.day = old;
        }
        (day, minute)
    }

    /// As many days on as some window or period has, or one more or less; or a day at which something is due.
    fn windowed(&self, dice: &mut Dice, pool: &Pool) -> i64 {
        let beside = dice.between(-1, 1);
        match dice.roll(3) {
            0 => dice.pick(&self.due).map_or(self.day, |d| d + beside).max(self.day),
            1 => dice.pick(&pool.months).map_or(self.day + 30, |m| self.day + m * 30 + m / 2 + dice.between(-2, 2)),
            _ => dice.pick(&pool.spans).map_or(self.day + 3, |n| self.day + n + beside).max(self.day),
        }
    }

    /// A day that the terms name, or one beside it.
    fn constant(&self, dice: &mut Dice, pool: &Pool) -> i64 {
        let later: Vec<i64> = pool.dates.iter().copied().filter(|d| *d + 1 >= self.day && *d - self.day < 4000).collect();
        dice.pick(&later).map_or(self.day + 10, |d| d + dice.between(-1, 1)).max(self.day)
    }
}

fn date(day: i64) -> NaiveDate {
    i32::try_from(day).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or_default()
}

/// The last day of the month of a day.
fn month_end(day: i64) -> i64 {
    let of = date(day);
    let next = of.with_day(1).and_then(|d| d.checked_add_months(chrono::Months::new(1))).unwrap_or(of);
    i64::from(next.num_days_from_ce()) - 1
}

/// The next Friday.
fn friday(day: i64) -> i64 {
    day + i64::from((4 + 7 - date(day).weekday().num_days_from_monday()) % 7)
}
