//! Declarations as text.

use super::expr::{expression, failure, fields, path, rounding, text, with};
use crate::syntax::ast::{
    Citation, Clamp, EventSort, ExampleKind, Field, Guard, Ident, Item, ItemKind, Member, Obligation, Param, Policy, PolicyKind,
    Proportion, Removed, Rule, Scope, Setting, Statement, StatementKind, StepValue, Trigger, Type, TypeKind, When,
};

/// The clauses something comes from, as they are written.
#[must_use]
pub fn citations(list: &[Citation]) -> String {
    list.iter().map(|c| format!("§{}", c.cite())).collect::<Vec<_>>().join(", ")
}

/// One block, with a line break at its end.
#[must_use]
pub fn item(item: &Item) -> String {
    let head = if item.citations.is_empty() { String::new() } else { format!("{}\n", citations(&item.citations)) };
    format!("{head}{}\n", kind(&item.kind))
}

fn kind(kind: &ItemKind) -> String {
    match kind {
        ItemKind::Setting(s) => setting(s),
        ItemKind::Replace(inner) => format!("replace {}", item(inner).trim_end()),
        ItemKind::Remove { what, why } => format!("remove {} {}", removed(what), text(why)),
        ItemKind::Extend { name, members } => format!("extend {} {}", name.name, member_block(members)),
        ItemKind::Set { name, of: kind, value } => format!("set {}{} = {}", name.name, of(kind.as_ref()), expression(value)),
        ItemKind::SetReading { name, to } => format!("set reading {} to {}", name.name, to.name),
        ItemKind::Event(e) => {
            let sort = match e.sort {
                EventSort::Event => "event",
                EventSort::Observation => "observation",
                EventSort::Deemed => "deemed",
            };
            let kept = match &e.kept {
                None => String::new(),
                Some(None) => " kept".into(),
                Some(Some(by)) => format!(" kept by {}", by.name),
            };
            format!("{sort} {}{kept} {}", e.name.name, member_block(&e.members))
        }
        ItemKind::Effect { name, fields } => {
            block(&format!("effect {}", name.name), &fields.iter().map(field).collect::<Vec<_>>())
        }
        ItemKind::State(s) => {
            let initial = s.initial.as_ref().map_or_else(String::new, |e| format!(" = {}", expression(e)));
            format!("state {}{} : {}{initial}", s.name.name, of(s.of.as_ref()), ty(&s.ty))
        }
        ItemKind::Needs(n) => format!("needs {} : {}", head(&n.name, &n.params, n.of.as_ref()), ty(&n.ty)),
        ItemKind::Define(d) => {
            format!("define {} : {} = {}", head(&d.name, &d.params, d.of.as_ref()), ty(&d.ty), expression(&d.value))
        }
        ItemKind::Table(t) => {
            let mut lines: Vec<String> = t.policies.iter().map(|(how, word)| format!("{how} {}", word.name)).collect();
            if !t.columns.is_empty() {
                lines.push(format!("columns {}", t.columns.iter().map(expression).collect::<Vec<_>>().join(" ")));
            }
            for (row, cells) in &t.rows {
                let cells: Vec<String> = cells.iter().map(expression).collect();
                lines.push(format!("row {} : {}", expression(row), cells.join(" ")));
            }
            block(&format!("table {} : {}", head(&t.name, &t.params, None), ty(&t.ty)), &lines)
        }
        ItemKind::Reading { name, question, alternatives } => {
            let lines: Vec<String> = alternatives.iter().map(|(w, t)| format!("{} {}", w.name, text(t))).collect();
            block(&format!("reading {} {}", name.name, text(question)), &lines)
        }
        ItemKind::Rule(r) => rule(r),
        ItemKind::Covenant { name, what, during, holds } => {
            let during = during.as_ref().map_or_else(String::new, |d| format!(" while {}", expression(d)));
            format!("covenant {} {}{during} {{ {} }}", name.name, text(what), expression(holds))
        }
        ItemKind::Obligation(o) => obligation(o),
        ItemKind::Adjustments { states, under } => {
            let under: Vec<String> = under.iter().map(|c| format!("§{}", c.cite())).collect();
            format!("adjustment of {} under {}", any_of(states), under.join(" or "))
        }
        ItemKind::Round { state, lines } => {
            let lines: Vec<String> = lines.iter().map(|(r, g)| format!("{}{}", rounding(r), guards(g))).collect();
            block(&format!("round {}", state.name), &lines)
        }
        ItemKind::Postpone { states, policies } => {
            let states: Vec<&str> = states.iter().map(|s| s.name.as_str()).collect();
            block(&format!("postpone {}", states.join(", ")), &policies.iter().map(policy).collect::<Vec<_>>())
        }
        ItemKind::AtClose(names) => {
            let names: Vec<&str> = names.iter().map(|n| n.name.as_str()).collect();
            format!("at close of business {{ {} }}", names.join(", "))
        }
        ItemKind::Calendar { name, weekdays, file, from, to } => {
            let weekdays: Vec<&str> = weekdays.iter().map(|n| n.name.as_str()).collect();
            let mut lines = vec![format!("closed {}", weekdays.join(", "))];
            lines.extend(file.as_ref().map(|f| format!("closed on {}", text(f))));
            lines.push(format!("known {from} to {to}"));
            block(&format!("calendar {}", name.name), &lines)
        }
        ItemKind::Report { name, of: kind, filter, columns } => {
            let filter = filter.as_ref().map_or_else(String::new, |f| format!(" where {}", expression(f)));
            let lines: Vec<String> = columns
                .iter()
                .map(|(w, e)| e.as_ref().map_or_else(|| w.name.clone(), |e| format!("{}: {}", w.name, expression(e))))
                .collect();
            block(&format!("report {}{}{filter}", name.name, of(kind.as_ref())), &lines)
        }
        ItemKind::NotComputable(t) => format!("not computable {}", text(t)),
        ItemKind::Defect(t) => format!("defect {}", text(t)),
        ItemKind::Allow { code, of: name, why } => {
            let place = name.as_ref().map_or_else(String::new, |n| format!(" in {}", n.name));
            format!("allow {}{place} {}", code.name, text(why))
        }
        ItemKind::Example { title, lines } => {
            let lines: Vec<String> = lines.iter().map(|l| example_line(&l.kind)).collect();
            block(&format!("example {}", text(title)), &lines)
        }
    }
}

/// A head with indented lines in braces.
fn block(head: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return format!("{head} {{ }}");
    }
    let body: String = lines.iter().map(|l| format!("  {}\n", l.replace('\n', "\n  "))).collect();
    format!("{head} {{\n{body}}}")
}

fn setting(s: &Setting) -> String {
    match s {
        Setting::Terms(t) => format!("terms {}", text(t)),
        Setting::Library(t) => format!("library {}", text(t)),
        Setting::Variant(t, base) => format!("variant {} of {}", text(t), text(base)),
        Setting::Edition(n) => format!("edition {n}"),
        Setting::Document(t) => format!("source {}", text(t)),
        Setting::Currency(c) => format!("currency {}", c.name),
        Setting::Zone(z) => format!("time zone {}", z.name),
        Setting::Close(t) => format!("close of business {}", t.format("%H:%M")),
        Setting::MonthEnd => "months end on the last day".into(),
        Setting::TradingDays(n) => format!("trading days by {}", n.name),
        Setting::Import(t, cited) if cited.is_empty() => format!("import {}", text(t)),
        Setting::Import(t, cited) => format!("{}\nimport {}", citations(cited), text(t)),
    }
}

fn removed(what: &Removed) -> String {
    match what {
        Removed::Clause(clause) => citations(std::slice::from_ref(clause)),
        Removed::Named { sort, name, of: kind } => {
            let name = name.as_ref().map_or_else(String::new, |n| format!(" {}", n.name));
            format!("{}{name}{}", sort.name, of(kind.as_ref()))
        }
    }
}

fn of(kind: Option<&Ident>) -> String {
    kind.map_or_else(String::new, |k| format!(" of {}", k.name))
}

fn any_of(names: &[Ident]) -> String {
    names.iter().map(|n| n.name.as_str()).collect::<Vec<_>>().join(" or ")
}

fn head(name: &Ident, params: &[Param], kind: Option<&Ident>) -> String {
    if params.is_empty() {
        return format!("{}{}", name.name, of(kind));
    }
    let params: Vec<String> = params.iter().map(|p| format!("{} : {}", p.name.name, ty(&p.ty))).collect();
    format!("{}({})", name.name, params.join(", "))
}

fn member_block(members: &[Member]) -> String {
    let lines: Vec<String> = members
        .iter()
        .map(|m| match m {
            Member::Field(f) => field(f),
            Member::Check(e, t) => format!("check {} {}", expression(e), text(t)),
        })
        .collect();
    block("", &lines).trim_start().to_owned()
}

fn field(f: &Field) -> String {
    let mut out = format!("{} : {}", f.name.name, ty(&f.ty));
    if f.optional {
        out.push_str(" optional");
    }
    if let Some(value) = &f.default {
        out.push_str(&format!(" = {}", expression(value)));
    }
    if let Some(by) = &f.determined {
        out.push_str(&format!(" determined by {}", text(by)));
    }
    out
}

fn ty(t: &Type) -> String {
    match &t.kind {
        TypeKind::List(inner) => format!("list of {}", ty(inner)),
        TypeKind::Record(list) => format!("{{ {} }}", list.iter().map(field).collect::<Vec<_>>().join(", ")),
        TypeKind::Choice(by, list) => {
            format!("by {} {{ {} }}", by.name, list.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        TypeKind::New(kind) => format!("new {}", kind.name),
        TypeKind::Any(kind) => format!("any {}", kind.name),
        TypeKind::TradingDays => "trading days".into(),
        TypeKind::Per(a, b) => format!("{a}/{b}"),
        TypeKind::Enum(words) => words.iter().map(|w| w.name.as_str()).collect::<Vec<_>>().join(" | "),
        TypeKind::Names(words) => any_of(words),
    }
}

fn rule(r: &Rule) -> String {
    let mut out =
        format!("{}rule {} {}{}", if r.is_final { "final " } else { "" }, r.name.name, trigger(&r.trigger), scope(&r.scope));
    out.push_str(&guards(&r.guards));
    if !r.subject_to.is_empty() {
        out.push_str(&format!(" subject to {}", any_of(&r.subject_to)));
    }
    if !r.notwithstanding.is_empty() {
        out.push_str(&format!(" notwithstanding {}", any_of(&r.notwithstanding)));
    }
    for x in &r.rescinding {
        let keeping = if x.keeping { " keeping what followed" } else { "" };
        out.push_str(&format!("\n  rescinding {} of {}{keeping}{}", any_of(&x.deemed), x.of.name, guards(&x.guards)));
    }
    block(&out, &r.body.iter().map(statement).collect::<Vec<_>>())
}

fn trigger(t: &Trigger) -> String {
    match t {
        Trigger::On(names) => format!("on {}", any_of(names)),
        Trigger::OnChange { adjustment, states, by, under } => {
            let what = if *adjustment { "adjustment" } else { "change" };
            let by = if by.is_empty() { String::new() } else { format!(" by {}", any_of(by)) };
            let under: Vec<String> = under.iter().map(|c| citations(std::slice::from_ref(c))).collect();
            let under = if under.is_empty() { String::new() } else { format!(" under {}", under.join(" or ")) };
            format!("on {what} of {}{by}{under}", any_of(states))
        }
        Trigger::OnMaking(state) => format!("on making of {}", state.name),
        Trigger::OnBreach(name) => format!("on breach of {}", name.name),
        Trigger::At(e) => format!("at {}", expression(e)),
        Trigger::Once(e) => format!("once {}", expression(e)),
    }
}

fn scope(s: &Scope) -> String {
    let each = s.each.as_ref().map(|e| {
        let any = if e.any { "any " } else { "" };
        let filter = e.filter.as_ref().map_or_else(String::new, |f| format!(" where {}", expression(f)));
        format!("each {any}{}{filter}", e.kind.name)
    });
    match (&s.the, each) {
        (None, None) => String::new(),
        (Some(the), None) => format!(", for the {}", the.name),
        (None, Some(each)) => format!(", for {each}"),
        (Some(the), Some(each)) => format!(", for the {} and {each}", the.name),
    }
}

fn guards(list: &[Guard]) -> String {
    list.iter().map(|g| format!(" {} {}", if g.unless { "unless" } else { "when" }, expression(&g.cond))).collect()
}

/// One statement.
#[must_use]
pub fn statement(s: &Statement) -> String {
    let head = match &s.kind {
        StatementKind::Let(name, None, value) => format!("let {} = {}", name.name, expression(value)),
        StatementKind::Let(name, Some(t), value) => format!("let {} : {} = {}", name.name, ty(t), expression(value)),
        StatementKind::Becomes { pending, target, value, clamps } => {
            let pending = if *pending { "pending " } else { "" };
            let clamps: String = clamps.iter().map(clamp).collect();
            format!("{pending}{} becomes {}{clamps}", path(target), expression(value))
        }
        StatementKind::Require(cond, f) => format!("require {}\n  else {}", expression(cond), failure(f)),
        StatementKind::Deem { name, fields: list, like, with: bindings } => {
            let like = like.as_ref().map_or_else(String::new, |l| format!(" like {}", l.name));
            format!("deem {} {}{like}{}", name.name, fields(list), with(bindings))
        }
        StatementKind::Record { name, fields: list } => format!("record {} {}", name.name, fields(list)),
        StatementKind::End(name) => format!("end {}", path(name)),
        StatementKind::Restore(name) => format!("restore {}", path(name)),
        StatementKind::Warn(t) => format!("warn {}", text(t)),
        StatementKind::ForEach { name, source, order, body } => {
            let order = order.as_ref().map_or_else(String::new, |(high, by)| {
                format!(", {} {} first", if *high { "highest" } else { "lowest" }, expression(by))
            });
            let head = format!("for each {} in {}{order}", name.name, path(source));
            block(&head, &body.iter().map(statement).collect::<Vec<_>>())
        }
    };
    format!("{head}{}", guards(&s.guards))
}

fn clamp(c: &Clamp) -> String {
    let skip = match &c.skip {
        None => String::new(),
        Some(None) => ", or not at all".into(),
        Some(Some(g)) => format!(", or not at all{}", guards(std::slice::from_ref(g))),
    };
    format!(" but not {} {}{skip}", if c.above { "above" } else { "below" }, expression(&c.limit))
}

fn obligation(o: &Obligation) -> String {
    let head =
        format!("obligation {} {} {}{}{}", o.name.name, text(&o.what), trigger(&o.trigger), scope(&o.scope), guards(&o.guards));
    let due = o.due.as_ref().map_or_else(|| "due promptly".into(), |d| format!("due {}", expression(d)));
    block(&head, &[due, format!("done {}", expression(&o.done))])
}

fn policy(p: &Policy) -> String {
    let head = match &p.kind {
        PolicyKind::On(names) => format!("on {}", any_of(names)),
        PolicyKind::While { of: measured, strict, limit } => {
            let how = if *strict { "under" } else { "not over" };
            format!("while the change{} is {how} {}", of(measured.as_ref()), expression(limit))
        }
        PolicyKind::With(state, proportion) => {
            let how = match proportion {
                None => "",
                Some(Proportion::Direct) => " in proportion",
                Some(Proportion::Inverse) => " in inverse proportion",
            };
            format!("with {}{how}", state.name)
        }
        PolicyKind::Compounding => "compounding".into(),
        PolicyKind::Restating => "restating".into(),
        PolicyKind::Until(names) => format!("until {}", any_of(names)),
    };
    format!("{head}{}", p.guard.as_ref().map_or_else(String::new, |g| guards(std::slice::from_ref(g))))
}

fn example_line(line: &ExampleKind) -> String {
    match line {
        ExampleKind::Given(name, word) => format!("given {} is {}", name.name, word.name),
        ExampleKind::Step { at, name, fields } => {
            let at = match at {
                When::Day(d) => d.to_string(),
                When::Moment(m) => m.format("%Y-%m-%d %H:%M").to_string(),
            };
            format!("{at} {} {}", name.name, step_fields(fields))
        }
        ExampleKind::Accepted => "expect not refused".into(),
        ExampleKind::Refused(None) => "expect refused".into(),
        ExampleKind::Refused(Some(c)) => format!("expect refused under §{}", c.cite()),
        ExampleKind::Stopped(None) => "expect stopped".into(),
        ExampleKind::Stopped(Some(t)) => format!("expect stopped {}", text(t)),
        ExampleKind::That(e, None) => format!("expect {}", expression(e)),
        ExampleKind::That(e, Some(unit)) => format!("expect {} to the nearest {}", expression(e), expression(unit)),
    }
}

fn step_fields(list: &[(Ident, StepValue)]) -> String {
    if list.is_empty() {
        return "{ }".into();
    }
    let all: Vec<String> = list.iter().map(|(k, v)| format!("{}: {}", k.name, step_value(v))).collect();
    format!("{{ {} }}", all.join(", "))
}

fn step_value(v: &StepValue) -> String {
    match v {
        StepValue::Literal(e) => expression(e),
        StepValue::Word(w) => w.name.clone(),
        StepValue::List(list) => format!("[{}]", list.iter().map(step_value).collect::<Vec<_>>().join(", ")),
        StepValue::Record(list) => step_fields(list),
    }
}
