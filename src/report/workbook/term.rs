//! Formulas of a spreadsheet, before it is settled where their cells stand.

use rust_decimal::Decimal;

/// A cell with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum At {
    /// A step of a derivation.
    Step(usize),
    /// The value after a change.
    Change(usize),
    /// A record in the order of the sheet, and a column of it.
    Event(usize, usize),
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held {
    /// Nothing.
    Nothing,
    /// A number; days are numbers to a spreadsheet.
    Number(Decimal),
    /// A condition.
    Truth(bool),
    /// A text.
    Text(String),
}

/// A formula.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    /// The value of a cell.
    Cell(At),
    /// A number.
    Number(Decimal),
    /// A condition that is decided.
    Truth(bool),
    /// A text.
    Text(String),
    /// The other sign.
    Negative(Box<Self>),
    /// An operation on two values.
    Op(Op, Box<Self>, Box<Self>),
    /// A function.
    Call(Function, Vec<Self>),
}

/// An operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
}

impl Op {
    const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
        }
    }

    /// How close it binds.
    const fn closeness(self) -> u8 {
        match self {
            Self::Less | Self::AtMost | Self::More | Self::AtLeast | Self::Equal => 1,
            Self::Add | Self::Subtract => 2,
            Self::Multiply | Self::Divide => 3,
            Self::Power => 4,
        }
    }
}

/// A function of a spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Min,
    Max,
    Abs,
    Exp,
    Ln,
    Sqrt,
    Normal,
    Round,
    RoundDown,
    RoundUp,
    Trunc,
    Int,
    If,
    And,
    Or,
    Not,
    Sum,
    MonthsLater,
}

impl Function {
    const fn name(self) -> &'static str {
        match self {
            Self::Min => "MIN",
            Self::Max => "MAX",
            Self::Abs => "ABS",
            Self::Exp => "EXP",
            Self::Ln => "LN",
            Self::Sqrt => "SQRT",
            Self::Normal => "NORMSDIST",
            Self::Round => "ROUND",
            Self::RoundDown => "ROUNDDOWN",
            Self::RoundUp => "ROUNDUP",
            Self::Trunc => "TRUNC",
            Self::Int => "INT",
            Self::If => "IF",
            Self::And => "AND",
            Self::Or => "OR",
            Self::Not => "NOT",
            Self::Sum => "SUM",
            Self::MonthsLater => "EDATE",
        }
    }
}

impl Term {
    /// An operation on two formulas.
    pub(super) fn op(op: Op, a: Self, b: Self) -> Self {
        Self::Op(op, Box::new(a), Box::new(b))
    }

    /// A whole number.
    pub(super) fn whole(n: i64) -> Self {
        Self::Number(Decimal::from(n))
    }

    /// How many cells, values and operations it has.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Cell(_) | Self::Number(_) | Self::Truth(_) | Self::Text(_) => 1,
            Self::Negative(x) => 1 + x.size(),
            Self::Op(_, a, b) => 1 + a.size() + b.size(),
            Self::Call(_, xs) => 1 + xs.iter().map(Self::size).sum::<usize>(),
        }
    }

    /// The formula as a spreadsheet reads it; `place` tells where cells stand.
    pub(super) fn written(&self, place: &dyn Fn(At) -> String) -> String {
        let mut out = String::new();
        self.write(place, 0, &mut out);
        out
    }

    fn write(&self, place: &dyn Fn(At) -> String, within: u8, out: &mut String) {
        match self {
            Self::Cell(at) => out.push_str(&place(*at)),
            Self::Number(n) if n.is_sign_negative() && within > 0 => out.push_str(&format!("({})", literal(*n))),
            Self::Number(n) => out.push_str(&literal(*n)),
            Self::Truth(b) => out.push_str(if *b { "TRUE" } else { "FALSE" }),
            Self::Text(t) => out.push_str(&format!("\"{}\"", t.replace('"', "\"\""))),
            Self::Negative(x) => {
                // a spreadsheet takes a sign before a power: brackets make it plain
                out.push_str(if within > 0 { "(-" } else { "-" });
                x.write(place, 5, out);
                out.push_str(if within > 0 { ")" } else { "" });
            }
            Self::Op(op, a, b) => {
                let own = op.closeness();
                let brackets = own < within;
                out.push_str(if brackets { "(" } else { "" });
                a.write(place, own, out);
                out.push_str(op.sign());
                b.write(place, own + 1, out);
                out.push_str(if brackets { ")" } else { "" });
            }
            Self::Call(f, xs) => {
                out.push_str(f.name());
                out.push('(');
                for (n, x) in xs.iter().enumerate() {
                    out.push_str(if n > 0 { "," } else { "" });
                    x.write(place, 0, out);
                }
                out.push(')');
            }
        }
    }
}

/// A number with as many digits as a spreadsheet keeps.
pub(super) fn literal(n: Decimal) -> String {
    n.round_sf(17).unwrap_or(n).normalize().to_string()
}
