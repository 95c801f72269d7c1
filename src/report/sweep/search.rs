//! Between two values of an input: the points at which a run goes another way, each closed in as far as the arithmetic
//! tells, by halves and over decimals.

use super::{Exactly, There};
use crate::engine::code::Program;
use crate::engine::run::Run;
use crate::engine::simplest::simplest;
use crate::report::course::{Course, Fork, Of, Parts, Told, told};
use crate::report::figure::{Figure, Name};
use crate::terms::Terms;
use rust_decimal::{Decimal, RoundingStrategy};
use std::sync::Arc;

/// What a run is made by.
#[derive(Debug)]
pub struct By {
    /// The terms.
    pub terms: Arc<Terms>,
    /// Their program, which explains.
    pub program: Program,
    /// Where the parts of its rules stand.
    pub parts: Parts,
}

/// A run at one value of the input.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The value.
    pub at: Decimal,
    /// What it was made by.
    pub by: Arc<By>,
    /// The run.
    pub run: Run,
    /// Its course.
    pub course: Course,
    /// Its figures.
    pub figures: Vec<Figure>,
}

impl Tried {
    fn of(&self) -> Of<'_> {
        Of { terms: &self.by.terms, program: &self.by.program, parts: &self.by.parts, run: &self.run, course: &self.course }
    }

    /// A figure by its name.
    #[must_use]
    pub fn figure(&self, name: &Name) -> Option<Decimal> {
        self.figures.iter().find(|f| f.name == *name).and_then(|f| f.value)
    }
}

/// What may be different on two sides of a point.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// The way at a fork.
    Fork(Fork),
    /// Whether a figure is below, at or above a value.
    Sign,
}

/// A figure and the value it is held against.
pub type Target = (Name, Decimal);

/// A point at which something is different on both sides.
#[derive(Debug, Clone)]
pub struct Crossing {
    /// Just below it.
    pub low: Tried,
    /// Just above it.
    pub high: Tried,
    /// What is different.
    pub marks: Vec<Mark>,
    /// Rounder values on both sides, for wording.
    outer: Box<(Tried, Tried)>,
    /// Whether the input is a whole number, so that the point is the first above.
    whole: bool,
}

impl Crossing {
    /// The point.
    #[must_use]
    pub fn at(&self) -> Exactly {
        if self.whole { Exactly::of(self.high.at, self.high.at) } else { Exactly::of(self.low.at, self.high.at) }
    }

    /// On which side a run at the point itself lies.
    #[must_use]
    pub fn there(&self, at: &Tried, target: Option<&Target>) -> There {
        let Some(mark) = self.marks.first() else { return There::Apart };
        let here = way(mark, at, target);
        match (here == way(mark, &self.low, target), here == way(mark, &self.high, target)) {
            (true, _) => There::Below,
            (_, true) => There::Above,
            _ => There::Apart,
        }
    }

    /// What turns there, in words, each thing once.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        let mut out: Vec<Told> = Vec::new();
        for mark in &self.marks {
            let Mark::Fork(fork) = mark else { continue };
            let round = |outer: &'_ Tried, near: &'_ Tried| outer.course.way(fork) == near.course.way(fork);
            let low = if round(&self.outer.0, &self.low) { &self.outer.0 } else { &self.low };
            let high = if round(&self.outer.1, &self.high) { &self.outer.1 } else { &self.high };
            let said = told(fork, low.of(), high.of());
            if !out.contains(&said) {
                out.push(said);
            }
        }
        out
    }
}

/// Where a figure stands to its target: 0 for below, 1 for at it, 2 for above.
#[must_use]
pub fn sign(at: &Tried, (name, value): &Target) -> Option<u16> {
    let figure = at.figure(name)?;
    Some(if figure < *value { 0 } else { 1 + u16::from(figure > *value) })
}

fn way(mark: &Mark, at: &Tried, target: Option<&Target>) -> Option<u16> {
    match mark {
        Mark::Fork(fork) => at.course.way(fork),
        Mark::Sign => target.and_then(|t| sign(at, t)),
    }
}

/// What is different between two runs.
fn marks(a: &Tried, b: &Tried, target: Option<&Target>) -> Vec<Mark> {
    let mut out: Vec<Mark> = a.course.differences(&b.course).into_iter().map(Mark::Fork).collect();
    let signs = target.map(|t| (sign(a, t), sign(b, t)));
    if signs.is_some_and(|(a, b)| a != b) {
        out.push(Mark::Sign);
    }
    out
}

/// The most crossings between two values that are looked for.
const MOST: usize = 200;

/// The points between two values at which something is different on both sides, rising.
#[must_use]
pub fn crossings(low: &Tried, high: &Tried, search: Search<'_>) -> Vec<Crossing> {
    let fine = if search.whole { Decimal::ONE } else { fineness(low.at, high.at) };
    let mut out = Vec::new();
    search.go(low.clone(), high.clone(), fine, &mut out);
    out
}

/// How to search.
#[derive(Clone, Copy)]
pub struct Search<'s> {
    /// A figure whose value is looked for too.
    pub target: Option<&'s Target>,
    /// Whether the input is a whole number.
    pub whole: bool,
    /// A run at a value.
    pub try_at: &'s dyn Fn(Decimal) -> Option<Tried>,
}

impl Search<'_> {
    /// The values to try next: the middle, and now and then both sides of the simplest fraction, for that is where things turn.
    fn next(&self, step: u32, low: Decimal, high: Decimal, fine: Decimal) -> Option<[Option<Decimal>; 2]> {
        let middle = middle(low, high, fine, self.whole)?;
        if self.whole || !step.is_multiple_of(6) {
            return Some([Some(middle), None]);
        }
        let guess =
            simplest(low, high).map(|f| f.nearly().round_dp_with_strategy(fine.scale(), RoundingStrategy::ToNegativeInfinity));
        let beside = |by: Decimal| guess.and_then(|g| g.checked_add(by)).filter(|at| low < *at && *at < high);
        match (beside(-fine), beside(fine)) {
            (None, None) => Some([Some(middle), None]),
            both => Some([both.0, both.1]),
        }
    }

    fn go(self, low: Tried, high: Tried, fine: Decimal, out: &mut Vec<Crossing>) {
        let found = marks(&low, &high, self.target);
        let Some(mark) = found.first() else { return };
        if out.len() >= MOST {
            return;
        }
        let below = way(mark, &low, self.target);
        let (mut l, mut h) = (low.clone(), high.clone());
        for step in 1_u32.. {
            let Some(at) = self.next(step, l.at, h.at, fine) else { break };
            for at in at.into_iter().flatten().filter(|at| l.at < *at && *at < h.at).collect::<Vec<_>>() {
                // the first of two may have moved past the second
                if at <= l.at || h.at <= at {
                    continue;
                }
                let Some(tried) = (self.try_at)(at) else { return };
                if way(mark, &tried, self.target) == below {
                    l = tried;
                } else {
                    h = tried;
                }
            }
        }
        if low.at < l.at {
            self.go(low.clone(), l.clone(), fine, out);
        }
        let marks = marks(&l, &h, self.target);
        let upper = h.clone();
        out.push(Crossing { low: l, high: h, marks, outer: Box::new((low, high.clone())), whole: self.whole });
        if upper.at < high.at {
            self.go(upper, high, fine, out);
        }
    }
}

/// How near to each other both sides are brought: twenty digits.
fn fineness(low: Decimal, high: Decimal) -> Decimal {
    let size = low.abs().max(high.abs());
    let mut scale = 20_u32;
    let mut step = Decimal::TEN;
    while step <= size && scale > 0 {
        scale -= 1;
        step = step.checked_mul(Decimal::TEN).unwrap_or(Decimal::MAX);
    }
    Decimal::new(1, scale)
}

/// A value between two; none where they are near enough: two steps, or one of whole numbers.
fn middle(low: Decimal, high: Decimal, fine: Decimal, whole: bool) -> Option<Decimal> {
    let width = high.checked_sub(low)?;
    if width <= (if whole { fine } else { fine.checked_add(fine)? }) {
        return None;
    }
    let places = if whole { 0 } else { fine.scale() + 1 };
    let at = low.checked_add(width.checked_div(Decimal::TWO)?)?.round_dp(places);
    (low < at && at < high).then_some(at)
}
