//! What the command line of a night run may say.

use crate::cli::args::Format;
use crate::cli::output::Output;
use crate::cli::shown::Tabled;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What the exit codes mean.
const CODES: &str = "Exit codes:
   0  all jobs are ok, or there is nothing to do
   1  a gate of `fail_on` is closed; results are complete (`diff`, `verify`: something differs)
   2  the command line is wrong
   3  it came to its end, and some jobs failed, set records aside, took too long or were not begun
   4  nothing is selected
  65  the manifest or the terms are wrong; nothing was run
  66  a file is missing; nothing was run
  70  a fault of tenor
  74  reading or writing failed: run the same command again
  75  interrupted, or another is at work in the folder: the same command goes on
Any other code is a failure.";

/// `tenor batch`
#[derive(Debug, Args)]
#[command(after_help = CODES)]
pub(crate) struct Batch {
    #[command(subcommand)]
    pub command: Command,
}

/// The commands of a night run.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what would be run, and everything that is wrong; write nothing
    Plan(Plan),
    /// Write the manifest that patterns on the command line mean
    Manifest(Manifest),
    /// Run all jobs that are not done
    Run(Run),
    /// Run again what failed
    Retry(Retry),
    /// Put the shares of a run together
    Merge(Merge),
    /// Hold two nights against one another: the figures that moved, and why
    Diff(Diff),
    /// Make jobs again, and say whether the run holds
    Verify(Verify),
    /// Explain the figures of one job
    Explain(Explain),
}

/// What is run: a manifest, or patterns.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct What {
    /// The manifest, in TOML
    #[arg(value_name = "MANIFEST", conflicts_with_all = ["terms", "events", "register"])]
    pub manifest: Option<PathBuf>,
    /// Without a manifest: terms files, as paths or patterns
    #[arg(long, value_name = "PATTERN")]
    pub terms: Vec<String>,
    /// Without a manifest: events; `{series}` stands for the name of the series, or each file is one
    #[arg(long, value_name = "PATTERN")]
    pub events: Vec<String>,
    /// Without a manifest: the register
    #[arg(long, value_name = "PATTERN")]
    pub register: Vec<String>,
    /// Without a manifest: each reading by itself, besides the defaults
    #[arg(long)]
    pub readings: bool,
    /// Without a manifest: the day at whose end everything stands
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
}

/// Which of the jobs.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Which {
    /// Only some jobs: `series:W-*`, `terms:*2005*`, `readings:floor=*`, `status:failed`, `changed`
    #[arg(long, value_name = "SELECTOR", num_args = 1..)]
    pub select: Vec<String>,
    /// The earlier run that `status:` and `changed` speak of
    #[arg(long, value_name = "RUN")]
    pub state: Option<PathBuf>,
    /// One share of the jobs: `hash:3/16` or `slice:3/16`
    #[arg(long, value_name = "SHARE")]
    pub shard: Option<String>,
}

/// `tenor batch plan`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor batch plan night.toml
  tenor batch plan night.toml --select 'series:W-*'")]
pub(crate) struct Plan {
    #[command(flatten)]
    pub what: What,
    #[command(flatten)]
    pub which: Which,
    /// The folder of the run; without it, that of the manifest
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Name every job
    #[arg(short, long)]
    pub verbose: bool,
}

/// `tenor batch manifest`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor batch manifest --terms 'terms/*.terms' --events 'streams/{series}/*.jsonl' > night.toml")]
pub(crate) struct Manifest {
    #[command(flatten)]
    pub what: What,
}

/// How a run goes.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct How {
    /// How many jobs at a time; without it, one for each core
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
    /// How progress is told
    #[arg(long, value_enum, default_value = "auto", value_name = "FORM")]
    pub progress: Form,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// How progress is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A bar on a terminal, else a line every 30 seconds
    #[default]
    Auto,
    /// A line every 30 seconds
    Lines,
    /// A JSON object a line on standard output, ending with a summary
    Jsonl,
    /// Nothing
    None,
}

/// `tenor batch run`
#[derive(Debug, Args)]
#[command(after_help = format!("The same command goes on where a run ended, and does nothing where everything is done.

{CODES}

Examples:
  tenor batch run night.toml
  tenor batch run night.toml -j 4 --progress jsonl
  tenor batch run night.toml --shard hash:3/16
  tenor batch run night.toml --select changed --state runs/last
  tenor batch run --terms 'terms/*.terms' --events 'streams/{{series}}/*.jsonl' --readings"))]
pub(crate) struct Run {
    #[command(flatten)]
    pub what: What,
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub how: How,
    /// The folder of the run; without it, that of the manifest
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Run everything again, and compare: other results of the same inputs are a fault of tenor
    #[arg(long)]
    pub force: bool,
}

/// `tenor batch retry`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor batch retry runs/3f0c9a1b2d4e
  tenor batch retry runs/3f0c9a1b2d4e --timeout")]
pub(crate) struct Retry {
    #[command(flatten)]
    pub of: Of,
    /// Only what failed
    #[arg(long)]
    pub failed: bool,
    /// Only what took too long
    #[arg(long)]
    pub timeout: bool,
    #[command(flatten)]
    pub how: How,
}

/// A run that has been made.
#[derive(Debug, Clone, Args)]
pub(crate) struct Of {
    /// The folder of the run
    pub run: PathBuf,
    /// The folder that the names of its files begin in; without it, that of its manifest
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
}

/// `tenor batch merge`
#[derive(Debug, Args)]
#[command(after_help = "Example:
  tenor batch merge runs/night.*-of-16 --output runs/night")]
pub(crate) struct Merge {
    /// The folders of all shares
    #[arg(required = true, value_name = "SHARE")]
    pub shards: Vec<PathBuf>,
    /// The folder of the whole run
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

/// `tenor batch diff`
#[derive(Debug, Args)]
#[command(after_help = "Exit code 1: a figure moved.

Examples:
  tenor batch diff runs/yesterday runs/latest
  tenor batch diff runs/yesterday runs/latest --format md > moved.md")]
pub(crate) struct Diff {
    /// The earlier night
    pub before: PathBuf,
    /// The later night
    pub after: PathBuf,
    /// How the result is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    #[command(flatten)]
    pub to: Tabled,
}

/// `tenor batch verify`
#[derive(Debug, Args)]
#[command(after_help = "Exit code 1: something differs.

Examples:
  tenor batch verify runs/latest
  tenor batch verify runs/latest --sample 1%
  tenor batch verify runs/latest --job 3f0c9a1b")]
pub(crate) struct Verify {
    #[command(flatten)]
    pub of: Of,
    /// Only a part of the jobs, in percent
    #[arg(long, value_name = "PERCENT", conflicts_with = "job")]
    pub sample: Option<String>,
    /// Only this job, by the beginning of its key
    #[arg(long, value_name = "KEY")]
    pub job: Option<String>,
    /// How many jobs at a time; without it, one for each core
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
}

/// `tenor batch explain`
#[derive(Debug, Args)]
#[command(after_help = "Example:
  tenor batch explain runs/latest --certificate W-17 --event 7 --select readings:default")]
pub(crate) struct Explain {
    #[command(flatten)]
    pub of: Of,
    /// The certificate, or another entry by its key
    #[arg(long, value_name = "KEY")]
    pub certificate: Option<String>,
    /// The record, by its number in the job; without it, all that changed or refused something
    #[arg(long, value_name = "N")]
    pub event: Option<u32>,
    /// Which job, where several have it: `series:W-A`, `terms:*2005*`, `readings:default`
    #[arg(long, value_name = "SELECTOR", num_args = 1..)]
    pub select: Vec<String>,
    /// How the explanation is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: Tree,
    #[command(flatten)]
    pub to: Output,
}

/// Formats of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tree {
    /// A tree in plain text
    Table,
    /// The same tree for pasting into a page
    Md,
}
