//! A sheet before it is written: rows of cells with their look.

use super::drawn::{Choice, Drawing};
use super::term::Held;
use super::values;
use crate::terms::{Dim, Type};
use rust_decimal::Decimal;

/// A sheet.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Its name.
    pub name: String,
    /// The widths of its columns, in letters.
    pub widths: Vec<u8>,
    /// How many rows and columns stay in view.
    pub frozen: (u32, u16),
    /// Whether it is not shown.
    pub hidden: bool,
    /// Whether its first row is the head of a table that can be filtered.
    pub table: bool,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
    /// Its charts.
    pub charts: Vec<Drawing>,
    /// Names of cells, and the cells they are of.
    pub names: Vec<(String, String)>,
    /// Words that cells may hold.
    pub choices: Vec<Choice>,
}

/// A cell.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    /// What stands in it.
    pub what: What,
    /// How it looks.
    pub look: Look,
    /// How a number in it is shown.
    pub shape: Shape,
}

/// What stands in a cell.
#[derive(Debug, Clone, Default)]
pub(super) enum What {
    #[default]
    Nothing,
    Text(String),
    Number(Decimal),
    Truth(bool),
    /// A formula with its value.
    Formula(String, Held),
    /// A place in the workbook, and what is written there.
    Link(String, String),
}

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Look {
    #[default]
    Plain,
    /// The title of the workbook.
    Title,
    /// Whether the workbook can be relied on.
    Verdict,
    /// The head of a column.
    Head,
    /// The head of a group of rows.
    Group,
    /// A value that may be changed.
    Input,
    /// A value that the workbook does not compute.
    Given,
    /// A value of another cell.
    Linked,
    /// A result.
    Result,
    /// Beside the point.
    Quiet,
}

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Shape {
    #[default]
    General,
    Money,
    Number,
    Whole,
    Date,
    Moment,
    /// The difference from the run, and nothing where there is none.
    Difference,
    /// A number that counts.
    Count,
    /// A text that may need several lines.
    Lines,
}

impl Cell {
    /// A text.
    pub(super) fn text(text: impl Into<String>, look: Look) -> Self {
        let text = text.into();
        let what = if text.is_empty() { What::Nothing } else { What::Text(text) };
        Self { what, look, shape: Shape::General }
    }

    /// A long text.
    pub(super) fn lines(text: impl Into<String>) -> Self {
        Self { shape: Shape::Lines, ..Self::text(text, Look::Plain) }
    }

    /// A number without a unit.
    pub(super) fn count(n: u32) -> Self {
        Self { what: What::Number(n.into()), look: Look::Plain, shape: Shape::Count }
    }

    /// A value of a type.
    pub(super) fn value(held: &Held, ty: &Type, look: Look) -> Self {
        let what = match held {
            Held::Nothing => What::Nothing,
            Held::Number(n) => What::Number(*n),
            Held::Truth(b) => What::Truth(*b),
            Held::Text(t) => What::Text(t.clone()),
        };
        Self { what, look, shape: shape(held, ty) }
    }

    /// A formula with its value in the run.
    pub(super) fn formula(text: String, held: &Held, ty: &Type, look: Look) -> Self {
        let shape = match shape(held, ty) {
            // what is whole in the run need not be whole with other inputs
            Shape::Whole => Shape::Number,
            other => other,
        };
        Self { what: What::Formula(text, held.clone()), look, shape }
    }

    /// A value as exact text.
    pub(super) fn exact(held: &Held, ty: &Type) -> Self {
        Self::text(values::exact(held, ty), Look::Quiet)
    }

    /// What a value says that is not to be written over.
    pub(super) fn fixed(cell: &str, held: &Held) -> Self {
        match held {
            Held::Number(n) => {
                let run = super::term::literal(*n);
                let apart = if n.is_sign_negative() { format!("{cell}-({run})") } else { format!("{cell}-{run}") };
                let bound = n.abs().checked_mul(Decimal::new(1, 15)).unwrap_or(Decimal::ZERO).normalize();
                let plain = if bound.is_zero() { "0".to_owned() } else { super::term::literal(bound) };
                Self::as_long_as(&[format!("ABS({apart})<={plain}")], ANEW)
            }
            Held::Truth(_) | Held::Text(_) | Held::Nothing => Self::default(),
        }
    }

    /// What a line says as long as what it rests on is as it was, and what it says else.
    pub(super) fn as_long_as(conditions: &[String], else_say: &str) -> Self {
        let all = match conditions {
            [] => return Self::default(),
            [one] => one.clone(),
            many => format!("AND({})", many.join(",")),
        };
        let text = format!("IFERROR(IF({all},0,\"{else_say}\"),\"{else_say}\")");
        Self { what: What::Formula(text, Held::Number(Decimal::ZERO)), look: Look::Quiet, shape: Shape::Difference }
    }

    /// The difference of a cell from the run, as a formula.
    pub(super) fn against(cell: &str, held: &Held) -> Self {
        let (text, value) = match held {
            Held::Nothing => return Self::default(),
            Held::Number(n) => {
                let run = super::term::literal(*n);
                let size = if n.is_zero() { Decimal::ONE } else { n.abs() };
                let bound = size.checked_mul(Decimal::new(1, 9)).and_then(|b| b.round_sf(1)).unwrap_or(Decimal::new(1, 9));
                let apart = if n.is_sign_negative() { format!("{cell}-({run})") } else { format!("{cell}-{run}") };
                let bound = if bound.is_zero() { Decimal::new(1, 28) } else { bound };
                (format!("IFERROR(IF(ABS({apart})<={},0,{apart}),\"{BRANCH}\")", bound.normalize()), Held::Number(Decimal::ZERO))
            }
            Held::Truth(b) => {
                let run = if *b { "TRUE" } else { "FALSE" };
                (format!("IFERROR(IF({cell}={run},0,\"{BRANCH}\"),\"{BRANCH}\")"), Held::Number(Decimal::ZERO))
            }
            Held::Text(t) if t.chars().count() > 200 => return Self::default(),
            Held::Text(t) => (
                format!("IFERROR(IF({cell}=\"{}\",0,\"{BRANCH}\"),\"{BRANCH}\")", t.replace('"', "\"\"")),
                Held::Number(Decimal::ZERO),
            ),
        };
        Self { what: What::Formula(text, value), look: Look::Quiet, shape: Shape::Difference }
    }
}

/// What a value that is not computed says when what it was read from has changed.
pub(super) const ANEW: &str = "run it anew";

/// What a text, an obligation or a covenant says when what it was read from has changed.
pub(super) const STALE: &str = "as the run had it";

/// What a check says when the inputs have been changed so far that another rule or case would apply.
pub(super) const BRANCH: &str = "another branch";

fn shape(held: &Held, ty: &Type) -> Shape {
    let Held::Number(n) = held else { return Shape::General };
    match ty {
        Type::Date => Shape::Date,
        Type::Moment => Shape::Moment,
        Type::Quantity(Dim::MONEY | Dim::PER_SHARE) => Shape::Money,
        _ if n.fract().is_zero() => Shape::Whole,
        _ => Shape::Number,
    }
}

/// The letters of a column, from 0.
pub(super) fn letters(column: usize) -> String {
    let mut out = String::new();
    let mut n = column + 1;
    while n > 0 {
        let digit = u8::try_from((n - 1) % 26).unwrap_or(0);
        out.insert(0, char::from(b'A' + digit));
        n = (n - 1) / 26;
    }
    out
}
