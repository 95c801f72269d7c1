//! `tenor batch`: a night run, and what becomes of it where something goes wrong.

#[path = "batch/apart.rs"]
mod apart;
#[path = "batch/ending.rs"]
mod ending;
#[path = "batch/kill.rs"]
mod kill;

use crate::tenor;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with a manifest, the small terms, a register and streams.
pub(crate) struct Night {
    folder: tempfile::TempDir,
}

/// The price is 10, less what a split 2 for 1 takes of it.
const ISSUER: &str = "{\"date\":\"2020-06-01\",\"event\":\"split\",\"new\":2,\"old\":1}\n";

const REGISTER: &str = "series,certificate,holder,shares,issued\n\
    A,A-1,Alder,1000,2020-01-02\nA,A-2,Birch,500,2020-01-02\nB,B-1,Cedar,300,2020-01-02\nC,C-1,Dogwood,70,2020-01-02\n";

impl Night {
    /// Three series, two readings, one stream of the issuer for all and one of the holders for each.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
        let night = Self { folder };
        night.write("small.terms", include_str!("batch/small.terms"));
        night.write("register.csv", REGISTER);
        night.write("issuer.jsonl", ISSUER);
        night.write("a.csv", "date,event,id,certificate,shares\n2020-07-01,exercise,X1,A-1,100\n");
        night.write(
            "b.jsonl",
            "{\"date\":\"2020-03-01\",\"event\":\"exercise\",\"id\":\"X1\",\"certificate\":\"B-1\",\"shares\":301}\n",
        );
        night.write("c.jsonl", "");
        let series = |name: &str, file: &str| {
            format!("[[series]]\nname = \"{name}\"\nterms = \"small.terms\"\nevents = [\"issuer.jsonl\", \"{file}\"]\n")
        };
        let all = [series("A", "a.csv"), series("B", "b.jsonl"), series("C", "c.jsonl")].concat();
        night.write(
            "night.toml",
            &format!(
                "schema = 1\nas_of = 2020-12-31\n[register]\nfile = \"register.csv\"\n{all}\
                 [matrix]\nreadings = [{{}}, {{ cents = \"rounded\" }}]\n[output]\ndir = \"out\"\n"
            ),
        );
        night
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Replaces a text in a file that has it.
    pub(crate) fn change(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from}");
        self.write(name, &text.replace(from, to));
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = tenor::command();
        command.current_dir(self.folder.path()).arg("batch").args(args);
        command
    }

    /// What a command says, which must end with this code.
    pub(crate) fn ends(&self, exit: i32, args: &[&str]) -> String {
        let out = self.command(args).output().unwrap_or_else(|e| panic!("tenor does not start: {e}"));
        let said = said(&out);
        assert_eq!(out.status.code(), Some(exit), "{args:?}\n{said}");
        said
    }

    /// The rows of a table.
    pub(crate) fn rows(&self, name: &str) -> Vec<Json> {
        self.read(name).lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{name}: {e}: {l}"))).collect()
    }

    /// The files of a run that are the same however it was made: all but its log and what its jobs left.
    pub(crate) fn results(&self, run: &str) -> Vec<(String, Vec<u8>)> {
        results(&self.path(run))
    }
}

pub(crate) fn results(run: &Path) -> Vec<(String, Vec<u8>)> {
    let mut out: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in std::fs::read_dir(run).unwrap_or_else(|e| panic!("{}: {e}", run.display())).flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // a lock that nobody holds any more is nothing of the run
        if name != "jobs.jsonl" && name != "lock" && entry.path().is_file() {
            out.push((name, std::fs::read(entry.path()).unwrap_or_else(|e| panic!("{e}"))));
        }
    }
    out.sort();
    let names: Vec<&str> = out.iter().map(|(n, _)| n.as_str()).collect();
    assert!(names.contains(&"run.json") && names.contains(&"figures.jsonl"), "not a finished run: {names:?}");
    out
}

/// Two runs must have the same files, byte by byte.
pub(crate) fn same(a: &[(String, Vec<u8>)], b: &[(String, Vec<u8>)]) {
    let names = |list: &[(String, Vec<u8>)]| list.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    assert_eq!(names(a), names(b));
    for ((name, a), (_, b)) in a.iter().zip(b) {
        assert!(a == b, "{name} is not the same:\n{}\n{}", String::from_utf8_lossy(a), String::from_utf8_lossy(b));
    }
}

pub(crate) fn said(out: &Output) -> String {
    [&out.stdout, &out.stderr].map(|s| String::from_utf8_lossy(s).into_owned()).concat()
}

pub(crate) fn text<'j>(row: &'j Json, name: &str) -> &'j str {
    row.get(name).and_then(Json::as_str).unwrap_or_default()
}

#[test]
fn a_night_has_a_row_for_each_certificate_of_each_job() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml"]);
    let figures = night.rows("out/figures.jsonl");
    // 4 certificates × 2 readings
    assert_eq!(figures.len(), 8);
    let of = |certificate: &str, readings: &str| {
        let found = figures.iter().find(|r| text(r, "certificate") == certificate && text(r, "readings") == readings);
        found.unwrap_or_else(|| panic!("no row of {certificate} under {readings}"))
    };
    // 10 × 1/2; 1000 × 2 − 100
    assert_eq!((text(of("A-1", "default"), "price"), text(of("A-1", "default"), "number")), ("5", "1900"));
    assert_eq!(text(of("A-2", "default"), "number"), "1000");
    // rounded to the cent, a price has two places
    assert_eq!(text(of("C-1", "cents=rounded"), "price"), "5.00");
    // 301 of 300 is refused by the terms, and that is a result
    assert_eq!(text(of("B-1", "default"), "number"), "600");
    let refusals = night.rows("out/refusals.jsonl");
    assert_eq!(refusals.len(), 2);
    assert_eq!((text(&refusals[0], "series"), text(&refusals[0], "source")), ("B", "b.jsonl:1"));
    let mut order: Vec<[&str; 4]> = Vec::new();
    for row in &figures {
        order.push(["series", "terms", "readings", "certificate"].map(|c| text(row, c)));
    }
    assert!(order.is_sorted(), "{order:?}");
}

#[test]
fn a_night_gives_what_a_run_of_each_stream_gives() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml"]);
    let joined = "{\"date\":\"2020-01-02\",\"event\":\"certificate\",\"certificate\":\"A-1\",\"holder\":\"Alder\",\"shares\":\"1000\"}\n\
        {\"date\":\"2020-01-02\",\"event\":\"certificate\",\"certificate\":\"A-2\",\"holder\":\"Birch\",\"shares\":\"500\"}\n\
        {\"date\":\"2020-06-01\",\"event\":\"split\",\"new\":2,\"old\":1}\n\
        {\"date\":\"2020-07-01\",\"event\":\"exercise\",\"id\":\"X1\",\"certificate\":\"A-1\",\"shares\":100}\n";
    night.write("joined.jsonl", joined);
    let (terms, events) = (night.path("small.terms"), night.path("joined.jsonl"));
    let run = tenor::json(
        &["run", &terms.display().to_string(), &events.display().to_string(), "--as-of", "2020-12-31", "--format", "json"],
        0,
    );
    let ours = |table: &str| -> Vec<Json> {
        let mut rows = night.rows(&format!("out/{table}.jsonl"));
        rows.retain(|r| text(r, "series") == "A" && text(r, "readings") == "default");
        for row in &mut rows {
            let Some(row) = row.as_object_mut() else { panic!("no row") };
            for column in ["series", "terms", "readings", "source", "job_status", "registered"] {
                row.remove(column);
            }
        }
        rows
    };
    for (table, part) in [("figures", "certificates"), ("adjustments", "adjustments"), ("obligations", "obligations")] {
        assert_eq!(Json::Array(ours(table)), run[part], "{table}");
        assert_ne!(run[part], Json::Array(Vec::new()), "{table} is empty");
    }
}

#[test]
fn csv_and_jsonl_have_the_same_cells() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml"]);
    for table in ["figures", "adjustments", "obligations", "refusals"] {
        let text = night.read(&format!("out/{table}.csv"));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head = reader.headers().unwrap_or_else(|e| panic!("{e}")).clone();
        let rows = night.rows(&format!("out/{table}.jsonl"));
        let lines: Vec<csv::StringRecord> = reader.records().map(|r| r.unwrap_or_else(|e| panic!("{e}"))).collect();
        assert_eq!(lines.len(), rows.len());
        for (line, row) in lines.iter().zip(&rows) {
            let Some(members) = row.as_object() else { panic!("no row") };
            assert!(members.keys().all(|k| head.iter().any(|h| h == k)), "{head:?} and {members:?}");
            for (name, cell) in head.iter().zip(line) {
                let value = match members.get(name) {
                    None | Some(Json::Null) => String::new(),
                    Some(Json::String(s)) => s.clone(),
                    Some(other) => other.to_string(),
                };
                assert_eq!(cell, value, "{table}: {name}");
            }
        }
    }
}

#[test]
fn a_plan_names_everything_that_is_wrong_and_writes_nothing() {
    let night = Night::new();
    night.change("night.toml", "cents = \"rounded\"", "cents = \"ronded\"");
    night.change("night.toml", "\"c.jsonl\"", "\"gone.jsonl\", \"nor-*.csv\"");
    night.change("night.toml", "dir = \"out\"", "dir = \"out\"\nformats = [\"jsnl\"]");
    let said = night.ends(66, &["plan", "night.toml"]);
    for wanted in ["gone.jsonl", "nor-*.csv", "jsonl"] {
        assert!(said.contains(wanted), "{wanted} is not named:\n{said}");
    }
    night.change("night.toml", "\"gone.jsonl\", \"nor-*.csv\"", "\"c.jsonl\"");
    night.change("night.toml", "\nformats = [\"jsnl\"]", "\ntables = [\"figures\", \"figuers\"]");
    let said = night.ends(65, &["plan", "night.toml"]);
    for wanted in ["no answer `ronded`", "did you mean `rounded`?", "no terms give a table `figuers`", "did you mean `figures`?"]
    {
        assert!(said.contains(wanted), "{wanted} is not said:\n{said}");
    }
    assert!(!night.path("out").exists(), "a plan wrote something");
}

#[test]
fn a_plan_counts_and_writes_nothing() {
    let night = Night::new();
    let said = night.ends(0, &["plan", "night.toml", "--verbose"]);
    assert!(said.contains("6 jobs: 3 series, 1 terms file, 4 rows of the register; 0 are done, 6 to run"), "{said}");
    assert!(said.contains("run  A · small.terms · cents=rounded, 2 certificates"), "{said}");
    assert!(!night.path("out").exists(), "a plan wrote something");
    night.ends(0, &["run", "night.toml"]);
    let said = night.ends(0, &["plan", "night.toml"]);
    assert!(said.contains("6 are done, 0 to run"), "{said}");
}

#[test]
fn the_same_bytes_come_of_one_thread_and_of_two() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml", "-j", "1", "-o", "one"]);
    night.ends(0, &["run", "night.toml", "-j", "2", "-o", "two"]);
    same(&night.results("one"), &night.results("two"));
}

#[test]
fn a_manifest_of_patterns_means_what_they_mean() {
    let night = Night::new();
    std::fs::create_dir_all(night.path("streams/A")).unwrap_or_else(|e| panic!("{e}"));
    let records =
        "{\"date\":\"2020-01-02\",\"event\":\"certificate\",\"certificate\":\"A-1\",\"holder\":\"Alder\",\"shares\":7}\n";
    night.write("streams/A/1.jsonl", records);
    night.write("streams/A/2.jsonl", ISSUER);
    let flags = ["--terms", "*.terms", "--events", "streams/{series}/*.jsonl", "--readings"];
    let manifest = night.ends(0, &[&["manifest"], flags.as_slice()].concat());
    night.write("made.toml", &manifest);
    night.ends(0, &[&["run", "-o", "by-flags"], flags.as_slice()].concat());
    night.ends(0, &["run", "made.toml", "-o", "by-manifest"]);
    same(&night.results("by-flags"), &night.results("by-manifest"));
    let figures = night.rows("by-flags/figures.jsonl");
    // the defaults, and the one other answer
    assert_eq!(figures.iter().map(|r| text(r, "readings")).collect::<Vec<_>>(), ["cents=rounded", "default"]);
    // 7 × 2; no row of a register
    assert_eq!((text(&figures[1], "number"), figures[1]["registered"].clone()), ("14", Json::Bool(false)));
}

#[test]
fn what_is_selected_is_run_and_nothing_else() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml", "--select", "series:A", "series:B", "readings:default"]);
    let names: Vec<(String, String)> =
        night.rows("out/receipts.jsonl").iter().map(|r| (text(r, "series").to_owned(), text(r, "readings").to_owned())).collect();
    assert_eq!(names, [("A".to_owned(), "default".to_owned()), ("B".to_owned(), "default".to_owned())]);
    night.ends(4, &["run", "night.toml", "--select", "series:Z", "-o", "none"]);
    assert!(!night.path("none").exists());
    night.ends(0, &["run", "night.toml", "-o", "last"]);
    night.change("c.jsonl", "", "\n");
    let said = night.ends(0, &["plan", "night.toml", "--select", "changed", "--state", "last", "--verbose"]);
    assert!(said.contains("2 of 6 jobs") && said.contains("C · small.terms · default"), "{said}");
    night.ends(2, &["plan", "night.toml", "--select", "changed"]);
}

#[test]
fn opening_states_need_their_source_and_terms_that_take_them() {
    let night = Night::new();
    let register = "series,certificate,holder,shares,issued,opening.price,opening.number,opening.date,opening.note\n\
        A,A-1,Alder,1000,2010-01-02,3.20,840,2019-12-31,statement of 31 December 2019\n";
    night.write("register.csv", register);
    night.write("b.jsonl", "");
    night.ends(0, &["run", "night.toml"]);
    let figures = night.rows("out/figures.jsonl");
    // 3.20 × 1/2, with the places it was given; 840 × 2 − 100
    assert_eq!((text(&figures[1], "price"), text(&figures[1], "number")), ("1.60", "1580"));
    night.write("register.csv", &register.replace("statement of 31 December 2019", ""));
    let said = night.ends(3, &["run", "night.toml"]);
    assert!(said.contains("register.csv:2: an opening state says where it is from"), "{said}");
    night.write("register.csv", register);
    night.change("small.terms", "event opening", "event beginning");
    night.change("small.terms", "rule opened on opening", "rule opened on beginning");
    let said = night.ends(3, &["run", "night.toml"]);
    assert!(said.contains("register.csv:2: ") && said.contains("event::unknown-event"), "{said}");
}
