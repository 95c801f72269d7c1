//! What the plain reckoning says of a run.

use super::{Atom, Fact, Halt, Seen, day, entry, maybe_day, named, said, text, whole};
use std::collections::BTreeMap;
use tenor::reckon::{Change, Differs, Entry, Fault, Got, Lack, Outcome, Part, Said, Status, Stop, Value, Warned, Why};
use tenor::report::json::standing;
use tenor::source::Span;
use tenor::terms::{Expr, Key, ShapeId, Terms, Type};

const fn fault(f: Fault) -> &'static str {
    match f {
        Fault::Overflow => "overflow",
        Fault::DivisionByZero => "division by zero",
        Fault::NoAnswer | Fault::OutsideFunction | Fault::OutsideTable => "no answer",
        Fault::OutsideCalendar => "unknown day",
        Fault::Circular => "circular",
        Fault::NoEntry => "no entry",
        Fault::NoTradingDay => "no trading day",
        Fault::Endless => "endless",
    }
}

struct Sight<'r> {
    terms: &'r Terms,
    outcome: &'r Outcome,
    /// What entries are called.
    names: BTreeMap<Entry, String>,
}

/// What an outcome says; `asked` are the formulas that were asked.
pub(crate) fn of_reckon(terms: &Terms, outcome: &Outcome, asked: &[&Expr]) -> Seen {
    let s = Sight { terms, outcome, names: names(terms, outcome) };
    Seen {
        as_of: outcome.as_of,
        stopped: outcome.stopped.as_ref().map(|h| s.halt(h)),
        rejected: outcome.rejected.iter().map(|h| s.halt(h)).collect(),
        parts: vec![
            ("changes", outcome.changes.iter().map(|c| s.change(c)).collect()),
            ("refusals", s.refusals()),
            ("obligations", s.obligations()),
            ("covenants", s.breaches()),
            ("effects", s.lines()),
            ("warnings", s.warnings()),
            ("rescissions", s.rescissions()),
            ("reports", s.rows()),
            ("asked", s.asked(asked)),
        ],
    }
}

/// What entries are called: by their key; by their number among those without one.
fn names(terms: &Terms, outcome: &Outcome) -> BTreeMap<Entry, String> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut out = BTreeMap::new();
    for n in &outcome.named {
        let keyed = terms.kind(n.kind).is_some_and(|k| matches!(k.kept, Some(Key::Id | Key::Field(_))));
        let key = match &n.key {
            Some(key) if keyed => key.to_string(),
            _ if n.void => "void".to_owned(),
            _ => {
                let count = counts.entry(n.kind.at()).or_insert(0);
                *count += 1;
                format!("#{count}")
            }
        };
        out.insert(n.entry, entry(terms, n.kind.at(), &key));
    }
    out
}

impl Sight<'_> {
    fn value(&self, v: &Value, ty: &Type) -> Atom {
        match (v, ty) {
            (Value::Number(n), _) => Atom::Number(n.clone()),
            (Value::Whole(n), ty) => whole(self.terms, *n, ty),
            (Value::Text(t), _) => Atom::Text(t.to_string()),
            (Value::Entry(e), _) => Atom::Text(self.name(Some(*e))),
            (Value::List(lines), Type::List(shape)) => Atom::List(lines.iter().map(|l| self.line(l, *shape)).collect()),
            (Value::List(_) | Value::Line(_), _) => Atom::Text("a line".to_owned()),
        }
    }

    fn line(&self, line: &[Option<Value>], shape: ShapeId) -> Vec<Atom> {
        let fields = self.terms.shapes.get(shape.at()).map_or(&[][..], |s| s.fields.as_slice());
        let cell = |((_, ty, _), v): (&(String, Type, bool), &Option<Value>)| self.maybe(v.as_ref(), ty);
        fields.iter().zip(line).map(cell).collect()
    }

    fn maybe(&self, v: Option<&Value>, ty: &Type) -> Atom {
        v.map_or(Atom::Unknown, |v| self.value(v, ty))
    }

    fn got(&self, v: &Got<Value>, ty: &Type) -> Atom {
        match v {
            Ok(v) => self.value(v, ty),
            Err(Lack::Unknown(_) | Lack::Said(_)) => Atom::Unknown,
            Err(Lack::Fault(Fault::NoEntry, _)) => Atom::Unknown,
            Err(Lack::Fault(f, _)) => Atom::Failed(fault(*f)),
        }
    }

    fn name(&self, of: Option<Entry>) -> String {
        of.map_or_else(String::new, |e| self.names.get(&e).cloned().unwrap_or_else(|| format!("{e:?}")))
    }

    fn change(&self, c: &Change) -> Fact {
        let state = self.terms.states.get(c.state.at());
        let ty = state.map_or(Type::NUMBER, |s| s.ty.clone());
        let mut of = state.map_or_else(String::new, |s| s.name.clone());
        if c.of.is_some() {
            of = format!("{of} of {}", self.name(c.of));
        }
        let status = match c.status {
            Status::InForce => "in_force",
            Status::Pending => "pending",
            Status::Rescinded => "rescinded",
            Status::Superseded => "superseded",
        };
        Fact {
            about: format!("record {} on {}, {of}", c.record, day(c.day)),
            values: vec![
                named("before", self.maybe(c.before.as_ref(), &ty)),
                named("after", self.maybe(c.after.as_ref(), &ty)),
                said("status", status),
                said("clause", self.terms.cite(c.clause)),
                said("rule", self.terms.rules.get(c.rule.at()).map_or("", |r| r.name.as_str())),
                named("made", c.made.map_or(Atom::Unknown, |m| Atom::Text(m.to_string()))),
            ],
        }
    }

    fn said(&self, parts: &[Part]) -> Vec<(String, Atom)> {
        text(parts.iter().map(|p| match p {
            Part::Plain(s) => Ok(s.clone()),
            Part::Value(v, ty) => match self.maybe(v.as_ref(), ty) {
                Atom::Text(t) if *ty == Type::Text => Ok(t),
                other => Err(other),
            },
        }))
    }

    fn refusals(&self) -> Vec<Fact> {
        let one = |r: &tenor::reckon::Refusal| {
            let mut values = vec![said("clause", self.terms.cite(r.said.clause))];
            values.extend(self.said(&r.said.reason));
            let with =
                |(path, v): &(Vec<String>, Value)| (format!("with {}", path.join(".")), self.value(v, &self.with_type(path)));
            values.extend(r.said.with.iter().map(with));
            Fact { about: format!("record {} on {}", r.record, day(r.day)), values }
        };
        let mut out: Vec<(u32, Fact)> = self.outcome.refusals.iter().map(|r| (r.record, one(r))).collect();
        out.sort_by_key(|(n, _)| *n);
        out.into_iter().map(|(_, f)| f).collect()
    }

    /// The type of a value given with a refusal: the first of that path.
    fn with_type(&self, path: &[String]) -> Type {
        use tenor::terms::{ExprKind, Failure, Formulas, Outcome as Case, StatementKind};
        let mut found = None;
        let mut look = |f: &Failure| {
            if let Some((_, e)) = f.with.iter().find(|(p, _)| p == path) {
                found.get_or_insert_with(|| e.ty.clone());
            }
        };
        for s in self.terms.rules.iter().flat_map(|r| &r.answers).flat_map(|a| &a.body) {
            if let StatementKind::Require(_, f) = &s.kind {
                look(f);
            }
        }
        self.terms.expressions(&mut |e| {
            if let ExprKind::FirstOf(rungs) = &e.kind {
                for rung in rungs {
                    if let Case::Failure(f) = &rung.outcome {
                        look(f);
                    }
                }
            }
        });
        found.unwrap_or(Type::NUMBER)
    }

    fn obligations(&self) -> Vec<Fact> {
        let one = |d: &tenor::reckon::Duty| {
            let name = self.terms.obligations.get(d.obligation.at()).map_or("", |o| o.name.as_str());
            let mut values = vec![
                said("of", &self.name(d.of)),
                named("due", maybe_day(d.due)),
                named("done", maybe_day(d.done)),
                said("stands", standing(d.standing)),
            ];
            values.extend(self.said(&d.what));
            Fact { about: format!("record {}, {name}", d.record), values }
        };
        self.outcome.obligations.iter().map(one).collect()
    }

    fn breaches(&self) -> Vec<Fact> {
        let one = |b: &tenor::reckon::Breach| {
            let name = self.terms.covenants.get(b.covenant.at()).map_or("", |c| c.name.as_str());
            let about = format!("record {} on {}, {name}", b.record, day(b.day));
            Fact { about, values: vec![named("cured", maybe_day(b.cured))] }
        };
        self.outcome.breaches.iter().map(one).collect()
    }

    fn lines(&self) -> Vec<Fact> {
        let one = |l: &tenor::reckon::Done| {
            let effect = self.terms.effects.get(l.effect.at());
            let fields = effect.map_or(&[][..], |e| e.fields.as_slice());
            let mut values = vec![said("clause", self.terms.cite(l.clause))];
            let cell = |((name, ty, _), v): (&(String, Type, bool), &Option<Value>)| (name.clone(), self.maybe(v.as_ref(), ty));
            values.extend(fields.iter().zip(l.line.iter()).map(cell));
            Fact { about: format!("record {}, {}", l.record, effect.map_or("", |e| e.name.as_str())), values }
        };
        self.outcome.effects.iter().map(one).collect()
    }

    fn warnings(&self) -> Vec<Fact> {
        let one = |w: &tenor::reckon::Warning| {
            let values = match &w.about {
                // what is affected stands in the rescission
                Warned::Affected(_) => return None,
                Warned::Text(parts) => self.said(parts),
                Warned::Order(other, figures) => {
                    let (a, b) = (w.record.min(*other), w.record.max(*other));
                    let mut values = vec![said("order of", &format!("{a} and {b}"))];
                    values.extend(figures.iter().flat_map(|d| self.differs(d)));
                    values
                }
            };
            Some(Fact { about: format!("record {}", w.record), values })
        };
        self.outcome.warnings.iter().filter_map(one).collect()
    }

    fn differs(&self, d: &Differs) -> [(String, Atom); 2] {
        let state = self.terms.states.get(d.state.at());
        let ty = state.map_or(Type::NUMBER, |s| s.ty.clone());
        let mut name = state.map_or_else(String::new, |s| s.name.clone());
        if d.of.is_some() {
            name = format!("{name} of {}", self.name(d.of));
        }
        [(name.clone(), self.maybe(d.one.as_ref(), &ty)), (name, self.maybe(d.other.as_ref(), &ty))]
    }

    fn rescissions(&self) -> Vec<Fact> {
        let list = |l: &[u32]| {
            let mut l = l.to_vec();
            l.sort_unstable();
            l.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let one = |r: &tenor::reckon::Rescission| Fact {
            about: format!("record {} on {}", r.record, day(r.day)),
            values: vec![
                said("rule", r.rule.and_then(|r| self.terms.rules.get(r.at())).map_or("", |r| r.name.as_str())),
                said("clause", self.terms.cite(r.clause)),
                said("annulled", &list(&r.annulled)),
                said("affected", &list(&r.affected)),
            ],
        };
        self.outcome.rescissions.iter().map(one).collect()
    }

    fn rows(&self) -> Vec<Fact> {
        let one = |r: &tenor::reckon::Row| {
            let report = self.terms.reports.get(r.report);
            let columns = report.map_or(&[][..], |r| r.columns.as_slice());
            let values = columns.iter().zip(&r.cells).map(|((name, e), v)| (name.clone(), self.got(v, &e.ty))).collect();
            Fact { about: format!("{} of {}", report.map_or("", |r| r.name.as_str()), self.name(r.of)), values }
        };
        self.outcome.rows.iter().map(one).collect()
    }

    fn asked(&self, asked: &[&Expr]) -> Vec<Fact> {
        let one = |(n, (a, e)): (usize, (&Got<Value>, &&Expr))| Fact {
            about: format!("question {}", n + 1),
            values: vec![named("is", self.got(a, &e.ty))],
        };
        self.outcome.asked.iter().zip(asked).enumerate().map(one).collect()
    }

    fn spoken(&self, said: &Said) -> Vec<(String, Atom)> {
        let mut why = vec![self::said("why", "said so"), self::said("clause", self.terms.cite(said.clause))];
        why.extend(self.said(&said.reason));
        why
    }

    fn halt(&self, s: &Stop) -> Halt {
        let place = |span: Span| (span != Span::default()).then(|| self.terms.sources.place(span));
        let why = match &s.why {
            Why::Lack(Lack::Unknown(_)) => vec![said("why", "unknown")],
            Why::Lack(Lack::Said(x)) => self.spoken(x),
            Why::Lack(Lack::Fault(f, _)) => vec![named("why", Atom::Failed(fault(*f)))],
            Why::NoEntry(field) => vec![said("why", "no such entry"), said("field", field)],
            Why::Taken(_) => vec![said("why", "taken")],
            Why::Check(parts) => {
                let mut why = vec![said("why", "check")];
                why.extend(self.said(parts));
                why
            }
            Why::MakesOthers { of } => vec![said("why", "makes others"), said("of", &of.to_string())],
            Why::NoRecord => vec![said("why", "no such record")],
            Why::AfterCorrection { of } => vec![said("why", "after a correction"), said("of", &of.to_string())],
            Why::Backwards => vec![said("why", "backwards")],
        };
        let place = if matches!(s.why, Why::Lack(_)) { place(s.span) } else { None };
        Halt { record: s.record, day: s.day, why, place }
    }
}
