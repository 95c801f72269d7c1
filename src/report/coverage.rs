//! Clauses cited by terms, with what encodes them; held against the agreement itself where its text is given.

mod cited;
mod compare;
mod show;

pub(super) use cited::order;
pub use show::{document, json};

use crate::agreement::Agreement;
use crate::syntax::ast::{Item, ItemKind};
use crate::terms::Terms;

/// What is said of the clauses of an agreement.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// The title of the terms.
    pub title: String,
    /// The clauses, in the order of the agreement.
    pub rows: Vec<Row>,
    /// What is wrong, where the text of the agreement was given.
    pub findings: Vec<Finding>,
    /// Whether it was.
    pub compared: bool,
    /// The warnings that are not given, and why.
    pub allowed: Vec<Allowed>,
}

/// A warning that is not given.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// Its code.
    pub code: String,
    /// The declaration, where it is one.
    pub of: Option<String>,
    /// Why.
    pub why: String,
}

/// A clause.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// As it is cited.
    pub clause: String,
    /// Its heading in the text of the agreement.
    pub heading: String,
    /// What encodes it: the sort, and the names.
    pub encoded: Vec<(String, Vec<String>)>,
    /// Why no number can check it.
    pub reasons: Vec<String>,
    /// Why a variant left out what encoded it.
    pub left_out: Vec<String>,
    /// Defects noted.
    pub defects: Vec<String>,
    /// How it stands.
    pub standing: Standing,
}

/// How a clause stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// Something encodes it.
    Encoded,
    /// It has a reason why nothing does.
    Reasoned,
    /// All its parts are covered.
    Parts,
    /// It is an item of a clause that is covered.
    Item,
    /// Nothing is said of it.
    #[default]
    Open,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The clause.
    pub clause: String,
    /// The line of the agreement, or the place in the terms.
    pub place: String,
    /// In words.
    pub text: String,
    /// Whether the terms note it as a defect of the agreement.
    pub noted: bool,
}

/// Sorts of what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// A clause has neither an encoding nor a reason.
    Uncovered,
    /// The terms cite a clause that does not exist.
    NoSuchClause,
    /// A term is used and never defined.
    Undefined,
    /// The agreement refers to a clause that does not exist, or calls a clause by another's number.
    WrongReference,
}

impl Coverage {
    /// Whether everything is covered and every citation right. What is wrong with the agreement itself does not count.
    #[must_use]
    pub fn complete(&self) -> bool {
        !self.findings.iter().any(|f| matches!(f.kind, FindingKind::Uncovered | FindingKind::NoSuchClause))
    }
}

/// The clauses of terms, held against an agreement where there is one.
#[must_use]
pub fn coverage(terms: &Terms, agreement: Option<&Agreement>) -> Coverage {
    let cited = cited::cited(terms);
    let found = match agreement {
        Some(agreement) => compare::compare(terms, &cited, agreement),
        None => Coverage { title: terms.title.clone(), rows: cited::rows(cited), ..Coverage::default() },
    };
    Coverage { allowed: allowed(terms), ..found }
}

/// The warnings that terms say are not to be given.
fn allowed(terms: &Terms) -> Vec<Allowed> {
    let one = |item: &Item| match &item.kind {
        ItemKind::Allow { code, of, why } => {
            let why = why.plain().split_whitespace().collect::<Vec<_>>().join(" ");
            Some(Allowed { code: code.name.clone(), of: of.as_ref().map(|n| n.name.clone()), why })
        }
        _ => None,
    };
    terms.items.iter().filter_map(one).collect()
}
