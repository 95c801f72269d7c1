//! Why a text is no number, and the number that is meant where that can be told.

use super::number::decimal;
use rust_decimal::Decimal;

/// Why a text is no number that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It is written otherwise here.
    Written(String),
    /// It is no number.
    None,
    /// Too many digits, or too large.
    Inexact,
}

impl Trouble {
    /// What is wrong with the text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if is_number(text) {
            return Self::Inexact;
        }
        meant(text.trim()).filter(|m| decimal(m).is_some()).map_or(Self::None, Self::Written)
    }

    /// The text, and what is wrong with it.
    pub(super) fn said(&self, text: &str) -> String {
        match self {
            Self::Written(_) | Self::None if text.trim().is_empty() => "empty, and a number is needed".to_owned(),
            Self::Written(_) | Self::None => format!("`{text}`, which is not a number"),
            Self::Inexact => format!("`{text}`, which cannot be held exactly"),
        }
    }

    /// What to do about it.
    pub(super) fn help(&self) -> String {
        match self {
            Self::Written(plain) => format!("write it as {plain}: digits and a point, without commas, signs and units"),
            Self::None => "write digits and a point: 1250000 or 2.40; a fraction as a decimal: 0.5".to_owned(),
            Self::Inexact => "a number has at most 28 digits, all before and after the point together".to_owned(),
        }
    }
}

/// Whether a text is a number, however long.
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (digits, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    all_digits(whole) && all_digits(part) && all_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The number a text means.
fn meant(text: &str) -> Option<String> {
    // a loss, as accountants write it
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        return Some(format!("-{}", plain(inner)?));
    }
    if let Some(inner) = text.strip_suffix('%') {
        return Some(decimal(&plain(inner)?)?.checked_mul(Decimal::new(1, 2))?.normalize().to_string());
    }
    if let Some((over, under)) = text.split_once('/').filter(|(_, under)| is_number(under.trim())) {
        let (over, under) = (decimal(&plain(over)?)?, decimal(under.trim())?);
        let quotient = over.checked_div(under)?;
        return (quotient.checked_mul(under)? == over).then(|| quotient.normalize().to_string());
    }
    plain(text)
}

/// A number without its currency, its unit, and what parts its digits.
fn plain(text: &str) -> Option<String> {
    let code = |t: &str| t.len() == 3 && t.bytes().all(|b| b.is_ascii_uppercase());
    let mut rest = text.trim();
    for unit in ["/share", "per share", "shares", "share"] {
        rest = rest.strip_suffix(unit).unwrap_or(rest).trim_end();
    }
    if let Some((head, tail)) = rest.split_once(' ') {
        rest = if code(head) { tail } else { rest };
    }
    if let Some((head, tail)) = rest.rsplit_once(' ') {
        rest = if code(tail) { head } else { rest };
    }
    let (sign, rest) = match rest.strip_prefix(['-', '−', '–']) {
        Some(rest) => ("-", rest),
        None => ("", rest.strip_prefix('+').unwrap_or(rest)),
    };
    let rest = rest.trim_start_matches(['$', '€', '£', '¥']);
    let digits: String =
        rest.chars().filter(|c| !matches!(c, ' ' | '_' | '\'' | '’' | '\u{a0}' | '\u{2009}' | '\u{202f}')).collect();
    let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits };
    let digits = digits.strip_suffix('.').unwrap_or(&digits);
    let found =
        if digits.contains(',') { grouped(digits, ',', '.').or_else(|| grouped(digits, '.', ','))? } else { digits.to_owned() };
    is_number(&found).then(|| format!("{sign}{found}"))
}

/// A number whose thousands are parted by one sign, and whose fraction stands behind another.
fn grouped(digits: &str, parts: char, point: char) -> Option<String> {
    let (whole, fraction) = digits.split_once(point).map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut groups = whole.split(parts);
    let first = groups.next().filter(|g| all_digits(g))?;
    let more: Vec<&str> = groups.collect();
    let right = more.is_empty() || (first.len() <= 3 && more.iter().all(|g| g.len() == 3 && all_digits(g)));
    let fraction = fraction.map_or(Some(String::new()), |f| all_digits(f).then(|| format!(".{f}")))?;
    right.then(|| format!("{first}{}{fraction}", more.concat()))
}
