//! One job: its streams and its rows of the register run once under its terms, and what came of it.

mod rows;

use super::feed::{At, Feed, Next, texts};
use super::id::Inputs;
use super::manifest::Limits;
use super::part::{Part, REJECTS, Status};
use super::plan::Job;
use super::register::Row;
use super::resolved::{REGISTER, Resolved};
use crate::engine::code::Program;
use crate::engine::run::Run;
use crate::engine::{Engine, Options};
use crate::event::{Format, Head, Problem, Schema, day_number};
use crate::intern::Interner;
use crate::report::ending::{Aside, Ending};
use crate::report::stop::Seen;
use crate::report::words::Words;
use crate::terms::Terms;
use serde_json::{Value as Json, json};
use std::io::BufRead;

/// A stream that has been opened, and its format.
pub type Opened = (Box<dyn BufRead>, Format);

/// Opens a file of events.
pub type Open<'o> = dyn Fn(&str) -> Result<Opened, String> + 'o;

/// Asked before each record: whether to go on.
pub type Watch<'w> = dyn FnMut(u64) -> Option<Halt> + 'w;

/// Why a job is not brought to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The whole run is to end.
    Interrupted,
    /// The job took too long.
    Timeout,
}

/// What a job is run with.
pub struct Setting<'a> {
    /// The manifest.
    pub resolved: &'a Resolved,
    /// Its limits.
    pub limits: Limits,
    /// All rows of the register.
    pub register: &'a [Row],
    /// The terms, and the program of their readings; none where the job cannot be run.
    pub terms: Option<(&'a Terms, &'a Program)>,
    /// How files of events are opened.
    pub open: &'a Open<'a>,
}

/// What is wrong with a record of a job, or with the job.
#[derive(Debug, Clone, Default)]
pub(super) struct Reject {
    code: String,
    clause: String,
    reason: String,
    help: String,
    /// The number of the record in the job.
    event: Option<u32>,
    file: String,
    line: Option<u64>,
    /// Where it stands, as long as its text is still to be read.
    at: Option<At>,
    text: String,
}

impl Reject {
    fn new((code, reason, help): (String, String, String)) -> Self {
        Self { code, reason, help, ..Self::default() }
    }

    fn of_row(row: &Row, bad: &(String, String, String)) -> Self {
        Self { file: row.file.clone(), line: Some(row.line), text: row.text.clone(), ..Self::new(bad.clone()) }
    }

    fn place(&self) -> String {
        self.line.map_or_else(|| self.file.clone(), |line| format!("{}:{line}", self.file))
    }

    fn json(&self, job: &Job, key: &str) -> Json {
        let given = |t: &str| (!t.is_empty()).then(|| t.to_owned());
        json!({ "series": job.name.series, "terms": given(&job.name.terms), "readings": given(&job.name.readings), "job": key,
            "code": self.code, "clause": given(&self.clause), "reason": self.reason, "help": given(&self.help),
            "file": given(&self.file), "line": self.line, "event": self.event, "record": given(&self.text) })
    }
}

/// The records of a job, in the order in which they were run.
#[derive(Default)]
pub struct Taken {
    /// Where each stands, by its number less one.
    pub places: Vec<At>,
    /// The records that could not be read, by their numbers in the job.
    bad: Vec<Problem>,
    seen: Seen,
}

/// A job's streams by name, with the row of the register for each line of the register's.
struct Streams<'a> {
    names: Vec<&'a str>,
    /// The rows of the register by the lines of their stream.
    lines: Vec<usize>,
    register: &'a [Row],
}

impl<'a> Streams<'a> {
    /// The streams, and the text of the register's.
    fn new(job: &'a Job, register: &'a [Row]) -> (Self, String) {
        let mut records: Vec<(i64, usize, &str)> = Vec::new();
        for n in &job.rows {
            let row = register.get(*n).filter(|r| r.bad.is_none());
            records.extend(row.iter().flat_map(|r| &r.records).map(|(day, text)| (*day, *n, text.as_str())));
        }
        records.sort_by_key(|(day, ..)| *day);
        let mut names: Vec<&str> = job.events.iter().map(String::as_str).collect();
        if !names.contains(&REGISTER) && !job.rows.is_empty() {
            names.insert(0, REGISTER);
        }
        let text = records.iter().map(|(_, _, text)| format!("{text}\n")).collect();
        (Self { names, lines: records.iter().map(|(_, n, _)| *n).collect(), register }, text)
    }

    fn row(&self, at: At) -> Option<&'a Row> {
        let line = usize::try_from(at.line).ok()?.checked_sub(1)?;
        self.lines.get(line).and_then(|n| self.register.get(*n))
    }

    /// The file and the line of a record.
    fn place(&self, at: At) -> (String, Option<u64>) {
        match self.names.get(at.source) {
            Some(&REGISTER) => self.row(at).map_or_else(|| (REGISTER.to_owned(), None), |r| (r.file.clone(), Some(r.line))),
            Some(name) => ((*name).to_owned(), (at.line > 0).then_some(at.line)),
            None => (String::new(), None),
        }
    }

    /// Opens all.
    fn open(&self, text: &str, open: &Open<'_>) -> Result<Vec<Opened>, String> {
        let one = |name: &&str| match *name {
            REGISTER => Ok((Box::new(std::io::Cursor::new(text.to_owned().into_bytes())) as Box<dyn BufRead>, Format::Jsonl)),
            name => open(name),
        };
        self.names.iter().map(one).collect()
    }
}

/// Runs a job.
///
/// # Errors
/// Where it is not brought to its end because the whole run is to end.
pub fn run(setting: &Setting<'_>, job: &Job, inputs: &Inputs, watch: &mut Watch<'_>) -> Result<Part, Halt> {
    let mut part = Part::new(inputs.key(), inputs.clone(), &job.name.readings);
    let mut rejects: Vec<Reject> = Vec::new();
    let mut whole = job.broken.clone().map(Reject::new);
    for row in job.rows.iter().filter_map(|n| setting.register.get(*n)) {
        if let Some(bad) = row.bad.as_ref().or(job.broken.as_ref()) {
            rejects.push(Reject::of_row(row, bad));
        }
    }
    let (streams, text) = Streams::new(job, setting.register);
    let mut done: Option<(Run, Taken, Schema<'_>)> = None;
    let is_stopped = !rejects.is_empty() && !setting.resolved.set_aside;
    if let (Some((terms, program)), None, false) = (setting.terms, &whole, is_stopped) {
        let mut engine = engine(setting.resolved, terms, program);
        let mut schema = Schema::new(terms);
        match streams.open(&text, setting.open) {
            Err(why) => whole = Some(Reject::new(("batch::unreadable".to_owned(), why, String::new()))),
            Ok(open) => {
                let (mut taken, end) = take(setting, open, &mut engine, &mut schema, watch);
                match end {
                    Some(Ended::Halt(Halt::Interrupted)) => return Err(Halt::Interrupted),
                    Some(Ended::Halt(Halt::Timeout)) => {
                        let limit = setting.limits.timeout.unwrap_or(0);
                        part.limit = format!("{limit}s");
                        part.status = Status::Timeout;
                        let reason = format!("the job took longer than {limit} seconds");
                        whole = Some(Reject::new(("batch::timeout".to_owned(), reason, RAISE.to_owned())));
                    }
                    Some(Ended::Limit(limit)) => {
                        part.limit = limit.to_string();
                        let reason = format!("the job has more than {limit} records");
                        whole = Some(Reject::new(("batch::limit".to_owned(), reason, RAISE.to_owned())));
                    }
                    Some(Ended::Io(n, why)) => {
                        let file = streams.names.get(n).copied().unwrap_or_default().to_owned();
                        let reason = format!("the events cannot be read further: {why}");
                        whole = Some(Reject { file, ..Reject::new(("batch::unreadable".to_owned(), reason, String::new())) });
                    }
                    None => {}
                }
                let run = engine.finish();
                taken.seen.run(&run, program);
                part.records = u64::try_from(taken.places.len()).unwrap_or(u64::MAX);
                whole = whole.or_else(|| told(setting, &streams, terms, (&run, &taken), &mut rejects));
                done = Some((run, taken, schema));
            }
        }
    }
    if let Some((_, _, schema)) = &mut done {
        add_texts(setting, &streams, schema, &mut rejects);
        if let Some(w) = whole.as_mut() {
            add_texts(setting, &streams, schema, std::slice::from_mut(w));
        }
    }
    if let Some(whole) = whole {
        // what failed the job says more than what was set aside before it
        if !rejects.iter().any(|r| r.code == whole.code && r.reason == whole.reason) {
            rejects.insert(0, whole);
        }
        part.status = if part.status == Status::Timeout { Status::Timeout } else { Status::Failed };
    } else if !rejects.is_empty() {
        part.status = if setting.resolved.set_aside { Status::Partial } else { Status::Failed };
    }
    if let Some(first) = rejects.first() {
        part.code.clone_from(&first.code);
        part.reason.clone_from(&first.reason);
        part.help.clone_from(&first.help);
        part.place = first.place();
    }
    let result = done.as_ref().filter(|_| part.status.has_figures()).map(|(run, taken, _)| (run, taken));
    rows::add(setting, job, &streams, result, &mut part);
    part.tables.push(super::part::Head { name: REJECTS.to_owned(), ..Default::default() });
    let (at, key) = (part.tables.len() - 1, part.key.clone());
    rejects.iter().for_each(|r| part.add(at, &r.json(job, &key)));
    Ok(part)
}

/// What there is of a job that was not begun: its certificates.
#[must_use]
pub fn skipped(setting: &Setting<'_>, job: &Job, inputs: &Inputs) -> Part {
    let mut part = Part::new(inputs.key(), inputs.clone(), &job.name.readings);
    part.status = Status::Skipped;
    rows::add(setting, job, &Streams::new(job, setting.register).0, None, &mut part);
    part
}

/// What is said of limits.
const RAISE: &str = "raise the limit in `[policy]`, and run again";

/// Runs a job's records with one who looks on: for explanations. What fails is not told; the run stops there.
///
/// # Errors
/// What cannot be opened.
pub fn replay(
    setting: &Setting<'_>,
    job: &Job,
    (terms, program): (&Terms, &Program),
    set: impl FnOnce(&mut Engine<'_>),
) -> Result<(Run, Taken), String> {
    let (streams, text) = Streams::new(job, setting.register);
    let mut engine = engine(setting.resolved, terms, program);
    set(&mut engine);
    let mut schema = Schema::new(terms);
    let (mut taken, _) = take(setting, streams.open(&text, setting.open)?, &mut engine, &mut schema, &mut |_| None);
    let run = engine.finish();
    taken.seen.run(&run, program);
    Ok((run, taken))
}

/// The file and the line of a record of a job.
#[must_use]
pub fn place(job: &Job, register: &[Row], at: At) -> String {
    let (file, line) = Streams::new(job, register).0.place(at);
    line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"))
}

fn engine<'p>(resolved: &Resolved, terms: &'p Terms, program: &'p Program) -> Engine<'p> {
    let as_of = resolved.as_of.as_deref().and_then(day_number);
    let options = Options { as_of, keep_going: resolved.set_aside, journal: true, orders: true, corrections: true };
    Engine::new(program, terms, Interner::default(), options)
}

/// Why the records of a job were not all taken.
enum Ended {
    Halt(Halt),
    Limit(u64),
    Io(usize, std::io::Error),
}

/// Hands the records of all streams to the engine.
fn take(
    setting: &Setting<'_>,
    streams: Vec<Opened>,
    engine: &mut Engine<'_>,
    schema: &mut Schema<'_>,
    watch: &mut Watch<'_>,
) -> (Taken, Option<Ended>) {
    let mut out = Taken::default();
    let as_of = setting.resolved.as_of.as_deref().and_then(day_number);
    let mut feed = Feed::new(streams, setting.resolved.known_on.as_deref().and_then(day_number));
    let mut count: u64 = 0;
    while !engine.is_stopped() {
        if let Some(halt) = watch(count) {
            return (out, Some(Ended::Halt(halt)));
        }
        let number = u32::try_from(out.places.len()).unwrap_or(u32::MAX).saturating_add(1);
        match feed.next(schema, engine.texts()) {
            Next::End => break,
            Next::Io(n, e) => return (out, Some(Ended::Io(n, e))),
            Next::Record(head, batch, at) => {
                count += 1;
                if let Some(limit) = setting.limits.records.filter(|most| count > *most) {
                    return (out, Some(Ended::Limit(limit)));
                }
                let head = Head { number, ..head };
                out.places.push(at);
                out.seen.id(&head);
                if as_of.is_none_or(|last| head.day <= last) {
                    out.seen.order(&head);
                }
                engine.record(&batch, &head);
            }
            Next::Bad(mut problem, at) => {
                let whole = problem.place.number == 0;
                out.places.push(at);
                problem.place.number = number;
                out.bad.push(problem);
                if whole || !setting.resolved.set_aside {
                    engine.stop_here();
                    break;
                }
            }
        }
    }
    (out, None)
}

/// What went wrong in a run: records set aside, and what failed the job.
fn told(
    setting: &Setting<'_>,
    streams: &Streams<'_>,
    terms: &Terms,
    (run, taken): (&Run, &Taken),
    rejects: &mut Vec<Reject>,
) -> Option<Reject> {
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let ending = Ending::new(&words, run, &taken.bad, &taken.seen, setting.resolved.set_aside);
    let reject = |a: &Aside| {
        let at = a.number.and_then(|n| usize::try_from(n).ok()?.checked_sub(1)).and_then(|n| taken.places.get(n)).copied();
        let (file, line) = at.map_or_else(|| (String::new(), None), |at| streams.place(at));
        let new = Reject::new((a.code.clone(), a.reason.clone(), a.help.clone()));
        Reject { clause: a.clause.clone(), event: a.number, file, line, at, ..new }
    };
    rejects.extend(ending.rejected.iter().map(reject));
    // a file that cannot be read at all fails the job, whatever is set aside
    let unread = taken.bad.iter().zip(bad_places(taken)).any(|(_, at)| at.number == 0);
    let mut stopped = ending.stopped.as_ref().map(reject);
    if unread && stopped.is_none() {
        stopped = rejects.pop();
    }
    for cell in &run.failed {
        let reason = format!("{}: {}", words.cell(cell), words.fault(cell.fault));
        let help = "correct the report, or the input it divides by".to_owned();
        rejects.push(Reject::new(("run::cell".to_owned(), reason, help)));
    }
    stopped
}

/// Where the records stand that could not be read.
fn bad_places(taken: &Taken) -> impl Iterator<Item = At> + '_ {
    let at = |p: &Problem| usize::try_from(p.place.number).ok()?.checked_sub(1).and_then(|n| taken.places.get(n)).copied();
    taken.bad.iter().filter_map(at)
}

/// Gives the records that are told of their own texts.
fn add_texts(setting: &Setting<'_>, streams: &Streams<'_>, schema: &mut Schema<'_>, rejects: &mut [Reject]) {
    for (n, name) in streams.names.iter().enumerate() {
        let of: Vec<(usize, At)> =
            rejects.iter().enumerate().filter_map(|(r, reject)| Some((r, reject.at?))).filter(|(_, at)| at.source == n).collect();
        if of.is_empty() {
            continue;
        }
        let mut found: Vec<(usize, String)> = Vec::new();
        if *name == REGISTER {
            found.extend(of.iter().filter_map(|(r, at)| Some((*r, streams.row(*at)?.text.clone()))));
        } else if let Ok((input, format)) = (setting.open)(name) {
            let wanted: Vec<u32> = of.iter().map(|(_, at)| at.number).collect();
            for (number, text) in texts(input, format, schema, &wanted) {
                found.extend(of.iter().filter(|(_, at)| at.number == number).map(|(r, _)| (*r, text.clone())));
            }
        }
        for (r, text) in found {
            if let Some(reject) = rejects.get_mut(r) {
                reject.text = text;
            }
        }
    }
}
