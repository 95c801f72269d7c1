//! What waits: amounts that are added, and factors of a state that waits with another.

use super::number;
use super::past::{Key, Waiting};
use super::scene::Scene;
use super::value::{Fault, Number, Value};
use crate::terms::{Expr, Postponement, Proportion, StateId};
use num_traits::One;

/// What would wait, old and new together.
pub(super) fn total(
    scene: &Scene<'_, '_>,
    policy: &Postponement,
    old: &Number,
    new: &Number,
    prior: Option<&Waiting>,
) -> Result<Waiting, Fault> {
    let with = policy.with.as_ref().filter(|w| reads(scene, w.2.as_ref()));
    let leader = with.and_then(|w| scene.run.terms.states.get(w.0.at())).and_then(|s| s.postponement.as_ref());
    // where the other's changes are added, so are the factors; a formula that has what waits in it has the earlier factors too
    let joined = |factor: Number, before: &Number| {
        let of = leader.unwrap_or(policy);
        if applies(scene, policy.compounding.as_ref()) || applies(scene, of.restating.as_ref()) {
            factor
        } else if applies(scene, of.compounding.as_ref()) {
            factor * before
        } else {
            factor + before - Number::one()
        }
    };
    match with.and_then(|w| w.1) {
        Some(Proportion::Direct) => {
            let before = if let Some(Waiting::Factor(f)) = prior { f.clone() } else { Number::one() };
            Ok(Waiting::Factor(joined(number::quotient(new, old)?, &before)))
        }
        Some(Proportion::Inverse) => {
            let before = if let Some(Waiting::Inverse(f)) = prior { f.clone() } else { Number::one() };
            Ok(Waiting::Inverse(joined(number::quotient(old, new)?, &before)))
        }
        None => {
            let change = number::difference(new, old);
            let alone = applies(scene, policy.compounding.as_ref()) || applies(scene, policy.restating.as_ref());
            Ok(Waiting::Amount(match prior {
                Some(waited) if !alone => change + waited.of(old) - old,
                _ => change,
            }))
        }
    }
}

/// An amount that waits of a state, as it waits: in proportion to another, it is a part of the state itself.
pub(super) fn waiting(scene: &Scene<'_, '_>, key: Key, n: Number, in_force: Option<&Value>) -> Result<Waiting, Fault> {
    let Some(Value::Number(in_force)) = in_force else { return Ok(Waiting::Amount(n)) };
    Ok(match proportion(scene, key.0) {
        Some(Proportion::Direct) => Waiting::Factor(number::quotient(&(in_force + n), in_force)?),
        Some(Proportion::Inverse) => Waiting::Inverse(number::quotient(in_force, &(in_force + n))?),
        None => Waiting::Amount(n),
    })
}

/// The way in which a state moves with the one it waits with.
fn proportion(scene: &Scene<'_, '_>, state: StateId) -> Option<Proportion> {
    let policy = scene.run.terms.states.get(state.at())?.postponement.as_ref()?;
    policy.with.as_ref().filter(|w| reads(scene, w.2.as_ref())).and_then(|w| w.1)
}

/// Whether a line of a policy is there and its condition, which asks for readings, holds.
pub(super) fn applies(scene: &Scene<'_, '_>, line: Option<&Option<Expr>>) -> bool {
    line.is_some_and(|when| reads(scene, when.as_ref()))
}

/// Whether a condition that asks for readings holds, where there is one.
pub(super) fn reads(scene: &Scene<'_, '_>, when: Option<&Expr>) -> bool {
    when.is_none_or(|e| scene.run.reads(e))
}

/// The same entry's other state, or that of the issuer.
pub(super) fn sibling(scene: &Scene<'_, '_>, key: Key, state: StateId) -> Key {
    let owned = scene.run.terms.states.get(state.at()).is_some_and(|s| s.of.is_some());
    (state, key.1.filter(|_| owned))
}
