//! Terms in Python.

use crate::away::away;
use crate::cell::type_name;
use crate::given::{Moments, from_dicts, from_stream};
use crate::run::Run;
use crate::told;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tenor::cli::embed::{self, Asked, Called, Held};
use tenor::engine::code::Program;
use tenor::terms::{EventSort, Type};

/// Terms that were read and checked, with the programs made of them so far, by their readings.
#[pyclass(frozen, module = "tenor._tenor", name = "Terms")]
pub struct Terms {
    terms: Arc<tenor::terms::Terms>,
    files: Arc<Vec<Held>>,
    warnings: Vec<embed::Told>,
    path: PathBuf,
    moments: Moments,
    programs: Mutex<HashMap<Vec<String>, Arc<Program>>>,
}

/// What a command came to: its exit code, what it wrote, what it told.
type Came<'py> = (u8, Vec<u8>, Bound<'py, PyList>);

/// A reading: its name, its clause, its question, the default, the alternatives with what speaks for each.
type Reading = (String, String, String, String, Vec<(String, String)>);

/// Terms, or why there are none.
type Read<'py> = (Option<Terms>, Option<Came<'py>>);

/// The name of events that are held in memory.
const EVENTS: &str = "<events>";

fn came<'py>(py: Python<'py>, called: Called) -> PyResult<Came<'py>> {
    Ok((called.code, called.out, told::list(py, &called.told)?))
}

#[pymethods]
impl Terms {
    /// Reads terms from a file, or from a text under that name; gives them, or what is wrong.
    #[staticmethod]
    fn read<'py>(py: Python<'py>, path: PathBuf, text: Option<String>) -> PyResult<Read<'py>> {
        let files = text.map(|t| (path.clone(), t.into_bytes())).into_iter().collect();
        Self::of_files(py, path, files)
    }

    /// Reads terms from files held in memory; what is not among them is read where it is.
    #[staticmethod]
    fn of_files<'py>(py: Python<'py>, path: PathBuf, files: Vec<(PathBuf, Vec<u8>)>) -> PyResult<Read<'py>> {
        let held: Vec<Held> = files.into_iter().map(|(path, bytes)| Held { path, bytes: Arc::from(bytes) }).collect();
        let name = path.clone();
        match away(py, move |_| embed::load(&name, &held))? {
            Ok(loaded) => {
                let fields = loaded.terms.kinds.iter().flat_map(|k| &k.fields);
                let moments = fields.filter(|f| f.ty == Type::Moment).map(|f| f.written().to_owned()).collect();
                let terms = Self {
                    terms: Arc::new(loaded.terms),
                    files: Arc::new(loaded.files),
                    warnings: loaded.told,
                    path,
                    moments,
                    programs: Mutex::default(),
                };
                Ok((Some(terms), None))
            }
            Err(called) => Ok((None, Some(came(py, called)?))),
        }
    }

    #[getter]
    fn title(&self) -> &str {
        &self.terms.title
    }

    #[getter]
    fn currency(&self) -> &str {
        &self.terms.currency
    }

    #[getter]
    fn zone(&self) -> &str {
        &self.terms.zone
    }

    #[getter]
    fn path(&self) -> String {
        self.path.display().to_string()
    }

    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        told::list(py, &self.warnings)
    }

    /// The files the terms were read from: their names and their bytes.
    #[getter]
    fn files(&self) -> Vec<(String, Cow<'_, [u8]>)> {
        self.files.iter().map(|f| (f.path.display().to_string(), Cow::Borrowed(&*f.bytes))).collect()
    }

    /// The readings: name, clause, question, the default, the alternatives with what speaks for each.
    #[getter]
    fn readings(&self) -> Vec<Reading> {
        let default = |r: &tenor::terms::Reading| {
            let at = usize::try_from(r.default).ok();
            at.and_then(|n| r.alternatives.get(n)).map_or_else(String::new, |(word, _)| word.clone())
        };
        let t = &self.terms;
        let one = |r: &tenor::terms::Reading| {
            (r.name.clone(), t.section(r.clause).to_owned(), r.question.clone(), default(r), r.alternatives.clone())
        };
        t.readings.iter().map(one).collect()
    }

    /// The events and their fields: event, clause, field, type, whether it may be left out.
    #[getter]
    fn fields(&self) -> Vec<(String, String, String, String, bool)> {
        let t = &self.terms;
        let mut out = Vec::new();
        for kind in t.kinds.iter().filter(|k| k.sort != EventSort::Deemed) {
            let clause = t.section(kind.clause);
            let mut add = |field: &str, ty: String, optional: bool| {
                out.push((kind.name.clone(), clause.to_owned(), field.to_owned(), ty, optional));
            };
            if kind.fields.is_empty() {
                add("", String::new(), true);
            }
            for f in &kind.fields {
                add(f.written(), type_name(t, &f.ty), f.optional || f.default.is_some());
            }
        }
        out
    }

    /// Events as bytes: a list of dictionaries, or anything that gives an Arrow stream.
    fn events(&self, given: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
        if given.hasattr("__arrow_c_stream__")? { from_stream(given, &self.moments) } else { from_dicts(given, &self.moments) }
    }

    /// Runs a stream: gives the run with its exit code and messages, or none with what is wrong.
    #[expect(clippy::too_many_arguments, reason = "they are named where they are given")]
    fn run<'py>(
        &self,
        py: Python<'py>,
        events: Option<PathBuf>,
        bytes: Option<Vec<u8>>,
        readings: Vec<String>,
        as_of: String,
        known_on: String,
        sort: bool,
        keep_going: bool,
        format: String,
    ) -> PyResult<(Option<Run>, Came<'py>)> {
        let known = self.programs.lock().unwrap_or_else(PoisonError::into_inner).get(&readings).cloned();
        let held: Vec<Held> = bytes.into_iter().map(|b| Held { path: EVENTS.into(), bytes: Arc::from(b) }).collect();
        let asked = Asked {
            terms: self.path.clone(),
            events: events.unwrap_or_else(|| EVENTS.into()),
            format,
            as_of,
            known_on,
            sort,
            keep_going,
        };
        let (terms, files, chosen) = (Arc::clone(&self.terms), Arc::clone(&self.files), readings.clone());
        let work = move |until: &std::sync::atomic::AtomicBool| {
            let program = match known {
                Some(program) => program,
                None => Arc::new(embed::compile(&terms, &chosen)?),
            };
            let ran = embed::run(&terms, &program, &files, &held, &asked, until)?;
            Ok::<_, Called>((terms, program, ran))
        };
        match away(py, work)? {
            Ok((terms, program, ran)) => {
                self.programs.lock().unwrap_or_else(PoisonError::into_inner).insert(readings, Arc::clone(&program));
                let came = (ran.code, Vec::new(), told::list(py, &ran.told)?);
                Ok((Some(Run { terms, program, ran: Arc::new(ran) }), came))
            }
            Err(called) => Ok((None, came(py, called)?)),
        }
    }

    /// Runs a command over these terms and others, and over files held in memory.
    fn call<'py>(
        &self,
        py: Python<'py>,
        line: Vec<String>,
        others: Vec<PyRef<'py, Terms>>,
        held: Vec<(PathBuf, Vec<u8>)>,
    ) -> PyResult<Came<'py>> {
        let mut files: Vec<Held> = self.files.iter().cloned().collect();
        for other in others {
            for f in other.files.iter() {
                if !files.iter().any(|h| h.path == f.path) {
                    files.push(f.clone());
                }
            }
        }
        files.extend(held.into_iter().map(|(path, bytes)| Held { path, bytes: Arc::from(bytes) }));
        let called = away(py, move |_| embed::call(line, &files))?;
        came(py, called)
    }
}
