//! Papers as Word documents: what stands in the Markdown stands in the document.

use crate::tenor::{file, tenor as run};
use ::tenor::report::paper::{Sheet, docx, html};
use std::io::Read;

const TERMS: &str = "terms/glowpoint-2005.terms";

/// A part of a Word document: the file of that name in it.
fn part(bytes: &[u8], name: &str) -> String {
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
    let sheet = Sheet { letter: true, foot: "terms abc".to_owned(), date: "2006-01-10".to_owned() };
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
