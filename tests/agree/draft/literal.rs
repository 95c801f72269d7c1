//! Values written out.

use super::form::Form;
use super::maker::{ATOM, E, Maker, OPERAND, VALUE};
use super::scope::Scope;
use super::world::{Ty, World};

impl Maker {
    /// A value written out; none of an entry.
    pub(super) fn literal(&mut self, cx: &Scope, ty: &Ty) -> Option<E> {
        let e = match ty {
            Ty::Qty(m, s, d) => self.quantity(*m, *s, *d),
            Ty::Ratio => {
                let (new, old) = (self.dice.between(1, 7), self.dice.between(1, 7));
                E::new(format!("{new} for {old}"), OPERAND)
            }
            Ty::Date => {
                self.marks.push(Form::Date);
                let day = World::day(&mut self.dice);
                self.constant(ty, &day);
                E::new(day, ATOM)
            }
            Ty::Moment => {
                self.marks.push(Form::Moment);
                let (day, hour) = (World::day(&mut self.dice), World::hour(&mut self.dice));
                self.constant(ty, &format!("{day}T{hour}"));
                self.constant(&Ty::Date, &day);
                E::new(format!("{day} {hour}"), OPERAND)
            }
            Ty::Months => {
                self.marks.push(Form::Months);
                let n = self.dice.between(0, 14);
                E::new(if n == 12 { "1 year".to_owned() } else { format!("{n} months") }, OPERAND)
            }
            Ty::TradingDays => {
                self.marks.push(Form::TradingDays);
                E::new(format!("{} trading days", self.dice.between(0, 6)), OPERAND)
            }
            Ty::YesNo => E::new(self.dice.pick(&["yes", "no"]), OPERAND),
            Ty::Text => {
                self.marks.push(Form::Text);
                let text = self.dice.pick(&["alpha", "beta", "gamma", "B1", "L2", ""]).to_owned();
                E::new(format!("\"{text}\""), OPERAND)
            }
            Ty::Word(n) => {
                let words = self.world.words[*n].clone();
                E::new(self.dice.one(&words)?, ATOM)
            }
            Ty::Entry(_) => return None,
            Ty::List(of) => {
                self.marks.push(Form::ListWritten);
                let items: Vec<String> = (0..self.dice.between(1, 3)).map(|_| self.expr(cx, of, 0).text).collect();
                E::new(format!("[{}]", items.join(", ")), OPERAND)
            }
            Ty::Lines(shape) => self.lines(cx, *shape),
        };
        Some(e)
    }

    /// Lines of a list written out.
    fn lines(&mut self, cx: &Scope, shape: usize) -> E {
        self.marks.push(Form::ListWritten);
        let fields = self.world.shapes[shape].clone();
        let mut out = Vec::new();
        for _ in 0..self.dice.between(1, 3) {
            let mut line = Vec::new();
            for f in &fields {
                if !f.optional || self.dice.chance(60) {
                    line.push(format!("{}: {}", f.name, self.expr(cx, &f.ty, 0).text));
                }
            }
            out.push(format!("{{ {} }}", line.join(", ")));
        }
        E::new(format!("[{}]", out.join(", ")), OPERAND)
    }

    /// A number with its unit.
    fn quantity(&mut self, m: i8, s: i8, d: i8) -> E {
        let n = World::figure(&mut self.dice);
        if self.dice.chance(60) {
            self.constant(&Ty::Qty(m, s, d), &n);
        }
        let text = match (m, s, d) {
            (0, 0, 0) if self.dice.chance(20) => format!("{n}%"),
            (0, 0, 0) => n,
            (1, 0, 0) if self.dice.chance(20) => format!("{n} USD"),
            (1, 0, 0) => format!("${n}"),
            (0, 1, 0) => format!("{n} shares"),
            (0, 0, 1) => format!("{n} days"),
            (1, -1, 0) => format!("${n}/share"),
            _ => return self.compound(&n, m, s, d),
        };
        if self.dice.chance(5) { E::new(format!("-{text}"), VALUE) } else { E::new(text, OPERAND) }
    }

    /// A number with a unit that has no name.
    fn compound(&mut self, n: &str, m: i8, s: i8, d: i8) -> E {
        let mut text = n.to_owned();
        for (power, unit) in [(m, "$1"), (s, "1 share"), (d, "1 day")] {
            for _ in 0..power.unsigned_abs() {
                text = format!("{text} {} {unit}", if power > 0 { "×" } else { "/" });
            }
        }
        E::new(format!("({text})"), ATOM)
    }

    /// Notes a constant, for records to have values at and beside it.
    pub(super) fn constant(&mut self, ty: &Ty, value: &str) {
        self.world.constants.push((ty.clone(), value.to_owned()));
    }

    /// A positive number with its unit.
    pub(super) fn positive(&mut self, ty: &Ty) -> E {
        let (m, s, d) = ty.dim().unwrap_or((0, 0, 0));
        let n = self.dice.pick(&["1", "2", "3", "7", "10", "0.01", "0.5", "100"]).to_owned();
        match (m, s, d) {
            (0, 0, 0) => E::new(n, OPERAND),
            (1, 0, 0) => E::new(format!("${n}"), OPERAND),
            (0, 1, 0) => E::new(format!("{n} shares"), OPERAND),
            (0, 0, 1) => E::new(format!("{n} days"), OPERAND),
            (1, -1, 0) => E::new(format!("${n}/share"), OPERAND),
            _ => self.compound(&n, m, s, d),
        }
    }
}
