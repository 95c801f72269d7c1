//! Tables and calendars.

use super::Problem;
use super::declare::Checker;
use super::env::Env;
use crate::source::Span;
use crate::syntax::ast::{self, Ident, ItemKind};
use crate::terms::{Calendar, CalendarId, ClauseId, Expr, ExprKind, Table, TableId, Type};
use chrono::NaiveDate;
use rust_decimal::Decimal;

impl Checker<'_> {
    /// A table of values; the name of one that cannot be read is kept.
    pub(super) fn table(&mut self, t: &ast::Table, clause: Option<ClauseId>) {
        self.cells(t, clause);
        if !self.names.tables.contains_key(&t.name.name) {
            self.lose(&t.name);
        }
    }

    fn cells(&mut self, t: &ast::Table, clause: Option<ClauseId>) {
        let mut params = Vec::new();
        for p in &t.params {
            let Some(ty) = self.ty(&p.ty) else { return };
            if !ty.is_decimal() {
                let found = self.type_name(&ty);
                let help = "rows and columns are numbers".to_owned();
                self.problems.push(Problem::WrongType { at: p.ty.span, wanted: "a number".into(), found, help });
                return;
            }
            params.push(ty);
        }
        let Some(ty) = self.ty(&t.ty) else { return };
        let (wanted, has) = (params.len(), usize::from(!t.columns.is_empty()) + 1);
        if wanted != has {
            let help = "one parameter for the rows, and one more for the columns where there are columns".to_owned();
            let what = format!("the table has {wanted} parameters and {has} sides");
            self.problems.push(Problem::Misplaced { at: t.name.span, what, help });
            return;
        }
        let mut out = Table {
            name: t.name.name.clone(),
            params,
            ty,
            linear: false,
            beyond: false,
            rows: Vec::new(),
            columns: Vec::new(),
            cells: Vec::new(),
            clause,
            span: t.name.span,
        };
        for (how, word) in &t.policies {
            match (how.as_str(), word.name.as_str()) {
                ("between", "linear") => out.linear = true,
                ("between", "steps") => out.linear = false,
                ("beyond", "nearest") => out.beyond = true,
                ("beyond", "nothing") => out.beyond = false,
                _ => {
                    let known = if how == "between" { ["linear", "steps"] } else { ["nearest", "nothing"] };
                    self.none_of(word, format!("way to read `{how}` cells"), &known.map(str::to_owned));
                }
            }
        }
        let param = |n: usize| out.params.get(n).cloned();
        let Some(columns) = t.columns.iter().map(|c| self.cell(c, param(1).as_ref())).collect::<Option<Vec<_>>>() else { return };
        let mut rows: Vec<(Decimal, Vec<Decimal>)> = Vec::new();
        for (head, cells) in &t.rows {
            let Some(at) = self.cell(head, param(0).as_ref()) else { return };
            let Some(cells) = cells.iter().map(|c| self.cell(c, Some(&out.ty))).collect::<Option<Vec<_>>>() else { return };
            if cells.len() != columns.len().max(1) {
                let what = format!("this row has {} cells, and the table {} columns", cells.len(), columns.len().max(1));
                let help = "give every row a cell for each column".to_owned();
                self.problems.push(Problem::Misplaced { at: head.span, what, help });
                return;
            }
            rows.push((at, cells));
        }
        rows.sort_by_key(|a| a.0);
        if columns.windows(2).any(|w| matches!(w, [a, b] if a >= b)) || rows.windows(2).any(|w| matches!(w, [a, b] if a.0 == b.0))
        {
            let help = "columns rise from left to right, and no row stands twice".to_owned();
            self.problems.push(Problem::Misplaced { at: t.name.span, what: "the table is not in order".into(), help });
            return;
        }
        out.columns = columns;
        (out.rows, out.cells) = rows.into_iter().unzip();
        self.names.tables.insert(t.name.name.clone(), TableId::from(self.terms.tables.len()));
        self.terms.tables.push(out);
    }

    fn cell(&mut self, e: &ast::Expr, ty: Option<&Type>) -> Option<Decimal> {
        let value: Expr = self.expr(&mut Env::default(), e, ty)?;
        let value = match ty {
            Some(ty) => self.fits(value, ty)?,
            None => value,
        };
        match value.kind {
            ExprKind::Number(n) => Some(n),
            _ => self.misplaced(e.span, "a cell is a number", ""),
        }
    }

    /// A calendar with its file of dates.
    pub(super) fn calendar(&mut self, item: &ast::Item) {
        let ItemKind::Calendar { name, weekdays, file, from, to } = &item.kind else { return };
        let mut closed_on = [false; 7];
        for day in weekdays {
            match WEEKDAYS.iter().position(|w| *w == day.name) {
                Some(at) => {
                    if let Some(slot) = closed_on.get_mut(at) {
                        *slot = true;
                    }
                }
                None => self.unknown_weekday(day),
            }
        }
        let text = file.as_ref().and_then(|f| self.dates(f.span)).unwrap_or("");
        let mut closed = Vec::new();
        for (n, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or("").trim();
            if line.is_empty() {
                continue;
            }
            match NaiveDate::parse_from_str(line, "%Y-%m-%d") {
                Ok(d) => closed.push(super::expr::day_number(d)),
                Err(_) => {
                    self.lose(name);
                    let Some(file) = file else { return };
                    let what = format!("line {} of `{}` is no date: `{line}`", n + 1, file.plain());
                    let help = "one date a line, such as 2005-07-04".to_owned();
                    self.problems.push(Problem::Misplaced { at: file.span, what, help });
                    return;
                }
            }
        }
        closed.sort_unstable();
        closed.dedup();
        let known = (super::expr::day_number(*from), super::expr::day_number(*to));
        self.names.calendars.insert(name.name.clone(), CalendarId::from(self.terms.calendars.len()));
        self.terms.calendars.push(Calendar { name: name.name.clone(), weekdays: closed_on, closed, known, span: span(name) });
    }

    fn unknown_weekday(&mut self, day: &Ident) {
        self.none_of(day, "day of the week".to_owned(), &WEEKDAYS.map(str::to_owned));
    }
}

const fn span(name: &Ident) -> Span {
    name.span
}

/// The days of the week, from Monday.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
