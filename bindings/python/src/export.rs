//! Tables as Arrow data: decimals exactly or not at all, days as days, moments without a time zone of their own.

use crate::cell::{Cell, Kind};
use crate::tables::{Column, Rows};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, ListArray, RecordBatch, RecordBatchOptions, StringArray,
    StructArray, TimestampSecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, Field, Fields, Schema};
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::sync::Arc;

/// How decimals become Arrow data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimals {
    /// As `decimal128(38, s)`, where `s` is the most digits after the point that any value of the column has.
    Fitting,
    /// As `decimal128(38, s)` with this `s`.
    Scale(u8),
    /// As text.
    Text,
}

/// The digits of an Arrow decimal of 128 bits.
const DIGITS: u8 = 38;

/// A table as one batch.
///
/// # Errors
/// A decimal that has no place in its column, in words.
pub fn batch(rows: &Rows, decimals: Decimals) -> Result<RecordBatch, String> {
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for column in &rows.columns {
        let cells: Vec<&Cell> = column.cells.iter().collect();
        let array = array(&column.kind, &cells, decimals).map_err(|e| e.of(column))?;
        let mut field = Field::new(&column.name, array.data_type().clone(), true);
        if !column.unit.is_empty() {
            field.set_metadata(HashMap::from([("unit".to_owned(), column.unit.clone())]));
        }
        fields.push(field);
        arrays.push(array);
    }
    let schema = Schema::new_with_metadata(fields, HashMap::from([("table".to_owned(), rows.name.clone())]));
    let options = RecordBatchOptions::new().with_row_count(Some(rows.rows));
    RecordBatch::try_new_with_options(Arc::new(schema), arrays, &options).map_err(|e| e.to_string())
}

/// Why a column is not made.
enum Trouble {
    /// A value does not fit, with so many digits after the point.
    Decimal(Decimal, u8),
    /// The data do not go together.
    Arrow(ArrowError),
}

impl From<ArrowError> for Trouble {
    fn from(e: ArrowError) -> Self {
        Self::Arrow(e)
    }
}

impl Trouble {
    fn of(self, column: &Column) -> String {
        match self {
            Self::Decimal(n, scale) => format!(
                "column `{}`: {n} does not fit decimal128({DIGITS}, {scale}) exactly; take the decimals of this table as \
                 text, `.with_decimals(\"text\")`, or with another scale, `.with_decimals(10)`",
                column.name
            ),
            Self::Arrow(e) => format!("column `{}`: {e}", column.name),
        }
    }
}

fn array(kind: &Kind, cells: &[&Cell], decimals: Decimals) -> Result<ArrayRef, Trouble> {
    Ok(match kind {
        Kind::Decimal => return decimal(cells, decimals),
        Kind::Date => {
            Arc::new(cells.iter().map(|c| if let Cell::Date(d) = c { Some(*d) } else { None }).collect::<Date32Array>())
        }
        Kind::Moment => {
            let minutes = cells.iter().map(|c| if let Cell::Moment(m) = c { Some(m * 60) } else { None });
            Arc::new(minutes.collect::<TimestampSecondArray>())
        }
        Kind::YesNo => {
            Arc::new(cells.iter().map(|c| if let Cell::YesNo(yes) = c { Some(*yes) } else { None }).collect::<BooleanArray>())
        }
        Kind::Whole => {
            Arc::new(cells.iter().map(|c| if let Cell::Whole(n) = c { Some(*n) } else { None }).collect::<Int64Array>())
        }
        Kind::Text => {
            Arc::new(cells.iter().map(|c| if let Cell::Text(t) = c { Some(t.as_str()) } else { None }).collect::<StringArray>())
        }
        Kind::List(inner) => {
            let lists: Vec<Option<&Vec<Cell>>> =
                cells.iter().map(|c| if let Cell::List(all) = c { Some(all) } else { None }).collect();
            let offsets = OffsetBuffer::from_lengths(lists.iter().map(|l| l.map_or(0, Vec::len)));
            let nulls = NullBuffer::from_iter(lists.iter().map(Option::is_some));
            let values: Vec<&Cell> = lists.into_iter().flatten().flatten().collect();
            let values = array(inner, &values, decimals)?;
            let field = Arc::new(Field::new("item", values.data_type().clone(), true));
            Arc::new(ListArray::try_new(field, offsets, values, Some(nulls))?)
        }
        Kind::Struct(members) => {
            let nulls = NullBuffer::from_iter(cells.iter().map(|c| matches!(c, Cell::Struct(_))));
            let mut fields = Vec::new();
            let mut arrays = Vec::new();
            for (n, (name, kind)) in members.iter().enumerate() {
                let of = |c: &&Cell| if let Cell::Struct(all) = c { all.get(n).cloned() } else { None };
                let values: Vec<Cell> = cells.iter().map(|c| of(c).unwrap_or(Cell::Missing)).collect();
                let array = array(kind, &values.iter().collect::<Vec<_>>(), decimals)?;
                fields.push(Field::new(name, array.data_type().clone(), true));
                arrays.push(array);
            }
            Arc::new(StructArray::try_new_with_length(Fields::from(fields), arrays, Some(nulls), cells.len())?)
        }
    })
}

fn decimal(cells: &[&Cell], decimals: Decimals) -> Result<ArrayRef, Trouble> {
    let values = || cells.iter().map(|c| if let Cell::Decimal(n) = c { Some(*n) } else { None });
    let scale = match decimals {
        Decimals::Text => {
            return Ok(Arc::new(values().map(|n| n.map(|n| n.to_string())).collect::<StringArray>()));
        }
        Decimals::Scale(scale) => scale,
        Decimals::Fitting => values().flatten().map(|n| n.scale()).max().and_then(|s| u8::try_from(s).ok()).unwrap_or(0),
    };
    let all: Result<Vec<Option<i128>>, Trouble> =
        values().map(|n| n.map(|n| at_scale(n, scale).ok_or(Trouble::Decimal(n, scale))).transpose()).collect();
    let array = Decimal128Array::from_iter(all?);
    let scale = i8::try_from(scale).unwrap_or(i8::MAX);
    Ok(Arc::new(array.with_precision_and_scale(DIGITS, scale)?))
}

/// A decimal as whole units of its last digit; none where digits would be lost, or there is no room for them.
fn at_scale(n: Decimal, scale: u8) -> Option<i128> {
    let scale = u32::from(scale);
    let units = if n.scale() <= scale {
        n.mantissa().checked_mul(10_i128.checked_pow(scale - n.scale())?)?
    } else {
        let over = 10_i128.checked_pow(n.scale() - scale)?;
        (n.mantissa() % over == 0).then_some(n.mantissa() / over)?
    };
    (units.unsigned_abs() < 10_u128.pow(DIGITS.into())).then_some(units)
}
