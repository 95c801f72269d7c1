//! Columns: words that their author put below one another stay so, on lines that follow one another.

use super::lines::Line;
use super::space;
use super::words::{Sort, Word, Words};

/// A word of a line on its way to its column.
struct Cell {
    /// The column it had, counted from the first word of its line.
    was: usize,
    /// Whether it had more space before it than it needs.
    apart: bool,
    /// The space it takes where it is aligned with nothing.
    gap: usize,
    /// How wide it is.
    width: usize,
    /// Its column, counted from the margin.
    at: usize,
    /// The group it is aligned with.
    group: Option<usize>,
}

/// The text of a file from its lines.
pub(super) fn write(words: &Words<'_>, lines: &[Line]) -> String {
    let mut rows: Vec<Vec<Cell>> = lines.iter().map(|l| cells(words, l)).collect();
    let groups = link(words, lines, &mut rows);
    settle(lines, &mut rows, groups);
    let mut out = String::new();
    for (line, row) in lines.iter().zip(&rows) {
        if line.blank {
            out.push('\n');
        }
        let mut at = 0;
        for (cell, word) in row.iter().zip(words.list.get(line.words.clone()).unwrap_or(&[])) {
            out.extend(std::iter::repeat_n(' ', cell.at.saturating_sub(at)));
            out.push_str(&word.text);
            at = cell.at + cell.width;
        }
        out.push('\n');
    }
    out
}

/// The words of a line, none aligned yet.
fn cells(words: &Words<'_>, line: &Line) -> Vec<Cell> {
    let list = words.list.get(line.words.clone()).unwrap_or(&[]);
    let mut out: Vec<Cell> = Vec::with_capacity(list.len());
    let mut before: Option<&Word<'_>> = None;
    let mut was = 0;
    let broken = list.iter().any(|w| w.text.contains('\n'));
    for word in list {
        let had = before.map_or(0, |b| words.text.get(b.end..word.start).unwrap_or("").chars().count());
        let gap = before.map_or(0, |b| space::between(b, word, had));
        // what follows a text of several lines is in no column
        let apart = had > gap && !broken;
        was += had;
        // a comment beside a line stays as far off as it was put
        let gap = if word.is_comment() && before.is_some() { had.max(gap) } else { gap };
        out.push(Cell { was, apart, gap, width: word.text.chars().count(), at: 0, group: None });
        was += words.text.get(word.start..word.end).unwrap_or("").chars().count();
        before = Some(word);
    }
    out
}

/// Finds what is aligned with what; how many groups there are.
fn link(words: &Words<'_>, lines: &[Line], rows: &mut [Vec<Cell>]) -> usize {
    let mut groups = 0;
    for n in 1..lines.len() {
        let (above, below) = rows.split_at_mut(n);
        let (Some(above), Some(below)) = (above.last_mut(), below.first_mut()) else { continue };
        let (Some(a), Some(b)) = (lines.get(n - 1), lines.get(n)) else { continue };
        if b.blank {
            continue;
        }
        let mut from = 1;
        for (i, upper) in above.iter_mut().enumerate().skip(1) {
            let Some(word) = words.list.get(a.words.start + i) else { continue };
            let mut rest = below.iter_mut().enumerate().skip(from);
            let found = rest.find(|(j, lower)| {
                let Some(other) = words.list.get(b.words.start + j) else { return false };
                if a.indent != b.indent || word.is_comment() != other.is_comment() {
                    return false;
                }
                let both = upper.apart && lower.apart;
                let columns = upper.gap > 0 && lower.gap > 0;
                let below = upper.was == lower.was && (upper.apart || lower.apart);
                let kin = (alike(word, other) || i == 1 && *j == 1) && !word.is_comment();
                columns && (both && below || kin && (both || below))
            });
            if let Some((j, lower)) = found {
                let group = *upper.group.get_or_insert_with(|| {
                    groups += 1;
                    groups - 1
                });
                lower.group = Some(group);
                from = j + 1;
            }
        }
    }
    groups
}

/// Whether two words are of one sort.
fn alike(a: &Word<'_>, b: &Word<'_>) -> bool {
    match (a.sort, b.sort) {
        (Sort::Leaf(x), Sort::Leaf(y)) => x == y,
        (Sort::Sign, Sort::Sign) => a.text == b.text,
        (Sort::Comment, Sort::Comment) => true,
        _ => false,
    }
}

/// Moves words to the right until all of a group are in one column.
fn settle(lines: &[Line], rows: &mut [Vec<Cell>], groups: usize) {
    let mut columns = vec![0; groups];
    // each round moves at least one group to where it stays
    for _ in 0..=groups {
        let mut moved = false;
        for (line, row) in lines.iter().zip(rows.iter_mut()) {
            let mut end = line.indent;
            for cell in row {
                let column = cell.group.and_then(|g| columns.get_mut(g));
                cell.at = column.as_deref().map_or(0, |c| *c).max(end + cell.gap);
                if let Some(column) = column
                    && *column < cell.at
                {
                    *column = cell.at;
                    moved = true;
                }
                end = cell.at + cell.width;
            }
        }
        if !moved {
            return;
        }
    }
}
