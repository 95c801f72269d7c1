//! Whether a run holds: its jobs made again from their inputs, and its files as they were written.

use super::args::Verify;
use super::compared::finished;
use super::folder::Folder;
use super::{files, load, work};
use crate::batch::id::{Inputs, sha256};
use crate::batch::part::Status;
use crate::batch::plan::Job;
use crate::batch::summary::Receipt;
use crate::cli::{End, Outcome, diagnose, output};
use rayon::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::Instant;

/// `tenor batch verify`
pub(super) fn verify(args: &Verify) -> Outcome {
    let folder = Folder::new(args.of.run.clone());
    let document = finished(&folder)?;
    let mut differ: Vec<String> = Vec::new();
    for file in &document.outputs {
        match files::digest(&folder.path, "", &file.name) {
            Err(_) => differ.push(format!("{}: it is gone", file.name)),
            Ok(read) if read.sha256 != file.sha256 => differ.push(format!("{}: it is not what the run wrote", file.name)),
            Ok(_) => {}
        }
    }
    let chosen = chosen(args, super::write::receipts(&folder))?;
    let (asked, which) = work::of_run(&folder, args.of.base.as_deref())?;
    let night = work::night_of(&folder, asked, &which)?;
    let jobs: BTreeMap<_, &(Job, Inputs)> = night.jobs.iter().map(|j| (j.0.name.clone(), j)).collect();
    super::signal::listen();
    let pool = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).num_threads(args.jobs.unwrap_or(0)).build();
    let pool = pool.map_err(|_| End::Software)?;
    let one = |r: &Receipt| -> Option<String> {
        match jobs.get(&r.name) {
            None => Some("it is no job of the manifest any more".to_owned()),
            Some((job, inputs)) => again(&night, job, inputs, r),
        }
    };
    let found: Vec<Option<String>> = pool.install(|| chosen.par_iter().map(one).collect());
    if super::signal::is_asked() {
        return Err(End::Interrupted);
    }
    let count = chosen.len();
    for (receipt, why) in chosen.iter().zip(found) {
        differ.extend(why.map(|why| format!("{}: {why}", receipt.name.shown())));
    }
    let jobs = crate::cli::terms::counted(count, "job");
    if differ.is_empty() {
        return output::print(&format!(
            "holds: {jobs} of {} made again, and {} files\n",
            document.counts.all(),
            document.outputs.len()
        ));
    }
    let mut out = String::new();
    differ.iter().for_each(|d| out.push_str(&format!("differs: {d}\n")));
    output::print(&out)?;
    Err(End::Failed)
}

/// Makes a job again; what is not the same.
fn again(night: &load::Night, job: &Job, inputs: &Inputs, receipt: &Receipt) -> Option<String> {
    if receipt.status == Status::Skipped {
        return None;
    }
    if inputs.key() != receipt.key {
        let changes = before(receipt).map(|b| b.changes(inputs)).unwrap_or_default();
        let said = if changes.is_empty() { "its inputs".to_owned() } else { changes.join("; ") };
        return Some(said);
    }
    let part = work::part(night, job, inputs, Instant::now())?;
    if sha256(part.text().as_bytes()) == receipt.result {
        return None;
    }
    let what = if part.status == receipt.status { "other results" } else { "another end" };
    Some(format!(
        "{what} from the same inputs and the same engine: it is {}, and was {}",
        part.status.word(),
        receipt.status.word()
    ))
}

/// What a job was computed from, by its receipt.
fn before(receipt: &Receipt) -> Option<Inputs> {
    let mut inputs = receipt.inputs.clone();
    let members = inputs.as_object_mut()?;
    members.insert("series".to_owned(), Json::from(receipt.name.series.clone()));
    members.insert("terms".to_owned(), Json::from(receipt.name.terms.clone()));
    serde_json::from_value(inputs).ok()
}

/// The jobs that are made again.
fn chosen(args: &Verify, all: Vec<Receipt>) -> Result<Vec<Receipt>, End> {
    if let Some(job) = &args.job {
        let found: Vec<Receipt> = all.into_iter().filter(|r| r.key.starts_with(job.as_str()) || r.name.shown() == *job).collect();
        if found.is_empty() {
            diagnose::message(
                "usage::job",
                &format!("the run has no job `{job}`"),
                "give the beginning of its key, as `receipts.jsonl` has it",
            );
            return Err(End::Usage);
        }
        return Ok(found);
    }
    let Some(sample) = &args.sample else { return Ok(all) };
    let percent = sample.strip_suffix('%').and_then(|p| p.parse::<usize>().ok()).filter(|p| (1..=100).contains(p));
    let Some(percent) = percent else {
        diagnose::message("usage::sample", &format!("`{sample}` is no part of the jobs"), "write `--sample 1%`");
        return Err(End::Usage);
    };
    // keys are digests: the least of them are jobs from all over
    let count = (all.len() * percent).div_ceil(100);
    let mut keys: Vec<String> = all.iter().map(|r| r.key.clone()).collect();
    keys.sort();
    keys.truncate(count);
    Ok(all.into_iter().filter(|r| keys.contains(&r.key)).collect())
}
