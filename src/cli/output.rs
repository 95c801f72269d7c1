//! One buffered writer to standard output. A reader that goes away is no failure.

use super::End;
use std::io::{self, BufWriter, Write};

/// Writes a text to standard output.
pub(super) fn print(text: &str) -> Result<(), End> {
    bytes(text.as_bytes())
}

/// Writes bytes to standard output.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), End> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = out.write_all(bytes).and_then(|()| out.flush());
    written.map_err(|e| failed(&e))
}

/// What a failure to write is.
pub(super) fn failed(e: &io::Error) -> End {
    if e.kind() == io::ErrorKind::BrokenPipe {
        End::Closed
    } else {
        say(&format!("tenor: cannot write: {e}"));
        End::Io
    }
}

/// A line to standard error; nobody is told if that fails too.
pub(super) fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
