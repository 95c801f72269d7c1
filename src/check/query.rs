//! Questions about what has happened.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use crate::source::Span;
use crate::syntax::ast::{self, Ident};
use crate::terms::{Ask, Dim, Expr, ExprKind, Query, Shape, Source, Type, Window};
use rust_decimal::Decimal;

impl Checker<'_> {
    /// A query.
    pub(super) fn query(&mut self, env: &mut Env, q: &ast::Query, want: Option<&Type>, span: Span) -> Option<Expr> {
        let (source, item) = self.source(env, &q.source)?;
        let window = match &q.window {
            None => None,
            Some(w) => Some(self.window(env, w, &source)?),
        };
        let mark = env.mark();
        let var = env.var("it", item.clone());
        env.it = Some(var);
        let filter = match &q.filter {
            None => Some(None),
            Some(f) => self.condition(env, f).map(Some),
        };
        let asked = self.ask(env, &q.ask, &item, want, span);
        env.release(mark);
        let ((ask, ty), filter) = (asked?, filter?);
        Some(Expr { kind: ExprKind::Query(Box::new(Query { ask, source, var, window, filter })), ty, span })
    }

    fn ask(&mut self, env: &mut Env, ask: &ast::Ask, item: &Type, want: Option<&Type>, span: Span) -> Option<(Ask, Type)> {
        Some(match ask {
            ast::Ask::Count => (Ask::Count, Type::NUMBER),
            ast::Ask::CountDays => (Ask::CountDays, Type::NUMBER),
            ast::Ask::Latest => (Ask::Latest, item.clone()),
            ast::Ask::Earliest => (Ask::Earliest, item.clone()),
            ast::Ask::Measure(measure, value) => {
                let value = self.expr(env, value, want)?;
                let ordered = value.ty.is_decimal()
                    || (matches!(measure, ast::Measure::Lowest | ast::Measure::Highest)
                        && matches!(value.ty, Type::Date | Type::Moment));
                if !ordered {
                    return self.wrong(&value, "a number");
                }
                let ty = match value.ty {
                    Type::Ratio => Type::NUMBER,
                    ref other => other.clone(),
                };
                (Ask::Measure(*measure, value), ty)
            }
            ast::Ask::List(value) => {
                let value = self.expr(env, value, None)?;
                let shape = Shape { fields: vec![("value".into(), value.ty.clone(), false)], plain: true, makes: Vec::new() };
                {
                    let shape = self.shape_id(shape);
                    (Ask::List(vec![value], shape), Type::List(shape))
                }
            }
            ast::Ask::Records(fields) => {
                if let Some(Type::List(shape)) = want {
                    let lines = std::slice::from_ref(fields);
                    let Expr { kind: ExprKind::Lines(lines), .. } = self.records(env, lines, want, span)? else { return None };
                    let line: Option<Vec<Expr>> = lines.into_iter().flatten().collect();
                    return match line {
                        Some(values) => Some((Ask::List(values, *shape), Type::List(*shape))),
                        None => self.misplaced(span, "a line of this list has more fields", "give every field a value"),
                    };
                }
                let mut values = Vec::new();
                let mut shape = Vec::new();
                for (name, value) in fields {
                    let value = self.expr(env, value, None)?;
                    shape.push((name.name.clone(), value.ty.clone(), true));
                    values.push(value);
                }
                let shape = Shape { fields: shape, plain: false, makes: Vec::new() };
                let shape = self.shape_id(shape);
                (Ask::List(values, shape), Type::List(shape))
            }
        })
    }

    /// What a query or a loop looks at, and the type of what it finds.
    pub(super) fn source(&mut self, env: &mut Env, path: &[Ident]) -> Option<(Source, Type)> {
        let (first, rest) = path.split_first()?;
        if rest.is_empty() {
            if let Some(kind) = self.names.kinds.get(&first.name).copied() {
                self.used.kinds.insert(kind);
                let kept = self.terms.kind(kind)?.kept.is_some();
                let source = if kept { Source::Entries(kind) } else { Source::Past(kind) };
                return Some((source, Type::Entry(vec![kind])));
            }
            if let Some(effect) = self.names.effects.get(&first.name).copied() {
                self.used.effects.insert(effect);
                let fields = self.terms.effects.get(effect.at())?.fields.clone();
                let shape = self.shape_id(Shape { fields, plain: false, makes: Vec::new() });
                return Some((Source::Effect(effect, shape), Type::Line(shape)));
            }
        }
        let mut value = match env.find(&first.name) {
            None if self.names.kinds.contains_key(&first.name) && !self.is_event(env, &first.name) => {
                let what = format!("no {} is spoken of here", first.name);
                return self.misplaced(first.span, &what, "");
            }
            _ => self.name(env, first, None)?,
        };
        for field in rest {
            value = self.member(env, value, field)?;
        }
        let Type::List(shape) = value.ty else {
            let found = self.type_name(&value.ty);
            let help = "a query looks at a kind of entry, at past events, or at a list".to_owned();
            self.problems.push(Problem::WrongType { at: value.span, wanted: "a list".into(), found, help });
            return None;
        };
        Some((Source::List(Box::new(value)), Type::Line(shape)))
    }

    fn is_event(&self, env: &Env, name: &str) -> bool {
        env.event.is_some_and(|(_, kind)| self.terms.kind(kind).is_some_and(|k| k.name == name))
    }

    fn window(&mut self, env: &mut Env, window: &ast::Window, source: &Source) -> Option<Window> {
        if matches!(source, Source::List(_) | Source::Effect(..)) {
            let at = match window {
                ast::Window::On(d) | ast::Window::UpTo(d) | ast::Window::From(d, _) | ast::Window::In(d, _) => d.span,
            };
            return self.misplaced(at, "a list has no days", "leave the days out");
        }
        Some(match window {
            ast::Window::On(d) => {
                let day = self.typed(env, d, &Type::Date)?;
                Window::Days(Some(Box::new(day.clone())), Box::new(day))
            }
            ast::Window::UpTo(d) => Window::Days(None, Box::new(self.typed(env, d, &Type::Date)?)),
            ast::Window::From(a, b) => {
                let from = self.typed(env, a, &Type::Date)?;
                Window::Days(Some(Box::new(from)), Box::new(self.typed(env, b, &Type::Date)?))
            }
            ast::Window::In(n, d) => {
                let count = self.expr(env, n, None)?;
                let day = self.typed(env, d, &Type::Date)?;
                match count.ty {
                    Type::TradingDays => Window::TradingDays(Box::new(count), Box::new(day)),
                    Type::Quantity(Dim::DAYS) => {
                        let span = count.span;
                        let one = Expr { kind: ExprKind::Number(Decimal::ONE), ty: count.ty.clone(), span };
                        let op = crate::terms::Operator::Subtract;
                        let less = ExprKind::Arithmetic(op, Box::new(count), Box::new(one));
                        let by = Expr { kind: less, ty: Type::Quantity(Dim::DAYS), span };
                        let kind = ExprKind::Shift { day: Box::new(day.clone()), by: Box::new(by), back: true };
                        let from = Expr { kind, ty: Type::Date, span };
                        Window::Days(Some(Box::new(from)), Box::new(day))
                    }
                    _ => return self.wrong(&count, "a number of days"),
                }
            }
        })
    }
}
