//! `tenor explain --why-not`: what is asked.

use super::{End, diagnose};
use crate::check::nearest;
use crate::terms::{StateId, Terms};

/// The state that is asked for by its name; none where all is.
pub(super) fn wanted(t: &Terms, name: &str) -> Result<Option<StateId>, End> {
    if name.is_empty() {
        return Ok(None);
    }
    if let Some(at) = t.states.iter().position(|s| s.name == name) {
        return Ok(Some(StateId::from(at)));
    }
    let help = nearest(name, t.states.iter().map(|s| s.name.as_str())).map_or_else(
        || "name a state of the terms, or none for all that could have come of the record".to_owned(),
        |n| format!("did you mean `{n}`?"),
    );
    diagnose::message("usage::why-not", &format!("these terms have no state `{name}`"), &help);
    Err(End::Usage)
}
