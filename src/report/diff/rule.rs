//! What a rule says, part by part. Names it gives for itself mean nothing, nor does the order of its lines.

use super::blank::{self, BLANK, Place};
use super::phrase::Phrase;
use super::slot::{Slot, conditional, conditions, scope, trigger};
use crate::syntax::ast::{Binding, Clamp, Expr, ExprKind, Failure, Ident, Rule, Statement, StatementKind};

/// The parts of a rule.
pub(super) fn slots(r: &Rule) -> Vec<Slot> {
    let mut out = vec![Slot::new("answers", trigger(&r.trigger))];
    out.extend(scope(&r.scope));
    out.extend(conditions(&r.guards));
    if r.is_final {
        out.push(Slot::new("when the past is computed again", Phrase::words("its outcome stands")));
    }
    if !r.subject_to.is_empty() {
        out.push(Slot::new("subject to", Phrase::names(" or ", &r.subject_to)));
    }
    if !r.notwithstanding.is_empty() {
        out.push(Slot::new("notwithstanding", Phrase::names(" or ", &r.notwithstanding)));
    }
    for x in &r.rescinding {
        let keeping = if x.keeping { " keeping what followed" } else { "" };
        let what = Phrase::around(format!("{BLANK} of {}{keeping}", x.of.name), vec![Phrase::names(" or ", &x.deemed)]);
        out.push(Slot::new("annuls", conditional(what, &x.guards)));
    }
    let written = said(&r.body, "");
    // a final rule takes its `let`s from the first pass, so that a value with a name is not the same as one without
    let meant = if r.is_final { said(&r.body, "") } else { said(&expanded(&r.body), "") };
    out.extend(written.into_iter().zip(meant).map(|(slot, meant)| Slot { meaning: meant.what.key, ..slot }));
    out
}

/// The most parts that a value may have when the names in it are written out.
const LARGEST: usize = 5000;

/// The lines of a rule with the values of its names in the place of the names.
fn expanded(body: &[Statement]) -> Vec<Statement> {
    let mut values: Vec<(String, Expr)> = Vec::new();
    let mut out = Vec::new();
    for s in body {
        let mut s = s.clone();
        let own = if let StatementKind::Let(name, ..) = &s.kind { Some(name.clone()) } else { None };
        blank::in_statement(&mut s, &|n, place| {
            let (_, value) = values.iter().rfind(|(name, _)| place == Place::Alone && name == n)?;
            Some(ExprKind::Brackets(Box::new(value.clone())))
        });
        if let (Some(name), StatementKind::Let(_, _, value)) = (own, &s.kind) {
            if blank::size(value) > LARGEST {
                return body.to_vec();
            }
            values.push((name.name, value.clone()));
        }
        if let StatementKind::ForEach { body, .. } = &mut s.kind {
            *body = expanded(body);
        }
        out.push(s);
    }
    out
}

/// The values a rule names, with every other such name written out.
fn lets(body: &[Statement]) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for s in body {
        match &s.kind {
            StatementKind::Let(name, _, value) => out.push((name.name.clone(), Phrase::formula(value).key)),
            StatementKind::ForEach { body, .. } => out.extend(lets(body)),
            _ => {}
        }
    }
    out
}

/// A rule whose own names are those of another where they mean the same.
pub(super) fn renamed(r: &Rule, other: &Rule) -> Rule {
    let mut out = r.clone();
    let mut map: Vec<(String, String)> = Vec::new();
    loops(&r.body, &other.body, &mut map);
    rename(&mut out, &map);
    let (ours, theirs) = (lets(&expanded(&out.body)), lets(&expanded(&other.body)));
    let kept = |n: &str| theirs.iter().any(|(name, _)| name == n);
    map.clear();
    for (name, value) in ours.iter().filter(|(name, _)| !kept(name)) {
        let free = |n: &str| !ours.iter().any(|(name, _)| name == n) && !map.iter().any(|(_, new)| new == n);
        if let Some((new, _)) = theirs.iter().find(|(n, v)| v == value && free(n)) {
            map.push((name.clone(), new.clone()));
        }
    }
    rename(&mut out, &map);
    out
}

/// Gives names new ones.
fn rename(r: &mut Rule, map: &[(String, String)]) {
    let with = |n: &str, place: Place| map.iter().find(|(old, _)| place == Place::Alone && old == n).map(|(_, new)| named(new));
    r.body.iter_mut().for_each(|s| blank::in_statement(s, &with));
}

/// The names of loops over one list.
fn loops(ours: &[Statement], theirs: &[Statement], map: &mut Vec<(String, String)>) {
    for s in ours {
        let StatementKind::ForEach { name, source, body, .. } = &s.kind else { continue };
        let same = theirs.iter().find_map(|t| match &t.kind {
            StatementKind::ForEach { name, source: other, body, .. } if other == source => Some((name, body)),
            _ => None,
        });
        if let Some((new, inner)) = same {
            if new != name {
                map.push((name.name.clone(), new.name.clone()));
            }
            loops(body, inner, map);
        }
    }
}

fn named(name: &str) -> ExprKind {
    ExprKind::Name(Ident { name: name.to_owned(), span: crate::source::Span::default() })
}

/// The parts of lines.
fn said(body: &[Statement], before: &str) -> Vec<Slot> {
    body.iter().flat_map(|s| statement(s, before)).collect()
}

fn statement(s: &Statement, before: &str) -> Vec<Slot> {
    let slot = |label: String, what: Phrase| Slot::new(format!("{before}{label}"), conditional(what, &s.guards));
    match &s.kind {
        StatementKind::Let(name, _, value) => {
            let slot = slot(format!("let {}", name.name), Phrase::formula(value));
            vec![Slot { local: Some(name.name.clone()), ..slot }]
        }
        StatementKind::Becomes { pending, target, value, clamps } => {
            let pending = if *pending { "pending " } else { "" };
            let label = format!("{pending}{} becomes", path(target));
            let whole = slot(label.clone(), limited(Phrase::formula(value), clamps));
            let cases = if clamps.is_empty() && s.guards.is_empty() { Slot::formula(label, value).cases } else { Vec::new() };
            vec![Slot { cases, ..whole }]
        }
        StatementKind::Require(cond, f) => {
            let verb = if f.stop { "or stops" } else { "or refuses" };
            let text = Slot::new(format!("{before}{verb}"), failure(f));
            vec![slot("requires".into(), Phrase::formula(cond)), text]
        }
        StatementKind::Deem { name, fields, like, with } => {
            let like = like.as_ref().map_or_else(String::new, |l| format!(" like {}", l.name));
            let what =
                Phrase::around(format!("{BLANK}{like}{}", if with.is_empty() { "" } else { " with " }), vec![record(fields)]);
            let what = if with.is_empty() { what } else { append(what, bound(with)) };
            vec![slot(format!("deems {}", name.name), what)]
        }
        StatementKind::Record { name, fields } => vec![slot(format!("records {}", name.name), record(fields))],
        StatementKind::End(name) => vec![slot("ends".into(), Phrase::words(path(name)))],
        StatementKind::Restore(name) => vec![slot("restores".into(), Phrase::words(path(name)))],
        StatementKind::Warn(t) => vec![slot("warns".into(), Phrase::text(t))],
        StatementKind::ForEach { name, source, order, body } => {
            let label = format!("{before}for each {} in {}: ", name.name, path(source));
            let mut out = said(body, &label);
            if let Some((high, by)) = order {
                let what = Phrase::around(
                    format!("{} {BLANK} first", if *high { "highest" } else { "lowest" }),
                    vec![Phrase::formula(by)],
                );
                out.push(Slot::new(format!("{label}in order of"), what));
            }
            out.extend((!s.guards.is_empty()).then(|| slot(format!("for each {}", name.name), Phrase::words(path(source)))));
            out
        }
    }
}

/// Values for fields: their order means nothing.
fn record(fields: &[(Ident, Expr)]) -> Phrase {
    let list = fields.iter().map(|(name, value)| Phrase::around(format!("{}: {BLANK}", name.name), vec![Phrase::formula(value)]));
    Phrase::around(format!("{{ {BLANK} }}"), vec![Phrase::any(", ", list.collect())])
}

fn bound(list: &[Binding]) -> Phrase {
    let each = |b: &Binding| {
        let pending = if b.pending { "pending " } else { "" };
        Phrase::around(format!("{pending}{} = {BLANK}", path(&b.path)), vec![Phrase::formula(&b.value)])
    };
    Phrase::any(", ", list.iter().map(each).collect())
}

/// A phrase with one more part at its end.
fn append(what: Phrase, part: Phrase) -> Phrase {
    let Phrase { frame, mut parts, .. } = what;
    parts.push(part);
    Phrase::around(format!("{frame}{BLANK}"), parts)
}

fn failure(f: &Failure) -> Phrase {
    let text = Phrase::text(&f.text);
    if f.with.is_empty() { text } else { Phrase::around(format!("{BLANK} with {BLANK}"), vec![text, bound(&f.with)]) }
}

/// A value with its limits.
fn limited(value: Phrase, clamps: &[Clamp]) -> Phrase {
    let each = |c: &Clamp| {
        let frame = format!("but not {} {BLANK}", if c.above { "above" } else { "below" });
        let limit = Phrase::around(frame, vec![Phrase::formula(&c.limit)]);
        match &c.skip {
            None => limit,
            Some(guard) => conditional(Phrase::around(format!("{BLANK}, or not at all"), vec![limit]), guard.as_slice()),
        }
    };
    if clamps.is_empty() {
        return value;
    }
    Phrase::around(format!("{BLANK} {BLANK}"), vec![value, Phrase::any(" ", clamps.iter().map(each).collect())])
}

fn path(words: &[Ident]) -> String {
    words.iter().map(|w| w.name.as_str()).collect::<Vec<_>>().join(".")
}
