//! `tenor compare`, run as a user runs it.

use crate::exact;
use crate::tenor::tenor as run;
use serde_json::Value as Json;

const TERMS: &str = "terms/glowpoint-2005.terms";
const RATCHET: &str = "terms/glowpoint-full-ratchet.terms";
const NARROW: &str = "terms/glowpoint-narrow-based.terms";
const HISTORY: &str = "examples/glowpoint-history.jsonl";

fn json(args: &[&str]) -> Json {
    crate::tenor::json(&[&["compare"], args, &["--format", "json"]].concat(), 0)
}

/// How a variant fared in the stream of a number.
fn standing<'j>(of: &'j Json, stream: usize, variant: &str) -> &'j Json {
    let mut all = of["streams"][stream]["standings"].as_array().into_iter().flatten();
    all.find(|s| s["variant"] == variant).unwrap_or_else(|| panic!("no `{variant}` in {of}"))
}

/// Where a variant parts company with the first: the record and the clause.
fn parts(of: &Json, variant: &str) -> (Option<u64>, Option<String>) {
    let p = &standing(of, 0, variant)["parts"];
    (p["event"].as_u64(), p["clause"].as_str().map(str::to_owned))
}

/// Whether a figure of an entry is a number.
fn shows(of: &Json, column: &str, expected: &str) {
    let found = of["figures"].as_array().into_iter().flatten().find(|f| f["column"] == column && f["entry"] != "");
    let computed = found.and_then(|f| f["value"].as_str()).and_then(exact::number);
    let right = computed.zip(exact::number(expected)).is_some_and(|(c, e)| exact::is(&c, &e));
    assert!(right, "{column} is not {expected} in {of}");
}

#[test]
fn variants_and_readings_over_the_history() {
    let out = json(&[TERMS, RATCHET, NARROW, "--readings", "--events", HISTORY]);
    // Record 7 is the first issue below 2.40: 14,463,091 shares at 0.50 on 46,046,340 outstanding. The average is
    // (2.40 × 46,046,340 + 0.50 × 14,463,091) / 60,509,431 = 1.94…, the ratchet the greater of 0.50 and the floor of 1.50.
    // A grant is deemed under 4(e), which is what price_diluted, without a clause of its own, is cited under.
    assert_eq!(parts(&out, "glowpoint-full-ratchet"), (Some(7), Some("4(e)".into())));
    assert!(
        standing(&out, 0, "glowpoint-full-ratchet")["parts"]["what"]
            .as_str()
            .is_some_and(|w| w.contains(": $1.50, instead of $1.94"))
    );
    // On the 100,000 shares of the warrant itself the average is (2.40 × 100,000 + 0.50 × 14,463,091) / 14,563,091 = 0.51…,
    // below the floor too.
    let narrow = standing(&out, 0, "glowpoint-narrow-based");
    assert_eq!(parts(&out, "glowpoint-narrow-based"), (Some(7), Some("4(e)".into())));
    assert!(narrow["parts"]["what"].as_str().is_some_and(|w| w.contains(": $1.50, instead of $1.94")), "{narrow}");
    // The price is first rounded, and the number first moved, where the price first falls; the floor is first reached at
    // record 15, where 17,372,399 shares are issued for nothing; what was deemed counts first at record 10.
    assert_eq!(parts(&out, "glowpoint-2005 price_rounding=cent"), (Some(7), Some("4(e)".into())));
    assert_eq!(parts(&out, "glowpoint-2005 number_on_dilution=inverse"), (Some(7), Some("4(e)".into())));
    assert_eq!(parts(&out, "glowpoint-2005 floor_effect=skip"), (Some(15), Some("4(d)(i)".into())));
    assert_eq!(parts(&out, "glowpoint-2005 deemed_shares=ignore"), (Some(10), Some("4(e)".into())));
    // Nobody exercised and nothing was split.
    for nothing in ["cap_effect=truncate", "split_price=rounded_number", "share_rounding=down"] {
        assert_eq!(parts(&out, &format!("glowpoint-2005 {nothing}")), (None, None), "{nothing}");
    }
    // A term that ends otherwise does so from the beginning, though no record has come to it.
    assert_eq!(parts(&out, "glowpoint-2005 expiry_roll=next_trading_day"), (None, Some("1".into())));
    // All ends at the floor of 1.50, but where an adjustment below it is not made at all.
    for at_the_floor in ["glowpoint-2005", "glowpoint-full-ratchet", "glowpoint-narrow-based"] {
        shows(standing(&out, 0, at_the_floor), "price", "1.50");
    }
    // No issue would leave the ratchet above 1.50 (0.50, 0.65, 0.50, 0.65, 0.40, 0.40, nothing), so none is made.
    shows(standing(&out, 0, "glowpoint-full-ratchet floor_effect=skip"), "price", "2.40");
    // In inverse proportion: 100,000 × 2.40/1.50, each step rounded to a hundredth.
    shows(standing(&out, 0, "glowpoint-2005 number_on_dilution=inverse"), "number", "160000");
    // The most first: 2.40 before all, and the three at the floor together.
    assert_eq!(standing(&out, 0, "glowpoint-full-ratchet floor_effect=skip")["rank"], 1);
    for at_the_floor in ["glowpoint-full-ratchet", "glowpoint-narrow-based"] {
        assert_eq!(standing(&out, 0, at_the_floor)["rank"], standing(&out, 0, "glowpoint-2005")["rank"], "{at_the_floor}");
    }
}

#[test]
fn readings_that_change_nothing_are_named_once() {
    let out = run(&["compare", TERMS, "--readings", "--events", HISTORY]);
    let table = String::from_utf8_lossy(&out.stdout).into_owned();
    let notes: Vec<&str> = table.lines().filter(|l| l.starts_with("The same as glowpoint-2005: ")).collect();
    assert_eq!(notes.len(), 1, "{table}");
    assert!(notes.concat().contains("cap_effect=truncate, "), "{table}");
    assert!(!table.lines().any(|l| l.contains("│") && l.contains("cap_effect=truncate")), "{table}");
}

#[test]
fn several_streams_and_a_market_price() {
    let show = "value: greatest(number × ($5/share - price), $0)";
    let skip = "terms/glowpoint-2005.terms@floor_effect=skip";
    let streams = [HISTORY, "examples/first.jsonl"];
    let out = json(&[TERMS, skip, "--events", streams[0], streams[1], "--show", show, "--rank-by", "value"]);
    // In the history the floor is reached: 100,000 × (5 - 1.50).
    shows(standing(&out, 0, "glowpoint-2005"), "value", "350000");
    // The first example. Record 6: 60,000,000 at 0.50 on 40,000,334: below the floor, which is 1.50, or nothing where skipped.
    // Record 8: a distribution of 0.04 at 2.00: the price times 98/100. The number: 99,000 × 100/98 = 101,020.41.
    shows(standing(&out, 1, "glowpoint-2005"), "price", "1.47");
    shows(standing(&out, 1, "glowpoint-2005"), "value", "356602.0473");
    shows(standing(&out, 1, "glowpoint-2005 floor_effect=skip"), "price", "2.352");
    // 101,020.41 × (5 - 1.47) is more than 101,020.41 × (5 - 2.352)
    assert_eq!(standing(&out, 1, "glowpoint-2005")["rank"], 1);
    assert_eq!(standing(&out, 1, "glowpoint-2005 floor_effect=skip")["rank"], 2);
    assert_eq!(standing(&out, 1, "glowpoint-2005 floor_effect=skip")["parts"]["event"], 6);
    let table = run(&["compare", TERMS, skip, "--events", streams[0], streams[1]]);
    assert!(String::from_utf8_lossy(&table.stdout).contains("price in all streams"));
}

#[test]
fn the_order_does_not_depend_on_threads() {
    let args = ["compare", TERMS, NARROW, "--readings", "--events", HISTORY, "--format", "csv"];
    let with = |n: &str| {
        let out = crate::tenor::command().args(args).env("RAYON_NUM_THREADS", n).output();
        out.unwrap_or_else(|e| panic!("tenor does not start: {e}")).stdout
    };
    let one = with("1");
    assert!(!one.is_empty());
    assert_eq!(one, with("5"));
}

#[test]
fn what_cannot_be_compared() {
    let code = |args: &[&str]| {
        let out = run(args);
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let (exit, said) = code(&["compare", TERMS, "--events", HISTORY, "--rank-by", "prise"]);
    assert!(exit == Some(2) && said.contains("did you mean `price`?"), "{said}");
    let (exit, said) = code(&["compare", TERMS, "--events", HISTORY, "--show", "value of certifcate: number"]);
    assert!(exit == Some(2) && said.contains("did you mean `certificate`?"), "{said}");
    let (exit, said) = code(&["compare", TERMS, "--events", HISTORY, "--show", "value: number × prise"]);
    assert!(exit == Some(65) && said.contains("--show") && said.contains("price"), "{said}");
    let (exit, said) = code(&["compare", TERMS, "terms/glowpoint-2005.terms@flor=nominal", "--events", HISTORY]);
    assert!(exit == Some(2) && said.contains("did you mean `floor`?"), "{said}");
    assert_eq!(code(&["compare", TERMS, "none.terms", "--events", HISTORY]).0, Some(66));
    // nothing but data goes to standard output, and no bar where there is no terminal
    assert_eq!(code(&["compare", TERMS, "--events", HISTORY]).1, "");
}

#[test]
fn a_comparison_as_a_workbook() {
    use calamine::{Reader, Xlsx, open_workbook};
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
    let file = folder.path().join("sides.xlsx").display().to_string();
    let out = crate::tenor::tenor(&[
        "compare",
        "terms/glowpoint-2005.terms",
        "terms/glowpoint-2005.terms@floor_effect=skip",
        "--events",
        "examples/first.jsonl",
        "--as-of",
        "2006-01-31",
        "--format",
        "xlsx",
        "--output",
        &file,
    ]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let mut book: Xlsx<_> = open_workbook(&file).unwrap_or_else(|e| panic!("{file}: {e}"));
    for sheet in ["Comparison", "Ledger A", "Ledger B", "Derivations A", "Derivations B"] {
        assert!(book.sheet_names().iter().any(|n| n == sheet), "no sheet {sheet}");
    }
    // what it was made from stands in it
    let summary = book.worksheet_range("Summary A").unwrap_or_else(|e| panic!("{e}"));
    assert!(
        summary.cells().any(|(_, _, c)| *c == calamine::Data::String("2006-01-31".into())),
        "the day asked for is not in the receipt"
    );
    // every difference is a formula: that of the price is one cell less another
    let formulas = book.worksheet_formula("Comparison").unwrap_or_else(|e| panic!("{e}"));
    assert!(formulas.cells().any(|(_, _, f)| f.contains('-')), "no difference is computed");
}

#[test]
fn ranks_count_what_is_shown() {
    let args = ["compare", TERMS, "terms/glowpoint-full-ratchet.terms", "--readings", "--events", "examples/first.jsonl"];
    let out = json(&args[1..]);
    let mut table: Vec<u64> = Vec::new();
    let text = run(&args);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    let figures = text.split("certificates\n").nth(1).unwrap_or_default();
    for line in figures.lines().skip(2).take_while(|l| !l.is_empty()) {
        table.extend(line.split_whitespace().next().and_then(|w| w.parse::<u64>().ok()));
    }
    assert!(table.len() > 2, "{text}");
    // one rank is never further from the one before than there are rows between them
    let last = table.last().copied().unwrap_or(0);
    assert!(usize::try_from(last).is_ok_and(|n| n <= table.len()), "{table:?}");
    assert!(out["streams"][0]["standings"].as_array().map_or(0, Vec::len) > table.len(), "nothing is left out");
}
