//! Numbers of the command line, with or without their unit.

use crate::terms::{Dim, Type};
use rust_decimal::Decimal;

/// A number for a value of a type: `2.00`, `$2.00/share`, `1,000 shares`, `5%`.
pub(super) fn amount(text: &str, ty: &Type) -> Result<Decimal, String> {
    let wrong = || format!("`{}` is no number", text.trim());
    let (rest, minus) = text.trim().strip_prefix('-').map_or((text.trim(), false), |r| (r, true));
    let (rest, money) = rest.strip_prefix(['$', '€', '£', '¥']).map_or((rest, false), |r| (r, true));
    let (rest, minus) = rest.strip_prefix('-').map_or((rest, minus), |r| (r, true));
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(rest.len());
    let (digits, unit) = rest.split_at_checked(end).ok_or_else(wrong)?;
    let n = crate::event::decimal(&digits.replace(',', "")).ok_or_else(wrong)?;
    let n = if minus { -n } else { n };
    let dim = match (unit.trim(), money) {
        ("", false) => return Ok(n),
        ("%", false) => {
            let part = n.checked_mul(Decimal::new(1, 2)).ok_or_else(wrong)?;
            return if ty.dim() == Some(Dim::NUMBER) {
                Ok(part)
            } else {
                Err(format!("`{}` is a part, and {} is needed", text.trim(), needed(ty)))
            };
        }
        ("", true) => Dim::MONEY,
        (unit, _) if unit.ends_with("/share") => Dim::PER_SHARE,
        ("share" | "shares", false) => Dim::SHARES,
        ("day" | "days", false) => Dim::DAYS,
        _ => return Err(wrong()),
    };
    // a price is often written as plain money
    let fits = ty.dim() == Some(dim) || (dim == Dim::MONEY && ty.dim() == Some(Dim::PER_SHARE));
    if fits { Ok(n) } else { Err(format!("`{}` is of another kind: {} is needed", text.trim(), needed(ty))) }
}

/// A type in words.
fn needed(ty: &Type) -> &'static str {
    match ty.dim() {
        Some(Dim::MONEY) => "an amount of money",
        Some(Dim::PER_SHARE) => "an amount for each share",
        Some(Dim::SHARES) => "a number of shares",
        Some(Dim::DAYS) => "a number of days",
        _ => "a plain number",
    }
}
