//! `tenor check`

use super::args::{Check, CheckFormat};
use super::inputs::{Inputs, is_standard};
use super::sarif::Sarif;
use super::terms::{compile, count, counted, is_missing, readings};
use super::{End, Outcome, diagnose, output, test};
use crate::check::{self, Checked};
use crate::terms::Terms;
use std::path::{Path, PathBuf};

/// Checks terms files, all there are.
pub(super) fn check(args: &Check) -> Outcome {
    let files = match args.terms.as_slice() {
        [one] if is_standard(one) || !one.is_dir() => vec![one.clone()],
        all => test::files(all)?,
    };
    if files.is_empty() {
        return Err(test::no_terms());
    }
    let mut work = Work { args, read: Inputs::default(), held: String::new(), sarif: Sarif::default() };
    let (mut doubtful, mut wrong) = (Ok(()), Ok(()));
    for file in &files {
        // what is wrong outweighs what is only doubtful
        match work.one(file) {
            Ok(()) => {}
            Err(End::Failed) => doubtful = Err(End::Failed),
            Err(end) => wrong = Err(end),
        }
    }
    work.write(&files)?;
    wrong.and(doubtful)
}

/// What has been found so far.
struct Work<'a> {
    args: &'a Check,
    read: Inputs,
    /// What is written to a file when all is done.
    held: String,
    sarif: Sarif,
}

impl Work<'_> {
    fn one(&mut self, path: &Path) -> Outcome {
        let Checked { terms, problems, sources } = check::check(path, &self.read);
        let missing = is_missing(&problems, &sources);
        let (errors, warnings) = diagnose::problems(&problems, &sources);
        problems.iter().for_each(|p| self.sarif.add(p, &sources, path));
        if missing {
            return Err(End::NoInput);
        }
        let Some(terms) = terms else {
            output::say(&format!("tenor: {}: {}", path.display(), count(errors, warnings)));
            return Err(End::Data);
        };
        // what cannot be run is told now, and not on the night it is run first
        if !terms.library {
            let defaults = readings(&terms, &[])?;
            compile(&terms, &defaults, &[])?;
        }
        let text = said(path, &terms, (errors, warnings));
        if self.args.to.file().is_some() {
            self.held.push_str(&text);
        } else if self.args.format == CheckFormat::Table && !diagnose::is_quiet() {
            output::print(&text)?;
        }
        if self.args.strict && warnings > 0 { Err(End::Failed) } else { Ok(()) }
    }

    fn write(&self, files: &[PathBuf]) -> Outcome {
        let to = self.args.to.file();
        let all: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        self.read.keep(to, "--output", &all)?;
        match self.args.format {
            CheckFormat::Sarif => output::json_to(to, &self.sarif.document()),
            CheckFormat::Table if to.is_some() => output::text_to(to, &self.held),
            CheckFormat::Table => Ok(()),
        }
    }
}

/// What terms have, and how their text can be read.
fn said(path: &Path, terms: &Terms, (errors, warnings): (usize, usize)) -> String {
    let mut text = format!("{}: {}\n", path.display(), count(errors, warnings));
    text.push_str(&format!(
        "  {}: {}, {}, {}, {}, {}\n",
        terms.title,
        counted(terms.rules.len(), "rule"),
        counted(terms.defs.len(), "definition"),
        counted(terms.kinds.len(), "event"),
        counted(terms.readings.len(), "reading"),
        counted(terms.examples.len(), "example")
    ));
    for r in &terms.readings {
        text.push_str(&format!("  reading {} (§{}): {}\n", r.name, terms.cite(r.clause), r.question));
        for (n, (word, why)) in r.alternatives.iter().enumerate() {
            let default = if usize::try_from(r.default).is_ok_and(|d| d == n) { ", unless another is chosen" } else { "" };
            text.push_str(&format!("    {word}{default}: {why}\n"));
        }
    }
    text
}
