//! A workbook to fill in: a sheet of records whose cells offer the words they may be, and one that tells of the fields.

use super::{Event, columns, stream};
use crate::terms::Terms;
use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// The rows that may be filled in.
const ROWS: u32 = 5_000;

/// The longest list of words that a cell can offer.
const LONGEST: usize = 255;

/// The bytes of the workbook.
///
/// # Errors
/// Why Excel cannot hold it.
pub fn workbook(t: &Terms, events: &[Event]) -> Result<Vec<u8>, String> {
    let mut book = Workbook::new();
    // no time of its own: the same terms give the same bytes
    let mut properties = DocProperties::new().set_title(&t.title).set_comment("Written by Tenor.");
    if let Ok(day) = ExcelDateTime::from_ymd(2000, 1, 1) {
        properties = properties.set_creation_datetime(&day);
    }
    book.set_properties(&properties);
    records(book.add_worksheet(), events).map_err(|e| e.to_string())?;
    fields(book.add_worksheet(), events).map_err(|e| e.to_string())?;
    book.save_to_buffer().map_err(|e| e.to_string())
}

/// The sheet of records: the first is an example of each event.
fn records(sheet: &mut Worksheet, events: &[Event]) -> Result<(), XlsxError> {
    sheet.set_name("records")?;
    // text, so that a date and a number stay as they are typed
    let text = Format::new().set_num_format("@");
    let head = Format::new().set_bold().set_num_format("@");
    let rows = stream(events);
    for (n, column) in columns(events).iter().enumerate() {
        let at = u16::try_from(n).unwrap_or(u16::MAX);
        sheet.set_column_format(at, &text)?;
        sheet.set_column_width(at, u32::try_from(column.len().max(10) + 2).unwrap_or(12))?;
        let words = allowed(events, column);
        if !words.is_empty() && words.iter().map(|w| w.len() + 1).sum::<usize>() <= LONGEST {
            let offered = DataValidation::new().allow_list_strings(&words)?.ignore_blank(true);
            sheet.add_data_validation(1, at, ROWS, at, &offered)?;
        }
    }
    for (r, row) in rows.iter().enumerate() {
        let format = if r == 0 { &head } else { &text };
        for (c, cell) in row.iter().enumerate() {
            let (r, c) = (u32::try_from(r).unwrap_or(u32::MAX), u16::try_from(c).unwrap_or(u16::MAX));
            sheet.write_string_with_format(r, c, cell, format)?;
        }
    }
    sheet.set_freeze_panes(1, 3)?;
    Ok(())
}

/// The words a column may hold: those of all its fields, where all of them have words.
fn allowed(events: &[Event], column: &str) -> Vec<String> {
    if column == "event" {
        return events.iter().map(|e| e.name.clone()).collect();
    }
    let mut out: Vec<String> = Vec::new();
    for field in events.iter().flat_map(|e| &e.fields).filter(|f| f.name == column) {
        if field.allowed.is_empty() {
            return Vec::new();
        }
        let fresh: Vec<&String> = field.allowed.iter().filter(|w| !out.contains(w)).collect();
        let fresh: Vec<String> = fresh.into_iter().cloned().collect();
        out.extend(fresh);
    }
    out
}

/// The sheet that tells of the fields.
fn fields(sheet: &mut Worksheet, events: &[Event]) -> Result<(), XlsxError> {
    sheet.set_name("fields")?;
    let head = Format::new().set_bold();
    let columns = [
        ("event", 20),
        ("field", 22),
        ("type", 40),
        ("unit", 12),
        ("needed", 18),
        ("default", 12),
        ("allowed", 40),
        ("example", 24),
    ];
    for (n, (name, width)) in columns.iter().enumerate() {
        let at = u16::try_from(n).unwrap_or(u16::MAX);
        sheet.write_string_with_format(0, at, *name, &head)?;
        sheet.set_column_width(at, *width)?;
    }
    let mut r = 0;
    for e in events {
        for f in &e.fields {
            r += 1;
            let allowed = f.allowed.join(", ");
            let cells = [&e.name, &f.name, &f.ty, &f.unit, &f.needed, &f.default, &allowed, &f.example];
            for (c, cell) in cells.into_iter().enumerate() {
                sheet.write_string(r, u16::try_from(c).unwrap_or(u16::MAX), cell)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
