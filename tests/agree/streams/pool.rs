//! What random streams are made of: the numbers, days and words of the terms, and the records of examples.

use super::{Line, powers};
use crate::dice::Dice;
use crate::files;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;
use tenor::event::Raw;
use tenor::terms::{Expr, ExprKind, Formulas, KindId, Terms, TextPart, Type};

/// Records of examples of all files, by their event.
#[derive(Debug, Default)]
pub(crate) struct Library(BTreeMap<String, Vec<Line>>);

impl Library {
    /// Adds the examples of terms.
    pub(crate) fn add(&mut self, terms: &Terms) {
        for line in seeds(terms).into_iter().flatten() {
            if let Some(event) = line.get("event").and_then(Json::as_str) {
                let list = self.0.entry(event.to_owned()).or_default();
                if list.len() < 400 {
                    list.push(line);
                }
            }
        }
    }

    /// A record of an event.
    pub(crate) fn like(&self, event: &str, dice: &mut Dice) -> Option<&Line> {
        dice.pick(self.0.get(event)?)
    }
}

/// What one terms file has.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// Numbers by dimension.
    pub numbers: BTreeMap<(i8, i8, i8), Vec<Decimal>>,
    /// Fractions below one: percentages.
    pub parts: Vec<Decimal>,
    /// Days.
    pub dates: Vec<i64>,
    /// Numbers of days, and of trading days.
    pub spans: Vec<i64>,
    /// Numbers of months.
    pub months: Vec<i64>,
    /// Texts that are compared with.
    pub texts: Vec<String>,
    /// Streams to begin with.
    pub seeds: Vec<Vec<Line>>,
    /// The events of those.
    pub often: Vec<KindId>,
}

impl Pool {
    /// That of terms, with streams to begin with.
    pub(crate) fn new(terms: &Terms, seeds: Vec<Vec<Line>>) -> Self {
        let mut out = Self { seeds, ..Self::default() };
        terms.expressions(&mut |e| out.look(e));
        for state in &terms.states {
            out.add(state.ty.dim(), &state.rounding.iter().map(|r| r.unit).collect::<Vec<_>>());
        }
        for table in &terms.tables {
            out.add(table.params.first().and_then(Type::dim), &table.rows);
            out.add(table.params.get(1).and_then(Type::dim), &table.columns);
        }
        for line in out.seeds.iter().flatten() {
            let event = line.get("event").and_then(Json::as_str).and_then(|name| terms.kind_named(name));
            out.often.extend(event.filter(|k| !out.often.contains(k)));
        }
        for list in [&mut out.dates, &mut out.spans, &mut out.months] {
            list.sort_unstable();
            list.dedup();
        }
        out.spans.retain(|n| (0..4000).contains(n));
        out
    }

    fn add(&mut self, dim: Option<tenor::terms::Dim>, numbers: &[Decimal]) {
        if let Some(dim) = dim {
            self.numbers.entry(powers(dim)).or_default().extend(numbers);
        }
    }

    fn look(&mut self, e: &Expr) {
        match (&e.kind, &e.ty) {
            (ExprKind::Number(n), ty) => {
                self.add(ty.dim(), &[*n]);
                if n.abs() < Decimal::ONE && !n.is_zero() {
                    self.parts.push(*n);
                }
                if ty.dim() == Some(tenor::terms::Dim::DAYS) {
                    self.spans.extend(i64::try_from(n.trunc().mantissa()).ok());
                }
            }
            (ExprKind::Ratio(n, _), ty) => self.add(ty.dim(), &[*n]),
            (ExprKind::Whole(n), Type::Date) => self.dates.push(*n),
            (ExprKind::Whole(n), Type::Moment) => self.dates.push(n.div_euclid(1440)),
            (ExprKind::Whole(n), Type::Months) => self.months.push(*n),
            (ExprKind::Whole(n), Type::TradingDays) => {
                self.spans.push(*n);
                self.spans.push(n * 7 / 5);
            }
            (ExprKind::Text(t), _) => {
                if let [TextPart::Plain(t)] = t.parts.as_slice() {
                    self.texts.push(t.clone());
                }
            }
            _ => {}
        }
    }

    /// The day a stream begins.
    pub(crate) fn start(&self, dice: &mut Dice) -> i64 {
        let first = |s: &Vec<Line>| s.first()?.get("date")?.as_str().and_then(tenor::event::day_number);
        let seeds: Vec<i64> = self.seeds.iter().filter_map(first).collect();
        let all = if seeds.is_empty() || dice.chance(20) { &self.dates } else { &seeds };
        dice.pick(all).map_or(732_000, |d| d + dice.between(-2, 2))
    }
}

/// The examples of terms as streams.
pub(crate) fn seeds(terms: &Terms) -> Vec<Vec<Line>> {
    let record = |(at, name, fields): &tenor::terms::ExampleStep| {
        let raw = tenor::event::step(at, name, fields);
        raw.iter().map(|(k, v)| (k.to_string(), json(v))).collect()
    };
    terms.examples.iter().map(|e| e.steps.iter().map(record).collect()).collect()
}

fn json(raw: &Raw<'_>) -> Json {
    match raw {
        Raw::Text(t) | Raw::Bare(t) => Json::String(t.to_string()),
        Raw::List(items) => Json::Array(items.iter().map(json).collect()),
        Raw::Record(pairs) => Json::Object(pairs.iter().map(|(k, v)| (k.to_string(), json(v))).collect()),
    }
}

/// Streams to begin with: the examples of a file, those of the file it is a variant of, and scenarios.
pub(crate) fn beginnings(path: &Path, terms: &Terms) -> Vec<Vec<Line>> {
    let mut out = seeds(terms);
    let mut at = path.to_path_buf();
    while let Some(base) = base(&at) {
        if let Ok(t) = files::load(&base) {
            out.extend(seeds(&t));
        }
        at = base;
    }
    if at.ends_with("terms/glowpoint-2005.terms") {
        for file in files::all(&["tests/scenario"], "jsonl") {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            let lines: Vec<Line> = text.lines().filter_map(|l| serde_json::from_str(l).ok()).map(plain).collect();
            if (1..40).contains(&lines.len()) {
                out.push(lines);
            }
        }
    }
    out.retain(|s| !s.is_empty());
    out
}

/// Numbers as text, as the other records have them.
fn plain(line: Line) -> Line {
    let text = |v: Json| match v {
        Json::Number(n) => Json::String(n.to_string()),
        v => v,
    };
    line.into_iter().map(|(k, v)| (k, text(v))).collect()
}

/// The file that a variant changes.
fn base(path: &Path) -> Option<std::path::PathBuf> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|l| l.starts_with("variant "))?;
    let name = line.rsplit(" of \"").next()?.trim_end().strip_suffix('"')?;
    Some(path.parent()?.join(name))
}
