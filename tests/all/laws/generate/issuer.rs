//! What the issuer does, and the market.

use super::{Declared, Draft, between, cut, pick};
use crate::model::{R, Stated, What, over, whole};
use chrono::{Days, NaiveDate};
use num_traits::ToPrimitive;

const EXEMPT: [&str; 5] = ["warrant_exercise", "prior_security", "plan", "acquisition", "strategic"];
const SPLITS: [(i64, i64); 8] = [(2, 1), (3, 2), (3, 1), (5, 4), (1, 2), (1, 10), (2, 3), (1, 7)];
const KINDS: [&str; 7] = ["cash", "cash", "debt", "securities", "property", "rights", "earnings"];

impl Draft {
    pub(super) fn quote(&mut self, a: u16, b: u16, c: u16) {
        if self.busy.0 && !self.events.last().is_some_and(|(e, _)| e.is_fact()) {
            self.wait(1);
        }
        let bid = cut(&(&self.model.state.price * over(between(a, 60, 260), 100)), 100).max(over(1, 100));
        let mut ask = (!b.is_multiple_of(10)).then(|| &bid + over(between(b, 0, 25), 100));
        let mut bid = bid;
        if a.is_multiple_of(8) {
            // a hundred and first part of it is cents: a change of one percent exactly
            bid = (bid / over(101, 100)).ceil() * over(101, 100);
            ask = Some(bid.clone());
        }
        self.late.0 |= c.is_multiple_of(3) && !self.busy.0;
        self.put(What::Quote { bid, ask }, false, self.late.0);
    }

    /// Ids of dividends and distributions, payable in time.
    pub(super) fn declare(&mut self, c: u16) -> (String, NaiveDate) {
        let id = self.id();
        let days = Days::new(u64::from(5 + c % 120));
        let payable = self.day.checked_add_days(days).unwrap_or(self.day);
        self.declared.push(Declared { id: id.clone(), payable });
        (id, payable)
    }

    pub(super) fn distribution(&mut self, a: u16, b: u16, c: u16) {
        let value = self.model.state.market_value().cloned();
        let kind = pick(&KINDS, b).unwrap_or("cash");
        let (id, payable) = self.declare(c);
        // mostly small, so that changes wait; sometimes more than there is
        let part = match a % 16 {
            0..=6 => over(between(a / 16, 1, 150), 10_000),
            7 | 8 => over(1, 101),
            9..=14 => over(between(a / 16, 100, 5000), 10_000),
            _ => whole(2),
        };
        let per_share = cut(&(value.clone().unwrap_or_else(|| whole(1)) * &part), 10_000).max(over(1, 10_000));
        let refused = kind != "earnings" && value.is_none_or(|v| per_share >= v);
        if refused {
            self.declared.pop();
        }
        self.put(What::Distribution { id, kind, per_share, payable }, b.is_multiple_of(7), false);
    }

    pub(super) fn split(&mut self, a: u16) {
        let cheap = self.model.state.price < over(30, 100);
        let scarce = self.model.state.outstanding < whole(10_000);
        let allowed: Vec<(i64, i64)> =
            SPLITS.into_iter().filter(|(new, old)| !(cheap && new > old || scarce && old > new)).collect();
        if let Some((new, old)) = pick(&allowed, a) {
            self.repeats |= old % 3 == 0 || old % 7 == 0;
            self.put(What::Split { new, old }, a.is_multiple_of(5), false);
        }
    }

    pub(super) fn issuance(&mut self, a: u16, b: u16, c: u16) {
        let id = self.id();
        let size = |n: u16| (&self.model.state.outstanding * over(between(n, 1, 300), 1000)).floor().max(whole(1));
        let price = |n: u16| match n % 12 {
            0 => whole(0),
            // the price itself, where a decimal holds it
            1 => cut(&self.model.state.price, 10_000),
            _ => cut(&(&self.model.state.price * over(between(n, 5, 125), 100)), 100),
        };
        let (pieces, stated) = match c % 5 {
            0 => (vec![(size(a), price(b)), (size(b), price(a)), (size(c), price(c))], Stated::InPieces),
            1 => (vec![(size(a), price(b))], Stated::InTotal),
            _ => (vec![(size(a), price(b))], Stated::PerShare),
        };
        let total: R = pieces.iter().map(|(shares, price)| shares * price).sum();
        let accrued = if a.is_multiple_of(6) { cut(&(total * over(1, 50)), 1) } else { whole(0) };
        let cheapest = pieces.iter().map(|p| &p.1).min().cloned().unwrap_or_else(|| whole(0));
        let accrued = if cheapest == whole(0) { whole(0) } else { accrued };
        let exempt = if b.is_multiple_of(9) { pick(&EXEMPT, a) } else { None };
        self.put(What::Issuance { id, pieces, stated, accrued, exempt }, c.is_multiple_of(6), false);
    }

    pub(super) fn grant(&mut self, a: u16, b: u16, c: u16) {
        let id = self.id();
        let shares = (&self.model.state.outstanding * over(between(a, 1, 200), 1000)).floor().max(whole(1));
        let exercise_price = cut(&(&self.model.state.price * over(between(b, 5, 120), 100)), 100);
        let paid = if c.is_multiple_of(2) {
            whole(0)
        } else {
            cut(&(&shares * &self.model.state.price * over(between(c, 1, 30), 100)), 100)
        };
        let exempt = if a.is_multiple_of(9) { pick(&EXEMPT, b) } else { None };
        self.grants.push((id.clone(), 0));
        self.put(What::Grant { id, shares, paid, exercise_price, exempt }, c.is_multiple_of(6), false);
    }

    /// A grant with something left, which is then left alone or not.
    pub(super) fn granted(&mut self, n: u16, ends: bool) -> Option<(String, R)> {
        let at = usize::from(n) % self.grants.len().max(1);
        let (id, _) = self.grants.get(at)?.clone();
        if ends {
            self.grants.remove(at);
        }
        let left = self.model.state.grants.iter().find(|g| g.id == id).map(|g| g.left.clone())?;
        Some((id, left))
    }

    pub(super) fn convert(&mut self, a: u16, b: u16) {
        let Some((of, left)) = self.granted(a, false) else { return };
        let all = b.is_multiple_of(8);
        let part = if all { whole(1) } else { over(between(b, 1, 30), 100) };
        let shares = (left * part).floor();
        // a past in which there were fewer shares must still have so many
        let few = self.grants.iter_mut().find(|g| g.0 == of).map(|g| {
            g.1 += 1;
            g.1 <= 3
        });
        if few == Some(true) && shares > whole(0) {
            self.add(What::Conversion { of, shares });
        }
    }

    pub(super) fn reprice(&mut self, a: u16, b: u16) {
        let Some((of, left)) = self.granted(a, false).filter(|g| g.1 > whole(0)) else { return };
        let grant = self.model.state.grants.iter().find(|g| g.id == of && g.left == left);
        let before = grant.map_or_else(|| whole(1), |g| g.price.clone());
        // mostly upward
        let change = if b.is_multiple_of(8) { over(between(b / 8, 30, 98), 100) } else { over(between(b, 102, 260), 100) };
        let exercise_price = cut(&(before * change), 10_000) + if b.is_multiple_of(8) { whole(0) } else { over(1, 100) };
        self.add(What::Repricing { of, exercise_price });
    }

    pub(super) fn abandon(&mut self, a: u16) {
        let day = self.day;
        let open: Vec<usize> =
            (0..self.declared.len()).filter(|n| self.declared.get(*n).is_some_and(|d| d.payable > day)).collect();
        let Some(at) = pick(&open, a) else { return };
        let of = self.declared.remove(at).id;
        self.add(What::Abandonment { of });
    }

    pub(super) fn pay(&mut self, a: u16, b: u16) {
        let at = usize::from(a) % self.declared.len().max(1);
        if at >= self.declared.len() {
            return;
        }
        let Declared { id: of, payable } = self.declared.remove(at);
        // mostly late
        if !b.is_multiple_of(4) && self.day <= payable {
            let days = (payable - self.day).num_days().to_u64().unwrap_or(0);
            self.wait(days + u64::from(b / 4 % 12));
        }
        if !self.over() {
            self.add(What::Payment { of });
        }
    }
}
