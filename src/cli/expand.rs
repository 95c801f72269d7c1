//! `tenor expand`: what holds after imports and variants, as one file.

use super::inputs::Inputs;
use super::output::{self, Output};
use super::{End, Outcome, diagnose, terms};
use crate::report::expand;
use clap::Args;
use std::path::{Path, PathBuf};

/// `tenor expand`
#[derive(Debug, Args)]
#[command(
    after_help = "Before each block stands the file and the line it comes from. The result checks, and gives what the file itself gives.

Examples:
  tenor expand my-variant.terms
  tenor expand my-variant.terms -o whole.terms && tenor check whole.terms"
)]
pub(crate) struct Expand {
    /// The terms file
    pub terms: PathBuf,
    /// What holds when this variant of it is taken
    #[arg(long, value_name = "FILE")]
    pub variant: Option<PathBuf>,
    #[command(flatten)]
    pub to: Output,
}

/// Writes terms out.
pub(super) fn expand(args: &Expand) -> Outcome {
    let files = Inputs::default();
    let asked = args.variant.as_ref().unwrap_or(&args.terms);
    let t = terms::load_by(asked, false, &files, &[])?;
    let real = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_path_buf());
    if args.variant.is_some() && !t.sources.iter().any(|s| real(&s.path) == real(&args.terms)) {
        let text = format!("`{}` is no variant of `{}`", asked.display(), args.terms.display());
        diagnose::message("usage::variant", &text, "name a variant of it, or the variant alone");
        return Err(End::Usage);
    }
    files.keep(args.to.file(), "--output", &[])?;
    let folder = args.to.file().unwrap_or(asked).parent().unwrap_or(Path::new(""));
    let root = std::env::current_dir().unwrap_or_default();
    let text = expand::expand(&t, folder, &root);
    // what stands under one margin reads alike, wherever it came from
    let text = crate::syntax::layout(crate::source::FileId::default(), &text).unwrap_or(text);
    output::text_to(args.to.file(), &text)
}
