//! `tenor explain`

use super::args::{Explain as Args, ExplainFormat};
use super::inputs::{self, Inputs};
use super::{End, Outcome, diagnose, events, output, page, place, terms, why_not, workbook};
use crate::engine::code::Program;
use crate::report::explain::{Asked, Step, WhyNot, explain as explained, why_not as explained_not};
use crate::report::json::{chosen, signed};
use crate::report::spot::Spot;
use crate::report::visible::lines;
use crate::terms::Terms;
use serde_json::{Value as Json, json};

/// Explains figures.
pub(super) fn explain(args: &Args) -> Outcome {
    page::only_for_pages(args.template.is_some(), args.format == ExplainFormat::Html)?;
    let is_text = !matches!(args.format, ExplainFormat::Html | ExplainFormat::Xlsx);
    if args.why_not.is_some() && !is_text {
        diagnose::message("usage::why-not", "`--why-not` is told as text", "leave out `--format`, or write `json` or `md`");
        return Err(End::Usage);
    }
    if args.format == ExplainFormat::Html {
        return page::of_explanation(args);
    }
    if args.format == ExplainFormat::Xlsx {
        return workbook::of_explanation(args);
    }
    let files = Inputs::default();
    let t = terms::load_by(&args.stream.terms, false, &files, &[])?;
    files.keep(args.to.file(), "--output", &[&args.stream.events])?;
    let wanted = args.why_not.as_deref().map(|name| why_not::wanted(&t, name)).transpose()?;
    let readings = terms::readings(&t, &args.stream.readings)?;
    let program = terms::compile_to_explain(&t, &readings)?;
    let spot = args.place.spot()?;
    let mut opened = files.events(&args.stream)?;
    let ran = events::run(&args.stream, &t, &program, false, opened.stream(), |e| e.explain(Spot::to_explain(spot)))?;
    files.done(opened);
    asked_for(args, &t, &program, &ran)?;
    let asked = Asked { record: spot, entry: args.certificate.as_deref() };
    let mut steps = match (wanted, args.place.event) {
        (Some(state), Some(record)) => {
            let asked = WhyNot { record, state, entry: args.certificate.as_deref() };
            explained_not(&t, &program, &ran.run, asked)
        }
        _ => explained(&t, &program, &ran.run, asked),
    };
    steps.iter_mut().for_each(|s| located(s, &args.stream.events, &ran.lines));
    let ending = ran.ending(&t, false);
    let stopped = ending.sentence();
    let to = args.to.file();
    match args.format {
        ExplainFormat::Table | ExplainFormat::Html | ExplainFormat::Xlsx => {
            let first =
                if stopped.is_empty() { stopped } else { format!("stopped, and nothing from here on is applied: {stopped}\n\n") };
            output::text_to(to, &lines(&format!("{first}{}", tree(&steps))))?;
        }
        ExplainFormat::Md => {
            let first = if stopped.is_empty() {
                stopped
            } else {
                format!("**Stopped, and nothing from here on is applied:** {stopped}\n\n")
            };
            let day =
                if ran.run.as_of == 0 { String::new() } else { format!(", as of {}", crate::report::words::day(ran.run.as_of)) };
            output::text_to(to, &lines(&format!("# {}: explanation{day}\n\n{first}{}", t.title, markdown(&steps))))?;
        }
        ExplainFormat::Json => {
            let mut receipt = files.receipt(&[&args.stream.terms], Some(&t), &args.stream.taking, Vec::new());
            receipt.readings = chosen(&t, &program.readings);
            let steps: Vec<Json> = steps.iter().map(document).collect();
            output::json_to(to, &signed("explain", json!({ "terms": t.title, "steps": steps }), &ending, &receipt))?;
        }
    }
    let bad = events::tell(&args.stream, &t, &ran, false);
    events::ended(&args.stream, &ran, bad)
}

/// Names the line a record stands on, where its number does not.
fn located(step: &mut Step, events: &std::path::Path, lines: &[(u32, u64)]) {
    let digits = step.text.strip_prefix("record ").map(|t| t.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
    let line = digits.and_then(|d| d.parse().ok()).and_then(|n: u32| lines.iter().find(|(of, _)| *of == n));
    if let Some((_, line)) = line {
        step.text.push_str(&format!(" ({}, line {line})", inputs::name(events)));
    }
}

/// Whether there is what is asked for.
pub(super) fn asked_for(args: &Args, t: &Terms, program: &Program, ran: &events::Ran) -> Outcome {
    if let Some(n) = args.place.event.filter(|n| *n == 0 || *n > ran.run.records) {
        let text = format!("there is no record {n}: {} were applied", ran.run.records);
        diagnose::message("usage::event", &text, "records are numbered from 1, as `event` is in the result");
        events::tell(&args.stream, t, ran, false);
        return Err(End::Usage);
    }
    if let Some(key) = &args.certificate
        && !ran.run.keys.iter().flatten().any(|k| *k >= 0 && ran.run.texts.whole(*k) == key)
    {
        return Err(no_entry(key));
    }
    args.place.spot()?.map_or(Ok(()), |spot| place::is_there(t, program, &ran.run, spot))
}

/// Tells that the stream has no such entry.
pub(super) fn no_entry(key: &str) -> End {
    let help = "name a certificate, a grant or an exercise of the stream";
    diagnose::message("usage::certificate", &format!("the stream has no entry `{key}`"), help);
    End::Usage
}

fn line(step: &Step) -> String {
    if step.clause.is_empty() { step.text.clone() } else { format!("§{}  {}", step.clause, step.text) }
}

/// As a tree.
pub(super) fn tree(steps: &[Step]) -> String {
    let mut out = String::new();
    if steps.is_empty() {
        out.push_str("nothing was adjusted or refused\n");
    }
    for (n, step) in steps.iter().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        out.push_str(&line(step));
        out.push('\n');
        branches(&step.parts, "", &mut out);
    }
    out
}

fn branches(steps: &[Step], indent: &str, out: &mut String) {
    for (n, step) in steps.iter().enumerate() {
        let last = n + 1 == steps.len();
        let (here, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        out.push_str(&format!("{indent}{here}{}\n", line(step)));
        branches(&step.parts, &format!("{indent}{below}"), out);
    }
}

/// As nested lists.
pub(super) fn markdown(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        out.push_str(&format!("## {}\n\n", line(step)));
        bullets(&step.parts, "", &mut out);
        out.push('\n');
    }
    out
}

fn bullets(steps: &[Step], indent: &str, out: &mut String) {
    for step in steps {
        out.push_str(&format!("{indent}- {}\n", line(step)));
        bullets(&step.parts, &format!("{indent}  "), out);
    }
}

fn document(step: &Step) -> Json {
    json!({ "text": step.text, "clause": step.clause, "parts": step.parts.iter().map(document).collect::<Vec<_>>() })
}
