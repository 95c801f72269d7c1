//! How many spaces stand between two words of one line.

use super::words::{Sort, Word};
use crate::syntax::parser::Rule;

/// Parts that stand side by side without a comma: two spaces keep them apart.
const SIDE_BY_SIDE: [Rule; 19] = [
    Rule::member,
    Rule::field,
    Rule::statement,
    Rule::policy,
    Rule::rounding_line,
    Rule::alternative,
    Rule::table_policy,
    Rule::columns,
    Rule::row,
    Rule::due,
    Rule::done,
    Rule::closed_on,
    Rule::calendar_span,
    Rule::given,
    Rule::step,
    Rule::expectation,
    Rule::rung,
    Rule::otherwise,
    Rule::field_value,
];

/// Conditions, which stand apart from what they are a condition of.
const CONDITIONS: [Rule; 2] = [Rule::guard, Rule::rule_clause];

/// What may stand apart from what it is said of, as its author likes.
const AS_WRITTEN: [Rule; 6] = [Rule::clamp, Rule::default, Rule::determined, Rule::kw_optional, Rule::column, Rule::step_field];

/// The spaces between two words that had so many.
pub(super) fn between(before: &Word<'_>, word: &Word<'_>, had: usize) -> usize {
    if word.is_comment() {
        return 2;
    }
    if touches(before, word) {
        return 0;
    }
    let fresh = before.opens() || &*before.text == ",";
    if word.starts(&SIDE_BY_SIDE) && !fresh {
        return 2;
    }
    if word.starts(&CONDITIONS) && !fresh && !in_skip(before) {
        return if before.closes_braces() { had.clamp(1, 2) } else { 2 };
    }
    if matches!(word.parent, Rule::row | Rule::columns) || word.starts(&[Rule::cell_number, Rule::literal]) && in_table(before) {
        return had.max(1);
    }
    if word.starts(&AS_WRITTEN) && !fresh {
        return had.clamp(1, 2);
    }
    1
}

/// Whether two words touch.
fn touches(before: &Word<'_>, word: &Word<'_>) -> bool {
    let sign = |w: &Word<'_>, text: &str| w.sort == Sort::Sign && &*w.text == text;
    if sign(before, "(") || sign(before, "[") || before.sort == Sort::Leaf(Rule::callee) {
        return true;
    }
    if sign(word, ")") || sign(word, "]") || sign(word, ",") {
        return true;
    }
    if sign(word, ":") {
        return matches!(word.parent, Rule::field_value | Rule::step_field | Rule::column);
    }
    if word.sort == Sort::Leaf(Rule::dotted) {
        return true;
    }
    before.starts(&[Rule::sign])
}

/// The condition under which a limit is no limit stands with it.
fn in_skip(before: &Word<'_>) -> bool {
    before.sort == Sort::Leaf(Rule::kw_all)
}

/// Whether a word is a cell of a table, or the head of its row.
fn in_table(before: &Word<'_>) -> bool {
    before.starts(&[Rule::cell_number, Rule::kw_columns, Rule::kw_row, Rule::literal]) || before.parent == Rule::row
}
