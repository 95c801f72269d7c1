//! What came of terms with one thing changed: which changes the examples notice, and which they do not.

use crate::mutate::{Allowed, Mutant};
use crate::report::visible::drawn;
use serde_json::{Value as Json, json};

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// An example fails: its title.
    Noticed(String),
    /// All examples come out as before.
    Survived,
    /// The terms no longer check: why not.
    Unchecked(String),
    /// The examples took far too long; whoever runs them notices.
    TooLong,
    /// The program itself failed.
    Broken,
}

impl Fate {
    /// As a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Noticed(_) => "noticed",
            Self::Survived => "survived",
            Self::Unchecked(_) => "did_not_check",
            Self::TooLong => "too_long",
            Self::Broken => "failed",
        }
    }
}

/// A change that was tried.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The change.
    pub mutant: Mutant,
    /// The file and the line.
    pub place: String,
    /// The lines before it, as one.
    pub before: String,
    /// The lines after it.
    pub after: String,
    /// Whether an example evaluates what was changed, where that can be told.
    pub evaluated: Option<bool>,
    /// The reason why it need not be noticed, among those of the file.
    pub allowed: Option<usize>,
    /// What came of it.
    pub fate: Fate,
}

/// The changes of a terms file, tried.
#[derive(Debug, Clone, Default)]
pub struct Mutants {
    /// The title of the terms.
    pub title: String,
    /// The file.
    pub file: String,
    /// How many examples there are.
    pub examples: usize,
    /// How many changes there are.
    pub possible: usize,
    /// Those that were tried.
    pub tried: Vec<Tried>,
    /// The reasons that the file gives.
    pub allowed: Vec<Allowed>,
    /// Whether every change that a reason may speak of was tried.
    pub complete: bool,
}

impl Mutants {
    /// How many came to one end.
    fn count(&self, fate: &str) -> usize {
        self.tried.iter().filter(|t| t.fate.word() == fate).count()
    }

    /// Those that no example notices, and for which no reason is given.
    pub fn survivors(&self) -> impl Iterator<Item = &Tried> {
        self.tried.iter().filter(|t| t.fate == Fate::Survived && t.allowed.is_none())
    }

    /// Those that no example notices, for a reason.
    pub fn excused(&self) -> impl Iterator<Item = (&Tried, &Allowed)> {
        let survived = self.tried.iter().filter(|t| t.fate == Fate::Survived);
        survived.filter_map(|t| Some((t, self.allowed.get(t.allowed?)?)))
    }

    /// Reasons that nothing needs: every change they speak of is noticed, or they speak of none.
    #[must_use]
    pub fn idle(&self) -> Vec<&Allowed> {
        let needed = |n: usize| self.tried.iter().any(|t| t.allowed == Some(n) && t.fate == Fate::Survived);
        let all = self.allowed.iter().enumerate();
        all.filter(|(n, _)| self.complete && !needed(*n)).map(|(_, a)| a).collect()
    }

    /// Whether the program failed at one of them.
    #[must_use]
    pub fn broken(&self) -> bool {
        self.tried.iter().any(|t| t.fate == Fate::Broken)
    }
}

/// `1 change`, `2 changes`
fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// For reading on a screen: what survived, each with the line before and after, and the counts.
#[must_use]
pub fn text(m: &Mutants) -> String {
    let mut out = format!("{}: {}", m.file, counted(m.tried.len(), "change"));
    if m.tried.len() < m.possible {
        out.push_str(&format!(" of {}", m.possible));
    }
    out.push_str(&format!(", {}\n", counted(m.examples, "example")));
    for t in m.survivors() {
        out.push_str(&format!("\nSURVIVED  {}\n", head(t)));
        out.push_str(&lines(t));
    }
    for (t, a) in m.excused() {
        out.push_str(&format!("\nallowed   {}\n{}  because {}\n", head(t), lines(t), a.why));
    }
    for t in m.tried.iter().filter(|t| matches!(t.fate, Fate::TooLong | Fate::Broken)) {
        let word = if t.fate == Fate::Broken { "FAILED    " } else { "too long  " };
        out.push_str(&format!("\n{word}{}\n{}", head(t), lines(t)));
    }
    for a in m.idle() {
        out.push_str(&format!(
            "\n{}:{}: every change this speaks of is noticed: `# mutants: {}` is not needed\n",
            m.file, a.line, a.why
        ));
    }
    let allowed = m.excused().count();
    let mut ends =
        vec![format!("{} noticed", m.count("noticed") + m.count("too_long")), format!("{} survived", m.survivors().count())];
    if allowed > 0 {
        ends.push(format!("{allowed} allowed"));
    }
    ends.push(format!("{} did not check", m.count("did_not_check")));
    if m.count("too_long") > 0 {
        ends.push(format!("{} of those noticed took too long", m.count("too_long")));
    }
    if m.broken() {
        ends.push(format!("{} failed", m.count("failed")));
    }
    out.push_str(&format!("\n{}\n", ends.join(", ")));
    drawn(&out).into_owned()
}

/// `terms/x.terms:41, §4(d), rule floor: limit; no example evaluates it`
fn head(t: &Tried) -> String {
    let clauses: Vec<String> = t.mutant.clauses.iter().map(|c| format!("§{c}, ")).collect();
    let (sort, name) = &t.mutant.of;
    let unseen = if t.evaluated == Some(false) { "; no example evaluates it" } else { "" };
    format!("{}: {}{sort} {name}: {}{unseen}", t.place, clauses.concat(), t.mutant.sort.word())
}

/// The lines before and after.
fn lines(t: &Tried) -> String {
    let after = if t.after.is_empty() { "(left out)" } else { t.after.as_str() };
    format!("  - {}\n  + {after}\n", t.before)
}

/// For other programs: every change that was tried.
#[must_use]
pub fn json(m: &Mutants) -> Json {
    let tried: Vec<Json> = m
        .tried
        .iter()
        .map(|t| {
            let by = if let Fate::Noticed(example) = &t.fate { Some(example) } else { None };
            let why = if let Fate::Unchecked(why) = &t.fate { Some(why) } else { None };
            json!({ "sort": t.mutant.sort.word(), "declaration": format!("{} {}", t.mutant.of.0, t.mutant.of.1),
                "clauses": t.mutant.clauses, "place": t.place, "before": t.before, "after": t.after,
                "status": if t.fate == Fate::Survived && t.allowed.is_some() { "allowed" } else { t.fate.word() },
                "noticed_by": by, "problem": why, "evaluated": t.evaluated,
                "allowed": t.allowed.and_then(|n| m.allowed.get(n)).map(|a| a.why.clone()) })
        })
        .collect();
    let idle: Vec<Json> = m.idle().iter().map(|a| json!({ "line": a.line, "why": a.why })).collect();
    json!({ "terms": m.title, "file": m.file, "examples": m.examples, "possible": m.possible,
        "summary": { "tried": m.tried.len(), "noticed": m.count("noticed"), "too_long": m.count("too_long"),
            "survived": m.survivors().count(), "allowed": m.excused().count(), "did_not_check": m.count("did_not_check"),
            "failed": m.count("failed") },
        "changes": tried, "not_needed": idle })
}
