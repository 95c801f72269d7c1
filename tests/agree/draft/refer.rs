//! Names and paths: states, fields, definitions, parameters and named values, as far as they can be seen.

use super::form::Form;
use super::maker::{ATOM, E, Maker, OPERAND};
use super::scope::{Scope, Thing};
use super::world::{Ty, World};

/// Something that can be named.
#[derive(Debug, Clone)]
pub(super) struct Ref {
    pub text: String,
    pub ty: Ty,
    pub form: Form,
    /// Whether its value may be unknown.
    pub risky: bool,
    /// The state it is, where it is one.
    pub state: Option<usize>,
    /// The last of the states it reads, for definitions.
    pub reads: usize,
}

/// Something whose members can be named.
struct Base {
    text: String,
    thing: Thing,
    risky: bool,
    reads: usize,
}

impl Base {
    fn of(r: &Ref) -> Option<Self> {
        let Ty::Entry(kinds) = &r.ty else { return None };
        Some(Self { text: r.text.clone(), thing: Thing::Entry(kinds.clone()), risky: r.risky, reads: r.reads })
    }
}

/// All that can be named.
pub(super) fn references(world: &World, cx: &Scope) -> Vec<Ref> {
    let mut out: Vec<Ref> = Vec::new();
    for (name, ty, form) in &cx.names {
        out.push(Ref { text: name.clone(), ty: ty.clone(), form: *form, risky: *form == Form::Let, state: None, reads: 0 });
    }
    if let Some(kind) = cx.event {
        let ty = Ty::Entry(vec![kind]);
        out.push(Ref { text: "event".into(), ty, form: Form::Field, risky: false, state: None, reads: 0 });
    }
    if let Some(Thing::Entry(kinds)) = &cx.it {
        let ty = Ty::Entry(kinds.clone());
        out.push(Ref { text: "it".into(), ty, form: Form::Field, risky: false, state: None, reads: 0 });
    }
    owned(world, cx, None, "", Form::StateOfIssuer, &mut out);
    for (_, kind) in cx.rows.iter().filter(|(_, k)| cx.one_row(*k)) {
        owned(world, cx, Some(*kind), "", Form::StateOfEntry, &mut out);
    }
    // members of what is there, and members of those that are entries
    let mut from: Vec<Base> = out.iter().filter_map(Base::of).collect();
    let line = |text: &str, thing: &Thing| Base { text: text.to_owned(), thing: thing.clone(), risky: false, reads: 0 };
    from.extend(cx.line.as_ref().map(|(name, thing)| line(name, thing)));
    if let Some(it @ (Thing::Line(_) | Thing::Plain(_) | Thing::Effect(_))) = &cx.it {
        from.push(line("it", it));
    }
    for form in [Form::Field, Form::FieldThrough] {
        let mut next: Vec<Base> = Vec::new();
        for base in &from {
            let before = out.len();
            members(world, cx, &base.text, &base.thing, form, &mut out);
            for r in out.iter_mut().skip(before) {
                r.risky |= base.risky;
                r.reads = r.reads.max(base.reads);
                next.extend(Base::of(r));
            }
        }
        from = next;
    }
    out
}

/// The members of a thing.
pub(super) fn members(world: &World, cx: &Scope, base: &str, thing: &Thing, field: Form, out: &mut Vec<Ref>) {
    let path = |name: &str| if base == "it" { format!("its {name}") } else { format!("{base}.{name}") };
    let mut one = |name: &str, ty: &Ty, form: Form, risky: bool| {
        out.push(Ref { text: path(name), ty: ty.clone(), form, risky, state: None, reads: 0 });
    };
    match thing {
        Thing::Plain(ty) => one("value", ty, field, false),
        Thing::Line(shape) => world.shapes[*shape].iter().for_each(|f| one(&f.name, &f.ty, field, f.optional)),
        Thing::Effect(n) => world.effects[*n].1.iter().for_each(|f| one(&f.name, &f.ty, field, f.optional)),
        Thing::Entry(kinds) => {
            one("date", &Ty::Date, Form::DateOrId, false);
            one("id", &Ty::Text, Form::DateOrId, true);
            if let [kind] = kinds.as_slice() {
                world.kinds[*kind].fields.iter().for_each(|f| one(&f.name, &f.ty, field, f.optional));
                owned(world, cx, Some(*kind), base, Form::StateOfEntry, out);
            }
        }
    }
}

/// The states and definitions of an owner.
fn owned(world: &World, cx: &Scope, of: Option<usize>, base: &str, form: Form, out: &mut Vec<Ref>) {
    let path = |name: &str| match base {
        "" => name.to_owned(),
        "it" => format!("its {name}"),
        _ => format!("{base}.{name}"),
    };
    for (n, s) in world.states.iter().enumerate().filter(|(_, s)| s.of == of) {
        out.push(Ref { text: path(&s.name), ty: s.ty.clone(), form, risky: s.unknown, state: Some(n), reads: n });
    }
    let form = if of.is_none() { Form::Definition } else { Form::DefinitionOfEntry };
    for d in world.defs.iter().take(cx.defs).filter(|d| d.of == of && d.params.is_empty()) {
        let ordered = cx.after.is_none_or(|bound| d.after <= bound);
        if ordered && (cx.standing || !d.standing) {
            out.push(Ref { text: path(&d.name), ty: d.ty.clone(), form, risky: d.unknown, state: None, reads: d.reads });
        }
    }
}

impl Maker {
    /// Something that can be named, of a form and a type.
    pub(super) fn refer(&mut self, cx: &Scope, form: Form, want: Option<&Ty>) -> Option<(E, Ty)> {
        let all = references(&self.world, cx);
        let fits = |r: &&Ref| want.is_none_or(|w| r.ty.fits(w)) && (want.is_some() || !matches!(r.ty, Ty::Word(_)));
        let named: Vec<Ref> = match form {
            Form::Before | Form::AtStart | Form::AtClose | Form::After | Form::Pending | Form::Keyed => {
                all.into_iter().filter(|r| fits(&r) && r.state.is_some()).collect()
            }
            Form::DefinitionAfter => {
                all.into_iter().filter(|r| fits(&r) && matches!(r.form, Form::Definition | Form::DefinitionOfEntry)).collect()
            }
            _ => all.into_iter().filter(|r| fits(&r) && r.form == form).collect(),
        };
        let named = match form {
            Form::Before => named.into_iter().filter(|r| !cx.on_change || r.ty.dim().is_some()).collect(),
            Form::After => named.into_iter().filter(|r| cx.after.is_some_and(|b| r.reads < b)).collect(),
            Form::DefinitionAfter => named.into_iter().filter(|r| cx.after.is_some_and(|b| r.reads < b)).collect(),
            Form::Pending => {
                let states = &self.world.states;
                let waits = |r: &Ref| r.ty.dim().is_some() && r.state.is_some_and(|s| states[s].postponed);
                named.into_iter().filter(waits).collect()
            }
            _ => named,
        };
        let chosen = self.dice.one(&named)?;
        self.named(cx, form, chosen)
    }

    /// A name with what a form puts before or after it.
    fn named(&mut self, cx: &Scope, form: Form, r: Ref) -> Option<(E, Ty)> {
        self.marks.push(r.form);
        if let Some(state) = r.state.filter(|_| form == Form::After) {
            self.after = self.after.max(state + 1);
        }
        if form == Form::DefinitionAfter {
            self.after = self.after.max(r.reads + 1);
        }
        self.reads = self.reads.max(r.reads);
        let (text, level) = match form {
            Form::Before => (format!("{} before", r.text), OPERAND),
            Form::After | Form::DefinitionAfter => (format!("{} after", r.text), OPERAND),
            Form::Pending => (format!("pending {}", r.text), OPERAND),
            Form::AtStart | Form::AtClose => {
                let day = self.expr(cx, &Ty::Date, 0).operand();
                let edge = if form == Form::AtStart { "start" } else { "close" };
                (format!("{} at {edge} of {day}", r.text), OPERAND)
            }
            _ => (r.text, ATOM),
        };
        let risky = r.risky || matches!(form, Form::AtStart | Form::AtClose);
        self.risk |= risky;
        Some((E { text, level, risky }, r.ty))
    }

    /// A state of an entry by its key.
    pub(super) fn keyed(&mut self, want: Option<&Ty>) -> Option<(E, Ty)> {
        let world = &self.world;
        let fits = |n: &usize| {
            let s = &world.states[*n];
            let of = s.of.is_some_and(|k| matches!(world.kinds[k].kept, super::world::Kept::Key | super::world::Kept::Id));
            of && want.is_none_or(|w| s.ty.fits(w)) && (want.is_some() || !matches!(s.ty, Ty::Word(_)))
        };
        let all: Vec<usize> = (0..world.states.len()).filter(fits).collect();
        let n = self.dice.one(&all)?;
        let s = self.world.states[n].clone();
        let kind = s.of?;
        self.reads = self.reads.max(n);
        self.risk = true;
        let key = self.key(kind);
        let pending = s.postponed && s.ty.dim().is_some() && self.dice.chance(30);
        let text = format!("{}{} of {} \"{key}\"", if pending { "pending " } else { "" }, s.name, self.world.kinds[kind].name);
        Some((E { text, level: OPERAND, risky: true }, s.ty))
    }

    /// The key of an entry of a kind.
    pub(super) fn key(&mut self, kind: usize) -> String {
        let stem: String = self.world.kinds[kind].name.chars().take(1).flat_map(char::to_uppercase).collect();
        format!("{stem}{}", if self.dice.chance(90) { 1 } else { self.dice.between(2, 3) })
    }

    /// An entry of one of several kinds.
    pub(super) fn entry(&mut self, cx: &Scope, kinds: Option<&[usize]>, depth: usize) -> Option<(E, Ty)> {
        let want = kinds.map(|k| Ty::Entry(k.to_vec()));
        let all: Vec<Ref> = references(&self.world, cx)
            .into_iter()
            .filter(|r| matches!(r.ty, Ty::Entry(_)) && want.as_ref().is_none_or(|w| r.ty.fits(w)))
            .collect();
        if let (Some(r), true) = (self.dice.one(&all), depth == 0 || self.dice.chance(75)) {
            self.marks.push(r.form);
            self.reads = self.reads.max(r.reads);
            self.risk |= r.risky;
            return Some((E { text: r.text, level: ATOM, risky: r.risky }, r.ty));
        }
        (depth > 0).then(|| self.latest(cx, kinds, depth - 1)).flatten()
    }
}
