//! Words an agreement defines, and words it uses like defined ones.

use super::Agreement;

/// A term that is used and never defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undefined {
    /// The term.
    pub term: String,
    /// The number of the clause that uses it first.
    pub clause: String,
    /// The line that clause begins on.
    pub line: usize,
    /// How often it is used.
    pub times: usize,
}

/// Terms of several words that are written like defined ones, are built on a defined one, and are defined nowhere.
/// A name used once is no term.
pub(super) fn undefined(a: &Agreement) -> Vec<Undefined> {
    let known: Vec<Vec<String>> = defined(a).iter().map(|t| t.split_whitespace().map(plain).collect()).collect();
    let mut out: Vec<Undefined> = Vec::new();
    for c in &a.clauses {
        for text in &c.paragraphs {
            let text = text.strip_prefix(c.heading.as_str()).unwrap_or(text);
            for phrase in phrases(text) {
                let Some(term) = unknown(&phrase, &known) else { continue };
                match out.iter_mut().find(|u| same(&u.term, &term)) {
                    Some(u) => u.times += 1,
                    None => out.push(Undefined { term, clause: c.number.clone(), line: c.line, times: 1 }),
                }
            }
        }
    }
    out.retain(|u| u.times > 1);
    out
}

/// What is put in quotation marks where it is defined.
fn defined(a: &Agreement) -> Vec<String> {
    let mut out = Vec::new();
    let texts = a.clauses.iter().flat_map(|c| &c.paragraphs).chain(std::iter::once(&a.face));
    for text in texts {
        for (n, part) in text.split('"').enumerate() {
            let capital = part.starts_with(char::is_uppercase);
            if n % 2 == 1 && capital && part.split_whitespace().count() <= 8 {
                out.push(part.to_owned());
            }
        }
    }
    out
}

/// A word without its plural, to be compared.
fn plain(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    word.strip_suffix('s').filter(|w| w.len() > 2).unwrap_or(word).to_owned()
}

fn same(a: &str, b: &str) -> bool {
    a.split_whitespace().map(plain).eq(b.split_whitespace().map(plain))
}

/// Runs of words with capitals, `of` between them included; none that begin a sentence.
fn phrases(text: &str) -> Vec<Vec<&str>> {
    let mut out = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let mut sentence = true;
    for raw in text.split_whitespace() {
        let opened = raw.starts_with(['(', '"']);
        if opened {
            flush(&mut out, &mut run);
        }
        let word = raw.trim_matches(|c: char| !c.is_alphanumeric());
        let capital = word.starts_with(char::is_uppercase) && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-'));
        if (capital && !sentence) || (word == "of" && !run.is_empty()) {
            run.push(word);
        } else {
            flush(&mut out, &mut run);
        }
        if raw.ends_with(|c: char| !c.is_alphanumeric()) {
            flush(&mut out, &mut run);
        }
        sentence = raw.ends_with(['.', ':']) || (sentence && word.is_empty());
    }
    flush(&mut out, &mut run);
    out
}

fn flush<'t>(out: &mut Vec<Vec<&'t str>>, run: &mut Vec<&'t str>) {
    while run.last() == Some(&"of") {
        run.pop();
    }
    if run.len() > 1 {
        out.push(std::mem::take(run));
    }
    run.clear();
}

/// The phrase, where it has a defined term in it and is not made of defined terms alone.
fn unknown(phrase: &[&str], known: &[Vec<String>]) -> Option<String> {
    let words: Vec<String> = phrase.iter().map(|w| plain(w)).collect();
    let begins = |at: usize| {
        let rest = words.get(at..).unwrap_or(&[]);
        known.iter().filter(|k| !k.is_empty() && rest.starts_with(k)).map(Vec::len).max()
    };
    let (mut at, mut found, mut gap) = (0, false, None);
    while at < words.len() {
        match begins(at) {
            Some(n) => {
                found |= n > 1 || gap.is_some();
                at += n;
            }
            None => {
                if words.get(at).is_some_and(|w| w != "of") {
                    gap = gap.or(Some(at));
                }
                at += 1;
            }
        }
    }
    gap.filter(|_| found).map(|_| phrase.join(" "))
}
