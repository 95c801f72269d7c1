//! Arithmetic, functions of numbers, rounding and portions.

use super::form::Form;
use super::maker::{ATOM, E, Maker, OPERAND, VALUE};
use super::scope::Scope;
use super::world::{DAYS, MONEY, NUMBER, PRICE, SHARES, Ty};

impl Maker {
    /// A number of a form.
    pub(super) fn number(&mut self, cx: &Scope, form: Form, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        use Form as F;
        match (form, want) {
            (F::Add | F::Subtract | F::Multiply, Some(ty @ (Ty::Months | Ty::TradingDays))) => {
                return Some(self.counted(cx, form, ty.clone(), depth));
            }
            (F::Least | F::Greatest, Some(ty)) if ty.ordered() => {}
            (_, Some(ty)) if ty.dim().is_none() => return None,
            _ => {}
        }
        let plain = matches!(form, F::Exp | F::Ln | F::Sqrt | F::Normal | F::KnownAmong | F::Power);
        let ty = match want {
            Some(w) if plain && w.dim() != Some((0, 0, 0)) => return None,
            Some(w) => w.clone(),
            None if plain => NUMBER,
            None => self.number_type(),
        };
        let e = match form {
            F::Least | F::Greatest => {
                let count = self.dice.between(2, 3);
                let args: Vec<E> = (0..count).map(|_| self.expr(cx, &ty, depth)).collect();
                let risky = args.iter().any(|a| a.risky);
                let args: Vec<String> = args.into_iter().map(|a| a.text).collect();
                let name = if form == F::Least { "least" } else { "greatest" };
                E { text: format!("{name}({})", args.join(", ")), level: ATOM, risky }
            }
            F::Abs => self.applied(cx, "abs", &ty, depth),
            F::Exp | F::Ln | F::Sqrt | F::Normal => self.function(cx, form, depth),
            F::KnownAmong => {
                let count = self.dice.between(1, 3);
                let args: Vec<String> = (0..count)
                    .map(|_| {
                        let ty = self.ordered_type();
                        self.expr(cx, &ty, depth.min(1)).text
                    })
                    .collect();
                E::new(format!("known_among({})", args.join(", ")), ATOM)
            }
            F::Add | F::Subtract => {
                let (a, b) = (self.expr(cx, &ty, depth), self.expr(cx, &ty, depth));
                let sign = if form == F::Add { "+" } else { "-" };
                let risky = a.risky || b.risky;
                E { text: format!("{} {sign} {}", a.operand(), b.operand()), level: VALUE, risky }
            }
            F::Multiply | F::Divide => self.product(cx, form, &ty, depth)?,
            F::Power => self.power(cx, depth),
            F::Negative => {
                let a = self.expr(cx, &ty, depth);
                E { risky: a.risky, text: format!("-{}", a.operand()), level: VALUE }
            }
            F::PercentOf => {
                let a = self.expr(cx, &ty, depth);
                let n = self.dice.pick(&["1", "5", "50", "99.5", "100", "0.1"]);
                E { risky: a.risky, text: format!("{n}% of {}", a.operand()), level: OPERAND }
            }
            F::Rounded => self.rounded(cx, &ty, depth),
            F::RoundedAs => {
                let states: Vec<_> = self.world.states.iter().filter(|s| s.ty.dim() == ty.dim()).cloned().collect();
                let state = self.dice.one(&states)?;
                let a = self.expr(cx, &ty, depth);
                E { risky: a.risky, text: format!("{} rounded as {}", a.value(), state.name), level: VALUE }
            }
            F::ProRata => {
                if !cx.portions {
                    return None;
                }
                let weight = self.number_type();
                let (a, w) = (self.expr(cx, &ty, depth), self.expr(cx, &weight, 0));
                E { risky: a.risky || w.risky, text: format!("{} pro rata to {}", a.value(), w.operand()), level: VALUE }
            }
            _ => return None,
        };
        Some((e, ty))
    }

    /// Months and trading days.
    fn counted(&mut self, cx: &Scope, form: Form, ty: Ty, depth: usize) -> (E, Ty) {
        let a = self.expr(cx, &ty, depth);
        let text = match form {
            Form::Multiply => format!("{} × {}", self.dice.between(0, 3), a.clone().operand()),
            _ => {
                let b = self.expr(cx, &ty, 0);
                format!("{} {} {}", a.clone().operand(), if form == Form::Add { "+" } else { "-" }, b.operand())
            }
        };
        (E { text, level: VALUE, risky: a.risky }, ty)
    }

    fn applied(&mut self, cx: &Scope, name: &str, ty: &Ty, depth: usize) -> E {
        let a = self.expr(cx, ty, depth);
        E { text: format!("{name}({})", a.text), level: ATOM, risky: a.risky }
    }

    /// A function, mostly of a value for which it has one.
    fn function(&mut self, cx: &Scope, form: Form, depth: usize) -> E {
        let a = self.expr(cx, &NUMBER, depth);
        let safe = self.dice.chance(95);
        let text = match (form, safe) {
            (Form::Exp, true) => format!("exp(least({}, 3))", a.text),
            (Form::Exp, false) => format!("exp({})", a.text),
            (Form::Ln, true) => format!("ln(greatest({}, 0.01))", a.text),
            (Form::Ln, false) => format!("ln({})", a.text),
            (Form::Sqrt, true) => format!("sqrt(abs({}))", a.text),
            (Form::Sqrt, false) => format!("sqrt({})", a.text),
            _ => format!("normal({})", a.text),
        };
        E { text, level: ATOM, risky: a.risky }
    }

    /// A product or a quotient of a dimension.
    fn product(&mut self, cx: &Scope, form: Form, ty: &Ty, depth: usize) -> Option<E> {
        let (m, s, d) = ty.dim()?;
        const FACTORS: [Ty; 7] = [NUMBER, NUMBER, NUMBER, SHARES, PRICE, MONEY, DAYS];
        let factor = FACTORS[self.dice.below(FACTORS.len())].clone();
        let (fm, fs, fd) = factor.dim()?;
        let other = if form == Form::Multiply { (m - fm, s - fs, d - fd) } else { (m + fm, s + fs, d + fd) };
        let size = other.0.abs().max(other.1.abs()).max(other.2.abs());
        let (other, factor) = if size > 1 { (ty.clone(), NUMBER) } else { (Ty::Qty(other.0, other.1, other.2), factor) };
        let a = self.expr(cx, &other, depth);
        if form == Form::Multiply {
            let b = self.expr(cx, &factor, depth);
            let risky = a.risky || b.risky;
            let (a, b) = if self.dice.chance(50) { (a, b) } else { (b, a) };
            return Some(E { text: format!("{} × {}", a.operand(), b.operand()), level: VALUE, risky });
        }
        let b = self.divisor(cx, &factor, depth);
        Some(E { risky: a.risky || b.risky, text: format!("{} / {}", a.operand(), b.operand()), level: VALUE })
    }

    /// Something to divide by, mostly not zero.
    fn divisor(&mut self, cx: &Scope, ty: &Ty, depth: usize) -> E {
        match self.dice.below(100) {
            0..50 => self.positive(ty),
            50..92 => {
                let (a, b) = (self.expr(cx, ty, depth), self.positive(ty));
                self.marks.push(Form::Greatest);
                E { risky: a.risky, text: format!("greatest({}, {})", a.text, b.text), level: ATOM }
            }
            _ => {
                let e = self.expr(cx, ty, depth);
                // what is written out as zero is an error of the checker
                let zero = e.text.trim_start_matches(['-', '$']).starts_with('0');
                if zero { self.positive(ty) } else { e }
            }
        }
    }

    fn power(&mut self, cx: &Scope, depth: usize) -> E {
        let a = self.expr(cx, &NUMBER, depth);
        let risky = a.risky;
        let text = match self.dice.below(10) {
            0 => format!("abs({}) ^ 0.5", a.text),
            1 => format!("greatest({}, 0.1) ^ -1", a.text),
            2 => format!("{} ^ (1 / 3)", self.dice.between(1, 9)),
            3 => format!("{} ^ {}", a.operand(), self.expr(cx, &NUMBER, 0).operand()),
            _ => format!("{} ^ {}", a.operand(), self.dice.between(0, 3)),
        };
        E { text, level: VALUE, risky }
    }

    /// A way of rounding, without its unit.
    pub(super) fn rounding(&mut self, unit: &str) -> String {
        let keeps = if self.dice.chance(20) { " but not to nothing" } else { "" };
        match self.dice.below(4) {
            0 => format!("down to {unit}{keeps}"),
            1 => format!("up to {unit}{keeps}"),
            2 => format!("to the nearest {unit} half away from zero{keeps}"),
            _ => format!("to the nearest {unit} half to even{keeps}"),
        }
    }

    fn rounded(&mut self, cx: &Scope, ty: &Ty, depth: usize) -> E {
        let a = self.expr(cx, ty, depth);
        let unit = if self.dice.chance(92) { self.positive(ty) } else { self.expr(cx, ty, 0) };
        let how = self.rounding(&unit.operand());
        E { risky: a.risky, text: format!("{} rounded {how}", a.value()), level: VALUE }
    }
}
