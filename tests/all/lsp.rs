//! `tenor lsp`: a whole session over standard input and output, as an editor has it.

use crate::tenor::command;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

const LIBRARY: &str = "library \"L\"\nedition 1\n\ndefine doubled(n : shares) : shares = 2 × n\n";

const MAIN: &str = r#"terms "Ünicode"
edition 1
currency USD
time zone America/New_York
close of business 17:00

import "lib.terms"

event certificate kept by certificate { certificate : text  shares : shares }
event split { new : number  old : number }

§1
state number of certificate : shares = certificate.shares

§2(a)
rule split on split, for each certificate {
  number becomes number × event.new / event.old
}

report certificates of certificate { certificate number }

example "a split" {
  2006-01-09 certificate { certificate: "W-1", shares: 10 shares }
  2006-01-10 split { new: 2, old: 1 }
  expect number of certificate "W-1" is doubled(10 shares)
}
"#;

/// An editor.
struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: i32,
    /// The last that was told of each file.
    told: BTreeMap<String, Json>,
}

impl Session {
    fn start() -> Self {
        let mut child = command()
            .args(["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("tenor does not start: {e}"));
        let input = child.stdin.take();
        let Some(output) = child.stdout.take() else { panic!("no output") };
        let mut session = Self { child, input, output: BufReader::new(output), next: 0, told: BTreeMap::new() };
        let able = session.ask("initialize", json!({ "capabilities": {} }));
        assert_eq!(able["capabilities"]["hoverProvider"], true);
        session.tell("initialized", json!({}));
        session
    }

    fn send(&mut self, message: &Json) {
        let text = message.to_string();
        let Some(input) = &mut self.input else { panic!("closed") };
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap_or_else(|e| panic!("{e}"));
        input.flush().unwrap_or_else(|e| panic!("{e}"));
    }

    fn receive(&mut self) -> Json {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap_or_else(|e| panic!("{e}"));
            assert!(read > 0, "the server went away");
            match line.trim() {
                "" => break,
                head => length = head.strip_prefix("Content-Length: ").and_then(|n| n.parse().ok()).unwrap_or(length),
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).unwrap_or_else(|e| panic!("{e}"));
        serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{e}"))
    }

    fn tell(&mut self, method: &str, params: Json) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks, and takes what is told meanwhile.
    fn ask(&mut self, method: &str, params: Json) -> Json {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id {
                return message["result"].clone();
            }
            if message["method"] == "textDocument/publishDiagnostics" {
                let uri = message["params"]["uri"].as_str().unwrap_or("").to_owned();
                self.told.insert(uri, message["params"]["diagnostics"].clone());
            }
        }
    }

    fn at(&mut self, method: &str, uri: &str, line: usize, character: usize) -> Json {
        let position = json!({ "line": line, "character": character });
        self.ask(method, json!({ "textDocument": { "uri": uri }, "position": position }))
    }

    fn of(&mut self, method: &str, uri: &str) -> Json {
        self.ask(method, json!({ "textDocument": { "uri": uri } }))
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "tenor", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "version": 2 });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }));
    }

    /// What is told of a file now: an outline is asked for, so that all that came before it has been taken.
    fn problems(&mut self, uri: &str) -> Vec<Json> {
        let _ = self.of("textDocument/documentSymbol", uri);
        self.told.get(uri).and_then(Json::as_array).cloned().unwrap_or_default()
    }

    fn end(mut self) {
        let _ = self.ask("shutdown", Json::Null);
        self.tell("exit", Json::Null);
        self.input = None;
        let ended = self.child.wait().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(ended.code(), Some(0));
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The line, from 0, and the column of a word, in units of UTF-16.
fn find(text: &str, word: &str) -> (usize, usize) {
    let at = text.find(word).unwrap_or_else(|| panic!("no {word}"));
    let head = text.get(..at).unwrap_or("");
    let column = head.rsplit('\n').next().unwrap_or("").encode_utf16().count();
    (head.matches('\n').count(), column)
}

#[test]
fn a_session() {
    let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
    let (lib, main) = (folder.path().join("lib.terms"), folder.path().join("main.terms"));
    std::fs::write(&lib, LIBRARY).unwrap_or_else(|e| panic!("{e}"));
    std::fs::write(&main, MAIN).unwrap_or_else(|e| panic!("{e}"));
    let (lib, main) = (uri(&lib), uri(&main));
    let mut s = Session::start();

    s.open(&main, MAIN);
    let first = s.problems(&main);
    assert!(first.iter().all(|p| p["severity"] == 2), "{first:?}");

    // a name that is not there is told of in its place, and what was meant is offered
    let wrong = MAIN.replace("is doubled(", "is dubled(");
    s.change(&main, &wrong);
    let told = s.problems(&main);
    let unknown = told.iter().find(|p| p["code"] == "check::unknown-name").cloned().unwrap_or_else(|| panic!("{told:?}"));
    let (line, column) = find(&wrong, "dubled");
    assert_eq!(unknown["range"]["start"], json!({ "line": line, "character": column }));
    let context = json!({ "diagnostics": [unknown] });
    let range = unknown["range"].clone();
    let actions =
        s.ask("textDocument/codeAction", json!({ "textDocument": { "uri": main }, "range": range, "context": context }));
    assert_eq!(actions[0]["edit"]["changes"][&main][0]["newText"], "doubled", "{actions}");
    assert_eq!(actions[0]["edit"]["changes"][&main][0]["range"], unknown["range"]);

    // mended again, and how the example comes out stands above it
    s.change(&main, MAIN);
    assert!(s.problems(&main).iter().all(|p| p["severity"] == 2));
    let lenses = s.of("textDocument/codeLens", &main);
    assert_eq!(lenses[0]["command"]["title"], "comes out");
    assert_eq!(lenses[0]["range"]["start"]["line"], find(MAIN, "example ").0);

    // a change of the library, in the editor alone: the file that imports it shows another figure
    s.open(&lib, &LIBRARY.replace("2 × n", "3 × n"));
    let lenses = s.of("textDocument/codeLens", &main);
    let title = lenses[0]["command"]["title"].as_str().unwrap_or("").to_owned();
    assert!(title.contains("20 against 30"), "{title}");
    // and hears of a name that is gone
    s.change(&lib, &LIBRARY.replace("doubled", "twofold"));
    let told = s.problems(&main);
    assert!(told.iter().any(|p| p["code"] == "check::unknown-name"), "{told:?}");
    // closed without being saved, it is as it was
    s.tell("textDocument/didClose", json!({ "textDocument": { "uri": lib } }));
    assert!(s.problems(&main).iter().all(|p| p["severity"] == 2));

    // a definition in another file, and what it says
    let (line, column) = find(MAIN, "doubled(");
    let found = s.at("textDocument/definition", &main, line, column + 2);
    let (there, here) = find(LIBRARY, "doubled");
    assert_eq!(
        found,
        json!([{ "uri": lib, "range": {
        "start": { "line": there, "character": here }, "end": { "line": there, "character": here + 7 } } }])
    );
    let hover = s.at("textDocument/hover", &main, line, column + 2);
    let text = hover["contents"]["value"].as_str().unwrap_or("").to_owned();
    assert!(text.contains("define doubled(n : shares) : shares = 2 × n") && text.contains("lib.terms:4"), "{text}");
    let (line, column) = find(MAIN, "number becomes");
    let hover = s.at("textDocument/hover", &main, line, column);
    let text = hover["contents"]["value"].as_str().unwrap_or("").to_owned();
    assert!(text.contains("§1") && text.contains("state number of certificate : shares"), "{text}");
    assert_eq!(s.at("textDocument/hover", &main, 0, 0), Json::Null);

    // the fields of the event a record is of
    let (line, column) = find(MAIN, "new: 2");
    let offered = s.at("textDocument/completion", &main, line, column);
    let labels: Vec<&str> = offered.as_array().into_iter().flatten().filter_map(|o| o["label"].as_str()).collect();
    assert_eq!(labels, ["new", "old"]);
    let (line, column) = find(MAIN, "number becomes");
    let offered = s.at("textDocument/completion", &main, line, column);
    let has = |l: &str| offered.as_array().is_some_and(|all| all.iter().any(|o| o["label"] == l));
    assert!(has("number") && has("doubled") && has("postpone"), "{offered}");

    // the outline goes by clause
    let outline = s.of("textDocument/documentSymbol", &main);
    let names: Vec<&str> = outline.as_array().into_iter().flatten().filter_map(|o| o["name"].as_str()).collect();
    assert!(names.contains(&"§2(a) rule split on split, for each certificate"), "{names:?}");

    // its layout
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    s.change(&main, &MAIN.replace("  number becomes", "number   becomes"));
    let edits = s.ask("textDocument/formatting", json!({ "textDocument": { "uri": main }, "options": options }));
    assert_eq!(edits[0]["newText"], MAIN);
    s.change(&main, MAIN);
    let edits = s.ask("textDocument/formatting", json!({ "textDocument": { "uri": main }, "options": options }));
    assert_eq!(edits, json!([]));
    s.end();
}

#[test]
fn what_is_no_file_is_no_fault() {
    let mut s = Session::start();
    assert_eq!(s.at("textDocument/hover", "untitled:Untitled-1", 0, 0), Json::Null);
    assert_eq!(s.at("textDocument/hover", "file:///nowhere/a.terms", 5, 7), Json::Null);
    s.open("file:///nowhere/a%20b.terms", "rule {");
    let told = s.problems("file:///nowhere/a%20b.terms");
    assert!(told.iter().any(|p| p["severity"] == 1), "{told:?}");
    // a place beyond the end
    assert_eq!(s.at("textDocument/hover", "file:///nowhere/a%20b.terms", 99, 99), Json::Null);
    s.end();
}
