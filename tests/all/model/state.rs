//! What is known of the issuer and of the certificates at a moment, and how §4 changes it.

use super::event::{R, What, over, whole};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// How a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Outstanding,
    Exercised,
    Expired,
    Cancelled,
}

/// A certificate.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) name: String,
    pub(crate) holder: String,
    pub(crate) number: R,
    pub(crate) pending: R,
    pub(crate) status: Status,
}

/// Options, warrants, rights or convertibles of the issuer.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) shares: R,
    pub(crate) left: R,
    pub(crate) paid: R,
    pub(crate) price: R,
    pub(crate) exempt: bool,
    /// The place of the event at which its shares were deemed issued, where that moved the price.
    pub(crate) deemed: Option<usize>,
}

impl Grant {
    pub(crate) fn new(id: &str, shares: &R, paid: &R, price: &R, exempt: bool) -> Self {
        let (shares, paid, price) = (shares.clone(), paid.clone(), price.clone());
        Self { id: id.to_owned(), left: shares.clone(), shares, paid, price, exempt, deemed: None }
    }

    /// What is paid for a share, all in.
    fn all_in(&self) -> R {
        &self.price + &self.paid / &self.shares
    }
}

/// The issuer and the certificates.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) outstanding: R,
    pub(crate) price: R,
    pub(crate) floor: R,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) holdings: BTreeMap<String, R>,
    /// Whether quotes of the original issue date give the floor.
    floor_quoted: bool,
    /// The closing quotes that have a bid and an ask: their means, restated.
    quotes: Vec<R>,
    expired: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            outstanding: whole(0),
            price: over(240, 100),
            floor: whole(0),
            certificates: Vec::new(),
            grants: Vec::new(),
            holdings: BTreeMap::new(),
            floor_quoted: false,
            quotes: Vec::new(),
            expired: false,
        }
    }
}

/// The last day on which the warrant can be exercised.
pub(crate) fn expiry() -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2010, 3, 14)
}

/// To the nearest hundredth of a share, half away from zero. Nothing here is negative.
pub(crate) fn hundredths(n: &R) -> R {
    (n * whole(100) + over(1, 2)).floor() / whole(100)
}

impl State {
    /// A day begins.
    pub(super) fn day(&mut self, day: NaiveDate) {
        self.expired = expiry().is_some_and(|e| day > e);
        if self.expired {
            for c in self.certificates.iter_mut().filter(|c| c.status == Status::Outstanding) {
                c.status = Status::Expired;
            }
        }
    }

    /// The market value: §8, on Nasdaq.
    pub(crate) fn market_value(&self) -> Option<&R> {
        self.quotes.last()
    }

    pub(crate) fn certificate(&self, name: &str) -> Option<&Certificate> {
        self.certificates.iter().find(|c| c.name == name)
    }

    pub(super) fn certificate_mut(&mut self, name: &str) -> Option<&mut Certificate> {
        self.certificates.iter_mut().find(|c| c.name == name)
    }

    pub(super) fn grant_mut(&mut self, id: &str) -> Option<&mut Grant> {
        self.grants.iter_mut().find(|g| g.id == id)
    }

    /// Facts, and events that concern nothing but the state.
    pub(super) fn take(&mut self, what: &What, day: NaiveDate) {
        match what {
            What::Capitalization { outstanding } => self.outstanding = outstanding.clone(),
            What::IssueDateValue { value } if !self.floor_quoted => self.floor = value.clone(),
            What::Certificate { name, holder, shares } => self.certificates.push(Certificate {
                name: name.clone(),
                holder: holder.clone(),
                number: shares.clone(),
                pending: whole(0),
                status: Status::Outstanding,
            }),
            What::Holdings { holder, shares } => {
                self.holdings.insert(holder.clone(), shares.clone());
            }
            What::Quote { bid, ask: Some(ask) } => {
                let mean = (bid + ask) / whole(2);
                if NaiveDate::from_ymd_opt(2005, 3, 14).is_some_and(|issued| day <= issued) {
                    self.floor = mean.clone();
                    self.floor_quoted = true;
                }
                self.quotes.push(mean);
            }
            What::Split { new, old } => self.split(&over(*new, *old)),
            What::Issuance { pieces, accrued, exempt, .. } => self.issue(pieces, accrued, exempt.is_some()),
            What::Repurchase { shares } => self.outstanding -= shares,
            _ => {}
        }
    }

    /// §4(b): one share becomes so many.
    pub(super) fn split(&mut self, ratio: &R) {
        self.outstanding *= ratio;
        self.floor /= ratio;
        for quote in &mut self.quotes {
            *quote /= ratio;
        }
        for grant in &mut self.grants {
            grant.shares *= ratio;
            grant.left *= ratio;
            grant.price /= ratio;
        }
        if self.expired {
            return;
        }
        self.price /= ratio;
        for c in self.certificates.iter_mut().filter(|c| c.status == Status::Outstanding) {
            c.number = hundredths(&(&c.number * ratio));
            c.pending = hundredths(&(&c.pending * ratio));
        }
    }

    /// §4(c): a distribution of so much per share; the clause to cite where it has no answer.
    pub(super) fn distribute(&mut self, per_share: &R) -> Option<&'static str> {
        if self.expired {
            return None;
        }
        let Some(value) = self.market_value().cloned() else { return Some("8") };
        if *per_share >= value {
            return Some("4(c)");
        }
        let factor = &value / (&value - per_share);
        self.price /= &factor;
        for c in self.certificates.iter_mut().filter(|c| c.status == Status::Outstanding) {
            // §4(g)(ii): under one percent it waits, summed with what waits already
            c.pending += hundredths(&(&c.number * &factor)) - &c.number;
            if &c.pending * whole(100) >= c.number {
                c.number += &c.pending;
                c.pending = whole(0);
            }
        }
        None
    }

    /// §4(d): shares issued, the lowest price first.
    fn issue(&mut self, pieces: &[(R, R)], accrued: &R, exempt: bool) {
        let total: R = pieces.iter().map(|p| &p.0).sum();
        let accrued = accrued / total;
        let mut pieces: Vec<&(R, R)> = pieces.iter().collect();
        pieces.sort_by(|a, b| a.1.cmp(&b.1));
        for (shares, price) in pieces {
            if !exempt {
                self.dilute(shares, &(price - &accrued));
            }
            self.outstanding += shares;
        }
    }

    /// §4(e): equivalents are granted. Where they count and are cheap enough to move the price, their shares are deemed issued.
    pub(super) fn grant(&mut self, grant: Grant, counts: bool, place: usize) {
        let id = grant.id.clone();
        self.grants.push(grant);
        if counts {
            self.deem(&id, place);
        }
    }

    /// Deems what is left of a grant issued, if that moves the price.
    pub(super) fn deem(&mut self, id: &str, place: usize) {
        let Some(grant) = self.grants.iter().find(|g| g.id == id).filter(|g| !g.exempt).cloned() else { return };
        let moved = self.dilute(&grant.left, &grant.all_in());
        if moved && let Some(grant) = self.grant_mut(id) {
            grant.deemed = Some(place);
        }
    }

    /// Shares are really issued under a grant; whether there were so many left.
    pub(super) fn convert(&mut self, id: &str, shares: &R) -> bool {
        let Some(grant) = self.grants.iter().find(|g| g.id == id).cloned() else { return false };
        if grant.deemed.is_none() && !grant.exempt {
            self.dilute(shares, &grant.all_in());
        }
        self.outstanding += shares;
        let enough = *shares <= grant.left;
        if let Some(grant) = self.grant_mut(id) {
            grant.left -= shares;
        }
        enough
    }

    /// The weighted average of §4(d)(i) with the floor of §4; whether the price moved.
    fn dilute(&mut self, shares: &R, per_share: &R) -> bool {
        if self.expired || *per_share >= self.price {
            return false;
        }
        let deemed: R = self.grants.iter().filter(|g| g.deemed.is_some()).map(|g| &g.left).sum();
        let before = &self.outstanding + deemed;
        let bought = shares * per_share / &self.price;
        let price = &self.price * (&before + bought) / (&before + shares);
        let floor = (&self.floor).min(&self.price).clone();
        let price = price.max(floor);
        let moved = price != self.price;
        self.price = price;
        moved
    }
}
