//! The command within another program: what it hands back is what the command writes.

use crate::tenor;
use ::tenor::cli::embed::{Asked, Held, call, compile, load, run};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// On a thread as deep as that of the command.
fn deep<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = got(std::thread::Builder::new().stack_size(64 << 20).spawn(work).ok(), "a thread");
    got(thread.join().ok(), "an end without a panic")
}

/// What must be there.
fn got<T>(found: Option<T>, what: &str) -> T {
    found.unwrap_or_else(|| panic!("{what} is missing"))
}

fn terms() -> PathBuf {
    tenor::root().join("terms/glowpoint-2005.terms")
}

fn events() -> PathBuf {
    tenor::root().join("examples/first.jsonl")
}

fn held(name: &str, text: &str) -> Held {
    Held { path: name.into(), bytes: Arc::from(text.as_bytes()) }
}

#[test]
fn a_run_is_that_of_the_command() {
    let args = ["run".into(), terms().into_os_string(), events().into_os_string(), "--format".into(), "json".into()];
    let wanted = tenor::tenor(&args).stdout;
    let ours = deep(|| {
        let loaded = got(load(&terms(), &[]).ok(), "terms");
        let program = got(compile(&loaded.terms, &[]).ok(), "a program");
        let asked = Asked { terms: terms(), events: events(), ..Asked::default() };
        let ran = run(&loaded.terms, &program, &loaded.files, &[], &asked, &AtomicBool::new(false));
        let ran = got(ran.ok(), "a run");
        ran.json(&loaded.terms, &program)
    });
    assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&wanted));
}

#[test]
fn files_are_held_and_messages_have_their_places() {
    let bad =
        "{\"date\":\"2006-01-10\",\"event\":\"split\",\"new\":2,\"old\":1}\n\n{\"date\":\"2006-02-10\",\"event\":\"splt\"}\n";
    let path = terms().display().to_string();
    let called = deep(move || {
        let line = ["tenor", "run", &path, "<events>", "--format", "json"].map(str::to_owned);
        call(line, &[held("<events>", bad)])
    });
    assert_eq!(called.code, 65);
    let document: serde_json::Value = got(serde_json::from_slice(&called.out).ok(), "a document");
    assert_eq!(document["stopped"]["event"], 2);
    let error = got(called.told.iter().find(|t| t.severity == "error"), "an error");
    // the second record stands on the third line
    assert_eq!((error.code.as_str(), error.file.as_str()), ("event::unknown-event", "<events>"));
    assert_eq!((error.at, error.record), (Some((3, None)), Some(2)));
    assert!(error.rendered.contains("did you mean `split`"), "{}", error.rendered);
}

#[test]
fn what_is_told_on_other_threads_is_heard() {
    // which figure is meant is looked up on the threads that run the stream
    let path = terms().display().to_string();
    let called = deep(move || {
        let file = events().display().to_string();
        call(["tenor", "solve", &path, &file, "--for", "prce of W-1 = 2", "--by", "issuance[1].price"].map(str::to_owned), &[])
    });
    assert_eq!(called.code, 2);
    let error = got(called.told.first(), "a message");
    assert_eq!((error.code.as_str(), error.help.as_str()), ("usage::for", "did you mean `price of W-1`?"));
}

#[test]
fn terms_held_in_memory_are_wrong_where_they_are() {
    let text = "terms \"A\"\nedition 1\ncurrency USD\n\nrule a on nothing {\n}\n";
    let called = got(deep(move || load("<text>".as_ref(), &[held("<text>", text)]).err()), "what is wrong");
    let error = got(called.told.iter().find(|t| t.code == "check::unknown-name"), "the name");
    assert_eq!((error.file.as_str(), error.at), ("<text>", Some((5, Some(11)))));
    assert_eq!(called.code, 65);
}

#[test]
fn a_command_line_that_is_wrong_is_told() {
    let called = call(["tenor", "rnu"], &[]);
    assert_eq!((called.code, called.told.len()), (2, 1));
    assert!(called.told.iter().all(|t| t.code == "usage" && t.message.contains("rnu")), "{:?}", called.told);
}
