//! Documents as tables and Markdown.

use crate::report::visible::visible;
use crate::report::{Document, Section};
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width};
use std::io::IsTerminal;

/// A document as tables for a screen.
pub(super) fn table(doc: &Document) -> String {
    let mut out = format!("{}\n", visible(&doc.title));
    if !doc.as_of.is_empty() {
        out.push_str(&format!("as of {}\n", doc.as_of));
    }
    for section in &doc.sections {
        out.push_str(&format!("\n{}\n", visible(&section.name)));
        out.push_str(&grid(section));
        out.push('\n');
    }
    for note in &doc.notes {
        out.push_str(&format!("\n{}\n", visible(note)));
    }
    out
}

/// How wide a table may be: as the terminal is, or as `COLUMNS` says; none where nobody says.
fn room() -> Option<usize> {
    if std::io::stdout().is_terminal() {
        return Table::new().width().map(usize::from);
    }
    std::env::var("COLUMNS").ok()?.trim().parse().ok().filter(|n| *n >= 20)
}

fn grid(section: &Section) -> String {
    let cells: Vec<Vec<String>> = section.rows.iter().map(|r| r.iter().map(|c| visible(c).into_owned()).collect()).collect();
    let whole = Shape { section, cells: &cells, columns: (0..section.head.len()).collect(), beside: 2 };
    let Some(room) = room() else {
        // long lists are broken at a width that can still be read; what is not so wide stays as it is
        let widest = cells.iter().flatten().map(|c| c.chars().count()).max().unwrap_or(0);
        return whole.drawn((widest > 120).then_some(160));
    };
    if whole.width() <= room {
        return whole.drawn(None);
    }
    // where there is too little room, columns that say nothing go first
    let says = |n: &usize| cells.iter().any(|r| r.get(*n).is_some_and(|c| !matches!(c.as_str(), "" | "—")));
    let (full, empty): (Vec<usize>, Vec<usize>) = whole.columns.iter().partition(|n| says(n));
    let shape = Shape { columns: full, ..whole };
    // then the space beside the cells
    let beside = if shape.least() <= room { 2 } else { 1 };
    let shape = Shape { beside, ..shape };
    let mut out = if shape.least() <= room { shape.drawn(Some(room)) } else { shape.stacked() };
    let names: Vec<&str> = empty.iter().filter_map(|n| section.head.get(*n)).map(String::as_str).collect();
    if !names.is_empty() {
        out.push_str(&format!("\nnothing in: {}", names.join(", ")));
    }
    out
}

/// A table with some of its columns.
struct Shape<'s> {
    section: &'s Section,
    cells: &'s [Vec<String>],
    columns: Vec<usize>,
    /// How much space there is beside a cell, on both sides together.
    beside: usize,
}

impl Shape<'_> {
    fn head(&self, column: usize) -> &str {
        self.section.head.get(column).map_or("", String::as_str)
    }

    fn texts(&self, column: usize) -> impl Iterator<Item = &str> {
        self.cells.iter().filter_map(move |r| r.get(column)).map(String::as_str).chain([self.head(column)])
    }

    /// The width of its longest lines, a space at each side of a cell.
    fn width(&self) -> usize {
        let width = |n: &usize| self.texts(*n).map(|t| t.chars().count()).max().unwrap_or(0) + self.beside;
        self.columns.iter().map(width).sum::<usize>() + self.columns.len().saturating_sub(1)
    }

    /// The least width of a column: no number, date or key is broken.
    fn least_of(&self, column: usize) -> usize {
        self.texts(column).flat_map(str::split_whitespace).map(|w| w.chars().count()).max().unwrap_or(0) + self.beside
    }

    fn least(&self) -> usize {
        self.columns.iter().map(|n| self.least_of(*n)).sum::<usize>() + self.columns.len().saturating_sub(1)
    }

    fn drawn(&self, width: Option<usize>) -> String {
        let mut table = Table::new();
        let head = self.columns.iter().map(|n| visible(self.head(*n)));
        table.load_style(UTF8_HORIZONTAL_ONLY).set_header(head);
        let coloured = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
        if coloured {
            table.enforce_styling();
        }
        match width.and_then(|w| u16::try_from(w).ok()) {
            Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        for row in self.cells {
            table.add_row(self.columns.iter().map(|n| cell(row.get(*n).map_or("", String::as_str), coloured)));
        }
        for (at, n) in self.columns.iter().enumerate() {
            let Some(column) = table.column_mut(at) else { continue };
            if self.section.numeric.get(*n).copied().unwrap_or(false) {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if self.beside < 2 {
                column.set_padding((0, 1));
            }
            if width.is_some() {
                let least = u16::try_from(self.least_of(*n)).unwrap_or(u16::MAX);
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
            }
        }
        let text = table.to_string();
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// One value below the other, where there is no room for a table.
    fn stacked(&self) -> String {
        let widest = self.columns.iter().map(|n| self.head(*n).chars().count()).max().unwrap_or(0);
        let row = |row: &Vec<String>| {
            let line = |n: &usize| format!(" {:widest$}  {}", self.head(*n), row.get(*n).map_or("", String::as_str));
            let of: Vec<String> = self.columns.iter().filter(|n| row.get(**n).is_some_and(|c| !c.is_empty())).map(line).collect();
            of.join("\n")
        };
        self.cells.iter().map(row).collect::<Vec<_>>().join("\n\n")
    }
}

/// A cell; how something stands has its colour.
fn cell(text: &str, coloured: bool) -> Cell {
    let colour = match text {
        _ if !coloured => None,
        "breached" | "refused" => Some(Color::Red),
        "late" | "pending" => Some(Color::Yellow),
        "rescinded" | "superseded" | "cancelled" | "expired" => Some(Color::DarkGrey),
        _ => None,
    };
    colour.map_or_else(|| Cell::new(text), |c| Cell::new(text).fg(c))
}

/// A document as Markdown.
pub(super) fn markdown(doc: &Document) -> String {
    let mut out = format!("# {}\n", visible(&doc.title));
    if !doc.as_of.is_empty() {
        out.push_str(&format!("\nAs of {}.\n", doc.as_of));
    }
    let escape = |cell: &String| visible(&cell.replace('\n', " ")).replace('|', "\\|");
    for section in &doc.sections {
        out.push_str(&format!("\n## {}\n\n", capital(&visible(&section.name))));
        out.push_str(&format!("| {} |\n", section.head.iter().map(escape).collect::<Vec<_>>().join(" | ")));
        let rule: Vec<&str> = (0..section.head.len())
            .map(|n| if section.numeric.get(n).copied().unwrap_or(false) { "---:" } else { "---" })
            .collect();
        out.push_str(&format!("| {} |\n", rule.join(" | ")));
        for row in &section.rows {
            let cells: Vec<String> = row.iter().map(escape).collect();
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
    }
    for note in &doc.notes {
        out.push_str(&format!("\n{}.\n", capital(&visible(note))));
    }
    out
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
