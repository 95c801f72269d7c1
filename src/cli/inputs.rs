//! The files a command reads, each kept in mind: for the receipt, and so that nothing is written over one of them.

use super::args::{Stream as StreamArgs, Taking};
use super::{End, Outcome, diagnose, embed, events, output, terms};
use crate::check::Reader;
use crate::event::Format;
use crate::report::receipt::{Input, Receipt, Sum};
use crate::terms::Terms;
use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The files that were read so far.
#[derive(Default)]
pub(super) struct Inputs {
    read: RefCell<Vec<(PathBuf, Input)>>,
    /// Whether standard input has been read: it is read once.
    standard: Cell<bool>,
    /// The terms that stood on it: they may be read again.
    held: RefCell<Option<String>>,
}

impl Inputs {
    /// A file of text, such as a template.
    pub(super) fn text(&self, role: &str, path: &Path) -> Result<String, String> {
        if is_standard(path) && self.standard.replace(true) {
            return Err("standard input is read once".to_owned());
        }
        let text = terms::Files.read(path)?;
        self.note(role, path, || Input::new(role, &name(path), text.as_bytes()));
        Ok(text)
    }

    /// A file of the terms that was read before.
    pub(super) fn noted(&self, file: &embed::Held) {
        self.note("", &file.path, || Input::new("", &name(&file.path), &file.bytes));
    }

    fn note(&self, role: &str, path: &Path, input: impl FnOnce() -> Input) {
        let mut read = self.read.borrow_mut();
        if !read.iter().any(|(p, i)| p == path && i.role == role) {
            let input = input();
            if diagnose::is_verbose() {
                output::say(&format!("tenor: `{}` is read: {} bytes, SHA-256 {}", input.name, input.bytes, input.sha256));
            }
            read.push((path.to_owned(), input));
        }
    }

    /// A stream of events, its bytes counted while it is read.
    pub(super) fn events(&self, args: &StreamArgs) -> Result<Opened, End> {
        if is_standard(&args.events) && self.standard.replace(true) {
            let help = "name a file for the other, or give all records in one stream";
            diagnose::message("usage::events", "standard input is read once, and is named twice", help);
            return Err(End::Usage);
        }
        let sum = Rc::new(RefCell::new(Sum::default()));
        let count = Rc::clone(&sum);
        let (input, format) = events::open(args, |input| Box::new(Counted { input, sum: count }))?;
        Ok(Opened { input, format, sum, path: args.events.clone() })
    }

    /// All of a stream, as bytes.
    pub(super) fn whole(&self, args: &StreamArgs) -> Result<(Vec<u8>, Format), End> {
        let mut opened = self.events(args)?;
        let mut bytes = Vec::new();
        opened.input.read_to_end(&mut bytes).map_err(|e| events::unreadable(&e))?;
        let format = opened.format;
        self.done(opened);
        Ok((bytes, format))
    }

    /// What is known of a stream once nobody reads it any more; what is left of it is read for its digest.
    pub(super) fn done(&self, mut opened: Opened) {
        let rest = io::copy(&mut opened.input, &mut io::sink());
        if rest.is_ok() {
            let (bytes, sha256) = opened.sum.take().done();
            let input = Input { role: "events".to_owned(), name: name(&opened.path), bytes, sha256 };
            self.note("events", &opened.path, || input);
        }
    }

    /// Refuses to write over a file that is read: one of those so far, or one that is still to be read.
    pub(super) fn keep(&self, output: Option<&Path>, option: &str, to_come: &[&Path]) -> Outcome {
        let Some(output) = output else { return Ok(()) };
        let read = self.read.borrow();
        let mut all = read.iter().map(|(p, _)| p.as_path()).chain(to_come.iter().copied());
        let Some(input) = all.find(|input| same_file(input, output)) else { return Ok(()) };
        Err(destroying(output, input, option))
    }

    /// What a result of terms was computed from: the files read so far, under what the command line asked for.
    pub(super) fn receipt(self, main: &[&Path], t: Option<&Terms>, taking: &Taking, mut options: Vec<String>) -> Receipt {
        let mut files: Vec<Input> = Vec::new();
        let mut streams: Vec<Input> = Vec::new();
        for (path, mut input) in self.read.into_inner() {
            if input.role.is_empty() {
                let is_main = main.iter().any(|t| *t == path);
                input.role = if is_main { "terms" } else { "read by the terms" }.to_owned();
            }
            if input.role == "events" { streams.push(input) } else { files.push(input) }
        }
        files.append(&mut streams);
        if taking.sort {
            options.insert(0, SORTED.to_owned());
        }
        if let Some(format) = taking.events_format.and_then(|f| clap::ValueEnum::to_possible_value(&f)) {
            options.insert(0, format!("{READ_AS}{}", format.get_name()));
        }
        Receipt {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            terms: t.map(|t| t.title.clone()).unwrap_or_default(),
            files,
            as_of: taking.as_of.clone().unwrap_or_default(),
            known_on: taking.known_on.clone().unwrap_or_default(),
            options,
            readings: Vec::new(),
        }
    }
}

impl Reader for Inputs {
    fn read(&self, path: &Path) -> Result<String, String> {
        if let Some(held) = self.held.borrow().as_ref().filter(|_| is_standard(path)) {
            return Ok(held.clone());
        }
        if is_standard(path) && self.standard.replace(true) {
            return Err("standard input is read once".to_owned());
        }
        let text = terms::Files.read(path)?;
        if is_standard(path) {
            *self.held.borrow_mut() = Some(text.clone());
        }
        self.note("", path, || Input::new("", &name(path), text.as_bytes()));
        Ok(text)
    }
}

/// A stream that has been opened.
pub(super) struct Opened {
    input: Box<dyn BufRead>,
    format: Format,
    sum: Rc<RefCell<Sum>>,
    path: PathBuf,
}

impl Opened {
    /// The stream, to be read.
    pub(super) fn stream(&mut self) -> (Box<dyn BufRead + '_>, Format) {
        (Box::new(self.input.as_mut()), self.format)
    }
}

/// A reader whose bytes are summed up as they are taken.
struct Counted {
    input: Box<dyn BufRead>,
    sum: Rc<RefCell<Sum>>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        if let Some(bytes) = into.get(..read) {
            self.sum.borrow_mut().add(bytes);
        }
        Ok(read)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if count > 0
            && let Ok(bytes) = self.input.fill_buf()
            && let Some(taken) = bytes.get(..count)
        {
            self.sum.borrow_mut().add(taken);
        }
        self.input.consume(count);
    }
}

/// Tells that an output would be written over an input.
fn destroying(output: &Path, input: &Path, option: &str) -> End {
    let text = if output == input {
        format!("`{}` is read here, and writing to it would destroy it", output.display())
    } else {
        let (output, input) = (output.display(), input.display());
        format!("`{output}` is the file `{input}`, which is read here, and writing to it would destroy it")
    };
    diagnose::message("usage::output", &text, &format!("name another with `{option}`"));
    End::Usage
}

/// Refuses to write over one of the files a result was computed from.
pub(super) fn keep_files(files: &[Input], output: &Path) -> Outcome {
    match files.iter().find(|f| same_file(Path::new(&f.name), output)) {
        Some(input) => Err(destroying(output, Path::new(&input.name), "--output")),
        None => Ok(()),
    }
}

/// What a receipt says of records that were put in order.
pub(super) const SORTED: &str = "records were put in order of their dates";
/// What a receipt says of the format that events were read as, where it was said.
pub(super) const READ_AS: &str = "events were read as ";

/// Whether a path stands for standard input or output.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A file as it is named in messages and receipts.
pub(super) fn name(path: &Path) -> String {
    if is_standard(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Whether two paths lead to one file: by their way, or by the file itself where it has several names.
fn same_file(a: &Path, b: &Path) -> bool {
    if is_standard(a) || is_standard(b) {
        return false;
    }
    let (a, b) = (real(a), real(b));
    a == b || is_one_file(&a, &b)
}

/// A path without links, also of a file that is still to be written.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match (folder.canonicalize(), path.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            _ => path.to_path_buf(),
        }
    })
}

#[cfg(unix)]
fn is_one_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (std::fs::metadata(a), std::fs::metadata(b)) {
        (Ok(a), Ok(b)) => a.is_file() && a.dev() == b.dev() && a.ino() == b.ino(),
        _ => false,
    }
}

#[cfg(not(unix))]
const fn is_one_file(_: &Path, _: &Path) -> bool {
    false
}
