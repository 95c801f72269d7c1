//! Which forms of formulas have stood in which slots.

use std::collections::BTreeMap;
use tenor::terms::Slot;

/// How often each form has stood in each slot.
#[derive(Debug, Default)]
pub(crate) struct Cover(BTreeMap<(String, String), usize>);

impl Cover {
    /// Adds what one draft has.
    pub(crate) fn add(&mut self, covered: &[(Slot, String)]) {
        for (slot, form) in covered {
            let name = Slot::ALL.iter().find(|(s, _)| s == slot).map_or("", |(_, n)| *n);
            *self.0.entry((name.to_owned(), form.clone())).or_insert(0) += 1;
        }
    }

    /// The slots with the forms that have stood in them.
    pub(crate) fn tell(&self) {
        let mut by_slot: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for ((slot, form), n) in &self.0 {
            by_slot.entry(slot).or_default().push(format!("{form} {n}"));
        }
        for (slot, forms) in by_slot {
            println!("{slot}: {}", forms.join(", "));
        }
    }
}
