//! The compiled engine (`src/engine`) held against the plain reckoning (`src/reckon`): both must say the same of any terms and
//! any stream. Without arguments a bounded set is run; `cargo test --release --test agree -- --help` tells of more.

#![allow(clippy::print_stdout, reason = "a program that tells what it found")]

#[path = "agree/case.rs"]
mod case;
#[path = "agree/compare.rs"]
mod compare;
#[path = "agree/corpus.rs"]
mod corpus;
#[path = "agree/dice.rs"]
mod dice;
#[path = "agree/files.rs"]
mod files;
#[path = "agree/hunt.rs"]
mod hunt;
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

/// How many random streams are run where none are asked for.
const BOUNDED: u64 = 300;

/// Holds the engine against the plain reckoning.
#[derive(Parser, Debug, Clone)]
struct Args {
    /// How many random streams are run.
    #[arg(long)]
    streams: Option<u64>,
    /// How many random terms are run.
    #[arg(long)]
    terms: Option<u64>,
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
    /// Leaves out the examples, scenarios and pages of the project.
    #[arg(long)]
    no_corpus: bool,
}

fn main() -> ExitCode {
    // what `cargo test` gives to every test program means nothing here
    let own = |a: &String| !["--nocapture", "--quiet", "--test-threads=1", "--exact", "--include-ignored"].contains(&a.as_str());
    let args = Args::parse_from(std::env::args().filter(own));
    let agreed = std::thread::Builder::new().stack_size(512 << 20).spawn(move || run(&args)).map(std::thread::JoinHandle::join);
    match agreed {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn run(args: &Args) -> bool {
    case::quiet_panics();
    let began = Instant::now();
    let mut tally = tally::Tally::default();
    let wanted = |name: &str| args.files.as_ref().is_none_or(|f| name.contains(f.as_str()));
    if !args.no_corpus {
        corpus::run(&mut tally, &wanted, args.streams.is_some());
    }
    let (grounds, library) = hunt::grounds(&wanted);
    let hunt = hunt::Hunt {
        until: args.minutes.map(|m| began + Duration::from_secs(m * 60)),
        folder: args.out.clone(),
        budget: Duration::from_secs(args.shrink),
    };
    let count = args.streams.unwrap_or(BOUNDED);
    hunt.streams(&mut tally, &grounds, &library, args.seed, count);
    println!("seed {}, {} runs in {} s", args.seed, tally.runs(), began.elapsed().as_secs());
    tally.tell()
}
