//! `tenor test --mutate`

use super::super::args::Test as Args;
use super::super::inputs::Inputs;
use super::super::test::tried;
use super::super::{End, Outcome, diagnose, progress};
use crate::check::{self, Reader, nearest};
use crate::mutate::{Allowed, Mutant, allowed, mutants, name};
use crate::report::mutants::{self as report, Fate, Mutants, Tried};
use crate::report::reached::came;
use crate::source::{FileId, Span};
use crate::terms::{Formulas, Terms, walk};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

/// How long a change may take at least, and how many times as long as the terms without one.
const AT_LEAST: Duration = Duration::from_secs(10);
const TIMES: u32 = 20;

/// Changes one thing of the terms at a time, and runs the examples.
pub(super) fn mutate(args: &Args, reader: Inputs, loaded: &[(&Path, Terms)]) -> Outcome {
    named(args, loaded)?;
    let mut all = Vec::new();
    for (file, t) in loaded {
        all.push(of_file(args, &reader, file, t)?);
    }
    let text = || all.iter().map(report::text).collect::<Vec<_>>().join("\n");
    let json = || all.iter().map(report::json).collect();
    super::write(args, reader, loaded, "mutants", text, json)?;
    if all.iter().any(Mutants::broken) {
        return Err(End::Software);
    }
    if all.iter().any(|m| m.survivors().next().is_some()) { Err(End::Failed) } else { Ok(()) }
}

/// Whether there are declarations of the names that are given.
fn named(args: &Args, loaded: &[(&Path, Terms)]) -> Outcome {
    let known = || loaded.iter().flat_map(|(_, t)| &t.items).filter_map(|i| name(&i.kind)).map(|(_, n)| n);
    for wanted in &args.deeper.within {
        if known().all(|n| n != wanted) {
            let help = nearest(wanted, known()).map_or_else(
                || "name a rule, a definition, a state or another declaration with a formula".to_owned(),
                |n| format!("did you mean `{n}`?"),
            );
            diagnose::message("usage::in", &format!("these terms declare no `{wanted}` that could be changed"), &help);
            return Err(End::Usage);
        }
    }
    Ok(())
}

/// The changes of one file.
fn of_file(args: &Args, reader: &Inputs, file: &Path, t: &Terms) -> Result<Mutants, End> {
    let main = FileId(0);
    let mut list = mutants(&t.items, &t.sources);
    let within = &args.deeper.within;
    list.retain(|m| match within.is_empty() {
        true => args.deeper.imported || m.span.file == main,
        false => within.contains(&m.of.1),
    });
    let possible = list.len();
    let list = spread(list, args.deeper.limit);
    let work = Arc::new(Work::new(reader, file, t)?);
    let text = t.sources.get(main).map_or("", |s| &s.text);
    let reasons = allowed(main, text, &t.items);
    let evaluated = evaluated(t);
    let fates = fates(&work, &list)?;
    let tried = list.into_iter().zip(fates).map(|(m, fate)| tell(t, m, fate, &reasons, &evaluated)).collect();
    let complete = within.is_empty() && args.deeper.limit.is_none();
    let file = file.display().to_string();
    Ok(Mutants { title: t.title.clone(), file, examples: t.examples.len(), possible, tried, allowed: reasons, complete })
}

/// At most so many of them, spread evenly.
fn spread(list: Vec<Mutant>, limit: Option<usize>) -> Vec<Mutant> {
    let all = list.len();
    let Some(limit) = limit.filter(|n| *n < all) else { return list };
    // one is taken wherever `n × limit ÷ all` passes a whole number
    list.into_iter().enumerate().filter(|(n, _)| (n * limit) / all != ((n + 1) * limit) / all).map(|(_, m)| m).collect()
}

fn tell(t: &Terms, m: Mutant, fate: Fate, reasons: &[Allowed], evaluated: &BTreeMap<Span, bool>) -> Tried {
    let (before, after) = m.diff(&t.sources);
    let evaluated = m.formula.and_then(|f| evaluated.get(&f).copied());
    let allowed = reasons.iter().position(|a| a.covers(m.span));
    Tried { place: t.sources.place(m.span), before, after, evaluated, allowed, fate, mutant: m }
}

/// Whether an example evaluates each formula, by its place.
fn evaluated(t: &Terms) -> BTreeMap<Span, bool> {
    let came = came(t);
    let mut out: BTreeMap<Span, bool> = BTreeMap::new();
    t.formulas(&mut |_, e| walk(e, &mut |x| *out.entry(x.span).or_default() |= came.asked(x)));
    out
}

/// What every thread works with.
struct Work {
    path: PathBuf,
    /// The files, as they were read.
    texts: HashMap<PathBuf, Arc<str>>,
    /// The files by their number.
    files: Vec<PathBuf>,
    /// How long one change may take.
    most: Duration,
}

/// Files as they were read, one of them changed.
struct Changed<'w> {
    work: &'w Work,
    file: &'w Path,
    text: &'w str,
}

impl Reader for Changed<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        if path == self.file {
            return Ok(self.text.to_owned());
        }
        self.work.texts.get(path).map(ToString::to_string).ok_or_else(|| "it was not read before".to_owned())
    }
}

/// Keeps what is read.
struct Keeping<'r> {
    reader: &'r Inputs,
    texts: Mutex<HashMap<PathBuf, Arc<str>>>,
}

impl Reader for Keeping<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        let text = self.reader.read(path)?;
        if let Ok(mut texts) = self.texts.lock() {
            texts.insert(path.to_owned(), Arc::from(text.as_str()));
        }
        Ok(text)
    }
}

impl Work {
    /// Reads the files, and makes sure that the examples come out as they are.
    fn new(reader: &Inputs, file: &Path, t: &Terms) -> Result<Self, End> {
        let begun = Instant::now();
        let keeping = Keeping { reader, texts: Mutex::default() };
        let _ = check::check(file, &keeping);
        for example in &t.examples {
            let wrong = tried(t, example).map_err(|e| super::super::terms::not_compiled(t, e))?;
            if let Some(why) = wrong.first() {
                let text = format!("{}: {}: {why}", t.sources.place(example.span), example.title);
                diagnose::message("test::failed", &text, "changes are tried once all examples come out: see `tenor test`");
                return Err(End::Failed);
            }
        }
        let most = AT_LEAST.max(begun.elapsed() * TIMES);
        let files = t.sources.iter().map(|s| s.path.clone()).collect();
        Ok(Self { path: file.to_owned(), texts: keeping.texts.into_inner().unwrap_or_default(), files, most })
    }

    /// What comes of a change.
    fn fate(&self, m: &Mutant) -> Fate {
        let Some(file) = self.files.get(usize::from(m.span.file.0)) else { return Fate::Unchecked(String::new()) };
        let text = self.texts.get(file).map(|t| m.applied(t)).unwrap_or_default();
        let checked = check::check(&self.path, &Changed { work: self, file, text: &text });
        let Some(t) = checked.terms else {
            let first = checked.problems.iter().find(|p| p.is_error());
            return Fate::Unchecked(first.map(ToString::to_string).unwrap_or_default());
        };
        for example in &t.examples {
            match tried(&t, example) {
                Err(e) => return Fate::Unchecked(e.to_string()),
                Ok(wrong) if wrong.is_empty() => {}
                Ok(_) => return Fate::Noticed(example.title.clone()),
            }
        }
        Fate::Survived
    }
}

/// What comes of each change, in their order, on as many threads as there may be.
fn fates(work: &Arc<Work>, list: &[Mutant]) -> Result<Vec<Fate>, End> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = if diagnose::jobs() == 0 { cores } else { diagnose::jobs() };
    let bar = progress::bar(list.len(), "trying changes");
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Fate>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(list.len()) {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(mutant) = list.get(n) else { return };
                    let fate = timed(work, mutant);
                    bar.inc(1);
                    if let Ok(mut done) = done.lock() {
                        done.insert(n, fate);
                    }
                }
            });
        }
    });
    bar.finish_and_clear();
    let done = done.into_inner().map_err(|_| End::Software)?;
    if done.len() == list.len() { Ok(done.into_values().collect()) } else { Err(End::Software) }
}

/// What comes of a change on a thread of its own, which is left behind where it takes too long.
fn timed(work: &Arc<Work>, mutant: &Mutant) -> Fate {
    let (tell, told) = mpsc::channel();
    let (inner, own) = (Arc::clone(work), mutant.clone());
    let begun = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        let _ = tell.send(inner.fate(&own));
    });
    if begun.is_err() {
        return Fate::Broken;
    }
    match told.recv_timeout(work.most) {
        Ok(fate) => fate,
        Err(mpsc::RecvTimeoutError::Timeout) => Fate::TooLong,
        // the thread ended without a word: it panicked, and the panic has been told
        Err(mpsc::RecvTimeoutError::Disconnected) => Fate::Broken,
    }
}
