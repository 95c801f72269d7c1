//! `tenor fmt`: the layout of terms files.

use super::inputs::{is_standard, name};
use super::{End, Outcome, diagnose, output, terms, test};
use crate::check::{Problem, Reader};
use crate::source::Sources;
use crate::syntax::layout;
use clap::Args;
use std::path::{Path, PathBuf};

/// `tenor fmt`
#[derive(Debug, Args)]
#[command(after_help = "Comments and line breaks stay where they are: only spaces, indentation and blank lines change.
A file that does not read is told of and left as it is.

Exit code 1, with --check: a file would change.

Examples:
  tenor fmt warrant.terms            # lays the file out anew
  tenor fmt .                        # all terms files below this folder
  tenor fmt --check .                # lists the files that would change
  tenor fmt --diff warrant.terms     # shows what would change
  tenor fmt - < warrant.terms        # standard input to standard output")]
pub(crate) struct Fmt {
    /// Terms files, or folders of them; `-` reads standard input and writes standard output
    #[arg(required = true, value_name = "FILE")]
    pub paths: Vec<PathBuf>,
    /// Change nothing; list the files that would change
    #[arg(long)]
    pub check: bool,
    /// Change nothing; show what would change
    #[arg(long)]
    pub diff: bool,
}

/// Lays files out.
pub(super) fn fmt(args: &Fmt) -> Outcome {
    let (standard, paths): (Vec<PathBuf>, Vec<PathBuf>) = args.paths.iter().cloned().partition(|p| is_standard(p));
    let mut files = test::files(&paths)?;
    files.splice(0..0, standard.into_iter().take(1));
    if files.is_empty() {
        output::say("tenor: there is no terms file here: name some, or folders of them");
        return Err(End::Nothing);
    }
    let (mut changed, mut broken) = (0, None);
    for file in &files {
        match one(args, file) {
            Ok(true) => changed += 1,
            Ok(false) => {}
            Err(End::Closed) => return Err(End::Closed),
            Err(end) => broken = Some(end),
        }
    }
    match broken {
        Some(end) => Err(end),
        None if args.check && changed > 0 => Err(End::Failed),
        None => Ok(()),
    }
}

/// Lays one file out; whether that changes it.
fn one(args: &Fmt, path: &Path) -> Result<bool, End> {
    let mut sources = Sources::default();
    let text = terms::Files.read(path).map_err(|why| {
        let at = crate::source::Span::default();
        sources.add(path, "");
        diagnose::problems(&[Problem::Unreadable { at, path: path.display().to_string(), why }], &sources);
        End::Data
    })?;
    let id = sources.add(path, text.as_str());
    let laid = layout(id, &text).map_err(|list| {
        let problems: Vec<Problem> = list.into_iter().map(Problem::Syntax).collect();
        let (errors, _) = diagnose::problems(&problems, &sources);
        output::say(&format!("tenor: {}: {}: the file is left as it is", name(path), terms::count(errors, 0)));
        End::Data
    })?;
    let changes = laid != text;
    if args.diff && changes {
        output::print(&difference(&name(path), &text, &laid))?;
    }
    if args.check || args.diff {
        if changes && !args.diff {
            output::print(&format!("{}\n", name(path)))?;
        }
    } else if is_standard(path) {
        output::text_to(None, &laid)?;
    } else if changes {
        output::text_to(Some(path), &laid)?;
    }
    Ok(changes)
}

/// What would change, as other tools show it.
fn difference(name: &str, before: &str, after: &str) -> String {
    similar::TextDiff::from_lines(before, after).unified_diff().header(name, name).to_string()
}
