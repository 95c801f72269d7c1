//! Messages in SARIF 2.1.0, as code hosts and editors read them.

use super::help;
use crate::check::Problem;
use crate::source::Sources;
use miette::Diagnostic;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

/// What SARIF says of itself.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Messages, gathered.
#[derive(Default)]
pub(super) struct Sarif {
    results: Vec<Found>,
}

impl Sarif {
    /// Adds a message about terms; one without a place of its own is about the file that was named.
    pub(super) fn add(&mut self, p: &Problem, sources: &Sources, named: &Path) {
        let help = Diagnostic::help(p).map(|h| format!("\n{h}")).unwrap_or_default();
        let span = p.span();
        let place = match sources.get(span.file).filter(|s| !s.text.is_empty()) {
            Some(source) => Place {
                artifact_location: Artifact { uri: uri(&source.path) },
                region: Some(Region::of(&source.text, span.start, span.end)),
            },
            None => Place { artifact_location: Artifact { uri: uri(named) }, region: None },
        };
        self.results.push(Found {
            rule_id: p.id(),
            level: if p.is_error() { "error" } else { "warning" },
            message: Text { text: format!("{p}{help}") },
            locations: [Location { physical_location: place }],
        });
    }

    /// The document.
    pub(super) fn document(&self) -> impl Serialize {
        let codes: BTreeSet<&'static str> = self.results.iter().map(|r| r.rule_id).collect();
        let rule = |id: &'static str| Rule { id, full_description: help::meaning(id).map(|text| Text { text }) };
        Log {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: "tenor",
                        version: env!("CARGO_PKG_VERSION"),
                        rules: codes.into_iter().map(rule).collect(),
                    },
                },
                column_kind: "unicodeCodePoints",
                results: self.results.clone(),
            }],
        }
    }
}

/// A path as part of an address: what an address has another use for is escaped.
fn uri(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.display().to_string().replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    if path.is_absolute() { format!("file://{out}") } else { out }
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Found>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Text>,
}

#[derive(Clone, Serialize)]
struct Text {
    text: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    rule_id: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Place,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Clone, Serialize)]
struct Artifact {
    uri: String,
}

/// Lines and columns, from 1; the end stands after the last character.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl Region {
    fn of(text: &str, start: u32, end: u32) -> Self {
        let place = |at: u32| {
            let head = usize::try_from(at).ok().and_then(|at| text.get(..at)).unwrap_or(text);
            (head.matches('\n').count() + 1, head.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1)
        };
        let ((start_line, start_column), (end_line, end_column)) = (place(start), place(end.max(start)));
        Self { start_line, start_column, end_line, end_column }
    }
}
