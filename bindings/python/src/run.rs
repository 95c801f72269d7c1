//! A run in Python.

use crate::table::Table;
use crate::tables::{Source, asides};
use pyo3::prelude::*;
use std::sync::Arc;
use tenor::cli::embed::Ran;
use tenor::engine::code::Program;
use tenor::report::json::chosen;
use tenor::terms::Terms;

/// What came of a stream.
#[pyclass(frozen, module = "tenor._tenor", name = "Run")]
pub struct Run {
    pub terms: Arc<Terms>,
    pub program: Arc<Program>,
    pub ran: Arc<Ran>,
}

impl Run {
    fn source(&self) -> Source<'_> {
        Source { terms: &self.terms, program: &self.program, run: &self.ran.run, ending: &self.ran.ending }
    }
}

#[pymethods]
impl Run {
    #[getter]
    fn title(&self) -> &str {
        &self.terms.title
    }

    /// The day at whose end the run stands; none where nothing was applied.
    #[getter]
    fn as_of(&self) -> Option<String> {
        let day = self.ran.run.as_of;
        (day != 0).then(|| tenor::report::words::day(day))
    }

    #[getter]
    fn records(&self) -> u32 {
        self.ran.run.records
    }

    #[getter]
    fn readings(&self) -> Vec<(String, String)> {
        chosen(&self.terms, &self.program.readings)
    }

    /// The names of the tables, with what each is: a report, an effect, or a part of every run.
    fn names(&self) -> Vec<(String, &'static str)> {
        self.source().names()
    }

    fn table(&self, py: Python<'_>, name: &str, of: &str) -> Option<Table> {
        py.detach(|| self.source().table(name, of)).map(Table::new)
    }

    /// Where the stream stopped, as a table of one row or none.
    fn stopped(&self) -> Table {
        Table::new(asides("stopped", &self.ran.ending.stopped))
    }

    /// The document of the command, byte by byte.
    fn json(&self, py: Python<'_>) -> Vec<u8> {
        py.detach(|| self.ran.json(&self.terms, &self.program))
    }

    fn receipt(&self) -> String {
        self.ran.receipt.json().to_string()
    }
}
