//! The command line: arguments to files, files to results, results to an exit code.

mod added;
mod amount;
mod args;
mod batch;
mod checked;
mod compare;
mod coverage;
mod deeper;
mod diagnose;
mod diff;
pub mod embed;
mod events;
mod expand;
mod explain;
mod fields;
mod fmt;
mod further;
mod help;
mod inputs;
mod junit;
#[cfg(feature = "lsp")]
mod lsp;
mod new;
mod output;
mod packed;
mod page;
mod paper;
mod place;
mod progress;
mod readings;
mod records;
mod rejects;
mod rig;
mod run;
mod sarif;
mod schema;
mod shown;
mod solve;
mod spread;
mod sweep;
mod table;
mod terms;
mod test;
mod turning;
mod vary;
mod verify;
mod why_not;
mod workbook;

use clap::Parser;
use std::process::ExitCode;

/// How a command ends when it does not end well. The exit codes are those of sysexits where they fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Evaluated, and a check or an example failed.
    Failed,
    /// The command line is wrong.
    Usage,
    /// It came to its end, and not everything is done.
    Partial,
    /// There was nothing to do: no record, no example.
    Nothing,
    /// Terms or events are wrong.
    Data,
    /// A file is missing.
    NoInput,
    /// Our bug.
    Software,
    /// Reading or writing failed.
    Io,
    /// It was interrupted, or another is at work: the same command goes on.
    Interrupted,
    /// The reader of our output went away: that is no failure.
    Closed,
}

impl End {
    const fn code(self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Partial => 3,
            Self::Nothing => 4,
            Self::Data => 65,
            Self::NoInput => 66,
            Self::Software => 70,
            Self::Io => 74,
            Self::Interrupted => 75,
        }
    }
}

/// What a command gives.
pub(crate) type Outcome = Result<(), End>;

/// Runs the command line of the process.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::from(main_of(std::env::args_os()))
}

/// Runs a command line, the name of the command first, and gives its exit code.
#[must_use]
pub fn main_of(line: impl IntoIterator<Item = std::ffi::OsString>) -> u8 {
    let args = match args::Cli::try_parse_from(line) {
        Ok(args) => args,
        Err(e) => {
            let e = help::meant(e);
            let usage = e.use_stderr();
            let _ = e.print();
            return if usage { 2 } else { 0 };
        }
    };
    std::panic::set_hook(Box::new(last_words));
    diagnose::told_as(args.telling);
    if args.telling.jobs == Some(0) {
        diagnose::message("usage::jobs", "no thread is no work", "write `--jobs 1`, or leave it out for one on each core");
        return End::Usage.code();
    }
    // where it cannot be set, work that has no pool of its own takes all cores
    let _ = rayon::ThreadPoolBuilder::new().num_threads(diagnose::jobs()).stack_size(64 << 20).build_global();
    // a deep stack, so that whatever a file says, it is the parser's own bound that ends it
    let worker = std::thread::Builder::new().stack_size(64 << 20).spawn(move || dispatch(&args));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => 0,
        Ok(Ok(Err(end))) => end.code(),
        Ok(Err(_)) | Err(_) => End::Software.code(),
    }
}

/// What is said when the program itself is wrong: where it was, so that it can be reported and mended.
fn last_words(info: &std::panic::PanicHookInfo<'_>) {
    let said = info.payload_as_str().unwrap_or("no reason given");
    let place = info.location().map_or_else(String::new, |l| format!(" ({}:{})", l.file(), l.line()));
    let at = crate::engine::working_on().map_or_else(String::new, |at| format!(" {at}"));
    output::insist(&format!(
        "tenor: internal error{at}: {said}{place}\n  help: this is a fault of tenor, not of the files; no result was written. \
         Please report it with the terms and the records up to here"
    ));
}

fn dispatch(args: &args::Cli) -> Outcome {
    match &args.command {
        args::Command::Run(a) => run::run(a),
        args::Command::Batch(a) => batch::batch(a),
        args::Command::Check(a) => checked::check(a),
        args::Command::Test(a) => test::test(a),
        args::Command::Explain(a) => explain::explain(a),
        args::Command::Coverage(a) => coverage::coverage(a),
        args::Command::Readings(a) => readings::readings(a),
        args::Command::Diff(a) => diff::diff(a),
        args::Command::Compare(a) => compare::compare(a),
        args::Command::Sweep(a) => sweep::sweep(a),
        args::Command::Solve(a) => solve::solve(a),
        args::Command::Fields(a) => fields::fields(a),
        args::Command::New(a) => new::new(a),
        args::Command::Expand(a) => expand::expand(a),
        #[cfg(feature = "lsp")]
        args::Command::Lsp(_) => lsp::lsp(),
        args::Command::Fmt(a) => fmt::fmt(a),
        args::Command::Certificate(a) => paper::certificate(a),
        args::Command::Notice(a) => paper::notice(&a.paper),
        args::Command::Schema(a) => schema::schema(a),
        args::Command::Verify(a) => verify::verify(a),
        args::Command::Help(a) => help::help(a),
        args::Command::Completions(a) => help::completions(a),
        args::Command::Man(a) => help::man(a),
    }
}
