//! A stream read once, to be run more than once.

use super::args::Stream as Args;
use super::further::Further;
use super::inputs::Inputs;
use super::{End, events};
use crate::engine::code::Program;
use crate::engine::run::Run;
use crate::engine::{Engine, Options};
use crate::event::{Batch, Failed, Format, Head, Problem, Schema, Stream};
use crate::intern::Interner;
use crate::report::ending::{Aside, Ending};
use crate::report::stop::Seen;
use crate::terms::Terms;
use std::io::BufRead;

/// The records of a stream.
pub(super) struct Records {
    /// The records, in the order in which they are run.
    pub all: Vec<(Head, Batch)>,
    /// Their texts.
    pub texts: Interner,
    /// The lines of records, for messages.
    pub lines: Vec<(u32, u64)>,
    /// The record that could not be read; none after it is.
    pub bad: Option<Problem>,
    /// Records after it that cannot be read either.
    pub further: Further,
    as_of: Option<i64>,
}

/// Reads a stream.
pub(super) fn read(args: &Args, t: &Terms, files: &Inputs) -> Result<Records, End> {
    let mut opened = files.events(args)?;
    let out = read_from(args, t, opened.stream())?;
    files.done(opened);
    Ok(out)
}

/// Reads a stream that has been opened.
pub(super) fn read_from(args: &Args, t: &Terms, (input, format): (Box<dyn BufRead + '_>, Format)) -> Result<Records, End> {
    let as_of = events::date(args.taking.as_of.as_deref(), "--as-of")?;
    let known_on = events::date(args.taking.known_on.as_deref(), "--known-on")?;
    let mut out =
        Records { all: Vec::new(), texts: Interner::default(), lines: Vec::new(), bad: None, further: Further::default(), as_of };
    let mut schema = Schema::new(t);
    let mut batch = Batch::default();
    let mut stream = match Stream::new(input, format, known_on) {
        Ok(stream) => stream,
        Err(failed) => return out.failed(failed),
    };
    loop {
        match stream.next(&mut schema, &mut out.texts, &mut batch) {
            Ok(Some((head, place))) => {
                out.lines.extend(place.line.filter(|l| *l != u64::from(head.number)).map(|l| (head.number, l)));
                out.all.push((head, std::mem::take(&mut batch)));
            }
            Ok(None) => break,
            Err(failed) => {
                out = out.failed(failed)?;
                if !super::inputs::is_standard(&args.events) {
                    out.further = Further::after(&mut stream, &mut schema, &mut out.texts);
                }
                break;
            }
        }
    }
    if args.taking.sort {
        out.all.sort_by_key(|(head, _)| head.day);
    }
    Ok(out)
}

impl Records {
    fn failed(mut self, failed: Failed) -> Result<Self, End> {
        match failed {
            Failed::Io(e) => Err(events::unreadable(&e)),
            Failed::Record(problem) => {
                self.bad = Some(*problem);
                Ok(self)
            }
        }
    }

    /// Runs the first records, so many of them.
    pub(super) fn run(&self, t: &Terms, program: &Program, count: usize) -> Run {
        self.go(self.engine(t, program), count)
    }

    /// Runs all records, with one who looks on.
    pub(super) fn watched(&self, t: &Terms, program: &Program, watcher: &mut dyn events::Watcher) -> Run {
        let mut engine = self.engine(t, program);
        for (head, batch) in &self.all {
            if engine.is_stopped() {
                break;
            }
            watcher.before(&mut engine, Some((head, batch)));
            engine.record(batch, head);
        }
        if self.bad.is_some() {
            engine.stop_here();
        }
        watcher.before(&mut engine, None);
        engine.finish()
    }

    /// The same, with a record explained, and up to the end of another day where one is named.
    pub(super) fn explained(&self, t: &Terms, program: &Program, count: usize, record: u32, as_of: Option<i64>) -> Run {
        let mut engine = self.engine_to(t, program, as_of.or(self.as_of));
        engine.explain(record);
        self.go(engine, count)
    }

    /// Runs the first records, so many of them, up to the end of a day.
    pub(super) fn upto(&self, t: &Terms, program: &Program, count: usize, as_of: i64) -> Run {
        self.go(self.engine_to(t, program, Some(as_of)), count)
    }

    /// Runs all records, some with other values; from the first of these on rules are explained, from the beginning where
    /// there are none. Registers of fixed numbers may hold others.
    pub(super) fn run_with(
        &self,
        t: &Terms,
        program: &Program,
        changed: &[(usize, Batch)],
        fixed: &[(u16, rust_decimal::Decimal)],
    ) -> Run {
        let mut engine = self.engine(t, program);
        fixed.iter().for_each(|(register, value)| engine.fix(*register, *value));
        let first = changed.iter().map(|(at, _)| *at).min().unwrap_or(0);
        for (n, (head, batch)) in self.all.iter().enumerate() {
            if engine.is_stopped() {
                break;
            }
            if n == first {
                engine.explain(0);
            }
            let other = changed.iter().find(|(at, _)| *at == n).map(|(_, b)| b);
            engine.record(other.unwrap_or(batch), head);
        }
        if self.bad.is_some() {
            engine.stop_here();
        }
        engine.finish()
    }

    fn engine<'p>(&self, t: &'p Terms, program: &'p Program) -> Engine<'p> {
        self.engine_to(t, program, self.as_of)
    }

    fn engine_to<'p>(&self, t: &'p Terms, program: &'p Program, as_of: Option<i64>) -> Engine<'p> {
        let options = Options { as_of, ..Options::default() };
        Engine::new(program, t, self.texts.clone(), options)
    }

    fn go(&self, mut engine: Engine<'_>, count: usize) -> Run {
        for (head, batch) in self.all.iter().take(count) {
            if engine.is_stopped() {
                break;
            }
            engine.record(batch, head);
        }
        if self.bad.is_some() && count >= self.all.len() {
            engine.stop_here();
        }
        engine.finish()
    }

    /// How the stream ended, where it is the reading of it that stopped.
    pub(super) fn ending(&self) -> Ending {
        Ending { stopped: self.bad.as_ref().map(Aside::of_record), rejected: Vec::new() }
    }

    /// A run as its messages need it.
    pub(super) fn ran(self, run: Run, program: &Program) -> events::Ran {
        let mut seen = Seen::default();
        for (head, _) in &self.all {
            seen.id(head);
            if self.as_of.is_none_or(|last| head.day <= last) {
                seen.order(head);
            }
        }
        seen.run(&run, program);
        events::Ran {
            run,
            bad: self.bad.into_iter().collect(),
            further: self.further,
            lines: self.lines,
            seen,
            written: Vec::new(),
        }
    }
}
