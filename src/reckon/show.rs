//! What the result shows at the end of a run.

use super::Run;
use super::outcome::{Duty, Named, Outcome, Row, Stop};
use super::past::{Arisen, Item, Past, Vars};
use super::scene::{Found, Scene};
use super::value::{Entry, Got, Value, known};
use crate::terms::{Body, Expr, On, Report};

impl<'t> Run<'t> {
    /// The entry an obligation is about: the event it arose with where that is kept, else the entry that the event names, else the
    /// entry of its `for each`. One that arose with an adjustment is about no event.
    fn about(&self, past: &Past, arisen: &Arisen) -> Option<Entry> {
        let obligation = self.terms.obligations.get(arisen.obligation.at());
        let on = obligation.and_then(|o| o.answers.get(arisen.answer)).map(|a| &a.on);
        let kept = |e: &Entry| past.item(*e).and_then(|i| self.terms.kind(i.kind)).is_some_and(|k| k.kept.is_some());
        let event = arisen.event.filter(|e| kept(e) && !matches!(on, Some(On::Adjustment(..))));
        event.or_else(|| arisen.rows.first().copied())
    }

    /// All that comes of a past.
    pub(super) fn outcome(&self, past: Past, stopped: Option<Stop>, rejected: Vec<Stop>, as_of: Option<i64>) -> Outcome {
        let found = Found::now(&past);
        let scene = Scene::new(self, &past, &found);
        let obligations = past.arisen.iter().filter_map(|arisen| {
            let of = self.about(&past, arisen);
            Some(Duty {
                record: arisen.record,
                obligation: arisen.obligation,
                of,
                key: of.and_then(|e| past.called(self.terms, e)),
                due: scene.due(arisen).ok()?,
                done: scene.done(arisen).ok()?,
                standing: scene.stands(arisen).ok()?,
                what: arisen.what.clone(),
            })
        });
        let obligations = obligations.collect();
        let rows = self.terms.reports.iter().enumerate().flat_map(|(n, r)| self.report(&scene, n, r)).collect();
        let name =
            |item: &Item| Named { entry: item.entry, kind: item.kind, key: past.called(self.terms, item.entry), void: item.void };
        let named = past.all().map(name).collect();
        Outcome {
            named,
            as_of,
            obligations,
            rows,
            changes: past.journal,
            refusals: past.refusals,
            breaches: past.breaches,
            effects: past.effects.into_iter().map(|(_, done)| done).collect(),
            warnings: past.warnings.into_iter().map(|(_, warning)| warning).collect(),
            rescissions: past.rescissions,
            stopped,
            rejected,
            asked: Vec::new(),
        }
    }

    /// The rows of a report: of every entry that was made, or one of the issuer.
    fn report(&self, scene: &Scene<'_, 't>, number: usize, report: &'t Report) -> Vec<Row> {
        let entries: Vec<Option<Entry>> = match report.of {
            None => vec![None],
            Some(kind) => self.entries(scene.past, kind, true).into_iter().map(Some).collect(),
        };
        let row = |of: Option<Entry>| {
            let vars: Vars = vec![of.map(|e| Ok(Value::Entry(e)))];
            let shown = report.filter.as_ref().is_none_or(|f| known(scene.with(&vars).holds(f)) == Ok(Some(true)));
            let cells = || report.columns.iter().map(|(_, e)| scene.with(&vars).settled(e)).collect();
            let record = of.and_then(|e| scene.past.item(e)).map_or(0, |i| i.record);
            shown.then(|| Row { report: number, of, record, cells: cells() })
        };
        entries.into_iter().filter_map(row).collect()
    }

    /// What a formula that speaks of nobody is at the end.
    pub(super) fn asked(&self, past: &Past, body: &'t Body<Expr>) -> Got<Value> {
        let found = Found::now(past);
        Scene::new(self, past, &found).with(&Vec::new()).value(&body.value)
    }
}
