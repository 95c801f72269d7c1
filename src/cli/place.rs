//! The place of a stream that a command is asked about: a record, or a day on which rules at moments did something.

use super::{End, Outcome, diagnose, events};
use crate::engine::code::Program;
use crate::engine::run::{Change, Moment, Run};
use crate::report::change_words;
use crate::report::json::is_adjustment;
use crate::report::spot::Spot;
use crate::report::words::{Words, day};
use crate::terms::Terms;
use clap::Args;

/// A record, or a day.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Place {
    /// A record, by its number in the stream
    #[arg(long, value_name = "N")]
    pub event: Option<u32>,
    /// A day on which something changed without a record: by a rule at a moment, such as the end of a period
    #[arg(long, value_name = "DAY", conflicts_with = "event")]
    pub at: Option<String>,
}

impl Place {
    /// What is asked for; none where nothing is.
    pub(super) fn spot(&self) -> Result<Option<Spot>, End> {
        let day = events::date(self.at.as_deref(), "--at")?;
        Ok(self.event.map(Spot::Record).or(day.map(Spot::Day)))
    }
}

/// How many places are named in a message.
const NAMED: usize = 8;

/// Refuses a day on which no rule at a moment changed or refused anything.
pub(super) fn is_there(t: &Terms, program: &Program, run: &Run, spot: Spot) -> Outcome {
    let Spot::Day(n) = spot else { return Ok(()) };
    let mut all = run.changes.iter().flat_map(|c| [Some(c.when), c.made]).flatten().chain(run.refusals.iter().map(|r| r.when));
    if all.any(|when| spot.holds(when)) {
        return Ok(());
    }
    let text = format!("no rule at a moment changes anything on {}", day(n));
    let help = if n > run.as_of && run.stopped.is_none() {
        format!("the run stands at {}; where no record is to come before it, add `--as-of {}`", day(run.as_of), day(n))
    } else {
        options(t, program, run, |when| when.number == 0 || when.day == n)
    };
    diagnose::message("usage::at", &text, &help);
    Err(End::Usage)
}

/// What may be asked for instead: the records and the days that adjust something, or else that change something.
pub(super) fn options(t: &Terms, program: &Program, run: &Run, among: impl Fn(Moment) -> bool) -> String {
    let adjusting = |c: &&Change| is_adjustment(t, program, c);
    for only in [true, false] {
        let places = places(run.changes.iter().filter(|c| !only || adjusting(c)).filter(|c| among(c.when)));
        if !places.is_empty() {
            let named: Vec<String> = places.iter().take(NAMED).map(|p| option(t, program, p)).collect();
            let more = places.len().saturating_sub(NAMED);
            let more = if more == 0 { String::new() } else { format!(", and {more} more") };
            let what = if only { "these adjust something" } else { "these change something" };
            return format!("{what}: {}{more}", named.join(", "));
        }
    }
    "nothing is adjusted in this stream".to_owned()
}

/// The first change of each place, in order.
fn places<'c>(changes: impl Iterator<Item = &'c Change>) -> Vec<&'c Change> {
    let mut out: Vec<&Change> = Vec::new();
    for c in changes {
        let same = |p: &&Change| p.when.number == c.when.number && (c.when.number != 0 || p.when.day == c.when.day);
        if !out.last().is_some_and(same) && !out.iter().any(same) {
            out.push(c);
        }
    }
    out
}

/// `--event 6` (2006-01-10, the_rule)
fn option(t: &Terms, program: &Program, c: &Change) -> String {
    let rule = program.sites.get(usize::from(c.site)).and_then(|s| t.rules.get(s.rule.at())).map_or("", |r| r.name.as_str());
    match c.when.number {
        0 => format!("`--at {}` ({rule})", day(c.when.day)),
        n => format!("`--event {n}` ({}, {rule})", day(c.when.day)),
    }
}

/// What rules at moments adjust after a record, and before another record adjusts anything: it is in no record's certificate.
pub(super) fn later(t: &Terms, program: &Program, run: &Run, record: u32) -> Vec<String> {
    let words = Words { terms: t, texts: &run.texts, keys: &run.keys };
    let Some(at) = run.changes.iter().filter(|c| c.when.number == record).map(|c| c.when.at).max() else { return Vec::new() };
    let adjusting = || run.changes.iter().filter(|c| is_adjustment(t, program, c) && c.when.at > at);
    let next = adjusting().filter(|c| c.when.number != 0).map(|c| c.when.at).min().unwrap_or(u32::MAX);
    let moments = || adjusting().filter(|c| c.when.number == 0 && c.when.at <= next);
    let told = |first: &&Change| {
        let of_day = moments().filter(|c| c.when.day == first.when.day).filter_map(|c| change_words(t, program, &words, c));
        let told: Vec<String> = of_day.take(NAMED).map(|w| w.sentence()).collect();
        format!("`--at {}`: {}", day(first.when.day), told.join("; "))
    };
    places(moments()).iter().take(NAMED).map(told).collect()
}
