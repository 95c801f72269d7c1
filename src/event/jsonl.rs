//! JSON Lines. Numbers are kept as they are written.

use super::error::What;
use super::raw::Raw;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Fields in the order they are written, and how many brackets their values may have inside one another.
struct Pairs<'v, 'a>(&'v mut Vec<(Cow<'a, str>, Raw<'a>)>, usize);

impl<'a> DeserializeSeed<'a> for Pairs<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Pairs<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record in braces")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Key<'a>>()? {
            let value: &'a RawValue = map.next_value()?;
            self.0.push((key.0, raw(value.get(), self.1).map_err(serde::de::Error::custom)?));
        }
        Ok(())
    }
}

/// A key, borrowed where it can be.
struct Key<'a>(Cow<'a, str>);

impl<'a> Deserialize<'a> for Key<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'a> Visitor<'a> for V {
            type Value = Key<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }
            fn visit_borrowed_str<E>(self, v: &'a str) -> Result<Key<'a>, E> {
                Ok(Key(Cow::Borrowed(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Key<'a>, E> {
                Ok(Key(Cow::Owned(v.to_owned())))
            }
        }
        deserializer.deserialize_str(V)
    }
}

/// The fields of a record on one line.
///
/// # Errors
/// Why it is no record, and what to do.
pub(crate) fn fields<'a>(line: &'a str, into: &mut Vec<(Cow<'a, str>, Raw<'a>)>) -> Result<(), What> {
    let mut de = serde_json::Deserializer::from_str(line);
    Pairs(into, DEEPEST).deserialize(&mut de).and_then(|()| de.end()).map_err(|e| {
        let (why, help) = record(line, &e);
        What::NotARecord { why, help }
    })
}

/// Why a line is no record, and what to do.
fn record(line: &str, e: &serde_json::Error) -> (String, String) {
    let each = "each line is one record in braces: {\"date\":\"2006-01-10\",\"event\":\"split\",\"new\":2,\"old\":1}";
    if line.starts_with('[') {
        return ("the line is a list".to_owned(), each.to_owned());
    }
    if !line.starts_with('{') {
        return ("the line does not begin with a brace".to_owned(), each.to_owned());
    }
    if e.is_eof() {
        let help = "end it with `}`; a record stands on one line, and text in quotation marks";
        return ("the line ends before the record is complete".to_owned(), help.to_owned());
    }
    if e.to_string().starts_with("trailing characters") {
        return (format!("{} at column {} follows its end", token(line, e), column(line, e)), each.to_owned());
    }
    words(line, e)
}

/// One value.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn value(text: &str) -> Result<Raw<'_>, String> {
    let raw_value: &RawValue = serde_json::from_str(text)
        .map_err(|e| if e.is_eof() { "it ends before it is complete".to_owned() } else { words(text, &e).0 })?;
    raw(raw_value.get(), DEEPEST).map_err(|e| words(text, &e).0)
}

/// The most brackets inside one another that a value may have.
const DEEPEST: usize = 32;

/// A value by its own text; what stands in it may have so many brackets inside one another.
fn raw(text: &str, deepest: usize) -> serde_json::Result<Raw<'_>> {
    let Some(deeper) = deepest.checked_sub(1) else {
        return Err(serde::de::Error::custom(format!("a value has more than {DEEPEST} brackets inside one another")));
    };
    match text.as_bytes().first() {
        Some(b'"') => {
            let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
            if inner.contains('\\') {
                let owned: String = serde_json::from_str(text)?;
                return Ok(Raw::Text(Cow::Owned(owned)));
            }
            Ok(Raw::Text(Cow::Borrowed(inner)))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            Ok(Raw::List(items.into_iter().map(|v| raw(v.get(), deeper)).collect::<Result<_, _>>()?))
        }
        Some(b'{') => {
            let mut pairs = Vec::new();
            Pairs(&mut pairs, deeper).deserialize(&mut serde_json::Deserializer::from_str(text))?;
            Ok(Raw::Record(pairs))
        }
        _ => Ok(Raw::Bare(Cow::Borrowed(text))),
    }
}

/// What is wrong with a text, and what to do: what stands there, and where.
fn words(line: &str, e: &serde_json::Error) -> (String, String) {
    let text = e.to_string();
    let said = text.rfind(" at line ").and_then(|at| text.get(..at)).unwrap_or(&text);
    if e.column() == 0 {
        return (said.to_owned(), String::new());
    }
    let (found, at) = (token(line, e), column(line, e));
    match said {
        "expected value" | "expected ident" | "invalid number" => (
            format!("{found} at column {at} is not a value"),
            number(&found)
                .unwrap_or_else(|| "a value is a number, `true`, `false`, `null`, or text in quotation marks".to_owned()),
        ),
        "key must be a string" => {
            (format!("{found} at column {at} is not the name of a field"), "write names of fields in quotation marks".to_owned())
        }
        "trailing comma" => (format!("nothing follows the comma before column {at}"), "leave that comma out".to_owned()),
        _ => match said.strip_prefix("expected ") {
            Some(wanted) => (format!("{found} stands at column {at}, where {wanted} is expected"), String::new()),
            None => (format!("{said}, at column {at}"), String::new()),
        },
    }
}

/// How a number is written that JSON does not take as one: `.5`, `5.`, `+2`.
fn number(found: &str) -> Option<String> {
    let plain = found.trim_matches('`').trim_start_matches('+').trim_end_matches('.');
    let padded = if plain.starts_with('.') { format!("0{plain}") } else { plain.to_owned() };
    super::number::decimal(&padded).map(|_| format!("write it as {padded}"))
}

/// The byte an error speaks of.
fn byte(line: &str, e: &serde_json::Error) -> usize {
    let mut at = e.column().saturating_sub(1).min(line.len());
    while !line.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The column an error speaks of, where its word begins, from 1.
fn column(line: &str, e: &serde_json::Error) -> usize {
    let (start, _) = word(line, byte(line, e));
    line.get(..start).map_or(0, |head| head.chars().count()) + 1
}

/// What stands there, in backticks.
fn token(line: &str, e: &serde_json::Error) -> String {
    let (start, end) = word(line, byte(line, e));
    format!("`{}`", line.get(start..end).unwrap_or(""))
}

/// The word around a place, or the sign there.
fn word(line: &str, at: usize) -> (usize, usize) {
    let of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
    let (head, tail) = line.split_at_checked(at).unwrap_or((line, ""));
    // a number that ends with its point is wrong where it ends
    let cut = head.ends_with('.') && tail.starts_with([',', '}', ']']);
    if !cut && !tail.starts_with(of_word) {
        return (at, at + tail.chars().next().map_or(0, char::len_utf8));
    }
    let start = head.trim_end_matches(of_word).len();
    (start, at + tail.find(|c| !of_word(c)).unwrap_or(tail.len()))
}
