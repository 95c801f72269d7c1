//! `tenor run`

use super::args::{Run as Args, RunFormat};
use super::inputs::{Inputs, is_standard};
use super::shown::{self, Form, Result};
use super::{End, Outcome, diagnose, events, output, page, rejects, terms, workbook};
use crate::report;
use crate::report::csv::Tables;
use crate::report::json::{Document, Whole};

/// Runs terms over a stream.
pub(super) fn run(args: &Args) -> Outcome {
    page::only_for_pages(args.template.is_some(), args.format == RunFormat::Html)?;
    args.to.only_for_tables(args.format == RunFormat::Csv)?;
    let Some(form) = Form::of(args.format) else {
        return if args.format == RunFormat::Html { page::of_run(args) } else { workbook::of_run(args) };
    };
    let files = Inputs::default();
    let t = terms::load_by(&args.stream.terms, false, &files, &[])?;
    keep(args, &files)?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile(&t, &readings, &[])?;
    let mut opened = files.events(&args.stream)?;
    let ran = events::run(&args.stream, &t, &program, args.keep_going, opened.stream(), |_| {})?;
    files.done(opened);
    let ending = ran.ending(&t, args.keep_going);
    let mut receipt = files.receipt(&[&args.stream.terms], Some(&t), &args.stream.taking, options(args.keep_going));
    receipt.readings = report::json::chosen(&t, &program.readings);
    let document = Document { terms: &t, program: &program, run: &ran.run };
    let whole = Whole { document, ending: &ending, receipt: &receipt };
    match form {
        Form::Json => output::json_to(args.to.file(), &whole)?,
        Form::Csv => shown::tables(&Tables::of_run(&whole), &args.to, &receipt)?,
        Form::Table | Form::Md => {
            let result = Result { schema: "run", ending: &ending, receipt: &receipt };
            result.write(form, &args.to, || report::document(&t, &program, &ran.run), || serde_json::Value::Null)?;
        }
    }
    let bad = events::tell(&args.stream, &t, &ran, args.keep_going);
    if args.keep_going {
        rejects::write(args, &t, &ran)?;
    }
    events::ended(&args.stream, &ran, bad)
}

/// A run once more, as JSON, whatever became of its stream.
pub(super) fn again(stream: &super::args::Stream, keep_going: bool) -> std::result::Result<serde_json::Value, End> {
    let files = Inputs::default();
    let t = terms::load_by(&stream.terms, false, &files, &[])?;
    let readings = terms::readings(&t, &stream.readings)?;
    let program = terms::compile(&t, &readings, &[])?;
    let mut opened = files.events(stream)?;
    let ran = events::run(stream, &t, &program, keep_going, opened.stream(), |_| {})?;
    files.done(opened);
    let ending = ran.ending(&t, keep_going);
    let mut receipt = files.receipt(&[&stream.terms], Some(&t), &stream.taking, options(keep_going));
    receipt.readings = report::json::chosen(&t, &program.readings);
    let document = Document { terms: &t, program: &program, run: &ran.run };
    serde_json::to_value(Whole { document, ending: &ending, receipt: &receipt }).map_err(|_| End::Software)
}

/// Nothing is written over what is read, and the reject file is no file of results.
pub(super) fn keep(args: &Args, files: &Inputs) -> Outcome {
    let events = args.stream.events.as_path();
    files.keep(args.to.file(), "--output", &[events])?;
    if args.keep_going {
        let rejects = rejects::file(args);
        if is_standard(&rejects) && args.to.file().is_none() {
            let text = "the result and the reject file would both be written to standard output";
            diagnose::message("usage::output", text, "write the result to a file: add `--output result.json`");
            return Err(End::Usage);
        }
        files.keep(Some(&rejects), "--rejects", &args.to.file().into_iter().chain([events]).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// What a receipt says of a run that went on after bad records.
pub(super) const SET_ASIDE: &str = "bad records were set aside";

/// What a receipt tells of how a stream was run.
pub(super) fn options(keep_going: bool) -> Vec<String> {
    keep_going.then(|| SET_ASIDE.to_owned()).into_iter().collect()
}
