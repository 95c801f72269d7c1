//! Comparisons as pages: every variant that is drawn is run once more, with its figures looked at day by day.

use super::compare::{Entrant, Loaded};
use super::page::Watch;
use crate::engine::run::Run;
use crate::report::compare::{Comparison, document};
use crate::report::explain::Asked;
use crate::report::page::{Contestant, Picked, Side, Spread, Timeline, compared, pick};
use crate::report::receipt::Receipt;
use crate::report::record::Record;
use crate::report::sweep::Digits;
use crate::terms::Terms;
use rustc_hash::FxHashMap;

/// How many variants are drawn for each stream.
const DRAWN: usize = 8;

/// A variant over a stream, as it is drawn.
struct Held<'l> {
    name: String,
    terms: usize,
    of: (&'l Terms, &'l crate::engine::code::Program),
    run: Run,
    picked: Picked,
    timeline: Timeline,
    records: FxHashMap<u32, Record>,
    prefix: String,
}

impl Held<'_> {
    fn contestant(&self) -> Contestant<'_> {
        Contestant {
            name: self.name.clone(),
            terms: self.terms,
            side: Side {
                terms: self.of.0,
                program: self.of.1,
                run: &self.run,
                picked: &self.picked,
                timeline: &self.timeline,
                records: &self.records,
                prefix: &self.prefix,
            },
        }
    }
}

/// The page of a comparison.
pub(super) fn page(out: &Comparison, loaded: &[Loaded], entrants: &[Entrant], receipt: Receipt) -> Spread {
    let mut left_out = 0;
    let mut all: Vec<(String, Vec<Held<'_>>)> = Vec::new();
    for (s, stream) in out.streams.iter().enumerate() {
        let mut listed: Vec<usize> = stream.standings.iter().filter(|x| !out.is_dull(stream, x)).map(|x| x.variant).collect();
        // the one that all are held against is always among them
        listed.sort_by_key(|v| *v != 0);
        left_out = left_out.max(listed.len().saturating_sub(DRAWN));
        let list = listed.into_iter().take(DRAWN).filter_map(|v| held(out, loaded, entrants, s, v)).collect();
        all.push((stream.stream.clone(), list));
    }
    let streams: Vec<(String, Vec<Contestant<'_>>)> =
        all.iter().map(|(name, list)| (name.clone(), list.iter().map(Held::contestant).collect())).collect();
    let terms: Vec<(&str, &Terms)> = loaded.iter().map(|l| (l.path.as_str(), &l.terms)).collect();
    let mut about = vec![format!("held against {}", out.variants.first().map_or("", |v| v.name.as_str()))];
    about.extend(out.streams.iter().map(|s| s.stream.clone()));
    let mut spread = compared(&document(out, Digits::Short), &terms, &streams, about, receipt);
    if left_out > 0 {
        spread
            .notes
            .push(format!("{DRAWN} variants are drawn, the first by rank, of {}; all are in the tables", DRAWN + left_out));
    }
    spread
}

/// A variant over a stream, run and looked at.
fn held<'l>(out: &Comparison, loaded: &'l [Loaded], entrants: &'l [Entrant], stream: usize, variant: usize) -> Option<Held<'l>> {
    let e = entrants.get(variant)?;
    let l = loaded.get(e.terms)?;
    let records = l.streams.get(stream)?;
    let (t, program) = (&l.terms, &e.program);
    let run = records.run(t, program, usize::MAX);
    let picked = pick(t, program, &run, Asked::default());
    let mut watch = Watch::new(t, &picked);
    records.watched(t, program, &mut watch);
    let Watch { mut timeline, records, .. } = watch;
    timeline.look(t, run.as_of, &run.shown);
    let name = out.variants.get(variant).map_or_else(String::new, |v| v.name.clone());
    let prefix = format!("s{}v{}-", stream + 1, variant + 1);
    Some(Held { name, terms: e.terms, of: (t, program), run, picked, timeline, records, prefix })
}
