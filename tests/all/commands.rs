//! `tenor coverage`, `tenor readings`, `tenor certificate` and `tenor notice`, run as a user runs them.

use crate::exact;
use crate::tenor::{file, json, tenor as run};
use serde_json::Value as Json;

const TERMS: &str = "terms/glowpoint-2005.terms";

fn text(args: &[&str]) -> String {
    let out = run(args);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// The clauses of the findings of a kind.
fn findings(of: &Json, kind: &str) -> Vec<String> {
    let list = of["findings"].as_array().cloned().unwrap_or_default();
    list.iter().filter(|f| f["kind"] == kind).map(|f| f["clause"].as_str().unwrap_or_default().to_owned()).collect()
}

// ---- coverage ---------------------------------------------------------------

#[test]
fn coverage_of_a_complete_encoding() {
    let out =
        json(&["coverage", "tests/coverage/complete.terms", "--source", "tests/coverage/agreement.txt", "--format", "json"], 0);
    let clauses: Vec<&str> = out["clauses"].as_array().into_iter().flatten().filter_map(|c| c["clause"].as_str()).collect();
    // items of a sentence, such as 2(i), stand with their clause
    assert_eq!(clauses, ["1", "2", "3", "3(a)", "3(b)", "3(c)", "4", "4 \"Holder\"", "4 \"Shares\""]);
    let status: Vec<&str> = out["clauses"].as_array().into_iter().flatten().filter_map(|c| c["status"].as_str()).collect();
    let (encoded, reasoned, parts) = ("encoded", "not_computable", "in_its_parts");
    assert_eq!(status, [encoded, reasoned, parts, encoded, reasoned, reasoned, parts, reasoned, encoded]);
    // defects of the agreement itself are told, and change nothing about the coverage
    assert_eq!(findings(&out, "undefined_term"), ["3(b)"], "Additional Shares");
    assert_eq!(findings(&out, "wrong_reference"), ["3(a)", "3(b)"], "3(d) does not exist; 3(b) calls itself 3(c)");
    let noted: Vec<bool> = out["findings"].as_array().into_iter().flatten().filter_map(|f| f["noted"].as_bool()).collect();
    assert_eq!(noted, [false, false, true], "the terms note that 3(b) calls itself 3(c)");
    assert_eq!(out["complete"], true);
}

#[test]
fn coverage_with_gaps() {
    let out = json(&["coverage", "tests/coverage/gaps.terms", "--source", "tests/coverage/agreement.txt", "--format", "json"], 1);
    // of the two items of 2 one has a reason, so the other needs one
    assert_eq!(findings(&out, "uncovered"), ["2(ii)", "3(c)"]);
    // one cites 9(a), another counts adjustments under 7
    assert_eq!(findings(&out, "no_such_clause"), ["9(a)", "7"]);
}

#[test]
fn coverage_without_the_agreement() {
    let table = text(&["coverage", TERMS]);
    for part in
        ["§4(d)(i)", "rules issued_at_one_price", "not computable: Headings have no effect.", "defect: Calls itself 4(f)."]
    {
        assert!(table.contains(part), "{part}");
    }
    // the order of the agreement
    let at = |part: &str| table.find(part).unwrap_or_else(|| panic!("no {part}"));
    assert!(at("§4 ¶1") < at("§4(a)(i)") && at("§4(g)(iv)") < at("§5 ") && at("§9 ") < at("§10 "));
}

#[test]
fn coverage_of_a_file_that_is_no_agreement() {
    let (_folder, path) = file("none.txt", "Nothing is numbered here.\n");
    assert_eq!(run(&["coverage", TERMS, "--source", &path]).status.code(), Some(65));
    assert_eq!(run(&["coverage", TERMS, "--source", "no/such/file.txt"]).status.code(), Some(66));
}

/// The numbers of the clauses of a text.
fn numbers(text: &str) -> Vec<String> {
    tenor::agreement::Agreement::read(text).clauses.into_iter().map(|c| c.number).collect()
}

#[test]
fn letters_and_roman_numbers() {
    // the ninth letter stands where the eighth does, a Roman one further in
    let list: String = ('a'..='j').map(|c| format!("  ({c}) Something. It is so.\n\n")).collect();
    let all = numbers(&format!(
        "1. One. All of it.\n\n{list}      (i) Inner. It is in ten.\n\n      (ii) More. It is so.\n\n  (k) Last. It is so.\n"
    ));
    assert_eq!(all[8..], ["1(h)", "1(i)", "1(j)", "1(j)(i)", "1(j)(ii)", "1(k)"]);
}

#[test]
fn marks_that_are_no_clauses() {
    let text = "1. Notice. Notice is given five (5) days before, as subsection (a) of Section 2 says, or (as the case may be) later,\n\
        and (i) in writing (ii) or not, as set forth in (a), (b) or (c) hereof.\n\n2. More. It is so in Section 1(i) and Section\n\
        1 and Section 4 of the Securities Act.\n\n3\n\n3. Last. (a) One. (b) Two.\n";
    assert_eq!(numbers(text), ["1", "1(i)", "2", "3", "3(a)", "3(b)"]);
    let wrong = tenor::agreement::Agreement::read(text).wrong_references();
    // 2 has no (a); Section 4 is that of an Act
    assert_eq!(wrong.iter().map(|w| (w.clause.as_str(), w.to.as_str())).collect::<Vec<_>>(), [("1", "2(a)")]);
}

// ---- readings ---------------------------------------------------------------

const FLOOR: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"issue_date_value","value":"1.50"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-01-10","event":"issuance","id":"I1","shares":1000000,"price":1.00}
{"date":"2006-02-01","event":"split","new":2,"old":1}
{"date":"2006-03-01","event":"issuance","id":"I2","shares":90000000,"price":0.10}
"#;

/// One alternative of the result.
fn alternative<'j>(out: &'j Json, reading: &str, word: &str) -> &'j Json {
    let mut all = out["readings"].as_array().into_iter().flatten();
    all.find(|r| r["reading"] == reading && r["alternative"] == word).unwrap_or_else(|| panic!("no {reading}={word} in {out}"))
}

/// Whether a difference has these values: entry, column, default, alternative, difference.
fn differs(of: &Json, entry: &str, column: &str, expected: [&str; 3]) {
    let mut all = of["differences"].as_array().into_iter().flatten();
    let found =
        all.find(|d| d["entry"] == entry && d["column"] == column).unwrap_or_else(|| panic!("no {entry} {column} in {of}"));
    for (key, expected) in ["default", "alternative", "difference"].iter().zip(expected) {
        let computed = found[key].as_str().and_then(exact::number);
        let right = computed.zip(exact::number(expected)).is_some_and(|(c, e)| exact::is(&c, &e));
        assert!(right, "{key} of {column} is {} instead of {expected}", found[key]);
    }
}

#[test]
fn what_the_floor_is_worth() {
    let (_folder, path) = file("events.jsonl", FLOOR);
    let out = json(&["readings", TERMS, &path, "--format", "json"], 0);
    // record 4: 2.40 × (40,000,000 + 1,000,000/2.40) / 41,000,000 = 97/41; record 5: 97/82 at 82,000,000 shares;
    // record 6: (97,000,000 + 9,000,000) / 172,000,000 = 106/172, below the floor of 1.50/2 = 0.75, and so 0.75.
    // Not restated, the floor is 1.50, above 97/82 already: the price stays. 97/82 - 3/4 = (194 - 123)/164 = 71/164.
    let floor = alternative(&out, "floor", "nominal");
    differs(floor, "W-1", "price", ["0.75", "97/82", "71/164"]);
    assert_eq!((floor["parts"]["event"].as_i64(), floor["parts"]["clause"].as_str()), (Some(6), Some("4(d)(i)")));
    // In inverse proportion: 100,000 × 2.40 × 41/97 = 101,443.30; split: 202,886.60; × (97/82)/0.75 = 320,000.00.
    let inverse = alternative(&out, "number_on_dilution", "inverse");
    differs(inverse, "W-1", "number", ["200000", "320000", "120000"]);
    assert_eq!(inverse["parts"]["event"], 4);
    // Nothing was distributed, exercised or transferred.
    let unchanged: Vec<&str> = out["unchanged"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    for name in ["record_price", "cap_base", "buy_in", "rescission"] {
        assert!(unchanged.contains(&name), "{name}");
    }
    // The order stays, whichever thread is first.
    assert_eq!(out, json(&["readings", TERMS, &path, "--format", "json"], 0));
    let table = text(&["readings", TERMS, &path]);
    assert_eq!(table.lines().filter(|l| l.starts_with("readings that change nothing here: ")).count(), 1);
}

#[test]
fn readings_part_where_the_past_is_rewritten() {
    let events = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"issue_date_value","value":"1.50"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-01-10","event":"grant","id":"G1","instrument":"option","shares":10000000,"paid":0,"exercise_price":1.00}
{"date":"2006-02-10","event":"issuance","id":"I1","shares":1000000,"price":2.00}
{"date":"2006-03-10","event":"lapse","of":"G1"}
"#;
    let (_folder, path) = file("events.jsonl", events);
    let out = json(&["readings", TERMS, &path, "--format", "json"], 0);
    // Grant: (96,000,000 + 10,000,000) / 50,000,000 = 2.12. Issue: (2.12 × 50,000,000 + 2,000,000) / 51,000,000 = 108/51.
    // Lapse, replayed: (96,000,000 + 2,000,000) / 41,000,000 = 98/41. By the factor: 108/51 × 2.40/2.12 = 259.2/108.12.
    // 259.2/108.12 - 98/41 = (259.2 × 41 - 98 × 108.12) / (108.12 × 41) = 31.44/4432.92
    let factor = alternative(&out, "rescission", "inverse_factor");
    differs(factor, "W-1", "price", ["98/41", "259.2/108.12", "31.44/4432.92"]);
    // what was recomputed stands under record 5; the runs part at the lapse
    assert_eq!((factor["parts"]["event"].as_i64(), factor["parts"]["clause"].as_str()), (Some(6), Some("4(f)")));
}

#[test]
fn readings_count_refusals_and_money() {
    let events = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"1000"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100"}
{"date":"2006-01-10","event":"exercise","id":"X1","certificate":"W-1","shares":50,"method":"cash","owned":0}
"#;
    let (_folder, path) = file("events.jsonl", events);
    let out = json(&["readings", TERMS, &path, "--format", "json"], 0);
    // 4.999% of 1,000 is 49.99: fifty are refused, or cut down to 49, for 49 × 2.40 = 117.60.
    let cut = alternative(&out, "cap_effect", "truncate");
    assert_eq!((cut["refusals"]["default"].as_i64(), cut["refusals"]["alternative"].as_i64()), (Some(1), Some(0)));
    differs(cut, "W-1", "number", ["100", "51", "-49"]);
    assert_eq!(cut["parts"]["clause"], "7");
}

#[test]
fn a_parting_without_a_day_has_none() {
    let table = text(&["readings", TERMS, "examples/first.jsonl"]);
    assert!(!table.contains("0000-"), "{table}");
    let out = json(&["readings", TERMS, "examples/first.jsonl", "--format", "json"], 0);
    // the other roll of the expiry moves it before any record
    let roll = out["readings"].as_array().into_iter().flatten().find(|r| r["reading"] == "expiry_roll");
    assert_eq!(roll.map(|r| (&r["parts"]["event"], &r["parts"]["date"])), Some((&Json::Null, &Json::Null)));
}

// ---- certificate and notice -------------------------------------------------

#[test]
fn certificate_of_a_down_round() {
    let (_folder, path) = file("events.jsonl", FLOOR);
    let paper = text(&["certificate", TERMS, &path, "--event", "4"]);
    // 97/41 = 2.36585 36585 …, to 28 places 2.3658536585365853658536585366; 2.40 less that is 1.40/41 = 0.03414634146…
    for part in [
        "# Certificate of Adjustment",
        "under Section 5 of the Warrant",
        "On January 10, 2006 the following event occurred: **issuance** (I1), entered as record 4",
        "| shares | 1,000,000 shares |",
        "under Section 4(d)(i), the Warrant Price is reduced by $0.0341463414634146341463414634, from $2.40 to $2.3658536585365853658536585366, which is $2.3659 to four decimal places.",
        "price becomes price × (base + purchasable) / (base + event.shares)",
        "| W-1 | A | $2.40 | $2.3659 | 100,000.00 shares | 100,000.00 shares |",
    ] {
        assert!(paper.contains(part), "no `{part}` in\n{paper}");
    }
    // what came later is no part of it: the split doubles the number, 97/41 becomes 97/82
    let split = text(&["certificate", TERMS, &path, "--event", "5"]);
    assert!(split.contains("| W-1 | A | $2.3659 | $1.1829 | 100,000.00 shares | 200,000.00 shares |"), "{split}");
}

#[test]
fn certificate_of_what_waited() {
    let events = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-04-03","event":"quote","bid":"4","ask":"4"}
{"date":"2006-04-03","event":"distribution","id":"D1","kind":"cash","per_share":"0.02","payable":"2006-04-10"}
{"date":"2006-05-03","event":"exercise","id":"X1","certificate":"W-1","shares":100,"method":"cash","owned":0}
"#;
    let (_folder, path) = file("events.jsonl", events);
    // 100,000 × 4/(4 - 0.02) = 100,502.51: 502.51 are under one percent and wait; the price is 2.40 × 3.98/4 = 2.388
    let first = text(&["certificate", TERMS, &path, "--event", "4"]);
    for part in ["which would be increased by 502.51 shares, is for the present unchanged", "from $2.40 to $2.388."] {
        assert!(first.contains(part), "no `{part}` in\n{first}");
    }
    // made by the exercise, which takes a hundred: 100,502.51 - 100 = 100,402.51
    let second = text(&["certificate", TERMS, &path, "--event", "5"]);
    for part in [
        "the Warrant Share Number, carried forward from record 4, is now increased by 502.51 shares.",
        "| W-1 | A | $2.388 | $2.388 | 100,000.00 shares | 100,402.51 shares |",
    ] {
        assert!(second.contains(part), "no `{part}` in\n{second}");
    }
}

#[test]
fn certificate_where_nothing_is_adjusted() {
    let (_folder, path) = file("events.jsonl", FLOOR);
    assert_eq!(run(&["certificate", TERMS, &path, "--event", "1"]).status.code(), Some(1));
    assert_eq!(run(&["certificate", TERMS, &path, "--event", "70"]).status.code(), Some(2));
}

#[test]
fn certificate_for_word_and_for_a_browser() {
    let (_folder, path) = file("events.jsonl", FLOOR);
    let word = |n: &str| run(&["certificate", TERMS, &path, "--event", n, "--format", "docx"]).stdout;
    assert!(word("4").starts_with(b"PK"));
    assert_eq!(word("4"), word("4"));
    assert_ne!(word("4"), word("5"));
    let page = text(&["certificate", TERMS, &path, "--event", "4", "--format", "html"]);
    assert!(page.contains("<h1>Certificate of Adjustment</h1>") && page.contains("<td>1,000,000 shares</td>"), "{page}");
}

#[test]
fn words_of_the_stream_stay_words() {
    let (_folder, path) = file("events.jsonl", &FLOOR.replace("\"I1\"", "\"<b>|`x`\""));
    let page = text(&["certificate", TERMS, &path, "--event", "4", "--format", "html"]);
    assert!(page.contains("(&lt;b&gt;|`x`)"), "{page}");
}

#[test]
fn certificate_in_ones_own_words() {
    let (_folder, path) = file("events.jsonl", FLOOR);
    let (_other, ours) =
        file("ours.md", "{{ event.name }} {{ event.date }}: {% for a in adjustments %}{{ a.term }} {{ a.after }}{% endfor %}\n");
    assert_eq!(
        text(&["certificate", TERMS, &path, "--event", "5", "--template", &ours]).lines().next(),
        Some("split 2006-02-01: Warrant Price $1.1829268292682926829268292683Warrant Share Number 200,000.00 shares")
    );
    let (_third, wrong) = file("wrong.md", "one\n{{ nothing.of }}\n");
    let out = run(&["certificate", TERMS, &path, "--event", "5", "--template", &wrong]);
    assert_eq!(out.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&out.stderr).contains("line 2"), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn notice_of_a_dividend() {
    let events = r#"{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-06-30","event":"stock_dividend","id":"D1","per_share":0.05,"payable":"2006-07-14"}
"#;
    let (_folder, path) = file("events.jsonl", events);
    let paper = text(&["notice", TERMS, &path, "--event", "2"]);
    // twenty days before June 30 is June 10; 100,000 × 1.05 = 105,000; 2.40 / 1.05 = 2.285714…
    for part in [
        "gives notice under Section 9 of the following event: **stock dividend** (D1)",
        "| payable | July 14, 2006 |",
        "notice twenty days before the record or effective date (Section 9): by June 10, 2006.",
        "the Warrant Share Number goes from 100,000.00 shares to 105,000.00 shares, under Section 4(b)(i).",
        "the Warrant Price goes from $2.40 to $2.2857142857142857142857142857, under Section 4(b)(i).",
    ] {
        assert!(paper.contains(part), "no `{part}` in\n{paper}");
    }
}
