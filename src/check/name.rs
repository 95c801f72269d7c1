//! What names mean, and the nearest of several.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind as A, Ident};
use crate::terms::{Expr, ExprKind, FieldId, Inherent, KindId, StateId, Type, VarId, When};

/// The longest name, in bytes, for which a nearest one is looked for.
const LONGEST_NAME: usize = 256;

/// The name a wrong one was probably meant to be.
pub(crate) fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    // what is far longer than any name is no slip of the pen
    if wrong.len() > LONGEST_NAME {
        return None;
    }
    let length = wrong.chars().count();
    names
        .filter(|n| n.len() <= LONGEST_NAME && n.chars().count().abs_diff(length) * 3 <= n.chars().count().max(length))
        .map(|n| (strsim::damerau_levenshtein(&wrong.to_lowercase(), &n.to_lowercase()), n))
        .filter(|(distance, n)| *distance * 3 <= n.chars().count().max(wrong.chars().count()))
        .min()
        .map(|(_, n)| n.to_owned())
}

/// How something that other languages have is written here.
pub(super) fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name {
        "true" => "write `yes`",
        "false" => "write `no`",
        "null" | "none" | "nothing" | "unknown" | "undefined" | "empty" => {
            "whether a value is there is asked with `known`: `not known event.price`"
        }
        "min" | "minimum" | "lesser" | "lower" => "write `least(…, …)`",
        "max" | "maximum" | "greater" | "higher" => "write `greatest(…, …)`",
        "round" => "write `… rounded to the nearest …`, with what happens half-way",
        "floor" | "trunc" | "truncate" | "int" => "write `… rounded down to …`",
        "ceil" | "ceiling" => "write `… rounded up to …`",
        "iif" | "ifelse" => "write `first of { when … : …  otherwise : … }`",
        "pow" | "power" => "write `… ^ …`",
        _ => return None,
    })
}

impl Checker<'_> {
    /// What a name alone means.
    pub(super) fn name(&mut self, env: &mut Env, name: &Ident, want: Option<&Type>) -> Option<Expr> {
        let span = name.span;
        let word = name.name.as_str();
        if word == "today" {
            return Some(Expr { kind: ExprKind::Today, ty: Type::Date, span });
        }
        if env.is_lost(word) {
            return None;
        }
        if let Some(var) = env.find(word) {
            return Some(Expr { kind: ExprKind::Var(var), ty: env.ty(var)?.clone(), span });
        }
        // a word of the alternatives hoped for goes before what may happen to have its name
        if let Some(Type::Enum(words)) = want
            && let Some(id) = words.iter().copied().find(|w| self.terms.word(*w) == word)
        {
            return Some(Expr { kind: ExprKind::Whole(i64::from(id.0)), ty: Type::Enum(vec![id]), span });
        }
        if let Some((var, kind)) = env.event
            && (word == "event" || self.terms.kind(kind).is_some_and(|k| k.name == word))
        {
            return Some(Expr { kind: ExprKind::Var(var), ty: Type::Entry(vec![kind]), span });
        }
        let mut found: Vec<(String, Expr)> = Vec::new();
        for (var, kind) in env.rows().collect::<Vec<_>>() {
            if let Some(value) = self.of_row(var, kind, word, span) {
                let owner = self.terms.kind(kind).map_or(String::new(), |k| k.name.clone());
                found.push((format!("{owner}.{word}"), value));
            }
        }
        if found.len() > 1
            && let [(one, _), (other, _), ..] = found.as_slice()
        {
            let (one, other) = (one.clone(), other.clone());
            self.problems.push(Problem::Ambiguous { at: span, name: word.to_owned(), one, other });
            return None;
        }
        if let Some((_, value)) = found.pop() {
            return Some(value);
        }
        if let Some(value) = self.global(word, span) {
            return Some(value);
        }
        self.unknown(env, name, want);
        None
    }

    /// A state or a definition of the issuer.
    fn global(&mut self, word: &str, span: Span) -> Option<Expr> {
        let key = (None, word.to_owned());
        if let Some(state) = self.names.states.get(&key).copied() {
            self.used.states.insert(state);
            let ty = self.terms.states.get(state.at())?.ty.clone();
            return Some(Expr { kind: ExprKind::State { state, of: None, when: When::Before }, ty, span });
        }
        let def = self.names.defs.get(&key).copied()?;
        let d = self.terms.defs.get(def.at())?;
        if d.params > 0 {
            return None;
        }
        let ty = d.ty.clone();
        self.used.defs.insert(def);
        Some(Expr { kind: ExprKind::Def { def, args: Vec::new(), after: false }, ty, span })
    }

    /// A state or a definition of a row.
    fn of_row(&mut self, var: VarId, kind: KindId, word: &str, span: Span) -> Option<Expr> {
        let row = Expr { kind: ExprKind::Var(var), ty: Type::Entry(vec![kind]), span };
        self.state_or_def(row, kind, word, span)
    }

    fn state_or_def(&mut self, row: Expr, kind: KindId, word: &str, span: Span) -> Option<Expr> {
        let key = (Some(kind), word.to_owned());
        if let Some(state) = self.names.states.get(&key).copied() {
            self.used.states.insert(state);
            let ty = self.terms.states.get(state.at())?.ty.clone();
            return Some(Expr { kind: ExprKind::State { state, of: Some(Box::new(row)), when: When::Before }, ty, span });
        }
        let def = self.names.defs.get(&key).copied()?;
        self.used.defs.insert(def);
        let ty = self.terms.defs.get(def.at())?.ty.clone();
        Some(Expr { kind: ExprKind::Def { def, args: vec![row], after: false }, ty, span })
    }

    fn unknown(&mut self, env: &Env, name: &Ident, want: Option<&Type>) {
        let mut known: Vec<String> = env.names().map(str::to_owned).collect();
        let kinds: Vec<Option<KindId>> = env.rows().map(|(_, k)| Some(k)).chain([None]).collect();
        known.extend(self.names.states.keys().filter(|(k, _)| kinds.contains(k)).map(|(_, n)| n.clone()));
        known.extend(self.names.defs.keys().filter(|(k, _)| kinds.contains(k)).map(|(_, n)| n.clone()));
        if let Some(Type::Enum(words)) = want {
            known.extend(words.iter().map(|w| self.terms.word(*w).to_owned()));
        }
        let elsewhere = self.names.states.keys().chain(self.names.defs.keys()).find(|(k, n)| *n == name.name && k.is_some());
        if let Some((Some(kind), word)) = elsewhere {
            let owner = self.terms.kind(*kind).map_or("", |k| k.name.as_str());
            let what = format!("`{word}` belongs to each {owner}, and none is spoken of here");
            let help = format!("add `for each {owner}` or `for the {owner}`, or write `{owner}.{word}` of an entry");
            self.problems.push(Problem::Misplaced { at: name.span, what, help });
            return;
        }
        if self.names.readings.contains_key(&name.name) {
            let what = format!("`{}` is a reading, and has no value of its own", name.name);
            let help = format!("ask which it is: `{} is …`", name.name);
            self.problems.push(Problem::Misplaced { at: name.span, what, help });
            return;
        }
        let what = "state, definition or value".to_owned();
        if let Some(help) = self.meant(env, &name.name) {
            self.problems.push(Problem::Meant { at: name.span, name: name.name.clone(), what, help });
            return;
        }
        let nearest = nearest(&name.name, known.iter().map(String::as_str));
        self.problems.push(Problem::UnknownName { at: name.span, name: name.name.clone(), what, nearest });
    }

    /// What is meant by a name that nothing has: a field of the event, or a word of other languages.
    fn meant(&self, env: &Env, name: &str) -> Option<String> {
        let of = |kind: KindId| self.terms.kind(kind).filter(|k| k.fields.iter().any(|f| f.name == name));
        if let Some(kind) = env.event.and_then(|(_, kind)| of(kind)) {
            return Some(format!("`{name}` is a field of the {}: write `event.{name}`", kind.name));
        }
        if let Some(kind) = env.rows().find_map(|(_, kind)| of(kind)) {
            return Some(format!("`{name}` is a field of each {0}: write `{0}.{name}`", kind.name));
        }
        if let Some(one) = name.strip_suffix('s').filter(|one| self.names.kinds.contains_key(*one)) {
            return Some(format!("entries and events are named in the singular: `{one}`"));
        }
        if self.terms.words.iter().any(|w| w == name) {
            return Some(format!("it is a word that a field may have: write `… is {name}`, or `… is either {name} or …`"));
        }
        if let Some(kind) = self.terms.kinds.iter().find(|k| k.fields.iter().any(|f| f.name == name)) {
            let owner = &kind.name;
            return Some(format!(
                "`{name}` is a field of each {owner}: write `(latest {owner}).{name}`, or `event.{name}` in a rule on it"
            ));
        }
        if name == "date" && env.event.is_some() {
            return Some("write `today`, or `event.date`".into());
        }
        elsewhere(name).map(str::to_owned)
    }

    /// A name that is none of several: with the nearest, or with all where there are few.
    pub(super) fn none_of(&mut self, name: &Ident, what: String, known: &[String]) {
        let (at, name) = (name.span, name.name.clone());
        let nearest = nearest(&name, known.iter().map(String::as_str));
        if nearest.is_some() || known.is_empty() || known.len() > 15 {
            self.problems.push(Problem::UnknownName { at, name, what, nearest });
            return;
        }
        let all: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
        self.problems.push(Problem::Meant { at, name, what, help: format!("there is {}", all.join(", ")) });
    }

    /// A name after a point.
    pub(super) fn dot(&mut self, env: &mut Env, base: &ast::Expr, field: &Ident) -> Option<Expr> {
        let span = base.span.to(field.span);
        if let A::ChangeBy { state, by } = &base.kind {
            return match field.name.as_str() {
                "before" => self.change_by(env, state, by, false, span),
                "after" => self.change_by(env, state, by, true, span),
                _ => self.misplaced(field.span, "a change has a value `before` and a value `after`", ""),
            };
        }
        if let A::Dot(inner, mid) = &base.kind {
            let name = format!("{}.{}", mid.name, field.name);
            if self.terms.kinds.iter().any(|k| k.fields.iter().any(|f| f.name == name)) {
                let value = self.expr(env, inner, None)?;
                let joined = Ident { name, span: mid.span.to(field.span) };
                return self.member(env, value, &joined).map(|x| Expr { span, ..x });
            }
        }
        let value = self.expr(env, base, None)?;
        self.member(env, value, field).map(|x| Expr { span, ..x })
    }

    /// A field, a state or a definition of a value.
    pub(super) fn member(&mut self, env: &mut Env, value: Expr, field: &Ident) -> Option<Expr> {
        let span = value.span.to(field.span);
        let word = field.name.as_str();
        match value.ty.clone() {
            Type::Moment if word == "date" => Some(Expr { kind: ExprKind::DayOf(Box::new(value)), ty: Type::Date, span }),
            Type::Date if word == "date" => Some(value),
            Type::Line(shape) => {
                let shape = self.terms.shapes.get(shape.at())?;
                let Some(at) = shape.fields.iter().position(|f| f.0 == word) else {
                    let nearest = nearest(word, shape.fields.iter().map(|f| f.0.as_str()));
                    let what = "field of the line".to_owned();
                    self.problems.push(Problem::UnknownName { at: field.span, name: word.to_owned(), what, nearest });
                    return None;
                };
                let ty = shape.fields.get(at)?.1.clone();
                Some(Expr { kind: ExprKind::Field(Box::new(value), FieldId::from(at)), ty, span })
            }
            Type::Entry(kinds) => self.entry_member(env, value, &kinds, field, span),
            _ => {
                let found = self.type_name(&value.ty);
                self.misplaced(field.span, &format!("{found} has no parts"), "")
            }
        }
    }

    fn entry_member(&mut self, env: &Env, value: Expr, kinds: &[KindId], field: &Ident, span: Span) -> Option<Expr> {
        let word = field.name.as_str();
        // what an event says is where a state begins; from then on the name is the state's
        if !env.begins && kinds.iter().any(|k| self.names.states.contains_key(&(Some(*k), word.to_owned()))) {
            if let [kind] = kinds {
                return self.state_or_def(value, *kind, word, span);
            }
            let what = format!("`{word}` is a state of one of these kinds of entry, and a field of another");
            return self.misplaced(field.span, &what, "give the state another name");
        }
        let mut found: Option<(FieldId, Type)> = None;
        let mut all = true;
        for kind in kinds {
            let k = self.terms.kind(*kind)?;
            match k.fields.iter().position(|f| f.name == word) {
                Some(at) => {
                    let ty = k.fields.get(at)?.ty.clone();
                    if found.as_ref().is_some_and(|(id, t)| *id != FieldId::from(at) || *t != ty) {
                        all = false;
                    }
                    found = Some((FieldId::from(at), ty));
                }
                None => all = false,
            }
        }
        if let (true, Some((id, ty))) = (all, found) {
            return Some(Expr { kind: ExprKind::Field(Box::new(value), id), ty, span });
        }
        if let [kind] = kinds
            && let Some(x) = self.state_or_def(value.clone(), *kind, word, span)
        {
            return Some(x);
        }
        match word {
            "date" => return Some(Expr { kind: ExprKind::Inherent(Box::new(value), Inherent::Date), ty: Type::Date, span }),
            "id" => return Some(Expr { kind: ExprKind::Inherent(Box::new(value), Inherent::Id), ty: Type::Text, span }),
            _ => {}
        }
        // the entry itself by the name of its kind: `exercise.certificate.certificate`
        if let Some(kind) = kinds.first().and_then(|k| self.terms.kind(*k))
            && kind.name == word
        {
            return Some(Expr { span, ..value });
        }
        let mut known: Vec<String> = vec!["date".into(), "id".into()];
        for kind in kinds {
            known.extend(self.terms.kind(*kind).into_iter().flat_map(|k| k.fields.iter().map(|f| f.name.clone())));
            known.extend(self.names.states.keys().filter(|(k, _)| *k == Some(*kind)).map(|(_, n)| n.clone()));
            known.extend(self.names.defs.keys().filter(|(k, _)| *k == Some(*kind)).map(|(_, n)| n.clone()));
        }
        let owner = kinds.iter().filter_map(|k| self.terms.kind(*k)).map(|k| k.name.as_str()).collect::<Vec<_>>().join(" or ");
        let what = format!("field or state of `{owner}`");
        self.none_of(&Ident { name: word.to_owned(), span: field.span }, what, &known);
        None
    }

    /// The state a name means here.
    pub(super) fn one_state(&mut self, env: &mut Env, name: &Ident) -> Option<StateId> {
        let rows: Vec<KindId> = env.rows().map(|(_, k)| k).collect();
        let here = rows.iter().find_map(|k| self.names.states.get(&(Some(*k), name.name.clone())).copied());
        if let Some(state) = here.or_else(|| self.names.states.get(&(None, name.name.clone())).copied()) {
            self.used.states.insert(state);
            return Some(state);
        }
        let all = self.states_named(name);
        match all.as_slice() {
            [one] => {
                self.used.states.insert(*one);
                Some(*one)
            }
            [] => None,
            _ => {
                let what = format!("`{}` is a state of several kinds of entry", name.name);
                self.misplaced(name.span, &what, "give them different names")
            }
        }
    }

    /// `change of price by grant`.
    pub(super) fn change_by(&mut self, env: &mut Env, state: &Ident, by: &Ident, after: bool, span: Span) -> Option<Expr> {
        let id = self.one_state(env, state)?;
        let by = self.name(env, by, None)?;
        if !matches!(by.ty, Type::Entry(_)) {
            return self.wrong(&by, "an entry");
        }
        let s = self.terms.states.get(id.at())?;
        let ty = s.ty.clone();
        let of = match s.of {
            None => None,
            Some(kind) => {
                let Some(var) = env.row_of(kind) else {
                    let owner = self.terms.kind(kind).map(|k| k.name.clone()).unwrap_or_default();
                    return self.misplaced(span, &format!("no {owner} is spoken of here"), &format!("add `for each {owner}`"));
                };
                Some(Box::new(Expr { kind: ExprKind::Var(var), ty: Type::Entry(vec![kind]), span }))
            }
        };
        Some(Expr { kind: ExprKind::ChangeBy { state: id, of, by: Box::new(by), after }, ty, span })
    }
}
