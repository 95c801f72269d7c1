//! `tenor diff`

use super::{End, Outcome, output, terms};
use crate::report::diff::{self, Marks};
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
    /// Show nothing: the exit code tells whether something differs
    #[arg(short, long)]
    pub quiet: bool,
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
    let (a, b) = (terms::read(&args.a)?, terms::read(&args.b)?);
    let found = diff::diff(&a, &b);
    if !args.quiet {
        let colour = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
        let marks = if colour { Marks::Colour } else { Marks::Plain };
        let text = match args.format {
            DiffFormat::Json => serde_json::to_string_pretty(&diff::json(&found)).map_err(|_| End::Software)? + "\n",
            DiffFormat::Table => diff::text(&found, marks),
            DiffFormat::Md => diff::markdown(&found),
        };
        output::print(&text)?;
    }
    if found.is_empty() { Ok(()) } else { Err(End::Failed) }
}
