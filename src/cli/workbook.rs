//! `tenor run`, `tenor explain` and `tenor compare` as an Excel workbook.

use super::args::{Explain, Run as RunArgs, Stream};
use super::compare::{Compare, Entrant, Loaded};
use super::events::{self, Watcher};
use super::inputs::Inputs;
use super::{End, Outcome, diagnose, explain, output, rejects, run, terms};
use crate::engine::Engine;
use crate::engine::code::Program;
use crate::engine::run::Run;
use crate::event::{Batch, Head};
use crate::report::Document;
use crate::report::ending::Ending;
use crate::report::json::chosen;
use crate::report::receipt::Receipt;
use crate::report::spot::Spot;
use crate::report::sweep::Sweep;
use crate::report::workbook::{Source, Unfit, side_by_side, swept, workbook};
use crate::terms::Terms;
use std::path::Path;

/// What is not shown on a terminal.
pub(super) const WHAT: &str = "an Excel workbook";
/// What a workbook may be called.
pub(super) const NAME: &str = "out.xlsx";

/// The workbook of a whole run.
pub(super) fn of_run(args: &RunArgs) -> Outcome {
    output::not_on_a_terminal(args.to.file(), WHAT, NAME)?;
    let files = Inputs::default();
    let t = terms::load_by(&args.stream.terms, false, &files, &[])?;
    run::keep(args, &files)?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile_to_derive(&t, &readings)?;
    let (ran, records) = keeping(&args.stream, &t, &program, &files, args.keep_going, 0)?;
    let receipt = files.receipt(&[&args.stream.terms], Some(&t), &args.stream.taking, run::options(args.keep_going));
    let receipt = lines(&receipt, &t, &program, records.len(), &ran.ending(&t, args.keep_going));
    bytes(&t, &program, (&ran, &records), (None, None), &receipt, args.to.file())?;
    let bad = events::tell(&args.stream, &t, &ran, args.keep_going);
    if args.keep_going {
        rejects::write(args, &t, &ran)?;
    }
    events::ended(&args.stream, &ran, bad)
}

/// The workbook of what was asked for: one record, one entry.
pub(super) fn of_explanation(args: &Explain) -> Outcome {
    output::not_on_a_terminal(args.to.file(), WHAT, NAME)?;
    let files = Inputs::default();
    let t = terms::load_by(&args.stream.terms, false, &files, &[])?;
    files.keep(args.to.file(), "--output", &[&args.stream.events])?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile_to_derive(&t, &readings)?;
    let spot = args.place.spot()?;
    let (ran, records) = keeping(&args.stream, &t, &program, &files, false, Spot::to_explain(spot))?;
    explain::asked_for(args, &t, &program, &ran)?;
    let asked = (spot, args.certificate.as_deref());
    let receipt = files.receipt(&[&args.stream.terms], Some(&t), &args.stream.taking, Vec::new());
    let mut receipt = lines(&receipt, &t, &program, records.len(), &ran.ending(&t, false));
    if let Some(spot) = spot.filter(|s| is_quiet(&ran.run, *s)) {
        receipt.insert(0, (spot.name(), "nothing was adjusted or refused".to_owned()));
    }
    bytes(&t, &program, (&ran, &records), asked, &receipt, args.to.file())?;
    let bad = events::tell(&args.stream, &t, &ran, false);
    events::ended(&args.stream, &ran, bad)
}

/// Whether a record changed and refused nothing.
fn is_quiet(run: &Run, spot: Spot) -> bool {
    !run.changes.iter().any(|c| spot.holds(c.when)) && !run.refusals.iter().any(|r| spot.holds(r.when))
}

/// The workbook of a comparison: the sheets of each variant over each stream, and one with the differences as formulas.
pub(super) fn of_comparison(args: &Compare, loaded: &[Loaded], entrants: &[Entrant], receipt: &Receipt) -> Outcome {
    let mut made = Vec::new();
    for (n, events) in args.events.iter().enumerate() {
        for e in entrants {
            let Some((l, records)) = loaded.get(e.terms).and_then(|l| Some((l, l.streams.get(n)?))) else { continue };
            let program = terms::compile_to_derive(&l.terms, &e.program.readings)?;
            let run = records.explained(&l.terms, &program, usize::MAX, 0, None);
            let name = match args.events.len() {
                1 => e.variant.name.clone(),
                _ => format!("{}, {}", e.variant.name, events.display()),
            };
            let receipt = lines(receipt, &l.terms, &program, records.all.len(), &records.ending());
            made.push((name, l, records, program, run, receipt));
        }
    }
    let sides: Vec<(&str, Source<'_>)> = made
        .iter()
        .map(|(name, l, records, program, run, receipt)| {
            let source = Source { terms: &l.terms, program, run, records: &records.all, record: None, entry: None, receipt };
            (name.as_str(), source)
        })
        .collect();
    written(side_by_side(&sides), args.showing.to.file())
}

/// The workbook of a sweep, dated by a day.
pub(super) fn of_sweep(sweep: &Sweep, doc: &Document, day: i64, file: Option<&Path>) -> Outcome {
    written(swept(sweep, doc, day), file)
}

fn written(made: Result<Vec<u8>, Unfit>, file: Option<&Path>) -> Outcome {
    let made = made.map_err(|why| {
        diagnose::message("run::workbook", &why.to_string(), why.help());
        End::Data
    })?;
    output::bytes_to(file, &made)
}

/// The records of a run, kept as they are taken.
#[derive(Default)]
struct Kept {
    records: Vec<(Head, Batch)>,
    last: Option<i64>,
}

impl Watcher for Kept {
    fn before(&mut self, _: &mut Engine<'_>, record: Option<(&Head, &Batch)>) {
        let applied = record.filter(|(head, _)| self.last.is_none_or(|last| head.day <= last));
        self.records.extend(applied.map(|(head, batch)| (*head, batch.clone())));
    }
}

/// Runs a stream, one record explained or, for 0, all; and the records.
fn keeping(
    stream: &Stream,
    t: &Terms,
    program: &Program,
    files: &Inputs,
    keep_going: bool,
    record: u32,
) -> Result<(events::Ran, Vec<(Head, Batch)>), End> {
    let mut kept = Kept { records: Vec::new(), last: events::date(stream.taking.as_of.as_deref(), "--as-of")? };
    let mut opened = files.events(stream)?;
    let ran = events::watched(stream, t, program, keep_going, opened.stream(), |e| {
        e.explain(record);
        &mut kept
    })?;
    files.done(opened);
    Ok((ran, kept.records))
}

fn bytes(
    t: &Terms,
    program: &Program,
    (ran, records): (&events::Ran, &[(Head, Batch)]),
    (record, entry): (Option<Spot>, Option<&str>),
    receipt: &[(String, String)],
    file: Option<&Path>,
) -> Outcome {
    let source = Source { terms: t, program, run: &ran.run, records, record, entry, receipt };
    written(workbook(&source), file)
}

/// What the workbook was made from, a line each; before all else where the stream did not end with its last record.
fn lines(receipt: &Receipt, t: &Terms, program: &Program, records: usize, ending: &Ending) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut say = |what: &str, which: String| out.push((what.to_owned(), which));
    if let Some(stopped) = &ending.stopped {
        say("STOPPED, and nothing from here on is applied", stopped.sentence());
    }
    ending.rejected.iter().for_each(|r| say("set aside, and not applied", r.sentence()));
    say("written by", format!("Tenor {}", receipt.version));
    for f in &receipt.files {
        say(if f.role == "read by the terms" { "with" } else { &f.role }, f.name.clone());
        say("SHA-256", f.sha256.clone());
    }
    say("records", records.to_string());
    if !receipt.as_of.is_empty() {
        say("as of", receipt.as_of.clone());
    }
    if !receipt.known_on.is_empty() {
        say("known on", receipt.known_on.clone());
    }
    receipt.options.iter().for_each(|o| say("asked for", o.clone()));
    for (reading, (name, word)) in t.readings.iter().zip(chosen(t, &program.readings)) {
        let default = usize::try_from(reading.default).ok().and_then(|n| reading.alternatives.get(n));
        if default.is_none_or(|(w, _)| *w != word) {
            say("reading", format!("{name} = {word}"));
        }
    }
    out
}
