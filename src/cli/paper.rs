//! `tenor certificate` and `tenor notice`: papers about one record.

use super::args::{Paper as Args, PaperFormat};
use super::inputs::Inputs;
use super::{End, Outcome, diagnose, events, output, records, terms};
use crate::report::certificate::{Certificate, Source, rule_text};
use crate::report::explain::method;
use crate::report::paper;
use std::path::Path;

/// The certificate of what a record adjusted.
pub(super) fn certificate(args: &Args) -> Outcome {
    let files = Inputs::default();
    let (about, letter) = about(args, &files)?;
    if about.adjustments.is_empty() {
        let why = about.refusals.first().map_or_else(String::new, |r| format!("it was refused: {r}"));
        diagnose::message("certificate::nothing", &format!("record {} adjusts nothing", args.event), &why);
        return Err(End::Failed);
    }
    write(args, files, paper::CERTIFICATE, &about, letter)
}

/// The notice of a record.
pub(super) fn notice(args: &Args) -> Outcome {
    let files = Inputs::default();
    let (about, letter) = about(args, &files)?;
    write(args, files, paper::NOTICE, &about, letter)
}

/// What there is to say of the record.
fn about(args: &Args, files: &Inputs) -> Result<(Certificate, bool), End> {
    let t = terms::load_by(&args.stream.terms, false, files, &[])?;
    let to_come: Vec<&Path> = args.template.as_deref().into_iter().chain([args.stream.events.as_path()]).collect();
    files.keep(args.to.file(), "--output", &to_come)?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile_to_explain(&t, &readings)?;
    let records = records::read(&args.stream, &t, files)?;
    let Some((head, batch)) = records.all.iter().find(|(h, _)| h.number == args.event) else {
        if records.bad.is_some() {
            let run = records.run(&t, &program, usize::MAX);
            events::tell(&args.stream, &t, &records.ran(run, &program), false);
            return Err(End::Data);
        }
        let last = records.all.iter().map(|(h, _)| h.number).max().unwrap_or(0);
        diagnose::message("usage::event", &format!("there is no record {}", args.event), &format!("the last one is {last}"));
        return Err(End::Usage);
    };
    // what is known of a day is known at its end; what comes later is no part of the paper
    let count = records.all.iter().position(|(h, _)| h.day > head.day).unwrap_or(usize::MAX);
    let at = records.all.iter().position(|(h, _)| h.number == head.number).unwrap_or(0);
    let (before, upto) = (records.run(&t, &program, at), records.run(&t, &program, at + 1));
    // what waited and is made here was computed at other records
    let makes = upto.changes.iter().any(|c| c.made.is_some_and(|m| m.number == args.event));
    let run = records.explained(&t, &program, count, if makes { 0 } else { args.event });
    let about =
        Source { terms: &t, program: &program, run: &run, around: (&before, &upto) }.certificate(head, batch, &|c, rule| {
            let lines = method(&t, &program, &run, c);
            if lines.is_empty() { rule_text(&t, rule) } else { lines }
        });
    // what cannot be read may be of the same day: a paper that leaves it out is signed by nobody
    let cut_short = records.bad.is_some() && count == usize::MAX;
    if run.stopped.is_some() || cut_short {
        events::tell(&args.stream, &t, &records.ran(run, &program), false);
        return Err(End::Data);
    }
    // paper as the place of the currency has it
    Ok((about, matches!(t.currency.as_str(), "USD" | "CAD")))
}

fn write(args: &Args, files: Inputs, built_in: &str, about: &Certificate, letter: bool) -> Outcome {
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
    let text = paper::markdown(&template, about).map_err(|why| {
        diagnose::message(
            "certificate::template",
            &format!("{name}: {why}"),
            "templates/README.md lists what a template is given",
        );
        End::Data
    })?;
    let to = args.to.file();
    let receipt = files.receipt(&[&args.stream.terms], None, &args.stream.taking, Vec::new());
    let sum = |role: &str| receipt.files.iter().find(|f| f.role == role).and_then(|f| f.sha256.get(..12)).unwrap_or("?");
    let foot = format!("terms {}, events {}, Tenor {}", sum("terms"), sum("events"), receipt.version);
    let sheet = &paper::Sheet { letter, foot, date: about.event.date.clone() };
    match args.format {
        PaperFormat::Md => output::text_to(to, &text),
        PaperFormat::Html => output::text_to(to, &paper::html(&text)),
        PaperFormat::Docx => {
            output::not_on_a_terminal(to, "a Word document", "certificate.docx")?;
            output::bytes_to(to, &paper::docx(&text, sheet).map_err(|_| End::Software)?)
        }
    }
}
