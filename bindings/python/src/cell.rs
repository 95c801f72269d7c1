//! Values on their way to Python: each column has a kind, and every value in it is of that kind or missing.

use rust_decimal::Decimal;
use tenor::engine::run::Value;
use tenor::report::words::Words;
use tenor::terms::{Dim, Terms, Type};

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Exact decimals.
    Decimal,
    /// Days.
    Date,
    /// Minutes, in the time zone of the terms.
    Moment,
    /// Yes or no.
    YesNo,
    /// Whole numbers.
    Whole,
    /// Texts.
    Text,
    /// Lists.
    List(Box<Kind>),
    /// Several values with names.
    Struct(Vec<(String, Kind)>),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// There is none.
    Missing,
    /// An exact decimal.
    Decimal(Decimal),
    /// A day, counted from 1970-01-01.
    Date(i32),
    /// A minute, counted from 1970-01-01.
    Moment(i64),
    /// Yes or no.
    YesNo(bool),
    /// A whole number.
    Whole(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Cell>),
    /// Values in the order of their names.
    Struct(Vec<Cell>),
}

impl Cell {
    /// A text; missing where it is empty.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Missing } else { Self::Text(text) }
    }

    /// The number of a record; missing for a moment between records.
    pub fn record(number: u32) -> Self {
        if number == 0 { Self::Missing } else { Self::Whole(number.into()) }
    }

    /// A day as the engine counts it.
    pub fn day(day: i64) -> Self {
        i32::try_from(since_1970(day)).map_or(Self::Missing, Self::Date)
    }
}

/// A day of the engine, counted from 1970-01-01.
fn since_1970(day: i64) -> i64 {
    day - tenor::event::day_number("1970-01-01").unwrap_or_default()
}

/// A day counted from 1970-01-01, year first.
pub fn day_text(day: i32) -> String {
    tenor::report::words::day(i64::from(day) - since_1970(0))
}

/// The kind of the values of a type.
pub fn kind(terms: &Terms, ty: &Type) -> Kind {
    match ty {
        Type::Quantity(_) | Type::Ratio => Kind::Decimal,
        Type::Date => Kind::Date,
        Type::Moment => Kind::Moment,
        Type::Months | Type::TradingDays => Kind::Whole,
        Type::YesNo => Kind::YesNo,
        Type::Text | Type::Enum(_) | Type::Entry(_) | Type::Line(_) => Kind::Text,
        Type::List(shape) => {
            let Some(shape) = terms.shapes.get(shape.at()) else { return Kind::List(Box::new(Kind::Text)) };
            let mut fields: Vec<(String, Kind)> =
                shape.fields.iter().map(|(name, ty, _)| (name.clone(), kind(terms, ty))).collect();
            let inner = if shape.plain { fields.pop().map_or(Kind::Text, |(_, k)| k) } else { Kind::Struct(fields) };
            Kind::List(Box::new(inner))
        }
    }
}

/// A value of a type.
pub fn cell(words: &Words<'_>, v: &Value, ty: &Type) -> Cell {
    match (v, ty) {
        (Value::Unknown | Value::Failed(_), _) => Cell::Missing,
        (Value::Decimal(n), _) => Cell::Decimal(*n),
        (Value::Whole(n), Type::Moment) => Cell::Moment(since_1970(n.div_euclid(1440)) * 1440 + n.rem_euclid(1440)),
        (Value::Whole(n), Type::Date) => Cell::day(*n),
        (Value::Whole(n), Type::YesNo) => Cell::YesNo(*n != 0),
        (Value::Whole(n), Type::Months | Type::TradingDays) => Cell::Whole(*n),
        (Value::Whole(n), ty) => Cell::Text(words.whole(*n, ty)),
        (Value::List(lines), Type::List(shape)) => {
            let Some(shape) = words.terms.shapes.get(shape.at()) else { return Cell::Missing };
            let row = |values: Vec<Value>| {
                let mut cells: Vec<Cell> = values.iter().zip(&shape.fields).map(|(v, (_, ty, _))| cell(words, v, ty)).collect();
                if shape.plain { cells.pop().unwrap_or(Cell::Missing) } else { Cell::Struct(cells) }
            };
            Cell::List(words.rows(lines, ty).into_iter().map(row).collect())
        }
        (Value::List(_), _) => Cell::Missing,
    }
}

/// The unit of a type, as terms files write it; empty for what has none.
pub fn unit(terms: &Terms, ty: &Type) -> String {
    match ty {
        Type::Quantity(Dim::NUMBER) | Type::Ratio => "number".to_owned(),
        Type::Quantity(dim) => {
            let power = |name: &str, n: i8| match n.unsigned_abs() {
                1 => name.to_owned(),
                n => format!("{name}^{n}"),
            };
            let all = [(terms.currency.as_str(), dim.money), ("share", dim.shares), ("day", dim.days)];
            let plural = |name: &str, n: i8| if n == 1 && name != terms.currency { format!("{name}s") } else { power(name, n) };
            let over: Vec<String> = all.iter().filter(|(_, n)| *n > 0).map(|(name, n)| plural(name, *n)).collect();
            let under: Vec<String> = all.iter().filter(|(_, n)| *n < 0).map(|(name, n)| power(name, *n)).collect();
            let over = if over.is_empty() { "1".to_owned() } else { over.join(" ") };
            if under.is_empty() { over } else { format!("{over}/{}", under.join("/")) }
        }
        _ => String::new(),
    }
}

/// A type, as terms files write it.
pub fn type_name(terms: &Terms, ty: &Type) -> String {
    match ty {
        Type::Quantity(_) | Type::Ratio => unit(terms, ty),
        Type::Date => "date".to_owned(),
        Type::Moment => "moment".to_owned(),
        Type::Months => "months".to_owned(),
        Type::TradingDays => "trading days".to_owned(),
        Type::YesNo => "yes or no".to_owned(),
        Type::Text => "text".to_owned(),
        Type::Enum(words) => words.iter().map(|w| terms.word(*w)).collect::<Vec<_>>().join(" | "),
        Type::Entry(kinds) => {
            kinds.iter().filter_map(|k| terms.kind(*k)).map(|k| k.name.as_str()).collect::<Vec<_>>().join(" or ")
        }
        Type::List(shape) | Type::Line(shape) => {
            let Some(shape) = terms.shapes.get(shape.at()) else { return "list".to_owned() };
            let fields: Vec<String> = shape
                .fields
                .iter()
                .map(|(name, ty, optional)| {
                    let ty = type_name(terms, ty);
                    if shape.plain { ty } else { format!("{name}{}: {ty}", if *optional { "?" } else { "" }) }
                })
                .collect();
            let inner = fields.join(", ");
            if shape.plain { format!("list of {inner}") } else { format!("list of {{{inner}}}") }
        }
    }
}
