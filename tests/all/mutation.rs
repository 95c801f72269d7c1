//! Whatever stands in a file, it is read, checked and run without a panic: texts of the project, changed at random.

use crate::tenor::root;
use ::tenor::agreement::Agreement;
use ::tenor::check::{Problem, Reader, check};
use ::tenor::engine::{Engine, Options, compile};
use ::tenor::event::{Batch, Failed, Format, Schema, Stream};
use ::tenor::intern::Interner;
use ::tenor::report::coverage::{self, coverage};
use ::tenor::report::stop::Seen;
use ::tenor::report::words::Words;
use ::tenor::source::Sources;
use ::tenor::terms::Terms;
use miette::{GraphicalReportHandler, GraphicalTheme, NamedSource, Report};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of.get(self.roll(of.len())).copied().unwrap_or("")
    }
}

/// What is put in: signs and words that mean something, or nothing, in some place.
const ODD: [&str; 62] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "“",
    "”",
    "'",
    "§",
    "¶",
    "#",
    "\n",
    "\t",
    "\r\n",
    "\u{a0}",
    "\u{200b}",
    "\u{feff}",
    "\0",
    "é",
    "–",
    "—",
    "×",
    "=",
    "==",
    "<=",
    "<",
    "-",
    "+",
    "/",
    "^",
    "%",
    "$",
    ",",
    ".",
    ":",
    ";",
    "|",
    "0",
    "1",
    "-1",
    "0.5",
    "1e9",
    "99999999999999999999999999999",
    "2005-03-14",
    "2005-02-30",
    "9999-12-31",
    "0000-00-00",
    "24:00",
    "17:00",
    "of",
    "the",
    "each",
    "is",
    "not",
    "known",
    "becomes",
    "let",
    "first of",
    "rounded down to",
    "null",
];

/// Words, figures and signs, each alone, with the space between them.
fn parts(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let of = |c: char| (c.is_alphanumeric() || c == '_', c.is_whitespace());
        let len = match of(c) {
            (false, false) => c.len_utf8(),
            sort => rest.find(|d| of(d) != sort).unwrap_or(rest.len()),
        };
        let (head, tail) = rest.split_at(len);
        out.push(head);
        rest = tail;
    }
    out
}

/// A text with a few changes.
fn mutated(text: &str, dice: &mut Dice) -> String {
    let mut all: Vec<&str> = parts(text);
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(all.len());
        match dice.roll(8) {
            0 => drop(all.drain(at..(at + 1 + dice.roll(6)).min(all.len()))),
            1 => {
                let copy: Vec<&str> = all.iter().skip(at).take(1 + dice.roll(12)).copied().collect();
                let to = dice.roll(all.len() + 1);
                drop(all.splice(to..to, copy));
            }
            2 => all.insert(at, dice.pick(&ODD)),
            3 => all.truncate(at),
            4 if !all.is_empty() => {
                let other = dice.roll(all.len());
                all.swap(at, other);
            }
            _ if !all.is_empty() => {
                let other = if dice.roll(3) == 0 { dice.pick(&ODD) } else { all[dice.roll(all.len())] };
                all[at] = other;
            }
            _ => {}
        }
    }
    all.concat()
}

/// One file in place of another; all others as they are.
struct Instead {
    path: PathBuf,
    text: String,
}

impl Reader for Instead {
    fn read(&self, path: &Path) -> Result<String, String> {
        if path == self.path { Ok(self.text.clone()) } else { std::fs::read_to_string(path).map_err(|e| e.to_string()) }
    }
}

/// Checks a text in the place of a file, and shows what is wrong with it.
fn checked(path: &Path, text: &str) -> Option<Terms> {
    let reader = Instead { path: path.to_owned(), text: text.to_owned() };
    let out = check(path, &reader);
    for p in &out.problems {
        shown(p, &out.sources);
    }
    assert!(out.terms.is_some() || out.problems.iter().any(Problem::is_error), "neither terms nor an error:\n{text}");
    out.terms
}

/// A message is drawn as a user sees it, with its place.
fn shown(p: &Problem, sources: &Sources) {
    let text = sources.get(p.span().file).map_or(String::new(), |s| s.text.to_string());
    let report = Report::new(p.clone()).with_source_code(NamedSource::new("changed.terms", text));
    let mut out = String::new();
    let drawn = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).render_report(&mut out, report.as_ref());
    assert!(drawn.is_ok() && !out.contains("[Failed to read contents"), "{p:?} has no place in its text:\n{out}");
}

/// Runs a stream, however it ends.
fn run(terms: &Terms, format: Format, text: &str) {
    let readings: Vec<u32> = terms.readings.iter().map(|r| r.default).collect();
    let Ok(program) = compile(terms, &readings, &[]) else { return };
    let options = Options { keep_going: true, journal: true, ..Options::default() };
    let mut engine = Engine::new(&program, terms, Interner::default(), options);
    let mut schema = Schema::new(terms);
    let mut batch = Batch::default();
    if let Ok(mut stream) = Stream::new(Cursor::new(text.as_bytes()), format, None) {
        for _ in 0..10_000 {
            match stream.next(&mut schema, engine.texts(), &mut batch) {
                Ok(Some((head, _))) => engine.record(&batch, &head),
                Ok(None) => break,
                Err(Failed::Io(e)) => panic!("a text in memory cannot be read: {e}"),
                Err(Failed::Record(p)) => {
                    let said = format!("{}{}{}{}", p.what.id(), p.what, p.what.help(), stream.text());
                    assert!(!said.is_empty(), "{p:?}");
                }
            }
        }
    }
    let run = engine.finish();
    let words = Words { terms, texts: &run.texts, keys: &run.keys };
    let mut seen = Seen::default();
    seen.run(&run, &program);
    for s in run.rejected.iter().chain(&run.stopped) {
        assert!(!words.told(s, &seen).message.is_empty(), "{:?} is not worded", s.why);
    }
    assert!(!format!("{:?}", ::tenor::report::document(terms, &program, &run)).is_empty(), "no document");
    let document = ::tenor::report::json::Document { terms, program: &program, run: &run };
    assert!(serde_json::to_value(document).is_ok_and(|d| d.is_object()), "no object");
}

/// So many changes of each text, or as many as the environment asks for.
fn times(count: usize) -> usize {
    std::env::var("MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(count)
}

/// The seed, or that which the environment asks for.
fn dice() -> Dice {
    Dice(std::env::var("MUTATION_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(20_050_314))
}

/// Small terms files of every kind: right ones and wrong ones.
fn files() -> Vec<PathBuf> {
    if let Some(file) = std::env::var_os("MUTATION_FILE") {
        return vec![PathBuf::from(file)];
    }
    let mut out = vec![root().join("benches/four-rules.terms")];
    let mut left = vec![root().join("tests/reject")];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            left.extend(entries.flatten().map(|e| e.path()));
        } else if path.extension().is_some_and(|e| e == "terms") {
            out.push(path);
        }
    }
    out.sort();
    out
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// What is done with a text does not panic; if it does, the text is told.
fn calm(text: &str, act: impl FnOnce() + std::panic::UnwindSafe) {
    if std::panic::catch_unwind(act).is_err() {
        panic!("this text makes tenor panic:\n{text}");
    }
}

/// With the stack the command has: it is the parser's own bound that ends what is deep.
fn deep(act: impl FnOnce() + Send + 'static) {
    let worker = std::thread::Builder::new().stack_size(64 << 20).spawn(act);
    let ended = worker.unwrap_or_else(|e| panic!("no thread: {e}")).join();
    if let Err(why) = ended {
        std::panic::resume_unwind(why);
    }
}

#[test]
fn terms_changed_at_random() {
    deep(change_terms);
}

#[test]
fn streams_changed_at_random() {
    deep(change_streams);
}

#[test]
fn agreements_changed_at_random() {
    let path = root().join("tests/coverage/complete.terms");
    let Some(terms) = checked(&path, &read(&path)) else { panic!("tests/coverage/complete.terms is not right") };
    let text = read(&root().join("tests/coverage/agreement.txt"));
    let mut dice = dice();
    for _ in 0..times(200) {
        let text = mutated(&text, &mut dice);
        let act = std::panic::AssertUnwindSafe(|| {
            let found = coverage(&terms, Some(&Agreement::read(&text)));
            assert!(coverage::json(&found).is_object(), "no object");
        });
        calm(&text, act);
    }
}

fn change_terms() {
    const STREAM: &str = r#"{"date":"2005-03-14","event":"capitalization","outstanding":40000000}
{"date":"2005-03-14","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-01-10","event":"issuance","id":"I1","shares":5000,"price":"1.00"}
{"date":"2006-01-11","event":"split","new":3,"old":2}
{"date":"2006-01-12","event":"payment","method":"cash"}
{"date":"2006-01-13","event":"transfer","certificate":"W-1","into":[{"certificate":"W-2","holder":"B","shares":100000}]}
"#;
    let mut dice = dice();
    let mut good = 0;
    for path in files() {
        let text = read(&path);
        for _ in 0..times(4) {
            let text = mutated(&text, &mut dice);
            let found = std::cell::Cell::new(false);
            let act = std::panic::AssertUnwindSafe(|| {
                if let Some(terms) = checked(&path, &text) {
                    found.set(true);
                    run(&terms, Format::Jsonl, STREAM);
                }
            });
            calm(&text, act);
            good += usize::from(found.get());
        }
    }
    // changes that leave nothing right would try the reader of texts and no more
    assert!(good > 0, "no change left terms that can be run");
}

fn change_streams() {
    let path = root().join("tests/reject/good.terms");
    let Some(terms) = checked(&path, &read(&path)) else { panic!("tests/reject/good.terms is not right") };
    let streams = [
        (
            Format::Jsonl,
            r#"{"date":"2005-03-14","event":"capitalization","outstanding":40000000}
{"date":"2005-03-14","time":"09:30","event":"certificate","certificate":"W-1","holder":"A","shares":"100000"}
{"date":"2006-01-10","event":"issuance","id":"I1","shares":5000,"price":"1.00","recorded":"2006-01-11","note":"an issue"}
{"date":"2006-01-11","event":"split","new":3,"old":2}
{"date":"2006-01-12","event":"grant","id":"G1","instrument":"option","exercise_price":3.5,"to_all_holders":false}
{"date":"2006-01-13","event":"transfer","certificate":"W-1","into":[{"certificate":"W-2","holder":"B","shares":50000},{"certificate":"W-3","holder":"C","shares":50000}]}
{"date":"2006-01-14","event":"lapse","of":"G1"}
"#,
        ),
        (
            Format::Csv,
            "date,event,outstanding,certificate,holder,shares,new,old,into\n2005-03-14,capitalization,40000000,,,,,,\n\
             2005-03-14,certificate,,W-1,\"A, B\",100000,,,\n2006-01-11,split,,,,,3,2,\n\
             2006-01-13,transfer,,W-1,,,,,\"[{\"\"certificate\"\":\"\"W-2\"\",\"\"holder\"\":\"\"B\"\",\"\"shares\"\":100000}]\"\n",
        ),
        (
            Format::Toml,
            "[[event]]\ndate = 2005-03-14\nevent = \"certificate\"\ncertificate = \"W-1\"\nholder = \"A\"\nshares = 100_000\n\n\
             [[event]]\ndate = 2006-01-11\nevent = \"split\"\nnew = 3\nold = 2\n\n[[event]]\ndate = 2006-01-13\nevent = \"transfer\"\n\
             certificate = \"W-1\"\ninto = [{ certificate = \"W-2\", holder = \"B\", shares = 100000 }]\n",
        ),
    ];
    let mut dice = dice();
    for (format, text) in streams {
        for _ in 0..times(300) {
            let text = mutated(text, &mut dice);
            calm(&text, std::panic::AssertUnwindSafe(|| run(&terms, format, &text)));
        }
    }
}
