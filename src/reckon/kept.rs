//! Numbers as they are kept: rounded as states are, divided among the lines of a list, and as decimals.

use super::formula::Formula;
use super::number;
use super::value::{Fault, Got, Lack, Number, Value};
use super::world::World;
use crate::terms::{Expr, StateId, Type};
use std::rc::Rc;

impl<'t, W: World> Formula<'_, 't, W> {
    /// The part of a value that falls to the line at hand; the last line takes what rounding leaves.
    pub(super) fn portion(&self, value: &'t Expr, weight: &'t Expr, as_state: Option<StateId>, e: &'t Expr) -> Got<Number> {
        let Some(list) = self.list.clone() else { return Err(Lack::Unknown(e.span)) };
        let fault = |f: Fault| Lack::Fault(f, e.span);
        let whole = self.number(value)?;
        let mut weights = Vec::new();
        for line in list.lines.iter() {
            self.set(list.var, Ok(Value::Line(Rc::clone(line))));
            weights.push(self.number(weight)?);
        }
        if let Some(line) = list.lines.get(list.at) {
            self.set(list.var, Ok(Value::Line(Rc::clone(line))));
        }
        let total: Number = weights.iter().sum();
        let part = |w: &Number| {
            let part = number::quotient(&(&whole * w), &total)?;
            as_state.map_or_else(|| number::kept(&part), |state| self.rounded_as(&part, state))
        };
        let parts: Vec<Number> = weights.iter().map(part).collect::<Result<_, _>>().map_err(fault)?;
        let last = list.at + 1 == list.lines.len();
        if last {
            let before: Number = parts.iter().take(list.at).sum();
            return number::kept(&(whole - before)).map_err(fault);
        }
        parts.get(list.at).cloned().ok_or(Lack::Unknown(e.span))
    }

    /// A number rounded as a state is whenever it is given a value.
    pub(super) fn rounded_as(&self, n: &Number, state: StateId) -> Result<Number, Fault> {
        let lines = self.terms.states.get(state.at()).map_or(&[][..], |s| s.rounding.as_slice());
        let applies = |when: &'t Option<Expr>| when.as_ref().is_none_or(|w| self.holds(w) == Ok(true));
        match lines.iter().find(|l| applies(&l.when)) {
            Some(line) => {
                number::rounded(n, line.mode, &number::of_decimal(line.unit), line.keeps).and_then(|n| number::kept(&n))
            }
            None => number::kept(n),
        }
    }
}

/// A value as states and fields hold it: a number is a decimal, a ratio a fraction of two of them where both fit.
pub(super) fn settled(value: Value, ty: &Type) -> Result<Value, Fault> {
    let Value::Number(n) = value else { return Ok(value) };
    if *ty == Type::Ratio {
        let fits = |n: &num_bigint::BigInt| n.magnitude().bits() <= 96;
        if fits(n.numer()) && fits(n.denom()) {
            return Ok(Value::Number(n));
        }
    }
    number::kept(&n).map(Value::Number)
}
