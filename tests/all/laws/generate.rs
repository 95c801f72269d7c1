//! Streams of valid events: dates that rise, ids that refer to what came before. Each is made from a list of steps against
//! the model, so that most exercises can be done and most transfers add up; shrinking drops steps.

#[path = "generate/act.rs"]
mod act;
#[path = "generate/issuer.rs"]
mod issuer;

use crate::model::{Event, Model, R, Status, What, over, whole};
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
const LONG_SPLIT_FACTORS: bool = true;

/// Whether streams have lapses of grants that were converted to the last share: the engine rescinds what was adjusted at the
/// grant, and §4(f)(i) asks for something that was not exercised.
const LAPSES_OF_NOTHING: bool = true;

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
                let days = (near - self.day).num_days().to_u64().filter(|n| *n > 0 && a.is_multiple_of(2));
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
}
