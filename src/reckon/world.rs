//! What a formula can ask of the world: the states and the past as they stand.

use super::noted::Noted;
use super::value::{Entry, Got, Line, Value};
use crate::terms::{EffectId, FieldId, KindId, ObligationId, ReadingId, Standing, StateId, Terms};
use std::rc::Rc;

/// When a state is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// As the event found it.
    Before,
    /// As the event leaves it.
    After,
    /// As it was before the change that is answered.
    BeforeChange,
    /// At the edge of a day.
    Edge(crate::terms::Edge, i64),
}

/// The states and the past as they stand: all that a formula can ask for.
pub trait World {
    /// The terms.
    fn terms(&self) -> &Terms;
    /// The alternative of a reading that is chosen.
    fn alternative(&self, reading: ReadingId) -> u32;
    /// Where it is put down what formulas come to, if anybody wants to know.
    fn noted(&self) -> Option<&Noted> {
        None
    }
    /// The present day.
    fn today(&self) -> i64;
    /// The present moment, in minutes.
    fn now(&self) -> i64;
    /// What an entry is an entry of, or an event.
    fn kind_of(&self, entry: Entry) -> Option<KindId>;
    /// A field; none where it was left out.
    fn field(&self, entry: Entry, field: FieldId) -> Option<Value>;
    /// The day of an event, or on which an entry was made.
    fn day_of(&self, entry: Entry) -> Option<i64>;
    /// The id of an event.
    fn id_of(&self, entry: Entry) -> Option<Rc<str>>;
    /// Whether an entry was to be made by an act that was refused.
    fn is_void(&self, entry: Entry) -> bool;
    /// An entry by its key.
    fn keyed(&self, kind: KindId, key: &str) -> Option<Entry>;
    /// A state of the issuer or of an entry; none where nobody has set it.
    ///
    /// # Errors
    /// Where its new value cannot be computed.
    fn state(&self, state: StateId, of: Option<Entry>, at: At) -> Got<Option<Value>>;
    /// What waits of a state.
    fn pending(&self, state: StateId, of: Option<Entry>) -> Option<Value>;
    /// The value before or after the change of a state that was made by an entry.
    fn change_by(&self, state: StateId, of: Option<Entry>, by: Entry, after: bool) -> Option<Value>;
    /// How an obligation about an entry stands; none where there is none.
    ///
    /// # Errors
    /// Where the day it was done cannot be computed.
    fn standing(&self, obligation: ObligationId, of: Entry) -> Got<Option<Standing>>;
    /// The entries of a kind that have not ended, in the order in which they were made.
    fn entries(&self, kind: KindId) -> Vec<Entry>;
    /// The past events of a kind, in their order.
    fn past(&self, kind: KindId) -> Vec<Entry>;
    /// The lines of an effect.
    fn lines(&self, effect: EffectId) -> Vec<Line>;
}
