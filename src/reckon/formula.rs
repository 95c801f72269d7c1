//! What a formula means: its value in a world as it stands, or why it has none.

use super::kept::settled;
use super::number;
use super::value::{Entry, Fault, Got, Lack, Line, Number, Part, Said, Value, known};
use super::world::{At, World};
use crate::terms::{
    Comparison, DefId, Expr, ExprKind, Failure, Inherent, Operator, Outcome, Rung, Statement, StatementKind, Terms, TextPart,
    TextTemplate, VarId, When,
};
use num_traits::{Signed, Zero};
use std::cell::RefCell;
use std::rc::Rc;

/// A part of a formula with its value, and the parts that value came from.
#[derive(Debug, Clone)]
pub struct Told<'t> {
    /// The part.
    pub expr: &'t Expr,
    /// Its value.
    pub value: Got<Value>,
    /// What it was computed from, in the order in which it was asked for.
    pub because: Vec<Told<'t>>,
}

/// A list that is gone through line by line.
#[derive(Debug, Clone)]
pub struct Loop {
    /// The variable of the line.
    pub var: VarId,
    /// All lines, in the order in which they are gone through.
    pub lines: Rc<Vec<Line>>,
    /// The line at hand.
    pub at: usize,
}

/// A formula's surroundings: the world, and its variables.
pub struct Formula<'a, 't, W: World> {
    /// The world.
    pub world: &'a W,
    /// The terms.
    pub terms: &'t Terms,
    /// The variables; a `let` that cannot be computed is an error only to those who use it.
    pub vars: RefCell<Vec<Option<Got<Value>>>>,
    /// Whether all states are meant as the event leaves them.
    pub after: bool,
    /// The list that is gone through.
    pub list: Option<Loop>,
    /// The lines among which a `let` names a value.
    pub lines: &'t [Statement],
    /// Where the reasons of values are put down, if anybody wants to know.
    pub story: Option<&'a RefCell<Vec<Told<'t>>>>,
}

impl<'a, 't, W: World> Formula<'a, 't, W> {
    /// Surroundings with some variables set.
    pub fn new(world: &'a W, terms: &'t Terms, vars: Vec<Option<Got<Value>>>) -> Self {
        Self { world, terms, vars: RefCell::new(vars), after: false, list: None, lines: &[], story: None }
    }

    /// Sets a variable.
    pub fn set(&self, var: VarId, value: Got<Value>) {
        let mut vars = self.vars.borrow_mut();
        if vars.len() <= var.at() {
            vars.resize(var.at() + 1, None);
        }
        if let Some(slot) = vars.get_mut(var.at()) {
            *slot = Some(value);
        }
    }

    /// The value of a formula.
    ///
    /// # Errors
    /// Why it has none.
    pub fn value(&self, e: &'t Expr) -> Got<Value> {
        let value = self.told_value(e);
        if let Some(noted) = self.world.noted() {
            noted.formula(e, &value);
        }
        value
    }

    fn told_value(&self, e: &'t Expr) -> Got<Value> {
        let Some(story) = self.story else { return self.compute(e) };
        let outer = story.replace(Vec::new());
        let value = self.compute(e);
        let because = story.replace(outer);
        story.borrow_mut().push(Told { expr: e, value: value.clone(), because });
        value
    }

    /// A condition.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn holds(&self, e: &'t Expr) -> Got<bool> {
        Ok(self.whole(e)? != 0)
    }

    /// Whether all conditions hold; what comes after the first that does not is not asked.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn all(&self, list: &'t [Expr]) -> Got<bool> {
        for e in list {
            if !self.holds(e)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A number, exactly.
    ///
    /// # Errors
    /// Why it has none.
    pub fn number(&self, e: &'t Expr) -> Got<Number> {
        match self.value(e)? {
            Value::Number(n) => Ok(n),
            Value::Whole(n) => Ok(number::whole(n)),
            _ => Err(Lack::Unknown(e.span)),
        }
    }

    /// A number as it is kept: a formula of `+ − × ÷` ends where anything else takes its value.
    pub(super) fn kept(&self, e: &'t Expr) -> Got<Number> {
        number::kept(&self.number(e)?).map_err(|f| Lack::Fault(f, e.span))
    }

    /// A day, a moment, a count, a condition, a word.
    ///
    /// # Errors
    /// Why it has none.
    pub fn whole(&self, e: &'t Expr) -> Got<i64> {
        match self.value(e)? {
            Value::Whole(n) => Ok(n),
            Value::Number(n) => super::series::counted(&n.floor()).ok_or(Lack::Fault(Fault::Overflow, e.span)),
            _ => Err(Lack::Unknown(e.span)),
        }
    }

    /// An entry.
    ///
    /// # Errors
    /// Why it has none.
    pub fn entry(&self, e: &'t Expr) -> Got<Entry> {
        match self.value(e)? {
            Value::Entry(entry) => Ok(entry),
            _ => Err(Lack::Unknown(e.span)),
        }
    }

    /// The entry a state belongs to, where it belongs to one.
    fn owner(&self, of: Option<&'t Expr>) -> Got<Option<Entry>> {
        of.map(|of| self.entry(of)).transpose()
    }

    fn compute(&self, e: &'t Expr) -> Got<Value> {
        let unknown = || Lack::Unknown(e.span);
        let fault = |f: Fault| Lack::Fault(f, e.span);
        Ok(match &e.kind {
            ExprKind::Number(n) => Value::Number(number::of_decimal(*n)),
            ExprKind::Ratio(new, old) => {
                let ratio = number::quotient(&number::of_decimal(*new), &number::of_decimal(*old));
                Value::Number(ratio.map_err(fault)?)
            }
            ExprKind::Whole(n) => Value::Whole(*n),
            ExprKind::Text(text) => Value::text(&plain(text)),
            ExprKind::ByKey(kind, key) => Value::Entry(self.world.keyed(*kind, key).ok_or_else(|| fault(Fault::NoEntry))?),
            ExprKind::Today => Value::Whole(self.world.today()),
            ExprKind::Now => Value::Whole(self.world.now()),
            ExprKind::Var(var) => return self.variable(*var, e),
            ExprKind::Field(of, field) => match self.value(of)? {
                Value::Entry(entry) => self.world.field(entry, *field).ok_or_else(unknown)?,
                Value::Line(line) => line.get(field.at()).cloned().flatten().ok_or_else(unknown)?,
                _ => return Err(unknown()),
            },
            ExprKind::Inherent(of, Inherent::Date) => Value::Whole(self.world.day_of(self.entry(of)?).ok_or_else(unknown)?),
            ExprKind::Inherent(of, Inherent::Id) => Value::Text(self.world.id_of(self.entry(of)?).ok_or_else(unknown)?),
            ExprKind::State { state, of, when } => {
                let of = self.owner(of.as_deref())?;
                let at = match when {
                    When::At(edge, day) => At::Edge(*edge, self.whole(day)?),
                    When::BeforeChange => At::BeforeChange,
                    When::After => At::After,
                    When::Before if self.after => At::After,
                    When::Before => At::Before,
                };
                self.world.state(*state, of, at)?.ok_or_else(unknown)?
            }
            ExprKind::Pending { state, of } => self.world.pending(*state, self.owner(of.as_deref())?).ok_or_else(unknown)?,
            ExprKind::ChangeBy { state, of, by, after } => {
                let (of, by) = (self.owner(of.as_deref())?, self.entry(by)?);
                self.world.change_by(*state, of, by, *after).ok_or_else(unknown)?
            }
            ExprKind::Def { def, args, after } => self.definition(*def, args.iter().map(|a| self.value(a)).collect(), *after)?,
            ExprKind::Reading(reading, chosen) => Value::yes(chosen.contains(&self.world.alternative(*reading))),
            ExprKind::Negative(x) => Value::Number(-self.number(x)?),
            ExprKind::Arithmetic(op, a, b) => Value::Number(self.arithmetic(*op, a, b, e)?),
            ExprKind::Shift { day, by, back } => Value::Whole(self.shifted(day, by, *back)?),
            ExprKind::DaysBetween(from, to) => Value::Number(number::whole(self.whole(to)? - self.whole(from)?)),
            ExprKind::DayOf(moment) => Value::Whole(self.whole(moment)?.div_euclid(super::day::MINUTES)),
            ExprKind::Edge(edge, day) => Value::Whole(super::day::moment(self.whole(day)?, *edge, self.terms.close)),
            ExprKind::Compare(how, a, b) => Value::yes(compares(*how, &self.number(a)?, &self.number(b)?)),
            ExprKind::Equal(a, b) => Value::yes(equal(&self.value(a)?, &self.value(b)?)),
            ExprKind::OneOf(x, words) => {
                let word = self.whole(x)?;
                Value::yes(words.iter().any(|w| i64::from(w.0) == word))
            }
            ExprKind::Contains { list, value } => {
                let (list, value) = (self.list(list)?, self.value(value)?);
                let has = |line: &Line| line.first().and_then(Option::as_ref).is_some_and(|v| equal(v, &value));
                Value::yes(list.iter().any(has))
            }
            ExprKind::Not(x) => Value::yes(!self.holds(x)?),
            ExprKind::All(list) => Value::yes(self.all(list)?),
            ExprKind::Any(list) => Value::yes(self.any(list)?),
            ExprKind::FirstOf(rungs) => return self.first_of(rungs, e),
            ExprKind::Known(x) => Value::yes(known(self.value(x))?.is_some()),
            ExprKind::Void(x) => Value::yes(self.world.is_void(self.entry(x)?)),
            ExprKind::IsKind(x, kind) => Value::yes(self.world.kind_of(self.entry(x)?) == Some(*kind)),
            ExprKind::Round(x, mode, unit, keeps) => {
                let (n, unit) = (self.number(x)?, self.number(unit)?);
                Value::Number(number::rounded(&n, *mode, &unit, *keeps).and_then(|n| number::kept(&n)).map_err(fault)?)
            }
            ExprKind::RoundAs(x, state) => Value::Number(self.rounded_as(&self.number(x)?, *state).map_err(fault)?),
            ExprKind::ProRata { value, weight, as_state } => Value::Number(self.portion(value, weight, *as_state, e)?),
            ExprKind::Call(function, args) => return self.call(*function, args, e),
            ExprKind::Table(table, args) => Value::Number(self.table(*table, args, e)?),
            ExprKind::Open(calendar, day) => Value::yes(self.open(*calendar, self.whole(day)?).map_err(fault)?),
            ExprKind::Lines(lines) => Value::List(Rc::new(lines.iter().map(|l| self.line(l)).collect::<Got<_>>()?)),
            ExprKind::Obligation(obligation, of, standing) => {
                Value::yes(self.world.standing(*obligation, self.entry(of)?)? == Some(*standing))
            }
            ExprKind::Query(query) => return self.question(query, e),
        })
    }

    /// A variable: one that is set, or the value that a `let` names.
    fn variable(&self, var: VarId, e: &'t Expr) -> Got<Value> {
        if let Some(value) = self.vars.borrow().get(var.at()).cloned().flatten() {
            return value;
        }
        let named = self.lines.iter().find_map(|s| match &s.kind {
            StatementKind::Let(v, value) if *v == var => Some((s, value)),
            _ => None,
        });
        match named {
            Some((s, value)) if self.all(&s.guards)? => self.value(value),
            _ => Err(Lack::Unknown(e.span)),
        }
    }

    /// A definition with its arguments: computed anew, in a world of the same states.
    pub(super) fn definition(&self, def: DefId, args: Vec<Got<Value>>, after: bool) -> Got<Value> {
        let Some(def) = self.terms.defs.get(def.at()) else { return Err(Lack::Unknown(crate::source::Span::default())) };
        let vars = args.into_iter().map(Some).collect();
        let inner =
            Formula { after: self.after || after, list: None, story: self.story, ..Self::new(self.world, self.terms, vars) };
        inner.value(&def.body.value).map_err(|lack| match lack {
            // a refusal or a stop in a definition has the definition's clause
            Lack::Said(mut said) => {
                said.clause = said.clause.or(def.clause);
                Lack::Said(said)
            }
            other => other,
        })
    }

    fn any(&self, list: &'t [Expr]) -> Got<bool> {
        for e in list {
            if self.holds(e)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn arithmetic(&self, op: Operator, a: &'t Expr, b: &'t Expr, e: &'t Expr) -> Got<Number> {
        let fault = |f: Fault| Lack::Fault(f, e.span);
        if op == Operator::Power {
            return number::power(&self.kept(a)?, &self.kept(b)?).map_err(fault);
        }
        let (a, b) = (self.number(a)?, self.number(b)?);
        match op {
            Operator::Add => Ok(number::sum(&a, &b)),
            Operator::Subtract => Ok(number::difference(&a, &b)),
            Operator::Multiply => Ok(a * b),
            Operator::Divide | Operator::Power => number::quotient(&a, &b).map_err(fault),
        }
    }

    /// The first case that applies; one with only a label applies where its value is known.
    fn first_of(&self, rungs: &'t [Rung], e: &'t Expr) -> Got<Value> {
        let taken = |rung: &Rung| {
            if let Some(noted) = self.world.noted() {
                noted.case(rung);
            }
        };
        for rung in rungs {
            if let Some(when) = &rung.when
                && !self.holds(when)?
            {
                continue;
            }
            if rung.when.is_some() || rung.otherwise {
                taken(rung);
            }
            let value = match &rung.outcome {
                Outcome::Failure(failure) => return Err(self.failure(failure)),
                Outcome::Value(value) => self.value(value),
            };
            if rung.when.is_some() || rung.otherwise {
                return value;
            }
            if let Some(value) = known(value)? {
                taken(rung);
                return Ok(value);
            }
        }
        Err(Lack::Unknown(e.span))
    }

    /// A refusal or a stop, with its values.
    pub(super) fn failure(&self, failure: &'t Failure) -> Lack {
        let with = failure.with.iter().filter_map(|(path, e)| Some((path.clone(), self.value(e).ok()?))).collect();
        let reason = self.told(&failure.text);
        Lack::Said(Box::new(Said { stop: failure.stop, clause: failure.clause, reason, with, span: failure.span }))
    }

    /// A text with its values.
    pub(super) fn told(&self, text: &'t TextTemplate) -> Vec<Part> {
        let part = |part: &'t TextPart| match part {
            TextPart::Plain(s) => Part::Plain(s.clone()),
            TextPart::Value(e) => Part::Value(self.value(e).ok(), e.ty.clone()),
        };
        text.parts.iter().map(part).collect()
    }

    /// A list.
    pub(super) fn list(&self, e: &'t Expr) -> Got<Rc<Vec<Line>>> {
        match self.value(e)? {
            Value::List(lines) => Ok(lines),
            _ => Err(Lack::Unknown(e.span)),
        }
    }

    fn line(&self, columns: &'t [Option<Expr>]) -> Got<Line> {
        let cell = |e: &'t Option<Expr>| e.as_ref().map(|e| self.settled(e)).transpose();
        Ok(Rc::new(columns.iter().map(cell).collect::<Got<_>>()?))
    }

    /// A value as it is kept in a field: a number as the decimal it becomes.
    ///
    /// # Errors
    /// Why there is none.
    pub fn settled(&self, e: &'t Expr) -> Got<Value> {
        settled(self.value(e)?, &e.ty).map_err(|f| Lack::Fault(f, e.span))
    }
}

/// A text without values.
fn plain(text: &TextTemplate) -> String {
    let part = |p: &TextPart| match p {
        TextPart::Plain(s) => s.clone(),
        TextPart::Value(_) => String::new(),
    };
    text.parts.iter().map(part).collect()
}

/// Whether one number is more or less than another; the same number is neither.
fn compares(how: Comparison, a: &Number, b: &Number) -> bool {
    let same = number::same(a, b);
    match how {
        Comparison::Less => !same && a < b,
        Comparison::AtMost => same || a < b,
        Comparison::More => !same && a > b,
        Comparison::AtLeast => same || a > b,
    }
}

/// Whether two values are the same.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => number::same(a, b) || number::kept(a) == number::kept(b),
        (a, b) => a == b,
    }
}

/// The size of a number.
pub(super) fn size(n: &Number) -> Number {
    if n.is_zero() { Number::zero() } else { n.abs() }
}
