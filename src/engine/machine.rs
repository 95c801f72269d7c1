//! The machine: registers, entries, history, and what is needed to take an event back.

use super::code::{Program, Reg, Target};
use super::decimal::Fault;
use super::history::History;
use super::index::{Index, Past};
use super::run::{BadRecord, Change, Line, Moment, Owed, Refusal, Rescission, Said, SaidPart, Status, Typed, Value, Warning};
use super::table::{Life, Table, row_of};
use crate::intern::Interner;
use crate::terms::{ClauseId, KindId, Lines, ObligationId, StateId, Terms};
use rust_decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};

/// What has been carried out gives; or what kept it from that, which is rare, and kept out of the way.
pub(super) type Outcome<T = ()> = Result<T, Box<Trap>>;

/// What keeps an event from being carried out.
#[derive(Debug)]
pub(super) enum Trap {
    /// A calculation has no answer that can be held: what, and at which instruction.
    Arithmetic(Fault, Target),
    /// Rules bring one another about without end: the place of one of them.
    Endless(crate::source::Span),
    /// A value is missing: among [`Program::missing`].
    Missing(u16),
    /// A refusal or a stop: among [`Program::fails`].
    Fail(u16),
    /// A rule annuls what was made for an entry: among [`Program::rescinds`].
    Rescind(u16, i64),
    /// The record is wrong.
    Record(BadRecord),
    /// The record names an entry that there is not: the field, the kinds it may be of, the key.
    NoEntry(String, Vec<KindId>, i64),
    /// The record speaks of an entry that was never made.
    Void(i64),
    /// The record fails a check of its declaration.
    Check(Said),
}

/// A change that is kept until all rows have been gone through.
#[derive(Debug, Clone, Copy)]
pub(super) enum Later {
    Decimal(Decimal),
    Whole(i64),
    Ratio(Decimal, Decimal),
    Waits(Decimal),
    Made(Decimal),
}

/// A step back.
#[derive(Debug, Clone)]
pub(super) enum Undo {
    D(Reg, Decimal),
    I(Reg, i64),
    RowD(KindId, u32, Decimal),
    RowI(KindId, u32, i64),
    Life(KindId, u32, Life),
    Row(KindId),
    Past(KindId),
    Index(u16, (u32, u32)),
    History(usize),
    ChangeBy(usize),
    Waiting(StateId, u32, u32),
    Made(u32),
    Due((ObligationId, i64), Option<Due>),
    Undone(Box<(Instance, Vec<(u32, Status)>)>),
    KeptAfter,
    Held(usize, bool),
}

/// What a deemed event was, where it can be annulled: the place of the record, the kind, which of that kind.
pub(super) type Instance = (u32, KindId, u16);

/// What stands of a final rule: the place of the record, the rule, the row.
pub(super) type FinalKey = (u32, u16, i64);

/// What stands of a final rule.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    pub d: Vec<Decimal>,
    pub i: Vec<i64>,
    pub l: Vec<Lines>,
    /// The states that count, as they were then.
    pub seen: Vec<Decimal>,
}

/// An open loop. What it is over, its instructions tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Iter {
    /// The row, posting or line that comes next.
    pub next: usize,
    /// The end of the postings.
    pub end: usize,
    /// The key by which postings are taken.
    pub key: Option<i64>,
    /// The list the lines are of.
    pub list: Reg,
    /// The order in which lines are taken, where it is not their own.
    pub order: Option<Vec<u32>>,
}

/// The day by which something is due; where trading days are counted, from which day, and how many.
pub(super) type Due = (Option<i64>, Option<(i64, i64)>);

/// The change an entry made: state, row, entry.
pub(super) type ByKey = (StateId, u32, i64);

/// The machine.
pub(super) struct Machine<'p> {
    pub program: &'p Program,
    pub terms: &'p Terms,
    pub d: Vec<Decimal>,
    pub i: Vec<i64>,
    pub l: Vec<Lines>,
    pub tables: Vec<Table>,
    pub past: Vec<Past>,
    pub indexes: Vec<Index>,
    pub tallies: Vec<super::tally::Tally>,
    /// Indexes by kind.
    pub indexed: Vec<Vec<u16>>,
    pub history: History,
    /// Changes made by entries, and where the last one of each stands.
    pub by: Vec<(ByKey, Decimal, Decimal)>,
    pub texts: Interner,
    /// Records of entries whose change waits, by state and row.
    pub waiting: FxHashMap<(StateId, u32), Vec<u32>>,

    pub changes: Vec<Change>,
    pub owed: Vec<Owed>,
    /// Changes that are kept until all rows have been gone through: the site, the row, the new value.
    pub later: Vec<(u16, usize, Later)>,
    /// The days by which obligations about entries are due, where a rule waits for them.
    pub dues: FxHashMap<(ObligationId, i64), Due>,
    pub lines: Vec<Line>,
    pub warnings: Vec<Warning>,
    pub refusals: Vec<Refusal>,

    /// The open loops, and others for code that has its own.
    pub iters: Vec<Iter>,
    spare: Vec<Vec<Iter>>,
    pub queue: super::act::Queue,
    pub undo: Vec<Undo>,
    /// States that changed in the steps that are open, the innermost last.
    pub changed: Vec<(StateId, u32, Decimal)>,
    pub changed_from: usize,
    /// The changes that the rule at hand answers, among those.
    pub noticed: (usize, usize),
    /// The event whose requirements are being tested.
    pub requiring: Option<KindId>,
    /// What they found, once somebody asks.
    pub noticed_before: FxHashMap<(StateId, u32), Decimal>,
    /// States adjusted by the record at hand.
    pub adjusted: Vec<(StateId, Option<ClauseId>)>,
    pub adjusting: Vec<bool>,
    /// How often watched states have changed.
    pub version: u64,
    /// How many changes there have been.
    pub count: u64,
    /// What waited and was made by the steps that are open: the state, the row, its change among those noticed.
    pub made: Vec<(StateId, u32, Option<usize>)>,
    pub made_from: usize,
    /// How many rules on changes are being carried out, one inside the other.
    pub answering: u16,

    pub when: Moment,
    /// The present moment, as in its register.
    pub now: i64,
    pub clause: Option<ClauseId>,
    pub cause: Option<(KindId, u16)>,
    pub cause_of: i64,
    /// How many of each kind that can be annulled were deemed by the record at hand.
    pub ordinals: Vec<(KindId, u16)>,
    /// Whether the past is being recomputed.
    pub replaying: bool,
    /// Whether changes are kept.
    pub journal: bool,

    pub annulled: FxHashSet<Instance>,
    /// Annulled, with what followed kept.
    pub undone: FxHashSet<Instance>,
    /// The same, in the order in which they were annulled.
    pub undone_by: Vec<Instance>,
    /// The rescissions that kept what followed.
    pub kept_after: Vec<Rescission>,
    /// What was deemed for an entry, with the number of its record.
    pub links: Vec<(Instance, i64, u32)>,
    pub by_link: FxHashMap<(KindId, i64), Vec<u32>>,
    pub decided: FxHashSet<(u32, crate::terms::RuleId)>,
    pub kept: FxHashMap<FinalKey, Kept>,
    /// Records of kinds whose outcome stands that have been carried out.
    pub settled: FxHashSet<u32>,
    /// Such records whose terms would now be others.
    pub affected: Vec<u32>,
    /// What final rules kept for the record at hand.
    pub fresh: Vec<FinalKey>,
    /// What the conditions of rules `once` something is true held before.
    pub held: Vec<bool>,
    /// The kind of the record at hand.
    pub event_kind: Option<KindId>,
    /// The records to be explained; 0 among them for all. What happens at moments is always explained with them.
    pub explain: FxHashSet<u32>,
    /// What has been told of it.
    pub traces: Vec<super::run::Trace>,
}

impl<'p> Machine<'p> {
    /// A machine at the beginning.
    pub(super) fn new(program: &'p Program, terms: &'p Terms, texts: Interner, journal: bool) -> Self {
        let plan = &program.plan;
        let length = super::exec::bank(program.d.len().max(program.i.len()));
        let mut m = Self {
            program,
            terms,
            d: filled(&program.d, length),
            i: filled(&program.i, length),
            l: vec![Lines::default(); program.lists],
            tables: plan.kinds.iter().map(Table::new).collect(),
            past: plan
                .kinds
                .iter()
                .map(|k| Past {
                    nd: usize::from(k.columns.layout.decimals),
                    ni: usize::from(k.columns.layout.wholes),
                    nl: usize::from(k.columns.layout.lists),
                    ..Past::default()
                })
                .collect(),
            indexes: vec![Index::default(); program.indexes.len()],
            tallies: vec![super::tally::Tally::default(); program.tallies.len()],
            indexed: vec![Vec::new(); plan.kinds.len()],
            history: History::default(),
            by: Vec::new(),
            texts,
            waiting: FxHashMap::default(),
            changes: Vec::new(),
            owed: Vec::new(),
            later: Vec::new(),
            dues: FxHashMap::default(),
            lines: Vec::new(),
            warnings: Vec::new(),
            refusals: Vec::new(),
            iters: vec![Iter::default(); program.loops + 1],
            spare: Vec::new(),
            queue: super::act::Queue::default(),
            undo: Vec::new(),
            changed: Vec::new(),
            changed_from: 0,
            noticed: (0, 0),
            requiring: None,
            noticed_before: FxHashMap::default(),
            adjusted: Vec::new(),
            adjusting: Vec::new(),
            version: 0,
            count: 0,
            made: Vec::new(),
            made_from: 0,
            answering: 0,
            when: Moment::default(),
            now: 0,
            clause: None,
            cause: None,
            cause_of: -1,
            ordinals: Vec::new(),
            replaying: false,
            journal,
            annulled: FxHashSet::default(),
            undone: FxHashSet::default(),
            undone_by: Vec::new(),
            kept_after: Vec::new(),
            links: Vec::new(),
            by_link: FxHashMap::default(),
            decided: FxHashSet::default(),
            kept: FxHashMap::default(),
            settled: FxHashSet::default(),
            affected: Vec::new(),
            fresh: Vec::new(),
            held: vec![false; program.onces.len()],
            event_kind: None,
            explain: FxHashSet::default(),
            traces: Vec::new(),
        };
        for (at, spec) in program.indexes.iter().enumerate() {
            if let (Some(list), Ok(at)) = (m.indexed.get_mut(spec.kind.at()), u16::try_from(at)) {
                list.push(at);
            }
        }
        for kind in program.tallies.iter().flat_map(|t| &t.kinds) {
            if let Some(table) = m.tables.get_mut(kind.at()) {
                table.written.on = true;
            }
        }
        // nobody asks where nothing is due with an adjustment
        m.adjusting = if program.adjustment_duties.is_empty() {
            Vec::new()
        } else {
            let clauses = || (0..terms.clauses.len()).map(ClauseId::from);
            let states = (0..terms.states.len()).map(StateId::from);
            states.flat_map(|s| clauses().map(move |c| terms.is_adjustment(s, Some(c)))).collect()
        };
        for (reg, text) in &program.texts {
            let sym = m.texts.add(text).whole();
            if let Some(slot) = m.i.get_mut(usize::from(*reg)) {
                *slot = sym;
            }
        }
        m
    }

    #[inline]
    pub(super) fn rd(&self, r: Reg) -> Decimal {
        self.d.get(usize::from(r)).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn ri(&self, r: Reg) -> i64 {
        self.i.get(usize::from(r)).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn wd(&mut self, r: Reg, v: Decimal) {
        if let Some(slot) = self.d.get_mut(usize::from(r)) {
            *slot = v;
        }
    }

    #[inline]
    pub(super) fn wi(&mut self, r: Reg, v: i64) {
        if let Some(slot) = self.i.get_mut(usize::from(r)) {
            *slot = v;
        }
    }

    pub(super) fn list(&self, r: Reg) -> &Lines {
        static EMPTY: Lines = Lines { len: 0, d: Vec::new(), i: Vec::new() };
        self.l.get(usize::from(r)).unwrap_or(&EMPTY)
    }

    pub(super) fn wl(&mut self, r: Reg, v: Lines) {
        if let Some(slot) = self.l.get_mut(usize::from(r)) {
            *slot = v;
        }
    }

    /// Carries out a step, with its own part of the queue and its own record of what changed.
    pub(super) fn step(&mut self, code: Target) -> Outcome {
        let queue = self.queue.open();
        let from = std::mem::replace(&mut self.changed_from, self.changed.len());
        let made = std::mem::replace(&mut self.made_from, self.made.len());
        self.later.clear();
        let result = self.exec(code).map_err(|trap| self.refused_rather(trap));
        self.made.truncate(self.made_from);
        self.made_from = made;
        self.changed.truncate(self.changed_from);
        self.changed_from = from;
        self.queue.close(queue);
        result
    }

    /// Where a requirement could not be tested, the refusal of another one: a refused act need not be known in all its parts.
    #[cold]
    fn refused_rather(&mut self, trap: Box<Trap>) -> Box<Trap> {
        let program = self.program;
        let stops = |t: &Trap| match t {
            Trap::Arithmetic(..) | Trap::Missing(_) | Trap::Endless(_) => true,
            Trap::Fail(n) => program.fails.get(usize::from(*n)).is_some_and(|f| f.stop),
            Trap::Rescind(..) | Trap::Record(_) | Trap::NoEntry(..) | Trap::Void(_) | Trap::Check(_) => false,
        };
        let Some(kind) = self.requiring.take().filter(|_| stops(&trap)) else { return trap };
        for look in program.second_looks.get(kind.at()).into_iter().flatten() {
            if let Err(other) = self.exec(*look)
                && matches!(*other, Trap::Fail(_))
                && !stops(&other)
            {
                return other;
            }
        }
        trap
    }

    /// Runs a piece of code whose loops are its own.
    pub(super) fn aside(&mut self, code: Target) -> Outcome {
        let others = self.spare.pop().unwrap_or_else(|| vec![Iter::default(); self.iters.len()]);
        let iters = std::mem::replace(&mut self.iters, others);
        let result = self.exec(code);
        self.spare.push(std::mem::replace(&mut self.iters, iters));
        result
    }

    /// Nothing has been deemed yet by the record at hand.
    pub(super) fn begin_record(&mut self) {
        self.ordinals.clear();
        self.clause = None;
        self.cause = None;
        self.cause_of = -1;
    }

    /// Takes back all that can be.
    pub(super) fn take_back(&mut self) {
        self.take_back_to(0);
    }

    /// Takes back all but the first so many steps.
    pub(super) fn take_back_to(&mut self, len: usize) {
        while self.undo.len() > len {
            let Some(u) = self.undo.pop() else { return };
            match u {
                Undo::D(r, v) => self.wd(r, v),
                Undo::I(r, v) => self.wi(r, v),
                Undo::RowD(k, at, v) => {
                    if let Some(t) = self.tables.get_mut(k.at()) {
                        t.replace_d(usize::try_from(at).unwrap_or(usize::MAX), v);
                    }
                }
                Undo::RowI(k, at, v) => {
                    if let Some(t) = self.tables.get_mut(k.at()) {
                        t.replace_i(usize::try_from(at).unwrap_or(usize::MAX), v);
                    }
                }
                Undo::Life(k, row, life) => {
                    if let Some(t) = self.tables.get_mut(k.at()) {
                        t.set_life(usize::try_from(row).unwrap_or(usize::MAX), life);
                    }
                }
                Undo::Row(k) => {
                    if let Some(t) = self.tables.get_mut(k.at()) {
                        let len = t.len().saturating_sub(1);
                        t.truncate(len);
                    }
                }
                Undo::Past(k) => {
                    if let Some(p) = self.past.get_mut(k.at()) {
                        let len = p.count().saturating_sub(1);
                        p.truncate(len);
                    }
                }
                Undo::Index(at, mark) => {
                    let mark = (usize::try_from(mark.0).unwrap_or(0), usize::try_from(mark.1).unwrap_or(0));
                    if let Some(ix) = self.indexes.get_mut(usize::from(at)) {
                        ix.truncate(mark);
                    }
                }
                Undo::History(len) => self.history.truncate(len),
                Undo::ChangeBy(len) => self.by.truncate(len),
                Undo::Due(key, before) => {
                    match before {
                        Some(due) => self.dues.insert(key, due),
                        None => self.dues.remove(&key),
                    };
                }
                Undo::Undone(undone) => {
                    self.undone.remove(&undone.0);
                    self.undone_by.pop();
                    for (at, status) in undone.1 {
                        if let Some(c) = self.changes.get_mut(usize::try_from(at).unwrap_or(usize::MAX)) {
                            c.status = status;
                        }
                    }
                }
                Undo::KeptAfter => {
                    self.kept_after.pop();
                }
                Undo::Held(n, before) => {
                    if let Some(slot) = self.held.get_mut(n) {
                        *slot = before;
                    }
                }
                Undo::Waiting(s, row, len) => {
                    if let Some(w) = self.waiting.get_mut(&(s, row)) {
                        w.truncate(usize::try_from(len).unwrap_or(0));
                    }
                }
                Undo::Made(at) => {
                    if let Some(c) = self.changes.get_mut(usize::try_from(at).unwrap_or(usize::MAX)) {
                        c.status = Status::Pending;
                        c.made = None;
                        self.waiting
                            .entry((self.program.sites.get(usize::from(c.site)).map_or(StateId(0), |s| s.state), c.row))
                            .or_default()
                            .insert(0, at);
                    }
                }
            }
        }
    }

    /// A text with the values that its registers hold now.
    pub(super) fn said(&self, message: &super::code::Message) -> Said {
        let parts = message
            .parts
            .iter()
            .map(|p| match p {
                super::code::MessagePart::Plain(s) => SaidPart::Plain(s.clone()),
                super::code::MessagePart::Value(arg) => SaidPart::Value(self.typed(arg)),
            })
            .collect();
        Said { parts }
    }

    /// Whether a change of a state under a clause is an adjustment for which something may be due.
    pub(super) fn adjusts(&self, state: StateId, clause: Option<ClauseId>) -> bool {
        let at = clause.map(|c| state.at() * self.terms.clauses.len() + c.at());
        at.and_then(|at| self.adjusting.get(at)).copied().unwrap_or(false)
    }

    /// A value with its type.
    pub(super) fn typed(&self, arg: &super::code::Arg) -> Typed {
        Typed { value: self.value(arg), ty: arg.ty.clone() }
    }

    /// The value of a register.
    pub(super) fn value(&self, arg: &super::code::Arg) -> Value {
        if arg.known.is_some_and(|k| self.ri(k) == 0) {
            return Value::Unknown;
        }
        match &arg.ty {
            ty if ty.is_decimal() => Value::Decimal(self.rd(arg.reg)),
            crate::terms::Type::List(_) => Value::List(self.list(arg.reg).clone()),
            _ => Value::Whole(self.ri(arg.reg)),
        }
    }

    /// Whether an entry can be acted on.
    pub(super) fn life(&self, entry: i64) -> Life {
        let kind = usize::try_from(super::table::kind_of(entry)).unwrap_or(usize::MAX);
        self.tables.get(kind).and_then(|t| t.life.get(row_of(entry))).copied().unwrap_or(Life::Void)
    }
}

/// A bank of registers, with what they hold at the beginning.
fn filled<T: Copy + Default>(values: &[T], length: usize) -> Vec<T> {
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(values);
    out.resize(length, T::default());
    out
}
