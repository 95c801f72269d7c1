//! How states are rounded, and when their changes wait.

use super::form::Form;
use super::maker::Maker;
use super::scope::Scope;
use super::world::{Sort, State, Ty};
use tenor::terms::Slot;

impl Maker {
    /// A condition on readings.
    fn on_readings(&mut self, slot: Slot) -> String {
        let mut text = self.reading().unwrap_or_else(|| "yes".to_owned());
        self.cover(slot, Form::Reading);
        if self.dice.chance(30) {
            let (form, word) = if self.dice.chance(50) { (Form::And, "and") } else { (Form::Or, "or") };
            self.cover(slot, form);
            text = format!("({text}) {word} ({})", self.reading().unwrap_or_else(|| "yes".to_owned()));
        }
        if self.dice.chance(20) {
            self.cover(slot, Form::Not);
            text = format!("not ({text})");
        }
        self.marks.clear();
        let word = if self.dice.chance(75) { "when" } else { "unless" };
        format!(" {word} {text}")
    }

    fn maybe(&mut self, slot: Slot, percent: usize) -> String {
        if self.dice.chance(percent) { self.on_readings(slot) } else { String::new() }
    }

    /// Rounding and waiting of states.
    pub(super) fn policies(&mut self, quiet: usize) -> Vec<String> {
        let mut out = Vec::new();
        for s in self.world.states.clone() {
            if s.ty.dim().is_some() && s.ty != Ty::Ratio && self.dice.chance(35) {
                let mut lines = Vec::new();
                for n in 0..self.dice.between(1, 2) {
                    let unit = self.positive(&s.ty).operand();
                    let when = self.maybe(Slot::RoundingWhen, if n == 0 { 45 } else { 100 });
                    lines.push(format!("  {}{when}", self.rounding(&unit)));
                }
                out.push(format!("§7 round {} {{\n{}\n}}", s.name, lines.join("\n")));
            }
        }
        for n in 0..self.world.states.len() {
            if self.world.states[n].postponed {
                out.push(self.postponement(n, quiet));
            }
        }
        out
    }

    /// Names of some events.
    fn events_of(&mut self, quiet: usize, deemed: bool) -> String {
        let usable = |k: &usize| *k != quiet && (deemed || self.world.kinds[*k].sort == Sort::Event);
        let mut some: Vec<usize> = (0..self.world.kinds.len()).filter(usable).collect();
        self.dice.shuffle(&mut some);
        some.truncate(self.dice.between(1, 3));
        some.iter().map(|k| self.world.kinds[*k].name.clone()).collect::<Vec<_>>().join(" or ")
    }

    fn postponement(&mut self, n: usize, quiet: usize) -> String {
        let s = self.world.states[n].clone();
        let mut lines = Vec::new();
        for _ in 0..self.dice.between(1, 2) {
            let when = self.maybe(Slot::PostponeOnWhen, 15);
            lines.push(format!("on {}{when}", self.events_of(quiet, true)));
        }
        let others: Vec<State> = self.world.states.iter().filter(|o| o.name != s.name && o.ty.dim().is_some()).cloned().collect();
        let same: Vec<State> = others.iter().filter(|o| o.of == s.of).cloned().collect();
        let with = self.dice.one(&same).filter(|_| self.dice.chance(35));
        if with.is_none() || self.dice.chance(50) {
            for _ in 0..self.dice.between(1, 2) {
                lines.push(self.bound(&s, &same));
            }
        }
        if let Some(leader) = with {
            let how = self.dice.pick(&["", "", " in proportion", " in inverse proportion"]).to_owned();
            let when = self.maybe(Slot::PostponeWithWhen, 25);
            lines.push(format!("with {}{how}{when}", leader.name));
        }
        if self.dice.chance(30) {
            let when = self.maybe(Slot::CompoundingWhen, 50);
            lines.push(format!("compounding{when}"));
        }
        if self.dice.chance(20) {
            let when = self.maybe(Slot::RestatingWhen, 50);
            lines.push(format!("restating{when}"));
        }
        if self.dice.chance(75) {
            let when = self.maybe(Slot::PostponeUntilWhen, 20);
            let deemed = self.dice.chance(20);
            lines.push(format!("until {}{when}", self.events_of(quiet, deemed)));
        }
        format!("§7 postpone {} {{\n  {}\n}}", s.name, lines.join("\n  "))
    }

    /// How large a change may be and still wait.
    fn bound(&mut self, s: &State, others: &[State]) -> String {
        let measured = self.dice.one(others).filter(|_| self.dice.chance(30));
        let of = measured.as_ref().map_or(String::new(), |m| format!(" of {}", m.name));
        let ty = measured.as_ref().map_or(&s.ty, |m| &m.ty).clone();
        let how = self.dice.pick(&["under", "not over"]).to_owned();
        let bound = if self.dice.chance(45) {
            self.dice.pick(&["1%", "5%", "10%", "50%", "0.5%"]).to_owned()
        } else {
            let mut cx = Scope::new(Slot::PostponeBound, self.world.defs.len());
            if let Some(kind) = s.of {
                cx = cx.row(&self.world, kind);
            }
            // a plain number alone could be a part or an amount
            let e = self.formula(&cx, &ty);
            if ty.dim() == Some((0, 0, 0)) { format!("({})", e.text) } else { e.value() }
        };
        let when = self.maybe(Slot::PostponeBoundWhen, 20);
        format!("while the change{of} is {how} {bound}{when}")
    }
}
