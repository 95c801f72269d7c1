//! `tenor new`: a terms file to begin with, and beside it the files of the library it is built on.

mod answers;
mod library;

use super::output;
use super::{End, Outcome, diagnose, inputs, terms};
use answers::Answers;
use clap::Args;
use minijinja::{Environment, UndefinedBehavior};
use std::path::{Path, PathBuf};

/// `tenor new`
#[derive(Debug, Args)]
#[command(
    after_help = "On a terminal, what is not given is asked for. The files of the library that the new file is built on are written
beside it, into `lib` and `data`: what stands there already is left as it is.

Examples:
  tenor new                      # asks for everything
  tenor new --list               # the kinds there are
  tenor new --kind plain --issuer 'Acme, Inc.' --price 2.40 --shares 100000 --expiry 2030-01-15 -o acme.terms
  tenor check acme.terms && tenor test acme.terms"
)]
pub(crate) struct New {
    /// The kind of warrant: `tenor new --list` shows them
    #[arg(long)]
    pub kind: Option<String>,
    /// List the kinds
    #[arg(long)]
    pub list: bool,
    /// Who issues it
    #[arg(long)]
    pub issuer: Option<String>,
    /// The price of a share: 2.40
    #[arg(long)]
    pub price: Option<String>,
    /// For how many shares the certificate of the example is
    #[arg(long)]
    pub shares: Option<String>,
    /// The day it is issued; today where it is not said
    #[arg(long, value_name = "DATE")]
    pub issued: Option<String>,
    /// The last day on which it may be exercised
    #[arg(long, value_name = "DATE")]
    pub expiry: Option<String>,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Writes a new file.
pub(super) fn new(args: &New) -> Outcome {
    if args.list {
        let line = |kind: &library::Form| format!("{:18}  {}\n", kind.name, kind.about);
        return output::print(&library::forms().iter().map(line).collect::<String>());
    }
    let answers = Answers::of(args)?;
    let path = answers.output.as_path();
    if path.exists() {
        let text = format!("`{}` is there already", path.display());
        diagnose::message("new::there", &text, "name another with `--output`, or remove it first");
        return Err(End::Usage);
    }
    let text = render(&answers).map_err(|why| {
        diagnose::message("new::form", &format!("the form `{}` cannot be filled in: {why}", answers.form.name), "");
        End::Software
    })?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let needed = library::needed(&text);
    if let Some((name, _)) = needed.iter().find(|(name, _)| folder.join(name) == *path || Path::new(name) == path) {
        let text = format!("`{name}` is the name of a file of the library that this one is built on");
        diagnose::message("new::there", &text, "name another with `--output`");
        return Err(End::Usage);
    }
    let (mut written, mut differing) = (0, Vec::new());
    for (name, wanted) in &needed {
        let place = folder.join(name);
        match std::fs::read(&place) {
            Ok(there) if there == wanted.as_bytes() => {}
            Ok(_) => differing.push(name.as_str()),
            Err(_) => {
                let folder = place.parent().unwrap_or(folder);
                std::fs::create_dir_all(folder).map_err(|e| output::unwritten(folder, &e))?;
                output::text_to(Some(&place), wanted)?;
                written += 1;
            }
        }
    }
    output::text_to(Some(path), &text)?;
    output::say(&format!("tenor: `{}` is written, and {} of the library", path.display(), terms::counted(written, "file")));
    for name in differing {
        output::say(&format!("tenor: `{name}` is not as this version has it, and was left as it is"));
    }
    // what was just written is shown to be right
    terms::load_by(path, false, &inputs::Inputs::default(), &[]).map(|_| ())?;
    let name = inputs::name(path);
    output::say(&format!("tenor: go on with `tenor check {name}` and `tenor test {name}`"));
    Ok(())
}

/// The form, filled in.
fn render(answers: &Answers) -> Result<String, String> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    let values = minijinja::value::Serde(answers.values()?);
    let text = env.render_str(&answers.form.text, values).map_err(|e| e.to_string())?;
    Ok(format!("{}\n", text.trim()))
}
