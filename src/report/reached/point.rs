//! What there is to be reached in terms.

use crate::reckon::{Been, Came};
use crate::report::explain::flat;
use crate::source::Span;
use crate::terms::{
    ClauseId, Expr, ExprKind, Formulas, ObligationId, On, ReadingId, RuleId, Rung, Slot, TableId, Terms, children, walk,
};

/// Sorts of what can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// A clause, by anything that comes from it.
    Clause,
    /// A rule on one of the events it answers.
    Rule,
    /// A definition.
    Definition,
    /// A table.
    Table,
    /// An obligation.
    Obligation,
    /// A covenant.
    Covenant,
    /// An alternative of a reading.
    Reading,
    /// A condition of a rule, a statement or an obligation.
    Condition,
    /// What must hold, or the event is refused.
    Requirement,
    /// What every record must meet.
    Check,
    /// A limit of a new value.
    Limit,
    /// A case of a `first of`.
    Case,
}

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is never asked for.
    Unasked,
    /// Nothing that it answers happens.
    Unanswered,
    /// Its conditions never hold together.
    Unapplied,
    /// It never holds.
    NeverHolds,
    /// It always holds.
    AlwaysHolds,
    /// The value is never beyond it.
    NeverBinds,
    /// It is never taken.
    Untaken,
    /// It is never chosen where that is asked for.
    Unchosen,
    /// It never arises.
    Unarisen,
    /// Nothing that comes from it is reached.
    Nothing,
}

/// Something that can be reached.
#[derive(Debug, Clone)]
pub struct Point {
    /// Which sort.
    pub sort: Sort,
    /// The declaration it is of: `rule split`.
    pub of: String,
    /// What it is, as it is written.
    pub what: String,
    /// The clauses it comes from.
    pub clauses: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// The file and the line.
    pub place: String,
    /// What is missing; none where it is reached.
    pub missing: Option<Missing>,
}

/// Everything in terms that can be reached.
pub(super) fn points(terms: &Terms, came: &Came) -> Vec<Point> {
    let mut p = Points { terms, came, out: Vec::new() };
    p.rules();
    p.definitions();
    p.obligations();
    p.readings();
    for kind in &terms.kinds {
        p.inside(kind, &Home { of: format!("event {}", kind.name), clause: kind.clause });
    }
    p.out
}

/// The clauses of what can be reached: each is, where something of it is.
pub(super) fn clauses(points: &[Point]) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    let own = |s: Sort| !matches!(s, Sort::Condition | Sort::Requirement | Sort::Limit | Sort::Case | Sort::Clause);
    for point in points.iter().filter(|p| own(p.sort)) {
        for clause in &point.clauses {
            let is_reached = point.missing.is_none();
            match out.iter_mut().find(|c| c.what == format!("§{clause}")) {
                Some(known) if is_reached => known.missing = None,
                Some(_) => {}
                None => out.push(Point {
                    sort: Sort::Clause,
                    of: String::new(),
                    what: format!("§{clause}"),
                    clauses: vec![clause.clone()],
                    missing: (!is_reached).then_some(Missing::Nothing),
                    ..point.clone()
                }),
            }
        }
    }
    out
}

/// The declaration that something is of.
struct Home {
    of: String,
    clause: Option<ClauseId>,
}

struct Points<'t> {
    terms: &'t Terms,
    came: &'t Came,
    out: Vec<Point>,
}

impl<'t> Points<'t> {
    fn rules(&mut self) {
        for (n, rule) in self.terms.rules.iter().enumerate() {
            let id = RuleId::from(n);
            let home = Home { of: format!("rule {}", rule.name), clause: rule.clause };
            for (number, answer) in rule.answers.iter().enumerate() {
                let missing = match (self.came.looked(id, number), self.came.applied(id, number)) {
                    (_, true) => None,
                    (true, false) => Some(Missing::Unapplied),
                    (false, false) => Some(Missing::Unanswered),
                };
                let what = self.trigger(&answer.on);
                self.add(Sort::Rule, &home, what, rule.span, missing);
            }
            self.inside(rule, &home);
        }
    }

    fn definitions(&mut self) {
        for def in &self.terms.defs {
            let home = Home { of: format!("definition {}", def.name), clause: def.clause };
            let missing = (!self.came.asked(&def.body.value)).then_some(Missing::Unasked);
            self.add(Sort::Definition, &home, def.name.clone(), def.body.value.span, missing);
            self.inside(def, &home);
        }
        for (n, table) in self.terms.tables.iter().enumerate() {
            let home = Home { of: format!("table {}", table.name), clause: table.clause };
            let missing = (!self.came.read(TableId::from(n))).then_some(Missing::Unasked);
            self.add(Sort::Table, &home, table.name.clone(), table.span, missing);
        }
        for state in &self.terms.states {
            self.inside(state, &Home { of: format!("state {}", state.name), clause: state.clause });
        }
    }

    fn obligations(&mut self) {
        for (n, o) in self.terms.obligations.iter().enumerate() {
            let home = Home { of: format!("obligation {}", o.name), clause: o.clause };
            let missing = (!self.came.arose(ObligationId::from(n))).then_some(Missing::Unarisen);
            self.add(Sort::Obligation, &home, o.name.clone(), o.span, missing);
            self.inside(o, &home);
        }
        for c in &self.terms.covenants {
            let home = Home { of: format!("covenant {}", c.name), clause: c.clause };
            let missing = both(self.came.asked(&c.holds.value), self.came.been(&c.holds.value), false);
            self.add(Sort::Covenant, &home, c.name.clone(), c.span, missing);
            self.inside(c, &home);
        }
    }

    fn readings(&mut self) {
        for (n, reading) in self.terms.readings.iter().enumerate() {
            let home = Home { of: format!("reading {}", reading.name), clause: reading.clause };
            for (alternative, (word, _)) in (0..).zip(&reading.alternatives) {
                let missing = (!self.came.chosen(ReadingId::from(n), alternative)).then_some(Missing::Unchosen);
                self.add(Sort::Reading, &home, format!("{} is {word}", reading.name), reading.span, missing);
            }
        }
    }

    /// Conditions, limits and cases of a declaration.
    fn inside(&mut self, of: &'t dyn Formulas, home: &Home) {
        let mut found: Vec<(Slot, &'t Expr)> = Vec::new();
        of.formulas(&mut |slot, e| found.push((slot, e)));
        for (slot, e) in found {
            let (asked, been) = (self.came.asked(e), self.came.been(e));
            match slot {
                Slot::RuleWhen
                | Slot::StatementWhen
                | Slot::EachWhere
                | Slot::RescindingWhen
                | Slot::Once
                | Slot::ObligationWhen
                | Slot::ObligationEachWhere
                | Slot::CovenantWhile
                | Slot::LimitSkip
                    if !only_readings(e) =>
                {
                    let word = self.word_before(e.span);
                    let missing = both(asked, been, word == "unless");
                    self.add(Sort::Condition, home, format!("{word} {}", self.source(e.span)), e.span, missing);
                }
                Slot::Require => {
                    self.add(Sort::Requirement, home, self.source(e.span), e.span, both(asked, been, false));
                }
                Slot::Check => self.add(Sort::Check, home, self.source(e.span), e.span, both(asked, been, false)),
                Slot::Limit => {
                    let missing = match (asked, been.yes) {
                        (_, true) => None,
                        (true, false) => Some(Missing::NeverBinds),
                        (false, false) => Some(Missing::Unasked),
                    };
                    let word = self.word_before(e.span);
                    self.add(Sort::Limit, home, format!("but not {word} {}", self.source(e.span)), e.span, missing);
                }
                Slot::ReportWhere | Slot::ReportColumn | Slot::Expect | Slot::ExpectSide => continue,
                _ => {}
            }
            let mut cases: Vec<&'t Rung> = Vec::new();
            walk(e, &mut |x| {
                if let ExprKind::FirstOf(rungs) = &x.kind {
                    cases.extend(rungs);
                }
            });
            for case in cases {
                let missing = (!self.came.taken(case)).then_some(Missing::Untaken);
                self.add(Sort::Case, home, self.case(case), case.span, missing);
            }
        }
    }

    /// Adds a point; one of the same place and sort is the same: a rule that answers two events was written once.
    fn add(&mut self, sort: Sort, home: &Home, what: String, span: Span, missing: Option<Missing>) {
        let same = |p: &&mut Point| p.sort == sort && p.span == span && p.what == what;
        if let Some(known) = self.out.iter_mut().find(same) {
            known.missing = together(known.missing, missing);
            return;
        }
        let clauses = home.clause.and_then(|c| self.terms.clauses.get(c.at())).map_or_else(Vec::new, |c| c.all.clone());
        let place = self.terms.sources.place(span);
        self.out.push(Point { sort, of: home.of.clone(), what, clauses, span, place, missing });
    }

    /// A case as it is written: its label, its condition, what it gives.
    fn case(&self, case: &Rung) -> String {
        let mut out = case.label.as_ref().map_or_else(String::new, |l| format!("({l}) "));
        if let Some(when) = &case.when {
            out.push_str(&format!("when {}: ", self.source(when.span)));
        }
        if case.otherwise {
            out.push_str("otherwise ");
        }
        out + &self.source(case.span)
    }

    fn source(&self, span: Span) -> String {
        flat(self.terms.sources.text(span))
    }

    /// The word before a place: `when`, `unless`, `where`.
    fn word_before(&self, span: Span) -> &'t str {
        let before = Span { start: 0, end: span.start, ..span };
        self.terms.sources.text(before).trim_end().rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("")
    }

    fn trigger(&self, on: &On) -> String {
        let kind = |k: &crate::terms::KindId| self.terms.kind(*k).map_or("", |k| k.name.as_str());
        let states = |list: &[crate::terms::StateId]| {
            let names = list.iter().filter_map(|s| self.terms.states.get(s.at())).map(|s| s.name.as_str());
            names.collect::<Vec<_>>().join(" or ")
        };
        match on {
            On::Event(k) => format!("on {}", kind(k)),
            On::Change { states: list, by } if by.is_empty() => format!("on change of {}", states(list)),
            On::Change { states: list, by } => {
                format!("on change of {} by {}", states(list), by.iter().map(kind).collect::<Vec<_>>().join(" or "))
            }
            On::Adjustment(list, _) => format!("on adjustment of {}", states(list)),
            On::Making(state) => format!("on making of {}", states(&[*state])),
            On::Breach(o) => {
                format!("on breach of {}", self.terms.obligations.get(o.at()).map_or("", |o| o.name.as_str()))
            }
            On::At(e) => format!("at {}", self.source(e.span)),
            On::Once(e) => format!("once {}", self.source(e.span)),
        }
    }
}

/// What is missing of a condition that is to be seen to hold and to fail; `unless` turns it round.
fn both(asked: bool, been: Been, unless: bool) -> Option<Missing> {
    let (yes, no) = if unless { (been.no, been.yes) } else { (been.yes, been.no) };
    match (yes, no) {
        (true, true) => None,
        (true, false) => Some(Missing::AlwaysHolds),
        (false, true) => Some(Missing::NeverHolds),
        (false, false) if asked => Some(Missing::NeverHolds),
        (false, false) => Some(Missing::Unasked),
    }
}

/// What is missing of one thing that was looked at in two of its uses.
fn together(a: Option<Missing>, b: Option<Missing>) -> Option<Missing> {
    match (a?, b?) {
        (Missing::AlwaysHolds, Missing::NeverHolds) | (Missing::NeverHolds, Missing::AlwaysHolds) => None,
        (Missing::Unasked | Missing::Unanswered, other) | (other, _) => Some(other),
    }
}

/// Whether a condition asks for readings and nothing else: those are points of their own.
fn only_readings(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Reading(..) => true,
        ExprKind::Not(_) | ExprKind::All(_) | ExprKind::Any(_) => {
            let mut all = true;
            children(e, &mut |x| all &= only_readings(x));
            all
        }
        _ => false,
    }
}
