//! One stream run at many values of one or two inputs, and the exact points at which something begins or ceases to bind.

mod search;
mod show;

pub use search::{By, Crossing, Mark, Search, Target, Tried, crossings, sign};
pub use show::{Digits, document, exactly, figure, json, turns, turns_json};

use super::course::Told;
use super::figure::{Figure, Name, same};
use crate::engine::simplest::{Fraction, is_no_chance, simplest};
use crate::terms::Type;
use rust_decimal::Decimal;

/// What is varied.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// As the user wrote it.
    pub name: String,
    /// The type of its numbers; none where its values are words.
    pub ty: Option<Type>,
}

/// A value of an input.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// A number.
    Number(Decimal),
    /// A word.
    Word(String),
}

/// A figure at every point.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// What it is called.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// The places it is rounded to by the terms, where it is.
    pub places: Option<u32>,
}

/// What a run gives at one value of each input.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The values of the inputs.
    pub settings: Vec<Setting>,
    /// The figures, by head.
    pub figures: Vec<Option<Decimal>>,
    /// How many records were refused.
    pub refusals: usize,
    /// Why the run stopped, where it did.
    pub stopped: Option<String>,
    /// Whether it is a point at which something begins or ceases to bind.
    pub turn: bool,
}

/// A value, exactly, or as near as the arithmetic tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exactly {
    /// This fraction.
    Fraction(Fraction),
    /// A value between two: it is no short fraction.
    Between(Decimal, Decimal),
}

impl Exactly {
    /// Of what lies between two decimals.
    #[must_use]
    pub fn of(low: Decimal, high: Decimal) -> Self {
        let width = high.checked_sub(low).unwrap_or_default();
        match simplest(low, high) {
            Some(f) if is_no_chance(f, width) => Self::Fraction(f),
            _ => Self::Between(low, high),
        }
    }

    /// It as a decimal, where one holds it exactly.
    #[must_use]
    pub fn decimal(self) -> Option<Decimal> {
        match self {
            Self::Fraction(f) => f.decimal(),
            Self::Between(..) => None,
        }
    }

    /// It to as many digits as are known.
    #[must_use]
    pub fn nearly(self) -> Decimal {
        match self {
            Self::Fraction(f) => f.decimal().unwrap_or_else(|| f.nearly()),
            Self::Between(low, _) => low,
        }
    }
}

/// On which side of a turn its point itself lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum There {
    /// As what is below.
    Below,
    /// As what is above.
    Above,
    /// Neither.
    Apart,
}

/// A point at which something begins or ceases to bind.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// The input that is moved.
    pub input: usize,
    /// The values of all inputs; that of the one that is moved is its nearest decimal.
    pub settings: Vec<Setting>,
    /// The point.
    pub at: Exactly,
    /// On which side the point itself lies, where a decimal holds it.
    pub there: Option<There>,
    /// What turns.
    pub told: Vec<Told>,
    /// The figures just below it, and just above.
    pub sides: (Vec<Figure>, Vec<Figure>),
}

/// A sweep.
#[derive(Debug, Clone, Default)]
pub struct Sweep {
    /// The title of the terms.
    pub title: String,
    /// The currency of its money.
    pub currency: String,
    /// What is varied.
    pub inputs: Vec<Input>,
    /// The figures that are not the same at every point.
    pub heads: Vec<Head>,
    /// The points: those asked for, and those at which something turns, in order.
    pub points: Vec<Point>,
    /// Where something turns.
    pub turns: Vec<Turn>,
    /// The figures that are the same at every point.
    pub constant: Vec<Figure>,
}

/// A run at a point, before the figures of all are known.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The values of the inputs.
    pub settings: Vec<Setting>,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// How many records were refused.
    pub refusals: usize,
    /// Why it stopped.
    pub stopped: Option<String>,
    /// Whether something turns there.
    pub turn: bool,
}

impl Sweep {
    /// Lays the points out: a column for each figure that varies.
    #[must_use]
    pub fn with_points(mut self, reached: Vec<Reached>) -> Self {
        let mut heads: Vec<(Head, Option<Decimal>, bool)> = Vec::new();
        for (n, r) in reached.iter().enumerate() {
            for f in &r.figures {
                match heads.iter_mut().find(|(h, ..)| h.name == f.name) {
                    Some((_, value, varies)) => *varies = *varies || !same(*value, f.value),
                    // what is not there at the first point varies
                    None => heads.push((Head { name: f.name.clone(), ty: f.ty.clone(), places: f.places }, f.value, n > 0)),
                }
            }
            for (head, _, varies) in &mut heads {
                *varies = *varies || r.figures.iter().all(|f| f.name != head.name);
            }
        }
        for (head, value, _) in heads.iter().filter(|(.., varies)| !varies) {
            let Head { name, ty, places } = head.clone();
            self.constant.push(Figure { name, ty, value: *value, places });
        }
        self.heads = heads.into_iter().filter(|(.., varies)| *varies).map(|(head, ..)| head).collect();
        let value = |r: &Reached, h: &Head| r.figures.iter().find(|f| f.name == h.name).and_then(|f| f.value);
        self.points = reached
            .into_iter()
            .map(|r| Point {
                figures: self.heads.iter().map(|h| value(&r, h)).collect(),
                settings: r.settings,
                refusals: r.refusals,
                stopped: r.stopped,
                turn: r.turn,
            })
            .collect();
        self
    }
}
