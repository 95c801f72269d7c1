//! A chart of each figure: the steps of its ledger, from day to day.

use super::derive::Deriver;
use super::drawn::{Drawing, Series};
use super::eval::DAY_ZERO;
use super::ledger::Entry;
use super::page::{Cell, Look, Page, Shape, letters};
use super::plain::Figure;
use super::sheets::{AFTER, BEFORE, DATE, Places, quoted};
use super::term::{At, Held};
use crate::engine::code::Site;
use crate::engine::run::{Change, Status};
use crate::terms::{Dim, StateId, Type};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

/// The most charts.
const MOST: usize = 12;
/// The most points of a chart.
const POINTS: usize = 4_000;
/// How many rows and columns of cells a chart covers, and how many charts stand side by side.
const ROWS: u32 = 16;
const COLUMNS: u16 = 8;
const SIDE_BY_SIDE: usize = 2;

/// The sheet of the charts; none where nothing changed more than once.
pub(super) fn page(d: &Deriver<'_>, figures: &[Figure], entries: &[Entry], places: &Places, mark: &str) -> Option<Page> {
    let mut page = Page { name: format!("Charts{mark}"), ..Page::default() };
    let mut columns: Vec<Vec<Cell>> = Vec::new();
    let mut courses: FxHashMap<(StateId, u32), Vec<usize>> = FxHashMap::default();
    for e in entries {
        let Some((c, site)) = change(d, e.change) else { continue };
        if !site.pending && c.status == Status::InForce {
            courses.entry((site.state, c.row)).or_default().push(e.change);
        }
    }
    for f in figures.iter().filter(|f| f.ty.is_decimal()) {
        let Some(At::Change(n)) = f.cell else { continue };
        let course = change(d, n).and_then(|(c, site)| Some((site.state, courses.get(&(site.state, c.row))?)));
        let points = course.map_or_else(Vec::new, |(state, course)| points(d, state, course, places));
        // the last day, and at least two values before it
        if points.len() < 4 || points.len() > POINTS || page.charts.len() >= MOST {
            continue;
        }
        let title = if f.entry.is_empty() { f.name.clone() } else { format!("{} of {}", f.name, f.entry) };
        let nth = page.charts.len();
        let first = COLUMNS * u16::try_from(SIDE_BY_SIDE).unwrap_or(2) + 1 + u16::try_from(2 * nth).unwrap_or(0);
        let shape = if matches!(f.ty.dim(), Some(Dim::MONEY | Dim::PER_SHARE)) { Shape::Money } else { Shape::Number };
        let last = u32::try_from(points.len()).unwrap_or(u32::MAX);
        page.charts.push(Drawing {
            title: title.clone(),
            across: (String::new(), Shape::Date),
            up: shape,
            at: (u32::try_from(nth / SIDE_BY_SIDE).unwrap_or(0) * ROWS, u16::try_from(nth % SIDE_BY_SIDE).unwrap_or(0) * COLUMNS),
            sheet: None,
            joined: true,
            series: vec![Series { name: title.clone(), columns: (first, first + 1), rows: (1, last) }],
        });
        let (days, values): (Vec<Cell>, Vec<Cell>) = points.into_iter().unzip();
        columns.push(std::iter::once(Cell::text("date", Look::Head)).chain(days).collect());
        columns.push(std::iter::once(Cell::text(title, Look::Head)).chain(values).collect());
    }
    let height = columns.iter().map(Vec::len).max()?;
    let left = usize::from(COLUMNS) * SIDE_BY_SIDE + 1;
    page.widths = std::iter::repeat_n(9, left).chain(columns.iter().map(|_| 16)).collect();
    page.rows = (0..height).map(|r| row(&columns, r, left)).collect();
    Some(page)
}

fn row(columns: &[Vec<Cell>], r: usize, left: usize) -> Vec<Cell> {
    let cells = columns.iter().map(|c| c.get(r).cloned().unwrap_or_default());
    std::iter::repeat_n(Cell::default(), left).chain(cells).collect()
}

/// A change, and its place in the terms.
fn change<'d>(d: &'d Deriver<'_>, n: usize) -> Option<(&'d Change, &'d Site)> {
    let c = d.run.changes.get(n)?;
    Some((c, d.program.sites.get(usize::from(c.site))?))
}

/// The points of a state of a row: its value before each change and after it, and at the end, as links into the ledger.
fn points(d: &Deriver<'_>, state: StateId, course: &[usize], places: &Places) -> Vec<(Cell, Cell)> {
    let ty = d.terms.states.get(state.at()).map_or(Type::NUMBER, |s| s.ty.clone());
    let cell = |column: usize, row: usize| format!("{}!{}{row}", quoted(&places.ledger), letters(column));
    let mut out = Vec::new();
    let mut last = None;
    for n in course {
        let (Some((c, _)), Some(row)) = (change(d, *n), places.row(*n)) else { continue };
        let on = Held::Number(Decimal::from(c.when.day - DAY_ZERO));
        let day = || Cell::formula(cell(DATE, row), &on, &Type::Date, Look::Linked);
        let after = d.after(c);
        if c.was_known {
            out.push((day(), Cell::formula(cell(BEFORE, row), &d.of_state(state, c.before), &ty, Look::Linked)));
        }
        out.push((day(), Cell::formula(cell(AFTER, row), &after, &ty, Look::Linked)));
        last = Some((row, after));
    }
    if let Some((row, after)) = last {
        let end = Held::Number(Decimal::from(d.run.as_of - DAY_ZERO));
        let value = Cell::formula(cell(AFTER, row), &after, &ty, Look::Linked);
        out.push((Cell::value(&end, &Type::Date, Look::Plain), value));
    }
    out
}
