//! What a declaration says, part by part, each part with a label a reader knows.

use super::blank::BLANK;
use super::phrase::Phrase;
use super::rule;
use crate::syntax::ast::{
    Citation, EventSort, Expr, ExprKind, Field, Guard, Ident, ItemKind, Member, Obligation, Param, Policy, PolicyKind,
    Proportion, Rounding, Rung, Scope, Setting, Table, Trigger, Type, TypeKind,
};
use crate::syntax::print;

/// A part of a declaration.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// Parts with one id are held against each other.
    pub id: String,
    /// What it is.
    pub label: String,
    /// What it says.
    pub what: Phrase,
    /// What it means with every local name written out.
    pub meaning: String,
    /// Its cases, where it is a waterfall: what each is called, and what it says.
    pub cases: Vec<(String, Phrase)>,
    /// The local name it gives, which counts only where something says it.
    pub local: Option<String>,
}

impl Slot {
    /// A part with its words.
    pub(super) fn new(label: impl Into<String>, what: Phrase) -> Self {
        let label = label.into();
        let meaning = what.key.clone();
        Self { id: label.clone(), label, what, meaning, cases: Vec::new(), local: None }
    }

    /// A formula.
    pub(super) fn formula(label: impl Into<String>, e: &Expr) -> Self {
        Self { cases: cases(e), ..Self::new(label, Phrase::formula(e)) }
    }

    /// A part that is known by something else than its label.
    pub(super) fn known_by(self, id: impl Into<String>) -> Self {
        Self { id: id.into(), ..self }
    }
}

/// The cases of a waterfall.
fn cases(e: &Expr) -> Vec<(String, Phrase)> {
    match &e.kind {
        ExprKind::Brackets(x) => cases(x),
        ExprKind::FirstOf(rungs) => rungs.iter().enumerate().map(|(n, r)| case(n + 1, r)).collect(),
        _ => Vec::new(),
    }
}

fn case(n: usize, r: &Rung) -> (String, Phrase) {
    let name = match &r.label {
        Some(label) => format!("case ({label})"),
        None if r.otherwise => "otherwise".to_owned(),
        None => format!("case {n}"),
    };
    let alone = Expr { kind: ExprKind::FirstOf(vec![r.clone()]), span: crate::source::Span::default() };
    let Phrase { frame, parts, .. } = Phrase::formula(&alone);
    let inner = frame.strip_prefix("first of { ").and_then(|f| f.strip_suffix(" }")).unwrap_or(&frame).to_owned();
    (name, Phrase::around(inner, parts))
}

/// The parts of a declaration.
pub(super) fn slots(kind: &ItemKind) -> Vec<Slot> {
    match kind {
        ItemKind::Setting(s) => setting(s).into_iter().collect(),
        ItemKind::Event(e) => {
            let sort = match e.sort {
                EventSort::Event => "something in the stream",
                EventSort::Observation => "known for the whole of its day",
                EventSort::Deemed => "made by rules",
            };
            let mut out = vec![Slot::new("is", Phrase::words(sort))];
            if let Some(by) = &e.kept {
                let by = by.as_ref().map_or_else(|| "yes".to_owned(), |by| format!("by {}", by.name));
                out.push(Slot::new("kept", Phrase::words(by)));
            }
            for m in &e.members {
                out.push(match m {
                    Member::Field(f) => field(f),
                    Member::Check(cond, text) => Slot::new(
                        "check",
                        Phrase::around(format!("{BLANK} {BLANK}"), vec![Phrase::formula(cond), Phrase::text(text)]),
                    ),
                });
            }
            out
        }
        ItemKind::Effect { fields, .. } => fields.iter().map(field).collect(),
        ItemKind::State(s) => {
            let mut out = vec![Slot::new("type", ty(&s.ty))];
            out.extend(s.initial.as_ref().map(|e| Slot::formula("at the beginning", e)));
            out
        }
        ItemKind::Define(d) => {
            let mut out = vec![Slot::new("type", ty(&d.ty))];
            out.extend(params(&d.params));
            out.push(Slot::formula("value", &d.value));
            out
        }
        ItemKind::Table(t) => table(t),
        ItemKind::Reading { question, alternatives, .. } => {
            let mut out = vec![Slot::new("question", Phrase::text(question))];
            let default = alternatives.first().map_or_else(String::new, |(w, _)| w.name.clone());
            out.push(Slot::new("holds where none is chosen", Phrase::words(default)));
            out.extend(alternatives.iter().map(|(w, t)| Slot::new(format!("alternative {}", w.name), Phrase::text(t))));
            out
        }
        ItemKind::Rule(r) => rule::slots(r),
        ItemKind::Covenant { what, during, holds, .. } => {
            let mut out = vec![Slot::new("what it protects", Phrase::text(what)), Slot::formula("must hold", holds)];
            out.extend(during.as_ref().map(|e| Slot::formula("while", e)));
            out
        }
        ItemKind::Obligation(o) => obligation(o),
        ItemKind::Adjustments { states, under } => {
            let each = |s: &Ident, c: &Citation| {
                let label = format!("changes of {} count under", s.name);
                let clause = format!("§{}", c.cite());
                Slot::new(label.clone(), Phrase::atom(clause.clone())).known_by(format!("{label} {clause}"))
            };
            states.iter().flat_map(|s| under.iter().map(move |c| each(s, c))).collect()
        }
        ItemKind::Round { lines, .. } => {
            let lines = lines.iter().map(|(r, g)| conditional(Phrase::around(BLANK, vec![rounded(r)]), g));
            lines.map(|l| Slot::new("rounding", l)).collect()
        }
        ItemKind::Postpone { policies, .. } => policies.iter().map(policy).collect(),
        ItemKind::AtClose(names) => {
            names.iter().map(|n| Slot::new("event", Phrase::words(n.name.clone())).known_by(n.name.clone())).collect()
        }
        ItemKind::Calendar { weekdays, from, to, .. } => {
            vec![Slot::new("closed", Phrase::names(", ", weekdays)), Slot::new("known", Phrase::words(format!("{from} to {to}")))]
        }
        ItemKind::Report { filter, columns, .. } => {
            let mut out: Vec<Slot> = filter.iter().map(|f| Slot::formula("where", f)).collect();
            out.extend(columns.iter().map(|(w, e)| {
                let own = || Phrase::formula(&Expr { kind: ExprKind::Name(w.clone()), span: w.span });
                let what = e.as_ref().map_or_else(own, Phrase::formula);
                Slot::new(format!("column {}", w.name), what)
            }));
            out
        }
        ItemKind::NotComputable(t) | ItemKind::Defect(t) => vec![Slot::new("text", Phrase::text(t))],
        ItemKind::Needs(_)
        | ItemKind::Allow { .. }
        | ItemKind::Example { .. }
        | ItemKind::Replace(_)
        | ItemKind::Remove { .. }
        | ItemKind::Extend { .. }
        | ItemKind::Set { .. }
        | ItemKind::SetReading { .. } => Vec::new(),
    }
}

/// What holds for the whole file; its title, and how it is put together, say nothing.
fn setting(s: &Setting) -> Option<Slot> {
    let (label, words) = match s {
        Setting::Edition(n) => ("edition of the language", n.normalize().to_string()),
        Setting::Document(t) => ("text of the agreement", t.plain()),
        Setting::Currency(c) => ("currency", c.name.clone()),
        Setting::Zone(z) => ("time zone", z.name.clone()),
        Setting::Close(t) => ("close of business", t.format("%H:%M").to_string()),
        Setting::TradingDays(n) => ("trading days by", n.name.clone()),
        Setting::MonthEnd => ("months end", "on the last day".to_owned()),
        Setting::Terms(_) | Setting::Library(_) | Setting::Variant(..) | Setting::Import(..) => return None,
    };
    Some(Slot::new(label, Phrase::words(words)))
}

fn field(f: &Field) -> Slot {
    let mut parts = vec![ty(&f.ty)];
    let mut frame = BLANK.to_owned();
    if f.optional {
        frame.push_str(" optional");
    }
    if let Some(value) = &f.default {
        frame.push_str(&format!(" = {BLANK}"));
        parts.push(Phrase::formula(value));
    }
    if let Some(by) = &f.determined {
        frame.push_str(&format!(" determined by {BLANK}"));
        parts.push(Phrase::text(by));
    }
    Slot::new(format!("field {}", f.name.name), Phrase::around(frame, parts))
}

/// A type.
fn ty(t: &Type) -> Phrase {
    let fields = |list: &[Field]| {
        let list = list.iter().map(|f| {
            let Slot { what, .. } = field(f);
            Phrase::around(format!("{} : {BLANK}", f.name.name), vec![what])
        });
        Phrase::any(", ", list.collect())
    };
    match &t.kind {
        TypeKind::List(inner) => Phrase::around(format!("list of {BLANK}"), vec![ty(inner)]),
        TypeKind::Record(list) => Phrase::around(format!("{{ {BLANK} }}"), vec![fields(list)]),
        TypeKind::Choice(by, list) => Phrase::around(format!("by {} {{ {BLANK} }}", by.name), vec![fields(list)]),
        TypeKind::New(kind) => Phrase::words(format!("new {}", kind.name)),
        TypeKind::Any(kind) => Phrase::words(format!("any {}", kind.name)),
        TypeKind::TradingDays => Phrase::words("trading days"),
        TypeKind::Per(a, b) => Phrase::words(format!("{a}/{b}")),
        TypeKind::Enum(words) => Phrase::names(" | ", words),
        TypeKind::Names(words) => Phrase::names(" or ", words),
    }
}

/// Parameters by their places: what they are called means nothing.
fn params(list: &[Param]) -> Option<Slot> {
    let types: Vec<Phrase> = list.iter().map(|p| Phrase::around(format!("{} : {BLANK}", p.name.name), vec![ty(&p.ty)])).collect();
    let frame = vec![BLANK; types.len()].join(", ");
    (!list.is_empty()).then(|| Slot::new("of", Phrase::around(frame, types)))
}

fn table(t: &Table) -> Vec<Slot> {
    let side_by_side = |cells: &[Expr]| {
        let cells: Vec<Phrase> = cells.iter().map(Phrase::formula).collect();
        Phrase::around(vec![BLANK; cells.len()].join("  "), cells)
    };
    let mut out = vec![Slot::new("type", ty(&t.ty))];
    out.extend(params(&t.params));
    out.extend(t.policies.iter().map(|(how, word)| Slot::new(how.clone(), Phrase::words(word.name.clone()))));
    if !t.columns.is_empty() {
        out.push(Slot::new("columns", side_by_side(&t.columns)));
    }
    for (head, cells) in &t.rows {
        let head = Phrase::formula(head);
        out.push(Slot::new(format!("row {}", head.plain()), side_by_side(cells)).known_by(format!("row {}", head.key)));
    }
    out
}

fn obligation(o: &Obligation) -> Vec<Slot> {
    let mut out = vec![Slot::new("what is due", Phrase::text(&o.what)), Slot::new("arises", trigger(&o.trigger))];
    out.extend(scope(&o.scope));
    out.extend(conditions(&o.guards));
    out.push(match &o.due {
        Some(day) => Slot::formula("due", day),
        None => Slot::new("due", Phrase::words("promptly")),
    });
    out.push(Slot::formula("done", &o.done));
    out
}

/// What a rule or an obligation answers.
pub(super) fn trigger(t: &Trigger) -> Phrase {
    match t {
        Trigger::On(names) => Phrase::around(format!("on {BLANK}"), vec![Phrase::names(" or ", names)]),
        Trigger::OnChange { adjustment, states, by, under } => {
            let what = if *adjustment { "adjustment" } else { "change" };
            let mut frame = format!("on {what} of {BLANK}");
            let mut parts = vec![Phrase::names(" or ", states)];
            if !by.is_empty() {
                frame.push_str(&format!(" by {BLANK}"));
                parts.push(Phrase::names(" or ", by));
            }
            if !under.is_empty() {
                frame.push_str(&format!(" under {BLANK}"));
                let cite = |c: &Citation| Phrase::atom(format!("§{}", c.cite()));
                parts.push(Phrase::any(" or ", under.iter().map(cite).collect()));
            }
            Phrase::around(frame, parts)
        }
        Trigger::OnMaking(state) => Phrase::words(format!("on making of {}", state.name)),
        Trigger::OnBreach(name) => Phrase::words(format!("on breach of {}", name.name)),
        Trigger::At(e) => Phrase::around(format!("at {BLANK}"), vec![Phrase::formula(e)]),
        Trigger::Once(e) => Phrase::around(format!("once {BLANK}"), vec![Phrase::formula(e)]),
    }
}

/// The entries a rule speaks of.
pub(super) fn scope(s: &Scope) -> Vec<Slot> {
    let mut out: Vec<Slot> = s.the.iter().map(|the| Slot::new("for the", Phrase::words(the.name.clone()))).collect();
    if let Some(each) = &s.each {
        let kind = format!("{}{}", if each.any { "any " } else { "" }, each.kind.name);
        out.push(Slot::new("for each", Phrase::words(kind)));
        out.extend(each.filter.as_ref().map(|f| Slot::formula(format!("of each {}, where", each.kind.name), f)));
    }
    out
}

/// Conditions, all of which must hold.
pub(super) fn conditions(guards: &[Guard]) -> Option<Slot> {
    all(guards).map(|what| Slot::new("applies when", what))
}

/// Conditions as one.
fn all(guards: &[Guard]) -> Option<Phrase> {
    let conds: Vec<Expr> = guards
        .iter()
        .map(|g| {
            let span = g.cond.span;
            if !g.unless {
                return g.cond.clone();
            }
            let atom = !matches!(
                g.cond.kind,
                ExprKind::And(_)
                    | ExprKind::Or(_)
                    | ExprKind::Compare(..)
                    | ExprKind::Is { .. }
                    | ExprKind::In(..)
                    | ExprKind::Not(_)
            );
            let inner = if atom { g.cond.clone() } else { Expr { kind: ExprKind::Brackets(Box::new(g.cond.clone())), span } };
            Expr { kind: ExprKind::Not(Box::new(inner)), span }
        })
        .collect();
    let span = conds.first()?.span;
    Some(Phrase::formula(&Expr { kind: ExprKind::And(conds), span }))
}

/// A phrase with its conditions after it.
pub(super) fn conditional(what: Phrase, guards: &[Guard]) -> Phrase {
    match all(guards) {
        None => what,
        Some(cond) => Phrase::around(format!("{BLANK} when {BLANK}"), vec![what, cond]),
    }
}

fn rounded(r: &Rounding) -> Phrase {
    let (frame, parts) = super::blank::split(&r.unit, |unit| {
        let mode = Rounding { mode: r.mode, unit: Box::new(unit.clone()), keeps: r.keeps };
        let zero = Expr { kind: ExprKind::It, span: unit.span };
        let text = print::expression(&Expr { kind: ExprKind::Rounded(Box::new(zero), mode), span: unit.span });
        text.strip_prefix("it rounded ").unwrap_or(&text).to_owned()
    });
    Phrase::around(frame, parts.iter().map(Phrase::formula).collect())
}

fn policy(p: &Policy) -> Slot {
    let guards: &[Guard] = p.guard.as_slice();
    let slot = |label: &str, what: Phrase| Slot::new(label, conditional(what, guards));
    let names = |list: &[Ident]| Phrase::names(" or ", list);
    match &p.kind {
        PolicyKind::On(list) => slot("waits on", names(list)),
        PolicyKind::While { of, strict, limit } => {
            let of = of.as_ref().map_or_else(String::new, |o| format!(" of {}", o.name));
            let how = if *strict { "under" } else { "not over" };
            slot("waits while", Phrase::around(format!("the change{of} is {how} {BLANK}"), vec![Phrase::formula(limit)]))
        }
        PolicyKind::With(state, proportion) => {
            let how = match proportion {
                None => "",
                Some(Proportion::Direct) => " in proportion",
                Some(Proportion::Inverse) => " in inverse proportion",
            };
            slot("waits with", Phrase::words(format!("{}{how}", state.name)))
        }
        PolicyKind::Compounding => slot("what waits is", Phrase::words("compounding")),
        PolicyKind::Restating => slot("what waits is", Phrase::words("restating")),
        PolicyKind::Until(list) => slot("waits until", names(list)),
    }
}
