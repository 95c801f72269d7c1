//! How a figure of a run came about: one job run again, and told.

use super::args::{Explain, Tree};
use super::folder::Folder;
use super::{files, load, work};
use crate::batch::id::{Inputs, sha256};
use crate::batch::job::{self, Setting};
use crate::batch::plan::Job;
use crate::batch::select::{Earlier, Selection};
use crate::cli::{End, Outcome, diagnose, explain, output, terms};
use crate::report::explain::{Asked, explain as explained};
use crate::report::spot::Spot;
use crate::report::visible::lines;

/// `tenor batch explain`
pub(super) fn explain(args: &Explain) -> Outcome {
    let folder = Folder::new(args.of.run.clone());
    let (asked, which) = work::of_run(&folder, args.of.base.as_deref())?;
    let night = work::night_of(&folder, asked, &which)?;
    let selection = Selection::read(&args.select).map_err(|t| load::tell(&[t]))?;
    let (job, inputs) = one(args, &folder, &night, &selection)?;
    let Some((t, _)) = night.program(job) else {
        let why = job.broken.as_ref().map_or_else(String::new, |b| b.1.clone());
        diagnose::message("batch::no-job", &format!("{} cannot be run: {why}", job.name.shown()), "correct the register");
        return Err(End::Data);
    };
    if !night_key(&folder, job, inputs) {
        output::say("tenor: the inputs of this job changed since the run; this explains what comes of them now");
    }
    let program = terms::compile_to_explain(t, &job.answers)?;
    let open = |name: &str| {
        let bytes = files::bytes(&night.asked.base.join(name))?;
        if night.events.get(name).is_none_or(|read| read.sha256 != sha256(&bytes)) {
            return Err(format!("`{name}` changed meanwhile"));
        }
        Ok(files::unpacked(name, bytes))
    };
    let resolved = &night.asked.resolved;
    let setting = Setting { resolved, limits: night.asked.limits, register: &night.register, terms: None, open: &open };
    let run = job::replay(&setting, job, (t, &program), |e| e.explain(args.event.unwrap_or(0)));
    let (run, taken) = run.map_err(|why| {
        diagnose::message("batch::unreadable", &why, "correct the path");
        End::NoInput
    })?;
    if let Some(n) = args.event.filter(|n| *n == 0 || usize::try_from(*n).is_ok_and(|n| n > taken.places.len())) {
        diagnose::message(
            "usage::event",
            &format!("there is no record {n}: the job has {}", taken.places.len()),
            "records are numbered from 1",
        );
        return Err(End::Usage);
    }
    let steps = explained(t, &program, &run, Asked { record: args.event.map(Spot::Record), entry: args.certificate.as_deref() });
    let mut head = format!("{}\n", job.name.shown());
    let at = args.event.and_then(|n| usize::try_from(n).ok()?.checked_sub(1)).and_then(|n| taken.places.get(n));
    if let (Some(n), Some(at)) = (args.event, at) {
        head.push_str(&format!("record {n} is {}\n", job::place(job, &night.register, *at)));
    }
    let text = match args.format {
        Tree::Md => format!("# {}\n{}", head.trim_end().replace('\n', "\n\n"), explain::markdown(&steps)),
        Tree::Table => format!("{head}\n{}", explain::tree(&steps)),
    };
    output::text_to(args.to.file(), &lines(&text))
}

/// Whether a job is still what it was in the run.
fn night_key(folder: &Folder, job: &Job, inputs: &Inputs) -> bool {
    super::write::receipts(folder).iter().any(|r| r.name == job.name && r.key == inputs.key())
}

/// The one job that is meant.
fn one<'n>(args: &Explain, folder: &Folder, night: &'n load::Night, selection: &Selection) -> Result<&'n (Job, Inputs), End> {
    let has = |job: &Job, inputs: &Inputs| match &args.certificate {
        None => true,
        Some(key) => {
            let own = job.rows.iter().filter_map(|n| night.register.get(*n)).any(|r| r.key == *key);
            own || folder.text(&inputs.key()).is_some_and(|t| t.contains(&serde_json::Value::from(key.as_str()).to_string()))
        }
    };
    let earlier = Earlier::default();
    let found: Vec<&(Job, Inputs)> = night.jobs.iter().filter(|(j, i)| selection.takes(&j.name, &earlier) && has(j, i)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            diagnose::message("batch::no-job", "no job of the run has that", "`receipts.jsonl` names them all");
            Err(End::Usage)
        }
        more => {
            let names: Vec<String> = more.iter().take(10).map(|(j, _)| j.name.shown()).collect();
            let text = format!("{} jobs have that: {}", more.len(), names.join(", "));
            diagnose::message("batch::no-job", &text, "choose one: `--select series:… readings:default`");
            Err(End::Usage)
        }
    }
}
