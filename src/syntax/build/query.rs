//! Questions about what has happened.

use super::{Builder, Built};
use crate::syntax::ast::{Ask, Expr, ExprKind, Ident, Measure, Query, Window};
use crate::syntax::node::Node;
use crate::syntax::parser::Rule;

impl Builder<'_> {
    /// A sum, a count or a pick.
    pub(super) fn query(&mut self, node: &Node<'_>) -> Built<Expr> {
        let ask = match node.rule() {
            Rule::measure => Ask::Measure(measure(node), self.value(&node.one(Rule::value)?)?),
            Rule::count_of if node.has(Rule::kw_distinct) => Ask::CountDays,
            Rule::count_of => Ask::Count,
            _ if node.has(Rule::kw_latest) => Ask::Latest,
            _ => Ask::Earliest,
        };
        self.looked_up(node, ask)
    }

    /// A list of values or records.
    pub(super) fn list_of(&mut self, node: &Node<'_>) -> Built<Expr> {
        let ask = match node.find(Rule::fields) {
            Some(fields) => Ask::Records(self.fields(&fields)?),
            None => Ask::List(self.value(&node.one(Rule::value)?)?),
        };
        self.looked_up(node, ask)
    }

    fn looked_up(&mut self, node: &Node<'_>, ask: Ask) -> Built<Expr> {
        let source = self.source(&node.one(Rule::source)?)?;
        let window = node.find(Rule::window).map(|w| self.window(&w.first()?)).transpose()?;
        let filter = node.find(Rule::where_clause).map(|w| self.expr(&w.one(Rule::expr)?)).transpose()?;
        let query = Query { ask, source, window, filter };
        Ok(Expr { kind: ExprKind::Query(Box::new(query)), span: node.span() })
    }

    /// What a query or a loop looks at.
    pub(super) fn source(&mut self, node: &Node<'_>) -> Built<Vec<Ident>> {
        let mut path = vec![self.name(node)?];
        path.extend(node.all(Rule::dotted).map(|d| self.ident(&d)));
        Ok(path)
    }

    fn window(&mut self, node: &Node<'_>) -> Built<Window> {
        let mut values = node.all(Rule::value).map(|v| self.value(&v)).collect::<Built<Vec<_>>>()?.into_iter();
        let mut next = || values.next().ok_or_else(|| node.mismatch("a day"));
        Ok(match node.rule() {
            Rule::window_on => Window::On(next()?),
            Rule::window_up => Window::UpTo(next()?),
            Rule::window_from => Window::From(next()?, next()?),
            _ => Window::In(next()?, next()?),
        })
    }

    /// Values for fields.
    pub(super) fn fields(&mut self, node: &Node<'_>) -> Built<Vec<(Ident, Expr)>> {
        node.all(Rule::field_value).map(|f| Ok((self.word(&f)?, self.expr(&f.one(Rule::expr)?)?))).collect()
    }
}

/// Which measure.
fn measure(node: &Node<'_>) -> Measure {
    if node.has(Rule::kw_sum) {
        Measure::Sum
    } else if node.has(Rule::kw_mean) {
        Measure::Mean
    } else if node.has(Rule::kw_lowest) {
        Measure::Lowest
    } else {
        Measure::Highest
    }
}
