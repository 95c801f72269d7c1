//! Random runs, one after the other; what disagrees is made small and written down.

use crate::case::{Records, Sides};
use crate::cover::Cover;
use crate::dice::Dice;
use crate::files;
use crate::mutants;
use crate::shrink::{self, Sort, Whole, of_sort};
use crate::streams::{self, Draft, Library, Pool};
use crate::tally::Tally;
use crate::tree;
use crate::write;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tenor::terms::Terms;

/// A terms file with what its streams are made of.
pub(crate) struct Ground {
    /// Its name.
    pub name: String,
    /// The terms.
    pub terms: Terms,
    /// Numbers, days and words.
    pub pool: Pool,
}

/// Terms files, and the records of the examples of all; `few` leaves out the records of others.
pub(crate) fn grounds(wanted: &dyn Fn(&str) -> bool, few: bool) -> (Vec<Ground>, Library) {
    let mut library = Library::default();
    let mut out = Vec::new();
    for path in files::all(&["terms", "tests/language"], "terms") {
        let name = files::short(&path);
        if few && !wanted(&name) {
            continue;
        }
        let Some(terms) = files::load(&path).ok().filter(|t| !t.library) else { continue };
        library.add(&terms);
        if wanted(&name) {
            let pool = Pool::new(&terms, streams::beginnings(&path, &terms));
            out.push(Ground { name, terms, pool });
        }
    }
    (out, library)
}

/// How a hunt goes.
pub(crate) struct Hunt {
    /// Ends then.
    pub until: Option<Instant>,
    /// Where disagreements are written; none where they are not made small.
    pub folder: Option<PathBuf>,
    /// How long one is made smaller.
    pub budget: Duration,
}

impl Hunt {
    /// Whether there is time left.
    pub(crate) fn goes_on(&self) -> bool {
        self.until.is_none_or(|t| Instant::now() < t)
    }

    /// Random streams for terms files.
    pub(crate) fn streams(&self, tally: &mut Tally, grounds: &[Ground], library: &Library, seed: u64, count: u64) {
        let mut cache: HashMap<(usize, Vec<u32>), Option<Sides<'_>>> = HashMap::new();
        let each = u64::try_from(grounds.len()).unwrap_or(1).max(1);
        for n in 0..count {
            let Some(ground) = grounds.get(usize::try_from(n % each).unwrap_or(0)).filter(|_| self.goes_on()) else { break };
            let own = seed.wrapping_mul(1_000_003).wrapping_add(n);
            let mut dice = Dice::new(own);
            let readings = streams::readings(&ground.terms, &mut dice);
            let at = usize::try_from(n % each).unwrap_or(0);
            if cache.len() > 400 {
                cache.clear();
            }
            let sides = cache.entry((at, readings.clone())).or_insert_with(|| Sides::new(&ground.terms, &readings, &[]).ok());
            let Some(sides) = sides else {
                tally.not_compiled(&ground.name, "");
                continue;
            };
            let draft = streams::draft(sides, &ground.pool, library, &mut dice);
            let name = format!("{}, seed {seed}, stream {n}", ground.name);
            self.one(tally, "streams", &name, sides, draft);
        }
    }

    /// Terms with one thing changed, and a few streams for each.
    pub(crate) fn mutants(&self, tally: &mut Tally, grounds: &[Ground], library: &Library, seed: u64, count: u64) {
        let flats: Vec<_> = grounds.iter().map(|g| tree::flat(&g.terms)).collect();
        let each = u64::try_from(grounds.len()).unwrap_or(1).max(1);
        for n in 0..count {
            let at = usize::try_from(n % each).unwrap_or(0);
            let (Some(ground), Some(flat)) = (grounds.get(at), flats.get(at)) else { break };
            if !self.goes_on() {
                break;
            }
            let mut dice = Dice::new(seed.wrapping_mul(1_000_033).wrapping_add(n));
            let mut items = flat.clone();
            let Some(what) = mutants::mutate(&mut items, &mut dice) else { continue };
            let name = format!("{}, seed {seed}, mutant {n} ({what})", ground.name);
            let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| tree::check(&items)));
            let Ok(checked) = checked else {
                tally.failed(&name, &format!("the checker panics: {}", crate::case::last_panic()));
                continue;
            };
            let Ok(terms) = checked else {
                tally.not_checked();
                continue;
            };
            let readings = streams::readings(&terms, &mut dice);
            let sides = match Sides::new(&terms, &readings, &[]) {
                Ok(sides) => sides,
                Err(e) => {
                    tally.not_compiled(&name, &e);
                    continue;
                }
            };
            for _ in 0..4 {
                let draft = streams::draft(&sides, &ground.pool, library, &mut dice);
                self.one(tally, "mutants", &name, &sides, draft);
            }
        }
    }

    /// Random terms.
    pub(crate) fn terms(&self, tally: &mut Tally, cover: &mut Cover, seed: u64, count: u64) {
        for n in 0..count {
            if !self.goes_on() {
                break;
            }
            let drawn = crate::draft::draft(seed.wrapping_mul(1_000_037).wrapping_add(n));
            let name = format!("random terms, seed {seed}, number {n}");
            let terms = match files::checked(&tree::place(), &drawn.terms) {
                Ok(terms) => terms,
                Err(_) => {
                    tally.not_checked();
                    continue;
                }
            };
            cover.add(&drawn.covered);
            let mut dice = Dice::new(n);
            let readings = streams::readings(&terms, &mut dice);
            let sides = match Sides::new(&terms, &readings, &[]) {
                Ok(sides) => sides,
                Err(e) => {
                    tally.not_compiled(&name, &e);
                    continue;
                }
            };
            let lines: Vec<streams::Line> = drawn.stream.iter().filter_map(|l| serde_json::from_str(l).ok()).collect();
            let how = crate::case::Asked { keep_going: dice.chance(50), ..crate::case::Asked::default() };
            self.one(tally, "random terms", &name, &sides, Draft { lines: lines.clone(), how });
            // and streams that are drawn as for any other terms
            let pool = Pool::new(&terms, vec![lines]);
            for _ in 0..2 {
                let draft = streams::draft(&sides, &pool, &Library::default(), &mut dice);
                self.one(tally, "random terms", &name, &sides, draft);
            }
        }
    }

    /// One run; what is new of a disagreement is made small and written.
    pub(crate) fn one(&self, tally: &mut Tally, of: &str, name: &str, sides: &Sides<'_>, draft: Draft) {
        let records = Records::of_lines(sides.terms, &draft.texts());
        let verdict = sides.compare(&records, draft.how);
        let new = tally.add(of, name, verdict);
        if let (Some(sort), Some(folder)) = (new, &self.folder) {
            self.write(name, sides, draft, &sort, folder);
        }
    }

    fn write(&self, name: &str, sides: &Sides<'_>, draft: Draft, sort: &Sort, folder: &std::path::Path) {
        let draft = shrink::stream(sides, draft, sort, Instant::now() + self.budget);
        let given = shrink::given(sides.terms, &sides.readings);
        let whole = Whole { items: tree::flat(sides.terms), draft: draft.clone(), given };
        let (text, small) = if shrink::whole_shows(&whole, sort) {
            let whole = shrink::whole(whole, sort, self.budget);
            (write::file(&whole, sort, name), true)
        } else {
            (None, false)
        };
        let text = text.unwrap_or_else(|| {
            let again = sides.compare(&Records::of_lines(sides.terms, &draft.texts()), draft.how);
            let found = of_sort(again.differences, sort).map(|d| d.to_string()).unwrap_or_default();
            let given = shrink::given(sides.terms, &sides.readings);
            format!("# {name}\n# {sort:?}\n# {given:?}\n# {:?}\n{found}\n{}\n", draft.how, draft.texts().join("\n"))
        });
        let count = std::fs::read_dir(folder).map_or(0, Iterator::count);
        let ending = if small { "terms" } else { "txt" };
        let path = folder.join(format!("{count:03}-{}.{ending}", sort.0));
        println!("new: {} × {} in {name}: {}", sort.0, sort.1, path.display());
        if let Err(e) = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)) {
            println!("{}: {e}", path.display());
        }
    }
}
