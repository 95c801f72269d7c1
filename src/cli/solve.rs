//! `tenor solve`

use super::amount::amount;
use super::args::{Format, Stream};
use super::inputs::Inputs;
use super::rig::{self, Rig};
use super::shown::{Result, Tabled};
use super::turning::{Along, steps};
use super::vary::{self, Target, Value, What};
use super::{End, Outcome, added, diagnose, progress, records, terms};
use crate::report::ending::Ending;
use crate::report::figure::{Figure, same};
use crate::report::solve::{self as report, Answer, Jump, Piece, Solved};
use crate::report::sweep::{Crossing, Digits, Exactly, Tried, sign};
use crate::terms::{ExprKind, Terms};
use clap::Args;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator, ParallelSlice};
use rust_decimal::Decimal;

/// `tenor solve`
#[derive(Debug, Args)]
#[command(
    after_help = "The figure is written as reports show it: `price of W-1`, `outstanding`, a name given by `--show`. All values of the input that lead to it are found, exactly: as a fraction where they are one, as an interval where many do.

Exit code 1: no value leads to it.

Examples:
  tenor solve warrant.terms events.jsonl --for 'price of W-1 = 2.00' --by 'issuance[1].price'
  tenor solve warrant.terms events.jsonl --for 'number of W-1 = 105,000 shares' \\
    --by '#8.per_share' --within 0.01..1"
)]
pub(crate) struct Solve {
    #[command(flatten)]
    pub stream: Stream,
    /// What should come out
    #[arg(long = "for", value_name = "FIGURE=VALUE")]
    pub wanted: String,
    /// What may be changed for it: a field of a record, or a constant of the terms
    #[arg(long, value_name = "TARGET")]
    pub by: String,
    /// The values to look at; without it, from 0 to ten times the value there is
    #[arg(long, value_name = "FROM..TO")]
    pub within: Option<String>,
    /// A further figure: its name, the kind of entry or the report it belongs to, and its formula
    #[arg(long, value_name = "NAME of KIND: FORMULA")]
    pub show: Vec<String>,
    /// How the result is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: Format,
    #[command(flatten)]
    pub to: Tabled,
}

/// How many steps the values are looked at in, before closing in; and where each needs a program of its own.
const STEPS: (i64, i64) = (100, 40);

/// Finds the values of an input that lead to a figure.
pub(super) fn solve(args: &Solve) -> Outcome {
    args.to.only_for_tables(args.format == Format::Csv)?;
    let files = Inputs::default();
    let t = added::load_by(&args.stream.terms, &args.show, &files)?;
    files.keep(args.to.file(), "--output", &[&args.stream.events])?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let records = records::read(&args.stream, &t, &files)?;
    let target = vary::target(&args.by, &t, &records)?;
    let Some(ty) = target.input.ty.clone() else {
        return vary::wrong(&format!("`{}` is no number", target.input.name), "solve by a number, or compare the readings");
    };
    if let Some(problem) = &records.bad {
        let place = format!("{}: record {}", args.stream.events.display(), problem.place.number);
        diagnose::message(problem.what.id(), &format!("{place}: {}", problem.what), &problem.what.help());
        return Err(End::Data);
    }
    let stands = stands(&target, &t, &records);
    let within = within(args.within.as_deref(), stands, &ty, &target.input.name)?;
    let mut rig = Rig::new(t, readings, records, vec![target]);
    rig.open(&[vec![Value::number(within.0)], vec![Value::number(within.1)]]);
    let pool = rig::pool()?;
    let out = pool.install(|| found(args, &rig, within, stands))?;
    let asked = [format!("for {}", args.wanted), format!("by {}", args.by)].into_iter();
    let options = asked.chain(args.show.iter().map(|s| format!("figure {s}"))).collect();
    let mut receipt = files.receipt(&[&args.stream.terms], Some(rig.terms()), &args.stream.taking, options);
    receipt.readings = rig.readings();
    let result = Result { schema: "solve", ending: &Ending::default(), receipt: &receipt };
    result.write(args.format.into(), &args.to, || report::document(&out, Digits::Short), || report::json(&out))?;
    if out.answers.is_empty() { Err(End::Failed) } else { Ok(()) }
}

/// The value an input has in the stream or in the terms.
fn stands(target: &Target, t: &Terms, records: &records::Records) -> Option<Decimal> {
    match target.what {
        What::Field { at, spot, .. } => records.all.get(at).and_then(|(head, batch)| batch.number(head, spot)),
        What::Constant(id) => match t.defs.get(id.at()).map(|d| &d.body.value.kind) {
            Some(ExprKind::Number(n)) => Some(*n),
            _ => None,
        },
        What::Reading(_) => None,
    }
}

fn within(
    text: Option<&str>,
    stands: Option<Decimal>,
    ty: &crate::terms::Type,
    name: &str,
) -> std::result::Result<(Decimal, Decimal), End> {
    let wrong = |text: &str, help: &str| -> std::result::Result<(Decimal, Decimal), End> {
        diagnose::message("usage::within", text, help);
        Err(End::Usage)
    };
    let Some(text) = text else {
        let ten = stands.and_then(|n| n.checked_mul(Decimal::TEN)).filter(|n| !n.is_zero());
        return match ten {
            Some(n) => Ok((n.min(Decimal::ZERO), n.max(Decimal::ZERO))),
            None => wrong(&format!("`{name}` has no value to begin from"), "say which values to look at: `--within 0.01..10`"),
        };
    };
    let help = "write two numbers, the lower first: `--within 0.01..10`";
    let Some((from, to)) = text.split_once("..") else { return wrong(&format!("`{text}` is no range"), help) };
    match (amount(from, ty), amount(to, ty)) {
        (Ok(from), Ok(to)) if from < to => Ok((from, to)),
        (Err(why), _) | (_, Err(why)) => wrong(&why, help),
        _ => wrong(&format!("`{text}` is an empty range"), help),
    }
}

/// The figure of `--for`, among those a run shows.
fn figure(text: &str, all: &[Figure]) -> std::result::Result<(Figure, Decimal), End> {
    let wrong = |text: &str, help: &str| {
        diagnose::message("usage::for", text, help);
        Err(End::Usage)
    };
    let Some((left, right)) = text.rsplit_once('=') else {
        return wrong(&format!("`{text}` wants nothing"), "write a figure and its value: `--for 'price of W-1 = 2.00'`");
    };
    let left = left.trim().replace('_', " ");
    let names = |f: &Figure| f.name.sentence();
    let Some(found) = all.iter().find(|f| names(f).replace('_', " ") == left) else {
        let known: Vec<String> = all.iter().map(names).collect();
        let help = crate::check::nearest(&left, known.iter().map(String::as_str))
            .map_or_else(|| format!("it shows {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
        return wrong(&format!("the result shows no `{left}`"), &help);
    };
    match amount(right, &found.ty) {
        Ok(n) => Ok((found.clone(), n)),
        Err(why) => wrong(&why, "write the value as a number, such as `2.00` or `$2.00/share`"),
    }
}

fn found(args: &Solve, rig: &Rig, within: (Decimal, Decimal), stands: Option<Decimal>) -> std::result::Result<Solved, End> {
    let input = rig.targets.first().map(|t| t.input.clone()).ok_or(End::Software)?;
    let along = Along::new(rig, &[Value::number(within.0)], 0, None).ok_or_else(rig::too_large)?;
    let compiled = rig.targets.iter().any(|t| rig.is_compiled(t));
    let mut grid: Vec<Decimal> = steps(within, if compiled { STEPS.1 } else { STEPS.0 }, input.ty.as_ref());
    grid.extend(stands.filter(|n| within.0 < *n && *n < within.1));
    grid.sort();
    grid.dedup();
    let bar = progress::bar(grid.len() * 2, "solving");
    let one = |n: &Decimal| {
        bar.inc(1);
        along.at(*n)
    };
    let tried: Option<Vec<Tried>> = grid.par_iter().map(one).collect();
    let tried = tried.ok_or_else(rig::too_large)?;
    let mut shown: Vec<Figure> = Vec::new();
    for f in tried.iter().flat_map(|t| &t.figures) {
        if shown.iter().all(|s| s.name != f.name) {
            shown.push(f.clone());
        }
    }
    let (figure, value) = figure(&args.wanted, &shown)?;
    let target = (figure.name.clone(), value);
    let close = |pair: &[Tried]| {
        bar.inc(1);
        if let [a, b] = pair { along.crossings(a, b, Some(&target)) } else { Vec::new() }
    };
    let all: Vec<Vec<Crossing>> = tried.par_windows(2).map(close).collect();
    bar.finish_and_clear();
    let crossings: Vec<Crossing> = all.into_iter().flatten().collect();
    let mut out = Solved {
        title: rig.terms().title.clone(),
        currency: rig.terms().currency.clone(),
        figure: figure.name,
        ty: figure.ty,
        places: figure.places,
        value,
        input,
        within,
        stands: stands.map(|n| (n, along.at(n).and_then(|t| t.figure(&target.0)))),
        answers: Vec::new(),
        pieces: Vec::new(),
        jumps: Vec::new(),
        turns: Vec::new(),
        nearest: None,
    };
    let (Some(first), Some(last)) = (tried.first(), tried.last()) else { return Ok(out) };
    let mut way = Way { along: &along, target, out: &mut out };
    way.walk(first, &crossings, last);
    if out.answers.is_empty() {
        let ends = tried.iter().chain(crossings.iter().flat_map(|c| [&c.low, &c.high]));
        let off = |t: &Tried| t.figure(&out.figure).and_then(|n| Some((n.checked_sub(value)?.abs(), t.at, n)));
        out.nearest = ends.filter_map(off).min().map(|(_, at, n)| (at, n));
    }
    Ok(out)
}

/// The way of the figure, from the least value of the input to the greatest.
struct Way<'w, 'r> {
    along: &'w Along<'r>,
    target: (crate::report::figure::Name, Decimal),
    out: &'w mut Solved,
}

impl Way<'_, '_> {
    fn walk(&mut self, first: &Tried, crossings: &[Crossing], last: &Tried) {
        let edge = |t: &Tried| (Exactly::of(t.at, t.at), Some(true));
        let mut from = (edge(first), first);
        let mut piece = (from.0.0, first.figure(&self.target.0));
        for c in crossings {
            let (turn, here) = self.along.turn(c, Some(&self.target));
            let at = turn.at;
            let there = here.as_ref().map(|h| sign(h, &self.target) == Some(1));
            self.segment(from, ((at, there), &c.low));
            self.crossing(c, at, here.as_ref());
            if !turn.told.is_empty() {
                // at the point itself, where the way goes on without a jump
                let name = self.target.0.clone();
                let near = |side: &Tried| {
                    let there = here.as_ref().and_then(|h| h.figure(&name));
                    if close(there, side.figure(&name)) { there } else { side.figure(&name) }
                };
                self.out.pieces.push(Piece { from: piece.0, to: at, first: piece.1, last: near(&c.low) });
                piece = (at, near(&c.high));
                self.out.turns.push(turn);
            }
            from = ((at, there), &c.high);
        }
        self.segment(from, (edge(last), last));
        let end = last.figure(&self.target.0);
        self.out.pieces.push(Piece { from: piece.0, to: edge(last).0, first: piece.1, last: end });
    }

    /// Between two crossings: an interval of answers where the figure is the value at both ends.
    fn segment(&mut self, (from, a): ((Exactly, Option<bool>), &Tried), (to, b): ((Exactly, Option<bool>), &Tried)) {
        let is = |t: &Tried| sign(t, &self.target) == Some(1);
        if !is(a) || !is(b) {
            return;
        }
        // hit by a point that was tried, and by none beside it
        let answer = if from.0 == to.0 || a.at == b.at {
            let at = Exactly::of(a.at, b.at);
            let known = |x: &Answer| match x {
                Answer::Point(p, _) => *p == at,
                Answer::Interval(from, to) => from.0 == at || to.0 == at,
            };
            if self.out.answers.iter().any(known) {
                return;
            }
            Answer::Point(at, a.figure(&self.target.0))
        } else {
            Answer::Interval(from, to)
        };
        // two intervals that meet are one
        if let (Answer::Interval(..), Some(Answer::Interval(_, end))) = (&answer, self.out.answers.last_mut())
            && end.0 == from.0
            && from.1 != Some(false)
        {
            *end = to;
            return;
        }
        self.out.answers.push(answer);
    }

    /// A point at which the figure goes from one side of the value to the other.
    fn crossing(&mut self, c: &Crossing, at: Exactly, here: Option<&Tried>) {
        let sides = (sign(&c.low, &self.target), sign(&c.high, &self.target));
        if !matches!(sides, (Some(0), Some(2)) | (Some(2), Some(0))) {
            return;
        }
        let (name, value) = (&self.target.0, self.target.1);
        let (Some(low), Some(high)) = (c.low.figure(name), c.high.figure(name)) else { return };
        let reached = here.and_then(|h| h.figure(name));
        if close(Some(low), Some(high)) || same(reached, Some(value)) {
            self.out.answers.push(Answer::Point(at, reached));
        } else {
            self.out.jumps.push(Jump { at, low, high });
        }
    }
}

/// Whether two values of a figure on both sides of a point are one but for how near the sides are to each other.
fn close(a: Option<Decimal>, b: Option<Decimal>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    let tiny = a.abs().max(b.abs()).checked_mul(Decimal::new(1, 12)).unwrap_or_default();
    a.checked_sub(b).is_some_and(|d| d.abs() <= tiny)
}
