//! `tenor run`

use super::args::{Run as Args, RunFormat};
use super::{End, Outcome, events, output, page, table, terms, workbook};
use crate::report;

/// Runs terms over a stream.
pub(super) fn run(args: &Args) -> Outcome {
    page::only_for_pages(args.template.is_some(), args.format == RunFormat::Html)?;
    if args.format == RunFormat::Html {
        return page::of_run(args);
    }
    if args.format == RunFormat::Xlsx {
        return workbook::of_run(args);
    }
    let t = terms::load(&args.stream.terms, false)?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile(&t, &readings, &[])?;
    let ran = events::run(&args.stream, &t, &program, args.keep_going, |_| {})?;
    let file = args.output.as_deref();
    let document = || report::document(&t, &program, &ran.run);
    match args.format {
        RunFormat::Json => output::json_to(file, &report::json::Document { terms: &t, program: &program, run: &ran.run })?,
        RunFormat::Table => output::text_to(file, &table::table(&document()))?,
        RunFormat::Md => output::text_to(file, &table::markdown(&document()))?,
        RunFormat::Csv | RunFormat::Html | RunFormat::Xlsx => output::text_to(file, &table::csv(&document()))?,
    }
    let bad = events::tell(&args.stream, &t, &ran, args.keep_going);
    if args.keep_going {
        events::rejects(&args.stream, args.rejects.as_deref(), &t, &ran)?;
    }
    if bad { Err(End::Data) } else { Ok(()) }
}
