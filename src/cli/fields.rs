//! `tenor fields`: what terms want to know of each event.

use super::args::Taking;
use super::inputs::Inputs;
use super::output::{self, Output};
use super::{End, Outcome, diagnose, table, terms};
use crate::report::fields::{self, Event};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `tenor fields`
#[derive(Debug, Args)]
#[command(
    after_help = "The CSV is a stream: a head line, and one record of each event as an example. Replace the records by your own, and
run it. The workbook offers the events and the words of each cell; save its sheet `records` as CSV (UTF-8).

Examples:
  tenor fields warrant.terms
  tenor fields warrant.terms --event exercise
  tenor fields warrant.terms --format csv -o events.csv
  tenor fields warrant.terms --format xlsx -o events.xlsx"
)]
pub(crate) struct Fields {
    /// The terms file
    pub terms: PathBuf,
    /// Only this event; may be given several times
    #[arg(long, value_name = "NAME")]
    pub event: Vec<String>,
    /// How they are shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: FieldsFormat,
    #[command(flatten)]
    pub to: Output,
}

/// Formats of fields.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum FieldsFormat {
    /// For reading on a screen
    Table,
    /// A stream to fill in
    Csv,
    /// For other programs
    Json,
    /// A workbook to fill in
    Xlsx,
    /// For pasting into a page
    Md,
}

/// Shows the events and their fields.
pub(super) fn fields(args: &Fields) -> Outcome {
    let files = Inputs::default();
    let t = terms::load_by(&args.terms, false, &files, &[])?;
    files.keep(args.to.file(), "--output", &[])?;
    let _ = files.receipt(&[&args.terms], Some(&t), &Taking::default(), Vec::new());
    let all = fields::events(&t, None);
    for name in &args.event {
        if !all.iter().any(|e| e.name == *name) {
            let known = all.iter().map(|e| e.name.as_str());
            let help = match crate::check::nearest(name, known.clone()) {
                Some(n) => format!("did you mean `{n}`?"),
                None => format!("the events are {}", known.collect::<Vec<_>>().join(", ")),
            };
            diagnose::message("usage::event", &format!("these terms have no event `{name}` that a stream may hold"), &help);
            return Err(End::Usage);
        }
    }
    let events: Vec<Event> = all.into_iter().filter(|e| args.event.is_empty() || args.event.contains(&e.name)).collect();
    let file = args.to.file();
    match args.format {
        FieldsFormat::Table => output::text_to(file, &table::table(&fields::document(&t, &events))),
        FieldsFormat::Md => output::text_to(file, &table::markdown(&fields::document(&t, &events))),
        FieldsFormat::Json => output::json_to(file, &fields::json(&t, &events)),
        FieldsFormat::Csv => output::text_to(file, &csv(&fields::stream(&events))?),
        FieldsFormat::Xlsx => {
            output::not_on_a_terminal(file, "a workbook", "events.xlsx")?;
            let bytes = fields::workbook(&t, &events).map_err(|why| {
                diagnose::message("fields::workbook", &format!("no workbook can be made: {why}"), "take `--format csv`");
                End::Data
            })?;
            output::bytes_to(file, &bytes)
        }
    }
}

fn csv(rows: &[Vec<String>]) -> Result<String, End> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|_| End::Io)?;
    }
    let bytes = writer.into_inner().map_err(|_| End::Io)?;
    String::from_utf8(bytes).map_err(|_| End::Io)
}
