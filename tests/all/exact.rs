//! Exact fractions, to hold results against.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// A decimal or a fraction as it is written: `2.40`, `-3`, `97/41`, `2.4/1.05`.
pub(crate) fn number(text: &str) -> Option<BigRational> {
    let (above, below) = text.split_once('/').map_or((text, "1"), |(a, b)| (a.trim(), b.trim()));
    let below = decimal(below)?;
    if below.is_zero() { None } else { Some(decimal(above)? / below) }
}

fn decimal(text: &str) -> Option<BigRational> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits: BigInt = format!("{whole}{part}").parse().ok()?;
    Some(BigRational::new(digits, BigInt::from(10).pow(u32::try_from(part.len()).ok()?)))
}

/// Whether a computed decimal is a number: a fraction that no decimal holds exactly may differ by what its digits cannot hold.
pub(crate) fn is(computed: &BigRational, exact: &BigRational) -> bool {
    let off = (computed - exact).abs();
    let fine = BigRational::new(1.into(), BigInt::from(10).pow(20));
    off.is_zero() || (!ends(exact) && off <= exact.abs() * fine)
}

/// Whether a fraction has a decimal that ends within what a decimal holds.
fn ends(n: &BigRational) -> bool {
    let scaled = n * BigRational::from_integer(BigInt::from(10).pow(20));
    scaled.is_integer()
}
