//! Rules: what they answer, whom they speak of, under what conditions.

use super::form::Form;
use super::maker::Maker;
use super::refer::references;
use super::scope::Scope;
use super::statement::May;
use super::world::{Sort, Ty};
use tenor::terms::Slot;

/// A rule that has been made: what it answers, and what it sets.
#[derive(Debug, Clone)]
pub(super) struct Made {
    name: String,
    answers: Vec<String>,
    sets: Vec<(usize, bool)>,
}

/// The head of a rule in the making.
struct Head {
    trigger: String,
    answers: Vec<String>,
    cx: Scope,
    may: May,
    /// The entry the event names.
    the: Option<usize>,
}

impl Maker {
    /// All rules.
    pub(super) fn all_rules(&mut self, quiet: usize) -> Vec<String> {
        let mut out = Vec::new();
        for kind in 0..self.world.kinds.len() {
            let count = if self.world.kinds[kind].sort == Sort::Event { self.dice.between(1, 2) } else { 1 };
            for _ in 0..count {
                if let Some(head) = self.on_event(kind, quiet) {
                    out.push(self.rule(head));
                }
            }
        }
        for _ in 0..self.dice.between(0, 2) {
            let head = self.on_change(quiet);
            out.extend(head.map(|h| self.rule(h)));
        }
        for _ in 0..self.dice.between(1, 2) {
            let head = self.at_moment();
            out.push(self.rule(head));
        }
        if self.dice.chance(50) {
            let head = self.once();
            out.push(self.rule(head));
        }
        if self.dice.chance(60) {
            let head = self.on_breach();
            out.extend(head.map(|h| self.rule(h)));
        }
        out
    }

    /// Deemed events that may follow.
    fn deemed_after(&self, kind: Option<usize>) -> Vec<usize> {
        self.world.of_sort(Sort::Deemed).into_iter().filter(|d| kind.is_none_or(|k| *d > k)).collect()
    }

    fn base(&self, slot: Slot) -> Scope {
        let mut cx = Scope::new(slot, self.world.defs.len());
        cx.after = Some(0);
        cx
    }

    fn on_event(&mut self, kind: usize, quiet: usize) -> Option<Head> {
        let k = self.world.kinds[kind].clone();
        let deemed = k.sort == Sort::Deemed;
        let mut cx = self.base(Slot::RuleWhen).event(kind);
        let mut trigger = format!("on {}", k.name);
        let mut answers = vec![format!("event {kind}")];
        // an event of another kind, whose fields are others
        if self.dice.chance(10) && !deemed {
            let others: Vec<usize> = self.world.of_sort(Sort::Event).into_iter().filter(|o| *o != kind).collect();
            if let Some(other) = self.dice.one(&others) {
                trigger.push_str(&format!(" or {}", self.world.kinds[other].name));
                answers.push(format!("event {other}"));
                cx = self.base(Slot::RuleWhen);
                // what is a name of one of them is none of the other
                for k in [kind, other, kind, other] {
                    cx.rows.push(("event".to_owned(), k));
                }
            }
        }
        let the = if cx.event.is_some() && self.dice.chance(55) { self.the(kind) } else { None };
        let mut deems = if deemed { self.deemed_after(Some(kind)) } else { self.deemed_after(None) };
        if !deemed && !k.kept() {
            deems.extend(k.fields.iter().filter_map(|f| f.makes));
        }
        let mut may = May { sets_from: 0, sets: kind != quiet, deems, requires: true };
        if kind == quiet {
            may.deems.clear();
        }
        let mut scope = String::new();
        if let Some(the) = the {
            let slot = if the == kind { None } else { Some(Form::Field) };
            slot.into_iter().for_each(|f| self.cover(Slot::TheEntry, f));
            scope = format!(", for the {}", self.world.kinds[the].name);
            cx = cx.row(&self.world, the);
        }
        let more = self.each(&mut cx, the, if the.is_some() { 30 } else { 60 });
        if !more.is_empty() {
            scope = if scope.is_empty() { format!(", for {more}") } else { format!("{scope} and {more}") };
        }
        trigger.push_str(&scope);
        Some(Head { trigger, answers, cx, may, the })
    }

    /// The entry an event is or names.
    pub(super) fn the(&mut self, kind: usize) -> Option<usize> {
        let k = &self.world.kinds[kind];
        let mut all: Vec<usize> = if k.kept() { vec![kind] } else { Vec::new() };
        for f in &k.fields {
            if let Ty::Entry(kinds) = &f.ty {
                all.extend(kinds);
            }
        }
        self.dice.one(&all)
    }

    /// `each bond where …`, with a chance.
    pub(super) fn each(&mut self, cx: &mut Scope, not: Option<usize>, percent: usize) -> String {
        let kinds: Vec<usize> = self.world.kept().into_iter().filter(|k| Some(*k) != not).collect();
        let (Some(kind), true) = (self.dice.one(&kinds), self.dice.chance(percent)) else { return String::new() };
        *cx = cx.clone().row(&self.world, kind);
        let any = if self.dice.chance(20) { "any " } else { "" };
        let mut text = format!("each {any}{}", self.world.kinds[kind].name);
        if self.dice.chance(45) {
            let slot = if cx.slot == Slot::ObligationWhen { Slot::ObligationEachWhere } else { Slot::EachWhere };
            let e = self.formula(&cx.at(slot), &Ty::YesNo);
            text.push_str(&format!(" where {}", e.text));
        }
        text
    }

    fn on_change(&mut self, quiet: usize) -> Option<Head> {
        let making = self.dice.chance(40);
        let states: Vec<usize> = (0..self.world.states.len()).filter(|s| !making || self.world.states[*s].postponed).collect();
        let at = self.dice.one(&states)?;
        let s = self.world.states[at].clone();
        let mut cx = self.base(Slot::RuleWhen);
        cx.on_change = true;
        let may = May { sets_from: at + 1, sets: true, deems: vec![quiet], requires: false };
        if making {
            let mut trigger = format!("on making of {}", s.name);
            if let Some(kind) = s.of {
                cx = cx.row(&self.world, kind);
                if self.dice.chance(50) {
                    trigger.push_str(&format!(", for the {}", self.world.kinds[kind].name));
                }
            }
            return Some(Head { trigger, answers: vec![format!("making {at}")], cx, may, the: None });
        }
        let mut trigger = format!("on change of {}", s.name);
        let mut the = None;
        if self.dice.chance(40) {
            let kinds: Vec<usize> = (0..self.world.kinds.len()).filter(|k| *k != quiet).collect();
            let by = self.dice.one(&kinds)?;
            trigger.push_str(&format!(" by {}", self.world.kinds[by].name));
            cx = cx.event(by);
            if self.dice.chance(25) {
                the = self.the(by);
            }
        }
        if let Some(the) = the {
            cx = cx.row(&self.world, the);
            trigger.push_str(&format!(", for the {}", self.world.kinds[the].name));
        } else if let (Some(kind), true) = (s.of, self.dice.chance(80)) {
            cx = cx.row(&self.world, kind);
            trigger.push_str(&format!(", for each {}", self.world.kinds[kind].name));
        }
        Some(Head { trigger, answers: vec![format!("change {at}")], cx, may, the })
    }

    fn at_moment(&mut self) -> Head {
        let mut cx = self.base(Slot::Moment);
        let each = self.each(&mut cx, None, 50);
        let row: Vec<_> = references(&self.world, &cx)
            .into_iter()
            .filter(|r| matches!(r.ty, Ty::Date | Ty::Moment) && r.form != Form::Definition)
            .collect();
        let moment = match (self.dice.one(&row), self.dice.below(10)) {
            (Some(r), 0..5) => {
                self.cover(Slot::Moment, r.form);
                let edge = self.dice.pick(&["start of ", "close of ", ""]);
                format!("{edge}{}", r.text)
            }
            (_, 5 | 6) => {
                if self.dice.chance(50) {
                    format!("start of {}", self.formula(&cx, &Ty::Date).operand())
                } else {
                    self.formula(&cx, &Ty::Moment).value()
                }
            }
            _ => {
                let day = super::world::World::day(&mut self.dice);
                self.constant(&Ty::Date, &day);
                match self.dice.below(4) {
                    0 => format!("start of {day}"),
                    1 => format!("close of {day}"),
                    2 => format!("{day} 10:00"),
                    _ => day,
                }
            }
        };
        let scope = if each.is_empty() { String::new() } else { format!(", for {each}") };
        let may = May { sets_from: 0, sets: true, deems: self.deemed_after(None), requires: false };
        let answers = vec![format!("at {moment}")];
        Head { trigger: format!("at {moment}{scope}"), answers, cx: cx.at(Slot::RuleWhen), may, the: None }
    }

    fn once(&mut self) -> Head {
        let mut cx = self.base(Slot::Once);
        let each = self.each(&mut cx, None, 40);
        let condition = self.formula(&cx, &Ty::YesNo);
        let scope = if each.is_empty() { String::new() } else { format!(", for {each}") };
        let may = May { sets_from: 0, sets: true, deems: self.deemed_after(None), requires: false };
        let answers = vec!["once".to_owned()];
        Head { trigger: format!("once {}{scope}", condition.text), answers, cx: cx.at(Slot::RuleWhen), may, the: None }
    }

    fn on_breach(&mut self) -> Option<Head> {
        let duties: Vec<_> = self.world.duties.iter().filter_map(|d| Some((d.name.clone(), d.about?))).collect();
        let (name, kind) = self.dice.one(&duties)?;
        let cx = self.base(Slot::RuleWhen).row(&self.world, kind);
        let may = May { sets_from: 0, sets: true, deems: self.deemed_after(None), requires: false };
        let the = if self.dice.chance(60) { format!(", for the {}", self.world.kinds[kind].name) } else { String::new() };
        Some(Head { trigger: format!("on breach of {name}{the}"), answers: vec!["breach".into()], cx, may, the: None })
    }

    /// A rule with its conditions and its body.
    fn rule(&mut self, head: Head) -> String {
        let Head { trigger, answers, cx, may, the } = head;
        let name = self.world.name("rule");
        let mut conditions = String::new();
        if self.dice.chance(45) {
            let word = if self.dice.chance(70) { "when" } else { "unless" };
            // what a condition reads `after` must come first: only of the first states
            let cx = Scope { after: cx.after.map(|_| 1), slot: Slot::RuleWhen, ..cx.clone() };
            conditions.push_str(&format!("\n  {word} {}", self.formula(&cx, &Ty::YesNo).text));
        }
        conditions.push_str(&self.rescinding(&cx, the, &answers));
        let (sets, lines) = self.body(&cx, &may);
        let clash: Vec<String> = self
            .rules
            .iter()
            .filter(|r| r.answers.iter().any(|a| answers.contains(a)) && r.sets.iter().any(|s| sets.contains(s)))
            .map(|r| r.name.clone())
            .collect();
        if let [one] = clash.as_slice()
            && self.dice.chance(40)
        {
            conditions.push_str(&format!("\n  notwithstanding {one}"));
        } else if !clash.is_empty() {
            conditions.push_str(&format!("\n  subject to {}", clash.join(" or ")));
        }
        let is_final = if answers.iter().all(|a| a.starts_with("event")) && self.dice.chance(15) { "final " } else { "" };
        let clause = self.dice.pick(&["§10", "§10(a)", "§11", "§11(b)(i)", "§12"]);
        let text = format!("{clause} {is_final}rule {name} {trigger}{conditions}\n{{\n{}\n}}", lines.join("\n"));
        self.rules.push(Made { name, answers, sets });
        text
    }

    /// What a rule annuls.
    fn rescinding(&mut self, cx: &Scope, the: Option<usize>, answers: &[String]) -> String {
        let event = answers.iter().all(|a| a.starts_with("event"));
        let deemed = cx.event.is_some_and(|k| self.world.kinds[k].sort == Sort::Deemed);
        if !event || deemed || !self.dice.chance(55) {
            return String::new();
        }
        let mut by: Vec<(String, usize, Form)> = Vec::new();
        by.extend(the.map(|k| (self.world.kinds[k].name.clone(), k, Form::Field)));
        let entry = |ty: &Ty| if let Ty::Entry(k) = ty { k.first().copied() } else { None };
        for s in self.world.states.iter().filter(|s| s.of.is_none() && self.dice.clone().chance(40)) {
            by.extend(entry(&s.ty).map(|k| (s.name.clone(), k, Form::StateOfIssuer)));
        }
        let defs = self.world.defs.iter().filter(|d| d.of.is_none() && d.params.is_empty());
        by.extend(defs.filter_map(|d| entry(&d.ty).map(|k| (d.name.clone(), k, Form::Definition))));
        let Some((name, kind, form)) = self.dice.one(&by) else { return String::new() };
        let names = |k: &usize| self.world.kinds[*k].fields.iter().any(|f| matches!(&f.ty, Ty::Entry(of) if of.contains(&kind)));
        let steps: Vec<usize> = self.world.of_sort(Sort::Deemed).into_iter().filter(names).collect();
        let Some(step) = self.dice.one(&steps) else { return String::new() };
        self.cover(Slot::RescindingOf, form);
        let keeping = if self.dice.chance(30) { " keeping what followed" } else { "" };
        let mut text = format!("\n  rescinding {} of {name}{keeping}", self.world.kinds[step].name);
        if self.dice.chance(40) {
            let e = self.formula(&cx.at(Slot::RescindingWhen), &Ty::YesNo);
            text.push_str(&format!(" when {}", e.text));
        }
        text
    }
}
