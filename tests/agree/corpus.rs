//! What the project has: scenarios, examples, and the blocks of its documentation, each both ways.

use crate::case::{Asked, Records, Sides};
use crate::files;
use crate::tally::Tally;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use tenor::event::{Format, day_number};
use tenor::reckon::Reckoner;
use tenor::terms::{Body, Example, Expectation, Expr, Terms};

/// How much of it is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    /// One of so many examples and scenarios.
    pub of: usize,
    /// Whether each is run under every other alternative of each reading.
    pub each_reading: bool,
}

/// Everything; `wanted` says by its name whether something is run.
pub(crate) fn run(tally: &mut Tally, wanted: &dyn Fn(&str) -> bool, share: Share) {
    let each_reading = share.each_reading;
    let mut count = 0;
    let mut drawn = move || {
        count += 1;
        count % share.of == 0
    };
    for path in files::all(&["terms", "tests/language"], "terms").into_iter().filter(|p| wanted(&files::short(p))) {
        if !drawn() {
            continue;
        }
        match files::load(&path) {
            Ok(terms) if !terms.library => examples(tally, &files::short(&path), &terms, each_reading),
            Ok(_) => {}
            Err(e) => tally.failed(&files::short(&path), &e),
        }
    }
    // the blocks of the pages stand beside the terms
    for (name, text) in fences().into_iter().filter(|(n, _)| wanted(n)) {
        if drawn()
            && let Ok(terms) = files::checked(&files::root().join("terms/block.terms"), &text)
            && !terms.library
        {
            examples(tally, &name, &terms, each_reading);
        }
    }
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(files::root().join("tests/scenario")).into_iter().flatten().flatten().map(|e| e.path()).collect();
    folders.sort();
    let mut loaded = Loaded::new();
    for folder in folders.into_iter().filter(|p| p.is_dir() && wanted(&files::short(p))) {
        if !drawn() {
            continue;
        }
        if let Err(e) = scenario(tally, &folder, &mut loaded) {
            tally.failed(&files::short(&folder), &e);
        }
    }
}

/// The examples of terms, each as a whole and up to each expectation.
pub(crate) fn examples(tally: &mut Tally, name: &str, terms: &Terms, each_reading: bool) {
    for example in &terms.examples {
        let mut given = Reckoner::defaults(terms);
        for choice in &example.given {
            if let Some(slot) = given.get_mut(choice.reading.at()) {
                *slot = choice.alternative;
            }
        }
        let asked: Vec<&Body<Expr>> = expectations(example);
        let name = format!("{name}, {}", example.title);
        let records = Records::of_example(terms, example);
        for (n, readings) in choices(terms, &given).into_iter().enumerate() {
            if n > 0 && !each_reading {
                break;
            }
            let sides = match Sides::new(terms, &readings, &asked) {
                Ok(sides) => sides,
                Err(e) => {
                    tally.not_compiled(&name, &e);
                    continue;
                }
            };
            let mut ends: Vec<usize> = example.expected.iter().map(|e| e.after).filter(|_| n == 0).collect();
            ends.push(records.len());
            ends.sort_unstable();
            ends.dedup();
            for end in ends {
                let verdict = sides.compare(&records.up_to(end), Asked::default());
                let _ = tally.add("corpus", &format!("{name}, {end} records, readings {readings:?}"), verdict);
            }
        }
    }
}

/// The formulas an example expects something of.
fn expectations(example: &Example) -> Vec<&Body<Expr>> {
    let of = |e: &'_ tenor::terms::Expected| match &e.what {
        Expectation::Holds(..) => true,
        Expectation::Refused(_) | Expectation::Accepted | Expectation::Stopped(_) => false,
    };
    let all = example.expected.iter().filter(|e| of(e));
    all.flat_map(|e| match &e.what {
        Expectation::Holds(body, sides) => std::iter::once(body).chain(sides).collect(),
        _ => Vec::new(),
    })
    .collect()
}

/// Readings as they are given, and with each other alternative of each.
pub(crate) fn choices(terms: &Terms, given: &[u32]) -> Vec<Vec<u32>> {
    let mut out = vec![given.to_vec()];
    for (n, reading) in terms.readings.iter().enumerate() {
        for alternative in 0..u32::try_from(reading.alternatives.len()).unwrap_or(0) {
            let mut other = given.to_vec();
            if let Some(slot) = other.get_mut(n).filter(|s| **s != alternative) {
                *slot = alternative;
                out.push(other);
            }
        }
    }
    out
}

/// The blocks of the documentation that are terms, with what stands before them.
fn fences() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for page in files::all(&["docs"], "md") {
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        let mut open: Option<(usize, String, String)> = None;
        for (n, line) in text.lines().enumerate() {
            match (line.strip_prefix("```"), &mut open) {
                (Some(_), Some(_)) => {
                    let Some((at, tag, body)) = open.take() else { continue };
                    if let Some(before) = preamble(&tag) {
                        out.push((format!("{}:{at}", files::short(&page)), before + &body));
                    }
                }
                (Some(tag), None) => open = Some((n + 1, tag.trim().to_owned(), String::new())),
                (None, Some((_, _, body))) => {
                    body.push_str(line);
                    body.push('\n');
                }
                (None, None) => {}
            }
        }
    }
    out
}

/// What stands before a block of a tag; none where it is no terms that run.
fn preamble(tag: &str) -> Option<String> {
    let mut parts = tag.split(',');
    if parts.next() != Some("tenor") || tag.contains("error=") {
        return None;
    }
    let name = parts.find_map(|p| p.strip_prefix("fragment="));
    let path = |n| files::root().join("docs/preambles").join(format!("{n}.terms"));
    Some(name.map_or_else(String::new, |n| std::fs::read_to_string(path(n)).unwrap_or_default()))
}

/// Terms that have been read: most scenarios are of the same.
type Loaded = HashMap<PathBuf, Option<Terms>>;

/// The runs of a scenario.
fn scenario(tally: &mut Tally, folder: &Path, loaded: &mut Loaded) -> Result<(), String> {
    let text = std::fs::read_to_string(folder.join("scenario.toml")).map_err(|e| e.to_string())?;
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| e.to_string())?;
    for (n, run) in table.get("run").and_then(toml::Value::as_array).into_iter().flatten().enumerate() {
        let text = |key: &str| run.get(key).or_else(|| table.get(key)).and_then(toml::Value::as_str);
        let path = files::root().join(text("terms").unwrap_or("terms/glowpoint-2005.terms"));
        let terms = loaded.entry(path).or_insert_with_key(|path| files::load(path).ok());
        let Some(terms) = terms.as_ref() else { continue };
        let name = text("events").unwrap_or("events.jsonl");
        let Ok(bytes) = std::fs::read(folder.join(name)) else { continue };
        let format = Format::of_name(name).unwrap_or_else(|| Format::of_text(&bytes));
        let args = run.get("args").and_then(toml::Value::as_array).into_iter().flatten();
        let args: Vec<&str> = args.filter_map(toml::Value::as_str).collect();
        let mut records = Records::read(terms, &bytes, format);
        if args.contains(&"--sort") {
            records = records.sorted();
        }
        let day = |key: &str| run.get(key).and_then(toml::Value::as_str).and_then(day_number);
        let keep_going = args.contains(&"--keep-going");
        let how = Asked { as_of: day("as_of"), known_on: day("known_on"), keep_going };
        let mut readings = Reckoner::defaults(terms);
        for (reading, word) in run.get("readings").and_then(toml::Value::as_table).into_iter().flatten() {
            let at = terms.readings.iter().position(|r| r.name == *reading).unwrap_or(usize::MAX);
            let Some(found) = terms.readings.get(at) else { continue };
            let word = found.alternatives.iter().position(|(w, _)| Some(w.as_str()) == word.as_str()).unwrap_or(0);
            if let Some(slot) = readings.get_mut(at) {
                *slot = u32::try_from(word).unwrap_or(0);
            }
        }
        let sides = Sides::new(terms, &readings, &[])?;
        let name = format!("{}, run {}", files::short(folder), n + 1);
        let _ = tally.add("corpus", &name, sides.compare(&records, how));
    }
    Ok(())
}
