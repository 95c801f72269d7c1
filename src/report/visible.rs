//! Texts of a stream or of terms as they may be shown: what would steer a terminal, or hide what is there, is written out.

use std::borrow::Cow;

/// Whether a letter does something instead of being seen.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text on one line, what would steer written out: `\x1b`, `\n`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    written(text, |_| false)
}

/// The same, with its lines and tabs as they are.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    written(text, |c| matches!(c, '\n' | '\t'))
}

/// The same for what is drawn for a terminal: its colours stay.
#[must_use]
pub fn drawn(text: &str) -> Cow<'_, str> {
    if !text.contains('\x1b') {
        return lines(text);
    }
    let mut parts = text.split('\x1b');
    let mut out = lines(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let colour = part.strip_prefix('[').and_then(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            rest.get(end..)?.starts_with('m').then_some(())
        });
        out.push_str(if colour.is_some() { "\x1b" } else { "\\x1b" });
        out.push_str(&lines(part));
    }
    Cow::Owned(out)
}

fn written(text: &str, kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(|c| steers(c) && !kept(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if kept(c) || !steers(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x100 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
        }
    }
    Cow::Owned(out)
}
