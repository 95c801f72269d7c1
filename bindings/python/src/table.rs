//! A table in Python.

use crate::cell::{Cell, Kind};
use crate::export::{Decimals, batch};
use crate::tables::Rows;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatchIterator, RecordBatchReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyCapsule, PyDate, PyDateTime, PyDict, PyList, PyType};
use std::sync::Arc;

/// A table of a result.
#[pyclass(frozen, module = "tenor._tenor", name = "Table")]
pub struct Table {
    pub rows: Arc<Rows>,
    pub decimals: Decimals,
}

impl Table {
    pub fn new(rows: Rows) -> Self {
        Self { rows: Arc::new(rows), decimals: Decimals::Fitting }
    }
}

#[pymethods]
impl Table {
    #[getter]
    fn name(&self) -> &str {
        &self.rows.name
    }

    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.rows.columns.iter().map(|c| c.name.as_str()).collect()
    }

    #[getter]
    fn units(&self) -> Vec<(&str, &str)> {
        self.rows.columns.iter().map(|c| (c.name.as_str(), c.unit.as_str())).collect()
    }

    #[getter]
    fn kinds(&self) -> Vec<String> {
        self.rows.columns.iter().map(|c| kind_name(&c.kind)).collect()
    }

    fn __len__(&self) -> usize {
        self.rows.rows
    }

    /// A row by its number, from 0.
    fn row<'py>(&self, py: Python<'py>, at: usize) -> PyResult<Bound<'py, PyDict>> {
        if at >= self.rows.rows {
            return Err(PyIndexError::new_err("there is no such row"));
        }
        let out = PyDict::new(py);
        for column in &self.rows.columns {
            out.set_item(&column.name, object(py, column.cells.get(at).unwrap_or(&Cell::Missing), &column.kind)?)?;
        }
        Ok(out)
    }

    /// A column by its number, from 0.
    fn column<'py>(&self, py: Python<'py>, at: usize) -> PyResult<Bound<'py, PyList>> {
        let column = self.rows.columns.get(at).ok_or_else(|| PyIndexError::new_err("there is no such column"))?;
        let values: PyResult<Vec<Bound<'py, PyAny>>> = column.cells.iter().map(|c| object(py, c, &column.kind)).collect();
        PyList::new(py, values?)
    }

    /// The same table, its decimals exported as text, or with a scale; none for the scale that fits.
    #[pyo3(signature = (scale, text))]
    fn with_decimals(&self, scale: Option<u8>, text: bool) -> PyResult<Self> {
        let decimals = match (text, scale) {
            (true, _) => Decimals::Text,
            (false, None) => Decimals::Fitting,
            (false, Some(scale)) if scale <= 38 => Decimals::Scale(scale),
            (false, Some(_)) => return Err(PyValueError::new_err("the scale of a decimal128 is at most 38")),
        };
        Ok(Self { rows: Arc::clone(&self.rows), decimals })
    }

    /// The table as an Arrow stream; it is made in the form asked for by `with_decimals`, whatever schema is requested.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let batch = self.batch(py)?;
        let schema = batch.schema();
        let reader: Box<dyn RecordBatchReader + Send> = Box::new(RecordBatchIterator::new([Ok(batch)], schema));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), c"arrow_array_stream")
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let batch = self.batch(py)?;
        let schema = FFI_ArrowSchema::try_from(batch.schema().as_ref()).map_err(|e| PyValueError::new_err(e.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }
}

impl Table {
    fn batch(&self, py: Python<'_>) -> PyResult<arrow_array::RecordBatch> {
        let (rows, decimals) = (Arc::clone(&self.rows), self.decimals);
        py.detach(move || batch(&rows, decimals)).map_err(|e| match precision_error(py) {
            Ok(class) => PyErr::from_type(class, (e,)),
            Err(e) => e,
        })
    }
}

/// The class of what is raised where a decimal has no place in its column.
fn precision_error(py: Python<'_>) -> PyResult<Bound<'_, PyType>> {
    Ok(py.import("tenor._errors")?.getattr("PrecisionError")?.cast_into::<PyType>()?)
}

fn kind_name(kind: &Kind) -> String {
    match kind {
        Kind::Decimal => "decimal".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Moment => "moment".to_owned(),
        Kind::YesNo => "bool".to_owned(),
        Kind::Whole => "int".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::List(inner) => format!("list of {}", kind_name(inner)),
        Kind::Struct(fields) => {
            let all: Vec<String> = fields.iter().map(|(n, k)| format!("{n}: {}", kind_name(k))).collect();
            format!("{{{}}}", all.join(", "))
        }
    }
}

/// The class `decimal.Decimal`.
fn decimal(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "decimal", "Decimal")
}

/// A value as Python has it.
fn object<'py>(py: Python<'py>, cell: &Cell, kind: &Kind) -> PyResult<Bound<'py, PyAny>> {
    Ok(match cell {
        Cell::Missing => py.None().into_bound(py),
        Cell::Decimal(n) => decimal(py)?.call1((n.to_string(),))?,
        Cell::Date(day) => {
            let ordinal = i64::from(*day) + 719_163;
            py.get_type::<PyDate>().call_method1("fromordinal", (ordinal,))?
        }
        Cell::Moment(minutes) => {
            let ordinal = minutes.div_euclid(1440) + 719_163;
            let day = py.get_type::<PyDate>().call_method1("fromordinal", (ordinal,))?;
            let part = |name: &str| -> PyResult<i32> { day.getattr(name)?.extract() };
            let minute = minutes.rem_euclid(1440);
            py.get_type::<PyDateTime>().call1((part("year")?, part("month")?, part("day")?, minute / 60, minute % 60))?
        }
        Cell::YesNo(yes) => yes.into_pyobject(py)?.to_owned().into_any(),
        Cell::Whole(n) => n.into_pyobject(py)?.into_any(),
        Cell::Text(text) => text.into_pyobject(py)?.into_any(),
        Cell::List(items) => {
            let inner = if let Kind::List(inner) = kind { inner } else { &Box::new(Kind::Text) };
            let items: PyResult<Vec<Bound<'py, PyAny>>> = items.iter().map(|c| object(py, c, inner)).collect();
            PyList::new(py, items?)?.into_any()
        }
        Cell::Struct(values) => {
            let out = PyDict::new(py);
            if let Kind::Struct(fields) = kind {
                for ((name, kind), value) in fields.iter().zip(values) {
                    out.set_item(name, object(py, value, kind)?)?;
                }
            }
            out.into_any()
        }
    })
}
