//! Every formula of the terms, with the slot of its declaration that it stands in: the one walk over declarations.
//!
//! Each declaration is taken apart without `..`, so that a new slot does not compile until it is walked. Formulas inside a formula
//! are the business of [`super::walk`].

use super::{
    Adjustments, Answer, Body, Calendar, Clamp, Covenant, Def, Each, Effect, Example, Expectation, Expected, Expr, Failure, Kind,
    Obligation, ObligationAnswer, On, Postponement, Reading, Report, Rescinding, RoundingLine, Rule, State, Statement,
    StatementKind, Table, Terms, TextPart, TextTemplate, WaitTest, walk,
};

/// What a formula is in its declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// The formula of a definition.
    Definition,
    /// The value a state begins with.
    Initial,
    /// The condition of a way of rounding.
    RoundingWhen,
    /// The condition of the events whose changes wait.
    PostponeOnWhen,
    /// The bound of a change that waits.
    PostponeBound,
    /// The condition of that bound.
    PostponeBoundWhen,
    /// The condition of waiting with another state.
    PostponeWithWhen,
    /// The condition of compounding.
    CompoundingWhen,
    /// The condition of restating.
    RestatingWhen,
    /// The condition of the events that make what waits.
    PostponeUntilWhen,
    /// What every record of an event must meet.
    Check,
    /// The text where it does not.
    CheckText,
    /// The moment a rule answers.
    Moment,
    /// The condition a rule answers.
    Once,
    /// The entry an event names.
    TheEntry,
    /// Which entries a rule goes through.
    EachWhere,
    /// A condition in the head of a rule.
    RuleWhen,
    /// The entry for which something is annulled.
    RescindingOf,
    /// The condition of annulling.
    RescindingWhen,
    /// A condition of a statement.
    StatementWhen,
    /// A named value.
    Let,
    /// The entry whose state changes.
    BecomesOf,
    /// The new value of a state.
    Becomes,
    /// A limit of a new value.
    Limit,
    /// When a value beyond the limit is not taken at all.
    LimitSkip,
    /// What must hold.
    Require,
    /// The reason of a refusal or a stop.
    FailureText,
    /// A value given with it.
    FailureWith,
    /// A field of what is deemed.
    DeemField,
    /// The entry whose states are copied.
    DeemLike,
    /// A state of the new entry.
    DeemWith,
    /// A field of a line of an effect.
    RecordField,
    /// The entry that ends.
    End,
    /// The entry that is taken up again.
    Restore,
    /// The text of a warning.
    WarnText,
    /// The list a statement goes through.
    ForEachList,
    /// The order in which it does.
    ForEachOrder,
    /// The text of an obligation.
    ObligationText,
    /// The entry the event of an obligation names.
    ObligationTheEntry,
    /// Which entries an obligation arises for.
    ObligationEachWhere,
    /// A condition of an obligation.
    ObligationWhen,
    /// The day an obligation is due.
    Due,
    /// The day it was done.
    Done,
    /// While a covenant is watched.
    CovenantWhile,
    /// What a covenant demands.
    CovenantHolds,
    /// Which entries a report shows.
    ReportWhere,
    /// A column of a report.
    ReportColumn,
    /// What an example expects.
    Expect,
    /// A side of a comparison that an example expects.
    ExpectSide,
}

impl Slot {
    /// All of them, with the words a coverage table shows.
    pub const ALL: [(Self, &'static str); 49] = [
        (Self::Definition, "define"),
        (Self::Initial, "state ="),
        (Self::RoundingWhen, "round when"),
        (Self::PostponeOnWhen, "postpone on when"),
        (Self::PostponeBound, "postpone while under"),
        (Self::PostponeBoundWhen, "postpone while when"),
        (Self::PostponeWithWhen, "postpone with when"),
        (Self::CompoundingWhen, "compounding when"),
        (Self::RestatingWhen, "restating when"),
        (Self::PostponeUntilWhen, "postpone until when"),
        (Self::Check, "check"),
        (Self::CheckText, "check text"),
        (Self::Moment, "rule at"),
        (Self::Once, "rule once"),
        (Self::TheEntry, "rule for the"),
        (Self::EachWhere, "rule for each where"),
        (Self::RuleWhen, "rule when"),
        (Self::RescindingOf, "rescinding of"),
        (Self::RescindingWhen, "rescinding when"),
        (Self::StatementWhen, "statement when"),
        (Self::Let, "let"),
        (Self::BecomesOf, "becomes of"),
        (Self::Becomes, "becomes"),
        (Self::Limit, "but not below"),
        (Self::LimitSkip, "or not at all when"),
        (Self::Require, "require"),
        (Self::FailureText, "refuse text"),
        (Self::FailureWith, "refuse with"),
        (Self::DeemField, "deem field"),
        (Self::DeemLike, "deem like"),
        (Self::DeemWith, "deem with"),
        (Self::RecordField, "record field"),
        (Self::End, "end"),
        (Self::Restore, "restore"),
        (Self::WarnText, "warn text"),
        (Self::ForEachList, "for each in"),
        (Self::ForEachOrder, "for each first"),
        (Self::ObligationText, "obligation text"),
        (Self::ObligationTheEntry, "obligation for the"),
        (Self::ObligationEachWhere, "obligation for each where"),
        (Self::ObligationWhen, "obligation when"),
        (Self::Due, "due"),
        (Self::Done, "done"),
        (Self::CovenantWhile, "covenant while"),
        (Self::CovenantHolds, "covenant"),
        (Self::ReportWhere, "report where"),
        (Self::ReportColumn, "report column"),
        (Self::Expect, "expect"),
        (Self::ExpectSide, "expect side"),
    ];
}

/// What formulas are told to.
pub type Visit<'v, 't> = dyn FnMut(Slot, &'t Expr) + 'v;

/// A declaration, or a part of one, that holds formulas.
pub trait Formulas {
    /// Calls for every formula it holds, with its slot, in the order in which they are written.
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>);

    /// Calls for every formula it holds and all their parts.
    fn expressions<'t>(&'t self, visit: &mut dyn FnMut(&'t Expr)) {
        self.formulas(&mut |_, e| walk(e, visit));
    }
}

/// All formulas of the terms but those of examples, which are run and are no part of what the terms say.
impl Formulas for Terms {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self {
            title: _,
            library: _,
            document: _,
            currency: _,
            zone: _,
            close: _,
            trading_day: _,
            sources: _,
            clauses: _,
            words: _,
            shapes: _,
            kinds,
            effects,
            states,
            defs,
            tables,
            calendars,
            readings,
            rules,
            obligations,
            covenants,
            adjustments,
            reports,
            not_computable: _,
            defects: _,
            examples: _,
            items: _,
        } = self;
        defs.iter().for_each(|d| d.formulas(visit));
        states.iter().for_each(|s| s.formulas(visit));
        kinds.iter().for_each(|k| k.formulas(visit));
        rules.iter().for_each(|r| r.formulas(visit));
        obligations.iter().for_each(|o| o.formulas(visit));
        covenants.iter().for_each(|c| c.formulas(visit));
        reports.iter().for_each(|r| r.formulas(visit));
        // these hold values alone
        for Effect { name: _, fields: _, clause: _, span: _ } in effects {}
        for Table { name: _, params: _, ty: _, linear: _, beyond: _, rows: _, columns: _, cells: _, clause: _, span: _ } in tables
        {
        }
        for Calendar { name: _, weekdays: _, closed: _, known: _, span: _ } in calendars {}
        for Reading { name: _, question: _, alternatives: _, default: _, clause: _, span: _ } in readings {}
        for Adjustments { states: _, under: _ } in adjustments {}
    }
}

impl Formulas for Def {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { name: _, params: _, of: _, ty: _, body, clause: _, span: _ } = self;
        visit(Slot::Definition, &body.value);
    }
}

impl Formulas for State {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { name: _, of: _, ty: _, initial, rounding, postponement, clause: _, span: _ } = self;
        if let Some(Body { vars: _, value }) = initial {
            visit(Slot::Initial, value);
        }
        for RoundingLine { mode: _, unit: _, keeps: _, when } in rounding {
            all(Slot::RoundingWhen, when, visit);
        }
        if let Some(p) = postponement {
            p.formulas(visit);
        }
    }
}

impl Formulas for Postponement {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { on, tests, with, compounding, restating, until, vars: _, clause: _ } = self;
        on.iter().for_each(|(_, when)| all(Slot::PostponeOnWhen, when, visit));
        for WaitTest { of: _, strict: _, limit, relative: _, when } in tests {
            visit(Slot::PostponeBound, limit);
            all(Slot::PostponeBoundWhen, when, visit);
        }
        with.iter().for_each(|(_, _, when)| all(Slot::PostponeWithWhen, when, visit));
        compounding.iter().for_each(|when| all(Slot::CompoundingWhen, when, visit));
        restating.iter().for_each(|when| all(Slot::RestatingWhen, when, visit));
        until.iter().for_each(|(_, when)| all(Slot::PostponeUntilWhen, when, visit));
    }
}

impl Formulas for Kind {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { name: _, sort: _, kept: _, fields: _, checks, at_close: _, clause: _, span: _ } = self;
        for (Body { vars: _, value }, told) in checks {
            visit(Slot::Check, value);
            text(Slot::CheckText, told, visit);
        }
    }
}

impl Formulas for Rule {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { name: _, is_final: _, clause: _, answers, subject_to: _, span: _ } = self;
        answers.iter().for_each(|a| a.formulas(visit));
    }
}

impl Formulas for Answer {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { on, vars: _, the, each, guards, rescinding, body } = self;
        on.formulas(visit);
        the.iter().for_each(|(_, e)| visit(Slot::TheEntry, e));
        each.iter().for_each(|e| filter(Slot::EachWhere, e, visit));
        all(Slot::RuleWhen, guards, visit);
        for Rescinding { deemed: _, of, keeping: _, guards } in rescinding {
            visit(Slot::RescindingOf, of);
            all(Slot::RescindingWhen, guards, visit);
        }
        body.iter().for_each(|s| s.formulas(visit));
    }
}

impl Formulas for On {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        match self {
            Self::At(e) => visit(Slot::Moment, e),
            Self::Once(e) => visit(Slot::Once, e),
            Self::Event(_) | Self::Change { states: _, by: _ } | Self::Adjustment(..) | Self::Making(_) | Self::Breach(_) => {}
        }
    }
}

impl Formulas for Statement {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { kind, guards, span: _ } = self;
        all(Slot::StatementWhen, guards, visit);
        match kind {
            StatementKind::Let(_, e) => visit(Slot::Let, e),
            StatementKind::Becomes { state: _, of, pending: _, value, clamps } => {
                all(Slot::BecomesOf, of, visit);
                visit(Slot::Becomes, value);
                for Clamp { above: _, limit, skip } in clamps {
                    visit(Slot::Limit, limit);
                    skip.iter().for_each(|guards| all(Slot::LimitSkip, guards, visit));
                }
            }
            StatementKind::Require(e, f) => {
                visit(Slot::Require, e);
                f.formulas(visit);
            }
            StatementKind::Deem { kind: _, fields, like, with } => {
                fields.iter().for_each(|(_, e)| visit(Slot::DeemField, e));
                all(Slot::DeemLike, like, visit);
                with.iter().for_each(|(_, _, e)| visit(Slot::DeemWith, e));
            }
            StatementKind::Record { effect: _, fields } => all(Slot::RecordField, fields.iter().flatten(), visit),
            StatementKind::End(e) => visit(Slot::End, e),
            StatementKind::Restore(e) => visit(Slot::Restore, e),
            StatementKind::Warn(t) => text(Slot::WarnText, t, visit),
            StatementKind::ForEach { var: _, list, shape: _, order, body } => {
                visit(Slot::ForEachList, list);
                order.iter().for_each(|(_, by)| visit(Slot::ForEachOrder, by));
                body.iter().for_each(|s| s.formulas(visit));
            }
        }
    }
}

impl Formulas for Failure {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { stop: _, text: reason, with, clause: _, span: _ } = self;
        text(Slot::FailureText, reason, visit);
        with.iter().for_each(|(_, e)| visit(Slot::FailureWith, e));
    }
}

impl Formulas for Obligation {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { name: _, what, clause: _, answers, span: _ } = self;
        text(Slot::ObligationText, what, visit);
        answers.iter().for_each(|a| a.formulas(visit));
    }
}

impl Formulas for ObligationAnswer {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { on, vars: _, the, each, guards, due, done } = self;
        on.formulas(visit);
        the.iter().for_each(|(_, e)| visit(Slot::ObligationTheEntry, e));
        each.iter().for_each(|e| filter(Slot::ObligationEachWhere, e, visit));
        all(Slot::ObligationWhen, guards, visit);
        all(Slot::Due, due, visit);
        visit(Slot::Done, done);
    }
}

impl Formulas for Covenant {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { name: _, what: _, clause: _, during, holds, span: _ } = self;
        if let Some(Body { vars: _, value }) = during {
            visit(Slot::CovenantWhile, value);
        }
        visit(Slot::CovenantHolds, &holds.value);
    }
}

impl Formulas for Report {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { name: _, of: _, filter, vars: _, columns, span: _ } = self;
        all(Slot::ReportWhere, filter, visit);
        columns.iter().for_each(|(_, e)| visit(Slot::ReportColumn, e));
    }
}

impl Formulas for Example {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { title: _, clause: _, given: _, steps: _, expected, span: _ } = self;
        for Expected { after: _, what, span: _ } in expected {
            match what {
                Expectation::Holds(Body { vars: _, value }, sides) => {
                    visit(Slot::Expect, value);
                    sides.iter().for_each(|s| visit(Slot::ExpectSide, &s.value));
                }
                Expectation::Refused(_) | Expectation::Accepted | Expectation::Stopped(_) => {}
            }
        }
    }
}

/// Formulas that are given for a plain expression: itself.
impl Formulas for Body<Expr> {
    fn formulas<'t>(&'t self, visit: &mut Visit<'_, 't>) {
        let Self { vars: _, value } = self;
        visit(Slot::Expect, value);
    }
}

fn all<'t>(slot: Slot, of: impl IntoIterator<Item = &'t Expr>, visit: &mut Visit<'_, 't>) {
    of.into_iter().for_each(|e| visit(slot, e));
}

fn filter<'t>(slot: Slot, each: &'t Each, visit: &mut Visit<'_, 't>) {
    let Each { var: _, kind: _, any: _, filter } = each;
    all(slot, filter, visit);
}

fn text<'t>(slot: Slot, of: &'t TextTemplate, visit: &mut Visit<'_, 't>) {
    let TextTemplate { parts } = of;
    for part in parts {
        match part {
            TextPart::Plain(_) => {}
            TextPart::Value(e) => visit(slot, e),
        }
    }
}
