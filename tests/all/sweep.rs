//! `tenor sweep`, run as a user runs it: what turns, turns where algebra says.

use crate::exact;
use crate::tenor::{file, json as of, tenor as run};
use serde_json::Value as Json;

const TERMS: &str = "terms/glowpoint-2005.terms";

/// An issue of 1,000,000 shares on 40,000,000 outstanding, with a floor of 2.35.
const ISSUE: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"issue_date_value","value":"2.35"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-01-10","event":"issuance","id":"I1","shares":1000000,"price":1.00}
"#;

/// A distribution at a market value of 4.00.
const DISTRIBUTION: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-04-03","event":"quote","bid":"4","ask":"4"}
{"date":"2006-04-03","event":"distribution","id":"D1","kind":"cash","per_share":"0.02","payable":"2006-04-10"}
"#;

/// An exercise of 50,000 shares on 1,000,000 outstanding.
const EXERCISE: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"1000000"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-01-10","event":"exercise","id":"X1","certificate":"W-1","shares":50000,"method":"cash","owned":0}
"#;

fn sweep(events: &str, vary: &[&str]) -> Json {
    let (_folder, path) = file("events.jsonl", events);
    let mut args = vec!["sweep", TERMS, &path, "--format", "json"];
    vary.iter().for_each(|v| args.extend(["--vary", v]));
    of(&args, 0)
}

/// The turns of a sweep: the point as a fraction, the side of the point itself, what turns.
fn turns(of: &Json) -> Vec<(String, Option<String>, Vec<String>)> {
    let list = of["turns"].as_array().cloned().unwrap_or_default();
    let texts =
        |t: &Json| t["what"].as_array().into_iter().flatten().filter_map(|w| w["what"].as_str()).map(str::to_owned).collect();
    list.iter()
        .map(|t| {
            let at = t["exactly"]["fraction"].as_str().unwrap_or("no fraction").to_owned();
            (at, t["there"].as_str().map(str::to_owned), texts(t))
        })
        .collect()
}

/// The turn at which something that is written so begins or ceases to bind.
fn turn<'j>(of: &'j Json, what: &str) -> (&'j Json, &'j Json) {
    for t in of["turns"].as_array().into_iter().flatten() {
        if let Some(w) = t["what"].as_array().into_iter().flatten().find(|w| w["what"].as_str().is_some_and(|s| s.contains(what)))
        {
            return (t, w);
        }
    }
    panic!("nothing turns at `{what}`: {}", of["turns"])
}

/// A figure at the point where an input has a value.
fn at<'j>(of: &'j Json, input: &str, value: &str) -> &'j Json {
    let mut points = of["points"].as_array().into_iter().flatten();
    points.find(|p| p["at"][input] == value).unwrap_or_else(|| panic!("no point {value} in {}", of["points"]))
}

fn shows(point: &Json, column: &str, expected: &str) {
    let found = point["figures"].as_array().into_iter().flatten().find(|f| f["column"] == column);
    let computed = found.and_then(|f| f["value"].as_str()).and_then(exact::number);
    let right = computed.zip(exact::number(expected)).is_some_and(|(c, e)| exact::is(&c, &e));
    assert!(right, "{column} is not {expected} in {point}");
}

#[test]
fn where_the_floor_and_the_trigger_bind() {
    let out = sweep(ISSUE, &["issuance[1].price=0..4 step 0.3"]);
    // The price is (2.40 × 40,000,000 + p × 1,000,000) / 41,000,000 = (96 + p)/41. It is 2.35 at p = 41 × 2.35 - 96 = 0.35.
    // An issue adjusts where p × 1,000,000 < 2.40 × 1,000,000: below 2.40.
    let at_points: Vec<String> = turns(&out).into_iter().map(|t| t.0).collect();
    assert_eq!(at_points, ["7/20", "12/5"]);
    let (floor, told) = turn(&out, "price but not below floor_price");
    assert_eq!(
        (told["clause"].as_str(), told["entry"].as_str(), told["rule"].as_str()),
        (Some("4(d)(i)"), Some("W-1"), Some("price_diluted"))
    );
    assert_eq!((told["below"].as_str(), told["above"].as_str()), (Some("held at $2.35"), Some("free")));
    // at 0.35 the average is 2.35 and not below it
    assert_eq!(floor["there"], "above");
    let (trigger, told) = turn(&out, "event.consideration < price × event.shares");
    assert_eq!((told["below"].as_str(), told["above"].as_str(), told["event"].as_u64()), (Some("yes"), Some("no"), Some(4)));
    assert_eq!(trigger["there"], "above");
    // both stand among the points, marked, with what a run gives there; (96 + 0.6)/41 between them
    for (price, expected, marked) in
        [("0", "2.35", false), ("0.35", "2.35", true), ("0.6", "96.6/41", false), ("2.4", "2.40", true)]
    {
        let point = at(&out, "issuance[1].price", price);
        shows(point, "price", expected);
        assert_eq!(point["turns"], marked, "{price}");
    }
}

#[test]
fn two_turns_between_two_points() {
    // 0.35 and 2.40 are both between 0 and 4
    let out = sweep(ISSUE, &["#4.price=0,4"]);
    assert_eq!(turns(&out).into_iter().map(|t| t.0).collect::<Vec<_>>(), ["7/20", "12/5"]);
    // falling points, falling turns
    let out = sweep(ISSUE, &["#4.price=4..0 step -4"]);
    let points: Vec<&str> = out["points"].as_array().into_iter().flatten().filter_map(|p| p["at"]["#4.price"].as_str()).collect();
    assert_eq!(points, ["4", "2.4", "0.35", "0"]);
}

#[test]
fn where_a_change_begins_to_wait() {
    let out = sweep(DISTRIBUTION, &["distribution.per_share=0.01..0.06 step 0.01"]);
    // The number is 100,000 × 4/(4 - d), rounded to 0.01, and a change under one percent waits. It is 101,000.00 once
    // rounded from 400,000/(4 - d) = 100,999.995 on: d = 4 - 400,000/100,999.995 = 3,999.98/100,999.995 = 799,996/20,199,999.
    let (waits, told) = turn(&out, "whether the change of number waits");
    assert_eq!(waits["exactly"]["fraction"], "799996/20199999");
    assert_eq!(
        (told["clause"].as_str(), told["below"].as_str(), told["above"].as_str()),
        (Some("4(g)(ii)"), Some("it waits"), Some("it is made"))
    );
    // no decimal is that fraction, so nothing was run there
    assert_eq!(waits["there"], Json::Null);
    assert_eq!(waits["exactly"]["exact"], false);
    // Rounding of the number itself is no turn: nothing else turns between 0.01 and 0.06.
    assert_eq!(turns(&out).len(), 1, "{}", out["turns"]);
}

#[test]
fn an_exact_threshold_that_no_decimal_is() {
    // The market value is (4 + a)/2, and a distribution of 2.05 must be less: above an ask of 0.10 it is. The floor is not
    // asked for. With shares unrounded the change of the price by a third: an issue of s shares at nothing on 40,000,000
    // brings 2.40 to 2.40 × 40/(40 + s/1,000,000), which is 2.35 where s = 40,000,000 × 0.05/2.35 = 40,000,000/47.
    let free = ISSUE.replace("\"price\":1.00", "\"price\":0");
    let out = sweep(&free, &["issuance.shares=500000..1000000 step 100000"]);
    let (floor, _) = turn(&out, "price but not below floor_price");
    assert_eq!(floor["exactly"]["fraction"], "40000000/47");
}

#[test]
fn where_the_market_value_is_passed() {
    let out = sweep(DISTRIBUTION, &["distribution.per_share=3.5..4.5 step 0.4"]);
    // 4.00 is not less than 4.00: refused from there on
    let (refused, told) = turn(&out, "event.part < m");
    assert_eq!((refused["exactly"]["fraction"].as_str(), refused["there"].as_str()), (Some("4"), Some("above")));
    assert_eq!(told["clause"], "4(c)");
    assert_eq!(at(&out, "distribution.per_share", "4.3")["refusals"], 1);
    // 3.9 of 4: a fortieth is left of the price, and the number is forty times as many
    shows(at(&out, "distribution.per_share", "3.9"), "price", "0.06");
    shows(at(&out, "distribution.per_share", "3.9"), "number", "4000000");
}

#[test]
fn a_value_the_checks_refuse_stops_that_point_alone() {
    let out = sweep(DISTRIBUTION, &["distribution.per_share=0,0.5"]);
    let point = at(&out, "distribution.per_share", "0");
    assert!(point["stopped"].as_str().is_some_and(|s| s.contains("must be more than 0")), "{point}");
    // 4/3.5 of a hundred thousand
    shows(at(&out, "distribution.per_share", "0.5"), "number", "114285.71");
    let (stop, _) = turn(&out, "whether the run stops");
    assert_eq!((stop["exactly"]["fraction"].as_str(), stop["there"].as_str()), (Some("0"), Some("below")));
}

#[test]
fn where_a_cap_begins_to_bind() {
    // 50,000 of 1,000,000 are 5 percent, and no more than the limit: from 5 percent on
    let out = sweep(EXERCISE, &["ownership_limit=1%..10% step 3%"]);
    let (cap, told) = turn(&out, "shares_to_issue + owned_before <= ownership_limit × base");
    assert_eq!((cap["exactly"]["fraction"].as_str(), cap["there"].as_str()), (Some("1/20"), Some("above")));
    assert_eq!((told["clause"].as_str(), told["below"].as_str()), (Some("7"), Some("no")));
    // 4.999 percent of 1,000,000 are 49,990: of whole shares 49,991 is the first that is refused, and parts are no shares
    let out = sweep(EXERCISE, &["exercise.shares=10000..90000 step 20000"]);
    let (cap, _) = turn(&out, "shares_to_issue + owned_before <= ownership_limit × base");
    assert_eq!((cap["exactly"]["fraction"].as_str(), cap["there"].as_str()), (Some("49991"), Some("above")));
    assert_eq!(turns(&out).len(), 1, "{}", out["turns"]);
}

#[test]
fn a_constant_is_what_a_variant_says() {
    // one program is made for all values of a constant, and one for each where it decides what is computed: 0.05 and 0.06 are
    // what terms that say so give, and so is 0.01, which another number of the terms is too
    let (_folder, path) = file("events.jsonl", EXERCISE);
    let out = sweep(EXERCISE, &["ownership_limit=0.5%,1%,5%,6%,10%"]);
    for value in ["0.01", "0.05", "0.06"] {
        let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
        let terms = folder.path().join("variant.terms");
        let base = crate::tenor::root().join(TERMS);
        let text = format!("variant \"V\" of \"{}\"\nedition 1\n§7\nset ownership_limit = {value}\n", base.display());
        std::fs::write(&terms, text).unwrap_or_else(|e| panic!("{}: {e}", terms.display()));
        let ran = run(&["run", &terms.display().to_string(), &path, "--format", "json"]);
        let ran: Json = serde_json::from_slice(&ran.stdout).unwrap_or_else(|e| panic!("no JSON: {e}"));
        let number = ran["certificates"][0]["number"].as_str().and_then(exact::number);
        let found = at(&out, "ownership_limit", value)["figures"].as_array().cloned().unwrap_or_default();
        let found = found.iter().find(|f| f["column"] == "number").and_then(|f| f["value"].as_str()).and_then(exact::number);
        assert_eq!(found, number, "{value}");
    }
}

#[test]
fn two_inputs() {
    let out = sweep(EXERCISE, &["cap_effect=*", "exercise.shares=40000,60000"]);
    // two of each, and for each effect the first that the cap stops
    assert_eq!(out["points"].as_array().map(Vec::len), Some(6), "{}", out["points"]);
    // refused above the cap, or cut down to 49,990, which leaves 50,010
    let of = |effect: &str, shares: &str| {
        let mut points = out["points"].as_array().into_iter().flatten();
        let found = points.find(|p| p["at"]["cap_effect"] == effect && p["at"]["exercise.shares"] == shares);
        found.unwrap_or_else(|| panic!("no {effect} {shares}")).clone()
    };
    shows(&of("refuse", "60000"), "number", "100000");
    shows(&of("truncate", "60000"), "number", "50010");
    shows(&of("truncate", "40000"), "number", "60000");
    // whole shares are issued: 4.999% of 1,000,000 is 49,990, so the first number cut down is 49,991
    let cut = out["turns"].as_array().into_iter().flatten().find(|t| t["at"]["cap_effect"] == "truncate");
    let cut = cut.unwrap_or_else(|| panic!("nothing turns: {}", out["turns"]));
    assert_eq!((cut["exactly"]["fraction"].as_str(), cut["there"].as_str()), (Some("49991"), Some("above")));
    let (_, told) = turn(&out, "exercise.shares >= most_issued + 1 share");
    assert_eq!((told["below"].as_str(), told["above"].as_str()), (Some("no"), Some("yes")));
}

/// Terms whose price follows an issue only within half a dollar of 1.50.
const WINDOW: &str = r#"terms "A window"
edition 1
currency USD
time zone America/New_York
close of business 17:00
event certificate kept by certificate { certificate : text }
event issuance { price : USD/share }
§1
state price of certificate : USD/share = $2.40/share
§2
rule near on issuance, for each certificate  when abs(event.price - $1.50/share) < $0.50/share { price becomes event.price }
report certificates of certificate { certificate price }
"#;

#[test]
fn what_begins_and_ceases_between_two_points() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
    let terms = folder.path().join("window.terms");
    std::fs::write(&terms, WINDOW).unwrap_or_else(|e| panic!("{}: {e}", terms.display()));
    let events = r#"{"date":"2005-03-14","event":"certificate","certificate":"W-1"}
{"date":"2006-01-10","event":"issuance","price":1.00}
"#;
    let (_folder, path) = file("events.jsonl", events);
    let vary = ["--vary", "issuance.price=0.5,2.5", "--format", "json"];
    let out = run(&[&["sweep", &terms.display().to_string(), &path][..], &vary].concat());
    let out: Json = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("no JSON: {e}"));
    // nothing applies at 0.50 and at 2.50; between 1.00 and 2.00, neither of which is less than half a dollar away, it does
    let found: Vec<(String, Option<String>)> = turns(&out).into_iter().map(|t| (t.0, t.1)).collect();
    assert_eq!(found, [("1".to_owned(), Some("below".to_owned())), ("2".to_owned(), Some("above".to_owned()))]);
}

#[test]
fn a_point_is_what_a_run_is() {
    let history = "examples/glowpoint-history.jsonl";
    let out = run(&["run", TERMS, history, "--format", "json"]);
    let out: Json = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("no JSON: {e}"));
    let swept = run(&["sweep", TERMS, history, "--vary", "#7.shares=14463091,14463092", "--format", "json"]);
    let swept: Json = serde_json::from_slice(&swept.stdout).unwrap_or_else(|e| panic!("no JSON: {e}"));
    let all = [&swept["points"][0]["figures"], &swept["constant"]];
    let price = all.iter().flat_map(|f| f.as_array().into_iter().flatten()).find(|f| f["column"] == "price");
    assert_eq!(price.map(|f| &f["value"]), Some(&out["certificates"][0]["price"]));
}

#[test]
fn a_figure_of_ones_own() {
    let (_folder, path) = file("events.jsonl", ISSUE);
    let show = "value of certificates: number × ($5/share - price)";
    let out = run(&["sweep", TERMS, &path, "--vary", "#4.price=0.25,3", "--show", show, "--format", "csv"]);
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    // 100,000 × (5 - 2.35) at the floor, 100,000 × (5 - 2.40) unadjusted
    for line in ["points,1,certificates_W-1_value,265000", "points,1,at_#4.price,0.25"] {
        assert!(text.lines().any(|l| l.starts_with(line)), "no `{line}` in\n{text}");
    }
    assert!(text.contains("certificates_W-1_value,260000"), "{text}");
}

#[test]
fn ten_thousand_points_and_the_same_on_any_number_of_threads() {
    let (_folder, path) = file("events.jsonl", ISSUE);
    let with = |n: &str, vary: &str| {
        let args = ["sweep", TERMS, &path, "--vary", vary, "--format", "csv"];
        let out = crate::tenor::command().args(args).env("RAYON_NUM_THREADS", n).output();
        let out = out.unwrap_or_else(|e| panic!("tenor does not start: {e}"));
        assert!(out.stderr.is_empty(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let points = |text: &str| text.lines().filter(|l| l.starts_with("points,") && l.contains(",at_#4.price,")).count();
    // 0.0003 to 2.9997 in steps of 0.0003: 9,999, on none of which anything turns but at 2.40 = 8,000 × 0.0003; and 0.35
    let many = with("2", "#4.price=0.0003..2.9997 step 0.0003");
    assert_eq!(points(&many), 10_000);
    let vary = "#4.price=0..4 step 0.1";
    assert_eq!(with("1", vary), with("3", vary));
}

#[test]
fn what_cannot_be_varied() {
    let (_folder, path) = file("events.jsonl", ISSUE);
    let wrong = |vary: &str, part: &str| {
        let out = run(&["sweep", TERMS, &path, "--vary", vary]);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(out.status.code() == Some(2) && said.contains(part), "{vary}: {said}");
    };
    wrong("isuance[1].price=1..2 step 1", "did you mean `issuance`?");
    wrong("issuance[1].prise=1..2 step 1", "did you mean `price`?");
    wrong("issuance[2].price=1..2 step 1", "the stream has one record of `issuance`");
    wrong("split[1].new=1..2 step 1", "the stream has no record of `split`");
    wrong("#9.price=1..2 step 1", "the stream has 4 records");
    wrong("issuance[0].price=1..2 step 1", "counted from 1");
    wrong("#4.pieces=1..2 step 1", "is a list");
    wrong("#4.date=2006-01-01", "`date` of a record is not varied");
    wrong("#4.price=1..2 step 0", "a step moves on");
    wrong("#4.price=1..2 step -1", "a step of -1");
    wrong("#4.price=1..x", "`x` is no number");
    wrong("#4.price=5%", "is a part, and an amount for each share is needed");
    wrong("#4.price=5 shares", "an amount for each share is needed");
    wrong("ownership_limits=1%,2%", "did you mean `ownership_limit`?");
    wrong("original_issue_date=2005-03-15", "is no number");
    wrong("market_value=1,2", "has parameters");
    wrong("floor=nomnal", "choose split_adjusted or nominal");
    wrong("#4.price", "varies nothing");
    let three = ["--vary", "#4.price=1,2", "--vary", "#4.shares=1,2", "--vary", "floor=*"];
    assert_eq!(run(&[&["sweep", TERMS, &path][..], &three].concat()).status.code(), Some(2));
}

#[test]
fn points_as_a_workbook() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
    let file = folder.path().join("points.xlsx").display().to_string();
    let vary = "issuance[1].price=0.50..1.00 step 0.25";
    let args = ["sweep", "terms/glowpoint-2005.terms", "examples/first.jsonl", "--vary", vary, "--format", "xlsx", "-o", &file];
    let out = crate::tenor::tenor(&args);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let mut book: Xlsx<_> = open_workbook(&file).unwrap_or_else(|e| panic!("{file}: {e}"));
    let sheet = book.worksheet_range("Points").unwrap_or_else(|e| panic!("{e}"));
    // 0.50, 0.75 and 1.00, and between the last two the point where the floor of 1.50 begins to bind
    assert_eq!(sheet.height(), 5);
    assert_eq!(sheet.get((1, 0)), Some(&Data::Float(0.5)));
    // × 2.00/(2.00 − 0.04) after the floor: 1.50 × 0.98 = 1.47, as a number and exactly
    let price = sheet.rows().next().and_then(|head| head.iter().position(|c| *c == Data::String("price of W-1".into())));
    let price = u32::try_from(price.unwrap_or_else(|| panic!("no price"))).unwrap_or(0);
    assert_eq!(sheet.get((1, price as usize)), Some(&Data::Float(1.47)));
    assert_eq!(sheet.get((1, price as usize + 1)).map(ToString::to_string).as_deref(), Some("1.47"));
}

#[test]
fn a_curve_is_broken_where_the_figure_jumps() {
    // below the price at which the floor ceases to hold, the record is left out: the price stays at 2.352, and from there on
    // it is that of the issue, 1.47
    let vary = "issuance[1].price=0.5..1.5 step 0.25";
    let args = ["sweep", TERMS, "examples/first.jsonl", "--reading", "floor_effect=skip", "--vary", vary, "--format", "html"];
    let page = String::from_utf8_lossy(&run(&args).stdout).into_owned();
    let picture = page.split("<svg").find(|s| s.contains("price of W-1 against")).unwrap_or_else(|| panic!("no chart"));
    let line = picture.split("class=\"line c0\" d=\"").nth(1).and_then(|d| d.split('"').next()).unwrap_or_default();
    // two strokes, and the second begins straight above or below the end of the first
    let strokes: Vec<&str> = line.split('M').skip(1).collect();
    assert_eq!(strokes.len(), 2, "{line}");
    let x = |p: &str| p.split(' ').next().unwrap_or_default().to_owned();
    let end = strokes[0].rsplit('L').next().unwrap_or_default();
    assert_eq!(x(end), x(strokes[1]), "{line}");
    assert_eq!((picture.matches("class=\"dot c0\"").count(), picture.matches("class=\"dot open c0\"").count()), (1, 1));
    for (what, price) in [("just below 0.899997", "2.352"), ("just above 0.899997", "1.47")] {
        let row = page.split("<tr>").find(|r| r.contains(what)).unwrap_or_else(|| panic!("no `{what}`"));
        assert!(row.contains(&format!(">{price}")), "{row}");
    }
}
