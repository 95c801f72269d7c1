//! `tenor test`: the examples in terms files.

use super::args::Test as Args;
use super::inputs::{Inputs, is_standard};
use super::junit::{Case, Junit};
use super::{End, Outcome, deeper, diagnose, output, terms};
use crate::engine::run::{Refusal, Run, Typed, Value};
use crate::engine::{Engine, NotCompiled, Options, code::Program};
use crate::event::{Batch, Schema};
use crate::report::words::Words;
use crate::terms::{Body, Example, Expectation, Expected, Expr, ExprKind, Formulas, Terms};
use clap::ValueEnum;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// Formats of tests.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum TestFormat {
    /// What failed, and how many passed
    Table,
    /// XML as JUnit has it, for servers that run tests
    Junit,
    /// The document other programs read
    Json,
}

/// Runs examples.
pub(super) fn test(args: &Args) -> Outcome {
    if args.deeper.is_asked() {
        return deeper::deeper(args);
    }
    if args.deeper.imported {
        diagnose::message("usage::imported", "the examples of a file are run with all it imports", "leave out `--imported`");
        return Err(End::Usage);
    }
    let here = [PathBuf::from(".")];
    let files = files(if args.paths.is_empty() { &here } else { &args.paths })?;
    if files.is_empty() {
        return Err(no_terms());
    }
    if let Some(to) = args.to.file() {
        let all: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        Inputs::default().keep(Some(to), "--output", &all)?;
    }
    let mut work = Work { args, junit: Junit::default(), json: Vec::new(), held: String::new(), counts: Counts::default() };
    files.iter().try_for_each(|file| work.file(file))?;
    work.end()
}

/// Tells that there is nothing to do.
pub(super) fn no_terms() -> End {
    let help = "name some, or folders of them";
    diagnose::message("usage::terms", "there is no terms file here", help);
    End::Nothing
}

/// What was found so far.
struct Work<'a> {
    args: &'a Args,
    junit: Junit,
    /// The files with their examples, for other programs.
    json: Vec<Json>,
    /// What is written to a file when all is done.
    held: String,
    counts: Counts,
}

/// How many examples ended in each way, and how many files are wrong.
#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    idle: usize,
    broken: usize,
}

impl Work<'_> {
    /// Runs the examples of a file.
    fn file(&mut self, file: &Path) -> Outcome {
        let name = file.display().to_string();
        let Ok(t) = load(file) else {
            self.counts.broken += 1;
            self.json.push(json!({ "file": name, "status": "wrong", "examples": [] }));
            self.junit.add(&name, &[("the terms can be read".to_owned(), 1, Case::Broken)]);
            return Ok(());
        };
        let Some(t) = t else { return Ok(()) };
        let mut cases = Vec::new();
        for example in &t.examples {
            let line = t.sources.line(example.span);
            let problems = run(&t, example)?;
            let case = match (problems.is_empty(), example.expected.is_empty()) {
                (true, true) => {
                    self.counts.idle += 1;
                    self.print(&format!("EMPTY   {name}:{line}: {}: it expects nothing\n", example.title))?;
                    let unmet = "it expects nothing".to_owned();
                    if self.args.strict { Case::Failed(vec![unmet]) } else { Case::Empty }
                }
                (true, false) => {
                    self.counts.passed += 1;
                    if diagnose::is_verbose() {
                        self.print(&format!("ok      {name}: {}\n", example.title))?;
                    }
                    Case::Passed
                }
                (false, _) => {
                    self.counts.failed += 1;
                    let list: Vec<String> = problems.iter().map(|p| format!("        {p}\n")).collect();
                    self.print(&format!("FAILED  {name}:{line}: {}\n{}", example.title, list.concat()))?;
                    Case::Failed(problems)
                }
            };
            cases.push((example.title.clone(), line, case));
        }
        let examples: Vec<Json> = cases.iter().map(|(title, line, case)| case.json(title, *line)).collect();
        self.json.push(json!({ "file": name, "status": "checked", "examples": examples }));
        self.junit.add(&name, &cases);
        Ok(())
    }

    /// Shows something, where the result is for reading.
    fn print(&mut self, text: &str) -> Outcome {
        if self.args.format != TestFormat::Table {
            return Ok(());
        }
        if self.args.to.file().is_some() {
            self.held.push_str(text);
            return Ok(());
        }
        output::print(text)
    }

    /// Counts up, and ends.
    fn end(mut self) -> Outcome {
        let Counts { passed, mut failed, idle, broken } = self.counts;
        let untested = if broken == 0 {
            String::new()
        } else {
            format!("; {} not tested, for the errors above", terms::counted(broken, "file"))
        };
        let idle_said = if idle == 0 { String::new() } else { format!(", {idle} without expectation") };
        if !diagnose::is_quiet() {
            self.print(&format!("{} passed, {failed} failed{idle_said}{untested}\n", terms::counted(passed, "example")))?;
        }
        match self.args.format {
            TestFormat::Junit => output::text_to(self.args.to.file(), &self.junit.document().ok_or(End::Software)?)?,
            TestFormat::Json => {
                let summary = json!({ "passed": passed, "failed": failed, "without_expectation": idle, "files_wrong": broken });
                let all = json!({ "schema": "tenor.tests/1", "summary": summary, "files": self.json });
                output::json_to(self.args.to.file(), &all)?;
            }
            TestFormat::Table if self.args.to.file().is_some() => output::text_to(self.args.to.file(), &self.held)?,
            TestFormat::Table => {}
        }
        if self.args.strict {
            failed += idle;
        }
        match (broken, failed) {
            (0, 0) => Ok(()),
            (0, _) => Err(End::Failed),
            _ => Err(End::Data),
        }
    }
}

/// The terms files that are named, and those in the folders that are.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, End> {
    let mut files = Vec::new();
    for path in paths {
        if is_standard(path) {
            files.push(path.clone());
            continue;
        }
        if !path.exists() {
            diagnose::message(
                "check::unreadable",
                &format!("there is no `{}`", path.display()),
                "name terms files, or folders of them",
            );
            return Err(End::NoInput);
        }
        collect(path, &mut files);
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// Terms to be tested; none for a library, which is tested where it is used.
fn load(file: &Path) -> Result<Option<Terms>, End> {
    let read = Inputs::default();
    let checked = crate::check::check(file, &read);
    match checked.terms {
        Some(t) if t.library => Ok(None),
        Some(t) => Ok(Some(t)),
        None => terms::load_by(file, false, &read, &[]).map(Some),
    }
}

/// All terms files of a folder.
fn collect(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_file() {
        out.push(path.to_path_buf());
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.') || name == "target";
        if path.is_dir() && !hidden {
            collect(&path, out);
        } else if path.extension().is_some_and(|e| e == "terms") {
            out.push(path);
        }
    }
}

/// Runs an example; what of it is not as expected.
pub(super) fn run(t: &Terms, example: &Example) -> Result<Vec<String>, End> {
    tried(t, example).map_err(|e| terms::not_compiled(t, e))
}

/// The same, and nothing is told where the terms make no program.
pub(super) fn tried(t: &Terms, example: &Example) -> Result<Vec<String>, NotCompiled> {
    let mut readings: Vec<u32> = t.readings.iter().map(|r| r.default).collect();
    for choice in &example.given {
        if let Some(slot) = readings.get_mut(choice.reading.at()) {
            *slot = choice.alternative;
        }
    }
    let mut asked: Vec<&Body<Expr>> = Vec::new();
    let mut at: Vec<usize> = Vec::new();
    for e in &example.expected {
        at.push(asked.len());
        if let Expectation::Holds(cond, sides) = &e.what {
            asked.push(cond);
            asked.extend(sides);
        }
    }
    let program = crate::engine::compile(t, &readings, &asked)?;
    let mut out = Vec::new();
    for (e, first) in example.expected.iter().zip(at) {
        let line = t.sources.line(e.span);
        match prefix(t, &program, example, e.after) {
            Err(why) => out.push(format!("line {line}: {why}")),
            Ok(ran) => {
                if let Some(why) = unmet(t, e, &ran, first) {
                    out.push(format!("line {line}: {why}"));
                }
            }
        }
    }
    Ok(out)
}

/// A run over the first records of an example.
fn prefix(t: &Terms, program: &Program, example: &Example, count: usize) -> Result<Run, String> {
    let mut engine = Engine::new(program, t, crate::intern::Interner::default(), Options::default());
    let mut schema = Schema::new(t);
    let mut batch = Batch::default();
    for (n, (at, name, fields)) in example.steps.iter().take(count).enumerate() {
        batch.clear();
        let raw = crate::event::step(at, name, fields);
        let number = u32::try_from(n + 1).unwrap_or(u32::MAX);
        let head = schema.record(&raw, number, engine.texts(), &mut batch).map_err(|what| format!("record {number}: {what}"))?;
        engine.record(&batch, &head);
    }
    Ok(engine.finish())
}

/// Why an expectation is not met.
fn unmet(t: &Terms, e: &Expected, run: &Run, first: usize) -> Option<String> {
    let words = Words { terms: t, texts: &run.texts, keys: &run.keys };
    let last = u32::try_from(e.after).unwrap_or(u32::MAX);
    let stopped = run.stopped.as_ref().map(|s| {
        let place = match s.when.number {
            0 => format!("at a moment of {}", crate::report::words::day(s.when.day)),
            n => format!("at record {n}"),
        };
        (s.when.number, place, words.stopped(&s.why).message)
    });
    match &e.what {
        Expectation::Refused(clause) => match run.refusals.iter().find(|r| r.when.number == last) {
            None => Some(match stopped {
                Some((_, place, why)) => format!("record {last} is not refused: the run stops {place}: {why}"),
                None => format!("record {last} is not refused"),
            }),
            Some(r) => {
                let cite = t.cite(r.clause);
                let right = clause.as_ref().is_none_or(|c| crate::terms::within(cite, c));
                (!right).then(|| refused(&words, r))
            }
        },
        Expectation::Accepted => match (stopped, run.refusals.iter().find(|r| r.when.number == last)) {
            (Some((_, place, why)), _) => Some(format!("the run stops {place}: {why}")),
            (None, Some(r)) => Some(refused(&words, r)),
            (None, None) => None,
        },
        Expectation::Stopped(text) => match stopped {
            Some((n, _, why)) if n == last || n == 0 => {
                let right = text.as_ref().is_none_or(|t| why.contains(t.as_str()));
                (!right).then(|| format!("the run stops because {why}"))
            }
            Some((_, place, why)) => Some(format!("the run stops {place}: {why}")),
            None => Some("the run does not stop".to_owned()),
        },
        Expectation::Holds(_, sides) => {
            if let Some((_, place, why)) = stopped {
                return Some(format!("the run stops {place}: {why}"));
            }
            if let Some(missing) = no_such_entry(t, e, run) {
                return Some(missing);
            }
            if matches!(run.asked.get(first), Some(Typed { value: Value::Whole(1), .. })) {
                return None;
            }
            let text = t.sources.text(e.span).split_whitespace().collect::<Vec<_>>().join(" ");
            let shown: Vec<String> = (0..sides.len())
                .filter_map(|n| run.asked.get(first + 1 + n))
                .map(|v| match &v.value {
                    Value::Decimal(n) => crate::syntax::print::number(*n),
                    _ => words.typed(v),
                })
                .collect();
            let shown = match shown.as_slice() {
                [] => String::new(),
                [one] => format!(": it is {one}"),
                [one, other, ..] => format!(": {one} against {other}"),
            };
            let refused: Vec<String> = run.refusals.iter().map(|r| format!("; {}", refused(&words, r))).collect();
            Some(format!("`{text}` does not hold{shown}{}", refused.concat()))
        }
    }
}

/// An entry that an expectation names and nothing has made.
fn no_such_entry(t: &Terms, e: &Expected, run: &Run) -> Option<String> {
    let Expectation::Holds(body, _) = &e.what else { return None };
    let mut found = None;
    body.expressions(&mut |x| {
        if let ExprKind::ByKey(kind, key) = &x.kind {
            let made = run.keys.get(kind.at()).into_iter().flatten().any(|k| *k >= 0 && run.texts.whole(*k) == key);
            if !made {
                let name = t.kind(*kind).map_or("entry", |k| k.name.as_str());
                found = Some(format!("there is no {name} \"{key}\""));
            }
        }
    });
    found
}

/// `record 3 is refused under §7: …`
fn refused(words: &Words<'_>, r: &Refusal) -> String {
    let cited = words.terms.cited(r.clause);
    let under = if cited.is_empty() { String::new() } else { format!(" under {cited}") };
    format!("record {} is refused{under}: {}", r.when.number, words.said(&r.reason))
}
