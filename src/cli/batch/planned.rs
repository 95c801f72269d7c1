//! What would be run, and the manifest of what was asked for on the command line.

use super::args::{Manifest, Plan, Which};
use super::folder::Folder;
use super::load::{self, Night};
use super::write;
use crate::batch::id::Inputs;
use crate::batch::plan::Job;
use crate::batch::select::Earlier;
use crate::batch::summary::Receipt;
use crate::cli::{End, Outcome, diagnose, output};
use std::collections::BTreeMap;

/// `tenor batch plan`
pub(super) fn plan(args: &Plan) -> Outcome {
    let asked = load::asked(&args.what, &args.which.select)?;
    let earlier = state(&args.which)?;
    let night = load::night(asked, &args.which, &earlier)?;
    let folder = Folder::new(night.folder(args.output.as_deref()));
    output::print(&told(&night, &folder, args.verbose))
}

fn told(night: &Night, folder: &Folder, verbose: bool) -> String {
    let log = folder.log();
    let known = log.last();
    let mut out = format!("run {} in {}\n", night.id, folder.path.display());
    let done: Vec<bool> =
        night.jobs.iter().map(|(_, i)| known.get(i.key().as_str()).is_some_and(|l| folder.read(l).is_some())).collect();
    let count = done.iter().filter(|d| **d).count();
    let of = if night.jobs.len() == night.count { String::new() } else { format!(" of {}", night.count) };
    out.push_str(&format!(
        "{}{of} jobs: {} series, {}",
        night.jobs.len(),
        night.asked.resolved.series.len(),
        crate::cli::terms::counted(night.terms.len(), "terms file")
    ));
    out.push_str(&format!(
        ", {} rows of the register; {count} are done, {} to run\n",
        night.register.len(),
        night.jobs.len() - count
    ));
    if let Some(seconds) = estimate(night, &log, &done) {
        out.push_str(&format!("about {seconds} s of work, by the log of earlier runs\n"));
    }
    for ((job, _), done) in night.jobs.iter().zip(done).filter(|_| verbose) {
        let rows = crate::cli::terms::counted(job.rows.len(), "certificate");
        out.push_str(&format!("  {} {}, {rows}\n", if done { "done" } else { "run " }, job.name.shown()));
    }
    out
}

/// How long the jobs to run took before, where all of them were run before.
fn estimate(night: &Night, log: &crate::batch::log::Log, done: &[bool]) -> Option<u64> {
    let mut millis: u64 = 0;
    let mut any = false;
    for ((job, _), _) in night.jobs.iter().zip(done).filter(|(_, done)| !**done) {
        let line = log.lines.iter().rev().find(|l| l.name() == job.name)?;
        millis += line.seconds.replace('.', "").parse::<u64>().ok()?;
        any = true;
    }
    any.then_some(millis.div_ceil(1000))
}

/// What is known of jobs by an earlier run.
pub(super) fn state(which: &Which) -> Result<impl Fn(&Job, &Inputs) -> Earlier + use<>, End> {
    let mut known: BTreeMap<String, Receipt> = BTreeMap::new();
    if let Some(path) = &which.state {
        let folder = Folder::new(path.clone());
        if write::read(&folder).is_none() {
            let text = format!("`{}` is no run that came to its end", path.display());
            diagnose::message("batch::no-run", &text, "name the folder of a run that has a `run.json`");
            return Err(End::NoInput);
        }
        known = write::receipts(&folder).into_iter().map(|r| (r.name.shown(), r)).collect();
    }
    Ok(move |job: &Job, inputs: &Inputs| match known.get(&job.name.shown()) {
        Some(r) => Earlier { status: r.status.word().to_owned(), is_changed: r.key != inputs.key() },
        None => Earlier { status: "new".to_owned(), is_changed: true },
    })
}

/// `tenor batch manifest`
pub(super) fn manifest(args: &Manifest) -> Outcome {
    let asked = load::asked(&args.what, &[])?;
    let (written, _) = load::written(&args.what)?;
    let r = &asked.resolved;
    let text = |t: &str| toml::Value::String(t.to_owned()).to_string();
    let list = |l: &[String]| format!("[{}]", l.iter().map(|t| text(t)).collect::<Vec<_>>().join(", "));
    let mut out = "schema = 1\n".to_owned();
    for (key, day) in [("as_of", &r.as_of), ("known_on", &r.known_on)] {
        day.iter().for_each(|day| out.push_str(&format!("{key} = {day}\n")));
    }
    if !r.register.is_empty() {
        out.push_str(&format!("\n[register]\nfile = {}\n", list(&r.register)));
    }
    for series in &r.series {
        out.push_str(&format!("\n[[series]]\nname = {}\n", text(&series.name)));
        series.terms.iter().for_each(|t| out.push_str(&format!("terms = {}\n", text(t))));
        out.push_str(&format!("events = {}\n", list(&series.events)));
    }
    out.push_str(&format!("\n[matrix]\nterms = {}\n", list(&r.terms)));
    if r.readings.is_none() {
        out.push_str("readings = \"all\"\n");
    }
    let dir = written.output.dir.unwrap_or_else(|| "runs/{run}".to_owned());
    out.push_str(&format!("\n[output]\ndir = {}\nformats = {}\ntables = {}\n", text(&dir), list(&r.formats), list(&r.tables)));
    output::print(&out)
}
