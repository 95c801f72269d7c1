//! The tables of a document as sheets: numbers to compute with, the exact decimals beside them.

use super::Unfit;
use super::page::{Cell, Look, Page, Shape, What};
use super::write::{About, write};
use crate::report::{Document, Section};
use rust_decimal::Decimal;

/// The bytes of a workbook with a sheet for each section of a document that has all its digits.
///
/// # Errors
/// What of it is more than Excel holds.
pub fn tables(doc: &Document, currency: &str) -> Result<Vec<u8>, Unfit> {
    let pages: Vec<Page> = doc.sections.iter().map(page).collect();
    let day = crate::event::day_number(&doc.as_of).unwrap_or(0);
    write(&pages, &About { title: &doc.title, currency, day })
}

/// A sheet of a section that has all its digits.
pub(super) fn page(section: &Section) -> Page {
    let numeric = |n: usize| section.numeric.get(n).copied().unwrap_or(false);
    let mut head = Vec::new();
    for (n, title) in section.head.iter().enumerate() {
        head.push(Cell::text(title, Look::Head));
        if numeric(n) {
            head.push(Cell::text(format!("{title}, exactly"), Look::Head));
        }
    }
    let mut rows = vec![head];
    for row in &section.rows {
        let mut cells = Vec::new();
        for (n, text) in row.iter().enumerate() {
            if !numeric(n) {
                cells.push(Cell::text(text, Look::Plain));
                continue;
            }
            cells.push(match text.parse::<Decimal>() {
                Ok(number) => Cell { what: What::Number(number), look: Look::Plain, shape: Shape::Number },
                Err(_) => Cell::text(text, Look::Plain),
            });
            cells.push(Cell::text(text, Look::Quiet));
        }
        rows.push(cells);
    }
    Page { name: name(&section.name), widths: widths(&rows), frozen: (1, 0), table: true, rows, ..Page::default() }
}

/// How wide columns are: as their longest text, within bounds.
pub(super) fn widths(rows: &[Vec<Cell>]) -> Vec<u8> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let letters = |cell: &Cell| match &cell.what {
        What::Text(text) => text.chars().count(),
        What::Number(n) => n.to_string().len().min(16) + 3,
        _ => 0,
    };
    let widest = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(letters).max().unwrap_or(0);
    (0..columns).map(|c| u8::try_from(widest(c).clamp(8, 66) + 2).unwrap_or(68)).collect()
}

/// A name as Excel takes it: at most 31 letters, and none of some signs.
fn name(section: &str) -> String {
    let mut letters = section.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31);
    letters.next().map_or_else(|| "Sheet".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}
