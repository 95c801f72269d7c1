//! Declarations as text: events, states, definitions, tables, readings, rounding and waiting.

use super::form::Form;
use super::maker::Maker;
use super::scope::Scope;
use super::world::{DAYS, Def, Kept, MONEY, NUMBER, PRICE, SHARES, Sort, Ty};
use tenor::terms::Slot;

impl Maker {
    /// The head of the file.
    pub(super) fn head(&mut self) -> Vec<String> {
        let mut out = vec![
            "terms \"A draft\"\nedition 1\ncurrency USD\ntime zone America/New_York\nclose of business 17:00".to_owned(),
            "months end on the last day\ntrading days by is_open".to_owned(),
            "calendar exchange {\n  closed saturday, sunday\n  known 1990-01-01 to 2030-12-31\n}".to_owned(),
            "§1 define is_open(on_day : date) : yes/no = exchange(on_day)".to_owned(),
        ];
        for (n, (name, words)) in self.world.readings.clone().into_iter().enumerate() {
            let all: Vec<String> = words.iter().map(|w| format!("  {w} \"It says {w}.\"")).collect();
            out.push(format!("§2({}) reading {name} \"Which is it?\" {{\n{}\n}}", ["a", "b"][n.min(1)], all.join("\n")));
        }
        out
    }

    /// Events, with their checks.
    pub(super) fn events(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for n in 0..self.world.kinds.len() {
            let k = self.world.kinds[n].clone();
            let sort = match k.sort {
                Sort::Event => "event",
                Sort::Observation => "observation",
                Sort::Deemed => "deemed",
            };
            let kept = match k.kept {
                Kept::No => String::new(),
                Kept::Bare => " kept".to_owned(),
                Kept::Id => " kept by id".to_owned(),
                Kept::Key => format!(" kept by {}", k.fields[0].name),
            };
            let mut lines: Vec<String> = k.fields.iter().map(|f| format!("  {}", self.world.field(f))).collect();
            if k.sort != Sort::Deemed && self.dice.chance(22) {
                let cx = Scope::new(Slot::Check, self.world.defs.len()).event(n);
                let e = self.formula(&cx, &Ty::YesNo);
                let usual = if self.dice.chance(75) { " or today >= 2006-01-01" } else { "" };
                let text = self.text(&cx.at(Slot::CheckText));
                lines.push(format!("  check ({}){usual} {text}", e.text));
            }
            out.push(format!("{sort} {}{kept} {{\n{}\n}}", k.name, lines.join("\n")));
        }
        let at_close: Vec<String> = self.world.kinds.iter().filter(|k| k.at_close).map(|k| k.name.clone()).collect();
        if !at_close.is_empty() {
            out.push(format!("§3 at close of business {{ {} }}", at_close.join(", ")));
        }
        out
    }

    /// A text for a reader.
    pub(super) fn text(&mut self, cx: &Scope) -> String {
        let mut text = "it is so".to_owned();
        for _ in 0..self.dice.between(0, 2) {
            let ty = match self.dice.below(4) {
                0 => Ty::YesNo,
                _ => self.ordered_type(),
            };
            let e = self.formula(cx, &ty);
            text.push_str(&format!(": {{{}}}", e.text));
        }
        format!("\"{text}\"")
    }

    /// States with their values at the beginning.
    pub(super) fn state_blocks(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for s in self.world.states.clone() {
            let of = s.of.map_or(String::new(), |k| format!(" of {}", self.world.kinds[k].name));
            let mut initial = String::new();
            let mut cx = Scope::new(Slot::Initial, self.world.defs.len());
            if let Some(kind) = s.of {
                cx = cx.row(&self.world, kind);
            }
            if !s.unknown || self.dice.chance(10) {
                let plain = self.dice.chance(45);
                let e = if plain { self.literal(&cx, &s.ty) } else { None };
                let e = match e {
                    Some(e) => e,
                    None => self.formula(&cx, &s.ty),
                };
                initial = format!(" = {}", e.text);
            }
            out.push(format!("§4 state {}{of} : {}{initial}", s.name, self.world.written(&s.ty)));
        }
        out
    }

    /// Definitions; each may name those before it.
    pub(super) fn definitions(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for _ in 0..self.dice.between(3, 5) {
            let ty = match self.dice.below(16) {
                0 | 1 => Ty::Date,
                2 => Ty::Moment,
                3 => Ty::YesNo,
                4 => Ty::Word(self.dice.below(2)),
                5 => Ty::List(Box::new(if self.dice.chance(50) { PRICE } else { Ty::Text })),
                6 => Ty::Entry(vec![self.world.kept()[0]]),
                7 => Ty::Months,
                8 => Ty::Ratio,
                9 => Ty::Text,
                n => [NUMBER, SHARES, PRICE, MONEY, DAYS][n % 5].clone(),
            };
            let kinds: Vec<usize> = (0..self.world.kinds.len()).collect();
            let of = if self.dice.chance(35) { self.dice.one(&kinds) } else { None };
            let mut params: Vec<(String, Ty)> = Vec::new();
            if of.is_none() && self.dice.chance(45) {
                for _ in 0..self.dice.between(1, 2) {
                    let ty = match self.dice.below(6) {
                        0 => Ty::Date,
                        1 => Ty::Entry(vec![self.world.kept()[0]]),
                        _ => self.number_type(),
                    };
                    params.push((self.world.name("given"), ty));
                }
            }
            let mut cx = Scope::new(Slot::Definition, self.world.defs.len());
            cx.after = Some(if self.dice.chance(30) { 2 } else { 0 });
            if let Some(kind) = of {
                cx = cx.row(&self.world, kind);
            }
            cx.names.extend(params.iter().map(|(n, ty)| (n.clone(), ty.clone(), Form::Parameter)));
            let e = self.formula(&cx, &ty);
            let name = self.world.name("def");
            let written: Vec<String> = params.iter().map(|(n, ty)| format!("{n} : {}", self.world.written(ty))).collect();
            let written = if written.is_empty() { String::new() } else { format!("({})", written.join(", ")) };
            let owner = of.map_or(String::new(), |k| format!(" of {}", self.world.kinds[k].name));
            out.push(format!("§5 define {name}{written}{owner} : {} = {}", self.world.written(&ty), e.text));
            let (reads, after, standing) = (self.reads, self.after, self.standing);
            self.world.defs.push(Def { name, of, params, ty, reads, after, unknown: e.risky, standing });
        }
        out
    }

    /// Tables and effects.
    pub(super) fn lists(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        for t in self.world.tables.clone() {
            let names: Vec<String> = t.params.iter().map(|_| self.world.name("side")).collect();
            let params: Vec<String> =
                names.iter().zip(&t.params).map(|(n, ty)| format!("{n} : {}", self.world.written(ty))).collect();
            let unit = |ty: &Ty, n: &str| match ty {
                Ty::Qty(0, 1, 0) => format!("{n} shares"),
                Ty::Qty(1, -1, 0) => format!("${n}/share"),
                _ => n.to_owned(),
            };
            let two = t.params.len() > 1;
            let columns =
                if two { format!("  columns {} {}\n", unit(&t.params[1], "1"), unit(&t.params[1], "10")) } else { String::new() };
            let cells = |a: &str, b: &str| if two { format!("{} {}", unit(&t.ty, a), unit(&t.ty, b)) } else { unit(&t.ty, a) };
            let rows = format!(
                "  row {} : {}\n  row {} : {}\n  row {} : {}",
                unit(&t.params[0], "0"),
                cells("0.25", "0.3"),
                unit(&t.params[0], "10"),
                cells("1.25", "2"),
                unit(&t.params[0], "97"),
                cells("41", "7")
            );
            let between = self.dice.pick(&["linear", "steps"]);
            let beyond = if self.dice.chance(85) { "nearest" } else { "nothing" };
            out.push(format!(
                "§6 table {}({}) : {} {{\n  between {between}\n  beyond {beyond}\n{columns}{rows}\n}}",
                t.name,
                params.join(", "),
                self.world.written(&t.ty)
            ));
        }
        for (name, fields) in self.world.effects.clone() {
            let fields: Vec<String> = fields.iter().map(|f| self.world.field(f)).collect();
            out.push(format!("effect {name} {{ {} }}", fields.join("  ")));
        }
        out
    }
}
