//! What a missing value comes from: the states nothing has stated, and the events that would state them.

use crate::report::words::Words;
use crate::terms::{DefId, EventSort, Expr, ExprKind, FieldId, KindId, On, StateId, Statement, StatementKind, Type, walk};
use std::collections::HashSet;

/// What was looked at already.
#[derive(Default)]
struct Visited {
    defs: HashSet<DefId>,
    fields: HashSet<(KindId, FieldId)>,
    kinds: HashSet<KindId>,
}

impl Words<'_> {
    /// The state of the issuer that a field of a deemed event is computed from and nothing has stated.
    pub(super) fn unstated(&self, kind: KindId, field: FieldId, stated: &[StateId]) -> Option<StateId> {
        self.of_field(kind, field, stated, &mut Visited::default())
    }

    /// The events of a stream whose rules give a state a value; first those that need none to do so.
    pub(super) fn setters(&self, state: StateId) -> Vec<&str> {
        let mut plain: Vec<KindId> = Vec::new();
        let mut other: Vec<KindId> = Vec::new();
        self.statements(&mut |on, s| {
            if let StatementKind::Becomes { state: id, value, .. } = &s.kind
                && *id == state
            {
                let list = if self.reads(value, state) { &mut other } else { &mut plain };
                self.origins(on, list, &mut Visited::default());
            }
        });
        let kinds = if plain.is_empty() { other } else { plain };
        let mut out: Vec<&str> = Vec::new();
        for name in kinds.into_iter().filter_map(|k| self.terms.kind(k)).map(|k| k.name.as_str()) {
            if !out.contains(&name) {
                out.push(name);
            }
        }
        out
    }

    /// Calls for every statement of a rule on an event, those inside others too.
    fn statements<'s>(&'s self, each: &mut dyn FnMut(KindId, &'s Statement)) {
        for answer in self.terms.rules.iter().flat_map(|r| &r.answers) {
            let On::Event(kind) = answer.on else { continue };
            let mut left: Vec<&Statement> = answer.body.iter().rev().collect();
            while let Some(s) = left.pop() {
                if let StatementKind::ForEach { body, .. } = &s.kind {
                    left.extend(body.iter().rev());
                }
                each(kind, s);
            }
        }
    }

    /// The events of a stream that an event comes from.
    fn origins(&self, kind: KindId, out: &mut Vec<KindId>, visited: &mut Visited) {
        if self.terms.kind(kind).is_none_or(|k| k.sort != EventSort::Deemed) {
            out.push(kind);
            return;
        }
        if !visited.kinds.insert(kind) {
            return;
        }
        let mut deeming: Vec<KindId> = Vec::new();
        self.statements(&mut |on, s| {
            if matches!(&s.kind, StatementKind::Deem { kind: k, .. } if *k == kind) {
                deeming.push(on);
            }
        });
        for on in deeming {
            self.origins(on, out, visited);
        }
    }

    fn reads(&self, e: &Expr, state: StateId) -> bool {
        let mut found = false;
        walk(e, &mut |x| found |= matches!(&x.kind, ExprKind::State { state: s, .. } if *s == state));
        found
    }

    fn of_field(&self, kind: KindId, field: FieldId, stated: &[StateId], visited: &mut Visited) -> Option<StateId> {
        if !visited.fields.insert((kind, field)) {
            return None;
        }
        let mut values: Vec<&Expr> = Vec::new();
        self.statements(&mut |_, s| {
            if let StatementKind::Deem { kind: k, fields, .. } = &s.kind
                && *k == kind
            {
                values.extend(fields.iter().filter(|(f, _)| *f == field).map(|(_, e)| e));
            }
        });
        values.into_iter().find_map(|e| self.of_formula(e, stated, visited))
    }

    fn of_formula(&self, e: &Expr, stated: &[StateId], visited: &mut Visited) -> Option<StateId> {
        let mut parts: Vec<(DefId, Option<(KindId, FieldId)>)> = Vec::new();
        let mut found = None;
        walk(e, &mut |x| match &x.kind {
            ExprKind::State { state, .. } if found.is_none() => {
                let decl = self.terms.states.get(state.at());
                let unknown = decl.is_some_and(|s| s.of.is_none() && s.initial.is_none()) && !stated.contains(state);
                found = unknown.then_some(*state);
            }
            ExprKind::Def { def, .. } => parts.push((*def, None)),
            ExprKind::Field(of, field) => {
                if let Type::Entry(kinds) = &of.ty {
                    parts.extend(kinds.iter().map(|k| (DefId::from(0_usize), Some((*k, *field)))));
                }
            }
            _ => {}
        });
        found.or_else(|| {
            parts.into_iter().find_map(|part| match part {
                (_, Some((kind, field))) => self.of_field(kind, field, stated, visited),
                (def, None) if visited.defs.insert(def) => {
                    self.terms.defs.get(def.at()).and_then(|d| self.of_formula(&d.body.value, stated, visited))
                }
                _ => None,
            })
        })
    }
}
