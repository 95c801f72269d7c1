//! Streams of valid events: dates that rise, ids that refer to what came before. Each is made from a list of steps against
//! the model, so that most exercises can be done and most transfers add up; shrinking drops steps.

use crate::model::{Event, Method, Model, R, Stated, Status, What, over, whole};
use chrono::{Days, NaiveDate};
use num_traits::ToPrimitive;
use proptest::prelude::*;

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Quote,
    Issuance,
    Distribution,
    StockDividend,
    Split,
    Grant,
    Conversion,
    Lapse,
    Repricing,
    Abandonment,
    Payment,
    Repurchase,
    Exercise,
    Transfer,
    Exchange,
    Holdings,
    Capitalization,
    Leap,
}

/// All kinds, as often as they come.
pub(super) const ALL: &[(Kind, u32)] = &[
    (Kind::Quote, 6),
    (Kind::Issuance, 6),
    (Kind::Distribution, 7),
    (Kind::StockDividend, 4),
    (Kind::Split, 2),
    (Kind::Grant, 5),
    (Kind::Conversion, 5),
    (Kind::Lapse, 3),
    (Kind::Repricing, 3),
    (Kind::Abandonment, 3),
    (Kind::Payment, 3),
    (Kind::Repurchase, 1),
    (Kind::Exercise, 9),
    (Kind::Transfer, 2),
    (Kind::Exchange, 2),
    (Kind::Holdings, 1),
    (Kind::Capitalization, 1),
    (Kind::Leap, 1),
];

/// Kinds of which nothing is final.
pub(super) const NO_ACTS: &[(Kind, u32)] = &[
    (Kind::Quote, 4),
    (Kind::Issuance, 4),
    (Kind::Distribution, 4),
    (Kind::StockDividend, 2),
    (Kind::Split, 2),
    (Kind::Grant, 2),
    (Kind::Repurchase, 1),
];

/// Kinds that deem nothing issued.
pub(super) const NOTHING_DEEMED: &[(Kind, u32)] = &[
    (Kind::Quote, 3),
    (Kind::Issuance, 4),
    (Kind::Distribution, 3),
    (Kind::StockDividend, 2),
    (Kind::Split, 2),
    (Kind::Repurchase, 1),
    (Kind::Exercise, 3),
    (Kind::Exchange, 1),
];

/// A step, still to be filled in.
#[derive(Debug, Clone)]
pub(super) struct Step {
    kind: Kind,
    gap: u16,
    a: u16,
    b: u16,
    c: u16,
}

/// Steps of some kinds.
pub(super) fn steps(kinds: &[(Kind, u32)], count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> + use<> {
    let table: Vec<Kind> = kinds.iter().flat_map(|(kind, n)| (0..*n).map(|_| *kind)).collect();
    let gap = prop_oneof![3 => Just(0u16), 2 => 1u16..8, 2 => 8u16..60];
    let step = (prop::sample::select(table), gap, any::<u16>(), any::<u16>(), any::<u16>());
    prop::collection::vec(step.prop_map(|(kind, gap, a, b, c)| Step { kind, gap, a, b, c }), count)
}

/// A dividend or distribution that may still be abandoned or paid.
#[derive(Debug, Clone)]
struct Declared {
    id: String,
    payable: NaiveDate,
}

/// A stream in the making.
pub(super) struct Draft {
    pub(super) model: Model,
    /// The events in the order of their effect, and whether the stream has them late in their day.
    events: Vec<(Event, bool)>,
    day: NaiveDate,
    /// Whether something has happened this day: at all, at its close.
    busy: (bool, bool),
    /// Whether facts, and acts of the morning, stand late in the stream of this day: what follows of either stands there too.
    late: (bool, bool),
    /// The next event needs a day of its own.
    apart: bool,
    next: usize,
    /// Whether there was a split by a ratio that no decimal holds.
    repeats: bool,
    /// Stock dividends so far.
    dividends: u8,
    declared: Vec<Declared>,
    grants: Vec<(String, u8)>,
    /// Names of certificates, also of those a refused act was to issue.
    names: Vec<String>,
}

/// Whether streams have so many stock dividends that the product of their factors has more digits than the engine takes
/// into a distribution: it stops there, as at a number too large to be held.
const LONG_SPLIT_FACTORS: bool = false;
/// Whether streams have exercises that issue nothing by a holder who owns too much, or nobody knows how much: the engine lets
/// them pass, and §7 says that what is owned and what is issued are added.
const CAPPED_EXERCISES_FOR_NOTHING: bool = false;
/// Whether streams have exercises refused under §7 while the price is the market value: the engine divides by their
/// difference for the largest exercise without cash, and stops.
const CAPPED_EXERCISES_AT_THE_MARKET_VALUE: bool = false;
/// Whether streams have cashless exercises, where no decimal holds the price or the market value, that come out at whole
/// shares exactly or at nothing because the two are equal: the engine computes a little less or more, and issues a share too
/// few, or does what it should refuse.
const TIES_OF_REPEATING_DECIMALS: bool = false;

/// Whether streams have lapses of grants that were converted to the last share: the engine rescinds what was adjusted at the
/// grant, and §4(f)(i) asks for something that was not exercised.
const LAPSES_OF_NOTHING: bool = false;

/// Whether streams have grants that are converted to the last share after 2 for 3 and 3 for 1: the engine has a little less
/// left than there is, and stops.
const ALL_OF_A_RESTATED_GRANT: bool = false;

const EXEMPT: [&str; 5] = ["warrant_exercise", "prior_security", "plan", "acquisition", "strategic"];
const SPLITS: [(i64, i64); 8] = [(2, 1), (3, 2), (3, 1), (5, 4), (1, 2), (1, 10), (2, 3), (1, 7)];
const KINDS: [&str; 7] = ["cash", "cash", "debt", "securities", "property", "rights", "earnings"];
const ISSUED: [i64; 4] = [40_000_000, 1_000_000, 7_654_321, 3_000_000];
const FLOORS: [i64; 5] = [50, 150, 1, 230, 300];
const NUMBERS: [i64; 6] = [10_000_000, 100_000, 5_000_000, 123_457, 99_900, 20_000_037];

fn pick<T: Copy>(of: &[T], n: u16) -> Option<T> {
    of.get(usize::from(n) % of.len().max(1)).copied()
}

fn between(n: u16, low: i64, high: i64) -> i64 {
    low + i64::from(n) % (high - low + 1)
}

/// Cut off after so many hundredths or ten-thousandths.
fn cut(n: &R, parts: i64) -> R {
    (n * whole(parts)).floor() / whole(parts)
}

impl Draft {
    /// The facts at the beginning; `floor` in cents takes the place of one that is drawn.
    pub(super) fn new(seed: (u16, u16, u16), floor: Option<R>) -> Self {
        let day = NaiveDate::from_ymd_opt(2005, 3, 14).unwrap_or_default();
        let mut draft = Self {
            model: Model::default(),
            events: Vec::new(),
            day,
            busy: (false, false),
            late: (false, false),
            apart: true,
            next: 1,
            repeats: false,
            dividends: 0,
            declared: Vec::new(),
            grants: Vec::new(),
            names: Vec::new(),
        };
        let (a, b, c) = seed;
        draft.add(What::Capitalization { outstanding: whole(pick(&ISSUED, a).unwrap_or(1_000_000)) });
        let drawn = floor.is_none();
        let floor = floor.unwrap_or_else(|| over(pick(&FLOORS, b).unwrap_or(150), 100));
        draft.add(What::IssueDateValue { value: floor });
        for n in 0..=c % 3 {
            let name = draft.name();
            let shares = over(pick(&NUMBERS, c / 3 + n).unwrap_or(100_000), 100);
            draft.add(What::Certificate { name, holder: format!("H{n}"), shares });
        }
        // a quote of the original issue date goes before the stated value
        if a % 8 == 1 && drawn {
            draft.quote(a, b, c);
        }
        draft.apart = true;
        if a % 8 > 1 {
            draft.wait(1);
            draft.quote(a, b, c);
        }
        draft
    }

    /// A stream from steps.
    pub(super) fn of(seed: (u16, u16, u16), floor: Option<R>, steps: &[Step]) -> Self {
        let mut draft = Self::new(seed, floor);
        draft.steps(steps);
        draft
    }

    /// Further steps.
    pub(super) fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    /// The events so far are those of the stream, in its order.
    pub(super) fn settle(&mut self) {
        self.events = self.stream().into_iter().map(|e| (e, false)).collect();
        let events: Vec<Event> = self.events.iter().map(|(e, _)| e.clone()).collect();
        self.model = Model::run(&events);
    }

    /// The present day.
    pub(super) fn day(&self) -> NaiveDate {
        self.day
    }

    /// The events as a stream has them.
    pub(super) fn stream(&self) -> Vec<Event> {
        let mut out: Vec<Event> = Vec::new();
        for day in self.events.chunk_by(|a, b| a.0.day == b.0.day) {
            out.extend(day.iter().filter(|(_, late)| !late).map(|(e, _)| e.clone()));
            out.extend(day.iter().filter(|(_, late)| *late).map(|(e, _)| e.clone()));
        }
        out
    }

    /// Days pass, and what follows has a day of its own.
    pub(super) fn wait(&mut self, days: u64) {
        let at = self.day.checked_add_days(Days::new(days)).unwrap_or(self.day);
        // what happens on the last day itself is settled by the hour, which is not in question here
        let last = NaiveDate::from_ymd_opt(2010, 3, 14);
        self.day = if Some(at) == last { at.succ_opt().unwrap_or(at) } else { at };
        self.busy = (false, false);
        self.late = (false, false);
        self.apart = false;
    }

    /// Adds an event at the close of business, or a fact.
    pub(super) fn add(&mut self, what: What) {
        self.put(what, false, false);
    }

    fn put(&mut self, what: What, morning: bool, late: bool) {
        let event = Event { day: self.day, morning, what };
        let early = event.minute() < 1020;
        self.busy = (true, self.busy.1 || !early);
        self.model.push(self.events.len() + 1, event.clone());
        self.events.push((event, late));
    }

    fn id(&mut self) -> String {
        self.next += 1;
        format!("E{}", self.next)
    }

    /// A name for a certificate that nothing has had.
    pub(super) fn name(&mut self) -> String {
        let name = format!("W-{}", self.names.len() + 1);
        self.names.push(name.clone());
        name
    }

    /// An outstanding certificate that is worth dividing.
    pub(super) fn certificate(&self, n: u16) -> Option<(String, R, R)> {
        let standing = self.model.state.certificates.iter().filter(|c| c.status == Status::Outstanding && c.number > whole(1));
        let all: Vec<_> = standing.collect();
        all.get(usize::from(n) % all.len().max(1)).map(|c| (c.name.clone(), c.number.clone(), c.pending.clone()))
    }

    /// Whether the warrant is over.
    pub(super) fn over(&self) -> bool {
        self.day.to_string().as_str() >= "2010-03-14"
    }

    fn step(&mut self, step: &Step) {
        let &Step { kind, gap, a, b, c } = step;
        if gap > 0 || self.apart {
            self.wait(u64::from(gap.max(1)));
        }
        if self.over() && !matches!(kind, Kind::Exercise | Kind::Issuance | Kind::Quote) {
            return;
        }
        match kind {
            Kind::Quote => self.quote(a, b, c),
            Kind::Issuance => self.issuance(a, b, c),
            Kind::Distribution => self.distribution(a, b, c),
            Kind::StockDividend if self.dividends < 3 || LONG_SPLIT_FACTORS => {
                self.dividends += 1;
                let (id, payable) = self.declare(c);
                self.put(What::StockDividend { id, per_share: over(between(a, 1, 20), 200), payable }, false, false);
            }
            Kind::StockDividend => {}
            Kind::Split => self.split(a),
            Kind::Grant => self.grant(a, b, c),
            Kind::Conversion => self.convert(a, b),
            Kind::Lapse => {
                if let Some((of, _)) = self.granted(a, true).filter(|g| g.1 > whole(0) || LAPSES_OF_NOTHING) {
                    self.add(What::Lapse { of });
                }
            }
            Kind::Repricing => self.reprice(a, b),
            Kind::Abandonment => self.abandon(a),
            Kind::Payment => self.pay(a, b),
            Kind::Repurchase => {
                let shares = (&self.model.state.outstanding * over(between(a, 1, 50), 1000)).floor();
                self.add(What::Repurchase { shares });
            }
            Kind::Exercise => self.exercise(a, b, c),
            Kind::Transfer => self.divide(a, b, c, true),
            Kind::Exchange => self.divide(a, b, c, false),
            Kind::Holdings => {
                self.fact_day();
                self.add(What::Holdings { holder: format!("H{}", a % 3), shares: whole(between(b, 0, 60_000)) });
                self.apart = true;
            }
            Kind::Capitalization => {
                self.fact_day();
                let outstanding = (&self.model.state.outstanding * over(between(a, 90, 120), 100)).floor();
                self.add(What::Capitalization { outstanding });
                self.apart = true;
            }
            Kind::Leap => {
                // often to the days about the end of §7
                let near = NaiveDate::from_ymd_opt(2010, 1, 10 + u32::from(b % 3)).unwrap_or_default();
                let days = (near - self.day).num_days().to_u64().filter(|n| *n > 0 && a % 2 == 0);
                self.wait(days.unwrap_or_else(|| u64::from(300 + a % 700)));
            }
        }
    }

    /// A day on which nothing has happened.
    fn fact_day(&mut self) {
        if self.busy.0 {
            self.wait(1);
        }
    }

    fn quote(&mut self, a: u16, b: u16, c: u16) {
        if self.busy.0 && !self.events.last().is_some_and(|(e, _)| e.is_fact()) {
            self.wait(1);
        }
        let bid = cut(&(&self.model.state.price * over(between(a, 60, 260), 100)), 100).max(over(1, 100));
        let mut ask = (b % 10 != 0).then(|| &bid + over(between(b, 0, 25), 100));
        let mut bid = bid;
        if a % 8 == 0 {
            // a hundred and first part of it is cents: a change of one percent exactly
            bid = (bid / over(101, 100)).ceil() * over(101, 100);
            ask = Some(bid.clone());
        }
        self.late.0 |= c % 3 == 0 && !self.busy.0;
        self.put(What::Quote { bid, ask }, false, self.late.0);
    }

    /// Ids of dividends and distributions, payable in time.
    fn declare(&mut self, c: u16) -> (String, NaiveDate) {
        let id = self.id();
        let days = Days::new(u64::from(5 + c % 120));
        let payable = self.day.checked_add_days(days).unwrap_or(self.day);
        self.declared.push(Declared { id: id.clone(), payable });
        (id, payable)
    }

    fn distribution(&mut self, a: u16, b: u16, c: u16) {
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
        self.put(What::Distribution { id, kind, per_share, payable }, b % 7 == 0, false);
    }

    fn split(&mut self, a: u16) {

        let cheap = self.model.state.price < over(30, 100);
        let scarce = self.model.state.outstanding < whole(10_000);
        let allowed: Vec<(i64, i64)> = SPLITS.into_iter().filter(|(new, old)| !(cheap && new > old || scarce && old > new)).collect();
        if let Some((new, old)) = pick(&allowed, a) {
            self.repeats |= old % 3 == 0 || old % 7 == 0;
            self.put(What::Split { new, old }, a % 5 == 0, false);
        }
    }

    fn issuance(&mut self, a: u16, b: u16, c: u16) {
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
        let accrued = if a % 6 == 0 { cut(&(total * over(1, 50)), 1) } else { whole(0) };
        let cheapest = pieces.iter().map(|p| &p.1).min().cloned().unwrap_or_else(|| whole(0));
        let accrued = if cheapest == whole(0) { whole(0) } else { accrued };
        let exempt = if b % 9 == 0 { pick(&EXEMPT, a) } else { None };
        self.put(What::Issuance { id, pieces, stated, accrued, exempt }, c % 6 == 0, false);
    }

    fn grant(&mut self, a: u16, b: u16, c: u16) {
        let id = self.id();
        let shares = (&self.model.state.outstanding * over(between(a, 1, 200), 1000)).floor().max(whole(1));
        let exercise_price = cut(&(&self.model.state.price * over(between(b, 5, 120), 100)), 100);
        let paid = if c % 2 == 0 { whole(0) } else { cut(&(&shares * &self.model.state.price * over(between(c, 1, 30), 100)), 100) };
        let exempt = if a % 9 == 0 { pick(&EXEMPT, b) } else { None };
        self.grants.push((id.clone(), 0));
        self.put(What::Grant { id, shares, paid, exercise_price, exempt }, c % 6 == 0, false);
    }

    /// A grant with something left, which is then left alone or not.
    fn granted(&mut self, n: u16, ends: bool) -> Option<(String, R)> {
        let at = usize::from(n) % self.grants.len().max(1);
        let (id, _) = self.grants.get(at)?.clone();
        if ends {
            self.grants.remove(at);
        }
        let left = self.model.state.grants.iter().find(|g| g.id == id).map(|g| g.left.clone())?;
        Some((id, left))
    }

    fn convert(&mut self, a: u16, b: u16) {
        let Some((of, left)) = self.granted(a, false) else { return };
        let all = b % 8 == 0 && (!self.repeats || ALL_OF_A_RESTATED_GRANT);
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

    fn reprice(&mut self, a: u16, b: u16) {
        let Some((of, left)) = self.granted(a, false).filter(|g| g.1 > whole(0)) else { return };
        let grant = self.model.state.grants.iter().find(|g| g.id == of && g.left == left);
        let before = grant.map_or_else(|| whole(1), |g| g.price.clone());
        // mostly upward
        let change = if b % 8 == 0 { over(between(b / 8, 30, 98), 100) } else { over(between(b, 102, 260), 100) };
        let exercise_price = cut(&(before * change), 10_000) + if b % 8 == 0 { whole(0) } else { over(1, 100) };
        self.add(What::Repricing { of, exercise_price });
    }

    fn abandon(&mut self, a: u16) {
        let day = self.day;
        let open: Vec<usize> = (0..self.declared.len()).filter(|n| self.declared.get(*n).is_some_and(|d| d.payable > day)).collect();
        let Some(at) = pick(&open, a) else { return };
        let of = self.declared.remove(at).id;
        self.add(What::Abandonment { of });
    }

    fn pay(&mut self, a: u16, b: u16) {
        let at = usize::from(a) % self.declared.len().max(1);
        if at >= self.declared.len() {
            return;
        }
        let Declared { id: of, payable } = self.declared.remove(at);
        // mostly late
        if b % 4 != 0 && self.day <= payable {
            let days = (payable - self.day).num_days().to_u64().unwrap_or(0);
            self.wait(days + u64::from(b / 4 % 12));
        }
        if !self.over() {
            self.add(What::Payment { of });
        }
    }

    fn exercise(&mut self, a: u16, b: u16, c: u16) {
        let morning = c % 3 == 0;
        if morning && self.busy.1 {
            self.wait(1);
        }
        // before the first day of exercise only now and then
        let opening = NaiveDate::from_ymd_opt(2005, 9, 15).unwrap_or_default();
        if self.day < opening && c % 8 != 0 {
            let days = (opening - self.day).num_days().to_u64().unwrap_or(0);
            self.wait(days + u64::from(b % 3));
        }
        let anything = a % 16 == 0;
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
        if even && !CAPPED_EXERCISES_AT_THE_MARKET_VALUE {
            shares = shares.min(whole(100));
        }
        let method = match c / 8 % 5 {
            0 | 1 => Method::Cash,
            2 | 3 => Method::Cashless,
            _ => Method::Combination((&shares * over(between(a, 1, 9), 10)).floor().max(whole(1)).min(shares.floor().max(whole(1)))),
        };
        let mut method = if matches!(&method, Method::Combination(cash) if *cash >= shares) { Method::Cash } else { method };
        let mut owned = match a / 16 % 8 {
            0 => None,
            1 => Some(cut(&(&self.model.state.outstanding * over(between(c, 1, 5), 100)), 1)),
            _ => Some(whole(between(b, 0, 900))),
        };
        let got = self.got(&shares, &method);
        if even && !CAPPED_EXERCISES_AT_THE_MARKET_VALUE {
            owned = Some(whole(0));
        }
        if !TIES_OF_REPEATING_DECIMALS && self.repeating() && !matches!(method, Method::Cash) && got.is_integer() {
            method = if even { Method::Cash } else { Method::Cashless };
            shares = (shares - over(1, 100)).max(over(1, 100));
        }
        if got < whole(2) && !CAPPED_EXERCISES_FOR_NOTHING {
            owned = Some(whole(0));
        }
        let rest = (b % 5 == 4 && shares < total && !anything && self.names.len() < 12).then(|| self.name());
        let id = self.id();
        if morning && self.late.1 && rest.is_some() {
            self.wait(1);
        }
        self.late.1 |= morning && rest.is_none() && c % 2 == 0;
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

    fn divide(&mut self, a: u16, b: u16, c: u16, transfer: bool) {
        if self.names.len() >= 12 {
            return;
        }
        let morning = c % 3 == 0;
        if morning && (self.busy.1 || self.late.1) {
            self.wait(1);
        }
        if self.over() {
            return;
        }
        let standing = self.certificate(a / 16).filter(|_| a % 16 != 0);
        let known = self.names.iter().filter(|n| {
            let found = self.model.state.certificate(n);
            found.is_none_or(|c| c.status == Status::Cancelled)
        });
        let gone: Vec<&String> = known.collect();
        let gone = gone.get(usize::from(b) % gone.len().max(1)).map(|n| (*n).clone());
        let Some((certificate, number)) = standing.map(|(name, number, _)| (name, number)).or_else(|| gone.map(|name| (name, whole(100)))) else {
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
        if b % 12 == 0 && let Some(last) = parts.last_mut() {
            *last += over(1, 100);
        }
        let into = parts.into_iter().map(|shares| (self.name(), shares)).collect();
        let holder = transfer.then(|| format!("H{}", b % 4));
        self.put(What::Division { certificate, into, holder }, morning, false);
    }
}
