//! What happened where no record did: the rules at moments of a day, as a paper speaks of them.

use super::{Event, Named, Source, dated, in_words, safe};
use crate::report::explain::at_moments;
use crate::report::words::day;

impl Source<'_> {
    /// The rules at moments of a day, with what they found.
    pub(super) fn moment(&self, n: i64) -> Event {
        let mut event = Event { date: day(n), day: in_words(n), ..Event::default() };
        let mut names: Vec<String> = Vec::new();
        for told in at_moments(self.terms, self.program, self.run, self.spot) {
            if !names.contains(&told.rule) {
                names.push(told.rule);
            }
            if event.clause.is_empty() {
                event.clause = told.clause;
            }
            for (name, value) in told.found {
                let field = Named { name: safe(&name), value: safe(&dated(value)) };
                if !event.fields.iter().any(|f| (&f.name, &f.value) == (&field.name, &field.value)) {
                    event.fields.push(field);
                }
            }
        }
        event.name = names.join(", ");
        event
    }
}
