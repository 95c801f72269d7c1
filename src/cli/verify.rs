//! `tenor verify`: a result, run again from its receipt.

use super::args::{EventsFormat, Stream, Taking};
use super::inputs::{Inputs, READ_AS, SORTED, is_standard};
use super::output::{self, Output};
use super::run::{self, SET_ASIDE};
use super::{End, Outcome, diagnose, packed, terms};
use crate::report::json::SCHEMA;
use crate::report::receipt::Sum;
use crate::report::visible::visible;
use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

mod differ;

use differ::{Difference, differences};

/// `tenor verify`
#[derive(Debug, Args)]
#[command(after_help = "Exit code 0: it holds, every figure comes out again. 1: an input or a figure differs.

The files are those of the receipt: looked for below `--root`, or from the folder of the result, and then from here.

Examples:
  tenor run warrant.terms events.jsonl --format json -o result.json && tenor verify result.json
  tenor verify result.json --root .
  tenor verify result.json --format json
  cat result.json | tenor verify - --quiet")]
pub(crate) struct Verify {
    /// The result: what `tenor run --format json` wrote; `-` reads standard input
    pub result: PathBuf,
    /// The folder from which the names of files in the receipt lead
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// The file that was read as standard input
    #[arg(long, value_name = "FILE")]
    pub stdin: Option<PathBuf>,
    /// How the answer is shown
    #[arg(long, value_enum, default_value = "table")]
    pub format: VerifyFormat,
    #[command(flatten)]
    pub to: Output,
}

/// Formats of answers.
#[derive(Debug, Clone, Copy, ValueEnum, PartialEq, Eq)]
pub(crate) enum VerifyFormat {
    /// For reading on a screen
    Table,
    /// For other programs
    Json,
}

/// Runs a result again, and says whether it holds.
pub(super) fn verify(args: &Verify) -> Outcome {
    let result = read(args)?;
    let receipt = result.get("receipt").ok_or_else(|| not_a_result("it has no receipt"))?;
    Inputs::default().keep(args.to.file(), "--output", &[&args.result])?;
    let mut found = engine(receipt);
    let (files, changed) = files(args, receipt)?;
    let missing = changed.iter().any(|d| d.is.is_empty());
    found.extend(changed);
    let again = if missing { None } else { Some(again(&files, &result, receipt)?) };
    let figures = again.as_ref().map(|a| differences(&result, a)).unwrap_or_default();
    let holds = again.is_some() && figures.is_empty() && found.iter().all(|d| d.what == "engine");
    found.extend(figures);
    if args.format == VerifyFormat::Json {
        let list: Vec<Json> = found.iter().map(Difference::json).collect();
        let said = json!({ "schema": "tenor.verify/1", "result": name(args), "holds": holds, "run_again": again.is_some(),
            "differences": list });
        output::json_to(args.to.file(), &said)?;
    } else if !diagnose::is_quiet() || args.to.file().is_some() {
        output::text_to(args.to.file(), &said(args, &files, &found, holds, again.is_some()))?;
    }
    if holds { Ok(()) } else { Err(End::Failed) }
}

fn name(args: &Verify) -> String {
    super::inputs::name(&args.result)
}

fn not_a_result(why: &str) -> End {
    let help = "name what `tenor run TERMS EVENTS --format json` wrote";
    diagnose::message("verify::not-a-result", &format!("this is no result that can be run again: {why}"), help);
    End::Data
}

/// The result, unpacked where it is packed.
fn read(args: &Verify) -> Result<Json, End> {
    let unreadable = |e: std::io::Error| {
        let text = format!("`{}` cannot be read: {}", args.result.display(), terms::why(&args.result, &e));
        diagnose::message("verify::unreadable", &text, "name a result, or `-` for standard input");
        End::NoInput
    };
    let opened: Box<dyn std::io::BufRead> = if is_standard(&args.result) {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        Box::new(BufReader::new(std::fs::File::open(&args.result).map_err(unreadable)?))
    };
    let mut bytes = Vec::new();
    packed::unpacked(opened).and_then(|mut input| input.read_to_end(&mut bytes)).map_err(unreadable)?;
    let result: Json = serde_json::from_slice(&bytes).map_err(|e| not_a_result(&format!("it is not JSON ({e})")))?;
    match result.get("schema").and_then(Json::as_str) {
        Some(SCHEMA) => Ok(result),
        Some(other) => Err(not_a_result(&format!("it is a `{}`, and only a `{SCHEMA}` is", visible(other)))),
        None => Err(not_a_result("it has no `schema`")),
    }
}

/// Whether the engine is another one.
fn engine(receipt: &Json) -> Vec<Difference> {
    let (was, is) = (differ::text(receipt.get("tenor")), env!("CARGO_PKG_VERSION").to_owned());
    let one = |what, was: String, is: String| Difference { what, name: String::new(), was, is };
    if was == is { Vec::new() } else { vec![one("engine", was, is)] }
}

/// A file of the receipt, and where it is now.
struct File {
    role: String,
    name: String,
    path: PathBuf,
    sha256: String,
}

/// The files of a receipt, and those that are no longer what they were.
fn files(args: &Verify, receipt: &Json) -> Result<(Vec<File>, Vec<Difference>), End> {
    let (mut files, mut changed) = (Vec::new(), Vec::new());
    for file in receipt.get("files").and_then(Json::as_array).into_iter().flatten() {
        let part = |key: &str| file.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (role, name, was) = (part("role"), part("name"), part("sha256"));
        let places = places(args, &name)?;
        let known: Vec<(PathBuf, String)> = places.into_iter().filter_map(|p| sum(&p).map(|s| (p, s))).collect();
        // of several files of that name the one that is meant is the one that is the same
        let meant = known.iter().find(|(_, s)| *s == was).or(known.first());
        let (path, is) = meant.cloned().unwrap_or_default();
        if is != was {
            changed.push(Difference { what: "file", name: name.clone(), was: was.clone(), is: is.clone() });
        }
        files.push(File { role, name, path, sha256: is });
    }
    if !files.iter().any(|f| f.role == "terms") || !files.iter().any(|f| f.role == "events") {
        return Err(not_a_result("its receipt does not name terms and events"));
    }
    Ok((files, changed))
}

/// Where a file of the receipt may be.
fn places(args: &Verify, name: &str) -> Result<Vec<PathBuf>, End> {
    if name == "standard input" {
        return match &args.stdin {
            Some(path) => Ok(vec![path.clone()]),
            None => {
                let help = "name the file that was given there: `--stdin events.jsonl`";
                diagnose::message("verify::standard-input", "part of this result was read from standard input", help);
                Err(End::Usage)
            }
        };
    }
    if let Some(root) = &args.root {
        return Ok(vec![root.join(name)]);
    }
    let beside = args.result.parent().filter(|_| !is_standard(&args.result));
    Ok(beside.map(|folder| folder.join(name)).into_iter().chain([PathBuf::from(name)]).collect())
}

/// The digest of a file; none where it cannot be read.
fn sum(path: &Path) -> Option<String> {
    let mut file = std::fs::File::open(path).ok()?;
    let mut sum = Sum::default();
    let mut part = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut part).ok()?;
        if read == 0 {
            return Some(sum.done().1);
        }
        sum.add(part.get(..read)?);
    }
}

/// The run once more.
fn again(files: &[File], result: &Json, receipt: &Json) -> Result<Json, End> {
    let of = |role: &str| files.iter().find(|f| f.role == role).map(|f| f.path.clone()).unwrap_or_default();
    let day = |key: &str| receipt.get(key).and_then(Json::as_str).map(str::to_owned);
    let asked: Vec<&str> =
        receipt.get("options").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
    let mut keep_going = false;
    let mut taking = Taking { as_of: day("as_of"), known_on: day("known_on"), ..Taking::default() };
    for option in asked {
        match option {
            SORTED => taking.sort = true,
            SET_ASIDE => keep_going = true,
            other => match other.strip_prefix(READ_AS).and_then(|f| EventsFormat::from_str(f, false).ok()) {
                Some(format) => taking.events_format = Some(format),
                None => return Err(not_a_result(&format!("its receipt has the option `{}`", visible(other)))),
            },
        }
    }
    let readings = receipt.get("readings").or_else(|| result.get("readings")).and_then(Json::as_object);
    let readings = readings.into_iter().flatten().map(|(name, word)| format!("{name}={}", differ::text(Some(word)))).collect();
    run::again(&Stream { terms: of("terms"), events: of("events"), readings, taking }, keep_going)
}

/// The answer in words.
fn said(args: &Verify, files: &[File], found: &[Difference], holds: bool, ran: bool) -> String {
    let result = name(args);
    let mut out = match (holds, ran) {
        (true, _) => format!("holds: every figure of {result} comes out again\n"),
        (false, true) => format!("does not hold: {result} does not come out again\n"),
        (false, false) => format!("cannot be run again: an input of {result} is missing\n"),
    };
    for f in files {
        let state = if found.iter().any(|d| d.what == "file" && d.name == f.name) { "DIFFERS" } else { "same" };
        let short = f.sha256.get(..12).unwrap_or("missing");
        out.push_str(&format!("  {state:<8} {} {} ({short})\n", f.role, visible(&f.name)));
    }
    found.iter().for_each(|d| out.push_str(&format!("  {}\n", d.sentence())));
    out
}
