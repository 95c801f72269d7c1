//! Random streams for any terms: from the events they declare, with values at and beside the numbers their formulas have.

#[path = "streams/dates.rs"]
mod dates;
#[path = "streams/pool.rs"]
mod pool;
#[path = "streams/values.rs"]
mod values;

pub(crate) use pool::{Library, Pool, beginnings};

use crate::case::{Asked, Records, Sides};
use crate::dice::Dice;
use dates::Clock;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use tenor::engine::run::Value;
use tenor::terms::{Dim, EventSort, Key, KindId, Terms};

/// A record as a stream has it.
pub(crate) type Line = Map<String, Json>;

/// A stream with the options it is run under.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    /// Its records.
    pub lines: Vec<Line>,
    /// The options.
    pub how: Asked,
}

impl Draft {
    /// The stream as text, line by line.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.lines.iter().map(|l| Json::Object(l.clone()).to_string()).collect()
    }
}

/// A stream in the making.
struct Maker<'a> {
    terms: &'a Terms,
    pool: &'a Pool,
    library: &'a Library,
    dice: &'a mut Dice,
    clock: Clock,
    /// Keys that have been given, by kind.
    keys: BTreeMap<KindId, Vec<String>>,
    /// Numbers that have been seen, by dimension.
    seen: BTreeMap<(i8, i8, i8), Vec<Decimal>>,
    names: usize,
    lines: Vec<Line>,
}

/// The powers of a dimension.
pub(crate) const fn powers(d: Dim) -> (i8, i8, i8) {
    (d.money, d.shares, d.days)
}

/// Readings at random: mostly the defaults.
pub(crate) fn readings(terms: &Terms, dice: &mut Dice) -> Vec<u32> {
    let any = dice.chance(60);
    let one = |r: &tenor::terms::Reading| {
        if any && dice.chance(40) { u32::try_from(dice.roll(r.alternatives.len())).unwrap_or(0) } else { r.default }
    };
    terms.readings.iter().map(one).collect()
}

/// A stream for terms that have been made into a program.
pub(crate) fn draft(sides: &Sides<'_>, pool: &Pool, library: &Library, dice: &mut Dice) -> Draft {
    let terms = sides.terms;
    let begun = pool.seeds.get(dice.roll(pool.seeds.len().max(1))).filter(|_| dice.chance(85)).cloned().unwrap_or_default();
    let keep = if dice.chance(40) { begun.len() } else { dice.roll(begun.len() + 1) };
    let start = pool.start(dice);
    let clock = Clock::new(start, terms.close);
    let mut maker =
        Maker { terms, pool, library, dice, clock, keys: BTreeMap::new(), seen: BTreeMap::new(), names: 0, lines: Vec::new() };
    for line in begun.into_iter().take(keep) {
        maker.take(line);
    }
    let more = 2 + maker.dice.roll(if maker.lines.is_empty() { 28 } else { 16 });
    for n in 0..more {
        if n == 0 || n == more / 2 {
            maker.look(sides);
        }
        if maker.dice.chance(5) {
            maker.amend();
        } else {
            maker.add();
        }
    }
    let how = maker.options();
    let lines = maker.lines;
    Draft { lines, how }
}

impl Maker<'_> {
    /// A record of an example, as it is or nearly so.
    fn take(&mut self, mut line: Line) {
        let text = |l: &Line, key: &str| l.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let Some(kind) = self.terms.kind_named(&text(&line, "event")) else { return };
        if let Some(day) = tenor::event::day_number(&text(&line, "date")) {
            self.clock.at(day);
        }
        if self.dice.chance(12) {
            self.change(kind, &mut line);
        }
        self.remember(kind, &line);
        self.lines.push(line);
    }

    /// Keys and numbers of a record, for later records.
    fn remember(&mut self, kind: KindId, line: &Line) {
        let Some(decl) = self.terms.kind(kind) else { return };
        let key = match decl.kept {
            Some(Key::Field(f)) => decl.fields.get(f.at()).and_then(|f| line.get(&f.name)),
            Some(Key::Id | Key::None) => line.get("id"),
            None => None,
        };
        if let Some(key) = key.and_then(Json::as_str) {
            self.keys.entry(kind).or_default().push(key.to_owned());
        }
        for field in &decl.fields {
            let Some(value) = line.get(field.written()) else { continue };
            if let (Some(makes), Some(key)) = (field.makes, value.as_str()) {
                self.keys.entry(makes).or_default().push(key.to_owned());
            }
            if let (Some(dim), Some(n)) = (field.ty.dim(), value.as_str().and_then(|t| t.parse().ok())) {
                self.seen.entry(powers(dim)).or_default().push(n);
            }
            if let (tenor::terms::Type::List(shape), Some(items)) = (&field.ty, value.as_array()) {
                let Some(shape) = self.terms.shapes.get(shape.at()) else { continue };
                for (f, makes) in &shape.makes {
                    let Some((name, ..)) = shape.fields.get(f.at()) else { continue };
                    let keys = items.iter().filter_map(|i| i.get(name).or(Some(i)).and_then(Json::as_str));
                    self.keys.entry(*makes).or_default().extend(keys.map(str::to_owned));
                }
            }
        }
    }

    /// Looks at the states as they stand, so that later records have numbers at their edge.
    fn look(&mut self, sides: &Sides<'_>) {
        let lines: Vec<String> = self.lines.iter().map(|l| Json::Object(l.clone()).to_string()).collect();
        let records = Records::of_lines(self.terms, &lines);
        let how = Asked { keep_going: true, ..Asked::default() };
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sides.engine(&records, how)));
        let Ok(run) = ran else { return };
        for s in &run.shown {
            let columns = self.terms.reports.get(s.report).map_or(&[][..], |r| r.columns.as_slice());
            for ((_, e), v) in columns.iter().zip(&s.columns) {
                if let (Some(dim), Value::Decimal(n)) = (e.ty.dim(), v) {
                    self.seen.entry(powers(dim)).or_default().push(*n);
                }
            }
        }
        for o in &run.owed {
            self.clock.note(o.due);
        }
    }

    /// A record that corrects an earlier one, or withdraws it.
    fn amend(&mut self) {
        let Some((n, of)) = self.dice.pick(&self.lines.iter().cloned().enumerate().collect::<Vec<_>>()).cloned() else { return };
        let Some(kind) = of.get("event").and_then(Json::as_str).and_then(|e| self.terms.kind_named(e)) else { return };
        let own = |name: &str| self.terms.kind(kind).is_some_and(|k| k.fields.iter().any(|f| f.written() == name));
        if of.contains_key("corrects") || of.contains_key("retracts") || own("corrects") || own("retracts") {
            return;
        }
        let (day, _) = self.clock.next(self.dice, self.pool);
        let mut line = Line::new();
        let retracts = self.dice.chance(30);
        if retracts {
            line.insert("event".into(), of.get("event").cloned().unwrap_or_default());
        } else {
            line = of;
            line.remove("time");
            line.remove("recorded");
            self.change(kind, &mut line);
        }
        line.insert("date".into(), Json::String(dates::text(day)));
        let name = if retracts { "retracts" } else { "corrects" };
        line.insert(name.into(), Json::String((n + 1).to_string()));
        self.lines.push(line);
    }

    /// One more record.
    fn add(&mut self) {
        let kinds: Vec<KindId> = (0..self.terms.kinds.len())
            .map(KindId::from)
            .filter(|k| self.terms.kind(*k).is_some_and(|k| k.sort != EventSort::Deemed))
            .collect();
        let often: Vec<KindId> = kinds.iter().copied().filter(|k| self.pool.often.contains(k)).collect();
        let from = if often.is_empty() || self.dice.chance(30) { &kinds } else { &often };
        let Some(kind) = self.dice.pick(from).copied() else { return };
        let Some(decl) = self.terms.kind(kind) else { return };
        let (day, minute) = self.clock.next(self.dice, self.pool);
        let mut line = Line::new();
        line.insert("date".into(), Json::String(dates::text(day)));
        line.insert("event".into(), Json::String(decl.name.clone()));
        if let Some(minute) = minute {
            line.insert("time".into(), Json::String(format!("{:02}:{:02}", minute / 60, minute % 60)));
        }
        if self.dice.chance(6) {
            let later = day + self.dice.between(-1, 40);
            line.insert("recorded".into(), Json::String(dates::text(later)));
        }
        let by_id = matches!(decl.kept, Some(Key::Id));
        if self.dice.chance(if by_id { 96 } else { 20 }) {
            let id = self.fresh(kind);
            line.insert("id".into(), Json::String(id));
        }
        let like = self.library.like(&decl.name, self.dice).filter(|_| self.dice.chance(70)).cloned();
        self.fields(kind, &mut line, like.as_ref());
        self.remember(kind, &line);
        self.lines.push(line);
    }

    /// A name that nothing has; rarely one that is taken.
    fn fresh(&mut self, kind: KindId) -> String {
        if self.dice.chance(3)
            && let Some(taken) = self.keys.get(&kind).and_then(|k| self.dice.pick(k))
        {
            return taken.clone();
        }
        self.names += 1;
        format!("N{}", self.names)
    }

    /// The key of an entry of some kinds; rarely of none.
    fn named(&mut self, kinds: &[KindId]) -> String {
        let all: Vec<&String> = kinds.iter().filter_map(|k| self.keys.get(k)).flatten().collect();
        match self.dice.pick(&all) {
            Some(key) if self.dice.chance(97) => (*key).clone(),
            _ => format!("X{}", self.dice.roll(3)),
        }
    }

    fn options(&mut self) -> Asked {
        let day = |l: &Line| l.get("date").and_then(Json::as_str).and_then(tenor::event::day_number);
        let days: Vec<i64> = self.lines.iter().filter_map(day).collect();
        let last = days.iter().max().copied();
        let near = |dice: &mut Dice| {
            let past = dice.between(0, 400);
            last.map(|last| if dice.chance(60) { last + past } else { dice.pick(&days).copied().unwrap_or(last) })
        };
        let as_of = if self.dice.chance(35) { near(self.dice) } else { None };
        let known_on = if self.dice.chance(10) { near(self.dice) } else { None };
        Asked { as_of, known_on, keep_going: self.dice.chance(50) }
    }
}
