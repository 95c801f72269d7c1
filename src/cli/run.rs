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
    let text = match args.format {
        RunFormat::Json => {
            let document = report::json::document(&t, &program, &ran.run);
            serde_json::to_string_pretty(&document).map_err(|_| End::Software)? + "\n"
        }
        RunFormat::Table => table::table(&report::document(&t, &program, &ran.run)),
        RunFormat::Md => table::markdown(&report::document(&t, &program, &ran.run)),
        RunFormat::Csv | RunFormat::Html | RunFormat::Xlsx => table::csv(&report::document(&t, &program, &ran.run)),
    };
    output::text_to(args.output.as_deref(), &text)?;
    let bad = events::tell(&args.stream, &t, &ran, args.keep_going);
    if args.keep_going {
        events::rejects(&args.stream, args.rejects.as_deref(), &t, &ran)?;
    }
    if bad { Err(End::Data) } else { Ok(()) }
}
