//! One input moved, the others held: the turns between two of its values.

use super::rig::Rig;
use super::vary::Value;
use crate::report::sweep::{By, Crossing, Reached, Search, Setting, Target, Tried, Turn, crossings};
use crate::terms::{Dim, Type};
use rust_decimal::Decimal;
use std::sync::Arc;

/// One input, moved.
pub(super) struct Along<'r> {
    rig: &'r Rig,
    values: Vec<Value>,
    axis: usize,
    /// The program, where it is the same at every value.
    by: Option<Arc<By>>,
}

impl<'r> Along<'r> {
    /// Moves an input of a point.
    pub(super) fn new(rig: &'r Rig, point: &[Value], axis: usize, by: Option<Arc<By>>) -> Option<Self> {
        let compiled = rig.targets.get(axis).is_some_and(|t| rig.is_compiled(t));
        let by = if compiled { None } else { Some(by.map_or_else(|| rig.by(point), Some)?) };
        Some(Self { rig, values: point.to_vec(), axis, by })
    }

    /// A run at a value.
    pub(super) fn at(&self, n: Decimal) -> Option<Tried> {
        let values = self.values(n);
        let by = self.by.as_ref().map_or_else(|| self.rig.by(&values), |by| Some(Arc::clone(by)))?;
        Some(self.rig.at(&by, &values, n))
    }

    fn values(&self, n: Decimal) -> Vec<Value> {
        let mut values = self.values.clone();
        if let Some(slot) = values.get_mut(self.axis) {
            *slot = Value::number(n);
        }
        values
    }

    /// What stands of a run.
    fn reached(&self, tried: &Tried) -> Reached {
        Reached {
            settings: self.settings(tried.at),
            figures: tried.figures.clone(),
            refusals: tried.run.refusals.len(),
            stopped: self.rig.stopped(tried),
            turn: true,
        }
    }

    fn settings(&self, n: Decimal) -> Vec<Setting> {
        self.values(n).into_iter().map(|v| v.setting).collect()
    }

    /// A crossing as a turn, with what a run at it gives.
    pub(super) fn turn(&self, c: &Crossing, target: Option<&Target>) -> (Turn, Option<Tried>) {
        let at = c.at();
        let here = at.decimal().and_then(|n| self.at(n));
        let there = here.as_ref().map(|h| c.there(h, target));
        let mut told = c.told();
        for t in &mut told {
            t.event = self.rig.event(t.number);
        }
        let sides = (c.low.figures.clone(), c.high.figures.clone());
        (Turn { input: self.axis, settings: self.settings(at.nearly()), at, there, told, sides }, here)
    }

    /// The crossings between two runs.
    pub(super) fn crossings(&self, low: &Tried, high: &Tried, target: Option<&Target>) -> Vec<Crossing> {
        crossings(low, high, Search { target, whole: self.is_whole(low, high), try_at: &|n| self.at(n) })
    }

    /// Whether an input is a whole number: a number of shares, where a part of one is refused that whole ones are not.
    fn is_whole(&self, low: &Tried, high: &Tried) -> bool {
        let of_shares = self.rig.targets.get(self.axis).and_then(|t| t.input.ty.as_ref()?.dim()) == Some(Dim::SHARES);
        if !of_shares || !low.at.is_integer() || !high.at.is_integer() || high.at <= low.at + Decimal::ONE {
            return false;
        }
        let bad = |t: &Tried| t.run.stopped.is_some() || !t.run.refusals.is_empty();
        let half = Decimal::new(5, 1);
        let part = |whole: &Tried, at: Decimal| !bad(whole) && self.at(at).is_some_and(|t| bad(&t));
        part(low, low.at + half) || part(high, high.at - half)
    }
}

/// Values from one to another at equal distances, whole ones where both ends are a whole number of shares.
pub(super) fn steps((from, to): (Decimal, Decimal), count: i64, ty: Option<&Type>) -> Vec<Decimal> {
    let width = to.checked_sub(from).unwrap_or_default();
    let whole = ty.and_then(Type::dim) == Some(Dim::SHARES) && from.is_integer() && to.is_integer();
    let at = |n: i64| {
        let at = width.checked_mul(Decimal::from(n))?.checked_div(Decimal::from(count))?.checked_add(from)?;
        Some(if whole { at.round() } else { at })
    };
    let mut out: Vec<Decimal> = (0..=count).filter_map(at).collect();
    out.dedup();
    out
}

/// The turns between two values, rising, each with what a run at it gives where a decimal holds it; none where the terms are
/// too large. The way between them is looked at in so many parts.
pub(super) fn between(along: &Along<'_>, low: Decimal, high: Decimal, parts: usize) -> Option<Vec<(Turn, Option<Reached>)>> {
    let ty = along.rig.targets.get(along.axis).and_then(|t| t.input.ty.as_ref());
    let count = i64::try_from(parts).unwrap_or(1);
    let mut out = Vec::new();
    let mut last: Option<Tried> = None;
    for at in steps((low, high), count, ty) {
        let here = along.at(at)?;
        if let Some(last) = last.replace(here.clone()).filter(|l| l.course.digest() != here.course.digest()) {
            for c in along.crossings(&last, &here, None) {
                let (turn, there) = along.turn(&c, None);
                out.push((turn, there.map(|t| along.reached(&t))));
            }
        }
    }
    Some(out)
}
