//! A register or a column for every value that is kept.

use super::Lower;
use crate::engine::plan::{Columns, FREE_WHOLE, KindPlan, StatePlan, Step};
use crate::terms::{Body, Expr, ExprKind, FieldId, Formulas, KindId, Layout, Place, Source, Spot, StateId, Type, When, walk};

impl Lower<'_> {
    /// Gives registers to events and issuer states, columns to entries and their states.
    pub(super) fn registers(&mut self, asked: &[&Body<Expr>]) {
        let mut top = Layout { wholes: FREE_WHOLE, ..Layout::default() };
        for kind in &self.terms.kinds {
            let layout = Layout::of_fields(&kind.fields);
            let base = (top.decimals, top.wholes, top.lists);
            top.decimals += layout.decimals;
            top.wholes += layout.wholes;
            top.lists += layout.lists;
            let date = top.wholes;
            top.wholes += 3;
            let mut columns = Layout::default();
            columns.add(&Type::Date, false);
            columns.add(&Type::Text, false);
            columns.spots.clear();
            for f in &kind.fields {
                columns.add(&f.ty, f.optional);
            }
            let fields = columns.spots.len();
            self.plan.kinds.push(KindPlan {
                layout,
                base,
                date,
                id: date + 1,
                row: date + 2,
                columns: Columns { layout: columns, fields },
                ..KindPlan::default()
            });
            self.plan.on_event.push(Step { kind: Some(KindId::from(self.plan.on_event.len())), ..Step::default() });
        }
        self.states(&mut top);
        self.plan.registers = (top.decimals, top.wholes, top.lists);
        self.marks(asked);
    }

    fn states(&mut self, top: &mut Layout) {
        for state in &self.terms.states {
            let optional = state.initial.as_ref().is_none_or(|b| may_be_unknown(self.terms, b));
            let layout = match state.of {
                None => &mut *top,
                Some(kind) => match self.plan.kinds.get_mut(kind.at()) {
                    Some(plan) => &mut plan.columns.layout,
                    None => &mut *top,
                },
            };
            let spot = layout.add(&state.ty, optional);
            let pending = state.postponement.as_ref().map(|_| {
                layout.decimals += 1;
                layout.decimals - 1
            });
            self.plan.states.push(StatePlan {
                of: state.of,
                spot,
                pending,
                follows: None,
                rounding: None,
                history: false,
                change_by: false,
                watched: false,
                adjustable: false,
            });
        }
        for a in &self.terms.adjustments {
            for s in &a.states {
                if let Some(plan) = self.plan.states.get_mut(s.at()) {
                    plan.adjustable = true;
                }
            }
        }
    }

    /// Which states are asked for at other moments, which kinds in queries of the past, which deemed events are rescinded.
    fn marks(&mut self, asked: &[&Body<Expr>]) {
        let mut history: Vec<StateId> = Vec::new();
        let mut changes: Vec<StateId> = Vec::new();
        let mut makers: Vec<KindId> = Vec::new();
        let mut past: Vec<KindId> = Vec::new();
        let mut rescinded: Vec<(KindId, Vec<KindId>)> = Vec::new();
        let mut look = |e: &Expr| match &e.kind {
            ExprKind::State { state, when: When::At(..), .. } => history.push(*state),
            ExprKind::ChangeBy { state, by, .. } => {
                changes.push(*state);
                if let Type::Entry(of) = &by.ty {
                    makers.extend(of);
                }
            }
            ExprKind::Query(q) => {
                if let Source::Past(kind) = q.source {
                    past.push(kind);
                }
            }
            _ => {}
        };
        self.terms.expressions(&mut look);
        asked.iter().for_each(|body| body.expressions(&mut look));
        for rule in &self.terms.rules {
            for answer in &rule.answers {
                for r in &answer.rescinding {
                    if let Type::Entry(of) = &r.of.ty {
                        rescinded.extend(r.deemed.iter().map(|k| (*k, of.clone())));
                    }
                }
            }
        }
        for s in history {
            if let Some(plan) = self.plan.states.get_mut(s.at()) {
                plan.history = true;
            }
        }
        for s in changes {
            if let Some(plan) = self.plan.states.get_mut(s.at()) {
                plan.change_by = true;
            }
        }
        for kind in past {
            if let Some(plan) = self.plan.kinds.get_mut(kind.at()) {
                plan.past = true;
            }
        }
        // deemed events that name an entry whose changes are asked for
        for (n, kind) in self.terms.kinds.iter().enumerate() {
            let linked = |ty: &Type| matches!(ty, Type::Entry(have) if have.iter().any(|h| makers.contains(h)));
            if let Some(plan) = self.plan.kinds.get_mut(n) {
                plan.change_links
                    .extend(kind.fields.iter().enumerate().filter(|(_, f)| linked(&f.ty)).map(|(i, _)| FieldId::from(i)));
                plan.makes_changes = makers.contains(&KindId::from(n));
            }
        }
        for (kind, of) in rescinded {
            let links: Vec<FieldId> = self
                .terms
                .kind(kind)
                .map(|k| {
                    let linked = |ty: &Type| matches!(ty, Type::Entry(have) if have.iter().any(|h| of.contains(h)));
                    k.fields.iter().enumerate().filter(|(_, f)| linked(&f.ty)).map(|(i, _)| FieldId::from(i)).collect()
                })
                .unwrap_or_default();
            if let Some(plan) = self.plan.kinds.get_mut(kind.at()) {
                plan.rescindable = true;
                for link in links {
                    if !plan.links.contains(&link) {
                        plan.links.push(link);
                    }
                }
            }
        }
    }

    /// Registers for a value that stands when the past is recomputed.
    pub(super) fn capture(&mut self, ty: &Type) -> Spot {
        let (d, i, l) = self.plan.registers;
        let mut layout = Layout { decimals: d, wholes: i, lists: l, spots: Vec::new() };
        let spot = layout.add(ty, false);
        self.plan.registers = (layout.decimals, layout.wholes, layout.lists);
        let kept = &mut self.plan.graph.kept;
        match spot.place {
            Place::Decimal(n) => kept.0.push(n),
            Place::Ratio(n) => kept.0.extend([n, n + 1]),
            Place::Whole(n) => kept.1.push(n),
            Place::List(n) => kept.2.push(n),
        }
        spot
    }

    /// The register of a field of an event.
    pub(super) fn frame(&self, kind: KindId, field: FieldId) -> Option<Spot> {
        let plan = self.plan.kinds.get(kind.at())?;
        let spot = plan.layout.spots.get(field.at())?;
        let place = match spot.place {
            Place::Decimal(n) => Place::Decimal(plan.base.0 + n),
            Place::Ratio(n) => Place::Ratio(plan.base.0 + n),
            Place::Whole(n) => Place::Whole(plan.base.1 + n),
            Place::List(n) => Place::List(plan.base.2 + n),
        };
        Some(Spot { place, known: spot.known.map(|k| plan.base.1 + k) })
    }
}

/// Whether the value a state begins with may be unknown: it depends on an optional field.
fn may_be_unknown(terms: &crate::terms::Terms, body: &Body<Expr>) -> bool {
    let mut found = false;
    walk(&body.value, &mut |e| {
        if let ExprKind::Field(base, field) = &e.kind
            && let Type::Entry(kinds) = &base.ty
        {
            found |= kinds.iter().filter_map(|k| terms.kind(*k)).any(|k| k.fields.get(field.at()).is_some_and(|f| f.optional));
        }
    });
    found
}
