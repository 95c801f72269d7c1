//! Rounding. A spreadsheet keeps fifteen digits: what is computed is first freed of what it lost beyond them, so that a value
//! on a boundary stays on it.

use super::derive::{Deriver, Sort, Step};
use super::term::{At, Function, Held, Op, Term};
use crate::engine::graph::{Node, NodeId};
use crate::terms::{RoundingMode, Type};
use rust_decimal::Decimal;

/// A value in units: how many places of a decimal are kept, or by what it is divided before and multiplied after.
struct Units {
    freed: Term,
    places: i64,
    factor: Option<Decimal>,
}

fn units(x: Term, value: &Held, unit: Decimal) -> Option<Units> {
    let Held::Number(value) = value else { return None };
    let unit = unit.normalize();
    let (steps, factor, places) = match unit.mantissa() {
        1 => (x, None, i64::from(unit.scale())),
        _ => (Term::op(Op::Divide, x, Term::Number(unit)), Some(unit), 0),
    };
    let before_point = i64::try_from(value.abs().trunc().to_string().len()).ok()?;
    let kept = (13 - before_point).clamp(places + 1, 12.max(places + 1));
    Some(Units { freed: call(Function::Round, steps, kept), places, factor })
}

fn call(f: Function, x: Term, places: i64) -> Term {
    Term::Call(f, vec![x, Term::whole(places)])
}

/// A value rounded to a multiple of a unit; none for ties that go to the even one, which takes a line of its own.
pub(super) fn rounded(x: Term, value: &Held, mode: RoundingMode, unit: Decimal) -> Option<Term> {
    let u = units(x, value, unit)?;
    let function = match mode {
        RoundingMode::Down => Function::RoundDown,
        RoundingMode::Up => Function::RoundUp,
        RoundingMode::HalfAwayFromZero => Function::Round,
        RoundingMode::HalfToEven => return None,
    };
    Some(scaled(call(function, u.freed, u.places), u.factor))
}

fn scaled(x: Term, factor: Option<Decimal>) -> Term {
    match factor {
        None => x,
        Some(unit) => Term::op(Op::Multiply, x, Term::Number(unit)),
    }
}

impl Deriver<'_> {
    /// A rounded value.
    pub(super) fn rounded(&mut self, t: usize, id: NodeId, x: NodeId, mode: RoundingMode, unit: NodeId) -> Option<Term> {
        let inner = self.term(t, x)?;
        let Node::Decimal(bytes) = self.graph().get(self.graph().plain(unit)) else {
            return self.given(t, id, "rounded to a unit that is computed");
        };
        let (value, unit) = (self.eval(&inner)?, Decimal::deserialize(*bytes));
        if mode != RoundingMode::HalfToEven {
            return rounded(inner, &value, mode, unit);
        }
        let u = units(inner, &value, unit)?;
        let scale = Decimal::from(10_i64.checked_pow(u32::try_from(u.places).ok()?)?);
        let mut step = Step::new(Sort::Formula, "what is rounded, in units", Type::NUMBER);
        step.term = Some(if u.places == 0 { u.freed } else { Term::op(Op::Multiply, u.freed, Term::Number(scale)) });
        let cell = Term::Cell(At::Step(self.put(Some(t), None, step)));
        let out = to_even(&cell);
        let out = if u.places == 0 { out } else { Term::op(Op::Divide, out, Term::Number(scale)) };
        Some(scaled(out, u.factor))
    }
}

/// A whole number; a tie goes to twice a whole number.
fn to_even(x: &Term) -> Term {
    let whole = Term::Call(Function::Trunc, vec![x.clone()]);
    let part = Term::Call(Function::Abs, vec![Term::op(Op::Subtract, x.clone(), whole)]);
    let tie = Term::op(Op::Equal, call(Function::Round, part, 6), Term::Number(Decimal::new(5, 1)));
    let half = Term::op(Op::Divide, x.clone(), Term::whole(2));
    let even = Term::op(Op::Multiply, Term::whole(2), call(Function::Round, half, 0));
    Term::Call(Function::If, vec![tie, even, call(Function::Round, x.clone(), 0)])
}
