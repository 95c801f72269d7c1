//! What uses what: the rules and other declarations that a change reaches, by way of definitions or at once.

use super::Use;
use crate::terms::{
    Answer, Body, DefId, Each, Expr, ExprKind, KindId, ObligationId, On, ReadingId, StateId, Statement, StatementKind, TableId,
    Terms, walk, walk_failure, walk_text,
};

/// Something that others use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Used {
    State(StateId),
    Def(DefId),
    Reading(ReadingId),
    Table(TableId),
    Calendar(u32),
    Obligation(ObligationId),
}

/// A declaration with all it uses.
struct User {
    sort: &'static str,
    name: String,
    clause: String,
    def: Option<DefId>,
    uses: Vec<Used>,
}

/// All that use something.
pub(super) struct Users<'t> {
    terms: &'t Terms,
    all: Vec<User>,
}

impl<'t> Users<'t> {
    /// Reads them off checked terms.
    pub(super) fn of(terms: &'t Terms) -> Self {
        let mut out = Self { terms, all: Vec::new() };
        for (n, d) in terms.defs.iter().enumerate() {
            let name = out.owned(&d.name, d.of);
            out.add("definition", name, terms.cite(d.clause), Some(DefId::from(n)), |v| walk(&d.body.value, v));
        }
        for s in &terms.states {
            let name = out.owned(&s.name, s.of);
            out.add("state", name, terms.cite(s.clause), None, |v| {
                s.initial.iter().for_each(|b| walk(&b.value, v));
                s.rounding.iter().filter_map(|r| r.when.as_ref()).for_each(|e| walk(e, v));
                if let Some(p) = &s.postponement {
                    p.tests.iter().for_each(|t| {
                        walk(&t.limit, v);
                        t.when.iter().for_each(|e| walk(e, v));
                    });
                    p.on.iter().chain(&p.until).filter_map(|(_, e)| e.as_ref()).for_each(|e| walk(e, v));
                    p.with.iter().filter_map(|(_, _, e)| e.as_ref()).for_each(|e| walk(e, v));
                    p.compounding.iter().chain(&p.restating).flatten().for_each(|e| walk(e, v));
                }
            });
        }
        for k in &terms.kinds {
            out.add("event", k.name.clone(), terms.cite(k.clause), None, |v| {
                for (b, t) in &k.checks {
                    walk(&b.value, v);
                    walk_text(t, v);
                }
            });
        }
        for r in &terms.rules {
            out.add("rule", r.name.clone(), terms.cite(r.clause), None, |v| r.answers.iter().for_each(|a| answer(a, v)));
        }
        for o in &terms.obligations {
            out.add("obligation", o.name.clone(), terms.cite(o.clause), None, |v| {
                for a in &o.answers {
                    on(&a.on, v);
                    each(a.each.as_ref(), v);
                    a.guards.iter().chain(&a.due).chain([&a.done]).for_each(|e| walk(e, v));
                }
            });
        }
        for c in &terms.covenants {
            let bodies: Vec<&Body<Expr>> = c.during.iter().chain([&c.holds]).collect();
            out.add("covenant", c.name.clone(), terms.cite(c.clause), None, |v| bodies.iter().for_each(|b| walk(&b.value, v)));
        }
        for r in &terms.reports {
            out.add("report", r.name.clone(), "", None, |v| {
                r.filter.iter().chain(r.columns.iter().map(|(_, e)| e)).for_each(|e| walk(e, v));
            });
        }
        out
    }

    fn owned(&self, name: &str, of: Option<KindId>) -> String {
        of.and_then(|k| self.terms.kind(k)).map_or_else(|| name.to_owned(), |k| format!("{name} of {}", k.name))
    }

    fn add(
        &mut self,
        sort: &'static str,
        name: String,
        clause: &str,
        def: Option<DefId>,
        visit: impl FnOnce(&mut dyn FnMut(&Expr)),
    ) {
        let mut uses = Vec::new();
        visit(&mut |e| {
            let used = match &e.kind {
                ExprKind::State { state, .. } | ExprKind::Pending { state, .. } | ExprKind::ChangeBy { state, .. } => {
                    Used::State(*state)
                }
                ExprKind::Def { def, .. } => Used::Def(*def),
                ExprKind::Reading(r, _) => Used::Reading(*r),
                ExprKind::Table(t, _) => Used::Table(*t),
                ExprKind::Open(c, _) => Used::Calendar(c.0),
                ExprKind::Obligation(o, ..) => Used::Obligation(*o),
                _ => return,
            };
            if !uses.contains(&used) {
                uses.push(used);
            }
        });
        self.all.push(User { sort, name, clause: clause.to_owned(), def, uses });
    }

    /// What a change of a declaration reaches; definitions only where nothing else is reached.
    pub(super) fn reached(&self, sort: &str, name: &str) -> Vec<Use> {
        let Some(first) = self.named(sort, name) else { return Vec::new() };
        let mut open = vec![first];
        let mut done = Vec::new();
        let mut reached: Vec<usize> = Vec::new();
        while let Some(used) = open.pop() {
            if done.contains(&used) {
                continue;
            }
            done.push(used);
            for (n, user) in self.all.iter().enumerate().filter(|(_, u)| u.uses.contains(&used)) {
                open.extend(user.def.map(Used::Def));
                reached.push(n);
            }
        }
        let own = |u: &User| u.sort == sort && u.name == name;
        let in_order = self.all.iter().enumerate().filter(|(n, u)| reached.contains(n) && !own(u));
        let mut out: Vec<&User> = in_order.map(|(_, u)| u).collect();
        if out.iter().any(|u| u.def.is_none()) {
            out.retain(|u| u.def.is_none());
        }
        let uses = out.iter().map(|u| Use { clause: u.clause.clone(), sort: u.sort.to_owned(), name: u.name.clone() });
        uses.collect()
    }

    fn named(&self, sort: &str, name: &str) -> Option<Used> {
        let t = self.terms;
        match sort {
            "definition" => t.defs.iter().position(|d| self.owned(&d.name, d.of) == name).map(|n| Used::Def(DefId::from(n))),
            "state" => t.states.iter().position(|s| self.owned(&s.name, s.of) == name).map(|n| Used::State(StateId::from(n))),
            "reading" => t.readings.iter().position(|r| r.name == name).map(|n| Used::Reading(ReadingId::from(n))),
            "table" => t.tables.iter().position(|x| x.name == name).map(|n| Used::Table(TableId::from(n))),
            "calendar" => {
                let at = t.calendars.iter().position(|c| c.name == name)?;
                u32::try_from(at).ok().map(Used::Calendar)
            }
            "obligation" => t.obligations.iter().position(|o| o.name == name).map(|n| Used::Obligation(ObligationId::from(n))),
            _ => None,
        }
    }
}

fn answer(a: &Answer, v: &mut dyn FnMut(&Expr)) {
    on(&a.on, v);
    a.the.iter().for_each(|(_, e)| walk(e, v));
    each(a.each.as_ref(), v);
    a.guards.iter().for_each(|e| walk(e, v));
    for r in &a.rescinding {
        walk(&r.of, v);
        r.guards.iter().for_each(|e| walk(e, v));
    }
    a.body.iter().for_each(|s| statement(s, v));
}

fn on(on: &On, v: &mut dyn FnMut(&Expr)) {
    if let On::At(e) | On::Once(e) = on {
        walk(e, v);
    }
}

fn each(each: Option<&Each>, v: &mut dyn FnMut(&Expr)) {
    each.and_then(|e| e.filter.as_ref()).into_iter().for_each(|f| walk(f, v));
}

fn statement(s: &Statement, v: &mut dyn FnMut(&Expr)) {
    s.guards.iter().for_each(|e| walk(e, v));
    match &s.kind {
        StatementKind::Let(_, e) | StatementKind::End(e) | StatementKind::Restore(e) => walk(e, v),
        StatementKind::Becomes { of, value, clamps, .. } => {
            of.iter().chain([value]).for_each(|e| walk(e, v));
            for c in clamps {
                walk(&c.limit, v);
                c.skip.iter().flatten().for_each(|e| walk(e, v));
            }
        }
        StatementKind::Require(e, f) => {
            walk(e, v);
            walk_failure(f, v);
        }
        StatementKind::Deem { fields, like, with, .. } => {
            fields.iter().map(|(_, e)| e).chain(like).chain(with.iter().map(|(_, _, e)| e)).for_each(|e| walk(e, v));
        }
        StatementKind::Record { fields, .. } => fields.iter().flatten().for_each(|e| walk(e, v)),
        StatementKind::Warn(t) => walk_text(t, v),
        StatementKind::ForEach { list, order, body, .. } => {
            walk(list, v);
            order.iter().for_each(|(_, e)| walk(e, v));
            body.iter().for_each(|s| statement(s, v));
        }
    }
}
