//! `tenor certificate` and `tenor notice`: papers about one record, or about what rules at moments of a day did.

use super::args::{Paper as Args, PaperFormat, PaperSize};
use super::inputs::Inputs;
use super::records::{self, Records};
use super::{End, Outcome, diagnose, events, explain, output, place, terms};
use crate::check::nearest;
use crate::engine::code::Program;
use crate::engine::run::{Moment, Run};
use crate::report::certificate::{Certificate, Source, rule_text, safe};
use crate::report::explain::method;
use crate::report::paper;
use crate::report::spot::Spot;
use crate::report::words;
use crate::terms::{RuleId, Terms};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;

/// The certificate of what a record, or a day, adjusted.
pub(super) fn certificate(args: &Args) -> Outcome {
    let files = Inputs::default();
    let about = about(args, &files)?;
    if about.certificate.adjustments.is_empty() {
        let which = if args.rule.is_some() || args.certificate.is_some() { " of what is asked for" } else { "" };
        let text = match about.spot {
            Spot::Record(n) => format!("record {n} adjusts nothing{which}"),
            Spot::Day(day) => format!("no rule at a moment of {} adjusts anything{which}", words::day(day)),
        };
        let refused = about.certificate.refusals.first().map(|r| format!("it was refused: {r}"));
        let help: Vec<String> = refused.into_iter().chain([about.others.clone()]).collect();
        diagnose::message("certificate::nothing", &text, &help.join("; "));
        // a file that a shell has made by now says so too, rather than that it is broken
        if args.to.file().is_none() && args.format != PaperFormat::Md && !std::io::stdout().is_terminal() {
            let said = format!("# No adjustment\n\n{}\n", safe(&text));
            shown(args, files, &about, &said)?;
        }
        return Err(End::Failed);
    }
    write(args, files, paper::CERTIFICATE, &about)?;
    if !about.later.is_empty() {
        let later = about.later.join("; ");
        output::say(&format!("tenor: what the terms adjust later at a moment has a certificate of its own: {later}"));
    }
    Ok(())
}

/// The notice of a record, or of a day.
pub(super) fn notice(args: &Args) -> Outcome {
    let files = Inputs::default();
    let about = about(args, &files)?;
    write(args, files, paper::NOTICE, &about)
}

/// What there is to say of the record, or of the day.
fn about(args: &Args, files: &Inputs) -> Result<About, End> {
    let t = terms::load_by(&args.stream.terms, false, files, &[])?;
    let to_come: Vec<&Path> = args.template.as_deref().into_iter().chain([args.stream.events.as_path()]).collect();
    files.keep(args.to.file(), "--output", &to_come)?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile_to_explain(&t, &readings)?;
    let (asked, rule, set) = (args.place.spot()?, rule(args, &t)?, set(args)?);
    let records = records::read(&args.stream, &t, files)?;
    let whole = records.run(&t, &program, usize::MAX);
    let Some(spot) = asked else {
        let help = place::options(&t, &program, &whole, |_| true);
        diagnose::message("usage::event", "name a record with `--event`, or a day with `--at`", &help);
        return Err(End::Usage);
    };
    let record = spot.record().and_then(|n| records.all.iter().find(|(h, _)| h.number == n));
    if let (None, Some(n)) = (record, spot.record()) {
        if records.bad.is_some() {
            events::tell(&args.stream, &t, &records.ran(whole, &program), false);
            return Err(End::Data);
        }
        let last = records.all.iter().map(|(h, _)| h.number).max().unwrap_or(0);
        diagnose::message("usage::event", &format!("there is no record {n}"), &format!("the last one is {last}"));
        return Err(End::Usage);
    }
    place::is_there(&t, &program, &whole, spot)?;
    if let Some(key) = &args.certificate
        && !whole.keys.iter().flatten().any(|k| *k >= 0 && whole.texts.whole(*k) == key)
    {
        return Err(explain::no_entry(key));
    }
    // what is known of a day is known at its end; what comes later is no part of the paper
    let (last, around) = match spot {
        Spot::Record(n) => {
            let at = records.all.iter().position(|(h, _)| h.number == n).unwrap_or(0);
            let around = (records.run(&t, &program, at), records.run(&t, &program, at + 1));
            (record.map_or(i64::MAX, |(h, _)| h.day), around)
        }
        Spot::Day(day) => (day, around_moment(&t, &program, &records, &whole, day)),
    };
    let count = records.all.iter().position(|(h, _)| h.day > last).unwrap_or(usize::MAX);
    // what waited and is made here was computed at other records
    let makes = around.1.changes.iter().any(|c| c.made.is_some_and(|m| spot.holds(m)));
    let explained = if makes { 0 } else { Spot::to_explain(Some(spot)) };
    let as_of = spot.record().map_or(Some(last), |_| None);
    let run = records.explained(&t, &program, count, explained, as_of);
    let only = args.certificate.as_deref();
    let source = Source { terms: &t, program: &program, run: &run, spot, rule, only, around: (&around.0, &around.1) };
    let about = source.certificate(record.map(|(h, b)| (h, b)), &|c, rule| {
        let lines = method(&t, &program, &run, c);
        if lines.is_empty() { rule_text(&t, rule) } else { lines }
    });
    // what cannot be read may be of the same day: a paper that leaves it out is signed by nobody
    let cut_short = records.bad.is_some() && count == usize::MAX;
    if run.stopped.is_some() || cut_short {
        events::tell(&args.stream, &t, &records.ran(run, &program), false);
        return Err(End::Data);
    }
    Ok(About {
        others: place::options(&t, &program, &whole, |_| true),
        later: spot.record().map_or_else(Vec::new, |n| place::later(&t, &program, &whole, n)),
        // paper as the place of the currency has it
        letter: args.paper.map_or(matches!(t.currency.as_str(), "USD" | "CAD"), |p| p == PaperSize::Letter),
        spot,
        certificate: Certificate { set, ..about },
    })
}

/// What there is to say, and of what else something might be said.
struct About {
    certificate: Certificate,
    spot: Spot,
    letter: bool,
    /// What else adjusts something.
    others: String,
    /// What rules at moments adjust before another record does.
    later: Vec<String>,
}

/// What the built-in papers can be given.
const KNOWN: [&str; 5] = ["issuer", "to", "number", "name", "title"];

/// What is given for the paper.
fn set(args: &Args) -> Result<BTreeMap<String, String>, End> {
    // what the built-in papers ask for is empty where it is not given; another name that a template asks for has to be
    let mut out: BTreeMap<String, String> = KNOWN.iter().map(|name| ((*name).to_owned(), String::new())).collect();
    for given in &args.set {
        let Some((name, text)) = given.split_once('=').filter(|(name, _)| !name.trim().is_empty()) else {
            diagnose::message("usage::set", &format!("`{given}` gives nothing a text"), "write `--set issuer='Example, Inc.'`");
            return Err(End::Usage);
        };
        if out.insert(name.trim().to_owned(), safe(text)).is_some_and(|before| !before.is_empty()) {
            diagnose::message("usage::set", &format!("`{}` is given twice", name.trim()), "give it once");
            return Err(End::Usage);
        }
    }
    Ok(out)
}

/// The rule that is asked for.
fn rule(args: &Args, t: &Terms) -> Result<Option<RuleId>, End> {
    let Some(name) = &args.rule else { return Ok(None) };
    if let Some(n) = t.rules.iter().position(|r| r.name == *name) {
        return Ok(Some(RuleId::from(n)));
    }
    let nearest = nearest(name, t.rules.iter().map(|r| r.name.as_str()));
    let help = nearest.map_or_else(|| "name the rule as `run --format json` does".to_owned(), |n| format!("is it `{n}`?"));
    diagnose::message("usage::rule", &format!("the terms have no rule `{name}`"), &help);
    Err(End::Usage)
}

/// Runs up to the moments of a day, and up to the end of the last of them.
fn around_moment(t: &Terms, program: &Program, records: &Records, whole: &Run, day: i64) -> (Run, Run) {
    let of_day = |m: &Moment| m.number == 0 && m.day == day;
    let moments = whole.changes.iter().flat_map(|c| [Some(c.when), c.made]).flatten().filter(of_day);
    // so many records come before the first of them, and before the last
    let counts: Vec<usize> = moments.map(|m| usize::try_from(m.at).unwrap_or(usize::MAX)).collect();
    let (before, last) = (counts.iter().min().copied().unwrap_or(0), counts.iter().max().copied().unwrap_or(0));
    let upto = records.upto(t, program, last, day);
    let last = before.checked_sub(1).and_then(|n| records.all.get(n));
    if last.is_some_and(|(h, _)| h.day >= day) {
        // no end of a day lies between that record and the moment: how things stood in between is not told
        return (Run::default(), upto);
    }
    (records.upto(t, program, before, day - 1), upto)
}

fn write(args: &Args, files: Inputs, built_in: &str, about: &About) -> Outcome {
    let template = match &args.template {
        None => built_in.to_owned(),
        Some(path) => files.text("template", path).map_err(|why| {
            diagnose::message(
                "certificate::unreadable",
                &format!("`{}` cannot be read: {why}", path.display()),
                "name a template in Markdown",
            );
            End::NoInput
        })?,
    };
    let name = args.template.as_ref().map_or_else(|| "the template".to_owned(), |p| format!("`{}`", p.display()));
    let text = paper::markdown(&template, &about.certificate).map_err(|why| {
        diagnose::message(
            "certificate::template",
            &format!("{name}: {why}"),
            "templates/README.md lists what a template is given",
        );
        End::Data
    })?;
    shown(args, files, about, &text)
}

/// Writes a paper in the form asked for.
fn shown(args: &Args, files: Inputs, about: &About, text: &str) -> Outcome {
    let to = args.to.file();
    let receipt = files.receipt(&[&args.stream.terms], None, &args.stream.taking, Vec::new());
    let sum = |role: &str| receipt.files.iter().find(|f| f.role == role).and_then(|f| f.sha256.get(..12)).unwrap_or("?");
    let foot = format!("terms {}, events {}, Tenor {}", sum("terms"), sum("events"), receipt.version);
    let sheet = &paper::Sheet {
        letter: about.letter,
        foot,
        author: format!("Tenor {}", receipt.version),
        date: about.certificate.event.date.clone(),
    };
    match args.format {
        PaperFormat::Md => output::text_to(to, text),
        PaperFormat::Html => output::text_to(to, &paper::html(text)),
        PaperFormat::Docx => {
            output::not_on_a_terminal(to, "a Word document", "certificate.docx")?;
            output::bytes_to(to, &paper::docx(text, sheet).map_err(|_| End::Software)?)
        }
    }
}
