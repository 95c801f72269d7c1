//! Every folder of `tests/scenario`: a stream of events, and what must come of it. See `tests/scenario/README.md`.

use crate::{exact, tenor};
use serde_json::Value as Json;
use std::path::Path;
use toml::Value;

#[test]
fn scenarios() {
    let only = std::env::var("SCENARIO").ok();
    let mut wrong = Vec::new();
    let mut runs = 0;
    for folder in tenor::folders("scenario") {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|o| !name.contains(o.as_str())) {
            continue;
        }
        for (n, problem) in scenario(&folder, &mut runs) {
            wrong.push(format!("{name}, run {n}: {problem}"));
        }
    }
    assert!(runs > 0, "no scenario was run");
    assert!(wrong.is_empty(), "{} of {runs} runs went wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is wrong with a scenario, by the number of the run.
fn scenario(folder: &Path, runs: &mut usize) -> Vec<(usize, String)> {
    let file = folder.join("scenario.toml");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(e) => return vec![(0, format!("{}: {e}", file.display()))],
    };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(e) => return vec![(0, format!("scenario.toml: {e}"))],
    };
    if let Some(key) = table.keys().find(|k| !["about", "terms", "events", "run"].contains(&k.as_str())) {
        return vec![(0, format!("scenario.toml: unknown key `{key}`"))];
    }
    let Some(list) = table.get("run").and_then(Value::as_array) else { return vec![(0, "no [[run]]".to_owned())] };
    let mut wrong = Vec::new();
    for (n, run) in list.iter().enumerate() {
        *runs += 1;
        let mut say = |problem: String| wrong.push((n + 1, problem));
        one(folder, &table, run, &mut say);
    }
    wrong
}

fn one(folder: &Path, scenario: &toml::Table, run: &Value, say: &mut impl FnMut(String)) {
    const KEYS: [&str; 11] =
        ["terms", "events", "readings", "as_of", "known_on", "args", "exit", "expect", "count", "none", "stderr"];
    if let Some(key) = run.as_table().into_iter().flat_map(toml::Table::keys).find(|k| !KEYS.contains(&k.as_str())) {
        return say(format!("unknown key `{key}`"));
    }
    let text = |key: &str| run.get(key).or_else(|| scenario.get(key)).and_then(Value::as_str);
    let terms = tenor::root().join(text("terms").unwrap_or("terms/glowpoint-2005.terms"));
    let events = folder.join(text("events").unwrap_or("events.jsonl"));
    let mut command = tenor::command();
    command.arg("run").arg(&terms).arg(&events).args(["--format", "json"]);
    for (name, word) in run.get("readings").and_then(Value::as_table).into_iter().flatten() {
        command.arg("--reading").arg(format!("{name}={}", word.as_str().unwrap_or_default()));
    }
    for option in ["as_of", "known_on"] {
        if let Some(date) = run.get(option).and_then(Value::as_str) {
            command.arg(format!("--{}", option.replace('_', "-"))).arg(date);
        }
    }
    for arg in run.get("args").and_then(Value::as_array).into_iter().flatten() {
        command.arg(arg.as_str().unwrap_or_default());
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(e) => return say(format!("tenor does not start: {e}")),
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    let exit = run.get("exit").and_then(Value::as_integer).unwrap_or(0);
    if output.status.code().map(i64::from) != Some(exit) {
        say(format!("exit code {:?} instead of {exit}:\n{stderr}", output.status.code()));
    }
    for part in run.get("stderr").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        // a message is folded where the line ends
        let flat = stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        if !flat.contains(part) {
            say(format!("standard error does not say `{part}`:\n{stderr}"));
        }
    }
    let wants_result = ["expect", "count", "none"].iter().any(|k| run.get(k).is_some());
    let result: Json = match serde_json::from_slice(&output.stdout) {
        Ok(result) => result,
        Err(_) if !wants_result => return,
        Err(e) => return say(format!("no result: {e}\n{stderr}")),
    };
    compare(run, &result, say);
}

/// What is wrong with the result of a run.
pub(crate) fn compare(run: &Value, result: &Json, say: &mut impl FnMut(String)) {
    for (key, expected) in run.get("expect").and_then(Value::as_table).into_iter().flatten() {
        if let Err(problem) = matches(expected, result.get(key).unwrap_or(&Json::Null), key) {
            say(problem);
        }
    }
    for (key, n) in run.get("count").and_then(Value::as_table).into_iter().flatten() {
        let found = result.get(key).and_then(Json::as_array).map_or(0, Vec::len);
        if n.as_integer() != i64::try_from(found).ok() {
            let all = result.get(key).map(ToString::to_string).unwrap_or_default();
            say(format!("{found} {key} instead of {n}: {all}"));
        }
    }
    for (key, unwanted) in run.get("none").and_then(Value::as_table).into_iter().flatten() {
        for item in unwanted.as_array().into_iter().flatten() {
            let found = result.get(key).and_then(Json::as_array).into_iter().flatten().find(|i| matches(item, i, key).is_ok());
            if let Some(found) = found {
                say(format!("{key} has {found}, which it must not have"));
            }
        }
    }
}

/// Whether a result has what is expected of it; it may have more.
fn matches(expected: &Value, found: &Json, at: &str) -> Result<(), String> {
    match (expected, found) {
        (Value::Table(fields), Json::Object(map)) => {
            fields.iter().try_for_each(|(k, v)| matches(v, map.get(k).unwrap_or(&Json::Null), &format!("{at}.{k}")))
        }
        // each must be found, in this order
        (Value::Array(items), Json::Array(list)) => {
            let mut rest = list.iter();
            items.iter().enumerate().try_for_each(|(n, item)| {
                let mut nearest = String::new();
                let found = rest.any(|i| {
                    matches(item, i, &format!("{at}[{n}]")).map_err(|e| nearest.push_str(&format!("\n    {e}"))).is_ok()
                });
                if found { Ok(()) } else { Err(format!("{at} has no item {n} like {item}:{nearest}")) }
            })
        }
        (Value::Array(items), Json::Null) if items.is_empty() => Ok(()),
        (Value::String(s), found) => word(s, found, at),
        (Value::Integer(n), Json::Number(f)) if f.as_i64() == Some(*n) => Ok(()),
        (Value::Boolean(b), Json::Bool(f)) if b == f => Ok(()),
        _ => Err(format!("{at} is {found} instead of {expected}")),
    }
}

/// A text: `~part` for a part of one; a number or a fraction for its value; `null` for nothing.
fn word(expected: &str, found: &Json, at: &str) -> Result<(), String> {
    let text = match found {
        Json::Null => "null".to_owned(),
        Json::String(s) => s.clone(),
        other => other.to_string(),
    };
    let holds = match (expected.strip_prefix('~'), exact::number(expected), exact::number(&text)) {
        (Some(part), ..) => text.contains(part),
        (None, Some(exact), Some(computed)) => exact::is(&computed, &exact),
        (None, ..) => text == expected,
    };
    if holds { Ok(()) } else { Err(format!("{at} is `{text}` instead of `{expected}`")) }
}
