//! One run: terms with their readings, a stream and options; carried out by the engine and by the plain reckoning.

use crate::compare::{Class, Difference, compare};
use crate::seen::{Seen, of_engine, of_reckon};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tenor::engine::code::Program;
use tenor::engine::{Engine, Options, compile};
use tenor::event::{Batch, Failed, Format, Head, Schema, Stream};
use tenor::intern::Interner;
use tenor::reckon::{self, Reckoner, Record};
use tenor::terms::{Body, Expr, Terms};

/// What a run is asked to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The day whose end is shown.
    pub as_of: Option<i64>,
    /// Leaves out what became known later.
    pub known_on: Option<i64>,
    /// Sets aside what is no good.
    pub keep_going: bool,
}

/// A stream, read.
pub(crate) struct Records {
    all: Vec<(Head, Batch)>,
    texts: Interner,
    /// How many lines are no records of these terms.
    pub bad: usize,
}

impl Records {
    /// A stream of a format; what is no record is passed over.
    pub(crate) fn read(terms: &Terms, bytes: &[u8], format: Format) -> Self {
        let (mut schema, mut texts) = (Schema::new(terms), Interner::default());
        let (mut all, mut bad) = (Vec::new(), 0);
        let Ok(mut stream) = Stream::new(bytes, format, None) else { return Self { all, texts, bad: 1 } };
        loop {
            let mut batch = Batch::default();
            match stream.next(&mut schema, &mut texts, &mut batch) {
                Ok(None) => return Self { all, texts, bad },
                Ok(Some((head, _))) => all.push((head, batch)),
                Err(Failed::Io(_)) => return Self { all, texts, bad: bad + 1 },
                Err(Failed::Record(_)) => bad += 1,
            }
        }
    }

    /// Lines of JSON.
    pub(crate) fn of_lines(terms: &Terms, lines: &[String]) -> Self {
        Self::read(terms, lines.join("\n").as_bytes(), Format::Jsonl)
    }

    /// The records of an example.
    pub(crate) fn of_example(terms: &Terms, example: &tenor::terms::Example) -> Self {
        let (mut schema, mut texts) = (Schema::new(terms), Interner::default());
        let (mut all, mut bad) = (Vec::new(), 0);
        for (n, (at, name, fields)) in (1..).zip(&example.steps) {
            let mut batch = Batch::default();
            match schema.record(&tenor::event::step(at, name, fields), n, &mut texts, &mut batch) {
                Ok(head) => all.push((head, batch)),
                Err(_) => bad += 1,
            }
        }
        Self { all, texts, bad }
    }

    /// The first of them, up to a number.
    pub(crate) fn up_to(&self, number: usize) -> Self {
        let all = self.all.iter().filter(|(h, _)| h.number as usize <= number).cloned().collect();
        Self { all, texts: self.texts.clone(), bad: self.bad }
    }

    /// In the order of their days.
    pub(crate) fn sorted(mut self) -> Self {
        self.all.sort_by_key(|(h, _)| h.day);
        self
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The records and their texts.
    pub(crate) fn parts(&self) -> (&[(Head, Batch)], &Interner) {
        (&self.all, &self.texts)
    }
}

/// What came of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Where the sides disagree.
    pub differences: Vec<Difference>,
    /// How far the runs came.
    pub reached: Reached,
}

/// How far a run came.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Reached {
    /// Records.
    pub records: usize,
    /// Changes.
    pub changes: usize,
    /// Refusals.
    pub refusals: usize,
    /// Whether it stopped.
    pub stopped: bool,
    /// What was set aside.
    pub rejected: usize,
    /// Rescissions.
    pub rescissions: usize,
    /// Obligations.
    pub obligations: usize,
    /// Lines of effects.
    pub effects: usize,
    /// Warnings.
    pub warnings: usize,
    /// Broken covenants.
    pub breaches: usize,
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics are told in the result of a comparison, and not on the terminal.
pub(crate) fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        LAST_PANIC.with(|p| *p.borrow_mut() = text);
    }));
}

/// The last panic.
pub(crate) fn last_panic() -> String {
    LAST_PANIC.with(|p| p.borrow().clone())
}

/// Terms with readings, made into a program once for many runs.
pub(crate) struct Sides<'t> {
    /// The terms.
    pub terms: &'t Terms,
    /// The alternative chosen of each reading.
    pub readings: Vec<u32>,
    asked: Vec<&'t Body<Expr>>,
    program: Program,
}

impl<'t> Sides<'t> {
    /// Terms with readings; why they make no program.
    pub(crate) fn new(terms: &'t Terms, readings: &[u32], asked: &[&'t Body<Expr>]) -> Result<Self, String> {
        let program = match catch_unwind(AssertUnwindSafe(|| compile(terms, readings, asked))) {
            Ok(program) => program.map_err(|e| e.to_string())?,
            Err(_) => return Err(format!("panic: {}", last_panic())),
        };
        Ok(Self { terms, readings: readings.to_vec(), asked: asked.to_vec(), program })
    }

    /// The engine's run.
    pub(crate) fn engine(&self, records: &Records, how: Asked) -> tenor::engine::run::Run {
        let (all, texts) = records.parts();
        let options = Options { as_of: how.as_of, keep_going: how.keep_going, journal: true, orders: true, corrections: true };
        let mut engine = Engine::new(&self.program, self.terms, texts.clone(), options);
        for (head, batch) in all.iter().filter(|(h, _)| how.known_on.is_none_or(|day| h.recorded <= day)) {
            if engine.is_stopped() {
                break;
            }
            engine.record(batch, head);
        }
        engine.finish()
    }

    /// What the engine says of a run that is looked at at the end of every day.
    pub(crate) fn looked(&self, records: &Records, how: Asked) -> Seen {
        let (all, texts) = records.parts();
        let options = Options { as_of: how.as_of, keep_going: how.keep_going, journal: true, orders: true, corrections: true };
        let mut engine = Engine::new(&self.program, self.terms, texts.clone(), options);
        let mut last: Option<i64> = None;
        for (head, batch) in all.iter().filter(|(h, _)| how.known_on.is_none_or(|day| h.recorded <= day)) {
            if engine.is_stopped() {
                break;
            }
            let within = how.as_of.is_none_or(|day| head.day <= day);
            if let Some(day) = last.filter(|day| *day < head.day && within) {
                let _ = engine.look(day);
            }
            if within {
                last = Some(last.map_or(head.day, |day| day.max(head.day)));
            }
            engine.record(batch, head);
        }
        of_engine(self.terms, &self.program, &engine.finish())
    }

    /// What the engine says.
    pub(crate) fn by_engine(&self, records: &Records, how: Asked) -> Seen {
        of_engine(self.terms, &self.program, &self.engine(records, how))
    }

    /// What the plain reckoning says.
    pub(crate) fn by_reckon(&self, records: &Records, how: Asked) -> Seen {
        let (all, texts) = records.parts();
        let list: Vec<Record> = all.iter().map(|(h, b)| Record::read(self.terms, b, h, texts)).collect();
        let options = reckon::Options { as_of: how.as_of, known_on: how.known_on, keep_going: how.keep_going, orders: true };
        let outcome = Reckoner::new(self.terms, &self.readings, options).run_and_ask(&list, &self.asked);
        let asked: Vec<&Expr> = self.asked.iter().map(|b| &b.value).collect();
        of_reckon(self.terms, &outcome, &asked)
    }

    /// Both, held against one another.
    pub(crate) fn compare(&self, records: &Records, how: Asked) -> Verdict {
        let engine = catch_unwind(AssertUnwindSafe(|| self.by_engine(records, how))).map_err(|_| last_panic());
        let reckon = catch_unwind(AssertUnwindSafe(|| self.by_reckon(records, how))).map_err(|_| last_panic());
        match (engine, reckon) {
            (Ok(engine), Ok(reckon)) => {
                let differences = compare(&engine, &reckon);
                Verdict { differences, reached: reached(&engine, records) }
            }
            (engine, reckon) => {
                let word = |r: Result<Seen, String>| r.map_or_else(|e| e, |_| "a result".to_owned());
                let (engine, reckon) = (word(engine), word(reckon));
                let place = |s: &str| s.lines().next().unwrap_or("").to_owned();
                let sort = format!("panic: {} against {}", place(&engine), place(&reckon));
                let differences = vec![Difference { class: Class::Panic, sort, about: "a panic".to_owned(), engine, reckon }];
                Verdict { differences, reached: Reached { records: records.len(), ..Reached::default() } }
            }
        }
    }
}

fn reached(seen: &Seen, records: &Records) -> Reached {
    let count = |name: &str| seen.parts.iter().find(|(n, _)| *n == name).map_or(0, |(_, l)| l.len());
    Reached {
        records: records.len(),
        changes: count("changes"),
        refusals: count("refusals"),
        stopped: seen.stopped.is_some(),
        rejected: seen.rejected.len(),
        rescissions: count("rescissions"),
        obligations: count("obligations"),
        effects: count("effects"),
        warnings: count("warnings"),
        breaches: count("covenants"),
    }
}
