//! `--vary TARGET=VALUES`: what is varied, and over which values.

use super::amount::amount;
use super::records::Records;
use super::{End, Outcome, diagnose};
use crate::check::nearest;
use crate::event::{Given, Head, Raw, Schema};
use crate::report::sweep::{Input, Setting};
use crate::terms::{DefId, EventSort, Field, KindId, ReadingId, Spot, Terms, Type};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::borrow::Cow;

/// Something that is varied.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// What it is to the reader.
    pub input: Input,
    /// What it is to the engine.
    pub what: What,
}

/// What is varied.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// A field of a record, by its place in the order in which records are run: its kind, the field, its place.
    Field { at: usize, kind: KindId, field: usize, spot: Spot },
    /// A definition without parameters.
    Constant(DefId),
    /// A reading.
    Reading(ReadingId),
}

/// A value of an input.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// For the reader.
    pub setting: Setting,
    /// For the engine.
    pub put: Put,
}

/// A value for the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Put {
    /// Of a field.
    Given(Given),
    /// An alternative of a reading.
    Alternative(u32),
}

impl Value {
    /// A number.
    pub(super) const fn number(n: Decimal) -> Self {
        Self { setting: Setting::Number(n), put: Put::Given(Given::Number(n)) }
    }
}

/// The most points a sweep has.
const POINTS: usize = 100_000;

/// Whether points are few enough to be run.
pub(super) fn few(points: usize) -> Outcome {
    if points <= POINTS {
        return Ok(());
    }
    let count = if points == usize::MAX { "too many".to_owned() } else { format!("{points}") };
    let help = "take a larger step, or a part of the range; where something turns is found between the points anyway";
    wrong(&format!("these are {count} points, and a sweep runs {POINTS} at most"), help)
}

/// Tells that the command line is wrong.
pub(super) fn wrong<T>(text: &str, help: &str) -> Result<T, End> {
    diagnose::message("usage::vary", text, help);
    Err(End::Usage)
}

/// `issuance[3].price`, `#4.price`, a constant or a reading by its name.
pub(super) fn target(text: &str, t: &Terms, records: &Records) -> Result<Target, End> {
    let name = text.trim().to_owned();
    if let Some((record, field)) = name.split_once('.') {
        let (at, head) = record_named(record.trim(), t, records)?;
        let (field, decl, spot) = field_of(field.trim(), t, records, at, &head)?;
        let ty = decl.ty.is_decimal().then(|| decl.ty.clone());
        return Ok(Target { input: Input { name, ty }, what: What::Field { at, kind: head.kind, field, spot } });
    }
    if let Some(at) = t.readings.iter().position(|r| r.name == name) {
        return Ok(Target { input: Input { name, ty: None }, what: What::Reading(ReadingId::from(at)) });
    }
    let constant = |d: &&crate::terms::Def| d.params == 0 && d.of.is_none();
    if let Some(at) = t.defs.iter().position(|d| d.name == name) {
        let def = t.defs.get(at).filter(constant);
        return match def {
            None => wrong(
                &format!("`{name}` has parameters, and has no one value"),
                "vary a constant, a field of a record or a reading",
            ),
            Some(d) if !d.ty.is_decimal() => {
                wrong(&format!("`{name}` is no number"), "of constants only numbers are varied; write a variant to change others")
            }
            Some(d) => Ok(Target { input: Input { name, ty: Some(d.ty.clone()) }, what: What::Constant(DefId::from(at)) }),
        };
    }
    let known = t.readings.iter().map(|r| r.name.as_str()).chain(t.defs.iter().filter(constant).map(|d| d.name.as_str()));
    let help = nearest(&name, known).map_or_else(
        || "name a field of a record, such as `issuance[3].price` or `#4.price`, a constant of the terms or a reading".to_owned(),
        |n| format!("did you mean `{n}`?"),
    );
    wrong(&format!("there is nothing to vary by the name `{name}`"), &help)
}

/// A record: the N-th of a kind, or the record of a number.
fn record_named(text: &str, t: &Terms, records: &Records) -> Result<(usize, Head), End> {
    let mut all: Vec<(usize, Head)> = records.all.iter().enumerate().map(|(n, (head, _))| (n, *head)).collect();
    all.sort_by_key(|(_, head)| head.number);
    if let Some(number) = text.strip_prefix('#') {
        let found = number.parse::<u32>().ok().and_then(|n| all.iter().find(|(_, h)| h.number == n));
        let help = format!("the stream has {} records, numbered from 1", all.len());
        return found.map_or_else(|| wrong(&format!("there is no record `{text}`"), &help), |f| Ok(*f));
    }
    let (kind, index) = match text.split_once('[') {
        Some((kind, rest)) => (kind.trim(), rest.trim_end().strip_suffix(']').and_then(|n| n.trim().parse::<usize>().ok())),
        None => (text, Some(1)),
    };
    let Some(index) = index.filter(|n| *n > 0) else {
        return wrong(&format!("`{text}` names no record"), "records of a kind are counted from 1: `issuance[3]`");
    };
    let known = || t.kinds.iter().filter(|k| k.sort != EventSort::Deemed).map(|k| k.name.as_str());
    if !known().any(|k| k == kind) {
        let help =
            nearest(kind, known()).map_or_else(|| "name an event of the terms".to_owned(), |n| format!("did you mean `{n}`?"));
        return wrong(&format!("there is no event `{kind}` in these terms"), &help);
    }
    let of_kind: Vec<&(usize, Head)> = all.iter().filter(|(_, h)| t.kind(h.kind).is_some_and(|k| k.name == kind)).collect();
    let Some(found) = of_kind.get(index - 1) else {
        let count = match of_kind.len() {
            0 => format!("the stream has no record of `{kind}`"),
            1 => format!("the stream has one record of `{kind}`"),
            n => format!("the stream has {n} records of `{kind}`"),
        };
        return wrong(&format!("there is no `{text}`: {count}"), "records of a kind are counted from 1");
    };
    if !text.contains('[') && of_kind.len() > 1 {
        let help = format!("say which: `{kind}[1]` to `{kind}[{}]`", of_kind.len());
        return wrong(&format!("the stream has {} records of `{kind}`", of_kind.len()), &help);
    }
    Ok(**found)
}

/// A field of a record, with its place.
fn field_of<'t>(name: &str, t: &'t Terms, records: &Records, at: usize, head: &Head) -> Result<(usize, &'t Field, Spot), End> {
    let Some(kind) = t.kind(head.kind) else { return Err(End::Software) };
    let layout = t.layout(head.kind);
    let named = |f: &Field| f.name == name || f.written() == name;
    let has = |n: usize| match (layout.spots.get(n), records.all.get(at)) {
        (Some(spot), Some((head, batch))) => batch.has(head, *spot),
        _ => false,
    };
    let all: Vec<usize> = kind.fields.iter().enumerate().filter(|(_, f)| named(f)).map(|(n, _)| n).collect();
    // where another field tells the type of a value, the one that is there is meant
    let found = all.iter().find(|n| has(**n)).or_else(|| all.first()).copied();
    let Some((n, field, spot)) = found.and_then(|n| Some((n, kind.fields.get(n)?, *layout.spots.get(n)?))) else {
        if matches!(name, "date" | "time" | "id" | "event" | "recorded" | "note") {
            return wrong(&format!("`{name}` of a record is not varied"), "vary one of the fields its event declares");
        }
        let help = nearest(name, kind.fields.iter().map(Field::written)).map_or_else(
            || format!("it has {}", kind.fields.iter().map(|f| format!("`{}`", f.written())).collect::<Vec<_>>().join(", ")),
            |n| format!("did you mean `{n}`?"),
        );
        return wrong(&format!("`{}` has no field `{name}`", kind.name), &help);
    };
    if matches!(field.ty, Type::List(_) | Type::Line(_)) {
        return wrong(&format!("`{name}` is a list, and only single values are varied"), "vary another field");
    }
    Ok((n, field, spot))
}

/// `TARGET=VALUES`: the values are `0.50..3.00 step 0.05`, several with commas, or `*` for all words.
pub(super) fn varied(text: &str, t: &Terms, records: &mut Records) -> Result<(Target, Vec<Value>), End> {
    let Some((name, spec)) = text.split_once('=') else {
        return wrong(
            &format!("`{text}` varies nothing"),
            "write a target and its values: `--vary 'issuance[1].price=0.50..3.00 step 0.05'`",
        );
    };
    let target = target(name, t, records)?;
    let spec = spec.trim();
    let values = match (&target.input.ty, spec) {
        (Some(ty), spec) => numbers(spec, ty)?.into_iter().map(Value::number).collect(),
        (None, spec) => words(spec, &target, t, records)?,
    };
    Ok((target, values))
}

/// A range with its step, or a list.
fn numbers(spec: &str, ty: &Type) -> Result<Vec<Decimal>, End> {
    let one =
        |text: &str| amount(text, ty).or_else(|why| wrong(&why, "write digits and a point, such as `0.50..3.00 step 0.05`"));
    let Some((from, rest)) = spec.split_once("..") else {
        return spec.split(',').map(one).collect();
    };
    let (to, step) = rest.split_once("step").map_or((rest, None), |(to, step)| (to, Some(step)));
    let (from, to) = (one(from)?, one(to)?);
    // a percent sign at the end of a range counts for its beginning too
    let width = to.checked_sub(from).unwrap_or_default();
    let step = match step {
        Some(step) => one(step)?,
        None => width.checked_div(Decimal::from(20)).unwrap_or_default(),
    };
    if width.is_zero() {
        return Ok(vec![from]);
    }
    if step.is_zero() || step.is_sign_negative() != width.is_sign_negative() {
        let help = if step.is_zero() { "a step moves on" } else { "a range that falls has a step below zero" };
        return wrong(&format!("with a step of {} nothing leads from {from} to {to}", step.normalize()), help);
    }
    // counted before anything is laid out
    let count = width.checked_div(step).and_then(|n| n.trunc().to_usize()).map_or(usize::MAX, |n| n.saturating_add(1));
    few(count)?;
    let mut out = Vec::new();
    let mut at = from;
    while (width.is_sign_positive() && at <= to) || (width.is_sign_negative() && at >= to) {
        out.push(at);
        at = match at.checked_add(step) {
            Some(next) if next != at => next,
            _ => return wrong("the step is too small for this range", "take a larger step"),
        };
    }
    Ok(out)
}

/// Words with commas, or all of them.
fn words(spec: &str, target: &Target, t: &Terms, records: &mut Records) -> Result<Vec<Value>, End> {
    let given: Vec<&str> = spec.split(',').map(str::trim).filter(|w| !w.is_empty()).collect();
    match target.what {
        What::Reading(id) => {
            let Some(reading) = t.readings.get(id.at()) else { return Err(End::Software) };
            let all: Vec<&str> = reading.alternatives.iter().map(|(w, _)| w.as_str()).collect();
            let chosen = if spec == "*" { all.clone() } else { given };
            let value = |word: &&str| match all.iter().position(|w| w == word) {
                Some(at) => {
                    let put = Put::Alternative(u32::try_from(at).unwrap_or(0));
                    Ok(Value { setting: Setting::Word((*word).to_owned()), put })
                }
                None => wrong(
                    &format!("the reading `{}` has no alternative `{word}`", reading.name),
                    &format!("choose {}, or `*` for all", all.join(" or ")),
                ),
            };
            chosen.iter().map(value).collect()
        }
        What::Field { kind, field, .. } => {
            let Some(decl) = t.kind(kind).and_then(|k| k.fields.get(field)) else { return Err(End::Software) };
            let all: Vec<String> = match (&decl.ty, spec) {
                (Type::Enum(words), "*") => words.iter().map(|w| t.word(*w).to_owned()).collect(),
                (Type::YesNo, "*") => vec!["false".to_owned(), "true".to_owned()],
                (_, "*") => {
                    return wrong(
                        &format!("`*` stands for all words, and `{}` is no word", decl.name),
                        "list its values, with commas",
                    );
                }
                _ => given.iter().map(|w| (*w).to_owned()).collect(),
            };
            let schema = Schema::new(t);
            let mut out = Vec::new();
            for word in all {
                match schema.value(kind, field, &Raw::Text(Cow::Borrowed(&word)), &mut records.texts) {
                    Ok(given) => out.push(Value { setting: Setting::Word(word), put: Put::Given(given) }),
                    Err(what) => return wrong(&what.to_string(), &what.help()),
                }
            }
            Ok(out)
        }
        What::Constant(_) => Err(End::Software),
    }
}
