//! Which tables a document becomes: one for each part that is a list or an object, and one for its single values.

use super::Table;
use crate::report::json::{Sink, Whole};
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// A table made of lists within lists.
struct Spec {
    /// Its name.
    name: &'static str,
    /// The members that lead to its rows, from the document down.
    path: &'static [&'static str],
    /// What its rows repeat of the objects they stand in: the member, and the name of the column.
    carried: &'static [(&'static str, &'static str)],
    /// The columns it always has.
    columns: &'static [&'static str],
    /// Members that are tables of their own.
    without: &'static [&'static str],
}

impl Spec {
    const fn new(name: &'static str, path: &'static [&'static str], columns: &'static [&'static str]) -> Self {
        Self { name, path, carried: &[], columns, without: &[] }
    }

    const fn carrying(self, carried: &'static [(&'static str, &'static str)]) -> Self {
        Self { carried, ..self }
    }

    const fn without(self, without: &'static [&'static str]) -> Self {
        Self { without, ..self }
    }

    fn table(&self, value: &Json) -> Table {
        let mut out = Table::new(self.name, self.columns.iter().copied());
        self.rows(value, self.path.get(1..).unwrap_or_default(), &Map::new(), &mut out);
        out
    }

    fn rows(&self, value: &Json, path: &[&str], above: &Map<String, Json>, out: &mut Table) {
        if let Json::Array(list) = value {
            list.iter().for_each(|item| self.rows(item, path, above, out));
            return;
        }
        let Some((next, rest)) = path.split_first() else { return self.row(value, above, out) };
        let mut above = above.clone();
        for (member, column) in self.carried {
            above.extend(value.get(member).map(|v| ((*column).to_owned(), v.clone())));
        }
        if let Some(inner) = value.get(next) {
            self.rows(inner, rest, &above, out);
        }
    }

    fn row(&self, value: &Json, above: &Map<String, Json>, out: &mut Table) {
        let mut row = above.clone();
        for (key, value) in value.as_object().into_iter().flatten().filter(|(k, _)| !self.without.contains(&k.as_str())) {
            match figures(key, value) {
                Some(figures) => row.extend(figures),
                None => drop(row.insert(key.clone(), value.clone())),
            }
        }
        if value.is_null() {
            return;
        }
        out.add(&Json::Object(row));
    }
}

/// Figures within a row: a column for each, by its report, its entry and its column.
fn figures(key: &str, value: &Json) -> Option<Map<String, Json>> {
    let list = value.as_array().filter(|_| key == "figures")?;
    let mut out = Map::new();
    for f in list {
        let part = |name: &str| f.get(name).and_then(Json::as_str).filter(|p| !p.is_empty());
        let name: Vec<&str> = ["of", "entry", "column"].into_iter().filter_map(part).collect();
        out.insert(name.join("_"), f.get("value").cloned().unwrap_or_default());
    }
    Some(out)
}

/// What every document has.
const COMMON: [Spec; 4] = [
    Spec::new("receipt", &["receipt"], &["tenor", "edition", "as_of", "known_on", "options"]).without(&["files", "readings"]),
    Spec::new("files", &["receipt", "files"], &["role", "name", "bytes", "sha256"]),
    Spec::new("stopped", &["stopped"], &ASIDE),
    Spec::new("rejected", &["rejected"], &ASIDE),
];

const ASIDE: [&str; 6] = ["event", "date", "code", "clause", "reason", "help"];

const FIGURE: [&str; 4] = ["of", "entry", "column", "value"];

/// The readings chosen, of documents that do not list them otherwise.
const CHOSEN: Spec = Spec::new("chosen", &["receipt", "readings"], &[]);

/// Where something begins or ceases to bind.
const TURNS: Spec = Spec::new("turns", &["turns", "what"], &[]).carrying(&[
    ("input", "input"),
    ("at", "at"),
    ("exactly", "exactly"),
    ("there", "there"),
]);

const COMPARE: [Spec; 3] = [
    Spec::new("variants", &["variants"], &["name", "terms"]),
    Spec::new(
        "standings",
        &["streams", "standings"],
        &[
            "stream",
            "as_of",
            "variant",
            "rank",
            "measure",
            "parts_event",
            "parts_date",
            "parts_kind",
            "parts_clause",
            "parts_other_clause",
            "parts_what",
            "refusals",
            "stopped",
        ],
    )
    .carrying(&[("stream", "stream"), ("as_of", "as_of")])
    .without(&["figures"]),
    Spec::new("figures", &["streams", "standings", "figures"], &["stream", "variant", "of", "entry", "column", "value"])
        .carrying(&[("stream", "stream"), ("variant", "variant")]),
];

const SWEEP: [Spec; 4] = [Spec::new("points", &["points"], &[]), TURNS, Spec::new("constant", &["constant"], &FIGURE), CHOSEN];

const SOLVE: [Spec; 5] = [
    Spec::new("answers", &["answers"], &[]),
    Spec::new("pieces", &["pieces"], &[]),
    Spec::new("jumps", &["jumps"], &[]),
    TURNS,
    CHOSEN,
];

const READINGS: [Spec; 3] = [
    Spec::new(
        "readings",
        &["readings"],
        &[
            "reading",
            "clause",
            "default",
            "alternative",
            "parts_event",
            "parts_date",
            "parts_clause",
            "refusals_default",
            "refusals_alternative",
            "stopped",
        ],
    )
    .without(&["differences"]),
    Spec::new(
        "differences",
        &["readings", "differences"],
        &["reading", "chosen", "of", "entry", "column", "default", "alternative", "difference"],
    )
    .carrying(&[("reading", "reading"), ("alternative", "chosen")]),
    CHOSEN,
];

impl Sink for Tables {
    type Error = serde_json::Error;

    fn part<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), serde_json::Error> {
        self.take(name, &serde_json::to_value(value)?);
        Ok(())
    }
}

/// The tables of a document, made part by part.
pub struct Tables {
    kind: &'static str,
    specs: Vec<&'static Spec>,
    columns: Vec<(String, Vec<String>)>,
    single: Map<String, Json>,
    out: Vec<Table>,
}

impl Tables {
    /// Tables of a kind of document, such as `run`; and the columns that some of its parts always have.
    #[must_use]
    pub fn new(kind: &'static str, columns: Vec<(String, Vec<String>)>) -> Self {
        let own: &'static [Spec] = match kind {
            "compare" => &COMPARE,
            "sweep" => &SWEEP,
            "solve" => &SOLVE,
            "readings" => &READINGS,
            _ => &[],
        };
        Self { kind, specs: own.iter().chain(&COMMON).collect(), columns, single: Map::new(), out: Vec::new() }
    }

    /// The tables of a whole document.
    #[must_use]
    pub fn of(kind: &'static str, document: &Json) -> Vec<Table> {
        let mut out = Self::new(kind, Vec::new());
        document.as_object().into_iter().flatten().for_each(|(name, value)| out.take(name, value));
        out.done()
    }

    /// The tables of a run, made while it is gone through.
    #[must_use]
    pub fn of_run(whole: &Whole<'_>) -> Vec<Table> {
        let mut out = Self::new("run", whole.document.columns());
        // what takes everything is never in the way
        let _ = whole.parts(&mut out);
        out.done()
    }

    /// Takes a part of the document.
    pub fn take(&mut self, name: &str, value: &Json) {
        let mut is_known = false;
        for spec in self.specs.iter().filter(|s| s.path.first() == Some(&name)) {
            self.out.push(spec.table(value));
            is_known = true;
        }
        if is_known {
            return;
        }
        let columns = self.columns.iter().position(|(n, _)| n == name).map(|at| self.columns.swap_remove(at).1);
        let mut table = Table::new(name, columns.unwrap_or_default());
        match value {
            Json::Array(list) => {
                for item in list {
                    match item {
                        Json::Object(_) => table.add(item),
                        // texts, each a line
                        other => table.add(&Json::Object(Map::from_iter([(name.to_owned(), other.clone())]))),
                    }
                }
            }
            Json::Object(_) => table.add(value),
            other => return drop(self.single.insert(name.to_owned(), other.clone())),
        }
        self.out.push(table);
    }

    /// All tables; the first has the single values of the document.
    #[must_use]
    pub fn done(mut self) -> Vec<Table> {
        let mut first = Table::new::<&str>(self.kind, []);
        first.add(&Json::Object(self.single));
        self.out.insert(0, first);
        self.out
    }
}
