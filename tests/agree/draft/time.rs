//! Days, moments, months and trading days.

use super::form::Form;
use super::maker::{ATOM, E, Maker, OPERAND, VALUE};
use super::scope::Scope;
use super::world::{DAYS, NUMBER, Ty, World};

impl Maker {
    /// A formula of time.
    pub(super) fn time(&mut self, cx: &Scope, form: Form, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        use Form as F;
        let ty = match form {
            F::Date | F::Today | F::ShiftDays | F::ShiftMonths | F::ShiftTradingDays | F::DayOf => Ty::Date,
            F::Moment | F::Now | F::Hour | F::StartOf | F::CloseOf => Ty::Moment,
            F::Months => Ty::Months,
            F::TradingDays => Ty::TradingDays,
            F::DaysInYear | F::DaysBetween => DAYS,
            _ => NUMBER,
        };
        let ty = self.given(want, ty)?;
        let e = match form {
            F::Date | F::Moment | F::Months | F::TradingDays => self.literal(cx, &ty)?,
            F::Today => E::new("today", ATOM),
            F::Now => E::new("now", ATOM),
            F::ShiftDays | F::ShiftMonths | F::ShiftTradingDays => self.shifted(cx, form, depth),
            F::DaysBetween => {
                let (a, b) = (self.expr(cx, &Ty::Date, depth), self.expr(cx, &Ty::Date, depth));
                E { risky: a.risky || b.risky, text: format!("{} - {}", a.operand(), b.operand()), level: VALUE }
            }
            F::DayOf => {
                let a = self.expr(cx, &Ty::Moment, depth);
                E { risky: a.risky, text: format!("{}.date", a.atom()), level: ATOM }
            }
            F::Hour => {
                let a = self.expr(cx, &Ty::Date, depth);
                E { risky: a.risky, text: format!("{} on {}", World::hour(&mut self.dice), a.operand()), level: OPERAND }
            }
            F::StartOf | F::CloseOf => {
                let inner = if self.dice.chance(80) { Ty::Date } else { Ty::Moment };
                let a = self.expr(cx, &inner, if inner == Ty::Date { depth } else { 0 });
                let edge = if form == F::StartOf { "start" } else { "close" };
                E { risky: a.risky, text: format!("{edge} of {}", a.operand()), level: OPERAND }
            }
            F::DaysInYear => {
                let a = self.expr(cx, &Ty::Date, depth);
                E { risky: a.risky, text: format!("days_in_year({})", a.text), level: ATOM }
            }
            _ => {
                let (a, b) = (self.expr(cx, &Ty::Date, depth), self.expr(cx, &Ty::Date, depth));
                E { risky: a.risky || b.risky, text: format!("trading_days({}, {})", a.text, b.text), level: ATOM }
            }
        };
        Some((e, ty))
    }

    /// A day moved, mostly by little.
    fn shifted(&mut self, cx: &Scope, form: Form, depth: usize) -> E {
        let day = self.expr(cx, &Ty::Date, depth);
        let (unit, words) = match form {
            Form::ShiftDays => (DAYS, "days"),
            Form::ShiftMonths => (Ty::Months, "months"),
            _ => (Ty::TradingDays, "trading days"),
        };
        let by = if self.dice.chance(75) {
            E::new(format!("{} {words}", self.dice.between(0, 12)), OPERAND)
        } else {
            let e = self.expr(cx, &unit, depth.min(1));
            let most = format!("{} {words}", self.dice.between(5, 40));
            E { risky: e.risky, text: format!("least({}, {most})", e.text), level: ATOM }
        };
        let sign = if self.dice.chance(75) { "+" } else { "-" };
        E { risky: day.risky || by.risky, text: format!("{} {sign} {}", day.operand(), by.operand()), level: VALUE }
    }
}
