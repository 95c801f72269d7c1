//! One formula of each form.

use super::form::Form;
use super::maker::{ATOM, CONDITION, E, Maker, OPERAND};
use super::refer::references;
use super::scope::Scope;
use super::world::{NUMBER, Ty};
use tenor::terms::Slot;

impl Maker {
    /// A formula of a form, of the type that is wanted or of one of its own.
    pub(super) fn build(&mut self, cx: &Scope, form: Form, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        use Form as F;
        let less = depth.saturating_sub(1);
        match form {
            F::StateOfIssuer
            | F::StateOfEntry
            | F::Before
            | F::After
            | F::AtStart
            | F::AtClose
            | F::Field
            | F::FieldThrough
            | F::DateOrId
            | F::Parameter
            | F::Let
            | F::Definition
            | F::DefinitionOfEntry
            | F::DefinitionAfter
            | F::Pending => self.refer(cx, form, want),
            F::Keyed if matches!(cx.slot, Slot::Expect | Slot::ExpectSide) => self.keyed(want),
            F::Keyed => None,
            F::Question(ask, over) => self.question(cx, ask, over, want, less),
            F::WindowOn | F::WindowUpTo | F::WindowFromTo | F::WindowDays | F::WindowTradingDays | F::Where => {
                self.windowed(cx, form, want, less)
            }
            F::Table => self.table(cx, want, less),
            F::DefinitionWithParameters => self.call(cx, want, less),
            F::Least
            | F::Greatest
            | F::Abs
            | F::Exp
            | F::Ln
            | F::Sqrt
            | F::Normal
            | F::KnownAmong
            | F::Add
            | F::Subtract
            | F::Multiply
            | F::Divide
            | F::Power
            | F::Negative
            | F::PercentOf
            | F::Rounded
            | F::RoundedAs
            | F::ProRata => self.number(cx, form, want, less),
            F::DaysInYear
            | F::TradingDaysBetween
            | F::Date
            | F::Moment
            | F::Months
            | F::TradingDays
            | F::Today
            | F::Now
            | F::ShiftDays
            | F::ShiftMonths
            | F::ShiftTradingDays
            | F::DaysBetween
            | F::DayOf
            | F::Hour
            | F::StartOf
            | F::CloseOf => self.time(cx, form, want, less),
            F::Calendar
            | F::Known
            | F::Void
            | F::Reading
            | F::Compare
            | F::Is
            | F::IsKind
            | F::IsEither
            | F::In
            | F::And
            | F::Or
            | F::Not
            | F::Standing => {
                if want.is_some_and(|w| *w != Ty::YesNo) {
                    return None;
                }
                self.condition(cx, form, less).map(|e| (e, Ty::YesNo))
            }
            F::Waterfall => self.waterfall(cx, want, less),
            F::ChangeBy => self.change_by(cx, want),
            F::Text => self.given(want, Ty::Text).and_then(|ty| self.literal(cx, &ty).map(|e| (e, ty))),
            F::ListWritten => {
                let ty = match want {
                    Some(ty @ (Ty::List(_) | Ty::Lines(_))) => ty.clone(),
                    Some(_) => return None,
                    None => Ty::List(Box::new(self.number_type())),
                };
                self.literal(cx, &ty).map(|e| (e, ty))
            }
        }
    }

    /// The type a form has, where that fits.
    pub(super) fn given(&self, want: Option<&Ty>, ty: Ty) -> Option<Ty> {
        match want {
            None => Some(ty),
            Some(w) if ty.fits(w) => Some(ty),
            Some(_) => None,
        }
    }

    fn table(&mut self, cx: &Scope, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        let all: Vec<_> = self.world.tables.iter().filter(|t| want.is_none_or(|w| t.ty.fits(w))).cloned().collect();
        let t = self.dice.one(&all)?;
        let args: Vec<String> = t.params.iter().map(|ty| self.expr(cx, ty, depth).text).collect();
        Some((E::new(format!("{}({})", t.name, args.join(", ")), ATOM), t.ty))
    }

    fn call(&mut self, cx: &Scope, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        let all: Vec<_> = self
            .world
            .defs
            .iter()
            .take(cx.defs)
            .filter(|d| !d.params.is_empty() && want.is_none_or(|w| d.ty.fits(w)) && (cx.standing || !d.standing))
            .filter(|d| cx.after.is_none_or(|bound| d.after <= bound))
            .filter(|d| want.is_some() || !matches!(d.ty, Ty::Word(_)))
            .cloned()
            .collect();
        let d = self.dice.one(&all)?;
        self.reads = self.reads.max(d.reads);
        self.standing |= d.standing;
        self.risk |= d.unknown;
        let args: Vec<String> = d.params.iter().map(|(_, ty)| self.expr(cx, ty, depth).text).collect();
        let call = format!("{}({})", d.name, args.join(", "));
        if cx.after.is_some_and(|b| d.reads < b) && self.dice.chance(25) {
            self.marks.push(Form::DefinitionAfter);
            self.after = self.after.max(d.reads + 1);
            return Some((E { text: format!("{call} after"), level: OPERAND, risky: d.unknown }, d.ty));
        }
        Some((E { text: call, level: ATOM, risky: d.unknown }, d.ty))
    }

    fn waterfall(&mut self, cx: &Scope, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        let ty = want.cloned().unwrap_or(NUMBER);
        if matches!(ty, Ty::Entry(_) | Ty::List(_) | Ty::Lines(_)) {
            return None;
        }
        let mut cases = Vec::new();
        let mut risky = false;
        if self.dice.chance(70) {
            let when = self.expr(cx, &Ty::YesNo, depth);
            let value = self.expr(cx, &ty, depth);
            let label = if self.dice.chance(40) { "(a) " } else { "" };
            risky |= when.risky || value.risky;
            cases.push(format!("{label}when {} : {}", when.text, value.text));
        }
        if cases.is_empty() || self.dice.chance(50) {
            cases.push(format!("(b) {}", self.expr(cx, &ty, depth).text));
        }
        let last = if self.dice.chance(6) {
            risky = true;
            self.risk = true;
            let what = if self.dice.chance(70) { "refuse" } else { "stop" };
            format!("otherwise {what} \"nothing to go by\"")
        } else {
            let e = self.expr(cx, &ty, 0);
            risky |= e.risky;
            format!("otherwise : {}", e.text)
        };
        cases.push(last);
        Some((E { text: format!("first of {{ {} }}", cases.join(" ")), level: ATOM, risky }, ty))
    }

    /// The value before or after the change that an entry made to a state.
    fn change_by(&mut self, cx: &Scope, want: Option<&Ty>) -> Option<(E, Ty)> {
        let entries: Vec<String> = references(&self.world, cx)
            .into_iter()
            .filter(|r| matches!(r.ty, Ty::Entry(_)) && !r.text.contains(['.', ' ']) && r.text != "it")
            .map(|r| r.text)
            .collect();
        let by = self.dice.one(&entries)?;
        let states: Vec<_> = self
            .world
            .states
            .iter()
            .filter(|s| want.is_none_or(|w| s.ty.fits(w)) && s.ty.dim().is_some())
            .filter(|s| {
                s.of.is_none_or(|k| cx.rows.iter().any(|(name, row)| *row == k && (name != "event" || cx.event.is_some())))
            })
            .cloned()
            .collect();
        let s = self.dice.one(&states)?;
        let side = self.dice.pick(&["before", "after"]);
        self.risk = true;
        Some((E { text: format!("change of {} by {by}.{side}", s.name), level: OPERAND, risky: true }, s.ty))
    }
}

impl Maker {
    /// A condition of a form.
    fn condition(&mut self, cx: &Scope, form: Form, depth: usize) -> Option<E> {
        use Form as F;
        let mut risky = false;
        let mut of = |e: E| {
            risky |= e.risky;
            e
        };
        let (text, level) = match form {
            F::Calendar => (format!("exchange({})", of(self.expr(cx, &Ty::Date, depth)).text), ATOM),
            F::Known => return self.known(cx, depth),
            F::Void => {
                let (e, _) = self.entry(cx, None, 0)?;
                (format!("void {}", of(e).operand()), OPERAND)
            }
            F::Reading => (self.reading()?, CONDITION),
            F::Compare => {
                let ty = self.ordered_type();
                let a = of(self.expr(cx, &ty, depth)).value();
                let b = of(self.expr(cx, &ty, depth)).value();
                (format!("{a} {} {b}", self.dice.pick(&["<", "<=", ">", ">=", "≤", "≥"])), CONDITION)
            }
            F::Is => return self.is(cx, depth),
            F::IsKind => {
                let unions = |r: &super::refer::Ref| matches!(&r.ty, Ty::Entry(k) if k.len() > 1);
                let all: Vec<_> = references(&self.world, cx).into_iter().filter(unions).collect();
                let r = self.dice.one(&all)?;
                let Ty::Entry(kinds) = &r.ty else { return None };
                let kind = self.dice.one(kinds)?;
                risky = r.risky;
                self.risk |= risky;
                (format!("{} is {}{}", r.text, self.not(), self.world.kinds[kind].name), CONDITION)
            }
            F::IsEither => return self.is_either(cx),
            F::In => {
                let ty = if self.dice.chance(70) { self.number_type() } else { Ty::Text };
                let list = self.expr(cx, &Ty::List(Box::new(ty.clone())), depth.min(1));
                let one = of(self.expr(cx, &ty, 0));
                (format!("{} in {}", one.value(), of(list).operand()), CONDITION)
            }
            F::And | F::Or => {
                let word = if form == F::And { " and " } else { " or " };
                let count = self.dice.between(2, 3);
                let all: Vec<String> = (0..count).map(|_| of(self.expr(cx, &Ty::YesNo, depth)).value()).collect();
                (all.join(word), CONDITION)
            }
            F::Not => (format!("not {}", of(self.expr(cx, &Ty::YesNo, depth)).value()), CONDITION),
            F::Standing => return self.stands(cx),
            _ => return None,
        };
        Some(E { text, level, risky })
    }

    pub(super) fn not(&mut self) -> &'static str {
        if self.dice.chance(30) { "not " } else { "" }
    }

    fn known(&mut self, cx: &Scope, depth: usize) -> Option<E> {
        let risky: Vec<_> = references(&self.world, cx).into_iter().filter(|r| r.risky).collect();
        let text = match self.dice.one(&risky) {
            Some(r) if self.dice.chance(75) => {
                self.marks.push(r.form);
                self.reads = self.reads.max(r.reads);
                r.text
            }
            _ => {
                let ty = self.ordered_type();
                self.expr(cx, &ty, depth).operand()
            }
        };
        Some(E::new(format!("known {text}"), OPERAND))
    }

    /// A question which reading is chosen.
    pub(super) fn reading(&mut self) -> Option<String> {
        let readings = self.world.readings.clone();
        let (name, words) = self.dice.one(&readings)?;
        self.marks.push(Form::Reading);
        let at = self.dice.below(words.len());
        if words.len() > 2 && self.dice.chance(30) {
            let other = (at + 1) % words.len();
            return Some(format!("{name} is {}either {} or {}", self.not(), words[at], words[other]));
        }
        Some(format!("{name} is {}{}", self.not(), words[at]))
    }

    fn is(&mut self, cx: &Scope, depth: usize) -> Option<E> {
        let all: Vec<_> =
            references(&self.world, cx).into_iter().filter(|r| matches!(r.ty, Ty::Word(_) | Ty::Entry(_))).collect();
        if let (Some(r), true) = (self.dice.one(&all), self.dice.chance(45)) {
            self.marks.push(r.form);
            self.reads = self.reads.max(r.reads);
            self.risk |= r.risky;
            let other = match &r.ty {
                Ty::Word(n) => {
                    let words = self.world.words[*n].clone();
                    self.dice.one(&words)?
                }
                Ty::Entry(kinds) => self.entry(cx, Some(kinds), 1)?.0.value(),
                _ => return None,
            };
            return Some(E { text: format!("{} is {}{other}", r.text, self.not()), level: CONDITION, risky: r.risky });
        }
        let ty = match self.dice.below(4) {
            0 => Ty::Text,
            1 => Ty::YesNo,
            _ => self.ordered_type(),
        };
        let (a, b) = (self.expr(cx, &ty, depth), self.expr(cx, &ty, depth));
        let risky = a.risky || b.risky;
        let (a, b) = if ty == Ty::YesNo { (a.operand(), b.operand()) } else { (a.value(), b.value()) };
        Some(E { text: format!("{a} is {}{b}", self.not()), level: CONDITION, risky })
    }

    fn is_either(&mut self, cx: &Scope) -> Option<E> {
        let many = |world: &super::world::World, ty: &Ty| matches!(ty, Ty::Word(n) if world.words[*n].len() > 2);
        let all: Vec<_> = references(&self.world, cx).into_iter().filter(|r| many(&self.world, &r.ty)).collect();
        let r = self.dice.one(&all)?;
        self.marks.push(r.form);
        self.reads = self.reads.max(r.reads);
        self.risk |= r.risky;
        let Ty::Word(n) = r.ty else { return None };
        let words = self.world.words[n].clone();
        let at = self.dice.below(words.len());
        let other = (at + 1) % words.len();
        let text = format!("{} is {}either {} or {}", r.text, self.not(), words[at], words[other]);
        Some(E { text, level: CONDITION, risky: r.risky })
    }

    /// How an obligation stands.
    fn stands(&mut self, cx: &Scope) -> Option<E> {
        if !cx.standing {
            return None;
        }
        let duties: Vec<_> = self.world.duties.iter().filter_map(|d| Some((d.name.clone(), d.about?))).collect();
        let (name, kind) = self.dice.one(&duties)?;
        let (e, _) = self.entry(cx, Some(&[kind]), 1)?;
        self.standing = true;
        let risky = e.risky;
        let base = e.atom();
        let path = format!("{base}.{name}");
        let word = self.dice.pick(&["open", "met", "late", "breached", "either open or breached", "either met or late"]);
        Some(E { text: format!("{path} is {}{word}", self.not()), level: CONDITION, risky })
    }
}
