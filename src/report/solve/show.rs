//! What was found, as tables and as JSON.

use super::{Answer, Solved};
use crate::report::sweep::{Digits, exactly, figure, turns, turns_json};
use crate::report::{Document, Section};
use crate::terms::Type;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

/// What was found, as tables.
#[must_use]
pub fn document(s: &Solved, digits: Digits) -> Document {
    let input_type = s.input.ty.clone().unwrap_or(Type::NUMBER);
    let at = |x| digits.exactly(x, &input_type, &s.currency);
    let figure = |n: Option<Decimal>| digits.number(n, &s.ty, s.places, &s.currency);
    let name = s.figure.sentence();
    let intervals = s.answers.iter().any(|a| matches!(a, Answer::Interval(..)));
    let heads = if intervals { vec![s.input.name.as_str(), "to", &name] } else { vec![s.input.name.as_str(), &name] };
    let mut answers = Section::new("answers", &heads);
    answers.numeric = heads.iter().map(|_| true).collect();
    for a in &s.answers {
        answers.rows.push(match *a {
            Answer::Point(x, reached) => {
                let to = intervals.then(String::new);
                [vec![at(x)], to.into_iter().collect(), vec![figure(reached.or(Some(s.value)))]].concat()
            }
            Answer::Interval((from, first), (to, last)) => {
                let edge =
                    |x, there: Option<bool>, word: &str| if there == Some(false) { format!("{word} {}", at(x)) } else { at(x) };
                vec![edge(from, first, "above"), edge(to, last, "below"), figure(Some(s.value))]
            }
        });
    }
    let mut pieces =
        Section::new(&format!("the way of {name}"), &[&format!("{} from", s.input.name), "to", &format!("{name} from"), "to"]);
    pieces.numeric = vec![true, true, true, true];
    for p in &s.pieces {
        pieces.rows.push(vec![at(p.from), at(p.to), figure(p.first), figure(p.last)]);
    }
    let wanted = digits.number(Some(s.value), &s.ty, None, &s.currency);
    let input = |n: Decimal| digits.number(Some(n), &input_type, None, &s.currency);
    let mut notes = Vec::new();
    if s.answers.is_empty() {
        let (from, to) = (input(s.within.0), input(s.within.1));
        notes.push(format!("{name} is {wanted} at no value of {} from {from} to {to}", s.input.name));
        if let Some((x, n)) = s.nearest {
            notes.push(format!("it comes nearest at {}: {}", input(x), figure(Some(n))));
        }
    }
    for j in &s.jumps {
        notes.push(format!("it goes past {wanted} at {}: from {} to {}", at(j.at), figure(Some(j.low)), figure(Some(j.high))));
    }
    if let Some((x, n)) = s.stands {
        notes.push(format!("as it stands, {} is {}, and {name} {}", s.input.name, input(x), figure(n)));
    }
    let turns = turns(&s.turns, std::slice::from_ref(&s.input), digits, &s.currency);
    let mut out = Document { title: s.title.clone(), as_of: String::new(), sections: vec![answers, pieces, turns], notes };
    out.sections.retain(|s| !s.rows.is_empty());
    out
}

/// What was found, for other programs.
#[must_use]
pub fn json(s: &Solved) -> Json {
    let text = |n: Option<Decimal>| n.map(|n| n.to_string());
    let answers: Vec<Json> = s
        .answers
        .iter()
        .map(|a| match *a {
            Answer::Point(x, reached) => json!({ "at": exactly(x), "reached": text(reached) }),
            Answer::Interval((from, first), (to, last)) => {
                json!({ "from": exactly(from), "from_included": first, "to": exactly(to), "to_included": last })
            }
        })
        .collect();
    let pieces: Vec<Json> = s
        .pieces
        .iter()
        .map(|p| json!({ "from": exactly(p.from), "to": exactly(p.to), "first": text(p.first), "last": text(p.last) }))
        .collect();
    let jumps: Vec<Json> =
        s.jumps.iter().map(|j| json!({ "at": exactly(j.at), "low": j.low.to_string(), "high": j.high.to_string() })).collect();
    json!({ "terms": s.title, "for": figure(&s.figure, Some(s.value)), "by": s.input.name,
        "within": [s.within.0.to_string(), s.within.1.to_string()], "answers": answers,
        "nearest": s.nearest.map(|(x, n)| json!({ "at": x.to_string(), "value": n.to_string() })), "jumps": jumps, "pieces": pieces,
        "turns": turns_json(&s.turns, std::slice::from_ref(&s.input)),
        "stands": s.stands.map(|(x, n)| json!({ "at": x.to_string(), "value": text(n) })) })
}
