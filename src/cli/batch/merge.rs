//! Shares of a run put together: the same bytes as of a run that was not shared.

use super::args::Merge;
use super::compared::finished;
use super::folder::{self, Folder};
use super::write::{self, About};
use super::{files, work};
use crate::batch::log::{Line, Log, SCHEMA, Start};
use crate::batch::part::Status;
use crate::batch::plan::Name;
use crate::batch::summary::{Document, Receipt};
use crate::cli::{End, Outcome, diagnose, output};
use std::collections::BTreeMap;

/// `tenor batch merge`
pub(super) fn merge(args: &Merge) -> Outcome {
    let mut shards: Vec<(Folder, Document)> = Vec::new();
    for path in &args.shards {
        let folder = Folder::new(path.clone());
        let document = finished(&folder)?;
        shards.push((folder, document));
    }
    let Some((first, of)) = shards.first() else { return Err(End::Usage) };
    let jobs = jobs(&shards, of)?;
    let folder = Folder::new(args.output.clone());
    if shards.iter().any(|(s, _)| s.path.canonicalize().ok().is_some_and(|p| folder.path.canonicalize().ok() == Some(p))) {
        return wrong("the output is one of the shares", "name another folder with `--output`");
    }
    let lock = folder.lock()?;
    let log = first.log();
    let base = log.base.as_deref().map(|b| first.path.join(b)).unwrap_or_default();
    let real = |p: &std::path::Path| p.canonicalize().unwrap_or_else(|_| p.to_path_buf());
    let start = Start {
        schema: SCHEMA.to_owned(),
        engine: of.engine.clone(),
        run: of.run.clone(),
        base: files::relative(&real(&folder.path), &real(&base)),
        limits: log.limits.clone(),
    };
    let mut file = folder.append(&Log::default(), &start)?;
    let mut lines: Vec<Line> = Vec::new();
    for (seq, (at, receipt)) in (1..).zip(jobs.values()) {
        let Some((shard, _)) = shards.get(*at) else { continue };
        let logs = shard.log();
        let known = logs.last();
        let line = known.get(receipt.key.as_str()).copied().filter(|l| l.result == receipt.result);
        let Some((line, text)) = line.and_then(|l| Some((l, shard.read(l)?))) else {
            let text = format!("`{}`: what came of {} is not what its log says", shard.path.display(), receipt.name.shown());
            return wrong(&text, "run that share again");
        };
        folder.write(&receipt.key, &text)?;
        let line = Line { seq, ..line.clone() };
        folder::add(&mut file, &line).map_err(|e| folder.failed(&e))?;
        lines.push(line);
    }
    let about = About { run: &of.run, resolved: &of.manifest, shard: None, jobs: lines.len(), files: of.files.clone() };
    let came = |n: usize| lines.get(n).and_then(|l| Some((folder.read(l)?, l.result.clone())));
    let document = write::all(&folder, &about, lines.len(), &came)?;
    output::print(&work::told(&document, &folder))?;
    drop(lock);
    work::ended(&document)
}

fn wrong<T>(text: &str, help: &str) -> Result<T, End> {
    diagnose::message("batch::merge", text, help);
    Err(End::Data)
}

/// All jobs, each with the share it is in: of one manifest, none twice, none missing.
fn jobs(shards: &[(Folder, Document)], of: &Document) -> Result<BTreeMap<Name, (usize, Receipt)>, End> {
    let mut out: BTreeMap<Name, (usize, Receipt)> = BTreeMap::new();
    for (n, (folder, document)) in shards.iter().enumerate() {
        let path = folder.path.display();
        if document.run != of.run || document.manifest != of.manifest {
            return wrong(
                &format!("`{path}` is of another manifest: run {}, not {}", document.run, of.run),
                "merge shares of one run",
            );
        }
        if document.engine != of.engine {
            return wrong(
                &format!("`{path}` was made by Tenor {}, not {}", document.engine, of.engine),
                "run all shares with one version",
            );
        }
        if let Some(file) = document
            .files
            .iter()
            .find(|f| !of.files.contains(f))
            .or_else(|| of.files.iter().find(|f| !document.files.contains(f)))
        {
            return wrong(&format!("`{path}` was computed from another `{}`", file.name), "run all shares over the same files");
        }
        let Some(shard) = document.shard else {
            return wrong(&format!("`{path}` is no share, but a whole run"), "name folders made with `--shard`");
        };
        if let Some((other, _)) = shards.iter().take(n).find(|(_, d)| d.shard == Some(shard)) {
            return wrong(
                &format!("`{path}` and `{}` are the same share, {}", other.path.display(), shard.shown()),
                "name each once",
            );
        }
        for receipt in write::receipts(folder) {
            if receipt.status == Status::Skipped {
                return wrong(&format!("`{path}`: {} was not begun", receipt.name.shown()), "bring that share to its end first");
            }
            let name = receipt.name.clone();
            if out.insert(name.clone(), (n, receipt)).is_some() {
                return wrong(
                    &format!("{} is in two shares", name.shown()),
                    "shares must be cut in one way: all by `hash` or all by `slice`",
                );
            }
        }
    }
    let count = u64::try_from(out.len()).unwrap_or(u64::MAX);
    if count != of.jobs {
        let of_all = of.shard.map_or(0, |s| s.of);
        let text = format!("{count} of {} jobs are there: {} of {of_all} shares are named", of.jobs, shards.len());
        return wrong(&text, "name all of them");
    }
    Ok(out)
}
