//! The functions of the language, and tables.

use super::formula::{Formula, equal, size};
use super::value::{Fault, Got, Lack, Number, Value, known};
use super::world::World;
use super::{day, number, series};
use crate::terms::{Builtin, Expr, Table, TableId};
use rust_decimal::Decimal;

impl<'t, W: World> Formula<'_, 't, W> {
    /// A function with its arguments.
    pub(super) fn call(&self, function: Builtin, args: &'t [Expr], e: &'t Expr) -> Got<Value> {
        let fault = |f: Fault| Lack::Fault(f, e.span);
        let first = args.first().ok_or(Lack::Unknown(e.span))?;
        let of = |f: fn(&Number) -> Result<Number, Fault>| {
            f(&self.kept(first)?).and_then(|n| number::kept(&n)).map(Value::Number).map_err(fault)
        };
        match function {
            Builtin::Least => self.extreme(args, false, e),
            Builtin::Greatest => self.extreme(args, true, e),
            Builtin::Abs => Ok(Value::Number(size(&self.number(first)?))),
            Builtin::Exp => of(series::exp),
            Builtin::Ln => of(series::ln),
            Builtin::Sqrt => of(series::sqrt),
            Builtin::Normal => of(series::normal),
            Builtin::KnownAmong => {
                let mut count = 0;
                for arg in args {
                    count += i64::from(known(self.value(arg))?.is_some());
                }
                Ok(Value::Number(number::whole(count)))
            }
            Builtin::DaysInYear => {
                let days = day::days_in_year(self.whole(first)?).ok_or_else(|| fault(Fault::Overflow))?;
                Ok(Value::Number(number::whole(days)))
            }
            Builtin::TradingDays => {
                let last = args.get(1).ok_or(Lack::Unknown(e.span))?;
                Ok(Value::Number(self.count_trading_days(self.whole(first)?, self.whole(last)?)?))
            }
        }
    }

    fn extreme(&self, args: &'t [Expr], greatest: bool, e: &'t Expr) -> Got<Value> {
        let values = args.iter().map(|a| self.value(a)).collect::<Got<Vec<_>>>()?;
        values.into_iter().reduce(|a, b| if beats(&b, &a, greatest) { b } else { a }).ok_or(Lack::Unknown(e.span))
    }

    /// A table at its arguments.
    pub(super) fn table(&self, table: TableId, args: &'t [Expr], e: &'t Expr) -> Got<Number> {
        let fault = |f: Fault| Lack::Fault(f, e.span);
        let Some(table) = self.terms.tables.get(table.at()) else { return Err(Lack::Unknown(e.span)) };
        let mut at = args.iter().map(|a| self.kept(a)).collect::<Got<Vec<_>>>()?.into_iter();
        let row = between(&table.rows, &at.next().unwrap_or_default(), table).map_err(fault)?;
        let column = match at.next() {
            Some(n) => between(&table.columns, &n, table).map_err(fault)?,
            None => Between { below: 0, above: 0, part: number::whole(0) },
        };
        let cell = |r: usize, c: usize| {
            table.cells.get(r).and_then(|l| l.get(c)).copied().map_or_else(Number::default, number::of_decimal)
        };
        let along = |r: usize| &cell(r, column.below) + (&cell(r, column.above) - &cell(r, column.below)) * &column.part;
        let (low, high) = (along(row.below), along(row.above));
        number::kept(&(&low + (&high - &low) * &row.part)).map_err(fault)
    }
}

/// Whether a value is less, or more, than another.
pub(super) fn beats(a: &Value, b: &Value, greatest: bool) -> bool {
    match (a, b) {
        _ if equal(a, b) => false,
        (Value::Number(a), Value::Number(b)) => (a > b) == greatest,
        (Value::Whole(a), Value::Whole(b)) => (a > b) == greatest,
        _ => false,
    }
}

/// Two neighbouring heads of a table, and how far a value is from the first to the second.
struct Between {
    below: usize,
    above: usize,
    part: Number,
}

fn between(heads: &[Decimal], at: &Number, table: &Table) -> Result<Between, Fault> {
    let heads: Vec<Number> = heads.iter().map(|h| number::of_decimal(*h)).collect();
    let on = |n: usize| Between { below: n, above: n, part: number::whole(0) };
    let last = heads.len().saturating_sub(1);
    if let Some(exact) = heads.iter().position(|h| number::same(h, at)) {
        return Ok(on(exact));
    }
    let Some(above) = heads.iter().position(|h| h > at) else {
        return if table.beyond { Ok(on(last)) } else { Err(Fault::OutsideTable) };
    };
    let Some(below) = above.checked_sub(1) else {
        return if table.beyond { Ok(on(0)) } else { Err(Fault::OutsideTable) };
    };
    if !table.linear {
        return Ok(on(below));
    }
    let (Some(from), Some(to)) = (heads.get(below), heads.get(above)) else { return Err(Fault::OutsideTable) };
    Ok(Between { below, above, part: number::quotient(&(at - from), &(to - from))? })
}
