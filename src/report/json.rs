//! A run as the JSON document of the contract.

mod whole;

pub use whole::{SCHEMA, Sink, Whole, signed};

use super::ending::Ending;
use super::words::{Words, day};
use crate::engine::code::Program;
use crate::engine::run::{Change, Line, Moment, Run, Shown, Status, Stopped, Value};
use crate::terms::{Effect, ExprKind, Key, Report, Standing, StateId, Terms, Type};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value as Json, json};
use std::cell::RefCell;

/// The document, written as it is gone through: a long run is never held twice.
pub struct Document<'r> {
    /// The terms.
    pub terms: &'r Terms,
    /// The program that ran.
    pub program: &'r Program,
    /// What it gave.
    pub run: &'r Run,
}

/// Rows, written one by one.
struct Rows<F>(F);

impl<F: Fn() -> I, I: IntoIterator<Item: Serialize>> Serialize for Rows<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// A value written by its text.
struct Text<T>(T);

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = whole::Members(serializer.serialize_map(None)?);
        self.parts(&Ending::default(), &mut out)?;
        out.0.end()
    }
}

impl Document<'_> {
    /// Hands on the parts: first how the stream ended, where it did not end with its last record.
    fn parts<K: Sink>(&self, ending: &Ending, sink: &mut K) -> Result<(), K::Error> {
        let Self { terms, program, run } = *self;
        let words = &Words { terms, texts: &run.texts, keys: &run.keys };
        sink.part("terms", &terms.title)?;
        // a run that applied nothing stands at no day
        sink.part("as_of", &(run.as_of != 0).then(|| day(run.as_of)))?;
        if let Some(stopped) = ending.stopped_json().or_else(|| run.stopped.as_ref().map(|s| stop(words, s))) {
            sink.part("stopped", &stopped)?;
        }
        let rejected = || run.rejected.iter().map(|s| stop(words, s)).collect();
        if let Some(rejected) = ending.rejected_json().or_else(|| (!run.rejected.is_empty()).then(rejected)) {
            sink.part("rejected", &rejected)?;
        }
        sink.part("readings", &readings(terms, program))?;
        for (n, report) in terms.reports.iter().enumerate() {
            let rows = || run.shown.iter().filter(move |s| s.report == n).map(|s| shown(terms, program, words, report, s));
            match report.of {
                Some(_) => sink.part(&report.name, &Rows(rows))?,
                None => sink.part(&report.name, &rows().next())?,
            }
        }
        let adjusts = adjusts(terms, program);
        let adjustments = || run.changes.iter().filter(|c| adjusts(c)).map(|c| Row { terms, program, words, change: c });
        sink.part("adjustments", &Rows(adjustments))?;
        sink.part("refusals", &Rows(|| run.refusals.iter().map(|r| refusal(terms, words, r))))?;
        sink.part("obligations", &obligations(terms, words, run))?;
        for (n, effect) in terms.effects.iter().enumerate() {
            let lines = || run.lines.iter().filter(move |l| l.effect.at() == n).map(|l| line(terms, words, effect, l));
            sink.part(&effect.name, &Rows(lines))?;
        }
        let rescissions = || {
            run.rescissions.iter().map(|r| {
                json!({ "event": r.when.number, "date": day(r.when.day), "clause": terms.section(r.clause),
                    "correction": r.rule.is_none(), "rescinds": r.annulled, "affected": r.affected })
            })
        };
        sink.part("rescissions", &Rows(rescissions))?;
        sink.part("warnings", &warnings(terms, words, run))
    }
}

/// A row of a report.
fn shown(terms: &Terms, program: &Program, words: &Words<'_>, report: &Report, s: &Shown) -> Json {
    let mut row = Map::new();
    // an entry kept by id is what one record said; one kept under a name of its own outlives its record
    let by_id = report.of.and_then(|k| terms.kind(k)).is_some_and(|k| k.kept == Some(Key::Id));
    if by_id && s.made.number > 0 {
        row.insert("event".into(), s.made.number.into());
    }
    for ((name, expr), value) in report.columns.iter().zip(&s.columns) {
        row.insert(name.clone(), padded(terms, program, &expr.kind, value, &expr.ty, words));
    }
    Json::Object(row)
}

/// A line of an effect.
fn line(terms: &Terms, words: &Words<'_>, effect: &Effect, l: &Line) -> Json {
    let mut row = Map::new();
    row.insert("event".into(), l.when.number.into());
    row.insert("clause".into(), terms.section(l.clause).into());
    for ((name, ty, _), value) in effect.fields.iter().zip(&l.values) {
        row.insert(name.clone(), self::value(words, value, ty));
    }
    Json::Object(row)
}

/// The readings chosen.
pub(super) fn readings(terms: &Terms, program: &Program) -> Json {
    Json::Object(chosen(terms, &program.readings).into_iter().map(|(name, word)| (name, word.into())).collect())
}

/// Every reading, and the answer chosen.
#[must_use]
pub fn chosen(terms: &Terms, readings: &[u32]) -> Vec<(String, String)> {
    let word = |reading: &crate::terms::Reading, chosen: u32| {
        usize::try_from(chosen).ok().and_then(|n| reading.alternatives.get(n)).map_or_else(String::new, |(w, _)| w.clone())
    };
    terms.readings.iter().zip(readings).map(|(r, chosen)| (r.name.clone(), word(r, *chosen))).collect()
}

/// Whether a change is an adjustment as the terms mean it.
#[must_use]
pub fn is_adjustment(terms: &Terms, program: &Program, c: &Change) -> bool {
    let Some(site) = program.sites.get(usize::from(c.site)) else { return false };
    !site.pending && terms.is_adjustment(site.state, c.clause)
}

/// Which changes are adjustments: asked once for each place of change and clause, for a run has many of each.
fn adjusts<'r>(terms: &'r Terms, program: &'r Program) -> impl Fn(&Change) -> bool + 'r {
    let known = RefCell::new(FxHashMap::default());
    move |c| *known.borrow_mut().entry((c.site, c.clause)).or_insert_with(|| is_adjustment(terms, program, c))
}

/// An adjustment.
struct Row<'r> {
    terms: &'r Terms,
    program: &'r Program,
    words: &'r Words<'r>,
    change: &'r Change,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (terms, c) = (self.terms, self.change);
        let mut row = serializer.serialize_map(None)?;
        let Some(site) = self.program.sites.get(usize::from(c.site)) else { return row.end() };
        row.serialize_entry("event", &event(c.when))?;
        row.serialize_entry("date", &day(c.when.day))?;
        if let Some(kind) = site.of {
            let name = terms.kind(kind).map_or("", |k| k.name.as_str());
            row.serialize_entry(name, &self.words.entry(crate::engine::table::entry(kind, c.row)))?;
        }
        row.serialize_entry("clause", terms.section(c.clause))?;
        row.serialize_entry("rule", terms.rules.get(site.rule.at()).map_or("", |r| r.name.as_str()))?;
        row.serialize_entry("state", terms.states.get(site.state.at()).map_or("", |s| s.name.as_str()))?;
        let places = unit(self.program, terms, site.state);
        row.serialize_entry("before", &c.was_known.then(|| Text(pad(c.before, places))))?;
        row.serialize_entry("after", &Text(pad(c.after, places)))?;
        row.serialize_entry("status", status(c.status))?;
        if let Some(m) = c.made {
            row.serialize_entry("made", &json!({ "event": event(m), "date": day(m.day) }))?;
        }
        row.end()
    }
}

/// The record of a moment; none where a rule at a moment was.
fn event(when: Moment) -> Option<u32> {
    (when.number != 0).then_some(when.number)
}

/// How a change stands, as a word.
#[must_use]
pub const fn status(s: Status) -> &'static str {
    match s {
        Status::Rescinded => "rescinded",
        Status::Superseded => "superseded",
        Status::Pending => "pending",
        Status::InForce => "in_force",
    }
}

/// How an obligation stands, as a word.
#[must_use]
pub const fn standing(s: Standing) -> &'static str {
    match s {
        Standing::Open => "open",
        Standing::Met => "met",
        Standing::Late => "late",
        Standing::Breached => "breached",
    }
}

fn refusal(terms: &Terms, words: &Words<'_>, r: &crate::engine::run::Refusal) -> Json {
    let mut row = Map::new();
    row.insert("event".into(), r.when.number.into());
    row.insert("date".into(), day(r.when.day).into());
    row.insert("clause".into(), terms.section(r.clause).into());
    row.insert("reason".into(), words.said(&r.reason).into());
    for (path, v) in &r.with {
        nest(&mut row, path, value(words, &v.value, &v.ty));
    }
    Json::Object(row)
}

/// A value at a path of names.
fn nest(row: &mut Map<String, Json>, path: &[String], value: Json) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        row.insert(first.clone(), value);
        return;
    }
    let inner = row.entry(first.clone()).or_insert_with(|| Json::Object(Map::new()));
    if let Json::Object(map) = inner {
        nest(map, rest, value);
    }
}

fn obligations(terms: &Terms, words: &Words<'_>, run: &Run) -> Json {
    let mut out: Vec<Json> = Vec::new();
    for o in &run.owed {
        let decl = terms.obligations.get(o.obligation.at());
        let mut row = Map::new();
        row.insert("event".into(), o.when.number.into());
        row.insert("clause".into(), terms.section(decl.and_then(|d| d.clause)).into());
        row.insert("what".into(), words.said(&o.what).into());
        if o.about() >= 0 {
            row.insert("of".into(), words.entry(o.about()).into());
        }
        row.insert("due".into(), o.due.map_or_else(|| "promptly".to_owned(), day).into());
        if let Some(done) = o.done {
            row.insert("done".into(), day(done).into());
        }
        row.insert("status".into(), o.standing.map_or("open", standing).into());
        out.push(Json::Object(row));
    }
    for b in &run.breaches {
        let decl = terms.covenants.get(b.covenant.at());
        let mut row = Map::new();
        row.insert("event".into(), b.when.number.into());
        row.insert("clause".into(), terms.section(decl.and_then(|d| d.clause)).into());
        row.insert("what".into(), decl.map_or("", |d| d.what.as_str()).into());
        row.insert("due".into(), day(b.when.day).into());
        row.insert("status".into(), "breached".into());
        if let Some(cured) = b.cured {
            row.insert("cured".into(), day(cured).into());
        }
        out.push(Json::Object(row));
    }
    out.into()
}

fn warnings(terms: &Terms, words: &Words<'_>, run: &Run) -> Json {
    let mut out: Vec<Json> = Vec::new();
    for w in &run.warnings {
        let clause = terms.cite(w.clause);
        let cite = if clause.is_empty() { String::new() } else { format!(" (§{clause})") };
        out.push(format!("record {}: {}{cite}", w.when.number, words.said(&w.text)).into());
    }
    for r in run.rescissions.iter().filter(|r| !r.affected.is_empty()) {
        let list: Vec<String> = r.affected.iter().map(ToString::to_string).collect();
        let what = format!(
            "record {}: completed on terms that were later rescinded, and final: record {}",
            r.when.number,
            list.join(", ")
        );
        out.push(what.into());
    }
    out.into()
}

fn stop(words: &Words<'_>, s: &Stopped) -> Json {
    let e = words.stopped(&s.why);
    json!({ "event": s.when.number, "date": day(s.when.day), "code": e.code, "clause": e.clause, "reason": e.message, "help": e.help })
}

/// A value, decimals as computed.
#[must_use]
pub fn value(words: &Words<'_>, v: &Value, ty: &Type) -> Json {
    match (v, ty) {
        (Value::Unknown, _) => Json::Null,
        (Value::Failed(fault), _) => json!({ "error": super::stop::fault(*fault).1 }),
        (Value::Decimal(n), _) => n.to_string().into(),
        (Value::Whole(n), Type::Moment) => {
            format!("{}T{:02}:{:02}", day(n.div_euclid(1440)), n.rem_euclid(1440) / 60, n.rem_euclid(60)).into()
        }
        (Value::Whole(n), Type::YesNo) => (*n != 0).into(),
        (Value::Whole(n), Type::Months | Type::TradingDays) => (*n).into(),
        (Value::Whole(n), ty) => words.whole(*n, ty).into(),
        (Value::List(lines), Type::List(shape)) => {
            let Some(shape) = words.terms.shapes.get(shape.at()) else { return Json::Null };
            let rows = words.rows(lines, ty);
            rows.into_iter()
                .map(|row| {
                    let mut values = row.iter().zip(&shape.fields).map(|(v, (name, ty, _))| (name.clone(), value(words, v, ty)));
                    if shape.plain {
                        values.next().map_or(Json::Null, |(_, v)| v)
                    } else {
                        Json::Object(values.filter(|(_, v)| !v.is_null()).collect())
                    }
                })
                .collect()
        }
        (Value::List(_), _) => Json::Null,
    }
}

/// A column that is a rounded state has the places of its rounding.
fn padded(terms: &Terms, program: &Program, kind: &ExprKind, v: &Value, ty: &Type, words: &Words<'_>) -> Json {
    if let (ExprKind::State { state, .. }, Value::Decimal(n)) = (kind, v) {
        return pad(*n, unit(program, terms, *state)).to_string().into();
    }
    value(words, v, ty)
}

/// The places a state is rounded to under the readings chosen.
#[must_use]
pub fn unit(program: &Program, terms: &Terms, state: StateId) -> Option<u32> {
    let lines = &terms.states.get(state.at())?.rounding;
    let applies = |when: &crate::terms::Expr| holds(when, &program.readings);
    let line = lines.iter().find(|l| l.when.as_ref().is_none_or(applies))?;
    Some(line.unit.normalize().scale())
}

/// Whether a condition on readings holds.
fn holds(e: &crate::terms::Expr, readings: &[u32]) -> bool {
    match &e.kind {
        ExprKind::Reading(id, alternatives) => readings.get(id.at()).is_some_and(|r| alternatives.contains(r)),
        ExprKind::Not(x) => !holds(x, readings),
        ExprKind::All(xs) => xs.iter().all(|x| holds(x, readings)),
        ExprKind::Any(xs) => xs.iter().any(|x| holds(x, readings)),
        ExprKind::Whole(n) => *n != 0,
        _ => false,
    }
}

/// At least so many places.
#[must_use]
pub fn pad(mut n: Decimal, places: Option<u32>) -> Decimal {
    if let Some(places) = places
        && n.scale() < places
    {
        n.rescale(places);
    }
    n
}
