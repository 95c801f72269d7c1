//! One comparison of everything that can be observed of two runs.

use crate::seen::{Atom, Fact, Halt, Seen, VOID, day, shown};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use std::fmt;

/// How much a difference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Class {
    /// One side panics.
    Panic,
    /// Another result.
    Result,
    /// The same facts in another order.
    Order,
    /// The same stop, at another place of the terms.
    Place,
    /// Numbers that are the same but for their last digits, more of which differ than rounding explains.
    Digits,
    /// One side cannot hold what the other can: too large, or not exact enough.
    Bounds,
}

impl Class {
    /// All of them.
    pub(crate) const ALL: [Self; 6] = [Self::Panic, Self::Result, Self::Order, Self::Place, Self::Digits, Self::Bounds];

    /// Whether it is a disagreement.
    pub(crate) const fn counts(self) -> bool {
        matches!(self, Self::Panic | Self::Result)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Panic => "panic",
            Self::Result => "result",
            Self::Order => "order",
            Self::Place => "place",
            Self::Digits => "digits",
            Self::Bounds => "bounds",
        })
    }
}

/// A difference.
#[derive(Debug, Clone)]
pub(crate) struct Difference {
    /// How much it means.
    pub class: Class,
    /// The part of the result, and what of it, without records and values: what tells one cause from another.
    pub sort: String,
    /// What is different.
    pub about: String,
    /// What the engine says.
    pub engine: String,
    /// What the plain reckoning says.
    pub reckon: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}\n  engine: {}\n  reckon: {}", self.class, self.about, self.engine, self.reckon)
    }
}

/// How two values stand to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alike {
    Same,
    Digits,
    Bounds,
    No,
}

/// Where the engine and the plain reckoning disagree.
pub(crate) fn compare(engine: &Seen, reckon: &Seen) -> Vec<Difference> {
    let mut out = Vec::new();
    if !halts(&mut out, engine, reckon) {
        return out;
    }
    if engine.as_of != reckon.as_of {
        let word = |d: Option<i64>| d.map_or_else(|| "no day".to_owned(), day);
        out.push(Difference {
            class: Class::Result,
            sort: "as of".to_owned(),
            about: "the day whose end is shown".to_owned(),
            engine: word(engine.as_of),
            reckon: word(reckon.as_of),
        });
    }
    for ((name, a), (_, b)) in engine.parts.iter().zip(&reckon.parts) {
        part(&mut out, name, a, b);
    }
    out
}

/// Where the runs stopped, and what they set aside; whether it makes sense to look further.
fn halts(out: &mut Vec<Difference>, engine: &Seen, reckon: &Seen) -> bool {
    let list = |s: &Seen| {
        let mut all: Vec<Halt> = s.rejected.clone();
        all.sort_by_key(|h| h.record);
        all.extend(s.stopped.clone());
        all
    };
    let (a, b) = (list(engine), list(reckon));
    for n in 0..a.len().max(b.len()) {
        let (x, y) = (a.get(n), b.get(n));
        let bounds = |h: Option<&Halt>| {
            let first = h.and_then(|h| h.why.first()).map(|(_, v)| v);
            matches!(first, Some(Atom::Failed("overflow" | "inexact")))
        };
        let class = match (x, y) {
            (Some(x), Some(y)) if x.record == y.record && x.day == y.day && alike_all(&x.why, &y.why) == Alike::Same => {
                if x.place != y.place && x.place.is_some() && y.place.is_some() {
                    Class::Place
                } else {
                    continue;
                }
            }
            _ if bounds(x) || bounds(y) => Class::Bounds,
            _ => Class::Result,
        };
        let word = |h: Option<&Halt>| {
            h.map_or_else(
                || "nothing".to_owned(),
                |h| format!("record {} on {}: {} ({})", h.record, day(h.day), shown(&h.why), h.place.as_deref().unwrap_or("-")),
            )
        };
        let kind = |h: Option<&Halt>| h.and_then(|h| h.why.first()).map_or_else(|| "nothing".to_owned(), |(_, v)| v.to_string());
        let when = |h: &Halt| (h.day, h.record);
        let sort = match (x, y) {
            (Some(x), Some(y)) if when(x) == when(y) => format!("stop: {} against {}", kind(Some(x)), kind(Some(y))),
            (Some(a), Some(b)) if when(a) < when(b) => format!("stop: only in the engine: {}", kind(x)),
            (Some(_), None) => format!("stop: only in the engine: {}", kind(x)),
            _ => format!("stop: only in reckon: {}", kind(y)),
        };
        out.push(Difference {
            class,
            sort,
            about: "where the run stops, or what is set aside".to_owned(),
            engine: word(x),
            reckon: word(y),
        });
        if class != Class::Place {
            return false;
        }
    }
    true
}

/// A part of the result.
fn part(out: &mut Vec<Difference>, name: &str, a: &[Fact], b: &[Fact]) {
    let in_order = a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.about == y.about && alike(x, y) == Alike::Same);
    if in_order {
        return;
    }
    let mut left: Vec<&Fact> = b.iter().collect();
    let mut odd: Vec<&Fact> = Vec::new();
    for x in a {
        match left.iter().position(|y| x.about == y.about && alike(x, y) == Alike::Same) {
            Some(at) => drop(left.remove(at)),
            None => odd.push(x),
        }
    }
    if odd.is_empty() && left.is_empty() {
        let word = |l: &[Fact]| l.iter().map(|f| f.about.as_str()).collect::<Vec<_>>().join("; ");
        let (class, sort) = (Class::Order, format!("{name}: order"));
        out.push(Difference { class, sort, about: format!("the order of {name}"), engine: word(a), reckon: word(b) });
        return;
    }
    for x in odd {
        let other = left.iter().position(|y| x.about == y.about).map(|at| left.remove(at));
        one(out, name, Some(x), other);
    }
    for y in left {
        one(out, name, None, Some(y));
    }
}

/// A fact that the sides do not share.
fn one(out: &mut Vec<Difference>, name: &str, x: Option<&Fact>, y: Option<&Fact>) {
    let class = match (x, y) {
        (Some(x), Some(y)) => match alike(x, y) {
            Alike::Digits => Class::Digits,
            Alike::Bounds => Class::Bounds,
            Alike::Same | Alike::No => Class::Result,
        },
        _ => Class::Result,
    };
    let about = x.or(y).map_or("", |f| f.about.as_str());
    let word = |f: Option<&Fact>| f.map_or_else(|| "nothing".to_owned(), |f| shown(&f.values));
    let which = match (x, y) {
        (Some(x), Some(y)) => differing(x, y),
        (None, _) => "only in reckon".to_owned(),
        (_, None) => "only in the engine".to_owned(),
    };
    out.push(Difference {
        class,
        sort: format!("{name}: {}: {which}", plain(about)),
        about: format!("{name}, {about}"),
        engine: word(x),
        reckon: word(y),
    });
}

/// What a fact is about, without records, days and keys.
fn plain(about: &str) -> String {
    let about = match about.split_once(", ") {
        Some((head, rest)) if head.starts_with("record ") => rest,
        None if about.starts_with("record ") => "",
        _ => about,
    };
    about.split(" of ").next().unwrap_or("").to_owned()
}

/// The names of the values that differ.
fn differing(x: &Fact, y: &Fact) -> String {
    let mut out: Vec<&str> = Vec::new();
    for n in 0..x.values.len().max(y.values.len()) {
        let (a, b) = (x.values.get(n), y.values.get(n));
        let same = matches!((a, b), (Some(a), Some(b)) if a.0 == b.0 && like(&a.1, &b.1) == Alike::Same);
        let name = a.or(b).map_or("", |v| v.0.as_str());
        if !same && !out.contains(&name) {
            out.push(name);
        }
    }
    out.join(", ")
}

fn alike(x: &Fact, y: &Fact) -> Alike {
    let void = |f: &Fact| f.values.get(1).is_some_and(|v| v.1 == Atom::Text(VOID.to_owned()));
    if void(x) {
        let clause = |f: &Fact| f.values.first().map(|v| v.1.clone());
        return if clause(x) == clause(y) { Alike::Same } else { Alike::No };
    }
    alike_all(&x.values, &y.values)
}

fn alike_all(x: &[(String, Atom)], y: &[(String, Atom)]) -> Alike {
    if x.len() != y.len() || x.iter().zip(y).any(|(a, b)| a.0 != b.0) {
        return Alike::No;
    }
    worst(x.iter().zip(y).map(|(a, b)| like(&a.1, &b.1)))
}

fn worst(all: impl Iterator<Item = Alike>) -> Alike {
    all.fold(Alike::Same, |a, b| match (a, b) {
        (Alike::No, _) | (_, Alike::No) => Alike::No,
        (Alike::Bounds, _) | (_, Alike::Bounds) => Alike::Bounds,
        (Alike::Digits, _) | (_, Alike::Digits) => Alike::Digits,
        _ => Alike::Same,
    })
}

fn like(a: &Atom, b: &Atom) -> Alike {
    match (a, b) {
        (Atom::Number(x), Atom::Number(y)) => near(x, y),
        (Atom::List(x), Atom::List(y)) if x.len() == y.len() => worst(
            x.iter().zip(y).map(
                |(a, b)| {
                    if a.len() == b.len() { worst(a.iter().zip(b).map(|(a, b)| like(a, b))) } else { Alike::No }
                },
            ),
        ),
        (a, b) if a == b => Alike::Same,
        (Atom::Failed("overflow" | "inexact"), _) | (_, Atom::Failed("overflow" | "inexact")) => Alike::Bounds,
        _ => Alike::No,
    }
}

/// Whether two numbers are one, but for what a decimal of 28 digits cannot hold.
fn near(a: &BigRational, b: &BigRational) -> Alike {
    if a == b {
        return Alike::Same;
    }
    let off = (a - b).abs();
    let larger = if a.abs() > b.abs() { a.abs() } else { b.abs() };
    let ten = |n: u32| BigRational::from_integer(BigInt::from(10).pow(n));
    // the last digits of a small number are those of the place where decimals end
    if &off * ten(20) <= larger || &off * ten(26) <= ten(0) {
        Alike::Same
    } else if &off * ten(9) <= larger || (&off * ten(18) <= ten(0) && !larger.is_zero()) {
        Alike::Digits
    } else {
        Alike::No
    }
}
