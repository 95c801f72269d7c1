//! Tables: a cell, or a value on the straight line between cells.

use super::decimal::{Fault, add, div, mul, sub};
use crate::terms::Table;
use rust_decimal::Decimal;

/// The value of a table at a row and a column.
///
/// # Errors
/// Outside of the table, where it does not go on past its edges.
pub(super) fn cell(t: &Table, row: Decimal, col: Decimal) -> Result<Decimal, Fault> {
    let (r0, r1, rw) = place(&t.rows, row, t)?;
    let (c0, c1, cw) = if t.columns.is_empty() { (0, 0, None) } else { place(&t.columns, col, t)? };
    let at = |r: usize, c: usize| t.cells.get(r).and_then(|line| line.get(c)).copied().ok_or(Fault::Domain);
    let along = |a: Decimal, b: Decimal, w: Option<(Decimal, Decimal)>| match w {
        None => Ok(a),
        // a + (b − a) × part / whole, divided once
        Some((part, whole)) => div(add(mul(a, whole)?, mul(sub(b, a)?, part)?)?, whole),
    };
    let upper = along(at(r0, c0)?, at(r0, c1)?, cw)?;
    if rw.is_none() {
        return Ok(upper);
    }
    let lower = along(at(r1, c0)?, at(r1, c1)?, cw)?;
    along(upper, lower, rw)
}

/// The heads on both sides of a value, and how far between them it lies.
type Between = (usize, usize, Option<(Decimal, Decimal)>);

fn place(heads: &[Decimal], value: Decimal, t: &Table) -> Result<Between, Fault> {
    let after = heads.partition_point(|h| *h <= value);
    let last = heads.len().checked_sub(1).ok_or(Fault::Domain)?;
    if after == 0 {
        return if t.beyond { Ok((0, 0, None)) } else { Err(Fault::Domain) };
    }
    let low = after - 1;
    let head = heads.get(low).copied().ok_or(Fault::Domain)?;
    if head == value || !t.linear && low < last {
        return Ok((low, low, None));
    }
    if low == last {
        return if t.beyond { Ok((last, last, None)) } else { Err(Fault::Domain) };
    }
    let next = heads.get(after).copied().ok_or(Fault::Domain)?;
    Ok((low, after, Some((sub(value, head)?, sub(next, head)?))))
}
