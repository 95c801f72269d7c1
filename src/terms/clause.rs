//! Clauses: how they are cited, and which lies within which.

/// Whether a clause is another, or lies within it: `4(d)(i)`, `4.1` and `4 ¶1` lie within `4`, and `41` does not.
#[must_use]
pub fn within(cite: &str, above: &str) -> bool {
    cite.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['(', '.', ' ']))
}
