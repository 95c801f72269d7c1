#[path = "../benches/support/mix.rs"]
mod mix;
use std::path::Path;
use tenor::engine::{Engine, Options, compile};
use tenor::event::{Batch, Schema};
use tenor::intern::Interner;
struct Files;
impl tenor::check::Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|e| e.to_string())
    }
}
fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let n: usize = std::env::args().nth(2).and_then(|s| s.parse().ok()).unwrap_or(20000);
    let events = mix::events(n);
    if mode == "none" {
        return;
    }
    if mode == "hand" || mode == "fast" {
        let reps: usize = std::env::args().nth(3).and_then(|s| s.parse().ok()).unwrap_or(1);
        for _ in 0..reps {
            let mut w = mix::warrant();
            for e in &events {
                if mode == "hand" {
                    w.apply(e);
                } else {
                    w.apply_rearranged(e);
                }
            }
            std::hint::black_box(&w);
        }
        return;
    }
    let checked = tenor::check::check(Path::new("benches/four-rules.terms"), &Files);
    let terms = checked.terms.unwrap();
    let program = compile(&terms, &[], &[]).unwrap();
    let mut texts = Interner::default();
    let mut schema = Schema::new(&terms);
    let mut batch = Batch::default();
    for (n, record) in mix::records(&events, 1).iter().enumerate() {
        schema.record(record, n as u32 + 1, &mut texts, &mut batch).unwrap_or_else(|e| panic!("{e}"));
    }
    if mode == "ops" {
        for (i, op) in program.ops.iter().enumerate() {
            println!("{i} {op:?}");
        }
        for (i, r) in program.routes.iter().enumerate() {
            println!("{i} {:?} {:?}", terms.kinds[i].name, r);
        }
        return;
    }
    if mode == "read" {
        std::hint::black_box(&batch);
        return;
    }
    let reps: usize = std::env::args().nth(3).and_then(|s| s.parse().ok()).unwrap_or(1);
    for _ in 0..reps {
        let options = Options { journal: mode == "journal", ..Options::default() };
        let mut engine = Engine::new(&program, &terms, texts.clone(), options);
        for head in &batch.heads {
            engine.record(&batch, head);
        }
        std::hint::black_box(engine.finish());
    }
}
