//! Papers as Word documents: what stands in the Markdown stands in the document.

use crate::tenor::{file, tenor as run};
use ::tenor::report::paper::{Sheet, docx, html};
use std::io::Read;

const TERMS: &str = "terms/glowpoint-2005.terms";

/// A part of a Word document: the file of that name in it.
pub(crate) fn part(bytes: &[u8], name: &str) -> String {
    // the directory at the end of the file says where each part begins, how it is packed and how long it is
    let number = |at: usize, n: usize| bytes[at..at + n].iter().rev().fold(0_usize, |sum, b| sum * 256 + usize::from(*b));
    let end = (0..bytes.len() - 21).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06")).unwrap_or_else(|| panic!("no zip"));
    let (mut at, mut left) = (number(end + 16, 4), number(end + 10, 2));
    while left > 0 {
        let (length, extra, comment) = (number(at + 28, 2), number(at + 30, 2), number(at + 32, 2));
        if &bytes[at + 46..at + 46 + length] == name.as_bytes() {
            let (packed, size, local) = (number(at + 10, 2), number(at + 20, 4), number(at + 42, 4));
            let start = local + 30 + number(local + 26, 2) + number(local + 28, 2);
            let data = &bytes[start..start + size];
            let mut text = String::new();
            let read = match packed {
                0 => (&mut &*data).read_to_string(&mut text),
                _ => flate2::read::DeflateDecoder::new(data).read_to_string(&mut text),
            };
            read.unwrap_or_else(|e| panic!("{name}: {e}"));
            return text;
        }
        at += 46 + length + extra + comment;
        left -= 1;
    }
    panic!("no {name}")
}

/// The paragraphs of a document: the XML of each, and its text.
fn paragraphs(xml: &str) -> Vec<(String, String)> {
    let of = |p: &str| {
        let p = p.split("</w:p>").next().unwrap_or_default().to_owned();
        let texts = p.split("<w:t ").skip(1).chain(p.split("<w:t>").skip(1));
        let text: String =
            texts.filter_map(|t| Some(t.split_once('>').map_or(t, |(_, t)| t).split("</w:t>").next()?.to_owned())).collect();
        (p, text)
    };
    xml.split("<w:p ").skip(1).map(of).collect()
}

const MARKDOWN: &str = "# Title\n\n## Heading\n\nBefore **strong**, *slanted*.\n\n1. first\n2. second\n   - nested\n\n   goes on\n\n\
    7. seventh\n\nA [link](https://example.com/a).\n\n> quoted\n\n| left | right | middle |\n| :--- | ---: | :---: |\n| a | b | c |\n\n---\n\n    code\n";

#[test]
fn what_stands_in_the_markdown_stands_in_the_document() {
    let sheet = Sheet { letter: true, foot: "terms abc".to_owned(), date: "2006-01-10".to_owned(), ..Sheet::default() };
    let bytes = docx(MARKDOWN, &sheet).unwrap_or_else(|e| panic!("{e}"));
    let document = part(&bytes, "word/document.xml");
    let all = paragraphs(&document);
    let find = |text: &str| {
        let found = all.iter().find(|(_, t)| t == text);
        found.map_or_else(
            || panic!("no paragraph `{text}` in {:?}", all.iter().map(|p| &p.1).collect::<Vec<_>>()),
            |p| p.0.clone(),
        )
    };
    assert!(find("Title").contains("Heading1") && find("Heading").contains("Heading2"));
    // a nested item is a paragraph of its own, one level further in
    let (first, nested) = (find("first"), find("nested"));
    assert!(first.contains("<w:ilvl w:val=\"0\"") && nested.contains("<w:ilvl w:val=\"1\""), "{first}\n{nested}");
    let number = |p: &str| p.split("<w:numId w:val=\"").nth(1).and_then(|n| n.split('"').next()).map(str::to_owned);
    assert_eq!(number(&first), number(&find("second")));
    assert_ne!(number(&first), number(&nested));
    assert_eq!(number(&find("goes on")), None);
    let numbering = part(&bytes, "word/numbering.xml");
    assert!(numbering.contains("w:numFmt w:val=\"decimal\"") && numbering.contains("w:numFmt w:val=\"bullet\""), "{numbering}");
    assert!(find("A link.").contains("<w:hyperlink"));
    assert!(part(&bytes, "word/_rels/document.xml.rels").contains("https://example.com/a"));
    assert!(find("quoted").contains("Quote"));
    for (cell, align) in [("a", "left"), ("b", "right"), ("c", "center")] {
        assert!(find(cell).contains(&format!("<w:jc w:val=\"{align}\"")), "{cell}: {}", find(cell));
    }
    // a line across is there to be written on
    assert!(document.contains("w:leader=\"underscore\""), "{document}");
    assert!(find("code").contains("Code"));
    // 8.5 by 11 inches are 12,240 by 15,840 twentieths of a point
    assert!(document.contains("w:w=\"12240\" w:h=\"15840\""), "{document}");
    let footer = part(&bytes, "word/footer1.xml");
    assert!(footer.contains("terms abc, page ") && footer.contains("NUMPAGES"), "{footer}");
    assert!(part(&bytes, "docProps/core.xml").contains("2006-01-10T00:00:00Z"));
    assert!(docx(MARKDOWN, &sheet).is_ok_and(|again| again == bytes), "the same Markdown gives other bytes");
}

#[test]
fn a_list_begins_where_it_says() {
    let bytes = docx("7. seventh\n8. eighth\n", &Sheet::default()).unwrap_or_else(|e| panic!("{e}"));
    assert!(part(&bytes, "word/numbering.xml").contains("<w:startOverride w:val=\"7\""));
}

#[test]
fn there_is_a_line_to_sign_on_and_no_private_note_above_it() {
    let events = r#"{"date":"2005-03-14","event":"capitalization","outstanding":"40000000"}
{"date":"2005-03-14","event":"issue_date_value","value":"1.50"}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-01-10","event":"issuance","id":"I1","shares":1000000,"price":1.00,"note":"source: 8-K; left out: the Series A"}
"#;
    let (folder, path) = file("events.jsonl", events);
    let out = folder.path().join("c.docx");
    let args = ["certificate", TERMS, &path, "--event", "4", "--format", "docx", "--output", &out.display().to_string()];
    assert_eq!(run(&args).status.code(), Some(0));
    let document = part(&std::fs::read(&out).unwrap_or_else(|e| panic!("{e}")), "word/document.xml");
    let all = paragraphs(&document);
    let signed = all.iter().position(|p| p.1.starts_with("By: ______")).unwrap_or_else(|| panic!("{document}"));
    assert!(all[signed..].iter().any(|p| p.1 == "Title: Chief Financial Officer"));
    let certificate = String::from_utf8_lossy(&run(&["certificate", TERMS, &path, "--event", "4"]).stdout).into_owned();
    assert!(!certificate.contains("8-K") && !document.contains("8-K"), "{certificate}");
    let page = html(&certificate);
    assert!(page.contains("By: ______") && !page.contains("<hr"), "{page}");
    // nothing to certify leaves no file
    let none = folder.path().join("none.docx");
    let args = ["certificate", TERMS, &path, "--event", "1", "--format", "docx", "--output", &none.display().to_string()];
    assert_eq!(run(&args).status.code(), Some(1));
    assert!(!none.exists());
}

/// A share combination of one for ten, and the ten trading days of the clause after it.
const COMBINED: &str = r#"{"date":"2021-02-12","event":"certificate","certificate":"W-1","holder":"A","shares":1000}
{"date":"2021-05-24","event":"quote","vwap":"4.00"}
{"date":"2021-06-01","event":"combination","new":1,"old":10}
{"date":"2021-06-02","event":"quote","vwap":"32.00"}
{"date":"2021-06-08","event":"quote","vwap":"39.00"}
"#;
const COMBINATION: &str = "terms/share-combination.terms";

/// What a command prints, where it ends so.
fn said(args: &[&str], exit: i32) -> String {
    let out = run(args);
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(exit), "{args:?}: {told}");
    String::from_utf8_lossy(&out.stdout).into_owned() + &told
}

// One for ten at the close of June 1: 5.00 × 10 = 50.00 and 1,000 / 10 = 100. The first day of the new shares is June 2, so the
// five days from it on end with June 8. Their lowest average is 32.00; those of May 25 to June 1 have none, for 4.00 is of the
// 24th. 32.00 < 50.00, so the price falls by 18.00, and 100 × 50.00 / 32.00 = 156.25, by 56.25 more.
#[test]
fn what_a_rule_at_a_moment_adjusts_has_its_certificate() {
    let (_folder, path) = file("events.jsonl", COMBINED);
    let paper = said(&["certificate", COMBINATION, &path, "--at", "2021-06-08"], 0);
    for line in [
        "On June 8, 2021 the following took effect under Section 3(h) of the Warrant",
        "the price is reduced by $18.00, from $50.00 to $32.00.",
        "the number is increased by 56.25 shares, from 100.00 shares to 156.25 shares.",
        "| W-1 | A | $50.00 | $32.00 | 100.00 shares | 156.25 shares |",
        "To A, the Holder of certificate W-1:",
        "| event market price, price | $32.00 |",
        // the value before, where the formula says `before`
        "= 100 shares × $50.00 / $32.00 = 156.25 shares",
    ] {
        assert!(paper.contains(line), "no `{line}` in\n{paper}");
    }
    let notice = said(&["notice", COMBINATION, &path, "--at", "2021-06-08"], 0);
    assert!(notice.contains("took effect on June 8, 2021") && notice.contains("from $50.00 to $32.00"), "{notice}");
    // the record's certificate ends where the record does, and says where the rest is
    let record = said(&["certificate", COMBINATION, &path, "--event", "3"], 0);
    assert!(record.contains("| W-1 | A | $5.00 | $50.00 | 1,000.00 shares | 100.00 shares |"), "{record}");
    assert!(record.contains("`--at 2021-06-08`: price of W-1: $50.00 → $32.00"), "{record}");
    // one rule of the day, and an explanation of it
    let price = said(&["certificate", COMBINATION, &path, "--at", "2021-06-08", "--rule", "price_falls"], 0);
    assert!(price.contains("reduced by $18.00") && !price.contains("increased by"), "{price}");
    let why = said(&["explain", COMBINATION, &path, "--at", "2021-06-08"], 0);
    assert!(why.contains("price of W-1: $50.00 → $32.00") && !why.contains("record 3"), "{why}");
}

#[test]
fn what_else_adjusts_something_is_named() {
    let (_folder, path) = file("events.jsonl", COMBINED);
    let there = "`--event 3` (2021-06-01, price_scaled), `--at 2021-06-08` (price_falls)";
    for (args, exit) in [(&["--event", "2"][..], 1), (&[], 2)] {
        let text = said(&[&["certificate", COMBINATION, &path][..], args].concat(), exit);
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(there), "{text}");
    }
    let other = said(&["certificate", COMBINATION, &path, "--at", "2021-06-07"], 2);
    assert!(other.contains("no rule at a moment changes anything on 2021-06-07") && other.contains("2021-06-08"), "{other}");
    let later = said(&["explain", COMBINATION, &path, "--at", "2021-06-30"], 2);
    assert!(later.contains("--as-of 2021-06-30"), "{later}");
}

#[test]
fn a_document_says_what_word_wants_to_know() {
    let sheet = Sheet { letter: true, author: "Tenor".to_owned(), ..Sheet::default() };
    let markdown = "# A & B\n\n- one\n- two\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nwitness\n\nBy: ________\n\nafter\n";
    let bytes = docx(markdown, &sheet).unwrap_or_else(|e| panic!("{e}"));
    assert!(part(&bytes, "word/styles.xml").contains("<w:lang w:val=\"en-US\""));
    let core = part(&bytes, "docProps/core.xml");
    assert!(core.contains("<dc:title>A &amp; B</dc:title>") && core.contains("<dc:creator>Tenor</dc:creator>"), "{core}");
    let document = part(&bytes, "word/document.xml");
    // the first of two rows is the head, and only it
    assert_eq!((document.matches("<w:tblHeader />").count(), document.matches("<w:tr>").count()), (1, 2), "{document}");
    // an inch is 1,440 twentieths of a point
    assert!(document.contains("w:top=\"1440\" w:right=\"1440\""), "{document}");
    // bullets are bullets: the numbering that the items name is one of its own, and of that kind
    let item = paragraphs(&document).into_iter().find(|p| p.1 == "one").unwrap_or_else(|| panic!("{document}")).0;
    let number = item.split("<w:numId w:val=\"").nth(1).and_then(|n| n.split('"').next()).unwrap_or_default().to_owned();
    let numbering = part(&bytes, "word/numbering.xml");
    assert_eq!(numbering.matches(&format!("<w:num w:numId=\"{number}\"")).count(), 1, "{numbering}");
    let kind = numbering.split(&format!("<w:abstractNum w:abstractNumId=\"{number}\"")).nth(1).unwrap_or_default();
    assert!(kind.split("</w:lvl>").next().unwrap_or_default().contains("w:val=\"bullet\""), "{kind}");
    // where somebody signs stays with what stands above it
    let kept: Vec<String> = paragraphs(&document).into_iter().filter(|p| p.0.contains("<w:keepNext")).map(|p| p.1).collect();
    assert_eq!(kept, ["A &amp; B", "witness", "By: ________"]);
}

#[test]
fn nothing_to_certify_is_no_empty_file() {
    let (_folder, path) = file("events.jsonl", COMBINED);
    let out = run(&["certificate", COMBINATION, &path, "--event", "2", "--format", "docx"]);
    assert_eq!(out.status.code(), Some(1));
    let document = part(&out.stdout, "word/document.xml");
    assert!(document.contains("record 2 adjusts nothing"), "{document}");
}

#[test]
fn a_certificate_tells_its_readings_in_words_and_whom_it_is_from() {
    let history = "examples/glowpoint-history.jsonl";
    let args = ["certificate", TERMS, history, "--event", "7", "--set", "issuer=Glowpoint, Inc.", "--set", "number=3"];
    let paper = said(&args, 0);
    for line in ["Issuer: Glowpoint, Inc.", "Certificate No. 3", "because the reading “deemed shares” is “count”"] {
        assert!(paper.contains(line), "no `{line}` in\n{paper}");
    }
    assert!(!paper.contains("which is so") && !paper.contains("deemed_shares"), "{paper}");
    // 2.40 × (46,046,340 + 14,463,091 × 0.50 / 2.40) / (46,046,340 + 14,463,091) = 117,742,761.5 / 60,509,431 = 1.94585…
    assert!(paper.contains(", which is $1.9459 to four decimal places."), "{paper}");
    assert!(said(&["certificate", TERMS, history, "--event", "7", "--set", "issuer"], 2).contains("gives nothing a text"));
}
