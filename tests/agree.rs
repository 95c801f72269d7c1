//! Random terms with random streams: how many of them check, and what they cover.

#![allow(clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "a test that cannot go on ends so")]

#[path = "agree/terms.rs"]
mod terms;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use tenor::check::{Problem, Reader, check};
use tenor::engine::run::Status;
use tenor::engine::{Engine, Options, compile};
use tenor::event::{Batch, Failed, Format, Schema, Stream};
use tenor::intern::Interner;
use tenor::reckon::{Reckoner, Record};
use tenor::terms::{Slot, Terms};
use terms::{Draft, Form, draft, table};

/// A text in the place of a file.
struct Text<'t>(&'t str);

impl Reader for Text<'_> {
    fn read(&self, _: &Path) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}

/// What came of a run, in few words.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    changes: usize,
    refusals: Vec<u32>,
    stopped: Vec<u32>,
    effects: usize,
}

/// How often what is rare came.
type Tally = BTreeMap<&'static str, usize>;

fn engine(terms: &Terms, text: &str, tally: &mut Tally) -> Result<Seen, String> {
    let readings = Reckoner::defaults(terms);
    let program = compile(terms, &readings, &[]).map_err(|e| format!("not compiled: {e}"))?;
    let options = Options { keep_going: true, ..Options::default() };
    let mut engine = Engine::new(&program, terms, Interner::default(), options);
    let (mut schema, mut batch) = (Schema::new(terms), Batch::default());
    let mut stream = Stream::new(text.as_bytes(), Format::Jsonl, None).map_err(|e| format!("{e:?}"))?;
    loop {
        match stream.next(&mut schema, engine.texts(), &mut batch) {
            Ok(Some((head, _))) => engine.record(&batch, &head),
            Ok(None) => break,
            Err(Failed::Record(_)) => {}
            Err(e) => return Err(format!("{e:?}")),
        }
    }
    let run = engine.finish();
    let status = |s| run.changes.iter().filter(|c| c.status == s).count();
    for (what, count) in [
        ("changes", run.changes.len()),
        ("waiting", status(Status::Pending)),
        ("waited", run.changes.iter().filter(|c| c.waited).count()),
        ("rescinded", status(Status::Rescinded)),
        ("superseded", status(Status::Superseded)),
        ("refusals", run.refusals.len()),
        ("obligations", run.owed.len()),
        ("breaches of covenants", run.breaches.len()),
        ("lines", run.lines.len()),
        ("warnings", run.warnings.len()),
        ("rescissions", run.rescissions.len()),
    ] {
        *tally.entry(what).or_default() += count;
    }
    let mut stopped: Vec<u32> = run.rejected.iter().chain(&run.stopped).map(|s| s.when.number).collect();
    stopped.sort_unstable();
    let mut refusals: Vec<u32> = run.refusals.iter().map(|r| r.when.number).collect();
    refusals.sort_unstable();
    Ok(Seen { changes: run.changes.len(), refusals, stopped, effects: run.lines.len() })
}

fn plain(terms: &Terms, text: &str) -> Result<Seen, String> {
    let (mut schema, mut batch, mut texts) = (Schema::new(terms), Batch::default(), Interner::default());
    let mut stream = Stream::new(text.as_bytes(), Format::Jsonl, None).map_err(|e| format!("{e:?}"))?;
    let mut records = Vec::new();
    loop {
        match stream.next(&mut schema, &mut texts, &mut batch) {
            Ok(Some((head, _))) => records.push(Record::read(terms, &batch, &head, &texts)),
            Ok(None) => break,
            Err(Failed::Record(_)) => {}
            Err(e) => return Err(format!("{e:?}")),
        }
    }
    let options = tenor::reckon::Options { keep_going: true, ..Default::default() };
    let outcome = Reckoner::new(terms, &Reckoner::defaults(terms), options).run(&records);
    let mut stopped: Vec<u32> = outcome.rejected.iter().chain(&outcome.stopped).map(|s| s.record).collect();
    stopped.sort_unstable();
    let mut refusals: Vec<u32> = outcome.refusals.iter().map(|r| r.record).collect();
    refusals.sort_unstable();
    Ok(Seen { changes: outcome.changes.len(), refusals, stopped, effects: outcome.effects.len() })
}

fn main() {
    let args: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let (from, count) = (args.first().copied().unwrap_or(0), args.get(1).copied().unwrap_or(40));
    let print = args.get(2).is_some();
    let mut tally = Tally::new();
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    let mut cover: BTreeMap<(Slot, Form), usize> = BTreeMap::new();
    let (mut checked, mut panics, mut same, mut records, mut stops) = (0, 0, 0, 0, 0);
    for seed in from..from + count {
        let Draft { terms: text, stream, covered } = draft(seed);
        if print {
            println!("{text}\n{}", stream.join("\n"));
        }
        let out = check(Path::new("draft.terms"), &Text(&text));
        let Some(terms) = out.terms else {
            for p in out.problems.iter().filter(|p| p.is_error()).take(1) {
                let span = p.span();
                let said = out.sources.text(span);
                println!("seed {seed}: {p:?}: `{}`", said.chars().take(200).collect::<String>());
                *codes.entry(code(p)).or_default() += 1;
            }
            continue;
        };
        checked += 1;
        covered.into_iter().for_each(|pair| *cover.entry(pair).or_default() += 1);
        let lines: String = stream.iter().map(|l| format!("{l}\n")).collect();
        records += stream.len();
        let one = catch_unwind(AssertUnwindSafe(|| engine(&terms, &lines, &mut tally)));
        let other = catch_unwind(AssertUnwindSafe(|| plain(&terms, &lines)));
        match (one, other) {
            (Ok(one), Ok(other)) => {
                if let Ok(seen) = &other {
                    stops += seen.stopped.len();
                }
                if one == other {
                    same += 1;
                } else {
                    println!("seed {seed}: engine {one:?}\n          reckon {other:?}");
                }
            }
            (one, other) => {
                panics += 1;
                println!("seed {seed}: a panic: engine {}, reckon {}", one.is_err(), other.is_err());
            }
        }
    }
    println!(
        "{checked} of {count} check; {same} agree; {panics} panics; {stops} of {records} records set aside; errors {codes:?}"
    );
    println!("{tally:?}");
    let table = table(&cover);
    println!("{}", if args.len() > 3 { table.as_str() } else { table.lines().last().unwrap_or_default() });
}

fn code(p: &Problem) -> String {
    format!("{p:?}").split([' ', '{', '(']).next().unwrap_or("").to_owned()
}
