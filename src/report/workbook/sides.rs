//! Several runs side by side: the figures of each as links into its ledger, and the differences from the first as formulas.

use super::Side;
use super::page::{Cell, Look, Page, What, letters};
use super::plain::Figure;
use super::term::{Held, Term};
use super::values;
use crate::engine::decimal::sub;
use crate::terms::Type;
use rustc_hash::{FxHashMap, FxHashSet};

/// The name of the sheet.
const NAME: &str = "Comparison";
/// The column of the first side.
const FIRST: usize = 4;

/// What a figure is called: its report, whose it is, its name.
type Key<'f> = (&'f str, &'f str, &'f str);

/// The sheet that compares.
pub(super) fn page(sides: &[(&str, Side)], currency: &str) -> Page {
    let mut page = Page { name: NAME.to_owned(), frozen: (1, 3), table: true, ..Page::default() };
    let mut head = vec!["report".to_owned(), "of".to_owned(), "figure".to_owned(), "unit".to_owned()];
    page.widths = vec![16, 18, 20, 12];
    for (n, (name, _)) in sides.iter().enumerate() {
        head.extend([format!("{}: {name}", letters(n)), format!("{}, exactly", letters(n))]);
        let letters = u8::try_from(name.chars().count() + 5).unwrap_or(u8::MAX);
        page.widths.extend([letters.clamp(22, 60), 26]);
    }
    for n in 1..sides.len() {
        head.push(format!("{} less A", letters(n)));
        page.widths.push(18);
    }
    page.rows.push(head.into_iter().map(|h| Cell::text(h, Look::Head)).collect());
    let figures: Vec<FxHashMap<Key<'_>, &Figure>> =
        sides.iter().map(|(_, s)| s.summary.figures.iter().map(|f| (key(f), f)).collect()).collect();
    let mut seen = FxHashSet::default();
    for of in sides.iter().flat_map(|(_, s)| &s.summary.figures).map(key) {
        if seen.insert(of) {
            let found: Vec<Option<&Figure>> = figures.iter().map(|f| f.get(&of).copied()).collect();
            let row = page.rows.len() + 1;
            page.rows.push(line(sides, of, &found, row, currency));
        }
    }
    page
}

fn key(f: &Figure) -> Key<'_> {
    (&f.report, &f.entry, &f.name)
}

fn line(sides: &[(&str, Side)], of: Key<'_>, found: &[Option<&Figure>], row: usize, currency: &str) -> Vec<Cell> {
    let ty = found.iter().flatten().next().map_or(Type::NUMBER, |f| f.ty.clone());
    let mut out: Vec<Cell> = [of.0, of.1, of.2].into_iter().map(|t| Cell::text(t, Look::Plain)).collect();
    out.push(Cell::text(values::unit(&ty, currency), Look::Quiet));
    for (f, (_, side)) in found.iter().zip(sides) {
        let Some(f) = f else {
            out.extend([Cell::text("—", Look::Quiet), Cell::default()]);
            continue;
        };
        out.push(match f.cell {
            Some(at) => Cell::formula(side.places.formula(&Term::Cell(at), NAME), &f.held, &f.ty, Look::Linked),
            None => Cell::value(&f.held, &f.ty, Look::Plain),
        });
        out.push(Cell::exact(&f.held, &f.ty));
    }
    let first = found.first().copied().flatten();
    out.extend(found.iter().enumerate().skip(1).map(|(n, f)| difference(first, *f, row, n)));
    out
}

/// What a side has more than the first.
fn difference(first: Option<&Figure>, f: Option<&Figure>, row: usize, n: usize) -> Cell {
    let (Some(first), Some(f)) = (first, f) else { return Cell::default() };
    let (a, b) = (format!("{}{row}", letters(FIRST)), format!("{}{row}", letters(FIRST + 2 * n)));
    match (&first.held, &f.held) {
        (Held::Number(x), Held::Number(y)) => {
            let ty = if f.ty.is_decimal() { f.ty.clone() } else { Type::NUMBER };
            let by = sub(*y, *x).map_or(Held::Nothing, Held::Number);
            Cell::formula(format!("{b}-{a}"), &by, &ty, Look::Result)
        }
        (x, y) => {
            let text = Held::Text(if x == y { "" } else { "another" }.to_owned());
            let what = What::Formula(format!("IF({a}={b},\"\",\"another\")"), text);
            Cell { what, look: Look::Result, ..Cell::default() }
        }
    }
}
