//! The records as rows: the cells that derivations begin from.

use super::eval::DAY_ZERO;
use super::term::Held;
use super::values;
use crate::engine::decimal::div;
use crate::engine::run::{Run, Value};
use crate::event::{Batch, Head, NONE};
use crate::report::words::Words;
use crate::terms::{FieldId, Key, KindId, Layout, Place, Terms, Type};
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};

/// The heads of the columns that every record has.
pub(super) const FIXED: [&str; 7] = ["record", "date", "hour", "event", "id", "recorded", "note"];
/// The column of the day.
pub(super) const DATE: usize = 1;
/// The column of the id.
pub(super) const ID: usize = 4;

/// The records of a run.
pub(super) struct Events<'r> {
    terms: &'r Terms,
    words: Words<'r>,
    /// The records.
    pub records: &'r [(Head, Batch)],
    /// The names of fields, a column for each, after the fixed ones.
    pub fields: Vec<&'r str>,
    /// The first column of numbers that may be changed: they come last.
    pub live: usize,
    columns: FxHashMap<(KindId, FieldId), usize>,
    layouts: FxHashMap<KindId, Layout>,
    by_number: FxHashMap<u32, usize>,
    by_key: FxHashMap<(KindId, String), usize>,
    by_kind: FxHashMap<KindId, Vec<usize>>,
}

impl<'r> Events<'r> {
    pub(super) fn new(terms: &'r Terms, run: &'r Run, records: &'r [(Head, Batch)]) -> Self {
        let words = Words { terms, texts: &run.texts, keys: &run.keys };
        let (columns, layouts) = (FxHashMap::default(), FxHashMap::default());
        let (by_number, by_key, by_kind) = (FxHashMap::default(), FxHashMap::default(), FxHashMap::default());
        let fields = Vec::new();
        let mut out = Self { terms, words, records, fields, live: 0, columns, layouts, by_number, by_key, by_kind };
        records.iter().for_each(|(head, _)| out.kind(head.kind));
        out.numbers_last();
        let refused: FxHashSet<u32> = run.refusals.iter().map(|r| r.when.number).collect();
        for (n, (head, _)) in records.iter().enumerate() {
            out.by_number.insert(head.number, n);
            if refused.contains(&head.number) {
                continue;
            }
            out.by_kind.entry(head.kind).or_default().push(n);
            let key = match terms.kind(head.kind).and_then(|k| k.kept) {
                Some(Key::Id) => out.held(n, ID),
                Some(Key::Field(field)) => out.column(head.kind, field).map_or(Held::Nothing, |c| out.held(n, c)),
                Some(Key::None) | None => Held::Nothing,
            };
            if let Held::Text(key) = key {
                out.by_key.insert((head.kind, key), n);
            }
        }
        out
    }

    /// Columns for the fields of a kind.
    fn kind(&mut self, kind: KindId) {
        if self.layouts.contains_key(&kind) {
            return;
        }
        self.layouts.insert(kind, self.terms.layout(kind));
        for (f, field) in self.terms.kind(kind).into_iter().flat_map(|k| &k.fields).enumerate() {
            let column = self.fields.iter().position(|n| *n == field.name).unwrap_or_else(|| {
                self.fields.push(&field.name);
                self.fields.len() - 1
            });
            self.columns.insert((kind, FieldId::from(f)), FIXED.len() + column);
        }
    }

    /// Puts the columns last that hold numbers in every kind.
    fn numbers_last(&mut self) {
        let fixed = FIXED.len();
        let mut number = vec![true; self.fields.len()];
        for ((kind, field), column) in &self.columns {
            let ty = self.terms.kind(*kind).and_then(|k| k.fields.get(field.at())).map(|f| &f.ty);
            if let Some(slot) = number.get_mut(column - fixed) {
                *slot &= ty.is_some_and(Type::is_decimal);
            }
        }
        let is = |n: &usize| number.get(*n).copied().unwrap_or(false);
        let mut order: Vec<usize> = (0..self.fields.len()).filter(|n| !is(n)).collect();
        self.live = fixed + order.len();
        order.extend((0..self.fields.len()).filter(is));
        self.fields = order.iter().filter_map(|n| self.fields.get(*n).copied()).collect();
        for column in self.columns.values_mut() {
            let at = order.iter().position(|n| n + fixed == *column);
            *column = fixed + at.unwrap_or(*column - fixed);
        }
    }

    /// The column of a field.
    pub(super) fn column(&self, kind: KindId, field: FieldId) -> Option<usize> {
        self.columns.get(&(kind, field)).copied()
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        FIXED.len() + self.fields.len()
    }

    /// Whether there is a record of a kind.
    pub(super) fn has(&self, kind: KindId) -> bool {
        self.layouts.contains_key(&kind)
    }

    /// The row of a record.
    pub(super) fn numbered(&self, number: u32) -> Option<usize> {
        self.by_number.get(&number).copied()
    }

    /// The row of the record that made an entry.
    pub(super) fn keyed(&self, kind: KindId, key: &str) -> Option<usize> {
        self.by_key.get(&(kind, key.to_owned())).copied()
    }

    /// The row of a record of a kind that was applied, counted among them.
    pub(super) fn nth(&self, kind: KindId, n: usize) -> Option<usize> {
        self.by_kind.get(&kind)?.get(n).copied()
    }

    /// The type of what stands in a cell.
    pub(super) fn ty(&self, record: usize, column: usize) -> Type {
        match column {
            0 => Type::NUMBER,
            1 | 5 => Type::Date,
            c if c < FIXED.len() => Type::Text,
            _ => self.field(record, column).map_or(Type::Text, |f| self.type_of(record, f)),
        }
    }

    fn type_of(&self, record: usize, field: FieldId) -> Type {
        let kind = self.records.get(record).and_then(|(head, _)| self.terms.kind(head.kind));
        kind.and_then(|k| k.fields.get(field.at())).map_or(Type::Text, |f| f.ty.clone())
    }

    fn field(&self, record: usize, column: usize) -> Option<FieldId> {
        let (head, _) = self.records.get(record)?;
        let name = self.fields.get(column.checked_sub(FIXED.len())?)?;
        let fields = &self.terms.kind(head.kind)?.fields;
        fields.iter().position(|f| f.name == *name).map(FieldId::from)
    }

    /// What stands in a cell.
    pub(super) fn held(&self, record: usize, column: usize) -> Held {
        let Some((head, batch)) = self.records.get(record) else { return Held::Nothing };
        let text = |n: i64| if n == NONE { Held::Nothing } else { Held::Text(self.words.texts.whole(n).to_owned()) };
        match column {
            0 => Held::Number(head.number.into()),
            1 => Held::Number(Decimal::from(head.day - DAY_ZERO)),
            2 if head.minute == NONE => Held::Nothing,
            2 => Held::Text(format!("{:02}:{:02}", head.minute / 60, head.minute % 60)),
            3 => Held::Text(self.terms.kind(head.kind).map_or_else(String::new, |k| k.name.clone())),
            4 => text(head.id),
            5 => Held::Number(Decimal::from(head.recorded - DAY_ZERO)),
            6 => text(head.note),
            _ => self.field(record, column).map_or(Held::Nothing, |f| self.stated(head, batch, f)),
        }
    }

    fn stated(&self, head: &Head, batch: &Batch, field: FieldId) -> Held {
        let Some(layout) = self.layouts.get(&head.kind) else { return Held::Nothing };
        let count = (usize::from(layout.decimals), usize::from(layout.wholes), usize::from(layout.lists));
        let (d, i, l) = batch.values(head, count);
        let Some(spot) = layout.spots.get(field.at()) else { return Held::Nothing };
        let Some(field) = self.terms.kind(head.kind).and_then(|k| k.fields.get(field.at())) else { return Held::Nothing };
        if spot.known.is_some_and(|k| i.get(usize::from(k)) == Some(&0)) {
            return Held::Nothing;
        }
        match spot.place {
            Place::Decimal(at) => d.get(usize::from(at)).map_or(Held::Nothing, |n| Held::Number(*n)),
            Place::Ratio(at) => match (d.get(usize::from(at)), d.get(usize::from(at) + 1)) {
                (Some(n), Some(below)) => div(*n, *below).map_or(Held::Nothing, Held::Number),
                _ => Held::Nothing,
            },
            Place::Whole(at) => {
                // an entry is named by its key
                let ty = if matches!(field.ty, Type::Entry(_)) { &Type::Text } else { &field.ty };
                i.get(usize::from(at)).map_or(Held::Nothing, |n| values::whole(&self.words, *n, ty))
            }
            Place::List(at) => {
                l.get(usize::from(at)).map_or(Held::Nothing, |l| values::held(&self.words, &Value::List(l.clone()), &field.ty))
            }
        }
    }
}
