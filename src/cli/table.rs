//! Documents as tables and Markdown.

use crate::report::visible::visible;
use crate::report::{Document, Section};
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ContentArrangement, Table};
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

fn grid(section: &Section) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_header(section.head.iter().map(|h| visible(h)));
    if std::io::stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        // long lists are broken at a width that can still be read; what is not so wide stays as it is
        let widest = section.rows.iter().flatten().map(|c| c.chars().count()).max().unwrap_or(0);
        if widest > 120 {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(160);
        } else {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    for row in &section.rows {
        table.add_row(row.iter().map(|c| visible(c)));
    }
    for (n, numeric) in section.numeric.iter().enumerate() {
        if let (true, Some(column)) = (*numeric, table.column_mut(n)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = table.to_string();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
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
