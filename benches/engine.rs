//! The engine beside hand-written code, on the same events, in the same run.

#![allow(clippy::panic, clippy::print_stdout, reason = "a benchmark that cannot go on ends so, and shows its numbers")]

#[path = "support/mix.rs"]
mod mix;

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use tenor::engine::code::Program;
use tenor::engine::{Engine, Options, compile};
use tenor::event::{Batch, Schema};
use tenor::intern::Interner;
use tenor::terms::Terms;

struct Files;

impl tenor::check::Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|e| e.to_string())
    }
}

/// Terms, checked.
fn terms(path: &str) -> Terms {
    let checked = tenor::check::check(Path::new(path), &Files);
    checked.terms.unwrap_or_else(|| panic!("{path} does not check"))
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

fn benches(c: &mut Criterion) {
    let events = mix::events(100_000);
    let terms = terms("benches/four-rules.terms");
    let program = compile(&terms, &[], &[]).unwrap_or_else(|| panic!("too large"));
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

    let mut group = c.benchmark_group("100,000 events, one certificate");
    group.sample_size(20);
    group.bench_function("by hand, as the text states it", |b| {
        b.iter(|| {
            let mut w = mix::warrant();
            for e in &events {
                black_box(w.apply(e));
            }
            w
        })
    });
    group.bench_function("by hand, rearranged", |b| {
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

criterion_group!(all, benches);
criterion_main!(all);
