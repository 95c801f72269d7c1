//! What rules do.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use crate::source::Span;
use crate::syntax::ast::{self, Ident, StatementKind as A};
use crate::terms::{Clamp, EventSort, Expr, ExprKind, FieldId, KindId, Source, StateId, Statement, StatementKind, Type, When};

impl Checker<'_> {
    /// The statements of a rule; what is wrong in one does not hide the next.
    pub(super) fn statements(&mut self, env: &mut Env, list: &[ast::Statement]) -> Option<Vec<Statement>> {
        let mark = env.mark();
        let all: Vec<Option<Statement>> = list.iter().map(|s| self.statement(env, s)).collect();
        env.release(mark);
        all.into_iter().collect()
    }

    fn statement(&mut self, env: &mut Env, s: &ast::Statement) -> Option<Statement> {
        let guards = self.guards(env, &s.guards);
        let kind = match &s.kind {
            A::Let(name, written, value) => {
                let wanted = match written.as_ref().map(|t| self.ty(t)) {
                    Some(None) => {
                        env.lose(&name.name);
                        return None;
                    }
                    Some(some) => some,
                    None => None,
                };
                let value = match &wanted {
                    Some(ty) => self.typed(env, value, ty),
                    None => self.expr(env, value, None),
                };
                let Some(ty) = wanted.or_else(|| value.as_ref().map(|v| v.ty.clone())) else {
                    env.lose(&name.name);
                    return None;
                };
                if env.find(&name.name).is_some() {
                    let first = "a line before it".to_owned();
                    self.problems.push(Problem::Duplicate { at: name.span, name: name.name.clone(), first });
                }
                let var = env.bind(&name.name, ty);
                StatementKind::Let(var, value?)
            }
            A::Becomes { pending, target, value, clamps } => self.becomes(env, *pending, target, value, clamps)?,
            A::Require(cond, failure) => {
                let cond = self.condition(env, cond);
                let failure = self.failure(env, failure);
                StatementKind::Require(cond?, failure?)
            }
            A::Deem { name, fields, like, with } => self.deem(env, name, fields, like.as_ref(), with)?,
            A::Record { name, fields } => self.record(env, name, fields)?,
            A::End(name) => StatementKind::End(self.row(env, name)?),
            A::Restore(name) => StatementKind::Restore(self.row(env, name)?),
            A::Warn(text) => StatementKind::Warn(self.template(env, text)?),
            A::ForEach { name, source, order, body } => self.for_each(env, name, source, order.as_ref(), body)?,
        };
        Some(Statement { kind, guards: guards?, span: s.span })
    }

    /// Conditions, `unless` turned round.
    pub(super) fn guards(&mut self, env: &mut Env, list: &[ast::Guard]) -> Option<Vec<Expr>> {
        let all: Vec<Option<Expr>> = list
            .iter()
            .map(|g| {
                let cond = self.condition(env, &g.cond)?;
                let span = cond.span;
                Some(if g.unless { Expr { kind: ExprKind::Not(Box::new(cond)), ty: Type::YesNo, span } } else { cond })
            })
            .collect();
        all.into_iter().collect()
    }

    /// An entry that is spoken of.
    fn row(&mut self, env: &mut Env, path: &[Ident]) -> Option<Expr> {
        let (first, rest) = path.split_first()?;
        let mut value = self.name(env, first, None)?;
        for field in rest {
            value = self.member(env, value, field)?;
        }
        if !matches!(value.ty, Type::Entry(_)) {
            return self.wrong(&value, "an entry");
        }
        Some(value)
    }

    fn becomes(
        &mut self,
        env: &mut Env,
        pending: bool,
        target: &[Ident],
        value: &ast::Expr,
        clamps: &[ast::Clamp],
    ) -> Option<StatementKind> {
        let (state, of) = self.target(env, target)?;
        let ty = self.terms.states.get(state.at())?.ty.clone();
        let value = self.typed(env, value, &ty);
        let mut limits = Vec::new();
        for c in clamps {
            let limit = self.typed(env, &c.limit, &ty)?;
            let skip = match &c.skip {
                None => None,
                Some(guard) => Some(self.guards(env, guard.as_slice())?),
            };
            limits.push(Clamp { above: c.above, limit, skip });
        }
        // a library restates what waits for those of its users that make something wait
        let shared = self.terms.library || target.last().is_some_and(|t| t.span.file != self.main());
        if pending && !shared && self.terms.states.get(state.at()).is_some_and(|s| s.postponement.is_none()) {
            let name = target.last().map_or("", |t| t.name.as_str());
            let at = target.last().map_or_else(Span::default, |t| t.span);
            let what = format!("nothing of `{name}` ever waits");
            return self.misplaced(at, &what, &format!("declare `postpone {name} {{ … }}`"));
        }
        Some(StatementKind::Becomes { state, of, pending, value: value?, clamps: limits })
    }

    /// The state a statement changes, and whose it is.
    fn target(&mut self, env: &mut Env, path: &[Ident]) -> Option<(StateId, Option<Expr>)> {
        let (last, head) = path.split_last()?;
        let value = match head.split_first() {
            None => self.name(env, last, None)?,
            Some((first, rest)) => {
                let mut base = self.name(env, first, None)?;
                for field in rest {
                    base = self.member(env, base, field)?;
                }
                self.member(env, base, last)?
            }
        };
        match value.kind {
            ExprKind::State { state, of, when: When::Before } => Some((state, of.map(|b| *b))),
            _ => {
                let what = format!("`{}` is not a state, and cannot become anything", last.name);
                self.misplaced(last.span, &what, "declare it with `state`")
            }
        }
    }

    fn deem(
        &mut self,
        env: &mut Env,
        name: &Ident,
        fields: &[(Ident, ast::Expr)],
        like: Option<&Ident>,
        with: &[ast::Binding],
    ) -> Option<StatementKind> {
        let kind = self.kind_id(name)?;
        self.used.kinds.insert(kind);
        let decl = self.terms.kind(kind)?.clone();
        if decl.sort != EventSort::Deemed && decl.kept.is_none() {
            let what = format!("`{}` comes from the stream, and cannot be deemed", decl.name);
            return self.misplaced(name.span, &what, "declare it `deemed`");
        }
        let names: Vec<String> = decl.fields.iter().map(|f| f.name.clone()).collect();
        let like = match like {
            None => None,
            Some(l) => Some(self.row(env, std::slice::from_ref(l))?),
        };
        let mut out: Vec<(FieldId, Expr)> = Vec::new();
        let mut ok = true;
        for (field, value) in fields {
            let Some(at) = names.iter().position(|n| *n == field.name) else {
                self.unknown_field(field, &names, &decl.name);
                ok = false;
                continue;
            };
            let Some(decl_field) = decl.fields.get(at) else { continue };
            // naming the new entry itself
            match self.typed(env, value, &decl_field.ty) {
                Some(v) => out.push((FieldId::from(at), v)),
                None => ok = false,
            }
        }
        for (at, field) in decl.fields.iter().enumerate() {
            let given = out.iter().any(|(id, _)| id.at() == at);
            if !given && !field.optional && field.default.is_none() && like.is_none() && ok {
                self.problems.push(Problem::MissingField { at: name.span, kind: decl.name.clone(), field: field.name.clone() });
                ok = false;
            }
        }
        let mut states = Vec::new();
        for b in with {
            let Some(word) = b.path.first() else { continue };
            let Some(state) = self.names.states.get(&(Some(kind), word.name.clone())).copied() else {
                let known: Vec<String> =
                    self.names.states.keys().filter(|(k, _)| *k == Some(kind)).map(|(_, n)| n.clone()).collect();
                self.unknown_field(word, &known, &decl.name);
                ok = false;
                continue;
            };
            let ty = self.terms.states.get(state.at())?.ty.clone();
            match self.typed(env, &b.value, &ty) {
                Some(v) => states.push((state, b.pending, v)),
                None => ok = false,
            }
        }
        ok.then_some(StatementKind::Deem { kind, fields: out, like, with: states })
    }

    fn unknown_field(&mut self, field: &Ident, known: &[String], owner: &str) {
        self.none_of(field, format!("field of `{owner}`"), known);
    }

    fn record(&mut self, env: &mut Env, name: &Ident, fields: &[(Ident, ast::Expr)]) -> Option<StatementKind> {
        let Some(effect) = self.names.effects.get(&name.name).copied() else {
            let mut known: Vec<String> = self.names.effects.keys().cloned().collect();
            known.sort();
            self.none_of(name, "effect".into(), &known);
            return None;
        };
        self.used.effects.insert(effect);
        let decl = self.terms.effects.get(effect.at())?.fields.clone();
        let names: Vec<String> = decl.iter().map(|f| f.0.clone()).collect();
        let mut out: Vec<Option<Expr>> = vec![None; decl.len()];
        let mut ok = true;
        for (field, value) in fields {
            let Some(at) = names.iter().position(|n| *n == field.name) else {
                self.unknown_field(field, &names, &name.name);
                ok = false;
                continue;
            };
            let Some((_, ty, _)) = decl.get(at) else { continue };
            match self.typed(env, value, ty) {
                Some(v) => {
                    if let Some(slot) = out.get_mut(at) {
                        *slot = Some(v);
                    }
                }
                None => ok = false,
            }
        }
        for ((field, _, optional), value) in decl.iter().zip(&out) {
            if value.is_none() && !optional && ok {
                self.problems.push(Problem::MissingField { at: name.span, kind: name.name.clone(), field: field.clone() });
                ok = false;
            }
        }
        ok.then_some(StatementKind::Record { effect, fields: out })
    }

    fn for_each(
        &mut self,
        env: &mut Env,
        name: &Ident,
        path: &[Ident],
        order: Option<&(bool, ast::Expr)>,
        body: &[ast::Statement],
    ) -> Option<StatementKind> {
        let (source, item) = self.source(env, path)?;
        let (Source::List(list), Type::Line(shape)) = (source, item.clone()) else {
            let at = path.first().map_or(name.span, |p| p.span);
            let help = "for entries of a kind, write `for each …` in the head of the rule";
            return self.misplaced(at, "statements go through the lines of a list", help);
        };
        let mark = env.mark();
        let was = env.portions;
        let var = env.bind(&name.name, item);
        env.portions = true;
        let order = match order {
            None => Some(None),
            Some((high, by)) => self.expr(env, by, None).map(|by| Some((*high, by))),
        };
        for s in body {
            if matches!(s.kind, A::Becomes { .. } | A::Let(..) | A::Require(..) | A::ForEach { .. }) {
                let help = "deem something for each line, and let a rule on that do it";
                let _: Option<()> = self.misplaced(s.span, "inside a list, only `deem`, `record` and `warn` stand", help);
            }
        }
        let body = self.statements(env, body);
        env.portions = was;
        env.release(mark);
        Some(StatementKind::ForEach { var, list: *list, shape, order: order?, body: body? })
    }

    /// The kind of entries a name stands for.
    pub(super) fn row_kind(&mut self, name: &Ident) -> Option<KindId> {
        self.kept_kind(name)
    }
}
