//! `tenor run`

use super::args::{Run as Args, RunFormat};
use super::inputs::{self, Inputs};
use super::shown::{self, Form, Result};
use super::{End, Outcome, events, output, page, rejects, terms, workbook};
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
    ended(args, &ran, bad)
}

/// How a run ends: a stream without a record is told of, for it looks like one in which nothing happened.
pub(super) fn ended(args: &Args, ran: &events::Ran, bad: bool) -> Outcome {
    if bad {
        return Err(End::Data);
    }
    if ran.is_empty() {
        output::say(&format!("tenor: `{}` has no record", inputs::name(&args.stream.events)));
        if args.require_records {
            return Err(End::Nothing);
        }
    }
    Ok(())
}

/// Nothing is written over what is read, and the reject file is no file of results.
pub(super) fn keep(args: &Args, files: &Inputs) -> Outcome {
    let events = args.stream.events.as_path();
    files.keep(args.to.file(), "--output", &[events])?;
    if args.keep_going {
        let rejects = rejects::file(args);
        files.keep(Some(&rejects), "--rejects", &args.to.file().into_iter().chain([events]).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// What a receipt tells of how a stream was run.
pub(super) fn options(keep_going: bool) -> Vec<String> {
    keep_going.then(|| "bad records were set aside".to_owned()).into_iter().collect()
}
