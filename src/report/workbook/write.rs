//! Sheets as the bytes of an Excel file: the one place that turns decimals into the numbers a spreadsheet keeps.

use super::page::{Cell, Look, Page, Shape, What};
use super::term::{Held, literal};
use super::{Unfit, drawn};
use crate::engine::day::date;
use chrono::Datelike;
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    Color, ConditionalFormatText, ConditionalFormatTextRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Url, Workbook, Worksheet, XlsxError,
};
use rustc_hash::FxHashMap;

/// The most rows of a sheet.
pub(super) const ROWS: usize = 1_048_576;
/// The most columns of a sheet.
const COLUMNS: usize = 16_384;
/// The longest formula.
const LONGEST_FORMULA: usize = 8_192;
/// The longest text of a cell.
const LONGEST_TEXT: usize = 32_000;

/// What is said of a workbook as a whole.
#[derive(Default)]
pub(super) struct About<'a> {
    /// Its title.
    pub title: &'a str,
    /// The currency of its money.
    pub currency: &'a str,
    /// The day at whose end it stands, for its creation date: the same run gives the same bytes.
    pub day: i64,
}

/// The bytes of a workbook.
pub(super) fn write(pages: &[Page], about: &About<'_>) -> Result<Vec<u8>, Unfit> {
    let mut book = Workbook::new();
    let mut properties = DocProperties::new().set_title(about.title).set_author("Tenor").set_comment("Written by Tenor.");
    if let Some(created) = created(about.day) {
        properties = properties.set_creation_datetime(&created);
    }
    book.set_properties(&properties);
    let mut looks = Looks { currency: about.currency, known: FxHashMap::default() };
    for page in pages {
        fits(page)?;
        for (name, place) in &page.names {
            book.define_name(name, place).map_err(|e| Unfit::Excel(e.to_string()))?;
        }
        one(book.add_worksheet(), page, &mut looks).map_err(|e| Unfit::Excel(e.to_string()))?;
    }
    book.save_to_buffer().map_err(|e| Unfit::Excel(e.to_string()))
}

fn created(day: i64) -> Option<ExcelDateTime> {
    let date = date(day)?;
    let (year, month, day) = (u16::try_from(date.year()).ok()?, u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    ExcelDateTime::from_ymd(year.max(1900), month, day).ok()
}

/// Whether Excel can hold a sheet.
fn fits(page: &Page) -> Result<(), Unfit> {
    if page.rows.len() > ROWS {
        return Err(Unfit::Rows { sheet: page.name.clone(), rows: page.rows.len() });
    }
    for (n, row) in page.rows.iter().enumerate() {
        if row.len() > COLUMNS {
            return Err(Unfit::Columns { sheet: page.name.clone(), columns: row.len() });
        }
        for cell in row {
            if let What::Formula(text, _) = &cell.what
                && text.len() > LONGEST_FORMULA
            {
                return Err(Unfit::Formula { sheet: page.name.clone(), row: n + 1, letters: text.len() });
            }
        }
    }
    Ok(())
}

fn one(sheet: &mut Worksheet, page: &Page, looks: &mut Looks<'_>) -> Result<(), XlsxError> {
    sheet.set_name(&page.name)?;
    if page.hidden {
        sheet.set_hidden(true);
    }
    for (n, width) in page.widths.iter().enumerate() {
        sheet.set_column_width(u16::try_from(n).unwrap_or(u16::MAX), f64::from(*width))?;
    }
    for (r, row) in page.rows.iter().enumerate() {
        let r = u32::try_from(r).unwrap_or(u32::MAX);
        for (c, cell) in row.iter().enumerate() {
            put(sheet, r, u16::try_from(c).unwrap_or(u16::MAX), cell, looks)?;
        }
        let lines = row.iter().zip(&page.widths).map(|(cell, width)| lines(cell, *width)).max().unwrap_or(1);
        if lines > 1 {
            sheet.set_row_height(r, u32::from(lines) * 15)?;
        }
    }
    if page.frozen != (0, 0) {
        sheet.set_freeze_panes(page.frozen.0, page.frozen.1)?;
    }
    if page.table {
        let last = u32::try_from(page.rows.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let columns = page.rows.first().map_or(0, Vec::len);
        if last > 0 && columns > 0 {
            sheet.autofilter(0, 0, last, u16::try_from(columns - 1).unwrap_or(u16::MAX))?;
        }
        sheet.set_repeat_rows(0, 0)?;
    }
    for choice in &page.choices {
        drawn::choice(sheet, choice)?;
    }
    for chart in &page.charts {
        drawn::chart(sheet, &page.name, chart, looks.currency)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_footer("&L&A&RPage &P of &N");
    Ok(())
}

/// How many lines a text needs.
fn lines(cell: &Cell, width: u8) -> u8 {
    let (What::Text(text), Shape::Lines) = (&cell.what, cell.shape) else { return 1 };
    let letters = text.chars().count();
    u8::try_from(letters.div_ceil(usize::from(width.max(1)))).unwrap_or(20).clamp(1, 20)
}

fn put(sheet: &mut Worksheet, r: u32, c: u16, cell: &Cell, looks: &mut Looks<'_>) -> Result<(), XlsxError> {
    if cell.look == Look::Verdict {
        let alarm = Format::new().set_font_color(Color::White).set_background_color(Color::RGB(0xC0_00_00));
        let begins = ConditionalFormatTextRule::BeginsWith("NOT".to_owned());
        let rule = ConditionalFormatText::new().set_rule(begins).set_format(alarm);
        sheet.add_conditional_format(r, c, r, c, &rule)?;
    }
    let format = looks.of(cell.look, cell.shape);
    match &cell.what {
        What::Nothing if cell.look == Look::Plain => {}
        What::Nothing => {
            sheet.write_blank(r, c, format)?;
        }
        What::Text(text) => {
            sheet.write_string_with_format(r, c, cut(text), format)?;
        }
        What::Number(n) => {
            sheet.write_number_with_format(r, c, float(*n), format)?;
        }
        What::Truth(b) => {
            sheet.write_boolean_with_format(r, c, *b, format)?;
        }
        What::Formula(text, held) => {
            let result = match held {
                Held::Nothing => String::new(),
                Held::Number(n) => literal(*n),
                Held::Truth(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
                Held::Text(t) => t.clone(),
            };
            sheet.write_formula_with_format(r, c, Formula::new(format!("={text}")).set_result(result), format)?;
        }
        What::Link(to, text) => {
            sheet.write_url_with_format(r, c, Url::new(format!("internal:{to}")).set_text(text), format)?;
        }
    }
    Ok(())
}

/// The number that a spreadsheet keeps of a decimal.
fn float(n: Decimal) -> f64 {
    n.to_string().parse().unwrap_or_default()
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST_TEXT { text.to_owned() } else { text.chars().take(LONGEST_TEXT).chain(['…']).collect() }
}

/// Formats, each made once.
struct Looks<'a> {
    currency: &'a str,
    known: FxHashMap<(Look, Shape), Format>,
}

impl Looks<'_> {
    fn of(&mut self, look: Look, shape: Shape) -> &Format {
        let currency = self.currency;
        self.known.entry((look, shape)).or_insert_with(|| format(look, shape, currency))
    }
}

/// The colour of what stands beside.
const QUIET: Color = Color::RGB(0x60_60_60);

/// How Excel shows numbers of a shape; none for those that it shows as it does.
pub(super) fn number_format(shape: Shape, currency: &str) -> Option<String> {
    let sign = match currency {
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "JPY" => "¥".to_owned(),
        other => format!("\"{other} \""),
    };
    Some(match shape {
        Shape::General | Shape::Lines | Shape::Count => return None,
        Shape::Money => format!("{sign}#,##0.00########;-{sign}#,##0.00########"),
        Shape::Number => "#,##0.00########".to_owned(),
        Shape::Whole => "#,##0".to_owned(),
        Shape::Date => "yyyy-mm-dd".to_owned(),
        Shape::Moment => "yyyy-mm-dd hh:mm".to_owned(),
        Shape::Difference => "0.00E+00;-0.00E+00;\"–\"".to_owned(),
    })
}

fn format(look: Look, shape: Shape, currency: &str) -> Format {
    let plain = Format::new().set_align(FormatAlign::Top);
    let plain = match number_format(shape, currency) {
        Some(format) => plain.set_num_format(format),
        None => plain,
    };
    let shaped = match shape {
        Shape::General | Shape::Money | Shape::Number | Shape::Whole => plain,
        Shape::Lines => plain.set_text_wrap(),
        Shape::Count | Shape::Date | Shape::Moment => plain.set_align(FormatAlign::Left),
        Shape::Difference => plain.set_align(FormatAlign::Right),
    };
    match look {
        Look::Plain => shaped,
        Look::Verdict => shaped.set_bold().set_font_size(12),
        Look::Title => shaped.set_bold().set_font_size(14),
        Look::Head => shaped.set_bold().set_background_color(Color::RGB(0xD9_E1_F2)).set_border_bottom(FormatBorder::Thin),
        Look::Group => shaped.set_bold().set_background_color(Color::RGB(0xF2_F2_F2)),
        Look::Input => shaped.set_font_color(Color::RGB(0x00_00_FF)).set_background_color(Color::RGB(0xFF_FB_E6)),
        Look::Given => shaped.set_font_color(Color::RGB(0xC0_50_00)).set_background_color(Color::RGB(0xFD_F0_E6)),
        Look::Linked => shaped.set_font_color(Color::RGB(0x00_70_30)),
        Look::Result => shaped.set_bold(),
        Look::Quiet if shape == Shape::General => shaped.set_font_color(QUIET).set_indent(1),
        Look::Quiet => shaped.set_font_color(QUIET),
    }
}
