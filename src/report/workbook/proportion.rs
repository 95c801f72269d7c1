//! Changes in inverse proportion to those of another state, where both wait: their inverses are added.

use super::derive::Deriver;
use super::eval::same;
use super::round;
use super::term::{Held, Op, Term};
use crate::engine::run::Change;
use crate::terms::{Proportion, StateId};
use rust_decimal::Decimal;

impl Deriver<'_> {
    /// The value after a change on top of what waits: what stands, over the sum of the inverses of the factors of what waits and
    /// of what comes. None where this is not how the state waits, or it gives another value.
    pub(super) fn inverse(&self, c: &Change, state: StateId, parts: (Term, Term, Term)) -> Option<Term> {
        let plan = self.program.plan.states.get(state.at())?;
        if plan.follows != Some(Proportion::Inverse) {
            return None;
        }
        let (stands, would, value) = parts;
        let over = |x: Term| Term::op(Op::Divide, stands.clone(), x);
        let sum = Term::op(Op::Add, over(would), over(value));
        let mut out = over(Term::op(Op::Subtract, sum, Term::whole(1)));
        if let Some(r) = plan.rounding {
            if r.keeps {
                return None;
            }
            out = round::rounded(out.clone(), &self.eval(&out)?, r.mode, r.unit)?;
        }
        self.eval(&out).is_some_and(|v| same(&v, &self.after(c))).then_some(out)
    }

    /// Whether the value after a change may be such a one.
    pub(super) fn may_be_inverse(&self, state: StateId, values: [Decimal; 4]) -> bool {
        let [stands, would, value, after] = values.map(Term::Number);
        let plan = self.program.plan.states.get(state.at());
        if plan.is_none_or(|p| p.follows != Some(Proportion::Inverse)) {
            return false;
        }
        let over = |x: Term| Term::op(Op::Divide, stands.clone(), x);
        let sum = Term::op(Op::Subtract, Term::op(Op::Add, over(would), over(value)), Term::whole(1));
        let (Some(Held::Number(found)), Term::Number(after)) = (self.eval(&over(sum)), after) else { return false };
        // rounded by less than a unit
        let unit = plan.and_then(|p| p.rounding).map_or_else(|| Decimal::new(1, 12), |r| r.unit);
        found.checked_sub(after).is_some_and(|d| d.abs() <= unit)
    }
}
