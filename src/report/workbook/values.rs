//! Values of the engine as a spreadsheet holds them.

use super::eval::DAY_ZERO;
use super::term::Held;
use crate::engine::run::Value;
use crate::report::words::Words;
use crate::terms::{Dim, Type};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// A value of a type.
pub(super) fn held(words: &Words<'_>, value: &Value, ty: &Type) -> Held {
    match value {
        Value::Unknown => Held::Nothing,
        Value::Decimal(n) => Held::Number(*n),
        Value::Whole(n) => whole(words, *n, ty),
        Value::Failed(_) | Value::List(_) => Held::Text(words.shown(value, ty)),
    }
}

/// A whole number of a type.
pub(super) fn whole(words: &Words<'_>, n: i64, ty: &Type) -> Held {
    match ty {
        // a spreadsheet knows no days before its first year
        Type::Date if n > FIRST_DAY => Held::Number(Decimal::from(n - DAY_ZERO)),
        Type::Moment if n > FIRST_DAY * 1440 => {
            let minutes = Decimal::from(n - DAY_ZERO * 1440);
            minutes.checked_div(Decimal::from(1440)).map_or(Held::Nothing, Held::Number)
        }
        Type::Months | Type::TradingDays | Type::Quantity(_) | Type::Ratio => Held::Number(Decimal::from(n)),
        Type::YesNo => Held::Truth(n != 0),
        Type::Date | Type::Moment | Type::Text | Type::Enum(_) | Type::Entry(_) | Type::List(_) | Type::Line(_) => {
            Held::Text(words.whole(n, ty))
        }
    }
}

/// The last day before 1900-03-01: until then spreadsheets disagree.
const FIRST_DAY: i64 = DAY_ZERO + 60;

/// A value of a type, kept as a decimal.
pub(super) fn of_decimal(words: &Words<'_>, n: Decimal, ty: &Type) -> Held {
    if ty.is_decimal() { Held::Number(n) } else { n.to_i64().map_or(Held::Nothing, |n| whole(words, n, ty)) }
}

/// A value as exact text.
pub(super) fn exact(held: &Held, ty: &Type) -> String {
    match held {
        Held::Nothing => String::new(),
        Held::Truth(b) => if *b { "yes" } else { "no" }.to_owned(),
        Held::Text(t) => t.clone(),
        Held::Number(n) => match ty {
            Type::Date => n.to_i64().map_or_else(String::new, |n| crate::report::words::day(n + DAY_ZERO)),
            Type::Moment => {
                let minutes = n.checked_mul(Decimal::from(1440)).map(|m| m.round()).and_then(|m| m.to_i64());
                minutes.map_or_else(String::new, |m| {
                    let (day, minute) = (m.div_euclid(1440), m.rem_euclid(1440));
                    format!("{} {:02}:{:02}", crate::report::words::day(day + DAY_ZERO), minute / 60, minute % 60)
                })
            }
            _ => n.to_string(),
        },
    }
}

/// The unit of a type.
pub(super) fn unit(ty: &Type, currency: &str) -> String {
    match ty {
        Type::Date => "date".to_owned(),
        Type::Moment => "moment".to_owned(),
        Type::Months => "months".to_owned(),
        Type::TradingDays => "trading days".to_owned(),
        Type::Quantity(dim) => of_dim(*dim, currency),
        Type::Ratio | Type::YesNo | Type::Text | Type::Enum(_) | Type::Entry(_) | Type::List(_) | Type::Line(_) => String::new(),
    }
}

fn of_dim(dim: Dim, currency: &str) -> String {
    let parts = [(dim.money, currency), (dim.shares, "share"), (dim.days, "day")];
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (power, name) in parts {
        let plural = if name == currency { currency.to_owned() } else { format!("{name}s") };
        let with_power = |name: &str| match power.unsigned_abs() {
            1 => name.to_owned(),
            n => format!("{name}^{n}"),
        };
        match power {
            0 => {}
            1.. => above.push(with_power(&plural)),
            _ => below.push(with_power(name)),
        }
    }
    match (above.is_empty(), below.is_empty()) {
        (_, true) => above.join(" × "),
        (true, false) => format!("1/{}", below.join("/")),
        (false, false) => format!("{}/{}", above.join(" × "), below.join("/")),
    }
}
