//! The library of terms speaks one dialect: what a shared file says is said there alone, every file can be found, and a price that
//! only falls is raised by no rounding.

use crate::tenor::{root, tenor};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tenor::source::Sources;
use tenor::syntax::ast::{ExprKind, Item, ItemKind};
use tenor::syntax::print;

/// The terms files of a folder, in order of their names.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut out: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .unwrap_or_else(|e| panic!("{folder}: {e}"))
        .map(|e| e.unwrap_or_else(|e| panic!("{folder}: {e}")).path())
        .filter(|p| p.extension().is_some_and(|x| x == "terms"))
        .collect();
    out.sort();
    assert!(out.len() > 20, "{folder} has {} files", out.len());
    out
}

/// The blocks of a file.
fn items(path: &Path) -> Vec<Item> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file = Sources::default().add(path, text.as_str());
    let (ast, problems) = tenor::syntax::parse(file, &text);
    assert!(problems.is_empty(), "{}", path.display());
    ast.items
}

/// Whether a word begins or ends at a place of a text.
fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// A text with a word in the place of another.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (before, after) = (&rest[..at], &rest[at + from.len()..]);
        let last = before.chars().next_back().or_else(|| out.chars().next_back());
        out.push_str(before);
        out.push_str(if is_word(last) || is_word(after.chars().next()) { from } else { to });
        rest = after;
    }
    out + rest
}

/// What a definition or a rule says, whatever it and its parameters are called, and in whatever currency; and its name. Nothing of
/// one that is a value or another name: two forms may well have the same figure.
fn says(item: &Item) -> Option<(String, String)> {
    let mut item = item.clone();
    if let ItemKind::Replace(inner) = item.kind {
        item = *inner;
    }
    item.citations.clear();
    let mut words = Vec::new();
    let name = match &mut item.kind {
        ItemKind::Define(d) => {
            if !matches!(
                d.value.kind,
                ExprKind::Binary(..) | ExprKind::FirstOf(..) | ExprKind::Query(..) | ExprKind::Rounded(..) | ExprKind::At { .. }
            ) {
                return None;
            }
            words.extend(d.params.iter().map(|p| p.name.name.clone()));
            std::mem::replace(&mut d.name.name, "it_is".to_owned())
        }
        ItemKind::Rule(r) => std::mem::replace(&mut r.name.name, "it_is".to_owned()),
        _ => return None,
    };
    let mut text = print::item(&item).replace("$0/share", "0 money/share").replace("$0", "0 money").replace("USD", "money");
    for (n, word) in words.iter().enumerate() {
        text = renamed(&text, word, &format!("parameter_{n}"));
    }
    Some((text, name))
}

#[test]
fn what_a_shared_file_says_no_other_says_under_another_name() {
    let mut shared = BTreeMap::new();
    let mut problems = Vec::new();
    for path in files("terms/lib") {
        for (text, name) in items(&path).iter().filter_map(says) {
            if let Some((other, elsewhere)) = shared.insert(text, (name.clone(), path.clone()))
                && other != name
            {
                problems.push(format!("`{name}` of {} is `{other}` of {}", path.display(), elsewhere.display()));
            }
        }
    }
    assert!(shared.len() > 100, "{}", shared.len());
    for path in files("terms") {
        for (text, name) in items(&path).iter().filter_map(says) {
            if let Some((other, lib)) = shared.get(&text)
                && *other != name
            {
                problems.push(format!("`{name}` of {} is `{other}` of {}: import that", path.display(), lib.display()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn definitions_are_compared_whatever_they_are_called() {
    let told = |text: &str| {
        let file = Sources::default().add("t.terms", text);
        tenor::syntax::parse(file, text).0.items.iter().find_map(says)
    };
    let one = told("define net(turned : shares, worth : money/share) : shares = turned - turned × 0 money/share / worth\n");
    let two = told("§2 define left(n : shares, turned : USD/share) : shares = n - n × $0/share / turned\n");
    let three = told("§2 define left(n : shares, turned : USD/share) : shares = n + n × $0/share / turned\n");
    assert_eq!(one.as_ref().map(|t| &t.0), two.as_ref().map(|t| &t.0));
    assert_ne!(one.map(|t| t.0), three.map(|t| t.0));
    assert_eq!(told("define cap : number = 10%\n"), None);
}

/// The files of a folder that its page does not name.
fn unnamed(folder: &str) -> Vec<String> {
    let page = std::fs::read_to_string(root().join(folder).join("README.md")).unwrap_or_else(|e| panic!("{folder}: {e}"));
    files(folder)
        .iter()
        .filter_map(|p| p.file_stem().and_then(|s| s.to_str()).map(str::to_owned))
        .filter(|name| !page.contains(&format!("`{name}`")))
        .collect()
}

#[test]
fn every_file_can_be_found() {
    assert_eq!(unnamed("terms"), Vec::<String>::new());
    assert_eq!(unnamed("terms/lib"), Vec::<String>::new());
}

/// Forms whose price only falls, each with a first price that is no whole number of cents, and a record that lowers it by less than
/// rounding could raise it: to 0.3959 from 0.396, which is 0.40 to the nearest cent, and 0.39555 from 0.39556, to the hundredth of
/// a cent 0.3956.
const ONLY_FALLS: [(&str, &str, &str, &str); 9] = [
    ("full-ratchet", "0.396", "2024-01-15", r#"2024-06-03 issuance { shares: 1,000 shares, price: $0.3959/share }"#),
    ("full-ratchet-on-announcement", "0.396", "2024-01-15", r#"2024-06-03 announcement { price: $0.3959/share }"#),
    (
        "full-ratchet-units",
        "0.396",
        "2024-01-15",
        r#"2024-06-03 unit_sale { id: "U", unit_price: $0.3959/share, announced: 2024-06-03 }"#,
    ),
    ("price-reset", "0.396", "2021-02-12", "2021-03-01 quote { vwap: $0.3959/share }\n  2021-05-14 quote { vwap: $1/share }"),
    (
        "price-reset-anniversary",
        "0.006",
        "2021-02-12",
        // 87.5% × 0.0059 = 0.0051625, to the nearest cent 0.01
        "2022-02-11 quote { bid: $0.0059/share }\n  2022-02-14 quote { vwap: $1/share }",
    ),
    ("most-favoured-nation", "0.396", "2021-02-12", r#"2021-03-01 better_terms { id: "B", price: $0.3959/share }"#),
    ("registered-direct", "0.396", "2021-02-12", "2021-03-01 price_reduction { price: $0.3959/share, consent: yes }"),
    ("minimum-five-cents", "0.396", "2007-05-02", "2007-05-03 distribution { id: \"D\", kind: cash, per_share: $0.001/share }"),
    // (0.39556 × 1,000 + 1 × 0.3955) / 1,001 = 0.39555994…
    ("weighted-average-broad", "0.39556", "2015-02-12", "2015-03-01 issuance { shares: 1 share, price: $0.3955/share }"),
];

#[test]
fn rounding_raises_no_price_that_only_falls() {
    for (form, price, day, record) in ONLY_FALLS {
        let base = root().join("terms").join(form).display().to_string();
        // nothing waits, so that what is computed is seen
        let (policy, quote) = match form {
            "minimum-five-cents" => (
                "replace postpone price { on market_fraction  while the change is under $0.001/share }\n",
                "2007-05-03 quote { close: $10/share }\n  ",
            ),
            _ => ("", ""),
        };
        let text = format!(
            "variant \"to the nearest cent\" of \"{base}.terms\"\nedition 1\nset initial_price = ${price}/share\n{policy}\
             example \"less by less than half a cent\" {{\n  {day} capitalization {{ outstanding: 1,000 shares }}\n  \
             {day} certificate {{ certificate: \"W-1\", holder: \"A\", shares: 1,000 shares }}\n  {quote}{record}\n  \
             expect price of certificate \"W-1\" is ${price}/share\n}}\n"
        );
        let (_folder, path) = crate::tenor::file("falls.terms", &text);
        let out = tenor(&["test", &path]);
        assert_eq!(
            out.status.code(),
            Some(0),
            "{form}\n{}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
    }
}
