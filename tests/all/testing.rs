//! `tenor test --coverage`, `tenor test --mutate` and `tenor explain --why-not`, run as a user runs them: what they tell is worked out by
//! hand.

use crate::tenor::{file, json as of, tenor as run};
use serde_json::Value as Json;

/// The head of every file here.
const HEAD: &str =
    "terms \"T\"\nedition 1\ncurrency USD\ntime zone America/New_York\nclose of business 17:00\nmonths end on the last day\n";

/// A sum of what is over three, and an example that comes to four.
const SUM: &str = "event go { n : number }
§1 state total : number = 0
§2
rule add on go when event.n > 3 {
  total becomes total + event.n
}
example \"four\" {
  2005-01-01 go { n: 4 }
  expect total is 4
}
";

/// At the bound nothing is added.
const AT_THREE: &str = "example \"three\" {
  2005-01-01 go { n: 3 }
  expect total is 0
}
";

fn texts<'j>(of: &'j Json, list: &str, keep: &dyn Fn(&Json) -> bool, what: &[&str]) -> Vec<Vec<&'j str>> {
    let all = of["files"][0][list].as_array().unwrap_or_else(|| panic!("no {list} in {of}"));
    all.iter().filter(|x| keep(x)).map(|x| what.iter().map(|w| x[*w].as_str().unwrap_or("")).collect()).collect()
}

fn mutated(terms: &str, more: &[&str], exit: i32) -> Json {
    let (_folder, path) = file("sum.terms", &format!("{HEAD}{terms}"));
    of(&[&["test", "--mutate", "--format", "json", &path], more].concat(), exit)
}

fn with_status<'j>(of: &'j Json, status: &str) -> Vec<Vec<&'j str>> {
    texts(of, "changes", &|c| c["status"] == status, &["sort", "after"])
}

#[test]
fn a_change_that_an_example_notices_and_one_that_none_does() {
    let out = mutated(SUM, &[], 1);
    // with n = 4, whether the bound is 3 or 2, is itself taken in or is not there, 4 is added
    let survived = [
        ["condition", "rule add on go when yes {"],
        ["comparison", "rule add on go when event.n >= 3 {"],
        ["constant", "rule add on go when event.n > 2 {"],
    ];
    assert_eq!(with_status(&out, "survived"), survived);
    // 1 + 4; nothing is added; 4 > 4 does not hold; nothing; 0 - 4
    let noticed = [
        ["constant", "§1 state total : number = 1"],
        ["condition", "rule add on go when no {"],
        ["constant", "rule add on go when event.n > 4 {"],
        ["statement", ""],
        ["operator", "total becomes total - event.n"],
    ];
    assert_eq!(with_status(&out, "noticed"), noticed);
    assert_eq!(out["files"][0]["summary"]["tried"], 8);
    let by = texts(&out, "changes", &|c| c["status"] == "noticed", &["noticed_by", "clauses"]);
    assert!(by.iter().all(|t| t[0] == "four"), "{by:?}");
    assert_eq!(out["files"][0]["changes"][1]["clauses"], serde_json::json!(["2"]));
}

#[test]
fn an_example_at_the_bound_notices_the_rest() {
    let out = mutated(&format!("{SUM}{AT_THREE}"), &[], 0);
    // each of the three survivors adds 3 at 3
    assert_eq!(with_status(&out, "survived"), Vec::<Vec<&str>>::new());
    assert_eq!(with_status(&out, "noticed").len(), 8);
}

#[test]
fn a_survivor_is_shown_by_its_lines() {
    let (_folder, path) = file("sum.terms", &format!("{HEAD}{SUM}"));
    let out = run(&["test", "--mutate", &path]);
    assert_eq!(out.status.code(), Some(1));
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    // the head has six lines, and the rule begins on the fourth of what follows
    let shown = format!(
        "SURVIVED  {path}:10: §2, rule add: comparison\n  - rule add on go when event.n > 3 {{\n  + rule add on go when event.n >= 3 {{\n"
    );
    assert!(said.contains(&shown), "{said}");
    assert!(said.ends_with("\n5 noticed, 3 survived, 0 did not check\n"), "{said}");
}

#[test]
fn a_reason_is_enough_and_one_that_nothing_needs_is_told_of() {
    let reason = SUM.replace("> 3 {", "> 3 {   # mutants: what is at three is tried elsewhere");
    let out = mutated(&reason, &[], 0);
    assert_eq!(with_status(&out, "allowed").len(), 3);
    assert_eq!(out["files"][0]["not_needed"], serde_json::json!([]));
    // above the rule, at the margin, it is of all the rule; inside, of the next line, whose changes are all noticed
    let above = SUM.replace("rule add", "# mutants: as above\nrule add").replace("§2\n", "");
    assert_eq!(with_status(&mutated(&above, &[], 0), "allowed").len(), 3);
    let inside = SUM.replace("  total becomes", "  # mutants: no matter\n  total becomes");
    let out = mutated(&inside, &[], 1);
    assert_eq!(with_status(&out, "survived").len(), 3);
    assert_eq!(out["files"][0]["not_needed"], serde_json::json!([{ "line": 11, "why": "no matter" }]));
}

#[test]
fn some_of_the_changes() {
    let out = mutated(SUM, &["--in", "total"], 0);
    assert_eq!(out["files"][0]["summary"]["tried"], 1);
    let out = mutated(SUM, &["--limit", "4", "-j", "1"], 1);
    // of eight the second, fourth, sixth and eighth
    assert_eq!(out["files"][0]["possible"], 8);
    let all = texts(&out, "changes", &|_| true, &["sort", "status"]);
    assert_eq!(all.len(), 4);
    let (_folder, path) = file("sum.terms", &format!("{HEAD}{SUM}"));
    let wrong = run(&["test", "--mutate", &path, "--in", "totl"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean `total`?"));
}

#[test]
fn nothing_is_tried_where_an_example_fails_or_there_is_none() {
    mutated_fails(&SUM.replace("total is 4", "total is 5"), 1, "test::failed");
    mutated_fails(SUM.split("example").next().unwrap_or(""), 4, "has no example");
}

fn mutated_fails(terms: &str, exit: i32, says: &str) {
    let (_folder, path) = file("sum.terms", &format!("{HEAD}{terms}"));
    let out = run(&["test", "--mutate", &path]);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(exit), "{said}");
    assert!(said.contains(says), "{said}");
    assert!(out.stdout.is_empty());
}

#[test]
fn each_sort_of_change() {
    let terms = "event go { n : number }
observation quote { bid : USD/share }
state b : number = 0
rule early on go notwithstanding later when event.n is 1 or event.n is 2 {
  b becomes event.n × 1.5 rounded down to 1 but not above 10, or not at all
}
rule later on go { b becomes count of quote in the 2 days to today }
define late(day : date) : moment = close of day
example \"x\" { 2005-01-01 go { n: 1 } expect b is 1 }
";
    let (_folder, path) = file("sorts.terms", &format!("{HEAD}{terms}"));
    let out = run(&["test", "--mutate", "--format", "json", &path]);
    let out: Json =
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
    let all = texts(&out, "changes", &|_| true, &["sort", "after"]);
    for wanted in [
        ["limit", "b becomes event.n × 1.5 rounded down to 1"],
        ["limit", "b becomes event.n × 1.5 rounded down to 1 but not below 10, or not at all"],
        ["limit", "b becomes event.n × 1.5 rounded down to 1 but not above 10"],
        ["rounding", "b becomes event.n × 1.5 rounded up to 1 but not above 10, or not at all"],
        ["rounding", "b becomes event.n × 1.5 but not above 10, or not at all"],
        ["operator", "b becomes event.n / 1.5 rounded down to 1 but not above 10, or not at all"],
        ["constant", "b becomes event.n × 1.6 rounded down to 1 but not above 10, or not at all"],
        ["window", "rule later on go { b becomes count of quote }"],
        ["constant", "rule later on go { b becomes count of quote in the 3 days to today }"],
        ["edge", "define late(day : date) : moment = start of day"],
        ["condition", "rule early on go notwithstanding later when event.n is 1 and event.n is 2 {"],
        ["condition", "rule early on go notwithstanding later when no or event.n is 2 {"],
        ["priority", "rule early on go when event.n is 1 or event.n is 2 {"],
    ] {
        assert!(all.iter().any(|m| m == &wanted), "{wanted:?} is not among {all:#?}");
    }
}

/// Places where something is missing, and what.
fn missing(of: &Json) -> Vec<Vec<&str>> {
    texts(of, "points", &|p| p["reached"] == false, &["sort", "what", "missing"])
}

fn reached(terms: &str, more: &[&str], exit: i32) -> Json {
    let (_folder, path) = file("reached.terms", &format!("{HEAD}{terms}"));
    of(&[&["test", "--coverage", "--format", "json", &path], more].concat(), exit)
}

#[test]
fn what_no_example_reaches() {
    let out = reached(SUM, &[], 0);
    // 4 is over 3, and nothing else is tried
    assert_eq!(missing(&out), [["condition", "when event.n > 3", "always_holds"]]);
    reached(SUM, &["--strict"], 1);
    let both = reached(&format!("{SUM}{AT_THREE}"), &["--strict"], 0);
    assert_eq!(missing(&both), Vec::<Vec<&str>>::new());
}

#[test]
fn each_sort_of_what_is_not_reached() {
    let terms = "event go { n : number }
event other { n : number }
event never { n : number }
state total : number = 0
§9 reading how \"How?\" { one \"One.\" two \"Two.\" }
§2 rule add on go or other unless event.n < 0 {
  require event.n <= 10 else refuse \"too many\"
  total becomes total + counted(event.n) but not above 5
}
§3 rule idle on never { total becomes 0 }
state last_large : number = 0
§4 rule large on go when event.n > 100 { last_large becomes event.n }
§5 define counted(n : number) : number = first of {
  (a) when n > 4 and how is two : n
  (b) when n > 2 : 2
  otherwise 1
}
§6 define unused : number = total + 1
report x { total unused }
example \"x\" {
  2005-01-01 go { n: 3 }
  expect total is 2
}
";
    let out = reached(terms, &[], 0);
    // n = 3: `n > 4` does not hold, so that the reading is not asked for; case (b) gives 2, which is no more than 5
    let expected = [
        ["reading", "how is one", "not_chosen"],
        ["reading", "how is two", "not_chosen"],
        ["rule", "on other", "not_triggered"],
        ["condition", "unless event.n < 0", "never_holds"],
        ["requirement", "event.n <= 10", "always_holds"],
        ["limit", "but not above 5", "never_binds"],
        ["rule", "on never", "not_triggered"],
        ["rule", "on go", "not_applied"],
        ["condition", "when event.n > 100", "never_holds"],
        ["case", "(a) when n > 4 and how is two: n", "not_taken"],
        ["case", "otherwise 1", "not_taken"],
        ["definition", "unused", "not_evaluated"],
        ["clause", "§9", "nothing_reached"],
        ["clause", "§3", "nothing_reached"],
        ["clause", "§4", "nothing_reached"],
        ["clause", "§6", "nothing_reached"],
    ];
    assert_eq!(missing(&out), expected);
    // 3 + 5 is over 4 and, with the other reading, case (a): 2 + 5 is cut off at 5
    let more = format!(
        "{terms}example \"y\" {{\n  given how is two\n  2005-01-01 go {{ n: 3 }}\n  2005-01-02 go {{ n: 5 }}\n  expect total is 5\n}}\n"
    );
    let out = reached(&more, &[], 0);
    let left = missing(&out);
    for gone in ["how is two", "(a) when n > 4 and how is two: n", "but not above 5"] {
        assert!(left.iter().all(|p| p[1] != gone), "{gone} is among {left:?}");
    }
    assert_eq!(left.len(), 16 - 4, "§9 is reached too: {left:?}");
}

#[test]
fn examples_for_other_programs() {
    let (_folder, path) = file("sum.terms", &format!("{HEAD}{SUM}"));
    let out = of(&["test", "--format", "json", &path], 0);
    assert_eq!(out["summary"], serde_json::json!({ "passed": 1, "failed": 0, "without_expectation": 0, "files_wrong": 0 }));
    // the head has six lines, and the example begins on the seventh after it
    assert_eq!(
        out["files"][0]["examples"][0],
        serde_json::json!({ "title": "four", "line": 13, "status": "passed", "problems": [] })
    );
}

/// A price that falls to that of an issue, where it is large and not cheap.
const ISSUE: &str = "event certificate kept by certificate { certificate : text }
event issuance { shares : shares  price : USD/share }
event split { new : number }
deemed sale { price : USD/share }
§1 state price of certificate : USD/share = $2.40/share
§1 state sold : number = 0
§2 rule limits on issuance {
  require event.shares <= 9,000 shares else refuse \"too many\"
  require event.price >= $0.50/share else refuse \"too cheap\"
}
§3 rule issue on issuance, for each certificate
  when event.price < price and event.shares >= 5,000 shares
{
  price becomes event.price
}
§4 rule deemed_sale on issuance when event.shares > 8,000 shares { deem sale { price: event.price } }
§5 rule sell on sale { sold becomes sold + 1 }
§6 rule split on split, for each certificate { price becomes price / event.new }
";

fn why_not(issue: &str, more: &[&str]) -> String {
    let (_folder, terms) = file("issue.terms", &format!("{HEAD}{ISSUE}"));
    let first = "{\"date\":\"2005-03-14\",\"event\":\"certificate\",\"certificate\":\"W-1\"}\n";
    let (_other, events) = file("events.jsonl", &format!("{first}{issue}\n"));
    let out = run(&[&["explain", &terms, &events, "--event", "2", "--why-not"], more].concat());
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

#[test]
fn every_condition_and_by_how_much_it_fails() {
    let issue = r#"{"date":"2005-06-01","event":"issuance","shares":1000,"price":3.00}"#;
    let said = why_not(issue, &["price"]);
    // 3.00 - 2.40 and 5,000 - 1,000
    for wanted in [
        "price did not change",
        "§3  issue, for W-1: does not apply",
        "event.price < price: $3.00 < $2.40, which is not so, by $0.60",
        "event.shares >= 5,000 shares: 1,000 shares >= 5,000 shares, which is not so, by 4,000 shares",
        "split: on split",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is not in\n{said}");
    }
    assert!(!said.contains("deemed sale"), "a rule that does not lead to the price\n{said}");
}

#[test]
fn what_was_not_deemed_leads_to_the_rule_that_deems_it() {
    let issue = r#"{"date":"2005-06-01","event":"issuance","shares":6000,"price":3.00}"#;
    let said = why_not(issue, &["sold"]);
    // 8,000 - 6,000
    for wanted in [
        "sold did not change",
        "§5  sell: not asked, for nothing counted as sale",
        "§4  deemed sale: does not apply",
        "6,000 shares > 8,000 shares, which is not so, by 2,000 shares",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is not in\n{said}");
    }
}

#[test]
fn everything_that_is_required_and_does_not_hold() {
    let issue = r#"{"date":"2005-06-01","event":"issuance","shares":9100,"price":0.40}"#;
    let said = why_not(issue, &["price"]);
    // 9,100 - 9,000 and 0.50 - 0.40
    for wanted in [
        "refused: too many",
        "9,100 shares <= 9,000 shares, which is not so, by 100 shares",
        "$0.40 >= $0.50/share, which is not so, by $0.10",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is not in\n{said}");
    }
}

/// What the page about testing shows of records.
#[test]
fn dates_fail_by_days() {
    let args = ["explain", "examples/testing.terms", "examples/testing.jsonl", "--event", "3", "--why-not", "number"];
    let said = String::from_utf8_lossy(&run(&args).stdout).into_owned();
    // 28 days of June, 31 of July and of August, 15 of September; 200,000 - 100,000
    for wanted in [
        "first day requires today >= 2005-09-15: 2005-06-02 >= 2005-09-15, which is not so, by 105 days",
        "200,000 shares <= 100,000 shares, which is not so, by 100,000 shares",
        "exercised: would apply, and what it requires does not hold",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is not in\n{said}");
    }
}

#[test]
fn a_state_that_is_not_there() {
    let (_folder, terms) = file("issue.terms", &format!("{HEAD}{ISSUE}"));
    let (_other, events) = file("events.jsonl", "");
    let out = run(&["explain", &terms, &events, "--event", "1", "--why-not", "prise"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("did you mean `price`?"));
    let out = run(&["explain", &terms, &events, "--why-not"]);
    assert_eq!(out.status.code(), Some(2), "--event is needed");
}
