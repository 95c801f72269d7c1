//! Formulas and conditions: every name resolved, every type settled.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use crate::syntax::ast::{self, ExprKind as A, Unit};
use crate::terms::{Dim, Expr, ExprKind, Failure, Outcome, Rung, TextPart, TextTemplate, Type, When};
use chrono::{Datelike, Timelike};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

impl Checker<'_> {
    /// An expression; `want` is the type hoped for, which gives meaning to words.
    pub(super) fn expr(&mut self, env: &mut Env, e: &ast::Expr, want: Option<&Type>) -> Option<Expr> {
        let span = e.span;
        let make = |kind, ty| Some(Expr { kind, ty, span });
        match &e.kind {
            A::Brackets(inner) => self.expr(env, inner, want).map(|x| Expr { span, ..x }),
            A::Number(n) => make(ExprKind::Number(*n), Type::NUMBER),
            A::Percent(n) => make(ExprKind::Number(percent(*n)), Type::NUMBER),
            A::Money { amount, sign, per_share } => {
                self.currency_sign(sign, span)?;
                make(ExprKind::Number(*amount), Type::Quantity(if *per_share { Dim::PER_SHARE } else { Dim::MONEY }))
            }
            A::Quantity(n, unit) => self.quantity(*n, unit, span),
            A::Ratio(new, old) => {
                if old.is_zero() {
                    let help = "write new for old, such as `2 for 1`".to_owned();
                    self.problems.push(Problem::Misplaced { at: span, what: "a ratio to nothing".into(), help });
                    return None;
                }
                make(ExprKind::Ratio(*new, *old), Type::Ratio)
            }
            A::Date(d) => make(ExprKind::Whole(day_number(*d)), Type::Date),
            A::Moment(m) => {
                let minute = i64::from(m.hour() * 60 + m.minute());
                make(ExprKind::Whole(day_number(m.date()) * 1440 + minute), Type::Moment)
            }
            A::YesNo(b) => make(ExprKind::Whole(i64::from(*b)), Type::YesNo),
            A::Text(t) => {
                let text = self.template(env, t)?;
                if text.parts.iter().any(|p| matches!(p, TextPart::Value(_))) {
                    return self.misplaced(
                        e.span,
                        "a text that is kept has no values in it",
                        "keep the values as values, and put them in a message: `refuse`, `stop`, `warn`",
                    );
                }
                make(ExprKind::Text(text), Type::Text)
            }
            A::Now => make(ExprKind::Now, Type::Moment),
            A::Name(name) => self.name(env, name, want),
            A::Its(name) => {
                let it = self.it(env, span)?;
                self.member(env, it, name)
            }
            A::It => self.it(env, span),
            A::Dot(base, field) => self.dot(env, base, field),
            A::Before(x) => {
                let value = self.expr(env, x, want)?;
                if env.on_change { self.before_change(value) } else { Some(value) }
            }
            A::After(x) => {
                let inner = self.expr(env, x, want)?;
                self.after(env, inner)
            }
            A::Keyed { value, kind, key } => {
                let id = self.kept_kind(kind)?;
                let by = Expr { kind: ExprKind::ByKey(id, key.plain()), ty: Type::Entry(vec![id]), span };
                match &value.kind {
                    A::Name(name) => self.member(env, by, name),
                    A::Pending(inner) => match &inner.kind {
                        A::Name(name) => {
                            let state = self.member(env, by, name)?;
                            self.pending(state)
                        }
                        _ => self.misplaced(span, "only a state has something that waits", ""),
                    },
                    _ => self.misplaced(span, "an entry by its key belongs to a state or a definition", ""),
                }
            }
            A::At { value, edge, of } => {
                let state = self.expr(env, value, None)?;
                let day = self.typed(env, of, &Type::Date)?;
                match state.kind {
                    ExprKind::State { state: id, of, .. } => {
                        make(ExprKind::State { state: id, of, when: When::At(*edge, Box::new(day)) }, state.ty)
                    }
                    _ => self.misplaced(span, "only a state has a value at another moment", ""),
                }
            }
            A::Edge(edge, of) => {
                let day = self.expr(env, of, Some(&Type::Date))?;
                let day = match day.ty {
                    Type::Moment => Expr { span: day.span, ty: Type::Date, kind: ExprKind::DayOf(Box::new(day)) },
                    _ => self.fits(day, &Type::Date)?,
                };
                make(ExprKind::Edge(*edge, Box::new(day)), Type::Moment)
            }
            A::Call(name, args) => self.call(env, name, args, span),
            A::Known(x) => {
                let inner = self.expr(env, x, None)?;
                make(ExprKind::Known(Box::new(inner)), Type::YesNo)
            }
            A::Void(x) => {
                let inner = self.expr(env, x, None)?;
                if !matches!(inner.ty, Type::Entry(_)) {
                    let help = String::new();
                    self.problems.push(Problem::Misplaced { at: span, what: "only an entry can be void".into(), help });
                    return None;
                }
                make(ExprKind::Void(Box::new(inner)), Type::YesNo)
            }
            A::Pending(x) => {
                let inner = self.expr(env, x, None)?;
                self.pending(inner)
            }
            A::ChangeBy { state, by } => self.change_by(env, state, by, false, span),
            A::Negative(x) => {
                let inner = self.expr(env, x, want)?;
                if inner.ty.dim().is_none() {
                    return self.wrong(&inner, "a number");
                }
                let ty = inner.ty.clone();
                make(ExprKind::Negative(Box::new(inner)), ty)
            }
            A::Binary(op, a, b) => self.binary(env, *op, a, b, span),
            A::PercentOf(n, x) => {
                let inner = self.expr(env, x, None)?;
                let Some(dim) = inner.ty.dim() else { return self.wrong(&inner, "a number") };
                let share = Expr { kind: ExprKind::Number(percent(*n)), ty: Type::NUMBER, span };
                let kind = ExprKind::Arithmetic(crate::terms::Operator::Multiply, Box::new(share), Box::new(inner));
                make(kind, Type::Quantity(dim))
            }
            A::Rounded(x, rounding) => {
                let inner = self.expr(env, x, want)?;
                let unit = self.expr(env, &rounding.unit, None)?;
                self.rounds_all(x, span);
                self.same(&inner, &unit, "rounded to a multiple of one another", span)?;
                let ty = inner.ty.clone();
                make(ExprKind::Round(Box::new(inner), rounding.mode, Box::new(unit), rounding.keeps), ty)
            }
            A::RoundedAs(x, name) => {
                let inner = self.expr(env, x, want)?;
                self.rounds_all(x, span);
                let state = self.one_state(env, name)?;
                let ty = inner.ty.clone();
                make(ExprKind::RoundAs(Box::new(inner), state), ty)
            }
            A::ProRata(x, weight) => {
                if !env.portions {
                    return self.misplaced(
                        span,
                        "portions are of something divided among the lines of a list",
                        "use it inside `for each … in …`",
                    );
                }
                let inner = self.expr(env, x, want)?;
                let weight = self.expr(env, weight, None)?;
                let as_state = match &inner.kind {
                    ExprKind::State { state, .. } | ExprKind::Pending { state, .. } => Some(*state),
                    _ => None,
                };
                let ty = inner.ty.clone();
                make(ExprKind::ProRata { value: Box::new(inner), weight: Box::new(weight), as_state }, ty)
            }
            A::Compare(c, a, b) => self.compare(env, *c, a, b, span),
            A::Is { value, not, of } => {
                let positive = self.is(env, value, of, span)?;
                if *not { make(ExprKind::Not(Box::new(positive)), Type::YesNo) } else { Some(positive) }
            }
            A::In(x, list) => {
                let list = self.expr(env, list, None)?;
                let Type::List(shape) = list.ty else { return self.wrong(&list, "a list") };
                let item = self.terms.shapes.get(shape.at()).and_then(|s| s.fields.first()).map(|f| f.1.clone());
                let value = self.expr(env, x, item.as_ref())?;
                let value = match item {
                    Some(item) => self.fits(value, &item)?,
                    None => value,
                };
                make(ExprKind::Contains { list: Box::new(list), value: Box::new(value) }, Type::YesNo)
            }
            A::Not(x) => {
                let inner = self.condition(env, x)?;
                make(ExprKind::Not(Box::new(inner)), Type::YesNo)
            }
            A::And(xs) => {
                let all = self.conditions(env, xs)?;
                make(ExprKind::All(all), Type::YesNo)
            }
            A::Or(xs) => {
                let any = self.conditions(env, xs)?;
                make(ExprKind::Any(any), Type::YesNo)
            }
            A::FirstOf(rungs) => self.first_of(env, rungs, want, span),
            A::Query(q) => self.query(env, q, want, span),
            A::List(values) => self.list(env, values, want, span),
            A::Records(lines) => self.records(env, lines, want, span),
        }
    }

    /// An expression of a certain type.
    pub(super) fn typed(&mut self, env: &mut Env, e: &ast::Expr, ty: &Type) -> Option<Expr> {
        let value = self.expr(env, e, Some(ty))?;
        self.fits(value, ty)
    }

    /// A condition.
    pub(super) fn condition(&mut self, env: &mut Env, e: &ast::Expr) -> Option<Expr> {
        self.typed(env, e, &Type::YesNo)
    }

    fn conditions(&mut self, env: &mut Env, list: &[ast::Expr]) -> Option<Vec<Expr>> {
        let all: Vec<Option<Expr>> = list.iter().map(|x| self.condition(env, x)).collect();
        all.into_iter().collect()
    }

    /// Warns of a sum that is rounded as a whole, where only its last part may be meant.
    fn rounds_all(&mut self, x: &ast::Expr, at: crate::source::Span) {
        if let A::Binary(ast::Operator::Add | ast::Operator::Subtract, _, part) = &x.kind {
            let said = |span| self.source_text(span).split_whitespace().collect::<Vec<_>>().join(" ");
            let (whole, part) = (said(x.span), said(part.span));
            self.problems.push(Problem::RoundsAll { at, whole, part });
        }
    }

    /// Something in a place where it has no meaning.
    pub(super) fn misplaced<T>(&mut self, at: crate::source::Span, what: &str, help: &str) -> Option<T> {
        self.problems.push(Problem::Misplaced { at, what: what.to_owned(), help: help.to_owned() });
        None
    }

    /// A value of the wrong type.
    pub(super) fn wrong<T>(&mut self, value: &Expr, wanted: &str) -> Option<T> {
        let found = self.type_name(&value.ty);
        self.problems.push(Problem::WrongType { at: value.span, wanted: wanted.to_owned(), found, help: String::new() });
        None
    }

    fn it(&mut self, env: &Env, span: crate::source::Span) -> Option<Expr> {
        let Some(var) = env.it else {
            return self.misplaced(
                span,
                "`it` and `its` speak of the entry a query looks at",
                "use them inside `… over …`, `count of …` or after `where`",
            );
        };
        let ty = env.ty(var)?.clone();
        Some(Expr { kind: ExprKind::Var(var), ty, span })
    }

    fn after(&mut self, env: &Env, value: Expr) -> Option<Expr> {
        let span = value.span;
        if !env.after {
            return self.misplaced(span, "`after` has a meaning only in what a rule does", "leave it out");
        }
        match value.kind {
            ExprKind::State { state, of, .. } => {
                Some(Expr { kind: ExprKind::State { state, of, when: When::After }, ty: value.ty, span })
            }
            ExprKind::Def { def, args, .. } => Some(Expr { kind: ExprKind::Def { def, args, after: true }, ty: value.ty, span }),
            _ => self.misplaced(span, "only a state or a definition has a value after the event", ""),
        }
    }

    /// The value before the change that a rule answers.
    fn before_change(&mut self, value: Expr) -> Option<Expr> {
        match value.kind {
            ExprKind::State { state, of, .. } if value.ty.is_decimal() => {
                Some(Expr { kind: ExprKind::State { state, of, when: When::BeforeChange }, ty: value.ty, span: value.span })
            }
            _ => self.misplaced(value.span, "only a number has a value before its change", "leave `before` out"),
        }
    }

    fn pending(&mut self, value: Expr) -> Option<Expr> {
        match value.kind {
            ExprKind::State { state, of, .. } => {
                Some(Expr { kind: ExprKind::Pending { state, of }, ty: value.ty, span: value.span })
            }
            _ => self.misplaced(value.span, "only a state has something that waits", ""),
        }
    }

    fn currency_sign(&mut self, sign: &str, span: crate::source::Span) -> Option<()> {
        let code = match sign {
            "$" => ["USD", "CAD", "AUD", "SGD", "HKD", "NZD"].as_slice(),
            "€" => &["EUR"],
            "£" => &["GBP"],
            _ => &["JPY", "CNY"],
        };
        if code.contains(&self.terms.currency.as_str()) {
            return Some(());
        }
        let what = format!("`{sign}` is not the sign of {}", self.terms.currency);
        self.problems.push(Problem::Misplaced { at: span, what, help: "the currency is stated at the head of the file".into() });
        None
    }

    fn quantity(&mut self, n: Decimal, unit: &Unit, span: crate::source::Span) -> Option<Expr> {
        let number = |dim| Some(Expr { kind: ExprKind::Number(n), ty: Type::Quantity(dim), span });
        let whole = |factor: i64, ty| {
            let n = n.is_integer().then(|| n.to_i64()).flatten()?.checked_mul(factor)?;
            Some(Expr { kind: ExprKind::Whole(n), ty, span })
        };
        let made = match unit {
            Unit::Shares => number(Dim::SHARES),
            Unit::Days => number(Dim::DAYS),
            Unit::TradingDays => whole(1, Type::TradingDays),
            Unit::Months => whole(1, Type::Months),
            Unit::Years => whole(12, Type::Months),
            Unit::Currency(code) | Unit::CurrencyPerShare(code) if *code != self.terms.currency && code != "money" => {
                let what = format!("the currency of these terms is {}, not {code}", self.terms.currency);
                return self.misplaced(span, &what, "terms have one currency");
            }
            Unit::Currency(_) => number(Dim::MONEY),
            Unit::CurrencyPerShare(_) => number(Dim::PER_SHARE),
        };
        if made.is_none() {
            return self.misplaced(span, "trading days, months and years are counted in whole numbers", "");
        }
        made
    }

    fn first_of(&mut self, env: &mut Env, rungs: &[ast::Rung], want: Option<&Type>, span: crate::source::Span) -> Option<Expr> {
        let mut out: Vec<Rung> = Vec::new();
        let mut ty: Option<Type> = want.cloned();
        let mut ok = true;
        for rung in rungs {
            let when = match &rung.when {
                None => None,
                Some(w) => match self.condition(env, w) {
                    None => {
                        ok = false;
                        continue;
                    }
                    some => some,
                },
            };
            let (outcome, at) = match &rung.outcome {
                ast::Outcome::Failure(f) => match self.failure(env, f) {
                    Some(f) => (Outcome::Failure(f), rung.when.as_ref().map_or(span, |w| w.span)),
                    None => {
                        ok = false;
                        continue;
                    }
                },
                ast::Outcome::Value(e) => {
                    let Some(value) = self.expr(env, e, ty.as_ref()) else {
                        ok = false;
                        continue;
                    };
                    let at = value.span;
                    let value = match (&ty, out.is_empty() && want.is_none()) {
                        (Some(Type::Enum(a)), _) if matches!(value.ty, Type::Enum(_)) => {
                            let mut words = a.clone();
                            if let Type::Enum(b) = &value.ty {
                                words.extend(b.iter().filter(|w| !a.contains(w)));
                            }
                            if want.is_none() {
                                ty = Some(Type::Enum(words));
                            }
                            value
                        }
                        (Some(t), false) => {
                            let t = t.clone();
                            match self.fits(value, &t) {
                                Some(v) => v,
                                None => {
                                    ok = false;
                                    continue;
                                }
                            }
                        }
                        _ => {
                            ty = Some(value.ty.clone());
                            value
                        }
                    };
                    (Outcome::Value(value), at)
                }
            };
            out.push(Rung { label: rung.label.clone(), when, otherwise: rung.otherwise, outcome, span: at });
        }
        if !ok {
            return None;
        }
        super::cases::check(self, &out, span);
        let Some(ty) = ty else {
            return self.misplaced(span, "a waterfall needs at least one case with a value", "");
        };
        Some(Expr { kind: ExprKind::FirstOf(out), ty, span })
    }

    fn list(&mut self, env: &mut Env, values: &[ast::Expr], want: Option<&Type>, span: crate::source::Span) -> Option<Expr> {
        let mut item = match want {
            Some(Type::List(shape)) => self.terms.shapes.get(shape.at()).and_then(|s| s.fields.first()).map(|f| f.1.clone()),
            _ => None,
        };
        let mut lines = Vec::new();
        for v in values {
            let value = self.expr(env, v, item.as_ref())?;
            let value = match item.clone() {
                Some(item) => self.fits(value, &item)?,
                None => value,
            };
            item = Some(value.ty.clone());
            lines.push(vec![Some(value)]);
        }
        let ty = match (want, item) {
            (Some(Type::List(shape)), _) => Type::List(*shape),
            (_, Some(item)) => {
                let fields = vec![("value".to_owned(), item, false)];
                Type::List(self.shape_id(crate::terms::Shape { fields, plain: true, makes: Vec::new() }))
            }
            _ => return self.misplaced(span, "an empty list has no type here", ""),
        };
        Some(Expr { kind: ExprKind::Lines(lines), ty, span })
    }

    pub(super) fn records(
        &mut self,
        env: &mut Env,
        lines: &[Vec<(ast::Ident, ast::Expr)>],
        want: Option<&Type>,
        span: crate::source::Span,
    ) -> Option<Expr> {
        let Some(Type::List(shape)) = want else {
            return self.misplaced(span, "a list of records stands only where its fields are known", "");
        };
        let fields = self.terms.shapes.get(shape.at())?.fields.clone();
        let mut out = Vec::new();
        for line in lines {
            let mut values: Vec<Option<Expr>> = vec![None; fields.len()];
            for (name, value) in line {
                let Some(at) = fields.iter().position(|f| f.0 == name.name) else {
                    let nearest = super::name::nearest(&name.name, fields.iter().map(|f| f.0.as_str()));
                    let what = "field of the line".to_owned();
                    self.problems.push(Problem::UnknownName { at: name.span, name: name.name.clone(), what, nearest });
                    return None;
                };
                let ty = fields.get(at)?.1.clone();
                let value = self.typed(env, value, &ty)?;
                if let Some(slot) = values.get_mut(at) {
                    *slot = Some(value);
                }
            }
            out.push(values);
        }
        Some(Expr { kind: ExprKind::Lines(out), ty: Type::List(*shape), span })
    }

    /// A refusal or a stop.
    pub(super) fn failure(&mut self, env: &mut Env, f: &ast::Failure) -> Option<Failure> {
        let text = self.template(env, &f.text)?;
        let mut with = Vec::new();
        for b in &f.with {
            let value = self.expr(env, &b.value, None)?;
            with.push((b.path.iter().map(|p| p.name.clone()).collect(), value));
        }
        Some(Failure { stop: f.stop, text, with, clause: None, span: f.text.span })
    }

    /// Text with values in it.
    pub(super) fn template(&mut self, env: &mut Env, t: &ast::Text) -> Option<TextTemplate> {
        let mut parts = Vec::new();
        for chunk in &t.chunks {
            match chunk {
                ast::Chunk::Plain(s) => parts.push(TextPart::Plain(s.clone())),
                ast::Chunk::Hole(e) => {
                    let value = self.expr(env, e, None)?;
                    if value.ty != Type::NUMBER || !super::percent::is_one(self.items(), e) {
                        parts.push(TextPart::Value(value));
                        continue;
                    }
                    // what is declared as a percentage is told as one
                    let span = value.span;
                    let hundred = Expr { kind: ExprKind::Number(Decimal::ONE_HUNDRED), ty: Type::NUMBER, span };
                    let kind = ExprKind::Arithmetic(crate::terms::Operator::Multiply, Box::new(value), Box::new(hundred));
                    parts.push(TextPart::Value(Expr { kind, ty: Type::NUMBER, span }));
                    parts.push(TextPart::Plain("%".into()));
                }
            }
        }
        Some(TextTemplate { parts })
    }
}

/// A percentage as a number.
fn percent(n: Decimal) -> Decimal {
    n.checked_mul(Decimal::new(1, 2)).unwrap_or(n)
}

/// The number of a day.
pub(super) fn day_number(d: chrono::NaiveDate) -> i64 {
    i64::from(d.num_days_from_ce())
}
