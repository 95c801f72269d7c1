//! What rules do: statements.

use super::form::Form;
use super::maker::Maker;
use super::refer::{Ref, references};
use super::scope::{Scope, Thing};
use super::world::{Field, Kept, Ty};
use tenor::terms::Slot;

/// What a rule may do without coming back to itself.
pub(super) struct May {
    /// The first state it may set.
    pub sets_from: usize,
    pub sets: bool,
    /// What it may deem.
    pub deems: Vec<usize>,
    pub requires: bool,
}

/// A state that a rule sets, and how it is written.
struct Target {
    state: usize,
    path: String,
    form: Option<Form>,
}

impl Maker {
    /// The body of a rule, and the states it sets.
    pub(super) fn body(&mut self, cx: &Scope, may: &May) -> (Vec<(usize, bool)>, Vec<String>) {
        let mut cx = cx.clone();
        let mut targets = Vec::new();
        if may.sets {
            let least = usize::from(self.dice.chance(75));
            for _ in 0..self.dice.between(least, 2) {
                if let Some(t) = self.target(&cx, may.sets_from)
                    && targets.iter().all(|o: &Target| o.state != t.state)
                {
                    targets.push(t);
                }
            }
        }
        let least = targets.iter().map(|t| t.state).min().unwrap_or(self.world.states.len());
        cx.after = cx.after.map(|_| least);
        let mut lets = Vec::new();
        for _ in 0..self.dice.between(0, 2) {
            lets.push(self.let_(&mut cx));
        }
        let mut sets = Vec::new();
        let mut rest = Vec::new();
        for t in targets {
            let (set, text) = self.becomes(&cx, &t);
            sets.extend(set);
            rest.extend(text);
        }
        if may.requires && self.dice.chance(22) {
            rest.push(self.require(&cx));
        }
        for _ in 0..self.dice.between(0, 2) {
            let act = self.act(&cx, may);
            rest.extend(act);
        }
        if rest.is_empty() {
            rest.push(self.record(&cx));
        }
        if self.dice.chance(25) {
            rest.extend(self.for_each(&cx, may));
        }
        self.dice.shuffle(&mut rest);
        lets.extend(rest);
        (sets, lets)
    }

    /// A condition of a statement.
    fn guard(&mut self, cx: &Scope, percent: usize) -> String {
        if !self.dice.chance(percent) {
            return String::new();
        }
        let word = if self.dice.chance(65) { "when" } else { "unless" };
        format!("  {word} {}", self.formula(&cx.at(Slot::StatementWhen), &Ty::YesNo).text)
    }

    /// A state that can be reached from here.
    fn target(&mut self, cx: &Scope, from: usize) -> Option<Target> {
        let states: Vec<usize> = (from..self.world.states.len()).collect();
        let state = self.dice.one(&states)?;
        let s = self.world.states[state].clone();
        let Some(kind) = s.of else { return Some(Target { state, path: s.name, form: None }) };
        let paths: Vec<Ref> = references(&self.world, cx)
            .into_iter()
            .filter(|r| r.ty == Ty::Entry(vec![kind]) && !r.text.contains(' ') && r.text != "it")
            .collect();
        if cx.one_row(kind) && self.dice.chance(65) {
            return Some(Target { state, path: s.name, form: Some(Form::Field) });
        }
        let r = self.dice.one(&paths)?;
        Some(Target { state, path: format!("{}.{}", r.text, s.name), form: Some(r.form) })
    }

    fn let_(&mut self, cx: &mut Scope) -> String {
        let ty = match self.dice.below(14) {
            0 => Ty::Date,
            1 => Ty::YesNo,
            2 => Ty::Word(self.dice.below(2)),
            3 => Ty::List(Box::new(self.number_type())),
            4 => Ty::Entry(vec![self.world.kept()[0]]),
            5 => Ty::Text,
            6 => Ty::Moment,
            _ => self.number_type(),
        };
        let e = self.formula(&cx.at(Slot::Let), &ty);
        let name = self.world.name("let");
        let rate = matches!(ty, Ty::Qty(m, s, d) if (m, s, d) == (0, 1, -1));
        let must = matches!(ty, Ty::Word(_) | Ty::List(_) | Ty::Ratio);
        let written =
            if must || (!rate && self.dice.chance(40)) { format!(" : {}", self.world.written(&ty)) } else { String::new() };
        cx.names.push((name.clone(), ty, Form::Let));
        format!("  let {name}{written} = {}", e.text)
    }

    fn becomes(&mut self, cx: &Scope, t: &Target) -> (Vec<(usize, bool)>, Vec<String>) {
        let s = self.world.states[t.state].clone();
        t.form.into_iter().for_each(|f| self.cover(Slot::BecomesOf, f));
        let pending = s.postponed && s.ty.dim().is_some() && self.dice.chance(12);
        let word = if pending { "pending " } else { "" };
        let e = self.new_value(cx, t, &s.ty);
        let mut text = format!("  {word}{} becomes {e}", t.path);
        if s.ty.ordered() && self.dice.chance(35) {
            text.push_str(&self.limit(cx, &s.ty));
        }
        let guard = self.guard(cx, 30);
        let mut lines = vec![format!("{text}{guard}")];
        // the other value where the condition does not hold
        if let Some(condition) = guard.strip_prefix("  when ")
            && self.dice.chance(25)
            && !["yes", "no", " over ", "count of", "latest", "earliest"].iter().any(|w| condition.contains(w))
        {
            let other = self.new_value(cx, t, &s.ty);
            lines.push(format!("  {word}{} becomes {other}  unless {condition}", t.path));
        }
        (vec![(t.state, pending)], lines)
    }

    /// A new value: mostly one that has to do with the old one.
    fn new_value(&mut self, cx: &Scope, t: &Target, ty: &Ty) -> String {
        let near = ty.dim().is_some() && *ty != Ty::Ratio && self.dice.chance(45);
        let e = self.formula(&cx.at(Slot::Becomes), ty);
        if !near {
            return e.text;
        }
        match self.dice.below(4) {
            0 => format!("{} + {}", t.path, e.operand()),
            1 => format!("({} + {}) / {}", t.path, e.operand(), self.dice.between(2, 3)),
            2 => format!("{} × {}", t.path, self.dice.pick(&["1.005", "0.995", "1.01", "(1 / 3)", "(41 / 97)", "2"])),
            _ => format!("least({}, {} + {})", e.text, t.path, self.positive(ty).operand()),
        }
    }

    fn limit(&mut self, cx: &Scope, ty: &Ty) -> String {
        let mut out = String::new();
        for _ in 0..self.dice.between(1, 2) {
            let side = self.dice.pick(&["below", "above"]);
            let e = self.formula(&cx.at(Slot::Limit), ty);
            out.push_str(&format!("\n    but not {side} {}", e.value()));
            match self.dice.below(5) {
                0 => out.push_str(", or not at all"),
                1 => {
                    let word = if self.dice.chance(70) { "when" } else { "unless" };
                    let e = self.formula(&cx.at(Slot::LimitSkip), &Ty::YesNo);
                    out.push_str(&format!(", or not at all {word} {}", e.text));
                }
                _ => {}
            }
        }
        out
    }

    fn require(&mut self, cx: &Scope) -> String {
        let e = self.formula(&cx.at(Slot::Require), &Ty::YesNo);
        let usual = if self.dice.chance(50) { " or today <= 2006-01-20" } else { "" };
        let condition = if usual.is_empty() { e.text } else { format!("({}){usual}", e.text) };
        let what = if self.dice.chance(85) { "refuse" } else { "stop" };
        let text = self.text(&cx.at(Slot::FailureText));
        let mut with = String::new();
        if self.dice.chance(40) {
            let ty = self.number_type();
            let e = self.formula(&cx.at(Slot::FailureWith), &ty);
            let path = self.dice.pick(&["largest", "largest.cash"]);
            with = format!(" with {path} = {}", e.text);
        }
        format!("  require {condition} else {what} {text}{with}")
    }

    fn act(&mut self, cx: &Scope, may: &May) -> Option<String> {
        match self.dice.below(10) {
            0..4 => self.deem(cx, may),
            4..7 => Some(self.record(cx)),
            7 => Some(format!("  warn {}{}", self.text(&cx.at(Slot::WarnText)), self.guard(cx, 30))),
            _ => self.end(cx),
        }
    }

    fn end(&mut self, cx: &Scope) -> Option<String> {
        let (slot, word) = if self.dice.chance(60) { (Slot::End, "end") } else { (Slot::Restore, "restore") };
        let kept = self.world.kept();
        let paths: Vec<Ref> = references(&self.world, cx)
            .into_iter()
            .filter(|r| matches!(&r.ty, Ty::Entry(k) if k.iter().all(|k| kept.contains(k))))
            .filter(|r| !r.text.contains(' ') && r.text != "it")
            .collect();
        let r = self.dice.one(&paths)?;
        self.cover(slot, r.form);
        let guard = self.guard(cx, 50);
        Some(format!("  {word} {}{guard}", r.text))
    }

    /// Values for fields.
    fn values(&mut self, cx: &Scope, slot: Slot, fields: &[Field], skip: bool) -> Vec<String> {
        let mut out = Vec::new();
        for f in fields {
            let left_out = (f.optional || f.default.is_some() || skip) && self.dice.chance(45);
            if left_out {
                continue;
            }
            // the entry at hand, by which what is deemed can be annulled
            let at_hand: Vec<Ref> = references(&self.world, cx)
                .into_iter()
                .filter(|r| matches!(r.ty, Ty::Entry(_)) && r.ty.fits(&f.ty) && !r.risky)
                .collect();
            if let (Some(r), true) = (self.dice.one(&at_hand), self.dice.chance(70)) {
                self.cover(slot, r.form);
                out.push(format!("{}: {}", f.name, r.text));
                continue;
            }
            let e = self.formula(&cx.at(slot), &f.ty);
            out.push(format!("{}: {}", f.name, e.text));
        }
        out
    }

    pub(super) fn record(&mut self, cx: &Scope) -> String {
        let at = self.dice.below(self.world.effects.len());
        let (name, fields) = self.world.effects[at].clone();
        let values = self.values(cx, Slot::RecordField, &fields, false);
        format!("  record {name} {{ {} }}{}", values.join(", "), self.guard(cx, 25))
    }

    fn deem(&mut self, cx: &Scope, may: &May) -> Option<String> {
        let kind = self.dice.one(&may.deems)?;
        let k = self.world.kinds[kind].clone();
        let (mut values, like) = match k.kept {
            Kept::Key => {
                // under the name the event gives
                let event = cx.event?;
                let fresh = self.world.kinds[event].fields.iter().find(|f| f.makes == Some(kind))?.name.clone();
                (vec![format!("{}: event.{fresh}", k.fields[0].name)], self.like(cx, kind))
            }
            Kept::Bare => (Vec::new(), self.like(cx, kind)),
            Kept::Id | Kept::No => (Vec::new(), None),
        };
        let fields = if k.kept == Kept::Key { &k.fields[1..] } else { &k.fields[..] };
        values.extend(self.values(cx, Slot::DeemField, fields, like.is_some()));
        let mut text = format!("  deem {} {{ {} }}{}", k.name, values.join(", "), like.unwrap_or_default());
        let states: Vec<_> = self.world.states.iter().filter(|s| s.of == Some(kind)).cloned().collect();
        if let (Some(s), true) = (self.dice.one(&states), k.kept() && self.dice.chance(50)) {
            let pending = if s.postponed && self.dice.chance(25) { "pending " } else { "" };
            let e = self.formula(&cx.at(Slot::DeemWith), &s.ty);
            text.push_str(&format!(" with {pending}{} = {}", s.name, e.text));
        }
        Some(format!("{text}{}", self.guard(cx, 25)))
    }

    fn like(&mut self, cx: &Scope, kind: usize) -> Option<String> {
        if !self.dice.chance(60) {
            return None;
        }
        let all: Vec<Ref> = references(&self.world, cx)
            .into_iter()
            .filter(|r| r.ty == Ty::Entry(vec![kind]) && !r.text.contains([' ', '.']) && r.text != "it")
            .collect();
        let r = self.dice.one(&all)?;
        self.cover(Slot::DeemLike, r.form);
        Some(format!(" like {}", r.text))
    }

    /// Statements for each line of a list.
    fn for_each(&mut self, cx: &Scope, may: &May) -> Option<String> {
        let lists: Vec<Ref> = references(&self.world, cx)
            .into_iter()
            .filter(|r| matches!(r.ty, Ty::List(_) | Ty::Lines(_)) && !r.text.contains(' '))
            .collect();
        let r = self.dice.one(&lists)?;
        self.cover(Slot::ForEachList, r.form);
        let thing = match r.ty {
            Ty::List(of) => Thing::Plain(*of),
            Ty::Lines(shape) => Thing::Line(shape),
            _ => return None,
        };
        let name = self.world.name("part");
        let inner = Scope { line: Some((name.clone(), thing)), portions: true, ..cx.clone() };
        let mut order = String::new();
        if self.dice.chance(50) {
            let word = self.dice.pick(&["lowest", "highest"]);
            let ty = self.ordered_type();
            order = format!(", {word} {} first", self.formula(&inner.at(Slot::ForEachOrder), &ty).operand());
        }
        let mut lines = Vec::new();
        for _ in 0..self.dice.between(1, 2) {
            let line = match self.dice.below(10) {
                0..4 => self.deem(&inner, may),
                4 => Some(format!("  warn {}", self.text(&inner.at(Slot::WarnText)))),
                _ => None,
            };
            lines.push(line.unwrap_or_else(|| self.record(&inner)));
        }
        let body: Vec<String> = lines.iter().map(|l| format!("  {l}")).collect();
        Some(format!("  for each {name} in {}{order} {{\n{}\n  }}{}", r.text, body.join("\n"), self.guard(cx, 25)))
    }
}
