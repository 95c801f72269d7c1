//! A run that is killed, interrupted or out of room goes on where it ended, to the same bytes.

use super::{Night, said, same};
use std::fmt::Write;
use std::time::Duration;

/// A night that takes a while: many series, each with many records.
fn long(series: usize) -> Night {
    let night = Night::new();
    let mut manifest = "schema = 1\n[register]\nfile = \"register.csv\"\n".to_owned();
    let mut register = "series,certificate,holder,shares,issued\n".to_owned();
    let mut events = String::new();
    for n in 0..250 {
        let (year, month, day) = (2021 + n / 336, 1 + n / 28 % 12, 1 + n % 28);
        let _ = writeln!(
            events,
            "{{\"date\":\"{year}-{month:02}-{day:02}\",\"event\":\"exercise\",\"id\":\"E{n}\",\"certificate\":\"W\",\"shares\":1}}"
        );
    }
    night.write("long.jsonl", &events);
    for n in 0..series {
        let _ = writeln!(register, "S{n:03},W,Holder {n},100000,2020-01-02");
        let _ = write!(manifest, "[[series]]\nname = \"S{n:03}\"\nterms = \"small.terms\"\nevents = \"long.jsonl\"\n");
    }
    night.write("register.csv", &register);
    night.write("night.toml", &manifest);
    night
}

/// A number that is another each time, and the same in each test run.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[cfg(unix)]
fn signal(child: &std::process::Child, name: &str) {
    let sent = std::process::Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|s| s.success()), "no signal");
}

#[test]
fn twenty_kills_leave_the_bytes_of_an_undisturbed_run() {
    let night = long(40);
    let begun = std::time::Instant::now();
    night.ends(0, &["run", "night.toml", "-o", "whole", "-j", "2"]);
    let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(1000).max(20);
    let mut seed = 0x9e37_79b9_7f4a_7c15;
    let (mut killed, mut torn) = (0, 0);
    for n in 0..20 {
        let mut child = night
            .command(&["run", "night.toml", "-o", "killed", "-j", "2", "-q"])
            .spawn()
            .unwrap_or_else(|e| panic!("tenor does not start: {e}"));
        std::thread::sleep(Duration::from_millis(random(&mut seed) % took));
        // SIGKILL
        let _ = child.kill();
        let status = child.wait().unwrap_or_else(|e| panic!("{e}"));
        killed += usize::from(!status.success());
        let log = night.path("killed/jobs.jsonl");
        if n % 5 == 4 && log.exists() {
            // a kill within a write leaves a part of a line
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let cut = text.len().saturating_sub(7);
            std::fs::write(&log, &text[..cut]).unwrap_or_else(|e| panic!("{e}"));
            torn += 1;
        }
        if n % 7 == 6 && night.path("killed/run.json").exists() {
            std::fs::remove_file(night.path("killed/run.json")).unwrap_or_else(|e| panic!("{e}"));
        }
    }
    assert!(killed > 0 && torn > 0, "no run was killed before its end: {killed} kills, {torn} torn lines");
    night.ends(0, &["run", "night.toml", "-o", "killed", "-j", "2"]);
    same(&night.results("whole"), &night.results("killed"));
}

#[test]
fn a_torn_line_and_unfinished_files_are_no_results() {
    let night = Night::new();
    night.ends(0, &["run", "night.toml"]);
    let whole = night.results("out");
    let log = night.read("out/jobs.jsonl");
    night.write("out/jobs.jsonl", &log[..log.len() - 20]);
    night.write("out/figures.csv.part", "half");
    night.write("out/parts/0.gz.part", "half");
    night.ends(0, &["run", "night.toml"]);
    same(&night.results("out"), &whole);
    let lines = night.rows("out/jobs.jsonl");
    // two starts; six jobs, of which one again
    assert_eq!(lines.len(), 2 + 6);
    assert!(!night.path("out/parts/0.gz.part").exists());
    // what came of a job must be what the log says
    let part = std::fs::read_dir(night.path("out/parts")).into_iter().flatten().flatten().next();
    let part = part.unwrap_or_else(|| panic!("no part")).path();
    std::fs::write(part, "other bytes").unwrap_or_else(|e| panic!("{e}"));
    night.ends(0, &["run", "night.toml"]);
    same(&night.results("out"), &whole);
    assert_eq!(night.rows("out/jobs.jsonl").len(), 2 + 6 + 2);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_75_and_goes_on() {
    let night = long(40);
    night.ends(0, &["run", "night.toml", "-o", "whole", "-j", "1"]);
    for name in ["INT", "TERM"] {
        let mut child = night
            .command(&["run", "night.toml", "-o", name, "-j", "1", "--progress", "jsonl"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("tenor does not start: {e}"));
        // when the first jobs are done, and long before the last is
        let mut lines =
            std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap_or_else(|| panic!("no output"))));
        for _ in 0..3 {
            assert!(lines.next().is_some_and(|l| l.is_ok()), "the run said nothing");
        }
        signal(&child, name);
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        let out = child.wait_with_output().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(out.status.code(), Some(75), "{rest:?} {}", said(&out));
        assert!(rest.last().is_some_and(|l| l.contains("\"interrupted\"")), "{rest:?}");
        assert!(!night.path(name).join("run.json").exists() && !night.path(name).join("figures.jsonl").exists());
        night.ends(0, &["run", "night.toml", "-o", name, "-j", "1"]);
        same(&night.results("whole"), &night.results(name));
        let keys = night.rows(&format!("{name}/jobs.jsonl")).iter().filter(|l| l.get("key").is_some()).count();
        assert_eq!(keys, 40, "jobs that were done are not done again");
    }
}

#[cfg(unix)]
#[test]
fn two_writers_do_not_share_a_folder() {
    let night = long(40);
    let mut child = night
        .command(&["run", "night.toml", "-o", "out", "-j", "1", "--progress", "jsonl"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("tenor does not start: {e}"));
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap_or_else(|| panic!("no output"))));
    assert!(lines.next().is_some());
    signal(&child, "STOP");
    let told = night.ends(75, &["run", "night.toml", "-o", "out"]);
    assert!(told.contains("batch::locked") && told.contains(&format!("process {}", child.id())), "{told}");
    signal(&child, "CONT");
    let _ = lines.map_while(Result::ok).count();
    assert!(child.wait().is_ok_and(|s| s.success()));
    night.ends(0, &["run", "night.toml", "-o", "alone"]);
    same(&night.results("out"), &night.results("alone"));
}

/// A file that may not grow is what a full disk is: writing fails in the middle.
#[cfg(unix)]
#[test]
fn a_run_without_room_ends_with_74_and_goes_on() {
    let night = long(20);
    night.ends(0, &["run", "night.toml", "-o", "whole"]);
    let program = night.command(&[]).get_program().to_owned();
    // the longest file that may be written, in blocks of 512 or 1024 bytes
    for blocks in ["1", "20"] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" batch run night.toml -o full -q");
        let out = std::process::Command::new("sh")
            .current_dir(night.path(""))
            .env("NO_COLOR", "1")
            .args(["-c", &script])
            .arg(&program)
            .output()
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(out.status.code(), Some(74), "{}", said(&out));
        assert!(said(&out).contains("batch::output"), "{}", said(&out));
        assert!(!night.path("full/run.json").exists());
    }
    night.ends(0, &["run", "night.toml", "-o", "full"]);
    same(&night.results("whole"), &night.results("full"));
}
