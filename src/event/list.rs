//! Lists of a record: each part to values by place.

use super::assemble::{Read, Schema, quoted};
use super::error::What;
use super::raw::Raw;
use crate::check::nearest as near;
use crate::intern::Interner;
use crate::terms::{Layout, Lines, Place, Shape, Type};
use rust_decimal::Decimal;

impl Schema<'_> {
    pub(super) fn list(&self, field: &str, shape: &Shape, value: &Raw<'_>, texts: &mut Interner) -> Read<Lines> {
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
