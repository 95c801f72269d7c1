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
    write(&pages, &About { title: &doc.title, currency, day: 0 })
}

fn page(section: &Section) -> Page {
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
    let widths = rows.first().map_or(0, Vec::len);
    Page { name: name(&section.name), widths: vec![22; widths], frozen: (1, 0), table: true, rows, ..Page::default() }
}

/// A name as Excel takes it: at most 31 letters, and none of some signs.
fn name(section: &str) -> String {
    let mut letters = section.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31);
    letters.next().map_or_else(|| "Sheet".to_owned(), |first| first.to_uppercase().chain(letters).collect())
}
