//! A bar for long work, on a terminal: how much is done, how fast, and how long it will take. Nothing where there is none.

use super::{diagnose, embed};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::IsTerminal;

/// A bar over so many steps; it shows itself only on a terminal.
pub(super) fn bar(steps: usize, what: &'static str) -> ProgressBar {
    let steps = u64::try_from(steps).unwrap_or(u64::MAX);
    if embed::is_on() || !diagnose::shows_progress() || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
    let template = "{msg} {wide_bar} {human_pos} of {human_len}, {rate}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        let rate = |state: &ProgressState, to: &mut dyn Write| {
            let _ = write!(to, "{:.0}/s", state.per_sec());
        };
        bar.set_style(style.with_key("rate", rate));
    }
    bar.with_message(what)
}
