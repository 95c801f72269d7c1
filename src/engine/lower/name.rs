//! Reading what is kept: fields, states, what waits.

use super::Lower;
use super::expr::{Bound, Env};
use crate::engine::graph::{Node, NodeId, Why};
use crate::engine::plan::{COL_DATE, COL_ID};
use crate::terms::{Expr, ExprKind, FieldId, Inherent, KindId, Operator, Place, Spot, StateId, Type, When};

impl<'t> Lower<'t> {
    /// A field of the event, of an entry, of a past event or of a line.
    pub(super) fn field(&mut self, env: &mut Env<'_>, base: &Expr, field: FieldId) -> NodeId {
        if let ExprKind::Var(var) = &base.kind {
            match env.get(*var) {
                Some(Bound::Event(kind)) => {
                    let kind = *kind;
                    return match self.frame(kind, field) {
                        Some(spot) => self.slot(spot, Why::Field(kind, field)),
                        None => self.add(Node::Whole(0)),
                    };
                }
                Some(Bound::Line(depth, shape)) => {
                    let (depth, shape) = (*depth, *shape);
                    return self.line_field(depth, shape, field);
                }
                _ => {}
            }
        }
        let Type::Entry(kinds) = &base.ty else { return self.add(Node::Whole(0)) };
        let row = self.expr(env, base);
        match kinds.as_slice() {
            [one] => self.entry_field(*one, row, field),
            many => {
                let many = many.to_vec();
                self.by_kind(row, &many, |low, kind, row| low.entry_field(kind, row, field))
            }
        }
    }

    /// A value that depends on the kind of an entry.
    fn by_kind(&mut self, row: NodeId, kinds: &[KindId], each: impl Fn(&mut Self, KindId, NodeId) -> NodeId) -> NodeId {
        use crate::engine::graph::{Case, Then};
        let mut cases = Vec::new();
        let mut bank = None;
        for (i, kind) in kinds.iter().enumerate() {
            let value = each(self, *kind, row);
            bank = Some(self.plan.graph.bank(value));
            let last = i + 1 == kinds.len();
            let when = (!last).then(|| self.add(Node::IsKind(row, *kind)));
            cases.push(Case { when, if_known: false, then: Then::Value(value) });
        }
        match bank {
            Some(bank) => self.add(Node::FirstOf(cases, bank)),
            None => self.add(Node::Whole(0)),
        }
    }

    fn entry_field(&mut self, kind: KindId, row: NodeId, field: FieldId) -> NodeId {
        let Some(spot) = self.plan.kinds.get(kind.at()).and_then(|k| k.columns.layout.spots.get(field.at())).copied() else {
            return self.add(Node::Whole(0));
        };
        self.column(kind, row, spot, Why::Field(kind, field))
    }

    /// A column of an entry or of a past event.
    fn column(&mut self, kind: KindId, row: NodeId, spot: Spot, why: Why) -> NodeId {
        let kept = self.terms.kind(kind).is_some_and(|k| k.kept.is_some());
        let whole = |low: &mut Self, col| low.add(if kept { Node::RowI(kind, row, col) } else { Node::PastI(kind, row, col) });
        let decimal = |low: &mut Self, col| low.add(if kept { Node::RowD(kind, row, col) } else { Node::PastD(kind, row, col) });
        let value = match spot.place {
            Place::Decimal(col) => decimal(self, col),
            Place::Ratio(col) => {
                let (num, den) = (decimal(self, col), decimal(self, col + 1));
                self.add(Node::Arithmetic(Operator::Divide, num, den))
            }
            Place::Whole(col) => whole(self, col),
            Place::List(col) => self.add(if kept { Node::RowL(kind, row, col) } else { Node::PastL(kind, row, col) }),
        };
        match spot.known {
            None => value,
            Some(col) => {
                let known = whole(self, col);
                self.add(Node::Checked { value, known, why })
            }
        }
    }

    /// A register with its mark.
    pub(super) fn slot(&mut self, spot: Spot, why: Why) -> NodeId {
        let value = match spot.place {
            Place::Decimal(n) => self.add(Node::SlotD(n)),
            Place::Ratio(n) => {
                let num = self.add(Node::SlotD(n));
                let den = self.add(Node::SlotD(n + 1));
                self.add(Node::Arithmetic(Operator::Divide, num, den))
            }
            Place::Whole(n) => self.add(Node::SlotI(n)),
            Place::List(n) => self.add(Node::SlotL(n)),
        };
        match spot.known {
            None => value,
            Some(n) => {
                let known = self.add(Node::SlotI(n));
                self.add(Node::Checked { value, known, why })
            }
        }
    }

    fn line_field(&mut self, depth: u16, shape: crate::terms::ShapeId, field: FieldId) -> NodeId {
        let Some(shape) = self.terms.shapes.get(shape.at()) else { return self.add(Node::Whole(0)) };
        let layout = crate::terms::Layout::of_shape(shape);
        let Some(spot) = layout.spots.get(field.at()).copied() else { return self.add(Node::Whole(0)) };
        let value = match spot.place {
            Place::Decimal(n) | Place::Ratio(n) => self.add(Node::ItemD(depth, n)),
            Place::Whole(n) | Place::List(n) => self.add(Node::ItemI(depth, n)),
        };
        match spot.known {
            None => value,
            Some(n) => {
                let known = self.add(Node::ItemI(depth, n));
                self.add(Node::Checked { value, known, why: Why::Line })
            }
        }
    }

    /// The day or the id of an event or an entry.
    pub(super) fn inherent(&mut self, env: &mut Env<'_>, base: &Expr, what: Inherent) -> NodeId {
        let id_known = |low: &mut Self, value: NodeId| {
            let zero = low.add(Node::Whole(0));
            let known = low.add(Node::CompareWhole(crate::terms::Comparison::AtLeast, value, zero));
            low.add(Node::Checked { value, known, why: Why::Id })
        };
        if let ExprKind::Var(var) = &base.kind {
            match env.get(*var) {
                Some(Bound::Event(kind)) => {
                    let Some((date, id)) = self.plan.kinds.get(kind.at()).map(|k| (k.date, k.id)) else {
                        return self.add(Node::Whole(0));
                    };
                    return match what {
                        Inherent::Date => self.add(Node::SlotI(date)),
                        Inherent::Id => {
                            let value = self.add(Node::SlotI(id));
                            id_known(self, value)
                        }
                    };
                }
                Some(Bound::Record(date, id)) => {
                    let (date, id) = (*date, *id);
                    return match what {
                        Inherent::Date => self.add(Node::SlotI(date)),
                        Inherent::Id => {
                            let value = self.add(Node::SlotI(id));
                            id_known(self, value)
                        }
                    };
                }
                _ => {}
            }
        }
        let Type::Entry(kinds) = &base.ty else { return self.add(Node::Whole(0)) };
        let kinds = kinds.clone();
        let row = self.expr(env, base);
        self.by_kind(row, &kinds, |low, kind, row| {
            let kept = low.terms.kind(kind).is_some_and(|k| k.kept.is_some());
            let col = if what == Inherent::Date { COL_DATE } else { COL_ID };
            let value = low.add(if kept { Node::RowI(kind, row, col) } else { Node::PastI(kind, row, col) });
            if what == Inherent::Date { value } else { id_known(low, value) }
        })
    }

    /// The row a state is of: its own for a state of a row.
    pub(super) fn owner(&mut self, env: &mut Env<'_>, of: Option<&Expr>) -> Option<NodeId> {
        of.map(|e| self.entry(env, e))
    }

    /// An entry: for the event itself, the row it made.
    pub(super) fn entry(&mut self, env: &mut Env<'_>, e: &Expr) -> NodeId {
        if let ExprKind::Var(var) = &e.kind
            && let Some(Bound::Event(kind)) = env.get(*var)
        {
            let row = self.plan.kinds.get(kind.at()).map_or(0, |k| k.row);
            return self.add(Node::SlotI(row));
        }
        self.expr(env, e)
    }

    /// A state, as the event found it, leaves it, or as it was.
    pub(super) fn state(&mut self, env: &mut Env<'_>, state: StateId, of: Option<&Expr>, when: &When) -> NodeId {
        let row = self.owner(env, of);
        match when {
            When::At(edge, day) => {
                let day = self.expr(env, day);
                let moment = self.add(Node::Edge(*edge, day));
                self.history(state, row, moment)
            }
            When::After => self.after_value(state, row),
            When::Before if env.after => self.after_value(state, row),
            When::Before => self.present(state, row),
            When::BeforeChange => {
                self.watch(state);
                let now = self.present(state, row);
                let row = row.unwrap_or_else(|| self.add(Node::Whole(-1)));
                self.add(Node::BeforeChange { state, row, now })
            }
        }
    }

    fn history(&mut self, state: StateId, row: Option<NodeId>, moment: NodeId) -> NodeId {
        let row = row.unwrap_or_else(|| self.add(Node::Whole(-1)));
        match self.plan.states.get(state.at()).map(|s| s.spot.place) {
            Some(Place::Ratio(_)) => {
                let [num, den] = [0, 1].map(|part| self.add(Node::HistoryD { state, row, part, moment }));
                self.add(Node::Arithmetic(Operator::Divide, num, den))
            }
            Some(Place::Whole(_)) => self.add(Node::HistoryI { state, row, moment }),
            _ => self.add(Node::HistoryD { state, row, part: 0, moment }),
        }
    }

    /// A state as it is.
    pub(super) fn present(&mut self, state: StateId, row: Option<NodeId>) -> NodeId {
        let Some((of, spot)) = self.plan.states.get(state.at()).map(|s| (s.of, s.spot)) else {
            return self.add(Node::Whole(0));
        };
        match (of, row) {
            (Some(kind), Some(row)) => self.column(kind, row, spot, Why::State(state)),
            _ => self.slot(spot, Why::State(state)),
        }
    }

    /// What waits of a state.
    pub(super) fn pending_of(&mut self, state: StateId, row: Option<NodeId>) -> NodeId {
        let Some((of, pending)) = self.plan.states.get(state.at()).map(|s| (s.of, s.pending)) else {
            return self.add(Node::Whole(0));
        };
        match (of, row, pending) {
            (Some(kind), Some(row), Some(col)) => self.add(Node::RowD(kind, row, col)),
            (None, _, Some(slot)) => self.add(Node::SlotD(slot)),
            _ => self.graph().decimal(rust_decimal::Decimal::ZERO),
        }
    }

    /// Several conditions as one.
    pub(super) fn all(&mut self, mut conditions: Vec<NodeId>) -> NodeId {
        match conditions.len() {
            1 => conditions.pop().unwrap_or(NodeId(0)),
            _ => self.add(Node::All(conditions)),
        }
    }
}
