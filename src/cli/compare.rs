//! `tenor compare`

use super::args::{RunFormat, Showing, Stream, Taking};
use super::inputs::{Inputs, is_standard};
use super::page;
use super::records::{self, Records};
use super::shown::{Form, Result as Shown};
use super::{End, Outcome, added, diagnose, output, progress, rig, spread, terms, workbook};
use crate::engine::code::Program;
use crate::engine::run::Run;
use crate::event::Format;
use crate::report::compare::{self as report, Comparison, Standing, Variant};
use crate::report::ending::Ending;
use crate::report::figure::{Figure, figures};
use crate::report::page::COMPARISON;
use crate::report::receipt::Receipt;
use crate::report::sweep::Digits;
use crate::report::words::Words;
use crate::report::worth::{Side, part};
use crate::terms::Terms;
use clap::Args;
use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use std::path::{Path, PathBuf};

/// `tenor compare`
#[derive(Debug, Args)]
#[command(
    after_help = "Everything is held against the first TERMS. Readings of one of them stand after an `@`: `warrant.terms@floor=nominal,carry=compound`.

Examples:
  tenor compare warrant.terms ours.terms --events events.jsonl
  tenor compare warrant.terms warrant.terms@floor=nominal --events 2005.jsonl 2006.jsonl
  tenor compare warrant.terms ours.terms --readings --events events.jsonl --format csv
  tenor compare warrant.terms ours.terms --events events.jsonl --format xlsx --output sides.xlsx
  tenor compare warrant.terms ours.terms --events events.jsonl --rank-by value \\
    --show 'value of certificate: number × greatest($5/share - price, $0/share)'"
)]
pub(crate) struct Compare {
    /// Terms files, each with readings after an `@` where it has some of its own
    #[arg(required = true, value_name = "TERMS[@READING=VALUE,…]")]
    pub terms: Vec<String>,
    /// Streams of events: JSON Lines, CSV or TOML
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub events: Vec<PathBuf>,
    /// Choose a reading for all terms that have it: `--reading floor=nominal`; may be given several times
    #[arg(long = "reading", value_name = "NAME=VALUE")]
    pub reading: Vec<String>,
    /// Take each alternative of each reading as a variant of its own
    #[arg(long)]
    pub readings: bool,
    /// The column to rank by, the most first; without it, the first with numbers
    #[arg(long, value_name = "COLUMN")]
    pub rank_by: Option<String>,
    #[command(flatten)]
    pub taking: Taking,
    #[command(flatten)]
    pub showing: Showing,
}

/// A variant that can be run.
pub(super) struct Entrant {
    pub variant: Variant,
    /// Its terms, among those loaded.
    pub terms: usize,
    pub program: Program,
}

/// Terms with the streams as they read them.
pub(super) struct Loaded {
    pub path: String,
    pub terms: Terms,
    pub streams: Vec<Records>,
}

/// Holds variants against one another.
pub(super) fn compare(args: &Compare) -> Outcome {
    let (showing, format) = (&args.showing, args.showing.format);
    page::only_for_pages(showing.template.is_some(), format == RunFormat::Html)?;
    showing.to.only_for_tables(format == RunFormat::Csv)?;
    let files = Inputs::default();
    let template = page::read_template(&files, showing.template.as_deref(), COMPARISON)?;
    if args.events.iter().filter(|e| is_standard(e)).count() > 1 {
        let help = "name files of events, and `-` once";
        diagnose::message("usage::events", "standard input is read once, and is named twice", help);
        return Err(End::Usage);
    }
    let streams: Result<Vec<(Vec<u8>, Format)>, End> =
        args.events.iter().map(|e| files.whole(&stream(args, Path::new(""), e))).collect();
    let streams = streams?;
    let (loaded, sides) = load(args, &files, &streams)?;
    files.keep(showing.to.file(), "--output", &[])?;
    let entrants = entrants(args, &loaded, sides)?;
    if format == RunFormat::Xlsx {
        output::not_on_a_terminal(showing.to.file(), workbook::WHAT, workbook::NAME)?;
    }
    let pool = rig::pool()?;
    let mut out = pool.install(|| run(args, &loaded, &entrants))?;
    out.ranked_by = rank_by(args, &out)?;
    out.rank();
    let receipt = receipt(args, &loaded, files);
    match (Form::of(format), format) {
        (Some(form), _) => {
            let result = Shown { schema: "compare", ending: &Ending::default(), receipt: &receipt };
            result.write(form, &showing.to, || report::document(&out, Digits::Short), || report::json(&out))?;
        }
        (None, RunFormat::Xlsx) => workbook::of_comparison(args, &loaded, &entrants, &receipt)?,
        (None, _) => {
            let page = spread::page(&out, &loaded, &entrants, receipt);
            output::text_to(showing.to.file(), &page::filled(showing.template.as_deref(), &template, &page)?)?;
        }
    }
    let stopped = out.streams.iter().any(|s| s.standings.iter().all(|s| s.stopped.is_some()));
    if stopped {
        output::say("tenor: a stream stops under all terms; see why under `stopped`");
    }
    if stopped {
        return Err(End::Data);
    }
    let first = loaded.first().into_iter().flat_map(|l| &l.streams);
    let empty = args.events.iter().zip(first).filter(|(_, s)| s.all.is_empty() && s.bad.is_none());
    let told: Vec<Outcome> = empty.map(|(e, _)| super::events::empty(&stream(args, Path::new(""), e))).collect();
    told.into_iter().collect()
}

/// A variant as written: the terms among those loaded, and its readings.
type Written = (usize, Vec<String>);

/// The terms files, each once, and the variants as written: which file, which readings.
fn load(args: &Compare, files: &Inputs, streams: &[(Vec<u8>, Format)]) -> Result<(Vec<Loaded>, Vec<Written>), End> {
    let mut loaded: Vec<Loaded> = Vec::new();
    let mut sides = Vec::new();
    for text in &args.terms {
        let (path, own) = match text.rsplit_once('@') {
            Some((path, own)) if own.contains('=') => (path, own.split(',').map(|r| r.trim().to_owned()).collect()),
            _ => (text.as_str(), Vec::new()),
        };
        let at = match loaded.iter().position(|l| l.path == path) {
            Some(at) => at,
            None => {
                let terms = added::load_by(Path::new(path), &args.showing.show, files)?;
                let read = |(e, (bytes, format)): (&PathBuf, &(Vec<u8>, Format))| {
                    records::read_from(&stream(args, Path::new(path), e), &terms, (Box::new(bytes.as_slice()), *format))
                };
                let streams: Result<Vec<Records>, End> = args.events.iter().zip(streams).map(read).collect();
                loaded.push(Loaded { path: path.to_owned(), terms, streams: streams? });
                loaded.len() - 1
            }
        };
        sides.push((at, own));
    }
    Ok((loaded, sides))
}

/// What a comparison was computed from.
fn receipt(args: &Compare, loaded: &[Loaded], files: Inputs) -> Receipt {
    let terms: Vec<&Path> = loaded.iter().map(|l| Path::new(&l.path)).collect();
    let options = args.showing.show.iter().map(|s| format!("figure {s}")).collect();
    files.receipt(&terms, None, &args.taking, options)
}

pub(super) fn stream(args: &Compare, terms: &Path, events: &Path) -> Stream {
    Stream { terms: terms.to_path_buf(), events: events.to_path_buf(), readings: Vec::new(), taking: args.taking.clone() }
}

/// All variants, with the alternatives of readings where they are asked for.
fn entrants(args: &Compare, loaded: &[Loaded], sides: Vec<Written>) -> Result<Vec<Entrant>, End> {
    for choice in &args.reading {
        let name = choice.split_once('=').map_or(choice.as_str(), |(n, _)| n);
        let has = |l: &&Loaded| l.terms.readings.iter().any(|r| r.name == name);
        if !loaded.iter().any(|l| has(&l))
            && let Some(first) = loaded.first()
        {
            terms::readings(&first.terms, std::slice::from_ref(choice))?;
        }
    }
    let mut chosen: Vec<Chosen> = Vec::new();
    for (at, own) in sides {
        let Some(l) = loaded.get(at) else { continue };
        let of_all = args.reading.iter().filter(|c| {
            let name = c.split_once('=').map_or("", |(n, _)| n);
            l.terms.readings.iter().any(|r| r.name == name)
        });
        let all: Vec<String> = of_all.cloned().chain(own).collect();
        let readings = terms::readings(&l.terms, &all)?;
        let first_of_file = chosen.iter().all(|(n, ..)| *n != at);
        let own = chosen.len();
        chosen.push((at, readings.clone(), None));
        if args.readings && first_of_file {
            for (n, reading) in l.terms.readings.iter().enumerate() {
                for word in 0..u32::try_from(reading.alternatives.len()).unwrap_or(0) {
                    let mut other = readings.clone();
                    if let Some(slot) = other.get_mut(n).filter(|s| **s != word) {
                        *slot = word;
                        chosen.push((at, other, Some(own)));
                    }
                }
            }
        }
    }
    // what is asked for by name is no alternative besides; the alternatives come after all that is
    let named: Vec<(usize, Vec<u32>)> = chosen.iter().filter(|c| c.2.is_none()).map(|(at, r, _)| (*at, r.clone())).collect();
    let place = |n: usize| chosen.iter().take(n).filter(|c| c.2.is_none()).count();
    let mut all: Vec<Chosen> = named.iter().map(|(at, r)| (*at, r.clone(), None)).collect();
    let others = chosen.iter().filter(|(at, r, of)| of.is_some() && !named.contains(&(*at, r.clone())));
    all.extend(others.map(|(at, r, of)| (*at, r.clone(), of.map(place))));
    let made: Option<Vec<Entrant>> = all.into_par_iter().map(|c| entrant(loaded, c)).collect();
    let mut made = made.ok_or_else(rig::too_large)?;
    // the same thing twice has no name of its own
    for n in 1..made.len() {
        let (before, after) = made.split_at_mut(n);
        if let Some(e) = after.first_mut()
            && before.iter().any(|b| b.variant.name == e.variant.name)
        {
            e.variant.name = format!("{} ({})", e.variant.name, n + 1);
        }
    }
    Ok(made)
}

/// A terms file, its readings, and the variant it is an alternative of.
type Chosen = (usize, Vec<u32>, Option<usize>);

fn entrant(loaded: &[Loaded], (at, readings, of): Chosen) -> Option<Entrant> {
    let l = loaded.get(at)?;
    let program = crate::engine::compile(&l.terms, &readings, &[]).ok()?;
    let mut others = Vec::new();
    for (reading, chosen) in l.terms.readings.iter().zip(&readings).filter(|(r, c)| r.default != **c) {
        let word = usize::try_from(*chosen).ok().and_then(|n| reading.alternatives.get(n)).map_or("", |(w, _)| w.as_str());
        others.push((reading.name.clone(), word.to_owned()));
    }
    let stem = |p: &str| Path::new(p).file_stem().map_or_else(|| p.to_owned(), |s| s.to_string_lossy().into_owned());
    let name = stem(&l.path);
    let name = if loaded.iter().filter(|o| stem(&o.path) == name).count() > 1 { l.path.clone() } else { name };
    let tail: Vec<String> = others.iter().map(|(r, w)| format!("{r}={w}")).collect();
    let name = if tail.is_empty() { name } else { format!("{name} {}", tail.join(" ")) };
    let variant = Variant { name, title: l.terms.title.clone(), readings: others, of };
    Some(Entrant { variant, terms: at, program })
}

/// Runs all variants over all streams, and finds where they part.
fn run(args: &Compare, loaded: &[Loaded], entrants: &[Entrant]) -> Result<Comparison, End> {
    let jobs: Vec<(usize, usize)> = (0..args.events.len()).flat_map(|s| (0..entrants.len()).map(move |e| (s, e))).collect();
    let bar = progress::bar(jobs.len() * 2, "comparing");
    let of = |s: usize, e: usize| {
        let e = entrants.get(e)?;
        let l = loaded.get(e.terms)?;
        Some((e, &l.terms, l.streams.get(s)?))
    };
    let one = |(s, e): &(usize, usize)| -> Option<Run> {
        let (e, t, records) = of(*s, *e)?;
        bar.inc(1);
        Some(records.run(t, &e.program, usize::MAX))
    };
    let runs: Option<Vec<Run>> = jobs.par_iter().map(one).collect();
    let runs = runs.ok_or(End::Software)?;
    let stand = |(n, (s, e)): (usize, (usize, usize))| -> Option<Standing> {
        bar.inc(1);
        let run = runs.get(n)?;
        let base = runs.get(n - e)?;
        let (first, second) = (of(s, 0)?, of(s, e)?);
        Some(standing(e, first, second, (base, run)))
    };
    let numbered: Vec<(usize, (usize, usize))> = jobs.into_iter().enumerate().collect();
    let standings: Option<Vec<Standing>> = numbered.into_par_iter().map(stand).collect();
    bar.finish_and_clear();
    let mut standings = standings.ok_or(End::Software)?.into_iter();
    let mut out = Comparison {
        currency: loaded.first().map(|l| l.terms.currency.clone()).unwrap_or_default(),
        variants: entrants.iter().map(|e| e.variant.clone()).collect(),
        ..Comparison::default()
    };
    let names = names(&args.events);
    for (s, stream) in names.into_iter().enumerate() {
        let as_of = runs.get(s * entrants.len()).map_or(0, |r| r.as_of);
        let standings = standings.by_ref().take(entrants.len()).collect();
        out.streams.push(report::Outcome { stream, as_of, standings });
    }
    Ok(out)
}

/// A variant that is run over a stream: itself, its terms, the records.
type Running<'r> = (&'r Entrant, &'r Terms, &'r Records);

fn standing(n: usize, first: Running<'_>, second: Running<'_>, (base, run): (&Run, &Run)) -> Standing {
    let shorter = |number: u32| {
        let upto = |(e, t, records): Running<'_>| {
            let count = records.all.iter().position(|(h, _)| h.number >= number).unwrap_or(records.all.len());
            records.run(t, &e.program, count)
        };
        (upto(first), upto(second))
    };
    let (ours, theirs) = (
        Side { terms: first.1, program: &first.0.program, run: base },
        Side { terms: second.1, program: &second.0.program, run },
    );
    let parting = if n == 0 { None } else { part(ours, theirs, &shorter) };
    let event = parting.as_ref().and_then(|p| second.2.all.iter().find(|(h, _)| h.number == p.number));
    let event = event.and_then(|(h, _)| second.1.kind(h.kind)).map_or_else(String::new, |k| k.name.clone());
    let words = Words { terms: second.1, texts: &run.texts, keys: &run.keys };
    let stopped = run.stopped.as_ref().map(|s| format!("record {}: {}", s.when.number, words.stopped(&s.why).message));
    let bad = || second.2.bad.as_ref().map(|b| format!("record {}: {}", b.place.number, b.what));
    Standing {
        variant: n,
        figures: figures(second.1, &second.0.program, run),
        parting,
        event,
        refusals: run.refusals.len(),
        stopped: stopped.or_else(bad),
        ..Standing::default()
    }
}

/// Short names of files: without folders, where that tells them apart.
fn names(files: &[PathBuf]) -> Vec<String> {
    let short = |p: &PathBuf| p.file_name().map_or_else(|| p.display().to_string(), |n| n.to_string_lossy().into_owned());
    let alone = |p: &PathBuf| files.iter().filter(|o| short(o) == short(p)).count() == 1;
    files.iter().map(|p| if alone(p) { short(p) } else { p.display().to_string() }).collect()
}

/// The column to rank by.
fn rank_by(args: &Compare, out: &Comparison) -> Result<String, End> {
    let all: Vec<&Figure> = out.streams.iter().flat_map(|s| &s.standings).flat_map(|s| &s.figures).collect();
    let Some(wanted) = &args.rank_by else {
        let first = out.streams.first().and_then(|s| s.standings.first());
        return Ok(first.and_then(|s| report::first_column(&s.figures)).unwrap_or_default().to_owned());
    };
    let column = wanted.replace(' ', "_");
    if all.iter().any(|f| f.name.column == column) {
        return Ok(column);
    }
    let mut known: Vec<&str> = Vec::new();
    for f in &all {
        if !known.contains(&f.name.column.as_str()) {
            known.push(&f.name.column);
        }
    }
    let help = crate::check::nearest(&column, known.iter().copied())
        .map_or_else(|| format!("there are {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
    diagnose::message("usage::rank-by", &format!("no report has a column of numbers `{wanted}`"), &help);
    Err(End::Usage)
}
