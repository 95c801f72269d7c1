//! The Glowpoint warrant in exact fractions under the default readings, written from the agreement and from what is settled
//! about it: independent of the terms file and of the engine, and with no thought of speed. Where §4 annuls an adjustment,
//! everything is done again from the beginning with what is known by then.

#[path = "model/act.rs"]
mod act;
#[path = "model/event.rs"]
mod event;
#[path = "model/state.rs"]
mod state;

pub(crate) use act::Exercised;
pub(crate) use event::{Event, Method, R, Stated, What, over, whole};
pub(crate) use state::{State, Status};

use chrono::NaiveDate;
use state::Grant;
use std::collections::BTreeSet;

/// What became known later, and changes the past. Events are named by their place in the order of effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    /// A dividend or distribution was never made: §4(g)(iv).
    Abandoned(usize),
    /// A stock dividend was made with its payment: last paragraph of §4(b).
    Late { dividend: usize, payment: usize },
    /// Shares deemed issued at this event are not: §4(f).
    Annulled(usize),
    /// A price rose, and what was left of the grant counts as granted then: §4(f).
    Increased(usize),
}

/// What an act completed: it is final.
#[derive(Debug, Clone)]
pub(crate) enum Done {
    Refused,
    /// The fraction of the certificate that was exercised, and the shares issued.
    Exercised {
        fraction: R,
        issued: R,
    },
    /// The fractions of the certificate that went into each part.
    Divided {
        fractions: Vec<R>,
    },
}

/// A refusal: the record, and every clause it may cite.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) record: usize,
    pub(crate) clauses: Vec<&'static str>,
    /// Under §7, the largest exercise for cash.
    pub(crate) largest: Option<R>,
}

/// The warrant over a stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    /// The events in the order of their effect, with the numbers of their records.
    tape: Vec<(usize, Event)>,
    done: Vec<Option<Done>>,
    facts: BTreeSet<Fact>,
    pub(crate) state: State,
    pub(crate) exercises: Vec<Exercised>,
    pub(crate) refusals: Vec<Refusal>,
    /// More converted than a recomputed past had granted: no answer.
    pub(crate) impossible: bool,
}

impl Model {
    /// The warrant at the end of a stream.
    pub(crate) fn run(stream: &[Event]) -> Self {
        let mut order: Vec<(usize, &Event)> = stream.iter().enumerate().map(|(n, e)| (n + 1, e)).collect();
        order.sort_by_key(|(_, e)| (e.day, e.minute()));
        let mut model = Self::default();
        for (record, event) in order {
            model.push(record, event.clone());
        }
        model.refusals.sort_by_key(|r| r.record);
        model.exercises.sort_by_key(|e| e.record);
        model
    }

    /// Takes the next event in the order of effect.
    pub(crate) fn push(&mut self, record: usize, event: Event) {
        self.tape.push((record, event));
        self.done.push(None);
        let last = self.tape.len() - 1;
        let mut next = last;
        while next <= last {
            match self.step(next) {
                Ok(()) => next += 1,
                Err(facts) => {
                    self.facts.extend(facts);
                    self.state = State::default();
                    next = 0;
                }
            }
        }
    }

    /// Carries out an event, or finds that the past must be done again.
    fn step(&mut self, place: usize) -> Result<(), Vec<Fact>> {
        let Some((record, event)) = self.tape.get(place).cloned() else { return Ok(()) };
        self.state.day(event.day);
        if matches!(self.done.get(place), Some(Some(Done::Refused))) {
            return Ok(());
        }
        match &event.what {
            What::Exercise { .. } => self.exercise(place, record, &event),
            What::Division { .. } => self.divide(place, record, &event),
            What::StockDividend { per_share, .. } if self.made(place) => self.state.split(&(whole(1) + per_share)),
            What::Distribution { kind, per_share, .. } if *kind != "earnings" && self.made(place) => {
                if let Some(clause) = self.state.distribute(per_share) {
                    self.refuse(place, Refusal { record, clauses: vec![clause], largest: None });
                }
            }
            What::StockDividend { .. } | What::Distribution { .. } => {}
            What::Payment { of } => return self.pay(place, of, event.day),
            What::Abandonment { of } => {
                let fact = Fact::Abandoned(self.place(of));
                if !self.facts.contains(&fact) {
                    return Err(vec![fact]);
                }
            }
            What::Grant { id, shares, paid, exercise_price, exempt } => {
                let grant = Grant::new(id, shares, paid, exercise_price, exempt.is_some());
                let counts = !self.facts.contains(&Fact::Annulled(place));
                self.state.grant(grant, counts, place);
            }
            What::Lapse { of } => {
                let Some(grant) = self.state.grant_mut(of) else { return Ok(()) };
                if let (true, Some(deemed)) = (grant.left > whole(0), grant.deemed) {
                    return Err(vec![Fact::Annulled(deemed)]);
                }
                grant.left = whole(0);
            }
            What::Repricing { of, exercise_price } => return self.reprice(place, of, exercise_price),
            What::Conversion { of, shares } => self.impossible |= !self.state.convert(of, shares),
            fact => self.state.take(fact, event.day),
        }
        Ok(())
    }

    /// Whether a dividend or distribution is made at its record date.
    fn made(&self, place: usize) -> bool {
        let otherwise = |f: &Fact| matches!(f, Fact::Abandoned(at) | Fact::Late { dividend: at, .. } if *at == place);
        !self.facts.iter().any(otherwise)
    }

    /// A payment: it matters where it is of a stock dividend and late.
    fn pay(&mut self, place: usize, of: &str, day: NaiveDate) -> Result<(), Vec<Fact>> {
        let dividend = self.place(of);
        let Some(What::StockDividend { per_share, payable, .. }) = self.tape.get(dividend).map(|(_, e)| &e.what) else {
            return Ok(());
        };
        if day <= *payable || self.facts.contains(&Fact::Abandoned(dividend)) {
            return Ok(());
        }
        let fact = Fact::Late { dividend, payment: place };
        if !self.facts.contains(&fact) {
            return Err(vec![fact]);
        }
        let ratio = whole(1) + per_share;
        self.state.split(&ratio);
        Ok(())
    }

    /// A grant's price changes by its own terms: where it rises, what was deemed under it is annulled.
    fn reprice(&mut self, place: usize, of: &str, price: &R) -> Result<(), Vec<Fact>> {
        let increased = self.facts.contains(&Fact::Increased(place));
        let counts = increased && !self.facts.contains(&Fact::Annulled(place));
        let Some(grant) = self.state.grant_mut(of) else { return Ok(()) };
        if *price > grant.price
            && let Some(deemed) = grant.deemed
        {
            return Err(vec![Fact::Annulled(deemed), Fact::Increased(place)]);
        }
        grant.price = price.clone();
        if counts {
            self.state.deem(of, place);
        }
        Ok(())
    }

    /// The place of an event by its id.
    fn place(&self, of: &str) -> usize {
        let named = |e: &Event| match &e.what {
            What::StockDividend { id, .. } | What::Distribution { id, .. } => id == of,
            _ => false,
        };
        self.tape.iter().position(|(_, e)| named(e)).unwrap_or(usize::MAX)
    }

    /// Keeps a refusal, which stands whatever is recomputed.
    fn refuse(&mut self, place: usize, refusal: Refusal) {
        self.refusals.push(refusal);
        self.complete(place, Done::Refused);
    }

    fn complete(&mut self, place: usize, done: Done) {
        if let Some(slot) = self.done.get_mut(place) {
            *slot = Some(done);
        }
    }
}
