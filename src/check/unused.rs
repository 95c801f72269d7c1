//! What is declared and never used, and what cites no clause. Libraries may offer more than a file takes.

use super::Problem;
use super::declare::Checker;
use crate::source::{FileId, Span};
use crate::terms::{CalendarId, DefId, EffectId, EventSort, KindId, On, ReadingId, StateId, TableId};

/// Tells of everything the file itself declares and never uses.
pub(super) fn find(checker: &mut Checker<'_>) {
    let main = checker.main();
    let terms = &checker.terms;
    let mut out = Vec::new();
    let mut tell = |used: bool, at: Span, sort: &'static str, name: &str| {
        if !used && at.file == main {
            out.push(Problem::Unused { at, sort, name: name.to_owned() });
        }
    };
    if terms.library {
        return;
    }
    let used = &checker.used;
    for (i, s) in terms.states.iter().enumerate() {
        tell(used.states.contains(&StateId::from(i)), s.span, "the state", &s.name);
    }
    for (i, d) in terms.defs.iter().enumerate() {
        tell(used.defs.contains(&DefId::from(i)), d.span, "the definition", &d.name);
    }
    for (i, r) in terms.readings.iter().enumerate() {
        tell(used.readings.contains(&ReadingId::from(i)), r.span, "the reading", &r.name);
    }
    for (i, e) in terms.effects.iter().enumerate() {
        tell(used.effects.contains(&EffectId::from(i)), e.span, "the effect", &e.name);
    }
    for (i, t) in terms.tables.iter().enumerate() {
        tell(used.tables.contains(&TableId::from(i)), t.span, "the table", &t.name);
    }
    for (i, c) in terms.calendars.iter().enumerate() {
        tell(used.calendars.contains(&CalendarId::from(i)), c.span, "the calendar", &c.name);
    }
    for (i, k) in terms.kinds.iter().enumerate() {
        let used = used.kinds.contains(&KindId::from(i)) || k.sort != EventSort::Deemed;
        tell(used, k.span, "the deemed event", &k.name);
    }
    uncited(checker, main, &mut out);
    checker.problems.extend(out);
}

/// Rules on deemed events may take the clause of the rule that deemed them; all others cite their own.
fn uncited(checker: &Checker<'_>, main: FileId, out: &mut Vec<Problem>) {
    for rule in &checker.terms.rules {
        let inherits = rule.answers.iter().all(|a| match &a.on {
            On::Event(kind) => checker.terms.kind(*kind).is_some_and(|k| k.sort == EventSort::Deemed),
            On::Change { .. } | On::Making(_) => true,
            On::Adjustment(..) | On::Breach(_) | On::At(_) | On::Once(_) => false,
        });
        if rule.clause.is_none() && !inherits && rule.span.file == main {
            out.push(Problem::Uncited { at: rule.span, sort: "the rule", name: rule.name.clone() });
        }
    }
    for covenant in checker.terms.covenants.iter().filter(|c| c.clause.is_none() && c.span.file == main) {
        out.push(Problem::Uncited { at: covenant.span, sort: "the covenant", name: covenant.name.clone() });
    }
    for obligation in checker.terms.obligations.iter().filter(|o| o.clause.is_none() && o.span.file == main) {
        out.push(Problem::Uncited { at: obligation.span, sort: "the obligation", name: obligation.name.clone() });
    }
}
