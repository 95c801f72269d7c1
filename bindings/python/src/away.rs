//! Work done without the interpreter's lock, on a thread with a deep stack, which Ctrl-C ends.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// The stack of the command: whatever a file says, it is the bound of the parser that ends it.
const STACK: usize = 64 << 20;

/// How often signals are looked for.
const LOOK: Duration = Duration::from_millis(100);

/// Does work on a thread of its own while other Python threads run. The work is told by its argument when it is no longer
/// wanted.
///
/// # Errors
/// A signal that came meanwhile, or a fault of the program.
pub fn away<T: Send + 'static>(py: Python<'_>, work: impl FnOnce(&AtomicBool) -> T + Send + 'static) -> PyResult<T> {
    let stop = Arc::new(AtomicBool::new(false));
    let (send, receive) = sync_channel(1);
    let told = Arc::clone(&stop);
    std::thread::Builder::new()
        .name("tenor".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let _ = send.send(work(&told));
        })
        .map_err(|e| PyRuntimeError::new_err(format!("no thread can be started: {e}")))?;
    // a receiver is moved to and fro, for it is not shared
    let mut receive = receive;
    loop {
        let (back, got) = py.detach(move || {
            let got = receive.recv_timeout(LOOK);
            (receive, got)
        });
        receive = back;
        match got {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Timeout) => {
                if let Err(signal) = py.check_signals() {
                    stop.store(true, Ordering::Relaxed);
                    return Err(signal);
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("internal error of tenor: this is a fault of the program, not of the files"));
            }
        }
    }
}
