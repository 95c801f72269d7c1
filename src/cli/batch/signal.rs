//! Ctrl-C and the request to end: a run stops after the records at hand, and can go on later.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Listens from now on. Who asks a second time is not kept waiting.
pub(super) fn listen() {
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(75);
        }
    });
}

/// Whether the run was asked to end.
pub(super) fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
