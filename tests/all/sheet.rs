//! A spreadsheet small enough to be exact: cells are fractions, and formulas are read as they stand in the file.

use crate::exact;
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::collections::HashMap;
use std::io::Cursor;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Empty,
    Number(BigRational),
    Truth(bool),
    Text(String),
}

/// A cell: what stands in it, and its formula where it has one.
#[derive(Debug, Clone)]
struct Cell {
    value: Value,
    formula: Option<String>,
}

/// Cells by sheet, row and column, from 0.
#[derive(Debug, Default)]
pub(crate) struct Book {
    cells: HashMap<(String, u32, u32), Cell>,
    /// The sheets with their numbers of rows.
    pub sheets: Vec<(String, u32)>,
}

impl Book {
    /// Reads a workbook.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut file: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap_or_else(|e| panic!("no workbook: {e}"));
        let mut out = Self::default();
        for name in file.sheet_names() {
            let values = file.worksheet_range(&name).unwrap_or_else(|e| panic!("{name}: {e}"));
            let formulas = file.worksheet_formula(&name).unwrap_or_else(|e| panic!("{name}: {e}"));
            let end = values.end().unwrap_or_default();
            for row in 0..=end.0 {
                for column in 0..=end.1 {
                    let value = match values.get_value((row, column)) {
                        None | Some(Data::Empty) => Value::Empty,
                        Some(Data::Int(n)) => Value::Number(BigRational::from_integer((*n).into())),
                        Some(Data::Float(n)) => number(&n.to_string()),
                        Some(Data::DateTime(d)) => number(&d.as_f64().to_string()),
                        Some(Data::Bool(b)) => Value::Truth(*b),
                        Some(Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s)) => Value::Text(s.clone()),
                        Some(other) => panic!("{name} {row} {column}: {other:?}"),
                    };
                    let formula = formulas.get_value((row, column)).filter(|f| !f.is_empty()).cloned();
                    if value != Value::Empty || formula.is_some() {
                        out.cells.insert((name.clone(), row, column), Cell { value, formula });
                    }
                }
            }
            out.sheets.push((name, end.0 + 1));
        }
        out
    }

    /// The formula of a cell.
    pub(crate) fn formula(&self, sheet: &str, row: u32, column: u32) -> Option<&str> {
        self.cells.get(&(sheet.to_owned(), row, column))?.formula.as_deref()
    }

    /// What stands in a cell, formulas aside.
    pub(crate) fn stands(&self, sheet: &str, row: u32, column: u32) -> Value {
        self.cells.get(&(sheet.to_owned(), row, column)).map_or(Value::Empty, |c| c.value.clone())
    }

    /// The text of a cell; nothing for another value.
    pub(crate) fn text(&self, sheet: &str, row: u32, column: u32) -> String {
        match self.stands(sheet, row, column) {
            Value::Text(t) => t,
            _ => String::new(),
        }
    }

    /// Puts a number into a cell.
    pub(crate) fn put(&mut self, sheet: &str, row: u32, column: u32, text: &str) {
        self.cells.insert((sheet.to_owned(), row, column), Cell { value: number(text), formula: None });
    }

    /// Computes everything anew from the cells without a formula.
    pub(crate) fn computed(&self) -> Computed<'_> {
        Computed { book: self, known: HashMap::new() }
    }
}

fn number(text: &str) -> Value {
    Value::Number(exact::number(text).unwrap_or_else(|| panic!("`{text}` is no number")))
}

/// The values of formulas, each computed once; what the file says they are is not looked at.
pub(crate) struct Computed<'b> {
    book: &'b Book,
    known: HashMap<(String, u32, u32), Value>,
}

impl Computed<'_> {
    /// The value of a cell.
    pub(crate) fn value(&mut self, sheet: &str, row: u32, column: u32) -> Value {
        let at = (sheet.to_owned(), row, column);
        if let Some(known) = self.known.get(&at) {
            return known.clone();
        }
        let Some(cell) = self.book.cells.get(&at) else { return Value::Empty };
        let value = match &cell.formula {
            None => cell.value.clone(),
            Some(text) => {
                let mut parser = Parser { text: text.as_bytes(), at: 0, sheet: sheet.to_owned(), cells: self };
                let value = parser.comparison();
                assert_eq!(parser.at, text.len(), "{sheet} {row} {column}: `{text}` is not read to its end");
                value
            }
        };
        self.known.insert(at, value.clone());
        value
    }
}

/// Reads a formula and computes it as it goes.
struct Parser<'p, 'b> {
    text: &'p [u8],
    at: usize,
    sheet: String,
    cells: &'p mut Computed<'b>,
}

impl Parser<'_, '_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).map(|b| char::from(*b))
    }

    fn takes(&mut self, what: &str) -> bool {
        let found = self.text[self.at..].starts_with(what.as_bytes());
        self.at += if found { what.len() } else { 0 };
        found
    }

    fn comparison(&mut self) -> Value {
        let a = self.sum();
        for (sign, holds) in
            [("<=", [true, true, false]), (">=", [false, true, true]), ("<", [true, false, false]), (">", [false, false, true])]
        {
            if self.takes(sign) {
                let b = self.sum();
                let order = numeric(&a).cmp(&numeric(&b)) as i8;
                return Value::Truth(holds[usize::try_from(order + 1).unwrap_or(0)]);
            }
        }
        if self.takes("=") {
            let b = self.sum();
            return Value::Truth(match (&a, &b) {
                (Value::Text(a), Value::Text(b)) => a.to_lowercase() == b.to_lowercase(),
                _ => a == b,
            });
        }
        a
    }

    fn sum(&mut self) -> Value {
        let mut a = self.product();
        loop {
            if self.takes("+") {
                a = Value::Number(numeric(&a) + numeric(&self.product()));
            } else if self.takes("-") {
                a = Value::Number(numeric(&a) - numeric(&self.product()));
            } else {
                return a;
            }
        }
    }

    fn product(&mut self) -> Value {
        let mut a = self.power();
        loop {
            if self.takes("*") {
                a = Value::Number(numeric(&a) * numeric(&self.power()));
            } else if self.takes("/") {
                a = Value::Number(numeric(&a) / numeric(&self.power()));
            } else {
                return a;
            }
        }
    }

    fn power(&mut self) -> Value {
        let mut a = self.signed();
        while self.takes("^") {
            let exponent = numeric(&self.signed()).to_integer().to_i32().unwrap_or(0);
            a = Value::Number(numeric(&a).pow(exponent));
        }
        a
    }

    fn signed(&mut self) -> Value {
        if self.takes("-") { Value::Number(-numeric(&self.signed())) } else { self.atom() }
    }

    fn atom(&mut self) -> Value {
        match self.peek() {
            Some('(') => {
                self.at += 1;
                let value = self.comparison();
                assert!(self.takes(")"), "a bracket is open");
                value
            }
            Some('"') => self.quoted(),
            Some(c) if c.is_ascii_digit() => {
                let from = self.at;
                while self.peek().is_some_and(|c| c.is_ascii_digit() || c == '.') {
                    self.at += 1;
                }
                number(&String::from_utf8_lossy(&self.text[from..self.at]))
            }
            _ => self.named(),
        }
    }

    fn quoted(&mut self) -> Value {
        let mut out = Vec::new();
        self.at += 1;
        loop {
            if self.takes("\"\"") {
                out.push(b'"');
            } else if self.takes("\"") {
                return Value::Text(String::from_utf8_lossy(&out).into_owned());
            } else {
                out.push(self.text[self.at]);
                self.at += 1;
            }
        }
    }

    /// A function, a cell, or a truth.
    fn named(&mut self) -> Value {
        let from = self.at;
        if self.takes("'") {
            while !self.takes("'") {
                self.at += 1;
            }
        }
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        let name = String::from_utf8_lossy(&self.text[from..self.at]).into_owned();
        if self.takes("!") {
            let outer = std::mem::replace(&mut self.sheet, name.trim_matches('\'').to_owned());
            let value = self.named();
            self.sheet = outer;
            return value;
        }
        if self.takes("(") {
            return self.function(&name);
        }
        if let "TRUE" | "FALSE" = name.as_str() {
            return Value::Truth(name == "TRUE");
        }
        let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let row: u32 = name[letters.len()..].parse().unwrap_or_else(|_| panic!("`{name}` is no cell"));
        let column = letters.bytes().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1) - 1;
        let sheet = self.sheet.clone();
        self.cells.value(&sheet, row - 1, column)
    }

    fn function(&mut self, name: &str) -> Value {
        let mut args = Vec::new();
        while !self.takes(")") {
            args.push(self.comparison());
            self.takes(",");
        }
        let n = |at: usize| numeric(&args[at]);
        let places = || args.get(1).map_or(0, |p| numeric(p).to_integer().to_i32().unwrap_or(0));
        match name {
            "MIN" => Value::Number(args.iter().map(numeric).min().unwrap_or_else(BigRational::zero)),
            "MAX" => Value::Number(args.iter().map(numeric).max().unwrap_or_else(BigRational::zero)),
            "SUM" => Value::Number(args.iter().map(numeric).sum()),
            "ABS" => Value::Number(n(0).abs()),
            "INT" => Value::Number(n(0).floor()),
            "TRUNC" | "ROUNDDOWN" => Value::Number(to_places(&n(0), places(), |x| x.trunc())),
            "ROUNDUP" => Value::Number(to_places(&n(0), places(), |x| if x.is_negative() { x.floor() } else { x.ceil() })),
            "ROUND" => Value::Number(to_places(&n(0), places(), |x| x.round())),
            "IF" => args[if truth(&args[0]) { 1 } else { 2 }].clone(),
            "AND" => Value::Truth(args.iter().all(truth)),
            "OR" => Value::Truth(args.iter().any(truth)),
            "NOT" => Value::Truth(!truth(&args[0])),
            other => panic!("the function {other} is not known here"),
        }
    }
}

fn to_places(x: &BigRational, places: i32, whole: impl Fn(&BigRational) -> BigRational) -> BigRational {
    let scale = BigRational::from_integer(BigInt::from(10)).pow(places);
    whole(&(x * &scale)) / scale
}

fn numeric(v: &Value) -> BigRational {
    match v {
        Value::Number(n) => n.clone(),
        Value::Empty => BigRational::zero(),
        Value::Truth(b) => {
            if *b {
                BigRational::one()
            } else {
                BigRational::zero()
            }
        }
        Value::Text(t) => panic!("`{t}` is no number"),
    }
}

fn truth(v: &Value) -> bool {
    match v {
        Value::Truth(b) => *b,
        other => panic!("{other:?} is no condition"),
    }
}
