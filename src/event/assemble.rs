//! A record's fields, by name and as written, to values by place.

use super::error::What;
use super::number::decimal;
use super::raw::Raw;
use super::record::{Batch, Given, Head, NONE};
use super::trouble::Trouble;
use crate::check::nearest as near;
use crate::intern::Interner;
use crate::terms::{EventSort, Field, KindId, Layout, Lines, Literal, Place, Shape, Spot, Terms, Type, WordId};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// What a stream is checked against.
pub struct Schema<'t> {
    terms: &'t Terms,
    kinds: FxHashMap<&'t str, KindId>,
    layouts: Vec<Layout>,
    words: FxHashMap<&'t str, i64>,
    d: Vec<Decimal>,
    i: Vec<i64>,
    l: Vec<Lines>,
    given: Vec<bool>,
}

/// What every record may have.
const HEAD: [&str; 6] = ["date", "event", "time", "id", "recorded", "note"];

/// A field that is missing or wrong.
type Read<T> = Result<T, What>;

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
        self.values(kind, event, fields, texts)?;
        let head = Head { number, kind, day, minute, id, recorded, note, at: (0, 0, 0) };
        batch.push(head, &self.d, &self.i, &self.l);
        batch.heads.last().copied().ok_or_else(|| no_head("event", &[]))
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

    fn number(&self, field: &str, value: &Raw<'_>) -> Read<Decimal> {
        let text = value.plain().ok_or_else(|| wrong(field, value, "a number"))?;
        decimal(text).ok_or_else(|| What::BadNumber {
            field: field.to_owned(),
            text: text.to_owned(),
            trouble: Trouble::of(text),
        })
    }

    fn whole(&self, field: &str, ty: &Type, value: &Raw<'_>, texts: &mut Interner) -> Read<i64> {
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

    fn list(&self, field: &str, shape: &Shape, value: &Raw<'_>, texts: &mut Interner) -> Read<Lines> {
        let bad = |why: String| What::BadList { field: field.to_owned(), why, example: self.example(shape) };
        let parsed;
        let items = match value {
            Raw::List(items) => items,
            // a list in a cell is written as JSON
            Raw::Text(t) if t.trim_start().starts_with('[') => {
                parsed = super::jsonl::value(t).map_err(bad)?;
                match &parsed {
                    Raw::List(items) => items,
                    _ => return Err(bad("it is not in brackets".to_owned())),
                }
            }
            Raw::Text(t) | Raw::Bare(t) => return Err(bad(format!("`{t}` is not in brackets"))),
            Raw::Record(_) => return Err(bad("it is a record alone, not in brackets".to_owned())),
        };
        let layout = Layout::of_shape(shape);
        let mut out = Lines { len: items.len(), ..Lines::default() };
        for (n, item) in items.iter().enumerate() {
            let part = || part(field, n, shape, item);
            out.d.resize(out.d.len() + usize::from(layout.decimals), Decimal::ZERO);
            out.i.resize(out.i.len() + usize::from(layout.wholes), 0);
            if shape.plain {
                let within = |what| What::Part { of: part(), what: Box::new(what) };
                let Some((_, ty, _)) = shape.fields.first() else { continue };
                self.fill(field, ty, &layout, 0, item, &mut out, texts).map_err(within)?;
                continue;
            }
            let Raw::Record(pairs) = item else {
                return Err(bad(format!("part {} is {}, and not a record in braces", n + 1, quoted(item))));
            };
            for (at, (name, ty, optional)) in shape.fields.iter().enumerate() {
                let given = pairs.iter().find(|(k, v)| k == name && !v.is_null()).map(|(_, v)| v);
                match given {
                    Some(given) => {
                        let within = |what| What::Part { of: part(), what: Box::new(what) };
                        self.fill(name, ty, &layout, at, given, &mut out, texts).map_err(within)?;
                    }
                    None if *optional => {}
                    None => return Err(What::MissingField { of: part(), field: name.clone() }),
                }
            }
            if let Some((name, _)) = pairs.iter().find(|(k, _)| shape.fields.iter().all(|f| f.0 != *k)) {
                let nearest = near(name, shape.fields.iter().map(|f| f.0.as_str()));
                let known = shape.fields.iter().map(|f| f.0.clone()).collect();
                return Err(What::UnknownPart { of: part(), field: name.to_string(), nearest, known });
            }
        }
        Ok(out)
    }

    /// A value of the last part of a list.
    #[expect(clippy::too_many_arguments, reason = "a value, its type, where it goes and what it is called")]
    fn fill(
        &self,
        name: &str,
        ty: &Type,
        layout: &Layout,
        at: usize,
        given: &Raw<'_>,
        out: &mut Lines,
        texts: &mut Interner,
    ) -> Read<()> {
        let Some(spot) = layout.spots.get(at) else { return Ok(()) };
        let d0 = out.d.len().saturating_sub(usize::from(layout.decimals));
        let i0 = out.i.len().saturating_sub(usize::from(layout.wholes));
        match spot.place {
            Place::Decimal(at) | Place::Ratio(at) => {
                let n = self.number(name, given)?;
                if let Some(slot) = out.d.get_mut(d0 + usize::from(at)) {
                    *slot = n;
                }
            }
            Place::Whole(at) | Place::List(at) => {
                let n = self.whole(name, ty, given, texts)?;
                if let Some(slot) = out.i.get_mut(i0 + usize::from(at)) {
                    *slot = n;
                }
            }
        }
        if let Some(slot) = spot.known.and_then(|k| out.i.get_mut(i0 + usize::from(k))) {
            *slot = 1;
        }
        Ok(())
    }

    /// A list of a shape as it would be written.
    fn example(&self, shape: &Shape) -> String {
        let value = |ty: &Type| match ty {
            Type::Quantity(_) | Type::Ratio | Type::Months | Type::TradingDays => "100".to_owned(),
            Type::Date => "\"2006-01-10\"".to_owned(),
            Type::Moment => "\"2006-01-10T17:00\"".to_owned(),
            Type::YesNo => "true".to_owned(),
            Type::Enum(words) => format!("\"{}\"", words.first().map_or("…", |w| self.terms.word(*w))),
            Type::Text | Type::Entry(_) | Type::List(_) | Type::Line(_) => "\"…\"".to_owned(),
        };
        let needed = shape.fields.iter().filter(|(_, _, optional)| !optional);
        if shape.plain {
            return format!("[{}]", needed.map(|(_, ty, _)| value(ty)).collect::<Vec<_>>().join(","));
        }
        let pairs: Vec<String> = needed.map(|(name, ty, _)| format!("\"{name}\":{}", value(ty))).collect();
        format!("[{{{}}}]", pairs.join(","))
    }
}

/// ``part 1 of `into` (W-3)``
fn part(field: &str, n: usize, shape: &Shape, item: &Raw<'_>) -> String {
    let of = format!("part {} of `{field}`", n + 1);
    let (Raw::Record(pairs), Some((first, Type::Text | Type::Entry(_), _))) = (item, shape.fields.first()) else { return of };
    match pairs.iter().find(|(k, _)| k == first).and_then(|(_, v)| v.plain()) {
        Some(key) if key != "null" => format!("{of} ({key})"),
        _ => of,
    }
}

/// A value for a message.
fn quoted(value: &Raw<'_>) -> String {
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

/// A date by its text.
#[must_use]
pub fn day_number(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| -> Option<i32> {
        bytes.get(range)?.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i32::from(b - b'0')))
    };
    let dashes = bytes.len() == 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    if !dashes {
        return None;
    }
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let date = NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    Some(i64::from(date.num_days_from_ce()))
}

/// The minute of the day by its text.
#[must_use]
pub fn minute_of(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let short = hour.len() == 2 && minute.len() == 2 && text.bytes().all(|b| b.is_ascii_digit() || b == b':');
    let (hour, minute) = (hour.parse::<i64>().ok()?, minute.parse::<i64>().ok()?);
    (short && hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn day(field: &str, value: &Raw<'_>) -> Read<i64> {
    let text = value.plain().unwrap_or("");
    day_number(text).ok_or_else(|| What::BadDate { field: field.to_owned(), text: value.shown() })
}

fn clock(field: &str, value: &Raw<'_>) -> Read<i64> {
    let wanted = "time of day";
    minute_of(value.plain().unwrap_or("")).ok_or_else(|| What::BadTime { field: field.to_owned(), text: value.shown(), wanted })
}

fn moment(field: &str, value: &Raw<'_>) -> Read<i64> {
    let text = value.plain().unwrap_or("");
    let found = text.split_once(['T', ' ']).and_then(|(d, t)| Some(day_number(d)? * 1440 + minute_of(t)?));
    found.ok_or_else(|| What::BadTime { field: field.to_owned(), text: value.shown(), wanted: "moment" })
}
