//! Questions about what has happened.

use super::formula::Formula;
use super::function::beats;
use super::kept::settled;
use super::number;
use super::value::{Entry, Fault, Got, Lack, Line, Number, Value, known};
use super::world::World;
use crate::terms::{Ask, Expr, Measure, Query, ShapeId, Source, Window};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The days a question looks at, each end included.
struct Days {
    from: Option<i64>,
    to: i64,
}

impl<'t, W: World> Formula<'_, 't, W> {
    /// A question.
    pub(super) fn question(&self, query: &'t Query, e: &'t Expr) -> Got<Value> {
        let days = query.window.as_ref().map(|w| self.days(w)).transpose()?;
        let all = self.looked_at(&query.source, days.as_ref())?;
        let number = |n: usize| Value::Number(number::whole(i64::try_from(n).unwrap_or(i64::MAX)));
        match &query.ask {
            Ask::Latest => self.first_that_counts(query, all.into_iter().rev(), e),
            Ask::Earliest => self.first_that_counts(query, all.into_iter(), e),
            Ask::Count => Ok(number(self.those_that_count(query, all)?.len())),
            Ask::CountDays => {
                let counted = self.those_that_count(query, all)?;
                let days: BTreeSet<Option<i64>> = counted.iter().map(|v| self.day(v)).collect();
                Ok(number(days.len()))
            }
            Ask::Measure(measure, value) => self.measured(*measure, value, query, all, e),
            Ask::List(columns, shape) => {
                let lines = self.those_that_count(query, all)?.into_iter().map(|item| {
                    self.set(query.var, Ok(item));
                    self.columns(columns, *shape)
                });
                Ok(Value::List(Rc::new(lines.collect::<Got<_>>()?)))
            }
        }
    }

    fn days(&self, window: &'t Window) -> Got<Days> {
        match window {
            Window::Days(from, to) => {
                let from = from.as_ref().map(|from| self.whole(from)).transpose()?;
                Ok(Days { from, to: self.whole(to)? })
            }
            Window::TradingDays(count, to) => {
                let (count, to) = (self.whole(count)?, self.whole(to)?);
                Ok(Days { from: self.first_of_trading_days(count, to)?, to })
            }
        }
    }

    /// What a question looks at, in its order.
    fn looked_at(&self, source: &'t Source, days: Option<&Days>) -> Got<Vec<Value>> {
        let on_those_days = |entry: &Entry| {
            days.is_none_or(|d| self.world.day_of(*entry).is_some_and(|day| d.from.is_none_or(|from| from <= day) && day <= d.to))
        };
        let entries = |list: Vec<Entry>| list.into_iter().filter(on_those_days).map(Value::Entry).collect();
        let lines = |list: &[Line]| list.iter().map(|l| Value::Line(Rc::clone(l))).collect();
        Ok(match source {
            Source::Entries(kind) => entries(self.world.entries(*kind)),
            Source::Past(kind) => entries(self.world.past(*kind)),
            Source::Effect(effect, _) => lines(&self.world.lines(*effect)),
            Source::List(list) => lines(&self.list(list)?),
        })
    }

    /// Whether the entry looked at counts.
    fn counts(&self, query: &'t Query, item: &Value) -> Got<bool> {
        self.set(query.var, Ok(item.clone()));
        query.filter.as_ref().map_or(Ok(true), |f| self.holds(f))
    }

    fn those_that_count(&self, query: &'t Query, all: Vec<Value>) -> Got<Vec<Value>> {
        let mut out = Vec::new();
        for item in all {
            if self.counts(query, &item)? {
                out.push(item);
            }
        }
        Ok(out)
    }

    fn first_that_counts(&self, query: &'t Query, all: impl Iterator<Item = Value>, e: &'t Expr) -> Got<Value> {
        for item in all {
            if self.counts(query, &item)? {
                return Ok(item);
            }
        }
        Err(Lack::Unknown(e.span))
    }

    fn measured(&self, measure: Measure, value: &'t Expr, query: &'t Query, all: Vec<Value>, e: &'t Expr) -> Got<Value> {
        let fault = |f: Fault| Lack::Fault(f, e.span);
        let mut values = Vec::new();
        for item in self.those_that_count(query, all)? {
            self.set(query.var, Ok(item));
            values.push(self.settled(value)?);
        }
        let numbers = || values.iter().filter_map(|v| if let Value::Number(n) = v { Some(n) } else { None });
        let sum: Number = numbers().sum();
        match measure {
            Measure::Sum => number::kept(&sum).map(Value::Number).map_err(fault),
            Measure::Mean if values.is_empty() => Err(Lack::Unknown(e.span)),
            Measure::Mean => {
                let count = number::whole(i64::try_from(values.len()).unwrap_or(i64::MAX));
                number::kept(&(sum / count)).map(Value::Number).map_err(fault)
            }
            Measure::Lowest | Measure::Highest => {
                let greatest = measure == Measure::Highest;
                values.into_iter().reduce(|a, b| if beats(&b, &a, greatest) { b } else { a }).ok_or(Lack::Unknown(e.span))
            }
        }
    }

    /// A line of a list that is asked for: what is not known is left out where the column allows it.
    fn columns(&self, columns: &'t [Expr], shape: ShapeId) -> Got<Line> {
        let fields = self.terms.shapes.get(shape.at()).map_or(&[][..], |s| s.fields.as_slice());
        let mut line = Vec::new();
        for (n, column) in columns.iter().enumerate() {
            let optional = fields.get(n).is_some_and(|f| f.2);
            let value = self.value(column);
            let value = if optional { known(value)? } else { Some(value?) };
            let value = value.map(|v| settled(v, &column.ty)).transpose();
            line.push(value.map_err(|f| Lack::Fault(f, column.span))?);
        }
        Ok(Rc::new(line))
    }

    fn day(&self, item: &Value) -> Option<i64> {
        match item {
            Value::Entry(entry) => self.world.day_of(*entry),
            _ => None,
        }
    }
}
