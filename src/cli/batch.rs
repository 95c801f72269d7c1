//! `tenor batch`: the night run.

mod args;
mod files;
mod folder;
mod load;
mod planned;
mod progress;
mod signal;
mod work;
mod write;

pub(crate) use args::Batch;

use super::Outcome;
use args::Command;

/// Runs a command of the night run.
pub(super) fn batch(args: &Batch) -> Outcome {
    match &args.command {
        Command::Plan(a) => planned::plan(a),
        Command::Manifest(a) => planned::manifest(a),
        Command::Run(a) => work::run(a),
        Command::Retry(a) => work::retry(a),
    }
}
