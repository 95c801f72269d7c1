//! What was run, what agreed, and what did not.

use crate::case::{Reached, Verdict};
use crate::compare::{Class, Difference};
use std::collections::BTreeMap;

/// A disagreement, the first of its sort.
pub(crate) struct Found {
    /// What was run.
    pub name: String,
    /// The difference.
    pub difference: Difference,
    /// How often the like came.
    pub times: usize,
}

/// The account of a run of this program.
#[derive(Default)]
pub(crate) struct Tally {
    /// Runs that agree, by what they are of.
    passed: BTreeMap<String, usize>,
    /// Runs that do not.
    pub failed_runs: usize,
    /// The sorts of differences.
    pub found: BTreeMap<(Class, String), Found>,
    reached: Reached,
    stops: usize,
    /// What could not be run.
    not_run: Vec<String>,
    not_compiled: usize,
    not_checked: usize,
    /// Whether every difference is told as it comes.
    pub verbose: bool,
    /// Sorts of differences that are known and not settled: runs in which nothing else differs are skipped.
    known: Vec<String>,
    skipped: usize,
}

/// The list of what is known.
const KNOWN: &str = include_str!("known.txt");

impl Tally {
    /// An account in which what is known and not settled does not count.
    pub(crate) fn lenient() -> Self {
        let known = KNOWN.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::to_owned).collect();
        Self { known, ..Self::default() }
    }

    /// A comparison; the first sort of difference in it that is new.
    pub(crate) fn add(&mut self, of: &str, name: &str, verdict: Verdict) -> Option<(Class, String)> {
        let r = verdict.reached;
        self.reached.records += r.records;
        self.reached.changes += r.changes;
        self.reached.refusals += r.refusals;
        self.reached.rejected += r.rejected;
        self.reached.rescissions += r.rescissions;
        self.reached.obligations += r.obligations;
        self.reached.effects += r.effects;
        self.reached.warnings += r.warnings;
        self.reached.breaches += r.breaches;
        self.stops += usize::from(r.stopped);
        let counts = |d: &&Difference| d.class.counts();
        let known = |d: &Difference| self.known.contains(&d.sort);
        if verdict.differences.iter().filter(counts).any(|d| !known(d)) {
            self.failed_runs += 1;
        } else if verdict.differences.iter().any(|d| counts(&d)) {
            self.skipped += 1;
        } else {
            *self.passed.entry(of.to_owned()).or_insert(0) += 1;
        }
        if self.verbose {
            verdict.differences.iter().for_each(|d| println!("{name}: {d}"));
        }
        let mut new = None;
        for d in verdict.differences {
            let key = (d.class, d.sort.clone());
            if !self.found.contains_key(&key) && new.is_none() {
                new = Some(key.clone());
            }
            let found = self.found.entry(key).or_insert_with(|| Found { name: name.to_owned(), difference: d, times: 0 });
            found.times += 1;
        }
        new
    }

    /// Something of the project that does not even check.
    pub(crate) fn failed(&mut self, name: &str, why: &str) {
        self.not_run.push(format!("{name}: {why}"));
    }

    /// Terms that do not check, as was to be expected of some.
    pub(crate) fn not_checked(&mut self) {
        self.not_checked += 1;
    }

    /// Terms that make no program.
    pub(crate) fn not_compiled(&mut self, name: &str, why: &str) {
        self.not_compiled += 1;
        if why.starts_with("panic") {
            self.failed(name, why);
        }
    }

    /// How many runs there were.
    pub(crate) fn runs(&self) -> usize {
        self.passed.values().sum::<usize>() + self.failed_runs + self.skipped
    }

    /// The account, and whether everything agrees.
    pub(crate) fn tell(&self) -> bool {
        for ((class, sort), found) in &self.found {
            println!("{} × {sort} ({class}), first in {}\n{}\n", found.times, found.name, found.difference);
        }
        for line in &self.not_run {
            println!("not run: {line}");
        }
        let r = &self.reached;
        println!("runs that agree: {:?}", self.passed);
        println!("terms that do not check: {}, that make no program: {}", self.not_checked, self.not_compiled);
        println!(
            "seen: {} records, {} changes, {} refusals, {} stops, {} set aside, {} rescissions, {} obligations, {} lines of effects, \
             {} warnings, {} broken covenants",
            r.records,
            r.changes,
            r.refusals,
            self.stops,
            r.rejected,
            r.rescissions,
            r.obligations,
            r.effects,
            r.warnings,
            r.breaches
        );
        for class in Class::ALL {
            let times: usize = self.found.iter().filter(|((c, _), _)| *c == class).map(|(_, f)| f.times).sum();
            if times > 0 {
                println!("differences of class {class}: {times}");
            }
        }
        let (passed, failed) = (self.passed.values().sum::<usize>(), self.failed_runs + self.not_run.len());
        println!("{passed} passed, {failed} failed, {} skipped", self.skipped);
        failed == 0
    }
}
