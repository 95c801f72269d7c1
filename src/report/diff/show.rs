//! Differences as text, as Markdown and as JSON.

use super::{Change, ChangeKind, Clause, Diff, Part, Piece, Renamed, Use};
use serde_json::{Value as Json, json};

/// How text shows what differs within a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    /// `[-before-]` and `{+after+}`.
    Plain,
    /// Underlined and in colour, for a terminal.
    Colour,
}

impl Marks {
    const fn open(self, kind: ChangeKind) -> &'static str {
        match (self, kind) {
            (Self::Plain, ChangeKind::Removed) => "[-",
            (Self::Plain, _) => "{+",
            (Self::Colour, ChangeKind::Removed) => "\u{1b}[4;31m",
            (Self::Colour, _) => "\u{1b}[4;32m",
        }
    }

    fn heading(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\u{1b}[1m{text}\u{1b}[0m"),
        }
    }

    const fn close(self, kind: ChangeKind) -> &'static str {
        match (self, kind) {
            (Self::Plain, ChangeKind::Removed) => "-]",
            (Self::Plain, _) => "+}",
            (Self::Colour, _) => "\u{1b}[0m",
        }
    }
}

/// How wide text is.
const WIDTH: usize = 100;
/// How many declarations are named that use what changed.
const USES: usize = 8;
/// How many clauses are named at the end.
const CLAUSES: usize = 20;

impl ChangeKind {
    /// As a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl Change {
    /// What it is: `rule ownership_cap`.
    fn said(&self) -> String {
        format!("{} {}", self.sort, self.name).trim_end().to_owned()
    }

    /// Why a variant left it out, in words.
    fn reason(&self) -> Option<String> {
        let why = self.why.as_ref()?;
        Some(match self.kind {
            ChangeKind::Added => format!("the first file leaves it out: \"{why}\""),
            ChangeKind::Removed | ChangeKind::Changed => format!("\"{why}\""),
        })
    }

    /// What uses it, the first few.
    fn uses(&self) -> Option<String> {
        let one = |u: &Use| {
            let clause = if u.clause.is_empty() { String::new() } else { format!("§{} ", u.clause) };
            format!("{clause}{} {}", u.sort, u.name)
        };
        let mut out = self.used_by.iter().take(USES).map(one).collect::<Vec<_>>().join(", ");
        if self.used_by.len() > USES {
            out.push_str(&format!(" and {} more", self.used_by.len() - USES));
        }
        (!out.is_empty()).then(|| format!("used by {out}"))
    }
}

impl Clause {
    fn heading(&self) -> String {
        self.clause.as_ref().map_or_else(|| "Without a clause".to_owned(), |c| format!("§{c}"))
    }
}

/// How much differs, in a sentence.
fn summary(d: &Diff) -> String {
    let count = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    if d.is_empty() {
        return format!("Nothing differs: both say the same in {}.", count(d.same, "clause"));
    }
    let cited: Vec<String> = d.clauses.iter().filter_map(|c| c.clause.as_ref().map(|c| format!("§{c}"))).collect();
    let mut list = cited.iter().take(CLAUSES).map(String::as_str).collect::<Vec<_>>().join(", ");
    if cited.len() > CLAUSES {
        list.push_str(&format!(" and {} more", cited.len() - CLAUSES));
    }
    if d.clauses.iter().any(|c| c.clause.is_none()) {
        list.push_str(", and something without a clause");
    }
    let mut kinds: Vec<String> = Vec::new();
    for kind in [ChangeKind::Changed, ChangeKind::Added, ChangeKind::Removed] {
        let n = d.count(kind);
        if n > 0 {
            let what = if kinds.is_empty() { count(n, "declaration") } else { n.to_string() };
            kinds.push(format!("{what} {}", kind.word()));
        }
    }
    let kinds = kinds.join(", ");
    let verb = if cited.len() == 1 { "differs" } else { "differ" };
    match cited.len() {
        0 => format!("No clause differs, and something without a clause does: {kinds}."),
        n => format!("{} {verb}: {}; {kinds}. {} the same.", count(n, "clause"), list, are(d.same)),
    }
}

fn are(n: usize) -> String {
    match n {
        0 => "No other is".into(),
        1 => "1 other is".into(),
        n => format!("{n} others are"),
    }
}

/// As text.
#[must_use]
pub fn text(d: &Diff, marks: Marks) -> String {
    let mut out = format!("{} → {}\n", d.titles.0, d.titles.1);
    for clause in &d.clauses {
        out.push_str(&format!("\n{}\n", marks.heading(&clause.heading())));
        for change in &clause.changes {
            let why = change.reason().map_or_else(String::new, |why| format!(": {why}"));
            out.push_str(&format!("  {} {}{why}\n", change.said(), change.kind.word()));
            for part in &change.parts {
                out.push_str(&format!("    {}\n", part.label));
                side(&mut out, "before", &part.before, marks, ChangeKind::Removed);
                side(&mut out, "after ", &part.after, marks, ChangeKind::Added);
            }
            let sign = if change.kind == ChangeKind::Removed { '-' } else { '+' };
            for line in change.whole.lines() {
                let piece = Piece { text: line.trim_start().to_owned(), changed: false };
                let indent = line.len() - line.trim_start().len();
                out.push_str(&format!("    {sign} {}", " ".repeat(indent)));
                laid(&mut out, &[piece], 6 + indent, 4, marks, change.kind);
            }
            if let Some(uses) = change.uses() {
                out.push_str("    ");
                laid(&mut out, &[Piece { text: uses, changed: false }], 4, 2, marks, change.kind);
            }
        }
    }
    if let Some(names) = names(d) {
        out.push('\n');
        laid(&mut out, &[Piece { text: names, changed: false }], 0, 2, marks, ChangeKind::Changed);
    }
    out.push_str(&format!("\n{}\n", summary(d)));
    out
}

/// What is called otherwise, in a sentence.
fn names(d: &Diff) -> Option<String> {
    let one = |r: &Renamed| format!("{} {} is {}", r.sort, r.from, r.to);
    let list = d.renamed.iter().map(one).collect::<Vec<_>>().join(", ");
    (!list.is_empty()).then(|| format!("Called otherwise in the second file, and the same: {list}."))
}

/// What one file says of a part.
fn side(out: &mut String, name: &str, pieces: &[Piece], marks: Marks, kind: ChangeKind) {
    if !pieces.is_empty() {
        out.push_str(&format!("      {name}  "));
        laid(out, pieces, 14, 0, marks, kind);
    }
}

/// Pieces in lines that begin at a column, those after the first a little further in.
fn laid(out: &mut String, pieces: &[Piece], column: usize, further: usize, marks: Marks, kind: ChangeKind) {
    let mut used = column;
    for p in pieces {
        let words: Vec<&str> = p.text.split_inclusive(' ').collect();
        if p.changed {
            let first = words.first().map_or(0, |w| w.trim_end().chars().count());
            if used + first > WIDTH && used > column + further {
                broken(out, column + further);
                used = column + further;
            }
            out.push_str(marks.open(kind));
            // a sign of its own is not taken for that of the mark
            if marks == Marks::Plain && p.text.starts_with(['+', '-']) {
                out.push(' ');
            }
        }
        for word in words {
            let len = word.trim_end().chars().count();
            if used + len > WIDTH && used > column + further {
                if p.changed && marks == Marks::Colour {
                    trim(out);
                    out.push_str(marks.close(kind));
                }
                broken(out, column + further);
                if p.changed && marks == Marks::Colour {
                    out.push_str(marks.open(kind));
                }
                used = column + further;
            }
            out.push_str(word);
            used += word.chars().count();
        }
        if p.changed {
            let space = out.ends_with(' ');
            if space {
                out.pop();
            }
            out.push_str(marks.close(kind));
            if space {
                out.push(' ');
            }
        }
    }
    trim(out);
    out.push('\n');
}

/// A new line that begins at a column.
fn broken(out: &mut String, column: usize) {
    trim(out);
    out.push_str(&format!("\n{}", " ".repeat(column)));
}

/// Takes the spaces from the end.
fn trim(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
}

/// For pasting into a page.
#[must_use]
pub fn markdown(d: &Diff) -> String {
    let mut out = format!("# {} → {}\n", escape(&d.titles.0), escape(&d.titles.1));
    for clause in &d.clauses {
        out.push_str(&format!("\n## {}\n", escape(&clause.heading())));
        for change in &clause.changes {
            let why = change.reason().map_or_else(String::new, |why| format!(": {}", escape(&why)));
            out.push_str(&format!("\n**{}** {}{why}\n", escape(&change.said()), change.kind.word()));
            if !change.parts.is_empty() {
                out.push('\n');
            }
            for part in &change.parts {
                out.push_str(&format!("- {}\n", escape(&part.label)));
                for (name, pieces, mark) in [("before", &part.before, "~~"), ("after", &part.after, "**")] {
                    if !pieces.is_empty() {
                        out.push_str(&format!("  - {name}: {}\n", marked(pieces, mark)));
                    }
                }
            }
            if !change.whole.is_empty() {
                out.push_str(&format!("\n```text\n{}\n```\n", change.whole));
            }
            if let Some(uses) = change.uses() {
                out.push_str(&format!("\n{}.\n", escape(&uses).replacen('u', "U", 1)));
            }
        }
    }
    if let Some(names) = names(d) {
        out.push_str(&format!("\n{}\n", escape(&names)));
    }
    out.push_str(&format!("\n{}\n", escape(&summary(d))));
    out
}

/// Pieces with a mark around those that differ; no mark stands beside a space.
fn marked(pieces: &[Piece], mark: &str) -> String {
    let one = |p: &Piece| {
        let inner = p.text.trim();
        if !p.changed || inner.is_empty() {
            return escape(&p.text);
        }
        let (before, after) = p.text.split_once(inner).unwrap_or(("", ""));
        format!("{before}{mark}{}{mark}{after}", escape(inner))
    };
    pieces.iter().map(one).collect()
}

/// Text in which nothing means anything to Markdown.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '~' | '`' | '<' | '>' | '[' | ']' | '|' | '#' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// For other programs.
#[must_use]
pub fn json(d: &Diff) -> Json {
    let clauses: Vec<Json> = d
        .clauses
        .iter()
        .map(|c| json!({ "clause": c.clause, "changes": c.changes.iter().map(change).collect::<Vec<_>>() }))
        .collect();
    json!({
        "from": d.titles.0,
        "to": d.titles.1,
        "same": d.is_empty(),
        "summary": summary(d),
        "clauses": clauses,
        "renamed": d.renamed.iter().map(|r| json!({ "sort": r.sort, "from": r.from, "to": r.to })).collect::<Vec<_>>(),
        "unchanged_clauses": d.same,
        "changed": d.count(ChangeKind::Changed),
        "added": d.count(ChangeKind::Added),
        "removed": d.count(ChangeKind::Removed),
    })
}

fn change(c: &Change) -> Json {
    let mut out = json!({ "sort": c.sort, "name": c.name, "change": c.kind.word() });
    let Some(map) = out.as_object_mut() else { return out };
    if let Some(why) = &c.why {
        map.insert("why".into(), why.as_str().into());
    }
    if c.kind == ChangeKind::Changed {
        map.insert("parts".into(), c.parts.iter().map(part).collect());
        let uses = c.used_by.iter().map(|u| json!({ "clause": u.clause, "sort": u.sort, "name": u.name }));
        map.insert("used_by".into(), uses.collect());
    } else {
        map.insert("text".into(), c.whole.as_str().into());
    }
    out
}

fn part(p: &Part) -> Json {
    let side = |pieces: &[Piece]| {
        if pieces.is_empty() {
            return Json::Null;
        }
        let text: String = pieces.iter().map(|p| p.text.as_str()).collect();
        let differs: Vec<&str> = pieces.iter().filter(|p| p.changed).map(|p| p.text.trim()).collect();
        json!({ "text": text, "differs": differs })
    };
    json!({ "part": p.label, "before": side(&p.before), "after": side(&p.after) })
}
