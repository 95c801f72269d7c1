//! Pages for a browser: a run, or an explanation, with the receipt of what it was computed from.

use super::args::{Explain, Run as RunArgs, Stream as StreamArgs};
use super::events::{self, Ran, Watcher};
use super::{End, Outcome, diagnose, explain, output, terms};
use crate::check::Reader;
use crate::engine::Engine;
use crate::event::{Batch, Format, Head};
use crate::report::explain::{Asked, explain as explained, pruned};
use crate::report::page::{Picked, REPORT, Side, Source, Timeline, html, page, pick};
use crate::report::receipt::{Input, Receipt};
use crate::report::record::{Record, record as record_of};
use crate::report::words::Words;
use crate::terms::Terms;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

/// `--template` is for pages only.
pub(super) fn only_for_pages(given: bool, is_page: bool) -> Outcome {
    if given && !is_page {
        diagnose::message("usage::template", "`--template` words a page, and this is none", "add `--format html`");
        return Err(End::Usage);
    }
    Ok(())
}

/// The page of a run.
pub(super) fn of_run(args: &RunArgs) -> Outcome {
    let made = Made::new(&args.stream, args.keep_going, args.template.as_deref(), Asked::default(), None)?;
    output::text_to(args.output.as_deref(), &made.html)?;
    let bad = events::tell(&args.stream, &made.terms, &made.ran, args.keep_going);
    if args.keep_going {
        events::rejects(&args.stream, args.rejects.as_deref(), &made.terms, &made.ran)?;
    }
    if bad { Err(End::Data) } else { Ok(()) }
}

/// The page of an explanation.
pub(super) fn of_explanation(args: &Explain) -> Outcome {
    let asked = Asked { record: args.event, entry: args.certificate.as_deref() };
    let made = Made::new(&args.stream, false, args.template.as_deref(), asked, Some(args))?;
    output::text_to(args.output.as_deref(), &made.html)?;
    if events::tell(&args.stream, &made.terms, &made.ran, false) { Err(End::Data) } else { Ok(()) }
}

/// A page, and what it was made of.
struct Made {
    terms: Terms,
    ran: Ran,
    html: String,
}

impl Made {
    fn new(
        stream: &StreamArgs,
        keep_going: bool,
        template: Option<&Path>,
        asked: Asked<'_>,
        explaining: Option<&Explain>,
    ) -> Result<Self, End> {
        let template_text = read_template(template, REPORT)?;
        let files = Recording::default();
        let t = terms::load_by(&stream.terms, false, &files, &[])?;
        let readings = terms::readings(&t, &stream.readings)?;
        let program = terms::compile(&t, &readings, &[])?;
        let telling = terms::compile_to_explain(&t, &readings)?;
        let (bytes, format) = whole(stream)?;
        let again = || -> (Box<dyn BufRead + '_>, Format) { (Box::new(bytes.as_slice()), format) };
        let mut idle = Watch::default();
        let ran = events::watched(stream, &t, &program, keep_going, again(), |_| &mut idle)?;
        if let Some(args) = explaining {
            explain::asked_for(args, &t, &ran)?;
        }
        let picked = pick(&t, &program, &ran.run, asked);
        let mut watch = Watch::new(&t, &picked);
        let told = events::watched(stream, &t, &telling, keep_going, again(), |e| {
            match explaining {
                Some(args) => e.explain(args.event.unwrap_or(0)),
                None => picked.records.iter().for_each(|n| e.explain(*n)),
            }
            &mut watch
        })?;
        watch.timeline.look(&t, ran.run.as_of, &ran.run.shown);
        let steps = if explaining.is_some() { pruned(explained(&t, &telling, &told.run, asked)) } else { Vec::new() };
        let receipt = receipt(stream, &t, files, &bytes, keep_going);
        let side = Side {
            terms: &t,
            program: &program,
            run: &ran.run,
            picked: &picked,
            timeline: &watch.timeline,
            records: &watch.records,
            prefix: "",
        };
        let source = Source { side, told: (&telling, &told.run), receipt, explained: steps };
        let html = filled(template, &template_text, &page(source, explaining.is_none()))?;
        Ok(Self { ran, html, terms: t })
    }
}

/// A template: that of a file, or the one that is built in.
pub(super) fn read_template(path: Option<&Path>, built_in: &str) -> Result<String, End> {
    let Some(path) = path else { return Ok(built_in.to_owned()) };
    terms::Files.read(path).map_err(|why| {
        let text = format!("`{}` cannot be read: {why}", path.display());
        diagnose::message("report::unreadable", &text, "name a template in HTML");
        End::NoInput
    })
}

/// A template filled in.
pub(super) fn filled(path: Option<&Path>, template: &str, with: &impl serde::Serialize) -> Result<String, End> {
    html(template, with).map_err(|why| {
        let name = path.map_or_else(|| "the template".to_owned(), |p| format!("`{}`", p.display()));
        diagnose::message("report::template", &format!("{name}: {why}"), "templates/README.md lists what a template is given");
        End::Data
    })
}

/// All of a stream, as bytes.
pub(super) fn whole(args: &StreamArgs) -> Result<(Vec<u8>, Format), End> {
    let (mut input, format) = events::open(args)?;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|e| events::unreadable(&e))?;
    Ok((bytes, format))
}

/// The receipt of a run of one stream.
fn receipt(args: &StreamArgs, t: &Terms, files: Recording, events: &[u8], keep_going: bool) -> Receipt {
    let mut inputs = files.inputs(&[&args.terms]);
    inputs.push(events_input(&args.events, events));
    let mut options = Vec::new();
    if args.taking.sort {
        options.push("records were put in order of their dates".to_owned());
    }
    if keep_going {
        options.push("bad records were set aside".to_owned());
    }
    let dates = (args.taking.as_of.as_deref(), args.taking.known_on.as_deref());
    Receipt { terms: t.title.clone(), ..receipt_of(inputs, dates, options) }
}

/// A receipt: the files, the days asked for (`--as-of`, `--known-on`), and what else was asked for.
pub(super) fn receipt_of(files: Vec<Input>, dates: (Option<&str>, Option<&str>), options: Vec<String>) -> Receipt {
    Receipt {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        files,
        as_of: dates.0.unwrap_or_default().to_owned(),
        known_on: dates.1.unwrap_or_default().to_owned(),
        options,
        ..Receipt::default()
    }
}

/// A stream in a receipt.
pub(super) fn events_input(path: &Path, bytes: &[u8]) -> Input {
    let name = if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
    Input::new("events", &name, bytes)
}

/// Files of this machine, each kept in mind when it is read.
#[derive(Default)]
pub(super) struct Recording {
    seen: RefCell<Vec<Input>>,
    paths: RefCell<Vec<PathBuf>>,
}

impl Recording {
    /// The files that were read: these terms, and what they read.
    pub(super) fn inputs(self, terms: &[&Path]) -> Vec<Input> {
        let paths = self.paths.into_inner();
        let mut out = self.seen.into_inner();
        for (input, path) in out.iter_mut().zip(&paths) {
            let main = terms.iter().any(|t| path == t);
            input.role = if main { "terms" } else { "read by the terms" }.to_owned();
        }
        out
    }
}

impl Reader for Recording {
    fn read(&self, path: &Path) -> Result<String, String> {
        let text = terms::Files.read(path)?;
        if !self.paths.borrow().iter().any(|p| p == path) {
            self.paths.borrow_mut().push(path.to_owned());
            self.seen.borrow_mut().push(Input::new("", &path.display().to_string(), text.as_bytes()));
        }
        Ok(text)
    }
}

/// Looks at the figures at the end of days, and keeps the records that are spoken of.
#[derive(Default)]
pub(super) struct Watch<'t> {
    /// None where there is nothing to look at.
    terms: Option<&'t Terms>,
    wanted: FxHashSet<u32>,
    /// The days to look at, in order.
    days: Vec<i64>,
    /// How many of them have been looked at.
    looked: usize,
    pub timeline: Timeline,
    pub records: FxHashMap<u32, Record>,
}

impl<'t> Watch<'t> {
    pub(super) fn new(terms: &'t Terms, picked: &Picked) -> Self {
        Self { terms: Some(terms), days: picked.days.clone(), wanted: picked.spoken_of.clone(), ..Self::default() }
    }
}

impl Watcher for Watch<'_> {
    fn before(&mut self, engine: &mut Engine<'_>, record: Option<(&Head, &Batch)>) {
        let Some(terms) = self.terms else { return };
        while let Some(day) = self.days.get(self.looked).copied().filter(|d| record.is_none_or(|(h, _)| h.day > *d)) {
            self.looked += 1;
            let shown = engine.look(day);
            self.timeline.look(terms, day, &shown);
        }
        if let Some((head, batch)) = record.filter(|(h, _)| self.wanted.contains(&h.number)) {
            let words = Words { terms, texts: engine.texts(), keys: &[] };
            self.records.insert(head.number, record_of(&words, head, batch));
        }
    }
}
