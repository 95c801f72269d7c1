//! The words and signs around a place, for messages only: the grammar is pest's.

/// A word, a number, a text or a sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'t> {
    /// As it stands.
    pub text: &'t str,
    /// Its first byte.
    pub start: usize,
    /// Whether it is the first on its line, and does not stand at the margin.
    pub indented: bool,
}

impl Token<'_> {
    /// The byte after it.
    pub(super) const fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is a word.
    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic())
    }
}

/// The tokens of a text, comments and spaces left out.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        let len = length(rest);
        if let Some(token) = rest.get(..len).filter(|t| !t.starts_with('#') && !t.trim().is_empty()) {
            let margin = text.get(..at).map_or("", |head| head.rsplit('\n').next().unwrap_or(head));
            out.push(Token { text: token, start: at, indented: !margin.is_empty() && margin.trim().is_empty() });
        }
        at += len;
    }
    out
}

/// How many bytes the first token, comment or space has.
fn length(rest: &str) -> usize {
    let Some(first) = rest.chars().next() else { return 0 };
    let upto = |more: fn(char) -> bool| rest.find(|c| !more(c)).unwrap_or(rest.len());
    match first {
        '#' => rest.find('\n').unwrap_or(rest.len()),
        '"' | '“' | '”' => {
            let body = rest.get(first.len_utf8()..).unwrap_or("");
            let close = body.find(['"', '“', '”']).and_then(|n| Some(n + body.get(n..)?.chars().next()?.len_utf8()));
            close.map_or(rest.len(), |n| first.len_utf8() + n)
        }
        c if c.is_whitespace() => upto(char::is_whitespace),
        c if c.is_ascii_digit() => {
            let end = upto(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
            // a point or comma at its end is a sign of its own
            rest.get(..end).map_or(1, |n| n.trim_end_matches(['.', ',']).len())
        }
        c if c.is_alphanumeric() => upto(|c| c.is_alphanumeric() || c == '_'),
        c => {
            let two = rest.get(..c.len_utf8() + 1).unwrap_or("");
            if matches!(
                two,
                "==" | "!=" | "<>" | "=>" | "=<" | "<=" | ">=" | "&&" | "||" | "+=" | "-=" | ":=" | "//" | "/*" | "--"
            ) {
                2
            } else {
                c.len_utf8()
            }
        }
    }
}
