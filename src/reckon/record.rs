//! Records of a stream, with their values by field.

use super::number::of_decimal;
use super::value::Value;
use crate::event::{Amends, Batch, Head, NONE};
use crate::intern::Interner;
use crate::terms::{Key, KindId, Layout, Lines, Place, Spot, Terms, Type};
use rust_decimal::Decimal;
use std::rc::Rc;

/// A record. Entries stand in it by their keys.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its number in the stream, from 1.
    pub number: u32,
    /// Its kind.
    pub kind: KindId,
    /// Its day.
    pub day: i64,
    /// Its minute of the day, where one is stated.
    pub minute: Option<i64>,
    /// Its id.
    pub id: Option<String>,
    /// The day it became known.
    pub recorded: i64,
    /// Its fields; none where one was left out.
    pub fields: Vec<Option<Value>>,
    /// The record that it corrects or withdraws.
    pub amends: Option<Amended>,
}

/// What a record says of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// The other's key or id, or its number.
    pub of: String,
    /// Whether the other never was.
    pub retracts: bool,
}

/// Where values are read from.
struct Values<'a> {
    d: &'a [Decimal],
    i: &'a [i64],
    l: &'a [Lines],
    terms: &'a Terms,
    texts: &'a Interner,
}

impl Record {
    /// A record of a batch.
    #[must_use]
    pub fn read(terms: &Terms, batch: &Batch, head: &Head, texts: &Interner) -> Self {
        let layout = terms.layout(head.kind);
        let n = (usize::from(layout.decimals), usize::from(layout.wholes), usize::from(layout.lists));
        let (d, i, l) = batch.values(head, n);
        let values = Values { d, i, l, terms, texts };
        let fields = terms.kind(head.kind).map_or(&[][..], |k| k.fields.as_slice());
        let text = |n: i64| (n != NONE).then(|| texts.whole(n).to_owned());
        Self {
            number: head.number,
            kind: head.kind,
            day: head.day,
            minute: (head.minute != NONE).then_some(head.minute),
            id: text(head.id),
            recorded: head.recorded,
            amends: match head.amends {
                Amends::Nothing => None,
                Amends::Corrects(of) => Some(Amended { of: texts.whole(of).to_owned(), retracts: false }),
                Amends::Retracts(of) => Some(Amended { of: texts.whole(of).to_owned(), retracts: true }),
            },
            fields: fields.iter().zip(&layout.spots).map(|(f, spot)| values.one(&f.ty, spot)).collect(),
        }
    }
}

impl Record {
    /// What it is called by: the key of the entry it makes, or its id.
    #[must_use]
    pub fn called(&self, terms: &Terms) -> Option<String> {
        match terms.kind(self.kind).and_then(|k| k.kept) {
            Some(Key::Field(field)) => match self.fields.get(field.at()) {
                Some(Some(Value::Text(text))) => Some(text.to_string()),
                _ => None,
            },
            _ => self.id.clone(),
        }
    }
}

impl Values<'_> {
    fn one(&self, ty: &Type, spot: &Spot) -> Option<Value> {
        if spot.known.is_some_and(|k| self.i.get(usize::from(k)) != Some(&1)) {
            return None;
        }
        let number = |at: u16| self.d.get(usize::from(at)).copied().map(of_decimal);
        match spot.place {
            Place::Decimal(at) => number(at).map(Value::Number),
            // a record that withdraws another gives no values
            Place::Ratio(at) => {
                let below = number(at + 1).filter(|n| *n != super::value::Number::default())?;
                Some(Value::Number(number(at)? / below))
            }
            Place::Whole(at) => {
                let n = *self.i.get(usize::from(at))?;
                Some(match ty {
                    Type::Text | Type::Entry(_) => Value::text(self.texts.whole(n)),
                    _ => Value::Whole(n),
                })
            }
            Place::List(at) => self.list(ty, self.l.get(usize::from(at))?),
        }
    }

    fn list(&self, ty: &Type, lines: &Lines) -> Option<Value> {
        let Type::List(shape) = ty else { return None };
        let shape = self.terms.shapes.get(shape.at())?;
        let layout = Layout::of_shape(shape);
        let part = |n: usize, size: u16| n * usize::from(size)..(n + 1) * usize::from(size);
        let line = |n: usize| {
            let d = lines.d.get(part(n, layout.decimals)).unwrap_or(&[]);
            let i = lines.i.get(part(n, layout.wholes)).unwrap_or(&[]);
            let values = Values { d, i, l: &[], terms: self.terms, texts: self.texts };
            let spots = shape.fields.iter().zip(&layout.spots);
            Rc::new(spots.map(|((_, ty, _), spot)| values.one(ty, spot)).collect())
        };
        Some(Value::List(Rc::new((0..lines.len).map(line).collect())))
    }
}
