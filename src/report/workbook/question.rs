//! Questions about what has happened: a plain sum over entries is a sum of their cells, all else is as the run had it.

use super::derive::{Deriver, Sort, Step};
use super::eval::same;
use super::origin::Origin;
use super::term::{At, Function, Term};
use super::values;
use crate::engine::graph::{Ask, Node, NodeId, QueryId, Source};
use crate::engine::run::Value;
use crate::engine::table::entry;
use crate::terms::Measure;

impl Deriver<'_> {
    /// A question: a sum over entries as a sum of their cells, where it gives what the run had.
    pub(super) fn question(&mut self, t: usize, id: NodeId, q: QueryId) -> Option<Term> {
        if let Some(cells) = self.summed(t, q)
            && !cells.is_empty()
            && cells.len() <= MOST
        {
            let term = Term::Call(Function::Sum, cells.into_iter().map(Term::Cell).collect());
            let held = self.value(t, id).map(|v| values::held(&self.words, v, &self.ty(t, id)));
            if held.is_some_and(|h| self.eval(&term).is_some_and(|v| same(&v, &h))) {
                let mut step = Step::new(Sort::Formula, "sum over entries", self.ty(t, id));
                step.source = self.source(t, id);
                step.term = Some(term);
                return Some(Term::Cell(At::Step(self.put(Some(t), Some(id), step))));
            }
        }
        if matches!(self.value(t, id), Some(Value::Decimal(n)) if n.is_zero()) {
            return self.given(t, id, "there is nothing yet to add up or to count");
        }
        self.given(t, id, "a question about what has happened")
    }

    /// The cells of a plain sum over entries.
    fn summed(&self, t: usize, q: QueryId) -> Option<Vec<At>> {
        let q = self.graph().query(q)?;
        let (Ask::Measure(Measure::Sum, v), Source::Entries(kind)) = (&q.ask, &q.source) else { return None };
        if !q.filter.is_empty() || q.days.is_some() || q.trading_days.is_some() {
            return None;
        }
        let graph = self.graph();
        let v = match graph.get(graph.plain(*v)) {
            Node::Checked { value, .. } => *value,
            _ => graph.plain(*v),
        };
        let Node::RowD(k, row, column) = graph.get(v) else { return None };
        if k != kind || !matches!(graph.get(*row), Node::It(_)) {
            return None;
        }
        let when = self.trace(t)?.when;
        let rows = self.run.keys.get(kind.at()).map_or(0, Vec::len);
        let mut out = Vec::new();
        for row in 0..u32::try_from(rows).ok()? {
            match self.origins.column(true, *kind, *column)?.0 {
                Origin::State(state) => {
                    let changes = self.history.get(&(state, row, false)).into_iter().flatten().rev();
                    let before = changes.copied().find(|n| self.run.changes.get(*n).is_some_and(|c| c.when.at < when.at));
                    out.extend(before.map(At::Change));
                }
                Origin::Field(_, field) => {
                    let record = self.events.keyed(*kind, &self.words.entry(entry(*kind, row)))?;
                    let number = self.events.records.get(record)?.0.number;
                    if number <= when.number {
                        out.push(At::Event(record, self.events.column(*kind, field)?));
                    }
                }
                _ => return None,
            }
        }
        Some(out)
    }
}

/// The most cells of one sum.
const MOST: usize = 200;
