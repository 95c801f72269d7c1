//! What the plain reckoning gives, in the form of the result of `tenor run --format json` (docs/events.md).

use super::code;
use ::tenor::reckon::{Change, Differs, Done, Duty, Got, Lack, Outcome, Part, Said, Status, Stop, Value, Warned, Why, decimal};
use ::tenor::terms::{Expr, Standing, Terms, Type};
use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value as Json, json};

/// A day as text.
pub(crate) fn day(day: i64) -> String {
    let date = i32::try_from(day).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or_default();
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// A value of a type.
pub(crate) fn value(terms: &Terms, v: &Value, ty: &Type) -> Json {
    match (v, ty) {
        (Value::Number(n), _) => decimal(n).map_or(json!("overflow"), |d| json!(d.to_string())),
        (Value::Whole(n), Type::Date) => json!(day(*n)),
        (Value::Whole(n), Type::Moment) => {
            let (d, m) = (n.div_euclid(1440), n.rem_euclid(1440));
            json!(format!("{}T{:02}:{:02}", day(d), m / 60, m % 60))
        }
        (Value::Whole(n), Type::YesNo) => json!(*n != 0),
        (Value::Whole(n), Type::Enum(_)) => json!(terms.words.get(usize::try_from(*n).unwrap_or(0))),
        (Value::Whole(n), _) => json!(n.to_string()),
        (Value::Text(t), _) => json!(&**t),
        (Value::Entry(e), _) => json!(format!("{e:?}")),
        (Value::List(lines), Type::List(shape)) => {
            let shape = &terms.shapes[shape.at()];
            let line = |l: &Vec<Option<Value>>| {
                let cell = |n: usize, ty: &Type| l.get(n).and_then(Option::as_ref).map_or(Json::Null, |v| value(terms, v, ty));
                if shape.plain {
                    return shape.fields.first().map_or(Json::Null, |(_, ty, _)| cell(0, ty));
                }
                Json::Object(shape.fields.iter().enumerate().map(|(n, (name, ty, _))| (name.clone(), cell(n, ty))).collect())
            };
            Json::Array(lines.iter().map(|l| line(l)).collect())
        }
        (Value::List(_) | Value::Line(_), _) => json!("a list"),
    }
}

/// A value, or why there is none, in short.
pub(crate) fn got(got: &Got<Value>) -> String {
    match got {
        Ok(Value::Number(n)) => decimal(n).map_or_else(|_| n.to_string(), |d| d.to_string()),
        Ok(v) => format!("{v:?}"),
        Err(lack) => format!("{lack:?}"),
    }
}

/// A value for a reader: money with its cents, a long number cut off.
fn amount(terms: &Terms, v: &Value, ty: &Type) -> String {
    let plain = match value(terms, v, ty) {
        Json::String(s) => s,
        other => other.to_string(),
    };
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let cut = if part.len() > 10 { format!("{}…", &part[..10]) } else { part.to_owned() };
    match ty {
        Type::Quantity(dim) if dim.money == 1 => format!("${whole}.{cut:0<2}"),
        _ if part.is_empty() => plain,
        _ => format!("{whole}.{cut}"),
    }
}

/// A text with its values.
pub(crate) fn text(terms: &Terms, parts: &[Part]) -> String {
    let part = |p: &Part| match p {
        Part::Plain(s) => s.clone(),
        Part::Value(Some(v), ty) => amount(terms, v, ty).trim_start_matches('$').to_owned(),
        Part::Value(None, _) => "?".to_owned(),
    };
    parts.iter().map(part).collect()
}

/// Why a run stopped.
pub(crate) fn why(terms: &Terms, stop: &Stop) -> String {
    match &stop.why {
        Why::Lack(Lack::Said(said)) => text(terms, &said.reason),
        Why::Lack(Lack::Unknown(span) | Lack::Fault(_, span)) => {
            format!("{:?} at {}: {}", stop.why, terms.sources.place(*span), terms.sources.text(*span))
        }
        Why::Check(parts) => super::plain(parts),
        other => format!("{}: {other:?}", code(stop)),
    }
}

fn section(terms: &Terms, clause: Option<::tenor::terms::ClauseId>) -> String {
    terms.section(clause).to_owned()
}

/// The result.
pub(crate) fn document(terms: &Terms, readings: &[u32], outcome: &Outcome) -> Json {
    let mut out = Map::new();
    let mut put = |name: &str, v: Json| out.insert(name.to_owned(), v);
    put("terms", json!(terms.title));
    put("as_of", outcome.as_of.map_or(Json::Null, |d| json!(day(d))));
    let chosen = terms.readings.iter().zip(readings).map(|(r, n)| (r.name.clone(), json!(r.alternatives[*n as usize].0)));
    put("readings", Json::Object(chosen.collect()));
    for (n, report) in terms.reports.iter().enumerate() {
        let row = |record: u32, cells: &[Got<Value>]| {
            let cell = |((name, e), v): (&(String, Expr), &Got<Value>)| {
                (name.clone(), v.as_ref().map_or(Json::Null, |v| value(terms, v, &e.ty)))
            };
            let event = report.of.map(|_| ("event".to_owned(), json!(record)));
            Json::Object(event.into_iter().chain(report.columns.iter().zip(cells).map(cell)).collect())
        };
        let mut rows: Vec<Json> = outcome.rows.iter().filter(|r| r.report == n).map(|r| row(r.record, &r.cells)).collect();
        put(&report.name, if report.of.is_some() { Json::Array(rows) } else { rows.pop().unwrap_or(Json::Null) });
    }
    let adjusts = |c: &&Change| {
        let cites = c.clause.map_or(&[][..], |id| terms.clauses[id.at()].all.as_slice());
        let begins =
            |cite: &String, s: &String| cite.strip_prefix(s.as_str()).is_some_and(|r| !r.starts_with(char::is_alphanumeric));
        terms
            .adjustments
            .iter()
            .any(|a| a.states.contains(&c.state) && cites.iter().any(|c| a.under.iter().any(|s| begins(c, s))))
    };
    put("adjustments", outcome.changes.iter().filter(adjusts).map(|c| change(terms, c)).collect());
    put("refusals", outcome.refusals.iter().map(|r| refusal(terms, r.record, r.day, &r.said)).collect());
    let mut duties: Vec<Json> = outcome.obligations.iter().map(|d| duty(terms, d)).collect();
    for breach in &outcome.breaches {
        let covenant = &terms.covenants[breach.covenant.at()];
        duties.push(json!({ "event": breach.record, "clause": section(terms, covenant.clause), "what": covenant.what,
            "due": day(breach.day), "status": "breached", "cured": breach.cured.map(day) }));
    }
    put("obligations", Json::Array(duties));
    for (n, effect) in terms.effects.iter().enumerate() {
        let line = |d: &Done| {
            let mut line = Map::new();
            line.insert("event".into(), json!(d.record));
            line.insert("clause".into(), json!(section(terms, d.clause)));
            for ((name, ty, _), v) in effect.fields.iter().zip(d.line.iter()) {
                line.insert(name.clone(), v.as_ref().map_or(Json::Null, |v| value(terms, v, ty)));
            }
            Json::Object(line)
        };
        put(&effect.name, outcome.effects.iter().filter(|d| d.effect.at() == n).map(line).collect());
    }
    let rescissions = outcome.rescissions.iter().map(|r| {
        json!({ "event": r.record, "date": day(r.day), "clause": section(terms, r.clause), "correction": r.rule.is_none(), "rescinds": r.annulled, "affected": r.affected })
    });
    put("rescissions", rescissions.collect());
    let warnings = outcome.warnings.iter().map(|w| match &w.about {
        Warned::Text(parts) => json!(format!("record {}: {}", w.record, text(terms, parts))),
        Warned::Order(other, differs) => {
            let one = |d: &Differs| {
                let state = &terms.states[d.state.at()];
                let shown = |v: &Option<Value>| v.as_ref().map_or("?".to_owned(), |v| amount(terms, v, &state.ty));
                format!(
                    "{} of {} is {} as they stand, and {} the other way round",
                    state.name,
                    d.key.as_deref().unwrap_or("?"),
                    shown(&d.one),
                    shown(&d.other)
                )
            };
            json!(format!("records {other} and {}: {}", w.record, differs.iter().map(one).collect::<Vec<_>>().join("; ")))
        }
        Warned::Affected(records) => json!(format!("affected: {records:?}")),
    });
    put("warnings", warnings.collect());
    let stop = |s: &Stop| json!({ "event": s.record, "date": day(s.day), "code": code(s), "clause": section(terms, s.clause), "reason": why(terms, s) });
    if let Some(stopped) = &outcome.stopped {
        put("stopped", stop(stopped));
    }
    put("rejected", outcome.rejected.iter().map(stop).collect());
    Json::Object(out)
}

fn change(terms: &Terms, c: &Change) -> Json {
    let state = &terms.states[c.state.at()];
    let shown = |v: &Option<Value>| v.as_ref().map_or(Json::Null, |v| value(terms, v, &state.ty));
    let status = match c.status {
        Status::InForce => "in_force",
        Status::Pending => "pending",
        Status::Rescinded => "rescinded",
        Status::Superseded => "superseded",
    };
    let mut out = json!({ "event": c.record, "date": day(c.day), "clause": section(terms, c.clause),
        "rule": terms.rules[c.rule.at()].name, "state": state.name, "before": shown(&c.before), "after": shown(&c.after),
        "status": status });
    if let (Some(kind), Some(key)) = (state.of.and_then(|k| terms.kind(k)), &c.key) {
        out[kind.name.as_str()] = json!(&**key);
    }
    out
}

fn refusal(terms: &Terms, record: u32, at: i64, said: &Said) -> Json {
    let mut out =
        json!({ "event": record, "date": day(at), "clause": section(terms, said.clause), "reason": text(terms, &said.reason) });
    for (path, v) in &said.with {
        let mut slot = &mut out;
        for name in path {
            slot = &mut slot[name.as_str()];
        }
        *slot = match v {
            Value::Number(n) => decimal(n).map_or(Json::Null, |d| json!(d.to_string())),
            other => json!(format!("{other:?}")),
        };
    }
    out
}

fn duty(terms: &Terms, d: &Duty) -> Json {
    let obligation = &terms.obligations[d.obligation.at()];
    let status = match d.standing {
        Standing::Open => "open",
        Standing::Met => "met",
        Standing::Late => "late",
        Standing::Breached => "breached",
    };
    json!({ "event": d.record, "clause": section(terms, obligation.clause), "what": text(terms, &d.what),
        "of": d.key.as_deref(), "due": d.due.map_or(json!("promptly"), |n| json!(day(n))), "done": d.done.map(day), "status": status })
}
