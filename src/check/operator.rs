//! Arithmetic and comparison: dimensions on both sides.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use super::typed::{fits, unit_advice};
use crate::source::Span;
use crate::syntax::ast::{self, Alternatives, ExprKind as A, Ident};
use crate::terms::{Comparison, Dim, Expr, ExprKind, Operator, Standing, Type};
use rust_decimal::prelude::ToPrimitive;

impl Checker<'_> {
    /// Two values of one dimension.
    pub(super) fn same(&mut self, a: &Expr, b: &Expr, verb: &'static str, at: Span) -> Option<()> {
        let ok = match (a.ty.dim(), b.ty.dim()) {
            (Some(x), Some(y)) => x == y,
            _ => fits(&a.ty, &b.ty) || fits(&b.ty, &a.ty),
        };
        if ok {
            return Some(());
        }
        self.dimensions(a, b, verb, at)
    }

    fn dimensions<T>(&mut self, a: &Expr, b: &Expr, verb: &'static str, at: Span) -> Option<T> {
        let day = self.day_advice(b, &a.ty).or_else(|| self.day_advice(a, &b.ty));
        let day = day.or_else(|| self.part_advice(a, b)).or_else(|| self.word_advice(a, b).or_else(|| self.word_advice(b, a)));
        let day = day.or_else(|| self.unit_of(a, b)).or_else(|| self.unit_of(b, a));
        let mut hint = day.unwrap_or_else(|| self.advice(&b.ty, &a.ty));
        if hint.is_empty() {
            hint = self.advice(&a.ty, &b.ty);
        }
        if hint.is_empty() {
            hint = self.way(a, b, verb).or_else(|| self.way(b, a, verb)).unwrap_or_default();
        }
        let (left, right) = (self.type_name(&a.ty), self.type_name(&b.ty));
        self.problems.push(Problem::Dimensions { at, left, left_at: a.span, right, right_at: b.span, verb, hint });
        None
    }

    /// What brings two kinds together.
    fn way(&self, a: &Expr, b: &Expr, verb: &str) -> Option<String> {
        let counts = matches!(b.ty, Type::Months | Type::TradingDays) || b.ty == Type::Quantity(Dim::DAYS);
        if a.ty == Type::Date && counts && verb == "compared" {
            let (day, period) = (self.source_text(a.span), self.source_text(b.span));
            return Some(format!(
                "a day is compared with a day, such as `… + {period}` from another; the days since one are `{day} - …`"
            ));
        }
        let kinds = (a.ty.dim()?, b.ty.dim()?);
        let money =
            kinds == (Dim::SHARES, Dim::MONEY) || kinds == (Dim::PER_SHARE, Dim::MONEY) || kinds == (Dim::PER_SHARE, Dim::SHARES);
        money.then(|| "shares times a price are money, and money by a price is shares: bring both to one kind".to_owned())
    }

    /// The unit that a number beside a value needs.
    fn unit_of(&self, a: &Expr, b: &Expr) -> Option<String> {
        let wanted = if a.ty == Type::Date { Type::Quantity(Dim::DAYS) } else { a.ty.clone() };
        unit_advice(b, &wanted, &self.terms.currency)
    }

    /// A percentage alone beside an amount.
    fn part_advice(&self, a: &Expr, b: &Expr) -> Option<String> {
        let part = self.source_text(b.span);
        (part.ends_with('%') && b.ty == Type::NUMBER).then(|| {
            let whole = self.source_text(a.span);
            format!("a percentage is a part of something: `{part} of {whole}`")
        })
    }

    /// A word in quotation marks.
    fn word_advice(&self, a: &Expr, b: &Expr) -> Option<String> {
        let text = self.source_text(b.span);
        let quoted = text.starts_with(['"', '“']) && matches!(a.ty, Type::Enum(_)) && b.ty == Type::Text;
        quoted.then(|| format!("a word stands without quotation marks: `{}`", text.trim_matches(['"', '“', '”'])))
    }

    /// `a × b`
    pub(super) fn binary(&mut self, env: &mut Env, op: Operator, a: &ast::Expr, b: &ast::Expr, span: Span) -> Option<Expr> {
        let (a, b) = (self.expr(env, a, None), self.expr(env, b, None));
        let (a, b) = (a?, b?);
        if let Some(moved) = self.shift(op, &a, &b, span) {
            return Some(moved);
        }
        if let Some(counted) = counted(op, &a, &b, span) {
            return Some(counted);
        }
        let (Some(x), Some(y)) = (a.ty.dim(), b.ty.dim()) else {
            return self.dimensions(&a, &b, verb(op), span);
        };
        let ty = match op {
            Operator::Add | Operator::Subtract if x == y => Type::Quantity(x),
            Operator::Add | Operator::Subtract => return self.dimensions(&a, &b, verb(op), span),
            Operator::Multiply => ratio_or(&a, &b, self.kept_unit(x.times(y), span)?),
            Operator::Divide if matches!(&b.kind, ExprKind::Number(n) if n.is_zero()) => {
                return self.misplaced(b.span, "this divides by zero", "");
            }
            Operator::Divide => ratio_or(&a, &b, self.kept_unit(x.per(y), span)?),
            Operator::Power => {
                if y != Dim::NUMBER {
                    return self.wrong(&b, "a number");
                }
                let n = match &b.kind {
                    ExprKind::Number(n) if n.is_integer() => Some(*n),
                    _ => None,
                };
                match n {
                    _ if x == Dim::NUMBER => Type::NUMBER,
                    Some(n) => Type::Quantity(self.kept_unit(n.to_i8().and_then(|n| x.to_the(n)), span)?),
                    None => return self.wrong(&a, "a number without a unit, or a whole number as power"),
                }
            }
        };
        Some(Expr { kind: ExprKind::Arithmetic(op, Box::new(a), Box::new(b)), ty, span })
    }

    /// A unit that can be kept.
    fn kept_unit(&mut self, unit: Option<Dim>, span: Span) -> Option<Dim> {
        if unit.is_none() {
            let what = "a unit here has a power beyond 127";
            return self.misplaced(span, what, "divide by units on the way, or compute with plain numbers");
        }
        unit
    }

    /// A day moved, or the days between two.
    fn shift(&mut self, op: Operator, a: &Expr, b: &Expr, span: Span) -> Option<Expr> {
        let back = match op {
            Operator::Add => false,
            Operator::Subtract => true,
            Operator::Multiply | Operator::Divide | Operator::Power => return None,
        };
        let by_days = matches!(b.ty, Type::TradingDays | Type::Months) || b.ty == Type::Quantity(Dim::DAYS);
        match (&a.ty, &b.ty) {
            (Type::Date, Type::Date) if back => {
                let kind = ExprKind::DaysBetween(Box::new(b.clone()), Box::new(a.clone()));
                Some(Expr { kind, ty: Type::Quantity(Dim::DAYS), span })
            }
            (Type::Date, _) if by_days => {
                let kind = ExprKind::Shift { day: Box::new(a.clone()), by: Box::new(b.clone()), back };
                Some(Expr { kind, ty: Type::Date, span })
            }
            _ => None,
        }
    }

    /// `a < b`
    pub(super) fn compare(&mut self, env: &mut Env, c: Comparison, a: &ast::Expr, b: &ast::Expr, span: Span) -> Option<Expr> {
        let left = self.expr(env, a, None);
        let right = self.expr(env, b, left.as_ref().map(|l| l.ty.clone()).as_ref());
        let (a, b) = (left?, right?);
        let ordered = |ty: &Type| ty.is_decimal() || matches!(ty, Type::Date | Type::Moment | Type::Months | Type::TradingDays);
        if !ordered(&a.ty) {
            return self.wrong(&a, "something that can be more or less");
        }
        self.same(&a, &b, "compared", span)?;
        Some(Expr { kind: ExprKind::Compare(c, Box::new(a), Box::new(b)), ty: Type::YesNo, span })
    }

    /// `a is b`
    pub(super) fn is(&mut self, env: &mut Env, value: &ast::Expr, of: &Alternatives, span: Span) -> Option<Expr> {
        let words: Vec<Ident> = match of {
            Alternatives::Either(words) => words.clone(),
            Alternatives::Breached => vec![Ident { name: "breached".into(), span }],
            Alternatives::Word(word) => vec![word.clone()],
            Alternatives::One(x) => match &x.kind {
                A::Name(word) => vec![word.clone()],
                _ => Vec::new(),
            },
        };
        if let Some(asked) = self.is_reading(value, &words, span) {
            return asked;
        }
        if let Some(asked) = self.is_standing(env, value, &words, span) {
            return asked;
        }
        let left = self.expr(env, value, None)?;
        if let (false, [word]) = (matches!(left.ty, Type::Enum(_)), words.as_slice())
            && matches!(word.name.as_str(), "known" | "unknown" | "given" | "missing" | "stated" | "present" | "empty" | "absent")
            && !self.can_be_value(env, &word.name)
        {
            let said = crate::syntax::print::expression(value);
            let help = format!("ask `known {said}`, or `not known {said}`");
            return self.misplaced(word.span, "whether a value is there is asked with `known`", &help);
        }
        if let (Type::Entry(kinds), [word]) = (&left.ty, words.as_slice())
            && let Some(kind) = self.names.kinds.get(&word.name).copied()
            && kinds.len() > 1
        {
            return Some(Expr { kind: ExprKind::IsKind(Box::new(left), kind), ty: Type::YesNo, span });
        }
        if let Type::Enum(known) = left.ty.clone() {
            let one_name = matches!(of, Alternatives::One(x) if matches!(x.kind, A::Name(_)));
            let all: Vec<_> = words.iter().map(|w| known.iter().copied().find(|k| self.terms.word(*k) == w.name)).collect();
            if !words.is_empty() && all.iter().all(Option::is_some) {
                let words = all.into_iter().flatten().collect();
                return Some(Expr { kind: ExprKind::OneOf(Box::new(left), words), ty: Type::YesNo, span });
            }
            let elsewhere = one_name && words.first().is_some_and(|w| self.can_be_value(env, &w.name));
            if !words.is_empty() && !elsewhere {
                let known: Vec<String> = known.iter().map(|k| self.terms.word(*k).to_owned()).collect();
                for (word, _) in words.iter().zip(&all).filter(|(_, k)| k.is_none()) {
                    self.none_of(word, format!("alternative of `{}`", crate::syntax::print::expression(value)), &known);
                }
                return None;
            }
        }
        let right = match of {
            Alternatives::One(x) => self.expr(env, x, Some(&left.ty))?,
            Alternatives::Either(_) | Alternatives::Breached | Alternatives::Word(_) => {
                return self.wrong(&left, "one of several words");
            }
        };
        self.same(&left, &right, "compared", span)?;
        Some(Expr { kind: ExprKind::Equal(Box::new(left), Box::new(right)), ty: Type::YesNo, span })
    }

    fn can_be_value(&self, env: &Env, word: &str) -> bool {
        env.find(word).is_some()
            || self.names.states.keys().any(|(_, n)| n == word)
            || self.names.defs.keys().any(|(_, n)| n == word)
    }

    /// `floor is nominal`, where `floor` is a reading.
    fn is_reading(&mut self, value: &ast::Expr, words: &[Ident], span: Span) -> Option<Option<Expr>> {
        let A::Name(name) = &value.kind else { return None };
        let id = self.names.readings.get(&name.name).copied()?;
        self.used.readings.insert(id);
        let alternatives: Vec<String> =
            self.terms.readings.get(id.at()).map(|r| r.alternatives.iter().map(|(w, _)| w.clone()).collect()).unwrap_or_default();
        let mut chosen = Vec::new();
        for word in words {
            match alternatives.iter().position(|a| *a == word.name) {
                Some(at) => chosen.push(u32::try_from(at).unwrap_or(0)),
                None => {
                    self.none_of(word, format!("alternative of the reading `{}`", name.name), &alternatives);
                    return Some(None);
                }
            }
        }
        if chosen.is_empty() {
            return Some(self.misplaced(span, "a reading is compared with one of its alternatives", ""));
        }
        Some(Some(Expr { kind: ExprKind::Reading(id, chosen), ty: Type::YesNo, span }))
    }

    /// `exercise.shares_due is breached`, where `shares_due` is an obligation.
    fn is_standing(&mut self, env: &mut Env, value: &ast::Expr, words: &[Ident], span: Span) -> Option<Option<Expr>> {
        let A::Dot(base, name) = &value.kind else { return None };
        let id = self.names.obligations.get(&name.name).copied()?;
        let row = match self.expr(env, base, None) {
            Some(row) if matches!(row.ty, Type::Entry(_)) => row,
            Some(row) => return Some(self.wrong(&row, "an entry")),
            None => return Some(None),
        };
        let mut asked = Vec::new();
        for word in words {
            let standing = match word.name.as_str() {
                "open" => Standing::Open,
                "met" => Standing::Met,
                "late" => Standing::Late,
                "breached" => Standing::Breached,
                _ => {
                    let known = ["open", "met", "late", "breached"].map(str::to_owned);
                    self.none_of(word, "way for an obligation to stand".to_owned(), &known);
                    return Some(None);
                }
            };
            let kind = ExprKind::Obligation(id, Box::new(row.clone()), standing);
            asked.push(Expr { kind, ty: Type::YesNo, span });
        }
        Some(match asked.len() {
            0 => None,
            1 => asked.pop(),
            _ => Some(Expr { kind: ExprKind::Any(asked), ty: Type::YesNo, span }),
        })
    }
}

/// Months and trading days are counted: sums and differences of them, so many times one of them, one of them by another.
fn counted(op: Operator, a: &Expr, b: &Expr, span: Span) -> Option<Expr> {
    let counts = |ty: &Type| matches!(ty, Type::Months | Type::TradingDays);
    let zero = Expr { kind: ExprKind::Whole(0), ty: Type::Date, span };
    let number = |x: &Expr| match counts(&x.ty) {
        true => Expr { kind: ExprKind::DaysBetween(Box::new(zero.clone()), Box::new(x.clone())), ty: Type::NUMBER, span: x.span },
        false => x.clone(),
    };
    let ty = match (op, &a.ty, &b.ty) {
        (Operator::Add | Operator::Subtract, x, y) if counts(x) && x == y => Some(x.clone()),
        (Operator::Multiply, x, y) if counts(x) && y.dim() == Some(Dim::NUMBER) => Some(x.clone()),
        (Operator::Multiply, x, y) if counts(y) && x.dim() == Some(Dim::NUMBER) => Some(y.clone()),
        (Operator::Divide, x, y) if counts(x) && x == y => None,
        _ => return None,
    };
    let value = Expr { kind: ExprKind::Arithmetic(op, Box::new(number(a)), Box::new(number(b))), ty: Type::NUMBER, span };
    Some(match ty {
        None => value,
        Some(ty) => {
            let by = Expr { ty: Type::Quantity(Dim::DAYS), ..value };
            Expr { kind: ExprKind::Shift { day: Box::new(zero), by: Box::new(by), back: false }, ty, span }
        }
    })
}

/// The type of a product: ratios stay ratios among numbers.
fn ratio_or(a: &Expr, b: &Expr, dim: Dim) -> Type {
    let ratio = a.ty == Type::Ratio || b.ty == Type::Ratio;
    if ratio && dim == Dim::NUMBER { Type::Ratio } else { Type::Quantity(dim) }
}

/// What an operation does to its sides.
const fn verb(op: Operator) -> &'static str {
    match op {
        Operator::Add => "added",
        Operator::Subtract => "subtracted from one another",
        Operator::Multiply => "multiplied",
        Operator::Divide => "divided",
        Operator::Power => "raised to one another",
    }
}
