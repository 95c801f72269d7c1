//! Running the jobs of a night run, and going on where an earlier run ended.

use super::args::{How, Retry, Run, Which};
use super::compared::finished;
use super::folder::{self, Folder};
use super::load::{self, Asked, Night};
use super::progress::{Progress, counted};
use super::write::{self, About};
use super::{files, planned, signal};
use crate::batch::id::{Inputs, sha256};
use crate::batch::job::{self, Halt, Setting};
use crate::batch::log::{Line, Log, SCHEMA, Start};
use crate::batch::part::{Part, Status};
use crate::batch::plan::Job;
use crate::batch::select::Earlier;
use crate::batch::summary::Document;
use crate::cli::{End, Outcome, diagnose, output};
use rayon::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Codes of what may come out otherwise the next time, though nothing that a job is known by has changed.
const PASSING: [&str; 2] = ["batch::unreadable", "batch::internal"];

/// `tenor batch run`
pub(super) fn run(args: &Run) -> Outcome {
    let asked = load::asked(&args.what, &args.which.select)?;
    let earlier = planned::state(&args.which)?;
    let night = load::night(asked, &args.which, &earlier)?;
    let folder = Folder::new(night.folder(args.output.as_deref()));
    let again = |_: &Line| args.force;
    go(&night, &folder, &args.how, &again, args.force)
}

/// `tenor batch retry`
pub(super) fn retry(args: &Retry) -> Outcome {
    let folder = Folder::new(args.of.run.clone());
    let (asked, which) = of_run(&folder, args.of.base.as_deref())?;
    let night = night_of(&folder, asked, &which)?;
    let both = !args.failed && !args.timeout;
    let again = |line: &Line| match line.status.as_str() {
        "failed" | "partial" => both || args.failed,
        "timeout" => both || args.timeout,
        _ => false,
    };
    go(&night, &folder, &args.how, &again, false)
}

/// What a run was asked for, by the files in its folder.
pub(super) fn of_run(folder: &Folder, base: Option<&Path>) -> Result<(Asked, Which), End> {
    let document = finished(folder)?;
    let base = match base {
        Some(base) => base.to_path_buf(),
        None => folder.path.join(folder.log().base.unwrap_or_default()),
    };
    let limits = folder.log().limits();
    let which = Which { shard: document.shard.map(|s| s.shown()), ..Which::default() };
    Ok((Asked { base, resolved: document.manifest, limits, dir: None }, which))
}

/// The night run of a folder: with the jobs it had, whatever had selected them.
pub(super) fn night_of(folder: &Folder, asked: Asked, which: &Which) -> Result<Night, End> {
    let mut night = load::night(asked, which, &|_, _| Earlier::default())?;
    if !night.asked.resolved.select.is_empty() {
        let had: BTreeSet<_> = write::receipts(folder).into_iter().map(|r| r.name).collect();
        night.jobs.retain(|(job, _)| had.contains(&job.name));
    }
    Ok(night)
}

/// Brings a run to its end, and tells how it ended.
fn go(night: &Night, folder: &Folder, how: &How, again: &dyn Fn(&Line) -> bool, compare: bool) -> Outcome {
    let log = folder.log();
    let known = log.last();
    let is_done = |n: usize| -> Option<Line> {
        let (_, inputs) = night.jobs.get(n)?;
        let line = *known.get(inputs.key().as_str())?;
        let met = line.limit.is_empty() || line.limit == limit(night, line);
        let stands = met && !PASSING.contains(&line.code.as_str()) && !again(line) && folder.read(line).is_some();
        (stands && same_lines(night, folder, n, line)).then(|| line.clone())
    };
    let done: Vec<Option<Line>> = (0..night.jobs.len()).map(is_done).collect();
    if done.iter().all(Option::is_some)
        && let Some(document) = write::read(folder)
        && document.manifest == night.asked.resolved
        && document.shard == night.shard
        && document.files == night.files()
        && document.counts.skipped == 0
        && write::is_untouched(folder, &document)
    {
        if !how.quiet {
            output::print(&format!(
                "nothing to do: run {} in {} is finished, {}\n",
                night.id,
                folder.path.display(),
                document.counts.shown()
            ))?;
        }
        return ended(&document);
    }
    signal::listen();
    let lock = folder.lock()?;
    changed(night, folder, &log, &done);
    let start = Start {
        schema: SCHEMA.to_owned(),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        run: night.id.clone(),
        base: base(night, folder),
        limits: night.asked.limits.into(),
    };
    let file = folder.append(&log, &start)?;
    let statuses = done.iter().flatten().filter_map(|l| Status::ALL.into_iter().find(|s| s.word() == l.status));
    let mut progress = Progress::new(how.progress, how.quiet, counted(statuses), night.jobs.len());
    let work = Work { night, folder, progress: &progress, log: Mutex::new((file, next(&log))), stop: AtomicBool::new(false) };
    let came = work.all(how.jobs, &done)?;
    if signal::is_asked() {
        let count = progress.counts().all();
        progress.over();
        progress.event(&json!({ "event": "interrupted", "done": count, "jobs": night.jobs.len() }));
        output::say(&format!("tenor: interrupted: {count} of {} jobs are done; the same command goes on", night.jobs.len()));
        return Err(End::Interrupted);
    }
    let differ = if compare { differing(night, folder, &log, &came) } else { Vec::new() };
    progress.over();
    let document = finish(night, folder, &came)?;
    progress.event(&json!({ "event": "summary", "run": document.run, "folder": folder.path, "counts": document.counts,
        "gates": document.gates, "closed": document.closed, "outputs": document.outputs }));
    if !how.quiet && !progress.is_for_programs() {
        output::print(&told(&document, folder))?;
    }
    drop(lock);
    if !differ.is_empty() {
        for name in &differ {
            let text = format!("{name}: other results than before, from the same inputs");
            diagnose::message("batch::internal", &text, "this is a fault of tenor, not of the files: please report it");
        }
        return Err(End::Software);
    }
    ended(&document)
}

/// The limit that applies to what a line says was met.
fn limit(night: &Night, line: &Line) -> String {
    let limits = &night.asked.limits;
    if line.status == "timeout" {
        limits.timeout.map_or_else(String::new, |t| format!("{t}s"))
    } else {
        limits.records.map_or_else(String::new, |n| n.to_string())
    }
}

/// Whether what was told of rows of the register still names their lines.
fn same_lines(night: &Night, folder: &Folder, n: usize, line: &Line) -> bool {
    if line.status == "ok" {
        return true;
    }
    let Some((job, _)) = night.jobs.get(n) else { return false };
    let Some(text) = folder.read(line) else { return false };
    let Some((_, rows)) = Part::read(&text) else { return false };
    for (_, row) in rows.filter(|(table, _)| *table == crate::batch::part::REJECTS) {
        let Ok(row) = serde_json::from_str::<serde_json::Value>(row) else { return false };
        let (file, at) = (row.get("file").and_then(|f| f.as_str()), row.get("line").and_then(serde_json::Value::as_u64));
        let is_register = file.is_some_and(|f| night.asked.resolved.register.iter().any(|r| r == f));
        let mut own = job.rows.iter().filter_map(|n| night.register.get(*n));
        let text = row.get("record").and_then(|r| r.as_str()).unwrap_or_default();
        if is_register && !own.any(|r| Some(r.line) == at && (r.text == text || text.is_empty())) {
            return false;
        }
    }
    true
}

/// The number of the next line of a log.
fn next(log: &Log) -> u64 {
    log.lines.iter().map(|l| l.seq).max().unwrap_or(0)
}

/// The folder of the manifest, from that of the run.
fn base(night: &Night, folder: &Folder) -> String {
    let real = |p: &Path| if p.as_os_str().is_empty() { Path::new(".").canonicalize() } else { p.canonicalize() };
    match (real(&folder.path), real(&night.asked.base)) {
        (Ok(from), Ok(to)) => files::relative(&from, &to),
        _ => night.asked.base.display().to_string(),
    }
}

/// Names what changed since the jobs were run that are to be run again.
fn changed(night: &Night, folder: &Folder, log: &Log, done: &[Option<Line>]) {
    let mut all: BTreeMap<String, usize> = BTreeMap::new();
    for ((job, inputs), _) in night.jobs.iter().zip(done).filter(|(_, done)| done.is_none()) {
        let key = inputs.key();
        let before = log.lines.iter().rev().find(|l| l.name() == job.name);
        let Some(before) = before.filter(|l| l.key != key).and_then(|l| folder.head(&l.key)) else { continue };
        for change in before.inputs.changes(inputs) {
            *all.entry(change).or_default() += 1;
        }
    }
    for (change, count) in all {
        let jobs = if count == 1 { "1 job is".to_owned() } else { format!("{count} jobs are") };
        output::say(&format!("tenor: since the last run: {change}; {jobs} run again"));
    }
}

/// What came of the jobs of this run: in the folder, or here where a job was not begun.
type Came = Vec<Option<Line>>;

struct Work<'a> {
    night: &'a Night,
    folder: &'a Folder,
    progress: &'a Progress,
    log: Mutex<(File, u64)>,
    stop: AtomicBool,
}

impl Work<'_> {
    /// Runs all jobs that are not done.
    fn all(&self, threads: Option<usize>, done: &[Option<Line>]) -> Result<Came, End> {
        // a deep stack, as for every command: whatever terms say, it is the parser's own bound that ends it
        let pool = rayon::ThreadPoolBuilder::new().stack_size(64 << 20).num_threads(threads.unwrap_or(0)).build();
        let pool = pool.map_err(|_| End::Software)?;
        let one = |(n, done): (usize, &Option<Line>)| match done {
            Some(line) => Ok(Some(line.clone())),
            None => self.one(n),
        };
        pool.install(|| done.par_iter().enumerate().map(one).collect())
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst) || signal::is_asked()
    }

    /// Runs one job; nothing where it is not begun any more.
    fn one(&self, n: usize) -> Result<Option<Line>, End> {
        let Some((job, inputs)) = self.night.jobs.get(n) else { return Ok(None) };
        let failed = self.progress.counts().bad();
        let count = u64::try_from(self.night.jobs.len()).unwrap_or(u64::MAX);
        if self.is_over() || self.night.asked.limits.max_failed.is_some_and(|m| m.is_passed(failed, count)) {
            return Ok(None);
        }
        self.progress.begin(&job.name);
        let begun = Instant::now();
        let Some(part) = part(self.night, job, inputs, begun) else { return Ok(None) };
        let text = part.text();
        let line = Line {
            seq: 0,
            key: part.key.clone(),
            series: job.name.series.clone(),
            terms: job.name.terms.clone(),
            readings: job.name.readings.clone(),
            status: part.status.word().to_owned(),
            code: part.code.clone(),
            limit: part.limit.clone(),
            records: part.records,
            rows: part.count(),
            seconds: seconds(begun),
            result: sha256(text.as_bytes()),
        };
        let line = self.keep(&text, line).inspect_err(|_| self.stop.store(true, Ordering::SeqCst))?;
        self.progress.end(&part, &line.seconds);
        Ok(Some(line))
    }

    /// Writes what came of a job, and then the line of the log.
    fn keep(&self, text: &str, mut line: Line) -> Result<Line, End> {
        self.folder.write(&line.key, text)?;
        let mut log = self.log.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        log.1 += 1;
        line.seq = log.1;
        folder::add(&mut log.0, &line).map_err(|e| self.folder.failed(&e))?;
        Ok(line)
    }
}

/// Runs a job of a night run; nothing where the run is to end.
pub(super) fn part(night: &Night, job: &Job, inputs: &Inputs, begun: Instant) -> Option<Part> {
    let open = |name: &str| {
        let bytes = files::bytes(&night.asked.base.join(name))?;
        if night.events.get(name).is_none_or(|read| read.sha256 != sha256(&bytes)) {
            return Err(format!("`{name}` changed while the run was at work"));
        }
        Ok(files::unpacked(name, bytes))
    };
    let limits = night.asked.limits;
    let setting =
        Setting { resolved: &night.asked.resolved, limits, register: &night.register, terms: night.program(job), open: &open };
    let mut watch = |_: u64| {
        if signal::is_asked() {
            return Some(Halt::Interrupted);
        }
        limits.timeout.filter(|t| begun.elapsed().as_secs() >= *t).map(|_| Halt::Timeout)
    };
    let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job::run(&setting, job, inputs, &mut watch)));
    match run {
        Ok(Ok(part)) => Some(part),
        Ok(Err(_)) => None,
        Err(_) => {
            let mut part = job::skipped(&setting, job, inputs);
            part.status = Status::Failed;
            part.code = "batch::internal".to_owned();
            part.reason = "tenor itself failed at this job".to_owned();
            Some(part)
        }
    }
}

fn seconds(begun: Instant) -> String {
    let spent = begun.elapsed();
    format!("{}.{:03}", spent.as_secs(), spent.subsec_millis())
}

/// Jobs that came to something else than before.
fn differing(night: &Night, _: &Folder, log: &Log, came: &Came) -> Vec<String> {
    let before = log.last();
    let other = |line: &&Line| {
        let old = before.get(line.key.as_str());
        old.is_some_and(|o| o.result != line.result && o.limit == line.limit && !PASSING.contains(&o.code.as_str()))
    };
    let _ = night;
    came.iter().flatten().filter(other).map(|line| line.name().shown()).collect()
}

/// Writes the files of the run.
fn finish(night: &Night, folder: &Folder, came: &Came) -> Result<Document, End> {
    let open = |_: &str| Err(String::new());
    let read = |n: usize| match came.get(n)? {
        Some(line) => folder.read(line).map(|text| (text, line.result.clone())),
        None => {
            let (job, inputs) = night.jobs.get(n)?;
            let terms = night.program(job);
            let resolved = &night.asked.resolved;
            let setting = Setting { resolved, limits: night.asked.limits, register: &night.register, terms, open: &open };
            let text = job::skipped(&setting, job, inputs).text();
            let result = sha256(text.as_bytes());
            Some((text, result))
        }
    };
    let document = write::all(folder, &About::of(night), night.jobs.len(), &read)?;
    let keys: Vec<String> = night.jobs.iter().map(|(_, inputs)| inputs.key()).collect();
    folder.keep(&|key| keys.iter().any(|k| k == key));
    latest(night, folder);
    Ok(document)
}

/// The link to the latest run, beside runs that are named for themselves.
fn latest(night: &Night, folder: &Folder) {
    #[cfg(unix)]
    if night.shard.is_none()
        && let (Some(parent), Some(name)) = (folder.path.parent(), folder.path.file_name())
        && name.to_string_lossy() == night.id
    {
        let link = parent.join("latest");
        if std::fs::symlink_metadata(&link).is_ok_and(|m| !m.file_type().is_symlink()) {
            return;
        }
        let beside = parent.join(".latest.part");
        let _ = std::fs::remove_file(&beside);
        let _ = std::os::unix::fs::symlink(name, &beside).and_then(|()| std::fs::rename(&beside, &link));
    }
    #[cfg(not(unix))]
    let _ = (night, folder);
}

/// What is said of a run that came to its end.
pub(super) fn told(document: &Document, folder: &Folder) -> String {
    let mut out = format!(
        "run {} in {}\n{} jobs: {}\n",
        document.run,
        folder.path.display(),
        document.counts.all(),
        document.counts.shown()
    );
    for gate in &document.closed {
        out.push_str(&format!("the gate `{gate}` is closed: {}\n", document.gates.count(gate)));
    }
    if !document.counts.is_whole() {
        out.push_str(&format!("what failed and why: {}\n", folder.file("summary.md").display()));
    }
    out
}

/// How a run ends: what is not done outweighs a gate.
pub(super) fn ended(document: &Document) -> Outcome {
    if document.counts.is_whole() {
        return if document.closed.is_empty() { Ok(()) } else { Err(End::Failed) };
    }
    Err(End::Partial)
}
