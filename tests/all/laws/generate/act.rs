//! What holders do.

use super::{Draft, between, cut};
use crate::model::{Method, R, Status, What, over, whole};
use chrono::NaiveDate;
use num_traits::ToPrimitive;

/// Whether streams have exercises that issue nothing by a holder who owns too much, or nobody knows how much: the engine lets
/// them pass, and §7 says that what is owned and what is issued are added.
const CAPPED_EXERCISES_FOR_NOTHING: bool = true;

/// Whether streams have exercises refused under §7 while the price is the market value and no decimal holds it: the engine
/// divides by a difference of nothing for the largest exercise without cash, and stops.
const CAPPED_EXERCISES_AT_THE_MARKET_VALUE: bool = true;

impl Draft {
    pub(super) fn exercise(&mut self, a: u16, b: u16, c: u16) {
        let morning = c.is_multiple_of(3);
        if morning && self.busy.1 {
            self.wait(1);
        }
        // before the first day of exercise only now and then
        let opening = NaiveDate::from_ymd_opt(2005, 9, 15).unwrap_or_default();
        if self.day < opening && !c.is_multiple_of(8) {
            let days = (opening - self.day).num_days().to_u64().unwrap_or(0);
            self.wait(days + u64::from(b % 3));
        }
        let anything = a.is_multiple_of(16);
        let standing = self.certificate(a / 16);
        let any = self.names.get(usize::from(b) % self.names.len().max(1)).cloned();
        let (certificate, total) = match standing.filter(|_| !anything) {
            Some((name, number, pending)) => (name, number + pending),
            None => (any.unwrap_or_default(), whole(100)),
        };
        let part = match b % 16 {
            0 | 1 => total.clone(),
            2 => &total + over(1, 100),
            3..=6 => cut(&(&total * over(between(b / 16, 1, 99), 100)), 100),
            _ => (&total * over(between(b / 16, 1, 99), 100)).floor(),
        };
        let mut shares = part.max(over(1, 100));
        let even = self.model.state.market_value() == Some(&self.model.state.price);
        if even && self.repeating() && !CAPPED_EXERCISES_AT_THE_MARKET_VALUE {
            shares = shares.min(whole(100));
        }
        let method = match c / 8 % 5 {
            0 | 1 => Method::Cash,
            2 | 3 => Method::Cashless,
            _ => Method::Combination(
                (&shares * over(between(a, 1, 9), 10)).floor().max(whole(1)).min(shares.floor().max(whole(1))),
            ),
        };
        let method = if matches!(&method, Method::Combination(cash) if *cash >= shares) { Method::Cash } else { method };
        let mut owned = match a / 16 % 8 {
            0 => None,
            1 => Some(cut(&(&self.model.state.outstanding * over(between(c, 1, 5), 100)), 1)),
            _ => Some(whole(between(b, 0, 900))),
        };
        let got = self.got(&shares, &method);
        if even && self.repeating() && !CAPPED_EXERCISES_AT_THE_MARKET_VALUE {
            owned = Some(whole(0));
        }
        if got < whole(2) && !CAPPED_EXERCISES_FOR_NOTHING {
            owned = Some(whole(0));
        }
        let rest = (b % 5 == 4 && shares < total && !anything && self.names.len() < 12).then(|| self.name());
        let id = self.id();
        if morning && self.late.1 && rest.is_some() {
            self.wait(1);
        }
        self.late.1 |= morning && rest.is_none() && c.is_multiple_of(2);
        let late = morning && self.late.1;
        self.put(What::Exercise { id, certificate, shares, method, owned, rest }, morning, late);
    }

    /// The shares, with fractions, that an exercise gives.
    fn got(&self, shares: &R, method: &Method) -> R {
        let price = &self.model.state.price;
        let gain = self.model.state.market_value().map_or_else(|| whole(0), |value| whole(1) - price / value);
        match method {
            Method::Cash => shares.clone(),
            Method::Cashless => shares * gain,
            Method::Combination(cash) => cash + (shares - cash) * gain,
        }
    }

    /// Whether no decimal holds the price or the market value.
    fn repeating(&self) -> bool {
        let long = |n: &R| !(n * R::from_integer(num_bigint::BigInt::from(10).pow(20))).is_integer();
        long(&self.model.state.price) || self.model.state.market_value().is_some_and(long)
    }

    pub(super) fn divide(&mut self, a: u16, b: u16, c: u16, transfer: bool) {
        if self.names.len() >= 12 {
            return;
        }
        let morning = c.is_multiple_of(3);
        if morning && (self.busy.1 || self.late.1) {
            self.wait(1);
        }
        if self.over() {
            return;
        }
        let standing = self.certificate(a / 16).filter(|_| !a.is_multiple_of(16));
        let known = self.names.iter().filter(|n| {
            let found = self.model.state.certificate(n);
            found.is_none_or(|c| c.status == Status::Cancelled)
        });
        let gone: Vec<&String> = known.collect();
        let gone = gone.get(usize::from(b) % gone.len().max(1)).map(|n| (*n).clone());
        let Some((certificate, number)) =
            standing.map(|(name, number, _)| (name, number)).or_else(|| gone.map(|name| (name, whole(100))))
        else {
            return;
        };
        let first = cut(&(&number * over(between(b, 1, 98), 100)), 100).max(over(1, 100));
        let mut parts = vec![first.clone(), &number - &first];
        if c % 4 == 1 {
            let half = cut(&(&parts.remove(1) / whole(2)), 100).max(over(1, 100));
            let rest = &number - &first - &half;
            parts.extend([half, rest]);
        }
        if parts.iter().any(|p| *p <= whole(0)) {
            return;
        }
        if b.is_multiple_of(12)
            && let Some(last) = parts.last_mut()
        {
            *last += over(1, 100);
        }
        let into = parts.into_iter().map(|shares| (self.name(), shares)).collect();
        let holder = transfer.then(|| format!("H{}", b % 4));
        self.put(What::Division { certificate, into, holder }, morning, false);
    }
}
