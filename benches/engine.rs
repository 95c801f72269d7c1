//! The engine beside hand-written code, on the same events, in the same run; and what the limits of the design are held to.
//!
//! Times of a shared machine drift, ratios of one run do not: they are told at the end, beside their targets.

#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::float_arithmetic,
    reason = "a benchmark that cannot go on ends so, and shows its numbers"
)]

#[path = "support/files.rs"]
mod files;
#[path = "support/mix.rs"]
mod mix;
#[path = "support/ratios.rs"]
mod ratios;

use criterion::{Criterion, criterion_group};
use std::hint::black_box;
use std::path::Path;
use tenor::engine::code::Program;
use tenor::engine::{Engine, Options, compile};
use tenor::event::{Batch, Format, Schema, Stream};
use tenor::intern::Interner;
use tenor::terms::Terms;

struct Files;

impl tenor::check::Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|e| e.to_string())
    }
}

/// Terms, checked, and their program.
fn four_rules() -> (Terms, Program) {
    let path = "benches/four-rules.terms";
    let terms = tenor::check::check(Path::new(path), &Files).terms.unwrap_or_else(|| panic!("{path} does not check"));
    let program = compile(&terms, &[], &[]).unwrap_or_else(|e| panic!("{e}"));
    (terms, program)
}

/// Records, read once: what is measured is the engine.
fn read(terms: &Terms, records: &[mix::Record]) -> (Interner, Batch) {
    let mut texts = Interner::default();
    let mut schema = Schema::new(terms);
    let mut batch = Batch::default();
    for (n, record) in records.iter().enumerate() {
        schema.record(record, n as u32 + 1, &mut texts, &mut batch).unwrap_or_else(|e| panic!("{e}"));
    }
    (texts, batch)
}

fn run(program: &Program, terms: &Terms, texts: &Interner, batch: &Batch, journal: bool) -> tenor::engine::run::Run {
    let options = Options { journal, ..Options::default() };
    let mut engine = Engine::new(program, terms, texts.clone(), options);
    for head in &batch.heads {
        engine.record(batch, head);
    }
    engine.finish()
}

/// One certificate, many events: beside the same by hand.
fn by_hand(c: &mut Criterion) {
    let events = mix::events(100_000);
    let (terms, program) = four_rules();
    let (texts, batch) = read(&terms, &mix::records(&events, 1));

    // the same numbers come out, or the comparison means nothing
    let mut by_hand = mix::warrant();
    for e in &events {
        by_hand.apply_rearranged(e).unwrap_or_else(|| panic!("overflow"));
    }
    let ran = run(&program, &terms, &texts, &batch, false);
    assert!(ran.stopped.is_none(), "{:?}", ran.stopped);
    let shown = &ran.shown.first().map(|s| s.columns.clone()).unwrap_or_default();
    println!("engine {shown:?}\nby hand {by_hand:?}");

    let mut group = c.benchmark_group("one certificate");
    group.sample_size(20);
    group.bench_function("by hand", |b| {
        b.iter(|| {
            let mut w = mix::warrant();
            for e in &events {
                black_box(w.apply(e));
            }
            w
        })
    });
    group.bench_function("by hand rearranged", |b| {
        b.iter(|| {
            let mut w = mix::warrant();
            for e in &events {
                black_box(w.apply_rearranged(e));
            }
            w
        })
    });
    group.bench_function("engine", |b| b.iter(|| run(&program, &terms, &texts, &batch, false)));
    group.bench_function("engine with journal", |b| b.iter(|| run(&program, &terms, &texts, &batch, true)));
    group.finish();
}

/// The same for few events and a hundred times as many, for many certificates, and for two runs at once.
fn by_size(c: &mut Criterion) {
    let (terms, program) = four_rules();
    let input = |events, certificates| read(&terms, &mix::records(&mix::events(events), certificates));
    let mut group = c.benchmark_group("size");
    group.sample_size(10);
    for (name, events, certificates) in
        [("5,000 events", 5_000, 1), ("500,000 events", 500_000, 1), ("1,000 events, 10,000 certificates", 1_000, 10_000)]
    {
        let (texts, batch) = input(events, certificates);
        group.bench_function(name, |b| b.iter(|| run(&program, &terms, &texts, &batch, false)));
    }
    let (texts, batch) = input(100_000, 1);
    let once = || run(&program, &terms, &texts, &batch, true);
    group.bench_function("two runs, one thread", |b| b.iter(|| (once(), once())));
    group.bench_function("two runs, two threads", |b| {
        b.iter(|| {
            std::thread::scope(|s| {
                let other = s.spawn(once);
                (once(), other.join())
            })
        })
    });
    group.finish();
}

/// A file from its text to the end of the run, beside reading it alone.
fn from_files(c: &mut Criterion) {
    let (terms, program) = four_rules();
    let records = mix::records(&mix::events(100_000), 1);
    let mut group = c.benchmark_group("file");
    group.sample_size(20);
    let run = |text: &str, format| {
        let mut engine = Engine::new(&program, &terms, Interner::default(), Options::default());
        let mut schema = Schema::new(&terms);
        let mut batch = Batch::default();
        let mut stream = Stream::new(text.as_bytes(), format, None).unwrap_or_else(|_| panic!("not read"));
        while let Some((head, _)) = stream.next(&mut schema, engine.texts(), &mut batch).unwrap_or_else(|_| panic!("not read")) {
            engine.record(&batch, &head);
        }
        engine.finish()
    };
    let jsonl = files::jsonl(&records);
    let csv = files::csv(&records);
    let shown = |run: tenor::engine::run::Run| run.shown.first().map(|s| s.columns.clone());
    assert_eq!(shown(run(&jsonl, Format::Jsonl)), shown(run(&csv, Format::Csv)));
    group.bench_function("jsonl read alone", |b| b.iter(|| files::read_jsonl(&jsonl)));
    group.bench_function("jsonl run", |b| b.iter(|| run(&jsonl, Format::Jsonl)));
    group.bench_function("csv read alone", |b| b.iter(|| files::read_csv(&csv)));
    group.bench_function("csv run", |b| b.iter(|| run(&csv, Format::Csv)));
    group.finish();
}

criterion_group!(all, by_hand, by_size, from_files);

fn main() {
    all();
    Criterion::default().configure_from_args().final_summary();
    ratios::tell();
}
