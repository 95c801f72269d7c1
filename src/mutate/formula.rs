//! Changes inside formulas.

use super::place::between;
use super::{Finder, Sort};
use crate::source::Span;
use crate::syntax::ast::{
    Alternatives, Ask, Comparison, Edge, Expr, ExprKind, Ident, Measure, Operator, Outcome, Query, Rounding, RoundingMode, Window,
};

impl Finder<'_> {
    /// A condition: it always holds, it never does; then its parts.
    pub(super) fn condition(&mut self, e: &Expr) {
        self.always(e, "yes");
        self.always(e, "no");
        self.formula(e);
    }

    fn always(&mut self, e: &Expr, answer: &str) {
        // `yes` and `no` are constants
        if !matches!(e.kind, ExprKind::YesNo(_)) {
            self.put(Sort::Condition, e.span, answer, Some(e.span));
        }
    }

    /// A formula and its parts.
    pub(super) fn formula(&mut self, e: &Expr) {
        self.literal(e);
        match &e.kind {
            ExprKind::Dot(x, _)
            | ExprKind::Before(x)
            | ExprKind::After(x)
            | ExprKind::Keyed { value: x, .. }
            | ExprKind::Known(x)
            | ExprKind::Void(x)
            | ExprKind::Pending(x)
            | ExprKind::Negative(x)
            | ExprKind::PercentOf(_, x)
            | ExprKind::Not(x)
            | ExprKind::Brackets(x) => self.formula(x),
            ExprKind::ProRata(a, b) | ExprKind::In(a, b) => {
                self.formula(a);
                self.formula(b);
            }
            ExprKind::Is { value, of, .. } => {
                self.formula(value);
                if let Alternatives::One(x) = of {
                    self.formula(x);
                }
            }
            ExprKind::At { value, edge, of } => {
                self.edge(*edge, between(value.span, of.span), e.span);
                self.formula(value);
                self.formula(of);
            }
            ExprKind::Edge(edge, x) => {
                self.edge(*edge, Span { end: x.span.start, ..e.span }, e.span);
                self.formula(x);
            }
            ExprKind::Binary(op, a, b) => {
                self.operator(*op, between(a.span, b.span), e.span);
                self.formula(a);
                self.formula(b);
            }
            ExprKind::Compare(how, a, b) => {
                self.comparison(*how, between(a.span, b.span), e.span);
                self.formula(a);
                self.formula(b);
            }
            ExprKind::Rounded(x, r) => {
                self.put(Sort::Rounding, Span { start: x.span.end, ..e.span }, "", Some(e.span));
                self.rounding(r, Span { start: x.span.end, ..e.span }, Some(e.span));
                self.formula(x);
            }
            ExprKind::RoundedAs(x, _) => {
                self.put(Sort::Rounding, Span { start: x.span.end, ..e.span }, "", Some(e.span));
                self.formula(x);
            }
            ExprKind::And(list) => self.members(list, ("and", "or"), "yes"),
            ExprKind::Or(list) => self.members(list, ("or", "and"), "no"),
            ExprKind::Call(name, list) => {
                let other = match name.name.as_str() {
                    "least" => Some("greatest"),
                    "greatest" => Some("least"),
                    _ => None,
                };
                if let Some(other) = other {
                    self.put(Sort::Operator, name.span, other, Some(e.span));
                }
                list.iter().for_each(|x| self.formula(x));
            }
            ExprKind::FirstOf(rungs) => {
                for rung in rungs {
                    rung.when.iter().for_each(|w| self.condition(w));
                    if let Outcome::Value(x) = &rung.outcome {
                        self.formula(x);
                    }
                }
            }
            ExprKind::Query(q) => self.query(q, e.span),
            ExprKind::List(list) => list.iter().for_each(|x| self.formula(x)),
            ExprKind::Records(rows) => rows.iter().flatten().for_each(|(_, x)| self.formula(x)),
            // what a text says is for readers
            ExprKind::Text(_)
            | ExprKind::Number(_)
            | ExprKind::Percent(_)
            | ExprKind::Money { .. }
            | ExprKind::Quantity(..)
            | ExprKind::Ratio(..)
            | ExprKind::Date(_)
            | ExprKind::Moment(_)
            | ExprKind::YesNo(_)
            | ExprKind::Name(_)
            | ExprKind::Its(_)
            | ExprKind::It
            | ExprKind::Now
            | ExprKind::ChangeBy { .. } => {}
        }
    }

    /// What is joined by `and` or `or`: each left out, and the other word.
    fn members(&mut self, list: &[Expr], (word, other): (&str, &str), left_out: &str) {
        for e in list {
            self.always(e, left_out);
            self.formula(e);
        }
        let (Some(first), Some(last)) = (list.first(), list.last()) else { return };
        let whole = first.span.to(last.span);
        let mut text = String::new();
        for pair in list.windows(2) {
            let [a, b] = pair else { continue };
            text.push_str(self.sources.text(a.span));
            let gap = self.text(between(a.span, b.span));
            text.push_str(&gap.replacen(word, other, 1));
        }
        text.push_str(self.sources.text(last.span));
        self.put(Sort::Condition, whole, text, Some(first.span));
    }

    fn comparison(&mut self, how: Comparison, gap: Span, of: Span) {
        let (signs, other): (&[&str], &str) = match how {
            Comparison::Less => (&["<"], "<="),
            Comparison::AtMost => (&["<=", "≤"], "<"),
            Comparison::More => (&[">"], ">="),
            Comparison::AtLeast => (&[">=", "≥"], ">"),
        };
        if let Some(at) = signs.iter().find_map(|s| self.find(gap, s, false)) {
            self.put(Sort::Comparison, at, other, Some(of));
        }
    }

    fn operator(&mut self, op: Operator, gap: Span, of: Span) {
        let (signs, other): (&[&str], &str) = match op {
            Operator::Add => (&["+"], "-"),
            Operator::Subtract => (&["-", "−", "–"], "+"),
            Operator::Multiply => (&["×", "*"], "/"),
            Operator::Divide => (&["/", "÷"], "×"),
            Operator::Power => return,
        };
        if let Some(at) = signs.iter().find_map(|s| self.find(gap, s, false)) {
            self.put(Sort::Operator, at, other, Some(of));
        }
    }

    fn edge(&mut self, edge: Edge, within: Span, of: Span) {
        let (word, other) = match edge {
            Edge::Start => ("start", "close"),
            Edge::Close => ("close", "start"),
            Edge::Hour(_) => return,
        };
        if let Some(at) = self.find(within, word, false) {
            self.put(Sort::Edge, at, other, Some(of));
        }
    }

    /// Another rounding, where the words for it stand within a place.
    pub(super) fn rounding(&mut self, r: &Rounding, within: Span, of: Option<Span>) {
        let before = Span { end: r.unit.span.start, ..within };
        let after = Span { start: r.unit.span.end, ..within };
        match r.mode {
            RoundingMode::Down | RoundingMode::Up => {
                let (word, other) = if r.mode == RoundingMode::Down { ("down to", "up to") } else { ("up to", "down to") };
                if let Some(at) = self.find(before, word, true) {
                    self.put(Sort::Rounding, at, other, of);
                }
            }
            RoundingMode::HalfAwayFromZero | RoundingMode::HalfToEven => {
                let (tie, other) = match r.mode {
                    RoundingMode::HalfToEven => ("half to even", "half away from zero"),
                    _ => ("half away from zero", "half to even"),
                };
                let (Some(nearest), Some(tie)) = (self.find(before, "to the nearest", true), self.find(after, tie, false)) else {
                    return;
                };
                let unit = self.sources.text(r.unit.span).to_owned();
                self.put(Sort::Rounding, nearest.to(tie), format!("down to {unit}"), of);
                self.put(Sort::Rounding, tie, other, of);
            }
        }
        self.formula(&r.unit);
    }

    fn query(&mut self, q: &Query, of: Span) {
        let source = q.source.last().map(|n| n.span);
        let head = source.map(|s| Span { end: s.start, ..of });
        let swap = |word: &'static str, other: &'static str| Some((word, other));
        let other = match &q.ask {
            Ask::Measure(Measure::Sum, _) => swap("sum", "highest"),
            Ask::Measure(Measure::Mean, _) => swap("mean", "highest"),
            Ask::Measure(Measure::Lowest, _) => swap("lowest", "highest"),
            Ask::Measure(Measure::Highest, _) => swap("highest", "lowest"),
            Ask::Latest => swap("latest", "earliest"),
            Ask::Earliest => swap("earliest", "latest"),
            Ask::Count | Ask::CountDays | Ask::List(_) | Ask::Records(_) => None,
        };
        if let (Some((word, other)), Some(head)) = (other, head)
            && let Some(at) = self.find(head, word, false)
        {
            self.put(Sort::Question, at, other, Some(of));
        }
        match &q.ask {
            Ask::Measure(_, x) | Ask::List(x) => self.formula(x),
            Ask::Records(list) => list.iter().for_each(|(_, x)| self.formula(x)),
            Ask::Count | Ask::CountDays | Ask::Latest | Ask::Earliest => {}
        }
        let ends: Vec<&Expr> = match &q.window {
            Some(Window::On(x) | Window::UpTo(x)) => vec![x],
            Some(Window::From(a, b) | Window::In(a, b)) => vec![a, b],
            None => Vec::new(),
        };
        if let (Some(source), Some(last)) = (source, ends.last()) {
            self.put(Sort::Window, Span { start: source.end, end: last.span.end, ..of }, "", Some(of));
        }
        ends.into_iter().for_each(|x| self.formula(x));
        q.filter.iter().for_each(|f| self.condition(f));
    }

    /// The order in which a list is gone through, turned round.
    pub(super) fn order(&mut self, source: &[Ident], highest: bool, by: &Expr) {
        let (word, other) = if highest { ("highest", "lowest") } else { ("lowest", "highest") };
        if let Some(last) = source.last()
            && let Some(at) = self.find(between(last.span, by.span), word, true)
        {
            self.put(Sort::Question, at, other, Some(by.span));
        }
        self.formula(by);
    }
}
