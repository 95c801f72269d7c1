//! Definitions, tables and functions with their arguments.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use crate::syntax::ast;
use crate::terms::{Builtin, Dim, Expr, ExprKind, Type};

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        env: &mut Env,
        name: &ast::Ident,
        args: &[ast::Expr],
        span: crate::source::Span,
    ) -> Option<Expr> {
        if let Some((_, builtin)) = Builtin::ALL.iter().find(|(n, _)| *n == name.name) {
            return self.builtin(env, *builtin, args, span);
        }
        if let Some(id) = self.names.calendars.get(&name.name).copied() {
            self.used.calendars.insert(id);
            let args = self.arguments(env, name, args, &[Type::Date])?;
            let day = args.into_iter().next()?;
            return Some(Expr { kind: ExprKind::Open(id, Box::new(day)), ty: Type::YesNo, span });
        }
        if let Some(id) = self.names.tables.get(&name.name).copied() {
            self.used.tables.insert(id);
            let (params, ty) = self.terms.tables.get(id.at()).map(|t| (t.params.clone(), t.ty.clone()))?;
            let args = self.arguments(env, name, args, &params)?;
            return Some(Expr { kind: ExprKind::Table(id, args), ty, span });
        }
        let Some(def) = self.names.defs.get(&(None, name.name.clone())).copied() else {
            if let Some(help) = super::name::elsewhere(&name.name) {
                let (at, name, what) = (name.span, name.name.clone(), "definition".to_owned());
                self.problems.push(Problem::Meant { at, name, what, help: help.to_owned() });
                return None;
            }
            let mut known: Vec<String> = Builtin::ALL.iter().map(|(n, _)| (*n).to_owned()).collect();
            known.extend(self.names.defs.keys().map(|(_, n)| n.clone()));
            known.extend(self.names.tables.keys().cloned());
            known.extend(self.names.calendars.keys().cloned());
            let nearest = super::name::nearest(&name.name, known.iter().map(String::as_str));
            self.problems.push(Problem::UnknownName {
                at: name.span,
                name: name.name.clone(),
                what: "definition".into(),
                nearest,
            });
            return None;
        };
        self.used.defs.insert(def);
        let d = self.terms.defs.get(def.at())?;
        let ty = d.ty.clone();
        let params: Vec<Type> = d.body.vars.iter().take(d.params).map(|v| v.ty.clone()).collect();
        let args = self.arguments(env, name, args, &params)?;
        Some(Expr { kind: ExprKind::Def { def, args, after: false }, ty, span })
    }

    pub(super) fn arguments(
        &mut self,
        env: &mut Env,
        name: &ast::Ident,
        args: &[ast::Expr],
        params: &[Type],
    ) -> Option<Vec<Expr>> {
        if args.len() != params.len() {
            let span = args.iter().map(|a| a.span).reduce(crate::source::Span::to).unwrap_or(name.span);
            let count = |n: usize| if n == 1 { "1 value".to_owned() } else { format!("{n} values") };
            let (wanted, found) = (count(params.len()), count(args.len()));
            self.problems.push(Problem::Arguments { at: span, name: name.name.clone(), wanted, found });
            return None;
        }
        let all: Vec<Option<Expr>> = args.iter().zip(params).map(|(a, ty)| self.typed(env, a, ty)).collect();
        all.into_iter().collect()
    }

    pub(super) fn builtin(
        &mut self,
        env: &mut Env,
        builtin: Builtin,
        args: &[ast::Expr],
        span: crate::source::Span,
    ) -> Option<Expr> {
        let values: Vec<Option<Expr>> = args.iter().map(|a| self.expr(env, a, None)).collect();
        let values: Vec<Expr> = values.into_iter().collect::<Option<_>>()?;
        let wanted = match builtin {
            Builtin::Least | Builtin::Greatest => (values.len() < 2).then_some("2 values or more"),
            Builtin::KnownAmong => values.is_empty().then_some("1 value or more"),
            Builtin::Abs | Builtin::Exp | Builtin::Ln | Builtin::Sqrt | Builtin::Normal | Builtin::DaysInYear => {
                (values.len() != 1).then_some("1 value")
            }
            Builtin::TradingDays => (values.len() != 2).then_some("2 values"),
        };
        if let Some(wanted) = wanted {
            let found = format!("{} values", values.len());
            self.problems.push(Problem::Arguments { at: span, name: builtin.name().into(), wanted: wanted.into(), found });
            return None;
        }
        let first = values.first()?.clone();
        let ty = match builtin {
            Builtin::Least | Builtin::Greatest => {
                for other in values.iter().skip(1) {
                    self.same(&first, other, "compared", span)?;
                }
                first.ty
            }
            Builtin::Abs => match first.ty.dim() {
                Some(_) => first.ty,
                None => return self.wrong(&first, "a number"),
            },
            Builtin::Exp | Builtin::Ln | Builtin::Sqrt | Builtin::Normal => {
                if first.ty.dim() != Some(Dim::NUMBER) {
                    return self.wrong(&first, "a number");
                }
                Type::NUMBER
            }
            Builtin::KnownAmong => Type::NUMBER,
            Builtin::DaysInYear => {
                if first.ty != Type::Date {
                    return self.wrong(&first, "a date");
                }
                Type::Quantity(Dim::DAYS)
            }
            Builtin::TradingDays => {
                if let Some(other) = values.iter().find(|v| v.ty != Type::Date) {
                    return self.wrong(other, "a date");
                }
                if self.terms.trading_day.is_none() {
                    let help = "add `trading days by …` to the head of the file";
                    return self.misplaced(span, "no definition says which days are trading days", help);
                }
                Type::NUMBER
            }
        };
        Some(Expr { kind: ExprKind::Call(builtin, values), ty, span })
    }
}
