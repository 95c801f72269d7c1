//! Messages in Python.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use tenor::cli::embed::Told;

/// Messages as dictionaries.
///
/// # Errors
/// None that is known.
pub fn list<'py>(py: Python<'py>, all: &[Told]) -> PyResult<Bound<'py, PyList>> {
    let out = PyList::empty(py);
    for t in all {
        let one = PyDict::new(py);
        one.set_item("severity", t.severity)?;
        one.set_item("code", &t.code)?;
        one.set_item("message", &t.message)?;
        one.set_item("help", &t.help)?;
        one.set_item("file", &t.file)?;
        one.set_item("line", t.at.map(|(line, _)| line))?;
        one.set_item("column", t.at.and_then(|(_, column)| column))?;
        one.set_item("record", t.record)?;
        one.set_item("terms", t.terms.clone())?;
        one.set_item("rendered", &t.rendered)?;
        out.append(one)?;
    }
    Ok(out)
}
