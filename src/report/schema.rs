//! JSON Schemas: of what a run of terms gives, and of a stream they read. What every run has is fixed; the rest is in the terms.

mod events;
mod fixed;
mod result;

pub use events::events;
pub use result::result;

use crate::terms::{Terms, Type};
use serde_json::{Map, Value as Json, json};

/// What a schema says it is written in.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Numbers in results are texts, so that no reader rounds them.
const DECIMAL: &str = "^-?[0-9]+(\\.[0-9]+)?$";
/// A day.
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
/// A day with an hour.
const MOMENT: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}$";

/// An object with these members and no other.
fn object(properties: Map<String, Json>, required: Vec<String>) -> Json {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// A value or none.
fn or_null(of: Json) -> Json {
    json!({ "anyOf": [of, { "type": "null" }] })
}

/// The words of a type that has some.
fn words(terms: &Terms, ty: &Type) -> Vec<String> {
    match ty {
        Type::Enum(words) => words.iter().map(|w| terms.word(*w).to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// What a number is a number of: `$`, `$/share`, `shares`; empty for a plain one.
fn unit(terms: &Terms, ty: &Type) -> String {
    let Some(dim) = ty.dim() else { return String::new() };
    let (mut above, mut below) = (Vec::new(), Vec::new());
    let currency = if terms.currency.is_empty() { "money" } else { terms.currency.as_str() };
    for (power, many, one) in [(dim.money, currency, currency), (dim.shares, "shares", "share"), (dim.days, "days", "day")] {
        let raised = |name: &str| if power.abs() == 1 { name.to_owned() } else { format!("{name}^{}", power.abs()) };
        match power.signum() {
            1 => above.push(raised(many)),
            -1 => below.push(raised(one)),
            _ => {}
        }
    }
    match (above.is_empty(), below.is_empty()) {
        (true, true) => String::new(),
        (_, true) => above.join(" "),
        (true, false) => format!("1/{}", below.join(" ")),
        (false, false) => format!("{}/{}", above.join(" "), below.join(" ")),
    }
}
