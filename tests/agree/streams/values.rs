//! The fields of a random record.

use super::{Line, Maker, dates, powers};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use tenor::terms::{Dim, Field, Key, KindId, Place, Shape, Type};

impl Maker<'_> {
    /// The fields of a record, some of them as in another of its kind.
    pub(super) fn fields(&mut self, kind: KindId, line: &mut Line, like: Option<&Line>) {
        let terms = self.terms;
        let Some(decl) = terms.kind(kind) else { return };
        let key = match decl.kept {
            Some(Key::Field(f)) => Some(f.at()),
            _ => None,
        };
        for (n, field) in decl.fields.iter().enumerate() {
            if field.choice.is_some_and(|(teller, word)| {
                let told = decl.fields.get(teller.at()).and_then(|f| line.get(&f.name)).and_then(Json::as_str);
                told != Some(terms.word(word))
            }) {
                continue;
            }
            let may_lack = field.optional || field.default.is_some();
            let given = like.and_then(|l| l.get(field.written())).filter(|_| self.dice.chance(60)).cloned();
            let value = match given {
                _ if Some(n) == key => Json::String(self.fresh(kind)),
                Some(given) if !speaks(field) => given,
                _ if may_lack
                    && self.dice.chance(if like.is_some_and(|l| l.get(field.written()).is_none()) { 85 } else { 35 }) =>
                {
                    continue;
                }
                _ => self.value(field),
            };
            line.insert(field.written().to_owned(), value);
        }
    }

    /// Changes one field of a record.
    pub(super) fn change(&mut self, kind: KindId, line: &mut Line) {
        let terms = self.terms;
        let Some(decl) = terms.kind(kind) else { return };
        let Some(field) = self.dice.pick(&decl.fields) else { return };
        let is_key = matches!(decl.kept, Some(Key::Field(f)) if decl.fields.get(f.at()).is_some_and(|k| k.name == field.name));
        if field.choice.is_some() || is_key || field.makes.is_some() {
            return;
        }
        if field.optional && self.dice.chance(30) {
            line.remove(field.written());
        } else {
            let value = self.value(field);
            line.insert(field.written().to_owned(), value);
        }
    }

    fn value(&mut self, field: &Field) -> Json {
        if let Some(makes) = field.makes {
            return Json::String(self.fresh(makes));
        }
        match &field.ty {
            Type::List(shape) => match self.terms.shapes.get(shape.at()) {
                Some(shape) => self.list(shape),
                None => Json::Array(Vec::new()),
            },
            ty => self.plain(ty),
        }
    }

    fn plain(&mut self, ty: &Type) -> Json {
        let text = match ty {
            Type::Quantity(dim) => self.number(*dim).normalize().to_string(),
            Type::Ratio => self.number(Dim::NUMBER).normalize().to_string(),
            Type::Date => dates::text(self.day()),
            Type::Moment => {
                let minute = *self.dice.pick(&[0, 570, 600, 1019, 1020, 1021, 1439]).unwrap_or(&0);
                format!("{}T{:02}:{:02}", dates::text(self.day()), minute / 60, minute % 60)
            }
            Type::Months => self.dice.pick(&self.pool.months).copied().unwrap_or(6).to_string(),
            Type::TradingDays => self.dice.between(0, 12).to_string(),
            Type::YesNo => return Json::Bool(self.dice.chance(50)),
            Type::Enum(words) => self.dice.pick(words).map_or_else(String::new, |w| self.terms.word(*w).to_owned()),
            Type::Entry(kinds) => self.named(kinds),
            Type::Text => self.text(),
            Type::List(_) | Type::Line(_) => String::new(),
        };
        Json::String(text)
    }

    fn text(&mut self) -> String {
        match self.dice.roll(3) {
            0 if !self.pool.texts.is_empty() => self.dice.pick(&self.pool.texts).cloned().unwrap_or_default(),
            _ => (*self.dice.pick(&["A", "B", "C"]).unwrap_or(&"A")).to_owned(),
        }
    }

    fn day(&mut self) -> i64 {
        let (day, _) = self.clock.next(self.dice, self.pool);
        day
    }

    /// A list: mostly short; often its shares make up a number that has been seen.
    fn list(&mut self, shape: &Shape) -> Json {
        let count = *self.dice.pick(&[0, 1, 1, 1, 2, 2, 2, 3, 3]).unwrap_or(&1);
        let layout = tenor::terms::Layout::of_shape(shape);
        let whole = self.seen.get(&powers(Dim::SHARES)).and_then(|s| self.dice.pick(s)).copied();
        let whole = whole.filter(|w| w.is_sign_positive() && self.dice.chance(70));
        let (mut lines, mut left) = (Vec::new(), whole);
        for n in 0..count {
            let mut line = Map::new();
            for (at, (name, ty, optional)) in shape.fields.iter().enumerate() {
                if *optional && self.dice.chance(40) {
                    continue;
                }
                let made = shape.makes.iter().find(|(f, _)| f.at() == at).map(|(_, kind)| *kind);
                let is_number = matches!(layout.spots.get(at).map(|s| s.place), Some(Place::Decimal(_)));
                let value = match (made, left) {
                    (Some(kind), _) => Json::String(self.fresh(kind)),
                    (None, Some(rest)) if is_number && ty.dim() == Some(Dim::SHARES) => {
                        let part = if n + 1 == count { rest } else { (rest / Decimal::from(self.dice.between(1, 4))).trunc() };
                        left = Some(rest - part);
                        Json::String(part.normalize().to_string())
                    }
                    _ => self.plain(ty),
                };
                line.insert(name.clone(), value);
            }
            lines.push(if shape.plain { line.into_iter().next().map_or(Json::Null, |(_, v)| v) } else { Json::Object(line) });
        }
        Json::Array(lines)
    }

    /// A number: at or beside one of the terms, one that has been seen or a part of it, or any.
    fn number(&mut self, dim: Dim) -> Decimal {
        let constants = self.pool.numbers.get(&powers(dim)).map_or(&[][..], Vec::as_slice);
        let any = self.ordinary(dim);
        let seen = self.seen.get(&powers(dim)).map_or(&[][..], Vec::as_slice);
        let constant = self.dice.pick(constants).copied().unwrap_or(any);
        let known = self.dice.pick(seen).copied().unwrap_or(constant);
        let part = self.dice.pick(&self.pool.parts).copied().unwrap_or(Decimal::new(1, 2));
        let near = [0, 0, 1, 2, 4, 8, 12];
        let beside = |dice: &mut crate::dice::Dice, n: Decimal| {
            let step = Decimal::new(1, *dice.pick(&near).unwrap_or(&2));
            match dice.roll(3) {
                0 => n,
                1 => n.checked_add(step).unwrap_or(n),
                _ => n.checked_sub(step).unwrap_or(n),
            }
        };
        match self.dice.roll(100) {
            0..22 => beside(self.dice, constant),
            22..40 => beside(self.dice, known),
            40..50 => {
                let product = known.checked_mul(part).unwrap_or(known);
                beside(self.dice, product)
            }
            50..56 => known.checked_div(Decimal::from(self.dice.between(2, 7))).unwrap_or(known),
            56..60 => known.checked_mul(Decimal::from(self.dice.between(2, 5))).unwrap_or(known),
            60..62 => Decimal::ZERO,
            62..64 => -any,
            64..65 => Decimal::new(self.dice.between(1, 999), 9),
            65..66 => Decimal::new(self.dice.between(1, 999_999), 25),
            66..67 => Decimal::from(self.dice.between(1, 999)) * Decimal::from(10_i64.pow(12)),
            67..68 => Decimal::from(10_i64.pow(14)) * Decimal::from(10_i64.pow(13)),
            _ => any,
        }
    }

    /// A number such as people write.
    fn ordinary(&mut self, dim: Dim) -> Decimal {
        let d = &mut *self.dice;
        match powers(dim) {
            (1, -1, 0) => Decimal::new(d.between(1, 1000), *d.pick(&[2, 2, 2, 3, 4]).unwrap_or(&2)),
            (0, 1, 0) => match d.roll(4) {
                0 => Decimal::from(d.between(1, 99)),
                1 => Decimal::from(d.between(1, 1_000)) * Decimal::from(1_000),
                2 => Decimal::new(d.between(1, 9_999_999), 2),
                _ => Decimal::from(d.between(1, 100)) * Decimal::from(1_000_000),
            },
            (1, 0, 0) => Decimal::new(d.between(1, 99_999_999), *d.pick(&[0, 2, 2]).unwrap_or(&2)),
            (0, 0, 1) => Decimal::from(d.between(0, 90)),
            (0, 0, 0) => match d.roll(3) {
                0 => Decimal::from(d.between(1, 12)),
                1 => Decimal::new(d.between(1, 200), 2),
                _ => Decimal::new(d.between(1, 99_999), 4),
            },
            _ => Decimal::new(d.between(1, 10_000), 2),
        }
    }
}

/// Whether a field names entries, which are those of this stream.
fn speaks(field: &Field) -> bool {
    matches!(field.ty, Type::Entry(_)) || field.makes.is_some() || matches!(field.ty, Type::List(_))
}
