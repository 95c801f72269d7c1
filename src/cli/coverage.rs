//! `tenor coverage`

use super::args::{Coverage as Args, Format};
use super::{End, Outcome, diagnose, output, table, terms};
use crate::agreement::Agreement;
use crate::check::Reader;
use crate::report::coverage;

/// Shows which clauses are encoded, and what is wrong where the agreement itself is given.
pub(super) fn coverage(args: &Args) -> Outcome {
    let t = terms::load(&args.terms, false)?;
    let agreement = match &args.source {
        None => None,
        Some(path) => {
            let text = terms::Files.read(path).map_err(|why| {
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
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&coverage::json(&found)).map_err(|_| End::Software)? + "\n",
        Format::Table => table::table(&coverage::document(&found)),
        Format::Md => table::markdown(&coverage::document(&found)),
        Format::Csv => table::csv(&coverage::document(&found)),
    };
    output::print(&text)?;
    if agreement.is_none() {
        let named = t.document.as_ref().map_or_else(|| "FILE".to_owned(), Clone::clone);
        output::say(&format!("tenor: only the terms were looked at; `--source {named}` holds them against the agreement"));
    }
    if found.complete() { Ok(()) } else { Err(End::Failed) }
}
