//! Obligations, covenants, adjustments, reports and expectations.

use super::form::Form;
use super::maker::Maker;
use super::scope::Scope;
use super::world::{Sort, Ty};
use tenor::terms::Slot;

impl Maker {
    pub(super) fn obligations(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for duty in self.world.duties.clone() {
            let mut cx = Scope::new(Slot::ObligationWhen, self.world.defs.len());
            cx.standing = false;
            let mut trigger;
            match duty.about {
                Some(kind) => {
                    trigger = format!("on {}", self.world.kinds[kind].name);
                    cx = cx.event(kind);
                }
                None => match self.dice.below(4) {
                    0 => {
                        let at = self.dice.below(self.world.states.len());
                        trigger = format!("on change of {}", self.world.states[at].name);
                        cx.on_change = true;
                    }
                    1 => {
                        let at = self.dice.below(self.world.states.len());
                        let under = self.dice.pick(&["", " under §10", " under §11"]);
                        trigger = format!("on adjustment of {}{under}", self.world.states[at].name);
                    }
                    _ => {
                        let events = self.world.of_sort(Sort::Event);
                        let kind = events[self.dice.below(events.len())];
                        trigger = format!("on {}", self.world.kinds[kind].name);
                        cx = cx.event(kind);
                    }
                },
            }
            let the = match (duty.about, cx.event) {
                (None, Some(kind)) if self.dice.chance(50) => self.the(kind),
                _ => None,
            };
            let mut scope = String::new();
            if let Some(the) = the {
                if Some(the) != cx.event {
                    self.cover(Slot::ObligationTheEntry, Form::Field);
                }
                cx = cx.row(&self.world, the);
                scope = format!(", for the {}", self.world.kinds[the].name);
            }
            if duty.about.is_none() {
                let more = self.each(&mut cx, the, 40);
                if !more.is_empty() {
                    scope = if scope.is_empty() { format!(", for {more}") } else { format!("{scope} and {more}") };
                }
            }
            trigger.push_str(&scope);
            if self.dice.chance(40) {
                let e = self.formula(&cx, &Ty::YesNo);
                trigger.push_str(&format!("\n  when {}", e.text));
            }
            let due = if self.dice.chance(15) { "promptly".to_owned() } else { self.due(&cx) };
            let done = self.done(&cx);
            let text = self.text(&cx.at(Slot::ObligationText));
            out.push(format!("§13 obligation {} {text} {trigger}\n{{\n  due {due}\n  done {done}\n}}", duty.name));
        }
        out
    }

    fn due(&mut self, cx: &Scope) -> String {
        let cx = cx.at(Slot::Due);
        if self.dice.chance(45) {
            let unit = self.dice.pick(&["days", "trading days"]);
            self.cover(Slot::Due, if unit == "days" { Form::ShiftDays } else { Form::ShiftTradingDays });
            return format!("today + {} {unit}", self.dice.between(0, 6));
        }
        self.formula(&cx, &Ty::Date).text
    }

    /// The day it was done, which is mostly not known at first.
    fn done(&mut self, cx: &Scope) -> String {
        let cx = cx.at(Slot::Done);
        let all: Vec<_> = super::refer::references(&self.world, &cx)
            .into_iter()
            .filter(|r| r.ty == Ty::Date && (r.risky || r.state.is_some()))
            .collect();
        if let (Some(r), true) = (self.dice.one(&all), self.dice.chance(50)) {
            self.cover(Slot::Done, r.form);
            return r.text;
        }
        self.formula(&cx, &Ty::Date).text
    }

    pub(super) fn covenants(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for _ in 0..self.dice.between(0, 2) {
            let name = self.world.name("covenant");
            let mut during = String::new();
            let defs = self.world.defs.len();
            if self.dice.chance(55) {
                let e = self.formula(&Scope::new(Slot::CovenantWhile, defs), &Ty::YesNo);
                during = format!(" while {}", e.text);
            }
            let e = self.formula(&Scope::new(Slot::CovenantHolds, defs), &Ty::YesNo);
            out.push(format!("§14 covenant {name} \"it is kept\"{during} {{ {} }}", e.text));
        }
        if self.dice.chance(60) {
            let mut states: Vec<String> = self.world.states.iter().map(|s| s.name.clone()).collect();
            self.dice.shuffle(&mut states);
            states.truncate(2);
            let under = self.dice.pick(&["§10", "§11", "§10 or §11", "§12"]);
            out.push(format!("§15 adjustment of {} under {under}", states.join(" or ")));
        }
        out
    }

    pub(super) fn reports(&mut self) -> Vec<String> {
        let mut owners: Vec<Option<usize>> = vec![None];
        owners.extend(self.world.kept().into_iter().map(Some));
        let mut out = Vec::new();
        for of in owners {
            let name = self.world.name("report");
            let mut cx = Scope::new(Slot::ReportColumn, self.world.defs.len());
            let mut owner = String::new();
            if let Some(kind) = of {
                cx = cx.row(&self.world, kind);
                owner = format!(" of {}", self.world.kinds[kind].name);
                if self.dice.chance(35) {
                    let e = self.formula(&cx.at(Slot::ReportWhere), &Ty::YesNo);
                    owner.push_str(&format!(" where {}", e.text));
                }
            }
            let mut columns: Vec<String> = self.world.states.iter().filter(|s| s.of == of).map(|s| s.name.clone()).collect();
            let waits: Vec<String> = self
                .world
                .states
                .iter()
                .filter(|s| s.of == of && s.postponed)
                .map(|s| format!("waiting_{}: pending {}", s.name, s.name))
                .collect();
            columns.extend(waits);
            for n in 0..self.dice.between(0, 3) {
                let ty = match self.dice.below(6) {
                    0 => Ty::YesNo,
                    1 => Ty::Text,
                    2 => Ty::List(Box::new(self.number_type())),
                    _ => self.ordered_type(),
                };
                let e = self.formula(&cx, &ty);
                columns.push(format!("column_{n}: {}", e.text));
            }
            if !columns.is_empty() {
                out.push(format!("report {name}{owner} {{\n  {}\n}}", columns.join(",\n  ")));
            }
        }
        out
    }

    /// What is asked at the end, as the expectations of an example.
    pub(super) fn example(&mut self) -> String {
        let mut lines = Vec::new();
        let defs = self.world.defs.len();
        for _ in 0..self.dice.between(1, 3) {
            if self.dice.chance(60) {
                let e = self.formula(&Scope::new(Slot::Expect, defs), &Ty::YesNo);
                lines.push(format!("  expect {}", e.text));
                continue;
            }
            let ty = self.number_type();
            let cx = Scope::new(Slot::ExpectSide, defs);
            let (a, b) = (self.formula(&cx, &ty), self.formula(&cx, &ty));
            let unit =
                if self.dice.chance(40) { format!(" to the nearest {}", self.positive(&ty).operand()) } else { String::new() };
            lines.push(format!("  expect {} is {}{unit}", a.value(), b.operand()));
        }
        format!("example \"what is asked\" {{\n{}\n}}", lines.join("\n"))
    }
}
