//! Laws that need no second engine: of the engine alone, over files and random streams.

use crate::case::{Asked, Records, Sides};
use crate::compare::{Difference, compare};
use crate::dice::Dice;
use crate::files;
use crate::hunt::Ground;
use crate::seen::Seen;
use crate::shrink;
use crate::streams::{self, Draft, Library};
use crate::tree;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tenor::syntax::ast::{Item, ItemKind};
use tenor::terms::Terms;

/// How a law fared.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// How often it was tried.
    pub tried: usize,
    /// How often that said nothing.
    pub vacuous: usize,
    /// Where it does not hold.
    pub broken: Vec<String>,
}

/// All laws, for one stream of each file.
pub(crate) fn run(grounds: &[Ground], library: &Library, seed: u64, streams: u64) -> BTreeMap<&'static str, Account> {
    let mut out: BTreeMap<&'static str, Account> = BTreeMap::new();
    for (n, ground) in grounds.iter().enumerate() {
        let mut dice = Dice::new(seed.wrapping_add(n as u64).wrapping_mul(7_919));
        let readings = streams::readings(&ground.terms, &mut dice);
        let Ok(sides) = Sides::new(&ground.terms, &readings, &[]) else { continue };
        let others = others(ground, &mut dice);
        for _ in 0..streams {
            let Some((draft, whole, empty)) = drawn(&sides, ground, library, &mut dice) else { continue };
            let mut told = |law: &'static str, vacuous: bool, differences: Vec<Difference>| {
                let account = out.entry(law).or_default();
                account.tried += 1;
                account.vacuous += usize::from(vacuous);
                if let Some(d) = differences.into_iter().next() {
                    account.broken.push(format!("{}: {d}\n{}", ground.name, draft.texts().join("\n")));
                }
            };
            for (law, terms) in &others {
                let given = shrink::given(&ground.terms, &readings);
                let Some(other) = seen(terms, &shrink::readings(terms, &given), &draft.texts(), draft.how) else { continue };
                let other = if law.starts_with("another name") { called_back(other) } else { other };
                told(law, empty, compare(&without(other, law), &without(whole.clone(), law)));
            }
            if let Some((vacuous, differences)) = cut_short(&sides, &draft, &mut dice) {
                told("a stream cut short gives the beginning of the whole", vacuous, differences);
            }
            if let Some((vacuous, differences)) = halves(&sides, &draft, &whole) {
                told("two halves are the whole", vacuous, differences);
            }
        }
    }
    out
}

/// A stream of which something comes, where one is found, and what the engine says of it.
fn drawn(sides: &Sides<'_>, ground: &Ground, library: &Library, dice: &mut Dice) -> Option<(Draft, Seen, bool)> {
    let mut last = None;
    for _ in 0..12 {
        let draft = streams::draft(sides, &ground.pool, library, dice);
        let whole = seen(sides.terms, &sides.readings, &draft.texts(), draft.how)?;
        let empty = whole.parts.iter().all(|(name, list)| list.is_empty() || *name != "changes");
        last = Some((draft, whole, empty));
        if !empty {
            break;
        }
    }
    last
}

/// What the engine says of a stream.
fn seen(terms: &Terms, readings: &[u32], lines: &[String], how: Asked) -> Option<Seen> {
    let sides = Sides::new(terms, readings, &[]).ok()?;
    let records = Records::of_lines(terms, lines);
    catch_unwind(AssertUnwindSafe(|| sides.by_engine(&records, how))).ok()
}

/// Places of the terms differ from file to file; the report that is added is not compared, and the order of reports is not.
fn without(mut s: Seen, law: &str) -> Seen {
    s.rejected.iter_mut().chain(&mut s.stopped).for_each(|h| h.place = None);
    for (name, list) in &mut s.parts {
        if *name == "reports" {
            list.retain(|f| !f.about.starts_with("one_more_report"));
        }
        if law.starts_with("shuffled") {
            list.sort_by(|a, b| a.about.cmp(&b.about));
            // a warning names states in the order of their declarations
            let warned = list.iter_mut().filter(|_| *name == "warnings");
            warned.for_each(|f| f.values.sort_by(|a, b| a.0.cmp(&b.0)));
        }
    }
    s
}

/// Terms that must mean the same.
fn others(ground: &Ground, dice: &mut Dice) -> Vec<(&'static str, Terms)> {
    let flat = tree::flat(&ground.terms);
    let mut out = Vec::new();
    let mut add = |law: &'static str, terms: Result<Terms, String>| match terms {
        Ok(terms) => out.push((law, terms)),
        Err(e) => println!("{}, {law}: {e}", ground.name),
    };
    add("a library written into the file changes nothing", tree::check(&flat));
    add("shuffled blocks change nothing", tree::check(&shuffled(&flat, dice)));
    if let Some(state) = ground.terms.states.iter().find(|s| s.of.is_none()) {
        let more = format!("{}\nreport one_more_report {{ shown: {} }}\n", tree::text(&flat), state.name);
        add("another report changes nothing", files::checked(&tree::place(), &more));
    }
    if let Some(name) = renameable(&ground.terms) {
        let text = renamed(&tree::text(&flat), &name);
        add("another name for a state changes nothing", files::checked(&tree::place(), &text));
    }
    let path = files::root().join(&ground.name);
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let empty = format!("variant \"Nothing is changed\" of \"{name}\"\nedition 1\n");
    add("an empty variant is its base", files::checked(&path.with_file_name("empty-variant.terms"), &empty));
    out
}

/// What is put before a name that is changed.
const OTHER: &str = "other_name_of_";

/// A state whose name nothing else has that streams speak of.
fn renameable(terms: &Terms) -> Option<String> {
    let field = |name: &str| terms.kinds.iter().any(|k| k.name == name || k.fields.iter().any(|f| f.written() == name));
    let listed = |name: &str| terms.shapes.iter().any(|s| s.fields.iter().any(|f| f.0 == name));
    let word = |name: &str| terms.words.iter().any(|w| w == name) || terms.reports.iter().any(|r| r.name == name);
    // a state may have the name of a type, which stands elsewhere in the text
    let ty = |name: &str| ["number", "shares", "days", "months", "date", "moment", "text"].contains(&name);
    let twice = |name: &str| terms.states.iter().filter(|s| s.name == name).count() > 1;
    let free = |name: &&String| !field(name) && !listed(name) && !word(name) && !ty(name) && !twice(name);
    terms.states.iter().map(|s| &s.name).filter(|n| n.len() > 3).find(free).cloned()
}

/// A text with another name in the place of one, but in what is said to a reader.
fn renamed(text: &str, name: &str) -> String {
    let (mut out, mut rest, mut said) = (String::new(), text, 0_usize);
    while let Some(c) = rest.chars().next() {
        let of_name = |c: char| c.is_alphanumeric() || c == '_';
        let len = if of_name(c) { rest.find(|c| !of_name(c)).unwrap_or(rest.len()) } else { c.len_utf8() };
        let (head, tail) = rest.split_at(len);
        // inside quotation marks only what stands in braces is a formula
        said = match (c, said) {
            ('"', 0) => 1,
            ('"', 1) => 0,
            ('{', 1) => 2,
            ('}', 2) => 1,
            (_, n) => n,
        };
        if head == name && said != 1 {
            out.push_str(OTHER);
        }
        out.push_str(head);
        rest = tail;
    }
    out
}

/// What is said, under the first names again.
fn called_back(mut s: Seen) -> Seen {
    for fact in s.parts.iter_mut().flat_map(|(_, l)| l) {
        fact.about = fact.about.replace(OTHER, "");
        fact.values.iter_mut().for_each(|(name, _)| *name = name.replace(OTHER, ""));
    }
    s
}

/// Blocks in another order; rules stay in theirs, which is the order of their acts.
fn shuffled(flat: &[Item], dice: &mut Dice) -> Vec<Item> {
    let kept =
        |i: &Item| matches!(i.kind, ItemKind::Rule(_) | ItemKind::Setting(_) | ItemKind::Effect { .. } | ItemKind::Report { .. });
    let kept =
        |i: &Item| kept(i) || matches!(i.kind, ItemKind::Reading { .. } | ItemKind::Obligation(_) | ItemKind::Covenant { .. });
    let mut free: Vec<Item> = flat.iter().filter(|i| !kept(i)).cloned().collect();
    for n in (1..free.len()).rev() {
        free.swap(n, dice.roll(n + 1));
    }
    let (mut out, mut rest): (Vec<Item>, Vec<Item>) =
        flat.iter().filter(|i| kept(i)).cloned().partition(|i| matches!(i.kind, ItemKind::Setting(_)));
    rest.reverse();
    free.reverse();
    while !rest.is_empty() || !free.is_empty() {
        let from = if free.is_empty() || (!rest.is_empty() && dice.chance(50)) { &mut rest } else { &mut free };
        out.extend(from.pop());
    }
    out
}

fn day_of(line: &streams::Line) -> Option<i64> {
    line.get("date").and_then(serde_json::Value::as_str).and_then(tenor::event::day_number)
}

/// As of a day, what comes after it does not matter.
fn cut_short(sides: &Sides<'_>, draft: &Draft, dice: &mut Dice) -> Option<(bool, Vec<Difference>)> {
    let mut days: Vec<i64> = draft.lines.iter().filter_map(day_of).collect();
    days.sort_unstable();
    days.dedup();
    // the last day cuts nothing off
    let some = if days.len() > 1 { days.get(..days.len() - 1)? } else { &days };
    let day = *dice.pick(some)?;
    let how = Asked { as_of: Some(day), ..draft.how };
    let short: Vec<String> = draft
        .texts()
        .into_iter()
        .zip(&draft.lines)
        .filter(|(_, l)| day_of(l).is_some_and(|d| d <= day))
        .map(|(t, _)| t)
        .collect();
    let vacuous = short.len() == draft.lines.len();
    let of = |lines: &[String]| {
        let records = Records::of_lines(sides.terms, lines);
        catch_unwind(AssertUnwindSafe(|| sides.by_engine(&records, how))).ok()
    };
    // records are numbered as the stream has them: what is left out must come last
    let in_order = draft.lines.windows(2).all(|w| w.first().and_then(day_of) <= w.get(1).and_then(day_of));
    if !in_order {
        return None;
    }
    Some((vacuous, compare(&of(&short)?, &of(&draft.texts())?)))
}

/// Looking in between changes nothing.
fn halves(sides: &Sides<'_>, draft: &Draft, whole: &Seen) -> Option<(bool, Vec<Difference>)> {
    let records = Records::of_lines(sides.terms, &draft.texts());
    let looked = catch_unwind(AssertUnwindSafe(|| sides.looked(&records, draft.how))).ok()?;
    let changes = whole.parts.iter().find(|(n, _)| *n == "changes").is_none_or(|(_, l)| l.is_empty());
    Some((changes, compare(&looked, whole)))
}
