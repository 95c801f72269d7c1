//! The figures as they stand: each leads to the change that made it, or to the clause it began under.

use super::clauses::Links;
use super::ledger::stands;
use super::{Cell, Side, Table, many, plain};
use crate::report::document::cell;
use crate::report::words::day;
use crate::terms::walk;
use crate::terms::{ClauseId, Expr, ExprKind, StateId};
use rustc_hash::FxHashMap;

/// How many entries a table has at most.
const ENTRIES: usize = 200;

/// What a figure rests on.
enum Rests {
    State(StateId),
    Clause(ClauseId),
}

/// A table for each report.
pub(super) fn states(side: &Side<'_>, links: &Links<'_>) -> Vec<Table> {
    let words = side.words();
    let mut last = LastChanges::default();
    let mut out = Vec::new();
    for (n, report) in side.terms.reports.iter().enumerate() {
        let rests: Vec<Option<Rests>> = report.columns.iter().map(|(_, e)| rests(side, e)).collect();
        let all: Vec<_> = side.run.shown.iter().filter(|s| s.report == n && side.picked.wants(s.row)).collect();
        let mut table = Table { name: plain(&report.name), ..Table::default() };
        table.head = report.columns.iter().map(|(name, _)| plain(name)).collect();
        for s in all.iter().take(ENTRIES) {
            let cells = report.columns.iter().zip(&s.columns).zip(&rests).map(|(((_, e), v), rests)| {
                let mut out = Cell { text: cell(&words, side.program, e, v), numeric: e.ty.is_decimal(), ..Cell::default() };
                match rests {
                    Some(Rests::State(state)) => last.lead(side, links, *state, s.row, &mut out),
                    Some(Rests::Clause(clause)) => out.href = links.clause(Some(*clause)).href,
                    None => {}
                }
                out
            });
            table.rows.push(cells.collect());
        }
        if all.len() > ENTRIES {
            table.note =
                format!("The first {} of {} entries; all are in --format csv and --format json.", many(ENTRIES), many(all.len()));
        }
        if !table.rows.is_empty() {
            out.push(table);
        }
    }
    out
}

/// The first state or definition that a column shows.
fn rests(side: &Side<'_>, e: &Expr) -> Option<Rests> {
    let mut found = None;
    walk(e, &mut |e| {
        if found.is_none() {
            found = match &e.kind {
                ExprKind::State { state, .. } | ExprKind::Pending { state, .. } => Some(Rests::State(*state)),
                ExprKind::Def { def, .. } => side.terms.defs.get(def.at()).and_then(|d| d.clause).map(Rests::Clause),
                _ => None,
            };
        }
    });
    found
}

/// Where a change stands among others: the place in the order of events, the record.
type Order = (u32, u32);

/// The change that made each figure, looked for once.
#[derive(Default)]
struct LastChanges {
    known: Option<FxHashMap<(StateId, i64), (String, String)>>,
}

impl LastChanges {
    /// Has a figure lead to what made it.
    fn lead(&mut self, side: &Side<'_>, links: &Links<'_>, state: StateId, row: i64, cell: &mut Cell) {
        let known = self.known.get_or_insert_with(|| side.picked.last(side, |c| stands(side.program, c)));
        if let Some((id, hint)) = known.get(&(state, row)) {
            cell.href = format!("#{id}");
            cell.hint.clone_from(hint);
            return;
        }
        let Some(decl) = side.terms.states.get(state.at()) else { return };
        let clause = links.clause(decl.clause);
        if !clause.text.is_empty() && cell.text != "—" {
            cell.hint = format!("as it began, {}", clause.text);
            cell.href = clause.href;
        }
    }
}

impl super::Picked {
    /// The last change of each state of each entry, of those that `are`: its id, and what is said of it.
    fn last(
        &self,
        side: &Side<'_>,
        are: impl Fn(&crate::engine::run::Change) -> bool,
    ) -> FxHashMap<(StateId, i64), (String, String)> {
        let mut out: FxHashMap<(StateId, i64), (Order, (String, String))> = FxHashMap::default();
        for (id, c, rows) in self.lines(side.run, side.prefix) {
            let Some(site) = side.program.sites.get(usize::from(c.site)).filter(|_| are(c)) else { continue };
            let record = if c.when.number == 0 { String::new() } else { format!("record {}, ", c.when.number) };
            let hint = format!("{record}{}, §{}", day(c.when.day), side.terms.cite(c.clause));
            for row in rows {
                let key = (site.state, super::ledger::number(site.of, *row));
                let when = (c.when.at, c.when.number);
                let slot = out.entry(key).or_insert_with(|| (when, (id.clone(), hint.clone())));
                if slot.0 <= when {
                    *slot = (when, (id.clone(), hint.clone()));
                }
            }
        }
        out.into_iter().map(|(k, (_, v))| (k, v)).collect()
    }
}
