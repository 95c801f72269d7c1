//! Tenor for Python: the native part, which the package `tenor` wraps.

mod away;
mod cell;
mod document;
mod export;
mod given;
mod run;
mod table;
mod tables;
mod terms;
mod told;

use pyo3::prelude::*;
use std::ffi::OsString;

/// Runs a command line, the name of the command first, and gives its exit code.
#[pyfunction]
fn main(py: Python<'_>, line: Vec<OsString>) -> u8 {
    py.detach(move || tenor::cli::main_of(line))
}

#[pymodule]
fn _tenor(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(main, module)?)?;
    module.add_function(wrap_pyfunction!(document::tables, module)?)?;
    module.add_class::<terms::Terms>()?;
    module.add_class::<run::Run>()?;
    module.add_class::<table::Table>()
}
