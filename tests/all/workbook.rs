//! Workbooks: their formulas, computed anew with exact fractions, give the decimals of the run; and a changed input gives what
//! the program gives for a changed stream.

use crate::paper::part;
use crate::sheet::{Book, Computed, Value};
use crate::{exact, tenor};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Signed;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

const TERMS: &str = "terms/glowpoint-2005.terms";

/// A workbook, as the command writes it.
fn written(args: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let file = folder.path().join("out.xlsx");
    let output = tenor::command().args(args).args(["--format", "xlsx", "--output"]).arg(&file).output();
    let output = output.unwrap_or_else(|e| panic!("tenor does not start: {e}"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    std::fs::read(&file).unwrap_or_else(|e| panic!("{args:?}: {e}\n{said}"))
}

/// Whether a computed cell is an exact decimal, but for what a cell cannot keep of an input: a cell has fifteen digits.
fn agrees(computed: &Value, text: &str) -> bool {
    match (computed, exact::number(text)) {
        (Value::Number(n), Some(decimal)) => {
            let bound = decimal.abs() * BigRational::new(1.into(), BigInt::from(10).pow(14));
            (n - &decimal).abs() <= bound
        }
        (Value::Truth(b), None) => text == if *b { "yes" } else { "no" },
        (Value::Text(t), None) => t == text,
        // a day: what stands beside it is a date
        (Value::Number(_), None) => text.contains('-'),
        _ => false,
    }
}

/// Holds every formula with an exact decimal beside it against that; how many there were.
fn hold(book: &Book, what: &str) -> usize {
    let mut computed = book.computed();
    let mut count = 0;
    for (sheet, rows) in &book.sheets {
        // the columns of formulas, each with that of its exact decimal
        let pairs: &[(u32, u32)] = match sheet.as_str() {
            "Derivations" => &[(4, 6)],
            "Ledger" => &[(6, 9), (7, 10)],
            "Summary" => &[(3, 5)],
            _ => continue,
        };
        for row in 1..*rows {
            for (value, beside) in pairs {
                if book.formula(sheet, row, *value).is_none() {
                    continue;
                }
                let (value, text) = (computed.value(sheet, row, *value), book.text(sheet, row, *beside));
                assert!(agrees(&value, &text), "{what}, {sheet} row {}: {value:?} is not {text}", row + 1);
                count += 1;
            }
        }
    }
    count
}

/// Scenarios of every sort of event and policy: each sixteenth, and each sixth of those that compute most.
fn some_scenarios() -> Vec<PathBuf> {
    let named = ["split", "lapse", "cashless", "pending", "rounded", "floor"];
    let all = tenor::folders("scenario");
    let chosen = |(n, folder): &(usize, PathBuf)| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        n % 16 == 0 || (n % 6 == 0 && named.iter().any(|w| name.contains(w)))
    };
    all.into_iter().enumerate().filter(chosen).map(|(_, f)| f).collect()
}

#[test]
fn formulas_give_the_decimals_of_the_run() {
    let mut count = 0;
    for folder in some_scenarios() {
        let text = std::fs::read_to_string(folder.join("scenario.toml")).unwrap_or_default();
        let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let run = table.get("run").and_then(|r| r.get(0)).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        let find = |key: &str| run.get(key).or_else(|| table.get(key)).and_then(toml::Value::as_str);
        let events = folder.join(find("events").unwrap_or("events.jsonl"));
        let (terms, events) = (find("terms").unwrap_or(TERMS), events.display().to_string());
        let mut args = vec!["run".to_owned(), terms.to_owned(), events];
        for (name, word) in run.get("readings").and_then(toml::Value::as_table).into_iter().flatten() {
            args.extend(["--reading".to_owned(), format!("{name}={}", word.as_str().unwrap_or_default())]);
        }
        if run.contains_key("args") {
            continue;
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        count += hold(&Book::read(&written(&args)), &folder.display().to_string());
    }
    assert!(count > 1_000, "only {count} formulas");
}

#[test]
fn the_history_is_derived_to_the_last_change() {
    let book = Book::read(&written(&["run", TERMS, "examples/glowpoint-history.jsonl"]));
    hold(&book, "the history");
    let (_, rows) = book.sheets.iter().find(|(name, _)| name == "Ledger").cloned().unwrap_or_else(|| panic!("no ledger"));
    for row in 1..rows {
        assert!(book.formula("Ledger", row, 7).is_some(), "row {} of the ledger has no formula", row + 1);
        assert_eq!(book.text("Ledger", row, 14), "", "row {} of the ledger", row + 1);
    }
}

/// The row of a record's field among the events.
fn field(book: &Book, record: u32, name: &str) -> (u32, u32) {
    let column = (0..200).find(|c| book.text("Events", 0, *c) == name).unwrap_or_else(|| panic!("no column {name}"));
    (record, column)
}

/// The value after the last change that a record made to a state.
fn after(book: &Book, computed: &mut Computed<'_>, record: i64, state: &str) -> Value {
    let (_, rows) = book.sheets.iter().find(|(name, _)| name == "Ledger").cloned().unwrap_or_else(|| panic!("no ledger"));
    let wanted = Value::Number(BigRational::from_integer(record.into()));
    let row = (1..rows).rfind(|r| book.stands("Ledger", *r, 0) == wanted && book.text("Ledger", *r, 5) == state);
    computed.value("Ledger", row.unwrap_or_else(|| panic!("record {record} does not change the {state}")), 7)
}

#[test]
fn a_changed_input_flows_through_the_workbook() {
    // the same stream with the exercise price of the first notes at $0.60 instead of $0.50, and another number outstanding
    let text = std::fs::read_to_string(tenor::root().join("examples/glowpoint-history.jsonl")).unwrap_or_default();
    let changed =
        text.replacen(r#""shares":"14463091","exercise_price":"0.50""#, r#""shares":"14463091","exercise_price":"0.60""#, 1);
    let changed = changed.replacen("46046340", "47046340", 1);
    assert_ne!(text, changed);
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let file = folder.path().join("changed.jsonl");
    std::fs::write(&file, changed).unwrap_or_else(|e| panic!("{e}"));
    let output = tenor::tenor(&["run".as_ref(), TERMS.as_ref(), file.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    let run: Json = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}"));

    let mut book = Book::read(&written(&["run", TERMS, "examples/glowpoint-history.jsonl"]));
    let (row, column) = field(&book, 7, "exercise price");
    book.put("Events", row, column, "0.60");
    let (row, column) = field(&book, 6, "outstanding");
    book.put("Events", row, column, "47046340");
    let mut computed = book.computed();
    for record in [7, 10, 11, 12, 13, 14, 15] {
        let change = run["adjustments"].as_array().and_then(|a| a.iter().find(|c| c["event"] == record));
        let expected = change.and_then(|c| c["after"].as_str()).unwrap_or_else(|| panic!("record {record} changes nothing"));
        let found = after(&book, &mut computed, record, "price");
        assert!(agrees(&found, expected), "record {record}: {found:?} is not {expected}");
    }
    // each formula tells that it is no longer that of the run
    let differs = (1..200).filter(|r| matches!(computed.value("Derivations", *r, 7), Value::Number(n) if !n.is_integer()));
    assert!(differs.count() > 0, "nothing differs from the run");
}

#[test]
fn a_condition_tells_that_another_branch_would_apply() {
    // $9.00 is more than the $2.40 of the warrant: the notes would have been no issue below its price
    let mut book = Book::read(&written(&["run", TERMS, "examples/glowpoint-history.jsonl"]));
    let (row, column) = field(&book, 7, "exercise price");
    book.put("Events", row, column, "9.00");
    let mut computed = book.computed();
    let marked = (1..300).filter(|r| computed.value("Derivations", *r, 7) == Value::Text("another branch".to_owned())).count();
    assert!(marked > 0, "no condition tells of it");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let args = ["run", TERMS, "examples/first.jsonl"];
    assert!(written(&args) == written(&args), "two workbooks of one run differ");
}

#[test]
fn one_record_alone() {
    let book = Book::read(&written(&["explain", TERMS, "examples/first.jsonl", "--event", "6"]));
    hold(&book, "record 6");
    // by hand: 60,000,000 shares at $0.50 are $30,000,000, which buy 12,500,000 at $2.40; 40,000,000 are outstanding and 200 were
    // issued on exercise: $2.40 × 52,500,200 / 100,000,200 = $1.26…, and the floor is $1.50
    let mut computed = book.computed();
    assert!(agrees(&after(&book, &mut computed, 6, "price"), "1.50"));
    // at $1.50 they are $90,000,000 and buy 37,500,000: $2.40 × 77,500,200 / 100,000,200, above the floor
    let mut book = book;
    let (row, column) = field(&book, 6, "price");
    book.put("Events", row, column, "1.50");
    let mut computed = book.computed();
    let expected = exact::number("186000480/100000200");
    assert_eq!(Some(after(&book, &mut computed, 6, "price")), expected.map(Value::Number));
    // the record alone: what others changed is not in the ledger
    assert!((1..50).all(|r| matches!(book.stands("Ledger", r, 0), Value::Empty)
        || book.stands("Ledger", r, 0) == Value::Number(BigRational::from_integer(6.into()))));
}

#[test]
fn a_workbook_is_written_to_a_file() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let nowhere = folder.path().join("nowhere").join("out.xlsx");
    let output = tenor::command()
        .args(["run", TERMS, "examples/first.jsonl", "--format", "xlsx", "--output"])
        .arg(&nowhere)
        .output()
        .unwrap_or_else(|e| panic!("{e}"));
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written"));
    assert!(!Path::new(&nowhere).exists());
}

/// Terms files, read as they are.
struct Files;

impl ::tenor::check::Reader for Files {
    fn read(&self, path: &Path) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|e| e.to_string())
    }
}

#[test]
fn several_runs_stand_side_by_side() {
    use ::tenor::engine::{Engine, Options, compile_to_derive};
    use ::tenor::event::{Batch, Format, Schema, Stream};
    use ::tenor::report::workbook::{Source, side_by_side};
    let checked = ::tenor::check::check(&tenor::root().join(TERMS), &Files);
    let terms = checked.terms.unwrap_or_else(|| panic!("{TERMS} does not check"));
    let defaults: Vec<u32> = terms.readings.iter().map(|r| r.default).collect();
    let skipping: Vec<u32> = terms
        .readings
        .iter()
        .map(|r| match r.name.as_str() {
            "floor_effect" => r.alternatives.iter().position(|(w, _)| w == "skip").map_or(r.default, |n| n as u32),
            _ => r.default,
        })
        .collect();
    assert_ne!(defaults, skipping);
    let programs = [defaults, skipping].map(|r| compile_to_derive(&terms, &r).unwrap_or_else(|e| panic!("{e}")));
    let mut records = Vec::new();
    let runs = [0, 1].map(|n| {
        let options = Options { journal: true, ..Options::default() };
        let mut engine = Engine::new(&programs[n], &terms, ::tenor::intern::Interner::default(), options);
        engine.explain(0);
        let file = std::fs::File::open(tenor::root().join("examples/glowpoint-history.jsonl")).unwrap_or_else(|e| panic!("{e}"));
        let mut stream = Stream::new(std::io::BufReader::new(file), Format::Jsonl, None).unwrap_or_else(|e| panic!("{e:?}"));
        let (mut schema, mut batch) = (Schema::new(&terms), Batch::default());
        records.clear();
        while let Some((head, _)) = stream.next(&mut schema, engine.texts(), &mut batch).unwrap_or_else(|e| panic!("{e:?}")) {
            records.push((head, batch.clone()));
            engine.record(&batch, &head);
        }
        engine.finish()
    });
    let source = |n: usize| Source {
        terms: &terms,
        program: &programs[n],
        run: &runs[n],
        records: &records,
        record: None,
        entry: None,
        receipt: &[],
    };
    let bytes = side_by_side(&[("floor", source(0)), ("no floor", source(1))]).unwrap_or_else(|e| panic!("{e}"));
    let book = Book::read(&bytes);
    let (_, rows) = book.sheets.iter().find(|(name, _)| name == "Comparison").cloned().unwrap_or_else(|| panic!("no comparison"));
    let mut computed = book.computed();
    let row = (1..rows).find(|r| book.text("Comparison", *r, 2) == "price").unwrap_or_else(|| panic!("no price"));
    // both sides are links into their own ledgers, and the difference is a formula: the floor of $1.50 against what is written beside
    let other = book.text("Comparison", row, 7);
    assert!(agrees(&computed.value("Comparison", row, 4), "1.50"));
    assert!(agrees(&computed.value("Comparison", row, 6), &other) && other.starts_with("1.58801"));
    let (a, b) = (exact::number("1.50"), exact::number(&other));
    let apart = a.zip(b).map(|(a, b)| b - a).unwrap_or_else(|| panic!("{other} is no number"));
    let fine = BigRational::new(1.into(), BigInt::from(10).pow(14));
    assert!(matches!(computed.value("Comparison", row, 8), Value::Number(n) if (&n - &apart).abs() < fine));
    assert!(book.formula("Comparison", row, 8).is_some_and(|f| f.contains('-')));
}

/// The cell that a name of a workbook is of: its sheet, its row and its column.
fn named(bytes: &[u8], name: &str) -> (String, u32, u32) {
    let book = part(bytes, "xl/workbook.xml");
    let place = book.split(&format!("<definedName name=\"{name}\">")).nth(1).and_then(|p| p.split('<').next());
    let place = place.unwrap_or_else(|| panic!("no name `{name}` in {book}"));
    let (sheet, cell) = place.split_once('!').unwrap_or_else(|| panic!("{place}"));
    let (column, row) = cell.trim_start_matches('$').split_once('$').unwrap_or_else(|| panic!("{place}"));
    let column = column.bytes().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1) - 1;
    (sheet.trim_matches('\'').to_owned(), row.parse::<u32>().unwrap_or_else(|e| panic!("{row}: {e}")) - 1, column)
}

// The notes of 2006: 2.40 × (46,046,340 + 14,463,091 × 0.50 / 2.40) / (46,046,340 + 14,463,091) = 117,742,761.5 / 60,509,431.
#[test]
fn cells_have_names_and_figures_have_charts() {
    let bytes = written(&["run", TERMS, "examples/glowpoint-history.jsonl"]);
    let book = Book::read(&bytes);
    let mut computed = book.computed();
    let price = BigRational::new(1_177_427_615.into(), 605_094_310.into());
    let fine = BigRational::new(1.into(), BigInt::from(10).pow(14));
    let mut is = |(sheet, row, column): (String, u32, u32), expected: &BigRational| {
        let value = computed.value(&sheet, row, column);
        assert!(matches!(&value, Value::Number(n) if (n - expected).abs() < fine), "{sheet} {row} {column}: {value:?}");
    };
    is(named(&bytes, "price_before_7"), &BigRational::new(12.into(), 5.into()));
    is(named(&bytes, "price_after_7"), &price);
    assert_eq!(named(&bytes, "price_at_end").0, "Summary");
    // the chart is drawn from the points beside it: straight down on the day, from the value before to the value after
    let (_, rows) = book.sheets.iter().find(|(name, _)| name == "Charts").unwrap_or_else(|| panic!("no charts"));
    let head = (0..60).find(|c| book.text("Charts", 0, *c).starts_with("price of ")).unwrap_or_else(|| panic!("no price"));
    let down = (1..*rows).filter(|r| computed_is(&book, "Charts", *r, head, &BigRational::new(12.into(), 5.into()))).max();
    let down = down.unwrap_or_else(|| panic!("no 2.40"));
    is(("Charts".to_owned(), down + 1, head), &price);
    let day = |r| book.computed().value("Charts", r, head - 1);
    assert_eq!(day(down), day(down + 1));
    let chart = part(&bytes, "xl/charts/chart1.xml");
    assert!(chart.contains("<c:scatterChart>") && chart.contains("Charts!$"), "{chart}");
    // a field of words takes these words only
    let events = 1 + book.sheets.iter().position(|(name, _)| name == "Events").unwrap_or_else(|| panic!("no events"));
    let sheet = part(&bytes, &format!("xl/worksheets/sheet{events}.xml"));
    let lists: Vec<&str> = sheet.split("<dataValidation type=\"list\"").skip(1).collect();
    assert!(lists.iter().any(|l| l.split("</dataValidation>").next().unwrap_or_default().contains("convertible")), "{lists:?}");
}

fn computed_is(book: &Book, sheet: &str, row: u32, column: u32, expected: &BigRational) -> bool {
    book.computed().value(sheet, row, column) == Value::Number(expected.clone())
}

#[test]
fn a_sweep_is_dated_and_has_units_and_charts() {
    let vary = "issuance[1].price=0.50..1.00 step 0.25";
    let bytes = written(&["sweep", TERMS, "examples/first.jsonl", "--vary", vary]);
    let book = Book::read(&bytes);
    let names: Vec<&str> = book.sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert!(["Points", "Charts", "Turns", "Receipt"].iter().all(|n| names.contains(n)), "{names:?}");
    // the day of the last record
    let core = part(&bytes, "docProps/core.xml");
    assert!(core.contains("2006-06-02T00:00:00Z"), "{core}");
    // points alone, for between two of them nobody has looked
    let chart = part(&bytes, "xl/charts/chart1.xml");
    assert!(chart.contains("Points!$") && chart.contains("<c:symbol val=\"circle\"/>"), "{chart}");
    // money is shown with its sign: the form that the price of the first point has
    let price = (0..40).find(|c| book.text("Points", 0, *c) == "price of W-1").unwrap_or_else(|| panic!("no price"));
    let cell = format!("{}2", char::from(b'A' + u8::try_from(price).unwrap_or(0)));
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    let style = sheet.split(&format!("<c r=\"{cell}\" s=\"")).nth(1).and_then(|s| s.split('"').next()).unwrap_or_default();
    let styles = part(&bytes, "xl/styles.xml");
    let forms = styles.split("<cellXfs").nth(1).unwrap_or_default();
    let form = forms.split("<xf ").nth(style.parse::<usize>().unwrap_or(0) + 1).unwrap_or_default();
    let number = form.split("numFmtId=\"").nth(1).and_then(|n| n.split('"').next()).unwrap_or_default();
    let shown = styles.split(&format!("<numFmt numFmtId=\"{number}\" formatCode=\"")).nth(1).unwrap_or_default();
    assert!(shown.starts_with('$'), "{cell}: {form} {shown}");
}
