//! `tenor test --coverage` and `tenor test --mutate`: how much of the terms the examples hold.

mod mutate;

use super::args::{Taking, Test as Args};
use super::inputs::Inputs;
use super::test::{TestFormat, files, no_terms};
use super::{End, Outcome, diagnose, output, table, terms};
use crate::report::ending::Ending;
use crate::report::json::signed;
use crate::report::reached::{self, Reached};
use crate::terms::Terms;
use clap::Args as Flags;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// What is asked of examples besides whether they come out.
#[derive(Debug, Flags)]
pub(crate) struct Deeper {
    /// Show what no example reaches: rules, conditions, cases, limits, readings, clauses
    #[arg(long, conflicts_with = "mutate")]
    pub coverage: bool,
    /// Change one thing of the terms at a time, and show the changes that no example notices
    #[arg(long)]
    pub mutate: bool,
    /// With --coverage or --mutate: also what the file imports, and what it is a variant of
    #[arg(long)]
    pub imported: bool,
    /// With --mutate: change only declarations of this name, in whatever file; may be given several times
    #[arg(long = "in", value_name = "NAME", requires = "mutate")]
    pub within: Vec<String>,
    /// With --mutate: try at most so many changes, spread over the file
    #[arg(long, value_name = "N", requires = "mutate")]
    pub limit: Option<usize>,
}

impl Deeper {
    /// Whether more is asked than whether the examples come out.
    pub(super) const fn is_asked(&self) -> bool {
        self.coverage || self.mutate
    }
}

/// Looks into the examples of terms files.
pub(super) fn deeper(args: &Args) -> Outcome {
    if args.format == TestFormat::Junit {
        let text = "`--format junit` is of examples, and neither of what they reach nor of what they notice";
        diagnose::message("usage::format", text, "leave it out, or write `--format json`");
        return Err(End::Usage);
    }
    let here = [PathBuf::from(".")];
    let files = files(if args.paths.is_empty() { &here } else { &args.paths })?;
    if files.is_empty() {
        return Err(no_terms());
    }
    let reader = Inputs::default();
    let all: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    reader.keep(args.to.file(), "--output", &all)?;
    let mut loaded: Vec<(&Path, Terms)> = Vec::new();
    for file in &all {
        let t = terms::read(file, &reader)?;
        if t.library {
            output::say(&format!("tenor: `{}` is a library: its rules are tested by the terms that import it", file.display()));
        } else if t.examples.is_empty() {
            output::say(&format!("tenor: `{}` has no example", file.display()));
        } else {
            loaded.push((file, t));
        }
    }
    if loaded.is_empty() {
        return Err(End::Nothing);
    }
    if args.deeper.mutate { mutate::mutate(args, reader, &loaded) } else { coverage(args, reader, &loaded) }
}

fn coverage(args: &Args, reader: Inputs, loaded: &[(&Path, Terms)]) -> Outcome {
    let found: Vec<Reached> = loaded.iter().map(|(_, t)| reached::reached(t, args.deeper.imported)).collect();
    let text = || found.iter().map(|r| table::table(&reached::document(r))).collect::<Vec<_>>().join("\n");
    let json = || found.iter().zip(loaded).map(|(r, (file, _))| with_file(reached::json(r), file)).collect();
    write(args, reader, loaded, "reached", text, json)?;
    if args.strict && found.iter().any(|r| r.missed().next().is_some()) { Err(End::Failed) } else { Ok(()) }
}

fn with_file(mut of: Json, file: &Path) -> Json {
    if let Json::Object(members) = &mut of {
        members.insert("file".to_owned(), file.display().to_string().into());
    }
    of
}

/// Writes what was found of each file.
fn write(
    args: &Args,
    reader: Inputs,
    loaded: &[(&Path, Terms)],
    schema: &str,
    text: impl FnOnce() -> String,
    json: impl FnOnce() -> Vec<Json>,
) -> Outcome {
    if args.format != TestFormat::Json {
        return output::text_to(args.to.file(), &text());
    }
    let main: Vec<&Path> = loaded.iter().map(|(file, _)| *file).collect();
    let receipt = reader.receipt(&main, None, &Taking::default(), Vec::new());
    output::json_to(args.to.file(), &signed(schema, json!({ "files": json() }), &Ending::default(), &receipt))
}
