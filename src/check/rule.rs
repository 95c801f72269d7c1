//! Rules, obligations and all other formulas, once every name has its number.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use super::load::LoadedItem;
use crate::source::Span;
use crate::syntax::ast::{self, Ident, ItemKind, Trigger};
use crate::terms::{
    Answer, Body, Each, Edge, Expr, ExprKind, KindId, ObligationAnswer, On, Report, Rescinding, RuleId, StateId, Type, VarId,
};

/// What a rule is about: the row the event names, and every row of a kind.
type Rows = (Option<(VarId, Expr)>, Option<Each>);

/// Whether a formula reads a variable.
fn mentions(e: &Expr, var: VarId) -> bool {
    let mut found = matches!(e.kind, ExprKind::Var(v) if v == var);
    crate::terms::children(e, &mut |x| found = found || mentions(x, var));
    found
}

impl Checker<'_> {
    /// All formulas.
    pub(super) fn bodies(&mut self, items: &[LoadedItem]) {
        for LoadedItem { item, .. } in items {
            if let ItemKind::Round { state, lines } = &item.kind {
                self.rounding_of(state, lines);
            }
        }
        for LoadedItem { item, .. } in items {
            if let ItemKind::Postpone { states, policies } = &item.kind {
                let clause = self.clause(&item.citations);
                for state in states {
                    self.postponement(state, policies, clause);
                }
            }
        }
        for LoadedItem { item, .. } in items {
            self.body(item);
        }
    }

    fn body(&mut self, item: &ast::Item) {
        match &item.kind {
            ItemKind::Event(e) => self.checks(e),
            ItemKind::State(s) => self.initial(s),
            ItemKind::Define(d) => self.definition(d),
            ItemKind::Rule(r) => self.rule(r),
            ItemKind::Obligation(o) => self.obligation(o),
            ItemKind::Covenant { name, during, holds, .. } => self.covenant(name, during.as_ref(), holds),
            ItemKind::Adjustments { states, under } => self.adjustments(states, under),
            ItemKind::Report { name, of, filter, columns } => self.report(name, of.as_ref(), filter.as_ref(), columns),
            ItemKind::Example { title, lines } if item.span.file == self.main() => {
                let clause = self.clause(&item.citations);
                self.example(title, lines, clause);
            }
            ItemKind::Setting(ast::Setting::TradingDays(name)) => {
                match self.names.defs.get(&(None, name.name.clone())).copied() {
                    Some(def) => {
                        self.used.defs.insert(def);
                        self.terms.trading_day = Some(def);
                    }
                    None => {
                        let known: Vec<String> = self.names.defs.keys().map(|(_, n)| n.clone()).collect();
                        let nearest = super::name::nearest(&name.name, known.iter().map(String::as_str));
                        let what = "definition".to_owned();
                        self.problems.push(Problem::UnknownName { at: name.span, name: name.name.clone(), what, nearest });
                    }
                }
            }
            _ => {}
        }
    }

    fn event_env(kind: KindId) -> Env {
        let mut env = Env::default();
        let var = env.var("event", Type::Entry(vec![kind]));
        env.event = Some((var, kind));
        env.as_row(var, kind);
        env
    }

    fn checks(&mut self, e: &ast::Event) {
        let Some(id) = self.names.kinds.get(&e.name.name).copied() else { return };
        if self.terms.kind(id).is_some_and(|k| k.span != e.name.span) {
            return;
        }
        let mut checks = Vec::new();
        for member in &e.members {
            let ast::Member::Check(cond, text) = member else { continue };
            let mut env = Self::event_env(id);
            env.begins = true;
            let cond = self.condition(&mut env, cond);
            let text = self.template(&mut env, text);
            if let (Some(value), Some(text)) = (cond, text) {
                checks.push((Body { vars: env.vars, value }, text));
            }
        }
        if let Some(kind) = self.terms.kinds.get_mut(id.at()) {
            kind.checks = checks;
        }
    }

    fn initial(&mut self, s: &ast::State) {
        let Some(initial) = &s.initial else { return };
        let of = s.of.as_ref().and_then(|k| self.names.kinds.get(&k.name).copied());
        let Some(id) = self.names.states.get(&(of, s.name.name.clone())).copied() else { return };
        let declared = self.terms.states.get(id.at()).filter(|x| x.span == s.name.span);
        let Some(ty) = declared.map(|s| s.ty.clone()) else { return };
        let mut env = match of {
            None => Env::default(),
            Some(kind) => {
                let mut env = Env::default();
                let name = self.terms.kind(kind).map(|k| k.name.clone()).unwrap_or_default();
                env.row(&name, kind);
                env
            }
        };
        env.begins = true;
        let value = self.typed(&mut env, initial, &ty);
        if let (Some(value), Some(state)) = (value, self.terms.states.get_mut(id.at())) {
            state.initial = Some(Body { vars: env.vars, value });
        }
    }

    fn definition(&mut self, d: &ast::Define) {
        let of = d.of.as_ref().and_then(|k| self.names.kinds.get(&k.name).copied());
        let Some(id) = self.names.defs.get(&(of, d.name.name.clone())).copied() else { return };
        let declared = self.terms.defs.get(id.at()).filter(|x| x.span == d.name.span);
        let Some(ty) = declared.map(|d| d.ty.clone()) else { return };
        let mut env = Env::default();
        env.after = true;
        if let Some(kind) = of {
            let name = self.terms.kind(kind).map(|k| k.name.clone()).unwrap_or_default();
            env.row(&name, kind);
        }
        for p in &d.params {
            let Some(ty) = self.ty(&p.ty) else { return };
            env.bind(&p.name.name, ty);
        }
        let value = self.typed(&mut env, &d.value, &ty);
        if let (Some(value), Some(def)) = (value, self.terms.defs.get_mut(id.at())) {
            def.body = Body { vars: env.vars, value };
        }
    }

    /// The kinds and other things a trigger answers, each with its environment.
    fn triggers(&mut self, trigger: &Trigger) -> Vec<(On, Env)> {
        match trigger {
            Trigger::On(names) => {
                let ids: Vec<KindId> = names.iter().filter_map(|n| self.kind_id(n)).collect();
                self.used.kinds.extend(ids.iter().copied());
                ids.into_iter().map(|id| (On::Event(id), Self::event_env(id))).collect()
            }
            Trigger::OnChange { adjustment, states, by, under } => {
                let ids: Vec<StateId> = states.iter().flat_map(|s| self.states_named(s)).collect();
                self.used.states.extend(ids.iter().copied());
                if *adjustment {
                    let under = under.iter().map(|c| c.section.clone()).collect();
                    return vec![(On::Adjustment(ids, under), Env::default())];
                }
                let by: Vec<KindId> = by.iter().filter_map(|n| self.kind_id(n)).collect();
                if by.is_empty() {
                    return vec![(On::Change { states: ids, by }, Env::default().on_a_change())];
                }
                let env = |kind| Self::event_env(kind).on_a_change();
                by.into_iter().map(|kind| (On::Change { states: ids.clone(), by: vec![kind] }, env(kind))).collect()
            }
            Trigger::OnMaking(name) => self
                .states_named(name)
                .into_iter()
                .map(|id| {
                    let mut env = Env::default();
                    if let Some(kind) = self.terms.states.get(id.at()).and_then(|s| s.of) {
                        let name = self.terms.kind(kind).map(|k| k.name.clone()).unwrap_or_default();
                        env.row(&name, kind);
                    }
                    (On::Making(id), env.on_a_change())
                })
                .collect(),
            Trigger::OnBreach(name) => match self.names.obligations.get(&name.name).copied() {
                Some(id) => self.breached_entries(name, id),
                None => {
                    let mut known: Vec<String> = self.names.obligations.keys().cloned().collect();
                    known.sort();
                    self.none_of(name, "obligation".to_owned(), &known);
                    Vec::new()
                }
            },
            // the moment and the condition are read once the rows are known
            Trigger::At(e) => vec![(On::At(super::declare::truth(e.span)), Env::default())],
            Trigger::Once(e) => vec![(On::Once(super::declare::truth(e.span)), Env::default())],
        }
    }

    /// The entries an obligation can be about: those of the kept events it arises with.
    fn breached_entries(&mut self, name: &Ident, id: crate::terms::ObligationId) -> Vec<(On, Env)> {
        let declared = self.items().iter().find_map(|i| match &i.item.kind {
            ItemKind::Obligation(o) if o.name.name == name.name => Some(&o.trigger),
            _ => None,
        });
        let kinds: Vec<KindId> = match declared {
            Some(Trigger::On(names)) => names.iter().filter_map(|n| self.kind_id(n)).collect(),
            _ => Vec::new(),
        };
        let kept: Vec<KindId> = kinds.into_iter().filter(|k| self.terms.kind(*k).is_some_and(|k| k.kept.is_some())).collect();
        if kept.is_empty() {
            let what = format!("`{}` is about no entry that is kept", name.name);
            let help = "let it arise with an event that is `kept by id`, so that what was not done can be named";
            let _: Option<()> = self.misplaced(name.span, &what, help);
        }
        kept.into_iter()
            .map(|kind| {
                let mut env = Env::default();
                let owner = self.terms.kind(kind).map(|k| k.name.clone()).unwrap_or_default();
                env.row(&owner, kind);
                (On::Breach(id), env)
            })
            .collect()
    }

    /// The rows a rule is about.
    fn rows(&mut self, env: &mut Env, scope: &ast::Scope, on: &On) -> Option<Rows> {
        let the = match &scope.the {
            None => None,
            Some(name) => Some(self.the_row(env, name, on)?),
        };
        let each = match &scope.each {
            None => None,
            Some(ast::Each { kind: name, any, filter }) => {
                let kind = self.row_kind(name)?;
                self.used.kinds.insert(kind);
                let var = env.row(&name.name, kind);
                let filter = match filter {
                    None => None,
                    Some(f) => Some(self.condition(env, f)?),
                };
                Some(Each { var, kind, any: *any, filter })
            }
        };
        Some((the, each))
    }

    /// Whether an event has a field that could not be declared.
    fn is_torn(&self, kind: KindId) -> bool {
        let Some(span) = self.terms.kind(kind).map(|k| k.span) else { return false };
        self.items().iter().any(|i| match &i.item.kind {
            ItemKind::Event(e) if e.name.span == span => {
                e.members.iter().any(|m| matches!(m, ast::Member::Field(f) if self.lost.contains(&f.name.name)))
            }
            _ => false,
        })
    }

    /// The row of a kind that the event names: itself, or a field of it.
    fn the_row(&mut self, env: &mut Env, name: &Ident, on: &On) -> Option<(VarId, Expr)> {
        let kind = self.kind_id(name)?;
        self.used.kinds.insert(kind);
        if let On::Making(_) | On::Breach(_) = on
            && let Some(var) = env.row_of(kind)
        {
            return Some((var, Expr { kind: ExprKind::Var(var), ty: Type::Entry(vec![kind]), span: name.span }));
        }
        let Some((event, event_kind)) = env.event else {
            let help = format!("write `for each {}`", name.name);
            return self.misplaced(name.span, "no event names an entry here", &help);
        };
        let base = Expr { kind: ExprKind::Var(event), ty: Type::Entry(vec![event_kind]), span: name.span };
        let value = if event_kind == kind {
            base
        } else {
            let fields = &self.terms.kind(event_kind)?.fields;
            let mut matching = fields
                .iter()
                .enumerate()
                .filter(|(_, f)| matches!(&f.ty, Type::Entry(kinds) if kinds.contains(&kind)))
                .map(|(i, f)| (i, f.ty.clone()));
            let found = matching.next();
            let twice = matching.next().is_some();
            match (found, twice) {
                (Some((at, ty)), false) => {
                    Expr { kind: ExprKind::Field(Box::new(base), crate::terms::FieldId::from(at)), ty, span: name.span }
                }
                (Some(_), true) => {
                    let what = format!("the event names several entries of `{}`", name.name);
                    return self.misplaced(name.span, &what, "use their fields: `event.…`");
                }
                // one of its fields could not be declared: it may be the one
                (None, _) if self.is_torn(event_kind) => return None,
                (None, _) => {
                    let owner = self.terms.kind(event_kind).map_or("", |k| k.name.as_str());
                    let what = format!("`{owner}` names no {}", name.name);
                    let help = format!("write `for each {}`", name.name);
                    return self.misplaced(name.span, &what, &help);
                }
            }
        };
        let var = env.row(&name.name, kind);
        Some((var, value))
    }

    /// The moment of `at`, the condition of `once`.
    fn settle(&mut self, env: &mut Env, trigger: &Trigger, on: On) -> Option<On> {
        Some(match (trigger, on) {
            (Trigger::At(e), On::At(_)) => {
                let value = self.expr(env, e, Some(&Type::Moment))?;
                let value = match value.ty {
                    Type::Moment => value,
                    // the rules of a day come at its beginning
                    Type::Date => {
                        let span = value.span;
                        Expr { kind: ExprKind::Edge(Edge::Start, Box::new(value)), ty: Type::Moment, span }
                    }
                    _ => return self.wrong(&value, "a moment"),
                };
                On::At(value)
            }
            (Trigger::Once(e), On::Once(_)) => On::Once(self.condition(env, e)?),
            (_, on) => on,
        })
    }

    fn rule(&mut self, r: &ast::Rule) {
        let Some(id) = self.names.rules.get(&r.name.name).copied() else { return };
        let mut answers = Vec::new();
        for (on, mut env) in self.triggers(&r.trigger) {
            let help = match on {
                On::Adjustment(..) => "answer the change itself: `on change of price`",
                _ => "",
            };
            if !help.is_empty() {
                let _: Option<()> = self.misplaced(r.name.span, "a rule does not answer this; an obligation may", help);
                continue;
            }
            env.after = true;
            if let Some(answer) = self.answer(&mut env, r, on) {
                answers.push(answer);
            }
        }
        let subject_to: Vec<RuleId> = r.subject_to.iter().filter_map(|n| self.rule_id(n)).collect();
        for name in &r.notwithstanding {
            if let Some(other) = self.rule_id(name)
                && let Some(other) = self.terms.rules.get_mut(other.at())
            {
                other.subject_to.push(id);
            }
        }
        if let Some(rule) = self.terms.rules.get_mut(id.at()) {
            rule.answers = answers;
            rule.subject_to.extend(subject_to);
        }
    }

    fn rule_id(&mut self, name: &Ident) -> Option<RuleId> {
        let found = self.names.rules.get(&name.name).copied();
        if found.is_none() {
            let mut known: Vec<String> = self.names.rules.keys().cloned().collect();
            known.sort();
            self.none_of(name, "rule".into(), &known);
        }
        found
    }

    fn answer(&mut self, env: &mut Env, r: &ast::Rule, on: On) -> Option<Answer> {
        let (the, each) = self.rows(env, &r.scope, &on)?;
        let on = self.settle(env, &r.trigger, on)?;
        let guards = self.guards(env, &r.guards);
        let mut rescinding = Vec::new();
        for x in &r.rescinding {
            let deemed: Vec<KindId> = x.deemed.iter().filter_map(|n| self.kind_id(n)).collect();
            let of = self.name(env, &x.of, None)?;
            if !matches!(of.ty, Type::Entry(_)) {
                return self.wrong(&of, "an entry");
            }
            for kind in &deemed {
                self.rescindable(*kind, &of, x.of.span)?;
            }
            if each.as_ref().is_some_and(|e| mentions(&of, e.var)) {
                let help = "deem an event that names the entry, and annul in a rule on that event: `for the …`";
                return self.misplaced(of.span, "a rule for each entry annuls nothing of the entry it comes to", help);
            }
            rescinding.push(Rescinding { deemed, of, keeping: x.keeping, guards: self.guards(env, &x.guards)? });
        }
        let body = self.statements(env, &r.body);
        Some(Answer { on, vars: env.vars.clone(), the, each, guards: guards?, rescinding, body: body? })
    }

    /// A deemed event can be rescinded by an entry that one of its fields names.
    fn rescindable(&mut self, kind: KindId, of: &Expr, at: Span) -> Option<()> {
        let k = self.terms.kind(kind)?;
        let Type::Entry(wanted) = &of.ty else { return None };
        let linked = k.fields.iter().any(|f| matches!(&f.ty, Type::Entry(have) if wanted.iter().any(|w| have.contains(w))));
        if linked {
            return Some(());
        }
        if self.is_torn(kind) {
            return None;
        }
        let what = format!("`{}` does not name the entry it is deemed for", k.name);
        let help = "give it a field of that kind, and fill it where it is deemed".to_owned();
        self.problems.push(Problem::Misplaced { at, what, help });
        None
    }

    fn obligation(&mut self, o: &ast::Obligation) {
        let Some(id) = self.names.obligations.get(&o.name.name).copied() else { return };
        let mut answers = Vec::new();
        let mut what = None;
        for (on, mut env) in self.triggers(&o.trigger) {
            if matches!(on, On::Making(_) | On::Breach(_) | On::At(_) | On::Once(_)) {
                let _: Option<()> = self.misplaced(
                    o.name.span,
                    "an obligation arises with an event, a change or an adjustment",
                    "deem an event at that moment, and let the obligation arise with it",
                );
                continue;
            }
            if matches!(on, On::Adjustment(..)) {
                // the record, of whatever kind it is: it has a date and an id
                env.bind("event", Type::Entry(Vec::new()));
            }
            let Some((the, each)) = self.rows(&mut env, &o.scope, &on) else { continue };
            let Some(on) = self.settle(&mut env, &o.trigger, on) else { continue };
            let Some(guards) = self.guards(&mut env, &o.guards) else { continue };
            let due = match &o.due {
                None => None,
                Some(d) => match self.typed(&mut env, d, &Type::Date) {
                    None => continue,
                    some => some,
                },
            };
            let Some(done) = self.typed(&mut env, &o.done, &Type::Date) else { continue };
            what = self.template(&mut env, &o.what);
            answers.push(ObligationAnswer { on, vars: env.vars, the, each, guards, due, done });
        }
        if let Some(obligation) = self.terms.obligations.get_mut(id.at()) {
            obligation.answers = answers;
            obligation.what = what.unwrap_or_default();
        }
    }

    fn covenant(&mut self, name: &Ident, during: Option<&ast::Expr>, holds: &ast::Expr) {
        let Some(id) = self.names.covenants.get(&name.name).copied() else { return };
        let mut env = Env::default();
        let during = match during {
            None => None,
            Some(d) => match self.condition(&mut env, d) {
                None => return,
                Some(value) => Some(Body { vars: std::mem::take(&mut env.vars), value }),
            },
        };
        let mut env = Env::default();
        let Some(value) = self.condition(&mut env, holds) else { return };
        if let Some(covenant) = self.terms.covenants.get_mut(id.at()) {
            covenant.during = during;
            covenant.holds = Body { vars: env.vars, value };
        }
    }

    fn report(&mut self, name: &Ident, of: Option<&Ident>, filter: Option<&ast::Expr>, columns: &[(Ident, Option<ast::Expr>)]) {
        // a report of another file may be added to, as `--show` does
        let same = |r: &&Report| r.name == name.name && r.span.file == name.span.file;
        let taken = self.terms.reports.iter().find(same).map(|r| r.span);
        let taken = taken.or_else(|| self.terms.effects.iter().find(|e| e.name == name.name).map(|e| e.span));
        self.fresh(taken, name);
        self.no_part_of_result(name);
        let mut env = Env::default();
        let kind = match of {
            None => None,
            Some(of) => match self.kept_kind(of) {
                None => return,
                Some(kind) => {
                    self.used.kinds.insert(kind);
                    env.row(&of.name, kind);
                    Some(kind)
                }
            },
        };
        let filter = match filter {
            None => None,
            Some(f) => match self.condition(&mut env, f) {
                None => return,
                some => some,
            },
        };
        let mut out = Vec::new();
        for (column, value) in columns {
            let value = match (value, kind) {
                (Some(e), _) => self.expr(&mut env, e, None),
                (None, Some(kind)) => {
                    let row = Expr { kind: ExprKind::Var(VarId(0)), ty: Type::Entry(vec![kind]), span: column.span };
                    self.member(&mut env, row, column)
                }
                (None, None) => self.name(&mut env, column, None),
            };
            if let Some(value) = value {
                out.push((column.name.clone(), value));
            }
        }
        self.terms.reports.push(Report {
            name: name.name.clone(),
            of: kind,
            filter,
            vars: env.vars,
            columns: out,
            span: name.span,
        });
    }
}
