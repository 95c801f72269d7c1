//! Coverage as tables and as JSON.

use super::super::{Document, Section};
use super::{Coverage, FindingKind, Row, Standing};
use serde_json::{Map, Value as Json, json};

impl FindingKind {
    /// As a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Uncovered => "uncovered",
            Self::NoSuchClause => "no_such_clause",
            Self::Undefined => "undefined_term",
            Self::WrongReference => "wrong_reference",
        }
    }
}

impl Standing {
    /// As a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Encoded => "encoded",
            Self::Reasoned => "not_computable",
            Self::Parts => "in_its_parts",
            Self::Item => "with_its_clause",
            Self::Open => "uncovered",
        }
    }
}

/// Coverage as tables.
#[must_use]
pub fn document(c: &Coverage) -> Document {
    let mut clauses = Section::new("clauses", &["clause", "heading", "what encodes it"]);
    for row in &c.rows {
        clauses.rows.push(vec![format!("§{}", row.clause), row.heading.clone(), says(row)]);
    }
    if c.rows.iter().all(|r| r.heading.is_empty()) {
        clauses.head.remove(1);
        clauses.rows.iter_mut().for_each(|r| drop(r.remove(1)));
    }
    let mut found = Section::new("findings", &["clause", "where", "finding"]);
    for f in &c.findings {
        found.rows.push(vec![
            format!("§{}", f.clause),
            f.place.clone(),
            if f.noted { format!("{}: noted as a defect", f.text) } else { f.text.clone() },
        ]);
    }
    let mut allowed = Section::new("warnings not given", &["warning", "declaration", "why"]);
    for a in &c.allowed {
        allowed.rows.push(vec![a.code.clone(), a.of.clone().unwrap_or_else(|| "all".to_owned()), a.why.clone()]);
    }
    let mut out = Document { title: c.title.clone(), sections: vec![clauses, found, allowed, summary(c)], ..Document::default() };
    out.sections.retain(|s| !s.rows.is_empty());
    out
}

/// What encodes a clause, in words.
fn says(row: &Row) -> String {
    let plural = |sort: &str, n: usize| if n == 1 || sort.ends_with('y') { sort.to_owned() } else { format!("{sort}s") };
    let mut out: Vec<String> =
        row.encoded.iter().map(|(sort, names)| format!("{} {}", plural(sort, names.len()), names.join(", "))).collect();
    out.extend(row.reasons.iter().map(|r| format!("not computable: {r}")));
    // what a variant left out is told where nothing is in its place
    if row.encoded.is_empty() {
        out.extend(row.left_out.iter().map(|r| format!("left out: {r}")));
    }
    match row.standing {
        Standing::Parts => out.push("in its parts".into()),
        Standing::Item => out.push("with its clause".into()),
        Standing::Open => out.push("—".into()),
        Standing::Encoded | Standing::Reasoned => {}
    }
    out.extend(row.defects.iter().map(|d| format!("defect: {d}")));
    out.join("; ")
}

fn summary(c: &Coverage) -> Section {
    let mut out = Section::new("summary", &["what", "how many"]);
    out.numeric = vec![false, true];
    let standing = |s: Standing| c.rows.iter().filter(|r| r.standing == s).count();
    let found = |k: FindingKind| c.findings.iter().filter(|f| f.kind == k).count();
    let mut line = |what: &str, n: usize| out.rows.push(vec![what.to_owned(), n.to_string()]);
    line("clauses encoded", standing(Standing::Encoded));
    line("clauses not computable", standing(Standing::Reasoned));
    if c.compared {
        line("clauses covered in their parts or with their clause", standing(Standing::Parts) + standing(Standing::Item));
        line("clauses uncovered", found(FindingKind::Uncovered));
        line("citations of clauses that do not exist", found(FindingKind::NoSuchClause));
        line("terms used and never defined", found(FindingKind::Undefined));
        line("wrong references in the agreement", found(FindingKind::WrongReference));
    }
    out
}

/// Coverage for other programs.
#[must_use]
pub fn json(c: &Coverage) -> Json {
    let rows: Vec<Json> = c
        .rows
        .iter()
        .map(|r| {
            let encoded: Map<String, Json> =
                r.encoded.iter().map(|(sort, names)| (sort.replace(' ', "_"), names.clone().into())).collect();
            json!({ "clause": r.clause, "heading": r.heading, "status": r.standing.word(), "encoded": encoded,
                "not_computable": r.reasons, "left_out": r.left_out, "defects": r.defects })
        })
        .collect();
    let findings: Vec<Json> = c
        .findings
        .iter()
        .map(|f| json!({ "kind": f.kind.word(), "clause": f.clause, "place": f.place, "text": f.text, "noted": f.noted }))
        .collect();
    let allowed: Vec<Json> = c.allowed.iter().map(|a| json!({ "warning": a.code, "declaration": a.of, "why": a.why })).collect();
    json!({ "terms": c.title, "compared": c.compared, "complete": c.complete(), "clauses": rows, "findings": findings, "allowed": allowed })
}
