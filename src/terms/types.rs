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

    /// The dimension of a product; none where a power passes what is kept.
    #[must_use]
    pub fn times(self, o: Self) -> Option<Self> {
        Some(Self {
            money: self.money.checked_add(o.money)?,
            shares: self.shares.checked_add(o.shares)?,
            days: self.days.checked_add(o.days)?,
        })
    }

    /// The dimension of a quotient; none where a power passes what is kept.
    #[must_use]
    pub fn per(self, o: Self) -> Option<Self> {
        Some(Self {
            money: self.money.checked_sub(o.money)?,
            shares: self.shares.checked_sub(o.shares)?,
            days: self.days.checked_sub(o.days)?,
        })
    }

    /// The dimension of a whole power; none where a power passes what is kept.
    #[must_use]
    pub fn to_the(self, n: i8) -> Option<Self> {
        Some(Self { money: self.money.checked_mul(n)?, shares: self.shares.checked_mul(n)?, days: self.days.checked_mul(n)? })
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
