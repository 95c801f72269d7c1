//! Numbers, dates and hours.

use super::{Builder, Built};
use crate::syntax::Problem;
use crate::syntax::ast::{Expr, ExprKind, Unit};
use crate::syntax::node::Node;
use crate::syntax::parser::Rule;
use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;

impl Builder<'_> {
    /// A value written out.
    pub(super) fn literal(&mut self, node: &Node<'_>) -> Built<Expr> {
        let inner = node.first()?;
        let kind = match inner.rule() {
            Rule::moment => {
                let day = self.date(&inner.one(Rule::date)?);
                ExprKind::Moment(day.and_time(self.clock(&inner.one(Rule::clock)?)))
            }
            Rule::date => ExprKind::Date(self.date(&inner)),
            Rule::money => self.money(&inner),
            Rule::percent => ExprKind::Percent(self.percent(&inner)),
            Rule::ratio => {
                let mut numbers = inner.all(Rule::number);
                let new = numbers.next().ok_or_else(|| inner.mismatch("new"))?;
                let old = numbers.next().ok_or_else(|| inner.mismatch("old"))?;
                ExprKind::Ratio(self.number(&new, new.text()), self.number(&old, old.text()))
            }
            Rule::quantity => {
                let number = inner.one(Rule::number)?;
                let amount = self.number(&number, number.text());
                ExprKind::Quantity(amount, self.unit(&inner.one(Rule::unit)?)?)
            }
            Rule::number => ExprKind::Number(self.number(&inner, inner.text())),
            Rule::yes_no => ExprKind::YesNo(inner.has(Rule::kw_yes)),
            _ => ExprKind::Text(self.text(&inner)?),
        };
        Ok(Expr { kind, span: node.span() })
    }

    /// The number of a percentage, before its sign.
    pub(super) fn percent(&mut self, node: &Node<'_>) -> Decimal {
        self.number(node, node.text().trim_end_matches('%'))
    }

    /// A number from its text, exactly or not at all.
    pub(super) fn number(&mut self, node: &Node<'_>, text: &str) -> Decimal {
        let plain: String = text.chars().filter(|c| *c != ',').collect();
        let padded = if plain.starts_with('.') { format!("0{plain}") } else { plain };
        Decimal::from_str_exact(&padded).unwrap_or_else(|_| {
            self.problems.push(Problem::BadNumber { at: node.span(), text: text.to_owned() });
            Decimal::ZERO
        })
    }

    /// A date that is in the calendar.
    pub(super) fn date(&mut self, node: &Node<'_>) -> NaiveDate {
        NaiveDate::parse_from_str(node.text(), "%Y-%m-%d").unwrap_or_else(|_| {
            self.problems.push(Problem::BadDate { at: node.span(), text: node.text().to_owned() });
            NaiveDate::default()
        })
    }

    /// An hour that is on the clock.
    pub(super) fn clock(&mut self, node: &Node<'_>) -> NaiveTime {
        NaiveTime::parse_from_str(node.text(), "%H:%M").unwrap_or_else(|_| {
            self.problems.push(Problem::BadClock { at: node.span(), text: node.text().to_owned() });
            NaiveTime::default()
        })
    }

    /// An amount of money with the sign of its currency.
    fn money(&mut self, node: &Node<'_>) -> ExprKind {
        let text = node.text();
        let sign: String = text.chars().take(1).collect();
        let rest = text.get(sign.len()..).unwrap_or("");
        let (amount, per_share) = rest.split_once('/').map_or((rest, false), |(amount, _)| (amount, true));
        ExprKind::Money { amount: self.number(node, amount), sign, per_share }
    }

    /// The unit of a quantity.
    fn unit(&mut self, node: &Node<'_>) -> Built<Unit> {
        if let Some(currency) = node.find(Rule::currency_unit) {
            let code = currency.text().split('/').next().unwrap_or_default().trim().to_owned();
            let per = currency.text().contains('/');
            return Ok(if per { Unit::CurrencyPerShare(code) } else { Unit::Currency(code) });
        }
        let has = |a, b| node.has(a) || node.has(b);
        Ok(if node.has(Rule::kw_trading) {
            Unit::TradingDays
        } else if has(Rule::kw_days, Rule::kw_day) {
            Unit::Days
        } else if has(Rule::kw_months, Rule::kw_month) {
            Unit::Months
        } else if has(Rule::kw_years, Rule::kw_year) {
            Unit::Years
        } else {
            Unit::Shares
        })
    }
}
