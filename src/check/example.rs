//! Examples: their records and their expectations, checked like everything else.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use crate::syntax::ast::{self, Alternatives, ExampleKind, ExprKind as A, Ident, StepValue, Text};
use crate::terms::{
    Body, Choice, ClauseId, EventSort, Example, Expectation, Expected, Expr, ExprKind, RoundingMode, Shape, Type,
};

impl Checker<'_> {
    /// An example.
    pub(super) fn example(&mut self, title: &Text, lines: &[ast::ExampleLine], clause: Option<ClauseId>) {
        let mut out = Example {
            title: title.plain(),
            clause,
            given: Vec::new(),
            steps: Vec::new(),
            expected: Vec::new(),
            span: title.span,
        };
        for line in lines {
            let what = match &line.kind {
                ExampleKind::Given(reading, word) => {
                    out.given.extend(self.choice(reading, word));
                    continue;
                }
                ExampleKind::Step { at, name, fields } => {
                    self.step(name, fields);
                    out.steps.push((at.clone(), name.name.clone(), fields.clone()));
                    continue;
                }
                ExampleKind::Accepted => Some(Expectation::Accepted),
                ExampleKind::Refused(clause) => Some(Expectation::Refused(clause.as_ref().map(ast::Citation::cite))),
                ExampleKind::Stopped(text) => Some(Expectation::Stopped(text.as_ref().map(Text::plain))),
                ExampleKind::That(e, unit) => self.expectation(e, unit.as_ref()),
            };
            if let Some(what) = what {
                out.expected.push(Expected { after: out.steps.len(), what, span: line.span });
            }
        }
        self.terms.examples.push(out);
    }

    fn choice(&mut self, reading: &Ident, word: &Ident) -> Option<Choice> {
        let Some(id) = self.names.readings.get(&reading.name).copied() else {
            let mut known: Vec<String> = self.names.readings.keys().cloned().collect();
            known.sort();
            self.none_of(reading, "reading".to_owned(), &known);
            return None;
        };
        let words: Vec<String> = self.terms.readings.get(id.at())?.alternatives.iter().map(|(w, _)| w.clone()).collect();
        match words.iter().position(|w| *w == word.name) {
            Some(at) => Some(Choice { reading: id, alternative: u32::try_from(at).unwrap_or(0) }),
            None => {
                self.none_of(word, format!("alternative of the reading `{}`", reading.name), &words);
                None
            }
        }
    }

    /// A record: its event, its fields, and literals of the right type.
    fn step(&mut self, name: &Ident, fields: &[(Ident, StepValue)]) {
        let Some(id) = self.kind_id(name) else { return };
        let Some(kind) = self.terms.kind(id).cloned() else { return };
        if kind.sort == EventSort::Deemed {
            let what = format!("`{}` is deemed by rules, and is not in a stream", kind.name);
            let _: Option<()> = self.misplaced(name.span, &what, "use the event that leads to it");
            return;
        }
        for (field, value) in fields {
            if matches!(field.name.as_str(), "id" | "time" | "recorded" | "note" | "corrects" | "retracts") {
                continue;
            }
            let declared: Vec<_> = kind.fields.iter().filter(|f| f.written() == field.name).collect();
            let Some(first) = declared.first() else {
                let known: Vec<String> = kind.fields.iter().map(|f| f.written().to_owned()).collect();
                self.none_of(field, format!("field of `{}`", kind.name), &known);
                continue;
            };
            if declared.len() == 1 {
                self.step_value(field, value, &first.ty.clone());
            }
        }
        // a record that withdraws another says nothing else
        let declares = |name: &str| kind.fields.iter().any(|f| f.written() == name);
        if fields.iter().any(|(name, _)| name.name == "retracts") && !declares("retracts") {
            return;
        }
        for f in &kind.fields {
            let given = fields.iter().any(|(name, _)| name.name == f.written());
            if !given && !f.optional && f.default.is_none() && f.choice.is_none() {
                let (kind, field) = (kind.name.clone(), f.written().to_owned());
                self.problems.push(Problem::MissingField { at: name.span, kind, field });
            }
        }
    }

    /// A value of a record, of the type of its field.
    fn step_value(&mut self, field: &Ident, value: &StepValue, ty: &Type) {
        match (value, ty) {
            (StepValue::Literal(e), Type::Entry(_)) => self.kept_as_text(e),
            (StepValue::Literal(e), Type::Enum(words)) => {
                let words: Vec<&str> = words.iter().map(|w| self.terms.word(*w)).collect();
                let help = format!("write one of its words, without quotation marks: {}", words.join(", "));
                let _: Option<()> = self.misplaced(e.span, &format!("`{}` is a word", field.name), &help);
            }
            (StepValue::Literal(e), Type::List(_)) => {
                let _: Option<()> = self.misplaced(e.span, &format!("`{}` is a list", field.name), "put it in brackets: `[…]`");
            }
            (StepValue::Literal(e), ty) => {
                self.typed(&mut Env::default(), e, ty);
            }
            (StepValue::Word(word), Type::Enum(words)) => {
                let known: Vec<String> = words.iter().map(|w| self.terms.word(*w).to_owned()).collect();
                if !known.contains(&word.name) {
                    let nearest = super::name::nearest(&word.name, known.iter().map(String::as_str));
                    let what = format!("word of `{}`", field.name);
                    let help =
                        nearest.map_or_else(|| format!("its words are {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
                    self.problems.push(Problem::Meant { at: word.span, name: word.name.clone(), what, help });
                }
            }
            (StepValue::Word(word), Type::Quantity(_) | Type::Ratio | Type::Date | Type::Moment | Type::Months | Type::YesNo) => {
                let (wanted, found) = (self.type_name(ty), "a word".to_owned());
                self.problems.push(Problem::WrongType { at: word.span, wanted, found, help: String::new() });
            }
            (StepValue::List(items), Type::List(shape)) => {
                let Some(shape) = self.terms.shapes.get(shape.at()).cloned() else { return };
                for item in items {
                    self.step_line(field, item, &shape);
                }
            }
            (StepValue::Word(_) | StepValue::List(_) | StepValue::Record(_), _) => {}
        }
    }

    /// One line of a list in a record.
    fn step_line(&mut self, list: &Ident, item: &StepValue, shape: &Shape) {
        let ty = |name: &str| shape.fields.iter().find(|f| f.0 == name).map(|f| f.1.clone());
        if let (true, Some((_, ty, _))) = (shape.plain, shape.fields.first()) {
            self.step_value(list, item, &ty.clone());
            return;
        }
        let StepValue::Record(pairs) = item else { return };
        for (field, value) in pairs {
            if let Some(ty) = ty(&field.name) {
                self.step_value(field, value, &ty);
            } else {
                let known: Vec<String> = shape.fields.iter().map(|f| f.0.clone()).collect();
                self.none_of(field, format!("field of `{}`", list.name), &known);
            }
        }
    }

    /// The key of an entry is text.
    fn kept_as_text(&mut self, e: &ast::Expr) {
        if !matches!(e.kind, A::Text(_) | A::Number(_) | A::Date(_)) {
            let _: Option<()> = self.misplaced(e.span, "an entry is named by its key", "write its key as text: \"W-1\"");
        }
    }

    fn expectation(&mut self, e: &ast::Expr, unit: Option<&ast::Expr>) -> Option<Expectation> {
        let mut env = Env::default();
        let cond = match (unit, &e.kind) {
            (None, _) => self.condition(&mut env, e)?,
            (Some(unit), A::Is { value, not: false, of: Alternatives::One(other) }) => {
                let value = self.expr(&mut env, value, None)?;
                let other = self.expr(&mut env, other, Some(&value.ty))?;
                let unit = self.expr(&mut env, unit, Some(&value.ty))?;
                self.same(&value, &other, "compared", e.span)?;
                self.same(&value, &unit, "rounded to a multiple of one another", e.span)?;
                let rounded = |x: Expr| {
                    let (ty, span) = (x.ty.clone(), x.span);
                    let kind = ExprKind::Round(Box::new(x), RoundingMode::HalfAwayFromZero, Box::new(unit.clone()), false);
                    Expr { kind, ty, span }
                };
                let kind = ExprKind::Equal(Box::new(rounded(value)), Box::new(rounded(other)));
                Expr { kind, ty: Type::YesNo, span: e.span }
            }
            (Some(unit), _) => {
                return self.misplaced(
                    unit.span,
                    "only `… is …` is met to the nearest unit",
                    "write `expect … is … to the nearest …`",
                );
            }
        };
        let vars = env.vars;
        let sides = match &cond.kind {
            ExprKind::Equal(a, b) | ExprKind::Compare(_, a, b) => vec![side(a, &vars), side(b, &vars)],
            ExprKind::OneOf(a, _) => vec![side(a, &vars)],
            _ => Vec::new(),
        };
        Some(Expectation::Holds(Body { vars, value: cond }, sides))
    }
}

/// One side of a comparison, to be shown where it fails; a rounded one as it is.
fn side(e: &Expr, vars: &[crate::terms::Var]) -> Body<Expr> {
    let value = match &e.kind {
        ExprKind::Round(inner, ..) => (**inner).clone(),
        _ => e.clone(),
    };
    Body { vars: vars.to_vec(), value }
}
