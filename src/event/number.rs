//! Numbers from their own text: exactly as written, or not at all.

use rust_decimal::Decimal;

/// Why a text is no number that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It is a number but for signs that do not belong: which, and what is left without them.
    Signs { signs: String, plain: String },
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
        let stray = |c: &char| matches!(c, ',' | '$' | '_' | '+' | '\'' | '\u{a0}' | '\u{2009}' | '\u{202f}' | ' ');
        let plain: String = text.chars().filter(|c| !stray(c)).collect();
        if !is_number(&plain) {
            return Self::None;
        }
        let mut signs = String::new();
        for c in text.chars().filter(stray) {
            if !signs.contains(c) {
                signs.push(c);
            }
        }
        Self::Signs { signs, plain }
    }

    /// The text, and what is wrong with it.
    pub(super) fn said(&self, text: &str) -> String {
        match self {
            Self::Signs { .. } | Self::None if text.trim().is_empty() => "empty, and a number is needed".to_owned(),
            Self::Signs { .. } | Self::None => format!("`{text}`, which is not a number"),
            Self::Inexact => format!("`{text}`, which cannot be held exactly"),
        }
    }

    /// What to do about it.
    pub(super) fn help(&self) -> String {
        match self {
            Self::Signs { signs, plain } if signs == "," => format!("write it without commas: {plain}"),
            Self::Signs { signs, plain } if signs.trim().is_empty() => format!("write it without spaces: {plain}"),
            Self::Signs { signs, plain } => format!("write it without `{signs}`: {plain}"),
            Self::None => "write digits and a point: 1250000 or 2.40; a fraction as a decimal: 0.5".to_owned(),
            Self::Inexact => "a number has at most 28 digits, all before and after the point together".to_owned(),
        }
    }
}

/// Whether a text is a number, however long.
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (digits, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let all = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    all(whole) && all(part) && all(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))
}

/// The most digits that always fit.
const DIGITS: usize = 28;

/// A number from its text: digits, a point, a sign, an exponent. None where it is no number or cannot be held exactly.
#[must_use]
pub fn decimal(text: &str) -> Option<Decimal> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |r| (true, r));
    let (digits, exponent) = match rest.find(['e', 'E']) {
        None => (rest, 0),
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)?.parse::<i32>().ok()?),
    };
    let (mantissa, scale) = plain(digits)?;
    let value = shift(mantissa, scale, exponent)?;
    Some(if negative { -value } else { value })
}

/// Digits with a point: the mantissa and how many digits stand after the point.
fn plain(text: &str) -> Option<(u128, u32)> {
    let mut mantissa: u128 = 0;
    let mut scale: Option<u32> = None;
    let mut digits = 0_usize;
    for b in text.bytes() {
        match b {
            b'0'..=b'9' => {
                if mantissa > 0 || b != b'0' {
                    digits += 1;
                }
                if digits > DIGITS + 1 {
                    return None;
                }
                mantissa = mantissa.checked_mul(10)?.checked_add(u128::from(b - b'0'))?;
                if let Some(n) = &mut scale {
                    *n += 1;
                }
            }
            b'.' if scale.is_none() => scale = Some(0),
            _ => return None,
        }
    }
    // there is a digit, and one on each side of a point
    let ends = text.bytes().next().is_some_and(|b| b.is_ascii_digit()) && text.bytes().last().is_some_and(|b| b.is_ascii_digit());
    ends.then_some((mantissa, scale.unwrap_or(0)))
}

/// A mantissa with its scale moved by an exponent.
fn shift(mantissa: u128, scale: u32, exponent: i32) -> Option<Decimal> {
    let scale = i64::from(scale) - i64::from(exponent);
    let (mut mantissa, mut scale) = (mantissa, scale);
    while scale < 0 {
        mantissa = mantissa.checked_mul(10)?;
        scale += 1;
        if mantissa == 0 {
            scale = 0;
        }
    }
    while scale > 28 && mantissa.is_multiple_of(10) {
        if mantissa == 0 {
            scale = 0;
            break;
        }
        mantissa /= 10;
        scale -= 1;
    }
    let value = i128::try_from(mantissa).ok()?;
    Decimal::try_from_i128_with_scale(value, u32::try_from(scale).ok().filter(|s| *s <= 28)?).ok()
}
