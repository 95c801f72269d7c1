//! Where results go: standard output, or a file that is there whole or not at all. A reader that goes away is no failure.

use super::args::MessageFormat;
use super::inputs::is_standard;
use super::{End, diagnose, embed, packed};
use crate::report::visible::drawn;
use clap::Args;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Where a result is written.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    /// Write the result to a file; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl Output {
    /// The file; none for standard output.
    pub(super) fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|p| !is_standard(p))
    }
}

/// Writes a text to standard output.
pub(super) fn print(text: &str) -> Result<(), End> {
    text_to(None, &drawn(text))
}

/// Writes a text to a file, or to standard output where there is none.
pub(super) fn text_to(file: Option<&Path>, text: &str) -> Result<(), End> {
    bytes_to(file, text.as_bytes())
}

/// Writes bytes to a file, or to standard output where there is none.
pub(super) fn bytes_to(file: Option<&Path>, all: &[u8]) -> Result<(), End> {
    write_to(file, |out| out.write_all(all))
}

/// Writes a JSON document to a file, or to standard output where there is none, as it is gone through.
pub(super) fn json_to(file: Option<&Path>, document: &impl serde::Serialize) -> Result<(), End> {
    write_to(file, |out| {
        serde_json::to_writer_pretty(Escaped(&mut *out), document)?;
        out.write_all(b"\n")
    })
}

/// JSON whose control characters of two bytes, and the last of one, are escaped as the others are.
struct Escaped<W>(W);

impl<W: Write> Write for Escaped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some((at, len, code)) = control(rest) {
            let (head, tail) = rest.split_at_checked(at).unwrap_or((rest, &[]));
            self.0.write_all(head)?;
            write!(self.0, "\\u{code:04x}")?;
            rest = tail.get(len..).unwrap_or_default();
        }
        self.0.write_all(rest)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The first such character: where it stands, how long it is, and its number.
fn control(bytes: &[u8]) -> Option<(usize, usize, u8)> {
    bytes.iter().enumerate().find_map(|(at, b)| match (b, bytes.get(at + 1)) {
        (0x7f, _) => Some((at, 1, 0x7f)),
        (0xc2, Some(next @ 0x80..=0x9f)) => Some((at, 2, *next)),
        _ => None,
    })
}

/// Writes to a file, or to standard output where there is none.
fn write_to(file: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), End> {
    match file {
        None if embed::is_on() => packed::through(embed::Taken, write).map_err(|e| failed(&e)),
        None => packed::through(io::stdout().lock(), write).map_err(|e| failed(&e)),
        Some(path) => replaced(path, write).map_err(|e| unwritten(path, &e)),
    }
}

/// Writes a file beside its place, makes sure of it, and puts it there: until then what stood there stands.
fn replaced(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let there = std::fs::metadata(path).ok();
    if there.as_ref().is_some_and(|m| !m.is_file()) {
        // a device or a pipe: nothing of it can be lost, and nothing can be put in its place
        return packed::through(OpenOptions::new().write(true).open(path)?, write);
    }
    let place = if there.is_some() { path.canonicalize()? } else { path.to_path_buf() };
    if there.is_some() {
        // what may not be written is not replaced either
        OpenOptions::new().append(true).open(&place)?;
    }
    let folder = place.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = place.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let part = beside(&format!(".{name}."), folder)?;
    packed::written(&place, part.as_file(), write)?;
    if let Some(there) = there {
        part.as_file().set_permissions(there.permissions())?;
    }
    part.as_file().sync_all()?;
    part.persist(&place).map_err(|e| e.error)?;
    if diagnose::is_verbose() {
        say(&format!("tenor: `{}` is written", path.display()));
    }
    // the name is as safe as the file where the folder can be synced
    let _ = File::open(folder).and_then(|f| f.sync_all());
    Ok(())
}

/// A file that goes unless it is put in its place.
fn beside(prefix: &str, folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Writes the reject file.
pub(super) fn rejects_to(path: &Path, text: &str) -> Result<(), End> {
    replaced(path, |out| out.write_all(text.as_bytes())).map_err(|e| {
        let why = why(path, &e);
        let text = format!("`{}` cannot be written: {why}", path.display());
        diagnose::message("run::rejects", &text, "name another with `--rejects`");
        End::Io
    })
}

/// Why a file cannot be written, in words.
fn why(path: &Path, e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be written".to_owned(),
        _ => super::terms::why(path, e),
    }
}

pub(super) fn unwritten(path: &Path, e: &io::Error) -> End {
    let text = format!("`{}` cannot be written: {}", path.display(), why(path, e));
    diagnose::message("run::output", &text, "name another with `--output`");
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
        insist(&format!("tenor: cannot write: {e}"));
        End::Io
    }
}

/// Tells something in passing.
pub(super) fn say(text: &str) {
    if !diagnose::is_quiet() {
        insist(text);
    }
}

/// Tells something that is told in any case.
pub(super) fn insist(text: &str) {
    if embed::remarks(text) {
        return;
    }
    match diagnose::format() {
        MessageFormat::Human => line(text),
        MessageFormat::Short => line(&format!("note: {}", text.strip_prefix("tenor: ").unwrap_or(text))),
        MessageFormat::Json => {
            let message = text.strip_prefix("tenor: ").unwrap_or(text);
            line(&serde_json::json!({ "message": message, "severity": "advice" }).to_string());
        }
    }
}

/// A line to standard error; nobody is told if that fails too.
pub(super) fn line(line: &str) {
    let _ = writeln!(anstream::stderr(), "{}", drawn(line));
}
