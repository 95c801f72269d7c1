//! Names of cells, for formulas of one's own: `price_before_6`, `number_W_1_at_end`.

use super::Source;
use super::ledger::Entry;
use super::page::letters;
use super::sheets::{AFTER, BEFORE, Places, quoted};
use crate::engine::code::Site;
use crate::engine::run::{Change, Status};
use crate::engine::table::entry;
use crate::report::words::{Words, day};
use crate::terms::StateId;
use rustc_hash::{FxHashMap, FxHashSet};

/// The most names of a sheet: Excel gets slow with more.
const MOST: usize = 5_000;

/// Names of cells, each given once: Excel does not tell capitals from small letters.
#[derive(Default)]
pub(super) struct Names {
    taken: FxHashSet<String>,
    /// Names, and the cells they are of.
    pub all: Vec<(String, String)>,
}

impl Names {
    /// Gives a cell a name, where nothing has it yet.
    pub(super) fn give(&mut self, parts: &[&str], sheet: &str, column: usize, row: usize) -> bool {
        let name = named(parts);
        let free = self.all.len() < MOST && self.taken.insert(name.to_lowercase());
        if free {
            self.all.push((name, format!("={}!${}${row}", quoted(sheet), letters(column))));
        }
        free
    }
}

/// A name as Excel takes it: letters, digits and underscores, and no cell.
fn named(parts: &[&str]) -> String {
    let one = |part: &str| part.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect::<String>();
    let name = parts.iter().filter(|p| !p.is_empty()).map(|p| one(p)).collect::<Vec<_>>().join("_");
    if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') { name } else { format!("_{name}") }
}

/// Names for the values of the ledger before and after each record, and each day on which rules at moments changed them.
pub(super) fn of_ledger(s: &Source<'_>, entries: &[Entry], places: &Places, mark: &str) -> Vec<(String, String)> {
    let words = Words { terms: s.terms, texts: &s.run.texts, keys: &s.run.keys };
    let mut rows: FxHashMap<StateId, FxHashSet<u32>> = FxHashMap::default();
    let all: Vec<_> = entries
        .iter()
        .filter_map(|e| {
            let c = s.run.changes.get(e.change)?;
            let site = s.program.sites.get(usize::from(c.site))?;
            (c.status == Status::InForce && !site.pending).then_some((c, site, places.row(e.change)?))
        })
        .collect();
    all.iter().for_each(|(c, site, _)| {
        rows.entry(site.state).or_default().insert(c.row);
    });
    let mut names = Names::default();
    // what a place changes twice is named for its first value before, and its last after
    let mut give = |(c, site, row): &(&Change, &Site, usize), when: &str, column| {
        let state = s.terms.states.get(site.state.at()).map_or("", |d| d.name.as_str());
        let several = rows.get(&site.state).is_some_and(|r| r.len() > 1);
        let of = site.of.filter(|_| several).map_or_else(String::new, |k| words.entry(entry(k, c.row)));
        let place = if c.when.number == 0 { day(c.when.day) } else { c.when.number.to_string() };
        names.give(&[state, &of, when, &place, mark.trim()], &places.ledger, column, *row);
    };
    all.iter().filter(|(c, ..)| c.was_known).for_each(|x| give(x, "before", BEFORE));
    all.iter().rev().for_each(|x| give(x, "after", AFTER));
    names.all
}
