//! What the last records did, step by step: the near past is come back to by taking those steps back, in time in proportion to the
//! records since. What lies further back is come back to by a copy of the state (see [`super::replay`]).

use super::Engine;
use crate::engine::machine::Undo;
use crate::engine::plan::{NOW, TODAY};
use std::collections::VecDeque;

/// Where everything stood before a record and the rules at moments that come before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    links: usize,
    undone: usize,
    kept_after: usize,
    pub(super) changes: usize,
    last_moment: i64,
    /// The present moment and day.
    now: (i64, i64),
}

/// What a record did, with the rules at moments that came before it.
#[derive(Debug, Default)]
struct Stretch {
    at: u32,
    before: Before,
    undo: Vec<Undo>,
    /// The rules at moments that were carried out: the rule and the row.
    fired: Vec<(usize, i64)>,
}

impl Stretch {
    /// How many steps it has, and a few for itself.
    fn weight(&self) -> usize {
        self.undo.len() + self.fired.len() + 4
    }
}

/// What the last records did.
#[derive(Debug, Default)]
pub(super) struct Trail {
    /// One after another, without a gap.
    stretches: VecDeque<Stretch>,
    /// That of the record at the cursor.
    open: Option<Stretch>,
    /// What they weigh in all.
    weight: usize,
}

impl Trail {
    /// A rule at a moment was carried out.
    pub(super) fn fired(&mut self, rule: usize, row: i64) {
        if let Some(open) = &mut self.open {
            open.fired.push((rule, row));
        }
    }

    /// Where everything stood before a record, where that is near enough.
    pub(super) fn before(&self, at: u32) -> Option<Before> {
        let first = self.stretches.front()?.at;
        let place = usize::try_from(at.checked_sub(first)?).ok()?;
        self.stretches.get(place).map(|s| s.before)
    }

    /// Nothing can be taken back step by step.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Engine<'_> {
    /// Begins what the record at the cursor does.
    pub(super) fn begin_stretch(&mut self) {
        let before = Before {
            links: self.m.links.len(),
            undone: self.m.undone_by.len(),
            kept_after: self.m.kept_after.len(),
            changes: self.m.changes.len(),
            last_moment: self.last_moment,
            now: (self.m.ri(NOW), self.m.ri(TODAY)),
        };
        self.trail.open = Some(Stretch { at: self.cursor, before, ..Stretch::default() });
    }

    /// What was done stands: its steps are kept for going back, or forgotten.
    pub(super) fn stands(&mut self) {
        match &mut self.trail.open {
            Some(open) => open.undo.append(&mut self.m.undo),
            None => self.m.undo.clear(),
        }
    }

    /// Ends what a record did, where it is done with. About twice as many steps are kept as there are values in the state: to
    /// go further back a copy of the state is the shorter way.
    pub(super) fn end_stretch(&mut self) {
        let Some(open) = self.trail.open.take_if(|o| o.at + 1 == self.cursor) else { return };
        self.trail.weight += open.weight();
        self.trail.stretches.push_back(open);
        let most = FEW + 2 * self.size_of_state();
        while self.trail.weight > most {
            let Some(oldest) = self.trail.stretches.pop_front() else { return };
            self.trail.weight -= oldest.weight();
        }
    }

    /// Takes back all that was done since before a record, and the rules at moments before it.
    pub(super) fn take_back_to(&mut self, first: u32) {
        let mut back = None;
        let open = self.trail.open.take();
        let mut last = open.into_iter().next();
        loop {
            let stretch = match last.take() {
                Some(open) => open,
                None => match self.trail.stretches.pop_back_if(|s| s.at >= first) {
                    Some(stretch) => {
                        self.trail.weight -= stretch.weight();
                        stretch
                    }
                    None => break,
                },
            };
            // the days by which obligations are due stand as they did the first time
            self.m.undo = stretch.undo;
            self.m.undo.retain(|u| !matches!(u, Undo::Due(..)));
            self.m.take_back();
            for fired in &stretch.fired {
                self.fired.remove(fired);
            }
            back = Some(stretch.before);
        }
        let Some(before) = back else { return };
        self.m.unlink(before.links);
        self.m.unannul(before.undone, before.kept_after);
        self.last_moment = before.last_moment;
        self.m.set_now(before.now.0, before.now.1);
        self.cursor = first;
        self.begin_again_from_here();
    }
}

/// So many steps are always kept.
const FEW: usize = 1 << 16;
