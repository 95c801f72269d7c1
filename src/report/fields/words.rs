//! Types and values of fields in words.

use crate::report::words::{day, short};
use crate::terms::{Dim, Field, Literal, Shape, Terms, TextPart, TextTemplate, Type};

/// What the values of a field are.
pub(super) fn of(t: &Terms, field: &Field) -> String {
    match (&field.ty, field.makes, field.any) {
        (_, Some(kind), _) => format!("the name of a new {}", t.kind(kind).map_or("entry", |k| k.name.as_str())),
        (Type::Entry(_), None, true) => format!("{}, ended or not", ty(t, &field.ty)),
        (other, ..) => ty(t, other),
    }
}

/// A type.
pub(super) fn ty(t: &Terms, ty: &Type) -> String {
    match ty {
        Type::Quantity(dim) if *dim == Dim::NUMBER => "number".to_owned(),
        Type::Quantity(dim) if dim.money == 1 => "amount".to_owned(),
        Type::Quantity(_) => "quantity".to_owned(),
        Type::Ratio => "number, kept as a fraction".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Moment => "date and time".to_owned(),
        Type::Months | Type::TradingDays => "whole number".to_owned(),
        Type::YesNo => "yes or no".to_owned(),
        Type::Text => "text".to_owned(),
        Type::Enum(words) => format!("one of {}", words.iter().map(|w| t.word(*w)).collect::<Vec<_>>().join(", ")),
        Type::Entry(kinds) => {
            let names: Vec<&str> = kinds.iter().filter_map(|k| t.kind(*k)).map(|k| k.name.as_str()).collect();
            format!("the name of a {}", names.join(" or "))
        }
        Type::List(shape) => t.shapes.get(shape.at()).map_or_else(String::new, |s| list(t, s)),
        Type::Line(_) => "line of a list".to_owned(),
    }
}

fn list(t: &Terms, shape: &Shape) -> String {
    let field = |(name, kind, optional): &(String, Type, bool)| {
        let (kind, unit) = (ty(t, kind), unit(t, kind));
        let kind = if unit.is_empty() { kind } else { format!("{kind} in {unit}") };
        let may = if *optional { ", if there is one" } else { "" };
        if shape.plain { kind } else { format!("{name} ({kind}{may})") }
    };
    format!("list of {}", shape.fields.iter().map(field).collect::<Vec<_>>().join(", "))
}

/// The unit of a number.
pub(super) fn unit(t: &Terms, ty: &Type) -> String {
    match ty {
        Type::Months => "months".to_owned(),
        Type::TradingDays => "trading days".to_owned(),
        Type::Quantity(dim) => {
            let units = [(dim.money, t.currency.as_str()), (dim.shares, "shares"), (dim.days, "days")];
            let above: Vec<&str> = units.iter().filter(|(p, _)| *p > 0).map(|(_, u)| *u).collect();
            let below: Vec<&str> = units.iter().filter(|(p, _)| *p < 0).map(|(_, u)| u.trim_end_matches('s')).collect();
            match below.as_slice() {
                [] => above.join(" × "),
                below => format!("{}/{}", above.join(" × "), below.join("/")),
            }
        }
        _ => String::new(),
    }
}

/// The words a value may be, where they are counted.
pub(super) fn allowed(t: &Terms, ty: &Type) -> Vec<String> {
    match ty {
        Type::Enum(words) => words.iter().map(|w| t.word(*w).to_owned()).collect(),
        Type::YesNo => vec!["yes".to_owned(), "no".to_owned()],
        _ => Vec::new(),
    }
}

/// A value that is written out.
pub(super) fn literal(t: &Terms, literal: &Literal, ty: &Type) -> String {
    match (literal, ty) {
        (Literal::Number(n), _) => short(*n),
        (Literal::Text(text), _) => text.clone(),
        (Literal::Whole(n), Type::YesNo) => if *n == 1 { "yes" } else { "no" }.to_owned(),
        (Literal::Whole(n), Type::Date) => day(*n),
        (Literal::Whole(n), Type::Enum(words)) => {
            words.iter().find(|w| i64::from(w.0) == *n).map_or_else(String::new, |w| t.word(*w).to_owned())
        }
        (Literal::Whole(n), _) => n.to_string(),
    }
}

/// A text; what is computed in it is left open.
pub(super) fn template(text: &TextTemplate) -> String {
    let part = |p: &TextPart| match p {
        TextPart::Plain(text) => text.clone(),
        TextPart::Value(_) => "…".to_owned(),
    };
    text.parts.iter().map(part).collect()
}
