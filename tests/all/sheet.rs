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
    /// What cannot be computed.
    Error,
    /// The cells of a range, row by row.
    Many(Vec<Self>),
}

/// A cell: what stands in it, and its formula where it has one.
#[derive(Debug, Clone)]
struct Cell {
    value: Value,
    formula: Option<String>,
}

/// Cells by sheet, row and column, from 0.
#[derive(Debug, Default, Clone)]
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

    /// Puts a text into a cell, or nothing.
    pub(crate) fn write(&mut self, sheet: &str, row: u32, column: u32, text: &str) {
        let value = if text.is_empty() { Value::Empty } else { Value::Text(text.to_owned()) };
        self.cells.insert((sheet.to_owned(), row, column), Cell { value, formula: None });
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
        for sign in ["<=", ">=", "<>", "<", ">", "="] {
            if self.takes(sign) {
                let b = self.sum();
                return each(&a, &b, &|a, b| compared(sign, a, b));
            }
        }
        a
    }

    fn sum(&mut self) -> Value {
        let mut a = self.product();
        loop {
            if self.takes("+") {
                a = arithmetic(&a, &self.product(), &|a, b| Some(a + b));
            } else if self.takes("-") {
                a = arithmetic(&a, &self.product(), &|a, b| Some(a - b));
            } else {
                return a;
            }
        }
    }

    fn product(&mut self) -> Value {
        let mut a = self.power();
        loop {
            if self.takes("*") {
                a = arithmetic(&a, &self.power(), &|a, b| Some(a * b));
            } else if self.takes("/") {
                a = arithmetic(&a, &self.power(), &|a, b| if b.is_zero() { None } else { Some(a / b) });
            } else {
                return a;
            }
        }
    }

    fn power(&mut self) -> Value {
        let mut a = self.signed();
        while self.takes("^") {
            a = arithmetic(&a, &self.signed(), &|a, b| {
                let exponent = b.to_integer().to_i32()?;
                if a.is_zero() && exponent < 0 { None } else { Some(a.pow(exponent)) }
            });
        }
        a
    }

    fn signed(&mut self) -> Value {
        if self.takes("-") { arithmetic(&number("0"), &self.signed(), &|a, b| Some(a - b)) } else { self.atom() }
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
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || "$._".contains(c)) {
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
        let sheet = self.sheet.clone();
        let from = place(&name);
        if !self.takes(":") {
            return self.cells.value(&sheet, from.0.unwrap_or_else(|| panic!("`{name}` is no cell")), from.1);
        }
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || c == '$') {
            self.at += 1;
        }
        let to = place(&String::from_utf8_lossy(&self.text[start..self.at]));
        let rows = self.cells.book.sheets.iter().find(|(n, _)| *n == sheet).map_or(0, |(_, rows)| *rows);
        let mut out = Vec::new();
        for row in from.0.unwrap_or(0)..=to.0.unwrap_or_else(|| rows.saturating_sub(1)) {
            for column in from.1..=to.1 {
                out.push(self.cells.value(&sheet, row, column));
            }
        }
        Value::Many(out)
    }

    fn function(&mut self, name: &str) -> Value {
        let mut args = Vec::new();
        while !self.takes(")") {
            args.push(self.comparison());
            self.takes(",");
        }
        let places = || args.get(1).map_or(0, |p| numeric(p).map_or(0, |p| p.to_integer().to_i32().unwrap_or(0)));
        let one = |f: &dyn Fn(&BigRational) -> BigRational| numeric(&args[0]).map_or(Value::Error, |n| Value::Number(f(&n)));
        // of a range, what is no number is left out; an error is not
        let mut numbers: Option<Vec<BigRational>> = Some(Vec::new());
        for a in &args {
            for v in a.cells() {
                match (v, a) {
                    (Value::Error, _) => numbers = None,
                    (Value::Number(n), _) => numbers.iter_mut().for_each(|l| l.push(n.clone())),
                    (_, Value::Many(_)) => {}
                    (other, _) => match numeric(other) {
                        Some(n) => numbers.iter_mut().for_each(|l| l.push(n.clone())),
                        None => numbers = None,
                    },
                }
            }
        }
        let all = |f: &dyn Fn(Vec<BigRational>) -> BigRational| numbers.clone().map_or(Value::Error, |l| Value::Number(f(l)));
        let truths = |f: &dyn Fn(&[bool]) -> bool| {
            let list: Option<Vec<bool>> = args.iter().map(truth).collect();
            list.map_or(Value::Error, |l| Value::Truth(f(&l)))
        };
        match name {
            "MIN" => all(&|l| l.into_iter().min().unwrap_or_else(BigRational::zero)),
            "MAX" => all(&|l| l.into_iter().max().unwrap_or_else(BigRational::zero)),
            "SUM" | "SUMPRODUCT" => all(&|l| l.into_iter().sum()),
            "ABS" => one(&|x| x.abs()),
            "INT" => one(&BigRational::floor),
            "TRUNC" | "ROUNDDOWN" => one(&|x| to_places(x, places(), |x| x.trunc())),
            "ROUNDUP" => one(&|x| to_places(x, places(), |x| if x.is_negative() { x.floor() } else { x.ceil() })),
            "ROUND" => one(&|x| to_places(x, places(), |x| x.round())),
            "IF" => match truth(&args[0]) {
                Some(true) => args[1].clone(),
                Some(false) => args[2].clone(),
                None => Value::Error,
            },
            "IFERROR" => {
                if args[0] == Value::Error {
                    args[1].clone()
                } else {
                    args[0].clone()
                }
            }
            "AND" => truths(&|l| l.iter().all(|b| *b)),
            "OR" => truths(&|l| l.iter().any(|b| *b)),
            "NOT" => truth(&args[0]).map_or(Value::Error, |b| Value::Truth(!b)),
            "EXACT" => each(&args[0], &args[1], &|a, b| match (written(a), written(b)) {
                (Some(a), Some(b)) => Value::Truth(a == b),
                _ => Value::Error,
            }),
            "ISNUMBER" => each(&args[0], &Value::Empty, &|a, _| Value::Truth(matches!(a, Value::Number(_)))),
            "COUNTIF" | "COUNTIFS" => {
                let wanted = |at: usize, pair: &[Value]| match (&pair[1], &pair[0].cells()[at]) {
                    (Value::Text(t), v) if t == "<>0" => !matches!(v, Value::Number(n) if n.is_zero()),
                    (Value::Text(t), Value::Text(v)) => t.to_lowercase() == v.to_lowercase(),
                    _ => false,
                };
                let found = (0..args[0].cells().len()).filter(|at| args.chunks(2).all(|pair| wanted(*at, pair))).count();
                number(&found.to_string())
            }
            other => panic!("the function {other} is not known here"),
        }
    }
}

/// Where a name of a cell, or of a whole column, points to.
fn place(name: &str) -> (Option<u32>, u32) {
    let name = name.replace('$', "");
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let column = letters.bytes().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1) - 1;
    (name[letters.len()..].parse::<u32>().ok().map(|row| row - 1), column)
}

impl Value {
    fn cells(&self) -> &[Self] {
        match self {
            Self::Many(list) => list,
            one => std::slice::from_ref(one),
        }
    }
}

/// Something done to two values, or to each of a range.
fn each(a: &Value, b: &Value, f: &dyn Fn(&Value, &Value) -> Value) -> Value {
    match (a, b) {
        (Value::Many(a), Value::Many(b)) => Value::Many(a.iter().zip(b).map(|(a, b)| f(a, b)).collect()),
        (Value::Many(a), b) => Value::Many(a.iter().map(|a| f(a, b)).collect()),
        (a, Value::Many(b)) => Value::Many(b.iter().map(|b| f(a, b)).collect()),
        (a, b) => f(a, b),
    }
}

fn arithmetic(a: &Value, b: &Value, f: &dyn Fn(&BigRational, &BigRational) -> Option<BigRational>) -> Value {
    each(a, b, &|a, b| match (numeric(a), numeric(b)) {
        (Some(a), Some(b)) => f(&a, &b).map_or(Value::Error, Value::Number),
        _ => Value::Error,
    })
}

fn compared(sign: &str, a: &Value, b: &Value) -> Value {
    if *a == Value::Error || *b == Value::Error {
        return Value::Error;
    }
    let equal = match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.to_lowercase() == b.to_lowercase(),
        (Value::Empty, b) | (b, Value::Empty) => match b {
            Value::Text(t) => t.is_empty(),
            Value::Truth(b) => !b,
            b => numeric(b).is_some_and(|n| n.is_zero()),
        },
        _ => a == b,
    };
    let order = numeric(a).zip(numeric(b)).map(|(a, b)| a.cmp(&b));
    match (sign, order) {
        ("=", _) => Value::Truth(equal),
        ("<>", _) => Value::Truth(!equal),
        (_, None) => Value::Error,
        ("<=", Some(o)) => Value::Truth(o.is_le()),
        (">=", Some(o)) => Value::Truth(o.is_ge()),
        ("<", Some(o)) => Value::Truth(o.is_lt()),
        (_, Some(o)) => Value::Truth(o.is_gt()),
    }
}

/// A value as the text that is compared letter by letter.
fn written(v: &Value) -> Option<String> {
    match v {
        Value::Empty => Some(String::new()),
        Value::Number(n) => Some(n.to_string()),
        Value::Truth(b) => Some(b.to_string().to_uppercase()),
        Value::Text(t) => Some(t.clone()),
        Value::Error | Value::Many(_) => None,
    }
}

fn to_places(x: &BigRational, places: i32, whole: impl Fn(&BigRational) -> BigRational) -> BigRational {
    let scale = BigRational::from_integer(BigInt::from(10)).pow(places);
    whole(&(x * &scale)) / scale
}

fn numeric(v: &Value) -> Option<BigRational> {
    match v {
        Value::Number(n) => Some(n.clone()),
        Value::Empty => Some(BigRational::zero()),
        Value::Truth(b) => Some(if *b { BigRational::one() } else { BigRational::zero() }),
        Value::Text(_) | Value::Error | Value::Many(_) => None,
    }
}

fn truth(v: &Value) -> Option<bool> {
    match v {
        Value::Truth(b) => Some(*b),
        Value::Number(n) => Some(!n.is_zero()),
        Value::Empty => Some(false),
        Value::Text(_) | Value::Error | Value::Many(_) => None,
    }
}
