//! The fold: records day by day, in the order in which they take effect; rules at moments in between; and, where a rule
//! annuls, the past again.

mod close;
mod correct;
mod event;
mod order;
mod replay;
mod time;
mod trail;

use super::at;
use super::code::{Program, Route, Time};
use super::machine::Machine;
use super::run::{BadRecord, Breach, Moment, Rescission, StopReason, Stopped};
use crate::event::{Amends, Batch, Head, NONE};
use crate::intern::Interner;
use crate::terms::{KindId, Terms};
use rustc_hash::{FxHashMap, FxHashSet};

/// How a run goes.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Nothing after this day is applied.
    pub as_of: Option<i64>,
    /// Bad records are set aside, and the run goes on.
    pub keep_going: bool,
    /// Changes of states are kept.
    pub journal: bool,
    /// Records at one close are also tried in the other order, and a difference is told.
    pub orders: bool,
    /// Records may correct or withdraw earlier ones: the records that came are kept.
    pub corrections: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { as_of: None, keep_going: false, journal: true, orders: false, corrections: true }
    }
}

/// A run under way.
pub struct Engine<'p> {
    m: Machine<'p>,
    /// The events and their rules, for last words.
    names: std::sync::Arc<[String]>,
    options: Options,
    /// Whether the records that came are kept, for the past may be computed again.
    keeps: bool,
    /// Records that correct or withdraw others and have done so, by their places; where one was no good, with the reason.
    corrected: FxHashMap<u32, Option<BadRecord>>,
    /// Records that were withdrawn, by their places.
    retracted: FxHashSet<u32>,
    /// Records of the day that is being read, where the tape has those of other days.
    day: Batch,
    day_number: i64,
    /// The minute at which the last record of the day takes effect, and whether they come in the order of their minutes.
    minute: i64,
    in_order: bool,
    /// Records in the order in which they take effect: of the present day, or of all days where rules annul.
    tape: Batch,
    /// The place of the first record of the tape.
    base: u32,
    /// The place of the next record to be carried out.
    cursor: u32,
    /// The place up to which the past is being recomputed.
    furthest: u32,
    snapshots: Vec<replay::Snapshot>,
    trail: trail::Trail,
    redo: Option<replay::Redo>,
    /// Rules at moments that have been carried out: the rule and the row.
    fired: FxHashSet<(usize, i64)>,
    /// The moment of the next of them, as far as it is known.
    next_timer: Option<(u64, i64)>,
    last_moment: i64,
    begun: bool,
    /// Covenants: broken now, whether anything has changed since they were looked at, and when that was.
    broken: Vec<bool>,
    touched: bool,
    looked: i64,
    breaches: Vec<Breach>,
    rescissions: Vec<Rescission>,
    archive: Vec<super::run::Change>,
    stopped: Option<Stopped>,
    rejected: Vec<Stopped>,
    /// Records refused that stay so.
    refused: FxHashSet<u32>,
    /// Records set aside: the run is that of the stream without them.
    set_aside: FxHashSet<u32>,
    /// The place and the number of the record whose refusal or withdrawal kept an entry from being made, by entry.
    void: FxHashMap<i64, (u32, u32)>,
    records: u32,
    /// The day of the last record that was carried out.
    applied: i64,
    closed: bool,
    /// States that a recomputation has changed, until the record that asked for it is done with.
    redone: Vec<(crate::terms::StateId, Option<crate::terms::ClauseId>)>,
    /// The recomputation that the record at hand asked for last, and what it left behind.
    last_redo: Option<(replay::Redo, usize)>,
    /// What two records at one close would give in the other order.
    other_orders: Vec<order::Other>,
}

impl<'p> Engine<'p> {
    /// A run at its beginning, with the texts that its records were read with.
    #[must_use]
    pub fn new(program: &'p Program, terms: &'p Terms, texts: Interner, options: Options) -> Self {
        Self {
            m: Machine::new(program, terms, texts, options.journal),
            names: at::names(terms),
            options,
            keeps: program.rescinding || options.corrections,
            corrected: FxHashMap::default(),
            retracted: FxHashSet::default(),
            day: Batch::default(),
            day_number: i64::MIN,
            minute: i64::MIN,
            in_order: true,
            tape: Batch::default(),
            base: 0,
            cursor: 0,
            furthest: 0,
            snapshots: Vec::new(),
            trail: trail::Trail::default(),
            redo: None,
            fired: FxHashSet::default(),
            next_timer: None,
            last_moment: i64::MIN,
            begun: false,
            broken: vec![false; program.covenants.len()],
            touched: true,
            looked: i64::MIN,
            breaches: Vec::new(),
            rescissions: Vec::new(),
            archive: Vec::new(),
            stopped: None,
            rejected: Vec::new(),
            refused: FxHashSet::default(),
            set_aside: FxHashSet::default(),
            void: FxHashMap::default(),
            records: 0,
            applied: i64::MIN,
            closed: false,
            redone: Vec::new(),
            last_redo: None,
            other_orders: Vec::new(),
        }
    }

    /// The texts, for reading further records.
    pub fn texts(&mut self) -> &mut Interner {
        &mut self.m.texts
    }

    /// Has a record explained besides those asked for before; 0 for all. The program must be one that explains.
    pub fn explain(&mut self, record: u32) {
        self.m.explain.insert(record);
    }

    /// Gives a fixed number of the program another value, in one of the registers of its [`super::hole`].
    pub fn fix(&mut self, register: u16, value: rust_decimal::Decimal) {
        if let Some(slot) = self.m.d.get_mut(usize::from(register)) {
            *slot = value;
        }
    }

    /// Whether the run has stopped at a record.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Takes a record. Records of one day are carried out together, once the day is complete.
    pub fn record(&mut self, batch: &Batch, head: &Head) {
        if self.stopped.is_some() || self.closed || self.options.as_of.is_some_and(|last| head.day > last) {
            return;
        }
        if head.day < self.day_number {
            let when = Moment { at: self.cursor, number: head.number, day: head.day };
            self.reject(Stopped { when, why: StopReason::Record(BadRecord::Backwards) });
            return;
        }
        if head.day > self.day_number {
            self.end_day();
            self.day_number = head.day;
            (self.minute, self.in_order) = (i64::MIN, true);
            if !self.keeps {
                self.tape.clear();
                self.base = self.cursor;
            }
        }
        self.records += 1;
        let route = self.route(head.kind);
        let minute = self.minute(route, head);
        self.in_order &= minute >= self.minute;
        self.minute = minute;
        let (d, i, l) = batch.values(head, route.count);
        let day = if self.keeps { &mut self.day } else { &mut self.tape };
        day.push(*head, d, i, l);
    }

    /// A record that could not be read.
    pub fn reject(&mut self, stopped: Stopped) {
        if self.stopped.is_some() {
            return;
        }
        if self.options.keep_going {
            self.rejected.push(stopped);
        } else {
            self.end_day();
            if self.stopped.is_none() {
                self.stopped = Some(stopped);
            }
        }
    }

    /// Carries out what came so far and takes nothing more: the next record could not be read.
    pub fn stop_here(&mut self) {
        self.end_day();
        self.closed = true;
    }

    /// Carries out the records of the day in the order in which they take effect.
    fn end_day(&mut self) {
        let done = self.place();
        if self.stopped.is_some() || (self.day.is_empty() && self.tape.heads.len() <= done) {
            return;
        }
        if self.keeps || !self.in_order {
            self.put_in_order(done);
        }
        (self.minute, self.in_order) = (i64::MIN, true);
        self.pump();
    }

    /// Where on the tape the record at the cursor is.
    #[inline]
    fn place(&self) -> usize {
        usize::try_from(self.cursor.wrapping_sub(self.base)).unwrap_or(usize::MAX)
    }

    /// Puts the records of the day on the tape in the order in which they take effect.
    fn put_in_order(&mut self, done: usize) {
        let keeps = self.keeps;
        let mut day = std::mem::take(if keeps { &mut self.day } else { &mut self.tape });
        let from = if keeps { 0 } else { done };
        if !keeps {
            self.base = self.cursor;
        }
        let mut order: Vec<usize> = (from..day.heads.len()).collect();
        order.sort_by_key(|at| day.heads.get(*at).map_or(i64::MAX, |h| self.minute(self.route(h.kind), h)));
        for at in order {
            let Some(head) = day.heads.get(at) else { continue };
            let (d, i, l) = day.values(head, self.route(head.kind).count);
            self.tape.push(*head, d, i, l);
        }
        day.clear();
        self.day = day;
    }

    /// How records of a kind are carried out.
    #[inline]
    fn route(&self, kind: KindId) -> &'p Route {
        static NOTHING: Route = Route {
            base: (0, 0, 0),
            count: (0, 0, 0),
            inherent: [0; 3],
            step: 0,
            time: Time::Own,
            kept: false,
            past: false,
            moves_moments: false,
            is_final: false,
            names: false,
            checked: false,
            adjusts: false,
        };
        self.m.program.routes.get(kind.at()).unwrap_or(&NOTHING)
    }

    /// The minute of the day at which a record takes effect; what is known all day comes first.
    #[inline]
    fn minute(&self, route: &Route, head: &Head) -> i64 {
        match route.time {
            // among the facts of a day the last is that of its close
            Time::AllDay => {
                if head.minute == NONE {
                    -1
                } else {
                    -10_000 + head.minute
                }
            }
            Time::Close => self.m.terms.close,
            Time::Own if head.minute == NONE => self.m.terms.close,
            Time::Own => head.minute,
        }
    }

    /// Carries out what is on the tape, from the cursor on.
    fn pump(&mut self) {
        at::enter(&self.names);
        if !self.begun {
            self.begin();
        }
        while self.stopped.is_none() {
            let at = self.place();
            // a record is read part by part, for it may only just have been written so
            let Some(head) = self.tape.heads.get(at) else { break };
            let route = self.route(head.kind);
            let (day, minute, amends) = (head.day, self.minute(route, head).max(0), head.amends);
            let moment = day * 1440 + minute;
            self.m.replaying = self.cursor < self.furthest || self.redo.is_some();
            if self.keeps {
                self.snapshot();
                self.begin_stretch();
            }
            if !self.m.program.timers.is_empty() {
                self.carry_out_before(moment, route.time == Time::AllDay);
            }
            self.last_moment = self.last_moment.max(moment);
            if self.give_up_correction() {
                continue;
            }
            if self.stopped.is_some() {
                break;
            }
            self.m.set_now(moment, day);
            if self.redo.is_some() {
                self.catch_up();
            }
            if self.options.orders {
                self.try_other_order(at);
            }
            if amends == Amends::Nothing {
                if self.begins_anew() {
                    self.m.replaying = false;
                }
                self.carry_out(at, route);
            } else {
                self.correct(at);
            }
            if self.give_up_correction() {
                continue;
            }
            if self.options.orders {
                self.compare_orders();
            }
            self.end_stretch();
        }
        at::leave();
    }

    /// The states of the issuer at the beginning.
    fn begin(&mut self) {
        self.begun = true;
        let first = self.tape.heads.first().map_or(0, |h| h.day);
        self.m.set_now(first * 1440, first);
        self.m.when = Moment { at: 0, number: 0, day: first };
        if let Err(trap) = self.m.exec(self.m.program.begin_issuer) {
            let why = self.reason(*trap);
            self.stopped = Some(Stopped { when: self.m.when, why });
        }
        self.m.begin_history(None);
        self.m.undo.clear();
    }
}
