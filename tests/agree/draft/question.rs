//! Questions about what has happened.

use super::form::{Ask, Form, Over};
use super::maker::{ATOM, CONDITION, E, Maker};
use super::refer::{Ref, members, references};
use super::scope::{Scope, Thing};
use super::world::{NUMBER, Ty};

/// What a question looks at.
struct Source {
    text: String,
    thing: Thing,
}

impl Maker {
    /// A question of a form.
    pub(super) fn question(&mut self, cx: &Scope, ask: Ask, over: Over, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        let source = self.source(cx, over, ask, want)?;
        let dated = matches!(over, Over::Entries | Over::Past);
        let window = if dated && self.dice.chance(40) {
            const WINDOWS: [Form; 5] =
                [Form::WindowOn, Form::WindowUpTo, Form::WindowFromTo, Form::WindowDays, Form::WindowTradingDays];
            Some(WINDOWS[self.dice.below(5)])
        } else {
            None
        };
        let filter = self.dice.chance(40);
        self.ask(cx, ask, &source, want, (window, filter), depth)
    }

    /// A question with a certain window, or with `where`.
    pub(super) fn windowed(&mut self, cx: &Scope, form: Form, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        const ASKS: [Ask; 8] =
            [Ask::Count, Ask::CountDays, Ask::Sum, Ask::Mean, Ask::Lowest, Ask::Highest, Ask::Latest, Ask::Earliest];
        for _ in 0..3 {
            let ask = ASKS[self.dice.below(ASKS.len())];
            let over = if self.dice.chance(50) { Over::Entries } else { Over::Past };
            let Some(source) = self.source(cx, over, ask, want) else { continue };
            let parts = if form == Form::Where { (None, true) } else { (Some(form), self.dice.chance(30)) };
            if let Some(made) = self.ask(cx, ask, &source, want, parts, depth) {
                self.marks.push(Form::Question(ask, over));
                return Some(made);
            }
        }
        None
    }

    /// The last or the first entry of one of several kinds.
    pub(super) fn latest(&mut self, cx: &Scope, kinds: Option<&[usize]>, depth: usize) -> Option<(E, Ty)> {
        let all = kinds.map_or_else(|| self.world.kept(), <[usize]>::to_vec);
        let kind = self.dice.one(&all)?;
        let ask = if self.dice.chance(70) { Ask::Latest } else { Ask::Earliest };
        let over = if self.world.kinds[kind].kept() { Over::Entries } else { Over::Past };
        let source = Source { text: self.world.kinds[kind].name.clone(), thing: Thing::Entry(vec![kind]) };
        let filter = depth > 0 && self.dice.chance(30);
        self.marks.push(Form::Question(ask, over));
        self.ask(cx, ask, &source, Some(&Ty::Entry(vec![kind])), (None, filter), depth)
    }

    fn source(&mut self, cx: &Scope, over: Over, ask: Ask, want: Option<&Ty>) -> Option<Source> {
        let entry = matches!(ask, Ask::Latest | Ask::Earliest);
        let mut all: Vec<Source> = match over {
            Over::Entries | Over::Past => {
                let kept = over == Over::Entries;
                let kinds = self.world.kinds.iter().enumerate().filter(|(_, k)| k.kept() == kept);
                kinds.map(|(n, k)| Source { text: k.name.clone(), thing: Thing::Entry(vec![n]) }).collect()
            }
            Over::Effect => {
                let effects = self.world.effects.iter().enumerate();
                effects.map(|(n, (name, _))| Source { text: name.clone(), thing: Thing::Effect(n) }).collect()
            }
            Over::List => references(&self.world, cx)
                .into_iter()
                .filter(|r| !r.text.contains(' '))
                .filter_map(|r| match r.ty {
                    Ty::List(of) => Some(Source { text: r.text, thing: Thing::Plain(*of) }),
                    Ty::Lines(shape) => Some(Source { text: r.text, thing: Thing::Line(shape) }),
                    _ => None,
                })
                .collect(),
        };
        if let (true, Some(want)) = (entry, want) {
            all.retain(|s| self.gives(cx, &s.thing, want));
        }
        let at = self.dice.below(all.len());
        (!all.is_empty()).then(|| all.swap_remove(at))
    }

    /// Whether a thing, or a member of it, is of a type.
    fn gives(&self, cx: &Scope, thing: &Thing, want: &Ty) -> bool {
        if let (Thing::Entry(kinds), Ty::Entry(_)) = (thing, want)
            && Ty::Entry(kinds.clone()).fits(want)
        {
            return true;
        }
        let mut out = Vec::new();
        members(&self.world, cx, "it", thing, Form::Field, &mut out);
        out.iter().any(|r| r.ty.fits(want))
    }

    fn ask(
        &mut self,
        cx: &Scope,
        ask: Ask,
        source: &Source,
        want: Option<&Ty>,
        (window, filter): (Option<Form>, bool),
        depth: usize,
    ) -> Option<(E, Ty)> {
        let inner = Scope { it: Some(source.thing.clone()), ..cx.clone() };
        let rest = |maker: &mut Self| maker.rest(cx, &inner, window, filter, depth);
        let name = &source.text;
        self.risk |= !matches!(ask, Ask::Count | Ask::CountDays | Ask::List | Ask::Sum);
        Some(match ask {
            Ask::Count | Ask::CountDays => {
                let ty = self.given(want, NUMBER)?;
                let days = if ask == Ask::CountDays { "distinct days of " } else { "" };
                (E::new(format!("count of {days}{name}{}", rest(self)), CONDITION), ty)
            }
            Ask::Sum | Ask::Mean | Ask::Lowest | Ask::Highest => {
                let (value, ty) = self.measured(&inner, ask, want, depth)?;
                let word = match ask {
                    Ask::Sum => "sum",
                    Ask::Mean => "mean",
                    Ask::Lowest => "lowest",
                    _ => "highest",
                };
                let risky = ask != Ask::Sum || value.risky;
                let text = format!("{word} of {} over {name}{}", value.operand(), rest(self));
                (E { text, level: CONDITION, risky }, ty)
            }
            Ask::List => {
                let of = match want {
                    Some(Ty::List(of)) => (**of).clone(),
                    Some(_) => return None,
                    None => self.of_it(&inner, |ty| !matches!(ty, Ty::Word(_) | Ty::Entry(_) | Ty::List(_) | Ty::Lines(_)))?.ty,
                };
                let value = self.about_it(&inner, &of, depth);
                let risky = value.risky;
                // a list is of exactly its type: a ratio is none of numbers, and a number none of ratios
                let value = match of {
                    Ty::Qty(0, 0, 0) => format!("({} + 0)", value.operand()),
                    Ty::Ratio => format!("({} × (1 for 1))", value.operand()),
                    _ => value.operand(),
                };
                let text = format!("list of {value} over {name}{}", rest(self));
                (E { text, level: CONDITION, risky }, Ty::List(Box::new(of)))
            }
            Ask::Latest | Ask::Earliest => {
                let word = if ask == Ask::Latest { "latest" } else { "earliest" };
                let text = format!("{word} {name}{}", rest(self));
                return self.picked(cx, text, &source.thing, want);
            }
        })
    }

    /// What was picked, or a member of it.
    fn picked(&mut self, cx: &Scope, text: String, thing: &Thing, want: Option<&Ty>) -> Option<(E, Ty)> {
        if let (Thing::Entry(kinds), Some(Ty::Entry(_)) | None) = (thing, want) {
            let ty = Ty::Entry(kinds.clone());
            if want.is_some_and(|w| ty.fits(w)) || (want.is_none() && self.dice.chance(30)) {
                return Some((E { text, level: CONDITION, risky: true }, ty));
            }
        }
        let mut all: Vec<Ref> = Vec::new();
        members(&self.world, cx, "", thing, Form::Field, &mut all);
        all.retain(|r| want.is_none_or(|w| r.ty.fits(w)) && (want.is_some() || !matches!(r.ty, Ty::Word(_))));
        let r = self.dice.one(&all)?;
        self.marks.push(r.form);
        self.reads = self.reads.max(r.reads);
        let member = r.text.trim_start_matches('.');
        Some((E { text: format!("({text}).{member}"), level: ATOM, risky: true }, r.ty))
    }

    /// The window and the condition of a question.
    fn rest(&mut self, cx: &Scope, inner: &Scope, window: Option<Form>, filter: bool, depth: usize) -> String {
        let mut out = String::new();
        if let Some(form) = window {
            self.marks.push(form);
            out.push(' ');
            out.push_str(&self.window(cx, form));
        }
        if filter {
            self.marks.push(Form::Where);
            let condition = self.expr(inner, &Ty::YesNo, depth.max(1));
            out.push_str(&format!(" where {}", condition.text));
        }
        out
    }

    fn window(&mut self, cx: &Scope, form: Form) -> String {
        let day = |maker: &mut Self| {
            if maker.dice.chance(50) {
                maker.marks.push(Form::Today);
                return "today".to_owned();
            }
            maker.expr(cx, &Ty::Date, usize::from(maker.dice.clone().chance(20))).operand()
        };
        match form {
            Form::WindowOn => format!("on {}", day(self)),
            Form::WindowUpTo => format!("up to {}", day(self)),
            Form::WindowFromTo => {
                let from = self.expr(cx, &Ty::Date, 0).operand();
                format!("from {from} to {}", day(self))
            }
            Form::WindowDays => {
                let n = self.dice.pick(&["1 day", "2 days", "3 days", "5 days", "10 days", "30 days", "0 days"]).to_owned();
                format!("in the {n} to {}", day(self))
            }
            _ => {
                let n = self.dice.pick(&["1 trading day", "2 trading days", "3 trading days", "10 trading days"]).to_owned();
                format!("in the {n} to {}", day(self))
            }
        }
    }

    /// A name of a member of the entry that is looked at.
    fn of_it(&mut self, inner: &Scope, which: impl Fn(&Ty) -> bool) -> Option<Ref> {
        let mut all = Vec::new();
        members(&self.world, inner, "it", inner.it.as_ref()?, Form::Field, &mut all);
        all.retain(|r| which(&r.ty));
        self.dice.one(&all)
    }

    /// A formula about the entry that is looked at.
    fn about_it(&mut self, inner: &Scope, ty: &Ty, depth: usize) -> E {
        if let (Some(r), true) = (self.of_it(inner, |t| t.fits(ty)), self.dice.chance(70)) {
            self.marks.push(r.form);
            self.reads = self.reads.max(r.reads);
            self.risk |= r.risky;
            return E { text: r.text, level: ATOM, risky: r.risky };
        }
        self.expr(inner, ty, depth)
    }

    /// What is measured.
    fn measured(&mut self, inner: &Scope, ask: Ask, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        let days = matches!(ask, Ask::Lowest | Ask::Highest);
        let can = |ty: &Ty| ty.dim().is_some() || (days && matches!(ty, Ty::Date | Ty::Moment));
        let ty = match want {
            Some(ty) if can(ty) => ty.clone(),
            Some(_) => return None,
            None => self.of_it(inner, can).map_or(NUMBER, |r| r.ty),
        };
        let ty = if ty == Ty::Ratio { NUMBER } else { ty };
        Some((self.about_it(inner, &ty, depth), ty))
    }
}
