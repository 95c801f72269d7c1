//! The workbook cannot lie: every input is changed to many values, the workbook is computed anew, and held against a run of
//! the changed stream. Either all figures are those of that run, or the second row of the first sheet says that they are not.

use crate::sheet::{Book, Computed, Value};
use crate::{exact, tenor};
use ::tenor::engine::code::Program;
use ::tenor::engine::run::{Run, Value as Told};
use ::tenor::engine::{Engine, Options, compile_to_derive};
use ::tenor::event::{Batch, Format, Head, Schema, Stream};
use ::tenor::intern::Interner;
use ::tenor::report::workbook::{Source, workbook};
use ::tenor::terms::Terms;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use serde_json::{Map, Value as Json};
use std::path::Path;

/// Terms files, read as they are.
struct Files;

impl ::tenor::check::Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|e| e.to_string())
    }
}

/// Terms with a stream, a map for each record.
struct Case {
    name: String,
    terms: Terms,
    program: Program,
    records: Vec<Map<String, Json>>,
}

/// A stream that many terms take: issues below and above the price, a split, exercises, one of them of more than there is.
const COMMON: &str = r#"{"date":"2024-01-15","event":"capitalization","outstanding":10000000}
{"date":"2024-01-15","event":"certificate","certificate":"W-1","holder":"A","shares":100000}
{"date":"2024-01-16","event":"certificate","certificate":"W-2","holder":"B","shares":2500}
{"date":"2024-02-01","event":"quote","close":1.90}
{"date":"2024-03-01","event":"issuance","id":"I1","shares":1000000,"price":1.20}
{"date":"2024-04-01","event":"split","new":2,"old":1}
{"date":"2024-05-01","event":"issuance","id":"I2","shares":500000,"price":2.50}
{"date":"2024-06-03","event":"quote","close":3.10}
{"date":"2024-06-03","event":"exercise","id":"X1","certificate":"W-1","shares":1000,"method":"cash"}
{"date":"2024-06-04","event":"exercise","id":"X2","certificate":"W-2","shares":9000,"method":"cash"}
{"date":"2024-07-01","event":"issuance","id":"I3","shares":900000,"price":0.55}"#;

impl Case {
    fn new(name: &str, terms: &str, stream: &str) -> Self {
        let checked = ::tenor::check::check(&tenor::root().join(terms), &Files);
        let terms = checked.terms.unwrap_or_else(|| panic!("{terms} does not check"));
        let defaults: Vec<u32> = terms.readings.iter().map(|r| r.default).collect();
        let program = compile_to_derive(&terms, &defaults).unwrap_or_else(|e| panic!("{e}"));
        let lines = stream.lines().filter(|l| !l.trim().is_empty());
        let records = lines.map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{name}: {e}: {l}"))).collect();
        Self { name: name.to_owned(), terms, program, records }
    }

    /// The run of records, explained or not; none where they cannot all be read.
    fn run(&self, records: &[Map<String, Json>], explained: bool) -> Option<(Run, Vec<(Head, Batch)>)> {
        let text: Vec<String> = records.iter().map(|r| Json::Object(r.clone()).to_string()).collect();
        let text = text.join("\n");
        let options = Options { journal: true, ..Options::default() };
        let mut engine = Engine::new(&self.program, &self.terms, Interner::default(), options);
        if explained {
            engine.explain(0);
        }
        let mut stream = Stream::new(text.as_bytes(), Format::Jsonl, None).ok()?;
        let (mut schema, mut batch) = (Schema::new(&self.terms), Batch::default());
        let mut kept = Vec::new();
        while let Some((head, _)) = stream.next(&mut schema, engine.texts(), &mut batch).ok()? {
            kept.push((head, batch.clone()));
            engine.record(&batch, &head);
        }
        Some((engine.finish(), kept))
    }

    fn book(&self) -> (Run, Book) {
        let (run, records) = self.run(&self.records, true).unwrap_or_else(|| panic!("{} does not run", self.name));
        assert!(run.stopped.is_none(), "{} stops", self.name);
        let source = Source {
            terms: &self.terms,
            program: &self.program,
            run: &run,
            records: &records,
            record: None,
            entry: None,
            receipt: &[],
        };
        let bytes = workbook(&source).unwrap_or_else(|e| panic!("{}: {e}", self.name));
        (run, Book::read(&bytes))
    }
}

/// Values that something is changed to: nothing, twice and half of it, a little and much more or less, and values at and
/// beside those that decide.
fn others(now: &BigRational, beside: &[BigRational]) -> Vec<String> {
    let of = |n: i64, d: i64| now * BigRational::new(n.into(), d.into());
    let mut out = vec![BigRational::zero(), of(2, 1), of(1, 2), of(101, 100), of(99, 100)];
    let hair = BigRational::new(1.into(), 1_000_000.into());
    for b in beside {
        out.extend([b.clone(), b - &hair, b + &hair]);
    }
    let mut texts: Vec<String> = out.iter().filter(|n| *n != now).map(decimal).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// A fraction as a decimal of at most ten places.
fn decimal(n: &BigRational) -> String {
    let scale = BigInt::from(10_u64.pow(10));
    let scaled = (n * BigRational::from_integer(scale)).round().to_integer();
    let (sign, digits) = (if scaled.is_negative() { "-" } else { "" }, format!("{:0>11}", scaled.abs().to_string()));
    let (whole, part) = digits.split_at(digits.len() - 10);
    let part = part.trim_end_matches('0');
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// What came of a change.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
enum Came {
    Anew,
    /// It is said not to be what the terms give, and is not.
    Flagged,
    /// It is said not to be what the terms give, and is all the same.
    FlaggedThoughTrue,
}

fn close(a: &BigRational, b: &BigRational) -> bool {
    let fine = BigRational::new(1.into(), BigInt::from(10).pow(13));
    (a - b).abs() <= b.abs() * fine
}

/// Holds a changed workbook against the run of the changed stream.
fn hold(case: &Case, was: &Run, book: &Book, changed: &[Map<String, Json>]) -> Result<Came, String> {
    let mut computed = book.computed();
    let Value::Text(verdict) = computed.value("Summary", 1, 0) else { return Err("no verdict".to_owned()) };
    if verdict.starts_with("NOT") {
        let needless = same_as_run(case, was, book, changed, &mut computed).is_ok();
        return Ok(if needless { Came::FlaggedThoughTrue } else { Came::Flagged });
    }
    same_as_run(case, was, book, changed, &mut computed).map(|()| Came::Anew)
}

/// Whether all figures are those of the run of the changed stream.
fn same_as_run(
    case: &Case,
    was: &Run,
    book: &Book,
    changed: &[Map<String, Json>],
    computed: &mut Computed<'_>,
) -> Result<(), String> {
    let Some((run, _)) = case.run(changed, false) else { return Err("the changed stream cannot be read".to_owned()) };
    if let Some(stopped) = &run.stopped {
        return Err(format!("the run stops: {:?}", stopped.why));
    }
    let numbers = |run: &Run| run.refusals.iter().map(|r| r.when.number).collect::<Vec<_>>();
    if numbers(&run) != numbers(was) {
        return Err(format!("{:?} are refused, not {:?}", numbers(&run), numbers(was)));
    }
    if run.changes.len() != was.changes.len() {
        return Err(format!("{} changes, not {}", run.changes.len(), was.changes.len()));
    }
    for (n, (then, now)) in was.changes.iter().zip(&run.changes).enumerate() {
        if (then.site, then.row, then.when, then.status) != (now.site, now.row, now.when, now.status) {
            return Err(format!("change {n} is another: {now:?}, not {then:?}"));
        }
        let found = computed.value("Ledger", u32::try_from(n).unwrap_or(0) + 1, 7);
        let expected = exact::number(&now.after.to_string()).unwrap_or_else(BigRational::zero);
        let state = case.program.sites.get(usize::from(then.site)).map(|s| s.state);
        let is_number = state.and_then(|s| case.terms.states.get(s.at())).is_some_and(|s| s.ty.is_decimal());
        match found {
            Value::Number(found) if is_number && close(&found, &expected) => {}
            _ if !is_number && then.after == now.after => {}
            found => return Err(format!("change {n} gives {found:?}, not {}: {now:?}", now.after)),
        }
    }
    figures(case, was, &run, computed)?;
    effects(case, was, &run, book, computed)
}

/// The figures at the end.
fn figures(case: &Case, was: &Run, run: &Run, computed: &mut Computed<'_>) -> Result<(), String> {
    let mut row = (0..100).find(|r| computed.value("Summary", *r, 0) == Value::Text("report".to_owned())).unwrap_or(0);
    if was.shown.len() != run.shown.len() {
        return Err("other entries are shown".to_owned());
    }
    for (then, now) in was.shown.iter().zip(&run.shown) {
        for (n, (a, b)) in then.columns.iter().zip(&now.columns).enumerate() {
            if *a == Told::Unknown {
                if *b != Told::Unknown {
                    return Err("a figure is known".to_owned());
                }
                continue;
            }
            let Some(report) = case.terms.reports.get(then.report) else { continue };
            let ty = &report.columns[n].1.ty;
            // a text of nothing is left out
            let held = computed.value("Summary", row + 1, 2);
            if held != Value::Text(report.columns[n].0.replace('_', " ")) {
                assert_eq!(a, b, "a figure is not shown");
                continue;
            }
            row += 1;
            let found = computed.value("Summary", row, 3);
            let good = match (b, &found) {
                (Told::Decimal(b), Value::Number(found)) => exact::number(&b.to_string()).is_some_and(|b| close(found, &b)),
                _ => a == b,
            };
            if !good {
                return Err(format!("{} {:?} is {found:?}, not {b:?} ({ty:?})", report.name, report.columns[n].0));
            }
        }
    }
    Ok(())
}

/// What else came of it, such as payments.
fn effects(case: &Case, was: &Run, run: &Run, book: &Book, computed: &mut Computed<'_>) -> Result<(), String> {
    if was.lines.len() != run.lines.len() {
        return Err(format!("{} lines of effects, not {}", run.lines.len(), was.lines.len()));
    }
    for (n, effect) in case.terms.effects.iter().enumerate() {
        let spaced = effect.name.replace('_', " ");
        let name = spaced[..1].to_uppercase() + &spaced[1..];
        let of = |run: &Run| run.lines.iter().filter(|l| l.effect.at() == n).cloned().collect::<Vec<_>>();
        let sheet = book.sheets.iter().map(|(n, _)| n.clone()).find(|n| *n == name || *n == format!("{name} done"));
        let Some(sheet) = sheet else { continue };
        for (row, (then, now)) in of(was).iter().zip(&of(run)).enumerate() {
            let mut column = 2;
            for ((a, b), (_, ty, _)) in then.values.iter().zip(&now.values).zip(&effect.fields) {
                let found = computed.value(&sheet, u32::try_from(row).unwrap_or(0) + 1, column);
                column += if ty.is_decimal() { 2 } else { 1 };
                let good = match (b, &found) {
                    (Told::Decimal(b), Value::Number(found)) => exact::number(&b.to_string()).is_some_and(|b| close(found, &b)),
                    _ => a == b,
                };
                if !good {
                    return Err(format!("{sheet} has {found:?}, not {b:?}"));
                }
            }
        }
    }
    Ok(())
}

/// Changes every number of a case to every value: how many were computed anew, and how many flagged.
fn change_all(case: &Case, lies: &mut Vec<String>) -> [usize; 3] {
    let (was, book) = case.book();
    let mut computed = book.computed();
    let verdict = computed.value("Summary", 1, 0);
    assert!(matches!(&verdict, Value::Text(t) if t.starts_with("as the run")), "{}: {verdict:?}", case.name);
    drop(computed);
    let heads: Vec<String> = (0..60).map(|c| book.text("Events", 0, c)).collect();
    let mut beside: Vec<BigRational> = Vec::new();
    for c in &was.changes {
        let value = c.before.normalize();
        if value.scale() <= 8 && value.abs() < rust_decimal::Decimal::TEN {
            beside.extend(exact::number(&value.to_string()));
        }
    }
    beside.extend(exact::number("1.50"));
    beside.retain(|b| !b.is_zero());
    beside.sort();
    beside.dedup();
    let mut count = [0; 3];
    for (n, record) in case.records.iter().enumerate() {
        for (field, value) in record {
            let text = match value {
                Json::Number(n) => n.to_string(),
                Json::String(s) => s.clone(),
                _ => continue,
            };
            let Some(now) = exact::number(&text).filter(|_| !["certificate", "id", "holder"].contains(&field.as_str())) else {
                continue;
            };
            let column = heads.iter().position(|h| *h == field.replace('_', " ")).unwrap_or_else(|| panic!("no column {field}"));
            let row = u32::try_from(n).unwrap_or(0) + 1;
            let beside: &[BigRational] = if now < BigRational::from_integer(10.into()) { &beside } else { &[] };
            for other in others(&now, &beside[..beside.len().min(2)]) {
                let mut book = book.clone();
                book.put("Events", row, u32::try_from(column).unwrap_or(0), &other);
                let mut changed = case.records.clone();
                changed[n].insert(field.clone(), Json::String(other.clone()));
                let what = format!("{}: record {} {field} {text} → {other}", case.name, n + 1);
                match hold(case, &was, &book, &changed) {
                    Ok(came) => count[came as usize] += 1,
                    Err(why) => lies.push(format!("{what}: {why}")),
                }
            }
        }
    }
    count
}

fn cases() -> Vec<Case> {
    let read = |path: &str| std::fs::read_to_string(tenor::root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    let glowpoint = "terms/glowpoint-2005.terms";
    let first = read("examples/first.jsonl");
    let mut out = vec![
        Case::new("first", glowpoint, &first),
        Case::new("first, dear issue", glowpoint, &first.replace("\"price\":0.50", "\"price\":2.50")),
        Case::new("first, more outstanding", glowpoint, &first.replace("40000000", "80000000")),
    ];
    for scenario in [
        "waiting-exercise-makes-it",
        "waiting-sums-to-one-percent",
        "rounding-shares-half-split",
        "issue-pieces",
        "grant-conversion",
        "cap-exact-threshold",
        "delivery-buy-in",
        "register-transfer-in-part",
    ] {
        out.push(Case::new(scenario, glowpoint, &read(&format!("tests/scenario/{scenario}/events.jsonl"))));
    }
    for terms in [
        "floor-fixed",
        "full-ratchet-share-increase",
        "weighted-average-broad",
        "weighted-average-with-pool",
        "weighted-average-two-percent",
        "ratchet-then-weighted-average",
        "exchange-cap",
        "fractions-up",
        "ownership-cut-down",
    ] {
        out.push(Case::new(terms, &format!("terms/{terms}.terms"), COMMON));
    }
    out
}

/// Work on a stack as deep as a chain of cells.
fn deep(work: fn()) {
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(work).unwrap_or_else(|e| panic!("{e}"));
    if let Err(e) = thread.join() {
        std::panic::resume_unwind(e);
    }
}

#[test]
fn every_change_is_computed_anew_or_flagged() {
    deep(|| {
        let only = std::env::var("CASE").unwrap_or_default();
        let (mut count, mut lies) = ([0; 3], Vec::new());
        for case in cases().iter().filter(|c| c.name.contains(&only)) {
            let came = change_all(case, &mut lies);
            count.iter_mut().zip(came).for_each(|(c, n)| *c += n);
        }
        let [anew, flagged, needless] = count;
        let shown: Vec<&str> = lies.iter().take(40).map(String::as_str).collect();
        assert!(lies.is_empty(), "{} silent differences:\n{}", lies.len(), shown.join("\n"));
        if only.is_empty() {
            assert!(anew + flagged + needless >= 1_000, "only {} changes", anew + flagged + needless);
            // a workbook that flags everything does not lie, and is of no use
            assert!(anew > flagged + needless, "of {count:?} only {anew} are computed anew");
            assert!(anew > 3 * needless, "{needless} of {count:?} are flagged, and need not be");
        }
    });
}

#[test]
fn what_no_formula_follows_is_flagged() {
    deep(|| {
        let case = Case::new("first", "terms/glowpoint-2005.terms", &first());
        let (_, book) = case.book();
        let column =
            |name: &str| (0..60).find(|c| book.text("Events", 0, *c) == name).unwrap_or_else(|| panic!("no column {name}"));
        let verdict = |book: &Book| match book.computed().value("Summary", 1, 0) {
            Value::Text(t) => t,
            other => panic!("{other:?}"),
        };
        assert!(verdict(&book).starts_with("as the run"));
        // the day of the issue, the method of an exercise, the key of a certificate; a price left out, and one added
        for (row, name, text) in [
            (6, "date", "38000"),
            (5, "method", "cash"),
            (3, "certificate", "W-2"),
            (6, "price", ""),
            (6, "consideration", "0"),
            (6, "price", "a half"),
        ] {
            let mut book = book.clone();
            match exact::number(text) {
                Some(_) => book.put("Events", row, column(name), text),
                None => book.write("Events", row, column(name), text),
            }
            assert!(verdict(&book).starts_with("NOT"), "record {row}: {name} = {text:?}: {}", verdict(&book));
        }
        // a number of the terms stands in many places, and is changed in the terms
        let row = (1..400)
            .find(|r| book.text("Derivations", *r, 8) == "written in the terms" && book.text("Derivations", *r, 6) == "2.40");
        let mut book = book.clone();
        book.put("Derivations", row.unwrap_or_else(|| panic!("no price")), 4, "3");
        assert!(verdict(&book).starts_with("NOT"));
    });
}

#[test]
fn a_rule_that_wakes_is_flagged() {
    deep(|| {
        // by hand: at $2.50 the issue is not below the price of $2.40, and the price stays but for the distribution; at $0.50 it is
        let case = Case::new("first", "terms/glowpoint-2005.terms", &first().replace("\"price\":0.50", "\"price\":2.50"));
        let (_, mut book) = case.book();
        let column = (0..60).find(|c| book.text("Events", 0, *c) == "price").unwrap_or_else(|| panic!("no price"));
        book.put("Events", 6, column, "0.5");
        let mut computed = book.computed();
        assert_eq!(computed.value("Summary", 2, 1), Value::Number(BigRational::from_integer(1.into())), "inputs changed");
        assert!(matches!(computed.value("Summary", 4, 1), Value::Number(n) if n.is_positive()), "no condition changed");
        assert!(matches!(computed.value("Summary", 1, 0), Value::Text(t) if t.starts_with("NOT")));
        // and twice as many shares outstanding leave room under the limit of 4.999% for the exercise that was refused
        let case = Case::new("first", "terms/glowpoint-2005.terms", &first());
        let (_, mut book) = case.book();
        let column = (0..60).find(|c| book.text("Events", 0, *c) == "outstanding").unwrap_or_else(|| panic!("no outstanding"));
        book.put("Events", 1, column, "80000000");
        assert!(matches!(book.computed().value("Summary", 1, 0), Value::Text(t) if t.starts_with("NOT")));
    });
}

fn first() -> String {
    std::fs::read_to_string(tenor::root().join("examples/first.jsonl")).unwrap_or_else(|e| panic!("{e}"))
}
