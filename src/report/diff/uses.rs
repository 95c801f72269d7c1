//! What uses what: the rules and other declarations that a change reaches, by way of definitions or at once.

use super::Use;
use crate::terms::{DefId, ExprKind, Formulas, KindId, ObligationId, ReadingId, StateId, TableId, Terms};

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
            out.add("definition", name, terms.cite(d.clause), Some(DefId::from(n)), d);
        }
        for s in &terms.states {
            let name = out.owned(&s.name, s.of);
            out.add("state", name, terms.cite(s.clause), None, s);
        }
        for k in &terms.kinds {
            out.add("event", k.name.clone(), terms.cite(k.clause), None, k);
        }
        for r in &terms.rules {
            out.add("rule", r.name.clone(), terms.cite(r.clause), None, r);
        }
        for o in &terms.obligations {
            out.add("obligation", o.name.clone(), terms.cite(o.clause), None, o);
        }
        for c in &terms.covenants {
            out.add("covenant", c.name.clone(), terms.cite(c.clause), None, c);
        }
        for r in &terms.reports {
            out.add("report", r.name.clone(), "", None, r);
        }
        out
    }

    fn owned(&self, name: &str, of: Option<KindId>) -> String {
        of.and_then(|k| self.terms.kind(k)).map_or_else(|| name.to_owned(), |k| format!("{name} of {}", k.name))
    }

    fn add(&mut self, sort: &'static str, name: String, clause: &str, def: Option<DefId>, of: &impl Formulas) {
        let mut uses = Vec::new();
        of.expressions(&mut |e| {
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
