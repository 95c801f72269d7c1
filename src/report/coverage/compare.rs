//! Citations held against the text of the agreement.

use super::cited::Cited;
use super::{Coverage, Finding, FindingKind, Row, Standing};
use crate::agreement::{Agreement, Clause};
use crate::terms::Terms;

/// What is cited, by clause of the agreement.
struct Compare<'a> {
    agreement: &'a Agreement,
    /// For each clause: what cites it or one of its paragraphs.
    by: Vec<Vec<&'a Cited>>,
    out: Coverage,
}

/// Holds citations against the text of the agreement.
pub(super) fn compare(terms: &Terms, cited: &[Cited], agreement: &Agreement) -> Coverage {
    let mut c = Compare { agreement, by: vec![Vec::new(); agreement.clauses.len()], out: Coverage::default() };
    c.out.title.clone_from(&terms.title);
    c.out.compared = true;
    let mut missing = Vec::new();
    for one in cited {
        match find(agreement, one).and_then(|at| c.by.get_mut(at)) {
            Some(list) => list.push(one),
            None => missing.push(Finding {
                kind: FindingKind::NoSuchClause,
                clause: one.row.clause.clone(),
                place: terms.sources.place(one.at),
                text: "the terms cite it, and the agreement has no such clause".into(),
                noted: false,
            }),
        }
    }
    let roots = agreement.clauses.iter().enumerate().filter(|(_, k)| k.parent.is_none());
    for (at, _) in roots {
        c.rows(at);
        c.uncovered(at);
    }
    c.out.findings.extend(missing);
    c.defects(terms);
    c.out
}

/// The clause that a citation means.
fn find(a: &Agreement, one: &Cited) -> Option<usize> {
    let c = &one.citation;
    let at = a.find(&c.section)?;
    if let Some(heading) = &c.heading {
        let defined = a.find(&format!("{} \"{heading}\"", c.section));
        let headed = || a.clauses.get(at).filter(|k| k.heading == *heading).map(|_| at);
        return defined.or_else(headed);
    }
    let paragraphs = a.clauses.get(at).map_or(0, |k| k.paragraphs.len());
    match c.paragraph.as_deref().map(str::parse::<usize>) {
        Some(Ok(n)) if n == 0 || n > paragraphs => None,
        _ => Some(at),
    }
}

impl Compare<'_> {
    fn direct(&self, at: usize) -> Standing {
        let list = self.by.get(at).map_or(&[][..], Vec::as_slice);
        let has = |s: Standing| list.iter().any(|c| c.row.standing == s);
        if has(Standing::Encoded) {
            Standing::Encoded
        } else if has(Standing::Reasoned) {
            Standing::Reasoned
        } else {
            Standing::Open
        }
    }

    fn standing(&self, at: usize) -> Standing {
        let direct = self.direct(at);
        if direct != Standing::Open {
            return direct;
        }
        let parts = self.parts(at);
        if !parts.is_empty() && parts.iter().all(|p| self.standing(*p) != Standing::Open) {
            return Standing::Parts;
        }
        if self.within(at) { Standing::Item } else { Standing::Open }
    }

    /// The parts that a clause has: provisions of their own where there are any, else items of its sentences.
    fn parts(&self, at: usize) -> Vec<usize> {
        let all: Vec<(usize, &Clause)> = self.agreement.parts(at).collect();
        let own = all.iter().any(|(_, c)| !c.item);
        all.into_iter().filter(|(_, c)| c.item != own).map(|(n, _)| n).collect()
    }

    /// Whether an item is part of a clause that is cited itself.
    fn within(&self, at: usize) -> bool {
        let Some(clause) = self.agreement.clauses.get(at).filter(|c| c.item) else { return false };
        clause.parent.is_some_and(|p| self.direct(p) != Standing::Open || self.within(p))
    }

    fn rows(&mut self, at: usize) {
        let Some(clause) = self.agreement.clauses.get(at) else { return };
        let list = self.by.get(at).cloned().unwrap_or_default();
        let (paragraphs, own): (Vec<&Cited>, Vec<&Cited>) = list.into_iter().partition(|c| c.citation.paragraph.is_some());
        let (last, first): (Vec<&Cited>, Vec<&Cited>) =
            paragraphs.into_iter().partition(|c| c.citation.paragraph.as_deref() == Some("last"));
        if !clause.item || !own.is_empty() {
            let heading = if clause.defines { String::new() } else { clause.heading.clone() };
            let mut row = Row { clause: clause.number.clone(), heading, ..Row::default() };
            for c in own {
                row.encoded.extend(c.row.encoded.iter().cloned());
                row.reasons.extend(c.row.reasons.iter().cloned());
                row.left_out.extend(c.row.left_out.iter().cloned());
                row.defects.extend(c.row.defects.iter().cloned());
            }
            row.standing = self.standing(at);
            self.out.rows.push(row);
        }
        self.out.rows.extend(first.into_iter().map(|c| c.row.clone()));
        let parts: Vec<usize> = self.agreement.parts(at).map(|(n, _)| n).collect();
        for part in parts {
            self.rows(part);
        }
        self.out.rows.extend(last.into_iter().map(|c| c.row.clone()));
    }

    fn uncovered(&mut self, at: usize) {
        let parts = self.parts(at);
        let own: Vec<usize> = parts.iter().copied().filter(|p| self.agreement.clauses.get(*p).is_some_and(|c| !c.item)).collect();
        for part in &own {
            self.uncovered(*part);
        }
        if !own.is_empty() || self.standing(at) != Standing::Open {
            return;
        }
        let (open, covered): (Vec<usize>, Vec<usize>) = parts.into_iter().partition(|p| self.standing(*p) == Standing::Open);
        let which = if covered.is_empty() { vec![at] } else { open };
        for n in which {
            let Some(clause) = self.agreement.clauses.get(n) else { continue };
            let heading =
                if clause.heading.is_empty() || clause.defines { String::new() } else { format!("{}: ", clause.heading) };
            self.out.findings.push(Finding {
                kind: FindingKind::Uncovered,
                clause: clause.number.clone(),
                place: format!("line {}", clause.line),
                text: format!("{heading}neither encoded nor `not computable`"),
                noted: false,
            });
        }
    }

    /// What is wrong with the agreement itself.
    fn defects(&mut self, terms: &Terms) {
        let noted = |what: &str| terms.defects.iter().any(|d| d.text.contains(what));
        for u in self.agreement.undefined() {
            self.out.findings.push(Finding {
                kind: FindingKind::Undefined,
                text: format!("`{}` is used {} times and never defined", u.term, u.times),
                noted: noted(&u.term),
                place: format!("line {}", u.line),
                clause: u.clause,
            });
        }
        for w in self.agreement.wrong_references() {
            let text =
                if w.itself { format!("calls itself {}", w.to) } else { format!("refers to {}, which does not exist", w.to) };
            let place = format!("line {}", w.line);
            self.out.findings.push(Finding {
                kind: FindingKind::WrongReference,
                text,
                place,
                noted: noted(&w.to),
                clause: w.clause,
            });
        }
    }
}
