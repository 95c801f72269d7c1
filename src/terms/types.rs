//! Types and dimensions.

use super::{KindId, ShapeId, WordId};

/// The dimension of a number: powers of money, shares and days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Dim {
    /// Of money.
    pub money: i8,
    /// Of shares.
    pub shares: i8,
    /// Of days.
    pub days: i8,
}

impl Dim {
    /// A plain number.
    pub const NUMBER: Self = Self { money: 0, shares: 0, days: 0 };
    /// Money.
    pub const MONEY: Self = Self { money: 1, shares: 0, days: 0 };
    /// Shares.
    pub const SHARES: Self = Self { money: 0, shares: 1, days: 0 };
    /// Days.
    pub const DAYS: Self = Self { money: 0, shares: 0, days: 1 };
    /// Money for each share.
    pub const PER_SHARE: Self = Self { money: 1, shares: -1, days: 0 };

    /// The dimension of a product.
    #[must_use]
    pub const fn times(self, o: Self) -> Self {
        Self { money: self.money + o.money, shares: self.shares + o.shares, days: self.days + o.days }
    }

    /// The dimension of a quotient.
    #[must_use]
    pub const fn per(self, o: Self) -> Self {
        Self { money: self.money - o.money, shares: self.shares - o.shares, days: self.days - o.days }
    }
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// A number with its dimension.
    Quantity(Dim),
    /// A number kept as a fraction in lowest terms.
    Ratio,
    /// A day.
    Date,
    /// A day with an hour.
    Moment,
    /// A number of calendar months.
    Months,
    /// A number of trading days.
    TradingDays,
    /// A condition.
    YesNo,
    /// Text.
    Text,
    /// One of several words.
    Enum(Vec<WordId>),
    /// An entry, or a past event, of one of several kinds.
    Entry(Vec<KindId>),
    /// A list of lines.
    List(ShapeId),
    /// A line of a list.
    Line(ShapeId),
}

impl Type {
    /// A plain number.
    pub const NUMBER: Self = Self::Quantity(Dim::NUMBER);

    /// The dimension, for numbers.
    #[must_use]
    pub const fn dim(&self) -> Option<Dim> {
        match self {
            Self::Quantity(dim) => Some(*dim),
            Self::Ratio => Some(Dim::NUMBER),
            Self::Date
            | Self::Moment
            | Self::Months
            | Self::TradingDays
            | Self::YesNo
            | Self::Text
            | Self::Enum(_)
            | Self::Entry(_)
            | Self::List(_)
            | Self::Line(_) => None,
        }
    }

    /// Whether values of it are decimals.
    #[must_use]
    pub const fn is_decimal(&self) -> bool {
        matches!(self, Self::Quantity(_) | Self::Ratio)
    }
}
