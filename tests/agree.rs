//! The compiled engine (`src/engine`) held against the plain reckoning (`src/reckon`): both must say the same of any terms and
//! any stream. Without arguments a bounded set is run; `cargo test --release --test agree -- --help` tells of more.

#![allow(clippy::print_stdout, clippy::indexing_slicing, reason = "a program that tells what it found")]

#[path = "agree/case.rs"]
mod case;
#[path = "agree/compare.rs"]
mod compare;
#[path = "agree/corpus.rs"]
mod corpus;
#[path = "agree/cover.rs"]
mod cover;
#[path = "agree/dice.rs"]
mod dice;
#[path = "agree/draft.rs"]
mod draft;
#[path = "agree/files.rs"]
mod files;
#[path = "agree/hunt.rs"]
mod hunt;
#[path = "agree/laws.rs"]
mod laws;
#[path = "agree/layout.rs"]
mod layout;
#[path = "agree/mutants.rs"]
mod mutants;
#[path = "agree/seen.rs"]
mod seen;
#[path = "agree/shrink.rs"]
mod shrink;
#[path = "agree/streams.rs"]
mod streams;
#[path = "agree/tally.rs"]
mod tally;
#[path = "agree/tree.rs"]
mod tree;
#[path = "agree/write.rs"]
mod write;

use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The files of which random streams are made where nothing is asked for.
const FEW: [&str; 8] = [
    "terms/glowpoint-2005.terms",
    "terms/full-ratchet.terms",
    "terms/weighted-average-broad.terms",
    "terms/late-delivery.terms",
    "terms/dividend-threshold.terms",
    "tests/language/change-at-a-moment.terms",
    "tests/language/restated-and-made.terms",
    "tests/language/rules-of-one-moment.terms",
];

/// Holds the engine against the plain reckoning.
#[derive(Parser, Debug, Clone)]
struct Args {
    /// How many random streams are run.
    #[arg(long)]
    streams: Option<u64>,
    /// How many random terms are run.
    #[arg(long)]
    terms: Option<u64>,
    /// How many mutants of the project's terms are run.
    #[arg(long)]
    mutants: Option<u64>,
    /// How many streams of each file the laws are tried on.
    #[arg(long)]
    laws: Option<u64>,
    /// One terms file: its examples both ways, and random streams for it.
    #[arg(long)]
    replay: Option<PathBuf>,
    /// Where the random numbers begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only files whose path has this in it.
    #[arg(long)]
    files: Option<String>,
    /// Ends after so many minutes.
    #[arg(long)]
    minutes: Option<u64>,
    /// Where disagreements are written, made small.
    #[arg(long)]
    out: Option<PathBuf>,
    /// How many seconds one disagreement is made smaller.
    #[arg(long, default_value_t = 60)]
    shrink: u64,
    /// Tells every difference as it comes.
    #[arg(long)]
    verbose: bool,
    /// Which tests `cargo test` was asked for.
    filters: Vec<String>,
    /// Leaves out the examples, scenarios and pages of the project.
    #[arg(long)]
    no_corpus: bool,
}

/// What `cargo test` may give to every test program, and whether a value follows. Here it means nothing.
const OF_CARGO: [(&str, bool); 16] = [
    ("--nocapture", false),
    ("--no-capture", false),
    ("--quiet", false),
    ("-q", false),
    ("--exact", false),
    ("--include-ignored", false),
    ("--ignored", false),
    ("--show-output", false),
    ("--test", false),
    ("--bench", false),
    ("--test-threads", true),
    ("--format", true),
    ("--color", true),
    ("--skip", true),
    ("--logfile", true),
    ("-Z", true),
];

/// The arguments that are this program's own.
fn own(all: impl Iterator<Item = String>) -> Vec<String> {
    let (mut out, mut skip) = (Vec::new(), false);
    for arg in all {
        let of_cargo =
            OF_CARGO.iter().find(|(name, _)| arg == *name || arg.strip_prefix(name).is_some_and(|r| r.starts_with('=')));
        match of_cargo {
            _ if skip => skip = false,
            Some((name, value)) => skip = *value && arg == *name,
            None => out.push(arg),
        }
    }
    out
}

fn main() -> ExitCode {
    let given = own(std::env::args());
    if given.iter().any(|a| a == "--list") {
        return ExitCode::SUCCESS;
    }
    let args = Args::parse_from(given);
    // a filter that names other tests
    if !args.filters.is_empty() && !args.filters.iter().any(|f| "agree".contains(f.as_str())) {
        println!("0 passed, 0 failed");
        return ExitCode::SUCCESS;
    }
    let agreed = std::thread::Builder::new().stack_size(512 << 20).spawn(move || run(&args)).map(std::thread::JoinHandle::join);
    match agreed {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn run(args: &Args) -> bool {
    case::quiet_panics();
    let began = Instant::now();
    let asked = [args.streams, args.mutants, args.terms, args.laws];
    let bounded = asked.iter().all(Option::is_none) && args.minutes.is_none() && args.replay.is_none();
    let mut tally = if bounded { tally::Tally::lenient() } else { tally::Tally::default() };
    tally.verbose = args.verbose;
    let wanted = |name: &str| args.files.as_ref().is_none_or(|f| name.contains(f.as_str()));
    if let Some(path) = &args.replay {
        return replay(&mut tally, path);
    }
    if !args.no_corpus {
        let share = corpus::Share { of: if bounded { 16 } else { 1 }, each_reading: !bounded };
        corpus::run(&mut tally, &wanted, share);
        println!("corpus: {} runs in {} s", tally.runs(), began.elapsed().as_secs());
    }
    let few = |name: &str| wanted(name) && (!bounded || FEW.iter().any(|f| name.ends_with(f)));
    let (grounds, library) = hunt::grounds(&few, bounded);
    let hunt = hunt::Hunt {
        until: args.minutes.map(|m| began + Duration::from_secs(m * 60)),
        folder: args.out.clone(),
        budget: Duration::from_secs(args.shrink),
    };
    let count = |given: Option<u64>, small: u64| given.unwrap_or(if bounded { small } else { 0 });
    hunt.streams(&mut tally, &grounds, &library, args.seed, count(args.streams, 96));
    hunt.mutants(&mut tally, &grounds, &library, args.seed, count(args.mutants, 16));
    let mut cover = cover::Cover::default();
    hunt.terms(&mut tally, &mut cover, args.seed, args.terms.unwrap_or(0));
    if args.terms.is_some() {
        cover.tell();
    }
    let laid = law("random terms laid out say the same", &layout::run(args.seed, count(args.terms, 24)));
    let kept = obey(&grounds, &library, args.seed, count(args.laws, 1));
    println!("seed {}, {} runs in {} s", args.seed, tally.runs(), began.elapsed().as_secs());
    tally.tell() && kept && laid
}

/// Tries the laws; whether they hold, and were not tried in vain.
fn obey(grounds: &[hunt::Ground], library: &streams::Library, seed: u64, streams: u64) -> bool {
    let mut kept = true;
    for (name, account) in laws::run(grounds, library, seed, streams) {
        kept &= law(name, &account);
    }
    kept
}

/// Tells how a law fared; whether it holds, and was not tried in vain.
fn law(name: &str, account: &laws::Account) -> bool {
    println!("law: {name}: tried {}, vacuous {}, broken {}", account.tried, account.vacuous, account.broken.len());
    account.broken.iter().take(3).for_each(|b| println!("{b}\n"));
    account.broken.is_empty() && account.vacuous * 10 < account.tried.max(1)
}

/// One file: its examples both ways.
fn replay(tally: &mut tally::Tally, path: &std::path::Path) -> bool {
    tally.verbose = true;
    match files::load(path) {
        Ok(terms) => corpus::examples(tally, &path.display().to_string(), &terms, true),
        Err(e) => tally.failed(&path.display().to_string(), &e),
    }
    tally.tell()
}
