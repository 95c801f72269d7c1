//! Settings, declarations other than rules, what a variant changes, and examples.

use super::{Builder, Built};
use crate::syntax::ast::{
    Define, Event, EventSort, ExampleKind, ExampleLine, Expr, Field, Guard, Ident, Item, ItemKind, Member, Needs, Param, Policy,
    PolicyKind, Proportion, Removed, Setting, State, StepValue, Table, Type, TypeKind, When,
};
use crate::syntax::node::Node;
use crate::syntax::parser::Rule;

impl Builder<'_> {
    /// A setting.
    pub(super) fn setting(&mut self, node: &Node<'_>) -> Built<Setting> {
        let inner = node.first()?;
        Ok(match inner.rule() {
            Rule::title => {
                let mut texts = inner.all(Rule::text).map(|t| self.text(&t)).collect::<Built<Vec<_>>>()?.into_iter();
                let title = texts.next().ok_or_else(|| inner.mismatch("a title"))?;
                match texts.next() {
                    Some(base) => Setting::Variant(title, base),
                    None if inner.has(Rule::kw_library) => Setting::Library(title),
                    None => Setting::Terms(title),
                }
            }
            Rule::edition => {
                let number = inner.one(Rule::number)?;
                Setting::Edition(self.number(&number, number.text()))
            }
            Rule::document => Setting::Document(self.one_text(&inner)?),
            Rule::currency => Setting::Currency(self.ident(&inner.one(Rule::currency_code)?)),
            Rule::zone => Setting::Zone(self.ident(&inner.one(Rule::zone_name)?)),
            Rule::closing => Setting::Close(self.clock(&inner.one(Rule::clock)?)),
            Rule::month_end => Setting::MonthEnd,
            Rule::trading_days => Setting::TradingDays(self.name(&inner)?),
            _ => Setting::Import(self.one_text(&inner)?, self.citations(&inner)?),
        })
    }

    /// What a variant changes.
    pub(super) fn change(&mut self, node: &Node<'_>) -> Built<Item> {
        let inner = node.first()?;
        let citations = self.citations(&inner)?;
        let kind = match inner.rule() {
            Rule::replace => ItemKind::Replace(Box::new(self.cited(&inner.one(Rule::cited)?)?)),
            Rule::remove => ItemKind::Remove { what: self.removed(&inner)?, why: self.one_text(&inner)? },
            Rule::extend => ItemKind::Extend { name: self.name(&inner)?, members: self.members(&inner)? },
            _ => match inner.find(Rule::expr) {
                Some(value) => {
                    let mut names = self.names(&inner).into_iter();
                    let name = names.next().ok_or_else(|| inner.mismatch("a name"))?;
                    ItemKind::Set { name, of: names.next(), value: self.expr(&value)? }
                }
                None => ItemKind::SetReading { name: self.name(&inner)?, to: self.word(&inner)? },
            },
        };
        Ok(Item { citations, kind, span: node.span() })
    }

    /// What a variant leaves out.
    fn removed(&mut self, node: &Node<'_>) -> Built<Removed> {
        if let Some(clause) = node.find(Rule::removed_clause) {
            return Ok(Removed::Clause(self.citation(&clause)?));
        }
        let named = node.one(Rule::removed)?;
        let mut names = self.names(&named).into_iter();
        Ok(Removed::Named { sort: self.word(&named)?, name: names.next(), of: names.next() })
    }

    /// A declaration.
    pub(super) fn declaration(&mut self, node: &Node<'_>) -> Built<ItemKind> {
        Ok(match node.rule() {
            Rule::event => ItemKind::Event(self.event(node)?),
            Rule::effect => ItemKind::Effect { name: self.name(node)?, fields: self.field_list(node)? },
            Rule::state => self.state(node)?,
            Rule::needs => {
                let (name, params, of) = self.head(node)?;
                ItemKind::Needs(Needs { name, params, of, ty: self.typed(&node.one(Rule::typed)?)? })
            }
            Rule::define => {
                let (name, params, of) = self.head(node)?;
                let ty = self.typed(&node.one(Rule::typed)?)?;
                ItemKind::Define(Define { name, params, of, ty, value: self.expr(&node.one(Rule::expr)?)? })
            }
            Rule::table => ItemKind::Table(self.table(node)?),
            Rule::reading => ItemKind::Reading {
                name: self.name(node)?,
                question: self.one_text(node)?,
                alternatives: node
                    .all(Rule::alternative)
                    .map(|a| Ok((self.word(&a)?, self.one_text(&a)?)))
                    .collect::<Built<_>>()?,
            },
            Rule::rule => self.rule(node)?,
            Rule::covenant => {
                let mut exprs = node.all(Rule::expr).map(|e| self.expr(&e)).collect::<Built<Vec<_>>>()?;
                let holds = exprs.pop().ok_or_else(|| node.mismatch("a condition"))?;
                ItemKind::Covenant { name: self.name(node)?, what: self.one_text(node)?, during: exprs.pop(), holds }
            }
            Rule::obligation => self.obligation(node)?,
            Rule::adjustments => ItemKind::Adjustments {
                states: self.names(&node.one(Rule::names)?),
                under: node.all(Rule::citation).map(|c| self.citation(&c)).collect::<Built<_>>()?,
            },
            Rule::round => ItemKind::Round {
                state: self.name(node)?,
                lines: node
                    .all(Rule::rounding_line)
                    .map(|l| Ok((self.rounding(&l.one(Rule::rounding)?)?, self.guards(&l)?)))
                    .collect::<Built<_>>()?,
            },
            Rule::postpone => ItemKind::Postpone {
                states: self.names(node),
                policies: node.all(Rule::policy).map(|p| self.policy(&p.first()?)).collect::<Built<_>>()?,
            },
            Rule::at_close => ItemKind::AtClose(self.names(node)),
            Rule::calendar => self.calendar(node)?,
            Rule::report => self.report(node)?,
            Rule::not_computable => ItemKind::NotComputable(self.one_text(node)?),
            Rule::defect => ItemKind::Defect(self.one_text(node)?),
            Rule::example => ItemKind::Example {
                title: self.one_text(node)?,
                lines: node.parts().filter(|n| n.rule() != Rule::text).map(|n| self.example_line(&n)).collect::<Built<_>>()?,
            },
            other => return Err(node.mismatch(&format!("a declaration, {other:?}"))),
        })
    }

    fn event(&mut self, node: &Node<'_>) -> Built<Event> {
        let sort = node.one(Rule::event_sort)?;
        let sort = if sort.has(Rule::kw_event) {
            EventSort::Event
        } else if sort.has(Rule::kw_observation) {
            EventSort::Observation
        } else {
            EventSort::Deemed
        };
        let kept = node.find(Rule::kept).map(|k| k.find(Rule::word).map(|w| self.ident(&w)));
        Ok(Event { sort, name: self.name(node)?, kept, members: self.members(node)? })
    }

    fn members(&mut self, node: &Node<'_>) -> Built<Vec<Member>> {
        node.all(Rule::member)
            .map(|m| {
                let inner = m.first()?;
                Ok(match inner.rule() {
                    Rule::check => Member::Check(self.expr(&inner.one(Rule::expr)?)?, self.one_text(&inner)?),
                    _ => Member::Field(self.field(&inner)?),
                })
            })
            .collect()
    }

    fn field_list(&mut self, node: &Node<'_>) -> Built<Vec<Field>> {
        node.all(Rule::field).map(|f| self.field(&f)).collect()
    }

    fn field(&mut self, node: &Node<'_>) -> Built<Field> {
        let default = match node.find(Rule::default) {
            None => None,
            Some(d) => Some(match d.find(Rule::literal) {
                Some(literal) => self.literal(&literal)?,
                None => {
                    let word = self.word(&d)?;
                    let span = word.span;
                    Expr { kind: crate::syntax::ast::ExprKind::Name(word), span }
                }
            }),
        };
        Ok(Field {
            name: self.word(node)?,
            ty: self.typed(&node.one(Rule::typed)?)?,
            optional: node.has(Rule::kw_optional),
            default,
            determined: node.find(Rule::determined).map(|d| self.one_text(&d)).transpose()?,
        })
    }

    pub(super) fn typed(&mut self, node: &Node<'_>) -> Built<Type> {
        let inner = node.first()?;
        let words = |b: &Self, n: &Node<'_>| n.all(Rule::word).map(|w| b.ident(&w)).collect::<Vec<Ident>>();
        let kind = match inner.rule() {
            Rule::list_type => TypeKind::List(Box::new(self.typed(&inner.one(Rule::typed)?)?)),
            Rule::record_type => TypeKind::Record(self.field_list(&inner)?),
            Rule::choice_type => TypeKind::Choice(self.word(&inner)?, self.field_list(&inner.one(Rule::record_type)?)?),
            Rule::new_type => TypeKind::New(self.name(&inner)?),
            Rule::any_type => TypeKind::Any(self.name(&inner)?),
            Rule::trading_type => TypeKind::TradingDays,
            Rule::per_type => {
                let (a, b) = inner.text().split_once('/').ok_or_else(|| inner.mismatch("/"))?;
                TypeKind::Per(a.trim().to_owned(), b.trim().to_owned())
            }
            Rule::enum_type => TypeKind::Enum(words(self, &inner)),
            _ => TypeKind::Names(words(self, &inner)),
        };
        Ok(Type { kind, span: node.span() })
    }

    fn state(&mut self, node: &Node<'_>) -> Built<ItemKind> {
        let mut names = self.names(node).into_iter();
        Ok(ItemKind::State(State {
            name: names.next().ok_or_else(|| node.mismatch("a name"))?,
            of: names.next(),
            ty: self.typed(&node.one(Rule::typed)?)?,
            initial: node.find(Rule::expr).map(|e| self.expr(&e)).transpose()?,
        }))
    }

    /// The head of a definition: name, parameters, and whose it is.
    fn head(&mut self, node: &Node<'_>) -> Built<(Ident, Vec<Param>, Option<Ident>)> {
        if let Some(opens) = node.find(Rule::opens_params) {
            let (name, params) = self.params(&opens)?;
            return Ok((name, params, None));
        }
        let mut names = self.names(node).into_iter();
        let name = names.next().ok_or_else(|| node.mismatch("a name"))?;
        Ok((name, Vec::new(), names.next()))
    }

    fn params(&mut self, node: &Node<'_>) -> Built<(Ident, Vec<Param>)> {
        let name = self.callee(&node.one(Rule::callee)?);
        let params = node
            .all(Rule::param)
            .map(|p| Ok(Param { name: self.word(&p)?, ty: self.typed(&p.one(Rule::typed)?)? }))
            .collect::<Built<_>>()?;
        Ok((name, params))
    }

    fn table(&mut self, node: &Node<'_>) -> Built<Table> {
        let (name, params) = self.params(&node.one(Rule::opens_params)?)?;
        let mut out = Table {
            name,
            params,
            ty: self.typed(&node.one(Rule::typed)?)?,
            policies: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
        };
        for part in node.parts() {
            match part.rule() {
                Rule::table_policy => {
                    let how = if part.has(Rule::kw_between) { "between" } else { "beyond" };
                    out.policies.push((how.to_owned(), self.word(&part)?));
                }
                Rule::columns => {
                    out.columns = part.all(Rule::literal).map(|l| self.literal(&l)).collect::<Built<_>>()?;
                }
                Rule::row => {
                    let mut cells = part.parts().map(|c| self.cell(&c)).collect::<Built<Vec<_>>>()?.into_iter();
                    let head = cells.next().ok_or_else(|| part.mismatch("a head"))?;
                    out.rows.push((head, cells.collect()));
                }
                _ => {}
            }
        }
        Ok(out)
    }

    fn cell(&mut self, node: &Node<'_>) -> Built<Expr> {
        if node.rule() == Rule::cell_number {
            let kind = crate::syntax::ast::ExprKind::Number(self.number(node, node.text()));
            return Ok(Expr { kind, span: node.span() });
        }
        self.literal(node)
    }

    fn policy(&mut self, node: &Node<'_>) -> Built<Policy> {
        let names = |b: &Self| -> Built<Vec<Ident>> { Ok(b.names(&node.one(Rule::names)?)) };
        let kind = match node.rule() {
            Rule::wait_on => PolicyKind::On(names(self)?),
            Rule::wait_while => PolicyKind::While {
                of: node.find(Rule::name).map(|n| self.ident(&n)),
                strict: node.has(Rule::kw_under),
                limit: self.value(&node.one(Rule::value)?)?,
            },
            Rule::wait_with => {
                let proportion = match (node.has(Rule::kw_proportion), node.has(Rule::kw_inverse)) {
                    (false, _) => None,
                    (true, false) => Some(Proportion::Direct),
                    (true, true) => Some(Proportion::Inverse),
                };
                PolicyKind::With(self.name(node)?, proportion)
            }
            Rule::wait_compounding => PolicyKind::Compounding,
            Rule::wait_restating => PolicyKind::Restating,
            _ => PolicyKind::Until(names(self)?),
        };
        let guard: Option<Guard> = node.find(Rule::guard).map(|g| self.guard(&g)).transpose()?;
        Ok(Policy { kind, guard })
    }

    fn calendar(&mut self, node: &Node<'_>) -> Built<ItemKind> {
        let span = node.one(Rule::calendar_span)?;
        let mut dates = span.all(Rule::date).map(|d| self.date(&d)).collect::<Vec<_>>().into_iter();
        Ok(ItemKind::Calendar {
            name: self.name(node)?,
            weekdays: node.one(Rule::closed_weekdays)?.all(Rule::word).map(|w| self.ident(&w)).collect(),
            file: node.find(Rule::closed_on).map(|on| self.one_text(&on)).transpose()?,
            from: dates.next().ok_or_else(|| span.mismatch("a first day"))?,
            to: dates.next().ok_or_else(|| span.mismatch("a last day"))?,
        })
    }

    fn report(&mut self, node: &Node<'_>) -> Built<ItemKind> {
        let mut names = self.names(node).into_iter();
        Ok(ItemKind::Report {
            name: names.next().ok_or_else(|| node.mismatch("a name"))?,
            of: names.next(),
            filter: node.find(Rule::where_clause).map(|w| self.expr(&w.one(Rule::expr)?)).transpose()?,
            columns: node
                .all(Rule::column)
                .map(|c| Ok((self.word(&c)?, c.find(Rule::expr).map(|e| self.expr(&e)).transpose()?)))
                .collect::<Built<_>>()?,
        })
    }

    fn example_line(&mut self, node: &Node<'_>) -> Built<ExampleLine> {
        let kind = match node.rule() {
            Rule::given => ExampleKind::Given(self.name(node)?, self.word(node)?),
            Rule::step => {
                let at = match node.find(Rule::moment) {
                    Some(m) => {
                        let day = self.date(&m.one(Rule::date)?);
                        When::Moment(day.and_time(self.clock(&m.one(Rule::clock)?)))
                    }
                    None => When::Day(self.date(&node.one(Rule::date)?)),
                };
                let fields = self.step_fields(&node.one(Rule::step_fields)?)?;
                ExampleKind::Step { at, name: self.name(node)?, fields }
            }
            _ => self.expectation(&node.first()?)?,
        };
        Ok(ExampleLine { kind, span: node.span() })
    }

    fn expectation(&mut self, node: &Node<'_>) -> Built<ExampleKind> {
        Ok(match node.rule() {
            Rule::expect_accepted => ExampleKind::Accepted,
            Rule::expect_refused => ExampleKind::Refused(node.find(Rule::citation).map(|c| self.citation(&c)).transpose()?),
            Rule::expect_stopped => ExampleKind::Stopped(node.find(Rule::text).map(|t| self.text(&t)).transpose()?),
            _ => ExampleKind::That(
                self.expr(&node.one(Rule::expr)?)?,
                node.find(Rule::operand).map(|o| self.operand(&o)).transpose()?,
            ),
        })
    }

    fn step_fields(&mut self, node: &Node<'_>) -> Built<Vec<(Ident, StepValue)>> {
        node.all(Rule::step_field).map(|f| Ok((self.word(&f)?, self.step_value(&f.one(Rule::step_value)?)?))).collect()
    }

    fn step_value(&mut self, node: &Node<'_>) -> Built<StepValue> {
        let negative = node.has(Rule::sign);
        let inner = node.parts().find(|n| n.rule() != Rule::sign).ok_or_else(|| node.mismatch("a value"))?;
        Ok(match inner.rule() {
            Rule::step_list => StepValue::List(inner.all(Rule::step_value).map(|v| self.step_value(&v)).collect::<Built<_>>()?),
            Rule::step_fields => StepValue::Record(self.step_fields(&inner)?),
            Rule::literal => {
                let literal = self.literal(&inner)?;
                let span = literal.span;
                StepValue::Literal(if negative {
                    Expr { kind: crate::syntax::ast::ExprKind::Negative(Box::new(literal)), span }
                } else {
                    literal
                })
            }
            _ => StepValue::Word(self.ident(&inner)),
        })
    }
}
