//! A disagreement as a file for `tests/language`: its terms, and an example that expects what the plain reckoning says.

use crate::case::{Records, Sides};
use crate::compare::{Class, Difference};
use crate::seen::{Atom, Fact, Halt, Seen};
use crate::shrink::{Whole, of_sort, readings};
use crate::streams::Line;
use crate::tree;
use num_rational::BigRational;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use tenor::terms::{Dim, KindId, Terms, Type};

/// The text of the file; none where the terms do not check.
pub(crate) fn file(whole: &Whole, sort: &(Class, String), seed: &str) -> Option<String> {
    let terms = tree::check(&whole.items).ok()?;
    let chosen = readings(&terms, &whole.given);
    let sides = Sides::new(&terms, &chosen, &[]).ok()?;
    let records = Records::of_lines(&terms, &whole.draft.texts());
    let found = of_sort(sides.compare(&records, whole.draft.how).differences, sort)?;
    let reckon = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sides.by_reckon(&records, whole.draft.how))).ok();
    let mut out = format!("# {} ({}), from {seed}\n", sort.1, sort.0);
    for line in found.to_string().lines() {
        out.push_str(&format!("# {line}\n"));
    }
    let how = whole.draft.how;
    if how != crate::case::Asked::default() {
        let day = |d: Option<i64>| d.map_or_else(|| "-".to_owned(), crate::seen::day);
        out.push_str(&format!(
            "# --as-of {}, --known-on {}, keep going: {}\n",
            day(how.as_of),
            day(how.known_on),
            how.keep_going
        ));
    }
    for line in whole.draft.texts() {
        out.push_str(&format!("# {line}\n"));
    }
    out.push_str(&tree::text(&whole.items));
    let expects = reckon.map(|seen| expectations(&terms, &seen, &found)).unwrap_or_default();
    let plain = how == crate::case::Asked::default();
    let with = example(&terms, whole, &expects, &out).filter(|text| plain && crate::files::checked(&tree::place(), text).is_ok());
    Some(
        with.or_else(|| example(&terms, whole, &[], &out).filter(|t| crate::files::checked(&tree::place(), t).is_ok()))
            .unwrap_or(out),
    )
}

fn example(terms: &Terms, whole: &Whole, expects: &[(u32, String)], head: &str) -> Option<String> {
    let mut out = format!("{head}\nexample \"both agree\" {{\n");
    for (name, word) in &whole.given {
        out.push_str(&format!("  given {name} is {word}\n"));
    }
    for (n, line) in (1..).zip(&whole.draft.lines) {
        out.push_str(&format!("  {}\n", step(terms, line)?));
        for (_, text) in expects.iter().filter(|(at, _)| *at == n) {
            out.push_str(&format!("  expect {text}\n"));
        }
    }
    for (_, text) in expects.iter().filter(|(at, _)| *at == 0) {
        out.push_str(&format!("  expect {text}\n"));
    }
    out.push_str("}\n");
    Some(out)
}

/// What is expected, after which record; 0 for the last.
fn expectations(terms: &Terms, reckon: &Seen, found: &Difference) -> Vec<(u32, String)> {
    if found.sort.starts_with("stop:") {
        let halted: Vec<&Halt> = reckon.stopped.iter().chain(&reckon.rejected).collect();
        return halted.first().map_or_else(|| vec![(0, "not refused".to_owned())], |h| vec![(h.record, "stopped".to_owned())]);
    }
    let part = |name: &str| reckon.parts.iter().find(|(n, _)| *n == name).map_or(&[][..], |(_, l)| l.as_slice());
    if found.sort.starts_with("refusals") {
        let record = |f: &Fact| f.about.split(' ').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
        let clause = |f: &Fact| match f.values.first() {
            Some((_, Atom::Text(c))) if !c.is_empty() => format!("refused under §{c}"),
            _ => "refused".to_owned(),
        };
        let all: Vec<(u32, String)> = part("refusals").iter().map(|f| (record(f), clause(f))).collect();
        return if all.is_empty() { vec![(0, "not refused".to_owned())] } else { all };
    }
    states(terms, part("changes"))
}

/// The last value of each state that has changed.
fn states(terms: &Terms, changes: &[Fact]) -> Vec<(u32, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for c in changes {
        let Some((_, what)) = c.about.split_once(", ") else { continue };
        let (name, of) = what.split_once(" of ").map_or((what, None), |(n, o)| (n, Some(o)));
        let value = |n: &str| c.values.iter().find(|(name, _)| name == n).map(|(_, v)| v);
        let in_force = matches!(value("status"), Some(Atom::Text(s)) if s == "in_force");
        let Some(state) = terms.states.iter().find(|s| s.name == name).filter(|_| in_force) else { continue };
        let subject = match of.and_then(|o| o.split_once(' ')) {
            Some((_, key)) if key.starts_with('#') => continue,
            Some((kind, key)) => format!("{name} of {kind} \"{key}\""),
            None => name.to_owned(),
        };
        let Some(text) = value("after").and_then(|v| said(v, &state.ty)) else { continue };
        out.retain(|(s, _)| *s != subject);
        out.push((subject, text));
    }
    out.into_iter().map(|(subject, text)| (0, format!("{subject} is {text}"))).collect()
}

/// A value as a formula says it.
fn said(v: &Atom, ty: &Type) -> Option<String> {
    match v {
        Atom::Number(n) => exact(n).and_then(|d| quantity(d, ty)),
        Atom::Text(t) if *ty == Type::Text => Some(format!("\"{t}\"")),
        Atom::Text(t) if !matches!(ty, Type::Entry(_)) => Some(t.clone()),
        _ => None,
    }
}

/// A number that a decimal holds.
fn exact(n: &BigRational) -> Option<Decimal> {
    let d = tenor::reckon::decimal(n).ok()?;
    tenor::reckon::kept(n).is_ok_and(|k| k == *n).then_some(d)
}

/// A number with its unit.
fn quantity(n: Decimal, ty: &Type) -> Option<String> {
    let n = n.normalize();
    let sign = if n.is_sign_negative() { "-" } else { "" };
    let size = n.abs();
    Some(match ty {
        Type::Quantity(Dim::NUMBER) | Type::Ratio => format!("{n}"),
        Type::Quantity(Dim::MONEY) => format!("{sign}${size}"),
        Type::Quantity(Dim::PER_SHARE) => format!("{sign}${size}/share"),
        Type::Quantity(Dim::SHARES) => format!("{n} shares"),
        Type::Quantity(Dim::DAYS) => format!("{n} days"),
        Type::Months => format!("{n} months"),
        Type::TradingDays => format!("{n} trading days"),
        _ => return None,
    })
}

/// A record as an example has it.
fn step(terms: &Terms, line: &Line) -> Option<String> {
    let text = |name: &str| line.get(name).and_then(Json::as_str);
    let kind = terms.kind_named(text("event")?)?;
    let time = text("time").map_or_else(String::new, |t| format!(" {t}"));
    let mut fields = Vec::new();
    for (name, value) in line {
        let value = match name.as_str() {
            "date" | "event" | "time" => continue,
            "id" | "note" => format!("\"{}\"", value.as_str()?),
            "recorded" => value.as_str()?.to_owned(),
            name => self::value(terms, kind, line, name, value)?,
        };
        fields.push(format!("{name}: {value}"));
    }
    Some(format!("{}{time} {} {{ {} }}", text("date")?, text("event")?, fields.join(", ")))
}

fn value(terms: &Terms, kind: KindId, line: &Line, name: &str, value: &Json) -> Option<String> {
    let decl = terms.kind(kind)?;
    let told = |f: &&tenor::terms::Field| {
        f.choice.is_none_or(|(teller, word)| {
            let said = decl.fields.get(teller.at()).and_then(|t| line.get(&t.name)).and_then(Json::as_str);
            said == Some(terms.word(word))
        })
    };
    let field = decl.fields.iter().filter(told).find(|f| f.written() == name)?;
    typed(terms, &field.ty, value)
}

fn typed(terms: &Terms, ty: &Type, value: &Json) -> Option<String> {
    match (ty, value) {
        (Type::List(shape), Json::Array(items)) => {
            let shape = terms.shapes.get(shape.at())?;
            let one = |item: &Json| {
                if shape.plain {
                    return typed(terms, &shape.fields.first()?.1, item);
                }
                let cell = |(name, v): (&String, &Json)| {
                    let (_, ty, _) = shape.fields.iter().find(|f| f.0 == *name)?;
                    Some(format!("{name}: {}", typed(terms, ty, v)?))
                };
                Some(format!("{{ {} }}", item.as_object()?.iter().map(cell).collect::<Option<Vec<_>>>()?.join(", ")))
            };
            Some(format!("[{}]", items.iter().map(one).collect::<Option<Vec<_>>>()?.join(", ")))
        }
        (Type::YesNo, Json::Bool(b)) => Some(if *b { "yes" } else { "no" }.to_owned()),
        (Type::YesNo, Json::String(t)) => Some(if t == "true" || t == "yes" { "yes" } else { "no" }.to_owned()),
        (Type::Text | Type::Entry(_), Json::String(t)) => Some(format!("\"{t}\"")),
        (Type::Date | Type::Enum(_), Json::String(t)) => Some(t.clone()),
        (Type::Moment, Json::String(t)) => Some(t.replace('T', " ")),
        (ty, Json::String(t)) => quantity(t.parse().ok()?, ty),
        _ => None,
    }
}
