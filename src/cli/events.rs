//! Streams of events: from files or standard input into a run.

use super::args::{EventsFormat, Stream as Args};
use super::inputs::is_standard;
use super::{End, diagnose, embed, output, packed, terms};
use crate::engine::run::{Run, Stopped};
use crate::engine::{Engine, Options, code::Program};
use crate::event::{Batch, Failed, Format, Head, Place, Problem, Schema, Stream, day_number};
use crate::report::ending::Ending;
use crate::report::stop::Seen;
use crate::report::words::Words;
use crate::terms::Terms;
use std::fs::File;
use std::io::{BufRead, BufReader};

/// A run with what is wrong with its stream.
pub(super) struct Ran {
    /// The run.
    pub run: Run,
    /// Records that could not be read, set aside or the reason for the stop.
    pub bad: Vec<Problem>,
    /// Records after the stop that cannot be read either.
    pub further: Further,
    /// The lines of records, for messages.
    pub lines: Vec<(u32, u64)>,
    /// What else messages need.
    pub seen: Seen,
    /// The records as they are written, where bad ones are set aside.
    pub written: Vec<(u32, String)>,
}

impl Ran {
    /// Whether the stream had no record at all.
    pub(super) const fn is_empty(&self) -> bool {
        self.run.records == 0 && self.bad.is_empty()
    }

    /// How the stream ended.
    pub(super) fn ending(&self, t: &Terms, keep_going: bool) -> Ending {
        let words = Words { terms: t, texts: &self.run.texts, keys: &self.run.keys };
        Ending::new(&words, &self.run, &self.bad, &self.seen, keep_going)
    }
}

/// A date of the command line.
pub(super) fn date(text: Option<&str>, option: &str) -> Result<Option<i64>, End> {
    match text {
        None => Ok(None),
        Some(t) => match day_number(t) {
            Some(day) => Ok(Some(day)),
            None => {
                diagnose::message("usage::date", &format!("`{t}` is no date"), &format!("write `{option} 2006-12-31`"));
                Err(End::Usage)
            }
        },
    }
}

/// The stream as bytes with its format; what is packed is unpacked. `counted` sees the bytes as they stand in the file.
pub(super) fn open(
    args: &Args,
    counted: impl FnOnce(Box<dyn BufRead>) -> Box<dyn BufRead>,
) -> Result<(Box<dyn BufRead>, Format), End> {
    let stdin = is_standard(&args.events);
    let input: Box<dyn BufRead> = if let Some(held) = embed::held(&args.events) {
        Box::new(std::io::Cursor::new(held))
    } else if stdin {
        Box::new(BufReader::with_capacity(1 << 16, std::io::stdin()))
    } else {
        if args.events.is_dir() {
            diagnose::message("event::unreadable", &format!("`{}` is a folder", args.events.display()), "name a file of events");
            return Err(End::NoInput);
        }
        if args.events.extension().is_some_and(|e| e == "terms") && args.taking.events_format.is_none() {
            let text = format!("`{}` is a terms file, and no stream of events", args.events.display());
            diagnose::message("event::not-a-record", &text, "name the terms first, and then the events");
            return Err(End::Data);
        }
        let file = File::open(&args.events).map_err(|e| {
            let text = format!("`{}` cannot be read: {}", args.events.display(), terms::why(&args.events, &e));
            diagnose::message("event::unreadable", &text, "name a file of events, or `-` for standard input");
            End::NoInput
        })?;
        Box::new(BufReader::with_capacity(1 << 16, file))
    };
    let mut input = packed::unpacked(counted(input)).map_err(|e| unreadable(&e))?;
    let name = args.events.to_string_lossy();
    let name = packed::plain(&name);
    let format = match args.taking.events_format {
        Some(EventsFormat::Jsonl) => Format::Jsonl,
        Some(EventsFormat::Csv) => Format::Csv,
        Some(EventsFormat::Toml) => Format::Toml,
        None => match Format::of_name(name) {
            Some(format) if !stdin => format,
            _ => Format::of_text(input.fill_buf().map_err(|e| unreadable(&e))?),
        },
    };
    Ok((input, format))
}

pub(super) fn unreadable(e: &std::io::Error) -> End {
    diagnose::message("event::unreadable", &format!("the events cannot be read further: {e}"), "");
    End::Io
}

/// Runs a program over a stream.
pub(super) fn run(
    args: &Args,
    t: &Terms,
    program: &Program,
    keep_going: bool,
    stream: (Box<dyn BufRead + '_>, Format),
    set: impl FnOnce(&mut Engine<'_>),
) -> Result<Ran, End> {
    let mut nobody = Nobody;
    watched(args, t, program, keep_going, stream, |e| {
        set(e);
        &mut nobody
    })
}

/// One who looks on while a stream is run.
pub(super) trait Watcher {
    /// A record is about to be taken; none once all have been.
    fn before(&mut self, engine: &mut Engine<'_>, record: Option<(&Head, &Batch)>);
}

/// Nobody looks on.
struct Nobody;

impl Watcher for Nobody {
    fn before(&mut self, _: &mut Engine<'_>, _: Option<(&Head, &Batch)>) {}
}

/// Runs a program over a stream that has been opened, with one who looks on.
pub(super) fn watched<'w>(
    args: &Args,
    t: &Terms,
    program: &Program,
    keep_going: bool,
    (input, format): (Box<dyn BufRead + '_>, Format),
    set: impl FnOnce(&mut Engine<'_>) -> &'w mut dyn Watcher,
) -> Result<Ran, End> {
    let as_of = date(args.taking.as_of.as_deref(), "--as-of")?;
    let known_on = date(args.taking.known_on.as_deref(), "--known-on")?;
    let options = Options { as_of, keep_going, journal: true, orders: true, corrections: true };
    let mut engine = Engine::new(program, t, crate::intern::Interner::default(), options);
    let watcher = set(&mut engine);
    let mut schema = Schema::new(t);
    let mut feed = Feed {
        bad: Vec::new(),
        further: Further::default(),
        is_file: !is_standard(&args.events),
        lines: Vec::new(),
        seen: Seen::default(),
        written: Vec::new(),
        as_of,
        keep_going,
        watcher,
    };
    match Stream::new(input, format, known_on) {
        Ok(stream) if args.taking.sort => feed.sorted(stream, &mut schema, &mut engine)?,
        Ok(stream) => feed.straight(stream, &mut schema, &mut engine)?,
        Err(failed) => feed.failed(failed, &mut engine)?,
    }
    feed.watcher.before(&mut engine, None);
    let run = engine.finish();
    feed.seen.run(&run, program);
    Ok(Ran { run, bad: feed.bad, further: feed.further, lines: feed.lines, seen: feed.seen, written: feed.written })
}

/// What cannot be read after the record a stream stopped at: what is told at once can be mended at once.
#[derive(Default)]
pub(super) struct Further {
    bad: Vec<Problem>,
    /// How many there are besides.
    more: usize,
}

impl Further {
    /// How many are told.
    const MOST: usize = 20;

    /// Reads the rest of a stream.
    pub(super) fn after<R: BufRead>(
        stream: &mut Stream<R>,
        schema: &mut Schema<'_>,
        texts: &mut crate::intern::Interner,
    ) -> Self {
        let (mut out, mut good) = (Self::default(), false);
        let mut batch = Batch::default();
        loop {
            match stream.next(schema, texts, &mut batch) {
                Ok(Some(_)) => good = true,
                Ok(None) | Err(Failed::Io(_)) => break,
                Err(Failed::Record(_)) if out.bad.len() >= Self::MOST => out.more += 1,
                Err(Failed::Record(p)) => out.bad.push(*p),
            }
        }
        // where no record at all can be read it is the file that is wrong, and one message says so
        if !good && out.bad.len() > 2 {
            out.more += out.bad.len();
            out.bad.clear();
        }
        out
    }
}

/// A record that could not be read, or at which the run stopped.
enum Wrong<'r> {
    Read(&'r Problem),
    Run(&'r Stopped),
}

/// Hands records from a stream to a run.
struct Feed<'w> {
    bad: Vec<Problem>,
    further: Further,
    /// Whether the stream is a file: one that comes may never end.
    is_file: bool,
    lines: Vec<(u32, u64)>,
    seen: Seen,
    written: Vec<(u32, String)>,
    as_of: Option<i64>,
    keep_going: bool,
    watcher: &'w mut dyn Watcher,
}

impl Feed<'_> {
    fn straight(
        &mut self,
        mut stream: Stream<Box<dyn BufRead + '_>>,
        schema: &mut Schema<'_>,
        engine: &mut Engine<'_>,
    ) -> Result<(), End> {
        let mut batch = Batch::default();
        while !engine.is_stopped() {
            match stream.next(schema, engine.texts(), &mut batch) {
                Ok(Some((head, place))) => {
                    self.line(&head, &place);
                    self.order(&head);
                    self.keep(&stream, head.number);
                    self.watcher.before(engine, Some((&head, &batch)));
                    engine.record(&batch, &head);
                }
                Ok(None) => break,
                Err(failed) => {
                    self.keep_failed(&stream, &failed);
                    self.failed(failed, engine)?;
                    if !self.keep_going {
                        break;
                    }
                }
            }
        }
        if self.is_file && (engine.is_stopped() || !self.bad.is_empty() && !self.keep_going) {
            self.further = Further::after(&mut stream, schema, engine.texts());
        }
        Ok(())
    }

    fn sorted(
        &mut self,
        mut stream: Stream<Box<dyn BufRead + '_>>,
        schema: &mut Schema<'_>,
        engine: &mut Engine<'_>,
    ) -> Result<(), End> {
        let mut all: Vec<(Head, Batch)> = Vec::new();
        let mut batch = Batch::default();
        loop {
            match stream.next(schema, engine.texts(), &mut batch) {
                Ok(Some((head, place))) => {
                    self.line(&head, &place);
                    self.keep(&stream, head.number);
                    all.push((head, std::mem::take(&mut batch)));
                }
                Ok(None) => break,
                Err(failed) => {
                    self.keep_failed(&stream, &failed);
                    self.failed(failed, engine)?;
                    if !self.keep_going {
                        if self.is_file {
                            self.further = Further::after(&mut stream, schema, engine.texts());
                        }
                        return Ok(());
                    }
                }
            }
        }
        all.sort_by_key(|(head, _)| head.day);
        for (head, batch) in &all {
            self.watcher.before(engine, Some((head, batch)));
            engine.record(batch, head);
        }
        Ok(())
    }

    fn line(&mut self, head: &Head, place: &Place) {
        if let Some(line) = place.line
            && u64::from(head.number) != line
        {
            self.lines.push((head.number, line));
        }
        self.seen.id(head);
    }

    /// Remembers which record a date goes back from.
    fn order(&mut self, head: &Head) {
        if self.as_of.is_none_or(|last| head.day <= last) {
            self.seen.order(head);
        }
    }

    fn keep(&mut self, stream: &Stream<Box<dyn BufRead + '_>>, number: u32) {
        if self.keep_going {
            self.written.push((number, stream.text()));
        }
    }

    fn keep_failed(&mut self, stream: &Stream<Box<dyn BufRead + '_>>, failed: &Failed) {
        if let Failed::Record(p) = failed {
            self.keep(stream, p.place.number);
        }
    }

    fn failed(&mut self, failed: Failed, engine: &mut Engine<'_>) -> Result<(), End> {
        match failed {
            Failed::Io(e) => Err(unreadable(&e)),
            Failed::Record(problem) => {
                if !self.keep_going {
                    engine.stop_here();
                }
                self.bad.push(*problem);
                Ok(())
            }
        }
    }
}

/// How a command over a stream ends: one without a record is told of, for it looks like one in which nothing happened.
pub(super) fn ended(args: &Args, ran: &Ran, bad: bool) -> super::Outcome {
    if bad {
        return Err(End::Data);
    }
    if ran.is_empty() { empty(args) } else { Ok(()) }
}

/// Tells of a stream without a record.
pub(super) fn empty(args: &Args) -> super::Outcome {
    output::say(&format!("tenor: `{}` has no record", super::inputs::name(&args.events)));
    if args.taking.require_records { Err(End::Nothing) } else { Ok(()) }
}

/// Tells of a record that cannot be read: its file, its line, its column where it has one.
fn unread(name: &str, p: &Problem) {
    let column = p.place.column.as_ref().map_or_else(String::new, |c| format!(", column {c}"));
    let place = match (p.place.number, p.place.line) {
        (0, None) => name.to_owned(),
        (0, Some(line)) => format!("{name}:{line}"),
        (n, Some(line)) => format!("{name}:{line}: record {n}{column}"),
        (n, None) => format!("{name}: record {n}{column}"),
    };
    diagnose::message(p.what.id(), &format!("{place}: {}", p.what), &p.what.help());
}

/// Tells of everything wrong with the stream; whether there was anything.
pub(super) fn tell(args: &Args, t: &Terms, ran: &Ran, keep_going: bool) -> bool {
    let words = Words { terms: t, texts: &ran.run.texts, keys: &ran.run.keys };
    let name = if args.events.as_os_str() == "-" { "standard input".to_owned() } else { args.events.display().to_string() };
    let place = |number: u32| {
        let line = ran.lines.iter().find(|(n, _)| *n == number).map_or(u64::from(number), |(_, l)| *l);
        if number == 0 { name.clone() } else { format!("{name}:{line}: record {number}") }
    };
    let wrong = ran.bad.iter().map(|p| (p.place.number, Wrong::Read(p)));
    let stopped = ran.run.rejected.iter().chain(&ran.run.stopped).map(|s| (s.when.number, Wrong::Run(s)));
    let mut all: Vec<(u32, Wrong<'_>)> = wrong.chain(stopped).collect();
    all.sort_by_key(|(number, _)| *number);
    for (number, wrong) in all {
        match wrong {
            Wrong::Read(p) => unread(&name, p),
            Wrong::Run(s) => diagnose::stopped(&place(number), &words.told(s, &ran.seen), &t.sources),
        }
    }
    let count = ran.bad.len() + ran.run.rejected.len() + usize::from(ran.run.stopped.is_some());
    let whole = ran.bad.iter().any(|p| p.place.number == 0);
    if whole {
        output::say("tenor: no record of this file is applied");
    } else if count > 0 && !keep_going {
        output::say(
            "tenor: nothing after this record is applied; what came before it stands (`--keep-going` sets bad records aside)",
        );
    }
    ran.further.bad.iter().for_each(|p| unread(&name, p));
    match (ran.further.bad.is_empty(), ran.further.more) {
        (_, 0) => {}
        (true, more) => output::say(&format!("tenor: none of the {more} records after it can be read either")),
        (false, more) => output::say(&format!("tenor: {more} more records cannot be read")),
    }
    for cell in &ran.run.failed {
        let place = words.cell(cell);
        diagnose::message(
            "run::cell",
            &format!("{place}: {}", words.fault(cell.fault)),
            "the other figures stand; correct the report, or the input it divides by",
        );
    }
    count > 0 || !ran.run.failed.is_empty()
}
