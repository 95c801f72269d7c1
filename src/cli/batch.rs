//! `tenor batch`: the night run.

mod args;
mod book;
mod compared;
mod explained;
mod files;
mod folder;
mod load;
mod merge;
mod planned;
mod progress;
mod signal;
mod verify;
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
        Command::Merge(a) => merge::merge(a),
        Command::Diff(a) => compared::diff(a),
        Command::Verify(a) => verify::verify(a),
        Command::Explain(a) => explained::explain(a),
    }
}
