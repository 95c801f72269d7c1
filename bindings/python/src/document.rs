//! Tables of the documents of commands: columns of texts, taken for what they are said to be.

use crate::cell::{Cell, Kind};
use crate::table::Table;
use crate::tables::{Column, Rows};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// A column: its name, the kind of its values, and their texts.
type Given = (String, String, Vec<Option<String>>);

/// A table of columns.
///
/// # Errors
/// A value that is not of the kind of its column.
#[pyfunction]
pub fn tables(name: &str, columns: Vec<Given>) -> PyResult<Table> {
    let mut rows = Rows::new(name, Vec::new());
    for (name, kind, values) in columns {
        let kind = match kind.as_str() {
            "decimal" => Kind::Decimal,
            "date" => Kind::Date,
            "int" => Kind::Whole,
            "bool" => Kind::YesNo,
            _ => Kind::Text,
        };
        let mut column = Column::new(&name, kind);
        for value in values {
            let cell = value.map_or(Some(Cell::Missing), |text| cell(&column.kind, text));
            let no = || PyValueError::new_err(format!("column `{name}`: a value is not what it should be"));
            column.cells.push(cell.ok_or_else(no)?);
        }
        rows.rows = rows.rows.max(column.cells.len());
        rows.columns.push(column);
    }
    Ok(Table::new(rows))
}

fn cell(kind: &Kind, text: String) -> Option<Cell> {
    Some(match kind {
        Kind::Decimal => Cell::Decimal(tenor::event::decimal(&text)?),
        Kind::Date => Cell::day(tenor::event::day_number(&text)?),
        Kind::Whole => Cell::Whole(text.parse().ok()?),
        Kind::YesNo => Cell::YesNo(text == "true"),
        Kind::Moment | Kind::Text | Kind::List(_) | Kind::Struct(_) => Cell::Text(text),
    })
}
