//! Every declaration gets its number, then its types; formulas come later.

use super::Problem;
use super::load::{Loaded, LoadedItem};
use crate::source::Span;
use crate::syntax::ast::{self, Citation, Ident, ItemKind, Member};
use crate::terms::{
    Adjustments, Body, CalendarId, Clause, ClauseId, Covenant, CovenantId, Def, DefId, Effect, EffectId, Expr, ExprKind, Field,
    FieldId, Key, Kind, KindId, Literal, Obligation, ObligationId, Reading, ReadingId, Remark, Rule, RuleId, State, StateId,
    TableId, Terms, Type, WordId,
};
use std::collections::{HashMap, HashSet};

/// The checker, with the terms as far as they are made.
pub(super) struct Checker<'l> {
    pub terms: Terms,
    pub problems: Vec<Problem>,
    pub names: Names,
    pub used: Used,
    /// Names of what could not be declared: what follows from that is not told.
    pub lost: HashSet<String>,
    pub(super) loaded: &'l Loaded,
    clauses: HashMap<Clause, ClauseId>,
    words: HashMap<String, WordId>,
}

/// Numbers by name.
#[derive(Default)]
pub(super) struct Names {
    pub kinds: HashMap<String, KindId>,
    pub effects: HashMap<String, EffectId>,
    pub states: HashMap<(Option<KindId>, String), StateId>,
    pub defs: HashMap<(Option<KindId>, String), DefId>,
    pub tables: HashMap<String, TableId>,
    pub calendars: HashMap<String, CalendarId>,
    pub readings: HashMap<String, ReadingId>,
    pub rules: HashMap<String, RuleId>,
    pub obligations: HashMap<String, ObligationId>,
    pub covenants: HashMap<String, CovenantId>,
}

/// What has been used.
#[derive(Default)]
pub(super) struct Used {
    pub states: HashSet<StateId>,
    pub defs: HashSet<DefId>,
    pub readings: HashSet<ReadingId>,
    pub effects: HashSet<EffectId>,
    pub kinds: HashSet<KindId>,
    pub tables: HashSet<TableId>,
    pub calendars: HashSet<CalendarId>,
}

impl<'l> Checker<'l> {
    pub(super) fn new(loaded: &'l Loaded) -> Self {
        Self {
            terms: Terms::default(),
            problems: Vec::new(),
            names: Names::default(),
            used: Used::default(),
            lost: loaded.lost.iter().flat_map(|l| l.names.iter().cloned()).collect(),
            loaded,
            clauses: HashMap::new(),
            words: HashMap::new(),
        }
    }

    /// Keeps the name of what could not be declared.
    pub(super) fn lose(&mut self, name: &Ident) {
        self.lost.insert(name.name.clone());
    }

    /// The text of a file of dates.
    pub(super) fn dates(&self, at: Span) -> Option<&'l str> {
        self.loaded.dates.iter().find(|(span, _)| *span == at).map(|(_, text)| text.as_str())
    }

    /// All blocks.
    pub(super) fn items(&self) -> &'l [LoadedItem] {
        &self.loaded.items
    }

    /// The file that was asked for.
    pub(super) const fn main(&self) -> crate::source::FileId {
        self.loaded.main
    }

    /// The whole text of that file.
    pub(super) fn main_text(&self) -> &'l str {
        self.loaded.sources.get(self.loaded.main).map_or("", |f| &f.text)
    }

    /// What is written at a place.
    pub(super) fn source_text(&self, at: Span) -> &'l str {
        self.loaded.sources.text(at)
    }

    /// `path:line` of a place.
    pub(super) fn terms_place(&self, at: Span) -> String {
        self.loaded.sources.place(at)
    }

    /// The number of a word.
    pub(super) fn word(&mut self, word: &str) -> WordId {
        if let Some(id) = self.words.get(word) {
            return *id;
        }
        let id = WordId::from(self.terms.words.len());
        self.terms.words.push(word.to_owned());
        self.words.insert(word.to_owned(), id);
        id
    }

    /// The number of the clauses cited.
    pub(super) fn clause(&mut self, citations: &[Citation]) -> Option<ClauseId> {
        let all: Vec<String> = citations.iter().map(Citation::cite).collect();
        let cite = all.first()?.clone();
        let clause = Clause { cite, all };
        if let Some(id) = self.clauses.get(&clause) {
            return Some(*id);
        }
        let id = ClauseId::from(self.terms.clauses.len());
        self.terms.clauses.push(clause.clone());
        self.clauses.insert(clause, id);
        Some(id)
    }

    /// Numbers for all names, then settings, then types.
    pub(super) fn declare(&mut self, items: &[LoadedItem]) {
        for LoadedItem { item, .. } in items {
            self.number(item);
        }
        self.settings(items);
        for LoadedItem { item, .. } in items {
            self.types(item);
        }
        self.needs(items);
    }

    /// Tells of a name declared twice.
    pub(super) fn fresh(&mut self, taken: Option<Span>, name: &Ident) {
        if let Some(first) = taken {
            let elsewhere = first.file != name.span.file;
            let (at, name, first) = (name.span, name.name.clone(), self.loaded.sources.place(first));
            self.problems.push(if elsewhere {
                Problem::DuplicateOfFile { at, name, first }
            } else {
                Problem::Duplicate { at, name, first }
            });
        }
    }

    /// What is shown in a result under its name is not one of the parts that every result has.
    pub(super) fn no_part_of_result(&mut self, name: &Ident) {
        if crate::terms::PARTS_OF_RESULT.contains(&name.name.as_str()) {
            self.problems.push(Problem::PartOfResult { at: name.span, name: name.name.clone() });
        }
    }

    fn number(&mut self, item: &ast::Item) {
        let clause = self.clause(&item.citations);
        match &item.kind {
            ItemKind::Event(e) => {
                let taken = self.names.kinds.get(&e.name.name).and_then(|k| self.terms.kind(*k)).map(|k| k.span);
                self.fresh(taken, &e.name);
                if taken.is_some() {
                    return;
                }
                self.names.kinds.insert(e.name.name.clone(), KindId::from(self.terms.kinds.len()));
                self.terms.kinds.push(Kind {
                    name: e.name.name.clone(),
                    sort: e.sort,
                    kept: None,
                    fields: Vec::new(),
                    checks: Vec::new(),
                    at_close: false,
                    clause,
                    span: e.name.span,
                });
            }
            ItemKind::Effect { name, .. } => {
                let taken = self.names.effects.get(&name.name).and_then(|e| self.terms.effects.get(e.at())).map(|e| e.span);
                self.fresh(taken, name);
                self.no_part_of_result(name);
                self.names.effects.insert(name.name.clone(), EffectId::from(self.terms.effects.len()));
                self.terms.effects.push(Effect { name: name.name.clone(), fields: Vec::new(), clause, span: name.span });
            }
            ItemKind::Reading { name, question, alternatives } => {
                let taken = self.names.readings.get(&name.name).and_then(|r| self.terms.readings.get(r.at())).map(|r| r.span);
                self.fresh(taken, name);
                self.names.readings.insert(name.name.clone(), ReadingId::from(self.terms.readings.len()));
                self.terms.readings.push(Reading {
                    name: name.name.clone(),
                    question: question.plain(),
                    alternatives: alternatives.iter().map(|(w, t)| (w.name.clone(), t.plain())).collect(),
                    default: 0,
                    clause,
                    span: name.span,
                });
            }
            ItemKind::Rule(r) => {
                let taken = self.names.rules.get(&r.name.name).and_then(|r| self.terms.rules.get(r.at())).map(|r| r.span);
                self.fresh(taken, &r.name);
                self.names.rules.insert(r.name.name.clone(), RuleId::from(self.terms.rules.len()));
                self.terms.rules.push(Rule {
                    name: r.name.name.clone(),
                    is_final: r.is_final,
                    clause,
                    answers: Vec::new(),
                    subject_to: Vec::new(),
                    span: r.name.span,
                });
            }
            ItemKind::Obligation(o) => {
                let old = self.names.obligations.get(&o.name.name).and_then(|o| self.terms.obligations.get(o.at()));
                let taken = old.map(|o| o.span);
                self.fresh(taken, &o.name);
                self.names.obligations.insert(o.name.name.clone(), ObligationId::from(self.terms.obligations.len()));
                self.terms.obligations.push(Obligation {
                    name: o.name.name.clone(),
                    what: crate::terms::TextTemplate::default(),
                    clause,
                    answers: Vec::new(),
                    span: o.name.span,
                });
            }
            ItemKind::NotComputable(t) => {
                self.terms.not_computable.push(Remark { clause, text: t.plain(), span: item.span });
            }
            ItemKind::Defect(t) => self.terms.defects.push(Remark { clause, text: t.plain(), span: item.span }),
            _ => {}
        }
    }

    fn types(&mut self, item: &ast::Item) {
        let clause = self.clause(&item.citations);
        match &item.kind {
            ItemKind::Event(e) => self.event_types(e),
            ItemKind::Effect { name, fields } => {
                let mut typed = Vec::new();
                for f in fields {
                    match self.ty(&f.ty) {
                        Some(ty) => typed.push((f.name.name.clone(), ty, f.optional)),
                        None => self.lose(&f.name),
                    }
                }
                let fields: Vec<(String, Type, bool)> = typed;
                if let Some(effect) = self.names.effects.get(&name.name).and_then(|e| self.terms.effects.get_mut(e.at())) {
                    effect.fields = fields;
                }
            }
            ItemKind::State(s) => self.state_type(s, clause),
            ItemKind::Define(d) => self.def_type(&d.name, &d.params, d.of.as_ref(), &d.ty, clause),
            ItemKind::Calendar { .. } => self.calendar(item),
            ItemKind::Table(t) => self.table(t, clause),
            ItemKind::Covenant { name, what, .. } => {
                let taken = self.names.covenants.get(&name.name).and_then(|c| self.terms.covenants.get(c.at())).map(|c| c.span);
                self.fresh(taken, name);
                self.names.covenants.insert(name.name.clone(), CovenantId::from(self.terms.covenants.len()));
                let holds = Body { vars: Vec::new(), value: truth(name.span) };
                self.terms.covenants.push(Covenant {
                    name: name.name.clone(),
                    what: what.plain(),
                    clause,
                    during: None,
                    holds,
                    span: name.span,
                });
            }
            ItemKind::AtClose(names) => {
                for name in names {
                    if let Some(kind) = self.kind_id(name)
                        && let Some(kind) = self.terms.kinds.get_mut(kind.at())
                    {
                        kind.at_close = true;
                    }
                }
            }
            _ => {}
        }
    }

    fn event_types(&mut self, e: &ast::Event) {
        let Some(id) = self.names.kinds.get(&e.name.name).copied() else { return };
        if self.terms.kind(id).is_some_and(|k| k.span != e.name.span) {
            // declared twice: the first one holds
            self.lose(&e.name);
            for member in &e.members {
                if let Member::Field(f) = member {
                    self.lose(&f.name);
                }
            }
            return;
        }
        let mut fields: Vec<Field> = Vec::new();
        for member in &e.members {
            let Member::Field(f) = member else { continue };
            if let Some(old) = fields.iter().find(|o| o.name == f.name.name) {
                let first = format!("`{}`", old.name);
                self.problems.push(Problem::Duplicate { at: f.name.span, name: f.name.name.clone(), first });
                continue;
            }
            if let ast::TypeKind::Choice(by, choices) = &f.ty.kind {
                self.choices(&mut fields, f, by, choices);
                continue;
            }
            let Some(ty) = self.ty(&f.ty) else {
                self.lose(&f.name);
                self.lose_parts(&f.ty);
                continue;
            };
            let default = f.default.as_ref().and_then(|d| self.default(d, &ty));
            let makes = match &f.ty.kind {
                ast::TypeKind::New(kind) => self.kind_id(kind),
                _ => None,
            };
            fields.push(Field {
                name: f.name.name.clone(),
                ty,
                optional: f.optional,
                default,
                determined: f.determined.as_ref().map(ast::Text::plain),
                makes,
                any: matches!(f.ty.kind, ast::TypeKind::Any(_)),
                choice: None,
            });
        }
        let kept = match &e.kept {
            None => None,
            Some(None) => Some(Key::None),
            Some(Some(by)) if by.name == "id" => Some(Key::Id),
            Some(Some(by)) => match fields.iter().position(|f| f.name == by.name) {
                Some(at) => Some(Key::Field(FieldId::from(at))),
                None => {
                    let known: Vec<String> = fields.iter().map(|f| f.name.clone()).chain(["id".to_owned()]).collect();
                    self.none_of(by, format!("field of `{}`", e.name.name), &known);
                    None
                }
            },
        };
        if let Some(kind) = self.terms.kinds.get_mut(id.at()) {
            kind.fields = fields;
            kind.kept = kept;
        }
    }

    /// Keeps the names of the fields of a list that could not be declared.
    fn lose_parts(&mut self, ty: &ast::Type) {
        match &ty.kind {
            ast::TypeKind::List(inner) => self.lose_parts(inner),
            ast::TypeKind::Record(fields) => fields.iter().for_each(|f| self.lose(&f.name)),
            _ => {}
        }
    }

    /// A field whose type another one tells, as one field for each type.
    fn choices(&mut self, fields: &mut Vec<Field>, f: &ast::Field, by: &Ident, choices: &[ast::Field]) {
        let told = fields.iter().position(|o| o.name == by.name);
        let words = match told.and_then(|at| fields.get(at)).map(|o| o.ty.clone()) {
            Some(Type::Enum(words)) => words,
            _ => {
                self.lose(&f.name);
                choices.iter().for_each(|c| self.lose(&c.name));
                let what = format!("`{}` is no field before this one with words to choose from", by.name);
                let _: Option<()> = self.misplaced(by.span, &what, "declare it first, such as `change : price | expiry`");
                return;
            }
        };
        for c in choices {
            let Some(word) = words.iter().copied().find(|w| self.terms.word(*w) == c.name.name) else {
                let nearest = super::name::nearest(&c.name.name, words.iter().map(|w| self.terms.word(*w)));
                let what = format!("alternative of `{}`", by.name);
                self.problems.push(Problem::UnknownName { at: c.name.span, name: c.name.name.clone(), what, nearest });
                continue;
            };
            let Some(ty) = self.ty(&c.ty) else { continue };
            fields.push(Field {
                name: format!("{}.{}", f.name.name, c.name.name),
                ty,
                optional: true,
                default: None,
                determined: None,
                makes: None,
                any: false,
                choice: told.map(|at| (FieldId::from(at), word)),
            });
        }
    }

    /// The value of a field that is left out.
    fn default(&mut self, value: &ast::Expr, ty: &Type) -> Option<Literal> {
        let mut env = super::env::Env::default();
        let value = self.expr(&mut env, value, Some(ty))?;
        let value = self.fits(value, ty)?;
        match value.kind {
            ExprKind::Number(n) => Some(Literal::Number(n)),
            ExprKind::Whole(n) => Some(Literal::Whole(n)),
            ExprKind::Text(t) => Some(Literal::Text(
                t.parts
                    .iter()
                    .map(|p| match p {
                        crate::terms::TextPart::Plain(s) => s.as_str(),
                        crate::terms::TextPart::Value(_) => "",
                    })
                    .collect(),
            )),
            _ => None,
        }
    }

    fn state_type(&mut self, s: &ast::State, clause: Option<ClauseId>) {
        let of = match &s.of {
            None => None,
            Some(kind) => match self.kept_kind(kind) {
                None => return self.lose(&s.name),
                some => some,
            },
        };
        let Some(ty) = self.ty(&s.ty) else { return self.lose(&s.name) };
        if matches!(ty, Type::List(_) | Type::Line(_)) {
            self.lose(&s.name);
            let help = "keep the lines as entries: declare `deemed … kept`, or an `effect`".to_owned();
            self.problems.push(Problem::Misplaced { at: s.ty.span, what: "a state cannot be a list".into(), help });
            return;
        }
        let taken = self.names.states.get(&(of, s.name.name.clone())).and_then(|s| self.terms.states.get(s.at())).map(|s| s.span);
        self.fresh(taken, &s.name);
        if taken.is_some() {
            return;
        }
        self.names.states.insert((of, s.name.name.clone()), StateId::from(self.terms.states.len()));
        self.terms.states.push(State {
            name: s.name.name.clone(),
            of,
            ty,
            initial: None,
            rounding: Vec::new(),
            postponement: None,
            clause,
            span: s.name.span,
        });
    }

    fn def_type(&mut self, name: &Ident, params: &[ast::Param], of: Option<&Ident>, ty: &ast::Type, clause: Option<ClauseId>) {
        let of = match of {
            None => None,
            Some(kind) => match self.any_kind(kind) {
                None => return self.lose(name),
                some => some,
            },
        };
        let Some(ty) = self.ty(ty) else { return self.lose(name) };
        let mut env = super::env::Env::default();
        if let Some(kind) = of {
            let kind_name = self.terms.kind(kind).map(|k| k.name.clone()).unwrap_or_default();
            env.row(&kind_name, kind);
        }
        for p in params {
            let Some(ty) = self.ty(&p.ty) else { return self.lose(name) };
            env.bind(&p.name.name, ty);
        }
        let taken = self.names.defs.get(&(of, name.name.clone())).and_then(|d| self.terms.defs.get(d.at())).map(|d| d.span);
        self.fresh(taken, name);
        if taken.is_some() {
            return;
        }
        self.names.defs.insert((of, name.name.clone()), DefId::from(self.terms.defs.len()));
        self.terms.defs.push(Def {
            name: name.name.clone(),
            params: env.vars.len(),
            of,
            ty,
            body: Body { vars: env.vars, value: truth(name.span) },
            clause,
            span: name.span,
        });
    }

    /// What the rest of a file needs is declared; in a library read alone, the need stands for it.
    fn needs(&mut self, items: &[LoadedItem]) {
        for LoadedItem { item, imported, .. } in items {
            let ItemKind::Needs(n) = &item.kind else { continue };
            let of = match &n.of {
                None => None,
                Some(kind) => match self.any_kind(kind) {
                    None => continue,
                    some => some,
                },
            };
            let key = (of, n.name.name.clone());
            if self.names.states.contains_key(&key) || self.names.defs.contains_key(&key) {
                let found = self.names.states.get(&key).and_then(|s| self.terms.states.get(s.at())).map(|s| s.ty.clone());
                let found =
                    found.or_else(|| self.names.defs.get(&key).and_then(|d| self.terms.defs.get(d.at())).map(|d| d.ty.clone()));
                let wanted = self.ty(&n.ty);
                if let (Some(found), Some(wanted)) = (found, wanted)
                    && found != wanted
                {
                    let (wanted, found) = (self.type_name(&wanted), self.type_name(&found));
                    let help = format!("the library needs `{}` to be {wanted}", n.name.name);
                    self.problems.push(Problem::WrongType { at: n.name.span, wanted, found, help });
                }
            } else if self.terms.library && !*imported {
                let clause = None;
                self.def_type(&n.name, &n.params, n.of.as_ref(), &n.ty, clause);
                if let Some(d) = self.names.defs.get(&key) {
                    self.used.defs.insert(*d);
                }
            } else if self.lost.contains(&n.name.name) || self.loaded.torn {
                // told where it was to be declared
                self.lose(&n.name);
            } else if !self.terms.library {
                let library = self.loaded.sources.get(item.span.file).map(|f| f.path.display().to_string());
                let what = format!("`{}`", crate::syntax::print::item(item).trim().trim_start_matches("needs "));
                self.problems.push(Problem::UnmetNeed { at: n.name.span, library: library.unwrap_or_default(), what });
            } else {
                self.def_type(&n.name, &n.params, n.of.as_ref(), &n.ty, None);
                if let Some(d) = self.names.defs.get(&key) {
                    self.used.defs.insert(*d);
                }
            }
        }
    }

    /// A kind by name.
    pub(super) fn kind_id(&mut self, name: &Ident) -> Option<KindId> {
        let found = self.names.kinds.get(&name.name).copied();
        if found.is_none() {
            let mut known: Vec<String> = self.names.kinds.keys().cloned().collect();
            known.sort();
            self.none_of(name, "event".into(), &known);
        }
        found
    }

    /// A kind of any sort, for definitions of it.
    fn any_kind(&mut self, name: &Ident) -> Option<KindId> {
        self.kind_id(name)
    }

    /// A kind whose entries are kept.
    pub(super) fn kept_kind(&mut self, name: &Ident) -> Option<KindId> {
        let id = self.kind_id(name)?;
        // fields may not be known yet: the declaration tells
        let kept = self
            .loaded
            .items
            .iter()
            .any(|i| matches!(&i.item.kind, ItemKind::Event(e) if e.name.name == name.name && e.kept.is_some()));
        if !kept {
            let what = format!("entries of `{}` are not kept", name.name);
            let help = format!("declare it `{} kept`, or `kept by` one of its fields", name.name);
            self.problems.push(Problem::Misplaced { at: name.span, what, help });
            return None;
        }
        Some(id)
    }

    /// The clauses under which changes are adjustments.
    pub(super) fn adjustments(&mut self, states: &[Ident], under: &[Citation]) {
        let mut ids = Vec::new();
        for state in states {
            ids.extend(self.states_named(state));
        }
        self.used.states.extend(ids.iter().copied());
        let under = under.iter().map(|c| c.section.clone()).collect();
        self.terms.adjustments.push(Adjustments { states: ids, under });
    }

    /// All states of a name, of the issuer or of any kind.
    pub(super) fn states_named(&mut self, name: &Ident) -> Vec<StateId> {
        let found: Vec<StateId> =
            self.terms.states.iter().enumerate().filter(|(_, s)| s.name == name.name).map(|(i, _)| StateId::from(i)).collect();
        if found.is_empty() {
            let known: Vec<String> = self.terms.states.iter().map(|s| s.name.clone()).collect();
            self.none_of(name, "state".into(), &known);
        }
        found
    }
}

/// A condition that always holds, until the real one is known.
pub(super) const fn truth(span: Span) -> Expr {
    Expr { kind: ExprKind::Whole(1), ty: Type::YesNo, span }
}
