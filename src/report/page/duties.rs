//! Refusals, obligations, payments, annulments, warnings and readings, each with its clause.

use super::clauses::Links;
use super::{Cell, Chosen, Side, Table, many, plain};
use crate::report::json::standing;
use crate::report::words::day;

fn table(name: &str, head: &[&str]) -> Table {
    Table { name: name.to_owned(), head: head.iter().map(|h| (*h).to_owned()).collect(), ..Table::default() }
}

/// How many rows a table has at most.
const ROWS: usize = 1000;

/// A table with no more rows than a page has room for.
fn cut(mut table: Table) -> Table {
    let count = table.rows.len();
    if count > ROWS {
        table.rows.truncate(ROWS);
        table.note = format!("The first {} of {}; --format csv and --format json have all of them.", many(ROWS), many(count));
    }
    table
}

/// What was refused.
pub(super) fn refusals(side: &Side<'_>, links: &Links<'_>) -> Table {
    let words = side.words();
    let mut out = table("refusals", &["record", "date", "clause", "reason"]);
    for r in &side.run.refusals {
        if !side.picked.tells(r.when) {
            continue;
        }
        let with: Vec<String> = r.with.iter().map(|(path, v)| format!("{}: {}", path.join(" "), words.typed(v))).collect();
        let reason = words.said(&r.reason);
        let reason = if with.is_empty() { reason } else { format!("{reason} ({})", with.join(", ")) };
        out.rows.push(vec![links.record(r.when.number), Cell::text(day(r.when.day)), links.clause(r.clause), Cell::text(reason)]);
    }
    cut(out)
}

/// What is due, by the day it is due.
pub(super) fn obligations(side: &Side<'_>, links: &Links<'_>) -> Table {
    let words = side.words();
    let mut out = table("obligations", &["due", "what", "of", "clause", "record", "done", "status"]);
    let mut rows: Vec<(i64, Vec<Cell>)> = Vec::new();
    for o in &side.run.owed {
        let clause = side.terms.obligations.get(o.obligation.at()).and_then(|d| d.clause);
        rows.push((
            o.due.unwrap_or(o.when.day),
            vec![
                Cell::text(o.due.map_or_else(|| format!("promptly after {}", day(o.when.day)), day)),
                Cell::text(words.said(&o.what)),
                Cell::text(words.entry(o.about())),
                links.clause(clause),
                links.record(o.when.number),
                Cell::text(o.done.map_or_else(String::new, day)),
                Cell::text(o.standing.map_or("open", standing)),
            ],
        ));
    }
    for b in &side.run.breaches {
        let Some(decl) = side.terms.covenants.get(b.covenant.at()) else { continue };
        rows.push((
            b.when.day,
            vec![
                Cell::text(day(b.when.day)),
                Cell::text(decl.what.clone()),
                Cell::default(),
                links.clause(decl.clause),
                links.record(b.when.number),
                Cell::text(b.cured.map_or_else(String::new, day)),
                Cell::text("breached"),
            ],
        ));
    }
    rows.sort_by_key(|(due, _)| *due);
    out.rows = rows.into_iter().map(|(_, r)| r).collect();
    cut(out)
}

/// What was issued, paid or otherwise done, as the terms tell it.
pub(super) fn payments(side: &Side<'_>, links: &Links<'_>) -> Vec<Table> {
    let words = side.words();
    let mut out = Vec::new();
    for (n, effect) in side.terms.effects.iter().enumerate() {
        let mut table = table(&plain(&effect.name), &["record", "date", "clause"]);
        table.head.extend(effect.fields.iter().map(|f| plain(&f.0)));
        for line in side.run.lines.iter().filter(|l| l.effect.at() == n) {
            let mut row = vec![links.record(line.when.number), Cell::text(day(line.when.day)), links.clause(line.clause)];
            row.extend(effect.fields.iter().zip(&line.values).map(|((_, ty, _), v)| Cell {
                text: words.shown(v, ty),
                numeric: ty.is_decimal(),
                ..Cell::default()
            }));
            table.rows.push(row);
        }
        if !table.rows.is_empty() {
            out.push(cut(table));
        }
    }
    out
}

/// What was annulled.
pub(super) fn rescissions(side: &Side<'_>, links: &Links<'_>) -> Table {
    let mut out = table("rescissions", &["record", "date", "clause", "rescinds", "final all the same"]);
    for r in &side.run.rescissions {
        let list = |xs: &[u32]| {
            xs.iter().for_each(|n| drop(links.record(*n)));
            Cell::text(xs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        };
        out.rows.push(vec![
            links.record(r.when.number),
            Cell::text(day(r.when.day)),
            if r.rule.is_some() { links.clause(r.clause) } else { Cell::text("corrected") },
            list(&r.annulled),
            list(&r.affected),
        ]);
    }
    cut(out)
}

/// What the terms warn of.
pub(super) fn warnings(side: &Side<'_>, links: &Links<'_>) -> Table {
    let words = side.words();
    let mut out = table("warnings", &["record", "clause", "warning"]);
    for w in &side.run.warnings {
        out.rows.push(vec![links.record(w.when.number), links.clause(w.clause), Cell::text(words.said(&w.text))]);
    }
    cut(out)
}

/// All readings, with the alternative used of each.
pub(super) fn readings(side: &Side<'_>, links: &Links<'_>) -> Vec<Chosen> {
    let mut out = Vec::new();
    for (reading, chosen) in side.terms.readings.iter().zip(&side.program.readings) {
        let at = usize::try_from(*chosen).unwrap_or(usize::MAX);
        let (word, why) = reading.alternatives.get(at).cloned().unwrap_or_default();
        out.push(Chosen {
            name: plain(&reading.name),
            question: reading.question.clone(),
            clause: links.clause(reading.clause),
            others: reading.alternatives.iter().map(|(w, _)| plain(w)).filter(|w| *w != plain(&word)).collect(),
            chosen: plain(&word),
            why,
            default: *chosen == reading.default,
        });
    }
    out
}
