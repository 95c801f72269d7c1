//! What two terms files say differently, clause by clause, part by part. Layout, comments, the order of declarations, imports,
//! lines and conditions, and the names that a rule or a definition gives for itself are no differences.

mod blank;
mod compare;
mod declaration;
mod mark;
mod phrase;
mod rename;
mod rule;
mod show;
mod slot;
mod uses;

pub use mark::Piece;
pub use show::{Marks, json, markdown, text};

use crate::syntax::ast::Citation;
use crate::terms::Terms;
use compare::compare;
use declaration::{Declaration, declarations, left_out};
use uses::Users;

/// What two terms files say differently.
#[derive(Debug, Clone, Default)]
pub struct Diff {
    /// The titles.
    pub titles: (String, String),
    /// What differs, by clause in the order of the agreement; what cites none first.
    pub clauses: Vec<Clause>,
    /// What is called otherwise, and is the same otherwise: that is no difference.
    pub renamed: Vec<Renamed>,
    /// How many clauses are the same in both.
    pub same: usize,
}

/// A declaration that has another name in the second file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// Its sort.
    pub sort: String,
    /// Its name in the first file.
    pub from: String,
    /// Its name in the second.
    pub to: String,
}

/// A clause in which something differs.
#[derive(Debug, Clone)]
pub struct Clause {
    /// As it is cited; nothing for what comes from no clause.
    pub clause: Option<String>,
    /// What differs.
    pub changes: Vec<Change>,
}

/// A declaration that differs.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its sort: `rule`, `definition`.
    pub sort: String,
    /// Its name.
    pub name: String,
    /// How it differs.
    pub kind: ChangeKind,
    /// The parts that differ, of a declaration that both have.
    pub parts: Vec<Part>,
    /// The whole of it, where only one has it.
    pub whole: String,
    /// Why a variant left it out.
    pub why: Option<String>,
    /// What uses it, in the second file.
    pub used_by: Vec<Use>,
}

/// How a declaration differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Only the second file has it.
    Added,
    /// Only the first file has it.
    Removed,
    /// Both have it, and it says something else.
    Changed,
}

/// A part of a declaration that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is: `value`, `applies when`, `price becomes`.
    pub label: String,
    /// What the first file says, in pieces; nothing where it says nothing.
    pub before: Vec<Piece>,
    /// What the second file says.
    pub after: Vec<Piece>,
}

/// A declaration that a change reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its clause.
    pub clause: String,
    /// Its sort.
    pub sort: String,
    /// Its name.
    pub name: String,
}

impl Diff {
    /// Whether nothing differs.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// How many declarations differ so.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.clauses.iter().flat_map(|c| &c.changes).filter(|c| c.kind == kind).count()
    }
}

/// What two terms files say differently.
#[must_use]
pub fn diff(a: &Terms, b: &Terms) -> Diff {
    let theirs = declarations(&b.items, b);
    let mut items = a.items.clone();
    let renamed = rename::renames(&mut items, a, &theirs);
    let ours = declarations(&items, a);
    let users = Users::of(b);
    let mut changes: Vec<(Option<Citation>, Change)> = Vec::new();
    for one in &ours {
        let change = match theirs.iter().find(|d| d.is(one)) {
            None => Some((one, alone(one, ChangeKind::Removed, left_out(b, one)))),
            Some(other) => changed(one, other, &users).map(|change| (other, change)),
        };
        changes.extend(change.map(|(d, change)| (d.clause(), change)));
    }
    for one in theirs.iter().filter(|d| !ours.iter().any(|o| o.is(d))) {
        changes.push((one.clause(), alone(one, ChangeKind::Added, left_out(a, one))));
    }
    changes.sort_by_cached_key(|(clause, _)| clause.as_ref().map(crate::report::coverage::order));
    let mut out = Diff { titles: (a.title.clone(), b.title.clone()), renamed, ..Diff::default() };
    for (clause, change) in changes {
        let clause = clause.map(|c| c.cite());
        match out.clauses.last_mut() {
            Some(last) if last.clause == clause => last.changes.push(change),
            _ => out.clauses.push(Clause { clause, changes: vec![change] }),
        }
    }
    let mut cited: Vec<String> = theirs.iter().filter_map(|d| d.clause().map(|c| c.cite())).collect();
    cited.sort_unstable();
    cited.dedup();
    out.same = cited.iter().filter(|c| !out.clauses.iter().any(|d| d.clause.as_ref() == Some(c))).count();
    out
}

/// A declaration that only one file has.
fn alone(d: &Declaration<'_>, kind: ChangeKind, why: Option<String>) -> Change {
    Change { sort: d.sort.to_owned(), name: d.name.clone(), kind, parts: Vec::new(), whole: d.whole(), why, used_by: Vec::new() }
}

/// A declaration that both have, where it differs.
fn changed(a: &Declaration<'_>, b: &Declaration<'_>, users: &Users<'_>) -> Option<Change> {
    let parts = compare(a, b);
    let moved = parts.iter().all(|p| p.label == declaration::COMES_FROM);
    (!parts.is_empty()).then(|| Change {
        sort: b.sort.to_owned(),
        name: b.name.clone(),
        kind: ChangeKind::Changed,
        parts,
        whole: String::new(),
        why: None,
        used_by: if moved { Vec::new() } else { users.reached(b.sort, &b.name) },
    })
}
