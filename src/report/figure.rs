//! The numbers a run shows, each with where it stands.

use super::json::{pad, unit};
use super::words::{Words, amount};
use crate::engine::code::Program;
use crate::engine::run::{Run, Value};
use crate::syntax::print::number;
use crate::terms::{Dim, ExprKind, Terms, Type};
use rust_decimal::Decimal;

/// A number that a run shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it is called.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Its value; none where there is none.
    pub value: Option<Decimal>,
    /// The places it is rounded to by the terms, where it is.
    pub places: Option<u32>,
}

/// What a number is called: its report or effect, whose it is, its column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The report or the effect it stands in.
    pub of: String,
    /// Whose it is.
    pub whose: Whose,
    /// Its column.
    pub column: String,
}

/// Whose a number is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whose {
    /// Nobody's: it stands alone in its report.
    Issuer,
    /// An entry's, by its key.
    Entry(String),
    /// The sum of an effect.
    Sum,
}

impl Name {
    /// `price of W-1`, `outstanding`, `sum of cash of payments`
    #[must_use]
    pub fn sentence(&self) -> String {
        let column = self.column.replace('_', " ");
        match &self.whose {
            Whose::Issuer => column,
            Whose::Entry(key) => format!("{column} of {key}"),
            Whose::Sum => format!("sum of {column} of {}", self.of.replace('_', " ")),
        }
    }

    /// The entry; empty where it is nobody's.
    #[must_use]
    pub fn entry(&self) -> &str {
        match &self.whose {
            Whose::Entry(key) => key,
            Whose::Issuer | Whose::Sum => "",
        }
    }
}

impl Figure {
    /// It for a reader; a dash where it has no value.
    #[must_use]
    pub fn shown(&self, currency: &str) -> String {
        shown(self.value, &self.ty, self.places, currency)
    }
}

/// A number for a reader, with the places of its rounding where it has some; a dash for none.
#[must_use]
pub fn shown(value: Option<Decimal>, ty: &Type, places: Option<u32>, currency: &str) -> String {
    match (value, places) {
        (None, _) => "—".to_owned(),
        (Some(n), Some(_)) if n.normalize().scale() <= places.unwrap_or(0) && ty.dim() == Some(Dim::SHARES) => {
            number(pad(n.normalize(), places))
        }
        (Some(n), _) => amount(n, ty, currency),
    }
}

/// Whether two numbers are one, but for what their last digits cannot hold.
#[must_use]
pub fn same(a: Option<Decimal>, b: Option<Decimal>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            let fine = a.abs().checked_mul(Decimal::new(1, 20)).unwrap_or_default();
            a.checked_sub(b).is_some_and(|d| d.abs() <= fine)
        }
        (a, b) => a == b,
    }
}

/// The numbers in the columns of the reports, and the sums of money in effects.
#[must_use]
pub fn figures(terms: &Terms, program: &Program, run: &Run) -> Vec<Figure> {
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let mut out = Vec::new();
    for s in &run.shown {
        let Some(report) = terms.reports.get(s.report) else { continue };
        let whose = if report.of.is_some() { Whose::Entry(words.entry(s.row)) } else { Whose::Issuer };
        for ((column, e), value) in report.columns.iter().zip(&s.columns).filter(|((_, e), _)| e.ty.is_decimal()) {
            let value = if let Value::Decimal(n) = value { Some(*n) } else { None };
            let places = if let ExprKind::State { state, .. } = &e.kind { unit(program, terms, *state) } else { None };
            let name = Name { of: report.name.clone(), whose: whose.clone(), column: column.clone() };
            out.push(Figure { name, ty: e.ty.clone(), value, places });
        }
    }
    for (n, effect) in terms.effects.iter().enumerate() {
        for (at, (name, ty, _)) in effect.fields.iter().enumerate().filter(|(_, f)| f.1.dim() == Some(Dim::MONEY)) {
            let mut sum = Decimal::ZERO;
            for line in run.lines.iter().filter(|l| l.effect.at() == n) {
                if let Some(Value::Decimal(n)) = line.values.get(at) {
                    sum = sum.checked_add(*n).unwrap_or(sum);
                }
            }
            let name = Name { of: effect.name.clone(), whose: Whose::Sum, column: name.clone() };
            out.push(Figure { name, ty: ty.clone(), value: Some(sum), places: None });
        }
    }
    out
}
