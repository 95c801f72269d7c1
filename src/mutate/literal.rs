//! Constants that are a little more or a little less.

use super::{Finder, Sort};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind};
use chrono::TimeDelta;
use rust_decimal::Decimal;

impl Finder<'_> {
    /// A value written out: one more and one less in its last place.
    pub(super) fn literal(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Number(_)
            | ExprKind::Percent(_)
            | ExprKind::PercentOf(..)
            | ExprKind::Money { .. }
            | ExprKind::Quantity(..) => self.number(e.span, e.span),
            ExprKind::Ratio(..) => {
                if let Some(word) = self.find(e.span, "for", false) {
                    self.number(Span { end: word.start, ..e.span }, e.span);
                    self.number(Span { start: word.end, ..e.span }, e.span);
                }
            }
            ExprKind::Date(d) => {
                for other in [d.succ_opt(), d.pred_opt()].into_iter().flatten() {
                    self.put(Sort::Constant, e.span, other.to_string(), Some(e.span));
                }
            }
            ExprKind::Moment(m) => {
                for minutes in [1, -1] {
                    if let Some(other) = TimeDelta::try_minutes(minutes).and_then(|by| m.checked_add_signed(by)) {
                        self.put(Sort::Constant, e.span, other.format("%Y-%m-%d %H:%M").to_string(), Some(e.span));
                    }
                }
            }
            ExprKind::YesNo(yes) => self.put(Sort::Constant, e.span, if *yes { "no" } else { "yes" }, Some(e.span)),
            _ => {}
        }
    }

    /// The first number of a place.
    fn number(&mut self, within: Span, formula: Span) {
        let text = self.text(within);
        let Some(start) = text.find(|c: char| c.is_ascii_digit()) else { return };
        // a cell of a table may begin with its point
        let start = if text.get(..start).is_some_and(|t| t.ends_with('.')) { start - 1 } else { start };
        let rest = text.get(start..).unwrap_or("");
        let len = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(rest.len());
        let written = rest.get(..len).unwrap_or("").trim_end_matches([',', '.']).to_owned();
        let (Ok(from), Ok(len)) = (u32::try_from(start), u32::try_from(written.len())) else { return };
        let from = within.start + from;
        let span = Span { file: within.file, start: from, end: from + len };
        for other in neighbours(&written) {
            self.put(Sort::Constant, span, other, Some(formula));
        }
    }
}

/// A number with one more and one less in its last place, written as it is; nothing below nothing.
fn neighbours(written: &str) -> Vec<String> {
    let digits = written.replace(',', "");
    let plain = if digits.starts_with('.') { format!("0{digits}") } else { digits.clone() };
    let Ok(n) = plain.parse::<Decimal>() else { return Vec::new() };
    let step = Decimal::new(1, n.scale());
    let more = n.checked_add(step);
    let less = n.checked_sub(step).filter(|n| !n.is_sign_negative() || n.is_zero());
    let written_so = |n: Decimal| {
        let text = n.to_string();
        if digits.starts_with('.') {
            return text.strip_prefix('0').unwrap_or(&text).to_owned();
        }
        if written.contains(',') { grouped(&text) } else { text }
    };
    more.into_iter().chain(less).map(written_so).collect()
}

/// Digits before the point in groups of three.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (n, c) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::neighbours;

    #[test]
    fn the_last_place_moves_by_one() {
        assert_eq!(neighbours("4.999"), ["5.000", "4.998"]);
        assert_eq!(neighbours("1"), ["2", "0"]);
        assert_eq!(neighbours("0"), ["1"]);
        assert_eq!(neighbours("999,999"), ["1,000,000", "999,998"]);
        assert_eq!(neighbours("1,000.50"), ["1,000.51", "1,000.49"]);
        assert_eq!(neighbours(".261"), [".262", ".260"]);
    }
}
