//! Rules, obligations and their statements.

use super::{Builder, Built};
use crate::syntax::ast::{
    Clamp, Each, Guard, ItemKind, Obligation, Rescinding, Rule as RuleItem, Scope, Statement, StatementKind, Trigger,
};
use crate::syntax::node::Node;
use crate::syntax::parser::Rule;

impl Builder<'_> {
    /// A rule.
    pub(super) fn rule(&mut self, node: &Node<'_>) -> Built<ItemKind> {
        let mut out = RuleItem {
            is_final: node.has(Rule::kw_final),
            name: self.name(node)?,
            trigger: self.trigger(&node.one(Rule::trigger)?.first()?)?,
            scope: self.scope(node)?,
            guards: Vec::new(),
            subject_to: Vec::new(),
            notwithstanding: Vec::new(),
            rescinding: Vec::new(),
            body: self.body(&node.one(Rule::body)?)?,
        };
        for clause in node.all(Rule::rule_clause) {
            let clause = clause.first()?;
            match clause.rule() {
                Rule::subject_to => out.subject_to.extend(self.names(&clause.one(Rule::names)?)),
                Rule::notwithstanding => out.notwithstanding.extend(self.names(&clause.one(Rule::names)?)),
                Rule::rescinding => out.rescinding.push(self.rescinding(&clause)?),
                _ => out.guards.push(self.guard(&clause)?),
            }
        }
        Ok(ItemKind::Rule(Box::new(out)))
    }

    fn rescinding(&mut self, node: &Node<'_>) -> Built<Rescinding> {
        Ok(Rescinding {
            deemed: self.names(&node.one(Rule::names)?),
            of: self.name(node)?,
            keeping: node.has(Rule::keeping),
            guards: self.guards(node)?,
        })
    }

    fn trigger(&mut self, node: &Node<'_>) -> Built<Trigger> {
        Ok(match node.rule() {
            Rule::on_event => Trigger::On(self.names(&node.one(Rule::names)?)),
            Rule::on_change => {
                let mut lists = node.all(Rule::names);
                let states = lists.next().map(|n| self.names(&n)).unwrap_or_default();
                let by = lists.next().map(|n| self.names(&n)).unwrap_or_default();
                let under = node.all(Rule::citation).map(|c| self.citation(&c)).collect::<Built<_>>()?;
                Trigger::OnChange { adjustment: node.has(Rule::kw_adjustment), states, by, under }
            }
            Rule::on_making => Trigger::OnMaking(self.name(node)?),
            Rule::on_breach => Trigger::OnBreach(self.name(node)?),
            Rule::at_time => Trigger::At(self.value(&node.one(Rule::value)?)?),
            _ => Trigger::Once(self.expr(&node.one(Rule::expr)?)?),
        })
    }

    fn scope(&mut self, node: &Node<'_>) -> Built<Scope> {
        let Some(scope) = node.find(Rule::scope) else { return Ok(Scope::default()) };
        let the = scope.find(Rule::the_scope).map(|t| self.name(&t)).transpose()?;
        let each = match scope.find(Rule::each_scope) {
            None => None,
            Some(each) => {
                let filter = each.find(Rule::where_clause).map(|w| self.expr(&w.one(Rule::expr)?)).transpose()?;
                Some(Each { kind: self.name(&each)?, any: each.has(Rule::kw_any), filter })
            }
        };
        Ok(Scope { the, each })
    }

    /// A `when` or `unless`, alone or wrapped.
    pub(super) fn guard(&mut self, node: &Node<'_>) -> Built<Guard> {
        let inner = if node.rule() == Rule::guard { node.first()? } else { node.clone() };
        Ok(Guard { unless: inner.rule() == Rule::unless, cond: self.expr(&inner.one(Rule::expr)?)? })
    }

    /// All conditions of a node.
    pub(super) fn guards(&mut self, node: &Node<'_>) -> Built<Vec<Guard>> {
        node.all(Rule::guard).map(|g| self.guard(&g)).collect()
    }

    fn body(&mut self, node: &Node<'_>) -> Built<Vec<Statement>> {
        node.all(Rule::statement).map(|s| self.statement(&s)).collect()
    }

    fn statement(&mut self, node: &Node<'_>) -> Built<Statement> {
        let inner = node.first()?;
        let kind = match inner.rule() {
            Rule::let_ => {
                let ty = inner.find(Rule::typed).map(|t| self.typed(&t)).transpose()?;
                StatementKind::Let(self.name(&inner)?, ty, self.expr(&inner.one(Rule::expr)?)?)
            }
            Rule::require => {
                StatementKind::Require(self.expr(&inner.one(Rule::expr)?)?, self.failure(&inner.one(Rule::failure)?)?)
            }
            Rule::deem => StatementKind::Deem {
                name: self.name(&inner)?,
                fields: self.fields(&inner.one(Rule::fields)?)?,
                like: inner.find(Rule::like).map(|l| self.name(&l)).transpose()?,
                with: self.with(&inner)?,
            },
            Rule::record => StatementKind::Record { name: self.name(&inner)?, fields: self.fields(&inner.one(Rule::fields)?)? },
            Rule::end_ => StatementKind::End(self.source(&inner.one(Rule::source)?)?),
            Rule::restore => StatementKind::Restore(self.source(&inner.one(Rule::source)?)?),
            Rule::warn => StatementKind::Warn(self.one_text(&inner)?),
            Rule::for_each => {
                let order = match inner.find(Rule::order) {
                    None => None,
                    Some(o) => Some((o.has(Rule::kw_highest), self.operand(&o.one(Rule::operand)?)?)),
                };
                let source = self.source(&inner.one(Rule::source)?)?;
                StatementKind::ForEach { name: self.name(&inner)?, source, order, body: self.body(&inner.one(Rule::body)?)? }
            }
            _ => self.becomes(&inner)?,
        };
        Ok(Statement { kind, guards: self.guards(node)?, span: node.span() })
    }

    fn becomes(&mut self, node: &Node<'_>) -> Built<StatementKind> {
        let target = node.one(Rule::target)?;
        let mut path = vec![self.name(&target)?];
        path.extend(target.all(Rule::dotted).map(|d| self.ident(&d)));
        let clamps = node.all(Rule::clamp).map(|c| self.clamp(&c)).collect::<Built<_>>()?;
        let pending = target.has(Rule::kw_pending);
        Ok(StatementKind::Becomes { pending, target: path, value: self.expr(&node.one(Rule::expr)?)?, clamps })
    }

    fn clamp(&mut self, node: &Node<'_>) -> Built<Clamp> {
        let skip = match node.find(Rule::skip) {
            None => None,
            Some(skip) => Some(skip.find(Rule::guard).map(|g| self.guard(&g)).transpose()?),
        };
        Ok(Clamp { above: node.has(Rule::kw_above), limit: self.value(&node.one(Rule::value)?)?, skip })
    }

    /// An obligation.
    pub(super) fn obligation(&mut self, node: &Node<'_>) -> Built<ItemKind> {
        let due = node.one(Rule::due)?;
        let done = node.one(Rule::done)?;
        Ok(ItemKind::Obligation(Box::new(Obligation {
            name: self.name(node)?,
            what: self.one_text(node)?,
            trigger: self.trigger(&node.one(Rule::trigger)?.first()?)?,
            scope: self.scope(node)?,
            guards: self.guards(node)?,
            due: due.find(Rule::expr).map(|e| self.expr(&e)).transpose()?,
            done: self.expr(&done.one(Rule::expr)?)?,
        })))
    }
}
