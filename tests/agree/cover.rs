//! Which forms of formulas have stood in which slots.

use crate::draft::{Form, table};
use std::collections::BTreeMap;
use tenor::terms::Slot;

/// How often each form has stood in each slot.
#[derive(Debug, Default)]
pub(crate) struct Cover(BTreeMap<(Slot, Form), usize>);

impl Cover {
    /// Adds what one draft has.
    pub(crate) fn add(&mut self, covered: &[(Slot, Form)]) {
        for pair in covered {
            *self.0.entry(*pair).or_insert(0) += 1;
        }
    }

    /// The slots with the forms that have stood in them, those that have not, and those that cannot.
    pub(crate) fn tell(&self) {
        println!("{}", table(&self.0));
    }
}
