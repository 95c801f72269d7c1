//! `tenor run`, `tenor explain` and `tenor compare` as an Excel workbook.

use super::args::{Explain, Run as RunArgs, Stream};
use super::compare::{self, Compare, Entrant, Loaded};
use super::events::{self, Watcher};
use super::{End, Outcome, diagnose, explain, output, terms};
use crate::engine::Engine;
use crate::engine::code::Program;
use crate::event::{Batch, Head};
use crate::report::Document;
use crate::report::workbook::{Source, Unfit, side_by_side, tables, workbook};
use crate::terms::Terms;
use std::path::Path;

/// What is not shown on a terminal.
pub(super) const WHAT: &str = "an Excel workbook";
/// What a workbook may be called.
pub(super) const NAME: &str = "out.xlsx";

/// The workbook of a whole run.
pub(super) fn of_run(args: &RunArgs) -> Outcome {
    output::not_on_a_terminal(args.output.as_deref(), WHAT, NAME)?;
    let t = terms::load(&args.stream.terms, false)?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile_to_derive(&t, &readings)?;
    let (ran, records) = keeping(&args.stream, &t, &program, args.keep_going, 0)?;
    bytes(&args.stream, &t, &program, (&ran, &records), (None, None), args.output.as_deref())?;
    let bad = events::tell(&args.stream, &t, &ran, args.keep_going);
    if args.keep_going {
        events::rejects(&args.stream, args.rejects.as_deref(), &t, &ran)?;
    }
    if bad { Err(End::Data) } else { Ok(()) }
}

/// The workbook of what was asked for: one record, one entry.
pub(super) fn of_explanation(args: &Explain) -> Outcome {
    output::not_on_a_terminal(args.output.as_deref(), WHAT, NAME)?;
    let t = terms::load(&args.stream.terms, false)?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile_to_derive(&t, &readings)?;
    let (ran, records) = keeping(&args.stream, &t, &program, false, args.event.unwrap_or(0))?;
    explain::asked_for(args, &t, &ran)?;
    let asked = (args.event, args.certificate.as_deref());
    bytes(&args.stream, &t, &program, (&ran, &records), asked, args.output.as_deref())?;
    if events::tell(&args.stream, &t, &ran, false) { Err(End::Data) } else { Ok(()) }
}

/// The workbook of a comparison: the sheets of each variant over each stream, and one with the differences as formulas.
pub(super) fn of_comparison(args: &Compare, loaded: &[Loaded], entrants: &[Entrant]) -> Outcome {
    let mut made = Vec::new();
    for (n, events) in args.events.iter().enumerate() {
        for e in entrants {
            let Some((l, records)) = loaded.get(e.terms).and_then(|l| Some((l, l.streams.get(n)?))) else { continue };
            let program = terms::compile_to_derive(&l.terms, &e.program.readings)?;
            let run = records.explained(&l.terms, &program, usize::MAX, 0);
            let name = match args.events.len() {
                1 => e.variant.name.clone(),
                _ => format!("{}, {}", e.variant.name, events.display()),
            };
            let stream = compare::stream(args, Path::new(&l.path), events);
            let receipt = receipt(&stream, &l.terms, &program, records.all.len());
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
    written(side_by_side(&sides), args.showing.output.as_deref())
}

/// The tables of a document as sheets.
pub(super) fn of_tables(doc: &Document, currency: &str, file: Option<&Path>) -> Outcome {
    written(tables(doc, currency), file)
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
    keep_going: bool,
    record: u32,
) -> Result<(events::Ran, Vec<(Head, Batch)>), End> {
    let mut kept = Kept { records: Vec::new(), last: events::date(stream.taking.as_of.as_deref(), "--as-of")? };
    let opened = events::open(stream)?;
    let ran = events::watched(stream, t, program, keep_going, opened, |e| {
        e.explain(record);
        &mut kept
    })?;
    Ok((ran, kept.records))
}

fn bytes(
    stream: &Stream,
    t: &Terms,
    program: &Program,
    (ran, records): (&events::Ran, &[(Head, Batch)]),
    (record, entry): (Option<u32>, Option<&str>),
    file: Option<&Path>,
) -> Outcome {
    let receipt = receipt(stream, t, program, records.len());
    let source = Source { terms: t, program, run: &ran.run, records, record, entry, receipt: &receipt };
    written(workbook(&source), file)
}

/// What the workbook was made from.
fn receipt(stream: &Stream, t: &Terms, program: &Program, records: usize) -> Vec<(String, String)> {
    let mut out = vec![("written by".to_owned(), format!("Tenor {}", env!("CARGO_PKG_VERSION")))];
    let mut say = |what: &str, which: String| out.push((what.to_owned(), which));
    say("terms", stream.terms.display().to_string());
    let main = stream.terms.as_path();
    t.sources.iter().filter(|s| s.path != main).for_each(|s| say("with", s.path.display().to_string()));
    say(
        "events",
        if stream.events.as_os_str() == "-" { "standard input".to_owned() } else { stream.events.display().to_string() },
    );
    say("records", records.to_string());
    if let Some(day) = &stream.taking.as_of {
        say("as of", day.clone());
    }
    if let Some(day) = &stream.taking.known_on {
        say("known on", day.clone());
    }
    for (reading, chosen) in t.readings.iter().zip(&program.readings).filter(|(r, c)| r.default != **c) {
        let word = usize::try_from(*chosen).ok().and_then(|n| reading.alternatives.get(n)).map_or("", |(w, _)| w.as_str());
        say("reading", format!("{} = {word}", reading.name));
    }
    out
}
