//! A sweep as tables and as JSON.

use super::{Exactly, Input, Setting, Sweep, There, Turn};
use crate::report::course::Told;
use crate::report::figure::{Name, shown};
use crate::report::words::day;
use crate::report::{Document, Section};
use crate::terms::Type;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

/// Marks a point at which something turns.
const MARK: &str = "◆";

/// How numbers are written: for readers, or with all their digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// With units, and shortened.
    Short,
    /// Bare, and all of them.
    All,
}

impl Digits {
    /// A number, a dash for none.
    #[must_use]
    pub fn number(self, n: Option<Decimal>, ty: &Type, places: Option<u32>, currency: &str) -> String {
        match self {
            Self::Short => shown(n, ty, places, currency),
            Self::All => n.map_or_else(String::new, |n| n.to_string()),
        }
    }

    /// A value of an input.
    #[must_use]
    pub fn setting(self, s: &Setting, input: Option<&Input>, currency: &str) -> String {
        match (s, input.and_then(|i| i.ty.as_ref())) {
            (Setting::Number(n), Some(ty)) => self.number(Some(*n), ty, None, currency),
            (Setting::Number(n), None) => n.to_string(),
            (Setting::Word(w), _) => w.clone(),
        }
    }

    /// A value that is known exactly.
    #[must_use]
    pub fn exactly(self, at: Exactly, ty: &Type, currency: &str) -> String {
        let show = |n: Decimal| self.number(Some(n), ty, None, currency);
        match at {
            Exactly::Fraction(f) => match f.decimal() {
                Some(n) => show(n),
                None if self == Self::All => format!("{}/{}", f.num, f.den),
                None => format!("{} ({}/{})", show(f.nearly()), f.num, f.den),
            },
            Exactly::Between(low, high) if self == Self::All => format!("{low}..{high}"),
            Exactly::Between(low, _) => show(low),
        }
    }
}

/// A sweep as tables.
#[must_use]
pub fn document(sweep: &Sweep, digits: Digits) -> Document {
    let mut notes = Vec::new();
    if !sweep.constant.is_empty() {
        let of = |f: &crate::report::figure::Figure| {
            let value = digits.number(f.value, &f.ty, f.places, &sweep.currency);
            format!("{} {value}", f.name.sentence())
        };
        let all: Vec<String> = sweep.constant.iter().filter(|f| f.value.is_some_and(|n| !n.is_zero())).map(of).collect();
        if !all.is_empty() {
            notes.push(format!("the same at every point: {}", all.join("; ")));
        }
    }
    if sweep.points.iter().any(|p| p.turn) {
        notes.push(format!("{MARK} something begins or ceases to bind there: found exactly, not read off the points"));
    }
    if sweep.turns.iter().any(|t| matches!(t.at, Exactly::Between(..))) {
        notes.push("a point that is no short fraction is given to as many digits as the arithmetic tells".to_owned());
    }
    let sections = vec![points(sweep, digits), turns(&sweep.turns, &sweep.inputs, digits, &sweep.currency)];
    let mut out = Document { title: sweep.title.clone(), as_of: String::new(), sections, notes };
    out.sections.retain(|s| !s.rows.is_empty());
    out
}

fn points(sweep: &Sweep, digits: Digits) -> Section {
    let mut section = Section::new("points", &[]);
    let marked = sweep.points.iter().any(|p| p.turn);
    let refused = sweep.points.iter().any(|p| p.refusals > 0);
    let stopped = sweep.points.iter().any(|p| p.stopped.is_some());
    section.head.extend(sweep.inputs.iter().map(|i| i.name.clone()));
    section.numeric.extend(sweep.inputs.iter().map(|i| i.ty.is_some()));
    section.head.extend(marked.then(|| "turns".to_owned()));
    section.numeric.extend(marked.then_some(false));
    section.head.extend(sweep.heads.iter().map(|h| h.name.sentence()));
    section.numeric.extend(sweep.heads.iter().map(|_| true));
    section.head.extend(refused.then(|| "refused".to_owned()));
    section.numeric.extend(refused.then_some(true));
    section.head.extend(stopped.then(|| "stopped".to_owned()));
    for p in &sweep.points {
        let inputs = p.settings.iter().enumerate();
        let mut row: Vec<String> = inputs.map(|(n, s)| digits.setting(s, sweep.inputs.get(n), &sweep.currency)).collect();
        row.extend(marked.then(|| if p.turn { MARK } else { "" }.to_owned()));
        row.extend(sweep.heads.iter().zip(&p.figures).map(|(h, n)| digits.number(*n, &h.ty, h.places, &sweep.currency)));
        row.extend(refused.then(|| p.refusals.to_string()));
        row.extend(stopped.then(|| p.stopped.clone().unwrap_or_default()));
        section.rows.push(row);
    }
    section
}

/// Points at which something turns, a row for each thing.
#[must_use]
pub fn turns(list: &[Turn], inputs: &[Input], digits: Digits, currency: &str) -> Section {
    let mut section = Section::new("where something begins or ceases to bind", &[]);
    section.head.extend(inputs.iter().map(|i| i.name.clone()));
    section.numeric.extend(inputs.iter().map(|i| i.ty.is_some()));
    let heads = ["record", "of", "under", "rule", "what", "below it", "above it", "at it"];
    section.head.extend(heads.iter().map(|h| (*h).to_owned()));
    for t in list {
        for told in &t.told {
            let mut row: Vec<String> = Vec::new();
            for (n, s) in t.settings.iter().enumerate() {
                let input = inputs.get(n);
                row.push(match input.and_then(|i| i.ty.as_ref()) {
                    Some(ty) if n == t.input => digits.exactly(t.at, ty, currency),
                    _ => digits.setting(s, input, currency),
                });
            }
            row.extend(line(told));
            row.push(there(t.there).to_owned());
            section.rows.push(row);
        }
    }
    section
}

fn line(told: &Told) -> [String; 7] {
    let record = match (told.number, told.event.is_empty()) {
        (0, _) => day(told.day),
        (n, true) => n.to_string(),
        (n, false) => format!("{n}, {}", told.event.replace('_', " ")),
    };
    let under = if told.clause.is_empty() { String::new() } else { format!("§{}", told.clause) };
    [record, told.entry.clone(), under, told.rule.clone(), told.what.clone(), told.below.clone(), told.above.clone()]
}

const fn there(side: Option<There>) -> &'static str {
    match side {
        Some(There::Below) => "as below",
        Some(There::Above) => "as above",
        Some(There::Apart) => "neither",
        None => "",
    }
}

/// A sweep for other programs.
#[must_use]
pub fn json(sweep: &Sweep) -> Json {
    let inputs: Vec<&str> = sweep.inputs.iter().map(|i| i.name.as_str()).collect();
    let points: Vec<Json> = sweep
        .points
        .iter()
        .map(|p| {
            let figures: Vec<Json> = sweep.heads.iter().zip(&p.figures).map(|(h, n)| figure(&h.name, *n)).collect();
            json!({ "at": settings(&p.settings, &sweep.inputs), "turns": p.turn, "figures": figures, "refusals": p.refusals,
                "stopped": p.stopped })
        })
        .collect();
    let constant: Vec<Json> = sweep.constant.iter().map(|f| figure(&f.name, f.value)).collect();
    json!({ "terms": sweep.title, "vary": inputs, "points": points, "turns": turns_json(&sweep.turns, &sweep.inputs),
        "constant": constant })
}

/// A figure for other programs.
#[must_use]
pub fn figure(name: &Name, value: Option<Decimal>) -> Json {
    json!({ "of": name.of, "entry": name.entry(), "column": name.column, "value": value.map(|n| n.to_string()) })
}

fn settings(list: &[Setting], inputs: &[Input]) -> Json {
    let mut out = Map::new();
    for (s, i) in list.iter().zip(inputs) {
        out.insert(i.name.clone(), Digits::All.setting(s, Some(i), "").into());
    }
    Json::Object(out)
}

/// Points at which something turns, for other programs.
#[must_use]
pub fn turns_json(list: &[Turn], inputs: &[Input]) -> Json {
    let of = |t: &Turn| {
        let told: Vec<Json> = t
            .told
            .iter()
            .map(|w| {
                json!({ "event": w.number, "date": day(w.day), "entry": w.entry, "clause": w.clause, "rule": w.rule,
                    "what": w.what, "below": w.below, "above": w.above })
            })
            .collect();
        let side = t.there.map(|s| match s {
            There::Below => "below",
            There::Above => "above",
            There::Apart => "neither",
        });
        json!({ "input": inputs.get(t.input).map(|i| i.name.clone()), "at": settings(&t.settings, inputs), "exactly": exactly(t.at),
            "there": side, "what": told })
    };
    list.iter().map(of).collect()
}

/// A value that is known exactly, for other programs.
#[must_use]
pub fn exactly(at: Exactly) -> Json {
    match at {
        Exactly::Fraction(f) => json!({ "fraction": if f.den == 1 { f.num.to_string() } else { format!("{}/{}", f.num, f.den) },
            "value": at.nearly().to_string(), "exact": at.decimal().is_some() }),
        Exactly::Between(low, high) => {
            json!({ "between": [low.to_string(), high.to_string()], "value": low.to_string(), "exact": false })
        }
    }
}
