//! A comparison as tables and as JSON.

use super::{Comparison, Outcome, Standing};
use crate::report::figure::{Figure, Whose, same, shown};
use crate::report::sweep::{Digits, figure};
use crate::report::words::day;
use crate::report::{Document, Section};
use serde_json::{Map, Value as Json, json};

/// A comparison as tables.
#[must_use]
pub fn document(c: &Comparison, digits: Digits) -> Document {
    let title = c.variants.first().map(|v| v.title.clone()).unwrap_or_default();
    let as_of = match c.streams.as_slice() {
        [one] if one.as_of > 0 => day(one.as_of),
        _ => String::new(),
    };
    let mut out = Document { title, as_of, ..Document::default() };
    for stream in &c.streams {
        let several = c.streams.len() > 1;
        let of = Of { c, stream, digits };
        let mut sections = of.figures();
        sections.push(of.sums());
        sections.push(of.partings());
        sections.push(of.differences());
        sections.push(of.stopped());
        sections.retain(|s| !s.rows.is_empty());
        for mut section in sections {
            if several {
                section.name = format!("{} in {}", section.name, stream.stream);
            }
            out.sections.push(section);
        }
        for (n, v) in c.variants.iter().enumerate().filter(|(_, v)| v.of.is_none()) {
            let place = if several { format!("In {} ", stream.stream) } else { String::new() };
            out.notes.extend(of.same(n).map(|list| {
                if place.is_empty() {
                    format!("The same as {}: {list}", v.name)
                } else {
                    format!("{place}the same as {}: {list}", v.name)
                }
            }));
        }
    }
    if c.streams.len() > 1 {
        out.sections.push(across(c, digits));
    }
    out.notes.push(format!("Ranked by {}, the most first", c.ranked_by.replace('_', " ")));
    out
}

/// One stream.
struct Of<'c> {
    c: &'c Comparison,
    stream: &'c Outcome,
    digits: Digits,
}

impl<'c> Of<'c> {
    fn name(&self, s: &Standing) -> &'c str {
        self.c.variants.get(s.variant).map_or("", |v| v.name.as_str())
    }

    /// The variants that are listed: all but the readings that change nothing.
    fn listed(&self) -> impl Iterator<Item = &'c Standing> {
        self.stream.standings.iter().filter(|s| !self.c.is_dull(self.stream, s))
    }

    /// The variants that did the same as one that was asked for by name: its readings, and for the first also others.
    fn same(&self, as_: usize) -> Option<String> {
        let one = self.stream.of(as_)?;
        let name = self.c.variants.get(as_)?.name.as_str();
        let of = |s: &Standing| self.c.variants.get(s.variant).and_then(|v| v.of);
        let mut all: Vec<&Standing> = self.stream.standings.iter().filter(|s| s.variant != as_).collect();
        all.retain(|s| self.stream.is_same(s, one) && (of(s) == Some(as_) || (as_ == 0 && of(s).is_none())));
        all.sort_by_key(|s| s.variant);
        let short = |s: &Standing| {
            let whole = self.name(s);
            whole.strip_prefix(name).filter(|r| r.starts_with(' ')).unwrap_or(whole).trim().to_owned()
        };
        let list: Vec<String> = all.into_iter().map(short).collect();
        (!list.is_empty()).then(|| list.join(", "))
    }

    fn value(&self, f: Option<&Figure>) -> String {
        let none = || if self.digits == Digits::All { String::new() } else { "—".to_owned() };
        f.map_or_else(none, |f| self.digits.number(f.value, &f.ty, f.places, &self.c.currency))
    }

    /// A table for each report: a row for each variant and entry, a column for each number.
    fn figures(&self) -> Vec<Section> {
        let mut reports: Vec<&str> = Vec::new();
        for f in self.listed().flat_map(|s| &s.figures).filter(|f| f.name.whose != Whose::Sum) {
            if !reports.contains(&f.name.of.as_str()) {
                reports.push(&f.name.of);
            }
        }
        // what is ranked by stands first
        let ranked = |report: &&str| !self.all(report).any(|f| f.name.column == self.c.ranked_by);
        reports.sort_by_key(ranked);
        reports.into_iter().filter_map(|r| self.report(r)).collect()
    }

    fn all(&self, report: &str) -> impl Iterator<Item = &'c Figure> {
        self.listed().flat_map(|s| &s.figures).filter(move |f| f.name.of == report && f.name.whose != Whose::Sum)
    }

    fn report(&self, report: &str) -> Option<Section> {
        let mut columns: Vec<&str> = Vec::new();
        for f in self.all(report) {
            if !columns.contains(&f.name.column.as_str()) {
                columns.push(&f.name.column);
            }
        }
        let alone = self.all(report).all(|f| f.name.whose == Whose::Issuer);
        // what is the same everywhere is no result of a comparison
        let differs = self.stream.first().is_none_or(|first| {
            self.all(report).any(|f| first.figures.iter().all(|o| o.name != f.name || !same(o.value, f.value)))
        });
        if !differs && columns.iter().all(|c| *c != self.c.ranked_by) {
            return None;
        }
        let mut section = Section::new(&report.replace('_', " "), &["rank", "variant"]);
        section.numeric = vec![true, false];
        section.head.extend((!alone).then(|| "of".to_owned()));
        section.numeric.extend((!alone).then_some(false));
        section.head.extend(columns.iter().map(|c| c.replace('_', " ")));
        section.numeric.extend(columns.iter().map(|_| true));
        for s in self.listed() {
            let mut entries: Vec<&Whose> = Vec::new();
            for f in s.figures.iter().filter(|f| f.name.of == report && f.name.whose != Whose::Sum) {
                if !entries.contains(&&f.name.whose) {
                    entries.push(&f.name.whose);
                }
            }
            for whose in entries {
                let find = |column: &str| {
                    s.figures.iter().find(|f| f.name.of == report && f.name.whose == *whose && f.name.column == column)
                };
                let mut row = vec![s.rank.to_string(), self.name(s).to_owned()];
                if let Whose::Entry(key) = whose {
                    row.push(key.clone());
                } else if !alone {
                    row.push(String::new());
                }
                row.extend(columns.iter().map(|c| self.value(find(c))));
                section.rows.push(row);
            }
        }
        Some(section)
    }

    /// Sums of money in effects: payments.
    fn sums(&self) -> Section {
        let mut names: Vec<&Figure> = Vec::new();
        for f in self.listed().flat_map(|s| &s.figures).filter(|f| f.name.whose == Whose::Sum) {
            if f.value.is_some_and(|n| !n.is_zero()) && names.iter().all(|o| o.name != f.name) {
                names.push(f);
            }
        }
        let mut section = Section::new("sums", &["variant"]);
        section.numeric = vec![false];
        section.head.extend(names.iter().map(|f| f.name.sentence()));
        section.numeric.extend(names.iter().map(|_| true));
        if names.is_empty() {
            return section;
        }
        for s in self.listed() {
            let mut row = vec![self.name(s).to_owned()];
            row.extend(names.iter().map(|n| self.value(s.figures.iter().find(|f| f.name == n.name))));
            section.rows.push(row);
        }
        section
    }

    /// The first record at which each parts company with the first.
    fn partings(&self) -> Section {
        let first = self.c.variants.first().map_or("", |v| v.name.as_str());
        let heads = ["variant", "record", "date", "event", "under", "what it does", "refusals"];
        let mut section = Section::new(&format!("where they part company with {first}"), &heads);
        let before = self.stream.first().map_or(0, |s| s.refusals);
        for s in self.listed().filter(|s| s.variant != 0) {
            let Some(p) = &s.parting else { continue };
            let under = if p.other.is_empty() { format!("§{}", p.clause) } else { format!("§{}, §{}", p.clause, p.other) };
            section.rows.push(vec![
                self.name(s).to_owned(),
                if p.number == 0 { "—".to_owned() } else { p.number.to_string() },
                if p.day == 0 { "—".to_owned() } else { day(p.day) },
                s.event.replace('_', " "),
                under,
                p.what.clone(),
                if before == s.refusals { before.to_string() } else { format!("{before} → {}", s.refusals) },
            ]);
        }
        section
    }

    /// What differs from the first, and by how much.
    fn differences(&self) -> Section {
        let heads = ["variant", "figure", "first", "value", "difference"];
        let first = self.c.variants.first().map_or("", |v| v.name.as_str());
        let mut section = Section::new(&format!("differences from {first}"), &heads);
        section.numeric = vec![false, false, true, true, true];
        let Some(base) = self.stream.first() else { return section };
        for s in self.listed().filter(|s| s.variant != 0) {
            for f in &s.figures {
                let ours = base.figures.iter().find(|o| o.name == f.name);
                if same(ours.and_then(|o| o.value), f.value) {
                    continue;
                }
                let by = f.value.zip(ours.and_then(|o| o.value)).and_then(|(a, b)| a.checked_sub(b));
                let by = self.digits.number(by, &f.ty, f.places, &self.c.currency);
                let row = vec![self.name(s).to_owned(), f.name.sentence(), self.value(ours), self.value(Some(f)), by];
                section.rows.push(row);
            }
        }
        section
    }

    fn stopped(&self) -> Section {
        let mut section = Section::new("stopped", &["variant", "why"]);
        for s in self.listed() {
            section.rows.extend(s.stopped.as_ref().map(|why| vec![self.name(s).to_owned(), why.clone()]));
        }
        section
    }
}

/// All streams: what each variant is ranked by in each, and the sum of its ranks.
fn across(c: &Comparison, digits: Digits) -> Section {
    let mut section = Section::new(&format!("{} in all streams", c.ranked_by.replace('_', " ")), &["variant"]);
    section.numeric = vec![false];
    section.head.extend(c.streams.iter().map(|s| s.stream.clone()));
    section.numeric.extend(c.streams.iter().map(|_| true));
    section.head.push("sum of ranks".to_owned());
    section.numeric.push(true);
    let mut rows: Vec<(usize, usize, Vec<String>)> = Vec::new();
    for (n, v) in c.variants.iter().enumerate() {
        let standings: Vec<Option<&Standing>> = c.streams.iter().map(|s| s.standings.iter().find(|s| s.variant == n)).collect();
        if c.streams.iter().zip(&standings).all(|(o, s)| s.is_some_and(|s| c.is_dull(o, s))) {
            continue;
        }
        let ranks: usize = standings.iter().flatten().map(|s| s.rank).sum();
        let mut row = vec![v.name.clone()];
        for s in &standings {
            let f = s.and_then(|s| s.figures.iter().find(|f| f.name.column == c.ranked_by));
            let measure = s.and_then(|s| s.measure);
            row.push(match (f, digits) {
                (Some(f), Digits::Short) => shown(measure, &f.ty, f.places, &c.currency),
                (Some(f), Digits::All) => digits.number(measure, &f.ty, None, &c.currency),
                (None, Digits::Short) => "—".to_owned(),
                (None, Digits::All) => String::new(),
            });
        }
        row.push(ranks.to_string());
        rows.push((ranks, n, row));
    }
    rows.sort_by_key(|(ranks, n, _)| (*ranks, *n));
    section.rows = rows.into_iter().map(|(.., row)| row).collect();
    section
}

/// A comparison for other programs.
#[must_use]
pub fn json(c: &Comparison) -> Json {
    let variants: Vec<Json> = c
        .variants
        .iter()
        .map(|v| {
            let readings: Map<String, Json> = v.readings.iter().map(|(r, w)| (r.clone(), w.clone().into())).collect();
            json!({ "name": v.name, "terms": v.title, "readings": readings })
        })
        .collect();
    let name = |s: &Standing| c.variants.get(s.variant).map(|v| v.name.clone());
    let streams: Vec<Json> = c
        .streams
        .iter()
        .map(|o| {
            let standings: Vec<Json> = o
                .standings
                .iter()
                .map(|s| {
                    let parts = s.parting.as_ref().map(|p| {
                        let other = if p.other.is_empty() { Json::Null } else { p.other.clone().into() };
                        let date = (p.day > 0).then(|| day(p.day));
                        json!({ "event": (p.number > 0).then_some(p.number), "date": date, "kind": s.event, "clause": p.clause, "other_clause": other,
                            "what": p.what })
                    });
                    json!({ "variant": name(s), "rank": s.rank, "measure": s.measure.map(|n| n.to_string()), "parts": parts,
                        "refusals": s.refusals, "stopped": s.stopped,
                        "figures": s.figures.iter().map(|f| figure(&f.name, f.value)).collect::<Vec<_>>() })
                })
                .collect();
            json!({ "stream": o.stream, "as_of": if o.as_of > 0 { day(o.as_of).into() } else { Json::Null }, "standings": standings })
        })
        .collect();
    json!({ "variants": variants, "ranked_by": c.ranked_by, "streams": streams })
}
