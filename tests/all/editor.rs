//! What editors are told of the language by hand: it knows every word of the grammar.

use crate::tenor::root;

#[test]
fn the_colours_know_every_word() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    let grammar: serde_json::Value =
        serde_json::from_str(&read("editors/vscode/syntaxes/tenor.tmLanguage.json")).unwrap_or_else(|e| panic!("{e}"));
    let control = grammar["repository"]["keyword"]["match"].as_str().unwrap_or_default();
    let known: Vec<&str> = control.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    // units and answers are coloured as values
    let values = ["share", "shares", "day", "days", "month", "months", "year", "years", "yes", "no"];
    let words = read("grammar/words.pest");
    let all: Vec<&str> = words.lines().filter_map(|l| l.strip_prefix("kw_")?.split('"').nth(1)).collect();
    assert!(all.len() > 100, "{} words", all.len());
    let missing: Vec<&&str> = all.iter().filter(|w| !known.contains(w) && !values.contains(w)).collect();
    assert!(missing.is_empty(), "not coloured: {missing:?}");
}
