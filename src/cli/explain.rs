//! `tenor explain`

use super::args::Explain as Args;
use super::Outcome;

/// Explains figures.
pub(super) fn explain(_args: &Args) -> Outcome {
    Ok(())
}
