//! What a register or a column of the engine is to a reader: a field of an event, a state, what waits of one.

use crate::engine::code::Program;
use crate::engine::plan::{COL_DATE, COL_ID, NOW, TODAY};
use crate::terms::{EventSort, FieldId, KindId, Place, Spot, StateId, Terms, Type};
use rustc_hash::FxHashMap;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A field.
    Field(KindId, FieldId),
    /// The day of an event of a kind.
    Date(KindId),
    /// Its id.
    Id(KindId),
    /// Its entry.
    Entry(KindId),
    /// A state.
    State(StateId),
    /// What waits of a state.
    Waiting(StateId),
    /// The present day.
    Today,
    /// The present moment.
    Now,
}

/// Decimals apart from whole numbers; the second of a fraction is marked.
type ByPlace<K> = FxHashMap<(bool, K), (Origin, bool)>;

/// The origins of registers and of columns.
#[derive(Debug, Default)]
pub(super) struct Origins {
    registers: ByPlace<u16>,
    columns: ByPlace<(KindId, u16)>,
    lists: FxHashMap<u16, Origin>,
}

impl Origins {
    pub(super) fn new(program: &Program) -> Self {
        let mut out = Self::default();
        let plan = &program.plan;
        out.registers.insert((false, TODAY), (Origin::Today, false));
        out.registers.insert((false, NOW), (Origin::Now, false));
        for (n, k) in plan.kinds.iter().enumerate() {
            let kind = KindId::from(n);
            for (f, spot) in k.layout.spots.iter().enumerate() {
                let origin = Origin::Field(kind, FieldId::from(f));
                if let Place::List(at) = spot.place {
                    out.lists.insert(k.base.2 + at, origin);
                }
                put(&mut out.registers, *spot, origin, |place| match place {
                    (true, r) => (true, k.base.0 + r),
                    (false, r) => (false, k.base.1 + r),
                });
            }
            for (register, origin) in [(k.date, Origin::Date(kind)), (k.id, Origin::Id(kind)), (k.row, Origin::Entry(kind))] {
                out.registers.insert((false, register), (origin, false));
            }
            out.columns.insert((false, (kind, COL_DATE)), (Origin::Date(kind), false));
            out.columns.insert((false, (kind, COL_ID)), (Origin::Id(kind), false));
            for (f, spot) in k.columns.layout.spots.iter().enumerate().take(k.columns.fields) {
                put(&mut out.columns, *spot, Origin::Field(kind, FieldId::from(f)), |(d, c)| (d, (kind, c)));
            }
        }
        for (n, s) in plan.states.iter().enumerate() {
            let state = StateId::from(n);
            match s.of {
                None => put(&mut out.registers, s.spot, Origin::State(state), |place| place),
                Some(kind) => put(&mut out.columns, s.spot, Origin::State(state), |(d, c)| (d, (kind, c))),
            }
            if let Some(at) = s.pending {
                match s.of {
                    None => out.registers.insert((true, at), (Origin::Waiting(state), false)),
                    Some(kind) => out.columns.insert((true, (kind, at)), (Origin::Waiting(state), false)),
                };
            }
        }
        out
    }

    /// What a register holds, and whether it is the lower part of a fraction.
    pub(super) fn register(&self, decimal: bool, at: u16) -> Option<(Origin, bool)> {
        self.registers.get(&(decimal, at)).copied()
    }

    /// What a register of lists holds.
    pub(super) fn list(&self, at: u16) -> Option<Origin> {
        self.lists.get(&at).copied()
    }

    /// What a column of the entries of a kind holds.
    pub(super) fn column(&self, decimal: bool, kind: KindId, at: u16) -> Option<(Origin, bool)> {
        self.columns.get(&(decimal, (kind, at))).copied()
    }
}

fn put<K: std::hash::Hash + Eq>(map: &mut ByPlace<K>, spot: Spot, origin: Origin, key: impl Fn((bool, u16)) -> (bool, K)) {
    match spot.place {
        Place::Decimal(at) => {
            map.insert(key((true, at)), (origin, false));
        }
        Place::Ratio(at) => {
            map.insert(key((true, at)), (origin, false));
            map.insert(key((true, at + 1)), (origin, true));
        }
        Place::Whole(at) => {
            map.insert(key((false, at)), (origin, false));
        }
        Place::List(_) => {}
    }
}

impl Origin {
    /// The type of what comes from it.
    pub(super) fn ty(self, terms: &Terms) -> Option<Type> {
        Some(match self {
            Self::Field(kind, field) => terms.kind(kind)?.fields.get(field.at())?.ty.clone(),
            Self::Date(_) | Self::Today => Type::Date,
            Self::Id(_) => Type::Text,
            Self::Entry(kind) => Type::Entry(vec![kind]),
            Self::State(state) | Self::Waiting(state) => terms.states.get(state.at())?.ty.clone(),
            Self::Now => Type::Moment,
        })
    }

    /// The clause it comes from.
    pub(super) fn clause(self, terms: &Terms) -> String {
        let clause = match self {
            Self::State(state) | Self::Waiting(state) => terms.states.get(state.at()).and_then(|s| s.clause),
            _ => None,
        };
        terms.cite(clause).to_owned()
    }
}

/// Whether only rules can say that a kind happened.
pub(super) fn is_deemed(terms: &Terms, kind: KindId) -> bool {
    terms.kind(kind).is_some_and(|k| k.sort == EventSort::Deemed)
}
