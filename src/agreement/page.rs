//! Lines of a page to paragraphs.

/// A paragraph.
#[derive(Debug, Clone, Default)]
pub(super) struct Paragraph {
    /// The line it begins on, from 1.
    pub line: usize,
    /// How far its first line is from the margin.
    pub first: usize,
    /// How far its other lines are; like the first where there is only one.
    pub rest: usize,
    /// Its words.
    pub text: String,
}

/// The paragraphs of a text. Numbers of pages are left out, and what a page divides is joined.
pub(super) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let mut out: Vec<Paragraph> = Vec::new();
    let mut open: Option<(Paragraph, usize)> = None;
    let text = text.replace(['“', '”'], "\"").replace('\u{a0}', " ").replace('\u{c}', "\n");
    for (n, line) in text.lines().enumerate() {
        let words = line.trim();
        if words.is_empty() || is_page_number(line) {
            close(&mut out, open.take());
            continue;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if open.as_ref().is_some_and(|(p, lines)| begins(p, *lines, indent, words)) {
            close(&mut out, open.take());
        }
        match &mut open {
            Some((p, lines)) => {
                if *lines == 1 {
                    p.rest = indent;
                }
                *lines += 1;
                p.text.push(' ');
                p.text.push_str(&squeeze(words));
            }
            None => open = Some((Paragraph { line: n + 1, first: indent, rest: indent, text: squeeze(words) }, 1)),
        }
    }
    close(&mut out, open);
    out
}

fn close(out: &mut Vec<Paragraph>, open: Option<(Paragraph, usize)>) {
    let Some((p, _)) = open else { return };
    if let Some(last) = out.last_mut()
        && !ended(&last.text)
        && last.rest == p.first
        && p.text.starts_with(|c: char| c.is_lowercase())
    {
        last.text.push(' ');
        last.text.push_str(&p.text);
        return;
    }
    out.push(p);
}

/// Whether a line begins a paragraph although no empty line is before it.
fn begins(p: &Paragraph, lines: usize, indent: usize, words: &str) -> bool {
    let deeper = if lines > 1 { indent > p.rest } else { indent >= p.first };
    let numbered = super::mark::section(words).is_some() || super::mark::leading(words).is_some() || words.starts_with('"');
    numbered && deeper && (ended(&p.text) || ["and", "or"].iter().any(|w| p.text.ends_with(&format!(" {w}"))))
}

/// Whether a text has come to an end that a paragraph may have.
pub(super) fn ended(text: &str) -> bool {
    text.ends_with(['.', ':', ';', ',', '"', '?', ')'])
}

fn is_page_number(line: &str) -> bool {
    let words = line.trim();
    words.len() <= 5
        && words.trim_matches(|c: char| !c.is_ascii_digit()).len() <= 3
        && words.trim_matches(['-', ' ']).bytes().all(|b| b.is_ascii_digit())
}

fn squeeze(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
