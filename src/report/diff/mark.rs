//! Two phrases side by side, with what differs marked in each.

use super::blank::BLANK;
use super::phrase::{Phrase, Sort};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A piece of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether the other side has something else in its place.
    pub changed: bool,
}

/// Both sides, in pieces.
type Both = (Vec<Piece>, Vec<Piece>);

/// A phrase of which everything, or nothing, is marked.
pub(super) fn whole(p: &Phrase, changed: bool) -> Vec<Piece> {
    vec![Piece { text: p.plain(), changed }]
}

/// Two phrases with what differs marked.
pub(super) fn mark(a: &Phrase, b: &Phrase) -> Both {
    let (mut before, mut after) = both(a, b);
    join(&mut before);
    join(&mut after);
    (before, after)
}

/// Neighbours of one kind become one piece; the spaces around what differs are not marked.
fn join(pieces: &mut Vec<Piece>) {
    let mut out: Vec<Piece> = Vec::new();
    let mut add = |text: &str, changed: bool| match out.last_mut() {
        Some(last) if last.changed == changed => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => out.push(piece(text, changed)),
    };
    let mut run = String::new();
    for p in pieces.drain(..).chain([piece("", false)]) {
        if p.changed {
            run.push_str(&p.text);
            continue;
        }
        let inner = run.trim();
        let (before, after) = if inner.is_empty() { (run.as_str(), "") } else { run.split_once(inner).unwrap_or(("", "")) };
        add(before, false);
        add(inner, true);
        add(after, false);
        run.clear();
        add(&p.text, false);
    }
    *pieces = out;
}

fn both(a: &Phrase, b: &Phrase) -> Both {
    if a.key == b.key {
        return (whole(a, false), whole(b, false));
    }
    if a.sort == Sort::Brackets || b.sort == Sort::Brackets {
        let (x, y) = both(a.inside(), b.inside());
        return (bracketed(a, x), bracketed(b, y));
    }
    if let Some(kept) = a.parts.iter().position(|p| p.key == b.key) {
        return (all_but(a, kept), whole(b, false));
    }
    if let Some(kept) = b.parts.iter().position(|p| p.key == a.key) {
        return (whole(a, false), all_but(b, kept));
    }
    if a.sort == Sort::Unordered && b.sort == Sort::Unordered {
        return unordered(a, b);
    }
    side_by_side(a, b).unwrap_or_else(|| (whole(a, true), whole(b, true)))
}

/// The pieces of what stands in brackets, with them.
fn bracketed(p: &Phrase, mut pieces: Vec<Piece>) -> Vec<Piece> {
    if p.sort == Sort::Brackets {
        pieces.insert(0, piece("(", false));
        pieces.push(piece(")", false));
    }
    pieces
}

fn piece(text: &str, changed: bool) -> Piece {
    Piece { text: text.to_owned(), changed }
}

/// Everything is marked but one part.
fn all_but(p: &Phrase, kept: usize) -> Vec<Piece> {
    let mut out = Vec::new();
    for (n, words) in p.frame.split(BLANK).enumerate() {
        if let Some(part) = n.checked_sub(1).and_then(|n| p.parts.get(n)) {
            out.extend(whole(part, n != kept + 1));
        }
        out.push(piece(words, true));
    }
    out
}

/// Parts whose order means nothing: those both have first, then those of one shape, then the rest.
fn unordered(a: &Phrase, b: &Phrase) -> Both {
    let mut pairs: Vec<Option<usize>> = vec![None; a.parts.len()];
    for alike in [same_key, same_frame, similar_enough] {
        for (n, part) in a.parts.iter().enumerate() {
            let free = |at: &usize| !pairs.contains(&Some(*at));
            let found = (0..b.parts.len()).filter(free).find(|at| b.parts.get(*at).is_some_and(|other| alike(part, other)));
            if let (Some(slot @ None), Some(at)) = (pairs.get_mut(n), found) {
                *slot = Some(at);
            }
        }
    }
    let mut before: Vec<Vec<Piece>> = a.parts.iter().map(|p| whole(p, true)).collect();
    let mut after: Vec<Vec<Piece>> = b.parts.iter().map(|p| whole(p, true)).collect();
    for (n, at) in pairs.into_iter().enumerate() {
        let Some(at) = at else { continue };
        if let (Some(x), Some(y)) = (a.parts.get(n), b.parts.get(at)) {
            let (x, y) = both(x, y);
            before.get_mut(n).into_iter().for_each(|slot| slot.clone_from(&x));
            after.get_mut(at).into_iter().for_each(|slot| slot.clone_from(&y));
        }
    }
    (fill(a, before), fill(b, after))
}

fn same_key(a: &Phrase, b: &Phrase) -> bool {
    a.key == b.key
}

/// The words before the first part: `price: ` of a field, `when ` of a condition.
fn same_frame(a: &Phrase, b: &Phrase) -> bool {
    a.frame == b.frame && a.parts.iter().zip(&b.parts).any(|(x, y)| x.key == y.key)
}

fn similar_enough(a: &Phrase, b: &Phrase) -> bool {
    let head = |p: &Phrase| p.frame.split(BLANK).next().unwrap_or("").to_owned();
    let named = head(a).len() > 2 && head(a) == head(b) && !a.parts.is_empty();
    named || common(a.inside(), b.inside())
}

/// A phrase with its parts put in.
fn fill(p: &Phrase, parts: Vec<Vec<Piece>>) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut parts = parts.into_iter();
    for (n, words) in p.frame.split(BLANK).enumerate() {
        if n > 0 {
            out.extend(parts.next().unwrap_or_default());
        }
        out.push(piece(words, false));
    }
    out
}

/// A word or a part.
enum Element<'p> {
    Word(String),
    Part(&'p Phrase),
}

impl Element<'_> {
    fn key(&self) -> &str {
        match self {
            Self::Word(w) => w,
            Self::Part(p) => &p.key,
        }
    }

    fn pieces(&self, changed: bool) -> Vec<Piece> {
        match self {
            Self::Word(w) => vec![piece(w, changed)],
            Self::Part(p) => whole(p, changed),
        }
    }
}

/// The words and parts of a phrase, in order.
fn elements(p: &Phrase) -> Vec<Element<'_>> {
    let mut out = Vec::new();
    for (n, words) in p.frame.split(BLANK).enumerate() {
        out.extend(n.checked_sub(1).and_then(|n| p.parts.get(n)).map(Element::Part));
        for word in words.split_inclusive(' ') {
            // a quotation mark stands for itself, so that it is not part of the word beside it
            out.extend(
                word.split_inclusive('"')
                    .flat_map(|w| match w.strip_suffix('"') {
                        Some(rest) if !rest.is_empty() => vec![rest, "\""],
                        _ => vec![w],
                    })
                    .map(|w| Element::Word(w.to_owned())),
            );
        }
    }
    out
}

/// Whether two phrases have words or parts in common.
fn common(a: &Phrase, b: &Phrase) -> bool {
    a.frame == b.frame && !a.parts.is_empty()
        || a.sort == Sort::Words && b.sort == Sort::Words
        || a.parts.iter().any(|x| b.parts.iter().any(|y| x.key == y.key))
}

/// Two phrases that have words or parts in common; nothing where they have too little.
fn side_by_side(a: &Phrase, b: &Phrase) -> Option<Both> {
    if !common(a, b) {
        return None;
    }
    let (left, right) = (elements(a), elements(b));
    if a.frame == b.frame {
        let mut out = (Vec::new(), Vec::new());
        for (x, y) in left.iter().zip(&right) {
            pair(x, y, &mut out);
        }
        return Some(out);
    }
    let keys = |list: &[Element<'_>]| list.iter().map(|e| e.key().to_owned()).collect::<Vec<_>>();
    let mut out = (Vec::new(), Vec::new());
    for op in capture_diff_slices(Algorithm::Myers, &keys(&left), &keys(&right)) {
        let old = left.get(op.old_range()).unwrap_or_default();
        let new = right.get(op.new_range()).unwrap_or_default();
        if matches!(op, DiffOp::Equal { .. }) {
            for (x, y) in old.iter().zip(new) {
                out.0.extend(x.pieces(false));
                out.1.extend(y.pieces(false));
            }
            continue;
        }
        replaced(old, new, &mut out);
    }
    Some(out)
}

/// One stretch in the place of another: their parts are held against each other one by one.
fn replaced(old: &[Element<'_>], new: &[Element<'_>], out: &mut Both) {
    let part = |e: &&Element<'_>| matches!(e, Element::Part(_));
    let mut others = new.iter().filter(part);
    let mut said: Vec<Vec<Piece>> = Vec::new();
    for e in old {
        match (e, if matches!(e, Element::Part(_)) { others.next() } else { None }) {
            (Element::Part(x), Some(Element::Part(y))) => {
                let (x, y) = both(x, y);
                out.0.extend(x);
                said.push(y);
            }
            _ => out.0.extend(e.pieces(true)),
        }
    }
    let mut said = said.into_iter();
    for e in new {
        match (e, if matches!(e, Element::Part(_)) { said.next() } else { None }) {
            (Element::Part(_), Some(pieces)) => out.1.extend(pieces),
            _ => out.1.extend(e.pieces(true)),
        }
    }
}

fn pair(x: &Element<'_>, y: &Element<'_>, out: &mut Both) {
    match (x, y) {
        (Element::Part(x), Element::Part(y)) => {
            let (x, y) = both(x, y);
            out.0.extend(x);
            out.1.extend(y);
        }
        _ => {
            out.0.extend(x.pieces(x.key() != y.key()));
            out.1.extend(y.pieces(x.key() != y.key()));
        }
    }
}
