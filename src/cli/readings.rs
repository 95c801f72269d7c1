//! `tenor readings`

use super::args::{Format, Readings as Args};
use super::inputs::Inputs;
use super::records::{self, Records};
use super::shown::Result;
use super::{Outcome, events, terms};
use crate::engine::code::Program;
use crate::engine::run::Run;
use crate::report::json::chosen as chosen_of;
use crate::report::words::Words;
use crate::report::worth::{self, Side, Worth};
use crate::terms::Terms;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

/// Runs a stream under the readings chosen, and once more under each alternative of each.
pub(super) fn readings(args: &Args) -> Outcome {
    args.to.only_for_tables(args.format == Format::Csv)?;
    let files = Inputs::default();
    let t = terms::load_by(&args.stream.terms, false, &files, &[])?;
    files.keep(args.to.file(), "--output", &[&args.stream.events])?;
    let chosen = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile(&t, &chosen, &[])?;
    let records = records::read(&args.stream, &t, &files)?;
    let run = records.run(&t, &program, usize::MAX);
    let base = Base { t: &t, chosen: &chosen, program: &program, run: &run, records: &records };
    let pool = super::rig::pool()?;
    let all: Option<Vec<Worth>> =
        pool.install(|| alternatives(&t, &chosen).par_iter().map(|(n, word)| base.worth(*n, *word)).collect());
    let Some(all) = all else {
        return Err(super::rig::too_large());
    };
    let json = worth::json(Side { terms: &t, program: &program, run: &run }, &all);
    let document = worth::document(&t, &run, &all);
    let ran = records.ran(run, &program);
    let ending = ran.ending(&t, false);
    let mut receipt = files.receipt(&[&args.stream.terms], Some(&t), &args.stream.taking, Vec::new());
    receipt.readings = chosen_of(&t, &program.readings);
    let result = Result { schema: "readings", ending: &ending, receipt: &receipt };
    result.write(args.format.into(), &args.to, || document, || json)?;
    let bad = events::tell(&args.stream, &t, &ran, false);
    events::ended(&args.stream, &ran, bad)
}

/// Every alternative that is not chosen: the reading and the alternative.
fn alternatives(t: &Terms, chosen: &[u32]) -> Vec<(usize, u32)> {
    let mut out = Vec::new();
    for (n, (reading, chosen)) in t.readings.iter().zip(chosen).enumerate() {
        let words = u32::try_from(reading.alternatives.len()).unwrap_or(0);
        out.extend((0..words).filter(|w| w != chosen).map(|w| (n, w)));
    }
    out
}

/// What alternatives are held against.
struct Base<'r> {
    t: &'r Terms,
    chosen: &'r [u32],
    program: &'r Program,
    run: &'r Run,
    records: &'r Records,
}

impl Base<'_> {
    /// What an alternative is worth; nothing where the program under it is too large.
    fn worth(&self, reading: usize, word: u32) -> Option<Worth> {
        let mut chosen = self.chosen.to_vec();
        let default = std::mem::replace(chosen.get_mut(reading)?, word);
        let program = crate::engine::compile(self.t, &chosen, &[]).ok()?;
        let run = self.records.run(self.t, &program, usize::MAX);
        let decl = self.t.readings.get(reading)?;
        let name =
            |n: u32| decl.alternatives.get(usize::try_from(n).unwrap_or(usize::MAX)).map_or_else(String::new, |(w, _)| w.clone());
        let shorter = |number: u32| {
            let count = self.records.all.iter().position(|(h, _)| h.number >= number).unwrap_or(self.records.all.len());
            (self.records.run(self.t, self.program, count), self.records.run(self.t, &program, count))
        };
        let terms = self.t;
        let (ours, theirs) = (Side { terms, program: self.program, run: self.run }, Side { terms, program: &program, run: &run });
        let words = Words { terms: self.t, texts: &run.texts, keys: &run.keys };
        Some(Worth {
            reading: decl.name.clone(),
            clause: self.t.cite(decl.clause).to_owned(),
            default: name(default),
            alternative: name(word),
            parting: worth::part(ours, theirs, &shorter),
            differences: worth::differences(ours, theirs),
            refusals: (self.run.refusals.len(), run.refusals.len()),
            stopped: run.stopped.as_ref().filter(|_| self.run.stopped.is_none()).map(|s| {
                let e = words.stopped(&s.why);
                format!("record {}: {}", s.when.number, e.message)
            }),
        })
    }
}
