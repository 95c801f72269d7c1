//! JSON Lines. Numbers are kept as they are written.

use super::raw::Raw;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Fields in the order they are written.
struct Pairs<'v, 'a>(&'v mut Vec<(Cow<'a, str>, Raw<'a>)>);

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
            self.0.push((key.0, raw(value.get()).map_err(serde::de::Error::custom)?));
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
/// Why it is no record, in words.
pub(super) fn fields<'a>(line: &'a str, into: &mut Vec<(Cow<'a, str>, Raw<'a>)>) -> Result<(), String> {
    let mut de = serde_json::Deserializer::from_str(line);
    Pairs(into).deserialize(&mut de).map_err(|e| words(&e))?;
    de.end().map_err(|e| words(&e))
}

/// One value.
///
/// # Errors
/// Why it is none, in words.
pub(super) fn value(text: &str) -> Result<Raw<'_>, String> {
    let raw_value: &RawValue = serde_json::from_str(text).map_err(|e| words(&e))?;
    raw(raw_value.get())
}

/// A value by its own text.
fn raw(text: &str) -> Result<Raw<'_>, String> {
    match text.as_bytes().first() {
        Some(b'"') => {
            let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
            if inner.contains('\\') {
                let owned: String = serde_json::from_str(text).map_err(|e| words(&e))?;
                return Ok(Raw::Text(Cow::Owned(owned)));
            }
            Ok(Raw::Text(Cow::Borrowed(inner)))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|e| words(&e))?;
            Ok(Raw::List(items.into_iter().map(|v| raw(v.get())).collect::<Result<_, _>>()?))
        }
        Some(b'{') => {
            let mut pairs = Vec::new();
            fields(text, &mut pairs)?;
            Ok(Raw::Record(pairs))
        }
        _ => Ok(Raw::Bare(Cow::Borrowed(text))),
    }
}

/// serde's message without its place, which the stream knows better.
fn words(e: &serde_json::Error) -> String {
    let text = e.to_string();
    match text.rfind(" at line ") {
        Some(at) => format!("{}, at column {}", text.get(..at).unwrap_or(&text), e.column()),
        None => text,
    }
}
