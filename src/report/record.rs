//! A record of the stream, in words.

use super::words::{Words, day};
use crate::event::{Batch, Head};
use crate::terms::{Place, Type};
use serde::Serialize;

/// A record.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Record {
    /// Its number in the stream.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Its id; empty without one.
    pub id: String,
    /// Its note; empty without one.
    pub note: String,
    /// Its date: `2006-01-10`.
    pub date: String,
    /// Its fields, those left out not among them: name and value.
    pub fields: Vec<(String, String)>,
}

/// A record with its fields.
#[must_use]
pub fn record(words: &Words<'_>, head: &Head, batch: &Batch) -> Record {
    let layout = words.terms.layout(head.kind);
    let count = (usize::from(layout.decimals), usize::from(layout.wholes), usize::from(layout.lists));
    let (d, i, l) = batch.values(head, count);
    let kind = words.terms.kind(head.kind);
    let text = |n: i64| if n >= 0 { words.texts.whole(n).to_owned() } else { String::new() };
    let fields = kind.map_or(&[][..], |k| &k.fields).iter().zip(&layout.spots).filter_map(|(f, spot)| {
        if spot.known.is_some_and(|k| i.get(usize::from(k)) == Some(&0)) {
            return None;
        }
        let value = match (spot.place, &f.ty) {
            (Place::Decimal(at) | Place::Ratio(at), ty) => words.amount(*d.get(usize::from(at))?, ty),
            // in a record, entries are named by their key
            (Place::Whole(at), Type::Entry(_)) => text(*i.get(usize::from(at))?),
            (Place::Whole(at), ty) => words.whole(*i.get(usize::from(at))?, ty),
            (Place::List(at), ty) => words.shown(&crate::engine::run::Value::List(l.get(usize::from(at))?.clone()), ty),
        };
        (!value.is_empty()).then(|| (f.written().replace('_', " "), value))
    });
    Record {
        number: head.number,
        name: kind.map_or_else(String::new, |k| k.name.replace('_', " ")),
        id: text(head.id),
        note: text(head.note),
        date: day(head.day),
        fields: fields.collect(),
    }
}
