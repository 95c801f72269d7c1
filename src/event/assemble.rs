//! A record's fields, by name and as written, to values by place.

use super::error::What;
use super::number::decimal;
use super::raw::Raw;
use super::record::{Amends, Batch, Given, Head, NONE};
use super::time::{clock, day, moment};
use super::trouble::Trouble;
use crate::check::nearest as near;
use crate::intern::Interner;
use crate::terms::{EventSort, Field, KindId, Layout, Lines, Literal, Place, Spot, Terms, Type, WordId};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// What a stream is checked against.
pub struct Schema<'t> {
    pub(super) terms: &'t Terms,
    kinds: FxHashMap<&'t str, KindId>,
    layouts: Vec<Layout>,
    words: FxHashMap<&'t str, i64>,
    d: Vec<Decimal>,
    i: Vec<i64>,
    l: Vec<Lines>,
    given: Vec<bool>,
}

/// What every record may have.
const HEAD: [&str; 8] = ["date", "event", "time", "id", "recorded", "note", "corrects", "retracts"];

/// A field that is missing or wrong.
pub(super) type Read<T> = Result<T, What>;

impl<'t> Schema<'t> {
    /// The events of the terms.
    #[must_use]
    pub fn new(terms: &'t Terms) -> Self {
        let from_stream = |k: &&crate::terms::Kind| k.sort != EventSort::Deemed;
        let kinds =
            terms.kinds.iter().enumerate().filter(|(_, k)| from_stream(k)).map(|(n, k)| (k.name.as_str(), KindId::from(n)));
        Self {
            terms,
            kinds: kinds.collect(),
            layouts: (0..terms.kinds.len()).map(|n| terms.layout(KindId::from(n))).collect(),
            words: terms.words.iter().enumerate().map(|(n, w)| (w.as_str(), i64::try_from(n).unwrap_or(0))).collect(),
            d: Vec::new(),
            i: Vec::new(),
            l: Vec::new(),
            given: Vec::new(),
        }
    }

    /// One record, with its values at the end of the batch.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn record(
        &mut self,
        fields: &[(Cow<'_, str>, Raw<'_>)],
        number: u32,
        texts: &mut Interner,
        batch: &mut Batch,
    ) -> Read<Head> {
        let get = |name: &'static str| fields.iter().find(|(k, v)| k == name && !v.is_null()).map(|(_, v)| v);
        let event = get("event").ok_or_else(|| no_head("event", fields))?;
        let event = event.plain().ok_or_else(|| no_head("event", &[]))?;
        let Some(kind) = self.kinds.get(event).copied() else {
            let known = self.terms.kinds.iter().filter(|k| k.sort != EventSort::Deemed).map(|k| k.name.clone()).collect();
            let nearest = near(event, self.kinds.keys().copied());
            return Err(What::UnknownEvent { name: event.to_owned(), nearest, known });
        };
        let day = day("date", get("date").ok_or_else(|| no_head("date", fields))?)?;
        let minute = get("time").map_or(Ok(NONE), |v| clock("time", v))?;
        let recorded = get("recorded").map_or(Ok(day), |v| self::day("recorded", v))?;
        let mut text = |name| get(name).and_then(Raw::plain).map_or(NONE, |t| texts.add(t).whole());
        let (id, note) = (text("id"), text("note"));
        let amends = self.amends(kind, fields, texts)?;
        match amends {
            Amends::Retracts(_) => self.no_values(kind, fields)?,
            Amends::Nothing | Amends::Corrects(_) => self.values(kind, event, fields, texts)?,
        }
        let head = Head { number, kind, day, minute, id, recorded, note, amends, at: (0, 0, 0) };
        batch.push(head, &self.d, &self.i, &self.l);
        batch.heads.last().copied().ok_or_else(|| no_head("event", &[]))
    }

    /// Whether a record stands for an earlier one. A field that the event declares under such a name is a field.
    fn amends(&self, kind: KindId, fields: &[(Cow<'_, str>, Raw<'_>)], texts: &mut Interner) -> Read<Amends> {
        let own = |name: &str| self.terms.kind(kind).is_some_and(|k| k.fields.iter().any(|f| f.written() == name));
        let get = |name: &str| fields.iter().find(|(k, v)| k == name && !v.is_null() && !own(name)).map(|(_, v)| v);
        let mut text = |name: &str, value: &Raw<'_>| {
            let text = value.plain().filter(|t| !t.is_empty());
            text.map(|t| texts.add(t).whole()).ok_or_else(|| wrong(name, value, "the key of a record, or its number"))
        };
        match (get("corrects"), get("retracts")) {
            (None, None) => Ok(Amends::Nothing),
            (Some(of), None) => text("corrects", of).map(Amends::Corrects),
            (None, Some(of)) => text("retracts", of).map(Amends::Retracts),
            (Some(_), Some(of)) => Err(wrong("retracts", of, "left out where `corrects` is given")),
        }
    }

    /// The values of a record that withdraws another: none.
    fn no_values(&mut self, kind: KindId, fields: &[(Cow<'_, str>, Raw<'_>)]) -> Read<()> {
        if let Some((name, value)) = fields.iter().find(|(k, v)| !HEAD.contains(&k.as_ref()) && !v.is_null()) {
            return Err(wrong(name, value, "left out of a record that retracts another"));
        }
        let Some(layout) = self.layouts.get(kind.at()) else { return Ok(()) };
        self.d.clear();
        self.d.resize(usize::from(layout.decimals), Decimal::ZERO);
        self.i.clear();
        self.i.resize(usize::from(layout.wholes), 0);
        self.l.clear();
        self.l.resize(usize::from(layout.lists), Lines::default());
        Ok(())
    }

    fn values(&mut self, kind: KindId, event: &str, fields: &[(Cow<'_, str>, Raw<'_>)], texts: &mut Interner) -> Read<()> {
        let terms = self.terms;
        let Some(decl) = terms.kind(kind) else { return Ok(()) };
        let Some(layout) = self.layouts.get(kind.at()) else { return Ok(()) };
        self.d.clear();
        self.d.resize(usize::from(layout.decimals), Decimal::ZERO);
        self.i.clear();
        self.i.resize(usize::from(layout.wholes), 0);
        self.l.clear();
        self.l.resize(usize::from(layout.lists), Lines::default());
        self.given.clear();
        self.given.resize(decl.fields.len(), false);
        let mut told: Vec<(&str, &Raw<'_>)> = Vec::new();
        for (n, (name, value)) in fields.iter().enumerate() {
            if fields.iter().take(n).any(|(k, _)| k == name) {
                return Err(What::Twice { field: name.to_string() });
            }
            if value.is_null() {
                continue;
            }
            match decl.fields.iter().position(|f| f.name == *name) {
                Some(at) => self.set(kind, at, value, texts)?,
                None if HEAD.contains(&name.as_ref()) => {}
                None if decl.fields.iter().any(|f| f.choice.is_some() && f.written() == name) => told.push((name, value)),
                None => {
                    let mut known: Vec<&str> = decl.fields.iter().map(Field::written).collect();
                    known.dedup();
                    let nearest = near(name, known.iter().copied().chain(HEAD));
                    let known = known.into_iter().map(str::to_owned).collect();
                    return Err(What::UnknownField { of: format!("`{event}`"), field: name.to_string(), nearest, known });
                }
            }
        }
        for (name, value) in told {
            self.told(kind, event, name, value, texts)?;
        }
        self.rest(kind, event, texts)
    }

    /// A value whose type another field tells.
    fn told(&mut self, kind: KindId, event: &str, name: &str, value: &Raw<'_>, texts: &mut Interner) -> Read<()> {
        let terms = self.terms;
        let Some(decl) = terms.kind(kind) else { return Ok(()) };
        for (at, field) in decl.fields.iter().enumerate() {
            let Some((teller, word)) = field.choice else { continue };
            if field.written() != name || !self.given.get(teller.at()).copied().unwrap_or(false) {
                continue;
            }
            let spot = self.layouts.get(kind.at()).and_then(|l| l.spots.get(teller.at()));
            if let Some(Spot { place: Place::Whole(n), .. }) = spot
                && self.i.get(usize::from(*n)) == Some(&i64::from(word.0))
            {
                return self.set(kind, at, value, texts);
            }
        }
        Err(What::UnknownField { of: format!("this `{event}`"), field: name.to_owned(), nearest: None, known: Box::default() })
    }

    /// Defaults of what was left out; what must be given and was not.
    fn rest(&mut self, kind: KindId, event: &str, texts: &mut Interner) -> Read<()> {
        let terms = self.terms;
        let Some(decl) = terms.kind(kind) else { return Ok(()) };
        for (at, field) in decl.fields.iter().enumerate() {
            if self.given.get(at).copied().unwrap_or(false) || field.optional {
                continue;
            }
            let place = self.layouts.get(kind.at()).and_then(|l| l.spots.get(at)).map(|s| s.place);
            match (&field.default, place) {
                (Some(Literal::Number(n)), Some(Place::Decimal(to))) => put(&mut self.d, to, *n),
                (Some(Literal::Whole(n)), Some(Place::Whole(to))) => put(&mut self.i, to, *n),
                (Some(Literal::Text(t)), Some(Place::Whole(to))) => put(&mut self.i, to, texts.add(t).whole()),
                _ => return Err(What::MissingField { of: format!("`{event}`"), field: field.name.clone() }),
            }
        }
        Ok(())
    }

    fn set(&mut self, kind: KindId, at: usize, value: &Raw<'_>, texts: &mut Interner) -> Read<()> {
        let terms = self.terms;
        let Some(field) = terms.kind(kind).and_then(|k| k.fields.get(at)) else { return Ok(()) };
        let Some(spot) = self.layouts.get(kind.at()).and_then(|l| l.spots.get(at)).copied() else { return Ok(()) };
        let name = field.written();
        match (&field.ty, spot.place) {
            (Type::List(shape), Place::List(to)) => {
                let Some(shape) = terms.shapes.get(shape.at()) else { return Ok(()) };
                let lines = self.list(name, shape, value, texts)?;
                put(&mut self.l, to, lines);
            }
            (ty, Place::Decimal(to) | Place::Ratio(to)) => {
                let n = self.number(name, value)?;
                put(&mut self.d, to, n);
                if *ty == Type::Ratio {
                    put(&mut self.d, to + 1, Decimal::ONE);
                }
            }
            (ty, Place::Whole(to) | Place::List(to)) => {
                let n = self.whole(name, ty, value, texts)?;
                put(&mut self.i, to, n);
            }
        }
        if let Some(k) = spot.known {
            put(&mut self.i, k, 1);
        }
        if let Some(g) = self.given.get_mut(at) {
            *g = true;
        }
        Ok(())
    }

    /// A value for a field, by itself.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn value(&self, kind: KindId, at: usize, value: &Raw<'_>, texts: &mut Interner) -> Read<Given> {
        let Some(field) = self.terms.kind(kind).and_then(|k| k.fields.get(at)) else { return Ok(Given::Whole(NONE)) };
        match &field.ty {
            Type::Quantity(_) | Type::Ratio => self.number(field.written(), value).map(Given::Number),
            ty => self.whole(field.written(), ty, value, texts).map(Given::Whole),
        }
    }

    pub(super) fn number(&self, field: &str, value: &Raw<'_>) -> Read<Decimal> {
        let text = value.plain().ok_or_else(|| wrong(field, value, "a number"))?;
        decimal(text).ok_or_else(|| What::BadNumber {
            field: field.to_owned(),
            text: text.to_owned(),
            trouble: Trouble::of(text),
        })
    }

    pub(super) fn whole(&self, field: &str, ty: &Type, value: &Raw<'_>, texts: &mut Interner) -> Read<i64> {
        match ty {
            Type::Date => day(field, value),
            Type::Moment => moment(field, value),
            Type::YesNo => match value.plain() {
                Some("true" | "yes") => Ok(1),
                Some("false" | "no") => Ok(0),
                _ => Err(wrong(field, value, "true or false")),
            },
            Type::Enum(words) => self.word(field, words, value),
            Type::Text | Type::Entry(_) => {
                let text = value.plain().ok_or_else(|| wrong(field, value, "text"))?;
                Ok(texts.add(text).whole())
            }
            Type::Months | Type::TradingDays => {
                let n = self.number(field, value)?;
                let whole = n.is_integer().then(|| n.normalize().mantissa()).and_then(|m| i64::try_from(m).ok());
                whole.ok_or_else(|| wrong(field, value, "a whole number"))
            }
            Type::Quantity(_) | Type::Ratio | Type::List(_) | Type::Line(_) => Err(wrong(field, value, "one value")),
        }
    }

    fn word(&self, field: &str, words: &[WordId], value: &Raw<'_>) -> Read<i64> {
        let text = value.plain().ok_or_else(|| wrong(field, value, "a word"))?;
        let found = self.words.get(text).copied().filter(|n| words.iter().any(|w| i64::from(w.0) == *n));
        found.ok_or_else(|| What::BadWord {
            field: field.to_owned(),
            text: text.to_owned(),
            words: words.iter().map(|w| self.terms.word(*w).to_owned()).collect(),
            nearest: near(text, words.iter().map(|w| self.terms.word(*w))),
        })
    }
}

/// A value for a message.
pub(super) fn quoted(value: &Raw<'_>) -> String {
    match value {
        Raw::Text(t) | Raw::Bare(t) => format!("`{t}`"),
        Raw::List(_) | Raw::Record(_) => value.shown(),
    }
}

/// What every record has and this one has not; a name that is nearly it may stand there.
fn no_head(field: &'static str, fields: &[(Cow<'_, str>, Raw<'_>)]) -> What {
    let given = near(field, fields.iter().map(|(k, _)| k.as_ref()).filter(|k| !HEAD.contains(k)));
    What::NoHead { field, given }
}

fn put<T>(list: &mut [T], at: u16, value: T) {
    if let Some(slot) = list.get_mut(usize::from(at)) {
        *slot = value;
    }
}

fn wrong(field: &str, value: &Raw<'_>, wanted: &'static str) -> What {
    What::BadValue { field: field.to_owned(), found: quoted(value), wanted }
}
