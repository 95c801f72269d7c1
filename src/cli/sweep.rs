//! `tenor sweep`

use super::args::{RunFormat, Showing, Stream};
use super::inputs::Inputs;
use super::page;
use super::rig::{self, Rig};
use super::shown::{Form, Result as Shown};
use super::turning::{self, Along};
use super::vary::{self, Value};
use super::{End, Outcome, added, diagnose, events, output, progress, records, terms, workbook};
use crate::report::figure::Figure;
use crate::report::page::{COMPARISON, swept};
use crate::report::sweep::{self as report, Reached, Setting, Sweep as Swept, Turn};
use clap::Args;
use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

/// `tenor sweep`
#[derive(Debug, Args)]
#[command(
    after_help = "TARGET is a field of a record (`issuance[3].price`, the third of its kind; `#7.price`, of record 7), a constant of the terms or a reading. VALUES are `0.50..3.00 step 0.05`, several with commas, or `*` for all words. With two inputs the last is moved for each value of the first.

Where a condition, a limit or a threshold begins or ceases to bind is found between the points, exactly: as a fraction where it is one.

Examples:
  tenor sweep warrant.terms events.jsonl --vary 'issuance[1].price=0.50..3.00 step 0.05'
  tenor sweep warrant.terms events.jsonl --vary 'ownership_limit=1%..10% step 0.5%' --format csv
  tenor sweep warrant.terms events.jsonl --vary 'floor=*' --vary '#6.shares=1000000,2000000'
  tenor sweep warrant.terms events.jsonl --vary '#6.price=1..3 step 0.5' \\
    --show 'value of certificate: number × greatest($5/share - price, $0/share)'"
)]
pub(crate) struct Sweep {
    #[command(flatten)]
    pub stream: Stream,
    /// What to vary, and over which values; twice for two inputs
    #[arg(long, value_name = "TARGET=VALUES", required = true)]
    pub vary: Vec<String>,
    #[command(flatten)]
    pub showing: Showing,
}

/// In how many parts a line of few points is looked at, for what begins and ceases again between two of them.
const LOOKS: usize = 64;

/// What is kept of a point.
struct Sample {
    digest: u64,
    figures: Vec<Figure>,
    refusals: usize,
    stopped: Option<String>,
}

/// Runs a stream at many values.
pub(super) fn sweep(args: &Sweep) -> Outcome {
    if args.vary.len() > 2 {
        return vary::wrong("a sweep varies one or two inputs", "leave one out, or sweep twice");
    }
    let (showing, format) = (&args.showing, args.showing.format);
    page::only_for_pages(showing.template.is_some(), format == RunFormat::Html)?;
    showing.to.only_for_tables(format == RunFormat::Csv)?;
    if format == RunFormat::Xlsx {
        output::not_on_a_terminal(showing.to.file(), workbook::WHAT, workbook::NAME)?;
    }
    let files = Inputs::default();
    let template = page::read_template(&files, showing.template.as_deref(), COMPARISON)?;
    let t = added::load_by(&args.stream.terms, &args.showing.show, &files)?;
    files.keep(showing.to.file(), "--output", &[&args.stream.events])?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let mut records = records::read(&args.stream, &t, &files)?;
    // what the terms say is needed only where it is shown
    let whole = (format == RunFormat::Html).then(|| t.clone());
    let (mut targets, mut values): (Vec<vary::Target>, Vec<Vec<Value>>) = (Vec::new(), Vec::new());
    for text in &args.vary {
        let (target, list) = vary::varied(text, &t, &mut records)?;
        targets.push(target);
        values.push(list);
    }
    vary::few(values.iter().fold(1, |n: usize, list| n.saturating_mul(list.len())))?;
    let mut rig = Rig::new(t, readings, records, targets);
    let points = points(&values);
    rig.open(&points);
    let pool = rig::pool()?;
    let samples = pool.install(|| samples(&rig, &points))?;
    let mut out = Swept {
        title: rig.terms().title.clone(),
        currency: rig.terms().currency.clone(),
        inputs: rig.targets.iter().map(|t| t.input.clone()).collect(),
        ..Swept::default()
    };
    let mut reached: Vec<Reached> = points.iter().zip(samples.iter()).map(|(p, s)| reach(p, s)).collect();
    if let Some(axis) = axis(&rig) {
        let found = pool.install(|| turns(&rig, &points, &samples, axis))?;
        let innermost = axis + 1 == rig.targets.len();
        let mut more: Vec<(usize, Reached)> = Vec::new();
        for Found { after, turn, at, .. } in found {
            if let Some(point) = reached.iter_mut().find(|r| at.as_ref().is_some_and(|a| a.settings == r.settings)) {
                point.turn = true;
            } else if let Some(at) = at.filter(|_| innermost) {
                more.push((after, at));
            }
            out.turns.push(turn);
        }
        more.sort_by_key(|(after, _)| *after);
        for (n, (after, point)) in more.into_iter().enumerate() {
            reached.insert((after + n + 1).min(reached.len()), point);
        }
    }
    let all_stopped = reached.iter().all(|r| r.stopped.is_some());
    let out = out.with_points(reached);
    let mut options: Vec<String> = args.vary.iter().map(|v| format!("varied {v}")).collect();
    options.extend(showing.show.iter().map(|s| format!("figure {s}")));
    options.extend(args.stream.readings.iter().map(|r| format!("reading {r}")));
    let mut receipt = files.receipt(&[&args.stream.terms], Some(rig.terms()), &args.stream.taking, options);
    receipt.readings = rig.readings();
    let document = |digits| report::document(&out, digits);
    let ending = rig.records.ending();
    // a page and a workbook say first that the stream stopped
    let told = |digits| {
        let mut document = document(digits);
        ending.head(&mut document);
        document
    };
    match (Form::of(format), format) {
        (Some(form), _) => {
            let result = Shown { schema: "sweep", ending: &ending, receipt: &receipt };
            result.write(form, &showing.to, || document(report::Digits::Short), || report::json(&out))?;
        }
        (None, RunFormat::Xlsx) => {
            let mut sheets = told(report::Digits::All);
            sheets.sections.push(receipt.section());
            let last = rig.records.all.iter().map(|(head, _)| head.day).max();
            let day = events::date(args.stream.taking.as_of.as_deref(), "--as-of")?.or(last).unwrap_or(0);
            workbook::of_sweep(&out, &sheets, day, showing.to.file())?;
        }
        (None, _) => {
            let terms = whole.as_ref().unwrap_or_else(|| rig.terms());
            let page = swept(&out, &told(report::Digits::Short), terms, receipt);
            output::text_to(showing.to.file(), &page::filled(showing.template.as_deref(), &template, &page)?)?;
        }
    }
    if let Some(problem) = &rig.records.bad {
        let place = format!("{}: record {}", args.stream.events.display(), problem.place.number);
        diagnose::message(problem.what.id(), &format!("{place}: {}", problem.what), &problem.what.help());
        return Err(End::Data);
    }
    if all_stopped {
        output::say("tenor: the run stops at every point; see why in the column `stopped`");
        return Err(End::Data);
    }
    Ok(())
}

/// All points, the last input moving first.
fn points(values: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let mut out: Vec<Vec<Value>> = vec![Vec::new()];
    for list in values {
        out = out.iter().flat_map(|p| list.iter().map(|v| [p.clone(), vec![v.clone()]].concat())).collect();
    }
    out
}

/// The input along which turns are looked for: the last with numbers, a field of a record before anything else.
fn axis(rig: &Rig) -> Option<usize> {
    let numeric = |fields: bool| rig.targets.iter().rposition(|t| t.input.ty.is_some() && (!fields || !rig.is_compiled(t)));
    numeric(true).or_else(|| numeric(false))
}

fn reach(point: &[Value], s: &Sample) -> Reached {
    Reached {
        settings: point.iter().map(|v| v.setting.clone()).collect(),
        figures: s.figures.clone(),
        refusals: s.refusals,
        stopped: s.stopped.clone(),
        turn: false,
    }
}

/// What the points give. Those that share a program are run by it together.
fn samples(rig: &Rig, points: &[Vec<Value>]) -> Result<Vec<Sample>, End> {
    let key = |p: &[Value]| -> Vec<Setting> {
        rig.targets.iter().zip(p).filter(|(t, _)| rig.is_compiled(t)).map(|(_, v)| v.setting.clone()).collect()
    };
    let mut groups: Vec<(Vec<Setting>, Vec<usize>)> = Vec::new();
    if rig.targets.iter().any(|t| rig.is_compiled(t)) {
        let mut at: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
        for (n, p) in points.iter().enumerate() {
            let key = key(p);
            let known = *at.entry(format!("{key:?}")).or_insert_with(|| {
                groups.push((key, Vec::new()));
                groups.len() - 1
            });
            if let Some((_, list)) = groups.get_mut(known) {
                list.push(n);
            }
        }
    } else {
        groups.push((Vec::new(), (0..points.len()).collect()));
    }
    let bar = progress::bar(points.len(), "running");
    let run = |(_, list): &(Vec<Setting>, Vec<usize>)| -> Option<Vec<(usize, Sample)>> {
        let by = rig.by(points.get(*list.first()?)?)?;
        let one = |n: &usize| -> Option<(usize, Sample)> {
            let tried = rig.at(&by, points.get(*n)?, rust_decimal::Decimal::ZERO);
            bar.inc(1);
            let stopped = rig.stopped(&tried);
            let refusals = tried.run.refusals.len();
            Some((*n, Sample { digest: tried.course.digest(), figures: tried.figures, refusals, stopped }))
        };
        list.par_iter().map(one).collect()
    };
    let all: Option<Vec<Vec<(usize, Sample)>>> = groups.par_iter().map(run).collect();
    bar.finish_and_clear();
    let mut all: Vec<(usize, Sample)> = all.ok_or_else(rig::too_large)?.into_iter().flatten().collect();
    all.sort_by_key(|(n, _)| *n);
    Ok(all.into_iter().map(|(_, s)| s).collect())
}

/// A turn, the point after which it stands, and what a run at the turn itself gives, where a decimal holds it.
struct Found {
    after: usize,
    line: usize,
    turn: Turn,
    at: Option<Reached>,
}

/// The turns between neighbouring points.
fn turns(rig: &Rig, points: &[Vec<Value>], samples: &[Sample], axis: usize) -> Result<Vec<Found>, End> {
    let number = |n: usize| match points.get(n).and_then(|p| p.get(axis)).map(|v| &v.setting) {
        Some(Setting::Number(n)) => *n,
        _ => rust_decimal::Decimal::ZERO,
    };
    let others = |n: usize| -> Vec<Setting> {
        let p = points.get(n).into_iter().flatten().enumerate();
        p.filter(|(i, _)| *i != axis).map(|(_, v)| v.setting.clone()).collect()
    };
    let mut order: Vec<(usize, Vec<Setting>)> = (0..points.len()).map(|n| (n, others(n))).collect();
    let mut lines: Vec<(Vec<Setting>, Vec<usize>)> = Vec::new();
    for (n, key) in order.drain(..) {
        match lines.iter_mut().find(|(k, _)| *k == key) {
            Some((_, list)) => list.push(n),
            None => lines.push((key, vec![n])),
        }
    }
    let moved = rig.targets.get(axis);
    let looks = if moved.is_none_or(|t| rig.is_compiled(t)) { 1 } else { LOOKS };
    let mut pairs: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (line, (_, list)) in lines.iter_mut().enumerate() {
        list.sort_by_key(|n| (number(*n), *n));
        list.dedup_by_key(|n| number(*n));
        let parts = (looks / list.len().saturating_sub(1).max(1)).max(1);
        for pair in list.windows(2) {
            let [a, b] = pair else { continue };
            let digest = |n: &usize| samples.get(*n).map(|s| s.digest);
            if parts > 1 || digest(a) != digest(b) {
                pairs.push((*a, *b, line, parts));
            }
        }
    }
    let bar = progress::bar(pairs.len(), "closing in");
    let shared = rig.targets.iter().all(|t| !rig.is_compiled(t));
    let by = if shared { points.first().and_then(|p| rig.by(p)) } else { None };
    let one = |(a, b, line, parts): (usize, usize, usize, usize)| -> Option<Vec<Found>> {
        let along = Along::new(rig, points.get(a)?, axis, by.clone())?;
        let mut found = turning::between(&along, number(a), number(b), parts)?;
        // where the points fall, so do the turns between them
        if b < a {
            found.reverse();
        }
        bar.inc(1);
        Some(found.into_iter().map(|(turn, at)| Found { after: a.min(b), line, turn, at }).collect())
    };
    let all: Option<Vec<Vec<Found>>> = pairs.into_par_iter().map(one).collect();
    bar.finish_and_clear();
    let mut all: Vec<Found> = all.ok_or_else(rig::too_large)?.into_iter().flatten().collect();
    all.sort_by_key(|f| (f.line, f.after));
    Ok(all)
}
