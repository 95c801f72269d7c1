//! Queries to the graph.

use super::Lower;
use super::expr::{Bound, Env};
use crate::engine::graph::{self, Ask, Node, NodeId, Query};
use crate::source::Span;
use crate::terms::{self, Expr, Measure, Source, Type, Window};

impl Lower<'_> {
    /// A query.
    pub(super) fn query(&mut self, env: &mut Env<'_>, q: &terms::Query, span: Span) -> NodeId {
        let depth = env.depth;
        let source = match &q.source {
            Source::Entries(kind) => graph::Source::Entries(*kind),
            Source::Past(kind) => graph::Source::Past(*kind),
            Source::Effect(effect, _) => graph::Source::Effect(*effect),
            Source::List(list) => graph::Source::List(self.expr(env, list)),
        };
        let (mut days, mut trading_days) = (None, None);
        match &q.window {
            None => {}
            Some(Window::Days(from, to)) => {
                let from = from.as_ref().map(|f| self.expr(env, f));
                days = Some((from, self.expr(env, to)));
            }
            Some(Window::TradingDays(n, day)) => trading_days = Some((self.expr(env, n), self.expr(env, day))),
        }
        let row = self.add(Node::It(depth));
        let bound = match (&q.source, q_shape(q)) {
            (Source::List(_) | Source::Effect(..), Some(shape)) => Bound::Line(depth, shape),
            _ => Bound::Node(row),
        };
        env.bind_as(q.var.at(), bound);
        env.depth = depth + 1;
        let filter = self.filter(env, q.filter.as_ref());
        let ask = match &q.ask {
            terms::Ask::Count => Ask::Count,
            terms::Ask::CountDays => Ask::CountDays,
            terms::Ask::Latest => Ask::Latest,
            terms::Ask::Earliest => Ask::Earliest,
            terms::Ask::Measure(measure, value) => {
                let node = self.expr(env, value);
                match measure {
                    Measure::Lowest | Measure::Highest if !Self::is_decimal(&value.ty) => {
                        Ask::Extreme(*measure == Measure::Highest, node)
                    }
                    measure => Ask::Measure(*measure, node),
                }
            }
            terms::Ask::List(values, shape) => Ask::List(values.iter().map(|v| self.entry(env, v)).collect(), *shape),
        };
        env.depth = depth;
        self.graph().ask(Query { ask, source, depth, days, trading_days, filter, span })
    }

    /// The conditions of a filter, those that are decided left out.
    fn filter(&mut self, env: &mut Env<'_>, filter: Option<&Expr>) -> Vec<NodeId> {
        let Some(filter) = filter else { return Vec::new() };
        let whole = self.expr(env, filter);
        if self.decided(whole) == Some(true) {
            return Vec::new();
        }
        match self.plan.graph.get(whole) {
            Node::All(parts) => parts.clone(),
            _ => vec![whole],
        }
    }
}

/// The shape of the lines a query looks at.
fn q_shape(q: &terms::Query) -> Option<terms::ShapeId> {
    match &q.source {
        Source::List(list) => match list.ty {
            Type::List(shape) => Some(shape),
            _ => None,
        },
        Source::Effect(_, shape) => Some(*shape),
        Source::Entries(_) | Source::Past(_) => None,
    }
}
