//! What the engine says of a run.

use super::{Atom, Fact, Halt, Seen, VOID, day, entry, maybe_day, named, said, text, whole};
use num_bigint::BigInt;
use num_rational::BigRational;
use rust_decimal::Decimal;
use tenor::engine::code::Program;
use tenor::engine::decimal::Fault;
use tenor::engine::run::{BadRecord, Change, Run, Said, SaidPart, StopReason, Stopped, Value, Warning};
use tenor::engine::table::{kind_of, row_of};
use tenor::report::json::{standing, status};
use tenor::report::words::Words;
use tenor::source::Span;
use tenor::terms::{StateId, Terms, Type};

/// A decimal as a fraction.
pub(crate) fn fraction(n: Decimal) -> BigRational {
    BigRational::new(BigInt::from(n.mantissa()), BigInt::from(10).pow(n.scale()))
}

pub(crate) const fn fault(f: Fault) -> &'static str {
    match f {
        Fault::Overflow => "overflow",
        Fault::ZeroDivision => "division by zero",
        Fault::Inexact => "inexact",
        Fault::Domain => "no answer",
        Fault::UnknownDay => "unknown day",
        Fault::NoTradingDay => "no trading day",
        Fault::Endless => "endless",
    }
}

struct Sight<'r> {
    terms: &'r Terms,
    program: &'r Program,
    run: &'r Run,
}

/// What a run of the engine says.
pub(crate) fn of_engine(terms: &Terms, program: &Program, run: &Run) -> Seen {
    let s = Sight { terms, program, run };
    Seen {
        as_of: (run.as_of != 0).then_some(run.as_of),
        stopped: run.stopped.as_ref().map(|h| s.halt(h)),
        rejected: run.rejected.iter().map(|h| s.halt(h)).collect(),
        parts: vec![
            ("changes", run.changes.iter().filter_map(|c| s.change(c)).collect()),
            ("refusals", s.refusals()),
            ("obligations", s.obligations()),
            ("covenants", s.breaches()),
            ("effects", s.lines()),
            ("warnings", run.warnings.iter().map(|w| s.warning(w)).collect()),
            ("rescissions", s.rescissions()),
            ("reports", s.rows()),
            ("asked", s.asked()),
        ],
    }
}

impl Sight<'_> {
    fn value(&self, v: &Value, ty: &Type) -> Atom {
        match (v, ty) {
            (Value::Unknown, _) => Atom::Unknown,
            (Value::Failed(f), _) => Atom::Failed(fault(*f)),
            (Value::Decimal(n), _) => Atom::Number(fraction(*n)),
            (Value::Whole(n), Type::Text) => Atom::Text(self.run.texts.whole(*n).to_owned()),
            (Value::Whole(n), Type::Entry(_)) => self.entry(*n).map_or(Atom::Unknown, Atom::Text),
            (Value::Whole(n), ty) => whole(self.terms, *n, ty),
            (Value::List(lines), Type::List(shape)) => {
                let words = Words { terms: self.terms, texts: &self.run.texts, keys: &self.run.keys };
                let fields = self.terms.shapes.get(shape.at()).map_or(&[][..], |s| s.fields.as_slice());
                let line = |row: &Vec<Value>| row.iter().zip(fields).map(|(v, (_, ty, _))| self.value(v, ty)).collect();
                Atom::List(words.rows(lines, ty).iter().map(line).collect())
            }
            (Value::List(_), _) => Atom::Text("a line".to_owned()),
        }
    }

    /// What an entry is called: by its key; by its number among those without one.
    fn entry(&self, n: i64) -> Option<String> {
        if n < 0 {
            return None;
        }
        let (kind, row) = (usize::try_from(kind_of(n)).unwrap_or(usize::MAX), row_of(n));
        let keys = self.run.keys.get(kind).map_or(&[][..], Vec::as_slice);
        let key = match keys.get(row) {
            Some(k) if *k >= 0 => self.run.texts.whole(*k).to_owned(),
            Some(_) => format!("#{}", keys.iter().take(row).filter(|k| **k < 0).count() + 1),
            None => format!("#{}", row + 1),
        };
        Some(entry(self.terms, kind, &key))
    }

    fn of(&self, state: StateId, row: u32) -> String {
        let Some(s) = self.terms.states.get(state.at()) else { return String::new() };
        match s.of {
            None => s.name.clone(),
            Some(kind) => {
                let of = self.entry(tenor::engine::table::entry(kind, row)).unwrap_or_default();
                format!("{} of {of}", s.name)
            }
        }
    }

    fn state_value(&self, state: StateId, n: Decimal) -> Atom {
        let Some(s) = self.terms.states.get(state.at()) else { return Atom::Unknown };
        if s.ty.is_decimal() {
            return Atom::Number(fraction(n));
        }
        let n = i64::try_from(n.trunc().mantissa()).unwrap_or(-1);
        self.value(&Value::Whole(n), &s.ty)
    }

    fn change(&self, c: &Change) -> Option<Fact> {
        let site = self.program.sites.get(usize::from(c.site))?;
        if site.pending {
            return None;
        }
        let before = if c.was_known { self.state_value(site.state, c.before) } else { Atom::Unknown };
        Some(Fact {
            about: format!("record {} on {}, {}", c.when.number, day(c.when.day), self.of(site.state, c.row)),
            values: vec![
                named("before", before),
                named("after", self.state_value(site.state, c.after)),
                said("status", status(c.status)),
                said("clause", self.terms.cite(c.clause)),
                said("rule", self.terms.rules.get(site.rule.at()).map_or("", |r| r.name.as_str())),
                named("made", c.made.map_or(Atom::Unknown, |m| Atom::Text(m.number.to_string()))),
            ],
        })
    }

    fn said(&self, s: &Said) -> Vec<(String, Atom)> {
        text(s.parts.iter().map(|p| match p {
            SaidPart::Plain(s) => Ok(s.clone()),
            SaidPart::Value(v) => match self.value(&v.value, &v.ty) {
                Atom::Text(t) if v.ty == Type::Text => Ok(t),
                other => Err(other),
            },
        }))
    }

    fn refusals(&self) -> Vec<Fact> {
        let one = |r: &tenor::engine::run::Refusal| {
            let mut values = vec![said("clause", self.terms.cite(r.clause))];
            let reason = self.said(&r.reason);
            let void = matches!(reason.first(), Some((_, Atom::Text(t))) if t.starts_with(VOID));
            values.extend(if void { vec![said("says", VOID)] } else { reason });
            values.extend(r.with.iter().map(|(path, v)| (format!("with {}", path.join(".")), self.value(&v.value, &v.ty))));
            Fact { about: format!("record {} on {}", r.when.number, day(r.when.day)), values }
        };
        self.run.refusals.iter().map(one).collect()
    }

    fn obligations(&self) -> Vec<Fact> {
        let one = |o: &tenor::engine::run::Owed| {
            let name = self.terms.obligations.get(o.obligation.at()).map_or("", |d| d.name.as_str());
            let mut values = vec![
                said("of", &self.entry(o.about()).unwrap_or_default()),
                named("due", maybe_day(o.due)),
                named("done", maybe_day(o.done)),
                said("stands", o.standing.map_or("untold", standing)),
            ];
            values.extend(self.said(&o.what));
            Fact { about: format!("record {}, {name}", o.when.number), values }
        };
        self.run.owed.iter().map(one).collect()
    }

    fn breaches(&self) -> Vec<Fact> {
        let one = |b: &tenor::engine::run::Breach| {
            let name = self.terms.covenants.get(b.covenant.at()).map_or("", |c| c.name.as_str());
            let about = format!("record {} on {}, {name}", b.when.number, day(b.when.day));
            Fact { about, values: vec![named("cured", maybe_day(b.cured))] }
        };
        self.run.breaches.iter().map(one).collect()
    }

    fn lines(&self) -> Vec<Fact> {
        let one = |l: &tenor::engine::run::Line| {
            let effect = self.terms.effects.get(l.effect.at());
            let fields = effect.map_or(&[][..], |e| e.fields.as_slice());
            let mut values = vec![said("clause", self.terms.cite(l.clause))];
            values.extend(fields.iter().zip(&l.values).map(|((name, ty, _), v)| (name.clone(), self.value(v, ty))));
            Fact { about: format!("record {}, {}", l.when.number, effect.map_or("", |e| e.name.as_str())), values }
        };
        self.run.lines.iter().map(one).collect()
    }

    fn warning(&self, w: &Warning) -> Fact {
        let about = format!("record {}", w.when.number);
        match w.text.parts.first() {
            Some(SaidPart::Plain(first)) if first.starts_with("records ") && first.ends_with("their order matters") => {
                self.order(about, first, &w.text)
            }
            _ => Fact { about, values: self.said(&w.text) },
        }
    }

    /// `records 3 and 4 … their order matters: price of W-1 is a as they stand, and b the other way round; …`
    fn order(&self, about: String, first: &str, text: &Said) -> Fact {
        let records: Vec<&str> = first.split(' ').filter(|w| w.bytes().all(|b| b.is_ascii_digit())).collect();
        let mut values = vec![said("order of", &records.join(" and "))];
        let mut name = String::new();
        for part in text.parts.iter().skip(1) {
            match part {
                SaidPart::Plain(s) if [": ", "; "].contains(&s.as_str()) => name.clear(),
                SaidPart::Plain(s) if s.starts_with(" is ") => {}
                SaidPart::Plain(s) if s.starts_with(" as they") || s.starts_with(" the other") => {}
                SaidPart::Plain(s) => name.push_str(s),
                SaidPart::Value(v) => match self.value(&v.value, &v.ty) {
                    Atom::Text(t) => name.push_str(&t),
                    number => values.push((name.clone(), number)),
                },
            }
        }
        Fact { about, values }
    }

    fn rescissions(&self) -> Vec<Fact> {
        let list = |l: &[u32]| {
            let mut l = l.to_vec();
            l.sort_unstable();
            l.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let one = |r: &tenor::engine::run::Rescission| Fact {
            about: format!("record {} on {}", r.when.number, day(r.when.day)),
            values: vec![
                said("rule", r.rule.and_then(|r| self.terms.rules.get(r.at())).map_or("", |r| r.name.as_str())),
                said("clause", self.terms.cite(r.clause)),
                said("annulled", &list(&r.annulled)),
                said("affected", &list(&r.affected)),
            ],
        };
        self.run.rescissions.iter().map(one).collect()
    }

    fn rows(&self) -> Vec<Fact> {
        let one = |s: &tenor::engine::run::Shown| {
            let report = self.terms.reports.get(s.report);
            let name = report.map_or("", |r| r.name.as_str());
            let columns = report.map_or(&[][..], |r| r.columns.as_slice());
            let values = columns.iter().zip(&s.columns).map(|((name, e), v)| (name.clone(), self.value(v, &e.ty))).collect();
            Fact { about: format!("{name} of {}", self.entry(s.row).unwrap_or_default()), values }
        };
        self.run.shown.iter().map(one).collect()
    }

    fn asked(&self) -> Vec<Fact> {
        let one = |(n, a): (usize, &tenor::engine::run::Typed)| Fact {
            about: format!("question {}", n + 1),
            values: vec![named("is", self.value(&a.value, &a.ty))],
        };
        self.run.asked.iter().enumerate().map(one).collect()
    }

    fn halt(&self, s: &Stopped) -> Halt {
        let place = |span: &Span| (*span != Span::default()).then(|| self.terms.sources.place(*span));
        let (why, place) = match &s.why {
            StopReason::Stop { clause, reason, span } => {
                let mut why = vec![said("why", "said so"), said("clause", self.terms.cite(*clause))];
                why.extend(self.said(reason));
                (why, place(span))
            }
            StopReason::Missing { span, .. } => (vec![said("why", "unknown")], place(span)),
            StopReason::Arithmetic { fault: f, span } => (vec![named("why", Atom::Failed(fault(*f)))], place(span)),
            StopReason::Record(BadRecord::NoSuchEntry { field, .. }) => {
                (vec![said("why", "no such entry"), said("field", field.split('.').next().unwrap_or(field))], None)
            }
            StopReason::Record(BadRecord::Exists { .. }) => (vec![said("why", "taken")], None),
            StopReason::Record(BadRecord::MakesOthers { of }) => {
                (vec![said("why", "makes others"), said("of", &of.to_string())], None)
            }
            StopReason::Record(BadRecord::NoSuchRecord { .. }) => (vec![said("why", "no such record")], None),
            StopReason::Record(BadRecord::AfterCorrection { of, .. }) => {
                (vec![said("why", "after a correction"), said("of", &of.to_string())], None)
            }
            StopReason::Record(BadRecord::Backwards) => (vec![said("why", "backwards")], None),
            StopReason::Check(message) => {
                let mut why = vec![said("why", "check")];
                why.extend(self.said(message));
                (why, None)
            }
        };
        Halt { record: s.when.number, day: s.when.day, why, place }
    }
}
