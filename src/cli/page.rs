//! Pages for a browser: a run, or an explanation, with the receipt of what it was computed from.

use super::args::{Explain, Run as RunArgs, Stream as StreamArgs};
use super::events::{self, Ran, Watcher};
use super::inputs::Inputs;
use super::{End, Outcome, diagnose, explain, output, rejects, run, terms};
use crate::engine::Engine;
use crate::event::{Batch, Format, Head};
use crate::report::explain::{Asked, explain as explained, pruned};
use crate::report::page::{Picked, REPORT, Side, Source, Timeline, html, page, pick};
use crate::report::record::{Record, record as record_of};
use crate::report::spot::Spot;
use crate::report::words::Words;
use crate::terms::Terms;
use rustc_hash::{FxHashMap, FxHashSet};
use std::io::BufRead;
use std::path::Path;

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
    let files = Inputs::default();
    let t = terms::load_by(&args.stream.terms, false, &files, &[])?;
    run::keep(args, &files)?;
    let made = made(&args.stream, &t, files, args.keep_going, args.template.as_deref(), None)?;
    output::text_to(args.to.file(), &made.html)?;
    let bad = events::tell(&args.stream, &t, &made.ran, args.keep_going);
    if args.keep_going {
        rejects::write(args, &t, &made.ran)?;
    }
    events::ended(&args.stream, &made.ran, bad)
}

/// The page of an explanation.
pub(super) fn of_explanation(args: &Explain) -> Outcome {
    let files = Inputs::default();
    let t = terms::load_by(&args.stream.terms, false, &files, &[])?;
    files.keep(args.to.file(), "--output", &[&args.stream.events])?;
    let made = made(&args.stream, &t, files, false, args.template.as_deref(), Some(args))?;
    output::text_to(args.to.file(), &made.html)?;
    let bad = events::tell(&args.stream, &t, &made.ran, false);
    events::ended(&args.stream, &made.ran, bad)
}

/// A page, and the run it shows.
struct Made {
    ran: Ran,
    html: String,
}

fn made(
    stream: &StreamArgs,
    t: &Terms,
    files: Inputs,
    keep_going: bool,
    template: Option<&Path>,
    explaining: Option<&Explain>,
) -> Result<Made, End> {
    let template_text = read_template(&files, template, REPORT)?;
    let readings = terms::readings(t, &stream.readings)?;
    let program = terms::compile(t, &readings, &[])?;
    let telling = terms::compile_to_explain(t, &readings)?;
    let (bytes, format) = files.whole(stream)?;
    let again = || -> (Box<dyn BufRead + '_>, Format) { (Box::new(bytes.as_slice()), format) };
    let mut idle = Watch::default();
    let ran = events::watched(stream, t, &program, keep_going, again(), |_| &mut idle)?;
    if let Some(args) = explaining {
        explain::asked_for(args, t, &program, &ran)?;
    }
    let spot = explaining.map_or(Ok(None), |args| args.place.spot())?;
    let asked = explaining.map_or_else(Asked::default, |args| Asked { record: spot, entry: args.certificate.as_deref() });
    let picked = pick(t, &program, &ran.run, asked);
    let mut watch = Watch::new(t, &picked);
    let told = events::watched(stream, t, &telling, keep_going, again(), |e| {
        match explaining {
            Some(_) => e.explain(Spot::to_explain(spot)),
            None => picked.records.iter().for_each(|n| e.explain(*n)),
        }
        &mut watch
    })?;
    watch.timeline.look(t, ran.run.as_of, &ran.run.shown);
    let steps = if explaining.is_some() { pruned(explained(t, &telling, &told.run, asked)) } else { Vec::new() };
    let mut receipt = files.receipt(&[&stream.terms], Some(t), &stream.taking, run::options(keep_going));
    receipt.readings = crate::report::json::chosen(t, &program.readings);
    let side = Side {
        terms: t,
        program: &program,
        run: &ran.run,
        picked: &picked,
        timeline: &watch.timeline,
        records: &watch.records,
        prefix: "",
    };
    let ending = ran.ending(t, keep_going);
    let source = Source { side, told: (&telling, &told.run), receipt, ending: &ending, explained: steps };
    let html = filled(template, &template_text, &page(source, explaining.is_none()))?;
    Ok(Made { ran, html })
}

/// A template: that of a file, or the one that is built in.
pub(super) fn read_template(files: &Inputs, path: Option<&Path>, built_in: &str) -> Result<String, End> {
    let Some(path) = path else { return Ok(built_in.to_owned()) };
    files.text("template", path).map_err(|why| {
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
