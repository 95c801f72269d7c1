//! Time in proportion to the stream: eight times the records take about eight times as long, whatever they are.
//!
//! Time is CPU time of the thread, so that a busy machine does not matter. A cost that grew with the square would be 64 times as much.
#![cfg(target_os = "linux")]

use ::tenor::engine::run::Run;
use ::tenor::engine::{Engine, Options, compile};
use ::tenor::event::{Batch, Failed, Format, Schema, Stream};
use ::tenor::intern::Interner;
use ::tenor::terms::Terms;
use std::fmt::Write as _;

const FEW: usize = 250;
const TIMES: usize = 8;
/// So many times as long at most: a little more than in proportion, for what is measured is small.
const MOST: u64 = 20;

/// The day of a record among so many, from 15 September 2005 on, spread over 1,600 days.
fn day(n: usize, count: usize) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2005, 9, 15).unwrap_or_default();
    let days = u64::try_from(n * 1_600 / count).unwrap_or(0);
    (first + chrono::Days::new(days)).to_string()
}

/// A stream of so many records of a kind.
fn stream(kind: &str, count: usize) -> String {
    let mut out = String::from(
        r#"{"date":"2005-03-14","event":"capitalization","outstanding":"400000000","authorized":"900000000000","reserved":"900000000000","par_value":"0.0001"}
{"date":"2005-03-14","event":"listing","venue":"nasdaq"}
{"date":"2005-03-14","event":"issue_date_value","value":"0.10"}
{"date":"2005-03-14","event":"certificate","certificate":"T-0","holder":"H","shares":"100000"}
"#,
    );
    let mut quoted = String::new();
    for n in 0..count {
        let date = day(n, count);
        let odd = n % 2 == 1;
        let of = n.saturating_sub(1);
        if matches!(kind, "distribution" | "abandonment" | "notice") && quoted != date {
            let _ = writeln!(out, r#"{{"date":"{date}","event":"quote","bid":"2.00","ask":"2.03"}}"#);
            quoted.clone_from(&date);
        }
        let rest = match (kind, odd) {
            ("conversion", true) => format!(r#""event":"conversion","id":"C{n}","of":"G{of}","shares":"100""#),
            ("lapse", true) => format!(r#""event":"lapse","id":"L{n}","of":"G{of}""#),
            ("repricing", true) => format!(r#""event":"repricing","id":"R{n}","of":"G{of}","exercise_price":"2.28""#),
            ("abandonment", true) => format!(r#""event":"abandonment","id":"A{n}","of":"D{of}""#),
            ("notice", true) => {
                format!(r#""event":"notice","id":"N{n}","of":"D{of}","means":"courier","received":"{date}T12:00""#)
            }
            ("grant" | "conversion" | "lapse" | "repricing", _) => {
                format!(r#""event":"grant","id":"G{n}","instrument":"option","shares":"100","exercise_price":"2.16""#)
            }
            ("distribution" | "abandonment" | "notice", _) => {
                format!(r#""event":"distribution","id":"D{n}","kind":"cash","per_share":"0.0001""#)
            }
            ("transfer", _) => format!(
                r#""event":"transfer","id":"X{n}","certificate":"T-{n}","into":[{{"certificate":"T-{}","holder":"H","shares":"100000"}}]"#,
                n + 1
            ),
            ("refused exercise", _) => {
                format!(r#""event":"exercise","id":"E{n}","certificate":"T-0","shares":"0.05","method":"cash","owned":"0""#)
            }
            ("exercise", _) => {
                format!(r#""event":"exercise","id":"E{n}","certificate":"T-0","shares":"1","method":"cash","owned":"0""#)
            }
            ("issuance", _) => format!(r#""event":"issuance","id":"I{n}","shares":"500","price":"2.00""#),
            _ => panic!("no stream of {kind}"),
        };
        let _ = writeln!(out, r#"{{"date":"{date}",{rest}}}"#);
    }
    out
}

/// A run of a stream, and the nanoseconds of CPU it took.
fn timed(terms: &Terms, program: &::tenor::engine::code::Program, text: &str) -> (Run, u64) {
    let options = Options { orders: true, ..Options::default() };
    let before = cpu();
    let mut engine = Engine::new(program, terms, Interner::default(), options);
    let mut schema = Schema::new(terms);
    let mut batch = Batch::default();
    let mut records = Stream::new(text.as_bytes(), Format::Jsonl, None).unwrap_or_else(|_| panic!("no stream"));
    loop {
        match records.next(&mut schema, engine.texts(), &mut batch) {
            Ok(Some((head, _))) => engine.record(&batch, &head),
            Ok(None) => break,
            Err(Failed::Record(p)) => panic!("{p:?}"),
            Err(Failed::Io(e)) => panic!("{e}"),
        }
    }
    let run = engine.finish();
    (run, cpu().saturating_sub(before))
}

/// Nanoseconds this thread has been on a processor.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_else(|e| panic!("no times of threads: {e}"));
    text.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("no time: {text}"))
}

#[test]
fn time_is_in_proportion_to_the_stream() {
    let terms = crate::reckon::terms(&crate::tenor::root().join("terms/glowpoint-2005.terms"));
    let readings: Vec<u32> = terms.readings.iter().map(|r| r.default).collect();
    let program = compile(&terms, &readings, &[]).unwrap_or_else(|e| panic!("{e}"));
    let kinds = [
        "issuance",
        "exercise",
        "refused exercise",
        "distribution",
        "notice",
        "transfer",
        "grant",
        "conversion",
        "lapse",
        "repricing",
        "abandonment",
    ];
    let mut wrong = Vec::new();
    for kind in kinds {
        let [(few, short), (many, long)] = [FEW, FEW * TIMES].map(|count| timed(&terms, &program, &stream(kind, count)));
        assert!(few.stopped.is_none() && many.stopped.is_none(), "{kind}: {:?} {:?}", few.stopped, many.stopped);
        let refused = if kind == "refused exercise" { FEW * TIMES } else { 0 };
        assert_eq!(many.refusals.len(), refused, "{kind}: {:?}", many.refusals.first());
        if long > short * MOST {
            wrong.push(format!("{kind}: {long} ns instead of {short}"));
        }
    }
    assert!(wrong.is_empty(), "{TIMES} times the records take too long: {}", wrong.join(", "));
}
