//! The ledger: every change of a figure that is shown, with where it came from. What changed alike for several entries
//! stands in one line.

use super::clauses::Links;
use super::{Ledger, Line, Side, many, plain};
use crate::engine::code::Program;
use crate::engine::run::{Change, Moment, Run, Status};
use crate::engine::table::entry;
use crate::report::document::change_words;
use crate::report::explain::{Asked, Derivations};
use crate::report::json::is_adjustment;
use crate::report::spot::Spot;
use crate::report::words::{Words, day};
use crate::terms::walk;
use crate::terms::{ExprKind, KindId, StateId, Terms};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many lines a ledger has at most.
const LINES: usize = 1000;
/// How many steps all derivations of a page have together, about.
const STEPS: usize = 40_000;

/// What a page will speak of, picked from a run.
#[derive(Debug, Clone, Default)]
pub struct Picked {
    /// The days on which something changed, and the last.
    pub days: Vec<i64>,
    /// The records whose changes will be derived.
    pub records: Vec<u32>,
    /// The records that will be spoken of.
    pub spoken_of: FxHashSet<u32>,
    adjustments: Vec<Group>,
    others: Vec<Group>,
    /// How many lines there were, before some were left out.
    counts: (usize, usize),
    /// The record asked for; none for all.
    record: Option<Spot>,
    /// Entries that were not asked for.
    unwanted: FxHashSet<i64>,
}

/// Changes that are alike: one of them, by its place in the run, and the rows of all.
#[derive(Debug, Clone, Default)]
struct Group {
    change: usize,
    rows: Vec<u32>,
}

/// Picks what a page will speak of.
#[must_use]
pub fn pick(terms: &Terms, program: &Program, run: &Run, asked: Asked<'_>) -> Picked {
    let mut out = Picked { record: asked.record, unwanted: unwanted(run, asked.entry), ..Picked::default() };
    let shown = states_shown(terms);
    let mut known: FxHashMap<String, (bool, usize)> = FxHashMap::default();
    for (n, c) in run.changes.iter().enumerate() {
        out.days.push(c.when.day);
        let Some(site) = program.sites.get(usize::from(c.site)) else { continue };
        let adjusts = is_adjustment(terms, program, c);
        if !adjusts && !shown.contains(&site.state) || asked.record.is_some_and(|r| !r.holds(c.when)) {
            continue;
        }
        if out.unwanted.contains(&number(site.of, c.row)) {
            continue;
        }
        let alike = format!("{} {} {:?} {} {} {:?} {}", c.when.at, c.site, c.clause, c.before, c.after, c.status, c.was_known);
        let list = if adjusts { &mut out.adjustments } else { &mut out.others };
        match known.get(&alike).filter(|(a, _)| *a == adjusts).and_then(|(_, at)| list.get_mut(*at)) {
            Some(group) => group.rows.push(c.row),
            None => {
                known.insert(alike, (adjusts, list.len()));
                list.push(Group { change: n, rows: vec![c.row] });
            }
        }
    }
    out.counts = (out.adjustments.len(), out.others.len());
    for list in [&mut out.adjustments, &mut out.others] {
        // the last are those that the figures lead to
        list.drain(..list.len().saturating_sub(LINES));
        let numbers = list.iter().filter_map(|g| run.changes.get(g.change)).map(|c| c.when.number);
        out.records.extend(numbers);
    }
    out.days.push(run.as_of);
    out.days.sort_unstable();
    out.days.dedup();
    out.records.sort_unstable();
    out.records.dedup();
    out.records.retain(|n| *n > 0);
    out.spoken_of = spoken_of(run);
    out.spoken_of.extend(&out.records);
    out.spoken_of.extend(asked.record.and_then(Spot::record));
    out
}

/// The records that a run speaks of besides its changes.
fn spoken_of(run: &Run) -> FxHashSet<u32> {
    let mut out: FxHashSet<u32> = run.refusals.iter().map(|r| r.when.number).collect();
    out.extend(run.owed.iter().map(|o| o.when.number));
    out.extend(run.breaches.iter().map(|b| b.when.number));
    out.extend(run.lines.iter().map(|l| l.when.number));
    out.extend(run.warnings.iter().map(|w| w.when.number));
    for r in &run.rescissions {
        out.insert(r.when.number);
        out.extend(r.annulled.iter().chain(&r.affected));
    }
    out
}

/// The entries of the kind of one by this key, but for itself.
fn unwanted(run: &Run, key: Option<&str>) -> FxHashSet<i64> {
    let mut out = FxHashSet::default();
    for (kind, keys) in run.keys.iter().enumerate() {
        let is = |k: &i64| *k >= 0 && key == Some(run.texts.whole(*k));
        if !keys.iter().any(is) {
            continue;
        }
        let others = keys.iter().enumerate().filter(|(_, k)| !is(k));
        out.extend(others.map(|(row, _)| entry(KindId::from(kind), u32::try_from(row).unwrap_or(u32::MAX))));
    }
    out
}

/// The states that reports show.
fn states_shown(terms: &Terms) -> FxHashSet<StateId> {
    let mut out = FxHashSet::default();
    for (_, e) in terms.reports.iter().flat_map(|r| &r.columns) {
        walk(e, &mut |e| {
            if let ExprKind::State { state, .. } | ExprKind::Pending { state, .. } = &e.kind {
                out.insert(*state);
            }
        });
    }
    out
}

impl Picked {
    /// Whether an entry is asked for.
    pub(super) fn wants(&self, row: i64) -> bool {
        !self.unwanted.contains(&row)
    }

    /// Whether what happened there is asked for.
    pub(super) fn tells(&self, when: Moment) -> bool {
        self.record.is_none_or(|r| r.holds(when))
    }

    /// The id of the line of a change, where the ledger has one.
    pub(super) fn id(&self, side: &Side<'_>, change: &Change) -> Option<String> {
        let same = |(_, c, rows): &(String, &Change, &[u32])| {
            (c.when, c.site, c.before, c.after, c.status)
                == (change.when, change.site, change.before, change.after, change.status)
                && rows.contains(&change.row)
        };
        self.lines(side.run, side.prefix).find(same).map(|(id, ..)| id)
    }

    /// All lines: the id, the change, the rows it changed.
    pub(super) fn lines<'p>(&'p self, run: &'p Run, prefix: &'p str) -> impl Iterator<Item = (String, &'p Change, &'p [u32])> {
        let of = |list: &'p [Group], letter: &'static str| {
            list.iter().enumerate().filter_map(move |(n, g)| {
                Some((format!("{prefix}{letter}{}", n + 1), run.changes.get(g.change)?, g.rows.as_slice()))
            })
        };
        of(&self.adjustments, "a").chain(of(&self.others, "c"))
    }

    /// The ids of the lines that changed a state of an entry, each with its change, in order.
    pub(super) fn of(&self, side: &Side<'_>, state: StateId, row: i64) -> Vec<(String, Change)> {
        let mut out: Vec<(String, Change)> = Vec::new();
        for (id, c, rows) in self.lines(side.run, side.prefix) {
            let Some(site) = side.program.sites.get(usize::from(c.site)).filter(|s| s.state == state) else { continue };
            if rows.iter().any(|r| number(site.of, *r) == row) {
                out.push((id, *c));
            }
        }
        out.sort_by_key(|(_, c)| c.when);
        out
    }
}

/// The number of an entry; −1 for the issuer.
pub(super) fn number(kind: Option<KindId>, row: u32) -> i64 {
    kind.map_or(-1, |k| entry(k, row))
}

/// The adjustments, and the other changes.
pub(super) fn ledgers(side: &Side<'_>, links: &Links<'_>, derivations: Option<&Derivations<'_>>) -> (Ledger, Ledger) {
    let mut left = STEPS;
    let (adjustments, others) = (side.picked.adjustments.len(), side.picked.others.len());
    let mut lines = side.picked.lines(side.run, side.prefix);
    let mut take = |count: usize, of: usize, what: &str| {
        let rows: Vec<Line> = lines
            .by_ref()
            .take(count)
            .filter_map(|(id, c, rows)| line(side, links, derivations, &mut left, (id, c, rows)))
            .collect();
        let note = if of > count {
            format!(
                "The last {} of {} {what} are shown here; --format csv and --format json have all of them.",
                many(count),
                many(of)
            )
        } else {
            String::new()
        };
        Ledger { rows, note }
    };
    (take(adjustments, side.picked.counts.0, "adjustments"), take(others, side.picked.counts.1, "changes"))
}

fn line(
    side: &Side<'_>,
    links: &Links<'_>,
    derivations: Option<&Derivations<'_>>,
    left: &mut usize,
    (id, c, rows): (String, &Change, &[u32]),
) -> Option<Line> {
    let words = side.words();
    let site = side.program.sites.get(usize::from(c.site))?;
    let w = change_words(side.terms, side.program, &words, c)?;
    let derivation = derivations.filter(|_| *left > 0).map_or_else(Vec::new, |d| d.of(c));
    let derivation: Vec<_> = derivation.iter().map(|s| links.unfolded(s)).collect();
    *left = left.saturating_sub(derivation.iter().map(size).sum());
    Some(Line {
        id,
        record: links.record(c.when.number),
        event: side.records.get(&c.when.number).map_or_else(String::new, |r| r.name.clone()),
        date: day(c.when.day),
        of: entries(&words, site.of, rows),
        clause: links.clause(c.clause),
        rule: side.terms.rules.get(site.rule.at()).map_or_else(String::new, |r| plain(&r.name)),
        state: plain(&w.state),
        before: w.before,
        after: w.after,
        status: w.status,
        derivation,
    })
}

fn size(step: &super::Unfolded) -> usize {
    1 + step.parts.iter().map(size).sum::<usize>()
}

/// The entries of a line: the first by name, and how many more.
fn entries(words: &Words<'_>, kind: Option<KindId>, rows: &[u32]) -> String {
    let names = |count: usize| {
        let all = rows.iter().take(count).map(|r| kind.map_or_else(String::new, |k| words.entry(entry(k, *r))));
        all.collect::<Vec<_>>().join(", ")
    };
    if rows.len() <= 3 { names(3) } else { format!("{} and {} others", names(1), many(rows.len() - 1)) }
}

/// Whether a change is one of what stands, and not of what waits.
pub(super) fn stands(program: &Program, c: &Change) -> bool {
    c.status == Status::InForce && program.sites.get(usize::from(c.site)).is_some_and(|s| !s.pending)
}
