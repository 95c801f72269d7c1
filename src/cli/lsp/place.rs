//! Places as editors count them: files by address, columns in units of UTF-16.

use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// The path of a file by its address.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let mut bytes = Vec::with_capacity(rest.len());
    let mut left = rest.bytes();
    while let Some(b) = left.next() {
        if b == b'%' {
            let code = [left.next()?, left.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&code).ok()?, 16).ok()?);
        } else {
            bytes.push(b);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    // a drive of Windows: /C:/terms
    let drive = text.as_bytes().get(2) == Some(&b':') && text.starts_with('/');
    Some(PathBuf::from(if drive { text.get(1..)?.to_owned() } else { text }))
}

/// The address of a file.
pub(super) fn uri(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut out = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for b in text.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// A line and a column, from 0.
pub(super) fn position(of: &Json) -> Option<(usize, usize)> {
    let number = |name: &str| usize::try_from(of.get(name)?.as_u64()?).ok();
    Some((number("line")?, number("character")?))
}

/// The byte at a line and a column.
pub(super) fn offset(text: &str, (line, column): (usize, usize)) -> usize {
    let start = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let rest = rest.split('\n').next().unwrap_or(rest);
    let mut units = 0;
    for (at, c) in rest.char_indices() {
        if units >= column {
            return start + at;
        }
        units += c.len_utf16();
    }
    start + rest.len()
}

/// The line and the column of a byte.
fn at(text: &str, offset: usize) -> Json {
    let head = text.get(..offset).unwrap_or(text);
    let line = head.matches('\n').count();
    let column: usize = head.rsplit('\n').next().unwrap_or("").chars().map(char::len_utf16).sum();
    json!({ "line": line, "character": column })
}

/// A range of bytes.
pub(super) fn range(text: &str, start: usize, end: usize) -> Json {
    json!({ "start": at(text, start), "end": at(text, end) })
}

/// A place in a text.
pub(super) fn span(text: &str, span: crate::source::Span) -> Json {
    let byte = |n: u32| usize::try_from(n).unwrap_or(0);
    range(text, byte(span.start), byte(span.end))
}
