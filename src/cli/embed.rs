//! The command inside another program: files may be held in memory, and results and messages are handed back instead of
//! being written to the terminal.

use super::args::{Cli, EventsFormat, Stream, Taking};
use super::{End, dispatch, events, inputs::Inputs, run, terms};
use crate::check::Reader;
use crate::engine::Engine;
use crate::engine::code::Program;
use crate::event::{Batch, Head};
use crate::report::ending::Ending;
use crate::report::json::{Document, Whole, chosen};
use crate::report::receipt::Receipt;
use crate::terms::Terms;
use clap::Parser;
use miette::Diagnostic;
use std::cell::RefCell;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A file held in memory, under the name by which it is asked for.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its name.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

/// A message, with the place it speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// `error`, `warning` or `advice`.
    pub severity: &'static str,
    /// The code, a heading of the documentation; empty for a remark in passing.
    pub code: String,
    /// What it says.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The file, as it is named in messages; empty where there is none.
    pub file: String,
    /// The line and the column in it, from 1.
    pub at: Option<(u64, Option<usize>)>,
    /// The number of the record, from 1.
    pub record: Option<u32>,
    /// Where a message about a record speaks of the terms too: the file, the line, the column.
    pub terms: Option<(String, u64, usize)>,
    /// The message as the command draws it.
    pub rendered: String,
}

/// A place of a message, as those who tell it know it.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The file.
    pub file: String,
    /// The line.
    pub line: Option<u64>,
    /// The column.
    pub column: Option<usize>,
}

impl Place {
    /// The place that stands before a message about a record: `events.jsonl:8: record 7: …`.
    fn of_record(message: &str) -> Option<(Self, u32)> {
        let (head, rest) = message.split_once(": record ")?;
        let number = rest.split_once(": ")?.0.parse().ok()?;
        let line = head.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
        let (file, line) = line.map_or((head, None), |(file, line)| (file, Some(line)));
        Some((Self { file: file.to_owned(), line, column: None }, number))
    }
}

/// What is held and what is caught, of the calls of one thread and of the threads it starts.
#[derive(Default)]
struct Caught {
    held: Vec<Held>,
    out: Mutex<Vec<u8>>,
    told: Mutex<Vec<Told>>,
}

thread_local! {
    static HERE: RefCell<Option<Arc<Caught>>> = const { RefCell::new(None) };
}

/// What catches on this thread.
fn here() -> Option<Arc<Caught>> {
    HERE.with_borrow(Clone::clone)
}

/// Whether results and messages are handed back.
pub(super) fn is_on() -> bool {
    HERE.with_borrow(Option::is_some)
}

/// Has another thread catch what this one catches.
pub(super) fn passed_on() -> impl Fn(usize) + Send + Sync + 'static {
    let caught = here();
    move |_| HERE.set(caught.clone())
}

/// A file that is held in memory.
pub(super) fn held(path: &Path) -> Option<Arc<[u8]>> {
    here()?.held.iter().find(|h| h.path == path).map(|h| Arc::clone(&h.bytes))
}

/// What is caught of standard output.
pub(super) struct Taken;

impl io::Write for Taken {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(caught) = here() {
            caught.out.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes a message; whether it is taken.
pub(super) fn hears(report: &dyn Diagnostic, place: &Place, draw: impl FnOnce() -> String) -> bool {
    let Some(caught) = here() else { return false };
    let message = report.to_string();
    let of_record = Place::of_record(&message);
    let terms = of_record.as_ref().and_then(|_| Some((place.file.clone(), place.line?, place.column?)));
    let record = of_record.as_ref().map(|(_, number)| *number);
    let place = of_record.map_or_else(|| place.clone(), |(place, _)| place);
    let told = Told {
        severity: match report.severity() {
            Some(miette::Severity::Warning) => "warning",
            Some(miette::Severity::Advice) => "advice",
            Some(miette::Severity::Error) | None => "error",
        },
        code: report.code().map(|c| c.to_string()).unwrap_or_default(),
        message,
        help: report.help().map(|h| h.to_string()).unwrap_or_default(),
        at: place.line.map(|line| (line, place.column)),
        file: place.file,
        record,
        terms,
        rendered: draw(),
    };
    caught.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    true
}

/// Takes a remark in passing; whether it is taken.
pub(super) fn remarks(text: &str) -> bool {
    let Some(caught) = here() else { return false };
    let told = Told { severity: "advice", message: text.to_owned(), rendered: text.to_owned(), ..Told::default() };
    caught.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    true
}

/// Does something with results and messages caught; gives what was written and told besides.
fn catching<T>(held: &[Held], inside: impl FnOnce() -> T) -> (T, Vec<u8>, Vec<Told>) {
    /// Lets go again, whatever happens inside.
    struct Before(Option<Arc<Caught>>);
    impl Drop for Before {
        fn drop(&mut self) {
            HERE.set(self.0.take());
        }
    }
    let caught = Arc::new(Caught { held: held.to_vec(), ..Caught::default() });
    let before = Before(HERE.replace(Some(Arc::clone(&caught))));
    let value = inside();
    drop(before);
    let out = std::mem::take(&mut *caught.out.lock().unwrap_or_else(PoisonError::into_inner));
    let told = std::mem::take(&mut *caught.told.lock().unwrap_or_else(PoisonError::into_inner));
    (value, out, told)
}

/// What a command line came to.
#[derive(Debug)]
pub struct Called {
    /// The exit code.
    pub code: u8,
    /// What would have been written to standard output.
    pub out: Vec<u8>,
    /// What would have been told on standard error.
    pub told: Vec<Told>,
}

/// Runs a command line, the name of the command first. The stack of the calling thread should be a deep one.
#[must_use]
pub fn call<A: Into<OsString> + Clone>(args: impl IntoIterator<Item = A>, held: &[Held]) -> Called {
    let (code, out, told) = catching(held, || match Cli::try_parse_from(args) {
        Ok(cli) => dispatch(&cli).map_or_else(End::code, |()| 0),
        Err(e) => {
            let report = miette::MietteDiagnostic::new(e.to_string().trim_start_matches("error: ").trim_end()).with_code("usage");
            hears(&report, &Place::default(), || e.to_string());
            End::Usage.code()
        }
    });
    Called { code, out, told }
}

/// Terms that were read and checked.
#[derive(Debug)]
pub struct Loaded {
    /// The terms.
    pub terms: Terms,
    /// The file asked for, and all that it reads, as they were: so that they can be read again, the same.
    pub files: Vec<Held>,
    /// What is doubtful in them.
    pub told: Vec<Told>,
}

/// Keeps what it reads.
struct Kept(RefCell<Vec<Held>>);

impl Reader for Kept {
    fn read(&self, path: &Path) -> Result<String, String> {
        let text = terms::Files.read(path)?;
        if !self.0.borrow().iter().any(|h| h.path == path) {
            self.0.borrow_mut().push(Held { path: path.to_owned(), bytes: Arc::from(text.as_bytes()) });
        }
        Ok(text)
    }
}

/// Reads terms and checks them.
///
/// # Errors
/// The exit code of the command, with everything that is wrong.
pub fn load(path: &Path, held: &[Held]) -> Result<Loaded, Called> {
    let files = Kept(RefCell::default());
    let (loaded, out, told) = catching(held, || terms::load_by(path, true, &files, &[]));
    match loaded {
        Ok(terms) => Ok(Loaded { terms, files: files.0.into_inner(), told }),
        Err(end) => Err(Called { code: end.code(), out, told }),
    }
}

/// The program of terms under readings, each as `name=word`.
///
/// # Errors
/// The exit code of the command, with what is wrong.
pub fn compile(t: &Terms, readings: &[String]) -> Result<Program, Called> {
    let (program, out, told) = catching(&[], || terms::readings(t, readings).and_then(|chosen| terms::compile(t, &chosen, &[])));
    program.map_err(|end| Called { code: end.code(), out, told })
}

/// How a stream is run.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The terms file, as it was read.
    pub terms: PathBuf,
    /// The events.
    pub events: PathBuf,
    /// The format of the events, `jsonl`, `csv` or `toml`; empty where the name or the text tells.
    pub format: String,
    /// The day after which nothing is applied; empty for none.
    pub as_of: String,
    /// The day whose knowledge is used; empty for all there is.
    pub known_on: String,
    /// Whether records are put in order of their dates.
    pub sort: bool,
    /// Whether bad records are set aside.
    pub keep_going: bool,
}

/// A run with what it was computed from.
#[derive(Debug)]
pub struct Ran {
    /// The run.
    pub run: crate::engine::run::Run,
    /// How its stream ended.
    pub ending: Ending,
    /// What it was computed from.
    pub receipt: Receipt,
    /// The exit code of the command.
    pub code: u8,
    /// What is told of it.
    pub told: Vec<Told>,
}

impl Ran {
    /// The document of the command, as its `--format json`.
    #[must_use]
    pub fn json(&self, terms: &Terms, program: &Program) -> Vec<u8> {
        let document = Document { terms, program, run: &self.run };
        let whole = Whole { document, ending: &self.ending, receipt: &self.receipt };
        catching(&[], || super::output::json_to(None, &whole)).1
    }
}

/// Ends a run where it is asked to.
struct Until<'c>(&'c AtomicBool);

impl events::Watcher for Until<'_> {
    fn before(&mut self, engine: &mut Engine<'_>, record: Option<(&Head, &Batch)>) {
        if record.is_some() && self.0.load(Ordering::Relaxed) {
            engine.stop_here();
        }
    }
}

/// Runs a program of terms over a stream, as `tenor run` does; `files` are those the terms were read from, `held` those of
/// the stream. The run ends early where `until` becomes true.
///
/// # Errors
/// The exit code of the command, with what is wrong, where there is no run.
pub fn run(
    t: &Terms,
    program: &Program,
    files: &[Held],
    held: &[Held],
    asked: &Asked,
    until: &AtomicBool,
) -> Result<Ran, Called> {
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    let events_format = match asked.format.as_str() {
        "jsonl" => Some(EventsFormat::Jsonl),
        "csv" => Some(EventsFormat::Csv),
        "toml" => Some(EventsFormat::Toml),
        _ => None,
    };
    let stream = Stream {
        terms: asked.terms.clone(),
        events: asked.events.clone(),
        readings: Vec::new(),
        taking: Taking {
            as_of: given(&asked.as_of),
            known_on: given(&asked.known_on),
            sort: asked.sort,
            events_format,
            require_records: false,
        },
    };
    let mut until = Until(until);
    let (ran, out, told) = catching(held, || {
        let inputs = Inputs::default();
        files.iter().for_each(|f| inputs.noted(f));
        let mut opened = inputs.events(&stream)?;
        let ran = events::watched(&stream, t, program, asked.keep_going, opened.stream(), |_| &mut until)?;
        inputs.done(opened);
        let ending = ran.ending(t, asked.keep_going);
        let mut receipt = inputs.receipt(&[&asked.terms], Some(t), &stream.taking, run::options(asked.keep_going));
        receipt.readings = chosen(t, &program.readings);
        let bad = events::tell(&stream, t, &ran, asked.keep_going);
        let code = if bad { End::Data.code() } else { 0 };
        Ok(Ran { run: ran.run, ending, receipt, code, told: Vec::new() })
    });
    match ran {
        Ok(ran) => Ok(Ran { told, ..ran }),
        Err::<_, End>(end) => Err(Called { code: end.code(), out, told }),
    }
}
