//! What stands on a sheet beside its cells: charts, names of cells, and words that a cell may hold.

use super::page::Shape;
use super::write::number_format;
use rust_xlsxwriter::{
    Chart, ChartFormat, ChartLine, ChartMarker, ChartMarkerType, ChartType, DataValidation, Worksheet, XlsxError,
};

/// A chart.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    /// Its title.
    pub title: String,
    /// What goes across, and how its numbers are shown.
    pub across: (String, Shape),
    /// How numbers that go up are shown.
    pub up: Shape,
    /// The cell at its corner: row and column, from 0.
    pub at: (u32, u16),
    /// The sheet of its numbers, where that is another.
    pub sheet: Option<String>,
    /// Whether its points are joined.
    pub joined: bool,
    /// Its rows of points.
    pub series: Vec<Series>,
}

/// A row of points.
#[derive(Debug)]
pub(super) struct Series {
    /// Its name.
    pub name: String,
    /// The columns of what goes across and of what goes up.
    pub columns: (u16, u16),
    /// Its first row and its last, from 0.
    pub rows: (u32, u32),
}

/// Words that cells of a column may hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// The column.
    pub column: u16,
    /// The first row and the last, from 0.
    pub rows: (u32, u32),
    /// The words.
    pub words: Vec<String>,
}

/// The most letters of the words that a cell may hold, with a sign between each two.
const LETTERS: usize = 255;

/// Puts a chart on a sheet of this name.
pub(super) fn chart(sheet: &mut Worksheet, name: &str, d: &Drawing, currency: &str) -> Result<(), XlsxError> {
    let name = d.sheet.as_deref().unwrap_or(name);
    let mut chart = Chart::new(if d.joined { ChartType::ScatterStraight } else { ChartType::Scatter });
    for s in &d.series {
        let ((x, y), (first, last)) = (s.columns, s.rows);
        let series = chart.add_series().set_name(s.name.as_str());
        series.set_categories((name, first, x, last, x)).set_values((name, first, y, last, y));
        if d.joined {
            series.set_format(ChartFormat::new().set_line(ChartLine::new().set_width(1.75)));
        } else {
            series.set_marker(ChartMarker::new().set_type(ChartMarkerType::Circle).set_size(5));
        }
    }
    chart.title().set_name(d.title.as_str());
    let (across, shape) = &d.across;
    chart.x_axis().set_name(across.as_str());
    if let Some(format) = number_format(*shape, currency) {
        chart.x_axis().set_num_format(format);
    }
    if let Some(format) = number_format(d.up, currency) {
        chart.y_axis().set_num_format(format);
    }
    if d.series.len() < 2 {
        chart.legend().set_hidden();
    }
    chart.set_alt_text(d.title.as_str());
    sheet.insert_chart(d.at.0, d.at.1, &chart)?;
    Ok(())
}

/// Lets cells hold words out of a list only, where Excel can hold the list.
pub(super) fn choice(sheet: &mut Worksheet, c: &Choice) -> Result<(), XlsxError> {
    if c.words.is_empty() || c.words.join(",").chars().count() > LETTERS || c.words.iter().any(|w| w.contains(',')) {
        return Ok(());
    }
    let list = DataValidation::new().allow_list_strings(&c.words)?;
    let list = list.set_error_message("The terms know other words only: choose one of the list.")?;
    sheet.add_data_validation(c.rows.0, c.column, c.rows.1, c.column, &list)?;
    Ok(())
}

/// Adds a choice, to the one before it where they are one.
pub(super) fn choose(choices: &mut Vec<Choice>, column: usize, row: usize, words: Vec<String>) {
    let (Ok(column), Ok(row)) = (u16::try_from(column), u32::try_from(row)) else { return };
    let above = choices.iter_mut().rev().find(|c| c.column == column);
    match above.filter(|c| c.rows.1 + 1 == row && c.words == words) {
        Some(c) => c.rows.1 = row,
        None => choices.push(Choice { column, rows: (row, row), words }),
    }
}
