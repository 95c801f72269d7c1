//! The making of formulas: each from the type it is to have, so that it is well-typed.

use super::dice::Dice;
use super::form::Form;
use super::scope::Scope;
use super::world::{NUMBER, PRICE, SHARES, Ty, World};
use std::collections::BTreeMap;
use tenor::terms::Slot;

/// What may be followed by `.field`.
pub(super) const ATOM: u8 = 0;
/// What may stand on either side of a sign.
pub(super) const OPERAND: u8 = 1;
/// What may stand on either side of a comparison.
pub(super) const VALUE: u8 = 2;
/// A condition, a question.
pub(super) const CONDITION: u8 = 3;

/// A formula as text.
#[derive(Debug, Clone)]
pub(super) struct E {
    pub text: String,
    pub level: u8,
    /// Whether its value may be unknown.
    pub risky: bool,
}

impl E {
    pub(super) fn new(text: impl Into<String>, level: u8) -> Self {
        Self { text: text.into(), level, risky: false }
    }

    fn within(self, level: u8) -> String {
        if self.level > level { format!("({})", self.text) } else { self.text }
    }

    pub(super) fn atom(self) -> String {
        self.within(ATOM)
    }

    pub(super) fn operand(self) -> String {
        self.within(OPERAND)
    }

    pub(super) fn value(self) -> String {
        self.within(VALUE)
    }
}

/// Makes a draft.
pub(super) struct Maker {
    pub seed: u64,
    pub dice: Dice,
    pub world: World,
    /// Forms of the formula that is being made.
    pub marks: Vec<Form>,
    /// The last state it reads.
    pub reads: usize,
    /// The last state it reads `after`, one more than its number.
    pub after: usize,
    /// Whether it asks how an obligation stands.
    pub standing: bool,
    /// Whether a part of it may be unknown.
    pub risk: bool,
    pub covered: Vec<(Slot, Form)>,
    pub rules: Vec<super::rule::Made>,
    /// How many formulas each slot has had.
    turns: BTreeMap<Slot, u64>,
    forms: Vec<Form>,
}

impl Maker {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x5EED);
        dice.next();
        Self {
            seed,
            dice,
            world: World::default(),
            marks: Vec::new(),
            reads: 0,
            after: 0,
            standing: false,
            risk: false,
            covered: Vec::new(),
            rules: Vec::new(),
            turns: BTreeMap::new(),
            forms: Form::all(),
        }
    }

    /// Notes that a slot holds a form.
    pub(super) fn cover(&mut self, slot: Slot, form: Form) {
        if !self.covered.contains(&(slot, form)) {
            self.covered.push((slot, form));
        }
    }

    /// A formula for a slot. Every form comes to every slot in its turn.
    pub(super) fn formula(&mut self, cx: &Scope, ty: &Ty) -> E {
        self.marks.clear();
        (self.reads, self.after, self.standing, self.risk) = (0, 0, false, false);
        let turn = self.turns.entry(cx.slot).or_insert(0);
        let nth = *turn;
        *turn += 1;
        let of_slot = Slot::ALL.iter().position(|(s, _)| *s == cx.slot).unwrap_or(0) as u64;
        let at = self.seed.wrapping_add(nth.wrapping_mul(41)).wrapping_add(of_slot.wrapping_mul(17)) % self.forms.len() as u64;
        let form = self.forms[usize::try_from(at).unwrap_or(0)];
        let steered = if self.dice.chance(85) { self.steered(cx, ty, form) } else { None };
        let depth = 1 + self.dice.below(2);
        let made = match steered {
            Some(e) => e,
            None => self.expr(cx, ty, depth),
        };
        // what stops where no record is at hand ends the run: seldom
        let tame = if cx.event.is_some() { 93 } else { 99 };
        let risk = made.risky || self.risk;
        let mut made = if risk && self.dice.chance(tame) { self.tamed(cx, ty, made) } else { made };
        made.risky = risk && !made.text.starts_with("first of { (1)");
        let mut marks = std::mem::take(&mut self.marks);
        marks.sort_unstable();
        marks.dedup();
        marks.into_iter().for_each(|form| self.cover(cx.slot, form));
        made
    }

    /// A value that may be unknown, with what holds where it is.
    fn tamed(&mut self, cx: &Scope, ty: &Ty, e: E) -> E {
        let Some(other) = self.literal(cx, ty) else { return e };
        self.marks.push(Form::Waterfall);
        E::new(format!("first of {{ (1) {} otherwise : {} }}", e.text, other.text), ATOM)
    }

    /// A formula of a type with a form somewhere in it.
    fn steered(&mut self, cx: &Scope, ty: &Ty, form: Form) -> Option<E> {
        if let Some((e, _)) = self.try_build(cx, form, Some(ty), 2) {
            return Some(e);
        }
        if let Ty::Entry(_) | Ty::List(_) | Ty::Lines(_) = ty {
            return None;
        }
        let (e, found) = self.try_build(cx, form, None, 2)?;
        let risky = e.risky;
        let condition = self.about(cx, e, &found);
        if *ty == Ty::YesNo {
            return Some(condition);
        }
        let (a, b) = (self.expr(cx, ty, 1), self.expr(cx, ty, 0));
        let text = format!("first of {{ when {} : {} otherwise : {} }}", condition.text, a.text, b.text);
        self.marks.push(Form::Waterfall);
        Some(E { text, level: ATOM, risky: risky || a.risky || b.risky })
    }

    /// A condition about a value.
    fn about(&mut self, cx: &Scope, e: E, ty: &Ty) -> E {
        let risky = e.risky;
        if *ty == Ty::YesNo {
            return e;
        }
        if ty.ordered() && self.dice.chance(85) {
            self.marks.push(Form::Compare);
            let sign = self.dice.pick(&["<", "<=", ">", ">="]).to_owned();
            let other = self.expr(cx, ty, 0);
            let text = format!("{} {sign} {}", e.value(), other.value());
            return E { text, level: CONDITION, risky };
        }
        if let (Ty::List(of), true) = (ty, self.dice.chance(60)) {
            self.marks.push(Form::In);
            let one = self.expr(cx, of, 0);
            return E { text: format!("{} in {}", one.value(), e.operand()), level: CONDITION, risky };
        }
        self.marks.push(Form::Known);
        E::new(format!("known {}", e.operand()), OPERAND)
    }

    /// A form, where it can be made; what was noted for one that cannot is forgotten.
    pub(super) fn try_build(&mut self, cx: &Scope, form: Form, want: Option<&Ty>, depth: usize) -> Option<(E, Ty)> {
        let marks = self.marks.len();
        let built = self.build(cx, form, want, depth);
        match built {
            Some(built) => {
                self.marks.push(form);
                Some(built)
            }
            None => {
                self.marks.truncate(marks);
                None
            }
        }
    }

    /// A formula of a type.
    pub(super) fn expr(&mut self, cx: &Scope, ty: &Ty, depth: usize) -> E {
        if depth > 0 {
            for _ in 0..4 {
                let form = self.forms[self.dice.below(self.forms.len())];
                if let Some((e, _)) = self.try_build(cx, form, Some(ty), depth) {
                    return e;
                }
            }
        }
        self.leaf(cx, ty)
    }

    /// A name or a value written out.
    pub(super) fn leaf(&mut self, cx: &Scope, ty: &Ty) -> E {
        if self.dice.chance(65) || matches!(ty, Ty::Entry(_)) {
            const FORMS: [Form; 8] = [
                Form::StateOfIssuer,
                Form::StateOfEntry,
                Form::Field,
                Form::FieldThrough,
                Form::Parameter,
                Form::Let,
                Form::Field,
                Form::StateOfEntry,
            ];
            for _ in 0..4 {
                let form = FORMS[self.dice.below(FORMS.len())];
                if let Some((e, _)) = self.try_build(cx, form, Some(ty), 0) {
                    return e;
                }
            }
            if *ty == Ty::Date && self.dice.chance(50) {
                self.marks.push(Form::Today);
                return E::new("today", ATOM);
            }
        }
        if let Some(e) = self.literal(cx, ty) {
            return e;
        }
        // an entry, and none can be named: the last of its kind
        let kinds = if let Ty::Entry(kinds) = ty { Some(kinds.clone()) } else { None };
        self.latest(cx, kinds.as_deref(), 0).map_or_else(|| E::new("event", ATOM), |(e, _)| e)
    }

    /// A type of number.
    pub(super) fn number_type(&mut self) -> Ty {
        const MORE: [Ty; 8] = [NUMBER, NUMBER, SHARES, PRICE, Ty::Qty(1, 0, 0), Ty::Qty(0, 0, 1), Ty::Ratio, Ty::Qty(0, 1, -1)];
        MORE[self.dice.below(MORE.len())].clone()
    }

    /// A type whose values have an order.
    pub(super) fn ordered_type(&mut self) -> Ty {
        match self.dice.below(10) {
            0 => Ty::Date,
            1 => Ty::Moment,
            2 => Ty::Months,
            3 => Ty::TradingDays,
            _ => self.number_type(),
        }
    }
}
