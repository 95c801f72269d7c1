//! What is written as a tree of words and parts, with a key for what it means whatever its layout.

use super::blank::{self, BLANK};
use crate::syntax::ast::{Alternatives, Comparison, Expr, ExprKind, Ident, Operator, Text, Unit};
use crate::syntax::print::expression;
use rust_decimal::Decimal;

/// Words with parts among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    /// The words, a blank for each part.
    pub frame: String,
    /// The parts.
    pub parts: Vec<Self>,
    /// How it is compared with another.
    pub sort: Sort,
    /// What it means: equal keys say the same.
    pub key: String,
    /// The keys of what it adds up, or multiplies.
    chain: Option<(Operator, Vec<String>)>,
}

/// How a phrase is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A formula.
    Formula,
    /// Brackets around one part, which mean nothing by themselves.
    Brackets,
    /// Parts whose order means nothing.
    Unordered,
    /// Text, or parts that stand side by side: compared word by word.
    Words,
}

impl Phrase {
    /// Words alone.
    pub(super) fn words(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { key: text.clone(), frame: text, parts: Vec::new(), sort: Sort::Words, chain: None }
    }

    /// Words that are one thing, and differ as a whole.
    pub(super) fn atom(text: impl Into<String>) -> Self {
        Self { sort: Sort::Formula, ..Self::words(text) }
    }

    /// Words around parts.
    pub(super) fn around(frame: impl Into<String>, parts: Vec<Self>) -> Self {
        let frame = frame.into();
        let key = keyed(&frame, parts.iter().map(|p| p.key.as_str()));
        Self { frame, parts, sort: Sort::Words, key, chain: None }
    }

    /// Parts in any order.
    pub(super) fn any(joint: &str, parts: Vec<Self>) -> Self {
        let frame = vec![BLANK; parts.len()].join(joint);
        let mut keys: Vec<&str> = parts.iter().map(|p| p.key.as_str()).collect();
        keys.sort_unstable();
        let key = if parts.len() == 1 { keys.concat() } else { keyed(joint, keys.into_iter()) };
        Self { frame, parts, sort: Sort::Unordered, key, chain: None }
    }

    /// Names in any order.
    pub(super) fn names(joint: &str, names: &[Ident]) -> Self {
        Self::any(joint, names.iter().map(|n| Self::words(n.name.clone())).collect())
    }

    /// Text in quotation marks.
    pub(super) fn text(text: &Text) -> Self {
        Self::formula(&Expr { kind: ExprKind::Text(text.clone()), span: text.span })
    }

    /// An expression.
    pub(super) fn formula(e: &Expr) -> Self {
        match &e.kind {
            ExprKind::Brackets(x) => {
                let inner = Self::formula(x);
                let (key, chain) = (inner.key.clone(), inner.chain.clone());
                Self { frame: format!("({BLANK})"), parts: vec![inner], sort: Sort::Brackets, key, chain }
            }
            ExprKind::And(xs) => Self::any(" and ", operands(xs, true)),
            ExprKind::Or(xs) => Self::any(" or ", operands(xs, false)),
            _ => {
                let (frame, parts) = blank::split(e, expression);
                let parts: Vec<Self> = parts.iter().map(Self::formula).collect();
                let chain = chain(e, &parts);
                let key = match &chain {
                    Some((op, keys)) => keyed(if *op == Operator::Add { "+" } else { "×" }, keys.iter().map(String::as_str)),
                    None => meaning(e, &parts).unwrap_or_else(|| keyed(&frame, parts.iter().map(|p| p.key.as_str()))),
                };
                let sort = if matches!(e.kind, ExprKind::Text(_)) { Sort::Words } else { Sort::Formula };
                Self { frame, parts, sort, key, chain }
            }
        }
    }

    /// What stands inside brackets.
    pub(super) fn inside(&self) -> &Self {
        match self.parts.as_slice() {
            [inner] if self.sort == Sort::Brackets => inner.inside(),
            _ => self,
        }
    }

    /// As text.
    pub(super) fn plain(&self) -> String {
        let mut out = String::new();
        let mut parts = self.parts.iter();
        for (n, words) in self.frame.split(BLANK).enumerate() {
            if n > 0 {
                out.push_str(&parts.next().map_or_else(String::new, Self::plain));
            }
            out.push_str(words);
        }
        out
    }
}

/// A key of words and keys.
fn keyed<'k>(words: &str, keys: impl Iterator<Item = &'k str>) -> String {
    format!("⟨{words}⟩{}", keys.map(|k| format!("⟨{k}⟩")).collect::<String>())
}

/// The operands of `and` or `or`, those of the same within included.
fn operands(xs: &[Expr], and: bool) -> Vec<Phrase> {
    let mut out = Vec::new();
    for x in xs {
        match (&bare(x).kind, and) {
            (ExprKind::And(more), true) | (ExprKind::Or(more), false) => out.extend(operands(more, and)),
            _ => out.push(Phrase::formula(x)),
        }
    }
    out
}

/// An expression without the brackets around it.
fn bare(e: &Expr) -> &Expr {
    match &e.kind {
        ExprKind::Brackets(x) => bare(x),
        _ => e,
    }
}

/// What a sum adds up, or a product multiplies, in one order.
fn chain(e: &Expr, parts: &[Phrase]) -> Option<(Operator, Vec<String>)> {
    let (op, mut keys) = match (&e.kind, parts) {
        (ExprKind::Binary(op @ (Operator::Add | Operator::Multiply), ..), parts) => {
            let each = |p: &Phrase| match &p.chain {
                Some((other, keys)) if other == op => keys.clone(),
                _ => vec![p.key.clone()],
            };
            (*op, parts.iter().flat_map(each).collect())
        }
        (ExprKind::PercentOf(n, _), [of]) => {
            (Operator::Multiply, vec![number(n.checked_div(Decimal::ONE_HUNDRED)?), of.key.clone()])
        }
        _ => return None,
    };
    keys.sort_unstable();
    Some((op, keys))
}

/// The key of an expression that can be written in several ways.
fn meaning(e: &Expr, parts: &[Phrase]) -> Option<String> {
    let part = |n: usize| parts.get(n).map_or("", |p| p.key.as_str());
    Some(match &e.kind {
        ExprKind::Number(n) => number(*n),
        ExprKind::Percent(n) => number(n.checked_div(Decimal::ONE_HUNDRED)?),
        ExprKind::Money { amount, per_share, .. } => money(*amount, *per_share),
        ExprKind::Quantity(n, Unit::Currency(_)) => money(*n, false),
        ExprKind::Quantity(n, Unit::CurrencyPerShare(_)) => money(*n, true),
        ExprKind::Quantity(n, unit) => format!("#{} {unit:?}", n.normalize()),
        ExprKind::Compare(Comparison::More, ..) => keyed("<", [part(1), part(0)].into_iter()),
        ExprKind::Compare(Comparison::Less, ..) => keyed("<", [part(0), part(1)].into_iter()),
        ExprKind::Compare(Comparison::AtLeast, ..) => keyed("<=", [part(1), part(0)].into_iter()),
        ExprKind::Compare(Comparison::AtMost, ..) => keyed("<=", [part(0), part(1)].into_iter()),
        ExprKind::Is { not, of, .. } => {
            let mut words: Vec<&str> = match of {
                Alternatives::Either(words) => words.iter().map(|w| w.name.as_str()).collect(),
                Alternatives::Breached => vec!["breached"],
                Alternatives::One(x) => match &bare(x).kind {
                    ExprKind::Name(n) => vec![n.name.as_str()],
                    _ => vec![part(1)],
                },
                Alternatives::Word(w) => vec![w.name.as_str()],
            };
            words.sort_unstable();
            let is = keyed("is", std::iter::once(part(0)).chain(words));
            if *not { opposite(&is) } else { is }
        }
        ExprKind::Not(_) => opposite(part(0)),
        _ => return None,
    })
}

/// The key of the opposite.
fn opposite(key: &str) -> String {
    let twice = key.strip_prefix("⟨not⟩⟨").and_then(|k| k.strip_suffix('⟩'));
    twice.map_or_else(|| keyed("not", std::iter::once(key)), str::to_owned)
}

fn number(n: Decimal) -> String {
    format!("#{}", n.normalize())
}

fn money(amount: Decimal, per_share: bool) -> String {
    format!("#{} money{}", amount.normalize(), if per_share { "/share" } else { "" })
}
