//! What each clause did to a figure: where it began, how far each clause moved it, where it ended.
//!
//! What is summed up is the state together with what waits of it, for that is what every line of the ledger moves; what
//! still waits at the end is taken off again. What was annulled counts for nothing, and so does the line that puts it
//! right, since the past was carried out again without it.

use super::clauses::Links;
use super::figures::{Drawn, drawn, name};
use super::{Cell, Part, Share, Side, plain};
use crate::engine::decimal::{add, sub};
use crate::engine::run::{Change, Status, Value};
use crate::report::chart::{Bar, bars};
use crate::report::words::day;
use crate::terms::{ClauseId, ExprKind, StateId, Type};
use rust_decimal::Decimal;

/// How many ledger rows are named beside a sum.
const NAMED: usize = 12;

/// The shares of every figure that is drawn and is a state.
pub(super) fn shares(side: &Side<'_>, links: &Links<'_>) -> Vec<Share> {
    let mut out = Vec::new();
    for d in drawn(side) {
        let Some((state, false)) = d.state else { continue };
        for (rows, line) in &d.lines {
            let Some(row) = rows.first() else { continue };
            if let Some(ended) = line.last().and_then(|(_, v)| *v)
                && let Some(parts) = parts(side, links, state, *row, ended)
            {
                let mut share = Share { title: title(side, &d, &name(side, rows)), rows: parts };
                draw(std::slice::from_mut(&mut share));
                out.push(share);
            }
        }
    }
    out
}

fn title(side: &Side<'_>, d: &Drawn<'_>, of: &str) -> String {
    let report = side.terms.reports.get(d.report);
    let column = report.and_then(|r| r.columns.get(d.column)).map_or_else(String::new, |(n, _)| plain(n));
    if of.is_empty() { column } else { format!("{column} of {of}") }
}

/// What one clause did.
struct Moved {
    clause: Option<ClauseId>,
    by: Decimal,
    from: Vec<Cell>,
    count: usize,
}

/// Where a figure began, what moved it, where it ended; none where that is not known.
pub(super) fn parts(side: &Side<'_>, links: &Links<'_>, state: StateId, row: i64, ended: Decimal) -> Option<Vec<Part>> {
    let ty = &side.terms.states.get(state.at())?.ty;
    let mut moved: Vec<Moved> = Vec::new();
    let mut began: Option<Decimal> = None;
    let corrections: Vec<u16> = side.program.rescinds.iter().flat_map(|r| r.sites.iter().map(|(_, s)| *s)).collect();
    for c in side.picked.all_of(side, state, row) {
        if matches!(c.status, Status::Rescinded | Status::Superseded) || corrections.contains(&c.site) {
            continue;
        }
        // the value something begins with is no change of it
        if !c.was_known {
            began = Some(c.after);
            moved.clear();
            continue;
        }
        if !side.program.sites.get(usize::from(c.site)).is_some_and(|s| s.pending) {
            began.get_or_insert(c.before);
        }
        let by = sub(c.after, c.before).ok()?;
        let line = side.picked.id(side, &c).map(|id| Cell {
            text: if c.when.number == 0 { day(c.when.day) } else { c.when.number.to_string() },
            href: format!("#{id}"),
            ..Cell::default()
        });
        let at = moved.iter().position(|m| m.clause == c.clause).unwrap_or_else(|| {
            moved.push(Moved { clause: c.clause, by: Decimal::ZERO, from: Vec::new(), count: 0 });
            moved.len() - 1
        });
        let m = moved.get_mut(at)?;
        m.by = add(m.by, by).ok()?;
        m.count += 1;
        m.from.extend(line);
    }
    let began = began?;
    let mut at = began;
    let mut out = vec![ends("began at", began, ty, side)];
    let total = sub(ended, began).ok()?;
    // a share of the whole says something where all clauses move the same way
    let one_way = !total.is_zero() && moved.iter().all(|m| m.by.is_sign_negative() == total.is_sign_negative() || m.by.is_zero());
    let percent = |by: Decimal| {
        let part = by.checked_mul(Decimal::ONE_HUNDRED).and_then(|n| n.checked_div(total));
        part.filter(|_| one_way).map_or_else(String::new, |p| format!("{}%", p.round_dp(1).normalize()))
    };
    for m in &moved {
        let to = add(at, m.by).ok()?;
        let mut what = links.clause(m.clause);
        if what.text.is_empty() {
            what.text = "no clause".to_owned();
        }
        let from = m.from.iter().take(NAMED).cloned();
        out.push(Part {
            what,
            count: m.count,
            from: from.collect(),
            value: signed(side, m.by, ty),
            percent: percent(m.by),
            span: Some(Bar { from: at, to }),
            ..Part::default()
        });
        at = to;
    }
    let rest = sub(ended, at).ok()?;
    if !rest.is_zero() {
        let waits = waiting(side, state, row);
        let what =
            if add(rest, waits).is_ok_and(|n| n.is_zero()) { "waits, and is not made" } else { "in no line of the ledger" };
        out.push(Part {
            what: Cell::text(what),
            value: signed(side, rest, ty),
            span: Some(Bar { from: at, to: ended }),
            ..Part::default()
        });
    }
    out.push(ends("stands at", ended, ty, side));
    Some(out)
}

/// Draws the bars of shares, all on one scale.
pub(super) fn draw(shares: &mut [Share]) {
    let spans: Vec<Bar> = shares.iter().flat_map(|s| &s.rows).filter_map(|p| p.span).collect();
    for (part, bar) in shares.iter_mut().flat_map(|s| &mut s.rows).zip(bars(&spans)) {
        part.bar = bar;
    }
}

fn ends(what: &str, value: Decimal, ty: &Type, side: &Side<'_>) -> Part {
    Part {
        what: Cell::text(what),
        value: side.words().amount(value, ty),
        total: true,
        span: Some(Bar { from: value, to: value }),
        ..Part::default()
    }
}

fn signed(side: &Side<'_>, by: Decimal, ty: &Type) -> String {
    let sign = if by.is_sign_negative() { "−" } else { "+" };
    format!("{sign}{}", side.words().amount(by.abs(), ty))
}

/// What waits of a state at the end, where a report shows it.
fn waiting(side: &Side<'_>, state: StateId, row: i64) -> Decimal {
    for s in side.run.shown.iter().filter(|s| s.row == row) {
        let Some(report) = side.terms.reports.get(s.report) else { continue };
        for ((_, e), v) in report.columns.iter().zip(&s.columns) {
            if let (ExprKind::Pending { state: of, .. }, Value::Decimal(n)) = (&e.kind, v)
                && *of == state
            {
                return *n;
            }
        }
    }
    Decimal::ZERO
}

impl super::Picked {
    /// All changes of a state of an entry, whether the ledger has room for them or not.
    fn all_of(&self, side: &Side<'_>, state: StateId, row: i64) -> Vec<Change> {
        let is = |c: &&Change| {
            side.program
                .sites
                .get(usize::from(c.site))
                .is_some_and(|s| s.state == state && super::ledger::number(s.of, c.row) == row)
        };
        side.run.changes.iter().filter(is).copied().collect()
    }
}
