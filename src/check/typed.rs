//! Types as written to types as meant, their names, and whether a value fits.

use super::Problem;
use super::declare::Checker;
use crate::syntax::ast::{self, TypeKind};
use crate::syntax::{date_advice, dates_meant};
use crate::terms::{Dim, Expr, ExprKind, KindId, Shape, ShapeId, Type, WordId};

impl Checker<'_> {
    /// A type.
    pub(super) fn ty(&mut self, ty: &ast::Type) -> Option<Type> {
        match &ty.kind {
            TypeKind::TradingDays => Some(Type::TradingDays),
            TypeKind::Per(a, b) if a == "yes" && b == "no" => Some(Type::YesNo),
            TypeKind::Per(a, b) => {
                let dims = self.unit(a).zip(self.unit(b));
                if dims.is_none() {
                    let wrong = if self.unit(a).is_none() { a } else { b };
                    self.unknown_type(ty, wrong);
                }
                dims.and_then(|(a, b)| a.per(b)).map(Type::Quantity)
            }
            TypeKind::Enum(words) => Some(Type::Enum(words.iter().map(|w| self.word(&w.name)).collect())),
            TypeKind::New(_) => Some(Type::Text),
            TypeKind::Any(kind) => self.kept_kind(kind).map(|k| Type::Entry(vec![k])),
            TypeKind::List(inner) => self.shape(inner).map(Type::List),
            TypeKind::Record(_) => {
                let help = "write `list of { … }`".to_owned();
                self.problems.push(Problem::Misplaced { at: ty.span, what: "a record stands only in a list".into(), help });
                None
            }
            TypeKind::Choice(..) => self.misplaced(ty.span, "a type told by another field belongs to a field of an event", ""),
            TypeKind::Names(names) => self.named(ty, names),
        }
    }

    fn named(&mut self, ty: &ast::Type, names: &[ast::Ident]) -> Option<Type> {
        if let [one] = names {
            let simple = match one.name.as_str() {
                "number" => Some(Type::NUMBER),
                "ratio" => Some(Type::Ratio),
                "date" => Some(Type::Date),
                "moment" => Some(Type::Moment),
                "months" => Some(Type::Months),
                "text" => Some(Type::Text),
                word => self.unit(word).map(Type::Quantity),
            };
            if simple.is_some() {
                return simple;
            }
        }
        let mut kinds: Vec<KindId> = Vec::new();
        for name in names {
            match self.names.kinds.get(&name.name).copied() {
                Some(kind) => kinds.push(kind),
                None => {
                    self.unknown_type(ty, &name.name);
                    return None;
                }
            }
        }
        Some(Type::Entry(kinds))
    }

    fn unknown_type(&mut self, ty: &ast::Type, name: &str) {
        const KNOWN: [&str; 10] = ["number", "ratio", "date", "moment", "months", "text", "shares", "days", "yes/no", "USD"];
        let other = match name {
            "amount" | "dollars" | "currency" => Some(format!("an amount is of the currency: `{}`", self.terms.currency)),
            "price" => Some(format!("a price is money for each share: `{}/share`", self.terms.currency)),
            "string" | "str" | "word" => Some("write `text`, or the words a value may have: `cash | stock`".to_owned()),
            "bool" | "boolean" | "yes" | "no" => Some("write `yes/no`".to_owned()),
            "int" | "integer" | "float" | "decimal" | "percent" | "percentage" | "fraction" => Some("write `number`".to_owned()),
            "datetime" | "time" | "timestamp" => Some("write `moment`".to_owned()),
            "years" => Some("write `months`, or `days`".to_owned()),
            _ => None,
        };
        let code = name.len() == 3 && name.bytes().all(|b| b.is_ascii_uppercase());
        let other = other.or_else(|| code.then(|| format!("amounts are in the currency of the file: `{}`", self.terms.currency)));
        if let Some(help) = other {
            self.problems.push(Problem::Meant { at: ty.span, name: name.to_owned(), what: "type".into(), help });
            return;
        }
        let kinds = self.names.kinds.keys().map(String::as_str);
        let nearest = super::name::nearest(name, KNOWN.into_iter().chain(kinds));
        if nearest.is_none() {
            let c = &self.terms.currency;
            let help = format!(
                "types are `number`, `shares`, `{c}`, `{c}/share`, `days`, `months`, `date`, `moment`, `text`, `yes/no`, words such as `cash | stock`, and events that are kept"
            );
            self.problems.push(Problem::Meant { at: ty.span, name: name.to_owned(), what: "type".into(), help });
            return;
        }
        self.problems.push(Problem::UnknownName { at: ty.span, name: name.to_owned(), what: "type".into(), nearest });
    }

    /// The dimension of a unit.
    fn unit(&self, word: &str) -> Option<Dim> {
        match word {
            "number" => Some(Dim::NUMBER),
            "shares" | "share" => Some(Dim::SHARES),
            "days" | "day" => Some(Dim::DAYS),
            "money" => Some(Dim::MONEY),
            code if code == self.terms.currency => Some(Dim::MONEY),
            _ => None,
        }
    }

    /// The shape of a list of values or records.
    fn shape(&mut self, inner: &ast::Type) -> Option<ShapeId> {
        let shape = match &inner.kind {
            TypeKind::Record(fields) => {
                let mut out = Vec::new();
                let mut makes = Vec::new();
                for f in fields {
                    if let TypeKind::New(kind) = &f.ty.kind
                        && let Some(kind) = self.kind_id(kind)
                    {
                        makes.push((crate::terms::FieldId::from(out.len()), kind));
                    }
                    out.push((f.name.name.clone(), self.ty(&f.ty)?, f.optional));
                }
                Shape { fields: out, plain: false, makes }
            }
            _ => Shape { fields: vec![("value".to_owned(), self.ty(inner)?, false)], plain: true, makes: Vec::new() },
        };
        Some(self.shape_id(shape))
    }

    /// The number of a shape.
    pub(super) fn shape_id(&mut self, shape: Shape) -> ShapeId {
        if let Some(at) = self.terms.shapes.iter().position(|s| *s == shape) {
            return ShapeId::from(at);
        }
        self.terms.shapes.push(shape);
        ShapeId::from(self.terms.shapes.len() - 1)
    }

    /// A type as people write it.
    pub(super) fn type_name(&self, ty: &Type) -> String {
        let kind = |k: &KindId| self.terms.kind(*k).map_or("?", |k| k.name.as_str()).to_owned();
        let words = |w: &[WordId]| w.iter().map(|w| self.terms.word(*w)).collect::<Vec<_>>().join(" | ");
        match ty {
            Type::Quantity(dim) => self.dim_name(*dim),
            Type::Ratio => "a ratio".into(),
            Type::Date => "a date".into(),
            Type::Moment => "a moment".into(),
            Type::Months => "a number of months".into(),
            Type::TradingDays => "a number of trading days".into(),
            Type::YesNo => "a condition".into(),
            Type::Text => "text".into(),
            Type::Enum(w) => format!("one of {}", words(w)),
            Type::Entry(kinds) => format!("a {}", kinds.iter().map(kind).collect::<Vec<_>>().join(" or ")),
            Type::List(_) => "a list".into(),
            Type::Line(_) => "a line of a list".into(),
        }
    }

    fn dim_name(&self, dim: Dim) -> String {
        let part = |power: i8, unit: &str| match power {
            1 => unit.to_owned(),
            n => format!("{unit}^{n}"),
        };
        let all = [(dim.money, self.terms.currency.as_str()), (dim.shares, "shares"), (dim.days, "days")];
        let above: Vec<String> = all.iter().filter(|(p, _)| *p > 0).map(|(p, u)| part(*p, u)).collect();
        let below: Vec<String> = all
            .iter()
            .filter(|(p, _)| *p < 0)
            .map(|(p, u)| part(-*p, if *p == -1 { u.trim_end_matches('s') } else { u }))
            .collect();
        match (above.is_empty(), below.is_empty()) {
            (true, true) => "a number".into(),
            (false, true) => above.join(" × "),
            (true, false) => format!("1/{}", below.join("/")),
            (false, false) => format!("{}/{}", above.join(" × "), below.join("/")),
        }
    }

    /// The value as one of a type, or an error that shows both.
    pub(super) fn fits(&mut self, value: Expr, wanted: &Type) -> Option<Expr> {
        if fits(&value.ty, wanted) {
            return Some(value);
        }
        let (wanted_name, found) = (self.type_name(wanted), self.type_name(&value.ty));
        let help = self.day_advice(&value, wanted).or_else(|| unit_advice(&value, wanted, &self.terms.currency));
        let help = help.unwrap_or_else(|| self.advice(&value.ty, wanted));
        self.problems.push(Problem::WrongType { at: value.span, wanted: wanted_name, found, help });
        None
    }

    /// A date as it is written elsewhere, which reads as a sum.
    pub(super) fn day_advice(&self, value: &Expr, wanted: &Type) -> Option<String> {
        let text = self.source_text(value.span);
        let wants = matches!(wanted, Type::Date | Type::Moment) && value.ty == Type::NUMBER;
        (wants && !dates_meant(text).is_empty()).then(|| date_advice(text))
    }

    /// How one type may become another.
    pub(super) fn advice(&self, found: &Type, wanted: &Type) -> String {
        match (found, wanted) {
            (Type::Date, Type::Moment) => "a day has many moments: write `close of …`, `start of …` or `17:00 on …`".into(),
            (Type::Moment, Type::Date) => "write `.date` for the day of a moment".into(),
            (Type::Quantity(f), Type::Quantity(w)) if f.per(*w) == Some(Dim::SHARES) => "divide by `1 share`".into(),
            (Type::Quantity(f), Type::Quantity(w)) if w.per(*f) == Some(Dim::SHARES) => "multiply by `1 share`".into(),
            (Type::Quantity(f), Type::Quantity(w)) if f.per(*w) == Some(Dim::DAYS) => "divide by `1 day`".into(),
            (Type::Quantity(Dim::NUMBER), Type::Quantity(Dim::SHARES)) => "write the unit: `100 shares`".into(),
            (Type::Quantity(Dim::NUMBER), Type::Quantity(Dim::PER_SHARE)) => "write the unit: `$2.40/share`".into(),
            (Type::Quantity(Dim::MONEY), Type::Quantity(Dim::PER_SHARE)) => {
                "write `/share` after an amount for each share".into()
            }
            (Type::TradingDays | Type::Months | Type::Quantity(Dim::DAYS), Type::Moment) => {
                "a day is moved, not a moment: write `close of (… + 1 trading day)`".into()
            }
            (Type::Quantity(Dim::NUMBER), Type::Quantity(Dim::DAYS)) => "write the unit: `20 days`".into(),
            (Type::Quantity(_), Type::YesNo) => "compare it with a value, or ask whether it is there: `known …`".into(),
            _ => String::new(),
        }
    }
}

/// How a number is written with the unit that is wanted.
pub(super) fn unit_advice(value: &Expr, wanted: &Type, currency: &str) -> Option<String> {
    let (ExprKind::Number(n), Type::Quantity(Dim::NUMBER)) = (&value.kind, &value.ty) else { return None };
    let n = crate::syntax::print::number(*n);
    match wanted {
        Type::Quantity(Dim::SHARES) => Some(format!("write the unit: `{n} shares`")),
        Type::Quantity(Dim::MONEY) => Some(format!("write the currency: `{n} {currency}`")),
        Type::Quantity(Dim::PER_SHARE) => Some(format!("write the unit: `{n} {currency}/share`")),
        Type::Quantity(Dim::DAYS) => Some(format!("write the unit: `{n} days`")),
        Type::Months => Some(format!("write the unit: `{n} months`")),
        Type::TradingDays => Some(format!("write the unit: `{n} trading days`")),
        _ => None,
    }
}

/// Whether a value of one type may stand where another is wanted.
pub(super) fn fits(found: &Type, wanted: &Type) -> bool {
    match (found, wanted) {
        (Type::Enum(a), Type::Enum(b)) => a.iter().all(|w| b.contains(w)),
        (Type::Entry(a), Type::Entry(b)) => a.iter().all(|k| b.contains(k)),
        (Type::Ratio, Type::Quantity(dim)) | (Type::Quantity(dim), Type::Ratio) => *dim == Dim::NUMBER,
        (a, b) => a == b,
    }
}
