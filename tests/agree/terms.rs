//! Random terms: where they come from.

use tenor::terms::Slot;

/// Terms and a stream for them.
#[allow(dead_code, reason = "nothing makes up terms yet")]
pub(crate) struct Draft {
    /// The terms as text.
    pub terms: String,
    /// The stream, in lines of JSON.
    pub stream: Vec<String>,
    /// Which forms of formulas stand in which slots.
    pub covered: Vec<(Slot, String)>,
}

/// Something that makes them up.
pub(crate) trait Source {
    /// The terms of a seed.
    fn next(&mut self, seed: u64) -> Draft;
}

/// What makes up terms; none where there is nothing yet.
pub(crate) fn source() -> Option<Box<dyn Source>> {
    None
}
