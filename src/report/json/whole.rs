//! A whole JSON document: its form, its parts, how the stream ended, and what it was computed from.

use super::Document;
use crate::report::ending::Ending;
use crate::report::receipt::Receipt;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value as Json};

/// What takes the parts of a document, one by one.
pub trait Sink {
    /// Why it takes no more.
    type Error;

    /// Takes a part under its name.
    ///
    /// # Errors
    /// Where it cannot.
    fn part<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Self::Error>;
}

/// The members of an object.
pub(super) struct Members<M>(pub(super) M);

impl<M: SerializeMap> Sink for Members<M> {
    type Error = M::Error;

    fn part<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), M::Error> {
        self.0.serialize_entry(name, value)
    }
}

/// A document with how its stream ended, and what it was computed from.
pub struct Whole<'r> {
    /// The document.
    pub document: Document<'r>,
    /// How the stream ended.
    pub ending: &'r Ending,
    /// What it was computed from.
    pub receipt: &'r Receipt,
}

/// The form of the document of a run, and its version: a higher one where a member changes its meaning or goes.
pub const SCHEMA: &str = "tenor.run/1";

impl Whole<'_> {
    /// Hands on all parts.
    ///
    /// # Errors
    /// Where they are not taken.
    pub fn parts<K: Sink>(&self, sink: &mut K) -> Result<(), K::Error> {
        sink.part("schema", SCHEMA)?;
        self.document.parts(self.ending, sink)?;
        sink.part("receipt", &self.receipt.json())
    }
}

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = Members(serializer.serialize_map(None)?);
        self.parts(&mut out)?;
        out.0.end()
    }
}

/// A document of another command, with its form and what it was computed from.
#[must_use]
pub fn signed(schema: &str, document: Json, ending: &Ending, receipt: &Receipt) -> Json {
    let mut out = Map::new();
    out.insert("schema".to_owned(), format!("tenor.{schema}/1").into());
    out.extend(ending.stopped_json().map(|s| ("stopped".to_owned(), s)));
    match document {
        Json::Object(members) => out.extend(members),
        other => drop(out.insert(schema.to_owned(), other)),
    }
    out.insert("receipt".to_owned(), receipt.json());
    Json::Object(out)
}
