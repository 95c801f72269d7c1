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

/// Whether a number is a fraction rounded to a step. What divisions cut off does not decide: a fraction as near to a boundary as that
/// is on it. Numbers such as people write are rounded as they are.
fn is_rounded(got: &BigRational, x: &BigRational, places: u32, mode: RoundingMode, short: bool) -> bool {
    let step = unit(places);
    let near = (x.abs() + &step) / BigRational::from_integer(BigInt::one() << 75_u32) + unit(16).min(&step * unit(4));
    let rounded = |x: &BigRational| BigRational::from_integer(whole(&(x / &step), mode)) * &step;
    let half = &step / BigRational::from_integer(2.into());
    let boundary = (x / &half).round() * &half;
    *got == rounded(x) || (!short && (x - &boundary).abs() <= near && *got == rounded(&boundary))
}

/// Whether a number is as short as people write them.
fn is_short(d: Decimal) -> bool {
    d.mantissa().unsigned_abs() < 10_000_000 && d.scale() <= 6
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
        let mut above = Numerator::product(&a, &b);
        let held_above = above.plus(&c, &d, minus);
        // three words hold the numerator and what it is scaled by; a longer one is shortened first
        let digits = |x: Decimal| x.mantissa().to_string().trim_start_matches('-').len();
        let long = (digits(a) + digits(b)).max(digits(c) + digits(d)) + 28 > 57 || a.scale() + b.scale() != c.scale() + d.scale();
        if let Ok(got) = held_above.and_then(|()| above.over(&e)) {
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
        if let Ok(got) = held_above.and_then(|()| above.over_rounded(&e, &Decimal::new(1, places), mode)) {
            prop_assert!(is_rounded(&exact(got), &(sum / exact(e)), places, mode, false), "{got}");
        }
    }

    #[test]
    fn decimal_sums_are_nearest_or_refused(a in decimals(), b in decimals()) {
        for (got, sum) in [(add(a, b), exact(a) + exact(b)), (sub(a, b), exact(a) - exact(b))] {
            // a sum that loses digits that matter is no sum; the difference of numbers alike in all digits that count is nothing
            if let Ok(got) = got {
                let off = (exact(got) - &sum).abs();
                let alike = exact(a).abs() / BigRational::from_integer(BigInt::one() << 75_u32);
                prop_assert!(off <= sum.abs() * unit(20) || (got.is_zero() && off <= alike), "{a} and {b} give {got}");
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
        let got = round(a, Decimal::new(1, places), mode).map(exact);
        prop_assert!(got.is_ok_and(|got| is_rounded(&got, &exact(a), places, mode, is_short(a))), "{a}");
    }

    #[test]
    fn decimal_quotients_are_rounded_once(
        a in decimals(), b in decimals(), places in 0_u32..=8, mode in prop::sample::select(&MODES[..])
    ) {
        prop_assume!(!b.is_zero());
        let step = unit(places);
        let steps = whole(&(exact(a) / exact(b) / &step), mode);
        // what cannot be held to that many places is not rounded to them
        if steps.bits() < 96
            && let Ok(got) = round_quotient(a, b, Decimal::new(1, places), mode)
        {
            let short = is_short(a) && is_short(b);
            prop_assert!(is_rounded(&exact(got), &(exact(a) / exact(b)), places, mode, short), "{got}");
        }
    }
}

/// Numbers short enough for people to write them.
fn short_decimals() -> impl Strategy<Value = Decimal> {
    (-9_999_999_i64..10_000_000, 0_u32..=6).prop_map(|(m, scale)| Decimal::new(m, scale))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decimal_short_numbers_are_rounded_as_they_are(
        a in short_decimals(), b in short_decimals(), places in 0_u32..=4, mode in prop::sample::select(&MODES[..])
    ) {
        prop_assert!(round(a, Decimal::new(1, places), mode).is_ok_and(|got| is_rounded(&exact(got), &exact(a), places, mode, true)));
        if !b.is_zero() {
            let got = round_quotient(a, b, Decimal::new(1, places), mode);
            prop_assert!(got.is_ok_and(|got| is_rounded(&exact(got), &(exact(a) / exact(b)), places, mode, true)));
        }
    }
}

#[test]
fn decimal_what_a_division_cuts_off_does_not_decide() {
    let (one, three, seven) = (Decimal::ONE, Decimal::from(3), Decimal::from(7));
    // 1/3 × 3 and 1/7 × 7 are one, though no decimal holds 1/3 or 1/7
    for n in [three, seven] {
        let part = div(one, n).unwrap_or_default();
        let back = mul(part, n).unwrap_or_default();
        assert_ne!(back, one, "the third cut off is missing here");
        assert_eq!(round(back, one, RoundingMode::Down), Ok(one));
        assert_eq!(sub(one, back).map(|d| d.is_zero()), Ok(true));
    }
    // 7/600 three times is 3.5 hundredths
    let sixth = div(seven, Decimal::from(600)).unwrap_or_default();
    let tie = mul(sixth, three).unwrap_or_default();
    assert_eq!(round(tie, Decimal::new(1, 2), RoundingMode::HalfAwayFromZero), Ok(Decimal::new(4, 2)));
    assert_eq!(round(tie, Decimal::new(1, 2), RoundingMode::HalfToEven), Ok(Decimal::new(4, 2)));
}

#[test]
fn decimal_units_that_are_no_power_of_ten() {
    let nickel = Decimal::new(5, 2);
    // 1.975 is 39.5 twentieths: half away from zero 40 of them, to the even one 40, down 39
    for (mode, wanted) in [(RoundingMode::HalfAwayFromZero, 200), (RoundingMode::HalfToEven, 200), (RoundingMode::Down, 195)] {
        assert_eq!(round(Decimal::new(1975, 3), nickel, mode), Ok(Decimal::new(wanted, 2)));
    }
    // 1/30 three times is 0.10, two twentieths, though what a decimal holds of 1/30 comes to less
    let part = div(Decimal::ONE, Decimal::from(30)).unwrap_or_default();
    let whole = mul(part, Decimal::from(3)).unwrap_or_default();
    assert!(whole < Decimal::new(10, 2), "the third cut off is missing here");
    assert_eq!(round(whole, nickel, RoundingMode::Down), Ok(Decimal::new(10, 2)));
    assert_eq!(round(Decimal::ONE, Decimal::ZERO, RoundingMode::Down), Err(tenor::engine::decimal::Fault::ZeroDivision));
}
