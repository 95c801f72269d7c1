//! Where the fields of an event and of a list stand among the decimals and the whole numbers of a record.

use super::{Field, KindId, Shape, Terms, Type};

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Among the decimals.
    Decimal(u16),
    /// Two decimals: a fraction.
    Ratio(u16),
    /// Among the whole numbers.
    Whole(u16),
    /// Among the lists.
    List(u16),
}

/// A field's place, and that of its mark for `known`, where it may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The value.
    pub place: Place,
    /// The mark, among the whole numbers: 1 for known.
    pub known: Option<u16>,
}

/// The places of several fields.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// By field.
    pub spots: Vec<Spot>,
    /// How many decimals.
    pub decimals: u16,
    /// How many whole numbers.
    pub wholes: u16,
    /// How many lists.
    pub lists: u16,
}

impl Layout {
    /// A place for one more value.
    pub fn add(&mut self, ty: &Type, optional: bool) -> Spot {
        let place = match ty {
            Type::Ratio => {
                self.decimals += 2;
                Place::Ratio(self.decimals - 2)
            }
            Type::Quantity(_) => {
                self.decimals += 1;
                Place::Decimal(self.decimals - 1)
            }
            Type::List(_) | Type::Line(_) => {
                self.lists += 1;
                Place::List(self.lists - 1)
            }
            Type::Date
            | Type::Moment
            | Type::Months
            | Type::TradingDays
            | Type::YesNo
            | Type::Text
            | Type::Enum(_)
            | Type::Entry(_) => {
                self.wholes += 1;
                Place::Whole(self.wholes - 1)
            }
        };
        let known = optional.then(|| {
            self.wholes += 1;
            self.wholes - 1
        });
        let spot = Spot { place, known };
        self.spots.push(spot);
        spot
    }

    /// The places of the fields of an event.
    #[must_use]
    pub fn of_fields(fields: &[Field]) -> Self {
        let mut out = Self::default();
        for f in fields {
            out.add(&f.ty, f.optional);
        }
        out
    }

    /// The places of the fields of a line.
    #[must_use]
    pub fn of_shape(shape: &Shape) -> Self {
        let mut out = Self::default();
        for (_, ty, optional) in &shape.fields {
            out.add(ty, *optional);
        }
        out
    }
}

impl Terms {
    /// The places of the fields of a kind.
    #[must_use]
    pub fn layout(&self, kind: KindId) -> Layout {
        self.kind(kind).map(|k| Layout::of_fields(&k.fields)).unwrap_or_default()
    }
}

/// The lines of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lines {
    /// How many.
    pub len: usize,
    /// The decimals, line by line.
    pub d: Vec<rust_decimal::Decimal>,
    /// The whole numbers, line by line.
    pub i: Vec<i64>,
}
