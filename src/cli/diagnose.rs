//! Messages with the place they speak of.

use super::args::{Color, MessageFormat, Telling};
use super::embed::{self, Place};
use super::output::line;
use crate::check::Problem;
use crate::engine::NotCompiled;
use crate::report::stop::Explained;
use crate::source::{Source, Sources};
use anstream::{AutoStream, ColorChoice};
use miette::{
    GraphicalReportHandler, GraphicalTheme, JSONReportHandler, LabeledSpan, MietteDiagnostic, NamedSource, Report, Severity,
};
use std::sync::OnceLock;

/// How messages are told: said once, when the command begins.
static TELLING: OnceLock<Telling> = OnceLock::new();

/// Tells messages as the command line asks.
pub(super) fn told_as(telling: Telling) {
    match telling.color {
        Color::Auto => {}
        Color::Always => ColorChoice::Always.write_global(),
        Color::Never => ColorChoice::Never.write_global(),
    }
    let _ = TELLING.set(telling);
}

/// The format of messages.
pub(super) fn format() -> MessageFormat {
    TELLING.get().map(|t| t.message_format).unwrap_or_default()
}

/// Whether progress is shown where there is a terminal.
pub(super) fn shows_progress() -> bool {
    TELLING.get().is_none_or(|t| !t.no_progress && !t.quiet && t.message_format == MessageFormat::Human)
}

/// Whether only errors are told.
pub(super) fn is_quiet() -> bool {
    TELLING.get().is_some_and(|t| t.quiet)
}

/// Whether more is told than what is wrong.
pub(super) fn is_verbose() -> bool {
    TELLING.get().is_some_and(|t| t.verbose)
}

/// How many threads work; 0 for one on each core.
pub(super) fn jobs() -> usize {
    TELLING.get().and_then(|t| t.jobs).unwrap_or(0)
}

/// Shows all problems of terms; how many errors and warnings there were.
pub(super) fn problems(list: &[Problem], sources: &Sources) -> (usize, usize) {
    let (mut errors, mut warnings) = (0, 0);
    for (n, p) in list.iter().enumerate() {
        if p.is_error() {
            errors += 1;
        } else {
            warnings += 1;
            if is_quiet() {
                continue;
            }
        }
        if n >= MOST_SHOWN {
            continue;
        }
        match sources.get(p.span().file) {
            Some(source) if !source.text.is_empty() => show(Report::new(p.clone()), source),
            _ => {
                let severity = if p.is_error() { Severity::Error } else { Severity::Warning };
                let help = "give the path of a file that can be read, or `-` for standard input";
                plain(MietteDiagnostic::new(p.to_string()).with_code(p.id()).with_severity(severity).with_help(help));
            }
        }
    }
    if let Some(more) = list.len().checked_sub(MOST_SHOWN).filter(|n| *n > 0) {
        super::output::say(&format!("tenor: {more} more are not shown; mend these first"));
    }
    (errors, warnings)
}

/// The most problems of one file that are shown.
const MOST_SHOWN: usize = 50;

/// The longest line that is drawn, in bytes: what is longer cannot be pointed into.
const LONGEST_LINE: usize = 2_000;

/// The place of a label in a line that is too long to be drawn: its line and its column, from 1.
fn too_long(report: &Report, source: &Source) -> Option<(usize, usize)> {
    let at = report.labels()?.next()?.offset();
    let head = source.text.get(..at)?;
    let start = head.rfind('\n').map_or(0, |n| n + 1);
    let end = source.text.get(at..)?.find('\n').map_or(source.text.len(), |n| at + n);
    let place = (head.matches('\n').count() + 1, head.get(start..)?.chars().count() + 1);
    (end - start > LONGEST_LINE).then_some(place)
}

fn show(report: Report, source: &Source) {
    if let Some((line, column)) = too_long(&report, source) {
        // there is nothing to draw: the place stands in words
        let help = report.help().map_or_else(String::new, |h| h.to_string());
        let mut d = MietteDiagnostic::new(format!("{}:{line}:{column}: {report}", source.path.display()));
        d.code = report.code().map(|c| c.to_string());
        d.severity = report.severity();
        d.help = (!help.is_empty()).then_some(help);
        plain(d);
        return;
    }
    let path = source.path.display().to_string();
    let label = report.labels().and_then(|mut all| all.next()).map_or(0, |l| l.offset());
    let named = NamedSource::new(path.clone(), source.text.to_string());
    let report = report.with_source_code(named);
    let head = source.text.get(..label).unwrap_or(&source.text);
    let column = head.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    let line = u64::try_from(head.matches('\n').count() + 1).ok();
    tell(&report, &Place { file: path, line, column: Some(column) });
}

/// Tells a message in the format that is asked for; its place stands before a short one.
fn tell(report: &Report, place: &Place) {
    if embed::hears(report.as_ref(), place, || drawn_plain(report)) {
        return;
    }
    let mut text = String::new();
    let drawn = match format() {
        MessageFormat::Human => handler().render_report(&mut text, report.as_ref()).is_ok(),
        MessageFormat::Json => JSONReportHandler::new().render_report(&mut text, report.as_ref()).is_ok(),
        MessageFormat::Short => {
            let severity = match report.severity() {
                Some(Severity::Warning) => "warning",
                Some(Severity::Advice) => "note",
                Some(Severity::Error) | None => "error",
            };
            let code = report.code().map_or_else(String::new, |c| format!("[{c}]"));
            let place = match (place.line, place.column) {
                (Some(line), Some(column)) => format!("{}:{line}:{column}: ", place.file),
                _ => String::new(),
            };
            text = format!("{place}{severity}{code}: {report}").replace('\n', " ");
            true
        }
    };
    line(if drawn { text.trim_end() } else { "tenor: a message could not be drawn" });
}

/// A message drawn without colours.
fn drawn_plain(report: &Report) -> String {
    let mut text = String::new();
    let _ = handler_of(GraphicalTheme::unicode_nocolor()).render_report(&mut text, report.as_ref());
    text.trim_end().to_owned()
}

fn handler() -> GraphicalReportHandler {
    let plain = AutoStream::choice(&std::io::stderr()) == ColorChoice::Never;
    let theme = if plain { GraphicalTheme::unicode_nocolor() } else { GraphicalTheme::unicode() };
    handler_of(theme)
}

fn handler_of(theme: GraphicalTheme) -> GraphicalReportHandler {
    // a value is never folded: a date or a name broken over two lines is no longer what the user wrote
    GraphicalReportHandler::new_themed(theme).with_width(100).with_wrap_lines(false).with_links(false)
}

/// Shows why terms make no program, with the place in them.
pub(super) fn not_compiled(e: NotCompiled, sources: &Sources) {
    let d =
        MietteDiagnostic::new(e.to_string()).with_code("check::not-compiled").with_severity(Severity::Error).with_help(e.help());
    match sources.get(e.span.file).filter(|_| e.span.end > e.span.start) {
        Some(source) => show(Report::new(d.with_label(LabeledSpan::new_with_span(Some("here".into()), e.span.label()))), source),
        None => plain(d),
    }
}

/// Shows why a run stopped, with the place in the terms.
pub(super) fn stopped(place: &str, e: &Explained, sources: &Sources) {
    let cite = if e.clause.is_empty() { String::new() } else { format!(" (§{})", e.clause) };
    let mut d = MietteDiagnostic::new(format!("{place}: {}{cite}", e.message)).with_code(e.code).with_severity(Severity::Error);
    if !e.help.is_empty() {
        d = d.with_help(e.help.clone());
    }
    match e.span.and_then(|s| sources.get(s.file).map(|source| (s, source))) {
        Some((span, source)) if span.end > span.start => {
            let label = match e.code {
                "run::missing" => "needed here",
                "run::stopped" => "the terms stop here",
                _ => "computed here",
            };
            d = d.with_label(LabeledSpan::new_with_span(Some(label.into()), span.label()));
            show(Report::new(d), source);
        }
        _ => plain(d),
    }
}

/// A message without a place in the terms.
pub(super) fn plain(d: MietteDiagnostic) {
    tell(&Report::new(d), &Place::default());
}

/// A message with a code and advice.
pub(super) fn message(code: &str, text: &str, help: &str) {
    let mut d = MietteDiagnostic::new(text).with_code(code).with_severity(Severity::Error);
    if !help.is_empty() {
        d = d.with_help(help);
    }
    plain(d);
}
