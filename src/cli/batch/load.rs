//! A night run with everything it needs: the manifest as it is meant, its terms, the register, the digests of its files, the jobs.

use super::args::{What, Which};
use super::files::{self, Kept};
use crate::batch::id::{Inputs, Read, sha256};
use crate::batch::manifest::{self, Limits, Manifest, Matrix, Readings, Register, Series, Texts};
use crate::batch::plan::{self, Job};
use crate::batch::register::{Row, rows};
use crate::batch::resolved::{REGISTER, Resolved, resolve};
use crate::batch::select::{Earlier, Selection, Shard};
use crate::batch::{Trouble, instead};
use crate::cli::{End, diagnose};
use crate::engine::code::Program;
use crate::report::json::chosen;
use crate::report::receipt::EDITION;
use crate::terms::Terms;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is asked for, before its files are looked at.
pub(super) struct Asked {
    /// The folder that all names begin in.
    pub base: PathBuf,
    /// The manifest as it is meant.
    pub resolved: Resolved,
    /// The limits.
    pub limits: Limits,
    /// The folder of the run, as the manifest names it.
    pub dir: Option<String>,
}

/// A night run with everything it needs.
pub(super) struct Night {
    pub asked: Asked,
    /// The name of the run.
    pub id: String,
    /// The rows of the register.
    pub register: Vec<Row>,
    /// The terms, by their names.
    pub terms: BTreeMap<String, Terms>,
    /// Their programs, by the answers to their readings.
    pub programs: BTreeMap<(String, Vec<u32>), Program>,
    /// The digests of files of events and of the register.
    pub events: BTreeMap<String, Read>,
    /// The digests of terms with what they read.
    pub sources: BTreeMap<String, Vec<Read>>,
    /// The jobs of this run with what each is computed from, in order.
    pub jobs: Vec<(Job, Inputs)>,
    /// How many there are in all.
    pub count: usize,
    /// The share of all jobs.
    pub shard: Option<Shard>,
}

/// Tells of everything that is wrong, and how the command ends.
pub(super) fn tell(wrong: &[Trouble]) -> End {
    for t in wrong {
        diagnose::message(t.code, &t.text, &t.help);
    }
    let is_usage = wrong.iter().any(|t| t.code.starts_with("usage::"));
    let is_missing = wrong.iter().any(|t| t.code == "batch::missing");
    if is_usage {
        End::Usage
    } else if is_missing {
        End::NoInput
    } else {
        End::Data
    }
}

/// Reads what is asked for.
pub(super) fn asked(what: &What, select: &[String]) -> Result<Asked, End> {
    let (manifest, base) = written(what)?;
    let limits = manifest.policy.limits().map_err(|t| tell(&[t]))?;
    let find = |pattern: &str| files::find(&base, pattern);
    let resolved = resolve(&manifest, select, &find).map_err(|wrong| tell(&wrong))?;
    Ok(Asked { resolved, limits, dir: manifest.output.dir, base })
}

/// The manifest, from its file or from the command line, and the folder its names begin in.
pub(super) fn written(what: &What) -> Result<(Manifest, PathBuf), End> {
    if let Some(path) = &what.manifest {
        let bytes = files::bytes(path).map_err(|why| tell(&[Trouble::new("batch::missing", why, "name the manifest")]))?;
        let name = path.display().to_string();
        let text = String::from_utf8(bytes)
            .map_err(|_| tell(&[Trouble::new("batch::manifest", format!("{name}: it is not UTF-8"), "save it as UTF-8")]))?;
        let manifest = manifest::read(&name, &text).map_err(|t| tell(&[t]))?;
        return Ok((manifest, path.parent().map(Path::to_path_buf).unwrap_or_default()));
    }
    if what.terms.is_empty() || what.events.is_empty() {
        let help = "write `tenor batch run night.toml`, or `--terms 'terms/*.terms' --events 'streams/{series}/*.jsonl'`";
        return Err(tell(&[Trouble::new("usage::manifest", "there is neither a manifest nor terms and events", help)]));
    }
    let base = PathBuf::new();
    let mut wrong = Vec::new();
    let mut series: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pattern in &what.events {
        match files::find(&base, &pattern.replace("{series}", "*")) {
            Ok(found) => {
                for file in found {
                    series.entry(series_of(pattern, &file)).or_default().push(file);
                }
            }
            Err(t) => wrong.push(t),
        }
    }
    if !wrong.is_empty() {
        return Err(tell(&wrong));
    }
    let one = |(name, events)| Series { name, terms: None, events: Texts::Many(events) };
    let manifest = Manifest {
        schema: 1,
        as_of: what.as_of.clone().map(toml::Value::String),
        register: (!what.register.is_empty()).then(|| Register { file: Texts::Many(what.register.clone()), event: None }),
        series: series.into_iter().map(one).collect(),
        matrix: Matrix {
            terms: Some(what.terms.clone()),
            readings: what.readings.then(|| Readings::Word("all".to_owned())),
            exclude: Vec::new(),
        },
        ..Manifest::default()
    };
    Ok((manifest, base))
}

/// The series of a file: what stands where the pattern has `{series}`, else its name.
fn series_of(pattern: &str, file: &str) -> String {
    let parts: Vec<&str> = file.split('/').collect();
    for (part, actual) in pattern.split('/').zip(&parts) {
        if let Some((before, after)) = part.split_once("{series}") {
            let rest = actual.strip_prefix(before).unwrap_or(actual);
            // what follows may be a pattern itself: only what is fixed of it is taken away
            let fixed: String = after.chars().rev().take_while(|c| !matches!(c, '*' | '?' | ']' | '}')).collect();
            let fixed: String = fixed.chars().rev().collect();
            return rest.strip_suffix(&fixed).unwrap_or(rest).to_owned();
        }
    }
    let name = parts.last().copied().unwrap_or(file);
    name.split('.').next().unwrap_or(name).to_owned()
}

/// Reads everything, and tells at once of everything that is wrong.
pub(super) fn night(asked: Asked, which: &Which, earlier: &dyn Fn(&Job, &Inputs) -> Earlier) -> Result<Night, End> {
    let mut wrong: Vec<Trouble> = Vec::new();
    let mut ended: Option<End> = None;
    let selection = Selection::read(&which.select).map_err(|t| wrong.push(t)).unwrap_or_default();
    let shard = which.shard.as_deref().map(Shard::read).transpose().map_err(|t| wrong.push(t)).ok().flatten();
    if selection.needs_state() && which.state.is_none() {
        wrong.push(Trouble::new("usage::select", "`status:` and `changed` speak of an earlier run", "name it with `--state`"));
    }
    if !wrong.is_empty() {
        return Err(tell(&wrong));
    }
    let resolved = &asked.resolved;
    let mut events: BTreeMap<String, Read> = BTreeMap::new();
    let mut register: Vec<Row> = Vec::new();
    for name in &resolved.register {
        match files::bytes(&asked.base.join(name)) {
            Ok(bytes) => {
                events.insert(name.clone(), Read::new("register", name, &bytes));
                let (mut input, format) = files::unpacked(name, bytes);
                let mut plain = Vec::new();
                match std::io::Read::read_to_end(&mut input, &mut plain) {
                    Ok(_) => register.extend(rows(name, &plain, format, &resolved.event)),
                    Err(e) => {
                        wrong.push(Trouble::new("batch::missing", format!("`{name}` cannot be read: {e}"), "pack it again"))
                    }
                }
            }
            Err(why) => wrong.push(Trouble::new("batch::missing", why, "correct the path")),
        }
    }
    for name in resolved.series.iter().flat_map(|s| &s.events).filter(|n| *n != REGISTER) {
        if !events.contains_key(name) {
            match files::digest(&asked.base, "events", name) {
                Ok(read) => drop(events.insert(name.clone(), read)),
                Err(t) => wrong.push(t),
            }
        }
    }
    let mut terms = BTreeMap::new();
    let mut sources = BTreeMap::new();
    let needed = plan::terms_of(resolved, &register);
    for (name, place) in &needed {
        match one(&asked.base, name) {
            Ok((t, read)) => {
                sources.insert(name.clone(), read);
                terms.insert(name.clone(), t);
            }
            Err(end) => {
                if !place.is_empty() {
                    diagnose::message("batch::register", &format!("{place}: the terms are `{name}`"), "correct the row");
                }
                ended = Some(end);
            }
        }
    }
    if ended.is_none() {
        wrong.extend(tables(resolved, &terms));
    }
    let all = plan::plan(resolved, &terms, &register).unwrap_or_else(|t| {
        wrong.extend(t);
        Vec::new()
    });
    let mut programs = BTreeMap::new();
    if ended.is_none() && wrong.is_empty() {
        for job in all.iter().filter(|j| j.broken.is_none()) {
            let key = (job.name.terms.clone(), job.answers.clone());
            let Some(t) = terms.get(&job.name.terms).filter(|_| !programs.contains_key(&key)) else { continue };
            match crate::cli::terms::compile(t, &job.answers, &[]) {
                Ok(program) => drop(programs.insert(key, program)),
                Err(end) => ended = Some(end),
            }
        }
    }
    if !wrong.is_empty() {
        let end = tell(&wrong);
        return Err(if ended == Some(End::NoInput) { End::NoInput } else { end });
    }
    if let Some(end) = ended {
        return Err(end);
    }
    let count = all.len();
    let id = resolved.id();
    let mut night = Night { id, register, terms, programs, events, sources, jobs: Vec::new(), count, shard, asked };
    for (n, job) in all.into_iter().enumerate() {
        let inputs = night.inputs(&job);
        let is_ours = shard.is_none_or(|s| s.takes(&job, n, count));
        if is_ours && selection.takes(&job.name, &earlier(&job, &inputs)) {
            night.jobs.push((job, inputs));
        }
    }
    if night.jobs.is_empty() && shard.is_none() {
        let what = if which.select.is_empty() { "the manifest has no job" } else { "no job is selected" };
        diagnose::message("batch::nothing", what, "`tenor batch plan --verbose` names them all");
        return Err(End::Nothing);
    }
    Ok(night)
}

/// Terms with what they read.
fn one(base: &Path, name: &str) -> Result<(Terms, Vec<Read>), End> {
    let kept = Kept::new(base);
    let t = crate::cli::terms::load_by(&base.join(name), false, &kept, &[])?;
    Ok((t, kept.read.into_inner()))
}

/// Tables that no terms have.
fn tables(resolved: &Resolved, terms: &BTreeMap<String, Terms>) -> Vec<Trouble> {
    let mut known = vec!["figures", "adjustments", "obligations", "refusals", "rescissions", "warnings"];
    for t in terms.values() {
        let names = t.reports.iter().map(|r| r.name.as_str()).chain(t.effects.iter().map(|e| e.name.as_str()));
        names.for_each(|name| {
            if !known.contains(&name) {
                known.push(name)
            }
        });
    }
    let unknown = resolved.tables.iter().filter(|t| !known.contains(&t.as_str()));
    unknown.map(|t| Trouble::new("batch::manifest", format!("no terms give a table `{t}`"), instead(t, &known))).collect()
}

impl Night {
    /// What a job is computed from.
    fn inputs(&self, job: &Job) -> Inputs {
        let resolved = &self.asked.resolved;
        let mut files = self.sources.get(&job.name.terms).cloned().unwrap_or_default();
        files.extend(job.events.iter().filter_map(|name| self.events.get(name)).cloned());
        let rows: Vec<&Row> = job.rows.iter().filter_map(|n| self.register.get(*n)).collect();
        let mut text = String::new();
        for row in &rows {
            // the line is no part of it: a row is the same row when others come before it
            text.push_str(&format!("{}\t{}\t{:?}\n", row.file, row.text, row.records));
        }
        let place = job.events.iter().position(|e| e == REGISTER);
        let options = vec![
            format!("tables {}", resolved.tables.join(" ")),
            format!("rows are {}", resolved.event),
            if resolved.set_aside { "bad records are set aside" } else { "a bad record fails its job" }.to_owned(),
            place.map_or_else(|| "the register comes first".to_owned(), |n| format!("the register comes after {n} files")),
        ];
        Inputs {
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            edition: EDITION,
            series: job.name.series.clone(),
            terms: job.name.terms.clone(),
            readings: self.terms.get(&job.name.terms).map(|t| chosen(t, &job.answers)).unwrap_or_default(),
            as_of: resolved.as_of.clone(),
            known_on: resolved.known_on.clone(),
            options,
            files,
            rows: u64::try_from(rows.len()).unwrap_or(u64::MAX),
            register: sha256(text.as_bytes()),
        }
    }

    /// The terms and the program of a job.
    pub(super) fn program(&self, job: &Job) -> Option<(&Terms, &Program)> {
        let program = self.programs.get(&(job.name.terms.clone(), job.answers.clone()))?;
        Some((self.terms.get(&job.name.terms)?, program))
    }

    /// All files, each once.
    pub(super) fn files(&self) -> Vec<Read> {
        let mut out: Vec<Read> = self.sources.values().flatten().chain(self.events.values()).cloned().collect();
        out.sort_by(|a, b| a.name.cmp(&b.name).then(a.role.cmp(&b.role)));
        out.dedup_by(|a, b| a.name == b.name);
        out
    }

    /// The folder of the run.
    pub(super) fn folder(&self, output: Option<&Path>) -> PathBuf {
        let suffix = self.shard.map_or_else(String::new, |s| format!(".{}-of-{}", s.part, s.of));
        match output {
            Some(path) => path.to_path_buf(),
            None => {
                let dir = self.asked.dir.as_deref().unwrap_or("runs/{run}").replace("{run}", &self.id);
                self.asked.base.join(format!("{dir}{suffix}"))
            }
        }
    }
}
