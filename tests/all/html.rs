//! `--format html`: pages that stand alone, whose figures lead to what made them.

#[path = "html/parsed.rs"]
mod parsed;

use crate::exact;
use crate::tenor::tenor as run;
use parsed::{Parsed, figures, parsed};
use std::path::PathBuf;

const TERMS: &str = "terms/glowpoint-2005.terms";
const HISTORY: &str = "examples/glowpoint-history.jsonl";
const FIRST: &str = "examples/first.jsonl";

/// What a command prints.
fn text(args: &[&str]) -> String {
    let out = run(args);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn page(events: &str) -> String {
    text(&["run", TERMS, events, "--format", "html"])
}

/// A stream in a folder that goes when the test ends.
fn stream(events: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
    let path: PathBuf = folder.path().join("events.jsonl");
    std::fs::write(&path, events).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    (folder, path.display().to_string())
}

fn attributes<'p>(p: &'p Parsed, name: &str) -> impl Iterator<Item = &'p String> {
    p.attributes.get(name).into_iter().flatten()
}

#[test]
fn a_page_is_well_formed_and_leads_only_into_itself() {
    for events in [HISTORY, FIRST, "tests/scenario/rescission-abandoned-stock-dividend/events.jsonl"] {
        let html = page(events);
        let p = parsed(&html);
        for href in attributes(&p, "href") {
            let id = href.strip_prefix('#').unwrap_or_else(|| panic!("{events}: leads away: {href}"));
            assert!(p.ids.contains(id), "{events}: nothing has the id {id}");
        }
        for named in attributes(&p, "aria-labelledby").flat_map(|v| v.split(' ')) {
            assert!(p.ids.contains(named), "{events}: nothing has the id {named}");
        }
    }
}

#[test]
fn a_page_asks_nothing_of_a_network() {
    let html = page(HISTORY);
    let p = parsed(&html);
    for name in ["src", "srcset", "action", "data", "poster", "xlink:href"] {
        assert_eq!(attributes(&p, name).count(), 0, "{name}");
    }
    for element in ["link", "img", "iframe", "object", "embed", "base", "form"] {
        assert!(!p.elements.contains(element), "{element}");
    }
    // what the terms and the history say may name an address; nothing else may
    let style = html.split("<style>").nth(1).and_then(|s| s.split("</style>").next()).unwrap_or_default();
    let script = html.split("<script>").nth(1).and_then(|s| s.split("</script>").next()).unwrap_or_default();
    assert!(!style.is_empty() && !script.is_empty());
    for part in [style, script] {
        for word in ["http:", "https:", "url(", "@import", "fetch", "import("] {
            assert!(!part.contains(word), "{word}");
        }
    }
}

#[test]
fn what_a_stream_says_stays_text() {
    let evil = "<script>alert('x')</script>\\\"&amp;<img src=x>";
    let events = format!(
        r#"{{"date":"2005-03-14","event":"certificate","certificate":"{evil}","holder":"{evil}","shares":"100000"}}
{{"date":"2006-06-30","event":"stock_dividend","id":"{evil}","per_share":0.05,"payable":"2006-07-14","note":"{evil}"}}
"#
    );
    let (_folder, path) = stream(&events);
    let p = parsed(&page(&path));
    assert!(!p.elements.contains("img"));
    // the name of the certificate, of its holder, the id and the note, all as they were given
    let plain = "<script>alert('x')</script>\"&amp;<img src=x>";
    assert!(p.text.matches(plain).count() >= 4, "{}", p.text.matches(plain).count());
    let scripts = page(&path).matches("<script").count();
    assert_eq!(scripts, 1, "only the page's own");
    // a title of a picture is text too
    assert!(
        page(&path).contains("&lt;script&gt;alert(&#39;x&#39;)") || page(&path).contains("&lt;script&gt;alert(&#x27;x&#x27;)")
    );
}

#[test]
fn the_ledger_has_every_adjustment_with_its_clause() {
    let html = page(HISTORY);
    let p = parsed(&html);
    let out = run(&["run", TERMS, HISTORY, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}"));
    let adjustments = json["adjustments"].as_array().cloned().unwrap_or_default();
    assert_eq!(adjustments.len(), 7);
    for (n, a) in adjustments.iter().enumerate() {
        let id = format!("a{}", n + 1);
        assert!(p.ids.contains(&id));
        let line = html.split(&format!("id=\"{id}\"")).nth(1).and_then(|h| h.split("</summary>").next()).unwrap_or_default();
        let number = a["event"].to_string();
        assert!(line.contains(&format!("href=\"#record-{number}\"")), "{id}: {line}");
        let clause = a["clause"].as_str().unwrap_or_default();
        assert!(line.contains(&format!("§{clause}")), "{id}: {clause}");
        let after: String = a["after"].as_str().unwrap_or_default().chars().take(11).collect();
        assert!(line.contains(after.trim_end_matches('0')), "{id}: {after} not in {line}");
    }
}

#[test]
fn a_derivation_shows_the_formula_with_its_numbers() {
    // record 6 of the first stream, by hand: $30,000,000 / $2.40 = 12,500,000 shares could have been bought;
    // 40,000,000 + 200 stood before; 2.40 × 52,500,200 / 100,000,200 = 1.26000228…, and the floor is $1.50
    let html = page(FIRST);
    let p = parsed(&html);
    for part in [
        "purchasable is event.consideration / price = $30,000,000.00 / $2.40 = 12,500,000 shares",
        "price becomes price × (base + purchasable) / (base + event.shares) = $2.40 × (40,000,200 shares + 12,500,000 shares) / (40,000,200 shares + 60,000,000 shares) = $1.26000",
        "but not below floor_price = $1.50",
        "counts as dilution",
    ] {
        assert!(p.text.contains(part), "no `{part}`");
    }
    // the exercise leaves 99,000 of 100,000: the values it names are those of this exercise
    assert!(p.text.contains("= 100,000 shares × (100,000 shares - 1,000 shares) / 100,000 shares = 99,000 shares"));
}

#[test]
fn what_each_clause_did_adds_up() {
    // record 6 takes the price from 2.40 to 1.50 under 4(d)(i), the distribution of 0.04 of 2.00 from 1.50 to 1.47 under 4(c):
    // 0.90 of 0.93 is 96.8%, 0.03 is 3.2%
    let html = page(FIRST);
    let part = html.split("<h3>Price of W-1</h3>").nth(1).and_then(|h| h.split("</table>").next()).unwrap_or_default();
    for text in ["$2.40", "−$0.90", "96.8%", "−$0.03", "3.2%", "$1.47", "§4(d)(i)", "§4(c)"] {
        assert!(part.contains(text), "no `{text}` in {part}");
    }
    assert!(!html.contains("in no line of the ledger"));
}

#[test]
fn charts_show_what_stood_at_the_end_of_each_day() {
    // what waits is drawn when it is made: 502.51 wait on 2006-01-10, and are made with as many more the day after
    let html = page("tests/scenario/waiting-under-one-percent/events.jsonl");
    let chart = html.split_once("number of each certificate").map_or("", |(_, rest)| rest);
    let table = chart.split("<tbody>").nth(1).and_then(|t| t.split("</tbody>").next()).unwrap_or_default();
    let rows: Vec<String> = table
        .split("<tr>")
        .skip(1)
        .map(|r| {
            let cells =
                r.split("<td").skip(1).filter_map(|c| c.split_once('>').map(|(_, c)| c.split("</td>").next().unwrap_or("")));
            let plain = |c: &str| match c.split_once('>') {
                Some((_, rest)) => rest.split('<').next().unwrap_or("").to_owned(),
                None => c.to_owned(),
            };
            cells.map(plain).collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(rows, ["2005-03-14 100,000 50,000", "2006-01-11 101,005.02 50,502.52"]);
    // both changes made the step: that which waited since record 6, and that of record 7
    for part in ["record 6, §4(c): 100,000.00 → 100,502.51", "record 7, §4(c): 100,502.51 → 101,005.02"] {
        assert!(chart.split("</figure>").next().is_some_and(|c| c.contains(part)), "no `{part}`");
    }
    // and what was annulled stood until it was: 110,000 from October 3 to November 1
    let html = page("tests/scenario/rescission-abandoned-stock-dividend/events.jsonl");
    for part in [
        "2005-10-03, record 5, §4(b)(i): 100,000.00 → 110,000.00, rescinded",
        "2005-11-01, record 7, §4(g)(iv): 110,000.00 → 100,000.00",
    ] {
        assert!(html.contains(part), "no `{part}`");
    }
}

#[test]
fn the_receipt_names_every_file() {
    let html = page(FIRST);
    // sha256sum examples/first.jsonl
    let out = std::process::Command::new("sha256sum").arg(FIRST).current_dir(crate::tenor::root()).output();
    if let Ok(out) = out {
        let sum = String::from_utf8_lossy(&out.stdout);
        let sum = sum.split(' ').next().unwrap_or_default();
        assert!(sum.len() == 64 && html.contains(sum), "{sum}");
    }
    // the well-known digest of nothing
    let (_folder, empty) = stream("");
    let html = page(&empty);
    assert!(html.contains("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    for name in ["terms/glowpoint-2005.terms", "terms/lib/warrant-events.terms", "terms/data/xnys-closures-1990-2035.txt"] {
        assert!(html.contains(name), "{name}");
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    assert_eq!(page(HISTORY), page(HISTORY));
}

#[test]
fn many_entries_make_no_large_page() {
    let mut events = String::from(
        "{\"date\":\"2005-03-14\",\"event\":\"capitalization\",\"outstanding\":40000000}\n{\"date\":\"2005-03-14\",\"event\":\"issue_date_value\",\"value\":1.50}\n",
    );
    for n in 1..=1500 {
        let line = format!(
            "{{\"date\":\"2005-03-14\",\"event\":\"certificate\",\"certificate\":\"W-{n}\",\"holder\":\"H\",\"shares\":{}}}\n",
            1000 + n
        );
        events.push_str(&line);
    }
    events.push_str("{\"date\":\"2006-01-10\",\"event\":\"issuance\",\"id\":\"I1\",\"shares\":60000000,\"price\":0.50}\n");
    events.push_str(
        "{\"date\":\"2006-06-30\",\"event\":\"stock_dividend\",\"id\":\"D\",\"per_share\":0.05,\"payable\":\"2006-07-14\"}\n",
    );
    let (_folder, path) = stream(&events);
    let html = page(&path);
    parsed(&html);
    assert!(html.contains("W-1 and 1,499 others"), "what changed alike stands in one line");
    assert!(html.contains("Showing the 8 lines that change most, of 1,500 that differ"));
    assert!(html.contains("The last 1,000 of 1,502 adjustments are shown here"));
    assert!(html.contains("The first 200 of 1,500 entries"));
    assert!(html.len() < 12_000_000, "{} bytes", html.len());
}

#[test]
fn an_explanation_as_a_page() {
    let html = text(&["explain", TERMS, FIRST, "--event", "9", "--format", "html"]);
    let p = parsed(&html);
    assert!(p.text.contains(
        "refused: 90,000 shares to be issued and 5,000,000 shares owned are more than 4.999% of 100,000,200 shares outstanding"
    ));
    for href in attributes(&p, "href") {
        assert!(p.ids.contains(href.trim_start_matches('#')), "{href}");
    }
    assert_eq!(run(&["explain", TERMS, FIRST, "--event", "99", "--format", "html"]).status.code(), Some(2));
}

#[test]
fn a_template_of_ones_own() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
    let path = folder.path().join("ours.html");
    let ours = path.display().to_string();
    std::fs::write(
        &path,
        "{% for l in ledger.rows if l.state == 'price' %}{{ l.record.text }} {{ l.after }};{% endfor %}{{ title }}",
    )
    .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        text(&["run", TERMS, FIRST, "--format", "html", "--template", &ours]),
        "6 $1.50;8 $1.47;Glowpoint, Inc. Warrant W-F-05"
    );
    std::fs::write(&path, "one\n{{ nothing.of }}").unwrap_or_else(|e| panic!("{e}"));
    let out = run(&["run", TERMS, FIRST, "--format", "html", "--template", &ours]);
    assert_eq!(out.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&out.stderr).contains("line 2"));
    // a template words a page, and a table is none
    assert_eq!(run(&["run", TERMS, FIRST, "--template", &ours]).status.code(), Some(2));
    assert_eq!(run(&["run", TERMS, FIRST, "--format", "html", "--template", "no/such.html"]).status.code(), Some(66));
}

/// A page of a command, each of whose links leads somewhere in it.
fn checked(args: &[&str]) -> (String, Parsed) {
    let html = text(args);
    let p = parsed(&html);
    for href in attributes(&p, "href") {
        assert!(href.strip_prefix('#').is_some_and(|id| p.ids.contains(id)), "nothing has the id {href}");
    }
    (html, p)
}

#[test]
fn a_comparison_as_a_page() {
    let skip = format!("{TERMS}@floor_effect=skip");
    let (html, p) = checked(&["compare", TERMS, &skip, "--events", FIRST, "--format", "html"]);
    // the default stops the price at the floor, 1.50, and the distribution of 0.04 of 2.00 takes 2% of that: 1.47; skipped,
    // 2.40 stands, and 2% of it go: 2.352
    for part in ["glowpoint-2005: $1.47", "floor_effect=skip: $2.352", "Price of W-1: floor_effect=skip", "−$0.048"] {
        assert!(p.text.contains(part), "no `{part}`");
    }
    // each variant has a ledger of its own, and marks in the chart lead there
    assert!(p.ids.contains("s1v1-a1") && p.ids.contains("s1v2-a1"));
    assert!((1..=2).any(|n| html.contains(&format!("<a href=\"#s1v2-a{n}\"><circle"))), "the step under the other reading");
    // two terms files may have one clause: each leads to its own
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
    let ours = folder.path().join("ours.terms");
    let base = crate::tenor::root().join(TERMS);
    let variant = format!("variant \"Ours\" of \"{}\"\n\nset reading floor_effect to skip\n", base.display());
    std::fs::write(&ours, variant).unwrap_or_else(|e| panic!("{e}"));
    let (_, p) = checked(&["compare", TERMS, &ours.display().to_string(), "--events", FIRST, "--format", "html"]);
    assert!(p.ids.contains("t1-clause-4-d-i") && p.ids.contains("t2-clause-4-c"));
}

#[test]
fn a_sweep_as_a_page() {
    let vary = "issuance[1].price=0.50..3.00 step 0.50";
    let (html, p) = checked(&["sweep", TERMS, FIRST, "--vary", vary, "--format", "html"]);
    // the floor binds where 2.40 × (40,000,200 + 60,000,000 p / 2.40) / 100,000,200 = 1.50: p = 0.899997;
    // an issue at 2.40 or more is none below the price
    for part in [
        "at $0.899997: record 6, W-1, §4(d)(i): price but not below floor_price; below: held at $1.50, above: free",
        "at $2.40: record 6",
    ] {
        assert!(p.text.contains(part), "no `{part}`");
    }
    assert!(p.text.contains("price of W-1 against issuance[1].price"));
    assert_eq!(html.matches("<path class=\"edge\"").count(), 4, "two places, in the wide picture and in the narrow one");
    // words have no axis: tables only
    let (html, _) = checked(&["sweep", TERMS, FIRST, "--vary", "floor_effect=*", "--format", "html"]);
    assert!(!html.contains("<figure"));
}

#[test]
fn charts_show_what_as_of_tells() {
    let mut compared = 0;
    for events in [
        "tests/scenario/rescission-abandoned-stock-dividend/events.jsonl",
        "tests/scenario/waiting-exercise-of-a-part/events.jsonl",
        "tests/scenario/term-expiry-hour/events.jsonl",
        FIRST,
    ] {
        let html = page(events);
        for column in ["price", "number", "pending"] {
            for (entry, date, value) in figures(&html, column) {
                let out = run(&["run", TERMS, events, "--as-of", &date, "--format", "json"]);
                let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}"));
                let mut all = json["certificates"].as_array().into_iter().flatten();
                let found = all.find(|c| c["certificate"] == entry.as_str());
                let stands = found.map_or("—", |c| c[column].as_str().unwrap_or("—"));
                let same = match (exact::number(&value), exact::number(stands)) {
                    (Some(a), Some(b)) => exact::is(&a, &b),
                    _ => value == stands,
                };
                assert!(same, "{events}: {column} of {entry} on {date}: {value} in the chart, {stands} as of that day");
                compared += 1;
            }
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn names_stay_as_they_are_and_what_is_wrong_stands_first() {
    let args = [
        "compare",
        "terms/glowpoint-2005.terms",
        "terms/glowpoint-2005.terms@floor_effect=skip",
        "--events",
        "examples/first.jsonl",
        "examples/glowpoint-history.jsonl",
        "--format",
        "html",
    ];
    let page = String::from_utf8_lossy(&crate::tenor::tenor(&args).stdout).into_owned();
    assert!(page.contains(">first.jsonl<") && page.contains(">Variant<"), "{page}");
    assert!(!page.contains("first-letter"), "a style turns names into others");
    let run = crate::tenor::tenor(&["run", "terms/glowpoint-2005.terms", "examples/first.jsonl", "--format", "html"]);
    let page = String::from_utf8_lossy(&run.stdout).into_owned();
    let strip = page.split("class=\"strip\"").nth(1).and_then(|s| s.split("</ul>").next()).unwrap_or_default();
    let json = crate::tenor::json(&["run", "terms/glowpoint-2005.terms", "examples/first.jsonl", "--format", "json"], 0);
    let rows = |name: &str| json[name].as_array().cloned().unwrap_or_default();
    let breached = rows("obligations").iter().filter(|o| o["status"] == "breached").count();
    for part in [format!("{} refused", rows("refusals").len()), format!("{breached} breached")] {
        assert!(strip.contains(&part), "no {part} in {strip}");
    }
}

#[test]
fn lines_with_long_names_have_letters() {
    use ::tenor::report::chart::{Chart, Point, Series, WIDE, legend, svg};
    let line = |name: &str, y: i64| Series {
        name: name.to_owned(),
        ends: (String::new(), format!("${y}")),
        points: [1, 2].map(|x| Point { x: x.into(), y: Some(y.into()), ..Point::default() }).to_vec(),
    };
    let long = "a name of more than twenty-two letters";
    let series = vec![line("short", 1), line(long, 2)];
    // the names stand whole above the picture, and a letter beside each line
    assert_eq!(legend(&series), ["A: short".to_owned(), format!("B: {long}")]);
    let picture = svg(&Chart { series, ..Chart::default() }, WIDE);
    assert!(picture.contains(">A: $1<") && picture.contains(">B: $2<"), "{picture}");
    assert_eq!(legend(&[line("short", 1), line("other", 2)]), ["short", "other"]);
}
