//! The columns that the tables of a run always have, whatever came of it.

use crate::report::json::Document;
use crate::terms::{Key, StateId};

impl Document<'_> {
    /// The columns that the tables of a run always have, by the part they hold.
    #[must_use]
    pub fn columns(&self) -> Vec<(String, Vec<String>)> {
        let Self { terms, program, .. } = *self;
        let owned = |columns: &[&str]| -> Vec<String> { columns.iter().map(|c| (*c).to_owned()).collect() };
        let mut out = Vec::new();
        for report in &terms.reports {
            let by_id = report.of.and_then(|k| terms.kind(k)).is_some_and(|k| k.kept == Some(Key::Id));
            let columns = by_id.then(|| "event".to_owned()).into_iter().chain(report.columns.iter().map(|c| c.0.clone()));
            out.push((report.name.clone(), columns.collect()));
        }
        let mut adjustments = owned(&["event", "date"]);
        let adjusted = |s: StateId| terms.adjustments.iter().any(|a| a.states.contains(&s));
        for kind in program.sites.iter().filter(|s| adjusted(s.state)).filter_map(|s| terms.kind(s.of?)) {
            if !adjustments.contains(&kind.name) {
                adjustments.push(kind.name.clone());
            }
        }
        adjustments.extend(owned(&["clause", "rule", "state", "before", "after", "status", "made_event", "made_date"]));
        out.push(("adjustments".to_owned(), adjustments));
        out.push(("refusals".to_owned(), owned(&["event", "date", "clause", "reason"])));
        out.push(("obligations".to_owned(), owned(&["event", "clause", "what", "of", "due", "done", "status", "cured"])));
        for effect in &terms.effects {
            let fields = effect.fields.iter().map(|f| f.0.clone());
            out.push((effect.name.clone(), ["event", "clause"].map(str::to_owned).into_iter().chain(fields).collect()));
        }
        out.push(("rescissions".to_owned(), owned(&["event", "date", "clause", "correction", "rescinds", "affected"])));
        out.push(("warnings".to_owned(), owned(&["warnings"])));
        out
    }
}
