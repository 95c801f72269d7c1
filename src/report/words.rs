//! Values and texts in words.

use crate::engine::day::date;
use crate::engine::run::{Said, SaidPart, Typed, Value};
use crate::engine::table::{kind_of, row_of};
use crate::intern::Interner;
use crate::syntax::print::number;
use crate::terms::{Dim, Layout, Lines, Place, Terms, Type, WordId};
use rust_decimal::Decimal;

/// What is needed to word a value.
pub struct Words<'r> {
    /// The terms.
    pub terms: &'r Terms,
    /// The texts of the run.
    pub texts: &'r Interner,
    /// The keys of entries, by kind.
    pub keys: &'r [Vec<i64>],
}

/// The most digits after the point in a text.
const DIGITS: u32 = 10;

impl Words<'_> {
    /// A text with its values.
    #[must_use]
    pub fn said(&self, said: &Said) -> String {
        said.parts
            .iter()
            .map(|p| match p {
                SaidPart::Plain(s) => s.clone(),
                SaidPart::Value(v) => self.typed(v),
            })
            .collect()
    }

    /// A value for a reader: with its unit, and with an ellipsis where digits are left out.
    #[must_use]
    pub fn typed(&self, v: &Typed) -> String {
        self.shown(&v.value, &v.ty)
    }

    /// A value for a reader.
    #[must_use]
    pub fn shown(&self, value: &Value, ty: &Type) -> String {
        match value {
            Value::Unknown => "not known".into(),
            Value::Failed(fault) => super::stop::fault(*fault).1.into(),
            Value::Decimal(n) => self.amount(*n, ty),
            Value::Whole(n) => self.whole(*n, ty),
            Value::List(lines) => self.list(lines, ty),
        }
    }

    /// Why a value could not be computed.
    #[must_use]
    pub fn fault(&self, fault: crate::engine::decimal::Fault) -> &'static str {
        super::stop::fault(fault).1
    }

    /// A cell of a report: `report holdings, W-1, cost of a share`.
    #[must_use]
    pub fn cell(&self, cell: &crate::engine::run::FailedCell) -> String {
        let Some(report) = self.terms.reports.get(cell.report) else { return "a report".into() };
        let column = cell.column.and_then(|c| report.columns.get(c)).map_or("its condition", |(name, _)| name.as_str());
        match self.entry(cell.row).as_str() {
            "" => format!("report `{}`, {column}", report.name),
            of => format!("report `{}`, {of}, {column}", report.name),
        }
    }

    /// A number with its unit.
    #[must_use]
    pub fn amount(&self, n: Decimal, ty: &Type) -> String {
        amount(n, ty, &self.terms.currency)
    }

    /// A whole number by its type.
    #[must_use]
    pub fn whole(&self, n: i64, ty: &Type) -> String {
        match ty {
            Type::Date => day(n),
            Type::Moment => format!("{} {:02}:{:02}", day(n.div_euclid(1440)), n.rem_euclid(1440) / 60, n.rem_euclid(60)),
            Type::YesNo => if n == 0 { "no" } else { "yes" }.into(),
            Type::Enum(_) => self.word(n).to_owned(),
            Type::Text => self.texts.whole(n).to_owned(),
            Type::Entry(_) => self.entry(n),
            Type::Months => format!("{n} months"),
            Type::TradingDays => format!("{n} trading days"),
            Type::Quantity(_) | Type::Ratio | Type::List(_) | Type::Line(_) => n.to_string(),
        }
    }

    /// A word of an alternative.
    #[must_use]
    pub fn word(&self, n: i64) -> &str {
        u32::try_from(n).map_or("", |n| self.terms.word(WordId(n)))
    }

    /// An entry by its key, or by its number where it has none.
    #[must_use]
    pub fn entry(&self, n: i64) -> String {
        if n < 0 {
            return String::new();
        }
        let kind = usize::try_from(kind_of(n)).unwrap_or(usize::MAX);
        let key = self.keys.get(kind).and_then(|k| k.get(row_of(n))).copied().unwrap_or(-1);
        if key >= 0 {
            return self.texts.whole(key).to_owned();
        }
        let name = self.terms.kinds.get(kind).map_or("", |k| k.name.as_str());
        format!("{name} {}", row_of(n) + 1)
    }

    fn list(&self, lines: &Lines, ty: &Type) -> String {
        let Type::List(shape) = ty else { return String::new() };
        let Some(shape) = self.terms.shapes.get(shape.at()) else { return String::new() };
        let rows = self.rows(lines, ty);
        let all: Vec<String> = rows
            .iter()
            .map(|row| {
                let values: Vec<String> = row
                    .iter()
                    .zip(&shape.fields)
                    .filter(|(v, _)| **v != Value::Unknown)
                    .map(|(v, (name, ty, _))| {
                        let shown = self.shown(v, ty);
                        if shape.plain { shown } else { format!("{name} {shown}") }
                    })
                    .collect();
                values.join(", ")
            })
            .collect();
        all.join(if shape.plain { ", " } else { "; " })
    }

    /// The lines of a list, a value for each field of its shape.
    #[must_use]
    pub fn rows(&self, lines: &Lines, ty: &Type) -> Vec<Vec<Value>> {
        let Type::List(shape) = ty else { return Vec::new() };
        let Some(shape) = self.terms.shapes.get(shape.at()) else { return Vec::new() };
        let layout = Layout::of_shape(shape);
        (0..lines.len)
            .map(|line| {
                let d = |at: u16| lines.d.get(line * usize::from(layout.decimals) + usize::from(at)).copied();
                let i = |at: u16| lines.i.get(line * usize::from(layout.wholes) + usize::from(at)).copied();
                layout
                    .spots
                    .iter()
                    .map(|spot| {
                        if spot.known.is_some_and(|k| i(k) == Some(0)) {
                            return Value::Unknown;
                        }
                        match spot.place {
                            Place::Decimal(at) | Place::Ratio(at) => d(at).map_or(Value::Unknown, Value::Decimal),
                            Place::Whole(at) | Place::List(at) => i(at).map_or(Value::Unknown, Value::Whole),
                        }
                    })
                    .collect()
            })
            .collect()
    }
}

/// A number with its unit, money in a currency.
#[must_use]
pub fn amount(n: Decimal, ty: &Type, currency: &str) -> String {
    with_unit(&short(n), n, ty, currency)
}

fn with_unit(text: &str, n: Decimal, ty: &Type, currency: &str) -> String {
    let sign = sign(currency);
    let money = |text: &str| {
        let (minus, rest) = text.strip_prefix('-').map_or(("", text), |r| ("-", r));
        if sign.is_empty() { format!("{minus}{currency} {rest}") } else { format!("{minus}{sign}{rest}") }
    };
    match ty.dim() {
        Some(Dim::MONEY | Dim::PER_SHARE) => money(&two_places(text)),
        Some(Dim::SHARES) => format!("{text} {}", if n == Decimal::ONE { "share" } else { "shares" }),
        Some(Dim::DAYS) => format!("{text} {}", if n == Decimal::ONE { "day" } else { "days" }),
        _ => text.to_owned(),
    }
}

/// The same, with as many places as the value is rounded to, where it is.
#[must_use]
pub fn rounded(n: Decimal, ty: &Type, currency: &str, places: Option<u32>) -> String {
    match places {
        None => amount(n, ty, currency),
        Some(_) => with_unit(&number(super::json::pad(n.normalize(), places)), n, ty, currency),
    }
}

/// The same with all its digits, as a paper has it that somebody signs.
#[must_use]
pub fn exact(n: Decimal, ty: &Type, currency: &str, places: Option<u32>) -> String {
    with_unit(&number(super::json::pad(n.normalize(), places)), n, ty, currency)
}

/// The sign of a currency; empty where it has none.
#[must_use]
pub fn sign(currency: &str) -> &'static str {
    match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        _ => "",
    }
}

/// A day, year first.
#[must_use]
pub fn day(n: i64) -> String {
    date(n).map_or_else(|| n.to_string(), |d| d.to_string())
}

/// A number with commas; an ellipsis where digits are left out.
#[must_use]
pub fn short(n: Decimal) -> String {
    let exact = n.normalize();
    if exact.scale() <= DIGITS {
        return number(exact);
    }
    let cut = exact.round_dp_with_strategy(DIGITS, rust_decimal::RoundingStrategy::ToZero);
    format!("{}…", number(cut))
}

/// At least two digits after the point, as money has.
fn two_places(text: &str) -> String {
    match text.split_once('.') {
        None => format!("{text}.00"),
        Some((_, part)) if part.chars().count() == 1 => format!("{text}0"),
        Some(_) => text.to_owned(),
    }
}
