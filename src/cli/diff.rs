//! `tenor diff`

use super::args::Taking;
use super::inputs::Inputs;
use super::output::{self, Output};
use super::{End, Outcome, diagnose, terms};
use crate::report::diff::{self, Marks};
use crate::report::ending::Ending;
use crate::report::json::signed;
use crate::report::visible::drawn;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `tenor diff`
#[derive(Debug, Args)]
#[command(after_help = "What is laid out otherwise, or said in another order, is no difference.
Exit code 0: both say the same. 1: something differs. 65: one of the files is wrong.

Examples:
  tenor diff warrant.terms my-variant.terms
  tenor diff old.terms new.terms --format md > changes.md
  tenor diff old.terms new.terms --quiet && echo \"they say the same\"")]
pub(crate) struct Diff {
    /// The first terms file
    pub a: PathBuf,
    /// The second: what it says otherwise is shown
    pub b: PathBuf,
    /// How the result is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: DiffFormat,
    #[command(flatten)]
    pub to: Output,
}

/// Formats of differences.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum DiffFormat {
    /// For reading on a screen
    Table,
    /// For other programs
    Json,
    /// For pasting into a page
    Md,
}

/// Shows what two terms files say differently.
pub(super) fn diff(args: &Diff) -> Outcome {
    let files = Inputs::default();
    let (a, b) = (terms::read(&args.a, &files)?, terms::read(&args.b, &files)?);
    files.keep(args.to.file(), "--output", &[])?;
    let found = diff::diff(&a, &b);
    // without a word the exit code tells, unless a file is asked for
    if !diagnose::is_quiet() || args.to.output.is_some() {
        let on_screen = args.to.file().is_none();
        let colour = on_screen && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
        let marks = if colour { Marks::Colour } else { Marks::Plain };
        match args.format {
            DiffFormat::Json => {
                let receipt = files.receipt(&[&args.a, &args.b], None, &Taking::default(), Vec::new());
                output::json_to(args.to.file(), &signed("diff", diff::json(&found), &Ending::default(), &receipt))?;
            }
            DiffFormat::Table => output::text_to(args.to.file(), &drawn(&diff::text(&found, marks)))?,
            DiffFormat::Md => output::text_to(args.to.file(), &drawn(&diff::markdown(&found)))?,
        }
    }
    if found.is_empty() { Ok(()) } else { Err(End::Failed) }
}
