//! The arithmetic of the engine against exact fractions: a result is exact, or what is nearest to it with as many digits as a
//! decimal holds, the even one of two; and the library's own operations come to the same within their last digit.

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use tenor::engine::decimal::{Numerator, add, div, mul, order, round, round_quotient, sub};
use tenor::terms::RoundingMode;

const MODES: [RoundingMode; 4] = [RoundingMode::Down, RoundingMode::Up, RoundingMode::HalfAwayFromZero, RoundingMode::HalfToEven];

/// Decimals of all lengths and places; often short ones, and ones near a power of two or of ten.
fn decimals() -> impl Strategy<Value = Decimal> {
    let mantissa = prop_oneof![
        3 => (0_u32..96, any::<u128>()).prop_map(|(bits, m)| m >> 32 >> bits),
        2 => 0_u128..1000,
        1 => (0_u32..96, 0_u128..3).prop_map(|(bits, by)| ((1_u128 << bits) + by).saturating_sub(1)),
        1 => (0_u32..28, 1_u128..100).prop_map(|(k, m)| m * 10_u128.pow(k)),
    ];
    (mantissa, 0_u32..=28, any::<bool>()).prop_map(|(m, scale, negative)| {
        let m = i128::try_from(m % (1 << 96)).unwrap_or(0);
        Decimal::from_i128_with_scale(if negative { -m } else { m }, scale)
    })
}

fn exact(d: Decimal) -> BigRational {
    BigRational::new(d.mantissa().into(), BigInt::from(10).pow(d.scale()))
}

/// A fraction rounded to a whole number.
fn whole(x: &BigRational, mode: RoundingMode) -> BigInt {
    let (floor, size) = (x.abs().floor().to_integer(), x.abs());
    let left = size - BigRational::from_integer(floor.clone());
    let half = left.cmp(&BigRational::new(1.into(), 2.into()));
    let up = match mode {
        RoundingMode::Down => false,
        RoundingMode::Up => !left.is_zero(),
        RoundingMode::HalfAwayFromZero => half != Ordering::Less,
        RoundingMode::HalfToEven => half == Ordering::Greater || (half == Ordering::Equal && (&floor % 2_i32).is_one()),
    };
    let size = floor + i32::from(up);
    if x.is_negative() { -size } else { size }
}

/// What a decimal holds of a fraction: the nearest with the most places, or nothing where it is too large.
fn held(x: &BigRational) -> Option<BigRational> {
    let limit = BigUint::one() << 96_u32;
    (0..=28_u32).rev().find_map(|places| {
        let unit = BigRational::from_integer(BigInt::from(10).pow(places));
        let m = whole(&(x * &unit), RoundingMode::HalfToEven);
        (m.magnitude() < &limit).then(|| BigRational::from_integer(m) / unit)
    })
}

/// `10^-places`
fn unit(places: u32) -> BigRational {
    BigRational::new(1.into(), BigInt::from(10).pow(places))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decimal_products_and_quotients_are_nearest(a in decimals(), b in decimals()) {
        let wanted = held(&(exact(a) * exact(b)));
        prop_assert_eq!(mul(a, b).ok().map(exact), wanted);
        if !b.is_zero() {
            let wanted = held(&(exact(a) / exact(b)));
            prop_assert_eq!(div(a, b).ok().map(exact), wanted);
        }
    }

    #[test]
    fn decimal_sums_of_products_are_divided_once(
        (a, b, c, d, e) in (decimals(), decimals(), decimals(), decimals(), decimals()), minus in any::<bool>(),
        places in 0_u32..=8, mode in prop::sample::select(&MODES[..])
    ) {
        prop_assume!(!e.is_zero());
        let second = exact(c) * exact(d);
        let sum = exact(a) * exact(b) + if minus { -second } else { second };
        let above = Numerator::product(&a, &b).plus(&c, &d, minus);
        // three words hold the numerator and what it is scaled by; a longer one is shortened first
        let digits = |x: Decimal| x.mantissa().to_string().trim_start_matches('-').len();
        let long = (digits(a) + digits(b)).max(digits(c) + digits(d)) + 28 > 57 || a.scale() + b.scale() != c.scale() + d.scale();
        if let Ok(got) = above.and_then(|n| n.over(&e)) {
            let (got, wanted) = (exact(got), &sum / exact(e));
            if long {
                prop_assert!((&got - &wanted).abs() <= wanted.abs() * unit(26) + unit(28), "{got} for {wanted}");
            } else {
                prop_assert_eq!(Some(got), held(&wanted));
            }
        }
        if long {
            return Ok(());
        }
        if let Ok(got) = above.and_then(|n| n.over_rounded(e, Decimal::new(1, places), mode)) {
            let wanted = BigRational::from_integer(whole(&(sum / exact(e) / unit(places)), mode)) * unit(places);
            prop_assert_eq!(exact(got), wanted);
        }
    }

    #[test]
    fn decimal_sums_are_nearest_or_refused(a in decimals(), b in decimals()) {
        for (got, sum) in [(add(a, b), exact(a) + exact(b)), (sub(a, b), exact(a) - exact(b))] {
            // a sum that loses digits that matter is no sum
            if let Ok(got) = got {
                let off = (exact(got) - &sum).abs();
                prop_assert!(off.is_zero() || off <= sum.abs() * unit(20), "{a} and {b} give {got}");
            }
        }
    }

    #[test]
    fn decimal_order_is_that_of_the_numbers(a in decimals(), b in decimals()) {
        prop_assert_eq!(order(a, b), exact(a).cmp(&exact(b)));
        prop_assert_eq!(order(a, a.normalize()), Ordering::Equal);
    }

    #[test]
    fn decimal_rounding_is_to_the_unit(a in decimals(), places in 0_u32..=8, mode in prop::sample::select(&MODES[..])) {
        let step = unit(places);
        let wanted = BigRational::from_integer(whole(&(exact(a) / &step), mode)) * &step;
        let got = round(a, Decimal::new(1, places), mode).map(exact);
        prop_assert_eq!(got.ok(), Some(wanted));
    }

    #[test]
    fn decimal_quotients_are_rounded_once(
        a in decimals(), b in decimals(), places in 0_u32..=8, mode in prop::sample::select(&MODES[..])
    ) {
        prop_assume!(!b.is_zero());
        let step = unit(places);
        let steps = whole(&(exact(a) / exact(b) / &step), mode);
        // what cannot be held to that many places is not rounded to them
        if steps.bits() < 96 {
            let wanted = BigRational::from_integer(steps) * &step;
            if let Ok(got) = round_quotient(a, b, Decimal::new(1, places), mode) {
                prop_assert_eq!(exact(got), wanted);
            }
        }
    }
}
