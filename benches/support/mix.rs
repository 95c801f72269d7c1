//! The event mix of the measurements, and a hand-written program that does the same work on it.

use rust_decimal::{Decimal, RoundingStrategy};
use std::borrow::Cow;
use tenor::event::Raw;

/// An event as hand-written code would have it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    Quote { bid: Decimal, ask: Decimal },
    Issuance { shares: Decimal, price: Decimal },
    Split { new: Decimal, old: Decimal },
    Distribution { per_share: Decimal },
}

/// Numbers that only look random.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn up_to(&mut self, n: u64) -> i64 {
        i64::try_from(self.next() % n).unwrap_or(0)
    }
}

/// 60% issues, each below the price of its moment, 10% splits, 10% distributions, 20% quotes.
pub(crate) fn events(count: usize) -> Vec<Event> {
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut up = false;
    // an issue above the price is next to no work: the price is followed, so that each issue moves it
    let mut follow = warrant();
    (0..count)
        .map(|n| {
            let event = match if n == 0 { 9 } else { dice.next() % 10 } {
                0..=5 => {
                    let part = Decimal::new(dice.up_to(49) + 50, 2);
                    Event::Issuance {
                        shares: Decimal::new(dice.up_to(90_000) + 10_000, 0),
                        price: (follow.price * part).round_dp(4),
                    }
                }
                6 => {
                    // splits and combinations take turns, so that numbers stay within bounds
                    up = !up;
                    let (new, old) = if up { (2, 1) } else { (1, 2) };
                    Event::Split { new: Decimal::from(new), old: Decimal::from(old) }
                }
                7 => Event::Distribution { per_share: Decimal::new(dice.up_to(5) + 1, 4) },
                _ => {
                    let bid = dice.up_to(200) + 100;
                    Event::Quote { bid: Decimal::new(bid, 2), ask: Decimal::new(bid + dice.up_to(10) + 1, 2) }
                }
            };
            follow.apply_rearranged(&event);
            event
        })
        .collect()
}

/// What a warrant is to hand-written code.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Warrant {
    pub(crate) price: Decimal,
    pub(crate) number: Decimal,
    pub(crate) pending: Decimal,
    pub(crate) outstanding: Decimal,
    pub(crate) floor: Decimal,
    bid: Decimal,
    ask: Decimal,
}

pub(crate) fn warrant() -> Warrant {
    Warrant {
        price: Decimal::new(240, 2),
        number: Decimal::from(100_000),
        pending: Decimal::ZERO,
        outstanding: Decimal::from(40_000_000),
        floor: Decimal::new(1, 2),
        bid: Decimal::ZERO,
        ask: Decimal::ZERO,
    }
}

fn round(n: Decimal) -> Decimal {
    n.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

impl Warrant {
    /// One event, every operation checked, the formulas as the text states them.
    pub(crate) fn apply(&mut self, e: &Event) -> Option<()> {
        match *e {
            Event::Quote { bid, ask } => (self.bid, self.ask) = (bid, ask),
            Event::Issuance { shares, price } => {
                let after = self.outstanding.checked_add(shares)?;
                if price < self.price {
                    let consideration = price.checked_mul(shares)?;
                    let purchasable = consideration.checked_div(self.price)?;
                    let fraction = self.outstanding.checked_add(purchasable)?.checked_div(after)?;
                    let new = self.price.checked_mul(fraction)?;
                    self.price = if new < self.floor { self.floor.min(self.price) } else { new };
                }
                self.outstanding = after;
            }
            Event::Split { new, old } => {
                let ratio = new.checked_div(old)?;
                self.outstanding = self.outstanding.checked_mul(ratio)?;
                self.number = round(self.number.checked_mul(ratio)?);
                self.pending = round(self.pending.checked_mul(ratio)?);
                self.price = self.price.checked_div(ratio)?;
                self.floor = self.floor.checked_div(ratio)?;
            }
            Event::Distribution { per_share } => {
                let m = self.bid.checked_add(self.ask)?.checked_div(Decimal::TWO)?;
                let left = m.checked_sub(per_share)?;
                let fraction = m.checked_div(left)?;
                let change = round(self.number.checked_mul(fraction)?).checked_sub(self.number)?;
                self.pending = self.pending.checked_add(change)?;
                if self.pending.abs() >= self.number.checked_mul(Decimal::new(1, 2))? {
                    self.number = self.number.checked_add(self.pending)?;
                    self.pending = Decimal::ZERO;
                }
                self.price = self.price.checked_mul(left)?.checked_div(m)?;
            }
        }
        Some(())
    }

    /// The same with each formula brought to one division.
    pub(crate) fn apply_rearranged(&mut self, e: &Event) -> Option<()> {
        match *e {
            Event::Issuance { shares, price } if price < self.price => {
                let after = self.outstanding.checked_add(shares)?;
                let sum = self.price.checked_mul(self.outstanding)?.checked_add(price.checked_mul(shares)?)?;
                let new = sum.checked_div(after)?;
                self.price = if new < self.floor { self.floor.min(self.price) } else { new };
                self.outstanding = after;
                Some(())
            }
            Event::Split { new, old } => {
                self.outstanding = self.outstanding.checked_mul(new)?.checked_div(old)?;
                self.number = round(self.number.checked_mul(new)?.checked_div(old)?);
                self.pending = round(self.pending.checked_mul(new)?.checked_div(old)?);
                self.price = self.price.checked_mul(old)?.checked_div(new)?;
                self.floor = self.floor.checked_mul(old)?.checked_div(new)?;
                Some(())
            }
            Event::Distribution { per_share } => {
                let sum = self.bid.checked_add(self.ask)?;
                let left = sum.checked_sub(per_share.checked_mul(Decimal::TWO)?)?;
                let new = round(self.number.checked_mul(sum)?.checked_div(left)?);
                self.pending = self.pending.checked_add(new.checked_sub(self.number)?)?;
                if self.pending.abs() >= self.number.checked_mul(Decimal::new(1, 2))? {
                    self.number = self.number.checked_add(self.pending)?;
                    self.pending = Decimal::ZERO;
                }
                self.price = self.price.checked_mul(left)?.checked_div(sum)?;
                Some(())
            }
            _ => self.apply(e),
        }
    }
}

/// A record as a stream has it.
pub(crate) type Record = Vec<(Cow<'static, str>, Raw<'static>)>;

/// The stream of the same events, behind its facts.
pub(crate) fn records(events: &[Event], certificates: usize) -> Vec<Record> {
    let text = |s: String| Raw::Text(Cow::Owned(s));
    let record = |day: usize, event: &str, fields: &[(&'static str, String)]| {
        let date = chrono::NaiveDate::from_ymd_opt(2005, 3, 14).unwrap_or_default() + chrono::Days::new(day as u64);
        let mut out: Record = vec![("date".into(), text(date.to_string())), ("event".into(), text(event.to_owned()))];
        out.extend(fields.iter().map(|(k, v)| (Cow::Borrowed(*k), text(v.clone()))));
        out
    };
    let mut out =
        vec![record(0, "capitalization", &[("outstanding", "40000000".into())]), record(0, "floor", &[("value", "0.01".into())])];
    for n in 0..certificates {
        let fields = [("certificate", format!("W-{n}")), ("holder", "A".into()), ("shares", "100000".into())];
        out.push(record(0, "certificate", &fields));
    }
    for (n, e) in events.iter().enumerate() {
        let day = 1 + n;
        out.push(match e {
            Event::Quote { bid, ask } => record(day, "quote", &[("bid", bid.to_string()), ("ask", ask.to_string())]),
            Event::Issuance { shares, price } => {
                record(day, "issuance", &[("shares", shares.to_string()), ("price", price.to_string())])
            }
            Event::Split { new, old } => record(day, "split", &[("new", new.to_string()), ("old", old.to_string())]),
            Event::Distribution { per_share } => record(day, "distribution", &[("per_share", per_share.to_string())]),
        });
    }
    out
}
