//! What the command line may say.

use super::output::Output;
use super::place::Place;
use super::shown::Tabled;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Runs terms files over streams of events, exactly, and explains every figure.
#[derive(Debug, Parser)]
#[command(
    name = "tenor",
    version,
    about,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Begin with:
  tenor run warrant.terms events.jsonl
  tenor help run                 # what a command does, with examples
  tenor help check::unknown-name # what a message means, and what to do

The manual is in docs/, the language in docs/language.md."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub telling: Telling,
}

/// How messages are told.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Telling {
    /// How messages are told
    #[arg(long, global = true, value_enum, default_value = "human", value_name = "FORMAT")]
    pub message_format: MessageFormat,
    /// Whether there are colours
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
    /// Show no progress
    #[arg(long, global = true)]
    pub no_progress: bool,
    /// Tell errors only: no warnings, no remarks, no progress, and of `check`, `test` and `diff` only what is wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Tell more: warnings of the terms, every file that is read or written, every example
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// How many threads work; without it, one for each core
    #[arg(short, long, global = true, value_name = "N")]
    pub jobs: Option<usize>,
}

/// Formats of messages.
#[derive(Debug, Clone, Copy, Default, ValueEnum, PartialEq, Eq)]
pub(crate) enum MessageFormat {
    /// Drawn, with the place in the text
    #[default]
    Human,
    /// One line each: FILE:LINE:COLUMN: severity[code]: message
    Short,
    /// One JSON object a line
    Json,
}

/// When there are colours.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run terms over a stream of events and show what comes of it
    Run(Run),
    /// Run a register and streams under many terms and readings, as a night run
    Batch(super::batch::Batch),
    /// Check a terms file, without any events
    Check(Check),
    /// Run the examples in terms files
    Test(Test),
    /// Explain figures: how each was computed, and why the others stayed as they were
    Explain(Explain),
    /// List the clauses of the agreement and what encodes them
    Coverage(Coverage),
    /// Show what each reading of the text is worth on a stream of events
    Readings(Readings),
    /// Show what two terms files say differently, clause by clause
    Diff(super::diff::Diff),
    /// Hold variants and readings against one another over streams of events
    Compare(super::compare::Compare),
    /// Run a stream at many values of one or two inputs, and find exactly where something begins to bind
    Sweep(super::sweep::Sweep),
    /// Find the value of an input at which a figure is what it should be
    Solve(super::solve::Solve),
    /// Show what terms want to know of each event, or make a stream or a workbook to fill in
    Fields(super::fields::Fields),
    /// Begin a terms file: asks what the warrant is, and writes one that checks and runs
    New(super::new::New),
    /// Show what holds after imports and variants, as one file
    Expand(super::expand::Expand),
    /// Serve an editor: diagnostics, hover, definitions, completion, outline, layout
    #[cfg(feature = "lsp")]
    Lsp(super::lsp::Lsp),
    /// Lay terms files out: indentation, spaces and blank lines
    Fmt(super::fmt::Fmt),
    /// Write the certificate of what one record adjusted
    Certificate(Paper),
    /// Write the notice of one record
    Notice(Notice),
    /// Print the JSON Schema of a result or of a stream of events
    Schema(super::schema::Schema),
    /// Run a result again from its receipt, and say whether it holds
    Verify(super::verify::Verify),
    /// Explain a command, or a message by its code
    Help(super::help::Help),
    /// Print what a shell needs to complete the command line
    Completions(super::help::Completions),
    /// Write the manual as man pages, a page for each command
    Man(super::help::Man),
}

/// A stream and how it is read.
#[derive(Debug, Args)]
pub(crate) struct Stream {
    /// The terms file
    pub terms: PathBuf,
    /// The events: JSON Lines, CSV or TOML; `-` reads standard input
    pub events: PathBuf,
    /// Choose a reading of the text: `--reading floor=nominal`; may be given several times
    #[arg(long = "reading", value_name = "NAME=VALUE")]
    pub readings: Vec<String>,
    #[command(flatten)]
    pub taking: Taking,
}

/// What is taken of a stream, and in what order.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Taking {
    /// Apply nothing after this day, and report its end
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Run with what was known on this day: leaves out records with a later `recorded`
    #[arg(long, value_name = "DATE")]
    pub known_on: Option<String>,
    /// Put the records in order of their dates first
    #[arg(long)]
    pub sort: bool,
    /// The format of the events, where the name of the file does not tell
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub events_format: Option<EventsFormat>,
    /// End with exit code 4 where a stream has no record
    #[arg(long)]
    pub require_records: bool,
}

/// Figures of one's own, and how all of them are shown.
#[derive(Debug, Args)]
pub(crate) struct Showing {
    /// A further figure: its name, the kind of entry or the report it belongs to, and its formula
    #[arg(long, value_name = "NAME of KIND: FORMULA")]
    pub show: Vec<String>,
    /// How the result is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: RunFormat,
    /// Another wording of the page: a template in HTML, as templates/comparison.html
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    #[command(flatten)]
    pub to: Tabled,
}

/// Formats of events.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum EventsFormat {
    Jsonl,
    Csv,
    Toml,
}

/// Formats of results.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum Format {
    /// For reading on a screen
    Table,
    /// The document other programs read
    Json,
    /// Tables: all of them a value a line, one with `--section`, or a file each where `--output` is a folder
    Csv,
    /// For pasting into a page
    Md,
}

/// Formats of a run.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum RunFormat {
    /// For reading on a screen
    Table,
    /// The document other programs read
    Json,
    /// Tables: all of them a value a line, one with `--section`, or a file each where `--output` is a folder
    Csv,
    /// For pasting into a page
    Md,
    /// A page for a browser: charts, the ledger with its derivations, the receipt of inputs
    Html,
    /// An Excel workbook whose formulas compute every change anew
    Xlsx,
}

/// `tenor run`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor run warrant.terms events.jsonl
  tenor run warrant.terms events.csv --reading floor=nominal --as-of 2006-12-31
  tenor run warrant.terms events.jsonl --known-on 2006-06-30 --format json
  tenor run warrant.terms events.jsonl --format html > report.html
  tenor run warrant.terms events.jsonl --format xlsx --output out.xlsx
  tenor run warrant.terms events.jsonl --format csv --section adjustments
  cat events.jsonl | tenor run warrant.terms - --keep-going")]
pub(crate) struct Run {
    #[command(flatten)]
    pub stream: Stream,
    /// How the result is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: RunFormat,
    /// Another wording of the page: a template in HTML, as templates/report.html
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    #[command(flatten)]
    pub to: Tabled,
    /// Set bad records aside in a reject file and go on
    #[arg(long)]
    pub keep_going: bool,
    /// The reject file, `-` for standard output; without it, the name of the events with `.rejects` after it
    #[arg(long, value_name = "FILE", requires = "keep_going")]
    pub rejects: Option<PathBuf>,
}

/// `tenor check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor check warrant.terms
  tenor check .                  # all terms files below this folder
  tenor check my-variant.terms && tenor test my-variant.terms
  tenor check . --format sarif --output check.sarif
  cat old.terms | tenor check - --strict")]
pub(crate) struct Check {
    /// Terms files, or folders of them
    #[arg(required = true)]
    pub terms: Vec<PathBuf>,
    /// Treat warnings as errors
    #[arg(long)]
    pub strict: bool,
    /// How the result is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: super::checked::CheckFormat,
    #[command(flatten)]
    pub to: Output,
}

/// `tenor test`
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code 1: an example failed, or no example notices a change. 4: there is no terms file, or no example.

`--mutate` changes a constant, a comparison, a limit, a window, a rounding or a condition, one at a time, and runs the examples: a change that none of them notices is something they do not say. `# mutants: WHY` in the terms, at the end of a line, above it, or at the margin above a declaration, says why a change there need not be noticed.

Examples:
  tenor test                     # all terms files below this folder
  tenor test warrant.terms       # the examples of one file
  tenor test -v warrant.terms    # each of them by name
  tenor test . --format junit --output tests.xml
  tenor test --coverage warrant.terms            # what no example reaches
  tenor test --mutate simple.terms               # what no example notices
  tenor test --mutate simple.terms --in issue_below_the_price --format json"
)]
pub(crate) struct Test {
    /// Terms files, or folders of them
    pub paths: Vec<PathBuf>,
    /// Count an example without an expectation as failed
    #[arg(long)]
    pub strict: bool,
    /// How the result is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: super::test::TestFormat,
    #[command(flatten)]
    pub deeper: super::deeper::Deeper,
    #[command(flatten)]
    pub to: Output,
}

/// `tenor explain`
#[derive(Debug, Args)]
#[command(after_help = "Without `--event` and `--at`, all that changed or refused something is explained.

Examples:
  tenor explain warrant.terms events.jsonl --event 7
  tenor explain warrant.terms events.jsonl --as-of 2010-12-31 --at 2010-03-14
  tenor explain warrant.terms events.jsonl --event 7 --certificate W-1
  tenor explain warrant.terms events.jsonl --event 7 --why-not price
  tenor explain warrant.terms events.jsonl --format json
  tenor explain warrant.terms events.jsonl --event 7 --format html > record-7.html
  tenor explain warrant.terms events.jsonl --event 7 --format xlsx --output out.xlsx")]
pub(crate) struct Explain {
    #[command(flatten)]
    pub stream: Stream,
    #[command(flatten)]
    pub place: Place,
    /// Only what concerns this certificate, or another entry by its key
    #[arg(long, value_name = "KEY")]
    pub certificate: Option<String>,
    /// Why this state did not change at the record, or, without a name, why nothing else came of it: every condition of every rule
    #[arg(long, value_name = "STATE", num_args = 0..=1, default_missing_value = "", requires = "event")]
    pub why_not: Option<String>,
    /// How the explanation is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: ExplainFormat,
    /// Another wording of the page: a template in HTML, as templates/report.html
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    #[command(flatten)]
    pub to: Output,
}

/// Formats of explanations.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum ExplainFormat {
    /// A tree in plain text
    Table,
    /// The same tree for other programs
    Json,
    /// The same tree for pasting into a page
    Md,
    /// The same tree as a page for a browser, with its records and clauses
    Html,
    /// An Excel workbook whose formulas compute every change anew
    Xlsx,
}

/// `tenor coverage`
#[derive(Debug, Args)]
#[command(after_help = "Exit code 1: a clause has neither an encoding nor a reason, or a citation names no clause.

Examples:
  tenor coverage warrant.terms
  tenor coverage warrant.terms --source agreement.txt
  tenor coverage warrant.terms --source warrant.txt --format md > coverage.md")]
pub(crate) struct Coverage {
    /// The terms file
    pub terms: PathBuf,
    /// The agreement itself, in plain text: its clauses are read and held against the citations
    #[arg(long, value_name = "FILE")]
    pub source: Option<PathBuf>,
    /// How the result is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    #[command(flatten)]
    pub to: Tabled,
}

/// `tenor readings`
#[derive(Debug, Args)]
#[command(after_help = "One reading is changed at a time; `--reading` changes what the others are held against.

Examples:
  tenor readings warrant.terms events.jsonl
  tenor readings warrant.terms events.csv --as-of 2006-12-31 --format csv
  tenor readings warrant.terms events.jsonl --reading floor=nominal --format json")]
pub(crate) struct Readings {
    #[command(flatten)]
    pub stream: Stream,
    /// How the result is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    #[command(flatten)]
    pub to: Tabled,
}

/// `tenor certificate`
#[derive(Debug, Args)]
#[command(after_help = "Exit code 1: the record, or the day, adjusts nothing.

Examples:
  tenor certificate warrant.terms events.jsonl --event 6
  tenor certificate warrant.terms events.jsonl --event 6 --certificate W-1
  tenor certificate warrant.terms events.jsonl --as-of 2010-12-31 --at 2010-03-14
  tenor certificate warrant.terms events.jsonl --event 6 --format docx --output certificate.docx
  tenor certificate warrant.terms events.jsonl --event 6 --set issuer='Example, Inc.' --set number=3
  tenor certificate warrant.terms events.jsonl --event 6 --template ours.md --format html")]
pub(crate) struct Paper {
    #[command(flatten)]
    pub stream: Stream,
    #[command(flatten)]
    pub place: Place,
    /// Only what this rule adjusted, by its name in the terms
    #[arg(long, value_name = "NAME")]
    pub rule: Option<String>,
    /// Only what concerns this certificate, or another entry by its key
    #[arg(long, value_name = "KEY")]
    pub certificate: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value = "md")]
    pub format: PaperFormat,
    /// Another wording: a template in Markdown, as those in templates/
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// What the records do not say: issuer, to, number, name and title are known to the built-in papers
    #[arg(long, value_name = "NAME=TEXT")]
    pub set: Vec<String>,
    /// The size of paper of a Word document; without it, that which is used with the currency
    #[arg(long, value_enum, value_name = "SIZE")]
    pub paper: Option<PaperSize>,
    #[command(flatten)]
    pub to: Output,
}

/// Sizes of paper.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum PaperSize {
    /// American letter paper
    Letter,
    /// A4
    A4,
}

/// `tenor notice`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor notice warrant.terms events.jsonl --event 8
  tenor notice warrant.terms events.jsonl --as-of 2010-12-31 --at 2010-03-14
  tenor notice warrant.terms events.jsonl --event 8 --format docx --output notice.docx")]
pub(crate) struct Notice {
    #[command(flatten)]
    pub paper: Paper,
}

/// Formats of papers.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum PaperFormat {
    /// Markdown
    Md,
    /// A page for a browser
    Html,
    /// A document for Word
    Docx,
}
