//! One buffered writer to standard output. A reader that goes away is no failure.

use super::{End, diagnose};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

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

/// Writes a text to a file, or to standard output where there is none.
pub(super) fn text_to(file: Option<&Path>, text: &str) -> Result<(), End> {
    bytes_to(file, text.as_bytes())
}

/// Writes bytes to a file, or to standard output where there is none.
pub(super) fn bytes_to(file: Option<&Path>, all: &[u8]) -> Result<(), End> {
    let Some(path) = file else { return bytes(all) };
    std::fs::write(path, all).map_err(|e| unwritten(path, &e))
}

/// Writes a JSON document to a file, or to standard output where there is none, as it is gone through.
pub(super) fn json_to(file: Option<&Path>, document: &impl serde::Serialize) -> Result<(), End> {
    let write = |out: &mut dyn Write| -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        serde_json::to_writer_pretty(&mut out, document)?;
        out.write_all(b"\n")?;
        out.flush()
    };
    match file {
        None => write(&mut io::stdout().lock()).map_err(|e| failed(&e)),
        Some(path) => std::fs::File::create(path).and_then(|mut f| write(&mut f)).map_err(|e| unwritten(path, &e)),
    }
}

fn unwritten(path: &Path, e: &io::Error) -> End {
    let why = super::terms::why(path, e);
    diagnose::message("run::output", &format!("`{}` cannot be written: {why}", path.display()), "name another with `--output`");
    End::Io
}

/// Refuses to show on a terminal what is no text.
pub(super) fn not_on_a_terminal(file: Option<&Path>, what: &str, name: &str) -> Result<(), End> {
    if file.is_some() || !io::stdout().is_terminal() {
        return Ok(());
    }
    let help = format!("write it to a file: add `--output {name}`, or `> {name}`");
    diagnose::message("usage::terminal", &format!("{what} cannot be shown on a terminal"), &help);
    Err(End::Usage)
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
