//! `tenor coverage`

use super::args::{Coverage as Args, Format, Taking};
use super::inputs::Inputs;
use super::shown::Result;
use super::{End, Outcome, diagnose, output, terms};
use crate::agreement::Agreement;
use crate::report::coverage;
use crate::report::ending::Ending;

/// Shows which clauses are encoded, and what is wrong where the agreement itself is given.
pub(super) fn coverage(args: &Args) -> Outcome {
    args.to.only_for_tables(args.format == Format::Csv)?;
    let files = Inputs::default();
    let t = terms::load_by(&args.terms, false, &files, &[])?;
    let agreement = match &args.source {
        None => None,
        Some(path) => {
            let text = files.text("agreement", path).map_err(|why| {
                diagnose::message(
                    "coverage::unreadable",
                    &format!("`{}` cannot be read: {why}", path.display()),
                    "name the agreement as a plain text file",
                );
                End::NoInput
            })?;
            let agreement = Agreement::read(&text);
            if agreement.clauses.is_empty() {
                let text = format!("`{}` has no numbered clauses", path.display());
                diagnose::message(
                    "coverage::no-clauses",
                    &text,
                    "sections begin with `1.`, `2.` and so on at the beginning of a line",
                );
                return Err(End::Data);
            }
            Some(agreement)
        }
    };
    let found = coverage::coverage(&t, agreement.as_ref());
    files.keep(args.to.file(), "--output", &[])?;
    let receipt = files.receipt(&[&args.terms], Some(&t), &Taking::default(), Vec::new());
    let result = Result { schema: "coverage", ending: &Ending::default(), receipt: &receipt };
    result.write(args.format.into(), &args.to, || coverage::document(&found), || coverage::json(&found))?;
    if agreement.is_none() {
        let named = t.document.as_ref().map_or_else(|| "FILE".to_owned(), Clone::clone);
        output::say(&format!("tenor: only the terms were looked at; `--source {named}` holds them against the agreement"));
    }
    if found.complete() { Ok(()) } else { Err(End::Failed) }
}
