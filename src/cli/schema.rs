//! `tenor schema`: what programs may rely on, as JSON Schema.

use super::inputs::Inputs;
use super::output::{self, Output};
use super::{Outcome, terms};
use crate::report::schema;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `tenor schema`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor schema result warrant.terms > result.schema.json
  tenor schema events warrant.terms --output events.schema.json")]
pub(crate) struct Schema {
    #[command(subcommand)]
    pub of: Of,
}

/// What a schema is of.
#[derive(Debug, Subcommand)]
pub(crate) enum Of {
    /// The schema of `tenor run --format json` with these terms
    #[command(after_help = "Example:
  tenor schema result warrant.terms")]
    Result(Source),
    /// The schema of a record these terms read: a line of JSON Lines
    #[command(after_help = "Example:
  tenor schema events warrant.terms")]
    Events(Source),
}

/// The terms, and where the schema goes.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// The terms file; `-` reads standard input
    pub terms: PathBuf,
    #[command(flatten)]
    pub to: Output,
}

/// Prints a schema.
pub(super) fn schema(args: &Schema) -> Outcome {
    let (Of::Result(source) | Of::Events(source)) = &args.of;
    let files = Inputs::default();
    let t = terms::load_by(&source.terms, false, &files, &[])?;
    files.keep(source.to.file(), "--output", &[])?;
    let made = match &args.of {
        Of::Result(_) => schema::result(&t),
        Of::Events(_) => schema::events(&t),
    };
    output::json_to(source.to.file(), &made)
}
