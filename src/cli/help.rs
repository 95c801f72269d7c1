//! `tenor help`, `tenor completions` and `tenor man`: the manual, where it is needed.

use super::args::Cli;
use super::output::{self, unwritten};
use super::{End, Outcome, diagnose};
use crate::check::nearest;
use crate::report::visible::visible;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use std::path::{Path, PathBuf};

/// What is said of every message: the page of the manual is the one source of these texts.
const PAGE: &str = include_str!("../../docs/diagnostics.md");

/// `tenor help`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor help                     # the commands
  tenor help sweep               # one of them
  tenor help check::unknown-name # what a message means, and what to do")]
pub(crate) struct Help {
    /// A command, or the code of a message
    #[arg(value_name = "COMMAND or CODE")]
    pub topic: Vec<String>,
}

/// `tenor completions`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor completions bash > tenor.bash
  tenor completions zsh --output _tenor
  tenor completions fish > tenor.fish")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
    #[command(flatten)]
    pub to: output::Output,
}

/// `tenor man`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenor man manual
  tenor man - | head -n 5        # the page of `tenor` itself, on standard output")]
pub(crate) struct Man {
    /// The folder for the pages, such as ~/.local/share/man/man1; it is made where there is none
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// The command line, whole.
fn whole() -> Command {
    let mut all = Cli::command();
    all.build();
    all
}

/// Explains a command, or a message.
pub(super) fn help(args: &Help) -> Outcome {
    let mut all = whole();
    let Some(first) = args.topic.first() else { return output::print(&all.render_long_help().to_string()) };
    if let Some(section) = section(first) {
        return output::print(&section);
    }
    let mut found: Option<&mut Command> = Some(&mut all);
    for word in &args.topic {
        found = found.and_then(|c| c.find_subcommand_mut(word));
    }
    if let Some(command) = found {
        return output::print(&command.render_long_help().to_string());
    }
    let whole = whole();
    let names: Vec<&str> = whole.get_subcommands().map(Command::get_name).collect();
    let said = args.topic.join(" ");
    let help = near_code(&said).or_else(|| nearest(&said, names.into_iter())).or_else(|| nearest(&said, codes()));
    let help = help.map_or_else(
        || "`tenor help` lists the commands; the code of a message stands above it, such as `check::unknown-name`".to_owned(),
        |n| format!("did you mean `{n}`?"),
    );
    diagnose::message("usage::help", &format!("there is no command and no message `{}`", visible(&said)), &help);
    Err(End::Usage)
}

/// The codes of all messages.
fn codes() -> impl Iterator<Item = &'static str> {
    PAGE.lines().filter_map(heading)
}

/// The code a heading is of.
fn heading(line: &'static str) -> Option<&'static str> {
    line.strip_prefix("### `")?.strip_suffix('`')
}

/// A code whose last part is what was said: `unknown-name`.
fn near_code(said: &str) -> Option<String> {
    let mut all = codes().filter(|c| c.rsplit("::").next() == Some(said));
    all.next().filter(|_| all.next().is_none()).map(str::to_owned)
}

/// What the page says of a code, without the heading.
fn body(code: &str) -> Option<String> {
    let mut lines = PAGE.lines().skip_while(|l| heading(l) != Some(code));
    lines.next()?;
    let text: Vec<&str> = lines.take_while(|l| !l.starts_with('#')).collect();
    Some(unlinked(text.join("\n").trim()))
}

/// What the page says of a code.
fn section(code: &str) -> Option<String> {
    body(code).map(|text| format!("{code}\n\n{text}\n"))
}

/// What a message means, in its first paragraph.
pub(super) fn meaning(code: &str) -> Option<String> {
    let text = body(code)?;
    text.split("\n\n").next().map(|p| p.replace('\n', " "))
}

/// Text whose links have become what they are called.
fn unlinked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('[') {
        out.push_str(head);
        let link = tail.split_once("](").and_then(|(name, more)| Some((name, more.split_once(')')?.1)));
        match link.filter(|(name, _)| !name.contains(['\n', '['])) {
            Some((name, more)) => {
                out.push_str(name);
                rest = more;
            }
            None => {
                out.push('[');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

/// A wrong command line, with the command that is meant.
pub(super) fn meant(mut e: clap::Error) -> clap::Error {
    if e.kind() != ErrorKind::InvalidSubcommand {
        return e;
    }
    let Some(ContextValue::String(said)) = e.get(ContextKind::InvalidSubcommand) else { return e };
    let all = Cli::command();
    let names: Vec<&str> = all.get_subcommands().map(Command::get_name).collect();
    // what other tools call it
    let other = match said.as_str() {
        "validate" | "lint" => Some("check"),
        "exec" | "eval" => Some("run"),
        "why" => Some("explain"),
        "autocomplete" | "completion" => Some("completions"),
        _ => None,
    };
    let near = nearest(said, names.iter().copied()).or_else(|| turned(said, &names)).or_else(|| other.map(str::to_owned));
    match near {
        Some(near) => e.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near])),
        None => e.remove(ContextKind::SuggestedSubcommand),
    };
    e
}

/// A short name whose letters stand in another order: `rnu`.
fn turned(said: &str, names: &[&str]) -> Option<String> {
    let sorted = |t: &str| {
        let mut letters: Vec<char> = t.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    names.iter().find(|n| sorted(n) == sorted(said)).map(|n| (*n).to_owned())
}

/// Prints what a shell needs.
pub(super) fn completions(args: &Completions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tenor", &mut script);
    output::bytes_to(args.to.file(), &script)
}

/// Writes the pages of the manual.
pub(super) fn man(args: &Man) -> Outcome {
    let all = whole();
    if super::inputs::is_standard(&args.folder) {
        return output::bytes_to(None, &page(&all)?);
    }
    std::fs::create_dir_all(&args.folder).map_err(|e| unwritten(&args.folder, &e))?;
    let mut count = 0;
    pages(&all, "tenor", &args.folder, &mut count)?;
    output::say(&format!("tenor: {count} pages are written to `{}`", args.folder.display()));
    Ok(())
}

/// Writes the page of a command, and those of its commands.
fn pages(command: &Command, name: &str, folder: &Path, count: &mut usize) -> Outcome {
    output::bytes_to(Some(&folder.join(format!("{name}.1"))), &page(command)?)?;
    *count += 1;
    command.get_subcommands().try_for_each(|c| pages(c, &format!("{name}-{}", c.get_name()), folder, count))
}

/// The page of a command: once all is built, it knows its whole name.
fn page(command: &Command) -> Result<Vec<u8>, End> {
    let mut out = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut out).map_err(|_| End::Software)?;
    Ok(out)
}
