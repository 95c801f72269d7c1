//! What can be named at a place of a formula.

use super::form::Form;
use super::world::{Ty, World};
use tenor::terms::Slot;

/// Something with members: an entry, or a line of a list or an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Thing {
    Entry(Vec<usize>),
    Line(usize),
    /// A line of a list of plain values.
    Plain(Ty),
    Effect(usize),
}

/// What can be named, and what has a meaning.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub slot: Slot,
    /// Names with their types and what they are.
    pub names: Vec<(String, Ty, Form)>,
    /// Entries whose states may be named alone.
    pub rows: Vec<(String, usize)>,
    /// The event at hand.
    pub event: Option<usize>,
    /// A line that is gone through.
    pub line: Option<(String, Thing)>,
    /// The entry a question looks at.
    pub it: Option<Thing>,
    /// States below this number may be asked `after`.
    pub after: Option<usize>,
    /// Whether a change is answered.
    pub on_change: bool,
    /// Whether the lines of a list are gone through.
    pub portions: bool,
    /// Definitions below this number may be named.
    pub defs: usize,
    /// Whether how obligations stand may be asked.
    pub standing: bool,
}

impl Scope {
    pub(super) fn new(slot: Slot, defs: usize) -> Self {
        Self {
            slot,
            names: Vec::new(),
            rows: Vec::new(),
            event: None,
            line: None,
            it: None,
            after: None,
            on_change: false,
            portions: false,
            defs,
            standing: true,
        }
    }

    /// The same in another slot.
    pub(super) fn at(&self, slot: Slot) -> Self {
        Self { slot, ..self.clone() }
    }

    /// With an entry whose states may be named alone.
    pub(super) fn row(mut self, world: &World, kind: usize) -> Self {
        let name = world.kinds[kind].name.clone();
        self.names.push((name.clone(), Ty::Entry(vec![kind]), Form::Field));
        self.rows.push((name, kind));
        self
    }

    /// With the event at hand.
    pub(super) fn event(mut self, kind: usize) -> Self {
        self.event = Some(kind);
        self.rows.push(("event".to_owned(), kind));
        self
    }

    /// Whether exactly one entry of a kind is spoken of.
    pub(super) fn one_row(&self, kind: usize) -> bool {
        self.rows.iter().filter(|(_, k)| *k == kind).count() == 1
    }
}
