//! `tenor solve`, run as a user runs it: the answers are those of algebra.

use crate::exact;
use crate::tenor::{file, json as of, tenor as run};
use serde_json::Value as Json;

const TERMS: &str = "terms/glowpoint-2005.terms";

/// An issue of 1,000,000 shares on 40,000,000 outstanding, with a floor of 2.35: the price is (96 + p)/41 from p = 0.35 to 2.40.
const ISSUE: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"issue_date_value","value":"2.35"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-01-10","event":"issuance","id":"I1","shares":1000000,"price":1.00}
"#;

fn solve(events: &str, wanted: &str, by: &str, more: &[&str], exit: i32) -> Json {
    let (_folder, path) = file("events.jsonl", events);
    of(&[&["solve", TERMS, &path, "--for", wanted, "--by", by, "--format", "json"], more].concat(), exit)
}

/// The answers as fractions: one for a point, two for an interval.
fn answers(of: &Json) -> Vec<Vec<String>> {
    let fraction = |x: &Json| x["fraction"].as_str().unwrap_or("no fraction").to_owned();
    let list = of["answers"].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|a| if a["at"].is_null() { vec![fraction(&a["from"]), fraction(&a["to"])] } else { vec![fraction(&a["at"])] })
        .collect()
}

#[test]
fn one_answer() {
    // (96 + p)/41 = 2.36 where p = 0.76
    for wanted in ["price of W-1 = 2.36", "price of W-1=$2.36/share", "price of W-1 = $2.36"] {
        let out = solve(ISSUE, wanted, "issuance.price", &[], 0);
        assert_eq!(answers(&out), [["19/25"]], "{wanted}");
        assert_eq!(out["answers"][0]["reached"].as_str().and_then(exact::number), exact::number("2.36"));
    }
    // (96 + 1)/41 = 97/41 is no decimal; 2.3659 is one: p = 41 × 2.3659 - 96 = 1.0019
    assert_eq!(answers(&solve(ISSUE, "price of W-1 = 2.3659", "#4.price", &[], 0)), [["10019/10000"]]);
}

#[test]
fn an_answer_that_no_decimal_is() {
    // by the number of shares, at 1.00: (96,000,000 + s)/(40,000,000 + s) = 2.38 where 800,000 = 1.38 s, s = 40,000,000/69
    let out = solve(ISSUE, "price of W-1 = 2.38", "issuance.shares", &[], 0);
    assert_eq!(answers(&out), [["40000000/69"]]);
    assert_eq!(out["answers"][0]["reached"], Json::Null);
}

#[test]
fn a_whole_interval() {
    // held at the floor from nothing to 0.35, and there the average is 2.35 by itself
    let out = solve(ISSUE, "price of W-1 = 2.35", "issuance.price", &[], 0);
    assert_eq!(answers(&out), [["0", "7/20"]]);
    assert_eq!((&out["answers"][0]["from_included"], &out["answers"][0]["to_included"]), (&Json::Bool(true), &Json::Bool(true)));
    // not adjusted from 2.40 on
    assert_eq!(answers(&solve(ISSUE, "price of W-1 = 2.40", "issuance.price", &[], 0)), [["12/5", "10"]]);
}

#[test]
fn none_and_why() {
    let out = solve(ISSUE, "price of W-1 = 2.30", "issuance.price", &[], 1);
    assert_eq!(answers(&out), Vec::<Vec<String>>::new());
    assert_eq!(out["nearest"]["value"].as_str().and_then(exact::number), exact::number("2.35"));
    let pieces: Vec<(&str, &str)> = out["pieces"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|p| (p["first"].as_str().unwrap_or(""), p["last"].as_str().unwrap_or("")))
        .collect();
    // held, then rising from the floor to 2.40, then as it was
    let ends: Vec<_> = pieces.iter().map(|(a, b)| (exact::number(a), exact::number(b))).collect();
    let number = |n: &str| exact::number(n);
    assert_eq!(ends, [(number("2.35"), number("2.35")), (number("2.35"), number("2.40")), (number("2.40"), number("2.40"))]);
    let (_folder, path) = file("events.jsonl", ISSUE);
    let said = run(&["solve", TERMS, &path, "--for", "price of W-1 = 2.30", "--by", "issuance.price"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    for part in ["price of W-1 is $2.30 at no value of issuance.price from $0.00 to $10.00", "it comes nearest at $0.00: $2.35"] {
        assert!(said.contains(part), "no `{part}` in\n{said}");
    }
}

#[test]
fn a_jump() {
    // 50,000 of 1,000,000 are refused below a limit of 5 percent, and leave 50,000 from there on: never 75,000
    let events = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"1000000"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-01-10","event":"exercise","id":"X1","certificate":"W-1","shares":50000,"method":"cash","owned":0}
"#;
    let out = solve(events, "number of W-1 = 75,000 shares", "ownership_limit", &["--within", "1%..10%"], 1);
    let jump = &out["jumps"][0];
    assert_eq!(jump["at"]["fraction"], "1/20");
    assert_eq!(jump["low"].as_str().and_then(exact::number), exact::number("100000"));
    assert_eq!(jump["high"].as_str().and_then(exact::number), exact::number("50000"));
    // a figure of the issuer: what is issued on exercise is outstanding, 1,000,000 + s, and parts of shares are refused
    let out = solve(events, "outstanding = 1,030,000", "exercise.shares", &["--within", "10000..40000"], 0);
    assert_eq!(answers(&out), [["30000"]]);
}

#[test]
fn what_cannot_be_solved() {
    let (_folder, path) = file("events.jsonl", ISSUE);
    let wrong = |wanted: &str, by: &str, within: Option<&str>, part: &str| {
        let mut args = vec!["solve", TERMS, &path, "--for", wanted, "--by", by];
        within.iter().for_each(|w| args.extend(["--within", w]));
        let out = run(&args);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(out.status.code() == Some(2) && said.contains(part), "{wanted} by {by}: {said}");
    };
    wrong("prise of W-1 = 2", "#4.price", None, "did you mean `price of W-1`?");
    wrong("price of W-1", "#4.price", None, "wants nothing");
    wrong("price of W-1 = 2 shares", "#4.price", None, "an amount for each share is needed");
    wrong("price of W-1 = 2", "#4.prise", None, "did you mean `price`?");
    wrong("price of W-1 = 2", "floor", None, "is no number");
    wrong("price of W-1 = 2", "#4.price", Some("2..1"), "empty range");
    wrong("price of W-1 = 2", "#4.accrued", None, "has no value to begin from");
}
