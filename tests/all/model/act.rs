//! What holders do: exercise, transfer, exchange. What is completed is final, and takes the same fraction out of a
//! recomputed certificate.

use super::event::{Event, Method, R, What, over, whole};
use super::state::{Certificate, Status, expiry, hundredths};
use super::{Done, Model, Refusal};
use chrono::NaiveDate;

/// An exercise.
#[derive(Debug, Clone)]
pub(crate) struct Exercised {
    pub(crate) record: usize,
    pub(crate) certificate: String,
    pub(crate) surrendered: R,
    pub(crate) issued: R,
    pub(crate) cash_in_lieu: R,
    pub(crate) payable: R,
}

/// What an exercise gives, as far as it can be computed.
struct Gives {
    issued: R,
    cash_in_lieu: R,
    payable: R,
}

/// The first day of exercise.
fn opening() -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2005, 9, 15)
}

/// The first day on which §7 is off.
fn uncapped() -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2010, 1, 12)
}

impl Model {
    /// §2(b) to (d), §6 and §7.
    pub(super) fn exercise(&mut self, place: usize, record: usize, event: &Event) {
        let What::Exercise { certificate, shares, rest, .. } = &event.what else { return };
        if let Some(Some(Done::Exercised { fraction, issued })) = self.done.get(place).cloned() {
            return self.take_out(certificate, &fraction, &issued, rest.as_ref());
        }
        let mut refusal = Refusal { record, clauses: Vec::new(), largest: None };
        let gives = self.weigh(event, &mut refusal);
        let total = self.state.certificate(certificate).map(|c| &c.number + &c.pending);
        let (Some(gives), Some(total), true) = (gives, total, refusal.clauses.is_empty()) else {
            return self.refuse(place, refusal);
        };
        let fraction = shares / total;
        self.complete(place, Done::Exercised { fraction: fraction.clone(), issued: gives.issued.clone() });
        self.take_out(certificate, &fraction, &gives.issued, rest.as_ref());
        self.exercises.push(Exercised {
            record,
            certificate: certificate.clone(),
            surrendered: shares.clone(),
            issued: gives.issued,
            cash_in_lieu: gives.cash_in_lieu,
            payable: gives.payable,
        });
    }

    /// What an exercise gives, and every clause that forbids it.
    fn weigh(&self, event: &Event, refusal: &mut Refusal) -> Option<Gives> {
        let What::Exercise { certificate, shares, owned, .. } = &event.what else { return None };
        let Some(found) = self.state.certificate(certificate).filter(|c| c.status != Status::Cancelled) else {
            // where the term is over too, either clause forbids it
            if expiry().is_some_and(|d| event.day > d) {
                refusal.clauses.push("1");
            }
            refusal.clauses.push("2(e)");
            return None;
        };
        if opening().is_some_and(|d| event.day < d) {
            refusal.clauses.push("2(a)");
        }
        if expiry().is_some_and(|d| event.day > d) {
            refusal.clauses.push("1");
        }
        if *shares > &found.number + &found.pending {
            refusal.clauses.push("2(b)");
        }
        let gives = self.gives(event, refusal);
        if uncapped().is_some_and(|d| event.day < d) {
            let Some(owned) = owned.as_ref().or_else(|| self.state.holdings.get(&found.holder)) else {
                refusal.clauses.push("7");
                return gives;
            };
            let room = over(4999, 100_000) * &self.state.outstanding - owned;
            if gives.as_ref().is_some_and(|g| g.issued > room) {
                refusal.clauses.push("7");
                refusal.largest = Some(room.floor().max(whole(0)));
            }
        }
        gives
    }

    fn gives(&self, event: &Event, refusal: &mut Refusal) -> Option<Gives> {
        let What::Exercise { shares, method, .. } = &event.what else { return None };
        let price = &self.state.price;
        let value = self.state.market_value();
        let cash = match method {
            Method::Cash => shares.clone(),
            Method::Cashless => whole(0),
            Method::Combination(cash) => cash.clone(),
        };
        let mut got = cash.clone();
        if *shares != cash {
            let Some(value) = value else {
                refusal.clauses.push("8");
                return None;
            };
            if price >= value {
                refusal.clauses.push("2(c)");
                return None;
            }
            let rest = shares - &cash;
            got += &rest - &rest * price / value;
        }
        let fraction = &got - got.floor();
        if fraction > whole(0) && value.is_none() {
            refusal.clauses.push("8");
        }
        let cash_in_lieu = value.map_or_else(|| whole(0), |value| fraction * value);
        Some(Gives { issued: got.floor(), cash_in_lieu, payable: cash * price })
    }

    /// Makes what waits and takes a fraction out of a certificate.
    fn take_out(&mut self, name: &str, fraction: &R, issued: &R, rest: Option<&String>) {
        self.state.outstanding += issued;
        let Some(found) = self.state.certificate_mut(name) else { return };
        let total = &found.number + &found.pending;
        found.pending = whole(0);
        found.number = hundredths(&(&total * (whole(1) - fraction)));
        if let Some(rest) = rest {
            found.status = Status::Cancelled;
            let new = Certificate { name: rest.clone(), status: Status::Outstanding, ..found.clone() };
            self.state.certificates.push(new);
        } else if *fraction == whole(1) {
            found.status = Status::Exercised;
        }
    }

    /// §2(e).
    pub(super) fn divide(&mut self, place: usize, record: usize, event: &Event) {
        let What::Division { certificate, into, holder } = &event.what else { return };
        let found = self.state.certificate(certificate).filter(|c| c.status != Status::Cancelled).cloned();
        let again = match self.done.get(place) {
            Some(Some(Done::Divided { fractions })) => Some(fractions.clone()),
            _ => None,
        };
        let sum: R = into.iter().map(|(_, shares)| shares).sum();
        let Some(old) = found.filter(|c| again.is_some() || sum == c.number) else {
            return self.refuse(place, Refusal { record, clauses: vec!["2(e)"], largest: None });
        };
        let fractions = again.unwrap_or_else(|| into.iter().map(|(_, shares)| shares / &old.number).collect());
        let (mut number, mut pending) = (old.number.clone(), old.pending.clone());
        for (n, ((name, _), fraction)) in into.iter().zip(&fractions).enumerate() {
            let last = n + 1 == into.len();
            let share = |of: &R, left: &R| if last { left.clone() } else { hundredths(&(of * fraction)) };
            let part = Certificate {
                name: name.clone(),
                holder: holder.clone().unwrap_or_else(|| old.holder.clone()),
                number: share(&old.number, &number),
                pending: share(&old.pending, &pending),
                status: Status::Outstanding,
            };
            number -= &part.number;
            pending -= &part.pending;
            self.state.certificates.push(part);
        }
        if let Some(old) = self.state.certificate_mut(certificate) {
            old.status = Status::Cancelled;
        }
        self.complete(place, Done::Divided { fractions });
    }
}
