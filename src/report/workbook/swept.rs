//! A sweep as a workbook: its points as numbers with their units, a chart of each figure, where something turns, and what it
//! was made from.

use super::Unfit;
use super::drawn::{Drawing, Series};
use super::page::{Cell, Look, Page, Shape};
use super::tables::{page as table, widths};
use super::term::Held;
use super::write::{About, write};
use crate::report::sweep::{Digits, Setting, Sweep};
use crate::report::{Document, Section};
use crate::terms::{Dim, Type};

/// The most charts.
const MOST: usize = 8;
/// How many rows of cells a chart covers.
const ROWS: u32 = 16;

/// The bytes of the workbook of a sweep, with the other sections of its document. It is dated by a day.
///
/// # Errors
/// What of it is more than Excel holds.
pub fn swept(sweep: &Sweep, doc: &Document, day: i64) -> Result<Vec<u8>, Unfit> {
    let mut pages: Vec<Page> = Vec::new();
    for section in &doc.sections {
        match section.name.as_str() {
            "points" => {
                pages.push(points(sweep));
                pages.extend(charts(sweep));
            }
            "where something begins or ceases to bind" => pages.push(Page { name: "Turns".to_owned(), ..table(section) }),
            _ => pages.push(table(section)),
        }
    }
    if !doc.notes.is_empty() {
        let mut notes = Section::new("notes", &["note"]);
        notes.rows = doc.notes.iter().map(|n| vec![n.clone()]).collect();
        pages.push(table(&notes));
    }
    write(&pages, &About { title: &sweep.title, currency: &sweep.currency, day })
}

/// The points, a row each.
fn points(sweep: &Sweep) -> Page {
    let marked = sweep.points.iter().any(|p| p.turn);
    let refused = sweep.points.iter().any(|p| p.refusals > 0);
    let stopped = sweep.points.iter().any(|p| p.stopped.is_some());
    let mut head: Vec<String> = Vec::new();
    for i in &sweep.inputs {
        head.push(i.name.clone());
        head.extend(i.ty.is_some().then(|| format!("{}, exactly", i.name)));
    }
    for h in &sweep.heads {
        head.extend([h.name.sentence(), format!("{}, exactly", h.name.sentence())]);
    }
    for (is, name) in [(marked, "turns"), (refused, "refused"), (stopped, "stopped")] {
        head.extend(is.then(|| name.to_owned()));
    }
    let mut rows = vec![head.iter().map(|h| Cell::text(h, Look::Head)).collect()];
    for p in &sweep.points {
        let mut row = Vec::new();
        for (s, i) in p.settings.iter().zip(&sweep.inputs) {
            match (s, &i.ty) {
                (Setting::Number(n), Some(ty)) => both(&mut row, Some(*n), ty),
                _ => row.push(Cell::text(Digits::All.setting(s, Some(i), ""), Look::Plain)),
            }
        }
        for (h, n) in sweep.heads.iter().zip(&p.figures) {
            both(&mut row, *n, &h.ty);
        }
        row.extend(marked.then(|| Cell::text(if p.turn { "yes" } else { "" }, Look::Plain)));
        row.extend(refused.then(|| Cell::count(u32::try_from(p.refusals).unwrap_or(u32::MAX))));
        row.extend(stopped.then(|| Cell::text(p.stopped.clone().unwrap_or_default(), Look::Plain)));
        rows.push(row);
    }
    Page { name: "Points".to_owned(), widths: widths(&rows), frozen: (1, 0), table: true, rows, ..Page::default() }
}

/// A number, and all its digits.
fn both(row: &mut Vec<Cell>, n: Option<rust_decimal::Decimal>, ty: &Type) {
    let held = n.map_or(Held::Nothing, Held::Number);
    row.push(match Cell::value(&held, ty, Look::Plain) {
        // one column, one form
        cell if cell.shape == Shape::Whole => Cell { shape: Shape::Number, ..cell },
        cell => cell,
    });
    row.push(Cell::text(n.map_or_else(String::new, |n| n.to_string()), Look::Quiet));
}

/// A chart for each figure: its points by the last input that is a number, a row of them for each value of the other.
fn charts(sweep: &Sweep) -> Option<Page> {
    let across = sweep.inputs.iter().rposition(|i| i.ty.is_some())?;
    if across + 1 != sweep.inputs.len() || sweep.points.len() < 2 {
        return None;
    }
    let column = |n: usize| -> usize { sweep.inputs.iter().take(n).map(|i| if i.ty.is_some() { 2 } else { 1 }).sum() };
    let (x, first) = (column(across), column(sweep.inputs.len()));
    let mut page = Page { name: "Charts".to_owned(), ..Page::default() };
    for (n, h) in sweep.heads.iter().enumerate().take(MOST) {
        let series = blocks(sweep, across).into_iter().map(|(name, rows)| Series {
            name: if name.is_empty() { h.name.sentence() } else { name },
            columns: (u16::try_from(x).unwrap_or(0), u16::try_from(first + 2 * n).unwrap_or(0)),
            rows,
        });
        let shape = |ty: &Type| if matches!(ty.dim(), Some(Dim::MONEY | Dim::PER_SHARE)) { Shape::Money } else { Shape::Number };
        let input = sweep.inputs.get(across);
        page.charts.push(Drawing {
            title: h.name.sentence(),
            across: input.map_or_else(Default::default, |i| (i.name.clone(), i.ty.as_ref().map_or(Shape::Number, shape))),
            up: shape(&h.ty),
            at: (u32::try_from(n / 2).unwrap_or(0) * ROWS, u16::try_from(n % 2).unwrap_or(0) * 8),
            // between two points nobody has looked
            joined: false,
            sheet: Some("Points".to_owned()),
            series: series.collect(),
        });
    }
    (!page.charts.is_empty()).then_some(page)
}

/// Rows of points that differ in one input only: what the others are, the first row and the last.
fn blocks(sweep: &Sweep, across: usize) -> Vec<(String, (u32, u32))> {
    let mut out: Vec<(String, (u32, u32))> = Vec::new();
    for (n, p) in sweep.points.iter().enumerate() {
        let row = u32::try_from(n + 1).unwrap_or(u32::MAX);
        let others = p.settings.iter().zip(&sweep.inputs).enumerate().filter(|(i, _)| *i != across);
        let name: Vec<String> =
            others.map(|(_, (s, i))| format!("{} = {}", i.name, Digits::All.setting(s, Some(i), ""))).collect();
        let name = name.join(", ");
        match out.last_mut().filter(|(last, _)| *last == name) {
            Some((_, rows)) => rows.1 = row,
            None => out.push((name, (row, row))),
        }
    }
    out
}
